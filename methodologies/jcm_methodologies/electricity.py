"""Electricity: equipment whose consumption is metered, and its reference by a ratio of efficiencies.

How grid and captive power combine is not here: it is known of one methodology only, ID_AM002.
"""

from collections.abc import Mapping

from jcm_calc.declarations import Group
from jcm_calc.evidence import Evidence


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
    for symbol, effect, which in (("η_PJ", {"raises": "RE"}, "project"), ("η_RE", {"lowers": "RE"}, "reference")):
        g.default(
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
