"""An official spreadsheet, compared by meaning: agreement, single errors with their cells, and what is refused."""

from dataclasses import replace

import official
import official_errors
import official_forms
import pytest

import jcm_calc
from jcm_calc.authoring.official_files import confirming, importing
from jcm_calc.authoring.official_files.comparing import compare
from jcm_calc.authoring.official_files.document import Document, DocumentRow, ParameterRow
from jcm_calc.authoring.official_files.office_math import TypesetEquation
from jcm_calc.declarations.expression import Expression
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.location import address

SEPARATE, CALC = official_forms.SEPARATE, official_forms.CALC
FIRST, LAST = 5, 9  # rows of units


def official_form(number="ID_AM003", version=None):
    return official_forms.form(number, version), FIRST, LAST


def compared(tmp_path, book):
    path = tmp_path / "official.xlsx"
    book.save(path)
    return compare(Book(path), jcm_calc.methodology("ID_AM003")).cases[0]


def test_a_spreadsheet_that_says_the_same_agrees_in_every_draw(tmp_path):
    case = compared(tmp_path, official_form()[0])
    assert case.everywhere
    assert {"COP_RE", "RE_i", "PE_i", "RE", "PE", "ER"} == set(case.outcomes)
    assert all(len(one.pairs) >= 40 and not one.apart for one in case.outcomes.values())


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
    place = address(case.outcomes[quantity].apart[0].place)
    assert place == (f"{CALC}!B4" if "guard" in name else f"{sheet}!{cell}")


@pytest.mark.parametrize("cell", ["B12", "B13"])
def test_another_default_value_differs_though_the_formulas_agree(tmp_path, cell):
    book, _first, _last = official_form()
    book[CALC][cell] = 1.5
    case = compared(tmp_path, book)
    assert case.outcomes["COP_RE"].apart
    assert case.outcomes["COP_RE"].apart[0].there == 1.5
    assert not case.outcomes["RE_i"].apart


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
    assert address(case.outcomes["RE_i"].apart[0].place) == f"{SEPARATE}!F{last}"


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
    assert case.outcomes["RE_i"].apart


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
    assert address(case.outcomes["COP_RE"].apart[0].place) == f"{SEPARATE}!E{last}"


# What is told of it, and proposed


def confirmed(tmp_path, book, number="ID_AM003", name="official"):
    path = tmp_path / f"{name}.xlsx"
    book.save(path)
    return jcm_calc.confirm(number, path)


def line(found, name, case=""):
    return next(one for one in found.lines if (one.statement.name, one.statement.case) == (name, case))


def test_what_agrees_is_proposed_with_its_cell(tmp_path):
    found = confirmed(tmp_path, official_form()[0])
    assert not found.differs
    assert {one.statement.name: (one.place, dict(one.answer)) for one in found.proposed} == {
        "RE_i,p": (f"{SEPARATE}!F5", {"agrees": "yes"}),
        "RE_p": (f"{CALC}!B4", {"agrees": "yes"}),
        "PE_i,p": (f"{SEPARATE}!G5", {"agrees": "yes"}),
        "PE_p": (f"{CALC}!B5", {"agrees": "yes"}),
        "ER_p": (f"{CALC}!B3", {"agrees": "yes"}),
        "COP_RE,i": (f"{SEPARATE}!E5", {"values": {"individual quick freezer": 1.32, "cold storage": 1.71}}),
    }
    counts = found.as_data()["coverage"]["MRS"]
    assert (counts["classes"], counts["branches"], counts["branches taken"]) == ({"application": 2}, 3, 3)
    assert counts["with an amount at 0"] == {"EC_PJ": 6, "EF_elec": 6}
    assert counts["with blank rows"] == 6


def test_an_inverted_ratio_is_told_with_elasticities(tmp_path):
    book, first, last = official_form()
    for row in range(first, last + 1):
        cell = book[SEPARATE][f"F{row}"]
        cell.value = cell.value.replace(f"*C{row}/E{row}", f"*E{row}/C{row}")
    found = confirmed(tmp_path, book)
    assert found.differs
    told = {(one.of, one.on): (round(one.there, 2), round(one.here, 2)) for one in found.comparison.elasticities}
    # 1/1.01 is 0.9901: 1 % more of a divisor is 0.99 % less of the quotient
    assert told == {("COP_PJ", "RE_i"): (-0.99, 1.0), ("COP_RE", "RE_i"): (1.0, -0.99)}
    assert {one.statement.name for one in found.proposed} == {"PE_i,p", "PE_p", "COP_RE,i"}


