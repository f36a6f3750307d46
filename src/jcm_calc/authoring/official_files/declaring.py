"""A translation becomes a methodology: everything is declared, with the cell that says so, and nothing is confirmed.

Of an installed methodology with a single value, or none, where the workbook has a table, it becomes a revision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring import home
from jcm_calc.authoring.module_source import as_function, parameters_source
from jcm_calc.authoring.official_files.dimensions import units_of, with_names
from jcm_calc.authoring.official_files.translating import Quantity, Translation, split_symbol
from jcm_calc.base.languages import _
from jcm_calc.declarations.constants import by_definition
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.expression.products import symbols, typed_numbers
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Evidence, Source, unconfirmed
from jcm_calc.reports.workbook.sheet_sets import matches
from jcm_calc.reports.workbook.symbols import Symbols
from jcm_calc.verification.location import address

SCOPE = re.compile(r"Sectoral scope:?\s*(\d{1,2})", re.I)
NOTE = (
    "Written by a program from the monitoring spreadsheet alone; no person has confirmed it. The spreadsheet says "
    "nothing of eligibility criteria, of how values are to be measured, and of where default values are from."
)
UNREAD = "FILL IN: who has read the document"
BOUNDS = {"°C": "(-273.15, inf)"}


class Declared:
    """The methodology `m` of a translation.

    By the names of parameters it is given how each acts, such as ``{"raises": "RE PE"}``, and plausible ranges.
    """

    def __init__(
        self,
        found: Translation,
        effects: Mapping[str, Mapping[str, str]] | None = None,
        ranges: Mapping[str, Interval] | None = None,
    ) -> None:
        self.found, self.effects, self.ranges = found, effects or {}, ranges or {}
        layout, (number, version) = found.layout, found.layout.header
        self.source = Source(f"monitoring spreadsheet JCM_{number}_ver{version}, SHA-256 {found.questions.digest}")
        self.letters = {letter: self._meaning(letter) for letter in found.sizes} | {"p": "monitoring period"}
        scopes = [one for sheet in layout.roles.values() for one in matches(layout.book, sheet, SCOPE)]
        read = unconfirmed("header of the spreadsheet", source=self.source)
        self.m = Methodology(
            number,
            version=version,
            title=found.questions.given.get("title") or f"{number}, of which the spreadsheet does not say the title",
            country=number[:2],
            sectoral_scope=int(scopes[0][1]) if scopes else 0,
            indices=self.letters,
            identity={"number": read, "version": read},
            note=NOTE,
        )
        self.units: dict[str, str] = {}
        for one in found.quantities.values():
            self._equation(one) if one.what == "equation" else self._parameter(one)
        reductions = self._at(str(address(layout.result("ER"))))
        function = as_function(Expression("symbol", ("RE",)) - Expression("symbol", ("PE",)), ["RE", "PE"])
        self.m.equation("ER_p", "tCO2", name="ER", text="emission reductions", evidence=reductions)(function)

    def _meaning(self, letter: str) -> str:
        """Return what an index counts, by the words before its letter."""
        pattern = re.compile(rf"((?:project )?[A-Za-z]+(?: [a-z]+)??) {letter}\b")
        words = (pattern.search(one.words) for one in self.found.quantities.values() if letter in one.indices)
        return next((re.sub(r"^(of|the|by) ", "", match[1]) for match in words if match), f"unit {letter}")

    def _at(self, place: str) -> Evidence:
        return unconfirmed(f"{place}, read by a program", source=self.source)

    def _parameter(self, one: Quantity) -> None:
        declared: dict[str, Any] = {"text": one.words, "evidence": self._at(one.place)}
        self.units[one.name] = "category" if one.what == "key" else one.unit
        if one.what == "choice":
            self.m.choice(one.name, {str(option): str(option) for option in one.entries}, **declared)
            return
        own, letters = split_symbol(one.symbol, one.indices, self.letters)
        declared |= {} if own == one.name else {"name": one.name}
        declared |= {} if set(letters) == set(one.indices) else {"index": one.indices}
        if one.what == "key":
            self.m.class_key(one.symbol, **declared)
            return
        numbers = [] if one.filled_in else [*one.entries.values(), one.value or 0.0]
        declared |= self._limits(one.name, one.unit, min(numbers, default=0.0), "(0, inf)" if one.positive else "")
        if one.filled_in:
            self.m.fixed(one.symbol, one.unit, by=one.by, **declared)
        elif one.what in ("default", "table"):
            given: dict[str, Any] = {"by": one.by, "values": one.table} if one.what == "table" else {"value": one.value}
            self.m.default(one.symbol, one.unit, **given, **declared)
        else:
            declared |= {"extensive": True} if one.extensive else {}
            declared |= {"plausible": str(self.ranges[one.name])} if one.name in self.ranges else {}
            declare = self.m.monitored if one.monitored else self.m.fixed
            declare(one.symbol, one.unit, **declared)

    def _limits(self, name: str, unit: str, least: float, otherwise: str = "") -> dict[str, Any]:
        """Return how a parameter acts, and its bounds where they are not those of any other."""
        bounds = BOUNDS.get(unit) or otherwise or ("(-inf, inf)" if least < 0 else "")
        return {**self.effects.get(name, {}), **({"bounds": bounds} if bounds else {})}

    def _equation(self, one: Quantity) -> None:
        self.units[one.name] = one.unit
        _own, letters = split_symbol(one.symbol, one.indices, self.letters)
        for option, (formula, total) in one.formulas.items():
            expression = with_names(formula, self._typed(one, formula))
            self.m.equation(
                one.symbol,
                one.unit,
                name=one.name,
                total=total,
                index=None if set(letters) == set(one.indices) else one.indices,
                when={one.by: option} if option else None,
                text=one.words,
                evidence=self._at(one.place),
            )(as_function(expression, list(dict.fromkeys(symbols(expression)))))

    def _typed(self, one: Quantity, formula: Expression) -> dict[float, str]:
        """Declare the numbers that are typed into a formula, each in the unit with which the dimensions come out."""
        operands = {name: self.units[name] for name in symbols(formula)}
        units = units_of(formula, one.unit, operands)
        if units is None and operands:
            complaint = _("no units were found with which the dimensions of ={formula} come out")
            self.found.remark(one.cells[0], complaint.format(formula=str(formula)))
        names: dict[float, str] = {}
        for number in dict.fromkeys(typed_numbers(formula)):
            unit = (units or {}).get(number, "")
            known = by_definition(number, unit)
            symbol = re.sub(r"[*]", "", unit).replace("/", "_per_").replace("%", "per_cent") if known else ""
            if not symbol:
                proposed = f"c_{number:.12g}".replace(".", "_").replace("-", "minus_")
                symbol = self.found.questions.ask(f"typed {number:.12g} in {one.symbol}", proposed)
            name, _letters = split_symbol(symbol, "", {"p": "period"})
            while name in self.found.quantities or name in self.found.sizes:
                symbol = name = f"{name}_"
            names[number] = name
            if name in self.units:
                continue
            self.units[name] = unit
            text = f"{number:.12g} {unit}".strip()
            if known:
                self.m.constant(name, number, unit, text=text)
                continue
            declared = self._limits(name, unit, number)
            declared |= {"text": f"{text}, typed into the formula", "evidence": self._at(one.place)}
            self.m.default(symbol, unit, value=number, index="", **declared)
        return names


def revision_source(found: Translation, known: Declarations, source: Source) -> str:
    """Return the text of a module that revises a methodology with the tables of its workbook; empty if there are none.

    A table that does not fit becomes a remark.
    """
    symbols, corrected, changed = Symbols(known.inputs), known.corrected(UNREAD), list[str]()
    for one in found.quantities.values():
        own = symbols.find(one.symbol) if one.what == "table" and not one.filled_in else None
        if own is None or own.kind is not Kind.DEFAULT or own.table is not None:
            continue
        by = found.quantities[one.by]
        key = known.inputs.get(one.by) or symbols.find(by.symbol)
        if key is None or key.is_class != (by.what == "key") or own.unit != one.unit:
            message = _(
                "the table of {symbol} is not put into {number}: the parameter that selects a row, or the unit, differs"
            )
            found.remark(one.cells[0], message.format(symbol=one.symbol, number=known.number))
            continue
        more: dict[str, Any] = {way: " ".join(sorted(getattr(own, way))) for way in ("raises", "lowers", "either")}
        more |= {way: str(value) for way in ("bounds", "plausible") if (value := getattr(own, way)) is not None}
        corrected.default(
            own.symbol,
            own.unit,
            name=own.name,
            index=own.indices,
            by=key.name,
            values=one.table,
            text=own.text,
            evidence=unconfirmed(f"{one.place}, read by a program", source=source),
            **{way: given for way, given in more.items() if given},
        )
        changed.append(own.name)
    if not changed:
        return ""
    (module, name), of = home(known), f"{known.number} ver {known.version}"
    lines = [
        f'"""{of} with the tables of its monitoring spreadsheet, which no person has read."""',
        "",
        "from jcm_calc.evidence import Source, unconfirmed",
        f"from {module} import {name} as earlier",
        "",
        f'm = earlier.corrected(by="{UNREAD}")',
        "",
        *parameters_source(corrected, changed),
        "",
    ]
    return "\n".join(lines)
