"""The formulas of an official monitoring spreadsheet, compared by meaning with the equations of a methodology.

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

from jcm_calc.authoring.official_files.doubts import doubts
from jcm_calc.authoring.official_files.drawing import (
    Branches,
    Draw,
    DrawnInputs,
    Values,
    drawn,
    is_blank,
    number,
    reached,
)
from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import Item, QuantityCells, SetOfSheets, factor, items_of, quantities
from jcm_calc.base.languages import Message, _, translated
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.graph import RESULTS, Graph, open_choices
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.reports.workbook.sheet_sets import sheet_sets
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, close

TOLERANCE = 1e-9
MORE = 1.01  # what an input is multiplied with for an elasticity
LEAST_APART = 0.005  # per cent
TRIED = 12  # draws in which the effect of an equation without a cell is looked for
Array = npt.NDArray[Any]
Checked = dict[str, tuple[Place | None, float, float]]


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
    lost : int
        The number of draws that were not compared, because the equations have no value in them.
    zeros : tuple of str
        Where the case agrees only while one of these amounts is 0, and another case agrees everywhere.
    outcomes : mapping
        By the name of the quantity; over the draws in which the case is in force.
    kept : list
        Number, draw and what was compared of every draw that was not lost.
    parts : mapping
        From the name of an equation without a cell to the quantity through which it was compared.
    untaken : tuple of str
        Names of equations of which no draw took every branch.
    """

    options: Mapping[str, str]
    missing: tuple[str, ...] = ()
    without_text: tuple[str, ...] = ()
    only_zero: tuple[str, ...] = ()
    lost: int = 0
    zeros: tuple[str, ...] = ()
    everywhere: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    untaken: tuple[str, ...] = ()
    kept: list[tuple[int, Draw, Checked]] = field(default_factory=list, repr=False)

    @property
    def in_force(self) -> bool:
        """Whether some draws are explained by it."""
        return self.everywhere or bool(self.zeros)

    @property
    def share(self) -> float:
        """The share of all comparisons that agree."""
        compared = sum(one.compared for one in self.outcomes.values())
        return sum(one.agreed for one in self.outcomes.values()) / compared if compared else -1.0


@dataclass(frozen=True)
class Elasticity:
    """By how many per cent a quantity moves where an input is 1 % more, in the spreadsheet and in the library."""

    of: str
    on: str
    there: float
    here: float


@dataclass
class SetComparison:
    """What the comparison of one set of sheets found.

    Attributes
    ----------
    found : SetOfSheets
    drawn : DrawnInputs
    cases : list of ChoiceCase
    taken, branches : int
        How many branches of IF, MIN and MAX were taken, of how many.
    missed : dict
        By the name of a quantity, the cell of a formula of which a branch was not taken.
    chosen : bool
        Whether the spreadsheet has cells in which the choices are made: it must then agree in every case.
    fills_all : bool
        Whether the spreadsheet gives a result only where every row is filled in: others were not compared.
    elasticities : list of Elasticity
        Of the quantities that differ first.
    table_3 : Outcome
        Table 3, which must not be more than ER, and less than it by a part of a tonne only.
    links : dict
        By the name of an input, its cells that show where it is filled in.
    uncut : tuple or None
        The cell of table 3, where it is not ER rounded down to whole tonnes.
    doubts : dict
        By the name of a quantity, why equal values do not prove that its formulas agree.
    """

    found: SetOfSheets
    drawn: DrawnInputs
    cases: list[ChoiceCase] = field(default_factory=list)
    taken: int = 0
    branches: int = 0
    missed: dict[str, Place] = field(default_factory=dict)
    chosen: bool = False
    fills_all: bool = False
    elasticities: list[Elasticity] = field(default_factory=list)
    table_3: Outcome = field(default_factory=Outcome)
    links: dict[str, Outcome] = field(default_factory=dict)
    uncut: Place | None = None
    doubts: dict[str, Message] = field(default_factory=dict)

    @property
    def shown(self) -> list[ChoiceCase]:
        """The cases in force; where none is, the one that agrees most."""
        compared = [one for one in self.cases if one.outcomes]
        in_force = [one for one in compared if one.in_force]
        return compared if self.chosen else in_force or sorted(compared, key=lambda one: -one.share)[:1]


