"""Which cells of an official monitoring spreadsheet hold which quantity of a methodology.

By symbol where there is one, or else by unit and words: such a match is for a person to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl.utils import get_column_letter

from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place, areas
from jcm_calc.reports.workbook.sheet_sets import Roles
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.reports.workbook.tables import in_english
from jcm_calc.units import UnitError
from jcm_calc.units.conversions import Linear, conversion

SYMBOL = ("parameters", "parameter")
VALUE = ("value", "monitored values", "estimated values")
UNIT = ("units", "unit")
RESULTS = {"RE": "reference emissions", "PE": "project emissions", "ER": "emission reductions"}
PER_PERIOD = re.compile(r"\s*(?:/|\bper\b)\s*(?:p|period|monitoring period)$", re.I)
UNITS_IN_WORDS = {"degree celsius": "°C", "degrees celsius": "°C", "hours": "h", "hour": "h", "fraction": "", "n/a": ""}
LEAST_ALIKE = 0.2  # share of the words
LONGEST_SYMBOL = 40
LONGEST_HEADING = 3  # rows between the symbols of a table of units and its first unit
COMMON = {"an", "and", "during", "for", "in", "is", "of", "or", "per", "period", "the", "to", "under", "with"}


@dataclass(frozen=True)
class Cells:
    """Cells that hold one quantity: a single one, or one for each row of a table of units.

    Attributes
    ----------
    symbol, unit, words : str
        As they are written in the sheet.
    places : tuple
        Sheet, row and column of each cell, both from 0.
    tabular : bool
        Whether they are a column of a table of units.
    by_words : bool
        Whether they were found by their words, which a person has to confirm.
    """

    symbol: str
    unit: str
    words: str
    places: tuple[Place, ...]
    tabular: bool = False
    by_words: bool = False

    @property
    def address(self) -> str:
        """Where the first cell is, such as MRS(input)!C13."""
        return address(self.places[0])


@dataclass
class SheetSet:
    """The quantities of one set of sheets, plan (MPS) or report (MRS), by the names of their declarations."""

    kind: str
    found: dict[str, list[Cells]] = field(default_factory=dict)
    unmatched: list[Cells] = field(default_factory=list)
    other_units: list[Cells] = field(default_factory=list)  # do not convert into the declared unit: not compared
    claims: list[Place] = field(default_factory=list)  # the whole tonnes of table 3
    units: int = 1

    def cells(self, name: str) -> Cells | None:
        """Return where a quantity is, in a table of units if it is in one."""
        return next(iter(self.found.get(name, ())), None)


def address(place: Place) -> str:
    """Return a place as people write it.

    Examples
    --------
    >>> address(("MRS(input)", 12, 2))
    'MRS(input)!C13'
    """
    sheet, row, column = place
    return f"{sheet}!{get_column_letter(column + 1)}{row + 1}"


def plain_unit(unit: str) -> str:
    """Return a unit of a sheet as the library reads it.

    Examples
    --------
    >>> plain_unit("MWh/p"), plain_unit("degree Celsius"), plain_unit("-")
    ('MWh', '°C', '')
    """
    text = PER_PERIOD.sub("", " ".join(unit.split()))
    return UNITS_IN_WORDS.get(text.casefold(), "" if text in ("-", "–") else text)


def factor(unit: str, declared: str) -> Linear | None:
    """Return what converts a number in a unit of the sheet into the declared one; None where nothing does."""
    try:
        return conversion(plain_unit(unit), declared)
    except UnitError:
        return None


def quantities(book: Book, m: Declarations, kind: str, roles: Roles) -> SheetSet:
    """Return where the quantities of a methodology are in one set of sheets."""
    declared: dict[str, Parameter | Equation] = {rule.name: rule for rule in m.rules}
    declared |= {name: one for name, one in m.inputs.items() if one.kind is not Kind.CONSTANT}
    symbols = Symbols(declared)  # type: ignore[arg-type]  # it looks at symbol, name and indices
    found = SheetSet(kind)
    tables = [table for sheet in roles.values() for table in _unit_tables(book, sheet, symbols)]
    main = _main(tables, roles)
    found.units = len(main[0].places) if main else 1
    columns = [one for table in tables for one in table if len(one.places) == found.units and found.units > 1]
    columns = [one for one in columns if main and (one in main or any(_formula(book, place) for place in one.places))]
    single = [one for sheet in roles.values() for one in _label_rows(book, sheet)]
    for cells in (*columns, *single):
        item = symbols.find(cells.symbol) if cells.symbol else None
        of_units = item is not None and bool(item.indices.replace("p", ""))
        if item is None or (found.units > 1 and of_units != cells.tabular):
            found.unmatched.append(cells)
        else:
            found.found.setdefault(item.name, []).append(cells)
    found.claims = list(_claims(book, roles["input"]))
    _leave_inputs(book, declared, found)
    _by_words(book, m, found)
    return found


def _main(tables: Sequence[Sequence[Cells]], roles: Roles) -> Sequence[Cells]:
    """Return the table in which the units are listed: the one with most columns to fill in on the input sheets."""
    on_inputs = [one for one in tables if one[0].places[0][0] != roles.get("calc")]
    return max(on_inputs or tables, key=lambda table: (len(table[0].places), len(table)), default=())


def _leave_inputs(book: Book, declared: Mapping[str, Any], found: SheetSet) -> None:
    """Take cells to be filled in from the equations: an input is written with the symbol of what it is taken for."""
    for name in [name for name in found.found if isinstance(declared[name], Equation) and name not in RESULTS]:
        blank = [one for one in found.found[name] if all(_is_open(book, place) for place in one.places)]
        found.unmatched += blank
        found.found[name] = [one for one in found.found[name] if one not in blank]
        if not found.found[name]:
            del found.found[name]


def _by_words(book: Book, m: Declarations, found: SheetSet) -> None:
    """Match what has no symbol of the methodology: results by their titles, inputs by unit and words."""
    for name, title in RESULTS.items():
        if name not in found.found:
            named = [one for one in found.unmatched if not one.tabular and one.words.casefold().startswith(title)]
            whole = [one for one in named if one.places[0] not in found.claims]
            if whole:
                found.found[name] = [whole[0]]
                found.unmatched.remove(whole[0])
    pairs = []
    for cells in found.unmatched:
        if not all(_is_open(book, place) for place in cells.places):
            continue
        for item in m.inputs.values():
            if item.name in found.found or item.kind is Kind.CONSTANT or item.unit == "date":
                continue
            if bool(item.indices.replace("p", "")) != cells.tabular and found.units > 1:
                continue
            if item.is_class != (not plain_unit(cells.unit)) and item.unit not in ("", "-"):
                continue
            if not item.is_class and factor(cells.unit, item.unit) is None:
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


def _formula(book: Book, place: Place) -> str:
    """Return the formula of a cell; an empty text where it has none."""
    found = book.formulas(place[0]).get(place[1:]) if place[0] in book.sheets else None
    return found.text if found is not None else ""


def _is_open(book: Book, place: Place) -> bool:
    """Whether a cell is to be filled in: it has no formula, and no text."""
    value = book.value(*place)
    return not _formula(book, place) and (value == "" or not isinstance(value, str) or place[0] not in book.sheets)


def _label_rows(book: Book, sheet: str) -> Iterator[Cells]:
    """Yield the cells of tables with a quantity in each row, whose headings name its symbol, value and unit."""
    symbol = value = unit = None
    for row, cells in enumerate(book.grid(sheet)):
        names = [in_english(cell) if isinstance(cell, str) else "" for cell in cells]
        if any(name in VALUE for name in names) and any(name in UNIT for name in names):
            value = next(at for at, name in enumerate(names) if name in VALUE)
            unit = next(at for at, name in enumerate(names) if name in UNIT)
            symbol = next((at for at, name in enumerate(names) if name in SYMBOL), None)
        elif value is not None and unit is not None:
            texts = [str(cell).strip() if isinstance(cell, str) else "" for cell in cells] + [""] * 40
            place = (sheet, row, value)
            if texts[value] and not _formula(book, place):
                continue  # such as "refer to the sheet (input_separate)"
            words = max(texts[:value], key=len) if value else ""
            if texts[unit] or (symbol is not None and texts[symbol]):
                yield Cells("" if symbol is None else texts[symbol], texts[unit], words, (place,))


def _unit_tables(book: Book, sheet: str, symbols: Symbols) -> Iterator[list[Cells]]:
    """Yield the tables with a row for each unit, whose columns are headed by symbols."""
    grid = book.grid(sheet)
    last = max([len(grid), *(row + 1 for row, _column in book.formulas(sheet))])
    row = 0
    while row < last:
        heads = _heads(grid, row)
        names = [in_english(text) for text in heads.values()]
        found = {at: symbols.find(text) for at, text in heads.items() if len(text) <= LONGEST_SYMBOL}
        own = [at for at, one in found.items() if one is not None and one.indices.replace("p", "")]
        if not own or {*SYMBOL, *VALUE} & {*names}:
            row += 1
            continue
        first, end = _extent(book, sheet, row, heads, own, last)
        if end > first:
            yield [_column(book, sheet, row, column, text, first, end) for column, text in heads.items()]
        row = max(end, row + 1)


def _heads(grid: Sequence[Sequence[Any]], row: int) -> dict[int, str]:
    cells = grid[row] if row < len(grid) else ()
    return {at: cell.strip() for at, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}


def _extent(
    book: Book, sheet: str, row: int, heads: Mapping[int, str], own: Sequence[int], last: int
) -> tuple[int, int]:
    """Return the first row of a table of units, and the row after its last one; a row of totals is not a unit."""
    first = row + 1
    while first < last and first - row <= LONGEST_HEADING and not _begins(book, sheet, first, heads, own):
        first += 1
    end = first
    while end < last and not _total(book, sheet, end, heads, first):
        held = [book.value(sheet, end, column) != "" or _formula(book, (sheet, end, column)) for column in heads]
        if not any(held):
            break
        end += 1
    return first, end


def _begins(book: Book, sheet: str, row: int, heads: Mapping[int, str], own: Sequence[int]) -> bool:
    """Whether a row of a table has a number, a formula, or nothing below the symbols, as headings have not."""
    if all(book.value(sheet, row, column) == "" for column in own):
        return True
    values = [(book.value(sheet, row, column), _formula(book, (sheet, row, column))) for column in heads]
    return any(formula or (value != "" and not isinstance(value, str)) for value, formula in values)


def _total(book: Book, sheet: str, row: int, heads: Mapping[int, str], first: int) -> bool:
    """Whether a row adds up the rows above it."""
    for column in heads:
        for area in areas(_formula(book, (sheet, row, column)), sheet):
            if area.sheet == sheet and area.column == column and area.row <= first < area.last_row < row:
                return True
    return False


def _column(book: Book, sheet: str, row: int, column: int, symbol: str, first: int, end: int) -> Cells:
    texts = [book.value(sheet, at, column) for at in range(row + 1, first)]
    texts = [text.strip() for text in texts if isinstance(text, str) and text.strip()]
    unit = texts[-1] if texts and len(texts[-1]) <= 20 else ""
    words = " ".join(texts[:-1] if unit else texts)
    return Cells(symbol, unit, words, tuple((sheet, at, column) for at in range(first, end)), tabular=True)


def _claims(book: Book, sheet: str) -> Iterator[Place]:
    """Yield the cells of table 3: below the heading of emission reductions."""
    for row, cells in enumerate(book.grid(sheet)):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and in_english(cell) == "co2 emission reductions":
                yield sheet, row + 1, column
