"""ID_AM005, LED lighting in Indonesia's grocery stores, written from the published facts alone.

Nothing of the equations is published. Both readings are here: the likely one by luminous efficiency, as in the
sister methodologies, and the less likely one by the rated power of the reference lamps. No efficiency is set.
"""

from math import fsum

from independent.rules import count_periods, same_length


def by_luminous_efficiency(
    EC_PJ: list[list[float]],
    eta_PJ: list[float],
    eta_RE: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, from the luminous efficiencies.

    ``EC_PJ`` is in MWh by lighting and period, ``eta_PJ`` and ``eta_RE`` in lm/W by lighting,
    ``EF_elec`` in tCO2/MWh.
    """
    lights = same_length(EC_PJ, eta_PJ, eta_RE)
    periods = count_periods(EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(lights):
            reference.append(EC_PJ[i][p] * (eta_PJ[i] / eta_RE[i]) * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


reference_project_reductions = by_luminous_efficiency


def by_rated_power(
    P_RE: list[float],
    N: list[float],
    OH: list[list[float]],
    EC_PJ: list[list[float]],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, from the rated power before.

    ``P_RE`` is in W a lamp and ``N`` the number of lamps by lighting, ``OH`` in hours and ``EC_PJ`` in MWh by
    lighting and period, ``EF_elec`` in tCO2/MWh.
    """
    lights = same_length(P_RE, N, OH, EC_PJ)
    periods = count_periods(OH, EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(lights):
            EC_RE = P_RE[i] * N[i] * OH[i][p] / 1e6
            reference.append(EC_RE * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
