"""Declarations: names and indices from symbols, the graph, tables of defaults, views."""

import itertools
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcm_calc import Methodology, calculate, methodology
from jcm_calc.declarations import DeclarationError, Group, Interval, Value
from jcm_calc.declarations.faults import faults, of_module
from jcm_calc.declarations.graph import open_choices
from jcm_calc.declarations.items import Version
from jcm_calc.evidence import Source, primary, secondary, unconfirmed

READ = primary(Source("a document", place="page 3"))
RECALLED = unconfirmed("recalled", 60)


def empty(**changed):
    declared = {
        "number": "XX_AM001",
        "version": "1.0",
        "title": "Test",
        "country": "XX",
        "sectoral_scope": 3,
        "indices": {"i": "unit", "j": "stage", "p": "monitoring period"},
    }
    declared.update(changed)
    return Methodology(declared.pop("number"), **declared)


def complete(m, *, RE=None, PE=None):
    """Add what every methodology has: RE, PE and ER."""
    m.equation("RE_p", "tCO2", name="RE", evidence=READ, text="reference")(RE or (lambda: 0))
    m.equation("PE_p", "tCO2", name="PE", evidence=READ, text="project")(PE or (lambda: 0))
    m.equation("ER_p", "tCO2", name="ER", evidence=READ, text="reductions")(lambda RE, PE: RE - PE)
    return m


# Names and indices


@pytest.mark.parametrize(
    ("symbol", "name", "indices"),
    [
        ("EC_PJ,i,p", "EC_PJ", "ip"),
        ("EC_PJ_i,p", "EC_PJ", "ip"),
        ("COP_PJ,tc,i", "COP_PJ_tc", "i"),
        ("T_cooling-out,i", "T_cooling_out", "i"),
        ("T_std,cooling-out", "T_std_cooling_out", ""),
        ("EF_CO2,coal", "EF_CO2_coal", ""),
        ("EF_elec", "EF_elec", ""),
        ("η_PJ,i", "η_PJ", "i"),
        ("x_i,j,p", "x", "ijp"),
        ("x_p,i", "x", "ip"),
        ("D_p", "D", "p"),
        ("i", "i", ""),
    ],
)
def test_a_symbol_gives_the_name_and_the_indices(symbol, name, indices):
    m = empty()
    m.fixed(symbol, "t", text="")
    assert list(m.inputs) == [name]
    assert m.inputs[name].indices == indices
    assert m.inputs[name].symbol == symbol


def test_a_letter_that_is_no_index_belongs_to_the_name():
    m = empty(indices={"p": "monitoring period"})
    m.fixed("EC_i,p", "MWh", text="")
    assert m.inputs["EC_i"].indices == "p"


STEMS = ["SF", "EF", "GWP", "Q_PJ", "η"]


@pytest.mark.parametrize(
    ("stem", "own", "letters"), [*itertools.product(STEMS, ["", "p", "i", "c", "p,i"], ["", "i", "ij", "jp"])]
)
def test_index_says_which_letters_at_the_end_are_indices(stem, own, letters):
    """A symbol of IPCC such as SF_p, with the letter of an index in its name, and with indices of its own."""
    if set(own) & set(letters):
        return  # a letter is either an index or a part of the name
    m = empty(indices={"i": "x", "j": "y", "p": "period"})
    symbol = ",".join(part for part in (f"{stem}_{own}" if own else stem, *letters) if part)
    name = stem + "".join(f"_{letter}" for letter in own.split(",") if letter)
    m.default(symbol, "", value=0.5, index=letters, text="scaling", evidence=RECALLED)
    m.fixed(stem if own else f"{stem}_x", "", text="without the letter")
    item = m.inputs[name]
    assert (item.name, item.symbol, set(item.indices)) == (name, symbol, set(letters))
    m.equation("RE_i,j,p", "tCO2", name="RE_ij", text="", evidence=RECALLED)(eval(f"lambda {name}: {name}"))
    assert m.written("RE_ij") == f"RE_i,j,p = {symbol}"
    m.equation("X_p", "tCO2", name="X", index="", text="", evidence=RECALLED)(lambda: 0)
    assert next(rule for rule in m.rules if rule.name == "X").indices == ""


