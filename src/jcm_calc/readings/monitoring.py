"""One call from meters and readings to monitored parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, listed, suggestion
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.periods import Period
from jcm_calc.inputs.project import as_mapping
from jcm_calc.readings import calibration, clock, comparable_periods, cross_checks, row_checks, treatments
from jcm_calc.readings.amounts import Monitored, by_indices
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.meter_readings import MeterReadings, Runner, opened_sources
from jcm_calc.readings.periods import sheets_of, span
from jcm_calc.readings.plan import Meter, MonitoringPlan, Treatment
from jcm_calc.readings.plan_file import read_plan
from jcm_calc.readings.steps import OpenedReadings
from jcm_calc.readings.store import Store

if TYPE_CHECKING:
    from jcm_calc.results.calculation import Calculation

Span = tuple[int, int]
Slopes = Mapping[str, Sequence[float]]
NEEDS_COMPARABLE, NEEDS_ADJACENT = {"comparable period", "substitute"}, {"mean of before and after"}
OF_CALIBRATION = ("late calibration", "uncalibrated")
UNTREATABLE = ("step", "falls often")  # not the readings are wrong, but what the plan says of them


def monitor(
    meters: Mapping[str, Any],
    readings: Mapping[str, Any],
    *tables: Any,
    p: Any,
    methodology: str | Declarations | None = None,
    version: str | None = None,
    crediting: tuple[Any, Any] = (None, None),
    facts: Mapping[str, Any] | None = None,
    folder: str | Path = ".",
    run: Runner | None = None,
    progress: Callable[[str], None] = lambda stage: None,
    strict: bool = False,
    **values: Any,
) -> Monitored:
    """Turn readings of meters into monitored parameters.

    Parameters
    ----------
    meters, readings : mapping
        The monitoring plan, as the sections ``[meters]`` and ``[readings]`` of a case file.
    *tables, **values
        What `jcm_calc.calculate` needs in addition: the direction in which a doubt lowers ER, and the
        effect of each finding on ER, come from a calculation.
    p : str or list
        The monitoring period; it is split at every 31 December.
    methodology : str or Methodology, optional
        Without one nothing is known of directions and effects on ER.
    version : str, optional
        Of the methodology.
    crediting : tuple of dates, or of texts such as ``"2024-01-31"``
        First and last day of the crediting period; None where one is not known.
    facts : mapping, optional
        As for `jcm_calc.calculate`: cross-checks that the methodology declares look at them.
    folder : path
        The folder that file names begin in.
    run : callable, optional
        Runs a function over files, instead of `map`: on a cluster, for example.
    progress : callable
        Is called with what is being done.
    strict : bool
        Whether any finding, and any cross-check that differs, is an error.

    Returns
    -------
    Monitored

    Raises
    ------
    InputError
        If plan, files or periods cannot be used. Findings are an error only with ``strict``; see `Monitored.open`.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=8784, freq="h"), "kW": [10.0, 12.0] * 4392})
    >>> monitored = monitor(
    ...     {"S1": {"parameter": "EC_PJ", "unit": "kW"}},
    ...     {
    ...         "timezone": "Asia/Jakarta",
    ...         "sources": [
    ...             {"frame": hours, "kind": "power", "step": "1 h", "stamp": "start", "time": "time",
    ...              "columns": {"S1": "kW"}},
    ...         ],
    ...     },
    ...     p="2024",
    ... )
    >>> monitored.amounts["S1"], monitored.units["S1"], monitored.findings
    ([96624.0], 'kW*h', ())
    """
    from jcm_calc.rulebooks import methodology as find

    m = methodology if isinstance(methodology, Declarations) or methodology is None else find(methodology, version)
    problems: list[Problem] = []
    meters = as_mapping("meters", meters, "{'S1': {'parameter': 'EG', 'unit': 'kWh'}}", problems)
    readings = as_mapping("readings", readings, "{'timezone': 'Asia/Jakarta', 'sources': [...]}", problems)
    InputError.raise_for(_("the monitoring plan"), problems)
    plan = read_plan(meters, readings, Path(folder))
    periods = sheets_of(p, crediting, problems)
    units, indices = declared(plan, m, problems)
    InputError.raise_for(_("the monitoring plan"), problems)
    given = OtherInputs(m, tables, {"facts": facts, **values})
    with Store() as store:
        progress(_("reading and adding up"))
        opened = opened_sources(store, plan, units)
        monitored = Work(store, plan, opened, periods, units, indices, given, run, progress).done()
    if strict and (found := list(_remarked(monitored))):
        raise InputError(_("the readings"), found)
    return monitored


def _remarked(monitored: Monitored) -> Iterator[Problem]:
    """Yield every finding, and every cross-check that differs."""
    for one in monitored.findings:
        yield Problem(Message("{}, {}").format(one.meter, one.kind), one.note, one.code)
    for comparison in monitored.comparisons:
        if not comparison.agrees:
            differs = _("differs in {period}: {left:,.6g} and {right:,.6g} {unit}")
            fields = {"left": comparison.left, "right": comparison.right, "unit": comparison.unit}
            yield Problem(comparison.name, differs.format(period=comparison.period, **fields))


def declared(
    plan: MonitoringPlan, m: Declarations | None, problems: list[Problem]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the unit of each meter's parameter, and the indices of each parameter; append complaints."""
    units, indices = {}, {}
    energy = {one.kind for one in plan.readings} <= {"power", "samples"}
    for name, meter in plan.meters.items():
        subject = f"[meters.{name}]"
        parameter = None if m is None else m.inputs.get(m.named(meter.parameter) or "")
        if m is None:
            units[name] = f"{meter.unit}*h" if energy else meter.unit
            indices[meter.parameter] = "".join([*meter.labels, "p"])
            if not meter.unit:
                complaint = _("missing: without a methodology it is the unit of the amount")
                problems.append(Problem(f"{subject} unit", complaint))
        elif parameter is None:
            complaint = _("{m} has no parameter {parameter!r}{hint}")
            hint = suggestion(meter.parameter, m.inputs)
            message = complaint.format(m=m, parameter=meter.parameter, hint=hint)
            problems.append(Problem(f"{subject} parameter", message))
        elif not parameter.adds_over_time:
            complaint = _(
                "{symbol} does not add over time, and nothing that was read of {m} says how readings of it are "
                "averaged over p: give its value in [inputs], and say in [sources] how it was measured"
            ).format(symbol=parameter.symbol, m=m)
            problems.append(Problem(f"{subject} parameter", complaint, parameter.section))
        else:
            units[name], indices[meter.parameter] = parameter.unit, parameter.indices
            wanted = set(parameter.indices) - {"p"}
            if set(meter.labels) != wanted:
                complaint = _("got labels of {given}; must be labels of {expected}")
                if not meter.labels:
                    complaint = _("missing: labels of {expected}")
                if not wanted:
                    complaint = _("got labels of {given}; must be left out, as the parameter has no index but p")
                message = complaint.format(given=listed(meter.labels), expected=listed(sorted(wanted)))
                problems.append(Problem(f"{subject} labels", message))
    return units, indices


