"""Many projects of many methodologies at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from jcm_calc.api.portfolios.batches import batches
from jcm_calc.api.portfolios.jobs import Job, ProjectOutcome, solve
from jcm_calc.api.portfolios.outcomes import Portfolio
from jcm_calc.api.portfolios.sources import files, of_files, of_table, yearly
from jcm_calc.base import workers
from jcm_calc.base.languages import Message, _
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

__all__ = ["Portfolio", "portfolio"]

# Projects that a process takes at a time, and below which no other process is started.
CHUNK, FILES_IN_CHUNK = 50, 4


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
    InputError.raise_for(_("the portfolio"), problems)
    named = None if evidence is None else named_files(several(evidence))
    source = as_pandas(source)
    paths = files(source)
    if paths is not None:
        jobs = list(of_files(paths, expected, named))
        outcomes = dict(enumerate(_pooled(jobs, FILES_IN_CHUNK, processes, progress, 0, len(jobs))))
    else:
        outcomes = _of_table(*of_table(source, expected, named), named, processes, progress)
    found = Portfolio(tuple(outcomes[place] for place in sorted(outcomes)))
    problems += _unusable(found.outcomes) if errors == "raise" else ()
    problems += (*_of_no_project(expected, found.outcomes), *_about_none(named or (), found.outcomes))
    InputError.raise_for(_("the portfolio"), problems)
    if strict and found.remarks:
        remarks = [replace(one, subject=Message("{}: {}").format(name, one.subject)) for name, one in found.remarks]
        raise InputError(_("the portfolio"), remarks)
    return found


def _unusable(outcomes: Iterable[ProjectOutcome]) -> Iterator[Problem]:
    """Yield why projects cannot be calculated."""
    for one in outcomes:
        for problem in one.problems:
            subject = Message("{} ({}): {}").format(one.job.project, one.job.source, problem.subject)
            yield Problem(subject, problem.complaint, problem.place)


def _of_no_project(estimates: Mapping[str, Any], outcomes: Iterable[ProjectOutcome]) -> Iterator[Problem]:
    """Complain of estimates of no project, or of none of its years."""
    known = {one.job.project: one for one in outcomes}
    for name, given in estimates.items():
        subject = f"estimates[{name!r}]"
        if name not in known:
            yield Problem(subject, _("is not a project{hint}").format(hint=suggestion(str(name), known)))
        elif isinstance(given, Mapping) and given and (rows := known[name].rows):
            years = {row["year"] for row in rows}
            if not years & yearly(given, subject).keys():
                there = listed(sorted(year for year in years if year is not None)) or _("none, for p was not given")
                yield Problem(subject, _("names no year of the project, whose years are: {years}").format(years=there))


def _about_none(evidence: Iterable[EvidenceFile], outcomes: Collection[ProjectOutcome]) -> Iterator[Problem]:
    """Complain of evidence files about a methodology that no project applies."""
    if not all(one.rows for one in outcomes):
        return  # what the unusable ones apply is not known
    applied = {(row["methodology"], row["version"]) for one in outcomes for row in one.rows}
    message = _("is about {number} ver {version}, which no project applies")
    for one in evidence:
        if not any(one.about(*each) for each in applied):
            yield Problem(one.name, message.format(number=one.methodology, version=one.version))


def _of_table(
    frame: pd.DataFrame,
    jobs: Mapping[int, Job],
    evidence: tuple[EvidenceFile, ...] | None,
    processes: int | None,
    progress: Callable[[int, int], None],
) -> dict[int, ProjectOutcome]:
    """Calculate the projects of a table, by the number of their first row."""
    whole = (frame["methodology"] + "\n" + frame["version"]).groupby(frame["project"]).nunique()
    mixed = frame["project"].map(whole) > 1
    outcomes: dict[int, ProjectOutcome] = {}
    narrow: dict[str, pd.DataFrame] = {}
    unusable = frame["project"].isin([job.project for job in jobs.values() if job.problems])
    for (number, version), rows in frame[~mixed & ~unusable].groupby(["methodology", "version"], sort=False):
        rows = rows.loc[:, rows.notna().any()]  # most columns are those of other methodologies
        narrow |= dict.fromkeys(rows["project"], rows)
        outcomes |= _batched(str(number), str(version), rows, jobs, evidence)
        progress(len(outcomes), len(jobs))
    places = frame.groupby("project", sort=False).groups
    waiting = {
        place: replace(job, rows=narrow.get(job.project, frame).loc[places[job.project]])
        for place, job in jobs.items()
        if place not in outcomes
    }
    solved = _pooled(list(waiting.values()), CHUNK, processes, progress, len(outcomes), len(jobs))
    return outcomes | dict(zip(waiting, solved, strict=True))


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
    except (MethodologyNotFoundError, InputError):  # each project reports it
        return {}
    return {
        int(place): jobs[place].outcome(m, years, jobs[place].estimates, jobs[place].project)
        for batch in batches(m, frame)
        for place, years in batch.solve()
    }


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
    outcomes: list[ProjectOutcome] = []
    for found in workers.mapped(solve, chunks, processes or os.cpu_count() or 1):
        outcomes += found
        progress(done + len(outcomes), total)
    return outcomes
