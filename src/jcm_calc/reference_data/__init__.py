"""Published figures that methodologies refer to, each with its source and grade.

The grade of a figure tells how it was read, not that a methodology uses it: which set of fuel
factors a methodology takes is decided, or left open, by its own module.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.declarations.items import Value
from jcm_calc.evidence import Evidence, Grade, Source


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files(__package__) / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


@cache
def ipcc_2006(quantity: Literal["NCV", "EF"], bound: Literal["default", "lower", "upper"]) -> dict[str, Value]:
    """Return the IPCC 2006 figures of all fuels.

    Parameters
    ----------
    quantity : {"NCV", "EF"}
        Net calorific value in GJ/t, or CO2 emission factor in tCO2/GJ.
    bound : {"default", "lower", "upper"}
        The default, or an end of its 95 % interval.

    Returns
    -------
    dict
        From the fuel's IPCC name to a value with its evidence.

    Examples
    --------
    >>> ipcc_2006("EF", "lower")["Gas/diesel oil"].value
    0.0726
    """
    return FrozenDict(
        {
            row["fuel"]: Value(float(row["value"]), _evidence(row))
            for row in _rows("fuels.csv")
            if row["quantity"] == quantity and row["bound"] == bound
        }
    )


def _evidence(row: dict[str, str]) -> Evidence:
    certainty = int(row["certainty"]) if row["certainty"] else None
    return Evidence(Grade(row["grade"]), "IPCC 2006 Guidelines", Source(row["source"]), certainty)


@cache
def partner_countries() -> dict[str, str]:
    """Return the name of each partner country by its ISO code.

    Examples
    --------
    >>> partner_countries()["PW"]
    'Palau'
    """
    return FrozenDict({row["code"]: row["country"] for row in _rows("partner_countries.csv")})


@cache
def scheme_began(country: str) -> date:
    """Return the day from which the scheme can exist with a country: when the bilateral document was signed.

    Parameters
    ----------
    country : str
        ISO code; of one that is not listed, the day of the first country of all.

    Examples
    --------
    >>> scheme_began("VN")
    datetime.date(2013, 7, 2)
    """
    days = {row["code"]: date.fromisoformat(row["date"]) for row in _rows("partner_countries.csv") if row["date"]}
    return days.get(country, min(days.values()))


@cache
def solar_grid_factors(country: Literal["ID", "MN"], case: Literal[1, 2]) -> dict[str, Value]:
    """Return the reference emission factors of solar power by grid, in tCO2/MWh.

    They are low on purpose, and belong to renewable energy only: the factors of energy saving, and
    those of subsidy applications, are others. The Indonesian table was read in part.

    Parameters
    ----------
    country : {"ID", "MN"}
    case : {1, 2}
        1 where the plant feeds the grid, or an internal grid without a captive generator; 2 where
        its internal grid has both.

    Returns
    -------
    dict
        From the name of a grid to a value with its evidence.

    Examples
    --------
    >>> solar_grid_factors("ID", 1)["Jamali"].value, solar_grid_factors("ID", 2)["Jamali"].value
    (0.619, 0.533)
    """
    return FrozenDict(
        {
            row["grid"]: Value(float(row["value"]), Evidence(Grade(row["grade"]), "read", Source(row["source"])))
            for row in _rows("solar_grid_factors.csv")
            if (row["country"], row["case"]) == (country, str(case))
        }
    )


def gwp(gas: str, report: Literal["SAR", "AR4", "AR5"]) -> float:
    """Return the global warming potential of a gas over 100 years, in tCO2 for each tonne.

    Which assessment report a methodology follows is for its module, or its user, to say. For AR5
    these are the values without climate-carbon feedback.

    Parameters
    ----------
    gas : str
        For example ``"CH4"``, ``"HFC134a"``.
    report : {"SAR", "AR4", "AR5"}

    Raises
    ------
    KeyError
        If the report has no value for the gas.

    Examples
    --------
    >>> gwp("CH4", "SAR"), gwp("CH4", "AR4"), gwp("CH4", "AR5")
    (21.0, 25.0, 28.0)
    """
    # this package keeps the tables of the assessment reports; it is read only where a gas is asked for
    from globalwarmingpotentials import data

    return float(data[f"{report}GWP100"][gas])
