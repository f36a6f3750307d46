"""Shapes: frames of other libraries, wide tables and mappings, as tables with one row for each label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from jcm_calc.base.languages import _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs.axes import label
from jcm_calc.inputs.carriers import (
    agreed,
    carried,
    is_like,
    is_unit,
    is_unit_key,
    objects,
    split_heading,
    stated,
    unit_in,
)
from jcm_calc.inputs.periods import Period, of_frequency

# What pint-pandas writes in place of a unit where a column has none.
NO_UNIT = "No Unit"


def with_periods(table: Any) -> Any:
    """Return a table or Series whose times are periods: where its index is dated, it is the index ``p``.

    A DatetimeIndex with a frequency means periods of that length.
    """
    index = table.index
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or "p" in getattr(table, "columns", ()):
        return table
    return table.set_axis(_written(index).rename("p"), axis=0)


def with_units_in_headings(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose second row of headings has units, as `pint` writes it, with one row of headings."""
    if table.columns.nlevels != 2 or not is_unit_key(table.columns.names[1]):
        return table
    names, units = (table.columns.get_level_values(level).astype(str) for level in (0, 1))
    pairs = zip(names, units, strict=True)
    headings = [name if unit in (NO_UNIT, "") else f"{name} [{unit}]" for name, unit in pairs]
    return table.set_axis(headings, axis=1)


def framed(series: pd.Series[Any], name: str) -> pd.DataFrame:
    """Return a Series as a table of one column of that name, with its unit in the heading."""
    unit = carried(series).unit
    frame = series.to_frame(name if unit is None else f"{name} [{unit}]")
    frame.attrs = {key: one for key, one in series.attrs.items() if not is_unit_key(key)}
    return frame


def _written(index: Any) -> Any:
    """Return a dated index as texts where its frequency is known; anything else as it is."""
    periods = of_frequency(index)
    return index if periods is index else pd.Index([str(period) for period in periods], dtype=object)


