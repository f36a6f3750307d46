"""Rank correlations without sorting, against those of scipy."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jcm_calc.base import cores
from jcm_calc.results import rank_correlation
from jcm_calc.results.rank_correlation import rank_correlations

SHAPES = {
    "uniform": lambda rng, n: rng.uniform(-3, 5, n),
    "normal": lambda rng, n: rng.normal(1e6, 1, n),
    "lognormal": lambda rng, n: rng.lognormal(0, 4, n),
    "Cauchy": lambda rng, n: rng.standard_cauchy(n),
    "exponential": lambda rng, n: rng.exponential(1e-300, n),
    "whole numbers": lambda rng, n: rng.integers(0, 9, n).astype(float),
    "mostly equal": lambda rng, n: rng.uniform(0, 1, n) * (rng.uniform(0, 1, n) > 0.9),
    "two values": lambda rng, n: rng.integers(0, 2, n) * 1.0,
    "next to each other": lambda rng, n: 1 + rng.integers(0, 1000, n) * 2.0**-52,
    "smallest numbers": lambda rng, n: rng.integers(0, 1000, n) * 5e-324,
    "largest numbers": lambda rng, n: rng.uniform(-1, 1, n) * 1.7e308,
    "in order": lambda rng, n: np.arange(n) * 1.0,
}


@pytest.mark.parametrize("count", [2, 3, 50, 7_001, 20_000, 40_000, 300_000])
def test_every_distribution_has_the_correlation_of_scipy(count):
    rng = np.random.default_rng(count)
    drawn = [shape(rng, count) for shape in SHAPES.values()]
    noise = np.argsort(rng.uniform(0, 1, count))
    for one in (drawn[0], drawn[3], drawn[5]):
        others = [*drawn, -one, one + 0.3 * noise.mean() / (1 + noise)]
        for other, found in zip(others, rank_correlations(one, others), strict=True):
            if np.ptp(one / 4) and np.ptp(other / 4):
                assert found == pytest.approx(scipy.stats.spearmanr(one, other).statistic, abs=1e-6)


@given(values=arrays(float, st.integers(2, 40).map(lambda n: (3, n)), elements=st.floats(allow_nan=False, width=64)))
def test_few_values_have_the_correlation_of_scipy(values):
    values = np.where(np.isfinite(values), values, 0.0)
    for other, found in zip(values[1:], rank_correlations(values[0], [*values[1:]]), strict=True):
        ranks = [scipy.stats.rankdata(one) for one in (values[0], other)]
        if min(map(np.ptp, ranks)):
            assert found == pytest.approx(np.corrcoef(*ranks)[0, 1], abs=1e-6)
        else:
            assert found == 0


def test_values_that_are_all_equal_have_none():
    assert rank_correlations(np.arange(5.0), [np.full(5, 0.1), np.zeros(5)]) == [0, 0]
    assert rank_correlations(np.full(5, 0.1), [np.arange(5.0)]) == [0]


def test_the_number_of_cores_changes_no_digit(monkeypatch):
    monkeypatch.setattr(rank_correlation, "PART", 1000)
    rng = np.random.default_rng(1)
    drawn = [shape(rng, 10_001) for shape in SHAPES.values()]
    found = []
    for count in (1, 2, 5):
        monkeypatch.setattr(cores, "count", lambda count=count: count)
        found.append(rank_correlations(drawn[1], drawn))
    assert found[0] == found[1] == found[2]
