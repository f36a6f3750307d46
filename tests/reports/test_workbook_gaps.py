"""What is only half filled in is refused or named, wherever it is: units that are none, values, labels, symbols."""

import openpyxl
import pytest
from hand_made import two_units

from jcm_calc import InputError, calculate, methodology, read_workbook

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")
UNITS, PLAN = "MRS(input_separate)", "MPS(input_separate)"
HALVES = ["2024-01-01/2024-06-30", "2024-07-01/2024-12-31"]
FREEZERS = {
    "COP_PJ": [1.63, 2.19],
    "application": ["individual quick freezer", "cold storage"],
    "EF_elec": 0.8,
}
# In one table with the rest, and in a table of its own where there are several periods.
OF_A_YEAR = {**FREEZERS, "EC_PJ": [[100.0], [200.0]], "p": "2024"}
OF_HALVES = {**FREEZERS, "EC_PJ": [[100.0, 110.0], [200.0, 210.0]], "p": HALVES}


@pytest.fixture
def written(tmp_path):
    """Write a result, change cells of it, and give the path; stored results are kept as the cells that they link to."""

    def write(given, cells, number="ID_AM003"):
        path = tmp_path / "filled.xlsx"
        calculate(number, **given).to_excel(path, overwrite=True)
        book = openpyxl.load_workbook(path)
        for (sheet, cell), value in cells.items():
            book[sheet][cell] = value
        book.save(path)
        return path

    return write


def problems(path):
    with pytest.raises(InputError) as raised:
        read_workbook(path).calculate()
    return [str(problem) for problem in raised.value.problems]


# Units


@pytest.mark.parametrize("unit", ["MWhh", "thousand kilowatt-hours", "MW per hour of use"])
@pytest.mark.parametrize(
    ("given", "cell", "symbol"), [(OF_A_YEAR, "C10", "EC_PJ,i,p"), (OF_HALVES, "D10", "EC_PJ,i,p")]
)
def test_an_unknown_unit_above_a_column_is_refused_with_its_cell_and_what_it_must_be(
    written, given, cell, symbol, unit
):
    (problem,) = problems(written(given, {(UNITS, cell): unit}))
    assert problem.startswith(f"{symbol}: the unit is not understood ({UNITS}!{cell}): unknown unit '{unit}'")
    assert problem.endswith("; must be MWh, or convert to it")


def test_each_unknown_unit_of_a_table_is_named(written):
    found = problems(written(OF_A_YEAR, {(UNITS, "C10"): "MWhh", (UNITS, "D10"): "frobs"}))
    assert [one.partition(": unknown")[0] for one in found] == [
        f"EC_PJ,i,p: the unit is not understood ({UNITS}!C10)",
        f"COP_PJ,i: the unit is not understood ({UNITS}!D10)",
    ]


@pytest.mark.parametrize(("given", "row", "cell"), [(OF_A_YEAR, 10, "C"), (OF_HALVES, 9, "D")])
def test_a_column_whose_unit_was_emptied_is_refused(written, given, row, cell):
    found = problems(written(given, {(UNITS, f"{cell}10"): None}))
    assert found == [f"EC_PJ,i,p: the unit of 100.0 is empty ({UNITS}!{cell}{row}); must be MWh, or convert to it"]


def test_a_unit_above_a_column_is_converted_where_others_have_none(written):
    workbook = read_workbook(written(OF_A_YEAR, {(UNITS, "C10"): "kWh", (UNITS, "D10"): None, (UNITS, "E10"): None}))
    amounts = {**OF_A_YEAR, "EC_PJ": [[0.1], [0.2]]}
    expected = calculate("ID_AM003", **amounts).ER.magnitude
    assert workbook.calculate().ER.magnitude.tolist() == pytest.approx(expected.tolist())


# Values


def without(*rows, columns="CDEF"):
    return {(UNITS, f"{column}{row}"): None for column in columns for row in rows}