@dataclass
class Comparison:
    """What the comparison of a spreadsheet with a methodology found, for each set of sheets."""

    layout: Layout
    sets: dict[str, SetComparison]
    items: dict[str, Item]


def compare(book: Book, m: Declarations, seed: int = 1) -> Comparison:
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
    sets = {" ".join(filter(None, key)): quantities(layout, m, key[0], one) for key, one in sheet_sets(book).items()}
    for found in sets.values():
        _calculates(layout, found)
    rng = np.random.default_rng(seed)
    made = drawn(layout, m, sets, rng)
    compared = {key: SetComparison(found, made[key]) for key, found in sets.items()}
    _Both(layout, m, compared).compare()
    return Comparison(layout, compared, items_of(m))


def _calculates(layout: Layout, found: SetOfSheets) -> None:
    """Refuse a spreadsheet whose results are numbers: a constant agrees with a constant and proves nothing."""
    cells = found.cells("ER")
    if cells is None:
        complaint = _("{kind}: no cell for the emission reductions ER was found, with a unit such as tCO2/p")
        raise layout.book.unusable(complaint.format(kind=found.kind))
    inputs = {
        place for name, many in found.found.items() if name not in RESULTS for one in many for place in one.places
    }
    if not inputs & reached(layout, cells.places[0]):
        complaint = _(
            "{cell}: got no formula that leads to an input; the spreadsheet must calculate. Give the blank form"
        )
        raise layout.book.unusable(complaint.format(cell=cells.address))


