"""A file is written whole or not at all, and never over another one unasked."""

import csv
import os
import re
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from threading import Barrier

import pandas as pd
import pytest
from click.testing import CliRunner

from jcm_calc import InputError, calculate, methodology, portfolio, verify
from jcm_calc.base.files import guarded, save
from jcm_calc.cli import jcm

KILLED = """
import os, signal, sys
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
from jcm_calc.base.files import guarded, save
save(sys.argv[1], b"new" * 1000, overwrite=True)
"""
FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from jcm_calc.base.files import guarded, save
try:
    save(sys.argv[1], b"new" * 1000, overwrite=True)
except OSError as error:
    sys.exit(f"refused: {error.strerror}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")
@pytest.mark.parametrize("script", [KILLED, FULL], ids=["killed", "disk full"])
def test_an_end_in_the_middle_leaves_what_was_there(tmp_path, script):
    target = tmp_path / "report.xlsx"
    target.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, timeout=60)
    assert done.returncode != 0
    assert target.read_bytes() == b"old"
    if script is FULL:
        assert done.stderr.startswith(b"refused")
        assert list(tmp_path.iterdir()) == [target]  # nothing else is left about


def test_of_two_who_write_the_same_new_file_one_wins(tmp_path):
    target, start = tmp_path / "report.html", Barrier(8)

    def write(number):
        start.wait()
        try:
            save(target, str(number).encode() * 100_000)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(write, range(8)) if number is not None]
    assert len(winners) == 1
    assert target.read_bytes() == str(winners[0]).encode() * 100_000
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_keeps_pointing_where_it_pointed(tmp_path):
    real = tmp_path / "real.json"
    real.write_bytes(b"old")
    (tmp_path / "link.json").symlink_to(real)
    save(tmp_path / "link.json", b"new", overwrite=True)
    assert (tmp_path / "link.json").is_symlink()
    assert real.read_bytes() == b"new"


def test_commands_in_one_folder_do_not_disturb_each_other(tmp_path):
    """Four processes at a time want the same name, and four want names of their own."""
    case = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    command = [sys.executable, "-c", "from jcm_calc.cli import main; main()", "calc", case, "-o"]
    names = ["same.json"] * 4 + [f"own {number}.json" for number in range(4)]
    started = [
        subprocess.Popen([*command, name], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in names
    ]
    codes = [process.wait(timeout=120) for process in started]
    assert sorted(codes[:4]) == [0, 2, 2, 2]
    assert codes[4:] == [0] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(names))
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_a_file_system_without_hard_links_neither_loses_nor_replaces(tmp_path, monkeypatch):
    def refused(self, target):
        raise PermissionError("no hard links here")

    monkeypatch.setattr(type(tmp_path), "hardlink_to", refused)
    save(tmp_path / "report.xlsx", b"new")
    assert (tmp_path / "report.xlsx").read_bytes() == b"new"
    with pytest.raises(FileExistsError):
        save(tmp_path / "report.xlsx", b"newer")
    assert [path.name for path in tmp_path.iterdir()] == ["report.xlsx"]


# Names, folders and who may read


def roof():
    return calculate("PW_AM001", EG="600 MWh", p="2024")


WRITERS = {
    "to_excel": (".xlsx", lambda path, **options: roof().to_excel(path, **options)),
    "to_excel plan": (".xlsx", lambda path, **options: roof().to_excel(path, stage="plan", **options)),
    "to_html": (".html", lambda path, **options: roof().to_html(path, **options)),
    "template": (".xlsx", lambda path, **options: methodology("PW_AM001").template(path, **options)),
    "portfolio xlsx": (".xlsx", lambda path, **options: roofs().to_file(path, **options)),
    "portfolio html": (".html", lambda path, **options: roofs().to_file(path, **options)),
    "portfolio csv": (".csv", lambda path, **options: roofs().to_file(path, **options)),
    "portfolio parquet": (".parquet", lambda path, **options: roofs().to_file(path, **options)),
    "paper xlsx": (".xlsx", lambda path, **options: paper().to_excel(path, **options)),
    "paper html": (".html", lambda path, **options: paper().to_html(path, **options)),
}


def roofs():
    return portfolio(pd.DataFrame({"project": ["roof"], "methodology": "PW_AM001", "p": "2024", "EG [MWh]": 500.0}))


def paper():
    with tempfile.TemporaryDirectory() as folder:
        roof().to_excel(Path(folder) / "report.xlsx")
        return verify(Path(folder) / "report.xlsx")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("ending", [".xls", ".docx", ".xlsm", ".pdf", ""])
def test_a_name_with_another_ending_is_refused(writer, ending, tmp_path):
    with pytest.raises(InputError, match=rf"a{ending}: must end with "):
        WRITERS[writer][1](tmp_path / f"a{ending}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("writer", WRITERS)
def test_errors_name_the_path_of_the_user_and_say_how_to_replace(writer, tmp_path):
    ending, write = WRITERS[writer]
    lost = tmp_path / "nowhere" / f"a{ending}"
    with pytest.raises(FileNotFoundError) as error:
        write(lost)
    assert error.value.filename == str(lost)
    assert str(error.value) == f"[Errno 2] No such file or directory: '{lost}'"
    path = tmp_path / f"A{ending.upper()}"
    write(path)
    with pytest.raises(FileExistsError, match=re.escape(f"{path} exists already: overwrite=True replaces it")):
        write(path)
    write(path, overwrite=True)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664])
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_file_that_is_replaced_stays_as_readable_as_it_was(mode, umask, tmp_path):
    before = os.umask(umask)
    try:
        save(tmp_path / "a.json", b"old")
        assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o666 & ~umask
        (tmp_path / "a.json").chmod(mode)
        save(tmp_path / "a.json", b"new", overwrite=True)
        assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == mode
        assert (tmp_path / "a.json").read_bytes() == b"new"
    finally:
        os.umask(before)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
@pytest.mark.parametrize("ending", ["xlsx", "json"])
def test_the_command_keeps_the_mode_of_what_it_replaces(ending, tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 600\n')
    target = tmp_path / f"a.{ending}"
    target.write_bytes(b"old")
    target.chmod(0o600)
    assert CliRunner().invoke(jcm, ["calc", str(case), "-o", str(target), "--force"]).exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_size > 1000


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "=cmd|'/c calc'!A"])
def test_no_text_of_a_csv_is_a_formula(sign, tmp_path):
    """Names of projects, and of meters in amounts and in findings."""
    roofs = pd.DataFrame({"project": [f"{sign}1"], "methodology": "PW_AM001", "p": "2024", "EG [MWh]": [500.0]})
    portfolio(roofs).to_file(tmp_path / "a.csv")
    cells = [cell for row in csv.reader((tmp_path / "a.csv").read_text().splitlines()) for cell in row]
    assert any(sign.strip() in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    table = guarded(pd.DataFrame({"name": [f"{sign}1"], "ER": [-1.5]}))
    assert table.iloc[0].tolist() == [f"'{sign}1", -1.5]
