"""The input sheets: tables 1 to 3 of the official one, what else a calculation needs, and the tables of units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reports.workbook.contents import CANDIDATE, CELL, written_class
from jcm_calc.reports.workbook.formulas import labels_place
from jcm_calc.reports.workbook.layout import (
    COMMENT,
    FREQUENCY,
    LEFT,
    OPTION,
    PERIOD,
    POINT,
    PROCEDURE,
    RESULT,
    SOURCE,
    SYMBOL,
    TEXT,
    UNIT,
    VALUE,
    Block,
    ClassTable,
    InputRow,
    Place,
    SheetLayout,
    area,
    column_name,
)
from jcm_calc.reports.workbook.page import Cells, Page, entry_style, in_spreadsheet, number_style, shown_unit, unit_of
from jcm_calc.reports.workbook.tables import ABOUT_CRITERION, OVERRIDE
from jcm_calc.results.credits import whole_tonnes

WIDTHS = (1.5, 13, 9, 11, 21, 14, 10, 10, 15, 14.5, 10, 9.5)
WIDTHS_OF_UNITS = (1.5, 15, 11)  # and all further columns as the last
YES_NO = ["yes", "no"]
OPTIONS = {
    "A": (
        _("Based on public data which is measured by entities other than the project participants"),
        _("publicly recognized data such as statistical data and specifications"),
    ),
    "B": (
        _("Based on the amount of transaction which is measured directly using measuring equipments"),
        _("commercial evidence such as invoices"),
    ),
    "C": (_("Based on the actual measurement using measuring equipments"), _("measured values")),
}
# The cells along a row of table 1 and 2, of choices and facts, of table 3, and of periods.
TABLE_1 = tuple((column, column) for column in range(PERIOD, COMMENT + 1))
FACTS = ((PERIOD, PERIOD), (POINT, SYMBOL), (TEXT, TEXT), (VALUE, VALUE), (UNIT, UNIT), (OPTION, COMMENT))
TABLE_2 = (*FACTS[:-1], (OPTION, PROCEDURE), (FREQUENCY, COMMENT))
PERIODS = ((PERIOD, TEXT), (VALUE, VALUE), (UNIT, UNIT))
TABLE_3 = (*PERIODS, (OPTION, SOURCE))
OVER_YEARS = {_("Total"): "SUM", _("Average of the calendar years"): "AVERAGE"}
MONTHS = '"Jan","Feb","Mar","Apr","May","Jun","Jul","Aug","Sep","Oct","Nov","Dec"'


class InputSheet:
    """Writes an input sheet, or its continuation.

    What does not depend on the period is written once, in the monitoring plan. A report refers to
    it, unless its value is another one.
    """

    def __init__(
        self, page: Page, layout: SheetLayout, plan: SheetLayout | None, sources: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.page, self.layout, self.plan = page, layout, plan
        self.contents, self.m = layout.contents, layout.m
        self.report = self.contents.kind == "MRS"
        symbols = self.m.symbols()
        # the case file may name a parameter by its symbol
        self.sources = {name: sources.get(name) or sources.get(symbols[name]) or {} for name in self.m.inputs}

    def write(self) -> None:
        """Write the input sheet."""
        self._table_1()
        self._table_2()
        self._table_3()
        if self.layout.by_year:
            self._by_year()
        self._option_box()
        self._periods()
        if self.layout.options:
            self._options()
        if self.layout.facts:
            self._facts()
        if self.contents.waiting:
            self.page.grey_errors(self.layout.input_rows)

    def write_units(self) -> None:
        """Write the continued sheet: values by class, and a table for each set of indices with a row a unit."""
        page, m = self.page, self.m
        for table in self.layout.class_tables:
            key = m.inputs.get(table.key) or m.coordinates[table.key]
            page.caption(table.first - 4, _("Values by {key}").format(key=getattr(key, "symbol", table.key)))
            text = key.text if isinstance(key, Parameter) else key.words(m.indices)
            self._heading(table.first, LEFT, table.key, text, "")
            self._classes(table)
        declared = {**m.inputs, **m.facts}
        for block in self.layout.entry_blocks:
            page.caption(block.first - 4, _("Values for each {unit}").format(unit=each(self.layout, block)))
            for letter in block.letters:
                self._heading(block.first, block.label_column(letter), letter, m.indices[letter], "")
                write_labels(page, self.layout, block, letter)
            for name, column in block.columns.items():
                self._column(block, column, declared[str(name)])

    def _titled(
        self, row: int, spans: Sequence[tuple[int, int]], title: str, headings: Sequence[str], letters: str = ""
    ) -> None:
        """Write the title of a table, the letters of its columns at the right, and their headings."""
        self.page.caption(row, title)
        if letters:
            texts = [f"({letter})" for letter in letters]
            self.page.spread(row + 1, spans, [""] * (len(spans) - len(texts)) + texts, "letter")
        self.page.spread(row + 1 + bool(letters), spans, headings, "heading")

    # Tables 1 and 2

    def _table_1(self) -> None:
        page = self.page
        title = _("Table 1: Parameters monitored ex post")
        if not self.report:
            title = _("Table 1: Parameters to be monitored ex post")
        headings = (
            _("Monitoring period"),
            _("Monitoring point No."),
            _("Parameters"),
            _("Description of data"),
            _("Monitored Values") if self.report else _("Estimated Values"),
            _("Units"),
            _("Monitoring option"),
            _("Source of data"),
            _("Measurement methods and procedures"),
            _("Monitoring frequency"),
            _("Other comments"),
        )
        self._titled(self.layout.table_1, TABLE_1, title, headings, "abcdefghijk" if self.report else "abcdefghij")
        numbers = {
            name: number
            for number, name in enumerate(dict.fromkeys(line.parameter.name for line in self.layout.monitored), 1)
        }
        for line in self.layout.monitored:
            self._line(line)
            page.text(line.row, POINT, f"({numbers[line.parameter.name]})", "symbol")
            page.typeset(line.row, SYMBOL, line.parameter.symbol)
            source = self.sources[line.parameter.name]
            option = source.get("option", "").removeprefix("Option ").strip()
            page.text(line.row, OPTION, f"Option {option}" if option else "", "entered text")
            allowed = [f"Option {letter}" for letter in line.parameter.options or "ABC"]
            page.allow_list((line.row, OPTION, line.row, OPTION), allowed)
            columns = {SOURCE: "source", PROCEDURE: "procedure", FREQUENCY: "frequency"}
            for column, key in columns.items():
                page.value(line.row, column, source.get(key, ""), "entered text")
            page.text(line.row, COMMENT, self._comment(line.parameter, source), "entered text")

    def _table_2(self) -> None:
        page = self.page
        title = _("Table 2: Project-specific parameters fixed ex ante")
        if not self.report:
            title = _("Table 2: Project-specific parameters to be fixed ex ante")
        headings = [
            "",
            _("Parameters"),
            _("Description of data"),
            _("Estimated Values"),
            _("Units"),
            _("Source of data"),
            _("Other comments"),
        ]
        self._titled(self.layout.table_2, TABLE_2, title, headings, "abcdef")
        for line in self.layout.fixed:
            self._line(line)
            source = self.sources[line.parameter.name]
            page.typeset(line.row, POINT, line.parameter.symbol, last=SYMBOL)
            texts = (source.get("source", ""), self._comment(line.parameter, source))
            page.spread(line.row, TABLE_2[-2:], texts, "entered text")

    def _line(self, line: InputRow) -> None:
        """Write what tables 1 and 2 and the facts share: period, description, value and unit."""
        page, parameter = self.page, line.parameter
        if line.period is not None and (self.report or self.layout.several):
            page.formula(line.row, PERIOD, self._period(line.period), self._period_text(line.period), "text")
        else:
            page.text(line.row, PERIOD, "", "text")
        page.text(line.row, TEXT, parameter.text, "text")
        page.text(line.row, UNIT, unit_of(parameter), "symbol")
        if self.layout.in_cell(parameter):
            self._cell(line)
            page.note(line.row, VALUE, self.contents.meaning(parameter))
        else:
            self._pointer(line)

    def _period(self, number: int) -> str:
        """Return the formula of a period as text: 1/Jan/2017-31/Dec/2017."""
        row = self.layout.periods + 3 + number
        first, last = (f"{column_name(column)}{row}" for column in (VALUE, UNIT))

        def day(cell: str) -> str:
            return f'DAY({cell})&"/"&CHOOSE(MONTH({cell}),{MONTHS})&"/"&YEAR({cell})'

        return f'IF(ISNUMBER({first}),{day(first)}&"-"&{day(last)},"")'

    def _period_text(self, number: int) -> str:
        period = self.contents.periods[number]
        if period.first is None or period.last is None:
            return ""
        return "-".join(f"{day.day}/{day:%b}/{day.year}" for day in (period.first, period.last))

    def _comment(self, parameter: Parameter, source: Mapping[str, str]) -> str:
        condition = self.contents.conditions.get(parameter.name, "")
        message = _("value that the document fixes, not confirmed here")
        fixed = message if parameter.kind is Kind.DEFAULT else ""
        reason = self.contents.overrides.get(parameter.name, "")
        override = OVERRIDE.format(reason=reason) if reason else ""
        return Message("; ").join(part for part in (source.get("comment", ""), condition, fixed, override) if part)

    # Table 3

    def _table_3(self) -> None:
        page, row = self.page, self.layout.table_3
        title = _("Table 3: Ex-post calculation of CO2 emission reductions")
        if not self.report:
            title = _("Table 3: Ex-ante estimation of CO2 emission reductions")
        headings = [_("CO2 emission reductions"), _("Units"), _("before rounding down, with sign")]
        self._titled(row, TABLE_3, title, [_("Monitoring Period") if self.report else "", *headings])
        periods = range(len(self.contents.periods))
        covered = ", ".join(filter(None, map(self._period_text, periods))) if self.report else ""
        page.merge(row + 2, PERIOD, TEXT, covered, "label")
        every = ",".join(self._results("ER", periods))
        exact = f"{column_name(OPTION)}{row + 3}"
        total = self._sum("ER", periods)
        page.sheet.merge_range(row + 2, OPTION, row + 2, SOURCE, "", page.book.format("emissions"))
        page.formula(row + 2, OPTION, f"SUM({every})", total, "emissions")
        if self.layout.by_year:
            first = self.layout.by_year + 2
            column = column_name(SOURCE)
            total_tonnes = f"SUM({column}{first + 1}:{column}{first + len(self._years())})"
            tonnes = self._tonnes_of_years()
        else:
            total_tonnes, tonnes = rounded_down_to_tonnes(exact), _tonnes(total)
        page.formula(row + 2, VALUE, total_tonnes, tonnes, "tonnes")
        page.text(row + 2, UNIT, shown_unit("tCO2", True), "symbol")

    def _results(self, name: str, periods: Any) -> list[str]:
        row = int(self.layout.place[name].rows.flat[0]) + 1
        return [f"'{self.layout.calc}'!{column_name(RESULT + number)}{row}" for number in periods]

    def _sum(self, name: str, periods: Any) -> float | None:
        values = self.contents.value(name)
        return None if values is None else float(values.ravel()[list(periods)].sum())

    def _other_terms(self, periods: Any) -> float | None:
        """Return by how much ER is less than RE − PE."""
        re, pe, er = (self._sum(name, periods) for name in RESULTS)
        return None if re is None or pe is None or er is None else re - pe - er

    # The table of the project design document

    def _years(self) -> dict[int | None, list[int]]:
        return grouped((period.year, number) for number, period in enumerate(self.contents.periods))

    def _tonnes_of_years(self) -> int | None:
        found = [_tonnes(self._sum("ER", places)) for places in self._years().values()]
        return None if None in found else sum(tonnes for tonnes in found if tonnes is not None)

    def _by_year(self) -> None:
        page, first, years = self.page, self.layout.by_year + 2, self._years()
        page.caption(first - 2, _("Estimates by calendar year"))
        headings = {TEXT: _("Year"), VALUE: _("Reference emissions, tCO2"), UNIT: _("Project emissions, tCO2")}
        headings[OPTION] = _("Emission reductions, tCO2")
        headings[SOURCE] = _("Estimated Emission Reductions, whole tonnes of CO2e")
        if self.m.terms:
            headings[PROCEDURE] = _("Other terms of emission reductions, tCO2 (RE − PE − ER)")
        for column, heading in headings.items():
            page.text(first - 1, column, heading, "heading")
        found: dict[int, list[float | None]] = {}
        for row, (year, places) in enumerate(years.items(), first):
            page.text(row, TEXT, str(year), "symbol")
            for column, formula, amount in self._of_year(row, places):
                page.formula(row, column, formula, amount, "tonnes" if column == SOURCE else "emissions")
                found.setdefault(column, []).append(amount)
        for row, (name, function) in enumerate(OVER_YEARS.items(), first + len(years)):
            page.text(row, TEXT, name, "strong")
            for column, amounts in found.items():
                known = [one for one in amounts if one is not None]
                total = sum(known) / (1 if function == "SUM" else len(years)) if len(known) == len(years) else None
                letter, whole = column_name(column), column == SOURCE and function == "SUM"
                formula = f"{function}({letter}{first + 1}:{letter}{first + len(years)})"
                page.formula(row, column, formula, total, "tonnes" if whole else "emissions")

    def _of_year(self, row: int, places: list[int]) -> Iterator[tuple[int, str, float | None]]:
        """Yield column, formula and value of the amounts of a calendar year."""
        for column, name in zip((VALUE, UNIT, OPTION), RESULTS, strict=True):
            yield column, f"SUM({','.join(self._results(name, places))})", self._sum(name, places)
        re, pe, er = (f"{column_name(column)}{row + 1}" for column in (VALUE, UNIT, OPTION))
        yield SOURCE, rounded_down_to_tonnes(er), _tonnes(self._sum("ER", places))
        if self.m.terms:
            yield PROCEDURE, f"{re}-{pe}-{er}", self._other_terms(places)

    # Below the tables

    def _option_box(self) -> None:
        page, row = self.page, self.layout.option_box
        page.caption(row, _("[Monitoring option]"))
        for number, (letter, (text, data)) in enumerate(OPTIONS.items(), row + 1):
            page.merge(number, PERIOD, POINT, f"Option {letter}", "label")
            page.merge(
                number, SYMBOL, COMMENT, _("{option} (Data used: {data})").format(option=text, data=data), "label"
            )

    def _periods(self) -> None:
        page, row = self.page, self.layout.periods
        self._titled(row, PERIODS, _("[Monitoring period]"), [_("No."), _("First day"), _("Last day")])
        for number, period in enumerate(self.contents.periods):
            at = row + 2 + number
            page.merge(at, PERIOD, TEXT, period.label or str(number + 1), "label")
            for column, day in ((VALUE, period.first), (UNIT, period.last)):
                serial = None if day is None else in_spreadsheet(day.toordinal(), "date")
                page.value(at, column, serial, "entered date")
        page.allow_dates((row + 2, VALUE, row + 1 + len(self.contents.periods), UNIT))

    def _options(self) -> None:
        page, row = self.page, self.layout.options
        headings = ["", _("Choice"), _("Description of data"), _("Option"), _("Units"), ""]
        self._titled(row, FACTS, _("[Options of the methodology]"), headings)
        for name, choice in self.m.choices.items():
            at = self.layout.choice_rows[name]
            page.text(at, PERIOD, "", "text")
            page.merge(at, POINT, SYMBOL, name, "symbol")
            page.text(at, TEXT, choice.text, "text")
            self._choice(name, at)
            page.text(at, UNIT, "", "text")
            meanings = "; ".join(f"{option}: {meaning}" for option, meaning in choice.options.items())
            page.merge(at, OPTION, COMMENT, meanings, "text")

    def _facts(self) -> None:
        page, row = self.page, self.layout.facts
        headings = ["", _("Parameters"), _("Description of data"), _("Values"), _("Units"), ""]
        self._titled(row, FACTS, _("[Facts for the eligibility criteria]"), headings)
        asked = {name: condition for condition in reversed(self.m.conditions) for name in condition.arguments}
        for line in self.layout.fact_lines:
            self._line(line)
            page.typeset(line.row, POINT, line.parameter.symbol, last=SYMBOL)
            condition = asked.get(line.parameter.name)
            text = ABOUT_CRITERION.format(number=condition.number, text=condition.text) if condition else ""
            page.merge(line.row, OPTION, COMMENT, text, "text")

    # What is entered in a row

    def _enter(self, row: int, column: int, value: Any, style: str, planned: str | None) -> None:
        """Write a value, as a reference to the cell of the plan where that has it."""
        if planned is None:
            self.page.value(row, column, value, style)
        else:
            self.page.formula(row, column, or_empty(planned), value, style)

    def _cell(self, line: InputRow) -> None:
        parameter = line.parameter
        planned, value = self._planned(parameter), self._value(parameter, line.period or 0)
        cell = None if planned is None else planned.first(self.page.name)
        self._enter(line.row, VALUE, value, self._style(parameter), cell)
        self._allow((line.row, VALUE, line.row, VALUE), parameter)

    def _pointer(self, line: InputRow) -> None:
        """Say where the values are that have a row for each unit; a single one is shown."""
        parameter, layout = line.parameter, self.layout
        place, shape = layout.entered.get(parameter.name), layout.shape(parameter.indices)
        if place is None or math.prod(layout.shape(layout.others(parameter.indices))) > 1:
            by_class = _("see {sheet}, by {key}").format(sheet=layout.separate, key=parameter.by)
            message = by_class if place is None else _("see {sheet}").format(sheet=layout.separate)
            self.page.text(line.row, VALUE, message, "text")
            return
        reference = place.cells(shape, range(len(shape)), self.page.name)[line.period or 0]
        style = "text" if parameter.name in self.contents.named else number_style(parameter.unit, False)
        self._enter(line.row, VALUE, self._value(parameter, line.period or 0), style, reference)

    def _choice(self, name: str, row: int) -> None:
        option = self.contents.choices.get(name)
        same = self.plan is not None and self.plan.contents.choices.get(name) == option
        planned = self.plan.choice_cell(name) if self.plan is not None and same else None
        self._enter(row, VALUE, option, "entered text", planned)
        self.page.allow_list((row, VALUE, row, VALUE), list(self.m.choices[name].options))

    # Tables of units and of classes

    def _heading(self, first: int, column: int, symbol: str, text: str, unit: str) -> None:
        self.page.typeset(first - 3, column, symbol, "heading")
        self.page.text(first - 2, column, text, "subheading")
        self.page.text(first - 1, column, unit, "heading")

    def _column(self, block: Block, column: int, parameter: Parameter) -> None:
        """Write the column of a parameter of a table of units."""
        page = self.page
        self._heading(block.first, column, parameter.symbol, parameter.text, unit_of(parameter))
        page.note(block.first - 3, column, self.contents.meaning(parameter))
        values, style, planned = self._values(parameter), self._style(parameter), self._planned(parameter)
        flat = [None] * block.size
        if values is not None:
            flat = [in_spreadsheet(one, parameter.unit) for one in block.flat(values)]
        if planned is not None:
            cells = planned.cells(block.rows.shape, block.order, page.name)
            page.column(block.first, column, map(or_empty, cells), flat, style)
        else:
            for row, value in enumerate(flat, block.first):
                page.value(row, column, value, style)
        self._allow((block.first, column, block.first + block.size - 1, column), parameter)

    def _classes(self, table: ClassTable) -> None:
        """Write values by class."""
        last = table.first + len(table.classes) - 1
        self._class_column(table, LEFT, [name or None for name in table.classes], "entered text")
        for name, column in table.columns.items():
            parameter, entered = self.m.inputs[name], self.contents.tables.get(name)
            self._heading(table.first, column, parameter.symbol, parameter.text, unit_of(parameter))
            entries = {} if entered is None else entered.entries
            known = {written_class(key): value.value for key, value in entries.items()}
            self._class_column(table, column, [known.get(key) for key in table.classes], entry_style(parameter.unit))
            self.page.allow_numbers((table.first, column, last, column), parameter)

    def _class_column(self, table: ClassTable, column: int, values: Sequence[Any], style: str) -> None:
        sheet = self._planned_classes(table)
        for row, value in enumerate(values, table.first):
            cell = None if sheet is None else f"{sheet}{column_name(column)}{row + 1}"
            self._enter(row, column, value, style, cell)

    def _planned_classes(self, table: ClassTable) -> str | None:
        """Return the sheet of the plan, if it has the same classes with the same values in the same cells."""
        if self.plan is None or table not in self.plan.class_tables:
            return None
        tables, theirs = self.contents.tables, self.plan.contents.tables
        same = all(tables.get(name) == theirs.get(name) for name in table.columns)
        return f"'{self.plan.separate}'!" if same else None

    # Values, and what may be entered

    def _values(self, parameter: Parameter) -> np.ndarray[Any, Any] | None:
        """Return what is in the cells of a parameter."""
        return _cell_values(self.layout, parameter)

    def _value(self, parameter: Parameter, number: int) -> Any:
        """Return the value in one period, as a spreadsheet has it."""
        values = self._values(parameter)
        if values is None:
            return None
        value = values.ravel()[number if values.size > 1 else 0]
        return in_spreadsheet(value.item() if isinstance(value, np.generic) else value, parameter.unit)

    def _planned(self, parameter: Parameter) -> Place | None:
        """Return the cells of the plan, if it has the same cells with the same values."""
        if self.plan is None or "p" in parameter.indices or parameter.name not in self.plan.entered:
            return None
        labels, theirs = self.contents.labels, self.plan.contents.labels
        if any(list(labels[letter]) != list(theirs[letter]) for letter in parameter.indices):
            return None
        own, planned = self._values(parameter), _cell_values(self.plan, parameter)
        same = own is planned if own is None or planned is None else np.array_equal(own, planned)
        return self.plan.entered[parameter.name] if same else None

    def _style(self, parameter: Parameter) -> str:
        if CELL not in self.contents.ways(parameter.name) or parameter.name in self.contents.named:
            return "entered text"
        return entry_style(parameter.unit)

    def _allow(self, cells: Cells, parameter: Parameter) -> None:
        page, how, listed = self.page, self.contents.ways(parameter.name), self.layout.lists.get(parameter.name)
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
        lists = self.layout.lists_of(parameter.name) if parameter.is_class else []
        if lists:
            return f"='{self.layout.calc}'!{lists[0].names()}"
        for table in self.layout.class_tables if parameter.is_class else ():
            if table.key == parameter.name:
                return "=" + area(LEFT, table.first, 1, len(table.classes), self.layout.separate)
        return []


def _cell_values(layout: SheetLayout, parameter: Parameter) -> np.ndarray[Any, Any] | None:
    named = layout.contents.named
    if parameter.name in named:
        return np.full(layout.shape(""), named[parameter.name], dtype=object)
    return layout.contents.value(parameter.name)


def _tonnes(total: float | None) -> int | None:
    return None if total is None else whole_tonnes(total)


def rounded_down_to_tonnes(cell: str) -> str:
    """Return the formula that rounds down, which must agree with `jcm_calc.results.credits.whole_tonnes`."""
    return f"MAX(0,ROUNDDOWN({cell}+MAX(1E-9,1E-11*ABS({cell})),0))"


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


def each(layout: SheetLayout, block: Block) -> str:
    """Say for what a table has rows."""
    letters = sorted(block.letters, key=layout.letters.index)
    return _(", ").join(Message("{} {}").format(layout.m.indices[letter], letter) for letter in letters)
