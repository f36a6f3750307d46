"""XX_AM003: fields and pumps. Amounts that add over units, over time, over both; levels that are averaged."""

from jcm_calc.declarations import Methodology
from jcm_calc.evidence import Source, primary

READ = primary(Source("a methodology made for tests"))

m = Methodology(
    "XX_AM003",
    version="1.0",
    title="Fields and pumps",
    country="XX",
    sectoral_scope=15,
    indices={"i": "field", "p": "monitoring period"},
    identity={"version": READ},
)
m.monitored("A_i,p", "ha", extensive="units", raises="RE", text="area of field i", evidence=READ)
m.monitored("D_p", "d", extensive="time", raises="RE", text="days under water", evidence=READ)
m.monitored("E_i,p", "MWh", extensive=True, raises="RE", text="electricity of pump i", evidence=READ)
m.monitored("S_i,p", "", weighted_by="E", raises="RE", text="share of electricity from the grid", evidence=READ)
m.monitored("T_p", "tCO2/ha/d", weighted_by="days", raises="RE", text="emissions per hectare and day", evidence=READ)
m.fixed("F", "tCO2/MWh", raises="RE", text="emission factor of the grid", evidence=READ)


@m.equation("RE_i,p", "tCO2", text="reference emissions of field i", evidence=READ)
def RE_i(A, D, T, E, S, F):
    return A * D * T + E * S * F


@m.equation("RE_p", "tCO2", total="i", text="reference emissions", evidence=READ)
def RE(RE_i):
    return RE_i


@m.equation("PE_p", "tCO2", text="project emissions", evidence=READ)
def PE():
    return 0


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=READ)
def ER(RE, PE):
    return RE - PE
