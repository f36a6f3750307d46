"""The row of a table that several keys, or the dates of a period, select: for each place of an input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.declarations.rows import SIGN, Span, part, spans
from jcm_calc.inputs.axes import Axis
from jcm_calc.languages import _
from jcm_calc.problems import Problem, listed, suggestion

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that are selected: their keys, and for each place the number of one of them."""

    keys: tuple[str, ...]
    codes: Array


def selected(
    m: Methodology,
    parameter: Parameter,
    table: Table,
    axes: Mapping[str, Axis],
    values: Mapping[str, Array],
    classes: Mapping[str, Sequence[str]],
) -> tuple[Rows | None, list[Problem]]:
    """Return the rows of a table by its keys, and complaints where there is none.

    Parameters
    ----------
    m : Methodology
    parameter : Parameter
        Which is looked up by a row.
    table : Table
    axes : mapping
    values : mapping
        The codes of class keys, with one axis for each index.
    classes : mapping
        The class of each code.
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
        told = _("{which} has no value of {symbol}; known are {known}{hint}; for any other, give {name} by class")
        complaint = told.format(
            which=listed(list(map(repr, unknown))),
            symbol=parameter.symbol,
            known=listed(list(known), limit=10) or _("none"),
            hint=suggestion(unknown[0], known),
            name=parameter.name,
        )
        return None, [Problem(parameter.symbol, complaint, parameter.section)]
    codes = np.array([known[text] for text in texts]).reshape(np.broadcast_shapes(*(array.shape for array in found)))
    return Rows(tuple(known), codes), []


def _parts(
    coordinate: Coordinate, parameter: Parameter, table: Table, periods: Sequence[Any], problems: list[Problem]
) -> Iterator[str]:
    """Yield for each period the part of a row's key that is its dates, and complain where there is none."""
    known = spans(coordinate.keys, table.entries)
    for period in periods:
        try:
            if not period.dated:
                told = _("has a value for dates, but {period} has none: name the periods with p=")
                raise ValueError(told.format(period=period))
            yield part(known, Span(period.first, period.last), period)
        except ValueError as error:
            problems.append(Problem(parameter.symbol, str(error), parameter.section))
            yield ""
