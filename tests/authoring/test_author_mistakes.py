"""Each mistake of an author is refused when it is declared, or found by `jcm check`, in words that say what to do."""

# ruff: noqa: F821 (NOTHING is not defined anywhere: that is a mistake, too)

import math
import re

import numpy as np
import pytest
from authoring.test_conformance import example
from click.testing import CliRunner

from jcm_calc import Methodology, UnconfirmedError, calculate
from jcm_calc.authoring.conformance import conform
from jcm_calc.cli import jcm
from jcm_calc.declarations import DeclarationError, Value
from jcm_calc.evidence import Confirmation, Evidence, Grade, Source, primary, secondary, unconfirmed

READ = primary(Source("the document"), "page 7")
SAID = unconfirmed("an example")


def rice(**changed):
    declared = {"version": "1.0", "title": "Rice", "country": "XX", "sectoral_scope": 15,
                "indices": {"i": "field", "s": "stratum", "p": "season"}, "identity": {"version": SAID}}  # fmt: skip
    m = Methodology("XX_AM004", **(declared | changed))
    m.monitored("A_i,s,p", "ha", extensive=True, text="area", evidence=SAID)
    m.default("EF_c", "t/ha", value=0.1, text="factor", evidence=SAID)
    return m


# What is refused when it is declared: the mistake, and what is said of it.
DECLARED = {
    "keyword": (
        lambda m: m.monitored("x", "t", extensiv=True, text=""),
        "x: there is no extensiv=; did you mean extensive",
    ),
    "keyword of a default": (lambda m: m.default("x", "t", valeu=1, text="", evidence=SAID), "did you mean value"),
    "keyword of an equation": (
        lambda m: m.equation("x", "t", txt="", evidence=SAID),
        r"x: there is no txt=; did you mean text\?; equation takes symbol, unit",
    ),
    "keyword of a criterion": (lambda m: m.criterion(1, "", evidense=SAID), "did you mean evidence"),
    "unit forgotten": (
        lambda m: m.monitored("x_p", text=""),
        "x_p: missing a required argument: 'unit'; monitored takes symbol, unit",
    ),
    "no text": (lambda m: m.monitored("x", "t"), "x: text= is missing"),
    "evidence in words": (lambda m: m.default("x", "t", text="", evidence="IPCC 2019"), r"got 'IPCC 2019'"),
    "evidence of a value": (
        lambda m: m.default("x", "t", value=Value(1.0, "IPCC"), text="", evidence=SAID),
        "evidence must be primary",
    ),
    "evidence of a class": (
        lambda m: m.default("x", "t", by="k", values={"a": Value(1.0, "IPCC")}, text="", evidence=SAID),
        "got 'IPCC'",
    ),
    "evidence of a candidate": (
        lambda m: m.default("x", "t", candidates={"a": Value(1.0, None)}, text="", evidence=SAID),
        "got None",
    ),
    "evidence of an equation": (lambda m: m.equation("x", "t", text="", evidence="p. 3"), "got 'p. 3'"),
    "evidence of a criterion": (lambda m: m.criterion(1, "", evidence="p. 3"), "got 'p. 3'"),
    "evidence of a statement": (lambda m: m.attested(1, "x", "", evidence="p. 3"), "got 'p. 3'"),
    "evidence of a choice": (lambda m: m.choice("x", {}, text="", evidence="p. 3"), "got 'p. 3'"),
    "evidence of a limit": (lambda m: m.at_most("A", "hours", evidence="p. 3"), "got 'p. 3'"),
    "evidence of a parameter": (lambda m: m.fixed("x", "t", text="", evidence="p. 3"), "got 'p. 3'"),
    "direction on nothing": (lambda m: m.fixed("x", "t", raises="PX", text=""), r"x: raises='PX' must name RE and PE"),
    "direction on ER": (lambda m: m.fixed("x", "t", lowers="ER", text=""), r"lowers='ER' must name RE and PE"),
    "direction on leakage": (lambda m: m.fixed("x", "t", either="RE LK", text=""), r"either='LK' must name"),
    "value out of bounds": (
        lambda m: m.default("x", "", value=5.5, bounds="[0, 1]", text="", evidence=SAID),
        r"x: 5\.5 must lie within \[0, 1\]",
    ),
    "value without a sign": (
        lambda m: m.default("x", "", value=-1, text="", evidence=SAID),
        r"-1 must lie within \[0, inf\)",
    ),
    "value of a class out of bounds": (
        lambda m: m.default("x", "", by="k", values={"a": 2}, bounds="(0, 1]", text="", evidence=SAID),
        r"2 \(a\) must lie",
    ),
    "candidate out of bounds": (
        lambda m: m.default("x", "", candidates={"draft": {"a": 2}}, bounds="(0, 1]", text="", evidence=SAID),
        r"2 \(draft, a\) must lie",
    ),
    "not a number": (lambda m: m.default("x", "", value=math.nan, text="", evidence=SAID), "nan must lie within"),
    "two criteria": (
        lambda m: [m.criterion(1, text, evidence=SAID)(lambda A: A > 0) for text in "ab"],
        "criterion 1 is declared twice",
    ),
    "two statements": (
        lambda m: [m.attested("1", symbol, "", evidence=SAID) for symbol in "ab"],
        "criterion 1 is declared twice",
    ),
    "symbol with an index": (
        lambda m: [m.default(one, "", value=0.5, text="", evidence=SAID) for one in ("SF", "SF_p")],
        r"'SF' is declared twice: the symbol SF_p is read as SF with the index p: name= and index= say otherwise",
    ),
    "total over its own index": (
        lambda m: m.equation("PE_s", "t", name="PE", total="s", text="", evidence=SAID)(lambda A: A),
        r"cannot be a total over s.*the symbol PE_s is read as PE with the index s",
    ),
    "math": (
        lambda m: m.equation("x", "", name="x", text="", evidence=SAID)(lambda A: math.exp(A)),
        r"use np\.exp.* \(test_author_mistakes\.py line \d+\)",
    ),
    "not an argument": (
        lambda m: m.equation("x", "", name="x", text="", evidence=SAID)(lambda A: A * NOTHING),
        r"name 'NOTHING' is not defined: name it among the arguments of the function \(test_author_mistakes\.py line",
    ),
    "branch": (
        lambda m: m.equation("x", "", name="x", text="", evidence=SAID)(lambda A: A if A > 1 else 0),
        "must not branch",
    ),
    "foreign function": (
        lambda m: m.equation("x", "", name="x", text="", evidence=SAID)(lambda A: np.frompyfunc(abs, 1, 1)(A)),
        r"must not call abs.*\(…\), which is not a function of NumPy",
    ),
    "earlier revision": (lambda m: m.revised("0.5", unchanged=SAID, identity={"version": SAID}), "must be a later one"),
    "same revision": (lambda m: m.revised("1.0", unchanged=SAID, identity={"version": SAID}), "must be a later one"),
}


