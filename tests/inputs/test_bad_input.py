"""Bad input is never guessed at: each complaint names the parameter, what came, and what to do."""

import decimal
import math
import pickle
import sys
import warnings
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pint
import pytest

import jcm_calc
from jcm_calc import InputError, InputWarning, Methodology
from jcm_calc.declarations import Interval
from jcm_calc.evidence import unconfirmed
from jcm_calc.inputs import checks
from jcm_calc.units import registry

FREEZER, STORAGE = "individual quick freezer", "cold storage"
FOOD = {"EC_PJ": "135 MWh", "COP_PJ": 1.63, "application": FREEZER, "EF_elec": "0.814 tCO2/MWh"}
CHILLER = {
    **{"power_source": "grid", "EC_PJ": 100, "COP_PJ": 6, "capacity": 500, "EF_grid": 0.8},
    **{"T_cooling_out": 37, "T_chilled_out": 7},
}
BOILER = {
    **{"PH": 100, "HMP": 10, "RPC": 5, "η_RE": 0.61, "η_PJ": 0.67, "EF_CO2_grid": 0.8},
    "EF_CO2_coal": "FY2013 draft",
}
TRUCK = {
    **{"basis": "distance", "fuel_measured_as": "mass", "FC_PJ": 1, "D_PJ": 10_000, "SFC_RE": 0.0002},
    **{"fuel": "Gas/diesel oil", "NCV_i": "IPCC 2006, default", "EF_CO2_i": "IPCC 2006, default"},
}


def units():
    return pd.DataFrame({"i": [1, 2], "COP_PJ": [1.63, 2.2], "application": [FREEZER, STORAGE]})


def readings():
    return pd.DataFrame({"i": [1, 1, 2, 2], "p": ["2024-01", "2024-02"] * 2, "EC_PJ": [10.0, 11.0, 12.0, 13.0]})


def refusal(number, *tables, **values):
    """Return the InputError of an input that must not be calculated."""
    with pytest.raises(InputError) as caught:
        jcm_calc.calculate(number, *tables, **values)
    assert "nothing was calculated" in str(caught.value)
    return caught.value


def only(error):
    """Return the one problem there must be, as text."""
    assert len(error.problems) == 1, str(error)
    return str(error.problems[0])


@pytest.fixture(params=["DataFrame", "CSV"])
def fleet(request, tmp_path):
    """Calculate with the two tables of a small fleet, or with others in their place, as DataFrames or as CSV files."""

    def refused(unit_table=None, reading_table=None, **values):
        tables = [units() if unit_table is None else unit_table, readings() if reading_table is None else reading_table]
        if request.param == "CSV":
            for place, (name, table) in enumerate(zip(("units", "readings"), tables, strict=True)):
                file = tmp_path / f"{name}.csv"
                table.to_csv(file, index=False)
                tables[place] = file
        return refusal("ID_AM003", *tables, EF_elec=0.8, **values)

    return refused


# Single values


@pytest.mark.parametrize(
    ("came", "complaint"),
    [
        ("135 tCO2", "got '135 tCO2': 'tCO2' cannot be converted to 'MWh'; must be a number in MWh"),
        ("135 foo", "unknown unit 'foo'"),
        ("135 MWhh", "did you mean MWh?"),
        ("135 MWh/yr", "give the amount of the whole monitoring period, not a rate"),
        ("135 ton", "different masses in different countries: write t"),
        ("135 mWh", "milliwatt hour: write MWh"),
        ("135 MWh 2", "a unit holds no number"),
        ("１３５", "full-width characters: write 135"),
        ("１３５ MWh", "full-width characters: write 135 MWh"),
        ("0,814", "decimal comma: write 0.814"),
        ("1,234", "write 1.234 or 1234"),
        ("1,234 MWh", "write 1.234 or 1234"),
        ("abc", "'abc' is not a number"),
        ("", "is empty"),
        ("1+2j", "unknown unit"),
        (float("nan"), "got no number"),
        ("nan", "got no number"),
        (None, "got no number"),
        (pd.NA, "got no number"),
        (pd.NaT, "got no number"),
        (decimal.Decimal("NaN"), "got no number"),
        (float("inf"), "got inf MWh; must be a finite number of at least 0"),
        ("-inf", "got -inf MWh; must be a finite number of at least 0"),
        ("1e999", "got inf MWh; must be"),
        (-5, "got -5 MWh; must be a number of at least 0"),
        ("-5 kWh", "got '-5 kWh' (-0.005 MWh); must be a number of at least 0"),  # as it was written
        ("-5kWh", "got '-5kWh' (-0.005 MWh); must be a number of at least 0"),
        ("-5 MWh", "got -5 MWh; must be a number of at least 0"),
        ("-5e0", "got -5 MWh; must be a number of at least 0"),
        (True, "True is a truth value, not a number"),
        (np.True_, "True is a truth value, not a number"),
        ([True], "True is a truth value, not a number"),
        ("True", "'True' is not a number"),
        (1 + 2j, "(1+2j) is not a number"),
        ([1 + 2j], "(1+2j) is not a number"),
        (np.array([1 + 2j]), "(1+2j) is not a number"),
        (10**400, "is too large"),
        ([10**400], "is too large"),
        pytest.param(10**5000, "is too large", id="5001 digits"),
        (b"135", "is not a number"),
        ({1, 2}, "{1, 2} is not a number"),
        (object, "is not a number"),
        ((number for number in [1, 2]), "is not a number"),
        ({"a": "b"}, "'b' is not a number"),
        ([], "is empty"),
        ([[]], "is empty"),
        (np.ones((0, 3)), "is empty"),
        (pd.Series(dtype=float), "is empty"),
        ([1, 2], "got a plain list of 2 values, which fits either"),
        ([[1, 2], [3]], "its rows differ in length"),
        (np.ones((2, 3, 4)), "depends on i, p, but got an array of shape (2, 3, 4)"),
        ([[1, "x"]], "'x' is not a number (p=2)"),
        ([[1, None]], "got no number (empty, NaN, or an error in the spreadsheet) (p=2)"),
        (np.ma.array([[1, 2]], mask=[[0, 1]]), "got no number (empty, NaN, or an error in the spreadsheet) (p=2)"),
        (np.array(["2024-01-01"], dtype="datetime64[ns]"), "is not a number"),
        (pd.Timestamp("2024-01-01"), "is not a number"),
        (np.timedelta64(5, "h"), "is not a number"),
        ([np.timedelta64(5, "h")], "is not a number"),
        (pint.UnitRegistry().Quantity(1, "kg"), "'kilogram' cannot be converted to 'MWh'"),
        (pint.UnitRegistry().Quantity([1, 2], "kg"), "'kilogram' cannot be converted to 'MWh'"),
        (
            pd.Series([1.0, 2.0], index=["a", "b"]),
            "its index has no name: call it i or p, as with EC_PJ.rename_axis('i')",
        ),
        (pd.DataFrame([[1, 2], [3, 4]]), "its columns 0, 1 are not parameters"),
        (pd.DataFrame({"i": [1], "COP_PJ": [5.0]}), "give it as a table, without a name"),
        (pd.DataFrame({"i": [1], "EC_PJ": [5.0], "COP_PJ": [5.0]}), "give it as a table, without a name"),
    ],
)
def test_a_value_that_is_none(came, complaint):
    found = only(refusal("ID_AM003", **{**FOOD, "EC_PJ": came}))
    assert found.startswith("EC_PJ,i,p: ")
    assert complaint in found
    assert found.endswith("[monitoring plan, table 1 (parameters monitored ex post)]")
    assert len(found) < 500


