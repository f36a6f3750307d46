"""The case file: one TOML that says which methodology, what was given, and what was published.

::

    methodology = "ID_AM003"
    version = "1.0"
    p = "2024"                            # or a list of periods; may be left out
    evidence = ["id_am003_read.toml"]     # evidence files beside the case file: see docs/how_to/confirm.md

    [project]
    title = "A frozen food plant"
    submitted = 2014-06-30                # for validation: the version must have been valid on that day

    [choices]                             # decisions for the whole calculation, where there are any

    [inputs]                              # by name or symbol; a value with a unit stands in quotes
    tables = ["fleet.csv"]                # CSV, Excel or Parquet files beside the case file
    COP_PJ = 1.63
    EF_elec = "0.814 tCO2/MWh"
    application = "individual quick freezer"

    [inputs.COP_RE]                       # values by class
    "individual quick freezer" = 1.32

    [facts]                               # what eligibility criteria and cross-checks ask for
    site = "frozen food processing plant"

    [override]                            # why a value is given in place of the document's
    COP_RE = "measured at the replaced refrigerator"

    [sources]                             # how each parameter is monitored
    EC_PJ = { option = "C", frequency = "continuously" }

    [meters.S1]                           # meters and their readings: see docs/monitoring.md
    [readings]

    [allocation]                          # of a request for issuance: who gets the credits of each year
    "Government of Japan" = "1/2 up"
    participants = "rest"

    [source]                              # of a worked case: where it was published
    [expected]                            # of a worked case: the published figures
"""

from __future__ import annotations

import csv
import importlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.confirmation import Given, evidence_files, several, with_evidence
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.evidence import GRADES, Evidence, Grade, Source
from jcm_calc.files import within
from jcm_calc.languages import Message, _
from jcm_calc.manifest import RESERVED
from jcm_calc.problems import InputError, Problem, suggestion
from jcm_calc.project import (
    EXPECTED,
    PROJECT,
    dated,
    is_kind,
    monitoring_problems,
    of_kind,
    unknown_key,
    unknown_parameters,
    written,
)
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology, modules
from jcm_calc.toml import parse_toml, read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from jcm_calc.readings import Monitored
    from jcm_calc.result import Result

