"""Methodologies begun without Python: equations as they are printed, read back; a file, and the module made of it."""

import tomllib
import warnings

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from land_use import NUMBERS as MADE_UP
from land_use import land_use  # noqa: F401
from written_modules import declared_again

from jcm_calc import InputError, calculate, methodology
from jcm_calc.authoring.from_file import methodology_of
from jcm_calc.cli import jcm
from jcm_calc.declarations.expression import Expression, ExpressionError
from jcm_calc.declarations.expression.parsing import equation, parsed
from jcm_calc.declarations.items import Kind
from jcm_calc.declarations.rows import SIGN
from jcm_calc.rulebooks import modules

PUMPS = """
number = "XX_AM020"
version = "1.0"
title = "Pumps"
country = "XX"
sectoral_scope = 3
indices = { i = "pump", p = "monitoring period" }
document = "Approved methodology XX_AM020 ver 1.0"

[[parameters]]
symbol = "EC_PJ,i,p"
kind = "monitored"
unit = "MWh"
text = "electricity of pump i"
extensive = true
raises = "RE PE"
page = 4

[[parameters]]
symbol = "size,i"
kind = "class_key"
text = "size of pump i"

[[parameters]]
symbol = "η_RE,i"
kind = "default"
unit = ""
text = "efficiency of the reference pump"
by = "size"
values = { small = 0.5, large = 0.64 }
lowers = "RE"
page = 5

[[parameters]]
symbol = "η_PJ,i"
kind = "fixed"
unit = ""
text = "efficiency of pump i"
raises = "RE"

[[parameters]]
symbol = "EF_elec"
kind = "fixed"
unit = "tCO2/MWh"
text = "emission factor"
raises = "RE PE"

[[equations]]
equation = "RE_i,p = EC_PJ,i,p × η_PJ,i ÷ η_RE,i × EF_elec"
unit = "tCO2"
text = "reference emissions of pump i"
page = 6

[[equations]]
equation = "RE_p = Σ_i RE_i,p"
unit = "tCO2"
text = "reference emissions"

[[equations]]
equation = "PE_p = Σ_i (EC_PJ,i,p × EF_elec)"
unit = "tCO2"
text = "project emissions"

[[equations]]
equation = "ER_p = RE_p − PE_p"
unit = "tCO2"
text = "emission reductions"

[[criteria]]
number = 1
text = "The efficiency is above 0.7"
condition = "η_PJ,i > 0.7"

[[criteria]]
number = 2
text = "The pumps are new"
"""


def tree(expression):
    """Return an expression as tuples, which can be compared."""
    return expression.operation, *(
        one if not isinstance(one, Expression) else tree(one) for one in expression.arguments
    )


def described(m):
    """Return what a file says of a methodology: every parameter with its tables, every equation as it is printed."""
    entries = []
    for item in m.inputs.values():
        entry = {"symbol": item.symbol, "kind": item.kind.name.lower(), "text": item.text, "index": item.indices}
        entry |= {"otherwise": item.otherwise} if item.otherwise else {}
        entry |= {} if item.kind is Kind.CLASS_KEY else {"unit": item.unit}
        entry |= {"name": item.name, "bounds": str(item.bounds), "extensive": item.extensive}
        entry |= {way: " ".join(getattr(item, way)) for way in ("raises", "lowers", "either") if getattr(item, way)}
        keys = m.keys_of(item)
        if item.kind is Kind.DEFAULT:
            entry |= {"by": ", ".join(keys) or item.by}
            entry |= {} if item.value is None else {"value": item.value.value}
            if item.table is not None:
                rows = {str(key): value.value for key, value in item.table.entries.items()}
                entry["values"] = {tuple(key.split(SIGN)): one for key, one in rows.items()} if len(keys) > 1 else rows
        if item.kind is Kind.CONSTANT:
            entry = {"symbol": item.name, "kind": "constant", "unit": item.unit, "text": item.text}
            entry["value"] = item.value.value
        entries.append(entry)
    choices = [{"name": one.name, "options": dict(one.options), "text": one.text} for one in m.choices.values()]
    places = [{"name": one.name, "of": one.of, "what": one.what} for one in m.coordinates.values() if one.what != "row"]
    rules = [
        {"equation": one.written(m.symbols()), "unit": one.unit, "text": one.text, "name": one.name}
        | {"index": one.indices, "when": dict(one.when)}
        for one in m.rules
    ]
    top = {"number": m.number, "version": m.version, "title": m.title, "country": m.country, "terms": dict(m.terms)}
    top |= {"sectoral_scope": m.sectoral_scope, "indices": dict(m.indices), "optional": m.optional}
    top["terms"] = {name: effect.value for name, effect in m.terms.items()}
    return {**top, "parameters": entries, "choices": choices, "coordinates": places, "equations": rules}


