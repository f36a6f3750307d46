"""TH_AM016: LED downlights and spotlights of high colour rendering in Thailand."""

from datetime import date

from jcm_calc import Methodology
from jcm_methodologies.electricity import one_factor
from jcm_methodologies.equal_service import ER, PE, RE, PE_i, RE_i, equal_service, summarised
from jcm_methodologies.official_pages import shown, summary_page

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

PAGE = summary_page("TH_AM016", "th-jp/methodologies/130")

m = Methodology(
    "TH_AM016",
    version="1.0",
    title="Introduction of high energy efficient and high colour rendering LED downlight/spotlight in indoor "
    "facilities",
    titles={"ja": "屋内施設への高効率・高演色 LED ダウンライト/スポットライトの導入"},
    country="TH",
    sectoral_scope=3,
    indices={"i": "project lighting", "p": "monitoring period"},
    approved=date(2022, 6, 17),
    identity=shown(
        PAGE,
        number="proposed as TH_PM019",
        version="version 1.0, valid, approved on 17 June 2022",
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
