"""CR_AM001: solar PV in Costa Rica. Nothing but its title was read."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, decided, decisions
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, entitled, solar_pv

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

DECISION = decisions("cr")

m = Methodology(
    "CR_AM001",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="CR",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2017, 9, 8),
    identity=decided(
        DECISION,
        scope=unconfirmed("that of the related methodologies of the same title"),
        version=secondary(PROJECT_LIST, "version 1.0 is in use: CR001"),
    ),
    note="Only number and title were read, in the list of decisions; the calculation is that of the related "
    "methodologies of the "
    "same title. The factor is not known: take it from the document.",
)

m.include(
    solar_pv(
        entitled(DECISION, unconfirmed("the value is not known")),
        factor="conservative CO2 emission factor of the electricity that system i displaces",
    )
)
