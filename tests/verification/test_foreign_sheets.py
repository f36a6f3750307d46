"""Sheets that people typed: other headings, units, symbols, periods; one unit; faults by their right names."""

import re

import openpyxl
import pytest
from hand_made import COP1, COP2, DAYS, EC1, EC2, EF_ELEC, ER, PE, RE, RE_OF_TWO, hand_made, stored, two_units
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from workbooks import grids, office, recalculated_by_office

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
WORDS = {
    "MWh/p": [
        *("[MWh/p]", "MWh/year", "MWh/y", "MWh/yr", "MWh/annum", "MWh/period", "MWh per period", "(MWh/p)", "MWh"),
        *("Mwh/p", "MWH/p", "ＭＷｈ/p", "MWh / p", "MWh/monitoring period", "[MWh/year]"),
    ],
    "tCO2/MWh": [
        *("tonCO2/MWh", "ton CO2/MWh", "tons CO2/MWh", "t-CO2/MWh", "[tCO2/MWh]", "tCO2e/MWh", "tCO2eq/MWh"),
        *("kgCO2/kWh", "tonnes CO2/MWh", "tCO2 / MWh", "tonCO2/Mwh"),
    ],
    "Monitored Values": [
        *("Monitored Values\nモニタリング値", "Monitored values (e)", "(e) Monitored values", "Monitored Values:"),
        *("モニタリング値 / Monitored Values", "Monitored value", "Monitored Values [Table 1]", "MONITORED VALUES*"),
        *("Measured values", "Values"),
    ],
    "Units": ["Unit", "Units\n単位", "単位 (Units)", "UNITS", "(f) Units", "単位"],
    "Parameters": ["Parameter", "Symbol", "Parameters\nパラメータ", "(c) Parameters"],
    "CO2 emission reductions": [
        *("CO2 Emission Reductions\n(tCO2/p)", "CO2 emission reductions\nCO2排出削減量", "CO2 emission reductions (c)"),
    ],
    "Value": ["Values", "Value (2017)", "Value\n値", "値"],
    "EC_PJ,i,p": [
        *("EC PJ,i,p", "ECPJ,i,p", "EC_{PJ,i,p}", "$EC_{PJ,i,p}$", "EC(PJ,i,p)", "EC_PJ_i_p", "EC_PJ,1,p"),
        *("Power consumption EC_PJ,i,p", "EC PJ,i,y", "EC_PJ,i,p (electricity)"),
    ],
    "period": [
        *("2017/1/1~2017/12/31", "1 January 2017 to 31 December 2017", "2017年1月1日～2017年12月31日"),
        *("2017.01.01-2017.12.31", "1/Jan/17-31/Dec/17", "01/01/2017-31/12/2017", "2017"),
    ],
}


def verified(tmp_path, **changes):
    return jcm_calc.verify(hand_made(tmp_path / "typed.xlsx", **changes))


@pytest.mark.parametrize(("word", "written"), [(word, one) for word, several in WORDS.items() for one in several])
def test_what_is_written_otherwise_is_read_all_the_same(word, written, tmp_path):
    found = verified(tmp_path, **{word: written})
    assert (found.clean, found.reported, found.recalculated) == (True, 25, 25), [str(one) for one in found.findings]
    assert pytest.approx(ER) == found.total.recalculated.ER
    assert "C7" not in {one.code for one in found.findings}


def test_per_year_is_not_per_period_where_the_period_is_half_a_year(tmp_path):
    found = verified(tmp_path, **{"MWh/p": "MWh/year", "period": "1/Jan/2017-30/Jun/2017"})
    assert "B3" in {one.code for one in found.of("error")}
    assert not found.clean


@pytest.mark.parametrize(("unit", "written", "read"), [
    ("tCO2/MWh", "tonCO2/MWh", "tCO2/MWh"),
    ("MWh/p", "MWh/year", "MWh"),
    ("MWh/p", "Mwh/p", "MWh/p"),
])  # fmt: skip
def test_a_unit_that_only_such_a_sheet_has_is_remarked_on(unit, written, read, tmp_path):
    found = verified(tmp_path, **{unit: written})
    assert any(f"the unit {written} is read as {read} (" in text for text in found.remarks)


@pytest.mark.parametrize("heading", ["Quantity as billed", "Value", "Value (2017)", "Total"])
def test_an_unknown_heading_is_named(heading, tmp_path):
    found = verified(tmp_path, **{"Monitored Values": heading})
    assert any(repr(heading) in one.message and one.code == "K1" for one in found.of("error"))


