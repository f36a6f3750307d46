"""The scripts and units of docs/how_to/watch.md do what the page says."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from jcm_calc.cli import jcm

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how_to" / "watch.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
SCRIPT = next(text for kind, text in BLOCKS if kind == "sh" and text.startswith("#!/bin/sh"))
CHAT = next(text for kind, text in BLOCKS if "CHAT_URL" in text)


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)


def run(script, folder, **environment):
    (folder / "watch.sh").write_text(script, "utf-8")
    path = os.pathsep.join([str(folder / ".venv" / "bin"), str(folder / "bin"), os.environ["PATH"]])
    return subprocess.run(
        ["/bin/sh", "watch.sh"],
        cwd=folder,
        env={**os.environ, "PATH": path, "JCM_FOLDER": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def the_command(folder):
    """Put the command of this checkout where the script looks for it."""
    code = "from jcm_calc.cli import main; main()"
    program(folder / ".venv" / "bin" / "jcm", f'exec {shlex.quote(sys.executable)} -c "{code}" "$@"')
    return {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.skipif(os.name == "nt", reason="a script of a POSIX shell")
@pytest.mark.parametrize(
    ("code", "subject"), [(0, ""), (1, "needs a person"), (2, "cannot be read"), (70, "cannot be")]
)
def test_the_script_sends_mail_where_something_is_new_and_is_quiet_otherwise(tmp_path, code, subject):
    program(tmp_path / ".venv" / "bin" / "jcm", f'echo "$@"; echo told >&2; exit {code}')
    program(tmp_path / "bin" / "mail", 'echo "$2" > subject; cat > text')
    done = run(SCRIPT, tmp_path)
    assert (done.stdout, done.stderr) == ("", "")
    assert (tmp_path / "text").exists() == bool(subject)
    if subject:
        assert subject in (tmp_path / "subject").read_text()
        assert (tmp_path / "text").read_text() == "status projects --since last\ntold\n"


@pytest.mark.skipif(os.name == "nt", reason="a script of a POSIX shell")
def test_the_script_and_the_command_go_together(tmp_path):
    shutil.copytree(ROOT / "docs" / "examples" / "metered_year", tmp_path / "projects" / "year")
    program(tmp_path / "bin" / "mail", "cat >> text")
    environment = the_command(tmp_path)
    run(SCRIPT, tmp_path, **environment)
    first = (tmp_path / "text").read_text()
    assert "secondary_loop" in first
    done = run(SCRIPT, tmp_path, **environment)
    assert done.returncode == 0
    assert (tmp_path / "text").read_text() == first


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_what_is_new_goes_to_a_chat(tmp_path):
    shutil.copytree(ROOT / "docs" / "examples" / "metered_year", tmp_path / "year")
    script = CHAT.replace("case.toml", "year/case.toml")
    assert script != CHAT
    program(tmp_path / "bin" / "curl", 'echo "$@" > asked; cp message.json sent.json')
    environment = the_command(tmp_path) | {"CHAT_URL": "chat.example.org"}
    run(script, tmp_path, **environment)
    assert "chat.example.org" in (tmp_path / "asked").read_text()
    sent = yaml.safe_load((tmp_path / "sent.json").read_text())
    assert any("secondary_loop" in line for line in sent["text"].splitlines())
    (tmp_path / "sent.json").unlink()
    nothing = '{"new": [], "actions": [{"key": "a", "subject": "S", "text": "x"}]}'
    program(tmp_path / ".venv" / "bin" / "jcm", f"echo '{nothing}'")
    run(script, tmp_path, **environment)
    assert not (tmp_path / "sent.json").exists()


def test_every_command_of_the_page_is_one_of_jcm():
    lines = re.findall(r"(?<![\w/.-])jcm (status .*?)(?:\s+#.*| 2>&1.*|\)| \|.*| >.*)?$", PAGE, re.MULTILINE)
    assert len(lines) >= 6
    command = jcm.commands["status"]
    for line in lines:
        command.make_parser(click.Context(command)).parse_args(shlex.split(line)[1:])


def test_units_timers_and_workflows_are_well_formed():
    units = [text for kind, text in BLOCKS if kind == "ini"]
    read = []
    for text in units:
        unit = configparser.ConfigParser(strict=False)
        unit.optionxform = str
        unit.read_string(text)
        read.append(unit)
    service, timer = read
    assert service["Service"]["ExecStart"] == "/srv/jcm/watch.sh"
    assert timer["Install"]["WantedBy"] == "timers.target"
    # both begin each morning at 6:10
    assert timer["Timer"]["OnCalendar"].endswith("06:10:00")
    (cron,) = [text for kind, text in BLOCKS if kind == "text"]
    assert cron.split()[:5] == ["10", "6", "*", "*", "*"]
    workflow, steps = [yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml"]
    assert workflow[True]["schedule"] == [{"cron": "10 6 * * *"}]  # YAML reads the word "on" so
    assert all("uses" in step or "run" in step for step in [*workflow["jobs"]["status"]["steps"], *steps])
    written = steps[0]["run"].split("'")[1].replace("\\n", "\n")
    services = configparser.ConfigParser()
    services.read_string(written)
    assert services["plant"]["user"] == "jcm_reader"
    assert "password" not in services["plant"]
