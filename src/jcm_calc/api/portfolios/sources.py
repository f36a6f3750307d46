"""Where projects come from: a table, a folder, files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from jcm_calc.api.portfolios.jobs import OWN, Job
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, InputWarning, Problem, listed, no_such_file, shown, suggestion, warn
from jcm_calc.inputs.confirmation import EvidenceFile
from jcm_calc.inputs.project import tonnes_of, year_of
from jcm_calc.inputs.tables import flat, label_headings, read, unread_units, with_units
from jcm_calc.inputs.totals import texts, totals_among
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.sheet_sets import NAME
from jcm_calc.rulebooks import BrokenModuleError, MethodologyNotFoundError, methodology
from jcm_calc.units import is_missing

EMPTY = _("column {heading!r} is empty in row {row}")
PROJECTS = ("project", "Project", "PROJECT")
TABLES, FILES = (".csv", ".parquet"), (".toml", ".xlsx")


def files(source: Any) -> list[Path] | None:
    """Return the project files that a folder, a pattern, a path or a list of paths names; None for a table."""
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
            raise InputError.of(str(source), complaint)
        return found
    given = list(source) if isinstance(source, Iterable) and not isinstance(source, Mapping) else [source]
    if odd := [one for one in given if not isinstance(one, str | os.PathLike)]:
        complaint = _("got {got}; must be a table or files").format(got=shown(odd[0]))
        raise InputError(_("the portfolio"), [Problem("source", complaint)])
    return [Path(one) for one in given]


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
        expected = yearly(estimates.get(name), f"estimates[{name!r}]")
        yield Job(name, str(path), path, estimates=expected, evidence=evidence)


def yearly(given: Any, subject: str) -> dict[int | None, float]:
    """Return estimates by calendar year, where they are any; a single one holds for each year, under None."""
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
        message = _(
            "the sheets {sheets} have projects; only {first} was read: give another as pd.read_excel(file, sheet)"
        )
        remarks.append(message.format(sheets=listed(map(repr, found)), first=repr(found[0])))
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


def of_table(
    source: Any, estimates: Mapping[str, Any], evidence: tuple[EvidenceFile, ...] | None
) -> tuple[pd.DataFrame, dict[int, Job]]:
    """Return the rows of a table, and the job of each project by the number of its first row.

    A row has the number that it has in a spreadsheet program; of a DataFrame they begin with 1.
    """
    frame, name = _table(source)
    filled, unclear = fill_in(frame) if "project" in frame else ({}, {})
    if unclear and "methodology" not in frame:
        frame["methodology"] = None
    _refuse_unusable(frame, name)
    frame["project"] = frame["project"].astype(str).str.strip()
    rows = _empty(frame, frame.index, "methodology")
    unusable = {
        project: unclear.get(str(project), Problem("methodology", EMPTY.format(heading="methodology", row=listed(own))))
        for project, own in frame.loc[rows].groupby("project").groups.items()
    }
    frame.loc[rows, "methodology"] = ""
    frame["methodology"] = frame["methodology"].astype(str).str.strip().str.upper()
    frame["version"] = frame["version"].map(_version) if "version" in frame else ""
    first = frame.drop_duplicates("project")
    columns = (first.get(column, [None] * len(first)) for column in OWN)
    jobs: dict[int, Job] = {}
    for place, project, number, version, given, country, title in zip(first.index.tolist(), *columns, strict=True):
        odd = [unusable[project]] if project in unusable else []
        own: dict[int | None, float] = {}
        try:
            own = yearly(given, "estimate")
        except InputError as error:
            odd += error.problems
        jobs[place] = Job(
            project,
            _("{source}, row {row}").format(source=name, row=place),
            None,
            number,
            version or None,
            frame,
            {**own, **yearly(estimates.get(project), f"estimates[{project!r}]")},
            evidence,
            _text(country),
            _text(title),
            filled.get(project, ()),
            tuple(odd),
        )
    return frame, jobs


def _refuse_unusable(frame: pd.DataFrame, name: str) -> None:
    """Refuse a table without its columns or rows, a row without a project, and sums among the projects."""
    problems = [
        Problem(name, _("has no column {heading!r}{hint}").format(heading=one, hint=suggestion(one, map(str, frame))))
        for one in OWN[:2]
        if one not in frame
    ]
    if not problems and len(empty := _empty(frame, frame.index, "project")):
        problems.append(Problem(name, EMPTY.format(heading="project", row=listed(empty))))
    if not problems and (sums := totals_among(texts(list(frame["project"].unique())))):
        complaint = _("{names} sums up other projects and would count once more: delete its row")
        problems.append(Problem(name, complaint.format(names=listed(map(repr, sorted(sums))))))
    if problems or frame.empty:
        raise InputError(name, problems or [Problem(name, _("has no rows"))])


def _table(source: Any) -> tuple[pd.DataFrame, str]:
    """Read the table of a portfolio; return it with its name, the headings of a portfolio in small letters."""
    given = hasattr(source, "iloc")
    name = _("the portfolio") if given else Path(source).name
    try:
        sheet = None if given else sheet_of_projects(Path(source))
        whole = source if given else _read(Path(source)) if sheet is None else sheet
        frame = with_units(flat(whole))
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError.of(name, str(error)) from None
    for remark in whole.attrs.get("remarks", ()):
        warn(str(Problem(name, remark)), InputWarning)
    if sheet is None:
        first = 1 if given or Path(source).suffix.casefold() == ".parquet" else 2
        frame.index = pd.RangeIndex(first, first + len(frame))
    own = {heading: str(heading).strip().casefold() for heading in frame}
    return frame.rename(columns={heading: one for heading, one in own.items() if one in OWN and one not in frame}), name


def _read(path: Path) -> pd.DataFrame:
    """Read a file of projects; a column that is labels in one methodology and numbers in another one is numbers."""
    frame = read(path, PROJECTS)
    own = [heading for heading in frame if str(heading).strip().casefold() == "methodology"]
    headings = [str(heading).strip() for heading in frame]
    labels, numbers = {*PROJECTS, *(one for one in headings if one.casefold() == "project")}, set[str]()
    for number in frame[own[0]].dropna().unique() if own and path.suffix.casefold() == ".csv" else ():
        with suppress(MethodologyNotFoundError, BrokenModuleError):
            m = methodology(str(number).strip())
            labels |= label_headings(m)
            numbers |= {*m.inputs} - label_headings(m)
    found = labels - numbers
    return read(path, found) if (found - {*PROJECTS}).intersection(headings) else frame


def _text(cell: Any) -> str:
    return "" if is_missing(cell) else str(cell).strip()


def _version(cell: Any) -> str:
    """Return a version as text; a spreadsheet has 2.0 as the number 2."""
    return f"{cell:.1f}" if isinstance(cell, int) else _text(cell)


# What the list of projects knows


def fill_in(frame: pd.DataFrame) -> tuple[dict[str, tuple[tuple[str, str], ...]], dict[str, Problem]]:
    """Fill empty cells from the list of projects; country and title only where the table has such a column.

    Returns pairs of column and value that are filled in, and what is wrong with a project of several methodologies,
    each by the name of the project.
    """
    filled, unclear = dict[str, tuple[tuple[str, str], ...]](), dict[str, Problem]()
    names = frame["project"].astype(str).str.strip()
    for name in names.dropna().unique():
        project = listed_project(name)
        if project is None:
            continue
        rows, uses = frame.index[names == name], dict(project.uses)
        if len(_empty(frame, rows, "methodology")) and len(project.uses) > 1:
            several = _(
                "{number} uses {uses} by the list of projects of {month}: name one of them in the column {heading!r}"
            )
            numbers = Message(", ").join(f"{number} {version}" for number, version in project.uses)
            message = several.format(number=project.number, uses=numbers, month=AS_OF, heading="methodology")
            unclear[name] = Problem("methodology", message)
            continue
        own: dict[tuple[str, str], None] = {}
        known = {"methodology": project.uses[0][0], "country": project.country, "title": project.title}
        for column in ("methodology", "version", "country", "title"):
            for row in _empty(frame, rows, column) if column in frame or column in OWN[:3] else ():
                value = known.get(column)
                if column == "version":  # of another methodology the list knows none
                    value = uses.get(_text(frame["methodology"][row]).upper())
                if value is not None:
                    _set(frame, row, column, value)
                    own[column, value] = None
        if own:
            filled[name] = tuple(own)
    return filled, unclear


def _empty(frame: pd.DataFrame, rows: pd.Index[Any], column: str) -> pd.Index[Any]:
    """Return the rows in which a column says nothing; all of them where there is no such column."""
    return rows[[not _text(cell) for cell in frame.loc[rows, column]]] if column in frame else rows


def _set(frame: pd.DataFrame, row: Any, column: str, value: str) -> None:
    if column not in frame:
        frame[column] = pd.Series(None, frame.index, dtype=object)
    elif frame[column].dtype != object:
        frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
