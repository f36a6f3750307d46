"""The verdict of a verification: what is material, and what nobody can tell."""

import pytest
from faults import edit
from test_verification import CALC, MRS, SEPARATE, write

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

RE, PE, VERSION = (CALC, "G35"), (CALC, "H35"), (CALC, "M1")
OTHER_VERSION = "Monitoring Spreadsheet: JCM_ID_AM003_ver01.5"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "agrees"),
        ({(MRS, "F17"): 0.815}, "differs, not material"),
        ({(MRS, "F17"): 0.877}, "differs, material"),
        # a binding rule is broken, and nobody can say by how much ER is wrong for it
        ({VERSION: OTHER_VERSION}, "differs, effect not known"),
        ({VERSION: OTHER_VERSION, (MRS, "F17"): 0.815}, "differs, effect not known"),
        ({VERSION: OTHER_VERSION, (MRS, "F17"): 0.877}, "differs, material"),
        # 2.71 t too much in RE and in PE, a tenth of ER each, though ER is nearly right
        ({RE: "=C35*D35/F35*D15*1.02", PE: "=C35*D15*1.0247"}, "differs, material"),
        ({(SEPARATE, "D11"): "no data"}, "cannot be calculated again"),
    ],
)
def test_the_verdict(changes, verdict, tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", changes)
    assert jcm_calc.verify(tmp_path / "report.xlsx").verdict == verdict


def test_the_share_from_which_a_difference_is_material_is_the_verifiers(tmp_path):
    write(tmp_path / "clean.xlsx")
    edit(tmp_path / "clean.xlsx", tmp_path / "report.xlsx", {(MRS, "F17"): 0.815})
    verification = jcm_calc.verify(tmp_path / "report.xlsx", materiality=0.001)
    assert verification.share == pytest.approx(0.001 / 0.815)
    assert verification.verdict == "differs, material"
