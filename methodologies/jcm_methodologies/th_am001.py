"""TH_AM001: solar PV in Thailand."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = summary_page("TH_AM001", "th-jp/methodologies/39")
PAIRS = Source("expected MWh and tCO2 of projects under version 1.0, printed side by side in announcements")
PRINTED = unconfirmed(
    "by division: 7,293 MWh → 2,326 tCO2 and (TH009) 21,675 MWh → 6,913 tCO2 are 0.3189 each; 0.319 was recalled "
    "(70 %)",
    None,
    PAIRS,
)

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
    note="Only the official summary page was read. The factor was not: projects were planned "
    "with 0.319 tCO2/MWh of the grid.",
)

m.include(
    solar_pv(
        summarised(PAGE, unconfirmed("the value is not known", None, PAGE)),
        factor="conservative CO2 emission factor of the grid or captive electricity that system i displaces",
        candidates={"grid, by printed pairs": Value(0.319, PRINTED)},
    )
)
