"""The formulas of a monitoring spreadsheet, compared by meaning with the equations of a methodology.

Inputs are drawn at random, put into the cells to be filled in, and both sides are calculated: the cells by the
evaluator of spreadsheets, the equations by the engine, with the default values that the spreadsheet itself selects.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.authoring.official_files.coverage import Branches, doubts
from jcm_calc.authoring.official_files.drawing import Draw, DrawnInputs, Values, number
from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import Item, Matches, QuantityCells, factor, items_of, matches
from jcm_calc.base.languages import Message, _, translated
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.graph import RESULTS, Graph, open_choices
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

TOLERANCE, NEAR_LIMIT = 1e-9, 1e-9
CANCELLED = 1e-13  # of two numbers, what the last digits of their difference are
MORE = 1.01  # what an input is multiplied with for an elasticity
LEAST_APART = 0.005  # per cent
TRIED = 12  # draws in which the effect of an equation without a cell is looked for
WIDER = 120  # more draws, of which those are kept that take a branch that none has taken
Array = npt.NDArray[Any]
Arms = dict[tuple[str, str], bool]


@dataclass(frozen=True)
class Pair:
    """What the library and the spreadsheet give of a quantity in a draw, in the row in which they differ first or most.

    `place` is the cell; None where they agree.
    """

    here: float
    there: float
    place: Place | None = None

    @property
    def apart(self) -> float:
        """The relative difference."""
        return abs(self.here - self.there) / max(abs(self.there), TOLERANCE)


def pair(cells: QuantityCells, rows: Sequence[int], here: Any, there: Any, scale: float = 0.0) -> Pair:
    """Compare what both sides give of a quantity in some rows; `scale` is the size of what it is a difference of."""
    here, there = np.broadcast_to(here, len(rows)).astype(float), np.asarray(there, dtype=float)
    with np.errstate(invalid="ignore"):
        apart = ~np.isclose(here, there, TOLERANCE, TOLERANCE + CANCELLED * scale, equal_nan=True)
        at = int(np.argmax(apart if apart.any() else np.nan_to_num(abs(here - there) + 1e-30 * abs(here))))
    return Pair(float(here[at]), float(there[at]), cells.places[rows[at]] if apart[at] else None)


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
    draw : int
        The first draw that differs.
    """

    agreed: int = 0
    compared: int = 0
    place: Place | None = None
    here: float = math.nan
    there: float = math.nan
    draw: int = -1

    def add(self, one: Pair, draw: int = -1) -> None:
        """Count one more draw."""
        self.compared += 1
        self.agreed += one.place is None
        if one.place is not None and self.place is None:
            self.place, self.here, self.there, self.draw = one.place, one.here, one.there, draw

    @property
    def numbers(self) -> dict[str, str]:
        """The numbers of the library and the spreadsheet, to as many digits as show that they differ.

        Examples
        --------
        >>> Outcome(here=28329.31, there=28329.33).numbers
        {'here': '28329.31', 'there': '28329.33'}
        """
        for digits in (6, 9, 12, 17):
            here, there = (
                f"{one:.{digits}g}" if math.isfinite(one) else translated(_("an error"))
                for one in (self.here, self.there)
            )
            if here != there:
                break
        return {"here": here, "there": there}

    @property
    def differs(self) -> bool:
        """Whether some draw gave something else."""
        return self.agreed < self.compared


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
    """One case of the choices: which draws it explains, and the quantities compared in it.

    Attributes
    ----------
    options : mapping
        Of the choices that matter in it.
    missing : tuple of str
        Names of inputs that the case needs and the spreadsheet has not: nothing was compared.
    without_text : tuple of str
        Symbols of classes for which no text that selects a value was found: nothing was compared.
    only_zero : tuple of str
        Names of quantities that are 0 on both sides in every draw, which proves nothing: they are not compared.
    lost, refused : int
        The number of draws that were not compared, because the equations have no value in them; and of those in which
        the spreadsheet has one.
    zeros : tuple of str
        Where the case agrees only while one of these amounts is 0, and another case agrees everywhere.
    outcomes : mapping
        By the name of the quantity; over the draws in which the case is in force.
    kept : list of Tried
        Every draw that was not lost.
    parts : mapping
        From the name of an equation without a cell to the quantity through which it was compared.
    arms : mapping
        By the name of an equation and one side of a decision in it, whether a draw took the side.
    """

    options: Mapping[str, str]
    missing: tuple[str, ...] = ()
    without_text: tuple[str, ...] = ()
    only_zero: tuple[str, ...] = ()
    lost: int = 0
    refused: int = 0
    zeros: tuple[str, ...] = ()
    everywhere: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    kept: list[Tried] = field(default_factory=list, repr=False)
    parts: dict[str, str] = field(default_factory=dict)
    arms: Arms = field(default_factory=dict)

    @property
    def in_force(self) -> bool:
        """Whether some draws are explained by it."""
        return self.everywhere or bool(self.zeros)

    @property
    def share(self) -> float:
        """The share of all comparisons that agree."""
        compared = sum(one.compared for one in self.outcomes.values())
        return sum(one.agreed for one in self.outcomes.values()) / compared if compared else -1.0

    @property
    def counted(self) -> list[Tried]:
        """The draws in which it is in force."""
        return [one for one in self.kept if not self.zeros or one.draw.zero in self.zeros]

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
    """The cells of a spreadsheet and the equations of a methodology, for the same inputs.

    Attributes
    ----------
    found : Matches
    inputs : DrawnInputs
    items : dict
        Every input and equation by its name.
    cases : list of ChoiceCase
    branches : Branches
        Which branches of IF, MIN and MAX were taken.
    chosen : dict
        By the cell in which a choice is made, its name. Where there are any, the spreadsheet must agree in every case.
    fills_all : bool
        Whether the spreadsheet gives a result only where every row is filled in: others were not compared.
    table_3 : Outcome
        Table 3, which must not be more than ER, and less than it by a part of a tonne only.
    uncut : tuple or None
        The cell of table 3, where it is not ER rounded down to whole tonnes.
    doubts : dict
        By the name of a quantity, why equal values do not prove that its formulas agree.
    elasticities : list of Elasticity
        Of the quantities that differ first.
    """

    def __init__(self, layout: Layout, m: Declarations, found: Matches, inputs: DrawnInputs) -> None:
        self.layout, self.m, self.found, self.inputs, self.items = layout, m, found, inputs, items_of(m)
        self.chosen = {place: name for place, name in layout.choices.items() if name in m.choices}
        self.table_3, self.fills_all = Outcome(), False
        self.uncut: Place | None = None
        self.branches = Branches(layout, [found.place(name) for name in RESULTS if name in found.found])
        self.cases: list[ChoiceCase] = []
        self.doubts: dict[str, Message] = {}
        self.elasticities: list[Elasticity] = []

    def run(self) -> Comparison:
        """Compare every case of the choices, and note what the draws cover."""
        layout, m, found, inputs, read = self.layout, self.m, self.found, self.inputs, list[Values]()
        for options in cases_of(m):
            if not read or self.chosen:
                read = [self._tried(draw, options) for draw in inputs.draws]
                for draw in inputs.wider(WIDER if self.branches.open else 0):
                    if self.branches.take(self.calculator(draw, options)):
                        inputs.draws.append(draw)
                        read.append(self._tried(draw, options))
                self._amounts(self.calculator(inputs.draws[0], options, scale=0.0))  # nothing used, nothing reduced
            self.cases.append(self._case(options, read))
        self._in_force()
        for case in self.cases:
            self._without_cells(case, m.graph(case.options))
        filled = {layout.end(place) for many in found.found.values() for one in many for place in one.places}
        filled |= {place for pairs in found.lists.values() for both in pairs for place in both}
        self.doubts = doubts(layout, found, m, filled | self.chosen.keys(), self.branches.missed)
        self.elasticities = list(self._elasticities())
        return self

    @property
    def shown(self) -> list[ChoiceCase]:
        """The cases in force; where there are none, the one that agrees most."""
        compared = [one for one in self.cases if one.outcomes]
        in_force = [one for one in compared if one.in_force]
        return compared if self.chosen else in_force or sorted(compared, key=lambda one: -one.share)[:1]

    # The spreadsheet

    def given(self, draw: Draw, options: Mapping[str, str], more: str = "", scale: float = 1.0) -> dict[Place, Any]:
        """Return what a draw puts into cells; the quantity `more` is 1 % more."""
        given: dict[Place, Any] = {place: options.get(name) for place, name in self.chosen.items()}
        for name, value in draw.values.items():
            item = self.m.inputs[name]
            times = MORE if more == name else scale if 0 in item.bounds else 1.0
            for at, (key, place) in enumerate(self.found.lists.get(name, [])):
                given |= {key: self.inputs.classes[item.by][at], place: value[at] * times}
            for cells in self.found.found.get(name, ()):
                rows = draw.filled(cells, self.found.units)
                for at, place in enumerate(cells.places):
                    if (entry := self.layout.entry(place)) is not None:
                        own = value[at] if cells.tabular else value
                        given[entry] = _written(own, cells, item, times) if at in rows else None
        return given

    def calculator(self, draw: Draw, options: Mapping[str, str], more: str = "", scale: float = 1.0) -> Calculator:
        """Return the cells with the inputs of a draw; the quantity `more` is 1 % more."""
        given = self.given(draw, options, more, scale)
        if more and more not in draw.values:  # a default that the sheet selects
            plain = Calculator(self.layout.book, dict(given))
            for place in (place for cells in self.found.found[more] for place in cells.places):
                if math.isfinite(found := number(plain, place)):
                    given[place] = found * MORE
        return Calculator(self.layout.book, given)

    def _tried(self, draw: Draw, options: Mapping[str, str]) -> Values:
        calculator = self.calculator(draw, options)
        self.branches.take(calculator)
        self._amounts(calculator)
        return self.read(calculator)

    def read(self, calculator: Calculator) -> Values:
        """Return what the cells of every quantity hold, in declared units."""
        return {
            name: [[read(calculator, place, cells, self.items[name]) for place in cells.places] for cells in many]
            for name, many in self.found.found.items()
        }

    def _amounts(self, calculator: Calculator) -> None:
        """Compare table 3 with ER, and with its whole tonnes."""
        reductions = number(calculator, self.found.place("ER"))
        for place, unit in self.found.amounts.items():
            filled = self.layout.formula(place) or isinstance(self.layout.value(place), int | float)
            if filled and math.isfinite(reductions):
                there, slack = unit(number(calculator, place)), 1e-6 + TOLERANCE * abs(reductions)
                apart = reductions - there  # more than ER is never right, less than a tonne is rounded down
                agrees = -slack <= apart < 1 + slack if reductions > 0 else math.isfinite(there)
                self.table_3.add(Pair(reductions, there, None if agrees else place))
                if reductions > 0 and not (agrees and abs(there - round(there)) <= slack):
                    self.uncut = place

    # The library

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
            elif one.name in values:
                own = [values[one.name][0][at] for at in rows]
            else:
                own = [math.nan for _key in rows]
            if one.kind in (Kind.DEFAULT, Kind.CONSTANT):  # where the cell gives an error, the draw is not lost
                own = [
                    value if math.isfinite(value) else declared(one, key) for value, key in zip(own, keys, strict=True)
                ]
            letters = one.indices.replace("p", "")
            sizes |= {letter: len(rows) for letter in letters if len(rows) > 1}
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
        """Return what the equations give.

        Raises
        ------
        EvaluationError
            If they give nothing, as for 0 ÷ 0.
        """
        sizes, known = self.known(graph, draw, values)
        return evaluate(graph, sizes, known, {}, tuple(names))

    # Cases

    def _case(self, options: Mapping[str, str], read: Sequence[Values]) -> ChoiceCase:
        graph, found = self.m.graph(options), self.found.found
        missing = [
            node.name
            for node in sorted(graph.nodes.values(), key=lambda node: not isinstance(node, Parameter))
            if not isinstance(node, Equation)
            and node.name not in (*found, *self.found.lists)
            and not (isinstance(node, Parameter) and self._is_known(node))
        ]
        if missing:
            return ChoiceCase(options, missing=tuple(missing))
        classes = [node for node in graph.parameters if node.is_class and node.name in self.inputs.classes]
        if without := [node.symbol for node in classes if not self.inputs.classes[node.name]]:
            return ChoiceCase(options, without_text=tuple(without))
        numbered = list(enumerate(zip(self.inputs.draws, read, strict=True)))
        partial = [values for _at, (draw, values) in numbered if len(draw.rows) < self.found.units]
        if partial and all(any(not math.isfinite(values[name][0][0]) for name in RESULTS if name in values)
                           for values in partial):  # fmt: skip
            self.fills_all = True
            numbered = [(at, both) for at, both in numbered if len(both[0].rows) == self.found.units]
        case = ChoiceCase(options)
        for at, (draw, values) in numbered:
            pairs = self._checked(graph, draw, values)
            if pairs is None:
                case.lost += 1
                case.refused += math.isfinite(values["ER"][0][0])
            else:
                case.kept.append(Tried(at, draw, values, pairs))
        return case

    def _is_known(self, one: Parameter) -> bool:
        """Whether the library has the value of a parameter without a cell, or a table by what has one."""
        return one.value is not None or (one.table is not None and one.by in self.found.found)

    def _checked(self, graph: Graph, draw: Draw, values: Values) -> dict[str, Pair] | None:
        """Compare every quantity of a draw; None where the equations have no value, as for 0 ÷ 0."""
        found = self.found.found
        keep = [rule.name for rule in graph.equations if rule.name in found]
        try:
            own = self.library(graph, draw, values, keep)
        except EvaluationError:
            return None
        result = dict(self._defaults(graph, draw, values))
        # a cell that only shows an input must show what is filled in
        shown = [one for one in graph.parameters if one.name in draw.values and len(found.get(one.name, ())) > 1]
        expected = {name: own[name].ravel() for name in keep}
        for one in shown:
            if not one.is_class:
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
            there = [values[one.name][0][at] for at in rows]
            keys = self._keys(one, rows, values)
            known = [declared(one, key) for key in keys]
            first: dict[str, float] = {}  # what the first row of a class selects, where the library has no value
            here = [
                first.setdefault(str(key).casefold(), own)
                if math.isnan(value) and isinstance(key, str) and key
                else value
                for key, value, own in zip(keys, known, there, strict=True)
            ]
            rated = [at for at, value in enumerate(here) if not math.isnan(value) or isinstance(keys[at], str)]
            if rated:
                found = pair(cells, [rows[at] for at in rated], [here[at] for at in rated], [there[at] for at in rated])
                if found.place is not None or not all(map(math.isnan, known)):
                    yield one.name, found

    def _in_force(self) -> None:
        """Find the case that explains every draw, those that explain all with some amount at 0, and what agrees there.

        A case that explains zeros alone counts only together with one that explains everything: an error may vanish
        at 0. Its equations must not have what is 0: at 0 they would not be exercised.
        """
        for case in self.cases:
            given = [(name, pair) for one in case.kept for name, pair in one.pairs.items()]
            not_zero = {name for name, pair in given if pair.here or pair.there}
            case.only_zero = tuple(sorted({name for name, _pair in given} - not_zero))
            case.everywhere = bool(not_zero & {*RESULTS}) and all(one.agrees for one in case.kept)
        general = any(case.everywhere for case in self.cases) and not self.chosen
        for case in self.cases:
            if general and not case.everywhere and case.options:
                operands = {"", *self.m.graph(case.options).nodes}
                # that 0 is 0 explains nothing
                names = {
                    one.draw.zero
                    for one in case.kept
                    if one.draw.zero not in operands
                    and any(one.pairs[name].here for name in RESULTS if name in one.pairs)
                }
                apart = {one.draw.zero for one in case.kept if not one.agrees}
                case.zeros = tuple(sorted(names - apart))
            for one in case.counted:
                for name in one.pairs.keys() - {*case.only_zero}:
                    case.outcomes.setdefault(name, Outcome()).add(one.pairs[name], one.at)

    def _without_cells(self, case: ChoiceCase, graph: Graph) -> None:
        """Note through which compared quantity an equation without a cell was compared, and which sides were taken."""
        compared = [rule.name for rule in graph.equations if (got := case.outcomes.get(rule.name)) and not got.differs]
        alone = [
            node.name
            for node in graph.nodes.values()
            if node.name not in self.found.found
            and (isinstance(node, Equation) or (isinstance(node, Parameter) and node.kind is Kind.DEFAULT))
        ]
        branched = {rule.name: _expression(rule) for rule in graph.equations if [*_decisions(_expression(rule))]}
        names = [rule.name for rule in graph.equations]
        for place, one in enumerate(case.counted):
            if (place >= TRIED or not alone) and (not branched or (case.arms and all(case.arms.values()))):
                break
            sizes, known = self.known(graph, one.draw, one.values)
            try:
                own = evaluate(graph, sizes, known, {}, tuple(names))
            except EvaluationError:
                continue
            for name, expression in branched.items():
                with np.errstate(all="ignore"):
                    for side, taken in _sides(expression, {**known, **own}, np.ones((1,) * len(sizes)) > 0):
                        case.arms[name, side] = case.arms.get((name, side), False) or bool(np.any(taken))
            for name in list(alone) if place < TRIED else ():
                moved = {**known, name: {**known, **own}[name] * MORE}
                changed = evaluate(graph, sizes, moved, {}, tuple(compared))
                through = [to for to in compared if to != name and not np.allclose(changed[to], own[to], 1e-6, 0)]
                if through:
                    case.parts[name] = through[0]
                    alone.remove(name)

    # Elasticities

    def _elasticities(self) -> Iterator[Elasticity]:
        """Yield the inputs that move a quantity otherwise, for those that differ first."""
        for case in self.shown[-1:]:
            graph = self.m.graph(case.options)
            differing = {
                name for name, one in case.outcomes.items() if one.differs and isinstance(self.items[name], Equation)
            }
            for name in sorted(differing):
                if not differing & (graph.upstream(name).nodes.keys() - {name}):
                    yield from self._moved(case, graph, name)

    def _moved(self, case: ChoiceCase, graph: Graph, name: str) -> Iterator[Elasticity]:
        outcome, draw = case.outcomes[name], self.inputs.draws[case.outcomes[name].draw]
        number_of, cells = next(both for both in enumerate(self.found.found[name]) if outcome.place in both[1].places)
        at = cells.places.index(outcome.place)
        position = draw.filled(cells, self.found.units).index(at)

        def both(more: str = "") -> tuple[float, float]:
            values = self.read(self.calculator(draw, case.options, more))
            own = self.library(graph, draw, values, [name])[name].ravel()
            return float(own[position] if own.size > 1 else own[0]), values[name][number_of][at]

        here, there = both()
        for parameter in graph.upstream(name).parameters:
            if parameter.name in self.found.found and not parameter.textual and here and there:
                try:
                    more_here, more_there = both(parameter.name)
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
        If the spreadsheet is of another methodology or version, or calculates nothing.
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
    _calculates(layout, found)
    return Comparison(layout, m, found, DrawnInputs(layout, m, found)).run()


