"""One bad cell is a finding; the rest is calculated, and every other check is still made."""

import re
import zipfile

import openpyxl
import pytest
from faults import edit
from saying import findings_are_said_in_japanese  # noqa: F401 (used by every test)
from verification.test_verification import CALC, MRS, SEPARATE, write

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

THREE = {
    "EC_PJ": [135.0, 150.0, 120.0],
    "COP_PJ": [1.63, 1.7, 1.6],
    "application": ["individual quick freezer"] * 3,
    "EF_elec": 0.814,
    "p": "2017",
}
# rows 11 to 13 of the table of units; rows 35 to 37 of the calculation sheet
BAD = {
    "a text": ({(SEPARATE, "D12"): "no data"}, "A7"),
    "an error": ({(SEPARATE, "D12"): "#REF!"}, "A7"),
    "an error of a later program": ({(SEPARATE, "D12"): "#SPILL!"}, "A7"),
    "an error in an amount": ({(SEPARATE, "C12"): "#CALC!"}, "A7"),
    "a misspelt class": ({(SEPARATE, "E12"): "individual quick freezr"}, None),
    "an ambiguous number": ({(SEPARATE, "D12"): "1,234"}, "E9"),
    "a number out of its bounds": ({(SEPARATE, "D12"): -1.7}, None),
    "an empty cell": ({(SEPARATE, "D12"): None}, "A9"),
    "a label that is there twice": ({(SEPARATE, "B12"): 3}, "A10"),
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return write(tmp_path_factory.mktemp("three") / "clean.xlsx", **THREE)


def er(*units):
    energy, cop = THREE["EC_PJ"], THREE["COP_PJ"]
    return sum(energy[unit] * (cop[unit] / 1.32 - 1) * 0.814 for unit in units)


@pytest.mark.parametrize("name", BAD)
def test_the_rest_is_calculated_without_it(name, clean, tmp_path):
    changes, code = BAD[name]
    edit(clean, tmp_path / "report.xlsx", changes, again=False)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    good = (0,) if "twice" in name else (0, 2)
    assert pytest.approx(er(*good)) == found.total.recalculated.ER, [str(one) for one in found.findings]
    assert any("left out of the recalculation: project refrigerator i = " in text for text in found.missing)
    if "ambiguous" in name:  # what both readings give is said
        both = [er(0, 2) + 150 * (cop / 1.32 - 1) * 0.814 for cop in (1.234, 1234)]
        assert all(any(f"{amount:,.6g} tCO2" in text for text in found.missing) for amount in both)
    assert found.result == "incomplete"
    assert code is None or code in {one.code for one in found.findings}
    assert not {"H1", "C5", "A1"} & {one.code for one in found.of("error")}, "what follows from it is no error"


# The cells that a finding names, of all that hold the quantity
PLACES = {
    "an ambiguous number": ("E9", {"D12"}),
    "an amount out of its bounds": ("B6", {"C12"}),
    "a label that is there twice": ("A10", {f"{column}{row}" for column in "CDEF" for row in (12, 13)}),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_finding_names_the_cells_that_it_is_about(name, clean, tmp_path):
    code, cells = PLACES[name]
    changes = {(SEPARATE, "C12"): -1.7} if name not in BAD else BAD[name][0]
    edit(clean, tmp_path / "report.xlsx", changes, again=False)
    found = [one for one in jcm_calc.verify(tmp_path / "report.xlsx").findings if one.code == code]
    assert found
    for finding in found:
        assert {place.cells for place in finding.places if place.sheet == SEPARATE} == cells


@pytest.mark.parametrize("name", BAD)
def test_every_other_check_is_still_made(name, clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {**BAD[name][0], (CALC, "G35"): "=C35*D35*D15"}, again=False)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert "C2" in {one.code for one in found.of("error")}


@pytest.mark.parametrize(("cell", "written", "lower"), [("D11", "1,634", 1.634), ("C11", "1,347", 1.347)])
def test_where_nothing_is_left_without_it_the_reading_with_the_lower_er_is_taken(cell, written, lower, tmp_path):
    one = {key: value[:1] if isinstance(value, list) else value for key, value in THREE.items()}
    write(tmp_path / "clean.xlsx", **one)
    edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", {(SEPARATE, cell): written}, again=False)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    energy, cop = (lower, 1.63) if cell == "C11" else (135.0, lower)
    assert pytest.approx(energy * (cop / 1.32 - 1) * 0.814) == found.total.recalculated.ER
    assert not found.clean
    assert "E9" in {one.code for one in found.findings if one.unresolved}


def test_a_fact_that_cannot_be_read_does_not_stop_the_calculation(clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(SEPARATE, "F12"): "see note"}, again=False)
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert pytest.approx(er(0, 1, 2)) == found.total.recalculated.ER
    assert found.result == "incomplete"


@pytest.mark.parametrize(("days", "clean_"), [
    ({"F31": "2017/1/1", "G31": "31 December 2017"}, True),
    ({"F31": "01/02/2017"}, False),
    ({"F31": None}, False),
    ({"G31": None}, False),
    ({"F31": None, "G31": None}, False),
    ({"F31": "soon"}, False),
])  # fmt: skip
def test_days_of_the_period(days, clean_, clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, cell): day for cell, day in days.items()})
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert pytest.approx(er(0, 1, 2)) == found.total.recalculated.ER
    assert found.clean == clean_, [str(one) for one in found.findings]
    assert clean_ or any(one.subject == "p" for one in found.findings)


