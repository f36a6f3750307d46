"""Cogeneration by gas engines, TH_AM009 and ID_AM016, written from the published facts alone.

Published: what the recipient consumes of electricity and heat counts; the reference is grid or captive power and a
boiler, the project burns natural gas. No factor is published, and none is set.
"""

from math import fsum

from independent.rules import same_length


def reference_project_reductions(
    electricity: list[float],
    heat: list[float],
    gas: list[float],
    *,
    EF_elec: float,
    boiler: tuple[float, float],
    natural_gas: tuple[float, float],
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``electricity`` is in MWh, ``heat`` in GJ, ``gas`` in the unit of its net calorific value in GJ. ``boiler`` is its
    efficiency and the factor of its fuel, ``natural_gas`` net calorific value and factor, factors in tCO2/GJ.
    """
    efficiency, EF_boiler = boiler
    NCV, EF_gas = natural_gas
    RE, PE, ER = [], [], []
    for p in range(same_length(electricity, heat, gas)):
        burnt_by_boiler = heat[p] / efficiency
        RE.append(fsum([electricity[p] * EF_elec, burnt_by_boiler * EF_boiler]))
        PE.append(gas[p] * NCV * EF_gas)
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
