"""A sheet of a monitoring spreadsheet: its head, its protection, and what may be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.reports.workbook.layout import LEFT, TITLE, column_name
from jcm_calc.reports.workbook.sheet import NewBook, Sheet
from jcm_calc.reports.workbook.tables import UNCONFIRMED

if TYPE_CHECKING:
    from jcm_calc.evidence import Evidence

# Day 1 of a spreadsheet is 31 December 1899, and it believes that 1900 was a leap year.
SPREADSHEET_EPOCH = 693_594
FIRST_SAFE_DAY = 61
LONGEST_MESSAGE = 255
Cells = tuple[int, int, int, int]


def number_style(unit: str, calculated: bool) -> str:
    """Return the style of numbers in a unit, calculated or as they were entered."""
    known = {"date": "date", "category": "text", "yes/no": "text"}
    return known.get(unit, "exact" if not calculated else "emissions" if unit == "tCO2" else "calculated")


def entry_style(unit: str) -> str:
    """Return the style of cells that are filled in."""
    return f"entered {number_style(unit, False)}"


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
            raise InputError.of(_("workbook"), _("a spreadsheet has no dates before 1 March 1900"))
        return day
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


class Page(Sheet):
    """One sheet of a monitoring spreadsheet: lines at the top right, the title, and a note below it."""

    def __init__(
        self, book: NewBook, name: str, title: str, head: Sequence[str], widths: Sequence[float], note: str = ""
    ) -> None:
        super().__init__(book, name, widths, LEFT)
        for row, line in enumerate(head):
            self.text(row, self.last, line, "header")
        self.merge(TITLE, LEFT, self.last, title, "title")
        self.sheet.set_row(TITLE, 22)
        if note:
            self.typeset(TITLE + 1, LEFT, note, "note", self.last)
        self.sheet.protect("", {"format_columns": True, "format_rows": True})
        self.sheet.repeat_rows(0, TITLE)
        self.sheet.freeze_panes(TITLE + 1, 0)

    def mark(self, row: int, column: int, evidence: Evidence | None) -> None:
        """Write the grade of the evidence, with what is known of it in a note."""
        if evidence is None:
            self.text(row, column, "", "mark")
            return
        unconfirmed = not evidence.confirmed
        grade = Message("{}{}").format(f"{UNCONFIRMED} " if unconfirmed else "", evidence.grade)
        self.text(row, column, grade, "doubt" if unconfirmed else "mark")
        message = Message(". ").join(str(part) for part in (evidence, evidence.source) if part)
        if message != str(evidence.grade):
            self.note(row, column, message)

    # What may be filled in: the cells are first row and column, last row and column

    def allow_numbers(self, cells: Cells, parameter: Parameter) -> None:
        """Let cells take only numbers within the bounds of a parameter."""
        first, bounds = _first(cells), parameter.bounds
        tests = [f"ISNUMBER({first})"]
        if bounds.lower > float("-inf"):
            tests.append(f"{first}{'>=' if bounds.closed_lower else '>'}{bounds.lower!r}")
        if bounds.upper < float("inf"):
            tests.append(f"{first}{'<=' if bounds.closed_upper else '<'}{bounds.upper!r}")
        message = _("It must be a number {range}.").format(range=bounds.words(parameter.unit))
        self._allow(cells, message, validate="custom", value=f"=AND({','.join(tests)})", title=parameter.symbol[:32])

    def allow_dates(self, cells: Cells) -> None:
        """Let cells take only dates."""
        first, message = _first(cells), _("A date is expected, such as 2024-01-31.")
        self._allow(cells, message, validate="custom", value=f"=AND(ISNUMBER({first}),{first}>={FIRST_SAFE_DAY})")

    def allow_list(self, cells: Cells, source: str | list[str], strict: bool = True) -> None:
        """Offer a list of texts: a range, or the texts themselves."""
        if isinstance(source, list) and len(",".join(source)) > LONGEST_MESSAGE:
            return
        message = _("Choose from the list.") if strict else _("This is not one of the names in the list.")
        self._allow(cells, message, validate="list", source=source, error_type="stop" if strict else "information")

    def _allow(self, cells: Cells, message: str, title: str = "", **what: Any) -> None:
        texts = {"error_message": translated(message)[:LONGEST_MESSAGE]} | ({"error_title": title} if title else {})
        self.sheet.data_validation(*cells, {**what, **texts})

    def grey_errors(self, rows: int) -> None:
        """Show results that still wait for a value in grey."""
        waiting = {
            "type": "formula",
            "criteria": f"=ISERROR({column_name(LEFT)}{TITLE + 2})",
            "format": self.book.book.add_format({"font_color": "#BBBBBB"}),
        }
        self.sheet.conditional_format(TITLE + 1, LEFT, rows, self.last, waiting)


def _first(cells: Cells) -> str:
    return f"{column_name(cells[1])}{cells[0] + 1}"
