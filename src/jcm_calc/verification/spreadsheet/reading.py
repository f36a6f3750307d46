"""Formulas read with openpyxl's tokenizer: each becomes a Python function."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from jcm_calc.languages import _
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

OPERATORS: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
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


@dataclass(frozen=True)
class Read:
    """A formula that was read: what it does, and which functions and numbers stand in it."""

    run: Code
    functions: frozenset[str]
    numbers: tuple[float, ...]


@lru_cache(maxsize=4096)
def read(formula: str) -> Read:
    """Read a formula in which addresses are replaced by their numbers."""
    tokens = [token for token in Tokenizer(f"={formula}").items if token.type != Token.WSPACE]
    parser = _Parser(tokens)
    run = parser.comparison()
    if parser.at < len(tokens):
        complaint = _("{formula}: {token!r} was not expected")
        raise UnreadableError(complaint.format(formula=formula, token=tokens[parser.at].value))
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
        left = self.prefixed()
        while self._peek(Token.OP_IN, [sign for sign, (binding, _) in OPERATORS.items() if binding >= least]):
            binding, function = OPERATORS[self._next().value]
            left = _applied(function, left, self.binary(binding + 1))
        return left

    def prefixed(self) -> Code:
        if self._peek(Token.OP_PRE):
            sign, operand = self._next().value, self.prefixed()
            return operand if sign == "+" else _applied(operator.mul, lambda c, r: -1.0, operand)
        operand = self.atom()
        while self._peek(Token.OP_POST):
            self._next()
            operand = _applied(operator.truediv, operand, lambda c, r: 100.0)
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
        raise UnreadableError(_("{text!r} is no reference that can be followed").format(text=text))

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
            raise UnreadableError(_("{token!r} was not expected").format(token=token.value))

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


def _applied(function: Callable[[Any, Any], Any], left: Code, right: Code) -> Code:
    joins = function is OPERATORS["&"][1]

    def of_two(a: Any, b: Any) -> Any:
        if joins:
            return function(text_of(a), text_of(b))
        try:
            found = function(number(a), number(b))
        except ZeroDivisionError:
            raise FormulaError("#DIV/0!") from None
        except OverflowError:
            raise FormulaError("#NUM!") from None
        if isinstance(found, complex):
            raise FormulaError("#NUM!")
        return found

    return lambda c, r: elementwise(of_two, c.array(left(c, r)), c.array(right(c, r)))


def _compared(compare: Callable[[Any, Any], bool], left: Code, right: Code) -> Code:
    def of_two(a: Any, b: Any) -> bool:
        if isinstance(a, str) or isinstance(b, str):
            return compare(text_of(a).casefold(), text_of(b).casefold())
        return compare(number(a), number(b))

    return lambda c, r: elementwise(of_two, c.array(left(c, r)), c.array(right(c, r)))
