"""What holds for single methodologies beside the checks of conformance and the independent recalculations.

Published figures, directions that depend on the project, and what was read of each document.
"""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from independent import id_am003, vn_am001
from independent.rules import whole_tonnes

from jcm_calc import InputError, calculate, methodology
from jcm_calc.api.case_file import read_case
from jcm_calc.declarations.items import Kind
from jcm_calc.rulebooks import modules, versions

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")


def emissions(result):
    return result.RE.magnitude, result.PE.magnitude, result.ER.magnitude


# Tables


def test_months_are_added_up_into_their_years():
    months = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
    use = np.random.default_rng(2).uniform(0, 50, (2, 24))
    table = pd.DataFrame({"i": np.repeat(["a", "b"], 24), "p": months * 2, "EC_PJ": use.ravel()})
    ratios = pd.Series({"a": 1.6, "b": 1.7}).rename_axis("i")
    r = calculate("ID_AM003", table, COP_PJ=ratios, application="individual quick freezer", EF_elec=0.8)
    by_year = use.reshape(2, 2, 12).sum(2)
    RE, PE, _ = id_am003.reference_project_reductions(
        by_year.tolist(), [1.6, 1.7], ["individual quick freezer"] * 2, 0.8
    )
    np.testing.assert_allclose(r.RE.magnitude, RE, rtol=1e-12)
    np.testing.assert_allclose(r.PE.magnitude, PE, rtol=1e-12)
    assert r.by_year().index.tolist() == [2023, 2024]


def test_fuels_of_the_history_are_known_by_their_names():
    history = pd.DataFrame(
        {
            "k": ["city", "city", "coast", "coast"],
            "f": ["Motor gasoline", "Gas/diesel oil"] * 2,
            "FC_hist": [10.0, 200.0, 0.0, 350.0],
        }
    )
    work = pd.DataFrame({"k": ["coast", "city"], "TK_hist": [9e6, 5e6], "TK_PJ": [8e6, 6e6]})
    factors = dict.fromkeys(("NCV_i", "EF_CO2_i", "NCV_f", "EF_CO2_f"), "IPCC 2006, default")
    choices = {"basis": "freight work", "fuel_measured_as": "mass"}
    r = calculate("VN_AM001", history, work, **choices, **factors, fuel=["Gas/diesel oil"], FC_PJ=[[500.0]], p="2025")
    burnt = [{"Motor gasoline": 10.0, "Gas/diesel oil": 200.0}, {"Motor gasoline": 0.0, "Gas/diesel oil": 350.0}]
    NCV, EF = {"Motor gasoline": 44.3, "Gas/diesel oil": 43.0}, {"Motor gasoline": 0.0693, "Gas/diesel oil": 0.0741}
    expected = vn_am001.by_freight_work([[6e6], [8e6]], burnt, [5e6, 9e6], [[500.0]], ["Gas/diesel oil"], NCV, EF)
    np.testing.assert_allclose([float(values) for values in emissions(r)], [value[0] for value in expected], rtol=1e-12)


# Directions that depend on the project


@pytest.mark.parametrize("number", list(modules()))
def test_directions_name_results_and_do_not_contradict_each_other(number):
    m = methodology(number)
    for item in m.inputs.values():
        declared = [*item.raises, *item.lowers, *item.either]
        assert set(declared) <= {"RE", "PE", *m.terms}
        assert len(declared) == len(set(declared))


def chillers(**changed):
    """A fixed project of two chillers and two periods."""
    project = {
        "power_source": "both",
        "EC_PJ": [[100.0, 120.0], [210.0, 200.0]],
        "COP_PJ": [6.2, 6.6],
        "T_cooling_out": [36.0, 38.0],
        "T_chilled_out": [7.5, 6.0],
        "capacity": [350.0, 900.0],
        "EI_grid": [500.0, 800.0],
        "h_gen": [1000.0, 2000.0],
        "RC_gen": 0.4,
        "EF_grid": 0.8,
        "EF_captive": 0.6,
    }
    return calculate("ID_AM002", **project | changed)


def slope(result, target, name):
    return result.derivatives(target)[name].sum()


