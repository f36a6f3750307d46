"""Which cell holds which element of which quantity: entries on the input sheets, steps on the calculation sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jcm_calc.base.languages import spellings
from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.inputs import Period
from jcm_calc.reports.workbook.filled_sheets import SheetSet, is_declared
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.reports.workbook.tables import CAPTION, TERMS_OF, Sheets, UnitTable, in_english
from jcm_calc.reports.workbook.written_units import plain_unit
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.location import Location, address
from jcm_calc.verification.spreadsheet import Place

TERMS = "terms of "
WITH_UNIT = re.compile(r"(\S+) \[(.*)\]")


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """A value that was entered, with the label along each index.

    The value is in the declared unit, where it is a number; ``unit`` is that in which it is written, none where that
    is the declared one.
    """

    parameter: Parameter
    labels: Mapping[str, str]
    value: Any
    written: Any
    unit: str
    place: Place

    @property
    def address(self) -> Location:
        """Sheet and cell."""
        return address(self.place)

    @property
    def monitored(self) -> bool:
        """Whether it was monitored, not fixed beforehand."""
        return self.parameter.kind is Kind.MONITORED

    @property
    def numeric(self) -> bool:
        """Whether it is a number, not a text or what does not convert."""
        return isinstance(self.value, int | float)

    @property
    def period(self) -> Period | None:
        """The period that it is of, where that has dates."""
        try:
            found = Period.parse(self.labels.get("p", ""))
        except ValueError:
            return None
        return found if found.dated else None


@dataclass(frozen=True, eq=False)
class ShownQuantity:
    """A cell of the calculation sheet that shows an element of a quantity, with the unit in its row or heading."""

    name: str
    labels: Mapping[str, str]
    unit: str
    place: Place
    unit_place: Place

    @property
    def address(self) -> Location:
        """Sheet and cell."""
        return address(self.place)


def label_text(label: Any) -> str:
    """Return a label as it is compared: 1, 1.0 and "1" are one."""
    return str(label).strip().removesuffix(".0")


def converts(unit: str, other: str) -> bool:
    """Whether values in one unit can be given in another."""
    try:
        conversion(unit, other)
    except UnitError:
        return False
    return True


# Entries


def entries(found: SheetSet, sheets: Sheets, parameters: Mapping[str, Parameter]) -> Iterator[EnteredValue]:
    """Yield every value that a set of sheets holds, as the reader of workbooks found it."""
    for part in found.parts:
        for heading, values in part.columns.items():
            match = WITH_UNIT.fullmatch(heading)
            name, unit = (match[1], match[2]) if match else (heading, "")
            parameter = parameters[name]
            for labels, value, place in zip(part.labels, values, part.cells[heading], strict=True):
                if value is None:
                    continue
                named = {letter: label_text(label) for letter, label in zip(part.letters, labels, strict=True)}
                yield _entry(parameter, named, value, unit, place, sheets)


def _entry(
    parameter: Parameter, labels: Mapping[str, str], value: Any, unit: str, place: Place, sheets: Sheets
) -> EnteredValue:
    written = sheets.cell(*place).value
    if isinstance(value, str) and isinstance(written, int | float):  # "347.2 kWh": the unit is next to the cell
        unit = value.partition(" ")[2]
    converted = written
    if isinstance(written, int | float) and unit and not is_declared(unit, parameter):
        try:
            converted = conversion(unit, parameter.unit)(written)
        except UnitError:
            converted = None
    return EnteredValue(parameter, labels, converted, written, unit, place)


# Steps


class Quantities(Symbols):
    """Finds the quantity that a symbol on a calculation sheet means: parameter, intermediate or result."""

    def __init__(self, nodes: Mapping[str, Node], letters: Sequence[str]) -> None:
        known = {name: _as_parameter(node) for name, node in nodes.items()}
        for node in nodes.values():
            if isinstance(node, Equation) and node.total:
                indices = "".join(letter for letter in letters if letter in node.indices + node.total)
                name = f"{TERMS}{node.name}"
                known[name] = Parameter(name, f"{TERMS}{node.symbol}", node.unit, indices, Kind.CONSTANT, node.text)
        self._exact = {item.symbol: item for item in known.values()}
        for node in nodes.values():
            if f"{TERMS}{node.name}" in known:
                written = (heading.format(symbol=getattr(node, "symbol", "")) for heading in spellings(TERMS_OF))
                self._exact |= dict.fromkeys(written, known[f"{TERMS}{node.name}"])
        super().__init__(known)

    def find(self, text: str) -> Parameter | None:
        """Return the quantity; the symbol as the document writes it goes before any other reading."""
        return self._exact.get(text) or super().find(text)


def _as_parameter(node: Node) -> Parameter:
    if isinstance(node, Parameter):
        return node
    if isinstance(node, Coordinate):
        return Parameter(node.name, node.name, node.unit, node.indices, Kind.CONSTANT, node.what)
    return Parameter(node.name, node.symbol, node.unit, node.indices, Kind.CONSTANT, node.text)


@dataclass(frozen=True, slots=True)
class CalculationRow:
    """A row of blocks 1 to 4 of a calculation sheet, whatever its symbol is."""

    symbol: str
    unit: str
    equation: str
    text: str
    values: tuple[Place, ...]
    symbol_column: int
    unit_place: Place

    @property
    def address(self) -> Location:
        """Sheet and cell of its first value."""
        return address(self.values[0])


def lines(sheet: str, sheets: Sheets) -> Iterator[CalculationRow]:
    """Yield the rows of the blocks of a calculation sheet, found by the headings of their columns."""
    columns: dict[str, int] = {}
    values: list[int] = []
    for row, cells in enumerate(sheets.book.grid(sheet)):
        texts = {in_english(cell): column for column, cell in enumerate(cells) if cell != ""}
        symbol = texts.get("parameter", texts.get("parameters"))
        first = next((cell for cell in cells if cell != ""), "")
        if symbol is not None and "units" in texts:
            columns = {"symbol": symbol, "unit": texts["units"], "equation": texts.get("equation", -1)}
            values = [column for text, column in texts.items() if text.startswith("value")]
        elif isinstance(first, str) and CAPTION.match(first):
            columns = {}
        elif columns and first != "":
            read = {
                key: str(cells[column]).strip() if 0 <= column < len(cells) else "" for key, column in columns.items()
            }
            places = tuple((sheet, row, column) for column in values)
            unit_place = (sheet, row, columns["unit"])
            written = read["symbol"], read["unit"], read["equation"], str(first)
            yield CalculationRow(*written, places, columns["symbol"], unit_place)


def steps(
    sheet: str, periods: Sequence[Period], sheets: Sheets, quantities: Quantities, letters: Sequence[str]
) -> Iterator[ShownQuantity]:
    """Yield every cell of a calculation sheet whose symbol is one of the calculation."""
    symbol_columns: set[int] = set()
    for line in lines(sheet, sheets):
        found = quantities.find(line.symbol) if line.symbol else None
        if found is None:
            continue
        dated, unit = "p" in found.indices, plain_unit(line.unit, found.unit, periods)
        for period, place in zip(periods if dated else periods[:1], line.values, strict=False):
            yield ShownQuantity(found.name, {"p": str(period)} if dated else {}, unit, place, line.unit_place)
        symbol_columns.add(line.symbol_column)
    keys = {letter: letter for letter in letters}
    for table in sheets.unit_tables(sheet, quantities, keys):
        # a row of blocks 1 to 4 with nothing behind its symbol looks like the head of a table
        if not set(table.columns) <= symbol_columns and set(table.letters) <= set(letters):
            yield from _in_table(table, sheets, periods)


def unit_steps(
    sheet: str, periods: Sequence[Period], sheets: Sheets, quantities: Quantities, letters: Sequence[str]
) -> Iterator[ShownQuantity]:
    """Yield every cell of the tables of an input sheet whose symbol is in the heading of its column."""
    for table in sheets.unit_tables(sheet, quantities, {letter: letter for letter in letters}):
        yield from _in_table(table, sheets, periods)


def _in_table(table: UnitTable, sheets: Sheets, periods: Sequence[Period]) -> Iterator[ShownQuantity]:
    for row in table.rows:
        texts = [sheets.cell(table.sheet, row, column).value for column in table.label_columns]
        if "" in texts:
            continue
        labels = {letter: label_text(text) for letter, text in zip(table.letters, texts, strict=True)}
        for column, quantity in table.columns.items():
            own = {letter: label for letter, label in labels.items() if letter in quantity.indices}
            if "p" in quantity.indices:
                own.setdefault("p", str(periods[0]))
            unit, at = plain_unit(table.units[column], quantity.unit, periods), (table.sheet, table.units_row, column)
            yield ShownQuantity(quantity.name, own, unit, (table.sheet, row, column), at)