class OtherInputs:
    """What a calculation needs in addition to the readings."""

    def __init__(self, m: Declarations | None, tables: Sequence[Any], values: Mapping[str, Any]) -> None:
        self.m, self.tables, self.values = m, tables, values

    def result(self, tables: Sequence[Any], periods: Sequence[Period]) -> Calculation | None:
        """Calculate with what the meters give."""
        if self.m is None:
            return None
        from jcm_calc.results.calculating import calculated, without_warnings
        from jcm_calc.results.calculation import Calculation

        with without_warnings():
            p = [str(period) for period in periods]
            # for the effect of findings on ER alone: whether a value may be overridden is asked when it counts
            values = self.values_of(periods)
            return calculated(Calculation, self.m, *self.tables, *tables, p=p, override="monitoring", **values)

    def values_of(self, periods: Sequence[Period]) -> Mapping[str, Any]:
        """Return what is given for some periods."""
        return self.values

    def slopes(self, result: Calculation | None, meters: Mapping[str, Meter]) -> Slopes | None:
        """Return ∂ER/∂x for each meter and period."""
        if result is None:
            return None
        found = result.derivatives()
        return {name: self._at(result, found, meter) for name, meter in meters.items()}

    def _at(self, result: Calculation, found: Mapping[str, Any], meter: Meter) -> list[float]:
        from jcm_calc.inputs.axes import label

        assert self.m is not None
        array = found.get(self.m.named(meter.parameter) or "")
        if array is None:
            return [0.0] * len(result.inputs.periods)
        places: list[Any] = []
        for letter, axis in result.inputs.axes.items():
            size = array.shape[len(places)]
            place = list(axis.labels).index(label(meter.labels[letter])) if letter in meter.labels else slice(None)
            places.append(place if size > 1 or isinstance(place, slice) else 0)
        slopes = np.asarray(array[tuple(places)], dtype=float).ravel()
        return [float(slope) for slope in np.broadcast_to(slopes, len(result.inputs.periods))]


