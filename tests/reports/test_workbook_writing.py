"""The workbook that is written has the sheets, tables and columns of the official one, and what a reader trusts."""

import re
import zipfile

import numpy as np
import openpyxl
import pytest
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter
from workbooks import drawn_result, every_case, formulas, label

from jcm_calc import InputError, calculate, methodology
from jcm_calc.reports.workbook.formulas import ADDED_AT_ONCE
from jcm_calc.reports.workbook.formulas import _sum as total_of
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.rulebooks import every

HEADINGS = [  # the published sheet of project ID009, in this order
    ("(a)", "Monitoring period"),
    ("(b)", "Monitoring point No."),
    ("(c)", "Parameters"),
    ("(d)", "Description of data"),
    ("(e)", "Monitored Values"),
    ("(f)", "Units"),
    ("(g)", "Monitoring option"),
    ("(h)", "Source of data"),
    ("(i)", "Measurement methods and procedures"),
    ("(j)", "Monitoring frequency"),
    ("(k)", "Other comments"),
]
BLOCKS = [
    "1. Calculations for emission reductions",
    "2. Selected default values, etc.",
    "3. Calculations for reference emissions",
    "4. Calculations of the project emissions",
    "[List of Default Values]",
]
FREEZERS = {
    "EC_PJ": [[135.0, 140.0], [80.0, 90.0]],
    "COP_PJ": [1.63, 1.7],
    "application": "individual quick freezer",
    "EF_elec": 0.814,
    "p": ["2024", "2025"],
}
PROJECT = {"number": "ID099", "personnel": {"Site manager": "collects the data"}}
SOURCES = {"EC_PJ": {"option": "C", "source": "meter", "procedure": "read daily", "frequency": "daily", "comment": "-"}}


@pytest.fixture
def book(tmp_path):
    """A report over two years with a plan, as openpyxl opens it."""
    result = calculate("ID_AM003", **FREEZERS)
    path = tmp_path / "report.xlsx"
    result.to_excel(
        path, plan=calculate("ID_AM003", **{**FREEZERS, "p": ["2023", "2024"]}), project=PROJECT, sources=SOURCES
    )
    return openpyxl.load_workbook(path)


def texts(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def find(sheet, text):
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)


# Sheets and tables


def test_sheets_of_a_report_over_two_years(book):
    assert book.sheetnames == [
        "MPS(input)",
        "MPS(input_separate)",
        "MPS(calc_process)",
        "MSS",
        "MRS(input)",
        "MRS(input_separate)",
        "MRS(calc_process)",
        "MRS(input) 2025",
        "MRS(input_separate) 2025",
        "MRS(calc_process) 2025",
    ]


def test_a_methodology_without_units_has_no_separate_sheets(tmp_path):
    calculate("ID_AM001", EG_SUP=50000, EC_CAP=2, EF_grid=0.8, p="2024").to_excel(tmp_path / "one.xlsx")
    assert not [name for name in openpyxl.load_workbook(tmp_path / "one.xlsx").sheetnames if "separate" in name]


def test_header_and_title_of_every_sheet(book):
    for sheet in book:
        lines = texts(sheet)
        assert lines[:2] == ["Monitoring Spreadsheet: JCM_ID_AM003_ver01.0", "Reference Number: ID099"]
        kind = "Report" if sheet.title.startswith("MRS") else "Structure" if sheet.title == "MSS" else "Plan"
        use = "[For Verification]" if kind == "Report" else "[Attachment to Project Design Document]"
        assert lines[2].startswith(f"Monitoring {kind} Sheet")
        assert lines[2].endswith(use)


def test_a_sheet_without_a_project_names_the_sectoral_scope(tmp_path):
    methodology("ID_AM003").template(tmp_path / "empty.xlsx")
    assert "Sectoral scope: 03" in texts(openpyxl.load_workbook(tmp_path / "empty.xlsx")["MRS(input)"])


