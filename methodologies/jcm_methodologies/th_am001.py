"""TH_AM001: solar PV in Thailand."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.solar_pv import (
    ER,
    INDICES,
    PE,
    RE,
    TITLE,
    TITLES,
    RE_i,
    in_use,
    solar_pv,
    summarised,
    unread,
)

__all__ = ["ER", "PE", "RE", "RE_i", "m", "ver_1", "ver_2"]

PAGE = summary_page("TH_AM001", "th-jp/methodologies/39")
PAIRS = Source("expected MWh and tCO2 of projects under version 1.0, printed side by side in announcements")
PROJECTS = "www.jcm.go.jp/jc/mn-projects"
PRINTED = unconfirmed(
    "by division: 7,293 MWh → 2,326 tCO2 and (TH009) 21,675 MWh → 6,913 tCO2 are 0.3189 each; 0.319 was from "
    "recollection "
    "(70 %)",
    None,
    PAIRS,
)

TAKEN = unconfirmed(
    "the factor of version 1.0: two projects moved to version 2.0 with the same planned tonnes a year; the tonnes "
    "planned for each MW under version 3.0 fit about 0.3; neither version was read",
    None,
    Source("list of projects of the scheme: TH011 and TH016, TH012 and TH017, TH026 to TH034", PROJECTS),
)

ver_1 = Methodology(
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
        version="version 1.0, approved on 23 August 2016; a revision was proposed in 2020 as TH_PM017, with the same "
        "summary",
        proponent="Pacific Consultants Co., Ltd.",
    ),
    note="Only the official summary page was read. The factor was not: projects were planned "
    "with 0.319 tCO2/MWh of the grid.",
)

FACTOR = "conservative CO2 emission factor of the grid or captive electricity that system i displaces"
FAMILY = unconfirmed("that of version 1.0; the text of this version was not read", None, PAGE)

ver_1.include(
    solar_pv(
        summarised(PAGE, unconfirmed("the value is not known", None, PAGE)),
        factor=FACTOR,
        candidates={"grid, by printed pairs": Value(0.319, PRINTED)},
    )
)


def _unread(version: str) -> Methodology:
    """Return a version that projects use and of which no text was read: the calculation of the family."""
    found = Methodology(
        "TH_AM001",
        version=version,
        title=TITLE,
        titles=TITLES,
        country="TH",
        sectoral_scope=1,
        indices=INDICES,
        identity=in_use("TH_AM001", version, PROJECTS),
        note="The text of this version was not read; the calculation is that of version 1.0 and of the other "
        "methodologies of the same title. The factor is required.",
    )
    found.include(
        solar_pv(
            unread(FAMILY, unconfirmed("the value is not known", None, PAGE)),
            factor=FACTOR,
            candidates={"grid, as version 1.0": Value(0.319, TAKEN)},
        )
    )
    return found


ver_2 = _unread("2.0")
m = _unread("3.0")
