"""Every label of a unit on the calculation sheet is checked: in rows, in tables, and in lists of defaults."""

import itertools

import openpyxl
import pytest
from faults import edit
from workbooks import cases, drawn_result

import jcm_calc
from jcm_calc.reports.workbook.layout import column_name

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
METHODOLOGIES = ("ID_AM003", "PW_AM001", "VN_AM005")
TABLE, BELOW = "Calculations for each", 4  # rows from the title of a table to its units
WORDLESS = ("-", "date")


def labels(path):
    """Return each cell with a unit on the calculation sheets of a report, whether it is of a list, and its column."""
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        at, listed = None, False
        for number, cells in enumerate(rows if sheet.title.startswith("MRS(calc_process)") else []):
            filled = [cell for cell in cells if cell is not None]
            if any(str(cell).startswith(TABLE) for cell in filled):
                units = [(column, unit) for column, unit in enumerate(rows[number + BELOW]) if unit]
                found |= {
                    (sheet.title, f"{column_name(column)}{number + BELOW + 1}"): (unit, False, place)
                    for place, (column, unit) in enumerate(units)
                }
            if "Units" in cells:
                at, listed = cells.index("Units"), "Parameter" not in cells
            elif len(filled) < 2:
                at = None
            elif at is not None:
                found[sheet.title, f"{column_name(at)}{number + 1}"] = cells[at], listed, 0
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    for number in METHODOLOGIES:
        m = jcm_calc.methodology(number)
        result = drawn_result(m, next(iter(cases(m))), 1)
        result.to_excel(folder / f"{number}.xlsx", plan=result)
    return folder


def told_of(path, target, places, unit):
    """Write a unit in some cells; return the cells that findings of a unit name, and the codes of all others."""
    edit(path, target, dict.fromkeys(places, unit), again=False)
    before = {one.code for one in jcm_calc.verify(path).findings}
    found = jcm_calc.verify(target).findings
    own = [str(place) for one in found if one.code == "C7" for place in one.places]
    return own, {one.code for one in found} - before - {"C7"}


def every_cell(own):
    """Return each cell of ranges."""
    found = set()
    for place in own:
        sheet, _mark, cells = place.rpartition("!")
        first, _colon, last = cells.partition(":")
        column = first.rstrip("0123456789")
        rows = range(int(first[len(column) :]), int((last or first)[len(column) :]) + 1)
        found |= {(sheet, f"{column}{row}") for row in rows}
    return found


# Another magnitude, another quantity; "-" says that there is no unit.
@pytest.mark.parametrize("unit", ["kgCO2/MWh", "kt", "-"])
@pytest.mark.parametrize("number", METHODOLOGIES)
def test_a_label_of_another_unit_is_found_wherever_it_is(number, unit, written, tmp_path):
    path = written / f"{number}.xlsx"
    known = labels(path)
    own, others = told_of(path, tmp_path / "wrong.xlsx", known, unit)
    due = {place for place, (label, listed, _) in known.items() if label not in WORDLESS or (listed and unit != "-")}
    assert due
    assert due <= every_cell(own)
    assert others == set()
    if unit == "-":
        assert every_cell(own) == due


@pytest.mark.parametrize("number", METHODOLOGIES)
def test_a_label_that_is_no_unit_is_found_and_hides_nothing(number, written, tmp_path):
    path = written / f"{number}.xlsx"
    known = {place: at for place, (label, listed, at) in labels(path).items() if label not in WORDLESS or listed}
    for at in set(known.values()):
        places = {place for place, own in known.items() if own == at}
        own, others = told_of(path, tmp_path / f"{at}.xlsx", places, "lots")
        assert every_cell(own) == places
        assert others == set()


def test_a_unit_of_an_input_sheet_that_is_none_is_named(written, tmp_path):
    path, sheet = written / "ID_AM003.xlsx", "MRS(input_separate)"
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    place = next(cell.coordinate for cells in rows for cell in cells if cell.value == "MWh/p")
    edit(path, tmp_path / "wrong.xlsx", {(sheet, place): "lots"}, again=False)
    errors = jcm_calc.verify(tmp_path / "wrong.xlsx").of("error")
    assert {one.code for one in errors} == {"B3"}
    assert all("EC_PJ,i,p is given in lots" in one.message for one in errors)


def test_a_unit_of_another_kind_in_a_later_year_is_found(written, tmp_path):
    path, sheet = written / "ID_AM003.xlsx", "MRS(input) 2024"
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    later = [cell.coordinate for cells in rows for cell in cells if cell.value in ("MWh/p", "tCO2/MWh")]
    assert len(later) > 1
    for place, unit in itertools.product(later, ("kg/m3", "MW a year")):
        edit(path, tmp_path / "wrong.xlsx", {(sheet, place): unit}, again=False)
        found = jcm_calc.verify(tmp_path / "wrong.xlsx")
        assert "B3" in {one.code for one in found.of("error")}, (place, unit)


def test_a_label_hides_nothing_that_is_found_of_the_value(written, tmp_path):
    path, sheet = written / "ID_AM003.xlsx", "MRS(calc_process)"
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    places = [(sheet, cell.coordinate) for cells in rows for cell in cells if cell.value == "tCO2/MWh"]
    edit(path, tmp_path / "wrong.xlsx", dict.fromkeys(places, "kg/m3"), again=False)
    (tmp_path / "case.toml").write_text('methodology = "ID_AM003"\n[inputs]\nEF_elec = "0.5 tCO2/MWh"\n')
    found = jcm_calc.verify(tmp_path / "wrong.xlsx", case=tmp_path / "case.toml")
    assert {one.code for one in found.findings} >= {"C7", "K2"}
    assert [one.code for one in found.of("error")] == ["K2"]
    assert not found.clean


@pytest.mark.parametrize("number", METHODOLOGIES)
def test_where_units_are_missing_no_other_text_is_taken_for_one(number, written, tmp_path):
    path = written / f"{number}.xlsx"
    own, others = told_of(path, tmp_path / "wrong.xlsx", labels(path), None)
    assert (own, others) == ([], set())


def test_the_remark_after_the_unit_of_a_fact_is_not_its_unit(tmp_path):
    facts = {"checks_per_year": 4, "site": "food industry cold storage"}
    given = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": "2024"}
    jcm_calc.calculate("ID_AM003", **given, facts=facts).to_excel(tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["MRS(input)"]
    (row,) = [cell.row for cells in sheet.iter_rows() for cell in cells if cell.value == "checks_per_year"]
    edit(tmp_path / "report.xlsx", tmp_path / "wrong.xlsx", {("MRS(input)", f"G{row}"): None}, again=False)
    assert jcm_calc.verify(tmp_path / "wrong.xlsx").of("error") == jcm_calc.verify(tmp_path / "report.xlsx").of("error")
