"""ID_AM001, waste heat power generation in Indonesia's cement industry, written from the published facts alone.

That net generation replaces grid electricity and that the project emits nothing is published. The ceiling of the
own consumption is recalled and not confirmed. A negative net generation is kept as it is.
"""

from math import fsum

from independent.rules import count_periods, same_length


def own_consumption(EC_CAP: float, D: float) -> float:
    """MWh used by equipment of EC_CAP in MW that runs around the clock on D days."""
    return EC_CAP * 24.0 * D


def reference_project_reductions(
    EG_SUP: list[list[float]],
    EC_CAP: list[float],
    D: list[float],
    EF_grid: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EG_SUP`` is in MWh by system and period, ``EC_CAP`` in MW by system, ``D`` the days of each period,
    ``EF_grid`` in tCO2/MWh.
    """
    systems = same_length(EG_SUP, EC_CAP)
    periods = count_periods(EG_SUP, [D])
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference = []
        for i in range(systems):
            EG = EG_SUP[i][p] - own_consumption(EC_CAP[i], D[p])
            reference.append(EG * EF_grid)
        RE.append(fsum(reference))
        PE.append(0.0)
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
