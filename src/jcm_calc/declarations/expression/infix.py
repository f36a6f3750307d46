"""Operations between their operands, with the brackets that they need and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

CASES, OR, AND, COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM = range(9)
BINDING = {
    "logical_or": OR,
    "logical_and": AND,
    **dict.fromkeys(("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"), COMPARISON),
    **dict.fromkeys(("add", "subtract"), SUM),
    **dict.fromkeys(("multiply", "divide"), PRODUCT),
}


class Operation(Protocol):
    """A symbol, a number, or an operation on others; see `jcm_calc.declarations.expression.Expression`."""

    operation: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes operations.

    Attributes
    ----------
    signs : mapping
        The sign of each operation that is written between its operands.
    function : callable
        From the name of any other operation and its written operands to the text.
    negation : int
        How tightly a leading minus binds.
    negated : int
        How tightly an operand must bind to stand behind it without brackets.
    minus, power, brackets : str
        Templates of a negation, of a power and of brackets.
    fraction : str
        Template of a division, where one operand is written above the other.
    cases : str
        Template of a decision, where the alternatives are written below each other.
    number : callable
        Writes a number that is not negative.
    """

    signs: Mapping[str, str]
    function: Callable[[str, list[str]], str]
    negation: int = NEGATION
    negated: int = NEGATION
    minus: str = "-{}"
    power: str = "{}^{}"
    brackets: str = "({})"
    fraction: str = ""
    cases: str = ""
    number: Callable[[float], str] = "{:.15g}".format


def written(expression: Operation, notation: Notation) -> tuple[str, int]:
    """Return the text and how tightly its outermost operation binds."""
    operation, arguments = expression.operation, expression.arguments
    if operation == "symbol":
        return arguments[0], ATOM
    if operation == "number":
        return _number(arguments[0], notation)
    if operation == "divide" and notation.fraction:
        parts = (written(argument, notation)[0] for argument in arguments)
        return notation.fraction.format(*parts), POWER
    if operation in notation.signs:
        binding, sign = BINDING[operation], notation.signs[operation]
        # a − (b + c) and a ÷ (b × c) need their brackets, a + b + c does not; (a > b) > c does
        first = binding + 1 if binding == COMPARISON else binding
        left, right = (
            bracketed(argument, least, notation)
            for argument, least in zip(arguments, (first, binding + 1), strict=True)
        )
        return f"{left}{sign}{right}", binding
    if operation == "negative":
        return notation.minus.format(bracketed(arguments[0], notation.negated, notation)), notation.negation
    if operation == "power":
        exponent = CASES if notation.fraction else ATOM  # a raised one needs no brackets
        return (
            notation.power.format(bracketed(arguments[0], ATOM, notation), bracketed(arguments[1], exponent, notation)),
            POWER,
        )
    operands = [written(argument, notation)[0] for argument in arguments]
    if operation == "where" and notation.cases:
        condition, yes, no = operands
        return notation.cases.format(condition=condition, yes=yes, no=no), CASES
    return notation.function(operation, operands), ATOM


def _number(value: float, notation: Notation) -> tuple[str, int]:
    if value < 0:
        return notation.minus.format(notation.number(-value)), NEGATION
    # 4e21 is one word on a line, but a product where it is typeset
    return notation.number(value), PRODUCT if notation.fraction and "e" in f"{value:.15g}" else ATOM


def bracketed(expression: Operation, least: int, notation: Notation) -> str:
    """Return the text, in brackets unless it binds at least as tightly as asked."""
    text, own = written(expression, notation)
    return text if own >= least else notation.brackets.format(text)
