"""The sheets of the report, looked at alone: whether each number can be followed, and what is missing or unclear."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.reports.workbook import evidence_sheet
from jcm_calc.reports.workbook.filled_sheets import ELSEWHERE as ELSEWHERE_ON_SHEET
from jcm_calc.reports.workbook.filled_sheets import plain_value
from jcm_calc.reports.workbook.sheet_sets import REFERENCE, matches
from jcm_calc.reports.workbook.tables import Row, Sheets, UnitTable
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import check, has_text
from jcm_calc.verification.findings import Finding, Severity, finding
from jcm_calc.verification.location import Location, address, at, located, ranges
from jcm_calc.verification.quantities import EnteredValue, Quantities
from jcm_calc.verification.recalculating import TWO_WAYS
from jcm_calc.verification.spreadsheet import Place, as_number, close, is_number

UNSUPPORTED = re.compile(r"\b(previous report|earlier report|assum\w+|estimat\w+|guess\w*|to be confirmed|tbd)\b", re.I)
MEMORY = re.compile(r"\b(recall\w*|memory|interview\w*|oral\w*|statement of (the )?users?|hearsay)\b", re.I)
ELSEWHERE = re.compile(r"\[\d+\]|\[[^\]]+\.xls\w*\]", re.I)
NUMERAL = re.compile(r"\s*[-+]?[\d.,\s]+([eE][-+]?\d+)?\s*%?\s*")
HEADING = _("a table of parameters has the headings Parameters, Monitored Values or Estimated Values, and Units")
REFERENCE_NUMBER = _("reference number")
ZERO = _("is the value missing, or is it zero?")

# The calculation sheets


@check("A3")
def step_not_shown(documents: Analyses) -> Iterator[Finding]:
    """Find intermediates that are not shown or hidden, and formulas that cannot be followed."""
    nodes = documents.sheet.nodes
    sheets = tuple(at(sheet) for _part, sheet in documents.report.with_sheet("calc"))
    shown = {cell.name for cell in documents.sheet.cells if cell.formula is not None or cell.stored is not None}
    # where there is one unit, its sum shows it
    rules = [node for name, node in nodes.items() if isinstance(node, Equation) and name in shown]
    totals = [rule for rule in rules if rule.total and not documents.sheet.several(rule.total)]
    shown |= {name for rule in totals for name in rule.arguments}
    if not sheets:
        message = _("there is no calculation sheet: no formula shows how the reductions are calculated")
        yield Finding("A3", message, documents.report.input_sheets)
    for name, node in nodes.items() if sheets else ():
        if isinstance(node, Equation) and name not in shown:
            message = _("the calculation sheet does not show {symbol} = {formula}")
            formula = node.written(documents.m.symbols()).partition(" = ")[2]
            yield finding("A3", message, sheets, node.symbol, say={"formula": formula})
    book = documents.report.book
    for sheet in (sheet for part in documents.report.examined for sheet in part.roles.values()):
        rows, columns = book.hidden_cells(sheet)
        filled = [
            (sheet, row, column)
            for row, cells in enumerate(book.grid(sheet))
            for column, cell in enumerate(cells)
            if cell != "" and (row in rows or column in columns)
        ]
        if sheet in book.hidden:
            yield Finding("A3", _("the sheet is hidden"), at(sheet))
        elif filled:
            yield finding("A3", _("{count} filled cells are hidden"), ranges(filled), say={"count": len(filled)})


@check("A4", _("no formulas"), lambda m: any(map(m.report.book.formulas, m.report.book.sheets)))
def other_files(documents: Analyses) -> Iterator[Finding]:
    """Find links to other workbooks."""
    book = documents.report.book
    for sheet in book.sheets:
        found = {place: formula.text for place, formula in book.formulas(sheet).items()}
        found = {place: text for place, text in found.items() if ELSEWHERE.search(text)}
        if found:
            message = _("{count} formulas refer to another file, which is not here: ={formula}")
            say = {"count": len(found), "formula": next(iter(found.values()))[:100]}
            yield finding("A4", message, tuple(address((sheet, *place)) for place in found), say=say)


@check("A6")
def unexplained(documents: Analyses) -> Iterator[Finding]:
    """Find rows with a value whose symbol is not in the methodology."""
    report, m = documents.report, documents.m
    known = Quantities({**m.inputs, **documents.result.inputs.graph.nodes}, list(m.indices))
    names = {rule.symbol for rule in m.rules} | set(m.coordinates)
    for line in report.lines():
        valued = any(report.sheets.cell(*place).value != "" for place in line.values)
        if valued and line.symbol and line.symbol not in names and known.find(line.symbol) is None:
            message = _("{symbol} ({text}) is not a symbol of {methodology}")
            say, question = {"text": line.text, "methodology": m}, _("what is this row for?")
            yield finding("A6", message, line.address, line.symbol, say=say, question=question)


@check("A11")
def no_symbol(documents: Analyses) -> Iterator[Finding]:
    """Find formulas without a symbol."""
    for line in documents.report.lines():
        places = [place for place in line.values if place[1:] in documents.report.book.formulas(place[0])]
        if places and not line.symbol:
            message = _("the formula of {text!r} has no symbol in its row")
            yield finding("A11", message, address(places[0]), say={"text": line.text})


# The input sheets


def _fixed(documents: Analyses) -> Iterator[tuple[Parameter, Row]]:
    """Yield the rows with a value that is fixed beforehand."""
    rows = documents.report.rows()
    return ((one, row) for one, row in rows if one.kind is Kind.FIXED and row.text("value"))


@check("A5", _("no value fixed beforehand"), _fixed)
def no_source(documents: Analyses) -> Iterator[Finding]:
    """Find sources that support nothing; for empty ones the project participant is asked."""
    empty = []
    for parameter, row in _fixed(documents):
        source = row.text("source")
        if UNSUPPORTED.search(source):
            message, say = _("the source of {symbol} is given as {source!r}"), {"source": source}
            yield finding("A5", message, located(row.cells["source"]), parameter.symbol, say=say)
        elif not source:
            empty.append((parameter.symbol, located(row.cells.get("source", row.cells["value"]))))
    if empty:
        symbols, places = zip(*empty, strict=True)
        message, question = _("no source is named for {symbols}"), _("which document has the value?")
        say = {"symbols": listed(dict.fromkeys(symbols))}
        yield finding("A5", message, places, say=say, severity=Severity.QUESTION, question=question)


@check("I12", _("no source is named"), has_text("source"))
def from_memory(documents: Analyses) -> Iterator[Finding]:
    """Find sources that are somebody's statement, not a record."""
    message, question = _("the source of {symbol} is {found!r}"), _("which record confirms it?")
    for parameter, row in documents.report.rows():
        source = row.text("source")
        if MEMORY.search(source):
            yield finding("I12", message, located(row.cells["source"]), parameter.symbol, source, question=question)


