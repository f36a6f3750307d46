"""The arguments of a calculation: tables, numbers, choices, candidates, values by class, with every complaint."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
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
from jcm_calc.inputs.carriers import FilledTable, as_pandas, refuse_name, split_heading, unit_in
from jcm_calc.inputs.cells import single
from jcm_calc.inputs.factors import REFERENCE, factor_named, is_factor, names_factor, of_refrigerants, one_factor_name
from jcm_calc.inputs.metered import DOUBTFUL, TOLERANCE, Record, first_difference, on_record, record_key, record_of
from jcm_calc.inputs.totals import texts
from jcm_calc.inputs.values import GivenCells, InputValue, read_value, where
from jcm_calc.units import Reciprocal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a parameter comes from."""

    source: str
    written: str = ""


class Arguments:
    """The arguments that were read so far, and every complaint about them; all by the name of a parameter or fact."""

    def __init__(self, methodology: Declarations, unchecked: Collection[str] = ()) -> None:
        self.methodology = methodology
        self.unchecked = unchecked
        self.declared = {**methodology.inputs, **methodology.facts}
        self.given: dict[str, InputValue] = {}  # numbers and classes
        self.choices: dict[str, str] = {}  # the option of each
        self.tables: dict[str, Table] = {}  # defaults by class that the user named or gave
        self.origins: dict[str, Origin] = {}  # of these tables
        self.by_class: dict[str, tuple[str | Interval, ...]] = {}  # the classes of which the user gave a value
        self.replaced: dict[str, Value | Table | None] = {}  # what was named or given instead of the document's
        self.refused: set[str] = set()  # with a complaint: these are not missing as well
        self.unread = False  # whether a table could not be read, so that it is not known what is missing
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.shared: list[Parameter] = []  # whose amounts of a period over New Year are shared by days

    def _parameter(self, name: str, source: str = "") -> Parameter | None:
        """Return the parameter or fact of that name or symbol; complain where it cannot be given."""
        found = self.declared.get(self.methodology.named(name) or "")
        if found is None:
            self.problems.append(Problem(name, self._unknown(name, source) + where(source)))
        elif found.kind is Kind.CONSTANT:
            self.refuse(found, _("is true by definition and cannot be given"))
        elif found.name in self.refused:
            pass  # one complaint about a parameter is enough
        elif found.name in self.given or found.name in self.replaced:
            first = self.given[found.name].source if found.name in self.given else _("by name")
            complaint = _("is given twice: {first}, and {second}").tagged(ProblemKind.GIVEN_TWICE)
            complaint = complaint.format(first=first, second=source or _("by name"))
            self.problems.append(Problem(found.symbol, complaint))
        else:
            return found
        return None

    def _unknown(self, name: str, source: str) -> str:
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
        hint += _("; drop the column, or rename it") if source else ""
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
            self._read(parameter, GivenCells(value, _("given")))
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
                refuse_name(value.name, parameter.name, self.methodology.named)
            if hasattr(value, "to_frame") and hasattr(value, "iloc"):
                from jcm_calc.inputs.shapes import framed

                value = framed(value, parameter.name)
            if hasattr(value, "iloc"):
                self._labelled(parameter, value)
            else:
                self._read(parameter, GivenCells(value, _("given")))
        except ValueError as error:
            self.refuse(parameter, str(error))

    def _labelled(self, parameter: Parameter, frame: pd.DataFrame) -> None:
        """Take a DataFrame of one parameter, long or wide: with its labels, or as a list if it has none."""
        from jcm_calc.inputs import shapes

        frame = shapes.with_units_in_headings(shapes.with_periods(frame))
        columns = [str(heading) for heading in frame.columns if heading not in self.methodology.indices]
        if len(columns) != 1 or self.methodology.named(split_heading(columns[0])[0]) != parameter.name:
            if known := [one for one in columns if self.methodology.named(split_heading(one)[0])]:
                complaint = _("got a table with the columns {columns}: give it as a table, without a name")
                raise ValueError(complaint.format(columns=listed(known)))
            self.table(shapes.long(frame, parameter), _("the table {name}").format(name=parameter.name))
        elif type(frame.index).__name__ == "RangeIndex" and frame.index.name is None and len(frame.columns) == 1:
            self._read(parameter, GivenCells(frame.iloc[:, 0], _("given")))
        else:
            if frame.index.nlevels == 1 and len(frame.columns) == 1 and frame.index.name not in [*parameter.indices]:
                frame = frame.rename_axis(self._index_of(parameter, frame.index))
            self.table(frame, _("the values of {name}").format(name=parameter.name))

    def _index_of(self, parameter: Parameter, index: Any) -> str:
        """Return what an index without a name, or with another name, runs along: its labels are those of a table."""
        from jcm_calc.inputs.axes import label

        own = {label(one) for one in index}
        for letter in parameter.indices:
            if any(own == set(given.labels.get(letter, ())) for given in self.given.values()):
                return letter
        if index.name is not None and index.name in self.methodology.indices:
            return str(index.name)  # which the parameter lacks: it must be constant along it
        unnamed = _("its index has no name: call it {letters}, as with {given}.rename_axis({first})")
        foreign = _("its index is called {name}: call it {letters}, as with {given}.rename_axis({first})")
        first = repr(parameter.indices[:1] or "i")
        letters = _(" or ").join(parameter.indices) if parameter.indices else _("what it is")
        complaint = unnamed if index.name is None else foreign
        raise ValueError(complaint.format(name=repr(index.name), letters=letters, given=parameter.name, first=first))

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
            self.origins[parameter.name] = Origin("candidate", candidate) if candidate else Origin(_("given by class"))
        else:
            self.given[parameter.name] = InputValue(np.array(known.value), "", {}, source, candidate)

    def _read(self, parameter: Parameter, given: GivenCells) -> None:
        remarks: list[Reciprocal] = []
        try:
            given = given._replace(values=of_refrigerants(parameter, given.values))
        except LookupError as error:
            self.refuse(parameter, Message("{}{}").format(error.args[0], given.where()))
            return
        if (name := one_factor_name(self.methodology, parameter, given.values)) is not None:
            self._factor(parameter, name, given.where())
            return
        try:
            found = read_value(parameter, given, remarks)
        except ValueError as error:
            fields = {"error": error, "place": given.where(str(error)), "expected": expected(parameter)}
            fields["hint"] = self._names(parameter, given.values)
            self.refuse(parameter, _("{error}{place}; must be {expected}{hint}").format(**fields))
            return
        if parameter.name in self.unchecked:
            found = replace(found, unchecked=True)
        complaint = checks.impossible(parameter, found)
        if not complaint and given.of_table:
            try:
                found = found.without_extra_indices(parameter)
            except ValueError as error:
                complaint = str(error)
        if complaint:
            self.refuse(parameter, complaint + given.where(complaint))
        else:
            self.given[parameter.name] = found
            self.warnings += [Problem(parameter.symbol, checks.reciprocal(remark, found)) for remark in remarks]

    def _names(self, parameter: Parameter, raw: Any) -> str:
        """Say by which names a value of a parameter can be given."""
        hint = ""
        if parameter.candidates:
            near = suggestion(raw, parameter.candidates) if isinstance(raw, str) else ""
            named = _(", or the name of a possible value: {names}{near}")
            hint = named.format(names="; ".join(parameter.candidates), near=near)
        if is_factor(parameter):
            by_name = _(", or the name of a published factor, as `jcm factors {country}` lists them")
            hint = Message("{}{}").format(hint, by_name.format(country=self.methodology.country))
        return hint

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
                value = single(parameter, number)
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
                from jcm_calc.inputs.tables import label_headings, read

                self._columns(read(table, label_headings(self.methodology)), Path(table).name)
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
        return _("{melt}; or give it as {name}=table").format(melt=shapes.melt(frame, parameter), name=parameter.name)

    def _columns(self, table: pd.DataFrame, source: str) -> None:
        from jcm_calc.inputs import shapes
        from jcm_calc.inputs.monitored_table import plain
        from jcm_calc.inputs.tables import flat

        record, table = record_of(table), plain(table, source)
        self.warnings += [Problem(source, remark) for remark in table.attrs.get("remarks", ())]
        table = shapes.with_units_in_headings(shapes.with_periods(table))
        try:
            frame = flat(table)
        except ValueError as error:
            raise InputError.of(source, str(error)) from None
        if complaint := self._dates(frame) or self._wide(frame):
            raise InputError.of(source, complaint)
        self._arranged(frame, source, record)

    def _arranged(self, frame: pd.DataFrame | FilledTable, source: str, record: Record | None = None) -> None:
        from jcm_calc.inputs.tables import dense

        named: dict[str, Parameter] = {}
        for heading in frame.columns:
            if heading not in self.methodology.indices:
                parameter = self._parameter(split_heading(heading)[0], source)
                if parameter is not None and parameter in named.values():
                    first = next(one for one, other in named.items() if other is parameter)
                    complaint = _(
                        "has two columns for {symbol}: {first} and {second}. Keep one; where units differ, write each "
                        "with its number in the cell"
                    )
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
            self._read(parameter, column)
            if record is not None and parameter.name in self.given and (changed := self._changed(parameter, record)):
                self.refuse(parameter, changed + where(source))

    def _changed(self, parameter: Parameter, record: Record) -> str:
        """Return a complaint about an amount that is not the one in the record of its readings."""
        given, named = self.given[parameter.name], self.methodology.named
        if DOUBTFUL in record.get("rules", ()) or not set(given.letters) <= set(given.labels):
            return ""  # reading the workbook has complained already
        recorded = on_record(record, parameter.name, given.letters, parameter.unit, named)
        rows = [
            {letter: given.labels[letter][at] for letter, at in zip(given.letters, place, strict=True)}
            for place in (np.ndindex(given.values.shape) if recorded else ())
        ]
        keys = [record_key(row, given.letters) for row in rows]
        own = dict(zip(keys, given.values.ravel().tolist(), strict=False))
        key = first_difference(own, recorded, TOLERANCE)
        if key is None:
            return ""
        complaint = _(
            "got {own:,.10g} {unit} ({row}), but the record of its readings has {recorded:,.10g}: hand over what "
            "monitor gives; if the amounts are to count as typed by hand, write "
            "pandas.DataFrame(table).drop(columns='meters')"
        )
        row = ", ".join(f"{letter}={one}" for letter, one in zip(given.letters, key, strict=True))
        return complaint.format(own=own[key], unit=parameter.unit, row=row, recorded=recorded[key])


def _unit_in_labels(parameter: Parameter, column: GivenCells) -> str:
    """Return a complaint about bare numbers whose labels may state their unit: ``roof_kWh``."""
    if column.unit is not None or column.values.dtype.kind not in "iuf":
        return ""
    for among in (texts(labels) for letter, labels in column.labels.items() if letter != "p"):
        if all(map(str.isdigit, set(map(itemgetter(-1), among)))):  # no unit ends so, and most labels are numbered
            continue
        for label in among:
            if not label[-1:].isdigit() and (unit := unit_in(label, parameter.unit)):
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
