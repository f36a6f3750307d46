"""A thousand clean workbooks of all methodologies, as written and edited: no error, no warning."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from clean_workbooks import CASES, EDITS, complaints

WORKBOOKS = 1000


def test_every_check_is_silent_on_a_thousand_clean_workbooks():
    assert len(CASES) * len(EDITS) <= WORKBOOKS, "each methodology and choice is edited in each way"
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        told = [one for found in pool.map(complaints, range(WORKBOOKS), chunksize=10) for one in found]
    assert told == []
