"""The outcomes of many projects, summed up, and written as a workbook, a page, Parquet or CSV."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from jcm_calc.api.portfolios.jobs import OTHER_TERMS, ProjectOutcome
from jcm_calc.base import notebook
from jcm_calc.base.files import check_ending, guarded, save
from jcm_calc.base.languages import Message, _, in_language, ngettext, translated
from jcm_calc.base.problems import InputError, Problem, Remark, Topic, suggestion
from jcm_calc.reference_data import AS_OF
from jcm_calc.reports.html.pages import page
from jcm_calc.reports.workbook.layout import MOST_ROWS
from jcm_calc.reports.workbook.sheet import WRITTEN, Column, NewBook
from jcm_calc.rulebooks import methodology
from jcm_calc.units import is_missing

if TYPE_CHECKING:
    from jcm_calc.api.result import Result

COLUMNS = (
    *("project", "country", "scope", "methodology", "version", "year"),
    *("RE", "PE", "ER", "tonnes", "estimate", "source"),
)
GROUPS = ("country", "scope", "methodology", "version", "year", "project")
FORMATS = (".xlsx", ".html", ".parquet", ".csv")
# The style of a column of numbers; what may be added up over rows.
NUMBERS = {
    **dict.fromkeys(("RE", "PE", OTHER_TERMS, "ER", "estimate", "difference"), "emissions"),
    **dict.fromkeys(("tonnes", "projects"), "whole"),
    **dict.fromkeys(("scope", "year"), "number"),
    "ratio": "ratio",
}
EMISSIONS = ("RE", "PE", OTHER_TERMS, "ER", "tonnes")
COMPARED = ("estimate", "ER", "difference")  # where each project has an estimate
SUMS = (("country", "scope"), ("methodology", "version"), ("year",))
# Columns as they are called for people; RE, PE and ER are the same in every language.
HEADINGS: dict[str, str] = {
    str.__str__(text): text
    for text in (
        *(_("project"), _("country"), _("scope"), _("methodology"), _("version"), _("year"), _("tonnes")),
        *(_("estimate"), _("source"), _("projects"), _("difference"), _("ratio")),
        *(_("severity"), _("subject"), _("complaint"), _("other terms")),
        *(_("title"), _("column"), _("value"), _("as of")),
    )
}


@dataclass(frozen=True, repr=False, eq=False)
class Portfolio:
    """The results of many projects; see `jcm_calc.portfolio`. All numbers are estimates.

    Attributes
    ----------
    outcomes : sequence of ProjectOutcome
        One for each project, in the order of the source.
    """

    outcomes: Sequence[ProjectOutcome] = ()

    def __repr__(self) -> str:
        return f"<Portfolio of {self.summary}>"

    def _repr_html_(self) -> str:
        tables = [(_("By year"), self.by("year")), (_("Projects"), self.table.drop(columns=["source", "scope"]))]
        if len(self.filled):
            tables.append((_("Filled in from the list of projects"), self.filled))
        if len(self.problems):
            tables.append((_("Problems"), self.problems.drop(columns="source")))
        return notebook.page(_("Portfolio of {summary}").format(summary=self.summary), tables=tables)

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

    @property
    def summary(self) -> str:
        """Return how many projects count, their remarks, and their emission reductions."""
        counted, said = self.counted, f"{self.headline}; " if self.remarks else ""
        if self.unusable:
            counted = _("{projects} ({unusable:,} unusable)").format(projects=counted, unusable=self.unusable)
        return _("{projects}: {said}ER = {amount} tCO2").format(
            projects=counted, said=said, amount=f"{self.table['ER'].sum():,.6g}"
        )

    @property
    def counted(self) -> str:
        """Of how many projects the sums are, and how many there are: ``15 of 20 projects``."""
        return self.share(len(self.outcomes) - self.unusable)

    def share(self, part: int) -> str:
        """Say of how many of the projects something is."""
        count = len(self.outcomes)
        if part == count:
            return ngettext("{count:,} project", "{count:,} projects", count).format(count=count)
        several = ngettext("{part:,} of {count:,} project", "{part:,} of {count:,} projects", count)
        return several.format(part=part, count=count)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each project and calendar year: RE, PE, ER in tCO2, whole tonnes, and the estimate ex ante.

        Where a methodology has other terms of ER, such as leakage, a column has RE − PE − ER. Where the source has a
        title of a project, or the list of projects supplies it, a column has the titles.
        """
        rows = [row for one in self.outcomes for row in one.rows]
        frame = pd.DataFrame(rows, columns=COLUMNS)
        numbers = dict.fromkeys(("RE", "PE", "ER", "estimate"), "float64")
        frame = frame.astype({"year": "Int64", "tonnes": "int64", "scope": "Int64", **numbers})
        if any(row[OTHER_TERMS] for row in rows):
            frame.insert(COLUMNS.index("ER"), OTHER_TERMS, [row[OTHER_TERMS] for row in rows])
        if any(row["title"] for row in rows):
            frame.insert(1, "title", [row["title"] for row in rows])
        return frame

    @property
    def notices(self) -> tuple[str, ...]:
        """What has to be known of the versions that were applied: which were corrected, and which version is newer."""
        applied = dict.fromkeys((row["methodology"], row["version"]) for one in self.outcomes for row in one.rows)
        used = (methodology(number, version) for number, version in applied)
        return tuple(m.heading for m in used if m.notices)

    @cached_property
    def filled(self) -> pd.DataFrame:
        """What was filled in from the list of projects: project, column, value, and the month of the list.

        What a project states itself is never replaced; where it contradicts the list, `remarks` says so.
        """
        rows = [(one.job.project, column, value, AS_OF) for one in self.outcomes for column, value in one.job.filled]
        return pd.DataFrame(rows, columns=["project", "column", "value", "as of"], dtype=object)

    @cached_property
    def problems(self) -> pd.DataFrame:
        """A row for each thing that is wrong with a project, or was warned of."""
        rows = [
            {
                "project": one.job.project,
                "severity": severity,
                "subject": problem.subject,
                "complaint": problem.complaint,
                "source": one.job.source,
            }
            for one in self.outcomes
            for severity, found in ((_("error"), one.problems), (_("warning"), one.warnings))
            for problem in found
        ]
        # as objects, texts can be translated where they are shown
        return pd.DataFrame(rows, columns=["project", "severity", "subject", "complaint", "source"], dtype=object)

    @cached_property
    def remarks(self) -> tuple[tuple[str, Remark], ...]:
        """What has to be looked at before the numbers are used: name of the project, and remark on it."""
        return tuple((one.job.project, Remark.of(problem)) for one in self.outcomes for problem in one.warnings)

    @property
    def headline(self) -> str:
        """In one line how many projects have remarks, and which; an empty text where none has."""
        by_topic: dict[Topic, set[str]] = {}
        for project, remark in self.remarks:
            by_topic.setdefault(remark.topic, set()).add(project)
        if not by_topic:
            return ""
        counts = Message(", ").join(
            Message("{}: {:,}").format(Message(topic), len(by_topic[topic])) for topic in Topic if topic in by_topic
        )
        message = _("{count:,} of {every:,} projects have remarks ({counts})")
        return message.format(count=len(set.union(*by_topic.values())), every=len(self.outcomes), counts=counts)

    @property
    def unusable(self) -> int:
        """How many projects could not be calculated."""
        return sum(not one.rows for one in self.outcomes)

    def by(self, *columns: str) -> pd.DataFrame:
        """Return sums by some of country, scope, methodology, version, year and project.

        Returns
        -------
        DataFrame
            The number of projects, RE, PE, ER in tCO2, and the sum of the whole tonnes of each project and year.
        """
        for name in columns:
            if name not in GROUPS:
                complaint = _("cannot be grouped by; known are {names}{hint}").format(
                    names=", ".join(GROUPS), hint=suggestion(name, GROUPS)
                )
                raise InputError(_("the portfolio"), [Problem(name, complaint)])
        groups = self.table.groupby(list(columns), dropna=False)
        sums = groups[[name for name in EMISSIONS if name in self.table]].sum()
        sums.insert(0, "projects", groups["project"].nunique())
        sums.attrs["remarks"] = str(self.headline)
        return sums

    def against_estimates(self) -> pd.DataFrame:
        """Return ER ex post next to the estimate ex ante, where there is one, by project and year.

        Returns
        -------
        DataFrame
            ``estimate`` and ``ER`` in tCO2, their ``difference`` and the ``ratio`` of ER to the estimate.
        """
        known = self.table.dropna(subset="estimate").set_index(["project", "year"])[["estimate", "ER"]]
        known["difference"] = known["ER"] - known["estimate"]
        known["ratio"] = (known["ER"] / known["estimate"]).where(known["estimate"] != 0)
        return known

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
        check_ending(path, *FORMATS)
        with in_language(language):
            save(path, _content(self, Path(path).suffix.casefold()), overwrite=overwrite)