@pytest.mark.parametrize("mistake", DECLARED)
def test_a_mistake_that_is_refused_when_it_is_declared(mistake):
    declare, told = DECLARED[mistake]
    with pytest.raises(DeclarationError, match=told):
        declare(rice())


# Declarations whose symbol has trailing indices: what each error says of it.
WITH_INDICES = {
    "keyword": lambda m, symbol: m.monitored(symbol, "t", extensiv=True, text=""),
    "no text": lambda m, symbol: m.fixed(symbol, "t"),
    "no unit": lambda m, symbol: m.fixed(symbol, text=""),
    "evidence": lambda m, symbol: m.default(symbol, "t", text="", evidence="p. 3"),
    "bounds": lambda m, symbol: m.default(symbol, "", value=5.5, bounds="[0, 1]", text="", evidence=SAID),
    "direction": lambda m, symbol: m.class_key(symbol, text="", raises="XX"),
    "value of a constant": lambda m, symbol: m.constant(symbol, 0.9, "", text=""),
    "twice": lambda m, symbol: [m.fact(symbol, text=""), m.fact(symbol, text="")],
    "total": lambda m, symbol: m.equation(symbol, "t", name="x", total="q", text="", evidence=SAID)(lambda A: A),
    "branch": lambda m, symbol: m.equation(symbol, "t", name="x", text="", evidence=SAID)(lambda A: A if A else 0),
    "attested": lambda m, symbol: m.attested(1, symbol, "", evidence="p. 3"),
    "indicator": lambda m, symbol: m.indicator(symbol, "", plausible="[0, 1]", text="", evidence=3)(lambda A: A),
}


