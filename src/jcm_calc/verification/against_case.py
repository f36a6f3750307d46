"""The report compared with the case file of the project: figures, periods, choices and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.units import UnitError
from jcm_calc.units import magnitude as magnitude_of
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.completing import by_name, periods_of, unknown
from jcm_calc.verification.declared_checks import check
from jcm_calc.verification.findings import Details, Finding, Severity, finding, shown_number
from jcm_calc.verification.location import Location, at
from jcm_calc.verification.quantities import EnteredValue, label_text
from jcm_calc.verification.recalculating import AS_ENTERED
from jcm_calc.verification.spreadsheet import close

COUNTS = _("{symbol}: the case file has {expected} values, and the report {found}")


@check("K2")
def other_value(documents: Analyses) -> Iterator[Finding]:
    """Find what the case file has otherwise than the report, and figures that the workbook does not give."""
    case, m = documents.case, documents.m
    assert case is not None
    file = at(file=case.path.name)
    named, own = (case.methodology, case.version or m.version), (m.number, m.version)
    if named == own:
        yield from _contradictions(documents, case, file)
        for name, hint in unknown(case, m):
            message = _(
                "{name}: the methodology has no such parameter{hint}; the value of the case file is not compared"
            )
            say, question = {"name": name, "hint": hint}, _("which parameter is meant?")
            details: Details = {"severity": Severity.QUESTION, "question": question, "unresolved": True}
            yield finding("K2", message, file, say=say, **details)
    else:
        found, expected = (
            Message(" ver ").join(own),
            Message(" ver ").join(filter(None, (case.methodology, case.version))),
        )
        message = _("the case file is of {expected}, and the report of {found}: nothing else was compared")
        yield finding("K2", message, file, _("methodology"), found, expected)
    if case.methodology == m.number and "result" in documents.has:
        for one in case.compare(documents.result):
            if not one.agrees:
                figures = Message(", ").join(one.published), Message(", ").join(map(shown_number, one.calculated))
                message = _("{symbol} is stated as {found}, and the workbook gives {expected}")
                yield finding("K2", message, file, one.name, *figures)


def _contradictions(documents: Analyses, case: CaseFile, file: Location) -> Iterator[Finding]:
    dated, theirs = documents.report.dated, periods_of(case.p)
    if dated and theirs:
        span, other = (f"{periods[0].first}/{periods[-1].last}" for periods in (dated, theirs))
        if span != other:
            message = _("the report is for {found}, and the case file for {expected}")
            yield finding("K2", message, file, "p", span, other)
    chosen = documents.report.choices()
    for name, option in case.choices.items():
        if chosen.get(name, option) != option:
            yield _otherwise((file,), name, "", chosen[name], option)
    metered, m = documents.metered, documents.m
    # what meters measure is compared with the readings themselves
    read = set() if metered is None else {meter.parameter for meter in metered.plan.meters.values()}
    for known, values in ((m.inputs, case.inputs), (m.facts, case.facts)):
        for name, value in by_name(values, m, known).items():
            if not {name, known[name].symbol} & read:
                yield from _other_values(documents, known[name], value, file)
    mappings = {name: value for name, value in by_name(case.inputs, m, m.inputs).items() if isinstance(value, Mapping)}
    own = documents.report.entries()
    several = {
        name
        for name, value in mappings.items()
        if not _by_label([entry for entry in own if entry.parameter.name == name], value)
    }
    if (case.tables or several) and documents.report.result is not None:
        yield from _other_tables(documents, case, read | (by_name(case.inputs, m, m.inputs).keys() - several), file)


def _other_values(documents: Analyses, parameter: Parameter, value: Any, file: Location) -> Iterator[Finding]:
    entries = [entry for entry in documents.report.entries() if entry.parameter.name == parameter.name]
    if not entries:
        return  # the report has no place for it
    if isinstance(value, Mapping):
        pairs = _by_label(entries, value)  # others, such as those by class, are compared with the tables
    else:
        values = list(_flat(value))
        if len(values) == 1:
            values *= len(entries)
        if len(values) != len(entries):
            yield finding("K2", COUNTS, file, parameter.symbol, len(entries), len(values))
            return
        pairs = list(zip(entries, values, strict=True))
    differing = [(entry, one) for entry, one in pairs if not _same(entry, parameter, one)]
    if differing:
        cells = tuple(entry.address for entry, _ in differing)
        yield _otherwise(cells, parameter.symbol, parameter.unit, differing[0][0].value, differing[0][1])


def _by_label(entries: Iterable[EnteredValue], values: Mapping[str, Any]) -> list[tuple[EnteredValue, Any]]:
    """Return the entries of the units that a mapping names, each with its value; none where it names anything else."""
    named = {label_text(label): value for label, value in values.items()}
    pairs = [(entry, label) for entry in entries for label in entry.labels.values() if label in named]
    plain = {label for _, label in pairs} == named.keys() and not any(
        isinstance(one, Mapping) for one in named.values()
    )
    return [(entry, named[label]) for entry, label in pairs] if plain else []


def _other_tables(documents: Analyses, case: CaseFile, others: set[str], file: Location) -> Iterator[Finding]:
    """Yield values of the case file's tables that the report has otherwise."""
    metered, own = documents.metered, documents.result.inputs
    try:
        monitored, evidence = None if metered is None else metered.monitored, documents.report.evidence
        inputs = replace(case, split="whole").calculate(monitored, evidence, override=AS_ENTERED).inputs
    except InputError as error:
        message = _(
            "the values by label and the tables of the case file cannot be compared, "
            "because some of its values cannot be used: {names}"
        )
        message = message.format(names=listed(dict.fromkeys(problem.subject for problem in error.problems)))
        question = _("which values do the tables have?")
        yield Finding("K2", message, file, severity=Severity.QUESTION, question=question, unresolved=True)
        return
    for name in sorted(inputs.values.keys() & own.values.keys() & documents.m.inputs.keys()):
        parameter = documents.m.inputs[name]
        if {name, parameter.symbol} & others:
            continue
        stated, found = inputs.plain(name, inputs.values[name]), own.plain(name, own.values[name])
        if stated.shape != found.shape:
            yield finding("K2", COUNTS, file, parameter.symbol, found.size, stated.size)
            continue
        pairs = zip(found.ravel().tolist(), stated.ravel().tolist(), strict=True)
        if differing := next((pair for pair in pairs if not close(pair[1], pair[0])), None):
            yield _otherwise((file,), parameter.symbol, parameter.unit, *differing)


def _flat(value: Any) -> Iterable[Any]:
    return [one for part in value for one in _flat(part)] if isinstance(value, list | tuple) else [value]


def _same(entry: EnteredValue, parameter: Parameter, stated: Any) -> bool:
    """Whether the report has a value; a number is compared in the declared unit."""
    if isinstance(stated, bool) or parameter.textual or parameter.unit == "date":
        words = {True: ("yes", "true", "1"), False: ("no", "false", "0")}
        own = str(entry.written).strip().casefold()
        return own in words[stated] if isinstance(stated, bool) else own == str(stated).strip().casefold()
    try:
        number = float(magnitude_of(stated, parameter.unit)) if isinstance(stated, str) else float(stated)
        return not entry.numeric or close(entry.value, number)
    except (UnitError, ValueError, TypeError):
        return str(stated).strip() == str(entry.written).strip()


def _otherwise(places: tuple[Location, ...], symbol: str, unit: str, found: Any, stated: Any) -> Finding:
    message = _("{symbol} is {expected} in the case file, and {found} in the workbook")
    return finding("K2", message, places, symbol, found, stated, severity=Severity.ERROR, unit=unit)
