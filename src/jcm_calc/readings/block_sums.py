"""Screening: sums and what is suspicious about them, by meter and day, in one pass over all readings.

Sums are exact and do not depend on the order of the readings: the whole part and the fraction of each
reading are added as whole numbers. Whether a day has each of its readings once is told by the sum of
a hash of their times. Only what is suspicious here is looked at closely afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.readings import clock, registers
from jcm_calc.readings.steps import Source
from jcm_calc.readings.store import Store

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
FRACTION = 2**52
ADDED = ["count", "covered", "marks", "whole", "high", "low"]
# So few readings are looked at closely altogether.
FEW = 200_000


def block_sql(column: str, where: Any, block: int, span: tuple[int, int]) -> str:
    """Return SQL for the number of the block of local time, a day or half a day, that an instant lies in."""
    offset = (
        clock.offset_sql(column, where, *span, of_local=False)
        if clock.changing(where)
        else clock.offset(clock.FIRST, where)
    )
    return f"(({column} + {offset}) // {block})"


def screen(store: Store, source: Source, where: Any, block: int, span: tuple[int, int]) -> pd.DataFrame:
    """Return a row for each meter and block of local time: sums, extremes, times.

    Parameters
    ----------
    store : Store
    source : Source
    where : tzinfo
        The zone whose days count.
    block : int
        The length of a block.
    span : tuple of int
        The instants between which clocks are looked up.
    """
    number = block_sql("start", where, block, span)
    if source.regular:
        step = source.readings.step
        times = f"count(*) * {step} AS covered, min(start) AS first, max(start) + {step} AS last, {step} AS shortest"
        rate = "max(raw)"
    else:
        times = "CAST(sum(stop - start) AS BIGINT) AS covered, min(start) AS first, max(stop) AS last"
        times += ", min(stop - start) AS shortest"
        rate = "max(raw / (stop - start + 1))"
    flag = "max(flag)" if source.readings.quality else "0"
    fraction = f"sum(CAST((raw - floor(raw)) * {FRACTION} AS BIGINT))"
    return store.frame(
        f"""
        SELECT meter, {number} AS block, count(*) AS count, {times},
            CAST(sum(CAST(hash(start) >> 20 AS BIGINT)) AS BIGINT) AS marks,
            CAST(sum(CAST(floor(raw) AS BIGINT)) AS BIGINT) AS whole,
            CAST({fraction} // {2**32} AS BIGINT) AS high, CAST({fraction} % {2**32} AS BIGINT) AS low,
            min(raw) AS least, max(raw) AS most, {rate} AS rate, {flag} AS flag
        FROM ({source.steps}) WHERE abs(raw) < 9e15 GROUP BY 1, 2
        """
    )


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


def grid_marks(
    store: Store, source: Source, phases: Iterable[int], where: Any, block: int, span: tuple[int, int]
) -> Mapping[int, Mapping[int, int]]:
    """Return, for each phase of the clock, the sum of hashes of the times that a complete block has."""
    step = source.readings.step
    assert step is not None
    number = block_sql("start", where, block, span)
    found = {}
    for phase in phases:
        first = span[0] - span[0] % step + phase
        rows = store.db.execute(
            f"SELECT {number}, CAST(sum(CAST(hash(start) >> 20 AS BIGINT)) AS BIGINT) "
            f"FROM (SELECT unnest(range({first}, {span[1]}, {step})) AS start) GROUP BY 1"
        ).fetchall()
        found[phase] = dict(rows)
    return found


def rows_of(
    store: Store,
    source: Source,
    suspects: pd.DataFrame | None,
    where: Any,
    block: int,
    span: tuple[int, int],
) -> pd.DataFrame:
    """Return the steps of suspicious blocks, or all steps, in order of meter and time."""
    steps = f"SELECT meter, start, stop, raw, value, flag FROM ({source.steps})"
    if suspects is not None and source.readings.kind == "register":
        store.register("suspects", suspects)
        steps = source.multiplied(registers.steps_of(source.points, "suspects", block_sql("stamp", where, block, span)))
    elif suspects is not None:
        store.register("suspects", suspects)
        number = block_sql("start", where, block, span)
        steps = (
            f"SELECT s.meter, start, stop, raw, value, flag FROM (SELECT *, {number} AS block FROM ({source.steps})) s "
            "SEMI JOIN suspects USING (meter, block)"
        )
    return store.frame(f"{steps} ORDER BY 1, 2, 3, 5")
