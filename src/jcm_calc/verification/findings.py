"""What a check finds: where, what stands there, what should, why, and what it does to the claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from jcm_calc.languages import Message, _
from jcm_calc.problems import Problem

if TYPE_CHECKING:
    from jcm_calc.verification.quantities import Entry


class Severity(StrEnum):
    """How grave a finding is.

    ``error``
        the number is wrong, or a binding rule is broken;
    ``warning``
        not as planned or not supported; the number may stand;
    ``question``
        only a person can settle it.
    """

    ERROR = _("error")
    WARNING = _("warning")
    QUESTION = _("question")


ORDER = list(Severity)
ASKED = _("asked of the project participant: ")
SEVERITIES = {Severity.ERROR: _("errors"), Severity.WARNING: _("warnings"), Severity.QUESTION: _("questions")}


@dataclass(frozen=True)
class Effect:
    """What a finding does to the emission reductions: as found minus as expected.

    Attributes
    ----------
    exact : float
        In tCO2, unrounded; above 0 where the claim is too high.
    tonnes : mapping
        Whole tonnes by calendar year.
    """

    exact: float
    tonnes: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Whole tonnes of all years."""
        return sum(self.tonnes.values())

    def __str__(self) -> str:
        if self.exact == 0 and not self.total:
            return _("no effect on ER")
        years = ", ".join(f"{year}: {tonnes:+,}" for year, tonnes in self.tonnes.items())
        high = _("ER too high by {amount:,.6g} tCO2; whole tonnes {total:+,} ({years})")
        low = _("ER too low by {amount:,.6g} tCO2; whole tonnes {total:+,} ({years})")
        return (high if self.exact > 0 else low).format(amount=abs(self.exact), total=self.total, years=years)


@dataclass(frozen=True)
class Correction:
    """What an entered value should be: a value in its declared unit, or by how much it is too high.

    Attributes
    ----------
    value, excess : float or None
        One of the two.
    """

    entry: Entry
    value: float | None = None
    excess: float | None = None


@dataclass(frozen=True)
class Finding:
    """One cause, with everything that follows from it.

    Attributes
    ----------
    message : str
        What is wrong, in a sentence.
    place : str
        Sheet and cells, or what else says where it is.
    subject : str
        The symbol of the quantity.
    found, expected : object
        The value that stands there, and the one that should.
    because : str
        How the expected value comes about.
    effect : Effect, optional
        Where it can be calculated.
    cause : str
        The likely slip, where a ratio gives it away.
    question : str
        What the project participant is asked.
    consequences : tuple of str
        What differs because of it and is no finding of its own.
    unconfirmed : str
        The rule it rests on, where nobody has confirmed it.
    severity : Severity or None
        None for the one that the check declares.
    code, name : str
        Of the check.
    corrections : tuple of Correction
        What of it is to be changed in the values that were entered.
    unresolved : bool
        Whether the verification stays incomplete until somebody has settled it, though it may be no error.
    """

    message: str
    place: str = ""
    subject: str = ""
    found: Any = None
    expected: Any = None
    because: str = ""
    effect: Effect | None = None
    cause: str = ""
    question: str = ""
    consequences: tuple[str, ...] = ()
    unconfirmed: str = ""
    severity: Severity | None = None
    code: str = ""
    name: str = ""
    corrections: tuple[Correction, ...] = ()
    unresolved: bool = False

    def __str__(self) -> str:
        where = Message(" ({})").format(self.place) if self.place else ""
        parts: list[str] = [Message("{} {}: {}{}").format(self.code, self.severity, self.message, where)]
        if self.effect is not None:
            parts.append(str(self.effect))
        parts += filter(None, (self.cause, self.asked))
        return Message("; ").join(parts)

    @property
    def asked(self) -> str:
        """Who is asked what; nothing where nobody is."""
        return ASKED + self.question if self.question else ""

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        effect = self.effect
        return {
            "code": self.code,
            "name": self.name,
            "severity": str(self.severity),
            "message": self.message,
            "place": self.place,
            "subject": self.subject,
            "found": _plain(self.found),
            "expected": _plain(self.expected),
            "because": self.because,
            "effect": None if effect is None else {"tCO2": effect.exact, "tonnes": dict(effect.tonnes)},
            "cause": self.cause,
            "question": self.question,
            "consequences": list(self.consequences),
            "unconfirmed": self.unconfirmed,
            "unresolved": self.unresolved,
        }


def of_problem(problem: Problem, **more: Any) -> Finding:
    """Return a finding that says what a complaint says."""
    message = Message("{}: {}").format(problem.subject, problem.complaint)
    return Finding(message, subject=problem.subject, **more)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def shown_number(value: Any) -> str:
    """Write a number to be read: all its digits where there are few, else fifteen.

    Examples
    --------
    >>> shown_number(42826880.0), shown_number(0.814), shown_number("kWh")
    ('42,826,880', '0.814', 'kWh')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.10g}"
