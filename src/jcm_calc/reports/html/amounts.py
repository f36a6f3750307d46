"""Numbers as a reader wants them: with their unit, to a sensible number of digits."""

from __future__ import annotations

from typing import Any

from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.results.candidates import Combinations
from jcm_calc.units import with_unit

# A number that was entered is shown as it is; of a calculated one the tenth digit is far below any meter's.
ENTERED, CALCULATED = 15, 10


def value(row: Any, digits: int = ENTERED) -> str:
    """Write the value of a row of `Result.trace` with its unit.

    Examples
    --------
    >>> value({"value": None, "minimum": 0.5, "maximum": 1200.0, "count": 3, "unit": "MWh"})
    '0.5 … 1,200 MWh (3 values)'
    """
    if isinstance(row["value"], str):
        return str(row["value"])
    ends = dict.fromkeys(f"{end:,.{digits}g}" for end in (row["minimum"], row["maximum"]))
    span = with_unit(" … ".join(ends), row["unit"])
    if row["count"] == 1:
        return span
    return span + ngettext(" ({count:,} value)", " ({count:,} values)", row["count"]).format(count=row["count"])


def tonnes(amount: float) -> str:
    """Write an amount to the kilogram; only `Result` has it unrounded.

    Examples
    --------
    >>> tonnes(1234.56789)
    '1,234.568'
    """
    return f"{amount:,.3f}"


def width(found: Combinations) -> str:
    """Say between which reductions an estimate lies over all candidates; nothing where there is one combination."""
    if len(found.rows) < 2:
        return ""
    low, high = map(tonnes, found.ends)
    summary = _("ER is {low} to {high} tCO2 over {count:,} combinations of candidates for {symbols}")
    symbols = listed([one.symbol for one in found.parameters])
    summary = summary.format(low=low, high=high, count=len(found.rows), symbols=symbols)
    left = _("{summary}; {count:,} further combinations are left out")
    return left.format(summary=summary, count=found.left_out) if found.left_out else summary
