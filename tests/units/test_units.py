"""Numbers and units: what is read, what is refused, and that conversions are right and can be undone."""

import itertools
import math
import os
import subprocess
import sys

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_calc import units
from jcm_calc.units import UnitError, conversion, conversions, magnitude, parse_number, parse_unit, registry, split


@pytest.mark.parametrize(
    ("text", "declared", "number"),
    [
        ("135 MWh", "MWh", 135),
        ("−5 MWh", "MWh", -5),  # the minus sign of typesetters
        ("135000 kWh", "MWh", 135),
        ("347200 kWh", "MWh", 347.2),
        ("347.2 MWh/p", "MWh", 347.2),
        ("0.814 tCO2/MWh", "tCO2/MWh", 0.814),
        ("0.814 kgCO2/kWh", "tCO2/MWh", 0.814),
        ("814 kg CO2/MWh", "tCO2/MWh", 0.814),
        ("0.814 t-CO2/MWh", "tCO2/MWh", 0.814),
        ("0.814 tCO2e/MWh", "tCO2/MWh", 0.814),
        ("3.6 GJ", "MWh", 1),
        ("3.5163 kW", "USRt", 1),
        ("61 %", "", 0.61),
        ("61％", "", 0.61),
        ("5 m3", "L", 5000),
        ("5 ㎥", "L", 5000),
        ("310.15 K", "°C", 37),
        ("98.6 degF", "°C", 37),
        ("2 1/yr", "1/yr", 2),
        ("1.63", "", 1.63),
        (" 12 h \n", "h", 12),
        ("1e3 kWh", "MWh", 1),
        ("42,826,880 kWh", "MWh", 42826.88),
        ("5 t*km", "t*km", 5),
    ],
)
def test_a_number_with_a_unit_is_brought_into_the_declared_one(text, declared, number):
    assert magnitude(text, declared) == pytest.approx(number, rel=1e-12)


def test_a_bare_number_is_in_the_declared_unit():
    assert magnitude(135, "MWh") == 135


def test_whole_kilowatt_hours_convert_without_rounding():
    assert [magnitude(f"{number} kWh", "MWh") for number in (347200, 13, 59)] == [347.2, 0.013, 0.059]


