"""First-order decay of VN_AM004 against vectors worked out from the tool's equations, against what a published program
makes of the IPCC's equations, and against a decay in steps."""

from itertools import accumulate

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from solid_waste_vectors import FACTOR_BEFORE_SUM, IPCC, LIMIT, MONTHLY, VECTORS

from jcm_calc import calculate

# The rest of the methodology is kept out of the way: no biogas, no electricity.
NOTHING_ELSE = {"NCV_BG": 0.02, "EF_CO2_RF": 0.06, "EF_elec": 0.5}


def methane(waste, disposed, factors, periods, **steps):
    """Return the library's RE by period: ``disposed`` is tonnes by type and step of disposal."""
    amounts = np.array(list(disposed.values()))
    nothing = np.zeros(len(periods))
    result = calculate(
        "VN_AM004",
        W=amounts,
        DOC=[waste[kind]["DOC"] for kind in disposed],
        k=[waste[kind]["k"] for kind in disposed],
        p=periods,
        BG=nothing,
        EC_PJ=nothing,
        **NOTHING_ELSE,
        **factors,
        **steps,
    )
    return result.RE.magnitude


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_yearly_form(vector):
    years = len(next(iter(vector["W"].values())))
    periods = [str(2000 + step) for step in vector["steps"]]
    found = methane(
        vector["waste"],
        vector["W"],
        vector["factors"],
        periods,
        decay_form="yearly",
        x_year=[2001 + number for number in range(years)],
    )
    assert [round(value, vector["decimals"]) for value in found] == vector["emitted"]


def test_constant_disposal_tends_to_what_is_disposed_of_in_a_year():
    constant = VECTORS[0]
    found = methane(
        constant["waste"],
        {"food": [1000.0] * 60},
        constant["factors"],
        ["2050"],
        decay_form="yearly",
        x_year=[1991 + number for number in range(60)],
    )
    assert pytest.approx(FACTOR_BEFORE_SUM * 1000 * 0.15) == LIMIT
    assert found == pytest.approx(LIMIT, rel=1e-9)


def test_the_monthly_form():
    months = len(MONTHLY["W"]["food"])
    found = methane(
        MONTHLY["waste"],
        MONTHLY["W"],
        MONTHLY["factors"],
        [f"{2001 + number // 12}-{number % 12 + 1:02}" for number in range(months)],
        decay_form="monthly",
        x_month=np.arange(1.0, months + 1),
        p_month=np.arange(1.0, months + 1),
    )
    for first, last, emitted in MONTHLY["summed"]:
        assert round(found[first - 1 : last].sum(), MONTHLY["decimals"]) == emitted


def test_a_published_program_of_the_inventory_guidelines_gives_the_same():
    """The figures that the library offers by name are those of its tables; φ 1 and GWP are no part of its equations."""
    *disposals, _ = years = range(2001, 2001 + len(IPCC["emitted"]))
    rows = pd.MultiIndex.from_product([IPCC["W"], disposals], names=["j", "x"])
    result = calculate(
        "VN_AM004",
        W=pd.Series(np.ravel(list(IPCC["W"].values())), rows),
        x_year=pd.Series(disposals, pd.Index(disposals, name="x")),
        p=[str(year) for year in disposals],
        DOC="TOOL04, wet basis",
        k="tropical, wet",
        MCF="TOOL04, unmanaged, deep or high water table",
        DOC_f="TOOL04",
        F="TOOL04",
        OX=IPCC["OX"],
        f=IPCC["recovered"],
        φ=1,
        GWP_CH4="AR5",
        decay_form="yearly",
        BG=np.zeros(len(disposals)),
        EC_PJ=np.zeros(len(disposals)),
        **NOTHING_ELSE,
    )
    year_after = dict(zip(years, IPCC["emitted"], strict=True))
    assert result.RE.magnitude == pytest.approx([28 * year_after[year + 1] for year in disposals], rel=1e-12)


@given(
    st.lists(st.floats(0, 1e5), min_size=1, max_size=8),
    st.floats(0.01, 0.5),
    st.floats(0.01, 0.5),  # more than that is not plausible
)
def test_the_sum_over_years_equals_a_stock_that_decays(tonnes, k, doc):
    stocks = accumulate(tonnes, lambda stock, added: stock * np.exp(-k) + added * doc, initial=0.0)
    emitted = [FACTOR_BEFORE_SUM * stock * (1 - np.exp(-k)) for stock in list(stocks)[1:]]
    found = methane(
        {"food": {"DOC": doc, "k": k}},
        {"food": tonnes},
        VECTORS[0]["factors"],
        [str(2001 + number) for number in range(len(tonnes))],
        decay_form="yearly",
        x_year=[2001 + number for number in range(len(tonnes))],
    )
    np.testing.assert_allclose(found, emitted, rtol=1e-12, atol=1e-9)
