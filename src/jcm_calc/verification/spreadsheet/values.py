"""What a cell can hold, and how arithmetic takes it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeGuard

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Area, Place

EPOCH = date(1899, 12, 30)
MOST_CELLS = 1_000_000
# Cells that are read in the ranges of a workbook, over and over with other inputs.
MOST_READ = 5_000_000
FASTER = 5  # times, where no formula is among them
SLOWER = 3  # times, where each is calculated with


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


class WorkbookCells(ABC):
    """The cells of a workbook, those given taken to hold other values than are stored, whatever their formulas are.

    With ``stored``, the stored value of every other cell is taken, not what its formula gives. In one that is
    ``exact``, functions that round do nothing.
    """

    def __init__(
        self, book: Book, given: Mapping[Place, Any] | None = None, *, stored: bool = False, exact: bool = False
    ) -> None:
        self.book, self.given, self.stored, self.exact = book, given or {}, stored, exact
        self.reached: list[Area] = []  # by OFFSET and INDIRECT
        self._known: dict[Place, Any] = {}
        self._running: set[Place] = set()
        self._depth = 0
        self.sheet = ""  # of the formula that is evaluated

    @abstractmethod
    def value(self, place: Place) -> Any:
        """Return the value of a cell."""

    def plain(self, value: Any) -> Any:
        """Return the value of a cell instead of its reference."""
        found = self.array(value)
        if not isinstance(found, Array):
            return found
        if len(found) != 1 or len(found[0]) != 1:
            raise UnreadableError(_("got a range; must be one value"))
        return found[0][0]

    def array(self, value: Any) -> Any:
        """Return the values of a range instead of its reference, the value of a single cell as it is."""
        if not isinstance(value, Area):
            return value
        if value.single:
            return self.value((value.sheet, value.row, value.column))
        if value.size > MOST_CELLS:
            raise UnreadableError(_("a range of more than {count:,} cells").format(count=MOST_CELLS))
        self._spend(SLOWER * value.size)
        return Array.of(self.values(value), value.shape[1])

    def values(self, area: Area) -> list[Any]:
        """Return the values of a range, row by row; of a workbook so many only that a verification ends."""
        plain = self._is_plain(area.sheet)
        self._spend(area.size // FASTER if plain else area.size)
        if not plain:
            return [self.value(place) for place in area.places]
        width = area.shape[1]
        found: list[Any] = []
        for row in self.book.grid(area.sheet)[area.row : area.last_row + 1]:
            cells = [as_number(cell) for cell in row[area.column : area.last_column + 1]]
            found += cells + [None] * (width - len(cells))
        return found + [None] * (area.size - len(found))

    def _spend(self, cells: int) -> None:
        if self.book.followed + cells > MOST_READ:
            raise UnreadableError(_("its ranges are too large to be followed"))
        self.book.followed += cells

    def _is_plain(self, sheet: str) -> bool:
        """Whether every cell of a sheet is what is stored: no formula, no error, no other value given."""
        book = self.book
        if sheet not in book.sheets or book.formulas(sheet) or book.errors(sheet):
            return False
        return not any(place[0] == sheet for place in self.given)