@pytest.mark.parametrize("name", ["TD_cooling", "TD_chilled"])
def test_a_temperature_difference_of_chillers_works_either_way(name):
    """Below the standard lift of 30 K a larger difference raises the converted COP, above it lowers it."""
    low = chillers(T_chilled_out=[7.0, 7.0], T_cooling_out=[33.0, 33.0])
    high = chillers(T_chilled_out=[7.0, 7.0], T_cooling_out=[41.0, 41.0])
    assert slope(low, "RE", name) > 0
    assert slope(high, "RE", name) < 0


@pytest.mark.parametrize(("name", "sign"), [("EI_grid", 1), ("h_gen", -1), ("RC_gen", -1)])
def test_the_shares_of_grid_and_captive_power_work_either_way(name, sign):
    dirty_grid = chillers(EF_grid=0.9, EF_captive=0.5)
    clean_grid = chillers(EF_grid=0.5, EF_captive=0.9)
    for target in ("RE", "PE"):
        assert sign * slope(dirty_grid, target, name) > 0
        assert sign * slope(clean_grid, target, name) < 0


# Published figures


def test_a_hectare_of_rice_by_hand():
    """1.46 kg/ha/d × 100 d × 28 ÷ 1000 is 4.088 t; 0.55 of it is 2.2484 t; less 15 %, 1.56366 t remain."""
    field = {
        "methane": "country-specific factors", "nitrous_oxide": "fertiliser", "A": [[1]], "D": [[100]],
        "season": ["dry season"], "w_R": ["continuous flooding"], "w_P": ["multiple drainage"],
        "before_season": ["not flooded, less than 180 d"], "Q_N2O_R": [[0]], "Q_N2O_P": [[0]], "Q_F_R": [0],
        "Q_F_P": [0], "EF_F": 74.1, "p": "2025",
    }  # fmt: skip
    bare = calculate("PH_AM004", **field)
    assert [float(one) for one in emissions(bare)] == pytest.approx([4.088, 2.2484, 1.56366])
    # 100 kgN: 0.3 kgN2O-N before, 0.5 kg in the project; 10 TJ of diesel: 741 t
    fed = calculate("PH_AM004", **field | {"Q_N2O_R": [[100]], "Q_N2O_P": [[100]], "Q_F_P": [10]})
    nitrogen = [share * 44 / 28 * 265 / 1000 for share in (0.3, 0.5)]
    assert [float(one) for one in emissions(fed)][:2] == pytest.approx([4.088 + nitrogen[0], 743.2484 + nitrogen[1]])
    measured = {"measured_every": "3 years", "EF_CH4_R_d": [1.46], "EF_CH4_P_d": [0.803]}
    rest = {key: field[key] for key in ("A", "D", "Q_F_R", "Q_F_P", "EF_F", "p")}
    daily = calculate(
        "PH_AM004",
        methane="daily factors",
        nitrous_oxide="measured",
        EF_N2O_R=[[0]],
        EF_N2O_P=[[0]],
        **rest,
        **measured,
    )
    assert [float(one) for one in emissions(daily)] == pytest.approx([4.088, 2.2484, 1.8396 * 0.95])


def test_drainage_before_the_project_has_no_factor_in_what_was_read():
    field = {"methane": "country-specific factors", "nitrous_oxide": "fertiliser", "w_R": ["single drainage"]}
    with pytest.raises(InputError, match="single drainage"):
        calculate("PH_AM004", **field, A=[[1]], D=[[100]], season=["dry season"], w_P=["multiple drainage"],
                  before_season=["flooded, more than 30 d"], Q_N2O_R=[[0]], Q_N2O_P=[[0]], Q_F_R=[0], Q_F_P=[0],
                  EF_F=74.1)  # fmt: skip


def test_cogeneration_by_hand():
    """1,000 MWh × 0.5 + 3,600 GJ ÷ 0.9 × 0.0543; 250 t × 48 GJ/t × 0.0583: a clean grid makes reductions negative."""
    system = {
        "EC_CGS": [1000], "HC_CGS": [3600], "FC_gas": [250], "fuel_measured_as": "mass", "η_RE": 0.9, "NCV_gas": 48,
        "EF_fuel_RE": 0.0543, "EF_gas": 0.0583, "p": "2024",
    }  # fmt: skip
    for number in ("TH_AM009", "ID_AM016"):
        assert [float(one) for one in emissions(calculate(number, EF_elec=0.5, **system))] == pytest.approx(
            [717.2, 699.6, 17.6]
        )
        assert float(calculate(number, EF_elec=0.3, **system).ER.magnitude) == pytest.approx(-182.4)


