"""ID_AM019: run-of-river hydropower in Indonesia. Nothing of its text was read."""

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_calc.reference_data import solar_grid_factors
from jcm_methodologies.official_pages import PROJECT_LIST, summary_page
from jcm_methodologies.run_of_river import INDICES, run_of_river
from jcm_methodologies.solar_pv import ER, PE, RE, RE_i

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

SISTER = summary_page("PH_AM001", "ph-jp/methodologies/110")
AS_SISTER = unconfirmed("as in the related methodology PH_AM001; not read for this document", 80, SISTER)
TABLE = "additional information on Indonesian grids for renewable energy, docslib.org/doc/5422543"

m = Methodology(
    "ID_AM019",
    version="1.0",
    title="Electricity generation by installation of run-of-river hydro power generation system(s) in Indonesia",
    titles={"ja": "インドネシアにおける流れ込み式水力発電システムの導入による発電"},
    country="ID",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(PROJECT_LIST, "ID027 and ID037 apply it"),
        "title": unconfirmed(
            "as of the related methodology PH_AM001; the technique follows from the titles of the projects", 60
        ),
        "country": secondary(PROJECT_LIST),
        "sectoral scope": unconfirmed("that of the related methodology PH_AM001", None, SISTER),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use; the day of its approval was not read"),
    },
    note="The document was not read; the calculation is that of the related methodology PH_AM001. The factors "
    "of two editions of a "
    "table of Indonesian grids are there by name. Plausible: the plans of ID027 (10 MW, 30,862 tCO2 a year) and ID037 "
    "(6 MW, 16,275), both in Sumatra, are capacity factors of 65 to 77 %.",
)

m.include(
    run_of_river(
        {
            **dict.fromkeys(("EG", "RE_i", "RE", "PE"), AS_SISTER),
            "EF_RE": unconfirmed("the value is not known", None, PROJECT_LIST),
        },
        candidates={
            "Sumatra, edition with 0.477": Value(
                0.477,
                unconfirmed(
                    "917 tCO2 ÷ 1,922 MWh a year of the solar project ID018",
                    None,
                    Source("expected amounts of project ID018 in Sumatra, printed with its announcement"),
                ),
            ),
            "Sumatra, edition with 0.458": Value(
                solar_grid_factors("ID", 1)["Sumatra"].value,
                unconfirmed("read in the table; that it belongs to this methodology is not known", 60, Source(TABLE)),
            ),
        },
    )
)
