"""The conclusion of a verification: findings, amounts by year, and the result that the numbers give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import _
from jcm_calc.results.credits import not_issuable
from jcm_calc.results.eligibility import Answer
from jcm_calc.verification.catalogue import Check
from jcm_calc.verification.findings import SEVERITIES, Finding, Severity
from jcm_calc.verification.identity import Identity
from jcm_calc.verification.reductions import ReportedYear, causes, total, whole
from jcm_calc.verification.support import Support

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.api.result import Result

# How near a share lies that is at the limit; from which share on a difference is more than floating-point dust.
EXACT, DUST = 1e-9, 1e-9


class VerificationResult(StrEnum):
    """The result of a verification: what the numbers say, within the scope of the checks that were made."""

    NONE = _("no misstatement found")
    NOT_MATERIAL = _("misstatement, not material")
    NOT_QUANTIFIED = _("misstatement or nonconformity, not quantified")
    MATERIAL = _("material misstatement")
    INCOMPLETE = _("incomplete")
    IMPOSSIBLE = _("recalculation not possible")


@dataclass(frozen=True)
class Conclusion:
    """What a verification found, and what follows from the numbers.

    Attributes
    ----------
    identity : Identity
        What was verified, with what, by whom.
    path : Path
    methodology : str
        Number and version that were applied.
    years : tuple of ReportedYear
        RE, PE, ER and whole tonnes of each calendar year: reported, recalculated, adjusted.
    findings : tuple of Finding
        The gravest first.
    made : tuple of Check
        The checks that were made.
    skipped : mapping
        For each code of a check that was not made, what it would have needed.
    inapplicable : mapping
        For each code of a check that found nothing to compare, what is not there.
    ignored : tuple of Check
        The checks that were switched off.
    passed_over : tuple of Finding
        What these find. Their errors count for the amounts, and against certification.
    recalculation : Result or None
        The library's own calculation from what is entered.
    materiality : float
    strict : bool
        Whether questions and warnings that are open keep the verification incomplete.
    left_out : tuple of str
        What could not be used, so that the recalculation goes on without it.
    completed : tuple of str
        What the case file gives and the report has no place for.
    support : tuple of Support
        What the values of each parameter rest on.
    remarks : tuple of str
        What was noted in reading: what was left out, and units and values that were taken as they seemed meant.
    """

    identity: Identity
    path: Path
    methodology: str
    years: tuple[ReportedYear, ...]
    findings: tuple[Finding, ...]
    made: tuple[Check, ...]
    skipped: Mapping[str, str]
    inapplicable: Mapping[str, str]
    ignored: tuple[Check, ...]
    passed_over: tuple[Finding, ...]
    recalculation: Result | None
    materiality: float
    strict: bool = False
    left_out: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    support: tuple[Support, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, severity: Severity | str) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Every error, those of checks that were switched off included."""
        return tuple(one for one in (*self.findings, *self.passed_over) if one.severity is Severity.ERROR)

    @cached_property
    def total(self) -> ReportedYear:
        """The amounts of all years together."""
        return total(self.years)

    @property
    def result(self) -> VerificationResult:
        """What the numbers show; what is not confirmed is in `unconfirmed`."""
        if self.recalculation is None:
            return VerificationResult.IMPOSSIBLE
        if self.share >= self.materiality or math.isclose(self.share, self.materiality, rel_tol=EXACT):
            return VerificationResult.MATERIAL
        if self.missing:
            return VerificationResult.INCOMPLETE
        if any(one.effect is None for one in self.errors):
            return VerificationResult.NOT_QUANTIFIED
        return (
            VerificationResult.NOT_MATERIAL
            if self.errors or any(one.difference for one in self.years)
            else VerificationResult.NONE
        )

    @property
    def clean(self) -> bool:
        """Whether no misstatement was found, and nothing was missing to say so."""
        return self.result is VerificationResult.NONE

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps the verification from a conclusion."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        if self.recalculation is None:
            yield _("recalculation from the entered values is not possible")
        if not self.years:
            yield _("no reported reductions were found")
        for one in self.years:
            if one.reported.tonnes is None:
                yield _("{year}: no reported reductions were read").format(year=one.year)
            if self.recalculation is not None and one.adjusted.tonnes is None:
                yield _("{year}: the whole tonnes are not known").format(year=one.year)
        yield from self.left_out
        for finding in (*self.findings, *self.passed_over):
            if finding.unresolved and finding.accepted is None:
                yield _("unresolved: {code} {message}").format(code=finding.code, message=finding.message)
        if self.ignored:
            names = ", ".join(check.code for check in self.ignored)
            yield _("checks were switched off: {names}").format(names=names)
        if self.strict:
            for severity in (Severity.WARNING, Severity.QUESTION):
                if found := [one for one in self.of(severity) if one.accepted is None]:
                    codes = ", ".join(dict.fromkeys(one.code for one in found))
                    told = _("{severity}: {codes}").format(severity=SEVERITIES[severity], codes=codes)
                    yield _("open {findings}").format(findings=told)

    @property
    def share(self) -> float:
        """The misstatement as a share of the recalculated ER; infinite where that is 0.

        It is the larger of two: the misstatements of the calendar years, which do not cancel each other,
        and what a single cause does to ER.
        """
        base = abs(self.total.recalculated.ER or 0.0)
        # of a part of the units nobody can say by how much the whole is misstated
        years = () if self.left_out else self.years
        known = [abs(one.misstatement) for one in years if one.misstatement is not None]
        most = max([math.fsum(known), *map(abs, causes(self.errors))])
        most = 0.0 if most < DUST * max(base, 1.0) else most
        return most / base if base else (math.inf if most else 0.0)

    @property
    def threshold(self) -> float | None:
        """From how many tCO2 a misstatement is material."""
        amount = self.total.recalculated.ER
        return None if amount is None else self.materiality * abs(amount)

    @property
    def reported(self) -> float | None:
        """Tonnes reported in all; None where they were not read in every year."""
        return whole(self.total.reported.tonnes)

    @property
    def recalculated(self) -> float | None:
        """Whole tonnes that the inputs give, by calendar year and added up."""
        return whole(self.total.recalculated.tonnes)

    @property
    def adjusted(self) -> float | None:
        """Whole tonnes after the corrections of all errors."""
        return whole(self.total.adjusted.tonnes)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The rules and values of the calculation that are not confirmed; empty where nothing was calculated."""
        return () if self.recalculation is None else tuple(map(str, self.recalculation.unconfirmed))

    @property
    def blockers(self) -> tuple[str, ...]:
        """What blocks a request for issuance: what is missing, errors, criteria not shown, items not confirmed."""
        result, lacking = self.recalculation, list[object]()
        if result is not None:
            lacking = [*result.blockers, *not_issuable(result.methodology, result.inputs.periods)]
        return (*self.missing, *map(str, self.errors), *map(str, lacking))

    @property
    def criteria(self) -> str:
        """How far eligibility was looked at."""
        if self.recalculation is None:
            return _("not assessed")
        answers = [verdict.answer for verdict in self.recalculation.verdicts]
        met, unmet = answers.count(Answer.MET), answers.count(Answer.NOT_MET)
        said = _("{met} of {count} criteria met, {unmet} not met, {rest} not shown")
        return said.format(met=met, count=len(answers), unmet=unmet, rest=len(answers) - met - unmet)

    def table(self) -> pd.DataFrame:
        """Return the findings as a DataFrame, one row each."""
        import pandas as pd

        columns = [*Finding("A1", "").as_data()]
        return pd.DataFrame([finding.as_data() for finding in self.findings], columns=columns)

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "schema": 4,
            "identity": self.identity.as_data(),
            "file": self.path.name,
            "methodology": self.methodology,
            "result": str(self.result),
            "missing": list(map(str, self.missing)),
            "scope": {"recalculation": self.recalculation is not None, "eligibility": str(self.criteria)},
            "remarks": list(self.remarks),
            "taken from the case file": list(self.completed),
            "reported": self.reported,
            "recalculated": self.recalculated,
            "adjusted": self.adjusted,
            "years": [one.as_data() for one in (*self.years, self.total)],
            "materiality": self.materiality,
            "threshold": self.threshold,
            "share": self.share if math.isfinite(self.share) else None,
            "findings": [finding.as_data() for finding in self.findings],
            "checks": [check.code for check in self.made],
            "not checked": dict(self.skipped),
            "not applicable": dict(self.inapplicable),
            "switched off": [check.code for check in self.ignored],
            "found by what is switched off": [finding.as_data() for finding in self.passed_over],
            "support": [one.as_data() for one in self.support],
            "unconfirmed": list(self.unconfirmed) if self.recalculation is not None else None,
        }

    def __repr__(self) -> str:
        numbers = {one: len(self.of(one)) for one in Severity}
        counts = ", ".join(f"{number} {one}{'' if number == 1 else 's'}" for one, number in numbers.items())
        return f"<Verification {self.path.name}: {self.result}; {counts}>"
