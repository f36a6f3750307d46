"""Bind what the user gave to the declared parameters of a methodology."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import Graph, is_user_supplied, open_choices
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import DeclarationError, Kind, Parameter, Table, Value
from jcm_calc.evidence import unconfirmed
from jcm_calc.inputs import axes as _axes
from jcm_calc.inputs import checks
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.cells import numbers
from jcm_calc.inputs.given import Given, read_value
from jcm_calc.inputs.periods import Period
from jcm_calc.problems import InputError, InputWarning, Problem, listed, shown, suggestion

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a parameter comes from."""

    source: str
    written: str = ""


@dataclass(frozen=True)
class Inputs:
    """A complete, checked input.

    Attributes
    ----------
    values : dict
        An array for each parameter, with one axis for each index of the methodology (size 1 where
        the parameter lacks it), in declared units; codes for class keys.
    tables : dict
        The table that each default looked up by class takes its values from.
    classes : dict
        The class that each code of a class key stands for.
    origins : dict
        Where each parameter comes from.
    replaced : dict
        Value or table that the user named or gave in place of the document's.
    """

    methodology: Methodology
    choices: dict[str, str]
    axes: dict[str, Axis]
    values: dict[str, Array]
    tables: dict[str, Table]
    classes: dict[str, tuple[str, ...]]
    origins: dict[str, Origin]
    replaced: dict[str, Value | Table | None]
    facts: dict[str, Array]
    graph: Graph
    warnings: tuple[Problem, ...] = ()

    @property
    def periods(self) -> Sequence[Period]:
        """The periods p."""
        return self.axes["p"].labels

    def lookups(self) -> dict[str, Callable[[Array], Array]]:
        """Return, for each default looked up by class, the function from keys to values."""
        return {
            name: table.lookup(self.classes.get(self.methodology.inputs[name].by))
            for name, table in self.tables.items()
        }


