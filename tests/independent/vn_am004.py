"""VN_AM004, digestion of organic waste of wholesale markets in Viet Nam, written from the published facts alone.

Published are first-order decay, the fossil fuel that biogas replaces and the project's electricity. That the decay
is that of the CDM's TOOL04, and whether by the year or by the month, is not confirmed. Both are here.
The tables are TOOL04's; the caller picks from them, and no coefficient is set.

The decay is worked out twice, as a sum over all earlier waste and as a stock of carbon carried along, and the two
must agree.
"""

from math import exp, fsum, isclose

from independent.rules import count_periods, same_length

# Model correction factor, by application and climate.
PHI = {("A", "wet"): 0.75, ("A", "dry"): 0.75, ("B", "wet"): 0.85, ("B", "dry"): 0.80}

OX = 0.1
F = 0.5
DOC_F = 0.5

MCF = {
    "anaerobic managed": 1.0,
    "semi-aerobic managed": 0.5,
    "unmanaged deep or high water table": 0.8,
    "unmanaged shallow": 0.4,
}

# Degradable organic carbon, wet basis.
DOC = {
    "wood": 0.43,
    "paper": 0.40,
    "food": 0.15,
    "textiles": 0.24,
    "garden": 0.20,
    "inert": 0.0,
}

# Decay rate per year, by waste and climate.
K = {
    "paper": {"temperate dry": 0.04, "temperate wet": 0.06, "tropical dry": 0.045, "tropical wet": 0.07},
    "textiles": {"temperate dry": 0.04, "temperate wet": 0.06, "tropical dry": 0.045, "tropical wet": 0.07},
    "wood": {"temperate dry": 0.02, "temperate wet": 0.03, "tropical dry": 0.025, "tropical wet": 0.035},
    "garden": {"temperate dry": 0.05, "temperate wet": 0.10, "tropical dry": 0.065, "tropical wet": 0.17},
    "food": {"temperate dry": 0.06, "temperate wet": 0.185, "tropical dry": 0.085, "tropical wet": 0.40},
}


def carbon_by_sum(W: list[list[float]], DOC: list[float], k: list[float], steps_a_year: int) -> list[float]:
    """Carbon in t that decays in each step, summed over the waste of that step and all before it."""
    decayed = []
    for y in range(count_periods(W)):
        terms = []
        for j in range(same_length(W, DOC, k)):
            rate = k[j] / steps_a_year
            for x in range(y + 1):
                terms.append(W[j][x] * DOC[j] * exp(-rate * (y - x)) * (1.0 - exp(-rate)))  # noqa: PERF401
        decayed.append(fsum(terms))
    return decayed


def carbon_by_stock(W: list[list[float]], DOC: list[float], k: list[float], steps_a_year: int) -> list[float]:
    """The same, from a stock of each waste: the waste of a step joins it, a share decays, the rest is carried on."""
    types = same_length(W, DOC, k)
    stock = [0.0] * types
    decayed = []
    for y in range(count_periods(W)):
        lost = []
        for j in range(types):
            stock[j] += W[j][y] * DOC[j]
            left = stock[j] * exp(-k[j] / steps_a_year)
            lost.append(stock[j] - left)
            stock[j] = left
        decayed.append(fsum(lost))
    return decayed


def in_step(value: float | list[float], y: int) -> float:
    """A coefficient in step y: it is one number, or one for each step."""
    if isinstance(value, list):
        return value[y]
    return value


def methane(
    W: list[list[float]],
    DOC: list[float],
    k: list[float],
    phi: float | list[float],
    f: float | list[float],
    GWP_CH4: float,
    OX: float,
    F: float,
    DOC_f: float | list[float],
    MCF: float | list[float],
    steps_a_year: int,
) -> list[float]:
    """Methane in tCO2e by step that the waste would have given off; a step is a year (1) or a month (12)."""
    by_sum = carbon_by_sum(W, DOC, k, steps_a_year)
    by_stock = carbon_by_stock(W, DOC, k, steps_a_year)
    for y in range(len(by_sum)):
        assert isclose(by_sum[y], by_stock[y], rel_tol=1e-9, abs_tol=1e-12), (y, by_sum[y], by_stock[y])
    emitted = []
    for y in range(len(by_sum)):
        released = in_step(phi, y) * (1.0 - in_step(f, y)) * GWP_CH4 * (1.0 - OX)
        carbon_to_methane = 16.0 / 12.0 * F * in_step(DOC_f, y) * in_step(MCF, y)
        emitted.append(released * carbon_to_methane * by_sum[y])
    return emitted


def with_fuel_and_electricity(
    RE_CH4: list[float],
    BG: list[float],
    NCV_BG: float,
    EF_RF: float,
    EC_PJ: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2e by period, the methane being known."""
    RE, PE, ER = [], [], []
    for p in range(count_periods([RE_CH4, BG, EC_PJ])):
        RE.append(RE_CH4[p] + BG[p] * NCV_BG * EF_RF)
        PE.append(EC_PJ[p] * EF_elec)
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


def by_year(
    W: list[list[float]],
    DOC: list[float],
    k: list[float],
    phi: float | list[float],
    f: float | list[float],
    GWP_CH4: float,
    OX: float,
    F: float,
    DOC_f: float | list[float],
    MCF: float | list[float],
    BG: list[float],
    NCV_BG: float,
    EF_RF: float,
    EC_PJ: list[float],
    EF_elec: float,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2e by year, from the first year of the project.

    ``W`` is in t wet by type of waste and year, ``DOC`` a fraction and ``k`` per year by type. ``phi``, ``f``,
    ``DOC_f`` and ``MCF`` are one number or one a year, ``OX`` and ``F`` fractions, ``GWP_CH4`` in tCO2e/tCH4.
    ``BG`` is in Nm3 and ``EC_PJ`` in MWh by year, ``NCV_BG`` in GJ/Nm3, ``EF_RF`` in tCO2/GJ, ``EF_elec`` in tCO2/MWh.
    """
    RE_CH4 = methane(W, DOC, k, phi, f, GWP_CH4, OX, F, DOC_f, MCF, 1)
    return with_fuel_and_electricity(RE_CH4, BG, NCV_BG, EF_RF, EC_PJ, EF_elec)


reference_project_reductions = by_year


def by_month(
    W: list[list[float]],
    DOC: list[float],
    k: list[float],
    phi: float | list[float],
    f: float | list[float],
    GWP_CH4: float,
    OX: float,
    F: float,
    DOC_f: float | list[float],
    MCF: float | list[float],
    BG: list[float],
    NCV_BG: float,
    EF_RF: float,
    EC_PJ: list[float],
    EF_elec: float,
    months: list[int],
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2e by period, the decay going by the month.

    As ``by_year``, but ``W`` is by type of waste and month from the first month of the project, coefficients that
    vary do so by month, and ``BG`` and ``EC_PJ`` are by period. ``months`` says how many months each period has;
    ``k`` stays per year.
    """
    emitted = methane(W, DOC, k, phi, f, GWP_CH4, OX, F, DOC_f, MCF, 12)
    if sum(months) != len(emitted):
        raise ValueError("the periods must take up every month")
    RE_CH4, first = [], 0
    for p in range(len(months)):
        RE_CH4.append(fsum(emitted[first : first + months[p]]))
        first += months[p]
    return with_fuel_and_electricity(RE_CH4, BG, NCV_BG, EF_RF, EC_PJ, EF_elec)
