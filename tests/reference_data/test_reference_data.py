"""Published figures: complete, ordered, each with its source, and in agreement with what they derive from."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from jcm_calc import methodology
from jcm_calc.reference_data import gwp, ipcc_2006, partner_countries, solar_grid_factors

BOUNDS = ("lower", "default", "upper")

# kg of carbon in a GJ (IPCC 2006 Guidelines, vol. 2, table 1.3): default, lower, upper
CARBON = {
    "Crude oil": (20.0, 19.4, 20.6),
    "Motor gasoline": (18.9, 18.4, 19.9),
    "Jet kerosene": (19.5, 19.0, 20.3),
    "Gas/diesel oil": (20.2, 19.8, 20.4),
    "Residual fuel oil": (21.1, 20.6, 21.5),
    "Liquefied petroleum gases (LPG)": (17.2, 16.8, 17.9),
    "Anthracite": (26.8, 25.8, 27.5),
    "Other bituminous coal": (25.8, 24.4, 27.2),
    "Sub-bituminous coal": (26.2, 25.3, 27.3),
    "Lignite": (27.6, 24.8, 31.3),
    "Natural gas": (15.3, 14.8, 15.9),
    "Blast furnace gas": (70.8, 59.7, 84.0),
    "Wood / wood waste": (30.5, 25.9, 36.0),
}


def rows(name):
    with (files("jcm_calc.reference_data") / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_there_are_51_fuels_and_all_but_industrial_wastes_have_a_calorific_value():
    assert len(ipcc_2006("EF", "default")) == 51
    without = set(ipcc_2006("EF", "default")) - set(ipcc_2006("NCV", "default"))
    assert without == {"Industrial wastes"}


@pytest.mark.parametrize("quantity", ["NCV", "EF"])
def test_every_default_lies_within_its_bounds(quantity):
    lower, default, upper = (ipcc_2006(quantity, bound) for bound in BOUNDS)
    assert list(lower) == list(default) == list(upper)
    assert all(0 < lower[fuel].value <= default[fuel].value <= upper[fuel].value for fuel in default)


def test_every_row_has_a_source_and_a_grade_and_stands_once():
    table = rows("fuels.csv")
    assert all(row["source"] and row["grade"] in ("primary", "secondary", "unconfirmed") for row in table)
    assert {(row["quantity"], row["unit"]) for row in table} == {("NCV", "GJ/t"), ("EF", "tCO2/GJ")}
    keys = [(row["fuel"], row["quantity"], row["bound"]) for row in table]
    assert len(keys) == len(set(keys)) == (51 + 50) * 3
    assert all(row["certainty"] for row in table if row["grade"] == "unconfirmed")


@pytest.mark.parametrize("fuel", CARBON)
def test_emission_factors_agree_with_the_carbon_in_the_fuel(fuel):
    for bound, carbon in zip(("default", "lower", "upper"), CARBON[fuel], strict=True):
        factor = ipcc_2006("EF", bound)[fuel].value
        assert factor == pytest.approx(carbon * 44 / 12 / 1000, rel=0.006)


@pytest.mark.parametrize(
    ("fuel", "bound", "product"),
    [
        ("Gas/diesel oil", "lower", 3.0056),
        ("Gas/diesel oil", "default", 3.1863),
        ("Natural gas", "lower", 2.5250),
        ("Natural gas", "default", 2.6928),
        ("Lignite", "lower", 0.5000),
        ("Lignite", "default", 1.2019),
    ],
)
def test_emissions_of_a_tonne_of_fuel(fuel, bound, product):
    found = ipcc_2006("NCV", bound)[fuel].value * ipcc_2006("EF", bound)[fuel].value
    assert found == pytest.approx(product, abs=5.1e-5)


def test_all_but_thirteen_figures_were_read_in_two_places():
    recalled = {
        ("NCV", "default", "Natural gas liquids"), ("NCV", "upper", "Lubricants"),
        ("EF", "lower", "Refinery gas"), ("EF", "upper", "Refinery gas"),
        ("EF", "lower", "Gas works gas"), ("EF", "upper", "Gas works gas"),
        ("EF", "lower", "Coke oven gas"), ("EF", "upper", "Coke oven gas"),
        ("EF", "lower", "Peat"), ("NCV", "default", "Other primary solid biomass"),
        *(("NCV", bound, "Municipal wastes (non-biomass)") for bound in BOUNDS),
    }  # fmt: skip
    assert {
        (quantity, bound, fuel)
        for quantity in ("NCV", "EF")
        for bound in BOUNDS
        for fuel, value in ipcc_2006(quantity, bound).items()
        if not value.evidence.confirmed
    } == recalled


def test_there_are_31_partner_countries_with_code_date_and_source():
    table = rows("partner_countries.csv")
    assert len(partner_countries()) == len(table) == 31
    assert all(len(row["code"]) == 2 and row["code"].isupper() and row["country"] and row["source"] for row in table)
    dates = [date.fromisoformat(row["date"]) for row in table if row["date"]]
    assert min(dates) == date(2013, 1, 8)
    assert "JP" not in partner_countries()


@pytest.mark.parametrize("number", ["ID_AM002", "ID_AM003", "MN_AM002", "PW_AM001", "VN_AM001"])
def test_every_methodology_belongs_to_a_partner_country(number):
    assert methodology(number).country in partner_countries()


# Typed from the assessment reports' tables as the scheme's users quote them.
GWP = {
    "CH4": (21, 25, 28),
    "N2O": (310, 298, 265),
    "SF6": (23_900, 22_800, 23_500),
    "HFC32": (650, 675, 677),
    "HFC125": (2_800, 3_500, 3_170),
    "HFC134a": (1_300, 1_430, 1_300),
    "HFC143a": (3_800, 4_470, 4_800),
}


@pytest.mark.parametrize("gas", GWP)
def test_global_warming_potentials(gas):
    assert tuple(gwp(gas, report) for report in ("SAR", "AR4", "AR5")) == GWP[gas]


def test_the_second_case_of_each_indonesian_grid_is_the_first_one_or_that_of_diesel_if_lower():
    first, second = solar_grid_factors("ID", 1), solar_grid_factors("ID", 2)
    assert first.keys() == second.keys()
    assert {grid: min(value.value, 0.533) for grid, value in first.items()} == {g: v.value for g, v in second.items()}
    assert "Kendari" not in first  # the table breaks off there, and nothing is filled in


def test_the_factors_of_mongolia():
    assert {value.value for value in solar_grid_factors("MN", 1).values()} == {0.797}
    assert {value.value for value in solar_grid_factors("MN", 2).values()} == {0.533}
    assert set(solar_grid_factors("MN", 1)) == {"CES", "WES", "AUES", "EES", "SES"}
