"""Each amount of a report compared with its readings: the right way to deal with them, and known errors.

Each way is an amount. The amount of the report shows which way was taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.declarations.items import Kind
from jcm_calc.readings import ReadingsFinding
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification import ratios
from jcm_calc.verification.dated_rows import DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Severity
from jcm_calc.verification.metered import Metered, Window, months
from jcm_calc.verification.quantities import EnteredValue

LONGEST = 13
READ_IN = _("{amount:,.10g} {unit} were read in {days:g} days")
CORRECTED = _("corrected by {error:.4%}")
ZERO = _("set to zero")
FRACTION = _("as a fraction")
# Findings of monitoring that a report may have filled with an amount of its own.
FILLABLE = ("gap", "reset", "negative", "stuck", "spike", "out of service", "unit slip")


@dataclass(frozen=True)
class Way:
    """One way to deal with something in the readings, by the amount that it adds to them as they are.

    The right way has no code of a check. Without a unit, ``found`` and ``expected`` are in that of the amount.
    """

    amount: float
    code: str = ""
    what: str = ""
    found: object = None
    expected: object = None
    severity: Severity | None = None
    cause: str = ""
    question: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Issue:
    """Something in the readings of a time, and the ways to deal with it; the first one is right."""

    meter: str
    start: int
    end: int
    ways: tuple[Way, ...]
    note: str = ""
    noted: ReadingsFinding | None = None
    window: Window | None = None

    @property
    def right(self) -> Way:
        """The right way."""
        return self.ways[0]


# Late calibrations


def of_window(window: Window, sign: int, meters: Metered, unit: str, report: tuple[int, int]) -> Issue:
    """Return the ways to correct for a late calibration; with the sign of ∂ER/∂x, the right one lowers ER."""
    ways = tuple(_corrections(window, sign, meters, unit, report))
    note = READ_IN.format(amount=window.amount, unit=unit, days=(window.end - window.start) / DAY)
    return Issue(window.noted.meter, window.start, window.end, ways, note, window.noted, window)


def _corrections(window: Window, sign: int, meters: Metered, unit: str, report: tuple[int, int]) -> Iterator[Way]:
    due, amount, noted = window.error, window.amount, window.noted
    covered = window.late.calibrated and window.late.after is not None
    overdue = Way(0.0, "E1" if covered else "E2", _("used without correction"), 0.0, due, unit=FRACTION)
    if due is None or sign == 0:
        yield Way(0.0, overdue.code, overdue.what, severity=Severity.WARNING)
        return
    if noted.treatment and noted.used is not None:
        chosen = noted.used - noted.read if noted.read else 0.0
        yield Way(chosen)
        announced = _("the correction {treatment!r} is declared but not applied").format(treatment=noted.treatment)
        yield Way(0.0, "E8", announced, 0.0, chosen / amount if amount else 0.0, unit=FRACTION)
    else:
        yield Way(-sign * due * amount)
        yield overdue
        if "count as zero" in meters.plan.rules.treatments.get(noted.kind, ()) and sign > 0:
            yield Way(-amount)
    yield Way(-sign * due * amount)
    permissible = window.late.device.permissible
    if permissible is not None and permissible != due:
        told = _("corrected by the permissible {permissible:.6g}, and {due:.6g} was found")
        told = told.format(permissible=permissible, due=due)
        yield Way(-sign * permissible * amount, "E6", told, permissible, due, unit=FRACTION)
    for code, applied in (("B1", due * 100), ("B2", due / 100)):
        told = _("corrected by {applied:.4%}; right is {due:.4%}").format(due=due, applied=applied)
        yield Way(-sign * applied * amount, code, told, applied, due, unit=FRACTION)
    raised = _("raised by {due:.4%}, but ∂ER/∂x is above 0: the conservative correction lowers it")
    lowered = _("lowered by {due:.4%}, but ∂ER/∂x is below 0: the conservative correction raises it")
    yield Way(sign * due * amount, "C14", (raised if sign > 0 else lowered).format(due=due), -due, due, unit=FRACTION)
    yield from _other_windows(window, sign, meters, unit, report)


def _other_windows(window: Window, sign: int, meters: Metered, unit: str, report: tuple[int, int]) -> Iterator[Way]:
    """Yield corrections for other times than the right one: whole months, a day more or less."""
    due, meter = window.error, (window.noted.meter,)
    assert due is not None
    right = meters.told(window.start, window.end)
    touched = [meters.span(month) for month in months(window.start, window.end, meters)]
    runs = [
        (max(first[0], report[0]), min(last[1], report[1]))
        for at, first in enumerate(touched[:LONGEST])
        for last in touched[at : at + LONGEST]
    ]
    edges = [(window.start + before, window.end + after) for before in (-DAY, 0, DAY) for after in (-DAY, 0, DAY)]
    edges += [(report[0], window.end), (window.start, report[1]), report]
    for spans, factors in ((runs, (1.0, due)), (edges, (due,))):
        for (start, end), factor in itertools.product(spans, factors):
            if (start, end) != (window.start, window.end) and start < end:
                amount = meters.amount(meter, start, end, unit) * (-1.0 if factor == 1.0 else -sign * factor)
                done = ZERO if factor == 1.0 else CORRECTED.format(error=due)
                severity = Severity.WARNING if sign * amount <= -due * window.amount else Severity.ERROR
                told = _("{time} {done}").format(time=meters.told(start, end), done=done)
                said = _("{what}; right is {right}").format(what=told, right=right)
                yield Way(amount, "E7", said, told, right, severity)


# What else monitoring finds


def of_noted(noted: ReadingsFinding, meters: Metered, slope: float, unit: str, report: tuple[int, int]) -> Issue:
    """Return the ways to deal with something else in the readings."""
    base = noted.read
    if noted.start == report[0] or noted.end == report[1]:
        # a step across the end of a period: monitoring counts it where it begins, here it is shared by time
        base = meters.amount((noted.meter,), noted.start, noted.end, unit)
    return Issue(noted.meter, noted.start, noted.end, tuple(_dealings(noted, base, slope)), noted.note, noted)


def _dealings(noted: ReadingsFinding, base: float, slope: float) -> Iterator[Way]:
    code, severity, what = KINDS[noted.kind]
    if noted.used is not None:
        yield Way(noted.used - base)
        if abs(noted.read - noted.used) > 0 and noted.kind != "boundary":
            told = _("{what}: the correction {treatment!r} is declared but not applied")
            told = told.format(what=what, treatment=noted.treatment)
            yield Way(noted.read - base, "E8", told, noted.read, noted.used)
        return
    if noted.values:
        least, most = sorted(noted.values)
        safe, other = (least, most) if slope >= 0 else (most, least)
        yield Way(safe - base)
        told = _("there are two readings for one time, and the report uses the one that raises ER")
        yield Way(other - base, "C14", told, other, safe)
        told = _("{what}, and both are counted").format(what=what)
        yield Way(noted.read - base, code, told, noted.read, safe)
    elif noted.kind == "out of service":
        yield Way(-base)
        yield Way(0.0, code, _("{what}, and they are counted").format(what=what), base, 0.0)
    elif noted.exact is not None:
        yield Way(noted.exact - base)
        if noted.exact != noted.read:
            told = Message("{}: {}").format(what, noted.note)
            yield Way(noted.read - base, code, told, noted.read, noted.exact, Severity(severity))
    else:
        yield Way(0.0)


def spoilt(issues: Sequence[Issue]) -> list[Issue]:
    """Return what leaves a time without an amount: it is not known what was used then."""
    return [
        one
        for one in issues
        if one.noted is not None and one.noted.kind in FILLABLE and one.noted.used is None and one.window is None
    ]


# Amounts

# How near two amounts lie that are the same, that days can be told by, that are the same as they are printed.
EXACT, SHARP, PRINTED = 1e-9, 1e-5, 1e-3


@dataclass(frozen=True)
class Compared:
    """An amount of the report between two instants, and what the readings of its meters add up to as they are.

    Where a sum behind the amount has a separate finding, ``reported`` is the amount with that sum as it should be.
    ``slope`` is ∂ER/∂x.
    """

    entry: EnteredValue
    meters: tuple[str, ...]
    start: int
    end: int
    reported: float
    read: float
    slope: float
    issues: tuple[Issue, ...]

    @property
    def sign(self) -> int:
        """The sign of ∂ER/∂x."""
        return (self.slope > 0) - (self.slope < 0)

    @property
    def right(self) -> float:
        """The amount that is due."""
        return self.read + math.fsum(issue.right.amount for issue in self.issues)

    @property
    def printed(self) -> float:
        """How far the amount may lie from another one and still be that one as it is printed."""
        text = f"{float(self.entry.written):.10f}".rstrip("0")
        half = 0.5 * 10.0 ** -len(text.partition(".")[2])
        return min(half / abs(float(self.entry.written)), PRINTED) if self.entry.written else 0.0

    def is_(self, amount: float, tolerance: float) -> bool:
        """Whether the report has an amount."""
        return math.isclose(self.reported, amount, rel_tol=max(tolerance, EXACT), abs_tol=1e-12)


@dataclass(frozen=True)
class Discrepancy:
    """What was done in the report instead of what is right, and the amount by which the report has more for it."""

    compared: Compared
    way: Way
    start: int
    end: int
    excess: float
    note: str = ""


def compared(documents: Documents, meters: Metered, rows: DatedRows) -> Iterator[Compared]:
    """Yield the monitored amounts of a report that meters measure."""
    derivatives = documents.result.derivatives()
    for entry in documents.report.entries():
        parameter, period = entry.parameter, entry.period
        amount = parameter.kind is Kind.MONITORED and parameter.adds_over_time and isinstance(entry.value, int | float)
        own = meters.of(entry) if amount and period is not None else ()
        if not own or period is None:
            continue
        start, end = meters.span(period)
        array = derivatives.get(parameter.name)
        place = None if array is None else documents.effects.at(entry.labels, array.shape)
        slope = 0.0 if array is None or place is None else float(array[place])
        sign, unit = (slope > 0) - (slope < 0), parameter.unit
        issues = [of_noted(noted, meters, slope, unit, (start, end)) for noted in meters.found(own, start, end)]
        issues += [of_window(one, sign, meters, unit, (start, end)) for one in meters.windows(own, start, end)]
        reported = entry.value + rows.excess(entry)
        read = meters.amount(own, start, end, unit)
        yield Compared(entry, own, start, end, reported, read, slope, tuple(issues))


# Other months, days, meters and units

EDGE, FEW = 35 * DAY, 80


def elsewhere(one: Compared, documents: Documents, meters: Metered, tolerance: float) -> Iterator[Discrepancy]:
    """Yield slips that have nothing to do with what is wrong with the readings."""
    for base in (one.right, one.read):  # everything done right, or nothing done
        others = _by_month(one, meters), _by_check_meter(one, meters, base), _by_other_windows(one, meters)
        for way, start, end in itertools.chain(*others):
            if one.is_(base + way.amount, tolerance):
                yield Discrepancy(one, way, start, end, way.amount)
        if tolerance <= SHARP:
            yield from _by_edge(one, documents, meters, base, tolerance)
        if base and not one.is_(base, tolerance):
            excess, ratio = one.reported - base, one.reported / base
            code, cause = ratios.slip(ratio, one.entry.parameter.unit)
            if code:
                told = _("{ratio:.6g} times what the readings give").format(ratio=ratio)
                yield Discrepancy(one, Way(excess, code, told, cause=cause), one.start, one.end, excess)


def _by_month(one: Compared, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    whole = months(one.start, one.end, meters)
    for month in whole:
        start, end = meters.span(month)
        if start < one.start or end > one.end or len(whole) == 1:
            continue
        amount = meters.amount(one.meters, start, end, one.entry.parameter.unit)
        if amount:
            said = _("{month} is left out: {count} of {every} months are in the amount")
            yield Way(-amount, "C5", said.format(month=month, count=len(whole) - 1, every=len(whole))), start, end
            yield Way(amount, "C5", _("{month} is counted twice").format(month=month)), start, end


def _by_edge(
    one: Compared, documents: Documents, meters: Metered, base: float, tolerance: float
) -> Iterator[Discrepancy]:
    """Yield times from another first to another last reading that have the amount."""
    starts, ends = (_edges(one, meters, *edge) for edge in ((one.start, -1), (one.end, 1)))
    for (first, before), (last, after) in itertools.product(starts.items(), ends.items()):
        moved = (first != one.start) + (last != one.end)
        # among many pairs of days some fit a printed number by chance
        if moved and (moved == 1 or tolerance <= EXACT) and one.is_(base + before + after, tolerance):
            way = _edge_way(one, documents, meters, first, last, before + after)
            yield Discrepancy(one, way, first, last, way.amount)


def _edges(one: Compared, meters: Metered, edge: int, outward: int) -> dict[int, float]:
    """Return the instants around the end of a period at which meters were read, and what is more until there."""
    unit, found = one.entry.parameter.unit, {edge: 0.0}
    knots = meters.knots(one.meters, edge - EDGE, edge + EDGE)
    if len(knots) > FEW:
        knots = [knot for knot in knots if (knot - edge) % DAY == 0]
    for knot in knots:
        amount = meters.amount(one.meters, min(knot, edge), max(knot, edge), unit)
        found[knot] = amount if (knot - edge) * outward > 0 else -amount
    return found


def _edge_way(one: Compared, documents: Documents, meters: Metered, first: int, last: int, amount: float) -> Way:
    told = _("the amount is that of {time}, the period {period}")
    told = told.format(time=meters.told(first, last), period=meters.told(one.start, one.end))
    more, less = first < one.start or last > one.end, first > one.start or last < one.end
    if more and less:
        return Way(amount, "G1", told, cause=_("a billing cycle instead of the period"))
    if more:
        before = any(
            begun < one.start and first < ended
            for submission in documents.previous
            for part in submission.own
            for period in part.periods
            if period.dated
            for begun, ended in [meters.span(period)]
        )
        if before and last == one.end:
            days = (one.start - first) / DAY
            said = ngettext(
                "overlaps an earlier report by {days:g} day: {what}",
                "overlaps an earlier report by {days:g} days: {what}",
                1 if days == 1 else 2,
            ).format(days=days, what=told)
            return Way(amount, "G3", said, cause=_("reported twice"))
        return Way(amount, "G7", told)
    if amount * one.sign > 0:
        return Way(amount, "F5", told)
    return Way(amount, "F4", told, severity=Severity.QUESTION, question=_("what happened on these days?"))


def _by_check_meter(one: Compared, meters: Metered, base: float) -> Iterator[tuple[Way, int, int]]:
    own = meters.labels(one.meters[0])
    for name, meter in meters.plan.meters.items():
        checks = meter.check_only and name not in meters.unknown and meters.measures(name, one.entry)
        if checks and meters.labels(name) == own:
            amount = meters.amount((name,), one.start, one.end, one.entry.parameter.unit)
            told = _("the amount is that of {name}, which serves a cross-check only ({share:+.3%})")
            told = told.format(name=name, share=amount / base - 1)
            yield Way(amount - base, "I1", told), one.start, one.end


def _by_other_windows(one: Compared, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    """Yield corrections for the late calibrations of other meters of the same parameter."""
    parameter, unit = meters.plan.meters[one.meters[0]].parameter, one.entry.parameter.unit
    others = [name for name in meters.known if meters.plan.meters[name].parameter == parameter]
    own = {(issue.start, issue.end) for issue in one.issues if issue.window is not None}
    for window in meters.windows([name for name in others if name not in one.meters], one.start, one.end):
        if (window.start, window.end) not in own and window.error is not None:
            amount = meters.amount(one.meters, window.start, window.end, unit)
            corrected = one.sign * window.error, CORRECTED.format(error=window.error)
            for share, done in (corrected, (1.0, ZERO)):
                told = _("{done} though its calibration was not late").format(done=done)
                severity = Severity.WARNING if share * amount * one.sign >= 0 else Severity.ERROR
                yield Way(-share * amount, "E7", told, severity=severity), window.start, window.end
