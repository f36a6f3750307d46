"""How a result changes with each input: calculated again with one value smaller and larger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.derivatives import gradient
from jcm_calc.evaluation import Array, EvaluationError, Lookup, evaluate
from jcm_calc.inputs import Inputs

if TYPE_CHECKING:
    import pandas as pd

MEASURED = (Kind.MONITORED, Kind.FIXED, Kind.DEFAULT)


def sensitivity(inputs: Inputs, values: Mapping[str, Array], lookups: Mapping[str, Lookup], by: float) -> pd.DataFrame:
    """Return the change of ER for each input as a DataFrame; see `Result.sensitivity`."""
    import pandas as pd

    varied = [one for one in inputs.graph.parameters if one.kind in MEASURED and not one.textual and one.unit != "date"]
    known = evaluate(inputs.graph, inputs.sizes, values, lookups, (*(one.name for one in varied), "ER"))
    before = known["ER"].sum()

    def change(parameter: Parameter, factor: float) -> Any:
        shifted = known[parameter.name] * factor
        if parameter.bounds.outside(shifted).any():
            return np.nan
        try:
            after = evaluate(inputs.graph, inputs.sizes, {**values, parameter.name: shifted}, lookups, ("ER",))
        except EvaluationError:
            return np.nan
        return after["ER"].sum() - before

    slopes = gradient(inputs.graph, inputs.sizes, values, lookups)

    def elasticity(parameter: Parameter) -> Any:
        slope = slopes.get(parameter.name)
        if slope is None or not before:  # it selects a value of a table, or there is nothing to be a share of
            return np.nan
        return (slope * known[parameter.name]).sum() / before

    rows = [
        {
            "name": one.name,
            "symbol": one.symbol,
            "smaller": change(one, 1 - by),
            "larger": change(one, 1 + by),
            "elasticity": elasticity(one),
        }
        for one in varied
    ]
    return pd.DataFrame(rows, columns=["name", "symbol", "smaller", "larger", "elasticity"]).set_index("name")
