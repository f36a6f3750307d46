"""Whatever decides a number has a fingerprint: what is changed after it was confirmed is no longer confirmed."""

import ast
import inspect
import linecache
import textwrap
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from filling import evidence, filled

from jcm_calc import Methodology, UnconfirmedError, calculate, rulebooks
from jcm_calc.declarations import DeclarationError, Interval, Value
from jcm_calc.declarations.group import stated
from jcm_calc.declarations.items import Coordinate, Kind, Parameter, Table
from jcm_calc.declarations.revision import duplicate
from jcm_calc.evidence import Grade, Source, primary, unconfirmed
from jcm_calc.inputs.confirmation import EvidenceError, statements, with_evidence
from jcm_calc.inputs.confirmation.conditions import condition

RECALLED = unconfirmed("recalled")
READ = primary(Source("the document"), "page 7")
LIMIT = 2.0


def helper(x):
    return x * 1


def mill():
    """Return a methodology that has everything that can decide a number."""
    m = Methodology(
        "XX_AM001",
        version="1.0",
        title="Mills",
        country="XX",
        sectoral_scope=1,
        indices={"i": "mill", "k": "extra fuel", "p": "monitoring period"},
        optional="k",
        identity={"version": RECALLED},
    )
    m.choice("basis", {"days": "by days", "hours": "by hours"}, text="basis", evidence=RECALLED)
    m.monitored("Q_i,p", "kWh", extensive=True, raises="RE PE", text="electricity", evidence=RECALLED)
    m.monitored("X_k,p", "t", extensive=True, raises="PE", text="extra fuel", evidence=RECALLED)
    m.class_key("grade,i", text="grade of the flour")
    m.fixed("size_i", "t/d", bounds="[0, 100]", raises="RE", text="size", evidence=RECALLED)
    m.default("η_i", "", by="size", values={"[0, 10)": 0.5, "[10, 100]": 0.6}, lowers="RE",
              bounds="(0, 1]", text="efficiency", evidence=RECALLED)  # fmt: skip
    m.default("c_i", "", by="grade", values={"fine": 0.9, "coarse": 0.8}, candidates={"draft": {"fine": 0.7}},
              raises="RE", text="share", evidence=RECALLED)  # fmt: skip
    m.default("EF", "tCO2/MWh", value=0.5, candidates={"draft": 0.6}, raises="RE PE", text="factor", evidence=RECALLED)
    m.default("EF_X", "tCO2/t", value=3.0, raises="PE", text="factor of the fuel", evidence=RECALLED)
    m.default("q_min", "kWh", value=1.0, text="least electricity", evidence=RECALLED)
    m.constant("kWh_per_MWh", 1000, "kWh/MWh", text="kilowatt hours in a megawatt hour")
    m.constant("h_per_d", 24, "h/d", text="hours in a day")
    m.coordinate("D_p", of="p", what="days")
    m.coordinate("H_p", of="p", what="hours")
    m.equation("s_p", "", name="s", when={"basis": "days"}, text="share", evidence=RECALLED)(
        lambda D_p, H_p, h_per_d: D_p * h_per_d / H_p
    )
    m.equation("s_p", "", name="s", when={"basis": "hours"}, text="share", evidence=RECALLED)(lambda H_p: H_p / H_p)
    m.equation("RE_p", "tCO2", name="RE", total="i", text="reference", evidence=RECALLED)(
        lambda Q, η, c, EF, kWh_per_MWh, s: helper(Q) / kWh_per_MWh / η * (1 + c) * EF * s
    )
    m.equation("E_p", "tCO2", name="E", total="k", text="of fuel", evidence=RECALLED)(lambda X, EF_X: X * EF_X)
    m.equation("P_p", "tCO2", name="P", total="i", text="of electricity", evidence=RECALLED)(
        lambda Q, EF, kWh_per_MWh: Q / kWh_per_MWh * EF
    )
    m.equation("PE_p", "tCO2", name="PE", text="project", evidence=RECALLED)(lambda P, E: P + E)
    m.equation("ER_p", "tCO2", name="ER", text="reductions", evidence=RECALLED)(lambda RE, PE: RE - PE)
    m.fact("state", "category", categories=("new", "old"), text="state")
    m.attested(1, "sold", "The old mill is sold", evidence=RECALLED)
    m.criterion(2, "Large", evidence=RECALLED)(lambda size: size > LIMIT)
    m.criterion(3, "New", evidence=RECALLED)(lambda state: state == "new")
    m.criterion(4, "Some electricity", evidence=RECALLED)(lambda Q, q_min: q_min < Q)
    return m