def _calculates(layout: Layout, found: Matches) -> None:
    """Refuse a spreadsheet whose results are numbers: a constant agrees with a constant and proves nothing."""
    cells = found.cells("ER")
    if cells is None:
        complaint = _("{kind}: no cell for the emission reductions ER was found, with a unit such as tCO2/p")
        raise layout.book.unusable(complaint.format(kind=layout.kind))
    if not any(map(layout.entered, layout.reached(cells.places[0]))):
        complaint = _(
            "{cell}: got no formula that leads to an input; the spreadsheet must calculate. Give the blank form"
        )
        raise layout.book.unusable(complaint.format(cell=cells.address))


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


def _expression(rule: Equation) -> Expression:
    return rule.expression({name: name for name in rule.arguments})


def _decisions(of: Expression) -> Iterator[Expression]:
    """Yield the operations that decide between two values, and the conditions that are combined."""
    if of.operation not in ("symbol", "number"):
        if of.operation in ("where", "minimum", "maximum", "logical_and", "logical_or"):
            yield of
        for part in of.arguments:
            yield from _decisions(part)


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


def _written(value: Any, cells: QuantityCells, item: Parameter, scale: float) -> Any:
    """Return a value in the unit of the sheet."""
    if item.is_class:
        return value
    convert = None if cells.unit is None else factor(cells.unit, item.unit)
    value = value * scale
    return float(value if convert is None else (value - convert.offset) * convert.denominator / convert.numerator)