def numbers(m):
    """Return the tables and values of a methodology."""
    return {
        item.name: [(str(key), value.value) for key, value in item.table.entries.items()]
        if item.table is not None
        else item.value and item.value.value
        for item in m.inputs.values()
    }


def same(m):
    """Whether the file of a methodology, and the module made of it, have its equations and tables."""
    made = methodology_of(described(m), "described.toml")
    for again in (made, declared_again(made)):
        assert numbers(again) == numbers(m)
        assert list(again.inputs) == list(m.inputs)
        assert again.coordinates == m.coordinates
        assert again.choices.keys() == m.choices.keys()
        for one, other in zip(m.rules, again.rules, strict=True):
            assert (other.name, other.symbol, other.indices, other.total, other.when) == (
                *(one.name, one.symbol, one.indices, one.total, one.when),
            )
            names = {name: name for name in one.arguments}
            assert tree(other.expression(names | {name: name for name in other.arguments})) == tree(
                one.expression(names)
            )


@pytest.mark.parametrize("number", list(modules()))
def test_equations_and_tables_of_every_methodology_are_read_back(number):
    same(methodology(number))


@pytest.mark.parametrize("number", MADE_UP)
def test_those_of_the_examples_are_read_back(number, land_use):  # noqa: F811
    same(methodology(number))


# Expressions that no methodology has

SYMBOLS = st.sampled_from(["a", "η_RE,boiler,h", "T_std,cooling-out", "x_i,p", "e2"]).map(
    lambda name: Expression("symbol", (name,))
)
NUMBERS = st.sampled_from([0, 1, 2.5, -3, 1e-7, 4e21, 0.59]).map(lambda value: Expression("number", (value,)))


def operations(operands):
    def of_two(*names):
        both = st.sampled_from(names), operands, operands
        return st.builds(lambda name, one, other: Expression(name, (one, other)), *both)

    return st.one_of(
        of_two("add", "subtract", "multiply", "divide", "power", "maximum"),
        st.builds(lambda name, one: Expression(name, (one,)), st.sampled_from(["negative", "exp", "sqrt"]), operands),
        st.builds(lambda *three: Expression("where", three), of_two("greater", "equal"), operands, operands),
    )


@settings(max_examples=200, deadline=None)
@given(st.recursive(SYMBOLS | NUMBERS, operations, max_leaves=12))
def test_every_expression_is_read_as_it_was_printed(expression):
    again = parsed(str(expression))
    assert str(again) == str(expression)
    values = {"a": 1.3, "η_RE,boiler,h": 0.7, "T_std,cooling-out": 2.1, "x_i,p": 0.4, "e2": 1.9}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            before = expression.value(values)
        except (OverflowError, ZeroDivisionError, TypeError, ValueError):
            return  # nothing that can be calculated
        np.testing.assert_equal(again.value(values), before)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("RE_p", "must be an equation such as"),
        ("RE_p = ", "got the end"),
        ("RE_p = a b", "got 'b' after 'a '"),
        ("RE_p = (a + b", "a closing bracket"),
        ("RE_p = a × ÷ b", "got '÷' after 'a × '"),
        ("RE_p = a % b", "got '%' after 'a '"),
        ("RE_p = Σ_i a + b", "must be a sum of everything"),
        ("RE_p = Σ_i (a + Σ_j b)", "must be a sum of everything"),
        ("RE_p = Σ_i × a", "got '×' after 'Σ_i '"),
        ("RE_p = max(a, b)", "got max with 2 operands"),
        ("RE_p = where(a, b)", "must be 3 operands"),
        ("RE_p = system(a)", "got system with 1 operands"),
        ("RE_p = " + "(" * 200 + "a" + ")" * 200, "more than 100 brackets"),
        ("RE_p = " + "-" * 200 + "a", "more than 100 brackets"),
    ],
)
def test_what_is_not_an_equation_is_refused_with_its_place(text, complaint):
    with pytest.raises(ExpressionError) as error:
        equation(text)
    assert complaint in str(error.value)


