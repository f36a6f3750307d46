"""PH_AM002: solar PV in the Philippines. Nothing of its text was read."""

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, entitled, solar_pv

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

CODE = Source("public code that names design documents of JCM projects in the Philippines (stored copy 38874993102)")
QUOTED = unconfirmed("quoted at second hand, with data of the Department of Energy for 2015-2017", None, CODE)

m = Methodology(
    "PH_AM002",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="PH",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(PROJECT_LIST, "PH001 to PH005 and PH007 apply it"),
        "title": unconfirmed(
            "from recollection; that the technique is solar PV follows from the titles of the projects", 90
        ),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("that of the related methodologies of the same title"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use; the day of its approval was not read"),
    },
    note="The document was not read; the calculation is that of the related methodologies of the same title. "
    "The factors of two "
    "grids are quoted at second hand. The factor of isolated grids and captive power (0.533 in related "
    "methodologies) is not known. "
    "Plausible: planned emission reductions ÷ (capacity × 0.507) are 1,084 to 1,354 kWh for each kW and year.",
)

m.include(
    solar_pv(
        entitled(PROJECT_LIST, unconfirmed("the document was not read; two factors are quoted by others", None, CODE)),
        factor="conservative CO2 emission factor of the grid to which system i is connected",
        connections="the grid: Luzon-Visayas or Mindanao, or as the document tells connections apart",
        candidates={
            "design documents at second hand": {
                "Luzon-Visayas": Value(0.507, QUOTED),
                "Mindanao": Value(0.468, QUOTED),
            }
        },
    )
)