# What each section may hold, and of what kind it is.
TOP = {"methodology": "text", "version": "text", "p": "period", "split": "text", "evidence": "list of texts"}
KEYS = {
    "project": PROJECT,
    "source": {"title": "text", "url": "text", "grade": "grade", "note": "text"},
    "expected": {
        "RE": "printed figure",
        "PE": "printed figure",
        "ER": "printed figure",
        "tonnes": "whole number",
        "missing": "list of texts",
        "warnings": "list of texts",
        "note": "text",
    },
}
NAMED = ("choices", "inputs", "facts", "sources")  # their keys are names of the methodology
PLAN = ("meters", "readings")  # the room `monitoring` reads them
SECTIONS = (*KEYS, *NAMED, *PLAN, "override", "allocation")  # the room `issuance` reads the last one


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure beside the calculated one.

    Attributes
    ----------
    name : str
        The quantity, such as ``"RE"`` or ``"PE_i"``, with the labels where the figures are by label; ``"tonnes"``.
    published : tuple of str
        One for each period or calendar year.
    calculated : tuple of float
    """

    name: str
    published: tuple[str, ...]
    calculated: tuple[float, ...]

    @property
    def agrees(self) -> bool:
        """Whether every figure agrees to the decimals that were printed."""
        return len(self.published) == len(self.calculated) and all(
            _within_print(printed, value) for printed, value in zip(self.published, self.calculated, strict=True)
        )


@dataclass(frozen=True, repr=False)
class CaseFile:
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
    tables : tuple of str or DataFrame
        Absolute paths of the tables, or the tables of a workbook.
    source : Evidence or None
        Of a worked case: where it was published, and how far it can be trusted.
    expected : mapping
        Of a worked case: the published figures of results, intermediates and parameters as tuples of text, or by
        label; ``missing`` names what the
        source does not give, so that nothing can be calculated, ``warnings`` what must be
        remarked on.
    """

    path: Path
    methodology: str
    version: str | None = None
    p: Any = None
    project: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    tables: tuple[Any, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: Evidence | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)
    meters: Mapping[str, Any] = field(default_factory=dict)
    readings: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Any, ...] = ()
    allocation: Mapping[str, Any] = field(default_factory=dict)
    split: str = "refuse"
    override: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        version = f" ver {self.version}" if self.version else ""
        return f"<CaseFile {self.path.name}: {self.methodology}{version}>"

    @property
    def submitted(self) -> date | None:
        """The day on which the project was submitted for validation, where it is known."""
        submitted = self.project.get("submitted")
        return submitted if isinstance(submitted, date) else None

    def calculate(
        self,
        monitored: Monitored | None = None,
        evidence: Given = None,
        *,
        override: str | None = None,
        strict: bool = False,
        earlier: Result | None = None,
    ) -> Result:
        """Calculate; see `jcm_calc.calculate` for what it raises and warns of.

        Parameters
        ----------
        monitored : Monitored, optional
            From `monitor`, which is called where there are meters.
        evidence : path or sequence of paths, optional
            Evidence files besides those that the case file names.
        override : str, optional
            One reason for all values in place of the document's, instead of those of the case file.
        strict : bool
            Whether anything that is remarked on is an error.
        earlier : Result, optional
            Of the report before; see `jcm_calc.calculate`.
        """
        from jcm_calc.calculation import calculate

        tables: tuple[Any, ...] = self.tables
        p = self.p
        if self.meters:
            monitored = monitored or self.monitor(evidence=evidence)
            tables = (*tables, *monitored.tables)
            p = [str(period) for period in monitored.periods]
        m = methodology(self.methodology, self.version, self.submitted)
        unknown = tuple(unknown_parameters(m, self.sources, _in_sources))
        try:
            result = calculate(
                self.methodology,
                *tables,
                version=self.version,
                on=self.submitted,
                p=p,
                facts=self.facts,
                evidence=self._and(evidence),
                split=self.split,
                override=override or self.override,
                strict=strict,
                earlier=earlier,
                **self.choices,
                **self.inputs,
            )
        except InputError as error:
            raise type(error)(error.subject, (*error.problems, *unknown), error.warnings) from None
        if unknown:
            raise InputError(self.path.name, unknown, result.inputs.warnings)
        return result

    def _and(self, evidence: Given) -> Given:
        """Return the evidence files of the case with those that are named besides."""
        return (*self.evidence, *several(evidence)) if self.evidence else evidence

    def monitor(self, progress: Callable[[str], None] = lambda stage: None, evidence: Given = None) -> Monitored:
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
            p=self.p,
            methodology=self.methodology,
            version=methodology(self.methodology, self.version, self.submitted).version,
            crediting=(self.project.get("start"), self.project.get("end")),
            facts=self.facts,
            beside=self.path.parent,
            progress=progress,
            evidence=self._and(evidence),
            **self.choices,
            **self.inputs,
        )

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

    def compare(self, result: Result) -> tuple[Comparison, ...]:
        """Compare a result with the published figures.

        Raises
        ------
        InputError
            If a figure is expected of what takes no part in the calculation, or of labels that it does not have.
        """
        found, problems = list[Comparison](), list[Problem]()
        for name, figures in self.expected.items():
            if name in KEYS["expected"] and name not in RESULTS:
                continue
            try:
                found += _comparisons(result, name, figures)
            except (KeyError, ValueError) as error:
                problems.append(Problem(f"[expected] {name}", str(error.args[0])))
        if problems:
            raise InputError(self.path.name, problems)
        if "tonnes" in self.expected:
            try:
                tonnes = result.years()["tonnes"].tolist()
            except ValueError:  # a period in two calendar years has no whole tonnes
                tonnes = []
            found.append(Comparison("tonnes", self.expected["tonnes"], tuple(tonnes)))
        return tuple(found)


