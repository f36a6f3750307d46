"""The cells of a workbook, with values as they are or as they might be, and what formulas make of them."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import shown
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Area, Place, areas, form
from jcm_calc.verification.spreadsheet.functions import COMPARE, FUNCTIONS, Code
from jcm_calc.verification.spreadsheet.trees import NESTED, Tree, parsed
from jcm_calc.verification.spreadsheet.values import (
    Array,
    FormulaError,
    UnreadableError,
    WorkbookCells,
    as_number,
    comparable,
    elementwise,
    number,
    text_of,
)

DEEPEST = 80
DYNAMIC = re.compile(r"\b(?:OFFSET|INDIRECT)\(", re.I)
Operation = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Read:
    """A formula that was read: what it does, and which functions and numbers it has."""

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
    return Read(run, functions, tuple(part.value for part in parts if part.operation == "number"))


def _arithmetic(function: Operation) -> Operation:
    def run(a: Any, b: Any) -> Any:
        try:
            found = function(number(a), number(b))
        except ZeroDivisionError:
            raise FormulaError("#DIV/0!") from None
        except OverflowError:
            raise FormulaError("#NUM!") from None
        if isinstance(found, complex) or not math.isfinite(found):
            raise FormulaError("#NUM!")
        return found

    return run


def _comparison(compare: Operation) -> Operation:
    def run(a: Any, b: Any) -> bool:
        # nothing compares as what the other one is: an empty text, FALSE or 0
        a, b = (type(other)() if one is None and other is not None else one for one, other in ((a, b), (b, a)))
        return bool(compare(comparable(a), comparable(b)))

    return run


OPERATIONS: dict[str, Operation] = {
    "^": _arithmetic(operator.pow),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(operator.truediv),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "&": lambda a, b: text_of(a) + text_of(b),
    **{sign: _comparison(compare) for sign, compare in COMPARE.items()},
}


def code(of: Tree) -> Code:
    """Return a tree as a function."""
    if of.leaf:
        return _leaf(of)
    if of.operation == "negate":
        return _applied(lambda c, r: -1.0, [(OPERATIONS["*"], code(of.value))])
    if of.operation == "%":
        return _applied(code(of.value), [(OPERATIONS["/"], lambda c, r: 100.0)])
    if of.operation not in OPERATIONS:
        return _called(of.operation, [code(part) for part in of.arguments])
    others: list[tuple[Operation, Code]] = []
    while of.operation in OPERATIONS:
        others.append((OPERATIONS[of.operation], code(of.arguments[1])))
        of = of.arguments[0]
    return _applied(code(of), others[::-1])


def _leaf(of: Tree) -> Code:
    def failing(c: WorkbookCells, r: Sequence[Area]) -> Any:
        raise FormulaError(of.value)

    if of.operation == "error":
        return failing
    if of.operation == "reference":
        return lambda c, r, number=of.value: r[number]  # type: ignore[misc]
    value = of.arguments[0]
    if of.operation == "array":
        rows = [
            [-part.value.value if part.operation == "negate" else part.value for part in row] for row in of.arguments
        ]
        value = Array(rows)
    return lambda c, r: value


def _applied(first: Code, others: Sequence[tuple[Operation, Code]]) -> Code:
    """Return what operations do one after the other: a sum of a thousand cells is not a thousand calls deep."""

    def run(c: WorkbookCells, r: Sequence[Area]) -> Any:
        found = c.array(first(c, r))
        for operation, operand in others:
            found = elementwise(operation, found, c.array(operand(c, r)))
        return found

    return run


def _called(name: str, arguments: Sequence[Code]) -> Code:
    if name not in FUNCTIONS:
        raise UnreadableError(_("the function {name} is not known here").format(name=name))
    function = FUNCTIONS[name]

    def run(c: WorkbookCells, r: Sequence[Area]) -> Any:
        try:
            return function(c, r, arguments)
        except (IndexError, TypeError):
            complaint = _("{name} does not take {count} arguments")
            raise UnreadableError(complaint.format(name=name, count=len(arguments))) from None

    return run


class Calculator(WorkbookCells):
    """The cells of a workbook, with what their formulas give."""

    def value(self, place: Place) -> Any:
        """Return the value of a cell: a number, a text, a truth value, or None where it is blank; raise its error."""
        if place in self.given:
            return self.given[place]
        if place not in self._known:
            if place in self._running:
                raise FormulaError("#CIRCLE!")
            self._running.add(place)
            try:
                self._known[place] = self._value(place)
            finally:
                self._running.discard(place)
        return self._known[place]

    def _value(self, place: Place) -> Any:
        sheet, row, column = place
        if sheet not in self.book.sheets:
            raise UnreadableError(_("there is no sheet {sheet}").format(sheet=shown(sheet)))
        formula = self.book.formulas(sheet).get((row, column))
        if formula is not None and not (self.stored and formula.stored) and formula.text:
            return self.evaluate(formula.text, sheet)
        if error := self.book.errors(sheet).get((row, column)):
            raise FormulaError(error)
        return as_number(self.book.value(sheet, row, column))

    def evaluate(self, formula: str, sheet: str) -> Any:
        """Return what a formula on a sheet gives."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableError(_("the formulas run through too many cells"))
        before, self.sheet = self.sheet, sheet
        try:
            return self.plain(read(form(formula)).run(self, areas(formula, sheet)))
        except RecursionError:
            raise UnreadableError(NESTED) from None
        finally:
            self._depth -= 1
            self.sheet = before


def precedents(book: Book, place: Place) -> list[Area]:
    """Return the cells that a formula refers to, those that OFFSET and INDIRECT lead to included."""
    if (formula := book.formula(place)) is None:
        return []
    found = areas(formula.text, place[0])
    if not DYNAMIC.search(formula.text):
        return found
    calculator = Calculator(book)
    try:
        calculator.evaluate(formula.text, place[0])
    except FormulaError:
        return found
    return [*found, *calculator.reached]
