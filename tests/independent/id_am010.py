"""ID_AM010, double-bundle heat pumps in new buildings in Indonesia, written from the published facts alone.

The terms of both sides are published. Which efficiencies, which oil and which unit of heat and cold are not, so the
caller gives them. The tables hold candidates, recalled from the sources that the methodology names.
"""

from math import fsum

from independent.rules import count_periods

BOILER_EFFICIENCY = {
    "new natural gas fired boiler": 0.92,
    "new oil fired boiler": 0.90,
    "old natural gas fired boiler": 0.87,
    "new coal fired boiler": 0.85,
    "old oil fired boiler": 0.85,
    "old coal fired boiler": 0.80,
    "other": 1.00,
}

CHILLER_COP = {
    "air-cooled reciprocating below 150 TR": 2.80,
    "air-cooled screw below 150 TR": 2.90,
    "air-cooled reciprocating above 150 TR": 2.80,
    "air-cooled screw above 150 TR": 3.00,
    "water-cooled reciprocating below 150 TR": 4.00,
    "water-cooled screw below 150 TR": 4.10,
    "water-cooled reciprocating above 150 TR": 4.26,
    "water-cooled screw above 150 TR": 4.40,
    "water-cooled centrifugal above 300 TR": 6.05,
}


def gigajoules(Q: float, unit: str) -> float:
    """GJ of an energy in GJ or MWh."""
    if unit == "GJ":
        return Q
    if unit == "MWh":
        return Q * 3.6
    raise ValueError(f"unknown unit {unit!r}")


def reference_project_reductions(
    Q_heat: list[float],
    heat_unit: str,
    Q_cool: list[float],
    cool_unit: str,
    eta_RE_boiler: float,
    COP_RE: float,
    EC_HP: list[list[float]],
    EC_HP_aux: list[list[float]],
    EC_OC: list[list[float]],
    EC_OC_aux: list[list[float]],
    FC_oil: list[float],
    NCV_oil: float,
    EF_oil: float,
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``Q_heat`` and ``Q_cool`` are by period in GJ or MWh. The electricity of heat pumps, of other chillers and of
    the auxiliary equipment of each is in MWh by unit and period; a table without units is empty. ``FC_oil`` is by
    period in t, or in kL with ``NCV_oil`` per kL; ``NCV_oil`` in GJ, ``EF_oil`` in tCO2/GJ, ``EF_elec`` in tCO2/MWh.
    """
    periods = count_periods([Q_heat, Q_cool, FC_oil], EC_HP, EC_HP_aux, EC_OC, EC_OC_aux)
    RE, PE, ER = [], [], []
    for p in range(periods):
        heat = gigajoules(Q_heat[p], heat_unit) / eta_RE_boiler * EF_oil
        cold = gigajoules(Q_cool[p], cool_unit) / 3.6 / COP_RE * EF_elec
        project = [FC_oil[p] * NCV_oil * EF_oil]
        for table in (EC_HP, EC_HP_aux, EC_OC, EC_OC_aux):
            for unit in table:
                project.append(unit[p] * EF_elec)  # noqa: PERF401
        RE.append(heat + cold)
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
