"""Units whose zero is not the zero of the quantity: differences in kelvin, and no per cent of a number."""

import math

import numpy as np
import pytest
from scipy import stats

import jcm_calc
from jcm_calc import InputError, calculate, methodology, uncertainty
from jcm_calc.rulebooks import every
from jcm_calc.units import UnitError, difference, has_offset

CHILLERS = {
    "power_source": "grid",
    "EC_PJ": [[347.2, 300.0], [120.0, 90.0]],
    "COP_PJ": [6.5, 6.2],
    "T_cooling_out": [36.0, 35.0],
    "T_chilled_out": 8.0,
    "capacity": 500.0,
    "EF_grid": 0.8,
    "p": ["2023", "2024"],
}
# The same temperature in each unit, and how many of its degrees are 1 K.
SCALES = {
    "degC": (37.0, 1.0),
    "°C": (37.0, 1.0),
    "degF": (98.6, 1.8),
    "K": (310.15, 1.0),
    "degR": (558.27, 1.8),
    "°R": (558.27, 1.8),
}
OFFSET = {"degC", "°C", "degF"}
PARAMETERS = [
    (m.number, name)
    for m in every()
    for name, parameter in m.inputs.items()
    if parameter.unit not in ("category", "date", "yes/no") and has_offset(parameter.unit)
]


def heater(unit):
    """A methodology whose ER is 2 t for each kelvin above the freezing point, whichever unit declares it."""
    value, kelvin = SCALES[unit]
    zero = value - 37 * kelvin
    m = jcm_calc.Methodology(
        "XX_AM001", version="1.0", title="", country="XX", sectoral_scope=1, indices={"p": "period"}
    )
    m.monitored("T_p", unit, text="temperature")
    m.equation("RE_p", "tCO2", evidence=jcm_calc.evidence.unconfirmed("recalled", 50), text="", name="RE")(
        lambda T: (T - zero) * (2 / kelvin)
    )
    m.equation("PE_p", "tCO2", evidence=jcm_calc.evidence.unconfirmed("recalled", 50), text="", name="PE")(lambda: 0.0)
    m.equation("ER_p", "tCO2", evidence=jcm_calc.evidence.unconfirmed("recalled", 50), text="", name="ER")(
        lambda RE, PE: RE - PE
    )
    return m


@pytest.mark.parametrize("unit", SCALES)
def test_what_a_kelvin_does_does_not_depend_on_the_unit(unit):
    value, _kelvin = SCALES[unit]
    result = calculate(heater(unit), T=value)
    assert result.ER.magnitude == pytest.approx(74)
    half = math.sqrt(3)
    for stated in ("±0.5 K", "±0.5 °C", "±0.5 degC", "±0.9 degF", "±0.9 degR"):
        found = uncertainty(result, {"T": stated}, draws=40_000, seed=3)
        assert found.standard() == pytest.approx(2 * 0.5 / half, rel=0.02)
        assert found.samples["ER"].min() >= 73 - 1e-9
        assert found.samples["ER"].max() <= 75 + 1e-9
    table = result.sensitivity(0.1, kelvin=1.5)
    if unit in OFFSET:
        assert table.loc["T", "step"] == "1.5 K"
        assert table.loc["T", ["smaller", "larger"]].tolist() == pytest.approx([-3, 3])
        assert np.isnan(table.loc["T", "elasticity"])
        assert np.isnan(found.drivers.loc["T", "standard"])
    else:
        assert table.loc["T", "step"] == "10 %"
        assert not np.isnan(table.loc["T", "elasticity"])


