r"""Expressions in LaTeX, for notebooks, documents and the pages of the methodologies.

Examples
--------
>>> from jcm_calc.declarations.expression import record
>>> print(written(record(lambda a, b: a / b, {"a": symbol("COP_PJ,i"), "b": symbol("COP_RE,i")})))
\frac{\mathit{COP}_{\text{PJ},i}}{\mathit{COP}_{\text{RE},i}}
"""

from __future__ import annotations

import re
import unicodedata

from jcm_calc.declarations.expression import infix
from jcm_calc.declarations.expression.recorded import Expression
from jcm_calc.declarations.expression.subscripts import Symbol

SPECIAL = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{sign: f"\\{sign}" for sign in "#$%&_{}"},
}
FUNCTIONS = {
    "absolute": r"\left\lvert {0} \right\rvert",
    "clip": r"\min\left(\max\left({0}, {1}\right), {2}\right)",
    "exp": r"\exp\left({0}\right)",
    "log": r"\ln\left({0}\right)",
    "logical_not": r"\lnot\left({0}\right)",
    "maximum": r"\max\left({0}, {1}\right)",
    "minimum": r"\min\left({0}, {1}\right)",
    "sqrt": r"\sqrt{{{0}}}",
}


def _function(name: str, operands: list[str]) -> str:
    if name in FUNCTIONS:
        return FUNCTIONS[name].format(*operands)
    return rf"\operatorname{{{escaped(name)}}}\left({', '.join(operands)}\right)"


def _number(value: float) -> str:
    digits, _, exponent = f"{value:.15g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


NOTATION = infix.Notation(
    signs={
        "logical_or": r" \lor ",
        "logical_and": r" \land ",
        "greater": " > ",
        "greater_equal": r" \ge ",
        "less": " < ",
        "less_equal": r" \le ",
        "equal": " = ",
        "not_equal": r" \ne ",
        "add": " + ",
        "subtract": " - ",
        "multiply": r" \times ",
    },
    function=_function,
    power="{}^{{{}}}",
    brackets=r"\left({}\right)",
    fraction=r"\frac{{{}}}{{{}}}",
    cases=r"\begin{{cases}} {yes} & \text{{if }} {condition} \\ {no} & \text{{otherwise}} \end{{cases}}",
    number=_number,
)


def written(expression: Expression) -> str:
    """Return an expression, recorded with symbols in LaTeX."""
    return infix.written(expression, NOTATION)[0]


def equation(left: str, expression: Expression, total: str = "") -> str:
    """Return an equation; ``total`` names the indices over which its right side is summed."""
    if not total:
        return f"{left} = {written(expression)}"
    summand = infix.bracketed(expression, infix.PRODUCT, NOTATION)
    return rf"{left} = \sum_{{{','.join(total)}}} {summand}"


def symbol(text: str) -> str:
    r"""Return a symbol of a document.

    Examples
    --------
    >>> print(symbol("η_RE,boiler,h"), symbol("CH4_per_C"))
    \eta_{\text{RE},\text{boiler},h} \text{CH4\_per\_C}
    """
    parts = Symbol.parse(text)
    if parts.slanted:
        base = _letter(parts.base) if len(parts.base) == 1 else rf"\mathit{{{parts.base}}}"
    else:
        base = rf"\text{{{escaped(parts.base)}}}"
    below = ",".join(
        _letter(part) if len(part) == 1 and part.isalpha() else rf"\text{{{escaped(part)}}}"
        for part in parts.subscripts
    )
    return f"{base}_{{{below}}}" if below else base


def _letter(sign: str) -> str:
    """Return one letter; a Greek one by its name, because few fonts of LaTeX have the sign."""
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(sign, ""))
    if greek is None:
        return sign
    return f"\\{greek[2].lower() if greek[1] == 'SMALL' else greek[2].title()}"


def escaped(text: str) -> str:
    """Return a text in which no sign means anything to LaTeX."""
    return "".join(SPECIAL.get(sign, sign) for sign in text)
