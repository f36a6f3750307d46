"""Inputs drawn at random from what a methodology declares."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import ONE_DAY, SIGN, Span

Draw = dict[str, Any]
Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]  # the names of the keys of a table, and their values in each row
HUGE, USUAL = 1e12, 1e4  # what no quantity of a project reaches, and what most stay below
YEARS = range(1990, 2100)
FIRST_YEAR = 2023


class Keys(NamedTuple):
    """What the keys of tables are drawn from: in every combination, each table has a row."""

    classes: Mapping[str, Sequence[str]]
    labels: Mapping[str, Sequence[str]]
    periods: Sequence[str]


def keys(m: Declarations) -> Keys:
    """Return from which classes, labels and periods the tables of a methodology have values."""
    tables = list(_tables(m))
    chosen: dict[str, list[str]] = {}
    for named, rows in tables:
        for place, key in enumerate(named):
            for part in dict.fromkeys(row[place] for row in rows):
                if part not in chosen.get(key, ()) and _complete(tables, {**chosen, key: [*chosen.get(key, []), part]}):
                    chosen.setdefault(key, []).append(part)
    letters = {one.name: one.of for one in m.coordinates.values() if one.what == "label"}
    labels = {letters.get(key, key): parts for key, parts in chosen.items() if letters.get(key, key) in m.indices}
    known = [Span.parse(part) for part in labels.pop("p", [])] if "p" in labels else None
    return Keys(chosen, labels, _periods(known))


def _tables(m: Declarations) -> Iterator[Rows]:
    """Yield the keys and the rows of each table by classes, labels or dates."""
    for parameter in m.inputs.values():
        named = m.keys_of(parameter) or (parameter.by,)
        known = [one for one in (parameter.table, *parameter.candidates.values()) if isinstance(one, Table)]
        if parameter.table is None and not set(named) <= m.inputs.keys():
            continue  # values are drawn, not looked up: any label will do
        if known and not known[0].numeric:
            yield named, [tuple(str(key).split(SIGN)) if len(named) > 1 else (str(key),) for key in known[0].entries]


def _complete(tables: Sequence[Rows], chosen: Mapping[str, Sequence[str]]) -> bool:
    """Whether each table has a row for all that is chosen, as far as something is chosen of each of its keys."""
    for named, rows in tables:
        places = [place for place, key in enumerate(named) if chosen.get(key)]
        held = {tuple(row[place] for place in places) for row in rows}
        if not set(itertools.product(*(chosen[named[place]] for place in places))) <= held:
            return False
    return True


def _periods(known: Sequence[Span] | None) -> list[str]:
    """Return two periods for which every table has a value: years, or else halves of what there is."""
    years = [year for year in YEARS if known is None or any(Span.parse(year) in one for one in known)]
    nearest = sorted(years, key=lambda year: (year < FIRST_YEAR, abs(year - FIRST_YEAR)))
    if both := [year for year in nearest if year + 1 in years]:
        return [str(both[0]), str(both[0] + 1)]
    if len(nearest) > 1:
        return [str(year) for year in sorted(nearest[:2])]
    first, *others = sorted(known or [Span.parse(FIRST_YEAR)])
    if others:
        return [f"{one.first}/{one.last}" for one in (first, others[0])]
    middle = first.first + (first.last - first.first) // 2
    return [f"{first.first}/{middle}", f"{middle + ONE_DAY}/{first.last}"]


def inputs(methodology: Declarations, graph: Graph, size: int = 2) -> st.SearchStrategy[Draw]:
    """Return a strategy for complete inputs: up to ``size`` labels along each index, two dated periods."""
    known = keys(methodology)
    sizes = {letter: min(size, len(known.labels.get(letter, range(size)))) for letter in methodology.indices}
    strategies: dict[str, st.SearchStrategy[Any]] = {"p": st.just(list(known.periods))}
    for parameter in graph.parameters:
        if parameter.kind is Kind.CONSTANT or parameter.supplied:
            continue
        shape = tuple(2 if letter == "p" else sizes[letter] for letter in parameter.indices)
        strategies[parameter.name] = _values(methodology, known, parameter, shape)
    return st.fixed_dictionaries(strategies).map(methodology.fit)


def _values(
    methodology: Declarations, known: Keys, parameter: Parameter, shape: tuple[int, ...]
) -> st.SearchStrategy[Any]:
    count = math.prod(shape)
    if parameter.is_class:
        element: st.SearchStrategy[Any] = st.sampled_from(
            known.classes.get(parameter.name, parameter.categories) or ["class A", "class B"]
        )
    elif parameter.unit == "date":
        element = st.dates(date(2022, 7, 1), date(2025, 6, 30))
    else:
        element = _numbers(methodology, parameter)
    listed = st.lists(element, min_size=count, max_size=count)
    dtype = object if parameter.is_class or parameter.unit == "date" else np.float64
    return listed.map(lambda values: np.array(values, dtype=dtype).reshape(shape) if shape else values[0])


def _numbers(methodology: Declarations, parameter: Parameter) -> st.SearchStrategy[float]:
    """Draw from the plausible range, away from its ends, or from the classes that the number selects."""
    low, high = usual_range(parameter)
    selected = (one.table for one in methodology.inputs.values() if one.by == parameter.name and one.table is not None)
    if (table := next((one for one in selected if one.numeric), None)) is None:
        return st.floats(low + 0.05 * (high - low), low + 0.95 * (high - low))
    bounds, inside = parameter.bounds, list[tuple[float, float]]()
    for key in (one for one in table.entries if isinstance(one, Interval)):
        # the least and the greatest number of the class that the bounds allow
        first, beyond = max(key.first, bounds.first), min(key.beyond, bounds.beyond)
        inside += [(first, math.nextafter(beyond, -math.inf))] if first < beyond else []
    # a class that is open at its end is drawn near the others, not at the end of all numbers
    reach = 2 * max((abs(end) for pair in inside for end in pair if abs(end) < HUGE), default=1.0) + 1.0
    near = [(max(least, -reach), min(greatest, reach)) for least, greatest in inside]
    return st.sampled_from(near or [(low, high)]).flatmap(lambda pair: st.floats(*pair))


def usual_range(parameter: Parameter) -> tuple[float, float]:
    """Return the ends between which a number is drawn: those of the plausible range, and within the bounds."""
    bounds, plausible = parameter.bounds, parameter.plausible
    low = max(bounds.lower, plausible.lower if plausible else 0.0)
    high = min(bounds.upper, plausible.upper if plausible else USUAL)
    if low >= high:  # the bounds lie below 0, or above what is usual
        low = bounds.lower if math.isfinite(bounds.lower) else bounds.upper - USUAL
        high = min(bounds.upper, low + USUAL)
    return low, high
