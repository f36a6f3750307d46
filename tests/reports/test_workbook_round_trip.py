"""Written, read and calculated again, a result is the same in all but where its values stand."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from workbooks import every_case, label

from jcm_calc import InputError, calculate, read_workbook
from jcm_calc.authoring.conformance.drawing import inputs

# Values drawn at random are possible, but not plausible.
pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning")

# How and where a value was written may differ, and remarks name its cell; what was calculated with, and
# what came out, may not differ.
OF_THE_FORM = {"call", "sources", "hash", "remarks"}


def same(one, other):
    assert sorted(w.subject for w in one.inputs.warnings) == sorted(w.subject for w in other.inputs.warnings)
    assert sorted((r.topic, r.subject, r.numbers) for r in one.remarks) == sorted(
        (r.topic, r.subject, r.numbers) for r in other.remarks
    )
    one, other = one.manifest(), other.manifest()
    assert one.keys() == other.keys()
    assert [key for key in one if key not in OF_THE_FORM and one[key] != other[key]] == []


@pytest.mark.parametrize(("m", "case"), [pytest.param(m, case, id=label(m, case)) for m, case in every_case()])
@settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate]
)
@given(data=st.data())
def test_written_read_and_calculated_a_result_is_the_same(m, case, data):
    draws = inputs(m, m.graph(case))
    try:
        report, plan = (calculate(m, **data.draw(draws), **case) for _ in range(2))
    except InputError:
        return  # a draw without a value, such as a load outside the history
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        report.to_excel(path, plan=plan)
        workbook = read_workbook(path)
    assert workbook.remarks == ()
    same(workbook.report.calculate(), report)
    same(workbook.plan.calculate(), plan)
