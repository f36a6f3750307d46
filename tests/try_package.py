"""Use an installed package as a user does: `make dist` runs this with the Python of a clean environment."""

import json
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

JCM = Path(sys.executable).with_name("jcm.exe" if sys.platform == "win32" else "jcm")
CASE = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")


def jcm(folder, *arguments, code=0):
    """Run the command, with nothing but the environment that it is installed in."""
    done = subprocess.run(
        [JCM, *map(str, arguments)], cwd=folder, env={"JCM_LANG": "en", "HOME": str(folder)},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode != code:
        sys.exit(f"jcm {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main():
    """Go from the list of methodologies to a verified workbook."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assert "ID_AM003" in jcm(folder, "list")
        assert "RE            136     135.697  agrees" in jcm(folder, "calc", CASE, "--trace")
        jcm(folder, "template", "ID_AM002", "-o", "empty.xlsx")
        jcm(folder, "template", "ID_AM002", "-o", "empty.toml")
        jcm(folder, "calc", CASE, "-o", "filled.xlsx")
        assert json.loads(jcm(folder, "calc", "filled.xlsx", "--json"))
        jcm(folder, "report", CASE, "-o", "report.html")
        assert "ID_AM003" in (folder / "report.html").read_text("utf-8")
        found = json.loads(jcm(folder, "verify", "filled.xlsx", "--html", "paper.html", "--json", code=1))
        assert found["result"] == "incomplete"  # the case has no dates
        assert [one for one in found["findings"] if one["severity"] == "error"] == []
        assert "リファレンス排出量" in jcm(folder, "--lang", "ja", "show", "ID_AM003")
        assert "[check]" in subprocess.run(
            [JCM, "check", "ID_AM003"], cwd=folder, capture_output=True, text=True, check=False
        ).stderr  # fmt: skip
        written = sorted(path.name for path in folder.iterdir() if path.is_file())
        print(f"The installed package works: {', '.join(written)}")


if __name__ == "__main__":
    main()
