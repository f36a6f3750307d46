"""Faults that reviewers found, planted into small constructed cases: each is found with code, place and numbers.

The numbers are calculated by hand. Case A is one refrigerator: 135 MWh × 1.63 ÷ 1.32 × 0.814 tCO2/MWh less
135 MWh × 0.814 tCO2/MWh = 25.8075 tCO2, so 25 t; with captive power of 0.5334 tCO2/MWh 16.91, so 16 t.
Case B is three of them over 18 months. Cases C and D are in the rule book of somebody else.
"""

import itertools
from dataclasses import dataclass, field

import pytest
from faults import edit
from test_verification import CALC, MRS, SEPARATE, A, grave, write

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

CAPTIVE = {**A, "EF_elec": 0.5334}
ER, ER_CAPTIVE = 25.8075, 135 * (1.63 / 1.32 - 1) * 0.5334
TURNED = 135 * 1.32 / 1.63 * 0.814
WITH_ANOTHER_FACTOR = 135 * (1.63 / 1.32 - 1) * 0.877


@dataclass(frozen=True)
class Planted:
    """A fault: the cells that are changed, and what must be found."""

    changes: dict
    code: str
    places: tuple[str, ...]
    found: object
    expected: object
    claimed: int
    exact: float | None
    tonnes: int | None
    cause: str = ""
    base: dict = field(default_factory=lambda: A)


FAULTS = {
    1: Planted(
        {(SEPARATE, "C11"): 135_000.0},
        *("B4", ("MRS(input_separate)!C11",), 135_000, 135),
        *(25_807, 1000 * ER - ER, 25_807 - 25, "looks like kWh"),
    ),
    2: Planted(
        {(MRS, "F17"): 814.0},
        *("B7", ("MRS(input)!F17",), 814, 0.814),
        *(25_807, 1000 * ER - ER, 25_807 - 25, "looks like kg"),
    ),
    3: Planted(
        {(SEPARATE, "D11"): 163.0},
        *("B1", ("MRS(input_separate)!D11",), 163, 1.63),
        *(13_459, 13_459.86 - ER, 13_459 - 25, "per cent"),
    ),
    6: Planted(
        {(CALC, "G35"): "=C35*F35/D35*D15"},
        *("C1", ("MRS(calc_process)!G35",), TURNED, 135.6975),
        *(0, TURNED - 135.6975, -25, "inverted"),
    ),
    8: Planted(
        {(SEPARATE, "C11"): 130.0, (CALC, "D9"): 25.0},
        *("A1", ("MRS(calc_process)!D9",), 25, 24.8517),
        *(25, 25 - 24.8517, 1),
    ),
    9: Planted(
        {(CALC, "G35"): "=C35*D35/F35*0.877", (CALC, "H35"): "=C35*0.877"},
        *("A2", ("MRS(calc_process)!G35", "MRS(calc_process)!H35"), (146.1999, 118.395), (135.6975, 109.89)),
        *(27, None, None, "typed into a formula"),
    ),
    12: Planted(
        {(MRS, "F21"): "=ROUND('MRS(calc_process)'!D14,0)-ROUND('MRS(calc_process)'!D18,0)"},
        *("H5", ("MRS(input)!F21",), 26, 25),
        *(26, 1, 1, "rounded, not cut"),
    ),
    13: Planted({(MRS, "F21"): "=ROUND(H21,0)"}, "H5", ("MRS(input)!F21",), 26, 25, 26, 1, 1, "rounded, not cut"),
    23: Planted(
        {(MRS, "F17"): 0.877},
        *("D2", ("MRS(input)!F17",), 0.877, 0.814),
        *(27, WITH_ANOTHER_FACTOR - ER, 2),
    ),
    25: Planted(
        {(MRS, "F17"): 74.1 * 3.6 / 0.49 / 1000},
        *("D6", ("MRS(input)!F17",), 0.5444, 0.5334),
        *(17, 17.2596 - ER_CAPTIVE, 1, "the central value to the lower bound for Gas/diesel oil", CAPTIVE),
    ),
    26: Planted({(MRS, "F21"): 26.0}, "H1", ("MRS(input)!F21",), 26, 25, 26, 1, 1, "rounded, not cut"),
}


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_of_case_a(number, tmp_path):
    fault = FAULTS[number]
    write(tmp_path / "clean.xlsx", **fault.base)
    assert grave(jcm_calc.verify(tmp_path / "clean.xlsx")) == set()
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", fault.changes)
    verification = jcm_calc.verify(tmp_path / "fault.xlsx")
    errors = verification.of("error")
    assert [(one.code, one.place) for one in errors] == [(fault.code, place) for place in fault.places]
    assert verification.claimed == fault.claimed
    assert numbers(one.found for one in errors) == approx(fault.found)
    assert numbers(one.expected for one in errors) == approx(fault.expected)
    assert all(fault.cause in one.cause for one in errors)
    if fault.exact is not None:
        assert errors[0].effect.exact == pytest.approx(fault.exact, abs=0.006)
        assert errors[0].effect.tonnes == {"2017": fault.tonnes}


def numbers(values):
    found = tuple(values)
    return found if len(found) > 1 else found[0]


def approx(value):
    return pytest.approx(value, abs=1e-4)


def test_the_effects_of_a_number_in_two_formulas_add_up(tmp_path):
    """Fault 9: 0.877 in RE raises ER, and in PE lowers it: 27 t in place of 25."""
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", FAULTS[9].changes)
    verification = jcm_calc.verify(tmp_path / "fault.xlsx")
    assert sum(one.effect.exact for one in verification.of("error")) == pytest.approx(
        WITH_ANOTHER_FACTOR - ER, abs=1e-4
    )
    assert (verification.claimed, verification.due) == (27, 25)


# Two faults at once: a total need not show them


def compatible(one, other):
    """Whether two faults leave each other in place: they are in other cells, and in the same case."""
    bases = {id(FAULTS[number].base) for number in (one, other)}
    factors = {(MRS, "F17")} & FAULTS[one].changes.keys() & FAULTS[other].changes.keys()
    return not FAULTS[one].changes.keys() & FAULTS[other].changes.keys() and (len(bases) == 1 or not factors)


PAIRS = [pair for pair in itertools.combinations(FAULTS, 2) if compatible(*pair)]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_each_of_two_faults_is_found(pair, tmp_path):
    faults = [FAULTS[number] for number in pair]
    base = next((fault.base for fault in faults if fault.base is not A), A)
    write(tmp_path / "clean.xlsx", **base)
    changes = {place: value for fault in faults for place, value in fault.changes.items()}
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", changes)
    errors = {(one.code, one.place) for one in jcm_calc.verify(tmp_path / "fault.xlsx").of("error")}
    due = {(fault.code, place) for fault in faults for place in fault.places}
    assert due <= errors
    assert errors == due
