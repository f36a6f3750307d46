"""One parameter's values as the user gave them: a number, an array, a column of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jcm_calc.base.cores import on_all_cores
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.items import DAYS, Parameter
from jcm_calc.inputs import cells
from jcm_calc.inputs.carriers import carried
from jcm_calc.inputs.periods import Period, within
from jcm_calc.units import Reciprocal, UnitError, conversion

Array = npt.NDArray[Any]
UNDECIDED = "?"
# Numbers of an array that are looked at together, and that one core looks at.
CHUNK, PIECE = 65_536, 1_048_576
SHOWN = 5
# A unit after a number, which "1e9" lacks.
UNIT = re.compile(r"\d\s*(?![eE][+-]?\d)([^\d\s.,+-].*)")


@dataclass(frozen=True, eq=False)
class CellAddresses:
    """Where in a workbook the values of an array stand, so that a complaint can name the cell."""

    columns: Sequence[tuple[str, str]]  # name of the sheet and letters of the column, for each place of values
    places: Array  # the number of the place of each value
    rows: Array

    def __deepcopy__(self, memo: Any) -> CellAddresses:
        return self

    def arranged(self, order: Array, shape: tuple[int, ...]) -> CellAddresses:
        """Return the cells in another order and shape."""
        return CellAddresses(self.columns, self.places[order].reshape(shape), self.rows[order].reshape(shape))

    def address(self, number: int) -> str:
        """Return the address of one value, by its place in the flattened array."""
        sheet, column = self.columns[int(self.places.flat[number])]
        return f"{sheet}!{column}{int(self.rows.flat[number])}"

    def __str__(self) -> str:
        first, last = self.address(0), self.address(self.rows.size - 1)
        return first if first == last else _("{first} to {last}").format(first=first, last=last)


class GivenCells(NamedTuple):
    """What was given for one parameter: a scalar, an array, or a column of a table, dense over its indices."""

    values: Any
    source: str  # what to call it: of a column the table and the heading, or the cells of a workbook
    unit: str | None = None  # of a column from the heading, the type, or the ``attrs`` of the table
    labels: Mapping[str, Sequence[Any]] = MappingProxyType({})  # along each index: periods in order of time
    cells: CellAddresses | None = None
    of_table: bool = False  # whether it is a column of a table, which may have no index

    def where(self, complaint: str = "") -> str:
        """Name the table of a column; not its cells as well, where the complaint names one."""
        if not self.of_table:
            return ""
        named = self.cells is not None and any(f"{sheet}!" in complaint for sheet, _ in self.cells.columns)
        return where(self.source.partition(", ")[0] if named else self.source)


def where(source: str) -> str:
    """Name the table of a column, where it is in one."""
    return _(" (in {source})").format(source=source) if source else ""


class Extremes(NamedTuple):
    """The least and the greatest of some numbers, NaN if any is; the least above 0, infinite if none is."""

    lowest: float
    highest: float
    positive: float

    @classmethod
    def of(cls, values: Array) -> Extremes:
        """Return those of an array that fits the cache."""
        lowest = positive = float(values.min())
        if lowest <= 0:
            above = values[values > 0]
            positive = float(above.min()) if above.size else np.inf
        return cls(lowest, float(values.max()), positive)

    @classmethod
    def joined(cls, parts: Sequence[Extremes]) -> Extremes:
        """Return those of all parts together."""
        lowest, highest, positive = np.array(parts).T
        return cls(float(lowest.min()), float(highest.max()), float(positive.min()))


class Orders:
    """The place of each label of an axis in a table; each table is searched once."""

    def __init__(self) -> None:
        # with the lists themselves, so that no other ones get their identities
        self._known: dict[tuple[int, int], tuple[Array, Sequence[Any], Sequence[Any]]] = {}

    def places(self, wanted: Sequence[Any], own: Sequence[Any]) -> Array:
        """Return the place of each label of an axis among a table's own; raise KeyError where it lacks one."""
        key = id(wanted), id(own)
        if key not in self._known:
            place = {label: number for number, label in enumerate(own)}
            places = np.fromiter(map(place.__getitem__, wanted), dtype=np.intp, count=len(wanted))
            self._known[key] = places, wanted, own
        return self._known[key][0]