def test_only_the_option_in_force_is_proposed(tmp_path):
    found = confirmed(tmp_path, official_forms.form("VN_AM005"), "VN_AM005")
    assert not found.differs
    cases = {one.statement.case for one in found.proposed}
    assert cases == {"", "service_hours = given"}
    assert line(found, "t_2,u,p", "removals = dated").status == "not compared"
    values = {"25 kVA": 67.0, "50 kVA": 108.0, "100 kVA": 205.0}
    assert line(found, "NLL_RE,u").answer == {"values": values}
    assert "L_RE,p" in line(found, "L_RE,u,p").note


def test_each_option_is_proposed_through_inputs_in_which_it_is_in_force(tmp_path):
    found = confirmed(tmp_path, official_forms.form("ID_AM002"), "ID_AM002")
    assert not found.differs
    options = {one.options["power_source"]: one for one in found.comparison.cases}
    assert options["both"].everywhere
    assert set(options["grid"].zeros) == {"h_gen", "RC_gen"}
    assert options["captive"].zeros == ("EI_grid",)
    told = line(found, "COP_RE,i")
    assert "no limit at 1250" in told.said
    assert "[825, 1250)" not in told.answer["values"]


ONE_OPTION = {
    "grid": (f"='{official_forms.INPUT}'!C6", {"power_source = grid"}),
    "captive": ("=B7", {"power_source = captive"}),
}


@pytest.mark.parametrize("option", ONE_OPTION)
def test_an_option_that_no_formula_has_is_not_proposed(option, tmp_path):
    book = official_forms.form("ID_AM002")
    formula, cases = ONE_OPTION[option]
    book[CALC]["B6"] = formula
    found = confirmed(tmp_path, book, "ID_AM002")
    assert {one.statement.case for one in found.proposed if one.statement.name == "EF_elec,p"} == cases


def test_an_error_that_vanishes_at_0_is_found(tmp_path):
    """A blackout rate of 0 makes × and ÷ the same: the draws with it explain nothing."""
    book = official_forms.form("VN_AM005")
    book[CALC]["B4"].value = book[CALC]["B4"].value.replace("*(1-", "/(1-")
    found = confirmed(tmp_path, book, "VN_AM005")
    assert found.differs
    assert line(found, "RE_p").status == "differs"


@pytest.mark.parametrize(("limit", "key"), [(303, "[300, 450)"), (299, "(0, 300)"), (451, "[450, 550)")])
def test_limits_are_compared_as_numbers(limit, key, tmp_path):
    book = official_forms.form("ID_AM002")
    row = 13 if limit < 400 else 14
    book[CALC][f"A{row}"] = limit
    told = line(confirmed(tmp_path, book, "ID_AM002"), "COP_RE,i")
    assert told.status == "differs"
    assert key in told.said


def test_a_cell_without_a_unit_is_not_compared(tmp_path):
    book = official_form()[0]
    book[CALC]["C4"] = None
    found = confirmed(tmp_path, book)
    told = line(found, "RE_p")
    assert (told.status, told.said) == ("agrees", "as a part of ER_p: it has no cell with a unit")
    book[CALC]["C3"] = None
    with pytest.raises(jcm_calc.InputError, match="no cell for the emission reductions ER"):
        confirmed(tmp_path, book)


def test_an_input_without_a_unit_leaves_nothing_to_compare(tmp_path):
    book = official_form()[0]
    book[official_forms.INPUT]["D3"] = None
    found = confirmed(tmp_path, book)
    assert not found.compared
    assert [one.statement.name for one in found.proposed] == ["COP_RE,i"]
    assert "EF_elec" in line(found, "PE_p").said


