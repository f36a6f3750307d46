"""VN_AM002, inverter room air conditioners in Viet Nam, written from the published facts alone.

The form is inferred from the sister methodologies and not confirmed. Neither the measure of efficiency nor the
reference values are known, so none is set.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    EC_PJ: list[list[float]],
    eta_PJ: list[float],
    eta_RE: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EC_PJ`` is in MWh by air conditioner or group of them and period, ``eta_PJ`` and ``eta_RE`` by the same in one
    and the same measure, ``EF_elec`` in tCO2/MWh.
    """
    groups = same_length(EC_PJ, eta_PJ, eta_RE)
    periods = count_periods(EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(groups):
            reference.append(EC_PJ[i][p] * (eta_PJ[i] / eta_RE[i]) * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
