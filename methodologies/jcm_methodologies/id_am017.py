"""ID_AM017: solar PV with storage batteries in Indonesia.

The summary page gives the logic in words; letters, and the form of the options, are not its own.
"""

from datetime import date

import numpy as np

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_calc.reference_data import solar_grid_factors
from jcm_methodologies.official_pages import declare_criteria_not_read, shown, summary_page
from jcm_methodologies.physics import NO_SUN_NO_POWER
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "ED_metered", "ED_stored", "RE_i", "m"]

PAGE = summary_page("ID_AM017", "id-jp/methodologies/78")
OPTIONS = unconfirmed(
    "that there are options, and that charge and discharge are monitored in some, was read; their form is recalled",
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

m.choice(
    "displaced_electricity",
    {
        "metered": "the meter stands behind the battery",
        "generation and storage": "the meter stands at the PV system, charge and discharge are metered",
    },
    text="how the electricity that the project displaces is determined",
    evidence=OPTIONS,
)
CHARGED = primary(PAGE, "in the list of monitored parameters, where the option needs it; option C is recalled")
for symbol, effect, text, evidence in (
    (
        "EG_i,p",
        {"raises": "RE"},
        "AC electricity of project PV system i in period p, metered at the place that the choice names",
        primary(PAGE, "the quantity; option C and continuous metering are recalled"),
    ),
    ("EC_i,p", {"lowers": "RE"}, "electricity charged into the storage battery of system i in period p", CHARGED),
    ("ED_i,p", {"raises": "RE"}, "electricity discharged from the storage battery of system i in period p", CHARGED),
):
    m.monitored(
        symbol,
        "MWh",
        **effect,
        extensive=True,
        options="C",
        plausible="[0, 1e6]",
        text=text,
        evidence=evidence,
    )

m.at_most("EG", "rated power × daylight", evidence=NO_SUN_NO_POWER)

DISPLACED = {"name": "EG_displaced", "text": "electricity that system i displaces", "evidence": OPTIONS}


@m.equation("EG_displaced,i,p", "MWh", when={"displaced_electricity": "metered"}, **DISPLACED)
def ED_metered(EG):
    return EG


@m.equation("EG_displaced,i,p", "MWh", when={"displaced_electricity": "generation and storage"}, **DISPLACED)
def ED_stored(EG, EC, ED):
    return EG - (EC - ED)


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
        | {"RE_i": primary(PAGE, "displaced electricity × conservative emission factor; letters recalled (85 %)")},
        factor="conservative CO2 emission factor for the connection of system i",
        connections="grid, or captive diesel generator; in the table a grid with case 1 (no captive generator or "
        "isolated grid beside it) or case 2 (with one)",
        candidates={
            "additional information on Indonesian grids": {
                f"{grid}, case {case}": value.value
                for case in (1, 2)
                for grid, value in solar_grid_factors("ID", case).items()
            }
        },
        generation="",
    ),
    rename={"EG": "EG_displaced,i,p"},
)
declare_criteria_not_read(m, "battery")


@m.fitting
def charged_by_the_sun(values):
    """Keep what is charged within what is generated: more would come from the grid."""
    return values | {"EC": np.minimum(values["EC"], values["EG"])} if "EC" in values else values
