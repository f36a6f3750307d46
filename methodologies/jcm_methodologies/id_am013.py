"""ID_AM013: solar PV in Indonesia. Nothing of its text was read.

Two editions of a table of Indonesian grids are known by their factor for Sumatra, 0.477 and 0.458.
"""

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST
from jcm_methodologies.solar_pv import (
    ER,
    INDICES,
    PE,
    RE,
    TITLE,
    TITLES,
    RE_i,
    entitled,
    indonesian_grids,
    solar_pv,
)

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

ID018 = Source("expected amounts of project ID018 in Sumatra, printed with its announcement")
SUMATRA = unconfirmed("917 tCO2 ÷ 1,922 MWh a year are 0.47711, and 1,922 × 0.477 is 916.8", None, ID018)
JAMALI = unconfirmed(
    "from recollection as the value of an earlier edition; the edition that was read has 0.619 and 0.533", 45
)

m = Methodology(
    "ID_AM013",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="ID",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(PROJECT_LIST, "ID017, ID018, ID033, ID036 and ID039 apply it"),
        "title": unconfirmed(
            "from recollection; that the technique is solar PV follows from the titles of the projects", 90
        ),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("that of the related methodologies of the same title"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use; the day of its approval was not read"),
    },
    note="The document was not read; the calculation is that of the related methodologies of the same title. "
    "Two editions of a table "
    "of Indonesian grids are known, with 0.477 and with 0.458 for Sumatra; which of them version 1.0 has is not known, "
    "so both are there by name. Project ID018 of version 1.0 was planned with 0.477.",
)

m.include(
    solar_pv(
        entitled(PROJECT_LIST, unconfirmed("two editions of the table are known; which one it is was not read")),
        factor="conservative CO2 emission factor for the connection of system i",
        connections="a grid with case 1 (no captive generator or isolated grid in addition) or case 2 (with one)",
        candidates={
            "edition with 0.477 for Sumatra": {
                "Sumatra, case 1": Value(0.477, SUMATRA),
                "Jamali, case 1": Value(0.616, JAMALI),
            },
            "edition with 0.458 for Sumatra": indonesian_grids(),
        },
    )
)
