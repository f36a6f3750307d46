"""The workbook: reading a filled one against LibreOffice, writing a large one against the same cells as constants."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xlsxwriter

import jcm_calc

UNITS_READ = 3
UNITS_WRITTEN = 10_000
BATCH = 20
CELL = re.compile(r'<c r="([A-Z]+)(\d+)"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>(?:<f>.*?</f>)?(?:<v>(.*?)</v>)?</c>)')


def chillers(units: int, years: int = 2) -> jcm_calc.Result:
    """Calculate chillers over some years."""
    rng = np.random.default_rng(1)
    return jcm_calc.calculate(
        "ID_AM002",
        EC_PJ=rng.uniform(300, 400, (units, years)),
        COP_PJ=rng.uniform(6.1, 7, units),
        T_cooling_out=rng.uniform(34, 38, units),
        T_chilled_out=rng.uniform(6, 9, units),
        capacity=rng.uniform(100, 1200, units),
        EF_grid=0.814,
        power_source="grid",
        p=[str(2024 + year) for year in range(years)],
    )


def filled(folder: Path, number: int = 0) -> Path:
    """Write a workbook that somebody has filled in."""
    path = folder / f"filled{number}.xlsx"
    chillers(UNITS_READ).to_excel(path, overwrite=True)
    return path


def read(path: Path) -> Callable[[], object]:
    """Return the task of reading a workbook to a result."""
    return lambda: jcm_calc.read_workbook(path).calculate()


def office() -> str | None:
    """Return the command that starts LibreOffice; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def recalculate(paths: list[Path], folder: Path) -> Callable[[], object]:
    """Return the task of recalculating workbooks with LibreOffice in one process."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office(), "--headless", profile, "--convert-to", "xlsx", "--outdir", folder / "out", *paths]
    return lambda: subprocess.run(list(map(str, command)), check=True, capture_output=True)


def write(folder: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the tasks of writing a large workbook, and of XlsxWriter writing its cells as constants."""
    result = chillers(UNITS_WRITTEN, 1)
    path = folder / "large.xlsx"
    result.to_excel(path)
    sheets = _cells(path)
    return lambda: result.to_excel(path, overwrite=True), lambda: _constants(folder / "constants.xlsx", sheets)


def _cells(path: Path) -> list[list[tuple[int, int, float | str]]]:
    """Return every cell of a workbook as it is shown: numbers and texts."""
    with zipfile.ZipFile(path) as archive:
        shared = re.findall(r"<si>(.*?)</si>", archive.read("xl/sharedStrings.xml").decode(), re.S)
        # a rich text, such as a symbol with subscripts, is in several pieces
        strings = ["".join(re.findall(r"<t[^>]*>(.*?)</t>", one, re.S)) for one in shared]
        names = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        return [list(_of_sheet(archive.read(name).decode(), strings)) for name in names]


def _of_sheet(content: str, strings: list[str]):
    for letters, row, _, kind, value in CELL.findall(content):
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        if kind == "s":
            yield int(row) - 1, column - 1, strings[int(value)]
        elif kind in ("str", "e"):
            yield int(row) - 1, column - 1, value
        else:
            yield int(row) - 1, column - 1, float(value) if value else ""


def _constants(path: Path, sheets: list[list[tuple[int, int, float | str]]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    form = book.add_format({"border": 1})
    for cells in sheets:
        sheet = book.add_worksheet()
        for row, column, value in cells:
            if isinstance(value, str):
                sheet.write_string(row, column, value, form)
            else:
                sheet.write_number(row, column, value, form)
    book.close()
