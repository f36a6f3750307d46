"""The library's own calculation from what a report holds; one bad value does not stop it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, listed
from jcm_calc.inputs.axes import label as as_label
from jcm_calc.inputs.carriers import as_pandas
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.results.calculating import without_warnings
from jcm_calc.rulebooks import methodology

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.api.result import Result
    from jcm_calc.reports.workbook.filled_sheets import Reader

TWO_WAYS = re.compile(r"([-+]?\d{1,3})[.,](\d{3})(\s*[^\d.,].*)?")
# So many units are tried one by one; where none of the first few can be calculated, something else is wrong.
MOST, FIRST = 2000, 6
# The reason for a value that replaces the document's is a question of the verifier.
AS_ENTERED = "as the workbook has it"


@dataclass(frozen=True)
class Recalculation:
    """A calculation from what is entered.

    ``problems`` say why nothing can be calculated, or not all of it; ``warnings`` what is possible but implausible,
    whether or not it can be used; ``left_out`` what the result is without, and how it reads what can be read in two
    ways, each in a sentence.
    """

    result: Result | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()


def recalculated(case: CaseFile | None, evidence: EvidenceFiles, reader: Reader) -> Recalculation:
    """Calculate; without the units of which something is unusable, where it is possible without them.

    What the reader could not use is left out already.
    """
    unread = tuple(reader.problems)
    if case is None:
        return Recalculation(None, unread)
    found = _calculated(case, evidence)
    if not isinstance(found, InputError):
        return Recalculation(found, unread, tuple(found.inputs.warnings), _left_out(unread))
    problems, warned = (*unread, *found.problems), tuple(found.warnings)
    for part, notes in _attempts(case, evidence, found):
        result = _calculated(part, evidence)
        if not isinstance(result, InputError):
            return Recalculation(result, problems, warned, (*notes, *_left_out(unread)))
    return Recalculation(None, problems, warned)


def _attempts(case: CaseFile, evidence: EvidenceFiles, error: InputError) -> Iterator[tuple[CaseFile, tuple[str, ...]]]:
    """Yield what of a case can perhaps be used, with what is left out of it: as much as possible first."""
    case, notes = _without_facts(case, error)
    if notes:
        yield case, notes
    other, both = _read_in_both_ways(case, evidence, error)
    for part, note in _without_units(case, evidence):
        yield part, (*notes, *both, *note)
    # where nothing is left without it, one of its readings is taken
    if both:
        yield other, (*notes, *both)


def _left_out(names: Iterable[object]) -> tuple[str, ...]:
    return tuple(_("left out of the recalculation: {text}").format(text=name) for name in names)


def _calculated(case: CaseFile, evidence: EvidenceFiles) -> Result | InputError:
    with without_warnings():
        try:
            # a period over New Year is a finding, and its result is needed for the other checks
            return replace(case, split="whole").calculate(evidence=evidence, override=AS_ENTERED)
        except InputError as error:
            return error


def _without_facts(case: CaseFile, error: InputError) -> tuple[CaseFile, tuple[str, ...]]:
    """Return a case without the facts that cannot be used: nothing is calculated from them."""
    m, named = methodology(case.methodology, case.version), {problem.subject for problem in error.problems}
    bad = [name for name, fact in m.facts.items() if {name, fact.symbol} & named]
    if not bad:
        return case, ()
    facts = {name: value for name, value in case.facts.items() if name not in bad}
    tables = tuple(
        table.drop(columns=[one for one in bad if one in table.columns]) for table in map(as_pandas, case.tables)
    )
    return replace(case, facts=facts, tables=tables), _left_out([listed(m.facts[name].symbol for name in bad)])


def _read_in_both_ways(case: CaseFile, evidence: EvidenceFiles, error: InputError) -> tuple[CaseFile, tuple[str, ...]]:
    """Return a case with numbers such as 1,234 read in the way that gives the lower ER, and what both ways give."""
    m = methodology(case.methodology, case.version)
    named = {problem.subject for problem in error.problems if ProblemKind.AMBIGUOUS_NUMBER in problem.kinds}
    names = {name for name, parameter in m.inputs.items() if {name, parameter.symbol} & named}
    if not names:
        return case, ()
    tables = [as_pandas(table) for table in case.tables]
    cases = [replace(case, tables=tuple(_with_mark(one, names, mark) for one in tables)) for mark in ("", ".")]
    results = [_calculated(one, evidence) for one in cases]
    sums = [math.nan if isinstance(found, InputError) else float(np.sum(found.ER.magnitude)) for found in results]
    message = _(
        "{names}: if the sign separates thousands, ER is {one:,.6g} tCO2; if it is a decimal sign, {other:,.6g} tCO2"
    )
    symbols = listed(m.inputs[name].symbol for name in sorted(names))
    lower = min(range(2), key=lambda at: math.inf if math.isnan(sums[at]) else sums[at])
    return cases[lower], (message.format(names=symbols, one=sums[0], other=sums[1]),)


def _with_mark(table: pd.DataFrame, names: set[str], mark: str) -> pd.DataFrame:
    """Return a table with the sign of numbers that can be read in two ways left out, or taken as a decimal sign."""
    found = table.copy()
    found.attrs = dict(table.attrs)
    for heading in table.columns:
        if str(heading).partition(" [")[0] in names:
            found[heading] = [_marked(value, mark) for value in table[heading]]
    return found


def _marked(value: Any, mark: str) -> Any:
    match = TWO_WAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    return value if match is None else f"{match[1]}{mark}{match[2]}{match[3] or ''}"


def _without_units(case: CaseFile, evidence: EvidenceFiles) -> Iterator[tuple[CaseFile, tuple[str, ...]]]:
    """Yield a case without the units that cannot be calculated by themselves, along one index after the other."""
    m = methodology(case.methodology, case.version)
    for letter, meaning in m.indices.items():
        tables = [as_pandas(table) for table in case.tables if letter in getattr(table, "columns", ())]
        labels = list(dict.fromkeys(as_label(label) for table in tables for label in table[letter]))
        if letter == "p" or not 1 < len(labels) <= MOST:
            continue
        good = set(_usable(case, letter, labels, evidence))
        if good and len(good) < len(labels):
            bad = listed(label for label in labels if label not in good)
            yield _of(case, letter, good), _left_out([Message("{} {} = {}").format(meaning, letter, bad)])


def _usable(case: CaseFile, letter: str, labels: Sequence[Any], evidence: EvidenceFiles) -> Iterator[Any]:
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
    return replace(case, tables=tuple(_rows(as_pandas(table), letter, labels) for table in case.tables))


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