@check("A7")
def marks(documents: Analyses) -> Iterator[Finding]:
    """Find errors and texts where numbers belong."""
    report = documents.report
    for parameter, place in _entry_cells(documents):
        if parameter.textual or parameter.unit == "date":
            continue
        sheet, row, column = place
        if error := report.book.errors(sheet).get((row, column)):
            message = _("{symbol} holds the error value {found}")
            yield finding("A7", message, address(place), parameter.symbol, error)
            continue
        written = report.book.value(*place)
        named = written in parameter.candidates or "separate" in str(written).casefold()
        if not isinstance(written, str) or not written.strip() or named:
            continue
        message, severity = _("{symbol} holds the text {found!r}; it must hold a number"), None
        if NUMERAL.fullmatch(written):
            message = _("{symbol} is a number stored as text, which the sums and tests of a spreadsheet ignore")
            severity = Severity.WARNING
        yield finding("A7", message, address(place), parameter.symbol, written, severity=severity)


def _entry_cells(documents: Analyses) -> Iterator[tuple[Parameter, Place]]:
    """Yield every cell of the report in which a value can be entered."""
    report = documents.report
    for parameter, row in report.rows():
        cell = row.cells["value"]
        yield parameter, (cell.sheet, cell.row, cell.column)
    for table in report.unit_tables():
        labelled = [
            number
            for number in table.rows
            if all(report.sheets.cell(table.sheet, number, column).value != "" for column in table.label_columns)
            and not _unused(report.sheets, table, number)
        ]
        for column, parameter in table.columns.items():
            yield from ((parameter, (table.sheet, number, column)) for number in labelled)


def _unused(sheets: Sheets, table: UnitTable, row: int) -> bool:
    """Whether a row has its label only, and what the sheet calculates of nothing.

    Of a table without calculated columns, these are the last rows of the form, with nothing but their numbers.
    """
    cells = [sheets.cell(table.sheet, row, column) for column in table.columns]
    calculated = [cell for cell in cells if sheets.formula(cell) is not None]
    if any(cell.value != "" for cell in cells if cell not in calculated):
        return False
    labels = [sheets.cell(table.sheet, row, column).value for column in table.label_columns]
    later = [sheets.cell(table.sheet, other, column) for other in table.rows if other > row for column in table.columns]
    last = len(cells) > 1 and all(cell.value == "" for cell in later)
    return bool(calculated) or (last and all(str(label).removesuffix(".0").isdecimal() for label in labels))


