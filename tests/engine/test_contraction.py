"""Totals with what lacks the index taken out agree with the equations as written, for every methodology and shape."""

import itertools
import warnings

import numpy as np
import pytest
from draws import bound, cases

import jcm_calc
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.items import Equation
from jcm_calc.engine import evaluation
from jcm_calc.engine.evaluation.contraction import _total, contractions

METHODOLOGIES = [jcm_calc.methodology(number) for number in jcm_calc.methodologies().index.get_level_values(0).unique()]


def evaluated(monkeypatch, inputs, names, written, block=1, cores=1):
    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "BLOCK", block)
        patch.setattr(evaluation, "READ", 2 * block)
        patch.setattr(evaluation, "PIECE", 3 * block)
        patch.setattr("jcm_calc.base.cores.count", lambda: cores)
        if written:
            patch.setattr(evaluation, "contractions", lambda graph, letter: {})
        return evaluation.evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), names)


def terms(inputs, known, node, written):
    """The sum of the absolute terms of what a total adds, to which its rounding is relative."""
    with np.errstate(all="ignore"):
        summand = np.abs(node.function(*(written[name] for name in node.arguments)))
    shape = [size if letter in node.indices + node.total else 1 for letter, size in inputs.sizes.items()]
    axes = tuple(at for at, letter in enumerate(inputs.sizes) if letter in node.total)
    return np.broadcast_to(summand, shape).sum(axis=axes, keepdims=True)


@pytest.mark.parametrize("m", METHODOLOGIES, ids=str)
def test_totals_agree_with_the_equations_as_written(monkeypatch, m):
    compared = 0
    for case in cases(m):
        for seed in range(6):
            inputs = bound(m, case, seed)
            totals = [one for one in inputs.graph.equations if one.total and one.name not in inputs.values]
            names = tuple(one.name for one in totals)
            operands = tuple(dict.fromkeys(name for one in totals for name in one.arguments))
            try:
                written = evaluated(monkeypatch, inputs, (*names, *operands), written=True)
            except evaluation.EvaluationError:  # an amount of 0 that is divided by
                continue
            compared += 1
            own, *others = (
                evaluated(monkeypatch, inputs, names, written=False, block=1 + seed * 3, cores=cores)
                for cores in (1, 2, 4)
            )
            for one, other in itertools.product(names, others):
                assert own[one].tobytes() == other[one].tobytes()
            for one in totals:
                size = terms(inputs, written, one, {**inputs.values, **written})
                assert (np.abs(own[one.name] - written[one.name]) <= 1e-13 * size).all(), (case, one.name)
    # the records of a refinery, which say how often each load was run, are drawn with loads that never occur
    assert compared >= len(cases(m)) or m.number == "ID_AM006"


def test_totals_over_units_are_contracted():
    """So that the test above compares two ways, and fleets are fast; a fit over a history has one index alone."""
    found, left = 0, set()
    for m in METHODOLOGIES:
        for case in cases(m):
            graph = m.graph(case)
            for rule in graph.equations:
                if isinstance(rule, Equation) and rule.total:
                    own = any(rule.name in contractions(graph, letter) for letter in rule.total)
                    found += own
                    left |= set() if own else {m.number}
    assert found > 100
    assert left == {"ID_AM007"}


def test_factors_are_grouped_by_their_indices():
    """RE of ID_AM003 by hand: Σ_i EC_i,p × (COP_PJ,i ÷ COP_RE,i) × EF; the sum of PE is shared by whoever needs it."""
    found = contractions(jcm_calc.methodology("ID_AM003").graph({}), "i")
    (reference,), (project,) = found["RE"].summands, found["PE"].summands
    assert [str(one) for one in (reference.common, *reference.groups)] == ["EF_elec", "COP_PJ ÷ COP_RE", "EC_PJ"]
    assert [str(one) for one in (project.common, *project.groups)] == ["EF_elec", "EC_PJ"]
    assert found["RE"].only_reads
    rule = found["PE"]
    known = {"EF_elec": np.array([[2.0]]), "EC_PJ": np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])}
    sums = {one.key: one.sum(known, 0, 3) for one in rule.summands}
    assert rule.total(sums, known).tolist() == [[12.0, 120.0]]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(1000, 1), (1000, 12), (400, 500), (3, 700, 5), (1, 1000, 7), (1000,)])
