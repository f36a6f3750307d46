"""MM_AM005, waste heat power generation in Myanmar's cement industry, written from the published facts alone.

Published: net generation replaces electricity of the grid or of a captive generator; supply and days are monitored;
the project emits nothing. The ceiling of the own consumption is that recalled of the Indonesian sister.
"""

from independent import id_am001


def reference_project_reductions(
    EG_SUP: list[list[float]], EC_CAP: list[float], D: list[float], EF: float
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    As of the sister ID_AM001, with ``EF`` in tCO2/MWh of the electricity that is replaced.
    """
    return id_am001.reference_project_reductions(EG_SUP, EC_CAP, D, EF)
