"""The example rule book of docs/examples/land_use_rules, found as if it were installed, and its hand-made inputs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from jcm_calc import rulebooks

NUMBERS = ("XX_AM010", "XX_AM011", "XX_AM012", "XX_AM013")
FOLDER = Path(__file__).parents[1] / "docs" / "examples" / "land_use_rules" / "src"
# 550 and 1430 ÷ 3 tCO2/ha: (180 − 30) × 44 ÷ 12 and (150 − 20) × 44 ÷ 12.
FOREST = {
    "AD_RL": [400.0, 100.0],
    "C_before": [180.0, 150.0],
    "C_after": [30.0, 20.0],
    "AD_PJ": [[90.0, 120.0], [40.0, 30.0]],
    "AD_LK": [12.0, 15.0],
    "EF_LK": 300.0,
    "U": [12.0, 22.0],
    "p": ["2023", "2025"],
}


@pytest.fixture
def land_use(monkeypatch):
    """Find the example rule book beside those that are installed."""
    monkeypatch.syspath_prepend(FOLDER)
    installed = list(rulebooks.entry_points(group=rulebooks.GROUP))
    own = SimpleNamespace(load=lambda: __import__("jcm_land_use_rules"))
    monkeypatch.setattr(rulebooks, "entry_points", lambda group: [*installed, own])
    rulebooks.forget()
    yield
    rulebooks.forget()


# Two strata, in a wet season and a dry one over New Year. Stratum a drains once in the wet season, b several times; in
# the dry season it is the other way round. Stratum a has 5 t/ha of straw shortly before each season.
SEASONS = ["2024-06-01/2024-09-30", "2024-11-01/2025-03-31"]
RICE = {
    "A": [[2.0, 2.0], [3.0, 3.0]],
    "D": [[110.0, 120.0], [100.0, 100.0]],
    "season": ["wet", "dry"],
    "w_PJ": [["single drainage", "multiple drainage"], ["multiple drainage", "single drainage"]],
    "w_RE": ["continuous flooding", "continuous flooding"],
    "s_pre": ["not flooded < 180 d", "not flooded > 180 d"],
    "ROA": [[[5.0, 5.0]], [[0.0, 0.0]]],
    "kind": ["straw < 30 d"],
    "Q_N": [[0.1, 0.2], [0.0, 0.0]],
    "p": SEASONS,
}
