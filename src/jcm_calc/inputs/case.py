"""The case file: one TOML that says which methodology, what was given, and what was published.

::

    methodology = "ID_AM003"
    version = "1.0"
    p = "2024"                            # or a list of periods; may be left out
    evidence = ["id_am003_read.toml"]     # evidence files in the folder of the case file: see docs/how_to/confirm.md

    [project]
    title = "A frozen food plant"
    submitted = 2014-06-30                # for validation: the version must have been valid on that day

    [choices]                             # decisions for the whole calculation, where there are any

    [inputs]                              # by name or symbol; a value with a unit is in quotes
    tables = ["fleet.csv"]                # CSV, Excel or Parquet files in the folder of the case file
    COP_PJ = 1.63
    EF_elec = "0.814 tCO2/MWh"
    application = "individual quick freezer"

    [inputs.COP_RE]                       # values by class
    "individual quick freezer" = 1.32

    [facts]                               # what eligibility criteria and cross-checks ask for
    site = "frozen food processing plant"

    [override]                            # why a value is given instead of the document's
    COP_RE = "measured at the replaced refrigerator"

    [sources]                             # how each parameter is monitored
    EC_PJ = { option = "C", frequency = "continuously" }

    [meters.S1]                           # meters and their readings: see docs/monitoring.md
    [readings]

    [allocation]                          # of an issuance request: who gets the credits of each year
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
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jcm_calc.base.files import within
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, shown
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import GRADES, Evidence, Grade, Source
from jcm_calc.inputs.binding import RESERVED, bind
from jcm_calc.inputs.confirmation import EvidenceFiles, evidence_files, several, with_evidence
from jcm_calc.inputs.project import MONITORING, PROJECT, ends_before_start, unknown_parameters
from jcm_calc.inputs.schema import (
    Field,
    Fields,
    accepts,
    is_a,
    one_of,
    read_table,
    section,
    text,
    text_list,
    texts,
    under,
)
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology, modules

C = TypeVar("C", bound="Case")
NAMED = ("choices", "inputs", "facts")  # their keys are names of the methodology
PLAN = ("meters", "readings")  # the room `readings` reads them
SECTIONS = ("project", "source", "expected", *NAMED, "sources", *PLAN, "override", "allocation")


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A published figure with the calculated one.

    Attributes
    ----------
    name : str
        The quantity, such as ``"RE"`` or ``"PE_i"``, with the labels where the figures are by label; ``"tonnes"``.
    published : tuple of str
        One for each period or calendar year.
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

    def arguments(self, evidence: EvidenceFiles) -> dict[str, Any]:
        """Return what is given by name to a calculation, with the evidence files that are named in addition."""
        evidence = (*self.evidence, *several(evidence)) if self.evidence else evidence
        return {"p": self.p, "facts": self.facts, "evidence": evidence, **self.choices, **self.inputs}


def published(methodology: Declarations, kind: type[C]) -> Iterator[C]:
    """Yield the worked cases of a methodology that its package ships, in its folder ``cases``."""
    for path in sorted(_cases_of(methodology).glob("*.toml")):
        if parse_toml(path.name, read_text(path)).get("methodology") != methodology.number:
            continue  # what is wrong with the case of another methodology is reported there
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
    """Return the folder of cases that belongs to the module of a methodology."""
    module = modules().get(methodology.number)
    package = importlib.import_module(module.rpartition(".")[0]) if module else None
    return Path(package.__path__[0], "cases") if package else Path("cases of no package")


def read(path: str | Path, kind: type[C]) -> C:
    """Read a case file as a kind of `Case`; see `jcm_calc.api.case_file.read_case`."""
    path = Path(path)
    return of_document(path, parse_toml(path.name, read_text(path)), kind)


def of_document(path: Path, document: Mapping[str, Any], kind: type[C]) -> C:
    """Return what a parsed case file says, as a kind of `Case`; ``path`` is its place."""
    problems: list[Problem] = []
    top = read_table("", document, FILE, problems, at=lambda _place, key: str(key))
    sections = {name: _section(name, top[name], problems) if name in top else {} for name in SECTIONS}
    needed = _("missing: [{key}] needs it")
    alone = [(key, other) for key, other in (PLAN, PLAN[::-1]) if key in document and other not in document]
    problems += _given_twice(document)
    problems += [Problem(other, needed.format(key=key)) for key, other in alone]
    problems += _paths(path.parent, document)
    case = _case(path, top, sections, kind)
    if problems:
        if "methodology" in document and "inputs" in document and not any(one.subject in TOP for one in problems):
            problems += _input_problems(case, document)
        raise InputError(path.name, problems)
    return case


# Reading


def _case(path: Path, top: Mapping[str, Any], sections: Mapping[str, Any], kind: type[C]) -> C:
    """Return what can be used of a document."""
    inputs = dict(sections["inputs"])
    tables = inputs.pop("tables", ())
    return kind(
        path=path,
        methodology=top.get("methodology", ""),
        version=top.get("version"),
        p=top.get("p"),
        tables=tuple(_readable(path.parent, tables)),
        evidence=tuple(_readable(path.parent, top.get("evidence", ()))),
        split=top.get("split", "refuse"),
        **{**sections, "inputs": inputs, "source": _evidence(sections["source"])},
    )


def _section(name: str, content: Mapping[str, Any], problems: list[Problem]) -> Mapping[str, Any]:
    """Return what is right in a section; `issuance` looks at an allocation, and `readings` at the plan."""
    place = f"[{name}]"
    if name in (*PLAN, "allocation"):
        return content
    if name == "sources":
        for parameter, given in content.items():
            read_table(under(place, parameter), given, MONITORING, problems)
        return content
    own = OWN_KEYS.get(name, {})
    elsewhere = {*TOP, "tables", *(RESERVED if name in NAMED else ())} if name != "override" else set()
    misplaced = [key for key in content if key in elsewhere and key not in own]
    problems += [Problem(under(place, key), _misplaced(key)) for key in misplaced]
    content = {key: one for key, one in content.items() if key not in misplaced}
    names = dict.fromkeys(content, OTHER_KEYS[name]) if name in OTHER_KEYS else {}
    found = read_table(place, content, {**names, **own}, problems)
    if name == "project":
        problems += ends_before_start(found, partial(under, place))
    if name == "source" and not _is_read(content):
        problems.append(Problem("[source] title", _("missing: the document that was read")))
    return found


def _readable(folder: Path, names: Any) -> Iterator[str]:
    """Yield the absolute paths of the files that may be read."""
    for name in names:
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


def _paths(folder: Path, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what names a file elsewhere."""
    for subject, names in _named_files(document):
        for name in (one for one in _several(names) if isinstance(one, str)):
            try:
                within(folder, name)
            except (ValueError, OSError) as error:
                yield Problem(subject, Message("{} {}").format(shown(name), error))


