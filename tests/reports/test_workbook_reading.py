"""A workbook is read by its headings and symbols, wherever they stand; every value knows its cell."""

import importlib.util
import itertools
import re
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path

import hostile
import openpyxl
import pytest
from faults import insert

from jcm_calc import InputError, InputWarning, calculate, methodology, read_workbook
from jcm_calc.api.case_file import published
from jcm_calc.base.sheet_xml import sheet_files
from jcm_calc.inputs.carriers import as_pandas
from jcm_calc.reports.workbook.opening import ERRORS, Book
from jcm_calc.reports.workbook.symbols import Symbols

DATA = Path(__file__).parents[1] / "data"
ID009 = DATA / "id009_2017.xlsx"

SOLAR = {"EG": [600.0, 700.0], "p": "2024"}
CHILLER = {
    "EC_PJ": [347.2, 200.0],
    "COP_PJ": [6.5, 6.2],
    "T_cooling_out": 36.0,
    "T_chilled_out": 8.0,
    "capacity": [300.0, 600.0],
    "EF_grid": 0.8,
    "power_source": "grid",
    "p": "2024",
}
HALVES = ["2024-01-01/2024-06-30", "2024-07-01/2024-12-31"]


@pytest.fixture
def written(tmp_path):
    """Write a result, edit the file with openpyxl, which keeps no stored results, and give its path."""

    def write(number="PW_AM001", edit=lambda book: None, **given):
        path = tmp_path / "filled.xlsx"
        calculate(number, **(given or SOLAR)).to_excel(path)
        book = openpyxl.load_workbook(path)
        edit(book)
        book.save(path)
        return path

    return write


@pytest.fixture
def edited(tmp_path):
    """The published sheet, edited."""

    def write(edit):
        book = openpyxl.load_workbook(ID009)
        edit(book["MRS(input)"])
        path = tmp_path / "edited.xlsx"
        book.save(path)
        return path

    return write


def given(path, name):
    """The single value read for a parameter, with the cell it stands in."""
    for table in map(as_pandas, read_workbook(path).report.tables):
        for heading in table.columns:
            if heading.partition(" ")[0] == name:
                assert len(table) == 1
                return table[heading].iloc[0], str(table.attrs["cells"][heading])
    raise KeyError(name)


# The published sheet


