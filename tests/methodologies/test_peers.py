"""That the comparison with other programs finds a difference, and says what could not be compared."""

import numpy as np
import peers
import pytest
from agreement import relative
from peers import COMPARED, REFUSED

from jcm_calc import methodology

# Values drawn at random are possible, but not plausible.
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")


def outcomes(monkeypatch, number, count, spoil=lambda value: value):
    """What comes of a comparison with a program whose numbers are spoilt."""
    honest = peers.recalculated_by_formulas

    def spoilt(*arguments):
        return {cell: spoil(value) for cell, value in honest(*arguments).items()}

    monkeypatch.setattr(peers, "recalculated_by_formulas", spoilt)
    return list(peers.by_formulas(methodology(number), count))


def test_a_recalculated_workbook_agrees(monkeypatch):
    found = outcomes(monkeypatch, "ID_AM003", 2)
    assert [kind for kind, _ in found] == [COMPARED] * 2
    assert max(difference for _, difference in found) < 1e-12


def test_what_both_refuse_is_told_apart(monkeypatch):
    kinds = [kind for kind, _ in outcomes(monkeypatch, "ID_AM007", 4)]
    assert set(kinds) == {COMPARED, REFUSED}


def test_a_small_difference_is_measured(monkeypatch):
    found = outcomes(monkeypatch, "ID_AM003", 1, lambda value: value * (1 + 1e-6))
    assert found == [(COMPARED, pytest.approx(1e-6, rel=1e-3))]


@pytest.mark.parametrize("text", ["#N/A", "", None])
def test_what_is_no_number_agrees_with_nothing(monkeypatch, text):
    assert outcomes(monkeypatch, "ID_AM003", 1, lambda value: text) == [(COMPARED, np.inf)]


def test_a_difference_is_relative_to_the_size_of_the_terms():
    theirs = {"RE": np.array([10.0, 0.0]), "PE": np.array([8.0, 0.0]), "ER": np.array([2.0, 0.0])}
    ours = {**theirs, "ER": np.array([2.5, 0.0])}
    assert relative(ours, theirs) == 0.05
    assert relative(ours, theirs, [100.0, 1.0]) == 0.005
    assert relative({**theirs, "PE": np.array([8.0, 1e-9])}, theirs) == np.inf
