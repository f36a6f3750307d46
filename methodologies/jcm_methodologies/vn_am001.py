"""VN_AM001: digital tachograph systems for freight vehicles in Viet Nam.

No equation of this methodology was read here. Symbols are placeholders, both readings of the
reference emissions are likely ones, and every factor is the user's to give.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.fuels import MASS, VOLUME, ipcc, volumetric
from jcm_methodologies.official_pages import PROJECT_LIST, STATUS_PAPER, declare_criteria_not_read

PRESS = Source("press accounts of project VN001", "logi-today.com/178908")
PRECEDENT = Source(
    "study for the CDM precedent AMS-III.AT in Malaysia",
    "www2.gec.jp/main.nsf/en/Activities-CDMJI_FS_Programme-FS201106",
)
TRAINING = Source(
    "account of eco-driving training in the Greater Mekong Subregion",
    "http://www.gms-eoc.org/resources/eco-driving-to-reduce-freight-ghg-emissions-in-the-gms",
)
STRUCTURE = unconfirmed("structure inferred", 85)
BY_DISTANCE = unconfirmed("inferred from the quantities that press accounts name", 50, PRESS)
BY_FREIGHT_WORK = unconfirmed("as in the CDM precedent", 35, PRECEDENT)

m = Methodology(
    "VN_AM001",
    version="1.0",
    title="Transportation energy efficiency activities by installing digital tachograph systems",
    titles={"ja": "デジタルタコグラフシステムの導入による輸送のエネルギー効率向上活動"},
    country="VN",
    sectoral_scope=7,
    indices={
        "i": "vehicle",
        "k": "route or vehicle category",
        "f": "fuel of the history",
        "p": "monitoring period",
    },
    identity={
        "number": secondary(STATUS_PAPER),
        "title": secondary(STATUS_PAPER),
        "country": secondary(STATUS_PAPER),
        "sectoral scope": secondary(STATUS_PAPER, "sector: transport"),
        "version": unconfirmed("follows from version 2.0, which project VN001 uses", None, PROJECT_LIST),
        "proponent": unconfirmed("Nippon Express Co., Ltd., the participant of project VN001", 70),
    },
    note="The structure is not confirmed, and no factor has a default: treat a result as that of a generic "
    "calculation of specific fuel consumption, not of the approved methodology. How the document keeps the reference "
    "below business as usual, and how it treats replaced or new vehicles, is not known. A vehicle has one fuel here; "
    "electricity of the devices is left out (80 %).",
)

m.define(
    "digital tachograph system",
    "A recorder on board that logs sudden acceleration, braking and steering, distance and refuelling; drivers are "
    "coached by it",
    evidence=unconfirmed(
        "read in press accounts of the project; the wording of the document is not known", None, PRESS
    ),
)
m.summarise(
    unconfirmed("read in press accounts of the project", None, PRESS),
    measure="Trucks burn less fuel, because drivers are coached by what the digital tachographs record",
)
m.emits("reference", "fossil fuel of the vehicles without the system", evidence=unconfirmed("from recollection", 92))
m.emits("project", "fossil fuel of the same vehicles with the system", evidence=unconfirmed("from recollection", 92))
m.emits(
    "project",
    "electricity of devices and servers: probably left out",
    counted=False,
    evidence=unconfirmed("from recollection", 80),
)
m.establish(
    "The state before installation, as in the CDM precedent. What keeps the reference below business as usual is "
    "not known.",
    evidence=unconfirmed("as in the CDM precedent", None, PRECEDENT),
)

m.choice(
    "basis",
    {
        "distance": "fuel per kilometre before the project × distance run (likelier: press accounts name both)",
        "freight work": "emissions per tonne-kilometre before the project × freight work (as in the CDM precedent)",
    },
    text="on what reference emissions are based",
    evidence=unconfirmed("distance 50 %, freight work 35 %: the document was not read", 50, PRESS),
)
m.choice(
    "fuel_measured_as",
    {"mass": "fuel in tonnes", "volume": "fuel in kilolitres, with a density"},
    text="how quantities of fuel are measured",
    evidence=unconfirmed("t, or kL with a density: not known", None),
)

m.class_key("fuel,i", text="fuel of vehicle i")
m.coordinate("fuel_f", of="f", what="label")

BOTH = "RE PE"
m.monitored(
    "FC_PJ,i,p",
    "t",
    extensive=True,
    raises="PE",
    plausible="[0, 200]",
    text="fuel used by vehicle i in period p, by mass",
    evidence=unconfirmed("measured in VN001; role in the methodology inferred", 90, PRESS),
)
m.monitored(
    "V_PJ,i,p",
    "kL",
    extensive=True,
    raises="PE",
    plausible="[0, 250]",
    text="fuel used by vehicle i in period p, by volume",
    evidence=unconfirmed("measured in VN001; role in the methodology inferred", 90, PRESS),
)
m.monitored(
    "D_PJ,i,p",
    "km",
    extensive=True,
    raises="RE",
    plausible="[0, 300000]",
    text="distance run by vehicle i in period p",
    evidence=unconfirmed("measured in VN001; role in the methodology inferred", 70, PRESS),
)
m.monitored(
    "TK_PJ,k,p",
    "t*km",
    extensive=True,
    raises="RE",
    text="freight work of category k in period p",
    evidence=BY_FREIGHT_WORK,
)
m.fixed(
    "SFC_RE,i",
    "t/km",
    raises="RE",
    plausible="[0, 0.001]",
    text="fuel of vehicle i per kilometre before the project, by mass",
    evidence=BY_DISTANCE,
)
m.fixed(
    "SV_RE,i",
    "kL/km",
    raises="RE",
    plausible="[0, 0.0012]",
    text="fuel of vehicle i per kilometre before the project, by volume",
    evidence=BY_DISTANCE,
)
m.fixed(
    "FC_hist,k,f",
    "t",
    raises="RE",
    text="fuel f used by category k in its history, by mass",
    evidence=unconfirmed("as in the CDM precedent; length of the history not known", 35, PRECEDENT),
)
m.fixed(
    "V_hist,k,f",
    "kL",
    raises="RE",
    text="fuel f used by category k in its history, by volume",
    evidence=unconfirmed("as in the CDM precedent; length of the history not known", 35, PRECEDENT),
)
m.fixed(
    "TK_hist,k",
    "t*km",
    lowers="RE",
    bounds="(0, inf)",
    text="freight work of category k in its history",
    evidence=BY_FREIGHT_WORK,
)

WHICH_SET = unconfirmed("which set of fuel factors the methodology takes is not known", None)

for key, index, which in (("fuel", "i", "of vehicle i"), ("fuel_f", "f", "f of the history")):
    m.default(
        f"NCV_{index}",
        "GJ/t",
        name=f"NCV_{index}",
        index=index,
        by=key,
        candidates=ipcc("NCV"),
        raises=BOTH if index == "i" else "RE",
        plausible="[1, 60]",
        text=f"net calorific value of the fuel {which}",
        evidence=WHICH_SET,
    )
    m.default(
        f"EF_CO2,{index}",
        "tCO2/GJ",
        name=f"EF_CO2_{index}",
        index=index,
        by=key,
        candidates=ipcc("EF"),
        raises=BOTH if index == "i" else "RE",
        plausible="[0, 0.2]",
        text=f"CO2 emission factor of the fuel {which}",
        evidence=WHICH_SET,
    )
    m.default(
        f"ρ_{index}",
        "t/kL",
        name=f"ρ_{index}",
        index=index,
        by=key,
        candidates=volumetric("density"),
        raises=BOTH if index == "i" else "RE",
        bounds="(0, inf)",
        plausible="[0.4, 1.1]",
        text=f"density of the fuel {which}",
        evidence=unconfirmed("which density the methodology takes is not known", None),
    )

DISTANCE, FREIGHT = {"basis": "distance"}, {"basis": "freight work"}


@m.equation("m_PJ,i,p", "t", name="m_PJ", when=MASS, text="mass of the fuel of vehicle i", evidence=STRUCTURE)
def m_PJ_mass(FC_PJ):
    return FC_PJ


@m.equation("m_PJ,i,p", "t", name="m_PJ", when=VOLUME, text="mass of the fuel of vehicle i", evidence=STRUCTURE)
def m_PJ_volume(V_PJ, ρ_i):
    return V_PJ * ρ_i


@m.equation(
    "s_RE,i", "t/km", name="s_RE", when=MASS, text="specific fuel consumption before the project", evidence=BY_DISTANCE
)
def s_RE_mass(SFC_RE):
    return SFC_RE


@m.equation(
    "s_RE,i",
    "t/km",
    name="s_RE",
    when=VOLUME,
    text="specific fuel consumption before the project",
    evidence=BY_DISTANCE,
)
def s_RE_volume(SV_RE, ρ_i):
    return SV_RE * ρ_i


@m.equation(
    "m_hist,k,f", "t", name="m_hist", when=MASS, text="mass of the fuel of the history", evidence=BY_FREIGHT_WORK
)
def m_hist_mass(FC_hist):
    return FC_hist


@m.equation(
    "m_hist,k,f", "t", name="m_hist", when=VOLUME, text="mass of the fuel of the history", evidence=BY_FREIGHT_WORK
)
def m_hist_volume(V_hist, ρ_f):
    return V_hist * ρ_f


@m.equation(
    "RE_i,p",
    "tCO2",
    text="reference emissions of vehicle i, by distance",
    evidence=BY_DISTANCE,
)
def RE_i(D_PJ, s_RE, NCV_i, EF_CO2_i):
    return D_PJ * s_RE * NCV_i * EF_CO2_i


@m.equation(
    "E_hist,k",
    "tCO2",
    total="f",
    text="emissions of category k in its history",
    evidence=BY_FREIGHT_WORK,
)
def E_hist(m_hist, NCV_f, EF_CO2_f):
    return m_hist * NCV_f * EF_CO2_f


@m.equation(
    "BEF_k",
    "tCO2/(t*km)",
    text="reference emissions of category k per freight work",
    evidence=BY_FREIGHT_WORK,
)
def BEF(E_hist, TK_hist):
    return E_hist / TK_hist


@m.equation(
    "RE_p",
    "tCO2",
    name="RE",
    total="i",
    when=DISTANCE,
    text="reference emissions, by distance",
    evidence=BY_DISTANCE,
)
def RE_distance(RE_i):
    return RE_i


@m.equation(
    "RE_p",
    "tCO2",
    name="RE",
    total="k",
    when=FREIGHT,
    text="reference emissions, by freight work",
    evidence=BY_FREIGHT_WORK,
)
def RE_freight_work(BEF, TK_PJ):
    return BEF * TK_PJ


@m.equation("PE_i,p", "tCO2", text="project emissions of vehicle i", evidence=STRUCTURE)
def PE_i(m_PJ, NCV_i, EF_CO2_i):
    return m_PJ * NCV_i * EF_CO2_i


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=STRUCTURE)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


@m.indicator(
    "saving_p",
    "",
    plausible="(-inf, 0.08]",
    text="share of the reference emissions that is saved",
    evidence=unconfirmed(
        "not of the methodology: right after eco-driving training drivers in Laos and Viet Nam used 7 to 8 % less fuel",
        None,
        TRAINING,
    ),
)
def saving(ER, RE):
    return ER / RE


for number, name, text, certainty in (
    (
        "a",
        "tachograph_with_feedback",
        "A digital tachograph system warns drivers of inefficient driving in real time",
        85,
    ),
    ("b", "regular_feedback", "Feedback or training from analysed data is given to drivers regularly", 60),
    ("c", "history_exists", "No such system before, and data on fuel use and distance before the project exist", 60),
    ("d", "one_operator", "The vehicles are managed by one entity", 40),
    ("e", "same_fuel", "No fuel switch is credited: vehicles burn the same fuel before and after", 45),
    ("f", "not_required_by_law", "A device of this kind with driver feedback is not required by law", 40),
    ("g", "comparable_service", "Routes or type of service are comparable before and after", 35),
):
    m.attested(number, name, text, evidence=unconfirmed("a candidate after the CDM's AMS-III.AT", certainty, PRECEDENT))


declare_criteria_not_read(m, further=True)
