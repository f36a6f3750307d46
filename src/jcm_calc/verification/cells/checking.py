"""Each cell that shows a quantity, compared with what it should show; what is wrong, as findings."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.reports.workbook.opening import CellFormula
from jcm_calc.units import conversion
from jcm_calc.verification.cells.diagnosis import (
    SHOWN_OTHERWISE,
    Wrong,
    chooses,
    compares,
    criteria,
    diagnose,
    functions,
    given,
    lacks_choice,
    numbers,
    unfolded,
)
from jcm_calc.verification.cells.sheet import SIDES, CalculationSheets, QuantityCell, Scenario, numeric
from jcm_calc.verification.findings import Details, EffectOnER, Finding, Severity, finding, shown_number
from jcm_calc.verification.location import address, ranges
from jcm_calc.verification.quantities import TERMS
from jcm_calc.verification.spreadsheet import (
    ROUNDING,
    Calculator,
    FormulaError,
    Place,
    UnreadableError,
    areas,
    close,
    form,
    is_number,
    precedents,
)

RESULTS = ("ER", "RE", "PE")
# How far a formula is followed to the quantities that it may choose by, and how many are tried.
MOST_CELLS, MOST_QUANTITIES, MOST_LIMITS = 200, 12, 12
DISTINCT = 1e-5  # of the operands
TYPED = _("{symbol} is typed in, not calculated")
TYPED_AND_WRONG = _("{symbol} is typed in, not calculated, and the equation gives another value")
HARD_CODED = _("{symbol} is typed in on the calculation sheet, and does not follow its input")


@dataclass(frozen=True)
class Slip:
    """A finding of the calculation sheet, with the quantity that it is about, and what is wrong without its formula."""

    name: str
    finding: Finding
    what: str = ""


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
    node, expected, formula = cell.node, cell.expected, cell.formula
    if isinstance(node, Parameter) and node.textual:
        return True if formula is not None else _typed_text(cell)
    if expected is None:
        return True
    if formula is None:
        return _typed(cell, expected)
    if node is not None and not numeric(node) and not isinstance(node, Equation):
        return True
    right = formula.stored and close(cell.stored, expected)
    try:
        wrong = next(filter(None, _tried(cell, formula, expected, right)), None)
    except UnreadableError as error:
        return _unreadable(cell, formula, error)
    if wrong is not None or not formula.stored or right:
        return wrong or True
    return _stale(cell, formula)


def _tried(cell: QuantityCell, formula: CellFormula, expected: float, right: bool) -> Iterator[Wrong | None]:
    """Yield what is wrong with a formula for changed inputs and those as they are, in its branches, at its limits."""
    node = cell.node
    yield _wrong(cell, formula, cell.sheet.changed, expected)
    if not right:  # a condition may hold for the inputs as they are only
        yield _wrong(cell, formula, [cell.sheet.actual], expected)
    if isinstance(node, Equation) and not node.total and chooses(node):
        yield _in_a_branch(cell, node, formula, expected)
    if not cell.sheet.is_new(cell, formula):  # formulas of one form have one limit
        return
    if isinstance(node, Equation) and compares(formula.text):
        yield _at_a_limit(cell, node, formula, expected)
    places, limits = _compared(cell.sheet, cell.place)
    key = getattr(node, "by", "")  # what is looked up does not follow its key here
    others = [place for place in places if cell.sheet.known[place][0] != key]
    if any(cell.sheet.known[place][0] != cell.name for place in others):
        yield _far_away(cell, formula, expected)
    yield _by_a_quantity(cell, formula, expected, others, limits)


def _in_a_branch(cell: QuantityCell, rule: Equation, formula: CellFormula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula in a branch that the inputs do not take."""
    operands = cell.cells_of(rule.arguments)
    ranges = areas(formula.text, cell.place[0])
    if any(area.size > len(operands) or not operands.keys() >= set(area.places) for area in ranges):
        return None  # it takes what its operands are made of, which would have to change with them
    scenarios = list(cell.sheet.branches(cell, rule))
    found = (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)
    return next(filter(None, found), None)


