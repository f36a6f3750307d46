"""Formulas as trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import shown
from jcm_calc.reports.workbook.opening import ERRORS
from jcm_calc.reports.workbook.references import areas, form
from jcm_calc.verification.spreadsheet.values import UnreadableError

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
BINDING = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2, **dict.fromkeys(COMPARISONS, 1)}
LITERALS: dict[str, Callable[[str], Any]] = {
    "number": float,
    "text": lambda text: text[1:-1].replace('""', '"'),
    "error": str,
}
LEAVES = ("number", "text", "truth", "error", "blank", "reference", "area", "moving", "array")
# Excel takes 8,192 characters; names that are written out make a formula longer.
LONGEST = 20_000
NESTED = _("it is nested too deeply")
# A name is whatever the other tokens are not: a reference, a truth value, a cell of another file.
TOKEN = re.compile(
    r"""(?P<space>\s++)|(?P<text>"(?:[^"]|"")*+")|(?P<sign><>|<=|>=|[-+*/^&=<>%(){},;])"""
    rf"""|(?P<error>{"|".join(map(re.escape, ERRORS))})"""
    r"""|(?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?:[Ee][+-]?\d++)?(?![\w.:!$]))"""
    r"""|(?P<name>(?:'(?:[^']|'')*+'|\[[^\]]*+\]|[^\s"'\[<>=+*/^&%(){},;-])++)(?P<call>\()?"""
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A formula, or a part of one.

    Attributes
    ----------
    operation : str
        The sign of an operator (``"negate"`` and ``"%"`` of one operand), the name of a function in capitals, or
        what a leaf is: ``"number"``, ``"text"``, ``"truth"``, ``"error"``, ``"blank"`` (an argument left out),
        ``"area"`` (cells), ``"moving"`` (the first cells of a column whose formulas move with their row),
        ``"reference"`` (the number of cells that `form` counts) or ``"array"`` (a constant one).
    arguments : tuple
        Trees; of a leaf its value, of an array its rows of trees.
    """

    operation: str
    arguments: tuple[Any, ...] = ()

    @property
    def leaf(self) -> bool:
        """Whether it has no parts."""
        return self.operation in LEAVES

    @property
    def value(self) -> Any:
        """The value of a leaf."""
        return self.arguments[0]

    def walk(self) -> Iterator[Tree]:
        """Yield the tree and every part of it."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            if one.operation == "array":
                waiting += [cell for row in one.arguments for cell in row]
            elif not one.leaf:
                waiting += reversed(one.arguments)


def tree(formula: str, sheet: str) -> Tree:
    """Return a formula on a sheet as a tree, with cells instead of addresses.

    Raises
    ------
    UnreadableError
        If it is not a formula, or is longer or nested deeper than it may be.

    Examples
    --------
    >>> found = tree("IF(A1>2,B1,-3%)", "S")
    >>> found.operation, [part.operation for part in found.arguments]
    ('IF', ['>', 'area', 'negate'])
    """
    found = areas(formula, sheet)
    try:
        return _placed(parsed(form(formula)), found)
    except RecursionError:
        raise UnreadableError(NESTED) from None


def _placed(of: Tree, found: Sequence[Any]) -> Tree:
    if of.operation == "reference":
        return Tree("area", (found[of.value],))
    if of.leaf:
        return of
    return Tree(of.operation, tuple(_placed(part, found) for part in of.arguments))


def tokens(formula: str) -> Iterator[re.Match[str]]:
    """Yield each token of a formula, blanks included, as a match whose last group is its kind.

    Raises
    ------
    UnreadableError
        If a quotation mark or a bracket is not closed.

    Examples
    --------
    >>> [(token[0], token.lastgroup) for token in tokens("SUM(A1,-2.5)")]
    [('SUM(', 'call'), ('A1', 'name'), (',', 'sign'), ('-', 'sign'), ('2.5', 'number'), (')', 'sign')]
    """
    at = 0
    while at < len(formula):
        if (found := TOKEN.match(formula, at)) is None:
            raise UnreadableError(_("it is not a formula: {error}").format(error=shown(formula[at:])))
        yield found
        at = found.end()


