"""Inputs at random that cover classes, limits, zeros and rows, and the branches of the formulas that they take."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import SetOfSheets
from jcm_calc.authoring.official_files.translating import is_nothing, presence
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import Place, areas, form
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, Tree, UnreadableError, tree
from jcm_calc.verification.spreadsheet.reading import code

DRAWS = 40  # with all rows filled; on top of them some with zeros, and some with blank rows
ZEROS = 6
WIDE = 4  # every so many draws have amounts of other magnitudes
USUAL = 1e4
NEAR = 1e-9
QUOTED = re.compile(r'"((?:[^"]|"")+)"')
NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?![\w.(!])")

Values = dict[str, Any]
Rows = tuple[int, ...]
# Which rows of a table of units are filled in, where not all are.
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
    """Inputs drawn for one set of sheets.

    Attributes
    ----------
    values : mapping
        By name, in declared units: a number, or an array with a value for each unit.
    rows : tuple of int
        Which rows of the table of units are filled in, from 0; the others are blank.
    zero : str
        The amount that is 0 in it, by name; empty where none was made so.
    """

    values: Values
    rows: tuple[int, ...]
    zero: str = ""


@dataclass
class DrawnInputs:
    """The draws for one set of sheets, and what they cover.

    Attributes
    ----------
    draws : list of Draw
    classes : dict
        The texts that select a value, by the name of the class.
    limits : dict
        The numbers at which a table changes, by the name of what selects; each is taken, and both its neighbours.
    bins : dict
        The classes of the library's own tables, by the same name: it gives nothing outside them.
    """

    draws: list[Draw]
    classes: dict[str, list[str]] = field(default_factory=dict)
    limits: dict[str, list[float]] = field(default_factory=dict)
    bins: dict[str, list[Interval]] = field(default_factory=dict)


def reached(layout: Layout, start: Place) -> set[Place]:
    """Return every cell that a cell depends on."""
    found, waiting = set[Place](), [start]
    while waiting:
        place = waiting.pop()
        if place in found or place[0] not in layout.book.sheets:
            continue
        found.add(place)
        waiting += [one for area in areas(layout.formula(place), place[0]) for one in area.places]
    return found


def drawn(
    layout: Layout, m: Declarations, sets: Mapping[str, SetOfSheets], rng: np.random.Generator
) -> dict[str, DrawnInputs]:
    """Return draws for each set that cover classes, limits, zeros of each amount, and tables that are filled in part.

    Each draw has the same amount at 0 and the same rows in all sets: the cells of one may show those of another.
    """
    inputs = {
        key: [one for name, one in m.inputs.items() if name in found.found and is_drawn(layout, found, one)]
        for key, found in sets.items()
    }
    zeros = dict.fromkeys(one.name for many in inputs.values() for one in many if not one.is_class and 0 in one.bounds)
    tables = any(found.units > 1 for found in sets.values())
    plan: list[tuple[str, Callable[[Rows], Rows]]] = [("", _all)] * DRAWS
    plan += [(name, _all) for name in zeros for _number in range(ZEROS)]
    plan += [("", some) for some in SOME if tables]
    return {key: _of_set(layout, m, found, inputs[key], plan, rng) for key, found in sets.items()}


def _of_set(
    layout: Layout,
    m: Declarations,
    found: SetOfSheets,
    inputs: Sequence[Parameter],
    plan: Sequence[tuple[str, Callable[[Rows], Rows]]],
    rng: np.random.Generator,
) -> DrawnInputs:
    texts, numbers = _constants(layout, found)
    there = [m.inputs[name] for name in found.found if name in m.inputs]
    made = DrawnInputs([], {one.name: _classes(layout, found, one, texts) for one in there if one.is_class})
    for one in there:
        if not one.is_class and any(other.by == one.name for other in m.inputs.values()):
            made.limits[one.name] = sorted(at for at in {*numbers, *_limits(m, one)} if at in one.bounds)
            made.bins[one.name] = list(_bins(m, one))
    every = tuple(range(found.units))
    for zero, some in plan:
        values = {one.name: _value(one, found, made, numbers, len(made.draws), rng) for one in inputs}
        if zero in values:
            values[zero] = values[zero] * 0
        made.draws.append(Draw(values, some(every) or every, zero))
    return made


def _all(rows: Rows) -> Rows:
    return rows


def is_drawn(layout: Layout, found: SetOfSheets, parameter: Parameter) -> bool:
    """Whether a parameter is filled in: a default is, where the spreadsheet leaves its cells blank."""
    places = [place for cells in found.found[parameter.name] for place in cells.places]
    if parameter.kind is not Kind.DEFAULT:
        return parameter.unit != "date" and not all(map(layout.formula, places))
    # where a class selects the value, a blank cell is for another value than the selected one
    return parameter.by not in found.found and is_blank(layout, found, parameter.name)


def is_blank(layout: Layout, found: SetOfSheets, name: str) -> bool:
    """Whether the cells of a quantity are to be filled in."""
    own = found.found[name][0].places
    return all(not layout.formula(place) and layout.value(place) is None for place in own)


def _bins(m: Declarations, one: Parameter) -> Iterator[Interval]:
    """Yield the classes of the library's own tables."""
    for other in m.inputs.values():
        if other.by == one.name and other.table is not None:
            yield from (key for key in other.table.entries if isinstance(key, Interval))