def _named_files(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    inputs, readings = (one if isinstance(one := document.get(key), Mapping) else {} for key in ("inputs", "readings"))
    yield "evidence", document.get("evidence")
    yield "[inputs] tables", inputs.get("tables")
    yield "[readings] rules", readings.get("rules")
    sources = readings.get("sources")
    for one in sources if isinstance(sources, list) else ():
        if isinstance(one, Mapping):
            yield "[[readings.sources]] files", one.get("files")
            # the plan refuses an address, and does not repeat the password in it
            if "://" not in str(one.get("database")):
                yield "[[readings.sources]] database", one.get("database")


def _misplaced(key: str) -> str:
    if key == "tables":
        return _("tables are named in [inputs]")
    if key in TOP:
        complaint = _("belongs above the first [section]: TOML counts whatever follows a [section] to it, {key} too")
        return complaint.format(key=key)
    return _("is not a name of a parameter")


def _given_twice(document: Mapping[str, Any]) -> Iterator[Problem]:
    places: dict[str, list[str]] = {}
    for name in NAMED:
        content = document.get(name)
        for key in content if isinstance(content, Mapping) else ():
            places.setdefault(key, []).append(f"[{name}]")
    for key, sections in places.items():
        if len(sections) > 1:
            yield Problem(key, _("is given twice: in {places}").format(places=_(" and in ").join(sections)))


def _input_problems(case: Case, document: Mapping[str, Any]) -> Sequence[Problem]:
    """Return what is wrong with the input itself, so that the user learns everything at once."""
    if case.meters:
        return []  # what they measure is not missing
    unknown: tuple[Problem, ...] = ()
    refused: frozenset[str] | None = frozenset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            m = methodology(case.methodology, case.version, case.submitted)
            refused = _refused(m, case, document)
            m = with_evidence(m, evidence_files(m, case.evidence or None))
            unknown = tuple(unknown_parameters(m, case.sources, partial(under, "[sources]")))
            bind(m, case.tables, {**case.choices, **case.inputs}, case.p, case.facts, split=case.split)
        except InputError as error:
            missing = [one for one in error.problems if ProblemKind.MISSING in one.kinds]
            wrong = missing if refused is None else [one for one in missing if one.subject in refused]
            return (*(one for one in error.problems if one not in wrong), *unknown)
        except MethodologyNotFoundError as error:
            return [Problem("methodology", str(error))]
    return unknown


def _refused(m: Declarations, case: Case, document: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the symbols of what the document gives in a form that is refused; None if that is a table."""
    content = {name: one for name in NAMED if isinstance(one := document.get(name, {}), Mapping)}
    tables = content.get("inputs", {}).get("tables", [])
    if not isinstance(tables, list) or len(tables) > len(case.tables):
        return None
    read = {*case.choices, *case.inputs, *case.facts, "tables"}
    names = [m.named(key) or key for one in content.values() for key in one if key not in read]
    return frozenset(m.inputs[name].symbol if name in m.inputs else name for name in names)


# Kinds of values


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_value(given: Any) -> bool:
    """Whether something is one value, or lists of these."""
    return all(map(_is_value, given)) if isinstance(given, list) else isinstance(given, str | int | float)


def _of_classes(given: Any) -> bool:
    return isinstance(given, Mapping) and not any(isinstance(one, list) or not _is_value(one) for one in given.values())


def _are_printed(given: Any) -> bool:
    """Whether something is published figures: of all places of a quantity in order, or by label."""
    figures = given.values() if isinstance(given, Mapping) else _several(given)
    return all(isinstance(one, str) and _printed(one) is not None for one in figures)


period = accepts(
    lambda given: all(map(is_a(str, int, date), _several(given))),
    _("a period such as '2024' or '2024-01-01/2024-06-30', or a list of periods"),
)
value_of_parameter = accepts(
    lambda given: _of_classes(given) or _is_value(given),
    _("a number, a text such as '135 MWh', yes or no, a list of these, or a table of values by class"),
)
figures = accepts(
    _are_printed,
    _("the figure as printed, in quotes, such as '136' or '135.70', a list of these, or a table by label"),
)
numbers = accepts(lambda given: all(map(is_a(int), _several(given))), _("a whole number, or a list of these"))


def printed_figures(given: Any) -> Any:
    """Return published figures, of places in order or by label."""
    return given if isinstance(figures(given), Mapping) else tuple(_several(given))


def whole_numbers(given: Any) -> tuple[str, ...]:
    """Return whole numbers as texts."""
    return tuple(map(str, _several(numbers(given))))


TOP = {
    "methodology": Field(text, required=_('its number, such as methodology = "ID_AM003", above the first [section]')),
    **dict.fromkeys(("version", "split"), Field(text)),
    "p": Field(period),
    "evidence": Field(text_list),
}
FILE = {**TOP, **dict.fromkeys(SECTIONS, Field(section))}
SOURCE = {
    **dict.fromkeys(("title", "url", "note"), Field(text)),
    "grade": Field(one_of(*GRADES), required=_("one of {names}").format(names=", ".join(GRADES))),
}
EXPECTED = {
    **dict.fromkeys(RESULTS, Field(printed_figures)),
    "tonnes": Field(whole_numbers),
    **dict.fromkeys(("missing", "warnings"), Field(texts)),
    "note": Field(text),
}
OWN_KEYS: Mapping[str, Fields] = {
    "project": PROJECT,
    "source": SOURCE,
    "expected": EXPECTED,
    "inputs": {"tables": Field(text_list)},
}
# Of sections in which other keys are names of the methodology; of [expected], of its quantities.
OTHER_KEYS = {
    **dict.fromkeys(NAMED, Field(value_of_parameter)),
    "expected": Field(printed_figures),
    "override": Field(text),
}


# Published figures


def _printed(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _within_print(printed: str, calculated: float) -> bool:
    """Whether a number rounds to what was printed, or lies on the edge of it."""
    number = _printed(printed)
    assert number is not None
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return abs(Decimal(calculated) - number) <= Decimal(1).scaleb(exponent) / 2
