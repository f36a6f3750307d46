"""What is filled in on one set of sheets: values by headings and symbols, each with its cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import Message, _, spellings
from jcm_calc.base.problems import Problem, ProblemKind, listed, shown
from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Period
from jcm_calc.inputs.project import MONITORING
from jcm_calc.inputs.totals import is_total
from jcm_calc.reports.workbook import record_sheet, written_periods
from jcm_calc.reports.workbook.opening import Book, printable
from jcm_calc.reports.workbook.sheet_sets import Roles
from jcm_calc.reports.workbook.symbols import Symbols, given_as
from jcm_calc.reports.workbook.tables import OVERRIDE, Cell, Row, Sheets, UnitTable
from jcm_calc.reports.workbook.written_units import plain_unit
from jcm_calc.units import UnitError, dots_complaint, normalise, parse_unit, split

LONGEST_SYMBOL = 60
ELSEWHERE = re.compile(
    r"\b(see|refer)\b.*separate|separate.*参照|\W*(M[PR]S[\W_]*)?(input[_ ]*)?separate( (input )?sheet)?\W*$", re.I
)
DECIMAL_COMMA = re.compile(r"([-+]?)(\d{1,3}(?:[. ]\d{3})+|\d+),(\d+)(\s*\D.*)?")
ONE_DOT = re.compile(r"([-+]?[1-9]\d{0,2}\.\d{3})(\s*[^\d.,].*)?")
DOTTED_GROUPS = re.compile(r"([-+]?\d{1,3}(?:\.\d{3}){2,})(\s*\D.*)?")
OVERRIDDEN = re.compile(
    rf"(?:^|; )(?:{'|'.join(re.escape(text.format(reason='')) for text in spellings(OVERRIDE))})\s*(.+)$", re.DOTALL
)


@dataclass
class FilledColumns:
    """Columns of values with the labels of their rows."""

    letters: str
    labels: list[tuple[Any, ...]]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    cells: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)


@dataclass
class SheetSet:
    """What one set of sheets holds; ``pointers`` are to the record of readings."""

    sheet: str
    periods: list[Period]
    choices: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    pointers: dict[str, str] = field(default_factory=dict)
    parts: list[FilledColumns] = field(default_factory=list)
    # the labels that somebody typed into rows without a value: by index and label the first cell without one
    empty: dict[tuple[str, str], Cell] = field(default_factory=dict)

    @property
    def filled(self) -> bool:
        """Whether anything is filled in that depends on the period."""
        return any("p" in part.letters for part in self.parts)


class Reader:
    """Reads the sets of a workbook."""

    def __init__(self, book: Book, m: Declarations) -> None:
        self.book, self.m = book, m
        self.sheets = Sheets(book)
        self.symbols = Symbols({**m.inputs, **m.facts}, given_as(m))
        self.keys = m.names()
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []

    def _complain(self, of: Parameter | str, complaint: str, at: Cell | None = None, /, **facts: Any) -> None:
        """Add a problem of a parameter or a sheet; the complaint may name a cell."""
        self.problems.append(_problem(of, complaint, at, facts))

    def _remark(self, of: Parameter | str, complaint: str, at: Cell | None = None, /, **facts: Any) -> None:
        self.remarks.append(_problem(of, complaint, at, facts))

    # One set of sheets

    def read(self, roles: Roles) -> SheetSet:
        """Read the input sheets of a set."""
        tables = list(self.sheets.tables(roles["input"]))
        every = [row for kind, found in tables if kind == "parameters" for row in found]
        rows = [row for row in every if row.text("symbol")]
        periods = self._periods(rows, [row for kind, found in tables if kind == "periods" for row in found])
        found = SheetSet(roles["input"], periods)
        self._choices([row for kind, listed_rows in tables if kind == "choices" for row in listed_rows], found)
        separate: dict[str, Cell] = {}  # the parameters that have a separate table, with the cell of its unit
        for table in self.sheets.unit_tables(roles["separate"], self.symbols, self.keys) if "separate" in roles else ():
            separate |= {parameter.name: table.unit_cell(column) for column, parameter in table.columns.items()}
            by_class = all(parameter.by for parameter in table.columns.values())
            if by_class and len(table.letters) == 1 and table.letters[0] not in self.m.indices:
                self._by_class(table, found)
            else:
                self._unit_table(table, found)
        self._rows(rows, separate, found)
        self._without_symbol(every)
        for name in sorted(found.named.keys() & found.classes.keys()):
            complaint = _("{got} is named, and values by class are given, too: leave out one of them")
            self._complain(self.m.inputs[name], complaint, got=shown(found.named[name]))
        if found.filled:
            self._without_values(found)
        return found

    def _without_symbol(self, rows: Iterable[Row]) -> None:
        """Remark on numbers in rows without a symbol, which belong to no parameter."""
        places = [row.cells["value"].row for row in rows]
        for row in rows:
            cell = row.cells["value"]
            if row.text("symbol") or not isinstance(cell.value, int | float):
                continue
            if not self.sheets.sums_up(cell.sheet, cell.row, cell.column, places):
                complaint = _("the row has no symbol: its value {got} ({address}) is left out")
                self._remark(cell.sheet, complaint, cell, got=shown(cell.value))

    def _without_values(self, found: SheetSet) -> None:
        """Complain of units and the like that somebody named and that have a value nowhere."""
        given = {
            (letter, _class_name(label[place]))
            for part in found.parts
            for place, letter in enumerate(part.letters)
            if letter != "p"
            for label in part.labels
        }
        empty: dict[str, list[tuple[str, Cell]]] = {}
        for (letter, label), cell in found.empty.items():
            if (letter, label) not in given:
                empty.setdefault(letter, []).append((label, cell))
        for letter, named in empty.items():
            if len(named) == 1:
                complaint = _("{label} is named ({address}), and has no value: give its values, or delete the name")
                self._complain(letter, complaint, named[0][1], label=shown(named[0][0]))
            else:
                names = listed(f"{shown(label)} ({cell.address})" for label, cell in named)
                complaint = _("{names} are named, and have no value: give their values, or delete the names")
                self._complain(letter, complaint.format(names=names))

    def _periods(self, rows: Sequence[Row], listed_periods: Sequence[Row]) -> list[Period]:
        """Return the periods of a set: those of the table of periods, or those named in table 1."""
        found: list[Period] = []
        for row in listed_periods:
            if any(is_total(row.text(key)) for key in ("number", "first", "last")):
                continue
            label = row.text("number").removesuffix(".0")
            for end in ("first", "last"):
                self._uncalculated("p", row.cells[end])
            if row.text("first") or row.text("last"):
                found += self._period((row.cells["first"].value, row.cells["last"].value), row.cells["first"])
            else:
                found.append(Period(None, None, label if re.fullmatch(r"\d{1,3}", label) else str(len(found) + 1)))
        if not found:
            for row in rows:
                if row.text("period") and not is_total(row.text("period")):
                    cell = row.cells["period"]
                    found += [one for one in self._period(cell.value, cell) if one not in found]
                elif "period" in row.cells:
                    self._uncalculated("p", row.cells["period"])
        return found or [Period(None, None, "1")]

    def _period(self, given: Any, cell: Cell) -> list[Period]:
        """Return what a cell says of a period; of two readings, which are a problem, the one with the day first."""
        try:
            return [written_periods.parse(given)]
        except ValueError as error:
            problem = Problem("p", Message("{} ({})").format(error.args[0], cell.address))
            if problem not in self.problems:
                self.problems.append(problem)
        try:
            return written_periods.readings(given)[:1]
        except ValueError:  # no such day, which is said
            return []

    def _choices(self, rows: Iterable[Row], found: SheetSet) -> None:
        for row in rows:
            name, chosen = row.text("choice"), row.text("chosen")
            self._uncalculated(name, row.cells["chosen"])
            if name in self.m.choices and chosen:
                found.choices[name] = chosen
            elif chosen:
                complaint = _("is not a choice of {m}: its option {got} ({address}) is left out")
                self._remark(printable(name[:LONGEST_SYMBOL]), complaint, row.cells["chosen"], m=self.m, got=chosen)

    # Rows of tables 1 and 2 and of the facts

    def _rows(self, rows: Iterable[Row], separate: Mapping[str, Cell], found: SheetSet) -> None:
        given: dict[str, dict[tuple[Any, ...], Any]] = {}
        cells: dict[str, list[tuple[str, int, int]]] = {}
        counted: dict[str, int] = {}
        letters: dict[str, str] = {}
        places = {row.cells["value"].row for row in rows}
        for row in rows:
            cell = row.cells["value"]
            parameter, label = self._meant(row)
            if parameter is None or self._sum(parameter, row, places):
                continue
            name = parameter.name
            self._source(parameter, row, found)
            if name in separate:
                self._two_units(parameter, row, separate[name])
            count = counted[name] = counted.get(name, -1) + 1
            self._uncalculated(parameter.symbol, cell)
            if cell.value == "" and label is not None:
                found.empty.setdefault((parameter.indices.replace("p", ""), label), cell)
            if cell.value == "" or ELSEWHERE.search(str(cell.value)):
                continue
            if isinstance(cell.value, str) and cell.value in parameter.candidates:
                self._name(parameter, cell, found)
                continue
            if name in separate:
                self._passed_over(parameter, cell)
                continue
            period = self._row_period(parameter, row, count, label, found)
            key = tuple(part for part in (label, period) if part is not None)
            own = ("" if label is None else parameter.indices.replace("p", "")) + ("" if period is None else "p")
            if letters.setdefault(name, own) != own or key in given.setdefault(name, {}):
                complaint = _("has two rows without saying which unit each is ({address}): write EC_PJ,1,p and so on")
                self._complain(parameter, complaint.tagged(ProblemKind.DUPLICATE), cell)
                continue
            place = row.cells.get("unit")
            given[name][key] = self._with_unit(parameter, cell, self._unit(parameter, place, found), place)
            cells.setdefault(name, []).append((cell.sheet, cell.row, cell.column))
        groups = grouped(((letters[name], tuple(values)), name) for name, values in given.items())
        for (own, keys), names in groups.items():
            columns = {name: list(given[name].values()) for name in names}
            found.parts.append(FilledColumns(own, list(keys), columns, {name: cells[name] for name in names}))

    def _sum(self, parameter: Parameter, row: Row, places: Collection[int]) -> bool:
        """Whether a row sums up others of the table, which gives a remark."""
        cell = row.cells["value"]
        named = any(is_total(row.text(key)) for key in ("period", "point"))
        found = named or self.sheets.sums_up(cell.sheet, cell.row, cell.column, places)
        if found:
            self._remark(parameter, _("a row that sums up others is left out ({address})"), cell)
        return found

    def _passed_over(self, parameter: Parameter, cell: Cell) -> None:
        """Remark on a number that somebody typed in addition to the table of units; a formula shows its value."""
        if (cell.row, cell.column) not in self.book.formulas(cell.sheet):
            complaint = _("{got} ({address}) is not used: the values are in a separate table")
            self._remark(parameter, complaint, cell, got=shown(cell.value))

    def _two_units(self, parameter: Parameter, row: Row, other: Cell) -> None:
        """Complain of a unit written over the form's own that is not the one of the table the value comes from."""
        own = row.cells.get("unit")
        if own is None or parameter.textual or parameter.unit == "date":
            return
        here, there = row.text("unit"), str(other.value).strip() or parameter.unit
        known = {_read_unit(one, parameter) for one in (parameter.unit, there)}
        if here and _read_unit(here, parameter) not in known:
            complaint = _("has the unit {one} ({address}), and its values have {other} ({place}): which one is meant?")
            complaint = complaint.tagged(ProblemKind.TWO_UNITS)
            self._complain(parameter, complaint, own, one=here, other=there, place=other.address)

    def _meant(self, row: Row) -> tuple[Parameter | None, str | None]:
        """Return the parameter of a row, and the label of its unit where the symbol names one."""
        text, cell = row.text("symbol"), row.cells["value"]
        parameter = self.symbols.find(text)
        if parameter is not None:
            return parameter, None
        if numbered := self.symbols.numbered(text):
            return numbered
        if cell.value != "":
            complaint = _("is not a parameter of {m}: its value {got} ({address}) is left out")
            complaint = complaint.tagged(ProblemKind.UNKNOWN_SYMBOL)
            self._remark(printable(text[:LONGEST_SYMBOL]), complaint, cell, m=self.m, got=shown(cell.value))
        return None, None

    def _row_period(
        self, parameter: Parameter, row: Row, count: int, label: str | None, found: SheetSet
    ) -> Period | None:
        if "p" not in parameter.indices:
            return None
        written = row.cells.get("period")
        if written is not None and written.value != "" and found.periods[0].dated:
            parsed = self._period(written.value, written)
            if parsed and parsed[0] not in found.periods:
                complaint = _("{period} ({address}) is not one of the periods {names} of this sheet")
                self._complain(parameter, complaint, written, period=parsed[0], names=listed(found.periods))
            return parsed[0] if parsed else found.periods[0]
        return found.periods[count if label is None and count < len(found.periods) else 0]

    def _source(self, parameter: Parameter, row: Row, found: SheetSet) -> None:
        stated = {key: row.text(key) for key in MONITORING if row.text(key)}
        comment, digest = record_sheet.without_pointer(stated.pop("comment", ""))
        comment, reason = without_override(comment)
        if reason and parameter.name in self.m.inputs and parameter.kind is Kind.DEFAULT:
            found.overrides.setdefault(parameter.name, reason)
        stated |= {"comment": comment} if comment else {}
        if digest:
            found.pointers[parameter.name] = digest
        if stated and parameter.name in self.m.inputs:
            found.sources.setdefault(parameter.name, stated)

    def _name(self, parameter: Parameter, cell: Cell, found: SheetSet) -> None:
        if found.named.setdefault(parameter.name, cell.value) != cell.value:
            complaint = _("{got} ({address}) is not the value named before: name one for all")
            self._complain(parameter, complaint, cell, got=shown(cell.value))

    # Values and their units

    def _unit(self, parameter: Parameter, cell: Cell | None, found: SheetSet) -> str:
        """Return the unit of a cell as the library writes it, and remark on one that only a sheet of the scheme has."""
        if cell is None:
            return ""
        written = str(cell.value).strip()
        unit = plain_unit(written, parameter.unit, found.periods)
        fixed = parameter.textual or parameter.unit == "date" or is_declared(written, parameter)
        if fixed or not (is_declared(unit, parameter) or (not _not_a_unit(unit) and _not_a_unit(written))):
            return written
        self._remark(parameter, _("the unit {written} is read as {unit} ({address})"), cell, written=written, unit=unit)
        return unit

    def _with_unit(self, parameter: Parameter, cell: Cell, unit: str, place: Cell | None) -> Any:
        """Return a value, with its unit where it is not the declared one; ``place`` is the cell of the unit."""
        self._formula(parameter, cell)
        self._unclear(parameter, [cell])
        value = plain_value(cell.value)
        self._unitless(parameter, cell, unit, place)
        if parameter.textual or parameter.unit == "date" or is_declared(unit, parameter):
            return value
        return f"{value!r} {unit}" if isinstance(value, int | float) else f"{value} {unit}"

    def _unclear(self, parameter: Parameter, cells: Iterable[Cell]) -> None:
        """Complain of a dot that can stand between thousands, on a sheet where other cells have such signs."""
        for cell in cells:
            found = ONE_DOT.fullmatch(cell.value.strip()) if isinstance(cell.value, str) else None
            if found and not parameter.textual and self._continental(cell.sheet):
                complaint = _("{complaint} ({address}; other cells have decimal commas or dots between thousands)")
                self._complain(parameter, complaint, cell, complaint=dots_complaint(found[1]))
                return

    def _continental(self, sheet: str) -> bool:
        """Whether any number of a sheet has a decimal comma or dots between thousands."""
        texts = (value for row in self.book.grid(sheet) for value in row if isinstance(value, str))
        return any(plain_value(text) != text.strip() for text in texts)

    def _unitless(self, parameter: Parameter, cell: Cell, unit: str, place: Cell | None) -> None:
        """Complain of a number whose unit is empty; remark on one where the table has no place for units."""
        if unit or parameter.textual or parameter.unit in ("", "date") or not _is_bare(plain_value(cell.value)):
            return
        if place is None:
            complaint = _("has no unit ({address}): {got} is taken in {unit}")
            self._remark(parameter, complaint, cell, got=shown(cell.value), unit=parameter.unit)
        else:
            complaint = _("the unit of {got} is empty ({address}); must be {unit}, or convert to it")
            self._complain(parameter, complaint, place, got=shown(cell.value), unit=parameter.unit)

    def _formula(self, parameter: Parameter, cell: Cell) -> None:
        formula = self.sheets.formula(cell)
        if formula is not None:
            complaint = _(
                "holds a formula where a value belongs ({address}): ={formula}; its stored value {got} is taken"
            )
            self._remark(parameter, complaint, cell, formula=formula.text[:60], got=shown(cell.value))

    def _uncalculated(self, subject: str, cell: Cell) -> None:
        if cell.value == "" and self.sheets.uncalculated(cell):
            complaint = _("holds a formula ({address}) whose value is not stored: give the value itself")
            self._complain(subject, complaint, cell)

    def _uncalculated_in(self, table: UnitTable, columns: Iterable[int]) -> None:
        """Complain of every formula of a table without a stored value, lest its row count as empty."""
        heads = dict(zip(table.label_columns, table.letters, strict=True))
        heads |= {column: parameter.symbol for column, parameter in table.columns.items()}
        formulas = self.book.formulas(table.sheet)
        for column in columns:
            for row in table.rows:
                if (row, column) in formulas:
                    self._uncalculated(heads[column], self.sheets.cell(table.sheet, row, column))

    # Tables of units

    def _unit_table(self, table: UnitTable, found: SheetSet) -> None:
        letters = self._letters(table)
        if letters is None:
            return
        self._units(table, found)
        self._sums(table)
        self._other_columns(table)
        columns = {column: self._column(table, column) for column in (*table.label_columns, *table.columns)}
        self._uncalculated_in(table, columns)
        kept = self._filled(table, letters, columns, found)
        if not kept:
            return
        rows = [table.rows[place] for place in kept]
        columns = {column: [values[place] for place in kept] for column, values in columns.items()}
        labels = list(zip(*(columns[column] for column in table.label_columns), strict=True))
        parts: dict[str, FilledColumns] = {}
        for column, parameter in table.columns.items():
            values = columns[column]
            if not self._usable(table, column, rows, values, found):
                continue
            own = "".join(letter for letter in self.m.indices if letter in parameter.indices)
            if own not in parts:
                parts[own] = self._part(own, letters, labels, found)
            pairs = zip(rows, values, strict=True)
            self._unclear(parameter, (Cell(value, table.sheet, row, column) for row, value in pairs))
            unit = table.units[column]
            declared = parameter.textual or is_declared(unit, parameter)
            heading = parameter.name if declared else f"{parameter.name} [{unit}]"
            if column in table.others:  # the cells hold classes, in whatever case
                classes = {one.casefold(): one for one in self._classes(parameter)}
                values = [value if value is None else classes[str(value).strip().casefold()] for value in values]
            parts[own].columns[heading] = [plain_value(value) for value in values]
            parts[own].cells[heading] = [(table.sheet, row, column) for row in rows]
        found.parts += parts.values()

    def _units(self, table: UnitTable, found: SheetSet) -> None:
        """Write the units of a table as the library does, and complain of a text that cannot be one."""
        for column, parameter in table.columns.items():
            cell = table.unit_cell(column)
            unit = table.units[column] = self._unit(parameter, cell, found)
            if parameter.textual or parameter.unit == "date" or is_declared(unit, parameter):
                continue
            if why := _not_a_unit(unit):
                complaint = _("the unit is not understood ({address}): {why}; must be {unit}, or convert to it")
                self._complain(parameter, complaint, cell, why=why, unit=parameter.unit or "-")

    def _sums(self, table: UnitTable) -> None:
        """Remark on rows that sum up others; complain of a unit whose value is a formula that adds up others."""
        if table.sums:
            names = listed(row + 1 for row in table.sums)
            self._remark(table.sheet, _("rows that sum up others are left out: {names}"), names=names)
        formulas = self.book.formulas(table.sheet)
        if not formulas:
            return
        doubled = list[int]()
        for column, parameter in table.columns.items():
            for row in table.rows if parameter.extensive else ():
                if self.sheets.sums_up(table.sheet, row, column, table.rows):
                    complaint = _("adds up other rows of its table ({address}), which would count twice: ={formula}")
                    cell = self.sheets.cell(table.sheet, row, column)
                    self._complain(parameter, complaint, cell, formula=formulas[row, column].text[:60])
                    doubled.append(row)
        table.rows[:] = [row for row in table.rows if row not in doubled]

    def _other_columns(self, table: UnitTable) -> None:
        """Read what is headed by words as the class key whose classes it holds; pass over what the sheet calculates."""
        for column, parameter in list(table.columns.items()):
            supplied = parameter.value is not None or parameter.table is not None
            if parameter.kind is Kind.DEFAULT and supplied and self._calculated(table, column):
                complaint = _("is calculated on the sheet ({address}): the library looks up its own value")
                self._remark(parameter, complaint, Cell("", table.sheet, table.rows[0], column))
                del table.columns[column]
        known = {parameter.name for parameter in table.columns.values()}
        for column, cell in table.others.items():
            values = {str(value).strip().casefold() for value in self._column(table, column) if value is not None}
            if not values or self._calculated(table, column):
                continue
            keys = [
                one
                for one in self.m.inputs.values()
                if one.is_class and one.name not in known and values <= set(map(str.casefold, self._classes(one)))
            ]
            heading = repr(cell.value)
            if len(keys) == 1:
                complaint = _("is read from the column {heading} ({address}), whose cells hold its classes")
                self._remark(keys[0], complaint, cell, heading=heading)
                table.columns[column] = keys[0]
                table.units.setdefault(column, "")
                continue
            symbols = listed(
                one.symbol for one in self.m.inputs.values() if one.name not in known and one.kind is not Kind.CONSTANT
            )
            complaint = _(
                "the column {heading} ({address}) is not understood: head it with one of the symbols {symbols}"
            )
            self._complain(table.sheet, complaint, cell, heading=heading, symbols=symbols)

    def _calculated(self, table: UnitTable, column: int) -> bool:
        """Whether every cell that is filled in a column is a formula that calculates, not only a link."""
        filled = [self.sheets.cell(table.sheet, row, column) for row in table.rows]
        filled = [cell for cell in filled if cell.value != "" or self.sheets.formula(cell) is not None]
        return bool(filled) and all(self.sheets.formula(cell) is not None for cell in filled)

    def _classes(self, key: Parameter) -> list[str]:
        """Return the classes that a class key can have."""
        tables = [one.table for one in self.m.inputs.values() if one.by == key.name and one.table is not None]
        return [*key.categories, *(str(entry) for table in tables for entry in table.entries)]

    def _column(self, table: UnitTable, column: int) -> list[Any]:
        """Return the values of a column, None in empty cells, and errors as texts."""
        grid = self.book.grid(table.sheet)
        values = [grid[row][column] if row < len(grid) else "" for row in table.rows]
        if "" not in values:
            return values
        return [
            value if value != "" else self._value(table.sheet, row, column)
            for row, value in zip(table.rows, values, strict=True)
        ]

    def _value(self, sheet: str, row: int, column: int) -> Any:
        value = self.sheets.cell(sheet, row, column).value
        return None if value == "" else value

    def _usable(
        self, table: UnitTable, column: int, rows: Sequence[int], values: Sequence[Any], found: SheetSet
    ) -> bool:
        """Whether a column holds separate values; a candidate that it names is noted."""
        parameter = table.columns[column]
        first = next((place for place, value in enumerate(values) if value is not None), None)
        if first is None:
            return False
        if isinstance(values[first], str) and values[first] in parameter.candidates:
            for row, value in zip(rows, values, strict=True):
                self._name(parameter, Cell(value, table.sheet, row, column), found)
            return False
        formulas = self.book.formulas(table.sheet)
        if formulas and "p" in parameter.indices:
            for row in [row for row in rows if (row, column) in formulas][:1]:
                self._formula(parameter, self.sheets.cell(table.sheet, row, column))
        place = table.unit_cell(column) if table.has_units else None
        self._unitless(parameter, self.sheets.cell(table.sheet, rows[first], column), table.units[column], place)
        return True

    def _part(
        self, own: str, letters: Sequence[str], labels: Sequence[tuple[Any, ...]], found: SheetSet
    ) -> FilledColumns:
        """Return an empty part with the labels of the rows along the indices of its parameters."""
        period = found.periods[0]
        kept = "".join(letter for letter in own if letter == "p" or letter in letters)
        rows = [
            tuple(
                row[letters.index(letter)]
                if letter != "p"
                else self._label(row[letters.index("p")], found)
                if "p" in letters
                else period
                for letter in kept
            )
            for row in labels
        ]
        return FilledColumns(kept, rows)

    def _label(self, written: Any, found: SheetSet) -> Period:
        text = str(written).removesuffix(".0")
        try:
            own = next((period for period in found.periods if str(period) == text), None)
            return own or written_periods.parse(text)
        except ValueError as error:
            self._complain("p", error.args[0])
            return found.periods[0]

    def _letters(self, table: UnitTable) -> list[str] | None:
        """Return the index of each column of labels; a single one without its letter is the parameters' own."""
        if all(letter in self.m.indices for letter in table.letters):
            return table.letters
        others = {parameter.indices.replace("p", "") for parameter in table.columns.values()}
        if len(table.letters) == 1 and len(others) == 1 and len(own := others.pop()) == 1:
            return [own]
        complaint = _("the table of {symbols} does not say by its headings which index each column of labels is")
        self._complain(table.sheet, complaint, symbols=listed(one.symbol for one in table.columns.values()))
        return None

    def _filled(
        self, table: UnitTable, letters: Sequence[str], columns: Mapping[int, Sequence[Any]], found: SheetSet
    ) -> list[int]:
        """Return the rows, by their number in the table, in which something other than labels is filled in."""
        # what the sheet calculates says 0 of rows in which nothing is entered
        nothing = [(None, 0) if self._calculated(table, column) else (None,) for column in table.columns]
        rows = zip(*(columns[column] for column in table.columns), strict=True)
        kept = [
            place
            for place, values in enumerate(rows)
            if any(value not in none for value, none in zip(values, nothing, strict=True))
        ]
        empty = sorted({*range(len(table.rows))} - {*kept})
        if kept and empty:
            names = listed(table.rows[place] + 1 for place in empty)
            self._remark(table.sheet, _("rows without a value are left out: {names}"), names=names)
        for letter, column in zip(letters, table.label_columns, strict=True):
            labels, own = columns[column], Cell("", table.sheet, 0, column)
            self._unlabelled(letter, own, [table.rows[place] for place in kept if labels[place] is None])
            count = len({label for label in labels if label is not None})
            for place in empty if letter != "p" else ():
                name = "" if labels[place] is None else _class_name(labels[place])
                # an empty workbook has the numbers of units in its rows
                if name and not (name.isdecimal() and 1 <= int(name) <= count):
                    cell = Cell(name, table.sheet, table.rows[place], column)
                    found.empty.setdefault((letter, name), cell)
        return [place for place in kept if all(columns[one][place] is not None for one in table.label_columns)]

    def _unlabelled(self, letter: str, column: Cell, rows: Iterable[int]) -> None:
        """Complain of rows with values that do not say whose they are."""
        for row in rows:
            cell = self.sheets.cell(column.sheet, row, column.column)
            if not self.sheets.uncalculated(cell):  # which is said
                self._complain(letter, _("has no label ({address}), and its row has values"), cell)

    def _by_class(self, table: UnitTable, found: SheetSet) -> None:
        self._sums(table)
        self._units(table, found)
        self._uncalculated_in(table, (*table.label_columns, *table.columns))
        keys = self._column(table, table.label_columns[0])
        without = {row for row, key in zip(table.rows, keys, strict=True) if key is not None}
        for column, parameter in table.columns.items():
            values = found.classes.get(parameter.name, {})
            for row, key, value in zip(table.rows, keys, self._column(table, column), strict=True):
                if value is None:
                    continue
                cell, name = Cell(value, table.sheet, row, column), _class_name(key)
                without.discard(row)
                if key is None:
                    complaint = _("{got} ({address}) has no class: write the class before it")
                    self._complain(parameter, complaint, cell, got=shown(value))
                    continue
                place = table.unit_cell(column) if table.has_units else None
                given = self._with_unit(parameter, cell, table.units[column], place)
                if values.setdefault(name, given) != given:
                    complaint = _("{key} has another value before ({address}): a class has one")
                    self._complain(parameter, complaint, cell, key=shown(name))
            if values:
                found.classes[parameter.name] = values
        if without:
            names = listed(row + 1 for row in sorted(without))
            self._remark(table.sheet, _("rows without a value are left out: {names}"), names=names)


