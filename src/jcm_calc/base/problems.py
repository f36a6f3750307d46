"""Problems of an input, reported together, each for the person who can correct it."""

from __future__ import annotations

import math
import os
import re
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from sysconfig import get_path
from traceback import walk_stack
from typing import Any, Self

from jcm_calc.base.languages import Message, _, ngettext, translated

# What a person reads; `InputError.problems` has them all.
LINES = 50
# What all files of this library begin with.
PACKAGE = str(Path(__file__).parents[1]) + os.sep
STANDARD_LIBRARY = get_path("stdlib") + os.sep
# Folders of installed packages, also on Debian.
INSTALLED = {"site-packages", "dist-packages"}


class ProblemKind(StrEnum):
    """What a complaint is about, for programs: they do not read the sentence."""

    MISSING = "missing"
    AMBIGUOUS_DATE = "ambiguous date"
    AMBIGUOUS_NUMBER = "ambiguous number"
    OUT_OF_BOUNDS = "out of bounds"
    NO_CLASS = "no class"
    IMPLAUSIBLE = "implausible"
    OTHER_UNIT = "other unit"
    TWO_UNITS = "two units"
    PER_CENT = "per cent"
    DUPLICATE = "duplicate"
    GIVEN_TWICE = "given twice"
    YEARS_DIFFER = "years differ"
    OVERLAP = "overlap"
    UNKNOWN_SYMBOL = "unknown symbol"
    UNKNOWN_METER = "unknown meter"
    NO_READINGS = "no readings"


class ArgumentKey(str):
    """A key of an argument, such as ``project['number']``, with what it is called in a file: ``[project] number``."""

    in_file: str

    def __add__(self, rest: str) -> ArgumentKey:
        found = ArgumentKey(f"{self}{rest}")
        found.in_file = f"{self.in_file}{rest}"
        return found


class InputWarning(UserWarning):
    """A value that is possible but implausible."""


class RemarkWarning(InputWarning):
    """A result that has to be looked at before it is used; see `jcm_calc.Result.remarks`."""


class IneligibleWarning(RemarkWarning):
    """An eligibility criterion is not met: there are no credits for the result, whatever it is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter, table or file.

    Attributes
    ----------
    subject : str
        The document's symbol, or the name of a table or file.
    complaint : str
        What was got, and what was expected.
    place : str
        Where the official documents have the parameter.
    name : str
        What is typed to give the parameter, where the symbol does not show it.
    """

    subject: str
    complaint: str
    place: str = ""
    name: str = field(default="", compare=False, kw_only=True)

    @property
    def kinds(self) -> frozenset[StrEnum]:
        """What the complaint is about."""
        return frozenset(kind for kind, _ in self._tags())

    def detail(self, kind: ProblemKind) -> str:
        """Return what is known of a kind: the unit that a number looks like, the name of an unknown meter."""
        return next((detail for one, detail in self._tags() if one is kind), "")

    def _tags(self) -> Iterator[tuple[StrEnum, str]]:
        if isinstance(self.complaint, Message):
            yield from self.complaint.tags()

    def __str__(self) -> str:
        subject = (
            _("{name} (symbol {symbol})").format(name=self.name, symbol=self.subject) if self.name else self.subject
        )
        text = Message("{}: {}").format(subject, self.complaint)
        return text + Message(" [{}]").format(self.place) if self.place else text


class Topic(StrEnum):
    """What a remark is about, the gravest first."""

    NOT_MET = _("criterion not met")
    CROSS_CHECK = _("cross-check violated")
    IMPLAUSIBLE = _("outside the plausible range")
    LESS_CONSERVATIVE = _("less conservative than the document")
    APART = _("far from the other amounts")
    CONTRADICTORY = _("contradicts another input")
    NEAR_LIMIT = _("near the limit of a class")
    LEFT_OUT = _("left out")
    NOTED = _("noted")


@dataclass(frozen=True, slots=True)
class Remark(Problem):
    """Something that a result is used with only after somebody has looked at it.

    Attributes
    ----------
    topic : Topic
    numbers : tuple of (str, float)
        The figures that it is about, by name, in the units of the methodology.
    """

    topic: Topic = Topic.NOTED
    numbers: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, problem: Problem) -> Remark:
        """Return a problem as a remark."""
        return problem if isinstance(problem, Remark) else cls(problem.subject, problem.complaint, problem.place)

    def warn(self) -> None:
        """Warn of it."""
        warn(str(self), IneligibleWarning if self.topic is Topic.NOT_MET else RemarkWarning)

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "topic": str(self.topic),
            "subject": self.subject,
            "complaint": str(self.complaint),
            "numbers": {name: value if math.isfinite(value) else None for name, value in self.numbers},
        }

    @property
    def line(self) -> str:
        """What it is about and what it says, for a list of remarks."""
        return str(self) if self.topic is Topic.NOT_MET else Message("{}: {}").format(Message(self.topic), str(self))

    def __str__(self) -> str:
        template = "{} {}" if self.topic is Topic.NOT_MET else "{}: {}"
        return Message(template).format(self.subject, self.complaint)


