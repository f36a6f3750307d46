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
USUAL = 1e4  # below it `jcm check` draws where no range is declared
RESULTS = ("RE", "PE")
GIVEN = ("input", "key", "choice")
DECISIONS = ("where", "minimum", "maximum")
CONNECTED = ("logical_and", "logical_or")
ROUNDS, WIDER, KEPT = 6, 1e4, 4  # of looking for inputs that take a side that none has taken
Array = npt.NDArray[Any]


class Draws:
    """Inputs at random, an axis for the draws and one for each index.

    Parameters
    ----------
    found : Translation
    count : int
    ranges : mapping, optional
        From a name to the range in which an input lies, where a person has said it.
    usual : float, optional
        Draw all other inputs below this number, as `jcm check` does; otherwise each as its unit lets expect.

    Attributes
    ----------
    values : dict
        By name; classes as texts.
    """

    def __init__(
        self,
        found: Translation,
        count: int = DRAWS,
        ranges: Mapping[str, Interval] | None = None,
        usual: float | None = None,
    ) -> None:
        self.found, self.count, self.ranges, self.usual = found, count, ranges or {}, usual
        self.letters = sorted(found.sizes)
        rng = np.random.default_rng(SEED)
        self.values = {
            one.name: self._drawn(rng, one) for one in found.quantities.values() if one.what in GIVEN or one.filled_in
        }
        if usual is not None:
            return
        zeros = [one for one in found.quantities.values() if one.what == "input" and not self._fixed(one)]
        for number, one in enumerate(zeros):
            self.values[one.name][2 + number :: max(len(zeros) * 2, 8)] = 0.0
        self._widen(rng)

    def _widen(self, rng: np.random.Generator) -> None:
        """Look for inputs that take what none has taken yet, and let them replace the last draws."""
        place = self.count
        own = Evaluated(self.found, self.values, self.letters)
        missed = dict.fromkeys(own.missed(own.finite))
        for _round in range(ROUNDS if missed else 0):
            wider = {name: self._wider(rng, self.found.quantities[name]) for name in self.values}
            tried = Evaluated(self.found, wider, self.letters)
            for arm in list(missed):
                for draw in np.flatnonzero(tried.arms[arm] & tried.finite)[:KEPT]:
                    place -= 1
                    missed.pop(arm, None)
                    for name, values in wider.items():
                        self.values[name][place] = values[draw]

    def _wider(self, rng: np.random.Generator, one: Quantity) -> Array:
        """Return inputs of every size, and among them 0 and the numbers of formulas."""
        drawn = self._drawn(rng, one)
        if one.what != "input" or self._entries(one):
            return drawn
        if one.unit != "°C":
            drawn = drawn * WIDER ** rng.uniform(-1.0, 1.0, drawn.shape)
        near = rng.choice(self._numbers(), drawn.shape) * rng.choice([0.999, 1.0, 1.001], drawn.shape)
        chance = rng.uniform(size=drawn.shape)
        return np.where(chance < 0.3, drawn if one.positive else near, np.where(chance < 0.4, 1.0, drawn))

    def _numbers(self) -> list[float]:
        """Return 0, typed numbers and default values: what decisions compare with."""
        formulas = [formula for one in self.found.quantities.values() for formula, _total in one.formulas.values()]
        defaults = [one.value for one in self.found.quantities.values() if one.value is not None]
        return [0.0, *defaults, *(number for formula in formulas for number in typed_numbers(formula))]

    def _fixed(self, one: Quantity) -> bool:
        """Whether an input cannot be 0: it divides, or selects a class."""
        return one.positive or one.unit == "°C" or bool(self._entries(one)) or one.name in self.ranges

    def _entries(self, one: Quantity) -> list[Any]:
        tables = (other.entries for other in self.found.quantities.values() if other.by == one.name)
        return [key for entries in tables for key in entries]

    def _shape(self, one: Quantity) -> tuple[int, ...]:
        sizes = (self.found.sizes[letter][0] if letter in one.indices else 1 for letter in self.letters)
        return (self.count, *sizes)

    def _drawn(self, rng: np.random.Generator, one: Quantity) -> Array:
        shape, entries = self._shape(one), self._entries(one)
        if one.filled_in:
            return rng.uniform(0.05, 50.0, (self.count, len(one.filled_in)))
        if one.what == "choice":
            return rng.choice(np.array(sorted(map(str, one.entries)), dtype=object), shape)
        if one.what == "key":
            return rng.choice(np.array(sorted(set(entries)), dtype=object), shape)
        if entries:
            return rng.choice(_near([key for key in entries if isinstance(key, Interval)], rng), shape)
        if (own := self.ranges.get(one.name)) is not None or self.usual is not None:
            low, high = (own.lower, own.upper) if own is not None else (0.0, self.usual or 0.0)
            return rng.uniform(low + 0.05 * (high - low), low + 0.95 * (high - low), shape)
        if one.unit == "°C":
            return rng.uniform(5.0, 60.0, shape)
        if one.unit == "" and not one.positive:
            return rng.uniform(0.01, 0.99, shape)
        return np.exp(rng.uniform(np.log(0.05), np.log(500.0), shape))

    def case(self, draw: int) -> dict[str, Any]:
        """Return the inputs of one draw as a user gives them."""
        found = {}
        for name, values in self.values.items():
            one, own = np.ravel(values[draw]).tolist(), self.found.quantities[name]
            listed = dict(zip(own.entries, one, strict=True)) if own.filled_in else one
            found[name] = listed if own.filled_in or own.indices.replace("p", "") else one[0]
        return found

    def cells(self, draw: int) -> dict[Place, Any]:
        """Return the inputs of one draw by cell."""
        found: dict[Place, Any] = {}
        for name, values in self.values.items():
            own = self.found.quantities[name]
            found |= {key: text for (key, _value), text in zip(own.filled_in, own.entries, strict=False)}
            places = [value for _key, value in own.filled_in] or own.cells
            found |= dict(zip(places, np.ravel(values[draw]).tolist(), strict=True))
        return found


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
    """What the translated equations give for all draws at once.

    Attributes
    ----------
    arms : dict
        Each side of a decision, class of a table and option of a choice, with its cell, and in which draws it was in
        force.
    """

    def __init__(self, found: Translation, values: Mapping[str, Array], letters: Sequence[str]) -> None:
        self.letters, self.arms = letters, dict[tuple[Place, str], Array]()
        self.arrays: dict[str, Array] = dict(values)
        with np.errstate(all="ignore"):
            for one in found.quantities.values():
                if one.name not in self.arrays or one.filled_in:
                    self.arrays[one.name] = self._value(one)
        self.finite = self._any(np.isfinite(self.arrays["RE"] + self.arrays["PE"]))

    def missed(self, proved: Array) -> list[tuple[Place, str]]:
        """Return the arms that were in force in none of some draws."""
        return [arm for arm, taken in self.arms.items() if not np.any(taken & proved)]

    def _value(self, one: Quantity) -> Array:
        ones = np.ones((1,) * (1 + len(self.letters)))
        if one.what == "default":
            return ones * float(one.value or 0.0)
        if one.what == "table":
            return self._looked_up(one)
        result = ones * np.nan
        for option, (formula, total) in one.formulas.items():
            chosen = self.arrays[one.by] == option if option else ones > 0
            if option:
                self._arm(one, f"{one.by} = {option}", chosen)
            self._decisions(one, formula, chosen)
            found = ones * formula.value(self.arrays)
            if total:
                found = found.sum(axis=1 + self.letters.index(total), keepdims=True)
            result = np.where(chosen, found, result) if option else found
        return result

    def _looked_up(self, one: Quantity) -> Array:
        keys, filled_in = self.arrays[one.by], self.arrays.get(one.name)
        found = np.full(keys.shape, np.nan)
        for place, (key, value) in enumerate(one.entries.items()):
            inside = ~key.outside(keys.astype(float)) if isinstance(key, Interval) else keys == key
            self._arm(one, str(key), inside)
            own = value if filled_in is None else filled_in[:, place].reshape(-1, *(1,) * len(self.letters))
            found = np.where(inside, own, found)
        return found

    def _decisions(self, one: Quantity, of: Expression, where: Array) -> None:
        """Note in which draws each side of a decision was taken, where the decision itself was reached."""
        if of.operation in ("symbol", "number"):
            return
        parts = of.arguments
        if of.operation in DECISIONS:
            first, second = (part.value(self.arrays) for part in parts[:2])
            sides = [first != 0, first == 0] if of.operation == "where" else [first < second, second < first]
            sides = sides[::-1] if of.operation == "maximum" else sides
            for side, number in zip(sides, ("first", "second"), strict=True):
                self._arm(one, f"{number} side of {of}", where & side)
            if of.operation == "where":
                self._decisions(one, parts[1], where & sides[0])
                self._decisions(one, parts[2], where & sides[1])
                parts = parts[:1]
        for part in parts:
            if of.operation in CONNECTED:
                self._arm(one, f"{part} in {of}", where & (part.value(self.arrays) != 0))
                self._arm(one, f"not {part} in {of}", where & (part.value(self.arrays) == 0))
            self._decisions(one, part, where)

    def _arm(self, one: Quantity, what: str, where: Array) -> None:
        self.arms[one.cells[0], f"{one.symbol}: {what}"] = self._any(where)

    def _any(self, where: Array) -> Array:
        """Return in which draws something is so in any place."""
        taken: Array = np.any(where, axis=tuple(range(1, where.ndim)))
        return taken