def test_the_published_sheet_is_what_its_script_types(tmp_path):
    spec = importlib.util.spec_from_file_location("id009", DATA / "id009.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write(tmp_path / "again.xlsx")
    cells, again = (
        list(openpyxl.load_workbook(path)["MRS(input)"].iter_rows(values_only=True))
        for path in (ID009, tmp_path / "again.xlsx")
    )
    assert cells == again


def test_the_published_sheet_is_read_as_it_stands():
    workbook = read_workbook(ID009)
    assert (workbook.methodology, workbook.version) == ("ID_AM002", "2.0")
    assert workbook.report.project == {"number": "ID009"}
    assert str(workbook.report.p) == "2017"
    assert given(ID009, "EC_PJ") == (347.2, "MRS(input)!E8")
    assert given(ID009, "EI_grid") == ("42,826,880", "MRS(input)!E9")
    assert workbook.report.sources["EC_PJ"]["option"] == "Option C"
    assert workbook.report.sources["EC_PJ"]["frequency"] == "Continuously"
    assert workbook.plan is None
    assert workbook.remarks == ()


def test_the_published_sheet_lacks_what_the_published_case_lacks_and_the_slip_is_found_with_its_cell():
    (case,) = (case for case in published(methodology("ID_AM002")) if case.project.get("number") == "ID009")
    with pytest.raises(InputError) as raised:
        read_workbook(ID009).calculate()
    assert tuple(problem.subject for problem in raised.value.problems) == case.expected["missing"]
    warnings = [str(warning) for warning in raised.value.warnings]
    assert any("42,826,880 MWh (MRS(input)!E9)" in warning and "looks like kWh" in warning for warning in warnings)


# Symbols


@pytest.mark.parametrize(
    "symbol",
    ["EC PJ,i,p", "EC_PJ,i,p", "ECPJ,i,p", "EC_{PJ,i,p}", "EC_PJ", "EC PJ", "EC_PJ_i_p", "ec_pj,i,p", "ＥＣ_PJ,i,p"],
)
def test_symbols_are_found_however_they_are_typed(edited, symbol):
    path = edited(lambda sheet: sheet.__setitem__("C8", symbol))
    assert given(path, "EC_PJ")[0] == 347.2


@pytest.mark.parametrize("number", ["ID_AM001", "ID_AM005", "ID_AM006", "MN_AM001", "VN_AM001", "VN_AM003", "VN_AM004"])
def test_every_symbol_of_a_methodology_finds_its_own_parameter(number):
    m = methodology(number)
    symbols = Symbols({**m.inputs, **m.facts})
    for name, parameter in {**m.inputs, **m.facts}.items():
        assert symbols.find(parameter.symbol) is parameter
        assert symbols.find(name) is parameter


def test_a_spelling_that_fits_two_parameters_fits_none():
    symbols = Symbols(methodology("ID_AM006").inputs)
    assert symbols.find("F_HPU,p").name == "F_HPU"
    assert symbols.find("HPU") is None


def test_units_can_be_numbered_in_their_symbols(edited):
    def number(sheet):
        sheet["C8"] = "EC_PJ,1,p"
        sheet.insert_rows(9)
        for column, value in zip("ACEF", (sheet["A8"].value, "EC_PJ,2,p", 120.5, "MWh/p"), strict=True):
            sheet[f"{column}9"] = value

    (table,) = (table for table in map(as_pandas, read_workbook(edited(number)).report.tables) if "EC_PJ" in table)
    assert table[["i", "p", "EC_PJ"]].values.tolist() == [["1", "2017", 347.2], ["2", "2017", 120.5]]


@pytest.mark.parametrize("period", ["2017", None])
def test_two_rows_of_one_parameter_are_a_question(edited, period):
    def repeat(sheet):
        sheet["C9"] = "EC_PJ,i,p"
        sheet["A8"] = sheet["A9"] = period

    with pytest.raises(InputError, match=r"two rows without saying which unit each is \(MRS\(input\)!E9\)"):
        read_workbook(edited(repeat))


def test_a_row_of_an_unknown_symbol_is_left_out_and_said_so(edited):
    with pytest.warns(
        InputWarning, match=r"XYZ: is not a parameter of ID_AM002 .*347.2 \(MRS\(input\)!E8\) is left out"
    ):
        workbook = read_workbook(edited(lambda sheet: sheet.__setitem__("C8", "XYZ")))
    assert [remark.subject for remark in workbook.remarks] == ["XYZ"]


def test_letters_that_do_not_print_are_shown_as_escapes_and_others_as_they_are(edited):
    path = edited(lambda sheet: sheet.__setitem__("C8", "MWh\u202e é電力"))
    with pytest.warns(InputWarning) as warned:
        read_workbook(path)
    assert any(r"MWh\u202e é電力: is not a parameter" in str(one.message) for one in warned)


# Where tables stand


def move(sheet):
    sheet.insert_rows(1, 7)
    sheet.insert_cols(1, 3)


def more_columns(sheet):
    sheet.insert_cols(5)
    sheet["E7"] = "Remark of the plant"
    sheet["E8"] = "read by hand"


def merged(sheet):
    sheet.insert_cols(4)
    sheet.merge_cells("C7:D7")
    sheet.merge_cells("C8:D8")


def more_rows(sheet):
    sheet.insert_rows(8, 2)
    sheet.insert_rows(11)


def heading_broken_into_lines(sheet):
    sheet["E7"] = "Monitored\nValues "


@pytest.mark.parametrize("edit", [move, more_columns, merged, more_rows, heading_broken_into_lines])
def test_tables_are_found_where_they_stand(edited, edit):
    path = edited(edit)
    assert given(path, "EC_PJ")[0] == 347.2
    assert given(path, "EI_grid")[0] == "42,826,880"


def test_units_may_stand_right_below_the_symbols(tmp_path):
    calculate("PW_AM001", EG=[[600.0, 700.0]], p=HALVES).to_excel(tmp_path / "filled.xlsx")
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    sheet = book["MRS(input_separate)"]
    assert [sheet["D8"].value, sheet["D10"].value] == ["EG_i,p", "MWh/p"]
    sheet["B9"], sheet["C9"], sheet["D9"] = None, None, "kWh/p"
    for column in "BCD":
        sheet[f"{column}10"] = None
    book.save(tmp_path / "edited.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = read_workbook(tmp_path / "edited.xlsx").calculate()
    assert result.ER.magnitude.tolist() == pytest.approx([0.6 * 0.533, 0.7 * 0.533])


def test_monitored_values_are_meant_where_estimates_stand_beside_them(edited):
    def edit(sheet):
        sheet["D7"], sheet["D8"], sheet["D9"] = "Estimated Values", 300.0, 40_000.0

    assert given(edited(edit), "EC_PJ") == (347.2, "MRS(input)!E8")


def test_empty_rows_in_the_head_of_a_table_of_units(tmp_path):
    calculate("PW_AM001", EG=[[600.0, 700.0]], p=HALVES).to_excel(tmp_path / "filled.xlsx")
    insert(tmp_path / "filled.xlsx", tmp_path / "edited.xlsx", {"MRS(input_separate)": [(9, 5)]})
    result = read_workbook(tmp_path / "edited.xlsx").calculate()
    assert result.ER.magnitude.tolist() == pytest.approx([600 * 0.533, 700 * 0.533])


def test_a_relation_that_leads_nowhere_takes_nothing_away(written, tmp_path):
    parts = hostile.parts_of(written(EG=[[600.0]], p=["2024"]).read_bytes())
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(
        b"<Relationship ", b'<Relationship Id="rId77" Type="x"/><Relationship ', 1
    )
    path = hostile.save(tmp_path, hostile.archive_of(parts))
    assert sheet_files(zipfile.ZipFile(path))["MRS(input)"].startswith("xl/worksheets/sheet")


def test_an_error_of_the_spreadsheet_is_named_with_its_cell(tmp_path):
    path = hostile.with_raw_cell(tmp_path, hostile.AMOUNT, f'<c r="{hostile.AMOUNT}" t="e"><v>#REF!</v></c>')
    with pytest.raises(InputError, match=r"'#REF!' is not a number \(MRS\(input\)!F10\)"):
        read_workbook(path).calculate()


@pytest.mark.parametrize("error", ERRORS)
def test_a_row_with_an_error_is_not_an_empty_row(tmp_path, error):
    calculate("PW_AM001", EG=[[600.0], [100.0]], p=["2024"]).to_excel(tmp_path / "filled.xlsx")
    made = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    made["MRS(input_separate)"]["C11"] = error
    made["MRS(input_separate)"]["C11"].data_type = "e"
    made.save(tmp_path / "filled.xlsx")
    with pytest.raises(InputError, match=rf"{re.escape(error)}.*C11|sheet 'MRS.*cannot be read.*{error}"):
        read_workbook(tmp_path / "filled.xlsx").calculate()


def test_a_label_that_is_no_period_is_a_complaint(written):
    def edit(book):
        book["MRS(input_separate)"]["B11"] = "first half"

    path = written(edit=edit, EG=[[600.0, 700.0]], p=HALVES)
    with pytest.raises(InputError, match="'first half' is not a period"):
        read_workbook(path)


def with_headings(new):
    """An edit that writes other headings over the columns of labels."""

    def edit(book):
        for cell in book["MRS(input_separate)"][8]:
            cell.value = new.get(cell.value, cell.value)

    return edit


def test_a_single_column_of_labels_may_have_any_heading(written):
    path = written(edit=with_headings({"i": "Unit"}))
    assert read_workbook(path).calculate().ER.magnitude == pytest.approx(1300 * 0.533)


def test_two_columns_of_labels_need_their_headings(written):
    path = written(edit=with_headings({"p": "when", "i": "Unit"}), EG=[[600.0, 700.0]], p=HALVES)
    with pytest.raises(InputError, match="EG_i,p does not say by its headings which index each column of labels is"):
        read_workbook(path)


@pytest.mark.parametrize("name", ["mrs(Input)", "MRS (input)", "MRS_input", "Sheet1"])
def test_sheets_are_found_by_name_in_either_case_or_by_title(edited, name):
    def rename(sheet):
        sheet.title = "another"  # openpyxl numbers a name that differs from the old one in capitals only
        sheet.title = name

    path = edited(rename)
    assert given(path, "EC_PJ") == (347.2, f"{name}!E8")


# Values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("42,826,880", "42,826,880"),
        ("347,2", "347.2"),
        ("1.347,25", "1347.25"),
        ("1.234.567", "1234567"),
        ("347.2 MWh", "347.2 MWh"),
        ("347,2 MWh", "347.2 MWh"),
    ],
)
def test_numbers_as_text_that_can_be_read_in_one_way(edited, written, read):
    path = edited(lambda sheet: sheet.__setitem__("E8", written))
    assert given(path, "EC_PJ")[0] == read


