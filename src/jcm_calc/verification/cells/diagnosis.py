"""Which slip a wrong formula is: each hypothesis is tried on inputs changed at random.

What a formula gives is compared with what its equation would give with other operands.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.expression import Expression, record
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.reference_data import ipcc_2006
from jcm_calc.verification import ratios
from jcm_calc.verification.cells.sheet import CalculationSheets, QuantityCell, Scenario, Unfolded
from jcm_calc.verification.findings import shown_number
from jcm_calc.verification.location import address
from jcm_calc.verification.quantities import TERMS
from jcm_calc.verification.spreadsheet import (
    EPOCH,
    ROUNDING,
    Calculator,
    FormulaError,
    Place,
    UnreadableError,
    areas,
    close,
    form,
    is_number,
    read,
)

CRITERION = re.compile(r'"[<>=]+\s*(\d+(?:\.\d+)?)\s*"')
MANY = 100_000  # cells of a range that is no list of operands
BRANCHING = {"where", "minimum", "maximum", "clip"}
Diagnosis = tuple[str, str, str]  # code, what is wrong, likely cause
Replacement = Callable[[Any, Scenario], Any]
CHOOSING = {
    *("IF", "IFS", "IFERROR", "IFNA", "MIN", "MAX", "MEDIAN", "CHOOSE", "SIGN", "ABS", "AGGREGATE", "SUBTOTAL"),
    *("LOOKUP", "VLOOKUP", "HLOOKUP", "INDEX", "MATCH", "OFFSET", "INDIRECT"),
    *("SUMIF", "SUMIFS", "COUNTIF", "COUNTIFS", "AVERAGEIF", "AVERAGEIFS"),
}
Bound = Literal["default", "lower", "upper"]
FEW_UNITS = 8
ONLY_ER = _("only ER of a year is rounded down")
SHOWN_OTHERWISE = _("{symbol} is {found} on the calculation sheet, and {expected} where it is entered")
WRONG_CELL = _("the reference points to the wrong cell")
BOUNDS: dict[Bound, Message] = {
    "default": _("it is the central value for {fuel}"),
    "lower": _("it is the lower bound for {fuel}"),
    "upper": _("it is the upper bound for {fuel}"),
}


def unfolded(sheet: CalculationSheets, rule: Equation) -> Unfolded:
    """Return an equation in what the sheet shows; a sum over one unit is that unit's term."""
    several = bool(rule.total) and sheet.several(rule.total)
    if rule.total and (TERMS + rule.name in sheet.shown or set(rule.arguments) & sheet.shown):
        return Unfolded(rule.arguments, rule.function, (rule,), adds=True)
    parts: dict[str, Unfolded | None] = {}
    for name in rule.arguments:
        node = sheet.nodes.get(name)
        parts[name] = None
        if isinstance(node, Equation) and name not in sheet.shown and not (node.total and sheet.several(node.total)):
            parts[name] = unfolded(sheet, node)
    names = tuple(dict.fromkeys(one for name, part in parts.items() for one in (part.arguments if part else (name,))))

    def function(*values: Any) -> Any:
        given = dict(zip(names, values, strict=True))
        return rule.function(
            *(
                part.function(*(given[one] for one in part.arguments)) if part else given[name]
                for name, part in parts.items()
            )
        )

    rules = (rule, *(one for part in parts.values() if part for one in part.rules))
    return Unfolded(names, function, rules, adds=False, summed=several)


