"""A portfolio as a file: workbook, page, Parquet or CSV, by the ending of its name."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from jcm_calc.files import save
from jcm_calc.problems import InputError, Problem
from jcm_calc.report import display
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from jcm_calc.portfolios import Portfolio

FORMATS = (".xlsx", ".html", ".parquet", ".csv")
SUMS = (("country", "scope"), ("methodology", "version"), ("year",))


def write(path: str | os.PathLike[str], found: Portfolio, overwrite: bool) -> None:
    """Write a portfolio; see `Portfolio.to_file`."""
    suffix = Path(path).suffix.casefold()
    if suffix not in FORMATS:
        raise InputError(str(path), [Problem(str(path), f"must end with one of {', '.join(FORMATS)}")])
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
            complaint = "cannot be written without pyarrow: install it with pip install 'jcm-calc[parquet]'"
            raise InputError("the portfolio", [Problem(suffix, complaint)]) from None
        return file.getvalue()
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs=options) as writer:
        for name, frame in _sheets(found).items():
            frame.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            writer.sheets[name].autofit()
    return file.getvalue()


def _sheets(found: Portfolio) -> dict[str, pd.DataFrame]:
    sums = {f"by {columns[0]}": found.by(*columns).reset_index() for columns in SUMS}
    estimates = found.against_estimates().reset_index()
    beside = {} if estimates.empty else {"against estimates": estimates}
    return {"projects": found.table, **sums, **beside, "problems": found.problems}


class Cell(NamedTuple):
    """A cell as it is shown."""

    text: str
    number: bool


def _page(found: Portfolio) -> str:
    return display.page(
        "portfolio.html",
        count=len(found.outcomes),
        sums={columns[0]: _table(found.by(*columns).reset_index()) for columns in SUMS},
        projects=_table(found.table),
        problems=_table(found.problems),
    )


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    return {"columns": [*frame.columns], "rows": [[_cell(one) for one in row] for row in frame.itertuples(index=False)]}


def _cell(value: Any) -> Cell:
    if is_missing(value):
        return Cell("", False)
    return Cell(f"{value:,.3f}", True) if isinstance(value, float) else Cell(str(value), isinstance(value, int))
