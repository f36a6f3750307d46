"""Equations of a word processor (OMML): written on one line in the signs of the library, then read like any other.

What is not certain is not read: two names without a sign between them, an index where a power may be meant, cases,
integrals. It has a form on the line that the reader of equations refuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.declarations.expression import Expression, ExpressionError
from jcm_calc.declarations.expression.parsing import parsed

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
LONGEST = 1_000  # characters
SIGNS = str.maketrans("·⋅∙*⸱/∕-–∑[]{}", "×××××÷÷−−Σ()()")
FUNCTIONS = {
    **{"max": "maximum", "min": "minimum", "exp": "exp", "ln": "log", "log10": "log10", "log_10": "log10"},
    **{"MAX": "maximum", "MIN": "minimum", "abs": "absolute", "sqrt": "sqrt"},
}
IGNORED = ("Pr", "}bookmarkStart", "}bookmarkEnd", "}proofErr")
PAIRS = ("()", "[]", "{}")
# A symbol with its indices, a word, a number, or a sign.
PART = re.compile(r"[^\W\d_][^\W_]*(?:_[^\W_]+(?:,[^\W_]+)*)?|\d+(?:\.\d+)?|\S")
OF_ONE_PART = re.compile(r"[^\W_]*(?:_[\w,]+)?|\([^()]*\)")
# The rules that make a line of parts one that can be read, in this order.
RULES = tuple((re.compile(pattern), by) for pattern, by in (
    (r"\s+", " "),
    (r"(?<=\() | (?=[),])", ""),
    (rf"(?<!\S)(\(*)({'|'.join(FUNCTIONS)}) (?=\()", lambda match: match[1] + FUNCTIONS[match[2]]),
    (r"(?:(?<=[(^])|(?<=[,=+×÷−] ))− ", "-"),  # a minus of one operand
    # a product without a sign; of two words it is not clear: EF elec may be one name, f (x) a function
    (r"(\)|(?<![\w.,])\d[\d.]*) (?=\(|[^\W\d])", r"\1 × "),
    (r"(?<![^\s(])([^\W\dΣ]\w*_[\w,-]*\w) (?=\(|[^\W\d]\w*_)", r"\1 × "),
))  # fmt: skip
POWER_OR_NAME = re.compile(r"(?<![\w,])[^\W\d_]\w*\^[^\W\d_]+(?![\w(])")


@dataclass(frozen=True, slots=True)
class TypesetEquation:
    """An equation of a document: ``symbol = expression`` where it was read, and else why it was not."""

    symbol: str = ""
    expression: Expression | None = None  # a sum over an index is sum(i, …)
    text: str = ""  # what the document writes, on one line
    unread: str = ""
    page: int | None = None
    picture: bytes = b""  # that part of the page as PNG; empty in a DOCX


def equation(nodes: Sequence[Any]) -> TypesetEquation | None:
    """Return what an equation says, None where it has no equals sign; the parts of one broken over lines are one."""
    text = on_one_line(nodes)
    left, sign, right = text.partition("#")[0].rstrip(" .,;").partition(" = ")
    if not sign:
        return None
    if len(text) > LONGEST:
        unread = _("it is longer than {count:,} characters").format(count=LONGEST)
    elif "=" in right:
        unread = _("it has several equals signs")
    elif found := re.search("[<>≤≥]", right):
        unread = _("the sign {sign} is not read").format(sign=found[0])
    elif found := POWER_OR_NAME.search(right):
        unread = _("{part} may be a power or a name").format(part=found[0])
    else:
        try:
            if parsed(left).operation == "symbol":
                return TypesetEquation(left, parsed(right, sums=True), text)
            unread = _("its left side is not a symbol")
        except ExpressionError as error:
            unread = error.args[0]
    return TypesetEquation(text=text[:LONGEST], unread=unread)


def on_one_line(nodes: Sequence[Any]) -> str:
    """Return one or more equations as a line; one that is longer than any equation has its letters alone."""
    letters = "".join(map(_letters, nodes))
    if len(letters) > LONGEST:
        return letters
    text = " ".join(map(_line, nodes))
    for pattern, by in RULES:
        text = pattern.sub(by, text)
    return text.strip()


def _line(node: Any) -> str:
    """Return the parts of a node with blanks between them; letters that are split over runs are one name."""
    parts, letters = [], ""
    for one in node.iterchildren("{*}*"):
        if one.tag == f"{MATH}r":
            letters += _letters(one)
        elif not one.tag.endswith(IGNORED):
            parts += [*PART.findall(letters.translate(SIGNS)), _structure(one, one.tag.removeprefix(MATH))]
            letters = ""
    return " ".join([*parts, *PART.findall(letters.translate(SIGNS))])


def _structure(node: Any, tag: str) -> str:
    """Return a fraction, an index or another structure; of one that is not known its name and its parts."""

    def part(name: str) -> str:
        return " ".join(map(_line, node.findall(f"{MATH}{name}")))

    def of_it(name: str, usual: str) -> str:
        found = node.find(f"{MATH}{tag}Pr/{MATH}{name}")
        return usual if found is None else str(found.get(f"{MATH}val", ""))

    whole = [_line(one) for one in node.findall(f"{MATH}e")]
    inner, several, above = " ".join(whole), ", ".join(whole), part("sup")
    below = re.sub(r"[\s_]", "", "".join(map(_letters, node.findall(f"{MATH}sub"))))
    index = f"_{below}" if below else ""
    if tag == "f" and of_it("type", "bar") != "noBar":
        return f"({_within(part('num'))} ÷ {_within(part('den'))})"
    if tag in ("sSub", "sSup", "sSubSup"):
        return (inner if index else _within(inner)) + index + (f"^{_within(above)}" if above else "")
    if tag == "rad":
        return f"({inner})^(1 ÷ {_within(part('deg'))})" if part("deg") else f"sqrt({inner})"
    if tag == "d":
        begin, end = of_it("begChr", "("), of_it("endChr", ")")
        if begin == end == "|":
            return f"absolute({several})"
        return f"({several})" if begin + end in PAIRS else f"{begin} {several} {end}"
    if tag == "nary":
        limit = "" if re.fullmatch(r"[^\W\d_]?", above) else f"^{_within(above)}"  # up to n is over all
        sign = of_it("chr", "∫").translate(SIGNS)
        return f"{sign}{index.removesuffix('=1')}{limit} " + (f"({inner})" if inner else "")
    if tag == "func":
        bracketed = node.find(f"{MATH}e/{MATH}d") is not None and len(node.find(f"{MATH}e")) == 1
        return f"{part('fName')} {inner if bracketed else f'({inner})'}"
    if tag in ("box", "borderBox") or (tag == "eqArr" and len(whole) == 1):
        return inner
    parts = [one for one in node.iterchildren(f"{MATH}*") if not one.tag.endswith(IGNORED)]
    return f"{tag}({', '.join(map(_line, parts))})"


def _letters(node: Any) -> str:
    return "".join(one.text or "" for one in node.iter(f"{MATH}t"))


def _within(text: str) -> str:
    """Return what is part of a structure, in brackets unless it is one part."""
    return text if OF_ONE_PART.fullmatch(text) else f"({text})"
