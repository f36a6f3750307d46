"""The amounts of a report compared with the readings of its meters.

For each amount, the checks look for the ways of dealing with the readings that give exactly this number: the right
one, a known error, or none. So a finding says what was done, not only that the numbers differ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.readings import ReadingsFinding
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification import ratios
from jcm_calc.verification.dated_rows import DatedRow, DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Correction, Finding, Severity, finding, shown_number
from jcm_calc.verification.location import Location, address, at
from jcm_calc.verification.metered import Metered, Window, months
from jcm_calc.verification.quantities import EnteredValue

MOST, LONGEST = 20_000, 13
LARGEST = 0.05  # a larger share was hardly taken off as the error of a meter
# How near two amounts are: that are the same, that show which days they are of, that are the same as printed.
EXACT, SHARP, PRINTED = 1e-9, 1e-5, 1e-3
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

    start: int
    end: int
    ways: tuple[Way, ...]
    note: str
    noted: ReadingsFinding
    window: Window | None = None

    @property
    def right(self) -> Way:
        """The right way."""
        return self.ways[0]


@dataclass(frozen=True, eq=False)
class Compared:
    """An amount of the report between two instants, with the meters that measure it and ∂ER/∂x, its slope.

    Where a sum behind the amount has a separate finding, ``reported`` is the amount with that sum as it should be.
    """

    documents: Documents
    entry: EnteredValue
    names: tuple[str, ...]
    start: int
    end: int
    reported: float
    slope: float

    @property
    def meters(self) -> Metered:
        """All meters of the project."""
        return self.documents.meters

    @property
    def unit(self) -> str:
        """The unit of the amount."""
        return self.entry.parameter.unit

    @property
    def sign(self) -> int:
        """The sign of ∂ER/∂x."""
        return (self.slope > 0) - (self.slope < 0)

    def within(self, start: int, end: int) -> float:
        """Return what its meters have read in a time, as it is."""
        return self.meters.amount(self.names, start, end, self.unit)

    @cached_property
    def read(self) -> float:
        """What they have read in its time."""
        return self.within(self.start, self.end)

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """What is wrong with the readings of its time."""
        time = self.start, self.end
        others = (_of_noted(self, noted) for noted in self.meters.found(self.names, *time))
        return (*others, *(_of_window(self, window) for window in self.meters.windows(self.names, *time)))

    @cached_property
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


def compared(documents: Documents, rows: DatedRows) -> Iterator[Compared]:
    """Yield the monitored amounts of a report that meters measure."""
    derivatives = documents.result.derivatives()
    for entry in documents.report.entries():
        parameter, period = entry.parameter, entry.period
        amount = entry.monitored and parameter.adds_over_time and entry.numeric
        own = documents.meters.of(entry) if amount and period is not None else ()
        if not own or period is None:
            continue
        array = derivatives.get(parameter.name)
        place = None if array is None else documents.effects.at(entry.labels, array.shape)
        slope = 0.0 if array is None or place is None else float(array[place])
        yield Compared(documents, entry, own, *documents.meters.span(period), entry.value + rows.excess(entry), slope)


def measured(documents: Documents, rows: DatedRows) -> list[Finding]:
    """Return what the comparison of amounts with readings finds, each with the code of its check."""
    found: list[Finding] = []
    taken: list[Discrepancy] = []
    amounts = list(compared(documents, rows))
    for one in amounts:
        own = list(_taken(one))
        taken += own
        found += _open_in(one, {(other.way.code, other.start, other.end) for other in own})
    found += _unread(amounts, rows)
    groups: dict[tuple[Any, ...], list[Discrepancy]] = {}
    for other in taken:
        slip = _on_the_net(other, taken, amounts)
        way, parameter = slip.way, slip.compared.entry.parameter
        groups.setdefault((way.code, way.what, slip.start, slip.end, parameter.name, way.severity), []).append(slip)
    return found + [_as_finding(group) for group in groups.values()]


# Late calibrations


def _of_window(one: Compared, window: Window) -> Issue:
    """Return the ways to correct for a late calibration; with the sign of ∂ER/∂x, the right one lowers ER."""
    note = READ_IN.format(amount=window.amount, unit=one.unit, days=(window.end - window.start) / DAY)
    return Issue(window.start, window.end, tuple(_corrections(one, window)), note, window.noted, window)


def _corrections(one: Compared, window: Window) -> Iterator[Way]:
    due, amount, noted, sign = window.error, window.amount, window.noted, one.sign
    covered = window.late.calibrated and window.late.after is not None
    code, uncorrected = "E1" if covered else "E2", _("used without correction")
    if due is None or sign == 0:
        yield Way(0.0, code, uncorrected, severity=Severity.WARNING)
        return

    def by(applied: float, code: str, what: Message) -> Way:
        return Way(-sign * applied * amount, code, what, applied, due, unit=FRACTION)

    if noted.treatment and noted.used is not None:
        chosen = noted.used - noted.read if noted.read else 0.0
        yield Way(chosen)
        announced = _("the correction {treatment!r} is declared but not applied").format(treatment=noted.treatment)
        yield Way(0.0, "E8", announced, 0.0, chosen / amount if amount else 0.0, unit=FRACTION)
    else:
        yield Way(-sign * due * amount)
        yield by(0.0, code, uncorrected)
        if "count as zero" in one.meters.plan.rules.treatments.get(noted.kind, ()) and sign > 0:
            yield Way(-amount)
    yield Way(-sign * due * amount)
    permissible = window.late.device.permissible
    if permissible is not None and permissible != due:
        message = _("corrected by the permissible {permissible:.6g}, and {due:.6g} was found")
        yield by(permissible, "E6", message.format(permissible=permissible, due=due))
    for code, applied in (("B1", due * 100), ("B2", due / 100)):
        yield by(applied, code, _("corrected by {applied:.4%}; right is {due:.4%}").format(due=due, applied=applied))
    raised = _("raised by {due:.4%}, but ∂ER/∂x is above 0: the conservative correction lowers it")
    lowered = _("lowered by {due:.4%}, but ∂ER/∂x is below 0: the conservative correction raises it")
    yield by(-due, "C14", (raised if sign > 0 else lowered).format(due=due))
    yield from _other_times(one, window, due)


def _other_times(one: Compared, window: Window, due: float) -> Iterator[Way]:
    """Yield corrections for other times than the right one: whole months, a day more or less."""
    meters, start, end = one.meters, window.start, window.end
    touched = [meters.span(month) for month in months(start, end, meters)]
    runs = [
        (max(first[0], one.start), min(last[1], one.end))
        for at, first in enumerate(touched[:LONGEST])
        for last in touched[at : at + LONGEST]
    ]
    edges = [(start + before, end + after) for before in (-DAY, 0, DAY) for after in (-DAY, 0, DAY)]
    edges += [(one.start, end), (start, one.end), (one.start, one.end)]
    for spans, factors in ((runs, (1.0, due)), (edges, (due,))):
        for span, factor in itertools.product(spans, factors):
            if span != (start, end) and span[0] < span[1]:
                amount = meters.amount((window.noted.meter,), *span, one.unit)
                amount *= -1.0 if factor == 1.0 else -one.sign * factor
                severity = Severity.WARNING if one.sign * amount <= -due * window.amount else Severity.ERROR
                done = ZERO if factor == 1.0 else CORRECTED.format(error=due)
                message, right = (
                    _("{time} {done}").format(time=meters.written(*span), done=done),
                    meters.written(start, end),
                )
                said = _("{what}; right is {right}").format(what=message, right=right)
                yield Way(amount, "E7", said, message, right, severity)


# What else monitoring finds


def _of_noted(one: Compared, noted: ReadingsFinding) -> Issue:
    """Return the ways to deal with something else in the readings."""
    base = noted.read
    if noted.start == one.start or noted.end == one.end:
        # a step across the end of a period: monitoring counts it where it begins, here it is shared by time
        base = one.meters.amount((noted.meter,), noted.start, noted.end, one.unit)
    return Issue(noted.start, noted.end, tuple(_dealings(noted, base, one.slope)), noted.note, noted)


def _dealings(noted: ReadingsFinding, base: float, slope: float) -> Iterator[Way]:
    code, severity, what = KINDS[noted.kind]
    if noted.used is not None:
        yield Way(noted.used - base)
        if abs(noted.read - noted.used) > 0 and noted.kind != "boundary":
            message = _("{what}: the correction {treatment!r} is declared but not applied")
            message = message.format(what=what, treatment=noted.treatment)
            yield Way(noted.read - base, "E8", message, noted.read, noted.used)
        return
    if noted.values:
        least, most = sorted(noted.values)
        safe, other = (least, most) if slope >= 0 else (most, least)
        yield Way(safe - base)
        message = _("there are two readings for one time, and the report uses the one that raises ER")
        yield Way(other - base, "C14", message, other, safe)
        message = _("{what}, and both are counted").format(what=what)
        yield Way(noted.read - base, code, message, noted.read, safe)
    elif noted.kind == "out of service":
        yield Way(-base)
        yield Way(0.0, code, _("{what}, and they are counted").format(what=what), base, 0.0)
    elif noted.exact is not None:
        yield Way(noted.exact - base)
        if noted.exact != noted.read:
            message = Message("{}: {}").format(what, noted.note)
            yield Way(noted.read - base, code, message, noted.read, noted.exact, Severity(severity))
    else:
        yield Way(0.0)


# Which ways were taken


def _taken(one: Compared) -> Iterator[Discrepancy]:
    for tolerance in (EXACT, one.printed):
        chosen = _combination(one, tolerance)
        if chosen is not None:
            yield from (_of_issue(one, *pair) for pair in zip(one.issues, chosen, strict=True) if pair[1].code)
            return
        if (found := next(_elsewhere(one, tolerance), None)) is not None:
            yield found
            yield from _uncorrected(one, found)
            return
    yield _difference(one)


def _combination(one: Compared, tolerance: float) -> tuple[Way, ...] | None:
    """Return a way for each issue such that they give the amount; the right ones go before the others."""
    choices = [issue.ways for issue in one.issues]
    if math.prod(map(len, choices)) > MOST:
        choices = [ways[:3] for ways in choices]
    combinations = itertools.islice(itertools.product(*choices), MOST)
    fitting = (ways for ways in combinations if one.is_(one.read + math.fsum(way.amount for way in ways), tolerance))
    return min(fitting, key=lambda ways: sum(bool(way.code) for way in ways), default=None)


def _uncorrected(one: Compared, found: Discrepancy) -> Iterator[Discrepancy]:
    """Yield the calibrations for which nothing was corrected, in addition to another error."""
    rest = one.reported - found.excess
    if not math.isclose(rest, one.right, rel_tol=max(one.printed, EXACT)):
        for issue in one.issues:
            if issue.window is not None and len(issue.ways) > 1:
                yield _of_issue(one, issue, issue.ways[1])


def _of_issue(one: Compared, issue: Issue, way: Way) -> Discrepancy:
    """Return what was done about an issue instead of what is right."""
    return Discrepancy(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)


def _difference(one: Compared) -> Discrepancy:
    """Return what is left where no known slip explains an amount."""
    excess = one.reported - one.right
    if (share := _share(one, excess)) is not None:
        return share
    for issue in one.issues:
        # what leaves a time without an amount: it is not known what was used then
        if issue.window is None and issue.noted.kind in FILLABLE and issue.noted.used is None:
            code, _severity, what = KINDS[issue.noted.kind]
            message = Message("{}: {}").format(issue.note or what, _unsupported(one, issue, excess))
            way = Way(excess, code, message, severity=Severity.ERROR)
            if excess * one.sign <= 0:
                way = replace(way, severity=Severity.QUESTION, question=_("where does the plan allow it?"))
            return Discrepancy(one, way, issue.start, issue.end, excess)
    message = _("the report has {reported} {unit}, and the readings give {right}")
    message = message.format(reported=shown_number(one.reported), unit=one.unit, right=shown_number(one.right))
    return Discrepancy(one, Way(excess, "A10", message), one.start, one.end, excess)


def _share(one: Compared, excess: float) -> Discrepancy | None:
    """Return that the time of a late calibration seems to be corrected by another factor, if it does."""
    windows = [(issue, issue.window) for issue in one.issues if issue.window is not None and issue.window.error]
    if len(windows) != 1 or not one.sign or not windows[0][1].amount:
        return None
    ((issue, window),) = windows
    factor = one.sign * (one.right - issue.right.amount - one.reported) / window.amount
    if not 0 < factor <= LARGEST:
        return None
    factor = float(f"{factor:.6g}")
    message = _("corrected by {factor:.4%}; right is {due:.4%}").format(factor=factor, due=window.error)
    way = Way(0.0, "E5", message, factor, window.error, unit=FRACTION)
    return Discrepancy(one, way, issue.start, issue.end, excess, issue.note)


def _unsupported(one: Compared, issue: Issue, excess: float) -> str:
    """Say what the report has for a time without usable readings: the mean of its neighbours, for example."""
    length = issue.end - issue.start
    around = ((issue.start - length, issue.start), (issue.end, issue.end + length))
    neighbours = [one.meters.amount((issue.noted.meter,), *span, one.unit) for span in around]
    said = _("the report has {amount} less than the readings")
    if excess > 0:
        said = _("{amount} of the report are not supported")
        if math.isclose(excess, sum(neighbours) / 2, rel_tol=1e-6):
            said = _("{amount} of the report are not supported; they are the mean of the times before and after")
    return said.format(amount=f"{shown_number(abs(excess))} {one.unit}")


def _on_the_net(one: Discrepancy, every: Sequence[Discrepancy], amounts: Sequence[Compared]) -> Discrepancy:
    """Recognise a correction put on a net amount: of two opposite quantities only one is corrected the right way."""
    if one.way.code != "C14" or one.way.expected is None:
        return one
    wrong = {other.compared for other in every if other.way.code}
    for other in amounts:
        corrected = any(issue.window is not None and issue.right.amount for issue in other.issues)
        if other.sign * one.compared.sign < 0 and other not in wrong and corrected:
            message = _("corrected in the same direction as {other}, which acts on ER the other way")
            message, cause = (
                message.format(other=other.entry.parameter.symbol),
                _("the error was put on the net amount"),
            )
            return replace(one, way=replace(one.way, code="E4", what=message, cause=cause))
    return one


# Other months, days, meters and units

EDGE, FEW = 35 * DAY, 80


def _elsewhere(one: Compared, tolerance: float) -> Iterator[Discrepancy]:
    """Yield slips that have nothing to do with what is wrong with the readings."""
    for base in (one.right, one.read):  # everything done right, or nothing done
        for way, start, end in itertools.chain(_by_month(one), _by_check_meter(one, base), _by_other_windows(one)):
            if one.is_(base + way.amount, tolerance):
                yield Discrepancy(one, way, start, end, way.amount)
        if tolerance <= SHARP:
            yield from _by_edge(one, base, tolerance)
        if base and not one.is_(base, tolerance):
            excess, ratio = one.reported - base, one.reported / base
            code, cause = ratios.slip(ratio, one.unit)
            if code:
                message = _("{ratio:.6g} times what the readings give").format(ratio=ratio)
                yield Discrepancy(one, Way(excess, code, message, cause=cause), one.start, one.end, excess)


def _by_month(one: Compared) -> Iterator[tuple[Way, int, int]]:
    whole = months(one.start, one.end, one.meters)
    for month in whole if len(whole) > 1 else ():
        start, end = one.meters.span(month)
        if one.start <= start and end <= one.end and (amount := one.within(start, end)):
            said = _("{month} is left out: {count} of {every} months are in the amount")
            yield Way(-amount, "C5", said.format(month=month, count=len(whole) - 1, every=len(whole))), start, end
            yield Way(amount, "C5", _("{month} is counted twice").format(month=month)), start, end


def _by_edge(one: Compared, base: float, tolerance: float) -> Iterator[Discrepancy]:
    """Yield times from another first to another last reading that have the amount."""
    for (first, before), (last, after) in itertools.product(_edges(one, one.start, -1), _edges(one, one.end, 1)):
        moved = (first != one.start) + (last != one.end)
        # among many pairs of days some fit a printed number by chance
        if moved and (moved == 1 or tolerance <= EXACT) and one.is_(base + before + after, tolerance):
            yield Discrepancy(one, _edge_way(one, first, last, before + after), first, last, before + after)


def _edges(one: Compared, edge: int, outward: int) -> list[tuple[int, float]]:
    """Return the instants around the end of a period at which meters were read, and what is more until there."""
    knots = one.meters.knots(one.names, edge - EDGE, edge + EDGE)
    if len(knots) > FEW:
        knots = [knot for knot in knots if (knot - edge) % DAY == 0]
    amounts = {knot: one.within(min(knot, edge), max(knot, edge)) for knot in (edge, *knots)}
    return [(knot, amount if (knot - edge) * outward > 0 else -amount) for knot, amount in amounts.items()]


def _edge_way(one: Compared, first: int, last: int, amount: float) -> Way:
    meters = one.meters
    message = _("the amount is that of {time}, the period {period}")
    message = message.format(time=meters.written(first, last), period=meters.written(one.start, one.end))
    more, less = first < one.start or last > one.end, first > one.start or last < one.end
    if more and less:
        return Way(amount, "G1", message, cause=_("a billing cycle instead of the period"))
    if more:
        earlier = [meters.span(period) for report in one.documents.previous for period in report.dated]
        if last == one.end and any(begun < one.start and first < ended for begun, ended in earlier):
            days = (one.start - first) / DAY
            said = ngettext(
                "overlaps an earlier report by {days:g} day: {what}",
                "overlaps an earlier report by {days:g} days: {what}",
                1 if days == 1 else 2,
            ).format(days=days, what=message)
            return Way(amount, "G3", said, cause=_("reported twice"))
        return Way(amount, "G7", message)
    if amount * one.sign > 0:
        return Way(amount, "F5", message)
    return Way(amount, "F4", message, severity=Severity.QUESTION, question=_("what happened on these days?"))


def _by_check_meter(one: Compared, base: float) -> Iterator[tuple[Way, int, int]]:
    meters = one.meters
    own = meters.labels(one.names[0])
    for name, meter in meters.plan.meters.items():
        checks = meter.check_only and name not in meters.unknown and meters.measures(name, one.entry)
        if checks and meters.labels(name) == own:
            amount = meters.amount((name,), one.start, one.end, one.unit)
            message = _("the amount is that of {name}, which serves a cross-check only ({share:+.3%})")
            message = message.format(name=name, share=amount / base - 1)
            yield Way(amount - base, "I1", message), one.start, one.end


def _by_other_windows(one: Compared) -> Iterator[tuple[Way, int, int]]:
    """Yield corrections for the late calibrations of other meters of the same parameter."""
    plan = one.meters.plan.meters
    others = [name for name in one.meters.known if plan[name].parameter == plan[one.names[0]].parameter]
    own = {(issue.start, issue.end) for issue in one.issues if issue.window is not None}
    for window in one.meters.windows([name for name in others if name not in one.names], one.start, one.end):
        if (window.start, window.end) not in own and window.error is not None:
            amount = one.within(window.start, window.end)
            corrected = one.sign * window.error, CORRECTED.format(error=window.error)
            for share, done in (corrected, (1.0, ZERO)):
                message = _("{done} though its calibration was not late").format(done=done)
                severity = Severity.WARNING if share * amount * one.sign >= 0 else Severity.ERROR
                yield Way(-share * amount, "E7", message, severity=severity), window.start, window.end


# Telling


def _as_finding(group: Sequence[Discrepancy]) -> Finding:
    first = group[0]
    way, parameter, documents = first.way, first.compared.entry.parameter, first.compared.documents
    time = documents.meters.written(first.start, first.end)
    places = tuple(one.compared.entry.address.read_by(one.compared.names, time) for one in group)
    found, expected, unit = way.found, way.expected, way.unit
    if unit != FRACTION or len({(one.way.found, one.way.expected) for one in group}) > 1:
        unit = parameter.unit
        found = math.fsum(one.compared.entry.value for one in group)
        expected = found - math.fsum(one.excess for one in group)
    corrections = tuple(Correction(one.compared.entry, excess=one.excess) for one in group)
    because = Message("; ").join(filter(None, [_sum_of_notes(group), _years(corrections, documents)]))
    names = listed(dict.fromkeys(name for one in group for name in one.compared.names), limit=6)
    return finding(
        *(way.code, _("{symbol} of {names}: {what}"), places, parameter.symbol, found, expected, because),
        say={"names": names, "what": way.what},
        effect=documents.effect_of(corrections),
        cause=way.cause,
        question=way.question,
        severity=way.severity or Severity.ERROR,
        unconfirmed=_doubt(group),
        unit=unit,
        corrections=corrections,
    )


def _sum_of_notes(group: Sequence[Discrepancy]) -> str:
    """Say how much was read in the time, of all units together."""
    amounts = [
        issue.window.amount
        for one in group
        for issue in one.compared.issues
        if issue.window is not None and (issue.start, issue.end) == (one.start, one.end)
    ]
    if not amounts:
        return group[0].note
    days = (group[0].end - group[0].start) / DAY
    return READ_IN.format(amount=math.fsum(amounts), unit=group[0].compared.unit, days=days)


def _years(corrections: Sequence[Correction], documents: Documents) -> str:
    """Say what ER is with and without what was done."""
    effects = documents.effects
    is_, should = effects.reductions({}), effects.reductions(effects.corrected(corrections))
    if is_ is None or should is None:
        return ""
    said = _("ER of {year} is {found:,.3f} tCO2 as reported and {expected:,.3f} tCO2 if corrected")
    return Message(", ").join(
        said.format(year=year, found=is_[places].sum(), expected=should[places].sum())
        for year, places in effects.years.items()
        if is_[places].sum() != should[places].sum()
    )


def _doubt(group: Sequence[Discrepancy]) -> str:
    if any(issue.window for one in group for issue in one.compared.issues) and group[0].way.code[0] in "BCE":
        rules = group[0].compared.meters.plan.rules
        evidence = rules.evidence_for("late calibration", "maximum permissible error")
        doubt = _("the rule for late calibrations is itself {evidence}")
        return "" if evidence.confirmed else doubt.format(evidence=evidence)
    return ""


# What stays open though the amounts are right

ROUNDED = _(
    "the substitute is rounded in the direction that is not conservative: {used:.10g} {unit} instead of {safe:.10g}"
)
NOT_SAFE = _("the substitute is not the conservative one of the values read: {used:.10g} {unit} instead of {safe:.10g}")
MEAN = _(
    "{symbol}: the report has an amount for {period}, and no meter was read at its end; "
    "it is the mean of the rows before and after it"
)
UNREAD = _("{symbol}: the report has an amount for {period}, and no meter was read at its end; its amount was not read")
WHY = _("what is the reason, and what does the plan prescribe for it?")
ROUGHLY = DAY + DAY // 2  # a meter read at the end of a month may be read a day before or after


def _open_in(one: Compared, known: set[tuple[str, int, int]]) -> Iterator[Finding]:
    """Yield what is open in the readings of an amount; ``known`` is what is a finding already."""
    for issue in one.issues:
        if (KINDS[issue.noted.kind][0], issue.start, issue.end) in known:
            continue
        place = at(meters=[issue.noted.meter], period=one.meters.written(issue.start, issue.end))
        if issue.window is None:
            yield from _of_open(one, issue.noted, place)
        elif issue.window.question and issue.window.error is not None:
            message, question = issue.window.question, _("which error did the late calibration find?")
            symbol, severity = one.entry.parameter.symbol, Severity.QUESTION
            yield Finding("E6", message, place, symbol, question=question, severity=severity)


def _of_open(one: Compared, noted: ReadingsFinding, place: Location) -> Iterator[Finding]:
    code, grave, what = KINDS[noted.kind]
    severity, unit, symbol = Severity(grave), one.unit, one.entry.parameter.symbol
    if noted.safe is not None and noted.used is not None:
        digits = len(f"{noted.used:.10g}".partition(".")[2])
        rounded = abs(noted.used - noted.safe) <= 0.5 * 10.0**-digits
        message = (ROUNDED if rounded else NOT_SAFE).format(used=noted.used, unit=unit, safe=noted.safe)
        code = "F7" if rounded else "F6"
        yield Finding(code, message, place, symbol, noted.used, noted.safe, noted.note, unit=unit)
    elif noted.question:
        question = _("is this correct?")
        yield Finding(code, noted.question, place, symbol, severity=Severity.QUESTION, question=question)
    elif noted.used is not None and noted.kind == "boundary":
        message, doubt = _("{note}: an assumption, which the plan declares"), str(noted.evidence or "")
        message = message.format(note=noted.note)
        yield Finding(code, message, place, symbol, severity=Severity.QUESTION, unconfirmed=doubt)
    elif noted.used is None and noted.kind in ("boundary", "clock jump"):
        message = _("{what}: {note}, and the plan declares nothing about it").format(what=what, note=noted.note)
        yield Finding(code, message, place, symbol, severity=severity)
    elif noted.used is None and noted.exact is None and not noted.values and noted.kind != "out of service":
        severity = Severity.QUESTION if noted.kind in ("gap", "stuck") else severity
        message = Message("{}: {}").format(what, noted.note)
        asked = WHY if severity is Severity.QUESTION else ""
        yield Finding(code, message, place, symbol, severity=severity, question=asked)


def _unread(amounts: Sequence[Compared], rows: DatedRows) -> Iterator[Finding]:
    """Yield dated rows of the report for which there was no reading at their beginning or end."""
    groups: dict[tuple[int, bool], list[tuple[Compared, DatedRow]]] = {}
    for one in amounts:
        found = rows.of.get(one.entry.place)
        lines = sorted(found.lines, key=lambda line: line.period.order) if found is not None else []
        for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
            end = one.meters.span(line.period)[1]
            inside = line.value is not None and one.start < end < one.end
            if inside and not one.meters.knots(one.names, end - ROUGHLY, end + ROUGHLY):
                around = [near.value for near in (before, after) if near is not None]
                mean = None not in around and math.isclose(2 * line.value, math.fsum(around), rel_tol=EXACT)  # type: ignore[arg-type,operator]
                groups.setdefault((end, mean), []).append((one, line))
    for (end, mean), group in groups.items():
        line, symbol = group[0][1], group[0][0].entry.parameter.symbol
        message = (MEAN if mean else UNREAD).format(symbol=symbol, period=line.period)
        time = group[0][0].meters.monitored.shown(end)
        place = tuple(address(line.place).read_by(one.names, time) for one, line in group)
        question = _("was a gap filled, and where does the plan allow it?")
        yield Finding("F2", message, place, symbol, question=question, severity=Severity.QUESTION)