@pytest.mark.parametrize("written", ["1,234", "n/a", "about 300", "３４７"])
def test_what_is_no_number_or_two_is_a_complaint_with_its_cell(edited, written):
    workbook = read_workbook(edited(lambda sheet: sheet.__setitem__("E8", written)))
    with pytest.raises(InputError, match=r"EC_PJ,i,p: .*MRS\(input\)!E8"):
        workbook.calculate()


@pytest.mark.parametrize(("unit", "expected"), [("kWh/p", "347.2 kWh/p"), ("MWh", 347.2), ("GJ/p", "347.2 GJ/p")])
def test_units_stand_in_their_own_column(edited, unit, expected):
    path = edited(lambda sheet: sheet.__setitem__("F8", unit or None))
    assert given(path, "EC_PJ")[0] == expected


@pytest.mark.parametrize("number", [347.2, "347.2", "347,2", 0.0])
def test_a_number_whose_unit_was_emptied_is_refused(edited, number):
    path = edited(lambda sheet: [sheet.__setitem__("E8", number), sheet.__setitem__("F8", None)])
    with pytest.raises(InputError) as raised:
        read_workbook(path).calculate()
    (problem,) = raised.value.problems
    assert str(problem).startswith(f"EC_PJ,i,p: the unit of {number!r} is empty (MRS(input)!F8); must be MWh")


