"""One call from a submitted workbook to findings and a result."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message, _, in_language
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.applicability import CHECKS, inapplicable
from jcm_calc.verification.basis import identified, support
from jcm_calc.verification.catalogue import NEEDS, Check, checks, selected
from jcm_calc.verification.completing import read_in_one_way
from jcm_calc.verification.conclusion import Conclusion, years
from jcm_calc.verification.findings import Acceptance, Finding, Severity, read_accepted
from jcm_calc.verification.root_causes import linked
from jcm_calc.verification.submission import Submission

if TYPE_CHECKING:
    from jcm_calc.readings import Monitored

MATERIALITY = 0.05
Paths = str | os.PathLike[str]


class Verification(Conclusion):
    """What a verification found; it can be shown and written as a working paper."""

    def _repr_html_(self) -> str:
        from jcm_calc.verification.paper import in_notebook

        return in_notebook(self)

    def to_excel(self, path: Paths, *, overwrite: bool = False, language: str | None = None) -> None:
        """Write the working paper as a workbook, in ``language`` (``"en"`` or ``"ja"``) or that of the context."""
        from jcm_calc.verification.paper_workbook import write_workbook

        with in_language(language):
            write_workbook(path, self, overwrite)

    def to_html(self, path: Paths, *, overwrite: bool = False, language: str | None = None) -> None:
        """Write the working paper as a page that needs no other file; ``language`` as for `to_excel`."""
        from jcm_calc.verification.paper import write_page

        with in_language(language):
            write_page(path, self, overwrite)


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
    evidence: EvidenceFiles = None,
    strict: bool = False,
    accepted: Paths | None = None,
    person: str = "",
) -> Verification:
    """Recalculate a submitted report and find what is wrong with it.

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
        The share of ER from which a difference is material. The default of 5 % is not verified.
    select, ignore : sequence of str
        Codes of checks, or letters of groups. With a check switched off the verification is incomplete.
    evidence : path or sequence of paths, optional
        Evidence files, as for `jcm_calc.calculate`. What a workbook itself says of evidence is not taken.
    strict : bool
        Whether questions and warnings that are open keep the verification incomplete.
    accepted : path, optional
        A file of findings that somebody accepted, with reason and person; see
        `jcm_calc.verification.findings.read_accepted`. They stay on record; an error counts all the same.
    person : str
        Who verifies, for the working paper.

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
    documents = _documents(report, plan, readings, previous, case, evidence)
    has = documents.has
    possible = {code for code, check in checks().items() if has.issuperset(check.needs)}
    every = [one for one in _findings(documents, possible) if one.code in possible]
    codes = {check.code for check in chosen}
    found, others = ([one for one in every if (one.code in codes) is own] for own in (True, False))
    made = [check for check in chosen if check.code in possible]
    skipped = {check.code: _lacking(documents, check) for check in chosen if check.code not in possible}
    absent = inapplicable(documents, [check.code for check in made])
    for finding in found:
        absent.pop(finding.code, None)
    findings, passed_over = linked(found, documents), linked(others, documents)
    errors = [one for one in (*findings, *passed_over) if one.severity is Severity.ERROR]
    findings = [*_unexplained(documents, [*findings, *passed_over]), *findings]
    waived = () if accepted is None else read_accepted(accepted)
    options = {"materiality": materiality, "select": ", ".join(select), "ignore": ", ".join(ignore), "strict": strict}
    files = [(_("Evidence"), path) for path in _paths(evidence)]
    files += [] if accepted is None else [(_("Accepted findings"), Path(accepted))]
    return Verification(
        identified(documents, files, {name: value for name, value in options.items() if value}, person),
        documents.report.book.path,
        str(documents.m),
        tuple(years(documents, errors)),
        tuple(_numbered(findings, waived)),
        tuple(check for check in made if check.code not in absent),
        skipped,
        absent,
        tuple(check for check in checks().values() if check not in chosen),
        tuple(passed_over),
        documents.report.result,
        materiality,
        strict,
        documents.report.recalculation.left_out,
        documents.report.completed,
        support(documents),
        (*dict.fromkeys(map(str, documents.report.reader.remarks)), *_unmatched(findings, waived)),
    )


def _paths(evidence: EvidenceFiles) -> list[Path]:
    several = evidence if isinstance(evidence, list | tuple) else [evidence]
    return [Path(one) for one in several if isinstance(one, str | os.PathLike)]


def _numbered(findings: Sequence[Finding], waived: Sequence[Acceptance]) -> Iterator[Finding]:
    """Yield findings with their numbers, and with who accepted them."""
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.candidate] += 1
        accepted = next((one for one in waived if one.covers(finding)), None)
        yield replace(finding, number=f"{finding.candidate} {counts[finding.candidate]:02}", accepted=accepted)


def _unmatched(findings: Sequence[Finding], waived: Sequence[Acceptance]) -> Iterator[str]:
    """Yield what was accepted and is not found."""
    for one in waived:
        if not any(map(one.covers, findings)):
            said = _("accepted, but not among the findings: {code} at {place}")
            yield said.format(code=one.code, place=one.place or one.subject)


def _findings(documents: Analyses, possible: Collection[str]) -> list[Finding]:
    """Return what the analyses and the checks find, in the order of the catalogue."""
    found = [*documents.findings]
    for check in dict.fromkeys(check for code, check in CHECKS.items() if code in possible):
        found += check(documents)
    order = list(checks())
    return sorted(found, key=lambda one: order.index(one.code))


def _lacking(documents: Analyses, check: Check) -> Message:
    """Say what a check needs and was not given."""
    return Message("; ").join(NEEDS[need] for need in check.needs if need not in documents.has)


def _documents(
    report: Paths,
    plan: Paths | None,
    readings: Monitored | None,
    previous: Iterable[Paths],
    case: CaseFile | Paths | None,
    evidence: EvidenceFiles,
) -> Analyses:
    registered = None if plan is None else Submission(plan, "MPS", evidence=evidence)
    known, unclear = (case, ()) if case is None or isinstance(case, CaseFile) else read_in_one_way(Path(case))
    submission = Submission(report, "MRS", None if registered is None else registered.m, evidence, known)
    if not submission.entries("MRS") or not any(part.found.filled for part in submission.examined):
        planned = Submission(report, "MPS", evidence=evidence, given=known)
        if planned.case is not None and not submission.of("MRS"):
            submission = planned
    return Analyses(
        submission,
        registered or (submission if submission.kind == "MRS" else None),
        [Submission(one, "MRS", evidence=evidence) for one in previous],
        known,
        readings,
        unclear,
    )


def _unexplained(documents: Analyses, found: Sequence[Finding]) -> list[Finding]:
    """Return why nothing could be calculated, or not all of it, where no check says so."""
    report, subjects = documents.report, {one.subject for one in found}
    problems = [one for one in report.recalculation.problems if one.subject not in subjects]
    if report.result is None and not any(one.severity is Severity.ERROR for one in found):
        problems = list(report.recalculation.problems) or [Problem(report.name, _("no values are filled in"))]
    return [documents.of_problem("K1", one, severity=Severity.ERROR) for one in problems]


def verify_all(
    reports: Sequence[Paths], plan: Paths | None, case: Paths | None, options: Mapping[str, Any]
) -> Iterable[tuple[Path, dict[str, Any] | InputError]]:
    """Verify files on all cores; yield each as it is done, as `Verification.as_data`, or why it cannot be used."""
    from concurrent.futures import as_completed

    from jcm_calc.base import workers

    with workers.pool() as pool:
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
