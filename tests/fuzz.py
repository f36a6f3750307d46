"""Does any file break a reader? `python tests/fuzz.py [READER ...] [--inputs N]`, and a table of what came of each.

Files are made from good ones: bytes flipped, pieces cut out, moved or doubled, values replaced by what nobody
should write; of workbooks most within the XML, which is then zipped again, and of JSON within the data,
whose hash is then corrected. What may come of a file: one of the stated errors, or a result of finite numbers;
evidence may confirm what it says and nothing else. Anything else is a failure: another exception, a number
that is none, more than `SECONDS`, more than 500 MB.

Each input is made from its number alone: `--only NUMBER` makes it again, `--first NUMBER` goes on from there.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import math
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from fuzz_readers import READERS, Files

from jcm_calc import InputError, MethodologyNotFoundError
from jcm_calc.engine.evaluation import EvaluationError

STATED = (InputError, MethodologyNotFoundError, EvaluationError)
SECONDS = 20  # of processor time, for the machine may be busy
WAITING = 30  # times as long by the clock
MEGABYTES = 500
CHUNK = 250
MEMORY = Path("/dev/shm")  # files that live for milliseconds need no disk


# The oracle


class Hang(Exception):
    """A reader that takes too long."""


class Nonsense(Exception):
    """A result that should have been refused."""


@dataclass
class Outcomes:
    """What came of some inputs of a reader."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    megabytes: float = 0.0
    seconds: float = 0.0

    def add(self, other: Outcomes) -> None:
        self.counts += other.counts
        for place, number in other.failures.items():
            self.failures.setdefault(place, number)
        self.slowest, self.megabytes = max(self.slowest, other.slowest), max(self.megabytes, other.megabytes)
        self.seconds += other.seconds


def made(reader: str, number: int, seeds: list[Files]) -> Files:
    """Return input number so-and-so of a reader."""
    rng = random.Random(f"{reader} {number}")
    return READERS[reader].spoil(rng, rng.choice(seeds))


def judged(reader: str, folder: Path) -> str:
    """Read what lies in a folder; return what came of it, or raise what should not have come."""
    try:
        result = READERS[reader].read(folder)
        if result is not None:
            check(result)
    except STATED:
        return "refused"
    return "accepted"


def check(result: Any) -> None:
    """Refuse to accept a result that is no number, or that cannot be written down."""
    for name in ("RE", "PE", "ER"):
        if not all(map(math.isfinite, result.full(name).ravel().tolist())):
            raise Nonsense(f"{name} is not finite")
    json.dumps(result.manifest(), allow_nan=False)
    try:
        result.by_year()
    except ValueError as error:
        if "several calendar years" not in str(error):
            raise


def peak() -> float:
    """The most memory that this process has ever taken, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for what lives for milliseconds, in memory where the system has such a place."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


def examine(part: tuple[str, int, int]) -> tuple[str, Outcomes]:
    """Make inputs of a reader and look what comes of each."""
    reader, first, count = part
    warnings.simplefilter("ignore")
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(Hang(f"more than {SECONDS} s")))
    seeds, outcomes, begun = READERS[reader].seeds(), Outcomes(), time.process_time()
    with in_memory() as parent:
        folder = parent / "input"
        folder.mkdir()
        for number in range(first, first + count):
            for path in sorted(folder.rglob("*"), reverse=True):
                path.unlink()
            for name, content in made(reader, number, seeds).items():
                (folder / name).write_bytes(content)
            before, start = peak(), time.process_time()
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.alarm(WAITING * SECONDS)
            try:
                outcomes.counts[judged(reader, folder)] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt | SystemExit):
                    raise
                outcomes.counts["failed"] += 1
                outcomes.failures.setdefault(place_of(error), number)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.alarm(0)
            outcomes.slowest = max(outcomes.slowest, time.process_time() - start)
            outcomes.megabytes = max(outcomes.megabytes, peak() - before)
            if peak() - before > MEGABYTES:
                outcomes.counts["failed"] += 1
                outcomes.failures.setdefault(f"takes more than {MEGABYTES} MB", number)
    outcomes.seconds = time.process_time() - begun
    return reader, outcomes


def place_of(error: BaseException) -> str:
    """Name an exception and the line of this library that it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "jcm_calc" in frame.filename]
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}" if frames else "elsewhere"
    return (
        f"{type(error).__name__} in {place}: {str(error)[:100]!r}"
        if not frames
        else f"{type(error).__name__} in {place}"
    )


def campaign(readers: list[str], inputs: int, first: int = 0, processes: int | None = None) -> dict[str, Outcomes]:
    """Spoil files and read them, on all cores."""
    parts = [
        (reader, start, min(CHUNK, first + inputs - start))
        for reader in readers
        for start in range(first, first + inputs, CHUNK)
    ]
    found = {reader: Outcomes() for reader in readers}
    workers = multiprocessing.get_context("spawn").Pool(processes or os.cpu_count(), maxtasksperchild=20)
    with workers as pool, suppress(KeyboardInterrupt):  # what has been found by then is worth a table
        for done, (reader, outcomes) in enumerate(pool.imap_unordered(examine, parts), 1):
            found[reader].add(outcomes)
            print(f"{done} of {len(parts)} parts", end="\r", file=sys.stderr)
    return found


def report(found: dict[str, Outcomes]) -> str:
    """Return the table, and where failures came from."""
    rows = {
        reader: {
            "inputs": sum(one.counts.values()),
            "accepted": one.counts["accepted"],
            "refused": one.counts["refused"],
            "failed": one.counts["failed"],
            "slowest, s": round(one.slowest, 1),
            "memory, MB": round(one.megabytes),
            "core seconds": round(one.seconds),
        }
        for reader, one in found.items()
    }
    lines = [pd.DataFrame(rows).T.to_string()]
    lines += [
        f"  {reader} {number}: {place}" for reader, one in found.items() for place, number in one.failures.items()
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", default=list(READERS), help="readers, all of them if none is named")
    parser.add_argument("--inputs", type=int, default=1000, help="inputs for each reader")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--processes", type=int, help="how many at a time, as many as there are cores")
    parser.add_argument("--only", type=int, help="make this input again, and show what comes of it")
    arguments = parser.parse_args()
    if arguments.only is not None:
        (reader,) = arguments.readers
        folder = Path(tempfile.mkdtemp())
        for name, content in made(reader, arguments.only, READERS[reader].seeds()).items():
            (folder / name).write_bytes(content)
        print(folder)
        faulthandler.enable()
        print(judged(reader, folder))
        return 0
    found = campaign(arguments.readers, arguments.inputs, arguments.first, arguments.processes)
    print(report(found))
    return int(any(one.counts["failed"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
