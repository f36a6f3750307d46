"""The registry of units, and quantities that belong to another one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

DEFINITIONS = Path(__file__).with_name("definitions.txt")


@cache
def registry() -> pint.UnitRegistry[Any]:
    """Return the registry all quantities of the library belong to.

    Returns
    -------
    pint.UnitRegistry
        With the units of ``definitions.txt``, and no others.

    Examples
    --------
    >>> from jcm_calc import units
    >>> units.registry().Quantity(2, "tCO2e").to("kgCO2").magnitude
    2000.0
    """
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(DEFINITIONS)
    ureg.formatter.default_format = "~P"
    return ureg


def is_quantity(value: Any) -> bool:
    """Whether a value is a pint Quantity; by its attributes, so that one of another registry is understood too."""
    return hasattr(value, "magnitude") and hasattr(value, "units")