def _comparisons(result: Result, name: str, figures: Any) -> Iterator[Comparison]:
    """Yield figures of a quantity beside the calculated ones: of all its places in order, or by label.

    Raises
    ------
    KeyError
        If there is no such quantity.
    ValueError
        If there is no such label.
    """
    own = result.methodology.named(name) or name
    if own not in result:
        hint = suggestion(name, result.keys())
        raise KeyError(_("takes no part in this calculation{hint}").format(hint=hint))
    values = result[own].magnitude
    if not isinstance(figures, Mapping):
        yield Comparison(name, figures, tuple(values.ravel().tolist()))
        return
    axes = result.inputs.axes
    indices = result.graph.nodes[own].indices
    spanned = [letter for letter, axis in axes.items() if letter in indices and not axis.scalar]
    for label, figure in figures.items():
        parts = [part.strip() for part in label.split(",")] if len(spanned) > 1 else [label.strip()]
        known = [[str(one) for one in axes[letter].labels] for letter in spanned]
        if len(parts) != len(spanned) or any(part not in own for part, own in zip(parts, known, strict=True)):
            told = _("got {label}; must have a label for each of {indices}, such as {example}")
            example = ", ".join(labels[0] for labels in known)
            raise ValueError(told.format(label=repr(label), indices=", ".join(spanned) or "-", example=repr(example)))
        place = tuple(labels.index(part) for part, labels in zip(parts, known, strict=True))
        yield Comparison(f"{name} [{label}]", (figure,), (float(values[place]),))


def published(methodology: Methodology) -> Iterator[CaseFile]:
    """Yield the worked cases of a methodology that its rule book ships, in its folder ``cases``."""
    for path in sorted(_cases_of(methodology).glob("*.toml")):
        if parse_toml(path.name, read_text(path)).get("methodology") != methodology.number:
            continue  # what is wrong with the case of another methodology is told there
        case = read_case(path)
        if case.version in (None, methodology.version):
            yield case


def published_outputs(methodology: Methodology) -> list[dict[str, str]]:
    """Return published results of which no inputs are known, from ``outputs_only.csv`` among the cases.

    They bound what is plausible, and test nothing.
    """
    path = _cases_of(methodology) / "outputs_only.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["methodology"] == methodology.number]


def _cases_of(methodology: Methodology) -> Path:
    """Return the folder of cases beside the module of a methodology."""
    module = modules().get(methodology.number)
    package = importlib.import_module(module.rpartition(".")[0]) if module else None
    return Path(package.__path__[0], "cases") if package else Path("cases of no rule book")


