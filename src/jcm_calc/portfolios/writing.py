"""A portfolio as a file: workbook, page, Parquet or CSV, by the ending of its name."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from jcm_calc.files import save
from jcm_calc.languages import _, translated
from jcm_calc.problems import InputError, Problem
from jcm_calc.report import display
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from jcm_calc.portfolios import Portfolio

FORMATS = (".xlsx", ".html", ".parquet", ".csv")
SUMS = (("country", "scope"), ("methodology", "version"), ("year",))
# Columns as they are called for people; RE, PE and ER are the same in every language.
HEADINGS: dict[str, str] = {
    str.__str__(text): text
    for text in (
        *(_("project"), _("country"), _("scope"), _("methodology"), _("version"), _("year"), _("tonnes")),
        *(_("estimate"), _("source"), _("projects"), _("difference"), _("ratio")),
        *(_("severity"), _("subject"), _("complaint")),
    )
}


def write(path: str | os.PathLike[str], found: Portfolio, overwrite: bool) -> None:
    """Write a portfolio; see `Portfolio.to_file`."""
    suffix = Path(path).suffix.casefold()
    if suffix not in FORMATS:
        raise InputError(
            str(path), [Problem(str(path), _("must end with one of {names}").format(names=", ".join(FORMATS)))]
        )
    save(path, _content(found, suffix), overwrite=overwrite)


def _content(found: Portfolio, suffix: str) -> bytes:
    if suffix == ".csv":
        return found.table.to_csv(index=False).encode()
    if suffix == ".html":
        return _page(found).encode()
    file = BytesIO()
    if suffix == ".parquet":
        try:
            found.table.to_parquet(file, index=False)
        except ImportError:
            complaint = _("cannot be written without pyarrow: install it with pip install 'jcm-calc[parquet]'")
            raise InputError(_("the portfolio"), [Problem(suffix, complaint)]) from None
        return file.getvalue()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs=options) as writer:
        for name, frame in _sheets(found).items():
            sheet = translated(name).lower()
            _said(frame).to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 0))
            writer.sheets[sheet].autofit()
    return file.getvalue()


def _sheets(found: Portfolio) -> dict[str, pd.DataFrame]:
    sums: dict[str, pd.DataFrame] = {
        _("By {name}").format(name=HEADINGS[columns[0]]): found.by(*columns).reset_index() for columns in SUMS
    }
    estimates = found.against_estimates().reset_index()
    beside: dict[str, pd.DataFrame] = {} if estimates.empty else {_("Against estimates"): estimates}
    problems: dict[str, pd.DataFrame] = {_("Problems"): found.problems}
    first = problems if found.remarks or found.unusable else {}  # what has to be looked at comes first
    return {**first, _("Projects"): found.table, **sums, **beside, **problems}


def _said(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its headings and complaints in the language of the context."""
    texts = [name for name in frame if frame[name].dtype == object]
    said = frame.assign(**{str(name): frame[name].map(_text) for name in texts})
    return said.rename(columns={name: translated(text) for name, text in HEADINGS.items()})


def _text(value: Any) -> Any:
    return translated(value) if isinstance(value, str) else value


class Cell(NamedTuple):
    """A cell as it is shown."""

    text: str
    number: bool


def _page(found: Portfolio) -> str:
    return display.page(
        "portfolio.html",
        remarked=found.headline,
        told=found.projects,
        sums={
            _("By {name}").format(name=HEADINGS[columns[0]]): _table(found.by(*columns).reset_index())
            for columns in SUMS
        },
        projects=_table(found.table),
        problems=_table(found.problems),
    )


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "columns": [HEADINGS.get(name, name) for name in frame.columns],
        "rows": [[_cell(one) for one in row] for row in frame.itertuples(index=False)],
    }


def _cell(value: Any) -> Cell:
    if is_missing(value):
        return Cell("", False)
    return Cell(f"{value:,.3f}", True) if isinstance(value, float) else Cell(str(value), isinstance(value, int))
