"""MN_AM002: high-efficiency heat only boilers (HOB) for hot water supply in Mongolia."""

from datetime import date

import numpy as np

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, STATUS_PAPER, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_HOURS, NO_MORE_THAN_RATED

STUDY = Source(
    "study of FY2013 before approval, Bornuur and 118th School", "gec.jp/jcm/jp_old/projects/13ds_mgl_01.html"
)
DRAFT = Source(
    "draft methodology of the FY2013 study", "www2.gec.jp/main.nsf/en/Activities-Climate_Change_Mitigation-jcm2013ds02"
)

m = Methodology(
    "MN_AM002",
    version="1.0",
    title="Replacement and Installation of High Efficiency Heat Only Boiler (HOB) for Hot Water Supply Systems",
    titles={"ja": "温水供給システムにおける高効率熱供給専用ボイラ (HOB) への更新及びその導入"},
    country="MN",
    sectoral_scope=1,
    indices={"i": "project HOB", "p": "monitoring period"},
    approved=date(2015, 1, 28),
    identity={
        "number": secondary(STATUS_PAPER),
        "title": secondary(STATUS_PAPER),
        "country": secondary(STATUS_PAPER),
        "sectoral scope": secondary(STATUS_PAPER, "sector: energy industries"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: MN001 and MN002; approved on 28 January 2015"),
        "proponent": unconfirmed("Suuri-Keikaku Co., Ltd., which made the studies that prepared it", 90),
    },
    note="The formula is that of a study before approval; none of the approved default values is known. The draft's "
    "reference efficiency of 0.50 must not pass for the approved one: with it one site alone has 750 t a year, while "
    "157 t were issued for both over some 8 months. Electricity of the reference boiler is not counted in the study, "
    "which is conservative.",
)

m.define(
    "heat only boiler (HOB)",
    "A coal-fired boiler of 0.10 to 3.15 MW that supplies heat alone",
    evidence=unconfirmed("read in studies before approval", None, STUDY),
)
m.summarise(
    unconfirmed("read in studies before approval", None, STUDY),
    measure="Boilers of high efficiency replace others, or meet new demand, and burn less coal for the same heat",
    reference="heat supplied ÷ efficiency of the reference boiler × factor of coal",
    project="heat supplied ÷ efficiency of the project boiler × factor of coal, and electricity of the boiler",
    monitoring="heat supplied, by a heat meter",
)
m.emits(
    "reference", "coal of the reference boiler", evidence=unconfirmed("read in studies before approval", None, STUDY)
)
m.emits("project", "coal of the project boiler", evidence=unconfirmed("read in studies before approval", None, STUDY))
m.emits(
    "project",
    "grid electricity of the project boiler",
    evidence=unconfirmed("read in studies before approval", None, STUDY),
)
m.emits(
    "reference",
    "electricity of the reference boiler: not counted, which is conservative",
    counted=False,
    evidence=unconfirmed("not in the formula of the study", None, STUDY),
)
m.establish(
    "A reference boiler of an efficiency above that of the boilers in use delivers the same heat with the same coal.",
    evidence=unconfirmed("from recollection", 70),
)

m.monitored(
    "PH_i,p",
    "GJ",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 1e6]",
    text="net heat quantity supplied by project HOB i in period p, by heat meter",
    evidence=unconfirmed("the heat meter was read in the study; option C from recollection (85 %)", 85, STUDY),
)
m.monitored(
    "HMP_i,p",
    "h",
    extensive=True,
    raises="PE",
    plausible="[0, 8784]",
    text="hours of operation of project HOB i in period p",
    evidence=unconfirmed(
        "a number of the study; that the approved version monitors it is from recollection", 70, STUDY
    ),
)
m.fixed(
    "RPC_i",
    "kW",
    raises="PE",
    plausible="[0, 1000]",
    text="maximum electric power consumption of project HOB i",
    evidence=unconfirmed("maximum power in the study", None, STUDY),
)
m.default(
    "η_RE",
    "",
    candidates={
        "approved version, from recollection": Value(
            0.61,
            unconfirmed(
                "from recollection; with the draft's other inputs it is near the 206 t a year of MN002, from "
                "recollection",
                60,
            ),
        ),
        "FY2013 draft": Value(0.50, unconfirmed("the draft's, not the approved one", None, STUDY)),
    },
    lowers="RE",
    bounds="(0, 1]",
    plausible="[0.3, 0.95]",
    text="boiler efficiency of the reference HOB",
    evidence=unconfirmed(
        "the approved value is not known: 0.61 is from recollection (60 %), 0.50 is the draft's", 60, STUDY
    ),
)
m.fixed(
    "η_PJ,i",
    "",
    lowers="PE",
    bounds="(0, 1]",
    plausible="[0.3, 0.98]",
    text="boiler efficiency of project HOB i",
    evidence=unconfirmed("whether the document or the project fixes it is not known; 0.67 is the draft's", None, STUDY),
)
m.default(
    "EF_CO2,coal",
    "tCO2/GJ",
    candidates={"FY2013 draft": 0.099, "IPCC 2006 lignite, default": 0.101, "IPCC 2006 lignite, lower": 0.0909},
    raises="RE PE",
    plausible="[0.05, 0.15]",
    text="CO2 emission factor of coal",
    evidence=unconfirmed("the approved value is not known; 0.099 is the draft's, from measurements", None, STUDY),
)
m.fixed(
    "EF_CO2,grid",
    "tCO2/MWh",
    listed="grid",
    aliases={"FY2013 draft": "CES, Bornuur boilers, factor of an application or study"},
    raises="PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the grid",
    evidence=unconfirmed(
        "that it is fixed ex ante is likely; which factor applies is not known, 1.1501 is the draft's", 60
    ),
)
m.constant("kWh_per_MWh", 1000, "kWh/MWh", text="kilowatt hours in a megawatt hour")

