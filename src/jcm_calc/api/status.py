"""The status of a project's monitoring on a day, from its case file, and of every project of a folder, on all cores."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from functools import partial
from math import nan
from pathlib import Path
from typing import Any

from jcm_calc.base import cores, workers
from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.case import Case, read
from jcm_calc.inputs.confirmation import EvidenceFiles
from jcm_calc.inputs.periods import Period, split_at_months
from jcm_calc.inputs.project import estimate_of
from jcm_calc.readings import calibration, clock
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.monitoring import OF_CALIBRATION
from jcm_calc.readings.plan import Meter, MonitoringPlan
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.to_date import Measured, measure
from jcm_calc.reference_data import listed_project
from jcm_calc.results import eligibility
from jcm_calc.results.calculating import calculated, without_warnings
from jcm_calc.results.calculation import Calculation
from jcm_calc.results.eligibility import Answer
from jcm_calc.results.forecast import forecast
from jcm_calc.results.status import (
    SOON,
    Action,
    CalibrationStatus,
    CriterionStatus,
    DocumentToShow,
    FindingStatus,
    FolderEntry,
    MeterStatus,
    MonthCoverage,
    MonthReductions,
    Need,
    Plan,
    ProjectStatus,
    input_key,
)
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import dates

LATE = 35  # days without readings, where files come by the month
AHEAD = 3  # days that a logged meter may be behind the one with the newest readings
BELOW = 0.1  # below the plan, as a share
FEWEST_DAYS = 28  # before the reductions are compared with the plan
LOGGED = ("interval", "power", "samples")


def status(
    case: Case,
    on: Any = None,
    *,
    store: bool = True,
    evidence: EvidenceFiles = None,
    progress: Callable[[str], None] = lambda stage: None,
) -> ProjectStatus:
    """Return the status of a project on a day; see `jcm_calc.api.case_file.CaseFile.status`."""
    day = dates.today() if on is None else dates.day_of("on", on)
    m = methodology(case.methodology, case.version, case.submitted)
    end = case.project.get("end")
    day = min(day, end) if isinstance(end, date) else day
    year = _year(case, day)
    first, _last = year.ends
    with without_warnings():
        plan = read_plan(case.meters, case.readings, case.path.parent) if case.meters and day >= first else None
        if day < first:
            found, reductions = Measured({}, {}, None), None
        elif plan is None:
            found, reductions = _typed(case, m, day, evidence)
        else:
            kept = store_of(case.path) if store else None
            found, reductions = _metered(case, m, plan, year, day, kept, evidence, progress)
        return _described(case, m, day, year, found, reductions, plan)


def store_of(path: Path) -> Path:
    """Return the database in which the readings of a case file are kept."""
    return path.with_name(f"{path.stem}.readings.duckdb")


def _year(case: Case, day: date) -> Period:
    """Return the calendar year of a day, or the first one of the crediting period, as far as it lies in this period."""
    start, end = case.project.get("start"), case.project.get("end")
    number = max(day.year, start.year) if isinstance(start, date) else day.year
    first, last = date(number, 1, 1), date(number, 12, 31)
    first = max(first, start) if isinstance(start, date) else first
    return Period(first, min(last, end) if isinstance(end, date) else last)


def _planned(case: Case, year: Period, so_far: Period | None) -> Plan | None:
    """Return what is expected of a year, and of its days so far; None where it is not stated."""
    own, source = estimate_of(case.project.get("estimate")), "[project] estimate"
    number = year.ends[0].year
    expected = own.get(number, own.get(None))
    if expected is None:
        listed_one = listed_project(str(case.project.get("number", "")))
        if listed_one is None:
            return None
        whole = 365 + isleap(number)
        expected, source = listed_one.planned * year.days / whole, _("list of projects, a year of the crediting period")
    return Plan(expected, expected * (0 if so_far is None else so_far.days) / year.days, source)


def _case_periods(case: Case) -> list[Period]:
    try:
        found = [] if case.p is None else list(named_periods(case.p).labels)
    except ValueError as error:
        raise InputError.of("p", str(error)) from None
    if not found or not all(one.dated for one in found):
        raise InputError.of("p", _("missing: the monitoring period, such as '2024' or '2024-07-01/2025-06-30'"))
    return found


# Of meters


def _metered(
    case: Case,
    m: Declarations,
    plan: MonitoringPlan,
    year: Period,
    day: date,
    kept: Path | None,
    evidence: EvidenceFiles,
    progress: Callable[[str], None],
) -> tuple[Measured, float | None]:
    """Return what the readings say, with the findings of interest, and ER of the year so far."""
    values = {name: one for name, one in case.arguments(evidence).items() if name != "p"}
    periods = _case_periods(case)
    found = measure(plan, m, case.tables, values, periods, year, case.project.get("start"), day, kept, progress)
    found = replace(found, findings=tuple(_of_case(found, plan, periods, year)))
    return found, None if found.result is None else float(found.result.emissions["ER"].sum())


def _of_case(
    found: Measured, plan: MonitoringPlan, periods: Iterable[Period], year: Period
) -> Iterator[ReadingsFinding]:
    """Yield the findings of the year, and of the earlier periods that the case file is about."""
    for one in found.findings:
        day = clock.local(one.start, plan.where).date()
        if any(each.first and each.last and each.first <= day <= each.last for each in (year, *periods)):
            yield one


def _meter(meter: Meter, found: Measured, year: Period, day: date, zone: tzinfo) -> MeterStatus:
    first, _last = year.ends
    until = found.until.get(meter.name)
    needed = first if meter.installed is None else max(first, clock.local(meter.installed, zone).date())
    behind = max((day - (until or needed - timedelta(days=1))).days, 0)
    # before the first common day the readings are not looked at closely
    looked_at = until is None or meter.name in found.coverage
    use = replace(year, first=needed)
    coverage = tuple(_coverage(found.coverage.get(meter.name, {}), use, day)) if looked_at else ()
    unit = found.units[meter.name]
    return MeterStatus(
        meter.name, meter.parameter, unit, not meter.check_only, until, behind, found.amounts.get(meter.name), coverage
    )


def _coverage(covered: Mapping[date, float], use: Period, day: date) -> Iterator[MonthCoverage]:
    """Yield the coverage of each month in which a meter is in use."""
    begin, end = use.ends
    for month in range(1, day.month + 1):
        first = date(day.year, month, 1)
        days = [first + timedelta(days=number) for number in range(monthrange(day.year, month)[1])]
        shares = [covered.get(one, 0.0) if begin <= one <= end else nan for one in days if one <= day]
        needed = [one for one in shares if one == one]
        if needed:
            yield MonthCoverage(first, sum(needed) / len(needed), tuple(shares))


def _finding(one: ReadingsFinding, found: Measured, plan: MonitoringPlan) -> FindingStatus:
    start, end = (clock.local(moment, plan.where).replace(tzinfo=None) for moment in (one.start, one.end))
    treated = (one.treatment, one.tonnes, one.question, found.options.get(one, ()))
    return FindingStatus(
        one.meter, one.kind, one.code, start, end, one.note, one.read, found.units[one.meter], *treated
    )


def _calibrations(plan: MonitoringPlan, day: date) -> Iterator[CalibrationStatus]:
    """Yield the next calibration of each meter that needs any, of the device that is in use on a day."""
    now = clock.midnight(day, plan.where)
    for name, meter in plan.meters.items():
        in_use = (meter.installed or now) < now + clock.DAY and (meter.removed is None or meter.removed > now)
        if meter.interval is None or not in_use:
            continue
        device = [one for one in meter.devices if one.since is None or one.since <= now][-1]  # the one in use
        done = [one.on for one in device.calibrations if one.on <= day]
        due = calibration.due(done[-1], meter.interval) if done else None
        yield CalibrationStatus(
            name, device.serial, done[-1] if done else None, due, None if due is None else (due - day).days
        )


def _months(found: Measured, year: Period, plan: Plan | None) -> Iterator[MonthReductions]:
    for month in split_at_months(found.so_far) if found.so_far is not None else ():
        planned = None if plan is None else plan.ER * month.days / year.days
        yield MonthReductions(month.ends[0].replace(day=1), month.days, found.months.get(month), planned)


def _described(
    case: Case,
    m: Declarations,
    day: date,
    year: Period,
    found: Measured,
    reductions: float | None,
    plan: MonitoringPlan | None,
) -> ProjectStatus:
    """Return the status: of meters, if there are any, reductions, criteria, and what an issuance request lacks."""
    result, planned = found.result, _planned(case, year, found.so_far)
    if result is None:
        assessments = eligibility.check(m, case.facts, p=case.p, **case.choices, **case.inputs)
    else:
        assessments = result.assessments
    status = ProjectStatus(
        case=case.path.name,
        title=str(case.project.get("title", "")),
        methodology=str(m),
        day=day,
        year=year,
        so_far=found.so_far,
        criteria=tuple(
            CriterionStatus(one.criterion.number, one.criterion.text, one.answer, one.missing) for one in assessments
        ),
        documents=tuple(
            DocumentToShow(one.kind, one.name, one.section, one.detail, one.lacks or str(one.evidence.grade))
            for one in (() if result is None else result.unconfirmed)
        ),
        ER=reductions,
        plan=planned,
        forecast=forecast(year, found.so_far, reductions, found.months, planned),
        problems=found.problems,
    )
    if plan is None:
        return replace(status, actions=_ordered(_of_project(status)) if year.ends[0] <= day else ())
    findings = sorted(found.findings, key=lambda one: (not one.open, one.start))
    calibrations = sorted(_calibrations(plan, day), key=lambda one: -(10**6) if one.days is None else one.days)
    status = replace(
        status,
        meters=tuple(_meter(meter, found, year, day, plan.where) for meter in plan.meters.values()),
        findings=tuple(_finding(one, found, plan) for one in findings),
        calibrations=tuple(calibrations),
        months=tuple(_months(found, year, planned)),
    )
    return replace(status, actions=_ordered([*_of_meters(status, plan, found), *_of_project(status)]))


# Without meters


def _typed(case: Case, m: Declarations, day: date, evidence: EvidenceFiles) -> tuple[Measured, float | None]:
    """Return the result of typed amounts with ER of the periods that have ended, and the sum of those of this year."""
    given = case.arguments(evidence)
    result = calculated(Calculation, m, *case.tables, split=case.split, override=case.override, **given)
    periods = {
        one: float(amount)
        for one, amount in zip(result.inputs.periods, result.emissions["ER"].ravel().tolist(), strict=True)
        if one.year is not None and one.last is not None and one.last <= day
    }
    own = sorted((one for one in periods if one.year == day.year), key=lambda one: one.order)
    so_far = Period(own[0].first, own[-1].last) if own else None
    return Measured({}, {}, so_far, result=result, months=periods), sum(periods[one] for one in own) if own else None


# What needs a person


def _ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return actions in order, each with another key: two cross-checks may have one name, for example."""
    found = [
        replace(one, key=one.key if at == 1 else f"{one.key} no. {at}")
        for same in grouped((one.key, one) for one in actions).values()
        for at, one in enumerate(same, 1)
    ]
    return tuple(
        sorted(found, key=lambda one: (one.tonnes is None, -(one.tonnes or 0.0), one.due or date.max, one.key))
    )


