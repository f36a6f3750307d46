"""One calculation many times over: operands with one more axis in front, through the same equations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from jcm_calc.declarations.graph import RESULTS
from jcm_calc.evaluation import BLOCK, Array, EvaluationError, evaluate
from jcm_calc.inputs import Inputs

AXIS = "draw"


def batches(inputs: Inputs, count: int) -> Iterator[slice]:
    """Yield runs of cases whose arrays fit the cache; how long they are follows from the input alone."""
    size = max(1, BLOCK // math.prod(inputs.sizes.values()))
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def evaluate_many(
    inputs: Inputs,
    count: int,
    varied: Callable[[slice], Mapping[str, Array]],
) -> Iterator[tuple[slice, dict[str, Array]]]:
    """Evaluate RE, PE, ER and other terms of ER for many cases, batch by batch.

    Parameters
    ----------
    inputs : Inputs
        What all cases have in common.
    count : int
        The number of cases.
    varied : callable
        Returns, for a batch of cases, the arrays of what differs, with the cases along the first axis.

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
    common = {name: array[np.newaxis] for name, array in inputs.values.items()}
    lookups, names = inputs.lookups(), (*RESULTS, *inputs.methodology.terms)
    for batch in batches(inputs, count):
        size = batch.stop - batch.start
        sizes = {AXIS: size, **inputs.sizes}
        try:
            found = evaluate(inputs.graph, sizes, {**common, **varied(batch)}, lookups, names)
        except EvaluationError as error:
            raise EvaluationError(error.name, (batch.start + error.place[0], *error.place[1:]), error.zeros) from None
        shape = [size, *(one if letter == "p" else 1 for letter, one in inputs.sizes.items())]
        yield batch, {name: np.broadcast_to(array, shape).reshape(size, -1) for name, array in found.items()}
