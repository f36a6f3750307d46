"""A result over all candidates: every row is what `calculate` gives with these candidates named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import jcm_calc
from jcm_calc import InputError, InputWarning, calculate, methodology
from jcm_calc.cli import jcm
from jcm_calc.results.candidates import shown_limit

BORNUUR = Path(__file__).parents[2] / "methodologies" / "jcm_methodologies" / "cases" / "mn_am002_bornuur.toml"
BOILER = {"PH": 15_200, "HMP": 5088, "RPC": 2.3, "η_PJ": 0.67, "EF_CO2_grid": 1.1501}
TRUCKS = {
    **{"basis": "distance", "fuel_measured_as": "mass", "FC_PJ": [11, 12], "D_PJ": [50_000, 40_000], "SFC_RE": 3e-4},
    **{"fuel": ["Gas/diesel oil", "Motor gasoline"], "p": "2024"},
}
LANDFILL = {"decay_form": "yearly"}

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.UnconfirmedWarning")


def boilers(**given):
    return calculate("MN_AM002", **{"η_RE": "FY2013 draft", "EF_CO2_coal": "FY2013 draft", **given}, **BOILER)


def test_the_boilers_of_bornuur_by_hand():
    """15,200 GJ ÷ η_RE × EF − (15,200 ÷ 0.67 × EF + electricity); only RE depends on η_RE: 0.50 or 0.61."""
    found = boilers().over_candidates()
    draft = found[found["EF_CO2_coal"] == "FY2013 draft"].set_index("η_RE")
    assert draft.loc["FY2013 draft", "RE"] == pytest.approx(15_200 / 0.50 * 0.099)
    assert draft.loc["approved version, from recollection", "RE"] == pytest.approx(15_200 / 0.61 * 0.099)
    assert draft["ER"].round().tolist() == [750, 207]
    assert (draft["RE"] - draft["ER"]).round(6).nunique() == 1
    assert len(found) == 2 * 3
    assert found.attrs["left_out"] == 0
    assert found.iloc[0, :2].tolist() == ["FY2013 draft", "FY2013 draft"]
    assert set(found["grade"]) == {"unconfirmed"}


CASES = {
    "MN_AM002": ({"η_RE": "FY2013 draft", "EF_CO2_coal": "FY2013 draft"}, BOILER, 6),
    # one set for the calorific value and the emission factor of a fuel: not 9 combinations
    "VN_AM001": ({"NCV_i": "IPCC 2006, lower", "EF_CO2_i": "IPCC 2006, lower"}, TRUCKS, 3),
    # of the fuel that was chosen: natural gas does not take the place of oil
    "TH_AM005": (
        {"NCV_gen": "Gas/diesel oil, IPCC 2006, lower", "EF_gen": "Gas/diesel oil, IPCC 2006, lower"},
        {"power_source": "captive", "fuel_measured_as": "mass", "p": "2024"},
        3,
    ),
}


def _given(number, given):
    """What a calculation needs: plain values for everything that is not given."""
    m = methodology(number)
    choices = {name: given[name] for name in m.choices if name in given}
    plain = {"η_gen": 0.4, "EG_gen": 10.0}
    for parameter in m.graph(choices).parameters:
        asked = parameter.kind.name in ("MONITORED", "FIXED", "DEFAULT") and parameter.value is None
        if asked and not parameter.textual and not parameter.by and parameter.name not in given:
            given = {**given, parameter.name: plain.get(parameter.name, 2.0)}
    return given


@pytest.mark.parametrize("number", CASES)
def test_every_row_is_what_the_calculation_gives_with_these_candidates(number):
    chosen, rest, count = CASES[number]
    rest = {name: one for name, one in _given(number, {**chosen, **rest}).items() if name not in chosen}
    result = calculate(number, **chosen, **rest)
    found = result.over_candidates()
    assert len(found) == count
    assert found.loc[0, list(chosen)].to_dict() == chosen
    assert not found.duplicated(list(chosen)).any()
    for row in found.to_dict("records"):
        again = calculate(number, **{name: row[name] for name in chosen}, **rest)
        for name in ("RE", "PE", "ER"):
            assert row[name] == pytest.approx(float(again[name].magnitude.sum()), rel=1e-12)
    if number != "MN_AM002":
        assert (found["NCV_i" if number == "VN_AM001" else "NCV_gen"] == found.iloc[:, 1]).all()


def test_a_set_that_was_mixed_is_kept_as_the_first_row():
    mixed = {"NCV_i": "IPCC 2006, upper", "EF_CO2_i": "IPCC 2006, lower"}
    result = calculate("VN_AM001", **mixed, **TRUCKS)
    found = result.over_candidates()
    assert found[["NCV_i", "EF_CO2_i"]].iloc[0].to_dict() == mixed
    assert found["ER"][0] == pytest.approx(float(result.ER.magnitude.sum()))
    assert len(found) == 1 + 3


def test_a_candidate_without_a_value_for_a_class_is_left_out():
    """Of the densities, UNSD 2009 and others have both fuels; some lack motor gasoline."""
    trucks = {**TRUCKS, "fuel_measured_as": "volume", "V_PJ": [11, 12], "SV_RE": 3e-4}
    del trucks["FC_PJ"], trucks["SFC_RE"]
    sets = {"NCV_i": "IPCC 2006, lower", "EF_CO2_i": "IPCC 2006, lower"}
    found = calculate("VN_AM001", **sets, ρ_i="UNSD 2009", **trucks).over_candidates()
    known = methodology("VN_AM001").inputs["ρ_i"].candidates
    both = {name for name, one in known.items() if {"Gas/diesel oil", "Motor gasoline"} <= one.entries.keys()}
    assert set(found["ρ_i"]) == both != set(known)
    assert found["ER"].notna().all()


def test_what_was_given_as_a_number_stays():
    found = boilers(EF_CO2_coal=0.1).over_candidates()
    assert list(found) == ["η_RE", "RE", "PE", "ER", "grade"]
    assert len(found) == 2
    only = calculate("PW_AM001", EG=500).over_candidates()
    assert only[["RE", "PE", "ER"]].to_numpy().tolist() == [[266.5, 0.0, 266.5]]


def test_too_many_combinations_are_cut_and_said():
    with pytest.warns(InputWarning, match="2 combinations of candidates are left out"):
        found = boilers().over_candidates(limit=5)
    # the chosen one, the other efficiency, and the two other factors
    assert found.attrs["left_out"] == 2
    assert found[["η_RE", "EF_CO2_coal"]].to_numpy().tolist() == [
        ["FY2013 draft", "FY2013 draft"],
        ["approved version, from recollection", "FY2013 draft"],
        ["FY2013 draft", "IPCC 2006 lignite, default"],
        ["FY2013 draft", "IPCC 2006 lignite, lower"],
    ]
    with pytest.warns(InputWarning, match="5 combinations"):
        assert len(boilers().over_candidates(limit=1)) == 1
    for limit in (0, -1, 2.0, True, "5"):
        with pytest.raises(InputError, match=r"limit: got .*; must be a whole number from 1"):
            boilers().over_candidates(limit=limit)


def test_a_page_shows_fewer_combinations_of_a_large_fleet():
    few = boilers().inputs
    size = max(one.size for one in few.axes.values())
    assert (size, shown_limit(few)) == (1, 200)
    large = replace(few, axes={name: replace(axis, labels=range(2000)) for name, axis in few.axes.items()})
    assert shown_limit(large) == 5


def _run(*options):
    ran = CliRunner().invoke(jcm, ["calc", str(BORNUUR), *options])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_the_command_says_between_which_reductions_the_estimate_lies():
    line = "ER is 189.381 to 765.598 tCO2 over 6 combinations of candidates for η_RE, EF_CO2,coal"
    assert line in _run()
    assert "207.456" not in _run()
    whole = _run("--candidates")
    assert line in whole
    assert [round(float(row.split()[-2].replace(",", ""))) for row in whole.splitlines() if "unconfirmed" in row and
            ("recollection" in row or row.startswith("FY2013"))][:2] == [750, 207]  # fmt: skip
    data = json.loads(_run("--json"))["candidates"]
    assert [round(er) for er in data["ER"]] == [189, 766]
    assert [round(one["ER"]) for one in data["combinations"]] == [750, 207, 212, 189, 766, 688]


def test_the_report_says_between_which_reductions_the_estimate_lies(tmp_path):
    boilers().to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "ER is 189.381 to 765.598 tCO2 over 6 combinations of candidates for η_RE, EF_CO2,coal" in page


def test_a_result_without_candidates_says_so_where_it_is_asked(tmp_path):
    case = tmp_path / "roof.toml"
    case.write_text('methodology = "PW_AM001"\np = "2024"\n[inputs]\nEG = 500\n', encoding="utf-8")
    plain = CliRunner().invoke(jcm, ["calc", str(case)]).stdout
    assert "candidates" not in plain
    asked = CliRunner().invoke(jcm, ["calc", str(case), "--candidates"]).stdout
    assert "No value was chosen among several candidates" in asked
    assert jcm_calc.calculate("PW_AM001", EG=500).candidate_combinations(10).left_out == 0


# Figures of one fuel


def chiller(**named):
    """TH_AM005 with a generator whose fuel is measured by volume."""
    given = {"power_source": "captive", "fuel_measured_as": "volume", "p": "2024", **named}
    return calculate("TH_AM005", **_given("TH_AM005", given))


@pytest.mark.parametrize(
    ("value", "factor", "told"),
    [
        ("Gas/diesel oil, Chile 2024", "Natural gas, IPCC 2006, lower", True),
        ("Natural gas, Peru 2019", "Gas/diesel oil, IPCC 2006, upper", True),
        ("Gas/diesel oil, Chile 2024", "Gas/diesel oil, IPCC 2006, lower", False),
        ("Natural gas, Peru 2019", "Natural gas, IPCC 2006, lower", False),
    ],
)
def test_a_calorific_value_and_a_factor_of_two_fuels_are_remarked_on(value, factor, told):
    remarks = [str(one) for one in chiller(NCV_V_gen=value, EF_gen=factor).remarks]
    assert any("take both of one fuel" in one for one in remarks) is told, remarks


def test_the_gas_of_the_engines_and_the_fuel_of_the_boiler_may_differ():
    given = {
        **{"fuel_measured_as": "mass", "NCV_gas": "Natural gas, IPCC 2006, lower", "p": "2024"},
        **{"EF_gas": "Natural gas, IPCC 2006, lower", "EF_fuel_RE": "Residual fuel oil, IPCC 2006, lower"},
    }
    result = calculate("TH_AM009", **_given("TH_AM009", {**given, "η_RE": 0.9}))
    assert not any("of one fuel" in str(one) for one in result.remarks)


def test_fuels_without_a_name_are_told_how_to_name_them():
    with pytest.raises(
        InputError, match=r"NCV_f: got '1', which has no value .* Name each f: a column f in a table, or a mapping"
    ):
        calculate(
            *("ID_AM007",),
            **{"reference_from": "records", "fuel_measured_as": "mass", "SG": [100], "h": [10], "FC": 100.0},
            **{"SG_hist": [90, 110], "h_hist": [1, 1], "FC_hist": [[8], [10]], "p": ["2024"]},
            **{"NCV": "IPCC 2006, default", "EF": "IPCC 2006, default"},
        )
