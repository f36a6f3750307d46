"""The reductions that a workbook reports: table 3 of each set of sheets, and whatever else looks like it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jcm_calc.reports.workbook.tables import CAPTION, Cell, Sheets, in_english, is_known
from jcm_calc.units import UnitError, conversion

HEADING, UNITS = "co2 emission reductions", "units"
EXACT = ("before rounding down", "before the cut")  # the second one is of workbooks that were written before 1.0
# A heading that means reductions, though it is not that of table 3.
SIMILAR = re.compile(
    r"emissions? reductions?|reductions? (?:of|in) emissions?|排出削減|排出抑制|削減量|giảm phát thải|penurunan emisi"
    r"|reducci[oó]n(?:es)? de emisiones|การลดก",
    re.I,
)
LONGEST = 80  # a longer text is prose
# Words for a tonne of CO2, without the period and what stands in brackets.
TONNE = re.compile(
    r"(?:metric\s*)?(?:t|tons?|tonnes?|トン|tấn|toneladas?|ตัน)[\s-]*(?:of\s*)?(?:co2)?[\s-]*(?:eq?\.?|equivalents?)?"
    r"|co2[\s-]*(?:eq?\.?|equivalents?)?[\s-]*(?:t|tons?|tonnes?|トン)"
)
PERIOD = re.compile(r"\s*(?:/|per)\s*(?:p|period|monitoring period|y|yr|year|annum|期間?|年)\s*$")
IN_BRACKETS = re.compile(r"[\[(（]([^\[\]()（）]*)[\])）]\s*$")


@dataclass(frozen=True)
class ReportedReductions:
    """What a sheet reports; the cell is that of the whole tonnes, None where no such table was found."""

    sheet: str
    cell: Cell | None = None
    exact: Cell | None = None  # ER before rounding
    heading: str = ""  # of the tonnes, where it is not that of table 3
    again: tuple[Cell, ...] = ()  # further rows with reductions
    others: tuple[tuple[str, Cell], ...] = ()  # numbers of the same row under unknown headings
    unit: str = ""  # in the row under the heading of units, or in brackets behind the heading of the tonnes

    @property
    def in_tonnes(self) -> bool:
        """Whether the unit is the tonne of CO2, in one of its spellings; kt, kg, and no unit at all are not."""
        return is_tonne(self.unit)

    @property
    def tonnes(self) -> float | None:
        """The number that is reported, in tCO2; None where there is none."""
        return None if self.cell is None or not self.in_tonnes else plain_number(self.cell.value)


def is_tonne(unit: str) -> bool:
    """Whether a unit is the tonne of CO2.

    Examples
    --------
    >>> [is_tonne(unit) for unit in ("tCO2/p", "tonnes", "[t-CO2e/year]", "kt", "ktCO2", "")]
    [True, True, True, False, False, False]
    """
    text = unicodedata.normalize("NFKC", unit).strip().casefold()
    if match := IN_BRACKETS.fullmatch(text):
        text = match[1].strip()
    if TONNE.fullmatch(PERIOD.sub("", text)):
        return True
    try:
        return bool(conversion(unit, "tCO2")(1.0) == 1.0)
    except UnitError:
        return False


def plain_number(value: object) -> float | None:
    """Return a number, which a text with digits is not."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def reported_reductions(sheets: Sheets, sheet: str, similar: bool = True) -> ReportedReductions:
    """Return what a sheet reports; ``similar`` says whether other headings than that of table 3 are looked for."""
    found = list(_tables(sheets, sheet, official=True))
    if not found and similar:
        found = list(_tables(sheets, sheet, official=False))
    if not found:
        return ReportedReductions(sheet)
    (head, row, column), *others = found
    own, *below = _rows(sheets, sheet, row, column)
    headings = _headings(sheets, sheet, row)
    exact = next((at for at, text in headings.items() if text.startswith(EXACT)), None)
    units = next((at for at, text in headings.items() if text == UNITS), None)
    in_heading = IN_BRACKETS.search(head)
    unit = sheets.cell(sheet, own, units).value if units is not None else in_heading[1] if in_heading else ""
    again = [(at, column) for at in below]
    again += [(next(_rows(sheets, sheet, at, other)), other) for _, at, other in others]
    return ReportedReductions(
        sheet,
        sheets.cell(sheet, own, column),
        None if exact is None else sheets.cell(sheet, own, exact),
        "" if in_english(head) == HEADING else head,
        tuple(cell for cell in (sheets.cell(sheet, *place) for place in again) if cell.value != ""),
        tuple(
            (str(sheets.cell(sheet, row, at).value), cell)
            for at, text in headings.items()
            if at not in (column, exact) and not is_known(text)
            if plain_number((cell := sheets.cell(sheet, own, at)).value) is not None
        ),
        str(unit).strip(),
    )


def _tables(sheets: Sheets, sheet: str, official: bool) -> Iterator[tuple[str, int, int]]:
    """Yield heading, row and column of each table of reductions."""
    for row, cells in enumerate(sheets.book.grid(sheet)):
        headings = _headings(sheets, sheet, row)
        if official:
            if UNITS in headings.values():
                yield from ((str(cells[at]), row, at) for at, text in headings.items() if text == HEADING)
        elif "year" not in headings.values():
            yield from (
                (str(cells[at]), row, at) for at, text in headings.items() if _similar(sheets, sheet, row, at, text)
            )


def _similar(sheets: Sheets, sheet: str, row: int, column: int, text: str) -> bool:
    """Whether a cell is a heading of reductions: words above a number or a formula."""
    if len(text) > LONGEST or CAPTION.match(text) or text.startswith(EXACT) or not SIMILAR.search(text):
        return False
    below = next(_rows(sheets, sheet, row, column))
    cell = sheets.cell(sheet, below, column)
    return plain_number(cell.value) is not None or sheets.formula(cell) is not None


def _rows(sheets: Sheets, sheet: str, row: int, column: int) -> Iterator[int]:
    """Yield the first filled row below a heading, and those after it that have a number in its column."""
    grid = sheets.book.grid(sheet)
    formulas = {at for at, _ in sheets.book.formulas(sheet)}
    end = max(len(grid), max(formulas, default=-1) + 1)
    filled = (at for at in range(row + 1, end) if at in formulas or any(cell != "" for cell in grid[at]))
    first = next(filled, row + 1)
    yield first
    for at in range(first + 1, end):
        texts = [cell for cell in (grid[at] if at < len(grid) else []) if cell != ""]
        if at not in formulas and (not texts or (isinstance(texts[0], str) and CAPTION.match(texts[0]))):
            return
        if plain_number(sheets.cell(sheet, at, column).value) is not None:
            yield at
        elif not any(plain_number(text) is not None for text in texts):
            return


def _headings(sheets: Sheets, sheet: str, row: int) -> Mapping[int, str]:
    cells: list[Any] = sheets.book.grid(sheet)[row]
    return {at: in_english(cell) for at, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}
