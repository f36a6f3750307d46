"""MN_AM003: solar PV in Mongolia.

The summary page gives the logic in words, a paper about the methodology the factors; letters are those of the family.
"""

from jcm_calc import Methodology
from jcm_calc.declarations import Value, Version
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.official_pages import shown
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, solar_pv, summarised

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = Source("official Mongolian page of methodologies", "www.jcm-mongolia.com/?page_id=12462&lang=en")
FACTORS = Source(
    "additional information on calculating the conservative emission factor of Mongolia (data 2013-2015)",
    "docslib.org/doc/5116172",
)
COAL = primary(FACTORS, "the most efficient coal-fired heat and power plant in Mongolia")
DIESEL = primary(FACTORS, "the most efficient diesel generator in the world")

m = Methodology(
    "MN_AM003",
    version="2.0",
    title=TITLE,
    titles=TITLES,
    country="MN",
    sectoral_scope=1,
    indices=INDICES,
    identity=shown(
        PAGE,
        number="proposed as MN_PM004",
        version="version 2.0, valid; the date of 30 January 2017 is next to it, and may be that of version 1.0",
        proponent="Institute for Global Environmental Strategies",
    ),
    versions=[
        Version(
            "1.0",
            None,
            "only its identity is known; what version 2.0 changed was not read",
            unconfirmed("that there was one follows from version 2.0 and its request for revision", None, PAGE),
        )
    ],
    note="Logic and factors were read, the eligibility criteria were not. The paper with the factors does not name a "
    "version: its data fit the approval of January 2017. Plausible: the 8,947 tCO2 issued for seven months of a 10 MW "
    "plant would be 11,226 MWh at 0.797, a capacity factor of 22 %.",
)

m.include(
    solar_pv(
        summarised(PAGE, primary(FACTORS))
        | {
            "F.1": primary(
                FACTORS, "the most efficient coal-fired plant in Mongolia; the most efficient diesel generator"
            )
        },
        factor="reference CO2 emission factor for the connection of system i",
        connections="national grid, also through an internal grid without captive generator; national grid and "
        "captive generator; no national grid",
        aliases={
            **dict.fromkeys(
                ("CES", "WES", "AUES", "EES", "SES", "grid"), ("national grid", "national grid and captive generator")
            ),
            **dict.fromkeys(("isolated", "captive generator"), "no national grid"),
        },
        values={
            "national grid": Value(0.797, COAL),
            "national grid and captive generator": Value(0.533, DIESEL),
            "no national grid": Value(0.533, DIESEL),
        },
    )
)
