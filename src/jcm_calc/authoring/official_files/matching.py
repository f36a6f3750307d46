"""Which cells of an official monitoring spreadsheet hold which quantity of a methodology.

By symbol where there is one, or else by unit and words: such a match is for a person to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jcm_calc.authoring.official_files.layout import RESULTS, Layout, unit_of
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import Place, areas
from jcm_calc.reports.workbook.sheet_sets import Roles
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.reports.workbook.tables import in_english
from jcm_calc.units import UnitError
from jcm_calc.units.conversions import Linear, conversion
from jcm_calc.verification.location import address

CLAIM = "co2 emission reductions"
LEAST_ALIKE = 0.2  # share of the words
LONGEST_SYMBOL = 40
LONGEST_HEADING = 3  # rows between the symbols of a table of units and its first unit
NOT_A_SYMBOL = ("parameters", "parameter", "value", "monitored values", "estimated values")
COMMON = {"an", "and", "during", "for", "in", "is", "of", "or", "per", "period", "the", "to", "under", "with"}
Item = Parameter | Equation


@dataclass(frozen=True)
class QuantityCells:
    """QuantityCells that hold one quantity: a single one, or one for each row of a table of units.

    Attributes
    ----------
    symbol, words : str
        As they are written in the sheet.
    unit : str or None
        As the library writes it, without ``/p``; None where the sheet says no unit.
    places : tuple
        Sheet, row and column of each cell, both from 0.
    tabular : bool
        Whether they are a column of a table of units.
    by_words : bool
        Whether they were found by their words, which a person has to confirm.
    """

    symbol: str
    unit: str | None
    words: str
    places: tuple[Place, ...]
    tabular: bool = False
    by_words: bool = False

    @property
    def address(self) -> str:
        """Where the first cell is, such as MRS(input)!C13."""
        return str(address(self.places[0]))


@dataclass
class SetOfSheets:
    """The quantities of one set of sheets, plan (MPS) or report (MRS), by the names of their declarations.

    Attributes
    ----------
    found : dict
    without_unit, other_unit : list of QuantityCells
        Their sheet says no unit, or one that does not convert into the declared one: their numbers are not compared.
    amounts : dict
        The cells of table 3, with what converts them into tonnes.
    units : int
        The number of rows of the table of units.
    """

    kind: str
    found: dict[str, list[QuantityCells]] = field(default_factory=dict)
    unmatched: list[QuantityCells] = field(default_factory=list)
    without_unit: dict[str, QuantityCells] = field(default_factory=dict)
    other_unit: dict[str, QuantityCells] = field(default_factory=dict)
    amounts: dict[Place, Linear] = field(default_factory=dict)
    units: int = 1

    def cells(self, name: str) -> QuantityCells | None:
        """Return where a quantity is, in a table of units if it is in one."""
        return next(iter(self.found.get(name, ())), None)


def factor(unit: str, declared: str) -> Linear | None:
    """Return what converts a number in a unit of the sheet into the declared one; None where nothing does."""
    try:
        return conversion(unit, "" if declared == "-" else declared)
    except UnitError:
        return None


def items_of(m: Declarations) -> dict[str, Item]:
    """Return every input and equation by its name."""
    return {**m.inputs, **{rule.name: rule for rule in m.rules}}


def quantities(layout: Layout, m: Declarations, kind: str, roles: Roles) -> SetOfSheets:
    """Return where the quantities of a methodology are in one set of sheets."""
    declared: dict[str, Item] = {rule.name: rule for rule in m.rules}
    declared |= {name: one for name, one in m.inputs.items() if one.kind is not Kind.CONSTANT}
    symbols = Symbols(declared)  # type: ignore[arg-type]  # it looks at symbol, name and indices
    found = SetOfSheets(kind)
    tables = [table for sheet in roles.values() for table in _unit_tables(layout, sheet, symbols)]
    main = _main(tables, roles)
    found.units = len(main[0].places) if main else 1
    columns = [one for table in tables for one in table if len(one.places) == found.units and found.units > 1]
    columns = [one for one in columns if main and (one in main or any(map(layout.formula, one.places)))]
    for cells in (*columns, *_rows(layout, roles)):
        item = symbols.find(cells.symbol) if cells.symbol else None
        of_units = item is not None and bool(item.indices.replace("p", ""))
        if item is None or (found.units > 1 and of_units != cells.tabular):
            found.unmatched.append(cells)
        else:
            found.found.setdefault(item.name, []).append(cells)
    found.amounts = dict(_claims(layout, roles["input"]))
    _leave_inputs(layout, declared, found)
    _by_words(layout, m, found)
    _leave_units(layout, m, found)
    return found


def _main(tables: Sequence[Sequence[QuantityCells]], roles: Roles) -> Sequence[QuantityCells]:
    """Return the table in which the units are listed: the one with most columns to fill in on the input sheets."""
    on_inputs = [one for one in tables if one[0].places[0][0] != roles.get("calc")]
    return max(on_inputs or tables, key=lambda table: (len(table[0].places), len(table)), default=())


def _leave_inputs(layout: Layout, declared: Mapping[str, Item], found: SetOfSheets) -> None:
    """Take cells to be filled in from the equations: an input is written with the symbol of what it is taken for."""
    for name in [name for name in found.found if isinstance(declared[name], Equation) and name not in RESULTS]:
        blank = [one for one in found.found[name] if all(is_open(layout, place) for place in one.places)]
        found.unmatched += blank
        found.found[name] = [one for one in found.found[name] if one not in blank]
        if not found.found[name]:
            del found.found[name]


def _by_words(layout: Layout, m: Declarations, found: SetOfSheets) -> None:
    """Match what has no symbol of the methodology: results by their titles, inputs by unit and words."""
    for name, title in RESULTS.items():
        if name not in found.found:
            named = [one for one in found.unmatched if not one.tabular and one.words.casefold().startswith(title)]
            whole = [one for one in named if one.places[0] not in found.amounts]
            if whole:
                found.found[name] = [whole[0]]
                found.unmatched.remove(whole[0])
    pairs = []
    for cells in found.unmatched:
        if not all(is_open(layout, place) for place in cells.places):
            continue
        for item in m.inputs.values():
            if item.name in found.found or item.kind is Kind.CONSTANT or item.unit == "date":
                continue
            if bool(item.indices.replace("p", "")) != cells.tabular and found.units > 1:
                continue
            if item.is_class != (not cells.unit) and item.unit not in ("", "-"):
                continue
            if not item.is_class and (cells.unit is None or factor(cells.unit, item.unit) is None):
                continue
            alike = _alike(f"{cells.symbol} {cells.words}", f"{item.text} {item.name}")
            if alike >= LEAST_ALIKE:
                pairs.append((alike, cells, item))
    for _share, cells, item in sorted(pairs, key=lambda pair: -pair[0]):
        if item.name not in found.found and cells in found.unmatched:
            found.found[item.name] = [replace(cells, by_words=True)]
            found.unmatched.remove(cells)


def _alike(one: str, other: str) -> float:
    """Return which share of the fewer words two texts have in common."""
    left, right = (set(re.findall(r"[a-z]{2,}", text.casefold())) - COMMON for text in (one, other))
    return len(left & right) / max(min(len(left), len(right)), 1)


def _leave_units(layout: Layout, m: Declarations, found: SetOfSheets) -> None:
    """Take out cells without a unit, or with one that does not convert: their numbers cannot be compared."""
    items = items_of(m)
    for name, many in list(found.found.items()):
        item = items[name]
        if isinstance(item, Parameter) and (item.is_class or item.unit == "date"):
            continue
        known = []
        for one in many:
            listed = layout.listed(item.symbol)
            unit = listed.unit if one.unit is None and listed is not None else one.unit
            if unit is None and item.unit not in ("", "-"):
                found.without_unit.setdefault(name, one)
            elif unit is not None and factor(unit, item.unit) is None:
                found.other_unit.setdefault(name, one)
            else:
                known.append(replace(one, unit=unit))
        found.found[name] = known
        if not known:
            del found.found[name]


def is_open(layout: Layout, place: Place) -> bool:
    """Whether a cell is to be filled in: it has no formula, and no text."""
    return not layout.formula(place) and not isinstance(layout.value(place), str)


def _rows(layout: Layout, roles: Roles) -> Iterator[QuantityCells]:
    """Yield the values of tables with a quantity in each row."""
    seen = set()
    for place, label in layout.labels.items():
        if place[0] not in roles.values() or place[:2] in seen:
            continue
        seen.add(place[:2])
        if layout.formula(place) or not isinstance(layout.value(place), str):
            yield QuantityCells(label.written, label.unit, label.words, (place,))


def _unit_tables(layout: Layout, sheet: str, symbols: Symbols) -> Iterator[list[QuantityCells]]:
    """Yield the tables with a row for each unit, whose columns are headed by symbols."""
    grid = layout.book.grid(sheet)
    last = max([len(grid), *(row + 1 for row, _column in layout.book.formulas(sheet))])
    row = 0
    while row < last:
        heads = _heads(grid, row)
        names = [in_english(text) for text in heads.values()]
        found = {at: symbols.find(text) for at, text in heads.items() if len(text) <= LONGEST_SYMBOL}
        own = [at for at, one in found.items() if one is not None and one.indices.replace("p", "")]
        if not own or {*NOT_A_SYMBOL} & {*names}:
            row += 1
            continue
        first, end = _extent(layout, sheet, row, heads, own, last)
        if end > first:
            yield [_column(layout, sheet, column, text, first, end) for column, text in heads.items()]
        row = max(end, row + 1)


def _heads(grid: Sequence[Sequence[Any]], row: int) -> dict[int, str]:
    cells = grid[row] if row < len(grid) else ()
    return {at: cell.strip() for at, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}


def _extent(
    layout: Layout, sheet: str, row: int, heads: Mapping[int, str], own: Sequence[int], last: int
) -> tuple[int, int]:
    """Return the first row of a table of units, and the row after its last one; a row of totals is not a unit."""
    first = row + 1
    while first < last and first - row <= LONGEST_HEADING and not _begins(layout, sheet, first, heads, own):
        first += 1
    end = first
    while end < last and not _total(layout, sheet, end, heads, first):
        places = [(sheet, end, column) for column in heads]
        if not any(layout.value(place) is not None or layout.formula(place) for place in places):
            break
        end += 1
    return first, end


def _begins(layout: Layout, sheet: str, row: int, heads: Mapping[int, str], own: Sequence[int]) -> bool:
    """Whether a row of a table has a number, a formula, or nothing below the symbols, as headings have not."""
    if all(layout.value((sheet, row, column)) is None for column in own):
        return True
    places = [(sheet, row, column) for column in heads]
    return any(layout.formula(place) or not isinstance(layout.value(place), str | None) for place in places)


def _total(layout: Layout, sheet: str, row: int, heads: Mapping[int, str], first: int) -> bool:
    """Whether a row adds up the rows above it."""
    for column in heads:
        for area in areas(layout.formula((sheet, row, column)), sheet):
            if area.sheet == sheet and area.column == column and area.row <= first < area.last_row < row:
                return True
    return False


def _column(layout: Layout, sheet: str, column: int, symbol: str, first: int, end: int) -> QuantityCells:
    label = layout.label((sheet, first, column))
    return QuantityCells(
        symbol, label.unit, label.words, tuple((sheet, at, column) for at in range(first, end)), tabular=True
    )


def _claims(layout: Layout, sheet: str) -> Iterator[tuple[Place, Linear]]:
    """Yield the cells of table 3, below the heading of emission reductions, each with what its unit is in tonnes."""
    for row, cells in enumerate(layout.book.grid(sheet)):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and in_english(cell) == CLAIM:
                written, _per_period = unit_of(layout.text(sheet, row + 1, column + 1))
                yield (sheet, row + 1, column), factor(written or "tCO2", "tCO2") or conversion("", "")
