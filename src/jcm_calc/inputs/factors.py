"""Published figures that a parameter is given by name: factors of electricity, and what a refrigerant has."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Listed, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.carriers import carried
from jcm_calc.reference_data import ElectricityFactor, electricity_named, is_factor_name, refrigerant

# Where the value of such a parameter comes from.
REFERENCE = _("reference data")


def is_factor(parameter: Parameter) -> bool:
    """Whether a parameter takes factors of electricity by name."""
    return bool(parameter.listed - {Listed.ODP})


def of_refrigerants(parameter: Parameter, raw: Any) -> Any:
    """Return the ozone depletion potentials of refrigerants in the place of their names."""
    if Listed.ODP not in parameter.listed:
        return raw
    if isinstance(raw, str):
        return _odp(raw)
    cells = carried(raw).cells if isinstance(raw, list) else raw
    if not isinstance(cells, np.ndarray) or cells.dtype.kind not in "OU":
        return raw
    return np.vectorize(_odp, otypes=[object])(cells)


def _odp(cell: Any) -> Any:
    if not isinstance(cell, str) or not cell.strip()[:1].isalpha():
        return cell
    found = refrigerant(cell)
    if found.odp is None:
        complaint = _("the ozone depletion potential of {name} was not read: give it")
        raise LookupError(complaint.format(name=found.designation))
    return found.odp


def names_factor(value: Any, m: Declarations, parameter: Parameter) -> TypeGuard[str]:
    """Whether a value is the name of a factor, or nearly, of a parameter that takes factors by name."""
    if not isinstance(value, str) or not value.strip()[:1].isalpha() or not is_factor(parameter):
        return False  # a number begins with no letter, and needs no table of factors
    return value in parameter.aliases or is_factor_name(value, m.country)


def one_factor_name(m: Declarations, parameter: Parameter, raw: Any) -> str | None:
    """Return the name that every cell of a column holds; nothing where it holds anything else."""
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "OU" or not raw.size or not is_factor(parameter):
        return None
    first = raw.flat[0]
    return first if names_factor(first, m, parameter) and all(cell == first for cell in raw.flat) else None


def factor_named(m: Declarations, parameter: Parameter, name: str) -> ElectricityFactor:
    """Return the factor that a name means for a parameter of a methodology."""
    (full,) = parameter.aliases.get(name, (name,))
    return electricity_named(full, m.country, m.number, parameter.listed)
