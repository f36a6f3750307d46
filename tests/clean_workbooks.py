"""Clean workbooks of every methodology, written with random inputs and edited as people edit them, and verified.

``python tests/clean_workbooks.py --workbooks 1000`` says what any check complains of: nothing should come.
"""

import argparse
import math
import multiprocessing
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from faults import insert
from workbooks import every_case, label, sensible_result

from jcm_calc.base.problems import Topic
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.verifying import verify

CASES = list(every_case())
EDITS = ("as written", "tables moved", "rows and columns put in")


def complaints(number):
    """What is wrong with the clean workbook of a number: nothing should be.

    The methodologies and their choices take turns, and so do the ways in which a workbook is edited.
    """
    m, case = CASES[number % len(CASES)]
    edit = EDITS[number // len(CASES) % len(EDITS)]
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        result = sensible_result(m, case, number)
        path = Path(folder) / "clean.xlsx"
        result.to_excel(path, plan=result)
        if edit != "as written":
            source, path = path, Path(folder) / "edited.xlsx"
            insert(source, path, *put_in(np.random.default_rng([3, number]), Book(source), edit))
        found = verify(path)
    # drawn inputs give ratios that are hardly meant, which the calculation says as well
    odd = {remark.subject for remark in result.remarks if remark.topic is Topic.IMPLAUSIBLE}
    told = [str(one) for one in found.findings if one.severity != "question" and one.subject not in odd]
    # what cannot be followed is a question, and would hide everything else
    told += [str(one) for one in found.findings if one.code == "A3"]
    # a claim is a floating-point number in its cell, and drawn inputs can make it enormous
    if found.result != "no misstatement found" or not math.isclose(found.reported, found.recalculated, rel_tol=1e-15):
        told.append(f"{found.result}: {found.reported} t reported, {found.recalculated} t recalculated")
    return [f"{number} {label(m, case)}, {edit}: {one}" for one in told]


def put_in(rng, book, edit):
    """The rows and columns to be put into each sheet: before everything, or anywhere."""
    sheets = [sheet for sheet in book.sheets if sheet != "MSS"]
    if edit == "tables moved":
        places = dict.fromkeys(sheets, (1, 1))
    else:
        places = {
            sheet: (int(rng.integers(1, len(book.grid(sheet)) + 2)), int(rng.integers(1, 12))) for sheet in sheets
        }
    rows = {sheet: [(row, int(rng.integers(1, 6)))] for sheet, (row, _) in places.items()}
    columns = {sheet: [(column, int(rng.integers(1, 3)))] for sheet, (_, column) in places.items()}
    return rows, columns


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workbooks", type=int, default=1000)
    options = parser.parse_args()
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        found = [one for told in pool.map(complaints, range(options.workbooks), chunksize=10) for one in told]
    print("\n".join(found) or f"{options.workbooks} clean workbooks, no complaint")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
