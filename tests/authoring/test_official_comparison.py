"""An official spreadsheet, compared by meaning: agreement, single errors with their cells, and what is refused."""

import openpyxl
import pytest

import jcm_calc
from jcm_calc.authoring.official_files.comparing import compare
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.location import address

UNITS = 5


def official_form(version="01.0"):
    """A spreadsheet for ID_AM003 in the layout of the official ones, with five refrigerators, made by hand."""
    book = openpyxl.Workbook()
    inputs, separate, calc = (
        book.active,
        book.create_sheet("MRS(input_separate)"),
        book.create_sheet("MRS(calc_process)"),
    )
    inputs.title = "MRS(input)"
    for sheet in book:
        sheet["K1"] = f"Monitoring Spreadsheet: JCM_ID_AM003_ver{version}"
    for row in (
        ["Parameters", "Description of data", "Estimated Values", "Units"],
        ["EFelec", "CO2 emission factor for consumed electricity", None, "tCO2/MWh"],
        ["CO2 emission reductions", "Units"],
        ["=ROUNDDOWN('MRS(calc_process)'!B2,0)", "tCO2/p"],
    ):
        inputs.append(row)
    separate.append([])
    for row in (
        ["i", "Type", "COPPJ,i", "EC PJ,i,p", "COPRE,i", "REi,p", "PEi,p"],
        ["No.", "Type of the refrigerator: application", "COP", "electricity", "COP", "reference", "project"],
        ["-", "-", "-", "MWh/p", "-", "tCO2/p", "tCO2/p"],
    ):
        separate.append(row)
    for number in range(UNITS):
        row = separate.max_row + 1
        case = f'IF(B{row}="Cold storage",\'MRS(calc_process)\'!$B$8,"")'
        value = f"=IF(B{row}=\"Individual quick freezer\",'MRS(calc_process)'!$B$7,{case})"
        factor = "'MRS(input)'!$C$3"
        separate.append(
            [
                number + 1,
                None,
                None,
                None,
                value,
                f'=IF(D{row}="",0,D{row}*C{row}/E{row}*{factor})',
                f"=D{row}*{factor}",
            ]
        )
    first, last = separate.max_row - UNITS + 1, separate.max_row
    calc["A1"], calc["B1"], calc["C1"], calc["D1"] = "1. Calculations", "Value", "Units", "Parameter"
    results = {
        "ERp": "=B3-B4",
        "REp": f"=SUM('MRS(input_separate)'!F{first}:F{last})",
        "PEp": f"=SUM('MRS(input_separate)'!G{first}:G{last})",
    }
    for row, (symbol, formula) in enumerate(results.items(), 2):
        calc[f"A{row}"], calc[f"B{row}"], calc[f"C{row}"], calc[f"D{row}"] = symbol, formula, "tCO2/p", symbol
    calc["A7"], calc["B7"], calc["A8"], calc["B8"] = "Individual quick freezer", 1.32, "Cold storage", 1.71
    return book, first, last


def compared(tmp_path, book):
    path = tmp_path / "official.xlsx"
    book.save(path)
    return compare(Book(path), jcm_calc.methodology("ID_AM003")).sets["MRS"].cases[0]


def test_a_spreadsheet_that_says_the_same_agrees_in_every_draw(tmp_path):
    case = compared(tmp_path, official_form()[0])
    assert case.everywhere
    assert {"COP_RE", "RE_i", "PE_i", "RE", "PE", "ER"} == set(case.outcomes)
    assert all(one.compared >= 40 and one.agreed == one.compared for one in case.outcomes.values())


