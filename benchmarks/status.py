"""The monitoring of a running year: a new month of ten one-minute meters, nothing new, and 200 projects."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from jcm_calc.api.case_file import read_case

METERS, PROJECTS, LAST = 10, 200, 12
YEAR = Path(__file__).parents[1] / "docs" / "examples" / "metered_year"
CASE = """\
methodology = "ID_AM003"
p = "2024"

[project]
start = 2024-01-01
end = 2033-12-31
estimate = 300

[inputs]
COP_PJ = 1.63
application = "individual quick freezer"
EF_elec = "0.814 tCO2/MWh"
{meters}
[readings]
timezone = "Asia/Jakarta"

[[readings.sources]]
files = "2024-*.csv"
kind = "interval"
step = "1 min"
stamp = "start"
time = "time"
columns = {{ {columns} }}
unit = "kWh"
"""


def write(folder: Path) -> Path:
    """Write a case of ten meters, and eleven months of their readings."""
    names = [f"M{number}" for number in range(METERS)]
    meters = "".join(
        f'\n[meters.{name}]\nparameter = "EC_PJ"\nlabels = {{ i = {number} }}\nrated = "30 kW"\n'
        for number, name in enumerate(names, 1)
    )
    columns = ", ".join(f'{name} = "{name}"' for name in names)
    case = folder / "case.toml"
    case.write_text(CASE.format(meters=meters, columns=columns), "utf-8")
    for number in range(1, LAST):
        month(folder, number)
    return case


def month(folder: Path, number: int) -> None:
    """Write the readings of a month: smooth by day, with noise that is the same each time."""
    first = f"TIMESTAMP '2024-{number:02}-01'"
    values = ", ".join(
        f"round(0.2 + 0.1 * sin(t / 229.2) + (hash({one} * 1000000 + t) % 1000)::DOUBLE / 50000, 5) AS M{one}"
        for one in range(METERS)
    )
    minutes = f"(epoch({first} + INTERVAL 1 MONTH) - epoch({first}))::BIGINT // 60"
    duckdb.sql(
        f"COPY (SELECT strftime({first} + to_minutes(t), '%Y-%m-%d %H:%M') AS time, {values} "
        f"FROM range({minutes}) AS minutes(t)) TO '{folder / f'2024-{number:02}.csv'}' (HEADER)"
    )


def a_new_month(case: Path) -> Callable[[], object]:
    """Return a task that takes in the last month: the store, which has the others, is put back before."""
    read_case(case).status(date(2024, 11, 30))
    month(case.parent, LAST)
    store = case.with_name("case.readings.duckdb")
    kept = shutil.copy(store, store.with_suffix(".kept"))

    def task() -> object:
        shutil.copy(kept, store)
        return read_case(case).status(date(2024, 12, 31))

    return task


def nothing_new(case: Path) -> Callable[[], object]:
    """Return a task that finds all readings in the store."""
    return lambda: read_case(case).status(date(2024, 12, 31))


def many(folder: Path) -> Path:
    """Write projects with the three meters of the worked year of the documentation."""
    for number in range(PROJECTS):
        shutil.copytree(YEAR, folder / f"project {number}")
    return folder
