"""ID_AM005: LED lighting for grocery stores.

Neither the methodology nor a project that applies it was read here. Symbols are placeholders, the
logic is that of related methodologies, and no number is known.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

STATUS = Source(
    "status paper of the Japanese ministries on the scheme, December 2015",
    place="methodologies adopted by 14 December 2015",
)
TRIALS = Source("press account of trials of the applicant in Japan", "https://diamond-rm.net/flash_news/17214")
SISTER = Source("summary page of the related Indonesian methodology ID_AM020", "www.jcm.go.jp/id-jp/methodologies/98")

m = Methodology(
    "ID_AM005",
    version="1.0",
    title="Installation of LED Lighting for Grocery Store",
    titles={"ja": "食料品店へのLED照明の導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project lighting, by type or store", "p": "monitoring period"},
    identity={
        "number": secondary(STATUS),
        "title": secondary(STATUS, "a list of 6 February 2015 has it as the proposal ID_PM004"),
        "country": secondary(STATUS),
        "sectoral scope": secondary(STATUS, "sector: energy demand"),
        "version": unconfirmed("follows from version 2.0, which project ID006 uses", None, PROJECT_LIST),
        "proponent": unconfirmed("myclimate Japan Co., Ltd., as of the companion ID_AM004", 55),
    },
    note="The ratio of luminous efficiencies is an analogy (82 %) with ID_AM020, TH_AM016 and the companion ID_AM004; "
    "rated power × hours, as in VN_AM003, cannot be excluded (12 %). No default, no threshold and no criterion is "
    "known. ER is positive only where project lighting is more efficient than the reference.",
)

m.define(
    "luminous efficiency", "Luminous flux ÷ electric power, in lm/W", evidence=unconfirmed("from recollection", 90)
)
m.summarise(
    unconfirmed("follows from the title and the project", 90),
    measure="LED lighting in grocery stores gives the same light with less electricity",
)
m.emits("reference", "electricity of the reference lighting", evidence=unconfirmed("from recollection", 95))
m.emits("project", "electricity of the project lighting", evidence=unconfirmed("from recollection", 95))
m.emits(
    "project",
    "less heat for the air conditioning to remove: not expected to be counted",
    counted=False,
    evidence=unconfirmed("from recollection", 85),
)
m.establish(
    "The luminous efficiency of the reference is expected to be the best of the lamps commonly sold; its value is "
    "not known.",
    evidence=unconfirmed("the usual device", 70),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 1000]",
    text="power consumption of project lighting i in period p",
    evidence=unconfirmed("as usual in Indonesian methodologies of the time; option C less surely (70 %)", 85, SISTER),
)
m.fixed(
    "η_PJ,i",
    "lm/W",
    raises="RE",
    bounds="(0, inf)",
    plausible="[5, 300]",
    text="luminous efficiency of project lighting i, from the maker's specification",
    evidence=unconfirmed(
        "the quantity is that of the related methodologies; its source is from recollection", 80, SISTER
    ),
)
m.default(
    "η_RE,i",
    "lm/W",
    lowers="RE",
    bounds="(0, inf)",
    plausible="[5, 300]",
    text="luminous efficiency of the reference lighting for i",
    evidence=unconfirmed("the value is not known", None, SISTER),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the electricity consumed: for the grid, the latest official value at validation",
    evidence=unconfirmed(
        "rule from recollection; for captive power 0.8, and with both the lower factor, are from recollection "
        "(65 %), but whether "
        "captive power is admitted is not known",
        80,
    ),
)

RATIO = unconfirmed(
    "consumption × ratio of luminous efficiencies × factor, as in the related methodologies", 82, SISTER
)
PROJECT = unconfirmed("consumption × factor; symbols and the index of the sum are not known", 95)


@m.equation("RE_i,p", "tCO2", text="reference emissions of lighting i", evidence=RATIO)
def RE_i(EC_PJ, η_PJ, η_RE, EF_elec):
    return EC_PJ * η_PJ / η_RE * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=RATIO)
def RE(RE_i):
    return RE_i


@m.equation("PE_i,p", "tCO2", text="project emissions of lighting i", evidence=PROJECT)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=PROJECT)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


@m.indicator(
    "saving_i",
    "",
    plausible="[0, 0.35]",
    text="share of the electricity of the reference that lighting i saves",
    evidence=unconfirmed(
        "not of the methodology: in trials in Japan LED took about 35 % less than fluorescent lamps, and a "
        "conservative reference gives no more than a real replacement",
        None,
        TRIALS,
    ),
)
def saving(η_RE, η_PJ):
    return 1 - η_RE / η_PJ


m.attested(
    "a",
    "LED_in_store,i",
    "LED lighting is newly installed in a grocery store, or replaces lighting there",
    evidence=unconfirmed("a kind of criterion to be expected; how the document defines a grocery store is unknown", 75),
)


m.class_key("lighting_class,i", text="class of project lighting i, as the document's table of thresholds has it")
m.default(
    "η_min,i",
    "lm/W",
    by="lighting_class",
    bounds="(0, inf)",
    plausible="[5, 300]",
    text="threshold of the document for the luminous efficiency of project lighting i, by its class",
    evidence=unconfirmed("a threshold is to be expected; neither its values nor its classes are known", 70),
)


@m.criterion(
    "b",
    "Luminous efficiency of project lighting at or above the threshold of the document, η_min,i",
    evidence=unconfirmed("a kind of criterion to be expected; neither the threshold nor its classes are known", 70),
)
def efficient(η_PJ, η_min):
    return η_PJ >= η_min


m.attested(
    "c",
    "mercury_plan",
    "A plan prevents the release of mercury of replaced fluorescent lamps, or none are replaced",
    evidence=unconfirmed("a kind of criterion to be expected", 50),
)


declare_criteria_not_read(m, further=True)
