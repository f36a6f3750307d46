"""Units of the Joint Crediting Mechanism, and numbers written with them, on top of pint.

One registry serves the whole library.  It holds what emission calculations use, and nothing else:

* ``tCO2`` is a separate dimension, equal to ``tCO2e`` (one credit is one tonne), so that a tonne
  of coal can never pass for a tonne of carbon dioxide;
* ``Nm3``, a normal cubic metre of gas, is a separate dimension: how many m³ it is depends on
  temperature and pressure;
* ``USRt`` is the US refrigeration ton of chiller documents, 3.5163 kW;
* ``/p`` ("in the monitoring period") is text, as on the official sheets: ``MWh/p`` is ``MWh``.

How the trade writes units, and which spellings are refused, is in `jcm_calc.units.trade`.

Examples
--------
>>> from jcm_calc import units
>>> units.magnitude("135000 kWh", "MWh")
135.0
>>> units.magnitude("347.2 MWh/p", "MWh")
347.2
"""

from jcm_calc.base.languages import Message, _
from jcm_calc.units.conversions import (
    DEFINITIONS,
    Linear,
    Reciprocal,
    conversion,
    difference,
    has_offset,
    is_quantity,
    magnitude,
    normalise,
    parse_unit,
    reading,
    refuse_foreign,
    registry,
    unit_of,
)
from jcm_calc.units.numbers import (
    DECIMAL_COMMA,
    UnitError,
    dots_complaint,
    is_missing,
    parse_number,
    split,
    unclear_dots,
)

__all__ = [
    "DECIMAL_COMMA",
    "DEFINITIONS",
    "Linear",
    "Reciprocal",
    "UnitError",
    "conversion",
    "difference",
    "dots_complaint",
    "has_offset",
    "is_missing",
    "is_quantity",
    "magnitude",
    "normalise",
    "parse_number",
    "parse_unit",
    "reading",
    "refuse_foreign",
    "registry",
    "split",
    "unclear_dots",
    "unit_of",
    "with_unit",
]

# What stands in place of a unit; a symbol is the same in every language.
WORDS = (_("date"), _("category"), _("yes/no"))


def with_unit(number: str, unit: str) -> str:
    """Write a number with its unit.

    Examples
    --------
    >>> with_unit("0.5", "MWh"), with_unit("3", "")
    ('0.5 MWh', '3')
    """
    return Message("{} {}").format(number, Message(unit)) if unit else number
