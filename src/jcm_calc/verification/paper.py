"""The working paper: findings as a workbook, or as a page that can be filed as it is."""

from __future__ import annotations

import html
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from jcm_calc.problems import InputError, Problem
from jcm_calc.verification.findings import Finding, Severity, shown_number

if TYPE_CHECKING:
    from jcm_calc.verification.verifying import Verification

# The widths let a row go on a sheet of A4 in letters that can be read.
COLUMNS = {
    "Code": 6,
    "Severity": 9,
    "Place": 22,
    "Finding": 36,
    "Found": 12,
    "Expected": 12,
    "How the expected value comes about": 34,
    "Effect on ER": 21,
    "Likely cause, or who is asked": 21,
    "Follows from it": 28,
    "Not confirmed": 21,
}
SUMMARY = 100
MARGIN = 0.4  # inch
COLOURS = {Severity.ERROR: "#B3261E", Severity.WARNING: "#9A6700", Severity.QUESTION: "#1F5FA8"}
STYLE = """
body { font: 14px/1.45 system-ui, "Segoe UI", sans-serif; color: #1b1b1b }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem }
h1 { font-size: 1.4rem; margin-bottom: .2rem }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; margin: .4rem 0 }
dt { color: #5c5c5c }
dd { margin: 0; overflow-wrap: anywhere }
article { border: 1px solid #ddd; border-left: 5px solid var(--c); border-radius: 4px }
article { padding: .6rem .9rem; margin: .6rem 0; break-inside: avoid }
article h3 { font-size: 1rem; margin: 0 0 .3rem }
.tag { color: var(--c); font-weight: 600 }
ul { margin: .2rem 0; padding-left: 1.2rem }
.small { color: #5c5c5c; font-size: .86rem }
"""


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
    if effect := _effect(finding):
        yield "Effect", effect
    if finding.cause:
        asked = finding.severity is Severity.QUESTION
        yield ("Question" if asked else "Likely cause"), finding.cause.removeprefix("asked of the ")
    if finding.unconfirmed:
        yield "Not confirmed", finding.unconfirmed


def _effect(finding: Finding) -> str:
    """Say what a finding does to ER; of an error also that nobody can tell."""
    if finding.effect is not None:
        return str(finding.effect)
    return "not known" if finding.severity is Severity.ERROR else ""


def write_page(path: str | os.PathLike[str], verification: Verification, overwrite: bool = False) -> None:
    """Write a page of HTML; see `jcm_calc.verification.verifying.Verification.to_html`."""
    _save(path, _page(verification).encode(), overwrite)


def _page(verification: Verification) -> str:
    esc = html.escape
    head = "".join(f"<dt>{esc(name)}</dt><dd>{esc(text)}</dd>" for name, text in summary(verification))
    parts = [f"<h1>Verification of {esc(verification.path.name)}</h1><dl>{head}</dl>"]
    for severity in Severity:
        if found := verification.of(severity):
            parts.append(f"<h2>{str(severity).capitalize()}s</h2>")
            parts += [_article(finding) for finding in found]
    for title, lines in (
        ("Not confirmed in the calculation itself", verification.unconfirmed),
        ("Checks that were not made", [f"{code}: needs {need}" for code, need in verification.skipped.items()]),
        ("Checks that were made", [f"{check.code} {check.name}" for check in verification.made]),
    ):
        if lines:
            listed = "".join(f"<li>{esc(line)}</li>" for line in lines)
            parts.append(f'<h2>{title}</h2><ul class="small">{listed}</ul>')
    body = "\n".join(parts)
    title = esc(verification.path.name)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">{head}\n{body}\n</html>\n'


def _article(finding: Finding) -> str:
    esc = html.escape
    colour = COLOURS[finding.severity or Severity.ERROR]
    rows = "".join(f"<dt>{esc(name)}</dt><dd>{esc(text)}</dd>" for name, text in details(finding))
    follows = "".join(f"<li>{esc(text)}</li>" for text in finding.consequences)
    follows = f'<p class="small">What follows from it:</p><ul class="small">{follows}</ul>' if follows else ""
    place = f' <span class="small">{esc(finding.place)}</span>' if finding.place else ""
    tag = f'<span class="tag">{finding.code}</span> {esc(finding.name)}{place}'
    inner = f"<h3>{tag}</h3><div>{esc(finding.message)}</div><dl>{rows}</dl>{follows}"
    return f'<article style="--c:{colour}">{inner}</article>'


def write_workbook(path: str | os.PathLike[str], verification: Verification, overwrite: bool = False) -> None:
    """Write a workbook; see `jcm_calc.verification.verifying.Verification.to_excel`."""
    from io import BytesIO

    import xlsxwriter

    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _summary_sheet(book, verification)
    _findings_sheet(book, verification)
    book.close()
    _save(path, file.getvalue(), overwrite)


def _summary_sheet(book: Any, verification: Verification) -> None:
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = _sheet(book, "Summary")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, SUMMARY)
    rows = [*summary(verification), *(("Not confirmed", text) for text in verification.unconfirmed)]
    rows += [("Not made", f"{code}: needs {need}") for code, need in verification.skipped.items()]
    before = ""
    for row, (name, text) in enumerate(rows):
        sheet.write_string(row, 0, "" if name == before else name, bold)
        sheet.write_string(row, 1, text, wrapped)
        sheet.set_row(row, 15.0 * _lines(text, SUMMARY))
        before = name


def _findings_sheet(book: Any, verification: Verification) -> None:
    small = {"font_size": 9, "valign": "top", "align": "left", "border": 1, "border_color": "#C8C8C8"}
    wrapped = book.add_format({**small, "text_wrap": True})
    heading = book.add_format({**small, "bold": True, "bg_color": "#E8EDF3", "text_wrap": True})
    colours = {one: book.add_format({**small, "font_color": colour, "bold": True}) for one, colour in COLOURS.items()}
    sheet = _sheet(book, "Findings")
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    for column, (title, width) in enumerate(COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, heading)
    for row, finding in enumerate(verification.findings, 1):
        cells = _cells(finding)
        lines = max(_lines(str(value), width) for value, width in zip(cells, COLUMNS.values(), strict=True))
        sheet.set_row(row, 4 + 12.0 * lines)
        for column, value in enumerate(cells):
            form = colours[finding.severity or Severity.ERROR] if column < 2 else wrapped
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, column, value, form)
            else:
                sheet.write_string(row, column, value, form)
    sheet.autofilter(0, 0, max(1, len(verification.findings)), len(COLUMNS) - 1)


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes: not every program makes a row as high as its wrapped texts."""
    wide = [sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line) for line in text.split("\n")]
    return sum(max(1, math.ceil(length / width)) for length in wide)


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
        "" if value is None else value if isinstance(value, int | float) else str(value)
        for value in (finding.found, finding.expected)
    )
    return [
        finding.code,
        str(finding.severity),
        finding.place,
        finding.message,
        found,
        expected,
        finding.because,
        _effect(finding),
        finding.cause,
        "\n".join(finding.consequences),
        finding.unconfirmed,
    ]


def _save(path: str | os.PathLike[str], content: bytes, overwrite: bool) -> None:
    try:
        with Path(path).open("wb" if overwrite else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise InputError("findings", [Problem(str(path), "exists already; overwrite=True replaces it")]) from None