def _of_meters(status: ProjectStatus, plan: MonitoringPlan, found: Measured) -> Iterator[Action]:
    yield from _missing_readings(status, plan, found)
    overdue = {one.meter for one in status.calibrations if one.overdue}
    late = {one.meter: found.stakes.get(one) for one in found.findings if one.kind in OF_CALIBRATION}
    for one in found.findings:
        if one.kind in OF_CALIBRATION and one.meter in overdue:
            continue  # the calibration itself is the matter
        key = f"{one.kind} {one.meter} {clock.local(one.start, plan.where):%Y-%m-%dT%H:%M}"
        what = Message("{}, {}").format(one.kind, one.note)
        when = clock.local(one.start, plan.where).strftime("%Y-%m-%d %H:%M")
        if one.open:
            names = listed((option.name for option in found.options[one]), limit=9) or _(
                "none in these rules; correct the plan"
            )
            text = _("{what} (from {start}): choose a treatment in [[readings.treatments]]: {names}")
            message = text.format(what=what, start=when, names=names)
            yield Action(Need.FINDING, one.meter, message, found.stakes.get(one), None, key)
        elif one.question:
            message = Message("{} ({}): {}").format(what, when, one.question)
            yield Action(Need.QUESTION, one.meter, message, found.stakes.get(one), None, f"{key} question")
    for due in status.calibrations:
        if due.days is None or due.days <= SOON:
            yield _calibration(due, late.get(due.meter))
    for check in found.comparisons:
        if not check.agrees:
            text = _("{left:,.6g} and {right:,.6g} {unit} differ by {difference:+.1%}")
            message = text.format(left=check.left, right=check.right, unit=check.unit, difference=check.difference)
            tonnes = None if check.tonnes is None else abs(check.tonnes)
            yield Action(Need.CROSS_CHECK, check.name, message, tonnes, None, f"cross-check {check.name} {status.year}")


