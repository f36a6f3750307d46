"""The calculation sheet: blocks 1 to 4, the list of default values, and a table for each set of indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _, language
from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation
from jcm_calc.reports.workbook.formulas import Formulas
from jcm_calc.reports.workbook.input_sheet import each, write_labels
from jcm_calc.reports.workbook.layout import FUEL, LABEL, LAST, LEFT, RESULT, Block, DefaultList, Key, SheetLayout
from jcm_calc.reports.workbook.page import Page, in_spreadsheet, number_style, shown_unit, unit_of
from jcm_calc.reports.workbook.tables import ONLY_VALUE, OWN_VALUE, TERMS_OF

WIDTHS = (1.5, 25, 9, 10)  # and all further columns as the last
TITLES = (
    _("1. Calculations for emission reductions"),
    _("2. Selected default values, etc."),
    _("3. Calculations for reference emissions"),
    _("4. Calculations of the project emissions"),
)
PER_UNIT = _("5. Calculations for each unit")
FUEL_TYPES = {"electric": _("Electricity"), "power consumption": _("Electricity")}


class CalculationSheet:
    """Writes one calculation sheet."""

    def __init__(self, page: Page, layout: SheetLayout) -> None:
        self.page, self.layout = page, layout
        self.contents, self.m = layout.contents, layout.m
        self.formulas = Formulas(layout)
        self.symbols = self.m.symbols()

    def write(self) -> None:
        """Write everything."""
        for title, row, members in zip(TITLES, self.layout.section_rows, self.layout.sections, strict=True):
            self._section(title, row, members)
        self.page.caption(self.layout.list_row, _("[List of Default Values]"))
        for listed in self.layout.lists.values():
            self._list(listed)
        if self.layout.blocks:
            self.page.caption(self.layout.blocks_row, PER_UNIT)
            self.page.sheet.set_h_pagebreaks([self.layout.blocks_row])
        for block in self.layout.blocks:
            self._block(block)
        if self.contents.waiting:
            self.page.grey_errors(self.layout.calc_rows)

    # Blocks 1 to 4

    def _section(self, title: str, row: int, members: Sequence[str]) -> None:
        page, columns = self.page, self.layout.columns
        page.text(row, LABEL, title, "strong")
        page.text(row, FUEL, _("Fuel type"), "heading")
        value = _("Value")
        for number, period in enumerate(self.contents.periods):
            page.text(row, RESULT + number, value + f" {period}" if self.layout.several else value, "heading")
        headings = {"unit": _("Units"), "symbol": _("Parameter"), "grade": _("Evidence")}
        for key, heading in headings.items():
            page.text(row, columns[key], heading, "heading")
        page.merge(row, columns["equation"], columns["end"], _("Equation"), "heading")
        for number, name in enumerate(members, row + 1):
            self._row(number, name, strong=number == row + 1 and name in ("ER", "RE", "PE"))

    def _row(self, row: int, name: str, strong: bool) -> None:
        page, columns, nodes = self.page, self.layout.columns, self.contents.nodes[name]
        node = nodes[0]
        text = _description(node, strong)
        page.text(row, LABEL, text, "strong" if strong else "indented")
        page.text(row, FUEL, fuel_type(text), "symbol")
        style = number_style(node.unit, isinstance(node, Equation))
        for column in range(RESULT, columns["unit"]):  # what does not depend on p has a single value for all periods
            page.text(row, column, "", "text")
        for column, (formula, value) in enumerate(
            zip(self.formulas.of(name), self._flat(name, None), strict=True), RESULT
        ):
            page.formula(row, column, formula, value, style)
        page.text(row, columns["unit"], unit_of(node), "symbol")
        page.typeset(row, columns["symbol"], getattr(node, "symbol", name))
        self.page.mark(row, columns["grade"], self.contents.evidence(node))
        page.typeset(row, columns["equation"], self._source(name), "text", columns["end"])

    def _flat(self, name: str, block: Block | None) -> list[Any]:
        """Return the values of a quantity in the order of its cells."""
        node = self.contents.nodes[name][0]
        shape = self.layout.shape(node.indices)
        values = self.contents.value(name)
        if values is None:
            return [None] * (block.size if block else int(np.prod(shape)))
        flat = block.flat(values) if block else np.broadcast_to(values, shape).ravel().tolist()
        return [in_spreadsheet(value, node.unit) for value in flat]

    def _source(self, name: str) -> str:
        """Return the equation that a cell carries out, or where its value comes from."""
        nodes = self.contents.nodes[name]
        node = nodes[0]
        if isinstance(node, Equation):
            rules = [rule for rule in nodes if isinstance(rule, Equation)]
            texts = [self._written(rule, len(rules) > 1) for rule in rules]
            return Message("; ").join(texts)
        if isinstance(node, Coordinate):
            return node.words(self.m.indices)
        if node.name in self.contents.entries:
            by_class = node.name in self.contents.tables
            return _("entered, by {key}").format(key=node.by) if by_class else _("entered")
        return _("default by {key}").format(key=node.by) if node.by else node.section

    def _written(self, rule: Equation, several: bool) -> str:
        text = rule.written(self.symbols)
        if self.contents.absent(rule):
            text += _(" (none: nothing given has the index {index})").format(index=rule.total)
        return text + _(" (if {case})").format(case=rule.case) if several and rule.when else text

    # List of default values

    def _list(self, listed: DefaultList) -> None:
        page, parameter = self.page, listed.parameter
        unit = shown_unit(parameter.unit, False)
        last = max(RESULT + len(listed.columns), LAST // 2)
        heading = Message("{}: {}").format(parameter.symbol, parameter.text)
        page.typeset(listed.first - 2, LABEL, heading, "strong", last)
        if parameter.by and listed.by_class:
            head = self.m.inputs.get(parameter.by) or self.m.coordinates[parameter.by]
            page.text(listed.first - 1, LABEL, getattr(head, "text", parameter.by), "heading")
        else:
            page.text(listed.first - 1, LABEL, "", "heading")
        page.text(listed.first - 1, FUEL, _("Units"), "heading")
        for column, candidate in enumerate(listed.columns, RESULT):
            page.text(listed.first - 1, column, candidate or ONLY_VALUE, "heading")
        page.text(listed.first - 1, RESULT + len(listed.columns), _("Evidence"), "heading")
        for row, (key, values) in enumerate(zip(listed.rows, listed.values, strict=True), listed.first):
            page.text(row, LABEL, key or OWN_VALUE, "indented")
            page.text(row, FUEL, unit, "symbol")
            for column, value in enumerate(values, RESULT):
                page.value(row, column, None if value is None else value.value, "exact")
            known = [value.evidence for value in values if value is not None]
            weakest = max(known, key=lambda evidence: str(evidence.grade))
            page.mark(row, RESULT + len(listed.columns), weakest)

    # Tables of units

    def _block(self, block: Block) -> None:
        page, first = self.page, block.first
        title = _("Calculations for each {unit}").format(unit=each(self.layout, block))
        page.merge(first - 6, LEFT, max(LEFT + 1, *block.columns.values()), title, "strong")
        for letter in block.letters:
            self._heads(block, block.label_column(letter), (letter, self.m.indices[letter], "", ""))
            page.text(first - 1, block.label_column(letter), "", "heading")
            write_labels(page, self.layout, block, letter)
        for name, column in block.columns.items():
            self._column(block, name, column)

    def _heads(self, block: Block, column: int, heads: tuple[str, str, str, str]) -> None:
        styles = ("heading", "subheading", "subheading", "heading")
        for row, (text, style) in enumerate(zip(heads, styles, strict=True), block.first - 5):
            self.page.typeset(row, column, text, style)

    def _column(self, block: Block, name: Key, column: int) -> None:
        """Write the column of a quantity, or of the terms of a total."""
        page, first = self.page, block.first
        if isinstance(name, str):
            node = self.contents.nodes[name][0]
            heads = (getattr(node, "symbol", name), getattr(node, "text", ""), self._source(name), unit_of(node))
            formulas, values = self.formulas.of(name, block), self._flat(name, block)
            style = number_style(node.unit, isinstance(node, Equation))
            evidence = self.contents.evidence(node)
        else:
            rule = self.contents.nodes[name[0]][name[1]]
            assert isinstance(rule, Equation)
            written, unit = rule.written(self.symbols), shown_unit(rule.unit, False)
            heads = (TERMS_OF.format(symbol=rule.symbol), rule.text, written, unit)
            formulas, values = self.formulas.terms(rule, block), self._term_values(rule, block)
            style, evidence = number_style(rule.unit, True), rule.evidence
        self._heads(block, column, heads)
        page.mark(first - 1, column, evidence)
        page.column(first, column, formulas, values, style)

    def _term_values(self, rule: Equation, block: Block) -> list[Any]:
        operands = {name: self.contents.value(name) for name in rule.arguments}
        if any(values is None for values in operands.values()):
            return [None] * block.size
        return block.flat(rule.terms(operands))


def _description(node: Node, strong: bool) -> str:
    if isinstance(node, Coordinate) and node.keys:
        return node.name
    if isinstance(node, Coordinate):
        what = Message(node.what.replace("_", " "))
        return _("{name}: {what} of the period").format(name=node.name, what=what)
    text = Message(node.text[:1].upper() + node.text[1:]) if language() == "en" else Message(node.text)
    return text + _(" during the period p") if strong and "period" not in text else text


def fuel_type(text: str) -> str:
    """Return what the official sheet calls the fuel type, as far as the description says it."""
    return next((fuel for word, fuel in FUEL_TYPES.items() if word in text.casefold()), "N/A")
