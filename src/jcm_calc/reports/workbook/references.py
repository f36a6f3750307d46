"""The cells that a formula refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jcm_calc.base.sheet_xml import column_number

Place = tuple[str, int, int]  # sheet, row, column
REFERENCE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*+")|(?:(?:(?<!')'(?P<quoted>(?:[^']|'')++)'|(?P<plain>[A-Za-z_][\w.]*))!)?"""
    r"""(?<![\w.$])\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[1-9]\d{0,6})"""
    r"""(?::\$?(?P<last_column>[A-Z]{1,3})\$?(?P<last_row>[1-9]\d{0,6}))?(?![\w(.])"""
)


@dataclass(frozen=True, slots=True)
class Area:
    """A cell or a rectangle of cells."""

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def places(self) -> Iterator[Place]:
        """Every cell, row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield self.sheet, row, column

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return self.last_row - self.row + 1, self.last_column - self.column + 1

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.shape[0] * self.shape[1]

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.row == self.last_row and self.column == self.last_column


def areas(formula: str, sheet: str) -> list[Area]:
    """Return the cells that a formula refers to, in the order in which they stand.

    Examples
    --------
    >>> [(area.sheet, area.row, area.column) for area in areas("'My sheet'!B2*$C$3", "here")]
    [('My sheet', 1, 1), ('here', 2, 2)]
    """
    return [_area(match, sheet) for match in REFERENCE.finditer(formula) if match["text"] is None]


def _area(match: re.Match[str], sheet: str) -> Area:
    named = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"] or sheet
    row, column = int(match["row"]) - 1, column_number(match["column"])
    last_row = int(match["last_row"]) - 1 if match["last_row"] else row
    last_column = column_number(match["last_column"]) if match["last_column"] else column
    # B3:A1 are the same cells as A1:B3
    (top, bottom), (left, right) = sorted((row, last_row)), sorted((column, last_column))
    return Area(named, top, left, bottom, right)


def form(formula: str) -> str:
    """Return a formula with its addresses replaced by their numbers.

    Examples
    --------
    >>> form("B2*$C$3")
    'REF_0*REF_1'
    """
    count = iter(range(len(formula)))
    return REFERENCE.sub(lambda match: match[0] if match["text"] is not None else f"REF_{next(count)}", formula)
