"""Workbooks of every methodology, and their recalculation by other programs."""

import math
import os
import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from html import unescape
from pathlib import Path
from unittest import mock

import numpy as np
from adapters import ADAPTERS
from agreement import EMISSIONS
from draws import cases, draw
from python_calamine import CalamineWorkbook

from jcm_calc import InputError, calculate
from jcm_calc.base.problems import Remark, Topic
from jcm_calc.reports.workbook.layout import RESULT, column_name
from jcm_calc.results.remarks import compared
from jcm_calc.rulebooks import every

# Two years of two periods each.
PERIODS = ["2023-01-01/2023-06-30", "2023-07-01/2023-12-31", "2024-01-01/2024-06-30", "2024-07-01/2024-12-31"]
STORED = rb"(?<=</f>)<v>[^<]*</v>"
MERGED = rb"<mergeCells.*?</mergeCells>"
FORMULA = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?><f>(.*?)</f><v>(.*?)</v>')
ATTEMPTS = 60


def every_case():
    """Yield each methodology with each combination of its choices."""
    for m in every():
        for case in cases(m):
            yield m, case


def label(m, case):
    """Name a case of a methodology, as a file can be called."""
    return "_".join([m.number, *(option.replace(" ", "-") for option in case.values())])


def drawn_result(m, case, seed):
    """A result of random inputs: several units, two years."""
    _inputs, result = drawn(m, case, seed, PERIODS, ADAPTERS[m.number].overrides)
    return result


def drawn(m, case, seed, periods, overrides=()):
    """Random inputs, and their result. A draw that the library refuses is drawn again."""
    rng = np.random.default_rng(seed)
    for _ in range(ATTEMPTS):
        adapter = ADAPTERS[m.number]
        inputs = draw(rng, m, case, overrides, for_sheets=True)
        adapter.fit(rng, inputs, case)
        inputs["p"] = periods
        try:
            return inputs, calculate(m, **inputs, **case)
        except InputError:
            continue
    raise AssertionError(f"no draw of {m} suits {case}")


def sensible_result(m, case, seed):
    """A result of random inputs that are not only possible: the library warns of nothing, and criteria are met.

    Numbers that count months or years are drawn apart from the periods, which they contradict.
    """
    for attempt in range(2000):
        try:
            result = within_limits(drawn_result(m, case, [seed, attempt]), case)
        except InputError:  # what is capped suits no other number
            continue
        hours = [
            result.inputs.values[name].max()
            for name, parameter in m.inputs.items()
            if parameter.unit == "h" and parameter.extensive and name in result.inputs.values
        ]
        unmet = [assessment for assessment in result.assessments if assessment.answer == "not met"]
        noted = [one for one in map(Remark.of, result.inputs.warnings) if one.topic is not Topic.CONTRADICTORY]
        if not unmet and not noted and all(most <= 24 * 181 for most in hours):
            return result
    raise AssertionError(f"no sensible draw of {m}")


def within_limits(result, case):
    """The same result with amounts that cross-checks allow, where drawn ones are above them."""
    call, values = result.call, dict(result.call["values"])
    over = [one for one in compared(result.inputs, result.checked_values) if (one[1] > one[2]).any()]
    for limit, own, most in over:
        parameter = result.methodology.inputs[limit.parameter]
        axes = tuple(at for at, letter in enumerate(result.inputs.axes) if letter not in parameter.indices)
        values[limit.parameter] = np.minimum(own, 0.9 * most).squeeze(axes)
    if not over:
        return result
    return calculate(result.methodology, *call["tables"], p=call["p"], facts=call["facts"], **{**values, **case})


def formulas(path):
    """Every formula by sheet and cell, with the value stored beside it."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        names = re.findall(r'<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
        for number, name in enumerate(names, 1):
            content = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            for column, row, text, stored in FORMULA.findall(content):
                found[name, column, int(row)] = (unescape(text), unescape(stored))
    return found


def without(source, target, *patterns):
    """Copy a workbook without what matches in its sheets, such as the values stored beside its formulas."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(b"|".join(patterns), b"", content)
            new.writestr(name, content)


def office():
    """The command that starts LibreOffice; None where it is not installed, which CI does not allow."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.environ.get("CI"):
        raise AssertionError("LibreOffice is missing: CI must recalculate the workbooks with it")
    return found


def recalculated_by_office(paths, folder):
    """Recalculate workbooks with LibreOffice; return for each the grids of its sheets by name."""
    stripped, results = folder / "stripped", folder / "recalculated"
    stripped.mkdir()
    for path in paths:
        without(path, stripped / path.name, STORED)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office(), "--headless", profile, "--convert-to", "xlsx", "--outdir", results, *stripped.iterdir()]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=600)
    return {path.name: grids(results / path.name) for path in paths}


def grids(path):
    """The values of each sheet, row by row."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def at(grid, column, row):
    """The value of a cell of a grid."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return grid[row - 1][number - 1] if row <= len(grid) and number <= len(grid[row - 1]) else ""


def recalculated_by_formulas(path, folder, cells=None):
    """Recalculate a workbook with the library formulas: all formulas, or these cells, by sheet, column and row."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    from formulas import ExcelModel

    stripped = Path(folder) / "stripped.xlsx"
    without(path, stripped, STORED, MERGED)  # to read merged cells takes longer than to calculate
    cells = list(formulas(path) if cells is None else cells)
    addresses = [f"{sheet.upper()}'!{column}{row}" for sheet, column, row in cells]
    # the library rounds what is entered to 15 decimals, so that small numbers lose digits
    with mock.patch("formulas.excel.round", lambda number, decimals: number, create=True):
        model = ExcelModel().from_ranges(*(f"'[{stripped}]{address}" for address in addresses))
    solution = model.finish(complete=False).calculate()
    values = [solution[f"'[{stripped.name}]{address}"].value[0, 0] for address in addresses]
    return dict(zip(cells, values, strict=True))


def emission_cells(path, m):
    """Where the reports of a workbook show RE, PE and ER: sheet, column and row, in the order of the periods."""
    found = {name: [] for name in EMISSIONS}
    for sheet, grid in grids(path).items():
        if sheet.startswith("MRS(calc_process)"):
            for name, cells in found.items():
                symbol = next(rule.symbol for rule in m.rules if rule.name == name)
                (row,) = (row for row, texts in enumerate(grid) if symbol in texts[RESULT:])
                unit = grid[row].index(symbol) - 1
                cells += [(sheet, column_name(column), row + 1) for column in range(RESULT, unit)]
    return found


def agrees(stored, value, tolerance):
    """Whether a recalculated value is the stored one."""
    if isinstance(value, date | datetime):
        value = (value - type(value)(1899, 12, 30)).days
    try:
        return math.isclose(float(stored), float(value), rel_tol=tolerance, abs_tol=0)
    except (TypeError, ValueError):
        return stored == str(value)
