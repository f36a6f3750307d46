"""Group C: the formula is the registered one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from jcm_calc.declarations import Interval
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.languages import Message, _
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.checks import check, measured
from jcm_calc.verification.findings import Correction, Finding, Severity, shown_number
from jcm_calc.verification.material import Material
from jcm_calc.verification.quantities import Step, lines
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, close, form
from jcm_calc.verification.steps import Sheet
from jcm_calc.workbook.filled_sheets import is_declared
from jcm_calc.workbook.symbols import plain
from jcm_calc.workbook.tables import linked


def _declare(code: str, name: str, rule: str, asked: str) -> None:
    """Declare a check of which the comparison of formulas finds everything."""

    def function(material: Material) -> Iterator[Finding]:
        yield from material.slipped(code)
        yield from material.measured(code)

    check(code, name, rule, needs="result", asked=asked)(function)


_declare(
    "C1",
    "Wrong sign, or another operation",
    "A formula means the declared equation: evaluated with changed inputs it gives the same.",
    "https://webarchive.unfccc.int/20220310024025mp_/https:/cdm.unfccc.int/IRCheck/iss_forms/8WULXMHODQR5IG9/viewPublic",
)
_declare(
    "C2",
    "Factor of the equation left out",
    "Each operand of the declared equation has its part in the formula.",
    "https://cdm.unfccc.int/Projects/DB/DNV-CUK1134568842.81/iProcess/RWTUV1405919152.25/gotoRFR?rfrid=GIBPOGBTAL42061HC0SVKE623R9M3I",
)
_declare(
    "C5",
    "Sum over the wrong set",
    "A total adds each row once: none is left out, none counted twice, and no total is among them.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/OEYZXW51RP0S7FI/viewPublic",
)
_declare(
    "C6",
    "Plain mean for weighted mean",
    "No plain mean stands where the equation adds up or weights.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/GB0PXHYC39S8WE6/viewPublic",
)
_declare(
    "C9",
    "Conditional value not by the rule",
    "A value that depends on a class or a condition is that of the class or condition that is met.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/ZXEKD2YRNCJWPI5/viewPublic",
)
_declare(
    "C10",
    "‘Lower of two’ rule missing",
    "Where the equation takes the lower, the higher, or one of two values, so does the formula.",
    "https://cdm.unfccc.int/IRCheck/reg_forms/XQHFKWGV9ZOP15U/viewPublic",
)
_declare(
    "C11",
    "Term set to zero",
    "No term is put at nought that the inputs make other than nought.",
    "https://cdm.unfccc.int/IRCheck/reg_forms/RU93OSDXW7C12QK/viewPublic",
)
_declare(
    "C12",
    "Emission source left out",
    "Each source of project emissions in the equation has its part in the formula.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/OCU1ZV4SARHM3G5/viewPublic",
)


@check(
    "C3",
    "Registered factor not used",
    "Each value that the plan fixes in place of a default is used in the report.",
    needs="result plan",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/07OWUARDMZL9NGP/viewPublic",
)
def not_used(material: Material) -> Iterator[Finding]:
    """Find values of the plan that the report does not have, and the ER that they would give."""
    entered = {entry.parameter.name for entry in material.report.entries("MRS")}
    graph = material.result.inputs.graph.nodes
    for entry in material.registered.entries("MPS"):
        name = entry.parameter.name
        if name in graph and name not in entered and entry.parameter.kind is Kind.DEFAULT:
            effect = material.changed(entry, entry.value) if isinstance(entry.value, int | float) else None
            message = _("the plan fixes {symbol} at {value}, and the report does not use it").format(
                symbol=entry.parameter.symbol, value=shown_number(entry.value)
            )
            because = _("the plan, {place}").format(place=entry.address)
            fixed = (Correction(entry, entry.value),) if effect is not None else ()
            yield Finding(message, "", entry.parameter.symbol, None, entry.value, because, effect, corrections=fixed)


@check(
    "C7",
    "Quantity under the wrong name",
    "The unit beside a quantity of the calculation sheet is the declared one, or converts to it with its value.",
    severity=Severity.WARNING,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/6ZPX3AK0U41OQYB/viewPublic",
)
def wrong_unit(material: Material) -> Iterator[Finding]:
    """Find units on the calculation sheet that are other than declared."""
    sheet = material.sheet
    told = set()
    for step in sheet.steps:
        node = sheet.nodes.get(step.name)
        if node is None or step.unit in ("", "-", "N/A") or node.unit in ("category", "yes/no", "date"):
            continue
        declared = Parameter(step.name, "", node.unit, "", Kind.CONSTANT, "")
        if is_declared(step.unit, declared) or sheet.converted(step) or (step.name, step.unit) in told:
            continue
        told.add((step.name, step.unit))
        message = _("{symbol} is labelled {unit}, and it is in {declared}").format(
            symbol=sheet.symbol(step.name), unit=step.unit, declared=node.unit or _("no unit")
        )
        cause = "" if _converts(node.unit, step.unit) else _("another kind of quantity")
        yield Finding(message, step.address, sheet.symbol(step.name), step.unit, node.unit, cause=cause)


def _converts(unit: str, other: str) -> bool:
    try:
        conversion(unit, other)
    except UnitError:
        return False
    return True


@check(
    "C8",
    "Limit of a condition",
    "A class of numbers includes and excludes its ends as the document does.",
    needs="result",
    asked="https://cdm.unfccc.int/Projects/DB/SGS-UKL1265732335.87/CP/0CQHQ5V5JD63YIS8SRL9PEZKFYS3ZU/iProcess/RWTUV1552388169.11/gotoRFR?rfrid=Q3WPIBBGJGGT5P84730O5W0PS05G9B",
)
def limits(material: Material) -> Iterator[Finding]:
    """Find look-ups that take another class exactly at its limit, whether or not a unit is there."""
    sheet = material.sheet
    read = set()
    for step in sheet.steps:
        node, formula = sheet.nodes.get(step.name), sheet.formula(step.place)
        numeric = isinstance(node, Parameter) and node.table is not None and node.table.numeric
        if not numeric or formula is None or form(formula.text) in read or step.name in sheet.entered:
            continue
        read.add(form(formula.text))
        assert isinstance(node, Parameter)
        if linked(formula.text, step.place[0]) is not None:
            continue  # a link to the value of a class looks nothing up
        if any(slip.name == step.name for slip in material.slips):
            continue
        wrong = [edge for edge in _edges(node) if not _agrees(sheet, step, formula.text, node, edge)]
        if wrong:
            message = _("{symbol} is looked up in the wrong class where {key} is exactly {limits}: ={formula}").format(
                symbol=node.symbol,
                key=node.by,
                limits=Message(", ").join(map(shown_number, wrong)),
                formula=formula.text[:100],
            )
            yield Finding(message, step.address, node.symbol, cause=_("< in place of ≤, or the reverse"))


def _edges(node: Parameter) -> list[float]:
    assert node.table is not None
    bins = [key for key in node.table.entries if isinstance(key, Interval)]
    return sorted({edge for one in bins for edge in (one.lower, one.upper) if np.isfinite(edge)})


def _agrees(sheet: Sheet, step: Step, formula: str, node: Parameter, edge: float) -> bool:
    """Whether a formula looks up at a limit what the document has there, or nothing where it has nothing."""
    assert node.table is not None
    key = dict.fromkeys(sheet.places(node.by), edge)
    try:
        found = Calculator(sheet.report.book, {**sheet.actual.cells, **key}).evaluate(formula, step.place[0])
    except FormulaError:
        found = np.nan
    expected = float(node.table.lookup()(np.array(edge)))
    return bool(np.isnan(expected)) or close(found, expected)


@check(
    "C13",
    "Measured quantity replaced by a difference",
    "A monitored amount is a reading, or a unit factor times the sum of the dated rows of its period; no more.",
    severity=Severity.WARNING,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/7WA1VINUQPCJYSH/viewPublic",
)
def computed_reading(material: Material) -> Iterator[Finding]:
    """Find what does not belong into the formula of an amount; values that are computed in another way."""
    yield from material.measured("C13")
    sheets = material.report.sheets
    for entry in material.report.entries():
        if entry.parameter.kind is Kind.MONITORED:
            formula = sheets.formula(sheets.cell(*entry.place))
            if formula is not None and not material.rows.plain(entry):
                message = _("{symbol} is computed, not read: ={formula}").format(
                    symbol=entry.parameter.symbol, formula=formula.text[:100]
                )
                unresolved = not material.rows.settled(entry)
                yield Finding(message, entry.address, entry.parameter.symbol, entry.written, unresolved=unresolved)


@check(
    "C16",
    "Equation printed otherwise than declared",
    "An equation that is printed beside a row names the operands of the declared one.",
    severity=Severity.WARNING,
    needs="result",
    asked="https://cdm.unfccc.int/IRCheck/reg_forms/F9DAZSLI4HX20TW/viewPublic",
)
def printed_otherwise(material: Material) -> Iterator[Finding]:
    """Find printed equations with missing or unknown symbols."""
    report, m = material.report, material.m
    symbols = m.symbols()
    written = {rule.symbol: [one.written(symbols) for one in m.rules if one.symbol == rule.symbol] for rule in m.rules}
    for part in report.own:
        for line in lines(part.roles["calc"], report.sheets) if "calc" in part.roles else ():
            if "=" not in line.equation or line.symbol not in written:
                continue
            printed = _named(line.equation.partition("=")[2], symbols)
            declared = [_named(text.partition("=")[2], symbols) for text in written[line.symbol]]
            # a form for every case prints the equations of all of them
            if printed not in declared and printed != set().union(*declared):
                message = _("the equation printed for {symbol} is {printed!r}, declared is {declared!r}").format(
                    symbol=line.symbol, printed=line.equation, declared=written[line.symbol][0]
                )
                yield Finding(message, line.address, line.symbol)


measured(
    "C14",
    "Bound changed from year to year",
    "Where a value is in doubt, the side is taken that lowers ER in each year: the sign of ∂ER/∂x says which.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/IUM4O0SCVY9DPNG/viewPublic",
)
measured(
    "C15",
    "Base of a ratio trimmed",
    "The dated rows behind the amounts of a period cover the same times for every quantity.",
    "https://cdm.unfccc.int/Projects/DB/SGS-UKL1195486676.79/iProcess/DNV-CUK1224748616.37_W1/gotoRFR?rfrid=OSK1F5JN6NYBUFAGYFWG95CUJRKOW3",
    needs="",
)


def _named(text: str, symbols: dict[str, str]) -> set[str]:
    """Return the symbols that stand in a text, the longest first."""
    found, rest = set(), text
    for symbol in sorted(set(symbols.values()), key=len, reverse=True):
        pattern = rf"(?<![\w,]){re.escape(symbol)}(?![\w,])"
        if re.search(pattern, rest):
            found.add(plain(symbol))
            rest = re.sub(pattern, " ", rest)
    return found
