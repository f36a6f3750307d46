"""XX_AM001: efficient pumps in waterworks. Made up: an example of a rule book of one's own."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed

MADE_UP = unconfirmed("made up for the documentation")

m = Methodology(
    "XX_AM001",
    version="1.0",
    title="Efficient pumps in waterworks",
    country="XX",
    sectoral_scope=3,
    indices={"i": "project pump", "p": "monitoring period"},
    identity={"version": MADE_UP},
    approved=date(2020, 2, 3),
    until=date(2023, 12, 31),
)

m.monitored(
    "EC_PJ,i,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE PE",
    plausible="[0, 100000]",
    text="electricity consumed by project pump i in period p",
    evidence=MADE_UP,
)
m.fixed("η_PJ,i", "", raises="RE", bounds="(0, 1]", text="efficiency of project pump i", evidence=MADE_UP)
m.default(
    "η_RE", "", value=0.6, lowers="RE", bounds="(0, 1]", text="efficiency of the reference pump", evidence=MADE_UP
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    raises="RE PE",
    plausible="[0, 2]",
    text="CO2 emission factor of electricity",
    evidence=MADE_UP,
)


@m.equation("RE_i,p", "tCO2", text="reference emissions of pump i", evidence=MADE_UP)
def RE_i(EC_PJ, η_PJ, η_RE, EF_elec):
    return EC_PJ * η_PJ / η_RE * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=MADE_UP)
def RE(RE_i):
    return RE_i


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=MADE_UP)
def PE(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=MADE_UP)
def ER(RE, PE):
    return RE - PE


@m.criterion(1, "The efficiency of each project pump is above 0.7", evidence=MADE_UP)
def efficient(η_PJ):
    return η_PJ > 0.7


m.attested(2, "newly_installed", "The pumps are newly installed", evidence=MADE_UP)


# Version 1.1 has a table by size instead of one efficiency, and a stricter criterion

later = m.revised("1.1", unchanged=MADE_UP, identity={"version": MADE_UP}, approved=date(2023, 6, 1))
later.class_key("size,i", text="size of pump i")
later.default(
    "η_RE,i",
    "",
    by="size",
    values={"small": 0.6, "large": 0.68},
    lowers="RE",
    bounds="(0, 1]",
    text="efficiency of the reference pump",
    evidence=MADE_UP,
)


@later.criterion(1, "The efficiency of each project pump is above 0.75", evidence=MADE_UP)
def more_efficient(η_PJ):
    return η_PJ > 0.75
