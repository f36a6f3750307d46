"""What an approved methodology says, next to what is declared: equations by meaning, criteria and parameters by row.

Equations are calculated with inputs drawn at random, in every case of the choices. Texts are put next to each other
with their place, and their numbers are compared as numbers; whether two texts say the same is for a person to decide.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.authoring.official_files.document import Document, DocumentRow, ParameterRow
from jcm_calc.authoring.official_files.drawing import usual_range
from jcm_calc.authoring.official_files.matching import alike
from jcm_calc.authoring.official_files.office_math import TypesetEquation
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.graph import Graph, reachable
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.symbols import Symbols, plain

DRAWS, LEAST, TOLERANCE = 60, 20, 1e-9
LABELS = 3  # of each index
MOST_CASES = 256
NUMBERS = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]\d)")
LEAST_ALIKE, SURE = 0.2, 0.5  # shares of the words
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class EquationCase:
    """An equation of the document in one case of the choices, in a number of draws.

    `here` and `there` are what the library and the document give in the first draw that differs. `unproved` are the
    quantities that are one number in this case, such as PE where it is 0: the equations agree as long as they are,
    which says nothing of their part in them.
    """

    options: Mapping[str, str]
    agreed: int
    compared: int
    here: float = 0.0
    there: float = 0.0
    unproved: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all draws agree, and enough of them have a value."""
        return self.agreed == self.compared >= LEAST and not self.unproved


@dataclass(frozen=True, slots=True)
class EquationMatch:
    """An equation of the document with the name of the declared one; without cases, nothing was compared."""

    equation: TypesetEquation
    name: str = ""
    unmatched: tuple[str, ...] = ()  # symbols and indices that are not declared
    cases: tuple[EquationCase, ...] = ()

    @property
    def agreeing(self) -> int:
        """In how many cases the document says the same."""
        return sum(one.agrees for one in self.cases)


@dataclass(frozen=True, slots=True)
class RowMatch:
    """A declared parameter by its name, or a criterion by its number, with the row of the document that is about it."""

    name: str  # empty where the row has no declared item
    row: DocumentRow | ParameterRow | None
    uncertain: bool = False  # whether they match by a few words or by number alone
    # numbers that only the declaration has, or only the document: differences that a person looks at
    only_here: tuple[Decimal, ...] = ()
    only_there: tuple[Decimal, ...] = ()
    turned: bool = False  # whether the values of a table are in another order than their classes


# Equations


def match_equations(document: Document, m: Declarations, seed: int = 1) -> Iterator[EquationMatch]:
    """Yield each equation that was read, compared with the declared one; one that was not read is without a name."""
    rng = np.random.default_rng(seed)
    items: dict[str, Any] = {**m.inputs, **{rule.name: rule for rule in m.rules}}
    known = Symbols(items)
    for one in document.equations:
        if one.expression is None:
            yield EquationMatch(one)
            continue
        written = dict.fromkeys([one.symbol, *symbols(one.expression)])
        found: dict[str, Any] = {symbol: m.coordinates.get(symbol) or known.find(symbol) for symbol in written}
        indices = set("".join(_summed(one.expression))) - {*m.indices, "p"}
        unmatched = (*(symbol for symbol, item in found.items() if item is None), *sorted(indices))
        rule = found[one.symbol]
        if not isinstance(rule, Equation):
            yield EquationMatch(one, unmatched=tuple(dict.fromkeys((one.symbol, *unmatched))))
        elif unmatched:
            yield EquationMatch(one, rule.name, unmatched)
        else:
            names = {symbol: item.name for symbol, item in found.items()}
            comparison = _Comparison(m, one.expression, names, rule, rng)
            yield EquationMatch(one, rule.name, cases=tuple(comparison.cases()))


def _summed(expression: Expression) -> Iterator[str]:
    """Yield the indices of the sums in an expression."""
    if expression.operation == "sum":
        yield expression.arguments[0].arguments[0]
    for one in expression.arguments if expression.operation not in ("symbol", "number") else ():
        yield from _summed(one)


