"""Other programs recalculate every formula that is written, from nothing but the inputs."""

import re
import subprocess

import numpy as np
import openpyxl
import pytest
from workbooks import (
    agrees,
    at,
    drawn_result,
    every_case,
    formulas,
    label,
    office,
    recalculated_by_formulas,
    recalculated_by_office,
)

from jcm_calc import calculate, methodology, read_workbook, verify
from jcm_calc.reports.workbook.formulas import _sum
from jcm_calc.results.credits import whole_tonnes

# Values drawn at random are possible, but not plausible.
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

TOLERANCE = 1e-12
MANY = 20_000


def assert_agree(path, values):
    """Hold every formula of a workbook against what another program makes of it."""
    stored = formulas(path)
    assert len(stored) > 30
    wrong = [
        f"{sheet}!{column}{row} ={text[:80]}: stored {value}, recalculated {values(sheet, column, row)}"
        for (sheet, column, row), (text, value) in stored.items()
        if not agrees(value, values(sheet, column, row), TOLERANCE)
    ]
    assert not wrong, f"{path.name}: {len(wrong)} of {len(stored)} differ: " + "; ".join(wrong[:5])


def workbooks_of_every_case(folder):
    paths = []
    for m, case in every_case():
        path = folder / f"{label(m, case)}.xlsx"
        result = drawn_result(m, case, seed=1)
        result.to_excel(path, plan=drawn_result(m, case, seed=2))
        paths.append(path)
    return paths


def fleet(folder):
    """Many units whose reductions add up to a whole number in exact arithmetic, and hardly in floating point."""
    result = calculate("PW_AM001", EG=np.full(MANY, 8.4), EF_RE=1.0, p="2024")
    path = folder / "fleet.xlsx"
    result.to_excel(path)
    return path


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed; the library formulas recalculates instead")
def test_libreoffice_recalculates_every_formula(tmp_path):
    paths = [*workbooks_of_every_case(tmp_path), fleet(tmp_path)]
    found = recalculated_by_office(paths, tmp_path)
    for path in paths:
        sheets = found[path.name]
        assert_agree(path, lambda sheet, *cell, sheets=sheets: at(sheets[sheet], *cell))
    tonnes = next(cells[5] for cells in found["fleet.xlsx"]["MRS(input)"] if "tCO2/p" in cells and cells[5] != "")
    assert tonnes == 8.4 * MANY == 168_000


@pytest.mark.skipif(office() is not None, reason="LibreOffice recalculates everything")
def test_the_library_formulas_recalculates_every_formula(tmp_path):
    for path in workbooks_of_every_case(tmp_path):
        values = recalculated_by_formulas(path, tmp_path)
        assert_agree(path, lambda *cell, values=values: values[cell])


def test_the_library_formulas_recalculates_one_methodology_of_each_kind(tmp_path):
    """Numeric bins, classes, dates and fits: a second opinion beside LibreOffice."""
    for m, case in every_case():
        if label(m, case) in ("ID_AM002_both", "ID_AM003", "VN_AM005_by-day_dated", "ID_AM007_records_mass"):
            path = tmp_path / f"{m.number}.xlsx"
            drawn_result(m, case, seed=3).to_excel(path)
            values = recalculated_by_formulas(path, tmp_path)
            stored = {cell: value for cell, (_, value) in formulas(path).items() if "MRS" in cell[0]}
            assert len(stored) > 30
            for cell, value in stored.items():
                assert agrees(value, values[cell], TOLERANCE), (path.name, cell, value, values[cell])


# The cut to whole tonnes


def added_by_a_spreadsheet(formula, values):
    """Evaluate nested sums of ranges of one column as Excel does: from left to right."""
    total = 0.0
    for first, last in re.findall(r"[A-Z]+(\d+):[A-Z]+(\d+)", formula):
        part = 0.0
        for value in values[int(first) - 1 : int(last)]:
            part += value
        total += part
    return total


def cut_by_a_spreadsheet(total):
    """MAX(0,ROUNDDOWN(x+MAX(1E-9,1E-11*ABS(x)),0)), with truncation in place of ROUNDDOWN."""
    return max(0, int(total + max(1e-9, 1e-11 * abs(total))))


