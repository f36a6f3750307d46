"""ID_AM004, inverter air conditioning in Indonesia's grocery stores, written from the published facts alone.

The ratio of the COPs is published, project over reference. The COPs of the reference are not known, so none is set.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    EC_PJ: list[list[float]],
    COP_PJ: list[float],
    COP_RE: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EC_PJ`` is in MWh by system and period, ``COP_PJ`` and ``COP_RE`` by system, ``EF_elec`` in tCO2/MWh.
    """
    systems = same_length(EC_PJ, COP_PJ, COP_RE)
    periods = count_periods(EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(systems):
            reference.append(EC_PJ[i][p] * (COP_PJ[i] / COP_RE[i]) * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