@check("A9")
def blank(documents: Analyses) -> Iterator[Finding]:
    """Find empty cells next to filled ones."""
    report = documents.report
    entered = {entry.parameter.name for entry in report.entries()}
    wanted = (documents.required | entered) & documents.m.inputs.keys()
    cells: dict[str, list[Place]] = {}
    for parameter, (sheet, row, column) in _entry_cells(documents):
        empty = report.sheets.cell(sheet, row, column).value == "" and (row, column) not in report.book.errors(sheet)
        if empty and parameter.name in wanted:
            cells.setdefault(parameter.name, []).append((sheet, row, column))
    for name, places in cells.items():
        message = _("{symbol}: {count} of its cells are empty; empty is not zero")
        if name not in entered:
            message = _("{symbol}: no cell of it is filled in; empty is not zero")
        values = (tuple(map(address, places)), documents.m.inputs[name].symbol, "")
        yield finding("A9", message, *values, say={"count": len(places)}, question=ZERO)


@check("A10")
def two_versions(documents: Analyses) -> Iterator[Finding]:
    """Find values that differ between the input sheets, or from the calculation sheet; rows that occur twice."""
    separate = {part.roles["input"]: part.roles.get("separate") for part in documents.report.examined}
    for parameter, row in documents.report.rows():
        cell = row.cells["value"]
        own = [
            entry
            for entry in documents.report.entries()
            if entry.parameter.name == parameter.name and entry.place[0] == separate.get(cell.sheet)
        ]
        value = _comparable(parameter, cell.value)
        if own and value is not None and not _is_one_of(value, parameter, own):
            message, say = _("{symbol} is {found} here, and {expected} in {place}"), {"place": own[0].address}
            values = (located(cell), parameter.symbol, cell.value, own[0].written)
            yield finding("A10", message, *values, say=say, unit=parameter.unit)
    # where a cell is blank, the rows of a year are no longer next to each other, and seem to be given twice
    twice = (ProblemKind.DUPLICATE,) if any(blank(documents)) else (ProblemKind.DUPLICATE, ProblemKind.GIVEN_TWICE)
    contradictions = evidence_sheet.contradictions_of(documents.report.book, documents.m)
    for problem in (*documents.problems(*twice), *contradictions):
        again = _again(documents) if ProblemKind.DUPLICATE in problem.kinds else ()
        yield documents.of_problem("A10", problem, again)


def _is_one_of(value: Any, parameter: Parameter, entries: Sequence[EnteredValue]) -> bool:
    """Whether a value is that of a unit, or the total of all units."""
    numbers = [entry.written for entry in entries if is_number(entry.written)]
    total = math.fsum(numbers) if parameter.adds_over_units and len(numbers) > 1 else math.nan
    return close(value, total) or any(close(value, _comparable(parameter, entry.written)) for entry in entries)


def _again(documents: Analyses) -> tuple[Location, ...]:
    """Return the cells of values that are entered twice."""
    cells: dict[tuple[Any, ...], list[Location]] = {}
    for entry in documents.report.entries():
        cells.setdefault((entry.parameter.name, *sorted(entry.labels.items())), []).append(entry.address)
    return tuple(cell for several in cells.values() if len(several) > 1 for cell in several)


def _comparable(parameter: Parameter, written: Any) -> Any:
    """Return a value of two places as they are compared; None where it says nothing."""
    if not isinstance(written, str):
        return as_number(written)
    text = " ".join(written.split()).casefold()
    if not text or ELSEWHERE_ON_SHEET.search(text) or written in parameter.candidates:
        return None
    if parameter.textual or parameter.unit == "yes/no":
        return text
    try:
        return float(plain_value(text))
    except ValueError:
        return None


@check("E9")
def two_ways(documents: Analyses) -> Iterator[Finding]:
    """Find dates such as 12/03/2024."""
    unclear = documents.problems(ProblemKind.AMBIGUOUS_DATE, ProblemKind.AMBIGUOUS_NUMBER)
    number = _("is the sign a thousands separator or a decimal sign?")
    day = _("does the date begin with the day or with the month?")
    for problem in (*unclear, *documents.unclear):
        question = number if ProblemKind.AMBIGUOUS_NUMBER in problem.kinds else day
        yield documents.of_problem("E9", problem, question=question, unresolved=True)
    named = {problem.subject for problem in unclear}
    message = _("{symbol} is the text {found!r}, which is read as {one}; it can also be read as {other}")
    for entry in documents.report.entries():
        parameter, text = entry.parameter, entry.written.strip() if isinstance(entry.written, str) else ""
        unclear_number = not (parameter.textual or parameter.unit == "date" or text.lstrip("+-").startswith("0"))
        if unclear_number and parameter.symbol not in named and (match := TWO_WAYS.fullmatch(text)):
            say = {"one": f"{match[1]}.{match[2]}", "other": match[1] + match[2]}
            values = (entry.address, parameter.symbol, text)
            yield finding("E9", message, *values, say=say, question=number, unresolved=True)


