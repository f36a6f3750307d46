"""Eligibility criteria: met, not met, or not shown."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.declarations.faults import of_function
from jcm_calc.declarations.items import Criterion, DeclarationError
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Inputs, bind
from jcm_calc.results import checked_values

if TYPE_CHECKING:
    import pandas as pd


class Answer(StrEnum):
    """The three answers to a criterion."""

    MET = _("met")
    NOT_MET = _("not met")
    NOT_SHOWN = _("not shown")


@dataclass(frozen=True, slots=True)
class CriterionAssessment:
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


def assess(
    criterion: Criterion, known: Mapping[str, npt.NDArray[Any]], statements: Container[str] = frozenset()
) -> CriterionAssessment:
    """Answer one criterion.

    ``statements`` are facts that are yes or no: where what is known fails whatever they are, the criterion is not met.
    """
    missing = tuple(name for name in criterion.arguments if name not in known)
    if not missing:
        met = _met(criterion, known)
        return CriterionAssessment(criterion, Answer.MET if met.all() else Answer.NOT_MET, (), ~met)
    if len(missing) < len(criterion.arguments) and all(name in statements for name in missing):
        cases = itertools.product((False, True), repeat=len(missing))
        possible = [
            _met(criterion, {**known, **dict(zip(missing, map(np.bool_, case), strict=True))}) for case in cases
        ]
        fails = ~np.logical_or.reduce(possible)
        if fails.any():
            return CriterionAssessment(criterion, Answer.NOT_MET, missing, fails)
    return CriterionAssessment(criterion, Answer.NOT_SHOWN, missing)


def _met(criterion: Criterion, known: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Return for each unit whether a criterion is met: a text, or an empty array, would pass as true."""
    looked_at = [np.asarray(known[name]) for name in criterion.arguments]
    found = np.asarray(criterion.function(*(known[name] for name in criterion.arguments)))
    shape = np.broadcast_shapes(*(one.shape for one in looked_at))
    if found.dtype != bool or found.shape not in ((), shape):
        raise DeclarationError(
            f"criterion {criterion.number} gives {found.dtype.name} of shape {found.shape}, and must give true or "
            f"false for each of {shape}{of_function(criterion.function)}"
        )
    return found


def assessments(inputs: Inputs, known: Mapping[str, npt.NDArray[Any]]) -> tuple[CriterionAssessment, ...]:
    """Answer every criterion; ``known`` has values of parameters and equations, one axis for each index."""
    shown = dict(inputs.facts)
    for condition in inputs.methodology.conditions:
        for name in condition.arguments:
            if name not in shown and name in known:
                shown[name] = inputs.plain(name, known[name])
    statements = {name for name, fact in inputs.methodology.facts.items() if fact.unit == "yes/no"}
    return tuple(assess(condition, shown, statements) for condition in inputs.methodology.conditions)


def check(
    methodology: Declarations,
    facts: Mapping[str, Any] | None = None,
    *tables: Any,
    p: Any = None,
    **values: Any,
) -> tuple[CriterionAssessment, ...]:
    """Answer every criterion from whatever is given; see `Methodology.check_eligibility`."""
    inputs = bind(methodology, tables, values, p, facts, whole=False)
    inputs.warn()
    return assessments(inputs, checked_values.values(inputs, {}))


def records(answers: Iterable[CriterionAssessment]) -> list[dict[str, Any]]:
    """Return assessments as rows of plain values."""
    return [
        {
            "number": assessment.criterion.number,
            "text": assessment.criterion.text,
            "answer": str(assessment.answer),
            "to be shown": ", ".join(assessment.missing),
            "failing units": 0 if assessment.failing is None else int(assessment.failing.sum()),
            "grade": str(assessment.criterion.evidence.grade),
        }
        for assessment in answers
    ]


def table(answers: Iterable[CriterionAssessment]) -> pd.DataFrame:
    """Return assessments as a DataFrame by the number of the criterion."""
    import pandas as pd

    columns = ["number", "text", "answer", "to be shown", "failing units", "grade"]
    return pd.DataFrame(records(answers), columns=columns).set_index("number")
