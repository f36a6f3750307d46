"""Expressions in MathML, which browsers set without a script: for notebooks and the report.

Every part is escaped where it enters, so that the result can be part of a page.

Examples
--------
>>> from jcm_calc.declarations.expression import record
>>> print(written(record(lambda a, b: a / b, {"a": symbol("x"), "b": symbol("y")})))
<mfrac><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></mfrac>
"""

from __future__ import annotations

from html import escape

from jcm_calc.declarations.expression import infix
from jcm_calc.declarations.expression.recorded import Expression
from jcm_calc.declarations.expression.subscripts import Symbol

NAMES = {"maximum": "max", "minimum": "min", "log": "ln", "logical_not": "not"}


def _function(name: str, operands: list[str]) -> str:
    if name == "sqrt":
        return f"<msqrt>{operands[0]}</msqrt>"
    if name == "absolute":
        return f"<mrow><mo>|</mo>{operands[0]}<mo>|</mo></mrow>"
    listed = "<mo>,</mo>".join(operands)
    called = BRACKETS.format(listed)
    return f"<mrow><mi>{escape(NAMES.get(name, name))}</mi><mo>&#x2061;</mo>{called}</mrow>"


def _number(value: float) -> str:
    digits, _, exponent = f"{value:.15g}".partition("e")
    if not exponent:
        return f"<mn>{digits}</mn>"
    raised = f"<mn>{int(exponent)}</mn>" if int(exponent) >= 0 else f"<mrow><mo>−</mo><mn>{-int(exponent)}</mn></mrow>"
    return f"<mn>{digits}</mn><mo>·</mo><msup><mn>10</mn>{raised}</msup>"


BRACKETS = "<mrow><mo>(</mo>{}<mo>)</mo></mrow>"
SIGNS = {
    "logical_or": "∨",
    "logical_and": "∧",
    "greater": "&gt;",
    "greater_equal": "≥",
    "less": "&lt;",
    "less_equal": "≤",
    "equal": "=",
    "not_equal": "≠",
    "add": "+",
    "subtract": "−",
    "multiply": "×",
}
NOTATION = infix.Notation(
    signs={name: f"<mo>{sign}</mo>" for name, sign in SIGNS.items()},
    function=_function,
    minus='<mrow><mo form="prefix">−</mo>{}</mrow>',
    power="<msup><mrow>{}</mrow><mrow>{}</mrow></msup>",
    brackets=BRACKETS,
    fraction="<mfrac><mrow>{}</mrow><mrow>{}</mrow></mfrac>",
    cases=(
        "<mrow><mo>{{</mo><mtable>"
        "<mtr><mtd>{yes}</mtd><mtd><mtext>if </mtext>{condition}</mtd></mtr>"
        "<mtr><mtd>{no}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
        "</mtable></mrow>"
    ),
    number=_number,
)


def written(expression: Expression) -> str:
    """Return an expression, recorded with symbols in MathML."""
    return infix.written(expression, NOTATION)[0]


def equation(left: str, expression: Expression, total: str = "") -> str:
    """Return an equation; ``total`` names the indices over which its right side is summed."""
    if not total:
        return f"{left}<mo>=</mo>{written(expression)}"
    letters = "<mo>,</mo>".join(f"<mi>{escape(letter)}</mi>" for letter in total)
    summand = infix.bracketed(expression, infix.PRODUCT, NOTATION)
    return f"{left}<mo>=</mo><munder><mo>∑</mo><mrow>{letters}</mrow></munder>{summand}"


def symbol(text: str) -> str:
    """Return a symbol of a document.

    Examples
    --------
    >>> print(symbol("EC_i"))
    <msub><mi>EC</mi><mrow><mi>i</mi></mrow></msub>
    """
    parts = Symbol.parse(text)
    base = f"<mi>{escape(parts.base)}</mi>" if parts.slanted else f"<mtext>{escape(parts.base)}</mtext>"
    below = "<mo>,</mo>".join(f"<mi>{escape(part)}</mi>" for part in parts.subscripts)
    return f"<msub>{base}<mrow>{below}</mrow></msub>" if below else base
