"""TH_AM009: cogeneration by gas engines in Thailand. The summary page gives the logic in words."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.cogeneration import ER, INDICES, PE, RE, RE_elec, RE_heat, cogeneration
from jcm_methodologies.official_pages import shown, summary_page

__all__ = ["ER", "PE", "RE", "RE_elec", "RE_heat", "m"]

PAGE = summary_page("TH_AM009", "th-jp/methodologies/90")
NOT_KNOWN = unconfirmed("the value is not known", None, PAGE)

m = Methodology(
    "TH_AM009",
    version="1.0",
    title="Installation of gas engine cogeneration system to supply electricity and heat",
    titles={"ja": "電気及び熱供給のためのガスエンジンコージェネレーションシステムの導入"},
    country="TH",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2019, 1, 14),
    identity=shown(
        PAGE,
        number="proposed as TH_PM011",
        version="version 1.0, approved on 14 January 2019",
        proponent="Institute for Global Environmental Strategies",
    ),
    note="Only the official summary page was read: what counts is consumed by the recipient, not what is produced. "
    "The factor of the electricity, the efficiency and the fuel of the reference boiler, and every criterion are not "
    "known. "
    "Emission reductions are negative where the grid is clean: gas of 0.0561 tCO2/GJ at 40 % is 0.505 tCO2/MWh before "
    "the heat counts.",
)

m.include(
    cogeneration(
        {
            "EC_CGS": primary(PAGE, "in the list of monitored parameters; unit and option were not read"),
            "HC_CGS": primary(PAGE, "in the list of monitored parameters; unit and option were not read"),
            "FC_gas": primary(PAGE, "in the list of monitored parameters; unit and option were not read"),
            "EF_elec": unconfirmed("grid or captive electricity was read; the value was not", None, PAGE),
            "η_RE": NOT_KNOWN,
            "EF_fuel_RE": NOT_KNOWN,
            "factors": NOT_KNOWN,
            "E_gas": unconfirmed("amount × net calorific value is usual, not read", 90),
            "RE_elec": primary(
                PAGE, "electricity that the recipient would have taken from the grid; letters from recollection"
            ),
            "RE_heat": primary(
                PAGE, "heat that the recipient would have taken from a boiler; letters from recollection"
            ),
            "RE": primary(PAGE, "electricity and heat; letters from recollection"),
            "PE": primary(PAGE, "natural gas of the system; letters from recollection"),
        }
    )
)
