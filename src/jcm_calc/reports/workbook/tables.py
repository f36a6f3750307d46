"""Finding the tables of a sheet by their headings, wherever they stand."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jcm_calc.base.languages import _, spellings
from jcm_calc.base.sheet_xml import column_number
from jcm_calc.declarations.items import Parameter
from jcm_calc.evidence import Grade
from jcm_calc.inputs.totals import adds_up, texts, totals_among
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.reports.workbook.opening import Book, CellFormula, Grid
from jcm_calc.reports.workbook.references import areas
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.units import UnitError, parse_unit
from jcm_calc.units.conversions import normalise

# What is below a heading, as it is written: any of our languages will do. Where a table has both, monitored values are
# meant and not estimates.
HEADINGS: dict[str, str] = {
    _("Monitoring period"): "period",
    _("Monitoring point No."): "point",
    _("Parameters"): "symbol",
    _("Parameter"): "symbol",
    "Symbol": "symbol",
    _("Description of data"): "text",
    _("Monitored Values"): "value",
    _("Estimated Values"): "value",
    "Measured values": "value",
    _("Values"): "value",
    _("Units"): "unit",
    _("Monitoring option"): "option",
    _("Source of data"): "source",
    _("Measurement methods and procedures"): "procedure",
    _("Monitoring frequency"): "frequency",
    _("Other comments"): "comment",
    _("Choice"): "choice",
    _("Option"): "chosen",
    _("No."): "number",
    _("First day"): "first",
    _("Last day"): "last",
}
# Every heading by which a sheet is read.
WRITTEN = (
    *(*HEADINGS, _("Value"), _("Equation"), _("Responsible personnel"), _("Year"), _("Total")),
    *(_("CO2 emission reductions"), _("before rounding down, with sign")),
    *(_("Reference emissions, tCO2"), _("Project emissions, tCO2"), _("Emission reductions, tCO2")),
    _("Estimated Emission Reductions, whole tonnes of CO2e"),
    "before the cut to whole tonnes, with sign",  # of workbooks that were written before 1.0
    _("Other terms of emission reductions, tCO2 (RE − PE − ER)"),
)
# Headings of other tables, which people write above the values of a table of parameters.
OTHER = {"value", "total"}
# Headings that people number, shorten, or write in two languages; of the others each word counts.
SHORTENED = {text.casefold() for text in (*HEADINGS, "CO2 emission reductions")} - {
    *("no.", "option", "choice", "parameter", "values")
}
LONGEST_HEADING = 80
# What makes a row of headings: these are in it together.
KINDS = {
    "parameters": {"symbol", "value"},
    "choices": {"choice", "chosen"},
    "periods": {"first", "last"},
}
OVERRIDE = _("override: {reason}")
TERMS_OF = _("terms of {symbol}")
ABOUT_CRITERION = _("criterion {number}: {text}")  # after the unit of a fact, without a heading
UNCONFIRMED = "†"
# Labels in a list of default values: of a row without a class, and of a column without a candidate.
OWN_VALUE, ONLY_VALUE = _("value of the document"), _("Value")
CAPTION = re.compile(r"\s*(\[|(table|表)\s*\d)", re.I)
LINK = re.compile(r"(?:(?:'((?:[^']|'')+)'|([\w.]+))!)?\$?([A-Z]{1,3})\$?(\d{1,7})")
# What adds up cells, or takes another figure of all of them.
ADDING = re.compile(
    r"\b(?:SUM|SUBTOTAL|AGGREGATE|SUMIFS?|SUMPRODUCT)\(|^\$?[A-Z]{1,3}\$?\d+(?:\+\$?[A-Z]{1,3}\$?\d+)+$", re.I
)
FIGURE = re.compile(r"\b(?:SUM\w*|SUBTOTAL|AGGREGATE|AVERAGE\w*|MEDIAN|MAX|MIN|COUNT\w*)\(|\+", re.I)
OR_EMPTY = re.compile(r'IF\(ISBLANK\((.+)\),"",\1\)')
Address = tuple[str, int, int]  # sheet, row and column, counted from 0
Shown = tuple[Any, bool]  # a value, and whether it can be known
UNTOLD: Shown = ("", False)
# A text that is a number, with or without a unit, or an error; a sentence may begin with a number, too.
VALUE = re.compile(r"\s*[-+−]?[.,]?\d\S*(\s+\S+){0,2}\s*$|\s*#")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it is."""

    value: Any
    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """The sheet and the cell."""
        return f"{self.sheet}!{column_name(self.column)}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by what is above them."""

    cells: Mapping[str, Cell]

    def text(self, key: str) -> str:
        """Return the text of a cell; an empty one where the table has no such column."""
        found = self.cells.get(key)
        return "" if found is None else str(found.value).strip()


