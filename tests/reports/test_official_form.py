"""Filled workbooks in the official form: calculated columns, class columns headed by words, pointers, sheet names."""

import openpyxl
import pytest
from faults import calculate_again

import jcm_calc
from jcm_calc.base.problems import InputError

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.evidence.UnconfirmedWarning")
HEADS = ["i", "Type of the refrigerator", "COPPJ,i", "ECPJ,i,p", "COPRE,i", "REi,p"]
UNITS = ["-", "-", "-", "MWh/p", "-", "tCO2/p"]
CASES = ["Individual quick freezer", "Cold storage"]


def filled(path, heads=HEADS, sheet="MRS(input_separate)", pointer="-> input_separate"):
    """ID_AM003 with two refrigerators, as the official form has them: 135 MWh at 1.63, 100 MWh at 2.2."""
    book = openpyxl.Workbook()
    entry, units = book.active, book.create_sheet(sheet)
    entry.title = "MRS_input" if "_input" in sheet.replace("(", "") and "(" not in sheet else "MRS(input)"
    entry["H1"] = units["H1"] = "Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"
    entry["A3"] = "Monitoring Report Sheet (Input Sheet) [For Verification]"
    units["A3"] = "Monitoring Report Sheet (Input Sheet) [For Verification]"
    for row, cells in {
        7: [
            "Monitoring period",
            "Monitoring point No.",
            "Parameters",
            "Description of data",
            "Monitored Values",
            "Units",
        ],
        8: ["1/Jan/2020-31/Dec/2020", "(1)", "ECPJ,i,p", "electricity", pointer, "MWh/p"],
        12: ["Parameters", "Description of data", "Estimated Values", "Units"],
        13: ["EFelec", "emission factor", 0.814, "tCO2/MWh"],
    }.items():
        for column, value in enumerate(cells, 1):
            entry.cell(row, column).value = value
    for row, cells in {5: heads, 7: UNITS}.items():
        for column, value in enumerate(cells, 2):
            units.cell(row, column).value = value
    for row, (kind, cop, energy) in enumerate(zip(CASES, (1.63, 2.2), (135, 100), strict=True), 8):
        reference = f'=IF(C{row}="{CASES[0]}",1.32,1.71)'
        for column, value in enumerate([row - 7, kind, cop, energy, reference, f"=E{row}*D{row}/F{row}*0.814"], 2):
            units.cell(row, column).value = value
    book.save(path)
    calculate_again(path)
    return path


@pytest.mark.parametrize("sheet", ["MRS(input_separate)", "MRS_input_separate"])
@pytest.mark.parametrize(
    "pointer", ["-> input_separate", "see input_separate", "refer to MRS(input_separate)", "separate"]
)
def test_the_official_form_is_calculated(sheet, pointer, tmp_path):
    result = jcm_calc.read_workbook(filled(tmp_path / "f.xlsx", sheet=sheet, pointer=pointer)).calculate()
    expected = (135 * 1.63 / 1.32 + 100 * 2.2 / 1.71) * 0.814
    assert float(result.RE.sum().magnitude) == pytest.approx(expected)
    assert float(result.PE.sum().magnitude) == pytest.approx(235 * 0.814)


def test_what_was_read_by_its_classes_or_left_out_is_remarked_on(tmp_path):
    told = [str(remark) for remark in jcm_calc.read_workbook(filled(tmp_path / "f.xlsx")).remarks]
    assert any("'Type of the refrigerator' (MRS(input_separate)!C5)" in one for one in told)
    assert any("is calculated on the sheet (MRS(input_separate)!F8)" in one for one in told)


@pytest.mark.parametrize(("place", "heading"), [(2, "COP"), (3, "Power"), (2, "XPJ,i")])
def test_a_column_that_is_not_understood_is_named_with_its_cell(place, heading, tmp_path):
    heads = [heading if at == place else text for at, text in enumerate(HEADS)]
    heads[place - 1 if place == 2 else 1] = HEADS[1]
    letter = "BCDEFG"[place]
    if heading == "Power":
        heads = [*heads[:2], "COP_PJ,i", heading, *heads[4:]]
    with pytest.raises(InputError, match=rf"'{heading}' \(MRS\(input_separate\)!{letter}5\) is not understood"):
        jcm_calc.read_workbook(filled(tmp_path / "f.xlsx", heads=heads))


@pytest.mark.parametrize("fault", [None, "=E8*D8/F8*0.9", "=IF(E8>1000,0,E8*D8/F8*'MRS(input)'!C13)", 100])
def test_what_the_unit_sheet_calculates_is_shown_and_checked(fault, tmp_path):
    path = filled(tmp_path / "f.xlsx", [*HEADS, "PEi,p"])
    book = openpyxl.load_workbook(path)
    units, calc = book["MRS(input_separate)"], book.create_sheet("MRS(calc_process)")
    for row in (8, 9):
        units[f"G{row}"], units[f"H{row}"] = f"=E{row}*D{row}/F{row}*'MRS(input)'!C13", f"=E{row}*'MRS(input)'!C13"
    units["H7"] = "tCO2/p"
    if fault is not None:
        units["G8"] = fault
    for row in [
        ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0"],
        ["1. Calculations", "Value", "Units", "Parameter"],
        ["Emission reductions", "=B4-B5", "tCO2/p", "ERp"],
        ["Reference emissions", "=SUM('MRS(input_separate)'!G8:G9)", "tCO2/p", "REp"],
        ["Project emissions", "=SUM('MRS(input_separate)'!H8:H9)", "tCO2/p", "PEp"],
    ]:
        calc.append(row)
    book.save(path)
    calculate_again(path)
    found = [one for one in jcm_calc.verify(path).findings if one.code[0] in "AC" and one.severity != "question"]
    assert {place.cells for one in found for place in one.places} == (set() if fault is None else {"G8"})
