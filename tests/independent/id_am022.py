"""ID_AM022, absorption chillers in Indonesia, written from the published facts alone.

Published: the reference is a centrifugal chiller that makes the same cold; its COP is not published and none is set.
The project has its own electricity and its own gas. Pumps of chilled and cooling water and cooling towers are left out.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    Q: list[list[float]],
    COP_RE: list[float],
    EC: list[list[float]],
    gas: list[list[float]],
    NCV: float,
    EF_gas: float,
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``Q`` (cold) and ``EC`` are in MWh by chiller and period, ``gas`` in the unit of ``NCV`` in GJ, ``EF_gas`` in
    tCO2/GJ, ``EF_elec`` in tCO2/MWh.
    """
    chillers = same_length(Q, COP_RE, EC, gas)
    RE, PE, ER = [], [], []
    for p in range(count_periods(Q, EC, gas)):
        reference, project = [], []
        for i in range(chillers):
            reference.append(Q[i][p] / COP_RE[i] * EF_elec)
            project.append(EC[i][p] * EF_elec)
            project.append(gas[i][p] * NCV * EF_gas)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
