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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from numbers import Real
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ArgumentKey, Problem, shown, suggestion
from jcm_calc.units import dates

SHA256 = re.compile(r"[0-9a-f]{64}")
# What somebody writes who has not looked.
PLACEHOLDERS = frozenset({"tbd", "tba", "todo", "n/a", "na", "none", "nil", "unknown", "x", "xx", "xxx", "page", "p"})


Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a table."""

    check: Check  # returns the value in the form in which it is used; raises a ValueError that says what it must be
    required: bool | str = False  # whether a table without the key is refused; a text says what is missing


Fields = Mapping[str, Field]


class NestedError(ValueError):
    """What is wrong within a table or list, each with the rest of its place, such as ``", year"`` or ``" no. 2"``."""

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
    """Return what is right in each table of a list; see `read_table`."""
    return [read_table(numbered(place, at), one, fields, problems) for at, one in enumerate(given, 1)]


def under(place: str, key: object) -> str:
    """Return where a key of a table is.

    Examples
    --------
    >>> under("[reader]", "date"), under("[[rule]] whole tonnes", "page")
    ('[reader] date', '[[rule]] whole tonnes, page')
    """
    return Message("{} {}" if place.endswith("]") else "{}, {}").format(place, str(key))


def item(argument: str, key: object) -> ArgumentKey:
    """Return where a key of an argument is; a command says where the case file has it."""
    found = ArgumentKey(f"{argument}[{key!r}]")
    found.in_file = under(getattr(argument, "in_file", f"[{argument}]"), key)
    return found


def got(given: object, wanted: str) -> str:
    """Say what was given and what it must be."""
    return _("got {given}; must be {wanted}").format(given=shown(given), wanted=wanted)


def is_real(given: Any) -> bool:
    """Whether something is a number, also of NumPy; True and False are none."""
    return isinstance(given, Real) and not isinstance(given, bool)


# Checks


def accepts(fits: Callable[[Any], bool], wanted: str) -> Check:
    """Return a check that accepts what fits, as it is."""

    def check(given: Any) -> Any:
        if not fits(given):
            raise ValueError(got(given, wanted))
        return given

    return check


def in_range(read: Check, least: float, most: float, wanted: str) -> Check:
    """Return a check of a number between two others, which may be reached."""

    def check(given: Any) -> Any:
        if not least <= (found := read(given)) <= most:
            raise ValueError(got(given, wanted))
        return found

    return check


def is_a(*kinds: type) -> Callable[[Any], bool]:
    """Return whether something is of one of some kinds; true and false do not count as numbers."""
    return lambda given: isinstance(given, kinds) and (bool in kinds or not isinstance(given, bool))


def lists(kind: type) -> Callable[[Any], bool]:
    """Return whether something is a list of one kind."""
    return lambda given: isinstance(given, list | tuple) and all(isinstance(one, kind) for one in given)


text: Callable[[Any], str] = accepts(is_a(str), _("a text in quotes"))
text_list = accepts(lists(str), _('a list of texts such as ["one", "another"]'))
flag = accepts(is_a(bool), _("true or false"))
section = accepts(is_a(Mapping), _("a section with keys"))
tables = accepts(lists(Mapping), _("a list of tables, each below its own [[heading]]"))
number: Callable[[Any], float] = accepts(lambda given: is_a(int, float)(given) and math.isfinite(given), _("a number"))
whole: Callable[[Any], int] = accepts(lambda given: is_a(int)(given) and given >= 0, _("a whole number"))
value = accepts(is_a(int, float, str), _("a number, or a number with a unit in quotes"))


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


def only(wanted: Any) -> Check:
    """Return a check that accepts one value, and nothing that merely equals it, such as true for 1."""
    return accepts(lambda given: type(given) is type(wanted) and given == wanted, repr(wanted))


def one_of(*names: str) -> Callable[[Any], str]:
    """Return a check that accepts one of some texts."""

    def check(given: Any) -> str:
        if not isinstance(given, str) or given not in names:
            wanted = _("one of {names}").format(names=", ".join(names))
            raise ValueError(Message("{}{}").format(got(given, wanted), suggestion(str(given), names)))
        return given

    return check


def texts(given: Any) -> tuple[str, ...]:
    """Return texts, of which one may be given without a list."""
    several = (given,) if isinstance(given, str) else given
    if not lists(str)(several):
        raise ValueError(got(given, _("a text or a list of texts")))
    return tuple(several)


def list_of(check: Check) -> Callable[[Any], list[Any]]:
    """Return a check of every item of a list."""

    def checked(given: Any) -> list[Any]:
        if not isinstance(given, list):
            raise ValueError(got(given, _("a list")))
        return _each(check, [(numbered("", at), one) for at, one in enumerate(given, 1)])

    return checked


def by_name(check: Check) -> Callable[[Any], dict[Any, Any]]:
    """Return a check of a table with values by name."""

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


def _each(check: Check, given: list[tuple[str, Any]]) -> list[Any]:
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
    """Return an answer, and None while it is open."""
    if isinstance(given, bool):
        return given
    answers = {"yes": True, "no": False, "": None}
    if not isinstance(given, str) or given.strip().casefold() not in answers:
        raise ValueError(got(given, _('"yes" or "no", or "" while it is open')))
    return answers[given.strip().casefold()]


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
