"""The example rule book of docs/examples/land_use_rules, found as if it were installed, and its hand-made inputs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from jcm_calc import rulebooks

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
