"""VN_AM001, digital tachographs on trucks in Viet Nam, written from the published facts alone.

The basis of the reference is not published. Both readings are here: fuel per kilometre driven, and emissions
per tonne-kilometre carried. No factor is set.

Each vehicle burns one fuel; a vehicle that burns a second one is entered again for it with no distance.
"""

from math import fsum

from independent.rules import count_periods, same_length


def fuel_emissions(
    quantity: float,
    unit: str,
    fuel: str,
    NCV: dict[str, float],
    EF: dict[str, float],
    density: dict[str, float] | None = None,
) -> float:
    """tCO2 from a quantity of fuel in t, or in kL with densities in t/kL; NCV in GJ/t, EF in tCO2/GJ."""
    if unit == "t":
        tonnes = quantity
    elif unit == "kL":
        if density is None:
            raise ValueError("fuel in kL needs densities")
        tonnes = quantity * density[fuel]
    else:
        raise ValueError(f"unknown unit {unit!r}")
    return tonnes * NCV[fuel] * EF[fuel]


def project_emissions(
    FC_PJ: list[list[float]],
    fuel: list[str],
    NCV: dict[str, float],
    EF: dict[str, float],
    density: dict[str, float] | None = None,
    FC_unit: str = "t",
) -> list[float]:
    """Emissions in tCO2 by period of the fuel burnt, given by vehicle and period."""
    vehicles = same_length(FC_PJ, fuel)
    PE = []
    for p in range(count_periods(FC_PJ)):
        burnt = []
        for i in range(vehicles):
            burnt.append(fuel_emissions(FC_PJ[i][p], FC_unit, fuel[i], NCV, EF, density))  # noqa: PERF401
        PE.append(fsum(burnt))
    return PE


def by_distance(
    D_PJ: list[list[float]],
    SFC_RE: list[float],
    FC_PJ: list[list[float]],
    fuel: list[str],
    NCV: dict[str, float],
    EF: dict[str, float],
    density: dict[str, float] | None = None,
    SFC_unit: str = "t",
    FC_unit: str = "t",
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, from the distance driven.

    ``D_PJ`` is in km by vehicle and period. ``SFC_RE`` is the fuel used per km before the project, by vehicle,
    in ``SFC_unit`` ("t" or "kL") per km. ``FC_PJ`` is in ``FC_unit`` by vehicle and period.
    """
    vehicles = same_length(D_PJ, SFC_RE, FC_PJ, fuel)
    periods = count_periods(D_PJ, FC_PJ)
    PE = project_emissions(FC_PJ, fuel, NCV, EF, density, FC_unit)
    RE, ER = [], []
    for p in range(periods):
        reference = []
        for i in range(vehicles):
            without = D_PJ[i][p] * SFC_RE[i]
            reference.append(fuel_emissions(without, SFC_unit, fuel[i], NCV, EF, density))
        RE.append(fsum(reference))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


def emissions_per_freight_work(
    FC_hist: list[dict[str, float]],
    TK_hist: list[float],
    NCV: dict[str, float],
    EF: dict[str, float],
    density: dict[str, float] | None = None,
    FC_hist_unit: str = "t",
) -> list[float]:
    """tCO2 per tonne-kilometre before the project, by category; ``FC_hist`` holds the fuels of each category."""
    BEF = []
    for k in range(same_length(FC_hist, TK_hist)):
        burnt = []
        for fuel, quantity in FC_hist[k].items():
            burnt.append(fuel_emissions(quantity, FC_hist_unit, fuel, NCV, EF, density))
        BEF.append(fsum(burnt) / TK_hist[k])
    return BEF


def by_freight_work(
    TK_PJ: list[list[float]],
    FC_hist: list[dict[str, float]],
    TK_hist: list[float],
    FC_PJ: list[list[float]],
    fuel: list[str],
    NCV: dict[str, float],
    EF: dict[str, float],
    density: dict[str, float] | None = None,
    FC_hist_unit: str = "t",
    FC_unit: str = "t",
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, from the freight work.

    ``TK_PJ`` is in tonne-kilometres by category and period, ``TK_hist`` by category. ``FC_PJ`` and ``fuel`` are
    by vehicle, and the vehicles need not match the categories.
    """
    categories = same_length(TK_PJ, FC_hist, TK_hist)
    periods = count_periods(TK_PJ, FC_PJ)
    BEF = emissions_per_freight_work(FC_hist, TK_hist, NCV, EF, density, FC_hist_unit)
    PE = project_emissions(FC_PJ, fuel, NCV, EF, density, FC_unit)
    RE, ER = [], []
    for p in range(periods):
        reference = []
        for k in range(categories):
            reference.append(BEF[k] * TK_PJ[k][p])  # noqa: PERF401
        RE.append(fsum(reference))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
