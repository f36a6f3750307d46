"""Each cell that shows a quantity, judged by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from jcm_calc.declarations.items import Equation
from jcm_calc.languages import _
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.quantities import TERMS, Step
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
from jcm_calc.verification.steps.sheet import Scenario, Sheet, numeric
from jcm_calc.verification.steps.telling import Slip, because, doubt, effect_of, linked, merged, told
from jcm_calc.verification.steps.wrong import (
    CHOOSING,
    Wrong,
    chooses,
    functions,
    given,
    lacks_choice,
    numbers,
    unfolded,
)
from jcm_calc.workbook.opening import Formula

TYPED = _("{symbol} is typed in, not calculated")
TYPED_AND_WRONG = _("{symbol} is typed in, not calculated, and the equation gives another value")


def slips(sheet: Sheet) -> list[Slip]:
    """Return what is wrong on the calculation sheets, one for each cause."""
    wrong: dict[tuple[str, str, str], list[Wrong]] = {}
    differing: list[Step] = []
    found: list[Slip] = []
    for step in sheet.steps:
        outcome = _judged(sheet, step)
        if isinstance(outcome, Slip):
            found.append(outcome)
        elif isinstance(outcome, Wrong):
            key = (step.name, step.place[0], form(outcome.formula) if outcome.formula else "")
            wrong.setdefault(key, []).append(outcome)
        elif not outcome:
            differing.append(step)
    found += [told(sheet, group) for group in wrong.values()]
    return list(linked(sheet, merged(found), differing))


def _judged(sheet: Sheet, step: Step) -> Slip | Wrong | bool:
    """Return what is wrong with a cell, or whether its stored value is the right one."""
    node = sheet.nodes.get(step.name)
    value = sheet.element(sheet.actual.own, step.name, step.labels)
    if value is None or (node is not None and not numeric(node) and not isinstance(node, Equation)):
        return True
    expected, stored, formula = sheet.shown(step, value), sheet.stored(step.place), sheet.formula(step.place)
    if formula is None:
        return _constant(sheet, step, stored, expected)
    try:
        wrong = _wrong(sheet, step, formula, sheet.changed, expected)
        if wrong is None and not (formula.stored and close(stored, expected)):
            # a condition may hold for the inputs as they are only
            wrong = _wrong(sheet, step, formula, [sheet.actual], expected)
        if wrong is None and isinstance(node, Equation) and not node.total and chooses(node):
            wrong = _in_a_branch(sheet, step, node, formula, expected)
        # formulas of one form have one limit
        if wrong is None and isinstance(node, Equation) and sheet.is_new(step, formula) and _compares(formula.text):
            wrong = _at_a_limit(sheet, step, node, formula, expected)
    except UnreadableError as error:
        return _unreadable(step, formula, error)
    if wrong is not None or not formula.stored or close(stored, expected):
        return wrong or True
    return _stale(sheet, step, formula, stored, expected)


def _in_a_branch(sheet: Sheet, step: Step, rule: Equation, formula: Formula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula in a branch that the inputs do not take."""
    operands = {other.place for other in sheet.beside(step, rule.arguments)}
    if not operands.issuperset(place for area in areas(formula.text, step.place[0]) for place in area.places):
        return None  # it takes what its operands are made of, which would have to change with them
    scenarios = list(sheet.branches(step, rule))
    found = (_wrong(sheet, step, formula, [one, *scenarios], expected) for one in scenarios)
    return next((wrong for wrong in found if wrong is not None and math.isfinite(wrong.want[0])), None)


def _compares(formula: str) -> bool:
    """Whether a formula chooses by numbers."""
    return bool(functions(formula) & CHOOSING - {"SUM", "ABS", "SIGN"}) or bool(re.search(r"[<>]", formula))


