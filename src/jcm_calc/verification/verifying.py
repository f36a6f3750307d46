"""One call from somebody's workbook to findings and a verdict."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.case_file import CaseFile
from jcm_calc.confirmation import Given
from jcm_calc.eligibility import Answer
from jcm_calc.languages import Message, _, in_language
from jcm_calc.problems import InputError, Problem
from jcm_calc.verification.checks import NEEDS, Check, every, selected
from jcm_calc.verification.completing import read_in_one_way
from jcm_calc.verification.findings import SEVERITIES, Finding, Severity, of_problem
from jcm_calc.verification.linking import linked
from jcm_calc.verification.material import Material, Submission
from jcm_calc.verification.reductions import Year, causes, total, whole, years
from jcm_calc.verification.subjects import inapplicable

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.readings import Monitored
    from jcm_calc.result import Result

MATERIALITY = 0.05
# How near a share lies that is at the limit; from which share on a difference is more than floating-point dust.
EXACT, DUST = 1e-9, 1e-9
Paths = str | os.PathLike[str]


class Verdict(StrEnum):
    """The result of a verification: what the numbers say, within the scope of the checks that were made."""

    NONE = _("no misstatement found")
    NOT_MATERIAL = _("misstatement, not material")
    NOT_QUANTIFIED = _("misstatement, not quantified")
    MATERIAL = _("material misstatement")
    INCOMPLETE = _("incomplete")
    IMPOSSIBLE = _("recalculation not possible")


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes
    ----------
    path : Path
    methodology : str
        Number and version that were applied.
    years : tuple of Year
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
    result : Result or None
        The library's own calculation from what is entered.
    materiality : float
    strict : bool
        Whether questions and warnings that are open keep the verification incomplete.
    left_out : tuple of str
        What could not be used, so that the recalculation goes on without it.
    completed : tuple of str
        What the case file gives and the report has no place for.
    remarks : tuple of str
        What was noted in reading: what was left out, and units and values that were taken as they seemed meant.
    """

    path: Path
    methodology: str
    years: tuple[Year, ...]
    findings: tuple[Finding, ...]
    made: tuple[Check, ...]
    skipped: Mapping[str, str]
    inapplicable: Mapping[str, str]
    ignored: tuple[Check, ...]
    passed_over: tuple[Finding, ...]
    result: Result | None
    materiality: float
    strict: bool = False
    left_out: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def of(self, severity: Severity | str) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Every error, those of checks that were switched off included."""
        return tuple(one for one in (*self.findings, *self.passed_over) if one.severity is Severity.ERROR)

    @cached_property
    def total(self) -> Year:
        """The amounts of all years together."""
        return total(self.years)

    @property
    def verdict(self) -> Verdict:
        """What the numbers say; apart from what nobody has confirmed, see `unconfirmed`."""
        if self.result is None:
            return Verdict.IMPOSSIBLE
        if self.share >= self.materiality or math.isclose(self.share, self.materiality, rel_tol=EXACT):
            return Verdict.MATERIAL
        if self.missing:
            return Verdict.INCOMPLETE
        if any(one.effect is None for one in self.errors):
            return Verdict.NOT_QUANTIFIED
        return Verdict.NOT_MATERIAL if self.errors or any(one.difference for one in self.years) else Verdict.NONE

    @property
    def clean(self) -> bool:
        """Whether no misstatement was found, and nothing was missing to say so."""
        return self.verdict is Verdict.NONE

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps the verification from a conclusion."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        if self.result is None:
            yield _("nothing could be calculated from what is entered")
        if not self.years:
            yield _("no reported reductions were found")
        for one in self.years:
            if one.reported.tonnes is None:
                yield _("{year}: no reported reductions were read").format(year=one.year)
            if self.result is not None and one.adjusted.tonnes is None:
                yield _("{year}: the whole tonnes cannot be told").format(year=one.year)
        yield from self.left_out
        for one in (*self.findings, *self.passed_over):
            if one.unresolved:
                yield _("not settled: {code} {message}").format(code=one.code, message=one.message)
        if self.ignored:
            names = ", ".join(check.code for check in self.ignored)
            yield _("checks were switched off: {names}").format(names=names)
        if self.strict:
            for severity in (Severity.WARNING, Severity.QUESTION):
                if found := self.of(severity):
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
    def claimed(self) -> float | None:
        """Tonnes reported in all; None where they were not read in every year."""
        return whole(self.total.reported.tonnes)

    @property
    def due(self) -> float | None:
        """Whole tonnes that the inputs give, by calendar year and added up."""
        return whole(self.total.recalculated.tonnes)

    @property
    def adjusted(self) -> float | None:
        """Whole tonnes after the corrections of all errors."""
        return whole(self.total.adjusted.tonnes)

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The rules and values of the calculation that nobody has confirmed; empty where nothing was calculated."""
        return () if self.result is None else tuple(map(str, self.result.unconfirmed))

    @property
    def uncertified(self) -> tuple[str, ...]:
        """Why the claim cannot be certified: what is missing, errors, criteria not shown, items not confirmed."""
        lacking = () if self.result is None else self.result.lacking
        return (*self.missing, *map(str, self.errors), *map(str, lacking))

    @property
    def criteria(self) -> str:
        """How far eligibility was looked at."""
        if self.result is None:
            return _("not assessed")
        answers = [verdict.answer for verdict in self.result.verdicts]
        met, unmet = answers.count(Answer.MET), answers.count(Answer.NOT_MET)
        said = _("{met} of {count} criteria met, {unmet} not met, {rest} not shown")
        return said.format(met=met, count=len(answers), unmet=unmet, rest=len(answers) - met - unmet)

    def _repr_html_(self) -> str:
        from jcm_calc.verification.paper import in_notebook

        return in_notebook(self)

    def table(self) -> pd.DataFrame:
        """Return the findings as a DataFrame, one row each."""
        import pandas as pd

        columns = [*Finding(message="").as_data()]
        return pd.DataFrame([finding.as_data() for finding in self.findings], columns=columns)

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "schema": 2,
            "file": self.path.name,
            "methodology": self.methodology,
            "verdict": str(self.verdict),
            "missing": list(map(str, self.missing)),
            "scope": {"recalculation": self.result is not None, "eligibility": str(self.criteria)},
            "remarks": list(self.remarks),
            "taken from the case file": list(self.completed),
            "claimed": self.claimed,
            "due": self.due,
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
            "unconfirmed": list(self.unconfirmed) if self.result is not None else None,
        }

    def to_excel(self, path: Paths, *, overwrite: bool = False, language: str | None = None) -> None:
        """Write the working paper as a workbook, in ``language`` (``"en"`` or ``"ja"``) or that of the context."""
        from jcm_calc.verification.paper import write_workbook

        with in_language(language):
            write_workbook(path, self, overwrite)

    def to_html(self, path: Paths, *, overwrite: bool = False, language: str | None = None) -> None:
        """Write the working paper as a page that needs no other file; ``language`` as for `to_excel`."""
        from jcm_calc.verification.paper import write_page

        with in_language(language):
            write_page(path, self, overwrite)

    def __repr__(self) -> str:
        numbers = {one: len(self.of(one)) for one in Severity}
        counts = ", ".join(f"{number} {one}{'' if number == 1 else 's'}" for one, number in numbers.items())
        return f"<Verification {self.path.name}: {self.verdict}; {counts}>"


