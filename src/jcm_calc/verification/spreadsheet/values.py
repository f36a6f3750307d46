"""What a cell can hold, and how arithmetic takes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeGuard

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Area, Place

EPOCH = date(1899, 12, 30)


class Array(list[list[Any]]):
    """Values in rows and columns: what an operation on ranges gives."""

    @classmethod
    def of(cls, cells: list[Any], width: int) -> Array:
        """Return values that come row by row."""
        return cls(cells[start : start + width] for start in range(0, len(cells), width))

    @property
    def values(self) -> Iterator[Any]:
        """Every value, row by row."""
        return (value for row in self for value in row)


class CellValues(Protocol):
    """What a formula asks of the cells of a workbook."""

    book: Book
    sheet: str
    exact: bool
    reached: list[Area]

    def value(self, place: Place) -> Any:
        """Return the value of a cell."""

    def values(self, area: Area) -> list[Any]:
        """Return the values of a range, row by row."""

    def plain(self, value: Any) -> Any:
        """Return the value of a cell instead of its reference."""

    def array(self, value: Any) -> Any:
        """Return the values of a range instead of its reference."""


class FormulaError(Exception):
    """A formula gives an error value, or cannot be evaluated here."""


class UnreadableError(FormulaError):
    """A formula uses a function or a reference that is not known here, so nothing can be said of it."""


def number(value: Any) -> float:
    """Return a value as arithmetic takes it."""
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, Array):
        raise UnreadableError(_("got a range; must be one value"))
    try:
        found = float(value)
    except ValueError:
        raise FormulaError("#VALUE!") from None
    if not math.isfinite(found) or "_" in str(value):  # a number for Python only
        raise FormulaError("#VALUE!")
    return found


def comparable(value: Any) -> tuple[int, Any]:
    """Return a value in the order of spreadsheets: numbers to 15 digits, texts in any case, truth values.

    Examples
    --------
    >>> comparable(0.1 + 0.2) == comparable(0.3), comparable("5") > comparable(6)
    (True, True)
    """
    if isinstance(value, str):
        return 1, value.casefold()
    return (2, value) if isinstance(value, bool) else (0, float(f"{number(value):.15g}"))


def text_of(value: Any) -> str:
    """Return a value as the joining of texts takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def elementwise(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Apply a function of two values to each pair; a single row, column or value goes with all of the others."""
    if not isinstance(left, Array) and not isinstance(right, Array):
        return function(left, right)
    one, other = (value if isinstance(value, Array) else Array([[value]]) for value in (left, right))
    rows, columns = max(len(one), len(other)), max(len(one[0]), len(other[0]))
    for array in (one, other):
        if len(array) not in (1, rows) or len(array[0]) not in (1, columns):
            raise FormulaError("#N/A")

    def at(array: Array, row: int, column: int) -> Any:
        return array[row if len(array) > 1 else 0][column if len(array[0]) > 1 else 0]

    return Array(
        [function(at(one, row, column), at(other, row, column)) for column in range(columns)] for row in range(rows)
    )


def as_number(value: Any) -> Any:
    """Return a stored value as formulas see it: dates as numbers, nothing as None."""
    if value == "":
        return None
    if isinstance(value, time):
        value = datetime.combine(EPOCH, value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime):
        value -= datetime.combine(EPOCH, time())
    return value / timedelta(days=1) if isinstance(value, timedelta) else value


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a number, which truth values are not."""
    return isinstance(value, int | float | np.floating) and not isinstance(value, bool)


def close(one: Any, other: Any, tolerance: float = 1e-9) -> bool:
    """Whether two values of cells are the same, but for floating-point dust."""
    if is_number(one) and is_number(other):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-12)
    return bool(one == other)
