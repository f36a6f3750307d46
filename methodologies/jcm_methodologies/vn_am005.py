"""VN_AM005: transformers with low no-load loss (amorphous core) in power distribution grids of Viet Nam.

No text of this methodology was read. The structure is inferred from physics and from the CDM's AM0067, and
the symbols are placeholders; only the no-load loss counts, the load loss being no higher in the project.
A project has a loss ratio, project to reference, of 0.25 to 0.4 in every account that was read: one outside
0.2 to 0.5 deserves a second look.
"""

import numpy as np

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read

STATUS = Source(
    "status paper of the ministries on the scheme, December 2015",
    place="methodologies adopted by 14 December 2015",
)
PRESS = Source("press account of the project in southern Viet Nam", "https://portal-worlds.com/news/vietnam/11844/amp")
UTILITY = Source(
    "press account of the Khanh Hoa utility",
    "http://vinanet.vn/cong-nghiep/"
    "nhat-ban-tai-tro-tren-30-ty-dong-ho-tro-nganh-dien-giam-thieu-ton-that-dien-nang-681969.html",
)
ANCESTOR = Source("CDM methodology AM0067, from recollection")
STRUCTURE = unconfirmed("structure inferred from physics, not from the methodology's text", 60)

m = Methodology(
    "VN_AM005",
    version="1.0",
    title="Installation of energy efficient transformers in a power distribution grid",
    titles={"ja": "配電網における高効率変圧器の導入"},
    country="VN",
    sectoral_scope=2,
    indices={"u": "project transformer", "p": "monitoring period"},
    identity={
        "number": secondary(STATUS),
        "title": secondary(STATUS),
        "country": secondary(STATUS, "among the five methodologies of Viet Nam"),
        "sectoral scope": unconfirmed("from recollection; the paper says energy supply", 85),
        "proponent": unconfirmed(
            "Yuko-Keiso Co., Ltd. with Mitsubishi UFJ Morgan Stanley Securities, from recollection", 55
        ),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: VN004, VN008, VN013 and VN018"),
    },
    note="Structure inferred, not from the methodology's text. Load losses are left out on both sides (70 %). No "
    "loss, threshold or emission factor has a default. How interruptions, tolerances and a gradual roll-out are "
    "treated is not known.",
)

m.define(
    "no-load loss",
    "Active power at rated voltage with the other windings open: constant while the transformer is energised",
    evidence=unconfirmed("IEC 60076-1, from recollection", 95),
)
m.define(
    "load loss",
    "Active power at rated current with the other winding short-circuited: it grows with the square of the load",
    evidence=unconfirmed("IEC 60076-1, from recollection", 95),
)
m.summarise(
    unconfirmed("read in a press account of the project", None, PRESS),
    measure="Transformers with amorphous cores instead of silicon steel lower the loss of distribution",
)
m.emits(
    "reference",
    "generation for the no-load loss of the reference transformers",
    evidence=unconfirmed("from recollection", 85),
)
m.emits(
    "project",
    "generation for the no-load loss of the project transformers",
    evidence=unconfirmed("from recollection", 85),
)
m.emits(
    "reference",
    "load loss: equal or lower in the project by criterion 2",
    counted=False,
    evidence=unconfirmed("from recollection", 70),
)
m.establish(
    "The no-load loss of the reference, by phases and capacity, is that of a specification or of the best "
    "transformers bought recently.",
    evidence=unconfirmed("from recollection", 50),
)

m.choice(
    "service_hours",
    {
        "by day": "from dates of commissioning and removal, whole days in service only",
        "by period": "a transformer counts in p only if in service from before its first day until after its last; "
        "with months as p, this takes the number in service at the start of each month",
        "given": "hours in service as the project counts them",
    },
    text="how the hours in service are counted",
    evidence=unconfirmed("month by month is the conservative way and is from recollection; nothing was read", 50),
)
m.choice(
    "removals",
    {
        "none": "no project transformer has left service by the end of the last period",
        "dated": "each has a date of removal; for one still in service, any day after the last period",
    },
    text="whether project transformers have been removed",
    evidence=unconfirmed("that dates are monitored is from recollection; removal was read nowhere", 75),
)
BY_DAY, BY_PERIOD, GIVEN = ({"service_hours": option} for option in ("by day", "by period", "given"))

