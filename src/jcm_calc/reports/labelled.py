"""A result as an xarray Dataset: every quantity with its dimensions, labels and unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.problems import require
from jcm_calc.results.manifest import library_version

if TYPE_CHECKING:
    import xarray as xr

    from jcm_calc.inputs import Inputs
    from jcm_calc.results.calculation import Calculation


def dataset(result: Calculation) -> xr.Dataset:
    """Return a result as a Dataset; see `jcm_calc.Result.to_xarray`."""
    require("xarray", "xarray")
    import xarray as xr

    m, inputs = result.methodology, result.inputs
    variables = {}
    for row in result.quantities():
        name = row["name"]
        variables[name] = _variable(result, name, row)
    attributes = {
        "methodology": m.number,
        "version": m.version,
        "title": str(m.title),
        "unconfirmed": len(result.unconfirmed),
        "source": f"jcm_calc {library_version()}",
        **{f"choice {name}": option for name, option in inputs.choices.items()},
    }
    return xr.Dataset(variables, _coordinates(inputs), attributes)


def _variable(result: Calculation, name: str, row: dict[str, Any]) -> tuple[list[str], Any, dict[str, str]]:
    """Return the dimensions, the values and the attributes of a quantity."""
    node, inputs = result.graph.nodes[name], result.inputs
    letters = list(inputs.axes)
    array = inputs.plain(name, result.full(name))
    values = array.squeeze(tuple(place for place, letter in enumerate(letters) if letter not in node.indices))
    if node.unit == "date":
        values = np.array(values - EPOCH, dtype="int64").astype("datetime64[D]").astype("datetime64[ns]")
    units = "" if node.unit in ("category", "date", "yes/no") else node.unit
    described = {"long_name": row["text"], "symbol": row["symbol"], "from": row["from"], "grade": row["grade"]}
    attributes = {key: str.__str__(text) for key, text in described.items() if text}
    return (
        [letter for letter in letters if letter in node.indices],
        values,
        attributes | ({"units": units} if units else {}),
    )


# The number of the day from which NumPy counts.
EPOCH = 719_163


def _coordinates(inputs: Inputs) -> dict[str, Any]:
    """Return the labels along each index, and next to those of p the first and the last day where there are dates."""
    found: dict[str, Any] = {}
    for letter, axis in inputs.axes.items():
        labels = [str(label) if letter == "p" else label for label in axis.labels]
        found[letter] = (letter, labels, {"long_name": str(inputs.methodology.indices[letter])})
    if all(period.dated for period in inputs.periods):
        for name, days in (
            ("first_day", [period.first for period in inputs.periods]),
            ("last_day", [period.last for period in inputs.periods]),
        ):
            found[name] = ("p", np.array(days, dtype="datetime64[ns]"), {"long_name": f"{name.replace('_', ' ')} of p"})
    return found
