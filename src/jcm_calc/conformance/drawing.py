"""Inputs drawn at random from what a methodology declares."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
from hypothesis import strategies as st

from jcm_calc.declarations import Interval, Methodology
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Kind, Parameter

Draw = dict[str, Any]
PERIODS = ["2023", "2024"]


def inputs(methodology: Methodology, graph: Graph, size: int = 2) -> st.SearchStrategy[Draw]:
    """Return a strategy for complete inputs: ``size`` labels along each index, two dated periods."""
    strategies: dict[str, st.SearchStrategy[Any]] = {"p": st.just(PERIODS)}
    for parameter in graph.parameters:
        if parameter.kind is Kind.CONSTANT or parameter.supplied:
            continue
        shape = tuple(2 if letter == "p" else size for letter in parameter.indices)
        strategies[parameter.name] = _values(methodology, graph, parameter, shape)
    return st.fixed_dictionaries(strategies).map(methodology.fit)


def _values(
    methodology: Methodology, graph: Graph, parameter: Parameter, shape: tuple[int, ...]
) -> st.SearchStrategy[Any]:
    count = math.prod(shape)
    if parameter.is_class:
        classes = list(parameter.categories) or _classes(methodology, parameter.name)
        element: st.SearchStrategy[Any] = st.sampled_from(classes)
    elif parameter.unit == "date":
        element = st.dates(date(2022, 7, 1), date(2025, 6, 30))
    else:
        element = _numbers(methodology, parameter)
    listed = st.lists(element, min_size=count, max_size=count)
    dtype = object if parameter.is_class or parameter.unit == "date" else np.float64
    return listed.map(lambda values: np.array(values, dtype=dtype).reshape(shape) if shape else values[0])


def _classes(methodology: Methodology, key: str) -> list[str]:
    for parameter in methodology.inputs.values():
        if parameter.by == key:
            for known in (parameter.table, *parameter.candidates.values()):
                entries = getattr(known, "entries", None)
                if entries:
                    return list(entries)[:4]
    return ["class A", "class B"]


def _numbers(methodology: Methodology, parameter: Parameter) -> st.SearchStrategy[float]:
    """Draw from the plausible range, away from its ends, or from the classes that the number selects."""
    for other in methodology.inputs.values():
        if other.by == parameter.name and other.table is not None and other.table.numeric:
            bins = [key for key in other.table.entries if isinstance(key, Interval)]
            return st.sampled_from(bins).flatmap(_inside)
    bounds, plausible = parameter.bounds, parameter.plausible
    low, high = max(bounds.lower, plausible.lower if plausible else 0.0), min(bounds.upper, 1e4)
    high = min(high, plausible.upper) if plausible else high
    return st.floats(low + 0.05 * (high - low), low + 0.95 * (high - low))


def _inside(key: Interval) -> st.SearchStrategy[float]:
    return st.floats(key.first, math.nextafter(key.beyond, -math.inf))