@pytest.mark.parametrize("label", ["north hall", "A-7", 17, "17"])
@pytest.mark.parametrize("row", [11, 12])
def test_a_unit_that_somebody_named_and_that_has_no_value_is_refused(written, row, label):
    path = written(OF_A_YEAR, {**without(row), (UNITS, f"B{row}"): label})
    told = f"i: '{label}' is named ({UNITS}!B{row}), and has no value: give its values, or delete the name"
    assert problems(path) == [told]


def test_several_units_without_a_value_are_named_together(written):
    cells = {**without(11, 12), (UNITS, "B11"): "north", (UNITS, "B12"): "south"}
    empty = "'north' (MRS(input_separate)!B11), 'south' (MRS(input_separate)!B12) are named, and have no value: "
    three = {**OF_A_YEAR, "COP_PJ": [1.63, 2.19, 2.1], "EC_PJ": [[100.0], [200.0], [150.0]]}
    three["application"] = ["individual quick freezer", "cold storage", "cold storage"]
    (problem,) = problems(written(three, cells))
    assert problem == f"i: {empty}give their values, or delete the names"


def test_a_unit_of_several_periods_without_a_value_is_named_once(written):
    cells = {(UNITS, "C12"): "north hall", **without(12, 14, columns="D"), **without(22, columns="CDE")}
    told = f"i: 'north hall' is named ({UNITS}!C12), and has no value: give its values, or delete the name"
    assert told in problems(written(OF_HALVES, cells))


def test_rows_that_only_have_the_number_of_an_empty_workbook_are_left_out_with_a_remark(written):
    workbook = read_workbook(written(OF_A_YEAR, without(12)))
    assert f"{UNITS}: rows without a value are left out: 12" in map(str, workbook.remarks)
    assert len(workbook.calculate().inputs.axes["i"].labels) == 1


def test_notes_below_a_table_are_no_units(written):
    notes = {(UNITS, f"B{row}"): f"Note {row}: read by hand" for row in (14, 15, 16)}
    workbook = read_workbook(written(OF_A_YEAR, notes))
    assert not [one for one in workbook.remarks if "without a value" in str(one)]
    assert workbook.calculate().ER.tolist() == calculate("ID_AM003", **OF_A_YEAR).ER.tolist()


def test_a_unit_may_lack_what_is_in_another_table(written):
    """A table that nobody needs to fill in does not make a unit one without values."""
    labels = {(UNITS, "C11"): "north hall", (UNITS, "C12"): "south hall"}
    workbook = read_workbook(written(OF_HALVES, {**labels, **without(21, 22, columns="E")}))
    assert workbook.calculate().inputs.axes["i"].labels == ["north hall", "south hall"]


@pytest.mark.parametrize("number", ["PW_AM001", "ID_AM003"])
def test_the_plan_of_a_report_may_name_units_without_estimates(number, written):
    given = {"EG": [600.0, 700.0], "p": "2024"} if number == "PW_AM001" else OF_A_YEAR
    names = {(sheet, f"B{row}"): name for sheet in (PLAN, UNITS) for row, name in ((11, "roof a"), (12, "yard"))}
    workbook = read_workbook(written(given, names, number))
    assert workbook.plan is None
    assert workbook.calculate().inputs.axes["i"].labels == ["roof a", "yard"]


@pytest.mark.parametrize("cell", ["E6", "E7", "E11", "E12", "E13", "E14", "E15"])
def test_each_value_of_a_typed_sheet_is_missed(tmp_path, cell):
    path = two_units(tmp_path / "typed.xlsx")
    book = openpyxl.load_workbook(path)
    book["MRS(input)"][cell] = None
    book.save(path)
    assert problems(path)


