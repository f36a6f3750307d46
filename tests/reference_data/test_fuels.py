"""Fuels by everyday names in six languages, fossil ones only, by mass or volume, and of one set."""

import csv
from importlib.resources import files

import pandas as pd
import pytest

from jcm_calc import InputError, calculate, methodology
from jcm_calc.base.problems import Topic
from jcm_calc.declarations.items import Table
from jcm_calc.reference_data import biogenic_fuels, by_volume, fuels_named, ipcc_2006
from jcm_calc.rulebooks import every

TRUCK = {
    "basis": "distance",
    "fuel_measured_as": "mass",
    "FC_PJ": [[9.0]],
    "D_PJ": [[30_000.0]],
    "SFC_RE": [0.00031],
    "NCV_i": "IPCC 2006, default",
    "EF_CO2_i": "IPCC 2006, default",
    "p": "2018",
}
IPCC = tuple(ipcc_2006("EF", "default"))


def rows(name):
    with (files("jcm_calc.reference_data") / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


NAMES = rows("fuel_names.csv")


# Tables


@pytest.mark.parametrize("table", ["fuel_names.csv", "fuel_kinds.csv", "fuels_volume.csv"])
def test_every_row_has_a_source_and_a_grade(table):
    found = rows(table)
    assert len(found) > 50
    assert all(row["source"] and row["grade"] in ("primary", "secondary", "unconfirmed") for row in found)


def test_every_fuel_is_one_of_the_ipcc():
    assert {row["fuel"] for row in rows("fuel_kinds.csv")} == set(IPCC)
    assert {fuel for row in NAMES for fuel in row["fuels"].split("; ")} <= set(IPCC)
    assert {row["language"] for row in NAMES} == {"en", "ja", "es", "vi", "id", "mn"}
    assert len(biogenic_fuels()) == 9


def test_densities_and_calorific_values_by_volume_agree_with_those_by_mass():
    """A volumetric value ÷ the density of the same set lies within 12 % of the IPCC's, in GJ/t."""
    checked = 0
    for name, values in by_volume("NCV").items():
        for fuel, value in values.items():
            density = by_volume("density").get(name, {}).get(fuel)
            if density is not None:
                assert value.value / density.value == pytest.approx(ipcc_2006("NCV", "default")[fuel].value, rel=0.12)
                checked += 1
    assert checked >= 12
    assert by_volume("NCV")["Peru 2019"]["Natural gas"].value == pytest.approx(0.036)
    assert "Gas/diesel oil" not in by_volume("density")["GHG Protocol 2024"]  # 9 % above road diesel
    assert all(one.evidence.source for values in by_volume("density").values() for one in values.values())


# Names


@pytest.mark.parametrize("row", NAMES, ids=[f"{row['language']} {row['name']}" for row in NAMES])
def test_every_name_in_every_language_calculates_as_its_fuel_or_asks(row):
    fuels = fuels_named(row["name"])
    assert set(row["fuels"].split("; ")) <= set(fuels)
    for written in (row["name"], row["name"].upper(), f" {row['name']} "):
        assert fuels_named(written) == fuels
    if len(fuels) > 1 or biogenic_fuels().intersection(fuels):
        with pytest.raises(InputError, match=r"several classes|biogenic") as error:
            calculate("VN_AM001", **TRUCK, fuel=[row["name"]])
        assert all(fuel in str(error.value) for fuel in fuels if fuel in biogenic_fuels() or len(fuels) > 2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "fuel"),
    [
        ("diesel", "Gas/diesel oil"),
        ("gas oil", "Gas/diesel oil"),
        ("軽油", "Gas/diesel oil"),
        ("petrol", "Motor gasoline"),
        ("xăng", "Motor gasoline"),
        ("Natural Gas", "Natural gas"),
        ("HFO", "Residual fuel oil"),
        ("elpiji", "Liquefied petroleum gases (LPG)"),
        ("lignito", "Lignite"),
        ("хүрэн нүүрс", "Lignite"),
    ],
)
def test_an_everyday_name_gives_the_result_of_its_fuel(name, fuel):
    named, known = (calculate("VN_AM001", **TRUCK, fuel=[one]) for one in (name, fuel))
    assert named.full("ER").sum() == known.full("ER").sum()
    assert repr(name) in named.source("fuel")


@pytest.mark.parametrize("name", ["coal", "hard coal", "fuel oil", "gas", "nafta", "than", "нүүрс", "石炭"])
def test_a_name_of_several_fuels_is_a_question(name):
    with pytest.raises(InputError, match=r"means several classes: .*; write the name of one"):
        calculate("VN_AM001", **TRUCK, fuel=[name])


def test_a_misspelt_name_is_hinted_at_with_an_everyday_name():
    with pytest.raises(InputError, match=r"did you mean diesel\?"):
        calculate("VN_AM001", **TRUCK, fuel=["diesl"])


