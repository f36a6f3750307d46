"""An official spreadsheet, compared by meaning: agreement, single errors with their cells, and what is refused."""

import official_forms
import pytest

import jcm_calc
from jcm_calc.authoring.official_files.comparing import compare
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.location import address

SEPARATE, CALC = official_forms.SEPARATE, official_forms.CALC
FIRST, LAST = 5, 9  # rows of units


def official_form(number="ID_AM003", version=None):
    return official_forms.form(number, version), FIRST, LAST


def compared(tmp_path, book):
    path = tmp_path / "official.xlsx"
    book.save(path)
    return compare(Book(path), jcm_calc.methodology("ID_AM003")).sets["MRS"].cases[0]


def test_a_spreadsheet_that_says_the_same_agrees_in_every_draw(tmp_path):
    case = compared(tmp_path, official_form()[0])
    assert case.everywhere
    assert {"COP_RE", "RE_i", "PE_i", "RE", "PE", "ER"} == set(case.outcomes)
    assert all(one.compared >= 40 and one.agreed == one.compared for one in case.outcomes.values())


ERRORS = {
    "ratio inverted": (SEPARATE, "F{last}", "D{last}*C{last}/E{last}", "D{last}*E{last}/C{last}", "RE_i"),
    "one row overwritten": (SEPARATE, "F{last}", "D{last}*C{last}", "7+0*C{last}", "RE_i"),
    "another row": (SEPARATE, "F{last}", ",D{last}", ",D{first}", "RE_i"),
    "a factor left out": (SEPARATE, "G{first}", "*'MRS(input)'!$C$3", "", "PE_i"),
    "an extra term": (SEPARATE, "G{first}", "=D", "=1+D", "PE_i"),
    "range one row short": (CALC, "B4", "F{last}", "F{before}", "RE"),
    "range one row late": (CALC, "B5", "G{first}", "G{second}", "PE"),
    "sign": (CALC, "B3", "-", "+", "ER"),
    "swapped": (CALC, "B3", "B4-B5", "B5-B4", "ER"),
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
    assert place == (f"{CALC}!B4" if "guard" in name else f"{sheet}!{cell}")


@pytest.mark.parametrize("cell", ["B12", "B13"])
def test_another_default_value_differs_though_the_formulas_agree(tmp_path, cell):
    book, _first, _last = official_form()
    book[CALC][cell] = 1.5
    case = compared(tmp_path, book)
    assert case.outcomes["COP_RE"].differs
    assert case.outcomes["COP_RE"].there == 1.5
    assert not case.outcomes["RE_i"].differs


def test_a_spreadsheet_without_formulas_is_refused(tmp_path):
    book, _first, _last = official_form()
    for row in (3, 4, 5):
        book[CALC][f"B{row}"] = 100
    with pytest.raises(jcm_calc.InputError, match="must calculate"):
        compared(tmp_path, book)


def test_another_version_is_refused(tmp_path):
    with pytest.raises(jcm_calc.InputError, match=r"ID_AM003 ver 2\.0; the methodology is ID_AM003 ver 1\.0"):
        compared(tmp_path, official_form(version="2.0")[0])


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
        book[SEPARATE][f"E{row}"] = "='MRS(calc_process)'!$B$12"
    case = compared(tmp_path, book)
    assert case.without_text
    assert not case.outcomes
    assert not case.everywhere


def test_a_class_without_a_value_in_the_library_gives_one_value_in_all_rows(tmp_path):
    book, first, last = official_form()
    for row in range(first, last + 1):
        cell = book[SEPARATE][f"E{row}"]
        cell.value = cell.value.replace("Cold storage", "Ice maker")
    assert "$B$13" in book[SEPARATE][f"E{last}"].value
    book[SEPARATE][f"E{last}"].value = book[SEPARATE][f"E{last}"].value.replace("$B$13", "$B$14")
    book[CALC]["A13"], book[CALC]["A14"], book[CALC]["B14"] = "Ice maker", "Ice maker", 1.9
    case = compared(tmp_path, book)
    assert address(case.outcomes["COP_RE"].place) == f"{SEPARATE}!E{last}"
