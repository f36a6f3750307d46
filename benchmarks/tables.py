"""Long tables: freezers of ID_AM003 × 12 months as rows, against the same merge and groupby in pandas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import jcm_calc

UNITS = (10_000, 100_000)
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
# What a table is given as, from pandas.
CARRIERS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: frame,
    "rows in any order": lambda frame: frame.sample(frac=1, random_state=1).reset_index(drop=True),
    "Polars": pl.from_pandas,
    "Arrow": pa.Table.from_pandas,
}


def frames(units: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw plausible tables, the same each time: a row for each unit and month, and a row for each unit."""
    rng = np.random.default_rng(20240101)
    labels = pd.Series([f"freezer {number}" for number in range(units)], dtype="str")
    energy = pd.DataFrame(
        {
            "i": labels.repeat(len(MONTHS)).reset_index(drop=True),
            "p": pd.Series(MONTHS * units, dtype="str"),
            "EC_PJ": rng.uniform(10, 500, units * len(MONTHS)),
        }
    )
    return energy, pd.DataFrame({"i": labels, "COP_PJ": rng.uniform(1.5, 2, units)})


def ours(energy: Any, efficiency: Any) -> Any:
    """Calculate with every check of the library."""
    values = {"application": "individual quick freezer", "EF_elec": 0.814, "p": MONTHS}
    return jcm_calc.calculate("ID_AM003", energy, efficiency, **values).ER.magnitude


def by_hand(energy: pd.DataFrame, efficiency: pd.DataFrame) -> Any:
    """Calculate the same in pandas, with no check."""
    rows = energy.merge(efficiency, on="i")
    rows["RE"] = rows["EC_PJ"] * (rows["COP_PJ"] / 1.32) * 0.814
    rows["PE"] = rows["EC_PJ"] * 0.814
    sums = rows.groupby("p")[["RE", "PE"]].sum()
    return (sums["RE"] - sums["PE"]).to_numpy()


def tasks(units: int, carrier: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the task of the library with tables of some kind, and that of pandas; refuse other numbers."""
    energy, efficiency = frames(units)
    given = CARRIERS[carrier](energy), CARRIERS[carrier](efficiency)
    rows = given if isinstance(given[0], pd.DataFrame) else (energy, efficiency)
    np.testing.assert_allclose(ours(*given), by_hand(*rows), rtol=1e-9)
    return lambda: ours(*given), lambda: by_hand(*rows)
