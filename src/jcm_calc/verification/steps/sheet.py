"""The calculation sheets of a report, and what their cells should hold for inputs as they are or changed at random."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.evaluation import EvaluationError, evaluate
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.material import Material, on_sheet, terms
from jcm_calc.verification.quantities import TERMS, Step
from jcm_calc.verification.spreadsheet import Place, as_number, close, form
from jcm_calc.workbook.calculation_sheet import TERMS_OF
from jcm_calc.workbook.filled_sheets import is_declared
from jcm_calc.workbook.opening import Formula

Array = npt.NDArray[Any]
SEEDS = (20170101, 20171231)
TRIES = 8
BRANCHES = 16
SIDES = (0.5, 0.999, 1.0, 1.001, 2.0)  # of a limit
FIXED_COORDINATES = ("label", "row", "year", "first_day", "last_day")


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


@dataclass(frozen=True)
class Unfolded:
    """An equation in quantities that a sheet shows: what it does not show is replaced by what that is made of.

    Attributes
    ----------
    arguments : tuple of str
    function : callable
        Of the values of the arguments.
    rules : tuple of Equation
        The equation, and those that it took in.
    adds : bool
        Whether it still is a sum over several units.
    """

    arguments: tuple[str, ...]
    function: Callable[..., Any]
    rules: tuple[Equation, ...]
    adds: bool


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
        self._forms = set[tuple[str, str]]()
        self._drawn: dict[str, list[tuple[dict[str, Array], Array]]] = {}

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

    def several(self, letters: str) -> bool:
        """Whether there is more than one unit, or the like, along some indices."""
        sizes = self.result.inputs.sizes
        return any(sizes[letter] > 1 for letter in letters)

    def branches(self, step: Step, rule: Equation) -> Iterator[Scenario]:
        """Yield scenarios in which the operands of a cell are changed much, and each by itself.

        So that every branch of a condition is taken, whatever the inputs are.
        """
        around = self.beside(step, rule.arguments)
        for operands, wanted in self._varied(rule):
            cells = {
                other.place: self.shown(other, value)
                for other in around
                if (value := self.element(operands, other.name, {**other.labels, **step.labels})) is not None
            }
            yield Scenario({**self.material.actual, **operands}, {rule.name: wanted}, cells)

    def is_new(self, step: Step, formula: Formula) -> bool:
        """Whether no cell of a quantity had a formula of this form before."""
        key = step.name, form(formula.text)
        new = key not in self._forms
        self._forms.add(key)
        return new

    def summands(self, step: Step, rule: Equation) -> list[Step]:
        """Return the cells that a total should add up."""
        name = f"{TERMS}{rule.name}"
        shown = any(other.name == name for other in self.steps)
        return self.beside(step, {name if shown else rule.arguments[0]})

    def around(
        self, step: Step, rule: Equation, made_of: Unfolded, operands: Sequence[Step], limit: float
    ) -> Iterator[Scenario]:
        """Yield scenarios in which an operand, or the sum of a total, lies on either side of a limit."""
        values = {
            other.place: (other, value)
            for other in operands
            if (value := self.element(self.material.actual, other.name, {**other.labels, **step.labels})) is not None
        }
        whole = math.fsum(value for _, value in values.values())
        names = [""] if made_of.adds else [name for name in made_of.arguments if numeric(self.nodes[name])]
        for name, side in itertools.product(names, SIDES):
            node = self.nodes.get(name)
            if isinstance(node, Parameter) and limit * side not in node.bounds:
                continue
            if made_of.adds:
                if not whole:
                    return
                found = {place: value * limit * side / whole for place, (_, value) in values.items()}
                result = limit * side
            else:
                found = {
                    place: limit * side if other.name == name else value for place, (other, value) in values.items()
                }
                own = {other.name: found[place] for place, (other, _) in values.items()}
                if set(made_of.arguments) - set(own):
                    return
                with np.errstate(all="ignore"):
                    try:
                        result = float(made_of.function(*(own[one] for one in made_of.arguments)))
                    except (ArithmeticError, ValueError, TypeError):
                        continue
            array = np.full(self.material.actual[rule.name].shape, result)
            cells = {place: self.shown(other, found[place]) for place, (other, _) in values.items()}
            yield Scenario(self.material.actual, {rule.name: array}, cells)

    def _varied(self, rule: Equation) -> list[tuple[dict[str, Array], Array]]:
        """Return operands of an equation drawn at random, with what it gives for them."""
        if rule.name not in self._drawn and not any(
            getattr(self.nodes[name], "textual", False) for name in rule.arguments
        ):
            rng = np.random.default_rng(SEEDS[0])
            for _ in range(BRANCHES):
                operands = {name: _varied(rng, self.nodes[name], self.material.actual[name]) for name in rule.arguments}
                with np.errstate(all="ignore"):
                    wanted = np.asarray(rule.function(*operands.values()), dtype=float)
                self._drawn.setdefault(rule.name, []).append((operands, wanted))
        return self._drawn.get(rule.name, [])

    def beside(self, step: Step, names: Collection[str]) -> list[Step]:
        """Return the cells of some quantities with the labels of a cell, as far as they have the same indices."""
        return [
            other
            for other in self.steps
            if other.name in names
            and all(step.labels.get(letter, label) == label for letter, label in other.labels.items())
        ]

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
            values[name] = array if fixed or not numeric(node) else _drawn(rng, node, array)
        return values

    def _scenario(self, arrays: Mapping[str, Array], own: Mapping[str, Array]) -> Scenario:
        cells: dict[Place, Any] = {}
        for entry in self.entries:
            if (
                numeric(entry.parameter)
                and (value := self.element(arrays, entry.parameter.name, entry.labels)) is not None
            ):
                cells[entry.place] = on_sheet(value, entry.parameter.unit, entry.unit)
        for step in self.steps:
            node = self.nodes.get(step.name)
            if node is None or numeric(node):
                value = self.element(arrays, step.name, step.labels)
                if value is not None:
                    cells[step.place] = self.shown(step, value)
                elif self.report.recalculation.left_out:
                    cells[step.place] = 0.0
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
        return TERMS_OF.format(symbol=symbol) if plain != name else symbol


def numeric(node: Node) -> bool:
    """Whether the cells of a quantity hold numbers that can be changed."""
    if isinstance(node, Coordinate):
        return node.what not in FIXED_COORDINATES
    return not (isinstance(node, Parameter) and (node.textual or node.unit == "date"))


def _varied(rng: np.random.Generator, node: Node, array: Array) -> Array:
    """Return numbers far from those of an array; of dates, up to eight years away."""
    if node.unit == "date":
        return array + rng.integers(-3000, 3000, array.shape)
    return np.where(array == 0, rng.uniform(0.0, 10.0, array.shape), array * rng.uniform(0.2, 5.0, array.shape))


def _drawn(rng: np.random.Generator, node: Node, array: Array) -> Array:
    """Return numbers near those of an array and within the bounds of a parameter."""
    assert isinstance(node, Parameter)
    drawn = np.where(array == 0, rng.uniform(0.1, 1.0, array.shape), array * rng.uniform(0.8, 1.25, array.shape))
    allowed = (drawn >= node.bounds.first) & (drawn < node.bounds.beyond)
    lower = np.where(allowed, drawn, array * rng.uniform(0.8, 0.99, array.shape))
    return np.where((lower >= node.bounds.first) & (lower < node.bounds.beyond), lower, array)
