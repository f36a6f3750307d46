"""Where projects come from: a table, a folder, files."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from jcm_calc.api.portfolios.jobs import Job
from jcm_calc.api.portfolios.listed import fill_in
from jcm_calc.api.portfolios.rows import OWN
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, InputWarning, Problem, listed, no_such_file, shown, suggestion
from jcm_calc.inputs.confirmation import EvidenceFile
from jcm_calc.inputs.project import tonnes_of, year_of
from jcm_calc.inputs.tables import flat, read, unread_units, with_units
from jcm_calc.inputs.totals import totals_among
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.sheet_sets import NAME
from jcm_calc.units import is_missing

TABLES, FILES = (".csv", ".parquet"), (".toml", ".xlsx")


def files(source: Any) -> list[Path] | None:
    """Return the project files that a folder, a pattern, a path or a list of paths names; None for a table.

    Raises
    ------
    InputError
        If there is none.
    """
    if hasattr(source, "iloc"):
        return None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if _is_project(one))
        elif path.is_file() and (path.suffix.casefold() in TABLES or sheet_of_projects(path) is not None):
            return None
        elif path.is_file():
            return [path]
        else:
            found = sorted(one for one in map(Path, glob.glob(str(source), recursive=True)) if _is_project(one))
        if not found:
            empty = _("holds no case file (.toml) and no workbook (.xlsx)")
            complaint = empty if path.is_dir() else no_such_file(source)
            raise InputError(str(source), [Problem(str(source), complaint)])
        return found
    if isinstance(source, Iterable) and not isinstance(source, Mapping):
        given = list(source)
        if odd := [one for one in given if not isinstance(one, str | os.PathLike)]:
            complaint = _("got {got}; must be a table or files").format(got=shown(odd[0]))
            raise InputError(_("the portfolio"), [Problem("source", complaint)])
        return [Path(one) for one in given]
    raise InputError(
        _("the portfolio"), [Problem("source", _("got {got}; must be a table or files").format(got=shown(source)))]
    )


def _is_project(path: Path) -> bool:
    return path.suffix.casefold() in FILES and path.is_file() and not path.name.startswith(("~", "."))


def of_files(
    paths: Sequence[Path], estimates: Mapping[str, Any], evidence: tuple[EvidenceFile, ...] | None
) -> Iterator[Job]:
    """Yield a job for each file; its project is called after the file, without a common folder."""
    parents = {path.parent for path in paths}
    top = Path(os.path.commonpath([parent.resolve() for parent in parents])) if parents else Path()
    for path in paths:
        name = str(path.resolve().relative_to(top).with_suffix(""))
        yield Job(
            name, str(path), path, estimates=yearly(estimates.get(name), f"estimates[{name!r}]"), evidence=evidence
        )


def yearly(given: Any, subject: str) -> dict[int | None, float]:
    """Return estimates by calendar year; a single one holds for each year, under None.

    Raises
    ------
    InputError
        If a year is not a year, or an estimate is not a number or negative; it names the subject.
    """
    if is_missing(given):
        return {}
    estimates = given if isinstance(given, Mapping) else {None: given}
    found: dict[int | None, float] = {}
    for year, er in estimates.items():
        try:
            found[None if year is None else year_of(year)] = tonnes_of(er)
        except (TypeError, ValueError) as error:
            where = subject if year is None else f"{subject}[{year!r}]"
            raise InputError(_("the portfolio"), [Problem(where, str(error))]) from None
    return found


def sheet_of_projects(path: Path) -> pd.DataFrame | None:
    """Return the table of projects that an Excel file holds; None where it is anything else.

    Its first row has the headings ``project`` and ``methodology``. A monitoring spreadsheet is known by its sheets.
    """
    if path.suffix.casefold() != ".xlsx":
        return None
    try:
        book = Book(path)
        if any(NAME.fullmatch(sheet) for sheet in book.sheets):
            return None
        shown_sheets = [sheet for sheet in book.sheets if sheet not in book.hidden]
        heads = {sheet: [str(cell).strip() for cell in next(iter(book.grid(sheet)), ())] for sheet in shown_sheets}
        found = [sheet for sheet in shown_sheets if set(OWN[:2]) <= {head.casefold() for head in heads[sheet]}]
        if not found:
            return None
        frame = _frame(heads[found[0]], book.grid(found[0])[1:])
    except InputError:  # which is said where the file is read as a monitoring spreadsheet
        return None
    remarks = [unread_units(path, frame.columns)]
    if found[1:]:
        told = _("the sheets {sheets} have projects; only {first} was read: give another as pd.read_excel(file, sheet)")
        remarks.append(told.format(sheets=listed(map(repr, found)), first=repr(found[0])))
    frame.attrs["remarks"] = [remark for remark in remarks if remark]
    return frame


def _frame(heads: list[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return the cells of a sheet below its headings, by the number of the row in the sheet."""
    numbers, columns = pd.RangeIndex(2, len(rows) + 2), pd.Index(heads)
    frame = pd.DataFrame([[*map(_cell, row)] for row in rows], numbers, columns, dtype=object)
    kept = [bool(head) or not frame.iloc[:, place].isna().all() for place, head in enumerate(heads)]
    return frame[frame.notna().any(axis=1)].loc[:, kept]


