"""The readings of a running year up to a day: until when there are any, what was found, and the amounts so far.

Findings without a treatment do not stop the calculation here. Each counts with the permitted treatment that has the
least ER, as long as the readings alone say what its amount is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.periods import ONE_DAY, Period, split_at_months, split_at_years
from jcm_calc.inputs.periods import within as places_within
from jcm_calc.readings import calibration, clock, treatments
from jcm_calc.readings.amounts import by_indices
from jcm_calc.readings.cross_checks import CrossCheckOutcome
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.meter_readings import opened_sources
from jcm_calc.readings.monitoring import OF_CALIBRATION, OtherInputs, Slopes, Work, declared
from jcm_calc.readings.plan import Meter, MonitoringPlan
from jcm_calc.readings.rule_sets import TREATMENTS
from jcm_calc.readings.steps import OpenedReadings, last_instants, up_to, without
from jcm_calc.readings.store import Store
from jcm_calc.results.calculation import Calculation
from jcm_calc.results.status import TreatmentOption
from jcm_calc.units import magnitude

ROUNDING = 1e-9  # of an amount, that sums of floats may miss


@dataclass(frozen=True)
class Measured:
    """What the readings say about a year up to a day."""

    units: Mapping[str, str]  # of each meter's parameter
    until: Mapping[str, date]  # for each meter with readings, the last day that they cover to its end
    so_far: Period | None  # from the first day of the year to the last one that all counting meters cover
    findings: tuple[ReadingsFinding, ...] = ()  # of `so_far`, and those of earlier years that need a person
    options: Mapping[ReadingsFinding, tuple[TreatmentOption, ...]] = field(default_factory=dict)  # of open findings
    stakes: Mapping[ReadingsFinding, float | None] = field(default_factory=dict)  # tCO2, as far as they are known
    amounts: Mapping[str, float | None] = field(default_factory=dict)  # in `so_far`; None where it is not known
    per_day: Mapping[str, float | None] = field(default_factory=dict)  # tCO2 that a usual day makes up
    coverage: Mapping[str, Mapping[date, float]] = field(default_factory=dict)  # share of each day with readings
    comparisons: tuple[CrossCheckOutcome, ...] = ()
    result: Calculation | None = None  # of `so_far`
    months: Mapping[Period, float] = field(default_factory=dict)  # ER in tCO2, of earlier years on file, too
    problems: tuple[Problem, ...] = ()


def measure(
    plan: MonitoringPlan,
    m: Declarations,
    tables: Sequence[Any],
    values: Mapping[str, Any],
    case_periods: Sequence[Period],
    year: Period,
    since: date | None,
    day: date,
    kept: Path | None,
    progress: Callable[[str], None] = lambda stage: None,
) -> Measured:
    """Read and add up what there is of a year, or its part in the crediting period since some day, on a day.

    The case file gives ``tables`` and ``values`` in addition to the readings, for the periods ``case_periods``.
    ``kept`` is the database of readings next to it.
    """
    problems: list[Problem] = []
    units, indices = declared(plan, m, problems)
    InputError.raise_for(_("the monitoring plan"), problems)
    first, _last = year.ends
    plan = _known_on(plan, day)
    with Store(kept=kept) as store:
        progress(_("reading and adding up"))
        opened, reach = _opened(store, plan, units, clock.midnight(day + ONE_DAY, plan.where))
        until = {name: min(_last_day(plan, name, last), day) for name, (_from, last) in reach.items()}
        if not until:
            return Measured(units, until, None)
        covered = _covered(plan, until)
        common = min(day, *(covered.values() or until.values()))
        so_far = Period(first, common) if common >= first else None
        end = clock.midnight(common + ONE_DAY, plan.where)
        there = {name: one for name, one in plan.meters.items() if name in until and (one.installed or 0) < end}
        absent = [one for one in plan.counting if one.name not in there and one.installed is not None]
        firsts = [reach[one.name][0] for one in plan.counting if one.name in there]
        periods = [*_earlier(plan, firsts, year, since, common), *((so_far,) if so_far else ())]
        if not periods or not there:
            return Measured(units, until, None)
        if early := [name for name in until if name not in there]:  # read, but only after the last common day
            opened = [without(source, early) for source in opened]
        given = _InputsFor(m, tables, values, case_periods)
        # checks wait for the readings of their meters, and those against a value, which is of a whole year, for its end
        late = {name for name in plan.meters if until.get(name, date.min) < common}
        checks = [
            one for one in plan.checks if not late & {*one.left, *one.right} and (so_far == year or not one.value)
        ]
        of_there = replace(plan, meters=there, checks=tuple(checks))
        work = _ToDate(absent, store, of_there, opened, periods, units, indices, given, None, progress)
        measured = work.measured(until, year, so_far)
    complete = len(covered) == len(plan.counting)
    return measured if complete else replace(measured, so_far=None, result=None, months={})


def _opened(
    store: Store, plan: MonitoringPlan, units: Mapping[str, str], beyond: int
) -> tuple[list[OpenedReadings], dict[str, tuple[int, int]]]:
    """Return the sources without what is beyond an instant, and from and to when the readings of each meter reach."""
    opened, reach = [], dict[str, tuple[int, int]]()
    for source in opened_sources(store, plan, units):
        found = last_instants(store, source)
        if any(last > beyond for _first, last in found.values()):
            source = up_to(source, beyond)
            found = last_instants(store, source)
        opened.append(source)
        for name, (first, last) in found.items():
            known = reach.get(name, (first, last))
            reach[name] = min(known[0], first), max(known[1], last)
    # one reading of a register tells nothing
    return opened, {name: ends for name, ends in reach.items() if ends[0] < ends[1] and name in plan.meters}


def _covered(plan: MonitoringPlan, until: Mapping[str, date]) -> dict[str, date]:
    """Return up to which day each counting meter lacks no readings: before it is installed there can be none."""
    found = {one.name: until[one.name] for one in plan.counting if one.name in until}
    for one in plan.counting:
        if one.name not in until and one.installed is not None:
            found[one.name] = clock.local(one.installed, plan.where).date() - ONE_DAY
    return found


def _earlier(
    plan: MonitoringPlan, firsts: Sequence[int], year: Period, since: date | None, last: date
) -> Iterator[Period]:
    """Yield the years before, or parts of them, in the crediting period, of which all counting meters have readings."""
    if firsts:
        begun = max(clock.local(max(firsts), plan.where).date(), since or date.min)
        end = min(year.ends[0] - ONE_DAY, last)
        if begun <= end:
            yield from split_at_years(Period(begun, end))


def _known_on(plan: MonitoringPlan, day: date) -> MonitoringPlan:
    """Return a plan without calibrations that are later than a day."""
    meters = {}
    for name, meter in plan.meters.items():
        devices = tuple(
            replace(one, calibrations=tuple(each for each in one.calibrations if each.on <= day))
            for one in meter.devices
        )
        meters[name] = replace(meter, devices=devices)
    return replace(plan, meters=meters)


def _last_day(plan: MonitoringPlan, name: str, moment: int) -> date:
    """Return the last day that readings cover to its end; declared standstills and treatments with dates count.

    A meter that was removed has no more readings to come.
    """
    if (removed := plan.meters[name].removed) is not None and moment >= removed:
        return date.max
    spans = [(one.start, one.end) for one in plan.stops_of(name)]
    spans += [
        (one.start, one.end)
        for one in plan.choices
        if one.finding == "gap" and one.meter in ("", name) and one.start is not None and one.end is not None
    ]
    for start, end in sorted(spans):
        if start <= moment < end:
            moment = end
    return clock.local(moment + plan.tolerance, plan.where).date() - ONE_DAY


class _InputsFor(OtherInputs):
    """What a case file gives for its periods, for other ones: a value for each period is that of the period there.

    An amount of a whole period is shared by days.
    """

    def __init__(
        self, m: Declarations, tables: Sequence[Any], values: Mapping[str, Any], case_periods: Sequence[Period]
    ) -> None:
        super().__init__(m, tables, values)
        self.declared, self.case_periods = m, case_periods

    def values_of(self, periods: Sequence[Period]) -> Mapping[str, Any]:
        # for each period the number of that of the case file, or of the nearest one, and its share of days
        first, last = self.case_periods[0], len(self.case_periods) - 1
        places = [
            place if place >= 0 else (0 if one.order < first.order else last)
            for place, one in zip(places_within(periods, self.case_periods), periods, strict=True)
        ]
        shares = [one.days / self.case_periods[place].days for one, place in zip(periods, places, strict=True)]
        return {name: self._value(name, one, places, shares) for name, one in self.values.items()}

    def _value(self, name: str, given: Any, places: list[int], shares: list[float]) -> Any:
        parameter = self.declared.inputs.get(self.declared.named(name) or "")
        if parameter is None or isinstance(given, Mapping) or "p" not in parameter.indices:
            return given
        cells = np.array(given, dtype=object)
        letters = parameter.indices
        if cells.ndim not in (0, len(letters)):
            return given
        along = letters.index("p")
        cells = cells.reshape(cells.shape or (1,) * len(letters))
        if cells.shape[along] == len(self.case_periods):
            cells = cells.take(places, axis=along)
        elif not parameter.adds_over_time:
            return given
        if parameter.adds_over_time:
            numbers = np.vectorize(lambda cell: float(magnitude(cell, parameter.unit)), otypes=[float])(cells)
            shape = [-1 if letter == "p" else 1 for letter in letters]
            cells = numbers * np.array(shares).reshape(shape)
        return cells.tolist()


class _ToDate(Work):
    """The steps from readings to the amounts so far, which go on where something is open.

    Choices may be for findings that are still to come, and treatments that are not possible leave a finding open.
    """

    def __init__(self, absent: Sequence[Meter], *args: Any) -> None:
        self.absent = absent  # counting meters that are not installed yet: of them there is nothing
        self.failures: tuple[Problem, ...] = ()
        super().__init__(*args)

    def result(self, amounts: Mapping[str, Sequence[float]], periods: Sequence[Period]) -> Calculation | None:
        """Calculate some periods with the amounts of the meters that count."""
        nothing = {one.name: [0.0] * len(periods) for one in self.absent}
        counting = [*self.plan.counting, *self.absent]
        tables = by_indices(counting, periods, self.units, self.indices, {**amounts, **nothing})
        return self.given.result([table for table, _of in tables], periods)

    def directions(self) -> Slopes | None:
        """Return the directions of treatments; None where the other inputs do not suffice for a calculation."""
        try:
            return super().directions()
        except InputError as error:
            self.failures = tuple(error.problems)
            return None

    # Steps

    def measured(self, until: Mapping[str, date], year: Period, so_far: Period | None) -> Measured:
        """Return what the readings say of the year so far, and which findings of earlier years are open."""
        now, (first, last) = len(self.periods) - 1 if so_far else -1, year.ends
        at_turn = self.periods[-1].last in (last, first - ONE_DAY)  # the case file says how an amount is split there
        self.progress(_("looking closely at what is suspicious"))
        found = self.all_found()
        cut = [one for one in found if one.kind == "boundary" and one.end == self.whole[1] and not at_turn]
        self.progress(_("treating what was found"))
        findings = self.treated([one for one in found if one not in cut])
        findings += self.late_calibrations(findings)
        options = self.options([one for one in findings if one.open])
        self.refuse()
        self.progress(_("comparing"))
        findings = [
            one if one.effect is None else replace(one, tonnes=self.tonnes(one, one.effect)) for one in findings
        ]
        effects, unknown = _effects(cut, findings, options)
        amounts = self.with_effects(effects)
        result, months, comparisons = None, dict[Period, float](), list[CrossCheckOutcome]()
        counted = {number for name, number in unknown if not self.plan.meters[name].check_only}
        usable = [number for number in range(len(self.periods)) if number not in counted]
        try:
            if now in usable:
                of_now = {name: [several[now]] for name, several in amounts.items()}
                result = self.result(of_now, self.periods[now:])
                slopes = None if self.slopes is None else {name: each[now:] for name, each in self.slopes.items()}
                comparisons = self.compared(of_now, slopes, result, now)
                self.refuse()
            months = self.by_month(usable, effects)
        except InputError as error:
            self.failures = self.failures or tuple(error.problems)
        per_day = {name: self.per_day(name) for name in self.plan.meters}
        current = tuple(one for one in findings if one.period == now or one.open or one.question)
        return Measured(
            self.units,
            until,
            so_far,
            current,
            {one: options[one] for one in current if one.open},
            {one: self.stake(one, options.get(one, ())) for one in current},
            {name: None if now < 0 or (name, now) in unknown else sums[now] for name, sums in amounts.items()},
            per_day,
            {name: dict(self.coverage(name, year)) for name in self.plan.meters},
            tuple(comparisons),
            result,
            months,
            self.failures,
        )

    def with_effects(self, effects: Sequence[tuple[ReadingsFinding, float]]) -> dict[str, list[float]]:
        """Return the amounts of each meter by period, with what findings change; what cancels out is zero."""
        amounts = self.read()
        for one, effect in effects:
            before = amounts[one.meter][one.period]
            amounts[one.meter][one.period] = 0.0 if abs(before + effect) < ROUNDING * abs(before) else before + effect
        return amounts

    def by_month(self, usable: Sequence[int], effects: Sequence[tuple[ReadingsFinding, float]]) -> dict[Period, float]:
        """Return ER of each month in some periods; each step counts where it begins."""
        table = self.meters.table
        read: dict[Any, float] = table.groupby(["month", "meter"])["amount"].sum().to_dict()
        sums = dict(read)
        for one, effect in effects:
            for month, share in self.shares(one, [other for other, _effect in effects]):
                key = (f"{month:%Y-%m}", one.meter)
                sums[key] = sums.get(key, 0.0) + effect * share
        of = [list(split_at_months(self.periods[number])) for number in usable]
        months = [month for each in of for month in each]
        if not months:
            return {}
        amounts: dict[str, list[float]] = {name: [] for name in self.plan.meters}
        for name, each in product(self.plan.meters, of):
            keys = [(f"{month.first:%Y-%m}", name) for month in each]
            found = [sums.get(key, 0.0) for key in keys]
            before = [read.get(key, 0.0) for key in keys]
            amounts[name] += found if min(before) < 0 else _not_negative(found, sum(before))
        result = self.result(amounts, months)
        return {} if result is None else dict(zip(months, result.emissions["ER"].tolist(), strict=True))

    def shares(self, finding: ReadingsFinding, findings: Sequence[ReadingsFinding]) -> Iterator[tuple[date, float]]:
        """Yield the months of a finding and the share of its effect: that of the amount, or of time without any."""
        where = self.plan.where
        first = clock.local(finding.start, where).date()
        last = max(first, clock.local(finding.end - 1, where).date())
        months = list(split_at_months(Period(first, last)))
        if len(months) == 1:
            yield first, 1.0
            return
        edges = [clock.midnight(one.ends[0], where) for one in months[1:]]
        edges = [finding.start, *edges, finding.end]
        pieces = list(pairwise(edges))
        others = [one for one in findings if one.kind not in OF_CALIBRATION and one is not finding]
        parts = [self.amount_between(finding.meter, start, end, others)[0] for start, end in pieces]
        if min(parts) < 0 or sum(parts) == 0:
            parts = [float(end - start) for start, end in pieces]
        for month, part in zip(months, parts, strict=True):
            yield month.ends[0], part / sum(parts)

    # Options

    def options(self, findings: Sequence[ReadingsFinding]) -> dict[ReadingsFinding, tuple[TreatmentOption, ...]]:
        """Return the treatments that are permitted for each finding, the one with the most ER first."""
        permitted = [self.plan.rules.treatments.get(one.kind, ()) for one in findings]
        found = {}
        for one, names, around in zip(findings, permitted, self.around(findings, permitted), strict=True):
            several = [self.option(one, name, replace(around, allowed=names)) for name in names]
            found[one] = tuple(sorted(several, key=lambda option: (option.tonnes is None, -(option.tonnes or 0.0))))
        return found

    def option(self, finding: ReadingsFinding, name: str, around: treatments.Around) -> TreatmentOption:
        """Return what a treatment would make of a finding."""
        needs = TREATMENTS[name]
        if {"value", "factor"} & set(needs):
            return TreatmentOption(name, needs=", ".join(needs))
        try:
            if name == "maximum permissible error":
                late = self.late_at[finding.meter, finding.start]
                around = replace(around, error=calibration.error(late, self.plan.rules)[0])
            amount = treatments.METHODS[name](finding, around)
        except ValueError as error:
            return TreatmentOption(name, needs=str(error))
        return TreatmentOption(name, amount, self.tonnes(finding, amount - finding.read), ", ".join(needs))

    def tonnes(self, finding: ReadingsFinding, effect: float) -> float | None:
        """Return the change of ER by a change of the amount."""
        slope = self.slope(finding)
        return None if slope is None else effect * slope

    def per_day(self, name: str) -> float | None:
        usual = self.usual(name)
        return None if self.slopes is None or usual == 0 else abs(self.slopes[name][-1]) * usual * 24

    def stake(self, finding: ReadingsFinding, options: Sequence[TreatmentOption]) -> float | None:
        """Return the tCO2 that depend on a finding: the reach of its treatments, or its distance from a usual time."""
        slope = self.slope(finding)
        if slope is None:
            return None
        if not finding.open:
            return abs(finding.tonnes or 0.0)
        if finding.kind in OF_CALIBRATION or any(one.tonnes for one in options):
            known = [0.0, *(one.tonnes for one in options if one.tonnes is not None)]
            return max(known) - min(known)
        if finding.kind == "never falls":  # the readings may mean something else
            return abs(slope * finding.read)
        usual = self.usual(finding.meter) * (finding.end - finding.start) / clock.HOUR
        return abs(slope) * abs(finding.read - usual)

    # Coverage

    def coverage(self, name: str, year: Period) -> Iterator[tuple[date, float]]:
        """Yield each day of a year, up to the last reading, with the share of its time for which there are readings."""
        days = [year.ends[0] + timedelta(days=number) for number in range(year.days)]
        edges = np.array([clock.midnight(one, self.plan.where) for one in (*days, days[-1] + ONE_DAY)])
        covered = np.zeros(len(days))
        for one in self.meters.of[name]:
            first, last, time = (one.blocks[key].to_numpy(dtype=float) for key in ("first", "last", "covered"))
            use = (last > edges[0]) & (first < edges[-1]) & (last > first)
            first, last, time = first[use], last[use], time[use]
            low = np.maximum(np.searchsorted(edges, first, side="right") - 1, 0)
            high = np.minimum(np.searchsorted(edges, last, side="left"), len(days))
            for step in range(int((high - low).max(initial=0))):  # a reading may be that of a month
                at = low + step < high
                place = (low + step)[at]
                overlap = np.minimum(last[at], edges[place + 1]) - np.maximum(first[at], edges[place])
                np.add.at(covered, place, time[at] * overlap / (last - first)[at])
        yield from zip(days, np.clip(covered / np.diff(edges), 0.0, 1.0).tolist(), strict=True)


def _effects(
    cut: Sequence[ReadingsFinding],
    findings: Sequence[ReadingsFinding],
    options: Mapping[ReadingsFinding, Sequence[TreatmentOption]],
) -> tuple[list[tuple[ReadingsFinding, float]], set[tuple[str, int]]]:
    """Return what findings change of the amounts, and the meters and periods whose amount is not known.

    A step that the end of the readings divides counts in full, and an open finding by its treatment with the least ER.
    """
    effects = [(one, one.exact - one.read) for one in cut if one.exact is not None]
    unknown: set[tuple[str, int]] = set()
    for one in findings:
        effect = one.effect if not one.open else _least(one, options[one])
        if effect is None:
            unknown.add((one.meter, one.period))
        else:
            effects.append((one, effect))
    return effects, unknown


def _least(finding: ReadingsFinding, options: Sequence[TreatmentOption]) -> float | None:
    """Return the effect of the treatment with the least ER; None where no amount is known."""
    known = [(one.tonnes, one.amount) for one in options if one.tonnes is not None and one.amount is not None]
    return min(known)[1] - finding.read if known else None


def _not_negative(amounts: Sequence[float], read: float) -> list[float]:
    """Return the amounts of months with the same sum, where a step across the end of a month left one below zero."""
    total, positive = sum(amounts), sum(max(one, 0.0) for one in amounts)
    if min(amounts) >= 0 or total < -ROUNDING * read:
        return list(amounts)
    return [max(one, 0.0) * max(total, 0.0) / positive if positive else 0.0 for one in amounts]
