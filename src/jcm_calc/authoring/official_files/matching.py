"""Which cells of an official monitoring spreadsheet hold which quantity of a methodology.

By symbol where there is one, or else by unit and words: such a match is for a person to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jcm_calc.authoring.official_files.layout import RESULTS, Layout, unit_of
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import Place, areas
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.reports.workbook.tables import in_english
from jcm_calc.units import UnitError
from jcm_calc.units.conversions import Linear, conversion
from jcm_calc.verification.location import address

REDUCTIONS = "co2 emission reductions"
LEAST_ALIKE = 0.2  # share of the words
LONGEST_SYMBOL = 40
LONGEST_HEADING = 3  # rows between the symbols of a table of units and its first unit
NOT_A_SYMBOL = {"parameters", "parameter", "value", "monitored values", "estimated values"}
COMMON = {"an", "and", "are", "at", "be", "by", "during", "for", "in", "is", "of", "or", "per", "period", "the", "to"}
COMMON |= {"under", "with"}
AS_IT_IS = Linear(1, 1, 0.0)
Item = Parameter | Equation


@dataclass(frozen=True)
class QuantityCells:
    """Cells that hold one quantity, with symbol, unit and words of the sheet: one, or one for each row of a table.

    The unit is as the library writes it, without ``/p``; None where the sheet says none.
    """

    symbol: str
    unit: str | None
    words: str
    places: tuple[Place, ...]
    by_words: bool = False  # whether they were found by their words, which a person has to confirm
    convert: Linear = AS_IT_IS  # into the declared unit

    def written(self, value: Any) -> float:
        """Return a value in the unit of the sheet."""
        return float((value - self.convert.offset) * self.convert.denominator / self.convert.numerator)

    @property
    def tabular(self) -> bool:
        """Whether they are a column of a table of units."""
        return len(self.places) > 1

    @property
    def address(self) -> str:
        """Where the first cell is, such as MRS(input)!C13."""
        return str(address(self.places[0]))


@dataclass
class Matches:
    """The cells of the quantities of a methodology, by the names of their declarations."""

    found: dict[str, list[QuantityCells]] = field(default_factory=dict)
    # their sheet says no unit, or one that does not convert into the declared one: their numbers are not compared
    not_compared: dict[str, QuantityCells] = field(default_factory=dict)
    # of a parameter that the project gives by class, the cells of each class and of its number
    lists: dict[str, list[tuple[Place, Place]]] = field(default_factory=dict)
    # the cells of table 3, with what converts them into tonnes
    amounts: dict[Place, Linear] = field(default_factory=dict)
    units: int = 1  # the number of rows of the table of units

    def cells(self, name: str) -> QuantityCells | None:
        """Return where a quantity is, in a table of units if it is in one."""
        return next(iter(self.found.get(name, ())), None)

    def place(self, name: str) -> Place:
        """Return the first cell of a quantity that was found."""
        return self.found[name][0].places[0]


def factor(unit: str, declared: str) -> Linear | None:
    """Return what converts a number in a unit of the sheet into the declared one; None where nothing does."""
    try:
        return conversion(unit, "" if declared == "-" else declared)
    except UnitError:
        return None


def items_of(m: Declarations) -> dict[str, Item]:
    """Return every input and equation by its name."""
    return {**m.inputs, **{rule.name: rule for rule in m.rules}}


def of_units(item: Item) -> bool:
    """Whether a quantity has a value for each unit."""
    return bool(item.indices.replace("p", ""))


def matches(layout: Layout, m: Declarations) -> Matches:
    """Return where the quantities of a methodology are."""
    declared = {name: one for name, one in items_of(m).items() if getattr(one, "kind", None) is not Kind.CONSTANT}
    symbols = Symbols(declared)  # type: ignore[arg-type]  # it looks at symbol, name and indices
    found = Matches(amounts=dict(amounts(layout, layout.roles["input"])))
    tables = [table for sheet in layout.roles.values() for table in _unit_tables(layout, sheet, symbols)]
    # units are listed in the table with most columns on the input sheets
    on_inputs = [one for one in tables if layout.entered(one[0].places[0])]
    main = max(on_inputs or tables, key=lambda table: (len(table), len(table[0].places)), default=[])
    found.units = len(main[0].places) if main else 1
    columns = [
        one
        for table in tables
        for one in table
        if len(one.places) == found.units > 1 and (table is main or any(map(layout.formula, one.places)))
    ]
    unmatched: list[QuantityCells] = []
    for cells in (*columns, *_rows(layout)):
        named = symbols.find(cells.symbol) if cells.symbol else None
        item = None if named is None else declared[named.name]
        # an input is written with the symbol of what it is taken for, so an open cell is not that of an equation
        as_input = isinstance(item, Equation) and item.name not in RESULTS and is_open(layout, cells)
        if item is None or as_input or (found.units > 1 and of_units(item) != cells.tabular):
            unmatched.append(cells)
        else:
            found.found.setdefault(item.name, []).append(cells)
    _by_words(layout, m, found, unmatched)
    _convert(layout, declared, found)
    return found


def _by_words(layout: Layout, m: Declarations, found: Matches, unmatched: list[QuantityCells]) -> None:
    """Match what has no symbol of the methodology: results by their titles, inputs by unit and words."""
    for name, title in RESULTS.items():
        named = [one for one in unmatched if not one.tabular and one.words.casefold().startswith(title)]
        whole = [one for one in named if one.places[0] not in found.amounts]
        if name not in found.found and whole:
            found.found[name] = [whole[0]]
            unmatched.remove(whole[0])
    likely = [
        (alike(f"{cells.symbol} {cells.words}", f"{item.text} {item.name}"), cells, item.name)
        for cells in unmatched
        if is_open(layout, cells)
        for item in m.inputs.values()
        if item.name not in found.found and _may_be(cells, item, found.units)
    ]
    for share, cells, name in sorted(likely, key=lambda one: -one[0]):
        if share >= LEAST_ALIKE and name not in found.found and cells in unmatched:
            found.found[name] = [replace(cells, by_words=True)]
            unmatched.remove(cells)


def _may_be(cells: QuantityCells, item: Parameter, units: int) -> bool:
    """Whether cells may hold an input, by its unit and its place."""
    if item.kind is Kind.CONSTANT or item.unit == "date" or (units > 1 and of_units(item) != cells.tabular):
        return False
    if item.is_class:
        return not cells.unit
    known = bool(cells.unit or (cells.unit == "" and item.unit in ("", "-")))
    return known and factor(cells.unit or "", item.unit) is not None


def alike(one: str, other: str) -> float:
    """Return which share of the fewer words two texts have in common.

    Examples
    --------
    >>> alike("Periodical check planned at least once a year", "Periodical check is planned annually")
    0.75
    """
    left, right = (set(re.findall(r"[a-z]{2,}", text.casefold())) - COMMON for text in (one, other))
    return len(left & right) / max(min(len(left), len(right)), 1)


def _convert(layout: Layout, declared: Mapping[str, Item], found: Matches) -> None:
    """Give cells what converts their unit; those without a unit, or with one that does not convert, are taken out."""
    for name, many in list(found.found.items()):
        item = declared[name]
        if item.unit in ("category", "date"):
            continue
        known = []
        for one in many:
            listed = layout.listed(item.symbol) if one.unit is None else None
            unit = one.unit if listed is None else listed.unit
            convert = None if unit is None else factor(unit, item.unit)
            if convert is not None:
                known.append(replace(one, unit=unit, convert=convert))
            elif unit is None and item.unit in ("", "-"):
                known.append(one)
            else:
                found.not_compared.setdefault(name, one)
        found.found[name] = known
        if not known:
            del found.found[name]


def is_open(layout: Layout, cells: QuantityCells) -> bool:
    """Whether cells are to be filled in: they have no formula, and no text."""
    return not any(layout.formula(place) or isinstance(layout.value(place), str) for place in cells.places)


def _rows(layout: Layout) -> Iterator[QuantityCells]:
    """Yield the values of tables with a quantity in each row."""
    seen = set()
    for place, label in layout.labels.items():
        if place[0] in layout.roles.values() and place[:2] not in seen:
            seen.add(place[:2])
            if layout.formula(place) or not isinstance(layout.value(place), str):
                yield QuantityCells(label.written, label.unit, label.words, (place,))


def _unit_tables(layout: Layout, sheet: str, symbols: Symbols) -> Iterator[list[QuantityCells]]:
    """Yield the tables with a row for each unit, whose columns are headed by symbols."""
    grid, row = layout.book.grid(sheet), 0
    last = max([len(grid), *(row + 1 for row, _column in layout.book.formulas(sheet))])
    while row < last:
        cells = enumerate(grid[row] if row < len(grid) else ())
        heads = {at: cell.strip() for at, cell in cells if isinstance(cell, str) and cell.strip()}
        found = {at: symbols.find(text) for at, text in heads.items() if len(text) <= LONGEST_SYMBOL}
        own = [at for at, one in found.items() if one is not None and of_units(one)]
        first = end = row + 1
        if own and not NOT_A_SYMBOL & set(map(in_english, heads.values())):
            while first < min(last, row + 1 + LONGEST_HEADING) and not _begins(layout, sheet, first, heads, own):
                first += 1
            end = first
            while end < last and _is_unit(layout, sheet, end, heads, first):
                end += 1
        if end > first:
            labels = [(layout.label((sheet, first, column)), column, text) for column, text in heads.items()]
            yield [
                QuantityCells(text, label.unit, label.words, tuple((sheet, at, column) for at in range(first, end)))
                for label, column, text in labels
            ]
        row = end if end > first else row + 1


def _begins(layout: Layout, sheet: str, row: int, heads: Iterable[int], own: list[int]) -> bool:
    """Whether a row of a table has a number, a formula, or nothing below the symbols, as headings have not."""
    if all(layout.value((sheet, row, column)) is None for column in own):
        return True
    places = [(sheet, row, column) for column in heads]
    return any(layout.formula(place) or not isinstance(layout.value(place), str | None) for place in places)


def _is_unit(layout: Layout, sheet: str, row: int, heads: Iterable[int], first: int) -> bool:
    """Whether a row is filled, and does not add up the rows above it."""
    places = [(sheet, row, column) for column in heads]
    adds = any(
        area.sheet == sheet and area.column == column and area.row <= first < area.last_row < row
        for _sheet, _row, column in places
        for area in areas(layout.formula((sheet, row, column)), sheet)
    )
    return not adds and any(layout.value(place) is not None or layout.formula(place) for place in places)


def amounts(layout: Layout, sheet: str) -> Iterator[tuple[Place, Linear]]:
    """Yield the cells of table 3, below the heading of emission reductions, each with what its unit is in tonnes."""
    for row, cells in enumerate(layout.book.grid(sheet)):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and in_english(cell) == REDUCTIONS:
                written, _per_period = unit_of(layout.text(sheet, row + 1, column + 1))
                yield (sheet, row + 1, column), factor(written or "tCO2", "tCO2") or conversion("", "")
