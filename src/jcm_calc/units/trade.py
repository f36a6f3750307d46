"""How the trade writes units: what is known, and what is refused because it means different amounts.

The table is data; `docs/units.md` shows it. A spelling is found as a whole word anywhere in a unit:
``L/100km``, ``kWh/TR``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from jcm_calc.base.languages import _


class Spelling(NamedTuple):
    """One way, or several, to write a unit."""

    written: tuple[str, ...]  # as people write it
    means: str  # the same in the units of ``definitions.txt``; empty where it is refused
    word: str  # why it is refused and what to write, or what it is
    source: str = ""  # where the meaning, or the different meanings, are from


CUSTOM = "usage of the trade"
NIST = "NIST Special Publication 811, appendix B"
IEA = "IEA and Eurostat, energy statistics manual: 1 toe = 41.868 GJ = 10 Gcal"


def _known(written: str, means: str, word: str, source: str = CUSTOM) -> Spelling:
    return Spelling(tuple(written.split(", ")), means, word, source)


def _refused(written: str, why: str, source: str = CUSTOM) -> Spelling:
    return _known(written, "", why, source)


TRADE = (
    # mass
    _refused(
        "ton, tons, Ton, Tons, TON, TONS",
        _("means different masses in different countries: write t for 1000 kg, short_ton or long_ton"),
        NIST,
    ),
    _refused(
        "mt, MT, mT, mton, mtons, Mton, Mtons, millimetric_ton, millitonne",
        _("is a metric ton in trade, and by its prefix a thousandth or a million of them: write t or Mt"),
    ),
    _known("metric ton, metric tons, metric tonne, metric tonnes", "t", _("1000 kg"), NIST),
    _refused("T", _("is a tesla: write t for a tonne"), "SI"),
    _refused("Kg, KG, Kgs, KGS", _("is not a unit: write kg for a kilogram"), "SI"),
    # carbon and carbon dioxide; the known spellings of carbon dioxide are those of CARBON_DIOXIDE
    _refused(
        "gC, kgC, tC, ktC, MtC, GtC, lbC, kg C, t C",
        _("is a mass of carbon, of which 12 kg are in 44 kg of carbon dioxide: convert it, and write tCO2 or kgCO2"),
        "IPCC 2006 Guidelines, volume 2, chapter 1",
    ),
    _refused(
        "tonCO2, tonsCO2, tonCO2e, tonsCO2e, TCO2, TCO2e, MTCO2, MTCO2e, mtCO2, mtCO2e, MTCO2eq, mtCO2eq, tonCO2eq",
        _("can be a short ton, a metric ton or a million of them: write tCO2 for a tonne, MtCO2 for a million"),
    ),
    # energy
    _refused("mWh, mwh, milliwatt_hour", _("is a milliwatt hour: write MWh for a megawatt hour"), "SI"),
    _refused("mJ, mj, millijoule", _("is a millijoule: write MJ for a megajoule"), "SI"),
    _known("kW-h, kW-hr", "kW*h", _("kilowatt hour")),
    _known("MW-h, MW-hr", "MW*h", _("megawatt hour")),
    _known("GW-h, GW-hr", "GW*h", _("gigawatt hour")),
    _known("TOE, Toe, tonne of oil equivalent", "toe", _("41.868 GJ"), IEA),
    _known("TCE, Tce, tonne of coal equivalent", "tce", _("7 Gcal = 29.3076 GJ"), IEA),
    _refused(
        "BOE, boe, therm, therms, thm", _("is defined in several ways, which differ: convert it, and write GJ"), NIST
    ),
    _known(
        "MMBtu, MMBTU, mmBtu, mmBTU, mmbtu, MMbtu",
        "MMBtu",
        _("a million British thermal units (International Table), 1.05505585262 GJ"),
        NIST,
    ),
    _refused(
        "MBtu, MBTU, mBtu, mBTU, Mbtu, megabritish_thermal_unit",
        _("is a thousand Btu in America and a million elsewhere: write kBtu for a thousand, MMBtu for a million"),
    ),
    # power
    _refused("mW, mw, milliwatt", _("is a milliwatt: write MW for a megawatt"), "SI"),
    _refused(
        "VA, kVA, MVA, KVA, VAh, kVAh, MVAh, kvar, kVAr, kVAR, KVAR, Mvar, MVAr, kvarh, kVArh",
        _("is apparent or reactive power, of which a part is real power: write kW or kWh"),
        "IEC 80000-6",
    ),
    _refused(
        "kWp, MWp, Wp, KWp, kWdc, kWac, kWDC, kWAC, MWdc, MWac",
        _("is a power under certain conditions: write kW, if they are those of the parameter"),
    ),
    _refused(
        "hp, HP, bhp, BHP, PS",
        _("can be a mechanical, a metric or a boiler horsepower: convert it, and write kW"),
        NIST,
    ),
    _known(
        "TR, TOR, USRT, USTR, USRton",
        "USRt",
        _("US refrigeration ton, 3.5163 kW"),
        "gec.jp/jcm/jp_old/projects/14pro_ina_04.html",
    ),
    _known("JRt, JRton", "JRT", _("Japanese refrigeration ton, 3320 kcal/h = 3.86116 kW")),
    _refused("RT, Rt, RTon", _("can be a US or a Japanese refrigeration ton: write USRt (3.516 kW) or JRT (3.861 kW)")),
    # volume
    _refused(
        "gal, gals, gallon, gallons, Gal, GAL",
        _("is 3.785 L in the United States and 4.546 L elsewhere: write US_gal or imp_gal"),
        NIST,
    ),
    _known("US gal, US gals, US gallon, US gallons, USgal", "US_gal", _("3.785411784 L"), NIST),
    _known(
        "UK gal, UK gallon, UK gallons, imperial gal, imperial gallon, imperial gallons, imp gal",
        "imp_gal",
        _("4.54609 L"),
        NIST,
    ),
    _refused(
        "mpg, MPG, miles per gallon",
        _("means a different gallon in different countries: write mi/US_gal or mi/imp_gal"),
        NIST,
    ),
    _refused(
        "bbl, bbls, BBL, barrel, barrels, Mbbl, MMbbl",
        _("can be barrels of different sizes: write oil_bbl for 42 US gallons (158.987 L)"),
        NIST,
    ),
    _known("ltr, Ltr, LTR, ltrs, lit, Lit", "L", _("litre")),
    _known("cum, cu.m, cu m, cbm, CBM", "m**3", _("cubic metre")),
    _refused(
        "Mm3, MMm3, mcm, MCM, bcm, BCM",
        _("is a cubic megametre in the SI, and thousands or millions of m³ in trade: write m3"),
    ),
    # gas
    _known("Nm3, Nm^3, m3N, m3_N, m3(N), m3(n), Ncm", "Nm3", _("m³ at 0 °C and 101.325 kPa"), "DIN 1343"),
    _refused(
        "Sm3, sm3, Scm, scm, scf, SCF, Scf, kscf, Mscf, MSCF, MMscf, MMSCF, cf, CF, ccf, CCF, Ccf, mcf, Mcf, MCF, "
        "MMcf, MMCF",
        _(
            "has a temperature and pressure that differ between contracts: convert it, "
            "and write Nm3 (0 °C, 101.325 kPa) or m3, as the parameter has it"
        ),
        "ISO 13443, annex D",
    ),
    # transport
    _known("t-km, tkm, t.km, tonne-km, tonne-kilometre, tonne-kilometer", "t*km", _("tonne-kilometre")),
    _known("100km, 100 km", "hundred_km", _("as in L/100km")),
    _known("nmi, nautical mile, nautical miles", "nautical_mile", _("1.852 km"), NIST),
    # temperature
    _known(
        "°C, oC, deg C, deg.C, deg. C, degree C, degrees C, degree Celsius, degrees Celsius, Celsius, °Celsius",
        "degC",
        _("degree Celsius"),
        "SI",
    ),
    _known(
        "°F, oF, deg F, deg.F, deg. F, degree F, degrees F, degree Fahrenheit, degrees Fahrenheit",
        "degF",
        _("degree Fahrenheit"),
        NIST,
    ),
    _refused("C", _("is a coulomb, or carbon: write degC for degrees Celsius"), "SI"),
    # time
    _refused("a", _("is an are, not a year: write yr"), "SI"),
    _refused("hs, ds", _("is a hectosecond or a decisecond: write h or d"), "SI"),
)

# g, t or lb with a prefix, and carbon dioxide or its equivalent in any of the usual spellings.
CARBON_DIOXIDE = re.compile(
    r"(?<!\w)([kMG]?g|[kMG]?t|lb|tonnes?|metric tons?)[-_ .]?CO2(?:[-_ .]?(?:eq?|equiv|equivalents?)\b\.?)?(?!\w)"
)


@cache
def spellings() -> dict[str, Spelling]:
    """Return the row of each spelling."""
    return {written: row for row in TRADE for written in row.written}


@cache
def words() -> re.Pattern[str]:
    """Return the pattern that finds each spelling of the table as a whole word, the longest first."""
    longest_first = sorted(spellings(), key=len, reverse=True)
    return re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, longest_first))})s?(?!\w)")
