"""Dask arrays and DataFrames as partitions by unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.carriers import carried
from jcm_calc.units import is_quantity, parse_unit, registry


def is_lazy(value: Any) -> bool:
    """Whether something is a Dask collection, or a Quantity of one."""
    bare = value.magnitude if is_quantity(value) else value
    graph = getattr(bare, "__dask_graph__", None)
    return graph is not None and graph() is not None  # xarray has one of nothing, where its data is in memory


@dataclass(frozen=True)
class Piece:
    """The input of one partition, as Dask knows it: arrays by name, tables, and the number of its first unit."""

    arrays: Mapping[str, Any] = field(default_factory=dict)
    frames: tuple[Any, ...] = ()
    start: int = 0
    size: float = np.nan


Pieces = tuple[str, list[Piece], dict[str, Any]]


def of_frames(m: Declarations, frames: Sequence[Any], values: Mapping[str, Any], problems: list[Problem]) -> Pieces:
    """Return the partitions of Dask DataFrames, whose index is the unit and whose divisions are known."""
    letter = str(frames[0].index.name)
    for number, frame in enumerate(frames, 1):
        subject = _("table {number}").format(number=number)
        if frame.index.name != letter or letter not in m.indices or letter == "p":
            units = ", ".join(one for one in m.indices if one != "p")
            complaint = _("its index is {name!r}: partition it by unit, with frame.set_index(one of {units})").format(
                name=frame.index.name, units=units
            )
            problems.append(Problem(subject, complaint))
        elif not frame.known_divisions:
            complaint = _(
                "its divisions are not known, so that a unit could lie in two partitions: "
                "frame.set_index({letter!r}), or sorted=True if it is sorted"
            )
            problems.append(Problem(subject, complaint.format(letter=letter)))
    if problems:
        return letter, [], dict(values)
    divisions = frames[0].divisions
    aligned = [
        one if one.divisions == divisions else one.repartition(divisions=divisions, force=True) for one in frames
    ]
    parts = zip(*(frame.to_delayed() for frame in aligned), strict=True)
    return letter, [Piece(frames=part) for part in parts], dict(values)


def of_arrays(m: Declarations, arrays: Mapping[str, Any], values: Mapping[str, Any], problems: list[Problem]) -> Pieces:
    """Return the partitions of Dask arrays: the chunks along the longest index other than p."""
    bare = {name: value.magnitude if is_quantity(value) else value for name, value in arrays.items()}
    indices = {name: _indices(m, name) for name in values}
    sizes = _sizes(bare, indices, problems)
    split = max((one for one, size in sizes.items() if one != "p" and size > 1), key=lambda one: sizes[one], default="")
    if not split and not problems:
        problems.append(Problem("arrays", _("nothing runs along an index of units, by which to partition")))
    if problems:
        return split, [], dict(values)
    along = {
        name: array for name, array in bare.items() if split in indices[name] and _size(array, indices[name], split) > 1
    }
    chunks = next(iter(along.values())).chunks
    chunks = chunks[indices[next(iter(along))].index(split)]
    starts = np.cumsum([0, *chunks])
    blocks: dict[str, list[Any]] = {}
    common: dict[str, Any] = {}
    for name, value in values.items():
        size = _size(value, indices[name], split)
        if name in along:
            if size != starts[-1]:
                complaint = _("has {size} of {letter}, but {other} has {others}")
                complaint = complaint.format(size=size, letter=split, other=next(iter(along)), others=starts[-1])
                problems.append(Problem(name, complaint))
                continue
            parted = {axis: chunks if letter == split else -1 for axis, letter in enumerate(indices[name])}
            blocks[name] = list(along[name].rechunk(parted).to_delayed().ravel())
        elif name in bare:
            blocks[name] = [bare[name].rechunk(-1).to_delayed().ravel()[0]] * len(chunks)
        elif size == starts[-1] > 1:
            if hasattr(value, "iloc"):
                complaint = _(
                    "has labels of {letter}, which Dask arrays do not have: give Dask DataFrames, or an array"
                )
                problems.append(Problem(name, complaint.format(letter=split)))
                continue
            axis, (cells, unit) = indices[name].index(split), carried(value)
            parts = [np.take(cells, range(a, b), axis) for a, b in pairwise(starts)]
            blocks[name] = parts if unit is None else [registry().Quantity(part, parse_unit(unit)) for part in parts]
        else:
            common[name] = value
    pieces = [
        Piece({name: found[place] for name, found in blocks.items()}, (), int(starts[place]), int(chunk))
        for place, chunk in enumerate(chunks)
        if not problems
    ]
    return split, pieces, common


def _sizes(arrays: Mapping[str, Any], indices: Mapping[str, str], problems: list[Problem]) -> dict[str, int]:
    """Return the length of each index along Dask arrays; complain of arrays whose shape does not fit."""
    sizes: dict[str, int] = {}
    for name, array in arrays.items():
        if array.ndim != len(indices[name]):
            axes = ", ".join(indices[name]) or "no index"
            complaint = _("got an array of shape {shape}; must have one axis for each of: {axes}")
            problems.append(Problem(name, complaint.format(shape=array.shape, axes=axes)))
        elif any(np.isnan(array.shape)):
            problems.append(Problem(name, _("its chunks have unknown sizes: array.compute_chunk_sizes() finds them")))
        else:
            for letter, size in zip(indices[name], array.shape, strict=True):
                sizes[letter] = max(size, sizes.get(letter, 0))
    return sizes


def _indices(m: Declarations, name: str) -> str:
    parameter = {**m.inputs, **m.facts}.get(m.named(name) or "")
    return parameter.indices if parameter is not None else ""


def _size(value: Any, indices: str, letter: str) -> int:
    """Return how long something is along an index; 1 where it does not run along it."""
    if letter not in indices or isinstance(value, str | Mapping) or np.ndim(value) != len(indices):
        return 1
    return int(np.shape(value)[indices.index(letter)])
