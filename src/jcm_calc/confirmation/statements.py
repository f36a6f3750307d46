"""What of a methodology can be confirmed, each statement with its present reading and a fingerprint of it.

A fingerprint covers all that decides what a statement does: an equation that is changed later is
another statement, and what was confirmed of the old one does not hold for it.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from jcm_calc.declarations import Interval, Methodology
from jcm_calc.declarations.group import stated
from jcm_calc.declarations.items import Choice, Criterion, Equation, Kind, Parameter, SchemeRule, Value
from jcm_calc.evidence import Evidence
from jcm_calc.expression import Expression

DIGITS = 16


@dataclass(frozen=True)
class Statement:
    """One thing that a document can confirm.

    Attributes
    ----------
    kind : str
        ``"equation"``, ``"default"``, ``"choice"``, ``"criterion"`` or ``"rule"`` of the scheme.
    name : str
        The document's symbol, the number of a criterion, the name of a choice or rule.
    case : str
        Of an equation that holds under some options only, these.
    reading : str
        What the library takes it to say.
    section : str
        Where it should stand.
    fingerprint : str
    evidence : Evidence
        Of a default without a value, that there is one.
    values : mapping
        Of a default, the values that the library has, by class; under no name a single value.
    item : object
        What is declared.
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

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other statement of its methodology."""
        return self.kind, self.name, self.case

    @property
    def confirmed(self) -> bool:
        """Whether a claim can rest on all of it."""
        if self.kind != "default":
            return self.evidence.confirmed
        return bool(self.values) and all(value.evidence.confirmed for value in self.values.values())

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.case})" if self.case else "")


def statements(m: Methodology) -> Iterator[Statement]:
    """Yield everything of a methodology that a document can confirm, and the rules of the scheme."""
    own = _Fingerprints(m)
    symbols = m.symbols()
    for choice in m.choices.values():
        options = "; ".join(f"{option}: {meaning}" for option, meaning in choice.options.items())
        yield Statement(
            "choice", choice.name, "", f"{choice.text}: {options}", choice.section, own.choice(choice), choice.evidence
        )
    for rule in m.rules:
        case = ", ".join(f"{choice} = {option}" for choice, option in rule.when.items())
        reading = f"{rule.written(symbols)} [{rule.unit}]" if rule.unit else rule.written(symbols)
        section = m.section(rule)
        yield Statement("equation", rule.symbol, case, reading, section, own.equation(rule), rule.evidence, item=rule)
    for parameter in m.inputs.values():
        if parameter.kind is Kind.DEFAULT:
            yield _default(parameter, own.default(parameter))
    for criterion in m.conditions:
        attested = criterion.function is stated
        checked = "stated by the project" if attested else f"checked as: {condition(criterion.function)}"
        reading = f"{criterion.text} [{checked}]"
        yield Statement(
            "criterion", criterion.number, "", reading, criterion.section, own.criterion(criterion), criterion.evidence
        )
    yield from map(of_scheme, m.scheme)


def of_scheme(rule: SchemeRule) -> Statement:
    """Return the statement of a rule of the scheme, whichever methodology is applied."""
    fingerprint = digest(["rule", rule.name, rule.text])
    return Statement("rule", rule.name, "", rule.text, rule.section, fingerprint, rule.evidence)


def of_treatment(name: str, rule_set: str, note: str, evidence: Evidence, section: str = "") -> Statement:
    """Return the statement of a rule by which readings of meters are treated."""
    fingerprint = digest(["treatment", rule_set, name, note])
    return Statement("rule", name, "", f"{rule_set}: {note}", section, fingerprint, evidence)


def _default(parameter: Parameter, fingerprint: str) -> Statement:
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
    )


class _Fingerprints:
    """Fingerprints of what one version of a methodology declares."""

    def __init__(self, m: Methodology) -> None:
        self.m = m
        self.operands: dict[str, Any] = {**m.inputs, **m.facts, **{rule.name: rule for rule in m.rules}}

    def _made(self, *content: Any) -> str:
        return digest([self.m.number, self.m.version, *content])

    def _operand(self, name: str) -> list[str]:
        coordinate = self.m.coordinates.get(name)
        if coordinate is not None:
            return [name, coordinate.of, coordinate.what]
        item = self.operands.get(name)
        return [name] if item is None else [item.symbol, item.unit, item.indices]

    def equation(self, rule: Equation) -> str:
        operands = [self._operand(name) for name in rule.arguments]
        does = _tree(rule.expression({name: name for name in rule.arguments}))
        what = [rule.name, rule.symbol, rule.unit, rule.indices, rule.total, dict(rule.when)]
        return self._made("equation", what, operands, does)

    def default(self, parameter: Parameter) -> str:
        p = parameter
        by = self._operand(p.by) if p.by else []
        return self._made("default", [p.name, p.symbol, p.unit, p.indices, p.text], by)

    def choice(self, choice: Choice) -> str:
        return self._made("choice", choice.name, choice.text, dict(choice.options))

    def criterion(self, criterion: Criterion) -> str:
        operands = [self._operand(name) for name in criterion.arguments]
        return self._made("criterion", criterion.number, criterion.text, operands, condition(criterion.function))


def digest(content: Any) -> str:
    """Return the fingerprint of data."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _tree(expression: Expression) -> list[Any]:
    """Return an expression as data, with every digit of its numbers."""
    arguments = [_tree(one) if isinstance(one, Expression) else str(one) for one in expression.arguments]
    return [expression.operation, *arguments]


def condition(function: Callable[..., Any]) -> str:
    """Return what a criterion checks: the code of its function, and the constants that it looks up.

    Examples
    --------
    >>> LIMIT = 6.0
    >>> def efficient(COP):
    ...     "Say so."
    ...     return COP > LIMIT
    >>> condition(efficient)
    'COP > LIMIT; LIMIT = 6.0'
    """
    texts = [_code(function)]
    assert isinstance(function, FunctionType)
    known = inspect.getclosurevars(function)
    for name, value in sorted({**known.globals, **known.nonlocals}.items()):
        if isinstance(value, FunctionType):
            texts.append(f"{name}: {condition(value)}")
        elif not inspect.ismodule(value):
            texts.append(f"{name} = {_data(value)}")
    return "; ".join(texts)


@lru_cache(1024)
def _code(function: Callable[..., Any]) -> str:
    """Return the body of a function without its docstring, in one notation; of a lambda the expression."""
    source = textwrap.dedent(inspect.getsource(function))
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a lambda in the middle of a call
        return " ".join(source.split())
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            return "; ".join(" ".join(ast.unparse(line).split()) for line in body).removeprefix("return ")
        if isinstance(node, ast.Lambda):
            return ast.unparse(node.body)
    return " ".join(source.split())


def _data(value: Any) -> str:
    """Write a constant so that the same one is always written alike."""
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(repr, value)))}}}"
    if isinstance(value, np.ndarray):
        return repr(value.tolist())
    plain = isinstance(value, str | int | float | tuple | list | dict | Interval)
    return repr(value) if plain else type(value).__qualname__
