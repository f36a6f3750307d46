"""Group K: reporting consistency."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.reports.workbook.sheet_sets import REFERENCE, matches
from jcm_calc.reports.workbook.tables import Row
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.contradictions import contradictions
from jcm_calc.verification.findings import Finding, Severity, of_problem, shown_number
from jcm_calc.verification.location import at, located

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
            message = _("{symbol} ({text}) is required, and the report does not have it").format(
                symbol=parameter.symbol, text=parameter.text
            )
            yield Finding("K1", message, report.places_of(""), parameter.symbol, because=parameter.section)
    for problem in documents.problems(ProblemKind.MISSING):
        if problem.subject in m.choices:
            yield of_problem("K1", problem, report.places_of(problem.subject))
    for cell in (cell for part in report.own for cell in report.sheets.unknown_headings(part.roles["input"])):
        message = _("the heading {heading!r} is not known, and what stands below it is not read")
        said = message.format(heading=" ".join(str(cell.value).split()))
        yield Finding("K1", said, located(cell), because=HEADING)
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
            message = _("{name} is stated as {stated}, and the workbook gives {calculated}").format(
                name=comparison.name, stated=stated, calculated=calculated
            )
            yield Finding("K2", message, at(file=case.path.name), comparison.name, stated, calculated)


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
                message = _("the {key} of {symbol} is {found!r}, and {planned!r} in the plan").format(
                    key=key, symbol=parameter.symbol, found=row.text(key), planned=before.text(key)
                )
                question = _("which of the two?")
                yield Finding(
                    "K4",
                    message,
                    located(row.cells[key]),
                    parameter.symbol,
                    row.text(key),
                    before.text(key),
                    question=question,
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
        told = Message("; ").join(
            one.format(number=number, sheets=listed(sheets, limit=3)) for number, sheets in found.items()
        )
        message = _("several projects are named: {told}").format(told=told)
        places = report.cells_with(next(iter(found)), report.headers) + report.cells_with([*found][1], report.headers)
        yield Finding("K5", message, places, _("reference number"))


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


CHECKS = {
    "K1": missing,
    "K2": other_value,
    "K3": other_symbols,
    "K4": two_ways,
    "K5": references,
    "J7": listed_otherwise,
}
