"""VN_AM007: solar PV in Viet Nam. What counts is electricity consumed or sold, not all that is generated."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = summary_page("VN_AM007", "vn-jp/methodologies/45")
PAIRS = Source("expected MWh and tCO2 of solar plants of one firm in Viet Nam, which are not projects of the scheme")
PRINTED = unconfirmed(
    "by division: 76,920 MWh → 25,614 tCO2, 72,820 → 24,249 and 73,143 → 24,357 are 0.333; another source prints 1/3; "
    "0.333 was from recollection (70 %)",
    None,
    PAIRS,
)

m = Methodology(
    "VN_AM007",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="VN",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2017, 10, 10),
    identity=shown(
        PAGE,
        number="proposed as VN_PM009",
        version="version 1.0, valid, approved on 10 October 2017",
        proponent="Institute for Global Environmental Strategies",
    ),
    note="Only the official summary page was read. Of the two factors that of the grid is known "
    "from plans only, that of diesel generators is not. The "
    "page multiplies the AC output, and monitors what of it is consumed or sold: this is what counts here.",
)

m.include(
    solar_pv(
        summarised(
            PAGE,
            unconfirmed("that there are two factors was read; their values are not known", None, PAGE),
            "the quantity is what is consumed or sold",
        ),
        factor="conservative CO2 emission factor for the connection of system i",
        connections="grid, or diesel generator, as the document tells them apart",
        candidates={"printed pairs": {"grid": Value(0.333, PRINTED)}},
        generation="electricity of project PV system i consumed, or sold to the power company, in period p",
    )
)
