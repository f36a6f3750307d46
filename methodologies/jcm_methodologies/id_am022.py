"""ID_AM022: absorption chillers instead of centrifugal chillers in Indonesia; letters are placeholders."""

from jcm_calc import Methodology
from jcm_calc.evidence import primary, unconfirmed
from jcm_methodologies.electricity import metered
from jcm_methodologies.fuels import burnt
from jcm_methodologies.official_pages import GENERAL_RULE, declare_criteria_not_read, shown, summary_page
from jcm_methodologies.physics import NO_MORE_THAN_RATED

PAGE = summary_page("ID_AM022", "id-jp/methodologies/109")
LISTED = primary(PAGE, "in the list of monitored parameters; unit, option and frequency were not read")
SUM = unconfirmed("the sum over chillers is that of the related methodologies", None, PAGE)

m = Methodology(
    "ID_AM022",
    version="1.0",
    title="Introduction of Absorption Chiller",
    titles={"ja": "吸収式冷凍機の導入"},
    country="ID",
    sectoral_scope=3,
    indices={"i": "project absorption chiller", "p": "monitoring period"},
    identity=shown(
        PAGE,
        number="proposed as ID_PM032",
        version="version 1.0, valid; the date of its approval was not read",
        proponent="Tokyo Century Corporation",
    ),
    note="Only the official summary page was read. The COP of the reference chiller, the factors of the gas and of the "
    "electricity, and every criterion are not known. Pumps of chilled and cooling water and cooling towers are left "
    "out on both sides, as the page says.",
)

m.summarise(
    primary(PAGE, "in words"),
    measure="Absorption chillers make cold with heat or gas instead of electric centrifugal chillers",
    reference="cooling energy ÷ COP of the reference centrifugal chiller × factor of electricity",
    project="electricity of built-in pumps and hot water pumps, and fuel, × their factors",
    monitoring="cooling energy, electricity and fuel of the project chillers",
)
m.emits("reference", "electricity of the reference centrifugal chiller", evidence=primary(PAGE))
m.emits("project", "electricity of the project chiller and of hot water pumps", evidence=primary(PAGE))
m.emits("project", "fuel of the project chiller", evidence=primary(PAGE))
m.emits(
    "reference",
    "pumps of chilled and cooling water, cooling towers: left out on both sides",
    counted=False,
    evidence=primary(PAGE),
)
m.establish(
    "A centrifugal chiller makes the same cold; the value of its COP, and what makes it conservative, is not known.",
    evidence=primary(PAGE, "the reference in words"),
)

m.choice(
    "driven_by",
    {
        "fuel": "at least one chiller is driven by gas, whose consumption is metered",
        "heat": "every chiller is driven by steam or hot water that is raised without fossil fuel for it",
    },
    text="what drives the absorption chillers",
    evidence=unconfirmed(
        "fuel was read where applicable; that steam raised by fossil fuel would have to be counted is inferred",
        None,
        PAGE,
    ),
)
m.monitored(
    "Q_i,p",
    "MWh",
    extensive=True,
    raises="RE",
    plausible="[0, 1e6]",
    text="cooling energy that project absorption chiller i generates in period p",
    evidence=LISTED,
)
m.default(
    "COP_RE,i",
    "",
    lowers="RE",
    bounds="(0, inf)",
    plausible="[1, 15]",
    text="COP of the reference centrifugal chiller for chiller i",
    evidence=unconfirmed("the value is not known", None, PAGE),
)
m.include(
    metered(
        "i",
        {
            "EC_PJ": LISTED,
            "EF_elec": unconfirmed("that there is one was read; which one, and how captive power counts, was not"),
            "PE_elec": primary(PAGE, "consumption of the built-in pumps, and of hot water pumps, and factor"),
        },
        of="of the pumps built into absorption chiller i, and of hot water pumps",
        raises="PE",
    )
)
m.include(
    burnt(
        "i",
        {
            "fuel_measured_as": unconfirmed("t or m³: not known"),
            "FC_PJ": LISTED,
            "factors": unconfirmed("which figures the methodology takes is not known", None, PAGE),
            "E_PJ": unconfirmed("amount × net calorific value is usual, not read", 90),
            "PE_fuel": primary(PAGE, "fuel consumption and factor of the fuel"),
        },
        "Natural gas",
        what="the gas of absorption chiller i",
        volume="m³",
        carbon="PE",
    )
)


@m.equation(
    "RE_i,p",
    "tCO2",
    text="emissions of the centrifugal chiller that would make the same cold",
    evidence=primary(PAGE, "cooling energy, COP of the reference chiller, factor; the COP divides by its meaning"),
)
def RE_i(Q, COP_RE, EF_elec):
    return Q / COP_RE * EF_elec


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=SUM)
def RE(RE_i):
    return RE_i


@m.equation(
    "PE_i,p",
    "tCO2",
    name="PE_i",
    when={"driven_by": "fuel"},
    text="project emissions of chiller i",
    evidence=primary(PAGE, "sum of the emissions of electricity and of fossil fuel"),
)
def PE_of_fuel(PE_elec_i, PE_fuel_i):
    return PE_elec_i + PE_fuel_i


@m.equation(
    "PE_i,p",
    "tCO2",
    name="PE_i",
    when={"driven_by": "heat"},
    text="project emissions of chiller i",
    evidence=unconfirmed("the sum that the page names, without fuel, of which none is burnt", None, PAGE),
)
def PE_of_heat(PE_elec_i):
    return PE_elec_i


@m.equation("PE_p", "tCO2", total="i", text="project emissions", evidence=SUM)
def PE(PE_i):
    return PE_i


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=GENERAL_RULE)
def ER(RE, PE):
    return RE - PE


m.at_most("Q", "rated power × hours", evidence=NO_MORE_THAN_RATED)
m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)
declare_criteria_not_read(m)
