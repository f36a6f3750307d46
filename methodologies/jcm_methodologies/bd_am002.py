"""BD_AM002: solar PV in Bangladesh. Number and approval are from recollection; the proposal was read."""

from jcm_calc import Methodology
from jcm_calc.evidence import primary, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PROPOSAL = summary_page("the proposal BD_PM002", "bd-jp/methodologies/49")
PROPOSED = unconfirmed("as proposed; the approved text may differ", None, PROPOSAL)

m = Methodology(
    "BD_AM002",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="BD",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": unconfirmed("from recollection; proposed as BD_PM002", 85, PROPOSAL),
        "title": PROPOSED,
        "country": primary(PROPOSAL),
        "sectoral scope": PROPOSED,
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: BD004"),
        "proponent": unconfirmed("Institute for Global Environmental Strategies, as of the proposal", None, PROPOSAL),
    },
    note="The official summary page of the proposal was read, not that of the approved methodology; credits issued for "
    "a PV plant in Bangladesh imply that there is one. The three factors are not known: take them from the document.",
)

m.include(
    solar_pv(
        summarised(PROPOSAL, unconfirmed("three factors were proposed; their values are not known", None, PROPOSAL))
        | dict.fromkeys(("EG", "RE_i", "RE", "PE"), PROPOSED),
        factor="conservative CO2 emission factor for the connection of system i",
        connections="national grid, diesel generator, or gas generator, as the document tells them apart",
    )
)
