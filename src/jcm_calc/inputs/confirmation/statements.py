"""What of a methodology can be confirmed, each statement with its present reading and a fingerprint of it.

A fingerprint covers all that decides what a statement does: an equation that is changed later is
another statement, and what was confirmed of the old one does not hold for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from jcm_calc.base import hashes
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.group import stated
from jcm_calc.declarations.items import Choice, Criterion, Equation, Kind, Parameter, SchemeRule, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN
from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.evidence import Evidence, unconfirmed
from jcm_calc.inputs.confirmation.conditions import condition

DIGITS = 16
NOT_READ = unconfirmed(_("whether the document has others was not read"))
OF_DOCUMENT = {
    Kind.MONITORED: _("monitored"),
    Kind.FIXED: _("fixed by the project"),
    Kind.DEFAULT: _("values of the document"),
    Kind.CLASS_KEY: _("classes"),
}


class Versioned(Protocol):
    """A methodology, as far as its number and version are concerned."""

    number: str
    version: str


@dataclass(frozen=True)
class Statement:
    """One thing that a document can confirm.

    Attributes
    ----------
    kind : str
        ``"equation"``, ``"default"``, ``"choice"``, ``"criterion"``, ``"list"`` (that the document has these
        and no others), ``"waiver"`` (that a check does not hold of an item) or ``"rule"`` of the scheme.
    name : str
        The document's symbol, the number of a criterion, the name of a choice or rule.
    case : str
        Of an equation that holds under some options only, these; of a waiver the symbol of the item.
    reading : str
        What the library takes it to say.
    section : str
        Where it should be in the document.
    fingerprint : str
        Of everything that decides what the statement does.
    evidence : Evidence
        Of a default without a value, that there is one.
    values : mapping
        Of a default, the values that the library has, by class; under no name a single value.
    item : object
        What is declared.
    example : str
        Of a default by class, how a row of its table is named.
    """

    kind: str
    name: str
    case: str
    reading: str
    section: str
    fingerprint: str
    evidence: Evidence
    values: Mapping[str, Value] = field(default_factory=dict)
    item: Any = None
    example: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other statement of its methodology."""
        return self.kind, self.name, self.case

    @property
    def confirmed(self) -> bool:
        """Whether an issuance request can rest on all of it."""
        if self.kind != "default":
            return self.evidence.confirmed
        return bool(self.values) and all(value.evidence.confirmed for value in self.values.values())

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.case})" if self.case else "")


def order(section: str) -> tuple[bool, str]:
    """Sort by the sections A to I of a methodology; what is in other documents comes last."""
    _before, found, letter = section.partition("section ")
    return not found, letter[:1]


def statements(m: Declarations) -> Iterator[Statement]:
    """Yield everything of a methodology that a document can confirm, and the rules of the scheme."""
    of_kind: Mapping[Stated, Callable[[Declarations, Any], tuple[str, str, list[Any]]]]
    of_kind = {Stated.CHOICE: _choice, Stated.EQUATION: _equation, Stated.CRITERION: _criterion}
    for one in declared(m, Stated.CHOICE, Stated.EQUATION, Stated.PARAMETER, Stated.CRITERION):
        item = one.item
        if one.kind is Stated.PARAMETER:
            if item.kind is Kind.DEFAULT:
                yield _default(m, item)
            continue
        reading, section, content = of_kind[one.kind](m, item)
        fingerprint = _of_version(m, *content)
        yield Statement(one.kind.value, one.name, one.case, reading, section, fingerprint, item.evidence, item=item)
    yield from lists(m)
    yield from waivers(m)
    yield from map(of_scheme, m.scheme)


# Reading, section and content of the fingerprint


def _choice(m: Declarations, item: Choice) -> tuple[str, str, list[Any]]:
    reading = f"{item.text}: {'; '.join(f'{option}: {meaning}' for option, meaning in item.options.items())}"
    return reading, item.section, ["choice", item.name, item.text, dict(item.options)]


def _equation(m: Declarations, rule: Equation) -> tuple[str, str, list[Any]]:
    unit = f" [{rule.unit}]" if rule.unit else ""
    optional = sorted(set(rule.total) & set(m.optional))
    what = [rule.name, rule.symbol, rule.unit, rule.indices, rule.total, optional, dict(rule.when)]
    operands = [_operand(m, name) for name in rule.arguments]
    does = _tree(rule.expression({name: name for name in rule.arguments}))
    reading = f"{rule.written(m.symbols())}{unit}{_where(m, rule)}"
    return reading, m.section(rule), ["equation", what, operands, does]


def _criterion(m: Declarations, item: Criterion) -> tuple[str, str, list[Any]]:
    does = condition(item.function)
    checked = "stated by the project" if item.function is stated else f"checked as: {does}"
    operands = [_operand(m, name) for name in item.arguments]
    return f"{item.text} [{checked}]", item.section, ["criterion", item.number, item.text, operands, does]


def _where(m: Declarations, rule: Equation) -> str:
    """Return what a reader has to know of the constants and coordinates in an equation."""
    texts = []
    for name in rule.arguments:
        constant, coordinate = m.inputs.get(name), m.coordinates.get(name)
        if coordinate is not None:
            texts.append(f"{name} = {coordinate.what.replace('_', ' ')} of {coordinate.of}")
        elif constant is not None and constant.kind is Kind.CONSTANT and constant.value is not None:
            texts.append(f"{constant.symbol} = {constant.value.value:.12g} {constant.unit}".strip())
    return f", with {', '.join(texts)}" if texts else ""


