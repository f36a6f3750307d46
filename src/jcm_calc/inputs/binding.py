"""Bind what the user gave to the declared parameters of a methodology."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import Graph, is_user_supplied, open_choices
from jcm_calc.declarations.items import Kind, Parameter, Table, Value
from jcm_calc.inputs import checks
from jcm_calc.inputs.given import Given, read_value
from jcm_calc.inputs.periods import Period, faults, sheets
from jcm_calc.problems import InputError, InputWarning, Problem, listed, suggestion
from jcm_calc.units import UnitError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """The labels along one index; ``scalar`` where nothing given has that index."""

    labels: Sequence[Any]
    scalar: bool

    @property
    def size(self) -> int:
        """The number of labels."""
        return len(self.labels)


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


@dataclass
class Binder:
    """The state of one binding; see `bind`."""

    methodology: Methodology
    given: dict[str, Given] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    replaced: dict[str, Value | Table | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    # Taking what was given

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter or fact of that name or symbol; complain where there is none."""
        m = self.methodology
        declared = {**m.inputs, **m.facts}
        by_symbol = {item.symbol: item for item in declared.values()}
        found = declared.get(name) or by_symbol.get(name)
        if found is None:
            if any(name in (rule.name, rule.symbol) for rule in m.rules):
                hint = ": it is the result of an equation and cannot be given"
            else:
                hint = f": {m} has no such parameter" + suggestion(name, [*declared, *m.choices])
            self.problems.append(Problem(name, f"unknown input{hint}"))
        return found

    def take(self, name: str, value: Any, source: str = "") -> None:
        """Take one named value: a choice, a number, an array, a candidate, values by class."""
        m = self.methodology
        if name in m.choices:
            self._choose(name, value)
            return
        if hasattr(value, "iloc"):  # a Series or DataFrame
            self._frame(_as_frame(value, name), source or f"argument {name}")
            return
        parameter = self.parameter(name)
        if parameter is None:
            return
        if parameter.name in self.given or parameter.name in self.replaced:
            self.problems.append(Problem(parameter.symbol, "is given twice"))
        elif isinstance(value, str) and value in parameter.candidates:
            self._replace(parameter, parameter.candidates[value])
        elif isinstance(value, Mapping):
            self._by_class(parameter, value)
        else:
            try:
                self.given[parameter.name] = read_value(parameter, value, source or "given")
            except (UnitError, ValueError) as error:
                hint = f"; or name one of: {listed(parameter.candidates)}" if parameter.candidates else ""
                complaint = f"{error}; expected {_expected(parameter)}{hint}"
                self.problems.append(Problem(parameter.symbol, complaint, parameter.section))

    def _choose(self, name: str, value: Any) -> None:
        choice = self.methodology.choices[name]
        if value in choice.options:
            self.choices[name] = value
        else:
            complaint = f"{value!r} is none of its options: {', '.join(choice.options)}"
            self.problems.append(Problem(name, complaint, choice.section))

    def _replace(self, parameter: Parameter, known: Value | Table) -> None:
        self.replaced[parameter.name] = known
        if isinstance(known, Table):
            self.tables[parameter.name] = known
        else:
            self.given[parameter.name] = Given(np.array(known.value), "", {}, "candidate")

    def _by_class(self, parameter: Parameter, values: Mapping[str, Any]) -> None:
        from jcm_calc.evidence import unconfirmed
        from jcm_calc.units import magnitude

        if not parameter.by:
            self.problems.append(
                Problem(parameter.symbol, f"does not depend on a class; expected {_expected(parameter)}")
            )
            return
        own = dict(parameter.table.entries) if parameter.table else {}
        user = unconfirmed("given by the user in place of a value that the document fixes")
        for key, number in values.items():
            try:
                value = float(magnitude(number, parameter.unit))
                known = own.get(key)
                # a value that repeats the document's keeps the document's evidence
                own[key] = known if known is not None and known.value == value else Value(value, user)
            except (UnitError, ValueError, TypeError) as error:
                self.problems.append(Problem(f"{parameter.symbol} of {key}", str(error), parameter.section))
        self._replace(parameter, Table(own))

    def take_table(self, table: pd.DataFrame | str | os.PathLike[str], source: str = "table") -> None:
        """Take a table or the file that holds one."""
        if isinstance(table, str | os.PathLike):
            from jcm_calc.inputs.tables import read

            try:
                self._frame(read(table), Path(table).name)
            except InputError as error:
                self.problems.extend(error.problems)
        elif hasattr(table, "iloc"):
            self._frame(_as_frame(table), source)
        else:
            self.problems.append(Problem(source, f"a table must be a DataFrame or a file, not {type(table).__name__}"))

    def _frame(self, frame: pd.DataFrame, source: str) -> None:
        from jcm_calc.inputs.tables import dense

        columns, problems = dense(frame, self.methodology.indices, source)
        self.problems.extend(problems)
        for heading, column in columns.items():
            parameter = self.parameter(heading)
            if parameter is None:
                continue
            if parameter.name in self.given:
                self.problems.append(Problem(parameter.symbol, f"is given twice, the second time in {column.source}"))
                continue
            try:
                self.given[parameter.name] = read_value(
                    parameter, column.values, column.source, column.unit, column.labels
                )
            except (UnitError, ValueError) as error:
                complaint = f"{error}; expected {_expected(parameter)} (in {column.source})"
                self.problems.append(Problem(parameter.symbol, complaint, parameter.section))

    # Axes

    def axes(self, p: Any) -> dict[str, Axis]:
        """Find the labels along each index, and bring every array onto them."""
        axes = {"p": self._periods(p)}
        for name, given in list(self.given.items()):
            parameter = self.methodology.inputs.get(name) or self.methodology.facts[name]
            try:
                self.given[name] = given.onto_periods(parameter, axes["p"].labels)
            except ValueError as error:
                self.problems.append(Problem(parameter.symbol, f"{error} (in {given.source})", parameter.section))
                del self.given[name]
        for letter in self.methodology.indices:
            if letter != "p":
                axes[letter] = self._labels(letter)
        ordered = {letter: axes[letter] for letter in self.methodology.indices}
        self._arrange(ordered)
        return ordered

    def _periods(self, p: Any) -> Axis:
        asked = None
        try:
            if p is not None:
                several = isinstance(p, list | np.ndarray) or (
                    hasattr(p, "__iter__") and not isinstance(p, str | tuple)
                )
                asked = [Period.parse(one) for one in p] if several else [Period.parse(p)]
                if faults_found := faults(asked, asked):
                    raise ValueError("; ".join(faults_found))
                scalar = not several
            found: dict[str, list[Period]] = {}
            for given in self.given.values():
                if "p" in given.labels:
                    rows = sorted((Period.parse(label) for label in given.labels["p"]), key=_chronological)
                    targets = asked if asked is not None else sheets(rows)
                    if wrong := faults(rows, targets):
                        self.problems.extend(Problem(given.table, complaint) for complaint in wrong)
                        return Axis([Period(None, None, "1")], True)
                    found.setdefault(given.table, targets)
        except ValueError as error:
            self.problems.append(Problem("p", str(error)))
            return Axis([Period(None, None, "1")], True)
        if asked is not None:
            return Axis(asked, scalar)
        if found:
            first, *others = found.items()
            for name, targets in others:
                if targets != first[1]:
                    complaint = f"covers the periods {listed(targets)}, but {first[0]} covers {listed(first[1])}"
                    self.problems.append(Problem(name, complaint))
            return Axis(first[1], False)
        sizes = {given.values.shape[given.letters.index("p")] for given in self.given.values() if "p" in given.letters}
        if not sizes:
            return Axis([Period(None, None, "1")], True)
        return Axis([Period(None, None, str(number + 1)) for number in range(max(sizes))], False)

    def _labels(self, letter: str) -> Axis:
        labelled = [(given.table, given.labels[letter]) for given in self.given.values() if letter in given.labels]
        if labelled:
            source, labels = labelled[0]
            for other, theirs in labelled[1:]:
                if theirs is not labels and (differing := set(theirs) ^ set(labels)):
                    complaint = f"has other {letter} than {source}: {listed(sorted(map(str, differing)))}"
                    self.problems.append(Problem(other, complaint))
                    break
            return Axis(labels, False)
        sizes = [
            given.values.shape[given.letters.index(letter)] for given in self.given.values() if letter in given.letters
        ]
        return Axis(range(1, max(sizes) + 1), False) if sizes else Axis(range(1, 2), True)

    def _arrange(self, axes: Mapping[str, Axis]) -> None:
        for name, given in list(self.given.items()):
            parameter = self.methodology.inputs.get(name) or self.methodology.facts[name]
            try:
                self.given[name] = given.onto(parameter, {letter: axis.labels for letter, axis in axes.items()})
            except ValueError as error:
                self.problems.append(Problem(parameter.symbol, f"{error} (in {given.source})", parameter.section))
                del self.given[name]

    # Completeness

    def graph(self) -> Graph | None:
        """Return the graph under the choices made; complain about choices and parameters missing."""
        m = self.methodology
        replaced = frozenset(name for name in self.given if name in m.inputs and m.inputs[name].by)
        undecided = open_choices(m, self.choices, replaced)
        for name in undecided:
            choice = m.choices[name]
            options = "; ".join(f"{option}: {meaning}" for option, meaning in choice.options.items())
            self.problems.append(Problem(name, f"missing: {choice.text} ({options})", choice.section))
        needed: dict[str, list[str]] = {}
        for case in _cases(m, undecided, self.choices):
            for parameter in m.graph(case, replaced).parameters:
                needed.setdefault(parameter.name, []).append(", ".join(f"{name} = {case[name]}" for name in undecided))
        known = {*self.given, *self.tables}
        complete = len(_cases(m, undecided, self.choices))
        for name, cases in needed.items():
            parameter = m.inputs[name]
            if is_user_supplied(parameter) and name not in known:
                condition = f", only if {' or '.join(cases)}" if len(cases) < complete else ""
                self.problems.append(Problem(parameter.symbol, _missing(parameter) + condition, parameter.section))
        looked_at = {argument for condition in m.conditions for argument in condition.arguments}
        for name in [*self.given, *self.tables]:
            if name in m.inputs and name not in needed and name not in looked_at:
                symbol = m.inputs[name].symbol
                self.warnings.append(Problem(symbol, "is given but takes no part in this calculation"))
        return None if undecided else m.graph(self.choices, replaced)


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
    for name, value in {**(values or {}), **(facts or {})}.items():
        binder.take(name, value)
    axes = binder.axes(p)
    graph = binder.graph()
    checks.numbers(binder.given, methodology, axes, binder.problems, binder.warnings)
    checks.classes(binder.given, binder.tables, methodology, graph, axes, binder.problems)
    checks.complete_amounts(binder.given, methodology, axes, binder.problems)
    if binder.problems or graph is None:
        raise InputError(str(methodology), binder.problems, binder.warnings)
    for warning in binder.warnings:
        warnings.warn(str(warning), InputWarning, stacklevel=4)
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


def _as_frame(table: Any, name: str | None = None) -> pd.DataFrame:
    frame: pd.DataFrame = table
    if hasattr(table, "to_frame"):  # a Series
        frame = table.to_frame(name) if name else table.to_frame()
    return frame


def _cases(m: Methodology, undecided: Sequence[str], choices: Mapping[str, str]) -> list[dict[str, str]]:
    cases: list[dict[str, str]] = [dict(choices)]
    for name in undecided:
        cases = [{**case, name: option} for case in cases for option in m.choices[name].options]
    return cases


def _chronological(period: Period) -> tuple[str, int]:
    return (str(period.first), 0) if period.dated else ("", int(period.label))


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
