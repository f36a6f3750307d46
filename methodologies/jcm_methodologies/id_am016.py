"""ID_AM016: cogeneration by gas engines in Indonesia. A page about the project that applies it was read."""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.cogeneration import ER, INDICES, PE, RE, RE_elec, RE_heat, cogeneration
from jcm_methodologies.official_pages import PROJECT_LIST

__all__ = ["ER", "PE", "RE", "RE_elec", "RE_heat", "m"]

PAGE = Source("programme office page of project ID019", "gec.jp/jcm/jp_old/projects/15pro_ina_04.html")
STRUCTURE = unconfirmed("read in the application of project ID019, before the methodology was approved", None, PAGE)
LISTED = unconfirmed("monitored in the related methodology TH_AM009; not read for this document")
NOT_KNOWN = unconfirmed("the value is not known", None, PAGE)

m = Methodology(
    "ID_AM016",
    version="1.0",
    title="Installation of gas engine cogeneration system to supply electricity and heat",
    titles={"ja": "電気及び熱供給のためのガスエンジンコージェネレーションシステムの導入"},
    country="ID",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(PROJECT_LIST, "ID019 applies it"),
        "title": unconfirmed(
            "that of the related methodology TH_AM009; the technique follows from the title of the project"
        ),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("that of the related methodology TH_AM009", 80),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use; the day of its approval was not read"),
    },
    note="The document was not read. The page of the project's application gives the structure of the calculation, and "
    "speaks of effective generation: what the recipient consumes counts. Its 20,310 tCO2 a year are not the 19,613 of "
    "the registered plan. Factors, the reference boiler and every criterion are not known.",
)

m.include(
    cogeneration(
        {
            **dict.fromkeys(("EC_CGS", "HC_CGS", "FC_gas"), LISTED),
            **dict.fromkeys(("EF_elec", "η_RE", "EF_fuel_RE", "factors"), NOT_KNOWN),
            **dict.fromkeys(("RE_elec", "RE_heat", "RE", "PE"), STRUCTURE),
            "E_gas": unconfirmed("amount × net calorific value is usual, not read", 90),
        }
    )
)
