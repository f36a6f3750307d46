"""Monitoring periods: from first to last day, both included."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, ProblemKind, listed, shown
from jcm_calc.units import is_missing
from jcm_calc.units.dates import ISO_DATE, NAMED_DATE, TimeOfDayError, calendar_day, day, plain

DAYS = re.compile(rf"({ISO_DATE.pattern}|{NAMED_DATE.pattern})(?:\s*[/–-]\s*(.+))?", re.ASCII)
NUMBERS_ONLY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*", re.ASCII)
ONE_DAY = timedelta(days=1)
# Frequencies of pandas whose dates are the first, or the last, days of their periods.
OF_FIRST_DAYS = ("D", "MS", "QS", "YS", "SMS")
OF_LAST_DAYS = ("ME", "QE", "YE", "W")
# The scheme began in 2013; projects plan some decades ahead. 1403 and 1445 are years of other calendars.
YEARS = range(1990, 2101)
# How many faulty periods of a list are shown.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Period:
    """A dated period, or a bare label where no dates were given.

    Examples
    --------
    >>> print(Period.parse("2024"), Period.parse("2024-02").days)
    2024 29
    >>> print(Period.parse("1/Jan/2017-31/Dec/2017"))
    2017
    >>> print(Period.parse("2024-07-01/2025-06-30"))
    2024-07-01/2025-06-30
    """

    first: date | None
    last: date | None
    label: str = ""

    @classmethod
    def parse(cls, given: Any) -> Period:
        """Read a year, a month, a day or a range of days; up to three digits are a label without dates.

        Raises
        ------
        ValueError
            If it is not one of these, or can be read in two ways (``01/02/2017``).
        """
        if isinstance(given, Period):
            return given
        if is_missing(given):
            raise ValueError(_("is empty"))
        if hasattr(given, "start_time") and hasattr(given, "freq"):  # pandas.Period
            return cls.of(day(given.start_time), day((given + 1).start_time) - ONE_DAY)
        if isinstance(given, tuple) and len(given) == 2:
            return cls.of(day(given[0]), day(given[1]))
        if isinstance(given, date):
            return cls.of(day(given), day(given))
        if isinstance(given, float) and given.is_integer():  # years in a column that has gaps
            given = int(given)
        text = plain(given)
        if re.fullmatch(r"\d{1,3}", text):
            return cls(None, None, text)
        if match := re.fullmatch(r"(\d{4})", text):
            year = int(match[1])
            return cls.of(calendar_day(text, year, 1, 1), calendar_day(text, year, 12, 31))
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            first = calendar_day(text, int(match[1]), int(match[2]), 1)
            return cls.of(first, first.replace(day=monthrange(first.year, first.month)[1]))
        if match := DAYS.fullmatch(text):
            return cls.of(day(match[1]), day(match[match.re.groups] or match[1]))
        if NUMBERS_ONLY.fullmatch(text):
            two_ways = _("{given} can be read in two ways: write dates as 2024-01-31 or 31/Jan/2024")
            raise ValueError(two_ways.tagged(ProblemKind.AMBIGUOUS_DATE).format(given=repr(text)))
        complaint = _(
            "{given} is not a period: write a year (2024), a month (2024-03), "
            "or first and last day (2024-01-01/2024-06-30 or 1/Jan/2024-30/Jun/2024)"
        )
        raise ValueError(complaint.format(given=shown(given)))

    @classmethod
    def of(cls, first: date, last: date) -> Period:
        """Return the period from first to last day.

        Raises
        ------
        ValueError
            If it ends before it begins, or is in years that no project has.
        """
        if odd := [one for one in (first, last) if one.year not in YEARS]:
            complaint = _("{given} is not between {first} and {last}: is it a slip, or a year of another calendar?")
            raise ValueError(complaint.format(given=odd[0].year, first=YEARS[0], last=YEARS[-1]))
        if last < first:
            raise ValueError(_("{first}/{last}: the last day is before the first").format(first=first, last=last))
        return cls(first, last)

    @property
    def dated(self) -> bool:
        """Whether first and last day are known."""
        return self.first is not None

    @property
    def ends(self) -> tuple[date, date]:
        """The first and the last day of a dated period."""
        if self.first is None or self.last is None:
            raise ValueError("an undated period has no days")
        return self.first, self.last

    @property
    def days(self) -> int:
        """The number of days, first and last included."""
        first, last = self.ends
        return (last - first).days + 1

    @property
    def year(self) -> int | None:
        """The calendar year, or None where the period is undated or lies in several."""
        if self.first is None or self.last is None or self.first.year != self.last.year:
            return None
        return self.first.year

    @property
    def order(self) -> tuple[date, date, int]:
        """A key by which periods sort in time; undated ones by their number, before all others."""
        if self.first is None or self.last is None:
            return date.min, date.min, int(self.label)
        return self.first, self.last, 0

    def __str__(self) -> str:
        first, last = self.first, self.last
        if first is None or last is None:
            return self.label
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return f"{first.year:04}"
        month = (first.year, first.month) == (last.year, last.month)
        if month and first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
            return f"{first.year:04}-{first.month:02}"
        return f"{first}/{last}"


def several(given: Any) -> list[Period]:
    """Read several periods: a list, a range, an Index or a Series.

    Timestamps of a known frequency, as of `pandas.date_range`, are the periods of that frequency. Days
    that are the first ones of consecutive months, or of consecutive years, are those months or years.

    Examples
    --------
    >>> print(*several(["2024-01-01", "2024-02-01"]))
    2024-01 2024-02
    >>> import pandas as pd
    >>> print(*several(pd.date_range("2024-01-01", periods=2, freq="YS")))
    2024 2025
    """
    given = of_frequency(given)
    periods, complaints, faults = [], list[str](), 0
    for one in given:
        try:
            periods.append(Period.parse(one))
        except TimeOfDayError as error:
            complaint = _("{error}; a period is whole days: jcm_calc.monitor sums readings within a day")
            raise ValueError(complaint.format(error=error)) from None
        except ValueError as error:
            faults += 1
            complaints += [str(error)] if faults <= SHOWN else []
    if complaints:
        raise ValueError(listed(complaints, faults, SHOWN))
    return of_days(periods)


def of_frequency(index: Any) -> Any:
    """Return the days of a DatetimeIndex as periods, where its frequency is known and tells them; others as they are.

    pandas dates ``MS`` by its first day and ``ME`` by its last one, also in ``3ME``.
    """
    step = getattr(index, "freq", None)
    if step is None or not hasattr(index, "normalize") or index.tz is not None:
        return index
    if any(one != one.normalize() for one in index):
        return index
    kind = step.rule_code.partition("-")[0]
    if kind in OF_FIRST_DAYS:
        return [Period.of(day(one), day(one + step) - ONE_DAY) for one in index]
    if kind in OF_LAST_DAYS:
        return [Period.of(day(one - step) + ONE_DAY, day(one)) for one in index]
    return index


def of_days(periods: Sequence[Period]) -> list[Period]:
    """Return the months or years that days stand for, where they are the first ones of consecutive months or years."""
    ordered = sorted(set(periods), key=lambda period: period.order)
    if len(ordered) < 2 or any(period.first is None or period.first != period.last for period in ordered):
        return list(periods)
    days = [period.first for period in ordered if period.first is not None]
    if any(later - earlier == ONE_DAY for earlier, later in itertools.pairwise(days)):
        return list(periods)  # rows of days
    for form in ("%Y-%m", "%Y"):
        whole = [Period.parse(day.strftime(form)) for day in days]
        if [one.first for one in whole] == days and not any(map(_apart, whole, whole[1:])):
            meant = dict(zip(ordered, whole, strict=True))
            return [meant[period] for period in periods]
    complaint = _(
        "{days} are single days, not consecutive months: write months as 2024-01; in pandas, "
        "df['p'] = pd.to_datetime(df['p']).dt.to_period('M'), or 'Y' for years"
    )
    raise ValueError(complaint.format(days=listed(days, limit=3)))


def outside_crediting(period: Period, start: Any, end: Any) -> Iterator[Problem]:
    """Complain of a period that begins before, or ends after, the crediting period, as far as its days are known."""
    if isinstance(start, date) and period.first is not None and period.first < start:
        yield Problem("p", _("{period} begins before the crediting period, {start}").format(period=period, start=start))
    if isinstance(end, date) and period.last is not None and period.last > end:
        yield Problem("p", _("{period} ends after the crediting period, {end}").format(period=period, end=end))


def split_at_years(period: Period) -> Iterator[Period]:
    """Yield the part of a period in each calendar year."""
    if period.first is None or period.last is None:
        yield period
        return
    for year in range(period.first.year, period.last.year + 1):
        yield Period(max(period.first, date(year, 1, 1)), min(period.last, date(year, 12, 31)))


def split_at_months(period: Period) -> Iterator[Period]:
    """Yield the part of a dated period in each month."""
    first, last = period.ends
    while first <= last:
        begin_of_next = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield Period(first, min(begin_of_next - ONE_DAY, last))
        first = begin_of_next


def sheets(rows: Sequence[Period]) -> list[Period]:
    """Return the periods that report sheets cover: one a calendar year, or the part that has rows.

    A row that lies in two years, or that has no dates, stays as it is.
    """
    found: list[Period] = []
    for row in rows:
        if found and row.year is not None and found[-1].year == row.year:
            found[-1] = Period(found[-1].first, row.last)
        else:
            found.append(row)
    return found


def within(rows: Sequence[Period], targets: Sequence[Period]) -> list[int]:
    """Return, for each row, the number of the target period it lies in, or −1."""
    same = {target: number for number, target in enumerate(targets)}
    starts = [target.first for target in targets if target.first is not None]
    found = []
    for row in rows:
        number = same.get(row, -1)
        if number < 0 and row.first is not None and row.last is not None and starts:
            near = bisect_right(starts, row.first) - 1
            last = targets[near].last
            number = near if near >= 0 and last is not None and row.last <= last else -1
        found.append(number)
    return found


def order_faults(periods: Sequence[Period]) -> list[str]:
    """Return what keeps periods from following each other in time."""
    if len({period.dated for period in periods}) > 1:
        return [_("some periods have dates and some have not: give all of them dates")]
    overlapping, backwards = list[str](), list[str]()
    for before, after in itertools.pairwise(periods):
        if before.last is not None and after.first is not None and before.last < after.first:
            continue
        if after == before or (after.order > before.order and after.dated):
            overlapping.append(_("{before} and {after}").format(before=before, after=after))
        elif after.order < before.order:
            backwards.append(_("{after} comes after {before}").format(after=after, before=before))
    found = list[str]()
    if overlapping:
        found.append(_("the periods {periods} overlap").tagged(ProblemKind.OVERLAP).format(periods=listed(overlapping)))
    if backwards:
        found.append(_("the periods are not in order of time: {periods}").format(periods=listed(backwards)))
    return found


def cover_faults(rows: Sequence[Period], targets: Sequence[Period], named: bool) -> list[str]:
    """Return what keeps rows, in order of time, from filling the target periods exactly.

    ``named`` says whether the user named the targets; then there may be gaps between them.
    """
    numbers = within(rows, targets)
    outside = [row for row, number in zip(rows, numbers, strict=True) if number < 0]
    empty = [target for number, target in enumerate(targets) if number not in set(numbers)]
    gaps = [
        _("{before} and {after}").format(before=before, after=after)
        for (before, one), (after, other) in itertools.pairwise(zip(rows, numbers, strict=True))
        if (one == other >= 0 or not named) and _apart(before, after)
    ]
    found = list[str]()
    if outside:
        complaint = _("its rows {rows} lie in none of the periods {periods}")
        found.append(complaint.format(rows=listed(outside), periods=listed(targets)))
    elif empty:
        found.append(_("has no rows for the period {periods}").format(periods=listed(empty)))
    if gaps:
        hint = _("; if that is meant, name the periods with p=") if not named else ""
        found.append(_("has no row between {gaps}{hint}").format(gaps=listed(gaps), hint=hint))
    if not found:
        ends = [sheet for sheet in _filled(rows, numbers) if sheet not in targets]
        complaint = _("its rows cover {rows}, not the whole of the periods {periods}")
        found += [complaint.format(rows=listed(ends), periods=listed(targets))] if ends else []
    return found


def _apart(before: Period, after: Period) -> bool:
    return before.last is not None and after.first is not None and after.first - before.last > ONE_DAY


def _filled(rows: Sequence[Period], numbers: Sequence[int]) -> list[Period]:
    """Return what the rows of each target cover together."""
    found = []
    for _number, group in itertools.groupby(zip(rows, numbers, strict=True), key=lambda pair: pair[1]):
        members = [row for row, _ in group]
        alone = len(members) == 1
        found.append(members[0] if alone else Period(members[0].first, members[-1].last))
    return found
