"""Checks of equations on their own: dimensions, and the text that is printed of them."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from jcm_calc.authoring.conformance.subject import ConformanceError, Subject, check, same
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.expression import Expression, argument_names, record
from jcm_calc.declarations.faults import of_function
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.units import normalise, registry


@check("dimensions")
def dimensions(subject: Subject) -> None:
    """Every equation run with quantities gives its declared unit, and the number that floats give."""
    rng = np.random.default_rng(1)
    m = subject.methodology
    for rule in m.rules:
        operands = m.operands(rule.when)
        arguments = [_example(operands.get(name) or _any_rule(m, name), rng) for name in rule.arguments]
        units = [_unit(operands.get(name) or _any_rule(m, name)) for name in rule.arguments]
        quantities = [registry().Quantity(value, unit) for value, unit in zip(arguments, units, strict=True)]
        plain = rule.function(*arguments)
        try:
            result = rule.function(*quantities)
            found = result.to(pint_unit(rule.unit)).magnitude if hasattr(result, "to") else result
        except Exception as error:
            raise ConformanceError(
                _("{symbol}: {error}: declare constants with their units").format(symbol=rule.symbol, error=error)
                + of_function(rule.function)
            ) from None
        if not hasattr(result, "to") and rule.arguments and rule.unit not in ("", "-"):
            raise ConformanceError(
                _("{symbol} gives a plain number, declared is {unit}").format(symbol=rule.symbol, unit=rule.unit)
                + of_function(rule.function)
            )
        if not same(found, plain, 1e-12):
            told = _("{symbol} gives {found:g} {unit} with units and {plain:g} without: a conversion factor is hidden")
            told = told.format(symbol=rule.symbol, found=found, unit=rule.unit, plain=plain)
            raise ConformanceError(told + of_function(rule.function))


@check("indicators")
def indicators(subject: Subject) -> None:
    """Every indicator looks at what is declared, has words and a source, and gives its unit."""
    rng = np.random.default_rng(3)
    m = subject.methodology
    known = {**{rule.name: rule for rule in m.rules}, **m.inputs, **m.facts, **m.coordinates}
    for one in m.indicators:
        if unknown := [name for name in one.arguments if name not in known]:
            told = _("the indicator {name} looks at {names}, which is not declared")
            raise ConformanceError(told.format(name=one.symbol, names=", ".join(unknown)))
        if not (one.text and (one.evidence.note or one.evidence.source)):
            raise ConformanceError(_("{name} lacks a text, or evidence with a note").format(name=one.symbol))
        nodes = [known[name] for name in one.arguments]
        values = [_example(node, rng) for node in nodes]
        result = one.function(
            *(registry().Quantity(value, _unit(node)) for value, node in zip(values, nodes, strict=True))
        )
        try:
            found = result.to(pint_unit(one.unit)).magnitude if hasattr(result, "to") else result
        except Exception as error:
            raise ConformanceError(Message("{}: {}").format(one.symbol, error)) from None
        if not same(found, one.function(*values), 1e-12):
            told = _("{symbol} gives {found:g} {unit} with units and {plain:g} without: a conversion factor is hidden")
            plain = one.function(*values)
            raise ConformanceError(told.format(symbol=one.symbol, found=found, unit=one.unit, plain=plain))


@check("literals")
def literals(subject: Subject) -> None:
    """Only 0, 1 and exponents are written out in equations; every other number is declared."""
    m = subject.methodology
    faults = []
    for rule in m.rules:
        found = sorted(set(_literals(rule.expression({name: name for name in rule.arguments}))))
        if found:
            numbers = ", ".join(f"{number:.12g}" for number in found)
            told = _("{symbol} holds {numbers}{place}: declare m.constant(…) or m.default(…)")
            faults.append(told.format(symbol=rule.symbol, numbers=numbers, place=of_function(rule.function)))
    if faults:
        raise ConformanceError(Message("; ").join(faults))


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


def symbols_of(expression: Expression) -> set[str]:
    """Return the symbols that an expression holds."""
    if expression.operation == "symbol":
        return {expression.arguments[0]}
    return set().union(*(symbols_of(one) for one in expression.arguments if isinstance(one, Expression)))


def _any_rule(m: Declarations, name: str) -> Equation:
    return next(rule for rule in m.rules if rule.name == name)


def _unit(node: Any) -> str:
    return pint_unit(node.unit)


def pint_unit(unit: str) -> str:
    """Return a declared unit as pint spells it; a date counts in days."""
    return "d" if unit == "date" else "" if unit in ("category", "yes/no") else normalise(unit)


def _example(node: Any, rng: np.random.Generator) -> float:
    if isinstance(node, Parameter):
        if node.value is not None:
            return node.value.value
        plausible = node.plausible or node.bounds
        low, high = max(plausible.lower, -1e3), min(plausible.upper, 1e4)
        return float(rng.uniform(low + 0.3 * (high - low), low + 0.7 * (high - low)))
    return float(rng.uniform(1.0, 2.0))


OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _worth(node: ast.AST, scope: Mapping[str, Any]) -> Any:
    """Return what arithmetic in writing gives; anything but arithmetic is an error."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return scope[name]
        case ast.UnaryOp(op=sign, operand=operand):
            return OPERATORS[type(sign)](_worth(operand, scope))
        case ast.BinOp(left=left, op=sign, right=right):
            return OPERATORS[type(sign)](_worth(left, scope), _worth(right, scope))
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return OPERATORS[type(sign)](_worth(left, scope), _worth(right, scope))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return getattr(np, name)(*(_worth(one, scope) for one in arguments))
        case _:
            raise ConformanceError(
                _("the text holds something that is not arithmetic: {node}").format(node=ast.dump(node))
            )


NAMES = {"×": "*", "÷": "/", "−": "-", "^": "**", "≥": ">=", "≤": "<=", "≠": "!="}


@check("text form")
def text_form(subject: Subject) -> None:
    """Hold the text that is printed of an equation against the number that it gives."""
    rng = np.random.default_rng(2)
    m = subject.methodology
    for rule in m.rules:
        names = argument_names(rule.function)
        text = str(record(rule.function, {name: f"v{place}" for place, name in enumerate(names)}))
        for sign, spelt in NAMES.items():
            text = text.replace(sign, spelt)
        text = text.replace(" = ", " == ")
        operands = m.operands(rule.when)
        values = [np.float64(_example(operands.get(name) or _any_rule(m, name), rng)) for name in rule.arguments]
        scope = {f"v{place}": value for place, value in enumerate(values)}
        with np.errstate(all="ignore"):
            found, expected = _worth(ast.parse(text, mode="eval").body, scope), rule.function(*values)
        if not same(found, expected, 1e-12):
            raise ConformanceError(
                _("{symbol}: the text {text!r} gives {found}, the equation {expected}").format(
                    symbol=rule.symbol, text=text, found=found, expected=expected
                )
                + of_function(rule.function)
            )
