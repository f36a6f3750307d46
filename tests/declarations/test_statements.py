"""The one list of what a methodology states: nothing that has evidence is left out of it."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import pytest

from jcm_calc.declarations.statements import Stated, declared
from jcm_calc.evidence import Evidence
from jcm_calc.rulebooks import every

# What is not a statement of the document itself: rules of the scheme, and that lists are complete.
APART = ("scheme", "completeness", "without_evidence", "_graphs", "treatments")


def evidence_in(value):
    """Every piece of evidence in an object, wherever it is."""
    if isinstance(value, Evidence):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from evidence_in(one)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from evidence_in(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from evidence_in(getattr(value, one.name))


@pytest.mark.parametrize("m", list(every()), ids=str)
def test_every_piece_of_evidence_belongs_to_a_statement(m):
    held = {name: value for name, value in vars(m).items() if name not in APART}
    found = {one.evidence for one in declared(m) if one.evidence}
    found |= {known.evidence for derivation in m.derivations for known in derivation.values.values()}
    assert found == set(evidence_in(held))


def test_each_kind_is_listed_and_in_the_order_of_the_module(complete_methodology):
    found = {kind: [one.name for one in declared(complete_methodology, kind)] for kind in Stated}
    assert all(found.values()), found
    assert found[Stated.EQUATION] == ["RE_p", "PE_p", "ER_p"]
    assert found[Stated.PARAMETER] == ["EC_PJ,i,p", "EF", "n", "LK_p"]
    values = [(one.case, one.key, one.value) for one in declared(complete_methodology, Stated.VALUE, Stated.CANDIDATE)]
    assert values == [("", "", 0.5), ("draft", "", 0.6)]


@pytest.fixture
def complete_methodology():
    """A methodology that declares one thing of each kind, or more."""
    from datetime import date

    from jcm_calc import Methodology
    from jcm_calc.declarations import Value, Version
    from jcm_calc.evidence import unconfirmed

    known = unconfirmed("an example")
    m = Methodology(
        "XX_AM001",
        version="2.0",
        title="Example",
        country="XX",
        sectoral_scope=3,
        indices={"i": "machine", "p": "monitoring period"},
        identity={"version": known},
        terms={"LK": "deduction"},
        versions=[Version("1.0", date(2015, 1, 1), "the first", known)],
    )
    m.choice("way", {"A": "one", "B": "other"}, text="how", evidence=known)
    m.monitored("EC_PJ,i,p", "MWh", extensive=True, text="electricity", evidence=known)
    m.default("EF", "tCO2/MWh", value=0.5, candidates={"draft": 0.6}, text="factor", evidence=known)
    m.constant("n", 1000, "kg/t", text="kilograms")
    m.attested(1, "ok", "it is so", evidence=known)
    m.define("machine", "what turns", evidence=known)
    m.waive("zero activity", "it has losses", of="RE", evidence=known)
    m.derivation("EF", lambda a: a, values={"a": Value(0.5, known)}, unit="tCO2/MWh", text="from a")
    m.at_most("EC_PJ", "rated power × hours", evidence=known)
    m.indicator("s", "", plausible="[0, 1]", text="share", evidence=known, name="s")(lambda EF: EF)

    def equation(symbol, function, name):
        m.equation(symbol, "tCO2", text=name, evidence=known, name=name, total="i" if name != "ER" else "")(function)

    equation("RE_p", lambda EC_PJ, EF: EC_PJ * EF, "RE")
    equation("PE_p", lambda EC_PJ, EF, n: EC_PJ * EF / n, "PE")
    m.monitored("LK_p", "tCO2", extensive=True, text="leakage")
    equation("ER_p", lambda RE, PE, LK: RE - PE - LK, "ER")
    return m
