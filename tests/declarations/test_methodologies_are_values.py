"""A methodology that is in use cannot be changed, in any way that it has; a copy of it can."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError

import pytest

import jcm_calc
from jcm_calc import Methodology, calculate, methodology, reference_data, rulebooks
from jcm_calc.declarations import DeclarationError, FrozenError, Group, Value
from jcm_calc.declarations.items import Table
from jcm_calc.declarations.revision import duplicate
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_calc.reference_data import ipcc_2006, partner_countries, solar_grid_factors

READ = primary(Source("the document"), "page 7")
RECALLED = unconfirmed("recalled")
HELD = [m for number in rulebooks.modules() for m in rulebooks.versions(number).values()]


def declared():
    """Return a methodology with something in every collection that a methodology has."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Pumps",
        country="XX",
        sectoral_scope=3,
        indices={"i": "pump", "p": "monitoring period"},
        identity={"version": READ},
    )
    m.choice("source", {"grid": "the grid", "own": "a generator"}, text="power source", evidence=READ)
    m.monitored("EC,i,p", "MWh", extensive=True, text="electricity", evidence=READ)
    m.class_key("kind,i", text="kind of pump")
    m.default("η,i", "", by="kind", values={"a": 0.6, "b": 0.7}, candidates={"draft": {"a": 0.5}},
              text="efficiency", evidence=READ)  # fmt: skip
    m.default("EF", "tCO2/MWh", value=0.8, candidates={"draft": 0.9}, text="factor", evidence=READ)
    m.coordinate("D_p", of="p", what="days")
    m.equation("RE_p", "tCO2", name="RE", total="i", when={"source": "grid"}, text="RE", evidence=READ)(
        lambda EC, η, EF: EC / η * EF
    )
    m.equation("RE_p", "tCO2", name="RE", total="i", when={"source": "own"}, text="RE", evidence=READ)(
        lambda EC, EF: EC * EF
    )
    m.equation("PE_p", "tCO2", name="PE", total="i", text="PE", evidence=READ)(lambda EC, EF: EC * EF)
    m.equation("ER_p", "tCO2", name="ER", text="ER", evidence=READ)(lambda RE, PE: RE - PE)
    m.attested(1, "new", "The pump is new", evidence=READ)
    m.at_most("EC", "rated power × hours", evidence=READ)
    m.derivation("EF", lambda a, b: a * b, values={"a": Value(2, READ), "b": Value(0.4, READ)}, unit="", text="by hand")
    m.waive("text form", "an example", of="RE")
    return m


GIVEN = {"EC": [[10.0]], "kind": ["a"], "source": "grid", "p": "2024"}

# Every way to declare something, by the name of the method.
DECLARING = {
    "monitored": lambda m: m.monitored("x_p", "t", text="x"),
    "fixed": lambda m: m.fixed("x", "t", text="x"),
    "default": lambda m: m.default("x", "t", value=1.0, text="x", evidence=READ),
    "constant": lambda m: m.constant("x", 1000, "kg/t", text="x"),
    "class_key": lambda m: m.class_key("x,i", text="x"),
    "fact": lambda m: m.fact("x", text="x"),
    "coordinate": lambda m: m.coordinate("x", of="p", what="days"),
    "choice": lambda m: m.choice("x", {"y": "y"}, text="x", evidence=READ),
    "equation": lambda m: m.equation("x", "t", name="x", text="x", evidence=READ)(lambda: 0),
    "criterion": lambda m: m.criterion(9, "x", evidence=READ)(lambda EC: EC > 0),
    "attested": lambda m: m.attested(9, "x", "x", evidence=READ),
    "at_most": lambda m: m.at_most("EC", "rated power × daylight", evidence=READ),
    "complete": lambda m: m.complete("criteria", evidence=READ),
    "indicator": lambda m: m.indicator("x", "", plausible="[0, 1]", text="x", evidence=READ, name="x")(lambda EF: EF),
    "waive": lambda m: m.waive("directions", "x", of="EC"),
    "fitting": lambda m: m.fitting(lambda values: values),
    "include": lambda m: m.include(one_more()),
    "derivation": lambda m: m.derivation("EF", lambda a: a, values={"a": Value(1, READ)}, unit="", text="x"),
    "remove": lambda m: m.remove("EF"),
    "define": lambda m: m.define("x", "x", evidence=READ),
    "summarise": lambda m: m.summarise(READ, measure="x"),
    "emits": lambda m: m.emits("project", "x", evidence=READ),
    "establish": lambda m: m.establish("x", evidence=READ),
}
# What only reads, or gives a copy.
READING = {
    *("revised", "corrected", "operands", "graph", "symbols", "written", "section", "check_eligibility", "template"),
    *(
        "heading",
        "notices",
        "versions",
        "parameters",
        "equations",
        "defaults",
        "criteria",
        "check",
        "freeze",
        "keys_of",
        "named",
        "by_name",
        "by_symbol",
        "names",
        "calculate",
    ),
}


