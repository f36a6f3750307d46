"""A cell may refer to another whose value is not stored; what nobody can tell is refused, with the cell."""

import itertools
import re

import hostile
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from jcm_calc import InputError, calculate, methodology, read_workbook
from jcm_calc.inputs.carriers import as_pandas
from jcm_calc.reports.workbook.opening import Book

AMOUNTS = {"EG": [600.0, 700.0], "p": "2024"}


@pytest.fixture
def filled(tmp_path):
    """Write a result, put other contents into cells, and give the file; openpyxl stores no results of formulas."""

    def write(sheet, cells, number="PW_AM001", **given):
        path = tmp_path / "filled.xlsx"
        calculate(number, **(given or AMOUNTS)).to_excel(path, overwrite=True)
        book = openpyxl.load_workbook(path)
        for address, content in cells.items():
            book[sheet][address] = content
        book.save(path)
        return path

    return write


def amounts(path):
    (table,) = (table for table in map(as_pandas, read_workbook(path).report.tables) if "EG" in table)
    return table["EG"].tolist()


@pytest.mark.parametrize("steps", [1, 2, 8, 9, 60])
def test_references_are_followed_however_many_there_are(filled, steps):
    places = [f"{get_column_letter(30 + step)}3" for step in range(steps)]
    cells = {place: f"={after}" for place, after in itertools.pairwise(["C11", *places])}
    assert amounts(filled("MRS(input_separate)", {**cells, places[-1]: 512.5})) == [512.5, 700]


def test_cells_that_refer_to_one_cell_all_have_its_value(filled):
    cells = {"C11": "=Z1", "C12": "=Z2", "Z2": "=Z1", "Z1": "='MRS(input_separate)'!Z3", "Z3": 512.5}
    assert amounts(filled("MRS(input_separate)", cells)) == [512.5, 512.5]


@pytest.mark.parametrize(
    "cells",
    [
        {"C12": "=500+100"},
        {"C12": "=Z1", "Z1": "=500+100"},
        {"C12": "='No such sheet'!A1"},
        {"C12": "=C12"},
        {"C12": "=Z1", "Z1": "=Z2", "Z2": "=Z1"},
    ],
    ids=["sum", "reference to a sum", "sheet that is not there", "itself", "circle"],
)
def test_a_value_that_nobody_can_tell_is_refused_with_its_cell(filled, cells):
    with pytest.raises(InputError) as raised:
        read_workbook(filled("MRS(input_separate)", cells))
    (problem,) = raised.value.problems
    assert str(problem) == (
        "EG_i,p: holds a formula (MRS(input_separate)!C12) whose value is not stored: give the value itself"
    )


def test_two_cells_on_one_circle_are_both_refused(filled):
    cells = {"C11": "=Z1", "C12": "=Z2", "Z1": "=Z2", "Z2": "=Z1"}
    with pytest.raises(InputError) as raised:
        read_workbook(filled("MRS(input_separate)", cells))
    assert [str(problem).partition("!")[2][:3] for problem in raised.value.problems] == ["C11", "C12"]


def test_rows_of_the_input_sheet_are_asked_in_the_same_way(filled):
    chiller = {
        **{"EC_PJ": [347.2, 200.0], "COP_PJ": [6.5, 6.2], "T_cooling_out": 36.0, "T_chilled_out": 8.0},
        **{"capacity": [300.0, 600.0], "EF_grid": 0.8, "power_source": "grid", "p": "2024"},
    }
    path = filled("MRS(input)", {}, "ID_AM002", **chiller)
    sheet = openpyxl.load_workbook(path)["MRS(input)"]
    (row,) = (cell.row for cell in sheet["C"] if cell.value == "EF_grid")
    path = filled("MRS(input)", {f"F{row}": "=Z1", "Z1": "=Z2", "Z2": 0.75}, "ID_AM002", **chiller)
    result = read_workbook(path).calculate()
    assert result.inputs.values["EF_grid"].item() == 0.75
    with pytest.raises(InputError, match=rf"EF_grid: holds a formula \(MRS\(input\)!F{row}\)"):
        read_workbook(filled("MRS(input)", {f"F{row}": "=0.5+0.25"}, "ID_AM002", **chiller))


def test_values_by_class_are_asked_in_the_same_way(filled):
    trucks = {
        **{"basis": "distance", "fuel_measured_as": "mass", "p": "2024", "FC_PJ": [[11], [12]], "D_PJ": [[5e4], [1]]},
        **{"SFC_RE": 2.5e-4, "fuel": ["a fuel", "another"], "NCV_i": {"a fuel": 30.0, "another": 40.0}},
        **{"EF_CO2_i": {"a fuel": 0.07, "another": 0.074}},
    }
    path = filled("MRS(input_separate)", {"C12": "=Z3", "Z3": 45.0}, "VN_AM001", **trucks)
    assert read_workbook(path).report.inputs["NCV_i"] == {"a fuel": 30.0, "another": 45.0}
    with pytest.raises(InputError, match=r"NCV_i: holds a formula \(MRS\(input_separate\)!C12\) whose value is not"):
        read_workbook(filled("MRS(input_separate)", {"C12": "=40+5"}, "VN_AM001", **trucks))


def test_a_class_with_two_values_is_refused(filled):
    trucks = {
        **{"basis": "distance", "fuel_measured_as": "mass", "p": "2024", "FC_PJ": [[11], [12]], "D_PJ": [[5e4], [1]]},
        **{"SFC_RE": 2.5e-4, "fuel": ["a fuel", "another"], "NCV_i": {"a fuel": 30.0, "another": 30.0}},
        **{"EF_CO2_i": {"a fuel": 0.07, "another": 0.074}},
    }
    with pytest.raises(InputError) as raised:
        read_workbook(filled("MRS(input_separate)", {"B12": "a fuel "}, "VN_AM001", **trucks))
    assert [str(problem) for problem in raised.value.problems] == [
        "EF_CO2,i: 'a fuel' has another value before (MRS(input_separate)!D12): a class has one"
    ]