class Odd(np.ndarray):
    unit = "kWh"


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_a_quantity_of_another_library_does_not_lose_its_unit(shape):
    foreign = np.full(shape, 135.0).view(Odd)
    assert "got a Odd: give a pint Quantity" in only(refusal("ID_AM003", **{**FOOD, "EC_PJ": foreign}))


def test_nor_does_an_estimate_of_reductions():
    foreign = np.full((), 3.0).view(Odd)
    result = jcm_calc.calculate("PW_AM001", EG=1, p="2024")
    with pytest.raises(InputError, match="got a Odd: give a pint Quantity"):
        result.to_html("never.html", project={"estimate": foreign})
    table = pd.DataFrame({"project": ["a"], "methodology": ["PW_AM001"], "p": ["2024"], "EG": [1.0]})
    with pytest.raises(InputError, match="got a Odd: give a pint Quantity"):
        jcm_calc.portfolio(table, {"a": foreign})


def test_all_problems_come_at_once_and_a_faulty_value_is_not_missing_too():
    error = refusal("ID_AM003", EC_PJ="5 t", COP_PJ=-1, application=FREEZER, EC_PV=3, p="nonsense")
    assert [problem.subject for problem in error.problems] == ["EC_PJ,i,p", "COP_PJ,i", "EC_PV", "p", "EF_elec"]
    assert str(error).startswith("5 problems with the input of ID_AM003 ver 1.0; nothing was calculated\n")


def test_missing_inputs_are_named_with_meaning_unit_and_place():
    error = refusal("ID_AM003")
    assert [problem.subject for problem in error.problems] == ["EC_PJ,i,p", "COP_PJ,i", "application,i", "EF_elec"]
    first = str(error.problems[0])
    assert "missing: electricity consumed by project refrigerator i in period p, a number in MWh" in first
    assert "[monitoring plan, table 1 (parameters monitored ex post)]" in first


def test_missing_choices_are_explained_and_say_what_else_is_needed_when():
    error = refusal("ID_AM002", **{key: value for key, value in CHILLER.items() if key != "power_source"})
    found = {problem.subject: problem.complaint for problem in error.problems}
    assert list(found) == ["power_source", "EI_grid,p", "h_gen,p", "RC_gen"]
    assert "captive: all electricity of the site comes from a captive generator" in found["power_source"]
    assert found["h_gen,p"].endswith("a number in h, only if power_source = both")


def test_conditions_name_only_the_choices_that_matter():
    found = {problem.subject: problem.complaint for problem in refusal("VN_AM001").problems}
    assert found["D_PJ,i,p"].endswith("a number in km, only if basis = distance")
    assert found["SFC_RE,i"].endswith("only if basis = distance and fuel_measured_as = mass")
    assert "only if" not in found["NCV_i"]


def test_an_unknown_parameter_brings_up_the_near_one():
    assert "did you mean EC_PJ?" in only(refusal("ID_AM003", **FOOD, EC_PV=5))
    assert "no such parameter" in only(refusal("ID_AM003", **FOOD, xyz=5))


@pytest.mark.parametrize("name", ["RE", "ER_p", "RE_i", "RE_i,p"])
def test_results_of_equations_cannot_be_given(name):
    assert only(refusal("ID_AM003", **FOOD, **{name: 5})).startswith(
        f"{name}: unknown input: it is the result of an equation and cannot be given"
    )


def test_constants_and_what_comes_from_an_index_cannot_be_given():
    assert "true by definition" in only(refusal("MN_AM002", **BOILER, kWh_per_MWh=999))
    assert "comes from the index f" in only(refusal("VN_AM001", **TRUCK, fuel_f="Lignite"))
    assert "it is an index (project refrigerator)" in only(refusal("ID_AM003", **FOOD, i=3))


def test_an_efficiency_in_per_cent():
    found = only(refusal("MN_AM002", **{**BOILER, "η_RE": 61}))
    assert found.startswith(
        "η_RE: got 61; must be a number above 0 and at most 1; it looks like per cent: write 0.61 or '61 %'"
    )
    # 100 GJ × (1/0.61 − 1/0.67) × 0.099 tCO2/GJ − 10 h × 5 kW ÷ 1000 × 0.8 tCO2/MWh
    expected = 100 * (1 / 0.61 - 1 / 0.67) * 0.099 - 10 * 5 / 1000 * 0.8
    for written in ("61 %", "61%", pint.UnitRegistry().Quantity(61, "percent")):
        result = jcm_calc.calculate("MN_AM002", **{**BOILER, "η_RE": written})
        assert result.ER.magnitude == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("came", [0, 1.5, -61, 6100])