def _cell(cell: Any) -> Any:
    """Return a cell of a spreadsheet, which has no whole numbers, and no empty text."""
    if isinstance(cell, str):
        return cell.strip() or None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def table(source: Any) -> pd.DataFrame:
    """Read the table of a portfolio and check its own columns.

    Its index has the number of each row: of a file as a spreadsheet program numbers them, of a DataFrame from 1.

    Raises
    ------
    InputError
        If it has no projects or no methodologies.
    """
    given = hasattr(source, "iloc")
    name = _("the portfolio") if given else Path(source).name
    try:
        sheet = None if given else sheet_of_projects(Path(source))
        whole = source if given else read(source) if sheet is None else sheet
        frame = with_units(flat(whole))
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError(name, [Problem(name, str(error))]) from None
    for remark in whole.attrs.get("remarks", ()):
        warnings.warn(str(Problem(name, remark)), InputWarning, stacklevel=3)
    if sheet is None:
        first = 1 if given or Path(source).suffix.casefold() == ".parquet" else 2
        frame.index = pd.RangeIndex(first, first + len(frame))
    frame = frame.rename(columns={heading: own for heading in frame if (own := _own(frame, heading))})
    unclear = dict(fill_in(frame)) if OWN[0] in frame else {}
    if unclear and OWN[1] not in frame:
        frame[OWN[1]] = None
    problems = [
        Problem(name, _("has no column {heading!r}{hint}").format(heading=one, hint=suggestion(one, map(str, frame))))
        for one in OWN[:2]
        if one not in frame
    ]
    empty = {
        one: frame.index[[is_missing(cell) or not str(cell).strip() for cell in frame[one]]]
        for one in (OWN[:2] if not problems else ())
    }
    told = _("column {heading!r} is empty in row {row}")
    if not problems and len(empty["project"]):
        problems.append(Problem(name, told.format(heading="project", row=listed(empty["project"]))))
    if not problems and (sums := totals_among(frame["project"].unique())):
        complaint = _("{names} sums up other projects and would count once more: delete its row")
        problems.append(Problem(name, complaint.format(names=listed(map(repr, sorted(sums))))))
    if problems or frame.empty:
        raise InputError(name, problems or [Problem(name, _("has no rows"))])
    without = frame.loc[empty["methodology"], "project"].astype(str).str.strip()
    frame.attrs["unusable"] = {
        project: unclear.get(project, Problem("methodology", told.format(heading="methodology", row=listed(rows))))
        for project, rows in without.groupby(without).groups.items()
    }
    frame.loc[empty["methodology"], "methodology"] = ""
    frame["methodology"] = frame["methodology"].astype(str).str.strip().str.upper()
    frame.attrs["source"] = name
    return frame


def _own(frame: pd.DataFrame, heading: Any) -> str:
    """Return which of the portfolio's own columns a heading means, in capitals or not."""
    own = str(heading).strip().casefold()
    return own if own in OWN and own != heading and own not in frame else ""