def test_units_are_converted_by_their_factors(tmp_path):
    book = official_form()[0]
    book[official_forms.INPUT]["D3"] = "kgCO2/MWh"
    for row in range(FIRST, LAST + 1):
        for column in "FG":
            book[SEPARATE][f"{column}{row}"].value = book[SEPARATE][f"{column}{row}"].value + "/1000"
    found = confirmed(tmp_path, book)
    assert not found.differs
    assert any("0.001" in one["how"] for one in found.matched if one["symbol"] == "EF_elec")


def test_what_is_0_on_both_sides_is_not_proposed(tmp_path):
    found = confirmed(tmp_path, official_forms.form("PW_AM001"), "PW_AM001")
    told = line(found, "PE_p")
    assert (told.status, dict(told.answer)) == ("not compared", {})
    assert found.comparison.cases[0].only_zero == ("PE",)


def test_draws_without_a_result_are_counted_and_said(tmp_path):
    """A reference COP of 0 gives no reference emissions: neither here nor in the workbook."""
    book = official_form()[0]
    book[CALC]["B13"] = 0
    found = confirmed(tmp_path, book)
    (case,) = found.comparison.cases
    assert case.lost > 0
    assert any("MRS" in one and "compared" in one for one in found.remarks)
    assert line(found, "COP_RE,i").status == "differs"


def test_a_branch_that_no_input_took_is_not_proposed(tmp_path):
    book = official_form()[0]
    book[CALC]["B5"] = f"=IF('{official_forms.INPUT}'!C3<0,12,SUM('{SEPARATE}'!G5:G9))"
    found = confirmed(tmp_path, book)
    assert not found.differs
    assert {one.statement.name for one in found.proposed} == {"RE_i,p", "RE_p", "PE_i,p", "COP_RE,i"}
    assert f"{CALC}!B5" in line(found, "PE_p").said


# What no input exercises: the formula of a cell is changed so that it gives the same in nearly every draw.
E, G, EF = f"'{SEPARATE}'!", f"'{SEPARATE}'!G5:G9", f"'{official_forms.INPUT}'!C3"
UNPROVED = {
    "a cell that can be filled in and is no input": (CALC, "B5", f"=SUM({G})+{E}J5", "PE_p", "J5"),
    "a cell without a label on the sheet of calculations": (CALC, "B5", f"=SUM({G})+B30", "PE_p", "B30"),
    "SUMIF": (CALC, "B5", f'=SUMIF({E}D5:D9,">-1",{G})', "PE_p", "SUMIF"),
    "a comparison in SUMPRODUCT": (CALC, "B5", f"=SUMPRODUCT(({E}D5:D9>-1)*{G})", "PE_p", "outside of an IF"),
    "CHOOSE": (CALC, "B5", f"=CHOOSE(1,SUM({G}),7)", "PE_p", "CHOOSE"),
    "INT": (CALC, "B5", f"=SUM({G})+INT({EF}/100000)", "PE_p", "INT"),
    "ABS": (CALC, "B5", f"=ABS(SUM({G}))", "PE_p", "ABS"),
    "SUBTOTAL": (CALC, "B5", f"=SUBTOTAL(109,{G})", "PE_p", "SUBTOTAL"),
    "largest of several cells": (CALC, "B5", f"=SUM({G})+0*MAX({G})", "PE_p", "several cells"),
    "another value of an error": (CALC, "B5", f"=IFERROR(SUM({G}),5)", "PE_p", "error"),
    "a value of an empty cell": (CALC, "B5", f'=IF({EF}="",99,SUM({G}))', "PE_p", "empty"),
}


@pytest.mark.parametrize("name", UNPROVED)
def test_what_no_input_exercises_is_not_proposed(name, tmp_path):
    book = official_form()[0]
    sheet, cell, formula, quantity, said = UNPROVED[name]
    book[sheet][cell] = formula
    found = confirmed(tmp_path, book)
    assert {one.statement.name for one in found.proposed} == {"RE_i,p", "RE_p", "PE_i,p", "COP_RE,i"}
    assert said in str(line(found, quantity).said)
    assert line(found, "ER_p").answer == {}
    assert not found.settled


def test_what_no_input_exercises_in_one_row_keeps_the_whole_column_open(tmp_path):
    book = official_form()[0]
    book[SEPARATE]["G7"] = f"{book[SEPARATE]['G7'].value}+INT({EF}/100000)"
    found = confirmed(tmp_path, book)
    assert {one.statement.name for one in found.proposed} == {"RE_i,p", "RE_p", "COP_RE,i"}


