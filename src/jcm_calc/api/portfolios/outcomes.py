"""The outcomes of many projects, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from jcm_calc.api.portfolios.jobs import OTHER_TERMS, ProjectOutcome
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, Problem, Remark, Topic, suggestion
from jcm_calc.reference_data import AS_OF
from jcm_calc.rulebooks import methodology

COLUMNS = (
    *("project", "country", "scope", "methodology", "version", "year"),
    *("RE", "PE", "ER", "tonnes", "estimate", "source"),
)
SUMMED = ("RE", "PE", OTHER_TERMS, "ER", "tonnes")
GROUPS = ("country", "scope", "methodology", "version", "year", "project")


@dataclass(frozen=True, repr=False)
class Outcomes:
    """The outcomes of many projects, summed up; see `jcm_calc.portfolio`."""

    outcomes: Sequence[ProjectOutcome] = field(default_factory=tuple)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.told}>"

    @property
    def told(self) -> str:
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
        told = _("{count:,} of {every:,} projects have remarks ({counts})")
        return told.format(count=len(set.union(*by_topic.values())), every=len(self.outcomes), counts=counts)

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
        sums = groups[[name for name in SUMMED if name in self.table]].sum()
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