def test_an_index_that_is_not_declared_is_refused():
    with pytest.raises(DeclarationError, match=r"SF_p: index='pq' names q; known are i, j, p"):
        empty().default("SF_p", "", value=0.5, index="pq", text="scaling", evidence=RECALLED)


def test_a_group_keeps_the_indices_of_what_is_renamed():
    group = Group({"i": "unit", "p": "period"})
    group.fixed("EF", "", text="factor")
    group.fixed("A_i", "", text="amount")
    m = empty()
    m.include(group, rename={"EF": "SF_p", "A": "A_p,i"})
    assert {name: item.indices for name, item in m.inputs.items()} == {"SF_p": "", "A_p": "i"}


def test_name_and_index_can_be_stated():
    m = empty()
    m.fixed("x_i", "t", name="capacity", index="j", text="")
    assert (m.inputs["capacity"].symbol, m.inputs["capacity"].indices) == ("x_i", "j")


def test_an_equation_is_called_after_its_function_and_stays_a_plain_function():
    m = empty()

    @m.equation("RE_i,p", "tCO2", evidence=READ, text="")
    def RE_i(EC_PJ, EF_elec):
        return EC_PJ * EF_elec

    assert RE_i(100, 0.5) == 50
    (rule,) = m.rules
    assert (rule.name, rule.indices, rule.arguments) == ("RE_i", "ip", ("EC_PJ", "EF_elec"))
    m.fixed("EC_PJ,i,p", "MWh", text="")
    m.fixed("EF_elec", "tCO2/MWh", text="")
    assert m.written("RE_i") == "RE_i,p = EC_PJ,i,p × EF_elec"


def test_a_total_is_written_as_a_sum():
    m = complete(empty(), RE=lambda: 0)
    m.fixed("a,i", "t", text="")
    m.fixed("b", "t", text="")
    m.equation("S", "t", name="S", total="i", evidence=READ, text="")(lambda a, b: a + b)
    assert m.written("S") == "S = Σ_i (a,i + b)"


@pytest.mark.parametrize("indices", [{"i": "unit"}, {"ij": "unit", "p": "period"}])
def test_indices_are_single_letters_with_p_among_them(indices):
    with pytest.raises(DeclarationError, match="single letters"):
        empty(indices=indices)


# Contradictions


@pytest.mark.parametrize(
    "again",
    [
        lambda m: m.fixed("a,i", "t", text=""),
        lambda m: m.monitored("a,p", "t", text=""),
        lambda m: m.fact("a", text=""),
        lambda m: m.constant("a", 1000, "kg/t", text=""),
        lambda m: m.choice("a", {"x": ""}, text="", evidence=READ),
        lambda m: m.coordinate("a", of="p", what="days"),
        lambda m: m.equation("a", "t", name="a", evidence=READ, text="")(lambda: 0),
    ],
)
def test_a_name_is_declared_once(again):
    m = empty()
    m.fixed("a", "t", text="")
    with pytest.raises(DeclarationError, match="'a' is declared twice"):
        again(m)


def with_choices(m):
    m.choice("c", {"x": "", "y": ""}, text="", evidence=READ)
    m.choice("d", {"x": "", "y": ""}, text="", evidence=READ)
    return m


def test_an_equation_may_be_declared_once_for_each_option():
    m = with_choices(empty())
    for option in "xy":
        m.equation("a", "t", name="a", when={"c": option}, evidence=READ, text="")(lambda: 0)
    with pytest.raises(DeclarationError, match="twice"):
        m.equation("a", "t", name="a", when={"c": "x"}, evidence=READ, text="")(lambda: 1)


