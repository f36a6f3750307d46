"""Cells as people and spreadsheets write them: numbers with or without units, yes and no, names of classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.inputs.periods import day
from jcm_calc.languages import _
from jcm_calc.problems import shown
from jcm_calc.units import Linear, UnitError, conversion, is_missing, is_quantity, split

Array = npt.NDArray[Any]
Faults = dict[int, str]
"""A complaint for each faulty cell, by its place in the flattened array."""

# No column has as many units; looking up a unit that does not exist takes its time.
MANY_FAULTS = 1000
MANY_UNITS = 100
YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def is_array(raw: Any) -> bool:
    """Whether something holds several cells."""
    return isinstance(raw, list | tuple | range) or (hasattr(raw, "__array__") and getattr(raw, "ndim", 0) > 0)


def grid(raw: Any) -> Array:
    """Return an array of numbers where all cells are plain numbers, of objects otherwise.

    Raises
    ------
    ValueError
        If lists within a list differ in length, or the array carries units of another library.

    Examples
    --------
    >>> grid([[1, 2], [3, 4.5]])
    array([[1. , 2. ],
           [3. , 4.5]])
    >>> grid([1, "2 kWh"])
    array([1, '2 kWh'], dtype=object)
    """
    if isinstance(raw, list | tuple | range):
        cells, shape = _flatten(raw)
        if _plain_numbers(cells):
            with suppress(OverflowError):
                return np.array(cells, dtype=np.float64).reshape(shape)
        return _objects(cells, shape)
    if isinstance(raw, np.ndarray) and (hasattr(raw, "unit") or hasattr(raw, "units")):
        complaint = _("a {type} came: give a pint Quantity, or plain numbers in the declared unit")
        raise ValueError(complaint.format(type=type(raw).__name__))
    if isinstance(raw, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(raw).ravel().tolist()
        cells = [None if hidden else cell for hidden, cell in zip(masked, raw.data.ravel().tolist(), strict=True)]
        return _objects(cells, raw.shape)
    array = np.asarray(raw)
    # NumPy would turn dates into whole numbers
    return _objects(list(array.ravel()), array.shape) if array.dtype.kind in "mM" else array


def _objects(cells: list[Any], shape: tuple[int, ...]) -> Array:
    objects = np.empty(len(cells), dtype=object)
    for place, cell in enumerate(cells):
        objects[place] = cell
    return objects.reshape(shape)


def _flatten(raw: Iterable[Any]) -> tuple[list[Any], tuple[int, ...]]:
    cells = list(raw)
    if not any(is_array(cell) and not is_quantity(cell) for cell in cells):
        return cells, (len(cells),)
    parts = [_flatten(cell) if is_array(cell) else ([cell], ()) for cell in cells]
    shapes = {shape for _, shape in parts}
    if len(shapes) > 1:
        raise ValueError(_("its rows differ in length"))
    return [cell for part, _ in parts for cell in part], (len(cells), *shapes.pop())


def _plain_numbers(cells: list[Any]) -> bool:
    kinds = set(map(type, cells))
    numeric = all(issubclass(kind, int | float | np.integer | np.floating) for kind in kinds)
    return numeric and not any(issubclass(kind, bool | np.timedelta64) for kind in kinds)


def numbers(raw: Any, declared: str, unit: str | None = None) -> tuple[Array, Faults]:
    """Read numbers into the declared unit.

    Parameters
    ----------
    raw : scalar, str, pint.Quantity or array_like
        Strings and quantities have their own units; a bare number has ``unit``.
    declared : str
    unit : str, optional
        From the heading of a column; the declared one if there is none.

    Raises
    ------
    UnitError
        If the unit of a Quantity or a heading is not understood.
    ValueError
        If a single cell, or the array as a whole, cannot be understood.

    Examples
    --------
    >>> numbers(["1 MWh", 2000, "x"], "MWh", "kWh")
    (array([ 1.,  2., nan]), {2: "'x' is not a number with a unit"})
    """
    if is_quantity(raw) and is_array(raw.magnitude):
        values, faults = numbers(raw.magnitude, declared)
        return np.asarray(conversion(f"{raw.units:D}", declared)(values)), faults
    read = _reader(declared, unit)
    if not is_array(raw):
        return np.array(read(raw), dtype=np.float64), {}
    cells = grid(raw)
    if cells.dtype.kind in "iuf":
        values = cells.astype(np.float64, copy=False)
        return (values if unit is None else np.asarray(conversion(unit, declared)(values))), {}
    values, faults = np.full(cells.size, np.nan), {}
    for place, cell in enumerate(cells.ravel().tolist()):
        try:
            values[place] = read(cell)
        except ValueError as error:
            # what is only counted need not be translated
            faults[place] = str(error) if len(faults) < MANY_FAULTS else str.__str__(str(error))
    return values.reshape(cells.shape), faults


def _reader(declared: str, unit: str | None) -> Callable[[Any], float]:
    """Return the function that reads one cell; it looks up each unit only once."""
    own = None if unit is None else conversion(unit, declared)
    known: dict[str, Linear | str] = {}

    def convert(number: float, written: str, cell: Any) -> float:
        if written not in known:
            if len(known) > MANY_UNITS:
                raise UnitError(_("{came} came: its unit is not understood").format(came=shown(cell)))
            try:
                known[written] = conversion(written, declared)
            except UnitError as error:
                known[written] = str(error)
        found = known[written]
        if isinstance(found, str):
            raise UnitError(_("{came} came: {complaint}").format(came=shown(cell), complaint=found))
        return float(found(number))

    def read(cell: Any) -> float:
        if isinstance(cell, str):
            number, written = split(cell)
            if written is not None:
                return convert(number, written, cell)
        elif is_quantity(cell):
            return convert(_number(cell.magnitude), f"{cell.units:D}", str(cell))
        else:
            number = _number(cell)
        return number if own is None else float(own(number))

    return read


def _number(cell: Any) -> float:
    """Return a cell that is no text as a number; NaN if it is empty."""
    if isinstance(cell, np.ndarray) and cell.ndim == 0:
        cell = cell.item()
    if is_missing(cell):
        return np.nan
    if isinstance(cell, bool | np.bool_):
        raise ValueError(_("{cell} is a truth value, not a number").format(cell=cell))
    # to NumPy a duration is a whole number
    if not isinstance(cell, Real | Decimal) or isinstance(cell, np.timedelta64):
        raise ValueError(_("{came} is not a number").format(came=shown(cell)))
    try:
        return float(cell)
    except OverflowError:
        raise ValueError(_("{came} is too large").format(came=shown(cell))) from None


def truths(raw: Any) -> tuple[Array, Faults]:
    """Read yes and no, in words or as truth values."""
    cells = grid(raw) if is_array(raw) else _objects([raw], ())
    if cells.dtype == bool:
        return cells, {}
    values = np.zeros(cells.size, dtype=bool)
    faults: Faults = {}
    for place, cell in enumerate(cells.ravel().tolist()):
        word = str(cell).strip().casefold()
        if word in YES_NO:
            values[place] = YES_NO[word]
        else:
            faults[place] = (
                _("is empty") if is_missing(cell) else _("{came} is neither yes nor no").format(came=shown(cell))
            )
    return values.reshape(cells.shape), faults


def days(raw: Any) -> tuple[Array, Faults]:
    """Read dates as day numbers: 1 is the first day of the year 1.

    Examples
    --------
    >>> days(["0001-02-01", "May"])
    (array([32., nan]), {1: "'May' is no date that can be read in one way only: write 2024-01-31 or 31/Jan/2024"})
    """
    cells = grid(raw) if is_array(raw) else _objects([raw], ())
    values, faults = np.full(cells.size, np.nan), {}
    for place, cell in enumerate(cells.ravel().tolist()):
        try:
            values[place] = day(cell).toordinal()
        except ValueError as error:
            faults[place] = _("is empty") if is_missing(cell) else str(error)
    return values.reshape(cells.shape), faults


def classes(raw: Any, known: tuple[str, ...] = ()) -> tuple[Array, tuple[str, ...], Faults]:
    """Read names of classes: a code for each cell, the name of each code, and complaints.

    Parameters
    ----------
    raw : str or array_like
    known : tuple of str
        The only names there are; any, if empty.

    Examples
    --------
    >>> classes(["wood", "coal", " wood"])
    (array([0, 1, 0]), ('wood', 'coal'), {})
    """
    cells = grid(raw) if is_array(raw) else _objects([raw], ())
    words = [cell if isinstance(cell, str) else _word(cell) for cell in cells.ravel().tolist()]
    names: dict[str, int] = {}
    code = {word: names.setdefault(word.strip(), len(names)) for word in dict.fromkeys(words)}
    codes = np.array([code[word] for word in words], dtype=np.intp)
    wrong = [number for name, number in names.items() if not name or (known and name not in known)]
    none_of = _("{came} is none of its classes")
    faults: Faults = {
        int(place): none_of.format(came=shown(words[place].strip())) if words[place].strip() else _("is empty")
        for place in (np.flatnonzero(np.isin(codes, wrong)) if wrong else ())
    }
    return codes.reshape(cells.shape), tuple(names), faults


def _word(cell: Any) -> str:
    return "" if is_missing(cell) else str(cell)