m.class_key("type,u", text="type of transformer u: number of phases and rated capacity")
m.coordinate("t_first", of="p", what="first_day")
m.coordinate("t_last", of="p", what="last_day")
m.coordinate("MP_p", of="p", what="hours")
m.monitored(
    "t_on,u",
    "date",
    lowers="RE PE",
    text="day of commissioning of transformer u",
    evidence=unconfirmed("number of each type in service, with dates: from recollection", 75),
)
m.monitored(
    "t_off,u",
    "date",
    raises="RE PE",
    text="day of removal of transformer u",
    evidence=unconfirmed("number of each type in service, with dates: from recollection", 75),
)
m.monitored(
    "H_given,u,p",
    "h",
    extensive=True,
    raises="RE PE",
    text="hours in service of transformer u in period p; for a batch of one type, the sum over its transformers",
    evidence=unconfirmed("that the hours of the period are monitored is from recollection", 70),
)
m.monitored(
    "Br_p",
    "",
    options="B",
    lowers="RE PE",
    bounds="[0, 1]",
    plausible="[0, 0.3]",
    text="blackout rate: share of the hours in service without voltage, from statistics of the utility",
    evidence=unconfirmed("from recollection, with option B; 0 where hours are given that leave interruptions out", 60),
)
m.default(
    "NLL_RE,u",
    "W",
    by="type",
    raises="RE",
    plausible="[1, 100000]",
    text="no-load loss of the reference transformer of the type of u: a new conventional one",
    evidence=unconfirmed(
        "no table was read; by specification of the utility is likelier than the best of those bought lately",
        65,
        UTILITY,
    ),
)
m.fixed(
    "NLL_PJ,u",
    "W",
    by="type",
    raises="PE",
    plausible="[1, 100000]",
    comparable="NLL_RE",
    text="no-load loss of project transformer u, by type or each by its own test; a quarter to four tenths of the "
    "reference in every account that was read",
    evidence=unconfirmed("factory test reports, from recollection; about 60 % below the reference was read", 60, PRESS),
)
m.default(
    "UNC_u",
    "",
    value=0.0,
    raises="PE",
    plausible="[0, 0.5]",
    text="addition to the project's no-load loss for the tolerance of measurement or manufacture; 0 leaves it out",
    evidence=unconfirmed("may exist, as in the CDM ancestor; left out unless it is given", 40, ANCESTOR),
)
m.fixed(
    "EF_grid",
    "tCO2/MWh",
    listed="grid",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the grid",
    evidence=unconfirmed("value not known; the combined margin of the Vietnamese authority is usual", 85),
)
m.constant("one_day", 1, "d", text="a day: the days of commissioning and removal are not counted")
m.constant("h_per_d", 24, "h/d", text="hours in a day")
m.constant("Wh_per_MWh", 1_000_000, "W*h/MWh", text="watt hours in a megawatt hour")

WHOLE_DAYS = unconfirmed(
    "by days is inferred; a day on which a transformer is switched on or off is not a whole day in service, "
    "and leaving it out is conservative",
    60,
)


@m.equation(
    "t_1,u,p", "date", name="t_begin", text="first whole day of p in service, as a day number", evidence=WHOLE_DAYS
)
def t_begin(t_first, t_on, one_day):
    return np.maximum(t_first, t_on + one_day)


@m.equation(
    "t_2,u,p",
    "date",
    name="t_end",
    when={"removals": "dated"},
    text="last whole day of p in service, as a day number",
    evidence=WHOLE_DAYS,
)
def t_end_dated(t_last, t_off, one_day):
    return np.minimum(t_last, t_off - one_day)


@m.equation(
    "t_2,u,p",
    "date",
    name="t_end",
    when={"removals": "none"},
    text="last whole day of p in service, as a day number",
    evidence=WHOLE_DAYS,
)
def t_end_none(t_last):
    return t_last


