"""PW_AM001: small-scale solar PV displacing grid and captive genset electricity in Palau."""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, secondary, unconfirmed
from jcm_methodologies.official_pages import PROJECT_LIST, STATUS_PAPER
from jcm_methodologies.solar_pv import CONNECTED, ER, INDICES, ISLANDS, PE, RE, RE_i, solar_pv

__all__ = ["ER", "PE", "RE", "RE_i", "m"]

SISTER = Source("summary page of the related Maldives methodology MV_AM001", "www.jcm.go.jp/mv-jp/methodologies/19")

m = Methodology(
    "PW_AM001",
    version="1.0",
    title="Displacement of Grid and Captive Genset Electricity by a Small-scale Solar PV System",
    titles={"ja": "小規模太陽光発電システムによる系統電力及び自家発電電力の代替"},
    country="PW",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": secondary(STATUS_PAPER),
        "title": secondary(STATUS_PAPER),
        "country": secondary(STATUS_PAPER),
        "sectoral scope": secondary(STATUS_PAPER, "sector: energy industries"),
        "version": secondary(PROJECT_LIST, "version 1.0 is in use: PW001 to PW005"),
        "proponent": unconfirmed("Pacific Consultants Co., Ltd., as of the related methodology MV_AM001", 85, SISTER),
    },
    note="Nothing of the methodology's own text was read. Whether own consumption of the plant is deducted is not "
    "known: in this family the AC output is used as metered.",
)

m.include(
    solar_pv(
        {
            "EG": unconfirmed(
                "quantity as in the related methodology MV_AM001; option C and continuous recording from "
                "recollection (80 %)",
                80,
                SISTER,
            ),
            "EF_RE": unconfirmed(
                "from recollection, as is one factor for grid and captive power; the number was read for diesel "
                "power in "
                "documents of Mongolia and Indonesia. The first issuance of PW001 favours it, and does not prove it",
                85,
            ),
            "RE_i": unconfirmed(
                "AC output × conservative factor, as in the related methodology MV_AM001; letters from "
                "recollection (85 %)",
                85,
                SISTER,
            ),
            "RE": unconfirmed("as in the related methodology MV_AM001", 85, SISTER),
            "PE": unconfirmed("assumed to be zero in the related methodology MV_AM001", None, SISTER),
            "ER": unconfirmed("general rule of the scheme; not read for this document"),
            "criterion 1": unconfirmed("from recollection", 85),
            "criterion 2": unconfirmed("from recollection", 75),
            "criterion 3": unconfirmed("from recollection; a draft for Mongolia has the same pattern", 85),
            "criterion 4": unconfirmed("from recollection; a press report on PW001 agrees", 75),
        },
        factor=ISLANDS,
        value=0.533,
        installed="The project newly installs small-scale solar PV (the limit of small-scale is not known)",
        connected=CONNECTED,
    )
)
