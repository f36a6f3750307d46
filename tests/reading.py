"""Read typeset equations back: LaTeX and MathML become signs in a row, and one reader computes them.

What a superscript is attached to is only the sign before it, as the eye reads it, so that brackets
that are missing give another number.
"""

import re
from xml.etree import ElementTree

import numpy as np

FUNCTIONS = {"min": np.minimum, "max": np.maximum, "exp": np.exp, "ln": np.log}
COMPARISONS = {">": np.greater, "<": np.less, "≥": np.greater_equal, "≤": np.less_equal, "≠": np.not_equal}


class Reader:
    """Compute signs in a row; a sign is an operator, a value, a function's name, or a pair (kind, value)."""

    def __init__(self, signs):
        self.signs = list(signs)

    def compute(self):
        value = self.logic()
        assert not self.signs, f"left over: {self.signs}"
        return value

    def take(self, *expected):
        if self.signs and isinstance(self.signs[0], str) and self.signs[0] in expected:
            return self.signs.pop(0)
        return None

    def logic(self):
        value = self.comparison()
        while sign := self.take("∧", "∨"):
            other = self.comparison()
            value = np.logical_and(value, other) if sign == "∧" else np.logical_or(value, other)
        return value

    def comparison(self):
        value = self.sum()
        if sign := self.take(*COMPARISONS):
            return COMPARISONS[sign](value, self.sum())
        return value

    def sum(self):
        value = self.product()
        while sign := self.take("+", "−"):
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self):
        value = self.factor()
        while self.take("×", "·"):
            value = value * self.factor()
        return value

    def factor(self):
        if self.take("−"):
            return -self.factor()
        value = self.atom()
        while self.signs and isinstance(self.signs[0], tuple) and self.signs[0][0] == "raised":
            value = value ** self.signs.pop(0)[1]
        return value

    def atom(self):
        if name := self.take(*FUNCTIONS):
            assert self.take("(")
            arguments = [self.logic()]
            while self.take(","):
                arguments.append(self.logic())
            assert self.take(")")
            return FUNCTIONS[name](*arguments)
        if self.take("("):
            value = self.logic()
            assert self.take(")")
            return value
        sign = self.signs.pop(0)
        assert not isinstance(sign, str | tuple), sign
        return sign


# LaTeX

WORDS = {
    **{r"\times": "×", r"\cdot": "·", "-": "−", r"\ge": "≥", r"\le": "≤", r"\ne": "≠", r"\land": "∧", r"\lor": "∨"},
    **{r"\left(": "(", r"\right)": ")", r"\min": "min", r"\max": "max", r"\exp": "exp", r"\ln": "ln"},
}
LATEX = re.compile(r"\s*(\\left\(|\\right\)|\\begin\{cases\}|\\end\{cases\}|\\text\{[^}]*\}|\\\\|\\\w+|[\d.]+|\S)")


def of_latex(text, operands):
    """Compute what an expression in LaTeX says."""
    return Reader(_latex(LATEX.findall(text), operands, None)).compute()


def _latex(tokens, operands, end):
    found = []
    while tokens:
        token = tokens.pop(0)
        if token == end:
            return found
        if token == "{":
            found += _latex(tokens, operands, "}")
        elif token == r"\frac":
            above, below = (_group(tokens, operands) for _ in range(2))
            found.append(above / below)
        elif token == r"\sqrt":
            found.append(np.sqrt(_group(tokens, operands)))
        elif token == "^":
            found.append(("raised", _group(tokens, operands)))
        elif token == r"\begin{cases}":
            found.append(_cases(tokens, operands))
        elif token in operands:
            found.append(operands[token])
        elif token[0].isdigit():
            found.append(np.float64(token))
        else:
            found.append(WORDS.get(token, token))
    assert end is None
    return found


def _group(tokens, operands):
    assert tokens.pop(0) == "{"
    return Reader(_latex(tokens, operands, "}")).compute()


def _cases(tokens, operands):
    yes, condition = (Reader(_latex(tokens, operands, sign)).compute() for sign in ("&", r"\\") if _no_if(tokens))
    no = Reader(_latex(tokens, operands, "&")).compute()
    assert tokens[:2] == [r"\text{otherwise}", r"\end{cases}"]
    del tokens[:2]
    return np.where(condition, yes, no)


def _no_if(tokens):
    if tokens[0] == r"\text{if }":
        tokens.pop(0)
    return True


# MathML


def of_mathml(text, operands):
    """Compute what an expression in MathML says."""
    return Reader(_signs(ElementTree.fromstring(f"<mrow>{text}</mrow>"), operands)).compute()


def _signs(element, operands):
    children = list(element)
    if element.tag in ("mrow", "mtd") and len(children) > 1 and children[1].tag == "mtable":
        (yes, (_, *condition)), (no, _) = children[1]
        chosen = ElementTree.Element("mrow")
        chosen.extend(condition)
        return [np.where(_value(chosen, operands), _value(yes, operands), _value(no, operands))]
    if element.tag in ("mrow", "mtd"):
        return [sign for child in children for sign in _signs(child, operands)]
    if element.tag == "mfrac":
        above, below = (_value(child, operands) for child in children)
        return [above / below]
    if element.tag == "msqrt":
        return [np.sqrt(_value_of(children, operands))]
    if element.tag == "msup":
        return [*_signs(children[0], operands), ("raised", _value(children[1], operands))]
    if element.tag == "mn":
        return [np.float64(element.text)]
    if element.text in operands:
        return [operands[element.text]]
    return [] if element.text == "\u2061" else [element.text]


def _value(element, operands):
    return Reader(_signs(element, operands)).compute()


def _value_of(children, operands):
    whole = ElementTree.Element("mrow")
    whole.extend(children)
    return _value(whole, operands)
