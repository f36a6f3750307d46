"""What a report may have done with something in the readings: the right thing, or one of the known slips.

Each way is an amount. Which of them was taken is told by the amount that the report has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jcm_calc.base.languages import Message, _
from jcm_calc.readings import ReadingsFinding
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification.findings import Severity
from jcm_calc.verification.metered import Metered, Window, months

LONGEST = 13
READ_IN = _("{amount:,.10g} {unit} were read in {days:g} days")
CORRECTED = _("corrected by {error:.4%}")
ZERO = _("set to zero")
FRACTION = _("as a fraction")
# Findings of monitoring that a report may have filled with an amount of its own.
FILLABLE = ("gap", "reset", "negative", "stuck", "spike", "out of service", "unit slip")


@dataclass(frozen=True)
class Way:
    """One way to deal with something in the readings.

    Attributes
    ----------
    amount : float
        What it adds to the readings as they are.
    code : str
        Of the check that it belongs to; none for the right way.
    told : str
        What was done.
    found, expected : object
    unit : str
        Of these; none for that of the amount.
    """

    amount: float
    code: str = ""
    told: str = ""
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
    """Return the ways to correct for a late calibration.

    Parameters
    ----------
    sign : int
        Of ∂ER/∂x: a correction lowers ER.
    report : tuple of int
        The instants between which the report's period lies.
    """
    ways = tuple(_corrections(window, sign, meters, unit, report))
    days = (window.end - window.start) / DAY
    note = READ_IN.format(amount=window.amount, unit=unit, days=days)
    return Issue(window.noted.meter, window.start, window.end, ways, note, window.noted, window)


def _corrections(window: Window, sign: int, meters: Metered, unit: str, report: tuple[int, int]) -> Iterator[Way]:
    due, amount, noted = window.error, window.amount, window.noted
    covered = window.late.calibrated and window.late.after is not None
    overdue = Way(0.0, "E1" if covered else "E2", _("used without correction"), 0.0, due, unit=FRACTION)
    if due is None or sign == 0:
        yield Way(0.0, overdue.code, overdue.told, severity=Severity.WARNING)
        return
    if noted.treatment and noted.used is not None:
        chosen = noted.used - noted.read if noted.read else 0.0
        yield Way(chosen)
        announced = _("{treatment!r} is announced and not carried out").format(treatment=noted.treatment)
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
        told = _("{due:.4%} is due, {applied:.4%} was applied").format(due=due, applied=applied)
        yield Way(-sign * applied * amount, code, told, applied, due, unit=FRACTION)
    raised = _("raised by {due:.4%}: ∂ER/∂x is above 0, so the safe direction is the other one")
    lowered = _("lowered by {due:.4%}: ∂ER/∂x is below 0, so the safe direction is the other one")
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
    edges = [(window.start + before, window.end + after) for before in (-DAY, 0, DAY) for after in (-DAY, 0, DAY)] + [
        (report[0], window.end),
        (window.start, report[1]),
        report,
    ]
    for spans, factors in ((runs, (1.0, due)), (edges, (due,))):
        for start, end in spans:
            if (start, end) == (window.start, window.end) or start >= end:
                continue
            for factor in factors:
                amount = meters.amount(meter, start, end, unit) * (-1.0 if factor == 1.0 else -sign * factor)
                done = ZERO if factor == 1.0 else CORRECTED.format(error=due)
                too_low = sign * amount <= -due * window.amount
                severity = Severity.WARNING if too_low else Severity.ERROR
                told = _("{time} {done}").format(time=meters.told(start, end), done=done)
                said = _("{told}, due is {right}").format(told=told, right=right)
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
            told = _("{what}: {treatment!r} is announced and not carried out")
            told = told.format(what=what, treatment=noted.treatment)
            yield Way(noted.read - base, "E8", told, noted.read, noted.used)
        return
    if noted.values:
        least, most = sorted(noted.values)
        safe, other = (least, most) if slope >= 0 else (most, least)
        yield Way(safe - base)
        told = _("of two readings for one time the one that raises ER is taken")
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
    """Return what leaves a time without an amount: nobody knows what was used then."""
    return [
        one
        for one in issues
        if one.noted is not None and one.noted.kind in FILLABLE and one.noted.used is None and one.window is None
    ]
