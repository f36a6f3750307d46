"""What a calculation costs by its size: the table of ``docs/how_to/large.md``."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import tables

import jcm_calc

PERIODS = 12
ROUNDS = 5
UNITS = (1, 100, 10_000, 100_000, 1_000_000)


def seconds(task: Callable[[], object]) -> float:
    """Return the median time of a task, after one warm-up."""
    task()
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        task()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def arrays(units: int) -> Callable[[], object]:
    """Return the task of a fleet of freezers as arrays."""
    rng = np.random.default_rng(1)
    energy, efficiency = rng.uniform(10, 500, (units, PERIODS)), rng.uniform(1.5, 2, units)
    values = {"application": "individual quick freezer", "EF_elec": 0.814, "p": tables.MONTHS}
    return lambda: jcm_calc.calculate("ID_AM003", EC_PJ=energy, COP_PJ=efficiency, **values)


def rows(units: int) -> Callable[[], object]:
    """Return the task of the same fleet as two long tables."""
    given = tables.frames(units)
    return lambda: tables.ours(*given)


def draws(units: int, count: int) -> Callable[[], object]:
    """Return the task of drawing the emission factor and the efficiency of each unit."""
    result = arrays(units)()
    stated = {"EF_elec": "±5 % (95 %)", "COP_PJ": "±2 %"}
    return lambda: jcm_calc.uncertainty(result, stated, count)


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    print("| units × 12 months | as arrays | as long tables |\n|---|---|---|")
    for units in UNITS:
        print(f"| {units:,} | {seconds(arrays(units)) * 1e3:,.1f} ms | {seconds(rows(units)) * 1e3:,.1f} ms |")
    print("\n| draws | of 1 unit | of 100 units |\n|---|---|---|")
    for count in (10_000, 100_000):
        print(f"| {count:,} | {seconds(draws(1, count)) * 1e3:,.1f} ms | {seconds(draws(100, count)) * 1e3:,.1f} ms |")


if __name__ == "__main__":
    main()
