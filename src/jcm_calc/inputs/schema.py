"""Read the tables of a TOML or JSON by their fields, and collect every complaint.

Examples
--------
>>> problems = []
>>> fields = {"person": Field(text, required=True), "date": Field(past_day)}
>>> read_table("file.toml, [reader]", {"date": "yesterday", "persn": "A. Reader"}, fields, problems)
{}
>>> for problem in problems:
...     print(problem)
file.toml, [reader] date: 'yesterday' is not a date that can be read in one way only: write 2024-01-31 or 31/Jan/2024
file.toml, [reader] persn: unknown; did you mean person?; known are person, date
file.toml, [reader] person: missing
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from numbers import Real
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, shown, suggestion
from jcm_calc.units import dates

SHA256 = re.compile(r"[0-9a-f]{64}")
# What somebody writes who has not looked.
PLACEHOLDERS = frozenset({"tbd", "tba", "todo", "n/a", "na", "none", "nil", "unknown", "x", "xx", "xxx", "page", "p"})


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table.

    Attributes
    ----------
    check : callable
        Returns the value in the form in which it is used; raises a ValueError that says what it must be.
    required : bool or str
        Whether a table without the key is refused; a text says what is missing.
    """

    check: Callable[[Any], Any]
    required: bool | str = False


Fields = Mapping[str, Field]


