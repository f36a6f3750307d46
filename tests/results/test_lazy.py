"""Dask arrays and DataFrames give what NumPy and pandas give, and nothing is calculated before it is asked for."""

import dask.array as da
import dask.dataframe as dd
import draws
import numpy as np
import pandas as pd
import pytest
from filling import evidence, filled

from jcm_calc import InputError, calculate, methodologies, methodology
from jcm_calc.declarations.items import Kind
from jcm_calc.evidence import unconfirmed

pytestmark = pytest.mark.filterwarnings("ignore::jcm_calc.base.problems.InputWarning")
UNITS = 11
WITHOUT_UNITS = ("ID_AM001", "ID_AM010", "ID_AM016", "MM_AM005", "TH_AM009")
TRANSFORMERS = {"service_hours": "given", "removals": "none", "EF_grid": 0.8, "Br": [0.1, 0.2], "p": ["2023", "2024"]}
TRANSFORMERS |= {"NLL_RE": {"a": 200.0, "b": 300.0}}


def fleet(rng, size=UNITS):
    return {
        "type": rng.choice(np.array(["a", "b"], dtype=object), size),
        "NLL_PJ": rng.uniform(50, 90, size),
        "H_given": rng.uniform(0, 8000, (size, 2)),
    }


def lazily(arrays, *chunks):
    """Dask arrays, each with chunks of its own along the units."""
    return {
        name: da.from_array(array, chunks=(size, *array.shape[1:]))
        for (name, array), size in zip(arrays.items(), chunks * len(arrays), strict=False)
    }


def drawn(rng, m, case, letter):
    """A complete input with more labels along one index than along any other."""
    sizes = dict.fromkeys(m.indices, 2) | {letter: UNITS, "p": 2}
    given = {"p": ["2023", "2024"]}
    for parameter in m.graph(case).parameters:
        if parameter.kind is not Kind.CONSTANT and not parameter.supplied:
            given[parameter.name] = draws._values(rng, m, parameter, sizes)
    if "SG_hist" in given:  # records of the history below and above every load
        given["SG_hist"] = np.geomspace(1e-3, 1e3, sizes["k"]) * given["SG_hist"]
        return given | {name: value for name, value in (("x_lowest", 0.0), ("x_highest", 1e6)) if name in given}
    return given if letter in "rs" else m.fit(given)


def split(m, given, letter, size=4):
    """The same with Dask arrays along one index."""
    found = dict(given)
    for name, value in given.items():
        if name in m.inputs and letter in m.inputs[name].indices and np.ndim(value):
            axis = m.inputs[name].indices.index(letter)
            found[name] = da.from_array(np.asarray(value), chunks={axis: size})
    return found


@pytest.mark.parametrize("number", methodologies().index)
def test_every_methodology_gives_what_numpy_gives(number):
    m, rng = methodology(number), np.random.default_rng(1)
    tried = 0
    for case in draws.cases(m):
        for letter in [one for one in m.indices if one != "p"]:
            given = drawn(rng, m, case, letter)
            lazy_given = split(m, given, letter)
            if not any(isinstance(value, da.Array) for value in lazy_given.values()):
                continue
            try:
                lazy = calculate(m, **case, **lazy_given, split="whole")
            except InputError as error:
                assert "of units: give Dask" in str(error)  # noqa: PT017  (looked up by the name of the label)
                continue
            try:
                plain = calculate(m, **case, **given, split="whole")
            except InputError:
                with pytest.raises(InputError):
                    lazy.ER.magnitude.compute()
                continue
            tried += 1
            for name in ("RE", "PE", "ER"):
                size = np.abs(plain.full("RE")).max() + np.abs(plain.full("PE")).max()
                computed = lazy[name].magnitude.compute()
                np.testing.assert_allclose(computed, plain[name].magnitude, rtol=1e-12, atol=1e-12 * size)
    assert tried or m.number in WITHOUT_UNITS


