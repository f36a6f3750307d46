"""What the list of projects knows of the projects of a portfolio."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, Remark, Topic, shown
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reference_data import AS_OF, Project, listed_project, partner_countries
from jcm_calc.units import is_missing

# How many times an estimate, or the plan of the list, is hardly ever right: units are slipped by 1,000.
FAR = 100.0


def fill_in(frame: pd.DataFrame) -> Iterator[tuple[str, Problem]]:
    """Fill empty cells from the list of projects.

    Country and title are filled in where the table has such a column. ``attrs["filled"]`` has what is filled in: by the
    name of the project pairs of column and value.

    Yields
    ------
    name : str
        A project of which the list has several methodologies.
    problem : Problem
    """
    filled: dict[str, tuple[tuple[str, str], ...]] = {}
    names = frame["project"].astype(str).str.strip()
    for name in names.unique():
        project = None if is_missing(name) else listed_project(name)
        if project is None:
            continue
        rows = frame.index[names == name]
        own, problem = _for_methodology(frame, rows, project)
        if problem is not None:
            yield name, problem
            continue
        own += _for_version(frame, rows, project)
        for column, value in (("country", project.country), ("title", project.title)):
            empty = _empty(frame, rows, column) if column in frame else ()
            for row in empty:
                _set(frame, row, column, value)
            own += ((column, value),) if len(empty) else ()
        if own:
            filled[name] = own
    frame.attrs["filled"] = filled


def _for_methodology(
    frame: pd.DataFrame, rows: pd.Index[Any], project: Project
) -> tuple[tuple[tuple[str, str], ...], Problem | None]:
    empty = _empty(frame, rows, "methodology")
    if empty.empty:
        return (), None
    if len(project.uses) > 1:
        several = _(
            "{number} uses {uses} by the list of projects of {month}: name one of them in the column {heading!r}"
        )
        uses = Message(", ").join(f"{number} {version}" for number, version in project.uses)
        told = several.format(number=project.number, uses=uses, month=AS_OF, heading="methodology")
        return (), Problem("methodology", told)
    ((number, _version),) = project.uses
    for row in empty:
        _set(frame, row, "methodology", number)
    return (("methodology", number),), None


def _for_version(frame: pd.DataFrame, rows: pd.Index[Any], project: Project) -> tuple[tuple[str, str], ...]:
    """Fill in the version of the list, where a row has the methodology of the list and no version."""
    filled: dict[str, None] = {}
    uses = dict(project.uses)
    for row in _empty(frame, rows, "version"):
        version = uses.get(str(frame["methodology"][row]).strip().upper())
        if version is not None:
            _set(frame, row, "version", version)
            filled[version] = None
    return tuple(("version", version) for version in filled)


def _empty(frame: pd.DataFrame, rows: pd.Index[Any], column: str) -> pd.Index[Any]:
    if column not in frame:
        return rows
    return rows[[is_missing(cell) or not str(cell).strip() for cell in frame.loc[rows, column]]]


def _set(frame: pd.DataFrame, row: Any, column: str, value: str) -> None:
    if column not in frame:
        frame[column] = pd.Series(None, frame.index, dtype=object)
    elif frame[column].dtype != object:
        frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value


def far_from_estimate(number: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Remark]:
    """Remark on a year whose ER is 100 times the estimate, or a hundredth; without one, on a plan of the list."""
    project = listed_project(number)
    for row in rows:
        er, estimate = row["ER"], row["estimate"]
        told = _("{er:,.6g} tCO2 is {ratio:,.3g} times the estimate of {estimate:,.6g} tCO2")
        if math.isnan(estimate) and project is not None:
            estimate = project.planned
            told = _("{er:,.6g} tCO2 is {ratio:,.3g} times the {estimate:,.6g} tCO2 a year of the list of projects")
        ratio = er / estimate if estimate > 0 else math.nan
        if ratio >= FAR or 0 < ratio <= 1 / FAR:
            subject = "ER" if row["year"] is None else f"ER {row['year']}"
            numbers = (("ER", er), ("estimate", estimate))
            complaint = told.format(er=er, ratio=ratio, estimate=estimate)
            yield Remark(subject, complaint, topic=Topic.IMPLAUSIBLE, numbers=numbers)


def doubts(number: str, m: Declarations, country: str) -> tuple[Remark, ...]:
    """Return remarks where the list has a project otherwise than it was calculated, or its country is another one."""
    project = listed_project(number)
    found = []
    if project is not None and (told := project.contradiction(m.number, m.version)):
        found.append(Remark(_("methodology"), told, topic=Topic.CONTRADICTORY))
    if country and country.casefold() not in {m.country.casefold(), partner_countries().get(m.country, "").casefold()}:
        complaint = _("got {got}; {methodology} is for {country}")
        told = complaint.format(got=shown(country), methodology=str(m), country=m.country)
        found.append(Remark(_("country"), told, topic=Topic.CONTRADICTORY))
    return tuple(found)