def _calibration(one: CalibrationStatus, tonnes: float | None) -> Action:
    text = _("the calibration is due on {due}")
    if one.overdue:
        text = _("the calibration was due on {due}") if one.due else _("there is no calibration on record")
    key = f"calibration {one.meter} {one.serial} {one.due} {'overdue' if one.overdue else 'soon'}"
    return Action(Need.CALIBRATION, one.meter, text.format(due=one.due), tonnes if one.overdue else 0.0, one.due, key)


def _missing_readings(status: ProjectStatus, plan: MonitoringPlan, found: Measured) -> Iterator[Action]:
    """Yield the meters whose readings end too long ago."""
    logged = {
        name for one in plan.readings if one.kind in LOGGED and not one.daily for name in (one.meters or plan.meters)
    }
    newest = max((one.until for one in status.meters if one.until is not None), default=None)
    for one in status.meters:
        behind_others = 0 if one.until is None or newest is None else (newest - one.until).days
        if one.behind <= LATE and not (one.name in logged and behind_others > AHEAD):
            continue
        text = _("there are no readings")
        if one.until is not None:
            text = _("there are no readings after {until}, {days} days ago").format(until=one.until, days=one.behind)
        per_day = found.per_day.get(one.name)
        tonnes = None if per_day is None else per_day * one.behind
        yield Action(Need.READINGS, one.name, text, tonnes, None, f"readings {one.name} {one.until}")