@pytest.mark.parametrize("unit", SCALES)
@pytest.mark.parametrize(
    "stated", ["±2 %", "±2 % (95 %)", "±2 % (k=2)", "+/-2 %", "2 %", "class 1", "accuracy class 0.5"]
)
def test_a_per_cent_of_a_temperature_is_refused_where_its_zero_is_a_convention(unit, stated):
    result = calculate(heater(unit), T=SCALES[unit][0])
    if unit in OFFSET:
        with pytest.raises(InputError, match="depends on where the scale begins: write a difference"):
            uncertainty(result, {"T": stated}, draws=10)
    elif stated == "2 %":
        with pytest.raises(InputError, match="did you mean '±2 %'"):
            uncertainty(result, {"T": stated}, draws=10)
    else:
        uncertainty(result, {"T": stated}, draws=10)


@pytest.mark.parametrize("unit", sorted(OFFSET))
def test_a_distribution_of_the_value_itself_is_taken(unit):
    value, kelvin = SCALES[unit]
    result = calculate(heater(unit), T=value)
    found = uncertainty(result, {"T": stats.norm(value, 0.5 * kelvin)}, draws=40_000, seed=1)
    assert found.standard() == pytest.approx(1.0, rel=0.02)


@pytest.mark.parametrize(("number", "name"), PARAMETERS)
def test_no_temperature_of_a_methodology_has_an_elasticity(number, name):
    assert number == "ID_AM002"  # another methodology needs inputs of its own here
    result = calculate("ID_AM002", **CHILLERS)
    table = result.sensitivity(0.1, kelvin=0.5)
    assert table.loc[name, "step"] == "0.5 K"
    assert np.isnan(table.loc[name, "elasticity"])
    # calculated again with another temperature
    known = result[name].magnitude
    for column, sign in (("smaller", -0.5), ("larger", 0.5)):
        again = calculate(
            "ID_AM002", **{**CHILLERS, name: (known + sign).tolist() if known.ndim else float(known + sign)}
        )
        assert table.loc[name, column] == pytest.approx(float((again.ER - result.ER).magnitude.sum()), rel=1e-9)
    with pytest.raises(InputError, match="write a difference"):
        uncertainty(result, {name: "±2 %"}, draws=10)


def test_values_of_the_document_are_marked_and_come_last():
    table = calculate("ID_AM002", **CHILLERS).sensitivity()
    assert table["of"].tolist() == sorted(table["of"], reverse=True)  # project before document
    assert set(table.index[table["of"] == "document"]) == {
        parameter.name
        for parameter in methodology("ID_AM002").graph({"power_source": "grid"}).parameters
        if parameter.kind == "default" and parameter.name in table.index
    }
    given = calculate("ID_AM002", **CHILLERS, T_std_cooling_out=36.0).sensitivity()
    assert given.loc["T_std_cooling_out", "of"] == "project"


@pytest.mark.parametrize(
    ("given", "meant"), [("5 %", "±5 %"), ("0.5 MWh", "±0.5 MWh"), ("2 % (95 %)", "±2 % (95 %)"), ("3", "±3")]
)
def test_a_half_width_without_its_sign_is_asked_about(given, meant):
    result = calculate("PW_AM001", EG=500.0)
    with pytest.raises(InputError) as error:
        uncertainty(result, {"EG": given}, draws=10)
    assert f"EG_i,p: got '{given}'; did you mean '{meant}'?" in error.value.text


@pytest.mark.parametrize("by", [0, 1, -0.1, 10, "10 %", None, True])
def test_a_share_that_is_none_is_refused(by):
    with pytest.raises(InputError, match="by: got"):
        calculate("PW_AM001", EG=500.0).sensitivity(by)


@pytest.mark.parametrize("kelvin", [0, -1, "1 K", math.inf, math.nan])
def test_a_step_that_is_none_is_refused(kelvin):
    with pytest.raises(InputError, match="kelvin: got"):
        calculate("PW_AM001", EG=500.0).sensitivity(kelvin=kelvin)


def test_differences_of_other_quantities_are_conversions():
    assert difference("kWh", "MWh")(500) == 0.5
    assert not has_offset("")
    with pytest.raises(UnitError):
        difference("MWh", "°C")
