"""Power from the waste heat of cement production: what its methodologies have in common.

Electricity that the waste heat recovery (WHR) system consumes is not metered: it is set at its ceiling, the rated
capacity in every hour of the days of p.
"""

from collections.abc import Mapping

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence
from jcm_methodologies.official_pages import GENERAL_RULE

CEILING = "own consumption is set at its ceiling on every day of p, so that RE is negative where nothing is generated"


def EC_AUX(EC_CAP, h_per_d, D_p):
    return EC_CAP * h_per_d * D_p


def EG(EG_SUP, EC_AUX):
    return EG_SUP - EC_AUX


def RE(EG, EF_grid):
    return EG * EF_grid


def PE():
    return 0


def ER(RE, PE):
    return RE - PE


def waste_heat(evidence: Mapping[str, Evidence], *, replaces: str, factor: str) -> Group:
    """Return parameters and equations of a methodology.

    Parameters
    ----------
    evidence : mapping
        What the methodology has for each name; for equations, by the name of the function.
    replaces : str
        The electricity that is replaced, in words.
    factor : str
        Its emission factor, in words.
    """
    g = Group({"p": "monitoring period"})
    g.monitored(
        "EG_SUP,p",
        "MWh",
        extensive=True,
        options="C",
        raises="RE",
        plausible="[0, 3e6]",
        text="electricity that the WHR system supplies to the cement production facility in period p",
        evidence=evidence["EG_SUP"],
    )
    g.monitored(
        "D_p",
        "d",
        name="D_p",
        extensive="time",
        otherwise="days",
        lowers="RE",
        text="number of days in period p",
        evidence=evidence["D_p"],
    )
    g.fixed(
        "EC_CAP",
        "MW",
        lowers="RE",
        plausible="[0, 100]",
        text="total maximum rated capacity of the equipment of the WHR system that consumes electricity, from the "
        "maker's specification; without equipment that directly uses electricity which the system itself generates",
        evidence=evidence["EC_CAP"],
    )
    g.fixed(
        "EF_grid",
        "tCO2/MWh",
        listed="grid",
        either="RE",
        plausible="[0, 2]",
        text=factor,
        evidence=evidence["EF_grid"],
    )
    g.constant("h_per_d", 24, "h/d", text="hours in a day")
    for symbol, unit, function, text in (
        ("EC_AUX,p", "MWh", EC_AUX, "electricity consumption of the WHR system, at its ceiling"),
        ("EG_p", "MWh", EG, f"net electricity generation, which replaces {replaces}"),
        ("RE_p", "tCO2", RE, "reference emissions"),
        ("PE_p", "tCO2", PE, "project emissions: none, by rule"),
    ):
        g.equation(symbol, unit, text=text, evidence=evidence[function.__name__])(function)
    g.equation("ER_p", "tCO2", text="emission reductions", evidence=GENERAL_RULE)(ER)
    g.summarise(
        evidence["RE"],
        measure="steam from waste heat of the cement production drives a turbine generator, whose electricity replaces "
        f"{replaces}",
        reference="net electricity generation × the factor of the electricity replaced",
    )
    g.summarise(evidence["PE"], project="not considered: the system burns no fossil fuel")
    g.emits("reference", f"generation of {replaces}", evidence=evidence["RE"])
    g.emits("project", "waste heat recovery system: none", "-", evidence=evidence["PE"])
    g.establish(CEILING[0].upper() + CEILING[1:] + "; net generation is understated.", evidence=evidence["EC_AUX"])
    return g
