"""A result over all candidates of the values that were chosen by name: how wide an estimate is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, shown
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Parameter, Table
from jcm_calc.engine.evaluation import EvaluationError, evaluate
from jcm_calc.evidence import Grade
from jcm_calc.inputs import Inputs
from jcm_calc.reference_data import ipcc_2006

if TYPE_CHECKING:
    import pandas as pd

Choice = tuple[str, ...]
# The combinations of a page or a terminal, and how many numbers they may have together: they cost no noticeable time.
MOST, FEWEST, NUMBERS = 200, 5, 10_000_000


@dataclass(frozen=True, slots=True)
class Combinations:
    """RE, PE and ER for combinations of candidates."""

    parameters: tuple[Parameter, ...]  # those whose value was chosen by name
    # First the combination that was calculated: the name of the candidate of each parameter; RE, PE and ER of all
    # periods in tCO2, NaN where an equation has no value; the weakest grade of the values.
    rows: tuple[tuple[Choice, tuple[float, ...], Grade], ...]
    left_out: int  # how many combinations are not there

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest ER."""
        found = [emissions[RESULTS.index("ER")] for _choice, emissions, _grade in self.rows]
        finite = [er for er in found if math.isfinite(er)]
        return min(finite), max(finite)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with a row for each combination."""
        import pandas as pd

        rows = [[*choice, *emissions, str(grade)] for choice, emissions, grade in self.rows]
        frame = pd.DataFrame(rows, columns=[*(one.name for one in self.parameters), *RESULTS, "grade"])
        frame.attrs["left_out"] = self.left_out
        return frame


def combinations(inputs: Inputs, limit: int) -> Combinations:
    """Calculate over all candidates of the values that were chosen by name; see `Result.over_candidates`."""
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        complaint = _("got {got}; must be a whole number from 1").format(got=shown(limit))
        raise InputError(str(inputs.methodology), [Problem("limit", complaint)])
    chosen = named(inputs)
    groups = _sets(chosen)
    options = [_options(inputs, group) for group in groups]
    current = tuple(inputs.origins[one.name].written for one in chosen)
    choices = list(dict.fromkeys([current, *_combined(chosen, groups, options, current, limit)]))[:limit]
    rows = tuple((choice, _emissions(inputs, chosen, choice), _weakest(chosen, choice)) for choice in choices)
    mixed = any(len({inputs.origins[one.name].written for one in group}) > 1 for group in groups)
    every = math.prod(len(names) for names in options) + mixed
    return Combinations(tuple(chosen), rows, every - len(choices))


def shown_limit(inputs: Inputs) -> int:
    """Return how many combinations a page or a terminal shows: fewer of large fleets."""
    return max(FEWEST, min(MOST, NUMBERS // max(1, math.prod(inputs.sizes.values()))))


def named(inputs: Inputs) -> list[Parameter]:
    """Return the parameters whose value was chosen among candidates, by name."""
    used = (one for one in inputs.graph.parameters if one.candidates)
    return [one for one in used if one.name in inputs.origins and inputs.origins[one.name].source == "candidate"]


def _sets(chosen: Sequence[Parameter]) -> list[list[Parameter]]:
    """Return parameters in groups that take the same candidate: two figures of one fuel are of one set."""
    return list(grouped(((one.by, tuple(one.candidates)), one) for one in chosen).values())


def _options(inputs: Inputs, group: Sequence[Parameter]) -> list[str]:
    """Return the candidates that fit a group: of the fuel that was chosen, with a value for every class that occurs."""
    fuel = fuel_of(inputs.origins[group[0].name].written)
    return [name for name in group[0].candidates if fuel_of(name) == fuel and _has_values(inputs, group, name)]


def fuel_of(candidate: str) -> str:
    """Return the fuel whose figure a candidate is; nothing for another candidate.

    Examples
    --------
    >>> fuel_of("Natural gas, IPCC 2006, lower"), fuel_of("FY2013 draft")
    ('Natural gas', '')
    """
    return next((fuel for fuel in ipcc_2006("EF", "default") if candidate.startswith(f"{fuel}, ")), "")


def _has_values(inputs: Inputs, group: Sequence[Parameter], name: str) -> bool:
    for one in group:
        known = one.candidates[name]
        if isinstance(known, Table):
            found = known.lookup(inputs.classes.get(one.by))(inputs.values[one.by])
            if np.isnan(found).any():
                return False
    return True


def _combined(
    chosen: Sequence[Parameter],
    groups: Sequence[Sequence[Parameter]],
    options: Sequence[Sequence[str]],
    current: Choice,
    limit: int,
) -> Iterator[Choice]:
    """Yield every combination; where they are more than the limit, those in which one group differs from the choice."""
    now = dict(zip((one.name for one in chosen), current, strict=True))
    whole: Iterator[dict[str, str]] = (
        {one.name: name for group, name in zip(groups, names, strict=True) for one in group}
        for names in itertools.product(*options)
    )
    single = (
        {**now, **{one.name: name for one in group}}
        for group, names in zip(groups, options, strict=True)
        for name in names
    )
    few = math.prod(len(names) for names in options) <= limit
    for taken in whole if few else itertools.islice(single, limit):
        yield tuple(taken[one.name] for one in chosen)


def _emissions(inputs: Inputs, chosen: Sequence[Parameter], choice: Choice) -> tuple[float, ...]:
    """Return RE, PE and ER of all periods; none where an equation has no value."""
    own, tables = dict(inputs.values), inputs.lookups()
    for parameter, name in zip(chosen, choice, strict=True):
        known = parameter.candidates[name]
        if isinstance(known, Table):
            tables[parameter.name] = known.lookup(inputs.classes.get(parameter.by))
        else:
            own[parameter.name] = np.full((1,) * len(inputs.sizes), known.value)
    try:
        found = evaluate(inputs.graph, inputs.sizes, own, tables, RESULTS)
    except EvaluationError:
        return (math.nan,) * len(RESULTS)
    return tuple(float(found[name].sum()) for name in RESULTS)


def _weakest(chosen: Sequence[Parameter], choice: Choice) -> Grade:
    """Return the weakest grade of the values of a combination."""
    known = (parameter.candidates[name] for parameter, name in zip(chosen, choice, strict=True))
    values = (value for one in known for value in (one.entries.values() if isinstance(one, Table) else (one,)))
    grades = (value.evidence.grade for value in values)
    return max(grades, key=list(Grade).index, default=Grade.UNCONFIRMED)
