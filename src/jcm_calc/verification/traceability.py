"""Group A: every number can be followed to what was entered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.languages import Message, _
from jcm_calc.problems import ProblemKind, listed
from jcm_calc.verification.checks import check
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.material import Material
from jcm_calc.verification.quantities import Quantities, address, lines
from jcm_calc.verification.spreadsheet import Place, as_number, close
from jcm_calc.workbook.filled_sheets import ELSEWHERE as ELSEWHERE_ON_SHEET
from jcm_calc.workbook.filled_sheets import plain_value

UNSUPPORTED = re.compile(r"\b(previous report|earlier report|assum\w+|estimat\w+|guess\w*|to be confirmed|tbd)\b", re.I)
ELSEWHERE = re.compile(r"\[\d+\]|\[[^\]]+\.xls\w*\]", re.I)


@check(
    "A1",
    "Results pasted, not calculated",
    "The cells of ER, RE and PE hold formulas, and the values stored in them are what the formulas give.",
    severity=Severity.WARNING,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/Y2U7VPS9J5RXTHN/viewPublic",
)
def results_pasted(material: Material) -> Iterator[Finding]:
    """Find results that are typed in; an error where the value is not the one that the inputs give."""
    yield from material.slipped("A1")


@check(
    "A2",
    "One step of the chain typed in",
    "Each intermediate is a formula, and no formula has a number in it that the declared equation lacks.",
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/AIPZOMCL6Q4UWV1/viewPublic",
)
def step_typed_in(material: Material) -> Iterator[Finding]:
    """Find intermediates and factors that are typed in."""
    yield from material.slipped("A2")


@check(
    "A3",
    "Step cannot be followed",
    "The calculation sheet shows every intermediate of the methodology, in sight, in formulas that can be evaluated.",
    severity=Severity.WARNING,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/29YPO7FB1M8SQIW/viewPublic",
)
def step_not_shown(material: Material) -> Iterator[Finding]:
    """Find intermediates that are not shown or hidden, and formulas that cannot be followed."""
    yield from material.slipped("A3")
    nodes = material.sheet.nodes
    shown = {step.name for step in material.sheet.steps if _filled(material, step.place)}
    # where there is one unit, its sum shows it
    rules = [node for name, node in nodes.items() if isinstance(node, Equation) and name in shown]
    totals = [rule for rule in rules if rule.total and not material.sheet.several(rule.total)]
    shown |= {name for rule in totals for name in rule.arguments}
    for name, node in nodes.items():
        if isinstance(node, Equation) and name not in shown:
            message = _("the calculation sheet does not show {symbol} = {formula}")
            formula = node.written(material.m.symbols()).partition(" = ")[2]
            message = message.format(symbol=node.symbol, formula=formula)
            yield Finding(message, subject=node.symbol)
    yield from _hidden(material)


def _filled(material: Material, place: Place) -> bool:
    return material.sheet.formula(place) is not None or material.sheet.stored(place) is not None


def _hidden(material: Material) -> Iterator[Finding]:
    book = material.report.book
    for part in material.report.own:
        for sheet in part.roles.values():
            rows, columns = book.hidden_cells(sheet)
            filled = [
                (sheet, row, column)
                for row, cells in enumerate(book.grid(sheet))
                for column, cell in enumerate(cells)
                if cell != "" and (row in rows or column in columns)
            ]
            if sheet in book.hidden:
                yield Finding(_("the sheet is hidden"), sheet)
            elif filled:
                message = _("{count} filled cells are hidden").format(count=len(filled))
                yield Finding(message, _("from {place}").format(place=address(filled[0])))


@check(
    "A4",
    "Supporting workbook missing",
    "No formula refers to another file: what it takes from there is not in the package.",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/ZUVQ43XY8MDBNTK/viewPublic",
)
def other_files(material: Material) -> Iterator[Finding]:
    """Find links to other workbooks."""
    book = material.report.book
    for sheet in book.sheets:
        found = [place for place, formula in book.formulas(sheet).items() if ELSEWHERE.search(formula.text)]
        if found:
            text = book.formulas(sheet)[found[0]].text
            message = _("{count} formulas refer to another file, which is not here: ={formula}")
            message = message.format(count=len(found), formula=text[:100])
            yield Finding(message, listed((address((sheet, *place)) for place in found), len(found)))


@check(
    "A5",
    "Constant without a source",
    "A value fixed beforehand has a source, which is a document and no assumption.",
    severity=Severity.WARNING,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/S4FJQ29ONLTPW1C/viewPublic",
)
def no_source(material: Material) -> Iterator[Finding]:
    """Find sources that support nothing; whoever left them empty is asked for them."""
    empty = []
    for parameter, row in material.report.rows():
        if parameter.kind is not Kind.FIXED or row.text("value") == "":
            continue
        source = row.text("source")
        if UNSUPPORTED.search(source):
            message = _("the source of {symbol} is given as {source!r}")
            message = message.format(symbol=parameter.symbol, source=source)
            yield Finding(message, row.cells["source"].address, parameter.symbol)
        elif not source:
            empty.append(parameter.symbol)
    if empty:
        message = _("no source is named for {symbols}").format(symbols=listed(dict.fromkeys(empty)))
        question = _("which document has the value?")
        yield Finding(message, severity=Severity.QUESTION, question=question)


@check(
    "A6",
    "Unexplained name or cell",
    "Each row of the calculation sheet has a symbol of the methodology.",
    severity=Severity.QUESTION,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/HMBC0ANU91LGVQI/viewPublic",
)
def unexplained(material: Material) -> Iterator[Finding]:
    """Find rows with a value whose symbol is none of the methodology."""
    report, m = material.report, material.m
    known = Quantities({**m.inputs, **material.result.inputs.graph.nodes}, list(m.indices))
    names = {rule.symbol for rule in m.rules} | set(m.coordinates)
    for part in report.own:
        for line in lines(part.roles["calc"], report.sheets) if "calc" in part.roles else ():
            valued = any(report.sheets.cell(*place).value != "" for place in line.values)
            if valued and line.symbol and line.symbol not in names and known.find(line.symbol) is None:
                message = _("{symbol} ({text}) is no symbol of {methodology}")
                message = message.format(symbol=line.symbol, text=line.text, methodology=m)
                yield Finding(message, line.address, line.symbol, question=_("what is it for?"))


@check(
    "A7",
    "Unexplained marks in data",
    "Cells for numbers hold numbers: no text, no number stored as text, no error value.",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/IUM4O0SCVY9DPNG/viewPublic",
)
def marks(material: Material) -> Iterator[Finding]:
    """Find errors and texts where numbers belong."""
    yield from material.slipped("A7")
    yield from material.measured("A7")
    for kind, place, written, parameter in _cells_for_numbers(material):
        if kind == "error":
            message = _("{symbol} holds the error value {written}").format(symbol=parameter.symbol, written=written)
            yield Finding(message, place, parameter.symbol, written)
        elif _is_numeral(written):
            message = _("{symbol} is a number stored as text, which sums and tests of a spreadsheet pass over")
            message = message.format(symbol=parameter.symbol)
            yield Finding(message, place, parameter.symbol, written, severity=Severity.WARNING)
        else:
            message = _("{symbol} holds the words {written!r} where a number belongs")
            message = message.format(symbol=parameter.symbol, written=written)
            yield Finding(message, place, parameter.symbol, written)


def _cells_for_numbers(material: Material) -> Iterator[tuple[str, str, str, Parameter]]:
    """Yield the cells of numeric parameters in which something else stands."""
    report = material.report
    for parameter, sheet, row, column in _entry_cells(material):
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


def _entry_cells(material: Material) -> Iterator[tuple[Parameter, str, int, int]]:
    """Yield every cell of the report in which a value can be entered."""
    report = material.report
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
            ]
            for column, parameter in table.columns.items():
                for number in labelled:
                    yield parameter, table.sheet, number, column


def _is_numeral(text: str) -> bool:
    return re.fullmatch(r"\s*[-+]?[\d.,\s]+([eE][-+]?\d+)?\s*%?\s*", text) is not None


@check(
    "A8",
    "Reference to the wrong quantity",
    "Each reference of a formula leads to the quantity that the equation has at that place.",
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/reg_forms/RU93OSDXW7C12QK/viewPublic",
)
def wrong_reference(material: Material) -> Iterator[Finding]:
    """Find references to another quantity, unit or period."""
    yield from material.slipped("A8")


@check(
    "A9",
    "Blank cell: missing or zero?",
    "No cell of a quantity that the calculation needs is empty; nothing is read as zero.",
    asked="https://cdm.unfccc.int/IRCheck/reg_forms/DCY5WA0TBE49R8J/viewPublic",
)
def blank(material: Material) -> Iterator[Finding]:
    """Find empty cells beside filled ones."""
    yield from material.measured("A9")
    report = material.report
    entered = {entry.parameter.name for entry in report.entries()}
    cells: dict[str, tuple[Parameter, list[tuple[str, int, int]]]] = {}
    for parameter, sheet, row, column in _entry_cells(material):
        empty = report.sheets.cell(sheet, row, column).value == "" and (row, column) not in report.book.errors(sheet)
        if empty and parameter.name in material.required | entered and parameter.name in material.m.inputs:
            cells.setdefault(parameter.name, (parameter, []))[1].append((sheet, row, column))
    for parameter, found in cells.values():
        whole = parameter.name not in entered
        message = _("{symbol}: {count} of its cells are empty; empty is not zero")
        if whole:
            message = _("{symbol}: no cell of it is filled in; empty is not zero")
        message = message.format(symbol=parameter.symbol, count=len(found))
        place = listed(map(address, found), len(found))
        yield Finding(message, place, parameter.symbol, "", question=_("missing, or nought?"))


@check(
    "A10",
    "Two versions of the same data",
    "A quantity that stands in several places has one value in all of them.",
    asked="https://cdm.unfccc.int/Projects/DB/DNV-CUK1158855257.5/iProcess/DNV-CUK1200044418.31/gotoRFR?rfrid=1ZCPAKFVPS24QALS2Q1A7QS9YZYSN1",
)
def two_versions(material: Material) -> Iterator[Finding]:
    """Find values that differ between the input sheets, or from the calculation sheet; rows that stand twice."""
    yield from material.measured("A10")
    yield from material.slipped("A10")
    separate = {part.roles["input"]: part.roles.get("separate") for part in material.report.own}
    for parameter, row in material.report.rows():
        cell = row.cells["value"]
        own = [
            entry
            for entry in material.report.entries()
            if entry.parameter.name == parameter.name and entry.place[0] == separate.get(cell.sheet)
        ]
        value = _comparable(parameter, cell.value)
        if own and value is not None and not any(close(value, _comparable(parameter, one.written)) for one in own):
            message = _("{symbol} is {value} here, and {other} in {place}")
            message = message.format(
                symbol=parameter.symbol,
                value=shown_number(cell.value),
                other=shown_number(own[0].written),
                place=own[0].address,
            )
            yield Finding(message, cell.address, parameter.symbol, cell.value, own[0].written)
    # where a cell is blank, the rows of a year no longer stand side by side, and seem to be given twice
    twice = (ProblemKind.DUPLICATE,) if any(blank(material)) else (ProblemKind.DUPLICATE, ProblemKind.GIVEN_TWICE)
    for problem in material.problems(*twice):
        yield Finding(Message("{}: {}").format(problem.subject, problem.complaint), subject=problem.subject)


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


@check(
    "A11",
    "No explanation of formulas",
    "Beside each formula of the blocks of the calculation sheet stands the symbol that it computes.",
    severity=Severity.WARNING,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/TXNP93ZM50UOAYC/viewPublic",
)
def no_symbol(material: Material) -> Iterator[Finding]:
    """Find formulas without a symbol."""
    report = material.report
    for part in report.own:
        for line in lines(part.roles["calc"], report.sheets) if "calc" in part.roles else ():
            places = [place for place in line.values if place[1:] in report.book.formulas(place[0])]
            if places and not line.symbol:
                message = _("the formula of {text!r} has no symbol beside it").format(text=line.text)
                yield Finding(message, address(places[0]))
