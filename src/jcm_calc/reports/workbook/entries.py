"""The cells that are filled in: values, links to the monitoring plan, and what may be entered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Parameter
from jcm_calc.reports.workbook.contents import CANDIDATE, CELL, written_class
from jcm_calc.reports.workbook.formulas import labels_place
from jcm_calc.reports.workbook.layout import VALUE, Block, ClassTable, InputRow, SheetLayout, column_name
from jcm_calc.reports.workbook.page import Page, entry_style, in_spreadsheet, number_style
from jcm_calc.results.credits import whole_tonnes

YES_NO = ["yes", "no"]


class Entries:
    """Writes the entries of one set of sheets.

    What does not depend on the period is written once, in the monitoring plan. A report refers to
    it, unless its value is another one.
    """

    def __init__(self, layout: SheetLayout, plan: SheetLayout | None) -> None:
        self.layout, self.plan = layout, plan
        self.contents = layout.contents

    @staticmethod
    def tonnes(total: float | None) -> int | None:
        """Return whole tonnes where there is an amount."""
        return None if total is None else whole_tonnes(total)

    # Values

    def _values(self, parameter: Parameter) -> np.ndarray[Any, Any] | None:
        """Return what is in the cells of a parameter."""
        name = parameter.name
        if name in self.contents.named:
            return np.full(self.layout.shape(""), self.contents.named[name], dtype=object)
        return self.contents.value(name)

    def _planned(self, parameter: Parameter) -> bool:
        """Whether the plan has the same cells with the same values."""
        if self.plan is None or "p" in parameter.indices or parameter.name not in self.plan.entered:
            return False
        theirs = self.plan.contents
        if any(list(self.contents.labels[letter]) != list(theirs.labels[letter]) for letter in parameter.indices):
            return False
        own, planned = self._values(parameter), Entries(self.plan, None)._values(parameter)
        if own is None or planned is None:
            return own is None and planned is None
        return bool(np.array_equal(own, planned))

    def _value(self, parameter: Parameter, number: int) -> Any:
        """Return the value in one period, as a spreadsheet has it."""
        values = self._values(parameter)
        if values is None:
            return None
        value = values.ravel()[number if values.size > 1 else 0]
        return in_spreadsheet(value.item() if isinstance(value, np.generic) else value, parameter.unit)

    # Rows of the input sheet

    def cell(self, page: Page, line: InputRow) -> None:
        """Write the value of a row of the input sheet."""
        parameter, style = line.parameter, self._style(line.parameter)
        value = self._value(parameter, line.period or 0)
        if self._planned(parameter):
            assert self.plan is not None
            page.formula(line.row, VALUE, or_empty(self.plan.entered[parameter.name].first(page.name)), value, style)
        else:
            page.value(line.row, VALUE, value, style)
        self._allow(page, (line.row, VALUE, line.row, VALUE), parameter)

    def pointer(self, page: Page, line: InputRow) -> None:
        """Say where the values stand that have a row for each unit; a single one is shown."""
        parameter, layout = line.parameter, self.layout
        place = layout.entered.get(parameter.name)
        units = [
            size
            for size, letter in zip(layout.sizes, layout.letters, strict=True)
            if letter in parameter.indices.replace("p", "")
        ]
        if place is None or math.prod(units) > 1:
            by_class = _("see {sheet}, by {key}").format(sheet=layout.separate, key=parameter.by)
            told = by_class if place is None else _("see {sheet}").format(sheet=layout.separate)
            page.text(line.row, VALUE, told, "text")
            return
        shape = layout.shape(parameter.indices)
        reference = place.cells(shape, range(len(shape)), page.name)[line.period or 0]
        style = "text" if parameter.name in self.contents.named else number_style(parameter.unit, False)
        page.formula(line.row, VALUE, or_empty(reference), self._value(parameter, line.period or 0), style)

    def choice(self, page: Page, name: str, row: int) -> None:
        """Write the option of a choice."""
        option = self.contents.choices.get(name)
        if self.plan is not None and self.plan.contents.choices.get(name) == option:
            page.formula(row, VALUE, or_empty(self.plan.choice_cell(name)), option, "entered text")
        else:
            page.value(row, VALUE, option, "entered text")
        page.allow_list((row, VALUE, row, VALUE), list(self.layout.m.choices[name].options))

    # Tables of units and of classes

    def block(self, page: Page, block: Block) -> None:
        """Write the labels and the values of a table of units."""
        last = block.first + block.size - 1
        for letter in block.letters:
            write_labels(page, self.layout, block, letter)
        declared = {**self.layout.m.inputs, **self.layout.m.facts}
        for name, column in block.columns.items():
            parameter = declared[name]
            values, style = self._values(parameter), self._style(parameter)
            flat = (
                [None] * block.size
                if values is None
                else [in_spreadsheet(one, parameter.unit) for one in block.flat(values)]
            )
            if self._planned(parameter):
                assert self.plan is not None
                cells = self.plan.entered[name].cells(block.rows.shape, block.order, page.name)
                page.column(block.first, column, map(or_empty, cells), flat, style)
            else:
                for row, value in enumerate(flat, block.first):
                    page.value(row, column, value, style)
            self._allow(page, (block.first, column, last, column), parameter)

    def classes(self, page: Page, table: ClassTable, column: int) -> None:
        """Write values by class."""
        last = table.first + len(table.classes) - 1
        self._class_column(page, table, column, [name or None for name in table.classes], "entered text")
        for name, place in table.columns.items():
            entered = self.contents.tables.get(name)
            known = (
                {} if entered is None else {written_class(key): value.value for key, value in entered.entries.items()}
            )
            parameter = self.layout.m.inputs[name]
            values = [known.get(key) for key in table.classes]
            self._class_column(page, table, place, values, entry_style(parameter.unit))
            page.allow_numbers((table.first, place, last, place), parameter)

    def _class_column(self, page: Page, table: ClassTable, column: int, values: Sequence[Any], style: str) -> None:
        planned = self._planned_classes(table)
        for number, value in enumerate(values):
            if planned is None:
                page.value(table.first + number, column, value, style)
            else:
                cell = f"{planned}{column_name(column)}{table.first + number + 1}"
                page.formula(table.first + number, column, or_empty(cell), value, style)

    def _planned_classes(self, table: ClassTable) -> str | None:
        """Return the sheet of the plan, if it has the same classes with the same values in the same cells."""
        if self.plan is None or table not in self.plan.class_tables:
            return None
        tables, theirs = self.contents.tables, self.plan.contents.tables
        same = all(tables.get(name) == theirs.get(name) for name in table.columns)
        return f"'{self.plan.separate}'!" if same else None

    # What may be entered

    def _style(self, parameter: Parameter) -> str:
        if CELL not in self.contents.entries.get(parameter.name, {CELL}) or parameter.name in self.contents.named:
            return "entered text"
        return entry_style(parameter.unit)

    def _allow(self, page: Page, cells: tuple[int, int, int, int], parameter: Parameter) -> None:
        how = self.contents.entries.get(parameter.name, frozenset({CELL}))
        listed = self.layout.lists.get(parameter.name)
        if CANDIDATE in how and listed is not None:
            names = listed.heads() if listed.by_class else listed.names()
            page.allow_list(cells, f"='{self.layout.calc}'!{names}", strict=CELL not in how)
        elif parameter.unit == "yes/no":
            page.allow_list(cells, YES_NO)
        elif parameter.unit == "date":
            page.allow_dates(cells)
        elif parameter.unit == "category":
            if source := self._known_classes(parameter):
                page.allow_list(cells, source)
        else:
            page.allow_numbers(cells, parameter)

    def _known_classes(self, parameter: Parameter) -> str | list[str]:
        """Return the classes that a class key can have."""
        if parameter.categories:
            return list(parameter.categories)
        if parameter.is_class:
            for table in self.layout.class_tables:
                if table.key == parameter.name and not self.layout.lists_of(parameter.name):
                    first = f"$B${table.first + 1}"
                    return f"='{self.layout.separate}'!{first}:$B${table.first + len(table.classes)}"
            for listed in self.layout.lists_of(parameter.name):
                return f"='{self.layout.calc}'!{listed.names()}"
        return []


def or_empty(reference: str) -> str:
    """Refer to a cell; an empty one stays empty, where a plain reference would give 0."""
    return f'IF(ISBLANK({reference}),"",{reference})'


def write_labels(page: Page, layout: SheetLayout, block: Block, letter: str) -> None:
    """Write the labels along an index once, in the first table that has it; every other table refers to them."""
    column, flat = block.label_column(letter), layout.flat_labels(block, letter)
    if letter == "p":
        for row, text in enumerate(flat, block.first):
            page.text(row, column, text, "symbol")
        return
    place = labels_place(layout, letter)
    own = set(place.rows.ravel().tolist()) if block is layout.labelled(letter) else set()
    cells = place.cells(block.rows.shape, block.order, page.name)
    for row, (label, cell) in enumerate(zip(flat, cells, strict=True), block.first):
        if row in own:
            page.value(row, column, label, "entered text")
        else:
            page.formula(row, column, cell, label, "symbol")
