"""What the case file gives: it completes a report that has no place for it, and contradicts none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.case_file import CaseFile, of_document
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs import Period
from jcm_calc.languages import Message, _
from jcm_calc.problems import InputError, Problem, ProblemKind, listed
from jcm_calc.toml import parse_toml, read_text
from jcm_calc.units import UnitError
from jcm_calc.units import magnitude as magnitude_of
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.recalculating import AS_ENTERED
from jcm_calc.verification.spreadsheet import close
from jcm_calc.workbook import written_periods
from jcm_calc.workbook.filled_sheets import SheetSet

if TYPE_CHECKING:
    from jcm_calc.verification.material import Material
    from jcm_calc.verification.quantities import Entry


# The keys of a case file that hold days.
DAYS = {"on", "start", "end", "submitted", "installed", "removed", "from", "to", "first", "last"}


def read_in_one_way(path: Path) -> tuple[CaseFile, tuple[Problem, ...]]:
    """Read a case file; of a day that can be read in two ways the later one is taken, and complained of.

    Raises
    ------
    InputError
        If anything else is wrong with it.
    """
    problems: list[Problem] = []

    def changed(value: Any, name: str) -> Any:
        if isinstance(value, Mapping):
            return {key: changed(one, f"{name}.{key}" if name else key) for key, one in value.items()}
        if isinstance(value, list):
            return [changed(one, name) for one in value]
        if not isinstance(value, str) or name.rpartition(".")[2] not in DAYS:
            return value
        days = sorted({one.first for one in written_periods.readings(value) if one.first is not None})
        if len(days) < 2:
            return value
        complaint = _("{came} can be read as {first} or as {last}; {last} is taken").tagged(ProblemKind.AMBIGUOUS_DATE)
        told = complaint.format(came=repr(value), first=days[0], last=days[-1])
        problems.append(Problem(Message("{} [{}]").format(path.name, name), told))
        return days[-1]

    document = changed(parse_toml(path.name, read_text(path)), "")
    return of_document(path, document), tuple(problems)


def complete(
    found: CaseFile, given: CaseFile, entered: Collection[str], m: Methodology
) -> tuple[CaseFile, tuple[str, ...]]:
    """Return what a report holds with what it lacks, and the names of what was taken.

    Parameters
    ----------
    found, given : CaseFile
        What the report holds, and the case file.
    entered : collection of str
        The parameters that the report has values of.
    m : Methodology
    """
    choices = {name: option for name, option in given.choices.items() if name not in found.choices}
    inputs = {
        name: value
        for name, value in _named(given.inputs, m.inputs).items()
        if name not in entered and name not in found.inputs
    }
    facts = {name: value for name, value in _named(given.facts, m.facts).items() if name not in entered}
    whole = replace(
        found,
        choices={**found.choices, **choices},
        inputs={**found.inputs, **inputs},
        facts={**found.facts, **facts},
    )
    return whole, (*choices, *inputs, *facts)


def complete_periods(sets: Sequence[SheetSet], given: CaseFile | None) -> tuple[str, ...]:
    """Date sets of sheets that name no dates, by the periods of the case file; return what was taken."""
    periods = [] if given is None else _periods(given.p)
    undated = all(len(one.periods) == 1 and not one.periods[0].dated for one in sets)
    if not sets or not undated or len(periods) != len(sets):
        return ()
    for one, period in zip(sets, periods, strict=True):
        before = one.periods[0]
        one.periods[:] = [period]
        for part in one.parts:
            part.labels[:] = [tuple(period if label == before else label for label in labels) for labels in part.labels]
    return ("p",)


def _named(values: Mapping[str, Any], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return values by the names of their parameters."""
    symbols = {parameter.symbol: name for name, parameter in known.items()}
    return {symbols.get(name, name): value for name, value in values.items() if symbols.get(name, name) in known}


def _periods(given: Any) -> list[Period]:
    try:
        found = [Period.parse(one) for one in (given if isinstance(given, list | tuple) else [given])]
    except ValueError:
        return []
    return sorted((one for one in found if one.dated), key=lambda one: one.order)


# Contradictions


def contradictions(material: Material, case: CaseFile) -> Iterator[Finding]:
    """Yield what the case file says otherwise than the report."""
    m, place = material.m, case.path.name
    named = (case.methodology, case.version or m.version)
    if named != (m.number, m.version):
        found, expected = (Message(" ver ").join(one) for one in ((m.number, m.version), named))
        message = _("the case file is of {expected}, and the report of {found}: nothing else was compared")
        yield Finding(message.format(expected=expected, found=found), place, _("methodology"), found, expected)
        return
    yield from _other_periods(material, case)
    chosen = {name: option for part in material.report.own for name, option in part.found.choices.items()}
    for name, option in case.choices.items():
        if chosen.get(name, option) != option:
            yield _otherwise(place, name, chosen[name], option)
    metered = material.metered
    read = set() if metered is None else {meter.parameter for meter in metered.plan.meters.values()}
    for known, values in ((m.inputs, case.inputs), (m.facts, case.facts)):
        for name, value in _named(values, known).items():
            if not {name, known[name].symbol} & read:  # those are held against the readings themselves
                yield from _other_values(material, known[name], value, place)
    if case.tables and material.report.result is not None:
        yield from _other_tables(material, case, read | set(case.inputs))


