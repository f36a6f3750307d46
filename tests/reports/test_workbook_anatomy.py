"""The sheets as a reader sees them: which cells make up each table, what stands in its headings, and its room."""

import itertools
import re
import textwrap
import warnings
from pathlib import Path
from unicodedata import east_asian_width

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from reports.test_workbook_writing import FREEZERS, PROJECT

from jcm_calc import calculate, methodology, read_workbook
from jcm_calc.api.case_file import read_case
from jcm_calc.base.languages import in_language

YEAR = Path(__file__).parents[2] / "docs" / "examples" / "metered_year" / "case.toml"
HEADING = "FFDCE8EC"  # fill
TRUCKS = {
    "basis": "distance",
    "fuel_measured_as": "mass",
    "p": "2024",
    "FC_PJ": [[11], [12]],
    "D_PJ": [[50_000], [1]],
    "SFC_RE": 2.5e-4,
    "fuel": ["a fuel", "another"],
    "NCV_i": {"a fuel": 0.03, "another": 0.04},
    "EF_CO2_i": {"a fuel": 70, "another": 74},
}
# The cells of each run of rows that are alike: # headings, ? cells to be filled in, _ without a border. A colon
# joins merged cells. The columns of tables 1 to 3 are those of the official sheets.
PICTURES = {
    ("freezers", "MPS(input)"): """
        7: _B
        8: B C D E F G H I J K L
        9: #B #C #D #E #F #G #H #I #J #K #L
        10-11: B C D E F G ?H ?I ?J ?K ?L
        13: _B
        14: B C:D E F G H:J K:L
        15: #B #C:D #E #F #G #H:J #K:L
        16-17: B C:D E F G ?H:J ?K:L
        18: B C:D E ?F G ?H:J ?K:L
        20: _B
        21: #B:E #F #G #H:I
        22: B:E F G H:I
        25: _B
        26: #E #F #G #H #I
        27-30: E F G H I
        33: _B
        34-36: B:C D:L
        38: _B
        39: #B:E #F #G
        40-41: B:E ?F ?G
        43: _B
        44: #B #C:D #E #F #G #H:L
        45-47: B C:D E ?F G H:L""",
    ("freezers", "MPS(input_separate)"): """
        7: _B
        8-10: #B #C #D
        11-12: B ?C ?D
        13-14: B C ?D
        17: _B
        18-20: #B #C #D #E
        21-22: B ?C ?D ?E""",
    ("freezers", "MPS(calc_process)"): """
        8: B #C #D #E #F #G #H #I:M
        9: B C D E F G H I:M
        11: B #C #D #E #F #G #H #I:M
        13: B #C #D #E #F #G #H #I:M
        14-15: B C D E F G H I:M
        17: B #C #D #E #F #G #H #I:M
        18: B C D E F G H I:M
        20: _B
        22: B:G
        23: #B #C #D #E
        24-25: B C D E
        27: _B
        29: B:F
        30-33: #B #C #D #E #F
        34: #B #C D E F
        35-38: B C D E F
        41: B:E
        42-45: #B #C #D #E
        46: #B C D E
        47-48: B C D E""",
    ("freezers", "MSS"): """
        7: #B #C
        8: ?B ?C""",
    ("freezers", "MRS(input)"): """
        7: _B
        8: B C D E F G H I J K L
        9: #B #C #D #E #F #G #H #I #J #K #L
        10: B C D E F G ?H ?I ?J ?K ?L
        12: _B
        13: B C:D E F G H:J K:L
        14: #B #C:D #E #F #G #H:J #K:L
        15-16: B C:D E F G ?H:J ?K:L
        17: B C:D E ?F G ?H:J ?K:L
        19: _B
        20: #B:E #F #G #H:I
        21: B:E F G H:I
        24: _B
        25-27: B:C D:L
        29: _B
        30: #B:E #F #G
        31: B:E ?F ?G
        33: _B
        34: #B #C:D #E #F #G #H:L
        35-37: B C:D E ?F G H:L""",
    ("trucks", "MRS(input)"): """
        7: _B
        8: B C D E F G H I J K L
        9: #B #C #D #E #F #G #H #I #J #K #L
        10-11: B C D E F G ?H ?I ?J ?K ?L
        13: _B
        14: B C:D E F G H:J K:L
        15: #B #C:D #E #F #G #H:J #K:L
        16-19: B C:D E F G ?H:J ?K:L
        21: _B
        22: #B:E #F #G #H:I
        23: B:E F G H:I
        26: _B
        27-29: B:C D:L
        31: _B
        32: #B:E #F #G
        33: B:E ?F ?G
        35: _B
        36: #B #C:D #E #F #G #H:L
        37-38: B C:D E ?F G H:L
        40: _B
        41: #B #C:D #E #F #G #H:L
        42-49: B C:D E ?F G H:L""",
    ("trucks", "MRS(input_separate)"): """
        7: _B
        8-10: #B #C #D
        11-12: ?B ?C ?D
        15: _B
        16-18: #B #C #D #E #F
        19-20: ?B ?C ?D ?E ?F""",
    ("trucks", "MRS(calc_process)"): """
        8: B #C #D #E #F #G #H:M
        9: B C D E F G H:M
        11: B #C #D #E #F #G #H:M
        13: B #C #D #E #F #G #H:M
        14: B C D E F G H:M
        16: B #C #D #E #F #G #H:M
        17: B C D E F G H:M
        19: _B
        21: B:G
        22: #B #C #D #E #F #G
        23-63: B C D E F G
        65: B:G
        66: #B #C #D #E #F #G
        67-108: B C D E F G
        110: _B
        112: B:L
        113-116: #B #C #D #E #F #G #H #I #J #K #L
        117: #B C D E F G H I J K L
        118-119: B C D E F G H I J K L""",
}


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks that differ much, as openpyxl opens them: several years, classes and options, nothing filled in."""
    folder = tmp_path_factory.mktemp("books")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plan = calculate("ID_AM003", **{**FREEZERS, "p": ["2023", "2024"]})
        calculate("ID_AM003", **FREEZERS).to_excel(folder / "freezers.xlsx", plan=plan, project=PROJECT)
        calculate("VN_AM001", **TRUCKS).to_excel(folder / "trucks.xlsx")
        methodology("ID_AM002").template(folder / "chillers.xlsx", units=3, years=[2024, 2025])
        months = [f"2024-{month:02}" for month in range(1, 13)]
        calculate("PW_AM001", EG=[[600.0 + n for n in range(12)]], p=months).to_excel(folder / "months.xlsx")
        with in_language("ja"):
            methodology("VN_AM003").template(folder / "hotels.xlsx", years=[2024])
            case = read_case(YEAR)
            case.calculate(case.monitor()).to_excel(folder / "metered.xlsx")
    return {path.stem: openpyxl.load_workbook(path) for path in folder.iterdir()}


def spans(row, merged):
    """The cells of a row that are drawn, each with how it looks."""
    until = 0
    for cell in row:
        if cell.column > until:
            until = merged.get(cell.coordinate, cell.column)
            if cell.value is not None or cell.border.left.style:
                fill = cell.fill.fgColor.rgb if cell.fill.fill_type else ""
                open_ = "" if cell.protection.locked else "?"
                mark = "#" if fill == HEADING else open_ if cell.border.left.style else "_"
                end = f":{get_column_letter(until)}" if until > cell.column else ""
                yield f"{mark}{cell.column_letter}{end}"


def picture(sheet):
    """The runs of rows that are alike, below the title."""
    merged = {str(span).partition(":")[0]: span.max_col for span in sheet.merged_cells.ranges}
    found = []
    for row in sheet.iter_rows(6):
        line, number = " ".join(spans(row, merged)), row[0].row
        if found and found[-1][2] == line and found[-1][1] == number - 1:
            found[-1][1] = number
        elif line:
            found.append([number, number, line])
    return [f"{first if first == last else f'{first}-{last}'}: {line}" for first, last, line in found]


@pytest.mark.parametrize(("name", "sheet"), PICTURES)
def test_each_table_has_its_cells_where_they_belong(books, name, sheet):
    assert picture(books[name][sheet]) == textwrap.dedent(PICTURES[name, sheet]).strip().splitlines()


def row_of(sheet, number):
    return [str(cell.value) for cell in sheet[number] if cell.value]


def test_headings_of_table_2_and_of_what_stands_below(books):
    plan, report = books["freezers"]["MPS(input)"], books["freezers"]["MRS(input)"]
    letters = ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]
    table_2 = ["Parameters", "Description of data", "Estimated Values", "Units", "Source of data", "Other comments"]
    assert row_of(plan, 7) == ["Table 1: Parameters to be monitored ex post"]
    assert row_of(report, 7) == ["Table 1: Parameters monitored ex post"]
    assert row_of(plan, 13) == ["Table 2: Project-specific parameters to be fixed ex ante"]
    assert row_of(report, 12) == ["Table 2: Project-specific parameters fixed ex ante"]
    assert [row_of(plan, row) for row in (14, 15)] == [letters, table_2]
    assert [row_of(report, row) for row in (13, 14)] == [letters, table_2]
    assert row_of(report, 20) == [
        *("Monitoring Period", "CO2 emission reductions", "Units"),
        "before rounding down, with sign",
    ]
    assert row_of(plan, 21) == row_of(report, 20)[1:]
    assert row_of(report, 21)[0] == "1/Jan/2024-31/Dec/2024"
    assert not plan["B22"].value  # an estimate is of any year
    assert row_of(report, 34) == ["Parameters", "Description of data", "Values", "Units"]
    assert row_of(books["trucks"]["MRS(input)"], 36) == ["Choice", "Description of data", "Option", "Units"]


def test_headings_of_the_calculation_sheet(books):
    plan, report = books["freezers"]["MPS(calc_process)"], books["freezers"]["MRS(calc_process)"]
    last = ["Units", "Parameter", "Evidence", "Equation"]
    for row in (8, 11, 13, 17):
        assert row_of(plan, row)[1:] == ["Fuel type", "Value 2023", "Value 2024", *last]
        assert row_of(report, row)[1:] == ["Fuel type", "Value", *last]
    assert row_of(report, 23) == [
        "application of refrigerator i: individual quick freezer or cold storage",
        *("Units", "Value", "Evidence"),
    ]
    assert [cell.value for cell in report["C"][23:25]] == ["-", "-"]
    values = ["IPCC 2006, default", "IPCC 2006, lower", "IPCC 2006, upper"]
    for row in (22, 66):
        assert row_of(books["trucks"]["MRS(calc_process)"], row)[2:-1] == values


def symbols_under(sheet, title, column):
    """The symbols in the rows of a block of the calculation sheet."""
    start = next(cell.row for cell in sheet["B"] if str(cell.value).startswith(title))
    cells = itertools.takewhile(lambda cell: cell.value, sheet[column][start:])
    return [cell.value for cell in cells]


def test_blocks_hold_the_result_and_below_it_what_it_is_made_of(books):
    """What reference and project emissions share stands with the first, as on the official sheet."""
    sheet = books["chillers"]["MRS(calc_process)"]
    defaults = ["TD_chilled", "TD_cooling", "T_std,cooling-out", "T_std,chilled-out", "EF_captive"]
    reference = ["EF_grid", "EF_elec,p", "EI_grid,p", "h_gen,p", "RC_gen", "EI_gen,p", "s_grid,p", "s_gen,p"]
    assert symbols_under(sheet, "1. ", "F") == ["ER_p"]
    assert symbols_under(sheet, "2. ", "F") == defaults
    assert symbols_under(sheet, "3. ", "F")[0] == "RE_p"
    assert sorted(symbols_under(sheet, "3. ", "F")[1:]) == sorted(reference)
    assert symbols_under(sheet, "4. ", "F") == ["PE_p"]


def test_table_3_adds_up_what_the_calculation_sheet_gives(books):
    for name, title in (("freezers", "MPS"), ("freezers", "MRS"), ("months", "MRS"), ("trucks", "MRS")):
        sheet, calculation = books[name][f"{title}(input)"], books[name][f"{title}(calc_process)"]
        head = next(cell for cell in sheet["F"] if cell.value == "CO2 emission reductions")
        exact, whole = sheet.cell(head.row + 1, 8), sheet.cell(head.row + 1, 6)
        added = re.findall(rf"'{title}\(calc_process\)'!([A-Z])(\d+)", exact.value)
        row = next(cell.row for cells in calculation.iter_rows() for cell in cells if cell.value == "ER_p")
        headings = [cell.value for cell in calculation[row - 1] if str(cell.value).startswith("Value")]
        assert added == [(get_column_letter(4 + number), str(row)) for number in range(len(headings))]
        if title == "MRS":
            assert whole.value.startswith(f"=MAX(0,ROUNDDOWN({exact.coordinate}+")
    plan = books["freezers"]["MPS(input)"]
    assert plan["F22"].value == "=SUM(I27:I28)"
    for row, column in ((27, "D"), (28, "E")):
        rows = {"F": "RE_p", "G": "PE_p", "H": "ER_p"}
        for cell, symbol in rows.items():
            (place,) = re.findall(r"^=SUM\('MPS\(calc_process\)'!([A-Z]\d+)\)$", plan[f"{cell}{row}"].value)
            assert place[0] == column
            assert books["freezers"]["MPS(calc_process)"][f"G{place[1:]}"].value == symbol
        assert plan[f"I{row}"].value.startswith(f"=MAX(0,ROUNDDOWN(H{row}+")


def test_an_equation_says_its_case_only_where_others_are_open(books, tmp_path):
    chillers = {"EC_PJ": 347.2, "COP_PJ": 6.5, "T_cooling_out": 36.0, "T_chilled_out": 8.0, "capacity": 300.0}
    calculate("ID_AM002", **chillers, EF_grid=0.8, power_source="grid", p="2024").to_excel(tmp_path / "grid.xlsx")
    written = [openpyxl.load_workbook(tmp_path / "grid.xlsx"), books["chillers"]]
    equations = [
        next(cell.value for cell in book["MRS(calc_process)"]["H"] if str(cell.value).startswith("EF_elec,p ="))
        for book in written
    ]
    assert equations[0] == "EF_elec,p = EF_grid"
    assert equations[1].startswith("EF_elec,p = EF_grid (if power_source = grid); EF_elec,p = EF_captive (if power")
    methodology("VN_AM001").template(tmp_path / "trucks.xlsx", years=[2024])
    sheet = openpyxl.load_workbook(tmp_path / "trucks.xlsx")["MRS(calc_process)"]
    (mass,) = (cell.value for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("m_PJ,i,p ="))
    assert re.findall(r"\(if [^)]*\)", mass) == ["(if fuel_measured_as = mass)", "(if fuel_measured_as = volume)"]


def test_results_stand_out_from_what_they_are_made_of(books):
    sheet = books["freezers"]["MRS(calc_process)"]
    rows = {sheet[f"F{row}"].value: sheet[f"B{row}"] for row in (9, 14, 15, 18)}
    assert {symbol: (cell.font.bold, cell.value) for symbol, cell in rows.items()} == {
        "ER_p": (True, "Emission reductions during the period p"),
        "RE_p": (True, "Reference emissions during the period p"),
        "EF_elec": (False, rows["EF_elec"].value),
        "PE_p": (True, "Project emissions during the period p"),
    }


def test_classes_of_ones_own_are_offered_from_their_table(tmp_path):
    """Where the document has no values by class, a unit may be of any class that has been given one."""
    days = {"t_on": ["2020-01-01", "2020-01-01"], "service_hours": "by day", "removals": "none"}
    losses = {"type": ["small", "large"], "NLL_RE": {"small": 300.0, "large": 900.0}, "NLL_PJ": [100.0, 300.0]}
    result = calculate("VN_AM005", **days, **losses, UNC=0.05, Br=0.01, EF_grid=0.8, p="2024")
    result.to_excel(tmp_path / "transformers.xlsx")
    book = openpyxl.load_workbook(tmp_path / "transformers.xlsx")
    plan, sheet = book["MPS(input_separate)"], book["MRS(input_separate)"]
    classes = [cell.coordinate for cell in plan["B"] if cell.value in ("small", "large")]
    assert [sheet[cell].value for cell in classes] == [
        f"=IF(ISBLANK('MPS(input_separate)'!{cell}),\"\",'MPS(input_separate)'!{cell})" for cell in classes
    ]
    column = next(cell.column_letter for row in sheet.iter_rows() for cell in row if cell.value == "type,u")
    units = [cell.row for cell in sheet["B"] if cell.value in (1, 2)]
    (offered,) = [one.formula1 for one in sheet.data_validations.dataValidation if f"{column}{units[0]}" in one.sqref]
    assert offered.replace("$", "") == f"'MRS(input_separate)'!{classes[0]}:{classes[1]}"


@pytest.mark.filterwarnings("ignore")
def test_a_value_taken_by_name_stands_by_its_name(tmp_path):
    named = {"η_RE": "FY2013 draft", "η_PJ": 0.67, "EF_CO2_coal": "IPCC 2006 lignite, lower"}
    boilers = {"PH": [1200.0, 900.0], "HMP": [700.0, 650.0], "RPC": [30.0, 25.0], "EF_CO2_grid": 0.9}
    report = calculate("MN_AM002", **boilers, **named, p="2024")
    report.to_excel(tmp_path / "boilers.xlsx", plan=calculate("MN_AM002", **boilers, **named, p="2023"))
    shown = openpyxl.load_workbook(tmp_path / "boilers.xlsx", data_only=True)
    book = openpyxl.load_workbook(tmp_path / "boilers.xlsx")
    for title in ("MPS", "MRS"):
        sheet = shown[f"{title}(input)"]
        cells = {cell.value: f"F{cell.row}" for cell in sheet["C"] if cell.value in ("η_RE", "EF_CO2,coal")}
        assert {symbol: sheet[cell].value for symbol, cell in cells.items()} == {
            **{"η_RE": "FY2013 draft", "EF_CO2,coal": "IPCC 2006 lignite, lower"}
        }
        live = book[f"{title}(input)"]
        offered = {symbol: list_for(live, cell) for symbol, cell in cells.items()}
        for symbol, source in offered.items():
            name, _, place = source.strip("=").partition("!")
            listed = [cell.value for row in book[name.strip("'")][place.replace("$", "")] for cell in row]
            known = next(one for one in methodology("MN_AM002").inputs.values() if one.symbol == symbol)
            assert listed == list(known.candidates)
    assert live[cells["η_RE"]].value.startswith("=IF(ISBLANK('MPS(input)'!")
    assert read_workbook(tmp_path / "boilers.xlsx").calculate().ER == report.ER


def list_for(sheet, cell):
    """The source of the list that a cell offers."""
    (found,) = (one.formula1 for one in sheet.data_validations.dataValidation if cell in one.sqref)
    return found


def test_grades_of_values_that_replace_defaults_are_shown(books):
    sheet = books["trucks"]["MRS(calc_process)"]
    marks = {sheet.cell(113, column).value: sheet.cell(117, column) for column in range(2, 13)}
    doubtful = {symbol for symbol, cell in marks.items() if cell.value == "† unconfirmed"}
    assert doubtful == {"s_RE,i", "NCV_i", "EF_CO2,i", "RE_i,p", "m_PJ,i,p", "PE_i,p"}
    assert "given by the user instead of a value" in marks["NCV_i"].comment.text


def test_the_period_of_a_row_is_that_of_the_table_of_periods(books):
    for name, title, first in (
        ("freezers", "MPS(input)", 40),
        ("freezers", "MRS(input)", 31),
        ("months", "MRS(input)", 0),
    ):
        sheet = books[name][title]
        first = first or next(cell.row for cell in sheet["F"] if cell.value == "First day") + 1
        dated = [cell.value for cell in sheet["B"] if str(cell.value).startswith("=IF(ISNUMBER(")]
        rows = [set(map(int, re.findall(r"[FG](\d+)", text))) for text in dated]
        assert rows == [{first + number} for number in range(len(dated))]


def test_the_first_report_sheet_is_shown_first(books):
    assert books["freezers"].active.title == "MRS(input)"
    assert books["chillers"].active.title == "MRS(input)"


def test_a_single_unit_is_shown_on_the_main_sheet_for_each_of_its_periods(books, tmp_path):
    calculate("PW_AM001", EG=[[600.0, 700.0]], p=["2024-01-01/2024-06-30", "2024-07-01/2024-12-31"]).to_excel(
        tmp_path / "one.xlsx"
    )
    stored = openpyxl.load_workbook(tmp_path / "one.xlsx", data_only=True)["MRS(input)"]
    rows = [cell.row for cell in stored["D"] if cell.value == "EG_i,p"]
    assert [stored[f"F{row}"].value for row in rows] == [600, 700]
    sheet = openpyxl.load_workbook(tmp_path / "one.xlsx")["MRS(input)"]
    assert [re.search(r"!D(\d+)", sheet[f"F{row}"].value)[1] for row in rows] == ["11", "12"]
    named = [cell.value for cell in books["months"]["MRS(input)"]["F"] if "input_separate" in str(cell.value)]
    assert len(named) == 12


def test_a_value_that_holds_in_every_period_stands_once(books):
    sheet = books["freezers"]["MPS(calc_process)"]
    row = next(cell.row for cell in sheet["G"] if cell.value == "EF_elec")
    assert sheet[f"D{row}"].value.startswith("=")
    assert not sheet[f"E{row}"].value


def test_units_of_defaults_are_not_per_period(books):
    """A default is a factor: it is the quantities it is multiplied by that are counted over the period p."""
    for book in books.values():
        for sheet in book:
            found = [cell.row for cell in sheet["B"] if cell.value == "[List of Default Values]"]
            for row in found:
                end = next(cell.row for cell in sheet["B"] if str(cell.value).startswith("5. "))
                units = {cell.value for cell in sheet["C"][row:end] if cell.value}
                assert units
                assert not [unit for unit in units if unit.endswith("/p")]


@pytest.mark.parametrize(
    ("number", "units"),
    [
        ("MN_AM001", {"EF_grid,p": "tCO2/MWh"}),  # of each period, yet no amount
        ("ID_AM007", {"SG_hist,k": "t", "h_hist,k": "h", "SG_p": "t/p"}),  # amounts of the years before
    ],
)
def test_units_are_per_period_where_an_amount_of_the_period_is_meant(number, units, tmp_path):
    m = methodology(number)
    m.template(tmp_path / "empty.xlsx", years=[2024])
    sheet = openpyxl.load_workbook(tmp_path / "empty.xlsx")["MRS(input)"]
    found = {row[3].value or row[2].value: row[6].value for row in sheet.iter_rows()}
    found |= {row[2].value: row[6].value for row in sheet.iter_rows() if row[2].value}
    assert {symbol: found.get(symbol) for symbol in units} == units


def test_periods_stand_before_the_rows_of_what_is_monitored_alone(books):
    """A report of one period names it; so does a plan of several; a plan of one year is of any year."""

    def dated(name, title):
        return [cell.row for cell in books[name][title]["B"] if str(cell.value).startswith("=")]

    assert dated("freezers", "MRS(input)") == [10]
    assert dated("freezers", "MPS(input)") == [10, 11]
    assert dated("chillers", "MRS(input)") == [10, 11, 12]
    assert dated("chillers", "MPS(input)") == []


def columns(text):
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def lines(text, width):
    """How many lines a text takes in a cell, words kept whole where they fit."""
    if columns(text) > len(text):  # Japanese may break anywhere
        return -(-columns(text) // int(width))
    return sum(len(textwrap.wrap(part, int(width))) or 1 for part in text.split("\n"))


@pytest.mark.parametrize("name", ["freezers", "trucks", "chillers", "hotels", "metered", "months"])
def test_texts_have_room(books, name):
    """Not every program makes a row taller for its texts when it opens a file, and none does for merged cells."""
    short = []
    for sheet in books[name]:
        merged = {str(span).partition(":")[0]: span for span in sheet.merged_cells.ranges}
        widths = {letter: one.width for key, one in sheet.column_dimensions.items() for letter in letters_of(one, key)}
        for row in sheet.iter_rows(6):
            height = sheet.row_dimensions[row[0].row].height
            for cell in row:
                text = cell.value
                if not isinstance(text, str) or text.startswith("=") or not cell.alignment.wrap_text:
                    continue
                last = merged[cell.coordinate].max_col if cell.coordinate in merged else cell.column
                width = sum(widths[get_column_letter(number)] for number in range(cell.column, last + 1))
                needed = lines(text, width * 10 / cell.font.size) * cell.font.size * 1.2
                if needed > (height or 15) + 3:
                    short.append((sheet.title, cell.coordinate, text, height, needed))
    assert short == []


def letters_of(dimension, key):
    first = dimension.min or openpyxl.utils.column_index_from_string(key)
    return [get_column_letter(number) for number in range(first, (dimension.max or first) + 1)]


def test_numbers_of_any_length_show(books):
    """LibreOffice shows hashes for what has no room, but where letters may shrink."""
    (found,) = {
        cell.alignment.shrink_to_fit
        for book in books.values()
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.number_format.endswith("#")
    }
    assert found


def test_every_column_that_is_used_has_a_width_and_the_title_goes_over_all(books):
    """A year of months has twelve columns of values, and some methodologies have many columns for each unit."""
    for name in ("freezers", "trucks", "chillers", "months"):
        for sheet in books[name]:
            sized = {letter for key, one in sheet.column_dimensions.items() for letter in letters_of(one, key)}
            drawn = {cell.column for row in sheet.iter_rows(5) for cell in row if cell.border.left.style}
            assert {get_column_letter(column) for column in drawn} <= sized, sheet.title
            if "calc_process" in sheet.title:
                others = {one.width for key, one in sheet.column_dimensions.items() if key not in ("A", "B", "C")}
                assert len(others) == 1
            (title,) = (span for span in sheet.merged_cells.ranges if span.min_row == 4)
            assert title.min_col == 2
            assert title.max_col == max(openpyxl.utils.column_index_from_string(letter) for letter in sized)


def test_errors_are_grey_in_all_rows(books):
    for sheet in books["chillers"]:
        grey = [span for span in sheet.conditional_formatting if "ISERROR" in span.rules[0].formula[0]]
        for span in grey:
            (cells,) = span.sqref.ranges
            assert (cells.min_row, cells.min_col) == (5, 2)
            assert cells.max_row >= sheet.max_row
            assert cells.max_col == sheet.max_column
            (rule,) = span.rules
            assert rule.formula == ["ISERROR(B5)"]


def test_tables_of_units_begin_a_page_of_their_own(books):
    for book in books.values():
        for sheet in book:
            first = [cell.row for cell in sheet["B"] if str(cell.value).startswith("5. ")]
            assert [one.id for one in sheet.row_breaks.brk] == [row - 1 for row in first], sheet.title
            assert sheet.freeze_panes == "A5"
            assert sheet.print_title_rows == "$1:$4"


def test_what_may_be_chosen_is_offered_in_its_own_cells(books):
    sheet = books["trucks"]["MRS(input)"]
    offered = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation if one.type == "list"}
    expected = {"H10": '"Option A,Option B,Option C"', "H11": '"Option A,Option B,Option C"'}
    expected |= {"F37": '"distance,freight work"', "F38": '"mass,volume"'}
    assert offered == expected | {f"F{row}": '"yes,no"' for row in range(42, 50)}
    plants = '"food industry cold storage,frozen food processing plant"'
    freezers = books["freezers"]["MRS(input)"]
    assert [one.formula1 for one in freezers.data_validations.dataValidation if "F35" in one.sqref] == [plants]
    assert [one.formula1 for one in freezers.data_validations.dataValidation if "H10" in one.sqref] == ['"Option C"']


def test_numbers_outside_their_range_are_turned_away(books):
    sheet = books["chillers"]["MRS(input_separate)"]
    asked = sheet.data_validations.dataValidation
    tests = {sheet.cell(8, span.min_col).value: one.formula1 for one in asked for span in one.sqref.ranges}
    assert tests["EC_PJ,i,p"] == "AND(ISNUMBER(C11),C11>=0.0)"
    assert tests["COP_PJ,i"] == "AND(ISNUMBER(D11),D11>0.0)"
    assert tests["T_cooling-out,i"] == "AND(ISNUMBER(E11),E11>-273.15)"
    assert all(one.showErrorMessage and one.errorStyle in (None, "stop") for one in asked)