class _Both:
    """Both sides for the same inputs: the cells of all sets of sheets, and the equations of a methodology."""

    def __init__(self, layout: Layout, m: Declarations, sets: Mapping[str, SetComparison]) -> None:
        self.layout, self.m, self.sets, self.items = layout, m, sets, items_of(m)
        self.count = min(len(one.drawn.draws) for one in sets.values())
        self.chosen = {place: name for place, name in layout.choices.items() if name in m.choices}

    def compare(self) -> None:
        """Compare every case of the choices, and note what the draws cover."""
        results = {key: [one.found.found[name][0].places[0] for name in RESULTS if name in one.found.found]
                   for key, one in self.sets.items()}  # fmt: skip
        branches = {key: Branches(self.layout, places) for key, places in results.items()}
        known: list[dict[str, Values]] = []
        for options in _cases(self.m):
            if not known or self.chosen:
                calculators = [self.calculator(draw, options) for draw in range(self.count)]
                known = [self.read(calculator) for calculator in calculators]
                for calculator in calculators:
                    for key, found in branches.items():
                        found.take(calculator)
                        self._reported(self.sets[key], calculator)
                for draw, values in enumerate(known):
                    self._links(draw, values)
                for one in self.sets.values():
                    self._reported(one, self.calculator(0, options, scale=0.0))  # nothing is used, nothing is claimed
            for key, one in self.sets.items():
                one.cases.append(self._case(key, options, [values[key] for values in known]))
        for key, one in self.sets.items():
            one.chosen = any(place[0] in _sheets(one) for place in self.chosen)
            _in_force(one, [set(self.m.graph(case.options).nodes) for case in one.cases])
            for case in one.cases:
                self._without_cells(case, key, self.m.graph(case.options))
        filled = {
            place
            for one in self.sets.values()
            for name, many in one.found.found.items()
            if name in self.m.inputs
            for cells in many
            for place in cells.places
        }
        for key, one in self.sets.items():
            one.doubts = doubts(self.layout, one.found, self.m, filled | set(self.chosen))
            one.taken, one.branches = branches[key].taken, branches[key].count
            if missed := branches[key].missed:
                for name, many in one.found.found.items():
                    below = {place for cells in many for place in reached(self.layout, cells.places[0])}
                    if places := [place for place in missed if place in below]:
                        one.missed[name] = places[0]
            one.elasticities = list(self._elasticities(key))

    # The spreadsheet

    def calculator(
        self, draw: int, options: Mapping[str, str], more: tuple[str, str] = ("", ""), scale: float = 1.0
    ) -> Calculator:
        """Return the cells with the inputs of a draw; `more` names a quantity of a set that is 1 % more."""
        given: dict[Place, Any] = {place: options.get(name) for place, name in self.chosen.items()}
        for key, one in self.sets.items():
            inputs = one.drawn.draws[draw]
            for name, value in inputs.values.items():
                times = MORE if more == (key, name) else scale if 0 in self.m.inputs[name].bounds else 1.0
                for cells in one.found.found[name]:
                    for at, place in enumerate(cells.places):
                        if not self.layout.formula(place):
                            own = value[at] if cells.tabular else value
                            blank = cells.tabular and at not in inputs.rows
                            given[place] = None if blank else _written(own, cells, self.m.inputs[name], times)
        name = more[1]
        if name and name not in self.sets[more[0]].drawn.draws[draw].values:  # a default that the sheet selects
            plain = Calculator(self.layout.book, dict(given))
            for cells in self.sets[more[0]].found.found[name]:
                given |= {place: found * MORE for place in cells.places if math.isfinite(found := number(plain, place))}
        return Calculator(self.layout.book, given)

    def read(self, calculator: Calculator) -> dict[str, Values]:
        """Return what the cells of every quantity of each set hold, in declared units."""
        return {
            key: {
                name: [[_read(calculator, place, cells, self.items[name]) for place in cells.places] for cells in many]
                for name, many in one.found.found.items()
            }
            for key, one in self.sets.items()
        }

    def _reported(self, one: SetComparison, calculator: Calculator) -> None:
        """Compare table 3 with ER, and with its whole tonnes."""
        reductions, table = number(calculator, one.found.found["ER"][0].places[0]), one.table_3
        for place, unit in one.found.amounts.items():
            filled = self.layout.formula(place) or isinstance(self.layout.value(place), int | float)
            if filled and math.isfinite(reductions):
                there, slack = unit(number(calculator, place)), 1e-6 + TOLERANCE * abs(reductions)
                apart = reductions - there  # more than ER is never right, less than a tonne is cut off
                agrees = -slack <= apart < 1 + slack if reductions > 0 else math.isfinite(there)
                table.compared += 1
                table.agreed += agrees
                if not agrees and table.place is None:
                    table.place, table.here, table.there = place, reductions, there
                whole = {math.floor(reductions + slack), math.floor(reductions - slack)}
                if reductions > 0 and min(abs(there - each) for each in whole) > slack:
                    one.uncut = place

    def _links(self, draw: int, values: Mapping[str, Values]) -> None:
        """Compare the cells that only show an input with the cell in which it is filled in, of this set or another."""
        for key, one in self.sets.items():
            for name, many in one.found.found.items():
                homes = [other for other, their in self.sets.items() if name in their.drawn.draws[draw].values]
                home = key if key in homes else next(iter(homes), None)
                if home is None or (home == key and len(many) == 1):
                    continue
                own = values[home][name][0]
                for cells, got in zip(many, values[key][name], strict=True):
                    if len(got) == len(own) and all(map(self.layout.formula, cells.places)):
                        self._link(one, name, draw, cells, own, got)

    def _link(
        self, one: SetComparison, name: str, draw: int, cells: QuantityCells, own: Sequence[Any], got: Sequence[Any]
    ) -> None:
        outcome = one.links.setdefault(name, Outcome())
        rows = one.drawn.draws[draw].rows if cells.tabular else (0,)
        apart = [at for at in rows if not close(own[at], got[at])]
        outcome.compared += 1
        outcome.agreed += not apart
        if apart and outcome.place is None:
            outcome.place, outcome.here, outcome.there = cells.places[apart[0]], own[apart[0]], got[apart[0]]

    # The library

    def known(self, graph: Graph, key: str, draw: Draw, values: Values) -> tuple[dict[str, int], dict[str, Array]]:
        """Return the inputs of the equations, as the cells have them, on the axes of the methodology."""
        found, known = self.sets[key].found, dict[str, Array]()
        for one in graph.parameters:
            cells = found.cells(one.name)
            if cells is not None and not one.is_class:
                read = values[one.name][0]
                places = draw.rows if cells.tabular else (0,)
                known[one.name] = np.array([_usable(one, read[at], at, values) for at in places], dtype=float)
            elif one.value is not None:
                known[one.name] = np.array([one.value.value])
            elif one.is_class:
                known[one.name] = np.zeros(len(draw.rows) if one.indices.replace("p", "") else 1)  # only tables look
        letters = self.m.indices
        sizes = {letter: len(draw.rows) if letter != "p" else 1 for letter in letters} | {"p": 1}
        for name, array in known.items():
            own = graph.nodes[name].indices
            known[name] = array.reshape([len(array) if letter in own and letter != "p" else 1 for letter in sizes])
        return sizes, known

    def library(self, graph: Graph, key: str, draw: Draw, values: Values, names: Sequence[str]) -> dict[str, Array]:
        """Return what the equations give.

        Raises
        ------
        EvaluationError
            If they give nothing, as for 0 ÷ 0.
        """
        sizes, known = self.known(graph, key, draw, values)
        return evaluate(graph, sizes, known, {}, tuple(names))

    # Cases

    def _case(self, key: str, options: Mapping[str, str], read: Sequence[Values]) -> ChoiceCase:
        one, graph = self.sets[key], self.m.graph(options)
        needed = [node for node in graph.parameters if node.kind is not Kind.CONSTANT]
        missing = [node.name for node in needed if node.name not in one.found.found and node.value is None]
        missing += [node.name for node in graph.nodes.values() if not isinstance(node, Equation | Parameter)]
        if missing:
            return ChoiceCase(options, missing=tuple(missing))
        classes = [node for node in graph.parameters if node.is_class and node.name in one.drawn.classes]
        if without := [node.symbol for node in classes if not one.drawn.classes[node.name]]:
            return ChoiceCase(options, without_text=tuple(without))
        numbered = list(enumerate(zip(one.drawn.draws, read, strict=False)))
        if one.found.units > 1 and _only_filled(one, read):
            one.fills_all = True
            numbered = [(at, pair) for at, pair in numbered if len(pair[0].rows) == one.found.units]
        checked = [(at, draw, self._checked(graph, key, draw, values)) for at, (draw, values) in numbered]
        kept = [(at, draw, found) for at, draw, found in checked if found is not None]
        return ChoiceCase(options, lost=len(checked) - len(kept), kept=kept)

    def _checked(self, graph: Graph, key: str, draw: Draw, values: Values) -> Checked | None:
        """Compare every quantity of a draw; None where the equations have no value, as for 0 ÷ 0."""
        found = self.sets[key].found
        keep = tuple(rule.name for rule in graph.equations if rule.name in found.found)
        try:
            own = self.library(graph, key, draw, values, keep)
        except EvaluationError:
            return None
        result = dict(_defaults(graph, found, draw, values))
        for name in keep:
            expected = own[name].ravel()
            result[name] = (None, float(np.abs(expected).max()), 0.0)
            for cells, got in zip(found.found[name], values[name], strict=True):
                for position, at in enumerate(draw.rows if cells.tabular else (0,)):
                    there = got[at]
                    here = float(expected[position] if expected.size > 1 else expected[0])
                    if not math.isclose(here, there, rel_tol=TOLERANCE, abs_tol=1e-9) and result[name][0] is None:
                        result[name] = (cells.places[at], here, there)
        return result

    def _without_cells(self, case: ChoiceCase, key: str, graph: Graph) -> None:
        """Note through which compared quantity an equation without a cell was compared, and branches not taken."""
        compared = [rule.name for rule in graph.equations if (one := case.outcomes.get(rule.name)) and not one.differs]
        alone = [rule.name for rule in graph.equations if rule.name not in self.sets[key].found.found]
        alone += [
            one.name
            for one in graph.parameters
            if one.kind is Kind.DEFAULT and one.value is not None and one.name not in self.sets[key].found.found
        ]
        branched = {rule.name: rule for rule in graph.equations if _branches(_expression(rule))}
        open_ = {name: _branches(_expression(rule)) for name, rule in branched.items()}
        names = [*compared, *(name for name in alone if isinstance(graph.nodes[name], Equation))]
        names += [one for rule in branched.values() for one in rule.arguments if isinstance(graph.nodes[one], Equation)]
        draws = [(at, draw) for at, draw, _found in case.kept if not case.zeros or draw.zero in case.zeros]
        for place, (at, draw) in enumerate(draws):
            if not alone and not any(open_.values()):
                break
            values = self.read(self.calculator(at, case.options))[key]
            sizes, known = self.known(graph, key, draw, values)
            try:
                own = evaluate(graph, sizes, known, {}, tuple(dict.fromkeys(names)))
            except EvaluationError:
                continue
            for name, arms in open_.items():
                _cross_off(arms, _expression(branched[name]), {**known, **own})
            for name in list(alone) if place < TRIED else ():
                moved = {**known, name: {**known, **own}[name] * MORE}
                changed = evaluate(graph, sizes, moved, {}, tuple(compared))
                through = [one for one in compared if one != name and not np.allclose(changed[one], own[one], 1e-6, 0)]
                if through:
                    case.parts[name] = through[0]
                    alone.remove(name)
        case.untaken = tuple(name for name, arms in open_.items() if arms)

    # Elasticities

    def _elasticities(self, key: str) -> Iterator[Elasticity]:
        """Yield the inputs that move a quantity otherwise, for those that differ first."""
        one = self.sets[key]
        for case in one.shown[-1:]:
            graph = self.m.graph(case.options)
            differing = [name for name, outcome in case.outcomes.items() if outcome.differs]
            first = [name for name in differing if not any(other in differing for other in _operands(graph, name))]
            for name in first:
                if isinstance(self.items[name], Equation):
                    yield from self._moved(key, case, graph, name)

    def _moved(self, key: str, case: ChoiceCase, graph: Graph, name: str) -> Iterator[Elasticity]:
        one, outcome = self.sets[key], case.outcomes[name]
        cells = next(cells for cells in one.found.found[name] if outcome.place in cells.places)
        draw, at = one.drawn.draws[outcome.draw], cells.places.index(outcome.place)
        position = draw.rows.index(at) if cells.tabular else 0

        def both(more: str = "") -> tuple[float, float]:
            values = self.read(self.calculator(outcome.draw, case.options, (key, more)))[key]
            own = self.library(graph, key, draw, values, [name])[name].ravel()
            there = values[name][one.found.found[name].index(cells)][at]
            return float(own[position] if own.size > 1 else own[0]), there

        here, there = both()
        upstream = graph.upstream(name)
        for parameter in upstream.parameters:
            if parameter.name in one.found.found and not parameter.textual and here and there:
                try:
                    more_here, more_there = both(parameter.name)
                except EvaluationError:
                    continue
                moves = [(more / base - 1) * 100 for more, base in ((more_there, there), (more_here, here))]
                if not abs(moves[0] - moves[1]) < LEAST_APART:
                    yield Elasticity(parameter.name, name, *moves)


