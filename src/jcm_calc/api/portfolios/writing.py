"""A portfolio as a file: workbook, page, Parquet or CSV, by the ending of its name."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from jcm_calc.api.portfolios.jobs import OTHER_TERMS
from jcm_calc.api.portfolios.outcomes import Outcomes
from jcm_calc.base.files import check_ending, guarded, save
from jcm_calc.base.languages import _, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.reports.html.pages import page
from jcm_calc.reports.workbook.layout import MOST_ROWS
from jcm_calc.reports.workbook.sheet import WRITTEN, Column, NewBook
from jcm_calc.units import is_missing

FORMATS = (".xlsx", ".html", ".parquet", ".csv")
# The style of a column of numbers; what may be added up over rows.
NUMBERS = {
    **dict.fromkeys(("RE", "PE", OTHER_TERMS, "ER", "estimate", "difference"), "emissions"),
    **dict.fromkeys(("tonnes", "projects"), "whole"),
    **dict.fromkeys(("scope", "year"), "number"),
    "ratio": "ratio",
}
EMISSIONS = ("RE", "PE", OTHER_TERMS, "ER", "tonnes")
COMPARED = ("estimate", "ER", "difference")  # where each project has an estimate
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
    book = NewBook(translated(_("Portfolio of {projects}").format(projects=found.counted)))
    for name, frame in _sheets(found).items():
        counted = found.share(frame["project"].nunique()) if "project" in frame else found.counted
        total = _("Total of {projects}").format(projects=counted) if len(frame) and "ER" in frame else ""
        summed = COMPARED if "difference" in frame else EMISSIONS
        columns = [
            Column(HEADINGS.get(name, name), NUMBERS.get(name, "label"), total=name in summed)
            for name in map(str, frame.columns)
        ]
        book.listing(translated(name).lower()[:31], columns, frame.itertuples(index=False), total)
    return book.content()


def _with_remarks(found: Outcomes) -> pd.DataFrame:
    """Return the table of projects with the remarks on each: such a file has no other place for it."""
    topics: dict[str, dict[str, None]] = {}
    for project, remark in found.remarks:
        topics.setdefault(project, {})[str(remark.topic)] = None
    remarks = ["; ".join(topics.get(project, ())) for project in found.table["project"]]
    return found.table.assign(remarks=remarks)


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
    return ShownCell(WRITTEN.get(NUMBERS.get(name, ""), "{}").format(value), number)
