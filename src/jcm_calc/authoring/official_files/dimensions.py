"""The units of numbers that are typed into formulas: those with which the dimensions come out."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jcm_calc.declarations.constants import CONVERSIONS, by_definition
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.expression.products import typed_numbers
from jcm_calc.units import normalise, registry

PLAIN = ("", "K", "°C", "h", "d", "kWh/MWh", "tCO2/MWh")
# What numbers convert in addition to the conversions that the library knows.
OTHERS = {"W/kW": 1e3, "W*h/kWh": 1e3, "kW*h/MWh": 1e3, "kW/MW": 1e3, "m3/kL": 1.0, "L/kL": 1e3, "kgCO2/tCO2": 1e3}
OTHERS |= {"MJ/GJ": 1e3, "GJ/TJ": 1e3, "g/kg": 1e3, "g/t": 1e6, "kJ/GJ": 1e6, "kJ/kWh": 3600.0, "MJ/kWh": 3.6}
OTHERS |= {"%": 100.0}
# NumPy takes the difference of two temperatures for a temperature, Python's operators of pint do not.
SIGNS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv}
MOST_TRIED = 4_000
TRIALS = (1.37, 2.11, 0.83, 3.07, 1.71, 2.63, 0.59, 1.19, 2.87, 1.03)
Units = Mapping[str, str]


def with_names(expression: Expression, names: Mapping[float, str]) -> Expression:
    """Return an expression in which names replace its typed numbers."""
    if expression.operation == "number":
        name = names.get(float(expression.arguments[0]))
        return expression if name is None else Expression("symbol", (name,))
    if expression.operation == "symbol":
        return expression
    exponent = expression.operation == "power" and expression.arguments[1].operation == "number"
    parts = [with_names(one, names) for one in expression.arguments[: 1 if exponent else None]]
    return Expression(expression.operation, (*parts, *expression.arguments[len(parts) :]))


def units_of(expression: Expression, unit: str, operands: Units) -> dict[float, str] | None:
    """Return the unit of each typed number of an equation; None where no units were found that fit.

    Examples
    --------
    >>> from jcm_calc.declarations.expression import record
    >>> units_of(record(lambda P, h: P * h / 1000), "MWh", {"P": "kW", "h": "h"})
    {1000.0: 'kWh/MWh'}
    """
    numbers = list(dict.fromkeys(typed_numbers(expression)))
    names = {number: f"typed {place}" for place, number in enumerate(numbers)}
    named, known = with_names(expression, names), {name: number for number, name in names.items()}
    choices = [_candidates(number, [*operands.values(), unit]) for number in numbers]
    for tried in itertools.product(*choices) if math.prod(map(len, choices)) <= MOST_TRIED else ():
        found = _value(named, {**operands, **dict(zip(known, tried, strict=True))}, known)
        if found is not None and _gives(*found, unit):
            return dict(zip(numbers, tried, strict=True))
    return None


def unit_of(expression: Expression, operands: Units) -> str:
    """Return the unit that an expression has, as it follows from its operands; empty where it has none."""
    found = _value(expression, operands, {})
    if found is None or not hasattr(found[0], "to") or found[0].dimensionless:
        return ""
    return f"{found[0].units:~}".replace(" ", "")


def _gives(quantity: Any, plain: Any, unit: str) -> bool:
    """Whether an equation with units gives a unit, and the number that it gives without."""
    if not hasattr(quantity, "to"):
        return not unit and math.isclose(float(quantity), float(plain), rel_tol=1e-9)
    try:
        return math.isclose(float(quantity.to(normalise(unit)).magnitude), float(plain), rel_tol=1e-9)
    except Exception:  # pint raises errors of many kinds
        return False


def _value(expression: Expression, operands: Units, known: Mapping[str, float]) -> tuple[Any, Any] | None:
    """Return what an expression gives with units and without; None where dimensions do not fit."""
    numbers = {name: known.get(name, TRIALS[place % len(TRIALS)] + place) for place, name in enumerate(operands)}
    try:
        units = {name: "" if unit in ("category", "yes/no") else normalise(unit) for name, unit in operands.items()}
        quantities = {name: registry().Quantity(numbers[name], unit) for name, unit in units.items()}
        return _with_units(expression, quantities), expression.value(numbers)
    except Exception:  # pint raises errors of many kinds
        return None


def _with_units(of: Expression, operands: Mapping[str, Any]) -> Any:
    if of.operation in ("symbol", "number"):
        return of.value(operands)
    function = SIGNS.get(of.operation) or getattr(np, of.operation)
    return function(*(_with_units(one, operands) for one in of.arguments))


def _candidates(number: float, units: Sequence[str]) -> list[str]:
    """Return the units that a number may have: those in which it is a conversion, then those of its neighbours."""
    found = [unit for unit, value in (CONVERSIONS | OTHERS).items() if math.isclose(value, number)]
    found = [unit for unit in found if unit == "%" or by_definition(number, unit)]
    return list(dict.fromkeys([*found, *(unit for unit in units if unit != "category"), *PLAIN]))
