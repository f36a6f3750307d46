"""VN_AM003: high efficiency equipment in commercial buildings in Viet Nam.

The symbols of the document were not read; those used here are placeholders. Each kind of equipment
has its own index, and a project lacks those it does not have.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.electricity import driven, metered
from jcm_methodologies.fuels import fired, ipcc
from jcm_methodologies.official_pages import declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_HOURS, NO_MORE_THAN_RATED

PAGE = Source("official summary page of VN_AM003", "www.jcm.go.jp/vn-jp/methodologies/17")

m = Methodology(
    "VN_AM003",
    version="1.0",
    title="Improving the energy efficiency of commercial buildings by utilization of high efficiency equipment",
    titles={"ja": "高効率設備の利用による業務用ビルのエネルギー効率向上"},
    country="VN",
    sectoral_scope=3,
    indices={
        "i": "electricity-driven equipment",
        "k": "fuel-fired equipment",
        "h": "heat pump instead of a boiler",
        "j": "type of lighting",
        "a": "auxiliary equipment",
        "p": "monitoring period",
    },
    optional="ikhja",
    approved=date(2015, 1, 14),
    identity={
        "number": primary(PAGE, "proposed as VN_PM004"),
        "title": primary(PAGE),
        "country": primary(PAGE),
        "sectoral scope": primary(PAGE),
        "version": primary(PAGE, "version 1.0, valid, approved on 14 January 2015; no later one seen"),
        "proponent": primary(PAGE, "Hibiya Engineering, Ltd.; Mitsubishi UFJ Morgan Stanley Securities Co., Ltd."),
    },
    note="Structure only: the official summary page was read. The equipment and thresholds of Table 1, further "
    "criteria, the reference efficiencies and every other number are not known, and none is assumed. Whether the "
    "document lets a heat pump replace a boiler is not known either (50 %). What an energy management system "
    "saves is taken not to count (70 %).",
)

m.define(
    "high efficiency equipment",
    "Equipment of Table 1 of eligibility criterion 1, whose content is not known",
    evidence=primary(PAGE),
)
m.summarise(
    primary(PAGE),
    measure="High efficiency equipment replaces existing facilities of commercial buildings, so that electricity "
    "and fossil fuel fall",
    reference="consumption of the project × ratio of efficiencies × factors; of lighting rated electricity × "
    "operating hours",
    project="metered electricity and fossil fuel × factors",
)
m.emits("reference", "electricity of the reference equipment", evidence=primary(PAGE))
m.emits("reference", "fossil fuel of the reference equipment", evidence=primary(PAGE))
m.emits(
    "project", "electricity of the project equipment, with auxiliary equipment where applicable", evidence=primary(PAGE)
)
m.emits("project", "fossil fuel of the project equipment", evidence=primary(PAGE))
m.establish(
    "The reference equipment gives the same service; how its efficiency is fixed is not known.",
    evidence=primary(PAGE, "the ratio of efficiencies; its direction is derived"),
)

STRUCTURE = primary(PAGE, "structure read in words; symbols are placeholders")
RATIO = unconfirmed(
    "consumption × ratio of efficiencies × factor was read; that the ratio is project ÷ reference is derived, because "
    "only that gives a reduction",
    None,
    PAGE,
)
LAMPS = unconfirmed(
    "rated electricity consumption × operation hours was read in words; that it is the reference lighting's follows "
    "from the sense, and the number of lamps is not named",
    None,
    PAGE,
)
SUBSTITUTED = unconfirmed("by physics; whether the document has it is not known", 50)
RATED = unconfirmed("rated power × hours; that operating hours are monitored where applicable favours it", 65, PAGE)
LIGHTING = unconfirmed("the term of the project's lighting is inferred", 60, PAGE)
METERED = unconfirmed("metered electricity was read; that lighting is metered is the less likely way", None, PAGE)
AUXILIARY = unconfirmed("that its operating hours are monitored was read; rated power × hours is inferred", 60, PAGE)
SPECIFICATION = unconfirmed("not known; presumably the manufacturer's specification", 70)
REFERENCE = unconfirmed("not known, and neither is how it is fixed")
MONITORED = {
    "EC_PJ": primary(PAGE, "monitored; option C, a meter, is usual (60 %)"),
    "FC_PJ": primary(PAGE, "monitored; option B (invoice) or C (meter) is usual (50 %)"),
}
ELECTRICITY = {
    "EC_PJ": MONITORED["EC_PJ"],
    "EF_elec": unconfirmed("usual is the published combined margin of the Vietnamese authority", 85),
    "PE_elec": STRUCTURE,
    "RE_elec": RATIO,
    "η_PJ": SPECIFICATION,
    "η_RE": REFERENCE,
}

m.include(driven("i", ELECTRICITY, "of equipment i"), rename={"η_PJ": "η_PJ,elec,i", "η_RE": "η_RE,elec,i"})
m.include(
    fired(
        "k",
        {
            "fuel_measured_as": unconfirmed("mass or volume: not known"),
            "FC_PJ": MONITORED["FC_PJ"],
            "factors": unconfirmed("national value, else IPCC 2006, lower bound for the reference, is usual", 60),
            "E_PJ": unconfirmed(
                "the words name consumption and emission factors; a calorific value between them is usual", None, PAGE
            ),
            "PE_fuel": STRUCTURE,
            "RE_fuel": RATIO,
            "η_PJ": SPECIFICATION,
            "η_RE": REFERENCE,
        },
        what="the fuel of equipment k",
        of="of equipment k",
    ),
    rename={"η_PJ": "η_PJ,fuel,k", "η_RE": "η_RE,fuel,k"},
)


# A heat pump that stands in for a boiler: that electricity is metered was read, that a heat pump is one was not

HEAT_PUMP = {"EC_PJ": SUBSTITUTED, "PE_elec": SUBSTITUTED}

m.include(metered("h", ELECTRICITY | HEAT_PUMP, "of heat pump h", raises="RE PE"), rename={"EC_PJ": "EC_sub,h,p"})
m.fixed(
    "COP_PJ,h",
    "",
    raises="RE",
    bounds="(0, inf)",
    plausible="[1, 10]",
    text="COP of heat pump h",
    evidence=SPECIFICATION,
)
m.default(
    "η_RE,boiler,h",
    "",
    lowers="RE",
    bounds="(0, 1]",
    plausible="[0.2, 1]",
    text="efficiency of the boiler that heat pump h replaces",
    evidence=REFERENCE,
)
m.class_key("fuel_RE,h", text="fuel of the boiler that heat pump h replaces")
m.default(
    "EF_fuel,RE,h",
    "tCO2/GJ",
    by="fuel_RE",
    candidates=ipcc("EF"),
    raises="RE",
    plausible="[0, 0.2]",
    text="CO2 emission factor of the fuel of that boiler",
    evidence=unconfirmed("national value, else IPCC 2006, lower bound for the reference, is usual", 60),
)
m.constant("GJ_per_MWh", 3.6, "GJ/MWh", text="gigajoules in a megawatt hour")


@m.equation("RE_sub,h,p", "tCO2", text="emissions of the fuel that heat pump h displaces", evidence=SUBSTITUTED)
def RE_sub_h(EC_sub, GJ_per_MWh, COP_PJ, η_RE_boiler, EF_fuel_RE):
    return EC_sub * GJ_per_MWh * COP_PJ / η_RE_boiler * EF_fuel_RE


# Lighting

m.choice(
    "project_lighting",
    {"rated": "rated power × number × hours (likelier)", "metered": "electricity by meter"},
    text="where the electricity of the project's lighting comes from",
    evidence=RATED,
)
for power, effect, which in (("P_RE", "RE", "reference"), ("P_PJ", "PE", "project")):
    m.fixed(
        f"{power},j",
        "W",
        raises=effect,
        plausible="[0, 2000]",
        text=f"rated power of one {which} lamp of type j",
        evidence=unconfirmed("specific to the project", 80),
    )
m.fixed(
    "N_j",
    "",
    raises="RE PE",
    plausible="[0, 1e5]",
    text="number of lamps of type j",
    evidence=unconfirmed("not named in the summary"),
)
m.monitored(
    "OH_j,p",
    "h",
    extensive=True,
    raises="RE PE",
    plausible="[0, 8784]",
    text="operating hours of the lamps of type j in period p",
    evidence=primary(PAGE, "monitored, where applicable"),
)
m.monitored(
    "EC_metered,li,j,p",
    "MWh",
    extensive=True,
    raises="PE",
    plausible="[0, 1e5]",
    text="electricity consumed by the project's lamps of type j in period p, by meter",
    evidence=METERED,
)
m.constant("Wh_per_MWh", 1e6, "Wh/MWh", text="watt hours in a megawatt hour")


@m.equation("EC_RE,li,j,p", "MWh", text="electricity of the reference lamps of type j", evidence=LAMPS)
def EC_RE_li(P_RE, N, OH, Wh_per_MWh):
    return P_RE * N * OH / Wh_per_MWh


@m.equation("RE_li,j,p", "tCO2", text="reference emissions of lighting of type j", evidence=STRUCTURE)
def RE_li_j(EC_RE_li, EF_elec):
    return EC_RE_li * EF_elec


@m.equation(
    "EC_PJ,li,j,p",
    "MWh",
    name="EC_PJ_li",
    when={"project_lighting": "rated"},
    text="electricity of the project's lamps of type j",
    evidence=RATED,
)
def EC_PJ_li_rated(P_PJ, N, OH, Wh_per_MWh):
    return P_PJ * N * OH / Wh_per_MWh


@m.equation(
    "EC_PJ,li,j,p",
    "MWh",
    name="EC_PJ_li",
    when={"project_lighting": "metered"},
    text="electricity of the project's lamps of type j",
    evidence=METERED,
)
def EC_PJ_li_metered(EC_metered_li):
    return EC_metered_li


@m.equation("PE_li,j,p", "tCO2", text="project emissions of lighting of type j", evidence=LIGHTING)
def PE_li_j(EC_PJ_li, EF_elec):
    return EC_PJ_li * EF_elec


# Auxiliary equipment

m.fixed(
    "P_AUX,a",
    "kW",
    raises="PE",
    plausible="[0, 1000]",
    text="rated power of auxiliary equipment a",
    evidence=unconfirmed("specific to the project", 80),
)
m.monitored(
    "OH_AUX,a,p",
    "h",
    extensive=True,
    raises="PE",
    plausible="[0, 8784]",
    text="operating hours of auxiliary equipment a in period p",
    evidence=primary(PAGE, "monitored, where applicable"),
)
m.constant("kWh_per_MWh", 1000, "kWh/MWh", text="kilowatt hours in a megawatt hour")


@m.equation("EC_AUX,a,p", "MWh", text="electricity of auxiliary equipment a", evidence=AUXILIARY)
def EC_AUX(P_AUX, OH_AUX, kWh_per_MWh):
    return P_AUX * OH_AUX / kWh_per_MWh


@m.equation("PE_aux,a,p", "tCO2", text="project emissions of auxiliary equipment a", evidence=AUXILIARY)
def PE_aux_a(EC_AUX, EF_elec):
    return EC_AUX * EF_elec


# Sums


@m.equation("RE_elec,p", "tCO2", total="i", text="reference emissions of electricity-driven equipment", evidence=RATIO)
def RE_elec(RE_elec_i):
    return RE_elec_i


@m.equation("RE_fuel,p", "tCO2", total="k", text="reference emissions of fuel-fired equipment", evidence=RATIO)
def RE_fuel(RE_fuel_k):
    return RE_fuel_k


@m.equation("RE_sub,p", "tCO2", total="h", text="reference emissions of substituted boilers", evidence=SUBSTITUTED)
def RE_sub(RE_sub_h):
    return RE_sub_h


@m.equation("RE_li,p", "tCO2", total="j", text="reference emissions of lighting", evidence=STRUCTURE)
def RE_li(RE_li_j):
    return RE_li_j


@m.equation(
    "RE_p",
    "tCO2",
    text="reference emissions",
    evidence=unconfirmed("equipment and lighting were read; the term of substituted boilers was not", None, PAGE),
)
def RE(RE_elec, RE_fuel, RE_sub, RE_li):
    return RE_elec + RE_fuel + RE_sub + RE_li


@m.equation(
    "PE_elec,p", "tCO2", total="i", text="project emissions of electricity-driven equipment", evidence=STRUCTURE
)
def PE_elec(PE_elec_i):
    return PE_elec_i


@m.equation("PE_fuel,p", "tCO2", total="k", text="project emissions of fuel-fired equipment", evidence=STRUCTURE)
def PE_fuel(PE_fuel_k):
    return PE_fuel_k


@m.equation("PE_sub,p", "tCO2", total="h", text="project emissions of heat pumps for boilers", evidence=SUBSTITUTED)
def PE_sub(PE_elec_h):
    return PE_elec_h


@m.equation("PE_li,p", "tCO2", total="j", text="project emissions of lighting", evidence=LIGHTING)
def PE_li(PE_li_j):
    return PE_li_j


@m.equation("PE_aux,p", "tCO2", total="a", text="project emissions of auxiliary equipment", evidence=AUXILIARY)
def PE_aux(PE_aux_a):
    return PE_aux_a


@m.equation(
    "PE_p",
    "tCO2",
    text="project emissions",
    evidence=unconfirmed(
        "metered energy was read; the terms of lighting and auxiliary equipment are inferred", 60, PAGE
    ),
)
def PE(PE_elec, PE_fuel, PE_sub, PE_li, PE_aux):
    return PE_elec + PE_fuel + PE_sub + PE_li + PE_aux


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)
m.at_most("EC_sub", "rated power × hours", evidence=NO_MORE_THAN_RATED)
m.at_most("EC_metered_li", "rated power × hours", rated="P_PJ × N", evidence=NO_MORE_THAN_RATED)
m.at_most("OH", "hours", evidence=NO_MORE_HOURS)
m.at_most("OH_AUX", "hours", evidence=NO_MORE_HOURS)


m.attested(
    1,
    "in_table_1",
    "All equipment is listed in Table 1 of the document and reaches the efficiency stated there",
    evidence=unconfirmed("that criterion 1 and its Table 1 exist was read; their content was not", None, PAGE),
)


declare_criteria_not_read(m, further=True)
