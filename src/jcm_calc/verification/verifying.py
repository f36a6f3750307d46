"""One call from somebody's workbook to findings and a verdict."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.case_file import CaseFile, read_case
from jcm_calc.confirmation import Given
from jcm_calc.languages import Message, _, in_language
from jcm_calc.problems import InputError, Problem
from jcm_calc.verification.checks import NEEDS, Check, selected
from jcm_calc.verification.findings import Finding, Severity, of_problem
from jcm_calc.verification.linking import linked
from jcm_calc.verification.material import Material, Submission

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.monitoring import Monitored
    from jcm_calc.result import Result

MATERIALITY = 0.05
Paths = str | os.PathLike[str]


class Verdict(StrEnum):
    """Whether a claim agrees with what is calculated from its own inputs and rules."""

    AGREES = _("agrees")
    DIFFERS = _("differs, not material")
    UNKNOWN = _("differs, effect not known")
    MATERIAL = _("differs, material")
    IMPOSSIBLE = _("cannot be calculated again")


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes
    ----------
    path : Path
    methodology : str
        Number and version that were applied.
    findings : tuple of Finding
        The gravest first.
    made : tuple of Check
        The checks that were made.
    skipped : mapping
        For each code of a check that was not made, what it would have needed.
    result : Result or None
        The library's own calculation from what is entered.
    claimed : int or None
        Whole tonnes claimed in all.
    materiality : float
    """

    path: Path
    methodology: str
    findings: tuple[Finding, ...]
    made: tuple[Check, ...]
    skipped: Mapping[str, str]
    result: Result | None
    claimed: int | None
    materiality: float

    def of(self, severity: Severity | str) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def verdict(self) -> Verdict:
        """Whether the claim agrees; apart from what nobody has confirmed, see `unconfirmed`."""
        if self.result is None:
            return Verdict.IMPOSSIBLE
        errors = self.of(Severity.ERROR)
        if not errors:
            return Verdict.AGREES
        if self.share >= self.materiality:
            return Verdict.MATERIAL
        return Verdict.UNKNOWN if any(one.effect is None for one in errors) else Verdict.DIFFERS

    @property
    def share(self) -> float:
        """The size of all effects that are known, as a share of ER: too high and too low do not cancel each other.

        Infinite where ER is 0.
        """
        assert self.result is not None
        total = abs(float(self.result.ER.magnitude.sum()))
        exact = math.fsum(abs(one.effect.exact) for one in self.of(Severity.ERROR) if one.effect is not None)
        return exact / total if total else (math.inf if exact else 0.0)

    @property
    def due(self) -> int | None:
        """Whole tonnes that the inputs give, by calendar year and added up."""
        if self.result is None:
            return None
        try:
            return int(self.result.years()["tonnes"].sum())
        except ValueError:
            return None

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The rules and values of the calculation that nobody has confirmed."""
        return () if self.result is None else tuple(map(str, self.result.unconfirmed))

    @property
    def uncertified(self) -> tuple[str, ...]:
        """Why the claim cannot be certified: errors, criteria not shown to be met, items not confirmed."""
        if self.result is None:
            return (_("nothing could be calculated again"), *map(str, self.of(Severity.ERROR)))
        return (*map(str, self.of(Severity.ERROR)), *map(str, self.result.lacking))

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
            "schema": 1,
            "file": self.path.name,
            "methodology": self.methodology,
            "verdict": str(self.verdict),
            "claimed": self.claimed,
            "due": self.due,
            "materiality": self.materiality,
            "findings": [finding.as_data() for finding in self.findings],
            "checks": [check.code for check in self.made],
            "not checked": dict(self.skipped),
            "unconfirmed": list(self.unconfirmed),
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
        Codes of checks, or letters of groups.
    evidence : path or sequence of paths, optional
        Evidence files, as for `jcm_calc.calculate`. What a workbook itself says of evidence is not taken.
    strict : bool
        Whether any finding is an error, warnings and open questions too.

    Returns
    -------
    Verification

    Raises
    ------
    InputError
        If a file is no monitoring spreadsheet, meters or readings cannot be used, or there is no such check; with
        ``strict``, if anything is found.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("handed_in.xlsx")
    >>> jcm_calc.verify("handed_in.xlsx")
    <Verification handed_in.xlsx: agrees; 0 errors, 0 warnings, 1 question>
    """
    chosen = selected(select, ignore)
    material = _material(report, plan, readings, previous, case, evidence)
    made, skipped, found = [], dict[str, str](), list[Finding]()
    for check in chosen:
        lacking = [need for need in check.needs if need not in material.has]
        if lacking:
            skipped[check.code] = Message("; ").join(NEEDS[need] for need in lacking)
        else:
            made.append(check)
            found += check(material)
    findings = linked(found, material)
    if material.report.result is None and not any(one.severity is Severity.ERROR for one in findings):
        findings = [*_unexplained(material), *findings]
    if strict and findings:
        raise InputError(material.report.name, [Problem(one.code, one.message, one.place) for one in findings])
    return Verification(
        material.report.book.path,
        str(material.m),
        tuple(findings),
        tuple(made),
        skipped,
        material.report.result,
        _claimed(material),
        materiality,
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
    submission = Submission(report, "MRS", None if registered is None else registered.m, evidence)
    if not submission.entries("MRS") or not any(part.found.filled for part in submission.own):
        planned = Submission(report, "MPS", evidence=evidence)
        if planned.case is not None and not submission.of("MRS"):
            submission = planned
    return Material(
        submission,
        registered or (submission if submission.kind == "MRS" else None),
        [Submission(one, "MRS", evidence=evidence) for one in previous],
        case if case is None or isinstance(case, CaseFile) else read_case(Path(case)),
        readings,
    )


def _unexplained(material: Material) -> list[Finding]:
    """Return why nothing could be calculated, where no check says so."""
    problems = material.report.problems or [Problem(material.report.name, _("no values are filled in"))]
    name = _("Required parameter missing")
    return [of_problem(one, severity=Severity.ERROR, code="K1", name=name) for one in problems]


def _claimed(material: Material) -> int | None:
    values = [cell.value for _, cell, _ in material.report.claims()]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return int(sum(numbers)) if numbers else None


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
