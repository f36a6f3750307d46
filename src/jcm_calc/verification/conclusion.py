"""The conclusion of a verification: amounts by year as reported and as they should be, findings, and the result."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import _
from jcm_calc.results.credits import not_issuable, whole_tonnes
from jcm_calc.results.eligibility import Answer
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.basis import Identity, Support
from jcm_calc.verification.catalogue import Check
from jcm_calc.verification.effects import RESULTS, Array
from jcm_calc.verification.findings import DATA, SEVERITIES, Finding, Severity, data, data_of
from jcm_calc.verification.reported import plain_number
from jcm_calc.verification.spreadsheet import as_number
from jcm_calc.verification.submission import ReportPart

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.api.result import Result

# How near a share lies that is at the limit; from which share on a difference is more than floating-point dust.
EXACT, DUST = 1e-9, 1e-9
TOTAL = _("total")

# Amounts by year


@dataclass(frozen=True)
class Amounts:
    """Emissions and reductions of a year in tCO2, and ER in whole tonnes; None where one is not known.

    What a report has for whole tonnes may be any number.
    """

    RE: float | None = None
    PE: float | None = None
    ER: float | None = None
    tonnes: float | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the amounts, ready for JSON."""
        return data_of(self)


@dataclass(frozen=True)
class ReportedYear:
    """What a report has for a calendar year, and what it should have.

    Attributes
    ----------
    year : str
        The calendar year; the period where it has no dates.
    reported : Amounts
        Tonnes from table 3, the others from the calculation sheet.
    recalculated : Amounts
        From what is entered.
    adjusted : Amounts
        From what is entered, after the corrections of all errors.
    misstatement : float or None
        Reported minus adjusted in tCO2, before rounding where the report shows it; None where it is not known.
    """

    year: str
    reported: Amounts
    recalculated: Amounts
    adjusted: Amounts
    misstatement: float | None

    @property
    def difference(self) -> float | None:
        """Whole tonnes reported minus adjusted."""
        reported, adjusted = self.reported.tonnes, self.adjusted.tonnes
        return None if reported is None or adjusted is None else reported - adjusted

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {**data_of(self), "difference": self.difference}


def years(documents: Analyses, errors: Iterable[Finding]) -> list[ReportedYear]:
    """Return the amounts of each calendar year; of parts of a report that share a year, together."""
    report = documents.report
    if report.result is None:
        tonnes = ((part, Amounts(tonnes=_whole(part.reported.tonnes))) for part in _filled(documents))
        return [ReportedYear(_named(part), amounts, Amounts(), Amounts(), None) for part, amounts in tonnes]
    recalculated = {name: documents.effects.by_period(name) for name in RESULTS}
    replaced = documents.effects.corrected(one for error in errors for one in error.corrections)
    adjusted = documents.effects.emissions(replaced) if replaced else recalculated
    found = []
    for names, parts in _groups(documents):
        groups = [documents.effects.years[name] for name in names]
        reported = _reported(documents, parts, [place for places in groups for place in places])
        due = Amounts() if adjusted is None else _amounts(documents, adjusted, groups)
        own = _amounts(documents, recalculated, groups)
        found.append(ReportedYear(", ".join(names), reported, own, due, _misstatement(reported, due)))
    return found


def total(found: Sequence[ReportedYear]) -> ReportedYear:
    """Return the sum over years."""
    sums = {kind: _sum([getattr(one, kind) for one in found]) for kind in ("reported", "recalculated", "adjusted")}
    return ReportedYear(TOTAL, **sums, misstatement=_add([one.misstatement for one in found]))


def _misstatement(reported: Amounts, adjusted: Amounts) -> float | None:
    if reported.tonnes is None or adjusted.tonnes is None or adjusted.ER is None:
        return None
    if reported.ER is not None and whole_tonnes(reported.ER) == reported.tonnes:
        return reported.ER - adjusted.ER
    more = reported.tonnes - adjusted.ER
    return more if abs(more) >= 1 else float(reported.tonnes - adjusted.tonnes)


def causes(errors: Iterable[Finding]) -> list[float]:
    """Return what each cause does to ER in tCO2; what it does to RE and to PE is added up with its sign.

    Two errors have one cause where the same check finds the same ratio of found to expected.
    """
    found: dict[tuple[str, float | int], list[float]] = {}
    for number, error in enumerate(errors):
        if error.effect is not None:
            numeric = all(isinstance(one, int | float) for one in (error.found, error.expected)) and error.expected
            key = float(f"{error.found / error.expected:.9g}") if numeric else -number
            found.setdefault((error.code, key), []).append(error.effect.exact)
    return [math.fsum(effects) for effects in found.values()]


def _filled(documents: Analyses) -> list[ReportPart]:
    return [part for part in documents.report.examined if part.found.filled] or documents.report.examined


def _named(part: ReportPart) -> str:
    return ", ".join(dict.fromkeys(str(period.year or period) for period in part.periods))


