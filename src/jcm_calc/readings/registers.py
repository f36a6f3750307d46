"""Registers at scale: the steps between readings without sorting them, where they stand as loggers write them.

A window over sorted readings is what costs most. Loggers append: in a file, the readings of a meter
follow each other in runs. Within a run the reading before is the row before; between runs, few as
they are, steps are put together here. Where runs overlap, readings have to be sorted after all.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

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


def steps_in_runs(store: Store, readings: str) -> str | None:
    """Return SQL of the same steps without sorting; None where the runs of a meter overlap."""
    rows = (
        "SELECT meter, stamp, value, flag, lag(meter) OVER () AS m, lag(stamp) OVER () AS s, lag(value) OVER () AS v "
        f"FROM ({readings})"
    )
    follows = "m = meter AND (s < stamp OR (s = stamp AND v <= value))"
    heads = store.db.execute(f"SELECT * FROM ({rows}) WHERE NOT coalesce({follows}, false) LIMIT {MOST_RUNS + 1}")
    between = _between(heads.fetchall())
    if between is None:
        return None
    name = store.name()
    store.db.execute(
        f"CREATE TABLE {name} (meter VARCHAR, start BIGINT, stop BIGINT, raw DOUBLE, value DOUBLE, flag BIGINT)"
    )
    if between:
        store.db.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?)", between)
    run = f"SELECT meter, s AS start, stamp AS stop, value - v AS raw, value, flag FROM ({rows}) WHERE {follows}"
    return f"{run} UNION ALL SELECT * FROM {name}"


def _between(heads: list[tuple[Any, ...]]) -> list[tuple[str, int, int, float, float, int]] | None:
    """Return the steps between the runs of each meter: a head tells the first reading of a run and the last before."""
    if len(heads) > MOST_RUNS:
        return None
    runs: dict[str, list[tuple[Reading, Reading, int]]] = {}
    beyond: Reading = (2**62, 0.0)  # the last run goes on to an end that no head tells
    for head, after in itertools.pairwise([*heads, None]):
        assert head is not None
        meter, stamp, value, flag = head[:4]
        runs.setdefault(meter, []).append(((stamp, value), beyond if after is None else (after[5], after[6]), flag))
    found = []
    for meter, mine in runs.items():
        for (_, last, _), (first, _, flag) in itertools.pairwise(sorted(mine)):
            if last > first:
                return None
            found.append((meter, last[0], first[0], first[1] - last[1], first[1], flag))
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
