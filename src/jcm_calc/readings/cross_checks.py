"""Cross-checks: those of a plan, such as a meter against an invoice, and those that a methodology declares.

A methodology declares what a parameter can at most be, by rated power, hours and daylight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.problems import Problem
from jcm_calc.declarations.items import DAYLIGHT, HOURS, RATED, Parameter
from jcm_calc.inputs.axes import label
from jcm_calc.inputs.periods import Period
from jcm_calc.readings.plan import CrossCheck, Meter, MonitoringPlan
from jcm_calc.results.limits import DUST, upper
from jcm_calc.results.limits import hours as whole_hours
from jcm_calc.units import UnitError, conversion, magnitude, split

if TYPE_CHECKING:
    from jcm_calc.results.calculation import Calculation

Array = npt.NDArray[np.float64]
Amounts = Mapping[str, tuple[float, str]]  # of meters in a period, with their units


@dataclass(frozen=True, slots=True)
class CrossCheckOutcome:
    """What a cross-check found in one period."""

    name: str
    period: str
    left: float  #: In `unit`, as the right side.
    right: float
    unit: str
    tolerance: float  #: As a fraction.
    agrees: bool
    tonnes: float | None  #: The change of ER in tCO2e with the right side instead of the left, by its derivative.
    declared_by: str = ""  #: The methodology, where not the user declares it.
    grade: str = ""  #: Of the evidence of this declaration.

    @property
    def difference(self) -> float:
        """How much more the left side is than the right one, as a fraction of the right one."""
        return math.inf if self.right == 0 else self.left / self.right - 1

    def as_data(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        data = asdict(self)
        del data["tonnes"]
        return {"name": data.pop("name"), "p": data.pop("period"), **data}


def declared_in_plan(
    plan: MonitoringPlan,
    declared: Mapping[str, str],
    periods: Sequence[Period],
    amounts: Mapping[str, Sequence[float]],
    slopes: Mapping[str, Sequence[float]] | None,
    problems: list[Problem],
) -> list[CrossCheckOutcome]:
    """Carry out the checks that the plan declares, with the unit, the amounts and the slopes ∂ER/∂x of each meter."""
    found = []
    for check in plan.checks:
        unit = declared[check.left[0]]
        for number, period in enumerate(periods):
            of_period = {name: (sums[number], declared[name]) for name, sums in amounts.items()}
            try:
                left = _amount(check.left, of_period, unit)
                right = _right(check, plan.meters, of_period, unit, period)
            except UnitError as error:
                problems.append(Problem(check.name, str(error)))
                break
            allowed = check.tolerance * abs(right)
            agrees = abs(left - right) <= allowed if check.kind == "equal" else left - right <= allowed
            tonnes = None
            if slopes is not None and check.kind == "equal":
                tonnes = slopes[check.left[0]][number] * (right - left)
            found.append(CrossCheckOutcome(check.name, str(period), left, right, unit, check.tolerance, agrees, tonnes))
    return found


def _right(check: CrossCheck, meters: Mapping[str, Meter], amounts: Amounts, unit: str, period: Period) -> float:
    if check.kind.startswith("rated power"):
        hours = 24.0 * period.days if check.latitude is None else sunlight(period, check.latitude)
        return sum(per_hour(meters[name], unit) or 0.0 for name in check.left) * hours
    return float(magnitude(check.value, unit)) if check.value else _amount(check.right, amounts, unit)


def _amount(names: Sequence[str], amounts: Amounts, unit: str) -> float:
    """Return the amount of some meters in one unit."""
    return float(sum(conversion(amounts[name][1], unit)(amounts[name][0]) for name in names))


def declared_by_methodology(
    result: Calculation, meters: Sequence[Meter] = (), hours: Sequence[float] | None = None
) -> Iterator[CrossCheckOutcome]:
    """Carry out the cross-checks that a methodology declares, as far as their factors are known.

    Where every unit keeps to a limit, the one that comes nearest is reported, for each period; of the
    others, each.

    The meters are those that count: they know rated powers and latitudes. The hours of each period are given where
    clocks have changed in it.

    Examples
    --------
    >>> import jcm_calc
    >>> given = {"EC_CAP": 0.5, "EF_grid": 0.8, "facts": {"max_output": 5}}
    >>> for one in declared_by_methodology(jcm_calc.calculate("ID_AM001", EG_SUP=50_000, p="2024", **given)):
    ...     print(one.name, one.left, one.right, one.agrees)
    EG_SUP,p ≤ max_output × hours 50000.0 43920.0 False
    """
    m = result.methodology
    for limit in m.limits:
        left = result.inputs.values.get(limit.parameter)
        factors = _Factors(result, m.inputs[limit.parameter], meters, hours)
        right = None if left is None else upper(limit, m, factors.known)
        if left is None or right is None:
            continue
        parameter, name = m.inputs[limit.parameter], limit.written(m.symbols())
        right = np.broadcast_to(right, np.broadcast_shapes(left.shape, right.shape))
        left = np.broadcast_to(left, right.shape)
        for at in _reported(left, right, list(m.indices).index("p")):
            place = factors.place(at)
            units = ", ".join(f"{letter}={text}" for letter, text in place.items() if letter != "p")
            yield CrossCheckOutcome(
                f"{name} ({units})" if units else name,
                place["p"],
                float(left[at]),
                float(right[at]),
                parameter.unit,
                0.0,
                bool(left[at] <= right[at] * (1 + DUST)),
                None,
                str(m),
                str(limit.evidence.grade),
            )


def _reported(left: Array, right: Array, along_p: int) -> Iterator[tuple[int, ...]]:
    """Yield the places that exceed a limit; for a period without any, the one that is nearest to it."""
    over = np.moveaxis(left - right * (1 + DUST), along_p, 0)
    share = np.moveaxis(left / np.where(right > 0, right, np.inf), along_p, 0)
    for number, (excess, portion) in enumerate(zip(over, share, strict=True)):
        if np.isnan(excess).all():
            continue
        places = np.argwhere(excess > 0)
        if not len(places):
            nearest = np.where(np.isnan(excess), -np.inf, portion).argmax()
            places = np.array([np.unravel_index(nearest, excess.shape)], dtype=int)
        for place in places.tolist():
            yield (*place[:along_p], number, *place[along_p:])


class _Factors:
    """The factors of limits as arrays with one axis for each index; NaN where one is not known."""

    def __init__(
        self, result: Calculation, parameter: Parameter, meters: Sequence[Meter], hours: Sequence[float] | None
    ) -> None:
        self.result, self.inputs, self.parameter, self.given_hours = result, result.inputs, parameter, hours
        named = result.methodology.named
        self.meters = [one for one in meters if named(one.parameter) == parameter.name]

    def known(self, name: str) -> Array | None:
        """Return the values of a factor; None where they are not known."""
        if name == RATED:
            return self._by_labels(self._rated)
        if name in (HOURS, DAYLIGHT):
            periods: Sequence[Period] = self.inputs.periods
            by_clock = self.given_hours or whole_hours(periods)
            if by_clock is None:
                return None
            shape = [-1 if letter == "p" else 1 for letter in self.inputs.axes]
            whole = np.array(by_clock, dtype=float).reshape(shape)
            if name == HOURS:
                return whole
            # without a latitude the sun may shine all day
            sun = self._by_labels(lambda meters: self._daylight(meters, periods))
            return whole if sun is None else np.asarray(np.where(np.isnan(sun), whole, sun))
        return self.result.known(name)

    def _by_labels(self, value: Any) -> Array | None:
        """Return what the meters of each unit say."""
        if not self.meters:
            return None
        axes = self.inputs.axes
        letters = [letter for letter in axes if letter in self.parameter.indices and letter != "p"]
        groups: dict[tuple[Any, ...], list[Meter]] = {}
        for meter in self.meters:
            groups.setdefault(tuple(label(meter.labels[letter]) for letter in letters), []).append(meter)
        shape = [axis.size if letter in letters else 1 for letter, axis in axes.items()]
        known = {key: np.atleast_1d(value(meters)) for key, meters in groups.items()}
        if size := max(len(one) for one in known.values()) - 1:
            shape[list(axes).index("p")] = size + 1
        found = np.full(shape, np.nan)
        for key, numbers in known.items():
            at = dict(zip(letters, key, strict=True))
            place = tuple(
                list(axis.labels).index(at[letter]) if letter in at else slice(None) if letter == "p" else 0
                for letter, axis in axes.items()
            )
            found[place] = numbers
        return found

    def _rated(self, meters: Sequence[Meter]) -> float:
        powers = [per_hour(meter, self.parameter.unit) for meter in meters]
        return math.nan if None in powers else sum(power for power in powers if power is not None)

    @staticmethod
    def _daylight(meters: Sequence[Meter], periods: Sequence[Period]) -> list[float]:
        latitudes = [meter.latitude for meter in meters if meter.latitude is not None]
        if len(latitudes) < len(meters):
            return [math.nan] * len(periods)
        return [max(sunlight(period, latitude) for latitude in latitudes) for period in periods]

    def place(self, at: Sequence[int]) -> Mapping[str, str]:
        """Return the labels of a place, by index."""
        return {
            letter: str(axis.labels[number])
            for (letter, axis), number in zip(self.inputs.axes.items(), at, strict=True)
            if letter in self.parameter.indices or letter == "p"
        }


def sunlight(period: Period, latitude: float) -> float:
    """Return the hours from sunrise to sunset in a period."""
    return sum(daylight(period.ends[0] + timedelta(days=day), latitude) for day in range(period.days))


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

    The latitude is in degrees, north positive.

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
