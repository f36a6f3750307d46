"""What is wrong on the calculation sheets, cell by cell.

Each cell that shows a quantity is judged by itself: its formula is evaluated while every cell that
it may refer to holds what the library gives for it, once for the inputs as they are, and for inputs
changed at random. So a formula is right if it means the declared equation, however it is spelled,
and a wrong cell does not make the cells that depend on it wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.evaluation import EvaluationError, evaluate
from jcm_calc.expression import Expression, record
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.material import Material, on_sheet, terms
from jcm_calc.verification.quantities import TERMS, Step, address
from jcm_calc.verification.spreadsheet import (
    ROUNDING,
    Calculator,
    FormulaError,
    Place,
    UnreadableError,
    areas,
    as_number,
    form,
    read,
)
from jcm_calc.workbook.layout import column_name
from jcm_calc.workbook.opening import Formula
from jcm_calc.workbook.reading import is_declared

Array = npt.NDArray[Any]
SEEDS = (20170101, 20171231)
TRIES = 8
BRANCHING = {"where", "minimum", "maximum", "clip"}
CHOOSING = {"IF", "MIN", "MAX", "IFERROR", "MEDIAN", "CHOOSE", "SIGN", "ABS", "SUM"}
FIXED_COORDINATES = ("label", "year", "first_day", "last_day")


@dataclass(frozen=True)
class Slip:
    """A finding of the calculation sheet, with the quantity that it is about."""

    code: str
    name: str
    finding: Finding


def close(one: Any, other: Any, tolerance: float = 1e-9) -> bool:
    """Whether two values of cells are the same, but for floating-point dust."""
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-12)
    return bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.floating) and not isinstance(value, bool)


# Scenarios


@dataclass(frozen=True)
class Scenario:
    """What every quantity is for some inputs, and what the cells hold then.

    Attributes
    ----------
    arrays : dict
        What others find where a quantity stands.
    own : dict
        What the cell of a quantity itself must give: a default is looked up whatever others find.
    """

    arrays: Mapping[str, Array]
    own: Mapping[str, Array]
    cells: Mapping[Place, Any]


class Sheet:
    """The calculation sheets of a report with their scenarios."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.report = material.report
        self.result = material.result
        self.m = material.m
        self.nodes: Mapping[str, Node] = self.result.inputs.graph.nodes
        self.steps = [step for step in self.report.steps(self.result) if step.name in material.actual]
        self.entries = [entry for entry in self.report.entries() if entry.parameter.name in material.actual]
        self.by_place = {step.place: step for step in self.steps}

    @cached_property
    def actual(self) -> Scenario:
        """The inputs as they are."""
        return self._scenario(self.material.actual, self.material.actual)

    @cached_property
    def changed(self) -> list[Scenario]:
        """The inputs changed at random; the inputs as they are where no change gives a result."""
        return [self._changed(seed) for seed in SEEDS]

    def _changed(self, seed: int) -> Scenario:
        inputs = self.result.inputs
        for attempt in range(TRIES):
            values = self._perturbed(np.random.default_rng([seed, attempt]))
            names = tuple(inputs.graph.nodes)
            try:
                found = evaluate(inputs.graph, inputs.sizes, values, inputs.lookups(), names)
            except EvaluationError:
                continue
            found = {**found, **terms(self.m, found, inputs.graph.equations)}
            return self._scenario(found, {**self.material.actual, **self._own(found)})
        return self.actual

    def _own(self, found: Mapping[str, Array]) -> dict[str, Array]:
        return {name: array for name, array in found.items() if name not in self.nodes or self._follows(name)}

    def _follows(self, name: str) -> bool:
        """Whether the cell of a quantity changes with the others: it is computed, or refers to an entry."""
        return isinstance(self.nodes[name], Equation) or name in self.entered

    def places(self, name: str) -> list[Place]:
        """Return every cell that holds a quantity."""
        of_entries = [entry.place for entry in self.entries if entry.parameter.name == name]
        return of_entries + [step.place for step in self.steps if step.name == name]

    @cached_property
    def entered(self) -> set[str]:
        """The names of what is entered."""
        return {entry.parameter.name for entry in self.entries}

    def _perturbed(self, rng: np.random.Generator) -> dict[str, Array]:
        """Return the leaves, changed where every cell that shows them is known."""
        keys = {getattr(node, "by", "") for node in self.nodes.values()}
        shown = {step.name for step in self.steps} | self.entered
        values = dict(self.result.inputs.values)
        for name, node in self.nodes.items():
            if isinstance(node, Equation):
                continue
            array = self.material.actual[name]
            fixed = name in keys or name not in shown or isinstance(node, Coordinate)
            values[name] = array if fixed or not _numeric(node) else _drawn(rng, node, array)
        return values

    def _scenario(self, arrays: Mapping[str, Array], own: Mapping[str, Array]) -> Scenario:
        cells: dict[Place, Any] = {}
        for entry in self.entries:
            if (
                _numeric(entry.parameter)
                and (value := self.element(arrays, entry.parameter.name, entry.labels)) is not None
            ):
                cells[entry.place] = on_sheet(value, entry.parameter.unit, entry.unit)
        for step in self.steps:
            node = self.nodes.get(step.name)
            if node is None or _numeric(node):
                value = self.element(arrays, step.name, step.labels)
                if value is not None:
                    cells[step.place] = self.shown(step, value)
        return Scenario(arrays, own, cells)

    def element(self, arrays: Mapping[str, Array], name: str, labels: Mapping[str, str]) -> float | None:
        """Return an element of a quantity."""
        array = arrays[name]
        place = self.material.at(labels, array.shape)
        return None if place is None else float(array[place])

    def shown(self, step: Step, value: float) -> float:
        """Return a value as the sheet shows it."""
        node = self.nodes.get(step.name)
        return on_sheet(value, node.unit if node else "tCO2", self.converted(step))

    def converted(self, step: Step) -> str:
        """Return the unit of a cell where it is another one than declared, and its value is in it."""
        node = self.nodes.get(step.name)
        if node is None or node.unit in ("date", "category", "yes/no"):
            return ""
        parameter = Parameter(step.name, "", node.unit, "", Kind.CONSTANT, "")
        value = self.element(self.material.actual, step.name, step.labels)
        if is_declared(step.unit, parameter) or step.unit == "-" or value is None:
            return ""
        try:
            converted = conversion(node.unit, step.unit)(value)
        except UnitError:
            return ""
        return step.unit if close(self.stored(step.place), converted) else ""

    def stored(self, place: Place) -> Any:
        """Return the value that is stored in a cell; its error as a text."""
        book = self.report.book
        return book.errors(place[0]).get(place[1:]) or as_number(book.value(*place))

    def formula(self, place: Place) -> Formula | None:
        """Return the formula of a cell."""
        found = self.report.book.formulas(place[0]).get(place[1:])
        return found if found is not None and found.text else None

    def symbol(self, name: str) -> str:
        """Return how the document writes a quantity."""
        plain = name.removeprefix(TERMS)
        symbol: str = getattr(self.nodes[plain], "symbol", plain)
        return f"{TERMS}{symbol}" if plain != name else symbol


