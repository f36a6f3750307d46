"""How the trade writes units: every spelling against every unit that the methodologies declare, and the page of it."""

import itertools
import re
import warnings
from pathlib import Path

import numpy as np
import pint
import pytest

import jcm_calc
from jcm_calc import InputError, InputWarning, calculate, methodology
from jcm_calc.units import (
    Linear,
    Reciprocal,
    UnitError,
    conversion,
    magnitude,
    normalise,
    parse_unit,
    reading,
    registry,
    unit_of,
)
from jcm_calc.units.trade import TRADE

PAGE = Path(__file__).parents[2] / "docs" / "units.md"

# By hand: the size of each unit that a methodology declares, in SI units or tCO2, and what it measures.
DECLARED = {
    "tCO2": (1, "CO2"),
    "MWh": (3.6e9, "energy"),
    "tCO2/MWh": (1 / 3.6e9, "CO2/energy"),
    "t": (1000, "mass"),
    "m³": (1, "volume"),
    "Nm3": (1, "normal volume"),
    "GJ": (1e9, "energy"),
    "tCO2/GJ": (1e-9, "CO2/energy"),
    "h": (3600, "time"),
    "GJ/t": (1e6, "energy/mass"),
    "m³/d": (1 / 86400, "volume/time"),
    "tCO2/m³": (1, "CO2/volume"),
    "lm/W": (1, "lumen/power"),
    "GJ/m³": (1e9, "energy/volume"),
    "GJ/Nm3": (1e9, "energy/normal volume"),
    "d": (86400, "time"),
    "MW": (1e6, "power"),
    "tCO2/h": (1 / 3600, "CO2/time"),
    "W": (1, "power"),
    "tCO2/t": (1e-3, "CO2/mass"),
    "t/h": (1 / 3.6, "mass/time"),
    "h/d": (1 / 24, ""),
    "°C": (1, "temperature"),
    "kL": (1, "volume"),
    "t/km": (1, "mass/length"),
    "yr": (365.25 * 86400, "time"),
    "K": (1, "temperature difference"),
    "tCO2**2/h**2": (1 / 3600**2, "CO2²/time²"),
    "GJ/kL": (1e9, "energy/volume"),
    "Ω/km": (1e-3, "resistance/length"),
    "kW": (1000, "power"),
    "kWh/MWh": (1e-3, ""),
    "MWh/t": (3.6e6, "energy/mass"),
    "t*km": (1e6, "mass·length"),
    "t/kL": (1000, "mass/volume"),
    "USRt": (3516.3, "power"),
    "t**2/h**2": (1 / 3.6**2, "mass²/time²"),
    "t*tCO2/h**2": (1000 / 3600**2, "mass·CO2/time²"),
    "km": (1000, "length"),
    "kL/km": (1e-3, "volume/length"),
    "tCO2/(t*km)": (1e-6, "CO2/(mass·length)"),
    "GJ/MWh": (1 / 3.6, ""),
    "Wh/MWh": (1e-6, ""),
    "1/yr": (1 / (365.25 * 86400), "1/time"),
    "ha": (1e4, "area"),
    "t/ha": (0.1, "mass/area"),
    "kg/ha": (1e-4, "mass/area"),
    "kg/ha/d": (1e-4 / 86400, "mass/(area·time)"),
    "ha/t": (10, "area/mass"),
    "kg/t": (1e-3, ""),
    "TJ": (1e12, "energy"),
    "tCO2/TJ": (1e-12, "CO2/energy"),
    "W*h/MWh": (1e-6, ""),
    "": (1, ""),
}

