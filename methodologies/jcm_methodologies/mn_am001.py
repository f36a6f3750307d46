"""MN_AM001: low-loss transmission lines (LL-ACSR/SA) in the Mongolian grid.

The symbols of the document were not read; those used here are placeholders.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.physics import NO_MORE_THAN_SENT

PAGE = Source("official summary page of MN_AM001", "www.jcm.go.jp/mn-jp/methodologies/5")

m = Methodology(
    "MN_AM001",
    version="1.0",
    title="Installation of energy-saving transmission lines in the Mongolian Grid",
    titles={"ja": "モンゴルの系統における省エネ型送電線の導入"},
    country="MN",
    sectoral_scope=2,
    indices={"L": "transmission line", "p": "monitoring period"},
    approved=date(2014, 2, 20),
    identity={
        "number": primary(PAGE, "proposed as MN_PM001"),
        "title": primary(PAGE),
        "country": primary(PAGE),
        "sectoral scope": primary(PAGE),
        "version": primary(PAGE, "version 1.0, valid, approved on 20 February 2014; no other seen"),
        "proponent": primary(PAGE, "Hitachi, Ltd."),
    },
    note="The logic and the list of monitored parameters were read on the official page; equations and criteria are a "
    "reconstruction, and the resistances of the standard MNS5870:2008 are not known. The metered loss also holds "
    "corona and leakage losses, which do not scale with resistance; whether the document corrects for them, or for "
    "temperature, is not known. Where more is received than sent in a period, the meters have to be looked at: loss "
    "and emissions come out negative.",
)

m.define(
    "ACSR",
    "Aluminium conductor, steel reinforced: the ordinary overhead line, and the reference",
    evidence=unconfirmed("general meaning", 99),
)
m.define(
    "LL-ACSR/SA",
    "Low-loss aluminium conductor, reinforced by aluminium-clad steel: the conductor of the project",
    evidence=unconfirmed("spelt out from memory", 90),
)
m.summarise(
    primary(PAGE),
    measure="Lines of LL-ACSR/SA lower the loss of transmission",
    reference="emissions by the loss in a line of ACSR, with parameters of the Mongolian standard MNS5870:2008",
    project="emissions by the monitored loss in the line of LL-ACSR/SA",
    monitoring="electricity sent and received, direct current resistance of the line",
)
m.emits("reference", "generation of the electricity lost in the line of ACSR", evidence=primary(PAGE))
m.emits("project", "generation of the electricity lost in the line of LL-ACSR/SA", evidence=primary(PAGE))
m.establish(
    "The same power is carried on ACSR with the parameters of MNS5870:2008. That the monitored loss is scaled by "
    "the ratio of resistances is inferred.",
    evidence=unconfirmed("the reference was read, the scaling is inferred", 75, PAGE),
)

m.monitored(
    "ES_L,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 1e7]",
    text="electricity sent from the point of origin or supply into line L in period p",
    evidence=primary(PAGE, "in the list of monitored parameters; option C, continuous, is from recollection (75 %)"),
)
m.monitored(
    "E_rec,L,p",
    "MWh",
    name="received",
    extensive=True,
    options="C",
    lowers="RE PE",
    plausible="[0, 1e7]",
    comparable="ES",
    text="electricity received at the point of receipt of line L in period p",
    evidence=primary(PAGE, "in the list of monitored parameters; option C, continuous, is from recollection (75 %)"),
)
m.monitored(
    "R_PJ,L",
    "Ω/km",
    index="Lp",
    either="RE",
    bounds="(0, inf)",
    plausible="[0.002, 2]",
    text="DC resistance of the LL-ACSR/SA of line L, at the reference temperature of R_RF,L; it lowers RE where "
    "more is sent than received",
    evidence=primary(PAGE, "in the list of monitored parameters; Ω or Ω/km, once or periodically, is not known"),
)
m.default(
    "R_RF,L",
    "Ω/km",
    either="RE",
    bounds="(0, inf)",
    plausible="[0.002, 2]",
    text="DC resistance of the reference ACSR for line L, by MNS5870:2008 (normally at 20 °C); it raises RE where "
    "more is sent than received",
    evidence=unconfirmed("that it comes from MNS5870:2008 was read; the table of the standard was not", None, PAGE),
)
m.monitored(
    "EF_grid,p",
    "tCO2/MWh",
    listed="grid",
    options="A",
    either="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of the grid in period p; it raises RE and PE where more is sent than received",
    evidence=primary(
        PAGE,
        "in the list of monitored parameters; option A, published, is from recollection (75 %), the frequency "
        "not known",
    ),
)

SCALED = unconfirmed(
    "from recollection: loss scales with resistance at equal current; resistance is the only property of the "
    "line on the list, "
    "but a calculation from the current is not excluded",
    75,
    PAGE,
)
PROJECT = unconfirmed(
    "by the monitored loss, as read; algebraic form and sum over lines are from recollection", 90, PAGE
)


@m.equation("LOSS_PJ,L,p", "MWh", text="loss of line L", evidence=PROJECT)
def LOSS_PJ(ES, received):
    return ES - received


@m.equation("LOSS_RF,L,p", "MWh", text="loss that line L would have with ACSR", evidence=SCALED)
def LOSS_RF(LOSS_PJ, R_RF, R_PJ):
    return LOSS_PJ * (R_RF / R_PJ)


@m.equation("RE_L,p", "tCO2", text="reference emissions of line L", evidence=SCALED)
def RE_L(LOSS_RF, EF_grid):
    return LOSS_RF * EF_grid


@m.equation("RE_p", "tCO2", total="L", text="reference emissions", evidence=SCALED)
def RE(RE_L):
    return RE_L


@m.equation("PE_L,p", "tCO2", text="project emissions of line L", evidence=PROJECT)
def PE_L(LOSS_PJ, EF_grid):
    return LOSS_PJ * EF_grid


@m.equation("PE_p", "tCO2", total="L", text="project emissions", evidence=PROJECT)
def PE(PE_L):
    return PE_L


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("received", "ES", evidence=NO_MORE_THAN_SENT)


m.attested(
    1,
    "in_Mongolian_grid,L",
    "LL-ACSR/SA is installed on a transmission line of the Mongolian grid, new or instead of an existing conductor",
    evidence=unconfirmed("title and summary support it; new or replacing is from recollection", 75, PAGE),
)


@m.criterion(
    2,
    "R_PJ,L below R_RF,L of the ACSR of the same or nearest outer diameter by MNS5870:2008",
    evidence=unconfirmed("from recollection; without it there is no reduction", 60),
)
def lower_resistance(R_PJ, R_RF):
    return R_PJ < R_RF


m.attested(
    3,
    "metered_at_both_ends,L",
    "Line L runs from one point of origin to one point of receipt without branches, with a meter at each end",
    evidence=unconfirmed("from recollection; the list of monitored parameters implies the meters", 55, PAGE),
)