def _cases(m: Declarations) -> Iterator[dict[str, str]]:
    """Yield every case of the choices that matter: one that nothing asks for under the others is left out."""
    waiting: list[dict[str, str]] = [{}]
    while waiting:
        case = waiting.pop(0)
        left = open_choices(m, case, frozenset())
        if not left:
            yield case
            continue
        waiting = [{**case, left[0]: option} for option in m.choices[left[0]].options] + waiting


def _operands(graph: Graph, name: str) -> set[str]:
    return set(graph.upstream(name).nodes) - {name}


def _expression(rule: Equation) -> Expression:
    return rule.expression({name: name for name in rule.arguments})


def _branches(expression: Expression) -> set[tuple[int, int]]:
    """Return the branches of where, minimum and maximum, by the number of the operation."""
    return {(at, arm) for at, one in enumerate(_operations(expression)) if one.operation in ARMS for arm in (0, 1)}


ARMS = ("where", "minimum", "maximum")


def _operations(expression: Expression) -> Iterator[Expression]:
    if expression.operation not in ("symbol", "number"):
        yield expression
        for one in expression.arguments:
            if isinstance(one, Expression):
                yield from _operations(one)


def _cross_off(arms: set[tuple[int, int]], expression: Expression, arrays: Mapping[str, Array]) -> None:
    for at, one in enumerate(_operations(expression)):
        if one.operation in ARMS and {(at, 0), (at, 1)} & arms:
            first, second = (part.value(arrays) for part in one.arguments[:2])
            taken = first if one.operation == "where" else np.less(first, second)
            arms -= {(at, 0)} if np.any(taken) else set()
            arms -= {(at, 1)} if not np.all(taken) else set()


