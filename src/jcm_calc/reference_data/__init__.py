"""Published figures that methodologies refer to, each with its source and grade.

The grade of a figure tells how it was read, not that a methodology uses it: which set of fuel
factors a methodology takes is decided, or left open, by its own module.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

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
    return {
        row["fuel"]: Value(float(row["value"]), _evidence(row))
        for row in _rows("fuels.csv")
        if row["quantity"] == quantity and row["bound"] == bound
    }


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
    return {row["code"]: row["country"] for row in _rows("partner_countries.csv")}
