"""Reading a workbook: methodology from the header, values by headings and symbols, each with its cell."""

from __future__ import annotations

import itertools
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jcm_calc.case_file import CaseFile
from jcm_calc.confirmation import EvidenceFile
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.items import Parameter
from jcm_calc.inputs import Period
from jcm_calc.inputs.given import Cells
from jcm_calc.languages import Message, _, spellings
from jcm_calc.problems import InputError, InputWarning, Problem, listed, shown
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import normalise
from jcm_calc.workbook import evidence_sheet, record_sheet
from jcm_calc.workbook.layout import column_name
from jcm_calc.workbook.opening import Book, printable
from jcm_calc.workbook.symbols import Symbols
from jcm_calc.workbook.tables import Cell, Row, Sheets, UnitTable, in_english

if TYPE_CHECKING:
    from jcm_calc.result import Result

NAME = re.compile(r"\s*(MPS|MRS)\W*(input[_ ]*separate|input|calc[_ ]*process|calc)\W*(.*?)\s*", re.I)
KINDS = {"MPS": _("Monitoring Plan Sheet"), "MRS": _("Monitoring Report Sheet")}
ROLES = {
    "input": _("Input Sheet"),
    "separate": _("Input Sheet, continued"),
    "calc": _("Calculation Process Sheet"),
}
HEADER = re.compile(r"JCM_([A-Z]{2}_A?M\d{3})_ver(\d{1,4}(?:\.\d{1,4})*)(?![\d.]*\d)")
REFERENCE = re.compile(rf"(?:{'|'.join(map(re.escape, spellings(_('Reference Number'))))}):\s*(\S+)")
HEADER_ROWS = 12
LONGEST_SYMBOL = 60
ELSEWHERE = re.compile(r"\b(see|refer)\b.*separate|separate.*参照", re.I)
DECIMAL_COMMA = re.compile(r"([-+]?)(\d{1,3}(?:[. ]\d{3})+|\d+),(\d+)(\s*\D.*)?")
DOTTED_GROUPS = re.compile(r"([-+]?\d{1,3}(?:\.\d{3}){2,})(\s*\D.*)?")
MONITORING = ("option", "source", "procedure", "frequency", "comment")


@dataclass(frozen=True)
class Workbook:
    """A monitoring spreadsheet as it was filled in; see `read_workbook`.

    Attributes
    ----------
    path : Path
    methodology, version : str
        From the header.
    report : CaseFile or None
        What the report sheets hold, all years together; None where nothing is filled in.
    plan : CaseFile or None
        What the plan sheets hold.
    remarks : tuple of Problem
        What was left out, and what a verifier should look at.
    """

    path: Path
    methodology: str
    version: str
    report: CaseFile | None
    plan: CaseFile | None
    remarks: tuple[Problem, ...] = ()

    @property
    def case(self) -> CaseFile:
        """The report, or the plan where there is no report.

        Raises
        ------
        InputError
            If nothing is filled in.
        """
        found = self.report or self.plan
        if found is None:
            complaint = _("no values are filled in: fill in the coloured cells")
            raise InputError(self.path.name, [Problem(self.path.name, complaint)])
        return found

    def calculate(self) -> Result:
        """Calculate; see `jcm_calc.calculate` for what it raises and warns of."""
        return self.case.calculate()