def _only_filled(one: SetComparison, read: Sequence[Values]) -> bool:
    """Whether the results are errors in every draw with blank rows: such a sheet asks for all of them."""
    partial = [values for draw, values in zip(one.drawn.draws, read, strict=False) if len(draw.rows) < one.found.units]
    errors = [any(not math.isfinite(values[name][0][0]) for name in RESULTS if name in values) for values in partial]
    return bool(errors) and all(errors)


def _agrees(one: Checked) -> bool:
    return all(place is None for place, _here, _there in one.values())


def _in_force(one: SetComparison, operands: Sequence[set[str]]) -> None:
    """Find the case that explains every draw, those that explain all with some amount at 0, and what agrees in each.

    A case that explains zeros alone counts only together with one that explains everything: an error may vanish
    at 0. Its equations must not have what is 0: at 0 they would not be exercised.
    """
    for case in one.cases:
        not_zero = {
            name for _at, _draw, found in case.kept for name, (_p, here, there) in found.items() if here or there
        }
        case.only_zero = tuple(sorted({name for _at, _draw, found in case.kept for name in found} - not_zero))
        case.everywhere = bool(not_zero & {*RESULTS}) and all(_agrees(found) for _at, _draw, found in case.kept)
    general = any(case.everywhere for case in one.cases) and not one.chosen
    for case, own in zip(one.cases, operands, strict=True):
        if general and not case.everywhere and case.options:
            # that 0 is 0 explains nothing
            names = {
                draw.zero
                for _at, draw, found in case.kept
                if draw.zero not in {"", *own} and any(found[name][1] for name in RESULTS if name in found)
            }
            case.zeros = tuple(sorted(
                zero for zero in names if all(_agrees(found) for _at, draw, found in case.kept if draw.zero == zero)
            ))  # fmt: skip
        _count(case)


