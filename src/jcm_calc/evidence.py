"""What has been read, where, and how far it can be trusted.

Every equation, default, choice and criterion of a methodology carries an `Evidence`.  Its grade
decides what may be done with it:

``primary``
    read in a primary document of the approved methodology or of a project that applies it;
``secondary``
    read in a secondary source that describes the approved methodology;
``unconfirmed``
    everything else: recalled, drafts, studies before approval, sister methodologies, analogies,
    derivations.  An unconfirmed rule may estimate; it never certifies a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jcm_calc.languages import Message, _


class UnconfirmedWarning(UserWarning):
    """A result rests on rules or values that nobody has read in the approved document."""


class Grade(StrEnum):
    """The three grades, best first."""

    PRIMARY = _("primary")
    SECONDARY = _("secondary")
    UNCONFIRMED = _("unconfirmed")

    @property
    def certifies(self) -> bool:
        """Whether a claim may rest on it."""
        return self is not Grade.UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its title, where it can be found, and the place in it.

    Examples
    --------
    >>> print(Source("JCM project design document", "https://example.org/pdd", "section C.1"))
    JCM project design document, section C.1, https://example.org/pdd
    """

    title: str
    url: str = ""
    place: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.place, self.url) if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The grade of one statement, its source, and what a reader ought to know about it.

    Parameters
    ----------
    grade : Grade
    note : str
        What was read, or why nothing was.
    source : Source, optional
    certainty : int, optional
        For recalled statements, how sure the person who recalled them was, in per cent.
    """

    grade: Grade
    note: str = ""
    source: Source | None = None
    certainty: int | None = None

    @property
    def confirmed(self) -> bool:
        """Whether a claim may rest on it."""
        return self.grade.certifies

    def __str__(self) -> str:
        sure = f" ({self.certainty} %)" if self.certainty is not None else ""
        grade = Message("{}{}").format(self.grade, sure)
        return Message("{}: {}").format(grade, self.note) if self.note else grade


def primary(source: Source, note: str = "") -> Evidence:
    """Evidence read in a primary document.

    Examples
    --------
    >>> print(primary(Source("project design document"), "135 MWh and 167 MWh fix the ratio"))
    primary: 135 MWh and 167 MWh fix the ratio
    """
    return Evidence(Grade.PRIMARY, note, source)


def secondary(source: Source, note: str = "") -> Evidence:
    """Evidence read in a secondary source that describes the approved methodology."""
    return Evidence(Grade.SECONDARY, note, source)


def unconfirmed(note: str, certainty: int | None = None, source: Source | None = None) -> Evidence:
    """Evidence that only supports an estimate.

    Examples
    --------
    >>> print(unconfirmed("recalled, not read", 85))
    unconfirmed (85 %): recalled, not read
    """
    return Evidence(Grade.UNCONFIRMED, note, source, certainty)