def test_a_name_beside_values_by_class_is_refused(tmp_path):
    """The spreadsheet takes the name; the values may be meant."""
    methodology("VN_AM001").template(tmp_path / "empty.xlsx", years=[2024])
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    plan, classes = book["MPS(input)"], book["MPS(input_separate)"]
    row = next(cell.row for cell in plan["C"] if cell.value == "NCV_i")
    plan[f"F{row}"] = "IPCC 2006, lower"
    head = next(cell for row in classes.iter_rows() for cell in row if cell.value == "NCV_i")
    classes.cell(head.row + 3, 2).value, head.offset(3).value = "Motor gasoline", 44.3
    book.save(tmp_path / "both.xlsx")
    with pytest.raises(InputError, match="NCV_i: 'IPCC 2006, lower' is named, and values by class are given, too"):
        read_workbook(tmp_path / "both.xlsx")


def test_a_number_beside_the_table_of_units_is_remarked_on(filled):
    path = filled("MRS(input)", {"F10": 999.0})
    with pytest.warns(match=r"EG_i,p: 999.0 \(MRS\(input\)!F10\) is not used: the values are in a separate table"):
        assert amounts(path) == [600, 700]


def test_days_and_options_are_asked_in_the_same_way(filled):
    sheet = openpyxl.load_workbook(filled("MRS(input)", {}))["MRS(input)"]
    (row,) = (cell.row for cell in sheet["F"] if cell.value == "First day")
    with pytest.raises(InputError) as raised:
        read_workbook(filled("MRS(input)", {f"F{row + 1}": "=DATE(2024,1,1)", f"G{row + 1}": "=F99+365"}))
    assert [str(problem).partition(" whose")[0] for problem in raised.value.problems] == [
        f"p: holds a formula (MRS(input)!{column}{row + 1})" for column in "FG"
    ]
    truck = {"basis": "distance", "fuel_measured_as": "mass", "p": "2024", "FC_PJ": [[11]], "D_PJ": [[5e4]]}
    truck |= {"SFC_RE": 2.5e-4, "NCV_i": 43.0, "EF_CO2_i": 0.0741}
    sheet = openpyxl.load_workbook(filled("MRS(input)", {}, "VN_AM001", **truck))["MRS(input)"]
    (row,) = (cell.row for cell in sheet["C"] if cell.value == "basis")
    with pytest.raises(InputError, match=rf"basis: holds a formula \(MRS\(input\)!F{row}\) whose value is not stored"):
        read_workbook(filled("MRS(input)", {f"F{row}": '=CONCATENATE("dist","ance")'}, "VN_AM001", **truck))


def test_formulas_that_cells_share_are_written_out_for_each(filled, tmp_path):
    """Excel writes the formula of a filled-down column once; a cell of it is named with its own."""
    path = filled("MRS(input_separate)", {})
    parts = hostile.parts_of(path.read_bytes())
    name = next(name for name, part in parts.items() if b'<c r="C12"' in part and b"700" in part)
    shared = {
        b"C11": b'<f t="shared" ref="C11:C12" si="3">D11*2</f><v>600</v>',
        b"C12": b'<f t="shared" si="3"/><v>700</v>',
    }
    for cell, content in shared.items():
        parts[name], count = re.subn(rb'(<c r="%s"[^>]*?) t="n"(>)<v>[^<]*</v>' % cell, rb"\1\2" + content, parts[name])
        assert count == 1
    path = hostile.save(tmp_path, hostile.archive_of(parts))
    formulas = Book(path).formulas("MRS(input_separate)")
    assert {cell: formulas[cell].text for cell in ((10, 2), (11, 2))} == {(10, 2): "D11*2", (11, 2): "D12*2"}
    with pytest.warns(
        match=r"holds a formula where a value belongs \(MRS\(input_separate\)!C11\): =D11\*2; its stored"
    ):
        assert amounts(path) == [600, 700]


def test_a_reference_to_an_empty_cell_is_an_empty_cell(filled):
    """As `IF(ISBLANK(x),"",x)` is, by which one sheet refers to another."""
    cells = {"C12": '=IF(ISBLANK(Z1),"",Z1)', "C11": '=IF(ISBLANK(Z2),"",Z2)', "Z2": 512.5}
    with pytest.warns(match="rows without a value are left out: 12"):
        assert amounts(filled("MRS(input_separate)", cells)) == [512.5]


@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
def test_a_column_headed_by_what_the_option_hands_on_is_what_is_given_for_it(tmp_path):
    """Official sheets head the hours in service with H_u,p, which the methodology can also count from dates."""
    given = {"EF_grid": 0.8, "Br": 0.02, "NLL_PJ": [20, 30], "UNC": [0.1, 0.15], "type": ["large", "small"]}
    given |= {"NLL_RE": {"large": 433, "small": 67}, "H_given": [8000, 8760], "p": "2024"}
    result = methodology("VN_AM005").calculate(**given, service_hours="given", removals="none")
    path = tmp_path / "f.xlsx"
    result.to_excel(path)
    book = openpyxl.load_workbook(path)
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "H_given,u,p"):
        cell.value = "H_u,p"
    book.save(path)
    assert float(read_workbook(path).calculate().RE.magnitude.sum()) == pytest.approx(float(result.RE.magnitude.sum()))
