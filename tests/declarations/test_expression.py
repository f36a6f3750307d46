"""An equation that is printed says what the function does."""

import math
import operator
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jcm_calc.declarations.expression import Expression, ExpressionError, record
from jcm_calc.declarations.expression.excel import formula

OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow}
FUNCTIONS = {"exp": np.exp, "sqrt": np.sqrt, "minimum": np.minimum, "maximum": np.maximum, "where": np.where}


def as_python(text):
    """Map the printed signs back to Python's."""
    for printed, sign in (("×", "*"), ("÷", "/"), ("−", "-"), ("^", "**"), ("≥", ">="), ("≤", "<="), ("≠", "!=")):
        text = text.replace(printed, sign)
    return re.sub(r"(?<![\w.])(\d[\d.]*(e[+-]?\d+)?)", r"number(\1)", text)  # in floats, as an equation computes


# Text


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b, c: a + b + c, "a + b + c"),
        (lambda a, b, c: a + (b + c), "a + (b + c)"),
        (lambda a, b, c: a - b - c, "a − b − c"),
        (lambda a, b, c: a - (b - c), "a − (b − c)"),
        (lambda a, b, c: a - (b + c), "a − (b + c)"),
        (lambda a, b, c: (a - b) * c, "(a − b) × c"),
        (lambda a, b, c: a - b * c, "a − b × c"),
        (lambda a, b, c: a / b / c, "a ÷ b ÷ c"),
        (lambda a, b, c: a / (b * c), "a ÷ (b × c)"),
        (lambda a, b, c: a / b * c, "a ÷ b × c"),
        (lambda a, b, c: a * (b / c), "a × (b ÷ c)"),
        (lambda a, b: -(a**b), "-a^b"),
        (lambda a, b: (-a) ** b, "(-a)^b"),
        (lambda a, b: a**-b, "a^(-b)"),
        (lambda a, b: -(a + b), "-(a + b)"),
        (lambda a, b: a - -b, "a − -b"),
        (lambda a, b, c: (a**b) ** c, "(a^b)^c"),
        (lambda a, b, c: a ** (b**c), "a^(b^c)"),
        (lambda a: 1 - 2.5 * a, "1 − 2.5 × a"),
        (lambda a: a ** (-2), "a^(-2)"),
        (lambda a, b: np.where(a >= b, np.exp(-a), 0), "where(a ≥ b, exp(-a), 0)"),
        (lambda a, b: np.where(a != b, a, b), "where(a ≠ b, a, b)"),
        (lambda a, b: np.minimum(a, 1) * np.maximum(b, a + 1), "minimum(a, 1) × maximum(b, a + 1)"),
        (lambda a: np.clip(a, 0, 1), "clip(a, 0, 1)"),
        (lambda: 0, "0"),
        (lambda a: a, "a"),
    ],
)
def test_text_has_the_brackets_it_needs_and_no_others(function, text):
    assert str(record(function)) == text


def test_symbols_of_the_document_take_the_place_of_argument_names():
    symbols = {"a": "EC_PJ,i,p", "b": "EF_elec"}
    assert str(record(lambda a, b: a * b, symbols)) == "EC_PJ,i,p × EF_elec"


def test_reflected_operands_keep_their_order():
    assert str(record(lambda a: (2 / a) ** (3 - a))) == "(2 ÷ a)^(3 − a)"


# Refusals


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a if a > b else b,
        lambda a, b: (a > 0) and b,
        lambda a, b: min(a, b),
        lambda a, b: max(a, b),
        lambda a: not a,
        lambda a: a if a else 0,
        lambda a, b: a in (1, b),
    ],
    ids=["if", "and", "min", "max", "not", "truth", "in"],
)
def test_python_branches_are_refused(function):
    with pytest.raises(ExpressionError, match=r"np\.where"):
        record(function)


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (lambda a: np.add(a, 1, dtype=float), "keywords"),
        (lambda a: np.where(a > 0, x=1, y=2), "positional|np.where"),
        (lambda a: np.clip(a, a_min=0, a_max=1), "positional"),
        (lambda a: np.add.reduce(a), "only plainly"),
        (lambda a: np.sum(a), "total="),
        (lambda a: np.mean(a), "total="),
    ],
)
def test_calls_that_cannot_be_written_down_are_refused(function, word):
    with pytest.raises(TypeError, match=word):
        record(function)


