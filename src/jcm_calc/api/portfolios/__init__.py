"""Many projects of many methodologies at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from jcm_calc.api.portfolios.batches import batches
from jcm_calc.api.portfolios.jobs import Job, ProjectOutcome, row, solve
from jcm_calc.api.portfolios.listed import doubts, far_from_estimate
from jcm_calc.api.portfolios.outcomes import Outcomes
from jcm_calc.api.portfolios.sources import files, of_files, table, yearly
from jcm_calc.api.portfolios.writing import write
from jcm_calc.base import notebook, workers
from jcm_calc.base.languages import Message, _, in_language
from jcm_calc.base.problems import InputError, Problem, listed, shown, suggestion
from jcm_calc.inputs.carriers import as_pandas
from jcm_calc.inputs.confirmation import (
    EvidenceFile,
    EvidenceFiles,
    about,
    evidence_files,
    named_files,
    several,
    with_evidence,
)
from jcm_calc.inputs.project import as_mapping
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from jcm_calc.api.result import Result

# Projects that a process takes at a time, and below which no other process is started.
CHUNK, FILES_IN_CHUNK = 50, 4


class Portfolio(Outcomes):
    """The results of many projects; see `jcm_calc.portfolio`. All numbers are estimates.

    Attributes
    ----------
    outcomes : sequence of ProjectOutcome
        One for each project, in the order of the source.
    """

    def _repr_html_(self) -> str:
        tables = [(_("By year"), self.by("year")), (_("Projects"), self.table.drop(columns=["source", "scope"]))]
        if len(self.filled):
            tables.append((_("Filled in from the list of projects"), self.filled))
        if len(self.problems):
            tables.append((_("Problems"), self.problems.drop(columns="source")))
        return notebook.page(_("Portfolio of {summary}").format(summary=self.told), tables=tables)

    def __getitem__(self, project: str) -> Result:
        """Return the result of one project, calculated again.

        Raises
        ------
        KeyError
            If there is no such project.
        InputError
            If it cannot be calculated.
        """
        for one in self.outcomes:
            if one.job.project == project:
                return one.job.calculate()[0]
        raise KeyError(f"no project {project!r}{suggestion(project, (one.job.project for one in self.outcomes))}")

    def to_file(self, path: str | os.PathLike[str], *, overwrite: bool = False, language: str | None = None) -> None:
        """Write a workbook (``.xlsx``), a page (``.html``), or the table alone (``.parquet``, ``.csv``).

        Parameters
        ----------
        path : path
        overwrite : bool
            Whether an existing file may be replaced.
        language : {"en", "ja"}, optional
            Of workbook and page; that of `jcm_calc.in_language` by default.

        Raises
        ------
        FileExistsError
            If there is such a file already.
        InputError
            If the name ends otherwise.
        """
        with in_language(language):
            write(path, self, overwrite)


def portfolio(
    source: Any,
    estimates: Mapping[str, Any] | None = None,
    *,
    evidence: EvidenceFiles = None,
    errors: Literal["raise", "collect"] = "raise",
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    strict: bool = False,
) -> Portfolio:
    """Calculate many projects of many methodologies.

    Parameters
    ----------
    source : DataFrame, path, pattern, or list of paths
        A folder, a pattern such as ``"reports/**/*.xlsx"`` or a list of files: case files (``.toml``) and filled
        monitoring spreadsheets (``.xlsx``). Or a table (a DataFrame, ``.csv``, ``.xlsx`` or ``.parquet``) with the
        columns ``project``, ``methodology`` and, if you like, ``version``, ``p``, ``estimate``, ``country`` and
        ``title``; every other column is an input, a choice or a fact, as in the tables of `jcm_calc.calculate`, and
        stays empty for projects that have none. A project takes one row, or several with a column for each index.
        Where ``project`` is a number of the list of projects (`jcm_calc.projects`), empty cells of methodology,
        version, country and title are filled in from it; see `Portfolio.filled`.
    estimates : mapping, optional
        ER expected ex ante by project, in tCO2: for each calendar year, or a mapping from year to number, of
        which the years without a result are left out. The plan of a workbook is taken by itself.
    evidence : path or sequence of paths, optional
        Evidence files of any methodologies, each for the projects that apply what it is about; see
        `jcm_calc.calculate`. What confirms values that a default lacks, or has otherwise, changes the numbers.
    errors : {"raise", "collect"}
        Whether a project that cannot be calculated raises, or is collected in `Portfolio.problems` and missing
        from the sums.
    processes : int, optional
        All cores by default.
    progress : callable, optional
        Called with how many projects are done, and of how many.
    strict : bool
        Whether any remark is an error.

    Returns
    -------
    Portfolio
        What was warned of, and with ``errors="collect"`` what is wrong with a project, is kept with its name.

    Raises
    ------
    InputError
        If the source as a whole cannot be used, or a project cannot be calculated: with every reason at once; with
        ``strict``, if there are remarks.

    Examples
    --------
    >>> import jcm_calc, pandas as pd
    >>> projects = pd.DataFrame(
    ...     {
    ...         "project": ["roof", "cold store", "hotel"],
    ...         "methodology": ["PW_AM001", "ID_AM003", "ID_AM003"],
    ...         "p": ["2024", "2024", "2024"],
    ...         "EG [MWh]": [500, None, None],
    ...         "EC_PJ [MWh]": [None, 135, 120],
    ...         "COP_PJ": [None, 2.05, 2.1],
    ...         "application": [None, "cold storage", "attic"],
    ...         "EF_elec": [None, 0.814, 0.814],
    ...     }
    ... )
    >>> found = jcm_calc.portfolio(projects, errors="collect")
    >>> found
    <Portfolio of 2 of 3 projects (1 unusable): ER = 288.349 tCO2>
    >>> found.by("country").round(1)
             projects     RE     PE     ER  tonnes
    country
    ID              1  131.7  109.9   21.8      21
    PW              1  266.5    0.0  266.5     266
    >>> found.problems[["project", "severity", "subject"]].values.tolist()
    [['hotel', 'error', 'application,i']]
    """
    problems: list[Problem] = []
    if errors not in ("raise", "collect"):
        complaint = _("got {given}; must be one of {names}")
        problems.append(Problem("errors", complaint.format(given=shown(errors), names="raise, collect")))
    expected = as_mapping("estimates", estimates, "{'a roof': 250}", problems, optional=True)
    if problems:
        raise InputError(_("the portfolio"), problems)
    named = None if evidence is None else named_files(several(evidence))
    source = as_pandas(source)
    paths = files(source)
    if paths is not None:
        jobs = list(of_files(paths, expected, named))
        outcomes = dict(enumerate(_pooled(jobs, FILES_IN_CHUNK, processes, progress, 0, len(jobs))))
    else:
        outcomes = _of_table(table(source), expected, named, processes, progress)
    if errors == "raise":
        _raise_problems(outcomes[place] for place in sorted(outcomes))
    _check_estimates(expected, outcomes.values())
    _check_evidence(named or (), outcomes.values())
    found = Portfolio(tuple(outcomes[place] for place in sorted(outcomes)))
    if strict and found.remarks:
        told = [replace(one, subject=Message("{}: {}").format(name, one.subject)) for name, one in found.remarks]
        raise InputError(_("the portfolio"), told)
    return found


def _raise_problems(outcomes: Iterable[ProjectOutcome]) -> None:
    """Refuse a portfolio of which a project cannot be calculated."""
    subject = Message("{} ({}): {}")
    problems = [
        Problem(subject.format(one.job.project, one.job.source, problem.subject), problem.complaint, problem.place)
        for one in outcomes
        for problem in one.problems
    ]
    if problems:
        raise InputError(_("the portfolio"), problems)


def _check_estimates(estimates: Mapping[str, Any], outcomes: Iterable[ProjectOutcome]) -> None:
    known = {one.job.project: one for one in outcomes}
    problems = []
    for name, given in estimates.items():
        subject = f"estimates[{name!r}]"
        if name not in known:
            problems.append(Problem(subject, _("is not a project{hint}").format(hint=suggestion(str(name), known))))
        elif isinstance(given, Mapping) and (rows := known[name].rows):
            years = {row["year"] for row in rows}
            if given and not years & yearly(given, subject).keys():
                there = listed(sorted(year for year in years if year is not None)) or _("none, for p was not given")
                complaint = _("names no year of the project, whose years are: {years}")
                problems.append(Problem(subject, complaint.format(years=there)))
    if problems:
        raise InputError(_("the portfolio"), problems)


def _check_evidence(evidence: Iterable[EvidenceFile], outcomes: Collection[ProjectOutcome]) -> None:
    if not all(one.rows for one in outcomes):
        return  # what the unusable ones apply is not known
    applied = {(row["methodology"], row["version"]) for one in outcomes for row in one.rows}
    told = _("is about {number} ver {version}, which no project applies")
    problems = [
        Problem(one.name, told.format(number=one.methodology, version=one.version))
        for one in evidence
        if not any(one.about(*each) for each in applied)
    ]
    if problems:
        raise InputError(_("the portfolio"), problems)


def _of_table(
    frame: pd.DataFrame,
    estimates: Mapping[str, Any],
    evidence: tuple[EvidenceFile, ...] | None,
    processes: int | None,
    progress: Callable[[int, int], None],
) -> dict[int, ProjectOutcome]:
    """Calculate the projects of a table, by the number of their first row."""
    frame["project"] = frame["project"].astype(str).str.strip()
    versions = frame["version"].map(_version) if "version" in frame else pd.Series("", frame.index)
    whole = (frame["methodology"] + "\n" + versions).groupby(frame["project"]).nunique()
    mixed = frame["project"].map(whole) > 1
    jobs = _jobs(frame, versions, estimates, evidence)
    outcomes: dict[int, ProjectOutcome] = {}
    unusable = frame["project"].isin([job.project for job in jobs.values() if job.problems])
    for key, rows in frame[~mixed & ~unusable].groupby([frame["methodology"], versions], sort=False):
        number, version = map(str, key)
        outcomes |= _batched(number, version, rows, jobs, evidence)
        progress(len(outcomes), len(jobs))
    places = frame.groupby("project", sort=False).groups
    waiting = {
        place: replace(job, rows=frame.loc[places[job.project]]) for place, job in jobs.items() if place not in outcomes
    }
    solved = _pooled(list(waiting.values()), CHUNK, processes, progress, len(outcomes), len(jobs))
    return outcomes | dict(zip(waiting, solved, strict=True))


def _jobs(
    frame: pd.DataFrame,
    versions: pd.Series[str],
    estimates: Mapping[str, Any],
    evidence: tuple[EvidenceFile, ...] | None,
) -> dict[int, Job]:
    """Return the job of each project, by the number of its first row."""
    source = frame.attrs["source"]
    rest = [frame.get(name, [None] * len(frame)) for name in ("estimate", "country", "title")]
    columns = [frame["project"], frame["methodology"], versions, *rest]
    filled: Mapping[str, tuple[tuple[str, str], ...]] = frame.attrs["filled"]
    unusable: Mapping[str, Problem] = frame.attrs["unusable"]
    found: dict[str, tuple[int, list[Any]]] = {}
    for place, *cells in zip(frame.index.tolist(), *columns, strict=True):
        found.setdefault(cells[0], (place, cells))
    jobs: dict[int, Job] = {}
    for name, (place, (__, number, version, given, country, title)) in found.items():
        problems = [unusable[name]] if name in unusable else []
        own: dict[int | None, float] = {}
        try:
            own = yearly(given, "estimate")
        except InputError as error:
            problems += error.problems
        jobs[place] = Job(
            name,
            _("{source}, row {row}").format(source=source, row=place),
            None,
            number,
            version or None,
            frame,
            {**own, **yearly(estimates.get(name), f"estimates[{name!r}]")},
            evidence,
            _text(country),
            _text(title),
            filled.get(name, ()),
            tuple(problems),
        )
    return jobs


def _text(cell: Any) -> str:
    return "" if is_missing(cell) else str(cell).strip()


def _version(cell: Any) -> str:
    """Return a version as text; a spreadsheet has 2.0 as the number 2."""
    if is_missing(cell):
        return ""
    return f"{cell:.1f}" if isinstance(cell, int) else str(cell).strip()


def _batched(
    number: str,
    version: str,
    frame: pd.DataFrame,
    jobs: Mapping[int, Job],
    evidence: tuple[EvidenceFile, ...] | None,
) -> dict[int, ProjectOutcome]:
    """Calculate together the projects that are beyond doubt."""
    try:
        m = methodology(number, version or None)
        m = with_evidence(m, evidence_files(m, about(m, evidence)))
    except (MethodologyNotFoundError, InputError):  # which each of them is told of
        return {}
    outcomes = {}
    for batch in batches(m, frame):
        for place, years in batch.solve():
            job = jobs[place]
            rows = [row(job, m, job.estimates, year) for year in years]
            found = (*doubts(job.project, m, job.country), *far_from_estimate(job.project, rows))
            outcomes[int(place)] = ProjectOutcome(job, rows, (), found)
    return outcomes


def _pooled(
    jobs: Sequence[Job],
    chunk: int,
    processes: int | None,
    progress: Callable[[int, int], None],
    done: int,
    total: int,
) -> list[ProjectOutcome]:
    """Calculate projects one by one on all cores, in order."""
    chunks = [jobs[start : start + chunk] for start in range(0, len(jobs), chunk)]
    processes = processes or os.cpu_count() or 1
    outcomes: list[ProjectOutcome] = []

    def gather(solved: Iterable[list[ProjectOutcome]]) -> list[ProjectOutcome]:
        for found in solved:
            outcomes.extend(found)
            progress(done + len(outcomes), total)
        return outcomes

    if processes == 1 or len(chunks) < 2:
        return gather(map(solve, chunks))
    with workers.pool(min(processes, len(chunks))) as pool:
        return gather(pool.map(solve, chunks))