@pytest.mark.parametrize("when", [{}, {"d": "x"}, {"c": "x", "d": "y"}])
def test_two_equations_of_one_name_must_not_hold_in_the_same_case(when):
    m = with_choices(empty())
    m.equation("a", "t", name="a", when={"c": "x"}, evidence=READ, text="")(lambda: 0)
    with pytest.raises(DeclarationError, match="twice"):
        m.equation("a", "t", name="a", when=when, evidence=READ, text="")(lambda: 1)


@pytest.mark.parametrize("when", [{"c": "z"}, {"e": "x"}])
def test_an_unknown_option_or_choice_is_refused(when):
    m = with_choices(empty())
    with pytest.raises(DeclarationError, match="no option"):
        m.equation("a", "t", name="a", when=when, evidence=READ, text="")(lambda: 0)


def test_an_undeclared_argument_is_named_with_the_equation_that_uses_it():
    m = complete(empty(), RE=lambda EC: EC)
    with pytest.raises(DeclarationError, match="'EC' is used by 'RE' but not declared"):
        m.graph({})


def test_an_undeclared_class_key_is_refused():
    m = complete(empty(), RE=lambda EF: EF)
    m.default("EF", "tCO2", by="fuel", values={"coal": 1.0}, text="", evidence=READ)
    with pytest.raises(DeclarationError, match="'fuel' is used by 'EF'"):
        m.graph({})


def test_a_circle_is_refused_and_shown():
    m = complete(empty(), RE=lambda a: a)
    m.equation("a", "t", name="a", evidence=READ, text="")(lambda b: b)
    m.equation("b", "t", name="b", evidence=READ, text="")(lambda a: a)
    with pytest.raises(DeclarationError, match="a → b → a"):
        m.graph({})


def test_an_index_that_gets_lost_without_a_total_is_refused():
    m = complete(empty(), RE=lambda a: a)
    m.fixed("a,i", "tCO2", text="")
    with pytest.raises(DeclarationError, match="'RE' uses 'a', which depends on i"):
        m.graph({})


def test_a_default_by_a_class_of_each_unit_must_itself_depend_on_the_unit():
    m = complete(empty(), RE=lambda EF: EF)
    m.class_key("fuel,i", text="")
    m.default("EF", "tCO2", by="fuel", values={"coal": 1.0}, text="", evidence=READ)
    with pytest.raises(DeclarationError, match="'EF' uses 'fuel'"):
        m.graph({})


@pytest.mark.parametrize(("symbol", "total"), [("a,i", "i"), ("a", "q")])
def test_a_total_over_an_unknown_or_remaining_index_is_refused(symbol, total):
    with pytest.raises(DeclarationError, match=f"total over {total}"):
        empty().equation(symbol, "t", name="a", total=total, evidence=READ, text="")(lambda: 0)


def test_an_equation_that_branches_in_python_is_refused_when_it_is_declared():
    with pytest.raises(DeclarationError, match=r"equation a: .*np\.where"):
        empty().equation("a", "t", name="a", evidence=READ, text="")(lambda b: b if b > 0 else 0)


@pytest.mark.parametrize(
    "wrong", [{"of": "q", "what": "count"}, {"of": "p", "what": "weeks"}, {"of": "i", "what": "days"}]
)
def test_an_unknown_coordinate_is_refused(wrong):
    with pytest.raises(DeclarationError, match="no index"):
        empty().coordinate("D", **wrong)


# Intervals


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[0, 300)", [0, 299.999], [-1e-300, 300]),
        ("(0, 1]", [5e-324, 1], [0, math.nextafter(1, 2)]),
        ("(-273.15, inf)", [-273.14, 1e308], [-273.15, math.inf, math.nan]),
        (" ( 2 ,3 ) ", [2.5], [2, 3]),
        ("[5, 5]", [5], [math.nextafter(5, 0), math.nextafter(5, 6)]),
    ],
)
def test_the_ends_of_an_interval_belong_to_it_as_written(text, inside, outside):
    interval = Interval.parse(text)
    assert all(value in interval for value in inside)
    assert not any(value in interval for value in outside)
    assert list(interval.outside(np.array([*inside, *outside]))) == [False] * len(inside) + [True] * len(outside)
    assert Interval.parse(str(interval)) == interval


