"""Inputs at random that cover classes, limits, zeros and rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import Matches, QuantityCells
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import Place
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, UnreadableError, tree

DRAWS = 40  # with all rows filled; some more have zeros, and some blank rows
ZEROS = 6
WIDE = 4  # every so many draws have amounts of other magnitudes
USUAL = 1e4
NEAR = 1e-9
Values = dict[str, Any]
Rows = tuple[int, ...]
# Which rows of a table of units are filled in.
SOME: tuple[Callable[[Rows], Rows], ...] = (
    lambda rows: rows[:1],
    lambda rows: rows[: len(rows) // 2],
    lambda rows: rows[:-1],
    lambda rows: rows[1:],
    lambda rows: rows[::2],
    lambda rows: rows[:1] + rows[2:],
)


@dataclass
class Draw:
    """Inputs for a spreadsheet."""

    values: Values  # by name, in declared units: a number, or an array with a value for each unit or class
    rows: Rows  # of the table of units, those that are filled in, from 0; the others are blank
    zero: str = ""  # the amount that is 0 in it, by name; empty where none was made so

    def filled(self, cells: QuantityCells | None, units: int) -> Rows:
        """Return the rows of a column that are filled in, or the only one of a single cell."""
        count = 1 if cells is None else len(cells.places)
        return self.rows if count == units > 1 else tuple(range(count))


class DrawnInputs:
    """Draws for a spreadsheet, and what they cover.

    `classes` are the texts that select a value, by the name of the class; `limits` the numbers at which a table
    changes, by the name of what selects: each is taken, and both its neighbours.
    """

    def __init__(self, layout: Layout, m: Declarations, found: Matches, count: int = DRAWS, seed: int = 1) -> None:
        self.layout, self.m, self.found, self._rng = layout, m, found, np.random.default_rng(seed)
        texts, self._numbers = self._constants()
        self.classes: dict[str, list[str]] = {}
        self.limits: dict[str, list[float]] = {}
        self._bins: dict[str, list[Interval]] = {}  # of the library's own tables: it gives nothing outside them
        for one in (m.inputs[name] for name in found.found if name in m.inputs):
            selected = [other for other in m.inputs.values() if other.by == one.name]
            if one.is_class:
                listed = next((found.lists[other.name] for other in selected if other.name in found.lists), [])
                self.classes[one.name] = [f"class {at}" for at in range(1, len(listed) + 1)] or self._texts(one, texts)
            elif selected:
                tables = [other.table.entries for other in selected if other.table is not None]
                bins = [key for entries in tables for key in entries if isinstance(key, Interval)]
                ends = {end for key in bins for end in (key.lower, key.upper) if math.isfinite(end)}
                self.limits[one.name] = sorted(at for at in {*self._numbers, *ends} if at in one.bounds)
                self._bins[one.name] = bins
        self.drawn = [one for name, one in m.inputs.items() if name in found.lists or self._is_drawn(one)]
        zeros = [one.name for one in self.drawn if not one.is_class and 0 in one.bounds and one.name not in found.lists]
        every = tuple(range(found.units))
        plan = [("", every)] * count + [(name, every) for name in zeros for _number in range(ZEROS)]
        plan += [("", some(every) or every) for some in SOME if found.units > 1]
        self.draws: list[Draw] = []
        for zero, rows in plan:
            values = {one.name: self._value(one, len(self.draws)) for one in self.drawn}
            if zero:
                values[zero] = values[zero] * 0
            self.draws.append(Draw(values, rows, zero))

    def _is_drawn(self, one: Parameter) -> bool:
        """Whether a parameter is filled in: a default is, where the spreadsheet leaves its cells blank."""
        many = self.found.found.get(one.name, [])
        if one.kind is not Kind.DEFAULT:
            return one.unit != "date" and any(self.layout.entry(place) for cells in many for place in cells.places)
        # where a class selects the value, a blank cell is for another value than the selected one
        return one.by not in self.found.found and bool(many) and self.is_blank(many[0])

    def is_blank(self, cells: QuantityCells) -> bool:
        """Whether cells are to be filled in."""
        entries = [self.layout.entry(place) for place in cells.places]
        return all(entry is not None and self.layout.value(entry) is None for entry in entries)

    def _constants(self) -> tuple[list[str], list[float]]:
        """Return the texts and the numbers of the cells and formulas that quantities depend on: classes and limits."""
        found, layout = set[str | float](), self.layout
        for place in self._reached():
            value = layout.value(place)
            if formula := layout.formula(place):
                found |= {*literals(formula, place)}
            elif value is not None:  # the text of a class may be left of what is looked up
                found |= {layout.text(place[0], place[1], column) for column in range(place[2])}
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    found.add(value if isinstance(value, str) else float(value))
        texts = sorted(one for one in found if isinstance(one, str) and one)
        return texts, sorted(one for one in found if isinstance(one, float))

    def _reached(self) -> set[Place]:
        """Return every cell that the first cell of a quantity depends on."""
        return {place for name in self.found.found for place in self.layout.reached(self.found.place(name))}

    def _texts(self, key: Parameter, texts: Iterable[str]) -> list[str]:
        """Return the texts that select a value, when they are written into the cell of a class."""
        cell, layout = self.found.place(key.name), self.layout
        results = [one for one in self._reached() if layout.formula(one) and cell in layout.reached(one)]

        def shown(text: str) -> list[float]:
            calculator = Calculator(layout.book, {layout.entry(cell) or cell: text})
            return [number(calculator, place) for place in results]

        without = shown("\0")
        pairs = {text: zip(shown(text), without, strict=True) for text in texts}
        return [text for text, both in pairs.items() if any(math.isfinite(one) and one != other for one, other in both)]

    def _value(self, one: Parameter, at: int) -> Any:
        """Return a number, or an array with one for each row; `at` counts the draws."""
        rng, low, high = self._rng, *usual_range(one)
        if one.name in self.found.lists:
            return rng.uniform(low, high, len(self.found.lists[one.name]))
        cells = self.found.found[one.name][0]
        size = len(cells.places)
        places = at * size + np.arange(size)
        if one.is_class:
            texts = np.array(self.classes[one.name] or [""], dtype=object)
            texts = rng.choice(texts, size) if at % 2 else texts[places % len(texts)]
            return texts if cells.tabular else texts[0]
        values = rng.uniform(low, high, size)
        if at % WIDE == WIDE - 1:
            values = np.clip(values * 10 ** rng.uniform(-3, 1, size), max(one.bounds.lower, -USUAL), one.bounds.upper)
        if ends := self.limits.get(one.name):
            near = [number for number in around(ends) if number in one.bounds]
            values = np.where(places % 2 == 0, np.array(near)[places // 2 % len(near)], values)
        elif inside := [limit for limit in self._numbers if limit in one.bounds and limit < high]:
            limit = rng.choice(inside, size) * rng.choice([1 - NEAR, 1.0, 1 + NEAR], size)
            values = np.where(rng.random(size) < 0.25, limit, values)
        return self._within(one, values, cells)

    def _within(self, one: Parameter, values: npt.NDArray[Any], cells: QuantityCells) -> Any:
        values = np.where(one.bounds.outside(values), sum(usual_range(one)) / 2, values)
        if bins := self._bins.get(one.name):
            within = self._rng.choice([key.first for key in bins], len(values))
            values = np.where([any(number in key for key in bins) for number in values], values, within)
        return values if cells.tabular else values[0]

    def wider(self, count: int) -> Iterator[Draw]:
        """Yield more inputs, of every size, among them 0, 1 and the numbers of formulas."""
        rng = self._rng
        left = {*self.limits, *self.classes, *self.found.lists}
        for at in range(count):
            values = {one.name: self._value(one, at) for one in self.drawn}
            for one in self.drawn:
                if one.name not in left:
                    own = np.atleast_1d(values[one.name])
                    near = rng.choice([0.0, *self._numbers], own.shape) * rng.choice([0.999, 1.0, 1.001], own.shape)
                    chance, scale = rng.random(own.shape), USUAL ** rng.uniform(-1.0, 1.0, own.shape)
                    own = np.where(chance < 0.3, near, np.where(chance < 0.4, 1.0, own * scale))
                    values[one.name] = self._within(one, own, self.found.found[one.name][0])
            yield Draw(values, tuple(range(self.found.units)))


def around(ends: Iterable[float]) -> list[float]:
    """Return numbers, each between its two neighbours."""
    return [end + way * NEAR * max(abs(end), 1.0) for end in ends for way in (-1, 0, 1)]


def usual_range(one: Parameter) -> tuple[float, float]:
    """Return between which numbers a parameter is drawn: its plausible range, within its bounds."""
    low = max(one.bounds.lower, one.plausible.lower if one.plausible else 0.0, -USUAL)
    high = min(one.bounds.upper, one.plausible.upper if one.plausible else USUAL)
    return low + 1e-3 * (high - low), high - 1e-3 * (high - low)


def literals(formula: str, place: Place) -> list[str | float]:
    """Return the texts and the numbers that are typed into a formula."""
    try:
        parts = list(tree(formula, place[0]).walk())
    except UnreadableError:
        return []
    typed = [part.value for part in parts if part.operation in ("number", "text")]
    return [one if isinstance(one, str) else float(one) for one in typed]


def number(calculator: Calculator, place: Place) -> float:
    """Return the number in a cell; nan where it holds something else."""
    try:
        found = calculator.value(place)
        return float(found) if found is not None and not isinstance(found, str) else math.nan
    except (FormulaError, ValueError):
        return math.nan
