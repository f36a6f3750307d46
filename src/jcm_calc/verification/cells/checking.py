"""Each cell that shows a quantity, compared with what it should show."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Equation
from jcm_calc.reports.workbook.opening import CellFormula
from jcm_calc.verification.cells.findings import Slip, because, doubt, effect_of, linked, merged, of_wrong
from jcm_calc.verification.cells.sheet import CalculationSheets, QuantityCell, Scenario, numeric
from jcm_calc.verification.cells.wrong_formula import (
    CHOOSING,
    Wrong,
    chooses,
    functions,
    given,
    lacks_choice,
    numbers,
    unfolded,
)
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.spreadsheet import (
    ROUNDING,
    Calculator,
    FormulaError,
    UnreadableError,
    areas,
    close,
    form,
    is_number,
)

RESULTS = ("ER", "RE", "PE")
TYPED = _("{symbol} is typed in, not calculated")
TYPED_AND_WRONG = _("{symbol} is typed in, not calculated, and the equation gives another value")


def slips(sheet: CalculationSheets) -> list[Slip]:
    """Return what is wrong on the calculation sheets, one for each cause."""
    wrong: dict[tuple[str, str, str], list[Wrong]] = {}
    differing: list[QuantityCell] = []
    found: list[Slip] = []
    for cell in sheet.cells:
        outcome = _checked(cell)
        if isinstance(outcome, Slip):
            found.append(outcome)
        elif isinstance(outcome, Wrong):
            key = (cell.name, cell.place[0], form(outcome.formula) if outcome.formula else "")
            wrong.setdefault(key, []).append(outcome)
        elif not outcome:
            differing.append(cell)
    found += [of_wrong(group) for group in wrong.values()]
    return list(linked(merged(found), differing))


def _checked(cell: QuantityCell) -> Slip | Wrong | bool:
    """Return what is wrong with a cell, or whether its stored value is the right one."""
    node, expected = cell.node, cell.expected
    if expected is None or (node is not None and not numeric(node) and not isinstance(node, Equation)):
        return True
    formula = cell.formula
    if formula is None:
        return _typed(cell, expected)
    right = formula.stored and close(cell.stored, expected)
    try:
        wrong = _wrong(cell, formula, cell.sheet.changed, expected)
        if wrong is None and not right:
            # a condition may hold for the inputs as they are only
            wrong = _wrong(cell, formula, [cell.sheet.actual], expected)
        if wrong is None and isinstance(node, Equation) and not node.total and chooses(node):
            wrong = _in_a_branch(cell, node, formula, expected)
        # formulas of one form have one limit
        if (
            wrong is None
            and isinstance(node, Equation)
            and cell.sheet.is_new(cell, formula)
            and _compares(formula.text)
        ):
            wrong = _at_a_limit(cell, node, formula, expected)
    except UnreadableError as error:
        return _unreadable(cell, formula, error)
    if wrong is not None or not formula.stored or right:
        return wrong or True
    return _stale(cell, formula, expected)


def _in_a_branch(cell: QuantityCell, rule: Equation, formula: CellFormula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula in a branch that the inputs do not take."""
    operands = {other.place for other in cell.beside(rule.arguments)}
    ranges = areas(formula.text, cell.place[0])
    if any(area.size > len(operands) or not operands.issuperset(area.places) for area in ranges):
        return None  # it takes what its operands are made of, which would have to change with them
    scenarios = list(cell.sheet.branches(cell, rule))
    found = (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)
    return next((wrong for wrong in found if wrong is not None and math.isfinite(wrong.want[0])), None)


def _compares(formula: str) -> bool:
    """Whether a formula chooses by numbers."""
    return bool(functions(formula) & CHOOSING - {"SUM", "ABS", "SIGN"}) or bool(re.search(r"[<>]", formula))


