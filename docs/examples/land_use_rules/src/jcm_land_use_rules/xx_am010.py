"""XX_AM010: rice by water management. Made up: an example of monitored classes, areas and seasons."""

from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed

MADE_UP = unconfirmed("made up for the documentation")

m = Methodology(
    "XX_AM010",
    version="1.0",
    title="Rice by water management",
    country="XX",
    sectoral_scope=15,
    # a period is a season, or the part of a season in one calendar year
    indices={"i": "stratum", "o": "organic amendment", "p": "season"},
    optional="o",
    terms={"UD": "discount"},
    identity={"version": MADE_UP},
)

m.monitored(
    "A_i,p",
    "ha",
    extensive="units",  # the strata add up to the project; the months of a season all have the same fields
    raises="RE PE",
    plausible="[0, 1e6]",
    text="area of stratum i",
    evidence=MADE_UP,
)
m.monitored(
    "D_i,p",
    "d",
    extensive="time",  # the parts of a season add up to the season; each stratum has its own days
    raises="RE PE",
    plausible="[0, 366]",
    text="days of cultivation",
    evidence=MADE_UP,
)
m.monitored("season_p", "category", text="dry or wet season", evidence=MADE_UP)
m.monitored("w_PJ,i,p", "category", text="water regime that was observed in the season", evidence=MADE_UP)
m.class_key("w_RE,i", text="water regime before the project")
m.class_key("s_pre,i", text="water before the season")
m.monitored(
    "ROA_i,o,p",
    "t/ha",
    raises="RE PE",
    plausible="[0, 20]",
    text="organic amendment per hectare and season; dry weight of straw, fresh weight of others",
    evidence=MADE_UP,
)
m.class_key("kind,o", text="kind of organic amendment")
m.monitored(
    "Q_N,i,p",
    "t",
    extensive=True,
    raises="RE PE",
    plausible="[0, 1e5]",
    text="nitrogen of synthetic fertiliser",
    evidence=MADE_UP,
)
m.default(
    "EF_c,p",
    "kg/ha/d",
    by="season",
    values={"dry": 1.46, "wet": 2.95},
    raises="RE PE",
    text="methane of a continuously flooded field",
    evidence=MADE_UP,
)
REGIMES = {"continuous flooding": 1.0, "single drainage": 0.71, "multiple drainage": 0.55}
m.default(
    "SF_RE,i", "", by="w_RE", values=REGIMES, raises="RE", text="scaling factor before the project", evidence=MADE_UP
)
m.default(
    "SF_PJ,i,p", "", by="w_PJ", values=REGIMES, raises="PE", text="scaling factor of the project", evidence=MADE_UP
)
m.default(
    "SF_pre,i",
    "",
    by="s_pre",
    values={"not flooded < 180 d": 1.0, "not flooded > 180 d": 0.89, "flooded > 30 d": 2.41},
    raises="RE PE",
    text="scaling factor of the water before the season",
    evidence=MADE_UP,
)
m.default(
    "CFOA_o",
    "ha/t",
    by="kind",
    values={"straw < 30 d": 1.0, "straw > 30 d": 0.19, "compost": 0.17, "farmyard manure": 0.21, "green manure": 0.45},
    raises="RE PE",
    text="conversion factor of the amendment",
    evidence=MADE_UP,
)
m.default("e", "", value=0.59, raises="RE PE", bounds="[0.54, 0.64]", text="exponent of amendments", evidence=MADE_UP)
NITROUS = {"continuous flooding": 0.003, "single drainage": 0.005, "multiple drainage": 0.005}
m.default("EF_N,RE,i", "", by="w_RE", values=NITROUS, raises="RE", text="share emitted as N2O-N", evidence=MADE_UP)
m.default("EF_N,PJ,i,p", "", by="w_PJ", values=NITROUS, raises="PE", text="share emitted as N2O-N", evidence=MADE_UP)
# each holds from its first day on: those of the fourth assessment report of the IPCC, then those of the fifth
for gas, fourth, fifth in (("CH4", 25, 28), ("N2O", 298, 265)):
    m.default(
        f"GWP_{gas},p",
        "tCO2/t",
        by="p",
        values={"2013-01-01": fourth, "2021-01-01": fifth},
        raises="RE PE",
        text=f"global warming potential of {gas}",
        evidence=MADE_UP,
    )
m.default("UD", "", value=0.15, raises="UD", bounds="[0, 1]", text="deduction for uncertainty", evidence=MADE_UP)
m.constant("kg_per_t", 1000, "kg/t", text="kilograms of a tonne")
m.constant("N2O_per_N", 44 / 28, "", text="molar masses of N2O and of its nitrogen")


@m.equation("OA_i,p", "", total="o", text="organic amendments", evidence=MADE_UP)
def OA(ROA, CFOA):
    return ROA * CFOA


@m.equation("SF_OA,i,p", "", text="scaling factor of organic amendments", evidence=MADE_UP)
def SF_OA(OA, e):
    return (1 + OA) ** e


@m.equation("B_i,p", "t", text="methane if flooded continuously", evidence=MADE_UP)
def B(EF_c, SF_pre, SF_OA, A, D, kg_per_t):
    return EF_c * SF_pre * SF_OA * A * D / kg_per_t


@m.equation("RE_i,p", "tCO2", text="reference emissions of stratum i", evidence=MADE_UP)
def RE_i(B, SF_RE, GWP_CH4, Q_N, EF_N_RE, N2O_per_N, GWP_N2O):
    return B * SF_RE * GWP_CH4 + Q_N * EF_N_RE * N2O_per_N * GWP_N2O


@m.equation("PE_i,p", "tCO2", text="project emissions of stratum i", evidence=MADE_UP)
def PE_i(B, SF_PJ, GWP_CH4, Q_N, EF_N_PJ, N2O_per_N, GWP_N2O):
    return B * SF_PJ * GWP_CH4 + Q_N * EF_N_PJ * N2O_per_N * GWP_N2O


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=MADE_UP)
def RE(RE_i):
    return RE_i


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=MADE_UP)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=MADE_UP)
def ER(RE, PE, UD):
    return (RE - PE) * (1 - UD)


m.attested(1, "complete_drainage", "The water table falls to 15 cm below the surface", evidence=MADE_UP)