def effects(found: Translation, draws: Draws, typed: Mapping[str, tuple[str, float]]) -> dict[str, tuple[str, str]]:
    """Return how each parameter acts on RE and PE, and each typed number: it raises or lowers them, or either."""
    base = Evaluated(found, draws.values, draws.letters).arrays
    acting: dict[str, tuple[str, str]] = {}
    for one in found.quantities.values():
        if one.what in ("input", "default", "table") and one.name in base and base[one.name].dtype != object:
            if any(other.by == one.name for other in found.quantities.values()):
                continue
            values = draws.values[one.name] if one.filled_in else base[one.name]
            moved = {**draws.values, one.name: values * 1.01 + 1e-6}
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
    """In which draws module and workbook gave the same, the largest relative difference, and what differs."""

    proved: Array
    worst: float
    differences: tuple[str, ...]

    @property
    def equal(self) -> int:
        """How many inputs gave the same."""
        return int(np.sum(self.proved))


def proved(found: Translation, m: Methodology, draws: Draws) -> Proof:
    """Compare module and workbook over all draws; one that only one of them refuses is a difference."""
    worst, differences, equal = 0.0, list[str](), np.zeros(draws.count, dtype=bool)
    for draw in range(draws.count):
        expected, own = _workbook(found, draws.cells(draw), bool(found.rounds)), _module(m, draws.case(draw))
        if isinstance(expected, str) and isinstance(own, str):
            continue  # both refuse
        if isinstance(expected, str) or isinstance(own, str):
            told = _("draw {draw}: the module gives {own}, the workbook {other}")
            differences.append(told.format(draw=draw, own=own, other=expected))
            continue
        equal[draw] = True
        for name, one, other in zip(RESULTS, own, expected, strict=True):
            apart = abs(one - other) / max(abs(other), 1e-9)
            worst = max(worst, apart)
            if not apart <= TOLERANCE:
                told = _("draw {draw}: {name} is {one} by the module, {other} in the workbook")
                differences.append(told.format(draw=draw, name=name, one=repr(one), other=repr(other)))
    return Proof(equal, worst, tuple(differences))


def rounded_off(found: Translation, draws: Draws) -> float:
    """Return by how many tonnes the rounding within the workbook changes RE or PE at most."""
    worst = 0.0
    for cells in map(draws.cells, range(draws.count) if found.rounds else ()):
        own, exact = (_workbook(found, cells, without) for without in (False, True))
        if isinstance(own, str) or isinstance(exact, str):
            worst = worst if isinstance(own, str) and isinstance(exact, str) else float("inf")
        else:
            worst = max(worst, *(abs(one - other) for one, other in zip(own, exact, strict=True)))
    return worst


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