def _limits(m: Declarations, one: Parameter) -> Iterator[float]:
    """Yield the limits of the library's own tables."""
    for key in _bins(m, one):
        yield from (end for end in (key.lower, key.upper) if math.isfinite(end))


def _constants(layout: Layout, found: SetOfSheets) -> tuple[list[str], list[float]]:
    """Return the texts and the numbers in the cells and formulas that the quantities depend on: classes and limits."""
    texts, numbers = dict[str, None](), set[float]()
    places = {
        place for many in found.found.values() for one in many for place in reached(layout, one.places[0])
    }  # fmt: skip
    for place in places:
        formula, value = layout.formula(place), layout.value(place)
        if formula:
            texts |= dict.fromkeys(QUOTED.findall(formula))
            numbers |= {float(one) for one in NUMBER.findall(formula)}
        elif isinstance(value, str):
            texts[value] = None
            left = layout.text(place[0], place[1], place[2] - 1) if place[2] else ""
            texts |= {left: None} if left else {}
        elif isinstance(value, int | float) and not isinstance(value, bool):
            numbers.add(float(value))
            labels = [layout.text(place[0], place[1], column) for column in range(place[2])]
            texts |= {label: None for label in labels if label}
    return sorted(texts), sorted(numbers)


def _classes(layout: Layout, found: SetOfSheets, key: Parameter, texts: list[str]) -> list[str]:
    """Return the texts that select a value, when they are written into the cell of a class."""
    cells = found.found[key.name][0]
    results = [one.places[0] for name, many in found.found.items() for one in many
               if name != key.name and layout.formula(one.places[0])]  # fmt: skip
    results = [place for place in results if cells.places[0] in reached(layout, place)]
    selected = []
    for text in texts:
        with_text, without = (Calculator(layout.book, {cells.places[0]: one}) for one in (text, "\0"))
        values = [(number(with_text, place), number(without, place)) for place in results]
        if any(math.isfinite(one) and one != other for one, other in values):
            selected.append(text)
    return selected