@pytest.mark.parametrize("unit", ["kWh/p", "GJ/p", "kWh"])
def test_a_unit_over_a_linked_value_is_found(unit, clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, "G10"): unit})
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert "B3" in {one.code for one in found.of("error")}
    assert not found.clean
    with pytest.raises(jcm_calc.InputError, match="which one is meant"):
        jcm_calc.read_workbook(tmp_path / "report.xlsx")


@pytest.mark.parametrize(("cell", "text"), [("F16", "cold storage"), ("F15", "1.9"), ("F15", 1.9), ("F10", "150")])
def test_what_is_typed_over_a_linked_value_is_found(cell, text, clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, cell): text})
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert ("A10" in {one.code for one in found.of("error")}) == (text != "150"), "150 MWh is that of unit 2"
    assert text == "150" or not found.clean


@pytest.mark.parametrize("text", ['start = "01/02/2017"', 'submitted = "3/4/2016"'])
def test_a_day_of_the_case_file_that_can_be_read_in_two_ways_is_a_finding(text, clean, tmp_path):
    (tmp_path / "case.toml").write_text(f'methodology = "ID_AM003"\n[project]\n{text}\n')
    found = jcm_calc.verify(clean, case=tmp_path / "case.toml")
    assert found.recalculation is not None
    assert "E9" in {one.code for one in found.of("question")}
    assert found.result == "incomplete"


def test_errors_of_later_programs_are_no_reason_to_read_nothing(clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(SEPARATE, "D12"): "#SPILL!"}, again=False)
    with pytest.raises(jcm_calc.InputError, match="COP_PJ"):
        jcm_calc.read_workbook(tmp_path / "report.xlsx").calculate()
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    (finding,) = (one for one in found.findings if one.code == "A7" and one.place == f"{SEPARATE}!D12")
    assert finding.found == "#SPILL!"


def test_another_version_in_one_header_is_a_finding(clean, tmp_path):
    edit(clean, tmp_path / "report.xlsx", {(MRS, "L1"): "Monitoring Spreadsheet: JCM_ID_AM003_ver02.0"})
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert found.recalculation is not None
    assert "J4" in {one.code for one in found.of("error")}


@pytest.mark.parametrize("names", [("MRS_2017", "MRS_2018"), ("FY2017", "FY2018"), ("Report 2017", "Report 2018")])
def test_sheets_of_two_years_are_told_apart_by_their_titles_and_years(names, tmp_path):
    years = {**THREE, "EC_PJ": [[135.0, 140.0], [150.0, 160.0], [120.0, 110.0]], "p": ["2017", "2018"]}
    write(tmp_path / "clean.xlsx", **years)
    renamed = {
        "MRS(input)": names[0], "MRS(input_separate)": f"{names[0]} units", "MRS(calc_process)": f"{names[0]} calc",
        "MRS(input) 2018": names[1], "MRS(input_separate) 2018": f"{names[1]} units",
        "MRS(calc_process) 2018": f"{names[1]} calc",
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "clean.xlsx") as old, zipfile.ZipFile(tmp_path / "report.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part).decode() if part.endswith(".xml") else old.read(part)
            if isinstance(content, str):
                for before, after in renamed.items():
                    content = content.replace(f"'{before}'!", f"'{after}'!").replace(
                        f'name="{before}"', f'name="{after}"'
                    )
            new.writestr(part, content)
    assert openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True).sheetnames[4] == names[0]
    found = jcm_calc.verify(tmp_path / "report.xlsx")
    assert [one.year for one in found.years] == ["2017", "2018"]
    assert found.result == "no misstatement found", [str(one) for one in found.findings]
    assert not re.search("two sheets", str(found.missing))


@pytest.mark.parametrize(("total", "code"), [(300.0, None), (100.0, None), (310.0, "A10")])
def test_a_total_of_all_units_in_table_1_is_no_other_value(total, code, tmp_path):
    jcm_calc.calculate("PW_AM001", EG=[[100.0], [200.0]], p="2024").to_excel(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    row = next(cell.row for cells in book[MRS] for cell in cells if str(cell.value).startswith("EG"))
    place = next(cell for cell in book[MRS][row] if "separate" in str(cell.value))
    place.value = total
    book.save(tmp_path / "report.xlsx")
    codes = {one.code for one in jcm_calc.verify(tmp_path / "report.xlsx").findings}
    assert ("A10" in codes) == (code is not None)


@pytest.mark.parametrize(
    ("blank", "label", "found"),
    [(("C13", "D13", "E13", "F13"), 3, False), (("C13",), 3, True), (("C12", "D12", "E12", "F12"), 2, True)],
)
def test_rows_of_the_form_that_nobody_used_are_not_empty_cells(blank, label, found, clean, tmp_path):
    """Without calculated columns, as in official forms: all values are typed in."""
    book = openpyxl.load_workbook(clean, data_only=True)
    for cell in blank:
        book[SEPARATE][cell] = None
    book[SEPARATE][f"B{blank[0][1:]}"] = label
    book.save(tmp_path / "report.xlsx")
    verified = jcm_calc.verify(tmp_path / "report.xlsx")
    assert ("A9" in {one.code for one in verified.findings}) == found, [str(one) for one in verified.findings]
