"""Registers at scale: the steps between readings without sorting them, where they stand as loggers write them.

A window over sorted readings is what costs most. Loggers append: in a file, the readings of a meter
follow each other in runs. Within a run the reading before is the row before; between runs, few as
they are, steps are put together here. Where runs overlap, readings have to be sorted after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.readings.store import Store

MOST_RUNS = 100_000
FOLLOWS = "coalesce(m = meter AND (s < stamp OR (s = stamp AND v <= value)), false)"


def sorted_steps(readings: str) -> str:
    """Return SQL of the steps between the readings of each meter, in order of time."""
    # the larger of two readings of one time comes last
    before = "OVER (PARTITION BY meter ORDER BY stamp, value)"
    return (
        f"SELECT * FROM (SELECT meter, lag(stamp) {before} AS start, stamp AS stop, "
        f"value - lag(value) {before} AS raw, value, flag FROM ({readings})) WHERE start IS NOT NULL"
    )


def steps_in_runs(readings: str) -> str:
    """Return SQL of the steps within runs, where all files are read as one."""
    rows = _rows(readings)
    return f"SELECT meter, s AS start, stamp AS stop, value - v AS raw, value, flag FROM ({rows}) WHERE {FOLLOWS}"


def with_heads(readings: str, size: str) -> str:
    """Return SQL of the steps within runs and, with their place as ``head``, of the readings that begin a run.

    A head has the reading before it in ``start`` and ``before``, and no ``raw``. The last reading of all, whose place
    is ``size``, forms a separate run, so that where each run ends is known from the head after it.
    """
    known = f"SELECT *, {FOLLOWS} AND place <> ({size}) AS follows FROM ({_rows(readings)})"
    return (
        "SELECT meter, s AS start, stamp AS stop, CASE WHEN follows THEN value - v END AS raw, value, flag, "
        f"v AS before, CASE WHEN NOT follows THEN place END AS head FROM ({known})"
    )


def mostly_in_runs(store: Store, readings: str) -> bool:
    """Whether the first readings follow each other in runs, and not meter after meter at each time."""
    first = f"SELECT head FROM ({with_heads(readings, '0')}) LIMIT {MOST_RUNS}"
    return store.number(f"SELECT count(head) FROM ({first})") <= MOST_RUNS // 10


def _rows(readings: str) -> str:
    """Return SQL of readings with the one before each of them: m, s, v."""
    return (
        "SELECT meter, stamp, value, flag, lag(meter) OVER () AS m, lag(stamp) OVER () AS s, lag(value) OVER () AS v, "
        f"row_number() OVER () AS place FROM ({readings})"
    )


def between(store: Store, heads: Sequence[pd.DataFrame]) -> str | None:
    """Return the name of a table of the steps between the runs of each meter; None where runs overlap or are many.

    Parameters
    ----------
    heads : sequence of DataFrame
        Of each file the readings that begin a run, in order: meter, stamp and value, those of the reading before
        (``start`` and ``before``), and flag; the last one is the last reading of the file.
    """
    import pandas as pd

    if sum(map(len, heads)) > MOST_RUNS:
        return None
    runs = pd.concat([one.assign(file=number) for number, one in enumerate(heads)], ignore_index=True)
    # a run ends with the reading before the next one; the last reading of a file is a run by itself
    last = runs.groupby("file")[["start", "before"]].shift(-1)
    runs["end"] = last["start"].fillna(runs["stamp"]).astype("int64")
    runs["shown"] = last["before"].fillna(runs["value"])
    # whether it goes on with the row before, so that all files read as one have the step
    row_before = runs.shift(1)
    runs["goes_on"] = (row_before["meter"] == runs["meter"]) & _not_after(row_before, runs)
    runs = runs.sort_values(["meter", "stamp", "value", "end", "shown"], ignore_index=True)
    following = runs.shift(-1)
    steps = runs["meter"] == following["meter"]
    runs, following = runs[steps], following[steps].astype({"stamp": "int64", "flag": "int64", "goes_on": bool})
    if not _not_after(runs, following).all():
        return None
    return store.keep(
        pd.DataFrame(
            {
                "meter": runs["meter"].astype(object),
                "start": runs["end"],
                "stop": following["stamp"],
                "raw": following["value"] - runs["shown"],
                "value": following["value"],
                "flag": following["flag"],
                "across_files": following["goes_on"],
            }
        )
    )


def _not_after(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series[bool]:
    """Return where the last reading of one run is not after the first of another, or shows more at that time."""
    same = (one["end"] == other["stamp"]) & (one["shown"] <= other["value"])
    return (one["end"] < other["stamp"]) | same


def complete(blocks: pd.DataFrame) -> bool:
    """Whether the steps of each meter follow each other without hole or overlap, as steps between readings do."""
    ends = blocks.groupby("meter").agg({"first": "min", "last": "max", "covered": "sum"})
    return bool((ends["last"] - ends["first"] == ends["covered"]).all())


def steps_of(readings: str, wanted: str, number: str) -> str:
    """Return SQL of the steps between the readings in some blocks only.

    Parameters
    ----------
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
