"""VN_AM002: room air conditioners equipped with inverters in Viet Nam.

No equation of this methodology was read here. Symbols are placeholders, and every number is
the user's to give.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

STATUS = Source(
    "status paper of the Japanese ministries on the scheme, December 2015",
    place="methodologies adopted by 14 December 2015",
)
PDD = Source(
    "project design document of the hospitals project VN002 (sections A.1 and A.2)",
    "businessdocbox.com/Green_Solutions/100593910-Jcm-project-design-document-form.html",
)
SISTER = Source("summary page of the related Indonesian methodology ID_AM004", "www.jcm.go.jp/id-jp/methodologies/27")
NEDO = Source("account of the hospitals project", "www.nedo.go.jp/tokushu/fn59_jcm02.html")
LABEL = Source("announcement of the hospitals project", "www.nedo.go.jp/english/news/AA5en_100027.html")

m = Methodology(
    "VN_AM002",
    version="1.0",
    title="Introduction of Room Air Conditioners Equipped with Inverters",
    titles={"ja": "インバーター付ルームエアコンの導入"},
    country="VN",
    sectoral_scope=3,
    indices={"i": "project air conditioner, or group of them", "p": "monitoring period"},
    identity={
        "number": secondary(STATUS),
        "title": secondary(STATUS),
        "country": secondary(STATUS),
        "sectoral scope": secondary(STATUS, "sector: energy demand"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: VN002"),
        "proponent": unconfirmed("Mitsubishi Electric, perhaps with others", 70),
    },
    note="The structure is inferred and no number is confirmed: not which efficiency counts (EER or COP at rated load, "
    "or the seasonal CSPF), not its reference value, not the emission factor. That savings of an energy management "
    "system do not count was read; a ratio of efficiencies leaves them out, as fewer hours lower RE and PE alike. "
    "Whether units are metered one by one, by panel or by sample is not known; refrigerant is left out (85 %).",
)

m.define(
    "inverter",
    "It varies the speed of the compressor with the room temperature and the operating conditions",
    evidence=primary(PDD),
)
m.summarise(
    primary(PDD),
    measure="Room air conditioners with inverters take the place of those without; what an energy management "
    "system saves does not count",
)
m.emits(
    "reference", "electricity of the reference room air conditioners", evidence=unconfirmed("from recollection", 92)
)
m.emits("project", "electricity of the project room air conditioners", evidence=unconfirmed("from recollection", 92))
m.emits(
    "reference",
    "leakage of refrigerant: probably not counted",
    "HFC",
    counted=False,
    evidence=unconfirmed("from recollection", 85),
)
m.establish(
    "Metered electricity of the project is scaled by a ratio of efficiencies, because what an energy management "
    "system saves does not count. What keeps the reference below business as usual is not known.",
    evidence=unconfirmed("inferred, and as in the related methodology", None, SISTER),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 10000]",
    text="electricity used by project air conditioner (group) i in period p",
    evidence=unconfirmed("inferred, with option C and continuous metering", 85),
)
m.fixed(
    "η_PJ,i",
    "",
    raises="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="efficiency of project air conditioner (group) i, from the maker's data or test reports",
    evidence=unconfirmed("inferred; which measure of efficiency is not known", 75),
)
m.default(
    "η_RE,i",
    "",
    lowers="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="efficiency of the reference air conditioner without inverter for i, by the same measure as η_PJ,i",
    evidence=unconfirmed(
        "neither the value nor whether the document or the project fixes it is known; a measure of the Vietnamese "
        "standards is favoured (55 %)"
    ),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of electricity: the most recent official value of the national grid at validation",
    evidence=unconfirmed("from recollection; a separate value for captive power is possible (50 %)", 80),
)

RATIO = unconfirmed(
    "inferred: consumption × ratio of efficiencies × factor, as in the related methodology ID_AM004; other "
    "forms 25 % together",
    75,
    SISTER,
)
PROJECT = unconfirmed("inferred: consumption × factor", 88)


@m.equation("RE_i,p", "tCO2", text="reference emissions of air conditioner (group) i", evidence=RATIO)
def RE_i(EC_PJ, η_PJ, η_RE, EF_elec):
    return EC_PJ * (η_PJ / η_RE) * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=RATIO)
def RE(RE_i):
    return RE_i


@m.equation("PE_i,p", "tCO2", text="project emissions of air conditioner (group) i", evidence=PROJECT)
def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=PROJECT)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.attested(
    "a",
    "inverter_type,i",
    "The project installs room air conditioners equipped with inverters",
    evidence=unconfirmed("a candidate after the title; the design document describes just this", 97, PDD),
)


m.attested(
    "b",
    "instead_of_non_inverter,i",
    "They replace air conditioners without inverter, or are chosen instead of them",
    evidence=unconfirmed("a candidate after the design document", 75, PDD),
)


m.attested(
    "c",
    "capacity_in_range,i",
    "Rated cooling capacity within the range of the document (not known here)",
    evidence=unconfirmed("a candidate; the limits are not known", 55),
)


m.attested(
    "d",
    "label_or_minimum_efficiency,i",
    "The national energy label, or the minimum efficiency of the document (not known here), is met",
    evidence=unconfirmed("a candidate; the units of VN002 meet the label's standard", 45, LABEL),
)


m.attested(
    "e",
    "release_prevented",
    "Where old units are removed, a plan prevents the release of their refrigerant",
    evidence=unconfirmed("a candidate; the project VN002 did so", 65, NEDO),
)


m.fact("ODP,i", "", listed="ODP", text="ozone depletion potential of the refrigerant of project air conditioner i")


@m.criterion("f", "Ozone depletion potential of the project refrigerant is 0", evidence=unconfirmed("a candidate", 40))
def no_ozone_depletion(ODP):
    return ODP == 0


declare_criteria_not_read(m, further=True)