def read_workbook(path: str | os.PathLike[str]) -> Workbook:
    """Read a monitoring spreadsheet.

    Tables are found by their headings and rows by their symbols, wherever they stand; of a formula
    the stored value is read. Nothing in the file is executed, and nothing outside it is opened.

    Parameters
    ----------
    path : path
        An ``.xlsx`` file.

    Returns
    -------
    Workbook

    Raises
    ------
    InputError
        If the file is no monitoring spreadsheet that can be read.

    Warns
    -----
    InputWarning
        For what was left out, and for formulas where values belong.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("filled.xlsx")
    >>> workbook = jcm_calc.read_workbook("filled.xlsx")
    >>> print(workbook.methodology, workbook.version)
    PW_AM001 1.0
    >>> print(workbook.calculate().trace().loc["EG", "from"])
    filled.xlsx, MRS(input_separate)!C11
    """
    book = Book(path)
    sets = sheet_sets(book)
    number, version = header(book, [sheet for roles in sets.values() for sheet in roles.values()])
    try:
        m = methodology(number, version)
    except MethodologyNotFoundError as error:
        raise book.unusable(str(error)) from None
    reader = Reader(book, m)
    project = project_of(book, sets)
    reports = [reader.read(roles) for (kind, _), roles in sets.items() if kind == "MRS"]
    plans = [reader.read(roles) for (kind, _), roles in sets.items() if kind == "MPS"]
    report, plan = (reader.case(found, project) for found in (reports, plans))
    if report is not None:
        pointers = {pointer for found in reports for pointer in found.pointers.items()}
        reader.remarks += record_sheet.attach(report.tables, pointers, book, m)
    evidence: tuple[EvidenceFile, ...] = ()
    try:
        evidence = evidence_sheet.read(book, number, version)
    except InputError as error:
        reader.problems += error.problems
    if reader.problems:
        raise InputError(book.name, reader.problems, reader.remarks)
    for sheet in book.hidden:
        if any(sheet in roles.values() for roles in sets.values()):
            reader.remarks.append(Problem(printable(sheet), _("is a hidden sheet, and its values are used")))
    if book.external:
        complaint = _("refers to other files, which were not opened: stored values are used")
        reader.remarks.append(Problem(book.name, complaint))
    for remark in reader.remarks:
        warnings.warn(str(remark), InputWarning, stacklevel=2)
    report, plan = (case and replace(case, evidence=evidence) for case in (report, plan))
    return Workbook(book.path, number, version, report, plan, tuple(reader.remarks))


# Sheets and header

Roles = dict[str, str]


def sheet_sets(book: Book) -> dict[tuple[str, str], Roles]:
    """Return the sheets of each set by what they are for, found by name or by title."""
    sets: dict[tuple[str, str], Roles] = {}
    for sheet in book.sheets:
        match = NAME.fullmatch(sheet)
        if match:
            kind, suffix, role = match[1].upper(), match[3], match[2].casefold()
        elif titled := _titled(book, sheet):
            (kind, role), suffix = titled, ""
        else:
            continue
        roles = sets.setdefault((kind, suffix), {})
        short = "separate" if "separate" in role else "input" if role == "input" else "calc"
        if short in roles:
            raise book.unusable(
                _("has two sheets for one purpose: {one!r} and {other!r}").format(one=roles[short], other=sheet)
            )
        roles[short] = sheet
    if not any("input" in roles for roles in sets.values()):
        names = listed(map(repr, book.sheets)) or _("none")
        complaint = _(
            "holds no monitoring plan or report: expected a sheet MRS(input) or MPS(input), found {names}"
        ).format(names=names)
        raise book.unusable(complaint)
    return {key: roles for key, roles in sets.items() if "input" in roles}


def _titled(book: Book, sheet: str) -> tuple[str, str] | None:
    for (kind, titles), (role, names) in itertools.product(KINDS.items(), ROLES.items()):
        pairs = zip(spellings(titles), spellings(names), strict=True)
        words = "|".join(rf"{re.escape(title)}\s*\({re.escape(name)}\)" for title, name in pairs)
        if matches(book, sheet, re.compile(words, re.I)):
            return kind, role
    return None


def header(book: Book, sheets: Iterable[str]) -> tuple[str, str]:
    """Return number and version of the methodology, on which all sheets must agree."""
    found: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        for match in matches(book, sheet, HEADER):
            major, __, minor = match[2].partition(".")
            found.setdefault((match[1], f"{int(major)}.{minor or 0}"), sheet)
    if not found:
        raise book.unusable(
            _("names no methodology: expected 'Monitoring Spreadsheet: JCM_ID_AM002_ver02.0' at the top")
        )
    if len(found) > 1:
        one = _("{number} ver {version} (in {sheet})")
        named = listed(one.format(number=key[0], version=key[1], sheet=sheet) for key, sheet in found.items())
        raise book.unusable(_("holds several methodologies: {names}; give each a file of its own").format(names=named))
    return next(iter(found))


