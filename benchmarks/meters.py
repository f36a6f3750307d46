"""Readings of 100 meters each minute of a year: 52.6 million rows in twelve Parquet files.

Faults are planted in 5 % of the meter-months: gaps, duplicates, spikes, stuck values in turn.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import memory

METERS, MONTHS, FAULTY = 100, 12, 60
MEMORY = "800MB"
FAULTS = ("gap", "duplicate", "spike", "stuck")


def write(folder: Path, meters: int = METERS) -> Path:
    """Write the files once."""
    db = duckdb.connect()
    db.execute(f"SET memory_limit = '{MEMORY}'")
    db.execute(f"SET temp_directory = '{folder}'")
    for month in range(1, MONTHS + 1):
        target = folder / f"2024-{month:02}.parquet"
        if not target.exists():
            db.execute(f"COPY ({_month(month, meters)}) TO '{target}' (FORMAT parquet)")
    return folder


def _month(month: int, meters: int) -> str:
    """Return SQL of one month: smooth by day, a little noise that is the same each time, faults."""
    first = f"TIMESTAMP '2024-{month:02}-01'"
    minutes = f"(epoch({first} + INTERVAL 1 MONTH) - epoch({first}))::BIGINT // 60"
    # of each meter, a fault every 20 months on average, of each kind in turn
    fault = f"CASE WHEN (m * 7 + {month}) % 20 = 0 THEN (m // 20 + {month}) % 4 ELSE -1 END"
    noise = "(hash(m * 1000000 + t) % 1000)::DOUBLE / 1000"
    # a fault lasts from the 15th day, for 1 day or, of a stuck value, 3 days
    return f"""
        WITH minutes AS (
            SELECT m, unnest(range({minutes})) AS t, {fault} AS fault FROM range({meters}) AS meters(m)
        ), copies AS (
            SELECT *, unnest(range(CASE WHEN fault = 1 AND t // 1440 = 14 THEN 2 ELSE 1 END)) AS copy FROM minutes
        )
        SELECT 'M' || lpad(m::VARCHAR, 3, '0') AS meter, {first} + to_minutes(t) AS time, CASE
            WHEN fault = 2 AND t = 14 * 1440 + 600 THEN 900.0
            WHEN fault = 3 AND t // 1440 BETWEEN 14 AND 16 THEN 9.875
            ELSE round(10 + 5 * sin(t / 229.2) + {noise}, 3) END AS kW
        FROM copies WHERE NOT (fault = 0 AND t // 1440 = 14)
        """


def plan(folder: Path, meters: int = METERS) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return meters and readings."""
    names = [f"M{number:03}" for number in range(meters)]
    source = {
        "files": str(folder / "2024-*.parquet"),
        "kind": "power",
        "step": "1 min",
        "stamp": "start",
        "time": "time",
        "meter": "meter",
        "value": "kW",
        "unit": "kW",
    }
    choices = [
        {"finding": "gap", "treatment": "comparable period"},
        {"finding": "duplicate", "treatment": "count once"},
        {"finding": "spike", "treatment": "comparable period"},
        {"finding": "stuck", "treatment": "comparable period"},
    ]
    described = {
        name: {"parameter": "EC_PJ", "labels": {"i": number + 1}, "unit": "kW", "rated": "25 kW"}
        for number, name in enumerate(names)
    }
    return described, {"timezone": "Asia/Jakarta", "sources": [source], "treatments": choices}


def ours(folder: Path, meters: int = METERS, run: Any = None) -> Any:
    """Return monthly and yearly parameters with every check and treatment."""
    import jcm_calc

    described, readings = plan(folder, meters)
    monitored = jcm_calc.monitor(
        described,
        readings,
        p="2024",
        methodology="ID_AM003",
        COP_PJ=1.63,
        application="individual quick freezer",
        EF_elec=0.814,
        run=run,
    )
    monitored.monthly()
    return monitored


def plain(folder: Path) -> list[Any]:
    """Return the sums by meter and month, and nothing else."""
    db = duckdb.connect()
    return db.execute(
        f"SELECT meter, date_trunc('month', time), sum(kW) / 60, count(*) FROM '{folder}/2024-*.parquet' GROUP BY 1, 2"
    ).fetchall()


def check(folder: Path, meters: int = METERS) -> None:
    """Refuse to compare if not every planted fault is found, or another one, or the sums differ."""
    monitored = ours(folder, meters)
    expected = sorted(
        (f"M{number:03}", f"2024-{month:02}-15", FAULTS[(number // 20 + month) % 4])
        for number in range(meters)
        for month in range(1, MONTHS + 1)
        if (number * 7 + month) % 20 == 0
    )
    found = sorted((one.meter, monitored.shown(one.start)[:10], one.kind) for one in monitored.findings)
    assert found == expected, (found[:3], expected[:3])
    sums: dict[str, float] = {}
    for meter, _, energy, _ in plain(folder):
        sums[meter] = sums.get(meter, 0.0) + energy / 1000
    for meter, energy in sums.items():
        assert abs(monitored.read[meter][0] / energy - 1) < 1e-9


if __name__ == "__main__":
    # in a process of its own: its peak memory is that of the survey alone
    ours(Path(sys.argv[1]))
    print(memory.peak() // 1024)
