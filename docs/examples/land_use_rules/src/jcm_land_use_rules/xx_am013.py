"""XX_AM013: planting of forests. Made up: an example of stocks, removals, a buffer and its use after a reversal."""

import numpy as np

from jcm_calc.declarations import Methodology
from jcm_calc.evidence import unconfirmed

MADE_UP = unconfirmed("made up for the documentation")

m = Methodology(
    "XX_AM013",
    version="1.0",
    title="Planting of forests",
    country="XX",
    sectoral_scope=14,
    indices={"i": "stratum", "p": "monitoring period"},
    # ER = RE − PE + RM − BF + BU
    terms={"RM": "addition", "BF": "deduction", "BU": "addition"},
    identity={"version": MADE_UP},
)

m.monitored(
    "C_i,p",
    "t",
    extensive="units",
    raises="RM BF",
    lowers="BU",
    plausible="[0, 1e6]",
    text="carbon at the end of p",
    evidence=MADE_UP,
)
m.monitored(
    "C_before,i,p",
    "t",
    extensive="units",
    previous_of="C",
    raises="BU",
    lowers="RM BF",
    plausible="[0, 1e6]",
    text="carbon at the end of the period before",
    evidence=MADE_UP,
)
m.monitored("FC_p", "GJ", extensive=True, raises="PE", plausible="[0, 1e6]", text="fuel of machines", evidence=MADE_UP)
m.default("EF", "tCO2/GJ", value=0.0741, raises="PE", text="emission factor of the fuel", evidence=MADE_UP)
m.constant("CO2_per_C", 44 / 12, "tCO2/t", text="molar masses of CO2 and carbon")
m.default("b", "", value=0.2, raises="BF", bounds="[0, 1]", text="share of removals for the buffer", evidence=MADE_UP)
m.monitored(
    "B_before,p",
    "tCO2",
    previous_of="B",
    raises="BU",
    plausible="[0, 1e6]",
    text="buffer at the end of the period before",
    evidence=MADE_UP,
)


@m.equation("RE_p", "tCO2", text="reference emissions: none, by rule", evidence=MADE_UP)
def RE():
    return 0


@m.equation("PE_p", "tCO2", text="project emissions", evidence=MADE_UP)
def PE(FC, EF):
    return FC * EF


@m.equation("RM_p", "tCO2", total="i", text="removals; negative after a loss", evidence=MADE_UP)
def RM(C, C_before, CO2_per_C):
    return (C - C_before) * CO2_per_C


@m.equation("BF_p", "tCO2", text="removals that go into the buffer", evidence=MADE_UP)
def BF(RM, b):
    return np.maximum(RM, 0) * b


@m.equation("BU_p", "tCO2", text="use of the buffer for a loss", evidence=MADE_UP)
def BU(RM, B_before):
    return np.minimum(np.maximum(0 - RM, 0), B_before)


@m.equation("B_p", "tCO2", text="buffer at the end of p", evidence=MADE_UP)
def B(B_before, BF, BU):
    return B_before + BF - BU


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=MADE_UP)
def ER(RE, PE, RM, BF, BU):
    return RE - PE + RM - BF + BU
