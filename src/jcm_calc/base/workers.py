"""Processes that work on all cores, and end with the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from jcm_calc.base import cores
from jcm_calc.base.cores import Outcome, Piece

# What ends this process: Ctrl-C, a request, the closing of a terminal.
ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def pool(processes: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Start processes, and end them at once where the work is interrupted.

    They also end where this process is killed and cannot say so: none is left to hold memory, or the pipe
    that another program reads.

    Without a number, one for each core.
    """
    before = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(processes, initializer=_end_with_parent)
    try:
        with _deferred():
            executor.submit(int)  # starts the processes
        yield executor
    except BaseException:
        for worker in set(multiprocessing.active_children()) - before:
            worker.kill()
        raise
    finally:
        executor.shutdown()


def mapped(task: Callable[[Piece], Outcome], pieces: Sequence[Piece], processes: int) -> Iterator[Outcome]:
    """Yield what a task gives for each piece, in order; a single piece needs no other process."""
    if min(processes, len(pieces)) < 2:
        yield from map(task, pieces)
        return
    with pool(min(processes, len(pieces))) as executor:
        yield from executor.map(task, pieces)


@contextmanager
def _deferred() -> Iterator[None]:
    """Let signals wait: what their handlers raise in the middle of a fork is lost."""
    waiting: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # which alone handles signals
        yield
        return
    handlers = {number: handler for number in ENDING if (handler := signal.getsignal(number)) is not None}
    for number in handlers:
        signal.signal(number, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in waiting[:1]:
            signal.raise_signal(number)


def _end_with_parent() -> None:
    """Prepare a worker: the parent decides when it ends, by a signal or by ending itself."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal
    cores.share()
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
