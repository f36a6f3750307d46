"""Group K: reporting consistency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, ProblemKind, listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.reports.workbook.sheet_sets import REFERENCE, matches
from jcm_calc.reports.workbook.tables import Row
from jcm_calc.units import UnitError
from jcm_calc.units import magnitude as magnitude_of
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.completing import by_name, periods_of
from jcm_calc.verification.findings import Finding, Severity, finding, of_problem, shown_number
from jcm_calc.verification.location import Location, at, located
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.recalculating import AS_ENTERED
from jcm_calc.verification.spreadsheet import close

COUNTS = _("{symbol}: the case file has {expected} values, and the report {found}")
HEADING = _("a table of parameters has the headings Parameters, Monitored Values or Estimated Values, and Units")


def missing(documents: Analyses) -> Iterator[Finding]:
    """Find parameters without a row or column, and choices that are not made."""
    report, m = documents.report, documents.m
    present = {entry.parameter.name for entry in report.entries()}
    present |= {parameter.name for parameter, _ in report.rows()} | _columns(documents)
    named = {name for part in report.own for name in (*part.found.named, *part.found.classes)}
    named |= set(report.case.inputs if report.case is not None else ())
    for name in m.inputs:
        if name in documents.required - present - named:
            parameter = m.inputs[name]
            message, say = _("{symbol} ({text}) is required, and the report does not have it"), {"text": parameter.text}
            places, because = report.places_of(""), parameter.section
            yield finding("K1", message, places, parameter.symbol, because=because, say=say)
    for problem in documents.problems(ProblemKind.MISSING):
        if problem.subject in m.choices:
            yield of_problem("K1", problem, report.places_of(problem.subject))
    for cell in (cell for part in report.own for cell in report.sheets.unknown_headings(part.roles["input"])):
        message = _("the heading {found!r} is not known, and the cells below it are not read")
        yield finding("K1", message, located(cell), found=" ".join(str(cell.value).split()), because=HEADING)
    yield from _no_dates(documents)


def _no_dates(documents: Analyses) -> Iterator[Finding]:
    """Yield reports that do not say for which days they are: whole tonnes are rounded down by calendar year."""
    report = documents.report
    for part in report.own if report.kind == "MRS" else ():
        told = any(problem.subject == "p" for problem in report.problems)
        if part.found.filled and not told and not any(period.dated for period in part.periods):
            sheet = part.roles["input"]
            periods = [row for kind, rows in report.sheets.tables(sheet) if kind == "periods" for row in rows]
            cells = [row.cells["first"] for row in periods]
            place = located(cells[0]) if cells else at(sheet)
            message = _("the report does not say for which days it is: the first and last day of its period are blank")
            question = _("which is the monitoring period?")
            yield Finding("K1", message, place, "p", severity=Severity.WARNING, question=question, unresolved=True)


def _columns(documents: Analyses) -> set[str]:
    report = documents.report
    return {
        parameter.name
        for part in report.own
        if "separate" in part.roles
        for table in report.sheets.unit_tables(part.roles["separate"], report.reader.symbols, report.reader.keys)
        for parameter in table.columns.values()
    }


def other_value(documents: Analyses) -> Iterator[Finding]:
    """Find figures of the case file that the workbook does not have."""
    case = documents.case
    assert case is not None
    yield from contradictions(documents, case)
    if case.methodology != documents.m.number or "result" not in documents.has:
        return
    for comparison in case.compare(documents.result):
        if not comparison.agrees:
            stated = Message(", ").join(comparison.published)
            calculated = Message(", ").join(map(shown_number, comparison.calculated))
            message = _("{symbol} is stated as {found}, and the workbook gives {expected}")
            yield finding("K2", message, at(file=case.path.name), comparison.name, stated, calculated)


def other_symbols(documents: Analyses) -> Iterator[Finding]:
    """Find rows with a value whose symbol is unknown."""
    for problem in documents.report.remarks:
        if ProblemKind.UNKNOWN_SYMBOL in problem.kinds:
            message = Message("{} {}").format(problem.subject, problem.complaint)
            yield Finding("K3", message, documents.report.cells_with(problem.subject), problem.subject)


def two_ways(documents: Analyses) -> Iterator[Finding]:
    """Find frequencies, procedures and sources that differ from the plan."""
    planned: dict[str, Row] = {}
    for parameter, row in documents.registered.rows("MPS"):
        planned.setdefault(parameter.name, row)
    told = set()
    for parameter, row in documents.report.rows():
        before = planned.get(parameter.name)
        for key in (_("frequency"), _("procedure"), _("source")):
            if before is None or (parameter.name, key) in told:
                continue
            found, expected = (" ".join(one.text(key).split()).casefold() for one in (row, before))
            if found and expected and found != expected:
                told.add((parameter.name, key))
                yield finding(
                    "K4",
                    _("the {key} of {symbol} is {found!r}, and {expected!r} in the plan"),
                    *(located(row.cells[key]), parameter.symbol, row.text(key), before.text(key)),
                    say={"key": key},
                    question=_("which of the two is right?"),
                )


def projects_named(documents: Analyses) -> dict[str, list[str]]:
    """Return the project numbers of the documents, each with the sheets and files that name it."""
    report = documents.report
    found: dict[str, list[str]] = {}
    for sheet in report.headers:
        for match in matches(report.book, sheet, REFERENCE):
            found.setdefault(match[1], []).append(sheet)
    if documents.case is not None and (number := documents.case.project.get("number")):
        found.setdefault(number, []).append(documents.case.path.name)
    if documents.plan is not None and documents.plan is not report and (number := documents.plan.project.get("number")):
        found.setdefault(number, []).append(documents.plan.name)
    return found


def references(documents: Analyses) -> Iterator[Finding]:
    """Find reference numbers that differ."""
    report, found = documents.report, projects_named(documents)
    if len(found) > 1:
        one = _("{number} in {sheets}")
        said = (one.format(number=number, sheets=listed(sheets, limit=3)) for number, sheets in found.items())
        places = report.cells_with(next(iter(found)), report.headers) + report.cells_with([*found][1], report.headers)
        message, subject = _("several projects are named: {found}"), _("reference number")
        yield Finding("K5", message.format(found=Message("; ").join(said)), places, subject)


def listed_otherwise(material: Analyses) -> Iterator[Finding]:
    """Find projects that the list of projects has with another methodology or version."""
    m = material.m
    for number, sheets in projects_named(material).items():
        project = listed_project(number)
        message = project.contradiction(m.number, m.version) if project else ""
        if project is None or not message:
            continue
        places = material.report.cells_with(number, material.report.headers) or at(file=sheets[0])
        read = _("{page}, as of {month}, graded {grade}")
        source = read.format(page=project.page, month=AS_OF, grade=Message(project.evidence.grade))
        question = _("which project is it, or when was the change of the methodology approved?")
        subject = _("reference number")
        yield Finding("J7", message, places, subject, number, because=source, question=question)


def contradictions(documents: Analyses, case: CaseFile) -> Iterator[Finding]:
    """Yield what the case file says otherwise than the report."""
    m, place = documents.m, at(file=case.path.name)
    named = (case.methodology, case.version or m.version)
    if named != (m.number, m.version):
        found, expected = (Message(" ver ").join(one) for one in ((m.number, m.version), named))
        message = _("the case file is of {expected}, and the report of {found}: nothing else was compared")
        yield finding("K2", message, place, _("methodology"), found, expected)
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
            if not {name, known[name].symbol} & read:  # those are compared with the readings themselves
                yield from _other_values(documents, known[name], value, place)
    if case.tables and documents.report.result is not None:
        yield from _other_tables(documents, case, read | set(case.inputs))


def _other_periods(documents: Analyses, case: CaseFile) -> Iterator[Finding]:
    own = sorted((one for part in documents.report.own for one in part.periods if one.dated), key=lambda one: one.order)
    theirs = periods_of(case.p)
    if not own or not theirs:
        return
    span, other = (f"{periods[0].first}/{periods[-1].last}" for periods in (own, theirs))
    if span != other:
        message = _("the report is for {found}, and the case file for {expected}")
        yield finding("K2", message, at(file=case.path.name), "p", span, other)


def _other_values(documents: Analyses, parameter: Parameter, value: Any, place: Location) -> Iterator[Finding]:
    entries = [entry for entry in documents.report.entries() if entry.parameter.name == parameter.name]
    if isinstance(value, Mapping) or not entries:
        return  # values by class, and what the report has no place for
    values = _flat(value)
    if len(values) == 1:
        values = values * len(entries)
    if len(values) != len(entries):
        yield finding("K2", COUNTS, place, parameter.symbol, len(entries), len(values))
        return
    differing = [(entry, one) for entry, one in zip(entries, values, strict=True) if not _same(entry, parameter, one)]
    if differing:
        entry, expected = differing[0]
        cells = tuple(entry.address for entry, _ in differing)
        yield _otherwise(cells, parameter, entry.value, expected)


def _other_tables(documents: Analyses, case: CaseFile, besides: set[str]) -> Iterator[Finding]:
    """Yield values of the case file's tables that the report has otherwise."""
    metered = documents.metered
    try:
        monitored, evidence = None if metered is None else metered.monitored, documents.report.evidence
        inputs = replace(case, split="whole").calculate(monitored, evidence, override=AS_ENTERED).inputs
    except InputError as error:
        message = _(
            "the tables of the case file cannot be compared, because some of its values cannot be used: {names}"
        )
        message = message.format(names=listed(dict.fromkeys(problem.subject for problem in error.problems)))
        yield Finding(
            "K2",
            message,
            at(file=case.path.name),
            severity=Severity.QUESTION,
            question=_("which values do the tables have?"),
        )
        return
    own = documents.result.inputs
    for name in sorted(inputs.values.keys() & own.values.keys() & documents.m.inputs.keys()):
        symbol = documents.m.inputs[name].symbol
        if {name, symbol} & besides:
            continue
        one, other = (inputs.plain(name, inputs.values[name]), own.plain(name, own.values[name]))
        if one.shape != other.shape:
            yield finding("K2", COUNTS, at(file=case.path.name), symbol, other.size, one.size)
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
    message = _("{symbol} is {expected} in the case file, and {found} in the workbook")
    return finding("K2", message, places, symbol, found, stated, severity=Severity.ERROR, unit=unit)


CHECKS = {
    "K1": missing,
    "K2": other_value,
    "K3": other_symbols,
    "K4": two_ways,
    "K5": references,
    "J7": listed_otherwise,
}