def test_a_text_that_states_its_unit_needs_no_other(edited):
    path = edited(lambda sheet: [sheet.__setitem__("E8", "347.2 kWh"), sheet.__setitem__("F8", None)])
    assert given(path, "EC_PJ")[0] == "347.2 kWh"


# Periods


@pytest.mark.parametrize(
    "written",
    ["1/Jan/2017-31/Dec/2017", "1 Jan 2017 – 31 December 2017", "2017-01-01/2017-12-31", "2017", 2017],
)
def test_periods_as_text(edited, written):
    path = edited(lambda sheet: [sheet.__setitem__(f"A{row}", written) for row in (8, 9)])
    assert str(read_workbook(path).report.p) == "2017"


@pytest.mark.parametrize("written", ["01/02/2017-03/04/2017", "1.2.2017"])
def test_an_ambiguous_date_is_a_question(edited, written):
    with pytest.raises(InputError, match=r"p: .*two ways.*MRS\(input\)!A8"):
        read_workbook(edited(lambda sheet: sheet.__setitem__("A8", written)))


def test_dates_of_the_table_of_periods_are_dates(written):
    def fill(book):
        sheet = book["MRS(input)"]
        row = next(cell.row for cell in sheet["F"] if cell.value == "First day") + 1
        assert sheet[f"F{row}"].value == datetime(2024, 1, 1)
        sheet[f"G{row}"] = date(2024, 6, 30)

    assert str(read_workbook(written(edit=fill)).report.p) == "2024-01-01/2024-06-30"


