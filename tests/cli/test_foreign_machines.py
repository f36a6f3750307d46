"""Consoles, file names, line ends and locales of other systems, set as far as they can be set here."""

import ast
import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FREEZER = Path(str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml"))
CONSOLES = {
    "Japanese Windows": {"PYTHONIOENCODING": "cp932"},
    "Western Windows": {"PYTHONIOENCODING": "cp1252"},
    "plain ASCII": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
}
COMMANDS = [
    ["list"],
    ["show", "VN_AM003"],
    ["calc", "CASE", "--trace"],
    ["calc", "CASE", "--json"],
    ["explain", "CASE", "RE"],
    ["--help"],
]


def run(arguments, surroundings, **options):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, check=False, timeout=120, env=inherited | surroundings, **options
    )


@pytest.mark.parametrize("console", CONSOLES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_console_shows_what_it_can(console, command):
    done = run([FREEZER if word == "CASE" else word for word in command], CONSOLES[console])
    encoding = CONSOLES[console]["PYTHONIOENCODING"]
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode(encoding)  # every byte belongs to the encoding
    assert b"Traceback" not in done.stderr
    if "--json" in command:  # data lose nothing: what the console lacks is escaped
        assert json.loads(shown) == json.loads(run(["calc", FREEZER, "--json"], {"PYTHONIOENCODING": "utf-8"}).stdout)


def test_a_japanese_console_shows_greek_and_japanese(tmp_path):
    case = tmp_path / "冷凍.toml"
    text = FREEZER.read_text(encoding="utf-8").replace("Project of Introducing", "冷凍機 Σ①")
    case.write_text(text, encoding="utf-8")
    assert "冷凍機 Σ①" in run(["calc", case], CONSOLES["Japanese Windows"]).stdout.decode("cp932")


@pytest.mark.parametrize("surroundings", [{}, CONSOLES["plain ASCII"]], ids=["UTF-8", "C"])
@pytest.mark.parametrize("name", ["月次 報告 2024", "naïve ünit", "a'b & c", "テスト—表", "x" * 120])
def test_names_of_files_and_folders(tmp_path, name, surroundings):
    folder = tmp_path / name
    folder.mkdir()
    shutil.copy(FREEZER, folder / f"{name}.toml")
    for target in ("r.json", f"{name[:60]}.xlsx"):
        done = run(["calc", folder / f"{name}.toml", "-o", folder / target], surroundings)
        assert done.returncode == 0, done.stderr
    again = run(["replay", folder / "r.json"], surroundings)
    assert again.returncode == 0, again.stderr
    assert run(["calc", folder / f"{name[:60]}.xlsx"], surroundings).returncode == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_change_nothing(tmp_path, ends, mark):
    (tmp_path / "units.csv").write_bytes(
        mark + ends.join(["i,COP_PJ,application", "冷凍機,1.63,cold storage", ""]).encode()
    )
    (tmp_path / "use.csv").write_bytes(mark + ends.join(["i,p,EC_PJ", "冷凍機,2024,100", ""]).encode())
    lines = ['methodology = "ID_AM003"', "[inputs]", 'tables = ["units.csv", "use.csv"]', "EF_elec = 0.8", ""]
    (tmp_path / "case.toml").write_bytes(mark + ends.join(lines).encode())
    done = run(["calc", tmp_path / "case.toml", "--json"], {"PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["results"]["PE"] == [80.0]  # 100 MWh × 0.8 tCO2/MWh
    expected = run(["calc", plain_copy(tmp_path), "--json"], {"PYTHONIOENCODING": "utf-8"})
    assert json.loads(expected.stdout)["inputs"] == found["inputs"]
    assert json.loads(expected.stdout)["results"] == found["results"]


def plain_copy(folder):
    """The same files in UTF-8 with the line ends of Unix."""
    plain = folder / "plain"
    plain.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (plain / path.name).write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n"))
    return plain / "case.toml"


@pytest.mark.parametrize("arguments", [("calc", "r.json"), ("calc", "r.xlsx"), ("report", "r.html")], ids=" ".join)
def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(tmp_path, arguments):
    command, name = arguments
    done = run([command, FREEZER, "-o", tmp_path / "none" / name], {"PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 2
    assert "cannot be written" in " ".join(done.stderr.decode().split())
    assert b"Traceback" not in done.stderr


def test_nothing_that_only_one_system_has():
    """Outside tests no module is imported that Windows or macOS lacks, but where its lack is expected."""
    only = {"resource", "fcntl", "pwd", "grp", "termios", "winreg", "msvcrt", "posix", "nt"}
    for path in (*(ROOT / "src").rglob("*.py"), *(ROOT / "methodologies").rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        expected = {
            inner
            for block in ast.walk(module)
            if isinstance(block, ast.With) and "suppress(ImportError" in ast.unparse(block.items[0])
            for inner in ast.walk(block)
        }
        for node in ast.walk(module):
            if node in expected:
                continue
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not only & {name.partition(".")[0] for name in names}, path
            if isinstance(node, ast.Attribute):
                assert ast.unparse(node) not in ("os.fork", "os.getuid", "signal.SIGALRM", "os.sched_getaffinity"), path


def test_every_text_file_is_opened_with_its_encoding():
    """Without one, Windows takes the code page of its country."""
    for path in (*(ROOT / "src").rglob("*.py"), *(ROOT / "methodologies").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in ("read_text", "write_text"):
                    assert any(one.arg == "encoding" for one in node.keywords) or node.args, f"{path}:{node.lineno}"