@dataclass(frozen=True)
class Wrong:
    """A cell that does not show what it should: what its formula gives, and what it should, in some scenarios.

    ``found`` and ``expected`` are the same for the inputs as they are.
    """

    cell: QuantityCell
    formula: str
    scenarios: tuple[Scenario, ...]
    got: tuple[Any, ...]
    want: tuple[float, ...]
    found: Any
    expected: float

    def diagnosis(self, code: str, message: Message, cause: str = "", **say: object) -> Diagnosis:
        """Return what is wrong; the message can name the ``{symbol}`` of the cell and what is given."""
        return code, message.format(symbol=self.cell.symbol, **say), cause

    @property
    def adds(self) -> bool:
        """Whether it should add up along an index."""
        return self.cell.node is not None and bool(self.cell.rule and self.cell.rule.total) and self.unfolded.adds

    @cached_property
    def unfolded(self) -> Unfolded:
        """Its equation in what the sheet shows."""
        rule = self.cell.rule
        assert rule is not None
        if self.cell.node is None:  # the terms of a total
            return Unfolded(rule.arguments, rule.function, (rule,), adds=False)
        return unfolded(self.cell.sheet, rule)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The quantities that its formula should have."""
        return self.unfolded.arguments

    @cached_property
    def operands(self) -> list[dict[str, Any]]:
        """The operands of its equation in each changed scenario; of a sum over units, those of every unit."""
        found: list[dict[str, Any]] = []
        for scenario in self.scenarios:
            if self.unfolded.summed:
                arrays = self.cell.sheet.by_unit(scenario.arrays, self.arguments, self.cell.labels)
                found.append(dict(zip(self.arguments, arrays, strict=True)))
                continue
            values = {name: self.cell.element(scenario.arrays, name) for name in self.arguments}
            found.append({name: math.nan if value is None else value for name, value in values.items()})
        return found

    def fits(self, **replaced: Any) -> bool:
        """Whether the formula is the equation with some operands replaced by what a function makes of their cells."""
        for operands, scenario, got in zip(self.operands, self.scenarios, self.got, strict=True):
            with np.errstate(all="ignore"):
                try:
                    values = [
                        self._replaced(name, operand, replaced[name], scenario) if name in replaced else operand
                        for name, operand in operands.items()
                    ]
                    value = self.whole(self.unfolded.function(*values), operands)
                except (ZeroDivisionError, OverflowError):
                    return False
            if not close(self.cell.shown(value), got):
                return False
        return True

    def whole(self, value: Any, operands: Mapping[str, Any]) -> float:
        """Return what an equation gives, or the sum of what it gives for each unit."""
        if not self.unfolded.summed:
            return float(value)
        return float(np.sum(np.broadcast_to(value, np.shape(next(iter(operands.values()))))))

    def _replaced(self, name: str, operand: Any, change: Replacement, scenario: Scenario) -> Any:
        """Return an operand of which the cell is changed; a date is another number in a cell."""
        node = self.cell.sheet.nodes[name]
        shift = EPOCH.toordinal() if node.unit == "date" else 0
        return change(operand - shift, scenario) + shift

    @cached_property
    def precedents(self) -> list[Place]:
        """Every cell that its formula refers to, but for large ranges; twice where it does so twice."""
        found = (area for area in areas(self.formula, self.cell.place[0]) if area.size <= MANY)
        return [place for area in found for place in area.places]

    @property
    def listed(self) -> list[Place]:
        """Each cell of a list of default values from which it has a value that the document does not have."""
        defaults = [one for one in self.cell.sheet.defaults if one.name == self.cell.name and not one.right]
        used = [one for one in defaults if one.place in self.precedents]
        return [one.place for one in used if close(one.found, self.found) or not is_number(one.found or self.found)]

    def reaches(self, name: str) -> bool:
        """Whether its formula refers to an operand, or to what the operand is made of."""
        sheet = self.cell.sheet
        of = sheet.result.inputs.graph.upstream(name).nodes
        return any(place in self.precedents for one in of for place in sheet.places(one))


def given(cell: QuantityCell, formula: str, scenario: Scenario, exact: bool = False) -> Any:
    """Return what a formula in a cell gives in a scenario; an error as a text."""
    try:
        return Calculator(cell.sheet.report.book, scenario.cells, exact=exact).evaluate(formula, cell.place[0])
    except UnreadableError:
        raise
    except FormulaError as error:
        return str(error)


def functions(formula: str) -> frozenset[str]:
    """Return the names of the functions in a formula."""
    return read(form(formula)).functions


def numbers(formula: str) -> tuple[float, ...]:
    """Return the numbers that are written in a formula."""
    return read(form(formula)).numbers


def criteria(formula: str) -> tuple[float, ...]:
    """Return the numbers in the criteria of a formula, such as ">100"."""
    return tuple(float(one) for one in CRITERION.findall(formula))


def compares(formula: str) -> bool:
    """Whether a formula may take one of several branches."""
    found = read(form(formula))
    return bool(found.functions & CHOOSING) or any(one in form(formula) for one in "<>=")


def chooses(rule: Equation) -> bool:
    """Whether an equation chooses between values."""
    return _branches(record(rule.function))


def _branches(expression: Expression) -> bool:
    parts = (one for one in expression.arguments if isinstance(one, Expression))
    return expression.operation in BRANCHING or any(map(_branches, parts))


def lacks_choice(rule: Equation, formula: str) -> bool:
    """Whether an equation chooses between values, and a formula has nothing that could."""
    return chooses(rule) and not functions(formula) & (CHOOSING | {"SUM"}) and not set("<>=") & set(formula)


# Hypotheses


def diagnose(wrong: Wrong) -> Diagnosis:
    """Return the code of the check a wrong cell belongs to, and what is wrong with it."""
    if wrong.cell.rule is None:
        hypotheses: tuple[Callable[[Wrong], Diagnosis | None], ...] = (_of_default,)
    elif wrong.adds:
        hypotheses = (_error, _rounded, _mean, _of_total, _constant_factor)
    else:
        hypotheses = (
            *(_error, _zero, _rounded, _no_choice, _literal, _other_operand, _turned, _units, _left_out),
            *(_constant_term, _constant_factor, _mean, _branch),
        )
    for hypothesis in hypotheses:
        if found := hypothesis(wrong):
            return found
    return wrong.diagnosis("C1", _("the formula of {symbol} is not the declared equation"))


def _error(wrong: Wrong) -> Diagnosis | None:
    if isinstance(wrong.found, str) or wrong.found is None:
        return wrong.diagnosis("A7", _("the formula of {symbol} gives {found}"), found=wrong.found or _("nothing"))
    return None


def _rounded(wrong: Wrong) -> Diagnosis | None:
    used = sorted(functions(wrong.formula) & set(ROUNDING))
    exact = (given(wrong.cell, wrong.formula, scenario, exact=True) for scenario in wrong.scenarios)
    if not used or not all(map(close, exact, wrong.want)):
        return None
    message, cause = _("{symbol} is rounded by {functions} before ER is rounded down to whole tonnes"), ONLY_ER
    return wrong.diagnosis("H5", message, cause, functions=Message(", ").join(used))


def _mean(wrong: Wrong) -> Diagnosis | None:
    if "AVERAGE" not in functions(wrong.formula):
        return None
    return wrong.diagnosis("C6", _("{symbol} is a plain mean, where the equation adds or weights"))


# Equations


def _turned(wrong: Wrong) -> Diagnosis | None:
    """Recognise a sign or a ratio that is turned."""
    # a quantity that no cell is known to hold may be anywhere
    names = [name for name in wrong.arguments if wrong.reaches(name) or not wrong.cell.sheet.places(name)]
    symbol = wrong.cell.sheet.symbol
    if name := next((one for one in names if wrong.fits(**{one: lambda value, _: -value})), ""):
        return wrong.diagnosis("C1", _("{symbol} has the wrong sign of {operand}"), ratios.TURNED, operand=symbol(name))
    for count in (1, 2):
        for group in itertools.combinations(names, count):
            if wrong.fits(**dict.fromkeys(group, lambda value, _: 1 / value)):
                message = _("{symbol} divides by {operands} where the equation multiplies, or the reverse")
                cause, operands = _("multiplication and division are exchanged"), _(" and ").join(map(symbol, group))
                return wrong.diagnosis("C1", message, cause, operands=operands)
    return None


def _units(wrong: Wrong) -> Diagnosis | None:
    """Recognise units that a sum leaves out, or counts twice."""
    if not wrong.unfolded.summed:
        return None
    terms = []
    for operands in wrong.operands:
        with np.errstate(all="ignore"):
            found = wrong.unfolded.function(*operands.values())
        terms.append(np.broadcast_to(found, np.shape(next(iter(operands.values())))))
    count = len(terms[0])

    def fits(units: tuple[int, ...], times: int) -> bool:
        sums = [float(one.sum()) + times * float(one[list(units)].sum()) for one in terms]
        return all(close(wrong.cell.shown(one), got) for one, got in zip(sums, wrong.got, strict=True))

    sizes = range(1, count) if count <= FEW_UNITS else (1, count - 1)
    for units in (units for size in sizes for units in itertools.combinations(range(count), size)):
        if fits(units, -1):
            message = _("the sum of {symbol} leaves out {count} of {every} units")
            return wrong.diagnosis("C5", message, count=len(units), every=count)
        if fits(units, 1):
            return wrong.diagnosis("C5", _("the sum of {symbol} counts {count} units twice"), count=len(units))
    return None


def _zero(wrong: Wrong) -> Diagnosis | None:
    """Recognise a quantity that is set to zero."""
    if wrong.precedents or any(wrong.got):
        return None
    return wrong.diagnosis("C11", _("{symbol} is set to zero by its formula"))


def _left_out(wrong: Wrong) -> Diagnosis | None:
    symbol, nodes = wrong.cell.sheet.symbol, wrong.cell.sheet.nodes
    for name in wrong.arguments:
        if wrong.fits(**{name: lambda value, _: 1.0}):
            return wrong.diagnosis("C2", _("{symbol} leaves out the factor {operand}"), operand=symbol(name))
        if wrong.fits(**{name: lambda value, _: 0.0}):
            source = name in wrong.cell.sheet.result.inputs.graph.upstream("PE").nodes
            if source and getattr(nodes[name], "unit", "") == "tCO2":
                return wrong.diagnosis(
                    "C12", _("{symbol} leaves out the emission source {operand}"), operand=symbol(name)
                )
            return wrong.diagnosis("C2", _("{symbol} leaves out the term {operand}"), operand=symbol(name))
    return None


def _other_operand(wrong: Wrong) -> Diagnosis | None:
    """Recognise a reference to the cell of another quantity, or of another unit or period."""
    sheet = wrong.cell.sheet
    own = wrong.cell.cells_of(wrong.arguments)
    for place in dict.fromkeys(wrong.precedents):
        if place in own and sheet.stored(place) in (0, 1):
            continue  # an operand that happens to be 0 or 1 looks as if it stood for one that is left out
        for name in wrong.arguments:
            if wrong.fits(**{name: lambda _, scenario, place=place: _number(scenario.cells.get(place))}):
                cell = sheet.by_place.get(place)
                same = cell is not None and cell.name == name
                other = _("the value of another unit or period") if same else cell.symbol if cell else _("another cell")
                say = {"other": other, "place": address(place), "operand": sheet.symbol(name)}
                return wrong.diagnosis(
                    "A8", _("{symbol} uses {other} ({place}) instead of {operand}"), WRONG_CELL, **say
                )
    return None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _constant_term(wrong: Wrong) -> Diagnosis | None:
    """Recognise a number that is added; a date is not multiplied."""
    dated = wrong.cell.declared.unit == "date"
    terms = [_number(got) - want for got, want in zip(wrong.got, wrong.want, strict=True)]
    varied = any(not close(want, wrong.want[0]) for want in wrong.want)
    if not (dated or varied) or close(terms[0], 0) or not all(close(one, terms[0]) for one in terms):
        return None
    message = _("{symbol} has {number} added to it, which the equation does not have")
    return wrong.diagnosis("C1", message, number=shown_number(terms[0]))


def _constant_factor(wrong: Wrong) -> Diagnosis | None:
    quotients = [_number(got) / want for got, want in zip(wrong.got, wrong.want, strict=True) if want]
    if not quotients or not all(close(one, quotients[0]) for one in quotients):
        return None
    code, cause = ratios.slip(quotients[0])
    message = _("{symbol} is {ratio} times what the equation gives")
    if not code:
        message = _("{symbol} is multiplied by {ratio}, which the equation does not have")
    return wrong.diagnosis(code or "A2", message, cause, ratio=shown_number(quotients[0]))


def _literal(wrong: Wrong) -> Diagnosis | None:
    """Recognise a number written in the formula instead of an operand."""
    sheet = wrong.cell.sheet
    for number in (one for one in numbers(wrong.formula) if one not in (0, 1)):
        for name in wrong.arguments:
            if wrong.fits(**{name: lambda _, __, number=number: number}):
                value = sheet.element(sheet.actual.arrays, name, wrong.cell.labels)
                message = _("{symbol} has {number} written in its formula instead of {operand}, which is {value}")
                if value is None:
                    message = _("{symbol} has {number} written in its formula instead of {operand}")
                say = {"number": shown_number(number), "operand": sheet.symbol(name), "value": shown_number(value)}
                return wrong.diagnosis("A2", message, _("a value typed into a formula"), **say)
    return None


def _no_choice(wrong: Wrong) -> Diagnosis | None:
    """Recognise a formula without the lower, the higher, or the one of two that the equation takes."""
    if not any(lacks_choice(rule, wrong.formula) for rule in wrong.unfolded.rules):
        return None
    return wrong.diagnosis("C10", _("{symbol} lacks the choice between values that the equation makes"))


def _branch(wrong: Wrong) -> Diagnosis | None:
    """Recognise a condition that is not the declared one, or that the equation does not have."""
    message = _("the condition in {symbol} is not the declared one")
    if not any(map(chooses, wrong.unfolded.rules)):
        if not compares(wrong.formula):
            return None
        message = _("{symbol} has a condition that the equation does not have")
    return wrong.diagnosis("C9", message)


# Totals


def _of_total(wrong: Wrong) -> Diagnosis | None:
    """Recognise a sum over the wrong cells."""
    assert wrong.cell.rule is not None
    should = wrong.cell.summands(wrong.cell.rule)
    counted = Counter(wrong.precedents)
    missing = [place for place in should if place not in counted]
    twice = [place for place in should if counted[place] > 1]
    foreign = [place for place in counted if place not in should and wrong.cell.sheet.stored(place) not in (None, "")]
    parts = []
    if missing:
        message = _("leaves out {count} of {every} rows ({cells})")
        parts.append(message.format(count=len(missing), every=len(should), cells=_listed(missing)))
    if twice:
        parts.append(_("counts {cells} twice").format(cells=_listed(twice)))
    if foreign:
        totals = [place for place in foreign if _is_total(wrong, place)]
        message = _("includes a total ({cells})") if totals else _("includes cells that do not belong to it ({cells})")
        parts.append(message.format(cells=_listed(totals or foreign)))
    if not parts or len(missing) == len(should) > 1:
        return None
    return wrong.diagnosis("C5", _("the sum of {symbol} {what}"), what=_(", and ").join(parts))


def _is_total(wrong: Wrong, place: tuple[str, int, int]) -> bool:
    formula = wrong.cell.sheet.formula(place)
    return formula is not None and "SUM" in functions(formula.text)


def _listed(places: list[tuple[str, int, int]]) -> str:
    return listed(map(address, sorted(places)), limit=4)


# Defaults and entries


def _of_default(wrong: Wrong) -> Diagnosis:
    """Recognise a value that the calculation sheet shows for an input, and that is not the input."""
    node, found, expected = wrong.cell.node, wrong.found, wrong.expected
    if isinstance(found, str) or found is None:
        return wrong.diagnosis("A7", _("{symbol} shows {found} on the calculation sheet"), found=found or _("nothing"))
    for place in wrong.precedents:
        other = wrong.cell.sheet.by_place.get(place)
        if other is not None and other.name not in (wrong.cell.name, getattr(node, "by", "")):
            message = _("{symbol} uses the value of {other} ({place})")
            return wrong.diagnosis("A8", message, other=other.symbol, place=address(place))
    if isinstance(node, Parameter) and node.kind is Kind.DEFAULT and wrong.cell.name not in wrong.cell.sheet.entered:
        return _of_document(wrong, node, found, expected)
    ratio = found / expected if expected else 0.0
    code, cause = ratios.slip(ratio, getattr(node, "unit", ""))
    if code == "B4":
        code = "B3" if getattr(node, "kind", None) is Kind.MONITORED else "B7"
    if not code and any(place in wrong.cell.sheet.actual.cells for place in wrong.precedents):
        return wrong.diagnosis("A8", _("{symbol} refers to the value of another unit or period"), WRONG_CELL)
    return wrong.diagnosis(
        code or "A10", SHOWN_OTHERWISE, cause, found=shown_number(found), expected=shown_number(expected)
    )


def _of_document(wrong: Wrong, node: Parameter, found: float, expected: float) -> Diagnosis:
    """Recognise a default that is not the document's."""
    message = _("{symbol} is {found}, and the document has {expected}")
    _code, what, _none = wrong.diagnosis("", message, found=shown_number(found), expected=shown_number(expected))
    if node.table is not None and any(close(found, value.value) for value in node.table.entries.values()):
        other = _("{what}: the value of another class of {key}").format(what=what, key=node.by)
        return "C9", other, _("looked up in the wrong row, or the table on the sheet is wrong")
    for name, values in node.by_candidate():
        if name and any(close(found, value.value) for value in values.values()):
            other = _("{what}: the value of {candidate}").format(what=what, candidate=name)
            return "D6", other, _("looked up in the wrong column, or the table on the sheet is wrong")
    if bound := ipcc_bound(node, found):
        return "D6", Message("; ").join((what, bound)), _("another column of the table of the IPCC")
    if sets := ratios.other_potential(node.symbol, found, expected):
        return "D1", what, sets
    code, cause = ratios.slip(found / expected if expected else 0.0, node.unit)
    return ("B7" if code == "B4" else code) or "D7", what, cause


def ipcc_bound(node: Parameter, value: float) -> str:
    """Say for which fuel a number is the default or a bound of the IPCC; nothing where it is neither."""
    quantity = {"tCO2/GJ": "EF", "GJ/t": "NCV"}.get(node.unit)
    if quantity is None:
        return ""
    for bound in BOUNDS:
        for fuel, known in ipcc_2006(quantity, bound).items():
            if close(known.value, value):
                return BOUNDS[bound].format(fuel=fuel)
    return ""
