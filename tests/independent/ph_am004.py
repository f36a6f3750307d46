"""PH_AM004, methane of rice fields in the Philippines, written from the published facts: a digest and IPCC tables.

The exponent 0.59 of organic amendments is that of the IPCC (2019, volume 4, equation 5.3).
"""

from math import fsum, pow

from independent.rules import count_periods, same_length

DAILY = {"dry season": 1.46, "wet season": 2.95}  # kgCH4/ha/d, flooded continuously
REGIME = {"continuous flooding": 1.0, "single drainage": 0.71, "multiple drainage": 0.55}
BEFORE = {
    "not flooded, less than 180 d": 1.0,
    "not flooded, more than 180 d": 0.89,
    "flooded, more than 30 d": 2.41,
    "not flooded, more than 365 d": 0.59,
}
AMENDMENT = {
    "straw, less than 30 d before cultivation": 1.0,
    "straw, more than 30 d before cultivation": 0.19,
    "compost": 0.17,
    "farmyard manure": 0.21,
    "green manure": 0.45,
}
NITROGEN = {"continuous flooding": 0.003, "single drainage": 0.005, "drained": 0.005}
GWP_CH4, GWP_N2O = 28.0, 265.0
# Of what is measured directly, by how often; of the factors of the country.
DEDUCTION = {"3 years": 0.05, "4 or 5 years": 0.10, "country": 0.15}


def of_a_hectare(season: str, regime: str, before: str, amendments: list[tuple[float, str]], days: float) -> float:
    """KgCH4 of a hectare; amendments are tonnes of a hectare and their kind."""
    converted = 1.0
    for tonnes, kind in amendments:
        converted += tonnes * AMENDMENT[kind]
    return DAILY[season] * REGIME[regime] * BEFORE[before] * pow(converted, 0.59) * days


def from_fertiliser(nitrogen: list[list[float]], regimes: list[str]) -> list[list[float]]:
    """KgN2O of a hectare by field and period, from kgN."""
    return [
        [kilograms * NITROGEN[regime] * 44 / 28 for kilograms in row]
        for row, regime in zip(nitrogen, regimes, strict=True)
    ]


def emissions(
    area: list[list[float]], CH4: list[list[float]], N2O: list[list[float]], pumps: list[float]
) -> list[float]:
    """TCO2 by period, from hectares, and kilograms of a hectare, by field and period, and tCO2 of pumps by period."""
    found = []
    fields = same_length(area, CH4, N2O)
    for p in range(count_periods(area, CH4, N2O)):
        terms = [pumps[p]]
        for f in range(fields):
            terms.append(area[f][p] * CH4[f][p] * GWP_CH4 / 1000)
            terms.append(area[f][p] * N2O[f][p] * GWP_N2O / 1000)
        found.append(fsum(terms))
    return found


def reductions(RE: list[float], PE: list[float], deduction: float) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions after the deduction for uncertainty."""
    return RE, PE, [(reference - project) * (1 - deduction) for reference, project in zip(RE, PE, strict=True)]