def _value(
    one: Parameter, found: SetOfSheets, made: DrawnInputs, numbers: list[float], at: int, rng: np.random.Generator
) -> Any:
    tabular = found.found[one.name][0].tabular
    size = found.units if tabular else 1
    places = at * size + np.arange(size)
    if one.is_class:
        texts = made.classes[one.name] or [""]
        values: Any = np.array(texts, dtype=object)[places % len(texts)]
        values = rng.choice(np.array(texts, dtype=object), size) if at % 2 else values
        return values if tabular else values[0]
    low, high = _range(one.bounds, one.plausible)
    values = rng.uniform(low, high, size)
    if at % WIDE == WIDE - 1:
        values = np.clip(values * 10 ** rng.uniform(-3, 1, size), max(one.bounds.lower, -USUAL), one.bounds.upper)
    if made.limits.get(one.name):
        near = np.array([end + way * NEAR * max(abs(end), 1.0) for end in made.limits[one.name] for way in (-1, 0, 1)])
        near = np.array([number for number in near if number in one.bounds])
        values = np.where(places % 2 == 0, near[places // 2 % len(near)], values)
    elif inside := [limit for limit in numbers if low < limit < high]:
        limit = rng.choice(inside, size) * rng.choice([1 - NEAR, 1.0, 1 + NEAR], size)
        values = np.where(rng.random(size) < 0.25, limit, values)
    values = np.where([number in one.bounds for number in values], values, (low + high) / 2)
    if bins := made.bins.get(one.name):
        within = rng.choice([key.first for key in bins], size)
        values = np.where([any(number in key for key in bins) for number in values], values, within)
    return values if tabular else values[0]


def _range(bounds: Interval, plausible: Interval | None) -> tuple[float, float]:
    low = max(bounds.lower, plausible.lower if plausible else 0.0, -USUAL)
    high = min(bounds.upper, plausible.upper if plausible else USUAL)
    return low + 1e-3 * (high - low), high - 1e-3 * (high - low)


def number(calculator: Calculator, place: Place) -> float:
    """Return the number in a cell; nan where it holds something else."""
    try:
        found = calculator.value(place)
        return float(found) if found is not None and not isinstance(found, str) else math.nan
    except (FormulaError, ValueError):
        return math.nan


class Branches:
    """The branches of IF, MIN and MAX in the formulas of some results, and which of them some inputs took.

    A branch that shows nothing, and a question whether a cell is filled in, are not counted.
    """

    def __init__(self, layout: Layout, results: list[Place]) -> None:
        self.open: dict[tuple[Place, int], tuple[list[Tree], set[int]]] = {}
        forms: dict[tuple[str, int, str], list[Place]] = {}
        for place in sorted({one for result in results for one in reached(layout, result)}):
            if formula := layout.formula(place):
                forms.setdefault((place[0], place[2], form(formula)), []).append(place)
        self.count = 0
        for places in forms.values():
            parts = [list(_parts(layout, place)) for place in places]
            for at, part in enumerate(parts[0]):
                if arms := _arms(part):
                    self.open[places[0], at] = [own[at] for own in parts], arms
                    self.count += len(arms)

    def take(self, calculator: Calculator) -> None:
        """Cross off the branches that the values of a calculator take."""
        for key, (parts, arms) in list(self.open.items()):
            for part in parts:
                arms.discard(_taken(calculator, part))
                if not arms:
                    del self.open[key]
                    break

    @property
    def missed(self) -> list[Place]:
        """The cells in which a branch was not taken, the first one of a column."""
        return sorted({place for place, _at in self.open})

    @property
    def taken(self) -> int:
        """The number of branches that were taken."""
        return self.count - sum(len(arms) for _parts, arms in self.open.values())


def _parts(layout: Layout, place: Place) -> Iterator[Tree]:
    try:
        found = tree(layout.formula(place), place[0])
    except UnreadableError:
        return
    yield from (part for part in found.walk() if part.operation in ("IF", "MIN", "MAX"))


def _arms(part: Tree) -> set[int]:
    if part.operation == "IF":
        if len(part.arguments) < 2 or presence(part.arguments[0]) is not None:
            return set()
        return {at for at in (1, 2) if at < len(part.arguments) and not is_nothing(part.arguments[at])}
    scalar = all(one.operation != "area" or one.value.single for one in part.arguments)
    return set(range(len(part.arguments))) if scalar and len(part.arguments) > 1 else set()


def _taken(calculator: Calculator, part: Tree) -> int:
    try:
        if part.operation == "IF":
            return 1 if calculator.plain(code(part.arguments[0])(calculator, [])) else 2
        values = [float(calculator.plain(code(one)(calculator, [])) or 0.0) for one in part.arguments]
    except (FormulaError, ValueError, TypeError):
        return -1
    return int(np.argmin(values) if part.operation == "MIN" else np.argmax(values))