def test_other_impossible_efficiencies_are_not_taken_for_per_cent(came):
    assert "per cent" not in only(refusal("MN_AM002", **{**BOILER, "η_RE": came}))


@pytest.mark.parametrize("came", ["gird", ["grid"], 5, None, "Grid", pytest.param(10**5000, id="5001 digits")])
def test_a_misspelt_choice(came):
    error = refusal("ID_AM002", **{**CHILLER, "power_source": came})
    found = str(error.problems[0])
    assert found.startswith("power_source: ")
    assert "must be one of its options: grid, captive, both" in found
    assert not any("missing" in str(problem) for problem in error.problems if problem.subject == "power_source")


def test_a_misspelt_candidate_brings_up_the_right_one():
    found = only(refusal("MN_AM002", **{**BOILER, "η_RE": "FY2013 darft"}))
    assert (
        "the name of a possible value: approved version, from recollection; FY2013 draft; did you mean FY2013 draft?"
        in found
    )
    assert "did you mean IPCC 2006, default?" in only(refusal("VN_AM001", **{**TRUCK, "NCV_i": "IPCC 2006, defalt"}))


@pytest.mark.parametrize(
    ("capacity", "got"), [(1250, "1,250 USRt"), (5000, "5,000 USRt"), ("5000 kW", "'5000 kW' (1,421")]
)
def test_a_number_in_no_class(capacity, got):
    found = only(refusal("ID_AM002", **{**CHILLER, "capacity": capacity}))
    assert found.startswith(f"capacity (symbol x_i): got {got}")
    assert ", which is in no class of COP_RE,i" in found
    assert "must be a number above 0 USRt and below 1250 USRt" in found
    assert found.split(" [")[0].endswith("give COP_RE")


def test_just_inside_the_last_class():
    jcm_calc.calculate("ID_AM002", **{**CHILLER, "capacity": 1249.999})


def test_an_unknown_class():
    found = only(refusal("ID_AM003", **{**FOOD, "application": "cold storag"}))
    assert found.startswith("application,i: got 'cold storag', which has no value of COP_RE,i")
    assert "known: individual quick freezer, cold storage; did you mean cold storage?" in found
    several = units().assign(application=[FREEZER, "attic"])
    assert only(refusal("ID_AM003", several, readings(), EF_elec=0.8)).startswith(
        "application,i: got 'attic' (i=2), which has no"
    )


@pytest.mark.parametrize(
    ("came", "complaint"),
    [
        (
            {"cold storag": 1.9},
            "got a value for the class 'cold storag', which no application is; did you mean cold s",
        ),
        ({STORAGE: -1}, "cold storage: got -1; must be a number above 0"),
        ({STORAGE: float("nan")}, "cold storage: got nan; must be a number above 0"),
        ({STORAGE: "x"}, "cold storage: 'x' is not a number"),
        ({STORAGE: [1, 2]}, "cold storage: [1, 2] is not a number"),
        ({STORAGE: "2 MWh"}, "cold storage: got '2 MWh': "),
        ({STORAGE: True}, "True is a truth value"),
        ({}, "got an empty mapping"),
    ],
)
def test_values_by_class_that_are_none(came, complaint):
    assert complaint in only(refusal("ID_AM003", **FOOD, COP_RE=came))


@pytest.mark.parametrize(
    ("came", "complaint"),
    [
        ({"[1000, 2000)": 6}, "the bin [1000, 2000) overlaps another one"),
        ({"large": 6}, "'large' is not an interval: write for example [0, 300)"),
        ({"[2000, 1250)": 6}, "is empty"),
        ({"[nan, 5)": 6}, "an interval has two ends"),
    ],
)
def test_values_by_bin_that_are_none(came, complaint):
    found = only(refusal("ID_AM002", **{**CHILLER, "capacity": 1300, "COP_RE": came}))
    assert found.startswith("COP_RE,i: ")
    assert complaint in found


@pytest.mark.parametrize(
    ("number", "given", "hint"),
    [
        # bare numbers: of the units that make them plausible, those of the same family come first
        ("ID_AM003", {"EC_PJ": 135_000}, "kWh, which would be 135 MWh"),
        ("MN_AM002", {"PH": 15_200_000}, "MJ, which would be 15,200 GJ"),
        ("MN_AM002", {"EF_CO2_coal": 94.6}, "kgCO2/GJ, which would be 0.0946 tCO2/GJ"),
        ("MN_AM002", {"EF_CO2_coal": 0.3406}, "tCO2/MWh, which would be"),
        ("MN_AM002", {"EF_CO2_grid": 1_150}, "kgCO2/MWh, which would be 1.15 tCO2/MWh"),
        ("MN_AM002", {"HMP": 305_280}, "min, which would be 5,088 h"),
        ("MN_AM002", {"PH": "15200000 GJ"}, "MJ, which would be 15,200 GJ"),
        # hours of two boilers, or of more than a year: minutes would explain any number
        ("MN_AM002", {"HMP": 14_400}, ""),
        # a unit is stated, so the number is not in another one by mistake
        ("MN_AM002", {"HMP": "600 d"}, ""),
        ("MN_AM002", {"HMP": pd.DataFrame({"i": ["a"], "p": ["2024"], "HMP [d]": [600.0]})}, ""),
        ("MN_AM002", {"HMP": registry().Quantity(600.0, "d")}, ""),
        ("MN_AM002", {"HMP": [["600 d"]]}, ""),
        ("MN_AM002", {"PH": "9000 TJ"}, ""),
        ("ID_AM003", {"EC_PJ": "135 GWh"}, ""),
    ],
)
def test_a_unit_is_guessed_where_one_explains_a_number(number, given, hint):
    with pytest.warns(InputWarning) as caught:
        jcm_calc.calculate(number, **{**(FOOD if number == "ID_AM003" else BOILER), **given})
    far = [str(one.message) for one in caught if "far outside the plausible range" in str(one.message)]
    assert len(far) == 1
    assert hint in far[0] if hint else "it looks like" not in far[0]


