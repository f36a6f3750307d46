"""Numbers as a reader wants them: with their unit, to a sensible number of digits."""

from __future__ import annotations

from typing import Any


def value(row: Any) -> str:
    """Write the value of a row of `Result.trace` with its unit.

    Examples
    --------
    >>> value({"value": None, "minimum": 0.5, "maximum": 1200.0, "count": 3, "unit": "MWh"})
    '0.5 … 1,200 MWh (3 values)'
    """
    found = row["value"]
    if isinstance(found, str):
        return found
    if row["count"] == 1:
        return f"{found:,.10g} {row['unit']}".strip()
    return f"{row['minimum']:,.10g} … {row['maximum']:,.10g} {row['unit']} ({row['count']:,} values)"


def tonnes(amount: float) -> str:
    """Write an amount to the kilogram; only `Result` has it unrounded.

    Examples
    --------
    >>> tonnes(1234.56789)
    '1,234.568'
    """
    return f"{amount:,.3f}"