def _other_periods(material: Material, case: CaseFile) -> Iterator[Finding]:
    own = sorted((one for part in material.report.own for one in part.periods if one.dated), key=lambda one: one.order)
    theirs = _periods(case.p)
    if not own or not theirs:
        return
    span, other = (f"{periods[0].first}/{periods[-1].last}" for periods in (own, theirs))
    if span != other:
        message = _("the report is for {found}, and the case file for {expected}").format(found=span, expected=other)
        yield Finding(message, case.path.name, "p", span, other)


def _other_values(material: Material, parameter: Parameter, value: Any, place: str) -> Iterator[Finding]:
    entries = [entry for entry in material.report.entries() if entry.parameter.name == parameter.name]
    if isinstance(value, Mapping) or not entries:
        return  # values by class, and what the report has no place for
    values = _flat(value)
    if len(values) == 1:
        values = values * len(entries)
    if len(values) != len(entries):
        message = _("{symbol}: the case file has {expected} values, and the report {found}")
        counts = {"symbol": parameter.symbol, "expected": len(values), "found": len(entries)}
        yield Finding(message.format(**counts), place, parameter.symbol, len(entries), len(values))
        return
    differing = [(entry, one) for entry, one in zip(entries, values, strict=True) if not _same(entry, parameter, one)]
    if differing:
        entry, expected = differing[0]
        cells = listed((entry.address for entry, _ in differing), limit=6)
        yield _otherwise(cells, parameter.symbol, entry.value, expected)


def _other_tables(material: Material, case: CaseFile, besides: set[str]) -> Iterator[Finding]:
    """Yield values of the case file's tables that the report has otherwise."""
    metered = material.metered
    try:
        monitored, evidence = None if metered is None else metered.monitored, material.report.evidence
        inputs = replace(case, split="whole").calculate(monitored, evidence, override=AS_ENTERED).inputs
    except InputError as error:
        message = _("the tables of the case file cannot be compared: by itself it is not usable, because of {names}")
        message = message.format(names=listed(dict.fromkeys(problem.subject for problem in error.problems)))
        yield Finding(message, case.path.name, severity=Severity.QUESTION, question=_("what do they hold?"))
        return
    own = material.result.inputs
    for name in sorted(inputs.values.keys() & own.values.keys() & material.m.inputs.keys()):
        symbol = material.m.inputs[name].symbol
        if {name, symbol} & besides:
            continue
        one, other = (inputs.plain(name, inputs.values[name]), own.plain(name, own.values[name]))
        if one.shape != other.shape:
            message = _("{symbol}: the case file has {expected} values, and the report {found}")
            message = message.format(symbol=symbol, expected=one.size, found=other.size)
            yield Finding(message, case.path.name, symbol, other.size, one.size)
            continue
        pairs = zip(one.ravel().tolist(), other.ravel().tolist(), strict=True)
        if differing := [(stated, found) for stated, found in pairs if not close(stated, found)]:
            yield _otherwise(case.path.name, symbol, differing[0][1], differing[0][0])


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [one for part in value for one in _flat(part)]
    return [value]


def _same(entry: Entry, parameter: Parameter, stated: Any) -> bool:
    """Whether the report has a value; a number is compared in the declared unit."""
    if isinstance(stated, bool) or parameter.textual or parameter.unit == "date":
        words = {True: ("yes", "true", "1"), False: ("no", "false", "0")}
        own = str(entry.written).strip().casefold()
        return own in words[stated] if isinstance(stated, bool) else own == str(stated).strip().casefold()
    try:
        number = float(magnitude_of(stated, parameter.unit)) if isinstance(stated, str) else float(stated)
        return not isinstance(entry.value, int | float) or close(entry.value, number)
    except (UnitError, ValueError, TypeError):
        return str(stated).strip() == str(entry.written).strip()


def _otherwise(place: str, symbol: str, found: Any, stated: Any) -> Finding:
    message = _("{symbol} is {stated} in the case file, and {found} in the workbook")
    message = message.format(symbol=symbol, stated=shown_number(stated), found=shown_number(found))
    return Finding(message, place, symbol, found, stated, severity=Severity.ERROR)
