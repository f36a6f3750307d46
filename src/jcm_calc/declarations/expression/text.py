"""Expressions as plain text, in the signs of the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jcm_calc.declarations.expression import infix

if TYPE_CHECKING:
    from jcm_calc.declarations.expression.recorded import Expression

NOTATION = infix.Notation(
    signs={
        "greater": " > ",
        "greater_equal": " ≥ ",
        "less": " < ",
        "less_equal": " ≤ ",
        "equal": " = ",
        "not_equal": " ≠ ",
        "add": " + ",
        "subtract": " − ",
        "multiply": " × ",
        "divide": " ÷ ",
    },
    function=lambda name, operands: f"{name}({', '.join(operands)})",
)


def written(expression: Expression) -> str:
    """Return an expression as text."""
    return infix.written(expression, NOTATION)[0]