def _numeric(node: Node) -> bool:
    if isinstance(node, Coordinate):
        return node.what not in FIXED_COORDINATES
    return not (isinstance(node, Parameter) and (node.textual or node.unit == "date"))


def _drawn(rng: np.random.Generator, node: Node, array: Array) -> Array:
    """Return numbers near those of an array and within the bounds of a parameter."""
    assert isinstance(node, Parameter)
    drawn = np.where(array == 0, rng.uniform(0.1, 1.0, array.shape), array * rng.uniform(0.8, 1.25, array.shape))
    allowed = (drawn >= node.bounds.first) & (drawn < node.bounds.beyond)
    lower = np.where(allowed, drawn, array * rng.uniform(0.8, 0.99, array.shape))
    return np.where((lower >= node.bounds.first) & (lower < node.bounds.beyond), lower, array)


# Judging


@dataclass(frozen=True)
class Wrong:
    """A cell that does not show what it should.

    Attributes
    ----------
    scenarios : tuple of Scenario
        In which it is judged.
    got, want : tuple of float
        What its formula gives, and what it should, in each of them.
    found, expected : object
        The same for the inputs as they are.
    """

    sheet: Sheet
    step: Step
    formula: str
    scenarios: tuple[Scenario, ...]
    got: tuple[Any, ...]
    want: tuple[float, ...]
    found: Any
    expected: float

    @property
    def node(self) -> Node | None:
        """What it shows; None for the terms of a total."""
        return self.sheet.nodes.get(self.step.name)

    @property
    def rule(self) -> Equation | None:
        """The equation that it should carry out."""
        node = self.sheet.nodes[self.step.name.removeprefix(TERMS)]
        return node if isinstance(node, Equation) else None

    @property
    def adds(self) -> bool:
        """Whether it should add up along an index."""
        return self.node is not None and bool(self.rule and self.rule.total)

    @cached_property
    def operands(self) -> list[dict[str, float]]:
        """The operands of its equation in each changed scenario."""
        rule = self.rule
        assert rule is not None
        found = []
        for scenario in self.scenarios:
            values = {name: self.sheet.element(scenario.arrays, name, self.step.labels) for name in rule.arguments}
            found.append({name: math.nan if value is None else value for name, value in values.items()})
        return found

    def fits(self, **replaced: Any) -> bool:
        """Whether the formula is the equation with some operands replaced by what a function makes of them."""
        assert self.rule is not None
        for operands, scenario, got in zip(self.operands, self.scenarios, self.got, strict=True):
            with np.errstate(all="ignore"):
                try:
                    values = [
                        replaced[name](operand, scenario) if name in replaced else operand
                        for name, operand in operands.items()
                    ]
                    value = float(self.rule.function(*values))
                except (ZeroDivisionError, OverflowError):
                    return False
            if not close(self.sheet.shown(self.step, value), got):
                return False
        return True

    @cached_property
    def precedents(self) -> list[Place]:
        """Every cell that its formula refers to; twice where it does so twice."""
        return [place for area in areas(self.formula, self.step.place[0]) for place in area.places]

    @cached_property
    def summands(self) -> list[Step]:
        """The cells that it should add up."""
        rule = self.rule
        assert rule is not None
        name = f"{TERMS}{rule.name}"
        if not any(step.name == name for step in self.sheet.steps):
            name = rule.arguments[0]
        own = self.step.labels
        return [
            step
            for step in self.sheet.steps
            if step.name == name and all(own.get(letter, label) == label for letter, label in step.labels.items())
        ]


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
    found += [_told(sheet, group) for group in wrong.values()]
    return list(_linked(sheet, _merged(found), differing))