# By hand as well: what each known spelling of the trade means; here the first one of its row.
KNOWN = {
    "metric ton": (1000, "mass"),
    "kW-h": (3.6e6, "energy"),
    "MW-h": (3.6e9, "energy"),
    "GW-h": (3.6e12, "energy"),
    "TOE": (41.868e9, "energy"),
    "TCE": (29.3076e9, "energy"),
    "MMBtu": (1.05505585262e9, "energy"),
    "TR": (3516.3, "power"),
    "JRt": (3320 * 4186.8 / 3600, "power"),
    "US gal": (3.785411784e-3, "volume"),
    "UK gal": (4.54609e-3, "volume"),
    "ltr": (1e-3, "volume"),
    "cum": (1, "volume"),
    "Nm3": (1, "normal volume"),
    "t-km": (1e6, "mass·length"),
    "100km": (1e5, "length"),
    "nmi": (1852, "length"),
    "°C": (1, "temperature"),
    "°F": (5 / 9, "temperature"),
}
SPELLINGS = [(written, row) for row in TRADE for written in row.written]


def declared_units():
    """Return the units of all parameters, facts and equations of the rule book."""
    found = set()
    for number in jcm_calc.methodologies().index:
        m = methodology(number)
        found |= {item.unit for item in (*m.inputs.values(), *m.facts.values(), *m.rules)}
    return found - {"date", "category", "yes/no"}


def test_the_units_of_all_methodologies_are_in_the_table_by_hand():
    assert declared_units() <= DECLARED.keys()


def test_every_row_that_is_known_is_in_the_table_by_hand():
    assert {row.written[0] for row in TRADE if row.means} == KNOWN.keys()
    assert len({written for written, _row in SPELLINGS}) == len(SPELLINGS)


@pytest.mark.parametrize(("written", "row"), SPELLINGS)
def test_each_spelling_is_converted_as_by_hand_or_refused_with_a_word(written, row):
    for declared, (size, kind) in DECLARED.items():
        if not row.means:
            with pytest.raises(UnitError, match=re.escape(f": {written} {row.word}")):
                reading(written, declared)
            continue
        own, measures = KNOWN[row.written[0]]
        if measures == kind:
            difference = reading(written, declared)(1) - reading(written, declared)(0)
            assert difference == pytest.approx(own / size, rel=1e-12)
        else:
            with pytest.raises(UnitError):
                conversion(written, declared)


@pytest.mark.parametrize(("written", "row"), SPELLINGS)
def test_a_plural_is_refused_where_its_unit_is(written, row):
    if not row.means:
        with pytest.raises(UnitError, match=re.escape(row.word)):
            parse_unit(f"{written}s")


@pytest.mark.parametrize(("written", "row"), [pair for pair in SPELLINGS if pair[0] != "a"])
def test_a_spelling_means_the_same_within_a_compound_unit(written, row):
    temperature = row.means in ("degC", "degF")
    for before, after in (("kW/", ""), ("tCO2/", ""), ("", "/d"), ("kWh/(", ")")):
        unit = f"{before}{written}{after}"
        if not row.means:
            with pytest.raises(UnitError, match=re.escape(row.word)):
                parse_unit(unit)
        elif not temperature:
            expected = registry().Quantity(1, parse_unit(f"{before}({row.means}){after}")).to_base_units()
            found = registry().Quantity(1, parse_unit(unit)).to_base_units()
            assert found.units == expected.units
            assert found.magnitude == pytest.approx(expected.magnitude, rel=1e-12)


MASSES = {"g": 1e-6, "kg": 1e-3, "t": 1, "kt": 1e3, "Mt": 1e6, "Gt": 1e9, "lb": 0.45359237e-3, "tonne": 1, "tonnes": 1}
EQUIVALENTS = ("", "e", "eq", "-e", "-eq", "_eq", " e", " eq", "-eq.", "equivalent", " equivalent")


@pytest.mark.parametrize("mass", MASSES)
def test_carbon_dioxide_is_understood_in_all_the_usual_spellings(mass):
    for between, after in itertools.product(("", "-", "_", " "), EQUIVALENTS):
        unit = f"{mass}{between}CO2{after}"
        assert conversion(unit, "tCO2")(1) == pytest.approx(MASSES[mass], rel=1e-12), unit
        assert conversion(f"{unit}/MWh", "tCO2/MWh")(1) == pytest.approx(MASSES[mass], rel=1e-12), unit


