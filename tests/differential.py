"""How far do the library and the independent scripts differ? `python tests/differential.py [NUMBER ...]`.

Random inputs of each methodology, in turn over the combinations of its choices, calculated by both: a table
with the largest relative difference. A script for the long run; `test_independent.py` is the short one.
"""

import argparse
import multiprocessing
import os
import sys
import time
import warnings
from dataclasses import dataclass

import pandas as pd
from adapters import ADAPTERS
from agreement import TOLERANCE, difference, examples
from draws import cases

from jcm_calc import methodology

INPUTS = 10_000


@dataclass
class Compared:
    """What came of the random inputs of one methodology."""

    number: str
    inputs: int
    cases: int
    refused: int
    largest: float
    seconds: float


def compare(part: tuple[str, int]) -> Compared:
    """Calculate random inputs of a methodology in both ways."""
    number, count = part
    warnings.simplefilter("ignore")
    m = methodology(number)
    start, refused, largest = time.perf_counter(), 0, 0.0
    for example in examples(m, count):
        refused += example.expected is None
        largest = max(largest, difference(m, example))
    return Compared(number, count, len(cases(m)), refused, largest, time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", default=list(ADAPTERS), help="methodologies, all if none is named")
    parser.add_argument("--inputs", type=int, default=INPUTS, help="random inputs for each methodology")
    arguments = parser.parse_args()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        parts = [(number, arguments.inputs) for number in arguments.numbers]
        found = []
        for compared in pool.imap(compare, parts):
            found.append(compared)
            print(f"{len(found)} of {len(parts)} methodologies", end="\r", file=sys.stderr)
    frame = pd.DataFrame(found).set_index("number")
    print(frame.to_string(formatters={"largest": "{:.1e}".format, "seconds": "{:.0f}".format}))
    print(f"\n{frame['inputs'].sum():,} inputs, {frame['refused'].sum():,} of them refused by both sides")
    print(f"largest relative difference: {frame['largest'].max():.2e}")
    return int(frame["largest"].max() > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