@pytest.mark.parametrize("mistake", WITH_INDICES)
@pytest.mark.parametrize(
    ("symbol", "told"),
    [
        ("SF_p", "the symbol SF_p is read as SF with the index p"),
        ("Q_x,i,s", "the symbol Q_x,i,s is read as Q_x with the indices i, s"),
        ("K_c", ""),
    ],
)
def test_every_error_says_how_the_symbol_was_read_and_in_which_line(mistake, symbol, told):
    with pytest.raises(DeclarationError) as caught:
        WITH_INDICES[mistake](rice(), symbol)
    text = str(caught.value)
    assert told in text or mistake == "total"
    assert (" is read as " in text) == bool(told) or mistake in ("twice", "total")
    assert re.search(r"\(test_author_mistakes\.py line \d+\)$", text)


MODULE = """
from jcm_calc import Methodology
from jcm_calc.evidence import Source, primary, unconfirmed

recalled = unconfirmed("an example")
m = Methodology("XX_AM002", version="1.0", title="Example", country="XX", sectoral_scope=3,
                indices={"p": "monitoring period"}, identity={"version": recalled})
"""
# Statements of a module, each of which is wrong in its own way, and what is said of it.
STATEMENTS = {
    "m.monitored('a_p', 'MWh', extensiv=True, text='', evidence=recalled)": "there is no extensiv=; did you mean",
    "m.default('b', '', value=5.5, bounds='[0, 1]', text='', evidence=recalled)": "5.5 must lie within [0, 1]",
    "m.fixed('c', 'MWh', text='', evidence=primary('made up'))": "the source of evidence must be Source(",
    "m.fixed('d', 'MWh', text='', evidence=unconfirmed(''))": "unconfirmed evidence needs a note",
    "m.constant('e', 0.9, '', text='')": "constant e = 0.9 is not true by definition",
    "m.equation('f_p', 't', name='f', text='', evidence=recalled)(lambda x: x if x else 0)": "must not branch",
    "m.equation('g_p', 't', name='g', tex='', evidence=recalled)(lambda x: x)": "did you mean text?",
    "m.default('h', '', by='k', values={'[0, 5)': 1, '[4, 6)': 2}, text='', evidence=recalled)": "overlaps another one",
    "m.default('i', '', by='k', values={'[5, 5)': 1}, text='', evidence=recalled)": "is empty",
    "import nowhere_to_be": "No module named 'nowhere_to_be'",
    "m.coordinate('days', of='q', what='days')": "no index 'q'",
    "m.unknown('x')": "has no attribute 'unknown'",
    "x = 1 / 0": "ZeroDivisionError",
}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, len(STATEMENTS)])
def test_all_errors_of_a_module_are_told_at_once_with_their_lines(count, tmp_path):
    chosen = dict([*STATEMENTS.items()][-count:])
    follows = "m.equation('RE_p', 't', name='RE', text='', evidence=recalled)(lambda x, NOT: x * NOT)\n"
    path = tmp_path / "xx_am002.py"
    path.write_text(MODULE + "\n".join(chosen) + "\n" + follows)
    result = CliRunner().invoke(jcm, ["check", str(path)])
    assert result.exit_code == 2
    first = MODULE.count("\n") + 1
    lines = result.output.splitlines()
    for line, told in enumerate(chosen.values(), first):
        assert any(told in one and f"(xx_am002.py line {line})" in one for one in lines), (told, result.output)
    # what follows from them is left out, what does not is told
    assert len(lines) == count + 1
    assert "'NOT' is used by 'RE' but not declared" in lines[-1]


IDENTITY = {
    "keyword": ({"titel": "Rice"}, r"XX_AM004: there is no titel=; did you mean title\?"),
    "version as a number": ({"version": 1.0}, r"the version 1\.0 must be a text"),
    "version in words": ({"version": "draft"}, "the version 'draft' must be a text"),
    "scope in words": ({"sectoral_scope": "agriculture"}, "sectoral_scope 'agriculture' must be a number"),
    "identity in words": ({"identity": {"version": "page 1"}}, "got 'page 1'"),
}


@pytest.mark.parametrize("mistake", IDENTITY)
def test_a_mistake_in_the_identity(mistake):
    changed, told = IDENTITY[mistake]
    with pytest.raises(DeclarationError, match=told):
        rice(**changed)


