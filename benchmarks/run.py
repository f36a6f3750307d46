"""Measure speed and memory as ratios within one run, and print them as a table.

Each row compares two things that run in turn, A B A B …, and quotes the ratio of their medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import fleet
import small
from rich.console import Console
from rich.table import Table

ROUNDS = 9


def seconds(task: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def compare(ours: Callable[[], object], baseline: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median seconds of both, measured in turn after one warm-up each."""
    ours()
    baseline()
    pairs = [(seconds(ours), seconds(baseline)) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def python(*arguments: str) -> Callable[[], object]:
    """Return a task that runs a fresh interpreter."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def peak_over_inputs() -> float:
    """Return the peak of allocated memory, inputs included, over the size of the inputs."""
    tracemalloc.start()
    inputs = fleet.inputs()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    fleet.ours(inputs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / size


def main() -> None:
    """Print the table."""
    table = Table("what", "ours", "baseline", "ratio", "at most", title=f"medians of {ROUNDS} alternating runs")

    def row(what: str, ours: float, baseline: float, limit: float) -> None:
        table.add_row(
            what, f"{ours * 1e3:.2f} ms", f"{baseline * 1e3:.2f} ms", f"{ours / baseline:.2f}", f"{limit:.2f}"
        )

    inputs = fleet.inputs()
    fleet.check(inputs)
    row(
        "1,000,000 chillers × 12 periods against hand-written NumPy",
        *compare(lambda: fleet.ours(inputs), lambda: fleet.by_hand(inputs)),
        0.80,
    )
    del inputs
    table.add_row("  its peak memory over that of its inputs", "", "", f"{peak_over_inputs():.2f}", "1.50")
    once = small.project()
    ours, _ = compare(lambda: [next(once) for _ in range(200)], lambda: None)
    table.add_row("one project, strings with units in, Result out", f"{ours / 200 * 1e3:.3f} ms", "", "", "1 ms")
    pandas = python("-c", "import pandas")
    row("import jcm_calc against import pandas", *compare(python("-c", "import jcm_calc"), pandas), 0.60)
    row("jcm list against import pandas", *compare(python("-m", "jcm_calc.cli", "list"), pandas), 1.00)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