def test_a_unit_that_contradicts_the_table_of_parameters_is_not_proposed(tmp_path):
    book = official_form()[0]
    for column, text in zip("ABCD", ("ECPJ,i,p", "electricity", None, "kWh/p"), strict=True):
        book[official_forms.INPUT][f"{column}4"] = text
    found = confirmed(tmp_path, book)
    assert not {"RE_i,p", "PE_i,p", "ER_p"} & {one.statement.name for one in found.proposed}


def test_a_class_more_than_the_library_has_is_a_difference(tmp_path):
    book = official_form()[0]
    book[CALC]["A14"], book[CALC]["B14"] = "Chiller", 2.2
    for row in range(FIRST, LAST + 1):
        known = book[SEPARATE][f"E{row}"].value
        book[SEPARATE][f"E{row}"] = f"=IF(B{row}=\"Chiller\",'{CALC}'!$B$14,{known[1:]})"
    found = confirmed(tmp_path, book)
    assert line(found, "COP_RE,i").status == "differs"
    assert "Chiller" in str(line(found, "COP_RE,i").said)


def test_table_3_that_is_not_er_keeps_er_open(tmp_path):
    book = official_form()[0]
    book[official_forms.INPUT]["A6"] = f"=ROUNDDOWN(0.9*'{CALC}'!B3,0)"
    found = confirmed(tmp_path, book)
    assert found.differs
    assert "ER_p" not in {one.statement.name for one in found.proposed}


def test_whole_tonnes_of_large_reductions_are_no_remark(tmp_path):
    assert not [one for one in confirmed(tmp_path, official_form()[0]).remarks if "whole tonnes" in one]


def test_the_elasticity_of_an_input_that_is_the_same_on_both_sides_is_not_told(tmp_path):
    book = official_form()[0]
    book[SEPARATE]["F9"] = book[SEPARATE]["F9"].value.replace("D9*C9/E9", "D9*E9/C9")
    told = confirmed(tmp_path, book).comparison.elasticities
    assert "EF_elec" not in {one.of for one in told}


def test_a_filled_workbook_is_said_not_to_be_the_blank_form(tmp_path):
    book = official_form()[0]
    for row, column in ((5, "C"), (5, "D")):
        book[SEPARATE][f"{column}{row}"] = 3.5
    found = confirmed(tmp_path, book)
    assert not found.proposed
    assert any("not the official blank form" in one for one in found.remarks)


def test_a_prefilled_input_is_said(tmp_path):
    book = official_form()[0]
    book[official_forms.INPUT]["C3"] = 0.814
    assert any("C3 holds 0.814" in one for one in confirmed(tmp_path, book).remarks)


def test_table_3_must_show_the_reductions(tmp_path):
    book = official_form()[0]
    book[official_forms.INPUT]["A6"] = f"=ROUNDDOWN('{CALC}'!B4,0)"
    assert confirmed(tmp_path, book).differs
    book[official_forms.INPUT]["A6"] = f"=ROUNDUP('{CALC}'!B3,0)"
    assert confirmed(tmp_path, book).differs
    book[official_forms.INPUT]["A6"] = f"='{CALC}'!B3"
    found = confirmed(tmp_path, book)
    assert not found.differs
    assert any("not ER rounded down to whole tonnes" in one for one in found.remarks)


@pytest.mark.parametrize(
    ("formula", "differs"),
    [
        ("=ROUNDDOWN({},0)", False),
        ("=INT({})", False),
        ("=MAX(0,ROUNDDOWN({},0))", False),
        ("=IF({}>0,INT({}),0)", False),
        ("=MAX(0.01,ROUNDDOWN({},0))", True),
        ("=MAX(1,INT({}))", True),
        ("=ABS(ROUNDDOWN({},0))", True),
        ("=IF({}>0,INT({}),5)", True),
        ("=IF({}>0,INT({}),-1000)", True),
        ('=IF({}>0,INT({}),"none")', True),
    ],
)
def test_table_3_shows_no_reductions_where_there_are_none(formula, differs, tmp_path):
    book = official_form()[0]
    er = f"'{CALC}'!B3"
    book[official_forms.INPUT]["A6"] = formula.replace("{}", er)
    assert confirmed(tmp_path, book).differs == differs


