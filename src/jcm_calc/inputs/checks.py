"""Checks of numbers and classes: what cannot be is a problem, what is hardly meant a warning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Parameter, Table
from jcm_calc.inputs.given import Given
from jcm_calc.problems import Problem, listed
from jcm_calc.units import UnitError, conversion

if TYPE_CHECKING:
    from jcm_calc.inputs.binding import Axis

Array = npt.NDArray[Any]
CHUNK = 65_536
# Two amounts of one site that differ by more than this are hardly in the same unit.
APART = 1e4
MISTAKABLE_UNITS = (
    *("kWh", "MWh", "GWh", "MJ", "GJ", "TJ", "kg", "t", "L", "kL", "m", "km", "kW", "MW", "min", "h", "percent"),
    *("kgCO2/MWh", "tCO2/MWh", "kgCO2/TJ", "kgCO2/GJ", "tCO2/TJ", "tCO2/GJ", "MJ/kg", "GJ/t", "TJ/t"),
)


def numbers(
    given: Mapping[str, Given],
    methodology: Methodology,
    axes: Mapping[str, Axis],
    problems: list[Problem],
    warnings: list[Problem],
) -> None:
    """Check every number against its bounds and its plausible range."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name) or methodology.facts[name]
        if parameter.textual:
            continue
        lowest, highest = extremes(item.values)
        if not (parameter.bounds.first <= lowest and highest < parameter.bounds.beyond):
            problems.append(Problem(parameter.symbol, _impossible(parameter, item.values, axes), parameter.section))
        elif parameter.plausible and not (lowest in parameter.plausible and highest in parameter.plausible):
            warnings.append(Problem(parameter.symbol, _implausible(parameter, item.values, axes)))
        if parameter.comparable in given:
            sister = methodology.inputs[parameter.comparable]
            warnings.extend(_far_apart(parameter, item.values, sister, given[sister.name].values))


def extremes(values: Array) -> tuple[float, float]:
    """Return minimum and maximum, both NaN if any value is NaN."""
    if values.size <= CHUNK:
        return float(values.min()), float(values.max())
    # both reductions of a chunk while it is in the cache: memory is read once
    flat = values.reshape(-1)
    chunks = [flat[start : start + CHUNK] for start in range(0, flat.size, CHUNK)]
    pairs = np.array([(chunk.min(), chunk.max()) for chunk in chunks])
    return float(pairs[:, 0].min()), float(pairs[:, 1].max())


def _places(mask: Array, values: Array, axes: Mapping[str, Axis], unit: str) -> str:
    """Name the first few elements under a mask by their labels."""
    found = []
    for place in np.argwhere(mask):
        named = [
            f"{letter}={axis.labels[at]}"
            for (letter, axis), at in zip(axes.items(), place, strict=True)
            if mask.shape[list(axes).index(letter)] > 1
        ]
        number = f"{values[tuple(place)]:,.15g} {unit}".strip()
        found.append(f"{number} ({', '.join(named)})" if named else number)
        if len(found) > 5:
            break
    count = int(mask.sum())
    return listed(found, 5) if count <= 5 else ", ".join(found[:5]) + f" and {count - 5} more"


def _impossible(parameter: Parameter, values: Array, axes: Mapping[str, Axis]) -> str:
    missing = np.isnan(values)
    if missing.any():
        return f"no number (empty or NaN): {_places(missing, values, axes, '')}"
    wrong = _outside(parameter.bounds, values)
    complaint = f"{_places(wrong, values, axes, parameter.unit)} came, expected a number in {parameter.bounds}"
    if (
        parameter.unit == ""
        and parameter.bounds.upper == 1
        and (values[wrong] / 100 <= 1).all()
        and (values[wrong] > 1).all()
    ):
        example = float(values[wrong].flat[0])
        complaint += f"; it looks like per cent: write {example / 100:g} or '{example:g} %'"
    return complaint