def verify(
    report: Paths,
    plan: Paths | None = None,
    readings: Monitored | None = None,
    *,
    previous: Sequence[Paths] = (),
    case: CaseFile | Paths | None = None,
    materiality: float = MATERIALITY,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    evidence: Given = None,
    strict: bool = False,
) -> Verification:
    """Re-run somebody else's calculation and find what is wrong with it.

    Parameters
    ----------
    report : path
        A filled monitoring spreadsheet. Where it holds a plan only, the plan is verified.
    plan : path, optional
        The registered plan; the plan sheets of the report where none is given.
    readings : Monitored, optional
        Readings of the project's meters, as `jcm_calc.monitor` returns them; those of the case file,
        if it has meters, where none are given.
    previous : sequence of path
        Earlier reports of the project.
    case : CaseFile or path, optional
        What else is known of the project: crediting period, number, figures, meters and readings.
    materiality : float
        The share of ER from which a difference is material. That it is 5 % is recalled, not read.
    select, ignore : sequence of str
        Codes of checks, or letters of groups. With a check switched off the verification is incomplete.
    evidence : path or sequence of paths, optional
        Evidence files, as for `jcm_calc.calculate`. What a workbook itself says of evidence is not taken.
    strict : bool
        Whether questions and warnings that are open keep the verification incomplete.

    Returns
    -------
    Verification

    Raises
    ------
    InputError
        If a file is not a monitoring spreadsheet, meters or readings cannot be used, or there is no such check.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("handed_in.xlsx")
    >>> jcm_calc.verify("handed_in.xlsx")
    <Verification handed_in.xlsx: no misstatement found; 0 errors, 0 warnings, 1 question>
    """
    chosen = selected(select, ignore)
    material = _material(report, plan, readings, previous, case, evidence)
    made, skipped, found, others = list[Check](), dict[str, str](), list[Finding](), list[Finding]()
    for check in every():
        lacking = [need for need in check.needs if need not in material.has]
        if check not in chosen:
            others += [] if lacking else check(material)
        elif lacking:
            skipped[check.code] = Message("; ").join(NEEDS[need] for need in lacking)
        else:
            made.append(check)
            found += check(material)
    absent = inapplicable(material, [check.code for check in made])
    for finding in found:
        absent.pop(finding.code, None)
    findings, passed_over = linked(found, material), linked(others, material)
    errors = [one for one in (*findings, *passed_over) if one.severity is Severity.ERROR]
    findings = [*_unexplained(material, [*findings, *passed_over]), *findings]
    return Verification(
        material.report.book.path,
        str(material.m),
        tuple(years(material, errors)),
        tuple(findings),
        tuple(check for check in made if check.code not in absent),
        skipped,
        absent,
        tuple(check for check in every() if check not in chosen),
        tuple(passed_over),
        material.report.result,
        materiality,
        strict,
        material.report.recalculation.left_out,
        material.report.completed,
        tuple(dict.fromkeys(map(str, material.report.remarks))),
    )


