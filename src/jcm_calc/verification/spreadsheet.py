"""What a formula of a spreadsheet gives, for whatever values its cells are taken to hold.

Formulas are read with openpyxl's tokenizer and become Python functions, one for each form: the
formulas of a column differ in their addresses only, so that a long column is read once.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from jcm_calc.workbook.opening import Book, column_number

Place = tuple[str, int, int]  # sheet, row, column
EPOCH = date(1899, 12, 30)
DEEPEST = 80
REFERENCE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[A-Za-z_][\w.]*))!)?"""
    r"""(?<![\w.$])\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[1-9]\d{0,6})"""
    r"""(?::\$?(?P<last_column>[A-Z]{1,3})\$?(?P<last_row>[1-9]\d{0,6}))?(?![\w(.])"""
)
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
ROUNDING = ("ROUND", "ROUNDDOWN", "ROUNDUP", "INT", "TRUNC", "CEILING", "FLOOR", "MROUND", "EVEN", "ODD", "FIXED")


class FormulaError(Exception):
    """A formula gives an error value, or is none that can be evaluated here."""


class UnreadableError(FormulaError):
    """A formula uses a function or a reference that is not known here, so nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A cell or a rectangle of cells."""

    sheet: str
    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def places(self) -> Iterator[Place]:
        """Every cell, row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield self.sheet, row, column

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self.row == self.last_row and self.column == self.last_column


def areas(formula: str, sheet: str) -> list[Area]:
    """Return the cells that a formula refers to, in the order in which they stand.

    Examples
    --------
    >>> [(area.sheet, area.row, area.column) for area in areas("'My sheet'!B2*$C$3", "here")]
    [('My sheet', 1, 1), ('here', 2, 2)]
    """
    return [_area(match, sheet) for match in REFERENCE.finditer(formula) if match["text"] is None]


def _area(match: re.Match[str], sheet: str) -> Area:
    named = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"] or sheet
    row, column = int(match["row"]) - 1, column_number(match["column"])
    last_row = int(match["last_row"]) - 1 if match["last_row"] else row
    last_column = column_number(match["last_column"]) if match["last_column"] else column
    return Area(named, row, column, last_row, last_column)


def form(formula: str) -> str:
    """Return a formula with its addresses replaced by their numbers.

    Examples
    --------
    >>> form("B2*$C$3")
    'REF_0*REF_1'
    """
    count = iter(range(len(formula)))
    return REFERENCE.sub(lambda match: match[0] if match["text"] is not None else f"REF_{next(count)}", formula)


# Reading


Code = Callable[["Calculator", Sequence[Area]], Any]


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
        raise UnreadableError(f"{formula}: {tokens[parser.at].value!r} was not expected")
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
            self._next()
            return inner
        if token.type == Token.FUNC:
            return self._call(token.value.rstrip("(").upper().removeprefix("_XLFN."))
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
        raise UnreadableError(f"{text!r} is no reference that can be followed")

    def _call(self, name: str) -> Code:
        self.functions.add(name)
        arguments: list[Code] = []
        while not self._peek(Token.FUNC, [")"]):
            if self._peek(Token.SEP):
                self._next()
            elif arguments or not self._peek(Token.SEP):
                arguments.append(self.comparison())
        self._next()
        if name not in FUNCTIONS:
            raise UnreadableError(f"the function {name} is not known here")
        function = FUNCTIONS[name]
        return lambda c, r: function(c, r, arguments)

    def _next(self) -> Token:
        if self.at >= len(self.tokens):
            raise UnreadableError("the formula ends too early")
        self.at += 1
        return self.tokens[self.at - 1]


def _constant(value: Any) -> Code:
    return lambda c, r: value


def _failing(text: str) -> Code:
    def run(c: Calculator, r: Sequence[Area]) -> Any:
        raise FormulaError(text)

    return run


def _applied(function: Callable[[Any, Any], Any], left: Code, right: Code) -> Code:
    joins = function is OPERATORS["&"][1]

    def run(c: Calculator, r: Sequence[Area]) -> Any:
        a, b = c.plain(left(c, r)), c.plain(right(c, r))
        if joins:
            return function(_text(a), _text(b))
        try:
            found = function(number(a), number(b))
        except ZeroDivisionError:
            raise FormulaError("#DIV/0!") from None
        except OverflowError:
            raise FormulaError("#NUM!") from None
        if isinstance(found, complex):
            raise FormulaError("#NUM!")
        return found

    return run


def _compared(compare: Callable[[Any, Any], bool], left: Code, right: Code) -> Code:
    def run(c: Calculator, r: Sequence[Area]) -> Any:
        a, b = c.plain(left(c, r)), c.plain(right(c, r))
        if isinstance(a, str) or isinstance(b, str):
            a, b = _text(a).casefold(), _text(b).casefold()
        else:
            a, b = number(a), number(b)
        return compare(a, b)

    return run


def number(value: Any) -> float:
    """Return a value as arithmetic takes it."""
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return float(value)
    try:
        return float(value)
    except ValueError:
        raise FormulaError("#VALUE!") from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


# Functions


Arguments = Sequence[Code]
Function = Callable[["Calculator", Sequence[Area], Arguments], Any]


def _numbers(c: Calculator, r: Sequence[Area], arguments: Arguments) -> list[float]:
    """Return the numbers among the arguments; in ranges whatever is no number is passed over."""
    found: list[float] = []
    for argument in arguments:
        value = argument(c, r)
        if isinstance(value, Area):
            cells = map(c.value, value.places)
            found += [float(one) for one in cells if isinstance(one, int | float) and not isinstance(one, bool)]
        else:
            found.append(number(value))
    return found


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    return lambda c, r, arguments: function(_numbers(c, r, arguments))


def _plain(function: Callable[..., Any]) -> Function:
    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        try:
            return function(*(number(c.plain(argument(c, r))) for argument in arguments))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise FormulaError("#NUM!") from None

    return run


def _rounding(function: Callable[..., float]) -> Function:
    """Return a function that rounds, or does not where the calculator is told so."""
    plain = _plain(function)

    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        return number(c.plain(arguments[0](c, r))) if c.exact else plain(c, r, arguments)

    return run


def _half_up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _down(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.trunc(value * scale) / scale


def _up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.ceil(abs(value) * scale) / scale, value)


def _if(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    condition = c.plain(arguments[0](c, r))
    if number(condition):
        return c.plain(arguments[1](c, r))
    return c.plain(arguments[2](c, r)) if len(arguments) > 2 else False


def _iferror(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    try:
        return c.plain(arguments[0](c, r))
    except UnreadableError:
        raise
    except FormulaError:
        return c.plain(arguments[1](c, r))


def _is(test: Callable[[Any], bool], of_error: bool = False) -> Function:
    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        try:
            value = c.plain(arguments[0](c, r))
        except UnreadableError:
            raise
        except FormulaError:
            return of_error
        return test(value)

    return run


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _index(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    area = arguments[0](c, r)
    at = [int(number(c.plain(argument(c, r)))) for argument in arguments[1:]]
    if not isinstance(area, Area):
        raise UnreadableError("INDEX of what is no range")
    if len(at) == 1:
        at = [at[0], 1] if area.column == area.last_column else [1, at[0]]
    row, column = area.row + at[0] - 1, area.column + at[1] - 1
    if row > area.last_row or column > area.last_column or min(at) < 1:
        raise FormulaError("#REF!")
    return c.value((area.sheet, row, column))


def _match(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    wanted, area = c.plain(arguments[0](c, r)), arguments[1](c, r)
    if len(arguments) < 3 or number(c.plain(arguments[2](c, r))) != 0:
        raise UnreadableError("MATCH of what is not looked for exactly")
    wanted = wanted.casefold() if isinstance(wanted, str) else wanted
    for position, place in enumerate(area.places, 1):
        value = c.value(place)
        if value is not None and (value.casefold() if isinstance(value, str) else value) == wanted:
            return float(position)
    raise FormulaError("#N/A")


def _look_up(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    area = arguments[1](c, r)
    column = int(number(c.plain(arguments[2](c, r))))
    keys = Area(area.sheet, area.row, area.column, area.last_row, area.column)
    exact = arguments[3] if len(arguments) > 3 else lambda c, r: 1.0
    row = _match(c, r, [arguments[0], lambda c, r: keys, exact])
    return c.value((area.sheet, area.row + int(row) - 1, area.column + column - 1))


def _sum_product(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    found = [argument(c, r) for argument in arguments]
    columns = [
        [number(c.value(place)) if _is_number(c.value(place)) else 0.0 for place in one.places]
        if isinstance(one, Area)
        else [number(one)]
        for one in found
    ]
    return math.fsum(map(math.prod, zip(*columns, strict=True)))


def _counted(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    values = [argument(c, r) for argument in arguments]
    places = [place for value in values if isinstance(value, Area) for place in value.places]
    return float(sum(c.value(place) is not None for place in places))


def _rows(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    area = arguments[0](c, r)
    return float(area.last_row - area.row + 1)


def _date(part: str) -> Function:
    return _plain(lambda serial: float(getattr(EPOCH + timedelta(int(serial)), part)))


def _choose(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    return c.plain(arguments[int(number(c.plain(arguments[0](c, r))))](c, r))


def _not_available(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    raise FormulaError("#N/A")


def _mean(numbers: list[float]) -> float:
    if not numbers:
        raise FormulaError("#DIV/0!")
    return math.fsum(numbers) / len(numbers)


FUNCTIONS: dict[str, Function] = {
    "SUM": _of_numbers(sum),
    "AVERAGE": _of_numbers(_mean),
    "MIN": _of_numbers(lambda numbers: min(numbers, default=0.0)),
    "MAX": _of_numbers(lambda numbers: max(numbers, default=0.0)),
    "PRODUCT": _of_numbers(math.prod),
    "COUNT": _of_numbers(lambda numbers: float(len(numbers))),
    "COUNTA": _counted,
    "ROWS": _rows,
    "SUMPRODUCT": _sum_product,
    "IF": _if,
    "IFERROR": _iferror,
    "AND": _of_numbers(all),
    "OR": _of_numbers(any),
    "NOT": _plain(lambda value: not value),
    "ISNUMBER": _is(_is_number),
    "ISTEXT": _is(lambda value: isinstance(value, str)),
    "ISBLANK": _is(lambda value: value is None),
    "ISERROR": _is(lambda value: False, of_error=True),
    "NA": _not_available,
    "INDEX": _index,
    "MATCH": _match,
    "VLOOKUP": _look_up,
    "CHOOSE": _choose,
    "ABS": _plain(abs),
    "EXP": _plain(math.exp),
    "LN": _plain(math.log),
    "SQRT": _plain(math.sqrt),
    "POWER": _plain(math.pow),
    "SIGN": _plain(lambda value: math.copysign(1.0, value) if value else 0.0),
    "YEAR": _date("year"),
    "MONTH": _date("month"),
    "DAY": _date("day"),
    "ROUND": _rounding(_half_up),
    "ROUNDDOWN": _rounding(_down),
    "ROUNDUP": _rounding(_up),
    "TRUNC": _rounding(_down),
    "INT": _rounding(math.floor),
    "CEILING": _rounding(lambda value, step=1.0: math.ceil(value / step) * step),
    "FLOOR": _rounding(lambda value, step=1.0: math.floor(value / step) * step),
    "MROUND": _rounding(lambda value, step=1.0: _half_up(value / step) * step),
}


# Calculating


class Calculator:
    """The cells of a workbook, some of them taken to hold other values than are stored.

    Parameters
    ----------
    book : Book
    given : mapping
        From a place to the value that it is taken to hold; its formula, if any, is not looked at.
    stored : bool
        Whether of every other cell the stored value is taken, not what its formula gives.
    exact : bool
        Whether functions that round are taken to do nothing.
    """

    def __init__(
        self, book: Book, given: Mapping[Place, Any] | None = None, *, stored: bool = False, exact: bool = False
    ) -> None:
        self.book, self.given, self.stored, self.exact = book, given or {}, stored, exact
        self._known: dict[Place, Any] = {}
        self._running: set[Place] = set()
        self._depth = 0

    def value(self, place: Place) -> Any:
        """Return the value of a cell: a number, a text, a truth value, or None where it is blank.

        Raises
        ------
        FormulaError
            If it holds an error, or its formula gives one.
        """
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
            raise UnreadableError(f"there is no sheet {sheet!r}")
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
            raise UnreadableError("the formulas run through too many cells")
        try:
            return self.plain(read(form(formula)).run(self, areas(formula, sheet)))
        finally:
            self._depth -= 1

    def plain(self, value: Any) -> Any:
        """Return the value of a cell in place of its reference."""
        if not isinstance(value, Area):
            return value
        if not value.single:
            raise UnreadableError("a range stands where one value belongs")
        return self.value((value.sheet, value.row, value.column))


def as_number(value: Any) -> Any:
    """Return a stored value as formulas see it: dates as numbers, nothing as None."""
    if value == "":
        return None
    if isinstance(value, datetime):
        return (value - datetime.combine(EPOCH, datetime.min.time())) / timedelta(days=1)
    if isinstance(value, date):
        return float((value - EPOCH).days)
    if isinstance(value, time):
        return (datetime.combine(EPOCH, value) - datetime.combine(EPOCH, time())) / timedelta(days=1)
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    return value