GIVEN = {
    "Q": [[100_000.0], [50_000.0]],
    "X": [[1.0]],
    "grade": ["fine", "coarse"],
    "size": [5.0, 20.0],
    "basis": "days",
    "p": "2024",
    "facts": {"state": "new", "sold": "yes"},
}
# 100 ÷ 0.5 × 1.9 × 0.5 + 50 ÷ 0.6 × 1.8 × 0.5 = 265; 75 + 3 = 78
CLAIM = 187


# What can be changed


@dataclass
class Mutant:
    what: str
    m: Methodology

    def __str__(self):
        return self.what


def mutants(m):
    """Yield a methodology for each change of each thing that can decide a number."""
    used = {name for rule in m.rules for name in rule.arguments}
    used |= {name for one in m.conditions for name in one.arguments} | {item.by for item in m.inputs.values()}
    used |= {item.name for item in m.inputs.values() if item.kind is Kind.DEFAULT}
    for home in ("inputs", "facts"):
        for name, item in getattr(m, home).items():
            if name in used:
                for what, changed in of_parameter(item):
                    yield made(m, f"{name}: {what}", home, name, changed)
    for name, item in m.coordinates.items():
        if name in used:
            for what in {"days", "hours", "year", "first_day", "last_day", "count", "label"} - {item.what}:
                yield made(
                    m, f"{name}: {what}", "coordinates", name, Coordinate(name, item.of, what, "d", item.indices)
                )
    for place, rule in enumerate(m.rules):
        for what, changed in of_equation(m, rule):
            other = duplicate(m)
            other.rules[place] = changed
            yield Mutant(f"{rule.name} {dict(rule.when) or ''}: {what}", other)
    for letter in sorted({letter for rule in m.rules for letter in rule.total}):
        other = duplicate(m)
        other.optional = m.optional.replace(letter, "") if letter in m.optional else m.optional + letter
        yield Mutant(f"optional: {letter}", other)
    for name, item in m.choices.items():
        first = next(iter(item.options))
        yield made(m, f"{name}: text", "choices", name, replace(item, text=item.text + " else"))
        yield made(m, f"{name}: meaning", "choices", name, replace(item, options={**item.options, first: "else"}))
    for place, one in enumerate(m.conditions):
        other = duplicate(m)
        other.conditions[place] = replace(one, text=one.text + " or not")
        yield Mutant(f"criterion {one.number}: text", other)


def made(m, what, home, name, changed):
    other = duplicate(m)
    getattr(other, home)[name] = changed
    return Mutant(what, other)


def of_parameter(item: Parameter):
    yield "unit", replace(item, unit="kg" if item.unit != "kg" else "t")
    yield "indices", replace(item, indices="" if item.indices else "p")
    yield "extensive", replace(item, extensive=not item.extensive)
    yield "kind", replace(item, kind=Kind.FIXED if item.kind is not Kind.FIXED else Kind.MONITORED)
    for effect in ("raises", "lowers", "either"):
        yield effect, replace(item, **{effect: getattr(item, effect) ^ {"RE"}})
    if item.categories:
        yield "categories", replace(item, categories=(*item.categories, "else"))
    if item.kind is Kind.CONSTANT:
        for factor in (1.2, 1 + 1e-12):
            yield f"constant × {factor}", replace(item, value=replace(item.value, value=item.value.value * factor))
    if item.kind is Kind.DEFAULT:
        yield "text", replace(item, text=item.text + " else")
        yield "by", replace(item, by="" if item.by else next(iter("p")))
        yield from of_values(item)


def of_values(item: Parameter):
    """Yield changes of the values of a default: they are confirmed one by one."""
    if item.value is not None:
        yield "value", replace(item, value=replace(item.value, value=item.value.value * 1.1))
    if item.table is None:
        return
    for key, known in item.table.entries.items():
        more = replace(known, value=known.value * 1.1)
        yield f"value of {key}", replace(item, table=Table({**item.table.entries, key: more}))
        others = {one: value for one, value in item.table.entries.items() if one != key}
        yield f"without {key}", replace(item, table=Table(others))
        if isinstance(key, Interval):
            yield f"lower end of {key}", replace(item, table=Table({replace(key, lower=key.lower + 1): known} | others))
            swapped = replace(key, closed_upper=not key.closed_upper)
            yield f"upper end of {key}", replace(item, table=Table({swapped: known} | others))
        else:
            yield f"name of {key}", replace(item, table=Table({f"{key} else": known} | others))


