"""The operand that records what is done to it, and the recording of an equation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from inspect import CO_VARARGS, CO_VARKEYWORDS
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from jcm_calc.declarations.expression import text

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
        if getattr(np, ufunc.__name__, None) is not ufunc:
            raise ExpressionError(
                f"an equation must not call {ufunc.__name__}(…), which is not a function of NumPy: nothing shows what "
                "it does"
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

    def value(self, operands: Mapping[str, Any]) -> Any:
        """Return what it gives with numbers or arrays instead of its symbols.

        Examples
        --------
        >>> float(record(lambda x, y: x / (1 + y)).value({"x": 3.0, "y": 0.5}))
        2.0
        """
        if self.operation == "symbol":
            return operands[self.arguments[0]]
        if self.operation == "number":
            return self.arguments[0]
        return getattr(np, self.operation)(*(one.value(operands) for one in self.arguments))

    def __str__(self) -> str:
        return text.written(self)

    def __repr__(self) -> str:
        return f"<Expression {self}>"


def _operand(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, int | float | np.number):
        return Expression("number", (value,))
    raise ExpressionError(f"an equation must not hold {type(value).__name__} constants: declare a parameter")


def argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of the arguments of a function, as `inspect.signature` has them, in a tenth of its time."""
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__") or code.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
        return tuple(inspect.signature(function).parameters)
    names: tuple[str, ...] = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return names


def record(function: Callable[..., Any], symbols: Mapping[str, str | Expression] | None = None) -> Expression:
    """Return the expression that an equation computes.

    Parameters
    ----------
    function : callable
        An equation function.
    symbols : mapping, optional
        The document's symbol for each argument name, or an expression such as a number; by default the name.

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
    names = argument_names(function)
    written = symbols or {}
    operands = (written.get(name, name) for name in names)
    return _operand(function(*(Expression("symbol", (one,)) if isinstance(one, str) else one for one in operands)))
