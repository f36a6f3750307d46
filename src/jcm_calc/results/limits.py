"""What a parameter can at most be: the cross-checks that a methodology declares, as arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.items import DAYLIGHT, HOURS, RATED, DeclarationError, Limit, Product
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.periods import Period
from jcm_calc.units import Linear, UnitError, conversion

Array = npt.NDArray[Any]
Known = Callable[[str], Array | None]
DUST = 1e-9  # of a sum of many readings


def dimension(product: Product, m: Declarations, unit: str, of: str) -> Linear:
    """Return the conversion of a product of declared quantities into a unit; another dimension is a `UnitError`.

    The rated power is the amount in an hour of what is limited, whose unit is ``of``.
    """
    above, below = (
        [f"({text})" for text in (_unit(name, m, of) for name in names) if text]
        for names in (product.factors, product.divisors)
    )
    return conversion("/".join(("*".join(above), *below)), unit)


def _unit(name: str, m: Declarations, of: str) -> str:
    if name in (HOURS, DAYLIGHT):
        return "h"
    if name == RATED:
        return f"({of})/h"
    item = m.inputs.get(name) or m.facts.get(name) or next(rule for rule in m.rules if rule.name == name)
    return item.unit


def upper(limit: Limit, m: Declarations, known: Known) -> Array | None:
    """Return what a parameter is at most, in its unit: NaN where a factor is not known, None where one never is.

    ``known`` gives the values of a name with one axis for each index. ``"rated power"`` is the amount of an hour in the
    unit of the parameter; where it is not known, it is that of the fact, or follows from ``limit.rated``.
    """
    try:
        return _upper(limit, m, known)
    except UnitError as error:
        raise DeclarationError(f"{m}: the limit of {limit.parameter}: {error}") from None


def _upper(limit: Limit, m: Declarations, known: Known) -> Array | None:
    unit = m.inputs[limit.parameter].unit

    def value(name: str) -> Array | None:
        found = known(name)
        if name != RATED or (found is not None and not np.isnan(found).any()):
            return found
        stated = known(limit.rated_fact)
        if stated is not None:
            stated = conversion(f"({m.facts[limit.rated_fact].unit})*h", unit)(stated)
        elif limit.rated is not None and (derived := _product(limit.rated, known)) is not None:
            stated = dimension(limit.rated, m, f"({unit})/h", unit)(derived)
        if found is None or stated is None:
            return found if stated is None else stated
        return np.asarray(np.where(np.isnan(found), stated, found))

    found = _product(limit.product, value)
    return None if found is None else np.asarray(dimension(limit.product, m, unit, unit)(found), dtype=float)


def _product(product: Product, known: Known) -> Any:
    above, below = ([known(name) for name in names] for names in (product.factors, product.divisors))
    if any(one is None for one in (*above, *below)):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Any = math.prod(above)
        for one in below:
            found = found / one
    return found


def hours(periods: Sequence[Period]) -> list[float] | None:
    """Return the hours of each period; None where one has no dates."""
    return [24.0 * period.days for period in periods] if all(period.dated for period in periods) else None