@pytest.mark.parametrize("kind", [float, bool])
def test_short_rows_are_added_many_at_a_time(shape, order, kind):
    values = np.asarray(np.random.default_rng(1).uniform(0, 2, shape).astype(kind), order=order)
    axis = max(range(len(shape)), key=shape.__getitem__)
    np.testing.assert_allclose(_total(values, axis), values.astype(float).sum(axis=axis, keepdims=True), rtol=1e-13)


@pytest.mark.parametrize("count", [1, 2, 9, 40])
@pytest.mark.parametrize("of", ["scalar", "by i", "by p", "by i and p"])
def test_whatever_does_not_change_counts_for_each_unit(monkeypatch, count, of):
    """EG of one value, by unit, by period or by both, against a sum in plain Python."""
    monkeypatch.setattr(evaluation, "BLOCK", 4)
    years = ["2022", "2023", "2024"]
    rng = np.random.default_rng(count)
    shape = {"scalar": (1, 1), "by i": (count, 1), "by p": (1, 3), "by i and p": (count, 3)}[of]
    whole = np.broadcast_to(rng.uniform(1, 9, shape), (count, 3))
    given = {"EC_PJ": whole.copy(), "COP_PJ": rng.uniform(1.5, 3, count)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = jcm_calc.calculate("ID_AM003", application="individual quick freezer", EF_elec=0.814, p=years, **given)
    expected = [
        sum(
            float(whole[i, p]) * float(given["COP_PJ"][i]) / result["COP_RE"].magnitude.flat[0] * 0.814
            for i in range(count)
        )
        for p in range(3)
    ]
    np.testing.assert_allclose(np.atleast_1d(result.RE.magnitude), expected, rtol=1e-13)


def test_what_has_no_finite_value_is_found_where_it_is(monkeypatch):
    monkeypatch.setattr(evaluation, "BLOCK", 4)
    m = jcm_calc.methodology("ID_AM003")
    inputs = bound(m, {}, 0)
    values = {**inputs.values, "COP_RE": np.zeros((1,) * len(inputs.sizes))}
    with pytest.raises(evaluation.EvaluationError) as caught:
        evaluation.evaluate(inputs.graph, inputs.sizes, values, {}, ("RE", "PE", "ER"))
    assert caught.value.name == "RE_i"
    assert caught.value.zeros == ("COP_RE",)


def test_totals_that_are_known_need_nothing_of_what_they_are_made_of(monkeypatch):
    """As Dask's partitions do: a part of the graph that begins with totals."""
    monkeypatch.setattr(evaluation, "BLOCK", 1)
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    graph = Graph({name: inputs.graph.nodes[name] for name in ("RE", "PE", "ER")})
    shape = (1, inputs.sizes["p"])
    values = {"RE": np.full(shape, 3.0), "PE": np.full(shape, 2.0)}
    found = evaluation.evaluate(graph, inputs.sizes, values, {}, ("ER",))
    assert found["ER"].ravel().tolist() == [1.0] * inputs.sizes["p"]


def test_a_value_in_place_of_an_equation_is_used(monkeypatch):
    """As contributions by unit do: an equation that would be multiplied out has a value of its own."""
    monkeypatch.setattr(evaluation, "BLOCK", 1)
    inputs = bound(jcm_calc.methodology("ID_AM003"), {}, 1)
    shape = tuple(inputs.sizes.values())
    found = evaluation.evaluate(
        inputs.graph, inputs.sizes, {**inputs.values, "RE_i": np.full(shape, 2.0)}, inputs.lookups(), ("RE",)
    )
    assert found["RE"].ravel().tolist() == [2.0 * inputs.sizes["i"]] * inputs.sizes["p"]
