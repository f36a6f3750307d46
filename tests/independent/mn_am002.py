"""MN_AM002, high efficiency heat only boilers in Mongolia, written from the published facts alone.

The form comes from the study made before approval. The approved defaults are not known, so none is set here.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    PH: list[list[float]],
    HMP: list[list[float]],
    RPC: list[float],
    eta_RE: float,
    eta_PJ: list[float],
    EF_coal: float,
    EF_grid: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``PH`` is in GJ and ``HMP`` in hours by unit and period, ``RPC`` in kW and ``eta_PJ`` a fraction by unit,
    ``eta_RE`` a fraction, ``EF_coal`` in tCO2/GJ, ``EF_grid`` in tCO2/MWh.
    """
    units = same_length(PH, HMP, RPC, eta_PJ)
    periods = count_periods(PH, HMP)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(units):
            reference.append(PH[i][p] / eta_RE * EF_coal)
            project.append(PH[i][p] / eta_PJ[i] * EF_coal)
            EC = RPC[i] * HMP[i][p] / 1000.0
            project.append(EC * EF_grid)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
