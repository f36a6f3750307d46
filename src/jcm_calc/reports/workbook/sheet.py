"""Workbooks as they are written: styles, cells, tables with typed columns, and how a sheet is printed."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jcm_calc.base.languages import _, translated
from jcm_calc.base.problems import InputError
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from xlsxwriter.format import Format

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Of every workbook, and the day on which ZIP archives begin: the same result gives the same bytes.
CREATED = datetime(1980, 1, 1)
LONGEST_TEXT = 32_767
DARK, PALE, ENTERED, RESULT, DOUBT, LINE = "#1F4E5F", "#DCE8EC", "#FFF8DC", "#E3F1E3", "#FBE3B6", "#9FB4BC"
# What a spreadsheet stores for 0 / 0. No spreadsheet program opens a file with NaN as a number.
NO_VALUE = "#DIV/0!"
# A value that somebody entered shows every digit of it. Such a format ends a whole number with a decimal sign, so
# that whole numbers have a format of their own.
EXACT, WHOLE = "#,##0.############", "#,##0"
# Of a calculated value: the digits that are shown at least, and the decimals where these are fewer.
DIGITS, DECIMALS, MOST_DECIMALS = 6, 2, 10
NORMAL, LOWEST, MARGINS, LEADING = 10, 15.0, 4, 1.2  # of letters and rows, in points; of lines, to letters
LOWERED = 1.2  # spreadsheets show subscripts at six tenths of their size
# In widths of a letter: what a page A4 in landscape has room for with letters of 7 points or more, and what each
# column takes in addition to its width. A wider sheet takes more pages, in letters of that size.
PRINTED, BETWEEN, SCALE = 147, 0.7, 78
WIDEST = 60
BASE = {"font_name": "Arial", "font_size": NORMAL, "valign": "vcenter"}
BOXED = {"border": 1, "border_color": LINE}
RIGHT = {**BOXED, "align": "right"}
# A number that is too long for its cell is shown in smaller digits, where a spreadsheet would show hashes.
NUMBER = {**RIGHT, "shrink": True}
OPEN = {"bg_color": ENTERED, "locked": False}
HEADING = {**BOXED, "bold": True, "text_wrap": True, "bg_color": PALE}
TEXT = {**BOXED, "text_wrap": True, "font_size": 9}
STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "header": {"align": "right", "font_color": "#444444"},
    "title": {"bold": True, "font_size": 13, "font_color": "white", "bg_color": DARK},
    "note": {"italic": True, "text_wrap": True, "font_color": "#7A5200"},
    "caption": {"bold": True, "font_size": 11, "font_color": DARK},
    "letter": {**BOXED, "align": "center", "font_color": "#666666", "font_size": 9},
    "heading": {**HEADING, "align": "center"},
    "text heading": {**HEADING, "align": "left"},
    "number heading": {**HEADING, "align": "right"},
    "subheading": {**BOXED, "text_wrap": True, "align": "center", "font_size": 9, "bg_color": PALE},
    "label": {**BOXED, "text_wrap": True},
    "indented": {**BOXED, "text_wrap": True, "indent": 1},
    "strong": {**BOXED, "text_wrap": True, "bold": True},
    "sum": {"top": 1, "bottom": 1, "border_color": LINE, "bold": True},  # its text may go over the next cells
    "symbol": {**BOXED, "align": "center"},
    "text": TEXT,
    "long text": {**TEXT, "valign": "top", "align": "left"},
    "amount": {**TEXT, "align": "right"},
    "name": {"bold": True, "valign": "top", "text_wrap": True},
    "said": {"text_wrap": True, "valign": "top"},
    "calculated": NUMBER,
    "exact": {**NUMBER, "num_format": EXACT},
    "signed": {**RIGHT, "num_format": "#,##0.000000"},
    "whole": {**RIGHT, "num_format": WHOLE},
    "number": {**RIGHT, "num_format": "0"},
    "ratio": {**RIGHT, "num_format": "0.000"},
    "emissions": {**RIGHT, "num_format": "#,##0.000"},
    "date": {**RIGHT, "num_format": "yyyy-mm-dd"},
    "tonnes": {**RIGHT, "num_format": WHOLE, "bold": True, "font_size": 11, "bg_color": RESULT},
    "mark": {**BOXED, "align": "center", "font_size": 9},
    "doubt": {**BOXED, "align": "center", "font_size": 9, "bg_color": DOUBT, "font_color": "#7A5200"},
    "entered exact": {**NUMBER, **OPEN, "num_format": EXACT},
    "entered date": {**RIGHT, **OPEN, "num_format": "yyyy-mm-dd"},
    "entered text": {**TEXT, **OPEN},
}
# How a number of a style is written where only its length counts.
WRITTEN = {"emissions": "{:,.3f}", "whole": "{:,.0f}", "ratio": "{:.3f}", "number": "{:g}"}


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    heading: str
    style: str = "text"  # of its cells, a name in `STYLES`
    width: float = 0  # in letters; as wide as its texts by default
    total: bool = False  # whether its sum is shown below the table

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, with here and there a text."""
        return bool({"num_format", "shrink"} & STYLES[self.style].keys())


