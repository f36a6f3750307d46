"""Transformers of VN_AM005 by the million on a Dask cluster of two workers with 2 GiB each, generated lazily."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from typing import Any

import dask.array as da
import numpy as np

import jcm_calc

UNITS, FEWER, PERIODS, CHUNK = 20_000_000, 2_000_000, 12, 250_000
MEMORY = "2GiB"
LOSS_RE = {"1 phase 50 kVA": 190.0, "3 phase 160 kVA": 410.0, "3 phase 400 kVA": 840.0}
LOSS_PJ = {"1 phase 50 kVA": 55.0, "3 phase 160 kVA": 130.0, "3 phase 400 kVA": 260.0}
EF_GRID, LOSSES = 0.66, np.linspace(0.02, 0.05, PERIODS)


def inputs(units: int) -> tuple[Any, Any]:
    """Return the number of each transformer's type, and its hours in service, as Dask arrays."""
    rng = da.random.default_rng(20240101)
    kinds = rng.integers(0, len(LOSS_RE), units, chunks=CHUNK)
    hours = rng.uniform(600, 672, (units, PERIODS), chunks=(CHUNK, PERIODS))
    return kinds, hours


def ours(units: int) -> Any:
    """Return RE, PE and ER of the year."""
    kinds, hours = inputs(units)
    names = np.array(list(LOSS_RE), dtype=object)
    result = jcm_calc.calculate(
        "VN_AM005",
        service_hours="given",
        removals="none",
        type=kinds.map_blocks(lambda block: names[block], dtype=object),
        NLL_RE=LOSS_RE,
        NLL_PJ=LOSS_PJ,
        H_given=hours,
        Br=LOSSES,
        EF_grid=EF_GRID,
        p=[f"2024-{month:02}" for month in range(1, PERIODS + 1)],
    )
    return result.by_year()


def by_hand(units: int) -> float:
    """Return ER of the year by plain Dask arithmetic."""
    kinds, hours = inputs(units)
    saved = np.array(list(LOSS_RE.values())) - np.array(list(LOSS_PJ.values()))
    loss = (kinds.map_blocks(lambda block: saved[block], dtype=float)[:, None] * hours).sum(axis=0)
    return float((loss / 1e6 * EF_GRID * (1 - LOSSES)).sum().compute())


def measure() -> tuple[float, float, float]:
    """Return the seconds of the smaller and of the larger case, and the peak memory of a worker in GiB."""
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=MEMORY, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        found = ours(FEWER)  # a warm-up, and the proof that the numbers are right
        np.testing.assert_allclose(found["ER"].sum(), by_hand(FEWER), rtol=1e-10)
        seconds = []
        for units in (FEWER, UNITS):
            start = time.perf_counter()
            ours(units)
            seconds.append(time.perf_counter() - start)
        peaks = client.run(lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return seconds[0], seconds[1], max(peaks.values()) / 1024**2


if __name__ == "__main__":
    warnings.simplefilter("ignore", jcm_calc.UnconfirmedWarning)
    few, many, peak = measure()
    ratio = (many / UNITS) / (few / FEWER)
    print(f"{FEWER:,} transformers × {PERIODS} periods: {few:.1f} s")
    print(f"{UNITS:,} transformers × {PERIODS} periods: {many:.1f} s; peak of a worker {peak:.2f} GiB (at most 2)")
    print(f"a unit of the larger case over one of the smaller: {ratio:.2f} (at most 1.30)")
    sys.exit(ratio > 1.3 or peak > 2)
