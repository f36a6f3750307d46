"""Intervals as documents write them: ``[0, 300)``, ``(0, 1]``, ``[825, inf)``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _

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
            If the text is no interval, or an empty one.
        """
        match = WRITTEN.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            interval = cls(float(match[2]), float(match[3]), match[1] == "[", match[4] == "]")
        except ValueError:
            raise ValueError(_("{got} is no interval: write for example [0, 300)").format(got=repr(text))) from None
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

    def __str__(self) -> str:
        left, right = "(["[self.closed_lower], ")]"[self.closed_upper]
        return f"{left}{self.lower:g}, {self.upper:g}{right}"
