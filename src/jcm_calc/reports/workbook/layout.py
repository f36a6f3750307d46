"""Where everything is in one set of sheets: tables, rows, columns, blocks of units.

Rows and columns count from 0, as XlsxWriter does. The place of a quantity is an array of rows and
one of columns with one axis for each index of the methodology, as its values are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.expression import record
from jcm_calc.declarations.graph import Node, walk
from jcm_calc.declarations.items import Equation, Kind, Parameter, Value
from jcm_calc.reports.workbook.contents import CANDIDATE, CELL, CLASSES, Contents

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]
# A quantity by its name; the terms of a total by its name and the number of its case.
Key = str | tuple[str, int]

TITLE, FIRST = 3, 6  # rows
MARGIN, LEFT, LAST = 0, 1, 12  # columns
# Tables of the input sheets share their columns.
PERIOD, POINT, SYMBOL, TEXT, VALUE, UNIT, OPTION, SOURCE, PROCEDURE, FREQUENCY, COMMENT = range(1, 12)
LABEL, FUEL, RESULT = 1, 2, 3  # of the calculation sheets
MOST_ROWS = 1_048_576


def column_name(column: int) -> str:
    """Return the letters of a column: A is 0."""
    name = ""
    while column >= 0:
        name = chr(ord("A") + column % 26) + name
        column = column // 26 - 1
    return name


def area(column: int, row: int, width: int = 1, height: int = 1, sheet: str = "") -> str:
    """Return the address of a rectangle of cells, for any cell of this or of another sheet."""
    first, last, prefix = column_name(column), column_name(column + width - 1), f"'{sheet}'!" if sheet else ""
    return f"{prefix}${first}${row + 1}:${last}${row + height}"


@dataclass(frozen=True)
class Place:
    """The cells of a quantity on a sheet: rows and columns with one axis for each index."""

    sheet: str
    rows: Rows
    columns: Rows

    def cells(self, shape: Sequence[int], order: Sequence[int], of: str) -> list[str]:
        """Return the addresses, as sheet ``of`` writes them, broadcast to a shape whose axes are then put in order."""
        rows = np.broadcast_to(self.rows, shape).transpose(order).ravel().tolist()
        prefix = "" if self.sheet == of else f"'{self.sheet}'!"
        if self.columns.size == 1:
            start = prefix + column_name(int(self.columns.flat[0]))
            return [f"{start}{row + 1}" for row in rows]
        columns = np.broadcast_to(self.columns, shape).transpose(order).ravel().tolist()
        return [f"{prefix}{column_name(column)}{row + 1}" for row, column in zip(rows, columns, strict=True)]

    def first(self, of: str) -> str:
        """Return the address of the first cell."""
        prefix = "" if self.sheet == of else f"'{self.sheet}'!"
        return f"{prefix}{column_name(int(self.columns.flat[0]))}{int(self.rows.flat[0]) + 1}"


@dataclass(frozen=True)
class InputRow:
    """A row of a table of an input sheet; ``period`` is the number of its period where it has one."""

    parameter: Parameter
    period: int | None
    row: int


@dataclass(frozen=True)
class Block:
    """A table with a row for each combination of labels."""

    letters: str  # the indices, the slowest first
    first: int  # the first row of numbers, below the headings
    columns: dict[Key, int]
    rows: Rows  # of each combination: one axis for each index of the methodology
    order: tuple[int, ...]  # of these axes in the order of the rows

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.rows.size

    def flat(self, array: Array) -> list[Any]:
        """Return values in the order of the rows."""
        found: list[Any] = np.broadcast_to(array, self.rows.shape).transpose(self.order).ravel().tolist()
        return found

    def label_column(self, letter: str) -> int:
        """Return the column of the labels along an index."""
        return LEFT + self.letters.index(letter)


@dataclass(frozen=True)
class ClassTable:
    """Values that are entered by class: a row a class, a column a parameter."""

    key: str
    first: int
    classes: Sequence[str]
    columns: dict[str, int]


@dataclass(frozen=True)
class DefaultList:
    """A table of the [List of Default Values].

    Rows are classes and columns candidates; rows are candidates where the values have no classes.
    No text is the document's own value.
    """

    parameter: Parameter
    first: int
    rows: list[str]
    columns: list[str]
    values: list[list[Value | None]]

    @property
    def by_class(self) -> bool:
        """Whether the values have classes."""
        return self.rows != [""] and bool(self.parameter.by)

    def names(self) -> str:
        """Return the range with the texts before the rows."""
        return area(LABEL, self.first, height=len(self.rows))

    def heads(self) -> str:
        """Return the range with the names of the columns."""
        return area(RESULT, self.first - 1, len(self.columns))

    def cells(self) -> str:
        """Return the range of the values."""
        return area(RESULT, self.first, len(self.columns), len(self.rows))


class SheetLayout:
    """Where everything is in one set of sheets."""

    def __init__(self, contents: Contents, suffix: str) -> None:
        self.contents = contents
        self.m = contents.methodology
        kind = contents.kind
        self.input, self.separate, self.calc = (
            f"{kind}({name}){suffix}" for name in ("input", "input_separate", "calc_process")
        )
        self.letters = list(self.m.indices)
        self.sizes = [len(contents.labels[letter]) for letter in self.letters]
        self.several = len(contents.periods) > 1
        # where parameters and facts are entered; where quantities are calculated, and terms that have a column
        self.entered: dict[str, Place] = {}
        self.place: dict[Key, Place] = {}
        self._lay_input()
        self._lay_separate()
        self._lay_calculation()

    # Input sheet

    def _lay_input(self) -> None:
        entered = list(self.contents.entered)
        monitored = [parameter for parameter in entered if parameter.kind is Kind.MONITORED]
        fixed = [parameter for parameter in entered if parameter.kind is not Kind.MONITORED]
        facts = [fact for fact in self.contents.facts if not self.others(fact.indices)]
        row = FIRST
        self.table_1 = row
        self.monitored, row = self._lines(monitored, row + 3)
        self.table_2 = row + 1
        self.fixed, row = self._lines(fixed, self.table_2 + 3)
        self.table_3 = row + 1
        years = {period.year for period in self.contents.periods} if self.contents.kind == "MPS" else set()
        self.by_year = self.table_3 + 5 if years - {None} else 0
        self.option_box = self.table_3 + 5 + (len(years) + 6 if self.by_year else 0)
        self.periods = self.option_box + 5
        row = self.periods + 2 + len(self.contents.periods)
        self.options = row + 1 if self.m.choices else 0
        self.choice_rows = {name: self.options + 2 + number for number, name in enumerate(self.m.choices)}
        row = row + 3 + len(self.m.choices) if self.m.choices else row
        self.facts = row + 1 if facts else 0
        self.fact_lines, row = self._lines(facts, row + 3) if facts else ([], row)
        self.input_rows = row

    def _lines(self, parameters: Iterable[Parameter], row: int) -> tuple[list[InputRow], int]:
        """Return a row for each parameter, or for each of its periods where there are several."""
        lines = []
        for parameter in parameters:
            dated = "p" in parameter.indices
            periods = [*range(len(self.contents.periods))] if dated else [None]
            own = [InputRow(parameter, period, row + number) for number, period in enumerate(periods)]
            if self.in_cell(parameter):
                rows = self._axes("p" if dated else "", [line.row for line in own])
                self.entered[parameter.name] = Place(self.input, rows, self._single(VALUE))
            lines += own
            row += len(own)
        return lines, row

    def in_cell(self, parameter: Parameter) -> bool:
        """Whether a parameter is entered in a row of the input sheet: as a number, or as the name of a table."""
        how = self.contents.ways(parameter.name)
        return not self.others(parameter.indices) or (CELL not in how and CANDIDATE in how)

    # Sheet of units

    def _lay_separate(self) -> None:
        row = FIRST
        self.class_tables: list[ClassTable] = []
        entered = list(self.contents.entered)
        for key, classes in self.contents.classes.items():
            by_class = [one for one in entered if one.by == key and CLASSES in self.contents.entries[one.name]]
            columns = {parameter.name: LEFT + 1 + number for number, parameter in enumerate(by_class)}
            self.class_tables.append(ClassTable(key, row + 4, classes, columns))
            row += 6 + len(classes)
        every = (one for one in (*entered, *self.contents.facts) if CELL in self.contents.ways(one.name))
        groups = grouped((self._along(one.indices), one) for one in every if self.others(one.indices))
        self.entry_blocks = []
        for letters, parameters in groups.items():
            order = "".join(sorted(letters, key=lambda letter: letter != "p"))
            block = self._block(order, row + 4, [parameter.name for parameter in parameters])
            self.entry_blocks.append(block)
            for parameter in parameters:
                self.entered[parameter.name] = self._column(self.separate, block, parameter.name)
            row += 6 + block.size
        self._checked(row)
        of_classes = (table.columns for table in self.class_tables)
        self.separate_end = self._end(self._end(LAST, of_classes), (block.columns for block in self.entry_blocks))

    # Calculation sheet

    def _lay_calculation(self) -> None:
        names = list(self.contents.nodes)
        rows = [name for name in names if not self.others(self.node(name).indices)]
        self.sections = self._sections(rows)
        count = len(self.contents.periods)
        self.columns = {
            "unit": RESULT + count,
            "symbol": RESULT + count + 1,
            "grade": RESULT + count + 2,
            "equation": RESULT + count + 3,
            "end": max(LAST, RESULT + count + 6),
        }
        row = FIRST + 1
        self.section_rows = []
        for members in self.sections:
            self.section_rows.append(row)
            for number, name in enumerate(members, row + 1):
                columns = RESULT + self._axes("p" if "p" in self.node(name).indices else "", range(count))
                self.place[name] = Place(self.calc, self._single(number), columns)
            row += 2 + len(members)
        self.list_row = row
        row += 2
        self.lists: dict[str, DefaultList] = {}
        for name in names:
            found = self._default_list(name, row + 2)
            if found is not None:
                self.lists[name] = found
                row = found.first + len(found.rows) + 1
        self._lay_blocks(names, row)

    def _sections(self, rows: Sequence[str]) -> list[list[str]]:
        """Return the rows of blocks 1 to 4 of the official sheet: the result first, its parts below."""
        selected = [name for name in rows if self._selected(name)]
        ways = self.upstream("RE") | self.upstream("PE")
        others = [name for name in rows if name in self.m.terms and name not in (*ways, *selected)]
        of_terms = [name for term in others for name in rows if name in self.upstream(term) - ways - {*selected}]
        sections = [["ER", *dict.fromkeys((*others, *of_terms))], selected]
        placed = {*sections[0], *selected}
        for result in ("RE", "PE"):
            way = self.upstream(result)
            own = [name for name in rows if name in way and name not in placed and name != result]
            sections.append([result, *own])
            placed.update(sections[-1])
        sections[-1] += [name for name in rows if name not in placed]
        return sections

    def _selected(self, name: str) -> bool:
        """Whether a quantity is a default value or comes from the axes."""
        node = self.node(name)
        return not isinstance(node, Equation) and getattr(node, "kind", None) not in (Kind.MONITORED, Kind.FIXED)

    def upstream(self, name: str) -> set[str]:
        """Return everything that a quantity needs, in any case that is open."""
        return set(walk([name], lambda one: self.contents.nodes.get(one, ())))

    def _default_list(self, name: str, first: int) -> DefaultList | None:
        node = self.node(name)
        if not isinstance(node, Parameter) or node.kind is not Kind.DEFAULT:
            return None
        known = [(candidate, values) for candidate, values in node.by_candidate() if values]
        if name in self.contents.entries:
            known = [(candidate, values) for candidate, values in known if candidate]
        if not known:
            return None
        classes = list(dict.fromkeys(key for _, values in known for key in values))
        candidates = [candidate for candidate, _ in known]
        grid = [[values.get(key) for _, values in known] for key in classes]
        if classes == [""]:
            return DefaultList(node, first, candidates, [""], [[value] for value in grid[0]])
        return DefaultList(node, first, classes, candidates, grid)

    def _lay_blocks(self, names: Sequence[str], row: int) -> None:
        """Lay out the blocks of units, with the indices of totals along adjoining rows."""
        groups: dict[str, list[Key]] = {}
        summed: dict[str, str] = {}
        for name in names:
            for number, node in enumerate(self.contents.nodes[name]):
                if isinstance(node, Equation) and node.total and not self.contents.absent(node):
                    both = "".join(letter for letter in self.letters if letter in node.indices + node.total)
                    terms = self._along(both)
                    summed[terms] = summed.get(terms, "") + node.total
                    argument = self.only_argument(node)
                    if argument is None or self._along(self.node(argument).indices) != terms:
                        groups.setdefault(terms, []).append((name, number))
            if self.others(self.node(name).indices):
                groups.setdefault(self._along(self.node(name).indices), []).append(name)
        self.blocks_row = row
        row += 2
        self.blocks = []
        for letters, columns in groups.items():
            total = summed.get(letters, "")
            order = sorted(letters, key=lambda letter: (letter != "p", letter in total))
            block = self._block("".join(order), row + 6, columns)
            self.blocks.append(block)
            self.place |= {key: self._column(self.calc, block, key) for key in columns}
            row += 8 + block.size
        self.calc_rows = self._checked(row)
        self.calc_end = self._end(self.columns["end"], (block.columns for block in self.blocks))

    def only_argument(self, rule: Equation) -> str | None:
        """Return the argument of an equation that is nothing but that argument."""
        expression = record(rule.function)
        return rule.arguments[0] if expression.operation == "symbol" else None

    # Helpers

    def node(self, name: str) -> Node:
        """Return what a name is; its indices are the same in every case."""
        return self.contents.nodes[name][0]

    def others(self, indices: str) -> str:
        """Return the indices other than p."""
        return indices.replace("p", "")

    def _end(self, least: int, tables: Iterable[Mapping[Any, int]]) -> int:
        """Return the last column of a sheet."""
        return max([least, *(column for columns in tables for column in columns.values())])

    def _along(self, indices: str) -> str:
        """Return the indices along which rows run: p only where the set covers several periods."""
        return indices if self.several else self.others(indices)

    def _single(self, number: int) -> Rows:
        return np.full((1,) * len(self.letters), number)

    def _axes(self, letters: str, numbers: Iterable[int]) -> Rows:
        """Return numbers along one index, or a single one."""
        shape = [size if letter in letters else 1 for letter, size in zip(self.letters, self.sizes, strict=True)]
        return np.array(list(numbers)[: math.prod(shape)], dtype=np.intp).reshape(shape)

    def _block(self, letters: str, first: int, names: Sequence[Key]) -> Block:
        axes = [self.letters.index(letter) for letter in letters]
        order = (*axes, *(axis for axis in range(len(self.letters)) if axis not in axes))
        shape = [self.sizes[axis] if axis in axes else 1 for axis in order]
        rows = first + np.arange(math.prod(shape)).reshape(shape).transpose(np.argsort(order))
        columns = {name: LEFT + len(letters) + number for number, name in enumerate(names)}
        return Block(letters, first, columns, rows, order)

    def _column(self, sheet: str, block: Block, name: Key) -> Place:
        return Place(sheet, block.rows, self._single(block.columns[name]))

    def _checked(self, rows: int) -> int:
        if rows > MOST_ROWS:
            complaint = _("needs {rows:,} rows on a sheet, and a spreadsheet has {most:,}: write fewer units a file")
            raise InputError(str(self.m), [Problem(_("workbook"), complaint.format(rows=rows, most=MOST_ROWS))])
        return rows

    def shape(self, indices: str) -> list[int]:
        """Return the sizes of the axes of an array with some indices."""
        return [size if letter in indices else 1 for letter, size in zip(self.letters, self.sizes, strict=True)]

    def labelled(self, letter: str) -> Block:
        """Return the table in which the labels along an index are entered: the first that has it."""
        return next(block for block in self.entry_blocks if letter in block.letters)

    def flat_labels(self, block: Block, letter: str) -> list[Any]:
        """Return the labels along an index in the order of the rows of a block."""
        axis = self.letters.index(letter)
        labels = [label if isinstance(label, int) else str(label) for label in self.contents.labels[letter]]
        array = np.array(labels, dtype=object)
        return block.flat(array.reshape([-1 if place == axis else 1 for place in range(len(self.letters))]))

    def choice_cell(self, name: str) -> str:
        """Return the address of the cell with the option of a choice, as written on another sheet."""
        return f"'{self.input}'!{column_name(VALUE)}{self.choice_rows[name] + 1}"

    def lists_of(self, key: str) -> list[DefaultList]:
        """Return the default values by a class key."""
        return [listed for listed in self.lists.values() if listed.parameter.by == key and listed.by_class]
