"""XX_AM011: run-of-river hydropower. Made up: a capacity that adds over units alone, a factor by grid and year."""

from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed

MADE_UP = unconfirmed("made up for the documentation")

m = Methodology(
    "XX_AM011",
    version="1.0",
    title="Run-of-river hydropower",
    country="XX",
    sectoral_scope=1,
    indices={"i": "turbine", "p": "monitoring period"},
    identity={"version": MADE_UP},
)

m.monitored(
    "EG_i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE",
    plausible="[0, 1e6]",
    text="electricity generated",
    evidence=MADE_UP,
)
m.monitored(
    "EC_p",
    "MWh",
    extensive=True,
    options="C",
    raises="PE",
    plausible="[0, 1e5]",
    text="electricity of the grid for the plant itself",
    evidence=MADE_UP,
)
m.fixed("P_i", "MW", extensive="units", plausible="[0, 1000]", text="capacity of turbine i", evidence=MADE_UP)
m.class_key("grid", text="grid to which the plant is connected")
m.default(
    "EF_grid,p",
    "tCO2/MWh",
    by="grid, p",
    values={
        ("north", 2023): 0.471,
        ("north", 2024): 0.458,
        ("south", 2023): 0.482,
        ("south", 2024): 0.468,
        ("islands", 2023): 0.619,
        ("islands", 2024): 0.619,
    },
    raises="RE PE",
    bounds="[0, 2]",
    text="emission factor of the grid in the year of the period",
    evidence=MADE_UP,
)
m.at_most("EG", "P × hours", evidence=MADE_UP)


@m.equation("RE_i,p", "tCO2", text="reference emissions of turbine i", evidence=MADE_UP)
def RE_i(EG, EF_grid):
    return EG * EF_grid


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=MADE_UP)
def RE(RE_i):
    return RE_i


@m.equation("PE_p", "tCO2", text="project emissions", evidence=MADE_UP)
def PE(EC, EF_grid):
    return EC * EF_grid


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=MADE_UP)
def ER(RE, PE):
    return RE - PE


m.attested(1, "no_reservoir", "The plant has no reservoir", evidence=MADE_UP)
