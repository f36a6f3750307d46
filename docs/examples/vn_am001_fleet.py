"""A made-up fleet for VN_AM001: 10,000 trucks × 24 months, as tables and as a case file.

Run it with a folder to write into::

    python docs/examples/vn_am001_fleet.py fleet
    jcm calc fleet/fleet.toml

The numbers are drawn at random from a fixed seed. They describe no real fleet, and neither the
density nor the choice of fuel factors comes from the methodology, whose text nobody here has read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

TRUCKS, SEED = 10_000, 1776
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
FUELS = ["Gas/diesel oil", "Motor gasoline"]

CASE = """\
methodology = "VN_AM001"

[project]
title = "A made-up fleet of 10,000 trucks"

[choices]
basis = "distance"
fuel_measured_as = "volume"

[inputs]
tables = ["trucks.csv", "months.csv"]
NCV_i = "IPCC 2006, lower"
EF_CO2_i = "IPCC 2006, lower"
"ρ_i" = { "Gas/diesel oil" = 0.84, "Motor gasoline" = 0.74 }
"""


def trucks(rng: np.random.Generator) -> pd.DataFrame:
    """Return one row a truck: its fuel, and its consumption before the project."""
    fuel = rng.choice(FUELS, TRUCKS, p=[0.9, 0.1])
    return pd.DataFrame(
        {
            "i": [f"truck {number:05}" for number in range(1, TRUCKS + 1)],
            "fuel": fuel,
            "SV_RE [L/km]": rng.uniform(0.15, 0.40, TRUCKS).round(3),
        }
    )


def months(rng: np.random.Generator, fleet: pd.DataFrame) -> pd.DataFrame:
    """Return one row a truck and month: distance, and litres of fuel."""
    rows = fleet.loc[fleet.index.repeat(len(MONTHS))].reset_index(drop=True)
    distance = rng.uniform(2_000, 9_000, len(rows)).round()
    saving = rng.normal(0.04, 0.02, len(rows))
    litres = distance * rows["SV_RE [L/km]"] * (1 - saving)
    return pd.DataFrame(
        {"i": rows["i"], "p": np.tile(MONTHS, TRUCKS), "D_PJ [km]": distance, "V_PJ [L]": litres.round(1)}
    )


def write(folder: Path) -> Path:
    """Write the two tables and the case file, and return the latter's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    fleet = trucks(rng)
    fleet.to_csv(folder / "trucks.csv", index=False)
    months(rng, fleet).to_csv(folder / "months.csv", index=False)
    case = folder / "fleet.toml"
    case.write_text(CASE, encoding="utf-8")
    return case


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give the folder to write into")
    print(write(Path(sys.argv[1])))