# The code that is due, and ER that the fault makes of 25.8075
FAULTS = {
    "inverted": ({"RE": "=C10*C12/C11*C13"}, "C1", 135 * 1.32 / 1.63 * 0.814 - PE, "where the equation multiplies"),
    "literal": ({"RE": "=C10*C11/C12*0.877"}, "A2", RE / 0.814 * 0.877 - PE, "0.877 written .* instead of EF_elec"),
    "factor left out": ({"RE": "=C10*C11*C13"}, "C2", RE * 1.32 - PE, "leaves out the factor COP_RE,i"),
    "multiplied": ({"RE": "=C10*C11/C12*C13*1.05"}, "A2", RE * 1.05 - PE, "multiplied by 1.05"),
    "wrong sign": ({"ER": "=C7+C15"}, "C1", RE + PE, "wrong sign"),
    "wrong operand": ({"PE": "=C16*C11"}, "A8", RE - 135 * 1.63, "uses COP_PJ,i"),
    "kWh": ({"PE": "=C16*C17/1000"}, "B7", RE - PE / 1000, "0.001 times"),
    "nought": ({"PE": "=0"}, "C11", RE, "set to zero"),
    "rounded": ({"RE": "=ROUND(C10*C11/C12*C13,0)"}, "H5", 136 - PE, "rounded"),
    "typed factor": ({"EF": "=0.877"}, "A10", ER / 0.814 * 0.877, "0.877"),
    "wrong class": (
        *({"COP_RE": "=IF('MRS(input)'!E12=\"x\",1.32,1.71)"}, "C9"),
        *(135 * 1.63 / 1.71 * 0.814 - PE, "another class"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_own_name_and_effect(name, tmp_path):
    formulas, code, reported, words = FAULTS[name]
    found = verified(tmp_path, formulas=formulas)
    finding = next((one for one in found.of("error") if one.code == code), None)
    assert finding, [str(one) for one in found.findings]
    assert re.search(words, finding.message)
    assert finding.effect.exact == pytest.approx(reported - ER)
    assert not {"C5", "C8"} & {one.code for one in found.findings}


@pytest.mark.parametrize("formulas", [
    {"COP_RE": "=1.32"},
    {"RE": "=C13*C10*(C11/C12)"},
    {"RE": "=PRODUCT(C10,C11,C13)/C12", "ER": "=SUM(C7,-C15)"},
    {"RE": "=IF(C12>0,C10*C11/C12*C13,0)"},
    {"ER": "=IFERROR(C7-C15,0)"},
])  # fmt: skip
def test_a_right_sheet_is_right_however_it_is_written(formulas, tmp_path):
    found = verified(tmp_path, formulas=formulas)
    assert found.clean, [str(one) for one in found.findings]
    assert not found.of("warning")


# Sums of two units that are written out: the code that is due, and words of the finding.
OF_TWO = {
    "a literal": ({"reference": RE_OF_TWO.replace(EF_ELEC, "0.877")}, "A2", "0.877 written .* instead of EF_elec"),
    "inverted": (
        {"reference": f"=({EC1}/{COP1}*C10+{EC2}/{COP2}*C11)*{EF_ELEC}"},
        "C1",
        "where the equation multiplies",
    ),
    "a unit left out": ({"reference": f"={EC1}*{COP1}/C10*{EF_ELEC}"}, "C5", "leaves out 1 of 2 units"),
    "a unit twice": ({"project": f"=({EC1}+{EC2}+{EC2})*{EF_ELEC}"}, "C5", "counts 1 units twice"),
    "a factor left out": ({"reference": f"=({EC1}*{COP1}+{EC2}*{COP2})*{EF_ELEC}"}, "C2", "the factor COP_RE"),
    "a factor": ({"project": f"=({EC1}+{EC2})*{EF_ELEC}*1.05"}, "A2", "multiplied by 1.05"),
    "rounded": ({"project": f"=ROUND(({EC1}+{EC2})*{EF_ELEC},0)"}, "H5", "rounded"),
}


@pytest.mark.parametrize("name", OF_TWO)
def test_a_fault_in_a_sum_that_is_written_out_has_its_own_name(name, tmp_path):
    formulas, code, words = OF_TWO[name]
    found = jcm_calc.verify(two_units(tmp_path / "two.xlsx", **formulas))
    finding = next((one for one in found.of("error") if one.code == code), None)
    assert finding, [str(one) for one in found.findings]
    assert re.search(words, finding.message)
    assert finding.effect.exact == pytest.approx(found.total.reported.ER - found.total.recalculated.ER)


@pytest.mark.parametrize("reference", [
    RE_OF_TWO,
    f"=({EC1}*{COP1}/C10+{EC2}*{COP2}/C11)*{EF_ELEC}",
    f"=SUMPRODUCT({EC1}:E7,{COP1}:E12/C10:C11)*{EF_ELEC}",
    f"=SUM({EC1}:E7*{COP1}:E12/C10:C11)*{EF_ELEC}",
])  # fmt: skip
def test_a_right_sum_that_is_written_out_is_right(reference, tmp_path):
    found = jcm_calc.verify(two_units(tmp_path / "two.xlsx", reference))
    assert found.clean, [str(one) for one in found.findings]


BRANCHES = {
    "ER": ["=IF(C7>100,C7-C15,C7)", "=IF(C15<500,C7-C15,C7)", "=MIN(C7-C15,1000)", "=MAX(C7-C15,20)"],
    "RE": ["=IF(C10>100,C10*C11/C12*C13,C10*C11)", "=MAX(C10,50)*C11/C12*C13", "=IF(C10<=135,C10*C11/C12*C13,0)"],
    "PE": ["=IF(C16>1000,0,C16*C17)", "=MIN(C16,5000)*C17"],
}
# Conditions on quantities that are not operands of the equation.
BY_OTHERS = {
    "ER": ["=IF(C16>100,C7-C15,C7)", "=IF('MRS(input)'!E6>100,C7-C15,C7)", "=IF(C11>1.5,C7-C15,C7)"],
    "RE": ["=IF(C15>100,C10*C11/C12*C13,C10*C11*C13)"],
}
BRANCHES = {cell: [*BRANCHES.get(cell, ()), *BY_OTHERS.get(cell, ())] for cell in BRANCHES}
HELPERS = {
    "=IF(C25>100,C7-C15,C7)": "=C16",
    "=C7-C15*C25": "=IF(C16>100,1,0)",
    "=IF(C16>C25,C7-C15,C7)": 100,
}


@pytest.mark.parametrize(("cell", "formula"), [(cell, one) for cell, several in BRANCHES.items() for one in several])
def test_a_branch_that_only_the_formula_has_is_tried_on_both_sides_of_its_limit(cell, formula, tmp_path):
    found = verified(tmp_path, formulas={cell: formula})
    assert found.recalculated == found.reported == 25
    (finding,) = found.of("error")
    assert formula[1:] in finding.message
    assert not found.clean


@pytest.mark.parametrize("formula", HELPERS)
def test_a_branch_through_another_cell_is_tried_on_both_sides(formula, tmp_path):
    path = hand_made(tmp_path / "typed.xlsx")
    book = openpyxl.load_workbook(path)
    book["MRS(calc_process)"]["C4"], book["MRS(calc_process)"]["C25"] = formula, HELPERS[formula]
    book.save(path)
    stored(path)
    found = jcm_calc.verify(path)
    assert found.recalculated == found.reported == 25
    (finding,) = found.of("error")
    assert formula[1:] in finding.message


def test_a_condition_that_changes_nothing_is_no_finding(tmp_path):
    assert verified(tmp_path, formulas={"ER": "=IF(C16>100,C7-C15,C7-C15)"}).clean


@pytest.mark.parametrize(("written", "asked"), [("1.347", True), ("0.814", False), ("1.35", False), (1.347, False)])
def test_a_text_whose_dot_can_be_between_thousands_is_asked_about(written, asked, tmp_path):
    found = verified(tmp_path, values={"EC": written})
    assert ("E9" in {one.code for one in found.findings}) == asked
    assert found.clean != asked


def test_there_is_no_calculation_sheet(tmp_path):
    path = hand_made(tmp_path / "typed.xlsx", formulas={"claim": 25})
    book = openpyxl.load_workbook(path)
    del book["MRS(calc_process)"]
    book.save(path)
    (finding,) = (one for one in jcm_calc.verify(path).findings if one.code == "A3")
    assert finding.place == "MRS(input)"


def test_first_and_last_day_in_a_table_of_their_own(tmp_path):
    assert verified(tmp_path, dates=DAYS, period="").clean


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_saved_by_another_program(tmp_path):
    folder = tmp_path / "saved"
    folder.mkdir()
    paths = [
        hand_made(tmp_path / "right.xlsx"),
        hand_made(tmp_path / "inverted.xlsx", formulas=FAULTS["inverted"][0]),
        hand_made(tmp_path / "branch.xlsx", formulas={"ER": BRANCHES["ER"][0]}),
    ]
    recalculated_by_office(paths, folder)
    right, inverted, branch = (jcm_calc.verify(folder / "recalculated" / path.name) for path in paths)
    assert right.clean, [str(one) for one in right.findings]
    assert "C1" in {one.code for one in inverted.of("error")}
    assert "C9" in {one.code for one in branch.of("error")}
    assert grids(folder / "recalculated" / "right.xlsx")["MRS(input)"]
