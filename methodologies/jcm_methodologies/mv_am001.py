"""MV_AM001: solar PV displacing grid and captive genset electricity in the Maldives.

The summary page gives the logic in words; letters are those of the family of solar methodologies.
"""

from datetime import date

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.solar_pv import CONNECTED, ER, INDICES, ISLANDS, PE, RE, RE_i, solar_pv

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

PAGE = Source("official summary page of MV_AM001", "www.jcm.go.jp/mv-jp/methodologies/19")

m = Methodology(
    "MV_AM001",
    version="1.0",
    title="Displacement of Grid and Captive Genset Electricity by Solar PV System",
    titles={"ja": "太陽光発電システムによる系統電力及び自家発電電力の代替"},
    country="MV",
    sectoral_scope=1,
    indices=INDICES,
    approved=date(2015, 3, 25),
    identity={
        "number": primary(PAGE, "proposed as MV_PM001"),
        "title": primary(PAGE),
        "country": primary(PAGE),
        "sectoral scope": primary(PAGE),
        "version": primary(PAGE, "version 1.0, valid, approved on 25 March 2015"),
        "proponent": primary(PAGE, "Pacific Consultants Co., Ltd."),
    },
    note="Only the official summary page was read: the logic is its own, the emission factor and every eligibility "
    "criterion are from recollection.",
)

m.include(
    solar_pv(
        {
            "EG": primary(PAGE, "the quantity; option C and continuous metering are from recollection (80 %)"),
            "EF_RE": unconfirmed(
                "from recollection; the number was read for diesel power in documents of Mongolia and "
                "Indonesia. Plausible: the "
                "155 tCO2 of MV001 (186.72 kW, about 15 months) would be 1,246 kWh a year from each kW",
                80,
            ),
            "RE_i": primary(PAGE, "AC output × conservative emission factor; letters from recollection (85 %)"),
            "RE": primary(PAGE, "the AC output of one system or several; letters from recollection (85 %)"),
            "PE": primary(PAGE, "assumed to be zero"),
            "ER": unconfirmed("general rule of the scheme; not read for this document"),
            "criterion 1": unconfirmed("from recollection", 85),
            "criterion 2": unconfirmed("from recollection", 75),
            "criterion 3": unconfirmed("from recollection", 85),
            "criterion 4": unconfirmed("from recollection", 75),
        },
        factor=ISLANDS,
        value=0.533,
        installed="The project newly installs solar PV (no limit of size in the title)",
        connected=CONNECTED,
    )
)