def test_one_partition_is_the_same_bit_for_bit():
    given = fleet(np.random.default_rng(2), 50_000)
    plain = calculate("VN_AM005", **given, **TRANSFORMERS)
    whole = calculate("VN_AM005", **lazily(given, 50_000), **TRANSFORMERS)
    for name in ("RE", "PE", "ER", "L_PJ_u", "H"):
        np.testing.assert_array_equal(whole[name].magnitude.compute(), plain[name].magnitude)
    pd.testing.assert_frame_equal(whole.by_year(), plain.by_year())


def test_values_of_units_are_the_same_bit_for_bit_in_any_partition():
    given = fleet(np.random.default_rng(3), 1000)
    plain = calculate("VN_AM005", **given, **TRANSFORMERS)
    lazy = calculate("VN_AM005", **lazily(given, 300, 77, 999), **TRANSFORMERS)
    np.testing.assert_array_equal(lazy["L_RE_u"].magnitude.compute(), plain["L_RE_u"].magnitude)
    np.testing.assert_array_equal(lazy["NLL_RE"].magnitude.compute(), plain["NLL_RE"].magnitude)
    np.testing.assert_allclose(lazy.ER.magnitude.compute(), plain.ER.magnitude, rtol=1e-12)
    assert lazy.ER.units == plain.ER.units


def test_arrays_in_memory_are_cut_along_with_the_others():
    given = fleet(np.random.default_rng(4))
    some = {**given, "H_given": da.from_array(given["H_given"], chunks=(3, 1)), "type": given["type"].tolist()}
    lazy, plain = (calculate("VN_AM005", **one, **TRANSFORMERS) for one in (some, given))
    np.testing.assert_allclose(lazy.ER.magnitude.compute(), plain.ER.magnitude, rtol=1e-12)


def test_quantities_are_converted():
    from jcm_calc.units import registry

    use = np.array([[100.0], [200.0], [300.0]])
    kilowatt_hours = registry().Quantity(da.from_array(use * 1000, chunks=2), "kWh")
    given = {"COP_PJ": 2.0, "application": "cold storage", "EF_elec": 0.8, "p": "2024"}
    lazy, plain = (calculate("ID_AM003", EC_PJ=one, **given) for one in (kilowatt_hours, use))
    assert lazy.ER.magnitude.compute() == pytest.approx(plain.ER.magnitude, rel=1e-12)
    assert lazy.ER.magnitude.shape == plain.ER.magnitude.shape == ()


def test_values_that_evidence_supplies_reach_every_partition():
    """Workers know the rule book only: what a reader of the document has confirmed has to come with the plan."""
    m = methodology("ID_AM003")
    read = filled(m)
    cops = next(one for one in read["default"] if one["symbol"].startswith("COP_RE"))["values"]
    cops |= dict.fromkeys(cops, 1.1)
    use, given = np.array([[100.0], [200.0], [300.0]]), {"application": "cold storage", "EF_elec": 0.8, "p": "2024"}
    lazy = calculate("ID_AM003", EC_PJ=da.from_array(use, chunks=2), COP_PJ=2.0, evidence=evidence(read), **given)
    expected = 600 * 0.8 * (2.0 / 1.1 - 1)
    assert float(lazy.ER.magnitude.compute(scheduler="processes")) == pytest.approx(expected, rel=1e-12)
    without = calculate("ID_AM003", EC_PJ=da.from_array(use, chunks=2), COP_PJ=2.0, evidence=(), **given)
    assert float(without.ER.magnitude.compute()) == pytest.approx(600 * 0.8 * (2.0 / 1.71 - 1), rel=1e-12)


def tables():
    units = pd.DataFrame({"i": ["a", "b", "c", "d"], "COP_PJ": [2.0, 2.1, 2.2, 2.3], "application": "cold storage"})
    use = pd.DataFrame(
        {
            "i": np.repeat(units["i"], 24).tolist(),
            "p": [f"{year}-{month:02}" for _ in range(4) for year in (2023, 2024) for month in range(1, 13)],
            "EC_PJ [kWh]": np.random.default_rng(5).uniform(1e4, 2e4, 96),
        }
    )
    return units, use


