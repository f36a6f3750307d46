"""The continued input sheet: a table for each set of indices, a row a unit, and values by class."""

from __future__ import annotations

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.items import Parameter
from jcm_calc.reports.workbook.entries import Entries
from jcm_calc.reports.workbook.layout import LEFT, Block, SheetLayout
from jcm_calc.reports.workbook.page import Page, unit_of

WIDTHS = (1.5, 15, 11)  # and all further columns as the last


def write(page: Page, layout: SheetLayout, entries: Entries) -> None:
    """Write every table of the sheet."""
    m = layout.m
    for table in layout.class_tables:
        key = m.inputs.get(table.key) or m.coordinates[table.key]
        page.caption(table.first - 4, _("Values by {key}").format(key=getattr(key, "symbol", table.key)))
        text = key.text if isinstance(key, Parameter) else key.told(m.indices)
        _heading(page, table.first, LEFT, table.key, text, "")
        for name, column in table.columns.items():
            parameter = m.inputs[name]
            _heading(page, table.first, column, parameter.symbol, parameter.text, unit_of(parameter))
        entries.classes(page, table, LEFT)
    declared = {**m.inputs, **m.facts}
    for block in layout.entry_blocks:
        page.caption(block.first - 4, _("Values for each {unit}").format(unit=each(layout, block)))
        for letter in block.letters:
            _heading(page, block.first, block.label_column(letter), letter, m.indices[letter], "")
        for name, column in block.columns.items():
            parameter = declared[name]
            _heading(page, block.first, column, parameter.symbol, parameter.text, unit_of(parameter))
            page.note(block.first - 3, column, layout.contents.meaning(parameter))
        entries.block(page, block)


def _heading(page: Page, first: int, column: int, symbol: str, text: str, unit: str) -> None:
    page.typeset(first - 3, column, symbol, "heading")
    page.text(first - 2, column, text, "subheading")
    page.text(first - 1, column, unit, "heading")


def each(layout: SheetLayout, block: Block) -> str:
    """Say for what a table has rows."""
    letters = sorted(block.letters, key=layout.letters.index)
    return _(", ").join(Message("{} {}").format(layout.m.indices[letter], letter) for letter in letters)
