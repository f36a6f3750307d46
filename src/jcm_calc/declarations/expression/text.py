"""Expressions as plain text, in the signs of the documents."""

from __future__ import annotations

from jcm_calc.declarations.expression import infix

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


def written(expression: infix.Operation) -> str:
    """Return an expression as text."""
    return infix.written(expression, NOTATION)[0]
