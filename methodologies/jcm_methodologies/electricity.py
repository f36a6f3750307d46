"""Electricity: equipment whose consumption is metered, its reference by a ratio of efficiencies, and emission factors.

The weighting of grid and captive power by hours of the generator is not here: it is known of one methodology only,
ID_AM002.
"""

from collections.abc import Mapping

import numpy as np

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed
from jcm_methodologies.fuels import MASS, VOLUME, declare_factors

FACTOR = unconfirmed("that there is one was read; which one, and how captive power counts, was not")
BEST_GENERATOR = unconfirmed(
    "physics, not the methodology: the best diesel generator on the market has a net efficiency of 49 % (from "
    "recollection, "
    "90 %), and none that is worth its fuel less than 14 %"
)


def PE_elec(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


def RE_elec(EC_PJ, η_PJ, η_RE, EF_elec):
    return EC_PJ * (η_PJ / η_RE) * EF_elec


def metered(index: str, evidence: Mapping[str, Evidence], of: str = "", *, raises: str = "PE") -> Group:
    """Return metered electricity × emission factor, for each unit of an index.

    Parameters
    ----------
    index : str
    evidence : mapping
        What one methodology has for each name; for equations, by the name of the function.
    of : str
        Of what, as an addition to the texts.
    raises : str
        On what the consumption acts.
    """
    g = Group({index: "equipment", "p": "monitoring period"})
    g.monitored(
        f"EC_PJ,{index},p",
        "MWh",
        extensive=True,
        raises=raises,
        plausible="[0, 1e6]",
        text=f"electricity consumption {of}".strip(),
        evidence=evidence["EC_PJ"],
    )
    g.fixed(
        "EF_elec",
        "tCO2/MWh",
        listed="grid captive",
        raises="RE PE",
        plausible="[0, 2]",
        text="CO2 emission factor of the electricity consumed",
        evidence=evidence["EF_elec"],
    )
    g.equation(
        f"PE_elec,{index},p",
        "tCO2",
        name=f"PE_elec_{index}",
        text=f"project emissions of the electricity {of}".strip(),
        evidence=evidence["PE_elec"],
    )(PE_elec)
    return g


def driven(index: str, evidence: Mapping[str, Evidence], of: str) -> Group:
    """Return `metered` with the reference of equal service, by the ratio of efficiencies."""
    g = metered(index, evidence, of, raises="RE PE")
    for declare, symbol, effect, which in (
        (g.fixed, "η_PJ", {"raises": "RE"}, "project"),
        (g.default, "η_RE", {"lowers": "RE"}, "reference"),
    ):
        declare(
            f"{symbol},{index}",
            "",
            **effect,
            bounds="(0, inf)",
            plausible="[0.1, 20]",
            text=f"efficiency or COP {of}: {which}",
            evidence=evidence[symbol],
        )
    g.equation(
        f"RE_elec,{index},p",
        "tCO2",
        name=f"RE_elec_{index}",
        text=f"reference emissions for the electricity {of}".strip(),
        evidence=evidence["RE_elec"],
    )(RE_elec)
    return g


def one_factor(evidence: Evidence = FACTOR) -> Group:
    """Return the one emission factor of electricity that the project fixes."""
    g = Group({"p": "monitoring period"})
    g.fixed(
        "EF_elec",
        "tCO2/MWh",
        listed="grid captive",
        raises="RE PE",
        plausible="[0, 2]",
        text="CO2 emission factor of the electricity consumed; how grid and captive power combine is not known here",
        evidence=evidence,
    )
    return g


def E_by_mass(FC_gen, NCV_gen):
    return FC_gen * NCV_gen


def E_by_volume(V_gen, NCV_V_gen):
    return V_gen * NCV_V_gen


def EF_captive(E_gen, EF_gen, EG_gen):
    return E_gen * EF_gen / EG_gen


def generated(EG_gen, E_gen):
    return EG_gen / E_gen


def EF_elec_grid(EF_grid):
    return EF_grid


def EF_elec_captive(EF_captive):
    return EF_captive


def EF_elec_both(EF_grid, EF_captive):
    return np.minimum(EF_grid, EF_captive)


def grid_and_captive(page: Source) -> Group:
    """Return the factor of electricity of the grid, of a captive generator with meters for fuel and output, or of both.

    Parameters
    ----------
    page : Source
        Where these two were read as monitored parameters.
    """
    recalled = unconfirmed("from recollection of methodologies of this kind; not read for this document", None, page)
    listed = primary(page, "in the list of monitored parameters, where applicable; unit and option were not read")
    g = Group({"p": "monitoring period"})
    g.choice(
        "power_source",
        {
            "grid": "all electricity comes from the grid",
            "captive": "all electricity comes from a captive generator",
            "both": "grid and captive generator: the lower factor of the two",
        },
        text="where the electricity comes from",
        evidence=recalled,
    )
    g.fixed(
        "EF_grid",
        "tCO2/MWh",
        listed="grid",
        raises="RE PE",
        plausible="[0, 2]",
        text="CO2 emission factor of the grid: the value that the document names, at validation",
        evidence=recalled,
    )
    declare_factors(
        g,
        {"fuel_measured_as": unconfirmed("mass or volume: not known"), "factors": recalled},
        "Gas/diesel oil",
        "Natural gas",
        of="gen",
        what="the fuel of the captive generator",
        volume="m³",
        heat={"raises": "RE PE"},
        carbon={"raises": "RE PE"},
        plausible=("[1, 60]", "[0.005, 60]"),
    )
    for symbol, unit, effect, text in (
        ("FC_gen,p", "t", "raises", "fuel of the captive generator in period p, by mass"),
        ("V_gen,p", "m³", "raises", "fuel of the captive generator in period p, by volume"),
        ("EG_gen,p", "MWh", "lowers", "electricity generated by the captive generator in period p"),
    ):
        bounds = {"bounds": "(0, inf)"} if symbol == "EG_gen,p" else {}
        g.monitored(
            symbol,
            unit,
            **{effect: "RE PE"},
            **bounds,
            extensive=True,
            plausible="[0, 1e6]",
            text=text,
            evidence=listed,
        )
    for case, function in ((MASS, E_by_mass), (VOLUME, E_by_volume)):
        g.equation(
            "E_gen,p", "GJ", name="E_gen", when=case, text="energy of the captive generator's fuel", evidence=recalled
        )(function)
    g.equation("EF_captive,p", "tCO2/MWh", text="CO2 emission factor of captive electricity", evidence=recalled)(
        EF_captive
    )
    g.indicator(
        "EG_gen,p ÷ E_gen,p",
        "MWh/GJ",
        plausible="[0.04, 0.137]",
        text="electricity that the captive generator makes of its fuel, an efficiency of 14 to 49 %",
        evidence=BEST_GENERATOR,
    )(generated)
    for source, function in (("grid", EF_elec_grid), ("captive", EF_elec_captive), ("both", EF_elec_both)):
        g.equation(
            "EF_elec,p",
            "tCO2/MWh",
            name="EF_elec",
            when={"power_source": source},
            text="CO2 emission factor of the electricity consumed",
            evidence=recalled,
        )(function)
    return g
