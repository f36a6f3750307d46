"""Where projects come from: a table, a folder, files."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jcm_calc.confirmation import EvidenceFile
from jcm_calc.inputs.tables import flat, read, with_units
from jcm_calc.inputs.totals import totals_among
from jcm_calc.languages import _
from jcm_calc.portfolios.jobs import Job
from jcm_calc.portfolios.rows import OWN
from jcm_calc.problems import InputError, Problem, listed, shown, suggestion
from jcm_calc.units import is_missing, magnitude

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
        elif path.suffix.casefold() in TABLES and path.is_file():
            return None
        elif path.is_file():
            return [path]
        else:
            found = sorted(one for one in map(Path, glob.glob(str(source), recursive=True)) if _is_project(one))
        if not found:
            complaint = (
                _("holds no case file (.toml) and no workbook (.xlsx)") if path.is_dir() else _("there is no such file")
            )
            raise InputError(str(source), [Problem(str(source), complaint)])
        return found
    if isinstance(source, Iterable):
        return [Path(one) for one in source]
    raise InputError(
        _("the portfolio"), [Problem("source", _("{came} came, expected a table or files").format(came=shown(source)))]
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
        If a year is not a year, or an estimate is not a number; it names the subject.
    """
    if is_missing(given):
        return {}
    estimates = given if isinstance(given, Mapping) else {None: given}
    found: dict[int | None, float] = {}
    for year, er in estimates.items():
        try:
            found[None if year is None else _year(year)] = float(magnitude(er, "tCO2"))
        except (TypeError, ValueError) as error:
            where = subject if year is None else f"{subject}[{year!r}]"
            raise InputError(_("the portfolio"), [Problem(where, str(error))]) from None
    return found


def _year(given: Any) -> int:
    text = str(given).strip()
    if not re.fullmatch(r"\d{4}", text):
        raise ValueError(_("got {given}, must be a calendar year such as 2024").format(given=shown(given)))
    return int(text)


def table(source: Any) -> pd.DataFrame:
    """Read the table of a portfolio and check its own columns.

    Raises
    ------
    InputError
        If it has no projects or no methodologies.
    """
    name = _("the portfolio") if hasattr(source, "iloc") else Path(source).name
    try:
        frame = with_units(flat(source if hasattr(source, "iloc") else read(source)))
    except ValueError as error:
        raise error if isinstance(error, InputError) else InputError(name, [Problem(name, str(error))]) from None
    problems = [
        Problem(name, _("has no column {heading!r}{hint}").format(heading=one, hint=suggestion(one, frame.columns)))
        for one in OWN[:2]
        if one not in frame
    ]
    if not problems:
        for one in OWN[:2]:
            if frame[one].isna().any():
                rows = np.flatnonzero(frame[one].isna())
                problems.append(
                    Problem(name, _("column {heading!r} is empty in row {row}").format(heading=one, row=rows[0] + 1))
                )
        if sums := totals_among(frame["project"].unique()):
            complaint = _("{names} sums up other projects and would count once more: delete its row")
            problems.append(Problem(name, complaint.format(names=listed(map(repr, sorted(sums))))))
    if problems or frame.empty:
        raise InputError(name, problems or [Problem(name, _("has no rows"))])
    frame["methodology"] = frame["methodology"].astype(str).str.strip()
    frame.attrs["source"] = name
    return frame
