"""Solar PV in place of other electricity, the family, written from the published facts alone.

The official pages say: AC output times a conservative emission factor, project emissions of zero. The factors of
Mongolia, and a part of a table for Indonesia, are published; those of the other countries are not, and none is set.
"""

from math import fsum

from independent.rules import count_periods, same_length

# tCO2/MWh, by the connection of a PV system in Mongolia.
MONGOLIA = {
    "national grid": 0.797,
    "national grid and captive generator": 0.533,
    "no national grid": 0.533,
}

# tCO2/MWh in Indonesia: without, and with, a captive generator or an isolated grid beside the national one.
# The published table was read as far as this.
INDONESIA = {
    "Jamali": (0.619, 0.533),
    "3 Nusa": (0.619, 0.533),
    "Karimun Jawa": (0.619, 0.533),
    "Sumatra": (0.458, 0.458),
    "Nias": (0.533, 0.533),
    "Pulau Tello": (0.533, 0.533),
    "Siberut": (0.529, 0.529),
    "Siberut Utara": (0.529, 0.529),
    "Sipora": (0.529, 0.529),
    "Pagai Selatan": (0.529, 0.529),
    "Batam": (0.499, 0.499),
    "Ranai": (0.499, 0.499),
    "Tarempa": (0.499, 0.499),
    "Bengkalis": (0.545, 0.533),
    "Masohi": (0.545, 0.533),
    "Bangka": (0.628, 0.533),
    "Belitung": (0.628, 0.533),
    "Barito": (0.653, 0.533),
    "Khatulistiwa": (0.549, 0.533),
    "Mahakam": (0.534, 0.533),
    "Tarakan": (0.534, 0.533),
    "Sulutgo": (0.274, 0.274),
    "Sulselbar": (0.243, 0.243),
    "Kendari": None,
}


def factors_by_connection(connection: list[str], factors: dict[str, float]) -> list[float]:
    """TCO2/MWh of each system; a connection without a factor is refused."""
    found = []
    for name in connection:
        if name not in factors:
            raise ValueError(f"there is no factor for {name!r}")
        found.append(factors[name])
    return found


def counted_days(EG: list[list[list[float]]], counted: list[float]) -> list[list[float]]:
    """MWh that count, by system and period, from MWh by system, category of day and period.

    ``counted`` is for each category of day the part of its electricity that counts.
    """
    found = []
    for system in EG:
        same_length(system, counted)
        row = []
        for p in range(count_periods(system)):
            terms = []
            for d in range(len(counted)):
                terms.append(system[d][p] * counted[d])  # noqa: PERF401
            row.append(fsum(terms))
        found.append(row)
    return found


def after_storage(
    EG: list[list[float]], charged: list[list[float]], discharged: list[list[float]]
) -> list[list[float]]:
    """MWh that reach the consumers, by system and period: what goes into a battery counts as it comes out."""
    found = []
    for i in range(same_length(EG, charged, discharged)):
        row = []
        for p in range(count_periods(EG, charged, discharged)):
            row.append(fsum([EG[i][p], -charged[i][p], discharged[i][p]]))  # noqa: PERF401
        found.append(row)
    return found


def reference_project_reductions(
    EG: list[list[float]], EF_RE: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``EG`` is in MWh by system and period, ``EF_RE`` in tCO2/MWh by system.
    """
    systems = same_length(EG, EF_RE)
    RE, PE, ER = [], [], []
    for p in range(count_periods(EG)):
        reference = []
        for i in range(systems):
            reference.append(EG[i][p] * EF_RE[i])  # noqa: PERF401
        RE.append(fsum(reference))
        PE.append(0.0)
        ER.append(RE[p] - PE[p])
    return RE, PE, ER
