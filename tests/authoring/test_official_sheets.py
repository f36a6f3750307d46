"""`jcm import`: rounding, sheets of the plan beside those of the report, and entries that are filled in."""

import re

import official_forms
import openpyxl
import pytest
from click.testing import CliRunner
from stand_ins import FIRST, NUMBER, ROWS, stand_in

import jcm_calc
from jcm_calc.authoring.official_files import importing
from jcm_calc.base.problems import InputError
from jcm_calc.cli import jcm

UNITS, CAPTIVE, LAMPS = "classes by IF", "smaller of grid and captive", "lamps"
LAST = FIRST + ROWS - 1


def written(tmp_path, name, *edits):
    path = stand_in(tmp_path / f"{NUMBER}.xlsx", name)
    book = openpyxl.load_workbook(path)
    for edit in edits:
        edit(book)
    book.save(path)
    return path


def imported(path):
    return importing.import_workbook(path, with_office=False)


def plan(book):
    """Add the sheets of the plan: their table 1 has no column for the monitoring period."""
    for sheet in book.worksheets:
        sheet["A25"] = f"='{sheet.title}'!A3"
        copy = book.copy_worksheet(sheet)
        copy.title = sheet.title.replace("MRS", "MPS")
        for row in copy.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    text = cell.value.replace("MRS(", "MPS(").replace(
                        "Monitoring Report Sheet", "Monitoring Plan Sheet"
                    )
                    cell.value = re.sub(r"('MPS\(input\)'!\$)E", r"\1D", text) if text[:1] == "=" else text
    entry, calc = "(input)", "(calc_process)"
    book[f"MPS{entry}"].move_range("B7:F19", cols=-1)
    for kind, cell in (("MPS", "A32"), ("MRS", "B32")):
        book[f"{kind}{entry}"][cell] = f"=ROUNDDOWN('{kind}{calc}'!F6,0)"
    book["MRS(input)"]["C21"] = "='MPS(input)'!C21"


def put(sheet, cell, value):
    def edit(book):
        book[sheet][cell] = value

    return edit


def changed(sheet, cell, old, new):
    def edit(book):
        assert old in book[sheet][cell].value
        book[sheet][cell] = book[sheet][cell].value.replace(old, new)

    return edit


def refused(path):
    with pytest.raises(InputError) as caught:
        imported(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rounding", "tonnes"),
    [("ROUNDDOWN({},0)", r"0\.\d+"), ("ROUND({},-2)", r"\d\d(\.\d)?"), ("INT({})*100", r"[\de+.]+")],
)
def test_rounding_that_changes_a_result_is_refused_with_its_cell_and_the_tonnes(rounding, tonnes, tmp_path):
    def rounds(book):
        cell = book["MRS(calc_process)"]["F8"]
        cell.value = f"={rounding.format(cell.value[1:])}"

    told = refused(written(tmp_path, LAMPS, rounds))
    assert re.search(rf"MRS\(calc_process\)!F8: rounds within the calculation.* up to {tonnes} t in RE or PE", told)
    assert "nothing was written" in told
    assert "calculated" not in told


def test_rounding_that_changes_nothing_is_said_and_that_of_table_3_is_no_part(tmp_path):
    nothing = changed("MRS(calc_process)", "F7", "=", "=ROUND(1,0)*")
    found = imported(
        written(tmp_path, LAMPS, nothing, put("MRS(input)", "B32", "=ROUNDDOWN('MRS(calc_process)'!F6,0)"))
    )
    assert "changed no compared result" in " ".join(map(str, found.remarks))


@pytest.mark.parametrize("name", [UNITS, CAPTIVE])
def test_plan_and_report_that_are_alike_are_translated(name, tmp_path):
    found = imported(written(tmp_path, name, plan, put("MPS(input)", "C21", 0.5)))
    assert found.equal >= 200
    assert [str(remark) for remark in found.remarks if "MPS" in str(remark)] == [
        "MPS(input)!C21: is filled in with 0.5; it stays an input of the module"
    ]


