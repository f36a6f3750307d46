"""What `jcm check` draws lies within the bounds of a parameter, for every kind of bounds and of open classes."""

import itertools

import numpy as np
import pytest
from authoring.test_author_mistakes import SAID
from authoring.test_conformance import example
from hypothesis import given, settings

from jcm_calc.authoring.conformance import conform
from jcm_calc.authoring.conformance.drawing import inputs
from jcm_calc.declarations import Interval

BOUNDS = [
    "[0, 100]",
    "(0, 1]",
    "[0, inf)",
    "(-inf, inf)",
    "[-10, -1]",
    "(-inf, 0)",
    "[-5, 5]",
    "[20000, inf)",
    "[0, 5e6]",
]
TABLES = [
    {"[0, 5)": 0.5, "[5, inf)": 0.6},
    {"(-inf, 0)": 0.5, "[0, inf)": 0.6},
    {"[0, 200)": 0.5},
    {"(-inf, inf)": 0.5},
    {"[0, 1e4)": 0.5, "[1e4, inf)": 0.7},
]


def by_size(bounds, values):
    m = example(PE_i=lambda EC, EF, k: EC * EF * k)
    m.fixed("size_i", "MW", bounds=bounds, text="size", evidence=SAID)
    m.default("k_i", "", by="size", values=values, raises="PE", text="factor", evidence=SAID)
    return m


def overlaps(bounds, values):
    own = Interval.parse(bounds)
    return any(max(own.first, one.first) < min(own.beyond, one.beyond) for one in map(Interval.parse, values))


@pytest.mark.parametrize(("bounds", "values"), [one for one in itertools.product(BOUNDS, TABLES) if overlaps(*one)])
def test_a_number_that_selects_a_class_is_drawn_within_bounds_and_class(bounds, values):
    m = by_size(bounds, values)
    own, classes = Interval.parse(bounds), [*map(Interval.parse, values)]

    @settings(max_examples=20, database=None, derandomize=True)
    @given(draw=inputs(m, m.graph({})))
    def run(draw):
        for size in np.ravel(draw["size"]):
            assert size in own
            assert any(size in one for one in classes)
            assert abs(size) < 1e12

    run()


@pytest.mark.parametrize("bounds", BOUNDS)
def test_a_number_is_drawn_within_its_bounds(bounds):
    m = example(PE_i=lambda EC, EF, x: EC * EF * x)
    m.fixed("x", "", bounds=bounds, raises="PE", text="x", evidence=SAID)
    drawn = []

    @settings(max_examples=20, database=None, derandomize=True)
    @given(draw=inputs(m, m.graph({})))
    def run(draw):
        drawn.append(draw["x"])

    run()
    assert all(one in Interval.parse(bounds) for one in drawn)
    assert len(set(drawn)) > 3


def test_classes_that_are_open_at_both_ends_pass():
    outcomes = conform(by_size("[0, inf)", {"[0, 5)": 0.5, "[5, inf)": 0.6}), 3)
    assert [one for one in outcomes if one.failure] == []


def test_a_failed_check_has_file_line_and_what_was_drawn():
    m = example(PE_i=lambda EC, EF: EC * EF * EC)
    found = {one.check: str(one.failure) for one in conform(m, 3)}
    assert "(test_author_drawing.py line" in found["dimensions"]
    assert "(test_conformance.py line" in found["units split"]
    assert "(drawn: p = [2023, 2024], EC = [[" in found["units split"]
    assert "EF = " in found["units split"]
