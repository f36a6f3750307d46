"""XX_AM001: a power plant that feeds a grid and takes some electricity from it."""

from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary

READ = primary(Source("a methodology made for tests"))

m = Methodology(
    "XX_AM001",
    version="1.0",
    title="Power plant with import",
    country="XX",
    sectoral_scope=1,
    indices={"p": "monitoring period"},
    identity={"version": READ},
)
m.monitored(
    "EG_export,p",
    "MWh",
    extensive=True,
    options="C",
    raises="RE",
    text="electricity delivered to the grid in period p",
    evidence=READ,
)
m.monitored(
    "EG_import,p",
    "MWh",
    extensive=True,
    options="C",
    lowers="RE",
    text="electricity taken from the grid in period p",
    evidence=READ,
)
m.fixed("EF_grid", "tCO2/MWh", raises="RE", text="CO2 emission factor of the grid", evidence=READ)


@m.equation("EG_net,p", "MWh", text="net electricity", evidence=READ)
def EG_net(EG_export, EG_import):
    return EG_export - EG_import


@m.equation("RE_p", "tCO2", text="reference emissions", evidence=READ)
def RE(EG_net, EF_grid):
    return EG_net * EF_grid


@m.equation("PE_p", "tCO2", text="project emissions", evidence=READ)
def PE():
    return 0


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=READ)
def ER(RE, PE):
    return RE - PE
