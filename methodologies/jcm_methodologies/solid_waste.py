"""Methane from solid waste disposal sites: the first-order decay of CDM TOOL04, shared by methodologies.

The tool's own text was not read: its equations and figures are those that open implementations quote.
That a methodology takes them from the tool, and which of them, is for its own document to say; so
every figure is offered by name and none is taken without being named.

A tonne starts to decay in the year, or month, of its disposal. What is emitted in p depends on every
disposal since the first, so the whole history is an input. The methodology that includes the group
declares the waste ``W`` of type j and disposal x itself, because it says how that is monitored.
"""

import numpy as np

from jcm_calc.declarations import Group, Value
from jcm_calc.evidence import Source, unconfirmed
from jcm_calc.reference_data import gwp

TOOL = Source(
    "R package SWDSFODR, an implementation of CDM TOOL04 version 08.1 that quotes it", place="its documentation"
)
CODE = Source("R package SWDSFODR, an implementation of CDM TOOL04 version 08.1", place="calcSWDSEmissions.R")
MANUAL = Source("GEC manual of the tool's version of 2008", "yumpu.com/en/document/view/28287794/pdf-file-gec/115")
IPCC_RATES = Source(
    "data file of a US EPA landfill model with table 3.3 of the IPCC 2006 Guidelines, vol. 5",
    "github.com/USEPA/lfg-calc-py",
    "lfg_calc_py/data/IPCC_Waste_specific_k-values.csv",
)
DEFAULT = "read as the tool's default"
INFERRED = "that the methodology follows the tool is inferred"


def told(value, note, certainty=None, source=TOOL):
    """Give a figure of the tool, with its way into this module."""
    return Value(value, unconfirmed(f"{note}; which figure the methodology fixes is not known", certainty, source))


group = Group({"j": "waste type", "x": "year or month of disposal", "p": "monitoring period"})

group.choice(
    "decay_form",
    {
        "yearly": "equation 1: disposals and emissions by calendar year",
        "monthly": "equation 2: disposals and emissions by month, each p a month",
    },
    text="which of the tool's two equations gives the decay; on the same waste they differ, most in the first year",
    evidence=unconfirmed("which of the two the methodology takes is not known", None, TOOL),
)
YEARLY, MONTHLY = {"decay_form": "yearly"}, {"decay_form": "monthly"}

group.coordinate("waste_type", of="j", what="label")
group.coordinate("y", of="p", what="year")
group.coordinate("D_p", of="p", what="days")
group.coordinate("D_y", of="p", what="days_of_year")
group.constant("one_year", 1, "yr", text="the step of the yearly form")
group.constant("months_per_year", 12, "", text="months in a year")
group.constant("CH4_per_C", 16 / 12, "", text="mass of methane for the mass of carbon in it")

group.fixed(
    "x_year",
    "",
    index="x",
    raises="RE",
    plausible="[1990, 2060]",
    counts="year",
    text="calendar year of the disposals x",
    evidence=unconfirmed("the tool counts x from the first year; calendar years give the same age", None, TOOL),
)
group.fixed(
    "x_month",
    "",
    index="x",
    raises="RE",
    plausible="[0, 600]",
    counts="month",
    text="number of the month of the disposals x, counted from the first month of disposal",
    evidence=unconfirmed("i of the tool's monthly equation", None, TOOL),
)
group.fixed(
    "p_month",
    "",
    index="p",
    lowers="RE",
    plausible="[0, 600]",
    counts="month",
    text="number of the month p, counted as those of the disposals",
    evidence=unconfirmed("m of the tool's monthly equation", None, TOOL),
)

