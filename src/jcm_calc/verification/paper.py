"""The working paper: findings as a workbook, or as a page that can be filed as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from jcm_calc.files import check_ending, save
from jcm_calc.languages import Message, _, ngettext, translated
from jcm_calc.report import display
from jcm_calc.verification.catalogue import checks
from jcm_calc.verification.conclusion import Conclusion
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.workbook.page import lines, new_book

# The widths let a row go on a sheet of A4 in letters that can be read.
COLUMNS = {
    _("Code"): 6,
    _("Severity"): 9,
    _("Place"): 22,
    _("Finding"): 36,
    _("Found"): 12,
    _("Expected"): 12,
    _("How the expected value comes about"): 34,
    _("Effect on ER"): 21,
    _("Likely cause, or who is asked"): 21,
    _("Follows from it"): 28,
    _("Not confirmed"): 21,
}
SUMMARY_WIDTHS = (20, 16, 16, 16, 16, 16, 20)
MARGIN = 0.4  # inch
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}


def result(verification: Conclusion) -> tuple[str, str]:
    """Return the result of a verification under its name."""
    return _("Verification result"), Message(verification.verdict)


def summary(verification: Conclusion) -> Iterator[tuple[str, str]]:
    """Yield what stands at the head of the paper, besides the result and the table of `amounts`."""
    yield _("File"), verification.path.name
    yield _("Methodology"), verification.methodology
    for text in verification.missing:
        yield _("Missing"), text
    yield _("Scope"), _scope(verification)
    if verification.completed:
        yield _("Taken from the case file"), ", ".join(verification.completed)
    for name, tonnes in (
        (_("Reported"), verification.claimed),
        (_("Recalculated"), verification.due),
        (_("Adjusted"), verification.adjusted),
    ):
        yield name, _("not known") if tonnes is None else Message("{} t").format(shown_number(tonnes))
    yield _("Misstatement"), _misstatement(verification)
    counts = {severity: len(verification.of(severity)) for severity in Severity}
    yield _("Findings"), _(", ").join(_counted(severity, count) for severity, count in counts.items())
    yield _("Checks made"), _("{count} of {every}").format(count=len(verification.made), every=len(checks()))
    for need, codes in _by_text(verification.skipped):
        yield _("Checks not made"), _("{codes}: needs {need}").format(codes=codes, need=need)
    for absent, codes in _by_text(verification.inapplicable):
        yield _("Not applicable"), Message("{}: {}").format(codes, absent)
    if verification.ignored:
        codes = ", ".join(check.code for check in verification.ignored)
        counted = _counted(Severity.ERROR, sum(one.severity is Severity.ERROR for one in verification.passed_over))
        yield _("Checks switched off"), _("{codes} (they find {errors})").format(codes=codes, errors=counted)
    unconfirmed = _("{count} rules and values of the calculation itself")
    count = len(verification.unconfirmed)
    yield _("Not confirmed"), _("not assessed") if verification.result is None else unconfirmed.format(count=count)


def _scope(verification: Conclusion) -> str:
    said = _("recalculation from what is entered; eligibility: {criteria}")
    return said.format(criteria=verification.criteria)


def _misstatement(verification: Conclusion) -> str:
    threshold = verification.threshold
    if threshold is None or verification.result is None:
        return _("not known")
    said = _("{share:.4g} % of ER; material from {materiality:.4g} %, which is {threshold:,.6g} tCO2 (not verified)")
    share, materiality = 100 * verification.share, 100 * verification.materiality
    return said.format(share=share, materiality=materiality, threshold=threshold)


def _by_text(checks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each text that is said of checks, with their codes."""
    codes: dict[str, list[str]] = {}
    for code, text in checks.items():
        codes.setdefault(text, []).append(code)
    yield from ((text, ", ".join(own)) for text, own in codes.items())


