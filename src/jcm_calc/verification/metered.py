"""The readings of a project's meters, for the comparison with its report: amounts of any time, late calibrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, ProblemKind
from jcm_calc.inputs import Period
from jcm_calc.readings import Monitored, ReadingsFinding, calibration
from jcm_calc.readings.monitoring import OF_CALIBRATION
from jcm_calc.readings.periods import span
from jcm_calc.readings.row_checks import Instants
from jcm_calc.units import conversion
from jcm_calc.verification.quantities import EnteredValue, label_text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Window:
    """A time within a period p in which a meter was used and its calibration was not valid, with the amount read in it.

    That is to be corrected by ``error``, a fraction; None where it is not known. ``question`` is what stays open about
    it, ``noted`` what monitoring has of it, with the treatment that was chosen.
    """

    late: calibration.Late
    start: int
    end: int
    amount: float
    error: float | None
    question: str
    noted: ReadingsFinding


@dataclass(frozen=True)
class Steps:
    """What the readings of a meter stand for, in order of time: single steps, and blocks of several."""

    start: Instants
    stop: Instants
    amount: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]
    count: Instants

    @cached_property
    def longest(self) -> int:
        """The length of the longest step."""
        return int((self.stop - self.start).max(initial=0))

    def within(self, start: int, end: int) -> float:
        """Return the amount of a time; steps across its ends are shared by time."""
        low, high = np.searchsorted(self.start, [start - self.longest, end])
        first, last = self.start[low:high], self.stop[low:high]
        overlap = np.maximum(np.minimum(last, end) - np.maximum(first, start), 0)
        length = last - first
        share = np.where(length > 0, overlap / np.maximum(length, 1), (first >= start) & (first < end))
        return float((self.amount[low:high] * share).sum())


class Metered:
    """What meters have for the values of a report; ``unknown`` are meters with readings that the plan does not know."""

    def __init__(self, monitored: Monitored, unknown: Sequence[str] = ()) -> None:
        self.monitored, self.plan, self.unknown = monitored, monitored.plan, tuple(unknown)
        frame = monitored.steps
        self.steps = {
            str(name): Steps(*(part[key].to_numpy() for key in ("start", "stop", "amount", "before", "count")))
            for name, part in frame.groupby("meter")
        }
        self.noted = [one for one in monitored.findings if one.meter not in self.unknown]
        # meters that the plan does not know, with those that they follow
        self.successors = {name: one for name in self.unknown if (one := self._followed(name))}
        for name, follows in self.successors.items():
            self._join(name, follows)

    @property
    def known(self) -> Iterator[str]:
        """The meters of the plan that count."""
        return (name for name, meter in self.plan.meters.items() if not meter.check_only and name not in self.unknown)

    def of(self, entry: EnteredValue) -> tuple[str, ...]:
        """Return the meters that measure what an entry of the report holds."""
        own = {letter: label for letter, label in entry.labels.items() if letter != "p"}
        return tuple(name for name in self.known if self.measures(name, entry) and self.labels(name) == own)

    def measures(self, name: str, entry: EnteredValue) -> bool:
        """Whether a meter measures the parameter of an entry."""
        return self.plan.meters[name].parameter in (entry.parameter.name, entry.parameter.symbol)

    def labels(self, name: str) -> dict[str, str]:
        """Return the labels of a meter, as they are compared."""
        return {letter: label_text(label) for letter, label in self.plan.meters[name].labels.items()}

    # Time

    def span(self, period: Period) -> tuple[int, int]:
        """Return the instants at which a period begins and ends."""
        return span(period, self.plan.where)

    def written(self, start: int, end: int) -> str:
        """Write a time."""
        return _("{start} to {end}").format(start=self.monitored.shown(start), end=self.monitored.shown(end))

    def knots(self, meters: Sequence[str], low: int, high: int) -> list[int]:
        """Return the instants between two others at which all of some meters were read."""
        read = (np.concatenate([self.steps[name].start, self.steps[name].stop]) for name in meters)
        found = [set(own[(own >= low) & (own <= high)].tolist()) for own in read]
        return sorted(set.intersection(*found)) if found else []

    # Amounts

    def amount(self, meters: Sequence[str], start: int, end: int, unit: str) -> float:
        """Return what some meters have read in a time, as it is."""
        return sum(
            float(conversion(self.monitored.units[name], unit)(self.steps[name].within(start, end)))
            for name in meters
            if name in self.steps
        )

    def amount_of(self, entry: EnteredValue, period: Period) -> float:
        """Return what the meters of an entry have read in a period, as it is."""
        return self.amount(self.of(entry), *self.span(period), entry.parameter.unit)

    def found(self, meters: Sequence[str], start: int, end: int, calibrations: bool = False) -> list[ReadingsFinding]:
        """Return what monitoring found in a time: of calibrations, or of anything else."""
        return [
            one
            for one in self.noted
            if one.meter in meters
            if (one.kind in OF_CALIBRATION) is calibrations and start <= one.start and one.end <= end
        ]

    def windows(self, meters: Sequence[str], start: int, end: int) -> list[Window]:
        """Return the times within another in which calibrations were not valid."""
        found = []
        for name in meters:
            for late in calibration.late_windows(self.plan.meters[name], (start, end), self.plan.where):
                if pieces := self.found((name,), late.start, late.end, calibrations=True):
                    amount = sum(one.read for one in pieces)
                    found.append(Window(late, late.start, late.end, amount, *self._error(late), pieces[0]))
        return found

    def _error(self, late: calibration.Late) -> tuple[float | None, str]:
        try:
            return calibration.error(late, self.plan.rules)
        except ValueError as error:
            return None, str(error)

    # Meters that the plan does not know

    def _followed(self, name: str) -> str:
        """Return the meter that ends where another one begins; nothing where it is not the only one."""
        if name not in self.steps:
            return ""
        begins = int(self.steps[name].start[0])
        ended = [other for other in self.known if other in self.steps and self.steps[other].stop[-1] <= begins]
        return ended[0] if len(ended) == 1 else ""

    def _join(self, name: str, follows: str) -> None:
        """Take the readings of a successor for those of the meter that it follows."""
        old, new = self.steps[follows], self.steps[name]
        start, end = int(old.stop[-1]), int(new.start[0])
        self.noted = [
            note for note in self.noted if not (note.meter == follows and note.kind == "gap" and note.end > start)
        ]
        if start < end and not np.isnan(new.before[0]):
            first, last = float(new.before[0]), float(old.before[-1] + old.amount[-1])
            unit = self.monitored.units[follows]
            note = _("{old} last showed {last:,.10g} {unit}, and {new} first {first:,.10g}")
            note = note.format(old=follows, last=last, unit=unit, new=name, first=first)
            self.noted.append(ReadingsFinding(follows, "reset", start, end, first, note, first))
            join = Steps(np.array([start]), np.array([end]), np.array([first]), np.array([0.0]), np.array([1]))
            old = _together(old, join)
        self.steps[follows] = _together(old, new)


def _together(one: Steps, other: Steps) -> Steps:
    return Steps(*(np.concatenate([getattr(one, field.name), getattr(other, field.name)]) for field in fields(Steps)))


def metered(case: CaseFile | None, readings: Monitored | None) -> Metered | None:
    """Return what meters say: as it was monitored, or from the readings of a case file.

    Where the plan does not know a meter, the others are used.

    Raises
    ------
    InputError
        If the meters or readings of the case file cannot be used.
    """
    if readings is not None:
        return Metered(readings)
    if case is None or not case.meters:
        return None
    try:
        return Metered(case.monitor())
    except InputError as error:
        unknown = {name for one in error.problems if (name := one.detail(ProblemKind.UNKNOWN_METER))}
        # as long as one meter is unknown, no readings of the others are taken in
        passing_over = {ProblemKind.UNKNOWN_METER, ProblemKind.NO_READINGS}
        others = [one for one in error.problems if one.kinds.isdisjoint(passing_over)]
        if not unknown or others:
            raise
    like: Mapping[str, object] = next(iter(case.meters.values()))
    passing = {key: like[key] for key in ("parameter", "labels", "unit") if key in like}
    meters = {**case.meters, **{name: {**passing, "check_only": True} for name in sorted(unknown)}}
    return Metered(replace(case, meters=meters).monitor(), sorted(unknown))


def months(start: int, end: int, meters: Metered) -> list[Period]:
    """Return the calendar months that a time touches."""
    found = [Period.parse(meters.monitored.shown(start)[:7])]
    while (at := meters.span(found[-1])[1]) < end:
        found.append(Period.parse(meters.monitored.shown(at)[:7]))
    return found
