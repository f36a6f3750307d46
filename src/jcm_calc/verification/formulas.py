"""Group C: the formula is the registered one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reports.workbook.filled_sheets import is_declared
from jcm_calc.reports.workbook.symbols import plain
from jcm_calc.reports.workbook.tables import linked
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.sheet import QuantityCell
from jcm_calc.verification.declared_checks import check, monitored, shown
from jcm_calc.verification.findings import Finding, finding, shown_number
from jcm_calc.verification.location import ranges
from jcm_calc.verification.quantities import converts
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, Place, close, form


@check(
    "C3",
    _("the plan fixes no value instead of a default"),
    lambda m: any(one.parameter.kind is Kind.DEFAULT for one in m.registered.entries("MPS")),
)
def not_used(documents: Analyses) -> Iterator[Finding]:
    """Find values of the plan that the report does not have, and the ER that they would give."""
    entered = {entry.parameter.name for entry in documents.report.entries("MRS")}
    graph = documents.result.inputs.graph.nodes
    for entry in documents.registered.entries("MPS"):
        name = entry.parameter.name
        if name in graph and name not in entered and entry.parameter.kind is Kind.DEFAULT:
            message = _("the plan fixes {symbol} at {expected}, and the report does not use it")
            because = _("the plan, {place}").format(place=entry.address)
            values = (documents.in_plan(entry.address), entry.parameter.symbol, None, entry.value, because)
            fixed = documents.correcting(entry, entry.value) if entry.numeric else {}
            yield finding("C3", message, *values, **fixed)


@check("C7")
def wrong_unit(documents: Analyses) -> Iterator[Finding]:
    """Find units on the calculation sheet that are other than declared: of its quantities, and of listed defaults."""
    report = documents.report
    listed = [(one, one.parameter) for one in documents.sheet.defaults if not one.among(one.converted)]
    shown = [(cell, cell.declared) for cell in documents.sheet.cells if not cell.converted]
    wrong: dict[tuple[str, str], tuple[Node, list[Place]]] = {}
    for one, node in (*shown, *listed):
        # words and days have no unit
        if node.unit not in ("category", "yes/no", "date") and not is_declared(one.unit, node):
            wrong.setdefault((node.name, one.unit), (node, []))[1].append(one.unit_place)
    for (name, unit), (node, places) in wrong.items():
        message = _("{symbol} has the unit {found} on the sheet, but its value is in {unit}")
        cause = "" if converts(node.unit, unit) else _("another kind of quantity")
        values = getattr(node, "symbol", name), str(report.book.value(*places[0])).strip(), node.unit
        yield finding("C7", message, ranges(places), *values, say={"unit": node.unit or _("no unit")}, cause=cause)


@check(
    "C8",
    _("no value by classes of numbers on a calculation sheet"),
    shown(lambda node: isinstance(node, Parameter) and node.table and node.table.numeric),
)
def class_limits(documents: Analyses) -> Iterator[Finding]:
    """Find look-ups that give another value at the limits of a class or inside it, whether or not a unit is there.

    A wrong value in the list that they refer to is a finding by itself.
    """
    sheet = documents.sheet
    corrected = {one.place: (one.converted or one.known)[0] for one in sheet.defaults if not one.right}
    read = set()
    for cell in sheet.cells:
        node, formula = cell.node, cell.formula
        numeric = isinstance(node, Parameter) and node.table is not None and node.table.numeric
        if not numeric or formula is None or form(formula.text) in read or cell.name in sheet.entered:
            continue
        read.add(form(formula.text))
        assert isinstance(node, Parameter)
        if linked(formula.text, cell.place[0]) is not None:
            continue  # a link to the value of a class looks nothing up
        if any(slip.name == cell.name for slip in documents.slips):
            continue
        limits, inside = _sizes(node)
        wrong = sorted(size for size in limits | inside if not _agrees(cell, formula.text, node, size, corrected))
        if wrong:
            message = _("{symbol} is looked up in the wrong class where {key} is exactly {limits}: ={formula}")
            say = {
                "key": node.by,
                "limits": Message(", ").join(map(shown_number, wrong)),
                "formula": formula.text[:100],
            }
            cause = _("< instead of ≤, or the reverse") if inside.isdisjoint(wrong) else ""
            yield finding("C8", message, cell.address, node.symbol, say=say, cause=cause)


def _sizes(node: Parameter) -> tuple[set[float], set[float]]:
    """Return the limits of the classes of a table, and one size inside each class."""
    assert node.table is not None
    classes = [(key.lower, key.upper) for key in node.table.entries if isinstance(key, Interval)]
    limits = {edge for ends in classes for edge in ends if np.isfinite(edge)}
    inside = {
        low + (high - low) / 2 if np.isfinite(high - low) else low * 2 + 1 if np.isfinite(low) else high - abs(high) - 1
        for low, high in classes
        if np.isfinite(low) or np.isfinite(high)
    }
    return limits, inside


def _agrees(cell: QuantityCell, formula: str, node: Parameter, size: float, corrected: Mapping[Place, float]) -> bool:
    """Whether a formula looks up for a size what the document has there, or nothing where it has nothing."""
    assert node.table is not None
    sheet = cell.sheet
    key = dict.fromkeys(sheet.places(node.by), size)
    try:
        found = Calculator(sheet.report.book, {**sheet.actual.cells, **corrected, **key}).evaluate(
            formula, cell.place[0]
        )
    except FormulaError:
        found = np.nan
    expected = float(node.table.lookup()(np.array(size)))
    return bool(np.isnan(expected)) or close(found, expected)


@check("C13", _("no monitored value"), monitored)
def computed_reading(documents: Analyses) -> Iterator[Finding]:
    """Find what does not belong into the formula of an amount; values that are computed in another way."""
    sheets = documents.report.sheets
    for entry in documents.report.entries():
        if entry.monitored:
            formula = sheets.formula(sheets.cell(*entry.place))
            amount = documents.amounts.get(entry.place)
            if formula is not None and not (amount is not None and amount.plain):
                message, say = _("{symbol} is computed, not read: ={formula}"), {"formula": formula.text[:100]}
                values = (entry.address, entry.parameter.symbol, entry.written)
                unit, unresolved = entry.unit or entry.parameter.unit, amount is None or not amount.settled
                yield finding("C13", message, *values, say=say, unit=unit, unresolved=unresolved)


@check("C16", _("no equation is printed"), lambda m: (one for one in m.report.lines() if "=" in one.equation))
def printed_otherwise(documents: Analyses) -> Iterator[Finding]:
    """Find printed equations with missing or unknown symbols."""
    report, m = documents.report, documents.m
    symbols = m.symbols()
    written = {rule.symbol: [one.written(symbols) for one in m.rules if one.symbol == rule.symbol] for rule in m.rules}
    for line in report.lines():
        if "=" not in line.equation or line.symbol not in written:
            continue
        printed = _named(line.equation.partition("=")[2], symbols)
        declared = [_named(text.partition("=")[2], symbols) for text in written[line.symbol]]
        # a form for every case prints the equations of all of them
        if printed not in declared and printed != set().union(*declared):
            message = _("the equation printed for {symbol} is {printed!r}, declared is {declared!r}")
            say = {"printed": line.equation, "declared": written[line.symbol][0]}
            yield finding("C16", message, line.address, line.symbol, say=say)


def _named(text: str, symbols: dict[str, str]) -> set[str]:
    """Return the symbols in a text, the longest first."""
    found, rest = set(), text
    for symbol in sorted(set(symbols.values()), key=len, reverse=True):
        pattern = rf"(?<![\w,]){re.escape(symbol)}(?![\w,])"
        if re.search(pattern, rest):
            found.add(plain(symbol))
            rest = re.sub(pattern, " ", rest)
    return found
