"""One calculation many times over: operands with one more axis in front, through the same equations.

Only what varies gets that axis. What does not vary is calculated once, and so are sums in which nothing varies; see
`jcm_calc.engine.evaluation.contraction`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from jcm_calc.base.cores import on_all_cores
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.graph import RESULTS, Graph, Node, needs
from jcm_calc.declarations.items import Equation
from jcm_calc.engine.evaluation import BLOCK, Array, EvaluationError, Lookup, chained, evaluate
from jcm_calc.engine.evaluation.contraction import Contraction, contractions
from jcm_calc.inputs import Inputs

AXIS = "draw"
# How many blocks the numbers of all cases that are drawn in one go fill at most.
TOGETHER = 8
# Batches that are evaluated before the first of them is handed on; large cases take all cores and much memory alone.
AT_ONCE = 32


def length(inputs: Inputs) -> int:
    """Return how many cases are drawn in one go: it follows from the input alone, whatever varies."""
    return max(1, min(BLOCK, TOGETHER * BLOCK // math.prod(inputs.sizes.values())))


def evaluate_many(
    inputs: Inputs,
    count: int,
    varied: Callable[[slice], Mapping[str, Array]],
    names: Collection[str],
    as_alone: bool = False,
) -> Iterator[tuple[slice, dict[str, Array]]]:
    """Evaluate RE, PE, ER and other terms of ER for many cases, batch by batch.

    Parameters
    ----------
    inputs : Inputs
        What all cases have in common.
    count : int
        The number of cases.
    varied : callable
        Returns, for a batch of cases, the arrays of what differs, with the cases along the first axis. A batch starts
        at a multiple of `length`. Several threads call it.
    names : collection of str
        The names of what differs.
    as_alone : bool
        Whether each case has the last digits that it has alone; nothing is calculated once for all then.

    Yields
    ------
    batch : slice
    results : dict
        RE, PE, ER and other terms of ER, each of shape (cases, periods).

    Raises
    ------
    EvaluationError
        If a result is not finite; the first number of its place is the case.
    """
    lookups, targets = inputs.lookups(), (*RESULTS, *inputs.methodology.terms)
    settled = _as_written(inputs) if as_alone else _Settling(inputs, lookups, names).settled(targets)
    common = {name: array[np.newaxis] for name, array in settled.values.items()}
    step = length(inputs)
    if not as_alone:
        step *= max(1, BLOCK // settled.width // step)

    def evaluated(batch: slice) -> dict[str, Array] | EvaluationError:
        sizes = {AXIS: batch.stop - batch.start, **inputs.sizes}
        values = {**common, **varied(batch)}
        try:
            try:
                found = evaluate(settled.graph, sizes, values, lookups, targets, split=settled.split)
            except EvaluationError:  # which names a sum: the equations as they are written name more
                found = evaluate(inputs.graph, sizes, values, lookups, targets)
        except EvaluationError as error:
            return EvaluationError(error.name, (batch.start + error.place[0], *error.place[1:]), error.zeros)
        shape = [sizes[AXIS], *(one if letter == "p" else 1 for letter, one in inputs.sizes.items())]
        return {name: np.broadcast_to(array, shape).reshape(shape[0], -1) for name, array in found.items()}

    batches = [slice(start, min(start + step, count)) for start in range(0, count, step)]
    at_once = AT_ONCE if math.prod(inputs.sizes.values()) <= TOGETHER * BLOCK else 1
    for first in range(0, len(batches), at_once):
        some = batches[first : first + at_once]
        for batch, found in zip(some, on_all_cores(evaluated, some), strict=True):
            if isinstance(found, EvaluationError):
                raise found
            yield batch, found


class _Settled(NamedTuple):
    """What is left to do for each case: the graph, the values that do not vary, and the numbers of one case."""

    graph: Graph
    values: Mapping[str, Array]
    width: int
    split: str = ""  # the index that blocks divide; the longest one, if it is empty


def _as_written(inputs: Inputs) -> _Settled:
    return _Settled(inputs.graph, inputs.values, math.prod(inputs.sizes.values()))


class _Settling:
    """The way to what is left to do for each case."""

    def __init__(self, inputs: Inputs, lookups: Mapping[str, Lookup], varied: Collection[str]) -> None:
        self.inputs, self.graph, self.sizes = inputs, inputs.graph, inputs.sizes
        self.values, self.lookups = inputs.values, lookups
        self.varied, self.moving = frozenset(varied), set(varied)
        for name in self.graph.nodes:
            if name not in self.values and not self.moving.isdisjoint(needs(self.graph.nodes[name], frozenset())):
                self.moving.add(name)
        moving = [self.graph.nodes[name] for name in self.graph.nodes if name in self.moving]
        found = {rule.name: self.sum(rule) for rule in moving if isinstance(rule, Equation)}
        self.sums = {name: one for name, one in found.items() if one is not None}
        self.split = AXIS if any(self.varies(one) for one, _letter in self.sums.values()) else ""

    def settled(self, targets: Collection[str]) -> _Settled:
        """Return it; all of the input, where its periods follow from each other or something has no finite value."""
        if chained(self.graph, self.sizes, self.values):
            return _as_written(self.inputs)
        needed = set(targets)
        for name in reversed(list(self.graph.nodes)):
            if name in needed and name in self.moving and name not in self.varied:
                needed.update(
                    self.sums[name][0].names if name in self.sums else needs(self.graph.nodes[name], frozenset())
                )
        wanted = tuple(name for name in self.graph.nodes if name in needed - self.moving - self.values.keys())
        try:
            known = self.values | evaluate(self.graph, self.sizes, self.values, self.lookups, wanted)
        except EvaluationError:
            return _as_written(self.inputs)
        nodes = dict(self.graph.nodes)
        for name in needed & self.sums.keys():
            nodes |= self.of_sums(name, known)
        widths = (self.width(nodes[name]) for name in needed & self.moving)
        return _Settled(Graph(nodes), known, max(widths, default=1), self.split)

    def sum(self, rule: Equation) -> tuple[Contraction, str] | None:
        """Return a total that varies as a sum of products, and the index of the sum."""
        for letter in rule.total:
            found = contractions(self.graph, letter).get(rule.name)
            if found is None or not found.inlined.isdisjoint(self.values.keys() | self.varied):
                continue
            # the sums of a large case are formed block by block; see `jcm_calc.engine.evaluation`
            if not self.varies(found) or (self.sizes[letter] > 1 and math.prod(self.sizes.values()) <= BLOCK):
                return found, letter
        return None

    def varies(self, found: Contraction) -> bool:
        """Whether something that is summed up varies."""
        return any(not self.moving.isdisjoint(one.factors) for one in found.summands)

    def of_sums(self, name: str, known: dict[str, Array]) -> dict[str, Node]:
        """Return the nodes of a total, with a leaf for each sum in which nothing varies; add the values of these."""
        found, letter = self.sums[name]
        rule = self.graph.nodes[name]
        assert isinstance(rule, Equation)
        axis, size = list(self.sizes).index(letter), self.sizes[letter]
        sums = {one.key: one for one in found.summands}
        leaves = {key: f"Σ_{letter} {key}" for key, one in sums.items() if self.moving.isdisjoint(one.factors)}
        known |= {leaf: sums[key].sum(known, axis, size) for key, leaf in leaves.items()}
        moving = [one for key, one in sums.items() if key not in leaves]
        common = [each for one in found.summands for each in symbols(one.common)]
        names = tuple(dict.fromkeys((*leaves.values(), *common, *(each for one in moving for each in one.factors))))

        def function(*operands: Any) -> Array:
            given = dict(zip(names, operands, strict=True))
            own = {one.key: one.sum(given, axis + 1, size) for one in moving}
            return found.total(own | {key: given[leaf] for key, leaf in leaves.items()}, given)

        left = rule.total.replace(letter, "")
        nodes = {leaf: replace(rule, name=leaf, arguments=(), total="") for leaf in leaves.values()}
        return {**nodes, name: replace(rule, arguments=names, total=left, function=function)}

    def width(self, node: Node) -> int:
        """Return how many numbers a quantity has at some point."""
        total = node.total if isinstance(node, Equation) else ""
        return math.prod(self.sizes[letter] for letter in dict.fromkeys(node.indices + total))