@pytest.mark.parametrize(
    "text", ["0, 300", "[0 300]", "[300, 0]", "(5, 5)", "[5, 5)", "(5, 5]", "[a, b]", "", "[0; 1]"]
)
def test_what_is_no_interval_is_refused(text):
    with pytest.raises(ValueError, match=r"interval|empty|convert"):
        Interval.parse(text)


# Tables of defaults

BINS = {"(0, 300)": 4.92, "[300, 450)": 5.33, "[450, 550)": 5.59, "[550, 825)": 5.69, "[825, 1250)": 5.85}


def with_bins(bins, **declared):
    m = empty()
    m.fixed("x,i", "USRt", text="")
    m.default("COP_RE,i", "", by="x", values=bins, text="", evidence=RECALLED, **declared)
    return m.inputs["COP_RE"].table


@pytest.mark.parametrize(
    ("capacity", "cop"),
    [
        (math.nextafter(0, 1), 4.92),
        (299.999999999, 4.92),
        (math.nextafter(300, 0), 4.92),
        (300, 5.33),
        (449.99, 5.33),
        (math.nextafter(450, 0), 5.33),
        (450, 5.59),
        (549.999, 5.59),
        (550, 5.69),
        (824.999, 5.69),
        (825, 5.85),
        (1249.99, 5.85),
        (math.nextafter(1250, 0), 5.85),
        (1250, math.nan),
        (math.inf, math.nan),
        (0, math.nan),
        (-1, math.nan),
    ],
)
def test_the_ends_of_a_bin_belong_to_it_as_written(capacity, cop):
    lookup = with_bins(BINS).lookup()
    assert lookup(np.array([capacity]))[0] == pytest.approx(cop, nan_ok=True)


def test_chillers_of_the_methodology_find_their_class_at_every_edge():
    table = methodology("ID_AM002").inputs["COP_RE"].table
    capacities = [299.999999, 300, 449.99, 450, 549.99, 550, 824.99, 825, 1249.99]
    assert list(table.lookup()(np.array(capacities))) == [4.92, 5.33, 5.33, 5.59, 5.59, 5.69, 5.69, 5.85, 5.85]


def test_a_gap_between_bins_has_no_value():
    lookup = with_bins({"[0, 1)": 1.0, "[2, 3]": 2.0}).lookup()
    assert list(np.isnan(lookup(np.array([0.5, 1.0, 1.5, 2.0, 3.0, 3.0000001])))) == [
        False,
        True,
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "bins",
    [
        {"[0, 2)": 1.0, "[1, 3)": 2.0},
        {"[0, 1]": 1.0, "[1, 2]": 2.0},
        {"[0, 3]": 1.0, "[1, 2]": 2.0},
        {"[1, 2]": 1.0, "[0, 3]": 2.0},
    ],
)
def test_overlapping_bins_are_refused_when_they_are_declared(bins):
    with pytest.raises(DeclarationError, match="overlaps"):
        with_bins(bins)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=8, unique=True), st.integers(-60, 60), st.randoms())
def test_lookup_agrees_with_a_search_through_all_bins(edges, key, random):
    edges.sort()
    closed = [random.random() < 0.5 for _ in edges]  # whether an edge belongs to the bin that starts there
    bins = {
        f"{'[' if closed[n] else '('}{edges[n]}, {edges[n + 1]}{')' if closed[n + 1] else ']'}": float(n)
        for n in range(len(edges) - 1)
    }
    expected = [
        n
        for n in range(len(edges) - 1)
        if (edges[n] < key < edges[n + 1])
        or (key == edges[n] and closed[n])
        or (key == edges[n + 1] and not closed[n + 1])
    ]
    found = with_bins(bins).lookup()(np.array([float(key)]))[0]
    assert found == expected[0] if expected else math.isnan(found)