class NestedError(ValueError):
    """What is wrong within a table or list of a table.

    Attributes
    ----------
    problems : list of Problem
        Each with the rest of its place, such as ``", year"`` or ``" no. 2"``.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        texts = (Message("{}: {}").format(one.subject.lstrip(", "), one.complaint) for one in problems)
        super().__init__(Message("; ").join(texts))


def read_table(
    place: str,
    given: Any,
    fields: Fields,
    problems: list[Problem],
    *,
    other_keys: bool = False,
    at: Callable[[str, object], str] | None = None,
) -> dict[str, Any]:
    """Return the fields of a table that are right.

    Complaints are appended: unknown and missing keys, and values that a check refuses. With ``other_keys``, keys
    without a field are left alone, as in a file that a program has written. ``at`` says where a key is: `under`, or
    `item`.
    """
    at = at or under
    if not isinstance(given, Mapping):
        problems.append(Problem(place, got(given, _("a section with keys"))))
        return {}
    found = {}
    for key, value in given.items():
        where = at(place, key)
        if key not in fields and other_keys:
            continue
        if key not in fields:
            known = _("unknown{hint}; known are {names}")
            hint = suggestion(str(key), fields)
            problems.append(Problem(where, known.format(hint=hint, names=", ".join(fields))))
            continue
        try:
            found[key] = fields[key].check(value)
        except ValueError as error:
            problems += _of_error(where, error)
    for key, field in fields.items():
        if field.required and key not in given:
            missing = _("missing: {what}").format(what=field.required) if field.required is not True else _("missing")
            problems.append(Problem(at(place, key), missing))
    return found


def numbered(place: str, number: int) -> str:
    """Return what to call one of several tables."""
    return _("{section} no. {number}").format(section=place, number=number)


def read_tables(place: str, given: Any, fields: Fields, problems: list[Problem]) -> list[dict[str, Any]]:
    """Return what is right in each table of a list; see `read_table`.

    Examples
    --------
    >>> problems = []
    >>> read_tables("[[readings.stops]]", [{"reason": "overhaul"}, {"reason": 3}], {"reason": Field(text)}, problems)
    [{'reason': 'overhaul'}, {}]
    >>> print(problems[0])
    [[readings.stops]] no. 2, reason: got 3; must be a text in quotes
    """
    return [read_table(numbered(place, at), one, fields, problems) for at, one in enumerate(given, 1)]


def under(place: str, key: object) -> str:
    """Return where a key of a table is.

    Examples
    --------
    >>> under("[reader]", "date"), under("[[rule]] whole tonnes", "page")
    ('[reader] date', '[[rule]] whole tonnes, page')
    """
    return Message("{} {}" if place.endswith("]") else "{}, {}").format(place, str(key))


def item(argument: str, key: object) -> str:
    """Return where a key of an argument is.

    Examples
    --------
    >>> item("project", "title")
    "project['title']"
    """
    return f"{argument}[{key!r}]"


def got(given: object, wanted: str) -> str:
    """Say what was given and what it must be."""
    return _("got {given}; must be {wanted}").format(given=shown(given), wanted=wanted)


def is_real(given: Any) -> bool:
    """Whether something is a number, also of NumPy; True and False are none."""
    return isinstance(given, Real) and not isinstance(given, bool)


# Checks


def text(given: Any) -> str:
    """Return a text, which may be empty."""
    if not isinstance(given, str):
        raise ValueError(got(given, _("a text in quotes")))
    return given


def filled_text(given: Any) -> str:
    """Return a text in which something is written."""
    if not text(given).strip():
        raise ValueError(got(given, _("a text in quotes that is not empty")))
    return str(given)


def words(given: Any) -> str:
    """Return a name or a title: an empty text, or one with a letter in it that is not a placeholder."""
    found = text(given).strip()
    if found and (not any(map(str.isalpha, found)) or found.casefold() in PLACEHOLDERS):
        raise ValueError(got(given, _("the name itself")))
    return found


def page(given: Any) -> str:
    """Return a place in a document: a number of a page, or words such as ``"page 7, table 2"``.

    Examples
    --------
    >>> page(7), page("7"), page("section F"), page("")
    ('page 7', 'page 7', 'section F', '')
    >>> page("?")
    Traceback (most recent call last):
    ValueError: got '?'; must be a page such as 7, or a place such as "page 7, table 2"
    """
    wanted = _('a page such as 7, or a place such as "page 7, table 2"')
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return f"page {given}"
    if not isinstance(given, str):
        raise ValueError(got(given, wanted))
    found = " ".join(given.split())
    if found and (not any(map(str.isalnum, found)) or found.strip(".?! ").casefold() in PLACEHOLDERS):
        raise ValueError(got(given, wanted))
    if found.isdecimal():
        return page(int(found))
    return found


def only(wanted: Any) -> Callable[[Any], Any]:
    """Return a check that accepts one value, and nothing that merely equals it, such as true for 1."""

    def check(given: Any) -> Any:
        if type(given) is not type(wanted) or given != wanted:
            raise ValueError(got(given, repr(wanted)))
        return given

    return check


def one_of(*names: str) -> Callable[[Any], str]:
    """Return a check that accepts one of some texts.

    Examples
    --------
    >>> one_of("start", "end")("strat")
    Traceback (most recent call last):
    ValueError: got 'strat'; must be one of start, end; did you mean start?
    """

    def check(given: Any) -> str:
        if not isinstance(given, str) or given not in names:
            wanted = _("one of {names}").format(names=", ".join(names))
            raise ValueError(Message("{}{}").format(got(given, wanted), suggestion(str(given), names)))
        return given

    return check


def texts(given: Any) -> tuple[str, ...]:
    """Return texts, of which one may be given without a list."""
    several = (given,) if isinstance(given, str) else given
    if not isinstance(several, list | tuple) or not all(isinstance(one, str) for one in several):
        raise ValueError(got(given, _("a text or a list of texts")))
    return tuple(several)


def text_list(given: Any) -> Sequence[str]:
    """Return a list of texts."""
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise ValueError(got(given, _('a list of texts such as ["one", "another"]')))
    return given


def number(given: Any) -> float:
    """Return a finite number."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError(got(given, _("a number")))
    return given


def flag(given: Any) -> bool:
    """Return true or false."""
    if not isinstance(given, bool):
        raise ValueError(got(given, _("true or false")))
    return given


def section(given: Any) -> Mapping[str, Any]:
    """Return a table, in which nothing is looked at."""
    if not isinstance(given, Mapping):
        raise ValueError(got(given, _("a section with keys")))
    return given


