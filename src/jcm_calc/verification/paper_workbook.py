"""The working paper as a workbook: summary, findings, responses, what the values rest on, and the checks."""

from __future__ import annotations

import os
from pathlib import Path

from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import Message, _, translated
from jcm_calc.reports.workbook.sheet import Column, NewBook, Sheet
from jcm_calc.verification import paper
from jcm_calc.verification.conclusion import Conclusion
from jcm_calc.verification.findings import Finding, Severity, shown_number

# The widths let a row go on a sheet of A4, on its side, in letters that can be read.
FINDINGS = (
    Column(_("No."), "long text", 8),
    Column(_("Code and title"), "long text", 15),
    Column(_("Place"), "long text", 17),
    Column(_("Finding"), "long text", 32),
    Column(_("Found"), "long text", 10),
    Column(_("Expected"), "long text", 10),
    Column(_("Unit"), "long text", 7),
    Column(_("How the expected value is calculated, and what follows"), "long text", 26),
    Column(_("Effect on ER"), "long text", 14),
)
RESPONSES = (
    Column(_("No."), "long text", 8),
    Column(_("Finding"), "long text", 38),
    Column(_("Response of the project participant"), "long text", 34),
    Column(_("Conclusion of the verifier"), "long text", 34),
    Column(_("Status"), "long text", 10),
    Column(_("Date and signature"), "long text", 16),
)
SUPPORT_WIDTHS = (13, 12, 24, 7, 32, 15, 9, 26)
CHECKS = (
    Column(_("Code"), "long text", 7),
    Column(_("Title"), "long text", 34),
    Column(_("Result"), "long text", 20),
    Column(_("Rule, or why not made"), "long text", 70),
)
STATUSES = (_("open"), _("closed"), _("accepted"))
SUMMARY_WIDTHS = (20, 16, 16, 16, 16, 16, 20)
RESPONSE_HEIGHT, SIGNATURE_HEIGHT = 54, 30  # points
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}


def write_workbook(path: str | os.PathLike[str], verification: Conclusion, overwrite: bool = False) -> None:
    """Write a workbook; see `jcm_calc.verification.verifying.Verification.to_excel`."""
    check_ending(path, ".xlsx")
    title = translated(_("Verification of {file}").format(file=verification.path.name))
    book = NewBook(title)
    _summary(book, verification)
    _findings(book, verification, Path(path).resolve().parent)
    _responses(book, verification)
    headings, rows = paper.support_table(verification)
    support = [Column(one, "long text", width) for one, width in zip(headings, SUPPORT_WIDTHS, strict=True)]
    book.listing(translated(_("Basis of the values")), support, rows)
    book.listing(translated(_("Checks")), CHECKS, paper.check_rows(verification))
    save(path, book.content(), overwrite=overwrite)


def _summary(book: NewBook, found: Conclusion) -> None:
    """Add who verified what, the result, the amounts, and what is not confirmed."""
    sheet = Sheet(book, translated(_("Summary")), SUMMARY_WIDTHS)
    headings, table = paper.amounts(found)
    row = sheet.named(0, [paper.result(found)], "name", "said")
    columns = [Column(heading, "amount" if place > 1 else "long text") for place, heading in enumerate(headings)]
    row = sheet.table(row, columns, table)
    row = sheet.named(row + 1, paper.summary(found, checked=False), "name", "said")
    said = _("Name, date, signature: {line}").format(line="_" * 60)
    for at in range(row, row + len(paper.SIGNATURES)):
        sheet.set_height(at, SIGNATURE_HEIGHT)
    row = sheet.named(row, ((name, said) for name in paper.SIGNATURES), "name", "said")
    lists = [(_("Notes on the files"), text) for text in found.remarks]
    lists += [(_("Not confirmed"), text) for text in found.unconfirmed]
    sheet.named(row + 1, lists, "name", "said")


def _findings(book: NewBook, verification: Conclusion, folder: Path) -> None:
    """Add the findings, each with a link to its place."""
    found = verification.findings
    sheet = book.listing(translated(_("Findings")), FINDINGS, map(_cells, found))
    for row, finding in enumerate(found, 1):
        colour = COLOURS[finding.severity or Severity.ERROR]
        number = book.format("long text", font_color=colour, bold=True)
        sheet.sheet.write_string(row, 0, translated(finding.number), number)
        place = next((one for one in finding.places if one.sheet), None)
        if place is not None:
            url = f"external:{paper.link(verification, place, folder)}"
            link = book.format("long text", font_color="#1F5FA8", underline=1)
            sheet.sheet.write_url(row, 2, url, link, translated(finding.place)[:250])


def _responses(book: NewBook, verification: Conclusion) -> None:
    """Add what is to be filled in: response, conclusion, status, and signature."""
    rows = []
    for one in verification.findings:
        status = STATUSES[0] if one.accepted is None else STATUSES[2]
        on_record = Message("") if one.accepted is None else Message(one.accepted)
        rows.append([one.number, one.message, "", on_record, status, ""])
    sheet = book.listing(translated(_("Responses")), RESPONSES, rows)
    for row in range(1, len(rows) + 1):
        sheet.set_height(row, RESPONSE_HEIGHT)
    if rows:
        choices = {"validate": "list", "source": [translated(one) for one in STATUSES]}
        sheet.sheet.data_validation(1, 4, len(rows), 4, choices)


def _cells(finding: Finding) -> list[str | float]:
    found, expected = (_value(value) for value in (finding.found, finding.expected))
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
        finding.unit if isinstance(found, float) or isinstance(expected, float) else "",
        Message("\n").join(filter(None, [finding.because, *finding.consequences])),
        paper.effect(finding),
    ]


def _value(value: object) -> str | float:
    """Return a value as it is written in a cell; what was not entered with so many digits is shown with ten."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(shown_number(value).replace(",", ""))
    return "" if value is None else str(value)
