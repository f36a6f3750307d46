"""Totals over one index with what lacks it taken out: Σ_i EC_i,p × COP_i × EF is EF × Σ_i COP_i × EC_i,p.

Factors are grouped by the indices they have, each group is evaluated at its own rank, and the groups are multiplied and
added up in one go: the largest array is read once, and nothing as large is written. Rounding apart, it is the equation
as written. No routine is used whose result depends on the number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.expression import Expression, ExpressionError
from jcm_calc.declarations.expression.products import Monomial, joined, products, symbols
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Equation

Array = npt.NDArray[Any]

# What is taken apart where one equation is written into another; anything else is a factor as it is.
PRODUCTS = ("symbol", "multiply", "divide", "negative", "add", "subtract")
# Numbers that are added to as many others in one step.
WIDE = 384


@dataclass(frozen=True)
class Summand:
    """One product in a total.

    Attributes
    ----------
    common : Expression
        The factors that lack the index.
    groups : tuple of Expression
        The factors that have it: for each set of indices their product.
    """

    common: Expression
    groups: tuple[Expression, ...]

    @cached_property
    def key(self) -> str:
        """What is summed up: two totals with the same key share the sum."""
        return " · ".join(map(str, self.groups))

    @cached_property
    def factors(self) -> tuple[str, ...]:
        """The names in its groups."""
        return tuple(dict.fromkeys(name for one in self.groups for name in symbols(one)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names whose values are needed."""
        return tuple(dict.fromkeys((*symbols(self.common), *self.factors)))

    def sum(self, known: Mapping[str, Array], axis: int, size: int) -> Array:
        """Return the sum of the product of the groups over an axis of a size; the axis is kept with length 1."""
        operands = [one.value(known) for one in self.groups]
        shape = list(np.broadcast_shapes(*(one.shape for one in operands)))
        if shape[axis] == 1:  # what does not change along the axis still counts for each
            return np.asarray(math.prod(operands) * float(size))
        if len(operands) == 1:
            return _total(operands[0], axis)
        shape[axis] = 1
        letters = [[at for at, length in enumerate(one.shape) if length > 1] for one in operands]
        parts = [part for one, own in zip(operands, letters, strict=True) for part in (one.squeeze(), own)]
        left = [at for at, length in enumerate(shape) if length > 1]
        return np.asarray(np.einsum(*parts, left, dtype=np.float64)).reshape(shape)


def _total(array: Array, axis: int) -> Array:
    """Return the sum over an axis, which is kept with length 1: short rows are taken many at a time."""
    size = array.shape[axis]
    width = array.size // size
    many = WIDE // width
    if width == 1 or many < 2 or math.prod(array.shape[:axis]) > 1 or not array.flags.c_contiguous:
        return np.asarray(array.sum(axis=axis, keepdims=True))
    rows, whole = array.reshape(size, width), size // many * many
    wide = rows[:whole].reshape(-1, many * width).sum(axis=0)
    found = wide.reshape(many, width).sum(axis=0)
    if whole < size:
        found += rows[whole:].sum(axis=0)
    return np.asarray(found.reshape([1 if at == axis else length for at, length in enumerate(array.shape)]))


@dataclass(frozen=True)
class Contraction:
    """A total over an index as summands.

    Attributes
    ----------
    summands : tuple of Summand
    inlined : frozenset of str
        The equations whose values are not needed any more.
    only_reads : bool
        Whether nothing is calculated on the way that has this index and another one.
    """

    summands: tuple[Summand, ...]
    inlined: frozenset[str]
    only_reads: bool

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names whose values are needed."""
        return tuple(dict.fromkeys(name for one in self.summands for name in one.names))

    def total(self, sums: Mapping[str, Array], known: Mapping[str, Array]) -> Array:
        """Return the total from the sums of its summands, each by its key."""
        return np.asarray(sum(one.common.value(known) * sums[one.key] for one in self.summands))


@lru_cache(maxsize=256)
def contractions(graph: Graph, letter: str) -> dict[str, Contraction]:
    """Return by name each total over an index whose equation is a sum of products."""
    totals = (rule for rule in graph.equations if letter in rule.total)
    found = {rule.name: _Derivation(graph, letter).of(rule) for rule in totals}
    return {name: one for name, one in found.items() if one is not None}


class _Derivation:
    """The way from the equations to a contraction."""

    def __init__(self, graph: Graph, letter: str) -> None:
        self.graph = graph
        self.letter = letter
        self.inlined: dict[str, Expression] = {}

    def of(self, rule: Equation) -> Contraction | None:
        """Return the contraction of a total; None where its equation cannot be recorded or nothing is gained."""
        try:
            summands = tuple(map(self.summand, products(self.written(rule))))
        except (ExpressionError, KeyError, ValueError):  # a known total, of what is not in the graph, or of known sums
            return None
        wide = [group for one in summands for group in one.groups if len(self.indices(group)) > 1]
        if not wide or not all(one.groups for one in summands):
            return None
        return Contraction(summands, frozenset(self.inlined), all(group.operation == "symbol" for group in wide))

    def written(self, rule: Equation) -> Expression:
        return rule.expression({name: self.operand(name) for name in rule.arguments})

    def operand(self, name: str) -> str | Expression:
        """Return an equation instead of its name where that takes a product apart."""
        node = self.graph.nodes[name]
        if not isinstance(node, Equation) or node.total or self.letter not in node.indices or len(node.indices) == 1:
            return name
        if name not in self.inlined:
            own = self.written(node)
            if own.operation not in PRODUCTS:
                return name
            self.inlined[name] = own
        return self.inlined[name]

    def summand(self, product: Monomial) -> Summand:
        """Group the factors of a product by their indices."""
        groups: dict[tuple[str, ...], tuple[list[Expression], list[Expression]]] = {}
        for place, factors in enumerate((product.factors, product.divisors)):
            for one in map(self.named, factors):
                indices = self.indices(one)
                key = tuple(sorted(indices)) if self.letter in indices else ()
                groups.setdefault(key, ([], []))[place].append(one)
        common = map(tuple, groups.pop((), ([], [])))
        return Summand(
            joined(product.number, *common), tuple(joined(1.0, *map(tuple, groups[key])) for key in sorted(groups))
        )

    def named(self, factor: Expression) -> Expression:
        """Return a factor that is all of an equation, a sum in brackets, by its name: others may need it, too."""
        name = next((name for name, one in self.inlined.items() if one is factor), None)
        return factor if name is None or factor.operation == "symbol" else Expression("symbol", (name,))

    def indices(self, expression: Expression) -> set[str]:
        return {index for name in symbols(expression) for index in self.graph.nodes[name].indices}