def one_more():
    group = Group({"p": "monitoring period"})
    group.fixed("x", "t", text="x")
    return group


def public(m):
    return [name for name in dir(m) if not name.startswith("_")]


def state(m):
    """Everything that a methodology holds, in a form that does not follow it."""
    held = {name: value for name, value in vars(m).items() if name not in ("_graphs", "_frozen")}
    return repr({name: sorted(value, key=repr) if isinstance(value, set | frozenset) else value
                 for name, value in held.items()})  # fmt: skip


def test_every_method_is_known_to_declare_or_to_read():
    methods = {
        name for name, _ in inspect.getmembers(Methodology, lambda one: callable(one) or isinstance(one, property))
    }
    assert {name for name in methods if not name.startswith("_")} == DECLARING.keys() | READING


@pytest.mark.parametrize("way", DECLARING)
def test_a_declaration_counts_until_the_first_calculation_and_is_refused_after_it(way):
    m = declared()
    before = state(m)
    DECLARING[way](m)
    assert state(m) != before
    m = declared()
    calculate(m, **GIVEN)
    before = state(m)
    with pytest.raises(FrozenError, match=r"XX_AM001 ver 1\.0 is in use and cannot be changed: `m\.corrected"):
        DECLARING[way](m)
    assert state(m) == before


def declared_and_frozen():
    m = declared()
    m.freeze()
    return m


ATTRIBUTES = [name for name in vars(declared()) if not name.startswith("_")]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_can_be_set_before_use_and_not_after(name):
    m = declared()
    setattr(m, name, getattr(m, name))
    m.freeze()
    before = state(m)
    with pytest.raises(FrozenError, match="is in use"):
        setattr(m, name, "changed")
    with pytest.raises(FrozenError, match="is in use"):
        delattr(m, name)
    with pytest.raises(FrozenError, match="is in use"):
        m.another = 1
    assert state(m) == before


def changes(held):
    """Yield each way to change a dict, a list or a set in place."""
    if isinstance(held, dict):
        key = next(iter(held), "x")
        yield lambda: held.__setitem__(key, 1)
        yield lambda: held.__delitem__(key)
        yield lambda: held.update({key: 1})
        yield lambda: held.pop(key)
        yield lambda: held.popitem()
        yield lambda: held.clear()
        yield lambda: held.setdefault("new", 1)
        yield lambda: held.__ior__({"new": 1})
    elif isinstance(held, list):
        yield lambda: held.append(1)
        yield lambda: held.extend([1])
        yield lambda: held.insert(0, 1)
        yield lambda: held.pop()
        yield lambda: held.remove(1)
        yield lambda: held.clear()
        yield lambda: held.reverse()
        yield lambda: held.sort()
        yield lambda: held.__setitem__(0, 1)
        yield lambda: held.__delitem__(0)
        yield lambda: held.__iadd__([1])
        yield lambda: held.__imul__(2)


