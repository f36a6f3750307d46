"""TH_AM001: solar PV in Thailand."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = summary_page("TH_AM001", "th-jp/methodologies/39")

m = Methodology(
    "TH_AM001",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="TH",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2016, 8, 23),
    identity=shown(
        PAGE,
        number="proposed as TH_PM001",
        version="version 1.0, valid, approved on 23 August 2016; a revision was proposed in 2020 as TH_PM017, with "
        "the same summary, and its outcome is not known",
        proponent="Pacific Consultants Co., Ltd.",
    ),
    note="Only the official summary page was read. The factor is not known: take it from the document.",
)

m.include(
    solar_pv(
        summarised(PAGE, unconfirmed("the value is not known", None, PAGE)),
        factor="conservative CO2 emission factor of the grid or captive electricity that system i displaces",
    )
)
