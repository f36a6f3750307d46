"""The catalogue of checks: each is a small function with a code, what it needs, its rule and its severity."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from jcm_calc.languages import Message, _
from jcm_calc.problems import InputError, Problem
from jcm_calc.verification.findings import Finding, Severity

if TYPE_CHECKING:
    from jcm_calc.verification.material import Material

Function = Callable[["Material"], Iterable[Finding]]

GROUPS = {
    "A": ("traceability", _("Traceability")),
    "B": ("magnitudes", _("Units and magnitudes")),
    "C": ("formulas", _("Formulas")),
    "D": ("defaults", _("Defaults and factors")),
    "E": ("meters", _("Meters and calibration")),
    "F": ("gaps", _("Gaps and substitution")),
    "G": ("periods", _("Periods and vintages")),
    "H": ("totals", _("Totals and rounding")),
    "I": ("cross_checks", _("Cross-checks")),
    "J": ("design_changes", _("Eligibility and design changes")),
    "K": ("reporting", _("Reporting consistency")),
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


@dataclass(frozen=True)
class Check:
    """A check of the catalogue.

    Attributes
    ----------
    code, name : str
    rule : str
        What has to hold, in a sentence or two.
    severity : Severity
        Of its findings, unless one says otherwise.
    needs : tuple of str
        Keys of `NEEDS`; without them the check is not made.
    asked : str
        The public page of a review in which it was found.
    """

    code: str
    name: str
    rule: str
    severity: Severity
    needs: tuple[str, ...]
    asked: str
    function: Function

    @property
    def group(self) -> str:
        """The name of its group."""
        return GROUPS[self.code[0]][1]

    def __call__(self, material: Material) -> Iterator[Finding]:
        """Yield what it finds."""
        for finding in self.function(material):
            yield replace(finding, code=self.code, name=self.name, severity=finding.severity or self.severity)


_known: dict[str, Check] = {}


def check(
    code: str, name: str, rule: str, *, severity: Severity = Severity.ERROR, needs: str = "", asked: str = ""
) -> Callable[[Function], Function]:
    """Declare a check."""

    def declare(function: Function) -> Function:
        if code in _known:
            raise ValueError(f"two checks have the code {code}")
        _known[code] = Check(code, Message(name), Message(rule), severity, tuple(needs.split()), asked, function)
        return function

    return declare


def measured(
    code: str, name: str, rule: str, asked: str, *, severity: Severity = Severity.ERROR, needs: str = "result readings"
) -> None:
    """Declare a check of which the comparison with readings, or with dated rows, finds everything."""

    def function(material: Material) -> Iterator[Finding]:
        yield from material.measured(code)

    check(code, name, rule, severity=severity, needs=needs, asked=asked)(function)


@cache
def every() -> tuple[Check, ...]:
    """Return every check, in the order of the catalogue."""
    package = __package__ or ""
    modules = {name for name, _ in GROUPS.values()}
    for module in pkgutil.iter_modules(import_module(package).__path__):
        if module.name in modules:
            import_module(f"{package}.{module.name}")
    return tuple(sorted(_known.values(), key=lambda one: (one.code[0], int(one.code[1:]))))


def selected(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Check]:
    """Return the checks whose codes begin with one of ``select``, without those of ``ignore``.

    Examples
    --------
    >>> [check.code for check in selected(["H"], ["H5"])]
    ['H1', 'H2', 'H3']
    """
    codes = [one.code for one in every()]
    unknown = [prefix for prefix in (*select, *ignore) if not any(_begins(code, prefix) for code in codes)]
    if unknown:
        complaint = _("is no code of a check, and none begins so; see docs/verification.md")
        raise InputError(_("checks"), [Problem(prefix, complaint) for prefix in unknown])
    chosen = [one for one in every() if not select or any(_begins(one.code, prefix) for prefix in select)]
    return [one for one in chosen if not any(_begins(one.code, prefix) for prefix in ignore)]


def _begins(code: str, prefix: str) -> bool:
    """Whether a prefix is the letter of a group or a whole code: A1 is not the beginning of A10."""
    return code == prefix.upper() or code[0] == prefix.upper()