def _material(
    report: Paths,
    plan: Paths | None,
    readings: Monitored | None,
    previous: Iterable[Paths],
    case: CaseFile | Paths | None,
    evidence: Given,
) -> Material:
    registered = None if plan is None else Submission(plan, "MPS", evidence=evidence)
    known, unclear = (case, ()) if case is None or isinstance(case, CaseFile) else read_in_one_way(Path(case))
    submission = Submission(report, "MRS", None if registered is None else registered.m, evidence, known)
    if not submission.entries("MRS") or not any(part.found.filled for part in submission.own):
        planned = Submission(report, "MPS", evidence=evidence, given=known)
        if planned.case is not None and not submission.of("MRS"):
            submission = planned
    return Material(
        submission,
        registered or (submission if submission.kind == "MRS" else None),
        [Submission(one, "MRS", evidence=evidence) for one in previous],
        known,
        readings,
        unclear,
    )


def _unexplained(material: Material, found: Sequence[Finding]) -> list[Finding]:
    """Return why nothing could be calculated, or not all of it, where no check says so."""
    subjects = {one.subject for one in found}
    problems = [one for one in material.report.problems if one.subject not in subjects]
    if material.report.result is None and not any(one.severity is Severity.ERROR for one in found):
        problems = material.report.problems or [Problem(material.report.name, _("no values are filled in"))]
    name = _("Required parameter missing")
    return [of_problem(one, severity=Severity.ERROR, code="K1", name=name) for one in problems]


def verify_all(
    reports: Sequence[Paths], plan: Paths | None, case: Paths | None, options: Mapping[str, Any]
) -> Iterable[tuple[Path, dict[str, Any] | InputError]]:
    """Verify files on all cores; yield each as it is done, as `Verification.as_data`, or why it cannot be used."""
    from concurrent.futures import ProcessPoolExecutor, as_completed

    with ProcessPoolExecutor() as pool:
        waiting = {pool.submit(_one, report, plan, case, dict(options)): Path(report) for report in reports}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _one(report: Paths, plan: Paths | None, case: Paths | None, options: dict[str, Any]) -> dict[str, Any] | InputError:
    try:
        return verify(report, plan, case=case, **options).as_data()
    except InputError as error:
        return error
    except Exception as error:
        # whatever is wrong with one file, the others are verified
        complaint = _("cannot be verified, by a fault of jcm_calc: {type}: {error}").format(
            type=type(error).__name__, error=error
        )
        return InputError(Path(report).name, [Problem(Path(report).name, complaint)])
