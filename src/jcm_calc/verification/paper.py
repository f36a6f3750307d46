"""The working paper: findings as a workbook, or as a page that can be filed as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from jcm_calc.files import save
from jcm_calc.languages import Message, _, ngettext, translated
from jcm_calc.report import display
from jcm_calc.verification.findings import Finding, Severity, shown_number

if TYPE_CHECKING:
    from jcm_calc.verification.verifying import Verification

COLUMNS = {
    _("Code"): 7,
    _("Severity"): 10,
    _("Place"): 26,
    _("Finding"): 60,
    _("Found"): 18,
    _("Expected"): 18,
    _("How the expected value comes about"): 50,
    _("Effect on ER"): 30,
    _("Likely cause, or who is asked"): 34,
    _("Follows from it"): 40,
    _("Not confirmed"): 34,
}
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}


def summary(verification: Verification) -> Iterator[tuple[str, str]]:
    """Yield what stands at the head of the paper."""
    due = verification.due
    yield _("File"), verification.path.name
    yield _("Methodology"), verification.methodology
    yield _("Verdict"), Message(verification.verdict)
    yield _("Claimed"), _("no number") if verification.claimed is None else f"{verification.claimed:,} t"
    yield (
        _("Due"),
        _("cannot be calculated") if due is None else _("{tonnes:,} t, from what is entered").format(tonnes=due),
    )
    counts = {severity: len(verification.of(severity)) for severity in Severity}
    yield _("Findings"), _(", ").join(_counted(severity, count) for severity, count in counts.items())
    threshold = _("{share:.0%} of ER (a threshold that is recalled, not read)")
    yield _("Material from"), threshold.format(share=verification.materiality)
    made = _("{made}; {skipped} more need what was not given")
    yield _("Checks made"), made.format(made=len(verification.made), skipped=len(verification.skipped))
    unconfirmed = _("{count} rules and values of the calculation itself")
    yield _("Not confirmed"), unconfirmed.format(count=len(verification.unconfirmed))


def _counted(severity: Severity, count: int) -> str:
    return {
        Severity.ERROR: ngettext("{count} error", "{count} errors", count),
        Severity.WARNING: ngettext("{count} warning", "{count} warnings", count),
        Severity.QUESTION: ngettext("{count} question", "{count} questions", count),
    }[severity].format(count=count)


def details(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what a finding says besides its message, each under its name."""
    if finding.found is not None:
        yield _("Found"), shown_number(finding.found)
    if finding.expected is not None:
        yield _("Expected"), shown_number(finding.expected)
    if finding.because:
        yield _("Because"), finding.because
    if finding.effect is not None:
        yield _("Effect"), str(finding.effect)
    if finding.cause:
        asked = finding.severity is Severity.QUESTION
        yield (_("Question") if asked else _("Likely cause")), finding.cause.removeprefix("asked of the ")
    if finding.unconfirmed:
        yield _("Not confirmed"), finding.unconfirmed


def write_page(path: str | os.PathLike[str], verification: Verification, overwrite: bool = False) -> None:
    """Write a page of HTML; see `jcm_calc.verification.verifying.Verification.to_html`."""
    save(path, _page(verification).encode(), overwrite=overwrite)


def _page(verification: Verification) -> str:
    return display.page(
        "verification.html",
        verification=verification,
        summary=list(summary(verification)),
        findings={severity: found for severity in Severity if (found := verification.of(severity))},
        details=details,
    )


def write_workbook(path: str | os.PathLike[str], verification: Verification, overwrite: bool = False) -> None:
    """Write a workbook; see `jcm_calc.verification.verifying.Verification.to_excel`."""
    from io import BytesIO

    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True})
    colours = {
        one: book.add_format({"font_color": colour, "bold": True, "valign": "top"}) for one, colour in COLOURS.items()
    }
    sheet = book.add_worksheet(translated(_("Summary")))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    rows = [*summary(verification), *((_("Not confirmed"), text) for text in verification.unconfirmed)]
    needs = _("{code}: needs {need}")
    rows += [(_("Not made"), needs.format(code=code, need=need)) for code, need in verification.skipped.items()]
    for row, (name, text) in enumerate(rows):
        sheet.write_string(row, 0, translated(name), bold)
        sheet.write_string(row, 1, translated(text), wrapped)
    sheet = book.add_worksheet(translated(_("Findings")))
    sheet.freeze_panes(1, 0)
    for column, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, translated(title), heading)
    for row, finding in enumerate(verification.findings, 1):
        severity = finding.severity or Severity.ERROR
        for column, value in enumerate(_cells(finding)):
            form = colours[severity] if column < 2 else wrapped
            if isinstance(value, str):
                sheet.write_string(row, column, translated(value), form)
            else:
                sheet.write_number(row, column, value, form)
    sheet.autofilter(0, 0, max(1, len(verification.findings)), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    save(path, file.getvalue(), overwrite=overwrite)


def _cells(finding: Finding) -> list[str | float]:
    found, expected = (
        "" if value is None else value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        for value in (finding.found, finding.expected)
    )
    effect = "" if finding.effect is None else str(finding.effect)
    return [
        finding.code,
        Message(finding.severity or ""),
        finding.place,
        finding.message,
        found,
        expected,
        finding.because,
        effect,
        finding.cause,
        Message("\n").join(finding.consequences),
        finding.unconfirmed,
    ]
