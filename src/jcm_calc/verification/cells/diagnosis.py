"""Which slip a wrong formula is: each hypothesis is tried on inputs changed at random."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reference_data import ipcc_2006
from jcm_calc.verification import ratios
from jcm_calc.verification.cells.wrong_formula import (
    CHOOSING,
    Diagnosis,
    Wrong,
    chooses,
    functions,
    given,
    lacks_choice,
    numbers,
)
from jcm_calc.verification.findings import shown_number
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import ROUNDING, close

Bound = Literal["default", "lower", "upper"]
FEW_UNITS = 8
ONLY_ER = _("only ER of a year is rounded down")
WRONG_CELL = _("the reference points to the wrong cell")
BOUNDS: dict[Bound, Message] = {
    "default": _("it is the central value for {fuel}"),
    "lower": _("it is the lower bound for {fuel}"),
    "upper": _("it is the upper bound for {fuel}"),
}


def diagnose(wrong: Wrong) -> Diagnosis:
    """Return the code of the check a wrong cell belongs to, and what is wrong with it."""
    if wrong.cell.rule is None:
        hypotheses: tuple[Callable[[Wrong], Diagnosis | None], ...] = (_of_default,)
    elif wrong.adds:
        hypotheses = (_error, _rounded, _mean, _of_total, _constant_factor)
    else:
        hypotheses = (
            *(_error, _zero, _rounded, _no_choice, _literal, _other_operand, _turned, _units, _left_out),
            *(_constant_factor, _mean, _branch),
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
        if not functions(wrong.formula) & CHOOSING - {"SUM", "ABS", "SIGN"}:
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
    beside = [place for place in counted if place not in should and wrong.cell.sheet.stored(place) not in (None, "")]
    parts = []
    if missing:
        message = _("leaves out {count} of {every} rows ({cells})")
        parts.append(message.format(count=len(missing), every=len(should), cells=_listed(missing)))
    if twice:
        parts.append(_("counts {cells} twice").format(cells=_listed(twice)))
    if beside:
        totals = [place for place in beside if _is_total(wrong, place)]
        message = _("includes a total ({cells})") if totals else _("includes cells that do not belong to it ({cells})")
        parts.append(message.format(cells=_listed(totals or beside)))
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
    message = _("{symbol} is {found} on the calculation sheet, and {expected} where it is entered")
    return wrong.diagnosis(code or "A10", message, cause, found=shown_number(found), expected=shown_number(expected))


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
