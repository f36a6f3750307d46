"""Bind what the user gave to the declared parameters of a methodology."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, InputWarning, Problem, Remark, RemarkWarning, Topic, listed, shown, warn
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import axes as _axes
from jcm_calc.inputs import checks, class_names, completeness, coordinates
from jcm_calc.inputs.arguments import Arguments, Origin
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.factors import REFERENCE
from jcm_calc.inputs.periods import Period, split_at_years
from jcm_calc.inputs.values import InputValue, Orders, where

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
# `jcm_calc.calculate` takes these itself, so no parameter can have such a name.
RESERVED = ("number", "version", "on", "p", "facts", "evidence", "split", "override", "strict")
SPLITS = ("refuse", "years", "days", "whole")


@dataclass(frozen=True, eq=False)
class Inputs:
    """A complete, checked input, by the names of parameters.

    An array has one axis for each index of the methodology, of size 1 where the parameter lacks it.
    """

    methodology: Declarations
    choices: dict[str, str]
    axes: dict[str, Axis]
    values: dict[str, Array]  # of parameters and coordinates, in declared units; codes for class keys
    tables: dict[str, Table]  # from which each default looked up by class takes its values
    classes: dict[str, tuple[str, ...]]  # the class of each code of a class key
    origins: dict[str, Origin]
    replaced: dict[str, Value | Table | None]  # what the user named or gave instead of the document's
    facts: dict[str, Array]
    graph: Graph  # the way to ER
    absent: str = ""  # optional indices that nothing given has; totals over them are 0
    warnings: tuple[Problem, ...] = ()  # what was noticed in reading
    overrides: Mapping[str, str] = field(default_factory=dict)  # why a default is given instead of the document's
    shared: tuple[str, ...] = ()  # symbols of amounts of which a period over New Year was shared by days
    unchecked: tuple[str, ...] = ()  # not compared with their limits: `checks.unremarkable` is asked later

    def warn(self) -> None:
        """Warn of what was noticed in reading."""
        for warning in self.warnings:
            compared = Remark.of(warning).topic in (Topic.APART, Topic.CONTRADICTORY)
            warn(str(warning), RemarkWarning if compared else InputWarning)

    @property
    def periods(self) -> Sequence[Period]:
        """The periods p."""
        return self.axes["p"].labels

    @property
    def sizes(self) -> dict[str, int]:
        """The number of labels along each index."""
        return {letter: axis.size for letter, axis in self.axes.items()}

    @property
    def published(self) -> dict[str, Value]:
        """The published factors that were given by name."""
        named = {name: self.replaced[name] for name, one in self.origins.items() if one.source == REFERENCE}
        return {name: value for name, value in named.items() if isinstance(value, Value)}

    def plain(self, name: str, array: Array) -> Array:
        """Return the values of a name with classes instead of codes."""
        return np.array(self.classes[name], dtype=object)[array] if name in self.classes else array

    def lookups(self) -> dict[str, Callable[[Array], Array]]:
        """Return, for each default looked up by class, the function from keys to values."""
        return {
            name: table.lookup(self.classes.get(self.methodology.inputs[name].by))
            for name, table in self.tables.items()
        }


def bind(
    methodology: Declarations,
    tables: Iterable[pd.DataFrame | str | os.PathLike[str]] = (),
    values: Mapping[str, Any] | None = None,
    p: Any = None,
    facts: Mapping[str, Any] | None = None,
    whole: bool = True,
    split: str = "whole",
    unchecked: Collection[str] = (),
) -> Inputs:
    """Bind an input to a methodology, or refuse it with every problem found.

    Arguments are those of `jcm_calc.calculate`, with ``values`` and ``facts`` by name or symbol. Unless ``whole``, only
    as much is bound as is given. The numbers of ``unchecked`` parameters are not compared with their limits, because
    `checks.unremarkable` is asked later.
    """
    taken = Arguments(methodology, unchecked)
    for number, table in enumerate(tables, 1):
        taken.table(table, _("table {number}").format(number=number))
    for name, value in (values or {}).items():
        taken.value(name, value)
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            taken.value(name if isinstance(name, str) else shown(name), value)
    elif facts is not None:
        complaint = _("got {given}; must be a mapping from names to values").format(given=shown(facts))
        taken.problems.append(Problem("facts", complaint))
    orders = Orders()
    axes = _find_axes(taken, p, split, orders)
    graph = completeness.graph(taken) if whole else completeness.possible(taken)
    labels = class_names.recognise(taken, axes)
    _check(taken, axes, graph, labels)
    taken.warnings = with_names(methodology, taken.warnings)
    if taken.problems or graph is None:
        raise InputError(str(methodology), with_names(methodology, taken.problems), taken.warnings)
    # every array has one axis for each index of the methodology
    along = {letter: axis.labels for letter, axis in axes.items()}
    taken.given = {name: given.onto(along, orders) for name, given in taken.given.items()}
    return _inputs(taken, axes, graph, labels)


def with_names(m: Declarations, problems: list[Problem]) -> list[Problem]:
    """Return problems that say how a parameter is called whose symbol cannot be typed as its name."""
    if not problems:
        return problems
    names = m.names()
    return [
        replace(one, name=names[one.subject])
        if one.subject in names and not one.subject.startswith(names[one.subject])
        else one
        for one in problems
    ]


def _find_axes(taken: Arguments, p: Any, split: str, orders: Orders) -> dict[str, Axis]:
    """Find the labels along each index, and sum amounts into the periods."""
    if split not in SPLITS:
        complaint = _("got {given}; must be one of {names}").format(given=shown(split), names=", ".join(SPLITS))
        taken.problems.append(Problem("split", complaint))
    periods = None
    try:
        named = None if p is None else _axes.named_periods(p)
        periods = _axes.of_periods(taken.given, named, taken.problems)
    except ValueError as error:
        taken.problems.append(Problem("p", str(error)))
    checks.outliers(taken.given, taken.methodology, periods.labels if periods else None, taken.warnings)
    if periods is not None and split != "whole":
        periods = _split(taken, periods, split)
    if periods is not None:
        targets = periods.labels
        _bring(taken, lambda given, parameter, weight: (given.onto_periods(parameter, targets, weight), False))
    axes = {
        letter: _axes.of_labels(letter, taken.given, orders, taken.problems)
        if letter != "p"
        else periods or Axis([Period(None, None, "1")], True)
        for letter in taken.methodology.indices
    }
    if periods is not None:
        _axes.lengths(taken.given, axes, taken.methodology.indices, taken.problems)
    return axes


def over_new_year(periods: Sequence[Period]) -> list[Problem]:
    """Complain of periods in several calendar years, with the periods to write."""
    across = [period for period in periods if period.dated and period.year is None]
    parts = [str(part) for period in periods for part in split_at_years(period)]
    complaint = _(
        "{periods} lies in several calendar years, each rounded down to whole tonnes: give the amounts of each "
        "year with p={parts}, or write split='years', or split='days' to share amounts by days"
    )
    return [Problem("p", complaint.format(periods=listed(across), parts=parts))] if across else []


def _split(taken: Arguments, periods: Axis, split: str) -> Axis:
    """Split periods at the end of each year, and what was given for them; or refuse them."""
    wholes = periods.labels
    across = [period for period in wholes if period.dated and period.year is None]
    if not across:
        return periods
    if split == "refuse":
        taken.problems += over_new_year(wholes)
        return periods
    parts = [part for period in wholes for part in split_at_years(period)]
    shared = _bring(taken, lambda given, parameter, weight: given.onto_years(parameter, wholes, parts, weight))
    for parameter in shared if split == "years" else ():
        complaint = _("got one amount for {periods}: give one for each of {parts}, or share it with split='days'")
        taken.refuse(parameter, complaint.format(periods=listed(across), parts=listed(parts)))
    if shared and split == "days":
        message = _("{symbols} of {periods} was shared by days, as split='days' asks")
        symbols = listed([parameter.symbol for parameter in shared])
        taken.warnings.append(Problem("p", message.format(symbols=symbols, periods=listed(across))))
        taken.shared = shared
    return Axis(parts, False)


def _bring(
    taken: Arguments, onto: Callable[[InputValue, Parameter, InputValue | None], tuple[InputValue, bool]]
) -> list[Parameter]:
    """Bring what was given onto other periods; return the parameters of which an amount was shared by days."""
    rows, shared = dict(taken.given), []
    for name, given in rows.items():
        parameter = taken.declared[name]
        try:
            taken.given[name], by_days = onto(given, parameter, rows.get(parameter.weighted_by))
        except ValueError as error:
            del taken.given[name]
            taken.refuse(parameter, Message("{}{}").format(error, where(given.source) if given.labels else ""))
        else:
            shared += [parameter] if by_days else []
    return shared


def _check(
    taken: Arguments, axes: Mapping[str, Axis], graph: Graph | None, labels: Mapping[str, Sequence[str]]
) -> None:
    """Check what was given against what is declared and against each other."""
    m = taken.methodology
    used = graph.parameters if graph else m.inputs.values()
    parameters = [one for one in used if taken.refused.isdisjoint((one.name, one.by))]
    by_hand = {name: taken.tables[name] for name in taken.by_class}
    checks.plausibility(taken.given, by_hand, m, taken.warnings)
    checks.classes(taken.given, taken.tables, m, parameters, labels, taken.problems)
    checks.counted(taken.given, m, axes, taken.warnings)
    checks.complete_amounts(taken.given, m, axes, taken.problems)
    if graph is not None:
        checks.dates(graph, axes, taken.given, taken.problems, taken.warnings)
        checks.part_of_periods(taken.given, m, axes, taken.problems, taken.warnings)
        checks.consecutive(taken.given, graph, axes, taken.problems)


def _inputs(taken: Arguments, axes: dict[str, Axis], graph: Graph, labels: Mapping[str, tuple[str, ...]]) -> Inputs:
    m = taken.methodology
    given = {name: one for name, one in taken.given.items() if name in m.inputs}
    instead = [name for name in given if m.inputs[name].kind is Kind.DEFAULT and name not in taken.replaced]
    found = Inputs(
        m,
        taken.choices,
        axes,
        values={name: one.values for name, one in given.items()},
        tables=dict(taken.tables),
        classes={name: one.classes for name, one in given.items() if one.classes is not None},
        origins={**{name: Origin(one.source, one.written) for name, one in given.items()}, **taken.origins},
        replaced={**taken.replaced, **dict.fromkeys(instead)},
        facts={name: one.plain() for name, one in taken.given.items() if name in m.facts},
        graph=graph,
        absent=completeness.missing_indices(taken),
        warnings=tuple(taken.warnings),
        shared=tuple(parameter.symbol for parameter in taken.shared),
        unchecked=tuple(name for name, given in taken.given.items() if given.unchecked),
    )
    _add_unless_given(found)
    found.classes.update(labels)
    found.values.update(coordinates.operands(graph, axes))
    used = {node.name for node in graph.parameters}
    InputError.raise_for(str(m), _select_rows(found, used), taken.warnings)
    idle = with_names(m, list(_idle(found, taken.by_class, used)))
    for rule in graph.equations:
        if set(rule.total) & set(found.absent):
            found.values[rule.name] = np.zeros((1,) * len(m.indices))
    return replace(found, warnings=(*found.warnings, *idle)) if idle else found


def _add_unless_given(found: Inputs) -> None:
    """Take the document's value, or all days of a period, for what a calculation or a criterion needs beyond."""
    m = found.methodology
    looked_at = {argument for condition in m.conditions for argument in condition.arguments}
    criteria = (m.inputs[name] for name in sorted(looked_at & m.inputs.keys()))
    for parameter in (*found.graph.parameters, *criteria):
        name = parameter.name
        if name in found.values or name in found.tables:
            continue
        if parameter.table is not None:
            found.tables[name] = parameter.table
        elif parameter.value is not None:
            found.values[name] = np.full((1,) * len(m.indices), parameter.value.value)
        elif (whole := coordinates.unless_given(parameter, m.indices, found.periods)) is not None:
            found.values[name] = whole
            what = Message(parameter.otherwise)
            found.origins[name] = Origin(_("all {what} of the period").format(what=what))


