"""ID_AM007, optimised operation of boilers in Indonesia, written from the published facts alone.

Published are the project's fuel, its steam, the hours recorded and a relation between steam and emissions from the
time before. That the relation is a straight line through the hourly records is not confirmed.
"""

from math import fsum

from independent.rules import count_periods, same_length


def hourly_emissions(
    FC_hist: list[dict[str, float]],
    NCV: dict[str, float],
    EF: dict[str, float],
) -> list[float]:
    """tCO2/h by record, from the fuels burnt in that hour."""
    E_hist = []
    for record in FC_hist:
        burnt = []
        for fuel, quantity in record.items():
            burnt.append(quantity * NCV[fuel] * EF[fuel])
        E_hist.append(fsum(burnt))
    return E_hist


def least_squares(SG_hist: list[float], E_hist: list[float]) -> tuple[float, float]:
    """Slope in tCO2/t and intercept in tCO2/h of the line of hourly emissions over hourly steam."""
    n = same_length(SG_hist, E_hist)
    if n < 2:
        raise ValueError("a line needs two records")
    mean_SG = fsum(SG_hist) / n
    mean_E = fsum(E_hist) / n
    products, squares = [], []
    for t in range(n):
        products.append((SG_hist[t] - mean_SG) * (E_hist[t] - mean_E))
        squares.append((SG_hist[t] - mean_SG) ** 2)
    if fsum(squares) == 0:
        raise ValueError("a line needs records of different steam")
    a = fsum(products) / fsum(squares)
    b = mean_E - a * mean_SG
    return a, b


def r_squared(SG_hist: list[float], E_hist: list[float]) -> float:
    """Share of the variance of hourly emissions that the line explains."""
    a, b = least_squares(SG_hist, E_hist)
    n = len(E_hist)
    mean_E = fsum(E_hist) / n
    residuals, total = [], []
    for t in range(n):
        residuals.append((E_hist[t] - (a * SG_hist[t] + b)) ** 2)
        total.append((E_hist[t] - mean_E) ** 2)
    if fsum(total) == 0:
        raise ValueError("emissions that never vary leave nothing to explain")
    return 1.0 - fsum(residuals) / fsum(total)


def reference_project_reductions(
    SG: list[float],
    h: list[float],
    FC_PJ: dict[str, list[float]],
    SG_hist: list[float],
    FC_hist: list[dict[str, float]],
    NCV: dict[str, float],
    EF: dict[str, float],
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``SG`` is the steam of all boilers in t and ``h`` the hours recorded, by period. ``FC_PJ`` holds for each fuel
    the quantity by period. ``SG_hist`` is in t/h and ``FC_hist`` holds the fuels per hour, by record before the
    project. ``NCV`` is in GJ per quantity of the fuel, ``EF`` in tCO2/GJ.
    """
    periods = count_periods([SG, h], list(FC_PJ.values()))
    a, b = least_squares(SG_hist, hourly_emissions(FC_hist, NCV, EF))
    RE, PE, ER = [], [], []
    for p in range(periods):
        project = []
        for fuel, quantities in FC_PJ.items():
            project.append(quantities[p] * NCV[fuel] * EF[fuel])
        RE.append(a * SG[p] + b * h[p])
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
