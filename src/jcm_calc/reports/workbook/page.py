"""A sheet as it is written: header, styles, protection and print set-up that all sheets share."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.reports.workbook.layout import LEFT, TITLE, column_name

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

    from jcm_calc.evidence import Evidence

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Of every workbook, and the day on which ZIP archives begin: the same result gives the same bytes.
CREATED = datetime(1980, 1, 1)
LONGEST_TEXT = 32_767
# Day 1 of a spreadsheet is 31 December 1899, and it believes that 1900 was a leap year.
SPREADSHEET_EPOCH = 693_594
FIRST_SAFE_DAY = 61
DARK, PALE, ENTERED, RESULT, DOUBT, LINE = "#1F4E5F", "#DCE8EC", "#FFF8DC", "#E3F1E3", "#FBE3B6", "#9FB4BC"
# LibreOffice drops the sign of a negative number in the last part, so that it has a part of its own, and shows
# hashes for a number with more digits than have room.
NUMBER = {"align": "right", "num_format": "[>=10000]#,##0.00;[<0]-General;General", "shrink": True}
NORMAL, LOWEST, MARGINS, LEADING = 10, 15.0, 4, 1.2  # of letters and rows, in points; of lines, to letters
# In widths of a letter: what a page A4 in landscape has room for with letters of 7 points or more, and what each
# column takes besides its width. A wider sheet takes more pages.
PRINTED, BETWEEN = 147, 0.7
BASE = {"font_name": "Arial", "font_size": NORMAL, "valign": "vcenter"}
BOXED = {"border": 1, "border_color": LINE}
STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "header": {"align": "right", "font_color": "#444444"},
    "title": {"bold": True, "font_size": 13, "font_color": "white", "bg_color": DARK},
    "note": {"italic": True, "font_color": "#7A5200"},
    "caption": {"bold": True, "font_size": 11, "font_color": DARK},
    "letter": {**BOXED, "align": "center", "font_color": "#666666", "font_size": 9},
    "heading": {**BOXED, "bold": True, "text_wrap": True, "align": "center", "bg_color": PALE},
    "subheading": {**BOXED, "text_wrap": True, "align": "center", "font_size": 9, "bg_color": PALE},
    "label": {**BOXED, "text_wrap": True},
    "indented": {**BOXED, "text_wrap": True, "indent": 1},
    "strong": {**BOXED, "text_wrap": True, "bold": True},
    "symbol": {**BOXED, "align": "center"},
    "text": {**BOXED, "text_wrap": True, "font_size": 9},
    "number": {**BOXED, **NUMBER},
    "signed": {**BOXED, "align": "right", "num_format": "#,##0.000000"},
    "whole": {**BOXED, "align": "right", "num_format": "#,##0"},
    "emissions": {**BOXED, "align": "right", "num_format": "#,##0.000"},
    "date": {**BOXED, "align": "right", "num_format": "yyyy-mm-dd"},
    "tonnes": {**BOXED, "align": "right", "num_format": "#,##0", "bold": True, "font_size": 11, "bg_color": RESULT},
    "mark": {**BOXED, "align": "center", "font_size": 9},
    "doubt": {**BOXED, "align": "center", "font_size": 9, "bg_color": DOUBT, "font_color": "#7A5200"},
}
OPEN = {"bg_color": ENTERED, "locked": False}
ENTRIES = {
    "entered": {**BOXED, **OPEN, **NUMBER},
    "entered emissions": {**BOXED, **OPEN, "align": "right", "num_format": "#,##0.000"},
    "entered date": {**BOXED, **OPEN, "align": "right", "num_format": "yyyy-mm-dd"},
    "entered text": {**BOXED, **OPEN, "text_wrap": True, "font_size": 9},
}
# The size of letters where texts are wrapped.
WRAPPED = {
    name: look.get("font_size", NORMAL) for name, look in (STYLES | ENTRIES).items() if look.get("text_wrap", False)
}


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


def new_book(file: BytesIO, title: str, comments: str = "") -> xlsxwriter.Workbook:
    """Return an empty workbook in which a text is never taken for a formula, whatever it begins with."""
    import xlsxwriter

    book = xlsxwriter.Workbook(file, OPTIONS)
    book.set_properties({"title": title, "comments": comments, "created": CREATED})
    return book


def styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    """Return the formats of a workbook by name."""
    formats = {name: book.add_format({**BASE, **properties}) for name, properties in (STYLES | ENTRIES).items()}
    return formats | {"waiting": book.add_format({"font_color": "#BBBBBB"})}


def number_style(unit: str) -> str:
    """Return the style of numbers in a unit."""
    return {"date": "date", "tCO2": "emissions", "category": "text", "yes/no": "text"}.get(unit, "number")


def entry_style(unit: str) -> str:
    """Return the style of cells that are filled in."""
    return f"entered {number_style(unit)}".removesuffix(" number")


def shown_unit(unit: str, over_time: bool) -> str:
    """Write a unit as on the official sheet: ``MWh/p``, and ``-`` where there is none."""
    if unit in ("", "category", "yes/no"):
        return "-"
    return f"{unit}/p" if over_time else unit


def is_amount(node: Any) -> bool:
    """Whether a quantity is counted over the period p."""
    if isinstance(node, Parameter):
        return node.adds_over_time and "p" in node.indices
    return isinstance(node, Equation) and node.unit == "tCO2" and "p" in node.indices


def unit_of(node: Parameter | Equation | Coordinate) -> str:
    """Return the unit of a quantity as it is shown."""
    return shown_unit(node.unit, is_amount(node))


def in_spreadsheet(value: Any, unit: str) -> Any:
    """Return a value as a spreadsheet has it: a date is the number of its day."""
    if unit == "date" and value is not None:
        day = int(value) - SPREADSHEET_EPOCH
        if day < FIRST_SAFE_DAY:
            raise InputError(
                _("workbook"), [Problem(_("workbook"), _("a spreadsheet has no dates before 1 March 1900"))]
            )
        return day
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


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
    wide = sum(east_asian_width(sign) in "WF" for sign in text)
    count = math.ceil((len(text) + wide) / width) if wide else len(textwrap.wrap(text, max(1, int(width))))
    return max(1, count)


class Page:
    """One sheet of a workbook.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    formats : mapping
        From `styles`.
    name, title : str
    head : sequence of str
        The lines at the top right.
    widths : sequence of float
        Of the columns, from the margin.
    """

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        formats: dict[str, Format],
        name: str,
        title: str,
        head: Sequence[str],
        widths: Sequence[float],
        note: str = "",
    ) -> None:
        self.formats = formats
        self.name = name
        self.widths = widths
        self._heights: dict[int, float] = {}
        self.sheet = book.add_worksheet(name, _plain_worksheet())
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width, formats["plain"])
        self.last = last = len(widths) - 1
        for row, line in enumerate(head):
            self.text(row, last, line, "header")
        self.merge(TITLE, LEFT, last, title, "title")
        self.sheet.set_row(TITLE, 22)
        if note:
            self.text(TITLE + 1, LEFT, note, "note")
        self._set_up()

    def _set_up(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.protect("", {"format_columns": True, "format_rows": True})
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.25, right=0.25, top=0.5, bottom=0.6)
        self.sheet.fit_to_pages(math.ceil(sum(width + BETWEEN for width in self.widths) / PRINTED), 0)
        self.sheet.repeat_rows(0, TITLE)
        self.sheet.set_footer("&L&9&A&R&9&P / &N")
        self.sheet.freeze_panes(TITLE + 1, 0)

    # Cells

    def text(self, row: int, column: int, text: str, style: str = "text", last: int | None = None) -> None:
        """Write text, whatever it begins with, into a cell or the first of cells that are merged up to the last."""
        if len(text) > LONGEST_TEXT:
            place = f"{self.name}!{column_name(column)}{row + 1}"
            complaint = _("a cell holds at most {most:,} characters, and the text for {place} has {count:,}")
            complaint = complaint.format(most=LONGEST_TEXT, place=place, count=len(text))
            raise InputError(_("workbook"), [Problem(_("workbook"), complaint)])
        said = translated(text)
        self.sheet.write_string(row, column, said, self.formats[style])
        self._fit(row, column, column if last is None else last, said, style)

    def value(self, row: int, column: int, value: Any, style: str) -> None:
        """Write a number, a text, or an empty cell."""
        if value is None:
            self.sheet.write_blank(row, column, None, self.formats[style])
        elif isinstance(value, str):
            self.text(row, column, str.__str__(value), style)  # data is the same in every language
        else:
            self.sheet.write_number(row, column, ExactFloat(value), self.formats[style])

    def formula(self, row: int, column: int, formula: str, value: Any, style: str) -> None:
        """Write a formula and its value; nothing where that is not known."""
        self.column(row, column, [formula], [value], style)

    def column(self, first: int, column: int, formulas: Iterable[str], values: Iterable[Any], style: str) -> None:
        """Write a column of formulas."""
        write, form = self.sheet.write_formula, self.formats[style]
        for row, (text, value) in enumerate(zip(formulas, values, strict=True), first):
            write(row, column, "=" + text, form, "" if value is None else value)
            if isinstance(value, str):
                self._fit(row, column, column, value, style)

    def merge(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Write text into cells that are merged along a row."""
        self.sheet.merge_range(row, first, row, last, "", self.formats[style])
        self.text(row, first, text, style, last)

    def caption(self, row: int, text: str) -> None:
        """Write the title of a table."""
        self.text(row, LEFT, text, "caption")

    def headings(self, row: int, first: int, headings: Iterable[str], style: str = "heading") -> None:
        """Write headings of adjoining columns."""
        for column, heading in enumerate(headings, first):
            self.text(row, column, heading, style)

    def _fit(self, row: int, first: int, last: int, text: str, style: str) -> None:
        """Make a row as tall as a wrapped text needs: not every program does, and none does for merged cells."""
        size = WRAPPED.get(style)
        if size is None:
            return
        width = sum(self.widths[first : last + 1]) * NORMAL / size
        if 2 * len(text) <= width and "\n" not in text:  # in one line whatever the letters
            return
        height = MARGINS + LEADING * size * lines(text, width)
        if height > self._heights.get(row, LOWEST):
            self._heights[row] = height
            self.sheet.set_row(row, height)

    def note(self, row: int, column: int, text: str) -> None:
        """Attach a note to a cell."""
        self.sheet.write_comment(row, column, translated(text), {"x_scale": 2, "y_scale": 1.2, "font_size": 8})

    def mark(self, row: int, column: int, evidence: Evidence | None) -> None:
        """Write the grade of the evidence, with what is known of it in a note."""
        if evidence is None:
            self.text(row, column, "", "mark")
            return
        unconfirmed = not evidence.confirmed
        grade = Message("{}{}").format("† " if unconfirmed else "", evidence.grade)
        self.text(row, column, grade, "doubt" if unconfirmed else "mark")
        told = Message(". ").join(str(part) for part in (evidence, evidence.source) if part)
        if told != str(evidence.grade):
            self.note(row, column, told)

    # What may be filled in

    def allow_numbers(self, cells: tuple[int, int, int, int], parameter: Parameter) -> None:
        """Let cells take only numbers within the bounds of a parameter."""
        first = f"{column_name(cells[1])}{cells[0] + 1}"
        bounds = parameter.bounds
        tests = [f"ISNUMBER({first})"]
        if bounds.lower > float("-inf"):
            tests.append(f"{first}{'>=' if bounds.closed_lower else '>'}{bounds.lower!r}")
        if bounds.upper < float("inf"):
            tests.append(f"{first}{'<=' if bounds.closed_upper else '<'}{bounds.upper!r}")
        self.sheet.data_validation(
            *cells,
            {
                "validate": "custom",
                "value": f"=AND({','.join(tests)})",
                "error_title": parameter.symbol[:32],
                "error_message": translated(
                    _("It must be a number {range}.").format(range=bounds.words(parameter.unit))
                )[:255],
            },
        )

    def allow_dates(self, cells: tuple[int, int, int, int]) -> None:
        """Let cells take only dates."""
        first = f"{column_name(cells[1])}{cells[0] + 1}"
        self.sheet.data_validation(
            *cells,
            {
                "validate": "custom",
                "value": f"=AND(ISNUMBER({first}),{first}>={FIRST_SAFE_DAY})",
                "error_message": translated(_("A date is expected, such as 2024-01-31.")),
            },
        )

    def allow_list(self, cells: tuple[int, int, int, int], source: str | list[str], strict: bool = True) -> None:
        """Offer a list of texts: a range, or the texts themselves."""
        if isinstance(source, list) and len(",".join(source)) > 255:
            return
        error = "stop" if strict else "information"
        message = _("Choose from the list.") if strict else _("This is none of the names in the list.")
        self.sheet.data_validation(
            *cells, {"validate": "list", "source": source, "error_type": error, "error_message": translated(message)}
        )

    def grey_errors(self, rows: int) -> None:
        """Show results that still wait for a value in grey."""
        waiting = {
            "type": "formula",
            "criteria": f"=ISERROR({column_name(LEFT)}{TITLE + 2})",
            "format": self.formats["waiting"],
        }
        self.sheet.conditional_format(TITLE + 1, LEFT, rows, self.last, waiting)