def collections(item, seen):
    """Yield every dict and list that can be reached from a public attribute, however deep."""
    if id(item) in seen or isinstance(item, str | bytes | type) or item is None:
        return
    seen.add(id(item))
    assert not isinstance(item, set)  # a frozenset is not a set
    if isinstance(item, dict | list):
        yield item
    if isinstance(item, dict):
        for one in item.values():
            yield from collections(one, seen)
    elif isinstance(item, list | tuple):
        for one in item:
            yield from collections(one, seen)
    elif hasattr(item, "__dataclass_fields__"):
        for name in item.__dataclass_fields__:
            yield from collections(getattr(item, name), seen)


@pytest.mark.parametrize("m", [declared_and_frozen(), *HELD], ids=str)
def test_no_collection_within_reach_can_be_changed(m):
    before = state(m)
    seen = set()
    held = [one for name in public(m) if name in vars(m) for one in collections(getattr(m, name), seen)]
    # each of the collections of a methodology, and at least one mapping in each of its items that has one
    assert len(held) >= sum(isinstance(value, dict | list) for name, value in vars(m).items() if name != "_graphs")
    for one in held:
        for change in changes(one):
            with pytest.raises(FrozenError, match="in use cannot be changed"):
                change()
    assert state(m) == before


@pytest.mark.parametrize("m", [declared_and_frozen(), *HELD], ids=str)
def test_no_declared_item_can_be_changed(m):
    for item in (*m.inputs.values(), *m.facts.values(), *m.rules, *m.conditions, *m.choices.values(), *m.limits):
        for name in item.__dataclass_fields__:
            with pytest.raises(FrozenInstanceError):
                setattr(item, name, "changed")


@pytest.mark.parametrize("number", rulebooks.modules())
def test_what_a_rule_book_hands_out_shows_no_change_anywhere(number):
    m, title = methodology(number), str(methodology(number).title)
    with pytest.raises(FrozenError):
        m.title = "changed"
    assert str(methodology(number).title) == title
    assert jcm_calc.methodologies().loc[number, "title"] == title
    with pytest.raises(FrozenError):
        rulebooks.versions(number).clear()


def test_the_numbers_of_a_rule_book_and_of_tables_cannot_be_changed():
    factors = solar_grid_factors("ID", 1)
    for table in (rulebooks.modules(), ipcc_2006("EF", "lower"), factors, partner_countries()):
        with pytest.raises(FrozenError):
            table.clear()
    assert factors is solar_grid_factors("ID", 1)
    assert reference_data.solar_grid_factors("ID", 1)["Jamali"].value == 0.619


def test_the_equation_that_is_shown_is_the_one_that_is_calculated():
    """A number of a corrected methodology, before and after it is corrected once more."""
    first = methodology("PW_AM001").corrected(by="x")
    whole = calculate(first, EG="500 MWh", p="2024").ER.magnitude
    with pytest.raises(FrozenError):
        first.equation("ER_p", "tCO2", name="ER", text="", evidence=RECALLED)(lambda RE, PE: (RE - PE) / 2)
    assert str(first["ER"]) == "ER_p = RE_p − PE_p [unconfirmed]"
    second = first.corrected(by="y")
    second.equation("ER_p", "tCO2", name="ER", text="", evidence=RECALLED)(lambda RE, PE: (RE - PE) * 0)
    assert str(second["ER"]).startswith("ER_p = (RE_p − PE_p) × 0")
    assert calculate(second, EG="500 MWh", p="2024").ER.magnitude == 0
    assert calculate(first, EG="500 MWh", p="2024").ER.magnitude == whole


def test_a_default_that_is_declared_again_is_the_one_that_is_calculated():
    m = declared()
    m.inherited = {"EF"}
    m.default("EF", "tCO2/MWh", value=0.4, text="factor", evidence=READ)
    assert calculate(m, **GIVEN).PE.magnitude == 4.0
    with pytest.raises(FrozenError):
        m.inputs["EF"] = m.inputs["η"]


