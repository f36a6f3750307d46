"""Which cell of an official spreadsheet is what: its symbol, its unit, its words, and the cells of RE, PE and ER."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Area, Place, areas, form
from jcm_calc.reports.workbook.sheet_sets import HEADER, Roles, header, sheet_sets
from jcm_calc.reports.workbook.symbols import plain
from jcm_calc.reports.workbook.tables import Row, Sheets, in_english, linked
from jcm_calc.reports.workbook.written_units import PER_PERIOD, plain_unit
from jcm_calc.units import UnitError, normalise, parse_unit
from jcm_calc.verification.location import address

# Symbols of the documents, by which the subscripts of EFelec or COPRE,i are found where their typesetting is lost.
STEMS = (
    *("COP", "SEC", "NCV", "NLL", "UNC", "HMP", "GWP", "EC", "EF", "EG", "EI", "ER", "RE", "PE", "FC", "RC", "PH"),
    *("PC", "PG", "SC", "HG", "CF", "OH", "Br", "L", "P", "Q", "H", "T", "h", "x", "η", "ρ"),
)
SUBSCRIPT = re.compile(r"(RE|PJ|BL|CO2|CH4|[a-z]{4,}|th|gen|[a-z])(?=[,_\W]|$)[\w,.\-]*")
SYMBOL = re.compile(r"[A-Za-zΑ-Ωα-ω]{1,8}(_[\w{}\-]+)?(,[\w\-]+)*")
RESULTS = {"RE": r"reference emissions", "PE": r"project emissions", "ER": r"emission reductions"}
NO_UNIT = ("-", "–", "N/A", "fraction", "")
LONGEST_SYMBOL, HEADING_ROWS, DEEPEST = 25, 6, 60
Pair = tuple[Place | None, Place | None]


@dataclass(frozen=True, slots=True)
class Label:
    """What the sheet says of a cell."""

    symbol: str = ""  # as the library writes it, such as EC_PJ,i,p; empty where there is none
    unit: str | None = None  # without /p; None where there is none
    words: str = ""
    monitored: bool = False  # whether it is in the table of monitored parameters
    per_period: bool = False  # whether its unit says /p
    written: str = ""  # the symbol as it is written


def spelled(text: str) -> str:
    """Return a symbol as the library writes it; an empty text where it is not one.

    Examples
    --------
    >>> [spelled(text) for text in ("EC PJ,i,p", "COPRE,i", "EFelec", "Pi", "η_PJ,i", "Project chiller No.")]
    ['EC_PJ,i,p', 'COP_RE,i', 'EF_elec', 'P_i', 'η_PJ,i', '']
    """
    text = text.strip().strip("[]")
    if not text or len(text) > LONGEST_SYMBOL:
        return ""
    first, space, rest = text.partition(" ")
    if space and "_" not in text:
        return f"{first}_{rest}" if first in STEMS and SYMBOL.fullmatch(f"{first}_{rest}") else ""
    if "_" in text:
        return text if SYMBOL.fullmatch(text) else ""
    for stem in STEMS:
        rest = text.removeprefix(stem)
        if rest != text and SUBSCRIPT.fullmatch(rest):
            return f"{stem}_{rest}"
    return text if text in STEMS or (SYMBOL.fullmatch(text) and "," in text) else ""


def unit_of(text: str) -> tuple[str | None, bool]:
    """Return a unit as the library writes it, and whether it is per period; None where it is not a unit."""
    written = text.strip().strip("[]")
    if written in NO_UNIT:
        return "", False
    shorter = PER_PERIOD.sub("", re.sub(r"\s*/\s*p$", "", written))
    found = re.sub(r"(?<=m)([23])(?!\d)", lambda match: "²³"[int(match[1]) - 2], plain_unit(shorter, "", []))
    found = re.sub(r"(?<=N)m³", "m3", found)
    try:
        parse_unit(found)
        found = {"degC": "°C", "hour": "h", "hours": "h"}.get(normalise(found), found)
    except UnitError:
        return None, False
    return found, shorter != written


def _begins(one: str, other: str) -> bool:
    """Whether one of two texts begins with the other."""
    shorter, longer = sorted((one.casefold(), other.casefold()), key=len)
    return bool(shorter) and longer.startswith(shorter)


class Layout:
    """The sheets of one set, report or else plan, and the label of each of their cells."""

    def __init__(self, book: Book) -> None:
        self.book, self.sheets = book, Sheets(book)
        self._sets = sheet_sets(book)
        key = next(key for kind in ("MRS", "MPS") for key in self._sets if key[0] == kind)
        self.kind, self.roles = (
            " ".join(filter(None, key)),
            self._sets[key],
        )  # such as "MRS"; sheets by what they are for
        self._role = {sheet: role for roles in self._sets.values() for role, sheet in roles.items()}
        self.inputs = {sheet: role for sheet, role in self._role.items() if role != "calc"}  # of all sets
        self.choices: dict[Place, str] = {}  # by the cell in which an option is chosen, the name of the choice
        self.labels: dict[Place, Label] = {}
        for sheet in (sheet for sheet, role in self.inputs.items() if role == "input"):
            for kind, rows in self.sheets.tables(sheet):
                for row in rows:
                    if kind == "choices":
                        cell = row.cells["chosen"]
                        self.choices[cell.sheet, cell.row, cell.column] = row.text("choice")
                    elif kind == "parameters":
                        self.labels |= self._of_parameter(sheet, row)
        for sheet in (sheet for sheet, role in self._role.items() if role == "calc"):
            self.labels |= self._of_calculation(sheet)

    @cached_property
    def header(self) -> tuple[str, str]:
        """Number and version of the methodology, from the sheets or the name of the file."""
        named = HEADER.search(self.book.name)
        try:
            return header(self.book, self._role)
        except ValueError:
            if named is None:
                raise
        return named[1], f"{int(named[2].partition('.')[0])}.{named[2].partition('.')[2] or 0}"

    def text(self, sheet: str, row: int, column: int) -> str:
        """Return what a cell says; an empty text of a number or a formula."""
        value = self.book.value(sheet, row, column)
        if not isinstance(value, str) or (row, column) in self.book.formulas(sheet):
            return ""
        return self.book.typeset.get(value.strip(), value.strip())

    def _of_parameter(self, sheet: str, row: Row) -> dict[Place, Label]:
        """Return the cells of a value in table 1 or 2: it may be in any column up to that of the unit."""
        cell, units = row.cells["value"], row.cells.get("unit")
        unit, per_period = (None, False) if units is None else unit_of(row.text("unit"))
        written = self.book.typeset.get(row.text("symbol"), row.text("symbol"))
        symbol = spelled(written) or re.sub(r"\W+", "_", written)
        label = Label(symbol, unit, row.text("text"), "point" in row.cells, per_period, row.text("symbol"))
        columns = range(cell.column, cell.column + 1 if units is None else units.column)
        return {(sheet, cell.row, column): label for column in columns}

    def _of_calculation(self, sheet: str) -> Iterator[tuple[Place, Label]]:
        """Yield the values of the rows under Value, Units and Parameter."""
        heads: dict[str, int] = {}
        for row, cells in enumerate(self.book.grid(sheet)):
            found = {in_english(cell): at for at, cell in enumerate(cells) if isinstance(cell, str) and cell}
            if "value" in found and "units" in found:
                heads = found
            elif any(isinstance(cell, str) and cell.startswith("[") for cell in cells):
                heads = {}
            elif heads:
                unit, per_period = unit_of(self.text(sheet, row, heads["units"]))
                written = self.text(sheet, row, heads["parameter"]) if "parameter" in heads else ""
                words = next((cell for cell in cells[: heads["value"]] if isinstance(cell, str) and cell), "")
                label = Label(spelled(written), unit, " ".join(words.split()), False, per_period, written)
                if label.symbol or words:
                    yield (sheet, row, heads["value"]), label

    def label(self, place: Place) -> Label:
        """Return the label of a cell: of its row, or what is above its column."""
        if place in self.labels:
            return self.labels[place]
        found = self._above(place)
        return found if found.symbol or found.words else self._in_row(place)

    def _above(self, place: Place) -> Label:
        sheet, row, column = place
        stack: list[str] = []
        blanks = 0
        for above in range(row - 1, -1, -1):
            text = self.text(sheet, above, column)
            stack += [text] if text else []
            blanks += bool(stack) and not text
            if blanks > 1 or len(stack) >= HEADING_ROWS:
                break
        symbols = [found for text in reversed(stack) if (found := spelled(text))]
        units = [unit_of(text) for text in stack if len(text) < LONGEST_SYMBOL]
        unit, per_period = next((one for one in units if one[0] is not None), (None, False))
        described = [text for text in stack if unit_of(text)[0] is None and not HEADER.search(text)]
        words = next((text for text in described if " " in text), described[0] if described else "")
        if symbols:
            return Label(symbols[0], unit, words, False, per_period)
        # symbols above a table may be missing: table 1 or 2 may describe the same
        same = {one.symbol: one for one in self.labels.values() if words and one.symbol and _begins(words, one.words)}
        return next(iter(same.values())) if len(same) == 1 else Label("", unit, words, False, per_period)

    def _in_row(self, place: Place) -> Label:
        """Return the words before a cell, and the unit behind it."""
        sheet, row, column = place
        before = [text for at in range(column - 1, -1, -1) if (text := self.text(sheet, row, at))]
        unit, per_period = unit_of(self.text(sheet, row, column + 1) or "?")
        return Label("", unit, before[0] if before else "", False, per_period)

    def entered(self, place: Place) -> bool:
        """Whether a cell is on an input sheet."""
        return place[0] in self.inputs

    def monitored(self, symbol: str) -> Label | None:
        """Return the label of table 1 that has a symbol."""
        found = (one for one in self.labels.values() if one.monitored and plain(one.symbol) == plain(symbol))
        return next(found, None)

    def listed(self, symbol: str) -> Label | None:
        """Return the label of table 1 or 2 that has a symbol."""
        return next((one for place, one in self.labels.items() if self.entered(place) and one.symbol == symbol), None)

    def result(self, name: str) -> Place:
        """Return the cell of RE, PE or ER: by its symbol, or by its words."""
        calc = self.roles.get("calc", "")
        own = [(place, one) for place, one in self.labels.items() if place[0] == calc]
        found = [place for place, one in own if plain(one.symbol) in (f"{name}p", name)]
        found += [place for place, one in own if one.words.casefold().startswith(RESULTS[name])]
        if found:
            return found[0]
        sheet = repr(calc) if calc else _("a calculation process sheet, which is missing")
        complaint = _("the cell of {name} was not found: expected a row with its symbol or '{words}' on {sheet}")
        raise self.book.unusable(complaint.format(name=name, words=RESULTS[name].capitalize(), sheet=sheet))

    def value(self, place: Place) -> Any:
        """Return the stored value of a cell, None where it is empty."""
        found = self.book.value(*place)
        return None if found == "" else found

    def formula(self, place: Place) -> str:
        """Return the formula of a cell, an empty text where it has none."""
        found = self.book.formulas(place[0]).get(place[1:]) if place[0] in self.book.sheets else None
        return found.text if found is not None else ""

    def end(self, place: Place) -> Place:
        """Return the cell at the end of links, each of which only shows the next one."""
        for _step in range(DEEPEST):
            target = linked(self.formula(place), place[0])
            if target is None:
                break
            place = target
        return place

    def entry(self, place: Place) -> Place | None:
        """Return the cell in which the value of a cell is filled in; None where it is calculated."""
        end = self.end(place)
        return end if not self.formula(end) and (end == place or self.entered(end)) else None

    def reached(self, start: Place) -> set[Place]:
        """Return every cell that a cell depends on, and itself."""
        found, waiting = set[Place](), [start]
        while waiting:
            place = waiting.pop()
            if place not in found and place[0] in self.book.sheets:
                found.add(place)
                waiting += [one for area in areas(self.formula(place), place[0]) for one in area.places]
        return found

    # The sheets of the other kind

    def differing(self) -> Iterator[Problem]:
        """Yield where a set of sheets reads another one, or calculates otherwise than the one that is read."""
        for roles in self._sets.values():
            yield from self._strays(roles)
        for roles in self._sets.values():
            for role in ("calc", "separate", "input") if roles is not self.roles else ():
                if role in self.roles and role in roles:
                    pairs = self._entries if role == "input" else self._cells
                    yield from self._unlike(pairs(self.roles[role], roles[role]))

    def _strays(self, roles: Roles) -> Iterator[Problem]:
        """Yield the formulas that read sheets which the workbook does not have, or those of another set."""
        missing = _("got ={formula}, which reads {other}; the workbook must have this sheet. Give the whole workbook")
        stray = _(
            "got ={formula}, which reads {other} of another set of sheets; must read the same set as "
            "its sheet. Correct the formula, or ask for the official file"
        )
        others = self._role.keys() - set(roles.values())
        for sheet in roles.values():
            for at, formula in self.book.formulas(sheet).items():
                for area in areas(formula.text, sheet):
                    message = stray if area.sheet in others and not self._may_read((sheet, *at), area) else None
                    message = missing if area.sheet not in self.book.sheets else message
                    if message is not None:
                        other = str(address((area.sheet, area.row, area.column)))
                        yield Problem(
                            str(address((sheet, *at))), message.format(formula=formula.text[:60], other=other)
                        )

    def _may_read(self, place: Place, area: Area) -> bool:
        """Whether a cell may read another set: an entry shows the same entry, or a formula reads typed values."""
        if self._role[area.sheet] == "calc":
            return not any(self.formula(one) for one in area.places)
        return self._shows_entry(place)

    def _shows_entry(self, place: Place) -> bool:
        """Whether a cell of an input sheet only shows the same entry of another set."""
        target = linked(self.formula(place), place[0])
        if target is None or not self.entered(place) or target[0] == place[0]:
            return False
        one, other = self._position(place), self._position(target)
        text = one[0] == other[0] == "input" and place not in self.labels and target not in self.labels
        return one == other or text

    def _position(self, place: Place) -> tuple[Any, ...]:
        """Return where a cell is, the same for both kinds: tables 1 and 2 have other columns in each."""
        sheet, row, column = place
        role, label = self._role.get(sheet, sheet), self.labels.get(place)
        if role != "input" or label is None:
            return role, row, column
        key = label.symbol, label.monitored
        rows = {at[1] for at, one in self.labels.items() if at[0] == sheet and (one.symbol, one.monitored) == key}
        return role, *key, sorted(rows).index(row)

    def _cells(self, own: str, other: str) -> Iterator[Pair]:
        """Yield the same cells of two sheets: with formulas, or with values that differ and matter."""
        places, grids = {*self.book.formulas(own), *self.book.formulas(other)}, map(self.book.grid, (own, other))
        for row, cells in enumerate(zip_longest(*grids, fillvalue=())):
            for column, values in enumerate(zip_longest(*cells, fillvalue="")):
                if values[0] != values[1] and any(self._matters(own, value) for value in values if value != ""):
                    places.add((row, column))
        for at in sorted(places, key=lambda place: place[::-1]):
            yield (own, *at), (other, *at)

    def _matters(self, sheet: str, value: Any) -> bool:
        """Whether a value must be the same in both kinds: a number of a calculation sheet, or a unit."""
        if isinstance(value, str):
            return unit_of(value)[0] is not None
        return self._role[sheet] == "calc" and isinstance(value, int | float)

    def _entries(self, own: str, other: str) -> Iterator[Pair]:
        """Yield the entries of table 2 of which one alone is filled in, and the formulas of table 3 in their order."""
        mine, theirs = (
            {self._position(at): at for at, one in self.labels.items() if at[0] == sheet and not one.monitored}
            for sheet in (own, other)
        )
        for pair in ((mine[at], theirs[at]) for at in mine if at in theirs):
            values = [*map(self.value, pair)]
            if None in values and any(isinstance(value, int | float) for value in values):
                yield pair
        both = ([(sheet, *at) for at in sorted(self.book.formulas(sheet))] for sheet in (own, other))
        one, two = ([place for place in places if self._reads_calculation(place)] for places in both)
        yield from zip_longest(one, two)

    def _reads_calculation(self, place: Place) -> bool:
        return any(self._role.get(area.sheet) == "calc" for area in areas(self.formula(place), place[0]))

    def _unlike(self, pairs: Iterator[Pair]) -> Iterator[Problem]:
        """Yield the pairs that calculate otherwise, of a column the first one."""
        columns = set[tuple[str, int]]()
        for pair in pairs:
            (one, first), (two, second) = ((place, self._calculated(place)) for place in pair)
            place = one or two
            if first == second or place is None or any(each and self._shows_entry(each) for each in pair):
                continue
            if self._role[place[0]] == "separate" and (place[0], place[2]) in columns:
                continue
            columns.add((place[0], place[2]))
            complaint = _(
                "got {one}, but {other} has {two}; both sets of sheets must calculate the same. Correct the one that "
                "is wrong, or ask for the official file"
            )
            where = str(address(two)) if one and two else _("the other input sheet")
            shown = (self._shown(one if one and two else place), self._shown(two if one and two else None))
            yield Problem(str(address(place)), complaint.format(one=shown[0], other=where, two=shown[1]))

    def _calculated(self, place: Place | None) -> tuple[Any, ...]:
        """Return what a cell calculates, in a form that is the same for both kinds."""
        if place is None:
            return ()
        formula = self.formula(place)
        if not formula:
            return (self.value(place),)
        quoted = form(formula).split('"')
        text = '"'.join(part if at % 2 else "".join(part.split()).upper() for at, part in enumerate(quoted))
        ends = (
            ((area.sheet, area.row, area.column), (area.sheet, area.last_row, area.last_column))
            for area in areas(formula, place[0])
        )
        return text, [tuple(map(self._position, both)) for both in ends]

    def _shown(self, place: Place | None) -> str:
        formula = self.formula(place) if place is not None else ""
        value = self.value(place) if place is not None else None
        return f"={formula[:60]}" if formula else _("nothing") if value is None else f"{value}"[:60]