def _implausible(parameter: Parameter, values: Array, axes: Mapping[str, Axis]) -> str:
    plausible = parameter.plausible
    assert plausible is not None
    wrong = _outside(plausible, values)
    text = f"{_places(wrong, values, axes, parameter.unit)} is far outside the plausible range {plausible}"
    return text + _looks_like(parameter, float(values[wrong].flat[0]), plausible)


def _outside(interval: Interval, values: Array) -> npt.NDArray[np.bool_]:
    return ~((values >= interval.first) & (values < interval.beyond))


def _looks_like(parameter: Parameter, value: float, plausible: Interval) -> str:
    """Guess the unit in which a number would be plausible."""
    for unit in MISTAKABLE_UNITS:
        if unit == parameter.unit:
            continue
        try:
            converted = conversion(unit, parameter.unit)(value)
        except UnitError:
            continue
        if converted in plausible:
            return f"; it looks like {unit}, which would be {converted:,.15g} {parameter.unit}"
    return ""


def _far_apart(parameter: Parameter, values: Array, sister: Parameter, theirs: Array) -> list[Problem]:
    own, other = float(values.sum()), float(theirs.sum())
    if own <= 0 or other <= 0 or 1 / APART <= own / other <= APART:
        return []
    text = f"{own:,.15g} {parameter.unit} is {own / other:,.3g} times {sister.symbol} ({other:,.15g} {sister.unit})"
    near = Interval(other / APART, other * APART, True, True)
    return [Problem(parameter.symbol, text + _looks_like(parameter, own, near))]


def classes(
    given: Mapping[str, Given],
    tables: Mapping[str, Table],
    methodology: Methodology,
    graph: Graph | None,
    axes: Mapping[str, Axis],
    problems: list[Problem],
) -> None:
    """Check that every class and every number that selects a value has one."""
    for parameter in graph.parameters if graph else methodology.inputs.values():
        table = tables.get(parameter.name, parameter.table)
        if table is None or parameter.name in given:
            continue
        key = given.get(parameter.by)
        if table.numeric and key is not None:
            edges, values = table.bins()
            slots = np.searchsorted(edges, extremes(key.values), side="right")
            if np.isnan(values[slots[0] : slots[1] + 1]).any():
                outside = np.isnan(table.lookup()(key.values))
                if outside.any():
                    declared = methodology.inputs[parameter.by]
                    complaint = (
                        f"{_places(outside, key.values, axes, declared.unit)} lies in no class of {parameter.symbol}"
                    )
                    complaint += f" ({', '.join(str(interval) for interval in table.entries)})"
                    problems.append(Problem(declared.symbol, complaint, declared.section))
            continue
        named = _class_names(parameter, key, methodology, axes)
        if unknown := [name for name in named if name not in table.entries]:
            known = f"known are {', '.join(map(str, table.entries))}" if table.entries else "no value is known"
            complaint = f"has no value for the class {listed(unknown)}; {known}; give {parameter.name} by class"
            problems.append(Problem(parameter.symbol, complaint, parameter.section))


def _class_names(
    parameter: Parameter, key: Given | None, methodology: Methodology, axes: Mapping[str, Axis]
) -> Sequence[str]:
    if key is not None:
        return key.classes or ()
    if parameter.by in methodology.coordinates:
        return [str(label) for label in axes[methodology.coordinates[parameter.by].of].labels]
    return ()


def complete_amounts(
    given: Mapping[str, Given], methodology: Methodology, axes: Mapping[str, Axis], problems: list[Problem]
) -> None:
    """Refuse one amount for several units or periods: it would be counted several times."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name)
        if parameter is None or not parameter.extensive:
            continue
        for letter, size in zip(axes, item.values.shape, strict=True):
            if letter in parameter.indices and size < axes[letter].size:
                complaint = f"one amount came for {axes[letter].size} {letter}; give one for each"
                problems.append(Problem(parameter.symbol, complaint, parameter.section))