group.default(
    "φ_y",
    "",
    name="φ",
    index="p",
    candidates={
        "TOOL04 application B, humid or wet": told(0.85, "from recollection; a range of 0.75 to 0.85 was read", 88),
        "TOOL04 application B, dry": told(0.80, "from recollection; a range of 0.75 to 0.85 was read", 88),
        "TOOL04 application A": told(
            0.75, "from recollection; for the capture of gas at an existing site, estimated ahead", 88
        ),
        "TOOL04 of 2008": told(0.9, "versions up to 05", None, MANUAL),
    },
    raises="RE",
    bounds="(0, 1]",
    plausible="[0.5, 1]",
    text="correction for the uncertainty of the model; application B is the avoidance of disposal",
    evidence=unconfirmed(
        f"a factor of the tool; {INFERRED}; a project's own value, 1 ÷ (1 + v), is from recollection", 75, TOOL
    ),
)
group.default(
    "f_y",
    "",
    name="f",
    index="p",
    candidates={"TOOL04, no capture at the site": told(0, "the value without capture; the tool has no default")},
    lowers="RE",
    bounds="[0, 1]",
    plausible="[0, 1]",
    basis="it is a part: no less than nothing, no more than all",
    text="fraction of the methane that the disposal site captures and flares, burns or otherwise keeps from the air",
    evidence=unconfirmed(f"a factor of the tool; {INFERRED}", None, TOOL),
)
group.default(
    "GWP_CH4",
    "tCO2/t",
    index="p",
    candidates={
        "AR4": told(gwp("CH4", "AR4"), "the usual value of 2015 in CDM and JCM, from recollection", 60, None),
        "AR5": told(gwp("CH4", "AR5"), "from recollection as prescribed for reductions from 2021 (90 %)", 90, None),
        "SAR": told(gwp("CH4", "SAR"), "from recollection", 95, None),
    },
    raises="RE",
    plausible="[20, 40]",
    text="global warming potential of methane",
    evidence=unconfirmed("which one applies was read nowhere", None),
)
group.default(
    "OX",
    "",
    candidates={
        "TOOL04": told(0.1, DEFAULT),
        "TOOL04 of 2008, no oxidising cover": told(
            0, "from recollection; 0.1 with a cover such as soil or compost", 90, None
        ),
    },
    lowers="RE",
    bounds="[0, 1]",
    plausible="[0, 0.5]",
    text="fraction of the methane oxidised in the cover of the site",
    evidence=unconfirmed(f"a factor of the tool; {INFERRED}", None, TOOL),
)
group.default(
    "F",
    "",
    candidates={"TOOL04": told(0.5, DEFAULT)},
    raises="RE",
    bounds="[0, 1]",
    plausible="[0.4, 0.7]",
    text="volume fraction of methane in the gas of the site",
    evidence=unconfirmed(f"a factor of the tool; {INFERRED}", None, TOOL),
)
group.default(
    "DOC_f,y",
    "",
    name="DOC_f",
    index="p",
    candidates={"TOOL04": told(0.5, DEFAULT)},
    raises="RE",
    bounds="[0, 1]",
    plausible="[0.3, 0.8]",
    text="fraction of the degradable organic carbon that decomposes",
    evidence=unconfirmed(
        f"a factor of the tool; {INFERRED}; for a single residual waste 0.7 × 12/16 × BMP ÷ (F × DOC) is from "
        f"recollection",
        70,
        TOOL,
    ),
)
group.default(
    "MCF_y",
    "",
    name="MCF",
    index="p",
    candidates={
        "TOOL04, anaerobic managed": told(
            1.0, "value read; for controlled placing with cover, compaction or levelling"
        ),
        "TOOL04, semi-aerobic managed": told(0.5, "value read"),
        "TOOL04, unmanaged, deep or high water table": told(
            0.8, "value read; deep is 5 m and more, from recollection (92 %)"
        ),
        "TOOL04, unmanaged, shallow": told(
            0.4, "value read; shallow is less than 5 m, or stockpiles, from recollection (92 %)"
        ),
    },
    raises="RE",
    bounds="[0, 1]",
    plausible="[0.2, 1]",
    text="methane correction factor of the disposal site",
    evidence=unconfirmed(
        f"a factor of the tool; {INFERRED}; max(1 − 2 m ÷ depth, water table ÷ depth) where water is above the "
        "bottom is from recollection",
        80,
        TOOL,
    ),
)
WOOD, PAPER, FOOD, TEXTILES, GARDEN = (
    "Wood and wood products",
    "Pulp, paper and cardboard (other than sludge)",
    "Food, food waste, beverages and tobacco (other than sludge)",
    "Textiles",
    "Garden, yard and park waste",
)
group.default(
    "DOC_j",
    "",
    by="waste_type",
    candidates={
        "TOOL04, wet basis": {
            WOOD: told(0.43, DEFAULT),
            PAPER: told(0.40, DEFAULT),
            FOOD: told(0.15, DEFAULT),
            TEXTILES: told(0.24, DEFAULT),
            GARDEN: told(0.20, DEFAULT),
            "Glass, plastic, metal, other inert waste": told(0, "from recollection", 97, None),
            "Empty fruit bunches": told(0.20, "from recollection, as garden waste", 80, None),
            "Industrial sludge": told(0.09, "from recollection", 80, None),
            "Domestic sludge": told(0.05, "from recollection", 80, None),
        }
    },
    raises="RE",
    bounds="[0, 1]",
    plausible="[0, 0.5]",
    text="degradable organic carbon in waste type j, by wet weight",
    evidence=unconfirmed(f"a factor of the tool; {INFERRED}", None, TOOL),
)


