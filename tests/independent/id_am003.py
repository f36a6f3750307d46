"""ID_AM003, natural-refrigerant refrigerators in Indonesia's food industry, written from the published facts alone.

The equations and the reference COP of a quick freezer are published. That of a cold storage is recalled
and not confirmed.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_cop(application: str) -> float:
    """COP of the reference refrigerator."""
    if application == "individual quick freezer":
        return 1.32
    if application == "cold storage":
        return 1.71
    raise ValueError(f"unknown application {application!r}")


def reference_electricity(EC_PJ: float, COP_PJ: float, COP_RE: float) -> float:
    """MWh the reference refrigerator would have used for the same cooling."""
    return EC_PJ * (COP_PJ / COP_RE)


def reference_project_reductions(
    EC_PJ: list[list[float]],
    COP_PJ: list[float],
    application: list[str],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EC_PJ`` is in MWh by unit and period, ``COP_PJ`` and ``application`` are by unit,
    ``EF_elec`` is in tCO2/MWh.
    """
    units = same_length(EC_PJ, COP_PJ, application)
    periods = count_periods(EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(units):
            COP_RE = reference_cop(application[i])
            reference.append(reference_electricity(EC_PJ[i][p], COP_PJ[i], COP_RE) * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
