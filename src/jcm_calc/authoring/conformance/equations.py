"""Checks of equations on their own: dimensions, and the text that is printed of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from jcm_calc.authoring.conformance.subject import Subject, check, same
from jcm_calc.base.languages import _
from jcm_calc.declarations.expression import Expression, argument_names, record
from jcm_calc.declarations.expression.parsing import parsed
from jcm_calc.declarations.faults import of_function
from jcm_calc.declarations.items import Coordinate, Equation, Indicator, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.units import normalise, registry

Node: TypeAlias = Parameter | Equation | Coordinate


@check("dimensions")
def dimensions(subject: Subject) -> Iterator[str]:
    """Every equation run with quantities gives its declared unit, and the number that floats give."""
    rng = np.random.default_rng(1)
    for rule in subject.methodology.rules:
        nodes = _operands(subject.methodology, rule)
        yield from (fault + of_function(rule.function) for fault in _with_units(rule, nodes, rng))


@check("indicators")
def indicators(subject: Subject) -> Iterator[str]:
    """Every indicator looks at what is declared, has words and a source, and gives its unit."""
    rng = np.random.default_rng(3)
    m = subject.methodology
    known: dict[str, Node] = {**{rule.name: rule for rule in m.rules}, **m.inputs, **m.facts, **m.coordinates}
    for one in m.indicators:
        if not (one.text and (one.evidence.note or one.evidence.source)):
            yield _("{name} lacks a text, or evidence with a note").format(name=one.symbol)
        if unknown := [name for name in one.arguments if name not in known]:
            told = _("the indicator {name} looks at {names}, which is not declared")
            yield told.format(name=one.symbol, names=", ".join(unknown))
        else:
            yield from _with_units(one, [known[name] for name in one.arguments], rng)


def _with_units(one: Equation | Indicator, nodes: Sequence[Node], rng: np.random.Generator) -> Iterator[str]:
    """Complain where a function gives another unit than is declared, or another number with units than without."""
    values = [_example(node, rng) for node in nodes]
    plain = one.function(*values)
    try:
        units = (pint_unit(node.unit) for node in nodes)
        result = one.function(*map(registry().Quantity, values, units))
        found = result.to(pint_unit(one.unit)).magnitude if hasattr(result, "to") else result
    except Exception as error:  # whatever units do to a function
        yield _("{symbol}: {error}: declare constants with their units").format(symbol=one.symbol, error=error)
        return
    if not hasattr(result, "to") and nodes and one.unit not in ("", "-"):
        yield _("{symbol} gives a plain number, declared is {unit}").format(symbol=one.symbol, unit=one.unit)
    elif not same(found, plain, 1e-12):
        told = _("{symbol} gives {found:g} {unit} with units and {plain:g} without: a conversion factor is hidden")
        yield told.format(symbol=one.symbol, found=found, unit=one.unit, plain=plain)


@check("literals")
def literals(subject: Subject) -> Iterator[str]:
    """Only 0, 1 and exponents are written out in equations; every other number is declared."""
    for rule in subject.methodology.rules:
        found = sorted(set(_literals(rule.expression({name: name for name in rule.arguments}))))
        if found:
            numbers = ", ".join(f"{number:.12g}" for number in found)
            told = _("{symbol} holds {numbers}{place}: declare m.constant(…) or m.default(…)")
            yield told.format(symbol=rule.symbol, numbers=numbers, place=of_function(rule.function))


def _literals(expression: Expression) -> Iterator[float]:
    """Yield the numbers of an expression that are neither 0 nor 1 nor an exponent."""
    if expression.operation == "number":
        if abs(expression.arguments[0]) not in (0, 1):
            yield float(expression.arguments[0])
    elif expression.operation != "symbol":
        for place, argument in enumerate(expression.arguments):
            exponent = expression.operation in ("power", "float_power") and place == 1
            if not (exponent and argument.operation == "number"):
                yield from _literals(argument)


def _operands(m: Declarations, rule: Equation) -> list[Node]:
    """Return what the arguments of an equation are in one of its cases."""
    known: dict[str, Node] = {**{one.name: one for one in m.rules}, **m.operands(rule.when)}
    return [known[name] for name in rule.arguments]


def pint_unit(unit: str) -> str:
    """Return a declared unit as pint spells it; a date counts in days."""
    return "d" if unit == "date" else "" if unit in ("category", "yes/no") else normalise(unit)


def _example(node: Node, rng: np.random.Generator) -> float:
    if isinstance(node, Parameter):
        if node.value is not None:
            return node.value.value
        plausible = node.plausible or node.bounds
        low, high = max(plausible.lower, -1e3), min(plausible.upper, 1e4)
        return float(rng.uniform(low + 0.3 * (high - low), low + 0.7 * (high - low)))
    return float(rng.uniform(1.0, 2.0))


@check("text form")
def text_form(subject: Subject) -> Iterator[str]:
    """Compare the text that is printed of an equation, read back, with the number that it gives."""
    rng = np.random.default_rng(2)
    for rule in subject.methodology.rules:
        names = argument_names(rule.function)
        text = str(record(rule.function, {name: f"v{place}" for place, name in enumerate(names)}))
        values = [np.float64(_example(node, rng)) for node in _operands(subject.methodology, rule)]
        with np.errstate(all="ignore"):
            found = parsed(text).value({f"v{place}": value for place, value in enumerate(values)})
            expected = rule.function(*values)
        if not same(found, expected, 1e-12):
            told = _("{symbol}: the text {text!r} gives {found}, the equation {expected}")
            told = told.format(symbol=rule.symbol, text=text, found=found, expected=expected)
            yield told + of_function(rule.function)
