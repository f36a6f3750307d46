"""Eligibility criteria: met, not met, or not shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations.items import Criterion


class Answer(StrEnum):
    """The three answers to a criterion."""

    MET = "met"
    NOT_MET = "not met"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one criterion.

    Attributes
    ----------
    criterion : Criterion
    answer : Answer
        For all units together: met only if it is met by each.
    missing : tuple of str
        What would have to be known.
    failing : ndarray
        A mask of the units that fail, with one axis for each index.
    """

    criterion: Criterion
    answer: Answer
    missing: tuple[str, ...] = ()
    failing: npt.NDArray[np.bool_] | None = None


def judge(criterion: Criterion, known: Mapping[str, npt.NDArray[Any]]) -> Verdict:
    """Answer one criterion.

    Parameters
    ----------
    criterion : Criterion
    known : mapping
        Facts, parameters and results of equations by name.
    """
    missing = tuple(name for name in criterion.arguments if name not in known)
    if missing:
        return Verdict(criterion, Answer.NOT_SHOWN, missing)
    met = np.asarray(criterion.function(*(known[name] for name in criterion.arguments)), dtype=bool)
    return Verdict(criterion, Answer.MET if met.all() else Answer.NOT_MET, (), ~met)
