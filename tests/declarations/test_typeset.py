"""An equation that is typeset says what the function does."""

import re

import numpy as np
import pytest
from declarations.test_expression import SYMBOLS, build, trees
from hypothesis import assume, given
from hypothesis import strategies as st
from reading import of_latex, of_mathml

import jcm_calc
from jcm_calc.declarations.expression import Expression, latex, mathml, record

numbers = st.tuples(*[st.sampled_from([-2.5, -1.0, 0.25, 1.0, 1.75, 3.0])] * 3)


@pytest.mark.parametrize(("form", "read"), [(latex, of_latex), (mathml, of_mathml)], ids=["LaTeX", "MathML"])
@given(tree=trees, chosen=numbers)
def test_a_typeset_expression_evaluates_to_what_the_function_gives(form, read, tree, chosen):
    symbols = {name: Expression("symbol", (form.symbol(name),)) for name in SYMBOLS}
    text = form.written(build(tree, symbols, lambda number: Expression("number", (number,))))
    operands = {name: np.float64(number) for name, number in zip(SYMBOLS, chosen, strict=True)}
    with np.errstate(all="ignore"):
        expected = build(tree, operands)
        assume(np.isfinite(expected))
        found = read(text, operands)
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize(("form", "read"), [(latex, of_latex), (mathml, of_mathml)], ids=["LaTeX", "MathML"])
@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_every_equation_evaluates_to_what_its_function_gives(form, read, number):
    rng = np.random.default_rng(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for rule in jcm_calc.methodology(number).rules:
        names = dict(zip(rule.arguments, letters, strict=False))
        text = form.written(rule.expression({name: form.symbol(letter) for name, letter in names.items()}))
        for _ in range(5):
            drawn = {name: np.float64(rng.uniform(0.1, 3)) for name in rule.arguments}
            found = read(text, {names[name]: value for name, value in drawn.items()})
            with np.errstate(invalid="ignore"):
                expected = rule.function(*drawn.values())
            np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a, b, c: a * b / c, r"\frac{a \times b}{c}"),
        (lambda a, b, c: (a + b) / (b - c), r"\frac{a + b}{b - c}"),
        (lambda a, b, c: a * (b / c), r"a \times \frac{b}{c}"),
        (lambda a, b, c: (a / b) ** c, r"\left(\frac{a}{b}\right)^{c}"),
        (lambda a, b, c: a ** (b - c), "a^{b - c}"),
        (lambda a, b, c: a - (b + c), r"a - \left(b + c\right)"),
        (lambda a, b, c: np.sqrt(np.absolute(a)), r"\sqrt{\left\lvert a \right\rvert}"),
        (lambda a, b, c: a * 1e-7, r"a \times \left(1 \cdot 10^{-7}\right)"),
        (lambda a, b, c: 4e21**a, r"\left(4 \cdot 10^{21}\right)^{a}"),
        # what is chosen stands in brackets beside anything else
        (
            lambda a, b, c: np.where(np.logical_and(a > b, b > c), a, 0) + 1,
            r"\left(\begin{cases} a & \text{if } a > b \land b > c \\ 0 & \text{otherwise} \end{cases}\right) + 1",
        ),
        (
            lambda a, b, c: np.where(np.logical_and(np.logical_or(a > b, b > c), a > c), a, b),
            r"\begin{cases} a & \text{if } \left(a > b \lor b > c\right) \land a > c \\"
            r" b & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex_has_the_brackets_it_needs_and_no_others(function, text):
    assert latex.written(record(function)) == text


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        ("EC_PJ,i,p", r"\mathit{EC}_{\text{PJ},i,p}"),
        ("T_cooling-out,i", r"T_{\text{cooling-out},i}"),
        ("η_RE", r"\eta_{\text{RE}}"),
        ("Δ", r"\Delta"),
        ("x_i", "x_{i}"),
        ("fuel,k", r"\mathit{fuel}_{k}"),
        ("GJ_per_MWh", r"\text{GJ\_per\_MWh}"),
        (r"a\b{c}%", r"\text{a\textbackslash{}b\{c\}\%}"),
    ],
)
def test_a_symbol_has_subscripts_and_no_signs_that_mean_anything_to_latex(symbol, text):
    assert latex.symbol(symbol) == text


def test_a_total_is_a_sum_whose_summand_is_in_brackets_where_it_is_a_sum_itself():
    m = jcm_calc.methodology("MN_AM002")
    assert m["RE"].latex == r"\mathit{RE}_{p} = \sum_{i} \mathit{RE}_{i,p}"
    assert re.fullmatch(r".* = \\sum_\{i\} \\left\(.* \+ .*\\right\)", m["PE"].latex)
    assert "<munder><mo>∑</mo><mrow><mi>i</mi></mrow></munder>" in mathml.equation("", record(lambda a: a), "i")


def test_mathml_escapes_every_symbol_and_name():
    hostile = "<script>alert('&')</script>_\"x"
    for text in (mathml.symbol(hostile), mathml.equation(mathml.symbol(hostile), record(lambda a: a), "<")):
        assert "<script" not in text
        assert "&lt;" in text
