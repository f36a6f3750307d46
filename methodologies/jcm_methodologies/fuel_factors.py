"""Heat and carbon of fuels, where a document leaves unit and figures open: what two methodologies share."""

from jcm_calc.declarations import Group
from jcm_calc.evidence import unconfirmed
from jcm_methodologies.fuels import ipcc

MASS, VOLUME = {"fuel_measured_as": "mass"}, {"fuel_measured_as": "volume"}
NOT_READ = unconfirmed("which figures the methodology takes is not known", None)


def declare_fuels(group: Group, **direction: str) -> None:
    """Declare the factors of fuel f, given by mass or by volume.

    Parameters
    ----------
    group : Group
        A group or a methodology with the index f.
    **direction : str
        How calorific values and emission factors act: ``raises``, ``lowers``, ``either``.
    """
    group.choice(
        "fuel_measured_as",
        {
            "mass": "fuels in t, calorific values in GJ/t",
            "volume": "fuels in m³, calorific values in GJ/m³ at the same conditions",
        },
        text="how quantities of fuel are measured",
        evidence=unconfirmed("mass or volume: not known", None),
    )
    group.coordinate("fuel", of="f", what="label")
    group.default(
        "NCV_f",
        "GJ/t",
        by="fuel",
        candidates=ipcc("NCV"),
        plausible="[1, 130]",
        text="net calorific value of fuel f, by mass",
        evidence=NOT_READ,
        **direction,
    )
    group.default(
        "NCV_V,f",
        "GJ/m³",
        by="fuel",
        plausible="[0.001, 50]",
        text="net calorific value of fuel f, by volume",
        evidence=NOT_READ,
        **direction,
    )
    group.default(
        "EF_f",
        "tCO2/GJ",
        by="fuel",
        candidates=ipcc("EF"),
        plausible="[0, 0.2]",
        text="CO2 emission factor of fuel f",
        evidence=NOT_READ,
        **direction,
    )
