"""A translation becomes a methodology: everything is declared, with the cell that says so, and nothing is confirmed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring.module_source import as_function
from jcm_calc.authoring.official_files import dimensions
from jcm_calc.authoring.official_files.translating import Quantity, Translation, split_symbol, symbols
from jcm_calc.base.languages import _
from jcm_calc.declarations.constants import by_definition
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.interval import Interval
from jcm_calc.evidence import Evidence, Source, unconfirmed
from jcm_calc.verification.location import address

SCOPE = re.compile(r"Sectoral scope:?\s*(\d{1,2})", re.I)
HEAD_ROWS = 12
NOTE = (
    "Written by a program from the monitoring spreadsheet alone; nobody has confirmed it. The spreadsheet says nothing "
    "of eligibility criteria, of how values are to be measured, and of where default values come from."
)
ZERO_ABSOLUTE = "(-273.15, inf)"


class Declared:
    """The methodology of a translation.

    Attributes
    ----------
    m : Methodology
    cells : dict
        The cells of each input, by the name that it has in the methodology.
    """

    def __init__(self, found: Translation, effects: Mapping[str, tuple[str, str]]) -> None:
        self.found, self.effects = found, effects
        layout, questions = found.layout, found.questions
        number, version = layout.header
        self.source = Source(f"monitoring spreadsheet JCM_{number}_ver{version}, SHA-256 {questions.digest}")
        self.letters = {letter: self._meaning(letter) for letter in found.sizes} | {"p": "monitoring period"}
        read = unconfirmed("header of the spreadsheet", source=self.source)
        self.m = Methodology(
            number,
            version=version,
            title=self._title(number),
            country=number[:2],
            sectoral_scope=self._scope(),
            indices=self.letters,
            identity={"number": read, "version": read},
            note=NOTE,
        )
        self.units: dict[str, str] = {}
        for one in found.quantities.values():
            if one.what == "equation":
                self._equation(one)
            else:
                self._parameter(one)
        self.m.equation("ER_p", "tCO2", name="ER", text="emission reductions", evidence=self._at(str_of(found, "ER")))(
            as_function(_difference(), ["RE", "PE"])
        )

    def _title(self, number: str) -> str:
        asked: str = self.found.questions.given.get("title", "")
        return asked or f"{number}, of which the spreadsheet does not say the title"

    def _scope(self) -> int:
        book = self.found.layout.book
        for sheet in self.found.layout.roles.values():
            for row in book.grid(sheet)[:HEAD_ROWS]:
                for cell in row:
                    if isinstance(cell, str) and (match := SCOPE.search(cell)):
                        return int(match[1])
        return 0

    def _meaning(self, letter: str) -> str:
        """Return what an index stands for, by the words before its letter."""
        pattern = re.compile(rf"((?:project )?[A-Za-z]+(?: [a-z]+)??) {letter}\b")
        for one in self.found.quantities.values():
            if (match := pattern.search(one.words)) and letter in one.indices:
                return re.sub(r"^(of|the|by) ", "", match[1])
        return f"unit {letter}"

    def _at(self, place: str) -> Evidence:
        return unconfirmed(f"{place}, read by a program", source=self.source)

    def _index(self, one: Quantity) -> str | None:
        """Return the indices of a symbol where it does not say them itself."""
        split = split_symbol(one.symbol, one.indices, self.letters)
        return None if set(split[1]) == set(one.indices) else one.indices

    def _parameter(self, one: Quantity) -> None:
        index, evidence = self._index(one), self._at(one.place)
        named: dict[str, Any] = {} if self._own_name(one) == one.name else {"name": one.name}
        if index is not None:
            named["index"] = index
        self.units[one.name] = "category" if one.what == "key" else one.unit
        if one.what == "choice":
            options = {str(option): str(option) for option in one.entries}
            self.m.choice(one.name, options, text=one.words, evidence=evidence)
            return
        if one.what == "key":
            self.m.class_key(one.symbol, text=one.words, evidence=evidence, **named)
            return
        declared: dict[str, Any] = {effect: on for effect, on in [self.effects.get(one.name, ("", ""))] if effect}
        if one.unit == "°C":
            declared["bounds"] = ZERO_ABSOLUTE
        elif one.positive:
            declared["bounds"] = "(0, inf)"
        if one.what in ("default", "table"):
            if any(value < 0 for value in (*one.entries.values(), one.value or 0.0)) and one.unit != "°C":
                declared["bounds"] = "(-inf, inf)"
            values = {_written(key): value for key, value in one.entries.items()}
            given: dict[str, Any] = {"by": one.by, "values": values} if one.what == "table" else {"value": one.value}
            self.m.default(one.symbol, one.unit, text=one.words, evidence=evidence, **given, **declared, **named)
            return
        if one.monitored and one.per_period:
            declared["extensive"] = True
        declare = self.m.monitored if one.monitored else self.m.fixed
        declare(one.symbol, one.unit, text=one.words, evidence=evidence, **declared, **named)

    def _own_name(self, one: Quantity) -> str:
        return split_symbol(one.symbol, one.indices, self.letters)[0]

    def _equation(self, one: Quantity) -> None:
        self.units[one.name] = one.unit
        for option, (formula, total) in one.formulas.items():
            operands = {name: self.units[name] for name in symbols(formula)}
            expression = dimensions.with_names(formula, self._typed(one, formula, operands))
            self.m.equation(
                one.symbol,
                one.unit,
                name=one.name,
                total=total,
                index=self._index(one),
                when={one.by: option} if option else None,
                text=one.words,
                evidence=self._at(one.place),
            )(as_function(expression, symbols(expression)))

    def _typed(self, one: Quantity, expression: Expression, operands: Mapping[str, str]) -> dict[float, str]:
        """Declare the numbers that are typed into a formula, each in the unit with which the dimensions come out."""
        numbers = list(dict.fromkeys(dimensions.typed_numbers(expression)))
        units = dimensions.units_of(expression, one.unit, operands)
        if units is None and operands:
            complaint = _("no units were found with which the dimensions of ={formula} come out")
            self.found.remark(one.cells[0], complaint.format(formula=str(expression)))
        names: dict[float, str] = {}
        for number in numbers:
            unit = (units or {}).get(number, "")
            known = by_definition(number, unit)
            name = re.sub(r"[*]", "", unit).replace("/", "_per_").replace("%", "per_cent") if known else ""
            key = f"typed {number:.12g} in {one.symbol}"
            symbol = name or self.found.questions.ask(
                key, f"c_{number:.12g}".replace(".", "_").replace("-", "minus_"), False
            )
            names[number] = split_symbol(symbol, "", {"p": "period"})[0]
            taken = {**self.found.quantities, **dict.fromkeys(self.found.sizes)}
            while names[number] in taken:
                symbol = names[number] = f"{names[number]}_"
            if names[number] in self.units:
                continue
            self.units[names[number]] = unit
            if known:
                self.m.constant(names[number], number, unit, text=f"{number:.12g} {unit}".strip())
                continue
            effect = self.effects.get(key)
            declared: dict[str, Any] = {effect[0]: effect[1]} if effect and effect[0] else {}
            bounds: dict[str, Any] = (
                {"bounds": ZERO_ABSOLUTE} if unit == "°C" else {"bounds": "(-inf, inf)"} if number < 0 else {}
            )
            self.m.default(
                symbol,
                unit,
                value=number,
                index="",
                text=f"{number:.12g} {unit}, typed into the formula",
                evidence=self._at(one.place),
                **declared,
                **bounds,
            )
        return names


def _written(key: str | Interval) -> str:
    """Return the key of a table; what selects classes is not negative."""
    if isinstance(key, Interval) and key.lower == -math.inf and key.upper > 0:
        return str(replace(key, lower=0.0, closed_lower=True))
    return str(key)


def str_of(found: Translation, name: str) -> str:
    """Return the address of a result."""
    return str(address(found.layout.result(name)))


def _difference() -> Expression:
    return Expression("subtract", (Expression("symbol", ("RE",)), Expression("symbol", ("PE",))))
