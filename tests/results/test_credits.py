"""Whole tonnes by calendar year: cut, never rounded up, and no tonne lost to floating-point dust."""

import math
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_calc import Methodology, UnconfirmedError, calculate
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_calc.inputs import Period
from jcm_calc.inputs.monitored_table import MonitoredTable
from jcm_calc.results.credits import Item, check_years, monitoring_items, whole_tonnes

READ = primary(Source("the approved document"))

# Whole tonnes


@pytest.mark.parametrize(
    ("reductions", "tonnes"),
    [
        (0.0, 0),
        (-0.0, 0),
        (0.999, 0),
        (1 - 1e-6, 0),
        (1.0, 1),
        (25.81, 25),
        (25.999999, 25),
        (750.171, 750),
        (-0.5, 0),
        (-1.0, 0),
        (-1e9, 0),
        (0.1 + 0.2 + 0.7, 1),
        (295.99622, 295),
        (8_399_999.5, 8_399_999),
    ],
)
def test_amounts_are_cut_to_whole_tonnes(reductions, tonnes):
    assert whole_tonnes(reductions) == tonnes
    assert isinstance(whole_tonnes(reductions), int)


def test_the_dust_of_a_million_additions_costs_no_tonne():
    assert whole_tonnes(8_399_999.99993) == 8_400_000
    assert whole_tonnes(8_399_999.9998) == 8_399_999


@pytest.mark.parametrize("amount", [8.4, 0.7, 1.1, 3.3, 0.001])
def test_a_million_units_are_added_up_without_losing_a_tonne(amount):
    units = np.full((1_000_000, 1), amount)
    result = calculate("PW_AM001", EG=units, EF_RE=1)
    assert result.ER.magnitude[0] == pytest.approx(amount * 1e6, rel=1e-12)
    assert result.by_year()["tonnes"].tolist() == [round(amount * 1e6)]


@given(st.decimals("0", "10000", places=6))
def test_a_decimal_amount_is_cut_as_on_paper(amount):
    assert whole_tonnes(float(amount)) == int(amount.to_integral_value(ROUND_FLOOR))


@given(st.lists(st.decimals("0", "99", places=3), min_size=1, max_size=300))
def test_a_sum_of_decimals_is_cut_as_on_paper(amounts):
    exact = sum(amounts, Decimal(0))
    total = 0.0
    for amount in amounts:
        total += float(amount)
    assert whole_tonnes(total) == int(exact)


@given(st.integers(0, 10**9), st.floats(-0.9, 0.9))
def test_only_dust_is_forgiven(tonnes, share):
    allowance = max(1e-9, 1e-11 * tonnes)
    if tonnes <= 1e6:  # above, a float does not hold so small a difference exactly
        assert whole_tonnes(tonnes + share * allowance) == tonnes
    assert whole_tonnes(float(Fraction(tonnes) - Fraction(1, 50))) == max(tonnes - 1, 0)
    assert whole_tonnes(float(Fraction(tonnes) + Fraction(49, 50))) == tonnes


@given(st.floats(-1e12, 0))
def test_a_negative_amount_gives_no_tonnes(reductions):
    assert whole_tonnes(reductions) == 0


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_more_reductions_never_give_fewer_tonnes(one, other):
    assert whole_tonnes(min(one, other)) <= whole_tonnes(max(one, other))


@given(st.floats(0, 1e12))
def test_at_most_a_tonne_is_cut_and_none_is_made(reductions):
    cut = Fraction(reductions) - whole_tonnes(reductions)
    assert -max(Fraction(1, 10**9), Fraction(reductions) / 10**11) * Fraction(1001, 1000) <= cut < 1


# Calendar years


