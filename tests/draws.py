"""Complete inputs drawn at random from what a methodology declares, with NumPy.

Classes, values by class, empty optional indices, amounts of zero, and both ends of numeric bins occur.
"""

import itertools
import math
import warnings
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from jcm_calc.declarations import Interval
from jcm_calc.declarations.items import Coordinate, Kind
from jcm_calc.inputs import bind

PERIODS = 4
FIRST_DAY = date(2021, 1, 1)


def cases(m):
    """Every combination of the choices of a methodology."""
    options = [[(name, option) for option in choice.options] for name, choice in m.choices.items()]
    return [dict(case) for case in itertools.product(*options)]


def draw(rng, m, case, overrides=(), for_sheets=False):
    """Everything that a calculation needs, by name; ``p`` is a list of first and last days.

    ``overrides`` names parameters that the library could supply and that are given half of the time. ``for_sheets``
    keeps to what a spreadsheet can tell apart: no period in two years, and no number right beside the end of a bin.
    """
    sizes = {letter: int(rng.integers(0 if letter in m.optional else 1, 5)) for letter in m.indices}
    sizes["p"] = PERIODS
    if set(m.indices) - {"p"} <= set(m.optional) and not any(sizes[letter] for letter in m.optional):
        sizes |= dict.fromkeys(m.optional, 1)
    drawn = {"p": periods(rng, within_years=for_sheets)}
    graph = m.graph(case)
    for parameter in graph.parameters:
        supplied = parameter.supplied and (parameter.name not in overrides or rng.random() < 0.5)
        absent = any(sizes[letter] == 0 for letter in parameter.indices)
        if parameter.kind is not Kind.CONSTANT and not supplied and not absent:
            drawn[parameter.name] = _values(rng, m, parameter, sizes)
            if for_sheets and _bins(m, parameter):  # a spreadsheet compares 15 digits
                drawn[parameter.name] = np.array([float(f"{number:.12g}") for number in drawn[parameter.name]])
    return drawn


def periods(rng, count=PERIODS, within_years=False):
    """Periods in order that do not overlap: parts of years, whole years, and some that span two."""
    found, first = [], FIRST_DAY + timedelta(int(rng.integers(0, 400)))
    for _ in range(count):
        days = int(rng.integers(0, 400))
        last = min(first + timedelta(days // 4), date(first.year, 12, 31)) if within_years else first + timedelta(days)
        found.append((first, last))
        first = last + timedelta(int(rng.choice([1, 1, 40])))
    return found


def _values(rng, m, parameter, sizes):
    shape = tuple(sizes[letter] for letter in parameter.indices)
    if parameter.kind is Kind.CLASS_KEY:
        return rng.choice(np.array(_classes(m, parameter.name), dtype=object), shape)
    if parameter.unit == "date":
        return np.array([FIRST_DAY + timedelta(int(day)) for day in rng.integers(-100, 1000, shape)], dtype=object)
    key = m.inputs.get(parameter.by) or m.coordinates.get(parameter.by)
    if key is not None and not isinstance(key, Coordinate) and key.kind is Kind.CLASS_KEY:
        classes = _classes(m, key.name)
        return dict(zip(classes, _numbers(rng, parameter, (len(classes),)).tolist(), strict=True))
    bins = _bins(m, parameter)
    if bins:
        edges = [edge for one in bins for edge in (one.first, math.nextafter(one.beyond, -math.inf))]
        inside = [rng.uniform(one.first, one.beyond) for one in bins]
        return rng.choice([max(1e-3, number) for number in (*edges, *inside)], shape)
    numbers = _numbers(rng, parameter, shape)
    if parameter.extensive and 0.0 in parameter.bounds:
        numbers = np.where(rng.random(shape) < 0.05, 0.0, numbers)
    return numbers if shape else float(numbers)


def _classes(m, key):
    for parameter in m.inputs.values():
        if parameter.by == key and parameter.table is not None:
            return list(parameter.table.entries)
    return ["class A", "class B", "class C"]


def _bins(m, parameter):
    for other in m.inputs.values():
        if other.by == parameter.name and other.table is not None and other.table.numeric:
            return [key for key in other.table.entries if isinstance(key, Interval)]
    return []


def _numbers(rng, parameter, shape):
    bounds, plausible = parameter.bounds, parameter.plausible
    low, high = max(bounds.lower, plausible.lower if plausible else 0.0), min(bounds.upper, 1e4)
    high = min(bounds.upper, plausible.upper) if plausible else high
    return low + (high - low) * rng.uniform(0.001, 1.0, shape)


def bound(m, case, seed):
    """Return bound inputs at random; with amounts of 0 where the seed is even."""
    rng = np.random.default_rng(seed)
    given = draw(rng, m, case, for_sheets=True)
    p = given.pop("p")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = bind(m, values={**case, **given}, p=p)
    if seed % 2:
        values = {
            k: np.where(v == 0, 1.0, v) if k in m.inputs and v.dtype == float else v for k, v in inputs.values.items()
        }
        return replace(inputs, values=values)
    return inputs
