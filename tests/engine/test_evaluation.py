"""Equations run over whole fleets, in blocks, and give what NumPy gives on whole arrays."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_calc import InputError, Methodology, calculate
from jcm_calc.engine import evaluation
from jcm_calc.evidence import Source, primary

READ = primary(Source("a document"))


def methodology(indices="ip", **rules):
    """Declare a methodology whose equations are given as name=(symbol, total, function)."""
    m = Methodology(
        "XX_AM002", version="1.0", title="Test", country="XX", sectoral_scope=3, indices=dict.fromkeys(indices, "")
    )
    for letters in ("", "i", "j", "p", "ij", "ip", "jp", "ijp"):
        if set(letters) <= set(indices):
            m.fixed(
                f"v_{letters}" if letters else "v",
                "tCO2",
                name=f"v{letters}",
                index=letters,
                bounds="(-inf, inf)",
                text="",
            )
    rules.setdefault("PE", ("PE_p", "", lambda: 0))
    rules.setdefault("ER", ("ER_p", "", lambda RE, PE: RE - PE))
    for name, (symbol, total, function) in rules.items():
        m.equation(symbol, "tCO2", name=name, total=total, evidence=READ, text="")(function)
    return m


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-5, 5, shape)


# Totals


def test_a_total_over_one_index_keeps_the_others():
    m = methodology(RE=("RE_p", "i", lambda vip, vi: vip * vi))
    vip, vi = numbers(4, 3), numbers(4)
    r = calculate(m, vip=vip, vi=vi)
    np.testing.assert_allclose(r.RE.magnitude, np.einsum("ip,i->p", vip, vi), rtol=1e-13)


def test_a_total_over_two_indices():
    m = methodology("ijp", RE=("RE_p", "ij", lambda vijp, vj, v: vijp * vj + v))
    vijp, vj = numbers(3, 4, 2), numbers(4)
    r = calculate(m, vijp=vijp, vj=vj, v=0.5)
    np.testing.assert_allclose(r.RE.magnitude, np.einsum("ijp,j->p", vijp, vj) + 3 * 4 * 0.5, rtol=1e-13)


def test_totals_one_after_the_other_give_the_total_over_both():
    m = methodology(
        "ijp",
        S=("S_i,p", "j", lambda vijp: vijp),
        T=("T_j,p", "i", lambda vijp: vijp),
        RE=("RE_p", "i", lambda S: S),
        PE=("PE_p", "j", lambda T: T),
    )
    vijp = numbers(3, 4, 2)
    r = calculate(m, vijp=vijp)
    np.testing.assert_allclose(r.RE.magnitude, vijp.sum((0, 1)), rtol=1e-13)
    np.testing.assert_allclose(r.PE.magnitude, vijp.sum((0, 1)), rtol=1e-13)
    np.testing.assert_allclose(r["S"].magnitude, vijp.sum(1), rtol=1e-13)
    np.testing.assert_allclose(r["T"].magnitude, vijp.sum(0), rtol=1e-13)


@pytest.mark.parametrize("block", [1, 3, 32_768])
def test_a_summand_that_does_not_depend_on_the_index_counts_once_for_each_unit(monkeypatch, block):
    monkeypatch.setattr(evaluation, "BLOCK", block)
    m = methodology(RE=("RE_p", "i", lambda v: v), PE=("PE_p", "i", lambda vip: 0 * vip))
    r = calculate(m, v=2.5, vip=numbers(7, 1))
    assert r.RE.magnitude == 7 * 2.5


def test_a_total_over_the_periods_is_one_number():
    m = methodology(S=("S", "p", lambda vp: vp), RE=("RE_p", "", lambda S, vp: S * vp))
    r = calculate(m, vp=[1.0, 2.0, 4.0], p=["2024", "2025", "2026"])
    assert r["S"].magnitude == 7
    assert list(r.RE.magnitude) == [7, 14, 28]


@pytest.mark.parametrize("block", [1, 2, 5, 32_768])
def test_an_equation_can_use_a_total_over_its_own_index(monkeypatch, block):
    """The share of each unit in the total, and the deviation from a weighted mean: three passes."""
    monkeypatch.setattr(evaluation, "BLOCK", block)
    m = methodology(
        S=("S_p", "i", lambda vip: vip),
        share=("s_i,p", "", lambda vip, S: vip / S),
        mean=("m_p", "i", lambda share, vi: share * vi),
        RE=("RE_p", "i", lambda share, vi, mean: share * (vi - mean) ** 2),
    )
    vip, vi = abs(numbers(11, 3)) + 1, numbers(11)
    r = calculate(m, vip=vip, vi=vi)
    share = vip / vip.sum(0)
    mean = (share * vi[:, None]).sum(0)
    np.testing.assert_allclose(r["share"].magnitude, share, rtol=1e-13)
    np.testing.assert_allclose(r["mean"].magnitude, mean, rtol=1e-12)
    np.testing.assert_allclose(r.RE.magnitude, (share * (vi[:, None] - mean) ** 2).sum(0), rtol=1e-12)


# Blocks


@given(
    st.tuples(st.integers(1, 9), st.integers(1, 5), st.integers(1, 4)), st.integers(1, 60), st.integers(0, 2**32 - 1)
)
def test_blocks_of_any_size_give_what_whole_arrays_give(sizes, block, seed):
    m = methodology(
        "ijp",
        a=("a_i,p", "", lambda vip, vi: vip * vi),
        b=("b_i,j", "", lambda vi, vij: vi - vij),
        c=("c_j", "i", lambda b: b),
        RE=("RE_p", "ij", lambda a, b, vijp, c: (a + b) * vijp + c),
        PE=("PE_p", "i", lambda a, vp: a * vp),
    )
    i, j, p = sizes
    rng = np.random.default_rng(seed)
    vi, vp, vij, vip, vijp = (rng.uniform(-5, 5, shape) for shape in ((i,), (p,), (i, j), (i, p), (i, j, p)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "BLOCK", block)
        r = calculate(m, vi=vi, vp=vp, vij=vij, vip=vip, vijp=vijp)
        a, b = vip * vi[:, None], vi[:, None] - vij
        c = b.sum(0)
        RE = ((a[:, None, :] + b[:, :, None]) * vijp + c[None, :, None]).sum((0, 1))
        np.testing.assert_allclose(r.RE.magnitude, RE, rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(r.PE.magnitude, (a * vp).sum(0), rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(r["a"].magnitude, a, rtol=1e-15)
        np.testing.assert_allclose(r["b"].magnitude, b, rtol=1e-15)
        np.testing.assert_allclose(r["c"].magnitude, c, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("block", [1, 7, 100])
def test_blocks_along_periods_where_there_is_no_other_index(monkeypatch, block):
    monkeypatch.setattr(evaluation, "BLOCK", block)
    m = methodology("p", S=("S", "p", lambda vp: vp), RE=("RE_p", "", lambda vp, S: vp + S))
    years = [str(year) for year in range(2001, 2021)]
    vp = np.arange(20.0)
    r = calculate(m, vp=vp, p=years)
    np.testing.assert_array_equal(r.RE.magnitude, vp + 190)


def test_the_order_of_units_does_not_matter():
    m = methodology(RE=("RE_p", "i", lambda vip: vip))
    vip = 10 ** np.random.default_rng(4).uniform(-6, 6, (100_000, 2))
    exact = [float(sum(map(Fraction, vip[:, p]))) for p in range(2)]
    for order in (np.arange(100_000), np.argsort(vip[:, 0]), np.argsort(-vip[:, 1])):
        np.testing.assert_allclose(calculate(m, vip=vip[order]).RE.magnitude, exact, rtol=1e-12)


# Intermediates


@pytest.mark.parametrize("block", [1, 6, 32_768])
def test_intermediates_that_were_dropped_are_computed_again_when_asked_for(monkeypatch, block):
    monkeypatch.setattr(evaluation, "BLOCK", block)
    m = methodology(
        a=("a_i", "", lambda vi: np.exp(-vi)),
        b=("b_i,p", "", lambda a, vip: np.where(vip > 0, a * vip, a)),
        RE=("RE_p", "i", lambda b: b),
    )
    vi, vip = numbers(5, seed=1), numbers(5, 4, seed=2)
    r = calculate(m, vi=vi, vip=vip)
    assert set(r._results) == {"RE", "PE", "ER"}
    np.testing.assert_array_equal(r["a"].magnitude, np.exp(-vi))
    np.testing.assert_array_equal(r["b"].magnitude, np.where(vip > 0, np.exp(-vi)[:, None] * vip, np.exp(-vi)[:, None]))


def test_an_intermediate_given_alike_for_all_units_still_spans_them():
    m = methodology(a=("a_i", "", lambda vi: 2 * vi), RE=("RE_p", "i", lambda a, vip: a * vip))
    r = calculate(m, vi=1.5, vip=numbers(3, 2))
    assert r["vi"].magnitude.tolist() == [1.5] * 3
    assert r["a"].magnitude.tolist() == [3.0] * 3


def test_an_equation_without_operands_is_spread_over_the_periods():
    m = methodology(RE=("RE_p", "i", lambda vip: vip), PE=("PE_p", "", lambda: 0))
    r = calculate(m, vip=numbers(3, 2))
    assert r.PE.magnitude.tolist() == [0, 0]
    assert f"{r.PE.units}" == "tCO2"
    one = calculate(m, vip=4)
    assert one.PE.magnitude.shape == ()
    assert one.ER.magnitude == 4


# Numbers that are none


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (lambda v: 1 / v, 0.0),
        (lambda v: v / v, 0.0),
        (lambda v: np.exp(v), 1e4),
        (lambda v: np.sqrt(v), -1.0),
        (lambda v: v * v, 1e200),
    ],
    ids=["x/0", "0/0", "overflow", "root", "product"],
)
def test_a_result_that_is_no_finite_number_is_an_error(function, given):
    with pytest.raises(InputError, match="RE_p: has no value"):
        calculate(methodology(RE=("RE_p", "", function)), v=given)


def test_a_result_that_is_no_number_in_a_single_unit_of_many_is_an_error(monkeypatch):
    monkeypatch.setattr(evaluation, "BLOCK", 10)
    vi = np.ones(1000)
    vi[637] = 0
    with pytest.raises(InputError, match=r"RE_p: has no value: v_i is 0"):
        calculate(methodology(RE=("RE_p", "i", lambda v, vi: v / vi)), v=1, vi=vi)


# Coordinates


def with_coordinate(what, of="p", indices="ip", total=""):
    m = Methodology(
        "XX_AM003", version="1.0", title="Test", country="XX", sectoral_scope=3, indices=dict.fromkeys(indices, "")
    )
    m.coordinate("C", of=of, what=what)
    m.fixed("v_i", "tCO2", text="")
    m.equation("RE_p", "tCO2", name="RE", evidence=READ, text="")(lambda C: 1 * C)
    m.equation("PE_p", "tCO2", name="PE", total="i", evidence=READ, text="")(lambda v: v)
    m.equation("ER_p", "tCO2", name="ER", evidence=READ, text="")(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize(
    ("p", "days", "year"),
    [
        ("2023", 365, 2023),
        ("2024", 366, 2024),
        ("2000", 366, 2000),
        ("2100", 365, 2100),
        ("2024-02", 29, 2024),
        ("2023-02", 28, 2023),
        ("2024-01-01/2024-06-30", 182, 2024),
        (("2024-02-28", "2024-03-01"), 3, 2024),
    ],
)
def test_days_hours_and_year_of_a_period(p, days, year):
    assert calculate(with_coordinate("days"), v=0, p=p).RE.magnitude == days
    assert calculate(with_coordinate("hours"), v=0, p=p).RE.magnitude == 24 * days
    assert calculate(with_coordinate("year"), v=0, p=p).RE.magnitude == year


def test_days_of_several_periods():
    r = calculate(with_coordinate("days"), v=0, p=["2023-07-01/2023-12-31", "2024"])
    assert r.RE.magnitude.tolist() == [184, 366]
    assert f"{r['C'].units}" == "d"
    assert r["C"].magnitude.tolist() == [184, 366]


def test_the_count_of_an_index_is_the_number_of_its_rows():
    assert calculate(with_coordinate("count", of="i"), v=[1, 2, 3]).RE.magnitude == 3
    assert calculate(with_coordinate("count", of="i"), v=1).RE.magnitude == 1


@pytest.mark.parametrize("what", ["days", "hours", "year"])
def test_undated_periods_are_refused_where_their_dates_are_needed(what):
    with pytest.raises(InputError, match=f"needs the {what}.*no dates"):
        calculate(with_coordinate(what), v=0)


def test_the_year_of_a_period_in_two_years_is_refused():
    with pytest.raises(InputError, match="several years"):
        calculate(with_coordinate("year"), v=0, p="2023-07-01/2024-06-30", split="whole")
    assert calculate(with_coordinate("days"), v=0, p="2023-07-01/2024-06-30", split="whole").RE.magnitude == 366


# Defaults


def with_default(by, values, key=None):
    m = Methodology(
        "XX_AM004", version="1.0", title="Test", country="XX", sectoral_scope=3, indices={"i": "", "f": "", "p": ""}
    )
    m.class_key("fuel,i", text="")
    m.fixed("size_i", "t", text="")
    m.coordinate("name_f", of="f", what="label")
    index = {"fuel": "i", "size": "i", "name_f": "f"}[by]
    m.default("EF", "tCO2/t", index=index, by=by, values=values, text="", evidence=READ)
    m.fixed("m_if", "t", name="m", index=index + "p", text="")
    m.equation("RE_p", "tCO2", name="RE", total=index, evidence=READ, text="")(lambda m, EF: m * EF)
    m.equation("PE_p", "tCO2", name="PE", evidence=READ, text="")(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", evidence=READ, text="")(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize("block", [1, 5, 32_768])
def test_defaults_by_class_and_by_bin_agree_with_a_search_unit_by_unit(monkeypatch, block):
    monkeypatch.setattr(evaluation, "BLOCK", block)
    rng = np.random.default_rng(8)
    mass = rng.uniform(0, 9, (23, 2))
    fuel = rng.choice(["coal", "oil", "wood"], 23)
    factors = {"oil": 3.0, "coal": 2.5, "wood": 0.0}
    r = calculate(with_default("fuel", factors), m=mass, fuel=list(fuel))
    np.testing.assert_allclose(r.RE.magnitude, sum(mass[n] * factors[fuel[n]] for n in range(23)), rtol=1e-13)
    assert r["EF"].magnitude.tolist() == [factors[name] for name in fuel]
    size = rng.integers(0, 31, 23).astype(float)
    r = calculate(with_default("size", {"[0, 10)": 1.0, "[10, 20]": 2.0, "(20, inf)": 3.0}), m=mass, size=size)
    expected = [1.0 if x < 10 else 2.0 if x <= 20 else 3.0 for x in size]
    np.testing.assert_allclose(r.RE.magnitude, (mass.T * expected).sum(1), rtol=1e-13)
    assert r["EF"].magnitude.tolist() == expected


def test_a_default_by_the_labels_of_an_index():
    import pandas as pd

    table = pd.DataFrame({"f": ["wood", "coal"], "m": [10.0, 1.0]})
    r = calculate(with_default("name_f", {"coal": 2.5, "wood": 0.25}), table)
    assert r.RE.magnitude == 10 * 0.25 + 2.5
    assert r.table("f")["EF [tCO2/t]"].to_dict() == {"wood": 0.25, "coal": 2.5}


@pytest.mark.parametrize(
    ("by", "values", "given"),
    [
        ("fuel", {"coal": 2.5}, {"fuel": ["coal", "peat"]}),
        ("size", {"[0, 10)": 1.0}, {"size": [5, 10]}),
        ("size", {"[0, 10)": 1.0, "[20, 30]": 1.0}, {"size": [0, 15, 30]}),
    ],
)
def test_a_class_or_number_without_an_entry_is_refused(by, values, given):
    ((_, keys),) = given.items()
    with pytest.raises(InputError, match=r"class"):
        calculate(with_default(by, values), m=np.ones((len(keys), 1)), **given)


def test_floats_go_through_unchanged_by_the_engine():
    m = methodology(RE=("RE_p", "", lambda v: v / 3 * 7 - math.pi))
    assert calculate(m, v=0.1).RE.magnitude == 0.1 / 3 * 7 - math.pi
