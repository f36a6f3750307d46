"""A day, in whatever form it is given, and years of other eras, which are refused with the year meant."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, ProblemKind
from jcm_calc.units import is_missing

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
# midnight is how a date without time leaves a spreadsheet
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
NAMED_DATE = re.compile(r"(\d{1,2})[/ -]([A-Za-z]{3,9})[/ -](\d{4})", re.ASCII)
TIME_OF_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}.*", re.ASCII)

# 543 years after ours: 1900 to 2100 is 2443 to 2643. No period of a project lies so far in the future.
BUDDHIST = range(2443, 2644)
BUDDHIST_AHEAD = 543
YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)", re.ASCII)
# The year before the first one of each era of Japan that is still written.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}
OF_ERA = re.compile(r"(令和|平成|昭和)\s*(元|\d{1,2})|\b([RHS])\.?\s?(\d{1,2})(?=[年./-]\s?\d{1,2}[月./-])", re.ASCII)


class TimeOfDayError(ValueError):
    """A time within a day was got where a day or a period of whole days is expected."""


def plain(given: Any) -> str:
    """Return the text of a day or a period; refuse one that has a year of another era, or full-width characters."""
    text = "" if is_missing(given) else str(given).strip()
    if not text or text == "NaT":
        raise ValueError(_("is empty"))
    normal = unicodedata.normalize("NFKC", text)
    if not text.startswith("<"):  # what Python shows of an object has an address, which may look like a year
        refuse_other_era(normal)
    if normal != text:
        complaint = _("{got} is written in full-width characters: write {plain}")
        raise ValueError(complaint.format(got=repr(text), plain=normal))
    return text


def refuse_other_era(text: str) -> None:
    """Refuse a text with a Buddhist year, or one of an era of Japan, and say which year is meant.

    Examples
    --------
    >>> refuse_other_era("2567-01")
    Traceback (most recent call last):
    ValueError: '2567-01' has a year of the Buddhist era: write 2024 for 2567
    >>> refuse_other_era("令和6年4月")
    Traceback (most recent call last):
    ValueError: '令和6年4月' has a year of a Japanese era: write 2024 for 令和6
    """
    for match in YEAR.finditer(text):
        if int(match[1]) in BUDDHIST:
            complaint = _("{got} has a year of the Buddhist era: write {year} for {written}")
            year = int(match[1]) - BUDDHIST_AHEAD
            raise ValueError(complaint.format(got=repr(text), year=year, written=match[1]))
    if found := OF_ERA.search(text):
        era, number = found[1] or found[3], found[2] or found[4]
        complaint = _("{got} has a year of a Japanese era: write {year} for {written}")
        year = ERAS[era] + (1 if number == "元" else int(number))
        raise ValueError(complaint.format(got=repr(text), year=year, written=found[0]))


def today() -> date:
    """Return today on this machine: monitored periods have ended, and evidence was read, before it."""
    return date.today()


def day(given: Any) -> date:
    """Read a single day.

    Parameters
    ----------
    given : str, date, datetime, pandas.Timestamp, pandas.Period or numpy.datetime64
        A text is ``2024-01-31`` or ``31/Jan/2024``. A time must be midnight, a Period a day.

    Raises
    ------
    ValueError
        If it is not a day, or could be read in two ways (``01/02/2024``).

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> {day(one) for one in ("2024-01-31", "31/Jan/2024", pd.Timestamp(2024, 1, 31), np.datetime64("2024-01-31"))}
    {datetime.date(2024, 1, 31)}
    """
    if hasattr(given, "dtype") and getattr(given, "ndim", None) == 0:
        given = given[()]
    text = plain(given)
    if isinstance(given, datetime):
        if (given.hour, given.minute, given.second, given.microsecond, getattr(given, "nanosecond", 0)) != (0,) * 5:
            raise TimeOfDayError(_("{given} is a time of day, not a day").format(given=given))
        return given.date()
    if isinstance(given, date):
        return given
    if match := ISO_DATE.fullmatch(text):
        return calendar_day(text, int(match[1]), int(match[2]), int(match[3]))
    if match := NAMED_DATE.fullmatch(text):
        name = match[2].casefold()
        for number, month in enumerate(MONTHS, 1):
            if name in (month, month[:3]):
                return calendar_day(text, int(match[3]), number, int(match[1]))
    if TIME_OF_DAY.fullmatch(text):
        raise TimeOfDayError(_("{given} is a time of day, not a day").format(given=text))
    complaint = _("{got} is not a date that can be read in one way only: write 2024-01-31 or 31/Jan/2024").tagged(
        ProblemKind.AMBIGUOUS_DATE
    )
    raise ValueError(complaint.format(got=repr(text)))


def day_of(name: str, given: Any) -> date:
    """Read the day that an argument of that name takes; refuse anything else by that name."""
    try:
        return day(given)
    except ValueError as error:
        raise InputError(_("the calculation"), [Problem(name, str(error))]) from None


def calendar_day(text: str, year: int, month: int, number: int) -> date:
    """Return a day of the calendar; refuse one that there is not."""
    try:
        return date(year, month, number)
    except ValueError as error:
        raise ValueError(_("{got}: there is no such day ({error})").format(got=repr(text), error=error)) from None
