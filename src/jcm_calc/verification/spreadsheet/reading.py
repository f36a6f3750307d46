"""Formulas read with openpyxl's tokenizer: each becomes a Python function."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from jcm_calc.languages import _
from jcm_calc.problems import shown
from jcm_calc.verification.spreadsheet.functions import FUNCTIONS, Code
from jcm_calc.verification.spreadsheet.values import (
    Cells,
    FormulaError,
    UnreadableError,
    elementwise,
    number,
    text_of,
)
from jcm_calc.workbook.references import Area

Operation = Callable[[Any, Any], Any]
OPERATORS: dict[str, tuple[int, Operation]] = {
    "^": (5, operator.pow),
    "*": (4, operator.mul),
    "/": (4, operator.truediv),
    "+": (3, operator.add),
    "-": (3, operator.sub),
    "&": (2, lambda a, b: f"{a}{b}"),
}
COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


# Excel takes 8,192 characters; names that are written out make a formula longer.
LONGEST = 20_000
NESTED = _("it is nested too deeply")


@dataclass(frozen=True)
class Read:
    """A formula that was read: what it does, and which functions and numbers stand in it."""

    run: Code
    functions: frozenset[str]
    numbers: tuple[float, ...]


@lru_cache(maxsize=4096)
def read(formula: str) -> Read:
    """Read a formula in which addresses are replaced by their numbers."""
    if len(formula) > LONGEST:
        raise UnreadableError(_("it is longer than {count:,} characters").format(count=LONGEST))
    try:
        tokens = [token for token in Tokenizer(f"={formula}").items if token.type != Token.WSPACE]
        parser = _Parser(tokens)
        run = parser.comparison()
    except (TokenizerError, IndexError, ValueError) as error:
        raise UnreadableError(_("it is not a formula: {error}").format(error=shown(str(error)))) from None
    except RecursionError:
        raise UnreadableError(NESTED) from None
    if parser.at < len(tokens):
        raise UnreadableError(_("{token} was not expected").format(token=shown(tokens[parser.at].value)))
    return Read(run, frozenset(parser.functions), tuple(parser.numbers))


class _Parser:
    """Recursive descent over tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at = tokens, 0
        self.functions: set[str] = set()
        self.numbers: list[float] = []

    def _peek(self, kind: str, values: Sequence[str] | None = None) -> bool:
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.type == kind and (values is None or token.value in values)

    def comparison(self) -> Code:
        left = self.binary(2)
        while self._peek(Token.OP_IN, list(COMPARISONS)):
            compare = COMPARISONS[self._next().value]
            left = _compared(compare, left, self.binary(2))
        return left

    def binary(self, least: int) -> Code:
        left, others = self.prefixed(), list[tuple[Operation, Code]]()
        while self._peek(Token.OP_IN, [sign for sign, (binding, _) in OPERATORS.items() if binding >= least]):
            binding, function = OPERATORS[self._next().value]
            others.append((function, self.binary(binding + 1)))
        return _applied(left, others) if others else left

    def prefixed(self) -> Code:
        if self._peek(Token.OP_PRE):
            sign, operand = self._next().value, self.prefixed()
            return operand if sign == "+" else _applied(_constant(-1.0), [(operator.mul, operand)])
        operand = self.atom()
        while self._peek(Token.OP_POST):
            self._next()
            operand = _applied(operand, [(operator.truediv, _constant(100.0))])
        return operand

    def atom(self) -> Code:
        token = self._next()
        if token.type == Token.PAREN:
            inner = self.comparison()
            self._close()
            return inner
        if token.type == Token.FUNC:
            return self._call(token.value.rstrip("(").upper().removeprefix("_XLFN.").removeprefix("_XLWS."))
        return self._operand(token)

    def _operand(self, token: Token) -> Code:
        text = token.value
        if token.subtype == Token.NUMBER:
            self.numbers.append(float(text))
            return _constant(float(text))
        if token.subtype == Token.TEXT:
            return _constant(text[1:-1].replace('""', '"'))
        if token.subtype == Token.LOGICAL:
            return _constant(text.upper() == "TRUE")
        if token.subtype == Token.ERROR:
            return _failing(text)
        if match := re.fullmatch(r"REF_(\d+)", text):
            return lambda c, r, number=int(match[1]): r[number]  # type: ignore[misc]
        raise UnreadableError(_("{text} is not a reference that can be followed").format(text=shown(text)))

    def _call(self, name: str) -> Code:
        self.functions.add(name)
        arguments: list[Code] = []
        if not self._peek(Token.FUNC, [")"]):
            arguments.append(self._argument())
            while self._peek(Token.SEP):
                self._next()
                arguments.append(self._argument())
        self._close()
        if name not in FUNCTIONS:
            raise UnreadableError(_("the function {name} is not known here").format(name=name))
        function = FUNCTIONS[name]

        def run(c: Cells, r: Sequence[Area]) -> Any:
            try:
                return function(c, r, arguments)
            except (IndexError, TypeError):
                complaint = _("{name} does not take {count} arguments")
                raise UnreadableError(complaint.format(name=name, count=len(arguments))) from None

        return run

    def _argument(self) -> Code:
        """Read an argument, which may be left out."""
        left_out = self._peek(Token.SEP) or self._peek(Token.FUNC, [")"])
        return _constant(None) if left_out else self.comparison()

    def _close(self) -> None:
        token = self._next()
        if token.value != ")":
            raise UnreadableError(_("{token} was not expected").format(token=shown(token.value)))

    def _next(self) -> Token:
        if self.at >= len(self.tokens):
            raise UnreadableError(_("the formula ends too early"))
        self.at += 1
        return self.tokens[self.at - 1]


def _constant(value: Any) -> Code:
    return lambda c, r: value


def _failing(text: str) -> Code:
    def run(c: Cells, r: Sequence[Area]) -> Any:
        raise FormulaError(text)

    return run


def _applied(first: Code, others: Sequence[tuple[Operation, Code]]) -> Code:
    """Return what operations do one after the other: a sum of a thousand cells is not a thousand calls deep."""

    def run(c: Cells, r: Sequence[Area]) -> Any:
        found = c.array(first(c, r))
        for function, operand in others:
            found = elementwise(partial(_operated, function), found, c.array(operand(c, r)))
        return found

    return run


def _operated(function: Operation, a: Any, b: Any) -> Any:
    if function is OPERATORS["&"][1]:
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