@dataclass
class _Comparison:
    """An equation of the document and the declared one, with the names of the symbols in the former."""

    m: Declarations
    expression: Expression
    names: Mapping[str, str]
    rule: Equation
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.sizes = {letter: 2 if letter == "p" else LABELS for letter in self.m.indices}
        self.sizes.setdefault("p", 1)
        self.shape = [*self.sizes.values()]

    def cases(self) -> Iterator[EquationCase]:
        """Yield what was compared in each case of the choices that the declared equation depends on."""
        targets = tuple(dict.fromkeys(self.names.values()))
        reached = reachable(self.m, {}, frozenset(), targets)
        open_ = dict.fromkeys(choice for rule in self.m.rules if rule.name in reached for choice in rule.when)
        options = [[(choice, option) for option in self.m.choices[choice].options] for choice in open_]
        for pairs in itertools.islice(itertools.product(*options), MOST_CASES):
            graph = self.m.graph(dict(pairs), targets=targets)
            if {*targets} <= graph.nodes.keys():
                yield self.case(graph, dict(pairs))

    def case(self, graph: Graph, options: dict[str, str]) -> EquationCase:
        """Compare with the operands of the equation drawn, or else calculated, where one follows from another."""
        operands, left = {*self.names.values()} - {self.rule.name}, graph.nodes[self.rule.name]
        of_both = operands | {*(left.arguments if isinstance(left, Equation) else ())}
        own = {name for name in of_both if isinstance(graph.nodes[name], Equation)}
        fixed = self.constant(graph, own)  # RE + PE is RE − PE where PE is 0: it is drawn instead
        tried = [self.compared(graph, options, drawn) for drawn in (own & operands | fixed, fixed)]
        case = next((one for one in tried if one.agrees), tried[tried[1].compared >= LEAST])
        if case.agrees or not fixed:
            return case
        with_fixed = self.compared(graph, options, set())
        return replace(with_fixed, unproved=tuple(sorted(fixed))) if with_fixed.agrees else case

    def constant(self, graph: Graph, names: set[str]) -> set[str]:
        """Return which quantities are one number whatever the inputs are."""
        found: dict[str, set[float]] = {name: set() for name in names}
        for draw in range(5):
            with suppress(EvaluationError):
                known = self.evaluated(graph, set(), draw, names)
                for name, numbers in found.items():
                    numbers.update(known[name].ravel().tolist())
        return {name for name, numbers in found.items() if len(numbers) <= 1}

    def compared(self, graph: Graph, options: Mapping[str, str], drawn: set[str]) -> EquationCase:
        """Compare in draws of the inputs, and of some quantities that are not calculated."""
        agreed, compared, first = 0, 0, (0.0, 0.0)
        for draw in range(DRAWS):
            try:
                known = self.evaluated(graph, drawn, draw, self.names.values())
            except EvaluationError:
                continue
            with np.errstate(all="ignore"):
                there = np.broadcast_to(self.value(self.expression, known), self.shape)
            if not np.isfinite(there).all():
                continue
            here = known[self.rule.name]
            close = np.isclose(here, there, rtol=TOLERANCE, atol=TOLERANCE * float(np.abs(here).max()))
            if agreed == compared and not close.all():
                at = np.unravel_index(int(np.argmin(close)), close.shape)
                first = float(here[at]), float(there[at])
            agreed, compared = agreed + bool(close.all()), compared + 1
        return EquationCase(options, agreed, compared, *first)

    def evaluated(self, graph: Graph, drawn: set[str], draw: int, names: Iterable[str]) -> dict[str, Array]:
        """Return quantities in one draw, all of them with an axis for each index."""
        leaves = [one for one in graph.nodes.values() if not isinstance(one, Equation) or one.name in drawn]
        values = {one.name: self.drawn(one, draw) for one in leaves}
        calculated = tuple(name for name in dict.fromkeys(names) if name not in values)
        values |= evaluate(graph, self.sizes, values, {}, calculated)
        return {name: np.broadcast_to(values[name], self.shape) for name in names}

    def value(self, expression: Expression, values: Mapping[str, Array]) -> Any:
        """Return what an expression of the document gives."""
        if expression.operation == "symbol":
            return values[self.names[expression.arguments[0]]]
        if expression.operation == "number":
            return expression.arguments[0]
        if expression.operation != "sum":
            return getattr(np, expression.operation)(*(self.value(one, values) for one in expression.arguments))
        letters, body = expression.arguments[0].arguments[0], self.value(expression.arguments[1], values)
        axes = tuple([*self.sizes].index(letter) for letter in letters)
        return np.broadcast_to(np.broadcast_to(body, self.shape).sum(axis=axes, keepdims=True), self.shape)

    def drawn(self, node: Parameter | Coordinate | Equation, draw: int) -> Array:
        """Draw values: at random in the range of an input, in some draws near an end of it, and sometimes 0."""
        rng, shape = self.rng, [size if letter in node.indices else 1 for letter, size in self.sizes.items()]
        if isinstance(node, Equation):
            return rng.uniform(1.0, 100.0, shape)
        if node.unit == "category" or (isinstance(node, Parameter) and node.textual):
            return np.zeros(shape)  # only tables look at it, and their values are drawn
        if isinstance(node, Coordinate):
            return rng.integers(1, 366, shape).astype(float)
        if node.kind is Kind.CONSTANT and node.value is not None:
            return np.full(shape, node.value.value)
        low, high = usual_range(node)
        share = rng.random(shape)
        if draw % 3:  # so that a smallest or largest value is now one operand, now another
            share = share ** float(rng.choice([0.05, 1.0, 20.0]))
        values = low + share * (high - low)
        often_zero = draw % 4 == 0 and node.extensive and 0 in node.bounds
        return np.where(rng.random(shape) < 0.2, 0.0, values) if often_zero else values