def _select_rows(found: Inputs, used: Collection[str]) -> Iterator[Problem]:
    """Find the row of each table that several keys select, also of tables in whose place a value is given."""
    m = found.methodology
    if not any(one.keys for one in m.coordinates.values()):
        return
    labels = (one for one in m.coordinates.values() if one.what == "label")
    known = {**found.values, **{one.name: coordinates.along(one, found.axes) for one in labels}}
    for parameter in m.inputs.values():
        table = found.tables.get(parameter.name, parameter.table)
        if table is not None and m.keys_of(parameter):
            try:
                rows = coordinates.selected(m, parameter, table, found.axes, known, found.classes)
            except InputError as error:
                yield from error.problems if parameter.name in used and parameter.name in found.tables else ()
            else:
                if rows is not None:
                    found.classes[parameter.by], found.values[parameter.by] = rows


def _idle(found: Inputs, by_class: Mapping[str, Sequence[str | Interval]], used: Collection[str]) -> Iterator[Problem]:
    """Take the document's table again where no unit is of a class of which a value is given, and say so."""
    for name in sorted(by_class.keys() & used):
        parameter, own = found.methodology.inputs[name], by_class[name]
        keys, classes = found.values.get(parameter.by), found.classes.get(parameter.by)
        if parameter.table is None or keys is None:
            continue  # only the calculation finds the class
        there = np.unique(keys)
        if classes is not None:
            idle = {classes[int(code)] for code in there}.isdisjoint(map(str, own))
        else:
            idle = all(isinstance(one, Interval) and one.outside(there).all() for one in own)
        if idle:
            found.tables[name] = parameter.table
            del found.origins[name]
            message = _("the value given for {classes} takes no part in this calculation")
            yield Problem(parameter.symbol, message.format(classes=listed([repr(str(one)) for one in own])))
