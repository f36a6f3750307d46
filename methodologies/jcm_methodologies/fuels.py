"""Fuels: IPCC figures as candidates, the factors of a fuel by mass or by volume, and equipment that burns it."""

from collections.abc import Mapping

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence, unconfirmed
from jcm_calc.reference_data import biogenic_fuels, by_volume, ipcc_2006

BOUNDS = ("default", "lower", "upper")
MASS, VOLUME = {"fuel_measured_as": "mass"}, {"fuel_measured_as": "volume"}
# Plausible amounts of one unit in a period, and plausible net calorific values (kL: liquids and gases).
OF_GAS = ("[0, 1e8]", "[0.005, 0.2]")
GASEOUS = 0.01  # t/m³: what is lighter is a gas
VOLUMES = {"kL": ("[0, 1e5]", "[0.01, 60]"), "m³": OF_GAS, "Nm3": OF_GAS}


def ipcc(quantity, *fuels):
    """Offer the three IPCC sets by name, of fossil fuels; that a methodology takes one of them was not read.

    Parameters
    ----------
    quantity : {"NCV", "EF"}
    *fuels : str
        The only fuels there can be: one number a candidate. Without any, a candidate has the values
        of all fuels, by class.
    """
    sets = {
        bound: {fuel: value.value for fuel, value in ipcc_2006(quantity, bound).items() if fuel not in biogenic_fuels()}
        for bound in BOUNDS
    }
    if not fuels:
        return {f"IPCC 2006, {bound}": figures for bound, figures in sets.items()}
    return {f"{fuel}, IPCC 2006, {bound}": figures[fuel] for fuel in fuels for bound, figures in sets.items()}


def volumetric(quantity, *fuels):
    """Offer the sets of densities or net calorific values of a cubic metre by name.

    Parameters
    ----------
    quantity : {"density", "NCV"}
    *fuels : str
        The only fuels there can be; see `ipcc`. Densities are those of liquids.
    """
    sets = {
        name: {fuel: one.value for fuel, one in values.items() if quantity == "NCV" or one.value > GASEOUS}
        for name, values in by_volume(quantity).items()
    }
    if not fuels:
        return {name: figures for name, figures in sets.items() if figures}
    return {f"{fuel}, {name}": sets[name][fuel] for fuel in fuels for name in sets if fuel in sets[name]}


def declare_factors(
    group: Group,
    evidence: Mapping[str, Evidence],
    *fuels: str,
    of: str,
    what: str,
    volume: str,
    heat: Mapping[str, str],
    carbon: Mapping[str, str],
    plausible: tuple[str, str],
) -> None:
    """Declare how fuel is measured, its net calorific value, and its emission factor.

    Parameters
    ----------
    group : Group
        A group or a methodology. Unless the only fuels are given, it declares ``fuel`` itself.
    evidence : mapping
        For "fuel_measured_as" and "factors".
    *fuels : str
        The only fuels there can be.
    of : str
        The end of the symbols, such as ``"fuel,i"``.
    what : str
        The fuel in the words of the texts.
    volume : str
        The unit of volume.
    heat, carbon : mapping
        How calorific values and the emission factor act: ``raises``, ``lowers``, ``either``.
    plausible : (str, str)
        Plausible net calorific values, by mass and by volume.
    """
    group.choice(
        "fuel_measured_as",
        {
            "mass": "fuel in t, net calorific value in GJ/t",
            "volume": f"fuel in {volume}, net calorific value in GJ/{volume} at the same conditions",
        },
        text="how quantities of fuel are measured",
        evidence=evidence["fuel_measured_as"],
    )
    own = {} if fuels else {"by": "fuel"}
    by_mass, of_volume = plausible
    # what a normal cubic metre of a gas has was not read
    by_cubic_metre = {} if volume == "Nm3" else volumetric("NCV", *fuels)
    for symbol, unit, candidates, direction, range_, text in (
        (f"NCV_{of}", "GJ/t", ipcc("NCV", *fuels), heat, by_mass, f"net calorific value of {what}, by mass"),
        (f"NCV_V,{of}", f"GJ/{volume}", by_cubic_metre, heat, of_volume, f"net calorific value of {what}, by volume"),
        (f"EF_{of}", "tCO2/GJ", ipcc("EF", *fuels), carbon, "[0, 0.2]", f"CO2 emission factor of {what}"),
    ):
        group.default(
            symbol,
            unit,
            **own,
            **direction,
            candidates=candidates,
            plausible=range_,
            text=text,
            evidence=evidence["factors"],
        )


