"""Emission reductions expected at the end of a year, from those of the year so far and of earlier years.

Each month is expected to have the share that it had in earlier years: this year's months are the earlier ones times a
level, which is fitted by least squares. The interval is the prediction interval of this regression, with Student's t.
It takes the months as independent, so that it is too narrow where a fault or a change of use lasts.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from jcm_calc.base.languages import _
from jcm_calc.inputs.periods import Period
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.results.status import Basis, Forecast, MonthForecast, Plan

CONFIDENCE = 0.9
# Student's t for 5 % on each side, by degrees of freedom from 1 on; for more than there are, the last is too large
T = (
    *(6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812),
    *(1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725),
    *(1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697),
)
FEWEST = 2  # degrees of freedom for an interval
SEASONAL = _(
    "the months that are left have the reductions of the same months in {years}, times the level of this year; "
    "the interval is the 90 % prediction interval of the regression of this year's months on the earlier ones"
)
SCALED = _(
    "no complete earlier year is on file: the plan for the days that are left, times the reductions to date "
    "divided by the plan to date; no interval"
)
TOO_LITTLE = _("no complete earlier year is on file, and no plan is stated")


def forecast(
    year: Period, so_far: Period | None, reductions: float | None, months: Mapping[Period, float], plan: Plan | None
) -> Forecast:
    """Return what is expected at the end of a year, from tCO2 of its days so far, if they are known.

    ``months`` has the tCO2 of the months of ``so_far``, the last maybe in part, and of earlier years.
    """
    if so_far is None or reductions is None:
        return Forecast(Basis.NONE, method=_("the reductions to date are not known"))
    if so_far == year:
        return _of(Basis.COMPLETE, reductions, reductions, reductions)
    profile = _profile(months, year)
    if profile is not None:
        return _seasonal(year, so_far, reductions, months, *profile)
    if plan is not None and plan.so_far > 0:
        return replace(_of(Basis.PLAN, reductions * plan.ER / plan.so_far, None, None), method=SCALED)
    return Forecast(Basis.NONE, method=TOO_LITTLE)


def _of(basis: Basis, total: float, low: float | None, high: float | None) -> Forecast:
    tonnes, tonnes_low, tonnes_high = (None if one is None else whole_tonnes(one) for one in (total, low, high))
    return Forecast(basis, total, low, high, CONFIDENCE, "", (), tonnes, tonnes_low, tonnes_high)


def _profile(
    months: Mapping[Period, float], year: Period
) -> tuple[tuple[int, ...], dict[int, float], float, int] | None:
    """Return the complete earlier years, tCO2 a day of each month, and the sum of squares with its freedom."""
    of: dict[int, dict[int, float]] = {}
    for one, amount in months.items():
        if one.first is None or one.year is None or one.year == year.year:
            continue
        if one.days == monthrange(one.year, one.first.month)[1]:  # of a part of a month, the rest is not known
            of.setdefault(one.year, {})[one.first.month] = amount / one.days
    whole = {number: found for number, found in of.items() if len(found) == 12}
    if not whole:
        return None
    profile = {month: sum(found[month] for found in whole.values()) / len(whole) for month in range(1, 13)}
    squares = 0.0
    for number, found in whole.items():
        level = sum(found.values()) / total if (total := sum(profile.values())) else 1.0
        for month, amount in found.items():
            days = monthrange(number, month)[1]
            squares += ((amount - level * profile[month]) * days) ** 2
    return tuple(sorted(whole)), profile, squares, 11 * (len(whole) - 1)


def _seasonal(
    year: Period,
    so_far: Period,
    reductions: float,
    months: Mapping[Period, float],
    years: Sequence[int],
    profile: Mapping[int, float],
    squares: float,
    freedom: int,
) -> Forecast:
    (_first, until), (_begin, end) = so_far.ends, year.ends
    number = until.year
    # a month of which more is left than is there tells little about its level
    elapsed = [
        (amount, profile[one.first.month] * one.days)
        for one, amount in months.items()
        if one.year == year.year and one.first is not None and 2 * one.days > monthrange(number, one.first.month)[1]
    ]
    weight = sum(expected**2 for _amount, expected in elapsed)
    level = sum(amount * expected for amount, expected in elapsed) / weight if weight else 1.0
    squares += sum((amount - level * expected) ** 2 for amount, expected in elapsed)
    freedom += max(len(elapsed) - 1, 0)
    known = weight > 0 and freedom >= FEWEST
    found, expected, share = list[MonthForecast](), 0.0, 0.0
    for month in range(until.month, end.month + 1):
        days = monthrange(number, month)[1]
        left = days - until.day if month == until.month else end.day if month == end.month else days
        expected += profile[month] * left
        share += left / days
        total = reductions + level * expected
        reach = None
        if known:
            variance = squares / freedom * (share + expected**2 / weight)
            reach = T[min(freedom, len(T)) - 1] * math.sqrt(variance)
        low, high = (None, None) if reach is None else (total - reach, total + reach)
        found.append(MonthForecast(date(number, month, 1), total, low, high))
    whole = _of(Basis.SEASONAL, found[-1].ER, found[-1].low, found[-1].high)
    method = SEASONAL.format(years=", ".join(map(str, years)))
    return replace(whole, method=method, years=tuple(years), months=tuple(found))