class InputError(ValueError):
    """The input cannot be used; nothing was calculated.

    Attributes
    ----------
    problems : tuple of Problem
    warnings : tuple of Problem
        What else was noticed.
    """

    def __init__(self, subject: str, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        super().__init__(subject)

    @classmethod
    def of(cls, name: str, complaint: str) -> Self:
        """Return the refusal of a file or an argument for one reason."""
        return cls(name, [Problem(name, complaint)])

    @classmethod
    def raise_for(cls, subject: str, problems: Iterable[Problem], warnings: Sequence[Problem] = ()) -> None:
        """Refuse an input that has problems, all of them at once."""
        if found := tuple(problems):
            raise cls(subject, found, warnings)

    @property
    def headline(self) -> str:
        """How many problems there are, and with what."""
        return ngettext(
            "{count} problem with the input of {subject}; nothing was calculated",
            "{count} problems with the input of {subject}; nothing was calculated",
            len(self.problems),
        ).format(count=len(self.problems), subject=self.subject)

    @property
    def text(self) -> str:
        """All that is wrong, a line each; `str` says it in the language of the context."""
        lines: list[str] = [self.headline, *(Message("  {}").format(one) for one in self.problems[:LINES])]
        if len(self.problems) > LINES:
            lines.append(_("  and {count:,} more").format(count=len(self.problems) - LINES))
        lines += [_("  warning: {warning}").format(warning=one) for one in self.warnings[:LINES]]
        return Message("\n").join(lines)

    def __str__(self) -> str:
        return translated(self.text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes with its problems, not only with its message."""
        return type(self), (self.subject, self.problems, self.warnings)


def warn(text: str, category: type[Warning]) -> None:
    """Warn at the line of the user that called the library, whatever functions of libraries lie between.

    Where pandas or a pool of threads calls, that is the line that called them; in a thread, which has no such line, the
    line that called this library.
    """
    files = [frame.f_code.co_filename for frame, _line in walk_stack(sys._getframe())]
    callers = [level for level, file in enumerate(files, 1) if not file.startswith(PACKAGE)]
    own = [level for level in callers if not _of_library(files[level - 1])]
    warnings.warn(translated(text), category, stacklevel=next(iter([*own, *callers]), 1))


def _of_library(file: str) -> bool:
    """Whether a file is of Python itself or of an installed package, and not of the user."""
    return file.startswith(("<frozen ", STANDARD_LIBRARY)) or not INSTALLED.isdisjoint(Path(file).parts)


def require(package: str, extra: str) -> None:
    """Refuse to go on where an optional package is missing, and say how to install it.

    ``package`` is as it is imported, and ``extra`` the extra of this library that installs it.
    """
    if find_spec(package) is None:
        complaint = _("is not installed, and this needs it: pip install 'jcm-calc[{extra}]'").format(extra=extra)
        raise InputError(_("this environment"), [Problem(package, complaint)])


def no_such_file(path: object, subject: str = "") -> Message:
    """Return the complaint about a file that is not there, or lies in a network; ``subject`` may name it already."""
    if re.match(r"[A-Za-z][\w+.-]+:/", str(path)):
        complaint = _("{file} is an address; nothing is read from a network: download the file and name the copy")
    else:
        complaint = _("there is no such file") if str(path) == subject else _("there is no such file: {file}")
    return complaint.format(file=path)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known name, or nothing; nothing, too, where the text names several of them.

    Examples
    --------
    >>> suggestion("EC_PV", ["EC_PJ", "COP_PJ"])
    '; did you mean EC_PJ?'
    >>> suggestion("grid + captive", ["grid", "captive", "both"])
    ''
    """
    folded = {word.casefold(): word for word in known}
    if len(folded.keys() & re.findall(r"\w+", name.casefold())) > 1:
        return ""
    near = get_close_matches(name.casefold(), folded, n=1)
    return _("; did you mean {name}?").format(name=folded[near[0]]) if near else ""


def listed(items: Iterable[object], count: int | None = None, limit: int = 5) -> str:
    """Join the first few items, and say how many more there are.

    ``count`` is how many there are in all, where ``items`` holds only the first few or does not know.

    Examples
    --------
    >>> listed(range(240_000))
    '0, 1, 2, 3, 4 and 239,995 more'
    """
    if count is None:
        items = items if isinstance(items, Collection) else list(items)
        count = len(items)
    few = Message(", ").join(str(item) for item in islice(items, limit))
    return few + _(" and {count:,} more").format(count=count - limit) if count > limit else few


def shown(value: object, width: int = 60) -> str:
    """Return what somebody wrote, in quotes and cut to a readable length.

    Examples
    --------
    >>> shown("12 apples")
    "'12 apples'"
    >>> from datetime import date
    >>> shown(date(2024, 1, 31))
    '2024-01-31'
    """
    try:
        text = " ".join((str(value) if isinstance(value, date | time) else repr(value)).split())
    except Exception:  # some objects cannot even be shown, such as integers of more than 4,300 digits
        return _("a value of the type {type}").format(type=type(value).__name__)
    return text if len(text) <= width else f"{text[: width - 1]}…"