def declare_fuels(group: Group, **direction: str) -> None:
    """Declare the factors of fuel f, where a document leaves unit and figures open.

    Parameters
    ----------
    group : Group
        A group or a methodology with the index f.
    **direction : str
        How calorific values and emission factors act: ``raises``, ``lowers``, ``either``.
    """
    group.coordinate("fuel", of="f", what="label")
    declare_factors(
        group,
        {
            "fuel_measured_as": unconfirmed("mass or volume: not known"),
            "factors": unconfirmed("which figures the methodology takes is not known"),
        },
        of="f",
        what="fuel f",
        volume="m³",
        heat=direction,
        carbon=direction,
        plausible=("[1, 130]", "[0.001, 50]"),
    )


def energy_by_mass(FC_PJ, NCV_fuel):
    return FC_PJ * NCV_fuel


def energy_by_volume(V_PJ, NCV_V_fuel):
    return V_PJ * NCV_V_fuel


def PE_fuel(E_PJ, EF_fuel):
    return E_PJ * EF_fuel


def RE_fuel(E_PJ, η_PJ, η_RE, EF_fuel):
    return E_PJ * (η_PJ / η_RE) * EF_fuel


def burnt(
    index: str,
    evidence: Mapping[str, Evidence],
    *fuels: str,
    what: str,
    volume: str = "kL",
    raises: str = "PE",
    carbon: str = "RE PE",
) -> Group:
    """Return fuel, by mass or by volume, × net calorific value × emission factor, for each unit of an index.

    Parameters
    ----------
    index : str
    evidence : mapping
        What one methodology has for each name; for equations, by the name of the function.
    *fuels : str
        The only fuels there can be. Without any, the fuel is a class of each unit.
    what : str
        The fuel in the words of the texts, such as ``"the fuel of equipment i"``.
    volume : {"kL", "m³", "Nm3"}
        The unit of volume.
    raises : str
        On what amount and net calorific value act.
    carbon : str
        On what the emission factor acts.
    """
    g = Group({index: "equipment", "p": "monitoring period"})
    amounts, calorific_values = VOLUMES[volume]
    for name, unit, plausible, by in (("FC_PJ", "t", "[0, 1e5]", "mass"), ("V_PJ", volume, amounts, "volume")):
        g.monitored(
            f"{name},{index},p",
            unit,
            extensive=True,
            raises=raises,
            plausible=plausible,
            text=f"consumption of {what}, by {by}",
            evidence=evidence["FC_PJ"],
        )
    if not fuels:
        g.class_key(f"fuel,{index}", text=f"kind of {what}")
    declare_factors(
        g,
        evidence,
        *fuels,
        of="fuel" if fuels else f"fuel,{index}",
        what=what,
        volume=volume,
        heat={"raises": raises},
        carbon={"raises": carbon},
        plausible=("[1, 60]", calorific_values),
    )
    for case, function in ((MASS, energy_by_mass), (VOLUME, energy_by_volume)):
        g.equation(
            f"E_PJ,{index},p",
            "GJ",
            name="E_PJ",
            when=case,
            text=f"energy of {what}",
            evidence=evidence["E_PJ"],
        )(function)
    g.equation(
        f"PE_fuel,{index},p",
        "tCO2",
        name=f"PE_fuel_{index}",
        text=f"project emissions of {what}",
        evidence=evidence["PE_fuel"],
    )(PE_fuel)
    return g


def fired(index: str, evidence: Mapping[str, Evidence], *fuels: str, what: str, of: str, volume: str = "kL") -> Group:
    """Return `burnt` with the reference of equal useful heat, by the ratio of efficiencies of ``of``."""
    g = burnt(index, evidence, *fuels, what=what, volume=volume, raises="RE PE")
    for declare, symbol, effect, which in (
        (g.fixed, "η_PJ", {"raises": "RE"}, "project"),
        (g.default, "η_RE", {"lowers": "RE"}, "reference"),
    ):
        declare(
            f"{symbol},{index}",
            "",
            **effect,
            bounds="(0, 1]",
            plausible="[0.2, 1]",
            text=f"energy efficiency {of}: {which}",
            evidence=evidence[symbol],
        )
    g.equation(
        f"RE_fuel,{index},p",
        "tCO2",
        name=f"RE_fuel_{index}",
        text=f"reference emissions for {what}",
        evidence=evidence["RE_fuel"],
    )(RE_fuel)
    return g
