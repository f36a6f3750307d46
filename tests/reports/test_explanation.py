"""An explanation shows the numbers that were calculated with, down to what was given."""

import json

import numpy as np
import pandas as pd
import pytest
from agreement import examples
from declarations.test_expression import FUNCTIONS, as_python

from jcm_calc import InputError, calculate, methodologies, methodology
from jcm_calc.declarations.graph import needs
from jcm_calc.declarations.items import Equation

FREEZER = {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814}
NAMES = {**FUNCTIONS, "logical_and": np.logical_and, "logical_or": np.logical_or, "number": np.float64}

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")


def computed(text):
    """Compute numbers in place."""
    return eval(as_python(text), {"__builtins__": {}}, NAMES)


def results(number, count):
    m = methodology(number)
    for example in examples(m, count):
        if example.expected is not None:
            yield calculate(m, **example.given, **example.case, split="whole")


@pytest.mark.parametrize("number", methodologies().index)
def test_numbers_in_place_give_the_value_and_every_way_ends_at_a_source(number):
    found = 0
    for result in results(number, 12):
        explanation = result.explain("ER")
        steps = {step.name: step for step in explanation.steps}
        assert steps.keys() == result.graph.upstream("ER").nodes.keys()
        assert explanation.steps[0].name == "ER"
        place = {letter: str(axis.labels[0]) for letter, axis in result.inputs.axes.items()}
        for name, step in steps.items():
            node = result.graph.nodes[name]
            value = result.full(name)[(0,) * len(place)]
            if step.equation is None:
                assert not isinstance(node, Equation)
                assert step.source
                continue
            assert set(step.operands) == set(needs(node, frozenset(), result.inputs.absent)) <= steps.keys()
            assert step.value == f"{value:,.10g} {node.unit}".strip() or node.unit == "date"
            if step.numbers is not None and "…" not in str(step.numbers):
                with np.errstate(all="ignore"):
                    again = computed(str(step.numbers))
                size = max([abs(value), 1e-9, *(_size(result, other) for other in step.operands)])
                assert again == pytest.approx(value, rel=1e-7, abs=1e-7 * size), (name, str(step.numbers))
                found += 1
    assert found > 10


def _size(result, name):
    array = result.full(name)
    return float(np.abs(array).max()) if array.size and name not in result.inputs.classes else 0.0


def test_a_place_is_followed_and_a_long_sum_is_cut_short():
    use = np.arange(1.0, 25.0).reshape(8, 3)
    r = calculate(
        "ID_AM003", EC_PJ=use, COP_PJ=np.full(8, 1.63), application=["cold storage"] * 8, EF_elec=0.5,
        p=["2022", "2023", "2024"],
    )  # fmt: skip
    explanation = r.explain("PE_p", i=3, p="2023")
    total, unit = explanation.equations
    assert explanation.place == {"i": ("3", 8), "p": ("2023", 3)}
    assert str(total.numbers) == "1 + 2.5 + 4 + … + 11.5"
    assert total.note == "the sum of 8 terms over i"
    assert total.value == f"{use[:, 1].sum() / 2:,.10g} tCO2"
    assert str(unit.numbers) == "8 × 0.5"
    assert "i = 3 (of 8), p = 2023 (of 3)" in str(explanation)


def test_labels_are_those_of_the_tables():
    units = pd.DataFrame({"i": ["north", "south"], "COP_PJ": [1.63, 2.19], "application": ["cold storage"] * 2})
    use = pd.DataFrame({"i": ["north", "south"], "p": ["2024"] * 2, "EC_PJ": [100.0, 200.0]})
    r = calculate("ID_AM003", units, use, EF_elec=0.8)
    assert r.explain("PE_i", i="south").equations[0].value == "160 tCO2"


def test_a_default_by_class_names_its_class_and_has_the_evidence_of_that_entry():
    explanation = calculate("ID_AM003", **FREEZER).explain("RE")
    steps = {step.name: step for step in explanation.steps}
    assert steps["COP_RE"].source == "default by application = individual quick freezer"
    assert steps["COP_RE"].operands == ("application",)
    assert "1.32 was read as the value applied" in steps["COP_RE"].because
    other = calculate("ID_AM003", **FREEZER | {"application": "cold storage"}).explain("RE")
    assert "no case to check it" in {step.name: step for step in other.steps}["COP_RE"].because


def test_what_the_user_gave_has_a_source_and_no_grade():
    steps = {step.name: step for step in calculate("ID_AM003", **FREEZER).explain("PE_i").steps}
    assert (steps["EC_PJ"].source, steps["EC_PJ"].grade) == ("given 135", "")


def test_a_default_given_by_hand_is_unconfirmed():
    steps = {step.name: step for step in calculate("ID_AM003", **FREEZER, COP_RE=1.4).explain("RE").steps}
    assert steps["COP_RE"].grade == "unconfirmed"
    assert "instead of a value that the document fixes" in steps["COP_RE"].because


def test_everything_that_cannot_be_followed_is_said_at_once():
    r = calculate("ID_AM003", **FREEZER)
    with pytest.raises(InputError) as caught:
        r.explain("REE", i="north", q=1)
    assert [problem.subject for problem in caught.value.problems] == ["q", "REE", "i"]
    assert "did you mean" in str(caught.value)


def test_an_explanation_as_text_has_symbols_numbers_value_and_source():
    lines = str(calculate("ID_AM003", **FREEZER).explain("RE_i")).splitlines()
    assert "  RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec" in lines
    assert "         = 135 × 1.63 ÷ 1.32 × 0.814" in lines
    assert "         = 135.6975 tCO2" in lines
    assert json.dumps(lines)
