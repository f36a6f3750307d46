"""PH_AM001: run-of-river hydropower in the Philippines. The summary page gives the logic in words."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.official_pages import shown, summary_page
from jcm_methodologies.run_of_river import INDICES, run_of_river
from jcm_methodologies.solar_pv import ER, PE, RE, RE_i

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = summary_page("PH_AM001", "ph-jp/methodologies/110")
CODE = Source("public code that names design documents of JCM projects in the Philippines (stored copy 38874993102)")
QUOTED = unconfirmed("quoted at second hand for the related solar methodology PH_AM002 of the same country", None, CODE)

m = Methodology(
    "PH_AM001",
    version="1.0",
    title="Electricity generation by installation of run-of-river hydro power generation system(s) in the Philippines",
    titles={"ja": "フィリピンにおける流れ込み式水力発電システムの導入による発電"},
    country="PH",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2020, 2, 2),
    identity=shown(
        PAGE,
        number="project PH006 applies it",
        version="version 1.0, approved on 2 February 2020",
        proponent="Institute for Global Environmental Strategies",
    ),
    note="Only the official summary page was read: it speaks of a conservative emission factor and does not state it. "
    "Without a reservoir project emissions are zero; that a plant has none is for the project to show. Plausible: "
    "41,079 tCO2 a year planned for 14.5 MW in Mindanao are a capacity factor of 69 % at 0.468.",
)

m.include(
    run_of_river(
        {
            "EG": primary(PAGE, "the quantity; option C and continuous metering are from recollection (80 %)"),
            "EF_RE": unconfirmed("a conservative emission factor was read; its value was not", None, PAGE),
            "RE_i": primary(
                PAGE, "electricity generated × conservative emission factor; letters from recollection (85 %)"
            ),
            "RE": unconfirmed("the sum over systems is from recollection", 85, PAGE),
            "PE": primary(PAGE, "assumed to be zero"),
        },
        candidates={
            "as PH_AM002, Luzon-Visayas": Value(0.507, QUOTED),
            "as PH_AM002, Mindanao": Value(0.468, QUOTED),
        },
    )
)
