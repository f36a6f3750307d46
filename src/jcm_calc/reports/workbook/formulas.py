"""The formulas of the calculation sheet: each is printed from the equation that it carries out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.expression import argument_names, record
from jcm_calc.declarations.expression.excel import formula
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter, Table
from jcm_calc.declarations.rows import SIGN, spans
from jcm_calc.reports.workbook.contents import CANDIDATE, CELL, CLASSES
from jcm_calc.reports.workbook.layout import LEFT, UNIT, VALUE, Block, Place, SheetLayout, area, column_name

# A sum of partial sums, for Excel adds from left to right: its error grows with the longest sum.
ADDED_AT_ONCE = 4_200
ARGUMENTS, LENGTH = 255, 8_192
NOT_AVAILABLE = "NA()"
# The day that a spreadsheet numbers 0, and the number of its last one, 31 December 9999.
DAY_0, LAST_DAY = date(1899, 12, 30), 2_958_465


class Formulas:
    """The formulas of one set of sheets, without the leading equals sign."""

    def __init__(self, layout: SheetLayout) -> None:
        self.layout = layout
        self.contents = layout.contents
        self.m = layout.m

    def of(self, name: str, block: Block | None = None) -> list[str]:
        """Return the formula of each cell of a quantity, in the order of the rows of its block."""
        nodes = self.contents.nodes[name]
        shape = list(block.rows.shape) if block else self.layout.shape(nodes[0].indices)
        order = block.order if block else tuple(range(len(shape)))
        node = nodes[0]
        if isinstance(node, Parameter):
            return self._parameter(node, shape, order)
        if isinstance(node, Coordinate):
            return self._coordinate(node, shape, order)
        rules = [rule for rule in nodes if isinstance(rule, Equation)]
        ways = [self._equation(rule, number, shape, order) for number, rule in enumerate(rules)]
        return ways[0] if len(ways) == 1 else [self._in_case(rules, way) for way in zip(*ways, strict=True)]

    def terms(self, rule: Equation, block: Block) -> list[str]:
        """Return the terms of a total, one for each row of the block."""
        return self._plain(rule, list(block.rows.shape), block.order)

    # Equations

    def _in_case(self, rules: Sequence[Equation], ways: Sequence[str]) -> str:
        """Choose between formulas by the cells with the options chosen."""
        text = NOT_AVAILABLE
        for rule, way in zip(reversed(rules), reversed(ways), strict=True):
            tests = [f"{self.layout.choice_cell(choice)}={_quoted(option)}" for choice, option in rule.when.items()]
            condition = tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"
            text = f"IF({condition},{way},{text})"
        return text

    def _equation(self, rule: Equation, number: int, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        if not rule.total:
            return self._plain(rule, shape, order)
        if self.contents.absent(rule):
            return ["0"] * math.prod(shape)
        place = self.layout.place.get((rule.name, number))
        sums = self._sums(place or self.layout.place[rule.arguments[0]], rule, shape, order)
        if self.contents.open and set(rule.total) <= set(self.m.optional):
            return [f"IF({self._empty(rule.total)},0,{text})" for text in sums]
        return sums

    def _plain(self, rule: Equation, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        """Return what the function of an equation computes, printed with addresses instead of symbols."""
        names = {name: f"{{{number}}}" for number, name in enumerate(argument_names(rule.function))}
        template = formula(record(rule.function, names))
        cells = [self._cells(argument, shape, order) for argument in rule.arguments]
        if not cells:
            return [template] * math.prod(shape)
        return [template.format(*addresses) for addresses in zip(*cells, strict=True)]

    def _cells(self, name: str, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        return self.layout.place[name].cells(shape, order, self.layout.calc)

    def _sums(self, place: Place, rule: Equation, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        """Return the sum over the indices of a total, for each cell."""
        along = [self.layout.letters.index(letter) for letter in rule.total]
        whole = [self.layout.sizes[axis] if axis in along else size for axis, size in enumerate(shape)]
        axes = [axis for axis in order if axis not in along] + along
        rows = np.broadcast_to(place.rows, whole).transpose(axes).reshape(math.prod(shape), -1)
        column = column_name(int(place.columns.flat[0]))
        return [_sum(column, own) for own in rows]

    def _empty(self, letters: str) -> str:
        """Return whether nothing is filled in for units along optional indices.

        A cell that refers to an empty one of the plan holds a formula, but is as empty: only COUNTBLANK counts both.
        """
        ranges, cells = [], 0
        for block in self.layout.entry_blocks:
            if set(letters) & set(block.letters):
                ends = min(block.columns.values()), max(block.columns.values())
                first, last = map(column_name, ends)
                ranges.append(f"'{self.layout.separate}'!{first}{block.first + 1}:{last}{block.first + block.size}")
                cells += block.size * len(block.columns)
        return f"{'+'.join(f'COUNTBLANK({one})' for one in ranges)}={cells}"

    # What is entered, and what the document fixes

    def _parameter(self, parameter: Parameter, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        how = self.contents.entries.get(parameter.name, frozenset())
        if CELL in how:
            cells = self.layout.entered[parameter.name].cells(shape, order, self.layout.calc)
            return [self._checked(parameter, cell, CANDIDATE in how) for cell in cells]
        if parameter.kind is Kind.CONSTANT:
            assert parameter.value is not None
            return [repr(parameter.value.value)] * math.prod(shape)
        if not parameter.by:
            return [self.layout.lists[parameter.name].cells().partition(":")[0]] * math.prod(shape)
        keys = self._cells(parameter.by, shape, order)
        return [self._selected(parameter, key, how) for key in keys]

    def _checked(self, parameter: Parameter, cell: str, candidates: bool) -> str:
        """Refer to a cell; one that is empty or holds something else counts as missing, not as 0."""
        right = f"IF({'ISTEXT' if parameter.textual else 'ISNUMBER'}({cell}),{cell},{NOT_AVAILABLE})"
        if not candidates:
            return right
        listed = self.layout.lists[parameter.name]
        found = f"INDEX({listed.cells()},MATCH({cell},{self._searched(listed.names(), listed.rows)},0))"
        return f"IF(ISTEXT({cell}),{found},{right})"

    def _selected(self, parameter: Parameter, key: str, how: frozenset[str]) -> str:
        """Look up the value of a class, in the document's table, a candidate's, or the one that is entered."""
        by_class = self._by_class(parameter, key) if CLASSES in how else NOT_AVAILABLE
        if how and CANDIDATE not in how:
            return by_class
        listed = self.layout.lists[parameter.name]
        if not how:
            return self._in_list(parameter.table, key, listed.names(), listed.rows, listed.cells())
        cell = self.layout.entered[parameter.name].cells(
            [1] * len(self.layout.letters), range(len(self.layout.letters)), self.layout.calc
        )[0]
        row = f"MATCH({key},{self._searched(listed.names(), listed.rows)},0)"
        column = f"MATCH({cell},{self._searched(listed.heads(), listed.columns)},0)"
        value = f"INDEX({listed.cells()},{row},{column})"
        # a candidate need not have a value for every class, and an empty cell is not 0
        return f"IF(LEN({cell})>0,IF(ISNUMBER({value}),{value},{NOT_AVAILABLE}),{by_class})"

    def _by_class(self, parameter: Parameter, key: str) -> str:
        table = next(one for one in self.layout.class_tables if parameter.name in one.columns)
        entered = self.contents.tables.get(parameter.name)
        columns, sheet = (LEFT, table.columns[parameter.name]), self.layout.separate
        names, values = (area(column, table.first, 1, len(table.classes), sheet) for column in columns)
        return self._in_list(entered, key, names, table.classes, values)

    def _in_list(self, table: Table | None, key: str, names: str, classes: Sequence[str], values: str) -> str:
        if table is not None and table.numeric:
            return _in_bins(key, classes, _cells_of(values))
        found = f"INDEX({values},MATCH({key},{self._searched(names, classes)},0))"
        return f"IF(ISNUMBER({found}),{found},{NOT_AVAILABLE})"

    def _searched(self, names: str, texts: Sequence[str]) -> str:
        """Return a range in which a spreadsheet finds every text exactly: it takes * ? ~ for wildcards."""
        wrong = [text for text in texts if set(text) & set("*?~") or len(text) > ARGUMENTS]
        known = {text.casefold() for text in texts if text}
        if wrong or len(known) < len({text for text in texts if text}):
            complaint = _("a class cannot be looked up in a spreadsheet: {why}; give it another name")
            signs, capitals = _("{name} contains *, ? or ~, or is too long"), _("two differ in capitals only")
            complaint = complaint.format(why=signs.format(name=repr(wrong[0])) if wrong else capitals)
            raise InputError(str(self.m), [Problem(_("workbook"), complaint)])
        return names

    # The axes

    def _coordinate(self, node: Coordinate, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        if node.keys:
            return self._row(node, shape, order)
        if node.what == "label":
            return self._labels(node.of, shape, order)
        if node.what == "count":
            rows = labels_place(self.layout, node.of).rows
            column = column_name(LEFT)
            return [f"ROWS('{self.layout.separate}'!{column}{rows.min() + 1}:{column}{rows.max() + 1})"]
        return [self._of_period(node.what, number) for number in range(len(self.contents.periods))]

    def _row(self, node: Coordinate, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        """Put together the key of a row from the cells of its keys, and from the dates of the period."""
        parts = []
        for key in node.keys:
            if key in node.classes:
                parts.append(self._cells(key, shape, order))
            elif key == "p":
                texts = [self._dates(node, number) for number in range(len(self.contents.periods))]
                parts.append(self._along(key, texts, shape, order))
            else:
                parts.append(self._labels(key, shape, order))
        return [f'&"{SIGN}"&'.join(one) for one in zip(*parts, strict=True)]

    def _labels(self, letter: str, shape: Sequence[int], order: Sequence[int]) -> list[str]:
        """Return the labels along an index: the cells in which they are entered, or as texts where none are."""
        if letter == "p" or not any(letter in block.letters for block in self.layout.entry_blocks):
            texts = [_quoted(str(label)) for label in self.contents.labels[letter]]
            return self._along(letter, texts, shape, order)
        return labels_place(self.layout, letter).cells(shape, order, self.layout.calc)

    def _along(self, letter: str, texts: Sequence[str], shape: Sequence[int], order: Sequence[int]) -> list[str]:
        """Return one text for each label along an index, in the order of the rows of a block."""
        along = [-1 if one == letter else 1 for one in self.layout.letters]
        array = np.array(texts, dtype=object).reshape(along)
        found: list[str] = np.broadcast_to(array, shape).transpose(order).ravel().tolist()
        return found

    def _dates(self, node: Coordinate, number: int) -> str:
        """Return the part of a row's key that is its dates; nothing where none of them covers the period."""
        (parameter,) = (one for one in self.m.inputs.values() if one.by == node.name)
        table = self.contents.tables.get(parameter.name, parameter.table)
        tables = [table, *parameter.candidates.values()]
        known = {key: None for one in tables if isinstance(one, Table) for key in one.entries}
        first, last = self._ends_of(number)
        tests = []
        for span in spans(node.keys, known):
            ends = [f"{first}>={_serial(span.first)}", f"{last}<={_serial(span.last)}"]
            tests.append(f'IF(AND({",".join(ends)}),"{span}","")')
        text = f"IF(AND(ISNUMBER({first}),ISNUMBER({last})),{'&'.join(tests) or NOT_AVAILABLE},{NOT_AVAILABLE})"
        if len(text) > LENGTH - 500:
            complaint = _("{name}: a table with more dates than a formula of a spreadsheet holds")
            raise InputError(str(self.m), [Problem(_("workbook"), complaint.format(name=parameter.symbol))])
        return text

    def _ends_of(self, number: int) -> tuple[str, str]:
        """Return the cells with first and last day of a period."""
        row = self.layout.periods + 3 + number
        first, last = (f"'{self.layout.input}'!{column_name(column)}{row}" for column in (VALUE, UNIT))
        return first, last

    def _of_period(self, what: str, number: int) -> str:
        first, last = self._ends_of(number)
        text = {
            "days": f"{last}-{first}+1",
            "hours": f"24*({last}-{first}+1)",
            "days_of_year": f"DATE(YEAR({first}),12,31)-DATE(YEAR({first})-1,12,31)",
            "year": f"YEAR({first})",
            "first_day": first,
            "last_day": last,
        }[what]
        return f"IF(AND(ISNUMBER({first}),ISNUMBER({last})),{text},{NOT_AVAILABLE})"


