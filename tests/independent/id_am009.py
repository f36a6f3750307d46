"""ID_AM009, regenerative burners of aluminium holding furnaces in Indonesia, written from the published facts alone.

The sources and the use of the burners' efficiencies are published. How electricity is found is not: it is a rated
power times either the days of the period or hours of operation, and a measured quantity is taken as well.
No efficiency is set.
"""

from math import fsum

from independent.rules import count_periods, same_length


def from_electricity(
    FC_PJ: list[list[float]],
    eta_PJ: list[float],
    eta_RE: list[float],
    NCV_NG: float,
    EF_NG: float,
    EC_PJ: list[list[float]],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, the electricity being known.

    ``FC_PJ`` is gas in Nm3 or t by furnace and period, ``eta_PJ`` and ``eta_RE`` fractions by furnace, ``NCV_NG``
    in GJ per Nm3 or t, ``EF_NG`` in tCO2/GJ, ``EC_PJ`` in MWh by furnace and period, ``EF_elec`` in tCO2/MWh.
    """
    furnaces = same_length(FC_PJ, eta_PJ, eta_RE, EC_PJ)
    periods = count_periods(FC_PJ, EC_PJ)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(furnaces):
            gas = FC_PJ[i][p] * NCV_NG * EF_NG
            reference.append(gas * (eta_PJ[i] / eta_RE[i]))
            project.append(gas)
            project.append(EC_PJ[i][p] * EF_elec)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


def by_days(
    FC_PJ: list[list[float]],
    eta_PJ: list[float],
    eta_RE: list[float],
    NCV_NG: float,
    EF_NG: float,
    RP: list[float],
    D: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """The same with burners that draw their rated power ``RP`` in MW around the clock, on ``D`` days by period."""
    EC_PJ = []
    for i in range(same_length(FC_PJ, RP)):
        EC_PJ.append([])
        for p in range(count_periods(FC_PJ, [D])):
            EC_PJ[i].append(RP[i] * 24.0 * D[p])
    return from_electricity(FC_PJ, eta_PJ, eta_RE, NCV_NG, EF_NG, EC_PJ, EF_elec)


def by_hours(
    FC_PJ: list[list[float]],
    eta_PJ: list[float],
    eta_RE: list[float],
    NCV_NG: float,
    EF_NG: float,
    RP: list[float],
    h: list[list[float]],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """The same with burners that draw their rated power ``RP`` in MW for ``h`` hours by furnace and period."""
    EC_PJ = []
    for i in range(same_length(FC_PJ, RP, h)):
        EC_PJ.append([])
        for p in range(count_periods(FC_PJ, h)):
            EC_PJ[i].append(RP[i] * h[i][p])
    return from_electricity(FC_PJ, eta_PJ, eta_RE, NCV_NG, EF_NG, EC_PJ, EF_elec)
