"""Empty workbooks of every methodology are filled in cell by cell, and other programs calculate them."""

import contextlib

import numpy as np
import openpyxl
import pytest
from workbooks import ATTEMPTS, drawn, every_case, label, office, recalculated_by_office

from jcm_calc import InputError, calculate, read_workbook

# Values drawn at random are possible, but not plausible.
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

YEARS = [2021, 2022, 2023, 2024]
FIRST_OF_UNITS = 3  # rows below its symbol


def sheet_of(parameter, number, part):
    """The sheet on which a parameter is entered: once for all years in the plan, or in the report of each year."""
    if "p" not in parameter.indices:
        return f"MPS({part})"
    return f"MRS({part})" if number == 0 else f"MRS({part}) {YEARS[number]}"


def row_of(sheet, symbol):
    """The open cell in the row of a symbol, if there is one."""
    found = (cell.row for row in sheet.iter_rows(max_col=4) for cell in row if cell.value == symbol)
    return next((sheet[f"F{row}"] for row in found if not sheet[f"F{row}"].protection.locked), None)


def column_of(sheet, symbol, by_class):
    """The heading of a column, in a table of units or in one of classes; none where there is no such table."""
    heads = [cell for row in sheet.iter_rows() for cell in row if cell.value == symbol]
    tables = ((cell, str(sheet.cell(cell.row - 1, 2).value)) for cell in heads)
    return next((cell for cell, title in tables if title.startswith("Values by") == by_class), None)


def fill(book, m, inputs, case, sizes):
    """Enter everything where an empty workbook asks for it."""
    for name, option in case.items():
        row_of(book["MPS(input)"], name).value = option
    for name, value in inputs.items():
        parameter = m.inputs.get(name)
        if parameter is None:
            continue
        if isinstance(value, dict):
            enter_classes(book["MPS(input_separate)"], parameter, value)
            continue
        values = np.broadcast_to(np.asarray(value, dtype=object), [sizes[letter] for letter in parameter.indices])
        for number in range(len(YEARS)) if "p" in parameter.indices else [0]:
            own = values[..., number] if "p" in parameter.indices else values
            enter(book, parameter, number, own.ravel().tolist())


def enter(book, parameter, number, values):
    cell = row_of(book[sheet_of(parameter, number, "input")], parameter.symbol)
    if cell is not None and (not parameter.indices.replace("p", "") or values[0] in parameter.candidates):
        (cell.value,) = set(values)
        return
    sheet = book[sheet_of(parameter, number, "input_separate")]
    head = column_of(sheet, parameter.symbol, by_class=False)
    if head is None:  # the classes are the units themselves
        enter_classes(sheet, parameter, dict(enumerate(values, 1)))
        return
    for place, one in enumerate(values):
        head.offset(FIRST_OF_UNITS + place).value = one


def enter_classes(sheet, parameter, values):
    head = column_of(sheet, parameter.symbol, by_class=True)
    labels = sheet.cell(head.row, 2)
    for place, (key, value) in enumerate(values.items()):
        labels.offset(FIRST_OF_UNITS + place).value = key
        head.offset(FIRST_OF_UNITS + place).value = value


def short(value):
    """Numbers of fifteen digits: openpyxl does not write more than sixteen."""
    if isinstance(value, dict):
        return {key: short(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return np.array([short(one) for one in value.ravel().tolist()], dtype=object).reshape(value.shape)
    return float(f"{value:.15g}") if isinstance(value, float) else value


def drawn_short(m, case):
    """Random inputs of few digits, and their result: of loads at the end of a range, those that have not left it."""
    for seed in range(ATTEMPTS):
        inputs, _result = drawn(m, case, [5, seed], list(map(str, YEARS)))
        inputs = {name: short(value) if name in m.inputs else value for name, value in inputs.items()}
        with contextlib.suppress(InputError):
            return inputs, calculate(m, **inputs, **case)
    raise AssertionError(f"no draw of {m} suits {case}")


def filled_templates(folder):
    """Fill in a template of every methodology, in every case; return the results by the name of the file."""
    results = {}
    for m, case in every_case():
        inputs, result = drawn_short(m, case)
        path = folder / f"{label(m, case)}.xlsx"
        sizes = {letter: len(axis.labels) for letter, axis in result.inputs.axes.items() if letter != "p"}
        m.template(path, units={letter: size or 1 for letter, size in sizes.items()}, years=YEARS)
        book = openpyxl.load_workbook(path)
        fill(book, m, inputs, case, {**sizes, "p": len(YEARS)})
        book.save(path)
        results[path] = result
    return results


def emissions(grids, m):
    """RE, PE and ER of each year, where the calculation sheets show them."""
    found = {}
    for name in ("RE", "PE", "ER"):
        symbol = next(rule.symbol for rule in m.rules if rule.name == name)
        sheets = [grid for sheet, grid in grids.items() if sheet.startswith("MRS(calc_process)")]
        found[name] = [next(row[3] for row in grid if symbol in row[5:6]) for grid in sheets]
    return found


def differs(values, expected, scale):
    numbers = all(isinstance(one, float | int) for one in values)
    return not numbers or not np.allclose(values, expected, rtol=0, atol=1e-12 * scale)


@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_calculates_what_is_filled_in(tmp_path):
    results = filled_templates(tmp_path)
    found = recalculated_by_office(list(results), tmp_path)
    wrong = []
    for path, result in results.items():
        for name, values in emissions(found[path.name], result.methodology).items():
            expected = np.broadcast_to(result.full(name).ravel(), len(YEARS))
            scale = max(abs(result.full("RE")).max(), abs(result.full("PE")).max())
            if differs(values, expected, scale):
                wrong.append((path.name, name, values, expected.tolist()))
        again = read_workbook(path).calculate()  # of references without stored values
        np.testing.assert_allclose(again.full("ER"), result.full("ER"), rtol=1e-12, err_msg=path.name)
    assert not wrong
