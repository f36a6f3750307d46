"""The formulas of a monitoring spreadsheet, compared by meaning with the equations of a methodology.

Inputs are drawn at random, put into the cells to be filled in, and both sides are calculated: the cells by the
evaluator of spreadsheets, the equations by the engine, with the default values that the spreadsheet itself selects.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.authoring.official_files.coverage import Branches, doubts
from jcm_calc.authoring.official_files.drawing import Draw, DrawnInputs, Values, around, number
from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import Item, Matches, QuantityCells, items_of, matches
from jcm_calc.base.languages import Message, _, translated
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.graph import RESULTS, Graph, open_choices
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

TOLERANCE = 1e-9
CANCELLED = 1e-13  # of two numbers, what the last digits of their difference are
MORE = 1.01  # what an input is multiplied with for an elasticity
LEAST_APART = 0.005  # per cent
TRIED = 12  # draws in which the effect of an equation without a cell is looked for
WIDER = 120  # more draws, of which those are kept that take a branch that none has taken
Array = npt.NDArray[Any]
AS_DRAWN: Mapping[str, float] = {}


@dataclass(frozen=True)
class Pair:
    """What the library and the spreadsheet give of a quantity in a draw, in the row in which they differ first or most.

    `place` is the cell; None where they agree.

    Examples
    --------
    >>> Pair(28329.31, 28329.33).numbers
    {'here': '28329.31', 'there': '28329.33'}
    """

    here: float = math.nan
    there: float = math.nan
    place: Place | None = None

    @property
    def address(self) -> str:
        """Where they differ, such as MRS(input)!C13."""
        return "" if self.place is None else str(address(self.place))

    @property
    def apart(self) -> float:
        """The relative difference."""
        return abs(self.here - self.there) / max(abs(self.there), TOLERANCE)

    @property
    def numbers(self) -> dict[str, str]:
        """Both numbers, to as many digits as show that they differ."""
        for digits in (6, 9, 12, 17):
            here, there = (
                f"{one:.{digits}g}" if math.isfinite(one) else translated(_("an error"))
                for one in (self.here, self.there)
            )
            if here != there:
                break
        return {"here": here, "there": there}


def pair(cells: QuantityCells, rows: Sequence[int], here: Any, there: Any, scale: float = 0.0) -> Pair:
    """Compare what both sides give of a quantity in some rows; `scale` is the size of what it is a difference of."""
    here, there = np.broadcast_to(here, len(rows)).astype(float), np.asarray(there, dtype=float)
    with np.errstate(invalid="ignore"):
        apart = ~np.isclose(here, there, TOLERANCE, TOLERANCE + CANCELLED * scale, equal_nan=True)
        at = int(np.argmax(apart if apart.any() else np.nan_to_num(abs(here - there) + 1e-30 * abs(here))))
    return Pair(float(here[at]), float(there[at]), cells.places[rows[at]] if apart[at] else None)


@dataclass(frozen=True)
class Outcome:
    """What was compared of a quantity in the draws of a case."""

    pairs: list[Pair]

    @cached_property
    def apart(self) -> list[Pair]:
        """Those that differ."""
        return [one for one in self.pairs if one.place is not None]

    @property
    def counts(self) -> dict[str, int]:
        """In how many draws it agrees and differs, of all."""
        every = len(self.pairs)
        return {"agreed": every - len(self.apart), "count": len(self.apart), "all": every}


@dataclass(frozen=True)
class Tried:
    """A draw by its number, what the cells then hold, and what was compared."""

    at: int
    draw: Draw
    values: Values
    pairs: dict[str, Pair]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return all(one.place is None for one in self.pairs.values())


@dataclass
class ChoiceCase:
    """One case of the choices: which draws it explains, and the quantities compared in it."""

    options: Mapping[str, str]
    # nothing was compared: the spreadsheet lacks these inputs; no text was found that selects a value of these classes
    missing: tuple[str, ...] = ()
    without_text: tuple[str, ...] = ()
    kept: list[Tried] = field(default_factory=list, repr=False)
    # draws in which the equations have no value, and those of them in which the spreadsheet has one
    lost: int = 0
    refused: int = 0
    # where it agrees only while one of these amounts is 0, and another case agrees everywhere
    zeros: tuple[str, ...] = ()
    # an equation without a cell, and the quantity through which it was compared
    parts: dict[str, str] = field(default_factory=dict)
    # of an equation and one side of a decision in it, whether a draw took the side
    arms: dict[tuple[str, str], bool] = field(default_factory=dict)

    @cached_property
    def _not_zero(self) -> set[str]:
        return {name for one in self.kept for name, pair in one.pairs.items() if pair.here or pair.there}

    @property
    def only_zero(self) -> tuple[str, ...]:
        """What is 0 on both sides in every draw, which proves nothing: it is not compared."""
        return tuple(sorted({name for one in self.kept for name in one.pairs} - self._not_zero))

    @cached_property
    def everywhere(self) -> bool:
        """Whether it explains every draw."""
        return bool(self._not_zero & {*RESULTS}) and all(one.agrees for one in self.kept)

    @property
    def in_force(self) -> bool:
        """Whether some draws are explained by it."""
        return self.everywhere or bool(self.zeros)

    @property
    def counted(self) -> list[Tried]:
        """The draws in which it is in force."""
        return [one for one in self.kept if not self.zeros or one.draw.zero in self.zeros]

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        """By the name of a quantity, over the draws in which the case is in force."""
        found: dict[str, list[Pair]] = {}
        for one in self.counted:
            for name, pair in one.pairs.items():
                if name in self._not_zero:
                    found.setdefault(name, []).append(pair)
        return {name: Outcome(pairs) for name, pairs in found.items()}

    @property
    def apart(self) -> float:
        """The share of all comparisons that differ."""
        outcomes = self.outcomes.values()
        return sum(len(one.apart) for one in outcomes) / sum(len(one.pairs) for one in outcomes)

    def untaken(self, name: str) -> bool:
        """Whether some side of a decision in an equation was taken by no draw."""
        return any(not taken for (of, _side), taken in self.arms.items() if of == name)


@dataclass(frozen=True)
class Elasticity:
    """By how many per cent a quantity moves where an input is 1 % more, in the spreadsheet and in the library."""

    of: str
    on: str
    there: float
    here: float


class Comparison:
    """The cells of a spreadsheet and the equations of a methodology, for the same inputs, case by case."""

    def __init__(self, layout: Layout, m: Declarations, found: Matches, inputs: DrawnInputs) -> None:
        self.layout, self.m, self.found, self.inputs, self.items = layout, m, found, inputs, items_of(m)
        # by the cell in which a choice is made, its name; where there are any, the sheet must agree in every case
        self.chosen = {place: name for place, name in layout.choices.items() if name in m.choices}
        self.cases: list[ChoiceCase] = []
        # whether the sheet gives a result only where every row is filled in: others were not compared
        self.fills_all = False
        # where table 3 is more than ER, or less than it by a tonne: the first cell, without a place where it never is
        self.table_3 = Pair()
        self.uncut: Place | None = None  # the cell of table 3, where it is not ER rounded down to whole tonnes
        self.branches = Branches(layout, [found.place(name) for name in RESULTS if name in found.found])
        self.doubts: dict[str, Message] = {}  # why equal values do not prove that the formulas of a quantity agree
        self.elasticities: list[Elasticity] = []

    def run(self) -> Comparison:
        """Compare every case of the choices, and note what the draws cover."""
        layout, m, found, inputs, read = self.layout, self.m, self.found, self.inputs, list[Values]()
        for options in cases_of(m):
            if not read or self.chosen:
                read = [self._read(draw, options) for draw in inputs.draws]
                for draw in inputs.wider(WIDER if self.branches.open else 0):
                    if self.branches.take(self.calculator(draw, options)):
                        inputs.draws.append(draw)
                        read.append(self._read(draw, options))
                nothing_used = {name: 0.0 for name in inputs.draws[0].values if 0 in m.inputs[name].bounds}
                self._compare_table_3(self.calculator(inputs.draws[0], options, nothing_used))
            self.cases.append(self._case(options, read))
        general = any(case.everywhere for case in self.cases) and not self.chosen
        for case in self.cases:
            graph = m.graph(case.options)
            if general and case.options and not case.everywhere:
                case.zeros = self._zeros(case, graph)
            self._without_cells(case, graph)
        filled = {layout.end(place) for many in found.found.values() for one in many for place in one.places}
        filled |= {place for pairs in found.lists.values() for both in pairs for place in both}
        self.doubts = doubts(layout, found, m, filled | self.chosen.keys(), self.branches.missed)
        self.elasticities = list(self._elasticities())
        return self

    @property
    def shown(self) -> list[ChoiceCase]:
        """The cases in force; where there are none, the one that agrees most."""
        compared = [one for one in self.cases if one.outcomes]
        if self.chosen:
            return compared
        return [one for one in compared if one.in_force] or sorted(compared, key=lambda one: one.apart)[:1]

    # The spreadsheet

    def given(self, draw: Draw, options: Mapping[str, str], times: Mapping[str, float] = AS_DRAWN) -> dict[Place, Any]:
        """Return what a draw puts into cells; `times` is what some quantities are multiplied with."""
        given: dict[Place, Any] = {place: options.get(name) for place, name in self.chosen.items()}
        for name, value in draw.values.items():
            item = self.m.inputs[name]
            for at, (key, place) in enumerate(self.found.lists.get(name, [])):
                given |= {key: self.inputs.classes[item.by][at], place: value[at] * times.get(name, 1.0)}
            for cells in self.found.found.get(name, ()):
                rows = draw.filled(cells, self.found.units)
                for at, place in enumerate(cells.places):
                    if (entry := self.layout.entry(place)) is not None:
                        own = value[at] if cells.tabular else value
                        scaled = own if item.is_class else cells.written(own * times.get(name, 1.0))
                        given[entry] = scaled if at in rows else None
        return given

    def calculator(self, draw: Draw, options: Mapping[str, str], times: Mapping[str, float] = AS_DRAWN) -> Calculator:
        """Return the cells with the inputs of a draw."""
        given = self.given(draw, options, times)
        for name in times.keys() - draw.values.keys():  # a default that the sheet selects
            plain = Calculator(self.layout.book, dict(given))
            for place in (place for cells in self.found.found[name] for place in cells.places):
                if math.isfinite(found := number(plain, place)):
                    given[place] = found * times[name]
        return Calculator(self.layout.book, given)

    def _read(self, draw: Draw, options: Mapping[str, str]) -> Values:
        calculator = self.calculator(draw, options)
        self.branches.take(calculator)
        self._compare_table_3(calculator)
        return self.read(calculator)

    def read(self, calculator: Calculator) -> Values:
        """Return what the cells of every quantity hold, in declared units."""
        return {
            name: [[read(calculator, place, cells, self.items[name]) for place in cells.places] for cells in many]
            for name, many in self.found.found.items()
        }

    def _compare_table_3(self, calculator: Calculator) -> None:
        """Compare table 3 with ER, and with its whole tonnes."""
        reductions = number(calculator, self.found.place("ER"))
        for place, unit in self.found.amounts.items():
            filled = self.layout.formula(place) or isinstance(self.layout.value(place), int | float)
            if filled and math.isfinite(reductions):
                there, slack = unit(number(calculator, place)), 1e-6 + TOLERANCE * abs(reductions)
                apart = reductions - there  # more than ER is never right, less than a tonne is rounded down
                if reductions > 0:
                    agrees = -slack <= apart < 1 + slack
                else:  # 0, or whole tonnes below 0: never a tonne
                    agrees = abs(there) <= slack or (there <= 0 and abs(apart) < 1 + slack)
                if not agrees and self.table_3.place is None:
                    self.table_3 = Pair(reductions, there, place)
                if reductions > 0 and not (agrees and abs(there - round(there)) <= slack):
                    self.uncut = place

    # The equations

    def known(self, graph: Graph, draw: Draw, values: Values) -> tuple[dict[str, int], dict[str, Array]]:
        """Return the inputs of the equations, as the cells have them, on the axes of the methodology."""
        known: dict[str, Array] = {}
        sizes = dict.fromkeys([*self.m.indices, "p"], 1)
        for one in graph.parameters:
            cells = self.found.cells(one.name if one.name in values else one.by)
            rows = draw.filled(cells, self.found.units)
            keys = self._keys(one, rows, values)
            if one.is_class:
                own = [0.0 for _key in rows]  # only tables look
            elif one.name in self.found.lists:
                listed = dict(zip(self.inputs.classes[one.by], draw.values[one.name], strict=True))
                own = [listed[key] for key in keys]
            else:
                own = [values[one.name][0][at] if one.name in values else math.nan for at in rows]
            if one.kind in (Kind.DEFAULT, Kind.CONSTANT):  # where the cell gives an error, the draw is not lost
                own = [
                    value if math.isfinite(value) else declared(one, key) for value, key in zip(own, keys, strict=True)
                ]
            sizes |= {letter: len(rows) for letter in one.indices if letter != "p" and len(rows) > 1}
            known[one.name] = np.array(own, dtype=float)
        for name, array in known.items():
            own_letters = graph.nodes[name].indices.replace("p", "")
            known[name] = array.reshape([len(array) if letter in own_letters else 1 for letter in sizes])
        return sizes, known

    def _keys(self, one: Parameter, rows: Sequence[int], values: Values) -> list[Any]:
        """Return what selects the value of a default in some rows."""
        keys = values[one.by][0] if one.by in values else [None]
        return [keys[at if len(keys) > 1 else 0] for at in rows]

    def library(self, graph: Graph, draw: Draw, values: Values, names: Sequence[str]) -> dict[str, Array]:
        """Return what the equations give; an `EvaluationError` where that is nothing, as for 0 ÷ 0."""
        sizes, known = self.known(graph, draw, values)
        return evaluate(graph, sizes, known, {}, tuple(names))

    # Cases

    def _case(self, options: Mapping[str, str], read: Sequence[Values]) -> ChoiceCase:
        graph, found = self.m.graph(options), self.found
        there = {*found.found, *found.lists}
        missing = [
            node.name
            for node in sorted(graph.nodes.values(), key=lambda node: not isinstance(node, Parameter))
            if not (isinstance(node, Equation) or node.name in there)
            and not (isinstance(node, Parameter) and self._is_known(node))
        ]
        classes = [node for node in graph.parameters if node.is_class and node.name in self.inputs.classes]
        without = [node.symbol for node in classes if not self.inputs.classes[node.name]]
        if missing or without:
            return ChoiceCase(options, tuple(missing), () if missing else tuple(without))
        tried = list(enumerate(zip(self.inputs.draws, read, strict=True)))
        partial = [values for _at, (draw, values) in tried if len(draw.rows) < found.units]
        if partial and all(any(not math.isfinite(values[name][0][0]) for name in RESULTS if name in values)
                           for values in partial):  # fmt: skip
            self.fills_all = True
            tried = [(at, both) for at, both in tried if len(both[0].rows) == found.units]
        case = ChoiceCase(options)
        for at, (draw, values) in tried:
            try:
                case.kept.append(Tried(at, draw, values, self._pairs(graph, draw, values)))
            except EvaluationError:
                case.lost += 1
                case.refused += math.isfinite(values["ER"][0][0])
        return case

    def _is_known(self, one: Parameter) -> bool:
        """Whether the library has the value of a parameter without a cell, or a table by what has one."""
        return one.value is not None or (one.table is not None and one.by in self.found.found)

    def _pairs(self, graph: Graph, draw: Draw, values: Values) -> dict[str, Pair]:
        """Compare every quantity of a draw."""
        found = self.found.found
        keep = [rule.name for rule in graph.equations if rule.name in found]
        own = self.library(graph, draw, values, keep)
        result = dict(self._defaults(graph, draw, values))
        expected = {name: own[name].ravel() for name in keep}
        for one in graph.parameters:  # a cell that only shows an input must show what is filled in
            if one.name in draw.values and len(found.get(one.name, ())) > 1 and not one.is_class:
                rows = draw.filled(found[one.name][0], self.found.units)
                expected[one.name] = np.atleast_1d(draw.values[one.name])[list(rows)]
        for name, here in expected.items():
            rule = graph.nodes[name]
            of = rule.arguments if isinstance(rule, Equation) else ()
            operands = [own[one] for one in of if one in own and self.items[one].unit == rule.unit]
            scale = max((float(np.max(np.abs(one))) for one in operands), default=0.0)
            pairs = []
            for cells, there in zip(found[name], values[name], strict=True):
                rows = draw.filled(cells, self.found.units)
                if here.size in (1, len(rows)):
                    pairs.append(pair(cells, rows, here, [there[at] for at in rows], scale))
            result[name] = max(pairs, key=lambda one: (one.place is not None, one.apart))
        return result

    def _defaults(self, graph: Graph, draw: Draw, values: Values) -> Iterator[tuple[str, Pair]]:
        """Compare each default value that the spreadsheet selects, or else the rows of one class."""
        for one in graph.parameters:
            cells = self.found.cells(one.name)
            if one.kind is not Kind.DEFAULT or cells is None or one.name in draw.values:
                continue
            if (one.by and one.by not in self.found.found) or not any(map(math.isfinite, values[one.name][0])):
                continue
            rows = draw.filled(cells, self.found.units)
            first: dict[str, float] = {}  # what the first row of a class selects, where the library has no value
            rated, proved = [], False
            for at, key in zip(rows, self._keys(one, rows, values), strict=True):
                here, there = declared(one, key), values[one.name][0][at]
                proved |= not math.isnan(here)
                if math.isnan(here) and isinstance(key, str) and key:
                    here = first.setdefault(key.casefold(), there)
                if not math.isnan(here) or isinstance(key, str):
                    rated.append((at, here, there))
            if rated:
                places, ours, theirs = map(list, zip(*rated, strict=True))
                found = pair(cells, places, ours, theirs)
                if found.place is not None or proved:
                    yield one.name, found

    def _zeros(self, case: ChoiceCase, graph: Graph) -> tuple[str, ...]:
        """Return the amounts at 0 with which a case explains every draw, next to a case that explains everything.

        Alone it would explain nothing: an error may vanish at 0. Its equations must not have what is 0, which would
        not exercise them, and not all its results may be 0.
        """
        results = [(one, [one.pairs[name].here for name in RESULTS if name in one.pairs]) for one in case.kept]
        names = {one.draw.zero for one, numbers in results if any(numbers)} - {"", *graph.nodes}
        return tuple(sorted(names - {one.draw.zero for one in case.kept if not one.agrees}))

    def _without_cells(self, case: ChoiceCase, graph: Graph) -> None:
        """Note through which compared quantity an equation without a cell was compared, and which sides were taken."""
        compared = [rule.name for rule in graph.equations if (got := case.outcomes.get(rule.name)) and not got.apart]
        alone = [
            node.name
            for node in graph.nodes.values()
            if node.name not in self.found.found
            and (isinstance(node, Equation) or (isinstance(node, Parameter) and node.kind is Kind.DEFAULT))
        ]
        expressions = {rule.name: rule.expression({name: name for name in rule.arguments}) for rule in graph.equations}
        tried = 0
        for one in case.counted:
            if tried and (tried >= TRIED or not alone) and all(case.arms.values()):
                break
            sizes, known = self.known(graph, one.draw, one.values)
            try:
                own = {**known, **evaluate(graph, sizes, known, {}, tuple(expressions))}
            except EvaluationError:
                continue
            for name, expression in expressions.items():
                with np.errstate(all="ignore"):
                    for side, taken in _sides(expression, own, np.ones((1,) * len(sizes)) > 0):
                        case.arms[name, side] = case.arms.get((name, side), False) or bool(np.any(taken))
            for name in list(alone) if tried < TRIED else ():
                changed = evaluate(graph, sizes, {**known, name: own[name] * MORE}, {}, tuple(compared))
                through = [to for to in compared if to != name and not np.allclose(changed[to], own[to], 1e-6, 0)]
                if through:
                    case.parts[name] = through[0]
                    alone.remove(name)
            tried += 1

    # Elasticities

    def _elasticities(self) -> Iterator[Elasticity]:
        """Yield the inputs that move a quantity otherwise, for those that differ first."""
        for case in self.shown[-1:]:
            graph = self.m.graph(case.options)
            differing = {
                name for name, one in case.outcomes.items() if one.apart and isinstance(self.items[name], Equation)
            }
            for name in sorted(differing):
                if not differing & (graph.upstream(name).nodes.keys() - {name}):
                    yield from self._moved(case, graph, name)

    def _moved(self, case: ChoiceCase, graph: Graph, name: str) -> Iterator[Elasticity]:
        first = next(one for one in case.counted if name in one.pairs and one.pairs[name].place is not None)
        draw, place = first.draw, first.pairs[name].place
        which, cells = next(both for both in enumerate(self.found.found[name]) if place in both[1].places)
        at = cells.places.index(place)
        row = draw.filled(cells, self.found.units).index(at)

        def both(times: Mapping[str, float] = AS_DRAWN) -> tuple[float, float]:
            values = self.read(self.calculator(draw, case.options, times))
            own = self.library(graph, draw, values, [name])[name].ravel()
            return float(own[row if own.size > 1 else 0]), values[name][which][at]

        here, there = both()
        for parameter in graph.upstream(name).parameters:
            if parameter.name in self.found.found and not parameter.textual and here and there:
                try:
                    more_here, more_there = both({parameter.name: MORE})
                except EvaluationError:
                    continue
                moves = [(more / base - 1) * 100 for more, base in ((more_there, there), (more_here, here))]
                if not abs(moves[0] - moves[1]) < LEAST_APART:
                    yield Elasticity(parameter.name, name, *moves)


def compare(book: Book, m: Declarations) -> Comparison:
    """Compare every formula of a spreadsheet whose quantity is found with the declared equation.

    Raises
    ------
    InputError
        If the spreadsheet is of another methodology or version, or its results are numbers: a constant agrees with a
        constant and proves nothing.
    """
    layout = Layout(book)
    if layout.header != (m.number, m.version):
        complaint = _(
            "is for {given}; the methodology is {expected}. Give the spreadsheet of that version, or translate this "
            "one with `jcm import`"
        )
        given, expected = (
            _("{number} ver {version}").format(number=number, version=version)
            for number, version in (layout.header, (m.number, m.version))
        )
        raise book.unusable(complaint.format(given=given, expected=expected))
    found = matches(layout, m)
    cells = found.cells("ER")
    if cells is None:
        complaint = _("{kind}: no cell for the emission reductions ER was found, with a unit such as tCO2/p")
        raise book.unusable(complaint.format(kind=layout.kind))
    if not any(map(layout.entered, layout.reached(cells.places[0]))):
        complaint = _(
            "{cell}: got no formula that leads to an input; the spreadsheet must calculate. Give the blank form"
        )
        raise book.unusable(complaint.format(cell=cells.address))
    return Comparison(layout, m, found, DrawnInputs(layout, m, found)).run()


def cases_of(m: Declarations) -> Iterator[dict[str, str]]:
    """Yield every case of the choices that matter: one that nothing asks for under the others is left out."""
    waiting: list[dict[str, str]] = [{}]
    while waiting:
        case = waiting.pop(0)
        left = open_choices(m, case, frozenset())
        if not left:
            yield case
        else:
            waiting = [{**case, left[0]: option} for option in m.choices[left[0]].options] + waiting


def _sides(of: Expression, arrays: Mapping[str, Array], where: Array) -> Iterator[tuple[str, Array]]:
    """Yield each side of the decisions in an expression, and where it is taken among what is reached."""
    if of.operation in ("symbol", "number"):
        return
    parts, below = of.arguments, [where] * len(of.arguments)
    if of.operation in ("where", "minimum", "maximum"):
        first, second = (part.value(arrays) for part in parts[:2])
        sides = [first != 0, first == 0] if of.operation == "where" else [first < second, second < first]
        sides = [where & side for side in (sides[::-1] if of.operation == "maximum" else sides)]
        yield from ((f"{number} side of {of}", side) for number, side in zip(("first", "second"), sides, strict=True))
        below = [where, *sides] if of.operation == "where" else below
    for part, reached in zip(parts, below, strict=True):
        if of.operation in ("logical_and", "logical_or"):
            yield f"{part} in {of}", where & (part.value(arrays) != 0)
            yield f"not {part} in {of}", where & (part.value(arrays) == 0)
        yield from _sides(part, arrays, reached)


def declared(one: Parameter, key: Any) -> float:
    """Return the value that the library has for a class or a number; nan where it has none."""
    if one.table is None or key is None:
        return math.nan if one.value is None else one.value.value
    for named, value in one.table.entries.items():
        if isinstance(named, Interval):
            if isinstance(key, int | float) and key in named:
                return value.value
        elif str(key).casefold() == named.casefold():
            return value.value
    return math.nan


def read(calculator: Calculator, place: Place, cells: QuantityCells, item: Item) -> Any:
    """Return what a cell holds, in the declared unit."""
    if not (isinstance(item, Parameter) and item.is_class):
        return cells.convert(number(calculator, place))
    try:
        return calculator.value(place)
    except FormulaError:
        return None


# Default values


@dataclass(frozen=True)
class Selected:
    """One value of a default, of a class or an interval or else the only one, as the spreadsheet selects it.

    The value of the library and that of the spreadsheet are nan where one has none.
    """

    key: str
    here: float
    there: float
    open: str = ""  # at which of the library's limits the spreadsheet has none: it goes on with the same value
    more: bool = False  # whether the library has values for other classes, and none for this one

    @property
    def differs(self) -> bool:
        """Whether both have a value, and not the same one; or one has a class that the other lacks."""
        return self.more if math.isnan(self.here) else not math.isclose(self.here, self.there, rel_tol=TOLERANCE)


def selected(comparison: Comparison, default: Parameter) -> list[Selected]:
    """Return the values of a default by class or interval; none where the spreadsheet does not select them."""
    layout, found, inputs = comparison.layout, comparison.found, comparison.inputs
    cells, key = found.cells(default.name), found.cells(default.by)
    if cells is None or inputs.is_blank(cells) or (default.by and key is None):
        return []

    def there(value: Any = None) -> float:
        given = {}
        if key is not None:
            given[layout.entry(key.places[0]) or key.places[0]] = value if by.is_class else key.written(value)
        return float(read(Calculator(layout.book, given), cells.places[0], cells, default))

    if key is None:
        one = Selected("", declared(default, None), there())
        return [] if math.isnan(one.there) else [one]
    by, entries = comparison.m.inputs[default.by], default.table.entries if default.table else {}
    if by.is_class:
        texts = {text.casefold(): text for text in inputs.classes.get(default.by, [])}
        names = {str(name).casefold(): str(name) for name in entries}
        rows = [
            Selected(one, declared(default, one), there(texts.get(folded, one)), more=bool(entries))
            for folded, one in (names | texts | names).items()
        ]
    else:
        rows = list(_in_bins(default, inputs.limits.get(default.by, []), there, by))
    return [one for one in rows if not (math.isnan(one.here) and math.isnan(one.there))]


def _in_bins(default: Parameter, limits: Sequence[float], there: Any, by: Parameter) -> Iterator[Selected]:
    """Compare the value and the limits of each interval: inside, at every limit, and on both sides of its ends."""
    entries = default.table.entries if default.table else {}
    bins = [name for name in entries if isinstance(name, Interval)]
    ends = sorted({end for name in bins for end in (name.lower, name.upper) if math.isfinite(end)} | {*limits})
    near = around(ends) + [end * 2 for end in ends] + [name.first for name in bins if name.closed_lower]
    both = {at: (declared(default, at), there(at)) for at in near if at in by.bounds}
    for name in bins:
        inside = [pair for at, pair in both.items() if at in name]
        if not inside:
            continue
        value = inside[0][0]
        other = next((one for _here, one in inside if not math.isclose(one, value, rel_tol=TOLERANCE)), value)
        below = around([name.lower])[0] if name.closed_lower else name.lower
        above = around([name.upper])[2] if name.closed_upper else name.upper
        goes_on = [
            f"{end:g}" for end, at in ((name.lower, below), (name.upper, above))
            if math.isfinite(end) and at in by.bounds and declared(default, at) != other == there(at)
        ]  # fmt: skip
        yield Selected(str(name), value, other, ", ".join(goes_on))
    own = {value.value for value in entries.values()}
    for at, (here, value) in both.items():
        if bins and math.isnan(here) and math.isfinite(value) and not any(math.isclose(value, one) for one in own):
            yield Selected(f"{at:g}", here, value, more=True)
            return