@pytest.mark.parametrize(
    ("unit", "range_", "value", "guess"),
    [
        ("d", (0, 366), 8_760, "h"),
        ("TJ", (0, 1e4), 2e6, "GJ"),
        ("", (0, 0.03), 1.25, "percent"),
        ("", (1, 15), 540, "percent"),
        ("", (0, 0.5), 0.8, ""),  # a share that is too large, and not 0.8 %
        ("", (0, 1e5), 1e6, ""),  # a count
        ("USRt", (50, 5000), 10_000, "kW"),
        ("t", (0, 200), 120_000, "kg"),
    ],
)
def test_guesses_of_units_of_each_family(unit, range_, value, guess):
    parameter = replace(jcm_calc.methodology("ID_AM003").inputs["EC_PJ"], unit=unit)
    found = checks._looks_like(parameter, value, Interval(*map(float, range_), True, True))
    assert f"looks like {guess}," in found if guess else not found


def test_the_slip_of_a_published_sheet_is_noticed():
    with pytest.warns(InputWarning) as caught:
        jcm_calc.calculate("ID_AM002", **{**CHILLER, "EI_grid": "42,826,880 MWh"})
    texts = [str(warning.message) for warning in caught if warning.category is InputWarning]
    guess = "it looks like kWh, which would be 42,826.88 MWh"
    assert any("far outside the plausible range [0, 5e+06]" in text and guess in text for text in texts)
    assert any("428,000 times EC_PJ,i,p (100 MWh)" in text and guess in text for text in texts)
    assert all(text.startswith("EI_grid,p: ") for text in texts)
    assert {warning.filename for warning in caught} == {__file__}  # they point at the caller


@pytest.mark.parametrize(
    ("consumed", "imported", "ratio"),
    [
        (0.5, 20_000, "40,000"),
        (20_000, 0.5, "2.5e-05"),
        (1, 10_001, "10,000"),
        (1, 10_000, ""),
        (1, 1e-4, ""),
        (1, 0, ""),
    ],
)
def test_amounts_of_one_site_that_are_far_apart(consumed, imported, ratio):
    with pytest.warns(InputWarning) as caught:  # that EI_grid takes no part in it, too
        jcm_calc.calculate("ID_AM002", **{**CHILLER, "EC_PJ": consumed, "EI_grid": imported})
    texts = [str(warning.message) for warning in caught if " times " in str(warning.message)]
    assert len(texts) == bool(ratio)
    assert all(f"is {ratio} times EC_PJ,i,p" in text for text in texts)


def test_an_input_without_effect_is_noticed():
    with pytest.warns(InputWarning, match="EI_grid,p: is given but takes no part in this calculation"):
        jcm_calc.calculate("ID_AM002", **{**CHILLER, "EI_grid": 1000})


def test_temperature_differences_are_not_temperatures():
    found = only(refusal("ID_AM002", **{**CHILLER, "TD_cooling": "1.5 °C"}))
    assert "TD_cooling: got '1.5 °C'" in found
    assert "give the number in K" in found


# Facts


@pytest.mark.parametrize(
    ("facts", "subject", "complaint"),
    [
        ({"site": "brewery"}, "site", "'brewery' is not one of its classes; must be one of food industry cold storage"),
        ({"checks_per_year": "often"}, "checks_per_year", "'often' is not a number"),
        ({"secondary_loop": [True, None]}, "secondary_loop,i", "is empty (i=2); must be yes or no"),
        ({"secondary_loop": [1, 0]}, "secondary_loop,i", "is neither yes nor no (i=1)"),
        ({"secondery_loop": True}, "secondery_loop", "did you mean secondary_loop?"),
        ({3: True}, "3", "no such parameter"),
        ({"EC_PJ": 5}, "EC_PJ,i,p", "is given twice"),
        ([("site", "brewery")], "facts", "must be a mapping from names to values"),
    ],
)
def test_facts_that_are_none(facts, subject, complaint):
    error = refusal("ID_AM003", **FOOD, facts=facts)
    found = only(error)
    assert error.problems[0].subject == subject
    assert complaint in found


# Tables


def test_duplicate_rows_are_listed(fleet):
    found = only(fleet(reading_table=pd.concat([readings(), readings().iloc[[1, 2]]])))
    assert "two or more rows for (i=1, p=2024-02), (i=2, p=2024-01)" in found


def test_missing_rows_are_listed(fleet):
    assert "no row for (i=2, p=2024-02)" in only(fleet(reading_table=readings().iloc[:3]))


def test_one_period_spelt_in_two_ways_is_a_duplicate(fleet):
    same = readings().assign(p=["2024-01", "2024-01-01/2024-01-31"] * 2)
    assert "two or more rows for (i=1, p=2024-01), (i=2, p=2024-01)" in only(fleet(reading_table=same))


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        (["2024", "2024-02"], "the periods 2024 and 2024-02 overlap"),
        (["2024-01-01/2024-01-31", "2024-01-31/2024-02-29"], "overlap"),
        (["2024-01", "2024-03"], "has no row between 2024-01 and 2024-03; if that is meant, name the periods with p="),
        (["2023", "2025"], "has no row between 2023 and 2025"),
        (["01/02/2017-28/02/2017", "01/03/2017-31/03/2017"], "can be read in two ways"),
        (["Q1", "Q2"], "'Q1' is not a period: write a year (2024)"),
        (["Q1", "2024-02"], "(2024-01-01/2024-06-30 or 1/Jan/2024-30/Jun/2024)"),
        (["1", "2024"], "some periods have dates and some have not"),
        (["２０２４", "２０２５"], "full-width characters: write 2024"),
    ],
)
def test_periods_of_rows_that_do_not_fit(fleet, labels, complaint):
    assert complaint in only(fleet(reading_table=readings().assign(p=labels * 2)))


