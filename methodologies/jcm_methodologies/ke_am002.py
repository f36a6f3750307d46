"""KE_AM002: solar PV in Kenya."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = summary_page("KE_AM002", "ke-jp/methodologies/52")

m = Methodology(
    "KE_AM002",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="KE",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2017, 3, 23),
    identity=shown(
        PAGE,
        number="proposed as KE_PM002",
        version="version 1.0, valid, approved on 23 March 2017",
        proponent="Pacific Consultants Co., Ltd.",
    ),
    note="Only the official summary page was read. The factor is not known: take it from the document.",
)

m.include(
    solar_pv(
        summarised(PAGE, unconfirmed("the value is not known; the page speaks of one factor", None, PAGE)),
        factor="conservative CO2 emission factor of the grid or captive electricity that system i displaces",
    )
)
