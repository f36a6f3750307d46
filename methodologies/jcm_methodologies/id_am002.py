"""ID_AM002: high-efficiency centrifugal chillers."""

import numpy as np

from jcm_calc import Methodology
from jcm_calc.declarations.items import Version
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.physics import NO_MORE_HOURS, NO_MORE_THAN_CAPACITY

SHEET = Source(
    "monitoring report sheet of project ID009 for 2017, JCM_ID_AM002_ver02.0 (beginning)",
    "pdfslide.net/documents/monitoring-report-sheet-input-sheet-for-verification.html",
)
LIST_2015 = Source("list of Indonesian JCM methodologies of 6 February 2015", "123deta.com")
STUDY = Source(
    "feasibility study of FY2013 that prepared the methodology",
    "www2.gec.jp/main.nsf/en/Activities-Climate_Change_Mitigation-jcm2013ps01",
)
SISTER = Source("summary page of the related Thai methodology TH_AM005", "jcm.go.jp/th-jp/methodologies/144")

m = Methodology(
    "ID_AM002",
    version="2.0",
    title="Energy Saving by Introduction of High Efficiency Centrifugal Chiller",
    titles={"ja": "高効率ターボ冷凍機の導入による省エネルギー"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project chiller", "p": "monitoring period"},
    identity={
        "number": primary(SHEET, "header of the sheet"),
        "title": secondary(LIST_2015),
        "country": primary(SHEET),
        "sectoral scope": unconfirmed("the related methodology TH_AM005 has scope 3", 95),
        "version": primary(SHEET, "in use for monitoring year 2017; its date of approval was not read"),
        "proponent": unconfirmed(
            "Nippon Koei Co., Ltd. and Ebara Refrigeration Equipment, which made the study", 85, STUDY
        ),
    },
    versions=[
        Version(
            "1.0",
            None,
            "only its identity is known; what version 2.0 changed was not read",
            unconfirmed("approved before 6 February 2015; from recollection as August 2014", 55),
        )
    ],
    note="From recollection, not read: the table of reference COPs, the temperature conversion, the weighting "
    "of captive power.",
)

m.define(
    "centrifugal chiller",
    "A chiller with a centrifugal compressor",
    evidence=unconfirmed("read in a study before approval", None, STUDY),
)
m.define(
    "cooling capacity",
    "The capacity of one chiller, not of a system of several",
    evidence=unconfirmed("from recollection", 80),
)
m.define(
    "periodical check",
    "Inspection by the manufacturer or an agent whom it authorises; repairs and overhauls are not part of it",
    evidence=unconfirmed(
        "the authorised agent was read in the study; that repairs are excluded is from recollection", 65, STUDY
    ),
)
m.define(
    "USRt",
    "US refrigeration ton: 3.5163 kW here; the document prints, from recollection, 3.52 kW",
    evidence=unconfirmed("from recollection", 65),
)
m.summarise(
    unconfirmed("as in the related methodology; not read for this document", None, SISTER),
    measure="Electric centrifugal chillers of high COP are installed in factories and commercial facilities",
)
m.emits(
    "reference",
    "electricity of the reference chiller",
    evidence=unconfirmed("read in an article on the study before approval"),
)
m.emits(
    "project",
    "electricity of the project chiller",
    evidence=unconfirmed("read in an article on the study before approval"),
)
m.emits(
    "reference",
    "pumps and cooling towers: the same equipment would be used, and shared systems are hard to meter",
    counted=False,
    evidence=unconfirmed("read in an article on the study before approval"),
)
m.emits(
    "project",
    "leakage of refrigerant: handled by criteria 4 and 5",
    "HFC",
    counted=False,
    evidence=unconfirmed("follows from the criteria"),
)
m.establish(
    "The COP of the reference is a default by class of capacity, the highest of the models surveyed, at common "
    "temperatures; the survey is, from recollection, renewed every three years.",
    evidence=unconfirmed("from recollection; the same logic was read for ID_AM003", 80),
)

m.choice(
    "power_source",
    {
        "grid": "all electricity of the site comes from the grid",
        "captive": "all electricity of the site comes from a captive generator",
        "both": "grid and captive generator, weighted by their electricity",
    },
    text="where the electricity of the project site comes from",
    evidence=unconfirmed(
        "that imports from the grid are monitored was read in the official sheet; the weighting is from recollection",
        70,
    ),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 1e6]",
    text="power consumption of project chiller i in period p",
    evidence=primary(SHEET, "347.2 MWh/p, option C, continuously"),
)
m.monitored(
    "EI_grid,p",
    "MWh",
    extensive=True,
    options="BC",
    plausible="[0, 5e6]",
    comparable="EC_PJ",
    either="RE PE",
    text="electricity imported from the grid to the project site in period p",
    evidence=primary(SHEET, "option B (invoices) or C (measured)"),
)
m.monitored(
    "h_gen,p",
    "h",
    extensive=True,
    options="C",
    plausible="[0, 8784]",
    either="RE PE",
    text="operating time of the captive generator in period p",
    evidence=unconfirmed("from recollection", 70),
)
m.fixed(
    "RC_gen",
    "MW",
    plausible="[0, 1000]",
    either="RE PE",
    text="rated capacity of the captive generator",
    evidence=unconfirmed("from recollection", 70),
)
m.fixed(
    "COP_PJ,i",
    "",
    raises="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="COP of project chiller i under project conditions, from the quotation or the factory acceptance test",
    evidence=unconfirmed("from recollection", 85),
)
m.fixed(
    "T_cooling-out,i",
    "°C",
    raises="RE",
    bounds="(-273.15, inf)",
    plausible="[15, 60]",
    text="cooling-water outlet temperature of chiller i under project conditions",
    evidence=unconfirmed("from recollection", 85),
)
m.fixed(
    "T_chilled-out,i",
    "°C",
    lowers="RE",
    bounds="(-273.15, inf)",
    plausible="[-20, 30]",
    text="chilled-water outlet temperature of chiller i under project conditions",
    evidence=unconfirmed("from recollection", 85),
)
m.fixed(
    "x_i",
    "USRt",
    name="capacity",
    bounds="(0, inf)",
    plausible="[50, 5000]",
    text="cooling capacity of one project chiller i",
    evidence=unconfirmed("that the capacity is that of one unit is from recollection", 80),
)

