"""How far do the library and others differ? `python tests/differential.py [--peer PEER] [NUMBER ...]`.

Random inputs of each methodology, in turn over the combinations of its choices, calculated by the library and by
its peers: a table for each with the largest relative difference. A script for the long run; the short ones are
`test_independent.py` and `test_workbook_recalculation.py`.
"""

import argparse
import multiprocessing
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from adapters import ADAPTERS
from agreement import TOLERANCE
from draws import cases
from peers import COMPARED, NOT_SHOWN, REFUSED, by_formulas, by_libreoffice, by_published_model, by_scripts

from jcm_calc import methodology


@dataclass(frozen=True)
class Peer:
    """Somebody else who calculates: how, on how many inputs, and which methodologies."""

    outcomes: Callable
    inputs: int
    numbers: tuple[str, ...] = tuple(ADAPTERS)


PEERS = {
    "scripts": Peer(by_scripts, 10_000),
    "libreoffice": Peer(by_libreoffice, 200),
    "formulas": Peer(by_formulas, 200),
    "bonsai_ipcc": Peer(by_published_model, 10_000, numbers=("VN_AM004",)),
}


@dataclass
class Compared:
    """What came of the random inputs of one methodology."""

    number: str
    cases: int
    inputs: int
    refused: int
    not_shown: int
    compared: int
    largest: float
    seconds: float


def compare(part: tuple[str, str, int]) -> Compared:
    """Calculate random inputs of a methodology in both ways."""
    name, number, count = part
    warnings.simplefilter("ignore")
    m = methodology(number)
    start, counts, largest = time.perf_counter(), Counter(), 0.0
    for kind, difference in PEERS[name].outcomes(m, count):
        counts[kind] += 1
        largest = max(largest, difference)
    kinds = [counts[kind] for kind in (REFUSED, NOT_SHOWN, COMPARED)]
    return Compared(number, len(cases(m)), count, *kinds, largest, time.perf_counter() - start)


def table(name: str, numbers: list[str], inputs: int | None) -> bool:
    """Print what came of a comparison, and return whether the peer agrees."""
    peer = PEERS[name]
    parts = [(name, number, inputs or peer.inputs) for number in numbers or peer.numbers if number in peer.numbers]
    found = []
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for compared in pool.imap(compare, parts):
            found.append(compared)
            print(f"{name}: {len(found)} of {len(parts)} methodologies, {compared}", file=sys.stderr)
    frame = pd.DataFrame(found).set_index("number")
    formats = {"largest": "{:.1e}".format, "seconds": "{:.0f}".format}
    print(f"\n{name}\n{frame.to_string(formatters=formats)}")
    counts = [f"{frame[kind].sum():,} {kind}" for kind in ("inputs", "refused", "not_shown", "compared")]
    print(f"{', '.join(counts)}; largest relative difference {frame['largest'].max():.2e}")
    return frame["largest"].max() <= TOLERANCE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="methodologies, all if none is named")
    parser.add_argument("--peer", choices=PEERS, action="append", help="who else calculates; all but bonsai_ipcc")
    parser.add_argument("--inputs", type=int, help="random inputs for each methodology")
    arguments = parser.parse_args()
    names = arguments.peer or [name for name in PEERS if name != "bonsai_ipcc"]
    agreed = [table(name, arguments.numbers, arguments.inputs) for name in names]
    return int(not all(agreed))


if __name__ == "__main__":
    sys.exit(main())