def _count(case: ChoiceCase) -> None:
    """Count in how many draws each quantity agrees."""
    for at, draw, found in case.kept:
        if case.zeros and draw.zero not in case.zeros:
            continue
        for name, (place, here, there) in found.items():
            if name in case.only_zero:
                continue
            outcome = case.outcomes.setdefault(name, Outcome())
            outcome.compared += 1
            outcome.agreed += place is None
            if place is not None and outcome.place is None:
                outcome.place, outcome.here, outcome.there, outcome.draw = place, here, there, at


def _sheets(one: SetComparison) -> set[str]:
    return {place[0] for many in one.found.found.values() for cells in many for place in cells.places}


def _defaults(
    graph: Graph, found: SetOfSheets, draw: Draw, values: Values
) -> Iterator[tuple[str, tuple[Place | None, float, float]]]:
    """Compare each default value that the spreadsheet selects, or else the rows of one class."""
    for one in graph.parameters:
        cells = found.cells(one.name)
        if one.kind is not Kind.DEFAULT or cells is None or (one.by and one.by not in found.found):
            continue
        if one.name in draw.values or not any(map(math.isfinite, values[one.name][0])):
            continue
        outcome: tuple[Place | None, float, float] = (None, 0.0, 0.0)
        known = 0
        same: dict[str, float] = {}  # what the first row of a class selects, where the library has no value
        for at in draw.rows if cells.tabular else (0,):
            there = values[one.name][0][at]
            key = values[one.by][0][at if found.found[one.by][0].tabular else 0] if one.by else None
            here = declared(one, key)
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
    here = declared(one, keys[at if len(keys) > 1 else 0])
    return value if here is None else here


def declared(one: Parameter, key: Any) -> float | None:
    """Return the value that the library has for a class or a number; None where it has none."""
    if one.table is None or key is None:
        return None if one.value is None else one.value.value
    for named, value in one.table.entries.items():
        if isinstance(named, Interval):
            if isinstance(key, int | float) and key in named:
                return value.value
        elif str(key).casefold() == named.casefold():
            return value.value
    return None


def _written(value: Any, cells: QuantityCells, item: Parameter, scale: float) -> Any:
    """Return a value in the unit of the sheet."""
    if item.is_class:
        return value
    convert = None if cells.unit is None else factor(cells.unit, item.unit)
    value = value * scale
    return float(value if convert is None else (value - convert.offset) * convert.denominator / convert.numerator)


def _read(calculator: Calculator, place: Place, cells: QuantityCells, item: Item) -> Any:
    if isinstance(item, Parameter) and item.is_class:
        try:
            return calculator.value(place)
        except FormulaError:
            return None
    found = number(calculator, place)
    convert = None if cells.unit is None else factor(cells.unit, item.unit)
    return found if convert is None else convert(found)