@dataclass(frozen=True)
class InputValue:
    """Values on the way to their place on the axes."""

    values: Array  # numbers in the declared unit, truth values, or codes of classes
    letters: str  # the index of each axis
    labels: Mapping[str, Sequence[Any]]  # along the indices of a table, periods in order of time; an array has none
    source: str
    written: str = ""  # what the user wrote, for single values
    classes: tuple[str, ...] | None = None  # of each code
    cells: CellAddresses | None = None
    converted: bool = False  # whether a unit is stated that is not the declared one
    unchecked: bool = False  # whether the numbers are compared with their limits later; see `Inputs`

    @cached_property
    def extremes(self) -> Extremes:
        """The least and the greatest number."""
        return extremes(self.values)

    @property
    def table(self) -> str:
        """The name of the table, without the column."""
        return self.source.partition(", column ")[0]

    def plain(self) -> Array:
        """Return the values with class names instead of codes."""
        return self.values if self.classes is None else np.array(self.classes, dtype=object)[self.values]

    def along(self, letter: str) -> int:
        """Return the number of values along an index; 1 where it lacks the index."""
        return self.values.shape[self.letters.index(letter)] if letter in self.letters else 1

    def place(self, number: int) -> str:
        """Name one value, by its place in the flattened array: ``(i=3, p=2024-01)``."""
        if self.letters == UNDECIDED:
            return _(" (no. {number})").format(number=number + 1)
        at = np.unravel_index(number, self.values.shape)
        named = [
            f"{letter}={self.labels[letter][int(n)] if letter in self.labels else n + 1}"
            for letter, n, size in zip(self.letters, at, self.values.shape, strict=True)
            if size > 1
        ]
        if self.cells is not None:
            named.append(self.cells.address(number))
        return f" ({', '.join(named)})" if named else ""

    def numbers_at(self, mask: Array, unit: str = "") -> str:
        """List the first few numbers under a mask with their places, a single one as it was written."""
        return self._list(mask, lambda at: self._number(at, unit) + self.place(at))

    def _number(self, at: int, unit: str) -> str:
        """Return one number with its unit, after what was written where that has another one."""
        number = f"{self.values.flat[at]:,.15g} {unit}".strip()
        stated = UNIT.search(self.written)
        return number if stated is None or stated[1].strip() == unit else f"{self.written!r} ({number})"

    def places(self, mask: Array) -> str:
        """List the first few places under a mask; nothing for a single value."""
        return self._list(mask, lambda at: self.place(at).strip())

    def examples(self, mask: Array) -> str:
        """List the first few values under a mask, numbers or classes, with their places."""
        if (names := self.classes) is None:
            return self.numbers_at(mask)
        return self._list(mask, lambda at: f"{names[self.values.flat[at]]!r}{self.place(at)}")

    def _list(self, mask: Array, write: Callable[[int], str]) -> str:
        return listed([write(int(at)) for at in np.flatnonzero(mask)[:SHOWN]], int(np.count_nonzero(mask)), SHOWN)

    def without_extra_indices(self, parameter: Parameter) -> InputValue:
        """Drop the indices of a table that the parameter lacks, along which it must be constant."""
        given = self
        for letter in self.letters:
            if letter not in parameter.indices:
                given = given._without(letter)
        return given

    def _without(self, letter: str) -> InputValue:
        axis = self.letters.index(letter)
        first = self.values.take([0], axis)
        differing = self.values != first
        if differing.any():
            complaint = _(
                "does not depend on {letter}, but its values change along it: {values} instead of the first value"
            )
            raise ValueError(complaint.format(letter=letter, values=self.examples(differing)))
        labels = {other: label for other, label in self.labels.items() if other != letter}
        cells = self.cells
        if cells is not None:
            cells = CellAddresses(cells.columns, cells.places.take(0, axis), cells.rows.take(0, axis))
        letters = self.letters.replace(letter, "")
        return replace(self, values=first.squeeze(axis), letters=letters, labels=labels, cells=cells)

    def onto_periods(
        self, parameter: Parameter, targets: Sequence[Period], weight: InputValue | None = None
    ) -> InputValue:
        """Sum amounts of finer rows into the periods, average levels; anything else must be constant within each.

        The rows fill the periods exactly; ``weight`` is the amount, in the same rows, by which a level is averaged.
        """
        if self.letters == UNDECIDED:
            return replace(self, letters=_decide(parameter, self.values.shape[0], targets))
        if "p" not in self.labels:
            return self
        rows = self.labels["p"]
        group = within(rows, targets)
        starts = [n for n, number in enumerate(group) if n == 0 or number != group[n - 1]]
        values, axis, cells = self.values, self.letters.index("p"), self.cells
        if len(starts) < len(rows):
            cells = None
            if parameter.adds_over_time:
                values = np.add.reduceat(values, starts, axis)
            else:
                values = values.take(starts, axis)
                differing = values.take(group, axis) != self.values
                if differing.any() and parameter.weighted_by:
                    means = self._mean(parameter, weight, starts)
                    values = np.where(np.logical_or.reduceat(differing, starts, axis), means, values)
                elif differing.any():
                    complaint = _(
                        "changes within a period, but only amounts are summed: {values}; give one value for each p"
                    )
                    raise ValueError(complaint.format(values=self.examples(differing)))
        return replace(self, values=values, labels={**self.labels, "p": targets}, cells=cells)

    def _mean(self, parameter: Parameter, weight: InputValue | None, starts: Sequence[int]) -> Array:
        """Return the weighted mean of the rows of each period."""
        axis = self.letters.index("p")
        if parameter.weighted_by == DAYS:
            if any(not row.dated for row in self.labels["p"]):
                raise ValueError(_("is averaged by days, but its rows have no dates"))
            days = np.array([float(row.days) for row in self.labels["p"]])
            weights = days.reshape([-1 if letter == "p" else 1 for letter in self.letters])
        else:
            weights = self._weights(parameter.weighted_by, weight)
        weights = np.broadcast_to(weights, self.values.shape)
        sums = np.add.reduceat(weights, starts, axis)
        if (sums <= 0).any():
            raise ValueError(
                _("changes within a period in which {name}, its weight, is 0").format(name=parameter.weighted_by)
            )
        return np.asarray(np.add.reduceat(self.values * weights, starts, axis) / sums)

    def _weights(self, name: str, weight: InputValue | None) -> Array:
        """Return the numbers of the weight for each number here."""
        if weight is None or any(
            letter not in weight.labels or set(weight.labels[letter]) != set(self.labels.get(letter, ()))
            for letter in weight.letters
        ):
            complaint = _("changes within a period and is averaged by {name}: give {name} in the same rows")
            raise ValueError(complaint.format(name=name))
        values = weight.values
        for axis, letter in enumerate(weight.letters):
            place = {label: number for number, label in enumerate(weight.labels[letter])}
            values = values.take([place[label] for label in self.labels[letter]], axis)
        shape = [weight.along(letter) for letter in self.letters]
        order = sorted(range(values.ndim), key=lambda axis: self.letters.index(weight.letters[axis]))
        return np.asarray(values.transpose(order).reshape(shape))

    def onto_years(
        self, parameter: Parameter, wholes: Sequence[Period], parts: Sequence[Period], weight: InputValue | None = None
    ) -> tuple[InputValue, bool]:
        """Bring values onto the parts of periods that are split at the end of the year.

        Rows that lie within the parts are summed; one amount for a whole period is shared by days; what
        is not an amount holds for each part.

        ``parts`` are those of ``wholes`` in each year. Also returned is whether an amount was shared by days.
        """
        if "p" in self.labels and min(within(self.labels["p"], parts)) >= 0:
            return self.onto_periods(parameter, parts, weight), False
        if self.letters != UNDECIDED and "p" not in self.labels and self.along("p") == len(parts):
            return self, False
        given = self.onto_periods(parameter, wholes, weight)
        single = "p" not in given.letters and parameter.adds_over_time and len(wholes) == 1
        if single:
            letters = "".join(letter for letter in parameter.indices if letter == "p" or letter in given.letters)
            given = replace(given, values=np.expand_dims(given.values, letters.index("p")), letters=letters)
        if given.along("p") != len(wholes) or "p" not in given.letters:
            return given, False
        of, axis = within(parts, wholes), given.letters.index("p")
        values = given.values.take(of, axis)
        if parameter.adds_over_time:
            shares = np.array([part.days / wholes[number].days for part, number in zip(parts, of, strict=True)])
            values = values * shares.reshape([-1 if letter == "p" else 1 for letter in given.letters])
        labels = {**given.labels, "p": parts} if "p" in given.labels else given.labels
        return replace(given, values=values, labels=labels, cells=None), parameter.adds_over_time

    def onto(self, labels: Mapping[str, Sequence[Any]], orders: Orders) -> InputValue:
        """Bring the array, whose size fits, onto the axes of the methodology."""
        values = self.values
        for axis, letter in enumerate(self.letters):
            wanted, own = labels[letter], self.labels.get(letter)
            if own is not None and own != wanted:
                values = values.take(orders.places(wanted, own), axis)
        return replace(self, values=values.reshape([self.along(letter) for letter in labels]))