def _serial(day: date) -> int:
    """Return the number by which a spreadsheet knows a day; the last number that it knows for a later one."""
    return min(max((day - DAY_0).days, 0), LAST_DAY)


def _cells_of(column: str) -> list[str]:
    """Return the address of each cell of a range of one column."""
    sheet, _, cells = column.rpartition("!")
    (_, letters, first), (*_, last) = (end.split("$") for end in cells.split(":"))
    return [f"{sheet}{'!' if sheet else ''}${letters}${row}" for row in range(int(first), int(last) + 1)]


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _sum(column: str, rows: Any) -> str:
    """Return the sum of cells of a column."""
    if len(rows) == rows.max() - rows.min() + 1:
        first, last = int(rows.min()) + 1, int(rows.max()) + 1
        starts = range(first, last + 1, ADDED_AT_ONCE)
        parts = [f"{column}{start}:{column}{min(start + ADDED_AT_ONCE - 1, last)}" for start in starts]
    else:
        cells = [f"{column}{row + 1}" for row in rows.tolist()]
        parts = [",".join(cells[start : start + ARGUMENTS]) for start in range(0, len(cells), ARGUMENTS)]
    text = f"SUM({parts[0]})" if len(parts) == 1 else f"SUM({','.join(f'SUM({part})' for part in parts)})"
    if len(text) > LENGTH or len(parts) > ARGUMENTS:
        raise InputError(
            _("workbook"), [Problem(_("workbook"), _("a total has too many terms for a formula of a spreadsheet"))]
        )
    return text


def _in_bins(key: str, classes: Sequence[str], cells: Sequence[str]) -> str:
    """Look up a number in intervals; in none of them it has no value."""
    text = NOT_AVAILABLE
    for written, cell in reversed(list(zip(classes, cells, strict=True))):
        tests = ",".join(_ends(Interval.parse(written), key))
        text = f"IF(AND({tests}),{cell},{text})"
    return text


def _ends(interval: Interval, key: str) -> Iterator[str]:
    if math.isfinite(interval.lower):
        yield f"{key}{'>=' if interval.closed_lower else '>'}{interval.lower!r}"
    if math.isfinite(interval.upper):
        yield f"{key}{'<=' if interval.closed_upper else '<'}{interval.upper!r}"


def labels_place(layout: SheetLayout, letter: str) -> Place:
    """Return where the labels along an index are entered: in the first table that has it."""
    block = layout.labelled(letter)
    axis = layout.letters.index(letter)
    first = tuple(slice(None) if place == axis else slice(0, 1) for place in range(block.rows.ndim))
    column = np.full((1,) * block.rows.ndim, block.label_column(letter))
    return Place(layout.separate, block.rows[first], column)