def test_columns_of_table_1(book):
    report, plan = book["MRS(input)"], book["MPS(input)"]
    first = find(report, "(a)")
    assert [
        (report.cell(first.row, column).value, report.cell(first.row + 1, column).value)
        for column in range(first.column, first.column + len(HEADINGS))
    ] == HEADINGS
    # the plan has no letter for the period, and estimated in place of monitored values
    letters, headings = zip(*HEADINGS, strict=True)
    planned = [heading.replace("Monitored", "Estimated") for heading in headings]
    assert [
        (plan.cell(first.row, column).value, plan.cell(first.row + 1, column).value)
        for column in range(first.column + 1, first.column + len(HEADINGS))
    ] == list(zip(letters[:-1], planned[1:], strict=True))


def test_columns_g_to_k_and_responsibilities_come_from_the_case(book):
    sheet = book["MRS(input)"]
    row = find(sheet, "EC_PJ,i,p").row
    assert [sheet.cell(row, column).value for column in range(8, 13)] == [
        "Option C",
        "meter",
        "read daily",
        "daily",
        "-",
    ]
    assert "Site manager" in texts(book["MSS"])
    assert "collects the data" in texts(book["MSS"])


def test_tables_and_blocks_in_the_official_order(book):
    report = texts(book["MRS(input)"])
    tables = [text for text in report if text.startswith("Table")]
    assert [text[:8] for text in tables] == ["Table 1:", "Table 2:", "Table 3:"]
    assert {"Option A", "Option B", "Option C"} <= set(report)
    blocks = [text for text in texts(book["MRS(calc_process)"]) if text in BLOCKS]
    assert blocks == BLOCKS


def test_plan_and_report_hold_their_own_values(tmp_path):
    report, plan = (calculate("PW_AM001", EG=EG, EF_RE=EF, p="2024") for EG, EF in ((600, 0.5), (500, 0.5)))
    report.to_excel(tmp_path / "both.xlsx", plan=plan)
    book = openpyxl.load_workbook(tmp_path / "both.xlsx", data_only=True)
    assert [book[f"{kind}(input_separate)"]["C11"].value for kind in ("MPS", "MRS")] == [500, 600]
    assert [find(book[f"{kind}(input)"], "tCO2/p").offset(0, -1).value for kind in ("MPS", "MRS")] == [250, 300]


def test_the_plan_has_the_table_of_the_design_document(book):
    sheet = book["MPS(input)"]
    heading = find(sheet, "Year")
    assert [sheet.cell(heading.row + number, heading.column).value for number in (1, 2)] == ["2023", "2024"]


def test_a_plan_of_another_methodology_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"plan: follows PW_AM001 ver 1.0, and the report ID_AM003 ver 1.0"):
        calculate("ID_AM003", **FREEZERS).to_excel(tmp_path / "no.xlsx", plan=calculate("PW_AM001", EG=1, p="2024"))


