"""LA_AM002: solar PV in Lao PDR. Nothing of its text was read."""

from jcm_calc import Methodology
from jcm_calc.evidence import secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, entitled, solar_pv

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

m = Methodology(
    "LA_AM002",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="LA",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(PROJECT_LIST, "LA002 and LA003 apply it"),
        "title": unconfirmed(
            "that of the related methodologies; the technique follows from the titles of the projects"
        ),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("that of the related methodologies of the same title"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use; the day of its approval was not read"),
    },
    note="The document was not read; the calculation is that of the related methodologies of the same title. "
    "The factor is not "
    "known: take it from the document. Plausible: 4,784 tCO2 a year planned for 11 MW are about 0.3 tCO2/MWh; at "
    "0.533 they would be 816 kWh for each kW.",
)

m.include(
    solar_pv(
        entitled(PROJECT_LIST, unconfirmed("the value is not known", None, PROJECT_LIST)),
        factor="conservative CO2 emission factor of the grid or other electricity that system i displaces",
    )
)
