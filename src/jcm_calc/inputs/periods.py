"""Monitoring periods: from first to last day, both included."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

ISO_DATE = r"(\d{4})-(\d{2})-(\d{2})"
NAMED_DATE = r"(\d{1,2})[/ -]([A-Za-z]{3,9})[/ -](\d{4})"
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}


@dataclass(frozen=True, slots=True, order=True)
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
        """Read a year, a month, a day or a range of days.

        Raises
        ------
        ValueError
            If the text is none of these, or could be read in two ways (``01/02/2017``).
        """
        if isinstance(given, Period):
            return given
        if hasattr(given, "start_time") and hasattr(given, "end_time"):  # pandas.Period
            return cls.of(given.start_time.date(), given.end_time.date())
        if isinstance(given, tuple) and len(given) == 2:
            return cls.of(_date(given[0]), _date(given[1]))
        if isinstance(given, date):
            day = _date(given)
            return cls.of(day, day)
        text = str(given).strip()
        if re.fullmatch(r"\d{1,3}", text):
            return cls(None, None, text)
        if match := re.fullmatch(r"(\d{4})", text):
            return cls.of(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31))
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            year, month = int(match[1]), int(match[2])
            if not 1 <= month <= 12:
                raise ValueError(f"{text!r}: there is no month {month}")
            return cls.of(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        for pattern in (rf"({ISO_DATE})(?:\s*/\s*({ISO_DATE}))?", rf"({NAMED_DATE})(?:\s*-\s*({NAMED_DATE}))?"):
            if match := re.fullmatch(pattern, text):
                first = _date(match[1])
                return cls.of(first, _date(match[5]) if match[5] else first)
        raise ValueError(
            f"{text!r} is no period: write a year (2024), a month (2024-03), "
            "or first and last day (2024-01-01/2024-06-30 or 1/Jan/2024-30/Jun/2024)"
        )

    @classmethod
    def of(cls, first: date, last: date) -> Period:
        """Return the period from first to last day."""
        if last < first:
            raise ValueError(f"{first}/{last}: the last day is before the first")
        return cls(first, last)

    @property
    def dated(self) -> bool:
        """Whether first and last day are known."""
        return self.first is not None

    @property
    def days(self) -> int:
        """The number of days, first and last included."""
        if self.first is None or self.last is None:
            raise ValueError("an undated period has no days")
        return (self.last - self.first).days + 1

    @property
    def year(self) -> int | None:
        """The calendar year, or None where the period is undated or lies in several."""
        if self.first is None or self.last is None or self.first.year != self.last.year:
            return None
        return self.first.year

    def __str__(self) -> str:
        first, last = self.first, self.last
        if first is None or last is None:
            return self.label or "p"
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return f"{first.year}"
        month = (first.year, first.month) == (last.year, last.month)
        if month and first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
            return f"{first:%Y-%m}"
        return f"{first}/{last}"


def _date(given: Any) -> date:
    if isinstance(given, datetime):
        if (given.hour, given.minute, given.second) != (0, 0, 0):
            raise ValueError(f"{given} is a time of day; a period consists of whole days")
        return given.date()
    if isinstance(given, date):
        return given
    text = str(given).strip()
    if match := re.fullmatch(ISO_DATE, text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(NAMED_DATE, text):
        month = MONTHS.get(match[2][:3].casefold())
        if month:
            return date(int(match[3]), month, int(match[1]))
    raise ValueError(f"{text!r} is no date that can be read in one way only: write 2024-01-31 or 31/Jan/2024")


def sheets(rows: Sequence[Period]) -> list[Period]:
    """Return the periods that report sheets cover: one a calendar year, or the part that has rows.

    A row that lies in two years, or that has no dates, stays as it is.

    Parameters
    ----------
    rows : sequence of Period
        In order of time.

    Examples
    --------
    >>> months = [Period.parse(f"2024-{month:02}") for month in range(10, 13)]
    >>> print(*sheets([*months, Period.parse("2025-01")]))
    2024-10-01/2024-12-31 2025-01
    """
    found: list[Period] = []
    for row in rows:
        if found and row.year is not None and found[-1].year == row.year:
            found[-1] = Period(found[-1].first, row.last)
        else:
            found.append(row)
    return found


def faults(rows: Sequence[Period], targets: Sequence[Period]) -> list[str]:
    """Return what keeps rows, in order of time, from filling the target periods exactly."""
    found = []
    for before, after in itertools.pairwise(rows):
        if before.last is not None and after.first is not None and after.first <= before.last:
            found.append(f"the periods {before} and {after} overlap")
    if found:
        return found
    for target in targets:
        inside = [row for row in rows if contains(target, row)]
        if not inside:
            found.append(f"no rows for the period {target}")
            continue
        found += [
            f"no row between {before} and {after}"
            for before, after in itertools.pairwise(inside)
            if before.last is not None and after.first is not None and after.first - before.last > timedelta(days=1)
        ]
        if (inside[0].first, inside[-1].last) != (target.first, target.last):
            found.append(f"the rows cover {Period(inside[0].first, inside[-1].last)}, not the whole period {target}")
    found += [
        f"the row {row} lies in no period of the report" for row in rows if not any(contains(t, row) for t in targets)
    ]
    return found


def contains(target: Period, row: Period) -> bool:
    """Whether a row lies inside a target period."""
    if target.first is None or target.last is None or row.first is None or row.last is None:
        return target == row
    return target.first <= row.first and row.last <= target.last
