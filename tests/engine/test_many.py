"""Many cases at once are each what they are alone, for every methodology and whatever varies."""

from dataclasses import replace

import numpy as np
import pytest
from draws import bound, cases

import jcm_calc
from jcm_calc.engine import many
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.engine.many import evaluate_many, length
from jcm_calc.results.draws import RandomNumbers

METHODOLOGIES = [jcm_calc.methodology(number) for number in jcm_calc.methodologies().index.get_level_values(0).unique()]
COUNT = 7
RESULTS = ("RE", "PE", "ER")


def varied_inputs(inputs, rng, number):
    """Some numbers of the input, each in several cases: single errors, or one for each value."""
    names = [one.name for one in inputs.graph.parameters if one.name in inputs.values]
    names = [name for name in names if inputs.values[name].dtype == float and not inputs.graph.nodes[name].previous_of]
    found = {}
    for name in rng.permutation(names)[:number].tolist():
        own = inputs.values[name].shape
        errors = rng.uniform(0.99, 1.0, (COUNT, *(own if rng.random() < 0.5 else (1,) * len(own))))
        found[name] = inputs.values[name] * errors
    return found


@pytest.mark.parametrize("block", [8, 64, 4096])  # sums over units with cases: none, those of few units, all
@pytest.mark.parametrize("m", METHODOLOGIES, ids=str)
def test_each_case_is_what_it_is_alone(monkeypatch, m, block):
    monkeypatch.setattr(many, "BLOCK", block)
    monkeypatch.setattr(many, "TOGETHER", 2)
    compared = 0
    for case in cases(m):
        for seed in range(3):
            rng, inputs = np.random.default_rng(seed), bound(m, case, 2 * seed + 1)
            varied = varied_inputs(inputs, rng, 1 + seed)
            lookups = inputs.lookups()

            def alone(number, inputs=inputs, varied=varied, lookups=lookups):
                own = {name: array[number] for name, array in varied.items()}
                return evaluate(inputs.graph, inputs.sizes, {**inputs.values, **own}, lookups, RESULTS)

            try:
                expected = [alone(number) for number in range(COUNT)]
            except EvaluationError:  # a class that has no value, or nothing to divide by
                continue
            compared += 1
            parts = evaluate_many(inputs, COUNT, lambda batch, v=varied: {k: a[batch] for k, a in v.items()}, varied)
            for batch, found in parts:
                for number, place in enumerate(range(batch.start, batch.stop)):
                    largest = max(np.abs(expected[place][name]).max() for name in RESULTS)
                    for name in RESULTS:
                        single = np.broadcast_to(expected[place][name].ravel(), inputs.sizes["p"])
                        np.testing.assert_allclose(found[name][number], single, rtol=0, atol=1e-12 * largest)
    assert compared or m.number == "ID_AM006"


def test_only_what_varies_has_an_axis_of_cases():
    """RE and PE of ID_AM003 with an uncertain emission factor: the sums over units are taken once."""
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    settled = many._Settling(inputs, inputs.lookups(), ["EF_elec"]).settled(RESULTS)
    assert settled.width == inputs.sizes["p"]
    assert settled.graph.nodes["RE"].total == ""
    assert settled.values["Σ_i EC_PJ"].tolist() == inputs.values["EC_PJ"].sum(axis=0, keepdims=True).tolist()
    whole = many._Settling(inputs, inputs.lookups(), ["EC_PJ"]).settled(RESULTS)
    assert whole.width == inputs.sizes["p"] * inputs.sizes["i"]
    assert (settled.split, whole.split) == ("", many.AXIS)


@pytest.mark.parametrize("count", [1, 2, 50])
def test_sums_over_units_in_which_something_varies_are_formed_in_one_go(monkeypatch, count):
    """RE of each unit of ID_AM003 is not calculated, also where there are more units than cases."""
    m = jcm_calc.methodology("ID_AM003")
    inputs = bound(m, {}, 5)
    cops = np.random.default_rng(2).uniform(1.5, 2.5, (count, inputs.sizes["i"], 1))
    lookups = inputs.lookups()
    expected = [
        evaluate(inputs.graph, inputs.sizes, {**inputs.values, "COP_PJ": cop}, lookups, ("ER",)) for cop in cops
    ]
    settled = many._Settling(inputs, lookups, ["COP_PJ"]).settled(RESULTS)
    assert "RE_i" not in settled.graph.upstream(*RESULTS).nodes
    found = list(evaluate_many(inputs, count, lambda batch: {"COP_PJ": cops[batch]}, ["COP_PJ"]))
    given = np.concatenate([results["ER"] for _batch, results in found])
    np.testing.assert_allclose(given, [one["ER"].ravel() for one in expected], rtol=1e-13)


def test_cases_that_must_be_as_alone_have_the_same_last_digits():
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    factors = np.random.default_rng(1).uniform(0.5, 0.9, (20, 1, 1))
    found = evaluate_many(inputs, 20, lambda batch: {"EF_elec": factors[batch]}, ["EF_elec"], as_alone=True)
    for batch, results in found:
        for number in range(batch.start, batch.stop):
            values = {**inputs.values, "EF_elec": factors[number]}
            alone = evaluate(inputs.graph, inputs.sizes, values, inputs.lookups(), RESULTS)
            assert results["ER"][number - batch.start].tolist() == alone["ER"].ravel().tolist()


def test_what_has_no_finite_value_is_named_as_in_the_document():
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    factors = np.array([0.8, np.inf, 0.8]).reshape(3, 1, 1)
    with pytest.raises(EvaluationError) as caught:
        list(evaluate_many(inputs, 3, lambda batch: {"EF_elec": factors[batch]}, ["EF_elec"]))
    assert caught.value.name == "RE_i"
    assert caught.value.place[0] == 1


def test_random_numbers_do_not_depend_on_the_batches():
    numbers = RandomNumbers(7, 10)
    whole = numbers.of("EC", slice(0, 35), lambda stream, count: stream.random((count, 2)))
    starts = (0, 10, 20, 30)
    single = [
        numbers.of("EC", slice(start, min(start + 10, 35)), lambda stream, count: stream.random((count, 2)))
        for start in starts
    ]
    assert whole.tolist() == np.concatenate(single).tolist()
    assert whole.shape == (35, 2)


def test_how_many_are_drawn_in_one_go_follows_from_the_input_alone():
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    assert length(inputs) == many.BLOCK  # a few units: as many draws as of one number
    large = replace(inputs, axes={**inputs.axes, "i": replace(inputs.axes["i"], labels=range(1, 3001))})
    assert 1 <= length(large) * 3000 * inputs.sizes["p"] <= many.TOGETHER * many.BLOCK