def test_electricity_that_the_plant_takes_for_itself_earns_nothing():
    given = {"EG_gross": 100.0, "EC_AUX": 4.0, "EF_RE": 0.5}
    assert float(calculate("KE_AM003", **given).RE.magnitude) == pytest.approx(48)
    stored = {"displaced_electricity": "generation and storage", "EG": 100.0, "EC": 30.0, "ED": 25.0}
    assert float(calculate("MN_AM004", EF_RE=0.797, **stored).RE.magnitude) == pytest.approx(95 * 0.797)


def test_frozen_food_plant_in_indonesia():
    r = calculate("ID_AM003", EC_PJ=135, COP_PJ=1.63, application="individual quick freezer", EF_elec=0.814, p="2015")
    assert round(float(r.RE.magnitude)) == 136
    assert r.by_year()["tonnes"].tolist() == [25]


def test_boilers_of_the_study_in_mongolia():
    draft = {"η_RE": "FY2013 draft", "η_PJ": 0.67, "EF_CO2_coal": "FY2013 draft"}
    r = calculate("MN_AM002", PH=15200, HMP=5088, RPC=2.3, EF_CO2_grid=1.1501, **draft)
    assert float(r.ER.magnitude) == pytest.approx((1 / 0.5 - 1 / 0.67) * 15200 * 0.099 - 2.3 * 5088 * 1.1501 / 1000)
    assert r.by_year()["tonnes"].tolist() == [750]


@pytest.mark.parametrize(("EG", "tonnes"), [(555.34, 295), (555.35, 296), (557.22, 296), (557.23, 297)])
def test_first_issuance_of_palau(EG, tonnes):
    assert calculate("PW_AM001", EG=EG).by_year()["tonnes"].tolist() == [tonnes]


def cases():
    folder = files("jcm_methodologies") / "cases"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)


def test_there_are_published_cases():
    assert {"id_am002_id009_2017.toml", "id_am003_frozen_food.toml", "mn_am002_bornuur.toml"} <= {
        file.name for file in cases()
    }


@pytest.mark.parametrize("file", cases(), ids=lambda file: file.name)
def test_a_published_case_gives_the_published_figures(file):
    expected = tomllib.loads(file.read_text(encoding="utf-8"))["expected"]
    case = read_case(str(file))
    if "missing" in expected:
        with pytest.raises(InputError) as caught:
            case.calculate()
        assert sorted(problem.subject for problem in caught.value.problems) == sorted(expected["missing"])
        assert {warning.subject for warning in caught.value.warnings} == set(expected["warnings"])
        return
    result = case.calculate()
    for name in ("RE", "PE", "ER"):
        if name in expected:  # printed without decimals, rounded or cut
            assert abs(float(result[name].magnitude) - float(expected[name])) < 1
    reductions = float(result.ER.magnitude)
    if "tonnes" in expected:  # some sources round
        assert result.by_year()["tonnes"].tolist() == [expected["tonnes"]] == [whole_tonnes(reductions)]


def test_a_load_outside_the_history_is_refused_with_the_numbers():
    fuel = "Residual fuel oil"
    burnt = pd.DataFrame({"k": ["1", "2", "3"], "f": fuel, "FC_hist": [80, 320, 160]})
    steam = pd.DataFrame({"k": ["1", "2", "3"], "SG_hist": [1200, 4800, 2400], "h_hist": [24, 24, 24]})
    now = pd.DataFrame({"f": [fuel], "p": ["2018"], "FC": [150_000]})
    given = {"NCV": "IPCC 2006, default", "EF": "IPCC 2006, default", "h": 8760, "SG": 2e6, "p": "2018"}
    with pytest.raises(InputError, match=r"x_k = 50 t/h … 200 t/h, x_p = 228\.311 t/h"):
        calculate("ID_AM007", burnt, steam, now, reference_from="records", fuel_measured_as="mass", **given)