class ExactFloat(float):
    """A float that is written with all its digits: XlsxWriter writes 16, and some numbers need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


@cache
def _plain_worksheet() -> type[Any]:
    """Return the class of worksheets whose formulas are written as they are.

    XlsxWriter searches each formula for forty functions that Excel has got since 2010. None of
    ours uses them, and the search takes four fifths of the time.
    """
    from xlsxwriter.worksheet import Worksheet  # where a workbook is only read, it is not needed

    class PlainWorksheet(Worksheet):  # type: ignore[misc]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return PlainWorksheet


class NewBook:
    """A workbook that is written; the subscripts of its symbols are set lower.

    A text is never taken for a formula, whatever it begins with.
    """

    def __init__(self, title: str, comments: str = "", symbols: Iterable[str] = ()) -> None:
        import xlsxwriter

        self._file = BytesIO()
        self.book = xlsxwriter.Workbook(self._file, OPTIONS)
        self.book.set_properties({"title": title[:255], "comments": comments, "created": CREATED})
        known = sorted((one for one in symbols if re.fullmatch("[^_]+_[^_]+", one)), key=len, reverse=True)
        self.symbols = re.compile(rf"(?<!\w)(?:{'|'.join(['Σ_[a-z]+', *map(re.escape, known)])})(?!\w)")
        self._formats: dict[Any, Format] = {}
        self._sheets: list[Sheet] = []

    def format(self, style: str, **changed: Any) -> Format:
        """Return the format of a style, with some properties changed."""
        key = style, *changed.items()
        if key not in self._formats:
            self._formats[key] = self.book.add_format({**BASE, **STYLES[style], **changed})
        return self._formats[key]

    def add(self, sheet: Sheet, name: str) -> Any:
        """Add a sheet, and return its worksheet."""
        self._sheets.append(sheet)
        return self.book.add_worksheet(name, _plain_worksheet())

    def listing(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], total: str = "") -> Sheet:
        """Add a sheet that is one table, as `Sheet.table`; its headings stay in sight and are printed on each page."""
        rows = [list(row) for row in rows]
        sheet = Sheet(self, name, [one.width or _widest(one, cells) for one, cells in _by_column(columns, rows, total)])
        sheet.table(0, columns, rows, total, styled="text heading", sums="SUBTOTAL(109,{})")
        sheet.sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.sheet.freeze_panes(1, 1)
        sheet.sheet.repeat_rows(0)
        return sheet

    def content(self) -> bytes:
        """Return the file."""
        for sheet in self._sheets:
            sheet.finish()
        self.book.close()
        return self._file.getvalue()


def _by_column(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: str
) -> Iterable[tuple[Column, list[Any]]]:
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        sums = [sum(one for one in cells if not is_missing(one))] if total and column.total else []
        yield column, [column.heading, *cells, *sums]


def _widest(column: Column, cells: Iterable[Any]) -> float:
    """Return the width that the cells of a column need."""
    shape = WRITTEN.get(column.style, "{:,.10g}")
    texts = ("" if is_missing(one) else translated(one) if isinstance(one, str) else shape.format(one) for one in cells)
    return min(WIDEST, 3 + max(map(_room, texts)))


def _room(text: str) -> int:
    """Return the room of a text: letters of East Asia take two places."""
    return len(text) + sum(east_asian_width(sign) in "WF" for sign in text)


def calculated_format(value: Any) -> str:
    """Return the number format of a calculated value: six digits, two decimals at least, no zeros at the end.

    Examples
    --------
    >>> calculated_format(132.343), calculated_format(0.953800298062593), calculated_format(123456.789)
    ('#,##0.0##', '#,##0.0#####', '#,##0.0#')
    """
    if isinstance(value, str) or value is None or not math.isfinite(value) or value == 0:
        return "General"
    decimals = max(DECIMALS, DIGITS - 1 - math.floor(math.log10(abs(value))))
    return "General" if decimals > MOST_DECIMALS else "#,##0.0" + "#" * (decimals - 1)


@lru_cache(maxsize=4096)
def lines(text: str, width: float) -> int:
    r"""Return how many lines a wrapped text takes in a column, whose width counts Latin letters.

    Examples
    --------
    >>> lines("electricity of the unit", 12), lines("monitored\nvalues", 40), lines("電力消費量", 8)
    (2, 2, 2)
    """
    return sum(_lines(part, width) for part in text.split("\n"))


def _lines(text: str, width: float) -> int:
    room = _room(text)
    wide = room > len(text)
    return max(1, math.ceil(room / width) if wide else len(textwrap.wrap(text, max(1, int(width)))))


class Sheet:
    """One sheet of a workbook; its tables begin in the column ``left``."""

    def __init__(self, book: NewBook, name: str, widths: Sequence[float], left: int = 0) -> None:
        self.book, self.name, self.widths, self.left = book, name, widths, left
        self.sheet = book.add(self, name)
        self.last = len(widths) - 1
        self._heights: dict[int, float] = {}
        self._exact: dict[int, list[list[int]]] = {}
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width, book.format("plain"))
        self._print()

    def _print(self) -> None:
        """Have the sheet printed on A4, on its side, as wide as the paper, with name and number of each page."""
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.25, right=0.25, top=0.5, bottom=0.6)
        if sum(width + BETWEEN for width in self.widths) <= PRINTED:
            self.sheet.fit_to_pages(1, 0)
        else:
            self.sheet.set_print_scale(SCALE)
        self.sheet.set_footer("&L&9&A&R&9&P / &N")

    def finish(self) -> None:
        """Show whole numbers among values that are shown with all their digits without a decimal sign."""
        areas = [
            f"{column_name(column)}{first + 1}:{column_name(column)}{last + 1}"
            for column, spans in sorted(self._exact.items())
            for first, last in spans
        ]
        if areas:
            first = areas[0].partition(":")[0]
            rule = {"type": "formula", "criteria": f"={first}=INT({first})", "multi_range": " ".join(areas)}
            whole = self.book.book.add_format({"num_format": WHOLE})
            self.sheet.conditional_format(areas[0], {**rule, "format": whole})

    # Cells

    def text(self, row: int, column: int, text: str, style: str = "text", last: int | None = None) -> None:
        """Write text, whatever it begins with, into a cell, or into cells that are merged up to the last."""
        if len(text) > LONGEST_TEXT:
            place = f"{self.name}!{column_name(column)}{row + 1}"
            complaint = _("a cell holds at most {most:,} characters, and the text for {place} has {count:,}")
            complaint = complaint.format(most=LONGEST_TEXT, place=place, count=len(text))
            raise InputError.of(_("workbook"), complaint)
        said = translated(text)
        if last is not None:
            self.sheet.merge_range(row, column, row, last, "", self.book.format(style))
        self.sheet.write_string(row, column, said, self.book.format(style))
        self._fit(row, column, column if last is None else last, said, style)

    def typeset(self, row: int, column: int, text: str, style: str = "symbol", last: int | None = None) -> None:
        """Write text in which the subscripts of symbols are set lower.

        The cell has the underscores, in letters that are too small and pale to be seen: so every program finds and
        reads a symbol as people type it.
        """
        said, form, look = translated(text), self.book.format(style), STYLES[style]
        hidden = self.book.format(style, font_size=1, font_color=look.get("bg_color", "#FFFFFF"))
        lower = self.book.format(style, font_script=2, font_size=LOWERED * look.get("font_size", NORMAL))
        parts, at = list[Any](), 0
        for match in self.book.symbols.finditer(said):
            stem, underscore, subscript = match[0].partition("_")
            parts += [form, said[at : match.start()] + stem, hidden, underscore, lower, subscript]
            at = match.end()
        self.text(row, column, text, style, last)
        if parts:
            self.sheet.write_rich_string(row, column, *parts, *([form, said[at:]] if said[at:] else []), form)

    def value(self, row: int, column: int, value: Any, style: str) -> None:
        """Write a number, a text, or an empty cell."""
        form = self.book.format(style)
        if is_missing(value):
            self.sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            self.text(row, column, str.__str__(value), style)  # data is the same in every language
        else:
            self.sheet.write_number(row, column, ExactFloat(value), form)
        if style.endswith("exact"):
            self._note_exact(row, column)

    def formula(self, row: int, column: int, formula: str, value: Any, style: str) -> None:
        """Write a formula and its value; nothing where that is not known."""
        self.column(row, column, [formula], [value], style)

    def column(self, first: int, column: int, formulas: Iterable[str], values: Iterable[Any], style: str) -> None:
        """Write a column of formulas."""
        write, form = self.sheet.write_formula, self.book.format(style)
        for row, (text, value) in enumerate(zip(formulas, values, strict=True), first):
            if style == "calculated":
                form = self.book.format(style, num_format=calculated_format(value))
            if isinstance(value, float) and math.isnan(value):
                value = NO_VALUE
            write(row, column, "=" + text, form, "" if value is None else value)
            if isinstance(value, str):
                self._fit(row, column, column, value, style)
            if style.endswith("exact"):
                self._note_exact(row, column)

    def _note_exact(self, row: int, column: int) -> None:
        spans = self._exact.setdefault(column, [])
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])

    def merge(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write text into cells that are merged along a row."""
        self.text(row, first, text, style, last)

    def spread(self, row: int, spans: Iterable[tuple[int, int]], texts: Iterable[str], style: str) -> None:
        """Write texts along a row, each into the cells from one column to another."""
        for (first, last), text in zip(spans, texts, strict=True):
            self.text(row, first, text, style, last if last > first else None)

    def caption(self, row: int, text: str) -> None:
        """Write the title of a table."""
        self.text(row, self.left, text, "caption")

    def named(self, row: int, lines: Iterable[tuple[str, str]], name: str = "label", said: str = "text") -> int:
        """Write names, and after each a text up to the last column; return the row after them."""
        for heading, text in lines:
            self.text(row, self.left, heading, name)
            self.merge(row, self.left + 1, self.last, text, said)
            row += 1
        return row

    def table(
        self,
        row: int,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        total: str = "",
        styled: str = "heading",
        sums: str = "SUM({})",
    ) -> int:
        """Write headings, rows and, where the total has a name, sums; return the row after them.

        A cell is a text, a number or nothing. Headings ``styled`` at the left are at the right over numbers.
        """
        values = [list(cells) for cells in rows]
        for place, column in enumerate(columns, self.left):
            number = column.is_number and styled == "text heading"
            self.text(row, place, column.heading, "number heading" if number else styled)
        for at, cells in enumerate(values, row + 1):
            for place, (column, cell) in enumerate(zip(columns, cells, strict=True), self.left):
                if isinstance(cell, str):
                    self.text(at, place, cell, "text" if column.is_number else column.style)
                else:
                    self.value(at, place, cell, column.style)
        below = row + 1 + len(values)
        if total:
            self._sums(row + 1, below, columns, values, total, sums)
        return below + bool(total)

    def _sums(
        self, first: int, row: int, columns: Sequence[Column], values: Sequence[Sequence[Any]], total: str, sums: str
    ) -> None:
        for place, column in enumerate(columns):
            at = self.left + place
            if column.total:
                letter = column_name(at)
                amount = float(sum(cells[place] for cells in values if not is_missing(cells[place])))
                form = self.book.format(column.style, bold=True)
                formula = sums.format(f"{letter}{first + 1}:{letter}{row}")
                self.sheet.write_formula(row, at, f"={formula}", form, amount)
            elif place == 0:
                self.sheet.write_string(row, at, translated(total), self.book.format("sum"))
            else:
                self.sheet.write_blank(row, at, None, self.book.format("sum"))

    def set_height(self, row: int, height: float) -> None:
        """Make a row as tall as this at least."""
        if height > self._heights.get(row, LOWEST):
            self._heights[row] = height
            self.sheet.set_row(row, height)

    def _fit(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Make a row as tall as a wrapped text needs: not every program does, and none does for merged cells."""
        look = STYLES[style]
        if not look.get("text_wrap", False):
            return
        size = look.get("font_size", NORMAL)
        width = sum(self.widths[first : last + 1]) * NORMAL / size
        if 2 * len(text) > width or "\n" in text:  # else it is in one line whatever the letters
            self.set_height(row, MARGINS + LEADING * size * lines(text, width))

    def note(self, row: int, column: int, text: str) -> None:
        """Attach a note to a cell."""
        self.sheet.write_comment(row, column, translated(text), {"x_scale": 2, "y_scale": 1.2, "font_size": 8})
