"""The command where the system refuses: closed or full streams, no room, no memory; and workers that are left alone."""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from jcm_calc import calculate, verify
from jcm_calc.base.files import save
from jcm_calc.cli import jcm

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="POSIX signals, limits and devices"),
    pytest.mark.flaky(reruns=2),  # how far a process is when a signal reaches it is not up to the test
]
ROOT = Path(__file__).parents[2]
CASE = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
METERED = str(ROOT / "docs" / "examples" / "metered_year" / "case.toml")
START = "from jcm_calc.cli import main; main()"
FULL = Path("/dev/full")


def command(*arguments):
    return [sys.executable, "-c", START, *map(str, arguments)]


# Streams

COMMANDS = {
    "calc": ["calc", CASE],
    "as data": ["calc", CASE, "--json"],
    "list": ["list"],
    "help": ["--help"],
    "version": ["--version"],
    "of a command": ["calc", "--help"],
    "unusable": ["calc", "nowhere.toml"],
    "misspelt": ["clac"],
}


def run(arguments, shell_words):
    script = f'exec "$0" "$@" {shell_words}'
    return subprocess.run(["bash", "-c", script, *command(*arguments)], capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not FULL.exists(), reason="a device that is full")
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("stream", [">&-", "> /dev/full"])
def test_standard_output_that_takes_nothing_is_told_in_a_line(name, stream):
    done = run(COMMANDS[name], stream)
    if "/dev/full" in stream and name in ("unusable", "misspelt"):  # they write nothing there
        assert done.returncode == 2
        return
    assert done.returncode == 2
    assert done.stderr in (
        "standard output is closed: nowhere to write to\n",
        "Stopped by the system: standard output: No space left on device\n",
        "Stopped by the system: No space left on device\n",  # which click writes
    )


@pytest.mark.skipif(not FULL.exists(), reason="a device that is full")
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("stream", ["2>&-", "2> /dev/full"])
def test_complaints_that_cannot_be_written_change_no_exit_code(name, stream):
    done = run(COMMANDS[name], stream)
    assert done.returncode == (2 if name in ("unusable", "misspelt") else 0)
    assert done.stderr == ""


def test_a_closed_stream_is_not_taken_by_a_file_that_is_written(tmp_path):
    """Else what goes to standard error would stand in the report."""
    done = run(["calc", CASE, "-o", tmp_path / "a.json"], "2>&- <&-")
    assert done.returncode == 0
    assert (tmp_path / "a.json").read_text().startswith("{")


# Room and memory


def limited(what, size, *arguments, **environment):
    def limit():
        resource.setrlimit(what, (size, size))

    signal_of_limit = {**os.environ, **environment}
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=300, preexec_fn=limit, env=signal_of_limit
    )


