"""Monitoring periods: split at every 31 December, and kept within the crediting period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from typing import Any

from jcm_calc.inputs.periods import Period, order_faults
from jcm_calc.languages import _
from jcm_calc.monitoring import clock
from jcm_calc.problems import Problem

ONE_DAY = timedelta(days=1)


def split_at_years(period: Period) -> Iterator[Period]:
    """Yield the part of a period in each calendar year.

    Examples
    --------
    >>> print(*split_at_years(Period.parse("2019-07-13/2021-02-10")))
    2019-07-13/2019-12-31 2020 2021-01-01/2021-02-10
    """
    assert period.first is not None
    assert period.last is not None
    first = period.first
    while first.year < period.last.year:
        yield Period(first, date(first.year, 12, 31))
        first = date(first.year + 1, 1, 1)
    yield Period(first, period.last)


def sheets_of(p: Any, crediting: tuple[date | None, date | None], problems: list[Problem]) -> list[Period]:
    """Return the periods that report sheets cover, within the crediting period."""
    found: list[Period] = []
    if p is None:
        problems.append(Problem("p", _("missing: the monitoring period, such as '2024' or '2024-07-01/2025-06-30'")))
    for one in () if p is None else p if isinstance(p, list) else [p]:
        try:
            period = Period.parse(one)
        except ValueError as error:
            problems.append(Problem("p", str(error)))
            continue
        if period.first is None or period.last is None:
            problems.append(
                Problem("p", _("{period} has no dates: readings need first and last day").format(period=period))
            )
        elif period.first.year not in clock.YEARS or period.last.year not in clock.YEARS:
            complaint = _("{period} lies outside the years {first} to {last}, of which readings can be")
            problems.append(Problem("p", complaint.format(period=period, first=clock.YEARS[0], last=clock.YEARS[-1])))
        else:
            found += split_at_years(period)
    problems += [Problem("p", fault) for fault in order_faults(found)]
    for period in found:
        problems += _outside(period, crediting)
    return found


def _outside(period: Period, crediting: tuple[date | None, date | None]) -> Iterator[Problem]:
    start, end = crediting
    if start is not None and period.first is not None and period.first < start:
        yield Problem("p", _("{period} begins before the crediting period, {start}").format(period=period, start=start))
    if end is not None and period.last is not None and period.last > end:
        yield Problem("p", _("{period} ends after the crediting period, {end}").format(period=period, end=end))


def span(period: Period, where: tzinfo) -> tuple[int, int]:
    """Return the instants at which a period begins and ends."""
    assert period.first is not None
    assert period.last is not None
    return clock.midnight(period.first, where), clock.midnight(period.last + ONE_DAY, where)