@pytest.mark.parametrize(
    ("period", "until", "since"),
    [
        ("2023-07-01/2024-06-30", "2023-12-31", "2024-01-01"),
        ("2020-12-31/2021-01-01", "2020-12-31", "2021-01-01"),
        ("2019-01-01/2024-12-31", "2019-12-31", "2020-01-01"),
    ],
)
def test_a_period_in_two_years_is_refused_with_a_word_on_how_to_split_it(period, until, since):
    with pytest.raises(ValueError, match="several calendar years") as caught:
        check_years([Period.parse("2018"), Period.parse(period)])
    assert period in str(caught.value)
    assert f"up to {until} and from {since} as two periods" in str(caught.value)


@pytest.mark.parametrize("periods", [["2024"], ["2023-07-01/2023-12-31", "2024-01-01/2024-03-31"], ["1", "2"]])
def test_periods_within_one_year_and_undated_ones_are_taken(periods):
    assert check_years([Period.parse(period) for period in periods]) is None


def solar(amounts, p=None):
    """Whole tonnes of one PV system, which reduces emissions by the amounts given."""
    return calculate("PW_AM001", EG=[amounts], EF_RE=1, p=p).by_year()


def test_periods_of_one_year_are_added_before_the_cut():
    frame = solar([0.6, 0.6, 2.5], ["2023-07-01/2023-09-30", "2023-10-01/2023-12-31", "2024"])
    assert frame.index.tolist() == [2023, 2024]
    assert frame["tonnes"].tolist() == [1, 2]
    assert frame["ER"].tolist() == [1.2, 2.5]


def test_undated_periods_keep_rows_of_their_own():
    frame = solar([0.6, 0.6, 2.5])
    assert frame.index.isna().all()
    assert frame["tonnes"].tolist() == [0, 0, 2]
    assert frame["ER"].tolist() == [0.6, 0.6, 2.5]


def test_a_year_of_negative_reductions_is_shown_but_not_netted_against_another():
    chillers = {"COP_PJ": 1.0, "application": "individual quick freezer", "EF_elec": 1.0}
    # a COP of 1.0 against 1.32 makes emissions; in the other year nothing runs, then a better machine
    frame = calculate("ID_AM003", EC_PJ=[[132.0, 0.0]], p=["2023", "2024"], **chillers).by_year()
    assert frame.loc[2023, "ER"] == pytest.approx(100 - 132)
    assert frame["tonnes"].tolist() == [0, 0]
    mixed = pd.DataFrame({"i": ["a"] * 2, "p": ["2023", "2024"], "PH": [1000.0, 1000.0], "HMP": [8000.0, 0.0]})
    frame = calculate("MN_AM002", mixed, RPC=20.0, η_RE=0.6, η_PJ=0.75, EF_CO2_coal=0.1, EF_CO2_grid=1.0).by_year()
    saved = 1000 * (1 / 0.6 - 1 / 0.75) * 0.1
    assert frame["ER"].tolist() == pytest.approx([saved - 160, saved])
    assert frame["tonnes"].tolist() == [0, math.floor(saved)]
    assert frame["tonnes"].sum() == 33


# What a claim rests on


