"""Faults that reviewers found, planted into small constructed cases: each is found with code, place and numbers.

The numbers are calculated by hand. Case A is one refrigerator: 135 MWh × 1.63 ÷ 1.32 × 0.814 tCO2/MWh less
135 MWh × 0.814 tCO2/MWh = 25.8075 tCO2, so 25 t; with captive power of 0.5334 tCO2/MWh 16.91, so 16 t.
Case B is three of them over 18 months. Cases C and D are in the rule book of somebody else.
"""

import itertools
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from faults import edit, insert
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from verification.test_verification import CALC, CHILLER, MRS, SEPARATE, A, grave, write

import jcm_calc
from jcm_calc import rulebooks
from jcm_calc.base.sheet_xml import column_number
from jcm_calc.reports.workbook.opening import Book

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
    reported: int
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
        *(0, TURNED - 135.6975, -25, "exchanged"),
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
        *(26, 1, 1, "rounded to the nearest tonne"),
    ),
    13: Planted(
        {(MRS, "F21"): "=ROUND(H21,0)"}, "H5", ("MRS(input)!F21",), 26, 25, 26, 1, 1, "rounded to the nearest tonne"
    ),
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
    26: Planted({(MRS, "F21"): 26.0}, "H1", ("MRS(input)!F21",), 26, 25, 26, 1, 1, "rounded to the nearest tonne"),
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
    assert verification.reported == fault.reported
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
    assert (verification.reported, verification.recalculated) == (27, 25)


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


def test_two_faults_that_hide_each_other_are_found(tmp_path):
    """EC_PJ is in kWh under MWh in the plan, too: held against the plan nothing shows."""
    write(tmp_path / "fault.xlsx", **{**A, "EC_PJ": 135_000}, plan={"EC_PJ": 135_000})
    (error,) = jcm_calc.verify(tmp_path / "fault.xlsx").of("error")
    assert (error.code, error.place, error.expected) == ("B4", "MRS(input_separate)!C11", 135)
    assert error.effect.exact == pytest.approx(1000 * ER - ER)


