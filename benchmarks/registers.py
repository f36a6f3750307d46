"""Cumulative registers of 100 meters each minute of a year: 52.7 million rows in twelve Parquet files.

Faults are planted in 5 % of the meter-months: resets, misread values, duplicates, readings that run back.
Five meters are replaced.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import memory
import numpy as np

METERS, MONTHS = 100, 12
MEMORY = "800MB"
FAULTS = ("reset", "spike", "duplicate", "negative")
MINUTES = 366 * 1440
REPLACED = (3, 23, 43, 63, 83)  # meters without a fault
CHANGE = 182 * 1440 + 720  # noon on 1 July


def counted(minutes: Any) -> Any:
    """Return what a register has counted after some minutes, in kWh: ten kilowatt, more and less by day."""
    return np.round(minutes / 6 + 5 * 229.2 / 60 * (1 - np.cos(minutes / 229.2)), 3)


COUNTED = "round({t} / 6 + 5 * 229.2 / 60 * (1 - cos({t} / 229.2)), 3)"


def planted(meters: int = METERS) -> dict[int, tuple[str, int]]:
    """Return kind and minute of the fault of each meter that has one: in the morning of a 15th."""
    found = {}
    for meter in range(meters):
        for month in range(1, MONTHS + 1):
            if (meter * 7 + month) % 20 == 0:
                day = (datetime(2024, month, 15, 10) - datetime(2024, 1, 1)).total_seconds()
                found[meter] = FAULTS[(meter // 20 + month) % 4], int(day) // 60
    return found


def write(folder: Path, meters: int = METERS) -> Path:
    """Write the files once."""
    db = duckdb.connect()
    db.execute(f"SET memory_limit = '{MEMORY}'")
    db.execute(f"SET temp_directory = '{folder}'")
    faults = planted(meters)
    rows = [(f"M{m:03}", *faults.get(m, ("", -1)), CHANGE if m in REPLACED else -1) for m in range(meters)]
    db.execute("CREATE TABLE meters (meter VARCHAR, fault VARCHAR, fault_at BIGINT, changed BIGINT)")
    db.executemany("INSERT INTO meters VALUES (?, ?, ?, ?)", rows)
    for month in range(1, MONTHS + 1):
        target = folder / f"register-{month:02}.parquet"
        if not target.exists():
            db.execute(f"COPY ({_month(month)}) TO '{target}' (FORMAT parquet)")
    return folder


def _month(month: int) -> str:
    first = (datetime(2024, month, 1) - datetime(2024, 1, 1)).days * 1440
    beyond = MINUTES + 1 if month == 12 else (datetime(2024, month + 1, 1) - datetime(2024, 1, 1)).days * 1440
    begun = (
        "CASE WHEN fault = 'reset' AND t >= fault_at THEN fault_at WHEN changed >= 0 AND t > changed THEN changed END"
    )
    return f"""
        WITH readings AS (
            SELECT *, unnest(range({first}, {beyond})) AS t FROM meters
        ), copies AS (
            SELECT *, {COUNTED.format(t="t")} - coalesce({COUNTED.format(t=f"({begun})")}, 0) AS value,
                unnest(range(CASE WHEN fault = 'duplicate' AND t = fault_at THEN 2 ELSE 1 END)) AS copy FROM readings
        )
        SELECT meter, TIMESTAMP '2024-01-01' + to_minutes(t) AS time, round(value + CASE
            WHEN t <> fault_at THEN 0
            WHEN fault = 'spike' THEN 5000
            WHEN fault = 'negative' THEN -50
            ELSE 0 END, 3) AS kWh
        FROM copies
        """


def plan(folder: Path, meters: int = METERS) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return meters and readings."""
    change = {"at": datetime(2024, 7, 1, 12), "final": float(counted(CHANGE)), "initial": 0.0, "serial": "new"}
    described = {
        f"M{number:03}": {
            "parameter": "EC_PJ",
            "labels": {"i": number + 1},
            "unit": "kWh",
            "rated": "25 kW",
            **({"replaced": [change]} if number in REPLACED else {}),
        }
        for number in range(meters)
    }
    source = {"files": str(folder / "register-*.parquet"), "kind": "register", "time": "time", "meter": "meter"}
    choices = [
        {"finding": "reset", "treatment": "count from zero"},
        {"finding": "spike", "treatment": "leave out"},
        {"finding": "negative", "treatment": "leave out"},
        {"finding": "duplicate", "treatment": "count once"},
    ]
    return described, {"timezone": "Asia/Jakarta", "sources": [{**source, "value": "kWh"}], "treatments": choices}


def ours(folder: Path, meters: int = METERS) -> Any:
    """Return monthly and yearly parameters with every check and treatment."""
    import jcm_calc

    described, readings = plan(folder, meters)
    given = {"COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
    monitored = jcm_calc.monitor(described, readings, p="2024", methodology="ID_AM003", **given)
    monitored.monthly()
    return monitored


def plain(folder: Path) -> list[Any]:
    """Return first and last reading by meter and month, and nothing else."""
    db = duckdb.connect()
    return db.execute(
        "SELECT meter, date_trunc('month', time), max(kWh) - min(kWh), count(*) "
        f"FROM '{folder}/register-*.parquet' GROUP BY 1, 2"
    ).fetchall()


def check(folder: Path, meters: int = METERS) -> None:
    """Refuse to compare if not every planted fault is found, or another one, or the amounts are wrong."""
    monitored = ours(folder, meters)
    faults = planted(meters)
    expected = [(f"M{meter:03}", kind) for meter, (kind, _) in faults.items()]
    expected += [(f"M{meter:03}", "replacement") for meter in REPLACED if meter < meters]
    found = [(one.meter, one.kind) for one in monitored.findings]
    assert sorted(found) == sorted(expected), (sorted(found)[:5], sorted(expected)[:5])
    for meter in range(meters):
        kind, at = faults.get(meter, ("", 0))
        truth = counted(MINUTES) - (counted(at) - counted(at - 1) if kind == "reset" else 0)
        assert abs(monitored.amounts[f"M{meter:03}"][0] * 1000 - truth) < 1e-6, (meter, kind)


if __name__ == "__main__":
    # in a process of its own: its peak memory is that of the survey alone
    ours(Path(sys.argv[1]))
    print(memory.peak() // 1024)
