"""Shapes: frames of other libraries, wide tables and mappings, as tables with one row for each label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs.carriers import UNIT_KEYS, agreed, carried, is_unit, split_heading, stated
from jcm_calc.inputs.periods import Period
from jcm_calc.inputs.tables import label
from jcm_calc.languages import _
from jcm_calc.problems import listed

# What pint-pandas writes in place of a unit where a column has none.
NO_UNIT = "No Unit"


def with_periods(table: Any) -> Any:
    """Return a table or Series whose times are periods: where its index is dated, it is the index ``p``.

    A DatetimeIndex that knows its frequency stands for periods of that length.
    """
    index = table.index
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or "p" in getattr(table, "columns", ()):
        return table
    return table.set_axis(of_frequency(index).rename("p"), axis=0)


def of_frequency(index: Any) -> Any:
    """Return a DatetimeIndex of a known frequency of days or longer as periods; anything else as it is.

    Examples
    --------
    >>> of_frequency(pd.date_range("2024-01-01", periods=2, freq="MS")).astype(str).tolist()
    ['2024-01', '2024-02']
    """
    if not isinstance(index, pd.DatetimeIndex) or index.freq is None or index.tz is not None:
        return index
    periods = index.to_period()
    starts = periods.to_timestamp() == index
    ends = periods.to_timestamp(how="end").normalize() == index
    return periods if len(index) and (starts | ends).all() and index[0] == index[0].normalize() else index


def dated(labels: Iterable[Any]) -> bool:
    """Whether all labels are years, months, days or ranges of days."""
    try:
        return all(Period.parse(label(one)).dated for one in labels)
    except ValueError:
        return False


def long(frame: pd.DataFrame, parameter: Parameter) -> pd.DataFrame:
    """Return a table with a column for each label of an index as one with a row for each.

    Parameters
    ----------
    frame : DataFrame
        The other indices of the parameter are columns or levels of the index.
    parameter : Parameter

    Raises
    ------
    ValueError
        If it is not clear which index runs along the columns, or they state different units.
    """
    rows, letter = _directions(frame, parameter)
    if rows is not None:
        frame = frame.rename_axis(index=rows)
    levels = [str(level) for level in frame.index.names if level in [*parameter.indices]]
    kept = [one for one in frame.columns if one in [*parameter.indices]]
    labels: dict[str, Any] = {one: frame.index.get_level_values(one) for one in levels}
    labels |= {one: frame[one] for one in kept}
    wide = [place for place, one in enumerate(frame.columns) if one not in kept]
    columns = [_column(frame, place) for place in wide]
    units = {unit for _label, _cells, unit in columns}
    unit = agreed(*units)
    if unit is not None and None in units:
        raise ValueError(_("some of its columns state a unit and some do not: state it in all of them"))
    repeated = {one: np.tile(np.asarray(list(values), dtype=object), len(columns)) for one, values in labels.items()}
    names = pd.Index([name for name, _cells, _unit in columns], dtype=object).repeat(len(frame))
    heading = parameter.name if unit is None else f"{parameter.name} [{unit}]"
    cells = np.concatenate([cells for _label, cells, _unit in columns])
    return pd.DataFrame({**repeated, letter: names, heading: cells})


def _directions(frame: pd.DataFrame, parameter: Parameter) -> tuple[str | None, str]:
    """Return what to call the index of the rows, if it has no name, and the index that the columns run along."""
    named = [letter for letter in parameter.indices if letter in (*frame.index.names, *frame.columns)]
    rest = [letter for letter in parameter.indices if letter not in named]
    across = frame.columns.name if frame.columns.name in rest else None
    if len(rest) == 2 and frame.index.nlevels == 1 and not isinstance(frame.index, pd.RangeIndex):
        if across is None and "p" in rest and dated(frame.columns) is not dated(frame.index):
            other = rest[0] if rest[1] == "p" else rest[1]
            across = "p" if dated(frame.columns) else other
        if across is not None:
            return (rest[0] if rest[1] == across else rest[1]), across
    if len(rest) == 1:
        return None, rest[0]
    raise ValueError(melt(frame, parameter))


def melt(frame: pd.DataFrame, parameter: Parameter) -> str:
    """Say how a table with a column for each label is turned into one with a row for each."""
    others = [one for one in frame.columns if one not in [*parameter.indices]]
    kept = [str(one) for one in frame.columns if one in [*parameter.indices]]
    letters = [letter for letter in parameter.indices if letter not in kept]
    letter = "p" if "p" in letters and dated(others) else next(iter(letters), "i")
    told = _(
        "its columns {columns} are not parameters; if each is a label of {letter}, write "
        "table.melt(id_vars={kept}, var_name={quoted}, value_name={name}), and give that as a table"
    )
    return told.format(
        columns=listed(map(str, others), limit=3),
        letter=letter,
        kept=kept or [one for one in letters if one != letter],
        quoted=repr(letter),
        name=repr(parameter.name),
    )


def _column(frame: pd.DataFrame, place: int) -> tuple[Any, Any, str | None]:
    """Return label, cells and unit of a column."""
    heading, column = frame.columns[place], frame.iloc[:, place]
    name, unit = split_heading(heading) if isinstance(heading, str) else (heading, None)
    if unit is not None and "[" not in heading and not is_unit(unit):  # "boiler (north)"
        name, unit = heading, None
    cells, own = carried(column.rename(None))
    return name, cells, agreed(unit, stated(frame.attrs, heading), own)


def with_units_in_headings(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose second row of headings has units, as `pint` writes it, with one row of headings."""
    if table.columns.nlevels != 2 or str(table.columns.names[1]).casefold() not in UNIT_KEYS:
        return table
    names, units = (table.columns.get_level_values(level).astype(str) for level in (0, 1))
    pairs = zip(names, units, strict=True)
    headings = [name if unit in (NO_UNIT, "") else f"{name} [{unit}]" for name, unit in pairs]
    return table.set_axis(headings, axis=1)


