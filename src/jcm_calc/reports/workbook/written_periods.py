"""Periods as people write them on sheets: in words, in Japanese, with dots, slashes and tildes."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import ProblemKind
from jcm_calc.inputs.periods import Period
from jcm_calc.units.dates import MONTHS, calendar_day, refuse_other_era

NAMES = {name: number for number, month in enumerate(MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
NAME = "|".join(sorted(NAMES, key=len, reverse=True))
FORMS = [
    r"(?P<year>\d{4})\s*[-./年]\s*(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})\s*日?",
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]*(?P<name>{NAME})\.?[\s,./-]*(?P<year>\d{{4}}|\d{{2}})",
    rf"(?P<name>{NAME})\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{{4}})",
    r"(?P<first>\d{1,2})\s*[-./]\s*(?P<second>\d{1,2})\s*[-./]\s*(?P<year>\d{4})",
    r"(?P<year>\d{4})\s*[-./年]\s*(?P<month>\d{1,2})(?:\s*月)?",
    rf"(?P<name>{NAME})\.?[\s,./-]*(?P<year>\d{{4}})",
    r"(?:CY|year)?\s*(?P<year>\d{4})\s*年?",
]
DATE = [re.compile(rf"{form}(?!\d)", re.I) for form in FORMS]
BETWEEN = re.compile(r"\s*(?:-|–|—|−|~|〜|/|to|until|till|through|up to|から)\s*", re.I)
Span = tuple[date, date]


def parse(given: Any) -> Period:
    """Read a period as it is written on a sheet; a ValueError refuses other texts, and what can be read in two ways."""
    if isinstance(given, tuple) and len(given) == 2:
        first, last = (_end(one, at) for at, one in enumerate(given))
        return Period.parse((first, last))
    try:
        return Period.parse(given)
    except ValueError:
        if not isinstance(given, str):
            raise
        readings = list(_readings(given))
        if not readings:
            raise
    if len(readings) > 1:
        complaint = _("{got} can be read in two ways: write dates as 2024-01-31 or 31/Jan/2024")
        raise ValueError(complaint.tagged(ProblemKind.AMBIGUOUS_DATE).format(got=repr(given)))
    return readings[0]


def readings(given: Any) -> list[Period]:
    """Return every period that something can be read as: two for a day and a month that may be the other way round."""
    if isinstance(given, tuple) and len(given) == 2:
        pairs = [(one, other) for one in _days(given[0]) for other in _days(given[1])]
        return [Period.of(one.first, other.last) for one, other in pairs if _ordered(one, other)]  # type: ignore[arg-type]
    return _days(given)


def _days(given: Any) -> list[Period]:
    if isinstance(given, str):
        return list(_readings(given))
    try:
        return [Period.parse(given)]
    except ValueError:
        return []


def _ordered(one: Period, other: Period) -> bool:
    return one.first is not None and other.last is not None and one.first <= other.last


def _end(given: Any, at: int) -> Any:
    """Return the first or last day that a cell names."""
    found = _days(given) if isinstance(given, str) else []
    if len(found) != 1:
        return given
    return found[0].first if at == 0 else found[0].last


def _readings(given: str) -> Iterator[Period]:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", given)).strip().removesuffix("まで").strip()
    refuse_other_era(text)
    text = re.sub(r"^from\s+", "", text, flags=re.I)
    seen = set[Period]()
    for whole, rest in _dates(text):
        first = whole[0]
        for last, end in _second(rest, whole):
            if not end.strip() and first <= last and (found := Period.of(first, last)) not in seen:
                seen.add(found)
                yield found


def _second(rest: str, whole: Span) -> Iterator[tuple[date, str]]:
    """Yield the last day of a period, and what is written behind it."""
    if not rest.strip():
        yield whole[1], ""
    elif match := BETWEEN.match(rest):
        for (_first, last), end in _dates(rest[match.end() :]):
            yield last, end


def _dates(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the days that the beginning of a text can be read as, and the rest of it."""
    for form in DATE:
        if match := form.match(text):
            for span in _spans(match.groupdict(), match[0].strip()):
                yield span, text[match.end() :]
            return


def _spans(parts: dict[str, str | None], text: str) -> Iterator[Span]:
    year = int(parts["year"] or 0)
    year += 2000 if year < 100 else 0
    if parts.get("first"):
        one, other = int(parts["first"] or 0), int(parts["second"] or 0)
        for number, month in dict.fromkeys(((one, other), (other, one))):
            if 1 <= month <= 12 and 1 <= number <= monthrange(year, month)[1]:
                yield date(year, month, number), date(year, month, number)
        return
    month = NAMES[name.casefold()] if (name := parts.get("name")) else int(parts.get("month") or 0)
    if month > 12:
        return
    if parts.get("day"):
        day = calendar_day(text, year, month, int(parts["day"] or 0))
        yield day, day
    elif month:
        yield date(year, month, 1), date(year, month, monthrange(year, month)[1])
    else:
        yield date(year, 1, 1), date(year, 12, 31)