class Binder:
    """The state of one binding; see `bind`."""

    def __init__(self, methodology: Methodology) -> None:
        self.methodology = methodology
        self.declared = {**methodology.inputs, **methodology.facts}
        self.given: dict[str, Given] = {}
        self.choices: dict[str, str] = {}
        self.tables: dict[str, Table] = {}
        self.replaced: dict[str, Value | Table | None] = {}
        self.refused: set[str] = set()
        self.unread = False  # whether a table could not be read, so that nobody knows what is missing
        self.unfit: set[str] = set()  # indices whose axis could not be found
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    # Names

    def parameter(self, name: str, source: str = "") -> Parameter | None:
        """Return the parameter or fact of that name or symbol; complain where it cannot be given."""
        found = self.declared.get(name) or next((item for item in self.declared.values() if item.symbol == name), None)
        if found is None:
            self.problems.append(Problem(name, self._unknown(name) + (f" (in {source})" if source else "")))
        elif found.kind is Kind.CONSTANT:
            self.refuse(found, "is true by definition and cannot be given")
        elif found.name in self.refused:
            pass  # one complaint about a parameter is enough
        elif found.name in self.given or found.name in self.replaced:
            first = self.given[found.name].source if found.name in self.given else "by name"
            self.problems.append(Problem(found.symbol, f"is given twice: {first}, and {source or 'by name'}"))
        else:
            return found
        return None

    def _unknown(self, name: str) -> str:
        m = self.methodology
        if any(name in (rule.name, rule.symbol) for rule in m.rules):
            return "unknown input: it is the result of an equation and cannot be given"
        if name in m.coordinates:
            return f"unknown input: it comes from the index {m.coordinates[name].of} and cannot be given"
        if name in m.choices:
            return f"is a choice for the whole calculation, not a column: give {name}= by name"
        if name in m.indices:
            return f"unknown input: it is an index ({m.indices[name]}), for which a table has a column"
        hint = suggestion(name, [*self.declared, *m.choices, *m.indices])
        return f"unknown input: {m} has no such parameter{hint}"

    def refuse(self, parameter: Parameter, complaint: str) -> None:
        """Complain about a parameter, which then counts as given: it is not missing too."""
        self.refused.add(parameter.name)
        self.problems.append(Problem(parameter.symbol, complaint, parameter.section))

    # Taking what was given

    def take(self, name: str, value: Any) -> None:
        """Take one named value: a choice, a number, an array, a Series, a candidate, values by class."""
        if name in self.methodology.choices:
            self._choose(name, value)
            return
        parameter = self.parameter(name)
        if parameter is None:
            return
        if isinstance(value, str) and value in parameter.candidates:
            self._replace(parameter, parameter.candidates[value])
        elif isinstance(value, Mapping):
            self._by_class(parameter, value)
        elif hasattr(value, "iloc"):
            self._labelled(parameter, value.to_frame(name) if hasattr(value, "to_frame") else value)
        else:
            self._read(parameter, value, "given")

    def _labelled(self, parameter: Parameter, frame: pd.DataFrame) -> None:
        """Take a Series, or a DataFrame of one parameter: with its labels, or as a list if it has none."""
        labels = [str(name) for name in (*frame.index.names, *frame.columns) if name in self.methodology.indices]
        named = any(level is not None for level in frame.index.names)
        if len(frame.columns) + named * frame.index.nlevels != len(labels) + 1:
            self.refuse(parameter, "a table of several columns came: give it as a table, without a name")
        elif labels:
            self.take_table(frame, f"the Series {parameter.name}")
        elif type(frame.index).__name__ == "RangeIndex":
            self._read(parameter, frame.iloc[:, 0].array, "given")
        else:
            letters = " or ".join(parameter.indices)
            self.refuse(parameter, f"a Series came whose index has no name: call it {letters or 'what it is'}")

    def _choose(self, name: str, value: Any) -> None:
        choice = self.methodology.choices[name]
        if isinstance(value, str) and value in choice.options:
            if self.choices.setdefault(name, value) != value:
                self.problems.append(Problem(name, "is given twice", choice.section))
            return
        self.refused.add(name)
        hint = suggestion(str(value), choice.options)
        complaint = f"{shown(value)} is none of its options: {', '.join(choice.options)}{hint}"
        self.problems.append(Problem(name, complaint, choice.section))

    def _replace(self, parameter: Parameter, known: Value | Table) -> None:
        self.replaced[parameter.name] = known
        if isinstance(known, Table):
            self.tables[parameter.name] = known
        else:
            self.given[parameter.name] = Given(np.array(known.value), "", {}, "candidate")

    def _read(
        self,
        parameter: Parameter,
        raw: Any,
        source: str,
        unit: str | None = None,
        labels: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        where = "" if labels is None else f" (in {source})"
        try:
            given = read_value(parameter, raw, source, unit, labels)
        except ValueError as error:
            hint = ""
            if parameter.candidates:
                near = suggestion(raw, parameter.candidates) if isinstance(raw, str) else ""
                hint = f", or the name of a possible value: {'; '.join(parameter.candidates)}{near}"
            self.refuse(parameter, f"{error}{where}; expected {_expected(parameter)}{hint}")
            return
        complaint = checks.impossible(parameter, given)
        if not complaint and labels is not None:
            try:
                given = given.without_extra_indices(parameter)
            except ValueError as error:
                complaint = str(error)
        if complaint:
            self.refuse(parameter, complaint + where)
        else:
            self.given[parameter.name] = given

    def _by_class(self, parameter: Parameter, values: Mapping[Any, Any]) -> None:
        """Take values by class; where one repeats the document's, it keeps the document's evidence."""
        if not parameter.by or not values:
            reason = "an empty mapping came" if parameter.by else "values by class came, but it depends on no class"
            self.refuse(parameter, f"{reason}; expected {_expected(parameter)}")
            return
        user = unconfirmed("given by the user in place of a value that the document fixes")
        entries = dict(parameter.table.entries) if parameter.table else {}
        wrong = []
        for key, number in values.items():
            try:
                name = self._class(parameter, key)
                value = _single(parameter, number)
                known = entries.get(name)
                entries[name] = known if known is not None and known.value == value else Value(value, user)
            except ValueError as error:
                wrong.append(f"{key}: {error}")
        table = Table(entries)
        try:
            if table.numeric:
                table.bins()
        except DeclarationError as error:
            wrong.append(str(error))
        if wrong:
            self.refuse(parameter, listed(wrong))
        else:
            self._replace(parameter, table)

    def _class(self, parameter: Parameter, key: Any) -> str | Interval:
        """Return a class as the tables have it: a name, or an interval of a parameter that is a number."""
        by = self.methodology.inputs.get(parameter.by)
        if by is None or by.textual:
            return str(key).strip()
        interval = key if isinstance(key, Interval) else Interval.parse(str(key))
        if math.isnan(interval.lower) or math.isnan(interval.upper):
            raise ValueError("an interval has two ends")
        return interval

    def take_table(self, table: Any, source: str) -> None:
        """Take a table or the file that holds one."""
        try:
            if isinstance(table, str | os.PathLike):
                from jcm_calc.inputs.tables import read

                self._columns(read(table), Path(table).name)
            elif hasattr(table, "iloc"):
                self._columns(table.to_frame() if hasattr(table, "to_frame") else table, source)
            else:
                complaint = f"a table must be a DataFrame or a file, not {type(table).__name__}"
                raise InputError(source, [Problem(source, complaint)])
        except InputError as error:
            # what such a table would have held is not missing
            self.unread = True
            self.problems.extend(error.problems)

    def _columns(self, table: pd.DataFrame, source: str) -> None:
        from jcm_calc.inputs.tables import dense, flat, split_heading

        try:
            frame = flat(table)
        except ValueError as error:
            raise InputError(source, [Problem(source, str(error))]) from None
        named: dict[str, Parameter] = {}
        for heading in frame.columns:
            if heading not in self.methodology.indices:
                parameter = self.parameter(split_heading(heading)[0], source)
                if parameter is not None and parameter in named.values():
                    self.problems.append(Problem(source, f"has two columns for {parameter.symbol}"))
                elif parameter is not None:
                    named[heading] = parameter
        try:
            columns = dense(frame, self.methodology.indices, source)
        except InputError as error:
            self.problems.extend(error.problems)
            self.refused.update(parameter.name for parameter in named.values())
            return
        for heading, parameter in named.items():
            column = columns[heading]
            self._read(parameter, column.values, column.source, column.unit, column.labels)

    # Axes

    def axes(self, p: Any) -> dict[str, Axis]:
        """Find the labels along each index, and bring every array onto them."""
        named = None
        try:
            named = None if p is None else _axes.named_periods(p)
        except ValueError as error:
            self.problems.append(Problem("p", str(error)))
        periods = None if p is not None and named is None else _axes.of_periods(self.given, named, self.problems)
        found = {"p": periods or Axis([Period(None, None, "1")], True)}
        if periods is None:
            self.unfit.add("p")
        else:
            self._sum(periods.labels)
        found |= {
            letter: _axes.of_labels(letter, self.given, self.problems)
            for letter in self.methodology.indices
            if letter != "p"
        }
        return {letter: found[letter] for letter in self.methodology.indices}

    def _sum(self, periods: Sequence[Period]) -> None:
        for name, given in list(self.given.items()):
            try:
                self.given[name] = given.onto_periods(self.declared[name], periods)
            except ValueError as error:
                del self.given[name]
                where = f" (in {given.source})" if given.labels else ""
                self.refuse(self.declared[name], f"{error}{where}")

    def arrange(self, axes: Mapping[str, Axis]) -> None:
        """Give every array one axis for each index of the methodology."""
        labels = {letter: axis.labels for letter, axis in axes.items()}
        orders: dict[tuple[str, int], Any] = {}
        self.given = {name: given.onto(labels, orders) for name, given in self.given.items()}

    # Completeness

    def graph(self) -> Graph | None:
        """Return the graph under the choices made; complain about choices and parameters missing."""
        m = self.methodology
        known = {*self.given, *self.tables, *self.refused}
        replaced = frozenset(name for name in {*self.given, *self.refused} & m.inputs.keys() if m.inputs[name].by)
        undecided = open_choices(m, self.choices, replaced)
        for name in undecided:
            if name not in self.refused:
                choice = m.choices[name]
                options = "; ".join(f"{option}: {meaning}" for option, meaning in choice.options.items())
                self.problems.append(Problem(name, f"missing: {choice.text} ({options})", choice.section))
        needed: dict[str, list[Mapping[str, str]]] = {}
        for case in _cases(m, undecided, self.choices):
            for parameter in m.graph(case, replaced).parameters:
                needed.setdefault(parameter.name, []).append(case)
        for name, cases in needed.items():
            parameter = m.inputs[name]
            if is_user_supplied(parameter) and name not in known and not self.unread:
                complaint = _missing(parameter) + _condition(m, undecided, cases)
                self.problems.append(Problem(parameter.symbol, complaint, parameter.section))
        looked_at = {argument for condition in m.conditions for argument in condition.arguments}
        for name in [*self.given, *self.tables]:
            if name in m.inputs and name not in needed and name not in looked_at:
                symbol = m.inputs[name].symbol
                self.warnings.append(Problem(symbol, "is given but takes no part in this calculation"))
        return None if undecided else m.graph(self.choices, replaced)

    def check(self, axes: Mapping[str, Axis], graph: Graph | None) -> None:
        """Check what was given against what is declared and against each other."""
        m = self.methodology
        parameters = graph.parameters if graph else tuple(m.inputs.values())
        checks.plausibility(self.given, m, self.warnings)
        checks.classes(self.given, self.tables, m, parameters, axes, self.problems)
        checks.complete_amounts(self.given, m, axes, self.problems)
        known = {letter: axis for letter, axis in axes.items() if letter not in self.unfit}
        _axes.lengths(self.given, known, self.problems)
        if graph is not None:
            checks.dates(graph, axes, self.problems, self.warnings)


def bind(
    methodology: Methodology,
    tables: Iterable[pd.DataFrame | str | os.PathLike[str]] = (),
    values: Mapping[str, Any] | None = None,
    p: Any = None,
    facts: Mapping[str, Any] | None = None,
) -> Inputs:
    """Bind an input to a methodology.

    Parameters
    ----------
    methodology : Methodology
    tables : iterable of DataFrame or path
        One for each set of indices.
    values : mapping
        Parameters, choices and class keys by name or symbol.
    p : str, date, pandas.Period, tuple or list of these, optional
        The periods of the report.
    facts : mapping, optional
        What eligibility criteria ask for.

    Returns
    -------
    Inputs

    Raises
    ------
    InputError
        With every problem found.

    Warns
    -----
    InputWarning
        For values that are possible but hardly meant.
    """
    binder = Binder(methodology)
    for number, table in enumerate(tables, 1):
        binder.take_table(table, f"table {number}")
    for name, value in (values or {}).items():
        binder.take(name, value)
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            binder.take(str(name), value)
    elif facts is not None:
        complaint = f"a mapping from names to values is expected, not {shown(facts)}"
        binder.problems.append(Problem("facts", complaint))
    axes = binder.axes(p)
    graph = binder.graph()
    binder.check(axes, graph)
    if not binder.problems:
        binder.arrange(axes)
    if binder.problems or graph is None:
        raise InputError(str(methodology), binder.problems, binder.warnings)
    for warning in binder.warnings:
        warnings.warn(str(warning), InputWarning, stacklevel=3)
    return _inputs(binder, axes, graph)


def _inputs(binder: Binder, axes: dict[str, Axis], graph: Graph) -> Inputs:
    m = binder.methodology
    values, classes, origins = {}, {}, {}
    for name, given in binder.given.items():
        if name in m.inputs:
            values[name] = given.values
            origins[name] = Origin(given.source, given.written)
            if given.classes is not None:
                classes[name] = given.classes
    tables = dict(binder.tables)
    for parameter in graph.parameters:
        if parameter.name not in values and parameter.name not in tables:
            if parameter.table is not None:
                tables[parameter.name] = parameter.table
            elif parameter.value is not None:
                values[parameter.name] = np.full((1,) * len(m.indices), parameter.value.value)
    replaced = dict(binder.replaced)
    for name in values:
        if name in origins and m.inputs[name].kind is Kind.DEFAULT and name not in replaced:
            replaced[name] = None
    for coordinate in m.coordinates.values():
        if coordinate.what == "label":
            classes[coordinate.name] = tuple(str(label) for label in axes[coordinate.of].labels)
    facts = {name: given.plain() for name, given in binder.given.items() if name in m.facts}
    return Inputs(
        m, binder.choices, axes, values, tables, classes, origins, replaced, facts, graph, tuple(binder.warnings)
    )


def _cases(m: Methodology, undecided: Sequence[str], choices: Mapping[str, str]) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = [dict(choices)]
    for name in undecided:
        cases = [{**case, name: option} for case in cases for option in m.choices[name].options]
    return cases


def _condition(m: Methodology, undecided: Sequence[str], cases: Sequence[Mapping[str, str]]) -> str:
    """Say under which options of the choices not made a parameter is needed."""
    options = {name: dict.fromkeys(case[name] for case in cases) for name in undecided}
    narrow = [
        f"{name} = {' or '.join(found)}" for name, found in options.items() if len(found) < len(m.choices[name].options)
    ]
    return f", only if {' and '.join(narrow)}" if narrow else ""


def _single(parameter: Parameter, number: Any) -> float:
    """Return one number of a table that the user gives."""
    values, faults = numbers(number, parameter.unit)
    if values.size != 1 or faults:
        raise ValueError(f"{shown(number)} is not a number")
    value = float(values.flat[0])
    if value not in parameter.bounds:
        raise ValueError(f"{shown(number)} came, expected a number in {parameter.bounds}")
    return value


def _expected(parameter: Parameter) -> str:
    if parameter.unit == "yes/no":
        return "yes or no"
    if parameter.unit == "category":
        return "one of " + ", ".join(parameter.categories) if parameter.categories else "a class name"
    return f"a number in {parameter.unit}" if parameter.unit else "a plain number"


def _missing(parameter: Parameter) -> str:
    text = f"missing: {parameter.text}, {_expected(parameter)}"
    if parameter.by:
        text += f", or values by {parameter.by}"
    if parameter.candidates:
        text += f"; possible values by name: {'; '.join(parameter.candidates)}"
    return text
