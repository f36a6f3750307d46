"""PH_AM004: methane of rice fields in the Philippines, less by water management.

The document was not read: all of it is from a digest in public code, whose repository is not known. A field and its
stratum and season (f, st and s of the digest) are one row here, index f: season and water regimes are its classes.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Evidence, Source, secondary, unconfirmed
from jcm_methodologies.fuels import ipcc
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read

DIGEST = Source("digest of the methodology and its monitoring sheet in public code (stored copy 8777447130)")
NEWS = Source("news of the National Institute for Environmental Studies", "tenbou.nies.go.jp (i=38112)")
IPCC = Source("IPCC 2019 Refinement, volume 4, chapter 5", place="equations 5.1 to 5.3 and tables 5.11 to 5.14")
SOILS = Source("IPCC 2019 Refinement, volume 4, chapter 11", place="table 11.1")


def digested(note: str = "in the digest") -> Evidence:
    """Return the evidence of what is in the digest: a secondary source of an unknown author."""
    return unconfirmed(note, None, DIGEST)


READ = digested()
REFERENCE_FIRST = digested(
    "two numbers each for fuel and fertiliser; that the reference is the first is inferred (80 %)"
)
BY_AREA = digested(
    "the digest prints no area here: nitrogen in kgN/ha gives emissions only if it is multiplied by it, and without it "
    "project emissions would be lower"
)
PUMPS = unconfirmed("fuel in TJ × factor of the fuel is inferred", 85, DIGEST)

m = Methodology(
    "PH_AM004",
    version="1.0",
    title="Methane Emission Reduction by Water Management in Rice Paddy Fields",
    titles={"ja": "水田における水管理によるメタン排出削減"},
    country="PH",
    sectoral_scope=15,
    indices={
        "f": "field, or fields of one stratum and season together",
        "i": "type of organic amendment",
        "p": "monitoring period",
    },
    optional="i",
    terms={"Ud": "discount"},
    approved=date(2025, 2, 3),
    identity={
        "number": secondary(NEWS, "PH008, PH009 and PH010 apply it, all in validation"),
        "title": secondary(NEWS),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("from recollection", 95),
        "version": secondary(
            PROJECT_LIST,
            "version 1.0 is in use: PH008, PH009 and PH010; the day of approval is from a wiki",
        ),
    },
    note="The document was not read. Everything is from a digest in public code of an unknown author, so nothing "
    "of it can support an issuance request; where the digest takes an IPCC table its values are those of the IPCC. "
    "Dry weight of straw, fresh weight of other amendments (from recollection, 90 %). The daily factors of a country, "
    "1.46 and 2.95, were found nowhere else: the IPCC has 1.22 (0.83 to 1.81) for South East Asia. "
    "Also with them the digest asks for direct measurement. Whether amendments of reference and project may differ "
    "was not read: they are the same here.",
)

m.summarise(
    READ,
    measure="Rice fields change from continuous flooding to single or multiple drainage (alternate wetting and "
    "drying), or from single to multiple",
    reference="methane and nitrous oxide of the fields under the water regime before the project, and fuel of "
    "irrigation pumps",
    project="the same under the water regime of the project, and fuel of drainage and irrigation pumps",
    monitoring="emission factors (weekly), area (once), days of cultivation, organic amendments, nitrogen applied, "
    "fuel of pumps",
)
m.emits("reference", "flooded rice fields", "CH4", evidence=READ)
m.emits("reference", "rice fields, nitrogen applied", "N2O", evidence=READ)
m.emits("reference", "irrigation pumps (optional)", evidence=READ)
m.emits("project", "rice fields with drainage", "CH4", evidence=READ)
m.emits("project", "rice fields, nitrogen applied", "N2O", evidence=READ)
m.emits("project", "drainage pumps (required) and irrigation pumps (optional)", evidence=READ)
m.establish(
    "The water regime before the project in the same stratum of season, regime, soil and amendment, measured or by "
    "factors of the country; the reductions are lowered by the deduction for uncertainty Ud.",
    evidence=READ,
)

# How emissions are determined

SEASONAL, DAILY, COUNTRY = "seasonal factors", "daily factors", "country-specific factors"
m.choice(
    "methane",
    {
        SEASONAL: "measured in each stratum, kgCH4/ha in a season",
        DAILY: "measured in each stratum, kgCH4/ha in a day of cultivation",
        COUNTRY: "daily factors of the country with scaling factors, next to direct measurement",
    },
    text="how the emission factors of methane are determined",
    evidence=READ,
)
m.choice(
    "nitrous_oxide",
    {"measured": "measured in each stratum, kgN2O/ha in a season", "fertiliser": "from nitrogen applied"},
    text="how the emissions of nitrous oxide are determined",
    evidence=READ,
)

# Fields

m.monitored(
    "A_f,p",
    "ha",
    extensive="units",
    options="C",
    raises="RE PE",
    plausible="[0, 1e6]",
    text="area of field f, once at the beginning",
    evidence=READ,
)
m.monitored(
    "D_f,p",
    "d",
    extensive="time",
    raises="RE PE",
    plausible="[0, 200]",
    text="days of cultivation of field f in the season, as far as they lie in period p",
    evidence=READ,
)

# Methane: measured

for letter, term, which in (("R", "RE", "water regime of the reference"), ("P", "PE", "water regime of the project")):
    m.monitored(
        f"EF_CH4,{letter},f,p",
        "kg/ha",
        extensive="time",
        raises=term,
        plausible="[0, 1000]",
        text=f"methane of a hectare under the {which}, of the season or of its part in period p; weekly measurements",
        evidence=READ,
    )
    m.monitored(
        f"EF_CH4,{letter},d,f",
        "kg/ha/d",
        raises=term,
        plausible="[0, 20]",
        text=f"methane of a hectare in a day under the {which}; weekly measurements",
        evidence=READ,
    )

# Methane: factors of the country

m.class_key("season_f", text="season of field f: dry or wet")
m.default(
    "EF_CH4,c,d,f",
    "kg/ha/d",
    by="season",
    values={"dry season": 1.46, "wet season": 2.95},
    raises="RE PE",
    plausible="[0, 5]",
    text="methane of a hectare in a day, continuously flooded, without amendments",
    evidence=digested("found nowhere else; IPCC 2019, table 5.11, South East Asia: 1.22 (0.83 to 1.81)"),
)
m.class_key("w_R,f", text="water regime of field f before the project")
m.class_key("w_P,f", text="water regime of field f in the project")
m.default(
    "SF_R,w,f",
    "",
    by="w_R",
    values={"continuous flooding": 1.0},
    raises="RE",
    plausible="[0, 1]",
    basis="continuous flooding has 1, every drainage less",
    text="scaling factor of the water regime before the project",
    evidence=digested("as IPCC 2019, table 5.12; the digest has the value of continuous flooding alone"),
)
m.default(
    "SF_P,w,f",
    "",
    by="w_P",
    values={"single drainage": 0.71, "multiple drainage": 0.55},
    raises="PE",
    plausible="[0, 1]",
    basis="continuous flooding has 1, every drainage less",
    text="scaling factor of the water regime of the project",
    evidence=digested("as IPCC 2019, table 5.12, with ranges 0.53 to 0.94 and 0.41 to 0.72"),
)
m.class_key("before_season,f", text="water of field f before the season")
m.default(
    "SF_p,f",
    "",
    index="f",
    name="SF_p",
    by="before_season",
    values={
        "not flooded, less than 180 d": 1.0,
        "not flooded, more than 180 d": 0.89,
        "flooded, more than 30 d": 2.41,
        "not flooded, more than 365 d": Value(
            0.59, digested("table 2; table 1 has three classes, so whether this one may be used was not read")
        ),
    },
    raises="RE PE",
    plausible="[0, 3]",
    text="scaling factor of the water before the season",
    evidence=digested("table 2 of the digest, as IPCC 2019, table 5.13"),
)
m.monitored(
    "ROA_f,i,p",
    "t/ha",
    raises="RE PE",
    plausible="[0, 30]",
    text="organic amendment i of a hectare in the season; dry weight of straw, fresh weight of others",
    evidence=READ,
)
m.class_key("kind_i", text="kind of organic amendment i")
m.default(
    "CFOA_i",
    "ha/t",
    by="kind",
    values={
        "straw, less than 30 d before cultivation": 1.0,
        "straw, more than 30 d before cultivation": 0.19,
        "compost": 0.17,
        "farmyard manure": 0.21,
        "green manure": 0.45,
    },
    raises="RE PE",
    plausible="[0, 1.2]",
    text="conversion factor of organic amendment i",
    evidence=digested("table 3 of the digest, as IPCC 2019, table 5.14"),
)

# Nitrous oxide and pumps

for letter, term, which in (("R", "RE", "reference"), ("P", "PE", "project")):
    m.monitored(
        f"EF_N2O,{letter},f,p",
        "kg/ha",
        extensive="time",
        raises=term,
        plausible="[0, 100]",
        text=f"nitrous oxide of a hectare in the {which}, of the season or its part in period p; weekly measurements",
        evidence=READ,
    )
    m.monitored(
        f"Q_N2O,{letter},f,p",
        "kg/ha",
        extensive="time",
        raises=term,
        plausible="[0, 1000]",
        text=f"nitrogen applied to a hectare in the {which}, yearly",
        evidence=REFERENCE_FIRST,
    )
    m.monitored(
        f"Q_F,{letter},p",
        "TJ",
        extensive=True,
        raises=term,
        plausible="[0, 1e4]",
        text="fuel of irrigation pumps in the reference (optional: 0 leaves it out)"
        if letter == "R"
        else "fuel of drainage pumps (required) and of irrigation pumps (as in the reference) in the project",
        evidence=REFERENCE_FIRST,
    )
m.default(
    "EF_N2O,w,f",
    "",
    by="w_R",
    values={"continuous flooding": 0.003, "single drainage": 0.005},
    raises="RE",
    plausible="[0, 0.03]",
    text="N2O-N of the nitrogen applied before the project: continuously flooded 0.003, drained 0.005",
    evidence=unconfirmed("in the digest, as IPCC 2019", None, SOILS),
)
m.default(
    "EF_N2O,D",
    "",
    value=0.005,
    raises="PE",
    plausible="[0, 0.03]",
    text="N2O-N of the nitrogen applied to drained fields",
    evidence=unconfirmed("in the digest, as IPCC 2019", None, SOILS),
)
m.default(
    "EF_F",
    "tCO2/TJ",
    candidates={name: round(1000 * value, 9) for name, value in ipcc("EF", "Gas/diesel oil", "Motor gasoline").items()},
    raises="RE PE",
    plausible="[50, 110]",
    text="CO2 emission factor of the fuel of pumps",
    evidence=digested("which figures the methodology takes is not known"),
)

# Constants of the document

m.default(
    "GWP_CH4",
    "tCO2/t",
    value=28,
    raises="RE PE",
    text="global warming potential of methane",
    plausible="[20, 40]",
    evidence=READ,
)
m.default(
    "GWP_N2O",
    "tCO2/t",
    value=265,
    raises="RE PE",
    text="global warming potential of nitrous oxide",
    plausible="[250, 320]",
    evidence=READ,
)
m.constant("kg_per_t", 1000, "kg/t", text="kilograms in a tonne")
m.constant("N2O_per_N", 44 / 28, "", text="molar masses of N2O and of its nitrogen")


@m.equation("OA_f,p", "", total="i", text="organic amendments, converted", evidence=READ)
def OA(ROA, CFOA):
    return ROA * CFOA


@m.equation(
    "SF_o,f,p",
    "",
    name="SF_o",
    text="scaling factor of organic amendments; 1 without any",
    evidence=unconfirmed(
        "the exponent is that of the IPCC (0.54 to 0.64). The digest prints the sum without it, with the very "
        "conversion factors of the IPCC: it was lost there. Without it every emission would be higher",
        90,
        IPCC,
    ),
)
def SF_o(OA):
    return (1 + OA) ** 0.59


@m.equation(
    "EF_CH4,R,c,f,p", "kg/ha/d", text="daily methane of the reference, by factors of the country", evidence=READ
)
def EF_CH4_R_c(EF_CH4_c_d, SF_R_w, SF_p, SF_o):
    return EF_CH4_c_d * SF_R_w * SF_p * SF_o


@m.equation("EF_CH4,P,c,f,p", "kg/ha/d", text="daily methane of the project, by factors of the country", evidence=READ)
def EF_CH4_P_c(EF_CH4_c_d, SF_P_w, SF_p, SF_o):
    return EF_CH4_c_d * SF_P_w * SF_p * SF_o


# Reference emissions


def RE_CH4_seasonal(EF_CH4_R, A, kg_per_t, GWP_CH4):
    return EF_CH4_R * A / kg_per_t * GWP_CH4


def RE_CH4_daily(EF_CH4_R_d, D, A, kg_per_t, GWP_CH4):
    return EF_CH4_R_d * D * A / kg_per_t * GWP_CH4


def RE_CH4_country(EF_CH4_R_c, D, A, kg_per_t, GWP_CH4):
    return EF_CH4_R_c * D * A / kg_per_t * GWP_CH4


def RE_N2O_measured(EF_N2O_R, A, kg_per_t, GWP_N2O):
    return EF_N2O_R * A / kg_per_t * GWP_N2O


def RE_N2O_fertiliser(Q_N2O_R, A, EF_N2O_w, N2O_per_N, kg_per_t, GWP_N2O):
    return Q_N2O_R * A * EF_N2O_w * N2O_per_N / kg_per_t * GWP_N2O


@m.equation("RE_CO2,p", "tCO2", text="carbon dioxide of irrigation pumps in the reference", evidence=PUMPS)
def RE_CO2(Q_F_R, EF_F):
    return Q_F_R * EF_F


# Project emissions


def PE_CH4_seasonal(EF_CH4_P, A, kg_per_t, GWP_CH4):
    return EF_CH4_P * A / kg_per_t * GWP_CH4


def PE_CH4_daily(EF_CH4_P_d, D, A, kg_per_t, GWP_CH4):
    return EF_CH4_P_d * D * A / kg_per_t * GWP_CH4


def PE_CH4_country(EF_CH4_P_c, D, A, kg_per_t, GWP_CH4):
    return EF_CH4_P_c * D * A / kg_per_t * GWP_CH4


def PE_N2O_measured(EF_N2O_P, A, kg_per_t, GWP_N2O):
    return EF_N2O_P * A / kg_per_t * GWP_N2O


def PE_N2O_fertiliser(Q_N2O_P, A, EF_N2O_D, N2O_per_N, kg_per_t, GWP_N2O):
    return Q_N2O_P * A * EF_N2O_D * N2O_per_N / kg_per_t * GWP_N2O


@m.equation("PE_CO2,p", "tCO2", text="carbon dioxide of pumps in the project", evidence=PUMPS)
def PE_CO2(Q_F_P, EF_F):
    return Q_F_P * EF_F


for option, reference, project in (
    (SEASONAL, RE_CH4_seasonal, PE_CH4_seasonal),
    (DAILY, RE_CH4_daily, PE_CH4_daily),
    (COUNTRY, RE_CH4_country, PE_CH4_country),
):
    for symbol, name, function, text in (
        ("RE_CH4,p", "RE_CH4", reference, "methane of the reference"),
        ("PE_CH4,p", "PE_CH4", project, "methane of the project"),
    ):
        m.equation(symbol, "tCO2", name=name, total="f", when={"methane": option}, text=text, evidence=READ)(function)
for option, reference, project, evidence in (
    ("measured", RE_N2O_measured, PE_N2O_measured, READ),
    ("fertiliser", RE_N2O_fertiliser, PE_N2O_fertiliser, BY_AREA),
):
    for symbol, name, function, text in (
        ("RE_N2O,p", "RE_N2O", reference, "nitrous oxide of the reference"),
        ("PE_N2O,p", "PE_N2O", project, "nitrous oxide of the project"),
    ):
        m.equation(symbol, "tCO2", name=name, total="f", when={"nitrous_oxide": option}, text=text, evidence=evidence)(
            function
        )


@m.equation("RE_p", "tCO2", text="reference emissions", evidence=READ)
def RE(RE_CH4, RE_N2O, RE_CO2):
    return RE_CH4 + RE_N2O + RE_CO2


@m.equation("PE_p", "tCO2", text="project emissions", evidence=READ)
def PE(PE_CH4, PE_N2O, PE_CO2):
    return PE_CH4 + PE_N2O + PE_CO2


# The deduction for uncertainty

m.class_key("measured_every", text="how often emission factors are measured directly")
m.default(
    "Ud_DM",
    "",
    by="measured_every",
    values={"3 years": 0.05, "4 or 5 years": 0.10},
    raises="Ud",
    bounds="[0, 1]",
    plausible="[0, 0.3]",
    text="uncertainty deduction of factors that are measured directly",
    evidence=READ,
)
m.default(
    "Ud_EF",
    "",
    value=0.15,
    raises="Ud",
    bounds="[0, 1]",
    plausible="[0, 0.3]",
    text="uncertainty deduction of factors of the country, with direct measurement every 5 years",
    evidence=READ,
)


def Ud_measured(Ud_DM):
    return Ud_DM


def Ud_country(Ud_EF):
    return Ud_EF


for option, function in ((SEASONAL, Ud_measured), (DAILY, Ud_measured), (COUNTRY, Ud_country)):
    m.equation(
        "Ud", "", name="Ud", when={"methane": option}, text="uncertainty deduction of the reductions", evidence=READ
    )(function)


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=READ)
def ER(RE, PE, Ud):
    return (RE - PE) * (1 - Ud)


# Eligibility criteria

for number, fact, text in (
    (
        1,
        "drainage_introduced",
        "Water management changes from continuous flooding to single or multiple drainage, or from single to multiple",
    ),
    (2, "not_practised_before", "That drainage was not practised in the 2 years before the project"),
    (3, "complete_drainage", "Drainage is complete: the water table falls to 15 cm below the surface"),
    (4, "irrigated_in_time", "Fields are irrigated within 2 days after drainage"),
    (5, "not_required_by_law", "No law requires the drainage"),
):
    m.attested(number, fact, text, evidence=READ)
declare_criteria_not_read(m, further=True)