STANDARD = unconfirmed("standardizing temperature conditions, from recollection", 85)
m.default(
    "T_std,cooling-out",
    "°C",
    value=37,
    bounds="(-273.15, inf)",
    plausible="[15, 60]",
    lowers="RE",
    text="cooling-water outlet temperature, standard",
    evidence=STANDARD,
)
m.default(
    "T_std,chilled-out",
    "°C",
    value=7,
    bounds="(-273.15, inf)",
    plausible="[-20, 30]",
    raises="RE",
    text="chilled-water outlet temperature, standard",
    evidence=STANDARD,
)
m.default(
    "TD_cooling",
    "K",
    value=1.5,
    plausible="[0.5, 10]",
    either="RE",
    text="condensing temperature − cooling-water outlet temperature",
    evidence=unconfirmed("from recollection", 85),
)
m.default(
    "TD_chilled",
    "K",
    value=1.5,
    plausible="[0.5, 10]",
    either="RE",
    text="chilled-water outlet temperature − evaporating temperature",
    evidence=unconfirmed("from recollection", 85),
)
m.default(
    "COP_RE,i",
    "",
    by="capacity",
    values={
        "(0, 300)": 4.92,
        "[300, 450)": 5.33,
        "[450, 550)": 5.59,
        "[550, 825)": 5.69,
        "[825, 1250)": 5.85,
    },
    lowers="RE",
    bounds="(0, inf)",
    plausible="[3, 8]",
    text="COP of the reference chiller for the capacity of unit i: the best of the surveyed models of the class",
    evidence=unconfirmed(
        "values from recollection (55-60 %), limits of the classes from recollection (65 %); the first may have "
        "a lower limit",
        55,
    ),
)
m.fixed(
    "EF_grid",
    "tCO2/MWh",
    listed="grid",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the grid: the most recent value published by the government at validation",
    evidence=unconfirmed("the study names official information of the Indonesian government", None, STUDY),
)
m.default(
    "EF_captive",
    "tCO2/MWh",
    listed="captive",
    value=0.8,
    plausible="[0.3, 1.3]",
    raises="RE PE",
    text="CO2 emission factor of captive electricity (diesel)",
    evidence=unconfirmed(
        "from recollection, after the CDM's AMS-I.A; whether it is fixed in version 2.0 is not known", 80
    ),
)


for _result in ("RE", "PE"):
    m.waive(
        "zero activity",
        "the shares of grid and captive power are not defined for a site without any electricity",
        of=_result,
    )


@m.equation(
    "COP_PJ,tc,i",
    "",
    text="COP of project chiller i, converted to the standardizing temperature conditions",
    evidence=unconfirmed("from recollection; the direction agrees with physics", 85),
)
def COP_PJ_tc(COP_PJ, T_cooling_out, T_chilled_out, TD_chilled, TD_cooling, T_std_cooling_out, T_std_chilled_out):
    return (
        COP_PJ
        * (T_cooling_out - T_chilled_out + TD_chilled + TD_cooling)
        / (T_std_cooling_out - T_std_chilled_out + TD_chilled + TD_cooling)
    )


