"""The values that criteria, cross-checks and indicators check, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.graph import RESULTS, Graph, Node
from jcm_calc.declarations.group import OF_PERIODS
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.inputs import Inputs, coordinates

Array = npt.NDArray[Any]


def reach(inputs: Inputs, *, everything: bool = False) -> tuple[Graph, tuple[str, ...]]:
    """Return what is looked at and follows from what is known, and the way to it.

    Instead of what is looked at, everything that can be shown: the results, and any equation whose inputs are known.
    """
    m = inputs.methodology
    known = frozenset((*inputs.values, *inputs.tables))
    replaced = frozenset(name for name in inputs.values if name in m.inputs and m.inputs[name].by)
    dated = all(period.dated for period in inputs.periods)
    return _reach(m, tuple(inputs.choices.items()), replaced, inputs.absent, known, dated, everything)


@lru_cache(maxsize=256)
def _reach(
    m: Declarations,
    chosen: tuple[tuple[str, str], ...],
    replaced: frozenset[str],
    absent: str,
    known: frozenset[str],
    dated: bool,
    everything: bool,
) -> tuple[Graph, tuple[str, ...]]:
    choices = dict(chosen)

    def is_known(node: Node) -> bool:
        if isinstance(node, Coordinate):
            return node.name in known if node.keys else dated or node.what not in OF_PERIODS
        return not isinstance(node, Parameter) or node.name in known or node.value is not None

    operands = m.operands(choices)
    wanted = [name for condition in m.conditions for name in condition.arguments]
    wanted += [name for indicator in m.indicators for name in indicator.arguments]
    wanted += [*(name for limit in m.limits for name in limit.names), *m.terms]
    found: list[str] = []
    for name in operands if everything else dict.fromkeys(name for name in wanted if name in operands):
        way = m.graph(choices, replaced, (name,), absent)
        if not way.undecided and all(map(is_known, way.nodes.values())):
            found.append(name)
    return m.graph(choices, replaced, (*(RESULTS if everything else ()), *found), absent), tuple(found)


def values(inputs: Inputs, results: Mapping[str, Array]) -> dict[str, Array]:
    """Return the finite values of what is looked at, one axis for each index; ``results`` are calculated already."""
    graph, names = reach(inputs)
    known = {**operands(inputs, graph), **results}
    computed = tuple(name for name in names if name not in known)
    if computed:
        known |= _evaluated(inputs, graph, known, computed)
    return {name: known[name] for name in names if name in known}


def operands(inputs: Inputs, graph: Graph) -> dict[str, Array]:
    """Return the values that a graph starts from: the input, what the document fixes, and the axes."""
    known = dict(inputs.values)
    single = (1,) * len(inputs.axes)
    for node in graph.nodes.values():
        if isinstance(node, Parameter) and node.value is not None:
            if node.name not in known and node.name not in inputs.tables:
                known[node.name] = np.full(single, node.value.value)
        elif isinstance(node, Equation) and set(node.total) & set(inputs.absent):
            known.setdefault(node.name, np.zeros(single))
    return known | coordinates.operands(graph, inputs.axes)


def _evaluated(inputs: Inputs, graph: Graph, known: Mapping[str, Array], names: tuple[str, ...]) -> dict[str, Array]:
    try:
        return evaluate(graph, inputs.sizes, known, inputs.lookups(), names)
    except EvaluationError:
        if len(names) == 1:
            return {}
        return {key: array for name in names for key, array in _evaluated(inputs, graph, known, (name,)).items()}
