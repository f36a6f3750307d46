"""Cogeneration by gas engines, TH_AM009 and ID_AM016, one period at a time.

Written from the official summary of TH_AM009 and the programme office's page of ID019 alone: the electricity would have
come from grid or captive power, the heat from a boiler, and the engines burn natural gas. Only what is consumed counts,
and every factor is asked for: none was published. ER may be negative.
"""


def displaced(consumed_MWh: float, t_per_MWh: float, heat_GJ: float, efficiency: float, t_per_GJ: float) -> float:
    """TCO2 without the engines."""
    fuel_GJ = heat_GJ / efficiency
    return consumed_MWh * t_per_MWh + fuel_GJ * t_per_GJ


def burnt(gas: float, GJ_of_a_unit: float, t_per_GJ: float) -> float:
    """TCO2 of the engines' gas, metered in any unit, by the net calorific value of that unit."""
    return gas * GJ_of_a_unit * t_per_GJ
