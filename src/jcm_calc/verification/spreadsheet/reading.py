"""What the tree of a formula does, as a Python function."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.references import Area
from jcm_calc.verification.spreadsheet.functions import COMPARE, FUNCTIONS, Code, FunctionCall
from jcm_calc.verification.spreadsheet.trees import NESTED, Tree, parsed
from jcm_calc.verification.spreadsheet.values import (
    Array,
    CellValues,
    FormulaError,
    UnreadableError,
    elementwise,
    number,
    text_of,
)

Operation = Callable[[Any, Any], Any]
OPERATIONS: dict[str, Operation] = {
    "^": operator.pow,
    "*": operator.mul,
    "/": operator.truediv,
    "+": operator.add,
    "-": operator.sub,
    "&": lambda a, b: f"{a}{b}",
}


@dataclass(frozen=True)
class Read:
    """A formula that was read: its tree, what it does, and which functions and numbers it has."""

    tree: Tree
    run: Code
    functions: frozenset[str]
    numbers: tuple[float, ...]


@lru_cache(maxsize=4096)
def read(formula: str) -> Read:
    """Read a formula in which addresses are replaced by their numbers."""
    found = parsed(formula)
    try:
        run = code(found)
    except RecursionError:
        raise UnreadableError(NESTED) from None
    parts = list(found.walk())
    functions = frozenset(part.operation for part in parts if part.operation in FUNCTIONS)
    return Read(found, run, functions, tuple(part.value for part in parts if part.operation == "number"))


def code(of: Tree) -> Code:
    """Return the function of a tree."""
    if of.leaf:
        return _leaf(of)
    if of.operation in COMPARE:
        left, right = map(code, of.arguments)
        return _compared(COMPARE[of.operation], left, right)
    if of.operation == "negate":
        return _applied(_constant(-1.0), [(operator.mul, code(of.value))])
    if of.operation == "%":
        return _applied(code(of.value), [(operator.truediv, _constant(100.0))])
    if of.operation in OPERATIONS:
        others: list[tuple[Operation, Code]] = []
        while of.operation in OPERATIONS:
            others.append((OPERATIONS[of.operation], code(of.arguments[1])))
            of = of.arguments[0]
        return _applied(code(of), others[::-1])
    return _called(of.operation, [code(part) for part in of.arguments])


def _leaf(of: Tree) -> Code:
    if of.operation == "error":
        return _failing(of.value)
    if of.operation == "reference":
        return lambda c, r, number=of.value: r[number]  # type: ignore[misc]
    if of.operation == "array":
        return _constant(Array([[_cell(part) for part in row] for row in of.arguments]))
    return _constant(of.value)


def _cell(part: Tree) -> Any:
    return -part.value.value if part.operation == "negate" else part.value


def _called(name: str, arguments: Sequence[Code]) -> Code:
    if name not in FUNCTIONS:
        raise UnreadableError(_("the function {name} is not known here").format(name=name))
    function = FUNCTIONS[name]

    def run(c: CellValues, r: Sequence[Area]) -> Any:
        try:
            return function(FunctionCall(c, r, arguments))
        except (IndexError, TypeError):
            complaint = _("{name} does not take {count} arguments")
            raise UnreadableError(complaint.format(name=name, count=len(arguments))) from None

    return run


def _constant(value: Any) -> Code:
    return lambda c, r: value


def _failing(text: str) -> Code:
    def run(c: CellValues, r: Sequence[Area]) -> Any:
        raise FormulaError(text)

    return run


def _applied(first: Code, others: Sequence[tuple[Operation, Code]]) -> Code:
    """Return what operations do one after the other: a sum of a thousand cells is not a thousand calls deep."""

    def run(c: CellValues, r: Sequence[Area]) -> Any:
        found = c.array(first(c, r))
        for function, operand in others:
            found = elementwise(partial(_operated, function), found, c.array(operand(c, r)))
        return found

    return run


def _operated(function: Operation, a: Any, b: Any) -> Any:
    if function is OPERATIONS["&"]:
        return function(text_of(a), text_of(b))
    try:
        found = function(number(a), number(b))
    except ZeroDivisionError:
        raise FormulaError("#DIV/0!") from None
    except OverflowError:
        raise FormulaError("#NUM!") from None
    if isinstance(found, complex) or not math.isfinite(found):
        raise FormulaError("#NUM!")
    return found


def _compared(compare: Callable[[Any, Any], bool], left: Code, right: Code) -> Code:
    def of_two(a: Any, b: Any) -> bool:
        if isinstance(a, str) or isinstance(b, str):
            return compare(text_of(a).casefold(), text_of(b).casefold())
        return compare(number(a), number(b))

    return lambda c, r: elementwise(of_two, c.array(left(c, r)), c.array(right(c, r)))
