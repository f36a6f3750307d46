"""`jcm calc` and `jcm replay`: from a case file or workbook to a result, from a manifest to the same one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from jcm_calc.api.case_file import CaseFile, read_case
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _, ngettext, translated
from jcm_calc.base.problems import InputError, Problem, Remark
from jcm_calc.base.toml import read_json
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS, REFUSED, UNUSABLE
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.inputs.case import PublishedFigure
from jcm_calc.reports.html import amounts
from jcm_calc.results import eligibility
from jcm_calc.results.calculating import without_warnings
from jcm_calc.results.credits import CalendarYear, Item, UnconfirmedError

if TYPE_CHECKING:
    from jcm_calc.api.result import Result
    from jcm_calc.readings import Monitored

# What a manifest says besides its results, and what a replay must find again.
STATED = ("periods", "choices", "inputs", "evidence", "eligibility", "issuable")


def calculate_case(
    path: Path,
    require_confirmed: bool,
    trace: bool,
    candidates: bool,
    target: Path | None,
    plan: Path | None,
    stage: Literal["plan", "report"] | None,
    previous: Path | None,
    force: bool,
    evidence: Sequence[Path] | None,
    strict: bool,
    as_json: bool,
) -> int:
    """Calculate a case file or a workbook and write what comes out; return the exit code."""
    output.check_target(target, force, (".json", ".xlsx"))
    _refuse_without_workbook(target, plan, stage)
    with without_warnings():
        with output.working(_("reading")):
            given = read(path)
        if stage is None:  # estimates do not become monitored values
            stage = "plan" if plan is None and given.plan is given.case else "report"
        if stage == "plan":
            given = _plan_of(path, given)
        monitored = monitored_shown(given.case, evidence)
        with output.working(_("calculating")):
            before = None if previous is None else _before(previous, evidence)
            result = given.case.calculate(monitored, evidence, previous=before)
            estimated = given if plan is None else read(plan)
            planned = (estimated.plan or estimated.case).calculate(evidence=evidence) if plan or given.plan else None
    years = _by_year(result)
    credits, refused = _credits(result) if require_confirmed else (None, None)
    comparisons = given.case.compare(result)
    manifest = result.manifest()
    if target is not None:
        of_project: dict[str, Any] = {"project": given.case.project, "sources": given.case.sources}
        with output.writing(target):
            if target.suffix.casefold() == ".xlsx":
                result.to_excel(target, planned, stage=stage, **of_project, overwrite=force)
            else:
                save(target, f"{json.dumps(manifest, indent=2, ensure_ascii=False)}\n".encode(), overwrite=force)
    if as_json:
        missing = refused.missing if refused else ()
        output.data(_as_data(result, manifest, years, credits, missing, comparisons, given.remarks))
    else:
        _page(given.case, result, years, credits, comparisons, trace, candidates)
    output.remarks([*given.remarks, *(result.remarks if as_json else ())])
    if refused:
        title = _("{methodology} supports an estimate only: {count} items are missing for an issuance request")
        output.refusal(title.format(methodology=result.methodology, count="{count}"), refused)
    if years is None:
        return UNUSABLE
    if not all(comparison.agrees for comparison in comparisons) or (strict and (given.remarks or result.remarks)):
        return DIFFERS
    return REFUSED if refused else 0


def _refuse_without_workbook(target: Path | None, plan: Path | None, stage: str | None) -> None:
    """Refuse options that are about a workbook where none is written, or that contradict each other."""
    if (plan or stage) is not None and (target is None or target.suffix.casefold() != ".xlsx"):
        complaint = _("--plan fills the monitoring plan of a workbook: name one with -o FILE.xlsx")
        other = _("--stage says what a workbook is written for: name one with -o FILE.xlsx")
        raise click.UsageError(translated(complaint if plan else other))
    if plan is not None and stage == "plan":
        raise click.UsageError(translated(_("--plan is for a report: leave it out, or --stage plan")))


def _before(path: Path, evidence: Sequence[Path] | None) -> Result:
    """Return the result of the report before."""
    if path.suffix.casefold() == ".json":
        from jcm_calc.api.calculation import replay

        return replay(_read_manifest(path))
    return read(path).case.calculate(evidence=evidence)


class Given(NamedTuple):
    """What a file holds: the case, the plan in the same workbook, and what was noted in reading."""

    case: CaseFile
    plan: CaseFile | None = None
    remarks: Sequence[Problem] = ()


def read(path: Path) -> Given:
    """Read a case file, or a workbook by the ending of its name."""
    if not path.suffix.casefold().startswith((".xl", ".ods")):
        return Given(read_case(path))
    from jcm_calc.api.workbook import read_workbook

    workbook = read_workbook(path)
    return Given(workbook.case, workbook.plan, workbook.remarks)


def _plan_of(path: Path, given: Given) -> Given:
    """Return what is planned, without a report."""
    if given.plan is None and path.suffix.casefold() != ".toml":
        raise InputError.of(path.name, _("holds a report and no plan: its monitored values are not estimates"))
    return given._replace(case=given.plan or given.case, plan=None)


def monitored_shown(case: CaseFile, evidence: Sequence[Path] | None) -> Monitored | None:
    """Go from readings to monitored parameters, where there are meters."""
    if not case.meters:
        return None
    with output.stages() as progress:
        return case.monitor(progress, evidence)


def _by_year(result: Result) -> tuple[CalendarYear, ...] | None:
    try:
        return result.calendar_years()
    except ValueError as error:
        output.complaints(_("There are no whole tonnes by calendar year"), [Problem("p", str(error))])
        return None


def _credits(result: Result) -> tuple[dict[str, int] | None, UnconfirmedError | None]:
    """Return the credits by year, or why there is none."""
    try:
        return {str(year): int(tonnes) for year, tonnes in result.credits().items()}, None
    except UnconfirmedError as error:
        return None, error
    except InputError:
        raise
    except ValueError as error:
        raise InputError(str(result.methodology), [Problem("p", str(error))]) from None


def _as_data(
    result: Result,
    manifest: Mapping[str, Any],
    years: Sequence[CalendarYear] | None,
    credits: Mapping[str, int] | None,
    missing: Sequence[Item],
    comparisons: Sequence[PublishedFigure],
    remarks: Sequence[Problem],
) -> dict[str, Any]:
    """Return the manifest, and what saves the reader another calculation."""
    found: dict[str, Any] = {
        **manifest,
        "by_year": years and [{"year": one.year, **one.emissions, "tonnes": one.tonnes} for one in years],
        "criteria": eligibility.records(result.assessments),
        "unconfirmed": [str(item) for item in result.unconfirmed],
    }
    candidates = result.candidate_combinations()
    if len(candidates.rows) > 1:
        found["candidates"] = {
            "ER": candidates.ends,
            "left_out": candidates.left_out,
            "combinations": [
                {
                    **{one.name: name for one, name in zip(candidates.parameters, choice, strict=True)},
                    **{name: er if math.isfinite(er) else None for name, er in zip(RESULTS, emissions, strict=True)},
                    "grade": str(grade),
                }
                for choice, emissions, grade in candidates.rows
            ],
        }
    found["remarks"] = [*manifest["remarks"], *(Remark.of(remark).as_data() for remark in remarks)]
    if comparisons:
        found["published"] = [
            {"name": one.name, "published": one.published, "calculated": one.calculated, "agrees": one.agrees}
            for one in comparisons
        ]
    if credits is not None:
        found["credits"] = credits
    if missing:
        found["missing"] = [str(item) for item in missing]
    return found


# The page


def _page(
    case: CaseFile,
    result: Result,
    years: Sequence[CalendarYear] | None,
    credits: Mapping[str, int] | None,
    comparisons: Sequence[PublishedFigure],
    trace: bool,
    candidates: bool,
) -> None:
    output.paragraph(Message("{}: {}").format(result.methodology.heading, result.methodology.title), bold=True)
    if title := ": ".join(case.project[key] for key in ("number", "title") if key in case.project):
        output.paragraph(title)
    output.remarked(result.remarks)
    if trace:
        _trace(result)
    else:
        _inputs(result)
    _periods(result)
    if years is not None:
        _years(years)
    _over_candidates(result, candidates)
    if comparisons:
        _comparisons(case, comparisons)
    _eligibility(result)
    _marks(result)
    if credits is not None:
        output.heading(_("Credits that can be requested"))
        output.table([_("year"), _("tonnes")], [[year, f"{tonnes:,}"] for year, tonnes in credits.items()])


def _over_candidates(result: Result, whole: bool) -> None:
    """Say between which ER the estimate lies over all candidates; where asked for, show every combination."""
    found = result.candidate_combinations()
    width = amounts.width(found)
    if width or whole:
        output.heading(width or _("No value was chosen among several candidates"))
    if whole and width:
        rows = [
            [*choice, *("" if math.isnan(one) else amounts.tonnes(one) for one in emissions), Message(grade)]
            for choice, emissions, grade in found.rows
        ]
        output.table([*(one.symbol for one in found.parameters), *RESULTS, _("grade")], rows)


def _inputs(result: Result) -> None:
    rows = [row for row in result.quantities() if row["name"] in result.methodology.inputs]
    output.heading(_("Inputs"))
    cells = [[row["symbol"], amounts.value(row), row["from"], row["grade"]] for row in rows]
    output.table([_("symbol"), _("value"), _("from"), _("grade")], cells)


def _trace(result: Result) -> None:
    rows = list(result.quantities())
    output.heading(_("Every quantity in the order of calculation"))
    cells = [[row["symbol"], amounts.value(row, amounts.CALCULATED), row["grade"]] for row in rows]
    output.table([_("symbol"), _("value"), _("grade")], cells, [[row["from"]] for row in rows])


def _periods(result: Result) -> None:
    columns = result.emissions
    rows = zip(result.inputs.periods, *columns.values(), strict=True)
    output.heading(_("Emissions by period, tCO2"))
    output.table(["p", *columns], [[str(period), *map(amounts.tonnes, emissions)] for period, *emissions in rows])


def _years(years: Sequence[CalendarYear]) -> None:
    rows = [
        [str(one.year or _("undated")), *map(amounts.tonnes, one.emissions.values()), f"{one.tonnes:,}"]
        for one in years
    ]
    output.heading(_("By calendar year, tCO2 and whole tonnes"))
    output.table([_("year"), *years[0].emissions, _("tonnes")], rows)


def _comparisons(case: CaseFile, comparisons: Sequence[PublishedFigure]) -> None:
    def calculated(values: Sequence[float]) -> str:
        return ", ".join(f"{value:,}" if isinstance(value, int) else amounts.tonnes(value) for value in values)

    output.heading(_("Published figures"))
    output.table(
        ["", _("published"), _("calculated"), ""],
        [
            [
                Message(one.name),
                ", ".join(one.published),
                calculated(one.calculated),
                _("agrees") if one.agrees else _("differs"),
            ]
            for one in comparisons
        ],
    )
    if case.source is not None:
        output.paragraph(_("Source: {source}").format(source=case.source.source), 2)
        output.paragraph(str(case.source), 2)


def _eligibility(result: Result) -> None:
    assessments = result.assessments
    output.heading(_("Eligibility criteria"))
    output.table(
        [_("no."), _("answer"), _("to be shown"), _("grade")],
        [
            [one.criterion.number, one.answer, ", ".join(one.missing), one.criterion.evidence.grade]
            for one in assessments
        ],
        [[one.criterion.text] for one in assessments],
    )


def _marks(result: Result) -> None:
    """Say what evidence files confirm, and what is unconfirmed, by kind."""
    items, unconfirmed = result.items, result.unconfirmed
    read = [(item, item.evidence.confirmation) for item in items if item.evidence.confirmation]
    if read:
        output.heading(_("Confirmed by evidence files"))
        output.table(
            ["", "", _("document"), _("page"), _("person"), _("date")],
            [[item.kind, item.name, who.document, who.page, who.person, str(who.day)] for item, who in read],
            [[item.detail] for item, _ in read],
        )
    if not unconfirmed:
        output.heading(_("Confirmed: all {count} rules and values").format(count=len(items)))
        return
    headline = _("An estimate: {count} of {every} rules and values are not confirmed")
    output.heading(headline.format(count=len(unconfirmed), every=len(items)))
    names: dict[str, list[str]] = {}
    for item in unconfirmed:
        names.setdefault(item.kind, []).append(item.name)
    output.table(["", "", ""], [[kind, str(len(found)), _(", ").join(found)] for kind, found in names.items()])
    number = result.methodology.number
    output.paragraph(_("`jcm show {number}` says what is known of each.").format(number=number), 2)
    how = _("`jcm evidence new {number}` writes a file in which a reader of the document confirms them.")
    output.paragraph(how.format(number=number), 2)


# Replay


def replay_manifest(path: Path, as_json: bool) -> int:
    """Calculate again what a manifest describes, and compare; return the exit code."""
    from jcm_calc.api.calculation import replay
    from jcm_calc.results.manifest import input_digest

    manifest = _read_manifest(path)
    rules = manifest["methodology"]["rules"]
    if input_digest(manifest["call"], rules) != manifest["hash"]:
        complaint = _("was changed after it was written: its hash does not fit its input. Nothing was calculated")
        output.complaints(_("The manifest differs"), [Problem(path.name, complaint)])
        if as_json:
            output.data({"agrees": False, "altered": True, "differences": []})
        return DIFFERS
    with without_warnings(), output.working(_("calculating")):
        result = replay(manifest)
        again = result.manifest()
    if again["methodology"]["rules"] != rules:
        changed = _("its rules have changed since the manifest was written")
        output.remarks([Problem(str(result.methodology), changed)])
    for key in STATED:
        if manifest.get(key) != again[key]:
            stated = _("is stated otherwise in the manifest than this calculation finds it")
            output.remarks([Problem(key, stated)])
    differences = list(_differences(result, manifest["results"], again["results"]))
    if as_json:
        output.data({"agrees": not differences, "altered": False, "differences": differences})
    elif differences:
        _write_differences(result, differences)
    else:
        agreed = _("{methodology}: RE, PE and ER agree exactly with {file}")
        output.write(agreed.format(methodology=result.methodology, file=output.clean(path.name)))
    return DIFFERS if differences else 0


def _read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest and check its form as far as `replay` relies on it."""
    from jcm_calc.results.manifest import form_problems

    manifest: dict[str, Any] = read_json(path)
    InputError.raise_for(path.name, form_problems(manifest))
    return manifest


def _differences(result: Result, stored: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each result that is not exactly what it was."""
    for name in RESULTS:
        before = stored.get(name)
        if not isinstance(before, list) or len(before) != len(again[name]):
            yield {"name": name, "p": "", "stored": before, "recalculated": again[name]}
            continue
        for period, old, new in zip(result.inputs.periods, before, again[name], strict=True):
            if old != new:
                yield {"name": name, "p": str(period), "stored": old, "recalculated": new}


def _write_differences(result: Result, differences: Sequence[Mapping[str, Any]]) -> None:
    headline = ngettext(
        "{methodology}: {count} result differs from the stored one",
        "{methodology}: {count} results differ from the stored ones",
        len(differences),
    )
    output.write(headline.format(methodology=result.methodology, count=len(differences)))
    output.table(
        ["", "p", _("stored"), _("recalculated")],
        [[one["name"], one["p"], str(one["stored"]), str(one["recalculated"])] for one in differences],
    )
