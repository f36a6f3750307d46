"""Equations read from the text that is printed of them: ``RE_i,p = EC_PJ,i,p × COP_PJ,i ÷ COP_RE,i × EF_elec``.

The reverse of `jcm_calc.declarations.expression.text`, of which it takes the signs. Between two operands there are
blanks around the sign, so that ``T_std,cooling-out`` is a symbol, and ``a − b`` a difference.

Examples
--------
>>> print(parsed("(a + b_i,p) ÷ 2 − max-power × -c^0.5"))
(a + b_i,p) ÷ 2 − max-power × -c^0.5
>>> parsed("a ÷ × b")
Traceback (most recent call last):
jcm_calc.declarations.expression.recorded.ExpressionError: got '×' after 'a ÷ '; must be a symbol, a number or a bracket
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.declarations.expression import infix
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.expression.recorded import ELEMENTWISE, Expression, ExpressionError
from jcm_calc.declarations.expression.text import NOTATION

SIGNS = {sign.strip(): name for name, sign in NOTATION.signs.items()}
# What a person can type where a keyboard has no other signs.
TYPED = {"*": "multiply", "/": "divide", ">=": "greater_equal", "<=": "less_equal", "-": "subtract"}
NUMBER = r"\d+(?:\.\d*)?(?:e[+-]?\d+)?"
TOKEN = re.compile(
    rf"(?P<blank>\s+)|(?P<number>{NUMBER}(?![^\s()^,]))|(?P<sign>>=|<=|[+−×÷*/=≠<>≥≤](?=\s)|-(?=\s))"
    r"|(?P<mark>[()^]|,(?=\s)|-)|(?P<symbol>[^\W\d][^\s()^×÷−+=<>]*?(?=[\s()^]|,\s|$))"
)
DEEPEST = 100
SUM = re.compile(r"Σ_([^\W\d_](?:,?[^\W\d_])*)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """An equation in symbols.

    Attributes
    ----------
    symbol : str
        What it gives.
    total : str
        Indices over which its right side is summed.
    expression : Expression
    """

    symbol: str
    total: str
    expression: Expression

    @property
    def operands(self) -> tuple[str, ...]:
        """The symbols of the right side, in the order in which they are written."""
        return tuple(dict.fromkeys(symbols(self.expression)))


def equation(text: str) -> Parsed:
    """Read an equation.

    Raises
    ------
    ExpressionError
        With what was found where something else must be.

    Examples
    --------
    >>> found = equation("RE_p = Σ_i (EC_i,p × EF)")
    >>> found.symbol, found.total, found.operands, str(found.expression)
    ('RE_p', 'i', ('EC_i,p', 'EF'), 'EC_i,p × EF')
    """
    left, sign, right = text.partition(" = ")
    if not sign or not re.fullmatch(r"[^\W\d][^\s()^]*", left.strip()):
        raise ExpressionError(_("got {text}; must be an equation such as PE_p = EC_p × EF").format(text=repr(text)))
    total, expression = "", parsed(right, sums=True)
    if expression.operation == "sum":
        total, expression = expression.arguments[0].arguments[0], expression.arguments[1]
    if right.count("Σ_") > bool(total):
        complaint = _("got {text}; must be a sum of everything, or no sum. Declare the sum as another equation")
        raise ExpressionError(complaint.format(text=repr(text)))
    return Parsed(left.strip(), total, expression)


def parsed(text: str, *, sums: bool = False) -> Expression:
    """Read what an equation computes; see `equation`.

    Where `sums` is true, ``Σ_i`` is the operation ``sum`` of the index and of the product that follows.
    """
    found = _Parser(text, sums)
    expression = found.binary(infix.COMPARISON)
    if found.kind:
        raise found.wrong(_("a sign such as × or the end"))
    return expression


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """Return the same of other symbols."""
    if expression.operation == "number":
        return expression
    if expression.operation == "symbol":
        return Expression("symbol", (names[expression.arguments[0]],))
    return Expression(expression.operation, tuple(renamed(one, names) for one in expression.arguments))


class _Parser:
    """A parser by recursive descent, one function for each way to bind."""

    def __init__(self, text: str, sums: bool) -> None:
        self.text, self.sums, self.end, self.depth = text, sums, 0, 0
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        self.kind, self.token, self.start = "", "", self.end
        while self.end < len(self.text):
            match = TOKEN.match(self.text, self.end)
            if match is None:
                self.start, self.token = self.end, self.text[self.end :].split()[0]
                raise self.wrong(_("a symbol, a number or a sign with a blank on each side"))
            self.start, self.end = match.span()
            if match.lastgroup != "blank":
                self.kind, self.token = str(match.lastgroup), match[0]
                return

    def wrong(self, expected: str) -> ExpressionError:
        """Return an error about the token that was found."""
        found = repr(self.token) if self.token else _("the end")
        complaint = _("got {found} after {before}; must be {expected}")
        return ExpressionError(complaint.format(found=found, before=repr(self.text[: self.start]), expected=expected))

    def binary(self, least: int) -> Expression:
        """Read operands and the signs between them that bind at least as tightly as is asked."""
        left = self.binary(least + 1) if least < infix.PRODUCT else self.unary()
        while self.kind == "sign":
            operation = SIGNS.get(self.token) or TYPED.get(self.token, "")
            if infix.BINDING.get(operation) != least:
                break
            self.advance()
            right = self.binary(least + 1) if least < infix.PRODUCT else self.unary()
            left = Expression(operation, (left, right))
        return left

    def unary(self) -> Expression:
        """Read an operand that may have a minus before it, or a power."""
        if self.token == "-" and self.kind == "mark":
            self.deeper()
            self.advance()
            literal = self.kind == "number"
            operand = self.unary()
            self.depth -= 1
            if literal and operand.operation == "number" and operand.arguments[0]:
                return Expression("number", (-operand.arguments[0],))
            return Expression("negative", (operand,))
        base = self.atom()
        if self.token != "^":
            return base
        self.advance()
        return Expression("power", (base, self.atom()))

    def atom(self) -> Expression:
        """Read a symbol, a number, a function or what is in brackets."""
        kind, token = self.kind, self.token
        if self.sums and (summed := SUM.fullmatch(token)):
            self.deeper()
            self.advance()
            body = self.binary(infix.PRODUCT)
            self.depth -= 1
            return Expression("sum", (Expression("symbol", (summed[1].replace(",", ""),)), body))
        if kind == "number":
            self.advance()
            return Expression("number", (float(token) if re.search(r"[.e]", token) else int(token),))
        if kind == "symbol":
            self.advance()
            follows = self.token == "(" and self.start and not self.text[self.start - 1].isspace()
            return self.function(token) if follows else Expression("symbol", (token,))
        if token == "(":
            return self.listed()[0]
        raise self.wrong(_("a symbol, a number or a bracket"))

    def function(self, name: str) -> Expression:
        """Read the operands of a function of NumPy that works element by element."""
        function = getattr(np, name, None)
        operands = self.listed(several=True)
        while len(operands) > 2 and name in ("maximum", "minimum"):  # of two operands each
            operands[:2] = [Expression(name, tuple(operands[:2]))]
        size = function.nin if isinstance(function, np.ufunc) else 3 if function in ELEMENTWISE else 0
        if len(operands) != size:
            expected = (
                _("{count} operands").format(count=size)
                if size
                else _("a function such as maximum, minimum, where or sqrt")
            )
            complaint = _("got {name} with {count} operands; must be {expected}")
            raise ExpressionError(complaint.format(name=name, count=len(operands), expected=expected))
        return Expression(name, tuple(operands))

    def listed(self, *, several: bool = False) -> list[Expression]:
        """Read the content of brackets."""
        self.deeper()
        self.advance()
        found = [self.binary(infix.COMPARISON)]
        while several and self.token == ",":
            self.advance()
            found.append(self.binary(infix.COMPARISON))
        if self.token != ")":
            raise self.wrong(_("a closing bracket"))
        self.advance()
        self.depth -= 1
        return found

    def deeper(self) -> None:
        """Refuse what is nested deeper than any equation."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(_("has more than {most} brackets in each other").format(most=DEEPEST))