def _problem(of: Parameter | str, complaint: str, at: Cell | None, facts: Mapping[str, Any]) -> Problem:
    address = {} if at is None else {"address": at.address}
    return Problem(of.symbol if isinstance(of, Parameter) else of, complaint.format(**facts, **address))


def _is_bare(value: Any) -> bool:
    """Whether a value is a number without a unit."""
    if not isinstance(value, str):
        return isinstance(value, int | float)
    try:
        return split(value)[1] is None
    except ValueError:
        return False


def _class_name(key: Any) -> str:
    """Return the name of a class; where units are their own classes it is a number, which a spreadsheet has as 1.0."""
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key).strip()


def is_declared(unit: str, node: Node) -> bool:
    """Whether a unit on a sheet is the declared one; nothing written means that it is."""
    return unit in ("", "N/A") or _read_unit(unit, node) == _read_unit(node.unit, node)


def _read_unit(unit: str, node: Node) -> str:
    try:
        return normalise(node.unit if unit == "N/A" else unit)
    except UnitError:
        return unit


def _not_a_unit(text: str) -> str:
    """Return why a text is not a unit; nothing where it is one."""
    try:
        parse_unit(text)
    except UnitError as error:
        why: str = error.args[0]
        return why
    return ""


def plain_value(value: Any) -> Any:
    """Return a value with the signs of numbers that can be read in one way only made plain.

    Examples
    --------
    >>> plain_value("347,2"), plain_value("1.234.567,8 kWh"), plain_value("1,234")
    ('347.2', '1234567.8 kWh', '1,234')
    """
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if not isinstance(value, str):
        return value
    text = value.strip()
    if (match := DECIMAL_COMMA.fullmatch(text)) and (len(match[3]) != 3 or not match[2].isdigit()):
        return f"{match[1]}{match[2].replace('.', '').replace(' ', '')}.{match[3]}{match[4] or ''}"
    if match := DOTTED_GROUPS.fullmatch(text):
        return match[1].replace(".", "") + (match[2] or "")
    return text


def without_override(comment: str) -> tuple[str, str]:
    """Return the comment of a parameter without the reason of a value given instead of the document's, and that reason.

    Examples
    --------
    >>> without_override("yearly; override: measured by the maker")
    ('yearly', 'measured by the maker')
    """
    match = OVERRIDDEN.search(comment)
    return (comment, "") if match is None else (comment[: match.start()], match[1].strip())