def test_rows_without_a_period_are_counted_as_a_spreadsheet_shows_them(fleet, request):
    """The first row of a file has the headings."""
    rows = "3, 5" if "CSV" in request.node.callspec.id else "2, 4"
    table = readings().assign(p=["2024-01", None] * 2)
    assert only(fleet(reading_table=table)).endswith(f"column 'p': is empty in row {rows}")


@pytest.mark.parametrize(
    ("p", "complaint"),
    [
        ("nonsense", "'nonsense' is not a period: write a year (2024)"),
        ("", "is empty"),
        ([], "got an empty list"),
        (["2024-02", "2024-01"], "not in order of time: 2024-01 comes after 2024-02"),
        (["2024", "2024-02"], "the periods 2024 and 2024-02 overlap"),
        (["1", "2024"], "some periods have dates and some have not"),
        ("01/02/2017-31/12/2017", "can be read in two ways: write dates as 2024-01-31 or 31/Jan/2024"),
        ("31/Dec/2024-1/Jan/2024", "the last day is before the first"),
        (["x", "y"], "'x' is not a period"),
        (True, "is not a period"),
        (object, "is not a period"),
        (pd.DataFrame({"p": ["2024"]}), "is not a period"),
        ((label for label in ["2024"]), "is not a period"),
        ("2025", "its rows 2024-01, 2024-02 lie in none of the periods 2025"),
        ("2024", "its rows cover 2024-01-01/2024-02-29, not the whole of the periods 2024"),
        (["2024-01"], "its rows 2024-02 lie in none of the periods 2024-01"),
        (pd.date_range("2024-01-01", periods=2, freq="MS")[:1], "its rows 2024-02 lie in none of the periods 2024-01"),
        (pd.date_range("2024-02-01", periods=2, freq="MS"), "lie in none of the periods"),
        (pd.date_range("2024-01-01", periods=2, freq="15min"), "jcm_calc.monitor sums readings within a day"),
    ],
)
def test_periods_that_are_none_or_do_not_fit(fleet, p, complaint):
    assert complaint in only(fleet(p=p))


def test_nan_and_negative_numbers_are_found_by_their_labels(fleet):
    found = only(fleet(reading_table=readings().assign(EC_PJ=[10, np.nan, 12, 13])))
    assert found.startswith("EC_PJ,i,p: got no number")
    assert "(i=1, p=2024-02)" in found
    # a negative month is not hidden in the sum over the year
    found = only(fleet(reading_table=readings().assign(EC_PJ=[10, 11, -0.5, 13])))
    assert found.startswith("EC_PJ,i,p: got -0.5 MWh (i=2, p=2024-01); must be a number of at least 0")


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ("x", "'x' is not a number (i=1, p=2024-02)"),
        ("0,814", "decimal comma: write 0.814 (i=1, p=2024-02)"),
        ("1,234", "write 1.234 or 1234 (i=1, p=2024-02)"),
        ("１１", "full-width characters: write 11 (i=1, p=2024-02)"),
        ("11 tCO2", "got '11 tCO2': 'tCO2' cannot be converted to 'MWh' (i=1, p=2024-02)"),
        ("inf", "got inf MWh (i=1, p=2024-02); must be"),
        ("N/A", "'N/A' is not a number (i=1, p=2024-02)"),
        ("1_1", "'1_1' is not a number (i=1, p=2024-02)"),
        ("TRUE", "'TRUE' is not a number (i=1, p=2024-02)"),
    ],
)
def test_text_where_numbers_belong(fleet, cell, complaint):
    assert complaint in only(fleet(reading_table=readings().assign(EC_PJ=["10", cell, "12", "13"])))


def test_truth_values_where_numbers_belong(fleet):
    found = only(fleet(reading_table=readings().assign(EC_PJ=[True, True, True, False])))
    assert "True is a truth value, not a number (i=1, p=2024-01), (i=1, p=2024-02)" in found


@pytest.mark.parametrize(
    "cells",
    [
        pd.to_datetime(["2024-01-01"] * 4),
        pd.to_timedelta([1] * 4, unit="h"),
        pd.period_range("2024-01", periods=4, freq="M"),
        np.array([1j] * 4),
        pd.array([True, None, True, False], dtype="boolean"),
        [[1], [2], [3], [4]],
        [b"1"] * 4,
    ],
)
def test_other_things_where_numbers_belong(cells):
    found = only(refusal("ID_AM003", units(), readings().assign(EC_PJ=cells), EF_elec=0.8))
    assert found.startswith("EC_PJ,i,p: ")
    assert "not a number" in found


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int64[pyarrow]", "string", "object"])
def test_gaps_in_columns_of_every_type(dtype):
    cells = pd.Series([10, None, 12, 13]).astype("Int64").astype(dtype)
    found = only(refusal("ID_AM003", units(), readings().assign(EC_PJ=cells), EF_elec=0.8))
    assert "got no number" in found
    assert "(i=1, p=2024-02)" in found


def test_a_column_that_must_not_change_along_an_index(fleet):
    found = only(fleet(units().drop(columns="COP_PJ"), readings().assign(COP_PJ=[1.6, 1.7, 2, 2])))
    assert found.startswith("COP_PJ,i: does not depend on p, but its values change along it: 1.7 (i=1, p=2024-02)")
    found = only(fleet(units().drop(columns="application"), readings().assign(application=[FREEZER, STORAGE] * 2)))
    assert "'cold storage' (i=1, p=2024-02)" in found


def test_a_hole_in_a_repeated_column_is_a_hole_and_no_change(fleet):
    found = only(fleet(units().drop(columns="COP_PJ"), readings().assign(COP_PJ=[1.6, np.nan, 2, 2])))
    assert "got no number" in found


