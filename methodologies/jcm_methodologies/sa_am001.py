"""SA_AM001: high-efficiency electrolysers in chlor-alkali plants of Saudi Arabia."""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.electricity import grid_and_captive
from jcm_methodologies.equal_service import ER, PE, RE, PE_i, consumption, summarised
from jcm_methodologies.official_pages import declare_criteria_not_read, shown, summary_page

__all__ = ["ER", "PE", "RE", "PE_i", "RE_i", "m"]

PAGE = summary_page("SA_AM001", "sa-jp/methodologies/63")
RATIO = "ratio of the guaranteed specific consumptions reference/project"

m = Methodology(
    "SA_AM001",
    version="1.0",
    title="Introduction of High Efficiency Electrolyzer in Chlor-Alkali Processing Plant",
    titles={"ja": "塩素製造 (食塩電解) プラントにおける高効率電解槽の導入"},
    country="SA",
    sectoral_scope=3,
    indices={"i": "project electrolyser", "p": "monitoring period"},
    approved=date(2017, 10, 18),
    identity=shown(
        PAGE,
        number="the approved one of the page",
        version="version 1.0, valid, approved on 18 October 2017",
        proponent="Thyssenkrupp Uhde Chlorine Engineers (Japan) Ltd. and Kanematsu Corporation",
    ),
    note="Only the official summary page was read. The specific consumption of the reference and every criterion are "
    "not known. With grid and captive power the lower factor is taken, from recollection of other methodologies.",
)

m.summarise(
    primary(PAGE),
    measure="Electrolysers of high efficiency make the same product with less electricity",
    reference="electricity of the project × ratio of guaranteed specific consumptions, reference ÷ project, × its "
    "factor",
    project="electricity of the project × its factor",
)
m.emits("reference", "electricity of the reference electrolyser", evidence=primary(PAGE))
m.emits("project", "electricity of the project electrolyser", evidence=primary(PAGE))
m.establish(
    "The initial guarantee of the reference, whose value and conservativeness were not read.",
    evidence=unconfirmed("the ratio was read; the value was not", None, PAGE),
)

evidence = summarised(PAGE, ratio=RATIO, direction_printed=True)
m.include(consumption("electrolyser", evidence))
for symbol, declare, effect, text in (
    ("SEC_PJ,i", m.fixed, "lowers", "initial guarantee of the specific electricity consumption of electrolyser i"),
    ("SEC_RE,i", m.default, "raises", "initial guarantee of the specific electricity consumption of the reference"),
):
    declare(
        symbol,
        "MWh/t",
        **{effect: "RE"},
        bounds="(0, inf)",
        plausible="[1, 5]",
        text=text,
        evidence=unconfirmed("the ratio was read; product, unit and value were not", None, PAGE),
    )


@m.equation("RE_i,p", "tCO2", text="reference emissions of electrolyser i", evidence=evidence["RE_i"])
def RE_i(EC_PJ, SEC_RE, SEC_PJ, EF_elec):
    return EC_PJ * (SEC_RE / SEC_PJ) * EF_elec


m.include(grid_and_captive(PAGE))
declare_criteria_not_read(m)