def test_dataframes_are_partitioned_by_unit():
    units, use = tables()
    given = {"EF_elec": 0.8, "p": ["2023", "2024"]}
    plain = calculate("ID_AM003", units, use, **given)
    lazy_units = dd.from_pandas(units.set_index("i"), npartitions=1)
    lazy_use = dd.from_pandas(use.set_index("i"), npartitions=3)
    lazy = calculate("ID_AM003", lazy_units, lazy_use, **given)
    pd.testing.assert_frame_equal(lazy.by_year(), plain.by_year(), rtol=1e-12)
    np.testing.assert_array_equal(lazy["RE_i"].magnitude.compute(), plain["RE_i"].magnitude)


# Lazy, and loud when it is computed


def test_nothing_is_calculated_before_it_is_asked_for():
    asked = []

    def block(block_info=None):
        asked.append(block_info)
        return np.full((2, 1), 100.0)

    use = da.map_blocks(block, chunks=((2, 2), (1,)), dtype=float, meta=np.empty((0, 0)))
    asked.clear()
    lazy = calculate("ID_AM003", EC_PJ=use, COP_PJ=2.0, application="cold storage", EF_elec=0.8, p="2024")
    emissions = lazy.PE
    assert asked == []
    assert emissions.magnitude.compute() == pytest.approx(320)
    assert len(asked) == 2


def test_what_is_missing_is_said_at_once():
    given = lazily(fleet(np.random.default_rng(6)), 4)
    with pytest.raises(InputError, match="EF_grid: missing") as caught:
        calculate("VN_AM005", **given, COP=3.0, removals="none", p=["2023", "2024"])
    for words in ("service_hours: missing", "COP: unknown input"):
        assert words in str(caught.value)


def test_a_bad_value_is_raised_with_its_partition():
    given = fleet(np.random.default_rng(7))
    given["H_given"][9, 1] = -1
    lazy = calculate("VN_AM005", **lazily(given, 4), **TRANSFORMERS)
    with pytest.raises(InputError, match=r"the partition after u = 8 .*\n.*H_given,u,p: got -1 h \(u=2, p=2\)"):
        lazy.by_year()


def test_implausible_values_are_warned_of():
    given = fleet(np.random.default_rng(8))
    given["NLL_PJ"][5] = 0.5
    lazy = calculate("VN_AM005", **lazily(given, 4), **TRANSFORMERS)
    with pytest.warns(UserWarning, match="far outside the plausible range"):
        lazy.by_year()


def test_what_belongs_to_no_unit_must_be_the_same_in_all_partitions():
    units, use = tables()
    use["EF_elec"] = np.where(use["i"] == "d", 0.9, 0.8)
    frames = [dd.from_pandas(one.set_index("i"), npartitions=4) for one in (units, use)]
    with pytest.raises(InputError, match="EF_elec: does not depend on the unit, but changes"):
        calculate("ID_AM003", *frames, p=["2023", "2024"]).by_year()


def test_one_amount_for_all_units_is_refused_even_where_a_partition_has_one_unit():
    cops = da.from_array(np.array([2.0, 2.1]), chunks=1)
    with pytest.raises(InputError, match="got one amount for all of i"):
        calculate("ID_AM003", EC_PJ=100.0, COP_PJ=cops, application="cold storage", EF_elec=0.8, p="2024")


def test_what_cannot_be_partitioned_is_refused():
    units, use = tables()
    given = {"EF_elec": 0.8, "p": ["2023", "2024"]}
    by_unit = dd.from_pandas(units.set_index("i"), npartitions=2)
    for lazy_tables, more, words in (
        ([dd.from_pandas(use, npartitions=2), by_unit], given, "partition it by unit"),
        ([by_unit.clear_divisions(), use], given, "its divisions are not known"),
        ([by_unit, use], given, "table 1: has the index i: give it as a Dask DataFrame"),
        ([by_unit], {**given, "EC_PJ": da.ones((4, 2))}, "their units cannot be matched"),
        ([by_unit, dd.from_pandas(use.set_index("i"), npartitions=2)], {"EF_elec": 0.8}, "name the periods with p="),
    ):
        with pytest.raises(InputError, match=words):
            calculate("ID_AM003", *lazy_tables, **more)
    plain = {"application": "cold storage", "EF_elec": 0.8, "p": "2024"}
    unknown = da.from_array(np.ones((4, 1)), chunks=2)[da.from_array(np.ones(4, dtype=bool), chunks=2)]
    for use_of, cops, words in (
        (da.ones((4, 1), chunks=2), da.ones(3), "has 3 of i, but EC_PJ has 4"),
        (da.ones(4, chunks=2), 2.0, "must have one axis for each of: i, p"),
        (unknown, 2.0, "compute_chunk_sizes"),
    ):
        with pytest.raises(InputError, match=words):
            calculate("ID_AM003", EC_PJ=use_of, COP_PJ=cops, **plain)


