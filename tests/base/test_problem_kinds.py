"""What a complaint is about is a value beside it: nothing reads the sentence."""

import re
from pathlib import Path

import pandas as pd
import pytest

import jcm_calc
from jcm_calc import InputError
from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, ProblemKind

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.UnconfirmedWarning")
UNIT = {"EC_PJ": 100.0, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814, "p": "2024"}
VERIFICATION = Path(jcm_calc.__file__).parent / "verification"


def problems(*tables, **changes):
    with pytest.raises(InputError) as caught:
        jcm_calc.calculate("ID_AM003", *tables, **{**UNIT, **changes})
    return caught.value.problems


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"COP_PJ": -1}, ProblemKind.OUT_OF_BOUNDS),
        ({"EC_PJ": "1,234"}, ProblemKind.AMBIGUOUS_NUMBER),
        ({"p": "01/02/2024"}, ProblemKind.AMBIGUOUS_DATE),
        ({"p": ["2024", "2024-06"]}, ProblemKind.OVERLAP),
    ],
)
def test_a_complaint_has_its_kind(changes, kind):
    (problem,) = problems(**changes)
    assert kind in problem.kinds


def test_what_is_missing_and_what_is_twice():
    with pytest.raises(InputError) as caught:
        jcm_calc.calculate("ID_AM003", EC_PJ=1.0, p="2024")
    assert all(problem.kinds == {ProblemKind.MISSING} for problem in caught.value.problems)
    twice = pd.DataFrame({"i": ["a", "a"], "EC_PJ": 1.0})
    rest = {name: value for name, value in UNIT.items() if name != "EC_PJ"}
    with pytest.raises(InputError) as caught:
        jcm_calc.calculate("ID_AM003", twice, **rest)
    assert ProblemKind.DUPLICATE in caught.value.problems[0].kinds


def test_a_warning_knows_the_unit_that_a_number_looks_like():
    with pytest.warns(jcm_calc.InputWarning):
        result = jcm_calc.calculate("ID_AM003", **{**UNIT, "EF_elec": 814})
    (warning,) = result.inputs.warnings
    assert warning.kinds >= {ProblemKind.IMPLAUSIBLE, ProblemKind.OTHER_UNIT}
    assert warning.detail(ProblemKind.OTHER_UNIT) == "kgCO2/MWh"


def test_the_kind_survives_being_put_together_and_travelling(tmp_path):
    import pickle

    inner = _("holds readings of {name}").tagged(ProblemKind.UNKNOWN_METER, "Spare meter").format(name="Spare meter")
    problem = Problem("x", _("{inner}, so nothing was read").format(inner=inner) + "!")
    for one in (problem, pickle.loads(pickle.dumps(problem))):
        assert one.kinds == {ProblemKind.UNKNOWN_METER}
        assert one.detail(ProblemKind.UNKNOWN_METER) == "Spare meter"
    assert Problem("x", "plain text").kinds == set()


def test_no_check_reads_a_sentence():
    reads = re.compile(r"""(?:re\.\w+\([^)]*|["'] in \w+\.|\.(?:partition|startswith|endswith|removeprefix)\([^)]*)
                           (?:complaint|message)""", re.X)  # fmt: skip
    also = re.compile(r"(?:complaint|message)\.(?:partition|startswith|endswith|removeprefix|split|find)\(")
    for path in VERIFICATION.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not reads.search(text), path
        assert not also.search(text), path