def test_a_table_by_class_has_no_value_for_other_classes():
    m = empty()
    m.class_key("fuel,i", text="")
    m.default("NCV,i", "GJ/t", by="fuel", values={"coal": 1.5, "wood": Value(2.5, READ)}, text="", evidence=RECALLED)
    table = m.inputs["NCV"].table
    found = table.lookup(("wood", "peat", "coal"))(np.array([0, 1, 2, 0]))
    np.testing.assert_array_equal(found, [2.5, np.nan, 1.5, 2.5])
    assert [value.evidence for value in table.entries.values()] == [RECALLED, READ]


# Cases


def nested():
    """A choice d that only matters under option x of c, and e that never matters."""
    m = with_choices(empty())
    m.choice("e", {"x": "", "y": ""}, text="", evidence=READ)
    m.fixed("v", "tCO2", text="")
    m.fixed("w", "tCO2", text="")
    complete(m, RE=lambda a: a)
    m.equation("a", "tCO2", name="a", when={"c": "x"}, evidence=READ, text="")(lambda b: b)
    m.equation("a", "tCO2", name="a", when={"c": "y"}, evidence=READ, text="")(lambda w: w)
    m.equation("b", "tCO2", name="b", when={"d": "x"}, evidence=READ, text="")(lambda v: v)
    m.equation("b", "tCO2", name="b", when={"d": "y"}, evidence=READ, text="")(lambda v, w: v + w)
    m.equation("q", "tCO2", name="q", when={"e": "x"}, evidence=READ, text="")(lambda v: v)
    return m


@pytest.mark.parametrize(
    ("made", "still_open"),
    [
        ({}, ["c", "d"]),
        ({"c": "x"}, ["d"]),
        ({"c": "y"}, []),
        ({"d": "x"}, ["c"]),
        ({"c": "x", "d": "y"}, []),
    ],
)
def test_only_choices_on_the_way_are_open(made, still_open):
    assert open_choices(nested(), made, frozenset()) == still_open


def test_what_a_calculation_needs_depends_on_the_case():
    m = nested()
    assert [item.name for item in m.graph({"c": "y"}).parameters] == ["w"]
    assert [item.name for item in m.graph({"c": "x", "d": "x"}).parameters] == ["v"]
    assert float(calculate(m, c="x", d="y", v=1, w=2).ER.magnitude) == 3


def test_a_default_that_is_replaced_needs_no_class():
    m = complete(empty(), RE=lambda EF: EF)
    m.class_key("fuel", text="")
    m.default("EF", "tCO2", by="fuel", values={"coal": 1.0}, text="", evidence=READ)
    assert [item.name for item in m.graph({}).parameters] == ["fuel", "EF"]
    assert [item.name for item in m.graph({}, replaced=["EF"]).parameters] == ["EF"]


def test_the_graph_puts_everything_after_what_it_needs():
    for number in ("ID_AM002", "ID_AM003", "MN_AM002", "PW_AM001"):
        m = methodology(number)
        nodes = m.graph({name: list(choice.options)[-1] for name, choice in m.choices.items()}).nodes
        place = {name: position for position, name in enumerate(nodes)}
        for rule in (node for node in nodes.values() if hasattr(node, "arguments")):
            assert all(place[argument] < place[rule.name] for argument in rule.arguments)
        assert list(nodes)[-1] == "ER"


# Sections


@pytest.mark.parametrize(
    ("number", "letters"),
    [
        (
            "VN_AM001",
            {
                "m_PJ": "G", "PE_i": "G", "PE": "G", "ER": "H", "RE": "F", "RE_i": "F",
                "s_RE": "F", "m_hist": "F", "E_hist": "F", "BEF": "F",
            },
        ),
        (
            "ID_AM002",
            {
                "COP_PJ_tc": "F", "EI_gen": "F", "s_grid": "F", "s_gen": "F", "EF_elec": "F",
                "RE_i": "F", "RE": "F", "PE_i": "G", "PE": "G", "ER": "H",
            },
        ),
        ("MN_AM002", {"RE_i": "F", "RE": "F", "EC": "G", "PE_coal": "G", "PE_elec": "G", "PE": "G", "ER": "H"}),
    ],
)  # fmt: skip
def test_an_equation_stands_in_the_section_of_what_it_leads_to(number, letters):
    sections = methodology(number).equations["section"]
    found = {name: text.removeprefix("methodology, section ")[0] for (name, _), text in sections.items()}
    assert found == letters