def of_equation(m, rule):
    yield "unit", replace(rule, unit="kgCO2")
    yield "indices", replace(rule, indices="" if rule.indices else "p")
    yield "symbol", replace(rule, symbol=rule.symbol + "x")
    letter = next(letter for letter in m.indices if letter not in rule.total)
    yield "total", replace(rule, total=rule.total[1:] if rule.total else letter)
    if rule.when:
        name, option = next(iter(rule.when.items()))
        yield "case", replace(rule, when={**rule.when, name: option + " else"})
    for what, text in (
        ("factor", "own({0}) * 0.9"),
        ("literal", "own({0}) + 1"),
        ("digit", "own({0}) * 1.0000000000001"),
    ):
        own = tuple(inspect.signature(rule.function).parameters)
        function = eval(f"lambda own: lambda {', '.join(own)}: {text.format(', '.join(own))}")(rule.function)
        yield what, replace(rule, function=function)
    if len(rule.arguments) > 1:
        yield "operands", replace(rule, arguments=(*rule.arguments[1:], rule.arguments[0]))


# They are noticed


def stated_by(file):
    """Return the numbers that an evidence file states, by symbol and class."""
    return {(entry.name, key): float(value) for entry in file.entries for key, value in entry.values.items()}


def confirmed_values(m):
    for item in m.inputs.values():
        for key, value in dict(next((found for name, found in item.by_candidate() if not name), {})).items():
            if value.evidence.grade is Grade.CONFIRMED:
                yield (item.symbol, key), value.value


OWN = [m for number in rulebooks.modules() for m in rulebooks.versions(number).values()]


@pytest.mark.parametrize("m", [mill(), *OWN], ids=str)
def test_a_change_of_anything_that_decides_a_number_is_no_longer_confirmed(m):
    file = evidence(filled(m))
    known = {one.key: one for one in statements(m)}
    numbers = stated_by(file)
    count = 0
    for mutant in mutants(m):
        count += 1
        try:
            found = with_evidence(mutant.m, [file])
        except EvidenceError:
            continue
        # not refused: then what is confirmed has the numbers that the reader wrote down, none of the changed ones
        assert dict(confirmed_values(found)).items() <= numbers.items(), str(mutant)
        assert ": value of" in str(mutant) or str(mutant).split(": ")[1].split()[0] in (
            "value", "without", "lower", "upper", "name",
        ), f"{mutant} is not noticed"  # fmt: skip
        assert {one.key for one in statements(found)} == known.keys()
    assert count > 5 * (len(m.rules) + len(m.inputs))


def test_the_claim_of_the_example():
    m = mill()
    result = calculate(m, evidence=[evidence(filled(m, value=0.5))], **GIVEN)
    assert result.blockers == ()
    assert result.credits().to_dict() == {2024: CLAIM}
    with pytest.raises(UnconfirmedError):
        calculate(m, evidence=(), **GIVEN).credits()


def test_no_change_reaches_a_claim_but_the_one_that_was_confirmed():
    m = mill()
    file = evidence(filled(m, value=0.5))
    refused = 0
    for mutant in mutants(m):
        try:
            claim = calculate(mutant.m, evidence=[file], **GIVEN).credits()
        except (EvidenceError, UnconfirmedError):
            refused += 1
            continue
        assert claim.to_dict() == {2024: CLAIM}, str(mutant)
    assert refused > 150


