"""A case file as its user holds it: it calculates, monitors, and compares with what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.api.issuance.allocation import malformed, parts_of_year, unknown_years
from jcm_calc.api.result import Result
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, Remark, Topic, suggestion
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import case
from jcm_calc.inputs.case import EXPECTED, Case, PublishedFigure
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.inputs.periods import outside_crediting
from jcm_calc.inputs.project import in_future, unknown_parameters
from jcm_calc.inputs.schema import under
from jcm_calc.results.calculating import calculated
from jcm_calc.rulebooks import methodology

if TYPE_CHECKING:
    from jcm_calc.readings import Monitored
    from jcm_calc.results.status import ProjectStatus


@dataclass(frozen=True, repr=False)
class CaseFile(Case):
    """A project or worked case, as read from its file; see `read_case`.

    Attributes
    ----------
    path : Path
    methodology : str
    version : str or None
        The latest one if None.
    p : str or list of str, optional
        The monitoring periods.
    project, choices, inputs, facts, sources, meters, readings, allocation, override : mapping
        The sections of that name.
    evidence : tuple of str or EvidenceFile
        Absolute paths of evidence files, or what a workbook holds of them.
    split : str
        What becomes of a period over New Year; see `jcm_calc.calculate`.
    tables : tuple of str, FilledTable or MonitoredTable
        Absolute paths of the tables, or the tables of a workbook.
    source : Evidence or None
        Of a worked case: where it was published, and how far it can be trusted.
    expected : mapping
        Of a worked case: the published figures of results, intermediates and parameters as tuples of text, or by
        label; ``missing`` names what the
        source does not give, so that nothing can be calculated, ``warnings`` what there must be a
        remark on.
    """

    def calculate(
        self,
        monitored: Monitored | None = None,
        evidence: EvidenceFiles = None,
        *,
        override: str | None = None,
        strict: bool = False,
        previous: Result | None = None,
    ) -> Result:
        """Calculate; see `jcm_calc.calculate` for what it raises and warns of.

        Parameters
        ----------
        monitored : Monitored, optional
            From `monitor`, which is called where there are meters.
        evidence : path or sequence of paths, optional
            Evidence files in addition to those that the case file names.
        override : str, optional
            One reason for all values that are given instead of the document's; it replaces those of the case file.
        strict : bool
            Whether any remark is an error.
        previous : Result, optional
            Of the report before; see `jcm_calc.calculate`.
        """
        tables, given = self.tables, self.arguments(evidence)
        if self.meters:
            monitored = monitored or self.monitor(evidence=evidence)
            tables = (*tables, *monitored.tables)
            given["p"] = [str(period) for period in monitored.periods]
        m = methodology(self.methodology, self.version, self.submitted)
        unknown = (
            *unknown_parameters(m, self.sources, partial(under, "[sources]")),
            *malformed(self.allocation, "[allocation]"),
        )
        try:
            result = calculated(
                Result,
                self.methodology,
                *tables,
                version=self.version,
                on=self.submitted,
                split=self.split,
                override=override or self.override,
                strict=strict,
                previous=previous,
                **given,
            )
        except InputError as error:
            raise type(error)(error.subject, (*error.problems, *unknown), error.warnings) from None
        InputError.raise_for(self.path.name, unknown, result.inputs.warnings)
        return self._remarked(result, strict)

    def _remarked(self, result: Result, strict: bool) -> Result:
        """Remark on what the file says of the project and does not fit the result; with strict it is refused."""
        found = [*in_future(self.project)]
        for period in result.inputs.periods:
            found += outside_crediting(period, self.project.get("start"), self.project.get("end"))
        if self.allocation and all(period.year is not None for period in result.inputs.periods):
            tonnes = {one.year: one.tonnes for one in result.calendar_years() if one.year is not None}
            for year, one in tonnes.items():
                parts_of_year(self.allocation, year, one, found)
            found += unknown_years(self.allocation, tonnes)
        if not found:
            return result
        remarks = [Remark(one.subject, one.complaint, topic=Topic.CONTRADICTORY) for one in found]
        if strict:
            raise InputError(str(result.methodology), remarks)
        for remark in remarks:
            remark.warn()
        return Result(replace(result.inputs, warnings=(*result.inputs.warnings, *remarks)), result.call)

    def monitor(
        self, progress: Callable[[str], None] = lambda stage: None, evidence: EvidenceFiles = None
    ) -> Monitored:
        """Turn the readings of the meters into monitored parameters; see `jcm_calc.monitor` and `calculate`."""
        from jcm_calc.readings import monitor

        if not self.meters:
            complaint = _(
                "missing: a section such as [meters.S1] for each meter, and [readings]; see docs/monitoring.md"
            )
            raise InputError(self.path.name, [Problem("[meters]", complaint)])
        return monitor(
            self.meters,
            self.readings,
            *self.tables,
            methodology=self.methodology,
            version=methodology(self.methodology, self.version, self.submitted).version,
            crediting=(self.project.get("start"), self.project.get("end")),
            folder=self.path.parent,
            progress=progress,
            **self.arguments(evidence),
        )

    def status(
        self,
        on: Any = None,
        *,
        store: bool = True,
        evidence: EvidenceFiles = None,
        progress: Callable[[str], None] = lambda stage: None,
    ) -> ProjectStatus:
        """Return the status of the project's monitoring on a day.

        A status is an estimate for the developer, from readings that may still change. It is not a verification.

        Parameters
        ----------
        on : date or text, optional
            The status is as of the end of this day; today by default. Readings after it do not count.
        store : bool
            Whether readings are kept in ``CASE.readings.duckdb`` next to the case file, so that a file is read again
            only if it has changed. It is a copy that can be deleted at any time.
        evidence : path or sequence of paths, optional
            Evidence files in addition to those of the case file.
        progress : callable
            Is called with the name of each stage.

        Returns
        -------
        ProjectStatus
            With meters, findings, calibrations, criteria, reductions in tCO2, plan, forecast, and what needs a person.

        Raises
        ------
        InputError
            If the case file, its plan or its files of readings cannot be used.

        Examples
        --------
        >>> case = read_case("docs/examples/metered_year/case.toml")
        >>> status = case.status("2024-06-30", store=False)
        >>> print(status.so_far, f"{status.ER:.1f} tCO2")
        2024-01-01/2024-06-29 30.6 tCO2
        """
        from jcm_calc.api.status import status

        return status(self, on, store=store, evidence=evidence, progress=progress)

    def differences(self) -> list[str]:
        """Return what a calculation gives otherwise than was published."""
        try:
            result = self.calculate()
        except InputError as error:
            subjects = tuple(problem.subject for problem in error.problems)
            return [] if subjects == tuple(self.expected.get("missing", ())) else [error.text]
        try:
            return [str(comparison) for comparison in self.compare(result) if not comparison.agrees]
        except InputError as error:
            return [error.text]

    def compare(self, result: Result) -> tuple[PublishedFigure, ...]:
        """Compare a result with the published figures.

        Raises
        ------
        InputError
            If a figure is expected of what takes no part in the calculation, or of labels that it does not have.
        """
        found, problems = list[PublishedFigure](), list[Problem]()
        for name, figures in self.expected.items():
            if name in EXPECTED and name not in RESULTS:
                continue
            try:
                found += _comparisons(result, name, figures)
            except (KeyError, ValueError) as error:
                problems.append(Problem(f"[expected] {name}", str(error.args[0])))
        InputError.raise_for(self.path.name, problems)
        if "tonnes" in self.expected:
            try:
                tonnes = [year.tonnes for year in result.calendar_years()]
            except ValueError:  # a period in two calendar years has no whole tonnes
                tonnes = []
            found.append(PublishedFigure("tonnes", self.expected["tonnes"], tuple(tonnes)))
        return tuple(found)


def _comparisons(result: Result, name: str, figures: Any) -> Iterator[PublishedFigure]:
    """Yield figures of a quantity next to the calculated ones: of all its places in order, or by label."""
    own = result.methodology.named(name) or name
    if own not in result:
        hint = suggestion(name, result.keys())
        raise KeyError(_("takes no part in this calculation{hint}").format(hint=hint))
    values = result.array(own)
    if not isinstance(figures, Mapping):
        yield PublishedFigure(name, figures, tuple(values.ravel().tolist()))
        return
    axes = result.inputs.axes
    indices = result.graph.nodes[own].indices
    spanned = [letter for letter, axis in axes.items() if letter in indices and not axis.scalar]
    for label, figure in figures.items():
        parts = [part.strip() for part in label.split(",")] if len(spanned) > 1 else [label.strip()]
        known = [[str(one) for one in axes[letter].labels] for letter in spanned]
        if len(parts) != len(spanned) or any(part not in own for part, own in zip(parts, known, strict=True)):
            message = _("got {label}; must have a label for each of {indices}, such as {example}")
            example = ", ".join(labels[0] for labels in known)
            raise ValueError(
                message.format(label=repr(label), indices=", ".join(spanned) or "-", example=repr(example))
            )
        place = tuple(labels.index(part) for part, labels in zip(parts, known, strict=True))
        yield PublishedFigure(f"{name} [{label}]", (figure,), (float(values[place]),))


def published(methodology: Declarations) -> Iterator[CaseFile]:
    """Yield the worked cases of a methodology that its package ships, in its folder ``cases``."""
    yield from case.published(methodology, CaseFile)


def read_case(path: str | Path) -> CaseFile:
    """Read a case file.

    Parameters
    ----------
    path : path
        A TOML file in UTF-8. Tables are looked for in its folder.

    Returns
    -------
    CaseFile

    Raises
    ------
    InputError
        With everything that is wrong with the file and, as far as it can be checked, with the input.

    Examples
    --------
    >>> from importlib.resources import files
    >>> case = read_case(files("jcm_methodologies") / "cases" / "id_am003_frozen_food.toml")
    >>> result = case.calculate()
    >>> for comparison in case.compare(result):
    ...     print(comparison.name, *comparison.published, comparison.agrees)
    RE 136 True
    tonnes 25 True
    """
    return case.read(path, CaseFile)