def amounts(verification: Conclusion) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the table of reported, recalculated and adjusted amounts."""
    columns = (
        _("Reported"),
        _("Recalculated"),
        _("Adjusted"),
        _("Difference"),
        _("Share of the materiality threshold"),
    )
    rows = []
    for one in (*verification.years, verification.total):
        kinds = (one.reported, one.recalculated, one.adjusted)
        for name in ("RE", "PE", "ER"):
            values = [getattr(kind, name) for kind in kinds]
            more = None if None in (values[0], values[2]) else values[0] - values[2]
            rows.append([one.year, Message("{} [tCO2]").format(name), *map(_tonnes_of_co2, [*values, more]), ""])
        tonnes = [kind.tonnes for kind in kinds]
        limit, most = verification.threshold, one.misstatement
        share = "" if most is None or not limit else f"{100 * most / limit:+,.4g} %"
        rows.append([one.year, _("whole tonnes"), *map(_tonnes, [*tonnes, one.difference]), share])
    return [_("Year"), _("Amount"), *columns], rows


def _tonnes_of_co2(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3f}"


def _tonnes(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"


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
    if effect := _effect(finding):
        yield _("Effect"), effect
    if finding.cause:
        yield _("Likely cause"), finding.cause
    if finding.question:
        yield _("Question to the project participant"), finding.question
    if finding.unconfirmed:
        yield _("Not confirmed"), finding.unconfirmed


def _effect(finding: Finding) -> str:
    """Say what a finding does to ER; of an error also that nobody can tell."""
    if finding.effect is not None:
        return str(finding.effect)
    return _("not known") if finding.severity is Severity.ERROR else ""


def write_page(path: str | os.PathLike[str], verification: Conclusion, overwrite: bool = False) -> None:
    """Write a page of HTML; see `jcm_calc.verification.verifying.Verification.to_html`."""
    check_ending(path, ".html")
    save(path, _filled("verification.html", verification).encode(), overwrite=overwrite)


def in_notebook(verification: Conclusion) -> str:
    """Return what a notebook shows of a verification."""
    return _filled("verified.html", verification)


def _filled(template: str, verification: Conclusion) -> str:
    return display.page(
        template,
        verification=verification,
        amounts=amounts(verification),
        summary=list(summary(verification)),
        findings={severity: found for severity in Severity if (found := verification.of(severity))},
        details=details,
    )


def write_workbook(path: str | os.PathLike[str], verification: Conclusion, overwrite: bool = False) -> None:
    """Write a workbook; see `jcm_calc.verification.verifying.Verification.to_excel`."""
    check_ending(path, ".xlsx")
    file = BytesIO()
    title = translated(_("Verification of {file}").format(file=verification.path.name))
    book = new_book(file, title[:255])
    _summary_sheet(book, verification)
    _findings_sheet(book, verification)
    book.close()
    save(path, file.getvalue(), overwrite=overwrite)


def _summary_sheet(book: Any, verification: Conclusion) -> None:
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = _sheet(book, translated(_("Summary")))
    for column, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    for number, (name, text) in enumerate([result(verification), *summary(verification)]):
        row = number + 1
        _line(sheet, number, name, text, bold, wrapped)
    headings, table = amounts(verification)
    for number, cells in enumerate([headings, *table]):
        row += 1
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, translated(cell), bold if number == 0 else wrapped)
    lists = [(_("Not confirmed"), text) for text in verification.unconfirmed]
    needs = _("{code}: needs {need}")
    lists += [(_("Noted in reading"), text) for text in verification.remarks]
    lists += [(_("Not made"), needs.format(code=code, need=need)) for code, need in verification.skipped.items()]
    lists += [(_("Not applicable"), Message("{}: {}").format(*one)) for one in verification.inapplicable.items()]
    lists += [(_("Switched off"), Message("{} {}").format(check.code, check.title)) for check in verification.ignored]
    for number, (name, text) in enumerate(lists, row + 2):
        _line(sheet, number, name, text, bold, wrapped)


def _line(sheet: Any, row: int, name: str, text: str, bold: Any, wrapped: Any) -> None:
    said = translated(text)
    sheet.write_string(row, 0, translated(name), bold)
    sheet.merge_range(row, 1, row, len(SUMMARY_WIDTHS) - 1, said, wrapped)
    sheet.set_row(row, 15.0 * lines(said, sum(SUMMARY_WIDTHS[1:])))


def _findings_sheet(book: Any, verification: Conclusion) -> None:
    small = {"font_size": 9, "valign": "top", "align": "left", "border": 1, "border_color": "#C8C8C8"}
    wrapped = book.add_format({**small, "text_wrap": True})
    heading = book.add_format({**small, "bold": True, "bg_color": "#E8EDF3", "text_wrap": True})
    colours = {one: book.add_format({**small, "font_color": colour, "bold": True}) for one, colour in COLOURS.items()}
    sheet = _sheet(book, translated(_("Findings")))
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    for column, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, translated(title), heading)
    for row, finding in enumerate(verification.findings, 1):
        cells = [translated(value) if isinstance(value, str) else value for value in _cells(finding)]
        sheet.set_row(row, 4 + 12.0 * max(map(lines, map(str, cells), COLUMNS.values())))
        for column, value in enumerate(cells):
            form = colours[finding.severity or Severity.ERROR] if column < 2 else wrapped
            if isinstance(value, str):
                sheet.write_string(row, column, value, form)
            else:
                sheet.write_number(row, column, value, form)
    sheet.autofilter(0, 0, max(1, len(verification.findings)), len(COLUMNS) - 1)


def _sheet(book: Any, name: str) -> Any:
    """Add a sheet that is printed on A4, as wide as the paper, with the number of each page."""
    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(MARGIN, MARGIN, MARGIN, 1.5 * MARGIN)
    sheet.set_footer("&L&8&F, &A&R&8&P / &N")
    sheet.fit_to_pages(1, 0)
    return sheet


def _cells(finding: Finding) -> list[str | float]:
    found, expected = (
        "" if value is None else value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        for value in (finding.found, finding.expected)
    )
    return [
        finding.code,
        Message(finding.severity or ""),
        finding.place,
        finding.message,
        found,
        expected,
        finding.because,
        _effect(finding),
        Message("; ").join(filter(None, (finding.cause, finding.asked))),
        Message("\n").join(finding.consequences),
        finding.unconfirmed,
    ]
