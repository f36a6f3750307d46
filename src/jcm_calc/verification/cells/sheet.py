"""The calculation sheets of a report, and what their cells should hold: for the inputs as they are, and others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.engine.evaluation import EvaluationError
from jcm_calc.reports.workbook.filled_sheets import is_declared
from jcm_calc.reports.workbook.opening import CellFormula
from jcm_calc.reports.workbook.tables import TERMS_OF
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.cells.defaults import ListedDefault, listed_defaults
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.effects import Array
from jcm_calc.verification.quantities import TERMS, EnteredValue, ShownQuantity, converts, label_text
from jcm_calc.verification.spreadsheet import EPOCH, Place, as_number, close, form, is_number

SEEDS = (20170101, 20171231)
TRIES = 8
BRANCHES, FAR = 16, 32
SIDES = (0.5, 0.999, 1.0, 1.001, 2.0)  # of a limit
FIXED_COORDINATES = ("label", "row", "days_of_year", "year", "first_day", "last_day")

Draw = Callable[[np.random.Generator, Parameter, Array], Array]


@dataclass(frozen=True)
class Scenario:
    """What every quantity is for some inputs, and what the cells hold then.

    ``arrays`` are what other cells find in the cells of a quantity, ``expected`` what its cell itself must give: a
    default is looked up whatever others find.
    """

    arrays: Mapping[str, Array]
    expected: Mapping[str, Array]
    cells: Mapping[Place, Any]


@dataclass(frozen=True)
class Unfolded:
    """An equation in quantities that a sheet shows: what it does not show is replaced by what that is made of.

    ``rules`` are the equation and those that it took in. It ``adds`` where it is a sum of cells that the sheet shows,
    and is ``summed`` where it is the sum over several units of what the function gives for each.
    """

    arguments: tuple[str, ...]
    function: Callable[..., Any]
    rules: tuple[Equation, ...]
    adds: bool
    summed: bool = False


@dataclass(frozen=True, eq=False)
class QuantityCell(ShownQuantity):
    """A cell of a calculation sheet that shows an element of a quantity; before the terms of a total is `TERMS`.

    ``plain`` is the name of its quantity and ``declared`` the quantity itself; for the terms of a total, the total.
    """

    sheet: CalculationSheets
    plain: str
    declared: Node

    @property
    def node(self) -> Node | None:
        """What it shows; None for the terms of a total."""
        return self.declared if self.name == self.plain else None

    @property
    def rule(self) -> Equation | None:
        """The equation that it should carry out."""
        return self.declared if isinstance(self.declared, Equation) else None

    @property
    def symbol(self) -> str:
        """How the document writes its quantity."""
        return self.sheet.symbol(self.name)

    @property
    def stored(self) -> Any:
        """The value that is stored in it; its error as a text."""
        return self.sheet.stored(self.place)

    @property
    def formula(self) -> CellFormula | None:
        """Its formula; None where a value is typed in."""
        return self.sheet.formula(self.place)

    @property
    def expected(self) -> float | None:
        """What it should show for the inputs as they are; None where that is not known, or no number."""
        value = self.element(self.sheet.actual.expected)
        return None if value is None or not math.isfinite(value) else self.shown(value)

    @property
    def follows(self) -> bool:
        """Whether it shows what another cell of the workbook holds or selects, so that it must be a formula."""
        node, sheet = self.node, self.sheet
        if isinstance(node, Coordinate):
            return node.what not in ("label", "row")
        by_class = isinstance(node, Parameter) and bool(node.by)
        return by_class or self.name in sheet.entered or any(one.name == self.name for one in sheet.defaults)

    def element(self, arrays: Mapping[str, Array], name: str = "") -> float | None:
        """Return its element of its quantity, or of another one."""
        return self.sheet.element(arrays, name or self.name, self.labels)

    def shown(self, value: float) -> float:
        """Return a value as the sheet shows it."""
        return _on_sheet(value, self.declared.unit, self.converted)

    def readable(self, value: Any) -> Any:
        """Return a value for people: the number of a day as the day."""
        dated = self.declared.unit == "date" and is_number(value)
        return str(date.fromordinal(int(value) + EPOCH.toordinal())) if dated else value

    @cached_property
    def converted(self) -> str:
        """Its unit where that is another one than declared, and its value is in it."""
        node, value = self.declared, self.element(self.sheet.documents.effects.actual)
        if value is None or node.unit in ("date", "category", "yes/no") or is_declared(self.unit, node):
            return ""
        try:
            return self.unit if self.unit != "-" and close(self.stored, conversion(node.unit, self.unit)(value)) else ""
        except UnitError:
            return ""

    def cells_of(self, names: Collection[str]) -> dict[Place, QuantityCell]:
        """Return the cells of some quantities with its labels, as far as they have the same indices."""
        return {
            other.place: other
            for other in self.sheet.cells
            if other.name in names
            and all(self.labels.get(letter, label) == label for letter, label in other.labels.items())
        }

    def summands(self, rule: Equation) -> dict[Place, QuantityCell]:
        """Return the cells that it should add up, where it is a total."""
        name = f"{TERMS}{rule.name}"
        return self.cells_of({name if name in self.sheet.shown else rule.arguments[0]})

    def among(self, cells: Iterable[QuantityCell], arrays: Mapping[str, Array]) -> dict[Place, float]:
        """Return the elements that other cells have at its labels."""
        found = {one.place: self.sheet.element(arrays, one.name, {**one.labels, **self.labels}) for one in cells}
        return {place: value for place, value in found.items() if value is not None}


def _is_readable(entry: EnteredValue) -> bool:
    """Whether the unit of an entry can be that of its parameter; another one leaves the cell as it is."""
    declared = entry.parameter.unit
    return declared == "date" or not entry.unit or converts(declared, entry.unit)


def _on_sheet(value: float, declared: str, unit: str) -> float:
    """Return a value in a declared unit as a sheet with its own unit has it."""
    if declared == "date":
        return value - EPOCH.toordinal()
    return value if not unit else conversion(declared, unit)(value)


class CalculationSheets:
    """The calculation sheets of a report with their scenarios."""

    def __init__(self, documents: Documents) -> None:
        self.documents, self.report, self.result, self.m = documents, documents.report, documents.result, documents.m
        known = documents.effects.actual
        self.nodes: Mapping[str, Node] = self.result.inputs.graph.nodes
        steps = ((step, step.name.removeprefix(TERMS)) for step in self.report.steps(self.result) if step.name in known)
        self.cells = [
            QuantityCell(**vars(one), sheet=self, plain=name, declared=self.nodes[name]) for one, name in steps
        ]
        self.entries = [entry for entry in self.report.entries() if entry.parameter.name in known]
        self.by_place = {cell.place: cell for cell in self.cells}
        # the quantity and the labels of each cell that is known, on every sheet
        self.known = {entry.place: (entry.parameter.name, entry.labels) for entry in self.entries}
        self.known |= {cell.place: (cell.plain, cell.labels) for cell in self.cells}
        self.entered = {entry.parameter.name for entry in self.entries}
        self.shown = {cell.name for cell in self.cells} | self.entered
        self._forms = set[tuple[str, str]]()
        self._drawn: dict[str, list[tuple[dict[str, Array], Array]]] = {}

    @cached_property
    def defaults(self) -> list[ListedDefault]:
        """The cells of the lists of default values."""
        return list(listed_defaults(self.report, self.result.inputs))

    @cached_property
    def actual(self) -> Scenario:
        """The inputs as they are."""
        return self._scenario(self.documents.effects.actual, self.documents.effects.actual)

    @cached_property
    def changed(self) -> list[Scenario]:
        """The inputs changed at random; the inputs as they are where no change gives a result."""
        return [self._changed(seed) for seed in SEEDS]

    @cached_property
    def far(self) -> list[Scenario]:
        """Scenarios in which each quantity is up to a thousand times larger or smaller, all that follows included."""
        found = []
        for seed in range(FAR):
            try:
                arrays = self.documents.effects.calculated(
                    self._perturbed(np.random.default_rng([SEEDS[0], seed]), _far)
                )
            except EvaluationError:
                continue
            found.append(self._scenario(arrays, {**self.documents.effects.actual, **self._expected(arrays)}))
        return found

    def _changed(self, seed: int) -> Scenario:
        for attempt in range(TRIES):
            try:
                found = self.documents.effects.calculated(
                    self._perturbed(np.random.default_rng([seed, attempt]), _drawn)
                )
            except EvaluationError:
                continue
            return self._scenario(found, {**self.documents.effects.actual, **self._expected(found)})
        return self.actual

    def by_unit(self, arrays: Mapping[str, Array], names: Sequence[str], labels: Mapping[str, str]) -> list[Array]:
        """Return quantities for each unit at some labels."""
        axes = self.result.inputs.axes
        whole = np.broadcast_arrays(*(arrays[name] for name in names))
        known = [label_text(label) for label in axes["p"].labels] if "p" in axes else []
        at = [slice(None)] * whole[0].ndim if whole else []
        for place, letter in enumerate(axes):
            if letter == "p" and labels.get("p") in known and whole[0].shape[place] > 1:
                at[place] = slice(known.index(labels["p"]), known.index(labels["p"]) + 1)
        return [array[tuple(at)].ravel() for array in whole]

    def several(self, letters: str) -> bool:
        """Whether there is more than one unit, or the like, along some indices."""
        sizes = self.result.inputs.sizes
        return any(sizes[letter] > 1 for letter in letters)

    def branches(self, cell: QuantityCell, rule: Equation) -> Iterator[Scenario]:
        """Yield scenarios in which the operands of a cell are changed much, and each by itself.

        So that every branch of a condition is taken, whatever the inputs are.
        """
        around = cell.cells_of(rule.arguments)
        for operands, wanted in self._varied(rule):
            values = cell.among(around.values(), operands)
            cells = {place: around[place].shown(value) for place, value in values.items()}
            yield Scenario({**self.documents.effects.actual, **operands}, {rule.name: wanted}, cells)

    def is_new(self, cell: QuantityCell, formula: CellFormula) -> bool:
        """Whether no cell of a quantity had a formula of this form before."""
        key = cell.name, form(formula.text)
        new = key not in self._forms
        self._forms.add(key)
        return new

    def around(
        self,
        cell: QuantityCell,
        rule: Equation,
        made_of: Unfolded,
        operands: Mapping[Place, QuantityCell],
        limit: float,
    ) -> Iterator[Scenario]:
        """Yield scenarios in which an operand, or the sum of a total, lies on either side of a limit."""
        actual = self.documents.effects.actual
        values = cell.among(operands.values(), actual)
        whole = math.fsum(values.values())
        if made_of.adds and not whole:
            return
        names = [""] if made_of.adds else [name for name in made_of.arguments if numeric(self.nodes[name])]
        for name, side in itertools.product(names, SIDES):
            node = self.nodes.get(name)
            if isinstance(node, Parameter) and limit * side not in node.bounds:
                continue
            if made_of.adds:
                found, result = {place: value * limit * side / whole for place, value in values.items()}, limit * side
            else:
                moved = {place: limit * side for place in values if operands[place].name == name}
                found = {**values, **moved}
                own = {operands[place].name: value for place, value in found.items()}
                if set(made_of.arguments) - set(own):
                    return
                with np.errstate(all="ignore"):
                    try:
                        result = float(made_of.function(*(own[one] for one in made_of.arguments)))
                    except (ArithmeticError, ValueError, TypeError):
                        continue
            cells = {place: operands[place].shown(value) for place, value in found.items()}
            yield Scenario(actual, {rule.name: np.full(actual[rule.name].shape, result)}, cells)

    def moved(self, place: Place, to: float) -> Scenario | None:
        """Return the scenario in which a cell of a quantity shows another number, with all that follows from it.

        An intermediate is moved by the amounts that it is made of. None where the inputs do not allow it.
        """
        name, labels = self.known[place]
        shown, node, actual = self.actual.cells.get(place), self.nodes[name], self.documents.effects.actual
        if not is_number(shown) or not shown:
            return None
        leaves: list[Node] = [node]
        if isinstance(node, Equation):
            made_of = self.result.inputs.graph.upstream(name).nodes.values()
            leaves = [one for one in made_of if isinstance(one, Parameter) and one.extensive]
        values = dict(self.result.inputs.values)
        for leaf in leaves:
            if not isinstance(leaf, Parameter) or not numeric(leaf) or leaf.name not in self.entered:
                return None
            array = np.array(actual[leaf.name], dtype=float)
            at = self.documents.effects.at(labels, array.shape) if leaf is node else ...
            if at is None:
                return None
            array[at] *= to / shown
            if not all(value in leaf.bounds for value in array.ravel().tolist()):
                return None
            values[leaf.name] = array
        try:
            found = self.documents.effects.calculated(values)
        except EvaluationError:
            return None
        scenario = self._scenario(found, {**actual, **self._expected(found)})
        if not close(scenario.cells.get(place), to):
            return None
        return replace(scenario, cells={**scenario.cells, place: to})

    def _varied(self, rule: Equation) -> list[tuple[dict[str, Array], Array]]:
        """Return operands of an equation drawn at random, with what it gives for them."""
        if rule.name not in self._drawn and not any(
            getattr(self.nodes[name], "textual", False) for name in rule.arguments
        ):
            rng = np.random.default_rng(SEEDS[0])
            for _ in range(BRANCHES):
                operands = {
                    name: _varied(rng, self.nodes[name], self.documents.effects.actual[name]) for name in rule.arguments
                }
                with np.errstate(all="ignore"):
                    wanted = np.asarray(rule.function(*operands.values()), dtype=float)
                self._drawn.setdefault(rule.name, []).append((operands, wanted))
        return self._drawn.get(rule.name, [])

    def _expected(self, found: Mapping[str, Array]) -> dict[str, Array]:
        """Return the quantities whose cells change with the others: they are computed, or refer to an entry."""
        known = ((name, array, self.nodes.get(name)) for name, array in found.items())
        return {
            name: array
            for name, array, node in known
            if node is None or isinstance(node, Equation) or name in self.entered
        }

    def places(self, name: str) -> list[Place]:
        """Return every cell that holds a quantity."""
        of_entries = [entry.place for entry in self.entries if entry.parameter.name == name]
        return of_entries + [cell.place for cell in self.cells if cell.name == name]

    def _perturbed(self, rng: np.random.Generator, draw: Draw) -> dict[str, Array]:
        """Return the leaves, changed where every cell that shows them is known."""
        keys = {getattr(node, "by", "") for node in self.nodes.values()}
        values = dict(self.result.inputs.values)
        for name, node in self.nodes.items():
            if not isinstance(node, Equation):
                array = self.documents.effects.actual[name]
                changed = numeric(node) and name in self.shown and name not in keys
                values[name] = draw(rng, node, array) if changed and isinstance(node, Parameter) else array
        return values

    def _scenario(self, arrays: Mapping[str, Array], expected: Mapping[str, Array]) -> Scenario:
        cells: dict[Place, Any] = {}
        for entry in self.entries:
            value = self.element(arrays, entry.parameter.name, entry.labels) if numeric(entry.parameter) else None
            if value is not None and _is_readable(entry):
                cells[entry.place] = _on_sheet(value, entry.parameter.unit, entry.unit)
        for cell in self.cells:
            if cell.node is None or numeric(cell.node):
                value = cell.element(arrays)
                if value is not None:
                    cells[cell.place] = cell.shown(value)
                elif self.report.recalculation.left_out:
                    cells[cell.place] = 0.0
        return Scenario(arrays, expected, cells)

    def element(self, arrays: Mapping[str, Array], name: str, labels: Mapping[str, str]) -> float | None:
        """Return an element of a quantity."""
        array = arrays[name]
        place = self.documents.effects.at(labels, array.shape)
        return None if place is None else float(array[place])

    def entered_text(self, cell: QuantityCell) -> str | None:
        """Return the text that is entered for what a cell shows."""
        own = (one for one in self.entries if one.parameter.name == cell.name)
        texts = {str(one.value).strip() for one in own if one.labels.items() <= {**one.labels, **cell.labels}.items()}
        return texts.pop() if len(texts) == 1 else None

    def stored(self, place: Place) -> Any:
        """Return the value that is stored in a cell; its error as a text."""
        book = self.report.book
        return book.errors(place[0]).get(place[1:]) or as_number(book.value(*place))

    def formula(self, place: Place) -> CellFormula | None:
        """Return the formula of a cell."""
        return self.report.book.formula(place)

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


def _drawn(rng: np.random.Generator, node: Parameter, array: Array) -> Array:
    """Return numbers near those of an array and within the bounds of a parameter."""
    drawn = np.where(array == 0, rng.uniform(0.1, 1.0, array.shape), array * rng.uniform(0.8, 1.25, array.shape))
    allowed = (drawn >= node.bounds.first) & (drawn < node.bounds.beyond)
    lower = np.where(allowed, drawn, array * rng.uniform(0.8, 0.99, array.shape))
    return np.where((lower >= node.bounds.first) & (lower < node.bounds.beyond), lower, array)


def _far(rng: np.random.Generator, node: Parameter, array: Array) -> Array:
    """Return numbers that are up to a thousand times those of an array, or as small, within the bounds."""
    for _ in range(TRIES):
        found: Array = array * 10.0 ** rng.uniform(-3.0, 3.0)
        if ((found >= node.bounds.first) & (found < node.bounds.beyond)).all():
            return found
    return array
