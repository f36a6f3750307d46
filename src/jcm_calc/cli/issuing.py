"""`jcm request-issuance`: from case files to an issuance request, or to the reasons why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jcm_calc.api.case_file import CaseFile
from jcm_calc.api.issuance.request import IssuanceRequest, issuance_request
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.cli import output
from jcm_calc.cli.calculating import monitored_shown, read
from jcm_calc.cli.codes import REFUSED
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.reports.html import amounts
from jcm_calc.results.calculating import without_warnings
from jcm_calc.results.credits import UnconfirmedError


def issue_cases(
    paths: Sequence[Path],
    previous: Sequence[Path],
    targets: Sequence[Path],
    force: bool,
    evidence: Sequence[Path] | None,
    as_json: bool,
) -> int:
    """Ask for the credits of a project, write the request, and return the exit code."""
    for target in targets:
        output.check_target(target, force, (".json", ".xlsx"))
    with without_warnings():
        cases = [read(path).case for path in paths]
        project, allocation = _said_once(cases, "project"), _said_once(cases, "allocation")
        alone = [replace(case, allocation={}) for case in cases]  # which is that of all of them together
        results = [case.calculate(monitored_shown(case, evidence), evidence) for case in alone]
    try:
        request = issuance_request(results, allocation, project=project, previous=previous)
    except UnconfirmedError as error:
        if as_json:
            output.data({"refused": True, "missing": [str(item) for item in error.missing]})
        title = _("No request for {number}: the result is an estimate only; {count} items are missing")
        output.refusal(title.format(number=project.get("number", _("the project")), count="{count}"), error)
        return REFUSED
    for target in targets:
        _save(request, target, force)
    if as_json:
        output.data(request.as_data())
    else:
        _page(request, targets)
    output.remarks(request.remarks)
    return 0


def _said_once(cases: Sequence[CaseFile], section: str) -> dict[str, Any]:
    """Return what the case files say in a section, in which they must not contradict each other."""
    said: dict[str, Any] = {}
    problems = []
    for case in cases:
        content: Mapping[str, Any] = getattr(case, section)
        for key, value in content.items():
            if said.setdefault(key, value) != value:
                complaint = _("{name} says otherwise than another case file").format(name=case.path.name)
                problems.append(Problem(f"[{section}] {key}", complaint))
    InputError.raise_for(_("the request"), problems)
    return said


def _save(request: IssuanceRequest, path: Path, force: bool) -> None:
    with output.writing(path):
        write = request.to_excel if path.suffix.casefold() == ".xlsx" else request.to_json
        write(path, overwrite=force)


def _page(request: IssuanceRequest, targets: Sequence[Path]) -> None:
    output.paragraph(_("Issuance request: {number}").format(number=request.project["number"]), bold=True)
    output.heading(_("Whole tonnes by calendar year"))
    other = [_("other terms")] if request.has_other_terms else []
    output.table(
        [_("year"), "RE", "PE", *other, "ER", _("tonnes")],
        [
            [
                one.year,
                *(amounts.tonnes(one.emissions[name]) for name in RESULTS[:2]),
                *(amounts.tonnes(one.other_terms) for _term in other),
                amounts.tonnes(one.emissions["ER"]),
                f"{one.tonnes:,}",
            ]
            for one in request.years
        ],
    )
    output.heading(_("Allocation"))
    output.table(
        [_("year"), _("account"), _("asked for"), _("tonnes")],
        [[str(one.year), part.account, part.asked, f"{part.tonnes:,}"] for one in request.years for part in one.parts],
    )
    output.heading(_("Rules of the scheme that were used"))
    output.table(
        [_("rule"), _("grade")],
        [[item.name, item.evidence.grade] for item in request.rules],
        [[item.detail, item.evidence.note] for item in request.rules],
    )
    for target in targets:
        output.paragraph(_("{path} is written").format(path=target))
