"""Operations between their operands, with the brackets that they need and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jcm_calc.expression.recorded import Expression

COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM = range(1, 7)
BINDING = {
    **dict.fromkeys(("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"), COMPARISON),
    **dict.fromkeys(("add", "subtract"), SUM),
    **dict.fromkeys(("multiply", "divide"), PRODUCT),
}


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes operations.

    Attributes
    ----------
    signs : mapping
        The sign of each operation that stands between its operands.
    function : callable
        From the name of any other operation and its written operands to the text.
    negation : int
        How tightly a leading minus binds.
    negated : int
        How tightly an operand must bind to stand behind it without brackets.
    """

    signs: Mapping[str, str]
    function: Callable[[str, list[str]], str]
    negation: int
    negated: int


def written(expression: Expression, notation: Notation) -> tuple[str, int]:
    """Return the text and how tightly its outermost operation binds."""
    operation, arguments = expression.operation, expression.arguments
    if operation == "symbol":
        return arguments[0], ATOM
    if operation == "number":
        return f"{arguments[0]:.15g}", ATOM if arguments[0] >= 0 else NEGATION
    if operation in notation.signs:
        binding, sign = BINDING[operation], notation.signs[operation]
        # a − (b + c) and a ÷ (b × c) need their brackets, a + b + c does not
        left, right = (
            _bracketed(argument, least, notation)
            for argument, least in zip(arguments, (binding, binding + 1), strict=True)
        )
        return f"{left}{sign}{right}", binding
    if operation == "negative":
        return f"-{_bracketed(arguments[0], notation.negated, notation)}", notation.negation
    if operation == "power":
        base, exponent = (_bracketed(argument, ATOM, notation) for argument in arguments)
        return f"{base}^{exponent}", POWER
    return notation.function(operation, [written(argument, notation)[0] for argument in arguments]), ATOM


def _bracketed(expression: Expression, least: int, notation: Notation) -> str:
    text, own = written(expression, notation)
    return text if own >= least else f"({text})"