@dataclass(frozen=True, slots=True)
class UnitTable:
    """A table with a row for each unit, period or class: labels, and a column for each parameter."""

    sheet: str
    letters: list[str]  # of each column of labels the index, or the name of the class key
    label_columns: list[int]
    columns: dict[int, Parameter]
    units: dict[int, str]
    rows: list[int]
    sums: list[int]  # the rows that sum up others
    units_row: int  # that of the symbols where there are no units
    others: dict[int, Cell]  # headings that are neither symbols nor letters of an index

    @property
    def has_units(self) -> bool:
        """Whether there is a row for units, which may have been emptied."""
        return any(self.units.values()) or (bool(self.rows) and self.rows[0] > self.units_row + 1)

    def unit_cell(self, column: int) -> Cell:
        """Return the cell of a unit as it is written."""
        return Cell(self.units.get(column, ""), self.sheet, self.units_row, column)


class Sheets:
    """The stored values of a workbook; a reference whose value is not stored is followed."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._ends: dict[Address, Shown] = {}  # where references without stored values lead

    def cell(self, sheet: str, row: int, column: int) -> Cell:
        """Return a cell."""
        value, _known = self._follow((sheet, row, column))
        return Cell(value, sheet, row, column)

    def formula(self, cell: Cell) -> CellFormula | None:
        """Return the formula of a cell that is more than a reference."""
        formula = self.book.formulas(cell.sheet).get((cell.row, cell.column))
        return None if formula is None or linked(formula.text, cell.sheet) is not None else formula

    def uncalculated(self, cell: Cell) -> bool:
        """Whether a cell that reads as empty holds a formula whose value is unknown."""
        _value, known = self._follow((cell.sheet, cell.row, cell.column))
        return not known

    def _follow(self, place: Address) -> Shown:
        """Return what a cell shows at the end of its references, and whether that can be known."""
        passed = list[Address]()
        found, target = self._step(place)
        while target is not None:
            if place in self._ends:
                found = self._ends[place]
                break
            self._ends[place] = UNTOLD  # what leads back to here is a circle
            passed.append(place)
            place = target
            found, target = self._step(place)
        self._ends.update(dict.fromkeys(passed, found))
        return found

    def _step(self, place: Address) -> tuple[Shown, Address | None]:
        """Return what is in a cell, and the cell that it refers to where its own value is not stored."""
        sheet, row, column = place
        value = self.book.value(sheet, row, column)
        if value == "":
            value = self.book.errors(sheet).get((row, column), "")
        formula = self.book.formulas(sheet).get((row, column))
        if value != "" or formula is None or formula.stored:
            return (value, True), None
        target = linked(formula.text, sheet)
        return UNTOLD, target if target is not None and target[0] in self.book.sheets else None

    # Tables 1 and 2, choices, periods

    def tables(self, sheet: str) -> Iterator[tuple[str, list[Row]]]:
        """Yield kind and rows of each table with headings."""
        grid = self.book.grid(sheet)
        kind, spans, rows = "", dict[str, range](), list[Row]()
        for number, cells in enumerate(grid):
            headings = _headings(cells)
            found = next((name for name, needed in KINDS.items() if needed <= headings.keys()), "")
            first = next((cell for cell in cells if cell != ""), "")
            if found or (isinstance(first, str) and CAPTION.match(first)):
                if kind:
                    yield kind, rows
                kind, rows = found, []
                spans = _spans(headings, cells)
            elif kind and first != "":
                rows.append(Row({key: self._in_span(sheet, number, span) for key, span in spans.items()}))
        if kind:
            yield kind, rows

    def unknown_headings(self, sheet: str) -> Iterator[Cell]:
        """Yield what is in a row with symbols and units where the heading of values should be."""
        for row, cells in enumerate(self.book.grid(sheet)):
            headings = _headings(cells)
            if {"symbol", "unit"} <= headings.keys() and "value" not in headings:
                yield from (
                    self.cell(sheet, row, column)
                    for column, cell in enumerate(cells)
                    if isinstance(cell, str)
                    and cell.strip()
                    and (not is_known(one := in_english(cell)) or one in OTHER)
                )

    def _in_span(self, sheet: str, row: int, span: range) -> Cell:
        """Return the first cell that is not empty: headings and cells may be merged differently.

        The remark after the unit of a fact, which has no heading, is not the unit.
        """
        found = [self.cell(sheet, row, column) for column in span]
        return next(
            (one for one in found if one.value != "" and not _about_criterion().match(str(one.value))), found[0]
        )

    # Tables of units

    def unit_tables(self, sheet: str, symbols: Symbols, keys: Mapping[str, str]) -> Iterator[UnitTable]:
        """Yield each table of units; ``keys`` gives the name of a class key by what is above its classes.

        A row counts, too, that holds formulas only, without stored values.
        """
        grid = self.book.grid(sheet)
        formulas = {row for row, _ in self.book.formulas(sheet)}
        end = max([len(grid), *(row + 1 for row in formulas)])
        starts: list[tuple[int, int | None, dict[int, Parameter]]] = []  # the rows of the symbols and of the units
        for number, cells in enumerate(grid):
            if starts and number <= (starts[-1][1] or starts[-1][0]):
                continue
            columns, alone = _symbols_in(cells, symbols)
            units, count = _units(grid, number, columns) if columns else (None, 0)
            if columns and (alone or count):
                starts.append((number, units, columns))
        for (start, units, columns), (beyond, *_next) in itertools.pairwise([*starts, (end, None, {})]):
            first = min(columns)
            heads = [(column, str(grid[start][column]).strip()) for column in range(first) if grid[start][column] != ""]
            others = _others(grid[start], columns, heads, keys)
            heads = [(column, text) for column, text in heads if column not in others]
            letters = [keys.get(text, text) for _, text in heads]
            at = start if units is None else units
            titles = _titles(grid, at + 1, beyond)
            rows = [
                number
                for number in range(at + 1, beyond)
                if number in formulas or (number not in titles and any(cell != "" for cell in grid[number]))
            ]
            texts = {column: _unit_in(grid, units, column, parameter) for column, parameter in columns.items()}
            sums = self._sums(sheet, rows, first, list(columns))
            rows = [row for row in rows if row not in sums]
            labels = [column for column, _ in heads]
            headings = {column: Cell(text, sheet, start, column) for column, text in others.items()}
            yield UnitTable(sheet, letters, labels, columns, texts, rows, sorted(sums), at, headings)

    def _sums(self, sheet: str, rows: Sequence[int], before: int, columns: Sequence[int]) -> set[int]:
        """Return the rows that sum up others: by what is before their values, by formulas, or by both."""
        grid = self.book.grid(sheet)
        labels = {row: [cell for cell in grid[row][:before] if cell != ""] if row < len(grid) else [] for row in rows}
        every = texts([cell for cells in labels.values() for cell in cells])
        named, like = totals_among(every), totals_among(every, like=True)
        found = {row for row in rows if not named.isdisjoint(labels[row])} if named else set()
        likely = {row for row in rows if not like.isdisjoint(labels[row])} - found if like else set()
        for row in rows:
            unclear = row in likely or not labels[row]
            if unclear and any(self.sums_up(sheet, row, column, rows, FIGURE) for column in columns):
                found.add(row)
        others = [row for row in rows if row not in found and row not in likely]
        for column in columns if likely else ():
            values = [self.cell(sheet, row, column).value for row in others]
            found |= {row for row in likely if adds_up(self.cell(sheet, row, column).value, values)}
        return found

    def sums_up(
        self, sheet: str, row: int, column: int, rows: Collection[int], how: re.Pattern[str] | None = None
    ) -> bool:
        """Return whether the formula of a cell adds up other rows of its column, or takes another figure of them."""
        formula = self.book.formulas(sheet).get((row, column))
        if formula is None or not (how or ADDING).search(formula.text):
            return False
        own = {
            place[1]
            for area in areas(formula.text, sheet)
            if area.sheet == sheet and area.column <= column <= area.last_column
            for place in area.places
            if place[2] == column
        }
        return len((own & set(rows)) - {row}) > 1


def _titles(grid: Grid, first: int, beyond: int) -> set[int]:
    """Return the rows of words in one cell that are below a blank row, or directly before the next table.

    Elsewhere they are the names of units without values.
    """
    found = set[int]()
    for words, run in itertools.groupby(range(first, min(beyond, len(grid))), lambda row: _is_words(grid[row])):
        rows = list(run)
        if words and (rows[-1] + 1 == beyond < len(grid) or all(cell == "" for cell in grid[rows[0] - 1])):
            found.update(rows)
    return found


def _is_words(cells: Sequence[Any]) -> bool:
    filled = [cell for cell in cells if cell != ""]
    return len(filled) == 1 and isinstance(filled[0], str) and " " in filled[0].strip()


def linked(formula: str, sheet: str) -> tuple[str, int, int] | None:
    """Return the cell that a formula only refers to.

    Examples
    --------
    >>> linked("'MPS(input)'!F20", "MRS(input)"), linked("F20*2", "MRS(input)")
    (('MPS(input)', 19, 5), None)
    """
    if match := OR_EMPTY.fullmatch(formula):
        formula = match[1]
    match = LINK.fullmatch(formula)
    if match is None:
        return None
    name = match[1].replace("''", "'") if match[1] else match[2] or sheet
    return name, int(match[4]) - 1, column_number(match[3])


def in_english(cell: object) -> str:
    """Return a heading in English and in small letters, in whichever language it is written.

    Examples
    --------
    >>> in_english("Monitored  Values"), in_english("単位")
    ('monitored values', 'units')
    """
    text = _plain(str(cell))
    if text not in _known() and len(text) <= LONGEST_HEADING:
        parts = [*str(cell).splitlines(), *re.split(r" / |／| ?[(\[（]|[)\]）] ?", str(cell))]
        for part in parts:
            own = _plain(part).strip(":*： ")
            for form in (own, f"{own}s"):
                if _known().get(form) in SHORTENED:
                    return _known()[form]
    first, space, rest = text.partition(" ")
    return _known().get(text) or _known().get(first, first) + space + rest


def is_known(heading: str) -> bool:
    """Return whether a heading, in English as `in_english` gives it, is one by which sheets are read."""
    return heading in _known().values()


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


@cache
def _known() -> dict[str, str]:
    return {_plain(spelling): _plain(text) for text in WRITTEN for spelling in spellings(text)}


def _headings(cells: Sequence[Any]) -> dict[str, int]:
    """Return the column of each kind of heading; of several the one that `HEADINGS` has first."""
    written: dict[str, int] = {}
    for column, cell in enumerate(cells):
        if isinstance(cell, str) and cell:
            written.setdefault(in_english(cell), column)
    found: dict[str, int] = {}
    for text, kind in HEADINGS.items():
        if text.casefold() in written:
            found.setdefault(kind, written[text.casefold()])
    return found


def _spans(headings: Mapping[str, int], cells: Sequence[Any]) -> dict[str, range]:
    """Return the columns under each heading: up to the next one."""
    filled = [column for column, cell in enumerate(cells) if cell != ""]
    return {
        key: range(column, next((other for other in filled if other > column), len(cells)))
        for key, column in headings.items()
    }


def _symbols_in(cells: Sequence[Any], symbols: Symbols) -> tuple[dict[int, Parameter], bool]:
    """Return the parameters whose symbols are in a row, and whether all that follows the labels is symbols.

    Where other headings are among them, two symbols must be known.
    """
    texts = {column: cell.strip() for column, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()}
    found = {column: parameter for column, text in texts.items() if (parameter := symbols.find(text))}
    if len(texts) < 2 or not found:
        return {}, False
    labelled = any(column < min(found) for column in texts)
    # a class key is the heading of classes where it is first
    alone = found if labelled else {column: one for column, one in found.items() if column > min(found)}
    if alone and all(column in alone for column in texts if column >= min(alone)):
        return alone, True
    return (found, False) if labelled and len(found) > 1 else ({}, False)


def _others(
    cells: Sequence[Any],
    columns: Mapping[int, Parameter],
    heads: Sequence[tuple[int, str]],
    keys: Mapping[str, str],
) -> dict[int, str]:
    """Return the headings that are neither symbols nor, where several columns stand before them, letters."""
    first = min(columns)
    lettered = [column for column, text in heads if len(text) == 1 or text in keys]
    before = [pair for pair in heads if pair[0] not in lettered] if lettered and len(lettered) < len(heads) else []
    texts = [(column, str(cell).strip()) for column, cell in enumerate(cells) if column > first and cell != ""]
    return dict([*before, *(pair for pair in texts if pair[0] not in columns)])


def _units(grid: Grid, start: int, columns: Mapping[int, Parameter]) -> tuple[int | None, int]:
    """Return the row with the units, and how many it has.

    It is the row of texts below the symbols with the most units; with none in any, the last one before the values.
    """
    measured = {column: one for column, one in columns.items() if not (one.textual or one.unit == "date")}
    filled = (row for row in range(start + 1, len(grid)) if any(cell != "" for cell in grid[row]))
    found: dict[int, int] = {}
    for row in itertools.islice(filled, 3):
        texts = [(grid[row][column], one) for column, one in (measured or columns).items()]
        units = [isinstance(text, str) and _is_unit(text, one.unit) for text, one in texts]
        if any(_is_value(text, one) for (text, one), unit in zip(texts, units, strict=True) if not unit):
            break
        if all(units) or (measured and any(text.strip() for text, _one in texts)):
            found[row] = sum(units)
    best = max(found, key=lambda row: (found[row], -row if found[row] else row), default=None)
    return best, 0 if best is None else found[best]


def _is_value(cell: Any, parameter: Parameter) -> bool:
    """Whether a cell holds a value, or an error, and no heading."""
    return not isinstance(cell, str) or bool(VALUE.match(cell)) or cell in parameter.candidates


def _unit_in(grid: Grid, row: int | None, column: int, parameter: Parameter) -> str:
    """Return the text in the row of units; where units are missing, what is written in other rows does not count."""
    text = "" if row is None else str(grid[row][column]).strip()
    other = {*spellings(parameter.text), *(spelling for grade in Grade for spelling in spellings(grade.value))}
    return "" if text in other or " = " in text or text.startswith(UNCONFIRMED) else text


@cache
def _about_criterion() -> re.Pattern[str]:
    """Return a pattern of what is written after the unit of a fact, in every language."""
    texts = (re.escape(text) for text in spellings(ABOUT_CRITERION))
    return re.compile("|".join(text.replace(r"\{number\}", r"\S+").replace(r"\{text\}", "") for text in texts))


@lru_cache(maxsize=4096)
def _is_unit(text: str, declared: str) -> bool:
    if text.strip() in ("", "-", "N/A", "date"):
        return bool(text.strip())
    try:
        if normalise(text) != normalise(declared):
            parse_unit(text)
    except UnitError:
        return False
    return True