def _judged(sheet: Sheet, step: Step) -> Slip | Wrong | bool:
    """Return what is wrong with a cell, or whether its stored value is the right one."""
    node = sheet.nodes.get(step.name)
    value = sheet.element(sheet.actual.own, step.name, step.labels)
    if value is None or (node is not None and not _numeric(node) and not isinstance(node, Equation)):
        return True
    expected, stored, formula = sheet.shown(step, value), sheet.stored(step.place), sheet.formula(step.place)
    if formula is None:
        return _constant(sheet, step, stored, expected)
    try:
        wrong = _wrong(sheet, step, formula, sheet.changed, expected)
        if wrong is None and not (formula.stored and close(stored, expected)):
            # a condition may hold for the inputs as they are only
            wrong = _wrong(sheet, step, formula, [sheet.actual], expected)
    except UnreadableError as error:
        return _unreadable(step, formula, error)
    if wrong is not None or not formula.stored or close(stored, expected):
        return wrong or True
    return _stale(sheet, step, formula, stored, expected)


def _suspicious(sheet: Sheet, step: Step, formula: str) -> bool:
    """Whether a formula rounds, or lacks a choice that the equation makes, though it may not show in these numbers."""
    rule = sheet.nodes[step.name.removeprefix(TERMS)]
    if functions(formula) & set(ROUNDING):
        return True
    return isinstance(rule, Equation) and lacks_choice(rule, formula) and not (rule.total and step.name in sheet.nodes)