ROWS = {
    WOOD: "a slow row, with straw",
    PAPER: "a slow row",
    TEXTILES: "a slow row, with paper",
    GARDEN: "the moderate row, with other organic waste that rots and is not food",
    FOOD: "the rapid row",
    "Domestic sludge": "the rapid row, which says sewage sludge",
}


def rates(zone, wood, paper, garden, food):
    """Give the decay rates of a climate zone from the rows of the table."""
    figures = dict(zip(ROWS, (wood, paper, paper, garden, food, food), strict=True))
    return {
        waste: told(k, f"IPCC 2006, {zone}; {ROWS[waste]}; the tool's ranges end at the same figures", None, IPCC_RATES)
        for waste, k in figures.items()
    }


group.default(
    "k_j",
    "1/yr",
    by="waste_type",
    candidates={
        "boreal and temperate, dry": rates("mean at most 20 °C, rain below evapotranspiration", 0.02, 0.04, 0.05, 0.06),
        "boreal and temperate, wet": rates(
            "mean at most 20 °C, rain above evapotranspiration", 0.03, 0.06, 0.10, 0.185
        ),
        "tropical, dry": rates("mean above 20 °C, rain below 1000 mm", 0.025, 0.045, 0.065, 0.085),
        "tropical, wet": rates("mean above 20 °C, rain above 1000 mm", 0.035, 0.07, 0.17, 0.40),
    },
    either="RE",
    plausible="[0.01, 1]",
    text="decay rate of waste type j in the climate of the disposal site",
    evidence=unconfirmed(f"a factor of the tool; {INFERRED}", None, IPCC_RATES),
)

EQUATIONS = unconfirmed(f"equations 1 and 2 of the tool, as an open implementation quotes them; {INFERRED}", 92, CODE)
STEPS = unconfirmed("y − x and (m − i) ÷ 12 of the tool's two equations, written with the length of a step", 92, CODE)


@group.equation("step", "yr", name="step", when=YEARLY, text="length of a step: one year", evidence=STEPS)
def step_year(one_year):
    return one_year


@group.equation("step", "yr", name="step", when=MONTHLY, text="length of a step: one month", evidence=STEPS)
def step_month(one_year, months_per_year):
    return one_year / months_per_year


@group.equation("n_x,p", "", name="n", when=YEARLY, text="years from the disposals x to p", evidence=STEPS)
def n_years(y, x_year):
    return y - x_year


@group.equation("n_x,p", "", name="n", when=MONTHLY, text="months from the disposals x to p", evidence=STEPS)
def n_months(p_month, x_month):
    return p_month - x_month


@group.equation(
    "d_j,x,p",
    "",
    text="fraction of the waste of x that decays in the year or month of p; none of what is disposed of later",
    evidence=EQUATIONS,
)
def d(n, k, step):
    return np.where(n >= 0, np.exp(-k * step * n) * (1 - np.exp(-k * step)), 0)


@group.equation(
    "C_p", "t", total="jx", text="degradable organic carbon that decays in that year or month", evidence=EQUATIONS
)
def C(W, DOC, d):
    return W * DOC * d


@group.equation(
    "s_p",
    "",
    name="s",
    when=YEARLY,
    text="share of the year's methane that falls in p: its days out of the days of the year",
    evidence=unconfirmed(
        "the tool knows whole years only; that figures of a year are shared by days is from recollection as the "
        "scheme's "
        "practice, and keeps two periods in one year from counting it twice",
        70,
    ),
)
def s_year(D_p, D_y):
    return D_p / D_y


@group.equation("s_p", "", name="s", when=MONTHLY, text="share of the month's methane: p is the month", evidence=STEPS)
def s_month():
    return 1


@group.equation("E_CH4,SWDS,p", "tCO2", name="E_CH4", text="methane of the disposal site in p", evidence=EQUATIONS)
def E_CH4(φ, f, GWP_CH4, OX, CH4_per_C, F, DOC_f, MCF, C, s):
    return φ * (1 - f) * GWP_CH4 * (1 - OX) * CH4_per_C * F * DOC_f * MCF * C * s
