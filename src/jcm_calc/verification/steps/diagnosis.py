"""Which slip a wrong formula is: each hypothesis is tried on inputs changed at random."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reference_data import ipcc_2006
from jcm_calc.verification import causes
from jcm_calc.verification.findings import shown_number
from jcm_calc.verification.quantities import address
from jcm_calc.verification.spreadsheet import ROUNDING, close
from jcm_calc.verification.steps.wrong import (
    Wrong,
    chooses,
    functions,
    lacks_choice,
    numbers,
    without_rounding,
)

Diagnosis = tuple[str, str, str]  # code, what is wrong, likely cause


def diagnose(wrong: Wrong) -> Diagnosis:
    """Return the code of the check a wrong cell belongs to, and what is wrong with it."""
    symbol = wrong.sheet.symbol(wrong.step.name)
    if wrong.rule is None:
        hypotheses: tuple[Callable[[Wrong], Diagnosis | None], ...] = (_of_default,)
    elif wrong.adds:
        hypotheses = (_error, _rounded, _mean, _of_total, _constant_factor)
    else:
        hypotheses = (
            *(_error, _rounded, _no_choice, _literal, _other_operand, _turned, _left_out),
            *(_constant_factor, _mean, _branch),
        )
    for hypothesis in hypotheses:
        if found := hypothesis(wrong):
            return found
    return "C1", f"the formula of {symbol} is not the declared equation", ""


def _error(wrong: Wrong) -> Diagnosis | None:
    if isinstance(wrong.found, str) or wrong.found is None:
        return "A7", f"the formula of {wrong.sheet.symbol(wrong.step.name)} gives {wrong.found or 'nothing'}", ""
    return None


def _rounded(wrong: Wrong) -> Diagnosis | None:
    used = sorted(functions(wrong.formula) & set(ROUNDING))
    if not used or not all(map(close, without_rounding(wrong), wrong.want)):
        return None
    symbol = wrong.sheet.symbol(wrong.step.name)
    return "H5", f"{symbol} is rounded by {', '.join(used)} before the cut to whole tonnes", "only ER of a year is cut"


def _mean(wrong: Wrong) -> Diagnosis | None:
    if "AVERAGE" not in functions(wrong.formula):
        return None
    return "C6", f"{wrong.sheet.symbol(wrong.step.name)} is a plain mean, where the equation adds or weights", ""


# Equations


def _turned(wrong: Wrong) -> Diagnosis | None:
    """Recognise a sign or a ratio that is turned."""
    assert wrong.rule is not None
    names, symbol = list(filter(wrong.reaches, wrong.rule.arguments)), wrong.sheet.symbol
    for name in names:
        if wrong.fits(**{name: lambda value, _: -value}):
            return "C1", f"{symbol(wrong.step.name)} has the wrong sign of {symbol(name)}", "the sign is turned"
    for count in (1, 2):
        for group in itertools.combinations(names, count):
            if wrong.fits(**dict.fromkeys(group, lambda value, _: 1 / value)):
                listed = " and ".join(map(symbol, group))
                return "C1", f"{symbol(wrong.step.name)} takes {listed} the wrong way round", "the ratio is inverted"
    return None


def _left_out(wrong: Wrong) -> Diagnosis | None:
    assert wrong.rule is not None
    symbol = wrong.sheet.symbol
    for name in wrong.rule.arguments:
        if wrong.fits(**{name: lambda value, _: 1.0}):
            return "C2", f"{symbol(wrong.step.name)} leaves out the factor {symbol(name)}", ""
        if wrong.fits(**{name: lambda value, _: 0.0}):
            way = wrong.sheet.result.inputs.graph.upstream("PE").nodes
            emissions = getattr(wrong.sheet.nodes[name], "unit", "") == "tCO2" and name in way
            kind = "the emission source" if emissions else "the term"
            return ("C12" if emissions else "C2"), f"{symbol(wrong.step.name)} leaves out {kind} {symbol(name)}", ""
    return None


def _other_operand(wrong: Wrong) -> Diagnosis | None:
    """Recognise a reference to the cell of another quantity, or of another unit or period."""
    assert wrong.rule is not None
    sheet = wrong.sheet
    own = {step.place for step in sheet.beside(wrong.step, wrong.rule.arguments)}
    for place in dict.fromkeys(wrong.precedents):
        if place in own and sheet.stored(place) in (0, 1):
            continue  # an operand that happens to be 0 or 1 looks as if it stood for one that is left out
        for name in wrong.rule.arguments:
            if wrong.fits(**{name: lambda _, scenario, place=place: _number(scenario.cells.get(place))}):
                step = sheet.by_place.get(place)
                same = step is not None and step.name == name
                what = (
                    "that of another unit or period"
                    if same
                    else f"{sheet.symbol(step.name)}"
                    if step
                    else "another cell"
                )
                told = f"{sheet.symbol(wrong.step.name)} takes {what} ({address(place)}) for {sheet.symbol(name)}"
                return "A8", told, "the reference points to the wrong cell"
    return None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _constant_factor(wrong: Wrong) -> Diagnosis | None:
    ratios = [got / want for got, want in zip(wrong.got, wrong.want, strict=True) if want]
    if not ratios or not all(close(ratio, ratios[0]) for ratio in ratios):
        return None
    code, cause = causes.slip(ratios[0])
    symbol = wrong.sheet.symbol(wrong.step.name)
    if code:
        return code, f"{symbol} is {shown_number(ratios[0])} times what the equation gives", cause
    return "A2", f"{symbol} is multiplied by {shown_number(ratios[0])}, which the equation does not have", ""


def _literal(wrong: Wrong) -> Diagnosis | None:
    """Recognise a number written in the formula in place of an operand."""
    assert wrong.rule is not None
    sheet = wrong.sheet
    for number in (one for one in numbers(wrong.formula) if one not in (0, 1)):
        for name in wrong.rule.arguments:
            if wrong.fits(**{name: lambda _, __, number=number: number}):
                value = sheet.element(sheet.actual.arrays, name, wrong.step.labels)
                shown = f"{sheet.symbol(name)}, which is {shown_number(value)}"
                told = (
                    f"{sheet.symbol(wrong.step.name)} has {shown_number(number)} written in its formula in "
                    f"place of {shown}"
                )
                return "A2", told, "a value typed into a formula"
    return None


def _no_choice(wrong: Wrong) -> Diagnosis | None:
    """Recognise a formula without the lower, the higher, or the one of two that the equation takes."""
    assert wrong.rule is not None
    if not lacks_choice(wrong.rule, wrong.formula):
        return None
    return "C10", f"{wrong.sheet.symbol(wrong.step.name)} lacks the choice between values that the equation makes", ""


def _branch(wrong: Wrong) -> Diagnosis | None:
    """Recognise a condition that is not the declared one."""
    assert wrong.rule is not None
    if not chooses(wrong.rule):
        return None
    return "C9", f"the condition in {wrong.sheet.symbol(wrong.step.name)} is not the declared one", ""


# Totals


def _of_total(wrong: Wrong) -> Diagnosis | None:
    """Recognise a sum over the wrong cells."""
    should = {step.place for step in wrong.summands}
    counted = Counter(wrong.precedents)
    missing = [place for place in should if place not in counted]
    twice = [place for place in should if counted[place] > 1]
    beside = [place for place in counted if place not in should and wrong.sheet.stored(place) not in (None, "")]
    parts = []
    if missing:
        parts.append(f"leaves out {len(missing)} of {len(should)} rows ({_listed(missing)})")
    if twice:
        parts.append(f"counts {_listed(twice)} twice")
    if beside:
        totals = [place for place in beside if _is_total(wrong, place)]
        parts.append(f"takes in {'a total' if totals else 'what does not belong to it'} ({_listed(totals or beside)})")
    if not parts or len(missing) == len(should) > 1:
        return None
    return "C5", f"the sum of {wrong.sheet.symbol(wrong.step.name)} {', and '.join(parts)}", ""


def _is_total(wrong: Wrong, place: tuple[str, int, int]) -> bool:
    formula = wrong.sheet.formula(place)
    return formula is not None and "SUM" in functions(formula.text)


def _listed(places: list[tuple[str, int, int]]) -> str:
    first = ", ".join(address(place) for place in sorted(places)[:4])
    return first + (f" and {len(places) - 4} more" if len(places) > 4 else "")


# Defaults and entries


def _of_default(wrong: Wrong) -> Diagnosis:
    """Recognise a value that the calculation sheet shows for an input, and that is not the input."""
    node, symbol = wrong.node, wrong.sheet.symbol(wrong.step.name)
    found, expected = wrong.found, wrong.expected
    if isinstance(found, str) or found is None:
        return "A7", f"{symbol} shows {found or 'nothing'} on the calculation sheet", ""
    for place in wrong.precedents:
        other = wrong.sheet.by_place.get(place)
        if other is not None and other.name not in (wrong.step.name, getattr(node, "by", "")):
            return "A8", f"{symbol} takes the value of {wrong.sheet.symbol(other.name)} ({address(place)})", ""
    if isinstance(node, Parameter) and node.kind is Kind.DEFAULT and wrong.step.name not in wrong.sheet.entered:
        return _of_document(node, symbol, found, expected)
    ratio = found / expected if expected else 0.0
    code, cause = causes.slip(ratio, getattr(node, "unit", ""))
    told = (
        f"{symbol} is {shown_number(found)} on the calculation sheet, and {shown_number(expected)} where it is entered"
    )
    if code == "B4" and getattr(node, "kind", None) is not Kind.MONITORED:
        code = "B7"
    if not code and len(wrong.precedents) and any(place in wrong.sheet.actual.cells for place in wrong.precedents):
        return "A8", f"{symbol} refers to the value of another unit or period", "the reference points to the wrong cell"
    return code or "A10", told, cause


def _of_document(node: Parameter, symbol: str, found: float, expected: float) -> Diagnosis:
    """Recognise a default that is not the document's."""
    told = f"{symbol} is {shown_number(found)}, and the document has {shown_number(expected)}"
    if node.table is not None and any(close(found, value.value) for value in node.table.entries.values()):
        return "C9", f"{told}: the value of another class of {node.by}", "looked up in the wrong row"
    for name, values in node.by_candidate():
        if name and any(close(found, value.value) for value in values.values()):
            return "D6", f"{told}: the value of {name}", "looked up in the wrong column"
    if bound := ipcc_bound(node, found):
        return "D6", f"{told}; {bound}", "another column of the table of the IPCC"
    if sets := causes.other_potential(node.symbol, found, expected):
        return "D1", told, sets
    code, cause = causes.slip(found / expected if expected else 0.0, node.unit)
    return ("B7" if code == "B4" else code) or "D7", told, cause


def ipcc_bound(node: Parameter, value: float) -> str:
    """Say for which fuel a number is the default or a bound of the IPCC; nothing where it is none."""
    quantity = {"tCO2/GJ": "EF", "GJ/t": "NCV"}.get(node.unit)
    if quantity is None:
        return ""
    for bound in ("default", "lower", "upper"):
        for fuel, known in ipcc_2006(quantity, bound).items():
            if close(known.value, value):
                return f"it is the {'central value' if bound == 'default' else bound + ' bound'} for {fuel}"
    return ""