@m.equation("H_u,p", "h", name="H", when=BY_DAY, text="hours of the whole days in service", evidence=WHOLE_DAYS)
def H_by_day(t_begin, t_end, one_day, h_per_d):
    return np.where(t_end < t_begin, 0, h_per_d * (t_end - t_begin + one_day))


@m.equation(
    "H_u,p",
    "h",
    name="H",
    when=BY_PERIOD,
    text="hours of p, if in service through the whole of it",
    evidence=unconfirmed("the number in service at the start of each month, as a conservative form", 50),
)
def H_by_period(t_begin, t_first, t_end, t_last, MP_p):
    return np.where(t_begin > t_first, 0, np.where(t_end < t_last, 0, MP_p))


@m.equation("H_u,p", "h", name="H", when=GIVEN, text="hours in service, as given", evidence=STRUCTURE)
def H_as_given(H_given):
    return H_given


@m.equation("L_RE,u,p", "MWh", name="L_RE_u", text="no-load loss of the reference transformer in p", evidence=STRUCTURE)
def L_RE_u(NLL_RE, H, Wh_per_MWh):
    return NLL_RE * H / Wh_per_MWh


@m.equation(
    "L_RE,p", "MWh", name="L_RE", total="u", text="no-load loss of all reference transformers", evidence=STRUCTURE
)
def L_RE(L_RE_u):
    return L_RE_u


@m.equation("RE_p", "tCO2", text="reference emissions", evidence=STRUCTURE)
def RE(EF_grid, Br, L_RE):
    return EF_grid * (1 - Br) * L_RE


@m.equation("L_PJ,u,p", "MWh", name="L_PJ_u", text="no-load loss of project transformer u in p", evidence=STRUCTURE)
def L_PJ_u(NLL_PJ, UNC, H, Wh_per_MWh):
    return NLL_PJ * (1 + UNC) * H / Wh_per_MWh


@m.equation(
    "L_PJ,p", "MWh", name="L_PJ", total="u", text="no-load loss of all project transformers", evidence=STRUCTURE
)
def L_PJ(L_PJ_u):
    return L_PJ_u


@m.equation("PE_p", "tCO2", text="project emissions", evidence=STRUCTURE)
def PE(EF_grid, Br, L_PJ):
    return EF_grid * (1 - Br) * L_PJ


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=STRUCTURE)
def ER(RE, PE):
    return RE - PE


@m.indicator(
    "NLL_PJ,u ÷ NLL_RE,u",
    "",
    plausible="[0.2, 0.5]",
    text="no-load loss of a project transformer, as a share of the reference",
    evidence=unconfirmed(
        "three accounts have 0.40, 0.33 and, at best, 0.25: outside 0.2 to 0.5 is doubtful", None, PRESS
    ),
)
def loss_ratio(NLL_PJ, NLL_RE):
    return NLL_PJ / NLL_RE


m.attested(
    1,
    "amorphous_core,u",
    "Oil-immersed transformer with an amorphous metal core, of one or three phases, installed in a distribution grid",
    evidence=unconfirmed("from recollection", 75),
)
m.fact("LL_PJ,u", "W", text="load loss of project transformer u, tested to IEC 60076-1 or an equivalent standard")
m.fact("LL_RE,u", "W", text="load loss required of the reference transformer of the same capacity")


@m.criterion(
    2,
    "Load loss of the project transformer not above that required of the reference transformer",
    evidence=unconfirmed("from recollection", 65),
)
def load_loss(LL_PJ, LL_RE):
    return LL_PJ <= LL_RE


m.attested(
    3,
    "not_reused",
    "Transformers replaced, if any, are not used again in another grid",
    evidence=unconfirmed("from recollection; that old ones are replaced was read", 35, UTILITY),
)

for _result in ("RE", "PE"):
    m.waive("zero activity", "hours follow from dates, so there is no amount that could be zero", of=_result)


declare_criteria_not_read(m, further=True)
