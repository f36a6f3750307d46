"""A portfolio as a file: workbook, page, Parquet or CSV, by the ending of its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import east_asian_width

import pandas as pd

from jcm_calc.api.portfolios.jobs import OTHER_TERMS
from jcm_calc.api.portfolios.outcomes import Outcomes
from jcm_calc.base.files import check_ending, guarded, save
from jcm_calc.base.languages import _, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.reports.html.pages import page
from jcm_calc.reports.workbook.layout import MOST_ROWS, column_name
from jcm_calc.reports.workbook.page import BASE, LONGEST_TEXT, PALE, new_book
from jcm_calc.units import is_missing

FORMATS = (".xlsx", ".html", ".parquet", ".csv")
# How a column of numbers is shown; what may be added up over rows.
NUMBERS = {
    **dict.fromkeys(("RE", "PE", OTHER_TERMS, "ER", "estimate", "difference"), "emissions"),
    **dict.fromkeys(("tonnes", "projects"), "whole"),
    **dict.fromkeys(("scope", "year"), "label"),
    "ratio": "ratio",
}
EMISSIONS = ("RE", "PE", OTHER_TERMS, "ER", "tonnes")
COMPARED = ("estimate", "ER", "difference")  # where each project has an estimate
PATTERNS = {"emissions": "#,##0.000", "whole": "#,##0", "ratio": "0.000"}
HEAD: dict[str, Any] = {"bold": True, "text_wrap": True, "bg_color": PALE, "bottom": 1}
LEFT: dict[str, Any] = {"align": "left", "indent": 1}
LOOKS: dict[str, dict[str, Any]] = {
    "heading": {**HEAD, **LEFT},
    "number heading": {**HEAD, "align": "right"},
    "text": LEFT,
    "label": {"align": "right", "num_format": "0"},
    "total": {**LEFT, "bold": True, "top": 1},
    **{name: {"align": "right", "num_format": pattern} for name, pattern in PATTERNS.items()},
    **{
        f"total {name}": {"align": "right", "num_format": pattern, "bold": True, "top": 1}
        for name, pattern in PATTERNS.items()
    },
}
WIDEST = 60
SUMS = (("country", "scope"), ("methodology", "version"), ("year",))
# Columns as they are called for people; RE, PE and ER are the same in every language.
HEADINGS: dict[str, str] = {
    str.__str__(text): text
    for text in (
        *(_("project"), _("country"), _("scope"), _("methodology"), _("version"), _("year"), _("tonnes")),
        *(_("estimate"), _("source"), _("projects"), _("difference"), _("ratio")),
        *(_("severity"), _("subject"), _("complaint"), _("other terms")),
        *(_("title"), _("column"), _("value"), _("as of")),
    )
}


def write(path: str | os.PathLike[str], found: Outcomes, overwrite: bool) -> None:
    """Write a portfolio; see `Portfolio.to_file`."""
    check_ending(path, *FORMATS)
    save(path, _content(found, Path(path).suffix.casefold()), overwrite=overwrite)


def _content(found: Outcomes, suffix: str) -> bytes:
    if suffix == ".csv":
        return guarded(_with_remarks(found)).to_csv(index=False).encode()
    if suffix == ".html":
        return _page(found).encode()
    file = BytesIO()
    if suffix == ".parquet":
        try:
            _with_remarks(found).to_parquet(file, index=False)
        except ImportError:
            complaint = _("cannot be written without pyarrow: install it with pip install 'jcm-calc[parquet]'")
            raise InputError(_("the portfolio"), [Problem(suffix, complaint)]) from None
        return file.getvalue()
    if len(found.table) + 2 > MOST_ROWS or len(found.problems) + 2 > MOST_ROWS:
        complaint = _("has more rows than a spreadsheet holds: write .parquet or .csv")
        raise InputError(_("the portfolio"), [Problem(suffix, complaint)])
    book = new_book(file, translated(_("Portfolio of {projects}").format(projects=found.counted)))
    formats = {name: book.add_format({**BASE, **look}) for name, look in LOOKS.items()}
    for name, frame in _sheets(found).items():
        counted = found.share(frame["project"].nunique()) if "project" in frame else found.counted
        total = _("Total of {projects}").format(projects=counted)
        _write(book.add_worksheet(translated(name).lower()[:31]), formats, frame, total)
    book.close()
    return file.getvalue()


def _with_remarks(found: Outcomes) -> pd.DataFrame:
    """Return the table of projects with the remarks on each: such a file has no other place for it."""
    topics: dict[str, dict[str, None]] = {}
    for project, remark in found.remarks:
        topics.setdefault(project, {})[str(remark.topic)] = None
    remarks = ["; ".join(topics.get(project, ())) for project in found.table["project"]]
    return found.table.assign(remarks=remarks)


def _write(sheet: Any, formats: Mapping[str, Any], frame: pd.DataFrame, total: str) -> None:
    """Write a table with headings and filter and, where there are emissions, their sums below it."""
    rows, last = len(frame), len(frame.columns) - 1
    total = translated(total) if rows and "ER" in frame else ""
    summed = COMPARED if "difference" in frame else EMISSIONS
    for column, name in enumerate(map(str, frame.columns)):
        look = NUMBERS.get(name, "text")
        heading = translated(HEADINGS.get(name, name))
        sheet.write_string(0, column, heading, formats["heading" if look == "text" else "number heading"])
        texts = [heading, total if column == 0 else ""]
        for row, value in enumerate(frame[name].tolist(), 1):
            texts.append(_cell(name, value).text)
            if is_missing(value):
                sheet.write_blank(row, column, None, formats[look])
            elif isinstance(value, str):
                sheet.write_string(row, column, texts[-1][:LONGEST_TEXT], formats["text"])
            else:
                sheet.write_number(row, column, value, formats[look])
        if total and name in summed:
            letter = column_name(column)
            texts.append(_cell(name, amount := float(frame[name].sum())).text)
            formula = f"=SUBTOTAL(109,{letter}2:{letter}{rows + 1})"
            sheet.write_formula(rows + 1, column, formula, formats[f"total {look}"], amount)
        elif total:
            sheet.write_string(rows + 1, column, total if column == 0 else "", formats["total"])
        sheet.set_column(column, column, min(WIDEST, 3 + max(map(_width, texts))))
    sheet.autofilter(0, 0, max(rows, 1), last)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&8&A&R&8&P / &N")


def _width(text: str) -> int:
    """Return the room of a text: letters of East Asia take two places."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _sheets(found: Outcomes) -> dict[str, pd.DataFrame]:
    sums: dict[str, pd.DataFrame] = {
        _("By {name}").format(name=HEADINGS[columns[0]]): found.by(*columns).reset_index() for columns in SUMS
    }
    estimates = found.against_estimates().reset_index()
    beside: dict[str, pd.DataFrame] = {} if estimates.empty else {_("Against estimates"): estimates}
    problems: dict[str, pd.DataFrame] = {_("Problems"): found.problems}
    first = problems if found.remarks or found.unusable else {}  # what has to be looked at comes first
    listed: dict[str, pd.DataFrame] = {} if found.filled.empty else {_("Filled in"): found.filled}
    return {**first, _("Projects"): found.table, **sums, **beside, **listed, **problems}


