"""ID_AM009: regenerative burners instead of conventional ones in aluminium holding furnaces.

The symbols of the document were not read; those used here are working symbols.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.fuels import fired
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_HOURS

TEXT = Source(
    "JCM approved methodology ID_AM009, sections A to C (copy, breaks off in the monitoring list)",
    "businessdocbox.com/Green_Solutions/129283869-Joint-crediting-mechanism-approved-methodology-id_am009-"
    "replacement-of-conventional-burners-with-regenerative-burners-for-aluminum-holding-furnaces.html",
)
STATUS = Source("status paper of the Japanese ministries on the scheme, December 2015")

m = Methodology(
    "ID_AM009",
    version="1.0",
    title="Replacement of conventional burners with regenerative burners for aluminum holding furnaces",
    titles={"ja": "アルミニウム保持炉における従来型バーナーのリジェネバーナーへの更新"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project furnace", "p": "monitoring period"},
    identity={
        "number": primary(TEXT),
        "title": primary(TEXT),
        "country": primary(TEXT, "by the number"),
        "sectoral scope": secondary(
            STATUS, "sector: energy demand; that it is printed as scope 3 is from recollection (65 %)"
        ),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: ID007, which was withdrawn"),
        "proponent": unconfirmed("Toyotsu Machinery Corporation, as of the study that prepared it", 65),
    },
    note="Title, definitions and summary of the approved text were read; criteria, equations and numbers were not. "
    "The form of the equations follows from the summary. Electricity of the reference burners is not counted (by "
    "omission, 80 %), which is conservative. Burners of this kind save 27 to 36 % of the gas by physics: doubt inputs "
    "whose saving, 1 − η_RE ÷ η_PJ, lies outside 10 to 50 %. Thresholds of eligibility, if any, are not known; captive "
    "power is not mentioned in what was read.",
)

m.define(
    "regenerative burner",
    "It stores heat of exhaust gas in a reservoir and preheats the combustion air with it",
    evidence=primary(TEXT),
)
m.define("conventional burner", "A burner system without preheating of the combustion air", evidence=primary(TEXT))
m.define(
    "periodical check",
    "Investigation of the furnace by the manufacturer or an agent whom it authorises, to keep up its performance",
    evidence=primary(TEXT),
)
m.summarise(
    primary(TEXT),
    measure="Regenerative burners replace the conventional burners of furnaces that hold aluminium, and less "
    "natural gas is burnt",
    reference="natural gas of the project and the energy efficiencies of the reference and the project burner",
    project="natural gas and electricity of the project furnace",
)
m.emits("reference", "natural gas of the furnace with reference burners", evidence=primary(TEXT))
m.emits("project", "natural gas of the project furnace", evidence=primary(TEXT))
m.emits("project", "electricity of the project furnace", evidence=primary(TEXT))
m.emits(
    "reference",
    "electricity of the reference burners: not counted, which is conservative",
    counted=False,
    evidence=unconfirmed("not named in the summary", 80, TEXT),
)
m.establish(
    "The gas of the reference follows from that of the project by the ratio of efficiencies: the same useful heat. "
    "How the efficiencies are fixed is not known.",
    evidence=primary(TEXT, "the ratio in words"),
)

m.choice(
    "running_time",
    {
        "days": "rated power × 24 hours × days of the period (likelier)",
        "hours": "rated power × hours of operation, monitored",
    },
    text="how the electricity of the burner system follows from its rated power",
    evidence=unconfirmed(
        "the monitoring list breaks off after 'The number of': of days 55 %, of hours 35 %; rated power is inferred",
        55,
        TEXT,
    ),
)

FORM = unconfirmed("follows from the words of the summary: form 85 %, symbols 40 %", 85, TEXT)

m.include(
    fired(
        "i",
        {
            "fuel_measured_as": unconfirmed("gas in t, or in m3 at normal conditions: not known"),
            "FC_PJ": primary(TEXT, "monitored; option B (invoice) or C (meter) is from recollection (75 %)"),
            "factors": unconfirmed(
                "the document's source is not known; the IPCC figures themselves are from recollection", 90
            ),
            "E_PJ": FORM,
            "PE_fuel": FORM,
            "η_PJ": unconfirmed("neither the value nor who fixes it is known: default, specification or calculated"),
            "η_RE": unconfirmed("not known; a default of the document, on the conservative side, is likely", 60),
            "RE_fuel": unconfirmed(
                "consumption of the project × ratio of the efficiencies, equal useful heat: form 85 %, symbols 40 %; "
                "one ratio a furnace or one for all is not known",
                85,
                TEXT,
            ),
        },
        "Natural gas",
        what="the natural gas of furnace i",
        of="of the burners of furnace i",
        volume="Nm3",
    ),
    rename={"NCV_fuel": "NCV_NG", "NCV_V_fuel": "NCV_V,NG", "EF_fuel": "EF_NG"},
)
m.fixed(
    "RP_i",
    "MW",
    raises="PE",
    plausible="[0, 2]",
    text="rated power of the electric equipment of the burner system of furnace i",
    evidence=unconfirmed("inferred", 55),
)
m.monitored(
    "D_p",
    "d",
    name="D_p",
    extensive="time",
    otherwise="days",
    raises="PE",
    text="number of days in period p",
    evidence=unconfirmed("one way to complete the list that breaks off", 55, TEXT),
)
m.monitored(
    "H_i,p",
    "h",
    extensive=True,
    raises="PE",
    plausible="[0, 8784]",
    text="hours of operation of the burner system of furnace i in period p",
    evidence=unconfirmed("one way to complete the list that breaks off", 35, TEXT),
)
m.constant("h_per_d", 24, "h/d", text="hours in a day")
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the electricity consumed: the most recent official value at validation",
    evidence=unconfirmed("rule from recollection; for the Java-Madura-Bali grid 0.814 is that of 2012", 70),
)


@m.equation(
    "EC_PJ,i,p",
    "MWh",
    name="EC_PJ",
    when={"running_time": "days"},
    text="electricity of the burner system of furnace i",
    evidence=unconfirmed("inferred from the monitoring list that breaks off", 55, TEXT),
)
def EC_PJ_days(RP, h_per_d, D_p):
    return RP * h_per_d * D_p


@m.equation(
    "EC_PJ,i,p",
    "MWh",
    name="EC_PJ",
    when={"running_time": "hours"},
    text="electricity of the burner system of furnace i",
    evidence=unconfirmed("inferred from the monitoring list that breaks off", 35, TEXT),
)
def EC_PJ_hours(RP, H):
    return RP * H


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=FORM)
def RE(RE_fuel_i):
    return RE_fuel_i


@m.equation("PE_elec,i,p", "tCO2", text="project emissions of the electricity of furnace i", evidence=FORM)
def PE_elec_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=FORM)
def PE(PE_fuel_i, PE_elec_i):
    return PE_fuel_i + PE_elec_i


@m.equation(
    "ER_p",
    "tCO2",
    text="emission reductions",
    evidence=unconfirmed("general rule of the scheme, from recollection for this document", 95),
)
def ER(RE, PE):
    return RE - PE


m.at_most("H", "hours", evidence=NO_MORE_HOURS)


@m.indicator(
    "saving_i",
    "",
    plausible="[0.1, 0.5]",
    text="share of the gas that the burners of furnace i save",
    evidence=unconfirmed(
        "physics, not the methodology: with the exhaust at 800 to 900 °C and the air heated to 500 to 700 °C it is "
        "27 to 36 %; a saving outside 10 to 50 % is doubtful"
    ),
)
def saving(η_RE, η_PJ):
    return 1 - η_RE / η_PJ


m.waive("zero activity", "by days of the period, rated power counts whether a furnace runs or not", of="PE")
m.waive(
    "units split",
    "rated power belongs to a furnace as a whole: in two rows it counts twice, by days of the period",
    of="PE",
)


m.attested(
    1,
    "burners_replaced,i",
    "Conventional burners (no preheating of combustion air) of an existing aluminium holding furnace are replaced by "
    "regenerative ones",
    evidence=unconfirmed("inferred from title and definitions, which were read", 90, TEXT),
)


m.attested(
    2,
    "natural_gas,i",
    "The fuel is natural gas, before and after",
    evidence=unconfirmed("inferred: the summary speaks of natural gas only", 80, TEXT),
)


m.attested(
    3,
    "checks_planned",
    "A plan for periodical checks by the manufacturer or its authorised agent exists",
    evidence=unconfirmed(
        "inferred, because the term is defined; at least once a year is from recollection (45 %)", 80, TEXT
    ),
)


declare_criteria_not_read(m, further=True)
