"""Exact derivatives of a result with respect to every input.

The sign of ∂ER/∂x says in which direction a doubt about x must be resolved to be conservative. It is
taken from the equations themselves: each one is called with dual numbers, which carry a value
and its slope, and the chain rule runs backwards through the graph, so that one sweep gives the
derivative with respect to every element of every input.

References
----------
Griewank, A., Walther, A. (2008). Evaluating Derivatives, 2nd ed., SIAM. Chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.engine.evaluation import Array, Lookup, at_period, chained, evaluate

Slopes = tuple[Any, ...]

# For each function, its derivative with respect to each operand.
RULES: dict[np.ufunc, Callable[..., Slopes]] = {
    np.add: lambda a, b: (1.0, 1.0),
    np.subtract: lambda a, b: (1.0, -1.0),
    np.multiply: lambda a, b: (b, a),
    np.divide: lambda a, b: (1 / b, -a / b**2),
    np.power: lambda a, b: (b * a ** (b - 1.0), a**b * np.log(np.where(a > 0, a, 1.0))),
    np.negative: lambda a: (-1.0,),
    np.exp: lambda a: (np.exp(a),),
    np.log: lambda a: (1 / a,),
    np.sqrt: lambda a: (0.5 / np.sqrt(a),),
    np.absolute: lambda a: (np.sign(a),),
    np.minimum: lambda a, b: (a <= b, a > b),
    np.maximum: lambda a, b: (a >= b, a < b),
}


class Dual(NDArrayOperatorsMixin):
    """A value with its slope; arithmetic and NumPy functions carry both.

    Examples
    --------
    >>> x = Dual(np.array(3.0), np.array(1.0))
    >>> y = x**2 / (1 + x)
    >>> float(y.value), float(y.slope)
    (2.25, 0.9375)
    """

    __slots__ = ("slope", "value")

    def __init__(self, value: Array, slope: Array) -> None:
        self.value = value
        self.slope = slope

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            return NotImplemented
        values = tuple(_value(operand) for operand in inputs)
        result = ufunc(*values)
        if result.dtype == bool:
            return result
        if ufunc not in RULES:
            raise TypeError(f"no rule for the derivative of np.{ufunc.__name__}")
        partials = RULES[ufunc](*values)
        operands = zip(partials, inputs, strict=True)
        terms = [partial * operand.slope for partial, operand in operands if isinstance(operand, Dual)]
        return Dual(result, np.asarray(sum(terms[1:], terms[0])))

    def __array_function__(self, func: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        if func is not np.where or kwargs:
            raise TypeError(f"no rule for the derivative of np.{func.__name__}")
        condition, yes, no = args
        chosen = np.where(condition, _value(yes), _value(no))
        return Dual(chosen, np.where(condition, _slope(yes), _slope(no)))


def _value(operand: Any) -> Any:
    return operand.value if isinstance(operand, Dual) else operand


def _slope(operand: Any) -> Any:
    return operand.slope if isinstance(operand, Dual) else 0.0


def gradient(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    lookups: Mapping[str, Lookup],
    target: str = "ER",
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the derivative of a result, summed over p, with respect to every quantity on its way.

    Parameters
    ----------
    graph, sizes, values, lookups
        As for `jcm_calc.engine.evaluation.evaluate`.
    target : str
        The result.

    Returns
    -------
    dict
        For each name, an array of the shape of its values: the change of the target, in its unit,
        for each unit of change of that element. A default looked up by class counts as given.
    """
    previous = chained(graph, sizes, values)
    computed = tuple(name for name in graph.nodes if name not in values)
    starts = tuple(node.name for node in previous)
    known = dict(values) | evaluate(graph, sizes, values, lookups, (*computed, *starts), finite=False)
    if previous:
        found = _backwards(graph, sizes, values, known, target, previous)
        return {
            name: slope.take([0], list(sizes).index("p")) if name in starts else slope for name, slope in found.items()
        }
    seed = {target: np.ones([sizes["p"] if letter == "p" else 1 for letter in sizes])}
    return _swept(graph, sizes, values, known, seed)


def _backwards(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    known: Mapping[str, Array],
    target: str,
    previous: Sequence[Parameter],
) -> dict[str, npt.NDArray[np.float64]]:
    """Sweep period by period from the last one: what a period begins with passes its slope on to the one before."""
    axis, one = list(sizes).index("p"), {**sizes, "p": 1}
    whole: dict[str, list[npt.NDArray[np.float64]]] = {}
    carried: dict[str, npt.NDArray[np.float64]] = {}
    for place in reversed(range(sizes["p"])):
        seed = {target: np.ones((1,) * len(sizes))}
        for name, slope in carried.items():
            seed[name] = seed.get(name, 0.0) + slope
        found = _swept(graph, one, values, at_period(known, axis, place), seed)
        carried = {}
        for node in previous if place else ():
            if node.name in found:
                slope = found.pop(node.name)
                carried[node.previous_of] = carried.get(node.previous_of, 0.0) + slope
        for name, slope in found.items():
            whole.setdefault(name, []).insert(0, slope)
    return {name: _over_periods(slopes, known[name].shape[axis], sizes["p"], axis) for name, slopes in whole.items()}


def _over_periods(
    slopes: Sequence[npt.NDArray[np.float64]], own: int, count: int, axis: int
) -> npt.NDArray[np.float64]:
    """Return slopes by period as one array: at the end those are missing on which the target does not depend."""
    if own == 1:
        return np.asarray(sum(slopes))
    return np.concatenate([*slopes, *[np.zeros_like(slopes[0])] * (count - len(slopes))], axis)


def _swept(
    graph: Graph,
    sizes: Mapping[str, int],
    values: Mapping[str, Array],
    known: Mapping[str, Array],
    seed: Mapping[str, npt.NDArray[np.float64]],
) -> dict[str, npt.NDArray[np.float64]]:
    """Run the chain rule backwards through a graph whose values are known."""
    letters, total = list(sizes), dict(seed)
    for name in reversed(list(graph.nodes)):
        node = graph.nodes[name]
        if name not in total or name in values or not isinstance(node, Equation):
            continue
        operands = [known[argument] for argument in node.arguments]
        for place, (argument, operand) in enumerate(zip(node.arguments, operands, strict=True)):
            seeded: list[Any] = list(operands)
            seeded[place] = Dual(operand, np.ones(()))
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = _slope(node.function(*seeded))
            # a summand counts once for each label of the indices summed over
            full = [sizes[letter] if letter in node.indices + node.total else 1 for letter in letters]
            with np.errstate(invalid="ignore"):  # what the target does not depend on need not have a slope
                share = np.where(total[name] == 0, 0.0, total[name] * slope)
            share = np.broadcast_to(share, np.broadcast_shapes(full, share.shape))
            narrow = tuple(axis for axis, size in enumerate(operand.shape) if size == 1 and share.shape[axis] > 1)
            total[argument] = total.get(argument, 0.0) + share.sum(axis=narrow, keepdims=True)
    return total