def test_no_symbol_but_that_of_emission_reductions_looks_like_it():
    for m in (m for number in modules() for m in versions(number).values()):
        looks = [symbol for name, symbol in m.symbols().items() if symbol.split(",")[0].split("_")[0] == "ER"]
        own = [rule.symbol for rule in m.rules if rule.name in ("ER", *m.terms) or rule.name.startswith("ER_")]
        assert set(looks) <= set(own), m


# Evidence


def statements(m):
    """Everything a methodology states, by kind and name, with its evidence."""
    for rule in m.rules:
        yield "equation", rule.name, rule.evidence
    for name, choice in m.choices.items():
        yield "choice", name, choice.evidence
    for condition in m.conditions:
        yield "criterion", condition.number, condition.evidence
    for item in m.inputs.values():
        if item.kind is Kind.CONSTANT:
            continue
        if item.evidence is not None:
            yield "parameter", item.name, item.evidence
    for (name, candidate, key), row in m.defaults.iterrows():
        if m.inputs[name].kind is not Kind.CONSTANT:
            yield "default", f"{name} {candidate} {key}".strip(), row
    for what, evidence in m.identity.items():
        yield "identity", what, evidence


# What the status paper of the ministries says of the methodologies of 2015.
IDENTITY = {("identity", item) for item in ("number", "title", "country", "sectoral scope")}

# What was read in a primary source, or in a secondary one about the approved methodology.
READ = {
    "ID_AM002": {
        ("identity", "number"), ("identity", "title"), ("identity", "country"), ("identity", "version"),
        ("parameter", "EC_PJ"), ("parameter", "EI_grid"),
    },
    "ID_AM003": {
        ("identity", "number"), ("identity", "title"), ("identity", "country"), ("identity", "version"),
        ("parameter", "EC_PJ"), ("parameter", "COP_PJ"),
        ("equation", "RE_i"), ("equation", "PE_i"), ("equation", "ER"),
    },
    "BD_AM002": {("identity", "country"), ("identity", "version")},
    "CR_AM001": {("identity", "number"), ("identity", "title"), ("identity", "country"), ("identity", "version")},
    "MN_AM002": {*IDENTITY, ("identity", "version")},
    "PW_AM001": {*IDENTITY, ("identity", "version")},
    "TH_AM003": {("identity", "number"), ("identity", "title"), ("identity", "country"), ("identity", "version")},
    "VN_AM001": IDENTITY,
}  # fmt: skip


# The families of the wider catalogue, of which at most a summary page was read.
SUMMARISED = [
    "BD_AM002", "CL_AM001", "CR_AM001", "CR_AM002", "ID_AM013", "ID_AM016", "ID_AM017", "ID_AM019", "ID_AM020",
    "ID_AM022", "KE_AM002", "KE_AM003", "KH_AM002", "LA_AM002", "MM_AM002", "MM_AM005", "MN_AM003", "MN_AM004",
    "PH_AM001", "PH_AM002", "SA_AM001", "TH_AM001", "TH_AM003", "TH_AM005", "TH_AM009", "TH_AM013", "TH_AM016",
    "VN_AM007",
]  # fmt: skip


# Solar power and hydropower of which no factor was read.
NO_FACTOR = [
    "BD_AM002", "CL_AM001", "CR_AM001", "ID_AM013", "ID_AM019", "KE_AM002", "LA_AM002", "PH_AM001", "PH_AM002",
    "TH_AM001", "VN_AM007",
]  # fmt: skip


@pytest.mark.parametrize("number", SUMMARISED)
def test_a_value_that_nobody_has_read_is_no_default(number):
    m = methodology(number)
    values = [value for item in m.inputs.values() for value in item.known()]
    assert all(value.evidence.confirmed for value in values)
    assert bool(values) == (number == "MN_AM003")
    assert m.conditions
    assert not any(condition.evidence.confirmed for condition in m.conditions)