@pytest.mark.parametrize("ending", ["xlsx", "json"])
def test_a_full_disk_is_told_with_the_file(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    done = limited(resource.RLIMIT_FSIZE, 1000, "calc", CASE, "-o", path)
    assert done.returncode == 2
    assert f"{path} cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_temporary_folder_is_no_damaged_file(tmp_path):
    done = limited(resource.RLIMIT_FSIZE, 100_000, "monitor", METERED, TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("Stopped by the system: ")
    assert len(done.stderr.splitlines()) == 1
    assert "damaged" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("megabytes", [80, 100, 130, 300])
def test_too_little_memory_is_told_in_a_line(megabytes):
    done = limited(resource.RLIMIT_AS, megabytes * 1_000_000, "calc", CASE, OPENBLAS_NUM_THREADS="1")
    said = [line for line in done.stderr.splitlines() if not line.startswith("<jemalloc>")]
    if done.returncode == 0:
        assert megabytes >= 100
        return
    if done.returncode < 0 or (said and said[0].startswith("OpenBLAS")) or "SystemError: " in done.stderr:
        pytest.skip("the interpreter or NumPy's own library has ended the process")
    assert done.returncode == 2
    assert said == ["Stopped by the system: there is not enough memory for this"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "there is not enough memory for this"),
        (OSError(28, "No space left on device", "/tmp/x"), "/tmp/x: No space left on device"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (PermissionError(13, "Permission denied", "a.toml"), "a.toml: Permission denied"),
        (ImportError("x.so: failed to map segment from shared object"), "there is not enough memory for this"),
        (RuntimeError("can't start new thread"), "there is not enough memory for this"),
    ],
)
def test_what_the_system_refuses_is_no_fault_of_the_program(monkeypatch, error, said):
    def refused(path):
        raise error

    monkeypatch.delenv("JCM_DEBUG", raising=False)
    monkeypatch.setattr("jcm_calc.cli.calculating.read_case", refused)
    done = CliRunner().invoke(jcm, ["calc", CASE])
    assert done.exit_code == 2
    assert done.stderr == f"Stopped by the system: {said}\n"


# Writers

WRITERS = {
    "calc xlsx": ["calc", CASE, "-o", "a.xlsx"],
    "calc json": ["calc", CASE, "-o", "a.json"],
    "report": ["report", CASE, "-o", "a.html"],
    "template": ["template", "PW_AM001", "-o", "a.xlsx"],
    "template toml": ["template", "PW_AM001", "-o", "a.toml"],
    "monitor csv": ["monitor", METERED, "-o", "a.csv"],
    "monitor xlsx": ["monitor", METERED, "-o", "a.xlsx"],
    "evidence": ["evidence", "new", "PW_AM001", "-o", "a.toml"],
    "verify": ["verify", "report.xlsx", "-o", "a.xlsx"],
    "verify html": ["verify", "report.xlsx", "--html", "a.html"],
    "portfolio": ["portfolio", "cases", "-o", "a.csv"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "roof.toml").write_text('methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 600\n')
    calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("report.xlsx")
    return tmp_path


SAVING = [
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "src").rglob("*.py")
    if re.search(r"^from jcm_calc\.base\.files import .*\bsave\b", path.read_text(), re.MULTILINE)
]


def test_every_writer_is_found():
    assert {"jcm_calc.reports.workbook.writing", "jcm_calc.cli.monitoring", "jcm_calc.reports.html.document"} <= set(
        SAVING
    )


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_who_comes_second_says_so(name, folder, monkeypatch):
    """Another process writes the file after the name was looked at."""
    arguments = WRITERS[name]
    target = Path(arguments[-1])

    def late(path, content, *, overwrite=False):
        Path(path).write_bytes(b"of another")
        save(path, content, overwrite=overwrite)

    for module in SAVING:
        monkeypatch.setattr(import_module(module), "save", late)
    done = CliRunner().invoke(jcm, arguments)
    assert done.exit_code == 2, done.output
    assert "exists already; --force overwrites it" in done.stderr
    assert "None" not in done.stderr
    written = target.with_name("a_findings.csv") if name == "monitor csv" else target  # which is written first
    assert written.read_bytes() == b"of another"


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_file_that_is_replaced_keeps_its_mode(name, mode, folder):
    target = Path(WRITERS[name][-1])
    target.write_bytes(b"old")
    target.chmod(mode)
    done = CliRunner().invoke(jcm, [*WRITERS[name], "--force"])
    assert done.exit_code in (0, 1), done.output
    assert target.stat().st_mode & 0o777 == mode
    assert target.read_bytes() != b"old"
    assert not [one for one in folder.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_not_there(name, folder):
    arguments = [*WRITERS[name][:-1], f"nowhere/{WRITERS[name][-1]}"]
    done = CliRunner().invoke(jcm, arguments)
    assert done.exit_code == 2
    assert "cannot be written: No such file or directory" in done.stderr


@pytest.mark.parametrize(
    "sign", [chr(code) for code in (0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2069, 0x200F)]
)
def test_signs_that_turn_letters_around_are_seen_in_html(sign, tmp_path):
    told = f"[U+{ord(sign):04X}]"
    result = calculate("PW_AM001", EG="600 MWh", p="2024")
    result.to_html(tmp_path / "a.html", project={"title": f"roof {sign}1"})
    page = (tmp_path / "a.html").read_text()
    assert told in page
    assert sign not in page
    result.to_excel(tmp_path / f"b{sign}.xlsx")
    found = verify(tmp_path / f"b{sign}.xlsx")
    found.to_html(tmp_path / "c.html")
    assert sign not in found._repr_html_() + (tmp_path / "c.html").read_text()


# Workers

LEFT = """
import os, sys, time
from jcm_calc.base.workers import pool
def work(seconds):
    os.write(1, f"{os.getpid()} ".encode())
    time.sleep(seconds)
if __name__ == "__main__":
    from jcm_calc.cli import surroundings
    if "prepared" in sys.argv:
        surroundings.prepare()
    with pool(2) as workers:
        list(workers.map(work, [60, 60, 60, 60]))
"""


def alive(process):
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def all_ended(processes, seconds=20):
    end = time.monotonic() + seconds
    while any(map(alive, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(alive, processes))


@pytest.mark.parametrize("prepared", ["prepared", "as it is"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_workers_end_with_their_parent(number, prepared, tmp_path):
    script = tmp_path / "work.py"
    script.write_text(LEFT)
    with subprocess.Popen(
        [sys.executable, str(script), prepared], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as parent:
        written = b""
        while written.count(b" ") < 2:
            written += os.read(parent.stdout.fileno(), 100)
        workers = [int(number) for number in written.split()]
        assert all(map(alive, workers))
        parent.send_signal(number)
        parent.stdout.read()  # ends once nobody holds the pipe
        parent.wait(timeout=20)
        assert all_ended(workers)
        expected = 128 + number if prepared == "prepared" and number in (signal.SIGTERM, signal.SIGHUP) else -number
        assert parent.returncode in (expected, 130 if number == signal.SIGINT else expected)


def children(parent):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(text[1]) == parent:
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("name", ["portfolio", "verify"])
def test_a_command_that_is_ended_leaves_no_process(number, name, tmp_path):
    text = "methodology = 'PW_AM001'\np = '2024'\n[inputs]\nEG = 600\n"
    if name == "portfolio":
        for project in range(400):
            (tmp_path / f"{project}.toml").write_text(text)
    else:
        calculate("PW_AM001", EG="600 MWh", p="2024").to_excel(tmp_path / "0.xlsx")
        for project in range(1, 60):
            (tmp_path / f"{project}.xlsx").write_bytes((tmp_path / "0.xlsx").read_bytes())
    with subprocess.Popen(command(name, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        end = time.monotonic() + 60
        while not (workers := children(parent.pid)) and parent.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        assert workers
        parent.send_signal(number)
        complaints = parent.communicate(timeout=60)[1]
        assert all_ended(workers)
        assert parent.returncode in (-9, 130, 129, 143)
        # Python before 3.12 can set the result of a task that is cancelled at this moment, and writes that it cannot
        assert b"Traceback" not in complaints or b"InvalidStateError: CANCELLED" in complaints
        assert b"fault of jcm_calc" not in complaints


SWALLOWED = """
import os
from jcm_calc.cli import calculating, main

def swallowed(path):
    try:
        os.kill(os.getpid(), {number})
    except BaseException:
        raise ImportError("the extension cannot be initialized") from None

calculating.read_case = swallowed
main()
"""


DROPPED = """
import os, time, weakref
from jcm_calc.cli import calculating, main

class Thing:
    pass

def dropped(path):
    thing = Thing()
    watched = weakref.ref(thing, lambda _: os.kill(os.getpid(), {number}))
    del thing
    time.sleep(30)

calculating.read_case = dropped
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_in_a_callback_ends_the_command(number):
    arguments = [sys.executable, "-c", DROPPED.format(number=int(number)), "calc", CASE]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_a_library_turns_into_an_error_of_its_own(number):
    arguments = [sys.executable, "-c", SWALLOWED.format(number=int(number)), "calc", CASE]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_ignored(number, tmp_path):
    """As by nohup."""
    script = f"import signal; signal.signal({int(number)}, signal.SIG_IGN); {START}"
    arguments = [sys.executable, "-c", f"{script}", "calc", CASE]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
        time.sleep(0.4)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode == 0