WEIGHTING = unconfirmed("weighting of grid and captive electricity, from recollection", 70)


@m.equation("EI_gen,p", "MWh", text="electricity of the captive generator", evidence=WEIGHTING)
def EI_gen(h_gen, RC_gen):
    return h_gen * RC_gen


@m.equation("s_grid,p", "", text="share of the grid", evidence=WEIGHTING)
def s_grid(EI_grid, EI_gen):
    return EI_grid / (EI_grid + EI_gen)


@m.equation("s_gen,p", "", text="share of the captive generator", evidence=WEIGHTING)
def s_gen(EI_grid, EI_gen):
    return EI_gen / (EI_grid + EI_gen)


ELECTRICITY = {"name": "EF_elec", "text": "CO2 emission factor of the electricity of the site", "evidence": WEIGHTING}


@m.equation("EF_elec,p", "tCO2/MWh", when={"power_source": "grid"}, **ELECTRICITY)
def EF_elec_grid(EF_grid):
    return EF_grid


@m.equation("EF_elec,p", "tCO2/MWh", when={"power_source": "captive"}, **ELECTRICITY)
def EF_elec_captive(EF_captive):
    return EF_captive


@m.equation("EF_elec,p", "tCO2/MWh", when={"power_source": "both"}, **ELECTRICITY)
def EF_elec_both(s_grid, EF_grid, s_gen, EF_captive):
    return s_grid * EF_grid + s_gen * EF_captive


CORE = unconfirmed(
    "consumption × ratio of COPs × factor is read of the related methodology TH_AM005; a study page prints the "
    "ratio inverted, "
    "which physics and the case of ID_AM003 rule out",
    None,
    SISTER,
)


@m.equation("RE_i,p", "tCO2", text="reference emissions of chiller i", evidence=CORE)
def RE_i(EC_PJ, COP_PJ_tc, COP_RE, EF_elec):
    return EC_PJ * (COP_PJ_tc / COP_RE) * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=CORE)
def RE(RE_i):
    return RE_i


@m.equation("PE_i,p", "tCO2", text="project emissions of chiller i", evidence=CORE)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=CORE)
def PE(PE_i):
    return PE_i


@m.equation(
    "ER_p",
    "tCO2",
    text="emission reductions",
    evidence=unconfirmed("general rule of the scheme; not read for this document"),
)
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", rated="capacity ÷ COP_PJ", evidence=NO_MORE_THAN_CAPACITY)
m.at_most("h_gen", "hours", evidence=NO_MORE_HOURS)


m.fact("checks_per_year", "", text="periodical checks by the manufacturer or its agent planned a year")
m.fact("ODP,i", "", listed="ODP", text="ozone depletion potential of the refrigerant of project chiller i")


m.attested(
    1,
    "centrifugal,i",
    "The project chiller is a centrifugal chiller",
    evidence=unconfirmed("draft of the study; kept in the approved text: from recollection (90 %)", 90, STUDY),
)


@m.criterion(
    "1b", "Cooling capacity of one project chiller below 1250 USRt", evidence=unconfirmed("from recollection", 75)
)
def limited_capacity(capacity):
    return capacity < 1250


@m.criterion(
    2,
    "COP_PJ,tc,i, converted to the standardizing temperature conditions, above 6.0",
    evidence=unconfirmed(
        "draft of the study, in English 'more than', in Japanese 'or more': taken as strict; conversion from "
        "recollection",
        85,
        STUDY,
    ),
)
def efficient(COP_PJ_tc):
    return COP_PJ_tc > 6.0


@m.criterion(
    3,
    "Periodical check planned more than four times a year",
    evidence=unconfirmed(
        "draft of the study, in Japanese 'four or more', by contract: taken as strict; wording from recollection",
        75,
        STUDY,
    ),
)
def checked(checks_per_year):
    return checks_per_year > 4


@m.criterion(
    4,
    "Ozone depletion potential of the project refrigerant is 0",
    evidence=unconfirmed("draft of the study; from recollection for the approved text (90 %)", 90, STUDY),
)
def no_ozone_depletion(ODP):
    return ODP == 0


m.attested(
    5,
    "release_prevented",
    "A plan prevents the release of refrigerant of project and replaced chillers; execution checked at verification",
    evidence=unconfirmed(
        "the draft of the study has recovery and destruction; the wider form is from recollection (75 %)", 75, STUDY
    ),
)


@m.fitting
def cooling_water_is_the_warmer(values):
    """Keep the cooling water above the chilled water, without which no chiller runs."""
    return values | {"T_cooling_out": np.maximum(values["T_cooling_out"], values["T_chilled_out"])}
