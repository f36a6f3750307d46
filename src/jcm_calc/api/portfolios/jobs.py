"""One project after another: what is to be calculated, and its outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from jcm_calc.api.case_file import CaseFile, read_case
from jcm_calc.api.result import Result
from jcm_calc.api.workbook import read_workbook
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, Remark, Topic, shown
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.axes import label
from jcm_calc.inputs.carriers import carried, split_heading
from jcm_calc.inputs.confirmation import EvidenceFile, about
from jcm_calc.inputs.project import estimate_of
from jcm_calc.reference_data import listed_project, partner_countries
from jcm_calc.results.calculating import calculated, without_warnings
from jcm_calc.results.credits import CalendarYear
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import is_missing, is_quantity, parse_unit, registry

# By how much ER is less than RE − PE: leakage, discounts and other terms that a methodology declares.
OTHER_TERMS = "other terms"
# The columns of the table itself; all others are the projects'.
OWN = ("project", "methodology", "version", "estimate", "country", "title")
# How many times an estimate, or the plan of the list, is hardly ever right: units are slipped by 1,000.
FAR = 100.0
Row = dict[str, Any]
Estimates = Mapping[int | None, float]


@dataclass(frozen=True)
class Job:
    """A project to be calculated: a file, or rows of a table."""

    project: str
    source: str  # the file, or the table and the number of the first row
    path: Path | None = None
    methodology: str = ""
    version: str | None = None
    rows: pd.DataFrame | None = None  # maybe among those of other projects
    # ER expected ex ante by calendar year, in tCO2; under None where it holds for each year
    estimates: Estimates = field(default_factory=dict)
    evidence: tuple[EvidenceFile, ...] | None = None  # of any methodology; None for those of the user's folder
    country: str = ""  # as the table says it, and so the title
    title: str = ""
    filled: tuple[tuple[str, str], ...] = ()  # columns and values that the list of projects filled in
    problems: tuple[Problem, ...] = ()  # why it cannot be calculated, as the table as a whole shows

    def calculate(self) -> tuple[Result, Estimates, str]:
        """Return the result, the estimates of a workbook's plan with those declared, and the number of the project."""
        InputError.raise_for(self.source, self.problems)
        if self.path is None:
            assert self.rows is not None
            m = methodology(self.methodology, self.version)
            rows = self.rows[self.rows["project"].astype(str) == self.project]
            given = arguments(rows, m, self.source)
            evidence = about(m, self.evidence)
            result = calculated(Result, m, *given.tables, p=given.p, evidence=evidence, **given.values)
            return result, self.estimates, self.project
        planned: Estimates = {}
        if self.path.suffix.casefold() == ".toml":
            case = read_case(self.path)
            planned = estimate_of(case.project.get("estimate"))
        else:
            book = read_workbook(self.path)
            case = book.case
            if book.report is not None and book.plan is not None:
                planned = {one.year: one.emissions["ER"] for one in self._of(book.plan).calendar_years()}
        return self._of(case), {**planned, **self.estimates}, str(case.project.get("number", ""))

    def _of(self, case: CaseFile) -> Result:
        m = methodology(case.methodology, case.version, case.submitted)
        return case.calculate(evidence=about(m, self.evidence))

    def outcome(
        self,
        m: Declarations,
        years: Iterable[CalendarYear],
        estimates: Estimates,
        number: str,
        remarks: Iterable[Remark] = (),
    ) -> ProjectOutcome:
        """Return the calendar years as rows, with what the list of projects and the estimates make doubtful."""
        rows = [self._row(m, estimates, year) for year in years]
        return ProjectOutcome(self, rows, (), (*_doubts(number, m, self.country), *_far(number, rows), *remarks))

    def _row(self, m: Declarations, estimates: Estimates, found: CalendarYear) -> Row:
        re, pe, er = (found.emissions[name] for name in RESULTS)
        return {
            "project": self.project,
            "title": self.title,
            "country": m.country,
            "scope": m.sectoral_scope,
            "methodology": m.number,
            "version": m.version,
            "year": found.year,
            "RE": re,
            "PE": pe,
            "ER": er,
            "tonnes": found.tonnes,
            OTHER_TERMS: re - pe - er if m.terms else 0.0,
            "estimate": estimates.get(found.year, estimates.get(None, math.nan)),
            "source": self.source,
        }


@dataclass
class ProjectOutcome:
    """The outcome of a project: a row for each calendar year, or why there is none."""

    job: Job
    rows: list[Row] = field(default_factory=list)
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


def solve(jobs: Iterable[Job]) -> list[ProjectOutcome]:
    """Calculate projects one by one; nothing that is wrong with one stops another."""
    with without_warnings():
        return list(map(_solved, jobs))


def _solved(job: Job) -> ProjectOutcome:
    try:
        result, estimates, number = job.calculate()
        return job.outcome(result.methodology, result.calendar_years(), estimates, number, result.remarks)
    except InputError as error:
        return ProjectOutcome(job, [], error.problems, error.warnings)
    except MethodologyNotFoundError as error:
        return ProjectOutcome(job, [], [Problem("methodology", str(error))])
    except ValueError as error:  # a period in two calendar years
        return ProjectOutcome(job, [], [Problem("p", str(error))])


