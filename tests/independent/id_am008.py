"""ID_AM008, separate-type showcases in Indonesia's grocery stores, written from the published facts alone.

How the reference emissions are worked out is not published, so they are given. The project emissions are those of
the showcases' electricity, which is likely and not confirmed.
"""

from math import fsum

from independent.rules import count_periods


def reference_project_reductions(
    RE: list[float],
    EC_PJ: list[list[float]],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``RE`` is in tCO2 by period, ``EC_PJ`` in MWh by showcase and period, ``EF_elec`` in tCO2/MWh.
    """
    periods = count_periods([RE], EC_PJ)
    given, PE, ER = [], [], []
    for p in range(periods):
        project = []
        for i in range(len(EC_PJ)):
            project.append(EC_PJ[i][p] * EF_elec)  # noqa: PERF401
        given.append(RE[p])
        PE.append(fsum(project))
        ER.append(given[p] - PE[p])
    return given, PE, ER
