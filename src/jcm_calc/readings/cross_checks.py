"""Cross-checks: meter against invoice, sub-meters against main meter, energy against rated power and hours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jcm_calc.inputs.periods import Period
from jcm_calc.problems import Problem
from jcm_calc.readings.plan import CrossCheck, Meter, Plan
from jcm_calc.units import UnitError, conversion, magnitude, split


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a cross-check found in one period.

    Attributes
    ----------
    name, period : str
    left, right : float
        The amounts, in ``unit``.
    tolerance : float
        As a fraction.
    agrees : bool
    tonnes : float or None
        The change of ER in tCO2e if the right side were used instead of the left, by its derivative.
    declared_by : str
        The methodology, where not the user declares it, and the grade of its evidence.
    """

    name: str
    period: str
    left: float
    right: float
    unit: str
    tolerance: float
    agrees: bool
    tonnes: float | None
    declared_by: str = ""
    grade: str = ""

    @property
    def difference(self) -> float:
        """How much more the left side is than the right one, as a fraction of the right one."""
        return math.inf if self.right == 0 else self.left / self.right - 1

    def as_data(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return {
            "name": self.name,
            "p": self.period,
            "left": self.left,
            "right": self.right,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "agrees": self.agrees,
            "declared_by": self.declared_by,
            "grade": self.grade,
        }


def compare(
    plan: Plan,
    declared: Mapping[str, str],
    periods: Sequence[Period],
    amounts: Mapping[str, Sequence[float]],
    slope: Callable[[str, int], float | None],
    problems: list[Problem],
) -> list[Comparison]:
    """Carry out the checks that the plan declares.

    Parameters
    ----------
    plan : Plan
    declared : mapping
        The unit of each meter's parameter.
    periods : sequence of Period
    amounts : mapping
        The amount of each meter in each period.
    slope : callable
        ∂ER/∂x of a meter in a period.
    problems : list of Problem
        Complaints are appended to it.
    """
    found = []
    for check in plan.checks:
        unit = declared[check.left[0]]
        for number, period in enumerate(periods):
            try:
                left = sum(conversion(declared[name], unit)(amounts[name][number]) for name in check.left)
                right = _right(check, plan.meters, declared, unit, period, amounts, number)
            except UnitError as error:
                problems.append(Problem(check.name, str(error)))
                break
            allowed = check.tolerance * abs(right)
            agrees = abs(left - right) <= allowed if check.kind == "equal" else left - right <= allowed
            by = slope(check.left[0], number)
            tonnes = None if by is None or check.kind != "equal" else by * (right - left)
            found.append(Comparison(check.name, str(period), left, right, unit, check.tolerance, agrees, tonnes))
    return found


def _right(
    check: CrossCheck,
    meters: Mapping[str, Meter],
    declared: Mapping[str, str],
    unit: str,
    period: Period,
    amounts: Mapping[str, Sequence[float]],
    number: int,
) -> float:
    if check.kind.startswith("rated power"):
        hours = 24.0 * period.days
        if check.latitude is not None:
            assert period.first is not None
            days = (period.first + timedelta(days=day) for day in range(period.days))
            hours = sum(daylight(day, check.latitude) for day in days)
        return sum(per_hour(meters[name], unit) or 0.0 for name in check.left) * hours
    if check.value:
        return float(magnitude(check.value, unit))
    return sum(float(conversion(declared[name], unit)(amounts[name][number])) for name in check.right)


def per_hour(meter: Meter, unit: str) -> float | None:
    """Return the amount of an hour at the rated power of what a meter measures; None where it is not stated."""
    if not meter.rated:
        return None
    number, power = split(meter.rated)
    return float(conversion(f"{power}*h", unit)(number))


# At sunrise and sunset the centre of the sun stands 50 arc minutes below the horizon: refraction, and half its disc.
SUNRISE = math.radians(-50 / 60)


def daylight(day: date, latitude: float) -> float:
    """Return the hours from sunrise to sunset, in which the sun's upper limb is above a level horizon.

    Parameters
    ----------
    day : date
    latitude : float
        In degrees, north positive.

    References
    ----------
    Cooper, P. I. (1969). The absorption of radiation in solar stills. Solar Energy 12(3). Declination.

    Examples
    --------
    >>> round(daylight(date(2024, 3, 21), 0), 1), round(daylight(date(2024, 6, 21), 59.9), 1)
    (12.1, 18.8)
    """
    angle = math.radians(360 * (284 + day.timetuple().tm_yday) / 365)
    declination, place = math.radians(23.45) * math.sin(angle), math.radians(latitude)
    height = math.sin(SUNRISE) - math.sin(place) * math.sin(declination)
    cosine = height / (math.cos(place) * math.cos(declination))
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine)))) * 2 / 15
