"""Group A: every number can be followed to what was entered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.reports.workbook import evidence_sheet
from jcm_calc.reports.workbook.filled_sheets import ELSEWHERE as ELSEWHERE_ON_SHEET
from jcm_calc.reports.workbook.filled_sheets import plain_value
from jcm_calc.reports.workbook.tables import Sheets, UnitTable
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Details, Finding, Severity, finding, of_problem
from jcm_calc.verification.location import Location, address, at, located, ranges
from jcm_calc.verification.quantities import Quantities, lines
from jcm_calc.verification.spreadsheet import as_number, close

UNSUPPORTED = re.compile(r"\b(previous report|earlier report|assum\w+|estimat\w+|guess\w*|to be confirmed|tbd)\b", re.I)
ELSEWHERE = re.compile(r"\[\d+\]|\[[^\]]+\.xls\w*\]", re.I)


def step_not_shown(documents: Analyses) -> Iterator[Finding]:
    """Find intermediates that are not shown or hidden, and formulas that cannot be followed."""
    nodes = documents.sheet.nodes
    sheets = tuple(at(part.roles["calc"]) for part in documents.report.own if "calc" in part.roles)
    shown = {cell.name for cell in documents.sheet.cells if cell.formula is not None or cell.stored is not None}
    # where there is one unit, its sum shows it
    rules = [node for name, node in nodes.items() if isinstance(node, Equation) and name in shown]
    totals = [rule for rule in rules if rule.total and not documents.sheet.several(rule.total)]
    shown |= {name for rule in totals for name in rule.arguments}
    for name, node in nodes.items():
        if isinstance(node, Equation) and name not in shown:
            message = _("the calculation sheet does not show {symbol} = {formula}")
            formula = node.written(documents.m.symbols()).partition(" = ")[2]
            yield finding("A3", message, sheets, node.symbol, say={"formula": formula})
    yield from _hidden(documents)


def _hidden(documents: Analyses) -> Iterator[Finding]:
    book = documents.report.book
    for part in documents.report.own:
        for sheet in part.roles.values():
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


def other_files(documents: Analyses) -> Iterator[Finding]:
    """Find links to other workbooks."""
    book = documents.report.book
    for sheet in book.sheets:
        found = [place for place, formula in book.formulas(sheet).items() if ELSEWHERE.search(formula.text)]
        if found:
            message = _("{count} formulas refer to another file, which is not here: ={formula}")
            say = {"count": len(found), "formula": book.formulas(sheet)[found[0]].text[:100]}
            yield finding("A4", message, tuple(address((sheet, *place)) for place in found), say=say)


def no_source(documents: Analyses) -> Iterator[Finding]:
    """Find sources that support nothing; for empty ones the project participant is asked."""
    empty = []
    for parameter, row in documents.report.rows():
        if parameter.kind is not Kind.FIXED or row.text("value") == "":
            continue
        source = row.text("source")
        if UNSUPPORTED.search(source):
            message, say = _("the source of {symbol} is given as {source!r}"), {"source": source}
            yield finding("A5", message, located(row.cells["source"]), parameter.symbol, say=say)
        elif not source:
            empty.append((parameter.symbol, located(row.cells.get("source", row.cells["value"]))))
    if empty:
        message, say = (
            _("no source is named for {symbols}"),
            {"symbols": listed(dict.fromkeys(one for one, _ in empty))},
        )
        details: Details = {"severity": Severity.QUESTION, "question": _("which document has the value?")}
        yield finding("A5", message, tuple(place for _, place in empty), say=say, **details)


def unexplained(documents: Analyses) -> Iterator[Finding]:
    """Find rows with a value whose symbol is not in the methodology."""
    report, m = documents.report, documents.m
    known = Quantities({**m.inputs, **documents.result.inputs.graph.nodes}, list(m.indices))
    names = {rule.symbol for rule in m.rules} | set(m.coordinates)
    for part in report.own:
        for line in lines(part.roles["calc"], report.sheets) if "calc" in part.roles else ():
            valued = any(report.sheets.cell(*place).value != "" for place in line.values)
            if valued and line.symbol and line.symbol not in names and known.find(line.symbol) is None:
                message = _("{symbol} ({text}) is not a symbol of {methodology}")
                say, question = {"text": line.text, "methodology": m}, _("what is this row for?")
                yield finding("A6", message, line.address, line.symbol, say=say, question=question)


def marks(documents: Analyses) -> Iterator[Finding]:
    """Find errors and texts where numbers belong."""
    for kind, place, written, parameter in _cells_for_numbers(documents):
        message, severity = _("{symbol} holds the text {found!r}; it must hold a number"), None
        if kind == "error":
            message = _("{symbol} holds the error value {found}")
        elif _is_numeral(written):
            message = _("{symbol} is a number stored as text, which the sums and tests of a spreadsheet ignore")
            severity = Severity.WARNING
        yield finding("A7", message, place, parameter.symbol, written, severity=severity)


def _cells_for_numbers(documents: Analyses) -> Iterator[tuple[str, Location, str, Parameter]]:
    """Yield the cells of numeric parameters that hold something else."""
    report = documents.report
    for parameter, sheet, row, column in _entry_cells(documents):
        if parameter.textual or parameter.unit == "date":
            continue
        place = (sheet, row, column)
        if error := report.book.errors(sheet).get((row, column)):
            yield "error", address(place), error, parameter
            continue
        written = report.book.value(*place)
        named = written in parameter.candidates or "separate" in str(written).casefold()
        if isinstance(written, str) and written.strip() and not named:
            yield "text", address(place), written, parameter


def _entry_cells(documents: Analyses) -> Iterator[tuple[Parameter, str, int, int]]:
    """Yield every cell of the report in which a value can be entered."""
    report = documents.report
    for parameter, row in report.rows():
        cell = row.cells["value"]
        yield parameter, cell.sheet, cell.row, cell.column
    for part in report.own:
        if "separate" not in part.roles:
            continue
        for table in report.sheets.unit_tables(part.roles["separate"], report.reader.symbols, report.reader.keys):
            labelled = [
                number
                for number in table.rows
                if all(report.sheets.cell(table.sheet, number, column).value != "" for column in table.label_columns)
                and not _unused(report.sheets, table, number)
            ]
            for column, parameter in table.columns.items():
                for number in labelled:
                    yield parameter, table.sheet, number, column


def _unused(sheets: Sheets, table: UnitTable, row: int) -> bool:
    """Whether a row has its label only, and what the sheet calculates of nothing."""
    cells = [sheets.cell(table.sheet, row, column) for column in table.columns]
    calculated = [cell for cell in cells if sheets.formula(cell) is not None]
    return bool(calculated) and all(cell.value == "" for cell in cells if cell not in calculated)


def _is_numeral(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?[\d.,\s]+([eE][-+]?\d+)?\s*%?\s*", text) is not None


def blank(documents: Analyses) -> Iterator[Finding]:
    """Find empty cells next to filled ones."""
    report = documents.report
    entered = {entry.parameter.name for entry in report.entries()}
    cells: dict[str, tuple[Parameter, list[tuple[str, int, int]]]] = {}
    for parameter, sheet, row, column in _entry_cells(documents):
        empty = report.sheets.cell(sheet, row, column).value == "" and (row, column) not in report.book.errors(sheet)
        if empty and parameter.name in documents.required | entered and parameter.name in documents.m.inputs:
            cells.setdefault(parameter.name, (parameter, []))[1].append((sheet, row, column))
    for parameter, found in cells.values():
        message = _("{symbol}: {count} of its cells are empty; empty is not zero")
        if parameter.name not in entered:
            message = _("{symbol}: no cell of it is filled in; empty is not zero")
        places, say, question = (
            tuple(map(address, found)),
            {"count": len(found)},
            _("is the value missing, or is it zero?"),
        )
        yield finding("A9", message, places, parameter.symbol, "", say=say, question=question)


def two_versions(documents: Analyses) -> Iterator[Finding]:
    """Find values that differ between the input sheets, or from the calculation sheet; rows that occur twice."""
    separate = {part.roles["input"]: part.roles.get("separate") for part in documents.report.own}
    for parameter, row in documents.report.rows():
        cell = row.cells["value"]
        own = [
            entry
            for entry in documents.report.entries()
            if entry.parameter.name == parameter.name and entry.place[0] == separate.get(cell.sheet)
        ]
        value = _comparable(parameter, cell.value)
        if own and value is not None and not any(close(value, _comparable(parameter, one.written)) for one in own):
            message, say = _("{symbol} is {found} here, and {expected} in {place}"), {"place": own[0].address}
            values = (located(cell), parameter.symbol, cell.value, own[0].written)
            yield finding("A10", message, *values, say=say, unit=parameter.unit)
    # where a cell is blank, the rows of a year are no longer next to each other, and seem to be given twice
    twice = (ProblemKind.DUPLICATE,) if any(blank(documents)) else (ProblemKind.DUPLICATE, ProblemKind.GIVEN_TWICE)
    for problem in documents.problems(*twice):
        yield of_problem("A10", problem, documents.report.places_of(problem.subject))
    for problem in evidence_sheet.contradictions_of(documents.report.book, documents.m):
        yield of_problem("A10", problem, documents.report.places_of(problem.subject))


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


def no_symbol(documents: Analyses) -> Iterator[Finding]:
    """Find formulas without a symbol."""
    report = documents.report
    for part in report.own:
        for line in lines(part.roles["calc"], report.sheets) if "calc" in part.roles else ():
            places = [place for place in line.values if place[1:] in report.book.formulas(place[0])]
            if places and not line.symbol:
                message, say = _("the formula of {text!r} has no symbol in its row"), {"text": line.text}
                yield finding("A11", message, address(places[0]), say=say)


CHECKS = {
    "A3": step_not_shown,
    "A4": other_files,
    "A5": no_source,
    "A6": unexplained,
    "A7": marks,
    "A9": blank,
    "A10": two_versions,
    "A11": no_symbol,
}