UNSUPPORTED = {
    "no note": lambda: unconfirmed(""),
    "blank note": lambda: unconfirmed("  "),
    "primary from a text": lambda: primary("made up"),
    "secondary from a text": lambda: secondary("made up", "page 3"),
    "no title": lambda: primary(Source("")),
    "blank title": lambda: secondary(Source("  ", "https://example.org")),
    "grade by hand": lambda: Evidence(Grade.PRIMARY, "made up"),
    "secondary by hand": lambda: Evidence(Grade.SECONDARY, "made up"),
    "confirmed by hand": lambda: Evidence(Grade.CONFIRMED, "made up", Source("the document")),
    "nothing": lambda: Evidence(Grade.UNCONFIRMED),
}


@pytest.mark.parametrize("way", UNSUPPORTED)
def test_evidence_that_nothing_supports_is_refused(way):
    with pytest.raises((TypeError, ValueError), match=r"needs|must be|comes from an evidence file"):
        UNSUPPORTED[way]()


def test_evidence_that_something_supports():
    read = Confirmation("d", "0" * 64, "page 1", "A. Reader", __import__("datetime").date(2024, 5, 17), "e.toml")
    for one in (
        unconfirmed("recalled"),
        unconfirmed("", source=Source("a draft")),
        primary(Source("the document")),
        Evidence(Grade.CONFIRMED, "", Source("d"), None, read),
    ):
        assert one.confirmed == (one.grade is not Grade.UNCONFIRMED)


# Names that are used and not declared, all at once


def test_everything_that_is_not_declared_is_told_at_once_with_its_line():
    m = rice()
    m.default("SF_p", "", value=0.5, text="scaling factor", evidence=SAID)
    m.fixed("R_j,s,p", "t", text="with an index that is not declared")
    m.default("GWP", "", by="yaer", values={"a": 25.0}, text="", evidence=SAID)
    m.fixed("year", "", text="", comparable="yeer")
    m.equation("RE_i,p", "t", name="RE_i", text="", evidence=SAID)(lambda A, SF_p, EFc: A * SF_p * EFc)
    m.equation("PE_p", "t", name="PE", text="", evidence=SAID)(lambda R, GWP: R * GWP)
    m.criterion(7, "", evidence=SAID)(lambda areaa: areaa > 0)
    with pytest.raises(DeclarationError) as caught:
        m.graph({})
    text = str(caught.value)
    place = r"(test_author_mistakes.py line "
    for told in (
        "'SF_p' is used by 'RE_i' but not declared: the symbol SF_p is read as SF with the index p: use SF, or declare "
        "it with index= and only the letters that are indices " + place,
        "'EFc' is used by 'RE_i' but not declared; did you mean EF_c? " + place,
        "'R' is used by 'PE' but not declared: the symbol R_j,s,p is read as R_j with the indices s, p: j is not among "
        "the indices i, s, p " + place,
        "'areaa' is used by criterion 7 but not declared",
        "'yaer' is used by 'GWP' but not declared; did you mean year?",
        "'year' is comparable to 'yeer', which is not declared; did you mean year?",
    ):
        assert told in text


# What jcm check finds


def literal(function, **changed):
    return example(PE_i=function, **changed)


