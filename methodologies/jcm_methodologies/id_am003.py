"""ID_AM003: energy-efficient refrigerators using natural refrigerant (cold storage, frozen food plants)."""

import numpy as np

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST
from jcm_methodologies.physics import NO_MORE_THAN_RATED

PDD = Source(
    "JCM project design document, frozen food processing plant in Indonesia (beginning)",
    "businessdocbox.com/Green_Solutions/91152413-Jcm-project-design-document-form.html",
)
LIST_2015 = Source("list of Indonesian JCM methodologies of 6 February 2015", "123deta.com")
COLUMN = Source("article on the refrigerator projects", "carbon-markets.env.go.jp/column/energy_efficiency/7747")

m = Methodology(
    "ID_AM003",
    version="1.0",
    title="Installation of Energy-efficient Refrigerators Using Natural Refrigerant at Food Industry Cold Storage "
    "and Frozen Food Processing Plant",
    titles={"ja": "食品産業の冷凍冷蔵倉庫及び冷凍食品製造工場における自然冷媒を用いた高効率冷凍機の導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project refrigerator", "p": "monitoring period"},
    identity={
        "number": primary(PDD, "named as the methodology applied"),
        "title": secondary(LIST_2015),
        "country": primary(PDD),
        "sectoral scope": unconfirmed("the related methodology MM_AM002 has scope 3", 95),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: ID002 and ID003"),
        "proponent": unconfirmed("Mayekawa MFG, which supplied the technology", 80),
    },
    note="The equations and one reference COP were read in the design document of a project that applies the "
    "methodology; its own text, every eligibility criterion and the treatment of captive power were not. Whether COPs "
    "hold at stated temperatures, and whether COP_PJ is rounded before its use, is not known.",
)

m.summarise(
    unconfirmed("as in the related methodology MM_AM002 and in the project design document"),
    measure="Refrigerators with natural refrigerant save electricity in cold storages and frozen food plants",
    reference="electricity of the project × COP of the project ÷ COP of the reference × its factor",
    project="electricity of the project × its factor",
    monitoring="electricity of the project refrigerators",
)

m.define(
    "natural refrigerant",
    "A substance that occurs in nature and does not deplete ozone, such as ammonia and CO2",
    evidence=unconfirmed("from recollection", 85),
)
m.define(
    "individual quick freezer",
    "Freezer of a food plant that freezes pieces one by one; with cold storage one of two applications with separate "
    "COPs",
    evidence=unconfirmed(
        "the application was read in the project design document; the two classes are from recollection", 85, PDD
    ),
)
m.define(
    "periodical check",
    "Inspection by the manufacturer or an authorised agent",
    evidence=unconfirmed("from recollection", 75),
)
m.emits("reference", "electricity of the reference refrigerator", evidence=primary(PDD))
m.emits("project", "electricity of the project refrigerator", evidence=primary(PDD))
m.emits(
    "reference",
    "leakage of refrigerant: not credited",
    "HFC",
    counted=False,
    evidence=unconfirmed("from recollection", 85),
)
m.establish(
    "The COP of the reference is the maximum of the data collected for refrigerators on sale in Indonesia, to "
    "ensure a net reduction; the COP of the project is that of the catalogue.",
    evidence=primary(PDD),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 100000]",
    text="electricity consumed by project refrigerator i in period p",
    evidence=primary(PDD, "obtained by monitoring; option C and continuous measurement are from recollection (85 %)"),
)
m.fixed(
    "COP_PJ,i",
    "",
    raises="RE",
    bounds="(0, inf)",
    plausible="[0.5, 10]",
    text="COP of project refrigerator i: rated cooling capacity ÷ rated electricity consumption, from the catalogue",
    evidence=primary(PDD, "70 kW ÷ 43 kW, stated as 1.63"),
)
m.class_key(
    "application,i",
    text="application of refrigerator i: individual quick freezer or cold storage",
    aliases={
        **dict.fromkeys(("IQF", "IQF freezer", "quick freezer"), "individual quick freezer"),
        **dict.fromkeys(("cold store", "cold storage refrigerator", "cold room"), "cold storage"),
    },
)
m.default(
    "COP_RE,i",
    "",
    by="application",
    values={
        "individual quick freezer": Value(
            1.32,
            unconfirmed(
                "1.32 was read as the value applied, the maximum of refrigerators on sale in Indonesia; "
                "that it is the default of the whole class is from recollection",
                85,
                PDD,
            ),
        ),
        "cold storage": Value(1.71, unconfirmed("from recollection from the same survey; no case to check it", 65)),
    },
    lowers="RE",
    bounds="(0, inf)",
    plausible="[0.5, 5]",
    text="COP of the reference refrigerator for the application of unit i",
    evidence=unconfirmed("the split into two classes is from recollection", 85),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the electricity consumed: the most recent official value at validation; how grid and "
    "captive power combine is not settled for this methodology",
    evidence=unconfirmed("symbol and meaning from recollection", 85),
)


@m.equation(
    "RE_i,p",
    "tCO2",
    text="reference emissions of refrigerator i",
    evidence=primary(
        PDD, "consumption × ratio of COPs × factor; 135 MWh and 167 MWh fix the ratio as project ÷ reference"
    ),
)
def RE_i(EC_PJ, COP_PJ, COP_RE, EF_elec):
    return EC_PJ * COP_PJ / COP_RE * EF_elec


@m.equation(
    "RE_p",
    "tCO2",
    total="i",
    text="reference emissions",
    evidence=unconfirmed("the sum over units is from recollection: the design document has one unit", 85),
)
def RE(RE_i):
    return RE_i


@m.equation(
    "PE_i,p",
    "tCO2",
    text="project emissions of refrigerator i",
    evidence=primary(PDD, "consumption × factor"),
)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation(
    "PE_p",
    "tCO2",
    total="i",
    text="project emissions",
    evidence=unconfirmed("the sum over units is from recollection: the design document has one unit", 85),
)
def PE(PE_i):
    return PE_i


@m.equation(
    "ER_p",
    "tCO2",
    text="emission reductions",
    evidence=primary(PDD, "RE 136 and ER 25 are printed; PE is missing in the print"),
)
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.fact(
    "site", "category", text="kind of plant", categories=("food industry cold storage", "frozen food processing plant")
)
m.fact("checks_per_year", "", text="periodical checks planned a year")


@m.criterion(
    1,
    "Installed at a food industry cold storage or a frozen food processing plant",
    evidence=unconfirmed("the title says so; from recollection as a criterion", 80),
)
def installed_at(site):
    return np.isin(site, ["food industry cold storage", "frozen food processing plant"])


m.attested(
    2,
    "secondary_loop,i",
    "Secondary-loop cooling system with CO2 (primary loop: NH3), natural refrigerant",
    evidence=unconfirmed("from recollection", 60),
)


@m.criterion(
    3,
    "COP_PJ,i above 1.5 for an individual quick freezer, above 2.0 for cold storage",
    evidence=unconfirmed("thresholds from recollection; taken as strict", 60),
)
def efficient(COP_PJ, application):
    return COP_PJ > np.where(application == "individual quick freezer", 1.5, 2.0)


@m.criterion(4, "Periodical check planned at least once a year", evidence=unconfirmed("from recollection", 55))
def checked(checks_per_year):
    return checks_per_year >= 1


m.attested(
    5,
    "release_prevented",
    "Refrigerant of a replaced refrigerator is not released to the air; execution checked at verification",
    evidence=unconfirmed(
        "an official column says that fluorocarbons of discarded equipment must not be released; wording from "
        "recollection",
        75,
        COLUMN,
    ),
)