def _decide(parameter: Parameter, size: int, targets: Sequence[Period]) -> str:
    """Return the index along which a plain list runs, where the parameter has two."""
    others = parameter.indices.replace("p", "")
    if len(targets) == 1 and targets[0].dated:
        return others
    if len(targets) == size and targets[0].dated and parameter.adds_over_time:
        return "p"
    complaint = _(
        "has the indices {indices}, but got a plain list of {size} values, which fits either: "
        "give an array of shape ({others}, p), or name the periods with p=, or give a table with columns {others}, p"
    )
    raise ValueError(complaint.format(indices=", ".join(parameter.indices), size=size, others=others))


def read_value(parameter: Parameter, given: GivenCells, remarks: list[Reciprocal]) -> InputValue:
    """Read what was given for a parameter; append each conversion by the reciprocal to the remarks."""
    values, names, faults = read_cells(parameter, given.values, given.unit, remarks)
    if values.size == 0:
        raise ValueError(_("is empty"))
    letters = "".join(given.labels) if given.of_table else _letters(parameter, values.shape)
    written = str(given.values) if values.ndim == 0 and not given.of_table else ""
    number = not parameter.textual and parameter.unit != "date"
    converted = number and _is_converted(parameter.unit, given)
    found = InputValue(values, letters, given.labels, given.source, written, names, given.cells, converted)
    if faults:
        raise ValueError(_together(found, faults))
    return found


