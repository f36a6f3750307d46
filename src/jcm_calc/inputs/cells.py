"""Cells as people and spreadsheets write them: numbers with or without units, yes and no, names of classes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.base.problems import ProblemKind, shown
from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs.carriers import agreed, carried, is_array
from jcm_calc.units import (
    Linear,
    Reciprocal,
    UnitError,
    conversion,
    dots_complaint,
    is_missing,
    is_quantity,
    reading,
    split,
    unclear_dots,
    unit_of,
)
from jcm_calc.units.dates import day

Array = npt.NDArray[Any]
Faults = dict[int, str]
"""A complaint for each faulty cell, by its place in the flattened array."""

# No column has as many units; looking up a unit that does not exist takes its time.
MANY_FAULTS = 1000
MANY_UNITS = 100
YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def numbers(
    raw: Any, declared: str, unit: str | None = None, remarks: list[Reciprocal] | None = None
) -> tuple[Array, Faults]:
    """Read numbers into the declared unit.

    Texts and quantities have their own units; a bare number has that of its carrier, or ``unit``, or the declared one.
    Each conversion by the reciprocal is appended to the remarks; without them it is refused. A single cell that cannot
    be read is an error, one of several a complaint by its place in the flattened array.

    Examples
    --------
    >>> numbers(["1 MWh", 2000, "x"], "MWh", "kWh")
    (array([ 1.,  2., nan]), {2: "'x' is not a number"})
    """
    cells, own = carried(raw)
    unit = agreed(unit, own)
    convert = _conversions(declared, remarks)
    if not is_array(cells):
        return np.array(_reader(convert, unit, alone=True)(cells), dtype=np.float64), {}
    if cells.dtype.kind in "iuf":
        values = cells.astype(np.float64, copy=False)
        return (values if unit is None else np.asarray(convert(unit)(values))), {}
    read = _reader(convert, unit, alone=False)
    values = np.full(cells.size, np.nan)
    faults: Faults = _unclear(cells)
    for place, cell in enumerate(cells.ravel().tolist()):
        try:
            values[place] = read(cell)
        except ValueError as error:
            # what is only counted need not be translated
            faults[place] = str(error) if len(faults) < MANY_FAULTS else str.__str__(str(error))
    return values.reshape(cells.shape), faults


def single(parameter: Parameter, raw: Any) -> float:
    """Return a single number in the declared unit of a parameter, which must be within its bounds."""
    values, faults = numbers(raw, parameter.unit)
    if values.size != 1 or faults:
        raise ValueError(next(iter(faults.values()), _("{given} is not a number").format(given=shown(raw))))
    value = float(values.flat[0])
    if value not in parameter.bounds:
        complaint = _("got {given}; must be a number {range}").tagged(ProblemKind.OUT_OF_BOUNDS)
        raise ValueError(complaint.format(given=shown(raw), range=parameter.bounds.words(parameter.unit)))
    return value


def _unclear(cells: Array) -> Faults:
    """Complain of the first text of a column whose dot can stand before decimals or between thousands."""
    given = cells.ravel().tolist()
    texts = {place: cell for place, cell in enumerate(given) if isinstance(cell, str)}
    # a whole number below a thousand says the same whether its cell holds a text or a number
    whole = {f"{cell:.0f}" for cell in given if texts and isinstance(cell, int | float) and cell in range(1, 1000)}
    found = unclear_dots([*texts.values(), *whole])
    return {next(place for place, text in texts.items() if found in text): dots_complaint(found)} if found else {}


def _conversions(declared: str, remarks: list[Reciprocal] | None) -> Callable[[str], Linear | Reciprocal]:
    """Return the function that looks up the conversion of a unit, and remarks on reciprocals."""

    def convert(unit: str) -> Linear | Reciprocal:
        if remarks is None:
            return conversion(unit, declared)
        found = reading(unit, declared)
        if isinstance(found, Reciprocal) and found not in remarks:
            remarks.append(found)
        return found

    return convert


def _reader(
    conversion_of: Callable[[str], Linear | Reciprocal], unit: str | None, alone: bool
) -> Callable[[Any], float]:
    """Return the function that reads one cell; it looks up each unit only once."""
    own = None if unit is None else conversion_of(unit)
    known: dict[str, Linear | Reciprocal | str] = {}

    def convert(number: float, written: str, cell: Any) -> float:
        if written not in known:
            if len(known) > MANY_UNITS:
                raise UnitError(_("got {given}: its unit is not understood").format(given=shown(cell)))
            try:
                known[written] = conversion_of(written)
            except UnitError as error:
                known[written] = str(error)
        found = known[written]
        if isinstance(found, str):
            raise UnitError(_("got {given}: {complaint}").format(given=shown(cell), complaint=found))
        return float(found(number))

    def read(cell: Any) -> float:
        if isinstance(cell, str):
            number, written = split(cell, alone)
            if written is not None:
                return convert(number, written, cell)
        elif is_quantity(cell):
            return convert(_number(cell.magnitude), unit_of(cell), str(cell))
        else:
            number = _number(cell)
        return number if own is None else float(own(number))

    return read


def _number(cell: Any) -> float:
    """Return a cell that is not a text as a number; NaN if it is empty."""
    cell = carried(cell).cells if isinstance(cell, np.ndarray) and cell.ndim == 0 else cell
    if is_missing(cell):
        return np.nan
    if isinstance(cell, bool | np.bool_):
        raise ValueError(_("{cell} is a truth value, not a number").format(cell=cell))
    # to NumPy a duration is a whole number
    if not isinstance(cell, Real | Decimal) or isinstance(cell, np.timedelta64):
        raise ValueError(_("{given} is not a number").format(given=shown(cell)))
    try:
        return float(cell)
    except OverflowError:
        raise ValueError(_("{given} is too large").format(given=shown(cell))) from None


def unitless(raw: Any) -> Array:
    """Return the cells of something that has no unit: yes and no, dates, classes."""
    cells, unit = carried(raw)
    if unit is not None:
        raise UnitError(_("has no unit, but {unit} is stated for it").format(unit=repr(unit)))
    if is_array(cells):
        return np.asarray(cells)
    single = np.empty((), dtype=object)
    single[()] = cells
    return single


def _each(cells: Array, read: Callable[[Any], float], otherwise: float) -> tuple[Array, Faults]:
    """Return what each cell is read as, and the complaint about each that cannot be read."""
    values, faults = np.full(cells.size, otherwise), {}
    for place, cell in enumerate(cells.ravel().tolist()):
        try:
            values[place] = read(cell)
        except ValueError as error:
            faults[place] = _("is empty") if is_missing(cell) else str(error)
    return values.reshape(cells.shape), faults


def truths(raw: Any) -> tuple[Array, Faults]:
    """Read yes and no, in words or as truth values."""
    cells = unitless(raw)
    return (cells, {}) if cells.dtype == bool else _each(cells, _truth, False)


def _truth(cell: Any) -> bool:
    word = str(cell).strip().casefold()
    if word not in YES_NO:
        raise ValueError(_("{given} is neither yes nor no").format(given=shown(cell)))
    return YES_NO[word]


def days(raw: Any) -> tuple[Array, Faults]:
    """Read dates as day numbers: 1 is the first day of the year 1."""
    return _each(unitless(raw), lambda cell: day(cell).toordinal(), np.nan)


def classes(raw: Any, known: tuple[str, ...] = ()) -> tuple[Array, tuple[str, ...], Faults]:
    """Read names of classes: a code for each cell, the name of each code, and complaints.

    ``known`` are the only names there are; any, if empty.
    """
    cells = unitless(raw)
    words = [
        cell if isinstance(cell, str) else "" if is_missing(cell) else str(cell) for cell in cells.ravel().tolist()
    ]
    names: dict[str, int] = {}
    code = {word: names.setdefault(word.strip(), len(names)) for word in dict.fromkeys(words)}
    codes = np.array([code[word] for word in words], dtype=np.intp)
    unknown = [number for name, number in names.items() if not name or (known and name not in known)]
    none_of = _("{given} is not one of its classes")
    faults: Faults = {
        int(place): none_of.format(given=shown(words[place].strip())) if words[place].strip() else _("is empty")
        for place in (np.flatnonzero(np.isin(codes, unknown)) if unknown else ())
    }
    return codes.reshape(cells.shape), tuple(names), faults
