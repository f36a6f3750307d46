"""VN_AM003, high efficiency equipment in commercial buildings in Viet Nam, written from the published facts alone.

The structure is published, without symbols or numbers. A heat pump in place of a boiler and the lighting and
auxiliary terms of the project are inferred. No efficiency and no factor is set.
"""

from collections.abc import Sequence
from math import fsum

from independent.rules import count_periods, same_length


def reference_project_reductions(
    EF_elec: float,
    EC_PJ: Sequence[list[float]] = (),
    eta_PJ_elec: Sequence[float] = (),
    eta_RE_elec: Sequence[float] = (),
    FC_PJ: Sequence[list[float]] = (),
    fuel: Sequence[str] = (),
    eta_PJ_fuel: Sequence[float] = (),
    eta_RE_fuel: Sequence[float] = (),
    EC_HP: Sequence[list[float]] = (),
    COP_PJ: Sequence[float] = (),
    eta_RE_boiler: Sequence[float] = (),
    fuel_RE: Sequence[str] = (),
    P_RE: Sequence[float] = (),
    N: Sequence[float] = (),
    OH: Sequence[list[float]] = (),
    P_PJ: list[float] | None = None,
    EC_light: list[list[float]] | None = None,
    P_AUX: Sequence[float] = (),
    OH_AUX: Sequence[list[float]] = (),
    NCV: dict[str, float] | None = None,
    EF: dict[str, float] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period. A kind left out is absent.

    Electric equipment: ``EC_PJ`` in MWh by unit and period, ``eta_PJ_elec`` and ``eta_RE_elec`` by unit.
    Fuelled equipment: ``FC_PJ`` in mass or volume by unit and period, ``fuel``, ``eta_PJ_fuel`` and ``eta_RE_fuel``
    by unit. Heat pumps in place of boilers: ``EC_HP`` in MWh by unit and period, ``COP_PJ``, ``eta_RE_boiler`` and
    the boiler's fuel ``fuel_RE`` by unit. Lighting: ``P_RE`` in W a lamp and ``N`` the number of lamps by kind,
    ``OH`` in hours by kind and period, and for the project either ``P_PJ`` in W a lamp by kind or ``EC_light`` in
    MWh by kind and period, as metered. Auxiliary equipment: ``P_AUX`` in W by unit, ``OH_AUX`` in hours by unit and
    period. ``NCV`` is in GJ per mass or volume, ``EF`` in tCO2/GJ, ``EF_elec`` in tCO2/MWh.
    """
    electric = same_length(EC_PJ, eta_PJ_elec, eta_RE_elec)
    fuelled = same_length(FC_PJ, fuel, eta_PJ_fuel, eta_RE_fuel)
    heat_pumps = same_length(EC_HP, COP_PJ, eta_RE_boiler, fuel_RE)
    lamps = same_length(P_RE, N, OH)
    auxiliaries = same_length(P_AUX, OH_AUX)
    if fuelled and (NCV is None or EF is None):
        raise ValueError("fuelled equipment needs NCV and EF")
    if heat_pumps and EF is None:
        raise ValueError("a heat pump in place of a boiler needs EF")
    if P_PJ is not None and EC_light is not None:
        raise ValueError("project lighting is either rated or metered")
    if P_PJ is None and EC_light is None and lamps:
        raise ValueError("project lighting needs a rated power or a meter")
    if P_PJ is not None:
        same_length(P_PJ, P_RE)
    if EC_light is not None:
        same_length(EC_light, P_RE)
    metered = [] if EC_light is None else EC_light
    periods = count_periods(EC_PJ, FC_PJ, EC_HP, OH, metered, OH_AUX)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(electric):
            reference.append(EC_PJ[i][p] * (eta_PJ_elec[i] / eta_RE_elec[i]) * EF_elec)
            project.append(EC_PJ[i][p] * EF_elec)
        for k in range(fuelled):
            burnt = FC_PJ[k][p] * NCV[fuel[k]] * EF[fuel[k]]
            reference.append(burnt * (eta_PJ_fuel[k] / eta_RE_fuel[k]))
            project.append(burnt)
        for s in range(heat_pumps):
            heat = EC_HP[s][p] * 3.6 * COP_PJ[s]
            reference.append(heat / eta_RE_boiler[s] * EF[fuel_RE[s]])
            project.append(EC_HP[s][p] * EF_elec)
        for j in range(lamps):
            reference.append(P_RE[j] * N[j] * OH[j][p] / 1e6 * EF_elec)
            if P_PJ is not None:
                project.append(P_PJ[j] * N[j] * OH[j][p] / 1e6 * EF_elec)
            else:
                project.append(EC_light[j][p] * EF_elec)
        for a in range(auxiliaries):
            project.append(P_AUX[a] * OH_AUX[a][p] / 1e6 * EF_elec)  # noqa: PERF401
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
