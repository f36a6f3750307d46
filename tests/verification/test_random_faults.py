"""Three hundred faults planted at random in workbooks of all methodologies."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from fault_kinds import KINDS, MORE_KINDS
from random_faults import outcome, outcome_of_cells, table

from jcm_calc.rulebooks import modules

FAULTS = 300
LEAST = 0.97
TWICE = 2


def test_faults_planted_at_random_are_found():
    assert FAULTS % len(KINDS) == 0, "each kind is planted equally often"
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        outcomes = list(pool.map(outcome, range(FAULTS), chunksize=5))
    print(table(outcomes))
    missed = [f"{one.kind}: {one.told}" for one in outcomes if not one.found]
    assert {one.methodology for one in outcomes} == set(modules())
    assert len(missed) <= (1 - LEAST) * FAULTS, "\n".join(missed)
    assert [text for one in outcomes for text in one.english] == [], "findings in Japanese"


def test_faults_in_amounts_rows_and_single_cells_are_found_and_never_pass():
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        outcomes = list(pool.map(outcome_of_cells, range(TWICE * len(MORE_KINDS)), chunksize=4))
    print(table(outcomes, MORE_KINDS))
    assert [f"{one.kind}: {one.told}" for one in outcomes if not one.found] == []
    assert [text for one in outcomes for text in one.english] == [], "findings in Japanese"
