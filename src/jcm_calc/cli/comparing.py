"""`jcm diff`: what changed from one version of a methodology to another, and what that does to a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jcm_calc.api.case_file import read_case
from jcm_calc.api.differences import Difference, VersionOutcome, differences, under
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.cli import output
from jcm_calc.cli.codes import UNUSABLE
from jcm_calc.reports.html import amounts
from jcm_calc.rulebooks import methodology

RESULTS = ("RE", "PE", "ER")
KINDS = (_("identity"), _("parameter"), _("fact"))  # what else can differ has its word elsewhere


def compare_versions(number: str, before: str, after: str, case: Path | None, as_json: bool) -> int:
    """Compare two versions; return the exit code."""
    one, two = (methodology(number, version) for version in (before, after))
    found = list(differences(one, two))
    outcomes: list[VersionOutcome] = []
    if case is not None:
        given = read_case(case)
        if given.methodology != number:
            complaint = _("is a case of {given}, not of {number}").format(given=given.methodology, number=number)
            raise InputError.of(case.name, complaint)
        outcomes = [under(given, one, two), under(given, two, one)]
    if as_json:
        output.data(_as_data(number, found, outcomes))
    else:
        message = _("{number} ver {before} and ver {after}").format(number=number, before=before, after=after)
        _page(message, found)
        _case(outcomes)
    for outcome in outcomes:
        if outcome.problems:
            version = _("ver {version}").format(version=outcome.version)
            problems = [Problem(version, text) for text in outcome.problems]
            title = _("The case cannot be calculated under ver {version}")
            output.complaints(title.format(version=outcome.version), problems)
    return UNUSABLE if any(outcome.problems for outcome in outcomes) else 0


def _page(title: str, found: Sequence[Difference]) -> None:
    count = ngettext("{title}: {count} difference", "{title}: {count} differences", len(found))
    output.paragraph(count.format(title=title, count=len(found)), bold=True)
    kinds: dict[str, list[Difference]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    for kind, group in kinds.items():
        output.heading(Message(kind))
        for one in group:
            output.paragraph(one.name, 2, bold=True)
            if one.before:
                output.paragraph(Message("− {}").format(one.before), 4)
            if one.after:
                output.paragraph(Message("+ {}").format(one.after), 4)


def _case(outcomes: Sequence[VersionOutcome]) -> None:
    rows = []
    for outcome in outcomes:
        if outcome.left_out:
            message = _("ver {version} does not ask for {names}: left out")
            output.paragraph(message.format(version=outcome.version, names=", ".join(outcome.left_out)))
        if outcome.result is not None:
            for period, *emissions in _periods(outcome):
                rows.append([outcome.version, period, *map(amounts.tonnes, emissions)])
    if rows:
        output.heading(_("The case under each version, tCO2"))
        output.table([_("ver"), "p", *RESULTS], rows)


def _periods(outcome: VersionOutcome) -> list[tuple[Any, ...]]:
    assert outcome.result is not None
    columns = [outcome.result[name].magnitude.ravel().tolist() for name in RESULTS]
    return list(zip(map(str, outcome.result.inputs.periods), *columns, strict=True))


def _as_data(number: str, found: Sequence[Difference], outcomes: Sequence[VersionOutcome]) -> dict[str, Any]:
    return {
        "number": number,
        "differences": [
            {"kind": one.kind, "name": one.name, "before": one.before or None, "after": one.after or None}
            for one in found
        ],
        "case": [
            {"version": one.version, "left out": list(one.left_out), "problems": list(one.problems)}
            | {
                "results": [dict(zip(("p", *RESULTS), row, strict=True)) for row in _periods(one)]
                if one.result is not None
                else None
            }
            for one in outcomes
        ],
    }