# Files


def _content(found: Portfolio, suffix: str) -> bytes:
    if suffix == ".csv":
        return guarded(_with_remarks(found)).to_csv(index=False).encode()
    if suffix == ".html":
        return _page(found).encode()
    file = BytesIO()
    if suffix == ".parquet":
        try:
            _with_remarks(found).to_parquet(file, index=False)
        except ImportError:
            complaint = _("cannot be written without pyarrow: install it with pip install 'jcm-calc[parquet]'")
            raise InputError(_("the portfolio"), [Problem(suffix, complaint)]) from None
        return file.getvalue()
    if len(found.table) + 2 > MOST_ROWS or len(found.problems) + 2 > MOST_ROWS:
        complaint = _("has more rows than a spreadsheet holds: write .parquet or .csv")
        raise InputError(_("the portfolio"), [Problem(suffix, complaint)])
    book = NewBook(translated(_("Portfolio of {projects}").format(projects=found.counted)))
    for name, frame in _sheets(found).items():
        counted = found.share(frame["project"].nunique()) if "project" in frame else found.counted
        total = _("Total of {projects}").format(projects=counted) if len(frame) and "ER" in frame else ""
        summed = COMPARED if "difference" in frame else EMISSIONS
        columns = [
            Column(HEADINGS.get(name, name), NUMBERS.get(name, "label"), total=name in summed)
            for name in map(str, frame.columns)
        ]
        book.listing(translated(name).lower()[:31], columns, frame.itertuples(index=False), total)
    return book.content()


