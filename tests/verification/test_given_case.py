"""What a case file gives completes a report that has no place for it, or contradicts it, which is a finding."""

import re
from pathlib import Path

import openpyxl
import pytest
from faults import edit
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from verification.test_verification import CHILLER, FACTS, MRS, write

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
ID009 = Path(__file__).parents[1] / "data" / "id009_2017.xlsx"


def case(folder, number="ID_AM003", head="", **sections):
    text = [f'methodology = "{number}"', head]
    for name, lines in sections.items():
        text += [f"[{name}]", lines]
    (folder / "case.toml").write_text("\n".join(text), encoding="utf-8")
    return folder / "case.toml"


@pytest.fixture
def clean(tmp_path):
    return write(tmp_path / "clean.xlsx")


def k2(found):
    return [one for one in found.findings if one.code == "K2"]


def without(path, target, *symbols, sheets=("MRS(input)", "MPS(input)")):
    """Take rows out of a workbook: the official layout has no place for them."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if sheet.title in sheets and any(cell.value in symbols for cell in row):
                for cell in row:
                    if type(cell).__name__ != "MergedCell":
                        cell.value = None
    book.save(target)
    return target


GOOD = 'COP_PJ = 1.63\nEF_elec = "0.814 tCO2/MWh"\nEC_PJ = "135000 kWh"\napplication = "individual quick freezer"'


def test_a_case_that_says_the_same_is_silent(clean, tmp_path):
    facts = 'site = "frozen food processing plant"\nchecks_per_year = 4\nrelease_prevented = true'
    found = jcm_calc.verify(clean, case=case(tmp_path, head='p = "2017"', inputs=GOOD, facts=facts))
    assert k2(found) == []
    assert found.completed == ()
    assert "K2" in {check.code for check in found.made}


@pytest.mark.parametrize(
    ("more", "subject"),
    [
        ({"head": 'p = "2018"'}, "p"),
        ({"head": 'p = "2017-02-01/2017-12-31"'}, "p"),
        ({"inputs": "COP_PJ = 1.7"}, "COP_PJ,i"),
        ({"inputs": "EF_elec = 0.9"}, "EF_elec"),
        ({"inputs": 'EC_PJ = "136 MWh"'}, "EC_PJ,i,p"),
        ({"inputs": "COP_PJ = [1.63, 1.63]"}, "COP_PJ,i"),
        ({"inputs": 'application = "cold storage"'}, "application,i"),
        ({"facts": "checks_per_year = 5"}, "checks_per_year"),
        ({"facts": "release_prevented = false"}, "release_prevented"),
        ({"number": "ID_AM004"}, "methodology"),
    ],
)
def test_what_it_says_otherwise_is_an_error(more, subject, clean, tmp_path):
    """Also of a case that cannot be calculated by itself."""
    found = jcm_calc.verify(clean, case=case(tmp_path, **more))
    assert [(one.subject, str(one.severity)) for one in k2(found)] == [(subject, "error")]
    assert not found.clean


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("COP_PJ = { 1 = 1.63 }", []),
        ("COP_PJ = { 1 = 1.7 }", [("COP_PJ,i", "error")]),
        ('"COP_PJ,i" = { "1" = 7 }', [("COP_PJ,i", "error")]),
        ("COP_PJ = { 9 = 1.63 }", [("", "question")]),
    ],
)
def test_a_value_by_label_is_compared_with_that_of_the_unit(inputs, expected, clean, tmp_path):
    found = jcm_calc.verify(clean, case=case(tmp_path, inputs=inputs))
    assert [(one.subject, str(one.severity)) for one in k2(found)] == expected
    assert found.clean == (not expected)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"inputs": "EF_elek = 0.9"}, "EF_elek: .* did you mean EF_elec"),
        ({"facts": "checks_a_year = 5"}, "checks_a_year: "),
        ({"choices": 'power_source = "grid"'}, "power_source: "),
    ],
)
def test_a_name_that_the_methodology_does_not_have_leaves_the_verification_open(more, expected, clean, tmp_path):
    found = jcm_calc.verify(clean, case=case(tmp_path, **more))
    (finding,) = k2(found)
    assert re.search(expected, finding.message)
    assert (found.result, found.recalculated) == ("incomplete", 25)


def test_a_choice_that_it_makes_otherwise_is_an_error(tmp_path):
    grid = {name: value for name, value in CHILLER.items() if name not in ("EI_grid", "h_gen", "RC_gen")}
    path = write(tmp_path / "clean.xlsx", "ID_AM002", sources={}, **{**grid, "power_source": "grid"})
    found = jcm_calc.verify(path, case=case(tmp_path, "ID_AM002", choices='power_source = "captive"'))
    assert [one.subject for one in k2(found)] == ["power_source"]


def test_tables_that_cannot_be_compared_are_asked_about(clean, tmp_path):
    (tmp_path / "units.csv").write_text("i,EC_PJ\n1,135\n")
    found = jcm_calc.verify(clean, case=case(tmp_path, inputs='tables = ["units.csv"]'))
    assert [str(one.severity) for one in k2(found)] == ["question"]


@pytest.mark.parametrize(
    ("symbol", "given"), [("EF_elec", "EF_elec = 0.814"), ("EF_elec", 'EF_elec = "814 kgCO2/MWh"')]
)
def test_it_completes_a_report_that_has_no_place_for_a_value(symbol, given, clean, tmp_path):
    book = openpyxl.load_workbook(clean, data_only=True)  # values only, as somebody types them
    for name in book.sheetnames:
        if not name.startswith("MRS"):
            del book[name]
    book.save(tmp_path / "typed.xlsx")
    path = without(tmp_path / "typed.xlsx", tmp_path / "lacking.xlsx", symbol)
    assert jcm_calc.verify(path).recalculation is None
    found = jcm_calc.verify(path, case=case(tmp_path, inputs=given))
    assert found.recalculated == 25
    assert found.completed == (symbol,)
    assert "K1" not in {one.code for one in found.findings}
    assert found.as_data()["taken from the case file"] == [symbol]


def test_choices_inputs_and_period_complete_the_published_sheet(tmp_path):
    """The official layout of ID_AM002 has no place for the choice, and this sheet lacks more."""
    alone = jcm_calc.verify(ID009)
    assert alone.recalculation is None
    inputs = "COP_PJ = 6.5\nT_cooling_out = 36\nT_chilled_out = 8\ncapacity = 500\nEF_grid = 0.814"
    given = case(tmp_path, "ID_AM002", 'p = "2017"', choices='power_source = "grid"', inputs=inputs)
    found = jcm_calc.verify(ID009, case=given)
    assert "power_source" in found.completed
    assert found.recalculation is not None


def test_it_dates_a_report_without_dates(tmp_path):
    write(tmp_path / "dated.xlsx")
    edit(tmp_path / "dated.xlsx", tmp_path / "report.xlsx", {(MRS, "F31"): None, (MRS, "G31"): None})
    found = jcm_calc.verify(tmp_path / "report.xlsx", case=case(tmp_path, head='p = "2017"'))
    assert [one.year for one in found.years] == ["2017"]
    assert found.completed == ("p",)


def test_it_completes_the_facts(tmp_path):
    path = write(tmp_path / "clean.xlsx")
    blank = {(MRS, f"F{row}"): None for row in (35, 36, 37)}
    edit(path, tmp_path / "report.xlsx", blank)
    assert "J2" in {one.code for one in jcm_calc.verify(tmp_path / "report.xlsx").findings}
    lines = "\n".join(f"{k} = {str(v).lower() if isinstance(v, bool) else repr(v)}" for k, v in FACTS.items())
    found = jcm_calc.verify(tmp_path / "report.xlsx", case=case(tmp_path, facts=lines.replace("'", '"')))
    assert "J2" not in {one.code for one in found.findings}