@pytest.mark.parametrize("constant", [[1, 2], (1, 2), "1", np.array([1.0, 2.0]), None, 1j])
def test_constants_other_than_numbers_are_refused(constant):
    with pytest.raises((ExpressionError, TypeError), match=r"must not hold|unsupported"):
        record(lambda a: a * constant)
    with pytest.raises(ExpressionError, match="declare a parameter"):
        record(lambda: constant)


def test_mathematical_functions_of_python_are_refused():
    with pytest.raises(TypeError):
        record(lambda a: math.exp(a))


# The printed equation computes the same number

SYMBOLS = ("a", "b", "c")
leaves = st.sampled_from(SYMBOLS) | st.integers(-9, 9) | st.sampled_from([0.5, 2.25, -1.5, 1e-7, 4e21])
trees = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(st.sampled_from(list(OPERATIONS)), inner, inner)
        | st.tuples(st.just("negative"), inner)
        | st.tuples(st.sampled_from(["minimum", "maximum"]), inner, inner)
        | st.tuples(st.just("where"), inner, inner, inner)
    ),
    max_leaves=8,
)


def build(tree, operands, number=np.float64):
    """Apply a tree to operands: numbers, or recorded ones."""
    if isinstance(tree, str):
        return operands[tree]
    if not isinstance(tree, tuple):
        return number(tree)
    name, *arguments = tree
    values = [build(argument, operands, number) for argument in arguments]
    if name in OPERATIONS:
        return OPERATIONS[name](*values)
    if name == "negative":
        return -values[0]
    return np.where(values[0] > values[1], *values[1:]) if name == "where" else FUNCTIONS[name](*values)


@given(trees, st.tuples(*[st.sampled_from([-2.5, -1.0, 0.25, 1.0, 1.75, 3.0])] * 3))
def test_printed_text_evaluates_to_what_the_function_gives(tree, numbers):
    symbols = {name: Expression("symbol", (name,)) for name in SYMBOLS}
    text = str(build(tree, symbols, lambda number: Expression("number", (number,))))
    operands = {name: np.float64(number) for name, number in zip(SYMBOLS, numbers, strict=True)}
    with np.errstate(all="ignore"):
        expected = build(tree, operands)
        assume(np.isfinite(expected))
        found = eval(as_python(text), {"__builtins__": {}, "number": np.float64}, {**FUNCTIONS, **operands})
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


# Spreadsheet


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b: -(a**2), "-(a^2)"),  # -a^2 would be the square of -a
        (lambda a, b: (-a) ** 2, "(-a)^2"),
        (lambda a, b: a**-b, "a^(-b)"),
        (lambda a, b: a - -b, "a-(-b)"),
        (lambda a, b: 2 * -a, "2*(-a)"),
        (lambda a, b: -(a + b), "-(a+b)"),
        (lambda a, b: np.exp(-a * b), "EXP((-a)*b)"),
        (lambda a, b: np.where(np.logical_and(a >= b, a != 0), 1, 0), "IF(AND(a>=b,a<>0),1,0)"),
        (lambda a, b: np.clip(a, 0, np.sqrt(b)), "MIN(MAX(a,0),SQRT(b))"),
    ],
)
def test_formula_of_a_spreadsheet(function, text):
    assert formula(record(function)) == text


def test_a_function_that_no_spreadsheet_has_is_refused():
    with pytest.raises(ExpressionError, match=r"np\.arctan2 has no counterpart"):
        formula(record(lambda a, b: np.arctan2(a, b)))
