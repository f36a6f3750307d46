"""ID_AM020: LED downlights and spotlights of high colour rendering in Indonesia."""

from datetime import date

from jcm_calc import Methodology
from jcm_methodologies.electricity import one_factor
from jcm_methodologies.equal_service import ER, PE, RE, PE_i, RE_i, equal_service, summarised
from jcm_methodologies.official_pages import shown, summary_page

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

PAGE = summary_page("ID_AM020", "id-jp/methodologies/98")

m = Methodology(
    "ID_AM020",
    version="1.0",
    title="Introduction of energy efficient and high color rendering LED downlight/spotlight",
    titles={"ja": "高効率・高演色 LED ダウンライト/スポットライトの導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project lighting", "p": "monitoring period"},
    approved=date(2019, 10, 31),
    identity=shown(
        PAGE,
        number="proposed as ID_PM030",
        version="version 1.0, valid, approved on 31 October 2019",
        proponent="FAST RETAILING CO., LTD.",
    ),
    note="Only the official summary page was read. The reference efficiency and every criterion are not known. The "
    "page also allows to monitor the opening days of the facilities, and how consumption follows from them was not "
    "read: the consumption itself is asked for.",
)

m.include(
    equal_service(
        "lighting",
        summarised(PAGE, ratio="ratio of luminous efficiencies project/reference", direction_printed=True),
        efficiency="luminous efficiency",
        of="lm/W",
        plausible="[5, 300]",
    )
)
m.include(one_factor())