def lacks_choice(rule: Equation, formula: str) -> bool:
    """Whether an equation chooses between values, and a formula has nothing that could."""
    chooses = BRANCHING & set(operations(record(rule.function)))
    return bool(chooses) and not functions(formula) & CHOOSING and not set("<>=") & set(formula)


def operations(expression: Expression) -> Iterator[str]:
    """Yield the operations of an expression."""
    yield expression.operation
    for argument in expression.arguments:
        if isinstance(argument, Expression):
            yield from operations(argument)


def _wrong(sheet: Sheet, step: Step, formula: Formula, scenarios: Sequence[Scenario], expected: float) -> Wrong | None:
    """Return what is wrong with a formula in some scenarios; None where the first shows nothing."""
    got, want, name = list[Any](), list[float](), step.place[0]
    for scenario in scenarios:
        wanted = sheet.element(scenario.own, step.name, step.labels)
        assert wanted is not None
        want.append(sheet.shown(step, wanted))
        got.append(_given(sheet, formula.text, name, scenario))
        if close(got[0], want[0]) and not _suspicious(sheet, step, formula.text):
            return None
    given = _given(sheet, formula.text, name, sheet.actual)
    return Wrong(sheet, step, formula.text, tuple(scenarios), tuple(got), tuple(want), given, expected)


def _given(sheet: Sheet, formula: str, name: str, scenario: Scenario, exact: bool = False) -> Any:
    """Return what a formula gives in a scenario; an error as a text."""
    try:
        return Calculator(sheet.report.book, scenario.cells, exact=exact).evaluate(formula, name)
    except UnreadableError:
        raise
    except FormulaError as error:
        return str(error)


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
    message = f"{sheet.symbol(step.name)} is typed in, not calculated" + (
        "" if right else ", and the equation gives another value"
    )
    finding = Finding(
        message,
        step.address,
        sheet.symbol(step.name),
        stored,
        expected,
        because(sheet, step),
        None if right else _effect(sheet, step.name, [(step, stored)]),
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
    message = (
        f"the stored value of {sheet.symbol(step.name)} is not what its formula gives: pasted "
        f"over, or not calculated again"
    )
    effect = _effect(sheet, step.name, [(step, stored)])
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
    message = f"the formula ={formula.text[:80]} cannot be followed here: {error}"
    cause = "asked of whoever made the workbook: what does this cell carry out?"
    return Slip("A3", step.name, Finding(message, step.address, cause=cause, severity=Severity.QUESTION))


# Telling


def _told(sheet: Sheet, group: Sequence[Wrong]) -> Slip:
    """Return the finding of cells with the same slip."""
    from jcm_calc.verification.diagnosis import diagnose

    first = group[0]
    code, message, cause = diagnose(first)
    effect = _effect(sheet, first.step.name, [(wrong.step, wrong.found) for wrong in group])
    formula = f": ={first.formula[:120]}" if first.formula else ""
    finding = Finding(
        f"{message}{formula}",
        places([wrong.step.place for wrong in group]),
        sheet.symbol(first.step.name),
        first.found,
        first.expected,
        because(sheet, first.step),
        effect,
        cause,
        severity=Severity.ERROR,
        unconfirmed=doubt(sheet, first.step.name),
    )
    return Slip(code, first.step.name, finding)


def _merged(found: Iterable[Slip]) -> list[Slip]:
    """Join the slips of one quantity that differ in their cells only."""
    groups: dict[tuple[Any, ...], list[Slip]] = {}
    for slip in found:
        finding = slip.finding
        key = (slip.code, slip.name, finding.severity, finding.message.partition(": =")[0], finding.cause)
        groups.setdefault(key, []).append(slip)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Slip]) -> Slip:
    first = group[0]
    if len(group) == 1:
        return first
    shown = ", ".join(slip.finding.place for slip in group[:6]) + (
        f" and {len(group) - 6} more" if len(group) > 6 else ""
    )
    effects = [slip.finding.effect for slip in group if slip.finding.effect is not None]
    effect = None
    if effects:
        years = dict.fromkeys(year for one in effects for year in one.tonnes)
        tonnes = {year: sum(one.tonnes.get(year, 0) for one in effects) for year in years}
        effect = replace(effects[0], exact=math.fsum(one.exact for one in effects), tonnes=tonnes)
    return Slip(first.code, first.name, replace(first.finding, place=shown, effect=effect))