@pytest.mark.parametrize("term", [8.4, 0.1, 0.7, 1 / 3, 123.456, 1e-4])
@pytest.mark.parametrize("size", [1_000_000, 999_983])
def test_sums_of_a_million_rows_give_the_same_whole_tonnes(term, size):
    formula = _sum("D", np.arange(size))
    assert len(formula) < 8_192
    assert re.fullmatch(r"SUM\((SUM\(D\d+:D\d+\),?)+\)", formula)
    values = [term] * size
    total = added_by_a_spreadsheet(formula, values)
    assert abs(total - term * size) <= 1e-12 * term * size
    assert cut_by_a_spreadsheet(total) == whole_tonnes(float(np.sum(values)))


def test_a_single_sum_of_a_million_rows_would_drift():
    """Why sums are nested: added from left to right, a million terms end further from their sum."""
    values = [8.4] * 1_000_000
    alone = added_by_a_spreadsheet("SUM(D1:D1000000)", values)
    nested = added_by_a_spreadsheet(_sum("D", np.arange(1_000_000)), values)
    assert abs(nested - 8.4e6) < 1e-6 < abs(alone - 8.4e6)


def convert(path, form, folder):
    """Have LibreOffice calculate a workbook and save it in another form."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office(), "--headless", profile, "--convert-to", form, "--outdir", folder, path]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=600)


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_a_negative_number_is_shown_with_its_sign(tmp_path):
    # a plant that stands still: its own consumption counts on, 0.5 MW × 24 h/d × 366 d
    calculate("ID_AM001", EG_SUP=0, EC_CAP=0.5, EF_grid=0.8, p="2024").to_excel(tmp_path / "still.xlsx")
    convert(tmp_path / "still.xlsx", "html", tmp_path)
    shown = re.findall(r'sdval="(-[^"]+)"[^>]*>(?:<[^>]+>)*([^<]+)<', (tmp_path / "still.html").read_text("utf-8"))
    assert ("-4392", "-4,392.0") in shown
    assert all(text.startswith("-") for _, text in shown)


# Empty workbooks that are filled in


def test_kinds_of_equipment_that_a_hotel_lacks_stay_empty_and_count_for_nothing(tmp_path):
    """A template in which only the lamps and the grid factor are filled in."""
    lamps = {"P_RE": 60.0, "P_PJ": 9.0, "N": 400.0, "OH": 3000.0}
    case = {"EF_elec": 0.8, "project_lighting": "rated", "fuel_measured_as": "mass"}
    m = methodology("VN_AM003")
    m.template(tmp_path / "hotel.xlsx", years=[2024], units=1)
    book = openpyxl.load_workbook(tmp_path / "hotel.xlsx")
    for name, value in lamps.items():
        parameter = m.inputs[name]
        sheet = book["MRS(input_separate)" if "p" in parameter.indices else "MPS(input_separate)"]
        (head,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == parameter.symbol)
        head.offset(3).value = value
    plan = book["MPS(input)"]
    for name, value in case.items():
        row = next(cell.row for cell in plan["C"] if cell.value == name)
        plan[f"F{row}"] = value
    book.save(tmp_path / "filled.xlsx")
    sheet = book["MRS(calc_process)"]
    cells = {
        cell.value[:2]: ("MRS(calc_process)", "D", cell.row)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in ("RE_p", "PE_p", "ER_p")
    }
    found = recalculated_by_formulas(tmp_path / "filled.xlsx", tmp_path, list(cells.values()))
    # 400 lamps, 3,000 hours, 0.8 tCO2/MWh
    expected = {"RE": 400 * 60 * 3000 / 1e6 * 0.8, "PE": 400 * 9 * 3000 / 1e6 * 0.8, "ER": 400 * 51 * 3000 / 1e6 * 0.8}
    assert {name: float(found[cell]) for name, cell in cells.items()} == pytest.approx(expected, rel=1e-12)
    result = read_workbook(tmp_path / "filled.xlsx").calculate()
    assert result.ER.magnitude.item() == pytest.approx(expected["ER"], rel=1e-12)
    if office() is not None:  # which stores what the formulas give
        (tmp_path / "saved").mkdir()
        convert(tmp_path / "filled.xlsx", "xlsx", tmp_path / "saved")
        found = verify(tmp_path / "saved" / "filled.xlsx").findings
        assert [finding.code for finding in found] == ["A5", "J2"]  # sources and criteria that nobody filled in