@pytest.mark.parametrize("way", DECLARING)
def test_a_copy_can_be_changed_and_leaves_the_first_as_it_is(way):
    m = declared_and_frozen()
    before = state(m)
    for other in (m.corrected(by="x"), m.revised("2.0", unchanged=READ, identity={"version": READ}), duplicate(m)):
        changed = state(other)
        DECLARING[way](other)
        assert state(other) != changed
    assert state(m) == before


def test_a_copy_that_was_made_before_the_first_use_has_graphs_of_its_own():
    m = declared()
    other = copy.copy(m)
    whole = calculate(m, **GIVEN).ER.magnitude
    other.inherited = {("ER", ())}
    other.equation("ER_p", "tCO2", name="ER", text="ER", evidence=READ)(lambda RE, PE: (RE - PE) * 10)
    assert str(other["ER"]).startswith("ER_p = (RE_p − PE_p) × 10")
    assert calculate(other, **GIVEN).ER.magnitude == 10 * whole
    assert calculate(m, **GIVEN).ER.magnitude == whole


@pytest.mark.parametrize("kind", ["monitored", "fixed", "class_key", "fact"])
@pytest.mark.parametrize("word", ["value", "table", "candidates"])
def test_only_what_the_document_fixes_has_a_value_of_its_own(kind, word):
    """A claim asks for the evidence of defaults: a value anywhere else would reach it unseen."""
    held = {"value": Value(2.0, RECALLED), "table": Table({"a": Value(2.0, RECALLED)}), "candidates": {"a": 2.0}}
    unit = () if kind == "class_key" else ("",)
    with pytest.raises(DeclarationError, match=rf"x: there is no {word}=: .* declared with m\.default"):
        getattr(declared(), kind)("x", *unit, text="x", **{word: held[word]})


def test_a_group_that_is_included_cannot_be_changed():
    m, group = declared(), one_more()
    m.include(group)
    with pytest.raises(FrozenError, match="the group is in use"):
        group.fixed("y", "t", text="y")
    with pytest.raises(FrozenError):
        group.inputs.clear()


def test_a_graph_that_cannot_be_built_leaves_the_methodology_open_to_be_corrected():
    m = declared()
    m.equation("X", "t", name="X", text="", evidence=READ)(lambda missing: missing)
    with pytest.raises(jcm_calc.declarations.DeclarationError, match="missing"):
        m.graph({}, targets=("X",))
    m.fixed("missing", "t", text="")
    assert "missing" in m.graph({}, targets=("X",)).nodes


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda item: pickle.loads(pickle.dumps(item))])
def test_frozen_collections_are_copied_and_sent_to_other_processes_as_they_are(again):
    for held in (rulebooks.modules(), methodology("PW_AM001").identity, methodology("ID_AM002").inputs["COP_RE"]):
        assert again(held) == held
        assert type(again(held)) is type(held)


@pytest.mark.parametrize("number", jcm_calc.methodologies().index)
def test_every_methodology_goes_to_another_process(number):
    for m in rulebooks.versions(number).values():
        again = pickle.loads(pickle.dumps(m))
        assert str(again) == str(m)
        assert again.equations.equals(m.equations)


RESULTS = {
    "PW_AM001": {"EG": [[500.0, 450.0]], "p": ["2024", "2025"]},
    "ID_AM003": {"EC_PJ": 135, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.814},
    "ID_AM002": {
        **{"EC_PJ": 1500, "COP_PJ": 6.2, "capacity": 400, "power_source": "grid", "EF_grid": 0.8},
        **{"T_cooling_out": 37, "T_chilled_out": 7},
    },
}


@pytest.mark.parametrize("number", RESULTS)  # without a table of defaults, with one by class and by size
def test_a_result_goes_to_another_process(number):
    result = calculate(number, **{"p": "2024", **RESULTS[number]})
    again = pickle.loads(pickle.dumps(result))
    assert again.manifest() == result.manifest()
    assert str(again.explain("RE")) == str(result.explain("RE"))
