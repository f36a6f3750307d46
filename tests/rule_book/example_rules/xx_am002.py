"""XX_AM002: methane destroyed. Version 1.0 counts it by the potential of AR4, version 2.0 by that of AR5."""

from jcm_calc import Methodology
from jcm_calc.declarations.items import Version
from jcm_calc.evidence import Source, primary

READ = primary(Source("a methodology made for tests"))


def declare(version, potential, earlier=()):
    m = Methodology(
        "XX_AM002",
        version=version,
        title="Destruction of methane",
        country="XX",
        sectoral_scope=13,
        indices={"p": "monitoring period"},
        identity={"version": READ},
        versions=earlier,
    )
    m.monitored(
        "Q_CH4,p",
        "t",
        extensive=True,
        options="C",
        raises="RE",
        text="methane destroyed in period p",
        evidence=READ,
    )
    m.default(
        "GWP_CH4",
        "tCO2/t",
        value=potential,
        raises="RE",
        text="global warming potential of methane",
        evidence=READ,
    )

    @m.equation("RE_p", "tCO2", text="reference emissions", evidence=READ)
    def RE(Q_CH4, GWP_CH4):
        return Q_CH4 * GWP_CH4

    @m.equation("PE_p", "tCO2", text="project emissions", evidence=READ)
    def PE():
        return 0

    @m.equation("ER_p", "tCO2", text="emission reductions", evidence=READ)
    def ER(RE, PE):
        return RE - PE

    return m


first = declare("1.0", 25)
second = declare("2.0", 28, [Version("1.0", None, "", READ)])