def read_case(path: str | Path) -> CaseFile:
    """Read a case file.

    Parameters
    ----------
    path : path
        A TOML file in UTF-8. Tables are looked for beside it.

    Returns
    -------
    CaseFile

    Raises
    ------
    InputError
        With everything that is wrong with the file and, as far as can be told, with the input.

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
    path = Path(path)
    return of_document(path, parse_toml(path.name, read_text(path)))


def of_document(path: Path, document: Mapping[str, Any]) -> CaseFile:
    """Return what a parsed case file says; ``path`` is its place.

    Raises
    ------
    InputError
        As `read_case` does.
    """
    problems = [*_problems(document), *_paths(path.parent, document)]
    case = _case(path, document)
    if problems:
        if "methodology" in document and "inputs" in document and not any(one.subject in TOP for one in problems):
            problems += _input_problems(case)
        raise InputError(path.name, problems)
    return case


# Reading


def _case(path: Path, document: Mapping[str, Any]) -> CaseFile:
    """Return what can be used of a document."""

    def section(name: str) -> dict[str, Any]:
        return dict(found) if isinstance(found := document.get(name), Mapping) else {}

    def named(name: str) -> dict[str, Any]:
        return {key: value for key, value in section(name).items() if key not in RESERVED and _is_value(value)}

    inputs = named("inputs")
    tables = inputs.pop("tables", [])
    source = section("source")
    expected = section("expected")
    for name, figures in expected.items():
        if isinstance(figures, Mapping):
            expected[name] = {label: str(figure) for label, figure in figures.items()}
        elif name != "note":
            expected[name] = tuple(str(one) for one in _several(figures))
    return CaseFile(
        path=path,
        methodology=document.get("methodology", ""),
        version=document.get("version"),
        p=document.get("p"),
        project=dated(section("project")),
        choices=named("choices"),
        inputs=inputs,
        tables=tuple(_beside(path.parent, tables)),
        facts=named("facts"),
        sources=section("sources"),
        source=_evidence(source),
        expected=expected,
        meters=section("meters"),
        readings=section("readings"),
        evidence=tuple(_beside(path.parent, document.get("evidence", []))),
        allocation=section("allocation"),
        split=document.get("split", "refuse"),
        override={key: value for key, value in section("override").items() if isinstance(value, str)},
    )


def _beside(folder: Path, names: Any) -> Iterator[str]:
    """Yield the absolute paths of the files that may be read."""
    for name in names if _is("list of texts", names) else ():
        with suppress(ValueError):  # which `_paths` complains of
            yield str(within(folder, name))


def _evidence(source: Mapping[str, Any]) -> Evidence | None:
    """Return where a worked case was published; None where that is not stated, which is complained of elsewhere."""
    texts = {key: value for key, value in source.items() if isinstance(value, str)}
    if texts.get("grade") not in GRADES or not _is_read(texts):
        return None
    document = Source(texts["title"], texts.get("url", "")) if texts.get("title") else None
    return Evidence(Grade(texts["grade"]), texts.get("note", ""), document)


def _is_read(source: Mapping[str, Any]) -> bool:
    """Whether a source has a title, or, of what is unconfirmed, a note."""
    named = str(source.get("title", "")).strip() or (source.get("grade") == "unconfirmed" and source.get("note"))
    return bool(named)


# Checking


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the form of a case file."""
    if "methodology" not in document:
        yield Problem(
            "methodology", _('missing: its number, such as methodology = "ID_AM003", above the first [section]')
        )
    for key, value in document.items():
        if key in TOP:
            yield from _of_kind(key, value, TOP[key])
        elif key in SECTIONS and not isinstance(value, Mapping):
            yield Problem(key, _("{came} came, expected a section [{key}]").format(came=written(value), key=key))
        elif key in KEYS:
            yield from _known_keys(key, value)
        elif key in NAMED:
            yield from _named_values(key, value)
        elif key == "override":
            for name, reason in value.items():
                yield from _of_kind(f"[override] {name}", reason, "text")
        elif key not in SECTIONS:
            section, hint = _("unknown section [{key}]").format(key=key), suggestion(key, [*TOP, *SECTIONS])
            yield Problem(key, (section if isinstance(value, Mapping) else _("unknown key")) + hint)
    yield from _given_twice(document)
    yield from _plan_problems(document)


