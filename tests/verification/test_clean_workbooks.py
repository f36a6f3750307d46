"""Clean workbooks of all methodologies and choices, as written and edited: no error, no warning."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from clean_workbooks import CASES, EDITS, complaints

WORKBOOKS = 2 * len(CASES) * len(EDITS)  # `python tests/clean_workbooks.py` makes a thousand and more


def test_every_check_is_silent_on_clean_workbooks():
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        told = [one for found in pool.map(complaints, range(WORKBOOKS), chunksize=10) for one in found]
    assert told == []