def _at_a_limit(cell: QuantityCell, rule: Equation, formula: CellFormula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula on one of the sides of a limit that it compares with."""
    sheet = cell.sheet
    made_of = unfolded(sheet, rule)
    if made_of.summed:
        return None
    operands = cell.summands(rule) if made_of.adds else cell.beside(made_of.arguments)
    places = {place for area in areas(formula.text, cell.place[0]) for place in area.places}
    others = places - {other.place for other in operands}
    if any(place in sheet.actual.cells for place in others) or not places - others:
        return None
    limits = {*numbers(formula.text), *(value for place in others if is_number(value := sheet.stored(place)))}
    for limit in sorted(limit for limit in limits if limit):
        scenarios = list(sheet.around(cell, rule, made_of, operands, limit))
        wrong = next(filter(None, (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)), None)
        if wrong is not None and math.isfinite(wrong.want[0]):
            return wrong
    return None


def _suspicious(cell: QuantityCell, formula: str) -> bool:
    """Whether a formula rounds, or lacks a choice that the equation makes, though it may not show in these numbers."""
    if functions(formula) & set(ROUNDING):
        return True
    return (
        cell.rule is not None and lacks_choice(cell.rule, formula) and not (cell.rule.total and cell.node is not None)
    )


def _wrong(cell: QuantityCell, formula: CellFormula, scenarios: Sequence[Scenario], expected: float) -> Wrong | None:
    """Return what is wrong with a formula in some scenarios; None where the first shows nothing."""
    got, want = list[Any](), list[float]()
    for scenario in scenarios:
        wanted = cell.element(scenario.own)
        assert wanted is not None
        want.append(cell.shown(wanted))
        got.append(given(cell, formula.text, scenario))
        if close(got[0], want[0]) and not _suspicious(cell, formula.text):
            return None
    found = given(cell, formula.text, cell.sheet.actual)
    return Wrong(cell, formula.text, tuple(scenarios), tuple(got), tuple(want), found, expected)


def _typed(cell: QuantityCell, expected: float) -> Slip | Wrong | bool:
    """Check a cell in which a value was typed."""
    calculated = isinstance(cell.node, Equation) or cell.node is None
    if cell.stored is None:
        return True  # a step that is not shown is a finding of its own
    if close(cell.stored, expected):
        return _pasted(cell, expected, Severity.WARNING) if calculated else True
    if calculated:
        return _pasted(cell, expected, Severity.ERROR)
    return Wrong(cell, "", (cell.sheet.actual,), (cell.stored,), (expected,), cell.stored, expected)


def _pasted(cell: QuantityCell, expected: float, severity: Severity) -> Slip:
    right, result, stored = severity is Severity.WARNING, cell.name in RESULTS, cell.stored
    zero = stored == 0 and expected != 0 and not result
    finding = Finding(
        "C11" if zero else "A1" if result else "A2",
        (TYPED if right else TYPED_AND_WRONG).format(symbol=cell.symbol),
        cell.address,
        cell.symbol,
        cell.told(stored),
        cell.told(expected),
        because(cell),
        None if right else effect_of([(cell, stored)]),
        severity=severity,
        unit=cell.shown_unit,
        unconfirmed=doubt(cell),
    )
    return Slip(cell.name, finding)


def _stale(cell: QuantityCell, formula: CellFormula, expected: float) -> Slip | bool:
    """Check a stored value that differs though the formula is right."""
    stored = cell.stored
    try:
        again: Any = Calculator(cell.sheet.report.book, stored=True).evaluate(formula.text, cell.place[0])
    except FormulaError as error:
        again = str(error)
    if close(again, stored):
        return False  # a consequence of what it refers to
    message = _(
        "the stored value of {symbol} is not what its formula gives: pasted over, or not calculated again"
    ).format(symbol=cell.symbol)
    effect = effect_of([(cell, stored)])
    finding = Finding(
        *("A1", message, cell.address, cell.symbol, cell.told(stored), cell.told(expected), because(cell), effect),
        severity=Severity.ERROR,
        unit=cell.shown_unit,
    )
    return Slip(cell.name, finding)


def _unreadable(cell: QuantityCell, formula: CellFormula, error: UnreadableError) -> Slip:
    message = _("the formula ={formula} cannot be followed here: {error}").format(
        formula=formula.text[:80], error=error
    )
    cause = _("question to the author of the workbook: what does this cell calculate?")
    finding = Finding("A3", message, cell.address, cause=cause, severity=Severity.QUESTION, unresolved=True)
    return Slip(cell.name, finding)