@pytest.mark.parametrize(
    "changed",
    [
        lambda m: m.corrected(by="x"),
        lambda m: m.revised("2.0", unchanged=READ, identity={"version": READ}),
        lambda m: with_evidence(m, []),
        lambda m: with_evidence(m, [evidence(content_of(m, "criterion"))]),
    ],
    ids=["corrected", "revised", "no file", "another file"],
)
def test_what_a_file_confirms_of_a_methodology_is_not_confirmed_of_what_is_made_of_it(changed):
    m = mill()
    confirmed = calculate(m, evidence=evidence(filled(m)), **GIVEN).methodology
    assert all(one.confirmed for one in statements(confirmed))
    other = changed(confirmed)
    left = {one.kind for one in statements(other) if not one.confirmed}
    assert left >= {"equation", "default", "choice", "list", "rule"}
    if other.version == m.version and not other.corrected_by:
        return
    other.coordinate("H_p", of="p", what="year")
    other.complete("criteria", "parameters", "equations", evidence=READ)
    with pytest.raises(UnconfirmedError):
        calculate(other, evidence=(), **GIVEN).credits()


@pytest.mark.parametrize(("name", "value"), [("helper", lambda x: x * 10), ("LIMIT", -99.0)])
def test_what_a_function_looks_up_cannot_change_between_confirmation_and_claim(name, value, monkeypatch):
    m, file = mill(), evidence(filled(mill()))
    given = {**GIVEN, "size": [1.0, 20.0]} if name == "LIMIT" else GIVEN
    assert calculate(m, evidence=file, **GIVEN).credits().tolist() == [CLAIM]
    monkeypatch.setitem(globals(), name, value)
    with pytest.raises(EvidenceError, match="is about another reading than the present one"):
        calculate(m, evidence=file, **given).credits()


def content_of(m, kind):
    """An evidence file that confirms one kind of statement only."""
    content = filled(m.without_evidence)
    return {key: held for key, held in content.items() if not isinstance(held, list) or key == kind}


def test_a_result_whose_methodology_is_calculated_with_again_needs_the_evidence_again():
    m = mill()
    result = calculate(m, evidence=evidence(filled(m)), **GIVEN)
    assert result.credits().tolist() == [CLAIM]
    again = calculate(result.methodology, evidence=(), **GIVEN)
    assert "evidence" not in again.manifest()["call"]
    with pytest.raises(UnconfirmedError):
        again.credits()


@pytest.mark.parametrize("m", [mill(), *OWN], ids=str)
def test_every_constant_and_coordinate_of_an_equation_is_in_its_reading(m):
    readings = {(rule.symbol, ", ".join(f"{k} = {v}" for k, v in rule.when.items())): rule for rule in m.rules}
    for one in statements(m):
        if one.kind == "equation":
            for name in readings[one.name, one.case].arguments:
                if name in m.coordinates:
                    assert f"{name} = {m.coordinates[name].what.replace('_', ' ')} of" in one.reading
                elif name in m.inputs and m.inputs[name].kind is Kind.CONSTANT:
                    assert f"{m.inputs[name].value.value:.12g} {m.inputs[name].unit}".strip() in one.reading


# A constant is true by definition


@pytest.mark.parametrize(
    ("value", "unit"),
    [(0.9, ""), (4.4, "tCO2/t"), (300, "d"), (25, "tCO2/t"), (8760, "h/yr"), (1000, "t/kg"), (999, "kWh/MWh"),
     (2, ""), (0.814, "tCO2/MWh"), (3.67, ""), (1, "tCO2"), (10, "d"), (44 / 12, "kg/t"), (float("nan"), ""),
     (-1, ""), (0, "")],
)  # fmt: skip
def test_a_number_that_is_not_true_by_definition_is_a_value_of_the_document(value, unit):
    m = duplicate(mill())
    with pytest.raises(DeclarationError, match=r"fudge = .* is a value of the document: declare m\.default\(\"fudge\""):
        m.constant("fudge", value, unit, text="made up")
    assert "fudge" not in m.inputs


