"""The working paper: findings as a workbook, or as a page that can be filed as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from jcm_calc.files import save
from jcm_calc.report import display
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.workbook.page import new_book

if TYPE_CHECKING:
    from jcm_calc.verification.verifying import Verification

COLUMNS = {
    "Code": 7,
    "Severity": 10,
    "Place": 26,
    "Finding": 60,
    "Found": 18,
    "Expected": 18,
    "How the expected value comes about": 50,
    "Effect on ER": 30,
    "Likely cause, or who is asked": 34,
    "Follows from it": 40,
    "Not confirmed": 34,
}
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}


def summary(verification: Verification) -> Iterator[tuple[str, str]]:
    """Yield what stands at the head of the paper."""
    due = verification.due
    yield "File", verification.path.name
    yield "Methodology", verification.methodology
    yield "Verdict", str(verification.verdict)
    yield "Claimed", "no number" if verification.claimed is None else f"{verification.claimed:,} t"
    yield "Due", "cannot be calculated" if due is None else f"{due:,} t, from what is entered"
    yield (
        "Findings",
        ", ".join(f"{len(verification.of(one))} {one}{'s' * (len(verification.of(one)) != 1)}" for one in Severity),
    )
    yield "Material from", f"{verification.materiality:.0%} of ER (a threshold that is recalled, not read)"
    yield "Checks made", f"{len(verification.made)}; {len(verification.skipped)} more need what was not given"
    yield "Not confirmed", f"{len(verification.unconfirmed)} rules and values of the calculation itself"


def details(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what a finding says besides its message, each under its name."""
    if finding.found is not None:
        yield "Found", shown_number(finding.found)
    if finding.expected is not None:
        yield "Expected", shown_number(finding.expected)
    if finding.because:
        yield "Because", finding.because
    if finding.effect is not None:
        yield "Effect", str(finding.effect)
    if finding.cause:
        asked = finding.severity is Severity.QUESTION
        yield ("Question" if asked else "Likely cause"), finding.cause.removeprefix("asked of the ")
    if finding.unconfirmed:
        yield "Not confirmed", finding.unconfirmed


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
    file = BytesIO()
    book = new_book(file, f"Verification of {verification.path.name}"[:255])
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True})
    colours = {
        one: book.add_format({"font_color": colour, "bold": True, "valign": "top"}) for one, colour in COLOURS.items()
    }
    sheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    rows = [*summary(verification), *(("Not confirmed", text) for text in verification.unconfirmed)]
    rows += [("Not made", f"{code}: needs {need}") for code, need in verification.skipped.items()]
    for row, (name, text) in enumerate(rows):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text, wrapped)
    sheet = book.add_worksheet("Findings")
    sheet.freeze_panes(1, 0)
    for column, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, heading)
    for row, finding in enumerate(verification.findings, 1):
        severity = finding.severity or Severity.ERROR
        for column, value in enumerate(_cells(finding)):
            form = colours[severity] if column < 2 else wrapped
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, column, value, form)
            else:
                sheet.write_string(row, column, value, form)
    sheet.autofilter(0, 0, max(1, len(verification.findings)), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    save(path, file.getvalue(), overwrite=overwrite)


def _cells(finding: Finding) -> list[str | float]:
    found, expected = (
        "" if value is None else value if isinstance(value, int | float) else str(value)
        for value in (finding.found, finding.expected)
    )
    effect = "" if finding.effect is None else str(finding.effect)
    return [
        finding.code,
        str(finding.severity),
        finding.place,
        finding.message,
        found,
        expected,
        finding.because,
        effect,
        finding.cause,
        "\n".join(finding.consequences),
        finding.unconfirmed,
    ]
