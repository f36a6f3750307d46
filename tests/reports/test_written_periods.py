"""Periods as they are written on sheets of other people."""

from datetime import date

import pytest

from jcm_calc.base.problems import ProblemKind
from jcm_calc.reports.workbook.written_periods import parse, readings

WHOLE = [
    *("2017", "2017年", "CY2017", "year 2017", "2017/1/1~2017/12/31", "2017.01.01-2017.12.31"),
    *("2017.1.1 - 2017.12.31", "2017-01-01 to 2017-12-31", "2017-01-01/2017-12-31", "2017/01/01–2017/12/31"),
    *("1 January 2017 to 31 December 2017", "1 Jan 2017 - 31 Dec 2017", "1/Jan/2017-31/Dec/2017"),
    *("01-Jan-2017 - 31-Dec-2017", "1/Jan/17-31/Dec/17", "1st January 2017 until 31st December 2017"),
    *("January 1, 2017 – December 31, 2017", "Jan. 1, 2017 through Dec. 31, 2017"),
    *("from 1 January 2017 to 31 December 2017",),
    *("2017年1月1日～2017年12月31日", "2017年1月1日から2017年12月31日まで"),
    *("２０１７年１月１日〜２０１７年１２月３１日",),
    *("2017年1月～2017年12月", "Jan 2017 - Dec 2017", "January 2017 to December 2017", "2017/01 - 2017/12"),
    *("01/01/2017-31/12/2017", "01.01.2017 – 31.12.2017", "1/1/2017 to 12/31/2017"),
]  # fmt: skip
TWO_WAYS = ["01/02/2017-31/12/2017", "03/04/2017", "1.2.2017 - 3.4.2017", "01/01/2017-05/06/2017"]
NONE = [
    *("FY2017", "2017年度", "2560", "平成29年1月1日～平成29年12月31日", "2017-13-01", "31/02/2017-31/12/2017"),
    *("2017/12/31~2017/1/1", "1 Janvier 2017", "the year", "2017-01-01 and 2017-12-31", "12/31", "2017 2018", "1-31"),
]  # fmt: skip


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_year_however_it_is_written(text):
    found = parse(text)
    assert (found.first, found.last) == (date(2017, 1, 1), date(2017, 12, 31))


@pytest.mark.parametrize("text", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_not_guessed(text):
    with pytest.raises(ValueError, match="two ways") as raised:
        parse(text)
    assert any(kind is ProblemKind.AMBIGUOUS_DATE for kind, _ in raised.value.args[0].tags())
    assert len(readings(text)) > 1


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


FIRST = ["2017/7/1", "1 July 2017", "2017年7月1日", date(2017, 7, 1), "July 2017", "1/Jul/17"]
LAST = ["2017.12.31", "31 Dec 2017", "31/12/2017", date(2017, 12, 31), "2017年12月", "Dec 31, 2017"]


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("last", LAST)
def test_first_and_last_day_in_two_cells(first, last):
    found = parse((first, last))
    assert (found.first, found.last) == (date(2017, 7, 1), date(2017, 12, 31))
