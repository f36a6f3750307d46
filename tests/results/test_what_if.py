"""Scenarios and break-even, against calculations of each case and against algebra."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jcm_calc import InputError, break_even, calculate, scenarios

FREEZER = {"EC_PJ": 135.0, "application": "individual quick freezer"}
CHILLERS = {
    "power_source": "grid",
    "EC_PJ": [[347.2, 300.0], [120.0, 90.0]],
    "T_chilled_out": [8.0, 7.0],
    "capacity": 500.0,
    "EF_grid": 0.8,
    "p": ["2023", "2024"],
}


@pytest.mark.parametrize("target", ["x", None, float("nan"), "1000 tCO2"])
def test_a_target_is_a_number(target):
    with pytest.raises(InputError, match=r"target: got .*; must be a finite number, in tCO2"):
        break_even("ID_AM003", {**FREEZER, "EF_elec": 0.8}, "COP_PJ", between=(1, 5), target=target)


def total(result, name="ER"):
    return float(result.full(name).sum())


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.floats(1.6, 9), min_size=1, max_size=4, unique=True),
    st.lists(st.floats(30, 40), min_size=1, max_size=3, unique=True),
)
def test_each_scenario_is_a_calculation(cops, temperatures):
    found = scenarios("ID_AM002", CHILLERS, {"COP_PJ": cops, "T_cooling_out": temperatures})
    assert found[["COP_PJ", "T_cooling_out"]].to_numpy().tolist() == [
        list(one) for one in itertools.product(cops, temperatures)
    ]
    for row in found.itertuples():
        alone = calculate("ID_AM002", **CHILLERS, COP_PJ=row.COP_PJ, T_cooling_out=row.T_cooling_out)
        for name in ("RE", "PE", "ER"):
            assert getattr(row, name) == pytest.approx(total(alone, name), rel=1e-12, abs=1e-9)


def test_choices_classes_and_units_vary_too():
    base = {"EC_PJ": 135, "EF_elec": 0.8}
    found = scenarios(
        "ID_AM003", base, {"application": ["cold storage", "individual quick freezer"], "COP_PJ": [1.9, "2.0"]}
    )
    assert found.columns.tolist() == ["application", "COP_PJ", "RE", "PE", "ER", "tonnes"]
    assert found["application"].tolist() == ["cold storage"] * 2 + ["individual quick freezer"] * 2
    assert found["RE"].tolist() == pytest.approx([135 * 0.8 * cop / re for re in (1.71, 1.32) for cop in (1.9, 2.0)])


@pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")  # what is idle without a generator
def test_a_choice_and_a_number_vary_together():
    site = {**CHILLERS, "COP_PJ": 6.5, "T_cooling_out": 36.0, "EI_grid": [900.0, 800.0], "h_gen": [100.0, 90.0]}
    base = {name: value for name, value in site.items() if name not in ("power_source", "EF_grid")} | {"RC_gen": 1}
    both = scenarios("ID_AM002", base, {"power_source": ["both", "grid"], "EF_grid": [0.7, 0.9]})
    assert len(both) == 4
    for row in both.itertuples():
        alone = calculate("ID_AM002", **base, power_source=row.power_source, EF_grid=row.EF_grid)
        assert total(alone) == pytest.approx(row.ER)


def test_a_large_grid_runs_through_the_axes():
    many = np.linspace(1.6, 3, 300)
    found = scenarios("ID_AM003", FREEZER, {"COP_PJ": many, "EF_elec": np.linspace(0.5, 1, 200)})
    assert len(found) == 60_000
    expected = 135 * found["EF_elec"] * (found["COP_PJ"] / 1.32 - 1)
    np.testing.assert_allclose(found["ER"], expected, rtol=1e-9, atol=1e-9)


def test_what_cannot_be_is_refused():
    for varied, words in (
        ({"COP_PJ": [1.6, -2]}, r"COP_PJ,i: got -2; must be a number above 0"),
        ({"EC_PJ": [1]}, "both in the base and varied"),
        ({"COP": [1]}, "did you mean COP_"),
        ({"COP_PJ": 2.0}, "must be a list of values"),
        ({"COP_PJ": [[1.0, 2.0]]}, "one value for each scenario"),
        ({"COP_PJ": [2.0, "3 MWh"]}, "cannot be converted"),
        ({}, "nothing varies"),
    ):
        with pytest.raises(InputError, match=words):
            scenarios("ID_AM003", {**FREEZER, "EF_elec": 0.8}, varied)
    chillers = {name: value for name, value in CHILLERS.items() if name != "capacity"}
    chillers |= {"COP_PJ": 6.5, "T_cooling_out": 36}
    with pytest.raises(InputError, match="1250 lies in no class of COP_RE"):
        scenarios("ID_AM002", chillers, {"capacity": [300, 1250]})


def test_each_cell_has_one_complaint_and_the_cells_are_in_order():
    with pytest.raises(InputError) as error:
        scenarios("ID_AM003", {**FREEZER, "EF_elec": 0.8}, {"COP_PJ": ["1.6", "z", "1,6", "a", "z", -2.0]})
    told = [one.complaint for one in error.value.problems]
    assert told == [
        "'z' is not a number",
        "'1,6' has a decimal comma: write 1.6",
        "'a' is not a number",
        "got -2; must be a number above 0",
    ]


def test_tonnes_are_cut_in_each_year():
    """1.2 t in each of two years are 2 whole tonnes, though their sum is 2.4 t; 0.9 t in each year are none."""
    base = {"EG": [[1.2 / 0.533, 1.2 / 0.533]], "p": ["2023", "2024"]}
    found = scenarios("PW_AM001", base, {"EF_RE": [0.533, 0.4]})
    assert found["ER"].tolist() == pytest.approx([2.4, 2 * 1.2 * 0.4 / 0.533])
    assert found["tonnes"].tolist() == [2, 0]
    years = scenarios("PW_AM001", base, {"EF_RE": [0.533, 0.4]}, by_year=True)
    assert years.columns.tolist() == ["EF_RE", "year", "RE", "PE", "ER", "tonnes"]
    assert years[["EF_RE", "year", "tonnes"]].to_numpy().tolist() == [
        [0.533, 2023, 1], [0.533, 2024, 1], [0.4, 2023, 0], [0.4, 2024, 0],
    ]  # fmt: skip
    assert years["ER"].tolist() == pytest.approx([1.2, 1.2, *[1.2 * 0.4 / 0.533] * 2])


def test_a_table_has_a_scenario_in_each_row(tmp_path):
    table = pd.DataFrame(
        {
            "scenario": ["low", "high", "other use"],
            "COP_PJ": [1.5, "2.0", 2.5],
            "EF_elec [kgCO2/MWh]": [700, 814, 700],
            "application": ["individual quick freezer", "individual quick freezer", "cold storage"],
        }
    )
    table.to_csv(tmp_path / "scenarios.csv", index=False)
    base = {"EC_PJ": 135.0}
    by_hand = [135 * 0.7 * (1.5 / 1.32 - 1), 135 * 0.814 * (2 / 1.32 - 1), 135 * 0.7 * (2.5 / 1.71 - 1)]
    for varied in (table, table.set_index("scenario"), tmp_path / "scenarios.csv"):
        found = scenarios("ID_AM003", base, varied)
        assert found.index.tolist() == ["low", "high", "other use"]
        assert found.columns.tolist() == ["COP_PJ", "EF_elec", "application", "RE", "PE", "ER", "tonnes"]
        assert found["ER"].tolist() == pytest.approx(by_hand)
        assert found["tonnes"].tolist() == [int(er) for er in by_hand]
    with pytest.raises(InputError, match="has no value for the scenario high"):
        scenarios("ID_AM003", base, table.assign(COP_PJ=[1.5, None, 2.5]))
    with pytest.raises(InputError, match="has no such input or choice; did you mean COP_PJ"):
        scenarios("ID_AM003", base, table.rename(columns={"COP_PJ": "COP_P"}))
    with pytest.raises(InputError, match="nothing varies"):
        scenarios("ID_AM003", base, table[["scenario"]])


# Break-even


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 1.5), st.floats(1, 1e4))
def test_the_cop_at_which_nothing_is_saved_is_that_of_the_reference(factor, use):
    found = break_even("ID_AM003", {**FREEZER, "EC_PJ": use, "EF_elec": factor}, "COP_PJ", between=(0.5, 8))
    assert found.magnitude == pytest.approx(1.32, rel=1e-9)


def test_a_target_and_a_unit():
    base = {"application": "cold storage", "COP_PJ": 2.0, "EF_elec": 0.8}
    found = break_even("ID_AM003", base, "EC_PJ", between=("1 MWh", "1 GWh"), target=10)
    assert found.to("kWh").magnitude == pytest.approx(1000 * 10 / (0.8 * (2.0 / 1.71 - 1)))
    alone = calculate("ID_AM003", **base, EC_PJ=found)
    assert total(alone) == pytest.approx(10)


def test_the_plausible_range_is_the_default():
    given = {name: value for name, value in CHILLERS.items() if name != "p"}
    found = break_even("ID_AM002", {**given, "T_cooling_out": 37.0, "T_chilled_out": 7.0}, "COP_PJ")
    assert found.magnitude == pytest.approx(5.59)


def test_where_there_is_no_break_even_it_says_so():
    base = {**FREEZER, "EF_elec": 0.8}
    with pytest.raises(InputError, match=r"ER is never 0 tCO2 between 2 and 5: it goes from 55\.\d+ to "):
        break_even("ID_AM003", base, "COP_PJ", between=(2, 5))
    with pytest.raises(InputError, match="name the range"):
        break_even("ID_AM003", base, "COP_PJ", between=(5, 2))
    with pytest.raises(InputError, match="is not a number"):
        break_even("ID_AM003", {"EC_PJ": 1, "EF_elec": 0.8, "COP_PJ": 2}, "application")


def test_a_jump_over_the_target_is_no_break_even():
    """The reference COP of ID_AM002 jumps from class to class: a COP of 5.6 saves below 550 USRt only."""
    given = {name: value for name, value in CHILLERS.items() if name != "capacity"}
    given |= {"COP_PJ": 5.62, "T_cooling_out": 37.0, "T_chilled_out": 7.0}
    with pytest.raises(InputError, match="passes 0 tCO2 in a step at 550"):
        break_even("ID_AM002", given, "capacity", between=(460, 800))


def test_several_break_evens_are_all_named():
    """Where the project is no better than the reference, nothing is saved at any emission factor."""
    base = {**FREEZER, "COP_PJ": 1.32}
    with pytest.raises(InputError, match="at several values"):
        break_even("ID_AM003", base, "EF_elec", between=(0.1, 1))


# Elasticities


def test_an_elasticity_is_a_logarithmic_derivative():
    result = calculate("ID_AM003", **FREEZER, COP_PJ=1.63, EF_elec=0.814)
    found = result.sensitivity()["elasticity"]
    # ER = EC · EF · (COP_PJ / COP_RE − 1)
    ratio = 1.63 / 1.32
    expected = {"EC_PJ": 1, "EF_elec": 1, "COP_PJ": ratio / (ratio - 1), "COP_RE": -ratio / (ratio - 1)}
    assert found.to_dict() == pytest.approx(expected)


def test_without_reductions_there_is_no_elasticity():
    found = calculate("ID_AM003", **FREEZER | {"EC_PJ": 0.0}, COP_PJ=1.63, EF_elec=0.814).sensitivity()
    assert found["elasticity"].isna().all()


def test_only_classes_and_choices_may_vary():
    given = {"EC_PJ": 135, "COP_PJ": 2.5, "EF_elec": 0.814, "p": "2017"}
    classes = ["cold storage", "individual quick freezer"]
    found = scenarios("ID_AM003", given, {"application": classes})
    assert found["ER"].tolist() == [
        calculate("ID_AM003", **given, application=one).ER.magnitude.sum() for one in classes
    ]


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda base: scenarios("ID_AM003", base, {"COP_PJ": [2.5, "much"]}), "much"),
        (lambda base: scenarios("ID_AM003", base, {"COP_PJ": [2.5, "3 MWh"]}), "COP_PJ,i: "),
        (lambda base: break_even("ID_AM003", base, "COP_PJ", of="XX"), "of: got 'XX'; must be one of RE, PE, ER"),
        (lambda base: break_even("ID_AM003", base, "COP_PJ", between=("much", 5)), "COP_PJ,i: "),
        (lambda base: break_even("ID_AM003", base, "COP_PJ", between=(5, 1)), "COP_PJ,i: "),
    ],
)
def test_what_is_no_number_or_no_result_is_refused(call, complaint):
    with pytest.raises(InputError) as raised:
        call({"EC_PJ": 135, "application": "cold storage", "EF_elec": 0.814, "p": "2017"})
    assert complaint in str(raised.value)


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_an_input_of_another_case_takes_no_part():
    grid = {"power_source": "grid", "EC_PJ": 100, "COP_PJ": 6, "capacity": 500, "EF_grid": 0.8}
    with pytest.raises(InputError, match="takes no part in this calculation"):
        scenarios("ID_AM002", {**grid, "T_cooling_out": 37, "T_chilled_out": 7, "p": "2017"}, {"RC_gen": [1, 2]})
