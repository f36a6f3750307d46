"""Intervals as documents write them: ``[0, 300)``, ``(0, 1]``, ``[825, inf)``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _
from jcm_calc.units import with_unit

# By whether the lower and the upper end belong to the range; None where there is no such end.
WORDS: Mapping[tuple[bool | None, bool | None], Message] = {
    (None, None): _("of any size"),
    (False, None): _("above {low}"),
    (True, None): _("of at least {low}"),
    (None, False): _("below {high}"),
    (None, True): _("of at most {high}"),
    (False, False): _("above {low} and below {high}"),
    (False, True): _("above {low} and at most {high}"),
    (True, False): _("of at least {low} and below {high}"),
    (True, True): _("from {low} to {high}"),
}
WRITTEN = re.compile(r"\s*([\[(])\s*(\S+)\s*,\s*(\S+?)\s*([\])])\s*")


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers whose ends are stated to belong to it or not.

    Examples
    --------
    >>> efficiency = Interval.parse("(0, 1]")
    >>> 0 in efficiency, 1 in efficiency
    (False, True)
    >>> print(efficiency)
    (0, 1]
    """

    lower: float
    upper: float
    closed_lower: bool
    closed_upper: bool

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read an interval.

        Raises
        ------
        ValueError
            If the text is not an interval, or an empty one.
        """
        match = WRITTEN.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            interval = cls(float(match[2]), float(match[3]), match[1] == "[", match[4] == "]")
        except ValueError:
            raise ValueError(_("{got} is not an interval: write for example [0, 300)").format(got=repr(text))) from None
        if interval.first >= interval.beyond:
            raise ValueError(_("{got} is empty").format(got=repr(text)))
        return interval

    @property
    def first(self) -> float:
        """The smallest floating-point number of the interval."""
        return self.lower if self.closed_lower else math.nextafter(self.lower, math.inf)

    @property
    def beyond(self) -> float:
        """The smallest floating-point number above the interval."""
        return math.nextafter(self.upper, math.inf) if self.closed_upper else self.upper

    def __contains__(self, value: float) -> bool:
        return self.first <= value < self.beyond

    def outside(self, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Return a mask of the numbers that lie outside; NaN does."""
        return ~((values >= self.first) & (values < self.beyond))

    def words(self, unit: str = "") -> Message:
        """Return the range as words that follow *a number*.

        Examples
        --------
        >>> print("a number", Interval.parse("(0, 1]").words())
        a number above 0 and at most 1
        >>> print("a number", Interval.parse("[0, inf)").words("MWh"))
        a number of at least 0 MWh
        """
        low, high = (with_unit(f"{end:g}", unit) for end in (self.lower, self.upper))
        return WORDS[self._end(self.lower, self.closed_lower), self._end(self.upper, self.closed_upper)].format(
            low=low, high=high
        )

    @staticmethod
    def _end(number: float, closed: bool) -> bool | None:
        """Return whether an end belongs to the range; None where there is no end."""
        return None if math.isinf(number) else closed

    def __str__(self) -> str:
        left, right = "(["[self.closed_lower], ")]"[self.closed_upper]
        return f"{left}{self.lower:g}, {self.upper:g}{right}"
