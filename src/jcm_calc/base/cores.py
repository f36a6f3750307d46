"""Pieces of work on all cores that this process may use, in threads: NumPy lets others run while it works."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TypeVar

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
    threads = min(len(pieces), count()) if len(pieces) > 1 else 1
    if threads == 1:
        return list(map(task, pieces))
    from concurrent.futures import ThreadPoolExecutor  # its import takes time that small calculations need not spend

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(task, pieces))
