"""What is done with each partition, and with what leaves it; it runs where Dask wants it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.graph import RESULTS, Graph
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import Array, EvaluationError, evaluate
from jcm_calc.inputs import Inputs, Period, bind
from jcm_calc.inputs.confirmation import with_evidence
from jcm_calc.inputs.confirmation.file import EvidenceFile
from jcm_calc.results.calculation import undefined
from jcm_calc.rulebooks import methodology
from jcm_calc.units import registry


@dataclass(frozen=True)
class PartitionPlan:
    """What all partitions have in common.

    Attributes
    ----------
    number, version : str
        Of the methodology, which a methodology package has wherever this runs.
    letter : str
        The index along which the input is partitioned.
    units : mapping
        The unit of each array that was given as a Quantity.
    evidence : tuple of EvidenceFile
        What confirms the methodology, and supplies values.
    """

    number: str
    version: str
    letter: str
    values: Mapping[str, Any]
    tables: tuple[Any, ...]
    p: Any
    facts: Mapping[str, Any] | None
    units: Mapping[str, str]
    count: int | None = None
    evidence: tuple[EvidenceFile, ...] = ()

    @property
    def methodology(self) -> Declarations:
        """The methodology that is applied."""
        return with_evidence(methodology(self.number, self.version), self.evidence)


@dataclass
class Totals:
    """What leaves a partition.

    Attributes
    ----------
    totals : dict
        Sums over its units.
    shared : dict
        What does not depend on the unit; it must be the same in all partitions.
    """

    periods: Sequence[Period]
    sizes: dict[str, int]
    totals: dict[str, Array]
    shared: dict[str, Array]
    warnings: tuple[Problem, ...] = ()


def _bound(plan: PartitionPlan, arrays: Mapping[str, Any], frames: Sequence[Any], start: int) -> Inputs:
    """Bind a partition with every check; say which one it is where something is wrong."""
    quantity = registry().Quantity
    given = {name: quantity(array, plan.units[name]) if name in plan.units else array for name, array in arrays.items()}
    try:
        inputs = bind(plan.methodology, (*plan.tables, *frames), {**plan.values, **given}, plan.p, plan.facts)
    except InputError as error:
        raise InputError(_where(plan, start), error.problems, error.warnings) from None
    for node in inputs.graph.nodes.values():
        if isinstance(node, Coordinate) and node.of == plan.letter and node.what == "count":
            inputs.values[node.name] = np.full((1,) * len(inputs.sizes), float(plan.count or 0))
    return inputs


def _where(plan: PartitionPlan, start: int) -> str:
    if plan.count is None:
        return f"{plan.methodology}, one partition"
    return (
        f"{plan.methodology}, the partition after {plan.letter} = {start:,} (its {plan.letter} is counted from there)"
    )


def _evaluated(inputs: Inputs, values: Mapping[str, Array], names: tuple[str, ...], subject: str) -> dict[str, Array]:
    try:
        return evaluate(inputs.graph.upstream(*names, known=values), inputs.sizes, values, inputs.lookups(), names)
    except EvaluationError as error:
        raise InputError(subject, [undefined(error, inputs)]) from None


def part(
    plan: PartitionPlan,
    arrays: Mapping[str, Any],
    frames: Sequence[Any],
    start: int,
    names: tuple[str, ...],
    known: Totals | None,
) -> Totals:
    """Return the totals of one partition."""
    inputs = _bound(plan, arrays, frames, start)
    values = {**inputs.values, **(known.totals if known else {})}
    single = tuple(
        node.name
        for node in inputs.graph.nodes.values()
        if plan.letter not in node.indices
        and (not isinstance(node, Equation) or node.name in inputs.values)
        and not (isinstance(node, Parameter) and node.textual)
    )
    found = _evaluated(inputs, values, (*names, *single), _where(plan, start))
    shared = {name: found[name] for name in single}
    sizes = {**inputs.sizes, plan.letter: plan.count or 1}
    return Totals(inputs.periods, sizes, {name: found[name] for name in names}, shared, inputs.warnings)


def combine(parts: Sequence[Totals]) -> Totals:
    """Add up totals, in order; what does not depend on the unit must be the same everywhere."""
    first, *others = parts
    totals = dict(first.totals)
    for part in others:
        for name, array in part.totals.items():
            totals[name] = totals[name] + array
        differing = [name for name, array in first.shared.items() if not np.array_equal(array, part.shared[name])]
        if differing or list(part.periods) != list(first.periods) or part.sizes != first.sizes:
            problems = [Problem(name, _("does not depend on the unit, but changes along it")) for name in differing]
            axes = Problem("axes", _("periods or other labels differ from partition to partition"))
            raise InputError(_("the partitions"), problems or [axes])
    warned = tuple(dict.fromkeys(warning for part in parts for warning in part.warnings))
    return Totals(first.periods, first.sizes, totals, first.shared, warned)


def joined(before: Totals, after: Totals) -> Totals:
    """Return the totals of two passes together."""
    return Totals(before.periods, before.sizes, {**before.totals, **after.totals}, before.shared, before.warnings)


def results(graph: Graph, known: Totals, names: tuple[str, ...]) -> dict[str, Array]:
    """Return what follows from the totals."""
    values = {**known.shared, **known.totals}
    try:
        found = evaluate(graph.upstream(*names, known=values), known.sizes, values, {}, names)
    except EvaluationError as error:
        period = known.periods[error.place[list(known.sizes).index("p")]]
        raise InputError(
            _("the totals"),
            [Problem(error.name, _("has no value for p={period}: {error}").format(period=period, error=error))],
        ) from None
    shape = [size if letter == "p" else 1 for letter, size in known.sizes.items()]
    return {name: np.broadcast_to(array, shape) if name in RESULTS else array for name, array in found.items()}


def array(
    plan: PartitionPlan, arrays: Mapping[str, Any], frames: Sequence[Any], start: int, name: str, known: Totals
) -> Array:
    """Return the values of one name in one partition."""
    inputs = _bound(plan, arrays, frames, start)
    found = _evaluated(inputs, {**inputs.values, **known.totals}, (name,), _where(plan, start))[name]
    node = inputs.graph.nodes[name]
    shape = [size if letter in node.indices else 1 for letter, size in inputs.sizes.items()]
    return np.broadcast_to(found, shape)