@pytest.mark.parametrize(
    ("value", "unit"),
    [(1000, "kWh/MWh"), (3.6, "GJ/MWh"), (3600, "s/h"), (44 / 12, ""), (44 / 28, "t/t"), (16 / 12, ""), (12, ""),
     (365, "d"), (366, "d"), (1, "yr"), (24, "h/d"), (0.001, "t/kg"), (1e6, "W*h/MWh"), (12 / 16, ""), (100, "%"),
     (1, "")],
)  # fmt: skip
def test_a_number_that_is_true_by_definition(value, unit):
    m = duplicate(mill())
    m.constant("known", value, unit, text="known")
    assert m.inputs["known"].value.value == value


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(("k", 1000), 'constant k = 1000 has no unit: give ""'), (("k", 1.0, "kgCH4"), "kgCH4")],
)
def test_a_constant_without_a_unit_that_can_be_read(arguments, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        duplicate(mill()).constant(*arguments, text="")


# What a criterion checks


WAYS = {
    "literal": "found = lambda x: x > {0}",
    "second of two in a line": "other, found = (lambda x: x > 1), (lambda x: x > {0})",
    "lines": "found = (\n    lambda x: (\n        x\n        > {0}\n    )\n)",
    "function": "def found(x):\n    return x > {0}",
    "step": "def found(x):\n    limit = {0}\n    return x > limit",
    "global": "LIMIT = {0}\nfound = lambda x: x > LIMIT",
    "closure": "def outside(limit):\n    return lambda x: x > limit\nfound = outside({0})",
    "default": "def found(x, limit={0}):\n    return x > limit",
    "keyword": "def found(x, *, limit={0}):\n    return x > limit",
    "value": "LIMIT = Value({0}, RECALLED)\nfound = lambda x: x > LIMIT.value",
    "numpy": "LIMIT = np.float64({0})\nfound = lambda x: x > LIMIT",
    "whole": "LIMIT = np.int64({0} * 10)\nfound = lambda x: x > LIMIT",
    "array": "LIMIT = np.array([{0}])\nfound = lambda x: x > LIMIT[0]",
    "dict": "LIMITS = {{'a': [{0}]}}\nfound = lambda x: x > LIMITS['a'][0]",
    "fraction": "from fractions import Fraction\nLIMIT = Fraction('{0}')\nfound = lambda x: x > LIMIT",
    "decimal": "from decimal import Decimal\nLIMIT = Decimal('{0}')\nfound = lambda x: x > LIMIT",
    "namespace": "from types import SimpleNamespace\nLIMITS = SimpleNamespace(least={0})\n"
                 "found = lambda x: x > LIMITS.least",
    "attribute of a function": "def helper(x):\n    return x - helper.least\nhelper.least = {0}\n"
                               "found = lambda x: helper(x) > 0",
    "decorated": "import functools\ndef limited(inner):\n    @functools.wraps(inner)\n"
                 "    def outer(x):\n        return inner(x)\n    return outer\n"
                 "helper = limited(lambda x: x - {0})\nfound = lambda x: helper(x) > 0",
    "whole array": "LIMITS = np.zeros(2000)\nLIMITS[1000] = {0}\nfound = lambda x: x > LIMITS[1000]",
    "module": "import limits_of_test as limits\nfound = lambda x: x > limits.LIMIT",
    "helper": "def helper(x):\n    return x - {0}\nfound = lambda x: helper(x) > 0",
    "helper of a helper": "inner = lambda x: x - {0}\ndef helper(x):\n    return inner(x)\n"
                          "found = lambda x: helper(x) > 0",
    "partial": "from functools import partial\ndef over(limit, x):\n    return x > limit\n"
               "helper = partial(over, {0})\nfound = lambda x: helper(x)",
    "comprehension": "LIMIT = {0}\ndef found(x):\n    return np.array([one > LIMIT for one in x])",
    "inner": "LIMIT = {0}\ndef found(x):\n    inner = lambda one: one > LIMIT\n    return inner(x)",
    "recursion": "def helper(x):\n    return x - {0} if x > 9 else helper(x + 9)\nfound = lambda x: helper(x) > 0",
    "digits": "LIMIT = 0.1 + {0} * 1e-15\nfound = lambda x: x > LIMIT",
}  # fmt: skip


@pytest.mark.parametrize("read", [True, False], ids=["file", "exec"])
@pytest.mark.parametrize("way", WAYS)
def test_the_limit_of_a_criterion_is_noticed_however_it_is_held(way, read, tmp_path, monkeypatch):
    def checked(limit, name):
        text = WAYS[way].format(limit)
        path = tmp_path / f"{name}.py"
        if read:
            path.write_text(text, encoding="utf-8")
        linecache.checkcache(str(path))
        module = type(np)("limits_of_test")
        module.LIMIT = limit
        monkeypatch.setitem(__import__("sys").modules, "limits_of_test", module)
        scope = {"np": np, "Value": Value, "RECALLED": RECALLED, "partial": partial, "__name__": "criteria"}
        exec(compile(text, str(path), "exec"), scope)
        return condition(scope["found"])

    assert checked(5.5, "one") == checked(5.5, "two")
    assert checked(5.5, "one") != checked(6.5, "three")


CLASS = "class Limits:\n    __slots__ = ('other',)\n    least = {0}\n    def of(self):\n        return {0}\n"
REFUSED = {
    "class": CLASS + "found = lambda x: x > Limits.least",
    "object": CLASS + "LIMITS = Limits()\nfound = lambda x: x > LIMITS.least",
    "in a list": CLASS + "LIMITS = [Limits()]\nfound = lambda x: x > LIMITS[0].least",
    "slots": CLASS + "LIMITS = Limits()\nLIMITS.other = {0}\nfound = lambda x: x > LIMITS.other",
    "method": CLASS + "limit = Limits().of\nfound = lambda x: x > limit()",
    "callable": "class Found:\n    def __call__(self, x):\n        return x > {0}\nfound = Found()",
    "enum": "import enum\nclass Limits(enum.Enum):\n    least = {0}\nfound = lambda x: x > Limits.least.value",
    "record with a method": "import dataclasses\n@dataclasses.dataclass\nclass Limits:\n    other: int = 1\n"
                            "    def of(self):\n        return {0}\nLIMITS = Limits()\n"
                            "found = lambda x: x > LIMITS.of()",
    "default of a dict": "from collections import defaultdict\nLIMITS = defaultdict(lambda: {0})\n"
                         "found = lambda x: x > LIMITS['a']",
    "get of a dict": "limit = dict(a={0}).get\nfound = lambda x: x > limit('a')",
    "cached": "import functools\n@functools.cache\ndef limit():\n    return {0}\nfound = lambda x: x > limit()",
    "vectorized": "helper = np.vectorize(lambda x: x > {0})\nfound = lambda x: helper(x)",
    "from Python": "helper = np.frompyfunc(lambda x: x > {0}, 1, 1)\nfound = lambda x: helper(x)",
    "import": "def found(x):\n    from limits_of_test import LIMIT\n    return x > LIMIT",
    "module in a module": "import limits_of_test as limits\nlimits.more = limits\n"
                          "found = lambda x: x > limits.more.LIMIT",
    "by name": "LIMIT = {0}\nfound = lambda x: x > globals()['LIM' + 'IT']",
    "environment": "import os\nos.environ['LIMIT_OF_TEST'] = '{0}'\n"
                   "found = lambda x: x > float(os.environ['LIMIT_OF_TEST'])",
    "Series": "import pandas as pd\nLIMITS = pd.Series(np.zeros(500))\nLIMITS[250] = {0}\n"
              "found = lambda x: x > LIMITS[250]",
}  # fmt: skip


@pytest.mark.parametrize("way", REFUSED)
def test_a_limit_of_which_no_text_can_say_what_it_is_is_refused(way, monkeypatch):
    module = type(np)("limits_of_test")
    module.LIMIT = 5.5
    monkeypatch.setitem(__import__("sys").modules, "limits_of_test", module)
    monkeypatch.setenv("LIMIT_OF_TEST", "")
    scope = {"np": np, "__name__": "criteria"}
    exec(REFUSED[way].format(5.5), scope)
    assert scope["found"](7.0)
    with pytest.raises(DeclarationError, match=r"a criterion uses .*no text can say what it does"):
        condition(scope["found"])


CRITERIA = [(m, one) for m in OWN for one in m.conditions if one.function is not stated]


@pytest.mark.parametrize(("m", "criterion"), CRITERIA, ids=lambda one: str(getattr(one, "number", one)))
def test_each_number_and_text_in_a_criterion_of_the_rule_book_is_noticed(m, criterion, tmp_path):
    source = textwrap.dedent(inspect.getsource(criterion.function))
    tree = ast.parse(source)
    tree.body[0].decorator_list = []
    literals = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    before = condition(criterion.function)
    for place, literal in enumerate(literals):
        kept = literal.value
        literal.value = kept + 1 if isinstance(kept, int | float) else f"{kept} else"
        path = tmp_path / f"{place}.py"
        path.write_text(ast.unparse(tree), encoding="utf-8")
        scope = dict(criterion.function.__globals__)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
        assert condition(scope[criterion.function.__name__]) != before
        literal.value = kept
