"""What a methodology states, as one list: pages, tables, comparisons, questions and counts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jcm_calc.declarations.faults import in_line, of_function
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Evidence


class Stated(StrEnum):
    """What kind of thing is stated, in the order of a methodology document."""

    IDENTITY = "identity"  # number, title, version and so on
    INDEX = "index"
    CHOICE = "choice"
    EQUATION = "equation"
    TERM = "term"  # of ER besides RE and PE
    PARAMETER = "parameter"
    VALUE = "default"  # the value of the document, or one of its table
    CANDIDATE = "candidate"  # one of the values between which nothing is decided
    CONSTANT = "constant"
    FACT = "fact"
    CRITERION = "criterion"
    LIMIT = "limit"  # a cross-check
    INDICATOR = "indicator"  # a plausible range
    DERIVATION = "derivation"
    PASSAGE = "passage"  # of a section that describes
    WAIVER = "waiver"
    VERSION = "version"  # another one, of which only the identity is known


@dataclass(frozen=True, slots=True)
class Declaration:
    """One statement of a methodology.

    Attributes
    ----------
    kind : Stated
    name : str
        The document's symbol, the number of a criterion or version, the name of a choice.
    item : object
        What is declared: an `Equation`, a `Parameter`, also of its values, and so on.
    text : str
        What it is, in words.
    evidence : Evidence or None
    case : str
        Of an equation, the options under which it holds; of a value, its candidate.
    key : str
        Of a value, the class or interval.
    value : float
    place : str
        The line in which it is declared.
    """

    kind: Stated
    name: str
    item: Any
    text: str
    evidence: Evidence | None
    case: str = ""
    key: str = ""
    value: float = 0.0
    place: str = ""


def declared(m: Declarations, *kinds: Stated) -> Iterator[Declaration]:
    """Yield everything that a methodology states, or what is of some kinds.

    Examples
    --------
    >>> import jcm_calc
    >>> [one.name for one in declared(jcm_calc.methodology("PW_AM001"), Stated.EQUATION)]
    ['RE_i,p', 'RE_p', 'PE_p', 'ER_p']
    """
    for kind in kinds or Stated:
        if kind in VALUES:
            yield from (one for parameter in m.inputs.values() for one in values_of(parameter) if one.kind is kind)
        elif kind is Stated.IDENTITY:
            yield from (Declaration(kind, name, m, "", evidence) for name, evidence in m.identity.items())
        elif kind is Stated.INDEX:
            yield from (Declaration(kind, letter, letter, text, None) for letter, text in m.indices.items())
        elif kind is Stated.TERM:
            yield from (Declaration(kind, m.symbols().get(name, name), name, "", None) for name in m.terms)
        else:
            items, name = ITEMS[kind]
            yield from (_of_item(m, kind, str(getattr(item, name)), item) for item in items(m))


def _of_item(m: Declarations, kind: Stated, name: str, item: Any) -> Declaration:
    place = (
        of_function(item.function) if hasattr(item, "function") else in_line(m.places.get(getattr(item, "name", "")))
    )
    text, evidence, case = getattr(item, "text", ""), getattr(item, "evidence", None), getattr(item, "case", "")
    return Declaration(kind, name, item, text, evidence, case, place=place)


def values_of(parameter: Parameter) -> Iterator[Declaration]:
    """Yield every value and candidate that a methodology has of a parameter."""
    for candidate, known in parameter.by_candidate():
        kind = Stated.CONSTANT if parameter.kind is Kind.CONSTANT else Stated.CANDIDATE if candidate else Stated.VALUE
        for key, one in known.items():
            yield Declaration(
                kind, parameter.symbol, parameter, parameter.text, one.evidence, candidate, key, one.value
            )


VALUES = (Stated.VALUE, Stated.CANDIDATE, Stated.CONSTANT)
# Where the items of a kind are, and what names each of them.
ITEMS: dict[Stated, tuple[Callable[[Declarations], Iterable[Any]], str]] = {
    Stated.CHOICE: (lambda m: m.choices.values(), "name"),
    Stated.EQUATION: (lambda m: m.rules, "symbol"),
    Stated.PARAMETER: (lambda m: m.inputs.values(), "symbol"),
    Stated.FACT: (lambda m: m.facts.values(), "symbol"),
    Stated.CRITERION: (lambda m: m.conditions, "number"),
    Stated.LIMIT: (lambda m: m.limits, "parameter"),
    Stated.INDICATOR: (lambda m: m.indicators, "symbol"),
    Stated.DERIVATION: (lambda m: m.derivations, "of"),
    Stated.PASSAGE: (lambda m: m.passages, "subject"),
    Stated.WAIVER: (lambda m: m.waivers, "check"),
    Stated.VERSION: (lambda m: {one.number: one for one in (*m.later, *m.other_versions)}.values(), "number"),
}