def read(calculator: Calculator, place: Place, cells: QuantityCells, item: Item) -> Any:
    """Return what a cell holds, in the declared unit."""
    if isinstance(item, Parameter) and item.is_class:
        try:
            return calculator.value(place)
        except FormulaError:
            return None
    found = number(calculator, place)
    convert = None if cells.unit is None else factor(cells.unit, item.unit)
    return found if convert is None else convert(found)


# Default values


@dataclass(frozen=True)
class Selected:
    """One value of a default, as the spreadsheet selects it.

    Attributes
    ----------
    key : str
        A class or an interval; empty for a single value.
    here, there : float
        The value of the library and that of the spreadsheet; nan where one has none.
    open : str
        At which of the library's limits the spreadsheet has none: it goes on with the same value.
    more : bool
        Whether the library has values for other classes, and none for this one.
    """

    key: str
    here: float
    there: float
    open: str = ""
    more: bool = False

    @property
    def differs(self) -> bool:
        """Whether both have a value, and not the same one; or one has a class that the other lacks."""
        return self.more if math.isnan(self.here) else not math.isclose(self.here, self.there, rel_tol=TOLERANCE)


def selected(comparison: Comparison, default: Parameter) -> list[Selected]:
    """Return the values of a default by class or interval; none where the spreadsheet does not select them."""
    layout, found = comparison.layout, comparison.found
    cells, key = found.cells(default.name), found.cells(default.by)
    if cells is None or comparison.inputs.is_blank(cells) or (default.by and key is None):
        return []

    def there(value: Any = None) -> float:
        place = None if key is None else layout.entry(key.places[0]) or key.places[0]
        given = (
            {} if key is None or place is None else {place: _written(value, key, comparison.m.inputs[default.by], 1.0)}
        )
        return float(read(Calculator(layout.book, given), cells.places[0], cells, default))

    entries = default.table.entries if default.table else {}
    if key is None:
        rows = [Selected("", declared(default, None), there())]
    elif comparison.m.inputs[default.by].is_class:
        texts = {text.casefold(): text for text in comparison.inputs.classes.get(default.by, [])}
        names = {str(name).casefold(): str(name) for name in entries}
        rows = [
            Selected(one, declared(default, one), there(texts.get(folded, one)), more=bool(entries))
            for folded, one in (names | {folded: one for folded, one in texts.items() if folded not in names}).items()
        ]
    else:
        rows = list(
            _in_bins(default, comparison.inputs.limits.get(default.by, []), there, comparison.m.inputs[default.by])
        )
    return [
        one
        for one in rows
        if not (math.isnan(one.here) and math.isnan(one.there)) and (key or not math.isnan(one.there))
    ]


