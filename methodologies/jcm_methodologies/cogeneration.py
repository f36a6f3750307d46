"""Cogeneration by gas engines: electricity and heat of one system instead of other power and of a boiler.

Only what the recipient consumes counts: heat that is blown off displaces nothing.
"""

from collections.abc import Mapping

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence, unconfirmed
from jcm_methodologies.fuels import MASS, VOLUME, declare_factors, ipcc
from jcm_methodologies.official_pages import GENERAL_RULE, declare_criteria_not_read
from jcm_methodologies.physics import NO_MORE_THAN_RATED

INDICES = {"p": "monitoring period"}
CONSERVED = unconfirmed("physics, not the methodology: electricity and heat together are not more than the gas has")


def E_by_mass(FC_gas, NCV_gas):
    return FC_gas * NCV_gas


def E_by_volume(V_gas, NCV_V_gas):
    return V_gas * NCV_V_gas


def RE_elec(EC_CGS, EF_elec):
    return EC_CGS * EF_elec


def RE_heat(HC_CGS, η_RE, EF_fuel_RE):
    return HC_CGS / η_RE * EF_fuel_RE


def RE(RE_elec, RE_heat):
    return RE_elec + RE_heat


def PE(E_gas, EF_gas):
    return E_gas * EF_gas


def ER(RE, PE):
    return RE - PE


def used(EC_CGS, GJ_per_MWh, HC_CGS, E_gas):
    return (EC_CGS * GJ_per_MWh + HC_CGS) / E_gas


def cogeneration(evidence: Mapping[str, Evidence]) -> Group:
    """Return parameters, equations and criteria of a methodology.

    Parameters
    ----------
    evidence : mapping
        What the methodology has for each name; for equations, by the name of the function.
    """
    g = Group(INDICES)
    for symbol, unit, direction, text in (
        ("EC_CGS,p", "MWh", {"raises": "RE"}, "electricity of the system that the recipient consumes in period p"),
        ("HC_CGS,p", "GJ", {"raises": "RE"}, "heat of the system that the recipient consumes in period p"),
        ("FC_gas,p", "t", {"raises": "PE"}, "natural gas that the system burns in period p, by mass"),
        ("V_gas,p", "Nm3", {"raises": "PE"}, "natural gas that the system burns in period p, by normal volume"),
    ):
        g.monitored(
            symbol,
            unit,
            **direction,
            extensive=True,
            plausible="[0, 1e8]" if unit == "Nm3" else "[0, 5e6]",
            text=text,
            evidence=evidence["FC_gas" if "gas" in symbol else symbol.partition(",")[0]],
        )
    g.at_most("EC_CGS", "rated power × hours", evidence=NO_MORE_THAN_RATED)
    g.fixed(
        "EF_elec",
        "tCO2/MWh",
        listed="grid captive",
        raises="RE",
        plausible="[0, 2]",
        text="CO2 emission factor of the electricity that the system displaces",
        evidence=evidence["EF_elec"],
    )
    g.default(
        "η_RE",
        "",
        lowers="RE",
        bounds="(0, 1]",
        plausible="[0.5, 1]",
        text="efficiency of the reference boiler",
        evidence=evidence["η_RE"],
    )
    g.default(
        "EF_fuel,RE",
        "tCO2/GJ",
        candidates=ipcc("EF", "Natural gas", "Gas/diesel oil", "Residual fuel oil"),
        raises="RE",
        plausible="[0, 0.2]",
        text="CO2 emission factor of the fuel of the reference boiler; the lower value is the conservative one",
        evidence=evidence["EF_fuel_RE"],
    )
    declare_factors(
        g,
        {"fuel_measured_as": unconfirmed("mass or volume: not known"), "factors": evidence["factors"]},
        "Natural gas",
        of="gas",
        what="the natural gas, net and not gross; of its emission factors the upper one is the conservative one",
        volume="Nm3",
        heat={"raises": "PE"},
        carbon={"raises": "PE"},
        plausible=("[30, 60]", "[0.02, 0.06]"),
    )
    g.constant("GJ_per_MWh", 3.6, "GJ/MWh", text="gigajoules in a megawatt hour")
    for case, function in ((MASS, E_by_mass), (VOLUME, E_by_volume)):
        g.equation(
            "E_gas,p", "GJ", name="E_gas", when=case, text="energy of the natural gas", evidence=evidence["E_gas"]
        )(function)
    for symbol, function, text in (
        ("RE_elec,p", RE_elec, "reference emissions of the electricity"),
        ("RE_heat,p", RE_heat, "reference emissions of the heat, of a boiler"),
        ("RE_p", RE, "reference emissions"),
        ("PE_p", PE, "project emissions of the natural gas"),
    ):
        g.equation(symbol, "tCO2", text=text, evidence=evidence[function.__name__])(function)
    g.equation("ER_p", "tCO2", text="emission reductions; negative where the grid is clean", evidence=GENERAL_RULE)(ER)
    g.indicator(
        "(EC_CGS,p × 3.6 + HC_CGS,p) ÷ E_gas,p",
        "",
        plausible="[0.3, 1]",
        text="part of the energy of the gas that the recipient consumes",
        evidence=CONSERVED,
    )(used)
    g.summarise(
        evidence["RE"],
        measure="a gas engine gives electricity and heat to its recipient, instead of other power and of a boiler",
        reference="electricity consumed × its factor, and heat consumed ÷ efficiency of a boiler × factor of its fuel",
    )
    g.summarise(evidence["PE"], project="natural gas consumed × net calorific value × its factor")
    g.summarise(evidence["EC_CGS"], monitoring="electricity consumed, heat consumed, natural gas consumed")
    g.emits("reference", "consumption of grid or captive electricity", evidence=evidence["RE_elec"])
    g.emits("reference", "fuel of the reference boiler", evidence=evidence["RE_heat"])
    g.emits("project", "natural gas of the system", evidence=evidence["PE"])
    g.establish(
        "Electricity and heat that the recipient would have taken from the grid and from a boiler. What makes it "
        "conservative was not read; a high efficiency of the boiler and a lower value of its fuel's factor would.",
        evidence=evidence["η_RE"],
    )
    declare_criteria_not_read(g)
    return g
