"""Registers at scale: the steps between readings without sorting them, where they stand as loggers write them.

A window over sorted readings is what costs most. Loggers append: in a file, the readings of a meter
follow each other in runs. Within a run the reading before is the row before; between runs, few as
they are, steps are put together here. Where runs overlap, readings have to be sorted after all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.readings.store import Store

MOST_RUNS = 100_000
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


@dataclass(frozen=True)
class Runs:
    """The steps of registers, as SQL.

    Attributes
    ----------
    within : str
        The steps within the runs of a file, or of all rows that are read as one.
    between : str
        A table of the steps between runs.
    """

    within: str
    between: str

    @property
    def steps(self) -> str:
        """SQL of all steps, where all rows are read as one."""
        columns = "meter, start, stop, raw, value, flag"
        return f"{self.within} UNION ALL SELECT {columns} FROM {self.between} WHERE NOT across_files"


def runs(store: Store, readings: str, paths: tuple[str, Sequence[Path]]) -> Runs | None:
    """Return the steps between readings without sorting these; None where the runs of a meter overlap.

    Parameters
    ----------
    store : Store
    readings : str
        SQL of meter, stamp, value and flag.
    paths : tuple of str and sequence of Path
        The variable that names the files, and which they are; none where all rows are read as one.
    """
    rows = (
        "SELECT meter, stamp, value, flag, lag(meter) OVER () AS m, lag(stamp) OVER () AS s, lag(value) OVER () AS v, "
        f"lead(meter) OVER () AS later FROM ({readings})"
    )
    follows = "coalesce(m = meter AND (s < stamp OR (s = stamp AND v <= value)), false)"
    ends = f"SELECT * FROM (SELECT *, {follows} AS follows FROM ({rows})) WHERE NOT follows OR later IS NULL"
    limited = f"{ends} LIMIT {MOST_RUNS + 1}"
    found = store.by_file(limited, *paths) if paths[1] else [store.frame(limited)]
    between = _between(found)
    if between is None:
        return None
    name = store.name()
    columns = "meter VARCHAR, start BIGINT, stop BIGINT, raw DOUBLE, value DOUBLE, flag BIGINT, across_files BOOLEAN"
    store.db.execute(f"CREATE TABLE {name} ({columns})")
    if between:
        store.db.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?)", between)
    within = f"SELECT meter, s AS start, stamp AS stop, value - v AS raw, value, flag FROM ({rows}) WHERE {follows}"
    return Runs(within, name)


class _Run(NamedTuple):
    """Readings that follow each other: first and last, the flag of the first, and whether a file goes on with it."""

    first: Reading
    last: Reading
    flag: int
    goes_on: bool


def _between(ends: Sequence[pd.DataFrame]) -> list[tuple[str, int, int, float, float, int, bool]] | None:
    """Return the steps between the runs of each meter.

    Of each file there are the first readings of runs, each with the reading before it, and its last reading.
    """
    if sum(map(len, ends)) > MOST_RUNS:
        return None
    of: dict[str, list[_Run]] = {}
    before: tuple[str, Reading] | None = None  # the last reading of the file before
    for frame in ends:
        rows: list[Any] = list(frame.itertuples(index=False))
        heads = [row for row in rows if not row.follows]
        for place, (head, after) in enumerate(itertools.pairwise([*heads, None])):
            assert head is not None
            last = (rows[-1].stamp, rows[-1].value) if after is None else (int(after.s), after.v)
            first = (head.stamp, head.value)
            goes_on = not place and before is not None and before[0] == head.meter and before[1] <= first
            of.setdefault(head.meter, []).append(_Run(first, last, head.flag, goes_on))
        before = (rows[-1].meter, (rows[-1].stamp, rows[-1].value)) if rows else before
    found = []
    for meter, mine in of.items():
        for one, other in itertools.pairwise(sorted(mine)):
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
