"""CL_AM001: solar PV in Chile. Nothing but its title and its approval was read, and of version 2.0 who uses it."""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_methodologies.solar_pv import ER, INDICES, PE, RE, TITLE, TITLES, RE_i, entitled, in_use, solar_pv, unread

__all__ = ["ER", "PE", "RE", "RE_i", "m", "ver_1"]

PROPONENT = Source(
    "page of the proponent on the proposal", "www.iges.or.jp/en/pub/jcm-proposed-methodology-installation-solar-2/en"
)
FACTOR = "conservative CO2 emission factor of the grid or other electricity that system i displaces"

ver_1 = Methodology(
    "CL_AM001",
    version="1.0",
    title=TITLE,
    titles=TITLES,
    country="CL",
    sectoral_scope=1,
    indices=INDICES,
    identity={
        "number": primary(
            PROPONENT, "proposed as CL_PM001; the approved text is at www.jcm.go.jp/cl-jp/methodologies/68"
        ),
        "title": primary(PROPONENT),
        "country": primary(PROPONENT),
        "sectoral scope": unconfirmed("that of the related methodologies of the same title"),
        "version": primary(PROPONENT, "version 1.0, approved; the day was not read"),
        "proponent": primary(PROPONENT, "Institute for Global Environmental Strategies"),
    },
    note="Only number, title and approval were read; the calculation is that of the related methodologies of "
    "the same title. The "
    "factors of the grids of Chile are in a paper that was not read: take them from there.",
)

ver_1.include(
    solar_pv(
        entitled(
            PROPONENT, unconfirmed("the values are in a paper that accompanies the proposal, not read", None, PROPONENT)
        ),
        factor=FACTOR,
    )
)

m = Methodology(
    "CL_AM001",
    version="2.0",
    title=TITLE,
    titles=TITLES,
    country="CL",
    sectoral_scope=1,
    indices=INDICES,
    identity=in_use("CL_AM001", "2.0", "www.jcm.go.jp/jc/mn-projects"),
    note="The text of this version was not read; the calculation is that of the methodologies of the same title. The "
    "factors of the grids of Chile were not read: take them from the document.",
)

m.include(
    solar_pv(
        unread(
            unconfirmed("as in the methodologies of the same title; the text of this version was not read", 90),
            unconfirmed("the values were not read"),
        ),
        factor=FACTOR,
    )
)
