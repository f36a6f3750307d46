"""Registers at scale: the steps between readings without sorting them, where they stand as loggers write them.

A window over sorted readings is what costs most. Loggers append: in a file, the readings of a meter
follow each other in runs. Within a run the reading before is the row before; between runs, few as
they are, steps are put together here. Where runs overlap, readings have to be sorted after all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.readings.store import Store

MOST_RUNS = 100_000
FOLLOWS = "coalesce(m = meter AND (s < stamp OR (s = stamp AND v <= value)), false)"
PLACED = "row_number() OVER () AS place, lead(stamp) OVER () AS later"
Reading = tuple[int, float]


def sorted_steps(readings: str) -> str:
    """Return SQL of the steps between the readings of each meter, in order of time.

    Parameters
    ----------
    readings : str
        SQL of meter, stamp and value.
    """
    # the larger of two readings of one time comes last
    before = "OVER (PARTITION BY meter ORDER BY stamp, value)"
    return (
        f"SELECT * FROM (SELECT meter, lag(stamp) {before} AS start, stamp AS stop, "
        f"value - lag(value) {before} AS raw, value, flag FROM ({readings})) WHERE start IS NOT NULL"
    )


def steps_in_runs(readings: str) -> str:
    """Return SQL of the steps within runs, where all files are read as one.

    Parameters
    ----------
    readings : str
        SQL of meter, stamp, value and flag.
    """
    rows = _rows(readings)
    return f"SELECT meter, s AS start, stamp AS stop, value - v AS raw, value, flag FROM ({rows}) WHERE {FOLLOWS}"


def with_heads(readings: str, size: str = "") -> str:
    """Return SQL of the steps within runs and, with their place as ``head``, of the readings that begin a run.

    A head has the reading before it in ``start`` and ``before``, and no ``raw``. The last reading of all forms a
    separate run, so that where each run ends is known from the head after it.

    Parameters
    ----------
    readings : str
        SQL of meter, stamp, value and flag.
    size : str, optional
        SQL of how many readings there are, where that is known: a look at the next row of each costs more.
    """
    rows = _rows(readings, "row_number() OVER () AS place" if size else PLACED)
    known = f"SELECT *, {FOLLOWS} AND {f'place <> ({size})' if size else 'later IS NOT NULL'} AS follows FROM ({rows})"
    return (
        "SELECT meter, s AS start, stamp AS stop, CASE WHEN follows THEN value - v END AS raw, value, flag, "
        f"v AS before, CASE WHEN NOT follows THEN place END AS head FROM ({known})"
    )


def mostly_in_runs(store: Store, readings: str) -> bool:
    """Whether the first readings follow each other in runs, and not meter after meter at each time."""
    first = f"SELECT head FROM ({with_heads(readings)}) LIMIT {MOST_RUNS}"
    return store.number(f"SELECT count(head) FROM ({first})") <= MOST_RUNS // 10


def _rows(readings: str, more: str = "0 AS place") -> str:
    return (
        "SELECT meter, stamp, value, flag, lag(meter) OVER () AS m, lag(stamp) OVER () AS s, lag(value) OVER () AS v, "
        f"{more} FROM ({readings})"
    )


@dataclass(slots=True)
class _Run:
    """Readings that follow each other: first and last, the flag of the first, and whether rows before go on with it."""

    first: Reading
    last: Reading
    flag: int
    goes_on: bool


def between(store: Store, heads: Sequence[pd.DataFrame]) -> str | None:
    """Return the name of a table of the steps between the runs of each meter; None where runs overlap or are many.

    Parameters
    ----------
    heads : sequence of DataFrame
        Of each file the readings that begin a run, in order: meter, place from 1 on, stamp and value, those of the
        reading before (``start`` and ``before``), and flag; the last one is the last reading of the file.
    """
    if sum(map(len, heads)) > MOST_RUNS:
        return None
    found = _between(heads)
    if found is None:
        return None
    name = store.name()
    columns = "meter VARCHAR, start BIGINT, stop BIGINT, raw DOUBLE, value DOUBLE, flag BIGINT, across_files BOOLEAN"
    store.db.execute(f"CREATE TABLE {name} ({columns})")
    if found:
        store.db.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?)", found)
    return name


def _between(heads: Sequence[pd.DataFrame]) -> list[tuple[str, int, int, float, float, int, bool]] | None:
    of: dict[str, list[_Run]] = {}
    before: tuple[str, Reading] | None = None  # meter and reading of the row before
    for frame in heads:
        run: _Run | None = None
        rows: list[Any] = list(frame.itertuples(index=False))
        for head in rows:
            if run is not None and before is not None:
                run.last = (int(head.start), head.before)
                before = (before[0], run.last)
            first = (int(head.stamp), head.value)
            goes_on = before is not None and before[0] == head.meter and before[1] <= first
            run = _Run(first, first, int(head.flag), goes_on)
            of.setdefault(head.meter, []).append(run)
            before = (head.meter, first)
    found = []
    for meter, mine in of.items():
        for one, other in itertools.pairwise(sorted(mine, key=lambda run: (run.first, run.last))):
            (start, shown), (stop, now) = one.last, other.first
            if one.last > other.first:
                return None
            found.append((meter, start, stop, now - shown, now, other.flag, other.goes_on))
    return found


def complete(blocks: pd.DataFrame) -> bool:
    """Whether the steps of each meter follow each other without hole or overlap, as steps between readings do."""
    ends = blocks.groupby("meter").agg({"first": "min", "last": "max", "covered": "sum"})
    return bool((ends["last"] - ends["first"] == ends["covered"]).all())


def steps_of(readings: str, wanted: str, number: str) -> str:
    """Return SQL of the steps between the readings in some blocks only.

    Parameters
    ----------
    readings : str
        SQL of meter, stamp and value.
    wanted : str
        Name of a table of meter, its number, block and place: the place of a block among those of its meter
        that have readings. Between blocks that are not neighbours there is no step.
    number : str
        SQL of the block of a stamp.
    """
    before = "OVER (PARTITION BY meter ORDER BY stamp, value)"
    blocks = f"SELECT *, {number} AS block FROM ({readings})"
    rows = f"SELECT r.*, number, place FROM ({blocks}) r JOIN {wanted} USING (meter, block)"
    return (
        f"SELECT meter, number, start, stop, raw, value, flag FROM (SELECT meter, number, "
        f"lag(stamp) {before} AS start, stamp AS stop, "
        f"value - lag(value) {before} AS raw, value, flag, place - lag(place) {before} AS apart FROM ({rows})) "
        "WHERE apart <= 1"
    )
