"""Interrupt commands that write, at random times and by a full disk: ``python tests/interruptions.py --runs 300``.

After each run the target is the old file or a whole new one, nothing is left in its folder or in the temporary folder
(but after SIGKILL), no process is left, and no exit code says that the program is at fault.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[1]
CASE = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
METERED = str(ROOT / "docs" / "examples" / "metered_year" / "case.toml")
START = "from jcm_calc.cli import main; main()"
COMMANDS = {
    "workbook": ["calc", CASE, "-o", "a.xlsx"],
    "manifest": ["calc", CASE, "-o", "a.json"],
    "report": ["report", CASE, "-o", "a.html"],
    "template": ["template", "VN_AM001", "-o", "a.xlsx"],
    "amounts": ["monitor", METERED, "-o", "a.xlsx"],
    "evidence": ["evidence", "new", "ID_AM003", "-o", "a.toml"],
    "working paper": ["verify", "../report.xlsx", "-o", "a.xlsx"],
    "portfolio": ["portfolio", "../cases", "-o", "a.csv"],
}
ENDS = ("KILL", "TERM", "INT", "HUP", "full disk")
EXPECTED = (0, 1, 2, 129, 130, 143)
OLD = b"old"


def prepared(folder):
    """Write what the commands read."""
    (folder / "cases").mkdir()
    text = 'methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 600\n'
    for number in range(40):
        (folder / "cases" / f"{number}.toml").write_text(text)
    command = [sys.executable, "-c", START, "calc", CASE, "-o", str(folder / "report.xlsx")]
    subprocess.run(command, check=True, capture_output=True)


def whole(path):
    """Whether a file is a complete one of its kind."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    text = path.read_text()
    if path.suffix == ".json":
        return bool(json.loads(text))
    return text.endswith("</html>\n" if path.suffix == ".html" else "\n") or text.endswith("</html>")


def descendants(parent):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def duration(folder, name):
    """Return how many seconds a command takes if it is left alone."""
    (folder / "work").mkdir()
    start = time.monotonic()
    command = [sys.executable, "-c", START, *COMMANDS[name], "--force"]
    subprocess.run(command, check=False, capture_output=True, cwd=folder / "work")
    shutil.rmtree(folder / "work")
    return time.monotonic() - start


def interrupted(folder, name, end, draw, longest):
    """Run a command and end it within some seconds; return what is wrong, and its exit code."""
    work, temporary = folder / "work", folder / "tmp"
    work.mkdir()
    temporary.mkdir()
    target = work / COMMANDS[name][-1]
    target.write_bytes(OLD)
    limit = draw.randrange(1, 30_000)

    def before():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell has those ignore it that it runs in the background
        if end == "full disk":
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.Popen(
        [sys.executable, "-c", START, *COMMANDS[name], "--force"],
        cwd=work,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=before,
    )
    workers = []
    if end != "full disk":
        time.sleep(draw.uniform(0.05, longest))
        workers = descendants(process.pid)
        process.send_signal(getattr(signal, f"SIG{end}"))
    complaints = process.communicate(timeout=300)[1]
    problems = []
    if process.returncode >= 0 and process.returncode not in EXPECTED:
        problems.append(f"exit code {process.returncode}: {complaints[-300:]!r}")
    # Python before 3.12 can set the result of a task that is cancelled at this moment, and writes that it cannot
    race = b"InvalidStateError: CANCELLED" in complaints
    if process.returncode >= 0 and b"Traceback" in complaints and not race:
        problems.append(f"traceback: {complaints[-300:]!r}")
    content = target.read_bytes()
    if content != OLD and not whole(target):
        problems.append("half a file")
    if end != "KILL" and process.returncode >= 0:
        problems += [
            f"left behind: {one.name}"
            for one in [*work.iterdir(), *temporary.iterdir()]
            if one != target and not one.name.endswith("_findings.csv")
        ]
    end = time.monotonic() + 10
    while (alive := [one for one in workers if Path(f"/proc/{one}").exists()]) and time.monotonic() < end:
        time.sleep(0.1)
    problems += [f"process {worker} is alive" for worker in alive]
    return problems, process.returncode, content != OLD


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw, codes, written, failures = random.Random(options.seed), Counter(), 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared(folder)
        longest = {name: duration(folder, name) for name in COMMANDS}
        for run in range(options.runs):
            command, end = draw.choice(list(COMMANDS)), draw.choice(ENDS)
            problems, code, new = interrupted(folder, command, end, draw, longest[command])
            codes[end, code] += 1
            written += new
            failures += bool(problems)
            for problem in problems:
                print(f"{run}: {command}, {end}: {problem}", flush=True)
            shutil.rmtree(folder / "work")
            shutil.rmtree(folder / "tmp")
    print(f"{options.runs} runs, {failures} failures, {written} new files, the others old")
    print(", ".join(f"{end} {code}: {count}" for (end, code), count in sorted(codes.items(), key=str)))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
