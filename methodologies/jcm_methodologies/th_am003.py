"""TH_AM003: high-efficiency centrifugal chillers with inverter in Thailand. Nothing but its title was read."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.declarations import Version
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.electricity import one_factor
from jcm_methodologies.equal_service import (
    COP,
    ER,
    PE,
    PRINTED,
    PRINTED_RATIO,
    RE,
    PE_i,
    RE_i,
    entitled,
    equal_service,
)
from jcm_methodologies.official_pages import decided, decisions

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

DECISION = decisions("th")

m = Methodology(
    "TH_AM003",
    version="2.0",
    title="Energy Saving by Introduction of High Efficiency Inverter Type Centrifugal Chiller",
    titles={"ja": "高効率インバーター式ターボ冷凍機の導入による省エネルギー"},
    country="TH",
    sectoral_scope=3,
    indices={"i": "project chiller", "p": "monitoring period"},
    approved=date(2023, 10, 11),
    identity=decided(
        DECISION,
        scope=unconfirmed("that of the related methodology TH_AM005"),
        version=primary(DECISION, "version 2.0, approved on 11 October 2023"),
    ),
    versions=[
        Version(
            "1.0",
            None,
            "only its identity is known",
            unconfirmed("that there was one follows from version 2.0", None, DECISION),
        )
    ],
    note="Only number, title and approval were read, in the list of decisions; the calculation is that of the "
    "related methodology "
    "TH_AM005. The reference COPs and every criterion are not known.",
)

DIRECTION = unconfirmed(
    f"as in the related methodology TH_AM005; not read for this document. By analogy: {PRINTED_RATIO}", None, PRINTED
)

m.include(
    equal_service("chiller", entitled(DECISION, "the related methodology TH_AM005") | {"RE_i": DIRECTION}), rename=COP
)
m.include(one_factor(unconfirmed("as in the related methodology TH_AM005; not read for this document", None, DECISION)))