CHECKED = {
    "literal": ("literals", lambda: literal(lambda EC, EF: EC * EF * 0.89), r"PE_i,p holds 0\.89 \(test_author.*line"),
    "division": ("literals", lambda: literal(lambda EC, EF: EC * EF / 2), "PE_i,p holds 2 "),
    "two": ("literals", lambda: literal(lambda EC, EF: EC * 12 * EF * 44 / 12), "PE_i,p holds 12, 44 "),
    "thousand": ("literals", lambda: literal(lambda EC, EF: EC * EF * 1000), "PE_i,p holds 1000 "),
    "in a comparison": ("literals", lambda: literal(lambda EC, EF: np.where(EC > 5, EC, 0) * EF), "holds 5 "),
    "in a bound": ("literals", lambda: literal(lambda EC, EF: np.minimum(EC, 99.5) * EF), r"holds 99\.5 "),
    "in an exponent's place": ("literals", lambda: literal(lambda EC, EF: EC * EF * 2 ** (EF / EF)), "holds 2 "),
    "beside an exponent": ("literals", lambda: literal(lambda EC, EF: EC * EF * EF ** (0 * EF + 3)), "holds 3 "),
    "from a helper": ("literals", lambda: literal(lambda EC, EF: halved(EC) * EF), r"holds 0\.5 "),
    "negative": ("literals", lambda: literal(lambda EC, EF: EC * EF * (1 - -2 + 1)), "holds 4 "),
    "idle argument": ("nothing unused", lambda: literal(lambda EC, EF, eta: EC * EF), "eta in PE_i,p "),
    "country": ("number and country", lambda: named("XQ_AM001", "XQ"), "'XQ' is not a partner country"),
    "number of another country": ("number and country", lambda: named("ID_AM001", "VN"), "that of the country VN"),
    "number": ("number and country", lambda: named("XXAM1", "XX"), "such as XX_AM001"),
    "gap": (
        "tables without gaps",
        lambda: by_size({"[0, 5)": 0.5, "[10, 20)": 0.6}),
        r"k_i has no value between \[0, 5\) and \[10",
    ),
    "gap at an edge": (
        "tables without gaps",
        lambda: by_size({"[0, 5)": 0.5, "(5, 20)": 0.6}),
        r"between \[0, 5\) and \(5, 20\)",
    ),
    "out of bounds": (
        "tables without gaps",
        lambda: by_size({"[0, 200)": 0.5}),
        r"\[0, 200\) lies outside of the bounds \[0, 100\] of",
    ),
    "criterion": (
        "criteria answered",
        lambda: with_criterion(lambda EC: EC < NOTHING),
        "name 'NOTHING' is not defined",
    ),
}


def halved(x):
    return x * 0.5


def named(number, country):
    m = example()
    m.number, m.country = number, country
    return m


def by_size(values):
    m = example(PE_i=lambda EC, EF, k: EC * EF * k)
    m.fixed("size_i", "MW", bounds="[0, 100]", text="size", evidence=SAID)
    m.default("k_i", "", by="size", values=values, raises="PE", text="factor", evidence=SAID)
    return m


def with_criterion(function):
    m = example()
    m.criterion(1, "Small", evidence=SAID)(function)
    return m


@pytest.mark.parametrize("mistake", CHECKED)
def test_a_mistake_that_check_finds(mistake):
    check, make, told = CHECKED[mistake]
    (found,) = [outcome for outcome in conform(make(), 2) if outcome.check == check]
    assert found.state == "failed"
    assert __import__("re").search(told, str(found.failure)), found.failure


@pytest.mark.parametrize(
    "function",
    [
        lambda EC, EF: EC * EF**2,
        lambda EC, EF: 1 - (1 - EC * EF),
        lambda EC, EF: EC * EF**0.59,
        lambda EC, EF: -1 * EC * EF,
        lambda EC, EF: np.where(EC > 0, EC, 0) * EF,
    ],
)
def test_nought_one_and_exponents_may_be_written_out(function):
    (found,) = [outcome for outcome in conform(literal(function), 1) if outcome.check == "literals"]
    assert found.state == "passed"


# Equations that calculate something else than what is shown of them


class Once:
    """An object that says something else from the third time on."""

    def __init__(self):
        self.times = 0

    def __mul__(self, other):
        self.times += 1
        return other * (1 if self.times <= 12 else 2)


FACTOR = [1]
SEEN_AT_ONCE = {
    "isinstance": lambda EC, EF: EC * EF * (2 if isinstance(EC, np.ndarray) else 1),
    "name of the type": lambda EC, EF: EC * EF * (1 if type(EC).__name__ == "Expression" else 2),
    "attribute": lambda EC, EF: EC * EF * (2 if hasattr(EC, "dtype") else 1),
    "getattr": lambda EC, EF: EC * EF * getattr(EC, "ndim", 1),
    "match": lambda EC, EF: EC * EF * {True: 2}.get(hasattr(EC, "sum"), 1),
    "conversion": lambda EC, EF: EC * EF * (2 if "[" in str(EC) else 1),
    "size": lambda EC, EF: EC * EF * getattr(EC, "size", 1) ** 0.5,
    "random": lambda EC, EF: EC * EF * np.random.default_rng().uniform(),
    "truth": lambda EC, EF: EC * EF * (2 if getattr(EC, "all", bool)() else 1),
}
SEEN_BY_THE_GATE = {
    "shape": lambda EC, EF: EC * EF * (2 if getattr(EC, "shape", ()) == (1, 1) else 1),
    "size of the number": lambda EC, EF: EC * EF * (2 if getattr(EC, "max", int)() > 1e6 else 1),
    "global": lambda EC, EF: EC * EF * FACTOR[0],
    "state": lambda EC, EF: Once.one * (EC * EF),
}