# Views


def described():
    m = with_choices(empty(identity={"version": READ}))
    m.monitored(
        "EC,i,p",
        "MWh",
        extensive=True,
        raises="RE PE",
        options="BC",
        plausible="[0, 10]",
        text="electricity",
        evidence=READ,
    )
    m.class_key("fuel,i", text="fuel")
    m.default(
        "EF,i", "tCO2/MWh", by="fuel", values={"coal": 1.0, "oil": Value(0.8, RECALLED)}, text="factor", evidence=READ
    )
    m.default("η", "", candidates={"draft": 0.5, "recalled": Value(0.6, READ)}, text="efficiency", evidence=RECALLED)
    m.constant("k", 1000, "kWh/MWh", text="thousand")
    m.fact("clean", text="it is clean")
    m.equation("RE_p", "tCO2", name="RE", total="i", when={"c": "x"}, evidence=READ, text="")(lambda EC, EF: EC * EF)
    m.equation("RE_p", "tCO2", name="RE", total="i", when={"c": "y"}, evidence=RECALLED, text="")(
        lambda EC, EF, η: EC * EF / η
    )
    m.criterion(1, "clean", evidence=RECALLED)(lambda clean: clean)
    m.criterion("2a", "efficient", evidence=READ)(lambda η, EC: η > 0.5)
    return m


def test_every_parameter_and_fact_has_one_row():
    frame = described().parameters
    assert list(frame.index) == ["EC", "fuel", "EF", "η", "k", "clean"]
    assert list(frame["kind"]) == ["monitored", "class key", "default", "default", "constant", "fact"]
    assert list(frame["grade"]) == ["primary", "", "primary", "unconfirmed", "primary", ""]
    assert frame.loc["EC", ["unit", "indices", "extensive", "options", "raises", "lowers"]].tolist() == [
        "MWh", "ip", True, "BC", "PE RE", "",
    ]  # fmt: skip
    assert frame.loc["EC", "plausible"] == "[0, 10]"
    assert frame.loc["EC", "bounds"] == "[0, inf)"
    assert frame.loc["EC", "source"] == "a document, page 3"


def test_every_equation_has_one_row_for_each_case():
    frame = described().equations
    assert list(frame.index) == [("RE", "c = x"), ("RE", "c = y")]
    assert list(frame["grade"]) == ["primary", "unconfirmed"]
    assert list(frame["equation"]) == ["RE_p = Σ_i (EC,i,p × EF,i)", "RE_p = Σ_i (EC,i,p × EF,i ÷ η)"]
    assert frame["certainty"].iloc[1] == 60


def test_every_value_and_candidate_has_one_row():
    frame = described().defaults
    assert list(frame.index) == [
        ("EF", "", "coal"), ("EF", "", "oil"), ("η", "draft", ""), ("η", "recalled", ""), ("k", "", ""),
    ]  # fmt: skip
    assert list(frame["value"]) == [1.0, 0.8, 0.5, 0.6, 1000]
    assert list(frame["grade"]) == ["primary", "unconfirmed", "unconfirmed", "primary", "primary"]


def test_every_criterion_has_one_row():
    frame = described().criteria
    assert list(frame.index) == ["1", "2a"]
    assert list(frame["looks at"]) == ["clean", "η, EC"]
    assert list(frame["grade"]) == ["unconfirmed", "primary"]


def test_a_methodology_without_declarations_has_empty_views():
    m = empty()
    assert [len(frame) for frame in (m.parameters, m.equations, m.defaults, m.criteria)] == [0, 0, 0, 0]


def test_a_derivation_is_shown_with_its_numbers():
    m = methodology("PW_AM001")
    (derivation,) = m.derivations
    assert str(derivation) == "72.6 × 3.6 ÷ 0.49 = 533.4 kgCO2/MWh"