def _with_remarks(found: Portfolio) -> pd.DataFrame:
    """Return the table of projects with the remarks on each: such a file has no other place for it."""
    topics: dict[str, dict[str, None]] = {}
    for project, remark in found.remarks:
        topics.setdefault(project, {})[str(remark.topic)] = None
    remarks = ["; ".join(topics.get(project, ())) for project in found.table["project"]]
    return found.table.assign(remarks=remarks)


def _sheets(found: Portfolio) -> dict[str, pd.DataFrame]:
    sums: dict[str, pd.DataFrame] = {
        _("By {name}").format(name=HEADINGS[columns[0]]): found.by(*columns).reset_index() for columns in SUMS
    }
    estimates = found.against_estimates().reset_index()
    against: dict[str, pd.DataFrame] = {} if estimates.empty else {_("Against estimates"): estimates}
    problems: dict[str, pd.DataFrame] = {_("Problems"): found.problems}
    first = problems if found.remarks or found.unusable else {}  # what has to be looked at comes first
    listed: dict[str, pd.DataFrame] = {} if found.filled.empty else {_("Filled in"): found.filled}
    return {**first, _("Projects"): found.table, **sums, **against, **listed, **problems}


class ShownCell(NamedTuple):
    """A cell as it is shown."""

    text: str
    number: bool


def _page(found: Portfolio) -> str:
    return page(
        "portfolio.html",
        remarked=found.headline,
        notices=found.notices,
        projects_counted=found.counted,
        sums={
            _("By {name}").format(name=HEADINGS[columns[0]]): _table(found.by(*columns).reset_index())
            for columns in SUMS
        },
        total=_table(found.table[[name for name in EMISSIONS if name in found.table]].sum().to_frame().T),
        projects=_table(found.table),
        filled=_table(found.filled),
        problems=_table(found.problems),
    )


def _table(frame: pd.DataFrame) -> dict[str, Any]:
    names = list(map(str, frame.columns))
    return {
        "columns": [ShownCell(HEADINGS.get(name, name), name in NUMBERS) for name in names],
        "rows": [
            [_cell(name, one) for name, one in zip(names, row, strict=True)] for row in frame.itertuples(index=False)
        ],
    }


def _cell(name: str, value: Any) -> ShownCell:
    """Return a cell as it is shown: a year and a sectoral scope without separators."""
    number = name in NUMBERS
    if is_missing(value):
        return ShownCell("", number)
    if isinstance(value, str):
        return ShownCell(translated(value), False)
    return ShownCell(WRITTEN.get(NUMBERS.get(name, ""), "{}").format(value), number)
