"""A cell whose formula is not the equation: what it gives, and with which operands the equation would give it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Equation
from jcm_calc.expression import Expression, record
from jcm_calc.verification.quantities import TERMS, Step
from jcm_calc.verification.spreadsheet import (
    EPOCH,
    Calculator,
    FormulaError,
    Place,
    UnreadableError,
    areas,
    close,
    form,
    read,
)
from jcm_calc.verification.steps.sheet import Scenario, Sheet, Unfolded

BRANCHING = {"where", "minimum", "maximum", "clip"}
Replacement = Callable[[float, Scenario], float]
CHOOSING = {"IF", "MIN", "MAX", "IFERROR", "MEDIAN", "CHOOSE", "SIGN", "ABS", "SUM"}


def unfolded(sheet: Sheet, rule: Equation) -> Unfolded:
    """Return an equation in what the sheet shows; a sum over one unit is that unit's term."""
    shown = {step.name for step in sheet.steps} | sheet.entered
    # of a sum over several units that shows none of them, nothing can be told apart
    if rule.total and (sheet.several(rule.total) or TERMS + rule.name in shown or set(rule.arguments) & shown):
        return Unfolded(rule.arguments, rule.function, (rule,), adds=True)
    parts: dict[str, Unfolded | None] = {}
    for name in rule.arguments:
        node = sheet.nodes.get(name)
        taken = isinstance(node, Equation) and name not in shown and not (node.total and sheet.several(node.total))
        parts[name] = unfolded(sheet, node) if taken and isinstance(node, Equation) else None
    names = tuple(dict.fromkeys(one for name, part in parts.items() for one in (part.arguments if part else (name,))))

    def function(*values: Any) -> Any:
        given = dict(zip(names, values, strict=True))
        return rule.function(
            *(
                part.function(*(given[one] for one in part.arguments)) if part else given[name]
                for name, part in parts.items()
            )
        )

    rules = (rule, *(one for part in parts.values() if part for one in part.rules))
    return Unfolded(names, function, rules, adds=False)


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
        return self.node is not None and bool(self.rule and self.rule.total) and self.unfolded.adds

    @cached_property
    def unfolded(self) -> Unfolded:
        """Its equation in what the sheet shows."""
        rule = self.rule
        assert rule is not None
        if self.node is None:  # the terms of a total
            return Unfolded(rule.arguments, rule.function, (rule,), adds=False)
        return unfolded(self.sheet, rule)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The quantities that its formula should have."""
        return self.unfolded.arguments

    @cached_property
    def operands(self) -> list[dict[str, float]]:
        """The operands of its equation in each changed scenario."""
        found = []
        for scenario in self.scenarios:
            values = {name: self.sheet.element(scenario.arrays, name, self.step.labels) for name in self.arguments}
            found.append({name: math.nan if value is None else value for name, value in values.items()})
        return found

    def fits(self, **replaced: Any) -> bool:
        """Whether the formula is the equation with some operands replaced by what a function makes of their cells."""
        for operands, scenario, got in zip(self.operands, self.scenarios, self.got, strict=True):
            with np.errstate(all="ignore"):
                try:
                    values = [
                        self._replaced(name, operand, replaced[name], scenario) if name in replaced else operand
                        for name, operand in operands.items()
                    ]
                    value = float(self.unfolded.function(*values))
                except (ZeroDivisionError, OverflowError):
                    return False
            if not close(self.sheet.shown(self.step, value), got):
                return False
        return True

    def _replaced(self, name: str, operand: float, change: Replacement, scenario: Scenario) -> float:
        """Return an operand of which the cell is changed; a date is another number in a cell."""
        node = self.sheet.nodes[name]
        shift = EPOCH.toordinal() if node.unit == "date" else 0
        return change(operand - shift, scenario) + shift

    @cached_property
    def precedents(self) -> list[Place]:
        """Every cell that its formula refers to; twice where it does so twice."""
        return [place for area in areas(self.formula, self.step.place[0]) for place in area.places]

    def reaches(self, name: str) -> bool:
        """Whether its formula refers to an operand, or to what the operand is made of."""
        sheet = self.sheet
        of = sheet.result.inputs.graph.upstream(name).nodes
        return any(place in self.precedents for one in of for place in sheet.places(one))

    @cached_property
    def summands(self) -> list[Step]:
        """The cells that it should add up."""
        assert self.rule is not None
        return self.sheet.summands(self.step, self.rule)


def given(sheet: Sheet, formula: str, name: str, scenario: Scenario, exact: bool = False) -> Any:
    """Return what a formula gives in a scenario; an error as a text."""
    try:
        return Calculator(sheet.report.book, scenario.cells, exact=exact).evaluate(formula, name)
    except UnreadableError:
        raise
    except FormulaError as error:
        return str(error)


def functions(formula: str) -> frozenset[str]:
    """Return the names of the functions in a formula."""
    return read(form(formula)).functions


def numbers(formula: str) -> tuple[float, ...]:
    """Return the numbers that are written in a formula."""
    return read(form(formula)).numbers


def without_rounding(wrong: Wrong) -> list[Any]:
    """Return what a formula would give in each changed scenario if nothing were rounded."""
    name = wrong.step.place[0]
    return [given(wrong.sheet, wrong.formula, name, scenario, exact=True) for scenario in wrong.scenarios]


def chooses(rule: Equation) -> bool:
    """Whether an equation chooses between values."""
    return bool(BRANCHING & set(operations(record(rule.function))))


def lacks_choice(rule: Equation, formula: str) -> bool:
    """Whether an equation chooses between values, and a formula has nothing that could."""
    return chooses(rule) and not functions(formula) & CHOOSING and not set("<>=") & set(formula)


def operations(expression: Expression) -> Iterator[str]:
    """Yield the operations of an expression."""
    yield expression.operation
    for argument in expression.arguments:
        if isinstance(argument, Expression):
            yield from operations(argument)
