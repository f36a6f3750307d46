"""Operands that come from an index: days of a period, units, labels; and the rows of tables by several keys."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, ProblemKind, listed, suggestion
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import SIGN, Span, part, spans
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.periods import Period

Array = npt.NDArray[Any]


def operands(graph: Graph, axes: Mapping[str, Axis]) -> dict[str, npt.NDArray[Any]]:
    """Return an array for each coordinate of a graph, with one axis for each index.

    A label is the code of its class: the number of the row. The rows of tables are not among them: see `selected`.
    """
    arrays = {}
    for node in graph.nodes.values():
        if isinstance(node, Coordinate) and not node.keys:
            values = _values(node, axes[node.of])
            shape = [len(values) if letter in node.indices else 1 for letter in axes]
            arrays[node.name] = values.reshape(shape)
    return arrays


def labels(coordinate: Coordinate, axes: Mapping[str, Axis]) -> npt.NDArray[Any]:
    """Return the number of each label along an index, with one axis for each index."""
    return np.arange(axes[coordinate.of].size).reshape([-1 if letter == coordinate.of else 1 for letter in axes])


def _values(coordinate: Coordinate, axis: Axis) -> npt.NDArray[Any]:
    if coordinate.what == "count":
        return np.array([float(axis.size)])
    if coordinate.what == "label":
        return np.arange(axis.size)
    return np.array([of_period(period, coordinate.what) for period in axis.labels], dtype=np.float64)


def unless_given(parameter: Parameter | None, indices: Iterable[str], periods: Sequence[Period]) -> Array | None:
    """Return the days or hours of each period for a parameter that has them where nothing is given; else None."""
    if parameter is None or not parameter.otherwise or not all(period.dated for period in periods):
        return None
    whole = [of_period(period, parameter.otherwise) for period in periods]
    return np.array(whole, dtype=np.float64).reshape([-1 if letter == "p" else 1 for letter in indices])


def of_period(period: Period, what: str) -> float:
    """Return the days, hours, year and so on of a dated period."""
    assert period.first is not None
    assert period.last is not None
    return {
        "days": period.days,
        "hours": 24 * period.days,
        "days_of_year": 365 + isleap(period.first.year),
        "year": period.first.year,
        "first_day": period.first.toordinal(),
        "last_day": period.last.toordinal(),
    }[what]


# Rows of tables


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows that are selected: their keys, and for each place the number of one of them."""

    keys: tuple[str, ...]
    codes: Array


def selected(
    m: Declarations,
    parameter: Parameter,
    table: Table,
    axes: Mapping[str, Axis],
    values: Mapping[str, Array],
    classes: Mapping[str, Sequence[str]],
) -> tuple[TableRows | None, list[Problem]]:
    """Return the rows of a table by its keys, and complaints where there is none.

    ``values`` are the codes of class keys, with one axis for each index, and ``classes`` the class of each code.
    """
    coordinate = m.coordinates[parameter.by]
    if any(one not in values for one in coordinate.classes):
        return None, []
    found, problems = [], list[Problem]()
    for key in coordinate.keys:
        if key in coordinate.classes:
            found.append(np.array(classes[key], dtype=object)[values[key]])
            continue
        labels = list(axes[key].labels)
        if key == "p":
            labels = list(_parts(coordinate, parameter, table, labels, problems))
        shape = [axis.size if letter == key else 1 for letter, axis in axes.items()]
        found.append(np.array([str(label) for label in labels], dtype=object).reshape(shape))
    if problems:
        return None, problems
    parts = [array.ravel() for array in np.broadcast_arrays(*found)]
    known = {str(key): number for number, key in enumerate(table.entries)}
    texts = [SIGN.join(map(str, place)) for place in zip(*parts, strict=True)]
    if unknown := list(dict.fromkeys(text for text in texts if text not in known)):
        complaint = without_value(parameter, listed(map(repr, unknown)), list(known), suggestion(unknown[0], known))
        return None, [Problem(parameter.symbol, complaint, parameter.section)]
    codes = np.array([known[text] for text in texts]).reshape(np.broadcast_shapes(*(array.shape for array in found)))
    return TableRows(tuple(known), codes), []


def without_value(parameter: Parameter, which: str, known: Sequence[str], hint: str) -> str:
    """Complain of classes of which a table has no value."""
    message = _(
        "got {which}, which has no value of {symbol}; known: {known}{hint}; "
        "for another class, give a value of {name} for each class"
    )
    fields = {"which": which, "symbol": parameter.symbol, "known": listed(known, limit=10) or _("none"), "hint": hint}
    return message.tagged(ProblemKind.NO_CLASS).format(**fields, name=parameter.name)


def _parts(
    coordinate: Coordinate, parameter: Parameter, table: Table, periods: Sequence[Any], problems: list[Problem]
) -> Iterator[str]:
    """Yield for each period the part of a row's key that is its dates, and complain where there is none."""
    known = spans(coordinate.keys, table.entries)
    for period in periods:
        try:
            if not period.dated:
                complaint = _("has a value for dates, but {period} has none: name the periods with p=")
                raise ValueError(complaint.format(period=period))
            yield part(known, Span(period.first, period.last), period)
        except ValueError as error:
            problems.append(Problem(parameter.symbol, str(error), parameter.section))
            yield ""