def labelled(given: Any, parameter: Parameter) -> Any:
    """Return a Series or DataFrame by name as one whose indices have names; as a mapping, where they have none."""
    given = with_periods(given)
    if hasattr(given, "columns"):
        given = with_units_in_headings(given)
        columns = [one for one in given.columns if one not in [*parameter.indices]]
        if len(columns) > 1 or given.columns.name in [*parameter.indices]:
            return long(given, parameter)
        if given.index.nlevels > 1 or given.index.name in [*parameter.indices] or len(given.columns) > 1:
            return given
        given = given.iloc[:, 0]
    named = given.index.nlevels > 1 or given.index.name in [*parameter.indices]
    if named or (given.index.name is None and isinstance(given.index, pd.RangeIndex)):
        return given
    cells, unit = carried(given)
    listed_cells = cells.tolist()
    if unit is not None:
        listed_cells = [f"{cell!r} {unit}" if isinstance(cell, float | int) else cell for cell in listed_cells]
    return dict(zip(given.index, listed_cells, strict=True))


def of_mapping(parameter: Parameter, values: Mapping[Any, Any]) -> pd.DataFrame | pd.Series[Any]:
    """Return values by label, or by label and label, as a table.

    Raises
    ------
    ValueError
        If it is not clear which index the labels are of.
    """
    if any(isinstance(one, Mapping) for one in values.values()):
        return _nested(parameter, values)
    others = parameter.indices.replace("p", "")
    if "p" in parameter.indices and (not others or dated(values)):
        letter = "p"
    elif len(others) == 1:
        letter = others
    else:
        told = _("depends on {indices}: give a table with a column for each of them")
        raise ValueError(told.format(indices=", ".join(parameter.indices)))
    return pd.Series(_objects(values.values()), pd.Index(_objects(values), name=letter), name=parameter.name)


def _nested(parameter: Parameter, values: Mapping[Any, Any]) -> pd.DataFrame:
    if not all(isinstance(one, Mapping) for one in values.values()):
        raise ValueError(_("has mappings for some labels and single values for others"))
    across = list(dict.fromkeys(chain.from_iterable(values.values())))
    cells = [[row.get(one) for one in across] for row in values.values()]
    return pd.DataFrame(cells, pd.Index(_objects(values)), pd.Index(_objects(across)), dtype=object)


def _objects(cells: Iterable[Any]) -> Any:
    several: Sequence[Any] = list(cells)
    found = np.empty(len(several), dtype=object)
    for place, cell in enumerate(several):
        found[place] = cell
    return found
