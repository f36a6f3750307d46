"""MN_AM004: solar PV with batteries in Mongolia. Nothing of its text was read.

Structure and options are those of the related Indonesian methodology ID_AM017, of which the summary page was read.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, declare_criteria_not_read, summary_page
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, RE_i, charged_by_the_sun, entitled, solar_pv, stored

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

COPY = Source(
    "pages of the Joint Committee with Mongolia (copy of June 2026)", "www.jcm.go.jp/jc/mn-methodologies-proposed"
)
SISTER = summary_page("ID_AM017", "id-jp/methodologies/78")
AS_SISTER = unconfirmed("monitored in the related methodology ID_AM017; not read for this document", None, SISTER)
OPTIONS = unconfirmed(
    "the form of the related methodology ID_AM017 is from recollection, and whether it is that of this document",
    55,
    SISTER,
)
INFERRED = unconfirmed(
    "that of MN_AM003 version 2.0, not read for this document. The plan of project MN007, 5,736 tCO2 a year of 5 MW, "
    "is 1,439 kWh for each kW at 0.797, which is possible, and 2,152 at 0.533, which is not"
)

m = Methodology(
    "MN_AM004",
    version="1.0",
    title="Installation of solar photovoltaic system and battery energy storage system",
    titles={"ja": "太陽光発電システム及び蓄電池システムの導入"},
    country="MN",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2024, 12, 20),
    identity={
        "number": secondary(COPY, "proposed as MN_PM006; project MN007 applies it"),
        "title": secondary(COPY),
        "country": secondary(COPY),
        "sectoral scope": unconfirmed("that of the related methodologies"),
        "version": secondary(COPY, "version 1.0, approved on 20 December 2024"),
        "proponent": secondary(COPY, "Pacific Consultants Co., Ltd."),
    },
    note="The document was not read. Storage is counted from recollection of the related methodology ID_AM017, "
    "the factor is that of "
    "MN_AM003 by name only. Electricity from the grid that charges a battery must not count: nothing here can see it.",
)

m.include(
    stored(
        {
            "options": OPTIONS,
            "EG": AS_SISTER,
            "EC": AS_SISTER,
            "ED": AS_SISTER,
        }
    )
)
m.include(
    solar_pv(
        entitled(PROJECT_LIST, unconfirmed("the value is not known", None, PROJECT_LIST)),
        factor="reference CO2 emission factor of the electricity that system i displaces",
        candidates={"as MN_AM003 version 2.0, national grid": Value(0.797, INFERRED)},
        generation="",
    ),
    rename={"EG": "EG_displaced,i,p"},
)
declare_criteria_not_read(m, "battery")
m.fitting(charged_by_the_sun)
