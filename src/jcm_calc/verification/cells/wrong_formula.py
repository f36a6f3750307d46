"""A cell whose formula is not the equation: what it gives, and with which operands the equation would give it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message
from jcm_calc.declarations.expression import Expression, record
from jcm_calc.declarations.items import Equation
from jcm_calc.verification.cells.sheet import CalculationSheets, QuantityCell, Scenario, Unfolded
from jcm_calc.verification.quantities import TERMS
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

MANY = 100_000  # cells of a range that is no list of operands
BRANCHING = {"where", "minimum", "maximum", "clip"}
Diagnosis = tuple[str, str, str]  # code, what is wrong, likely cause
Replacement = Callable[[Any, Scenario], Any]
CHOOSING = {"IF", "MIN", "MAX", "IFERROR", "MEDIAN", "CHOOSE", "SIGN", "ABS", "SUM"}


def unfolded(sheet: CalculationSheets, rule: Equation) -> Unfolded:
    """Return an equation in what the sheet shows; a sum over one unit is that unit's term."""
    several = bool(rule.total) and sheet.several(rule.total)
    if rule.total and (TERMS + rule.name in sheet.shown or set(rule.arguments) & sheet.shown):
        return Unfolded(rule.arguments, rule.function, (rule,), adds=True)
    parts: dict[str, Unfolded | None] = {}
    for name in rule.arguments:
        node = sheet.nodes.get(name)
        parts[name] = None
        if isinstance(node, Equation) and name not in sheet.shown and not (node.total and sheet.several(node.total)):
            parts[name] = unfolded(sheet, node)
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
    return Unfolded(names, function, rules, adds=False, summed=several)


@dataclass(frozen=True)
class Wrong:
    """A cell that does not show what it should: what its formula gives, and what it should, in some scenarios.

    ``found`` and ``expected`` are the same for the inputs as they are.
    """

    cell: QuantityCell
    formula: str
    scenarios: tuple[Scenario, ...]
    got: tuple[Any, ...]
    want: tuple[float, ...]
    found: Any
    expected: float

    def diagnosis(self, code: str, message: Message, cause: str = "", **say: object) -> Diagnosis:
        """Return what is wrong; the message can name the ``{symbol}`` of the cell and what is given."""
        return code, message.format(symbol=self.cell.symbol, **say), cause

    @property
    def adds(self) -> bool:
        """Whether it should add up along an index."""
        return self.cell.node is not None and bool(self.cell.rule and self.cell.rule.total) and self.unfolded.adds

    @cached_property
    def unfolded(self) -> Unfolded:
        """Its equation in what the sheet shows."""
        rule = self.cell.rule
        assert rule is not None
        if self.cell.node is None:  # the terms of a total
            return Unfolded(rule.arguments, rule.function, (rule,), adds=False)
        return unfolded(self.cell.sheet, rule)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The quantities that its formula should have."""
        return self.unfolded.arguments

    @cached_property
    def operands(self) -> list[dict[str, Any]]:
        """The operands of its equation in each changed scenario; of a sum over units, those of every unit."""
        found: list[dict[str, Any]] = []
        for scenario in self.scenarios:
            if self.unfolded.summed:
                arrays = self.cell.sheet.by_unit(scenario.arrays, self.arguments, self.cell.labels)
                found.append(dict(zip(self.arguments, arrays, strict=True)))
                continue
            values = {name: self.cell.element(scenario.arrays, name) for name in self.arguments}
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
                    value = self.whole(self.unfolded.function(*values), operands)
                except (ZeroDivisionError, OverflowError):
                    return False
            if not close(self.cell.shown(value), got):
                return False
        return True

    def whole(self, value: Any, operands: Mapping[str, Any]) -> float:
        """Return what an equation gives, or the sum of what it gives for each unit."""
        if not self.unfolded.summed:
            return float(value)
        return float(np.sum(np.broadcast_to(value, np.shape(next(iter(operands.values()))))))

    def _replaced(self, name: str, operand: Any, change: Replacement, scenario: Scenario) -> Any:
        """Return an operand of which the cell is changed; a date is another number in a cell."""
        node = self.cell.sheet.nodes[name]
        shift = EPOCH.toordinal() if node.unit == "date" else 0
        return change(operand - shift, scenario) + shift

    @cached_property
    def precedents(self) -> list[Place]:
        """Every cell that its formula refers to, but for large ranges; twice where it does so twice."""
        found = (area for area in areas(self.formula, self.cell.place[0]) if area.size <= MANY)
        return [place for area in found for place in area.places]

    def reaches(self, name: str) -> bool:
        """Whether its formula refers to an operand, or to what the operand is made of."""
        sheet = self.cell.sheet
        of = sheet.result.inputs.graph.upstream(name).nodes
        return any(place in self.precedents for one in of for place in sheet.places(one))


def given(cell: QuantityCell, formula: str, scenario: Scenario, exact: bool = False) -> Any:
    """Return what a formula in a cell gives in a scenario; an error as a text."""
    try:
        return Calculator(cell.sheet.report.book, scenario.cells, exact=exact).evaluate(formula, cell.place[0])
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


def chooses(rule: Equation) -> bool:
    """Whether an equation chooses between values."""
    return _branches(record(rule.function))


def _branches(expression: Expression) -> bool:
    parts = (one for one in expression.arguments if isinstance(one, Expression))
    return expression.operation in BRANCHING or any(map(_branches, parts))


def lacks_choice(rule: Equation, formula: str) -> bool:
    """Whether an equation chooses between values, and a formula has nothing that could."""
    return chooses(rule) and not functions(formula) & CHOOSING and not set("<>=") & set(formula)