def _far(number: str, rows: Iterable[Row]) -> Iterator[Remark]:
    """Remark on a year whose ER is 100 times the estimate, or a hundredth; without one, on a plan of the list."""
    project = listed_project(number)
    for row in rows:
        er, estimate = row["ER"], row["estimate"]
        message = _("{er:,.6g} tCO2 is {ratio:,.3g} times the estimate of {estimate:,.6g} tCO2")
        if math.isnan(estimate) and project is not None:
            estimate = project.planned
            message = _("{er:,.6g} tCO2 is {ratio:,.3g} times the {estimate:,.6g} tCO2 a year of the list of projects")
        ratio = er / estimate if estimate > 0 else math.nan
        if ratio >= FAR or 0 < ratio <= 1 / FAR:
            subject = "ER" if row["year"] is None else f"ER {row['year']}"
            numbers = (("ER", er), ("estimate", estimate))
            complaint = message.format(er=er, ratio=ratio, estimate=estimate)
            yield Remark(subject, complaint, topic=Topic.IMPLAUSIBLE, numbers=numbers)


def _doubts(number: str, m: Declarations, country: str) -> Iterator[Remark]:
    """Remark on a project that the list has otherwise than it was calculated, or whose country is another one."""
    project = listed_project(number)
    if project is not None and (message := project.contradiction(m.number, m.version)):
        yield Remark(_("methodology"), message, topic=Topic.CONTRADICTORY)
    if country and country.casefold() not in {m.country.casefold(), partner_countries().get(m.country, "").casefold()}:
        complaint = _("got {got}; {methodology} is for {country}")
        message = complaint.format(got=shown(country), methodology=str(m), country=m.country)
        yield Remark(_("country"), message, topic=Topic.CONTRADICTORY)


# Rows of a table as arguments


class CallArguments(NamedTuple):
    """The arguments of `jcm_calc.calculate`, without the methodology."""

    tables: tuple[pd.DataFrame, ...]
    values: dict[str, Any]
    p: Any = None


def arguments(rows: pd.DataFrame, m: Declarations, source: str) -> CallArguments:
    """Return what the rows of one project say; they must not contradict each other."""
    rows = rows.loc[:, rows.notna().any()]  # most columns are those of other methodologies
    if len(rows) > 1:
        return _several(rows, m, source)
    return _single({str(heading): rows[heading].array[0] for heading in rows.columns}, m, source)


def _single(row: Mapping[str, Any], m: Declarations, source: str) -> CallArguments:
    """Return the arguments of `calculate` of a project that is one row."""
    values: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for heading, cell in row.items():
        if _empty(cell) or heading in OWN or heading == "p":
            continue
        name, unit = split_heading(heading)
        own = m.named(name) or name
        parameter = m.inputs.get(own)
        by_name = own in m.choices or isinstance(cell, Mapping | list | np.ndarray)
        if by_name or (parameter is not None and isinstance(cell, str) and cell in parameter.candidates):
            values[name] = cell if unit is None else _in_unit(cell, unit)
        else:
            columns[heading] = [cell]
    tables: tuple[pd.DataFrame, ...] = ()
    if columns:
        frame = pd.DataFrame(columns)
        frame.attrs["source"] = source
        tables = (frame,)
    return CallArguments(tables, values, None if _empty(row.get("p")) else label(row["p"]))


def _in_unit(cell: Any, unit: str) -> Any:
    """Return the bare numbers of a list, or by label, in the unit of their heading."""
    if isinstance(cell, Mapping):
        return {key: _in_unit(one, unit) for key, one in cell.items()}
    cells, own = carried(cell)
    if own is not None or isinstance(cells, str):
        return cell
    return registry().Quantity(cells, parse_unit(unit))


def _several(frame: pd.DataFrame, m: Declarations, source: str) -> CallArguments:
    """Return the arguments of `calculate` of a project of several rows: a table for each set of indices."""
    for name in OWN[1:]:
        if name in frame and frame[name].nunique(dropna=False) > 1:
            raise InputError(source, [Problem(name, _("changes from row to row of one project"))])
    rest = frame.drop(columns=[name for name in OWN if name in frame])
    letters = [letter for letter in m.indices if letter in rest]
    values: dict[str, Any] = {}
    for name in [one for one in rest if one in m.choices]:
        distinct = rest[name].dropna().unique()
        if len(distinct) > 1:
            complaint = _("got {count} options; must be one choice for the whole project").format(count=len(distinct))
            raise InputError(source, [Problem(name, complaint)])
        values[name] = distinct[0]
    rest = rest.drop(columns=list(values))
    tables = []
    patterns = rest[letters].notna().apply(tuple, axis=1) if letters else pd.Series([()] * len(rest), rest.index)
    for __, part in rest.groupby(patterns, sort=False):
        kept = part.loc[:, part.notna().any()].reset_index(drop=True)
        kept.attrs["source"] = source
        tables.append(kept)
    return CallArguments(tuple(tables), values)


def _empty(cell: Any) -> bool:
    cell = carried(cell).cells if is_quantity(cell) else cell
    return not isinstance(cell, Mapping | list | np.ndarray) and is_missing(cell)
