"""`jcm verify`: from somebody's workbook, or a folder of them, to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jcm_calc.base.languages import Message, _, ngettext, translated
from jcm_calc.base.problems import LINES, InputError, Problem
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS, REFUSED, UNUSABLE
from jcm_calc.results.calculating import without_warnings
from jcm_calc.verification.catalogue import GROUPS, checks, selected
from jcm_calc.verification.conclusion import VerificationResult
from jcm_calc.verification.findings import SEVERITIES, Severity
from jcm_calc.verification.paper import amounts, details, result, summary
from jcm_calc.verification.verifying import Verification, verify, verify_all


def verify_files(
    report: Path,
    plan: Path | None,
    case: Path | None,
    require_confirmed: bool,
    as_html: Path | None,
    target: Path | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Verify a workbook, or all of a folder; write what is found, and return the exit code."""
    papers = [(path, option) for path, option in ((target, "--output"), (as_html, "--html")) if path is not None]
    if report.is_dir():
        if require_confirmed or papers:
            complaint = _("a folder gives a table: --require-confirmed and working papers are for a single report")
            raise click.UsageError(translated(complaint))
        return _verify_folder(report, plan, options, case, as_json)
    for paper, option in papers:
        output.check_target(paper, force, (".xlsx", ".html"), option)
    with without_warnings(), output.working(_("verifying")):
        found = verify(report, plan, case=case, **options)
    for paper, option in papers:
        write = found.to_excel if paper.suffix.casefold() == ".xlsx" else found.to_html
        with output.writing(paper, option):
            write(paper, overwrite=force)
    if as_json:
        output.data({**found.as_data(), **({"blockers": list(found.blockers)} if require_confirmed else {})})
    else:
        _page(found)
    return _code(found, require_confirmed)


def _code(found: Verification, require_confirmed: bool) -> int:
    problems = [Problem(found.path.name, reason) for reason in found.blockers] if require_confirmed else []
    if problems:
        title = ngettext(
            "The report does not support an issuance request, because of {count} item",
            "The report does not support an issuance request, because of {count} items",
            len(problems),
        )
        output.complaints(title.format(count=len(problems)), problems)
    return DIFFERS if not found.clean else REFUSED if problems else 0


def _page(found: Verification) -> None:
    output.heading(_("Verification of {file}").format(file=found.path.name))
    output.paragraph(Message("{}: {}").format(*result(found)), bold=True)
    output.table(*amounts(found))
    output.table(["", ""], [list(row) for row in summary(found)])
    for text in found.remarks[:LINES]:
        output.paragraph(_("Note on the files: {text}").format(text=text))
    if len(found.remarks) > LINES:
        output.paragraph(_("and {count:,} more remarks").format(count=len(found.remarks) - LINES))
    for finding in found.findings:
        output.paragraph("")
        output.paragraph(Message("{}  {}").format(finding.number, finding.headline), bold=True)
        for name, text in details(finding):
            output.paragraph(Message("{}: {}").format(name, text), indent=4)
        for text in finding.consequences:
            output.paragraph(_("Consequence: {text}").format(text=text), indent=4)


def list_checks() -> None:
    """Write every check: code, title, severity and needs."""
    for letter, group in GROUPS.items():
        output.heading(Message("{}. {}").format(letter, group))
        own = [check for check in checks().values() if check.code[0] == letter]
        rows = [[check.code, check.title, Message(check.severity), ", ".join(check.needs)] for check in own]
        output.table([_("code"), _("title"), _("severity"), _("needs")], rows)
    output.paragraph("")
    output.paragraph(_("`jcm verify --explain CODE` says what a check looks for, why, and how to answer a finding."))


def explain_checks(codes: str) -> None:
    """Write what is to be known of checks."""
    for check in selected([codes]):
        output.heading(Message("{} {}").format(check.code, check.title))
        for name, text in check.explained():
            output.paragraph(Message("{}: {}").format(name, text), indent=2)


def _verify_folder(folder: Path, plan: Path | None, options: dict[str, Any], case: Path | None, as_json: bool) -> int:
    """Verify every workbook of a folder on all cores, and write a table; return the exit code."""
    files = sorted(path for path in folder.glob("*.xlsx") if not path.name.startswith("~"))
    if not files:
        complaint = _("{folder} holds no .xlsx file").format(folder=folder)
        raise output.bad("REPORT", complaint)
    done: dict[Path, dict[str, Any] | InputError] = {}
    with output.bar(_("verifying"), len(files)) as update:
        for path, outcome in verify_all(files, plan, case, options):
            done[path] = outcome
            update(advance=1)
    if as_json:
        output.data([_data(path, done[path]) for path in files])
    else:
        headings = [_("file"), _("methodology"), _("result"), _("reported"), _("recalculated"), _("adjusted")]
        output.table([*headings, *SEVERITIES.values()], [_row(path, done[path]) for path in files])
    if any(isinstance(outcome, InputError) for outcome in done.values()):
        return UNUSABLE
    results = {one["result"] for one in done.values() if not isinstance(one, InputError)}
    return 0 if results == {VerificationResult.NONE} else DIFFERS


def _row(path: Path, outcome: dict[str, Any] | InputError) -> list[str]:
    if isinstance(outcome, InputError):
        return [path.name, "", _("unusable: {complaint}").format(complaint=outcome.problems[0].complaint), *[""] * 6]
    tonnes = (outcome[name] for name in ("reported", "recalculated", "adjusted"))
    severities = [finding["severity"] for finding in outcome["findings"]]
    return [
        *(path.name, outcome["methodology"], Message(outcome["result"])),
        *("" if one is None else f"{one:,}" for one in tonnes),
        *(str(severities.count(one)) for one in Severity),
    ]


def _data(path: Path, outcome: dict[str, Any] | InputError) -> dict[str, Any]:
    if isinstance(outcome, InputError):
        return {"file": path.name, "unusable": [str(problem) for problem in outcome.problems]}
    return outcome
