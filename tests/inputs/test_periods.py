"""Monitoring periods: reading, order, gaps, and the sheets that rows fill."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_calc import Methodology, calculate
from jcm_calc.evidence import unconfirmed
from jcm_calc.inputs.periods import Period, cover_faults, order_faults, sheets, within

read = Period.parse
YEAR_2024 = (date(2024, 1, 1), date(2024, 12, 31))
JANUARY = (date(2024, 1, 1), date(2024, 1, 31))


@pytest.mark.parametrize(
    ("given_as", "first_and_last"),
    [
        ("2024", YEAR_2024),
        (2024, YEAR_2024),
        (2024.0, YEAR_2024),
        (np.int64(2024), YEAR_2024),
        ("2024-01", JANUARY),
        ("2024-01-01/2024-01-31", JANUARY),
        ("2024-01-01 / 2024-01-31", JANUARY),
        ("2024-01-01 00:00:00/2024-01-31 00:00:00", JANUARY),
        ("1/Jan/2024-31/Jan/2024", JANUARY),
        ("1 January 2024 – 31 january 2024", JANUARY),
        (("2024-01-01", date(2024, 1, 31)), JANUARY),
        (pd.Period("2024-01", freq="M"), JANUARY),
        (pd.Period("2024", freq="Y"), YEAR_2024),
        (np.datetime64("2024-01"), JANUARY),
        (date(2024, 1, 1), (date(2024, 1, 1), date(2024, 1, 1))),
        (pd.Timestamp("2024-01-01"), (date(2024, 1, 1), date(2024, 1, 1))),
        (np.datetime64("2024-01-01", "ns"), (date(2024, 1, 1), date(2024, 1, 1))),
    ],
)
def test_periods_are_read(given_as, first_and_last):
    period = read(given_as)
    assert (period.first, period.last) == first_and_last


def test_quarters_of_pandas_are_whole_quarters():
    assert str(read(pd.Period("2024Q2"))) == "2024-04-01/2024-06-30"


@pytest.mark.parametrize("label", ["1", 12, "007"])
def test_up_to_three_digits_are_a_label_without_dates(label):
    assert not read(label).dated
    assert str(read(label)) == str(label)


@pytest.mark.parametrize(
    ("given_as", "complaint"),
    [
        ("nonsense", "'nonsense' is not a period: write a year (2024)"),
        ("2024-13", "no such day"),
        ("2024-02-30", "no such day"),
        ("0000", "no such day"),
        ("01/02/2017-31/12/2017", "read in two ways: write dates as 2024-01-31"),
        ("12-12-2024", "read in two ways"),
        ("3.4.2024", "read in two ways"),
        ("31/Dec/2024-1/Jan/2024", "the last day is before the first"),
        ("1/Janu/2024", "not a date that can be read in one way only"),
        ("２０２４", "full-width characters: write 2024"),
        ("2024/1/1", "is not a period"),
        ("", "is empty"),
        (None, "is empty"),
        (float("nan"), "is empty"),
        (pd.NaT, "is empty"),
        (pd.NA, "is empty"),
        (2024.5, "is not a period"),
        (True, "is not a period"),
        ({}, "is not a period"),
        (("2024", "2025"), "not a date that can be read in one way only"),
        (datetime(2024, 1, 1, 5), "a time of day"),
        (pd.Period("2024-01-01 05:00", freq="h"), "a time of day"),
    ],
)
def test_anything_else_is_refused_with_a_word(given_as, complaint):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        read(given_as)
    assert complaint in str(refusal.value)


DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@given(DAYS, DAYS)
def test_a_period_is_read_back_from_its_text(one, other):
    period = Period.of(min(one, other), max(one, other))
    assert read(str(period)) == period


@given(st.integers(min_value=1990, max_value=2100), st.integers(min_value=1, max_value=12))
def test_months_and_years_are_read_back_from_their_text(year, month):
    for text in (f"{year:04}", f"{year:04}-{month:02}"):
        assert str(read(text)) == text


def test_days_count_both_ends_and_the_leap_day():
    assert [read(text).days for text in ("2024", "2023", "2024-02", "2024-02-28/2024-03-01")] == [366, 365, 29, 3]


def test_a_period_over_the_end_of_a_year_has_no_year():
    assert read("2024-07-01/2025-06-30").year is None
    assert read("2024").year == 2024
    with pytest.raises(ValueError, match="undated"):
        read("1").days  # noqa: B018


def periods(*texts):
    return [read(text) for text in texts]


def test_rows_of_a_calendar_year_fill_one_sheet():
    rows = periods("2023-12", "2024-01", "2024-02", "2024-03-01/2025-02-28", "2025-03")
    found = [str(sheet) for sheet in sheets(rows)]
    assert found == ["2023-12", "2024-01-01/2024-02-29", "2024-03-01/2025-02-28", "2025-03"]


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        (["2024", "2024-03"], "2024 and 2024-03 overlap"),
        (["2024-01", "2024-01"], "2024-01 and 2024-01 overlap"),
        (["2025", "2024"], "not in order of time: 2024 comes after 2025"),
        (["2", "1"], "not in order of time"),
        (["1", "2024"], "some periods have dates and some have not"),
    ],
)
def test_periods_that_do_not_follow_each_other(texts, complaint):
    (fault,) = order_faults(periods(*texts))
    assert complaint in fault


def test_periods_that_follow_each_other_have_no_fault():
    assert order_faults(periods("2023", "2024-01", "2024-02")) == []
    assert order_faults(periods("1", "2", "10")) == []


def test_rows_lie_within_targets():
    targets = periods("2023", "2025")
    assert within(periods("2022-12", "2023-01", "2024-01", "2025-12", "2023-12-01/2024-01-31"), targets) == [
        -1,
        0,
        -1,
        1,
        -1,
    ]


@pytest.mark.parametrize(
    ("rows", "targets", "named", "complaint"),
    [
        (["2024-01", "2024-03"], ["2024-01-01/2024-03-31"], False, "no row between 2024-01 and 2024-03"),
        (["2023", "2025"], ["2023", "2025"], False, "if that is meant, name the periods with p="),
        (["2024-01", "2024-03"], ["2024-01-01/2024-03-31"], True, "no row between 2024-01 and 2024-03"),
        (["2024-01", "2024-02"], ["2024"], True, "cover 2024-01-01/2024-02-29, not the whole"),
        (["2024-01"], ["2025"], True, "rows 2024-01 lie in none of the periods 2025"),
        (["2024"], ["2024", "2025"], True, "no rows for the period 2025"),
        (["1"], ["2024"], True, "rows 1 lie in none of the periods 2024"),
    ],
)
def test_rows_that_do_not_fill_their_periods(rows, targets, named, complaint):
    (fault,) = cover_faults(periods(*rows), periods(*targets), named)
    assert complaint in fault


@pytest.mark.parametrize(
    ("rows", "targets", "named"),
    [
        (["2023", "2025"], ["2023", "2025"], True),  # gaps between periods that were named are meant
        (["2024-01", "2024-02-01/2024-12-31"], ["2024"], True),
        (["1", "2"], ["1", "2"], False),
    ],
)
def test_rows_that_fill_their_periods(rows, targets, named):
    assert cover_faults(periods(*rows), periods(*targets), named) == []


def test_ten_thousand_faults_make_one_line():
    days = [Period.of(day.date(), day.date()) for day in pd.date_range("2000-01-01", periods=10_000, freq="2D")]
    (fault,) = cover_faults(days, sheets(days), named=False)
    assert "9,994 more" in fault
    assert len(fault) < 600


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("days", [366, 59]),
        ("hours", [8784, 1416]),
        ("year", [2024, 2025]),
        (
            "first_day",
            [738_886, 739_252],
        ),  # days since the beginning of year 1, by the formula of Fliegel and Van Flandern
        ("last_day", [739_251, 739_310]),
    ],
)
def test_what_equations_take_from_a_period(what, expected):
    m = Methodology(
        **{"number": "XX_AM001", "version": "1.0", "title": "Example", "country": "XX", "sectoral_scope": 3},
        indices={"p": "monitoring period"},
    )
    m.coordinate("x", of="p", what=what)
    m.monitored("EC,p", "tCO2", text="emissions")
    for symbol, function in {"RE_p": lambda x: x, "PE_p": lambda EC: EC, "ER_p": lambda RE, PE: RE - PE}.items():
        m.equation(symbol, "tCO2", text="", evidence=unconfirmed("an example"), name=symbol[:2])(function)
    result = calculate(m, EC=[0, 0], p=["2024", "2025-01-01/2025-02-28"])
    assert result.RE.magnitude.tolist() == expected
