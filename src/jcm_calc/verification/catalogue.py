"""The checks of `jcm verify`: code, title, rule, severity and needs are data, in `catalogue.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem

GROUPS = {
    "A": _("Traceability"),
    "B": _("Units and magnitudes"),
    "C": _("Formulas"),
    "D": _("Defaults and factors"),
    "E": _("Meters and calibration"),
    "F": _("Gaps and substitution"),
    "G": _("Periods and vintages"),
    "H": _("Totals and rounding"),
    "I": _("Cross-checks"),
    "J": _("Eligibility and design changes"),
    "K": _("Reporting consistency"),
}
# What is written of a check, to be translated.
TEXTS = ("title", "rule", "why", "example", "answer", "case")
# What a check can need besides the report's workbook.
NEEDS = {
    "result": _("inputs that allow a recalculation of the reductions"),
    "plan": _("a monitoring plan with values: in the workbook, or as a separate file"),
    "case": _("a case file"),
    "meters": _("meters with their calibration: `[meters]` of the case file, or monitored readings"),
    "readings": _("readings: `[readings]` of the case file, or monitored readings"),
}


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


@dataclass(frozen=True)
class Check:
    """A check of the catalogue.

    Attributes
    ----------
    code : str
        A letter for the group, and a number.
    severity : Severity
        Of its findings, unless one says otherwise.
    needs : tuple of str
        Keys of `NEEDS`; without them the check is not made.
    """

    code: str
    title: str  #: What its findings say.
    rule: str  #: What must hold, in a sentence or two.
    severity: Severity
    needs: tuple[str, ...]
    why: str  #: Why it matters.
    example: str  #: What it looks like in a workbook.
    answer: str  #: What answers a finding.
    case: str  #: The finding of a review, elsewhere, that the check goes back to.
    review: str  #: The public page of this review.

    @property
    def page(self) -> str:
        """Its section in the documentation."""
        return f"checks.html#{self.code.lower()}"

    def explained(self) -> Iterator[tuple[str, str]]:
        """Yield what is to be known of it, each under its name."""
        yield _("Rule"), self.rule
        yield _("Why"), self.why
        yield _("Example"), self.example
        yield _("How to answer"), self.answer
        yield _("Severity"), Message(self.severity)
        if self.needs:
            yield _("Needs"), Message("; ").join(NEEDS[need] for need in self.needs)
        if self.review:
            yield _("Raised in a review of another project"), Message("{}: {}").format(self.case, self.review)

    @property
    def group(self) -> str:
        """The name of its group."""
        return GROUPS[self.code[0]]


@cache
def _written() -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads(files(__package__).joinpath("catalogue.toml").read_text("utf-8")))


@cache
def checks() -> Mapping[str, Check]:
    """Return every check by its code, in the order of the catalogue."""
    return MappingProxyType({code: _check(code, text) for code, text in _written()["checks"].items()})


def _check(code: str, written: Mapping[str, Any]) -> Check:
    texts = {key: Message(written.get(key, "")) for key in TEXTS}
    severity, needs = Severity(written["severity"]), tuple(written.get("needs", ()))
    return Check(code=code, severity=severity, needs=needs, review=written.get("review", ""), **texts)


def not_checked() -> dict[str, tuple[str, str]]:
    """Return the findings of reviewers that no check makes, by code: title and reason."""
    return {code: (Message(one["title"]), Message(one["reason"])) for code, one in _written()["not_checked"].items()}


def selected(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Check]:
    """Return the checks whose codes or groups are in ``select``, without those of ``ignore``.

    One text may name several, with commas between them.

    Examples
    --------
    >>> [check.code for check in selected(["H"], ["H1,H5"])]
    ['H2', 'H3']
    """
    select, ignore = (
        [name.strip() for text in texts for name in text.split(",") if name.strip()] for texts in (select, ignore)
    )
    unknown = [name for name in (*select, *ignore) if not any(_names(name, code) for code in checks())]
    if unknown:
        complaint = _("is not the code of a check or the letter of a group: `jcm verify --list` shows them")
        raise InputError(_("checks"), [Problem(name, complaint) for name in unknown])
    chosen = [one for one in checks().values() if not select or any(_names(name, one.code) for name in select)]
    return [one for one in chosen if not any(_names(name, one.code) for name in ignore)]


def _names(name: str, code: str) -> bool:
    """Whether somebody names a check by its code or by its group: A1 is not the beginning of A10."""
    return name.upper() in (code, code[0])
