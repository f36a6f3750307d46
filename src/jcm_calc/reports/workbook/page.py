"""A sheet of a monitoring spreadsheet: its head, its protection, and what may be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.reports.workbook.layout import LEFT, TITLE, column_name
from jcm_calc.reports.workbook.sheet import NewBook, Sheet

if TYPE_CHECKING:
    from jcm_calc.evidence import Evidence

# Day 1 of a spreadsheet is 31 December 1899, and it believes that 1900 was a leap year.
SPREADSHEET_EPOCH = 693_594
FIRST_SAFE_DAY = 61


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
            raise InputError(
                _("workbook"), [Problem(_("workbook"), _("a spreadsheet has no dates before 1 March 1900"))]
            )
        return day
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


class Page(Sheet):
    """One sheet of a monitoring spreadsheet.

    Parameters
    ----------
    book : NewBook
    name, title : str
    head : sequence of str
        The lines at the top right.
    widths : sequence of float
        Of the columns, from the margin.
    note : str, optional
        A line below the title.
    """

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
        message = _("Choose from the list.") if strict else _("This is not one of the names in the list.")
        self.sheet.data_validation(
            *cells, {"validate": "list", "source": source, "error_type": error, "error_message": translated(message)}
        )

    def grey_errors(self, rows: int) -> None:
        """Show results that still wait for a value in grey."""
        waiting = {
            "type": "formula",
            "criteria": f"=ISERROR({column_name(LEFT)}{TITLE + 2})",
            "format": self.book.book.add_format({"font_color": "#BBBBBB"}),
        }
        self.sheet.conditional_format(TITLE + 1, LEFT, rows, self.last, waiting)
