"""ID_AM002, high efficiency centrifugal chillers in Indonesia, written from the published facts alone.

The form of the equations is published. The reference COP by capacity, the conversion to standard
temperatures and the weighting of grid and captive electricity are recalled and not confirmed.
"""

from math import fsum

from independent.rules import count_periods, same_length


def reference_cop(capacity: float) -> float:
    """COP of the reference chiller for the capacity of one chiller in USRt. The lower end belongs to the class."""
    if capacity <= 0:
        raise ValueError("the capacity must be above zero")
    if capacity < 300:
        return 4.92
    if capacity < 450:
        return 5.33
    if capacity < 550:
        return 5.59
    if capacity < 825:
        return 5.69
    if capacity < 1250:
        return 5.85
    raise ValueError("there is no reference COP from 1,250 USRt upwards")


def converted_cop(
    COP_PJ: float,
    T_cooling_out: float,
    T_chilled_out: float,
    TD_cooling: float = 1.5,
    TD_chilled: float = 1.5,
) -> float:
    """Project COP at 37 °C cooling water out and 7 °C chilled water out."""
    lift = T_cooling_out - T_chilled_out + TD_chilled + TD_cooling
    standard_lift = 37.0 - 7.0 + TD_chilled + TD_cooling
    return COP_PJ * lift / standard_lift


def electricity_factors(
    periods: int,
    power_source: str,
    EF_grid: float,
    EF_captive: float,
    EI_grid: list[float] | None,
    h_gen: list[float] | None,
    RC_gen: float | None,
) -> list[float]:
    """tCO2/MWh of the electricity used, by period."""
    factors = []
    for p in range(periods):
        if power_source == "grid":
            factors.append(EF_grid)
        elif power_source == "captive":
            factors.append(EF_captive)
        elif power_source == "both":
            if EI_grid is None or h_gen is None or RC_gen is None:
                raise ValueError("both sources need EI_grid, h_gen and RC_gen")
            EI_gen = h_gen[p] * RC_gen
            s_grid = EI_grid[p] / (EI_grid[p] + EI_gen)
            s_gen = EI_gen / (EI_grid[p] + EI_gen)
            factors.append(s_grid * EF_grid + s_gen * EF_captive)
        else:
            raise ValueError(f"unknown power source {power_source!r}")
    return factors


def reference_project_reductions(
    EC_PJ: list[list[float]],
    COP_PJ: list[float],
    T_cooling_out: list[float],
    T_chilled_out: list[float],
    capacity: list[float],
    power_source: str,
    EF_grid: float,
    EF_captive: float = 0.8,
    EI_grid: list[float] | None = None,
    h_gen: list[float] | None = None,
    RC_gen: float | None = None,
    COP_RE: list[float] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EC_PJ`` is in MWh by unit and period, the temperatures in °C, ``capacity`` in USRt by unit,
    ``EI_grid`` in MWh and ``h_gen`` in hours by period, ``RC_gen`` in MW.
    ``COP_RE`` by unit takes the place of the COP by capacity.
    """
    units = same_length(EC_PJ, COP_PJ, T_cooling_out, T_chilled_out, capacity)
    periods = count_periods(EC_PJ)
    factors = electricity_factors(periods, power_source, EF_grid, EF_captive, EI_grid, h_gen, RC_gen)
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for i in range(units):
            cop_pj = converted_cop(COP_PJ[i], T_cooling_out[i], T_chilled_out[i])
            cop_re = reference_cop(capacity[i]) if COP_RE is None else COP_RE[i]
            reference.append(EC_PJ[i][p] * (cop_pj / cop_re) * factors[p])
            project.append(EC_PJ[i][p] * factors[p])
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