@pytest.mark.parametrize(
    ("unit", "declared", "word"),
    [
        ("kg/TJ", "tCO2/GJ", "write 'kgCO2/TJ' if it is a mass of carbon dioxide"),
        ("t/MWh", "tCO2/MWh", "write 'tCO2/MWh' if it is a mass of carbon dioxide"),
        ("kg", "tCO2", "write 'kgCO2' if it is a mass of carbon dioxide"),
        ("Nm3", "m³", "Nm3 is a volume at 0 °C and 101.325 kPa"),
        ("m3", "Nm3", "Nm3 is a volume at 0 °C and 101.325 kPa"),
        ("GJ/m3", "GJ/Nm3", "Nm3 is a volume at 0 °C and 101.325 kPa"),
        ("kV*A", "kW", "apparent or reactive power"),
        ("Mwh/p", "MWh", "write MWh"),
        ("MWhr", "MWh", "write MWh"),
        ("kwhr", "MWh", "write kWh"),
        ("KW", "kW", "write kW"),
        ("gj", "GJ", "write GJ"),
        ("KL", "kL", "write kL"),
        ("°C", "K", "give the number in K"),
        ("deg C", "K", "give the number in K"),
        ("delta_degC", "°C", "another zero"),
        ("MWh/year", "MWh", "not a rate"),
        ("MWh/month", "MWh", "not a rate"),
        ("[MWh/y]", "MWh", "not a rate"),
        ("km/L", "GJ", "cannot be converted"),
    ],
)
def test_a_unit_of_another_kind_is_refused_with_the_word_to_write(unit, declared, word):
    with pytest.raises(UnitError) as refused:
        reading(unit, declared)
    assert word in str(refused.value)


@pytest.mark.parametrize(
    ("unit", "declared", "factor"),
    [
        ("[MWh/p]", "MWh", 1),
        ("(kWh)", "MWh", 1e-3),
        ("kt", "t", 1000),
        ("Gcal", "GJ", 4.1868),
        ("kcal/kg", "GJ/t", 4.1868e-3),
        ("Gcal", "TOE", 0.1),  # 1 toe is 10 Gcal
        ("oil_bbl", "L", 158.987294928),
        ("ft3", "m3", 0.028316846592),
        ("lbCO2/MWh", "tCO2/MWh", 0.45359237e-3),
        ("gCO2/t-km", "tCO2/(t*km)", 1e-6),
        ("L/100km", "kL/km", 1e-5),
        ("L/100 km", "kL/km", 1e-5),
        ("kWp", "kW", None),
    ],
)
def test_other_units_of_the_trade(unit, declared, factor):
    if factor is None:
        with pytest.raises(UnitError):
            conversion(unit, declared)
    else:
        assert conversion(unit, declared)(1) == pytest.approx(factor, rel=1e-12)


# kL/km of 1 in the unit; 1 mile is 1.609344 km
RECIPROCALS = [
    ("km/L", "kL/km", 1e-3),
    ("km/kL", "kL/km", 1),
    ("mi/US_gal", "kL/km", 3.785411784e-3 / 1.609344),
    ("miles/imperial gallon", "kL/km", 4.54609e-3 / 1.609344),
    ("km/L", "L/km", 1),
    ("kW/USRt", "", 3.5163),
    ("kW/TR", "", 3.5163),
    ("W/USRT", "", 3516.3),
    ("kW/JRT", "", 3320 * 4.1868 / 3600),
    ("t/MWh", "MWh/t", 1),
    ("km/t", "t/km", 1),
]


@pytest.mark.parametrize(("unit", "declared", "of_one"), RECIPROCALS)
@pytest.mark.parametrize("number", [0.5, 1, 4.5, 12])
def test_a_unit_that_is_the_other_way_up_is_converted_by_its_reciprocal(unit, declared, of_one, number):
    found = reading(unit, declared)
    assert isinstance(found, Reciprocal)
    assert found(number) == pytest.approx(of_one / number, rel=1e-12)
    assert found(np.array([number, 2 * number])) == pytest.approx([of_one / number, of_one / number / 2], rel=1e-12)
    with pytest.raises(UnitError, match="reciprocal"):
        conversion(unit, declared)