def test_versions_are_in_the_order_of_their_numbers():
    other = [Version("10.0", None, "", READ), Version("2.0", date(2015, 1, 1), "", READ)]
    m = empty(version="9.1", versions=other, identity={"version": secondary(Source("a list"))})
    assert [version.number for version in m.versions] == ["2.0", "9.1", "10.0"]


def test_a_default_is_looked_up_by_a_parameter_only():
    m = empty()
    m.fixed("x", "", text="")
    m.equation("y", "", name="y", text="", evidence=READ)(lambda x: x)
    m.default("K", "", by="y", values={"[0, 1)": 2.0}, text="", evidence=READ)
    with pytest.raises(DeclarationError, match="'K' is looked up by 'y'"):
        m.graph({}, targets=("K",))


# What the document describes


def with_passages():
    m = Methodology(
        "XX_AM009", version="1.0", title="Passages", country="XX", sectoral_scope=3, indices={"p": "monitoring period"},
        identity={"version": unconfirmed("made up")},
    )  # fmt: skip
    m.define("lamp", "what gives light", evidence=unconfirmed("made up"))
    m.summarise(unconfirmed("made up"), measure="less light", project="electricity × factor")
    m.emits("reference", "lamps", evidence=unconfirmed("made up"))
    m.emits("project", "leakage", "HFC", counted=False, evidence=unconfirmed("made up"))
    m.establish("the best lamp", evidence=unconfirmed("made up"))
    return m


def test_sections_that_describe_are_kept_by_a_group_a_revision_and_a_copy():
    m = with_passages()
    other = Methodology(
        "XX_AM008", version="1.0", title="Includes", country="XX", sectoral_scope=3, indices={"p": "monitoring period"},
        identity={"version": unconfirmed("made up")},
    )  # fmt: skip
    other.include(m)
    other.include(m)
    assert [str(one.part) for one in other.passages] == ["B", "C", "C", "E", "E", "F.1"]
    read = primary(Source("document", "https://example.org"))
    sure = with_passages()
    sure.establish("read", evidence=read)
    later = sure.revised("2.0", unchanged=unconfirmed("made up"), identity={"version": read})
    assert later.passages[-1].evidence.grade == "unconfirmed"
    assert sure.passages[-1].evidence.grade == "primary"
    with pytest.raises(DeclarationError, match="scenario='baseline' must be reference or project"):
        other.emits("baseline", "lamps", evidence=unconfirmed("made up"))
    with pytest.raises(DeclarationError, match="a summary has measure, reference, project, monitoring; got history"):
        other.summarise(unconfirmed("made up"), history="none")


def test_a_circle_a_lost_index_and_an_undeclared_name_are_named_together():
    m = complete(empty(), RE=lambda a, b: a + b, PE=lambda nowhere: nowhere)
    m.fixed("a,i", "tCO2", text="")
    m.equation("b", "t", name="b", evidence=READ, text="")(lambda c: c)
    m.equation("c", "t", name="c", evidence=READ, text="")(lambda b: b)
    found = list(faults(m))
    assert all("test_declarations.py line " in one for one in found)
    for said in ("'nowhere' is used by 'PE'", "'RE' uses 'a', which depends on i", "in a circle: b → c → b"):
        assert [said in one for one in found].count(True) == 1, said


def test_a_unit_that_cannot_be_read_is_named_with_other_faults_and_its_line():
    text = (
        "from jcm_calc import Methodology\n"
        "m = Methodology('XX_AM001', version='1.0', title='', country='XX', sectoral_scope=4, indices={'p': 'year'})\n"
        "m.fixed('a', 'MWhh', text='')\n"
        "x = 1 / 0\n"
    )
    first, second = map(str, of_module(text, "xx_am001.py", ""))
    assert first == "division by zero"
    assert "the unit of 'a' cannot be read: unknown unit 'MWhh'" in second
    assert second.endswith("did you mean MWh? (xx_am001.py line 3)")
