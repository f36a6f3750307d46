"""The proof: module and workbook give the same for inputs that take every class, limit, zero and branch."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring.official_files.dimensions import typed_numbers
from jcm_calc.authoring.official_files.translating import Quantity, Translation, symbols
from jcm_calc.base.languages import _
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.interval import Interval
from jcm_calc.reports.workbook.references import Place
from jcm_calc.verification.spreadsheet import Calculator, FormulaError

DRAWS, SEED, TOLERANCE = 240, 20200101, 1e-9
RESULTS = ("RE", "PE")
GIVEN = ("input", "key", "choice")
ARMS = {"where": 0, "minimum": 1, "maximum": 1}
Array = npt.NDArray[Any]


class Draws:
    """Inputs at random, an axis for the draws and one for each index.

    Attributes
    ----------
    values : dict
        By name; classes as texts.
    """

    def __init__(self, found: Translation, count: int = DRAWS) -> None:
        self.found, self.count = found, count
        self.letters = sorted(found.sizes)
        rng = np.random.default_rng(SEED)
        self.values = {
            one.name: self._drawn(rng, one)
            for one in found.quantities.values()
            if one.what in ("input", "key", "choice")
        }
        zeros = [one for one in found.quantities.values() if one.what == "input" and not self._fixed(one)]
        for number, one in enumerate(zeros):
            self.values[one.name][2 + number :: max(len(zeros) * 2, 8)] = 0.0

    def _fixed(self, one: Quantity) -> bool:
        """Whether an input cannot be 0: it divides, or selects a class."""
        return one.positive or one.unit == "°C" or bool(self._entries(one))

    def _entries(self, one: Quantity) -> list[Any]:
        tables = (other.entries for other in self.found.quantities.values() if other.by == one.name)
        return [key for entries in tables for key in entries]

    def _shape(self, one: Quantity) -> tuple[int, ...]:
        sizes = (self.found.sizes[letter][0] if letter in one.indices else 1 for letter in self.letters)
        return (self.count, *sizes)

    def _drawn(self, rng: np.random.Generator, one: Quantity) -> Array:
        shape, entries = self._shape(one), self._entries(one)
        if one.what == "choice":
            return rng.choice(np.array(sorted(map(str, one.entries)), dtype=object), shape)
        if one.what == "key":
            return rng.choice(np.array(sorted(set(entries)), dtype=object), shape)
        if entries:
            return rng.choice(_near([key for key in entries if isinstance(key, Interval)], rng), shape)
        if one.unit == "°C":
            return rng.uniform(5.0, 60.0, shape)
        if one.unit == "" and not one.positive:
            return rng.uniform(0.01, 0.99, shape)
        return np.exp(rng.uniform(np.log(0.05), np.log(500.0), shape))

    def case(self, draw: int) -> dict[str, Any]:
        """Return the inputs of one draw as a user gives them."""
        found = {}
        for name, values in self.values.items():
            one = values[draw]
            found[name] = (
                np.ravel(one).tolist() if self.found.quantities[name].indices.replace("p", "") else np.ravel(one)[0]
            )
        return found

    def cells(self, draw: int) -> dict[Place, Any]:
        """Return the inputs of one draw by cell."""
        return {
            place: value
            for name, values in self.values.items()
            for place, value in zip(self.found.quantities[name].cells, np.ravel(values[draw]).tolist(), strict=True)
        }


def _near(bins: Sequence[Interval], rng: np.random.Generator) -> Array:
    """Return numbers in every class: its limits that belong to it, those next to them, and some within."""
    found: list[float] = []
    ends = [end for one in bins for end in (one.lower, one.upper) if np.isfinite(end)]
    reach = 2 * max(map(abs, ends), default=1.0) + 1.0
    for one in bins:
        low, high = max(one.lower, min(ends, default=0.0) - reach), min(one.upper, reach)
        near = [one.first, np.nextafter(one.beyond, -np.inf), *rng.uniform(low, high, 4)]
        found += [float(number) for number in near if abs(number) < 1e300 and number in one]
    inside = [number for number in found if number > 0] or found
    return np.array(inside)


class Evaluated:
    """What the translated equations give for all draws at once, and which branches were taken."""

    def __init__(self, found: Translation, values: Mapping[str, Array], letters: Sequence[str]) -> None:
        self.letters, self.missed = letters, list[str]()
        self.arrays: dict[str, Array] = dict(values)
        with np.errstate(all="ignore"):
            for one in found.quantities.values():
                if one.name not in self.arrays:
                    self.arrays[one.name] = self._value(one)

    def _value(self, one: Quantity) -> Array:
        ones = np.ones((1,) * (1 + len(self.letters)))
        if one.what == "default":
            return ones * float(one.value or 0.0)
        if one.what == "table":
            return _looked_up(one, self.arrays[one.by])
        result = ones * np.nan
        for option, (formula, total) in one.formulas.items():
            self._branches(one, formula)
            found = ones * formula.value(self.arrays)
            if total:
                found = found.sum(axis=1 + self.letters.index(total), keepdims=True)
            result = np.where(self.arrays[one.by] == option, found, result) if option else found
        return result

    def _branches(self, one: Quantity, expression: Expression) -> None:
        """Note where no draw has taken a branch."""
        if expression.operation in ARMS:
            first, second = (part.value(self.arrays) for part in expression.arguments[:2])
            taken = first if expression.operation == "where" else np.less(first, second)
            if np.all(taken) or not np.any(taken):
                self.missed.append(f"{one.symbol}: {expression}")
        if expression.operation not in ("symbol", "number"):
            for part in expression.arguments:
                self._branches(one, part)


def _looked_up(one: Quantity, keys: Array) -> Array:
    found = np.full(keys.shape, np.nan)
    for key, value in one.entries.items():
        inside = ~key.outside(keys.astype(float)) if isinstance(key, Interval) else keys == key
        found[inside] = value
    return found


def effects(found: Translation, draws: Draws, typed: Mapping[str, tuple[str, float]]) -> dict[str, tuple[str, str]]:
    """Return how each parameter acts on RE and PE, and each typed number: it raises or lowers them, or either."""
    base = Evaluated(found, draws.values, draws.letters).arrays
    acting: dict[str, tuple[str, str]] = {}
    for one in found.quantities.values():
        if one.what in ("input", "default", "table") and one.name in base and base[one.name].dtype != object:
            if any(other.by == one.name for other in found.quantities.values()):
                continue
            moved = {**draws.values, one.name: np.broadcast_to(base[one.name] * 1.01 + 1e-6, base[one.name].shape)}
            acting[one.name] = _acts(base, Evaluated(found, moved, draws.letters).arrays)
    for key, (name, number) in typed.items():
        acting[key] = _acts(base, _with_number(found, draws, name, number))
    return acting


def _acts(base: Mapping[str, Array], other: Mapping[str, Array]) -> tuple[str, str]:
    signs: dict[str, set[str]] = {}
    for result in RESULTS:
        with np.errstate(all="ignore"):
            change = other[result] - base[result]
        scale = 1e-12 * np.abs(base[result])
        for way, some in (("raises", np.any(change > scale)), ("lowers", np.any(change < -scale))):
            if some:
                signs.setdefault(result, set()).add(way)
    if not signs:
        return "", ""
    ways = {way for found in signs.values() for way in found}
    return (ways.pop() if len(ways) == 1 else "either"), " ".join(signs)


def _with_number(found: Translation, draws: Draws, name: str, number: float) -> dict[str, Array]:
    """Return what all quantities are where a number that is typed into one formula is slightly larger."""
    one = found.quantities[name]
    before = one.formulas
    try:
        one.formulas = {option: (_changed(formula, number), total) for option, (formula, total) in before.items()}
        return Evaluated(found, draws.values, draws.letters).arrays
    finally:
        one.formulas = before


def _changed(expression: Expression, number: float) -> Expression:
    if expression.operation == "number":
        return Expression("number", (number * 1.01,)) if expression.arguments[0] == number else expression
    if expression.operation == "symbol":
        return expression
    return Expression(expression.operation, tuple(_changed(one, number) for one in expression.arguments))


def workbook_values(found: Translation, cells: Mapping[Place, Any], exact: bool) -> tuple[float, ...]:
    """Return RE and PE of the workbook for some inputs."""
    calculator = Calculator(found.layout.book, cells, exact=exact)
    return tuple(float(calculator.value(found.layout.result(name)) or 0.0) for name in RESULTS)


@dataclass(frozen=True)
class Proof:
    """How many inputs gave the same in module and workbook, the largest relative difference, and what differs."""

    equal: int
    worst: float
    differences: tuple[str, ...]


def proved(found: Translation, m: Methodology, draws: Draws) -> Proof:
    """Compare module and workbook over all draws; one that only one of them refuses is a difference."""
    worst, differences, equal = 0.0, list[str](), 0
    for draw in range(draws.count):
        expected, own = _workbook(found, draws.cells(draw), found.rounds), _module(m, draws.case(draw))
        if isinstance(expected, str) and isinstance(own, str):
            continue  # both refuse
        if isinstance(expected, str) or isinstance(own, str):
            told = _("draw {draw}: the module gives {own}, the workbook {other}")
            differences.append(told.format(draw=draw, own=own, other=expected))
            continue
        equal += 1
        for name, one, other in zip(RESULTS, own, expected, strict=True):
            apart = abs(one - other) / max(abs(other), 1e-9)
            worst = max(worst, apart)
            if not apart <= TOLERANCE:
                told = _("draw {draw}: {name} is {one} by the module, {other} in the workbook")
                differences.append(told.format(draw=draw, name=name, one=repr(one), other=repr(other)))
    return Proof(equal, worst, tuple(differences))


def _workbook(found: Translation, cells: Mapping[Place, Any], exact: bool) -> tuple[float, ...] | str:
    """Return RE and PE of the workbook, or the error that it shows."""
    try:
        return workbook_values(found, cells, exact)
    except FormulaError as error:
        return str(error)


def _module(m: Methodology, case: Mapping[str, Any]) -> tuple[float, ...] | str:
    """Return RE and PE of the module, or what it says instead."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = m.calculate(**case, p="2020")
    except (ValueError, ArithmeticError) as error:
        return str(error)
    own = tuple(float(np.sum(getattr(result, name).magnitude)) for name in RESULTS)
    return own if np.all(np.isfinite(own)) else str(own)


def typed_in(found: Translation) -> dict[str, tuple[str, float]]:
    """Return the numbers that are typed into formulas, by the question that is asked of each."""
    return {
        f"typed {number:.12g} in {one.symbol}": (one.name, number)
        for one in found.quantities.values()
        for formula, _total in one.formulas.values()
        if symbols(formula)
        for number in typed_numbers(formula)
    }
