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
HUGE, USUAL = 1e12, 1e4  # what no quantity of a project reaches, and what most stay below
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
    if parameter.kind is Kind.CLASS_KEY:
        element: st.SearchStrategy[Any] = st.sampled_from(_classes(methodology, parameter.name))
    elif parameter.unit == "date":
        element = st.dates(date(2022, 7, 1), date(2025, 6, 30))
    else:
        element = _numbers(methodology, parameter)
    listed = st.lists(element, min_size=count, max_size=count)
    dtype = object if parameter.kind is Kind.CLASS_KEY or parameter.unit == "date" else np.float64
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
    low, high = _range(parameter)
    for other in methodology.inputs.values():
        if other.by == parameter.name and other.table is not None and other.table.numeric:
            classes = [key for key in other.table.entries if isinstance(key, Interval)]
            inside = [_overlap(key, parameter.bounds) for key in classes]
            # a class that is open at its end is drawn near the others, not at the end of all numbers
            limits = sorted(end for pair in inside if pair for end in pair if abs(end) < HUGE)
            reach = 2 * max(map(abs, limits), default=1.0) + 1.0
            near = [(max(pair[0], -reach), min(pair[1], reach)) for pair in inside if pair] or [(low, high)]
            return st.sampled_from(near).flatmap(lambda pair: st.floats(*pair))
    return st.floats(low + 0.05 * (high - low), low + 0.95 * (high - low))


def _range(parameter: Parameter) -> tuple[float, float]:
    """Return the ends between which a number is drawn: those of the plausible range, and within the bounds."""
    bounds, plausible = parameter.bounds, parameter.plausible
    low = max(bounds.lower, plausible.lower if plausible else 0.0)
    high = min(bounds.upper, plausible.upper if plausible else USUAL)
    if low >= high:  # the bounds lie below 0, or above what is usual
        low = bounds.lower if math.isfinite(bounds.lower) else bounds.upper - USUAL
        high = min(bounds.upper, low + USUAL)
    return low, high


def _overlap(key: Interval, bounds: Interval) -> tuple[float, float] | None:
    """Return the least and the greatest number of a class that the bounds allow; None where there is none."""
    first, last = max(key.first, bounds.first), math.nextafter(min(key.beyond, bounds.beyond), -math.inf)
    return (first, last) if first <= last else None