@pytest.mark.parametrize("unit", [1, 2])
def test_a_unit_of_a_typed_sheet_does_not_vanish(tmp_path, unit):
    path = two_units(tmp_path / "typed.xlsx")
    book = openpyxl.load_workbook(path)
    for row in (5 + unit, 10 + unit, 12 + unit):
        book["MRS(input)"][f"E{row}"] = None
    book.save(path)
    told = f"i: '{unit}' is named (MRS(input)!E{5 + unit}), and has no value: give its values, or delete the name"
    assert problems(path) == [told]


# Labels, classes, symbols and choices


@pytest.mark.parametrize(("given", "cell"), [(OF_A_YEAR, "B12"), (OF_HALVES, "C12"), (OF_HALVES, "B13")])
def test_values_without_a_label_are_refused_with_the_cell_of_the_label(written, given, cell):
    letter = "p" if cell == "B13" else "i"
    found = problems(written(given, {(UNITS, cell): None}))
    assert f"{letter}: has no label ({UNITS}!{cell}), and its row has values" in found


@pytest.fixture
def by_class(tmp_path):
    """A workbook with values by class, in B11:C12 of the plan and of the report."""
    given = {"EF_grid": 0.8, "Br": 0.02, "NLL_PJ": [20, 30], "UNC": [0.1, 0.15], "type": ["large", "small"]}
    given |= {"NLL_RE": {"large": 433, "small": 67}, "H_given": [8000, 8760], "p": "2024"}
    path = tmp_path / "classes.xlsx"
    methodology("VN_AM005").calculate(**given, service_hours="given", removals="none").to_excel(path)
    book = openpyxl.load_workbook(path)
    assert [book[PLAN][cell].value for cell in ("C8", "B11", "C11")] == ["NLL_RE,u", "large", 433]
    return path, book


def test_a_value_without_its_class_is_refused(by_class):
    path, book = by_class
    for sheet in (PLAN, UNITS):
        book[sheet]["B11"], book[sheet]["C11"] = None, 433
    book.save(path)
    told = [f"NLL_RE,u: 433.0 ({sheet}!C11) has no class: write the class before it" for sheet in (PLAN, UNITS)]
    assert sorted(problems(path)) == told


@pytest.mark.parametrize("name", ["large", "large one"])
def test_a_class_without_a_value_is_left_out_with_a_remark(by_class, name):
    path, book = by_class
    book[UNITS]["B11"], book[UNITS]["C11"] = name, None
    book[UNITS]["B12"], book[UNITS]["C12"] = "small", 67
    book.save(path)
    assert f"{UNITS}: rows without a value are left out: 11" in map(str, read_workbook(path).remarks)


def test_a_number_in_a_row_without_a_symbol_is_left_out_with_a_remark(tmp_path):
    path = two_units(tmp_path / "typed.xlsx")
    book = openpyxl.load_workbook(path)
    book["MRS(input)"]["A8"], book["MRS(input)"]["E8"] = "more", 5.5
    book.save(path)
    remarks = [str(one) for one in read_workbook(path).remarks]
    assert "MRS(input): the row has no symbol: its value 5.5 (MRS(input)!E8) is left out" in remarks


def test_an_option_of_an_unknown_choice_is_left_out_with_a_remark(tmp_path):
    path = tmp_path / "chosen.xlsx"
    given = {"EC_PJ": 347.2, "COP_PJ": 6.5, "T_cooling_out": 36.0, "T_chilled_out": 8.0, "capacity": 300.0}
    calculate("ID_AM002", **given, EF_grid=0.8, power_source="grid", p="2024").to_excel(path)
    book = openpyxl.load_workbook(path)
    (cell,) = (one for one in book["MRS(input)"]["C"] if one.value == "power_source")
    cell.value, book["MRS(input)"][f"F{cell.row}"] = "power supply", "grid"
    book.save(path)
    remarks = [str(one) for one in read_workbook(path).remarks]
    told = "is not a choice of ID_AM002 ver 2.0: its option grid"
    assert f"power supply: {told} (MRS(input)!F{cell.row}) is left out" in remarks
