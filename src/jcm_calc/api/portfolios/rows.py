"""The rows of a portfolio's table as arguments of `jcm_calc.calculate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.axes import label
from jcm_calc.inputs.carriers import carried, split_heading
from jcm_calc.units import is_missing, is_quantity, parse_unit, registry

# The columns of the table itself; all others are the projects'.
OWN = ("project", "methodology", "version", "estimate", "country", "title")


class CallArguments(NamedTuple):
    """The arguments of `jcm_calc.calculate`, without the methodology."""

    tables: tuple[pd.DataFrame, ...]
    values: dict[str, Any]
    p: Any = None


def arguments(rows: pd.DataFrame, m: Declarations, source: str) -> CallArguments:
    """Return what the rows of one project say; they must not contradict each other."""
    if len(rows) > 1:
        return _several(rows, m, source)
    return _single({str(heading): rows[heading].array[0] for heading in rows.columns}, m, source)


def _single(row: Mapping[str, Any], m: Declarations, source: str) -> CallArguments:
    """Return the arguments of `calculate` of a project that is one row."""
    values: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for heading, cell in row.items():
        if _empty(cell) or heading in OWN or heading == "p":
            continue
        name, unit = split_heading(heading)
        own = m.named(name) or name
        parameter = m.inputs.get(own)
        by_name = own in m.choices or isinstance(cell, Mapping | list | np.ndarray)
        if by_name or (parameter is not None and isinstance(cell, str) and cell in parameter.candidates):
            values[name] = cell if unit is None else _in_unit(cell, unit)
        else:
            columns[heading] = [cell]
    tables: tuple[pd.DataFrame, ...] = ()
    if columns:
        frame = pd.DataFrame(columns)
        frame.attrs["source"] = source
        tables = (frame,)
    return CallArguments(tables, values, None if _empty(row.get("p")) else label(row["p"]))


def _in_unit(cell: Any, unit: str) -> Any:
    """Return the bare numbers of a list, or by label, in the unit of their heading."""
    if isinstance(cell, Mapping):
        return {key: _in_unit(one, unit) for key, one in cell.items()}
    cells, own = carried(cell)
    if own is not None or isinstance(cells, str):
        return cell
    return registry().Quantity(cells, parse_unit(unit))


def _several(frame: pd.DataFrame, m: Declarations, source: str) -> CallArguments:
    """Return the arguments of `calculate` of a project of several rows: a table for each set of indices."""
    for name in OWN[1:]:
        if name in frame and frame[name].nunique(dropna=False) > 1:
            raise InputError(source, [Problem(name, _("changes from row to row of one project"))])
    rest = frame.drop(columns=[name for name in OWN if name in frame])
    rest = rest.loc[:, rest.notna().any()]
    letters = [letter for letter in m.indices if letter in rest]
    values: dict[str, Any] = {}
    for name in [one for one in rest if one in m.choices]:
        distinct = rest[name].dropna().unique()
        if len(distinct) > 1:
            complaint = _("got {count} options; must be one choice for the whole project").format(count=len(distinct))
            raise InputError(source, [Problem(name, complaint)])
        values[name] = distinct[0]
    rest = rest.drop(columns=list(values))
    tables = []
    patterns = rest[letters].notna().apply(tuple, axis=1) if letters else pd.Series([()] * len(rest), rest.index)
    for __, part in rest.groupby(patterns, sort=False):
        kept = part.loc[:, part.notna().any()].reset_index(drop=True)
        kept.attrs["source"] = source
        tables.append(kept)
    return CallArguments(tuple(tables), values)


def _empty(cell: Any) -> bool:
    cell = carried(cell).cells if is_quantity(cell) else cell
    return not isinstance(cell, Mapping | list | np.ndarray) and is_missing(cell)
