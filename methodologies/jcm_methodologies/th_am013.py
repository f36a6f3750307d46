"""TH_AM013: high-efficiency screw chillers for freezing and refrigeration in Thailand. Only its title was read."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import secondary, unconfirmed
from jcm_methodologies.electricity import one_factor
from jcm_methodologies.equal_service import COP, ER, PE, RE, PE_i, RE_i, entitled, equal_service
from jcm_methodologies.official_pages import PROJECT_LIST, decided, decisions

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

DECISION = decisions("th")

m = Methodology(
    "TH_AM013",
    version="1.0",
    title="Energy Saving by Introduction of High Efficiency Screw Chiller for freezing and refrigeration",
    titles={"ja": "冷凍・冷蔵用高効率スクリュー冷凍機の導入による省エネルギー"},
    country="TH",
    sectoral_scope=3,
    indices={"i": "project chiller", "p": "monitoring period"},
    approved=date(2021, 9, 20),
    identity=decided(
        DECISION,
        scope=unconfirmed("that of the related methodology TH_AM005"),
        version=secondary(PROJECT_LIST, "version 1.0 is in use: TH019"),
    ),
    note="Only number, title and approval were read, in the list of decisions; the calculation is that of the "
    "related methodology "
    "TH_AM005. The reference COPs and every criterion are not known.",
)

m.include(equal_service("chiller", entitled(DECISION, "the related methodology TH_AM005")), rename=COP)
m.include(one_factor(unconfirmed("as in the related methodology TH_AM005; not read for this document", None, DECISION)))