def _of_project(status: ProjectStatus) -> Iterator[Action]:
    for one in status.criteria:
        if one.answer is Answer.NOT_MET:
            of_year = status.forecast.ER if status.forecast.ER is not None else status.ER
            at_stake = None if of_year is None else max(of_year, 0.0)
            message = _("criterion {number} is not met: {text}").format(number=one.number, text=one.text)
            yield Action(Need.CRITERION, one.number, message, at_stake, None, f"criterion {one.number} not met")
        elif one.answer is Answer.NOT_SHOWN:
            text = _("criterion {number} is not shown: state {names} in [facts]")
            message = text.format(number=one.number, names=listed(one.missing, limit=9))
            yield Action(Need.CRITERION, one.number, message, None, None, f"criterion {one.number} not shown")
    for problem in status.problems:
        message = Message("{}: {}").format(problem.subject, problem.complaint)
        yield Action(Need.INPUT, str(problem.subject), message, None, None, input_key(problem))
    plan, expected = status.plan, status.forecast
    if plan is None or status.ER is None or status.so_far is None or status.so_far.days < FEWEST_DAYS:
        return
    seasonal = expected.ER is None or not expected.years or expected.ER < (1 - BELOW) * plan.ER
    if plan.so_far > 0 and (1 - BELOW) * plan.so_far > status.ER and seasonal:
        text = _("{ER:,.1f} tCO2 are {share:.0%} below the plan for the same days, {planned:,.1f} tCO2")
        message = text.format(ER=status.ER, share=1 - status.ER / plan.so_far, planned=plan.so_far)
        yield Action(Need.BELOW_PLAN, "ER", message, plan.so_far - status.ER, None, f"below plan {status.year}")


# Of every project of a folder


def statuses(
    folder: str | Path,
    on: Any = None,
    *,
    store: bool = True,
    evidence: EvidenceFiles = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[FolderEntry, ...]:
    """Return the status of each case file in a folder and below, those that need a person most first.

    A case file that cannot be used is an entry with its problems; a folder without any is refused. ``progress``
    is called with the number of projects that are done, and of all.
    """
    day = dates.today() if on is None else dates.day_of("on", on)
    top = Path(folder)
    paths = sorted(path for path in top.rglob("*.toml") if not path.name.startswith((".", "~")) and _is_case(path))
    if not paths:
        raise InputError.of(str(folder), _("has no case file (.toml)"))
    task = partial(_entry, top, day=day, store=store, evidence=evidence)
    found: list[FolderEntry] = []
    for entry in workers.mapped(task, paths, processes or cores.count()):
        found.append(entry)
        progress(len(found), len(paths))
    return tuple(sorted(found, key=_urgency))


def _is_case(path: Path) -> bool:
    """Whether a TOML file is a case file, or cannot be read and may be one."""
    try:
        document = parse_toml(path.name, read_text(path))
    except (InputError, OSError):
        return True
    return "methodology" in document and "schema" not in document  # evidence files have a schema


def _entry(top: Path, path: Path, *, day: date, store: bool, evidence: EvidenceFiles) -> FolderEntry:
    name = str(path.relative_to(top))
    try:
        return FolderEntry(name, status(read(path, Case), day, store=store, evidence=evidence))
    except InputError as error:
        return FolderEntry(name, None, tuple(error.problems))
    except MethodologyNotFoundError as error:
        return FolderEntry(name, None, (Problem("methodology", str(error)),))
    except Exception as error:  # whatever is wrong with one does not stop the others
        return FolderEntry(name, None, (Problem(name, f"{type(error).__name__}: {error}"),))


def _urgency(entry: FolderEntry) -> tuple[Any, ...]:
    if entry.status is None:
        return 0, 0.0, 0, entry.name
    return 1, -(entry.status.tonnes_at_stake or 0.0), -len(entry.status.actions), entry.name
