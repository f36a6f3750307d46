"""Many projects at once: those that give the same inputs of one methodology are one calculation.

Only what is beyond doubt is calculated here. A project with anything to complain or to warn of is left to
`jcm_calc.calculate`, which knows the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from jcm_calc.api.portfolios.jobs import OWN, CallArguments, arguments
from jcm_calc.base.groups import grouped
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Coordinate
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import Array, EvaluationError, evaluate
from jcm_calc.engine.many import AXIS, evaluate_many
from jcm_calc.inputs import Inputs, bind
from jcm_calc.inputs.carriers import carried, split_heading
from jcm_calc.inputs.checks import APART, outlying, unlike
from jcm_calc.inputs.tables import dense
from jcm_calc.inputs.values import read_cells
from jcm_calc.results import checked_values, remarks
from jcm_calc.results.credits import CalendarYear, check_years, yearly

# Below this number of projects, a batch costs more than it saves.
FEW = 4
ATTEMPTS = 3


def batches(m: Declarations, frame: pd.DataFrame) -> Iterator[Batch]:
    """Yield whole projects that fill the same cells with the same labels, choices and periods."""
    projects = pd.factorize(frame["project"])[0]
    order = np.argsort(projects, kind="stable")
    frame, projects = frame.iloc[order], projects[order]
    starts = np.flatnonzero(np.diff(projects, prepend=-1))
    keys = _keys(m, frame)
    ends = zip(starts.tolist(), [*starts[1:].tolist(), len(frame)], strict=True)
    for layout, found in grouped((tuple(keys[start:stop]), start) for start, stop in ends).items():
        if len(found) >= FEW:
            rows = np.add.outer(found, np.arange(len(layout))).ravel()
            yield Batch(m, frame.iloc[rows], len(layout))


def _keys(m: Declarations, frame: pd.DataFrame) -> list[str]:
    """Return for each row what must be the same: which cells are filled, and what decides about the equations."""
    inputs = frame.drop(columns=[name for name in OWN if name in frame])
    filled = [row.tobytes().hex() for row in np.packbits(inputs.notna().to_numpy(), axis=1)]
    deciding = [list(map(str, inputs[name])) for name in inputs if name in m.choices or name in m.indices]
    for name in inputs:
        candidates = m.inputs[name].candidates if name in m.inputs else {}
        if candidates:
            deciding.append([cell if _named(cell, candidates) else "" for cell in inputs[name]])
    return ["\n".join(cells) for cells in zip(filled, *deciding, strict=True)]


def _named(cell: Any, known: Mapping[str, Any]) -> bool:
    return isinstance(cell, str) and cell in known


class Batch:
    """Projects of one methodology, each of so many rows, that fill the same cells.

    ``places`` has the label of the first row of each project.
    """

    def __init__(self, m: Declarations, frame: pd.DataFrame, size: int) -> None:
        self.m, self.frame, self.size = m, frame, size
        self.places = frame.index.to_numpy()[::size]
        self.declared = {**m.inputs, **m.facts}
        self.clean = np.ones(len(self.places), dtype=bool)
        self.filled: dict[str, tuple[str, Array]] = {}
        self.values: dict[str, Array] = {}
        self.classes: dict[str, tuple[str, ...]] = {}
        for heading in frame.columns:
            at = np.flatnonzero(frame[heading].iloc[:size].notna())
            if heading not in (*OWN, *m.choices, *m.indices, "p") and len(at):
                self._read(heading, at)
        if "estimate" in frame and size > 1:
            estimates = np.array(list(map(str, frame["estimate"]))).reshape(-1, size)
            self.clean &= (estimates == estimates[:, :1]).all(axis=1)
        self._compare()

    def _read(self, heading: str, at: Array) -> None:
        """Read a column, of which certain rows are filled; where anything is odd, the project is no longer clean."""
        parameter = self.declared.get(self.m.named(split_heading(heading)[0]) or "")
        found = None
        with suppress(ValueError):
            cells, unit = carried(self.frame[heading])
            raw = cells.reshape(-1, self.size)[:, at]
            if parameter is not None and _named(raw[0, 0], parameter.candidates):
                return  # the same candidate in all projects
            if parameter is not None and parameter.name not in self.values:
                found = read_cells(parameter, raw, unit)
        if parameter is None or found is None:
            self.clean[:] = False
            return
        values, classes, faults = found
        wrong = np.zeros(values.shape, dtype=bool)
        wrong.flat[list(faults)] = True
        if not parameter.textual:
            wrong |= parameter.bounds.outside(values)
            if parameter.plausible is not None:
                wrong |= parameter.plausible.outside(values)
        if classes is not None:
            self.classes[parameter.name] = classes
        self.clean &= ~wrong.any(axis=1)
        self.filled[parameter.name] = heading, at
        self.values[parameter.name] = values

    def _compare(self) -> None:
        """Leave out projects whose amounts are orders of magnitude apart."""
        for name in self.values:
            sister = self.declared[name].comparable
            if sister in self.values:
                own, other = self.values[name].sum(axis=1), self.values[sister].sum(axis=1)
                with np.errstate(divide="ignore", invalid="ignore"):
                    ratio = own / other
                self.clean &= (own <= 0) | (other <= 0) | ((ratio >= 1 / APART) & (ratio <= APART))

    def solve(self) -> Iterator[tuple[Any, tuple[CalendarYear, ...]]]:
        """Yield the place of each project that can be calculated, and its calendar years."""
        inputs = self._bind()
        columns = None if inputs is None else self._arranged(inputs)
        if inputs is None or columns is None:
            return
        if any(isinstance(node, Coordinate) and node.classes for node in inputs.graph.nodes.values()):
            self.clean[:] = False  # which row of a table is used differs from project to project
            return
        inputs = replace(inputs, classes={**inputs.classes, **self.classes})
        lookups = inputs.lookups()
        for parameter in inputs.graph.parameters:
            if parameter.name in lookups and parameter.by in columns:  # a class without a value
                found = lookups[parameter.name](columns[parameter.by])
                self.clean &= ~np.isnan(found).reshape(len(self.places), -1).any(axis=1)
        self._leave_out_doubtful(inputs, columns)
        for project, amounts in self._evaluated(inputs, columns, np.flatnonzero(self.clean)):
            yield self.places[project], yearly(inputs.periods, dict(zip(RESULTS, amounts, strict=True)))

    def _leave_out_doubtful(self, inputs: Inputs, columns: Mapping[str, Array]) -> None:
        """Leave out projects that would have remarks."""
        replaced = any(self.m.inputs[name].supplied for name in inputs.replaced)
        whole = (*remarks.left_out(inputs), *remarks.confirmed(inputs))
        if replaced or whole or inputs.graph.previous:
            self.clean[:] = False
            return
        graph, names = checked_values.reach(inputs)
        common = {name: array[np.newaxis] for name, array in checked_values.operands(inputs, graph).items()}
        known = {**common, **columns}
        computed = tuple(name for name in names if name not in known)
        sizes = {AXIS: len(self.places), **inputs.sizes}
        try:
            known |= evaluate(graph, sizes, known, inputs.lookups(), computed)
        except EvaluationError:
            self.clean[:] = False
            return
        along_p = 1 + list(inputs.axes).index("p")
        for name, values in columns.items():
            if self.declared[name].extensive:
                timed = self.declared[name].adds_over_time
                days = unlike(inputs.periods, values.shape[along_p]) if timed else None
                odd, _ = outlying(self.declared[name], values, along_p, days, tuple(range(1, values.ndim)))
                self.clean &= ~odd.reshape(len(odd), -1).any(axis=1)
        facts = {name: inputs.plain(name, known.get(name, array[np.newaxis])) for name, array in inputs.facts.items()}
        for mask in remarks.masks(replace(inputs, facts=facts), {name: known[name] for name in names}):
            self.clean &= ~mask.reshape(len(mask), -1).any(axis=1)

    def _bind(self) -> Inputs | None:
        """Bind one project with every check, for all: they differ in numbers and classes alone."""
        for project in np.flatnonzero(self.clean)[:ATTEMPTS]:
            rows = self.frame.iloc[project * self.size : (project + 1) * self.size]
            try:
                given = arguments(rows, self.m, "")
                inputs = bind(self.m, given.tables, given.values, given.p)
                check_years(inputs.periods)
            except (InputError, ValueError):
                continue
            if not inputs.warnings:
                return inputs
        return None

    def _arranged(self, inputs: Inputs) -> dict[str, Array] | None:
        """Return the values of all projects on the axes; None where rows are summed or sorted on their way."""
        traced = self.frame.iloc[: self.size].copy()
        for heading, at in self.filled.values():
            numbers = np.full(self.size, np.nan)
            numbers[at] = np.arange(len(at))
            traced[heading] = numbers
        order = _order(arguments(traced, self.m, ""), inputs)
        if order is None:
            return None
        arranged = {}
        for name, (heading, _) in self.filled.items():
            if name in inputs.values or name in inputs.facts:
                places = order[heading]
                values = self.values[name][:, places.ravel()].reshape(-1, *places.shape)
                for axis, letter in enumerate(inputs.sizes, start=1):
                    if letter not in self.declared[name].indices:  # it must be constant along this index
                        same = values == values.take([0], axis)
                        self.clean &= same.reshape(len(values), -1).all(axis=1)
                        values = values.take([0], axis)
                arranged[name] = values
        return arranged

    def _evaluated(self, inputs: Inputs, columns: Mapping[str, Array], rows: Array) -> Iterator[tuple[int, Array]]:
        """Evaluate projects; leave out those without a result, found by halves."""
        if not len(rows):
            return
        try:
            found = list(
                evaluate_many(
                    inputs,
                    len(rows),
                    lambda batch: {name: array[rows[batch]] for name, array in columns.items()},
                    columns,
                    as_alone=True,
                )
            )
        except EvaluationError:
            if len(rows) > 1:
                yield from self._evaluated(inputs, columns, rows[: len(rows) // 2])
                yield from self._evaluated(inputs, columns, rows[len(rows) // 2 :])
            return
        for batch, results in found:
            stacked = np.stack([results[name] for name in RESULTS], axis=1)
            yield from zip(rows[batch].tolist(), stacked, strict=True)


def _order(given: CallArguments, inputs: Inputs) -> dict[str, Array] | None:
    """Return for each heading which of its cells is where, with one axis for each index."""
    found = {}
    for table in given.tables:
        for heading, column in dense(table, inputs.sizes, "").items():
            if any(list(inputs.axes[letter].labels) != list(labels) for letter, labels in column.labels.items()):
                return None
            shape = [len(column.labels.get(letter, [0])) for letter in inputs.sizes]
            found[heading] = column.values.astype(np.intp).reshape(shape)
    return found
