"""Whether the library and the independent recalculation of a methodology give the same."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from adapters import ADAPTERS, Recalculated
from draws import cases, draw

from jcm_calc import InputError, calculate

TOLERANCE = 1e-12


@dataclass(frozen=True)
class Example:
    """A draw with what the independent script makes of it: emissions, or None where it refuses."""

    case: dict
    given: dict
    expected: Recalculated | None


def examples(m, count):
    """Draw examples, the same ones each time, in turn from each case."""
    rng = np.random.default_rng(zlib.crc32(m.number.encode()))
    adapter, options = ADAPTERS[m.number], cases(m)
    for place in range(count):
        case = options[place % len(options)]
        given = draw(rng, m, case, adapter.overrides)
        adapter.fit(rng, given, case)
        try:
            expected = adapter.recalculate(given, case)
        except ValueError:
            expected = None
        yield Example(case, given, expected)


def difference(m: Any, example: Example) -> float:
    """The largest difference of RE, PE and ER, relative to the size of the terms.

    Infinite where only one of them refuses. What is shown beside ER, such as R², is held against 1 or its own size.
    """
    try:
        result = calculate(m, **example.given, **example.case)
        found = {name: np.array(result[name].magnitude) for name in ("RE", "PE", "ER")}
        shown = {name: float(result[name].magnitude) for name in (example.expected.shown if example.expected else ())}
    except InputError:
        return 0.0 if example.expected is None else np.inf
    expected = example.expected
    if expected is None:
        return np.inf
    size = np.array(expected.size or np.maximum(np.abs(expected.RE), np.abs(expected.PE)))
    largest = 0.0
    for name, values in found.items():
        distance = np.abs(values - getattr(expected, name))
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(distance == 0, 0.0, distance / size)
        largest = max(largest, float(np.nan_to_num(relative, nan=np.inf, posinf=np.inf).max()))
    for name, value in shown.items():
        own = expected.shown_size.get(name, abs(expected.shown[name]))
        largest = max(largest, abs(value - expected.shown[name]) / max(1.0, own))
    return largest