def with_equation(function):
    m = Methodology("XX_AM001", version="1.0", title="", country="XX", sectoral_scope=1, indices={"i": "", "p": ""},
                    identity={"version": READ})  # fmt: skip
    m.scheme = ()
    m.complete("criteria", "parameters", "equations", evidence=READ)
    m.monitored("EC_i,p", "MWh", text="", evidence=READ)
    m.default("EF", "tCO2/MWh", value=0.5, text="", evidence=READ)
    m.equation("RE_i,p", "tCO2", name="RE_i", text="", evidence=READ)(function)
    m.equation("RE_p", "tCO2", name="RE", total="i", text="", evidence=READ)(lambda RE_i: RE_i)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
    return m


@pytest.mark.parametrize("way", SEEN_AT_ONCE)
def test_an_equation_that_looks_at_its_operands_is_refused_when_it_is_declared(way):
    with pytest.raises(DeclarationError, match=r"equation RE_i: .*\(test_author_mistakes\.py line \d+\)"):
        with_equation(SEEN_AT_ONCE[way])


@pytest.mark.parametrize("way", SEEN_BY_THE_GATE)
@pytest.mark.filterwarnings("ignore::jcm_calc.InputWarning", "ignore::jcm_calc.RemarkWarning")
def test_an_equation_that_changes_later_is_refused_by_the_gate(way):
    Once.one = Once()
    m = with_equation(SEEN_BY_THE_GATE[way])
    FACTOR[0] = 2
    Once.one.times = 100
    try:
        result = calculate(m, EC=[[1e7]], p="2024")
        assert result.ER.magnitude == 1e7
        with pytest.raises(UnconfirmedError, match=r"RE_i,p.*the code gives other numbers than the equation"):
            result.credits()
        assert not result.manifest()["issuable"]
    finally:
        FACTOR[0] = 1


def test_an_honest_equation_makes_a_claim():
    result = calculate(with_equation(lambda EC, EF: np.where(EC > 1e6, EC, 0) * EF**1), EC=[[1e7]], p="2024")
    assert result.credits().to_list() == [5_000_000]


# None of these ways leads to a claim


@pytest.mark.parametrize("graded", ["equation", "value", "class", "candidate", "criterion", "choice"])
def test_nothing_unconfirmed_reaches_a_claim(graded):
    """One statement of each kind is unconfirmed, everything else was read."""

    def grade(kind):
        return SAID if kind == graded else READ

    m = Methodology("XX_AM001", version="1.0", title="", country="XX", sectoral_scope=1, indices={"p": ""},
                    identity={"version": READ})  # fmt: skip
    m.scheme = ()
    m.choice("how", {"a": "", "b": ""}, text="", evidence=grade("choice"))
    m.monitored("EC_p", "MWh", text="", evidence=READ)
    m.class_key("kind", text="")
    m.default("EF", "tCO2/MWh", value=Value(0.5, grade("value")), text="", evidence=READ)
    m.default("c", "", by="kind", values={"x": Value(1.0, grade("class"))}, text="", evidence=READ)
    m.default("d", "", candidates={"draft": Value(1.0, grade("candidate"))}, text="", evidence=READ)
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=grade("equation"), when={"how": "a"})(
        lambda EC, EF, c, d: EC * EF * c * d
    )
    m.equation("RE_p", "tCO2", name="RE", text="", evidence=READ, when={"how": "b"})(lambda EC, EF: EC * EF)
    m.equation("PE_p", "tCO2", name="PE", text="", evidence=READ)(lambda: 0)
    m.equation("ER_p", "tCO2", name="ER", text="", evidence=READ)(lambda RE, PE: RE - PE)
    m.criterion(1, "", evidence=grade("criterion"))(lambda EC: EC > 0)
    result = calculate(m, EC=100.0, kind="x", d="draft", how="a", p="2024")
    assert result.ER.magnitude == 50
    with pytest.raises(UnconfirmedError):
        result.credits()
