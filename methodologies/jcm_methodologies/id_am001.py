"""ID_AM001: power generation from waste heat of cement production.

Symbols and the form of the equations are from recollection. Electricity that the waste heat recovery (WHR)
system consumes is not metered: it is set at its ceiling, the rated capacity on every hour of p.
"""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST
from jcm_methodologies.physics import NO_MORE_THAN_RATED
from jcm_methodologies.waste_heat import CEILING, EC_AUX, EG, ER, PE, RE, waste_heat

__all__ = ["EC_AUX", "EG", "ER", "PE", "RE", "m"]

PDD = Source(
    "project design document of project ID013, Tuban (beginning)",
    "businessdocbox.com/Green_Solutions/89142596-Jcm-project-design-document-form.html",
)
SLIDES = Source(
    "slides of JFE Engineering on the project and its methodology, July 2017",
    "id.scribd.com/document/373138576/3-1-2-Presentation-JFEengineering-Public",
)
SISTER = Source("summary page of the related Myanmar methodology MM_AM005", "www.jcm.go.jp/mm-jp/methodologies/112")
LIST_2015 = Source("list of Indonesian JCM methodologies of 6 February 2015", "123deta.com")
STATUS = Source("status paper of the Japanese ministries on the scheme, December 2015")

m = Methodology(
    "ID_AM001",
    version="1.0",
    title="Power Generation by Waste Heat Recovery in Cement Industry",
    titles={"ja": "セメント産業における廃熱回収発電"},
    country="ID",
    sectoral_scope=1,
    indices={"p": "monitoring period"},
    identity={
        "number": primary(PDD, "named as the methodology applied"),
        "title": secondary(LIST_2015),
        "country": primary(PDD),
        "sectoral scope": secondary(STATUS, "sector: energy industries; the related methodology MM_AM005 has scope 1"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: ID013"),
        "proponent": unconfirmed("JFE Engineering Corporation, which did the study behind it", 80),
    },
    note="The design document says in words that net generation replaces grid electricity and that there are no "
    "project emissions; every equation behind it is from recollection. Where the plant is out of operation for long, "
    "EG_p and with it "
    "RE_p become negative, because consumption counts on: how the document treats that is not known, and negative "
    "values are kept here. Several WHR systems count as one: their supply and their capacities are totals.",
)

m.define(
    "SP boiler, AQC boiler",
    "They raise steam from the exhaust gas of the suspension preheater and from the hot air of the clinker cooler "
    "(air quenching cooler)",
    evidence=unconfirmed(
        "read in accounts of the project; that the document defines the terms is from recollection", 60, SLIDES
    ),
)

m.include(
    waste_heat(
        {
            "EG_SUP": unconfirmed(
                "quantity as in the related methodology MM_AM005; option C and continuous metering from recollection",
                85,
                SISTER,
            ),
            "D_p": unconfirmed(
                "monitored in the related methodology MM_AM005; from recollection for this document, with the "
                "calendar as its source",
                70,
                SISTER,
            ),
            "EC_CAP": unconfirmed("from recollection", 75),
            "EF_grid": unconfirmed(
                "from recollection; no number belongs to the methodology, and that of project ID013 is not known", 80
            ),
            "EC_AUX": unconfirmed(
                "from recollection, without an option to measure it instead; the related "
                "methodology MM_AM005 monitors the days of "
                "p, which only such a ceiling needs",
                85,
                SISTER,
            ),
            "EG": unconfirmed("that net generation counts was read; the form is from recollection", 85, PDD),
            "RE": unconfirmed(
                "net generation replacing grid electricity was read; the form is from recollection", 85, PDD
            ),
            "PE": primary(PDD, "not considered, as the WHR system uses no fossil fuel"),
        },
        replaces="electricity from the grid",
        factor="CO2 emission factor of the regional grid: the most recent value of the Indonesian authority at "
        "validation",
    )
)
m.waive("zero activity", CEILING, of="RE")


m.attested(
    1,
    "waste_heat_of_cement_production",
    "Waste heat of a cement production facility generates electricity through a WHR system",
    evidence=secondary(SLIDES),
)


m.attested(
    2,
    "boilers_turbine_cooling_tower",
    "The WHR system has a suspension preheater boiler, an air quenching cooler boiler or both, a turbine generator and "
    "a cooling tower",
    evidence=secondary(SLIDES, "the registered plant has an air-cooled condenser: not to be read literally"),
)


m.attested(
    3,
    "only_waste_heat",
    "Steam for power generation is raised by waste heat alone, without fossil fuel",
    evidence=secondary(SLIDES),
)


m.attested(
    4,
    "no_earlier_WHR_system",
    "No WHR system had been introduced at the cement kiln before the project",
    evidence=unconfirmed("read but for its end, 'before the project', which is from recollection", 90, SLIDES),
)


m.fact("grid_connected", text="the cement factory is connected to a grid")
m.fact("max_output", "MW", text="maximum electricity output of the WHR system")
m.at_most("EG_SUP", "max_output × hours", evidence=NO_MORE_THAN_RATED)
m.fact(
    "annual_import",
    "MWh",
    text="electricity that the factory imports from the grid in a year: the year before validation, or for a new "
    "factory the first year of operation as planned",
)


@m.criterion(
    5,
    "The factory is connected to a grid, and maximum output × 24 h × 365 d is not greater than its annual import",
    evidence=unconfirmed("from recollection; the rule for a new factory less surely (60 %)", 80),
)
def output_within_import(grid_connected, max_output, annual_import):
    return grid_connected & (max_output * (24 * 365) <= annual_import)


m.attested(
    6,
    "internal_grid_only",
    "The WHR system is designed to be connected only to the internal power grid of the factory: no export",
    evidence=unconfirmed("from recollection", 80),
)
