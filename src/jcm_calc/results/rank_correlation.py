"""Spearman's rank correlation of long arrays: values are counted by classes of equal width instead of sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.cores import on_all_cores
from jcm_calc.base.problems import require

Array = npt.NDArray[Any]

# Values in one class get the mean of their ranks. This makes the variance of the ranks smaller by a share s, and the
# correlation of n values is off by about sqrt(s / n), seldom by three times as much. Where that is more than OFF, the
# values are sorted: where they are few, where many are equal, or where a few are far from the others.
CLASSES, OFF = 65_536, 3e-7
# Values that are looked at together.
PART = 262_144


def rank_correlations(one: Array, others: Sequence[Array]) -> list[float]:
    """Return Spearman's correlation of an array with each of others, to about 1e-6; 0 where all values are equal."""
    ranked, *others_ranked = on_all_cores(_Ranks, [one, *others])

    def products(start: int) -> list[float]:
        part = slice(start, start + PART)
        ranks = ranked.of(part)
        return [float(np.einsum("i,i->", ranks, other.of(part))) for other in others_ranked]

    sums = np.sum(on_all_cores(products, range(0, len(one), PART)), axis=0)
    sizes = (np.sqrt(ranked.squares * other.squares) for other in others_ranked)
    return [float(total / size) if size else 0.0 for total, size in zip(sums, sizes, strict=True)]


class _Ranks:
    """The rank of each value, less the mean of all ranks."""

    def __init__(self, values: Array) -> None:
        self.values = values
        self.exact: Array | None = None
        with np.errstate(all="ignore"):
            self.lowest = values.min()
            self.scale = CLASSES / (values.max() - self.lowest)
        if not (0 < self.scale < np.inf and self.counted()):
            self.sorted()

    def counted(self) -> bool:
        """Take the ranks from the number of values in each class; return whether they are good enough."""
        count = len(self.values)
        parts = (self.classes(slice(start, start + PART)) for start in range(0, count, PART))
        counts = sum(np.bincount(part, minlength=CLASSES + 1) for part in parts)
        self.of_class = np.cumsum(counts) - (counts + count) / 2
        # not by @, which lets other threads run in circles for a while
        self.squares = float(np.einsum("i,i,i->", counts, self.of_class, self.of_class))
        return 1 - 12 * self.squares / (count**3 - count) <= OFF**2 * count

    def sorted(self) -> None:
        require("scipy", "uncertainty")
        from scipy.stats import rankdata

        self.exact = np.asarray(rankdata(self.values)) - (len(self.values) + 1) / 2
        self.squares = float(np.einsum("i,i->", self.exact, self.exact))

    def classes(self, part: slice) -> Array:
        """Return the class of each value of a part."""
        distances: Array = self.values[part] - self.lowest
        distances *= self.scale
        return distances.astype(np.intp)

    def of(self, part: slice) -> Array:
        """Return the ranks of a part."""
        return self.of_class.take(self.classes(part)) if self.exact is None else self.exact[part]
