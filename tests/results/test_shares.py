"""What units contribute, and how ER changes with each input."""

import numpy as np
import pytest
from reports.test_explanation import results

from jcm_calc import calculate, methodologies

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
USE = np.array([[100.0, 150.0], [200.0, 250.0]])
FLEET = {"EC_PJ": USE, "COP_PJ": [1.63, 2.19], "application": ["individual quick freezer", "cold storage"]}


@pytest.mark.parametrize("number", methodologies().index)
def test_parts_add_up_to_the_whole(number):
    for result in results(number, 12):
        parts = result.by_unit().sum()
        size = sum(abs(result.full(name)).sum() for name in ("RE", "PE")) + 1e-9
        for name in ("RE", "PE", "ER"):
            assert parts[name] == pytest.approx(result.full(name).sum(), abs=1e-9 * size)


def test_each_unit_has_what_its_own_meter_gives():
    parts = calculate("ID_AM003", **FLEET, EF_elec=0.8, p=["2023", "2024"]).by_unit()
    assert parts.index.tolist() == [("project refrigerator", "1"), ("project refrigerator", "2")]
    assert parts["PE"].tolist() == pytest.approx([250 * 0.8, 450 * 0.8])
    assert parts["RE"].tolist() == pytest.approx([250 * 0.8 * 1.63 / 1.32, 450 * 0.8 * 2.19 / 1.71])
    np.testing.assert_allclose(parts["ER"], parts["RE"] - parts["PE"])


def test_a_factor_behind_the_sum_is_shared_out():
    """VN_AM005 sums losses first and turns them into emissions afterwards."""
    for result in results("VN_AM005", 6):
        losses = result.full("L_RE_u")
        over = tuple(axis for axis, letter in enumerate(result.inputs.axes) if letter != "u")
        expected = (losses * result.full("EF_grid") * (1 - result.full("Br"))).sum(axis=over)
        np.testing.assert_allclose(result.by_unit()["RE"], expected, rtol=1e-9)


def test_months_of_a_history_are_no_units():
    """A regression over months is no sum of what each month emits."""
    for result in results("ID_AM007", 6):
        assert result.by_unit().loc[("", "not by unit"), "RE"] == pytest.approx(result.full("RE").sum())


def test_sensitivity_is_a_second_calculation():
    given = {**FLEET, "EF_elec": 0.8, "p": ["2023", "2024"]}
    before = calculate("ID_AM003", **given)
    found = before.sensitivity(by=0.2)
    for name, change in (("EC_PJ", {"EC_PJ": USE * 1.2}), ("EF_elec", {"EF_elec": 0.96})):
        after = calculate("ID_AM003", **given | change)
        difference = after.full("ER").sum() - before.full("ER").sum()
        assert found.loc[name, "larger"] == pytest.approx(difference)
    by_hand = calculate("ID_AM003", **given, COP_RE=np.array([1.32, 1.71]) * 0.8)
    assert found.loc["COP_RE", "smaller"] == pytest.approx(by_hand.full("ER").sum() - before.full("ER").sum())


def test_a_value_beyond_its_bounds_has_no_sensitivity():
    boiler = {
        "PH": 15200,
        "η_PJ": 0.95,
        "η_RE": 0.5,
        "EF_CO2_coal": 0.099,
        "RPC": 2.3,
        "HMP": 5088,
        "EF_CO2_grid": 1.15,
    }
    found = calculate("MN_AM002", **boiler).sensitivity(by=0.1)
    assert np.isnan(found.loc["η_PJ", "larger"])
    assert np.isfinite(found.loc["η_PJ", "smaller"])
