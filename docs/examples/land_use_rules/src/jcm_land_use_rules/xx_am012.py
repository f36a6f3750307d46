"""XX_AM012: forest conservation. Made up: an example of leakage and discounts as terms of ER."""

from jcm_calc.declarations import Methodology
from jcm_calc.evidence import unconfirmed

MADE_UP = unconfirmed("made up for the documentation")

m = Methodology(
    "XX_AM012",
    version="1.0",
    title="Forest conservation",
    country="XX",
    sectoral_scope=14,
    indices={"i": "stratum", "p": "monitoring period"},
    # ER = (RE − PE − LK) × (1 − UD) × (1 − BF)
    terms={"LK": "deduction", "UD": "discount", "BF": "discount"},
    identity={"version": MADE_UP},
)

m.coordinate("D", of="p", what="days")
m.default("D_year", "d/yr", value=365, lowers="RE", bounds="[365, 366]", text="days of a year", evidence=MADE_UP)
m.constant("CO2_per_C", 44 / 12, "tCO2/t", text="molar masses of CO2 and carbon")
m.fixed(
    "AD_RL,i",
    "ha/yr",
    extensive="units",
    raises="RE",
    bounds="[0, inf)",
    plausible="[0, 1e5]",
    text="area deforested in a year by the reference level",
    evidence=MADE_UP,
)
m.fixed("C_before,i", "t/ha", raises="RE PE", plausible="[50, 500]", text="carbon of the forest", evidence=MADE_UP)
m.fixed("C_after,i", "t/ha", lowers="RE PE", plausible="[0, 40]", text="carbon after deforestation", evidence=MADE_UP)
m.monitored(
    "AD_PJ,i,p",
    "ha",
    extensive="units time",
    raises="PE",
    plausible="[0, 1e5]",
    text="area deforested in p",
    evidence=MADE_UP,
)
m.monitored(
    "AD_LK,p",
    "ha",
    extensive="units time",
    raises="LK",
    plausible="[0, 1e5]",
    text="area deforested in the leakage belt beyond its trend",
    evidence=MADE_UP,
)
m.fixed("EF_LK", "tCO2/ha", raises="LK", plausible="[0, 1000]", text="emissions of the leakage belt", evidence=MADE_UP)
m.monitored("U_p", "%", plausible="[0, 100]", bounds="[0, 100]", text="uncertainty of the map", evidence=MADE_UP)
m.default(
    "UD_p",
    "",
    by="U",
    values={"[0, 15)": 0.0, "[15, 30)": 0.08, "[30, 50)": 0.15, "[50, 100]": 0.2},
    bounds="[0, 1]",
    raises="UD",
    text="discount for the uncertainty of the map",
    evidence=MADE_UP,
)
m.default("BF", "", value=0.1, bounds="[0, 1]", raises="BF", text="share that goes into the buffer", evidence=MADE_UP)


@m.equation("EF_i", "tCO2/ha", text="emission factor of deforestation", evidence=MADE_UP)
def EF_i(C_before, C_after, CO2_per_C):
    return (C_before - C_after) * CO2_per_C


@m.equation("RE_i,p", "tCO2", text="reference emissions of stratum i", evidence=MADE_UP)
def RE_i(AD_RL, D, D_year, EF_i):
    return AD_RL * D / D_year * EF_i


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=MADE_UP)
def RE(RE_i):
    return RE_i


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=MADE_UP)
def PE(AD_PJ, EF_i):
    return AD_PJ * EF_i


@m.equation("LK_p", "tCO2", text="leakage", evidence=MADE_UP)
def LK(AD_LK, EF_LK):
    return AD_LK * EF_LK


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=MADE_UP)
def ER(RE, PE, LK, UD, BF):
    return (RE - PE - LK) * (1 - UD) * (1 - BF)
