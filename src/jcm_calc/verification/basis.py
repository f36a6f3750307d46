"""What a verification rests on: the files and who verified, and what is behind each value of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reports.workbook.tables import linked
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import data_of
from jcm_calc.verification.location import Location, ranges
from jcm_calc.verification.quantities import EnteredValue

KINDS = {
    Kind.MONITORED: _("monitored"),
    Kind.FIXED: _("fixed beforehand"),
    Kind.DEFAULT: _("default"),
    Kind.CLASS_KEY: _("class"),
}


@dataclass(frozen=True)
class ExaminedFile:
    """A file that was looked at, and what it is in the verification."""

    role: str
    path: Path
    sha256: str

    def as_data(self) -> dict[str, str]:
        """Return it ready for JSON."""
        return {"role": str(self.role), "file": self.path.name, "sha256": self.sha256}


@dataclass(frozen=True)
class Identity:
    """What was verified, with what options and which version of jcm_calc, when and by whom."""

    project: str
    title: str
    methodology: str
    periods: tuple[str, ...]
    files: tuple[ExaminedFile, ...]
    options: Mapping[str, Any]
    jcm_calc: str
    date: date
    person: str = ""

    @property
    def version(self) -> str:
        """The version of jcm_calc."""
        return self.jcm_calc

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each part under its name."""
        yield _("Project"), Message(" ").join(filter(None, [self.project, self.title])) or _("not named")
        yield _("Methodology"), self.methodology
        yield _("Monitoring period"), ", ".join(self.periods) or _("not known")
        for file in self.files:
            yield file.role, Message("{} (SHA-256 {})").format(file.path.name, file.sha256)
        options = Message(", ").join(Message("{} {}").format(name, value) for name, value in self.options.items())
        yield _("Options"), options or _("none")
        said = _("{date}, by {person}, with jcm_calc {version}")
        person = self.person or _("(name not given)")
        yield _("Verified"), said.format(date=self.date, person=person, version=self.jcm_calc)


def identified(
    documents: Analyses, others: Sequence[tuple[str, Path]], options: Mapping[str, Any], person: str
) -> Identity:
    """Return what was verified; ``others`` are further files with their role: evidence, accepted findings."""
    report, plan, case, m = documents.report, documents.plan, documents.case, documents.m
    project = {**({} if case is None else case.project), **report.project}
    named = [(_("Report"), report.book.path)]
    named += [(_("Plan"), plan.book.path)] if plan is not None and plan is not report else []
    named += [(_("Earlier report"), one.book.path) for one in documents.previous]
    named += [(_("Case file"), case.path)] if case is not None else []
    files = [ExaminedFile(role, path, of_file(path) if path.is_file() else "") for role, path in (*named, *others)]
    if documents.metered is not None:
        files += [ExaminedFile(_("Readings"), Path(one.name), one.sha256) for one in documents.metered.monitored.files]
    return Identity(
        str(project.get("number", "")),
        str(project.get("title", "")),
        Message("{} {}").format(m.heading, m.title),
        tuple(str(period) for part in report.examined for period in part.periods if period.dated),
        tuple(files),
        options,
        version("jcm-calc"),
        datetime.now(UTC).date(),
        person,
    )


@dataclass(frozen=True)
class Support:
    """What the values of a parameter rest on.

    Attributes
    ----------
    cells : tuple of Location
        Where its values are entered.
    count : int
        How many values there are.
    by_readings, by_rows, by_formula, typed : int
        How many of them are compared with readings of meters, come from dated rows, from another formula, or are
        typed numbers with nothing behind them in the files.
    meters : tuple of str
        Whose readings they are compared with.
    cross_checks : tuple of str
        Meters and invoices that these are compared with.
    option, source : str
        The monitoring option and the source that the report names.
    document : str
        The place in the methodology, where its own value is used.
    """

    symbol: str
    kind: str
    unit: str
    cells: tuple[Location, ...]
    count: int
    by_readings: int
    by_rows: int
    by_formula: int
    typed: int
    meters: tuple[str, ...]
    cross_checks: tuple[str, ...]
    option: str
    source: str
    document: str

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return data_of(self)


def support(documents: Analyses) -> tuple[Support, ...]:
    """Return what each parameter of the calculation rests on."""
    report, m = documents.report, documents.m
    used = set(documents.result.inputs.graph.nodes) if report.result is not None else documents.required
    entries: dict[str, list[EnteredValue]] = {}
    for entry in report.entries():
        entries.setdefault(entry.parameter.name, []).append(entry)
    rows = {parameter.name: row.text for parameter, row in reversed(report.rows())}
    return tuple(
        _of(documents, parameter, entries.get(name, []), rows.get(name, lambda key: ""))
        for name, parameter in m.inputs.items()
        if name in used or name in entries
    )


def _of(
    documents: Analyses, parameter: Parameter, entries: Sequence[EnteredValue], text: Callable[[str], str]
) -> Support:
    meters = [() if documents.metered is None else documents.metered.of(entry) for entry in entries]
    kinds = ["readings" if own else _basis(documents, entry) for entry, own in zip(entries, meters, strict=True)]
    names = tuple(dict.fromkeys(name for own in meters for name in own))
    checks = () if documents.metered is None else documents.metered.plan.checks
    sides = [side for side in ((*one.left, *one.right) for one in checks) if set(side) & set(names)]
    return Support(
        parameter.symbol,
        KINDS.get(parameter.kind, _("constant")),
        parameter.unit,
        ranges([entry.place for entry in entries]),
        len(entries),
        kinds.count("readings"),
        kinds.count("rows"),
        kinds.count("formula"),
        kinds.count("typed"),
        names,
        tuple(name for side in sides for name in side if name not in names),
        text("option"),
        text("source"),
        "" if entries or parameter.kind is Kind.MONITORED else parameter.section,
    )


def _basis(documents: Analyses, entry: EnteredValue) -> str:
    if entry.place in documents.rows.of:
        return "rows"
    formula = documents.report.book.formula(entry.place)
    # a plain reference to another cell is as good as what was typed there
    return "typed" if formula is None or linked(formula.text, entry.place[0]) else "formula"
