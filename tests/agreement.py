"""Whether the library and somebody else's calculation of a methodology give the same."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from adapters import ADAPTERS, Recalculated
from draws import cases, draw

from jcm_calc import InputError, calculate

TOLERANCE = 1e-12
EMISSIONS = ("RE", "PE", "ER")


@dataclass(frozen=True)
class Example:
    """A draw with what the independent script makes of it: emissions, or None where it refuses."""

    case: dict
    given: dict
    expected: Recalculated | None


def examples(m, count, for_sheets=False):
    """Draw examples, the same ones each time, in turn from each case."""
    rng = np.random.default_rng(zlib.crc32(m.number.encode()))
    adapter, options = ADAPTERS[m.number], cases(m)
    for place in range(count):
        case = options[place % len(options)]
        given = draw(rng, m, case, adapter.overrides, for_sheets)
        adapter.fit(rng, given, case)
        try:
            expected = adapter.recalculate(given, case)
        except ValueError:
            expected = None
        yield Example(case, given, expected)


def difference(m: Any, example: Example) -> float:
    """The largest difference from the independent script, relative to the size of the terms.

    Infinite where only one of them refuses. What is shown beside ER, such as R², is held against 1 or its own size.
    """
    expected = example.expected
    try:
        result = calculate(m, **example.given, **example.case, split="whole")
        shown = {name: float(result[name].magnitude) for name in (expected.shown if expected else ())}
    except InputError:
        return 0.0 if expected is None else np.inf
    if expected is None:
        return np.inf
    largest = relative(emissions(result), {name: getattr(expected, name) for name in EMISSIONS}, expected.size)
    for name, value in shown.items():
        own = expected.shown_size.get(name, abs(expected.shown[name]))
        largest = max(largest, abs(value - expected.shown[name]) / max(1.0, own))
    return largest


def emissions(result: Any) -> dict[str, np.ndarray]:
    """RE, PE and ER of a result by period."""
    return {name: np.array(result[name].magnitude) for name in EMISSIONS}


def relative(ours: dict, theirs: dict, size: Sequence = ()) -> float:
    """The largest difference by period, relative to ``size``, or if there is none to the larger of RE and PE."""
    scale = np.array(size if len(size) else np.maximum(np.abs(theirs["RE"]), np.abs(theirs["PE"])))
    largest = 0.0
    for name, values in ours.items():
        distance = np.abs(values - theirs[name])
        with np.errstate(divide="ignore", invalid="ignore"):
            fractions = np.where(distance == 0, 0.0, distance / scale)
        largest = max(largest, float(np.nan_to_num(fractions, nan=np.inf, posinf=np.inf).max()))
    return largest