def with_undated(*symbols, periods):
    """An edit of the published sheet: a row without a period for each symbol, and a table of periods without dates."""

    def edit(sheet):
        for row, symbol in enumerate(symbols, 8):
            sheet[f"A{row}"], sheet[f"C{row}"], sheet[f"E{row}"], sheet[f"F{row}"] = None, symbol, 100 * row, "MWh/p"
        sheet["B30"], sheet["E30"], sheet["F30"] = "No.", "First day", "Last day"
        for row, name in enumerate(periods, 31):
            sheet[f"B{row}"] = name

    return edit


@pytest.mark.parametrize(("names", "read"), [(("spring", "autumn"), ["1", "2"]), ((3, 4), ["3", "4"])])
def test_periods_without_dates_are_numbered_unless_they_have_numbers(edited, names, read):
    path = edited(with_undated("EC_PJ,i,p", "EC_PJ,i,p", periods=names))
    (table,) = (table for table in map(as_pandas, read_workbook(path).report.tables) if "EC_PJ" in table)
    assert table[["p", "EC_PJ"]].values.tolist() == [[read[0], 800], [read[1], 900]]


@pytest.mark.parametrize("names", [("spring", "autumn"), ("spring",)])
def test_numbered_units_without_a_period_are_of_the_first_one(edited, names):
    """Only rows that name no unit may be one period after the other."""
    path = edited(with_undated("EC_PJ,1,p", "EC_PJ,2,p", periods=names))
    (table,) = (table for table in map(as_pandas, read_workbook(path).report.tables) if "EC_PJ" in table)
    assert table[["i", "p", "EC_PJ"]].values.tolist() == [["1", "1", 800], ["2", "1", 900]]


# Formulas


def test_a_formula_with_its_value_is_read_and_said_so(tmp_path):
    path = tmp_path / "formula.xlsx"
    calculate("PW_AM001", **SOLAR).to_excel(path)
    import zipfile

    content = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    sheet = "xl/worksheets/sheet6.xml"
    assert b"<v>600.0</v>" in content[sheet]
    content[sheet] = content[sheet].replace(b"<v>600.0</v>", b"<f>500+100</f><v>600.0</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    with pytest.warns(InputWarning, match=r"EG_i,p: holds a formula where a value belongs \(.*C11\): =500\+100"):
        workbook = read_workbook(path)
    assert workbook.calculate().RE.magnitude == pytest.approx(1300 * 0.533)


def test_references_whose_values_are_not_stored_are_followed(written):
    """A program that does not calculate, such as openpyxl, stores no results of formulas."""
    path = written("ID_AM002", **CHILLER)
    table = next(table for table in map(as_pandas, read_workbook(path).report.tables) if "COP_PJ" in table)
    assert table["COP_PJ"].tolist() == [6.5, 6.2]
    assert read_workbook(path).calculate().ER == calculate("ID_AM002", **CHILLER).ER


def test_years_that_disagree_on_what_does_not_depend_on_the_year(written):
    def change(book):
        sheet = book["MRS(input) 2025"]
        row = next(cell.row for cell in sheet["C"] if cell.value == "EF_grid")
        sheet[f"F{row}"] = 0.7

    path = written("ID_AM002", change, **{**CHILLER, "EC_PJ": [[1.0, 2.0], [3.0, 4.0]], "p": ["2024", "2025"]})
    with pytest.raises(InputError, match=r"EF_grid: differs from the first year's.*MRS\(input\) 2025!F\d+"):
        read_workbook(path)


def test_years_that_disagree_on_a_choice_say_both(written):
    def change(book):
        sheet = book["MRS(input) 2025"]
        row = next(cell.row for cell in sheet["C"] if cell.value == "power_source")
        sheet[f"F{row}"] = "captive"

    path = written("ID_AM002", change, **{**CHILLER, "EC_PJ": [[1.0, 2.0], [3.0, 4.0]], "p": ["2024", "2025"]})
    with pytest.raises(InputError) as raised:
        read_workbook(path)
    complaint = "power_source: got 'grid' and 'captive'; must be one choice for all years"
    assert [str(problem) for problem in raised.value.problems] == [complaint]


# Empty workbooks that are filled in


def test_a_template_filled_in_is_calculated(tmp_path):
    path = tmp_path / "input.xlsx"
    methodology("ID_AM002").template(path, units=3, years=[2024, 2025])
    book = openpyxl.load_workbook(path)
    plan, units = book["MPS(input)"], book["MPS(input_separate)"]

    def fill(sheet, symbol, value):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == symbol]
        sheet[f"F{cells[0].row}"] = value

    fill(plan, "EF_grid", 0.8)
    fill(plan, "power_source", "grid")
    columns = {cell.value: cell.column_letter for row in units.iter_rows() for cell in row if cell.value}
    for row, (cop, capacity) in enumerate([(6.5, 300), (6.2, 600)], 11):
        for symbol, value in {"COP_PJ,i": cop, "T_cooling-out,i": 36, "T_chilled-out,i": 8, "x_i": capacity}.items():
            units[f"{columns[symbol]}{row}"] = value
    for name, amounts in {"": (347.2, 200), " 2025": (300, 250)}.items():
        sheet = book[f"MRS(input_separate){name}"]
        for row, amount in enumerate(amounts, 11):
            sheet[f"{columns['EC_PJ,i,p']}{row}"] = amount
    book.save(path)
    with pytest.warns(InputWarning, match="rows without a value are left out"):
        workbook = read_workbook(path)
    expected = calculate("ID_AM002", **{**CHILLER, "EC_PJ": [[347.2, 300.0], [200.0, 250.0]], "p": ["2024", "2025"]})
    assert workbook.calculate().ER.tolist() == expected.ER.tolist()


