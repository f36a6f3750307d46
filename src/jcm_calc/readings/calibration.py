"""Calibration: when it was due, when it was made, and what the readings in between may be trusted for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo

from jcm_calc.base.languages import _
from jcm_calc.readings import clock
from jcm_calc.readings.plan import Calibration, Device, Meter
from jcm_calc.readings.rule_sets import RuleSet


@dataclass(frozen=True, slots=True)
class Late:
    """A time in which a meter was used although its calibration was due."""

    device: Device
    start: int  # the day it was due
    end: int  # the day of the next calibration
    calibrated: bool  # whether it had been calibrated before at all
    after: Calibration | None  # the late calibration


def due(last: date, months: int) -> date:
    """Return the day from which a calibration is no longer valid.

    Examples
    --------
    >>> print(due(date(2019, 6, 15), 12), due(date(2019, 8, 31), 6))
    2020-06-15 2020-02-29
    """
    year, month = divmod(last.year * 12 + last.month - 1 + months, 12)
    return date(year, month + 1, min(last.day, monthrange(year, month + 1)[1]))


def late_windows(meter: Meter, period: tuple[int, int], where: tzinfo) -> Iterator[Late]:
    """Yield the times of a monitoring period in which a meter's calibration was not valid."""
    if meter.interval is None:
        return
    for device in meter.devices:
        use = (
            max(period[0], device.since or period[0], meter.installed or period[0]),
            min(period[1], device.until or period[1], meter.removed or period[1]),
        )
        for start, end, calibrated, after in _invalid(device, meter.interval, where):
            low, high = max(start, use[0]), min(end, use[1])
            if low < high:
                yield Late(device, low, high, calibrated, after)


def _invalid(device: Device, months: int, where: tzinfo) -> Iterator[tuple[int, int, bool, Calibration | None]]:
    """Yield the times outside the validity of a device's calibrations."""
    start, calibrated = clock.midnight(date(1970, 1, 2), where), False
    for one in device.calibrations:
        day = clock.midnight(one.on, where)
        if start < day:
            yield start, day, calibrated, one
        start, calibrated = max(start, clock.midnight(due(one.on, months), where)), True
    yield start, clock.midnight(date(2100, 1, 1), where), calibrated, None


def error(late: Late, rules: RuleSet) -> tuple[float, str]:
    """Return the error that corrects for a late calibration, as a fraction, and what stays open.

    It is a ValueError if it is not known, or the data correction rules have no such rule.
    """
    permissible = late.device.permissible
    if rules.late_calibration == "none":
        complaint = _("the data correction rules {name} have no rule for late calibrations")
        raise ValueError(complaint.format(name=rules.name))
    if permissible is None:
        raise ValueError(_("the maximum permissible error of the meter is not stated"))
    question, applied = "", permissible
    if rules.late_calibration == "larger of permissible and found":
        found = late.after.found if late.after else None
        if found is None:
            question = _("the error found by the late calibration is not stated")
        applied = max(permissible, found or 0.0)
    if applied > rules.limits["largest_error"]:
        question = _("an error of {applied:.3%} is implausible: was per cent taken as a fraction?").format(
            applied=applied
        )
    return applied, question