def test_only_amounts_are_summed():
    m = Methodology(
        **{"number": "XX_AM001", "version": "1.0", "title": "Example", "country": "XX", "sectoral_scope": 3},
        indices={"i": "machine", "p": "monitoring period"},
    )
    m.monitored("EC,i,p", "MWh", extensive=True, text="electricity")
    m.monitored("EF,p", "tCO2/MWh", text="a factor that is monitored")
    recalled = unconfirmed("an example")
    m.equation("RE_p", "tCO2", total="i", text="", evidence=recalled, name="RE")(lambda EC, EF: EC * EF)
    m.equation("PE_p", "tCO2", text="", evidence=recalled, name="PE")(lambda: 0)
    m.equation("ER_p", "tCO2", text="", evidence=recalled, name="ER")(lambda RE, PE: RE - PE)
    table = pd.DataFrame({"i": 1, "p": ["2024-01", "2024-02"], "EC": [10, 20], "EF": [0.5, 0.6]})
    found = only(refusal(m, table))
    assert found.startswith("EF,p: changes within a period, but only amounts are summed: 0.6 (p=2024-02)")
    assert jcm_calc.calculate(m, table.assign(EF=0.5)).ER.magnitude.tolist() == [15.0]


def test_rows_that_are_but_a_speck_of_all_combinations():
    m = Methodology(
        **{"number": "XX_AM001", "version": "1.0", "title": "Example", "country": "XX", "sectoral_scope": 3},
        indices={letter: letter for letter in "hijkp"},
    )
    m.monitored("EC,h,i,j,k", "MWh", text="electricity")
    recalled = unconfirmed("an example")
    m.equation("RE_p", "tCO2", total="hijk", text="", evidence=recalled, name="RE")(lambda EC: EC)
    m.equation("PE_p", "tCO2", text="", evidence=recalled, name="PE")(lambda: 0)
    m.equation("ER_p", "tCO2", text="", evidence=recalled, name="ER")(lambda RE, PE: RE - PE)
    labels = range(2**16)  # with four indices 2⁶⁴ combinations, which no array can hold and no integer can count
    table = pd.DataFrame({**dict.fromkeys("hijk", labels), "EC": 1.0})
    assert "table 1: its 65536 rows are not the combinations of h, i, j, k" in only(refusal(m, table))


def test_unknown_columns_and_equations_as_columns(fleet):
    error = fleet(units().assign(EC_PV=1, RE_i=2, foo=3))
    assert [problem.subject for problem in error.problems] == ["EC_PV", "RE_i", "foo"]
    assert "did you mean EC_PJ?" in error.problems[0].complaint
    assert "result of an equation" in error.problems[1].complaint


def test_a_choice_is_not_a_column(fleet):
    error = refusal("ID_AM002", pd.DataFrame({"i": [1], "power_source": ["grid"]}), **CHILLER)
    assert "is a choice for the whole calculation, not a column: give power_source= by name" in only(error)


def test_given_twice(fleet):
    assert "EC_PJ,i,p: is given twice: " in only(fleet(EC_PJ=5))
    assert "COP_PJ,i: is given twice: " in only(fleet(**{"COP_PJ,i": 5}))
    assert "has two columns for EC_PJ,i,p" in only(fleet(reading_table=readings().assign(**{"EC_PJ [kWh]": 1})))
    subjects = [problem.subject for problem in fleet(reading_table=readings().assign(COP_PJ=2.0)).problems]
    assert subjects == ["COP_PJ,i"]


def test_tables_with_different_units(fleet):
    error = fleet(units().assign(i=[1, 3]))
    texts = [problem.complaint for problem in error.problems]
    assert any("has no row for i = 3" in text for text in texts)
    assert any("has no row for i = 2" in text for text in texts)


def test_tables_with_different_periods():
    site = pd.DataFrame({"p": ["2023", "2024"], "EI_grid": [1000, 1000], "h_gen": [10, 10]})
    meter = pd.DataFrame({"i": [1, 1], "p": ["2024", "2025"], "EC_PJ": [100, 100]})
    values = {key: value for key, value in CHILLER.items() if key not in ("EC_PJ", "power_source")}
    found = only(refusal("ID_AM002", site, meter, **values, power_source="both", RC_gen=1))
    assert found == "table 2: covers the periods 2024, 2025, but table 1 covers 2023, 2024"


def test_two_files_of_the_same_name_are_two_tables(tmp_path):
    for folder, p in (("one", "2023"), ("two", "2024")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "data.csv").write_text(f"p,{'EI_grid' if p == '2023' else 'h_gen'}\n{p},1000\n")
    files = [tmp_path / folder / "data.csv" for folder in ("one", "two")]
    found = only(refusal("ID_AM002", *files, **{**CHILLER, "power_source": "both"}, RC_gen=1))
    assert "covers the periods 2024, but data.csv covers 2023" in found


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (pd.DataFrame(), "the table has no rows"),
        (readings().iloc[:0], "the table has no rows"),
        (readings().drop(columns=["i", "p"]), "has 4 rows and no index column (one of i, p)"),
        (readings().assign(i=[1, None, 2, 2]), "column 'i': is empty in row 2"),
        (readings().assign(i=["1", " ", "2", "2"]), "column 'i': is empty in row 2"),
        (readings().assign(i=[[1], [1], [2], [2]]), "column 'i': holds something that is not a label"),
        (readings().assign(i=[1, 1, math.inf, math.inf]), "column 'i': holds something that is not a label"),
        (pd.concat([readings(), readings()[["EC_PJ"]]], axis=1), "the columns 3, 4 are all called 'EC_PJ'"),
        (pd.concat([readings(), readings()[["i"]]], axis=1), "the columns 1, 4 are all called 'i'"),
        (
            readings().set_index(["i", "p"], drop=False),
            "the columns 1, 3 are all called 'i': rename or delete all but one, the columns 2, 4",
        ),
        (readings().rename(columns={"EC_PJ": "Unnamed: 2"}), "column 3 has no heading: name it or delete it"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "its headings take several rows"),
        (5, "a table must be a DataFrame or a file, not int"),
        (None, "a table must be a DataFrame or a file, not NoneType"),
        ({"i": [1]}, "a table must be a DataFrame or a file, not dict"),
        ("no_such_file.csv", "no_such_file.csv: there is no such file"),
        ("no_folder/no_such_file.csv", "there is no such file: no_folder/no_such_file.csv"),
        ("data.ods", "is not in a format that is read: .csv, .xlsx, .parquet"),
    ],
)
def test_tables_that_are_none(table, complaint):
    texts = [str(problem) for problem in refusal("ID_AM003", units(), table, EF_elec=0.8).problems]
    assert any(complaint in text for text in texts)
    assert all(text.startswith(("table 2", "no_such_file.csv", "data.ods", "EC_PJ,i,p: missing")) for text in texts)


