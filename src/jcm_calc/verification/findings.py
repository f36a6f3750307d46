"""What a check finds: where, the value found and the value expected, why, and the effect on ER."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypedDict, Unpack

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.inputs.schema import (
    Field,
    filled_text,
    got,
    numbered,
    past_day,
    read_table,
    read_tables,
    tables,
    text,
)
from jcm_calc.verification.catalogue import Check, checks
from jcm_calc.verification.catalogue import Severity as Severity
from jcm_calc.verification.location import Location, joined
from jcm_calc.verification.quantities import EnteredValue

ORDER = list(Severity)
# What a finding is a candidate for; the verifier decides.
CANDIDATES = {Severity.ERROR: "CAR", Severity.QUESTION: "CL", Severity.WARNING: "FAR"}
ASKED = _("question to the project participant: ")
SEVERITIES = {Severity.ERROR: _("errors"), Severity.WARNING: _("warnings"), Severity.QUESTION: _("questions")}
DATA = (
    *("number", "candidate", "code", "title", "page", "severity", "message", "place", "places", "subject", "found"),
    *("expected", "unit", "because", "effect", "cause", "question", "consequences", "unconfirmed", "unresolved"),
    "accepted",
)


@dataclass(frozen=True)
class EffectOnER:
    """What a finding does to the emission reductions: as found minus as expected.

    Attributes
    ----------
    exact : float
        In tCO2, unrounded; above 0 where the reported ER is too high.
    tonnes : mapping
        Whole tonnes by calendar year.
    """

    exact: float
    tonnes: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Whole tonnes of all years."""
        return sum(self.tonnes.values())

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {"tCO2": self.exact, "tonnes": dict(self.tonnes)}

    def __str__(self) -> str:
        if self.exact == 0 and not self.total:
            return _("no effect on ER")
        years = ", ".join(f"{year}: {tonnes:+,}" for year, tonnes in self.tonnes.items())
        high = _("ER too high by {amount:,.6g} tCO2; whole tonnes {total:+,} ({years})")
        low = _("ER too low by {amount:,.6g} tCO2; whole tonnes {total:+,} ({years})")
        return (high if self.exact > 0 else low).format(amount=abs(self.exact), total=self.total, years=years)


@dataclass(frozen=True)
class Correction:
    """What an entered value should be: a value in its declared unit, or by how much it is too high."""

    entry: EnteredValue
    value: float | None = None
    excess: float | None = None