def _default(m: Declarations, p: Parameter) -> Statement:
    assert p.evidence is not None
    values = dict(next((known for candidate, known in p.by_candidate() if not candidate), {}))
    unit = f" [{p.unit}]" if p.unit else ""
    reading = f"{p.symbol}{unit}: {p.text}" + (f", by {p.by}" if p.by else "")
    by = _operand(m, p.by) if p.by else []
    fingerprint = _of_version(m, "default", [p.name, p.text], _operand(m, p.name), by)
    return Statement(
        "default", p.symbol, "", reading, p.section, fingerprint, p.evidence, values, p, example=_example(m, p)
    )


def _example(m: Declarations, parameter: Parameter) -> str:
    """Return how a row of the table of a default is named: a class, an interval of a number, a part for each key."""
    if keys := m.keys_of(parameter):
        return SIGN.join("2024" if key == "p" else key for key in keys)
    key = m.inputs.get(parameter.by)
    return "name of the class" if key is None or key.is_class else "[300, 450)"


def lists(m: Declarations) -> Iterator[Statement]:
    """Yield, for criteria, parameters and equations, that the document has these and no others.

    What the items of a list say is confirmed item by item.
    """
    parameters = []
    for kind, what in OF_DOCUMENT.items():
        symbols = [f"{one.symbol} [{one.unit or '-'}]" for one in m.inputs.values() if one.kind is kind]
        if symbols:
            parameters.append(Message("{}: {}").format(what, ", ".join(symbols)))
    numbers = [one.number for one in m.conditions]
    found = {
        "criteria": (", ".join(numbers) or _("none"), Criterion.section, numbers),
        "parameters": (
            Message("; ").join(parameters),
            _("methodology, section I (data and parameters fixed ex ante)"),
            [[one, *_operand(m, one)] for one in m.inputs],
        ),
        "equations": (
            ", ".join(dict.fromkeys(rule.symbol for rule in m.rules)),
            _("methodology, section H (calculation of emission reductions)"),
            [[rule.name, rule.symbol, dict(rule.when)] for rule in m.rules],
        ),
    }
    for name, (held, section, content) in found.items():
        evidence = m.completeness.get(name, NOT_READ)
        reading = _("{items}, and no others").format(items=held)
        yield Statement("list", name, "", reading, section, _of_version(m, "list", name, content), evidence)


def waivers(m: Declarations) -> Iterator[Statement]:
    """Yield, for each check that the module waives of an item, that the document says so."""
    symbols = m.symbols()
    for one in (found.item for found in declared(m, Stated.WAIVER)):
        of = symbols.get(one.of, one.of)
        reading = f"{one.check} does not hold of {of}: {one.reason}"
        fingerprint = _of_version(m, "waiver", one.check, one.of, one.reason)
        yield Statement("waiver", one.check, of, reading, one.section, fingerprint, one.evidence, item=one)


def of_scheme(rule: SchemeRule) -> Statement:
    """Return the statement of a rule of the scheme, whichever methodology is applied."""
    fingerprint = digest(["rule", rule.name, rule.text])
    return Statement("rule", rule.name, "", rule.text, rule.section, fingerprint, rule.evidence)


def of_treatment(name: str, rule_set: str, note: str, evidence: Evidence, section: str = "") -> Statement:
    """Return the statement of a rule by which readings of meters are treated."""
    fingerprint = digest(["treatment", rule_set, name, note])
    return Statement("rule", name, "", f"{rule_set}: {note}", section, fingerprint, evidence)


# Fingerprints


def digest(content: Any) -> str:
    """Return the fingerprint of data."""
    return hashes.digest(content)[:DIGITS]


def _of_version(m: Declarations, *content: Any) -> str:
    return digest([m.number, m.version, *content])


def _operand(m: Declarations, name: str) -> list[Any]:
    """Return what an operand is. Values of defaults are left out: they are confirmed one by one."""
    if (coordinate := m.coordinates.get(name)) is not None:
        own = [name, coordinate.of, coordinate.what, coordinate.unit, coordinate.indices]
        return own + [_operand(m, one) for one in coordinate.classes]
    rule = next((one for one in reversed(m.rules) if one.name == name), None)
    item = rule or m.facts.get(name) or m.inputs.get(name)
    if item is None:
        return [name]
    found: list[Any] = [item.symbol, item.unit, item.indices]
    if isinstance(item, Parameter):
        acts = [sorted(effect) for effect in (item.raises, item.lowers, item.either)]
        combined = {"weighted by": item.weighted_by, "previous of": item.previous_of, "otherwise": item.otherwise}
        found += [str(item.kind.value), item.extensive, *(f"{how} {name}" for how, name in combined.items() if name)]
        found += [item.by, *acts, list(item.categories)]
        if item.kind is Kind.CONSTANT and item.value is not None:
            found.append(repr(item.value.value))
    return found


def _tree(expression: Expression) -> list[Any]:
    """Return an expression as data, with every digit of its numbers."""
    arguments = [_tree(one) if isinstance(one, Expression) else _digits(one) for one in expression.arguments]
    return [expression.operation, *arguments]


def _digits(one: Any) -> str:
    return one if isinstance(one, str) else repr(one.item() if isinstance(one, np.generic) else one)
