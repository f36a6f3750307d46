"""Numbers that are true by definition: no document has to confirm them.

Every other number of a methodology is a value of its document, and is declared as a default with evidence.
"""

from __future__ import annotations

import math

from jcm_calc.units import conversion, parse_unit

# What is used most is known without asking pint, which takes long to load.
CONVERSIONS = {"h/d": 24.0, "kWh/MWh": 1e3, "Wh/MWh": 1e6, "W*h/MWh": 1e6, "GJ/MWh": 3.6, "kg/t": 1e3}
CALENDAR = {(1.0, "h"), (1.0, "d"), (1.0, "yr"), (12.0, ""), (365.0, "d"), (366.0, "d")}
# Molar masses: CO2 44, N2O 44, N2 28, CH4 16, C 12
MASSES = ((44, 12), (16, 12), (44, 28), (44, 16))
MOLAR = frozenset(ratio for one, other in MASSES for ratio in (one / other, other / one))
OF_MASSES = ("", "t/t", "kg/kg", "tCO2/t")


def by_definition(value: float, unit: str) -> bool:
    """Whether a number with its unit is a conversion of units, of the calendar, or a ratio of molar masses.

    Raises
    ------
    UnitError
        If the unit is unknown.

    Examples
    --------
    >>> by_definition(1000, "kg/t"), by_definition(44 / 12, "tCO2/t"), by_definition(366, "d")
    (True, True, True)
    >>> by_definition(4.4, "tCO2/t"), by_definition(0.9, ""), by_definition(25, "tCO2/t"), by_definition(1000, "t/kg")
    (False, False, False, False)
    """
    if (value, unit) in CALENDAR or CONVERSIONS.get(unit) == value or (unit in OF_MASSES and value in MOLAR):
        return True
    return parse_unit(unit).dimensionless and math.isclose(conversion(unit, "")(value), 1.0, rel_tol=1e-12)
