"""The formulas of an official monitoring spreadsheet, compared by meaning with the equations of a methodology.

Inputs are drawn at random, put into the cells to be filled in, and both sides are calculated: the cells by the
evaluator of spreadsheets, the equations by the engine, with the default values that the spreadsheet itself selects.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jcm_calc.authoring.official_files.matching import Cells, SheetSet, factor, quantities
from jcm_calc.base.languages import _
from jcm_calc.declarations.graph import RESULTS, Graph
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place, areas
from jcm_calc.reports.workbook.sheet_sets import header, sheet_sets
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

DRAWS = 40  # with all rows filled; on top of them some with zeros, and some with blank rows
TOLERANCE = 1e-9
USUAL = 1e4
QUOTED = re.compile(r'"((?:[^"]|"")+)"')
NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?![\w.(!])")

Values = dict[str, Any]


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
class Outcome:
    """How often the cells of a quantity gave what its equation gives, in one case of the choices.

    Attributes
    ----------
    agreed, compared : int
        Numbers of draws.
    place : tuple or None
        The first cell that differs.
    here, there : float
        What the library and the spreadsheet give in that cell.
    """

    agreed: int = 0
    compared: int = 0
    place: Place | None = None
    here: float = math.nan
    there: float = math.nan

    @property
    def differs(self) -> bool:
        """Whether some draw gave something else."""
        return self.agreed < self.compared


@dataclass
class Case:
    """One case of the choices: which draws it explains, and the quantities compared in it.

    Attributes
    ----------
    missing : tuple of str
        Symbols of inputs that the case needs and the spreadsheet has not: nothing was compared.
    without_text : tuple of str
        Symbols of classes for which no text that selects a value was found: nothing was compared.
    only_zero : tuple of str
        Names of quantities that are 0 on both sides in every draw, which proves nothing: they are not compared.
    lost : int
        The number of draws that were not compared, because the equations have no value in them.
    zeros : tuple of str
        Where the case agrees only while one of these amounts is 0.
    outcomes : mapping
        By the name of the quantity; over the draws in which the case is in force.
    """

    options: Mapping[str, str]
    missing: tuple[str, ...] = ()
    without_text: tuple[str, ...] = ()
    only_zero: tuple[str, ...] = ()
    lost: int = 0
    zeros: tuple[str, ...] = ()
    everywhere: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def in_force(self) -> bool:
        """Whether some draws are explained by it."""
        return self.everywhere or bool(self.zeros)


@dataclass
class Comparison:
    """What the comparison of a spreadsheet with a methodology found, for each set of sheets."""

    sets: dict[str, SheetSet]
    cases: dict[str, list[Case]]
    draws: int


def compare(book: Book, m: Declarations, seed: int = 1) -> Comparison:
    """Compare every formula of a spreadsheet whose quantity is found with the declared equation.

    Raises
    ------
    InputError
        If the spreadsheet is of another methodology or version, or calculates nothing.
    """
    roles = sheet_sets(book)
    _same_methodology(book, m, header(book, [sheet for one in roles.values() for sheet in one.values()]))
    sets = {" ".join(filter(None, key)): quantities(book, m, key[0], one) for key, one in roles.items()}
    for one in sets.values():
        _leave_other_units(m, one)
        _calculates(book, one)
    rng = np.random.default_rng(seed)
    draws = {key: list(_draws(book, m, one, rng)) for key, one in sets.items()}
    count = min(map(len, draws.values()))
    found: dict[str, list[tuple[Draw, Values]]] = {key: [] for key in sets}
    for number in range(count):
        drawn = {key: draws[key][number] for key in sets}
        for key, values in _of_workbook(book, m, sets, drawn).items():
            found[key].append((drawn[key], values))
    return Comparison(sets, {key: list(_cases(m, sets[key], found[key])) for key in sets}, count)


def _same_methodology(book: Book, m: Declarations, named: tuple[str, str]) -> None:
    if named != (m.number, m.version):
        complaint = _("is for {given}; the methodology is {expected}. Give the spreadsheet of that version")
        given, expected = (_("{number} ver {version}").format(number=one, version=of) for one, of in
                           (named, (m.number, m.version)))  # fmt: skip
        raise book.unusable(complaint.format(given=given, expected=expected))


def _leave_other_units(m: Declarations, found: SheetSet) -> None:
    """Take out cells whose unit does not convert into the declared one: their numbers cannot be compared."""
    items: dict[str, Parameter | Equation] = {**m.inputs, **{rule.name: rule for rule in m.rules}}
    for name, many in list(found.found.items()):
        item = items[name]
        if isinstance(item, Parameter) and (item.is_class or item.unit == "date"):
            continue
        other = [one for one in many if one.unit and factor(one.unit, item.unit) is None]
        found.other_units += other
        found.found[name] = [one for one in many if one not in other]
        if not found.found[name]:
            del found.found[name]


def _calculates(book: Book, found: SheetSet) -> None:
    """Refuse a spreadsheet whose results are numbers: a constant agrees with a constant and proves nothing."""
    cells = found.cells("ER")
    if cells is None:
        raise book.unusable(_("{kind}: no cell for the emission reductions ER was found").format(kind=found.kind))
    inputs = {
        place for name, many in found.found.items() if name not in RESULTS for one in many for place in one.places
    }
    if not inputs & reached(book, cells.places[0]):
        complaint = _(
            "{cell}: got no formula that leads to an input; the spreadsheet must calculate. Give the blank form"
        )
        raise book.unusable(complaint.format(cell=cells.address))


def reached(book: Book, start: Place) -> set[Place]:
    """Return every cell that a cell depends on."""
    found, waiting = set[Place](), [start]
    while waiting:
        place = waiting.pop()
        if place in found or place[0] not in book.sheets:
            continue
        found.add(place)
        formula = book.formulas(place[0]).get(place[1:])
        if formula is not None:
            waiting += [one for area in areas(formula.text, place[0]) for one in area.places]
    return found


# Draws


def _draws(book: Book, m: Declarations, found: SheetSet, rng: np.random.Generator) -> Iterator[Draw]:
    """Yield draws that cover classes, limits, zeros of each amount, and tables that are filled in part."""
    inputs = [m.inputs[name] for name in found.found if name in m.inputs and _is_drawn(book, found, m.inputs[name])]
    texts, limits = _constants(book, found)
    classes = {one.name: _classes(book, found, one, texts) for one in inputs if one.is_class}

    every = tuple(range(found.units))

    def drawn(rows: tuple[int, ...] = every, zero: str = "") -> Draw:
        values = {one.name: _value(one, found, classes, limits, rng) for one in inputs}
        if zero:
            values[zero] = values[zero] * 0
        return Draw(values, rows, zero)

    yield from (drawn() for _number in range(DRAWS))
    for one in inputs:
        if one.extensive and 0 in one.bounds:
            yield from (drawn(zero=one.name) for _number in range(4))
    if found.units > 1:
        some = {every[:1], every[: found.units // 2], every[:-1], every[1:], every[::2], every[:1] + every[2:]}
        yield from (drawn(rows) for rows in sorted(some) if rows)


def _is_drawn(book: Book, found: SheetSet, parameter: Parameter) -> bool:
    """Whether a parameter is filled in: a default is, where the spreadsheet leaves its cells blank."""
    if parameter.kind is not Kind.DEFAULT:
        return parameter.unit != "date"
    places = found.found[parameter.name][0].places
    return all(not book.formulas(place[0]).get(place[1:]) and book.value(*place) == "" for place in places)


def _constants(book: Book, found: SheetSet) -> tuple[list[str], list[float]]:
    """Return the texts and the numbers in the cells and formulas that the quantities depend on: classes and limits."""
    texts, numbers = dict[str, None](), set[float]()
    for place in {
        place for many in found.found.values() for one in many for place in reached(book, one.places[0])
    }:
        formula = book.formulas(place[0]).get(place[1:])
        value = book.value(*place)
        if formula is not None:
            texts |= dict.fromkeys(QUOTED.findall(formula.text))
            numbers |= {float(one) for one in NUMBER.findall(formula.text)}
        elif isinstance(value, str) and value:
            texts[value] = None
            left = book.value(place[0], place[1], place[2] - 1) if place[2] else ""
            texts |= {left: None} if isinstance(left, str) and left else {}
        elif value != "" and not isinstance(value, bool | str):
            numbers.add(float(value))
            for column in range(place[2]):
                label = book.value(place[0], place[1], column)
                texts |= {label: None} if isinstance(label, str) and label else {}
    return sorted(texts), sorted(numbers)


def _classes(book: Book, found: SheetSet, key: Parameter, texts: list[str]) -> list[str]:
    """Return the texts that select a value, when they are written into the cell of a class."""
    cells = found.found[key.name][0]
    results = [one.places[0] for name, many in found.found.items() for one in many if one.tabular and name != key.name
               and book.formulas(one.places[0][0]).get(one.places[0][1:])]  # fmt: skip
    selected = []
    for text in texts:
        for place in results:
            if cells.places[0] in reached(book, place):
                with_text = _number(Calculator(book, {cells.places[0]: text}), place)
                if math.isfinite(with_text) and with_text != _number(Calculator(book, {cells.places[0]: "\0"}), place):
                    selected.append(text)
                    break
    return selected


def _value(
    one: Parameter, found: SheetSet, classes: Mapping[str, list[str]], limits: list[float], rng: np.random.Generator
) -> Any:
    tabular = found.found[one.name][0].tabular
    size = found.units if tabular else 1
    if one.is_class:
        values: Any = rng.choice(np.array(classes[one.name] or [""], dtype=object), size)
    else:
        low, high = _range(one.bounds, one.plausible)
        values = rng.uniform(low, high, size)
        if inside := [limit for limit in limits if low < limit < high]:
            at = rng.choice(inside, size) * rng.choice([1 - 1e-9, 1.0, 1 + 1e-9], size)
            values = np.where(rng.random(size) < 0.25, at, values)
    return values if tabular else values[0]


def _range(bounds: Interval, plausible: Interval | None) -> tuple[float, float]:
    low = max(bounds.lower, plausible.lower if plausible else 0.0, -USUAL)
    high = min(bounds.upper, plausible.upper if plausible else USUAL)
    return low + 1e-3 * (high - low), high - 1e-3 * (high - low)


# Both sides


def _of_workbook(
    book: Book, m: Declarations, sets: Mapping[str, SheetSet], drawn: Mapping[str, Draw]
) -> dict[str, Values]:
    """Return what the cells of every quantity hold when the inputs are filled in, in declared units."""
    given: dict[Place, Any] = {}
    for key, found in sets.items():
        for name, value in drawn[key].values.items():
            for cells in found.found[name]:
                open_ = [place for place in cells.places if not book.formulas(place[0]).get(place[1:])]
                for at, place in enumerate(cells.places):
                    if place in open_:
                        one = value[at] if cells.tabular else value
                        blank = cells.tabular and at not in drawn[key].rows
                        given[place] = None if blank else _written(one, cells, m.inputs[name])
    calculator = Calculator(book, given)
    items: dict[str, Parameter | Equation] = {**m.inputs, **{rule.name: rule for rule in m.rules}}
    return {
        key: {
            name: [[_read(calculator, place, cells, items[name]) for place in cells.places] for cells in many]
            for name, many in found.found.items()
        }
        for key, found in sets.items()
    }


def _written(value: Any, cells: Cells, item: Parameter) -> Any:
    """Return a value in the unit of the sheet."""
    convert = None if item.is_class or not cells.unit else factor(cells.unit, item.unit)
    return value if convert is None else float((value - convert.offset) * convert.denominator / convert.numerator)


def _read(calculator: Calculator, place: Place, cells: Cells, item: Parameter | Equation) -> Any:
    if isinstance(item, Parameter) and item.is_class:
        try:
            return calculator.value(place)
        except FormulaError:
            return None
    convert = factor(cells.unit, item.unit) if cells.unit else None
    number = _number(calculator, place)
    return number if convert is None else convert(number)


def _number(calculator: Calculator, place: Place) -> float:
    try:
        found = calculator.value(place)
        return float(found) if found is not None and not isinstance(found, str) else math.nan
    except (FormulaError, ValueError):
        return math.nan


def _cases(m: Declarations, found: SheetSet, drawn: list[tuple[Draw, Values]]) -> Iterator[Case]:
    """Yield every case of the choices with what was compared in the draws that it explains."""
    options = [[(choice.name, option) for option in choice.options] for choice in m.choices.values()]
    for pairs in itertools.product(*options):
        case = dict(pairs)
        graph = m.graph(case)
        needed = [one for one in graph.parameters if one.kind is not Kind.CONSTANT and one.name not in found.found]
        missing = [one.symbol for one in needed if one.value is None]
        missing += [one.name for one in graph.nodes.values() if not isinstance(one, Equation | Parameter)]
        if missing:
            yield Case(case, missing=tuple(missing))
            continue
        classes = {one.name: one.symbol for one in graph.parameters if one.is_class and one.name in found.found}
        without = [symbol for name, symbol in classes.items() if not any(_has_text(draw, name) for draw, _all in drawn)]
        if without:
            yield Case(case, without_text=tuple(without))
            continue
        checked = [_checked(m, graph, found, draw, values) for draw, values in drawn]
        kept = [(draw, one) for (draw, _values), one in zip(drawn, checked, strict=True) if one is not None]
        explained = _explained(case, kept)
        explained.lost = len(checked) - len(kept)
        yield explained


def _has_text(draw: Draw, name: str) -> bool:
    """Whether a draw has a text for a class; a class that the spreadsheet calculates is not drawn."""
    return name not in draw.values or any(np.atleast_1d(draw.values[name]))


def _explained(case: Mapping[str, str], kept: list[tuple[Draw, dict[str, tuple[Place | None, float, float]]]]) -> Case:
    """Return over which draws a case agrees: all, those with an amount at 0, or none of these, and it is then all."""

    def agrees(one: Mapping[str, tuple[Place | None, float, float]]) -> bool:
        return all(place is None for place, _here, _there in one.values())

    not_zero = {name for _draw, one in kept for name, (_place, here, there) in one.items() if here or there}
    everywhere = bool(not_zero & {*RESULTS}) and all(agrees(one) for _draw, one in kept)
    # without choices everything must agree; and that 0 is 0 explains nothing
    names = {
        draw.zero for draw, one in kept if case and draw.zero and any(one[name][1] for name in RESULTS if name in one)
    }
    zeros = tuple(sorted(z for z in names if all(agrees(one) for draw, one in kept if draw.zero == z)))
    if everywhere:
        zeros = ()
    only_zero = {name for _draw, one in kept for name in one} - not_zero
    found = Case(case, only_zero=tuple(sorted(only_zero)), zeros=zeros, everywhere=everywhere)
    for draw, one in kept:
        if zeros and draw.zero not in zeros:
            continue
        for name, (place, here, there) in one.items():
            if name in only_zero:
                continue
            outcome = found.outcomes.setdefault(name, Outcome())
            outcome.compared += 1
            outcome.agreed += place is None
            if place is not None and outcome.place is None:
                outcome.place, outcome.here, outcome.there = place, here, there
    return found


def _checked(
    m: Declarations, graph: Graph, found: SheetSet, draw: Draw, values: Values
) -> dict[str, tuple[Place | None, float, float]] | None:
    """Compare every quantity of a draw; None where the equations have no value, as for 0 ÷ 0."""
    rows = draw.rows
    known: Values = {}
    for one in graph.parameters:
        cells = found.cells(one.name)
        if cells is not None and not one.is_class:
            read = values[one.name][0]
            places = rows if cells.tabular else (0,)
            known[one.name] = np.array([_usable(one, read[at], at, values) for at in places], dtype=float)
        elif one.value is not None:
            known[one.name] = np.array([one.value.value])
        elif one.is_class:
            known[one.name] = np.zeros(len(rows) if one.indices.replace("p", "") else 1)  # only tables look at it
    units = [letter for letter in m.indices if letter != "p"]
    sizes = {letter: len(rows) if letter != "p" else 1 for letter in m.indices} | ({} if "p" in m.indices else {"p": 1})
    arrays = {}
    for name, array in known.items():
        shape = [len(array) if letter in graph.nodes[name].indices and letter in units else 1 for letter in sizes]
        arrays[name] = array.reshape(shape)
    keep = tuple(rule.name for rule in graph.equations if rule.name in found.found)
    try:
        own = evaluate(graph, sizes, arrays, {}, keep)
    except EvaluationError:
        return None
    result = dict(_defaults(graph, found, draw, values))
    for name in keep:
        expected = own[name].ravel()
        result[name] = (None, float(np.abs(expected).max()), 0.0)
        for cells, got in zip(found.found[name], values[name], strict=True):
            for number, at in enumerate(rows if cells.tabular else (0,)):
                there = got[at]
                here = float(expected[number] if expected.size > 1 else expected[0])
                if not math.isclose(here, there, rel_tol=TOLERANCE, abs_tol=1e-9) and result[name][0] is None:
                    result[name] = (cells.places[at], here, there)
    return result


def _defaults(
    graph: Graph, found: SheetSet, draw: Draw, values: Values
) -> Iterator[tuple[str, tuple[Place | None, float, float]]]:
    """Compare each default value that the spreadsheet selects, or else the rows of one class."""
    for one in graph.parameters:
        cells = found.cells(one.name)
        if one.kind is not Kind.DEFAULT or cells is None or (one.by and one.by not in found.found):
            continue
        if one.name in draw.values:
            continue
        outcome: tuple[Place | None, float, float] = (None, 0.0, 0.0)
        known = 0
        same: dict[str, float] = {}  # what the first row of a class selects, where the library has no value
        for at in draw.rows if cells.tabular else (0,):
            there = values[one.name][0][at]
            key = values[one.by][0][at if cells.tabular else 0] if one.by else None
            here = _declared(one, key)
            if here is None and isinstance(key, str) and key:
                first = same.setdefault(key.casefold(), there)
                if outcome[0] is None and first != there and not (math.isnan(first) and math.isnan(there)):
                    outcome = (cells.places[at], first, there)
            known += here is not None
            if here is not None and outcome[0] is None:
                outcome = (None, max(outcome[1], abs(here)), 0.0)
            if here is not None and outcome[0] is None and not math.isclose(here, there, rel_tol=TOLERANCE):
                outcome = (cells.places[at], here, there)
        if known or outcome[0] is not None:
            yield one.name, outcome


def _usable(one: Parameter, value: float, at: int, values: Values) -> float:
    """Return a value of the spreadsheet, or that of the library where its cell gives an error: a draw is not lost."""
    if one.kind is not Kind.DEFAULT or math.isfinite(value):
        return value
    keys = values[one.by][0] if one.by in values else [None]
    here = _declared(one, keys[at if len(keys) > 1 else 0])
    return value if here is None else here


def _declared(one: Parameter, key: Any) -> float | None:
    """Return the value that the library has for a class or a number; None where it has none."""
    if one.table is None or key is None:
        return None if one.value is None else one.value.value
    for named, value in one.table.entries.items():
        if key in named if isinstance(named, Interval) else str(key).casefold() == named.casefold():
            return value.value
    return None