def test_a_lazy_result_says_what_it_is_and_what_it_has_not():
    given = fleet(np.random.default_rng(5))
    lazy = calculate("VN_AM005", **lazily(given, 5), **TRANSFORMERS)
    assert repr(lazy) == "<LazyResult VN_AM005 ver 1.0: 3 partitions along u>"
    assert lazy.methodology.number == "VN_AM005"
    plain = calculate("VN_AM005", **given, **TRANSFORMERS)
    np.testing.assert_allclose(lazy.RE.magnitude.compute(), plain.RE.magnitude, rtol=1e-12)
    with pytest.raises(KeyError, match="nothing is no quantity by u and p of this calculation"):
        lazy["nothing"]


def test_a_cluster_of_processes_gives_the_same():
    from dask.distributed import Client, LocalCluster

    given = fleet(np.random.default_rng(9), 5000)
    lazy = calculate("VN_AM005", **lazily(given, 700), **TRANSFORMERS)
    alone = lazy.ER.magnitude.compute(scheduler="synchronous")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        np.testing.assert_array_equal(lazy.ER.magnitude.compute(), alone)
    np.testing.assert_allclose(alone, calculate("VN_AM005", **given, **TRANSFORMERS).ER.magnitude, rtol=1e-12)


def test_a_methodology_that_a_worker_would_not_find_is_refused():
    """A worker takes it from the rule book, under number and version: it would calculate something else."""
    energy = da.from_array(np.array([[500.0], [300.0]]), chunks=(1, 1))
    for number in ("PW_AM001", "XX_AM001"):
        m = methodology("PW_AM001").corrected(by="x")
        m.number = number
        m.equation("RE_i,p", "tCO2", name="RE_i", text="r", evidence=unconfirmed("x"))(lambda EG, EF_RE: EG * EF_RE / 2)
        with pytest.raises(InputError, match="is not the one that the methodology packages have under this number"):
            calculate(m, EG=energy, p="2024")
    held = methodology("PW_AM001")
    file = evidence(filled(held))
    confirmed = calculate(held, EG=500.0, p="2024", evidence=file).methodology
    for m in (held, confirmed):
        found = calculate(m, EG=energy, p="2024", evidence=file).ER.magnitude.compute()
        assert found == calculate("PW_AM001", EG=[[500.0], [300.0]], p="2024").ER.magnitude


def test_a_value_in_place_of_one_that_was_read_needs_a_reason():
    given = {"EG": da.from_array(np.array([[100.0], [100.0]]), chunks=(1, 1)), "p": "2024"}
    reason = {"EF_RE": "measured"}
    for value in (1.06, da.from_array(np.array([1.06, 1.06]), chunks=1)):
        with pytest.raises(InputError, match=r"EF_RE,i: replaces the document's value.*override="):
            calculate("MN_AM003", EF_RE=value, **given)
        for override in (reason, {"EF_RE,i": "measured"}, "measured"):
            found = calculate("MN_AM003", EF_RE=value, override=override, **given).ER.magnitude.compute()
            assert found == pytest.approx(212)
    with pytest.raises(InputError, match=r"EC: override: MN_AM003 ver 2.0 has no such name"):
        calculate("MN_AM003", EF_RE=1.06, override={"EC": "measured"}, **given)


def test_arrays_of_a_single_unit_are_no_reason_to_stop_without_a_word():
    with pytest.raises(InputError, match="nothing runs along an index of units"):
        calculate("PW_AM001", EG=da.from_array(np.array([[100.0]]), chunks=1), p="2024")