class Work:
    """The steps from readings to monitored parameters."""

    def __init__(
        self,
        store: Store,
        plan: MonitoringPlan,
        opened: Sequence[OpenedReadings],
        periods: Sequence[Period],
        units: Mapping[str, str],
        indices: Mapping[str, str],
        given: OtherInputs,
        run: Runner | None,
        progress: Callable[[str], None],
    ) -> None:
        self.plan, self.periods, self.units, self.indices, self.given = plan, tuple(periods), units, indices, given
        self.spans = [span(period, plan.where) for period in periods]
        self.whole = (self.spans[0][0], self.spans[-1][1])
        self.progress = progress
        self.problems: list[Problem] = []
        self.refused: list[Problem] = []  # treatments that are not possible
        self.used: set[int] = set()  # the numbers of the choices that fit a finding
        self.late = {
            name: list(calibration.late_windows(meter, self.whole, plan.where)) for name, meter in plan.meters.items()
        }
        self.late_at: dict[tuple[str, int], calibration.Late] = {}  # by meter and start of the finding
        marks = {moment for one in self.spans for moment in one}
        marks |= {moment for found in self.late.values() for one in found for moment in (one.start, one.end)}
        self.meters = MeterReadings(store, plan, opened, units, self.spans, sorted(marks), run, self.problems)
        self.refuse()

    def refuse(self) -> None:
        """Raise an error where there are complaints."""
        InputError.raise_for(_("the readings"), self.problems)

    def done(self) -> Monitored:
        """Return the monitored parameters."""
        self.progress(_("looking closely at what is suspicious"))
        findings = self.all_found()
        read = self.read()
        self.progress(_("treating what was found"))
        findings = self.treated(findings)
        findings += self.late_calibrations(findings)
        self.problems += [*self.unused(findings), *self.refused]
        self.refuse()
        amounts = {name: list(sums) for name, sums in read.items()}
        for one in findings:
            amounts[one.meter][one.period] += one.effect or 0.0
        self.progress(_("comparing"))
        result = None if any(one.open for one in findings) else self.result(amounts, self.periods)
        slopes = self.slopes if result is None else self.given.slopes(result, self.plan.meters)
        findings = self.with_tonnes(findings, slopes)
        comparisons = self.compared(amounts, slopes, result)
        self.refuse()
        return Monitored(
            self.plan,
            self.periods,
            self.units,
            self.indices,
            read,
            amounts,
            tuple(findings),
            tuple(comparisons),
            tuple(file for source in self.meters.sources for file in source.files),
            self.meters.table,
            self.meters.steps,
            {name: found for name in self.plan.meters if (found := self.meters.outside(name))},
        )

    # Calculations

    def result(self, amounts: Mapping[str, Sequence[float]], periods: Sequence[Period]) -> Calculation | None:
        """Calculate some periods with the amounts of the meters that count."""
        tables = [table for table, _of in by_indices(self.plan.counting, periods, self.units, self.indices, amounts)]
        return self.given.result(tables, periods)

    @cached_property
    def slopes(self) -> Slopes | None:
        """The directions of treatments."""
        return self.directions()

    def directions(self) -> Slopes | None:
        """Return ∂ER/∂x for each meter and period, at the usual amounts of all hours."""
        usual = {}
        for name in self.plan.meters:
            hourly = self.usual(name) or 1.0
            usual[name] = [hourly * (last - first) / clock.HOUR for first, last in self.spans]
        return self.given.slopes(self.result(usual, self.periods), self.plan.meters)

    def usual(self, name: str) -> float:
        """Return the usual amount of an hour."""
        return max(one.usual for one in self.meters.contexts[name])

    def slope(self, finding: ReadingsFinding) -> float | None:
        """Return the direction for a finding; None without a methodology."""
        return None if self.slopes is None else self.slopes[finding.meter][finding.period]

    def compared(
        self,
        amounts: Mapping[str, Sequence[float]],
        slopes: Slopes | None,
        result: Calculation | None,
        since: int = 0,
    ) -> list[cross_checks.CrossCheckOutcome]:
        """Carry out the cross-checks of the plan and of the methodology, from the period of some number on."""
        found = cross_checks.declared_in_plan(
            self.plan, self.units, self.periods[since:], amounts, slopes, self.problems
        )
        if result is not None:
            hours = [(end - start) / clock.HOUR for start, end in self.spans[since:]]
            found += cross_checks.declared_by_methodology(result, self.plan.counting, hours)
        return found

    # Findings

    def read(self) -> dict[str, list[float]]:
        """Return the amount of each meter in each period, as it was read."""
        return {name: [self.meters.read(name, *one) for one in self.spans] for name in self.plan.meters}

    def all_found(self) -> list[ReadingsFinding]:
        """Return what is wrong with the readings of all meters in the periods, in order."""
        return sorted(
            (finding for name in self.plan.meters for finding in self.found(name) if finding.period >= 0),
            key=lambda one: (one.meter, one.start, one.end, one.kind),
        )

    def found(self, name: str) -> list[ReadingsFinding]:
        """Return what is wrong with the readings of a meter."""
        found: list[ReadingsFinding] = []
        contexts = self.meters.contexts[name]
        for one, context in zip(self.meters.of[name], contexts, strict=True):
            found += row_checks.with_what_is_left_out(row_checks.look(one.rows, context), context, one.left_out)
        wrong_steps = [(one.start, one.end) for one in found if one.kind == "step"]
        found = row_checks.without_consequences(found, wrong_steps)
        found += row_checks.holes(*self.meters.pieces(name), contexts[0], self.whole, wrong_steps)
        return [self.with_outside(one) for one in found]

    def with_outside(self, finding: ReadingsFinding) -> ReadingsFinding:
        """Say of a gap where readings are that could have been meant for it."""
        outside = self.meters.outside(finding.meter) if finding.kind == "gap" else None
        step = min((one.source.readings.step or clock.DAY for one in self.meters.of[finding.meter]), default=clock.DAY)
        if outside is None or outside.readings < (finding.end - finding.start) / step:
            return finding
        where = self.plan.where
        first, last = (clock.local(moment, where).strftime("%Y-%m-%d") for moment in (outside.first, outside.last - 1))
        note = _("{note}; {count:,} readings lie outside the period, from {first} to {last}")
        return replace(finding, note=note.format(note=finding.note, count=outside.readings, first=first, last=last))

    def treated(self, findings: Sequence[ReadingsFinding]) -> list[ReadingsFinding]:
        """Apply the user's choices."""
        choices = treatments.chosen(findings, self.plan.choices)
        times: dict[int, int] = {}
        for finding, choice in zip(findings, choices, strict=True):
            if choice is not None:
                times[choice.number] = times.get(choice.number, 0) + finding.end - finding.start
        around = self.around(findings, [() if one is None else (one.treatment,) for one in choices])
        done = []
        for finding, choice, known in zip(findings, choices, around, strict=True):
            if choice is None:
                done.append(finding)
            else:
                share = (finding.end - finding.start) / max(times[choice.number], 1)
                done.append(self.treat(finding, replace(known, choice=choice, share=share)))
        return done

    def treat(self, finding: ReadingsFinding, around: treatments.Around) -> ReadingsFinding:
        """Apply a choice; where it is not possible, the finding stays open, with a complaint."""
        self.used.add(around.choice.number)
        treated = treatments.treat(finding, around, self.plan.rules)
        if isinstance(treated, Problem):
            self.refused.append(treated)
            return finding
        return treated

    def unused(self, findings: Sequence[ReadingsFinding]) -> list[Problem]:
        """Complain of choices that fit no finding."""
        problems = treatments.unused(self.plan.choices, self.used)
        if any(one.finding not in OF_CALIBRATION and one.number not in self.used for one in self.plan.choices):
            # what was announced may be about the consequences of a wrong step
            problems += [Problem(one.meter, one.note, one.code) for one in findings if one.kind in UNTREATABLE]
        return problems

    def around(
        self, findings: Sequence[ReadingsFinding], considered: Sequence[Sequence[str]]
    ) -> list[treatments.Around]:
        """Return what there is around each finding, as far as the treatments that are considered for it need it."""
        excluded: dict[str, list[Span]] = {  # times of each meter that are not compared
            name: [(stop.start, stop.end) for stop in self.plan.stops_of(name)] for name in self.plan.meters
        }
        for one in findings:
            if one.kind not in ("boundary", "late calibration", "clock jump"):
                excluded[one.meter].append((one.start, one.end))
        comparable, adjacent = (
            comparable_periods.amounts(
                self.meters,
                {number: findings[number] for number, several in enumerate(considered) if names & set(several)},
                excluded,
                weeks=names is NEEDS_COMPARABLE,
            )
            for names in (NEEDS_COMPARABLE, NEEDS_ADJACENT)
        )
        return [
            treatments.Around(
                self.units[one.meter], self.slope(one), comparable.get(number, ()), adjacent.get(number, ())
            )
            for number, one in enumerate(findings)
        ]

    # Calibration

    def late_calibrations(self, findings: Sequence[ReadingsFinding]) -> list[ReadingsFinding]:
        """Return a finding for each time in which a calibration was late, corrected if the user chose so."""
        found = []
        for name, windows in self.late.items():
            for late in windows:
                for number, (first, last) in enumerate(self.spans):
                    start, end = max(first, late.start), min(last, late.end)
                    if start < end:
                        self.late_at[name, start] = late
                        finding = self.late_finding(name, late, number, start, end, findings)
                        (choice,) = treatments.chosen([finding], self.plan.choices)
                        found.append(finding if choice is None else self.corrected(finding, late, choice))
        return found

    def late_finding(
        self, name: str, late: calibration.Late, number: int, start: int, end: int, findings: Sequence[ReadingsFinding]
    ) -> ReadingsFinding:
        """Return the finding about a time in which a calibration was late."""
        amount, shared = self.amount_between(name, start, end, findings)
        was_due = _("the calibration was due {days:g} days before, {amount:,.10g} {unit}")
        none = _("none for {days:g} days, {amount:,.10g} {unit}")
        note = (was_due if late.calibrated else none).format(
            days=(end - start) / clock.DAY, amount=amount, unit=self.units[name]
        )
        if shared:
            note += _("; readings across its ends are shared by time")
        kind = "late calibration" if late.calibrated else "uncalibrated"
        return ReadingsFinding(name, kind, start, end, amount, note, period=number)

    def amount_between(
        self, name: str, start: int, end: int, findings: Iterable[ReadingsFinding]
    ) -> tuple[float, bool]:
        """Return the amount of a time after the treatment of findings, and whether a reading is shared by time."""
        amount, shared = self.meters.by_time(name, start, end)
        for one in findings:
            if one.meter == name and one.kind != "boundary" and one.effect:
                overlap = min(end, one.end) - max(start, one.start)
                whole = one.end - one.start
                if overlap > 0 or (whole == 0 and start <= one.start < end):
                    amount += one.effect * (overlap / whole if whole else 1.0)
        return amount, shared

    def corrected(self, finding: ReadingsFinding, late: calibration.Late, choice: Treatment) -> ReadingsFinding:
        """Return a finding about a late calibration as the user's choice treats it."""
        self.used.add(choice.number)
        question, error = "", 0.0
        if choice.treatment == "maximum permissible error":
            try:
                error, question = calibration.error(late, self.plan.rules)
            except ValueError as problem:
                self.refused.append(Problem(f"[meters.{finding.meter}]", str(problem)))
                return finding
        around = treatments.Around(self.units[finding.meter], self.slope(finding), choice=choice, error=error)
        treated = self.treat(finding, around)
        return replace(treated, question=question or treated.question) if treated is not finding else finding

    # Effect on ER

    def with_tonnes(self, findings: Sequence[ReadingsFinding], slopes: Slopes | None) -> list[ReadingsFinding]:
        """Add the effect on ER; refuse directions that no longer hold where the amounts have ended up."""
        treated = {(one.meter, one.period) for one in findings if one.effect is not None}
        if slopes is None or not treated:
            return list(findings)
        assert self.slopes is not None
        for name in dict.fromkeys(name for name, _period in treated):
            if any(np.sign(now) != np.sign(then) for now, then in zip(slopes[name], self.slopes[name], strict=True)):
                complaint = _(
                    "the sign of ∂ER/∂x differs between the usual and the treated amounts: no direction is conservative"
                )
                self.problems.append(Problem(f"[meters.{name}]", complaint))
        return [
            one if one.effect is None else replace(one, tonnes=one.effect * slopes[one.meter][one.period])
            for one in findings
        ]
