"""Pieces of work on all cores that this process may use, in threads: NumPy lets others run while it works."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Piece = TypeVar("Piece")
Outcome = TypeVar("Outcome")


_shared = False


def share() -> None:
    """Use one core from now on: this process is one of several that take them all."""
    global _shared
    _shared = True


def count() -> int:
    """Return on how many cores this process may run."""
    if _shared:
        return 1
    affinity = getattr(os, "sched_getaffinity", None)  # Linux has it
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def on_all_cores(task: Callable[[Piece], Outcome], pieces: Sequence[Piece]) -> list[Outcome]:
    """Return what a task gives for each piece, in the order of the pieces."""
    threads = count()
    others = min(len(pieces), threads) - 1
    if others < 1:
        return list(map(task, pieces))
    left, outcomes = list(enumerate(pieces))[::-1], dict[int, Outcome]()

    def work() -> None:
        while left:
            try:
                place, piece = left.pop()
            except IndexError:  # another thread took the last one
                return
            outcomes[place] = task(piece)

    try:
        helpers = _begun(work, others, threads - 1)
        work()
        for one in helpers:
            if not one.cancel():  # it has begun
                one.result()
    finally:
        left.clear()
    return [outcomes[place] for place in range(len(pieces))]


def _begun(work: Callable[[], None], others: int, threads: int) -> list[Future[None]]:
    """Let so many threads work, too, or as many as can be started: none is while Python ends."""
    helpers: list[Future[None]] = []
    try:
        while len(helpers) < others:
            helpers.append(_helpers(threads).submit(copy_context().run, work))
    except RuntimeError:
        _helpers.cache_clear()  # what waits there for a thread waits in vain
    return helpers


@cache
def _helpers(number: int) -> ThreadPoolExecutor:
    """Return threads that wait for work: to start them takes as long as to add up a million numbers."""
    from concurrent.futures import ThreadPoolExecutor  # its import takes time that small calculations need not spend

    return ThreadPoolExecutor(number, "jcm_calc")


if hasattr(os, "register_at_fork"):  # a forked process has none of the threads
    os.register_at_fork(after_in_child=_helpers.cache_clear)