def test_unconfirmed_defaults_have_no_rival_and_are_those_of_the_documentation():
    """A figure is a default or a candidate, by one rule: see docs/concepts.md, which names the unconfirmed defaults."""
    found = {}
    for m in (m for number in modules() for m in versions(number).values()):
        for item in m.inputs.values():
            assert not (item.candidates and list(item.known())), (m, item)
            if not all(value.evidence.confirmed for value in item.known()):
                found.setdefault(m.number, set()).add(item.name)
    assert found.pop("VN_AM005") == {"UNC"}  # 0, which takes nothing away
    page = (Path(__file__).parents[2] / "docs" / "concepts.md").read_text(encoding="utf-8")
    assert all(number in page for number in found)
    assert found.pop("PH_AM004")
    assert found == {
        "ID_AM002": {"COP_RE", "EF_captive", "T_std_cooling_out", "T_std_chilled_out", "TD_cooling", "TD_chilled"},
        "ID_AM003": {"COP_RE"},
        "MV_AM001": {"EF_RE"},
        "PW_AM001": {"EF_RE"},
    }


def test_all_figures_of_one_draft_are_offered_under_one_name():
    draft = "FY2013 draft"
    given = {"PH": 15200, "HMP": 5088, "RPC": 2.3, "η_PJ": 0.67, "p": "2013"}
    result = calculate("MN_AM002", η_RE=draft, EF_CO2_coal=draft, EF_CO2_grid=draft, **given)
    expected = 15200 * (1 / 0.50 - 1 / 0.67) * 0.099 - 2.3 * 5088 / 1000 * 1.1501
    assert result.ER.magnitude == pytest.approx(expected)
    assert {item.name for item in result.unconfirmed} >= {"η_RE", "EF_CO2,coal", "EF_CO2,grid"}
    assert result.unconfirmed_values == ("η_RE", "EF_CO2,coal")
    with pytest.raises(InputError, match=r"EF_CO2,grid\): missing.*FY2013 draft"):
        calculate("MN_AM002", η_RE=draft, EF_CO2_coal=draft, **given)


@pytest.mark.parametrize("number", NO_FACTOR)
def test_a_factor_of_solar_power_that_is_not_known_is_asked_for(number):
    connection = {"connection": "grid"} if "connection" in methodology(number).inputs else {}
    with pytest.raises(InputError) as caught:
        calculate(number, EG=100, **connection)
    assert [problem.subject for problem in caught.value.problems] == ["EF_RE,i"]


def test_candidates_of_solar_power_and_hydropower_are_named_and_never_more_than_an_estimate():
    figures = {}
    for number in (*NO_FACTOR, "MN_AM004", "ID_AM017"):
        factor = methodology(number).inputs["EF_RE"]
        for name, known in factor.by_candidate():
            assert name
            assert not any(value.evidence.confirmed for value in known.values()), number
            figures |= {(number, key or name): value.value for key, value in known.items()}
    assert figures["TH_AM001", "grid, as version 1.0"] == pytest.approx(2326 / 7293, abs=1e-4)
    assert figures["VN_AM007", "grid"] == pytest.approx(25614 / 76920, abs=1e-5)
    assert round(1922 * figures["ID_AM013", "Sumatra, case 1"]) in (917, round(1922 * 0.458))
    assert {figures["PH_AM002", "Luzon-Visayas"], figures["PH_AM002", "Mindanao"]} == {0.507, 0.468}


def test_a_connection_to_no_known_grid_is_refused():
    with pytest.raises(InputError, match="island"):
        calculate("MN_AM003", EG=[[100.0], [50.0]], connection=["national grid", "island"])
    mixed = calculate("MN_AM003", EG=[[100.0], [50.0]], connection=["national grid", "no national grid"])
    assert mixed.ER.magnitude == pytest.approx(100 * 0.797 + 50 * 0.533)


@pytest.mark.parametrize("number", READ)
def test_nothing_but_what_was_read_is_graded_better_than_unconfirmed(number):
    grades = {(kind, name): str(evidence.grade) for kind, name, evidence in statements(methodology(number))}
    assert {key for key, grade in grades.items() if grade != "unconfirmed"} == READ[number]
    assert {key for key, grade in grades.items() if grade == "secondary"} <= {*IDENTITY, ("identity", "version")}


@pytest.mark.parametrize("number", list(modules()))
def test_every_criterion_looks_at_something_that_is_declared(number):
    m = methodology(number)
    known = {*m.inputs, *m.facts, *m.coordinates, *(rule.name for rule in m.rules)}
    for condition in m.conditions:
        assert condition.arguments
        assert set(condition.arguments) <= known
    asked = {name for condition in m.conditions for name in condition.arguments}
    asked |= {name for limit in m.limits for name in (*limit.names, limit.rated_fact)}
    assert set(m.facts) <= asked


