"""The same inputs in LibreOffice, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place

LONGEST = 120  # seconds


def recalculated(
    path: Path, cases: Sequence[Mapping[Place, Any]], results: Sequence[Place]
) -> list[list[float]] | None:
    """Return what LibreOffice gives in some cells for each of several inputs; None where it is not installed."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if command is None:
        return None
    import openpyxl

    with tempfile.TemporaryDirectory() as folder:
        filled = [Path(folder) / f"{number}.xlsx" for number in range(len(cases))]
        for name, case in zip(filled, cases, strict=True):
            book = openpyxl.load_workbook(path)
            for (sheet, row, column), value in case.items():
                book[sheet].cell(row + 1, column + 1).value = value
            book.save(name)
        out = Path(folder) / "out"
        profile = f"-env:UserInstallation=file://{folder}/profile"
        convert = [command, "--headless", profile, "--convert-to", "xlsx", "--outdir", str(out), *map(str, filled)]
        try:
            subprocess.run(convert, check=True, capture_output=True, timeout=LONGEST)
            books = [Book(out / one.name) for one in filled]
            return [[float(book.value(*place) or 0.0) for place in results] for book in books]
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