def _is_default(index: Any) -> bool:
    """Whether an index only counts the rows: ``range(2026, 2036)`` has years."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


def dated(labels: Iterable[Any]) -> bool:
    """Whether all labels are years, months, days or ranges of days."""
    try:
        return all(Period.parse(label(one)).dated for one in labels)
    except ValueError:
        return False


def long(frame: pd.DataFrame, parameter: Parameter) -> pd.DataFrame:
    """Return a table with a column for each label of an index as one with a row for each.

    The other indices of the parameter are columns or levels of the index.
    """
    frame, units_above = _with_one_heading(frame, parameter)
    frame = frame.set_axis(_written(frame.columns).rename(frame.columns.name), axis=1)
    units_aside = _of_names(frame, parameter)
    rows, letter = _directions(frame, parameter)
    if rows is not None:
        frame = frame.rename_axis(index=rows)
    _refuse_other_levels(frame, parameter)
    levels = [str(level) for level in frame.index.names if level in [*parameter.indices]]
    kept = [one for one in frame.columns if one in [*parameter.indices]]
    labels: dict[str, Any] = {one: frame.index.get_level_values(one) for one in levels}
    labels |= {one: frame[one] for one in kept}
    wide = [place for place, one in enumerate(frame.columns) if one not in kept]
    columns = [_column(frame, place, units_above[place]) for place in wide]
    units = {unit for _label, _cells, unit in columns}
    unit = agreed(*units, *units_aside)
    if None in units and units != {None}:
        raise ValueError(_("some of its columns state a unit and some do not: state it in all of them"))
    repeated = {one: np.tile(np.asarray(list(values), dtype=object), len(columns)) for one, values in labels.items()}
    names = pd.Index([name for name, _cells, _unit in columns], dtype=object).repeat(len(frame))
    heading = parameter.name if unit is None else f"{parameter.name} [{unit}]"
    cells = np.concatenate([cells for _label, cells, _unit in columns])
    return pd.DataFrame({**repeated, letter: names, heading: cells})


def _with_one_heading(frame: pd.DataFrame, parameter: Parameter) -> tuple[pd.DataFrame, list[str | None]]:
    """Return a table whose headings are labels, and the unit of each column that a second row of headings states.

    One of two rows names the parameter, with its unit if it has one, or the unit of each column.
    """
    if frame.columns.nlevels == 1:
        return frame, [None] * len(frame.columns)
    headings, units = list[Any](), list[str | None]()
    for parts in frame.columns:
        one, *others = tuple(parts)
        other = others[0] if len(others) == 1 else None
        base, unit = split_heading(one) if isinstance(one, str) else (one, None)
        if other == "" or (isinstance(other, str) and other.startswith("Unnamed: ")):
            headings.append(one)
            units.append(None)
        elif other is not None and base in (parameter.name, parameter.symbol):
            headings.append(other)
            units.append(unit)
        elif isinstance(other, str) and is_like(other, parameter.unit):
            headings.append(one)
            units.append(other)
        elif other is not None and isinstance(one, str) and is_like(one, parameter.unit):
            headings.append(other)
            units.append(one)
        else:
            complaint = _("its headings take several rows, first {names}: give one heading for each column, the label")
            raise ValueError(
                complaint.format(names=listed(map(str, frame.columns.get_level_values(0).unique()), limit=3))
            )
    names = [name for name in frame.columns.names if name in [*parameter.indices]]
    return frame.set_axis(pd.Index(headings, dtype=object, name=names[0] if names else None), axis=1), units


def _refuse_other_levels(frame: pd.DataFrame, parameter: Parameter) -> None:
    """Refuse a level of the index that the parameter does not have: it would be dropped."""
    names = [name for name in frame.index.names if name not in [*parameter.indices]]
    if names and (frame.index.nlevels > 1 or names[0] is not None):
        complaint = _("the level {name} of its index is not one of {letters}: name it so, or drop it")
        called = repr(names[0]) if names[0] is not None else _("without a name")
        raise ValueError(complaint.format(name=called, letters=", ".join(parameter.indices)))


def _of_names(frame: pd.DataFrame, parameter: Parameter) -> list[str]:
    """Return the units that the names of the two axes state, such as ``EC_PJ [kWh]`` in the corner of a sheet."""
    found = []
    for name in (*frame.columns.names, *frame.index.names):
        if not isinstance(name, str) or name in [*parameter.indices]:
            continue
        unit = split_heading(name.strip())[1]
        if unit is not None and is_unit(unit):
            found.append(unit)
        elif unit_in(name, parameter.unit):
            complaint = _("its rows or columns are called {name}, which may state a unit: write {own} [unit]")
            raise ValueError(complaint.format(name=repr(name), own=parameter.name))
    return found


def _directions(frame: pd.DataFrame, parameter: Parameter) -> tuple[str | None, str]:
    """Return what to call the index of the rows, if it has no name, and the index that the columns run along."""
    named = [letter for letter in parameter.indices if letter in (*frame.index.names, *frame.columns)]
    rest = [letter for letter in parameter.indices if letter not in named]
    across = frame.columns.name if frame.columns.name in rest else None
    if len(rest) == 2 and frame.index.nlevels == 1 and not _is_default(frame.index):
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
    complaint = _(
        "its columns {columns} are not parameters; if each is a label of {letter}, write "
        "table.melt(id_vars={kept}, var_name={quoted}, value_name={name}), and give that as a table"
    )
    return complaint.format(
        columns=listed(map(str, others), limit=3),
        letter=letter,
        kept=kept or [one for one in letters if one != letter],
        quoted=repr(letter),
        name=repr(parameter.name),
    )


def _column(frame: pd.DataFrame, place: int, above: str | None) -> tuple[Any, Any, str | None]:
    """Return label, cells and unit of a column; ``above`` is the unit in a second row of headings."""
    heading, column = frame.columns[place], frame.iloc[:, place]
    name, unit = split_heading(heading) if isinstance(heading, str) else (heading, None)
    if unit is not None and "[" not in heading and not is_unit(unit):  # "boiler (north)"
        name, unit = heading, None
    cells, own = carried(column.rename(None))
    return name, cells, agreed(unit, above, stated(frame.attrs, heading), own)


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
    """Return values by label, or by label and label, as a table."""
    if any(isinstance(one, Mapping) for one in values.values()):
        return _nested(parameter, values)
    others = parameter.indices.replace("p", "")
    if "p" in parameter.indices and (not others or dated(values)):
        letter = "p"
    elif len(others) == 1:
        letter = others
    else:
        complaint = _("depends on {indices}: give a table with a column for each of them")
        raise ValueError(complaint.format(indices=", ".join(parameter.indices)))
    return pd.Series(objects(values.values()), pd.Index(objects(values), name=letter), name=parameter.name)


def _nested(parameter: Parameter, values: Mapping[Any, Any]) -> pd.DataFrame:
    if not all(isinstance(one, Mapping) for one in values.values()):
        raise ValueError(_("has mappings for some labels and single values for others"))
    across = list(dict.fromkeys(chain.from_iterable(values.values())))
    cells = [[row.get(one) for one in across] for row in values.values()]
    return pd.DataFrame(cells, pd.Index(objects(values)), pd.Index(objects(across)), dtype=object)