# Criteria, at the limits that their texts name


@pytest.mark.parametrize(
    ("number", "criterion", "facts", "given", "answer"),
    [
        # 5 MW all year are 43,800 MWh
        ("ID_AM001", "5", {"grid_connected": "yes", "max_output": 5, "annual_import": 43_800}, {}, "met"),
        ("ID_AM001", "5", {"grid_connected": "yes", "max_output": 5, "annual_import": 43_799}, {}, "not met"),
        ("ID_AM001", "5", {"grid_connected": "no", "max_output": 5, "annual_import": 50_000}, {}, "not met"),
        ("ID_AM005", "b", {}, {"η_min": 100, "η_PJ": 100}, "met"),
        ("ID_AM005", "b", {}, {"η_min": 100, "η_PJ": 99.9}, "not met"),
        ("ID_AM007", "2", {"existing_facility": "yes", "boilers": 2}, {}, "met"),
        ("ID_AM007", "2", {"existing_facility": "yes", "boilers": 1}, {}, "not met"),
        ("ID_AM007", "2", {"existing_facility": "no", "boilers": 2}, {}, "not met"),
        ("ID_AM010", "c", {"COP_HP": 3.1}, {"COP_min": 3}, "met"),
        ("ID_AM010", "c", {"COP_HP": 3}, {"COP_min": 3}, "not met"),
        ("MN_AM002", "1", {"fuel": "coal", "hot_water_supply": "yes"}, {}, "met"),
        ("MN_AM002", "1", {"fuel": "lignite", "hot_water_supply": "yes"}, {}, "met"),
        ("MN_AM002", "1", {"fuel": "other", "hot_water_supply": "yes"}, {}, "not met"),
        ("MN_AM002", "2", {"capacity": 0.10}, {}, "met"),
        ("MN_AM002", "2", {"capacity": "3150 kW"}, {}, "met"),
        ("MN_AM002", "2", {"capacity": 3.16}, {}, "not met"),
        ("MN_AM002", "2", {"capacity": 0.09}, {}, "not met"),
        ("MN_AM002", "3", {"activity": "installation"}, {}, "met"),
        ("VN_AM002", "f", {"ODP": 0}, {}, "met"),
        ("VN_AM002", "f", {"ODP": 0.05}, {}, "not met"),
        ("VN_AM005", "2", {"LL_PJ": 2_000, "LL_RE": 2_000}, {}, "met"),
        ("VN_AM005", "2", {"LL_PJ": 2_001, "LL_RE": 2_000}, {}, "not met"),
        ("VN_AM005", "2", {"LL_PJ": 2_001}, {}, "not shown"),
    ],
)
def test_what_a_criterion_answers(number, criterion, facts, given, answer):
    found = methodology(number).check_eligibility(facts, **given)
    assert found.loc[criterion, "answer"] == answer


@pytest.mark.parametrize("year", ["2023", "2024"])
@pytest.mark.parametrize(
    "parts", [[f"{{}}-{month:02}" for month in range(1, 13)], ["{}-01-01/{}-03-31", "{}-04-01/{}-12-31"]]
)
def test_parts_of_a_year_have_together_the_methane_of_the_year(year, parts):
    waste = {
        "decay_form": "yearly",
        "φ": 0.75,
        "f": 0.0,
        "GWP_CH4": 28.0,
        "OX": 0.0,
        "F": 0.5,
        "DOC_f": 0.5,
        "MCF": 0.8,
    }
    waste |= {"W": 1000.0, "DOC": 0.15, "x_year": 2022.0, "k": 0.4, "NCV_BG": 0.022, "EF_CO2_RF": 0.067, "EF_elec": 0.6}

    def methane(p, **amounts):
        return calculate("VN_AM004", p=p, **waste, **amounts)["RE"].magnitude.sum()

    periods = [one.format(*[year] * one.count("{}")) for one in parts]
    none = {"BG": [0.0] * len(periods), "EC_PJ": [0.0] * len(periods)}
    assert methane(periods, **none) == pytest.approx(methane(year, BG=0.0, EC_PJ=0.0), rel=1e-12)