DIFFERENT = {
    "a formula of the plan": (
        UNITS, changed("MPS(input_separate)", "G9", "*'MPS(input)'!$C$21", "*3"),
        "MRS(input_separate)!G9: got =", "but MPS(input_separate)!G9 has =",
    ),
    "a shorter sum": (
        UNITS, changed("MPS(calc_process)", "F7", f"G{LAST}", f"G{LAST - 1}"),
        "MRS(calc_process)!F7: got =", "but MPS(calc_process)!F7 has =",
    ),
    "another default value": (
        UNITS, put("MPS(calc_process)", "L8", 9.9), "MRS(calc_process)!L8: got 0.118", "MPS(calc_process)!L8 has 9.9",
    ),
    "a number in place of a formula": (
        UNITS, put("MPS(calc_process)", "F8", 7), "MRS(calc_process)!F8: got =", "MPS(calc_process)!F8 has 7",
    ),
    "another input": (
        CAPTIVE, changed("MPS(calc_process)", "F7", "'MPS(input)'!$D$8", "'MPS(input)'!$D$9"),
        "MRS(calc_process)!F7: got =", "but MPS(calc_process)!F7 has =",
    ),
    "table 3": (
        UNITS, changed("MRS(input)", "B32", "DOWN", "UP"), "MRS(input)!B32: got =ROUNDUP", "but MPS(input)!A32 has =",
    ),
    "a sum over the other kind": (
        UNITS, changed("MRS(calc_process)", "F7", "MRS(input_separate)", "MPS(input_separate)"),
        "MRS(calc_process)!F7: got =", "which reads MPS(input_separate)!G8",
    ),
    "more than the entry of the plan": (
        UNITS, put("MRS(input)", "C21", "='MPS(input)'!C21*2"), "MRS(input)!C21: got =", "which reads MPS(input)!C21",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DIFFERENT)
def test_plan_and_report_that_differ_are_refused_with_both_cells(what, tmp_path):
    name, edit, *words = DIFFERENT[what]
    told = refused(written(tmp_path, name, plan, edit))
    assert [word for word in words if word not in told] == [], told


def test_a_plan_that_is_missing_is_named_with_the_cell_that_reads_it(tmp_path):
    told = refused(written(tmp_path, LAMPS, put("MRS(input)", "C21", "='MPS(input)'!C21")))
    assert (
        "MRS(input)!C21: got ='MPS(input)'!C21, which reads MPS(input)!C21; the workbook must have this sheet" in told
    )


def test_a_result_in_other_units_than_tonnes_is_refused(tmp_path):
    told = refused(written(tmp_path, LAMPS, put("MRS(calc_process)", "G7", "kgCO2/p")))
    assert "MRS(calc_process)!F7: RE: got the unit kgCO2; must be tCO2" in told


@pytest.mark.parametrize("formula", ["=ROUNDUP({},0)", "=ROUNDDOWN(0.9*{},0)", "=ROUNDDOWN({}+1,0)"])
def test_table_3_that_is_not_er_is_refused(formula, tmp_path):
    cell = put("MRS(input)", "B32", formula.format("'MRS(calc_process)'!F6"))
    told = refused(written(tmp_path, LAMPS, put("MRS(input)", "B31", "CO2 emission reductions"), cell))
    assert "MRS(input)!B32 of table 3 is not ER" in told


def test_plan_and_report_that_differ_are_said_by_confirm(tmp_path):
    book = official_forms.form("ID_AM003")
    for sheet in book.worksheets:
        copy = book.copy_worksheet(sheet)
        copy.title = sheet.title.replace("MRS", "MPS")
        for row in copy.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("MRS", "MPS")
    book.save(tmp_path / "alike.xlsx")
    alike = jcm_calc.confirm("ID_AM003", tmp_path / "alike.xlsx")
    assert (alike.differs, alike.settled, alike.remarks) == (False, True, [])
    book["MPS(calc_process)"]["B13"] = 1.9
    book.save(tmp_path / "other.xlsx")
    other = jcm_calc.confirm("ID_AM003", tmp_path / "other.xlsx")
    assert (other.differs, other.settled, other.proposed) == (False, False, [])
    assert any("MPS(calc_process)!B13 has 1.9" in one for one in other.remarks)
    book["MPS(calc_process)"]["B13"] = 1.71
    book["MRS(input)"]["C3"] = 0.5
    book.save(tmp_path / "entry.xlsx")
    entry = jcm_calc.confirm("ID_AM003", tmp_path / "entry.xlsx")
    assert any("MRS(input)!C3: got 0.5, but MPS(input)!C3 has nothing" in one for one in entry.remarks)
    assert not entry.proposed


def test_an_entry_that_is_filled_in_stays_an_input_and_is_said(tmp_path):
    found = imported(written(tmp_path, LAMPS, put("MRS(input)", "C21", 0.814)))
    assert "MRS(input)!C21: is filled in with 0.814; it stays an input of the module" in map(str, found.remarks)
    scope = {"__name__": "m"}
    exec(compile(found.source, "m.py", "exec"), scope)
    result = scope["m"].calculate(P_PJ=[1e3], P_RE=[2e3], h=[1e3], EF_elec=0.5, p="2020")
    assert float(result.RE.magnitude) == pytest.approx(1.0)
    assert "0.814" not in found.source


def test_the_command_says_that_nothing_was_written_and_what_to_do(tmp_path):
    path = written(tmp_path, LAMPS, changed("MRS(calc_process)", "F6", "=", "=1*"))
    result = CliRunner().invoke(jcm, ["import", str(path), "--output", str(tmp_path / "made")])
    assert result.exit_code != 0
    assert "nothing was written" in result.output
    assert "must be RE − PE, which is =F7-F8" in " ".join(result.output.split())
    assert "`jcm new`" in " ".join(result.output.split())
    assert not (tmp_path / "made").exists()
