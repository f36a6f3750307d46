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
from typing import Any, TypeVar

from jcm_calc.base.files import within
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, suggestion
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import GRADES, Evidence, Grade, Source
from jcm_calc.inputs.binding import RESERVED, bind
from jcm_calc.inputs.confirmation import EvidenceFiles, evidence_files, several, with_evidence
from jcm_calc.inputs.project import (
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

C = TypeVar("C", bound="Case")
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
class Case:
    """A project or worked case as its file describes it; see `jcm_calc.api.case_file.read_case`."""

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
        return f"<{type(self).__name__} {self.path.name}: {self.methodology}{version}>"

    @property
    def submitted(self) -> date | None:
        """The day on which the project was submitted for validation, where it is known."""
        submitted = self.project.get("submitted")
        return submitted if isinstance(submitted, date) else None

    def with_evidence(self, evidence: EvidenceFiles) -> EvidenceFiles:
        """Return the evidence files of the case with those that are named besides."""
        return (*self.evidence, *several(evidence)) if self.evidence else evidence


def published(methodology: Declarations, kind: type[C]) -> Iterator[C]:
    """Yield the worked cases of a methodology that its rule book ships, in its folder ``cases``."""
    for path in sorted(_cases_of(methodology).glob("*.toml")):
        if parse_toml(path.name, read_text(path)).get("methodology") != methodology.number:
            continue  # what is wrong with the case of another methodology is told there
        case = read(path, kind)
        if case.version in (None, methodology.version):
            yield case


def published_outputs(methodology: Declarations) -> list[dict[str, str]]:
    """Return published results of which no inputs are known, from ``outputs_only.csv`` among the cases.

    They bound what is plausible, and test nothing.
    """
    path = _cases_of(methodology) / "outputs_only.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["methodology"] == methodology.number]


def _cases_of(methodology: Declarations) -> Path:
    """Return the folder of cases beside the module of a methodology."""
    module = modules().get(methodology.number)
    package = importlib.import_module(module.rpartition(".")[0]) if module else None
    return Path(package.__path__[0], "cases") if package else Path("cases of no rule book")


def read(path: str | Path, kind: type[C]) -> C:
    """Read a case file as a kind of `Case`; see `jcm_calc.api.case_file.read_case`."""
    path = Path(path)
    return of_document(path, parse_toml(path.name, read_text(path)), kind)


def of_document(path: Path, document: Mapping[str, Any], kind: type[C]) -> C:
    """Return what a parsed case file says, as a kind of `Case`; ``path`` is its place.

    Raises
    ------
    InputError
        As `read_case` does.
    """
    problems = [*_problems(document), *_paths(path.parent, document)]
    case = _case(path, document, kind)
    if problems:
        if "methodology" in document and "inputs" in document and not any(one.subject in TOP for one in problems):
            problems += _input_problems(case)
        raise InputError(path.name, problems)
    return case


# Reading


def _case(path: Path, document: Mapping[str, Any], kind: type[C]) -> C:
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
    return kind(
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
            yield from monitoring_problems(key, value, in_sources)
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


def in_sources(name: str, key: str | None = None) -> str:
    """Return how a key of the section [sources] is named in a message."""
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


def _input_problems(case: Case) -> Sequence[Problem]:
    """Return what is wrong with the input itself, so that the user learns everything at once."""
    if case.meters:
        return []  # what they measure is not missing
    unknown: tuple[Problem, ...] = ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            m = methodology(case.methodology, case.version, case.submitted)
            m = with_evidence(m, evidence_files(m, case.evidence or None))
            unknown = tuple(unknown_parameters(m, case.sources, in_sources))
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
