"""Monitoring periods: split at every 31 December, and kept within the crediting period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.periods import Period, outside_crediting, split_at_years
from jcm_calc.readings import clock
from jcm_calc.units import is_missing
from jcm_calc.units.dates import day

ONE_DAY = timedelta(days=1)


def sheets_of(p: Any, crediting: tuple[Any, Any], problems: list[Problem]) -> list[Period]:
    """Return the periods that report sheets cover, within the crediting period."""
    found: list[Period] = []
    bounds = [_day(one, problems) for one in crediting]
    if p is None:
        problems.append(Problem("p", _("missing: the monitoring period, such as '2024' or '2024-07-01/2025-06-30'")))
    periods: Sequence[Period] = ()
    try:
        periods = named_periods(p).labels if p is not None else ()
    except ValueError as error:
        problems.append(Problem("p", str(error)))
    for period in periods:
        if period.first is None or period.last is None:
            problems.append(
                Problem("p", _("{period} has no dates: readings need first and last day").format(period=period))
            )
        elif period.first.year not in clock.YEARS or period.last.year not in clock.YEARS:
            complaint = _("{period} lies outside the years {first} to {last}, of which readings can be")
            problems.append(Problem("p", complaint.format(period=period, first=clock.YEARS[0], last=clock.YEARS[-1])))
        else:
            found += split_at_years(period)
    for period in found:
        problems += outside_crediting(period, *bounds)
    return found


def _day(given: Any, problems: list[Problem]) -> date | None:
    """Return the first or last day of the crediting period, where it is known."""
    if is_missing(given):
        return None
    try:
        return day(given)
    except ValueError as error:
        problems.append(Problem("crediting", str(error)))
        return None


def span(period: Period, where: tzinfo) -> tuple[int, int]:
    """Return the instants at which a period begins and ends."""
    first, last = period.ends
    return clock.midnight(first, where), clock.midnight(last + ONE_DAY, where)
