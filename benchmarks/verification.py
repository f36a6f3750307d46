"""Verification: two hundred filled workbooks on all cores against LibreOffice, and the memory of one process."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import memory
from workbook import chillers

import jcm_calc
from jcm_calc.verification.verifying import verify_all

WORKBOOKS = 200
EARLY = 100  # by then each cache is full


def write(folder: Path) -> list[Path]:
    """Write workbooks that somebody has filled in, of one to eight units."""
    paths = [folder / f"handed_in{number}.xlsx" for number in range(WORKBOOKS)]
    for number, path in enumerate(paths):
        chillers(1 + number % 8).to_excel(path)
    return paths


def verify(paths: list[Path]) -> None:
    """Verify workbooks on all cores; each claims what is due."""
    outcomes = [outcome for _, outcome in verify_all(paths, None, None, {})]
    assert all(outcome["reported"] == outcome["recalculated"] for outcome in outcomes)


def growth(paths: list[Path]) -> float:
    """Return the peak memory of a process after all workbooks over that after the first ones."""
    command = [sys.executable, __file__, *map(str, paths)]
    early, late = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(late) / int(early)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for number, path in enumerate(sys.argv[1:], 1):
        jcm_calc.verify(path)
        if number in (EARLY, WORKBOOKS):
            print(memory.peak())