def _groups(documents: Analyses) -> list[tuple[list[str], list[ReportPart]]]:
    """Return the calendar years that are reported together, with the sets of sheets that report them."""
    every = [str(period) for period in documents.result.inputs.periods]
    groups: list[tuple[set[str], list[ReportPart]]] = []
    for part in _filled(documents):
        own = {every.index(str(period)) for period in part.periods if str(period) in every}
        names, parts = {year for year, places in documents.effects.years.items() if own & set(places)}, [part]
        for other in [one for one in groups if one[0] & names]:
            groups.remove(other)
            names, parts = names | other[0], other[1] + parts
        if names:
            groups.append((names, parts))
    order = list(documents.effects.years)
    return [(sorted(names, key=order.index), parts) for names, parts in groups]


def _reported(documents: Analyses, parts: Sequence[ReportPart], places: Sequence[int]) -> Amounts:
    reported = [part.reported for part in parts]
    periods = {str(documents.result.inputs.periods[place]) for place in places}
    sums = {}
    for name in RESULTS:
        cells = [cell for cell in documents.sheet.cells if cell.name == name and cell.labels.get("p") in periods]
        shown = {cell.labels["p"] for cell in cells} == periods and len(cells) == len(periods)
        sums[name] = _add([plain_number(cell.stored) for cell in cells]) if shown else None
    if sums["ER"] is None:
        exact = [plain_number(as_number(one.exact.value)) if one.exact is not None else None for one in reported]
        sums["ER"] = _add(exact)
    return Amounts(**sums, tonnes=_whole(_add([one.tonnes for one in reported])))


def _amounts(documents: Analyses, arrays: Mapping[str, Array], groups: Sequence[Sequence[int]]) -> Amounts:
    places = [place for group in groups for place in group]
    sums = {name: float(arrays[name][places].sum()) for name in RESULTS}
    periods = [documents.result.inputs.periods[place] for place in places]
    if any(period.dated and period.year is None for period in periods):
        return Amounts(**sums)  # one period in two calendar years
    return Amounts(**sums, tonnes=sum(whole_tonnes(float(arrays["ER"][group].sum())) for group in groups))


def _sum(found: Sequence[Amounts]) -> Amounts:
    emissions = {name: _add([getattr(one, name) for one in found]) for name in RESULTS}
    return Amounts(**emissions, tonnes=_whole(_add([one.tonnes for one in found])))


def _add(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known and len(known) == len(values) else None


def _whole(value: float | None) -> float | None:
    """Return a number of tonnes as an integer where it is one."""
    return int(value) if value is not None and value.is_integer() else value


# The conclusion


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
        differs = self.errors or any(one.difference for one in self.years)
        return VerificationResult.NOT_MATERIAL if differs else VerificationResult.NONE

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
                    message = _("{severity}: {codes}").format(severity=SEVERITIES[severity], codes=codes)
                    yield _("open {findings}").format(findings=message)

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
        return self.total.reported.tonnes

    @property
    def recalculated(self) -> float | None:
        """Whole tonnes that the inputs give, by calendar year and added up."""
        return self.total.recalculated.tonnes

    @property
    def adjusted(self) -> float | None:
        """Whole tonnes after the corrections of all errors."""
        return self.total.adjusted.tonnes

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
        answers = [assessment.answer for assessment in self.recalculation.assessments]
        met, unmet = answers.count(Answer.MET), answers.count(Answer.NOT_MET)
        said = _("{met} of {count} criteria met, {unmet} not met, {rest} not shown")
        return said.format(met=met, count=len(answers), unmet=unmet, rest=len(answers) - met - unmet)

    def table(self) -> pd.DataFrame:
        """Return the findings as a DataFrame, one row each."""
        import pandas as pd

        return pd.DataFrame(data(self.findings), columns=list(DATA))

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "schema": 4,
            "identity": data_of(self.identity),
            "file": self.path.name,
            "methodology": self.methodology,
            "result": str(self.result),
            "missing": data(self.missing),
            "scope": {"recalculation": self.recalculation is not None, "eligibility": str(self.criteria)},
            "remarks": data(self.remarks),
            "taken from the case file": data(self.completed),
            **data_of(self, ("reported", "recalculated", "adjusted")),
            "years": data((*self.years, self.total)),
            **data_of(self, ("materiality", "threshold")),
            "share": self.share if math.isfinite(self.share) else None,
            "findings": data(self.findings),
            "checks": [check.code for check in self.made],
            "not checked": data(self.skipped),
            "not applicable": data(self.inapplicable),
            "switched off": [check.code for check in self.ignored],
            "found by what is switched off": data(self.passed_over),
            "support": data(self.support),
            "unconfirmed": data(self.unconfirmed) if self.recalculation is not None else None,
        }

    def __repr__(self) -> str:
        numbers = {one: len(self.of(one)) for one in Severity}
        counts = ", ".join(f"{number} {one}{'' if number == 1 else 's'}" for one, number in numbers.items())
        return f"<Verification {self.path.name}: {self.result}; {counts}>"
