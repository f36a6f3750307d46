"""Times as loggers write them: SQL that reads a text by its parts, and reads nothing else.

A text is a time only if all of it is understood. The text behind the time of day is an offset from UTC where
offsets are stated, and a fault where they are not: nothing is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jcm_calc.base.languages import _
from jcm_calc.readings.clock import DAY, HOUR, MINUTE
from jcm_calc.readings.store import quoted
from jcm_calc.units.dates import ERAS

# full-width signs and the plain ones they stand for
WIDE = ("０１２３４５６７８９：／－．，　", "0123456789:/-., ")
JAPANESE = "japanese"
# forms that are numbers: what they are, and microseconds of one, and what they count from
UNIX: dict[str, float] = {"unix": 1_000_000, "%s": 1_000_000, "unix ms": 1000, "unix us": 1, "unix ns": 0.001}
EXCEL = "excel"
EXCEL_EPOCH = -25_569  # in days: 1899-12-30
OWN = (JAPANESE, EXCEL, *UNIX)
# the year first: no other form can be read in one way only
DATE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
TIME = r"[T ] *\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?"
HALF = r" ?[AaPp][Mm]"
OFFSET = r"\s*(?:(?i:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?|(?i:Z|UTC|GMT))"
WORD = r"\d:\d{2}.*?(?:[A-Za-z]{3,}|[Zz]|[+-]\d[\d:]*|\[[^\]]*\])$"
DIRECTIVE = re.compile(r"%-?.|[^%]+", re.DOTALL)
HOURS = ("%H", "%-H")
ZERO = dict.fromkeys(("%M", "%-M", "%S", "%-S"), "00?") | dict.fromkeys(("%f", "%g", "%n"), "0+")
NAMES = ("%a", "%A", "%b", "%B")


def states_offsets(times: str) -> bool:
    """Whether a form of times holds the offset from UTC.

    Examples
    --------
    >>> states_offsets("%d.%m.%Y %H:%M %z"), states_offsets("%d.%m.%Y %H:%M")
    (True, False)
    """
    return times in UNIX or "%z" in DIRECTIVE.findall(times)


def form_fault(times: str) -> str:
    """Return what is wrong with a form of times, or nothing; the database knows the single directives.

    Examples
    --------
    >>> form_fault("%H:%M %z %d.%m.%Y")
    'holds %z before other parts: only a plain text may follow the offset from UTC'
    """
    signs = DIRECTIVE.findall(times)
    if "%Z" in signs:
        return _("holds %Z, but a name such as WIB is not read: write it as plain text, and the zone as clock")
    if "%z" in signs and any(sign.startswith("%") for sign in signs[signs.index("%z") + 1 :]):
        return _("holds %z before other parts: only a plain text may follow the offset from UTC")
    if not signs[-1].startswith("%") and re.search(r"(?i)^\s*(?:Z|UTC|GMT)\b|^\s*[+-]\d", signs[-1]):
        return _("ends in an offset from UTC as plain text: write %z instead")
    return ""


def without_offset(times: str) -> str:
    """Return the form of the text before the offset."""
    return times.partition("%z")[0].rstrip() if "%z" in DIRECTIVE.findall(times) else times


def written(times: str, stated: bool) -> str:
    """Return what a time of a form looks like."""
    return times or ("2024-01-31 00:30+07:00" if stated else "2024-01-31 00:30")


def time_sql(text: str, times: str, stated: bool) -> str:
    """Return SQL for a text as microseconds since 1970: local, or of UTC where an offset follows each time.

    The form is that of strptime, or ``"japanese"``; otherwise the year is first. The SQL gives NULL for every text of
    another form, and for every text with something behind it.
    """
    text = f"trim({text})"
    if times == JAPANESE:
        return _japanese_sql(text)
    if times in UNIX or times == EXCEL:
        whole = f"CASE WHEN regexp_full_match({text}, '\\d+(\\.\\d*)?') THEN CAST({text} AS DOUBLE) END"
        return number_sql(whole, times)
    if not stated:
        return _local_sql(text, times)
    behind = re.escape(times.partition("%z")[2]) if times else ""
    parts = f"regexp_extract({text}, {quoted(f'^(.*?){OFFSET}{behind}$')}, ['body', 'sign', 'hours', 'minutes'])"
    hours, minutes = (f"coalesce(TRY_CAST({parts}.{part} AS BIGINT), 0)" for part in ("hours", "minutes"))
    offset = f"({hours} * {HOUR} + {minutes} * {MINUTE}) * CASE {parts}.sign WHEN '-' THEN -1 ELSE 1 END"
    body = f"trim({parts}.body)"
    local = _local_sql(body, without_offset(times))
    if not times:  # a day without a time of day is not an instant
        local = f"CASE WHEN contains({body}, ':') THEN {local} END"
    return f"CASE WHEN {hours} <= 14 AND {minutes} < 60 THEN {local} - {offset} END"


def number_sql(number: str, times: str) -> str:
    """Return SQL for a time that is a number: seconds since 1970, or days of a spreadsheet."""
    if times == EXCEL:  # to the millisecond, as a spreadsheet shows it
        return f"CAST(round(({number} + {EXCEL_EPOCH}) * 86400000) AS BIGINT) * 1000"
    return f"CAST(round({number} * {UNIX[times]}) AS BIGINT)"


MONTH = r"\d{4}[-/]\d{1,2}"


def month_sql(text: str, ends: bool) -> str:
    """Return SQL for the first day of a month such as 2024-01, or of the one after it; NULL for all other texts."""
    first = f"try_strptime(replace(trim({text}), '/', '-'), '%Y-%m')"
    moment = f"{first} + INTERVAL 1 MONTH" if ends else first
    return f"CASE WHEN regexp_full_match(trim({text}), {quoted(MONTH)}) THEN epoch_us({moment}) END"


def offset_behind_sql(text: str) -> str:
    """Return SQL for whether an offset from UTC, or a name, follows a time of day."""
    return f"(regexp_matches(trim({text}), {quoted(WORD)}) AND NOT regexp_matches(trim({text}), '(?i)\\d ?[ap]m$'))"


def _local_sql(text: str, times: str) -> str:
    if times:
        return _strptime_sql(text, times)
    # of these forms the cast reads all, and 24:00 as the end of the day
    plain = f"replace({text}, '/', '-')"
    whole = f"epoch_us(TRY_CAST({plain} AS TIMESTAMP))"
    spread = f"regexp_replace(upper({plain}), '[T ] *(.*?) ?([AP]M)', ' \\1\\2')"
    halves = [f"epoch_us(try_strptime({spread}, '%Y-%m-%d %I:%M{seconds}%p'))" for seconds in ("", ":%S", ":%S.%f")]
    return (
        f"CASE WHEN regexp_full_match({text}, {quoted(f'{DATE}(?:{TIME})?')}) THEN {whole} "
        f"WHEN regexp_full_match({text}, {quoted(f'{DATE}{TIME}{HALF}')}) THEN coalesce({', '.join(halves)}) END"
    )


def _strptime_sql(text: str, times: str) -> str:
    """Return SQL of a stated form, in which hour 24 is midnight where minute and second are 0."""
    parsed = f"epoch_us(try_strptime({text}, {quoted(times)}))"
    signs = DIRECTIVE.findall(times)
    if sum(sign in HOURS for sign in signs) != 1 or "%p" in signs:
        return parsed
    at = next(place for place, sign in enumerate(signs) if sign in HOURS)
    before, after = ("".join(_patterns(part)) for part in (signs[:at], signs[at + 1 :]))
    late = quoted(f"^({before})24({after})$")
    begun = f"epoch_us(try_strptime(regexp_replace({text}, {late}, '\\1' || '00' || '\\2'), {quoted(times)}))"
    return f"coalesce({parsed}, CASE WHEN regexp_matches({text}, {late}) THEN {begun} + {DAY} END)"


def _patterns(signs: list[str]) -> Iterator[str]:
    """Yield a pattern for each part of a form, in which minutes, seconds and their fractions are 0."""
    for sign in signs:
        if not sign.startswith("%"):
            yield re.escape(sign)
        elif sign in ZERO:
            yield ZERO[sign]
        else:
            yield r"[\pL.]+" if sign in NAMES else r"\d+"


def _japanese_sql(text: str) -> str:
    """Return SQL for a time as it is written in Japan: full-width digits, 年月日時分秒, years of an era."""
    eras = "|".join(ERAS)
    form = rf"^({eras})?\s*(元|\d+)[年/.-](\d+)[月/.-](\d+)日?\s*(?:(\d+)[時:](?:(\d+)分?)?(?::?(\d+)秒?)?)?$"
    names = "['era', 'year', 'month', 'day', 'hour', 'minute', 'second']"
    parts = f"regexp_extract(translate({text}, {quoted(WIDE[0])}, {quoted(WIDE[1])}), {quoted(form)}, {names})"
    since = " ".join(f"WHEN {quoted(era)} THEN {year}" for era, year in ERAS.items())
    year = f"TRY_CAST(replace({parts}.year, '元', '1') AS INTEGER) + CASE {parts}.era {since} ELSE 0 END"

    def number(part: str) -> str:
        return f"coalesce(TRY_CAST({parts}.{part} AS INTEGER), 0)"

    # the cast knows 24:00:00, and no other time of the hour 24
    said = (
        f"printf('%04d-%02d-%02d %02d:%02d:%02d', {year}, {number('month')}, {number('day')}, {number('hour')}, "
        f"{number('minute')}, {number('second')})"
    )
    return f"epoch_us(TRY_CAST({said} AS TIMESTAMP))"
