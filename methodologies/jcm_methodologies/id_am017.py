"""ID_AM017: solar PV with storage batteries in Indonesia.

The summary page gives the logic in words; letters, and the form of the options, are not its own.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.official_pages import declare_criteria_not_read, shown, summary_page
from jcm_methodologies.solar_pv import (
    ER,
    INDICES,
    PE,
    RE,
    ED_metered,
    ED_stored,
    RE_i,
    charged_by_the_sun,
    indonesian_grids,
    solar_pv,
    stored,
    summarised,
)

__all__ = ["ER", "PE", "RE", "ED_metered", "ED_stored", "RE_i", "m"]

PAGE = summary_page("ID_AM017", "id-jp/methodologies/78")
OPTIONS = unconfirmed(
    "that there are options, and that charge and discharge are monitored in some, was read; their form is from "
    "recollection",
    50,
    PAGE,
)

m = Methodology(
    "ID_AM017",
    version="1.0",
    title="Installation of Solar PV System and Storage Battery System",
    titles={"ja": "太陽光発電システム及び蓄電池システムの導入"},
    country="ID",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2018, 11, 28),
    identity=shown(
        PAGE,
        number="proposed as ID_PM024",
        version="version 1.0, valid, approved on 28 November 2018",
        proponent="Institute for Global Environmental Strategies",
    ),
    note="Only the official summary page was read. A table of factors of Indonesian grids for renewable energy was "
    "read in part; that it belongs to this methodology is not known, so it is there by name only. Electricity from the "
    "grid that charges a battery must not count: nothing here can see it. Further criteria on the battery exist, and "
    "were not read.",
)

CHARGED = primary(PAGE, "in the list of monitored parameters, where the option needs it; option C is from recollection")

m.include(
    stored(
        {
            "options": OPTIONS,
            "EG": primary(PAGE, "the quantity; option C and continuous metering are from recollection"),
            "EC": CHARGED,
            "ED": CHARGED,
        }
    )
)
m.include(
    solar_pv(
        summarised(
            PAGE,
            unconfirmed(
                "a factor of the grid or of the captive diesel generator; the table of the additional information on "
                "Indonesian grids may be meant",
                60,
                PAGE,
            ),
        )
        | {
            "RE_i": primary(
                PAGE, "displaced electricity × conservative emission factor; letters from recollection (85 %)"
            )
        },
        factor="conservative CO2 emission factor for the connection of system i",
        connections="grid, or captive diesel generator; in the table a grid with case 1 (no captive generator "
        "or isolated grid in addition) or case 2 (with one)",
        candidates={"additional information on Indonesian grids, edition with 0.458 for Sumatra": indonesian_grids()},
        generation="",
    ),
    rename={"EG": "EG_displaced,i,p"},
)
declare_criteria_not_read(m, "battery")
m.fitting(charged_by_the_sun)
