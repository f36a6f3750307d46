"""Eligibility criteria: met, not met, or not shown."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.items import Criterion
from jcm_calc.evaluation import evaluate
from jcm_calc.inputs import Inputs, bind
from jcm_calc.languages import _

if TYPE_CHECKING:
    import pandas as pd


class Answer(StrEnum):
    """The three answers to a criterion."""

    MET = _("met")
    NOT_MET = _("not met")
    NOT_SHOWN = _("not shown")


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


def verdicts(inputs: Inputs, reached: Container[str], array: Callable[[str], npt.NDArray[Any]]) -> tuple[Verdict, ...]:
    """Answer every criterion of a methodology.

    Parameters
    ----------
    inputs : Inputs
    reached : container of str
        The parameters and equations whose values are known.
    array : callable
        From the name of a parameter or equation to its values, one axis for each index.
    """
    known = dict(inputs.facts)
    for condition in inputs.methodology.conditions:
        for name in condition.arguments:
            if name not in known and name in reached:
                known[name] = inputs.plain(name, array(name))
    return tuple(judge(condition, known) for condition in inputs.methodology.conditions)


def check(
    methodology: Methodology,
    facts: Mapping[str, Any] | None = None,
    *tables: Any,
    p: Any = None,
    **values: Any,
) -> tuple[Verdict, ...]:
    """Answer every criterion from whatever is given; see `Methodology.check_eligibility`."""
    inputs = bind(methodology, tables, values, p, facts, whole=False)
    computed = tuple(rule.name for rule in inputs.graph.equations)
    results = evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), computed)
    known = {**inputs.values, **results}
    return verdicts(inputs, known, known.__getitem__)


def table(answers: Iterable[Verdict]) -> pd.DataFrame:
    """Return verdicts as a DataFrame by the number of the criterion."""
    import pandas as pd

    columns = ["number", "text", "answer", "to be shown", "failing units", "grade"]
    rows = [
        {
            "number": verdict.criterion.number,
            "text": verdict.criterion.text,
            "answer": str(verdict.answer),
            "to be shown": ", ".join(verdict.missing),
            "failing units": 0 if verdict.failing is None else int(verdict.failing.sum()),
            "grade": str(verdict.criterion.evidence.grade),
        }
        for verdict in answers
    ]
    return pd.DataFrame(rows, columns=columns).set_index("number")
