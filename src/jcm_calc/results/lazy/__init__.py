"""Larger than memory: Dask arrays and DataFrames, partitioned by unit, through the same checks and equations.

Each partition is bound and evaluated as a small separate calculation. What leaves it are totals over its
units; they are added up as a tree, and the equations that follow run once. Dask schedules all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, InputWarning, Problem, warn
from jcm_calc.declarations.graph import RESULTS, Graph, needs
from jcm_calc.declarations.items import Coordinate, Equation
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import completeness
from jcm_calc.inputs.arguments import Arguments
from jcm_calc.inputs.axes import named_periods
from jcm_calc.inputs.carriers import split_heading
from jcm_calc.inputs.confirmation.file import EvidenceFile
from jcm_calc.results.credits import check_years, in_tonnes, year_table, yearly
from jcm_calc.results.emissions import Emissions
from jcm_calc.results.lazy import computing
from jcm_calc.results.lazy.computing import PartitionPlan
from jcm_calc.results.lazy.partitions import Piece, is_lazy, of_arrays, of_frames
from jcm_calc.results.remarks import is_protected, reasons
from jcm_calc.rulebooks import modules, versions
from jcm_calc.units import is_quantity, registry, unit_of

if TYPE_CHECKING:
    import pandas as pd
    from pint import Quantity

__all__ = ["LazyResult", "calculate", "is_lazy"]

# So many partial totals are added up at a time.
FAN_IN = 8


class LazyResult(Emissions):
    """Reference emissions, project emissions and emission reductions that are not calculated yet.

    ``RE``, ``PE``, ``ER`` and ``result["RE_i"]`` are Quantities of Dask arrays. Whatever is wrong with the values
    is raised when they are computed. For explanations, manifest and credits, calculate a project whose input fits
    into memory.
    """

    def __init__(self, plan: PartitionPlan, graph: Graph, pieces: Sequence[Piece], periods: int | None) -> None:
        from dask.delayed import delayed

        self.plan, self.graph, self.pieces = plan, graph, pieces
        self._shared = delayed(plan, traverse=False, pure=False)  # sent once, not with every task
        self._rules = delayed(graph, traverse=False, pure=False)
        self._periods = periods
        self._levels = _levels(graph, plan.letter)
        part, combine = delayed(computing.part, pure=False), delayed(computing.combine, pure=False)
        known: Any = None
        totals = [rule.name for rule in self.graph.equations if self.plan.letter in rule.total]
        for level in range(max(self._levels.values(), default=0) + 1):
            names = tuple(name for name in totals if self._levels[name] == level)
            if names or known is None:
                found = [part(self._shared, piece.arrays, piece.frames, piece.start, names, known) for piece in pieces]
                while len(found) > 1:
                    found = [combine(found[at : at + FAN_IN]) for at in range(0, len(found), FAN_IN)]
                known = found[0] if known is None else delayed(computing.joined, pure=False)(known, found[0])
        self._known = known
        self._names = (*RESULTS, *self.methodology.terms)
        self._results = delayed(computing.results, pure=False)(self._rules, known, self._names)

    def __repr__(self) -> str:
        return f"<LazyResult {self.methodology}: {len(self.pieces):,} partitions along {self.plan.letter}>"

    @property
    def methodology(self) -> Declarations:
        """The methodology that is applied."""
        return self.plan.methodology

    def __getitem__(self, name: str) -> Quantity[Any]:
        """Return a parameter, an intermediate or a result as a Quantity of a Dask array.

        Raises
        ------
        KeyError
            If the name takes no part, or has further indices than that of the partitions and p.
        """
        import dask.array as da
        from dask.delayed import delayed

        name = self.methodology.named(name) or name
        node = self.graph.nodes.get(name)
        if node is None or node.unit in ("category", "date") or set(node.indices) - {self.plan.letter, "p"}:
            raise KeyError(f"{name} is no quantity by {self.plan.letter} and p of this calculation")
        rest = (self._periods,) if "p" in node.indices and self._periods is not None else ()
        if self.plan.letter in node.indices:
            one = delayed(computing.array, pure=False)
            blocks = [
                da.from_delayed(
                    one(self._shared, piece.arrays, piece.frames, piece.start, name, self._known).reshape((-1, *rest)),
                    (piece.size, *rest),
                    float,
                )
                for piece in self.pieces
            ]
            array = da.concatenate(blocks, allow_unknown_chunksizes=True)
        else:
            found = (
                self._results
                if name in self._names
                else delayed(computing.results, pure=False)(self._rules, self._known, (name,))
            )
            array = da.from_delayed(found[name].reshape(rest), rest, float)
        quantity: Quantity[Any] = registry().Quantity(array, node.unit)
        return quantity

    def by_year(self) -> pd.DataFrame:
        """Compute RE, PE, other terms of ER, ER and whole tonnes of each calendar year; see `Result.by_year`."""
        from dask.base import compute

        known, found = compute(self._known, self._results)
        for warning in known.warnings:
            warn(str(warning), InputWarning)
        check_years(known.periods)
        rows = {name: np.broadcast_to(found[name].ravel(), len(known.periods)) for name in self._names}
        return year_table(yearly(known.periods, in_tonnes(self.methodology.terms, rows)))


def calculate(
    m: Declarations,
    tables: tuple[Any, ...],
    values: Mapping[str, Any],
    p: Any,
    facts: Mapping[str, Any] | None,
    evidence: tuple[EvidenceFile, ...],
    override: Any = None,
) -> LazyResult:
    """Prepare a calculation of Dask arrays or Dask DataFrames; see `jcm_calc.calculate`.

    ``m`` is the methodology as ``evidence`` confirms it, which a worker applies to its own.
    """
    _refuse_other_than_held(m)
    values = m.by_name(values)
    arrays = {name: value for name, value in values.items() if is_lazy(value)}
    frames = [table for table in tables if is_lazy(table)]
    small = [table for table in tables if not is_lazy(table)]
    taken = _arguments(m, small, frames, values)
    graph = completeness.graph(taken)
    problems = taken.problems
    problems += _replaced(taken, override)
    if p is None and tables:
        problems.append(Problem("p", _("name the periods with p=, which must be known before anything is read")))
    if frames and arrays:
        mixed = _("got Dask arrays and Dask DataFrames; must be one of the two: their units cannot be matched")
        problems.append(Problem("tables", mixed))
    if problems or graph is None:
        raise InputError(str(m), problems, taken.warnings)
    if frames:
        letter, pieces, common = of_frames(m, frames, values, problems)
    else:
        letter, pieces, common = of_arrays(m, arrays, values, problems)
    problems += [*_of_all_units(m, common, letter), *_coordinates(graph, letter, bool(frames))]
    apart = _("follows from the period before, which Dask does not calculate: give arrays that are in memory")
    problems += [Problem(node.symbol, apart) for node in graph.previous]
    problems += _in_memory(small, letter)
    InputError.raise_for(str(m), problems)
    units = {name: unit_of(value) for name, value in arrays.items() if is_quantity(value)}
    count = None if frames else int(sum(piece.size for piece in pieces))
    plan = PartitionPlan(m.number, m.version, letter, common, tuple(small), p, facts, units, count, evidence)
    return LazyResult(plan, graph, pieces, _period_count(m, p, values))


def _refuse_other_than_held(m: Declarations) -> None:
    """Refuse a methodology that a worker, which takes it from its package, would not calculate with."""
    if m.number in modules() and versions(m.number).get(m.version) is (m.without_evidence or m):
        return
    message = _(
        "is not the one that the methodology packages have under this number and version: Dask's workers take it from "
        "there. Install it as a module of such a package, or calculate without Dask"
    )
    raise InputError.of(str(m), message)


def _replaced(taken: Arguments, override: Any) -> list[Problem]:
    """Refuse values instead of ones that were read: what they do to ER is not known before it is computed."""
    m = taken.methodology
    given = {name: m.inputs[name] for name in (*taken.given, *taken.tables, *taken.refused) if name in m.inputs}
    stated = reasons(m, given, override) if override else {}
    message = _('replaces the document\'s value; leave it out, or give the reason with override={{"{name}": "…"}}')
    return [
        Problem(one.symbol, message.format(name=name), one.section)
        for name, one in given.items()
        if one.supplied and name not in stated and is_protected(value.evidence for value in one.known())
    ]


def _arguments(m: Declarations, tables: Iterable[Any], frames: Iterable[Any], values: Mapping[str, Any]) -> Arguments:
    """Return what is known of the arguments before a partition is read."""
    taken = Arguments(m)
    for number, table in enumerate(tables, 1):
        taken.table(table, _("table {number}").format(number=number))
    for name, value in values.items():
        if is_lazy(value):
            taken.later(name)
        else:
            taken.value(name, value)
    for frame in frames:
        for heading in frame.columns:
            if heading not in m.indices:
                taken.later(split_heading(str(heading))[0], "a Dask DataFrame")
    return taken


def _of_all_units(m: Declarations, common: Mapping[str, Any], letter: str) -> Iterator[Problem]:
    """Complain of one amount for all units: each needs its amount, even where a partition has one unit only."""
    for parameter in (m.inputs[name] for name, value in common.items() if name in m.inputs and np.ndim(value) == 0):
        if parameter.adds_over_units and letter in parameter.indices:
            complaint = _("got one amount for all of {letter}; must be one for each")
            yield Problem(parameter.symbol, complaint.format(letter=letter))


def _in_memory(tables: Iterable[Any], letter: str) -> Iterator[Problem]:
    """Complain of tables in memory that have the index of the partitions."""
    from jcm_calc.inputs.tables import flat

    complaint = _("has the index {letter}: give it as a Dask DataFrame, as the others").format(letter=letter)
    for number, table in enumerate(tables, 1):
        if hasattr(table, "iloc") and letter in flat(table):
            yield Problem(_("table {number}").format(number=number), complaint)


def _coordinates(graph: Graph, letter: str, frames: bool) -> Iterable[Problem]:
    """Complain of what a partition cannot know of the whole."""
    for node in graph.nodes.values():
        if isinstance(node, Coordinate) and node.of == letter and node.what == ("count" if frames else "label"):
            number = _("needs the number of units: give Dask arrays")
            names = _("needs the names of units: give Dask DataFrames")
            yield Problem(node.name, number if frames else names)


def _period_count(m: Declarations, p: Any, values: Mapping[str, Any]) -> int | None:
    """Return the number of periods; None for a single value without an axis."""
    if p is not None:
        named = named_periods(p)
        return None if named.scalar else named.size
    sizes = [
        np.shape(value)[m.inputs[name].indices.index("p")]
        for name, value in values.items()
        if name in m.inputs and "p" in m.inputs[name].indices and np.ndim(value) == len(m.inputs[name].indices)
    ]
    return max(sizes, default=None)


def _levels(graph: Graph, letter: str) -> dict[str, int]:
    """Return for each name how many totals over an index come before it, one after the other."""
    levels: dict[str, int] = {}
    for name, node in graph.nodes.items():
        before = [
            levels[other] + (isinstance(below := graph.nodes[other], Equation) and letter in below.total)
            for other in needs(node)
            if other in levels
        ]
        levels[name] = max(before, default=0)
    return levels
