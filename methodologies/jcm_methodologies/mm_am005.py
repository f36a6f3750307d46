"""MM_AM005: power generation from waste heat of cement production in Myanmar, for a site with grid or captive power."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.official_pages import declare_criteria_not_read, shown, summary_page
from jcm_methodologies.physics import NO_MORE_THAN_RATED
from jcm_methodologies.waste_heat import CEILING, EC_AUX, EG, ER, PE, RE, waste_heat

__all__ = ["EC_AUX", "EG", "ER", "PE", "RE", "m"]

PAGE = summary_page("MM_AM005", "mm-jp/methodologies/112")

m = Methodology(
    "MM_AM005",
    version="1.0",
    title="Power Generation by Waste Heat Recovery in Cement Industry",
    titles={"ja": "セメント産業における廃熱回収発電"},
    country="MM",
    sectoral_scope=1,
    indices={"p": "monitoring period"},
    approved=date(2020, 4, 20),
    identity=shown(
        PAGE,
        number="proposed as MM_PM005",
        version="version 1.0, valid, approved on 20 April 2020",
        proponent="Institute for Global Environmental Strategies",
    ),
    note="Only the official summary page was read: that net generation replaces electricity of the grid or of captive "
    "power, and that supply and days are monitored. The ceiling of the own consumption is that of the related "
    "Indonesian methodology ID_AM001, from recollection. Which factors the document has, and how those of grid and "
    "captive power combine where both are replaced, is not known: one factor is asked for.",
)

m.include(
    waste_heat(
        {
            "EG_SUP": primary(
                PAGE, "in the list of monitored parameters; option C and continuous metering from recollection"
            ),
            "D_p": primary(
                PAGE, "in the list of monitored parameters; whether only days of operation count was not read"
            ),
            "EC_CAP": unconfirmed("from recollection of the related methodology ID_AM001", 75),
            "EF_grid": unconfirmed("neither factor nor rule was read", None, PAGE),
            "EC_AUX": unconfirmed(
                "from recollection of the related methodology ID_AM001; that the days of p are monitored, which "
                "only such a ceiling "
                "needs, was read",
                85,
                PAGE,
            ),
            "EG": unconfirmed(
                "that net generation counts was read; the form is that of the related methodology ID_AM001", 85, PAGE
            ),
            "RE": unconfirmed("net generation replacing electricity was read; its factor was not", 85, PAGE),
            "PE": primary(PAGE, "not considered, as the WHR system uses no fossil fuel for its steam"),
        },
        replaces="electricity of the grid or of a captive generator",
        factor="CO2 emission factor of the electricity that is replaced, of the grid or of captive power",
    ),
    rename={"EF_grid": "EF_elec"},
)
m.waive("zero activity", CEILING, of="RE")
m.at_most("EG_SUP", "rated power × hours", evidence=NO_MORE_THAN_RATED)

m.attested(
    1,
    "only_waste_heat",
    "Steam for power generation is raised by waste heat of a cement production facility, without fossil fuel",
    evidence=unconfirmed("the summary says so; not read as a criterion", None, PAGE),
)
declare_criteria_not_read(m)
