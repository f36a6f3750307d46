"""Equations of a word processor (OMML) as expressions.

What is not certain is not read: two names without a sign between them, an index where a power may be meant, cases,
integrals. A sum over an index is the operation ``sum`` of the index and of what follows up to the next plus or minus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from jcm_calc.authoring.official_files.blocks import TypesetEquation
from jcm_calc.base.languages import _
from jcm_calc.declarations.expression import Expression, infix

SPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d_][^\W_]*(?:_[^\W_]+(?:,[^\W_]+)*)?)|(?P<sign>\S))", re.UNICODE
)
SIGNS = {
    **dict.fromkeys("×·⋅∙*⸱", "multiply"),
    **dict.fromkeys("÷/∕", "divide"),
    "+": "add",
    **dict.fromkeys("−-–", "subtract"),
    **{">": "greater", "<": "less", "≥": "greater_equal", "≤": "less_equal"},
}
FUNCTIONS = {
    **{"max": "maximum", "min": "minimum", "exp": "exp", "ln": "log", "log10": "log10", "sqrt": "sqrt"},
    **{"MAX": "maximum", "MIN": "minimum", "abs": "absolute"},
}
PAIRS = {"(": ")", "[": "]", "{": "}"}
SUM, DEFAULT_NARY = ("∑", "Σ"), "∫"
DEEPEST, LONGEST = 60, 4_000


class UnreadMathError(ValueError):
    """A part of an equation that is not read; it says which."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sign of summation with its indices."""

    letters: str


@dataclass(frozen=True, slots=True)
class Index:
    """A number or name raised above what it follows."""

    exponent: Expression


Token = str | Expression | Sum | Index


def math_text(node: Any) -> str:
    """Return an equation, or a part of one, on one line, as the document writes it."""
    tag = _name(node)
    if tag == "t":
        return node.text or ""
    if tag == "f":
        over, under = _text_of(node, "num"), _text_of(node, "den")
        return "({} ÷ {})".format(*(one if re.fullmatch(r"[\w,.]+", one) else f"({one})" for one in (over, under)))
    if tag in ("sSub", "sSup", "sSubSup"):
        below, above = (_text_of(node, one) for one in ("sub", "sup"))
        return _text_of(node, "e") + _below(below) + (f"^{above}" if above else "")
    if tag == "rad":
        return f"√({_text_of(node, 'e')})"
    if tag == "d":
        begin, end = (_property(node, "dPr", one, usual) for one, usual in (("begChr", "("), ("endChr", ")")))
        return begin + ", ".join(math_text(one) for one in _children(node, "e")) + end
    if tag == "nary":
        limits = _below(_text_of(node, "sub")) + (f"^{above}" if (above := _text_of(node, "sup")) else "")
        return f"{_property(node, 'naryPr', 'chr', DEFAULT_NARY)}{limits} {_text_of(node, 'e')}"
    return "".join(math_text(one) for one in node)


def _below(text: str) -> str:
    text = re.sub(r"\s|_", "", text)
    return f"_{text}" if text else ""


def _text_of(node: Any, part: str) -> str:
    return " ".join("".join(math_text(one) for one in _children(node, part)).split())


def _name(node: Any) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _children(node: Any, name: str) -> list[Any]:
    return [one for one in node if isinstance(one.tag, str) and one.tag == SPACE + name]


def _property(node: Any, of: str, name: str, usual: str) -> str:
    """Return a property such as the sign of an operator; it may be blank, and that says something."""
    for properties in _children(node, of):
        for one in _children(properties, name):
            return str(one.get(f"{SPACE}val", ""))
    return usual


def equation(nodes: Sequence[Any]) -> TypesetEquation | None:
    """Return what an equation says; several parts of one paragraph are one that was broken over lines.

    Returns
    -------
    TypesetEquation or None
        None where it has no equals sign.
    """
    text = " ".join(" ".join(math_text(node) for node in nodes).split())
    if "=" not in text:
        return None
    if len(text) > LONGEST:
        return TypesetEquation(
            text=text[:LONGEST], unread=_("it is longer than {count:,} characters").format(count=LONGEST)
        )
    try:
        tokens = [token for node in nodes for token in _tokens(node, 0)]
        symbol, expression = _equation(tokens)
    except UnreadMathError as error:
        return TypesetEquation(text=text, unread=error.args[0])
    except RecursionError:
        return TypesetEquation(text=text, unread=_("it is nested too deeply"))
    return TypesetEquation(symbol, expression, text)


def _equation(tokens: list[Token]) -> tuple[str, Expression]:
    while tokens and _is(tokens[-1], ".,;"):
        tokens.pop()
    if sum(_is(token, "=") for token in tokens) != 1:
        raise UnreadMathError(_("it has several equals signs"))
    left, *_sign = tokens[:2]
    if not isinstance(left, Expression) or left.operation != "symbol" or not _is(tokens[1], "="):
        raise UnreadMathError(_("its left side is not a symbol"))
    return left.arguments[0], _parsed(tokens[2:])