@dataclass(frozen=True)
class Selected:
    """One value of a default, as the spreadsheet selects it.

    Attributes
    ----------
    key : str
        A class or an interval; empty for a single value.
    here, there : float or None
        The value of the library and that of the spreadsheet; None where one has none.
    place : tuple
    open : str
        At which of the library's limits the spreadsheet has none: it goes on with the same value.
    more : bool
        Whether the library has values for other classes, and none for this one.
    """

    key: str
    here: float | None
    there: float | None
    place: Place
    open: str = ""
    more: bool = False

    @property
    def differs(self) -> bool:
        """Whether both have a value, and not the same one; or one has a class that the other lacks."""
        if self.here is None:
            return self.more and self.there is not None
        return self.there is None or not math.isclose(self.here, self.there, rel_tol=TOLERANCE)


def selected(layout: Layout, m: Declarations, one: SetComparison, default: Parameter) -> list[Selected]:
    """Return the values of a default by class or interval; none where the spreadsheet does not select them."""
    cells = one.found.cells(default.name)
    if cells is None or is_blank(layout, one.found, default.name):
        return []
    place = cells.places[0]

    def value(given: Mapping[Place, Any]) -> float | None:
        found = _read(Calculator(layout.book, given), place, cells, default)
        return found if math.isfinite(found) else None

    if not default.by:
        there = value({})
        here = None if default.value is None else default.value.value
        return [] if there is None else [Selected("", here, there, place)]
    key = one.found.cells(default.by)
    if key is None:
        return []
    by = m.inputs[default.by]
    if by.is_class:
        texts = [*one.drawn.classes.get(default.by, [])]
        named = {text.casefold(): text for text in texts}
        known = [str(name) for name in (default.table.entries if default.table else {})]
        keys = {name: named.get(name.casefold(), name) for name in known}
        keys |= {text: text for text in texts if text.casefold() not in {name.casefold() for name in known}}
        found = [
            Selected(name, declared(default, name), value({key.places[0]: text}), place, more=bool(known))
            for name, text in keys.items()
        ]
        return [one for one in found if one.here is not None or one.there is not None]
    at = lambda amount: value({key.places[0]: _written(amount, key, by, 1.0)})  # noqa: E731
    bins = [name for name in (default.table.entries if default.table else {}) if isinstance(name, Interval)]
    limits = one.drawn.limits.get(default.by, [])
    found = [_in_bin(default, name, at, limits, by, place) for name in bins]
    return [*found, *_beyond(default, bins, at, limits, by, place)]


def _beyond(
    default: Parameter, bins: Sequence[Interval], at: Any, limits: Sequence[float], by: Parameter, place: Place
) -> Iterator[Selected]:
    """Yield a value of the spreadsheet outside of all intervals of the library that none of them has."""
    own = {value for name in bins if (value := declared(default, name.first)) is not None}
    ends = sorted({end for name in bins for end in (name.lower, name.upper) if math.isfinite(end)} | {*limits})
    for amount in dict.fromkeys(near for end in ends for near in (end * (1 - 1e-9), end, end * (1 + 1e-9), end * 2)):
        there = at(amount) if amount in by.bounds and bins and declared(default, amount) is None else None
        if there is not None and not any(math.isclose(there, value, rel_tol=TOLERANCE) for value in own):
            yield Selected(f"{amount:g}", None, there, place, more=True)
            return


def _in_bin(
    default: Parameter, name: Interval, at: Any, limits: Sequence[float], by: Parameter, place: Place
) -> Selected:
    """Compare the value and the limits of one interval: inside, at every limit, and on both sides of its ends."""
    step = 1e-9 * max(1.0, *(abs(end) for end in (name.lower, name.upper) if math.isfinite(end)))
    inside = [
        name.first if name.closed_lower else name.lower + step,
        name.beyond - step if math.isfinite(name.upper) else 0,
    ]
    inside += [limit + way for limit in limits for way in (-step, 0.0, step)]
    amounts = [one for one in inside if one in name and one in by.bounds]
    found = [at(one) for one in amounts]
    here = declared(default, amounts[0]) if amounts else None
    other = next((one for one in found if one is None or here is None or not math.isclose(one, here)), here)
    outside = {
        end: amount for end, amount in ((name.lower, name.lower - (step if name.closed_lower else 0.0)),
                                        (name.upper, name.upper + (step if name.closed_upper else 0.0)))
        if math.isfinite(end) and amount in by.bounds
    }  # fmt: skip
    open_ = [f"{end:g}" for end, amount in outside.items() if declared(default, amount) != other == at(amount)]
    return Selected(str(name), here, other, place, ", ".join(open_))
