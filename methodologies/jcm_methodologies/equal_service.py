"""Machines that do the same with less electricity: reference emissions by the ratio of efficiencies.

Chillers, refrigerators and lamps of several countries differ in what the efficiency is called, and in how the factor
of the electricity is calculated. No efficiency of a reference machine was read: each methodology asks for it.
"""

from collections.abc import Mapping

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed
from jcm_methodologies.official_pages import GENERAL_RULE, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

COP = {"η_PJ": "COP_PJ,i", "η_RE": "COP_RE,i"}


def RE_i(EC_PJ, η_PJ, η_RE, EF_elec):
    return EC_PJ * (η_PJ / η_RE) * EF_elec


def RE(RE_i):
    return RE_i


def PE_i(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


def PE(PE_i):
    return PE_i


def ER(RE, PE):
    return RE - PE


HIGH = unconfirmed("the rule that was read for ID_AM003; not read for this document", 90)
PRINTED = Source("programme office page of project TH007 (FY2015)", "gec.jp/jcm/jp_old/projects/15pro_tha_07.html")
PRINTED_RATIO = (
    "RE = EF × EC × COP_PJ/COP_RE is printed for a Thai chiller project, TH007: RE 3,491.53, PE 3,106.22, reductions "
    "385 tCO2 at 0.51 tCO2/MWh. It was an application, registered later under version 2.0"
)


def summarised(page: Source, *, ratio: str, direction_printed: bool) -> dict[str, Evidence]:
    """Return the evidence of a methodology of which the official summary page was read.

    Parameters
    ----------
    page : Source
    ratio : str
        The ratio in words.
    direction_printed : bool
        Whether the page prints the ratio the way that physics asks for.
    """
    terms = f"consumption, {ratio}, factor; letters are those of the related methodologies"
    if direction_printed:
        RE_i = primary(page, terms)
    else:
        RE_i = unconfirmed(
            f"{terms}. The page writes the ratio of efficiencies as reference/project; which divides which follows "
            "from physics and from the case of ID_AM003",
            None,
            page,
        )
    total = unconfirmed("the sum over units is that of the related methodologies", None, page)
    return {
        "EC_PJ": primary(
            page, "in the list of monitored parameters; option C and continuous metering are from recollection"
        ),
        "η_PJ": unconfirmed("the ratio was read; how the efficiency is rated was not", None, page),
        "η_RE": unconfirmed("the value is not known", None, page),
        "RE_i": RE_i,
        "RE": total,
        "PE_i": primary(page, "consumption and factor"),
        "PE": total,
        "ER": GENERAL_RULE,
    }


def entitled(source: Source, sister: str) -> dict[str, Evidence]:
    """Return the evidence of a methodology of which the title was read, and nothing about its calculation."""
    analogy = unconfirmed(f"as in {sister}; not read for this document", None, source)
    names = ("EC_PJ", "η_PJ", "η_RE", "RE_i", "RE", "PE_i", "PE")
    return {**dict.fromkeys(names, analogy), "ER": GENERAL_RULE}


def consumption(unit: str, evidence: Mapping[str, Evidence]) -> Group:
    """Return the electricity of each unit, its project emissions, and the totals down to ER.

    ``EF_elec``, and ``RE_i``, are for the methodology to declare.

    Parameters
    ----------
    unit : str
        What i is, such as ``"chiller"``.
    evidence : mapping
        What one methodology has for each name; for equations, by the name of the function.
    """
    g = Group({"i": f"project {unit}", "p": "monitoring period"})
    g.monitored(
        "EC_PJ,i,p",
        "MWh",
        extensive=True,
        options="C",
        raises="RE PE",
        plausible="[0, 1e6]",
        text=f"power consumption of project {unit} i in period p",
        evidence=evidence["EC_PJ"],
    )
    g.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)
    for symbol, function, total, text in (
        ("RE_p", RE, "i", "reference emissions"),
        ("PE_i,p", PE_i, "", f"project emissions of {unit} i"),
        ("PE_p", PE, "i", "project emissions"),
        ("ER_p", ER, "", "emission reductions"),
    ):
        g.equation(symbol, "tCO2", total=total, text=text, evidence=evidence[function.__name__])(function)
    return g


def equal_service(
    unit: str,
    evidence: Mapping[str, Evidence],
    *,
    efficiency: str = "COP",
    of: str = "",
    plausible: str = "[1, 15]",
) -> Group:
    """Return `consumption` with the reference that gives the same service by the ratio of efficiencies.

    Parameters
    ----------
    unit, evidence
        See `consumption`.
    efficiency : str
        What η is, in words; a COP is renamed by ``COP`` where the group is included.
    of : str
        The unit of the efficiency.
    plausible : str
    """
    g = consumption(unit, evidence)
    common = {"bounds": "(0, inf)", "plausible": plausible}
    g.fixed(
        "η_PJ,i",
        of,
        raises="RE",
        text=f"{efficiency} of project {unit} i, rated as the document asks",
        evidence=evidence["η_PJ"],
        **common,
    )
    g.default(
        "η_RE,i",
        of,
        lowers="RE",
        text=f"{efficiency} of the reference {unit} for {unit} i",
        evidence=evidence["η_RE"],
        **common,
    )
    g.equation("RE_i,p", "tCO2", text=f"reference emissions of {unit} i", evidence=evidence["RE_i"])(RE_i)
    g.summarise(
        evidence["RE_i"],
        measure=f"introduction of a {unit} of high {efficiency} that does the same with less electricity",
        reference=f"electricity of the project × ratio of {efficiency} of project and reference × its factor",
    )
    g.summarise(evidence["PE_i"], project="electricity of the project × its factor")
    g.summarise(evidence["EC_PJ"], monitoring=f"electricity of the project {unit}")
    for scenario, name in (("reference", "RE_i"), ("project", "PE_i")):
        g.emits(scenario, f"electricity of the {scenario} {unit}", evidence=evidence[name])
    g.establish(
        f"The {efficiency} of the reference is a high one of those on sale, so that the reference is below business as "
        "usual; its value was not read.",
        evidence=HIGH,
    )
    declare_criteria_not_read(g)
    return g