def matches(book: Book, sheet: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return where a pattern occurs in the texts at the top of a sheet."""
    texts = [cell for cells in book.grid(sheet)[:HEADER_ROWS] for cell in cells if isinstance(cell, str) and cell]
    return [match for text in texts if (match := pattern.search(text))]


def project_of(book: Book, sets: Mapping[tuple[str, str], Roles]) -> dict[str, Any]:
    """Return what the workbook says of the project: its number, and who is responsible."""
    project: dict[str, Any] = {}
    for roles in sets.values():
        for match in matches(book, roles["input"], REFERENCE):
            project.setdefault("number", match[1])
    for sheet in book.sheets:
        if sheet.strip().upper() == "MSS":
            rows = [[str(cell).strip() for cell in cells if cell != ""] for cells in book.grid(sheet)]
            start = next(
                (number for number, row in enumerate(rows) if "responsible personnel" in map(in_english, row)),
                len(rows),
            )
            project["personnel"] = {row[0]: row[1] for row in rows[start + 1 :] if len(row) == 2}
    return project


# Values


@dataclass
class Part:
    """Columns of values with the labels of their rows."""

    letters: str
    labels: list[tuple[Any, ...]]
    columns: dict[str, list[Any]]
    cells: dict[str, list[tuple[str, int, int]]]


@dataclass
class SheetSet:
    """What one set of sheets holds."""

    sheet: str
    periods: list[Period]
    choices: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    pointers: dict[str, str] = field(default_factory=dict)  # to the record of readings
    parts: list[Part] = field(default_factory=list)

    @property
    def filled(self) -> bool:
        """Whether anything is filled in that depends on the period."""
        return any("p" in part.letters for part in self.parts)


class Reader:
    """Reads the sets of a workbook."""

    def __init__(self, book: Book, m: Methodology) -> None:
        self.book, self.m = book, m
        self.sheets = Sheets(book)
        self.symbols = Symbols({**m.inputs, **m.facts})
        self.keys = {p.symbol: p.name for p in m.inputs.values()} | {name: name for name in m.coordinates}
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []

    # One set of sheets

    def read(self, roles: Roles) -> SheetSet:
        """Read the input sheets of a set."""
        tables = list(self.sheets.tables(roles["input"]))
        rows = [row for kind, found in tables if kind == "parameters" for row in found if row.text("symbol")]
        periods = self._periods(rows, [row for kind, found in tables if kind == "periods" for row in found])
        found = SheetSet(roles["input"], periods)
        for kind, listed_rows in tables:
            if kind == "choices":
                self._choices(listed_rows, found)
        separate: set[str] = set()
        if "separate" in roles:
            for table in self.sheets.unit_tables(roles["separate"], self.symbols, self.keys):
                separate |= {parameter.name for parameter in table.columns.values()}
                if len(table.letters) == 1 and table.letters[0] not in self.m.indices:
                    self._by_class(table, found)
                else:
                    self._unit_table(table, found)
        self._rows(rows, separate, found)
        return found

    def _periods(self, rows: Sequence[Row], listed_periods: Sequence[Row]) -> list[Period]:
        """Return the periods of a set: those of the table of periods, or those named in table 1."""
        found: list[Period] = []
        for row in listed_periods:
            label = row.text("number").removesuffix(".0")
            if row.text("first") or row.text("last"):
                found += self._period((row.cells["first"].value, row.cells["last"].value), row.cells["first"])
            else:
                found.append(Period(None, None, label if re.fullmatch(r"\d{1,3}", label) else str(len(found) + 1)))
        if not found:
            for row in rows:
                if row.text("period"):
                    found += [
                        one for one in self._period(row.cells["period"].value, row.cells["period"]) if one not in found
                    ]
        return found or [Period(None, None, "1")]

    def _period(self, given: Any, cell: Cell) -> list[Period]:
        try:
            return [Period.parse(given)]
        except ValueError as error:
            problem = Problem("p", Message("{} ({})").format(error, cell.address))
            if problem not in self.problems:
                self.problems.append(problem)
            return []

    def _choices(self, rows: Iterable[Row], found: SheetSet) -> None:
        for row in rows:
            if row.text("choice") in self.m.choices and row.text("chosen"):
                found.choices[row.text("choice")] = row.text("chosen")

    # Rows of tables 1 and 2 and of the facts

    def _rows(self, rows: Iterable[Row], separate: set[str], found: SheetSet) -> None:
        given: dict[str, dict[tuple[Any, ...], Any]] = {}
        cells: dict[str, list[tuple[str, int, int]]] = {}
        counted: dict[str, int] = {}
        letters: dict[str, str] = {}
        for row in rows:
            cell = row.cells["value"]
            parameter, label = self._meant(row)
            if parameter is None:
                continue
            name = parameter.name
            self._source(parameter, row, found)
            count = counted[name] = counted.get(name, -1) + 1
            self._uncalculated(parameter.symbol, cell)
            if cell.value == "" or name in separate or ELSEWHERE.search(str(cell.value)):
                continue
            if isinstance(cell.value, str) and cell.value in parameter.candidates:
                self._name(parameter, cell, found)
                continue
            period = self._row_period(parameter, row, count, label, found)
            key = tuple(part for part in (label, period) if part is not None)
            letters[name] = ("" if label is None else parameter.indices.replace("p", "")) + (
                "" if period is None else "p"
            )
            if key in given.setdefault(name, {}):
                complaint = _(
                    "has two rows without saying which unit each is ({address}): write EC_PJ,1,p and so on"
                ).format(address=cell.address)
                self.problems.append(Problem(parameter.symbol, complaint))
                continue
            given[name][key] = self._with_unit(parameter, cell, row.text("unit"))
            cells.setdefault(name, []).append((cell.sheet, cell.row, cell.column))
        groups: dict[tuple[str, tuple[Any, ...]], list[str]] = {}
        for name, values in given.items():
            groups.setdefault((letters[name], tuple(values)), []).append(name)
        for (own, keys), names in groups.items():
            columns = {name: list(given[name].values()) for name in names}
            found.parts.append(Part(own, list(keys), columns, {name: cells[name] for name in names}))

    def _meant(self, row: Row) -> tuple[Parameter | None, str | None]:
        """Return the parameter of a row, and the label of its unit where the symbol names one."""
        text, cell = row.text("symbol"), row.cells["value"]
        parameter = self.symbols.find(text)
        if parameter is not None:
            return parameter, None
        if numbered := self.symbols.numbered(text):
            return numbered
        if cell.value != "":
            complaint = _("is no parameter of {m}: its value {came} ({address}) is left out").format(
                m=self.m, came=shown(cell.value), address=cell.address
            )
            self.remarks.append(Problem(printable(text[:LONGEST_SYMBOL]), complaint))
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
                complaint = _("{period} ({address}) is none of the periods {names} of this sheet").format(
                    period=parsed[0], address=written.address, names=listed(found.periods)
                )
                self.problems.append(Problem(parameter.symbol, complaint))
            return parsed[0] if parsed else found.periods[0]
        return found.periods[count if label is None and count < len(found.periods) else 0]

    def _source(self, parameter: Parameter, row: Row, found: SheetSet) -> None:
        told = {key: row.text(key) for key in MONITORING if row.text(key)}
        comment, digest = record_sheet.without_pointer(told.pop("comment", ""))
        told |= {"comment": comment} if comment else {}
        if digest:
            found.pointers[parameter.name] = digest
        if told and parameter.name in self.m.inputs:
            found.sources.setdefault(parameter.name, told)

    def _name(self, parameter: Parameter, cell: Cell, found: SheetSet) -> None:
        if found.named.setdefault(parameter.name, cell.value) != cell.value:
            complaint = _("{came} ({address}) is not the value named before: name one for all").format(
                came=shown(cell.value), address=cell.address
            )
            self.problems.append(Problem(parameter.symbol, complaint))

    def _with_unit(self, parameter: Parameter, cell: Cell, unit: str) -> Any:
        """Return a value, with its unit where it is not the declared one."""
        self._formula(parameter, cell)
        value = plain_value(cell.value)
        self._unitless(parameter, cell, unit)
        if parameter.textual or parameter.unit == "date" or is_declared(unit, parameter):
            return value
        return f"{value!r} {unit}" if isinstance(value, int | float) else f"{value} {unit}"

    def _unitless(self, parameter: Parameter, cell: Cell, unit: str) -> None:
        """Remark on a number without a unit, where one was expected."""
        known = parameter.textual or parameter.unit in ("", "date")
        if not (unit or known) and isinstance(cell.value, int | float):
            complaint = _("has no unit ({address}): {came} is taken in {unit}").format(
                address=cell.address, came=shown(cell.value), unit=parameter.unit
            )
            self.remarks.append(Problem(parameter.symbol, complaint))

    def _formula(self, parameter: Parameter, cell: Cell) -> None:
        formula = self.sheets.formula(cell)
        if formula is not None:
            complaint = _(
                "holds a formula where a value belongs ({address}): ={formula}; its stored value {came} is taken"
            ).format(address=cell.address, formula=formula.text[:60], came=shown(cell.value))
            self.remarks.append(Problem(parameter.symbol, complaint))

    def _uncalculated(self, subject: str, cell: Cell) -> None:
        if cell.value == "" and self.sheets.uncalculated(cell):
            complaint = _("holds a formula ({address}) whose value is not stored: give the value itself").format(
                address=cell.address
            )
            self.problems.append(Problem(subject, complaint))

    # Tables of units

    def _unit_table(self, table: UnitTable, found: SheetSet) -> None:
        letters = self._letters(table)
        if letters is None:
            return
        columns = {column: self._column(table, column) for column in (*table.label_columns, *table.columns)}
        kept = self._filled(table, columns)
        if not kept:
            return
        rows = [table.rows[place] for place in kept]
        columns = {column: [values[place] for place in kept] for column, values in columns.items()}
        labels = list(zip(*(columns[column] for column in table.label_columns), strict=True))
        parts: dict[str, Part] = {}
        for column, parameter in table.columns.items():
            values = columns[column]
            if not self._usable(table, column, rows, values, found):
                continue
            own = "".join(letter for letter in self.m.indices if letter in parameter.indices)
            if own not in parts:
                parts[own] = self._part(own, letters, labels, found)
            unit = table.units[column]
            declared = parameter.textual or is_declared(unit, parameter)
            heading = parameter.name if declared else f"{parameter.name} [{unit}]"
            parts[own].columns[heading] = [plain_value(value) for value in values]
            parts[own].cells[heading] = [(table.sheet, row, column) for row in rows]
        found.parts += parts.values()

    def _column(self, table: UnitTable, column: int) -> list[Any]:
        """Return the values of a column, None in empty cells."""
        grid = self.book.grid(table.sheet)
        values = [grid[row][column] for row in table.rows]
        if "" not in values:
            return values
        formulas = self.book.formulas(table.sheet)
        return [
            value if value != "" else self._value(table.sheet, row, column) if (row, column) in formulas else None
            for row, value in zip(table.rows, values, strict=True)
        ]

    def _usable(
        self, table: UnitTable, column: int, rows: Sequence[int], values: Sequence[Any], found: SheetSet
    ) -> bool:
        """Whether a column holds values of its own; a candidate that it names is noted."""
        parameter = table.columns[column]
        formulas = self.book.formulas(table.sheet)
        for row, value in zip(rows, values, strict=True):
            if value is None and (row, column) in formulas:
                self._uncalculated(parameter.symbol, Cell("", table.sheet, row, column))
        first = next((place for place, value in enumerate(values) if value is not None), None)
        if first is None:
            return False
        if isinstance(values[first], str) and values[first] in parameter.candidates:
            for row, value in zip(rows, values, strict=True):
                self._name(parameter, Cell(value, table.sheet, row, column), found)
            return False
        self._formulas(table, parameter, column, rows)
        self._unitless(parameter, self.sheets.cell(table.sheet, rows[first], column), table.units[column])
        return True

    def _part(self, own: str, letters: Sequence[str], labels: Sequence[tuple[Any, ...]], found: SheetSet) -> Part:
        """Return an empty part with the labels of the rows along the indices of its parameters."""
        period = found.periods[0]
        rows = [
            tuple(
                (self._label(row[letters.index("p")], found) if "p" in letters else period)
                if letter == "p"
                else row[letters.index(letter)]
                for letter in own
                if letter == "p" or letter in letters
            )
            for row in labels
        ]
        kept = "".join(letter for letter in own if letter == "p" or letter in letters)
        return Part(kept, rows, {}, {})

    def _label(self, written: Any, found: SheetSet) -> Period:
        text = str(written).removesuffix(".0")
        try:
            return next((period for period in found.periods if str(period) == text), None) or Period.parse(text)
        except ValueError as error:
            self.problems.append(Problem("p", str(error)))
            return found.periods[0]

    def _letters(self, table: UnitTable) -> list[str] | None:
        """Return the index of each column of labels; a single one without its letter is the parameters' own."""
        if all(letter in self.m.indices for letter in table.letters):
            return table.letters
        others = {parameter.indices.replace("p", "") for parameter in table.columns.values()}
        if len(table.letters) == 1 and len(others) == 1 and len(own := others.pop()) == 1:
            return [own]
        symbols = listed(parameter.symbol for parameter in table.columns.values())
        complaint = _(
            "the table of {symbols} does not say by its headings which index each column of labels is"
        ).format(symbols=symbols)
        self.problems.append(Problem(table.sheet, complaint))
        return None

    def _filled(self, table: UnitTable, columns: Mapping[int, Sequence[Any]]) -> list[int]:
        """Return the rows, by their number in the table, in which something is filled in besides labels."""
        rows = zip(*(columns[column] for column in table.columns), strict=True)
        kept = [place for place, values in enumerate(rows) if any(value is not None for value in values)]
        if kept and len(kept) < len(table.rows):
            found = set(kept)
            empty = [row + 1 for place, row in enumerate(table.rows) if place not in found]
            self.remarks.append(
                Problem(table.sheet, _("rows without a value are left out: {names}").format(names=listed(empty)))
            )
        return kept

    def _value(self, sheet: str, row: int, column: int) -> Any:
        value = self.book.value(sheet, row, column)
        if value == "":
            value = self.sheets.cell(sheet, row, column).value
        return None if value == "" else value

    def _formulas(self, table: UnitTable, parameter: Parameter, column: int, rows: Sequence[int]) -> None:
        formulas = self.book.formulas(table.sheet)
        if formulas and "p" in parameter.indices:
            found = [row for row in rows if (row, column) in formulas]
            for row in found[:1]:
                self._formula(parameter, self.sheets.cell(table.sheet, row, column))

    def _by_class(self, table: UnitTable, found: SheetSet) -> None:
        for column, parameter in table.columns.items():
            values = {}
            for row in table.rows:
                key, value = (self._value(table.sheet, row, place) for place in (table.label_columns[0], column))
                if key is not None and value is not None:
                    cell = Cell(value, table.sheet, row, column)
                    values[str(key).strip()] = self._with_unit(parameter, cell, table.units[column])
            if values:
                found.classes[parameter.name] = values

    # All sets of one kind

    def case(self, sets: Sequence[SheetSet], project: Mapping[str, Any]) -> CaseFile | None:
        """Return what sets of sheets hold together."""
        if not any(found.filled for found in sets):
            return None
        self._different_years(sets)
        periods = [period for found in sets for period in found.periods]
        dated = all(period.dated for period in periods)
        return CaseFile(
            path=self.book.path,
            methodology=self.m.number,
            version=self.m.version,
            p=None if not dated else periods if len(periods) > 1 else periods[0],
            project=project,
            choices=self._agreed(
                _("one choice is expected for all years, but {one} and {other} came"), [found.choices for found in sets]
            ),
            inputs={
                **self._agreed(
                    _("one value is expected for all years, but {one} and {other} came"),
                    [found.named for found in sets],
                ),
                **self._agreed(
                    _("one value by class is expected for all years, but {one} and {other} came"),
                    [found.classes for found in sets],
                ),
            },
            tables=tuple(self._frames(sets)),
            facts={},
            sources=sets[0].sources,
            source=None,
            expected={},
        )

    def _different_years(self, sets: Sequence[SheetSet]) -> None:
        """Complain where two sheets report on one period."""
        sheets: dict[Period, str] = {}
        for found in sets:
            for period in found.periods:
                other = sheets.setdefault(period, found.sheet)
                if period.dated and other != found.sheet:
                    complaint = _("{period} is the period of two sheets, {one!r} and {other!r}: a year has one").format(
                        period=period, one=other, other=found.sheet
                    )
                    self.problems.append(Problem("p", complaint))

    def _agreed(self, complaint: Message, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what all years have in common, and complain where they differ."""
        for other in found[1:]:
            for name in sorted(found[0].keys() | other.keys()):
                if found[0].get(name) != other.get(name):
                    one, two = shown(found[0].get(name)), shown(other.get(name))
                    self.problems.append(Problem(name, complaint.format(one=one, other=two)))
        return dict(found[0])

    def _frames(self, sets: Sequence[SheetSet]) -> list[pd.DataFrame]:
        """Return a table for each set of indices and columns, the years of each below each other."""
        groups: dict[tuple[str, tuple[str, ...]], list[Part]] = {}
        for number, found in enumerate(sets):
            for part in found.parts:
                if not part.columns:
                    continue
                if "p" in part.letters or number == 0:
                    groups.setdefault((part.letters, tuple(part.columns)), []).append(part)
                else:
                    self._same(sets[0], part)
        return [self._frame(letters, headings, parts) for (letters, headings), parts in groups.items()]

    def _same(self, first: SheetSet, part: Part) -> None:
        """Complain where a later year has another value for what does not depend on the year."""
        for heading, values in part.columns.items():
            known = next((one for one in first.parts if heading in one.columns and one.letters == part.letters), None)
            if known is not None and known.labels == part.labels and known.columns[heading] == values:
                continue
            where = Cell(None, *part.cells[heading][0]).address
            complaint = _("differs from the first year's, though it does not depend on the period ({where})").format(
                where=where
            )
            self.problems.append(Problem(heading, complaint))

    def _frame(self, letters: str, headings: Sequence[str], parts: Sequence[Part]) -> pd.DataFrame:
        labels = [label for part in parts for label in part.labels]
        columns: dict[str, Any] = {
            letter: [str(label[place]) if letter == "p" else label[place] for label in labels]
            for place, letter in enumerate(letters)
        }
        for heading in headings:
            columns[heading] = [value for part in parts for value in part.columns[heading]]
        frame = pd.DataFrame(columns)
        frame.attrs["source"] = self.book.name
        frame.attrs["cells"] = {
            heading: _cells([cell for part in parts for cell in part.cells[heading]]) for heading in headings
        }
        return frame


def _cells(places: Sequence[tuple[str, int, int]]) -> Cells:
    known: dict[tuple[str, int], int] = {}
    numbers = [known.setdefault((sheet, column), len(known)) for sheet, _, column in places]
    columns = [(sheet, column_name(column)) for sheet, column in known]
    return Cells(columns, np.array(numbers), np.array([row + 1 for _, row, _ in places]))


def is_declared(unit: str, parameter: Parameter) -> bool:
    """Whether a unit on a sheet is the declared one; nothing written means that it is."""
    return unit in ("", "N/A") or normalise(unit) == normalise(parameter.unit)


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
