"""What functions return can be compared, used as a key, copied and sent to another process."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

import jcm_calc

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.UnconfirmedWarning")
FREEZERS = {"EC_PJ": [[135.0, 100.0]], "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
PROJECTS = {"project": ["a"], "methodology": ["PW_AM001"], "p": ["2024"], "EG": [1.0]}


def result():
    return jcm_calc.calculate("ID_AM003", **FREEZERS, p=["2023", "2024"])


RETURNED = {
    "Result": lambda folder: result(),
    "Inputs": lambda folder: result().inputs,
    "Explanation": lambda folder: result().explain("RE"),
    "Uncertainty": lambda folder: jcm_calc.uncertainty(result(), {"COP_PJ": "±2 %"}, 100),
    "Portfolio": lambda folder: jcm_calc.portfolio(pd.DataFrame(PROJECTS)),
    "Workbook": lambda folder: jcm_calc.read_workbook(folder / "report.xlsx"),
    "Verification": lambda folder: jcm_calc.verify(folder / "report.xlsx"),
    "Methodology": lambda folder: jcm_calc.methodology("ID_AM003"),
    "remarks": lambda folder: result().remarks,
    "items": lambda folder: result().items,
}


@pytest.mark.parametrize("name", RETURNED)
def test_two_of_them_can_be_compared(tmp_path, name):
    result().to_excel(tmp_path / "report.xlsx")
    one, other = (RETURNED[name](tmp_path) for _ in range(2))
    assert one == one
    assert (one == other) in (True, False)
    assert copy.copy(one) is not None
    assert copy.deepcopy(one) is not None


@pytest.mark.parametrize("name", [name for name in RETURNED if name not in ("Workbook", "Verification")])
def test_it_is_a_key(tmp_path, name):
    one = RETURNED[name](tmp_path)
    assert {one: 1}[one] == 1


@pytest.mark.parametrize("name", [name for name in RETURNED if name != "Uncertainty"])
def test_it_can_be_sent_to_another_process(tmp_path, name):
    result().to_excel(tmp_path / "report.xlsx")
    again = pickle.loads(pickle.dumps(RETURNED[name](tmp_path)))
    if name == "Result":
        np.testing.assert_array_equal(again.full("ER"), result().full("ER"))