def _paths(folder: Path, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what names a file elsewhere."""
    for subject, name in _named_files(document):
        try:
            within(folder, name)
        except (ValueError, OSError) as error:
            yield Problem(subject, Message("{} {}").format(written(name), error))


def _named_files(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inputs, readings = (
        found if isinstance(found := document.get(key), Mapping) else {} for key in ("inputs", "readings")
    )
    sources = readings.get("sources")
    named = [
        ("evidence", document.get("evidence")),
        ("[inputs] tables", inputs.get("tables")),
        ("[readings] rules", readings.get("rules")),
    ]
    named += [
        ("[[readings.sources]] files", one.get("files"))
        for one in (sources if isinstance(sources, list) else ())
        if isinstance(one, Mapping)
    ]
    for subject, names in named:
        yield from ((subject, name) for name in _several(names) if isinstance(name, str))


def _plan_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    for key, other in (PLAN, PLAN[::-1]):
        if key in document and other not in document:
            yield Problem(other, _("missing: [{key}] needs it").format(key=key))


def _known_keys(section: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in content.items():
        subject = f"[{section}] {key}"
        if key in KEYS[section]:
            yield from _of_kind(subject, value, KEYS[section][key])
        elif key in (*TOP, "tables"):
            yield Problem(subject, _misplaced(key))
        elif section == "expected":  # any quantity of the methodology; whether there is one shows in the calculation
            yield from _of_kind(subject, value, "printed figure")
        else:
            yield unknown_key(subject, key, KEYS[section])
    if section == "source" and "grade" not in content:
        yield Problem("[source] grade", _("missing: one of {names}").format(names=", ".join(GRADES)))
    if section == "source" and not _is_read(content):
        yield Problem("[source] title", _("missing: the document that was read"))


def _named_values(section: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in content.items():
        subject = f"[{section}] {key}"
        if section == "sources":
            yield from monitoring_problems(key, value, _in_sources)
        elif section == "inputs" and key == "tables":
            yield from _of_kind(subject, value, "list of texts")
        elif key in RESERVED or key in TOP or key == "tables":
            yield Problem(subject, _misplaced(key))
        elif not _is_value(value):
            expected = _(
                "a number, a text such as '135 MWh', yes or no, a list of these, or a table of values by class"
            )
            yield Problem(subject, _("{came} came, expected {expected}").format(came=written(value), expected=expected))


def _misplaced(key: str) -> str:
    if key == "tables":
        return _("tables are named in [inputs]")
    if key in TOP:
        told = _("belongs above the first [section]: TOML counts whatever follows a [section] to it, {key} too")
        return told.format(key=key)
    return _("is no name of a parameter")


def _in_sources(name: str, key: str | None = None) -> str:
    return f"[sources] {name}" + ("" if key is None else f".{key}")


def _given_twice(document: Mapping[str, Any]) -> Iterator[Problem]:
    places: dict[str, list[str]] = {}
    for section in ("choices", "inputs", "facts"):
        content = document.get(section)
        for key in content if isinstance(content, Mapping) else ():
            places.setdefault(key, []).append(f"[{section}]")
    for key, sections in places.items():
        if len(sections) > 1:
            yield Problem(key, _("is given twice: in {places}").format(places=_(" and in ").join(sections)))


def _input_problems(case: CaseFile) -> Sequence[Problem]:
    """Return what is wrong with the input itself, so that the user learns everything at once."""
    from jcm_calc.inputs import bind

    if case.meters:
        return []  # what they measure is not missing
    unknown: tuple[Problem, ...] = ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            m = methodology(case.methodology, case.version, case.submitted)
            m = with_evidence(m, evidence_files(m, case.evidence or None))
            unknown = tuple(unknown_parameters(m, case.sources, _in_sources))
            bind(m, case.tables, {**case.choices, **case.inputs}, case.p, case.facts, split=case.split)
        except InputError as error:
            return (*error.problems, *unknown)
        except MethodologyNotFoundError as error:
            return [Problem("methodology", str(error))]
    return unknown


# Kinds of values


def _of_kind(subject: str, value: Any, kind: str) -> Iterator[Problem]:
    if kind in (*EXPECTED, "date"):
        yield from of_kind(subject, value, kind)
    elif not _is(kind, value):
        expected = {
            "period": _("a period such as '2024' or '2024-01-01/2024-06-30', or a list of periods"),
            "grade": _("one of {names}").format(names=", ".join(GRADES)),
            "printed figure": _(
                "the figure as printed, in quotes, such as '136' or '135.70', a list of these, or a table by label"
            ),
            "whole number": _("a whole number, or a list of these"),
        }[kind]
        yield Problem(subject, _("{came} came, expected {expected}").format(came=written(value), expected=expected))


def _is(kind: str, value: Any) -> bool:
    if kind in EXPECTED:
        return is_kind(kind, value)
    if kind == "period":
        return all(isinstance(one, str | int | date) and not isinstance(one, bool) for one in _several(value))
    if kind == "grade":
        return value in GRADES
    if kind == "printed figure" and isinstance(value, Mapping):
        return all(isinstance(one, str) and _printed(one) is not None for one in value.values())
    if kind == "printed figure":
        return all(isinstance(one, str) and _printed(one) is not None for one in _several(value))
    return all(isinstance(one, int) and not isinstance(one, bool) for one in _several(value))


def _is_value(value: Any) -> bool:
    """Whether something can be the value of a parameter, choice or fact."""
    if isinstance(value, list):
        return all(_is_value(one) and not isinstance(one, Mapping) for one in value)
    if isinstance(value, Mapping):
        return all(isinstance(one, str | int | float) for one in value.values())
    return isinstance(value, str | int | float)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# Published figures


def _printed(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _within_print(printed: str, calculated: float) -> bool:
    """Whether a number rounds to what was printed, or lies on the edge of it.

    Examples
    --------
    >>> _within_print("136", 135.70), _within_print("135.8", 135.70), _within_print("25", 25.81)
    (True, False, False)
    """
    number = _printed(printed)
    assert number is not None
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(Decimal(calculated) - number) <= Decimal(1).scaleb(exponent) / 2
