"""MM_AM002: energy-efficient refrigerators using natural refrigerant at cold storages in Myanmar."""

from datetime import date

from jcm_calc import Methodology
from jcm_methodologies.electricity import one_factor
from jcm_methodologies.equal_service import COP, ER, PE, RE, PE_i, RE_i, equal_service, summarised
from jcm_methodologies.official_pages import shown, summary_page

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

PAGE = summary_page("MM_AM002", "mm-jp/methodologies/99")

m = Methodology(
    "MM_AM002",
    version="1.0",
    title="Installation of Energy-efficient Refrigerators Using Natural Refrigerant at Cold Storage",
    titles={"ja": "冷凍冷蔵倉庫における自然冷媒を用いた高効率冷凍機の導入"},
    country="MM",
    sectoral_scope=3,
    indices={"i": "project refrigerator", "p": "monitoring period"},
    approved=date(2020, 1, 16),
    identity=shown(
        PAGE,
        number="proposed as MM_PM002",
        version="version 1.0, valid, approved on 16 January 2020",
        proponent="Ryobi Holdings Co., Ltd.",
    ),
    note="Only the official summary page was read. The reference COP and every criterion are not known.",
)

m.include(
    equal_service(
        "refrigerator",
        summarised(PAGE, ratio="ratio of COPs", direction_printed=False),
        plausible="[0.5, 10]",
    ),
    rename=COP,
)
m.include(one_factor())
