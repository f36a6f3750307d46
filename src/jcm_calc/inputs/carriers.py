"""Carriers: the lists, arrays, Series and Quantities that cells arrive in, and the unit that a carrier states.

`carried` is the only place where cells leave what the user gave. It returns the unit with them, or refuses.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.base.problems import shown
from jcm_calc.units import UnitError, is_quantity, normalise, parse_unit, refuse_foreign, unit_of

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
HEADING = re.compile(r"(.+?)\s*[\[(［（]\s*([^\])］）]*?)\s*[\])］）]")
# Where the attributes of a Series, a table or a DataArray, and the metadata of Arrow, state units, in any case.
UNIT_KEYS = ("units", "unit")
# Names of a Series that state nothing.
GENERIC = ("", "value", "values")
WORDS = re.compile(r"[\s_,;:()\[\]/-]+")


# How Arrow, Polars and DuckDB show that they hold columns.
ARROW = ("__arrow_c_stream__", "__arrow_c_array__", "collect_schema")


class Carried(NamedTuple):
    """The cells of a carrier: one as it is; several as an array, of objects unless all are numbers or truth values."""

    cells: Any
    unit: str | None = None  # what the carrier states for all of them


@dataclass(frozen=True)
class FilledTable:
    """A table of a filled workbook, which a calculation takes without pandas; complaints name file and cell."""

    source: str  # the name of the file
    columns: Mapping[str, list[Any]]  # cells by heading; a heading that is the letter of an index has its labels
    cells: Mapping[str, Any]  # from the heading of a parameter to the `CellAddresses` of its cells

    def to_pandas(self) -> pd.DataFrame:
        """Return the same as a DataFrame, with file and cells in its ``attrs``."""
        import pandas as pd

        frame = pd.DataFrame(self.columns)
        frame.attrs = {"source": self.source, "cells": self.cells}
        return frame


def is_array(raw: Any) -> bool:
    """Whether something holds several cells."""
    return isinstance(raw, list | tuple | range) or (hasattr(raw, "__array__") and getattr(raw, "ndim", 0) > 0)


def split_heading(heading: str) -> tuple[str, str | None]:
    """Return the parameter and the unit of a heading."""
    match = HEADING.fullmatch(heading)
    return (match[1], match[2]) if match else (heading, None)


def is_unit(text: str) -> bool:
    """Whether a text is a unit, and not something else in brackets."""
    try:
        return text != "" and not parse_unit(text).dimensionless
    except UnitError:
        return False


def is_like(text: str, declared: str) -> bool:
    """Whether a text is a unit that can be converted to the declared one."""
    if not (is_unit(text) and is_unit(declared)):
        return False
    return bool(parse_unit(text).dimensionality == parse_unit(declared).dimensionality)


def unit_in(text: str, declared: str) -> str | None:
    """Return the unit that a name ends in without brackets, if it is another one of the declared kind."""
    word = next((word for word in reversed(WORDS.split(text)) if word), "")
    return word if len(word) > 1 and is_like(word, declared) and parse_unit(word) != parse_unit(declared) else None


def refuse_name(name: Any, own: str, named: Callable[[str], str | None]) -> None:
    """Refuse the name of a Series that may hold a unit, or that is the name of something else.

    ``own`` is the parameter that it is given for; ``named`` returns which parameter a name or a symbol is of.
    """
    if name is None or isinstance(name, int | np.integer) or str(name).strip().casefold() in GENERIC:
        return
    base, unit = split_heading(str(name).strip())
    known = named(base)
    if known != own and (not unit or known):
        complaint = _("its name is {name}, which may state a unit: rename it to {own}, or {own} [unit]")
        raise ValueError(complaint.format(name=shown(name), own=own))


def is_unit_key(key: Any) -> bool:
    """Whether an entry of attributes or metadata states units."""
    return isinstance(key, str) and key.strip().casefold() in UNIT_KEYS


def carried(raw: Any) -> Carried:
    """Return the cells of whatever the user gave, with the unit that it states for all of them.

    A Quantity and a pint-pandas column state a unit by their type, a Series and an xarray DataArray also by
    their name (``EC_PJ [kWh]``) and by ``attrs["units"]``.

    Examples
    --------
    >>> carried([[1, 2], [3, 4.5]]).cells
    array([[1. , 2. ],
           [3. , 4.5]])
    >>> carried([1, "2 kWh"]).cells
    array([1, '2 kWh'], dtype=object)
    >>> import pandas as pd
    >>> carried(pd.Series([135000, 90000], name="EC_PJ [kWh]"))
    Carried(cells=array([135000,  90000]), unit='kWh')
    """
    if isinstance(raw, str | int | float) or raw is None:
        return Carried(raw)
    if is_quantity(raw):
        inner = carried(raw.magnitude)
        return Carried(inner.cells, agreed(unit_of(raw), inner.unit))
    if isinstance(raw, list | tuple | range):
        cells, shape = _flatten(raw)
        return Carried(_compact(cells, shape))
    if isinstance(raw, np.ma.MaskedArray):
        refuse_foreign(raw)
        return _of_masked(raw)
    if isinstance(raw, np.ndarray | np.generic):
        refuse_foreign(raw)
        array = np.asarray(raw)
        return Carried(_of_numpy(array) if array.ndim else array[()])
    if hasattr(raw, "dtype") and type(raw).__module__.partition(".")[0] in ("pandas", "pint_pandas"):
        return _of_pandas(raw)
    if hasattr(raw, "attrs") and hasattr(raw, "dims"):  # xarray
        inner = carried(raw.data)
        return Carried(inner.cells, agreed(stated(raw.attrs, raw.name), inner.unit))
    if hasattr(raw, "columns"):
        raise ValueError(_("got a table in the place of values: give it without a name"))
    if is_array(raw):
        refuse_foreign(raw)
        return Carried(_as_numpy(raw))
    return Carried(raw)


def as_pandas(given: Any) -> Any:
    """Return a frame or a column of another library as one of pandas, with its units; anything else as it is."""
    if hasattr(given, "iloc"):
        return given
    if isinstance(given, FilledTable):
        return given.to_pandas()
    if hasattr(given, "dims") and hasattr(given, "attrs"):  # xarray
        return _of_xarray(given) if given.dims else given
    if not any(hasattr(given, name) for name in ARROW):
        return given
    import narwhals as nw

    try:
        read: Any = nw.from_native(given, pass_through=True, allow_series=True)
        read = read.collect() if isinstance(read, nw.LazyFrame) else read
        frame: Any = read.to_pandas()
    except ImportError:
        raise ValueError(_("cannot be read without pyarrow: install it with pip install 'jcm-calc[parquet]'")) from None
    if type(given).__module__.startswith("pyarrow") and (units := arrow_units(getattr(given, "schema", ()))):
        frame.attrs["units"] = units
    return frame


def arrow_units(schema: Any) -> dict[str, str]:
    """Return the unit in the metadata of each field of an Arrow schema."""
    found = {}
    for field in schema:
        metadata = {key.decode(): one.decode() for key, one in (getattr(field, "metadata", None) or {}).items()}
        unit = agreed(*(one for key, one in metadata.items() if is_unit_key(key)))
        if unit is not None:
            found[field.name] = unit
    return found


def _of_xarray(given: Any) -> Any:
    if bare := [str(dim) for dim in given.dims if dim not in given.indexes]:
        complaint = _("its dimension {dims} has no labels: give it some with assign_coords")
        raise ValueError(complaint.format(dims=", ".join(bare)))
    if hasattr(given, "data_vars"):
        frame = given.map(_bare, keep_attrs=True).to_dataframe()
        units = {name: carried(given[name]).unit for name in given.data_vars}
        frame.attrs["units"] = {name: unit for name, unit in units.items() if unit is not None}
        return frame
    series = _bare(given).to_series()
    series.attrs = {**given.attrs, "units": carried(given).unit}
    return series


def _bare(array: Any) -> Any:
    return array.copy(data=carried(array.data).cells)


def agreed(*units: str | None) -> str | None:
    """Return the unit that is stated in one or several ways."""
    known = [unit for unit in units if unit is not None]
    for other in known[1:]:
        if normalise(other) != normalise(known[0]) and parse_unit(other) != parse_unit(known[0]):
            complaint = _("two units are stated, {one} and {other}: give one of them")
            raise UnitError(complaint.format(one=repr(known[0]), other=repr(other)))
    return known[0] if known else None


def stated(attrs: Mapping[Any, Any], name: Any = None) -> str | None:
    """Return the unit in the ``attrs`` of a Series, a DataFrame or a DataArray, for the column of that name."""
    found = []
    for unit in (one for key, one in attrs.items() if is_unit_key(key)):
        if isinstance(unit, Mapping):
            unit = unit.get(name)
        if unit is not None:
            found.append(f"{unit:D}" if hasattr(unit, "dimensionality") else str(unit))
    return agreed(*found)


def _of_masked(raw: Any) -> Carried:
    masked = np.ma.getmaskarray(raw).ravel().tolist()
    cells = [None if hidden else cell for hidden, cell in zip(masked, raw.data.ravel().tolist(), strict=True)]
    return Carried(_compact(cells, raw.shape) if raw.ndim else cells[0])


def _of_numpy(raw: Any) -> Array:
    # NumPy would turn dates into whole numbers
    return objects(raw.ravel(), raw.shape) if raw.dtype.kind in "mM" else np.asarray(raw)


def _as_numpy(raw: Any) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a library says so where it leaves a unit behind
        try:
            return _of_numpy(np.asarray(raw))
        except Warning as warning:
            raise ValueError(str(warning)) from None
        except (TypeError, ValueError):
            raise ValueError(_("got a {type}, which is not numbers").format(type=type(raw).__name__)) from None


def _of_pandas(raw: Any) -> Carried:
    """Return the cells of a Series, an Index or one of their arrays."""
    named = column_unit(raw)
    raw = getattr(raw, "array", raw)
    if hasattr(raw, "quantity"):  # pint-pandas
        inner = carried(raw.quantity)
    elif hasattr(raw, "codes"):  # a categorical
        inner = _of_categories(raw)
    elif hasattr(raw.dtype, "units"):
        raise ValueError(_("got a {type}, whose unit is not understood").format(type=raw.dtype))
    else:
        inner = Carried(_of_extension(raw))
    return Carried(inner.cells, agreed(named, inner.unit))


def column_unit(column: Any) -> str | None:
    """Return the unit that a Series, an Index or one of their arrays states, by name, ``attrs`` or type."""
    name = getattr(column, "name", None)
    own = getattr(column.dtype, "units", None)
    return agreed(
        split_heading(name)[1] if isinstance(name, str) else None,
        stated(getattr(column, "attrs", {}), name),
        None if own is None else f"{own:D}",
    )


def _of_categories(raw: Any) -> Carried:
    cells, unit = carried(raw.categories)
    own = cells.tolist()
    return Carried(_compact([own[code] if code >= 0 else None for code in raw.codes.tolist()], raw.shape), unit)


def _of_extension(array: Any) -> Array:
    """Return the cells of an array of pandas, with NaN where a column of whole numbers has gaps."""
    import pandas as pd

    dtype = array.dtype
    if isinstance(array, pd.arrays.NumpyExtensionArray):
        return _of_numpy(array.to_numpy())
    if pd.api.types.is_any_real_numeric_dtype(dtype):
        return np.asarray(array.to_numpy(dtype=np.float64, na_value=np.nan))
    return _as_numpy(array.to_numpy() if hasattr(array, "to_numpy") else array)


def _flatten(raw: Iterable[Any]) -> tuple[list[Any], tuple[int, ...]]:
    """Return the cells of nested lists and arrays, and their shape."""
    cells = list(raw)
    if not any(is_array(cell) for cell in cells):
        return cells, (len(cells),)
    parts = []
    for cell in cells:
        if isinstance(cell, list | tuple | range):
            parts.append(_flatten(cell))
            continue
        inner, unit = carried(cell)
        if unit is not None and is_array(inner):
            complaint = _("a list holds a {type} with a unit: give one Quantity for all, or a table")
            raise ValueError(complaint.format(type=type(cell).__name__))
        parts.append((inner.ravel().tolist(), inner.shape) if is_array(inner) else ([cell], ()))
    shapes = {shape for _, shape in parts}
    if len(shapes) > 1:
        raise ValueError(_("its rows differ in length"))
    return [cell for part, _ in parts for cell in part], (len(cells), *shapes.pop())


def _compact(cells: list[Any], shape: tuple[int, ...]) -> Array:
    """Return an array of numbers where all cells are numbers, of objects otherwise."""
    kinds = set(map(type, cells))
    numeric = all(issubclass(kind, int | float | np.integer | np.floating) for kind in kinds)
    if numeric and not any(issubclass(kind, bool | np.timedelta64) for kind in kinds):
        with suppress(OverflowError):
            return np.array(cells, dtype=np.float64).reshape(shape)
    return objects(cells, shape)


def objects(cells: Iterable[Any], shape: tuple[int, ...] = (-1,)) -> Array:
    """Return an array of cells as they are."""
    several = list(cells)
    found = np.empty(len(several), dtype=object)
    for place, cell in enumerate(several):
        found[place] = cell
    return found.reshape(shape)