@dataclass(frozen=True)
class Acceptance:
    """A finding that somebody accepted: its code, and its place or subject; why, who and when, as given."""

    code: str
    place: str
    subject: str
    reason: str
    person: str
    date: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about a finding."""
        return (
            self.code == finding.code
            and (not self.place or self.place in {*map(str, finding.places), str(finding.place)})
            and (not self.subject or self.subject == finding.subject)
        )

    def __str__(self) -> str:
        said = _("accepted by {person}{date}: {reason}")
        date = Message(" ({})").format(self.date) if self.date else ""
        return said.format(person=self.person, date=date, reason=self.reason)

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return data_of(self, ("reason", "person", "date"))


@dataclass(frozen=True)
class Finding:
    """One cause, with everything that follows from it.

    Attributes
    ----------
    code : str
        Of the check, see `jcm_calc.verification.catalogue`.
    message : str
        What is wrong, in a sentence.
    where : Location or tuple of Location
        Sheet and cells, meter and time, or a file.
    subject : str
        The symbol of the quantity.
    found, expected : object
        The value that the file has, and the one that it should have.
    unit : str
        Of these, where they are numbers.
    because : str
        How the expected value is calculated.
    effect : EffectOnER, optional
        Where it can be calculated.
    cause : str
        The likely slip, where a ratio gives it away.
    question : str
        What the project participant is asked.
    consequences : tuple of str
        What differs because of it, without a separate finding.
    unconfirmed : str
        The rule it rests on, where that is not confirmed.
    severity : Severity
        That of the check where none is given.
    corrections : tuple of Correction
        What of it is to be changed in the values that were entered.
    unresolved : bool
        Whether the verification stays incomplete until somebody has settled it, though it may be no error.
    number : str
        In the working paper: the kind of request that it is a candidate for, and a number.
    accepted : Acceptance, optional
    """

    code: str
    message: str
    where: Location | tuple[Location, ...] = ()
    subject: str = ""
    found: Any = None
    expected: Any = None
    because: str = ""
    effect: EffectOnER | None = None
    cause: str = ""
    question: str = ""
    consequences: tuple[str, ...] = ()
    unconfirmed: str = ""
    severity: Severity | None = None
    unit: str = ""
    corrections: tuple[Correction, ...] = ()
    unresolved: bool = False
    number: str = ""
    accepted: Acceptance | None = None

    def __post_init__(self) -> None:
        if self.severity is None:
            object.__setattr__(self, "severity", self.check.severity)

    @property
    def check(self) -> Check:
        """The check that it belongs to."""
        return checks()[self.code]

    @property
    def headline(self) -> str:
        """Code, severity, message and place."""
        where = Message(" ({})").format(self.place) if self.place else ""
        return Message("{} {}: {}{}").format(self.code, self.severity, self.message, where)

    def __str__(self) -> str:
        effect = "" if self.effect is None else str(self.effect)
        return Message("; ").join(filter(None, (self.headline, effect, self.cause, self.asked)))

    @property
    def places(self) -> tuple[Location, ...]:
        """Where it is."""
        return (self.where,) if isinstance(self.where, Location) else self.where

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return joined(self.places)

    @property
    def asked(self) -> str:
        """Who is asked what; empty where there is no question."""
        return ASKED + self.question if self.question else ""

    @property
    def candidate(self) -> str:
        """What it is a candidate for."""
        return CANDIDATES[self.severity or Severity.ERROR]

    @property
    def title(self) -> str:
        """What the findings of its check say."""
        return self.check.title

    @property
    def page(self) -> str:
        """The section of its check in the documentation."""
        return self.check.page

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return data_of(self, DATA)


class Corrected(TypedDict, total=False):
    """What is to be changed in entered values, and what that does to ER."""

    corrections: tuple[Correction, ...]
    effect: EffectOnER | None


class Details(Corrected, total=False):
    """What a finding can say in addition to its message and values; see `Finding`."""

    cause: str
    question: str
    unconfirmed: str
    severity: Severity | None
    unit: str
    unresolved: bool


def finding(
    code: str,
    message: Message,
    where: Location | tuple[Location, ...],
    symbol: str = "",
    found: Any = None,
    expected: Any = None,
    because: str = "",
    say: Mapping[str, Any] = MappingProxyType({}),
    **details: Unpack[Details],
) -> Finding:
    """Return a finding; its message can name ``{symbol}``, ``{found}``, ``{expected}``, and what ``say`` has."""
    values = {"symbol": symbol, "found": shown_number(found), "expected": shown_number(expected), **say}
    return Finding(code, message.format(**values), where, symbol, found, expected, because, **details)


def shown_number(value: Any) -> str:
    """Write a number to be read: all its digits where there are few, else ten.

    Examples
    --------
    >>> shown_number(42826880.0), shown_number(0.814), shown_number("kWh")
    ('42,826,880', '0.814', 'kWh')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.10g}"


def with_unit(value: Any, unit: str) -> str:
    """Write a number with its unit; anything else as it is.

    Examples
    --------
    >>> print(with_unit(135000.0, "MWh"), with_unit("C", "MWh"))
    135,000 MWh C
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Message("{} {}").format(shown_number(value), unit) if number and unit else shown_number(value)


# Ready for JSON


def data_of(thing: object, names: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of an object, or some attributes, ready for JSON."""
    return {name: data(getattr(thing, name)) for name in names or (one.name for one in fields(thing))}  # type: ignore[arg-type]


def data(value: Any) -> Any:
    """Return a value ready for JSON."""
    if hasattr(value, "as_data"):
        return value.as_data()
    if isinstance(value, Mapping):
        return {key: data(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [data(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


# Accepted findings


def code_of_check(given: Any) -> str:
    """Return the code of a check, in capitals."""
    if text(given).upper() not in checks():
        raise ValueError(got(given, _("the code of a check, see `jcm verify --list`")))
    return str(given).upper()


FILE = {"accepted": Field(tables)}
ACCEPTED = {
    "code": Field(code_of_check, required=True),
    **dict.fromkeys(("place", "subject"), Field(text)),
    "reason": Field(filled_text, required=True),
    "person": Field(filled_text, required=True),
    "date": Field(past_day),
}


def read_accepted(path: str | os.PathLike[str]) -> tuple[Acceptance, ...]:
    """Read a file of accepted findings.

    Each is a table ``[[accepted]]`` with ``code``, ``place`` (sheet and cell, as the finding has them) or
    ``subject`` (the symbol), ``reason`` and ``person``, and, if known, ``date``.

    Raises
    ------
    InputError
        With everything that is wrong in it.
    """
    path = Path(path)
    problems: list[Problem] = []
    entries = read_table(path.name, parse_toml(path.name, read_text(path)), FILE, problems).get("accepted", ())
    found = read_tables("[[accepted]]", entries, ACCEPTED, problems)
    for number, entry in enumerate(entries, 1):
        if all(entry.get(key, "") == "" for key in ("place", "subject")):
            complaint = _("missing: place or subject, so that it is clear which finding is accepted")
            problems.append(Problem(numbered("[[accepted]]", number), complaint))
    InputError.raise_for(path.name, problems)
    return tuple(Acceptance(**{"place": "", "subject": "", **one, "date": str(one.get("date") or "")}) for one in found)
