"""Totals over one index with what lacks it taken out: Σ_i EC_i,p × COP_i × EF is EF × Σ_i COP_i × EC_i,p.

The largest array is then read once, and nothing as large is written. Rounding apart, it is the equation as written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.expression import Expression, ExpressionError
from jcm_calc.declarations.expression.products import joined, products, symbols, value
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Equation

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Summand:
    """One product in a total.

    Attributes
    ----------
    common : Expression
        The factors that lack the index.
    weights : Expression or None
        The factors that have this index and no other.
    array : str
        The name of the one factor that has other indices, too; empty if there is none.
    """

    common: Expression
    weights: Expression | None
    array: str

    def sum(self, known: Mapping[str, Array], axis: int, size: int) -> Array:
        """Return Σ weights × array over an axis of a size; the axis is kept with length 1."""
        operands = [known[self.array]] if self.array else []
        if self.weights is not None:
            operands.append(value(self.weights, known))
        shape = list(np.broadcast_shapes(*(one.shape for one in operands)))
        if shape[axis] == 1:  # what does not change along the axis still counts for each
            return np.asarray(math.prod(operands) * float(size))
        shape[axis] = 1
        letters = [[at for at, length in enumerate(one.shape) if length > 1] for one in operands]
        parts = [part for one, own in zip(operands, letters, strict=True) for part in (one.squeeze(), own)]
        return np.asarray(np.einsum(*parts, [at for at, length in enumerate(shape) if length > 1])).reshape(shape)


@dataclass(frozen=True)
class Contraction:
    """A total over an index as summands.

    Attributes
    ----------
    summands : tuple of Summand
    inlined : frozenset of str
        The equations whose values are not needed any more.
    """

    summands: tuple[Summand, ...]
    inlined: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names whose values are needed."""
        return tuple(dict.fromkeys(name for one in self.summands for name in _names(one)))

    def sums(self, known: Mapping[str, Array], axis: int, size: int) -> list[Array]:
        """Return the sum of each summand over an axis of a size, without what lacks it."""
        return [one.sum(known, axis, size) for one in self.summands]

    def total(self, sums: Iterable[Array], known: Mapping[str, Array]) -> Array:
        """Return the total from the sums of its summands."""
        return np.asarray(sum(value(one.common, known) * found for one, found in zip(self.summands, sums, strict=True)))


def _names(summand: Summand) -> Iterator[str]:
    yield from symbols(summand.common)
    if summand.weights is not None:
        yield from symbols(summand.weights)
    if summand.array:
        yield summand.array


@lru_cache(maxsize=256)
def contractions(graph: Graph, letter: str) -> dict[str, Contraction]:
    """Return by name each total over an index whose equation is a sum of products with one large factor each."""
    totals = (rule for rule in graph.equations if letter in rule.total)
    found = {rule.name: _contraction(graph, rule, letter) for rule in totals}
    return {name: one for name, one in found.items() if one is not None}


def _contraction(graph: Graph, rule: Equation, letter: str) -> Contraction | None:
    inlined: set[str] = set()

    def written(equation: Equation) -> Expression:
        return equation.expression({name: operand(name) for name in equation.arguments})

    def operand(name: str) -> str | Expression:
        node = graph.nodes[name]
        if not isinstance(node, Equation) or node.total or letter not in node.indices or len(node.indices) == 1:
            return name
        inlined.add(name)
        return written(node)

    try:
        summands = [_summand(graph, letter, *product) for product in products(written(rule))]
    except (ExpressionError, KeyError):  # a known total: of what it is made is not in the graph
        return None
    if not any(one is not None and one.array for one in summands):
        return None
    whole = tuple(one for one in summands if one is not None)
    return Contraction(whole, frozenset(inlined)) if len(whole) == len(summands) else None


def _summand(
    graph: Graph, letter: str, number: float, factors: tuple[Expression, ...], divisors: tuple[Expression, ...]
) -> Summand | None:
    """Group the factors of a product by their indices; None where more than one has this and others."""

    def indices(expression: Expression) -> set[str]:
        return {index for name in symbols(expression) for index in graph.nodes[name].indices}

    def group(among: tuple[Expression, ...], wanted: str) -> tuple[Expression, ...]:
        return tuple(one for one in among if _group(indices(one), letter) == wanted)

    large = group(factors, "array")
    if group(divisors, "array") or len(large) > 1 or any(one.operation != "symbol" for one in large):
        return None
    weights = group(factors, "weight"), group(divisors, "weight")
    if not large and not any(weights):
        return None
    return Summand(
        joined(number, group(factors, "common"), group(divisors, "common")),
        joined(1.0, *weights) if any(weights) else None,
        large[0].arguments[0] if large else "",
    )


def _group(indices: set[str], letter: str) -> str:
    if letter not in indices:
        return "common"
    return "weight" if indices == {letter} else "array"
