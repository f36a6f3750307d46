"""What the case file gives completes a report that has no place for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, ProblemKind, suggestion
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.items import Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Period
from jcm_calc.inputs.case import of_document
from jcm_calc.reports.workbook import written_periods
from jcm_calc.reports.workbook.filled_sheets import SheetSet

# The keys of a case file that hold days.
DAYS = {"on", "start", "end", "submitted", "installed", "removed", "from", "to", "first", "last"}


def read_in_one_way(path: Path) -> tuple[CaseFile, tuple[Problem, ...]]:
    """Read a case file; of a day that can be read in two ways the later one is taken, and complained of."""
    problems: list[Problem] = []

    def changed(value: Any, name: str) -> Any:
        if isinstance(value, Mapping):
            return {key: changed(one, f"{name}.{key}" if name else key) for key, one in value.items()}
        if isinstance(value, list):
            return [changed(one, name) for one in value]
        if not isinstance(value, str) or name.rpartition(".")[2] not in DAYS:
            return value
        try:
            days = sorted({one.first for one in written_periods.readings(value) if one.first is not None})
        except ValueError:  # no such day, which reading the case file says
            return value
        if len(days) < 2:
            return value
        complaint = _("{got} can be read as {first} or as {last}; {last} is taken").tagged(ProblemKind.AMBIGUOUS_DATE)
        message = complaint.format(got=repr(value), first=days[0], last=days[-1])
        problems.append(Problem(Message("{} [{}]").format(path.name, name), message))
        return days[-1]

    document = changed(parse_toml(path.name, read_text(path)), "")
    return of_document(path, document, CaseFile), tuple(problems)


def complete(
    found: CaseFile, given: CaseFile, entered: Collection[str], m: Declarations
) -> tuple[CaseFile, tuple[str, ...]]:
    """Return what a report holds with what it lacks of a case file, and the names of what was taken from that."""
    choices = {
        name: option for name, option in given.choices.items() if name in m.choices and name not in found.choices
    }
    inputs = {
        name: value
        for name, value in by_name(given.inputs, m, m.inputs).items()
        if name not in entered and name not in found.inputs
    }
    facts = {name: value for name, value in by_name(given.facts, m, m.facts).items() if name not in entered}
    whole = replace(
        found,
        choices={**found.choices, **choices},
        inputs={**found.inputs, **inputs},
        facts={**found.facts, **facts},
    )
    return whole, (*choices, *inputs, *facts)


def complete_periods(sets: Sequence[SheetSet], given: CaseFile | None) -> tuple[str, ...]:
    """Date sets of sheets that name no dates, by the periods of the case file; return what was taken."""
    periods = [] if given is None else periods_of(given.p)
    undated = all(len(one.periods) == 1 and not one.periods[0].dated for one in sets)
    if not sets or not undated or len(periods) != len(sets):
        return ()
    for one, period in zip(sets, periods, strict=True):
        before = one.periods[0]
        one.periods[:] = [period]
        for part in one.parts:
            part.labels[:] = [tuple(period if label == before else label for label in labels) for labels in part.labels]
    return ("p",)


def by_name(values: Mapping[str, Any], m: Declarations, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return those of the values that are known, by name."""
    return {name: value for key, value in values.items() if (name := m.named(key) or key) in known}


def unknown(given: CaseFile, m: Declarations) -> Iterator[tuple[str, str]]:
    """Yield the names in a case file that the methodology does not have, each with one that is like it."""
    known = {**m.choices, **m.inputs, **m.facts}
    for name in (*given.choices, *given.inputs, *given.facts):
        if (m.named(name) or name) not in known:
            yield name, suggestion(name, known)


def periods_of(given: Any) -> list[Period]:
    """Return the periods with dates that a case file gives, in order of time; none where one cannot be read."""
    try:
        found = [Period.parse(one) for one in (given if isinstance(given, list | tuple) else [given])]
    except ValueError:
        return []
    return sorted((one for one in found if one.dated), key=lambda one: one.order)