def _linked(sheet: Sheet, found: Sequence[Slip], differing: Sequence[Step]) -> Iterator[Slip]:
    """Add to each slip the cells whose values follow from it."""
    for slip in found:
        start = slip.name.removeprefix(TERMS)
        following = [
            f"{sheet.symbol(step.name)} at {step.address} is {shown_number(sheet.stored(step.place))}"
            for step in differing
            if start in sheet.result.inputs.graph.upstream(step.name.removeprefix(TERMS)).nodes
        ]
        told = following[:20] + ([f"and {len(following) - 20} more cells"] if len(following) > 20 else [])
        yield replace(slip, finding=replace(slip.finding, consequences=tuple(told)))


def _effect(sheet: Sheet, name: str, values: Sequence[tuple[Step, Any]]) -> Any:
    """Return what it does to ER that the cells of a quantity hold other values."""
    plain = name.removeprefix(TERMS)
    array = np.array(sheet.actual.arrays[plain], dtype=float)
    node = sheet.nodes[plain]
    for step, value in values:
        if not _is_number(value):
            return None
        expected = sheet.element(sheet.actual.own, step.name, step.labels)
        assert expected is not None
        factor = 1.0
        if unit := sheet.converted(step):
            factor = conversion(unit, node.unit)(1.0)
        labels = {letter: label for letter, label in step.labels.items() if letter in node.indices}
        place = sheet.material.at(labels, array.shape)
        if place is None:
            return None
        if node.unit == "date":
            array[place] += value - sheet.shown(step, expected)
        else:
            array[place] += float(value) * factor - expected
    return sheet.material.effect({plain: array}, {})


def because(sheet: Sheet, step: Step) -> str:
    """Say how the expected value of a cell comes about."""
    node = sheet.nodes[step.name.removeprefix(TERMS)]
    if not isinstance(node, Equation):
        return str(sheet.result.trace().loc[step.name, "from"]) if step.name in sheet.nodes else ""
    written = node.written(sheet.m.symbols())
    if step.name.startswith(TERMS) or not node.total:
        values = [
            f"{sheet.symbol(name)} = {shown_number(value)}"
            for name in node.arguments
            if (value := sheet.element(sheet.actual.arrays, name, step.labels)) is not None
        ]
        written += f"; with {', '.join(values)}" if values else ""
    return f"{written} ({node.evidence})"


def doubt(sheet: Sheet, name: str) -> str:
    """Say that an equation or default is not confirmed; nothing where it is."""
    node = sheet.nodes[name.removeprefix(TERMS)]
    evidence = getattr(node, "evidence", None)
    if isinstance(node, Equation) and evidence is not None and not evidence.confirmed:
        return f"the equation of {node.symbol} is itself {evidence}"
    return ""


def places(found: Sequence[Place]) -> str:
    """Write the cells of a column as a range where they adjoin."""
    sheet, first, column = found[0]
    rows = [row for _, row, _ in found]
    same = all(place[0] == sheet and place[2] == column for place in found)
    if len(found) > 1 and same and rows == [*range(first, first + len(rows))]:
        return f"{address(found[0])}:{column_name(column)}{rows[-1] + 1}"
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    return ", ".join(map(address, found[:6])) + more


def functions(formula: str) -> frozenset[str]:
    """Return the names of the functions in a formula."""
    return read(form(formula)).functions


def numbers(formula: str) -> tuple[float, ...]:
    """Return the numbers that are written in a formula."""
    return read(form(formula)).numbers


def without_rounding(wrong: Wrong) -> list[Any]:
    """Return what a formula would give in each changed scenario if nothing were rounded."""
    name = wrong.step.place[0]
    return [_given(wrong.sheet, wrong.formula, name, scenario, exact=True) for scenario in wrong.scenarios]
