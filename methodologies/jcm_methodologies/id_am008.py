"""ID_AM008: separate-type showcases with natural refrigerant in grocery stores.

Nothing of this methodology was read: symbols are placeholders, and how reference emissions are calculated
is not known, so that they are the user's to give.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

STATUS_2015 = Source(
    "status paper of the ministries on the scheme, December 2015", place="methodologies adopted by 14 December 2015"
)
NATURAL = Source(
    "company news on the project of convenience stores in Indonesia",
    "mldata.lawson.co.jp/company/activity/topics/detail_jin/1274143_9112.html",
)
COLUMN = Source("article on the refrigerator projects", "carbon-markets.env.go.jp/column/energy_efficiency/7747")

m = Methodology(
    "ID_AM008",
    version="1.0",
    title="Installation of a separate type fridge-freezer showcase by using natural refrigerant for grocery store to "
    "reduce air conditioning load inside the store",
    titles={"ja": "店内のエアコン負荷を低減する、食料品店への別置型自然冷媒冷凍冷蔵ショーケースの導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project showcase with its refrigeration unit", "p": "monitoring period"},
    identity={
        "number": secondary(STATUS_2015, "among the methodologies adopted by 14 December 2015"),
        "title": secondary(STATUS_2015),
        "country": secondary(STATUS_2015, "by the number"),
        "sectoral scope": unconfirmed(
            "the paper of 2015 names the sector energy demand; the scope is from recollection", 95
        ),
        "version": unconfirmed("follows from version 2.0, which project ID006 uses", None, PROJECT_LIST),
        "proponent": unconfirmed("myclimate Japan Co., Ltd., as of the companion ID_AM004; or Lawson, Inc. (35 %)", 55),
    },
    note="How reference emissions are calculated is not known, so they have to be given: the result is only as good "
    "as they are. Not even whether electricity saved by the showcases counts in addition to that of the "
    "air-conditioning is certain. A threshold of efficiency may be a criterion (40 %); its value is not known.",
)

m.summarise(
    unconfirmed(
        "by the title; which of two effects counts is not known: less electricity of the showcases, or "
        "less heat in the store",
        85,
    ),
    measure="Separate type showcases with natural refrigerant give off no heat in the store, so that the "
    "air conditioning uses less",
)

m.define(
    "separate type",
    "The evaporator is in the showcase, compressor and condenser are outside of the store; a built-in type heats "
    "the store",
    evidence=unconfirmed("general meaning; that the document contrasts them follows from its title", 85),
)
m.emits(
    "reference",
    "electricity of reference showcases, or of the air conditioning for their heat",
    evidence=unconfirmed("follows from the title", 75),
)
m.emits(
    "project",
    "electricity of the project showcases with the outdoor unit",
    evidence=unconfirmed("follows from the title", 85),
)
m.emits(
    "reference",
    "leakage of refrigerant: not expected to be credited",
    "HFC",
    counted=False,
    evidence=unconfirmed("as in the related methodology MM_AM002", 85),
)
m.establish(
    "By the title, the reference is a built-in showcase whose heat the air conditioning removes. What makes it "
    "conservative is not known.",
    evidence=unconfirmed("follows from the title", 80),
)

m.monitored(
    "RE_given,p",
    "tCO2",
    extensive=True,
    raises="RE",
    plausible="[0, 1e5]",
    text="reference emissions of period p, calculated outside by the methodology's own text",
    evidence=unconfirmed("takes the place of equations that were not read", None),
)
m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    raises="PE",
    plausible="[0, 1000]",
    text="electricity consumed by project showcase i and its refrigeration unit in period p",
    evidence=unconfirmed("from recollection, with option C and continuous measurement", 70),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the electricity consumed: the most recent official value at validation; how grid and "
    "captive power combine is not known",
    evidence=unconfirmed("rule as in the related methodologies, from recollection", 80),
)


@m.equation(
    "RE_p",
    "tCO2",
    text="reference emissions, as given",
    evidence=unconfirmed("the document's equation is not known: no number is calculated", None),
)
def RE(RE_given):
    return RE_given


@m.equation(
    "PE_i,p",
    "tCO2",
    text="project emissions of showcase i",
    evidence=unconfirmed("consumption × factor, as in the related methodologies; from recollection", 80),
)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation(
    "PE_p",
    "tCO2",
    total="i",
    text="project emissions",
    evidence=unconfirmed("the sum over showcases is from recollection", 80),
)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.attested(
    "a",
    "separate_type,i",
    "A showcase of separate type, with fridge and freezer, is installed in a grocery store",
    evidence=unconfirmed("a kind to expect from the title, not the document's text", 80),
)
m.attested(
    "b",
    "natural_refrigerant,i",
    "The refrigerant of the showcase is a natural one, such as CO2",
    evidence=unconfirmed("a kind to expect from the title; the project's refrigerant is CO2", 90, NATURAL),
)
m.attested(
    "d",
    "release_prevented",
    "Refrigerant of replaced showcases is not released to the air",
    evidence=unconfirmed(
        "a kind to expect: the ban is known of the project of the related methodology ID_AM003", 60, COLUMN
    ),
)


declare_criteria_not_read(m, further=True)