def _is(token: Token, signs: Iterable[str]) -> bool:
    """Whether a part is one of some signs; expressions are not compared, which would make another expression."""
    return isinstance(token, str) and token in signs


def _parsed(tokens: Iterable[Token]) -> Expression:
    """Return the expression of parts, which must be one to the end."""
    parser = _Parser(list(tokens))
    found = parser.binary(infix.SUM)
    if parser.tokens:
        raise UnreadMathError(_("{part} was not expected").format(part=parser.shown()))
    return found


def _tokens(node: Any, depth: int) -> Iterator[Token]:
    """Yield the parts of an equation; letters that are split over runs are one name."""
    if depth > DEEPEST:
        raise UnreadMathError(_("it is nested too deeply"))
    letters = ""
    for one in node:
        tag = _name(one)
        if tag == "r":
            letters += "".join(part.text or "" for part in _children(one, "t"))
            continue
        if tag.endswith("Pr") or tag not in READ:
            if tag and not tag.endswith("Pr") and tag not in IGNORED:
                raise UnreadMathError(_("it has a part that is not read: {part}").format(part=tag))
            continue
        yield from _words(letters)
        letters = ""
        yield from READ[tag](one, depth + 1)
    yield from _words(letters)


def _words(text: str) -> Iterator[Token]:
    for match in TOKEN.finditer(text.strip()):
        if match["number"]:
            value = match["number"]
            yield Expression("number", (float(value) if "." in value else int(value),))
        elif match["name"]:
            yield match["name"] if match["name"] in FUNCTIONS else Expression("symbol", (match["name"],))
        else:
            yield match["sign"]


def _whole(node: Any, part: str, depth: int) -> Expression:
    """Return a part that is an expression by itself, such as what is above a line."""
    return _parsed(token for one in _children(node, part) for token in _tokens(one, depth))


def _fraction(node: Any, depth: int) -> Iterator[Token]:
    if _property(node, "fPr", "type", "bar") == "noBar":
        raise UnreadMathError(_("two lines above each other are not a fraction"))
    yield Expression("divide", (_whole(node, "num", depth), _whole(node, "den", depth)))


def _symbol(node: Any, depth: int) -> Iterator[Token]:
    """Read a name with an index below it; only a name has one."""
    base, below = _text_of(node, "e"), _text_of(node, "sub")
    if base in SUM:
        yield Sum(_letters(below))
        return
    if not re.fullmatch(r"[^\W\d_]+\d*", base) or not re.fullmatch(r"[\w,\s.-]+", below):
        raise UnreadMathError(_("{part} is not a symbol").format(part=f"{base}{_below(below)}"))
    yield Expression("symbol", (base + _below(below),))
    yield from _power(node, depth)


def _raised(node: Any, depth: int) -> Iterator[Token]:
    yield from (token for one in _children(node, "e") for token in _tokens(one, depth))
    yield from _power(node, depth)


def _power(node: Any, depth: int) -> Iterator[Token]:
    if not _children(node, "sup") or not _text_of(node, "sup"):
        return
    exponent = _whole(node, "sup", depth)
    named = re.fullmatch(r"\w+", _text_of(node, "e"))
    if exponent.operation == "symbol" and named and "_" not in exponent.arguments[0]:
        raise UnreadMathError(_("{part} may be a power or a name").format(part=math_text(node)))
    yield Index(exponent)


def _root(node: Any, depth: int) -> Iterator[Token]:
    radicand = _whole(node, "e", depth)
    if not _text_of(node, "deg"):
        yield Expression("sqrt", (radicand,))
    else:
        inverse = Expression("divide", (Expression("number", (1,)), _whole(node, "deg", depth)))
        yield Expression("power", (radicand, inverse))


def _brackets(node: Any, depth: int) -> Iterator[Token]:
    begin, end = (_property(node, "dPr", one, usual) for one, usual in (("begChr", "("), ("endChr", ")")))
    if begin == end == "|":
        yield Expression("absolute", (_whole(node, "e", depth),))
        return
    if PAIRS.get(begin) != end:
        raise UnreadMathError(_("brackets {begin} {end} are not read").format(begin=begin, end=end))
    yield "("
    for number, one in enumerate(_children(node, "e")):
        yield from [","] if number else []
        yield from _tokens(one, depth)
    yield ")"


def _letters(text: str) -> str:
    letters = re.sub(r"\s", "", text).partition("=")[0]
    if not re.fullmatch(r"[^\W\d_](?:,[^\W\d_])*", letters):
        raise UnreadMathError(_("it sums over {index}, which is not an index").format(index=repr(text)))
    return letters.replace(",", "")


def _nary(node: Any, depth: int) -> Iterator[Token]:
    sign = _property(node, "naryPr", "chr", DEFAULT_NARY)
    if sign not in SUM:
        raise UnreadMathError(_("the sign {sign} is not read").format(sign=sign))
    yield Sum(_letters(_text_of(node, "sub")))
    if _text_of(node, "e"):  # some programs put the first factor there, others all of it, others nothing
        yield from ("(", *_inner(node, depth), ")")