def test_an_empty_template_says_what_to_do(tmp_path):
    methodology("ID_AM003").template(tmp_path / "input.xlsx")
    with pytest.raises(InputError, match="no values are filled in: fill in the coloured cells"):
        read_workbook(tmp_path / "input.xlsx").calculate()


# Workbooks that cannot be used


def header_cells(book):
    """The cells that name the methodology."""
    for sheet in book:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell.value, str) and "JCM_PW_AM001" in cell.value)


def without_header(book):
    for cell in header_cells(book):
        cell.value = None


def of_another_version(book):
    for cell in header_cells(book):
        cell.value = cell.value.replace("ver01.0", "ver09.0")


def of_a_version_in_short(book):
    for cell in header_cells(book):
        cell.value = cell.value.replace("ver01.0", "ver1")


def test_a_version_without_its_second_part_is_its_first_edition(written):
    workbook = read_workbook(written(edit=of_a_version_in_short))
    assert (workbook.methodology, workbook.version) == ("PW_AM001", "1.0")


def of_two_methodologies(book):
    cell = next(cell for cell in header_cells(book) if cell.parent.title == "MRS(input)")
    cell.value = cell.value.replace("PW_AM001_ver01.0", "ID_AM002_ver02.0")


def with_a_second_input_sheet(book):
    book["MSS"].title = "mrs (input)"


def of_one_period_twice(book):
    for name in ("MRS(input)", "MRS(input_separate)", "MRS(calc_process)"):
        copy = book.copy_worksheet(book[name])
        copy.title = f"{name} 2024"


def without_the_input_sheet_of_a_year(book):
    book.copy_worksheet(book["MRS(calc_process)"]).title = "MRS(calc_process) 2023"


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (without_the_input_sheet_of_a_year, "has 'MRS(calc_process) 2023' without the input sheet of the same year"),
        (without_header, "names no methodology: expected 'Monitoring Spreadsheet: JCM_ID_AM002_ver02.0' at the top"),
        (of_another_version, "PW_AM001 has no version '9.0'; known are 1.0"),
        (of_two_methodologies, "holds several methodologies: "),
        (with_a_second_input_sheet, "has two sheets for one purpose: "),
        (of_one_period_twice, "2024 is the period of two sheets, 'MRS(input)' and 'MRS(input) 2024': a year has one"),
    ],
)
def test_a_workbook_that_cannot_be_used_says_why(written, edit, complaint):
    with pytest.raises(InputError) as raised:
        read_workbook(written(edit=edit))
    assert complaint in str(raised.value)


