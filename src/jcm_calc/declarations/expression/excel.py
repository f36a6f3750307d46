"""Expressions as formulas of a spreadsheet."""

from __future__ import annotations

from jcm_calc.declarations.expression import infix
from jcm_calc.declarations.expression.recorded import Expression, ExpressionError

FUNCTIONS = {
    "absolute": "ABS({0})",
    "clip": "MIN(MAX({0},{1}),{2})",
    "exp": "EXP({0})",
    "log": "LN({0})",
    "logical_and": "AND({0},{1})",
    "logical_not": "NOT({0})",
    "logical_or": "OR({0},{1})",
    "maximum": "MAX({0},{1})",
    "minimum": "MIN({0},{1})",
    "sqrt": "SQRT({0})",
    "where": "IF({0},{1},{2})",
}


def _function(name: str, operands: list[str]) -> str:
    if name not in FUNCTIONS:
        raise ExpressionError(f"np.{name} has no counterpart in a spreadsheet; there are {', '.join(FUNCTIONS)}")
    return FUNCTIONS[name].format(*operands)


NOTATION = infix.Notation(
    signs={
        "greater": ">",
        "greater_equal": ">=",
        "less": "<",
        "less_equal": "<=",
        "equal": "=",
        "not_equal": "<>",
        "add": "+",
        "subtract": "-",
        "multiply": "*",
        "divide": "/",
    },
    function=_function,
    # in a spreadsheet -x^2 is the square of -x
    negation=infix.SUM,
    negated=infix.ATOM,
)


def formula(expression: Expression) -> str:
    """Return an expression as a formula, without the leading equals sign.

    Parameters
    ----------
    expression : Expression
        Recorded with the addresses of cells as symbols.

    Raises
    ------
    ExpressionError
        If a spreadsheet has no such function.

    Examples
    --------
    >>> from jcm_calc.declarations.expression import record
    >>> formula(record(lambda x, y: -(x**2) * (y / x), {"x": "B3", "y": "B4"}))
    '(-(B3^2))*(B4/B3)'
    """
    return infix.written(expression, NOTATION)[0]
