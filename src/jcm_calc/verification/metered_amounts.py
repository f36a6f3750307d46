"""Each amount of a report beside what the readings of its meters have for it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from jcm_calc.declarations.items import Kind
from jcm_calc.inputs import Period
from jcm_calc.verification.dated_rows import DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.known_errors import Issue, Way, of_noted, of_window
from jcm_calc.verification.metered import Metered
from jcm_calc.verification.quantities import EnteredValue

# How near two amounts lie that are the same, that days can be told by, that are the same as they are printed.
EXACT, SHARP, PRINTED = 1e-9, 1e-5, 1e-3


@dataclass(frozen=True)
class Compared:
    """An amount of the report, and what the readings of its meters have for it.

    Attributes
    ----------
    start, end : int
        The instants between which its period lies.
    reported : float
        The amount; where a sum behind it is a finding of its own, the amount with that sum as it should be.
    read : float
        What the readings add up to as they are.
    slope : float
        ∂ER/∂x.
    issues : tuple of Issue
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
    """What was done in the report, in place of what is right.

    Attributes
    ----------
    excess : float
        The amount by which the report has more for it.
    """

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
        parameter = entry.parameter
        amount = parameter.kind is Kind.MONITORED and parameter.adds_over_time and isinstance(entry.value, int | float)
        own = meters.of(entry) if amount and "p" in entry.labels else ()
        period = _dated(entry)
        if not own or period is None:
            continue
        start, end = meters.span(period)
        array = derivatives.get(parameter.name)
        place = None if array is None else documents.effects.at(entry.labels, array.shape)
        slope = 0.0 if array is None or place is None else float(array[place])
        unit = parameter.unit
        issues = [of_noted(noted, meters, slope, unit, (start, end)) for noted in meters.found(own, start, end)]
        sign = (slope > 0) - (slope < 0)
        issues += [of_window(one, sign, meters, unit, (start, end)) for one in meters.windows(own, start, end)]
        reported = entry.value + rows.excess(entry, own)
        read = meters.amount(own, start, end, unit)
        yield Compared(entry, own, start, end, reported, read, slope, tuple(issues))


def _dated(entry: EnteredValue) -> Period | None:
    try:
        period = Period.parse(entry.labels.get("p", ""))
    except ValueError:
        return None
    return period if period.dated else None