def test_a_hidden_sheet_is_read_and_said_so(written):
    def hide(book):
        book["MRS(input_separate)"].sheet_state = "hidden"

    path = written(edit=hide)
    with pytest.warns(InputWarning, match="MRS\\(input_separate\\): is a hidden sheet, and its values are used"):
        workbook = read_workbook(path)
    assert workbook.calculate().ER.magnitude.tolist() == calculate("PW_AM001", **SOLAR).ER.magnitude.tolist()


def test_hidden_rows_and_columns_are_counted_from_0(tmp_path):
    book = openpyxl.Workbook()
    book.active["D9"] = 1
    book.active.row_dimensions[7].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.save(tmp_path / "hidden.xlsx")
    assert Book(tmp_path / "hidden.xlsx").hidden_cells("Sheet") == ({6}, {2})


ROWS = [
    '<row r="7" hidden="1">', '<row hidden="1" r="7">', "<row hidden='1' r='7'>",
    '<row  spans="1:4"  hidden="true" r="7" >',
    '<row r="7" ht="0" customHeight="1">', '<row customHeight="1" ht="0.0" r="7">', '<row hidden="1"\n r="7">',
]  # fmt: skip
COLUMNS = [
    '<col min="3" max="3" hidden="1"/>', '<col hidden="1" max="3" min="3"/>', "<col max='3' hidden='true' min='3'/>",
    '<col width="0" customWidth="1" min="3" max="3"/>',
]  # fmt: skip


@pytest.mark.parametrize(("row", "column"), [*itertools.zip_longest(ROWS, COLUMNS, fillvalue=COLUMNS[0])])
def test_hidden_rows_and_columns_are_found_however_the_file_is_written(row, column, tmp_path):
    """The order and the quotes of attributes mean nothing in XML; what has no height or width is hidden as well."""
    book = openpyxl.Workbook()
    book.active["D7"] = 1
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "hidden.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                content, count = re.subn(r'<row r="7"[^>]*>', row, content)
                assert count == 1
                content = content.replace("<sheetData>", f"<cols>{column}</cols><sheetData>")
            new.writestr(name, content)
    assert Book(tmp_path / "hidden.xlsx").hidden_cells("Sheet") == ({6}, {2})
    assert Book(tmp_path / "plain.xlsx").hidden_cells("Sheet") == (set(), set())


def test_a_template_of_no_units_or_of_a_year_twice_is_refused(tmp_path):
    m = methodology("PW_AM001")
    with pytest.raises(InputError) as raised:
        m.template(tmp_path / "a.xlsx", units={"i": 0, "x": 2}, years=[2024, 2024])
    complaints = [str(problem) for problem in raised.value.problems]
    assert complaints == [
        f"units: 'x' is not an index of {m}, which has i",
        "units: got 0; must be 1 or more",
        "years: got a year twice; must be given once",
    ]
    assert not list(tmp_path.iterdir())


def test_a_sheet_with_nothing_but_what_is_needed(tmp_path):
    """Two headings make a table of parameters, of options, and of periods."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "MRS(input)"
    rows = [
        *(["Monitoring Spreadsheet: JCM_ID_AM002_ver02.0"], [], ["Parameters", "Values"], ["EC_PJ,i,p", "347.2 MWh"]),
        *(["COP_PJ,i", 6.5], ["T_cooling-out,i", "36 °C"], ["T_chilled-out,i", "8 °C"], ["x_i", "300 USRt"]),
        *(["EF_grid", "0.8 tCO2/MWh"], [], ["Choice", "Option"], ["power_source", "grid"], []),
        *(["First day", "Last day"], [date(2024, 1, 1), date(2024, 12, 31)]),
    ]
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "little.xlsx")
    single = {**CHILLER, "EC_PJ": 347.2, "COP_PJ": 6.5, "capacity": 300.0}
    assert read_workbook(tmp_path / "little.xlsx").calculate().ER == calculate("ID_AM002", **single).ER
