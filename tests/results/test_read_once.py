"""Large arrays are checked while totals are formed; every problem, remark and number is that of checks made before."""

import warnings

import numpy as np
import pytest

import jcm_calc
from jcm_calc.engine import evaluation
from jcm_calc.evidence import unconfirmed
from jcm_calc.results import calculating, manifest

UNITS, PERIODS = 30, 4
RNG = np.random.default_rng(8)
ENERGY = RNG.uniform(100, 400, (UNITS, PERIODS))
CASES = {
    "ID_AM003": ("EC_PJ", {"COP_PJ": RNG.uniform(1.5, 2, UNITS), "application": "chilled container", "EF_elec": 0.8}),
    "PW_AM001": ("EG", {}),
    "ID_AM002": (
        "EC_PJ",
        {
            "COP_PJ": RNG.uniform(6.1, 7, UNITS),
            "T_cooling_out": np.full(UNITS, 37.0),
            "T_chilled_out": np.full(UNITS, 7.0),
            "capacity": np.full(UNITS, 500.0),
            "power_source": "grid",
            "EF_grid": 0.8,
        },
    ),
}
CELLS = {
    "as drawn": None,
    "missing": np.nan,
    "infinite": np.inf,
    "minus infinite": -np.inf,
    "negative": -1.0,
    "zero": 0.0,
    "a thousand times": 250_000.0,
    "a thousandth": 0.25,
    "beyond everything": 1e300,
    "tiny": 1e-300,
}


def outcome(number, values):
    """Everything that a user sees of a calculation."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", jcm_calc.UnconfirmedWarning)  # given once in a process
        try:
            result = jcm_calc.calculate(number, **values)
        except jcm_calc.InputError as error:
            return str(error), sorted(str(one.message) for one in caught)
    numbers = {name: result.array(name).tobytes() for name in ("RE", "PE", "ER")}
    told = [(one.category, str(one.message), one.filename) for one in caught]
    return numbers, told, [str(one) for one in result.remarks], str(result.inputs.warnings)


def both(monkeypatch, number, values):
    """The outcome with the checks made before, and with those made meanwhile."""
    with monkeypatch.context() as patch:
        patch.setattr(calculating, "_read_once", lambda attempt, large: None)
        before = outcome(number, values)
    return before, outcome(number, values)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(manifest, "LARGE", 1)
    for name, size in ("BLOCK", 16), ("READ", 24), ("PIECE", 48):
        monkeypatch.setattr(evaluation, name, size)


@pytest.mark.parametrize("number", CASES)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("place", [(0, 0), (UNITS // 2, 1), (UNITS - 1, PERIODS - 1)])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda array: np.repeat(array, 2, 0)[::2]])
def test_what_is_seen_is_the_same(small_blocks, monkeypatch, number, cell, place, layout):
    name, values = CASES[number]
    energy = ENERGY.copy()
    if CELLS[cell] is not None:
        energy[place] = CELLS[cell]
    before, meanwhile = both(monkeypatch, number, {name: layout(energy), **values})
    assert meanwhile == before


@pytest.mark.parametrize("split", ["refuse", "years", "days", "whole"])
@pytest.mark.parametrize("cell", ["as drawn", "missing", "infinite", "zero", "a thousand times"])
@pytest.mark.parametrize(
    "p",
    [
        ["2024-01", "2024-02", "2024-03", "2024-04"],
        ["2024-01-01/2024-12-31", "2025-01", "2025-02", "2025-03"],
        ["2023-12-15/2024-01-14", "2024-01-15/2024-02-14", "2024-02-15/2024-03-14", "2024-03-15/2024-04-14"],
        "2024",
        None,
    ],
    ids=str,
)
def test_periods(small_blocks, monkeypatch, split, cell, p):
    energy = ENERGY.copy()
    if CELLS[cell] is not None:
        energy[3, 2] = CELLS[cell]
    before, meanwhile = both(monkeypatch, "PW_AM001", {"EG": energy, "split": split, "p": p})
    assert meanwhile == before


def test_the_numbers_are_not_read_before(monkeypatch, small_blocks):
    """What is unremarkable needs no pass of its own."""
    monkeypatch.setattr("jcm_calc.inputs.values.extremes", lambda values: pytest.fail("memory is read twice"))
    jcm_calc.calculate("PW_AM001", EG=ENERGY)


def days_counted():
    """Declare a methodology that divides by a number which a missing or negative value makes 0."""
    m = jcm_calc.Methodology(
        "XX_AM001", version="1.0", title="Test", country="XX", sectoral_scope=1, indices={"i": "unit", "p": "period"}
    )
    read = unconfirmed("a test", 50)
    m.monitored("Q_i,p", "GJ", extensive=True, text="heat")
    m.monitored("D_i,p", "d", bounds="[0, inf)", text="days")
    m.equation("n_i,p", "", name="n", evidence=read, text="whether there are days")(lambda D: (D > 0) * 1.0)
    m.equation("RE_p", "tCO2", name="RE", total="i", evidence=read, text="")(lambda Q, n: Q / n)
    m.equation("PE_p", "tCO2", name="PE", total="i", evidence=read, text="")(lambda Q: 0 * Q)
    m.equation("ER_p", "tCO2", name="ER", evidence=read, text="")(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize("cell", CELLS)
def test_a_number_that_leaves_a_quantity_without_a_value(small_blocks, monkeypatch, cell):
    days = np.full((UNITS, PERIODS), 30.0)
    if CELLS[cell] is not None:
        days[UNITS - 1, 1] = CELLS[cell]
    before, meanwhile = both(monkeypatch, days_counted(), {"Q": ENERGY, "D": days})
    assert meanwhile == before
