"""What of a methodology can be confirmed, each statement with its present reading and a fingerprint of it.

A fingerprint covers all that decides what a statement does: an equation that is changed later is
another statement, and what was confirmed of the old one does not hold for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.group import stated
from jcm_calc.declarations.items import Choice, Criterion, Equation, Kind, Parameter, SchemeRule, Waiver
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN
from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.evidence import Evidence, unconfirmed
from jcm_calc.inputs.confirmation.conditions import condition
from jcm_calc.inputs.confirmation.statement import Statement, digest


def statements(m: Declarations) -> Iterator[Statement]:
    """Yield everything of a methodology that a document can confirm, and the rules of the scheme."""
    own = _Fingerprints(m)
    symbols = m.symbols()
    for one in declared(m, Stated.CHOICE, Stated.EQUATION, Stated.PARAMETER, Stated.CRITERION):
        item = one.item
        if one.kind is Stated.PARAMETER:
            if item.kind is Kind.DEFAULT:
                yield _default(m, item, own.default(item))
            continue
        if one.kind is Stated.CHOICE:
            reading = f"{one.text}: {'; '.join(f'{option}: {meaning}' for option, meaning in item.options.items())}"
            section, fingerprint = item.section, own.choice(item)
        elif one.kind is Stated.EQUATION:
            reading = f"{item.written(symbols)}{f' [{item.unit}]' if item.unit else ''}{_where(m, item)}"
            section, fingerprint = m.section(item), own.equation(item)
        else:
            checked = "stated by the project" if item.function is stated else f"checked as: {condition(item.function)}"
            reading = f"{one.text} [{checked}]"
            section, fingerprint = item.section, own.criterion(item)
        yield Statement(one.kind.value, one.name, one.case, reading, section, fingerprint, item.evidence, item=item)
    yield from lists(m)
    yield from waivers(m)
    yield from map(of_scheme, m.scheme)


NOT_READ = unconfirmed(_("whether the document has others was not read"))
OF_DOCUMENT = {
    Kind.MONITORED: _("monitored"),
    Kind.FIXED: _("fixed by the project"),
    Kind.DEFAULT: _("values of the document"),
    Kind.CLASS_KEY: _("classes"),
}


def lists(m: Declarations) -> Iterator[Statement]:
    """Yield, for criteria, parameters and equations, that the document has these and no others."""
    own = _Fingerprints(m)
    parameters = []
    for kind, what in OF_DOCUMENT.items():
        symbols = [f"{one.symbol} [{one.unit or '-'}]" for one in m.inputs.values() if one.kind is kind]
        if symbols:
            parameters.append(Message("{}: {}").format(what, ", ".join(symbols)))
    equations = dict.fromkeys(rule.symbol for rule in m.rules)
    found = {
        "criteria": (", ".join(one.number for one in m.conditions) or _("none"), Criterion.section),
        "parameters": (Message("; ").join(parameters), _("methodology, section I (data and parameters fixed ex ante)")),
        "equations": (", ".join(equations), _("methodology, section H (calculation of emission reductions)")),
    }
    for name, (held, section) in found.items():
        evidence = m.completeness.get(name, NOT_READ)
        reading = _("{items}, and no others").format(items=held)
        yield Statement("list", name, "", reading, section, own.list(name), evidence)


def waivers(m: Declarations) -> Iterator[Statement]:
    """Yield, for each check that the module waives of an item, that the document says so."""
    own, symbols = _Fingerprints(m), m.symbols()
    for one in (found.item for found in declared(m, Stated.WAIVER)):
        of = symbols.get(one.of, one.of)
        reading = f"{one.check} does not hold of {of}: {one.reason}"
        fingerprint = own.waiver(one)
        yield Statement("waiver", one.check, of, reading, one.section, fingerprint, one.evidence, item=one)


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


def of_scheme(rule: SchemeRule) -> Statement:
    """Return the statement of a rule of the scheme, whichever methodology is applied."""
    fingerprint = digest(["rule", rule.name, rule.text])
    return Statement("rule", rule.name, "", rule.text, rule.section, fingerprint, rule.evidence)


def of_treatment(name: str, rule_set: str, note: str, evidence: Evidence, section: str = "") -> Statement:
    """Return the statement of a rule by which readings of meters are treated."""
    fingerprint = digest(["treatment", rule_set, name, note])
    return Statement("rule", name, "", f"{rule_set}: {note}", section, fingerprint, evidence)


def _default(m: Declarations, parameter: Parameter, fingerprint: str) -> Statement:
    assert parameter.evidence is not None
    values = dict(next((known for candidate, known in parameter.by_candidate() if not candidate), {}))
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    reading = f"{parameter.symbol}{unit}: {parameter.text}" + (f", by {parameter.by}" if parameter.by else "")
    return Statement(
        "default",
        parameter.symbol,
        "",
        reading,
        parameter.section,
        fingerprint,
        parameter.evidence,
        values,
        parameter,
        example=_example(m, parameter),
    )


def _example(m: Declarations, parameter: Parameter) -> str:
    """Return how a row of the table of a default is named: a class, an interval of a number, a part for each key."""
    if keys := m.keys_of(parameter):
        return SIGN.join("2024" if key == "p" else key for key in keys)
    key = m.inputs.get(parameter.by)
    return "name of the class" if key is None or key.is_class else "[300, 450)"


class _Fingerprints:
    """Fingerprints of what one version of a methodology declares."""

    def __init__(self, m: Declarations) -> None:
        self.m = m
        self.operands: dict[str, Any] = {**m.inputs, **m.facts, **{rule.name: rule for rule in m.rules}}

    def _made(self, *content: Any) -> str:
        return digest([self.m.number, self.m.version, *content])

    def _operand(self, name: str) -> list[Any]:
        """Return what an operand is. Values of defaults are left out: they are confirmed one by one."""
        coordinate = self.m.coordinates.get(name)
        if coordinate is not None:
            own = [name, coordinate.of, coordinate.what, coordinate.unit, coordinate.indices]
            return own + [self._operand(one) for one in coordinate.classes]
        item = self.operands.get(name)
        if item is None:
            return [name]
        found = [item.symbol, item.unit, item.indices]
        if isinstance(item, Parameter):
            acts = [sorted(effect) for effect in (item.raises, item.lowers, item.either)]
            combined = [
                *(("weighted by", item.weighted_by), ("previous of", item.previous_of), ("otherwise", item.otherwise)),
            ]
            found += [str(item.kind.value), item.extensive, *(f"{how} {name}" for how, name in combined if name)]
            found += [item.by, *acts, list(item.categories)]
            if item.kind is Kind.CONSTANT and item.value is not None:
                found.append(repr(item.value.value))
        return found

    def equation(self, rule: Equation) -> str:
        operands = [self._operand(name) for name in rule.arguments]
        does = _tree(rule.expression({name: name for name in rule.arguments}))
        optional = sorted(set(rule.total) & set(self.m.optional))
        what = [rule.name, rule.symbol, rule.unit, rule.indices, rule.total, optional, dict(rule.when)]
        return self._made("equation", what, operands, does)

    def default(self, parameter: Parameter) -> str:
        p = parameter
        by = self._operand(p.by) if p.by else []
        return self._made("default", [p.name, p.text], self._operand(p.name), by)

    def list(self, name: str) -> str:
        """Return what a list holds; what its items say is confirmed item by item."""
        if name == "parameters":
            return self._made("list", name, [[one, *self._operand(one)] for one in self.m.inputs])
        if name == "equations":
            return self._made("list", name, [[rule.name, rule.symbol, dict(rule.when)] for rule in self.m.rules])
        return self._made("list", name, [one.number for one in self.m.conditions])

    def waiver(self, waiver: Waiver) -> str:
        return self._made("waiver", waiver.check, waiver.of, waiver.reason)

    def choice(self, choice: Choice) -> str:
        return self._made("choice", choice.name, choice.text, dict(choice.options))

    def criterion(self, criterion: Criterion) -> str:
        operands = [self._operand(name) for name in criterion.arguments]
        return self._made("criterion", criterion.number, criterion.text, operands, condition(criterion.function))


def _tree(expression: Expression) -> list[Any]:
    """Return an expression as data, with every digit of its numbers."""
    arguments = [_tree(one) if isinstance(one, Expression) else _digits(one) for one in expression.arguments]
    return [expression.operation, *arguments]


def _digits(one: Any) -> str:
    return one if isinstance(one, str) else repr(one.item() if isinstance(one, np.generic) else one)
