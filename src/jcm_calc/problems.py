"""Complaints about an input: all at once, each for the person who can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class InputWarning(UserWarning):
    """A value that is possible but hardly meant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter, table or file.

    Attributes
    ----------
    subject : str
        The document's symbol, or the name of a table or file.
    complaint : str
        What came, and what was expected.
    place : str
        Where the parameter stands in the official documents.
    """

    subject: str
    complaint: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.complaint}" + (f" [{self.place}]" if self.place else "")


class InputError(ValueError):
    """The input cannot be used; nothing was calculated.

    Attributes
    ----------
    problems : tuple of Problem
    warnings : tuple of Problem
        What was noticed besides.
    """

    def __init__(self, subject: str, problems: Sequence[Problem], warnings: Sequence[Problem] = ()) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
        lines = [f"{count} with the input of {subject}; nothing was calculated"]
        lines += [f"  {problem}" for problem in problems]
        lines += [f"  warning: {warning}" for warning in warnings]
        super().__init__("\n".join(lines))


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known name, or nothing.

    Examples
    --------
    >>> suggestion("EC_PV", ["EC_PJ", "COP_PJ"])
    '; did you mean EC_PJ?'
    """
    folded = {word.casefold(): word for word in known}
    near = get_close_matches(name.casefold(), folded, n=1)
    return f"; did you mean {folded[near[0]]}?" if near else ""


def listed(items: Iterable[object], limit: int = 5) -> str:
    """Join the first few items, and say how many more there are."""
    texts = [str(item) for item in items]
    more = f" and {len(texts) - limit} more" if len(texts) > limit else ""
    return ", ".join(texts[:limit]) + more