def _in_bins(default: Parameter, limits: Sequence[float], there: Any, by: Parameter) -> Iterator[Selected]:
    """Compare the value and the limits of each interval: inside, at every limit, and on both sides of its ends."""
    bins = [name for name in (default.table.entries if default.table else {}) if isinstance(name, Interval)]
    ends = sorted({end for name in bins for end in (name.lower, name.upper) if math.isfinite(end)} | {*limits})
    near = [end + way * NEAR_LIMIT * max(1.0, abs(end)) for end in ends for way in (-1, 0, 1)]
    near += [end * 2 for end in ends] + [name.first for name in bins if name.closed_lower]
    both = {at: (declared(default, at), there(at)) for at in near if at in by.bounds}
    own = {value.value for value in (default.table.entries.values() if default.table else ())}
    for name in bins:
        inside = [pair for at, pair in both.items() if at in name]
        if not inside:
            continue
        value = inside[0][0]
        other = next((one for _here, one in inside if not math.isclose(one, value, rel_tol=TOLERANCE)), value)
        step = [NEAR_LIMIT * max(1.0, abs(end)) for end in (name.lower, name.upper)]
        outside = {name.lower: name.lower - (step[0] if name.closed_lower else 0.0),
                   name.upper: name.upper + (step[1] if name.closed_upper else 0.0)}  # fmt: skip
        goes_on = [
            f"{end:g}" for end, at in outside.items()
            if math.isfinite(end) and at in by.bounds and declared(default, at) != other == there(at)
        ]  # fmt: skip
        yield Selected(str(name), value, other, ", ".join(goes_on))
    for at, (here, value) in both.items():
        if bins and math.isnan(here) and math.isfinite(value) and not any(math.isclose(value, one) for one in own):
            yield Selected(f"{at:g}", here, value, more=True)
            return
