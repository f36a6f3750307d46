"""What is given instead of a result, of words or of files is named, and what it must be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError, plots

OTHER = {
    "None": None,
    "a number": 3,
    "a text": "ID_AM003",
    "a list": [1],
    "a mapping": {"ER": 1.0},
    "a table": pd.DataFrame({"ER": [1.0]}),
    "an array": np.zeros(3),
    "a methodology": jcm_calc.methodology("ID_AM003"),
    "a path": Path("case.toml"),
    "a function": print,
}
TAKE_A_RESULT = {
    "uncertainty": ("result", lambda given: jcm_calc.uncertainty(given, {"EG": "±2 %"})),
    "plots.emissions": ("result", plots.emissions),
    "plots.waterfall": ("result", plots.waterfall),
    "plots.contributions": ("result", plots.contributions),
    "plots.sensitivity": ("result", plots.sensitivity),
    "plots.forecast": ("plan", plots.forecast),
}


@pytest.mark.parametrize("given", OTHER)
@pytest.mark.parametrize("function", TAKE_A_RESULT)
def test_what_is_no_result_is_refused(function, given):
    argument, call = TAKE_A_RESULT[function]
    with pytest.raises(InputError, match=rf"{argument}: got .*; must be a result, as jcm_calc.calculate returns it"):
        call(OTHER[given])


@pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning")
@pytest.mark.parametrize("given", [one for one in OTHER if one != "None"])
def test_a_plan_that_is_no_result_is_refused(tmp_path, given):
    result = jcm_calc.calculate("PW_AM001", EG=1.0, p="2024")
    for write in (
        lambda: result.to_excel(tmp_path / "a.xlsx", plan=OTHER[given]),
        lambda: plots.forecast(result, OTHER[given]),
    ):
        with pytest.raises(InputError, match=r"(plan|report): got .*; must be a result"):
            write()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("given", [one for one in OTHER if one not in ("None", "a text", "a path")])
def test_what_is_no_evidence_file_is_refused(given):
    with pytest.raises(InputError, match=r"evidence: got .*; must be the path of an evidence file, or a list of paths"):
        jcm_calc.calculate("PW_AM001", EG=1.0, p="2024", evidence=OTHER[given])


@pytest.mark.parametrize("given", [one for one in OTHER if one != "a text"])
@pytest.mark.parametrize("function", [jcm_calc.search, jcm_calc.methodologies])
def test_what_are_no_words_is_refused(function, given):
    with pytest.raises(InputError, match=r"words: got .*; must be a text such as 'chiller'"):
        function(OTHER[given])
