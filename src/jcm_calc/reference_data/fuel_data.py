"""Data on fuels other than the IPCC figures: everyday names, fossil or biogenic, and figures by volume."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Literal

from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.declarations.items import Value
from jcm_calc.reference_data.tables import evidence, folded, rows


@cache
def biogenic_fuels() -> frozenset[str]:
    """Return the fuels whose CO2 is not fossil, and does not count as an emission of fuel.

    Examples
    --------
    >>> "Charcoal" in biogenic_fuels(), "Lignite" in biogenic_fuels()
    (True, False)
    """
    return frozenset(row["fuel"] for row in rows("fuel_kinds.csv") if row["origin"] == "biogenic")


@cache
def _kinds() -> frozenset[str]:
    return frozenset(row["fuel"] for row in rows("fuel_kinds.csv"))


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return the fuels that each everyday name means, in any language."""
    found: dict[str, dict[str, None]] = {}
    for row in rows("fuel_names.csv"):
        found.setdefault(folded(row["name"]), {}).update(dict.fromkeys(row["fuels"].split("; ")))
    own = {folded(fuel): (fuel,) for fuel in _kinds()}
    return {name: tuple(fuels) for name, fuels in found.items()} | own


def fuels_named(name: str) -> tuple[str, ...]:
    """Return the fuels of the IPCC that a name can mean: none, one, or several, of which the user must name one.

    Names are those of English, Japanese, Spanish, Vietnamese, Indonesian and Mongolian.

    Examples
    --------
    >>> fuels_named("diesel"), fuels_named("軽油"), fuels_named("Natural Gas"), fuels_named("kryptonite")
    (('Gas/diesel oil',), ('Gas/diesel oil',), ('Natural gas',), ())
    >>> fuels_named("coal")
    ('Anthracite', 'Coking coal', 'Other bituminous coal', 'Sub-bituminous coal', 'Lignite')
    """
    return _names().get(folded(name), ())


def are_fuels(classes: Iterable[str]) -> bool:
    """Whether classes are fuels of the IPCC, at least one of them."""
    return not _kinds().isdisjoint(classes)


def fuel_hints(classes: Collection[str]) -> tuple[str, ...]:
    """Return what a misspelt class can be near to: the classes, and where they are fuels their everyday names."""
    return (*classes, *(row["name"] for row in rows("fuel_names.csv"))) if are_fuels(classes) else tuple(classes)


@cache
def by_volume(quantity: Literal["density", "NCV"]) -> dict[str, dict[str, Value]]:
    """Return densities in t/m³, or net calorific values in GJ/m³, of liquid and gaseous fuels by the set they are of.

    A kilolitre is a cubic metre. Of gas the conditions of the cubic metre were not read: none is for a normal one.

    Parameters
    ----------
    quantity : {"density", "NCV"}

    Returns
    -------
    dict
        From the name of a set to the values of its fuels, with their evidence.

    Examples
    --------
    >>> by_volume("density")["Chile 2024"]["Gas/diesel oil"].value
    0.84
    """
    wanted = {"density": "density", "NCV": "NCV_volume"}[quantity]
    found: dict[str, dict[str, Value]] = {}
    for row in rows("fuels_volume.csv"):
        if row["quantity"] == wanted and row["candidate"] == "yes":
            scale = 1e-3 if "1000 m3" in row["unit"] else 1.0
            note = "; ".join(part for part in (row["basis"], row["note"]) if part)
            value = Value(float(row["value"]) * scale, evidence(row, note))
            found.setdefault(row["set"], {})[row["fuel"]] = value
    return FrozenDict({name: FrozenDict(values) for name, values in found.items()})