class ShownCell(NamedTuple):
    """A cell as it is shown."""

    text: str
    number: bool


def _page(found: Outcomes) -> str:
    return page(
        "portfolio.html",
        remarked=found.headline,
        notices=found.notices,
        projects_counted=found.counted,
        sums={
            _("By {name}").format(name=HEADINGS[columns[0]]): _table(found.by(*columns).reset_index())
            for columns in SUMS
        },
        total=_table(found.table[[name for name in EMISSIONS if name in found.table]].sum().to_frame().T),
        projects=_table(found.table),
        filled=_table(found.filled),
        problems=_table(found.problems),
    )


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    names = list(map(str, frame.columns))
    return {
        "columns": [ShownCell(HEADINGS.get(name, name), name in NUMBERS) for name in names],
        "rows": [
            [_cell(name, one) for name, one in zip(names, row, strict=True)] for row in frame.itertuples(index=False)
        ],
    }


def _cell(name: str, value: Any) -> ShownCell:
    """Return a cell as it is shown: a year and a sectoral scope without separators."""
    number = name in NUMBERS
    if is_missing(value):
        return ShownCell("", number)
    if isinstance(value, str):
        return ShownCell(translated(value), False)
    patterns = {"emissions": "{:,.3f}", "whole": "{:,.0f}", "ratio": "{:.3f}"}
    return ShownCell(patterns.get(NUMBERS.get(name, ""), "{}").format(value), number)