def test_the_file_from_which_a_module_was_translated_proves_the_translation_alone(tmp_path):
    path = official.blank(tmp_path / "JCM_TH_AM999_ver01.0.xlsx")
    source = importing.import_workbook(path, with_office=False).source
    scope = {"__name__": "m"}
    exec(compile(source, "m.py", "exec"), scope)
    found = jcm_calc.confirm(scope["m"], path)
    assert not found.differs
    assert any("proves the translation, not the reading" in one for one in found.remarks)
    assert all(one.note for one in found.proposed)
    other = official.blank(
        tmp_path / "JCM_TH_AM999_ver01.0_other.xlsx", edit=lambda book: book["MRS(input)"].cell(30, 1, "x")
    )
    assert not jcm_calc.confirm(scope["m"], other).translated


TEMPLATES = ["CR_AM002", "ID_AM020", "MN_AM001"]


@pytest.mark.parametrize("number", TEMPLATES)
def test_the_templates_of_the_library_agree_with_it(number, tmp_path):
    path = tmp_path / "blank.xlsx"
    jcm_calc.methodology(number).template(path, units=2)
    found = jcm_calc.confirm(number, path)
    assert not found.differs
    assert {"RE_p", "ER_p"} <= {one.statement.name for one in found.proposed}


@pytest.mark.parametrize("number", ["ID_AM003", "PW_AM001", "VN_AM005"])
def test_a_sample_of_single_errors_is_found(number, tmp_path):
    """`python tests/official_errors.py` plants all of them, in seven workbooks."""
    found = list(official_errors.planted(number, tmp_path, every=29, start=3))
    assert sum(effective for _kind, _cell, _changed, effective, _found, _said in found) >= (
        1 if number == "PW_AM001" else 2
    )
    for kind, cell, changed, effective, found_, said in found:
        assert found_ or not effective, (kind, cell, changed)
        assert said != "differs" or effective, (kind, cell, changed)


# The document


def test_the_document_is_put_next_to_the_library(tmp_path, monkeypatch):
    quotient = Expression("divide", tuple(Expression("symbol", (name,)) for name in ("EC_PJ,i,p", "EF_elec")))
    text = Document(
        "text.pdf", "ab" * 32, "ID_AM003", "1.0", "Refrigerators",
        criteria=(DocumentRow("Criterion 4", "Periodical check is planned at least one (1) time annually.", 2),
                  DocumentRow("Criterion 6", "A sentence about something else.", 2)),
        ex_ante=(ParameterRow("COP_RE,i", "individual quick freezer 1.35; cold storage 1.71", "a survey", 3),),
        equations=(TypesetEquation("RE_i,p", None, "RE = …", "a picture", 2),
                   TypesetEquation("PE_i,p", quotient, "PE_i,p = EC_PJ,i,p ÷ EF_elec", "", 2)),
    )  # fmt: skip
    read = iter([text, replace(text, version="2.0")])
    monkeypatch.setattr(confirming, "read_document", lambda path: next(read))
    official_form()[0].save(tmp_path / "official.xlsx")
    found = jcm_calc.confirm("ID_AM003", tmp_path / "official.xlsx", tmp_path / "text.pdf")
    assert line(found, "PE_i,p").status == "differs"
    assert not line(found, "PE_i,p").answer
    assert [str(one) for one in found.unread] == ["document: RE = … (a picture)"]
    assert line(found, "RE_i,p").answer
    assert any("page 2, Criterion 4" in one for one in line(found, "4").seen)
    (told,) = line(found, "COP_RE,i").seen
    assert "only in the library: 1.32; only in the document: 1.35" in told
    assert found.others == ["page 2, Criterion 6: A sentence about something else."]
    with pytest.raises(jcm_calc.InputError, match=r"is ID_AM003 ver 2\.0; must be ID_AM003 ver 1\.0"):
        jcm_calc.confirm("ID_AM003", tmp_path / "official.xlsx", tmp_path / "text.pdf")
