"""`jcm status`: the monitoring of a project on a day, and what needs a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jcm_calc.api.case_file import read_case
from jcm_calc.api.status import statuses
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, listed
from jcm_calc.cli import output
from jcm_calc.cli.codes import DIFFERS
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.reports.html.status import folder_html, project_html
from jcm_calc.results.eligibility import Answer
from jcm_calc.results.status import FORMAT, Action, FindingStatus, FolderEntry, ProjectStatus

LAST = "last"
ESTIMATE = _(
    "A status is an estimate for the developer, from readings that may still change. It is not a verification."
)


def status_of(
    path: Path,
    on: str | None,
    since: str | None,
    store: bool,
    evidence: EvidenceFiles,
    as_json: bool,
    page: Path | None,
    force: bool,
) -> int:
    """Print the status of a case file, or of the case files of a folder; return the exit code."""
    output.check_target(page, force, (".html",))
    if path.is_dir():
        with output.bar(_("projects")) as update:
            found = statuses(
                path,
                on,
                store=store,
                evidence=evidence,
                progress=lambda done, of: update(completed=done, total=of),
            )
        content: dict[str, Any] = {"format": FORMAT, "projects": [one.as_data() for one in found]}
        actions = {f"{one.name}: {action.key}": (one.name, action) for one in found for action in one.actions}
    else:
        with output.stages() as progress:
            alone = read_case(path).status(on, store=store, evidence=evidence, progress=progress)
        content = alone.as_data()
        actions = {one.key: (alone.case, one) for one in alone.actions}
    if page is not None:
        with output.writing(page):
            html = folder_html(path.resolve().name, found) if path.is_dir() else project_html(alone)
            save(page, html.encode(), overwrite=force)
    record = None if since is None else _record(path) if since == LAST else Path(since)
    before = None if record is None else _keys(record)
    new = [key for key in actions if before is None or key not in before]
    settled = [] if before is None else [key for key in before if key not in actions]
    content |= {"new": new, "settled": settled} if record is not None else {}
    if as_json:
        output.data(content)
    elif record is not None:
        _changes([actions[key] for key in new], settled)
    elif path.is_dir():
        _folder(found)
    else:
        _page(alone)
    if record is not None:
        text = json.dumps({"format": FORMAT, "actions": list(actions)}, indent=1)
        save(record, text.encode(), overwrite=True)
    return DIFFERS if new else 0


# Earlier runs


def _record(path: Path) -> Path:
    """Return the file of the last run of a case or folder."""
    return path / ".status.json" if path.is_dir() else path.with_name(f"{path.stem}.status.json")


def _keys(record: Path) -> tuple[str, ...]:
    """Return the keys of the actions of an earlier run, or none; refuse to overwrite another file."""
    if not record.exists():
        return ()
    try:
        content = json.loads(record.read_text("utf-8"))
        keys = content["actions"] if set(content) == {"format", "actions"} else None
    except (ValueError, TypeError):
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        complaint = _(
            "is not the record of an earlier `jcm status --since`; it would be overwritten. Name another file"
        )
        raise InputError.of(record.name, complaint)
    return tuple(keys) if content["format"] == FORMAT else ()


def _changes(new: Iterable[tuple[str, Action]], settled: Sequence[str]) -> None:
    """Print what is new and what is settled; nothing where nothing changed."""
    rows = [_row(action, name) for name, action in new]
    if rows:
        output.heading(_("New, needs a person"))
        output.table([_("project"), *HEADINGS], rows, [[action.text] for _name, action in new])
    if settled:
        output.heading(_("Settled"))
        for key in settled:
            output.paragraph(key, 2)


# Pages

HEADINGS = [_("what"), _("subject"), _("at stake, tCO2"), _("due")]


def _row(one: Action, *before: str) -> list[object]:
    return [*before, one.need, one.subject, _tonnes(one.tonnes), one.due]


def _tonnes(amount: float | None) -> str:
    return _("not known") if amount is None else f"{amount:,.3f}"


def _page(status: ProjectStatus) -> None:
    title = _("{case}: {methodology}, status of {day}")
    output.heading(title.format(case=status.title or status.case, methodology=status.methodology, day=status.day))
    for text in _reductions(status):
        output.paragraph(text)
    if status.actions:
        output.heading(_("Needs a person"))
        output.table(HEADINGS, [_row(one) for one in status.actions], [[one.text] for one in status.actions])
    else:
        output.paragraph(_("Nothing needs a person."))
    _meters(status)
    _findings(status.findings)
    if status.calibrations:
        output.heading(_("Calibrations"))
        output.table(
            [_("meter"), _("serial"), _("last"), _("due"), _("days")],
            [[one.meter, one.serial, one.last, one.due, one.days] for one in status.calibrations],
        )
    _to_be_shown(status)
    output.paragraph(ESTIMATE)


def _reductions(status: ProjectStatus) -> Iterable[str]:
    """Yield the sentences about reductions, plan and forecast."""
    if status.so_far is None:
        yield _("No day of {year} is covered by the readings of all meters.").format(year=status.year)
        return
    if status.ER is None:
        yield _("The reductions of {so_far} cannot be calculated yet.").format(so_far=status.so_far)
        return
    yield _("Reductions of {so_far}: {ER:,.1f} tCO2.").format(so_far=status.so_far, ER=status.ER)
    if status.plan is not None:
        text = _("Plan for the same days: {so_far:,.1f} tCO2 of {whole:,.1f} tCO2 in the year ({source}).")
        yield text.format(so_far=status.plan.so_far, whole=status.plan.ER, source=status.plan.source)
    found = status.forecast
    if found.ER is None:
        yield _("No forecast: {method}.").format(method=found.method or found.basis)
        return
    interval = ""
    if found.low is not None and found.high is not None and found.low < found.high:
        interval = _(", from {low:,.1f} to {high:,.1f}").format(low=found.low, high=found.high)
    text = _("Expected at the end of {year}: {ER:,.1f} tCO2{interval}, {tonnes:,} whole tonnes. Basis: {basis}.")
    yield text.format(
        year=status.year, ER=found.ER, interval=interval, tonnes=found.tonnes, basis=found.method or found.basis
    )


def _meters(status: ProjectStatus) -> None:
    if not status.meters:
        return
    output.heading(_("Meters: readings until, and days with readings by month in %"))
    months = sorted({one.month for meter in status.meters for one in meter.coverage})
    rows = []
    for meter in status.meters:
        shares = {one.month: f"{100 * one.share:.0f}" for one in meter.coverage}
        amount = None if meter.amount is None else f"{meter.amount:,.6g} {meter.unit}"
        rows.append([meter.name, meter.parameter, meter.until, amount, *map(shares.get, months)])
    output.table([_("meter"), _("parameter"), _("until"), _("amount"), *(f"{one:%Y-%m}" for one in months)], rows)


def _findings(findings: Sequence[FindingStatus]) -> None:
    if not findings:
        return
    output.heading(_("Findings: {count}").format(count=len(findings)))
    output.table(
        [_("code"), _("meter"), _("what"), _("begins"), _("ends"), _("treatment"), _("on ER, tCO2e")],
        [
            [
                one.code,
                one.meter,
                one.kind,
                f"{one.start:%Y-%m-%d %H:%M}",
                f"{one.end:%Y-%m-%d %H:%M}",
                one.treatment or _("open"),
                None if one.tonnes is None else f"{one.tonnes:+,.3f}",
            ]
            for one in findings
        ],
        [
            [one.note, *(_option(option.name, option.tonnes, option.needs) for option in one.options)]
            for one in findings
        ],
    )


def _option(name: str, tonnes: float | None, needs: str) -> str:
    if tonnes is None:
        return Message("{}: {}").format(name, needs)
    return Message("{}: {} tCO2").format(name, f"{tonnes:+,.3f}")


def _to_be_shown(status: ProjectStatus) -> None:
    met = sum(one.answer is Answer.MET for one in status.criteria)
    output.paragraph(_("Criteria met: {met} of {count}.").format(met=met, count=len(status.criteria)))
    if status.documents:
        count = len(status.documents)
        text = ngettext(
            "{count} rule or value has to be confirmed before an issuance request: {names}.",
            "{count} rules and values have to be confirmed before an issuance request: {names}.",
            count,
        )
        names = listed((f"{one.kind} {one.name}" for one in status.documents), count, 3)
        output.paragraph(text.format(count=count, names=names))


# Folders


def _folder(found: Sequence[FolderEntry]) -> None:
    output.heading(_("Projects: {count}").format(count=len(found)))
    output.table(
        [_("project"), _("until"), _("ER to date, tCO2"), _("plan"), _("expected"), _("actions"), _("at stake, tCO2")],
        [_project(one) for one in found],
        [[(one.status.actions[0].text if one.status.actions else "")] if one.status else [] for one in found],
    )
    for one in found:
        if one.status is None:
            output.complaints(_("{project} cannot be used").format(project=one.name), one.problems)
    output.paragraph(ESTIMATE)


def _project(entry: FolderEntry) -> list[object]:
    status = entry.status
    if status is None:
        return [entry.name, *[None] * 4, _("cannot be used"), None]
    numbers = [status.ER, status.plan and status.plan.so_far, status.forecast.ER]
    cells = [None if one is None else f"{one:,.1f}" for one in numbers]
    at_stake = _tonnes(status.tonnes_at_stake) if status.actions else None
    return [entry.name, status.so_far and status.so_far.last, *cells, len(status.actions), at_stake]
