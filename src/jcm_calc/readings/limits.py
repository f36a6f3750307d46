"""Cross-checks that a methodology declares: what a parameter can at most be, by rated power, hours and daylight."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.items import DAYLIGHT, HOURS, RATED, Parameter
from jcm_calc.inputs.periods import Period
from jcm_calc.inputs.tables import label
from jcm_calc.limits import DUST, upper
from jcm_calc.limits import hours as whole_hours
from jcm_calc.readings.cross_checks import Comparison, daylight, per_hour
from jcm_calc.readings.plan import Meter

if TYPE_CHECKING:
    from jcm_calc.result import Result

Array = npt.NDArray[np.float64]


def compare(result: Result, meters: Sequence[Meter] = (), hours: Sequence[float] | None = None) -> Iterator[Comparison]:
    """Carry out the cross-checks that a methodology declares, as far as their factors are known.

    Where every unit keeps to a limit, the one that comes nearest is reported, for each period; of the
    others, each.

    Parameters
    ----------
    result : Result
    meters : sequence of Meter
        Those that count: they know rated powers and latitudes.
    hours : sequence of float, optional
        The hours of each period, where clocks have changed in it.

    Examples
    --------
    >>> import jcm_calc
    >>> given = {"EC_CAP": 0.5, "EF_grid": 0.8, "facts": {"max_output": 5}}
    >>> for one in compare(jcm_calc.calculate("ID_AM001", EG_SUP=50_000, p="2024", **given)):
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
            yield Comparison(
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
        self, result: Result, parameter: Parameter, meters: Sequence[Meter], hours: Sequence[float] | None
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
            whole = self._along_p(by_clock)
            if name == HOURS:
                return whole
            # without a latitude the sun may shine all day
            sun = self._by_labels(lambda meters: self._daylight(meters, periods))
            return whole if sun is None else np.asarray(np.where(np.isnan(sun), whole, sun))
        return self.result.known(name)

    def _along_p(self, numbers: Sequence[float]) -> Array:
        shape = [-1 if letter == "p" else 1 for letter in self.inputs.axes]
        return np.array(numbers, dtype=float).reshape(shape)

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
    assert period.first is not None
    return sum(daylight(period.first + timedelta(days=day), latitude) for day in range(period.days))