def test_a_pasted_result_that_happens_to_be_right_is_a_warning(tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", {(CALC, "D9"): 25.8075})
    verification = jcm_calc.verify(tmp_path / "fault.xlsx")
    assert [(one.code, one.place) for one in verification.of("warning")] == [("A1", f"{CALC}!D9")]
    assert verification.result == "no misstatement found"


# Cases C and D: the rule book of somebody else


@pytest.fixture
def rule_book(monkeypatch):
    """Install a package with an entry point, as pip leaves it, and forget it afterwards."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "rule_book")
    rulebooks.forget()
    yield
    rulebooks.forget()


C = {"EG_export": "1260 MWh", "EG_import": "60 MWh", "EF_grid": 0.814, "p": "2017"}


def test_import_is_added(rule_book, tmp_path):
    """Fault 7 of case C: 1,260 MWh exported less 60 MWh imported make 976.80 t, added 1,074.48 t."""
    write(tmp_path / "clean.xlsx", "XX_AM001", sources={}, **C)
    assert (grave(clean := jcm_calc.verify(tmp_path / "clean.xlsx")), clean.reported) == (set(), 976)
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", {(CALC, "D17"): "=D15+D16"})
    verification = jcm_calc.verify(tmp_path / "fault.xlsx")
    (error,) = verification.of("error")
    assert (error.code, error.place, error.found, error.expected) == ("C1", f"{CALC}!D17", 1320, 1200)
    assert "wrong sign of EG_import" in error.message
    assert error.effect.exact == pytest.approx(1074.48 - 976.80)
    assert (verification.reported, verification.recalculated, error.effect.tonnes) == (1074, 976, {"2017": 98})


@pytest.mark.parametrize(
    ("version", "wrong", "right", "sets"),
    [("2.0", 25, 28, "25 is the value of AR4, 28 that of AR5"), ("1.0", 28, 25, "28 is the value of AR5, 25 that of")],
)
@pytest.mark.parametrize("where", ["against the document", "against the plan", "on the calculation sheet"])
def test_a_global_warming_potential_of_the_other_set(version, wrong, right, sets, where, rule_book, tmp_path):
    """Fault 24 of case D: 100 t of methane are 2,800 t of CO2 with 28, 2,500 t with 25."""
    m = jcm_calc.methodology("XX_AM002", version)
    given, edited = {}, {(CALC, "D12"): float(wrong)}
    if where != "on the calculation sheet":
        given, edited = {"GWP_CH4": wrong}, {}
    plan = {"GWP_CH4": right} if where == "against the plan" else {}
    write(tmp_path / "clean.xlsx", m, plan, sources={}, Q_CH4=100, p="2017", override="a planted fault", **given)
    edit(tmp_path / "clean.xlsx", tmp_path / "fault.xlsx", edited)
    verification = jcm_calc.verify(tmp_path / "fault.xlsx")
    (error,) = verification.of("error")
    assert (error.code, error.found, error.expected) == ("D1", wrong, right)
    assert error.place == (f"{CALC}!D12" if edited else f"{MRS}!F15")
    assert sets in error.cause
    assert error.effect.exact == 100 * (wrong - right)
    assert verification.reported == 100 * wrong
    assert not verification.of("warning")


# Controls: what looks like a fault and is none


def labelled_units(path, order=(1, 2, 3)):
    """Case B: kWh in month k of unit u 11,500 + 250·u + 50·k, July 2019 to December 2020."""
    periods = {"2019-07-01/2019-12-31": 7, "2020": 1}
    amounts = pd.DataFrame(
        [
            (f"freezer {u}", p, sum(11_500 + 250 * u + 50 * k for k in range(first, 13)) / 1000)
            for u in order
            for p, first in periods.items()
        ],
        columns=["i", "p", "EC_PJ"],
    )
    names = [f"freezer {u}" for u in order]
    units = pd.DataFrame({"i": names, "COP_PJ": 1.63, "application": "individual quick freezer"})
    result = jcm_calc.calculate("ID_AM003", amounts, units, EF_elec=0.814, p=list(periods))
    result.to_excel(path, plan=result)
    return path


def silent(path, **given):
    verification = jcm_calc.verify(path, **given)
    assert [str(one) for one in verification.findings if one.severity != "question"] == []
    assert verification.result == "no misstatement found"
    return verification


def test_dust_before_the_cut_is_no_tonne_less(tmp_path):
    """What gives 25 in exact arithmetic may be stored as 24.999999999999."""
    consumption = 25 / (0.814 * (1.63 / 1.32 - 1))
    write(tmp_path / "clean.xlsx", plan={"EC_PJ": 135}, **{**A, "EC_PJ": consumption})
    stored = {(CALC, "D9"): ("=D14-D18", 24.999999999999), (MRS, "H21"): (f"=SUM('{CALC}'!D9)", 24.999999999999)}
    edit(tmp_path / "clean.xlsx", tmp_path / "dust.xlsx", stored)
    assert silent(tmp_path / "dust.xlsx").reported == 25


def test_kilowatt_hours_with_their_unit_are_the_same_quantity(tmp_path):
    """In the column of units stands kWh, and the calculation sheet converts."""
    write(tmp_path / "clean.xlsx")
    formula = f"=IF(ISNUMBER('{SEPARATE}'!C11),'{SEPARATE}'!C11/1000,NA())"
    changes = {(SEPARATE, "C10"): "kWh/p", (SEPARATE, "C11"): 135_000.0, (CALC, "C35"): formula}
    edit(tmp_path / "clean.xlsx", tmp_path / "kwh.xlsx", changes)
    assert silent(tmp_path / "kwh.xlsx").reported == 25


def test_a_unit_in_the_table_of_parameters_converts(tmp_path):
    given = {**CHILLER, "power_source": "both"}
    write(tmp_path / "clean.xlsx", "ID_AM002", sources={}, **given)
    book = {(MRS, "G11"): "kWh/p", (MRS, "F11"): 42_826_880.0, (CALC, "D20"): f"={MRS!r}!F11/1000"}
    edit(tmp_path / "clean.xlsx", tmp_path / "kwh.xlsx", book)
    silent(tmp_path / "kwh.xlsx")


def test_units_in_another_order_than_the_plan(tmp_path):
    plan, report = labelled_units(tmp_path / "plan.xlsx"), labelled_units(tmp_path / "report.xlsx", (3, 1, 2))
    assert silent(report, plan=plan).recalculated == 42 + 84


def test_rows_of_parameters_in_another_order(tmp_path):
    """The two rows of the table of monitored parameters change places, and the formulas follow."""
    write(tmp_path / "clean.xlsx", "ID_AM002", sources={}, **CHILLER)
    swapped = {}
    for column in "CDEFGH":
        upper, lower = (cell_of(tmp_path / "clean.xlsx", MRS, f"{column}{row}") for row in (11, 12))
        swapped |= {(MRS, f"{column}11"): lower, (MRS, f"{column}12"): upper}
    swapped |= {(CALC, "D20"): f"={MRS!r}!F12", (CALC, "D21"): f"={MRS!r}!F11"}
    edit(tmp_path / "clean.xlsx", tmp_path / "swapped.xlsx", swapped)
    silent(tmp_path / "swapped.xlsx")


def cell_of(path, sheet, cell):
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    value = Book(path).value(sheet, int(match[2]) - 1, column_number(match[1]))
    return None if value == "" else value


def test_tables_that_are_moved(tmp_path):
    sheets = (MRS, SEPARATE, CALC, "MPS(input)", "MPS(input_separate)", "MPS(calc_process)")
    write(tmp_path / "clean.xlsx")
    insert(
        tmp_path / "clean.xlsx", tmp_path / "moved.xlsx", {s: [(7, 4)] for s in sheets}, {s: [(2, 3)] for s in sheets}
    )
    assert silent(tmp_path / "moved.xlsx").reported == 25


@pytest.mark.parametrize(("printed", "agrees"), [("25.81", True), ("25.8", True), ("25.80", False), ("26", True)])
def test_a_figure_is_compared_at_the_precision_in_which_it_is_printed(printed, agrees, tmp_path):
    write(tmp_path / "clean.xlsx")
    case = tmp_path / "case.toml"
    case.write_text(f'methodology = "ID_AM003"\n[inputs]\nCOP_PJ = 1.63\n[expected]\nER = "{printed}"\n')
    verification = jcm_calc.verify(tmp_path / "clean.xlsx", case=case)
    assert ("K2" not in grave(verification)) == agrees


@pytest.mark.parametrize("row", range(52, 57))
@pytest.mark.parametrize("value", [None, 4.0])
def test_every_class_of_a_table_is_looked_up(tmp_path, row, value):
    """The chiller is of the class in row 54; the first and the last class have no limit of their own."""
    clean = write(tmp_path / "clean.xlsx", "ID_AM002", sources={}, **CHILLER)
    edit(clean, tmp_path / "fault.xlsx", {(CALC, f"D{row}"): value})
    assert not jcm_calc.verify(clean, select=["C8"]).findings
    found = {one.code for one in jcm_calc.verify(tmp_path / "fault.xlsx").findings if one.severity == "error"}
    assert found & {"A7", "B7", "D7"}
    assert "C8" not in found
