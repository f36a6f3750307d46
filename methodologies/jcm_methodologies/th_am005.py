"""TH_AM005: high-efficiency centrifugal chillers without inverter in Thailand."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Version
from jcm_calc.evidence import unconfirmed
from jcm_methodologies.electricity import grid_and_captive
from jcm_methodologies.equal_service import (
    COP,
    ER,
    PE,
    PRINTED,
    PRINTED_RATIO,
    RE,
    PE_i,
    RE_i,
    equal_service,
    summarised,
)
from jcm_methodologies.official_pages import shown, summary_page

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

PAGE = summary_page("TH_AM005", "th-jp/methodologies/144")

m = Methodology(
    "TH_AM005",
    version="3.0",
    title="Energy Saving by Introduction of High Efficiency Non-Inverter Type Centrifugal Chiller",
    titles={"ja": "高効率非インバーター式ターボ冷凍機の導入による省エネルギー"},
    country="TH",
    sectoral_scope=3,
    indices={"i": "project chiller", "p": "monitoring period"},
    approved=date(2023, 10, 11),
    identity=shown(
        PAGE,
        number="proposed as TH_PM024",
        version="version 3.0, valid, approved on 11 October 2023",
        proponent="the Joint Committee",
    ),
    versions=[
        Version(
            number,
            None,
            "only its identity is known: the page has an earlier version with the same title, proposed as TH_PM009, of "
            "which neither number nor monitoring was read",
            unconfirmed("that there was one follows from version 3.0", None, PAGE),
        )
        for number in ("1.0", "2.0")
    ],
    note="Only the official summary page was read: the core and the monitored parameters are its own. The reference "
    "COPs, a conversion to standard temperatures such as that of ID_AM002 (from recollection), and every "
    "criterion are not known. "
    "With grid and captive power the lower factor is taken, from recollection of other methodologies.",
)

DIRECTION = unconfirmed(
    f"consumption, ratio of COPs, factor were read on {PAGE.title}, with the ratio in words as reference/project; the "
    f"direction follows from physics, and {PRINTED_RATIO}",
    None,
    PRINTED,
)

m.include(
    equal_service(
        "chiller",
        summarised(PAGE, ratio="ratio of COPs", direction_printed=False) | {"RE_i": DIRECTION},
        efficiency="COP",
    ),
    rename=COP,
)
m.include(grid_and_captive(PAGE))