@pytest.mark.parametrize(
    ("heading", "complaint"),
    [
        ("EC_PJ [tCO2]", "'tCO2' cannot be converted to 'MWh' (in "),
        ("EC_PJ [MWh/yr]", "not a rate"),
        ("EC_PJ [ton]", "write t for 1000 kg"),
    ],
)
def test_units_of_headings_that_do_not_fit(fleet, heading, complaint):
    found = only(fleet(reading_table=readings().rename(columns={"EC_PJ": heading})))
    assert found.startswith("EC_PJ,i,p: ")
    assert complaint in found


def test_a_class_has_no_unit(fleet):
    assert "has no unit, but its heading says 'kWh'" in only(
        fleet(units().rename(columns={"application": "application [kWh]"}))
    )


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, "", "  "])
def test_an_empty_class(missing):
    table = units().assign(application=pd.Series([FREEZER, missing], dtype=object))
    found = only(refusal("ID_AM003", table, readings(), EF_elec=0.8))
    assert found.startswith("application,i: is empty (i=2) (in table 1, column 'application')")


# Arrays and lists


def test_arrays_of_different_lengths():
    found = only(refusal("ID_AM003", **{**FOOD, "EC_PJ": np.ones((2, 1)), "COP_PJ": [1, 2, 3]}))
    assert found == (
        "i: lengths differ along the index i (project refrigerator): EC_PJ has 2, COP_PJ has 3 values; "
        "give as many of each"
    )
    found = only(refusal("ID_AM003", **{**FOOD, "EC_PJ": np.ones((2, 3))}, p=["2024", "2025"]))
    assert found == "p: the index p (monitoring period) has 2 labels, but EC_PJ has 3 values"


def test_a_list_beside_a_table_of_another_length():
    found = only(refusal("ID_AM003", readings(), COP_PJ=[1, 2, 3], application=FREEZER, EF_elec=0.8))
    assert found == (
        "i: lengths differ along the index i (project refrigerator): EC_PJ has 2, COP_PJ has 3 values; "
        "give as many of each"
    )


@pytest.mark.parametrize("labels", [[2, 1], ["a", "b"], [11, 12]])
def test_a_list_beside_a_table_is_not_paired_by_the_order_of_its_rows(labels):
    table = units().drop(columns="COP_PJ").assign(i=labels)
    energy = readings().assign(i=np.repeat(labels, 2))
    found = only(refusal("ID_AM003", table, energy, COP_PJ=[1.6, 2.2], EF_elec=0.8))
    assert found.startswith("COP_PJ: got a list without labels, but table 1 has labels of i, in another order")
    assert f"COP_PJ = {{{labels[0]!r}: ..., {labels[1]!r}: ...}}" in found


def test_one_amount_for_several_units_would_count_several_times():
    found = only(refusal("ID_AM003", **{**FOOD, "COP_PJ": [1.6, 1.7]}))
    assert found.startswith("EC_PJ,i,p: got one amount for all 2 of i (project refrigerator): give one for each")
    found = only(refusal("ID_AM003", **FOOD, p=["2024", "2025"]))
    assert found.startswith("EC_PJ,i,p: got one amount for all 2 of p (monitoring period): give one for each")


def test_a_plain_list_for_two_indices_is_ambiguous():
    found = only(refusal("ID_AM003", **{**FOOD, "EC_PJ": [10, 20]}))
    assert "give an array of shape (i, p), or name the periods with p=, or give a table with columns i, p" in found


def test_a_list_is_not_judged_while_the_periods_are_not_known():
    found = only(refusal("ID_AM003", **{**FOOD, "EC_PJ": [10, 20], "COP_PJ": [1.6, 1.7]}, p="nonsense"))
    assert found.startswith("p: 'nonsense' is not a period")


def test_an_array_for_a_single_value():
    assert "EF_elec: is a single value, but got an array of shape (2,)" in only(
        refusal("ID_AM003", **{**FOOD, "EF_elec": [0.8, 0.8]})
    )


# Files


