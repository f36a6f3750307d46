"""Modules written from declarations: every methodology of the rule books declares the same when it is written out."""

from dataclasses import fields, replace

import numpy as np
import pytest
from land_use import NUMBERS, land_use  # noqa: F401
from written_modules import declared_again

from jcm_calc import Methodology, methodology
from jcm_calc.authoring.module_source import module_source, number
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_calc.rulebooks import modules, versions

# What a version has besides parameters, facts, equations, criteria and indicators, which are compared one by one.
AS_A_WHOLE = (
    *(
        "number",
        "version",
        "title",
        "country",
        "sectoral_scope",
        "indices",
        "optional",
        "terms",
        "identity",
        "approved",
    ),
    *(
        "until",
        "other_versions",
        "note",
        "inputs",
        "coordinates",
        "choices",
        "limits",
        "completeness",
        "waivers",
        "passages",
    ),
)
UNWRITTEN = "criterion_"


def shown(item):
    """Return everything of a statement but its function, which is compared by what it gives."""
    return {one.name: getattr(item, one.name) for one in fields(item) if one.name not in ("function", "recorded")}


def same(before, after):
    for name in AS_A_WHOLE:
        assert getattr(after, name) == getattr(before, name), name
    assert after.title.unofficial == before.title.unofficial
    assert list(after.inputs) == list(before.inputs)
    added = [name for name in after.facts if name not in before.facts]
    assert all(name.startswith(UNWRITTEN) for name in added)
    assert {name: fact for name, fact in after.facts.items() if name not in added} == before.facts
    draws = np.random.default_rng(11)
    for one, other in zip([*before.rules, *before.indicators], [*after.rules, *after.indicators], strict=True):
        assert shown(other) == shown(one)
        operands = draws.uniform(0.5, 2.0, (len(one.arguments), 20))
        np.testing.assert_array_equal(other.function(*operands), one.function(*operands))
    for one, other in zip(before.conditions, after.conditions, strict=True):
        written = other.arguments[0].startswith(UNWRITTEN)
        assert shown(replace(other, arguments=one.arguments) if written else other) == shown(one)
    assert list(map(str, after.derivations)) == list(map(str, before.derivations))


@pytest.mark.parametrize("number", list(modules()))
def test_a_methodology_declares_the_same_when_it_is_written_out(number):
    for m in versions(number).values():
        same(m, declared_again(m))


@pytest.mark.parametrize("number", NUMBERS)
def test_strata_terms_and_tables_of_the_examples_are_written(number, land_use):  # noqa: F811
    m = methodology(number)
    same(m, declared_again(m))


def test_lines_end_before_the_margin():
    lines = [line for number in modules() for line in module_source(methodology(number)).splitlines()]
    assert [line for line in lines if len(line) > 120 and " " in line.strip().rstrip(",")] == []


def test_what_cannot_be_written_is_marked():
    text = module_source(methodology("ID_AM003"))
    assert text.count("FILL IN") == 2  # criterion 1 looks at words, too
    assert "# FILL IN: the condition, which looks at COP_PJ, application\nm.attested(\n    3," in text


def odd():
    """Return a methodology of everything that is written in an odd way."""
    quoted = primary(Source('The "text"', place="page 7"), "a \\ and 'quotes'\nin two lines")
    m = Methodology(
        *("XX_AM001",), version="1.0", title='Say """no"""', country="XX", sectoral_scope=3, indices={"p": "period"}
    )
    m.choice("way", {"one way": "1", "other": "2"}, text="which", evidence=quoted)
    m.default("SF_p", "", index="", name="SF_p", value=0.1 + 0.2, text="IPCC's", evidence=quoted)
    m.default("m_p", "", by="b", values={"[0, 1234567.25)": 1 / 3}, bounds="[0, 1]", text="t", evidence=quoted)
    m.fixed("b", "", text="x" * 150 + " y", evidence=unconfirmed("w " * 90))
    for option in ("one way", "other"):

        def m_p(SF_p):
            return np.where((SF_p > 1) == (SF_p >= 2), -(SF_p ** (1 / 3)), (-SF_p) ** -3)

        m.equation("ρ_p", "", name="ρ", when={"way": option}, text="t", evidence=quoted)(m_p)
    return m


def test_quotes_long_words_odd_names_and_numbers_are_kept():
    same(odd(), declared_again(odd()))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.30000000000000004"), (44 / 28, "44 / 28"), (4.0, "4"), (-1e7, "-1e7"), (1.5e-7, "1.5e-07")],
)
def test_numbers_are_written_without_loss(value, text):
    assert number(value) == text
    assert eval(text) == value