@lru_cache(maxsize=4096)
def parsed(formula: str) -> Tree:
    """Return a formula in which addresses are replaced by their numbers as a tree."""
    if len(formula) > LONGEST:
        raise UnreadableError(_("it is longer than {count:,} characters").format(count=LONGEST))
    parser = _Parser([token for token in tokens(formula) if token.lastgroup != "space"])
    try:
        found = parser.binary()
    except RecursionError:
        raise UnreadableError(NESTED) from None
    if parser.at < len(parser.tokens):
        raise _unexpected(parser.tokens[parser.at])
    return found


def _unexpected(token: re.Match[str]) -> UnreadableError:
    return UnreadableError(_("{token} was not expected").format(token=shown(token[0])))


class _Parser:
    """Recursive descent over tokens."""

    def __init__(self, tokens: Sequence[re.Match[str]]) -> None:
        self.tokens, self.at = tokens, 0

    def _peek(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] in signs

    def binary(self, least: int = 1) -> Tree:
        left = self.prefixed()
        while self._peek(*(sign for sign, binding in BINDING.items() if binding >= least)):
            sign = self._next()[0]
            left = Tree(sign, (left, self.binary(BINDING[sign] + 1)))
        return left

    def prefixed(self) -> Tree:
        if self._peek("+", "-"):
            sign, operand = self._next()[0], self.prefixed()
            return operand if sign == "+" else Tree("negate", (operand,))
        operand = self.atom()
        while self._peek("%"):
            self._next()
            operand = Tree("%", (operand,))
        return operand

    def atom(self) -> Tree:
        token = self._next()
        if token.lastgroup == "call":
            return self._call(token["name"].upper().removeprefix("_XLFN.").removeprefix("_XLWS."))
        if token[0] == "(":
            inner = self.binary()
            self._close(")")
            return inner
        if token[0] == "{":
            return self._array()
        return self._operand(token)

    def _operand(self, token: re.Match[str]) -> Tree:
        text, kind = token[0], str(token.lastgroup)
        if kind in LITERALS:
            return Tree(kind, (LITERALS[kind](text),))
        if kind == "sign":
            raise _unexpected(token)
        if text in ("TRUE", "FALSE"):
            return Tree("truth", (text == "TRUE",))
        if match := re.fullmatch(r"REF_(\d+)", text):
            return Tree("reference", (int(match[1]),))
        raise UnreadableError(_("{text} is not a reference that can be followed").format(text=shown(text)))

    def _array(self) -> Tree:
        """Read a constant array: {1,2;3,4}."""
        rows: list[list[Tree]] = [[self.prefixed()]]
        while self._peek(",", ";"):
            if self._next()[0] == ";":
                rows.append([])
            rows[-1].append(self.prefixed())
        self._close("}")
        if len({len(row) for row in rows}) > 1 or not all(part.leaf or _signed(part) for row in rows for part in row):
            raise UnreadableError(_("an array must have numbers and texts in rows of one length"))
        return Tree("array", tuple(map(tuple, rows)))

    def _call(self, name: str) -> Tree:
        arguments = [] if self._peek(")") else [self._argument()]
        while arguments and self._peek(",", ";"):
            self._next()
            arguments.append(self._argument())
        self._close(")")
        return Tree(name, tuple(arguments))

    def _argument(self) -> Tree:
        """Read an argument, which may be left out."""
        return Tree("blank", (None,)) if self._peek(",", ";", ")") else self.binary()

    def _close(self, sign: str) -> None:
        token = self._next()
        if token[0] != sign:
            raise _unexpected(token)

    def _next(self) -> re.Match[str]:
        if self.at >= len(self.tokens):
            raise UnreadableError(_("the formula ends too early"))
        self.at += 1
        return self.tokens[self.at - 1]


def _signed(part: Tree) -> bool:
    return part.operation == "negate" and part.value.operation == "number"