def heated(entries, by="size"):
    """A methodology with a default by class or by size."""
    m = Methodology(
        "XX_AM009", version="1.0", title="Test", country="XX", sectoral_scope=1, indices={"i": "boiler", "p": "period"}
    )
    m.monitored("Q_i,p", "GJ", extensive=True, text="heat")
    if by == "size":
        m.fixed("size,i", "kW", text="size")
    else:
        m.class_key(f"{by},i", text="class")
    m.default("EF,i", "tCO2/GJ", by=by, text="factor", evidence=READ, values=entries)
    m.equation("RE_i,p", "tCO2", name="RE_i", evidence=READ, text="")(lambda Q, EF: Q * EF)
    m.equation("RE_p", "tCO2", name="RE", total="i", evidence=READ, text="")(lambda RE_i: RE_i)
    m.equation("PE_p", "tCO2", name="PE", evidence=READ, text="")(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", evidence=READ, text="")(lambda RE, PE: RE - PE)
    return m


def defaults(result):
    """Detail and grade of every default that a result rests on."""
    return [(item.detail, str(item.evidence.grade)) for item in result.items if item.kind == "default"]


@pytest.mark.parametrize(
    ("sizes", "used"),
    [
        ([100.0], ["[0, 300): 0.1"]),
        ([0.0, 299.9], ["[0, 300): 0.1"]),
        ([300.0], ["[300, 450): 0.2"]),
        ([449.0], ["[300, 450): 0.2"]),
        ([450.0], ["[450, 900): 0.3"]),
        ([100.0, 450.0], ["[0, 300): 0.1", "[450, 900): 0.3"]),
    ],
)
def test_a_claim_rests_on_the_rows_of_a_table_that_are_used(sizes, used):
    m = heated({"[0, 300)": 0.1, "[300, 450)": Value(0.2, unconfirmed("recalled")), "[450, 900)": 0.3})
    result = calculate(m, Q=[[1.0]] * len(sizes), size=sizes)
    assert [detail.removesuffix(" tCO2/GJ") for detail, _ in defaults(result)] == used
    assert [grade for _, grade in defaults(result)] == [
        "unconfirmed" if "300, 450" in detail else "primary" for detail in used
    ]


@pytest.mark.parametrize(
    ("given", "detail", "grade"),
    [
        ([0.1, 0.07], "2 values", "primary"),  # what the document says
        ([0.1, 0.08], "2 values", "unconfirmed"),
        ([0.07, 0.1], "2 values", "unconfirmed"),
        ([0.1, 0.1], "0.1 tCO2/GJ", "unconfirmed"),
    ],
)
@pytest.mark.filterwarnings("ignore:fuel,i. is given but")
def test_values_by_hand_are_held_against_the_table_of_the_document(given, detail, grade):
    m = heated({"coal": 0.1, "oil": 0.07}, by="fuel")
    result = calculate(m, Q=[[1.0], [2.0]], fuel=["coal", "oil"], EF=given, override="a test")
    assert defaults(result) == [(detail, grade)]


def test_values_by_hand_without_their_class_are_nobodys():
    result = calculate(heated({"coal": 0.1, "oil": 0.1}, by="fuel"), Q=[[1.0], [2.0]], EF=0.1)
    assert defaults(result) == [("0.1 tCO2/GJ", "unconfirmed")]


@pytest.mark.parametrize(("source", "section"), [("CDM TOOL, 5.2", "CDM TOOL, 5.2"), ("", "CDM")])
def test_rules_for_readings_are_items_of_the_claim(source, section):
    rule = {"grade": "secondary", "note": "as read", "source": source, "certainty": None}
    table = MonitoredTable.of(pd.DataFrame(), {"rule_set": "CDM", "rules": {"gaps": rule}})
    (item,) = monitoring_items([table, "a path", None], {})
    assert (item.kind, item.name, item.section, item.detail) == ("scheme rule", "gaps", section, "CDM: as read")
    # a rule without a source has not been read, whatever its grade
    assert item.evidence.confirmed == (source != "")
    assert (item.evidence.source is None) == (source == "")


# The refusal


def test_the_refusal_of_a_claim_lists_every_item_and_its_section():
    items = [
        Item("default", "EF", "section I", unconfirmed("recalled", 85), "0.5 t"),
        Item("choice", "c", "section F", unconfirmed("guessed")),
    ]
    error = UnconfirmedError("XX_AM001 ver 1.0", items)
    assert error.missing == tuple(items)
    first, *lines = str(error).splitlines()
    assert "XX_AM001 ver 1.0" in first
    assert "2 items" in first
    assert lines == [
        "  section F",
        "    choice c: Not verified against the methodology. Basis: guessed",
        "  section I",
        "    default EF (0.5 t): Not verified against the methodology. Basis: recalled",
    ]
