"""How many cores a process takes, and what they share."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import pytest

from jcm_calc.base import cores, workers
from jcm_calc.base.languages import in_language, language


@pytest.fixture
def three_cores(monkeypatch):
    monkeypatch.setattr(cores, "count", lambda: 3)


def test_processes_that_share_the_cores_take_one_each():
    alone = cores.count()
    with workers.pool(2) as pool:
        assert [found.result() for found in [pool.submit(cores.count) for _ in range(4)]] == [1, 1, 1, 1]
    assert cores.count() == alone


@pytest.mark.parametrize("number", [0, 1, 2, 3, 50])
def test_outcomes_come_in_the_order_of_the_pieces(three_cores, number):
    def slower_first(piece):
        time.sleep((number - piece) * 1e-4)
        return piece**2

    assert cores.on_all_cores(slower_first, range(number)) == [piece**2 for piece in range(number)]


def test_several_threads_work(three_cores):
    barrier = threading.Barrier(3, timeout=10)  # no piece ends before three have begun
    assert cores.on_all_cores(lambda piece: barrier.wait() >= 0, range(3)) == [True, True, True]


def test_threads_speak_the_language_of_the_caller(three_cores):
    with in_language("ja"):
        assert set(cores.on_all_cores(lambda piece: time.sleep(1e-3) or language(), range(20))) == {"ja"}
    assert set(cores.on_all_cores(lambda piece: time.sleep(1e-3) or language(), range(20))) == {"en"}


@pytest.mark.parametrize("kind", [IndexError, ValueError])
@pytest.mark.parametrize("faulty", range(12))
def test_an_error_of_a_piece_reaches_the_caller_and_the_next_task_is_unharmed(three_cores, kind, faulty):
    def task(piece):
        time.sleep(1e-3)
        if piece == faulty:
            raise kind(f"piece {piece}")
        return piece

    with pytest.raises(kind, match=f"piece {faulty}"):
        cores.on_all_cores(task, range(12))
    assert cores.on_all_cores(lambda piece: piece, range(12)) == list(range(12))


def test_tasks_may_have_tasks_of_their_own(three_cores):
    def task(piece):
        return sum(cores.on_all_cores(lambda part: piece * part, range(20)))

    assert cores.on_all_cores(task, range(20)) == [190 * piece for piece in range(20)]


def test_tasks_of_several_callers_do_not_wait_for_each_other(three_cores):
    found = {}

    def caller(number):
        found[number] = cores.on_all_cores(lambda piece: time.sleep(1e-3) or piece + number, range(20))

    callers = [threading.Thread(target=caller, args=(number,)) for number in range(5)]
    for one in callers:
        one.start()
    for one in callers:
        one.join(30)
    assert found == {number: [piece + number for piece in range(20)] for number in range(5)}


@pytest.mark.parametrize("begun", range(3))
def test_work_is_done_where_the_system_starts_no_more_threads(monkeypatch, begun):
    monkeypatch.setattr(cores, "count", lambda: 4)
    cores._helpers.cache_clear()
    start, left = threading.Thread.start, iter([True] * begun)

    def limited(thread):
        if not next(left, False):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    expected = [piece**2 for piece in range(20)]
    assert cores.on_all_cores(lambda piece: time.sleep(1e-3) or piece**2, range(20)) == expected
    monkeypatch.setattr(threading.Thread, "start", start)
    barrier = threading.Barrier(4, timeout=10)
    assert all(cores.on_all_cores(lambda piece: barrier.wait() >= 0, range(4)))


@pytest.mark.parametrize("earlier", ["", "work()"])
def test_a_thread_that_outlives_the_main_one_does_its_work(earlier):
    """Python starts no thread and takes no work for those that wait once the main thread has ended."""
    script = f"""
import threading
from jcm_calc.base import cores
cores.count = lambda: 3
def work():
    print(sum(cores.on_all_cores(lambda piece: piece, range(10))))
def late():
    threading.main_thread().join()
    work()
{earlier}
threading.Thread(target=late).start()
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (found.stdout.split()[-1:], found.stderr) == (["45"], "")


def _squares():
    return cores.on_all_cores(lambda piece: piece**2, range(50))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own(three_cores):
    expected = _squares()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_squares).get(30) == expected
