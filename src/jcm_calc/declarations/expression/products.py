"""An expression as a sum of products, so that what a sum has in common can be taken out of it.

Examples
--------
>>> from jcm_calc.declarations.expression import record
>>> for product in products(record(lambda a, b, c, d: a * b / c - 2 * (d + 1))):
...     print(product.number, [str(one) for one in product.factors], [str(one) for one in product.divisors])
1.0 ['a', 'b'] ['c']
-2.0 ['d + 1'] []
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import mul, truediv
from typing import NamedTuple

from jcm_calc.declarations.expression.recorded import Expression

SUMS = {"add": 1.0, "subtract": -1.0}


class Monomial(NamedTuple):
    """A number times factors, divided by divisors."""

    number: float
    factors: tuple[Expression, ...]
    divisors: tuple[Expression, ...] = ()


def products(expression: Expression) -> list[Monomial]:
    """Return the summands of an expression, each as a product; no bracket is multiplied out."""
    arguments = expression.arguments
    if expression.operation in SUMS:
        sign = SUMS[expression.operation]
        return products(arguments[0]) + [one._replace(number=sign * one.number) for one in products(arguments[1])]
    if expression.operation == "negative":
        return [one._replace(number=-one.number) for one in products(arguments[0])]
    return [_product(expression)]


def _product(expression: Expression) -> Monomial:
    operation, arguments = expression.operation, expression.arguments
    if operation == "number":
        return Monomial(float(arguments[0]), ())
    if operation == "negative":
        inner = _product(arguments[0])
        return inner._replace(number=-inner.number)
    if operation == "multiply":
        left, right = map(_product, arguments)
        return Monomial(left.number * right.number, left.factors + right.factors, left.divisors + right.divisors)
    if operation == "divide" and (right := _product(arguments[1])).number:
        left = _product(arguments[0])
        return Monomial(left.number / right.number, left.factors + right.divisors, left.divisors + right.factors)
    return Monomial(1.0, (expression,))


def joined(number: float, factors: tuple[Expression, ...], divisors: tuple[Expression, ...]) -> Expression:
    """Return a product as an expression.

    Examples
    --------
    >>> from jcm_calc.declarations.expression import record
    >>> (product,) = products(record(lambda a, b, c: a / b * c))
    >>> print(joined(*product))
    a × c ÷ b
    """
    first = factors if number == 1.0 and factors else (Expression("number", (number,)), *factors)
    return reduce(truediv, divisors, reduce(mul, first))


def symbols(expression: Expression) -> Iterator[str]:
    """Yield the symbols in an expression; the indices of sums do not count."""
    if expression.operation == "symbol":
        yield expression.arguments[0]
    elif expression.operation != "number":
        for one in expression.arguments[1:] if expression.operation == "sum" else expression.arguments:
            yield from symbols(one)


def typed_numbers(expression: Expression) -> Iterator[float]:
    """Yield the numbers in an expression that have to be declared: all but 0, 1 and exponents."""
    if expression.operation == "number":
        if abs(expression.arguments[0]) not in (0, 1):
            yield float(expression.arguments[0])
    elif expression.operation != "symbol":
        for place, one in enumerate(expression.arguments):
            exponent = expression.operation in ("power", "float_power") and place == 1
            if not (exponent and one.operation == "number"):
                yield from typed_numbers(one)
