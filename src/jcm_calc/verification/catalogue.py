"""The checks of `jcm verify`: code, title, rule, severity and needs are data, in `catalogue.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jcm_calc.languages import Message, _
from jcm_calc.problems import InputError, Problem

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
# What a check can need besides the report's workbook.
NEEDS = {
    "result": _("inputs from which the reductions can be calculated again"),
    "plan": _("a monitoring plan with values: in the workbook, or given with it"),
    "previous": _("an earlier report"),
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
    title : str
        What its findings say.
    rule : str
        What must hold, in a sentence or two.
    severity : Severity
        Of its findings, unless one says otherwise.
    needs : tuple of str
        Keys of `NEEDS`; without them the check is not made.
    review : str
        The public page of a review in which it was raised.
    """

    code: str
    title: str
    rule: str
    severity: Severity
    needs: tuple[str, ...]
    review: str

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
    found = {}
    for code, text in _written()["checks"].items():
        title, rule = Message(text["title"]), Message(text["rule"])
        needs = tuple(text.get("needs", ()))
        found[code] = Check(code, title, rule, Severity(text["severity"]), needs, text.get("review", ""))
    return MappingProxyType(found)


def not_checked() -> dict[str, tuple[str, str]]:
    """Return the findings of reviewers that no check makes, by code: title and reason."""
    return {code: (Message(one["title"]), Message(one["reason"])) for code, one in _written()["not_checked"].items()}


def selected(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Check]:
    """Return the checks whose codes or groups are in ``select``, without those of ``ignore``.

    Examples
    --------
    >>> [check.code for check in selected(["H"], ["H5"])]
    ['H1', 'H2', 'H3']
    """
    unknown = [name for name in (*select, *ignore) if not any(_names(name, code) for code in checks())]
    if unknown:
        complaint = _("is no code of a check, and none begins so; see docs/verification.md")
        raise InputError(_("checks"), [Problem(name, complaint) for name in unknown])
    chosen = [one for one in checks().values() if not select or any(_names(name, one.code) for name in select)]
    return [one for one in chosen if not any(_names(name, one.code) for name in ignore)]


def _names(name: str, code: str) -> bool:
    """Whether somebody names a check by its code or by its group: A1 is not the beginning of A10."""
    return name.upper() in (code, code[0])