def tables(given: Any) -> Sequence[Mapping[str, Any]]:
    """Return a list of tables, in which nothing is looked at."""
    if not isinstance(given, list | tuple) or not all(isinstance(one, Mapping) for one in given):
        raise ValueError(got(given, _("a list of tables, each below its own [[heading]]")))
    return given


def whole(given: Any) -> int:
    """Return a whole number that is not negative."""
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise ValueError(got(given, _("a whole number")))
    return given


def list_of(check: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    """Return a check of every item of a list."""

    def checked(given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise ValueError(got(given, _("a list")))
        return _each(check, [(numbered("", at), one) for at, one in enumerate(given, 1)])

    return checked


def by_name(check: Callable[[Any], Any]) -> Callable[[Any], dict[Any, Any]]:
    """Return a check of a table with values by name.

    Examples
    --------
    >>> by_name(value)({"cold storage": 1.71, "freezer": []})
    Traceback (most recent call last):
    jcm_calc.inputs.schema.NestedError: freezer: got []; must be a number, or a number with a unit in quotes
    """

    def checked(given: Any) -> dict[Any, Any]:
        found = _each(check, [(f", {name}", one) for name, one in section(given).items()])
        return dict(zip(given, found, strict=True))

    return checked


def table_of(fields: Fields, *, other_keys: bool = True) -> Callable[[Any], dict[str, Any]]:
    """Return a check of a table within a table, which may have other keys."""

    def checked(given: Any) -> dict[str, Any]:
        problems: list[Problem] = []
        found = read_table("", section(given), fields, problems, other_keys=other_keys)
        if problems:
            raise NestedError(problems)
        return found

    return checked


def anything(given: Any) -> Any:
    """Return what is given, which is looked at elsewhere."""
    return given


def _each(check: Callable[[Any], Any], given: list[tuple[str, Any]]) -> list[Any]:
    """Return values as a check returns them; each comes with its place."""
    problems: list[Problem] = []
    found = []
    for place, one in given:
        try:
            found.append(check(one))
        except ValueError as error:
            problems += _of_error(place, error)
    if problems:
        raise NestedError(problems)
    return found


def _of_error(place: str, error: ValueError) -> list[Problem]:
    if isinstance(error, NestedError):
        return [Problem(place + one.subject, one.complaint) for one in error.problems]
    return [Problem(place, str(error))]


def number_of(given: Any) -> str:
    """Return a number such as that of a criterion, or a name, as text."""
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return filled_text(given)


def yes_or_no(given: Any) -> bool | None:
    """Return an answer, and None while it is open.

    Examples
    --------
    >>> yes_or_no("Yes"), yes_or_no(False), yes_or_no("")
    (True, False, None)
    """
    if isinstance(given, bool):
        return given
    answers = {"yes": True, "no": False, "": None}
    if not isinstance(given, str) or given.strip().casefold() not in answers:
        raise ValueError(got(given, _('"yes" or "no", or "" while it is open')))
    return answers[given.strip().casefold()]


def value(given: Any) -> float | str:
    """Return a number, or the text of a number with a unit."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(got(given, _("a number, or a number with a unit in quotes")))
    return given


def past_day(given: Any) -> date | None:
    """Return a day that is not in the future; None while it is open.

    A day later than today's is allowed: in Tokyo the date is ahead of a server's.
    """
    if isinstance(given, str) and not given.strip():
        return None
    found = dates.day(given)
    if found > (today := dates.today()) + timedelta(days=1):
        raise ValueError(_("{day} is in the future; must not be later than {today}").format(day=found, today=today))
    return found


def sha256(given: Any) -> str:
    """Return the SHA-256 of a file in lower case, or an empty text."""
    found = text(given).strip().lower()
    if found and (not SHA256.fullmatch(found) or len(set(found)) == 1):
        raise ValueError(got(given, _("the 64 hexadecimal digits that `sha256sum FILE` prints")))
    return found
