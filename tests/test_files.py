"""A file is written whole or not at all, and never over another one unasked."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from threading import Barrier

import pytest

from jcm_calc.files import save

KILLED = """
import os, signal, sys
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
from jcm_calc.files import save
save(sys.argv[1], b"new" * 1000, overwrite=True)
"""
FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from jcm_calc.files import save
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