FORMULA = unconfirmed("the formula of the study before approval, split into reference and project", 65, STUDY)


@m.equation("RE_i,p", "tCO2", text="emissions of the coal that the reference HOB would burn", evidence=FORMULA)
def RE_i(PH, η_RE, EF_CO2_coal):
    return PH * (1 / η_RE) * EF_CO2_coal


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=FORMULA)
def RE(RE_i):
    return RE_i


@m.equation("EC_i,p", "MWh", text="electricity of project HOB i: maximum power × hours", evidence=FORMULA)
def EC(RPC, HMP, kWh_per_MWh):
    return RPC * HMP / kWh_per_MWh


@m.equation("PE_coal,i,p", "tCO2", text="emissions of the coal that project HOB i burns", evidence=FORMULA)
def PE_coal(PH, η_PJ, EF_CO2_coal):
    return PH * (1 / η_PJ) * EF_CO2_coal


@m.equation("PE_elec,i,p", "tCO2", text="emissions of the electricity of project HOB i", evidence=FORMULA)
def PE_elec(EC, EF_CO2_grid):
    return EC * EF_CO2_grid


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=FORMULA)
def PE(PE_coal, PE_elec):
    return PE_coal + PE_elec


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=FORMULA)
def ER(RE, PE):
    return RE - PE


m.at_most("HMP", "hours", evidence=NO_MORE_HOURS)


m.fact(
    "fuel",
    "category",
    text="fuel of the project HOBs; brown coal is lignite",
    categories=("coal", "lignite", "brown coal", "other"),
)
m.fact("hot_water_supply", text="the HOBs serve a hot water supply system")
m.fact("capacity,i", "MW", text="capacity of project HOB i")
m.at_most("PH", "capacity × HMP", evidence=NO_MORE_THAN_RATED)
m.fact(
    "activity",
    "category",
    text="kind of activity",
    categories=("installation", "replacement of a coal-fired HOB", "capacity expansion of a coal-fired HOB"),
)


@m.criterion(1, "Coal-fired HOB for a hot water supply system", evidence=unconfirmed("draft", None, DRAFT))
def coal_for_hot_water(fuel, hot_water_supply):
    return (fuel != "other") & hot_water_supply


@m.criterion(2, "Capacity of a project HOB from 0.10 MW to 3.15 MW", evidence=unconfirmed("draft", None, DRAFT))
def within_capacity(capacity):
    return (capacity >= 0.10) & (capacity <= 3.15)


@m.criterion(
    3,
    "New HOB, replacement of an existing coal-fired HOB, or expansion of its capacity",
    evidence=unconfirmed("draft", None, DRAFT),
)
def kind_of_activity(activity):
    return np.isin(
        activity, ["installation", "replacement of a coal-fired HOB", "capacity expansion of a coal-fired HOB"]
    )


m.attested(4, "dust_collector,i", "The project HOBs have dust collectors", evidence=unconfirmed("draft", None, DRAFT))


m.attested(
    5,
    "manual_available",
    "Boiler operation manual and maintenance (the text that was read breaks off)",
    evidence=unconfirmed(
        "draft, incomplete; of the approved text a minimum efficiency of 80 % (45 %) and an even feed of coal on the "
        "stoker (40 %) are from recollection",
        None,
        DRAFT,
    ),
)


declare_criteria_not_read(m, further=True)
