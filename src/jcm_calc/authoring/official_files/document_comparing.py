"""What an approved methodology says, next to what is declared: equations by meaning, criteria and parameters by row.

Equations are calculated with inputs drawn at random, in every case of the choices. Texts are put next to each other
with their place, and their numbers are compared as numbers; whether two texts say the same is for a person to decide.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.authoring.official_files.blocks import Equation as Typeset
from jcm_calc.authoring.official_files.document import Document, DocumentRow, ParameterRow
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.graph import Graph, reachable
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Criterion, Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.reports.workbook.symbols import Symbols, plain

DRAWS, TOLERANCE, USUAL = 60, 1e-9, 1e4
LABELS = 3  # of each index
MOST_CASES = 256
NUMBERS = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w|[.,]\d)")
COMMON = {"an", "and", "are", "at", "be", "by", "for", "in", "is", "of", "or", "the", "to", "with"}
LEAST_ALIKE, SURE = 0.2, 0.5  # shares of the words
Array = npt.NDArray[Any]
Values = dict[str, Array]


@dataclass(frozen=True, slots=True)
class EquationCase:
    """An equation of the document in one case of the choices.

    Attributes
    ----------
    options : mapping
    agreed, compared : int
        Numbers of draws.
    here, there : float
        What the library and the document give in the first draw that differs.
    factor : float or None
        By which the document differs in every draw: the units may be others.
    """

    options: Mapping[str, str]
    agreed: int
    compared: int
    here: float = 0.0
    there: float = 0.0
    factor: float | None = None

    @property
    def agrees(self) -> bool:
        """Whether all draws agree."""
        return self.agreed == self.compared > 0


@dataclass(frozen=True, slots=True)
class EquationMatch:
    """An equation of the document with what the methodology declares of its symbol.

    Attributes
    ----------
    equation : Equation
        Of the document.
    name : str
        Of the declared equation; empty where there is none.
    unmatched : tuple of str
        Symbols that are not declared: nothing was compared.
    uncertain : tuple of str
        Symbols that are written in another way than the declared ones; a person confirms them.
    cases : tuple of EquationCase
        Empty where nothing was compared.
    """

    equation: Typeset
    name: str = ""
    unmatched: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    cases: tuple[EquationCase, ...] = ()


@dataclass(frozen=True, slots=True)
class RowMatch:
    """A declared item with the row of the document that is about it.

    Attributes
    ----------
    name : str
        Of the parameter, or the number of the criterion; empty where the row has no declared item.
    text : str
        What is declared.
    row : DocumentRow or ParameterRow or None
        None where the document has no row for it.
    uncertain : bool
        Whether the match is by a few words or by number alone.
    only_here, only_there : tuple of Decimal
        Numbers that only the declaration has, or only the document: differences that a person looks at.
    turned : bool
        Whether the values of a table are in another order than their classes: they may be of other classes.
    """

    name: str
    text: str
    row: DocumentRow | ParameterRow | None
    uncertain: bool = False
    only_here: tuple[Decimal, ...] = ()
    only_there: tuple[Decimal, ...] = ()
    turned: bool = False


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
        written = dict.fromkeys([one.symbol, *_operands(one.expression)])
        found = {symbol: known.find(symbol) for symbol in written}
        rule = found[one.symbol]
        unmatched = tuple(symbol for symbol, item in found.items() if item is None)
        if not isinstance(rule, Equation):
            yield EquationMatch(one, unmatched=tuple(dict.fromkeys((one.symbol, *unmatched))))
            continue
        other = tuple(symbol for symbol, item in found.items() if item and plain(symbol) != plain(item.symbol))
        names = {symbol: item.name for symbol, item in found.items() if item is not None}
        cases = () if unmatched else tuple(_cases(m, one, names, rng))
        yield EquationMatch(one, rule.name, unmatched, other, cases)


def _operands(expression: Expression) -> Iterator[str]:
    """Yield the symbols of an expression without the indices of its sums."""
    if expression.operation == "sum":
        yield from _operands(expression.arguments[1])
    elif expression.operation == "symbol":
        yield from symbols(expression)
    elif expression.operation != "number":
        for one in expression.arguments:
            yield from _operands(one)


def _cases(m: Declarations, one: Typeset, names: Mapping[str, str], rng: np.random.Generator) -> Iterator[EquationCase]:
    """Yield what was compared in each case of the choices that the declared equation depends on."""
    reached = reachable(m, {}, frozenset(), names.values())
    open_ = dict.fromkeys(choice for rule in m.rules if rule.name in reached for choice in rule.when)
    options = [[(choice, option) for option in m.choices[choice].options] for choice in open_]
    for pairs in itertools.islice(itertools.product(*options), MOST_CASES):
        graph = m.graph(dict(pairs), targets=tuple(dict.fromkeys(names.values())))
        if set(names.values()) <= graph.nodes.keys():
            yield _case(m, graph, one, names, dict(pairs), rng)


def _case(
    m: Declarations,
    graph: Graph,
    one: Typeset,
    names: Mapping[str, str],
    options: dict[str, str],
    rng: np.random.Generator,
) -> EquationCase:
    sizes = {letter: LABELS if letter != "p" else 2 for letter in m.indices} | ({} if "p" in m.indices else {"p": 1})
    compared = agreed = 0
    first: tuple[float, float] | None = None
    factors: list[float] = []
    for draw in range(DRAWS):
        values = {
            node.name: _drawn(node, sizes, rng, draw) for node in graph.nodes.values() if not isinstance(node, Equation)
        }
        keep = tuple(name for name in dict.fromkeys(names.values()) if name not in values)
        try:
            known = values | evaluate(graph, sizes, values, {}, keep)
        except EvaluationError:
            continue
        with np.errstate(all="ignore"):
            there = _value(one.expression, {symbol: known[name] for symbol, name in names.items()}, sizes)
        here = known[names[one.symbol]]
        both = np.broadcast_arrays(here, there)
        if not np.isfinite(both[1]).all():
            continue
        compared += 1
        close = np.isclose(both[0], both[1], rtol=TOLERANCE, atol=TOLERANCE * float(np.abs(both[0]).max()))
        same = bool(close.all()) and both[0].shape == here.shape
        agreed += same
        at = np.unravel_index(int(np.argmin(close)), close.shape)
        if not same and first is None:
            first = float(both[0][at]), float(both[1][at])
        with np.errstate(all="ignore"):
            factors += (both[1] / both[0])[both[0] != 0].tolist()
    constant = bool(factors) and first is not None and np.allclose(factors, factors[0], rtol=TOLERANCE, atol=0.0)
    return EquationCase(options, agreed, compared, *(first or (0.0, 0.0)), factors[0] if constant else None)


def _drawn(node: Parameter | Coordinate, sizes: Mapping[str, int], rng: np.random.Generator, draw: int) -> Array:
    """Draw values of an input: at random in its range, in some draws near an end of it, and sometimes 0."""
    shape = [size if letter in node.indices else 1 for letter, size in sizes.items()]
    if isinstance(node, Coordinate):
        return rng.integers(1, 366, shape).astype(float) if node.unit not in ("category", "") else np.zeros(shape)
    if node.kind is Kind.CONSTANT and node.value is not None:
        return np.full(shape, node.value.value)
    if node.textual:
        return np.zeros(shape)  # only tables look at it, and their values are drawn
    low, high = _range(node.bounds, node.plausible)
    share = rng.random(shape)
    if draw % 3:  # so that a smallest or largest value is now one operand, now another
        share = share ** float(rng.choice([0.05, 1.0, 20.0]))
    values = low + share * (high - low)
    if draw % 4 == 0 and node.extensive and 0 in node.bounds:
        values = np.where(rng.random(shape) < 0.2, 0.0, values)
    return np.asarray(values)


def _range(bounds: Interval, plausible: Interval | None) -> tuple[float, float]:
    low = max(bounds.lower, plausible.lower if plausible else 0.0, -USUAL)
    high = min(bounds.upper, plausible.upper if plausible else USUAL)
    return low + 1e-3 * (high - low), high - 1e-3 * (high - low)


def _value(expression: Expression | None, values: Mapping[str, Array], sizes: Mapping[str, int]) -> Array:
    """Return what an expression of the document gives, with an axis for each index."""
    if expression is None:
        raise ValueError
    if expression.operation == "symbol":
        return values[expression.arguments[0]]
    if expression.operation == "number":
        return np.asarray(float(expression.arguments[0]))
    if expression.operation == "sum":
        letters, body = expression.arguments[0].arguments[0], _value(expression.arguments[1], values, sizes)
        body = np.broadcast_to(body, np.broadcast_shapes(body.shape, [1] * len(sizes)))
        for axis in (list(sizes).index(letter) for letter in letters if letter in sizes):
            shape = [*body.shape[:axis], list(sizes.values())[axis], *body.shape[axis + 1 :]]
            body = np.broadcast_to(body, shape).sum(axis=axis, keepdims=True)
        return body
    operands = [_value(one, values, sizes) for one in expression.arguments]
    return np.asarray(getattr(np, expression.operation)(*operands))


# Rows


def match_criteria(document: Document, m: Declarations) -> Iterator[RowMatch]:
    """Yield each declared criterion with that of the document, then those of the document that are left."""
    rows = list(document.criteria)
    declared = list(m.conditions)
    pairs = sorted(
        ((_likeness(one, row), -at, one, row) for one in declared for at, row in enumerate(rows)),
        key=lambda pair: pair[:2],
        reverse=True,
    )
    taken: dict[str, tuple[float, DocumentRow]] = {}
    for share, _at, one, row in pairs:
        free = one.number not in taken and all(row is not other for _share, other in taken.values())
        if free and (share >= LEAST_ALIKE or row.number == one.number):
            taken[one.number] = share, row
    for one in declared:
        share, row = taken.get(one.number, (0.0, None))
        only = ((), ()) if row is None else _differences(numbers(one.text), numbers(row.text))
        yield RowMatch(one.number, one.text, row, row is not None and share < SURE, *only)
    left = [row for row in rows if all(row is not other for _share, other in taken.values())]
    yield from (RowMatch("", "", row, True) for row in left)


def _likeness(one: Criterion, row: DocumentRow) -> float:
    """Return the share of words in common; the same number counts, but less than the words."""
    return alike(one.text, row.text) + (0.15 if one.number == row.number else 0.0)


def match_parameters(document: Document, m: Declarations) -> Iterator[RowMatch]:
    """Yield each row of the document that is fixed ex ante with the declared parameter, then the defaults left.

    Of a default, its values and the limits of its classes are looked for in the row, as numbers: 303 is not 300.
    """
    known = Symbols({name: one for name, one in m.inputs.items() if one.kind is not Kind.CONSTANT})
    left = {name: one for name, one in m.inputs.items() if one.kind is Kind.DEFAULT}
    for row in document.ex_ante:
        text = " ".join([row.description, row.value, row.source, *(text for _head, text in row.others)])
        item, sure = known.find(row.symbol), True
        if item is None:
            likely = [(alike(f"{row.symbol} {row.description}", one.text), name) for name, one in left.items()]
            share, name = max(likely, default=(0.0, ""))
            item, sure = (m.inputs[name] if share >= LEAST_ALIKE else None), False
        if item is None:
            yield RowMatch("", "", row, True)
            continue
        left.pop(item.name, None)
        same = sure and plain(row.symbol) == plain(item.symbol)
        here = {Decimal(str(number)) for number in declared_numbers(item)}
        only = _differences(here, numbers(text)) if here else ((), ())
        yield RowMatch(item.name, item.text, row, not same, *only, turned=_turned(item, text))
    yield from (RowMatch(name, one.text, None) for name, one in left.items())


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


def alike(one: str, other: str) -> float:
    """Return which share of the fewer words two texts have in common.

    Examples
    --------
    >>> alike("Periodical check planned at least once a year", "Periodical check is planned annually")
    0.75
    """
    left, right = (set(re.findall(r"[a-z]{2,}", text.casefold())) - COMMON for text in (one, other))
    return len(left & right) / max(min(len(left), len(right)), 1)