def _is_converted(declared: str, given: GivenCells) -> bool:
    """Whether a heading, a type or a text states a unit in which other numbers are written than in the declared one."""
    found, unit = carried(given.values)
    words: list[Any] = [found]
    if isinstance(found, np.ndarray):
        words = found.ravel().tolist() if found.dtype == object else []
    stated = {given.unit, unit} - {None, declared}
    stated |= {match[1].strip() for word in words if isinstance(word, str) and (match := UNIT.search(word))}
    return not all(_is_same(one, declared) for one in stated if one is not None)


def _is_same(unit: str, declared: str) -> bool:
    try:
        return bool(conversion(unit, declared)(1.0) == 1.0)
    except UnitError:  # by its reciprocal
        return False


def read_cells(
    parameter: Parameter, raw: Any, unit: str | None = None, remarks: list[Reciprocal] | None = None
) -> tuple[Array, tuple[str, ...] | None, cells.Faults]:
    """Return numbers in the declared unit, truth values or codes of classes; the classes; and complaints."""
    if (parameter.textual or parameter.unit == "date") and unit not in (None, "", parameter.unit):
        raise ValueError(_("has no unit, but its heading says {unit}").format(unit=repr(unit)))
    if type(raw) is np.ndarray and raw.ndim == 0:
        raw = raw[()]  # of a table without indices: the cell itself, which may be a text; a subclass may have a unit
    if parameter.unit == "category":
        return cells.classes(raw, parameter.categories)
    if parameter.unit == "yes/no":
        values, faults = cells.truths(raw)
    elif parameter.unit == "date":
        values, faults = cells.days(raw)
    else:
        values, faults = cells.numbers(raw, parameter.unit, unit, remarks)
    return values, None, faults


def _together(given: InputValue, faults: cells.Faults) -> str:
    """Return each complaint once, with the places it is about."""
    numbers: dict[str, list[int]] = {}
    for number, complaint in faults.items():
        numbers.setdefault(complaint, []).append(number)
    found = []
    for complaint, about in list(numbers.items())[:SHOWN]:
        places = listed((given.place(number).strip() for number in about[:SHOWN]), len(about), SHOWN)
        found.append(Message("{} {}").format(complaint, places) if places else complaint)
    return listed(found, len(numbers), SHOWN)


def _letters(parameter: Parameter, shape: tuple[int, ...]) -> str:
    """Return the indices along which an array without labels runs."""
    if len(shape) == len(parameter.indices):
        return parameter.indices
    if not shape:
        return ""
    if parameter.previous_of and len(shape) == len(parameter.indices) - 1:
        return parameter.indices.replace("p", "")  # what there was before the first period
    if len(shape) == 1 and len(parameter.indices) == 2 and "p" in parameter.indices:
        return UNDECIDED
    depends = _("depends on {indices}, but got an array of shape {shape}")
    single = _("is a single value, but got an array of shape {shape}")
    complaint = depends if parameter.indices else single
    raise ValueError(complaint.format(indices=", ".join(parameter.indices), shape=shape))


def extremes(values: Array) -> Extremes:
    """Return the extremes of an array: memory is read once, by all cores."""
    if values.size <= CHUNK:
        return Extremes.of(values)
    flat = values.ravel(order="K")
    pieces = [flat[start : start + PIECE] for start in range(0, flat.size, PIECE)]
    return Extremes.joined(on_all_cores(_of_piece, pieces))


def _of_piece(piece: Array) -> Extremes:
    return Extremes.joined([Extremes.of(piece[start : start + CHUNK]) for start in range(0, piece.size, CHUNK)])
