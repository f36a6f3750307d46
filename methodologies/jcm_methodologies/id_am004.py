"""ID_AM004: inverter-type air conditioning for grocery stores.

The official page gives the equations in words; symbols are those of the related methodologies.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Version
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.official_pages import declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

PAGE = Source("official summary page of ID_AM004 version 2.0", "www.jcm.go.jp/id-jp/methodologies/27")
LIST_2015 = Source("list of Indonesian JCM methodologies of 6 February 2015", "123deta.com")

m = Methodology(
    "ID_AM004",
    version="2.0",
    title="Installation of Inverter-Type Air Conditioning System for Cooling for Grocery Store",
    titles={"ja": "食料品店の冷房用インバーター式空調システムの導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project air conditioning system", "p": "monitoring period"},
    approved=date(2015, 11, 10),
    identity={
        "number": primary(PAGE, "version 2.0 was proposed as ID_PM013"),
        "title": primary(PAGE),
        "country": primary(PAGE),
        "sectoral scope": primary(PAGE),
        "version": primary(PAGE, "version 2.0, valid, approved on 10 November 2015"),
        "proponent": primary(PAGE, "myclimate Japan Co., Ltd."),
    },
    versions=[
        Version(
            "1.0",
            None,
            "only its identity is known; a request for its revision exists, but what it changed was not read",
            secondary(LIST_2015, "listed as approved"),
        )
    ],
    note="No number of the methodology is known: the reference COP and every threshold must be taken from the "
    "document. How it defines a grocery store, whether COPs are rated, at full load or weighted over part load, how "
    "captive power counts, and whether systems may share a meter are not known.",
)

m.define("inverter type", "The speed of the compressor varies", evidence=unconfirmed("general meaning", 95))
m.summarise(
    primary(PAGE), measure="Air conditioning systems of the inverter type cool grocery stores with less electricity"
)
m.emits(
    "reference",
    "electricity of the reference air conditioning system",
    evidence=primary(PAGE, "the source; CO2 is from recollection"),
)
m.emits(
    "project",
    "electricity of the project air conditioning system",
    evidence=primary(PAGE, "the source; CO2 is from recollection"),
)
m.establish(
    "A reference system of lower COP gives the same cooling. That its COP is the highest on sale in the class of "
    "capacity follows ID_AM003.",
    evidence=unconfirmed("by analogy with ID_AM003", 65, PAGE),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 1000]",
    text="power consumption of project air conditioning system i in period p",
    evidence=primary(
        PAGE, "the one monitoring parameter named; option C and continuous metering are from recollection (80 %)"
    ),
)
m.fixed(
    "COP_PJ,i",
    "",
    raises="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="COP of project air conditioning system i, from the manufacturer's specification",
    evidence=unconfirmed("the quantity was read on the page; its source is from recollection", 85, PAGE),
)
m.default(
    "COP_RE,i",
    "",
    lowers="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="COP of the reference air conditioning system for system i",
    evidence=unconfirmed("the value is not known; a table by cooling capacity is expected", None, PAGE),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the electricity consumed: for the grid, the official value at validation",
    evidence=unconfirmed(
        "rule from recollection; for captive power 0.8 is from recollection (55 %), and how it counts is not known",
        70,
        PAGE,
    ),
)

SUM = unconfirmed("the sum over systems is from recollection", 80, PAGE)


@m.equation(
    "RE_i,p",
    "tCO2",
    text="reference emissions of air conditioning system i",
    evidence=primary(
        PAGE, "consumption, ratio of COPs project/reference, factor; symbols are from recollection (80 %)"
    ),
)
def RE_i(EC_PJ, COP_PJ, COP_RE, EF_elec):
    return EC_PJ * (COP_PJ / COP_RE) * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=SUM)
def RE(RE_i):
    return RE_i


@m.equation(
    "PE_i,p",
    "tCO2",
    text="project emissions of air conditioning system i",
    evidence=primary(PAGE, "consumption and factor; symbols are from recollection (80 %)"),
)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=SUM)
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


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.attested(
    1,
    "inverter_type_in_store,i",
    "An inverter-type air conditioning system for cooling is installed in a grocery store, new or replacing an old one",
    evidence=unconfirmed("title and summary say so; from recollection as a criterion", 85, PAGE),
)


m.attested(
    2,
    "capacity_in_range,i",
    "Cooling capacity of the project system within the range of the document (not known here)",
    evidence=unconfirmed("that there is a range is from recollection; its limits are not known", 60),
)


m.fixed(
    "capacity_i",
    "kW",
    bounds="(0, inf)",
    plausible="[1, 500]",
    text="rated cooling capacity of project system i, which selects the threshold of its COP",
    evidence=unconfirmed("that the threshold goes by cooling capacity is from recollection", 75),
)
m.default(
    "COP_min,i",
    "",
    by="capacity",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="threshold of the document for the COP of project system i, by its cooling capacity",
    evidence=unconfirmed("that there is a threshold by capacity is from recollection, its values are not known", 75),
)
m.fact("ODP,i", "", listed="ODP", text="ozone depletion potential of the refrigerant of project system i")


@m.criterion(
    3,
    "COP_PJ,i above the threshold of the document for its cooling capacity, COP_min,i",
    evidence=unconfirmed(
        "that there is a threshold is from recollection, its values are not known; taken as strict", 75
    ),
)
def efficient(COP_PJ, COP_min):
    return COP_PJ > COP_min


@m.criterion(
    4, "Ozone depletion potential of the project refrigerant is 0", evidence=unconfirmed("from recollection", 80)
)
def no_ozone_depletion(ODP):
    return ODP == 0


m.attested(
    5,
    "release_prevented",
    "A plan prevents the release of refrigerant of replaced equipment; execution checked at verification",
    evidence=unconfirmed("from recollection", 70),
)


declare_criteria_not_read(m, further=True)
