"""One parameter's values as they came: a number, an array, a column of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs.periods import Period, contains
from jcm_calc.units import conversion, magnitude

Array = npt.NDArray[Any]
YES_NO = {"yes": True, "true": True, "no": False, "false": False}
UNDECIDED = "?"


@dataclass(frozen=True)
class Given:
    """Values on the way to their place on the axes.

    Attributes
    ----------
    values : ndarray
        Numbers in the declared unit, truth values, or codes of classes.
    letters : str
        The index of each axis.
    labels : dict
        The labels along the indices of a table; an array has none.
    source : str
        Where the values come from.
    written : str
        What the user wrote, for single values.
    classes : tuple of str, optional
        The class that each code stands for.
    """

    values: Array
    letters: str
    labels: Mapping[str, Sequence[Any]]
    source: str
    written: str = ""
    classes: tuple[str, ...] | None = None

    @property
    def table(self) -> str:
        """The name of the table, without the column."""
        return self.source.partition(", column ")[0]

    def plain(self) -> Array:
        """Return the values with class names in place of codes."""
        return self.values if self.classes is None else np.array(self.classes, dtype=object)[self.values]

    def onto_periods(self, parameter: Parameter, targets: Sequence[Period]) -> Given:
        """Sum amounts of finer rows into the periods; anything else must be constant within each.

        Raises
        ------
        ValueError
            If a value that is no amount changes within a period, or an array fits two indices.
        """
        if self.letters == UNDECIDED:
            return replace(self, letters=_decide(parameter, self.values.shape[0], targets))
        if "p" not in self.labels or "p" not in self.letters:
            return self
        axis = self.letters.index("p")
        rows = [Period.parse(label) for label in self.labels["p"]]
        order = sorted(range(len(rows)), key=lambda row: (str(rows[row].first), rows[row].label.zfill(9)))
        values = self.values if order == list(range(len(rows))) else self.values.take(order, axis)
        group = [next(n for n, target in enumerate(targets) if contains(target, rows[row])) for row in order]
        starts = [n for n, number in enumerate(group) if n == 0 or number != group[n - 1]]
        if len(starts) < len(rows):
            if parameter.extensive:
                values = np.add.reduceat(values, starts, axis)
            else:
                firsts = values.take(starts, axis)
                if not np.array_equal(firsts.take(group, axis), values):
                    raise ValueError("changes within a period, but only amounts are summed: give one value for each p")
                values = firsts
        remaining = {letter: labels for letter, labels in self.labels.items() if letter != "p"}
        return replace(self, values=values, labels=remaining)

    def onto(self, parameter: Parameter, labels: Mapping[str, Sequence[Any]]) -> Given:
        """Bring the array onto the axes of the methodology.

        Raises
        ------
        ValueError
            If its size does not fit.
        """
        values = self.values
        for axis, letter in enumerate(self.letters):
            if letter in self.labels and self.labels[letter] is not labels[letter]:
                place = {label: number for number, label in enumerate(self.labels[letter])}
                if place.keys() != set(labels[letter]):
                    raise ValueError(f"does not have the same rows for {letter} as the other tables")
                values = values.take([place[label] for label in labels[letter]], axis)
            if values.shape[axis] not in (1, len(labels[letter])):
                raise ValueError(f"has {values.shape[axis]} values along {letter}, expected {len(labels[letter])}")
        shape = [values.shape[self.letters.index(letter)] if letter in self.letters else 1 for letter in labels]
        return replace(self, values=values.reshape(shape))


def _decide(parameter: Parameter, size: int, targets: Sequence[Period]) -> str:
    others = parameter.indices.replace("p", "")
    if len(targets) == 1 and targets[0].dated:
        return others
    if len(targets) == size and targets[0].dated and parameter.extensive:
        return "p"
    raise ValueError(
        f"has the indices {', '.join(parameter.indices)}, but a plain list of {size} values came, which fits either: "
        f"give an array of shape ({others}, p), or name the periods with p=, or give a table with columns {others}, p"
    )


def read_value(
    parameter: Parameter,
    raw: Any,
    source: str,
    unit: str | None = None,
    labels: Mapping[str, Sequence[Any]] | None = None,
) -> Given:
    """Read what was given for a parameter.

    Parameters
    ----------
    parameter : Parameter
    raw : scalar, str, pint.Quantity or array_like
    source : str
        What to call it.
    unit : str, optional
        From the heading of a column.
    labels : mapping, optional
        Labels along each axis, for a column of a table.

    Raises
    ------
    UnitError
        If a unit or number cannot be understood.
    ValueError
        If the values are of the wrong kind or shape.
    """
    written = str(raw) if np.ndim(raw) == 0 else ""
    classes = None
    if parameter.unit == "yes/no":
        values = _truths(raw)
    elif parameter.unit == "category":
        values, classes = _classes(parameter, raw)
    else:
        values = _numbers(raw, parameter.unit, unit)
    if labels is not None:
        return _own_indices(parameter, Given(values, "".join(labels), labels, source, written, classes))
    if values.ndim == len(parameter.indices):
        letters = parameter.indices
    elif values.ndim == 0:
        letters = ""
    elif values.ndim == 1 and len(parameter.indices) == 2 and "p" in parameter.indices:
        letters = UNDECIDED
    else:
        depends = f"depends on {', '.join(parameter.indices)}" if parameter.indices else "is a single value"
        raise ValueError(f"{depends}, but an array of shape {values.shape} came")
    if values.size == 0:
        raise ValueError("is empty")
    return Given(values, letters, {}, source, written, classes)


def _numbers(raw: Any, declared: str, unit: str | None) -> Array:
    if isinstance(raw, list | tuple) or _dtype(raw) == np.dtype(object):
        cells = np.asarray(raw, dtype=object)
        flat = [_cell(cell, declared, unit) for cell in cells.ravel()]
        return np.array(flat, dtype=np.float64).reshape(cells.shape)
    if unit is not None and not isinstance(raw, str):
        return np.asarray(conversion(unit, declared)(np.asarray(raw, dtype=np.float64)))
    if isinstance(raw, bool | np.bool_) or _dtype(raw) == np.dtype(bool):
        raise ValueError(f"{raw!r} is a truth value")
    number = magnitude(raw, declared)
    try:
        return np.asarray(number, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{raw!r} is no number") from None


def _dtype(raw: Any) -> np.dtype[Any] | None:
    return raw.dtype if isinstance(raw, np.ndarray) else None


def _cell(cell: Any, declared: str, unit: str | None) -> float:
    if cell is None:
        return np.nan
    if isinstance(cell, str) and unit is not None:
        cell = conversion(unit, declared)(float(magnitude(cell, unit)))
    elif unit is not None:
        cell = conversion(unit, declared)(cell)
    return float(_numbers(cell, declared, None))


def _truths(raw: Any) -> Array:
    cells = np.asarray(raw)
    if cells.dtype == bool:
        return cells
    try:
        truths = [YES_NO[str(cell).strip().casefold()] for cell in cells.ravel()]
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is neither yes nor no") from None
    return np.array(truths, dtype=bool).reshape(cells.shape)


def _classes(parameter: Parameter, raw: Any) -> tuple[Array, tuple[str, ...]]:
    cells = np.asarray(raw, dtype=object)
    flat = [str(cell).strip() if cell == cell and cell is not None else "" for cell in cells.ravel()]
    classes = tuple(dict.fromkeys(flat))
    if "" in classes:
        raise ValueError("is empty in some rows")
    if parameter.categories and (unknown := [name for name in classes if name not in parameter.categories]):
        raise ValueError(f"{unknown[0]!r} is no known class")
    code = {name: number for number, name in enumerate(classes)}
    return np.array([code[name] for name in flat], dtype=np.intp).reshape(cells.shape), classes


def _own_indices(parameter: Parameter, given: Given) -> Given:
    """Drop the indices of a table that the parameter lacks, along which it must be constant."""
    values, letters = given.values, given.letters
    for letter in given.letters:
        if letter not in parameter.indices:
            axis = letters.index(letter)
            first = values.take([0], axis)
            if not (values == first).all():
                raise ValueError(f"does not depend on {letter}, but its values change along it")
            values, letters = first.squeeze(axis), letters.replace(letter, "")
    labels = {letter: given.labels[letter] for letter in letters}
    return replace(given, values=values, letters=letters, labels=labels)
