"""What the case file says otherwise than the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.units import UnitError
from jcm_calc.units import magnitude as magnitude_of
from jcm_calc.verification.completing import by_name, periods_of
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.location import Location, at
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.recalculating import AS_ENTERED
from jcm_calc.verification.spreadsheet import close


def contradictions(documents: Documents, case: CaseFile) -> Iterator[Finding]:
    """Yield what the case file says otherwise than the report."""
    m, place = documents.m, at(file=case.path.name)
    named = (case.methodology, case.version or m.version)
    if named != (m.number, m.version):
        found, expected = (Message(" ver ").join(one) for one in ((m.number, m.version), named))
        message = _("the case file is of {expected}, and the report of {found}: nothing else was compared")
        yield Finding("K2", message.format(expected=expected, found=found), place, _("methodology"), found, expected)
        return
    yield from _other_periods(documents, case)
    chosen = {name: option for part in documents.report.own for name, option in part.found.choices.items()}
    for name, option in case.choices.items():
        if chosen.get(name, option) != option:
            yield _otherwise((place,), None, chosen[name], option, name)
    metered = documents.metered
    read = set() if metered is None else {meter.parameter for meter in metered.plan.meters.values()}
    for known, values in ((m.inputs, case.inputs), (m.facts, case.facts)):
        for name, value in by_name(values, m, known).items():
            if not {name, known[name].symbol} & read:  # those are held against the readings themselves
                yield from _other_values(documents, known[name], value, place)
    if case.tables and documents.report.result is not None:
        yield from _other_tables(documents, case, read | set(case.inputs))


def _other_periods(documents: Documents, case: CaseFile) -> Iterator[Finding]:
    own = sorted((one for part in documents.report.own for one in part.periods if one.dated), key=lambda one: one.order)
    theirs = periods_of(case.p)
    if not own or not theirs:
        return
    span, other = (f"{periods[0].first}/{periods[-1].last}" for periods in (own, theirs))
    if span != other:
        message = _("the report is for {found}, and the case file for {expected}").format(found=span, expected=other)
        yield Finding("K2", message, at(file=case.path.name), "p", span, other)


def _other_values(documents: Documents, parameter: Parameter, value: Any, place: Location) -> Iterator[Finding]:
    entries = [entry for entry in documents.report.entries() if entry.parameter.name == parameter.name]
    if isinstance(value, Mapping) or not entries:
        return  # values by class, and what the report has no place for
    values = _flat(value)
    if len(values) == 1:
        values = values * len(entries)
    if len(values) != len(entries):
        message = _("{symbol}: the case file has {expected} values, and the report {found}")
        counts = {"symbol": parameter.symbol, "expected": len(values), "found": len(entries)}
        yield Finding("K2", message.format(**counts), place, parameter.symbol, len(entries), len(values))
        return
    differing = [(entry, one) for entry, one in zip(entries, values, strict=True) if not _same(entry, parameter, one)]
    if differing:
        entry, expected = differing[0]
        cells = tuple(entry.address for entry, _ in differing)
        yield _otherwise(cells, parameter, entry.value, expected)


def _other_tables(documents: Documents, case: CaseFile, besides: set[str]) -> Iterator[Finding]:
    """Yield values of the case file's tables that the report has otherwise."""
    metered = documents.metered
    try:
        monitored, evidence = None if metered is None else metered.monitored, documents.report.evidence
        inputs = replace(case, split="whole").calculate(monitored, evidence, override=AS_ENTERED).inputs
    except InputError as error:
        message = _("the tables of the case file cannot be compared: by itself it is not usable, because of {names}")
        message = message.format(names=listed(dict.fromkeys(problem.subject for problem in error.problems)))
        yield Finding(
            "K2", message, at(file=case.path.name), severity=Severity.QUESTION, question=_("what do they hold?")
        )
        return
    own = documents.result.inputs
    for name in sorted(inputs.values.keys() & own.values.keys() & documents.m.inputs.keys()):
        symbol = documents.m.inputs[name].symbol
        if {name, symbol} & besides:
            continue
        one, other = (inputs.plain(name, inputs.values[name]), own.plain(name, own.values[name]))
        if one.shape != other.shape:
            message = _("{symbol}: the case file has {expected} values, and the report {found}")
            message = message.format(symbol=symbol, expected=one.size, found=other.size)
            yield Finding("K2", message, at(file=case.path.name), symbol, other.size, one.size)
            continue
        pairs = zip(one.ravel().tolist(), other.ravel().tolist(), strict=True)
        if differing := [(stated, found) for stated, found in pairs if not close(stated, found)]:
            place = (at(file=case.path.name),)
            yield _otherwise(place, documents.m.inputs[name], differing[0][1], differing[0][0])


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [one for part in value for one in _flat(part)]
    return [value]


def _same(entry: EnteredValue, parameter: Parameter, stated: Any) -> bool:
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


def _otherwise(
    places: tuple[Location, ...], parameter: Parameter | None, found: Any, stated: Any, name: str = ""
) -> Finding:
    symbol, unit = (name, "") if parameter is None else (parameter.symbol, parameter.unit)
    message = _("{symbol} is {stated} in the case file, and {found} in the workbook")
    message = message.format(symbol=symbol, stated=shown_number(stated), found=shown_number(found))
    return Finding("K2", message, places, symbol, found, stated, severity=Severity.ERROR, unit=unit)
