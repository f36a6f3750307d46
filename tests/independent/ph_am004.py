"""PH_AM004, methane of rice fields in the Philippines: one stratum, one season at a time, in kilograms of a hectare.

Written from a digest of the methodology and the tables of the IPCC alone: 2019, volume 4, tables 5.12 to 5.14 and 11.1,
and equation 5.3, in which the sum of organic amendments has the exponent 0.59.
"""

from dataclasses import dataclass
from math import exp, log

CH4, N2O = 28.0, 265.0  # tCO2 for a tonne, AR5
UNCERTAINTY = {"measured every 3 years": 0.05, "measured every 4 or 5 years": 0.10, "factors of the country": 0.15}


@dataclass
class Season:
    """What happens on a hectare of a stratum in a season: days flooded or drained, amendments in t/ha, kgN/ha."""

    dry: bool
    drainages: str  # none, single, multiple
    before: str  # drained under 180 d, drained over 180 d, flooded over 30 d, drained over 365 d
    days: float
    straw_lately: float = 0.0  # within 30 days before cultivation
    straw_before: float = 0.0
    compost: float = 0.0
    farmyard_manure: float = 0.0
    green_manure: float = 0.0


def methane(season: Season) -> float:
    """KgCH4 of a hectare, by the country's daily factor and its three scaling factors."""
    daily = 1.46 if season.dry else 2.95
    if season.drainages == "none":
        water = 1.0
    elif season.drainages == "single":
        water = 0.71
    else:
        water = 0.55
    if season.before == "drained under 180 d":
        preceding = 1.0
    elif season.before == "drained over 180 d":
        preceding = 0.89
    elif season.before == "flooded over 30 d":
        preceding = 2.41
    else:
        preceding = 0.59
    as_fresh_straw = (
        1.00 * season.straw_lately
        + 0.19 * season.straw_before
        + 0.17 * season.compost
        + 0.21 * season.farmyard_manure
        + 0.45 * season.green_manure
    )
    organic = exp(0.59 * log(1.0 + as_fresh_straw))
    return daily * water * preceding * organic * season.days


def nitrous_oxide(nitrogen: float, drained: bool) -> float:
    """KgN2O of a hectare from kgN of fertiliser: 28 kg of nitrogen are in 44 kg of it."""
    of_nitrogen = nitrogen * 0.005 if drained else nitrogen * 0.003
    return of_nitrogen / 28 * 44


def of_stratum(hectares: float, kg_CH4: float, kg_N2O: float) -> float:
    """TCO2 of a stratum, from kilograms of a hectare."""
    return hectares * (kg_CH4 * CH4 + kg_N2O * N2O) / 1000


def reduction(reference: float, project: float, uncertainty: str) -> float:
    """TCO2 that remain after the deduction for uncertainty."""
    before = reference - project
    return before - before * UNCERTAINTY[uncertainty]