# Rows


def match_criteria(document: Document, m: Declarations) -> Iterator[RowMatch]:
    """Yield each declared criterion with that of the document, then those of the document that are left.

    The same number counts, but less than the words.
    """
    left, taken = list(document.criteria), dict[str, tuple[float, DocumentRow]]()
    likely = [
        (alike(one.text, row.text) + 0.15 * (one.number == row.number), -at, one.number, row)
        for one in m.conditions
        for at, row in enumerate(left)
    ]
    for share, _at, number, row in sorted(likely, key=lambda one: one[:2], reverse=True):
        if number not in taken and row in left and (share >= LEAST_ALIKE or row.number == number):
            taken[number] = share, row
            left.remove(row)
    for one in m.conditions:
        share, found = taken.get(one.number, (1.0, None))
        only = ((), ()) if found is None else _differences(numbers(one.text), numbers(found.text))
        yield RowMatch(one.number, found, share < SURE, *only)
    yield from (RowMatch("", row, True) for row in left)


def match_parameters(document: Document, m: Declarations) -> Iterator[RowMatch]:
    """Yield each row of the document that is fixed ex ante with the declared parameter, then the defaults left.

    Of a default, its values and the limits of its classes are looked for in the row, as numbers: 303 is not 300.
    """
    known = Symbols({name: one for name, one in m.inputs.items() if one.kind is not Kind.CONSTANT})
    left = {name: one for name, one in m.inputs.items() if one.kind is Kind.DEFAULT}
    for row in document.ex_ante:
        text = " ".join([row.text, *(text for _head, text in row.others)])
        item, sure = known.find(row.symbol), True
        if item is None:
            likely = [(alike(f"{row.symbol} {row.description}", one.text), name) for name, one in left.items()]
            share, name = max(likely, default=(0.0, ""))
            item, sure = (m.inputs[name] if share >= LEAST_ALIKE else None), False
        if item is None:
            yield RowMatch("", row, True)
            continue
        left.pop(item.name, None)
        same = sure and plain(row.symbol) == plain(item.symbol)
        here = {Decimal(str(number)) for number in declared_numbers(item)}
        only = _differences(here, numbers(text)) if here else ((), ())
        yield RowMatch(item.name, row, not same, *only, turned=_turned(item, text))
    yield from (RowMatch(name, None) for name in left)


def declared_numbers(item: Parameter) -> set[float]:
    """Return the values that are declared of a default, and the limits of their classes."""
    found = {value.value for value in item.known()}
    keys: Iterable[Any] = () if item.table is None else item.table.entries
    limits = {end for key in keys if isinstance(key, Interval) for end in (key.lower, key.upper)}
    return {number for number in found | limits if number != 0 and np.isfinite(number)}


def _turned(item: Parameter, text: str) -> bool:
    """Whether the values of a table follow each other in another order than the names of their classes."""
    entries = [] if item.table is None else [(str(key), value.value) for key, value in item.table.entries.items()]
    found = [(match.start(), Decimal(match[0].replace(",", ""))) for match in NUMBERS.finditer(text)]
    values = [Decimal(str(value)) for _key, value in entries]
    first = [next((at for at, number in found if number == value), -1) for value in values]
    named = [text.casefold().find(key.casefold()) for key, _value in entries]
    if min(first, default=-1) < 0:
        return False  # a value that is not there is a difference
    places = named if min(named) >= 0 else range(len(entries))
    ordered = [[value for _at, value in sorted(zip(by, values, strict=True))] for by in (first, places)]
    return ordered[0] != ordered[1]


def numbers(text: str) -> set[Decimal]:
    """Return the numbers in a text, without those that are part of a name.

    Examples
    --------
    >>> sorted(numbers("CO2: more than 1.50 for P ≤ 1,250 kW, EF_1, 0.8 tCO2/MWh"))
    [Decimal('0.8'), Decimal('1.50'), Decimal('1250')]
    """
    return {Decimal(match[0].replace(",", "")) for match in NUMBERS.finditer(text)}


def _differences(here: set[Decimal], there: set[Decimal]) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    return tuple(sorted(here - there)), tuple(sorted(there - here))