def test_without_a_plan_its_estimates_stay_empty(tmp_path):
    calculate("ID_AM003", **FREEZERS).to_excel(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx", data_only=True)
    units = book["MPS(input_separate)"]
    columns = {cell.value: cell.column for row in units.iter_rows() for cell in row if cell.value}
    assert [units.cell(row, columns["EC_PJ,i,p"]).value for row in (11, 12)] == [None, None]
    assert [units.cell(row, columns["COP_PJ,i"]).value for row in (11, 12)] == [1.63, 1.7]
    assert any(text.startswith("No plan was given") for text in texts(book["MPS(input)"]))


# Formulas


@pytest.mark.parametrize(("m", "case"), [pytest.param(m, case, id=label(m, case)) for m, case in every_case()])
def test_every_calculated_cell_is_a_formula_that_names_its_equation(tmp_path, m, case):
    path = tmp_path / "report.xlsx"
    result = drawn_result(m, case, seed=4)
    result.to_excel(path)
    sheet = openpyxl.load_workbook(path)["MRS(calc_process)"]
    shown = texts(sheet)
    stored = {
        cell: value for (name, column, row), (_, value) in formulas(path).items() for cell in [(name, column, row)]
    }
    for rule in result.inputs.graph.equations:
        assert any(text.startswith(rule.written(m.symbols())) for text in shown), rule.symbol
    for row in sheet.iter_rows():
        for cell in row:
            if cell.number_format == "#,##0.000" and cell.value is not None:  # emissions
                assert str(cell.value).startswith("="), cell.coordinate
                assert (sheet.title, cell.column_letter, cell.row) in stored


def test_reductions_are_cut_by_formula(book):
    sheet = book["MRS(input)"]
    value = find(sheet, "tCO2/p").offset(0, -1).value
    assert re.fullmatch(r"=MAX\(0,ROUNDDOWN\((\w+)\+MAX\(1E-9,1E-11\*ABS\(\1\)\),0\)\)", value)


def test_values_stand_beside_formulas_for_viewers_that_do_not_calculate(tmp_path):
    result = calculate("ID_AM003", **FREEZERS)
    result.to_excel(tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx", data_only=True)["MRS(calc_process)"]
    assert find(sheet, "RE_p").offset(0, -2).value == result.RE.magnitude[0]


def test_what_is_unconfirmed_carries_a_mark_and_a_note(book):
    sheet = book["MRS(calc_process)"]
    # the reference emissions of one refrigerator were read in a project document, their sum was not
    marked = find(sheet, "RE_p").offset(0, 1)
    assert marked.value == "† unconfirmed"
    assert marked.comment is not None
    assert "An estimate" in "".join(texts(sheet))


# Protection, and what may be entered


def test_only_entries_are_unlocked(book):
    for sheet in book:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        for row in sheet.iter_rows():
            for cell in row:
                calculated = isinstance(cell.value, str) and cell.value.startswith("=")
                if isinstance(cell, MergedCell):
                    continue
                if not cell.protection.locked:
                    assert cell.fill.fgColor.rgb == "FFFFF8DC", cell.coordinate
                    assert not calculated or "ISBLANK" in cell.value, cell.coordinate
                elif calculated and "calc" in sheet.title:
                    assert cell.fill.fgColor.rgb != "FFFFF8DC"


@pytest.mark.parametrize("m", [pytest.param(m, id=m.number) for m in every()])
def test_an_empty_workbook_offers_what_may_be_entered(tmp_path, m):
    m.template(tmp_path / "empty.xlsx", units=2, years=[2024])
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    sheet = book["MPS(input)"]
    lists = [validation for validation in sheet.data_validations.dataValidation if validation.type == "list"]
    for name, choice in m.choices.items():
        cell = find(sheet, name).offset(0, 3).coordinate
        offered = [validation.formula1.strip('"') for validation in lists if cell in validation.sqref]
        assert offered == [",".join(choice.options)]
    assert {validation.type for page in book for validation in page.data_validations.dataValidation} >= {"custom"}
    told = "".join(cell.comment.text for page in book for row in page.iter_rows() for cell in row if cell.comment)
    for parameter in m.inputs.values():
        if parameter.kind in ("monitored", "fixed"):
            assert parameter.by or parameter.text in told
            assert parameter.symbol in [text for page in book for text in texts(page)]


# Files


def test_an_existing_file_is_not_overwritten(tmp_path):
    path = tmp_path / "report.xlsx"
    path.write_text("precious")
    result = calculate("PW_AM001", EG=600, p="2024")
    for write in (result.to_excel, methodology("PW_AM001").template):
        with pytest.raises(FileExistsError, match="exists already"):
            write(path)
    assert path.read_text() == "precious"
    result.to_excel(path, overwrite=True)
    assert zipfile.is_zipfile(path)


def test_text_is_written_as_text_whatever_it_begins_with(tmp_path):
    hostile = ["=1+1", "+cmd|' /C calc'!A1", "-2+3", "@SUM(A1)"]
    path = tmp_path / "report.xlsx"
    calculate("PW_AM001", EG=600, p="2024").to_excel(
        path,
        project={"number": hostile[0], "personnel": {hostile[1]: hostile[2]}},
        sources={"EG": {"source": hostile[3], "procedure": hostile[0]}},
    )
    assert not [text for text, _ in formulas(path).values() if "cmd" in text or text == "1+1"]
    written = [text for sheet in openpyxl.load_workbook(path) for text in texts(sheet)]
    assert {*hostile[1:], f"Reference Number: {hostile[0]}"} <= set(written)


def test_classes_that_a_spreadsheet_cannot_find_are_refused(tmp_path):
    result = calculate(
        "VN_AM005",
        type=["A*", "AB"],
        NLL_RE={"A*": 100.0, "AB": 200.0},
        NLL_PJ={"A*": 50.0, "AB": 60.0},
        t_on="2023-01-01",
        Br=0.1,
        EF_grid=0.8,
        service_hours="by period",
        removals="none",
        p="2024",
    )
    with pytest.raises(InputError, match=r"'A\*' contains \*, \? or ~"):
        result.to_excel(tmp_path / "no.xlsx")


def test_more_units_than_a_sheet_has_rows_are_refused(tmp_path):
    import numpy as np

    result = calculate("PW_AM001", EG=np.full(1_048_576, 1.0), p="2024")
    with pytest.raises(InputError, match="a spreadsheet has 1,048,576"):
        result.to_excel(tmp_path / "no.xlsx")


def test_a_period_over_the_year_end_has_no_sheet(tmp_path):
    result = calculate("PW_AM001", EG=1.0, p="2024-07-01/2025-06-30", split="whole")
    with pytest.raises(InputError, match="lies in several calendar years"):
        result.to_excel(tmp_path / "no.xlsx")


@pytest.mark.parametrize(
    ("given", "complaint"), [({"units": 0}, "must be 1 or more"), ({"units": {"x": 2}}, "not an index")]
)
def test_a_template_of_impossible_size(tmp_path, given, complaint):
    with pytest.raises(InputError, match=complaint):
        methodology("ID_AM002").template(tmp_path / "no.xlsx", **given)


# What stands where


def block_under(sheet, beginning):
    """The cell with the title of a block, and the row of symbols under it."""
    title = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(beginning))
    symbols = [cell for cell in sheet[title.row + 1] if cell.value is not None]
    return title, symbols


def test_the_list_of_default_values_holds_those_of_the_methodology(book):
    sheet = book["MRS(calc_process)"]
    first = find(sheet, "[List of Default Values]").row
    listed = {
        row[1].value: row[3].value for row in sheet.iter_rows(min_row=first + 4, max_row=first + 5)
    }  # title, heading, and a row for each class
    assert listed == {key: one.value for key, one in methodology("ID_AM003").inputs["COP_RE"].table.entries.items()}
    assert set(listed) == {"individual quick freezer", "cold storage"}


def test_a_unit_has_a_column_for_each_amount_and_none_twice(book):
    _, symbols = block_under(book["MRS(calc_process)"], "Calculations for each")
    expected = ["i", "EC_PJ,i,p", "COP_PJ,i", "application,i", "COP_RE,i", "RE_i,p", "PE_i,p"]
    assert [cell.value for cell in symbols] == expected


def test_just_the_rows_of_units_are_checked_and_symbols_are_explained(book):
    sheet = book["MRS(input_separate)"]
    _, symbols = block_under(sheet, "Values for each")
    assert [cell.value for cell in symbols] == ["i", "EC_PJ,i,p", "COP_PJ,i", "application,i", "secondary_loop,i"]
    rows = [cell.row for (cell,) in sheet.iter_rows(min_col=2, max_col=2) if cell.value in (1, 2)]
    assert len(rows) == 2
    ranges = sorted(str(one.sqref) for one in sheet.data_validations.dataValidation)
    assert ranges == [f"{cell.column_letter}{rows[0]}:{cell.column_letter}{rows[1]}" for cell in symbols[1:]]
    noted = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert noted == [cell.coordinate for cell in symbols[1:]]


@pytest.mark.parametrize("cells", [2, 254, 255, 256, 1000])
def test_a_total_of_cells_apart_is_a_formula_of_allowed_size(cells):
    rows = np.arange(0, 2 * cells, 2)
    text = total_of("G", rows)
    assert len(text) <= 8192
    assert [int(row) for row in re.findall(r"G(\d+)", text)] == (rows + 1).tolist()
    assert all(inner.count(",") < 255 for inner in re.findall(r"SUM\(([^()]*)\)", text))


def test_a_total_that_no_formula_can_hold_is_refused():
    with pytest.raises(InputError, match="too many terms for a formula"):
        total_of("G", np.arange(0, 4000, 2))


@pytest.fixture
def trucks(tmp_path):
    """A report of two trucks whose fuels have values by class."""
    calculate(
        **{"number": "VN_AM001", "basis": "distance", "fuel_measured_as": "mass", "p": "2024"},
        **{"FC_PJ": [[11], [12]], "D_PJ": [[50_000], [1]], "SFC_RE": 2.5e-4, "fuel": ["a fuel", "another"]},
        **{"NCV_i": {"a fuel": 43, "another": 44}, "EF_CO2_i": {"a fuel": 0.07, "another": 0.074}},
    ).to_excel(tmp_path / "trucks.xlsx")
    return openpyxl.load_workbook(tmp_path / "trucks.xlsx")


def test_just_the_rows_of_classes_and_units_are_checked(trucks):
    sheet = trucks["MPS(input_separate)"]
    ranges = {str(one.sqref) for one in sheet.data_validations.dataValidation}
    expected = set()
    for title, labels in (("Values by", ("a fuel", "another")), ("Values for each", (1, 2))):
        _, symbols = block_under(sheet, title)
        rows = list(range(symbols[0].row + 3, symbols[0].row + 5))
        assert tuple(sheet.cell(row, 2).value for row in rows) == labels
        expected |= {f"{cell.column_letter}{rows[0]}:{cell.column_letter}{rows[1]}" for cell in symbols[1:]}
    assert ranges == expected


def test_only_amounts_are_per_period(trucks):
    sheet = trucks["MRS(calc_process)"]
    _, symbols = block_under(sheet, "Calculations for each")
    units = {cell.value: sheet.cell(cell.row + 3, cell.column).value for cell in symbols}
    assert {name: units[name] for name in ("FC_PJ,i,p", "D_PJ,i,p", "s_RE,i", "m_PJ,i,p", "RE_i,p", "SFC_RE,i")} == {
        **{"FC_PJ,i,p": "t/p", "D_PJ,i,p": "km/p", "s_RE,i": "t/km", "m_PJ,i,p": "t"},
        **{"RE_i,p": "tCO2/p", "SFC_RE,i": "t/km"},
    }


def test_the_table_of_periods_has_its_headings_above_it(book):
    sheet = book["MRS(input)"]
    row = find(sheet, "[Monitoring period]").row
    rows = [[cell.value for cell in cells if cell.value is not None] for cells in sheet.iter_rows(row, row + 2)]
    assert rows[1] == ["No.", "First day", "Last day"]
    assert [str(value)[:10] for value in rows[2][1:]] == ["2024-01-01", "2024-12-31"]


def test_a_total_of_adjoining_cells_is_a_range():
    assert total_of("G", np.arange(34, 36)) == "SUM(G35:G36)"


@pytest.mark.parametrize("rows", [ADDED_AT_ONCE - 1, ADDED_AT_ONCE, ADDED_AT_ONCE + 1, 2 * ADDED_AT_ONCE, 10_000])
def test_a_total_of_many_adjoining_cells_adds_each_once(rows):
    text = total_of("G", np.arange(34, 34 + rows))
    ranges = [(int(first), int(last)) for first, last in re.findall(r"G(\d+):G(\d+)", text)]
    assert [row for first, last in ranges for row in range(first, last + 1)] == list(range(35, 35 + rows))
    assert all(first <= last for first, last in ranges)


def test_dates_are_asked_for_in_the_rows_of_periods_alone(book):
    sheet = book["MRS(input)"]
    row = find(sheet, "[Monitoring period]").row + 2
    asked = [str(one.sqref) for one in sheet.data_validations.dataValidation if ">=61" in one.formula1]
    assert asked == [f"F{row}:G{row}"]


def test_two_empty_rows_stand_between_the_last_table_and_the_monitoring_options(book):
    report, plan = book["MRS(input)"], book["MPS(input)"]
    assert find(report, "[Monitoring option]").row == find(report, "tCO2/p").row + 3
    assert find(plan, "Estimates by calendar year").row == find(plan, "tCO2/p").row + 3
    assert find(plan, "[Monitoring option]").row == find(plan, "Average of the calendar years").row + 3


def greyed(sheet):
    """The ranges in which errors are shown in grey."""
    return [str(cells.sqref) for cells in sheet.conditional_formatting if cells.rules[0].formula[0].startswith("ISERR")]


def test_errors_are_grey_only_while_values_are_to_be_filled_in(book, tmp_path):
    assert [sheet.title for sheet in book if greyed(sheet)] == []
    methodology("ID_AM003").template(tmp_path / "empty.xlsx", years=[2024])
    empty = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    calculating = ["MPS(input)", "MPS(calc_process)", "MRS(input)", "MRS(calc_process)"]
    assert [sheet.title for sheet in empty if greyed(sheet)] == calculating
    calculate("ID_AM003", **FREEZERS).to_excel(tmp_path / "unplanned.xlsx")
    unplanned = openpyxl.load_workbook(tmp_path / "unplanned.xlsx")
    assert [sheet.title for sheet in unplanned if greyed(sheet)] == calculating[:2]


def test_a_sheet_is_printed_one_page_wide_and_as_long_as_it_is(book):
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is what is meant where nothing is said
        assert sheet.page_setup.fitToHeight == 0


def test_columns_are_named_as_spreadsheets_name_them():
    assert [column_name(column) for column in range(16384)] == [get_column_letter(n) for n in range(1, 16385)]


def test_a_formula_asks_for_a_choice_only_where_the_rules_differ(tmp_path):
    m = methodology("ID_AM002")
    m.template(tmp_path / "empty.xlsx", years=[2024])
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    cell = find(book["MRS(input)"], "power_source").offset(0, 3)
    sheet = book["MRS(calc_process)"]
    calculated = [text for text in texts(sheet) if text.startswith("=")]
    (choosing,) = (text for text in calculated if f"'MRS(input)'!{cell.coordinate}=" in text)
    assert re.findall(r'!F\d+="(\w+)"', choosing) == list(m.choices["power_source"].options)
    assert not [text for text in calculated if "AND()" in text]


def test_a_class_is_chosen_from_the_list_of_its_own_key(tmp_path):
    """VN_AM003 has values by the fuel of an equipment and by that of a boiler, and the lists are not the same."""
    m = methodology("VN_AM003")
    m.template(tmp_path / "empty.xlsx", years=[2024])
    book = openpyxl.load_workbook(tmp_path / "empty.xlsx")
    sheet = book["MRS(input_separate)"]
    cell = find(sheet, m.inputs["fuel_RE"].symbol).offset(3).coordinate
    (source,) = (one.formula1 for one in sheet.data_validations.dataValidation if cell in one.sqref)
    name, place = source.replace("$", "").split("!")
    offered = [row[0].value for row in book[name.strip("'")][place]]
    assert offered == list(m.inputs["EF_fuel_RE"].candidates["IPCC 2006, default"].entries)
    assert offered != list(m.inputs["NCV_fuel"].candidates["IPCC 2006, default"].entries)