def _at_a_limit(sheet: Sheet, step: Step, rule: Equation, formula: Formula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula on one of the sides of a limit that it compares with."""
    made_of = unfolded(sheet, rule)
    operands = sheet.summands(step, rule) if made_of.adds else sheet.beside(step, made_of.arguments)
    places = {place for area in areas(formula.text, step.place[0]) for place in area.places}
    others = places - {other.place for other in operands}
    if any(place in sheet.actual.cells for place in others) or not places - others:
        return None
    limits = {*numbers(formula.text), *(value for place in others if is_number(value := sheet.stored(place)))}
    for limit in sorted(limit for limit in limits if limit):
        scenarios = list(sheet.around(step, rule, made_of, operands, limit))
        wrong = next(
            filter(None, (_wrong(sheet, step, formula, [one, *scenarios], expected) for one in scenarios)), None
        )
        if wrong is not None and math.isfinite(wrong.want[0]):
            return wrong
    return None


def _suspicious(sheet: Sheet, step: Step, formula: str) -> bool:
    """Whether a formula rounds, or lacks a choice that the equation makes, though it may not show in these numbers."""
    rule = sheet.nodes[step.name.removeprefix(TERMS)]
    if functions(formula) & set(ROUNDING):
        return True
    return isinstance(rule, Equation) and lacks_choice(rule, formula) and not (rule.total and step.name in sheet.nodes)


def _wrong(sheet: Sheet, step: Step, formula: Formula, scenarios: Sequence[Scenario], expected: float) -> Wrong | None:
    """Return what is wrong with a formula in some scenarios; None where the first shows nothing."""
    got, want, name = list[Any](), list[float](), step.place[0]
    for scenario in scenarios:
        wanted = sheet.element(scenario.own, step.name, step.labels)
        assert wanted is not None
        want.append(sheet.shown(step, wanted))
        got.append(given(sheet, formula.text, name, scenario))
        if close(got[0], want[0]) and not _suspicious(sheet, step, formula.text):
            return None
    found = given(sheet, formula.text, name, sheet.actual)
    return Wrong(sheet, step, formula.text, tuple(scenarios), tuple(got), tuple(want), found, expected)


def _constant(sheet: Sheet, step: Step, stored: Any, expected: float) -> Slip | Wrong | bool:
    """Judge a cell in which a value was typed."""
    node = sheet.nodes.get(step.name)
    if stored is None:
        return True  # a step that is not shown is a finding of its own
    if close(stored, expected):
        if isinstance(node, Equation) or node is None:
            return Slip(*_pasted(sheet, step, stored, expected, Severity.WARNING))
        return True
    if isinstance(node, Equation) or node is None:
        zero = stored == 0 and expected != 0 and step.name not in ("ER", "RE", "PE")
        code, name, finding = _pasted(sheet, step, stored, expected, Severity.ERROR)
        return Slip("C11" if zero else code, name, finding)
    return Wrong(sheet, step, "", (sheet.actual,), (stored,), (expected,), stored, expected)


def _pasted(sheet: Sheet, step: Step, stored: Any, expected: float, severity: Severity) -> tuple[str, str, Finding]:
    result = step.name in ("ER", "RE", "PE")
    right = severity is Severity.WARNING
    finding = Finding(
        (TYPED if right else TYPED_AND_WRONG).format(symbol=sheet.symbol(step.name)),
        step.address,
        sheet.symbol(step.name),
        stored,
        expected,
        because(sheet, step),
        None if right else effect_of(sheet, step.name, [(step, stored)]),
        severity=severity,
        unconfirmed=doubt(sheet, step.name),
    )
    return "A1" if result else "A2", step.name, finding


def _stale(sheet: Sheet, step: Step, formula: Formula, stored: Any, expected: float) -> Slip | bool:
    """Judge a stored value that differs though the formula is right."""
    try:
        again: Any = Calculator(sheet.report.book, stored=True).evaluate(formula.text, step.place[0])
    except FormulaError as error:
        again = str(error)
    if close(again, stored):
        return False  # a consequence of what it refers to
    message = _(
        "the stored value of {symbol} is not what its formula gives: pasted over, or not calculated again"
    ).format(symbol=sheet.symbol(step.name))
    effect = effect_of(sheet, step.name, [(step, stored)])
    finding = Finding(
        message,
        step.address,
        sheet.symbol(step.name),
        stored,
        expected,
        because(sheet, step),
        effect,
        severity=Severity.ERROR,
    )
    return Slip("A1", step.name, finding)


def _unreadable(step: Step, formula: Formula, error: UnreadableError) -> Slip:
    message = _("the formula ={formula} cannot be followed here: {error}").format(
        formula=formula.text[:80], error=error
    )
    cause = _("asked of whoever made the workbook: what does this cell carry out?")
    finding = Finding(message, step.address, cause=cause, severity=Severity.QUESTION, unresolved=True)
    return Slip("A3", step.name, finding)
