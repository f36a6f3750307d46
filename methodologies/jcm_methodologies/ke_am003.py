"""KE_AM003: small run-of-river hydropower in Kenya. The page of its proposal gives the logic in words."""

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.official_pages import summary_page
from jcm_methodologies.physics import NO_MORE_THAN_RATED
from jcm_methodologies.run_of_river import INDICES, run_of_river
from jcm_methodologies.solar_pv import ER, PE, RE, RE_i

__all__ = ["ER", "PE", "RE", "EG_net", "RE_i", "m"]

PAGE = summary_page("KE_PM003, the proposal", "ke-jp/methodologies/53")
PROPOSED = "read for the proposal; that it was approved as it is was not"
METERED = unconfirmed(
    f"gross and auxiliary electricity, or the net: {PROPOSED}; option C is from recollection", None, PAGE
)

m = Methodology(
    "KE_AM003",
    version="1.0",
    title="Installation of Run-of-river Small Hydropower Generation Plant",
    titles={"ja": "流れ込み式小水力発電所の導入"},
    country="KE",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": unconfirmed("proposed as KE_PM003 in March 2017; its approval is from recollection", 75, PAGE),
        "title": unconfirmed("that of the proposal", None, PAGE),
        "country": primary(PAGE, "of the proposal"),
        "sectoral scope": unconfirmed("that of the related methodologies"),
        "version": unconfirmed("that of a first approval, which is from recollection", 75),
        "proponent": primary(PAGE, "of the proposal: Pacific Consultants Co., Ltd."),
    },
    note="Only the summary page of the proposal was read, and no registered project applies it. It counts net "
    "electricity, after the plant's own use. The factor is not known: 0.533 is from recollection (60 %), take "
    "it from the "
    "document. Without a reservoir project emissions are zero; that a plant has none is for the project to show.",
)

for symbol, effect, text in (
    ("EG_gross,i,p", {"raises": "RE"}, "electricity that the turbines of system i generate in period p"),
    ("EC_AUX,i,p", {"lowers": "RE"}, "electricity of system i for the plant itself in period p"),
):
    m.monitored(
        symbol,
        "MWh",
        **effect,
        extensive=True,
        options="C",
        plausible="[0, 1e6]",
        text=text,
        evidence=unconfirmed(
            f"gross and auxiliary electricity, or the net: {PROPOSED}; option C is from recollection", None, PAGE
        ),
    )
m.at_most("EG_gross", "rated power × hours", evidence=NO_MORE_THAN_RATED)


@m.equation(
    "EG_net,i,p",
    "MWh",
    text="net electricity that system i supplies; negative where it takes more than it generates",
    evidence=unconfirmed(f"net is gross less auxiliary: {PROPOSED}", None, PAGE),
)
def EG_net(EG_gross, EC_AUX):
    return EG_gross - EC_AUX


m.include(
    run_of_river(
        {
            "EF_RE": unconfirmed(f"a conservative emission factor: {PROPOSED}; its value is not known", None, PAGE),
            "RE_i": unconfirmed(f"net electricity × conservative emission factor: {PROPOSED}", None, PAGE),
            "RE": unconfirmed("the sum over systems is that of the related methodology PH_AM001"),
            "PE": unconfirmed(f"assumed to be zero: {PROPOSED}", None, PAGE),
        },
        candidates={
            "from recollection": Value(
                0.533, unconfirmed("from recollection of the related solar methodology KE_AM002", 60)
            )
        },
        generation="",
        effect={"either": "RE"},  # what the plant takes for itself can be more than what it generates
    ),
    rename={"EG": "EG_net,i,p"},
)
