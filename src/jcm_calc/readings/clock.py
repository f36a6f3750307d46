"""Time zones and daylight saving: from what a logger's clock showed to instants, and from days to instants.

Instants are whole microseconds since 1970 in UTC, as DuckDB and NumPy have them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from jcm_calc.base.languages import _
from jcm_calc.inputs.schema import got

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(2000, 2100)  # of which readings can be: all is far from the ends of the calendar
FIRST, LAST = 946_684_800 * SECOND, 4_102_444_800 * SECOND  # the same, as instants
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the clock: at which instant, from and to which offset from UTC."""

    instant: int
    before: int
    after: int

    @property
    def twice(self) -> tuple[int, int]:
        """The local times that occur twice; empty where the clock goes forward."""
        return self.instant + self.after, self.instant + self.before

    @property
    def never(self) -> tuple[int, int]:
        """The local times that never occur; empty where the clock goes back."""
        return self.instant + self.before, self.instant + self.after


def zone(name: str) -> tzinfo:
    """Return a time zone: by its name in the IANA database, or a fixed offset from UTC.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> zone("UTC+07:00"), zone("Asia/Jakarta")
    (datetime.timezone(datetime.timedelta(seconds=25200)), zoneinfo.ZoneInfo(key='Asia/Jakarta'))
    """
    if name in ("UTC", "GMT"):
        return UTC
    if match := OFFSET.fullmatch(name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        wanted = _("a time zone such as 'Asia/Jakarta', or an offset such as 'UTC+07:00'")
        raise ValueError(got(name, wanted)) from None


def instant(moment: datetime, where: tzinfo) -> int:
    """Return the instant of a time; one without an offset is local."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=where)
    return round((aware - EPOCH) / timedelta(microseconds=1))


def midnight(day: date, where: tzinfo) -> int:
    """Return the instant at which a day begins."""
    return instant(datetime(day.year, day.month, day.day), where)


def local(moment: int, where: tzinfo) -> datetime:
    """Return what a clock in a zone shows at an instant."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(where)


def offset(moment: int, where: tzinfo) -> int:
    """Return the offset from UTC at an instant."""
    return round((local(moment, where).utcoffset() or timedelta(0)) / timedelta(microseconds=1))


@cache
def changes(where: tzinfo, first: int, last: int) -> tuple[Change, ...]:
    """Return the changes of a clock between two instants."""
    if not isinstance(where, ZoneInfo):  # a fixed offset
        return ()
    found, before = [], offset(first, where)
    for start in range(first, last, WEEK):  # no clock has changed twice within a week
        low, high = start, min(start + WEEK, last)
        after = offset(high, where)
        if after == before:
            continue
        while high - low > SECOND:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle, where) == before else (low, middle)
        # clocks change on whole minutes
        found.append(Change(round(high / MINUTE) * MINUTE, before, after))
        before = after
    return tuple(found)


def offset_sql(column: str, where: tzinfo, first: int, last: int, of_local: bool) -> str:
    """Return SQL for the offset from UTC of each instant, or of each local time, in a column of microseconds.

    A local time that occurs twice is taken as its first occurrence, and a midnight that never occurs as the beginning
    of its day.
    """
    found = changes(where, first, last)
    if not found:
        return str(offset(first, where))
    cases = [
        f"WHEN {column} < {change.instant + (max(change.before, change.after) if of_local else 0)} THEN {change.before}"
        for change in found
    ]
    return f"CASE {' '.join(cases)} ELSE {found[-1].after} END"


def within_sql(column: str, spans: list[tuple[int, int]]) -> str:
    """Return SQL for whether a number lies in one of some spans."""
    inside = [f"({column} >= {low} AND {column} < {high})" for low, high in spans if low < high]
    return " OR ".join(inside) or "false"
