"""From emission reductions to whole tonnes by calendar year, and what a claim needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jcm_calc.evidence import Evidence, unconfirmed
from jcm_calc.inputs import Period


class UncertifiedError(Exception):
    """A claim was asked for that rests on rules or values nobody has confirmed.

    Attributes
    ----------
    missing : tuple of Item
        What has to be confirmed first.
    """

    def __init__(self, subject: str, missing: Sequence[Item]) -> None:
        self.missing = tuple(missing)
        lines = [f"{subject} supports an estimate, not a claim: {len(missing)} items are not confirmed"]
        lines += [f"  {item}" for item in missing]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a claim rests on.

    Attributes
    ----------
    kind : str
        ``"equation"``, ``"default"``, ``"choice"``, ``"criterion"`` or ``"scheme rule"``.
    name : str
        The document's symbol, the number of a criterion, the name of a rule.
    section : str
        Where it should stand.
    evidence : Evidence
    detail : str
        The value, the class, the verdict.
    """

    kind: str
    name: str
    section: str
    evidence: Evidence
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.kind} {self.name}{detail}: {self.evidence} [{self.section}]"


# The scheme's own rules stand in guidelines whose text could not be read.
SCHEME_RULES = (
    Item(
        "scheme rule",
        "whole tonnes",
        "JCM guidelines for developing PDD and monitoring report",
        unconfirmed(
            "emission reductions are cut, not rounded: agrees with one project design document and one plan", 80
        ),
    ),
    Item(
        "scheme rule",
        "calendar years",
        "JCM guidelines for developing PDD and monitoring report",
        unconfirmed("the cut is made for each calendar year; the break at 31 December 2020 is seen in decisions", 75),
    ),
)


def whole_tonnes(reductions: float) -> int:
    """Cut emission reductions to whole tonnes; a negative amount gives none.

    Parameters
    ----------
    reductions : float
        tCO2 of one calendar year.

    Notes
    -----
    The sum of a million terms can end at 8399999.99993 where exact arithmetic gives 8400000. An
    allowance of 1e-11 of the amount, at least 1e-9 t, keeps such dust from costing a tonne.

    Examples
    --------
    >>> whole_tonnes(25.81), whole_tonnes(-3.2), whole_tonnes(8399999.99999)
    (25, 0, 8400000)
    """
    return max(0, math.floor(reductions + max(1e-9, 1e-11 * abs(reductions))))


def check_years(periods: Sequence[Period]) -> None:
    """Refuse dated periods that lie in two calendar years.

    Raises
    ------
    ValueError
        With a word on how to split them.
    """
    for period in periods:
        if period.dated and period.year is None:
            assert period.first is not None
            assert period.last is not None
            turn = period.first.year
            raise ValueError(
                f"the period {period} lies in several calendar years, and whole tonnes are cut for each: "
                f"give the amounts up to {turn}-12-31 and from {turn + 1}-01-01 as two periods, by meter readings "
                "at the turn of the year or by months"
            )