SEPARATE, CALC = "MRS(input_separate)", "MRS(calc_process)"
ERRORS = {
    "ratio inverted": (SEPARATE, "F{last}", "D{last}*C{last}/E{last}", "D{last}*E{last}/C{last}", "RE_i"),
    "one row overwritten": (SEPARATE, "F{last}", "D{last}*C{last}", "7+0*C{last}", "RE_i"),
    "another row": (SEPARATE, "F{last}", ",D{last}", ",D{first}", "RE_i"),
    "a factor left out": (SEPARATE, "G{first}", "*'MRS(input)'!$C$3", "", "PE_i"),
    "an extra term": (SEPARATE, "G{first}", "=D", "=1+D", "PE_i"),
    "range one row short": (CALC, "B3", "F{last}", "F{before}", "RE"),
    "range one row late": (CALC, "B4", "G{first}", "G{second}", "PE"),
    "sign": (CALC, "B2", "-", "+", "ER"),
    "swapped": (CALC, "B2", "B3-B4", "B4-B3", "ER"),
    "no guard for a blank row": (SEPARATE, "F{last}", 'IF(D{last}=""', "IF(1=0", "RE"),
    "a class misspelt": (SEPARATE, "E{last}", '"Cold storage"', '"Cold stores"', "COP_RE"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_single_error_is_found_with_its_cell(tmp_path, name):
    book, first, last = official_form()
    sheet, cell, old, new, quantity = ERRORS[name]
    rows = {"first": first, "second": first + 1, "before": last - 1, "last": last}
    cell, old, new = (text.format(**rows) for text in (cell, old, new))
    assert old in book[sheet][cell].value
    book[sheet][cell] = book[sheet][cell].value.replace(old, new)
    case = compared(tmp_path, book)
    assert not case.everywhere
    place = address(case.outcomes[quantity].place)
    assert place == (f"{CALC}!B3" if "guard" in name else f"{sheet}!{cell}")


@pytest.mark.parametrize("cell", ["B7", "B8"])
def test_another_default_value_differs_though_the_formulas_agree(tmp_path, cell):
    book, _first, _last = official_form()
    book[CALC][cell] = 1.5
    case = compared(tmp_path, book)
    assert case.outcomes["COP_RE"].differs
    assert case.outcomes["COP_RE"].there == 1.5
    assert not case.outcomes["RE_i"].differs


def test_a_spreadsheet_without_formulas_is_refused(tmp_path):
    book, _first, _last = official_form()
    for row in (2, 3, 4):
        book[CALC][f"B{row}"] = 100
    with pytest.raises(jcm_calc.InputError, match="must calculate"):
        compared(tmp_path, book)


def test_another_version_is_refused(tmp_path):
    with pytest.raises(jcm_calc.InputError, match=r"ID_AM003 ver 2\.0; the methodology is ID_AM003 ver 1\.0"):
        compared(tmp_path, official_form("02.0")[0])


def test_a_formula_that_fails_after_a_blank_row_in_the_middle_is_found(tmp_path):
    book, first, last = official_form()
    cell = book[SEPARATE][f"F{last}"]
    cell.value = f'=IF(D{first + 1}="",0,{cell.value[1:]})'
    case = compared(tmp_path, book)
    assert not case.everywhere
    assert address(case.outcomes["RE_i"].place) == f"{SEPARATE}!F{last}"


def test_a_unit_that_does_not_convert_is_not_compared(tmp_path):
    book, _first, _last = official_form()
    book["MRS(input)"]["D3"] = "tCO2/m3"
    case = compared(tmp_path, book)
    assert case.missing == ("EF_elec",)
    assert not case.outcomes
    assert not case.everywhere


def test_results_that_are_all_0_are_not_compared(tmp_path):
    book, first, last = official_form()
    for row in range(first, last + 1):
        for column in "FG":
            book[SEPARATE][f"{column}{row}"].value += "*0"
    case = compared(tmp_path, book)
    assert not case.everywhere
    assert case.outcomes["RE_i"].agreed < case.outcomes["RE_i"].compared


def test_classes_without_text_are_not_compared(tmp_path):
    book, first, last = official_form()
    for row in range(first, last + 1):
        book[SEPARATE][f"E{row}"] = "='MRS(calc_process)'!$B$7"
    case = compared(tmp_path, book)
    assert case.without_text
    assert not case.outcomes
    assert not case.everywhere


def test_a_class_without_a_value_in_the_library_gives_one_value_in_all_rows(tmp_path):
    book, first, last = official_form()
    for row in range(first, last + 1):
        cell = book[SEPARATE][f"E{row}"]
        cell.value = cell.value.replace("Cold storage", "Ice maker")
    assert "$B$8" in book[SEPARATE][f"E{last}"].value
    book[SEPARATE][f"E{last}"].value = book[SEPARATE][f"E{last}"].value.replace("$B$8", "$B$9")
    book[CALC]["A8"], book[CALC]["A9"], book[CALC]["B9"] = "Ice maker", "Ice maker", 1.9
    case = compared(tmp_path, book)
    assert address(case.outcomes["COP_RE"].place) == f"{SEPARATE}!E{last}"