def _at_a_limit(cell: QuantityCell, rule: Equation, formula: CellFormula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula on one of the sides of a limit that it compares with."""
    sheet = cell.sheet
    made_of = unfolded(sheet, rule)
    if made_of.summed:
        return None
    operands = cell.summands(rule) if made_of.adds else cell.cells_of(made_of.arguments)
    places = {place for area in areas(formula.text, cell.place[0]) for place in area.places}
    others = places - operands.keys()
    if any(place in sheet.actual.cells for place in others) or not places - others:
        return None
    limits = {*numbers(formula.text), *(value for place in others if is_number(value := sheet.stored(place)))}
    for limit in sorted(limit for limit in limits if limit):
        scenarios = list(sheet.around(cell, rule, made_of, operands, limit))
        wrong = next(filter(None, (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)), None)
        if wrong is not None:
            return wrong
    return None


def _far_away(cell: QuantityCell, formula: CellFormula, expected: float) -> Wrong | None:
    """Return what is wrong with a formula where quantities are many times larger or smaller, each by itself."""
    scenarios = [one for one in cell.sheet.far if _is_distinct(cell, one)]
    found = (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)
    return next(filter(None, found), None)


def _is_distinct(cell: QuantityCell, scenario: Scenario) -> bool:
    """Whether a result is not the small difference of large operands, which has few digits."""
    wanted = cell.element(scenario.expected)
    operands = cell.rule.arguments if cell.rule is not None else ()
    nodes = cell.sheet.nodes  # without what an empty group lacks
    values = [cell.element(scenario.arrays, name) or 0.0 for name in operands if name in nodes and numeric(nodes[name])]
    return wanted is not None and math.isfinite(wanted) and abs(wanted) >= DISTINCT * max(map(abs, values), default=0.0)


def _by_a_quantity(
    cell: QuantityCell, formula: CellFormula, expected: float, places: Sequence[Place], limits: Sequence[float]
) -> Wrong | None:
    """Return what is wrong with a formula at a limit of a quantity that it depends on, or on one of its sides."""
    sheet = cell.sheet
    for limit, place in itertools.product(limits[:MOST_LIMITS], places[:MOST_QUANTITIES]):
        # an intermediate can be near the limit of a declared choice without being equal to it
        sides = (side for side in SIDES if side != 1 or not (cell.rule and chooses(cell.rule)))
        scenarios = list(filter(None, (sheet.moved(place, limit * side) for side in sides)))
        wrong = next(filter(None, (_wrong(cell, formula, [one, *scenarios], expected) for one in scenarios)), None)
        if wrong is not None and math.isfinite(wrong.want[0]):
            return wrong
    return None


def _compared(sheet: CalculationSheets, start: Place) -> tuple[list[Place], list[float]]:
    """Return a cell of each quantity that a formula may choose by, also through others, and the limits."""
    found, limits, texts = dict[str, Place](), set[float](), list[str]()
    seen, waiting = {start}, [start]
    while waiting and len(seen) < MOST_CELLS:
        place = waiting.pop(0)
        formula = sheet.formula(place)
        if formula is None:
            stored = sheet.stored(place)
            limits |= set(criteria(f'"{stored}"')) if isinstance(stored, str) else {stored}
            continue
        texts.append(formula.text)
        limits |= {*numbers(formula.text), *criteria(formula.text)}
        for other in (one for area in precedents(sheet.report.book, place) for one in islice(area.places, MOST_CELLS)):
            if other in sheet.known:
                found.setdefault(sheet.known[other][0], other)
            elif other not in seen:
                seen.add(other)
                waiting.append(other)
    chosen = any(map(compares, texts))
    return list(found.values()) if chosen else [], sorted(one for one in limits if is_number(one) and one)


def _suspicious(cell: QuantityCell, formula: str) -> bool:
    """Whether a formula rounds, or lacks a choice that the equation makes, though it may not show in these numbers."""
    rule = cell.rule
    lacks = rule is not None and lacks_choice(rule, formula) and not (rule.total and cell.node is not None)
    return lacks or bool(functions(formula) & set(ROUNDING))


def _wrong(cell: QuantityCell, formula: CellFormula, scenarios: Sequence[Scenario], expected: float) -> Wrong | None:
    """Return what is wrong with a formula in some scenarios; None where the first shows nothing, or has no number."""
    got, want = list[Any](), list[float]()
    for scenario in scenarios:
        wanted = cell.element(scenario.expected)
        assert wanted is not None
        want.append(cell.shown(wanted))
        if not math.isfinite(want[0]):
            return None
        got.append(given(cell, formula.text, scenario))
        if close(got[0], want[0]) and not _suspicious(cell, formula.text):
            return None
    found = given(cell, formula.text, cell.sheet.actual)
    return Wrong(cell, formula.text, tuple(scenarios), tuple(got), tuple(want), found, expected)


def _typed(cell: QuantityCell, expected: float) -> Slip | Wrong | bool:
    """Check a cell in which a value was typed."""
    stored, right = cell.stored, close(cell.stored, expected)
    calculated = isinstance(cell.node, Equation) or cell.node is None
    if stored is None:
        return True  # a step that is not shown is a finding of its own
    if not calculated and not right:
        return Wrong(cell, "", (cell.sheet.actual,), (stored,), (expected,), stored, expected)
    if not calculated:
        return _hard_coded(cell) if cell.follows else True
    code = "A1" if cell.name in RESULTS else "C11" if stored == 0 != expected else "A2"
    if right:
        return _slip(cell, code, TYPED.format(symbol=cell.symbol), stored, None, Severity.WARNING)
    return _slip(cell, code, TYPED_AND_WRONG.format(symbol=cell.symbol), stored, effect_of([(cell, stored)]))


def _typed_text(cell: QuantityCell) -> Slip | bool:
    """Check a cell in which a class was typed."""
    entered = cell.sheet.entered_text(cell)
    if cell.stored is None or entered is None:
        return True
    if str(cell.stored).strip() == entered:
        return _hard_coded(cell)
    message = SHOWN_OTHERWISE.format(symbol=cell.symbol, found=repr(cell.stored), expected=repr(entered))
    details: Details = {"severity": Severity.ERROR}
    return Slip(cell.name, Finding("A10", message, cell.address, cell.symbol, cell.stored, entered, **details))


def _hard_coded(cell: QuantityCell) -> Slip:
    return _slip(cell, "A2", HARD_CODED.format(symbol=cell.symbol), cell.stored, None, Severity.WARNING)


def _stale(cell: QuantityCell, formula: CellFormula) -> Slip | bool:
    """Check a stored value that differs though the formula is right."""
    stored = cell.stored
    try:
        again: Any = Calculator(cell.sheet.report.book, stored=True).evaluate(formula.text, cell.place[0])
    except FormulaError as error:
        again = str(error)
    if close(again, stored):
        return False  # a consequence of what it refers to
    message = _("the stored value of {symbol} is not what its formula gives: typed over, or not recalculated")
    return _slip(cell, "A1", message.format(symbol=cell.symbol), stored, effect_of([(cell, stored)]))


def _unreadable(cell: QuantityCell, formula: CellFormula, error: UnreadableError) -> Slip:
    message = _("the formula ={formula} cannot be evaluated here: {error}")
    cause = _("question to the author of the workbook: what does this cell calculate?")
    say = {"formula": formula.text[:80], "error": error}
    details: Details = {"cause": cause, "severity": Severity.QUESTION, "unresolved": True}
    return Slip(cell.name, finding("A3", message, cell.address, say=say, **details))


# Findings


def of_wrong(group: Sequence[Wrong]) -> Slip:
    """Return the finding of cells with the same slip."""
    first = group[0]
    cell = first.cell
    code, message, cause = diagnose(first)
    text = Message("{}: ={}").format(message, first.formula[:120]) if first.formula else message
    effect = effect_of([(wrong.cell, wrong.found) for wrong in group])
    slip = _slip(cell, code, text, first.found, effect, cause=cause)
    listed = dict.fromkeys(address(place) for wrong in group for place in wrong.listed)
    where = (*listed, *ranges([wrong.cell.place for wrong in group]))
    return Slip(cell.name, replace(slip.finding, where=where), message)


def _slip(
    cell: QuantityCell,
    code: str,
    message: str,
    found: Any,
    effect: EffectOnER | None,
    severity: Severity = Severity.ERROR,
    cause: str = "",
) -> Slip:
    """Return what is wrong with a cell, with the value that it should show."""
    values = (cell.symbol, cell.readable(found), cell.readable(cell.expected), because(cell), effect, cause)
    details: Details = {"severity": severity, "unit": cell.converted or cell.declared.unit, "unconfirmed": doubt(cell)}
    return Slip(cell.name, Finding(code, message, cell.address, *values, **details))


def merged(found: Iterable[Slip]) -> list[Slip]:
    """Join the slips of one quantity that differ in their cells only."""
    groups: dict[tuple[Any, ...], list[Slip]] = {}
    for slip in found:
        own = slip.finding
        key = (own.code, slip.name, own.severity, slip.what or own.message, own.cause)
        groups.setdefault(key, []).append(slip)
    return [_joined(group) if len(group) > 1 else group[0] for group in groups.values()]


def _joined(group: Sequence[Slip]) -> Slip:
    first, effects = group[0], [slip.finding.effect for slip in group if slip.finding.effect is not None]
    effect = None
    if effects:
        years = dict.fromkeys(year for one in effects for year in one.tonnes)
        tonnes = {year: sum(one.tonnes.get(year, 0) for one in effects) for year in years}
        effect = EffectOnER(math.fsum(one.exact for one in effects), tonnes)
    shown = tuple(place for slip in group for place in slip.finding.places)
    return replace(first, finding=replace(first.finding, where=shown, effect=effect))


def linked(found: Sequence[Slip], differing: Sequence[QuantityCell]) -> Iterator[Slip]:
    """Add to each slip the cells whose values follow from it."""
    for slip in found:
        start = slip.name.removeprefix(TERMS)
        following = [cell for cell in differing if start in cell.sheet.result.inputs.graph.upstream(cell.plain).nodes]
        said = _("{symbol} at {place} is {value}")
        shown: list[str] = [
            said.format(symbol=cell.symbol, place=cell.address, value=shown_number(cell.stored))
            for cell in following[:20]
        ]
        if len(following) > 20:
            shown.append(_("and {count} more cells").format(count=len(following) - 20))
        yield replace(slip, finding=replace(slip.finding, consequences=tuple(shown)))


def effect_of(values: Sequence[tuple[QuantityCell, Any]]) -> EffectOnER | None:
    """Return what it does to ER that some cells of a quantity hold other values."""
    first = values[0][0]
    sheet, plain, node = first.sheet, first.plain, first.declared
    array = np.array(sheet.actual.arrays[plain], dtype=float)
    for cell, value in values:
        if not is_number(value):
            return None
        expected = cell.element(sheet.actual.expected)
        assert expected is not None
        factor = conversion(cell.converted, node.unit)(1.0) if cell.converted else 1.0
        labels = {letter: label for letter, label in cell.labels.items() if letter in node.indices}
        place = sheet.documents.effects.at(labels, array.shape)
        if place is None:
            return None
        if node.unit == "date":
            array[place] += value - cell.shown(expected)
        else:
            array[place] += float(value) * factor - expected
    return sheet.documents.effects.effect({plain: array}, {})


def because(cell: QuantityCell) -> str:
    """Say how the expected value of a cell is calculated."""
    sheet, node = cell.sheet, cell.declared
    if not isinstance(node, Equation):
        return sheet.result.source(cell.name) if cell.node is not None else ""
    written = node.written(sheet.m.symbols())
    if cell.node is None or not node.total:
        operands = {name: cell.element(sheet.actual.arrays, name) for name in node.arguments}
        values = [
            Message("{} = {}").format(sheet.symbol(name), shown_number(value))
            for name, value in operands.items()
            if value is not None and math.isfinite(value)
        ]
        if values:
            written = _("{equation}; with {values}").format(equation=written, values=Message(", ").join(values))
    return Message("{} ({})").format(written, node.evidence)


def doubt(cell: QuantityCell) -> str:
    """Say that the equation of a cell is not confirmed; nothing where it is."""
    rule = cell.rule
    if rule is not None and rule.evidence is not None and not rule.evidence.confirmed:
        return _("the equation of {symbol} is itself {evidence}").format(symbol=rule.symbol, evidence=rule.evidence)
    return ""