@check("K1")
def missing(documents: Analyses) -> Iterator[Finding]:
    """Find parameters without a row or column, and choices that are not made."""
    report, m = documents.report, documents.m
    present = {entry.parameter.name for entry in report.entries()}
    present |= {parameter.name for parameter, _ in report.rows()}
    present |= {parameter.name for table in report.unit_tables() for parameter in table.columns.values()}
    present |= {name for part in report.examined for name in (*part.found.named, *part.found.classes)}
    present |= set(report.case.inputs if report.case is not None else ())
    for name, parameter in m.inputs.items():
        if name in documents.required - present:
            message, say = _("{symbol} ({text}) is required, and the report does not have it"), {"text": parameter.text}
            places, because = report.places_of(""), parameter.section
            yield finding("K1", message, places, parameter.symbol, because=because, say=say)
    for problem in documents.problems(ProblemKind.MISSING):
        if problem.subject in m.choices:
            yield documents.of_problem("K1", problem)
    for cell in (cell for part in report.examined for cell in report.sheets.unknown_headings(part.roles["input"])):
        message = _("the heading {found!r} is not known, and the cells below it are not read")
        yield finding("K1", message, located(cell), found=" ".join(str(cell.value).split()), because=HEADING)
    yield from _no_dates(documents)


def _no_dates(documents: Analyses) -> Iterator[Finding]:
    """Yield reports that do not say for which days they are: whole tonnes are rounded down by calendar year."""
    report = documents.report
    if report.kind != "MRS" or any(problem.subject == "p" for problem in report.recalculation.problems):
        return
    message = _("the report does not say for which days it is: the first and last day of its period are blank")
    question = _("which is the monitoring period?")
    for part in report.examined:
        if part.found.filled and not any(period.dated for period in part.periods):
            sheet = part.roles["input"]
            periods = [row for kind, rows in report.sheets.tables(sheet) if kind == "periods" for row in rows]
            place = located(periods[0].cells["first"]) if periods else at(sheet)
            yield Finding("K1", message, place, "p", severity=Severity.WARNING, question=question, unresolved=True)


@check("K3")
def other_symbols(documents: Analyses) -> Iterator[Finding]:
    """Find rows with a value whose symbol is unknown."""
    for problem in documents.report.reader.remarks:
        if ProblemKind.UNKNOWN_SYMBOL in problem.kinds:
            message = Message("{} {}").format(problem.subject, problem.complaint)
            yield Finding("K3", message, documents.report.cells_with(problem.subject), problem.subject)


# The project


def projects_named(documents: Analyses) -> dict[str, list[str]]:
    """Return the project numbers of the documents, each with the sheets and files that name it."""
    report, case, plan = documents.report, documents.case, documents.plan
    found: dict[str, list[str]] = {}
    for sheet in report.headers:
        for match in matches(report.book, sheet, REFERENCE):
            found.setdefault(match[1], []).append(sheet)
    if case is not None and (number := case.project.get("number")):
        found.setdefault(number, []).append(case.path.name)
    if plan is not None and plan is not report and (number := plan.project.get("number")):
        found.setdefault(number, []).append(plan.name)
    return found


@check("K5", _("one reference number only"), lambda m: sum(map(len, projects_named(m).values())) > 1)
def references(documents: Analyses) -> Iterator[Finding]:
    """Find reference numbers that differ."""
    report, found = documents.report, projects_named(documents)
    if len(found) > 1:
        one = _("{number} in {sheets}")
        said = (one.format(number=number, sheets=listed(sheets, limit=3)) for number, sheets in found.items())
        places = tuple(place for number in [*found][:2] for place in report.cells_with(number, report.headers))
        message = _("several projects are named: {found}").format(found=Message("; ").join(said))
        yield finding("K5", message, places, REFERENCE_NUMBER)


@check(
    "J7",
    _("no project number, or none that the list of projects of {month} has").format(month=AS_OF),
    lambda m: any(map(listed_project, projects_named(m))),
)
def listed_otherwise(documents: Analyses) -> Iterator[Finding]:
    """Find projects that the list of projects has with another methodology or version."""
    report = documents.report
    for number, sheets in projects_named(documents).items():
        project = listed_project(number)
        if project is None or not (message := project.contradiction(report.m.number, report.m.version)):
            continue
        places = report.cells_with(number, report.headers) or at(file=sheets[0])
        read = _("{page}, as of {month}, graded {grade}")
        source = read.format(page=project.page, month=AS_OF, grade=Message(project.evidence.grade))
        question = _("which project is it, or when was the change of the methodology approved?")
        yield Finding("J7", message, places, REFERENCE_NUMBER, number, because=source, question=question)