# Files


def test_a_file_becomes_a_module_that_calculates(tmp_path):
    """Two pumps by hand: 100 × 0.8 ÷ 0.5 × 0.9 + 200 × 0.8 ÷ 0.64 × 0.9 = 369 t, less 300 × 0.9 = 270 t."""
    (tmp_path / "pumps.toml").write_text(PUMPS)
    outcome = CliRunner().invoke(
        jcm,
        ["new", "XX_AM020", "--from", str(tmp_path / "pumps.toml"), "--package", "own", "-o", str(tmp_path / "own")],
    )
    assert outcome.exit_code == 0, outcome.output
    module = (tmp_path / "own" / "src" / "own" / "xx_am020.py").read_text()
    assert "def RE_i(EC_PJ, η_PJ, η_RE, EF_elec):\n    return EC_PJ * η_PJ / η_RE * EF_elec\n" in module
    scope = {"__name__": "own.xx_am020", "__file__": "xx_am020.py"}
    exec(module, scope)
    result = calculate(scope["m"], EC_PJ=[[100.0], [200.0]], size=["small", "large"], η_PJ=0.8, EF_elec=0.9, p="2024")
    assert result.RE.magnitude == pytest.approx(369)
    assert result.ER.magnitude == pytest.approx(99)
    case = tomllib.loads((tmp_path / "own" / "src" / "own" / "cases" / "xx_am020.toml").read_text())
    assert list(case["inputs"]) == ["EC_PJ", "size", "η_PJ", "EF_elec"]
    assert [str(one.evidence.grade) for one in scope["m"].rules] == ["primary", *["unconfirmed"] * 3]


def test_everything_that_is_wrong_in_a_file_is_said_at_once():
    bad = (
        PUMPS.replace('kind = "class_key"', 'kind = "klass"')
        .replace("÷ η_RE,i", "÷ η_REF,i")
        .replace("η_PJ,i > 0.7", "η_PJ,i >> 0.7")
        .replace("extensive = true", "extensiv = true")
        + '\n[[equation]]\nunit = "t"\n'
    )
    with pytest.raises(InputError) as error:
        methodology_of(tomllib.loads(bad), "pumps.toml")
    told = str(error.value)
    parts = [
        "pumps.toml, equation: unknown; did you mean equations?",
        "[[parameters]] no. 1, extensiv: unknown; did you mean extensive?",
        "[[parameters]] no. 2, kind: got 'klass'; must be one of monitored,",
        "[[equations]] no. 1: η_REF,i is not declared",
        "[[criteria]] no. 1: got '>>'",
    ]
    assert [part for part in parts if part not in told] == []
    assert len(error.value.problems) == len(parts)  # what follows from a fault is not said, too


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1.0"', "version = 1.0", "version: got 1.0; must be a text in quotes"),
        ('title = "Pumps"', "", "title: missing"),
        ("sectoral_scope = 3", 'sectoral_scope = "3"', "sectoral_scope: got '3'; must be a whole number"),
        ('i = "pump"', "i = 1", "indices, i: got 1; must be a text in quotes"),
        ('document = "Approved methodology XX_AM020 ver 1.0"', "", "[[parameters]] no. 1: a page needs the title"),
        ('unit = "MWh"', "", "[[parameters]] no. 1: missing: unit"),
        ('kind = "class_key"', 'kind = "class_key"\nunit = "m"', "no. 2: unit: a class key has none"),
        ('kind = "class_key"', 'kind = "constant"', "no. 2: missing: value, unit"),
        ("page = 4", 'page = "?"', "[[parameters]] no. 1, page: got '?'; must be a page"),
        ("small = 0.5", 'small = "x"', "[[parameters]] no. 3: "),
        ("[[criteria]]\nnumber = 2", "[[criteria]]", "[[criteria]] no. 2, number: missing"),
    ],
)
def test_one_wrong_key_is_said_with_its_place(old, new, said):
    text = PUMPS.replace(old, new, 1)
    assert text != PUMPS
    with pytest.raises(InputError) as error:
        methodology_of(tomllib.loads(text), "pumps.toml")
    assert said in str(error.value)
