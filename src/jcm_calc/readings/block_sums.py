"""Sums of readings by meter and block of local time, in one pass over all readings, and what is odd about them.

Sums are exact and do not depend on the order of the readings: the whole part and the fraction of each
reading are added as whole numbers. Whether a block has each of its readings once is shown by the sum of
a hash of their times. The readings themselves are looked at only where a block is odd.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.readings import clock
from jcm_calc.readings.steps import OpenedReadings, sorted_steps
from jcm_calc.readings.store import Store

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
FRACTION = 2**52
ADDED = ["count", "covered", "marks", "whole", "high", "low"]
WHOLE = ("covered", "first", "shortest", "whole", "high", "low")
MOST_RUNS = 100_000
FOLLOWS = "coalesce(m = meter AND (s < stamp OR (s = stamp AND v <= value)), false)"
MARK = "hash({time}) >> 20"  # small enough to be added up


@dataclass(frozen=True)
class Blocks:
    """Days or half days of local time, by number."""

    where: tzinfo  # the zone whose days count
    length: int  # a day or half a day
    span: tuple[int, int]  # the instants between which clocks are looked up

    def number(self, moment: int) -> int:
        """Return the number of the block that an instant lies in."""
        return (moment + clock.offset(moment, self.where)) // self.length

    def numbers(self, moments: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the number of the block that each instant lies in."""
        offsets = np.full(len(moments), clock.offset(self.span[0], self.where))
        for change in clock.changes(self.where, *self.span):
            offsets[moments >= change.instant] = change.after
        return np.asarray((moments + offsets) // self.length)

    def edge(self, number: int) -> int:
        """Return the instant at which a block begins."""
        return _edge(number * self.length, self.where)

    def sql(self, column: str) -> str:
        """Return SQL for the number of the block that an instant lies in."""
        return f"(({column} + {clock.offset_sql(column, self.where, *self.span, of_local=False)}) // {self.length})"


@cache
def _edge(shown: int, where: tzinfo) -> int:
    return clock.instant(datetime(1970, 1, 1) + timedelta(microseconds=shown), where)


def screen(store: Store, source: OpenedReadings, blocks: Blocks) -> pd.DataFrame:
    """Return a row for each meter and block: sums, extremes, times."""
    return store.frame(_screen_sql(source, source.steps, blocks))


def screen_runs(store: Store, source: OpenedReadings, blocks: Blocks) -> tuple[str, pd.DataFrame] | None:
    """Return SQL of the steps of registers, without sorting them, and the same of each block, in one pass.

    None where the readings of a meter do not follow each other in runs that do not overlap.
    """
    # the first readings have to follow each other in runs, and not meter after meter at each time
    first = f"SELECT head FROM ({_with_heads(source.points, '0')}) LIMIT {MOST_RUNS}"
    if store.number(f"SELECT count(head) FROM ({first})") > MOST_RUNS // 10:
        return None
    # rows without a value are no readings, so that there may be fewer readings than the footer of a file says
    footer = f"SELECT sum(num_rows) FROM parquet_file_metadata(getvariable('{source.paths[0]}'))"
    sizes = [*([footer] if source.paths[1] else []), f"SELECT count(*) FROM ({source.points})"]
    found = next((one for size in sizes if (one := _screened_runs(store, source, blocks, size)) is not None), None)
    if found is None:
        return None
    heads = [_heads(part) for part in found]
    name = _between(store, heads)
    if name is None:
        return None
    between = f"SELECT * EXCLUDE across_files FROM {name}"
    more = store.frame(_screen_sql(source, source.multiplied(between), blocks))
    # within runs, where all files are read as one
    steps = f"SELECT meter, s AS start, stamp AS stop, value - v AS raw, value, flag FROM ({_rows(source.points)})"
    steps += f" WHERE {FOLLOWS} UNION ALL {between} WHERE NOT across_files"
    sums = merge([*(part[part["block"] >= 0] for part in found), more])
    return (source.multiplied(steps), sums) if _joined(sums) else None


def _screened_runs(store: Store, source: OpenedReadings, blocks: Blocks, size: str) -> list[pd.DataFrame] | None:
    """Return the blocks and heads of each file; None where the last reading of one is not a head, or heads are many."""
    rows = _screen_sql(source, source.multiplied(_with_heads(source.points, size)), blocks, heads=True)
    few = f"(SELECT count(*) FROM found WHERE block < 0) <= {MOST_RUNS}"
    sql = f"WITH found AS MATERIALIZED ({rows}) SELECT * FROM found WHERE block >= 0 OR {few}"
    found = store.by_file(sql, *source.paths) if source.paths[1] else [store.frame(sql)]
    whole = all(part["count"].sum() == -part["block"].min() for part in found if len(part))
    return found if whole else None


def _heads(part: pd.DataFrame) -> pd.DataFrame:
    """Return the readings that begin a run, in order; of each, the columns of sums hold what `_between` asks for."""
    named = {"first": "start", "most": "before", "last": "stamp", "least": "value"}
    rows = part[part["block"] < 0].sort_values("block", ascending=False)
    return rows.rename(columns=named)[["meter", "start", "before", "stamp", "value", "flag"]]


def _screen_sql(source: OpenedReadings, steps: str, blocks: Blocks, *, heads: bool = False) -> str:
    """Return SQL of the sums of each block; with ``heads``, a reading that begins a run is a separate block.

    The number of such a block is the place of the reading, negative; it has the reading before as ``first`` and
    ``most``, the reading itself as ``last`` and ``least``.
    """
    step = source.readings.step
    if source.readings.regular:
        times = f"count(*) * {step} AS covered, min(start) AS first, max(start) + {step} AS last, {step} AS shortest"
        rate = "max(raw)"
    else:
        times = "CAST(sum(stop - start) AS BIGINT) AS covered, min(start) AS first, max(stop) AS last"
        times += ", min(stop - start) AS shortest"
        rate = "max(raw / (stop - start + 1))"
    # of a register, whose steps follow each other, no grid of times is expected
    marks = f"CAST(sum(CAST({MARK.format(time='start')} AS BIGINT)) AS BIGINT)"
    marks = "0" if source.readings.kind == "register" else marks
    flag = "max(flag)" if source.readings.quality else "0"
    fraction = f"sum(CAST((raw - floor(raw)) * {FRACTION} AS BIGINT))"
    block, least, most, likely = blocks.sql("start"), "raw", "raw", "abs(raw) < 9e15"
    if heads:
        block, least, most = f"coalesce(-head, {block})", "coalesce(raw, value)", "coalesce(raw, before)"
        likely = f"(head IS NOT NULL OR {likely})"
        flag = "max(flag)"
    sums = f"""
        SELECT meter, {block} AS block, count(*) AS count, {times}, {marks} AS marks,
            CAST(sum(CAST(floor(raw) AS BIGINT)) AS BIGINT) AS whole,
            CAST({fraction} // {2**32} AS BIGINT) AS high, CAST({fraction} % {2**32} AS BIGINT) AS low,
            min({least}) AS least, max({most}) AS most, {rate} AS rate, {flag} AS flag
        FROM ({steps}) WHERE {likely} GROUP BY 1, 2
        """
    if not heads:
        return sums
    # whole numbers stay whole: where a head has none, a missing one would make floats of all
    whole = ", ".join(f"coalesce({name}, 0) AS {name}" for name in WHOLE)
    return f"SELECT * REPLACE ({whole}) FROM ({sums})"


def merge(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put together what was found in several files or partitions; the sums stay exact."""
    import pandas as pd

    rows = pd.concat(list(parts), ignore_index=True)
    rules: dict[str, str] = dict.fromkeys(ADDED, "sum")
    rules |= {"least": "min", "most": "max", "first": "min", "last": "max", "rate": "max", "shortest": "min"}
    rules["flag"] = "max"
    return rows.groupby(["meter", "block"], sort=True, as_index=False).agg(rules)


def amount(whole: Array, high: Array, low: Array) -> Array:
    """Return the float nearest to sums of whole parts and fractions.

    Examples
    --------
    >>> amount(np.array([3]), np.array([2**19]), np.array([0]))
    array([3.5])
    """
    carry = low >> 32
    high = high + carry
    low = low & (2**32 - 1)
    whole = whole + (high >> 20)
    high = high & (2**20 - 1)
    return np.asarray(whole + (high * 2.0**32 + low) / FRACTION)


def amounts(part: pd.DataFrame) -> Array:
    """Return the sum of each block, as it was read."""
    return amount(*(part[name].to_numpy() for name in ("whole", "high", "low")))


def complete(store: Store, found: pd.DataFrame, step: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which blocks hold a reading at each step from their first to their last one, and each once."""
    import pandas as pd

    grid = pd.DataFrame({"first": found["first"].to_numpy(), "last": found["last"].to_numpy(), "step": step})
    fits = grid["last"] - grid["first"] == step * found["count"].to_numpy()
    store.register("grid", grid[fits].drop_duplicates())
    marks = store.frame(
        f"SELECT first, last, step, CAST(sum(CAST({MARK.format(time='start')} AS BIGINT)) AS BIGINT) AS marks "
        "FROM (SELECT *, unnest(range(first, last, step)) AS start FROM grid) GROUP BY 1, 2, 3"
    )
    expected = grid.merge(marks, how="left", on=["first", "last", "step"])["marks"]
    return np.asarray((expected.to_numpy() == found["marks"].to_numpy()) & fits)


def rows_of(store: Store, source: OpenedReadings, wanted: pd.DataFrame, blocks: Blocks) -> pd.DataFrame:
    """Return the steps in the wanted blocks in order of time; of each: meter, its number, block and its place."""
    store.register("wanted", wanted)
    if source.readings.kind == "register":
        steps = source.multiplied(_steps_of(source.points, "wanted", blocks.sql("stamp")))
    else:
        steps = (
            f"SELECT number, start, stop, raw, value, flag FROM (SELECT *, {blocks.sql('start')} AS block "
            f"FROM ({source.steps})) JOIN wanted USING (meter, block)"
        )
    return store.frame(f"SELECT number, start, stop, raw, value, flag FROM ({steps}) ORDER BY 1, 2, 3, 5")


def _steps_of(readings: str, wanted: str, number: str) -> str:
    """Return SQL of the steps between the readings in some blocks only.

    ``wanted`` names a table of meter, its number, block and place: the place of a block among those of its meter that
    have readings. Between blocks that are not neighbours there is no step. ``number`` is SQL of the block of a stamp.
    """
    blocks = f"SELECT *, {number} AS block FROM ({readings})"
    rows = f"SELECT r.*, number, place FROM ({blocks}) r JOIN {wanted} USING (meter, block)"
    steps = sorted_steps(rows, ", number, place - lag(place) {before} AS apart")
    return f"SELECT * FROM ({steps}) WHERE apart <= 1"


# Registers at scale: the steps between readings without sorting them, where they stand as loggers write them. A window
# over sorted readings is what costs most. Loggers append: in a file, the readings of a meter follow each other in runs.
# Within a run the reading before is the row before; between runs, few as they are, steps are put together here. Where
# runs overlap, readings have to be sorted after all.


def _with_heads(readings: str, size: str) -> str:
    """Return SQL of the steps within runs and, with their place as ``head``, of the readings that begin a run.

    A head has the reading before it in ``start`` and ``before``, and no ``raw``. The last reading of all, whose place
    is ``size``, forms a separate run, so that where each run ends is known from the head after it.
    """
    known = f"SELECT *, {FOLLOWS} AND place <> ({size}) AS follows FROM ({_rows(readings)})"
    return (
        "SELECT meter, s AS start, stamp AS stop, CASE WHEN follows THEN value - v END AS raw, value, flag, "
        f"v AS before, CASE WHEN NOT follows THEN place END AS head FROM ({known})"
    )


def _rows(readings: str) -> str:
    """Return SQL of readings with the one before each of them: m, s, v."""
    return (
        "SELECT meter, stamp, value, flag, lag(meter) OVER () AS m, lag(stamp) OVER () AS s, lag(value) OVER () AS v, "
        f"row_number() OVER () AS place FROM ({readings})"
    )


def _between(store: Store, heads: Sequence[pd.DataFrame]) -> str | None:
    """Return the name of a table of the steps between the runs of each meter; None where runs overlap or are many.

    The runs are given by the readings that begin one, of each file in order: meter, stamp and value, those of the
    reading before (``start`` and ``before``), and flag; the last one is the last reading of the file.
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


def _joined(blocks: pd.DataFrame) -> bool:
    """Whether the steps of each meter follow each other without hole or overlap, as steps between readings do."""
    ends = blocks.groupby("meter").agg({"first": "min", "last": "max", "covered": "sum"})
    return bool((ends["last"] - ends["first"] == ends["covered"]).all())