def _function(node: Any, depth: int) -> Iterator[Token]:
    name = _text_of(node, "fName")
    if name not in FUNCTIONS:
        raise UnreadMathError(_("the function {name} is not read").format(name=name))
    yield name
    yield from (token for one in _children(node, "e") for token in _tokens(one, depth))


def _inner(node: Any, depth: int) -> Iterator[Token]:
    for one in _children(node, "e"):
        yield from _tokens(one, depth)


def _numbered(node: Any, depth: int) -> Iterator[Token]:
    """Read an array of one row: an equation with its number behind ``#``."""
    rows = _children(node, "e")
    if len(rows) != 1:
        raise UnreadMathError(_("several lines of cases are not read"))
    tokens = list(_tokens(rows[0], depth))
    yield from takewhile(lambda token: not _is(token, "#"), tokens)


READ: dict[str, Callable[[Any, int], Iterator[Token]]] = {
    **{"f": _fraction, "sSub": _symbol, "sSubSup": _symbol, "sSup": _raised, "rad": _root, "d": _brackets},
    **{"nary": _nary, "func": _function, "box": _inner, "borderBox": _inner, "eqArr": _numbered},
    "e": _tokens,
}
IGNORED = ("bookmarkStart", "bookmarkEnd", "proofErr")


class _Parser:
    """A parser by recursive descent over the parts of an equation."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    def comes(self, signs: Iterable[str]) -> bool:
        """Whether one of some signs is next."""
        return bool(self.tokens) and _is(self.tokens[0], signs)

    def shown(self) -> str:
        """Return the next part, for a message."""
        return str(self.tokens[0]) if self.tokens else str(_("the end"))

    def sign(self) -> str:
        """Return which operation comes next; an operand right after an operand is multiplied."""
        if not self.tokens:
            return ""
        token = self.tokens[0]
        return SIGNS.get(token, "multiply" if token in PAIRS else "") if isinstance(token, str) else "multiply"

    def binary(self, least: int) -> Expression:
        left = self.binary(infix.PRODUCT) if least < infix.PRODUCT else self.unary()
        while infix.BINDING.get(sign := self.sign()) == least:
            if self.comes(SIGNS):
                self.tokens.pop(0)
            else:
                self.refuse_names(left)
            right = self.binary(infix.PRODUCT) if least < infix.PRODUCT else self.unary()
            left = Expression(sign, (left, right))
        return left

    def refuse_names(self, left: Expression) -> None:
        """Refuse words and numbers: EF elec may be one name, f (x) a function, 1 000 one number."""
        after = self.tokens[0]
        if isinstance(after, Expression) and after.operation == "number":
            raise UnreadMathError(_("there is no sign before {number}").format(number=after))
        plain = [one for one in (left, after) if isinstance(one, Expression) and one.operation == "symbol"]
        words = [one for one in plain if "_" not in one.arguments[0]]
        if words and (len(plain) == 2 or self.comes(PAIRS)):
            raise UnreadMathError(_("there is no sign between {one} and {other}").format(one=left, other=self.shown()))

    def unary(self) -> Expression:
        if self.comes("−-–"):
            self.tokens.pop(0)
            return Expression("negative", (self.unary(),))
        base = self.atom()
        while self.comes("^") or (self.tokens and isinstance(self.tokens[0], Index)):
            token = self.tokens.pop(0)
            base = Expression("power", (base, token.exponent if isinstance(token, Index) else self.atom()))
        return base

    def atom(self) -> Expression:
        if not self.tokens:
            raise UnreadMathError(_("it ends too early"))
        token = self.tokens.pop(0)
        if isinstance(token, Expression):
            return token
        if isinstance(token, Sum):
            return Expression("sum", (Expression("symbol", (token.letters,)), self.binary(infix.PRODUCT)))
        if isinstance(token, str) and token in PAIRS:
            return self.listed(PAIRS[token])[0]
        if isinstance(token, str) and token in FUNCTIONS and self.comes("("):
            self.tokens.pop(0)
            return self.called(token)
        raise UnreadMathError(_("{part} was not expected").format(part=token))

    def listed(self, end: str, *, several: bool = False) -> list[Expression]:
        found = [self.binary(infix.SUM)]
        while several and self.comes(",;"):
            self.tokens.pop(0)
            found.append(self.binary(infix.SUM))
        if not self.comes(end):
            raise UnreadMathError(_("{part} was not expected").format(part=self.shown()))
        self.tokens.pop(0)
        return found

    def called(self, name: str) -> Expression:
        operands = self.listed(")", several=True)
        two = FUNCTIONS[name] in ("maximum", "minimum")
        if len(operands) < 2 if two else len(operands) != 1:
            raise UnreadMathError(_("the function {name} has another number of operands").format(name=name))
        found = operands[0] if two else Expression(FUNCTIONS[name], (operands[0],))
        for one in operands[1:]:
            found = Expression(FUNCTIONS[name], (found, one))
        return found
