"""Each warning names the line that called the library, whatever way in was taken."""

import threading
import warnings
from contextlib import ExitStack
from functools import lru_cache, partial

import dask.array as da
import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc.api.case_file import read_case
from jcm_calc.results import calculating

# A criterion is not met, a number is outside its plausible range, an amount is far from the others.
CHILLER = {
    **{"power_source": "grid", "COP_PJ": 5.9, "capacity": 500, "EF_grid": 0.8},
    **{"EC_PJ": [[1000.0, 900.0, 9e6]], "T_cooling_out": 37, "T_chilled_out": 7, "p": ["2022", "2023", "2024"]},
}
CASE = """\
methodology = "ID_AM002"
p = "2024"
[project]
start = 2030-01-01
end = 2035-12-31
[inputs]
power_source = "grid"
EC_PJ = 1000
COP_PJ = 5.9
capacity = 500
EF_grid = 0.8
T_cooling_out = 37
T_chilled_out = 7
"""


def without(name):
    return {key: value for key, value in CHILLER.items() if key != name}


def result():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jcm_calc.calculate("ID_AM002", **CHILLER)


def case(folder):
    path = folder / "case.toml"
    path.write_text(CASE, "utf-8")
    return path


def workbook(folder):
    path = folder / "report.xlsx"
    if not path.exists():
        result().to_excel(path)
    return path


def hidden(folder):
    import openpyxl

    book = openpyxl.load_workbook(workbook(folder))
    book[book.sheetnames[1]].sheet_state = "hidden"
    book.save(folder / "hidden.xlsx")
    return folder / "hidden.xlsx"


def large(folder):
    energy = np.full((200_000, 12), 100.0)
    energy[0, 0] = 1e8
    return {"EC_PJ": energy, "COP_PJ": np.full(200_000, 1.6), "EF_elec": 0.8, "application": "individual quick freezer"}


WAYS = {
    "calculate": lambda folder: jcm_calc.calculate("ID_AM002", **CHILLER),
    "calculate, large": lambda folder: jcm_calc.calculate("ID_AM003", **large(folder)),
    "Methodology.calculate": lambda folder: jcm_calc.methodology("ID_AM002").calculate(**CHILLER),
    "CaseFile.calculate": lambda folder: read_case(case(folder)).calculate(),
    "read_workbook": lambda folder: jcm_calc.read_workbook(hidden(folder)),
    "Workbook.calculate": lambda folder: read(folder).calculate(),
    "replay": lambda folder: jcm_calc.replay(result().manifest()),
    "by_year": lambda folder: result().by_year(),
    "check_eligibility": lambda folder: jcm_calc.methodology("PW_AM001").check_eligibility(EG=[[1.0], [2.0], [1e9]]),
    "scenarios": lambda folder: jcm_calc.scenarios(
        "ID_AM002", base=without("capacity"), varied={"capacity": [400, 500]}
    ),
    "lazy by_year": lambda folder: lazy(folder).by_year(),
    "called by functools": lambda folder: lru_cache(partial(jcm_calc.calculate, "ID_AM002", **CHILLER))(),
    "called by pandas": lambda folder: pd.DataFrame({"i": ["A"], "p": ["2024"], "EC_PJ": [1000.0]}).pipe(
        partial(jcm_calc.calculate, "ID_AM002"),
        **{name: CHILLER[name] for name in CHILLER if name not in {"EC_PJ", "p"}},
    ),
    "called by the standard library": lambda folder: at_the_end(partial(jcm_calc.calculate, "ID_AM002", **CHILLER)),
}


def at_the_end(call):
    with ExitStack() as stack:
        stack.callback(call)


def read(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jcm_calc.read_workbook(workbook(folder))


def lazy(folder):
    given = large(folder)
    given["EC_PJ"] = da.from_array(given["EC_PJ"], chunks=(50_000, 12))
    return jcm_calc.calculate("ID_AM003", **given, p=[f"2024-{month:02}" for month in range(1, 13)])


@pytest.mark.parametrize("way", WAYS)
def test_a_warning_names_the_line_of_the_caller(tmp_path, monkeypatch, way):
    monkeypatch.setattr(calculating, "_warned", set())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        WAYS[way](tmp_path)
    found = [one for one in caught if one.category.__module__.startswith("jcm_calc")]
    assert found
    assert {one.filename for one in found} == {__file__}, [(one.filename, str(one.message)) for one in found]


def test_a_portfolio_names_the_line_of_the_caller(tmp_path):
    frame = pd.DataFrame({"project": ["a"], "methodology": ["PW_AM001"], "p": ["2024"], "EG": [10.0]})
    frame.attrs["remarks"] = ["is odd"]
    with pytest.warns(jcm_calc.InputWarning, match="is odd") as caught:
        jcm_calc.portfolio(frame)
    assert {one.filename for one in caught} == {__file__}


def test_a_warning_of_a_thread_names_the_line_that_called_the_library():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        thread = threading.Thread(target=jcm_calc.calculate, args=("ID_AM002",), kwargs=CHILLER)
        thread.start()
        thread.join()
    assert {one.filename for one in caught} == {threading.__file__}


def test_a_warning_made_an_error_comes_each_time(monkeypatch):
    monkeypatch.setattr(calculating, "_warned", set())
    with warnings.catch_warnings():
        warnings.simplefilter("error", jcm_calc.UnconfirmedWarning)
        for _ in range(2):
            with pytest.raises(jcm_calc.UnconfirmedWarning):
                jcm_calc.calculate("PW_AM001", EG=10, p="2024")
