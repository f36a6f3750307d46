"""XX_AM001 holds together, and gives what a calculation by hand gives."""

import pytest
from jcm_example_rules.xx_am001 import later, m

from jcm_calc import calculate
from jcm_calc.api.case_file import published
from jcm_calc.authoring.conformance import conform

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning")


@pytest.mark.parametrize("version", [m, later], ids=str)
def test_the_methodology_holds_together(version):
    assert [f"{outcome.check}: {outcome.failure}" for outcome in conform(version) if outcome.failure] == []


def test_the_cases_reproduce():
    cases = list(published(m))
    assert [case.path.name for case in cases] == ["xx_am001.toml"]
    assert [case.differences() for case in cases] == [[]]


def test_a_calculation_by_hand_by_the_table_of_version_1_1():
    given = {"EC_PJ": [[300.0], [200.0]], "η_PJ": [0.8, 0.75], "size": ["small", "large"], "EF_elec": 0.5}
    result = calculate("XX_AM001", version="1.1", p="2024", **given)
    assert result.RE.magnitude == pytest.approx(300 * 0.8 / 0.6 * 0.5 + 200 * 0.75 / 0.68 * 0.5)
