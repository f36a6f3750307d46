"""How a result changes with each input: calculated again with one value smaller and larger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, shown
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.engine.derivatives import gradient
from jcm_calc.engine.evaluation import EvaluationError, chained, evaluate
from jcm_calc.inputs import Inputs
from jcm_calc.units import difference, has_offset

if TYPE_CHECKING:
    import pandas as pd

MEASURED = (Kind.MONITORED, Kind.FIXED, Kind.DEFAULT)
COLUMNS = ["name", "symbol", "of", "step", "smaller", "larger", "elasticity"]


def sensitivity(inputs: Inputs, by: float, kelvin: float) -> pd.DataFrame:
    """Return the change of ER for each input as a DataFrame; see `Result.sensitivity`."""
    import pandas as pd

    share, step = _checked(inputs, by, kelvin)
    values, lookups = inputs.values, inputs.lookups()
    varied = [one for one in inputs.graph.parameters if one.kind in MEASURED and not one.textual and one.unit != "date"]
    varied.sort(key=lambda one: _of_document(inputs, one))
    known = evaluate(inputs.graph, inputs.sizes, values, lookups, (*(one.name for one in varied), "ER"))
    known |= {one.name: values[one.name] for one in chained(inputs.graph, inputs.sizes, values)}
    before = known["ER"].sum()

    def change(parameter: Parameter, sign: int) -> Any:
        value = known[parameter.name]
        if has_offset(parameter.unit):
            shifted = value + sign * difference("K", parameter.unit)(step)
        else:
            shifted = value * (1 + sign * share)
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
        if slope is None or not before or has_offset(parameter.unit):
            return np.nan  # it selects a value of a table, there is nothing to be a share of, or it has no shares
        return (slope * known[parameter.name]).sum() / before

    rows = [
        {
            "name": one.name,
            "symbol": one.symbol,
            "of": "document" if _of_document(inputs, one) else "project",
            "step": f"{step:g} K" if has_offset(one.unit) else f"{100 * share:g} %",
            "smaller": change(one, -1),
            "larger": change(one, 1),
            "elasticity": elasticity(one),
        }
        for one in varied
    ]
    return pd.DataFrame(rows, columns=COLUMNS).set_index("name")


def _of_document(inputs: Inputs, parameter: Parameter) -> bool:
    """Whether the value is one of the document, and not what the user gave instead."""
    given = parameter.name in inputs.replaced and inputs.replaced[parameter.name] is None
    return parameter.kind is Kind.DEFAULT and not given


def _checked(inputs: Inputs, by: Any, kelvin: Any) -> tuple[float, float]:
    """Return the share and the difference by which inputs are changed."""
    problems = []
    if isinstance(by, bool) or not isinstance(by, int | float) or not 0 < by < 1:
        problems.append(Problem("by", _("got {given}; must be a share such as 0.1").format(given=shown(by))))
    if isinstance(kelvin, bool) or not isinstance(kelvin, int | float) or not 0 < kelvin < np.inf:
        message = _("got {given}; must be a difference of temperature above 0, such as 0.5")
        problems.append(Problem("kelvin", message.format(given=shown(kelvin))))
    InputError.raise_for(str(inputs.methodology), problems)
    return float(by), float(kelvin)
