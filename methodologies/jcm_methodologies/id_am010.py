"""ID_AM010: double-bundle modular electric heat pumps that make hot and chilled water in a new building.

The symbols of the document were not read; those used here are placeholders.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.electricity import metered
from jcm_methodologies.fuels import burnt
from jcm_methodologies.official_pages import declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

PAGE = Source("official summary page of ID_AM010", "www.jcm.go.jp/id-jp/methodologies/22")

m = Methodology(
    "ID_AM010",
    version="1.0",
    title="Introducing double-bundle modular electric heat pumps to a new building",
    titles={"ja": "新築ビルへのモジュール方式冷温同時取り出しヒートポンプの導入"},
    country="ID",
    sectoral_scope=3,
    indices={"p": "monitoring period"},
    approved=date(2015, 8, 6),
    identity={
        "number": primary(PAGE, "proposed as ID_PM010"),
        "title": primary(PAGE),
        "country": primary(PAGE),
        "sectoral scope": primary(PAGE),
        "version": primary(PAGE, "version 1.0, valid, approved on 6 August 2015; no later one listed"),
        "proponent": primary(PAGE, "Toyota Tsusho Corporation"),
    },
    note="The official page gives the emission sources and the list of monitored parameters; the document itself was "
    "not read. Which row of the CDM tool and of the Indonesian standard are the defaults, the kind of oil and its "
    "factors are open: name one. Several machines are entered as one amount: how the document sums them is not known, "
    "nor whether the electricity of auxiliary equipment is measured or its rated power × hours.",
)

m.define(
    "double-bundle heat pump",
    "A heat pump with two bundles in the condenser, or a second heat exchanger, so that the heat of making chilled "
    "water makes hot water",
    evidence=unconfirmed("engineering meaning", 90),
)
m.summarise(
    primary(PAGE),
    measure="Modular heat pumps make hot and chilled water in a new building with less electricity and oil",
    reference="hot and chilled water that the building uses, efficiencies of the reference equipment, factors of "
    "its fuel and electricity",
    project="electricity of heat pumps, of other chilled water equipment and of the auxiliary equipment of both, "
    "and oil",
)
m.emits(
    "reference",
    "oil of the reference boiler for hot water",
    evidence=primary(PAGE, "the source; that it is hot water is from recollection (95 %)"),
)
m.emits("reference", "electricity of the reference chiller", evidence=primary(PAGE))
m.emits("project", "electricity of the heat pumps and of their auxiliary equipment", evidence=primary(PAGE))
m.emits(
    "project", "electricity of other chilled water equipment and of its auxiliary equipment", evidence=primary(PAGE)
)
m.emits("project", "oil of the project", evidence=primary(PAGE))
m.emits(
    "reference",
    "auxiliary equipment of the reference: not named, which is conservative",
    counted=False,
    evidence=unconfirmed("not named on the page", 75, PAGE),
)
m.establish(
    "Efficiencies are default values of a CDM tool and of the Indonesian national standard (SNI): those of new "
    "equipment that conforms to them, not of average stock.",
    evidence=primary(PAGE, "tool and standard are named; why it is conservative is from recollection (75 %)"),
)

TERMS = unconfirmed("the terms are named on the official page; their algebraic form is from recollection", 92, PAGE)
LISTED = primary(PAGE, "in the list of monitored parameters; unit, option and frequency were not read")

m.monitored(
    "Q_heat,p",
    "GJ",
    extensive=True,
    raises="RE",
    plausible="[0, 1e6]",
    text="heating energy (hot water) that the project building uses in period p",
    evidence=LISTED,
)
m.monitored(
    "Q_cool,p",
    "MWh",
    extensive=True,
    raises="RE",
    plausible="[0, 1e6]",
    text="cooling energy (chilled water) that the project building uses in period p",
    evidence=LISTED,
)
electricity = metered(
    "i",
    {
        "EC_PJ": LISTED,
        "EF_elec": unconfirmed(
            "that there is one factor was read; the rule, latest official value at validation, is from "
            "recollection. 0.814 is "
            "Java-Madura-Bali of 2012; for captive power 0.8 is from recollection (55 %)",
            80,
            PAGE,
        ),
        "PE_elec": TERMS,
    },
)
for key, whose in (
    ("HP", "of the modular heat pumps"),
    ("HP,aux", "of the auxiliary equipment of the modular heat pumps"),
    ("OC", "of other equipment that makes chilled water"),
    ("OC,aux", "of the auxiliary equipment of the other equipment that makes chilled water"),
):
    m.include(electricity, rename={"EC_PJ": f"EC_{key},p", "PE_elec_i": f"PE_{key},p"}, of=whose)
m.include(
    burnt(
        "i",
        {
            "fuel_measured_as": unconfirmed("t or kL: not known"),
            "FC_PJ": LISTED,
            "factors": unconfirmed("neither the kind of oil nor the set of factors is known", None, PAGE),
            "E_PJ": unconfirmed("amount × net calorific value is usual, not read", 90),
            "PE_fuel": TERMS,
        },
        "Gas/diesel oil",
        "Residual fuel oil",
        what="the oil",
    ),
    rename={
        "FC_PJ": "FC_oil,p",
        "V_PJ": "V_oil,p",
        "NCV_fuel": "NCV_oil",
        "NCV_V_fuel": "NCV_V,oil",
        "EF_fuel": "EF_oil",
        "E_PJ": "E_oil,p",
        "PE_fuel_i": "PE_oil,p",
    },
)

BOILERS = {
    "new natural gas fired boiler (without condenser)": 0.92,
    "new oil fired boiler": 0.90,
    "old natural gas fired boiler (without condenser)": 0.87,
    "new coal fired boiler": 0.85,
    "old oil fired boiler": 0.85,
    "old coal fired boiler": 0.80,
    "others (not listed)": 1.00,
}
CHILLERS = {
    "air-cooled chiller < 150 TR (reciprocating)": 2.80,
    "air-cooled chiller < 150 TR (screw)": 2.90,
    "air-cooled chiller > 150 TR (reciprocating)": 2.80,
    "air-cooled chiller > 150 TR (screw)": 3.00,
    "water-cooled chiller < 150 TR (reciprocating)": 4.00,
    "water-cooled chiller < 150 TR (screw)": 4.10,
    "water-cooled chiller > 150 TR (reciprocating)": 4.26,
    "water-cooled chiller > 150 TR (screw)": 4.40,
    "water-cooled chiller > 300 TR (centrifugal)": 6.05,
}
BOILER_TABLE = unconfirmed(
    "a CDM tool is named; the table of tool 09 is from recollection (93 %), that one of its rows applies 75 %", 75, PAGE
)
NEW_OIL = unconfirmed("of the table of CDM tool 09, from recollection, the row that is likeliest", 70, PAGE)

m.default(
    "η_RE,boiler",
    "",
    candidates={
        f"CDM tool 09, {kind}": Value(number, NEW_OIL if kind == "new oil fired boiler" else BOILER_TABLE)
        for kind, number in BOILERS.items()
    },
    lowers="RE",
    bounds="(0, 1]",
    plausible="[0.6, 1]",
    text="efficiency of the reference heating equipment (boiler)",
    evidence=unconfirmed("a default of a CDM methodological tool: which, was not read", 75, PAGE),
)
m.default(
    "COP_RE",
    "",
    candidates={f"SNI 6390:2011, {kind}": number for kind, number in CHILLERS.items()},
    lowers="RE",
    bounds="(0, inf)",
    plausible="[1, 10]",
    text="COP of the reference chiller",
    evidence=unconfirmed(
        "a value of the Indonesian standard SNI: that it is SNI 6390 is likely (90 %, and by analogy with a study of "
        "FY2014), its table is from recollection (75 %), which row applies is not known",
        75,
        PAGE,
    ),
)


@m.equation("RE_heat,p", "tCO2", text="emissions of the oil that the reference boiler would burn", evidence=TERMS)
def RE_heat(Q_heat, η_RE_boiler, EF_oil):
    return Q_heat / η_RE_boiler * EF_oil


@m.equation(
    "RE_cool,p", "tCO2", text="emissions of the electricity that the reference chiller would use", evidence=TERMS
)
def RE_cool(Q_cool, COP_RE, EF_elec):
    return Q_cool / COP_RE * EF_elec


@m.equation("RE_p", "tCO2", text="reference emissions; no auxiliary equipment is counted (75 %)", evidence=TERMS)
def RE(RE_heat, RE_cool):
    return RE_heat + RE_cool


@m.equation("PE_p", "tCO2", text="project emissions", evidence=TERMS)
def PE(PE_HP, PE_HP_aux, PE_OC, PE_OC_aux, PE_oil):
    return PE_HP + PE_HP_aux + PE_OC + PE_OC_aux + PE_oil


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_HP", "rated power × hours", evidence=NO_MORE_THAN_RATED)
m.at_most("EC_OC", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.attested(
    "a",
    "double_bundle",
    "Double-bundle (heat-recovery) modular electric heat pumps are installed",
    evidence=unconfirmed("the title says so; the wording of the criterion is not known", None, PAGE),
)


m.attested(
    "b",
    "new_building",
    "They are installed in a new building, not in an existing one",
    evidence=unconfirmed("the title says so; the wording of the criterion is not known", None, PAGE),
)


m.fact("COP_HP", "", text="COP of the project heat pumps, on the basis of the document")
m.default(
    "COP_min",
    "",
    bounds="(0, inf)",
    plausible="[1, 10]",
    text="threshold of the document for the COP of the heat pumps",
    evidence=unconfirmed("a threshold is to be expected; its value is not known", 50),
)


@m.criterion(
    "c",
    "COP of the heat pumps above the threshold of the document, COP_min",
    evidence=unconfirmed("a kind of criterion to be expected; value and basis are not known; taken as strict", 50),
)
def efficient(COP_HP, COP_min):
    return COP_HP > COP_min


m.attested(
    "d",
    "refrigerant_harmless",
    "The refrigerant has an ozone depletion potential of 0, or a plan prevents its release, as the document asks",
    evidence=unconfirmed("a kind of criterion to be expected, as in ID_AM002", 50),
)


declare_criteria_not_read(m, further=True)
