"""The made-up methodologies hold together, and their cases by hand reproduce."""

import importlib

import pytest

from jcm_calc.api.case_file import published
from jcm_calc.authoring.conformance import conform

NUMBERS = ["XX_AM010", "XX_AM011", "XX_AM012", "XX_AM013"]
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_methodology_holds_together(number):
    m = importlib.import_module(f"jcm_land_use_rules.{number.lower()}").m
    assert [f"{outcome.check}: {outcome.failure}" for outcome in conform(m, 10) if outcome.failure] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_the_case_by_hand_reproduces(number):
    m = importlib.import_module(f"jcm_land_use_rules.{number.lower()}").m
    cases = list(published(m))
    assert [case.path.name for case in cases] == [f"{number.lower()}.toml"]
    assert [case.differences() for case in cases] == [[]]
