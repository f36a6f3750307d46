"""Fleets of 1,000,000 units × 12 periods: chillers of ID_AM002 on grid electricity, refrigerators, solar systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import polars as pl

import jcm_calc

UNITS, PERIODS = 1_000_000, 12
EF_GRID = 0.814

Inputs = dict[str, Any]


def inputs() -> Inputs:
    """Draw plausible inputs, the same each time."""
    rng = np.random.default_rng(20240101)
    return {
        "EC_PJ": rng.uniform(10, 500, (UNITS, PERIODS)),
        "COP_PJ": rng.uniform(6, 7, UNITS),
        "T_cooling_out": rng.uniform(35, 38, UNITS),
        "T_chilled_out": rng.uniform(6, 8, UNITS),
        "capacity": rng.uniform(100, 1200, UNITS),
    }


def ours(given: Inputs) -> tuple[Any, Any, Any]:
    """Calculate with every check of the library."""
    result = jcm_calc.calculate("ID_AM002", power_source="grid", EF_grid=EF_GRID, **given)
    return result.RE.magnitude, result.PE.magnitude, result.ER.magnitude


def by_hand(given: Inputs) -> tuple[Any, Any, Any]:
    """Calculate the same operations in the document's order on whole arrays, with no check."""
    cop_tc = given["COP_PJ"] * (given["T_cooling_out"] - given["T_chilled_out"] + 1.5 + 1.5) / (37 - 7 + 1.5 + 1.5)
    classes = np.digitize(given["capacity"], [300, 450, 550, 825])
    cop_re = np.array([4.92, 5.33, 5.59, 5.69, 5.85])[classes]
    reference = (given["EC_PJ"] * (cop_tc / cop_re)[:, None] * EF_GRID).sum(axis=0)
    project = (given["EC_PJ"] * EF_GRID).sum(axis=0)
    return reference, project, reference - project


def check(given: Inputs) -> None:
    """Refuse to compare things that differ."""
    for mine, theirs in zip(ours(given), by_hand(given), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)


def refrigerators(given: Inputs) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return ER of ID_AM003 by the library, and by the same operations on whole arrays."""
    energy, cop = given["EC_PJ"], given["COP_PJ"]

    def ours() -> Any:
        values = {"application": "individual quick freezer", "EF_elec": EF_GRID}
        return jcm_calc.calculate("ID_AM003", EC_PJ=energy, COP_PJ=cop, **values).ER.magnitude

    def by_hand() -> Any:
        return (energy * (cop / 1.32)[:, None] * EF_GRID).sum(axis=0) - (energy * EF_GRID).sum(axis=0)

    return ours, by_hand


def solar_systems(given: Inputs) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return ER of PW_AM001 by the library, and by the same operations on a whole array."""
    energy = given["EC_PJ"]
    return lambda: jcm_calc.calculate("PW_AM001", EG=energy).ER.magnitude, lambda: (energy * 0.533).sum(axis=0)


def peers(given: Inputs) -> dict[str, Callable[[], Any]]:
    """Return ER of ID_AM003 by Polars and DuckDB: from the same array, and from columns of their own."""
    energy, cop = given["EC_PJ"], given["COP_PJ"]
    columns = [f"p{number}" for number in range(PERIODS)]
    table = pl.DataFrame({name: np.ascontiguousarray(column) for name, column in zip(columns, energy.T, strict=True)})
    table = table.with_columns(cop=cop)
    emitted = [
        (pl.col(one) * (pl.col("cop") / 1.32) * EF_GRID).sum() - (pl.col(one) * EF_GRID).sum() for one in columns
    ]
    database = duckdb.connect()
    database.register("fleet", table.to_arrow())
    sums = ", ".join(f"sum({name} * (cop / 1.32) * {EF_GRID}) - sum({name} * {EF_GRID})" for name in columns)

    def polars(frame: pl.DataFrame) -> Any:
        return np.array(frame.lazy().select(emitted).collect().row(0))

    return {
        "Polars": lambda: polars(pl.from_numpy(energy, columns).with_columns(cop=cop)),
        "Polars, whose columns are there": lambda: polars(table),
        "DuckDB, whose columns are there": lambda: np.array(database.execute(f"SELECT {sums} FROM fleet").fetchone()),
    }
