"""Equations as data: an operand that records what is done to it, and its printer.

An equation of a methodology is a plain Python function.  Called with recorded operands instead of
numbers it returns the expression that it computes, from which every written form is printed, so
that no form can say anything else than the code does.

Examples
--------
>>> def RE_i(EC_PJ, COP_PJ, COP_RE, EF_elec):
...     return EC_PJ * COP_PJ / COP_RE * EF_elec
>>> print(record(RE_i))
EC_PJ × COP_PJ ÷ COP_RE × EF_elec
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# NumPy functions, besides the universal ones, that work element by element.
ELEMENTWISE = (np.where, np.clip)


class ExpressionError(TypeError):
    """An equation does something that cannot be recorded, such as a Python ``if``."""


class Expression(NDArrayOperatorsMixin):
    """A symbol, a number, or an operation on expressions.

    Parameters
    ----------
    operation : str
        ``"symbol"``, ``"number"`` or the name of the NumPy function.
    arguments : tuple
        The symbol's text, the number, or the operands.
    """

    __slots__ = ("arguments", "operation")

    def __init__(self, operation: str, arguments: tuple[Any, ...]) -> None:
        self.operation = operation
        self.arguments = arguments

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Expression:
        if method != "__call__" or kwargs:
            raise ExpressionError(
                f"an equation may call np.{ufunc.__name__}(…) only plainly, not .{method} or with keywords"
            )
        return Expression(ufunc.__name__, tuple(_operand(value) for value in inputs))

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Expression:
        if func not in ELEMENTWISE:
            raise ExpressionError(f"an equation must not call np.{func.__name__}(…): a sum is declared with total=")
        if kwargs:
            raise ExpressionError(f"an equation may call np.{func.__name__}(…) only with positional arguments")
        return Expression(func.__name__, tuple(_operand(value) for value in args))

    def __bool__(self) -> NoReturn:
        raise ExpressionError(
            "an equation must not branch in Python (if, and, or, min, max): "
            "use np.where, np.minimum or np.maximum, or a declared choice"
        )

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return _text(self)[0]

    def __repr__(self) -> str:
        return f"<Expression {self}>"


def _operand(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, int | float | np.number):
        return Expression("number", (value,))
    raise ExpressionError(f"an equation must not hold {type(value).__name__} constants: declare a parameter")


def record(function: Callable[..., Any], symbols: Mapping[str, str] | None = None) -> Expression:
    """Return the expression that an equation computes.

    Parameters
    ----------
    function : callable
        An equation function.
    symbols : mapping, optional
        The document's symbol for each argument name; the name itself where none is given.

    Raises
    ------
    ExpressionError
        If the function branches in Python or uses something that cannot be written down.

    Examples
    --------
    >>> print(record(lambda x, y: -x / (x + y) ** 2, {"x": "X_p", "y": "Y_p"}))
    -X_p ÷ (X_p + Y_p)^2
    >>> import numpy as np
    >>> print(record(lambda a, b: np.where(a > b, np.exp(-a), 0)))
    where(a > b, exp(-a), 0)
    """
    names = inspect.signature(function).parameters
    written = symbols or {}
    return _operand(function(*(Expression("symbol", (written.get(name, name),)) for name in names)))


SUM, PRODUCT, NEGATION, POWER, ATOM = 2, 3, 4, 5, 6
COMPARISON = 1
INFIX = {
    "greater": (">", COMPARISON),
    "greater_equal": ("≥", COMPARISON),
    "less": ("<", COMPARISON),
    "less_equal": ("≤", COMPARISON),
    "equal": ("=", COMPARISON),
    "not_equal": ("≠", COMPARISON),
    "add": ("+", SUM),
    "subtract": ("−", SUM),
    "multiply": ("×", PRODUCT),
    "divide": ("÷", PRODUCT),
}


def _text(expression: Expression) -> tuple[str, int]:
    """Return the text and how tightly its outermost operation binds."""
    operation, arguments = expression.operation, expression.arguments
    if operation == "symbol":
        return arguments[0], ATOM
    if operation == "number":
        return f"{arguments[0]:.15g}", ATOM if arguments[0] >= 0 else NEGATION
    if operation in INFIX:
        sign, binding = INFIX[operation]
        # a − (b + c) and a ÷ (b × c) need their brackets, a + b + c does not
        return f"{_bracketed(arguments[0], binding)} {sign} {_bracketed(arguments[1], binding + 1)}", binding
    if operation == "negative":
        return f"-{_bracketed(arguments[0], NEGATION)}", NEGATION
    if operation == "power":
        return f"{_bracketed(arguments[0], ATOM)}^{_bracketed(arguments[1], ATOM)}", POWER
    return f"{operation}({', '.join(_text(argument)[0] for argument in arguments)})", ATOM


def _bracketed(expression: Expression, binding: int) -> str:
    text, own = _text(expression)
    return text if own >= binding else f"({text})"