UNITS_CSV = f"i,COP_PJ,application\n1,1.63,{FREEZER}\n2,2.2,{STORAGE}\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"i,COP_PJ,application\n", "the table has no rows"),
        (UNITS_CSV.encode("utf-16"), "the file is in UTF-16: save it as CSV UTF-8 (in Excel: Save As, 'CSV UTF-8')"),
        (UNITS_CSV.encode("utf-16-le"), "the file is in UTF-16"),
        (UNITS_CSV.replace(STORAGE, "冷蔵倉庫").encode("cp932"), "the file is in cp932 (Shift-JIS)"),
        (UNITS_CSV.replace(",", ";").encode(), "its columns are separated by ';': separate them by commas"),
        (UNITS_CSV.replace(",", "\t").encode(), r"its columns are separated by '\t': separate them by commas"),
        # unquoted decimal commas move every later cell by one column
        (
            UNITS_CSV.replace("1.63", "1,63").replace("2.2", "2,2").encode(),
            "its rows differ in length: ",
        ),
        (UNITS_CSV.replace("1.63", "1,63").encode(), "its rows differ in length: is there a decimal comma"),
        (UNITS_CSV.replace("2.2", "2,2").encode(), "its rows differ in length: is there a decimal comma"),
        (UNITS_CSV.replace("\n", ",\n").encode(), "column 4 has no heading: name it or delete it"),
        (UNITS_CSV.replace("1.63", '"1.63').encode(), "a.csv: "),
    ],
)
def test_csv_files_that_cannot_be_used(tmp_path, content, complaint):
    (tmp_path / "a.csv").write_bytes(content)
    found = only(refusal("ID_AM003", tmp_path / "a.csv", readings(), EF_elec=0.8))
    assert found.startswith("a.csv: ")
    assert complaint in found


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
def test_files_that_are_not_what_they_are_called(tmp_path, name):
    (tmp_path / name).write_bytes(b"hello")
    found = only(refusal("ID_AM003", tmp_path / name, readings(), EF_elec=0.8))
    assert found.startswith(f"{name}: cannot be read as {name[1:]}")


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (True, "True is a truth value, not a number (i=1)"),
        (pd.Timestamp("2024-01-01"), "is not a number (i=1)"),
        ("#DIV/0!", "got no number (empty, NaN, or an error in the spreadsheet) (i=1)"),
        ("=1+1", "got no number"),  # a formula that no spreadsheet has calculated yet
        (None, "got no number"),
        ("１０", "full-width characters: write 10 (i=1)"),
        ("NA", "'NA' is not a number (i=1)"),
    ],
)
def test_cells_of_workbooks(tmp_path, cell, complaint):
    file = workbook(tmp_path / "readings.xlsx", [["i", "p", "EC_PJ"], [1, 2024, cell], [2, 2024, 13]])
    found = only(refusal("ID_AM003", units(), file, EF_elec=0.8))
    assert found.startswith("EC_PJ,i,p: ")
    assert complaint in found


def test_a_table_that_needs_a_library_says_which(tmp_path, monkeypatch):
    units().to_parquet(tmp_path / "units.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"units.parquet: cannot be read without pyarrow: install it with pip install"):
        jcm_calc.calculate("ID_AM003", tmp_path / "units.parquet")


def test_months_that_a_spreadsheet_turned_into_days(tmp_path):
    months = [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")]
    rows = [[i, month, 10] for i in (1, 2) for month in months]
    file = workbook(tmp_path / "readings.xlsx", [["i", "p", "EC_PJ"], *rows])
    result = jcm_calc.calculate("ID_AM003", units(), file, EF_elec=0.8)
    assert [str(period) for period in result.inputs.periods] == ["2024-01-01/2024-02-29"]
    file = workbook(tmp_path / "one.xlsx", [["i", "p", "EC_PJ"], rows[0], rows[2]])
    with pytest.warns(InputWarning, match="2024-01-01 is a period of one day; write a month as 2024-01"):
        jcm_calc.calculate("ID_AM003", units(), file, EF_elec=0.8)


def test_what_an_unreadable_table_held_is_not_missing(tmp_path):
    (tmp_path / "a.csv").write_bytes(UNITS_CSV.encode("utf-16"))
    error = refusal("ID_AM003", tmp_path / "a.csv", EC_PJ="5 t")
    assert [problem.subject for problem in error.problems] == ["a.csv", "EC_PJ,i,p"]


# Fleets


def big():
    count = 6_000
    months = [f"2024-{month:02}" for month in range(1, 13)]
    table = pd.DataFrame({"i": np.repeat(np.arange(count), 12), "p": months * count, "EC_PJ": 1.0})
    return pd.DataFrame({"i": np.arange(count), "COP_PJ": 1.6, "application": FREEZER}), table


def hole(table):
    table.loc[777, "EC_PJ"] = np.nan
    return table


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (hole, "(i=64, p=2024-10)"),
        (lambda table: table.assign(EC_PJ=[f"x{n}" for n in range(len(table))]), "and 71,995 more"),
        (lambda table: table.assign(EC_PJ=[f"1 x{n}y" for n in range(len(table))]), "and 71,995 more"),
        (lambda table: table.assign(EC_PJ=-1.0), "and 71,995 more"),
        (lambda table: pd.concat([table, table]), "and 71,995 more"),
        (lambda table: table.drop(index=range(0, len(table), 7)), "and 10,281 more"),
        (lambda table: table.assign(p=[f"t{n}" for n in range(len(table))]), "and 71,997 more"),
        (lambda table: table.assign(i=np.arange(len(table))), "and 791,995 more"),
        (lambda table: table.assign(COP_PJ=np.arange(len(table)) + 1.0), "and 65,995 more"),
        (lambda table: table.assign(i=table.i + 1), "no row for i = 6000"),
    ],
    ids=["NaN", "text", "units", "negative", "twice", "sparse", "periods", "labels", "change", "others"],
)
def test_the_faults_of_a_fleet_are_a_few_lines(spoil, complaint):
    fleet_units, table = big()
    spoilt = spoil(table)
    if "COP_PJ" in spoilt:
        fleet_units = fleet_units.drop(columns="COP_PJ")
    error = refusal("ID_AM003", fleet_units, spoilt, EF_elec=0.8)
    assert complaint in str(error)
    assert len(str(error)) < 2_000


def test_the_message_ends_after_fifty_problems():
    error = refusal("ID_AM003", pd.DataFrame(np.ones((1, 300))), **FOOD)
    assert len(error.problems) == 300
    assert str(error).count("\n") == 51
    assert str(error).endswith("and 250 more")


# The error itself


def test_an_input_error_travels_between_processes():
    error = refusal("ID_AM003", EC_PJ=5)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.problems) == (str(error), error.problems)


def test_warnings_besides_errors_are_told_and_not_raised():
    with warnings.catch_warnings():
        warnings.simplefilter("error", InputWarning)
        error = refusal("ID_AM003", **{**FOOD, "EC_PJ": "135,000.0 MWh", "COP_PJ": -1})
    assert "it looks like kWh, which would be 135 MWh" in error.warnings[0].complaint
    assert "warning: EC_PJ,i,p: 135,000 MWh is far outside the plausible range" in str(error)
