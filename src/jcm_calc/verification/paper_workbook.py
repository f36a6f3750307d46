"""The working paper as a workbook: summary, findings, responses, what the values rest on, and the checks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import Message, _, translated
from jcm_calc.reports.workbook.page import lines, new_book
from jcm_calc.verification import paper
from jcm_calc.verification.conclusion import Conclusion
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.location import Location

# The widths let a row go on a sheet of A4, on its side, in letters that can be read.
FINDINGS = {
    _("No."): 8,
    _("Code and title"): 16,
    _("Place"): 19,
    _("Finding"): 36,
    _("Found"): 10,
    _("Expected"): 10,
    _("Unit"): 9,
    _("How the expected value is calculated, and what follows"): 30,
    _("Effect on ER"): 15,
}
RESPONSES = {
    _("No."): 8,
    _("Finding"): 40,
    _("Response of the project participant"): 36,
    _("Conclusion of the verifier"): 36,
    _("Status"): 12,
    _("Date and signature"): 18,
}
SUPPORT_WIDTHS = (13, 12, 26, 7, 34, 16, 10, 28)
CHECKS = {_("Code"): 7, _("Title"): 34, _("Result"): 20, _("Rule, or why not made"): 70}
STATUSES = (_("open"), _("closed"), _("accepted"))
SUMMARY_WIDTHS = (20, 16, 16, 16, 16, 16, 20)
MARGIN, HEIGHT = 0.4, 13.5  # inch, and points of a line
SMALL = {"font_size": 10, "valign": "top", "align": "left", "border": 1, "border_color": "#C8C8C8", "text_wrap": True}
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}


def write_workbook(path: str | os.PathLike[str], verification: Conclusion, overwrite: bool = False) -> None:
    """Write a workbook; see `jcm_calc.verification.verifying.Verification.to_excel`."""
    check_ending(path, ".xlsx")
    file = BytesIO()
    title = translated(_("Verification of {file}").format(file=verification.path.name))
    book = new_book(file, title[:255])
    sheets = _Sheets(book, verification, Path(path).resolve().parent)
    sheets.summary()
    sheets.findings()
    sheets.responses()
    sheets.support()
    sheets.checks()
    book.close()
    save(path, file.getvalue(), overwrite=overwrite)


class _Sheets:
    """The sheets of a paper."""

    def __init__(self, book: Any, verification: Conclusion, folder: Path) -> None:
        self.book, self.verification, self.folder = book, verification, folder
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.cell = book.add_format(SMALL)
        self.right = book.add_format({**SMALL, "align": "right"})
        self.link = book.add_format({**SMALL, "font_color": "#1F5FA8", "underline": 1})
        self.heading = book.add_format({**SMALL, "bold": True, "bg_color": "#E8EDF3"})
        self.colours = {
            one: book.add_format({**SMALL, "font_color": colour, "bold": True}) for one, colour in COLOURS.items()
        }

    def _sheet(self, name: str) -> Any:
        """Add a sheet that is printed on A4, as wide as the paper, with the number of each page."""
        sheet = self.book.add_worksheet(translated(name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(MARGIN, MARGIN, MARGIN, 1.5 * MARGIN)
        sheet.set_footer("&L&8&F, &A&R&8&P / &N")
        sheet.fit_to_pages(1, 0)
        return sheet

    def _table(self, name: str, columns: Mapping[Message, int], rows: Sequence[Sequence[str | float]]) -> Any:
        """Add a sheet with a table, whose headings are repeated on each page."""
        sheet = self._sheet(name)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        for column, (title, width) in enumerate(columns.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, translated(title), self.heading)
        sheet.set_row(0, 4 + HEIGHT * max(lines(translated(title), width) for title, width in columns.items()))
        for row, values in enumerate(rows, 1):
            cells = [translated(value) if isinstance(value, str) else value for value in values]
            sheet.set_row(row, 4 + HEIGHT * max(map(lines, map(str, cells), columns.values())))
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, self.cell)
                else:
                    sheet.write_number(row, column, value, self.cell)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        return sheet

    def summary(self) -> None:
        """Add who verified what, the result, the amounts, and what is not confirmed."""
        found, row = self.verification, 0
        sheet = self._sheet(_("Summary"))
        for column, width in enumerate(SUMMARY_WIDTHS):
            sheet.set_column(column, column, width)
        headings, table = paper.amounts(found)
        row = self._lines(sheet, 0, [paper.result(found)])
        for number, cells in enumerate([headings, *table]):
            for column, cell in enumerate(cells):
                sheet.write_string(
                    row,
                    column,
                    translated(cell),
                    self.heading if number == 0 else self.right if column > 1 else self.cell,
                )
            row += 1
        sheet.set_row(1, HEIGHT * max(lines(translated(one), SUMMARY_WIDTHS[-1]) for one in headings))
        row = self._lines(sheet, row + 1, list(paper.summary(found, checked=False)))
        for name in paper.SIGNATURES:
            said = _("Name, date, signature: {line}").format(line="_" * 60)
            self._lines(sheet, row, [(name, said)])
            sheet.set_row(row, 30)
            row += 1
        lists = [(_("Notes on the files"), text) for text in found.remarks]
        lists += [(_("Not confirmed"), text) for text in found.unconfirmed]
        self._lines(sheet, row + 1, lists)

    def _lines(self, sheet: Any, row: int, named: Sequence[tuple[str, str]]) -> int:
        for number, (name, text) in enumerate(named, row):
            said = translated(text)
            sheet.write_string(number, 0, translated(name), self.bold)
            sheet.merge_range(number, 1, number, len(SUMMARY_WIDTHS) - 1, said, self.wrapped)
            sheet.set_row(number, 15.0 * lines(said, sum(SUMMARY_WIDTHS[1:])))
        return row + len(named)

    def findings(self) -> None:
        """Add the findings, each with links to its place."""
        found = self.verification.findings
        sheet = self._table(_("Findings"), FINDINGS, [_cells(one) for one in found])
        for row, finding in enumerate(found, 1):
            sheet.write_string(row, 0, translated(finding.number), self.colours[finding.severity or Severity.ERROR])
            place = next((one for one in finding.places if one.sheet), None)
            if place is not None:
                sheet.write_url(row, 2, self._url(place), self.link, translated(finding.place)[:250])

    def _url(self, place: Location) -> str:
        return f"external:{paper.link(self.verification, place, self.folder)}"

    def responses(self) -> None:
        """Add what is to be filled in: response, conclusion, status, and signature."""
        rows = []
        for one in self.verification.findings:
            status = STATUSES[0] if one.accepted is None else STATUSES[2]
            on_record = Message("") if one.accepted is None else Message(one.accepted)
            rows.append([one.number, one.message, "", on_record, status, ""])
        sheet = self._table(_("Responses"), RESPONSES, rows)
        for row in range(1, len(rows) + 1):
            sheet.set_row(
                row, max(4 * HEIGHT, 4 + HEIGHT * max(map(lines, map(translated, rows[row - 1]), RESPONSES.values())))
            )
        if rows:
            choices = {"validate": "list", "source": [translated(one) for one in STATUSES]}
            sheet.data_validation(1, 4, len(rows), 4, choices)

    def support(self) -> None:
        """Add what the values of each parameter rest on."""
        headings, rows = paper.support_table(self.verification)
        self._table(_("Basis of the values"), dict(zip(headings, SUPPORT_WIDTHS, strict=True)), rows)

    def checks(self) -> None:
        """Add every check with its result."""
        self._table(_("Checks"), CHECKS, list(paper.check_rows(self.verification)))


def _cells(finding: Finding) -> list[str | float]:
    found, expected = (
        "" if value is None else value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        for value in (finding.found, finding.expected)
    )
    numbers = [value for value in (found, expected) if isinstance(value, int | float)]
    # what was not entered with so many digits is shown with ten
    found, expected = (
        float(shown_number(value).replace(",", "")) if isinstance(value, int | float) else value
        for value in (found, expected)
    )
    besides = [(_("Likely cause"), finding.cause), (_("Question"), finding.question)]
    besides += [(_("Not confirmed"), finding.unconfirmed)]
    said = [finding.message, *(Message("{}: {}").format(name, text) for name, text in besides if text)]
    return [
        finding.number,
        Message("{} {}").format(finding.code, finding.check.title),
        finding.place,
        Message("\n").join(said),
        found,
        expected,
        finding.unit if numbers else "",
        Message("\n").join(filter(None, [finding.because, *finding.consequences])),
        paper.effect(finding),
    ]
