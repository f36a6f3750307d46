"""ID_AM006, optimised operation of refinery plants in Indonesia, written from the published facts alone.

Published are the project's fuel, the specific emissions of a time before the project, their averaging within ranges
of the load and the number of days. That a mean daily load chooses the range is not confirmed.

The units are the hydrogen production unit, whose activity is the hydrogen made, and the hydro cracking unit, whose
activity is the feed. Hydrogen consumed plays no part here: its use is not published.
"""

from math import fsum

from independent.rules import count_periods, same_length


def daily_load(F: float, d: float) -> float:
    """Activity a day."""
    if d <= 0:
        raise ValueError("the days recorded must be above zero")
    return F / d


def load_range(load: float, bounds: list[float]) -> int:
    """Which range a daily load falls in; ``bounds`` rise, and the lower end belongs to the range."""
    for r in range(len(bounds) - 1):
        if not bounds[r] < bounds[r + 1]:
            raise ValueError("the bounds of the load ranges must rise")
    for r in range(len(bounds) - 1):
        if bounds[r] <= load < bounds[r + 1]:
            return r
    raise ValueError(f"a daily load of {load} is outside every range")


def specific_emissions(
    F_hist: list[float],
    d_hist: list[float],
    FC_hist: list[dict[str, float]],
    bounds: list[float],
    NCV: dict[str, float],
    EF: dict[str, float],
) -> list[float | None]:
    """Mean tCO2 per activity of one unit by load range, every record weighing alike; None without records."""
    found: list[list[float]] = []
    for _ in range(len(bounds) - 1):
        found.append([])  # noqa: PERF401
    for n in range(same_length(F_hist, d_hist, FC_hist)):
        burnt = []
        for fuel, quantity in FC_hist[n].items():
            burnt.append(quantity * NCV[fuel] * EF[fuel])
        r = load_range(daily_load(F_hist[n], d_hist[n]), bounds)
        found[r].append(fsum(burnt) / F_hist[n])
    SE: list[float | None] = []
    for records in found:
        if records:
            SE.append(fsum(records) / len(records))
        else:
            SE.append(None)
    return SE


def reference_project_reductions(
    F: list[list[float]],
    d: list[list[float]],
    FC_PJ: list[dict[str, list[float]]],
    F_hist: list[list[float]],
    d_hist: list[list[float]],
    FC_hist: list[list[dict[str, float]]],
    bounds: list[list[float]],
    NCV: dict[str, float],
    EF: dict[str, float],
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``F`` is the activity and ``d`` the days recorded, by unit and period. ``FC_PJ`` holds for each unit its fuels,
    and for each fuel the quantity by period. ``F_hist``, ``d_hist`` and ``FC_hist`` are by unit and record before
    the project, ``FC_hist`` with the fuels of the record. ``bounds`` are daily loads by unit: n + 1 for n ranges.
    ``NCV`` is in GJ per quantity of the fuel, ``EF`` in tCO2/GJ.
    """
    units = same_length(F, d, FC_PJ, F_hist, d_hist, FC_hist, bounds)
    tables = [F, d]
    for u in range(units):
        tables.append(list(FC_PJ[u].values()))  # noqa: PERF401
    periods = count_periods(*tables)
    SE = []
    for u in range(units):
        SE.append(specific_emissions(F_hist[u], d_hist[u], FC_hist[u], bounds[u], NCV, EF))  # noqa: PERF401
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for u in range(units):
            specific = SE[u][load_range(daily_load(F[u][p], d[u][p]), bounds[u])]
            if specific is None:
                raise ValueError(f"unit {u} has no record in the load range of period {p}")
            reference.append(specific * F[u][p])
            for fuel, quantities in FC_PJ[u].items():
                project.append(quantities[p] * NCV[fuel] * EF[fuel])
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
