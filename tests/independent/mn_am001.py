"""MN_AM001, energy-saving transmission lines in Mongolia, written from the published facts alone.

The four monitored quantities and the project's loss are published. That the reference loss follows from the ratio
of the resistances is inferred. No resistance of the standard is known, so none is set.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    sent: list[list[float]],
    received: list[list[float]],
    R_RF: list[float],
    R_PJ: list[float],
    EF_grid: list[float],
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``sent`` and ``received`` are in MWh by line and period, ``R_RF`` and ``R_PJ`` in ohm or ohm/km alike by line,
    ``EF_grid`` in tCO2/MWh by period, being monitored.
    """
    lines = same_length(sent, received, R_RF, R_PJ)
    periods = count_periods(sent, received, [EF_grid])
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for n in range(lines):
            loss = sent[n][p] - received[n][p]
            reference.append(loss * (R_RF[n] / R_PJ[n]) * EF_grid[p])
            project.append(loss * EF_grid[p])
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