@pytest.mark.parametrize(
    ("text", "declared", "complaint"),
    [
        ("135 MWh", "tCO2", "'MWh' cannot be converted to 'tCO2'"),
        ("5 t", "tCO2", "'t' cannot be converted to 'tCO2'"),  # a tonne of coal is no tonne of carbon dioxide
        ("5 MWh/yr", "MWh", "amount of the whole monitoring period, not a rate"),
        ("5 MWh/y", "MWh", "amount of the whole monitoring period, not a rate"),
        ("5 MWh/a", "MWh", "amount of the whole monitoring period, not a rate"),
        ("5 MW", "MWh", "amount of the whole monitoring period, not a rate"),
        ("5 ton", "t", "different masses in different countries: write t"),
        ("5 tons/km", "t/km", "different masses in different countries: write t"),
        ("5 mWh", "MWh", "milliwatt hour: write MWh"),
        ("5 KWh", "MWh", "write kWh"),
        ("5 foo", "MWh", "foo is not defined"),
        ("5 usrt", "USRt", "write USRt"),
        ("5 kwh", "MWh", "write kWh"),
        ("5 m3**", "m3", "unknown unit"),
        ("5 kWh + 3", "MWh", "a unit holds no number"),
        ("5 m**9**9**9**9", "m", "a unit holds no number"),  # pint would work on it for ever
        ("1.5 °C", "K", "another zero"),  # 274.65 K, or a difference of 1.5 K? Nobody knows
        ("1.5 delta_degC", "°C", "another zero"),
        ("3 dB", "", "dB is not defined"),
        ("５ MWh", "MWh", "full-width characters: write 5 MWh"),
        ("MWh", "MWh", "is not a number"),
        ("", "MWh", "is empty"),
        ("5e", "MWh", "e is not defined"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_word_on_what_to_do(text, declared, complaint):
    with pytest.raises(UnitError) as refusal:
        magnitude(text, declared)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0,814", "decimal comma: write 0.814"),
        ("-0,814", "decimal comma: write -0.814"),
        ("1.234,5", "decimal comma: write 1234.5"),
        ("12,34", "decimal comma: write 12.34"),
        ("1,234", "read in two ways: write 1.234 or 1234"),
        ("１３５", "full-width characters: write 135"),
        ("１，２３４", "full-width characters"),
        ("٣", "is not a number"),
        ("1_000", "is not a number"),
        ("0x10", "is not a number"),
        ("1.2.3", "is not a number"),
        ("1'234", "is not a number"),
        ("twelve", "is not a number"),
    ],
)
def test_numbers_that_differ_from_country_to_country_are_refused(text, complaint):
    with pytest.raises(UnitError) as refusal:
        parse_number(text)
    assert complaint in str(refusal.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_printed_with_thousands_separators_are_read_back(number):
    assert parse_number(f"{number:,}") == number


@given(st.integers(min_value=1_000_000, max_value=10**15))
def test_whole_numbers_with_several_groups_are_read_back(number):
    assert parse_number(f"{number:,}") == number


@given(st.integers(min_value=1000, max_value=999_999))
def test_a_single_group_is_never_guessed(number):
    with pytest.raises(UnitError, match="two ways"):
        parse_number(f"{number:,}")


def test_text_for_nan_and_infinity_is_a_number_that_bounds_then_refuse():
    assert math.isnan(parse_number("NaN"))
    assert parse_number("-inf") == -math.inf


PAIRS = [
    *(("kWh", "MWh"), ("GJ", "MWh"), ("TJ", "kWh"), ("kgCO2/MWh", "tCO2/MWh"), ("tCO2/TJ", "tCO2/GJ"), ("kL", "L")),
    *(("kg", "t"), ("percent", ""), ("degC", "degF"), ("USRt", "kW"), ("t*km", "kg*m"), ("d", "h")),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@given(number=st.floats(min_value=-1e12, max_value=1e12))
def test_conversions_are_undone_by_their_inverse(one, other, number):
    there_and_back = conversion(other, one)(conversion(one, other)(number))
    assert there_and_back == pytest.approx(number, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_conversions_agree_with_pint(one, other):
    ureg = registry()
    expected = ureg.Quantity(12.5, parse_unit(one)).to(parse_unit(other)).magnitude
    assert conversion(one, other)(12.5) == pytest.approx(expected, rel=1e-12)


def test_arrays_convert_element_by_element():
    assert magnitude(registry().Quantity(np.array([1000.0, 2500.0]), "kWh"), "MWh").tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("number", "unit", "declared", "expected"),
    [
        (61, "percent", "", 0.61),
        (610, "kWh/MWh", "", 0.61),  # a ratio of two units of energy is no plain number
        (0.61, "", "", 0.61),
        (135000, "kWh", "MWh", 135),
        (25, "degC", "°C", 25),
        (1, "metric_ton", "kg", 1000),
    ],
)
def test_quantities_of_another_registry_are_understood(number, unit, declared, expected):
    foreign = pint.UnitRegistry().Quantity(number, unit)
    assert magnitude(foreign, declared) == pytest.approx(expected, rel=1e-12)


def test_number_and_unit_are_split():
    assert split("-1.5e3 GJ/t") == (-1500.0, "GJ/t")
    assert split("12") == (12.0, None)


@pytest.mark.parametrize("unit", ["", "-", "N/A", "fraction", "1"])
def test_the_ways_to_write_no_unit(unit):
    assert parse_unit(unit).dimensionless


def test_a_credit_is_no_mass():
    assert parse_unit("tCO2").dimensionality != parse_unit("t").dimensionality
    assert parse_unit("tCO2") == parse_unit("tCO2e")


CALCULATE = (
    "import jcm_calc; result = jcm_calc.calculate('ID_AM003', EC_PJ='135 MWh', COP_PJ=1.63, p='2024', "
    "application='individual quick freezer', EF_elec='0.814 tCO2/MWh'); print(result.ER.magnitude)"
)


def calculated(**environment):
    """Return what a new process calculates, in which these variables are set."""
    command = [sys.executable, "-W", "ignore", "-c", CALCULATE]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("home", ["/dev/null/home", "a file", "read-only", "missing"])
def test_a_calculation_needs_no_folder_that_can_be_written(tmp_path, home):
    folder = tmp_path / home if not home.startswith("/") else home
    if home == "a file":
        folder.write_text("")
    elif home == "read-only":
        folder.mkdir(mode=0o500)
    ran = calculated(HOME=str(folder), XDG_CACHE_HOME=str(folder), XDG_CONFIG_HOME=str(folder))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert float(ran.stdout) == pytest.approx(25.8075)


def test_a_calculation_leaves_nothing_behind_and_reads_no_cache_of_pint(tmp_path):
    ran = calculated(HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert ran.returncode == 0
    assert list(tmp_path.iterdir()) == []
    # what an interrupted run of an earlier version has left, under every name that pint gave to it
    cache = tmp_path / "pint"
    pint.UnitRegistry(cache_folder=cache)
    broken = list(cache.glob("*.pickle"))
    assert broken
    for file in broken:
        file.write_bytes(b"")
    assert calculated(HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path)).stdout == ran.stdout


@pytest.mark.parametrize("kind", [ImportError, MemoryError, RuntimeError])
def test_a_registry_that_cannot_be_made_is_no_unknown_unit(monkeypatch, kind):
    def broken():
        raise kind("out of order")

    monkeypatch.setattr(conversions, "registry", broken)
    with pytest.raises(kind, match="out of order"):
        conversions.parse_unit.__wrapped__("MWh")


def test_no_two_units_share_a_spelling():
    ureg = pint.UnitRegistry(units.DEFINITIONS)
    prefixes = [prefix for name, prefix in ureg._prefixes.items() if name == prefix.name]
    prefixed = {prefix.name + name for prefix in prefixes if prefix.name for name in ureg._units}
    plain = [unit for name, unit in ureg._units.items() if name == unit.name and name not in prefixed]
    assert len(plain) > 60
    owners = {}
    for prefix, unit in itertools.product(prefixes, plain):
        before = (prefix.name, prefix.symbol, *prefix.aliases)
        for one, other in itertools.product(before, (unit.name, unit.symbol, *unit.aliases)):
            owners.setdefault(one + other, set()).add((prefix.name, unit.name))
    assert {spelling: those for spelling, those in owners.items() if len(those) > 1} == {}