@pytest.mark.filterwarnings("ignore")
def test_values_by_class_may_have_everyday_names_too():
    by_hand = {**TRUCK, "NCV_i": {"diesel": 43.0}}
    result = calculate("VN_AM001", **by_hand, fuel=["diesel"])
    assert result.full("PE").sum() == pytest.approx(9.0 * 43.0 * 0.0741, rel=1e-12)
    own = {**TRUCK, "NCV_i": {"my fuel": 40.0}, "EF_CO2_i": {"my fuel": 0.07}}
    assert calculate("VN_AM001", **own, fuel=["my fuel"]).full("PE").sum() == pytest.approx(9 * 40 * 0.07, rel=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_labels_of_an_index_may_be_everyday_names():
    history = {
        "basis": "freight work",
        "fuel_measured_as": "volume",
        "V_PJ": [[11.0]],
        "TK_PJ": [[1e5]],
        "TK_hist": [9e4],
        "p": "2018",
        "fuel": ["diesel"],
    }
    record = pd.DataFrame({"k": ["1"], "f": ["軽油"], "V_hist": [12.0]})
    sets = {"NCV_i": "IPCC 2006, default", "EF_CO2_i": "IPCC 2006, default", "ρ_i": "Chile 2024"}
    sets |= {"NCV_f": "IPCC 2006, default", "EF_CO2_f": "IPCC 2006, default", "ρ_f": "Chile 2024"}
    result = calculate("VN_AM001", record, **history, **sets)
    assert result.full("RE").sum() == pytest.approx(12.0 * 0.84 * 43.0 * 0.0741 / 9e4 * 1e5, rel=1e-12)


# Candidates of methodologies


def test_no_parameter_offers_a_biogenic_fuel():
    checked = 0
    for m in every():
        for one in m.inputs.values():
            for name, candidate in one.candidates.items():
                classes = set(candidate.entries) if isinstance(candidate, Table) else {name.partition(", ")[0]}
                assert not classes & biogenic_fuels(), (m.number, one.name)
                checked += bool(classes & set(IPCC))
    assert checked > 30


def test_every_volume_that_is_not_normal_offers_a_calorific_value():
    offering = [
        (m.number, one.name, bool(one.candidates))
        for m in every()
        for one in m.inputs.values()
        if one.unit in ("GJ/kL", "GJ/m³", "GJ/Nm3", "t/kL")
    ]
    assert len(offering) >= 9
    normal = {(m.number, one.name) for m in every() for one in m.inputs.values() if one.unit == "GJ/Nm3"}
    assert all(offers is ((number, name) not in normal) for number, name, offers in offering)


@pytest.mark.filterwarnings("ignore")
def test_a_calorific_value_and_a_factor_of_two_sets_are_remarked_on():
    for ncv, ef in (("default", "default"), ("upper", "lower"), ("lower", "default")):
        sets = {"NCV_i": f"IPCC 2006, {ncv}", "EF_CO2_i": f"IPCC 2006, {ef}"}
        result = calculate("VN_AM001", **{**TRUCK, **sets}, fuel=["diesel"])
        mixed = [one for one in result.remarks if one.topic is Topic.CONTRADICTORY]
        assert bool(mixed) is (ncv != ef)
        assert all("take both of one set" in str(one) for one in mixed)


# Other classes


def test_classes_have_other_names():
    freezer = {"EC_PJ": 100, "COP_PJ": 2.1, "EF_elec": 0.8, "p": "2018"}
    for names, own in (
        (("IQF", "iqf", "Individual Quick Freezer"), "individual quick freezer"),
        (("cold store", "Cold Storage", "cold-storage"), "cold storage"),
    ):
        expected = calculate("ID_AM003", **freezer, application=own).full("ER").sum()
        for name in names:
            assert calculate("ID_AM003", **freezer, application=name).full("ER").sum() == expected


@pytest.mark.parametrize(
    ("number", "given", "several"),
    [
        ("MN_AM003", {"connection": "CES"}, "national grid; national grid and captive generator"),
        (
            "ID_AM017",
            {"connection": "JAMALI", "EF_RE": next(iter(methodology("ID_AM017").inputs["EF_RE"].candidates))},
            "Jamali, case 1; Jamali, case 2",
        ),
    ],
)
def test_a_name_of_several_classes_is_a_question(number, given, several):
    choices = {name: next(iter(one.options)) for name, one in methodology(number).choices.items()}
    with pytest.raises(InputError, match=f"means several classes: {several}"):
        calculate(number, EG=[[100.0]], p="2018", **choices, **given)


def test_aliases_are_of_classes_that_exist():
    for m in every():
        for one in (parameter for parameter in m.inputs.values() if not parameter.listed):
            known = {
                key
                for other in m.inputs.values()
                if other.by == one.name and other.table
                for key in other.table.entries
            }
            assert all(set(classes) <= known for classes in one.aliases.values()), (m.number, one.name)


# Classes with limits


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("capacity", "near"),
    [("1055 kW", True), (299.98, True), (300.03, True), (300, False), (301, False), (449.6, True), (825.5, True)],
)
def test_a_capacity_beside_the_limit_of_a_class_is_remarked_on(capacity, near):
    chiller = {"EC_PJ": 1000, "COP_PJ": 6.3, "T_cooling_out": 37, "T_chilled_out": 7}
    result = calculate("ID_AM002", capacity=capacity, power_source="grid", EF_grid=0.8, **chiller)
    found = [one for one in result.remarks if one.topic is Topic.NEAR_LIMIT]
    assert bool(found) is near
    assert all("within 0.1 %" in str(one) and "COP_RE,i" in str(one) for one in found)


@pytest.mark.parametrize("name", ["wood", "ethanol", "palm oil", "Vegetable Oil", "firewood", "bagasse"])
def test_everyday_names_of_biogenic_fuels_are_not_answered_by_a_fossil_one(name):
    with pytest.raises(InputError, match="biogenic") as raised:
        calculate("VN_AM001", **TRUCK, fuel=[name])
    assert "did you mean" not in str(raised.value)
