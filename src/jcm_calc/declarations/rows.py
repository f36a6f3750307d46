"""Rows of tables that several keys, or the dates of a period, select: ``north × flooded``, ``from 2021-01-01``.

Examples
--------
>>> row_key(("region", "regime"), ("north", "flooded"))
'north × flooded'
>>> row_key(("grid", "p"), ("national", 2023)), row_key(("p",), "[2013, 2021)"), row_key(("p",), "[2021, inf)")
('national × 2023', '2013-01-01/2020-12-31', 'from 2021-01-01')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.frozen import DeclarationError

SIGN = " × "
ONE_DAY = timedelta(days=1)
DAY = r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?"
RANGE = re.compile(rf"{DAY}/{DAY}", re.ASCII)
HALF_OPEN = re.compile(rf"\[\s*{DAY}\s*,\s*(?:{DAY}|inf)\s*\)", re.ASCII)
SINGLE = re.compile(DAY, re.ASCII)
OPEN = re.compile(rf"(from|until) {DAY}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The days for which a row of a table holds, both included; open ends are the first and the last day there is.

    Examples
    --------
    >>> print(Span.parse("2023"), Span.parse("2024-02"), Span.parse("2023-04-01/2024-03-31"), Span.parse(2023))
    2023 2024-02 2023-04-01/2024-03-31 2023
    >>> Span.parse("[2021-01-01, 2022-01-01)") == Span.parse("2021")
    True
    >>> Span.parse("spring")
    Traceback (most recent call last):
    ValueError: got 'spring'; must be a year (2023), a month (2023-04), first and last day (2023-04-01/2024-03-31), \
'from 2021-01-01', or an interval without its end ([2021, 2025))
    """

    first: date
    last: date

    @classmethod
    def parse(cls, given: Any) -> Span:
        """Read a span of days.

        Raises
        ------
        ValueError
            If it is not one, or ends before it begins.
        """
        text = str(given).strip()
        try:
            found = cls._parsed(text)
        except ValueError:
            found = None
        if found is None or found.last < found.first:
            message = _(
                "got {text}; must be a year (2023), a month (2023-04), first and last day (2023-04-01/2024-03-31), "
                "'from 2021-01-01', or an interval without its end ([2021, 2025))"
            )
            raise ValueError(message.format(text=repr(text)))
        return found

    @classmethod
    def _parsed(cls, text: str) -> Span | None:
        if match := SINGLE.fullmatch(text):
            return cls(_first(*match.groups()), _last(*match.groups()))
        if match := RANGE.fullmatch(text):
            return cls(_first(*match.groups()[:3]), _last(*match.groups()[3:]))
        if match := HALF_OPEN.fullmatch(text):
            start, end = match.groups()[:3], match.groups()[3:]
            return cls(_first(*start), _first(*end) - ONE_DAY if end[0] else date.max)
        if match := OPEN.fullmatch(text):
            start = match.groups()[1:]
            return cls(_first(*start), date.max) if match[1] == "from" else cls(date.min, _last(*start))
        return None

    def __contains__(self, other: Span) -> bool:
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Span) -> bool:
        """Whether both have a day in common."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        if self.last == date.max:
            return f"from {self.first}"
        if self.first == date.min:
            return f"until {self.last}"
        for text in (f"{self.first.year}", f"{self.first:%Y-%m}"):
            if Span._parsed(text) == self:
                return text
        return f"{self.first}/{self.last}"


def _first(year: str, month: str | None, day: str | None) -> date:
    return date(int(year), int(month or 1), int(day or 1))


def _last(year: str, month: str | None, day: str | None) -> date:
    if day:
        return date(int(year), int(month or 12), int(day))
    if not month:
        return date(int(year), 12, 31)
    following = date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
    return following - ONE_DAY


def keys_of(by: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of the keys that select a row: ``"region, regime"`` are two."""
    named = re.split(r"\s*[,×]\s*", by.strip()) if isinstance(by, str) else list(by)
    return tuple(one.strip() for one in named)


def row_key(keys: tuple[str, ...], key: Any) -> str:
    """Return the key of a row as tables have it: the class of each key, of the period its span of days.

    Raises
    ------
    ValueError
        If it has not as many parts as there are keys, an empty one, or a date that cannot be read.
    """
    parts = list(key) if isinstance(key, tuple | list) else str(key).split(SIGN)
    if len(parts) != len(keys) or not all(str(part).strip() for part in parts):
        message = _("got {key}; must have a part for each of {keys}: {example}")
        example = SIGN.join(f"<{name}>" for name in keys)
        raise ValueError(message.format(key=repr(key), keys=", ".join(keys), example=example))
    return SIGN.join(
        str(Span.parse(part)) if name == "p" else str(part).strip() for name, part in zip(keys, parts, strict=True)
    )


def flat(keys: tuple[str, ...], entries: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the rows of a table that is nested, or has tuples or texts as keys; a day alone begins a row."""
    if len(keys) > 1 and any(isinstance(value, Mapping) for value in entries.values()):
        for key, inner in entries.items():
            for rest, value in flat(keys[1:], inner):
                yield (key, *(rest if isinstance(rest, tuple) else (rest,))), value
        return
    days = [key for key in entries if keys == ("p",) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(key).strip())]
    if not days or len(days) < len(entries):
        yield from entries.items()
        return
    starts = sorted(days, key=lambda day: date.fromisoformat(str(day).strip()))
    for start, end in pairwise([*starts, "inf"]):
        yield f"[{str(start).strip()}, {str(end).strip()})", entries[start]


def spans(keys: tuple[str, ...], rows: Iterable[object]) -> list[Span]:
    """Return the spans of days of all rows, the earliest first.

    Raises
    ------
    DeclarationError
        If two of them have days in common: a period would have two values.
    """
    if "p" not in keys:
        return []
    place = keys.index("p")
    found = sorted({Span.parse(str(row).split(SIGN)[place]) for row in rows})
    for one, other in pairwise(found):
        if one.overlaps(other):
            message = _("the rows {one} and {other} have days in common: write the same dates for all classes")
            raise DeclarationError(message.format(one=str(one), other=str(other)))
    return found


def part(of: list[Span], period: Span, name: object) -> str:
    """Return the part of a row's key that belongs to a period.

    Raises
    ------
    ValueError
        If no row covers the period, or it lies in several.
    """
    touched = [one for one in of if one.overlaps(period)]
    if len(touched) == 1 and period in touched[0]:
        return str(touched[0])
    if len(touched) > 1:
        days = listed([str(one.first) for one in touched[1:]])
        message = _("{period} lies in several rows ({rows}): give its amounts as periods that are split at {days}")
        raise ValueError(message.format(period=name, rows=listed(list(map(str, touched))), days=days))
    message = _("{period} lies outside of the table, which has {rows}")
    if touched:
        message = _("{period} lies in {rows} in part only, and has no value for its other days")
    raise ValueError(message.format(period=name, rows=listed(list(map(str, touched or of)), limit=10)))


def same_days(keys: tuple[str, ...], row: str, other: str) -> bool:
    """Whether two rows are of the same classes, and have days in common.

    Examples
    --------
    >>> same_days(("grid", "p"), "north × 2023", "north × from 2021-01-01")
    True
    >>> same_days(("grid", "p"), "north × 2023", "south × 2023"), same_days(("p",), "2023", "2024")
    (False, False)
    """
    pairs = zip(keys, row.split(SIGN), other.split(SIGN), strict=True)
    return all(Span.parse(one).overlaps(Span.parse(two)) if key == "p" else one == two for key, one, two in pairs)
