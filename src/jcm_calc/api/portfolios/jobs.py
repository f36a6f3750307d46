"""One project after another: what is to be calculated, and its outcome."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.api.case_file import CaseFile, read_case
from jcm_calc.api.portfolios.listed import doubts, far_from_estimate
from jcm_calc.api.portfolios.rows import arguments
from jcm_calc.api.result import Result
from jcm_calc.api.workbook import read_workbook
from jcm_calc.base.problems import InputError, InputWarning, Problem
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.evidence import UnconfirmedWarning
from jcm_calc.inputs.confirmation import EvidenceFile, about
from jcm_calc.inputs.project import estimate_of
from jcm_calc.results.calculating import calculated
from jcm_calc.results.credits import CalendarYear
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.declarations.methodology import Declarations

# By how much ER is less than RE − PE: leakage, discounts and other terms that a methodology declares.
OTHER_TERMS = "other terms"
Row = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A project to be calculated: a file, or rows of a table.

    Attributes
    ----------
    project : str
    source : str
        The file, or the table and the numbers of the rows.
    rows : DataFrame, optional
        Its rows, maybe among those of other projects.
    estimates : mapping
        ER expected ex ante by calendar year, in tCO2; under None where it holds for each year.
    evidence : tuple of EvidenceFile, optional
        Of any methodology; None for those of the user's folder.
    country, title : str
        As the table says them.
    filled : tuple of (str, str)
        Columns and values that the list of projects filled in.
    problems : tuple of Problem
        Why it cannot be calculated, as the table as a whole shows.
    """

    project: str
    source: str
    path: Path | None = None
    methodology: str = ""
    version: str | None = None
    rows: pd.DataFrame | None = None
    estimates: Mapping[int | None, float] = field(default_factory=dict)
    evidence: tuple[EvidenceFile, ...] | None = None
    country: str = ""
    title: str = ""
    filled: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    def calculate(self) -> tuple[Result, dict[int | None, float], str]:
        """Return the result, the estimates of a workbook's plan with those declared, and the number of the project.

        Raises
        ------
        InputError, MethodologyNotFoundError
        """
        if self.problems:
            raise InputError(self.source, self.problems)
        if self.path is None:
            assert self.rows is not None
            m = methodology(self.methodology, self.version)
            rows = self.rows[self.rows["project"].astype(str) == self.project]
            given = arguments(rows, m, self.source)
            evidence = about(m, self.evidence)
            result = calculated(Result, m, *given.tables, p=given.p, evidence=evidence, **given.values)
            return result, dict(self.estimates), self.project
        if self.path.suffix.casefold() == ".toml":
            case = read_case(self.path)
            estimates = {**estimate_of(case.project.get("estimate")), **self.estimates}
            return self._of(case), estimates, str(case.project.get("number", ""))
        book = read_workbook(self.path)
        result = self._of(book.case)
        planned = {}
        if book.report is not None and book.plan is not None:
            planned = {one.year: one.emissions["ER"] for one in self._of(book.plan).calendar_years()}
        return result, {**planned, **self.estimates}, str(book.case.project.get("number", ""))

    def _of(self, case: CaseFile) -> Result:
        return case.calculate(
            evidence=about(methodology(case.methodology, case.version, case.submitted), self.evidence)
        )


@dataclass
class ProjectOutcome:
    """The outcome of a project: a row for each calendar year, or why there is none."""

    job: Job
    rows: list[Row] = field(default_factory=list)
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


def solve(jobs: Iterable[Job]) -> list[ProjectOutcome]:
    """Calculate projects one by one; nothing that is wrong with one stops another."""
    return list(_solved(jobs))


def _solved(jobs: Iterable[Job]) -> Iterator[ProjectOutcome]:
    for job in jobs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            warnings.simplefilter("ignore", UnconfirmedWarning)
            try:
                result, estimates, number = job.calculate()
                rows = [row(job, result.methodology, estimates, year) for year in result.calendar_years()]
                found = (*doubts(number, result.methodology, job.country), *far_from_estimate(number, rows))
                yield ProjectOutcome(job, rows, (), (*found, *result.remarks))
            except InputError as error:
                yield ProjectOutcome(job, [], error.problems, error.warnings)
            except MethodologyNotFoundError as error:
                yield ProjectOutcome(job, [], [Problem("methodology", str(error))])
            except ValueError as error:  # a period in two calendar years
                yield ProjectOutcome(job, [], [Problem("p", str(error))])


def row(job: Job, m: Declarations, estimates: Mapping[int | None, float], found: CalendarYear) -> Row:
    """Return the row of a project and a calendar year."""
    year, emissions, tonnes = found
    re, pe, er = (emissions[name] for name in RESULTS)
    return {
        "project": job.project,
        "title": job.title,
        "country": m.country,
        "scope": m.sectoral_scope,
        "methodology": m.number,
        "version": m.version,
        "year": year,
        "RE": re,
        "PE": pe,
        "ER": er,
        "tonnes": tonnes,
        OTHER_TERMS: re - pe - er if m.terms else 0.0,
        "estimate": estimates.get(year, estimates.get(None, float("nan"))),
        "source": job.source,
    }
