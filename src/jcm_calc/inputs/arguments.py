"""The arguments of a calculation: tables, numbers, choices, candidates, values by class, with every complaint."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, listed, shown, suggestion
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import DeclarationError, Kind, Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import flat, row_key, spans
from jcm_calc.evidence import unconfirmed
from jcm_calc.inputs import checks
from jcm_calc.inputs.carriers import as_pandas, carried, is_unit_key, refuse_name, split_heading, unit_in
from jcm_calc.inputs.cells import numbers
from jcm_calc.inputs.factors import REFERENCE, factor_named, is_factor, names_factor, of_refrigerants, one_factor_name
from jcm_calc.inputs.filled_table import FilledTable
from jcm_calc.inputs.values import CellAddresses, InputValue, read_value
from jcm_calc.units import Reciprocal

if TYPE_CHECKING:
    import pandas as pd

    from jcm_calc.inputs.tables import TableColumn


class Arguments:
    """The arguments that were read so far, and every complaint about them.

    Attributes
    ----------
    given : dict
        Numbers and classes by the name of their parameter or fact.
    choices : dict
        The option of each choice.
    tables : dict
        Defaults by class that the user named or gave.
    named : dict
        The candidate that each of these tables is, or an empty text.
    by_class : dict
        The classes of which the user gave a value.
    replaced : dict
        Value or table that the user named or gave instead of the document's.
    refused : set of str
        Names with a complaint, which are not missing as well.
    unread : bool
        Whether a table could not be read, so that it is not known what is missing.
    """

    def __init__(self, methodology: Declarations, unchecked: Collection[str] = ()) -> None:
        self.methodology = methodology
        self.unchecked = unchecked
        self.declared = {**methodology.inputs, **methodology.facts}
        self.given: dict[str, InputValue] = {}
        self.choices: dict[str, str] = {}
        self.tables: dict[str, Table] = {}
        self.named: dict[str, str] = {}
        self.by_class: dict[str, tuple[str | Interval, ...]] = {}
        self.replaced: dict[str, Value | Table | None] = {}
        self.refused: set[str] = set()
        self.unread = False
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.shared: list[Parameter] = []  # whose amounts of a period over New Year are shared by days

    def _parameter(self, name: str, source: str = "") -> Parameter | None:
        """Return the parameter or fact of that name or symbol; complain where it cannot be given."""
        found = self.declared.get(self.methodology.named(name) or "")
        if found is None:
            self.problems.append(Problem(name, self._unknown(name) + where(source)))
        elif found.kind is Kind.CONSTANT:
            self.refuse(found, _("is true by definition and cannot be given"))
        elif found.name in self.refused:
            pass  # one complaint about a parameter is enough
        elif found.name in self.given or found.name in self.replaced:
            first = self.given[found.name].source if found.name in self.given else _("by name")
            complaint = (
                _("is given twice: {first}, and {second}")
                .tagged(ProblemKind.GIVEN_TWICE)
                .format(first=first, second=source or _("by name"))
            )
            self.problems.append(Problem(found.symbol, complaint))
        else:
            return found
        return None

    def _unknown(self, name: str) -> str:
        m = self.methodology
        name = m.named(name) or name
        if any(name == rule.name for rule in m.rules):
            return _("unknown input: it is the result of an equation and cannot be given")
        if name in m.coordinates:
            complaint = _("unknown input: it comes from the index {index} and cannot be given")
            return complaint.format(index=m.coordinates[name].of)
        if name in m.choices:
            return _("is a choice for the whole calculation, not a column: give {name}= by name").format(name=name)
        if name in m.indices:
            complaint = _("unknown input: it is an index ({meaning}), for which a table has a column")
            return complaint.format(meaning=m.indices[name])
        hint = suggestion(name, [*self.declared, *m.choices, *m.indices])
        return _("unknown input: {methodology} has no such parameter{hint}").format(methodology=m, hint=hint)

    def refuse(self, parameter: Parameter, complaint: str) -> None:
        """Complain about a parameter, which then counts as given: it is not missing too."""
        self.refused.add(parameter.name)
        self.problems.append(Problem(parameter.symbol, complaint, parameter.section))

    def later(self, name: str, source: str = "") -> Parameter | None:
        """Count a parameter as given whose values come later; complain where it cannot be given."""
        parameter = self._parameter(name, source)
        if parameter is not None:
            self.refused.add(parameter.name)
        return parameter

    def value(self, name: str, value: Any) -> None:
        """Take one named value: a choice, a number, an array, a Series, a candidate, values by class."""
        own = self.methodology.named(name)
        if own in self.methodology.choices:
            self._choose(own, value)
            return
        parameter = self._parameter(name)
        if parameter is None:
            return
        if isinstance(value, str) and value in parameter.candidates:
            self._replace(parameter, parameter.candidates[value], value)
        elif names_factor(value, self.methodology, parameter):
            self._factor(parameter, value)
        elif isinstance(value, str | int | float | list):
            self._read(parameter, value, _("given"))
        elif isinstance(value, Mapping) and parameter.by:
            self._by_class(parameter, value)
        else:
            self._carrier(parameter, value)

    def _carrier(self, parameter: Parameter, value: Any) -> None:
        """Take a mapping by label, a Series, a DataFrame of one parameter, or an array."""
        try:
            if isinstance(value, Mapping):
                value = _mapping(parameter, value)
            elif not isinstance(value, np.ndarray):
                value = as_pandas(value)
            if getattr(value, "name", None) is not None or hasattr(value, "to_frame"):
                value = self._renamed(parameter, value)
            if hasattr(value, "iloc"):
                self._labelled(parameter, value)
            else:
                self._read(parameter, value, _("given"))
        except ValueError as error:
            self.refuse(parameter, str(error))

    def _labelled(self, parameter: Parameter, frame: pd.DataFrame) -> None:
        """Take a DataFrame of one parameter, long or wide: with its labels, or as a list if it has none.

        Raises
        ------
        ValueError
            If it has other columns, or labels of which the index is not known.
        """
        from jcm_calc.inputs import shapes

        frame = shapes.with_units_in_headings(shapes.with_periods(frame))
        columns = [str(heading) for heading in frame.columns if heading not in self.methodology.indices]
        if len(columns) != 1 or self.methodology.named(split_heading(columns[0])[0]) != parameter.name:
            if known := [one for one in columns if self.methodology.named(split_heading(one)[0])]:
                complaint = _("got a table with the columns {columns}: give it as a table, without a name")
                raise ValueError(complaint.format(columns=listed(known)))
            self.table(shapes.long(frame, parameter), _("the table {name}").format(name=parameter.name))
        elif type(frame.index).__name__ == "RangeIndex" and frame.index.name is None and len(frame.columns) == 1:
            self._read(parameter, frame.iloc[:, 0], _("given"))
        else:
            if frame.index.nlevels == 1 and len(frame.columns) == 1 and frame.index.name not in [*parameter.indices]:
                frame = frame.rename_axis(self._index_of(parameter, frame.index))
            self.table(frame, _("the Series {name}").format(name=parameter.name))

    def _index_of(self, parameter: Parameter, index: Any) -> str:
        """Return what an index without a name, or with another name, runs along: its labels are those of a table.

        Raises
        ------
        ValueError
            If no table has these labels.
        """
        from jcm_calc.inputs.axes import label

        own = {label(one) for one in index}
        for letter in parameter.indices:
            if any(own == set(given.labels.get(letter, ())) for given in self.given.values()):
                return letter
        if index.name is not None and index.name in self.methodology.indices:
            return str(index.name)  # which the parameter lacks: it must be constant along it
        complaint = _("its index is called {name}: call it {letters}, as with {given}.rename_axis({first})")
        first = repr(parameter.indices[:1] or "i")
        letters = _(" or ").join(parameter.indices) if parameter.indices else _("what it is")
        called = _("nothing") if index.name is None else repr(str(index.name))
        raise ValueError(complaint.format(name=called, letters=letters, given=parameter.name, first=first))

    def _renamed(self, parameter: Parameter, value: Any) -> Any:
        """Return a Series as a table of one column, and what else has a name as it is, with the parameter's name.

        Raises
        ------
        ValueError
            If the name may hold a unit, or is that of something else.
        """
        refuse_name(value.name, parameter.name, self.methodology.named)
        if not hasattr(value, "iloc"):
            return value
        unit = carried(value).unit
        frame = value.to_frame(parameter.name if unit is None else f"{parameter.name} [{unit}]")
        frame.attrs = {key: one for key, one in frame.attrs.items() if not is_unit_key(key)}
        return frame

    def _choose(self, name: str, value: Any) -> None:
        choice = self.methodology.choices[name]
        if isinstance(value, str) and value in choice.options:
            if self.choices.setdefault(name, value) != value:
                self.problems.append(Problem(name, _("is given twice").tagged(ProblemKind.GIVEN_TWICE), choice.section))
            return
        self.refused.add(name)
        hint = suggestion(value, choice.options) if isinstance(value, str) else ""
        complaint = _("got {given}; must be one of its options: {options}{hint}")
        complaint = complaint.format(given=shown(value), options=", ".join(choice.options), hint=hint)
        self.problems.append(Problem(name, complaint, choice.section))

    def _factor(self, parameter: Parameter, name: str, place: str = "") -> None:
        """Take a published factor by its name."""
        try:
            factor = factor_named(self.methodology, parameter, name)
        except LookupError as error:
            self.refuse(parameter, Message("{}{}").format(error.args[0], place))
            return
        self._replace(parameter, factor.used, factor.name, REFERENCE)

    def _replace(
        self, parameter: Parameter, known: Value | Table, candidate: str = "", source: str = _("candidate")
    ) -> None:
        self.replaced[parameter.name] = known
        if isinstance(known, Table):
            self.tables[parameter.name] = known
            self.named[parameter.name] = candidate
        else:
            self.given[parameter.name] = InputValue(np.array(known.value), "", {}, source, candidate)

    def _read(
        self,
        parameter: Parameter,
        raw: Any,
        source: str,
        unit: str | None = None,
        labels: Mapping[str, Sequence[Any]] | None = None,
        cells: CellAddresses | None = None,
    ) -> None:
        remarks: list[Reciprocal] = []
        try:
            raw = of_refrigerants(parameter, raw)
        except LookupError as error:
            self.refuse(parameter, Message("{}{}").format(error.args[0], where(source) if labels is not None else ""))
            return
        if (name := one_factor_name(self.methodology, parameter, raw)) is not None:
            self._factor(parameter, name, where(source) if labels is not None else "")
            return

        def place(complaint: object) -> str:
            if labels is None:
                return ""
            named = cells is not None and any(f"{sheet}!" in str(complaint) for sheet, _ in cells.columns)
            return where(source.partition(", ")[0] if named else source)

        try:
            given = read_value(parameter, raw, source, unit, labels, cells, remarks)
        except ValueError as error:
            hint = ""
            if parameter.candidates:
                near = suggestion(raw, parameter.candidates) if isinstance(raw, str) else ""
                named = _(", or the name of a possible value: {names}{near}")
                hint = named.format(names="; ".join(parameter.candidates), near=near)
            if is_factor(parameter):
                by_name = _(", or the name of a published factor, as `jcm factors {country}` lists them")
                hint = Message("{}{}").format(hint, by_name.format(country=self.methodology.country))
            fields = {"error": error, "place": place(error), "expected": expected(parameter), "hint": hint}
            self.refuse(parameter, _("{error}{place}; must be {expected}{hint}").format(**fields))
            return
        if parameter.name in self.unchecked:
            given = replace(given, unchecked=True)
        complaint = checks.impossible(parameter, given)
        if not complaint and labels is not None:
            try:
                given = given.without_extra_indices(parameter)
            except ValueError as error:
                complaint = str(error)
        if complaint:
            self.refuse(parameter, complaint + place(complaint))
        else:
            self.given[parameter.name] = given
            self.warnings += [Problem(parameter.symbol, checks.reciprocal(remark, given)) for remark in remarks]

    def _by_class(self, parameter: Parameter, values: Mapping[Any, Any]) -> None:
        """Take values by class; where one repeats the document's, it keeps the document's evidence."""
        if not values:
            complaint = _("{reason}; must be {expected}")
            self.refuse(parameter, complaint.format(reason=_("got an empty mapping"), expected=expected(parameter)))
            return
        user = unconfirmed("given by the user instead of a value that the document fixes")
        entries = dict(parameter.table.entries) if parameter.table else {}
        complaints: list[str] = []
        own: list[str | Interval] = []
        for key, number in flat(self.methodology.keys_of(parameter), values):
            try:
                name = self._class(parameter, key)
                own.append(name)
                if names_factor(number, self.methodology, parameter):
                    entries[name] = factor_named(self.methodology, parameter, number).used
                    continue
                value = _single(parameter, number)
                known = entries.get(name)
                entries[name] = known if known is not None and known.value == value else Value(value, user)
            except (ValueError, LookupError) as error:
                complaints.append(Message("{}: {}").format(key if isinstance(key, str) else shown(key), error.args[0]))
        table = Table(entries)
        try:
            if table.numeric:
                table.bins()
            spans(self.methodology.keys_of(parameter), table.entries if not complaints else ())
        except DeclarationError as error:
            complaints.append(str(error))
        if complaints:
            self.refuse(parameter, listed(complaints))
        else:
            self._replace(parameter, table)
            self.by_class[parameter.name] = tuple(own)

    def _class(self, parameter: Parameter, key: Any) -> str | Interval:
        """Return a class as the tables have it: a name, a row, or an interval of a parameter that is a number."""
        if keys := self.methodology.keys_of(parameter):
            return row_key(keys, key)
        by = self.methodology.inputs.get(parameter.by)
        if by is None or by.textual:
            return str(key).strip()
        interval = key if isinstance(key, Interval) else Interval.parse(str(key))
        if math.isnan(interval.lower) or math.isnan(interval.upper):
            raise ValueError(_("an interval has two ends"))
        return interval

    def table(self, table: Any, source: str) -> None:
        """Take a table or the file that holds one."""
        try:
            if isinstance(table, str | os.PathLike):
                from jcm_calc.inputs.tables import read

                self._columns(read(table), Path(table).name)
            elif isinstance(table, FilledTable):
                self._arranged(table, table.source)
            elif hasattr(frame := as_pandas(table), "iloc"):
                source = frame.attrs.get("source", source)  # a workbook, or the meters of monitored parameters
                self._columns(frame.to_frame() if hasattr(frame, "to_frame") else frame, source)
            else:
                complaint = _("a table must be a DataFrame or a file, not {type}").format(type=type(table).__name__)
                raise InputError.of(source, complaint)
        except InputError as error:
            # what such a table would have held is not missing
            self.unread = True
            self.problems.extend(error.problems)
        except ValueError as error:
            self.unread = True
            self.problems.append(Problem(source, str(error)))

    def _dates(self, frame: pd.DataFrame) -> str:
        """Return a complaint about a table whose dates are not called ``p``, which is what they are."""
        if "p" not in self.methodology.indices or "p" in frame.columns:
            return ""
        dates = [one for one in frame.columns if frame[one].dtype.kind == "M" or str(frame[one].dtype)[:6] == "period"]
        unknown = [one for one in dates if self.methodology.named(split_heading(one)[0]) not in self.declared]
        return _("its dates are called {name}: call them p").format(name=repr(unknown[0])) if len(unknown) == 1 else ""

    def _wide(self, frame: pd.DataFrame) -> str:
        """Return a complaint about a table with a column for each label of an index; nothing if it is not one."""
        from jcm_calc.inputs import shapes

        m = self.methodology
        headings = [one for one in frame.columns if one not in m.indices]
        if len(headings) < 2 or any(m.named(split_heading(one)[0]) for one in headings):
            return ""
        present = {one for one in frame.columns if one in m.indices}
        fitting = (one for one in m.inputs.values() if len(one.indices) == 2 and present <= set(one.indices))
        parameter = next(fitting, None)
        if parameter is None or not (present or shapes.dated(headings)):
            return ""
        complaint = _("{melt}; or give it as {name}=table")
        return complaint.format(melt=shapes.melt(frame, parameter), name=parameter.name)

    def _columns(self, table: pd.DataFrame, source: str) -> None:
        from jcm_calc.inputs import shapes
        from jcm_calc.inputs.monitored_table import plain
        from jcm_calc.inputs.tables import flat

        table = plain(table, source)
        self.warnings += [Problem(source, remark) for remark in table.attrs.get("remarks", ())]
        table = shapes.with_units_in_headings(shapes.with_periods(table))
        try:
            frame = flat(table)
        except ValueError as error:
            raise InputError.of(source, str(error)) from None
        if complaint := self._dates(frame) or self._wide(frame):
            raise InputError.of(source, complaint)
        self._arranged(frame, source)

    def _arranged(self, frame: pd.DataFrame | FilledTable, source: str) -> None:
        from jcm_calc.inputs.tables import dense

        named: dict[str, Parameter] = {}
        for heading in frame.columns:
            if heading not in self.methodology.indices:
                parameter = self._parameter(split_heading(heading)[0], source)
                if parameter is not None and parameter in named.values():
                    first = next(one for one, other in named.items() if other is parameter)
                    complaint = _("has two columns for {symbol}: {first} and {second}")
                    fields = {"symbol": parameter.symbol, "first": repr(first), "second": repr(heading)}
                    self.problems.append(Problem(source, complaint.format(**fields)))
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
            if stated := _unit_in_labels(parameter, column):
                self.refuse(parameter, stated + where(source))
                continue
            self._read(parameter, column.values, column.source, column.unit, column.labels, column.cells)


def _unit_in_labels(parameter: Parameter, column: TableColumn) -> str:
    """Return a complaint about bare numbers whose labels may state their unit: ``roof_kWh``."""
    if column.unit is not None or column.values.dtype.kind not in "iuf":
        return ""
    lists = [labels for letter, labels in column.labels.items() if letter != "p" and str in set(map(type, labels))]
    for label in chain.from_iterable(lists):
        if isinstance(label, str) and not label[-1:].isdigit() and (unit := unit_in(label, parameter.unit)):
            complaint = _(
                "the label {label} may state a unit: write {own} [{unit}] above the numbers, or rename the label"
            )
            return complaint.format(label=repr(label), own=parameter.name, unit=unit)
    return ""


def _mapping(parameter: Parameter, values: Mapping[Any, Any]) -> Any:
    if not values or not parameter.indices:
        complaint = _("is a single value; got a mapping with the keys {keys}; must be {expected}")
        raise ValueError(complaint.format(keys=listed(map(repr, values)) or _("none"), expected=expected(parameter)))
    from jcm_calc.inputs import shapes

    return shapes.of_mapping(parameter, values)


def _single(parameter: Parameter, number: Any) -> float:
    """Return one number of a table that the user gives."""
    values, faults = numbers(number, parameter.unit)
    if values.size != 1 or faults:
        raise ValueError(_("{given} is not a number").format(given=shown(number)))
    value = float(values.flat[0])
    if value not in parameter.bounds:
        complaint = _("got {given}; must be a number {range}").tagged(ProblemKind.OUT_OF_BOUNDS)
        raise ValueError(complaint.format(given=shown(number), range=parameter.bounds.words()))
    return value


def where(source: str) -> str:
    """Name the table of a column, where it is in one."""
    return _(" (in {source})").format(source=source) if source else ""


def expected(parameter: Parameter) -> str:
    """Return in words what a parameter takes."""
    if parameter.unit == "date":
        return _("a date such as 2024-05-17")
    if parameter.unit == "yes/no":
        return _("yes or no")
    if parameter.unit == "category":
        names = ", ".join(parameter.categories)
        return _("one of {names}").format(names=names) if names else _("a class name")
    return _("a number in {unit}").format(unit=parameter.unit) if parameter.unit else _("a plain number")
