"""Operands that come from an index: days of a period, units, labels; and the rows of tables by several keys."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, listed, suggestion
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN, Span, part, spans
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.periods import Period

Array = npt.NDArray[Any]


def operands(graph: Graph, axes: Mapping[str, Axis]) -> dict[str, Array]:
    """Return an array for each coordinate of a graph; the rows of tables are not among them: see `selected`."""
    nodes = (node for node in graph.nodes.values() if isinstance(node, Coordinate) and not node.keys)
    return {node.name: along(node, axes) for node in nodes}


def along(coordinate: Coordinate, axes: Mapping[str, Axis]) -> Array:
    """Return the values of a coordinate, with one axis for each index.

    A label is the code of its class: the number of the row.
    """
    axis = axes[coordinate.of]
    if coordinate.what == "count":
        values = np.array([float(axis.size)])
    elif coordinate.what == "label":
        values = np.arange(axis.size)
    else:
        values = np.array([of_period(period, coordinate.what) for period in axis.labels], dtype=np.float64)
    return values.reshape([len(values) if letter in coordinate.indices else 1 for letter in axes])


def unless_given(parameter: Parameter | None, indices: Iterable[str], periods: Sequence[Period]) -> Array | None:
    """Return the days or hours of each period for a parameter that has them where nothing is given; else None."""
    if parameter is None or not parameter.otherwise or not all(period.dated for period in periods):
        return None
    whole = [of_period(period, parameter.otherwise) for period in periods]
    return np.array(whole, dtype=np.float64).reshape([-1 if letter == "p" else 1 for letter in indices])


def of_period(period: Period, what: str) -> float:
    """Return the days, hours, year and so on of a dated period."""
    first, last = period.ends
    return {
        "days": period.days,
        "hours": 24 * period.days,
        "days_of_year": 365 + isleap(first.year),
        "year": first.year,
        "first_day": first.toordinal(),
        "last_day": last.toordinal(),
    }[what]


# Rows of tables


def selected(
    m: Declarations,
    parameter: Parameter,
    table: Table,
    axes: Mapping[str, Axis],
    values: Mapping[str, Array],
    classes: Mapping[str, Sequence[str]],
) -> tuple[tuple[str, ...], Array] | None:
    """Return the keys of a table's rows and, for each place, the number of one of them; None where a key is open.

    ``values`` are the codes of class keys, with one axis for each index, and ``classes`` the class of each code.
    Where a place has no row, it is an `InputError`.
    """
    coordinate = m.coordinates[parameter.by]
    if any(one not in values for one in coordinate.classes):
        return None
    found = []
    for key in coordinate.keys:
        if key in coordinate.classes:
            found.append(np.array(classes[key], dtype=object)[values[key]])
            continue
        labels = axes[key].labels if key != "p" else _parts(coordinate, parameter, table, axes[key].labels)
        shape = [axis.size if letter == key else 1 for letter, axis in axes.items()]
        found.append(np.array([str(label) for label in labels], dtype=object).reshape(shape))
    rows = np.broadcast_arrays(*found)
    known = {str(key): number for number, key in enumerate(table.entries)}
    texts = [SIGN.join(map(str, place)) for place in zip(*(array.ravel() for array in rows), strict=True)]
    if unknown := list(dict.fromkeys(text for text in texts if text not in known)):
        complaint = without_value(parameter, listed(map(repr, unknown)), list(known), suggestion(unknown[0], known))
        raise InputError(str(m), [Problem(parameter.symbol, complaint, parameter.section)])
    return tuple(known), np.array([known[text] for text in texts]).reshape(rows[0].shape)


def without_value(parameter: Parameter, which: str, known: Sequence[str], hint: str) -> str:
    """Complain of classes of which a table has no value."""
    message = _(
        "got {which}, which has no value of {symbol}; known: {known}{hint}; "
        "for another class, give a value of {name} for each class"
    )
    fields = {"which": which, "symbol": parameter.symbol, "known": listed(known, limit=10) or _("none"), "hint": hint}
    return message.tagged(ProblemKind.NO_CLASS).format(**fields, name=parameter.name)


def _parts(coordinate: Coordinate, parameter: Parameter, table: Table, periods: Sequence[Any]) -> list[str]:
    """Return for each period the part of a row's key that is its dates."""
    known = spans(coordinate.keys, table.entries)
    found, problems = [], []
    for period in periods:
        try:
            if not period.dated:
                complaint = _("has a value for dates, but {period} has none: name the periods with p=")
                raise ValueError(complaint.format(period=period))
            found.append(part(known, Span(period.first, period.last), period))
        except ValueError as error:
            problems.append(Problem(parameter.symbol, str(error), parameter.section))
    InputError.raise_for(parameter.symbol, problems)
    return found
