"""Machines that do the same with less electricity, the family, written from the published facts alone.

Official pages of chillers, refrigerators, LED lamps and electrolysers say: consumption of the project, ratio of
efficiencies, emission factor of the electricity. No efficiency of a reference is published, so none is set. How grid
and captive electricity combine is not published either; the lower factor of the two is recalled.
"""

from math import fsum

from independent.rules import count_periods, same_length


def captive_factor(energy: float, EF_fuel: float, EG_gen: float) -> float:
    """TCO2/MWh of a captive generator that burnt ``energy`` in GJ and delivered ``EG_gen`` in MWh."""
    return energy * EF_fuel / EG_gen


def electricity_factors(
    power_source: str,
    periods: int,
    EF_grid: float | None = None,
    energy: list[float] | None = None,
    EF_fuel: float | None = None,
    EG_gen: list[float] | None = None,
) -> list[float]:
    """TCO2/MWh of the electricity used, by period."""
    found = []
    for p in range(periods):
        if power_source == "grid":
            found.append(EF_grid)
            continue
        captive = captive_factor(energy[p], EF_fuel, EG_gen[p])
        if power_source == "captive":
            found.append(captive)
        elif power_source == "both":
            found.append(EF_grid if EF_grid < captive else captive)
        else:
            raise ValueError(f"unknown power source {power_source!r}")
    return found


def by_efficiency(
    EC_PJ: list[list[float]], η_PJ: list[float], η_RE: list[float], EF_elec: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    A better project machine stands for a reference that would have used more. ``EC_PJ`` is in MWh by machine and
    period, the efficiencies by machine, ``EF_elec`` in tCO2/MWh by period.
    """
    machines = same_length(EC_PJ, η_PJ, η_RE)
    RE, PE, ER = [], [], []
    for p in range(count_periods(EC_PJ, [EF_elec])):
        reference, project = [], []
        for i in range(machines):
            reference.append(EC_PJ[i][p] * (η_PJ[i] / η_RE[i]) * EF_elec[p])
            project.append(EC_PJ[i][p] * EF_elec[p])
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


def by_specific_consumption(
    EC_PJ: list[list[float]], SEC_PJ: list[float], SEC_RE: list[float], EF_elec: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Do the same with the electricity used for each tonne, reference over project."""
    inverse = [1.0 / SEC for SEC in SEC_PJ], [1.0 / SEC for SEC in SEC_RE]
    return by_efficiency(EC_PJ, *inverse, EF_elec)
