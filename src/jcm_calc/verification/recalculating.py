"""The library's own calculation from what a report holds; one bad value does not stop it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.case_file import CaseFile
from jcm_calc.confirmation import Given
from jcm_calc.evidence import UnconfirmedWarning
from jcm_calc.inputs.tables import label as as_label
from jcm_calc.languages import Message
from jcm_calc.problems import InputError, InputWarning, Problem, listed
from jcm_calc.rulebooks import methodology

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.result import Result
    from jcm_calc.workbook.filled_sheets import Reader

# So many units are tried one by one; where none of the first few can be calculated, something else is wrong.
MOST, FIRST = 2000, 6
# The reason for a value that replaces the document's is a question of the verifier.
AS_ENTERED = "as the workbook has it"


@dataclass(frozen=True)
class Recalculation:
    """A calculation from what is entered.

    Attributes
    ----------
    result : Result or None
    problems, warnings : tuple of Problem
        Why nothing can be calculated, or not all of it; what is hardly meant.
    left_out : tuple of str
        What the result is without.
    """

    result: Result | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()


def recalculated(case: CaseFile | None, evidence: Given, reader: Reader) -> Recalculation:
    """Calculate; without the units of which something is unusable, where it is possible without them.

    What the reader could not use is left out already.
    """
    unread = tuple(reader.problems)
    if case is None:
        return Recalculation(None, unread)
    found = _calculated(case, evidence)
    if not isinstance(found, InputError):
        return Recalculation(found, unread, tuple(found.inputs.warnings), tuple(map(str, unread)))
    problems = (*unread, *found.problems)
    partial = _without(case, evidence)
    if partial is None:
        return Recalculation(None, problems, tuple(found.warnings))
    result, told = partial
    return Recalculation(result, problems, tuple(found.warnings), (told, *map(str, unread)))


def _calculated(case: CaseFile, evidence: Given) -> Result | InputError:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)
        warnings.simplefilter("ignore", UnconfirmedWarning)
        try:
            # a period over New Year is a finding, and its result is needed for the other checks
            return replace(case, split="whole").calculate(evidence=evidence, override=AS_ENTERED)
        except InputError as error:
            return error


def _without(case: CaseFile, evidence: Given) -> tuple[Result, str] | None:
    """Return a result without the units that cannot be calculated, and what is said of them."""
    m = methodology(case.methodology, case.version)
    for letter, meaning in m.indices.items():
        labels = list(dict.fromkeys(_labels(case, letter)))
        if letter == "p" or not 1 < len(labels) <= MOST:
            continue
        good = list(_usable(case, letter, labels, evidence))
        if good and len(good) < len(labels):
            result = _calculated(_of(case, letter, set(good)), evidence)
            if not isinstance(result, InputError):
                bad = [label for label in labels if label not in good]
                return result, Message("{} {} = {}").format(meaning, letter, listed(bad))
    return None


def _labels(case: CaseFile, letter: str) -> Iterator[Any]:
    for table in case.tables:
        if letter in getattr(table, "columns", ()):
            yield from map(as_label, table[letter])


def _usable(case: CaseFile, letter: str, labels: Sequence[Any], evidence: Given) -> Iterator[Any]:
    """Yield the units that can be calculated by themselves."""
    usable = 0
    for number, label in enumerate(labels):
        if number >= FIRST and not usable:
            return
        if not isinstance(_calculated(_of(case, letter, {label}), evidence), InputError):
            usable += 1
            yield label


def _of(case: CaseFile, letter: str, labels: Iterable[Any]) -> CaseFile:
    """Return a case with some of its units."""
    return replace(case, tables=tuple(_rows(table, letter, labels) for table in case.tables))


def _rows(table: pd.DataFrame, letter: str, labels: Iterable[Any]) -> pd.DataFrame:
    if letter not in getattr(table, "columns", ()):
        return table
    kept = np.array([as_label(label) in labels for label in table[letter]])
    at = np.flatnonzero(kept)
    found = table.iloc[at].reset_index(drop=True)
    cells = table.attrs.get("cells", {})
    own = {heading: one.arranged(at, (len(at),)) for heading, one in cells.items()}
    found.attrs = {**table.attrs, "cells": own} if cells else dict(table.attrs)
    return found
