"""What functions return can be compared, used as a key, copied and sent to another process."""

import copy
import pickle
from inspect import isclass
from pathlib import Path

import dask.array as da
import numpy as np
import official_forms
import pandas as pd
import pytest
import scipy.stats

import jcm_calc
from jcm_calc.api.case_file import read_case

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


# Of each function of `jcm_calc`, of its plots and of the case file; `issuance_request` has a test next to its others.
CASE = Path(__file__).parents[2] / "docs" / "examples" / "metered_year" / "case.toml"
SCENARIO = {"EC_PJ": [135.0], "application": "cold storage", "EF_elec": 0.814, "p": "2024"}


def drawn(of, *arguments):
    pytest.importorskip("matplotlib").use("agg")
    return getattr(jcm_calc.plots, of)(*arguments)


def confirmed(folder):
    official_forms.form("ID_AM003", None).save(folder / "official.xlsx")
    return jcm_calc.confirm("ID_AM003", folder / "official.xlsx")


SENT = {
    "calculate": lambda folder: result(),
    "replay": lambda folder: jcm_calc.replay(result().manifest()),
    "quantity": lambda folder: result().ER,
    "unit": lambda folder: result().ER.units,
    "table": lambda folder: result().table,
    "derivatives": lambda folder: result().derivatives(),
    "sensitivity": lambda folder: result().sensitivity(),
    "by_unit": lambda folder: result().by_unit(),
    "xarray": lambda folder: result().to_xarray(),
    "uncertainty": lambda folder: jcm_calc.uncertainty(result(), {"COP_PJ": "±2 % (95 %)", "EC_PJ": "class 0.5"}, 100),
    "of scipy": lambda folder: jcm_calc.uncertainty(result(), {"COP_PJ": scipy.stats.norm(1.6, 0.1)}, 100),
    "break_even": lambda folder: jcm_calc.break_even("ID_AM003", SCENARIO, "COP_PJ", between=(1, 5)),
    "scenarios": lambda folder: jcm_calc.scenarios("ID_AM003", SCENARIO, {"COP_PJ": [1.6, 1.7]}),
    "methodology": lambda folder: jcm_calc.methodology("ID_AM003"),
    "methodologies": lambda folder: jcm_calc.methodologies(),
    "projects": lambda folder: jcm_calc.projects(),
    "search": lambda folder: jcm_calc.search("solar"),
    "portfolio": lambda folder: jcm_calc.portfolio(pd.DataFrame(PROJECTS)),
    "read_workbook": lambda folder: jcm_calc.read_workbook(folder / "report.xlsx"),
    "verify": lambda folder: jcm_calc.verify(folder / "report.xlsx"),
    "confirm": confirmed,
    "case": lambda folder: read_case(CASE),
    "monitor": lambda folder: read_case(CASE).monitor(),
    "status": lambda folder: read_case(CASE).status("2024-06-30", store=False),
    "lazy": lambda folder: jcm_calc.calculate(
        "ID_AM003", **FREEZERS | {"EC_PJ": da.ones((4, 2), chunks=(2, 2))}, p=["2023", "2024"]
    ),
    **{of: lambda folder, of=of: drawn(of, result()) for of in ("emissions", "waterfall", "contributions", "forecast")},
    "equations": lambda folder: drawn("equations", jcm_calc.methodology("ID_AM003")),
    "plot of sensitivity": lambda folder: drawn("sensitivity", result()),
    "plot of uncertainty": lambda folder: drawn("uncertainty", jcm_calc.uncertainty(result(), {"COP_PJ": "±2 %"}, 100)),
    "readings": lambda folder: drawn("readings", read_case(CASE).monitor(), "S1"),
    "availability": lambda folder: drawn("availability", read_case(CASE).monitor()),
}


def test_every_function_is_among_them():
    functions = {name for name in jcm_calc.__all__ if callable(one := getattr(jcm_calc, name)) and not isclass(one)}
    functions |= set(jcm_calc.plots.__all__)
    assert functions - {*SENT} == {"in_language", "issuance_request"}


@pytest.mark.parametrize("name", SENT)
def test_it_can_be_sent_to_another_process(tmp_path, name):
    if name in ("read_workbook", "verify"):
        result().to_excel(tmp_path / "report.xlsx")
    one = SENT[name](tmp_path)
    again = pickle.loads(pickle.dumps(one))
    assert type(again) is type(one)
    assert (repr(again) == repr(one)) or " at 0x" in repr(one)
    if isinstance(one, jcm_calc.Result):
        np.testing.assert_array_equal(again.full("ER"), one.full("ER"))
    if " at 0x" not in repr(one):  # matplotlib copies no axes
        assert isinstance(one, type(copy.deepcopy(one)))
