"""Measure speed and memory as ratios within one run, and print them as a table.

Each row compares two things that run in turn, A B A B …, and quotes the ratio of their medians. Fleets and long tables
are calculated on all cores: their ratios are smaller on an idle machine, and the bounds hold on a busy one, too.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import draws
import fleet
import meters
import numpy as np
import projects
import registers
import small
import status
import tables
import verification
import workbook

import jcm_calc
from jcm_calc.api.case_file import read_case

ROUNDS = 9


def show(what: str, ours: str, baseline: str, ratio: str, limit: str) -> None:
    """Print a row as soon as it is measured: what fails later takes nothing away."""
    print(f"{what:<84}{ours:>12}{baseline:>14}{ratio:>12}{limit:>12}", flush=True)


def row(what: str, ours: float, baseline: float, limit: float) -> None:
    """Print the seconds of both, and their ratio."""
    show(what, f"{ours * 1e3:.2f} ms", f"{baseline * 1e3:.2f} ms", f"{ours / baseline:.3g}", f"{limit:.3g}")


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


def process(*command: str, check: bool = True) -> Callable[[], object]:
    """Return a task that runs a command of this environment in a fresh process, with its code compiled before."""
    path = Path(sys.executable).with_name(command[0])
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run([path, *command[1:]], check=check, stdout=subprocess.DEVNULL, env=compiled)


def of_file(command: str, folder: Path) -> Callable[[], object]:
    """Return a task that runs a command on the published case of ID_AM003, or on its workbook."""
    case = str(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    if command == "report":
        return process("jcm", "report", case, "-o", str(folder / "report.html"), "--force")
    if command == "calc":
        return process("jcm", "calc", case)
    workbook = folder / "report.xlsx"
    read_case(case).calculate().to_excel(workbook, overwrite=True)
    return process("jcm", "verify", str(workbook), check=False)  # 1: something is left for the verifier


def whole_fleet() -> tuple[float, float]:
    """Return the median seconds of the library and of NumPy by hand."""
    inputs = fleet.inputs()
    fleet.check(inputs)
    return compare(lambda: fleet.ours(inputs), lambda: fleet.by_hand(inputs))


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


def peak(module: ModuleType, *arguments: str) -> float:
    """Return the peak memory of a process that runs a module of this folder, in GiB."""
    command = [sys.executable, str(module.__file__), *arguments]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024


def year_of_minutes(folder: Path) -> tuple[float, float]:
    """Return the median seconds of a survey with all checks and of a plain GROUP BY of the same data."""
    meters.check(meters.write(folder))
    return compare(lambda: meters.ours(folder), lambda: meters.plain(folder), 5)


def year_of_registers(folder: Path) -> tuple[float, float]:
    """Return the median seconds of a survey of registers and of a plain GROUP BY of the same data."""
    registers.check(registers.write(folder))
    return compare(lambda: registers.ours(folder), lambda: registers.plain(folder), 5)


def on_a_cluster(folder: Path) -> bool:
    """Whether two workers that screen the files find identical numbers."""
    from dask.distributed import Client, LocalCluster

    alone = meters.ours(folder)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        spread = meters.ours(folder, run=lambda task, files: client.gather(client.map(task, files)))
    return spread.amounts == alone.amounts and spread.findings == alone.findings


def main() -> None:
    """Print the table."""
    for kind in (jcm_calc.UnconfirmedWarning, jcm_calc.InputWarning):
        warnings.simplefilter("ignore", kind)
    show(f"medians of {ROUNDS} alternating runs", "ours", "baseline", "ratio", "at most")
    row("1,000,000 chillers × 12 periods against hand-written NumPy", *whole_fleet(), 0.45)
    for name, tasks in ("refrigerators", fleet.refrigerators), ("solar systems", fleet.solar_systems):
        ours, by_hand = tasks(fleet.inputs())
        np.testing.assert_allclose(ours(), by_hand(), rtol=1e-9)
        row(f"  the same of {name}", *compare(ours, by_hand), 0.30)
    inputs = fleet.inputs()
    ours, by_hand = fleet.refrigerators(inputs)
    for name, peer in fleet.peers(inputs).items():
        np.testing.assert_allclose(peer(), by_hand(), rtol=1e-9)
        row(f"  refrigerators against {name}", *compare(ours, peer), 1.00)
    show("  its peak memory over that of its inputs", "", "", f"{peak_over_inputs():.2f}", "1.50")
    for units, carrier in itertools.product(tables.UNITS, tables.CARRIERS):
        what = f"{units * len(tables.MONTHS):,} rows ({carrier}) against merge and groupby in pandas"
        row(what, *compare(*tables.tasks(units, carrier)), 1.05)
    once = small.project()
    ours, _ = compare(lambda: [next(once) for _ in range(200)], lambda: None)
    show("one project, strings with units in, Result out", f"{ours / 200 * 1e3:.3f} ms", "", "", "1 ms")
    draws.check()
    ours, by_hand_seconds = compare(draws.ours, draws.by_hand)
    row(f"{draws.DRAWS:,} draws of 5 inputs against hand-written NumPy", ours, by_hand_seconds, 0.60)
    drawing, drawing_by_hand = compare(draws.drawing(), draws.drawn_by_hand)
    row("  the same without drawing", ours - drawing, by_hand_seconds - drawing_by_hand, 0.60)
    show("  its peak memory", f"{peak(draws):.2f} GiB", "", "", "1.00 GiB")
    row("  evaluating them, drawn before", *compare(*draws.of_one_unit()), 2.00)
    row("10,000 draws of 100 units × 12 periods, evaluating them, drawn before", *compare(*draws.of_many_units()), 0.50)
    frame = projects.table()
    projects.check(frame)
    ours, _ = compare(lambda: projects.ours(frame), lambda: None, 5)
    rate = f"{projects.PROJECTS / ours:,.0f}/s"
    show(f"{projects.PROJECTS:,} projects, some with remarks, tables in", rate, "", "", "≥ 2,000/s")
    pandas = process("python", "-c", "import pandas")
    row("import jcm_calc against import pandas", *compare(process("python", "-c", "import jcm_calc"), pandas), 0.60)
    row("jcm list against import pandas", *compare(process("jcm", "list"), pandas), 1.00)
    with tempfile.TemporaryDirectory() as folder:
        for command, bound in (("calc", 1.00), ("verify", 1.50), ("report", 3.00)):
            row(
                f"jcm {command} of one file against import pandas",
                *compare(of_file(command, Path(folder)), pandas),
                bound,
            )
    with tempfile.TemporaryDirectory() as folder:
        row("100 meters × 1 year × 1 minute against a plain GROUP BY", *year_of_minutes(Path(folder)), 5.00)
        show("  its peak memory", f"{peak(meters, folder):.2f} GiB", "", "", "1.50 GiB")
        same = "identical" if on_a_cluster(Path(folder)) else "different"
        show("  on a Dask cluster of two workers", same, "", "", "identical")
    with tempfile.TemporaryDirectory() as folder:
        row("the same as cumulative registers, with resets", *year_of_registers(Path(folder)), 5.00)
        show("  its peak memory", f"{peak(registers, folder):.2f} GiB", "", "", "1.50 GiB")
    with tempfile.TemporaryDirectory() as folder:
        of_status(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        of_workbooks(Path(folder))


def of_status(folder: Path) -> None:
    """Add the rows of watching running years."""
    case = status.write(folder)
    ours, _ = compare(status.a_new_month(case), lambda: None, 5)
    show("status: a new month of 10 one-minute meters", f"{ours:.2f} s", "", "", "2 s")
    ours, _ = compare(status.nothing_new(case), lambda: None, 5)
    show("  the same without new data", f"{ours:.2f} s", "", "", "0.5 s")
    many = process("jcm", "status", str(status.many(folder / "many")), "--on", "2024-08-31", check=False)
    show(f"status of {status.PROJECTS} projects, the first time", f"{seconds(many):.1f} s", "", "", "30 s")
    show("  the same without new data", f"{seconds(many):.1f} s", "", "", "30 s")


def of_workbooks(folder: Path) -> None:
    """Add the rows of reading and writing workbooks."""
    ours, constants = compare(*workbook.write(folder), rounds=5)
    row(f"writing a workbook of {workbook.UNITS_WRITTEN:,} units against constants", ours, constants, 3.0)
    if workbook.office() is None:
        show("reading a workbook against LibreOffice", "", "not installed", "", "0.02")
        return
    path = workbook.filled(folder)
    ours, office = compare(workbook.read(path), workbook.recalculate([path], folder), rounds=5)
    row("reading a filled workbook to a result against LibreOffice, a process a file", ours, office, 0.02)
    paths = [workbook.filled(folder, number) for number in range(1, workbook.BATCH + 1)]
    ours, office = compare(
        lambda: [workbook.read(one)() for one in paths], workbook.recalculate(paths, folder), rounds=3
    )
    row(f"  the same for {workbook.BATCH} files, LibreOffice in one process", ours, office, 1.0)
    of_verification(folder, paths)


def of_verification(folder: Path, few: list[Path]) -> None:
    """Add the rows of verifying workbooks, each as the time for one of them."""
    paths = verification.write(folder)
    ours, office = compare(lambda: verification.verify(paths), workbook.recalculate(paths[:1], folder), rounds=3)
    ours /= len(paths)
    row(f"verifying {len(paths)} workbooks, for each of them against LibreOffice recalculating it", ours, office, 0.05)
    batch = statistics.median(seconds(workbook.recalculate(few, folder)) for _ in range(3)) / len(few)
    row(f"  the same, LibreOffice with {len(few)} files in one process", ours, batch, 0.5)
    what = f"  peak memory after {len(paths)} over that after {verification.EARLY}"
    show(what, "", "", f"{verification.growth(paths):.2f}", "1.05")


if __name__ == "__main__":
    main()
