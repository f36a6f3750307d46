"""What has been read, where, and how far it can be trusted.

Every equation, default, choice and criterion of a methodology carries an `Evidence`.  Its grade
decides what may be done with it:

``primary``
    read in a primary document of the approved methodology or of a project that applies it;
``secondary``
    read in a secondary source that describes the approved methodology;
``unconfirmed``
    not verified against the methodology: from recollection, drafts, studies before approval, related
    methodologies, analogies, derivations.  It supports an estimate, never an issuance request.

A user who has the approved document may confirm, in an evidence file, what the library could not:
the grade is then ``confirmed``, and the evidence names document, page, person and day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jcm_calc.base.languages import Message, _, translatable


class UnconfirmedWarning(UserWarning):
    """A result rests on rules or values that were not read in the approved document."""


class Grade(StrEnum):
    """How far a statement can be trusted: what the library read, best first, and what its user did."""

    CONFIRMED = _("confirmed")
    PRIMARY = _("primary")
    SECONDARY = _("secondary")
    UNCONFIRMED = _("unconfirmed")

    @property
    def confirms(self) -> bool:
        """Whether an issuance request may rest on it."""
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

    def __post_init__(self) -> None:
        """Make title and place texts that can be translated."""
        translatable(self, "title", "place")

    def __str__(self) -> str:
        return Message(", ").join(part for part in (self.title, self.place, self.url) if part)


# The grades that a methodology can give its statements.
GRADES = (Grade.PRIMARY, Grade.SECONDARY, Grade.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who has read a statement, where and when, as an evidence file says.

    Attributes
    ----------
    document, sha256 : str
        The title of the document, and the hash of its file.
    page, person : str
    day : date
    file : str
        The name of the evidence file.
    """

    document: str
    sha256: str
    page: str
    person: str
    day: date
    file: str

    def as_data(self) -> dict[str, str]:
        """Return it ready for JSON."""
        return {
            "document": self.document,
            "sha256": self.sha256,
            "page": self.page,
            "person": self.person,
            "date": str(self.day),
            "file": self.file,
        }


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
        For statements from recollection, how sure the person was, in per cent.
    confirmation : Confirmation, optional
        Of what an evidence file confirms.
    """

    grade: Grade
    note: str = ""
    source: Source | None = None
    certainty: int | None = None
    confirmation: Confirmation | None = None

    def __post_init__(self) -> None:
        """Refuse a grade that nothing supports, so that no request rests on it; make the note translatable."""
        translatable(self, "note")
        if self.source is not None and not isinstance(self.source, Source):
            raise TypeError(f'the source of evidence must be Source("title", …), got {self.source!r}')
        if self.grade is Grade.CONFIRMED and self.confirmation is None:
            raise ValueError("the grade confirmed comes from an evidence file: write primary(…) or secondary(…)")
        titled = self.source is not None and bool(self.source.title.strip())
        if self.grade.confirms and not titled:
            raise ValueError(f'{self.grade.value} evidence needs the document that was read: Source("title", …)')
        if not self.grade.confirms and not titled and not str(self.note).strip():
            raise ValueError(
                "unconfirmed evidence needs a note: what is from recollection or inferred, or what was not read"
            )

    @property
    def confirmed(self) -> bool:
        """Whether an issuance request may rest on it."""
        return self.grade.confirms

    def __str__(self) -> str:
        if self.grade is Grade.UNCONFIRMED and self.note:
            return _("Not verified against the methodology. Basis: {note}").format(note=self.note)
        return Message("{}: {}").format(self.grade, self.note) if self.note else Message(self.grade)


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
    >>> print(unconfirmed("from recollection, not read", 85))
    Not verified against the methodology. Basis: from recollection, not read
    """
    return Evidence(Grade.UNCONFIRMED, note, source, certainty)


def confirmed(confirmation: Confirmation, note: str = "") -> Evidence:
    """Evidence that an evidence file gives.

    Examples
    --------
    >>> read = Confirmation("Test document", "0" * 64, "page 7", "A. Reader", date(2024, 5, 17), "evidence.toml")
    >>> print(confirmed(read))
    confirmed: read by A. Reader on 2024-05-17
    """
    text = _("read by {person} on {day}").format(person=confirmation.person, day=confirmation.day)
    text = Message("{}; {}").format(text, note) if note else text
    source = Source(confirmation.document, place=confirmation.page)
    return Evidence(Grade.CONFIRMED, text, source, None, confirmation)
