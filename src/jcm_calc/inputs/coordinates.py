"""Operands that come from an index: days of a period, number of units, labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Coordinate
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.periods import Period


def operands(graph: Graph, axes: Mapping[str, Axis]) -> dict[str, npt.NDArray[Any]]:
    """Return an array for each coordinate of a graph, with one axis for each index.

    A label is the code of its class: the number of the row. The rows of tables are not among them: see `rows`.
    """
    arrays = {}
    for node in graph.nodes.values():
        if isinstance(node, Coordinate) and not node.keys:
            values = _values(node, axes[node.of])
            shape = [len(values) if letter in node.indices else 1 for letter in axes]
            arrays[node.name] = values.reshape(shape)
    return arrays


def labels(coordinate: Coordinate, axes: Mapping[str, Axis]) -> npt.NDArray[Any]:
    """Return the number of each label along an index, with one axis for each index."""
    return np.arange(axes[coordinate.of].size).reshape([-1 if letter == coordinate.of else 1 for letter in axes])


def _values(coordinate: Coordinate, axis: Axis) -> npt.NDArray[Any]:
    if coordinate.what == "count":
        return np.array([float(axis.size)])
    if coordinate.what == "label":
        return np.arange(axis.size)
    return np.array([_of_period(period, coordinate.what) for period in axis.labels], dtype=np.float64)


def _of_period(period: Period, what: str) -> float:
    assert period.first is not None
    assert period.last is not None
    return {
        "days": period.days,
        "hours": 24 * period.days,
        "year": period.first.year,
        "first_day": period.first.toordinal(),
        "last_day": period.last.toordinal(),
    }[what]