def test_cooling_for_power_is_the_right_way_up():
    assert reading("USRt/kW", "") == Linear(35163, 10000, 0)
    assert reading("kWh/MWh", "") == Linear(1, 1000, 0)


CHILLER = {
    "EC_PJ": [[100.0], [100.0]],
    "capacity": 500,
    "T_cooling_out": 37,
    "T_chilled_out": 7,
    "power_source": "grid",
    "EF_grid": 0.8,
    "p": "2024",
}


@pytest.mark.parametrize("given", [["0.558 kW/USRt", "6.3016129032258"], [6.3016129032258, "0.558 kW/TR"]])
def test_a_reciprocal_is_a_remark_of_the_input_with_what_it_was_taken_for(given):
    with pytest.warns(InputWarning, match=r"COP_PJ,i: was given in kW/(USRt|TR), the reciprocal .* 6.3016129"):
        found = calculate("ID_AM002", **CHILLER, COP_PJ=given)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InputWarning)
        expected = calculate("ID_AM002", **CHILLER, COP_PJ=6.3016129032258)
    assert found.ER.magnitude == pytest.approx(expected.ER.magnitude, rel=1e-9)


@pytest.mark.parametrize("unit", [*(written for written, row in SPELLINGS if row.means), *DECLARED, "kg CO2-eq/t-km"])
def test_a_unit_that_is_rewritten_is_understood_again(unit):
    assert parse_unit(normalise(unit)) == parse_unit(unit)


def test_nothing_has_a_reciprocal_of_zero():
    with pytest.raises(InputError, match="COP_PJ"):
        calculate("ID_AM002", **CHILLER, COP_PJ=["0 kW/USRt", "6"])


@pytest.mark.parametrize("unit", ["calorie", "Gcal", "mt", "mWh", "gallon", "barrel", "kVA", "ton", "RT", "kt"])
def test_a_quantity_of_pint_is_not_taken_for_another_amount(unit):
    foreign = pint.UnitRegistry()
    quantity = foreign.Quantity(1.0, foreign.Unit(unit))
    for declared, (size, _kind) in DECLARED.items():
        try:
            found = magnitude(quantity, declared)
        except UnitError:
            continue
        assert found == pytest.approx(quantity.to_base_units().magnitude / size, rel=1e-6)


def test_quantities_of_pint_in_usual_units_are_understood():
    foreign = pint.UnitRegistry()
    usual = (
        "kWh",
        "MJ",
        "kg",
        "metric_ton",
        "L",
        "degC",
        "kW",
        "hour",
        "Btu",
        "lb",
        "percent",
        "m**3",
        "GJ/metric_ton",
    )
    for unit in usual:
        text = unit_of(foreign.Quantity(1.0, unit))
        assert parse_unit(text) == parse_unit(unit)


def page_table():
    """Return the table of the page as the data have it."""
    lines = ["| written | read as | meaning, or what to write | source |", "|---|---|---|---|"]
    for row in TRADE:
        written = ", ".join(f"`{spelling}`" for spelling in row.written)
        lines.append(f"| {written} | {f'`{row.means}`' if row.means else 'refused'} | {row.word} | {row.source} |")
    return "\n".join(lines)


def test_the_page_shows_the_table_as_it_is():
    assert page_table() in PAGE.read_text(encoding="utf-8")


def test_the_page_names_every_unit_that_is_defined():
    text = PAGE.read_text(encoding="utf-8")
    ureg = pint.UnitRegistry(jcm_calc.units.DEFINITIONS)
    defined = {unit.symbol for name, unit in ureg._units.items() if name == unit.name and "delta" not in name}
    prefixes = {prefix.symbol for prefix in ureg._prefixes.values()}
    plain = {symbol for symbol in defined if not any(p and symbol == p + other for p in prefixes for other in defined)}
    assert {symbol for symbol in plain if f"`{symbol}`" not in text} == set()
