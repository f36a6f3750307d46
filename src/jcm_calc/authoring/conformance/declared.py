"""Checks of what is declared: that it is complete, described and sourced, and of each equation on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from jcm_calc.authoring import MARK, NUMBER
from jcm_calc.authoring.conformance.drawing import usual_range
from jcm_calc.authoring.conformance.subject import Subject, check, same
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import suggestion
from jcm_calc.declarations.expression import argument_names, record
from jcm_calc.declarations.expression.parsing import parsed
from jcm_calc.declarations.expression.products import symbols, typed_numbers
from jcm_calc.declarations.faults import of_function
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Equation, Indicator, Kind, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.statements import Stated, declared, values_of
from jcm_calc.evidence import Evidence
from jcm_calc.reference_data import partner_countries
from jcm_calc.results.limits import dimension
from jcm_calc.units import UnitError, normalise, parse_unit, registry

Node: TypeAlias = Parameter | Equation | Coordinate
# What has to have a text and a source, and how it is named.
NAMED = {
    Stated.EQUATION: Message("{name}"),
    Stated.CRITERION: _("criterion {number}"),
    Stated.LIMIT: _("the limit of {name}"),
    Stated.CHOICE: Message("{name}"),
    Stated.PASSAGE: _("section {section} {name}"),
}
EXAMPLE = "XX"  # the country of methodologies that show how one is written


@check("graph closed")
def graph_closed(subject: Subject) -> Iterator[str]:
    """Every case reaches RE, PE, ER and its other terms, with every argument declared."""
    for case, graph in subject.graphs():
        for name in (*RESULTS, *subject.methodology.terms):
            if name not in graph.nodes:
                yield _("there is no equation {name} in the case {case}: declare it").format(name=name, case=case)


@check("nothing unused")
def nothing_unused(subject: Subject) -> Iterator[str]:
    """Everything declared takes part in a case, criterion, limit or indicator; every argument in its equation."""
    m = subject.methodology
    used = {name for _, graph in subject.graphs() for name in graph.nodes}
    used |= {argument for condition in m.conditions for argument in condition.arguments}
    used |= {name for limit in m.limits for name in limit.names}
    used |= {limit.rated_fact for limit in m.limits}
    used |= {argument for one in m.indicators for argument in one.arguments}
    used |= {choice for rule in m.rules for choice in rule.when}
    used |= {item.by for item in m.inputs.values() if item.name in used}
    shown = {rule.name for rule in m.rules} - used
    used |= {argument for rule in m.rules if rule.name in shown for argument in rule.arguments} if shown else set()
    declared = [*m.inputs, *m.facts, *m.coordinates, *m.choices]
    unused = [name for name in declared if name not in used]
    for rule in m.rules:
        idle = set(rule.arguments) - set(symbols(rule.expression({name: name for name in rule.arguments})))
        place = of_function(rule.function)
        unused += [_("{name} in {symbol}{place}").format(name=n, symbol=rule.symbol, place=place) for n in sorted(idle)]
    unused = [name + subject.place(name) for name in unused]
    if unused:
        yield _("declared and never used: {names}: use it or delete it").format(names=", ".join(unused))


@check("described and sourced")
def described(subject: Subject) -> Iterator[str]:
    """Every declaration has words, every number and rule a note or source with its place, every unit can be read."""
    m = subject.methodology
    for one in declared(m, Stated.PARAMETER, Stated.FACT):
        parameter: Parameter = one.item
        if not one.text:
            yield _("{name} has no text").format(name=one.name) + one.place
        if parameter.kind in (Kind.MONITORED, Kind.FIXED, Kind.DEFAULT) and one.evidence is None:
            yield _("{name} has no evidence").format(name=one.name) + one.place
        if parameter.kind is not Kind.CONSTANT:
            stated = (one.evidence, *(known.evidence for known in values_of(parameter)))
            yield from _without_place(one.name, dict.fromkeys(stated), one.place)
        if not parameter.textual and parameter.unit != "date":
            try:
                parse_unit(parameter.unit)
            except UnitError as error:
                yield _("the unit of {name} cannot be read: {why}").format(name=one.name, why=error) + one.place
    for one in declared(m, *NAMED):
        name = NAMED[one.kind].format(name=one.name, number=one.name, section=getattr(one.item, "part", ""))
        text = one.name if one.kind is Stated.LIMIT else one.text
        if not (text and one.evidence and (one.evidence.note or one.evidence.source)):
            yield _("{name} lacks a text, or evidence with a note").format(name=str(name).strip()) + one.place
        yield from _without_place(str(name).strip(), [one.evidence], one.place)
    if "version" not in m.identity:
        yield _("identity lacks the evidence of the version")
    yield from _without_place(_("the identity"), list(m.identity.values()), "")


@check("number and country")
def identity(subject: Subject) -> Iterator[str]:
    """Begin the number with the code of the country, which is a partner country."""
    m = subject.methodology
    if m.country not in partner_countries() and m.country != EXAMPLE:
        hint = suggestion(m.country, partner_countries())
        yield _("the country {country} is not a partner country{hint}").format(country=repr(m.country), hint=hint)
    if not NUMBER.fullmatch(m.number) or not m.number.startswith(m.country):
        message = _("the number {number} must be that of the country {country}, such as {country}_AM001")
        yield message.format(number=m.number, country=m.country)


@check("tables without gaps")
def tables(subject: Subject) -> Iterator[str]:
    """Leave no gap between the intervals of a table, all within the bounds of the number that selects one."""
    m = subject.methodology
    for parameter in m.inputs.values():
        place = subject.place(parameter.name)
        key = m.inputs.get(parameter.by)
        known = [parameter.table, *parameter.candidates.values()]
        for table in (one for one in known if isinstance(one, Table) and one.numeric):
            intervals = sorted((one for one in table.entries if isinstance(one, Interval)), key=lambda one: one.first)
            for one, following in pairwise(intervals):
                if one.beyond < following.first:
                    message = _("{name} has no value between {one} and {other}")
                    yield message.format(name=parameter.symbol, one=one, other=following) + place
            for one in intervals:
                if key is not None and (one.first not in key.bounds or one.beyond > key.bounds.beyond):
                    message = _("{name}: {interval} lies outside of the bounds {bounds} of {key}")
                    name, bounds = parameter.symbol, key.bounds
                    yield message.format(name=name, interval=one, bounds=bounds, key=key.symbol) + place


@check("limits")
def limits(subject: Subject) -> Iterator[str]:
    """Multiply the factors of each cross-check: they have the dimension of the parameter."""
    m = subject.methodology
    for limit in m.limits:
        try:
            unit = m.inputs[limit.parameter].unit
            dimension(limit.product, m, unit, unit)
            if limit.rated:
                dimension(limit.rated, m, f"({unit})/h", unit)
        except UnitError as error:
            yield Message("{}: {}").format(limit.written(m.symbols()), error)


@check("filled in")
def filled_in(subject: Subject) -> Iterator[str]:
    """Nothing of the skeleton that `jcm new` writes is left."""
    m = subject.methodology
    texts = {"title": m.title, "note": m.note, **{f"index {letter}": text for letter, text in m.indices.items()}}
    texts |= {f"identity {name}": str(evidence) for name, evidence in m.identity.items()}
    kinds = (Stated.PARAMETER, Stated.FACT, Stated.EQUATION, Stated.CRITERION, Stated.CHOICE)
    for one in declared(m, *kinds):
        name = f"criterion {one.name}" if one.kind is Stated.CRITERION else one.name
        texts[f"text of {name}"] = one.text
        texts[f"evidence of {name}"] = f"{one.evidence} {one.evidence.source or ''}" if one.evidence else ""
    yield from (f"{name}: {text[text.index(MARK) :]}" for name, text in texts.items() if MARK in text)
    if m.sectoral_scope < 1:
        yield "sectoral scope: FILL IN: a number from 1"


def _without_place(name: str, stated: Iterable[Evidence | None], place: str) -> Iterator[str]:
    """Complain of what is said to be read, but not where: no person can look it up."""
    lacks = _(
        '{name}: {grade} evidence names a title and no place: write Source("{title}", place="page 7"), or the address '
        "of the document"
    )
    for one in stated:
        source = one.source if one is not None and one.grade.confirms else None
        if one is not None and source is not None and not f"{source.place}{source.url}{one.note}".strip():
            yield lacks.format(name=name, grade=Message(one.grade), title=source.title) + place


# Equations


@check("dimensions")
def dimensions(subject: Subject) -> Iterator[str]:
    """Every equation run with quantities gives its declared unit, and the number that floats give."""
    rng = np.random.default_rng(1)
    for rule in subject.methodology.rules:
        nodes = _operands(subject.methodology, rule)
        yield from (fault + of_function(rule.function) for fault in _with_units(rule, nodes, rng))


@check("indicators")
def indicators(subject: Subject) -> Iterator[str]:
    """Every indicator looks at what is declared, has words and a source, and gives its unit."""
    rng = np.random.default_rng(3)
    m = subject.methodology
    known: dict[str, Node] = {**{rule.name: rule for rule in m.rules}, **m.inputs, **m.facts, **m.coordinates}
    for one in m.indicators:
        if not (one.text and (one.evidence.note or one.evidence.source)):
            yield _("{name} lacks a text, or evidence with a note").format(name=one.symbol)
        if unknown := [name for name in one.arguments if name not in known]:
            message = _("the indicator {name} looks at {names}, which is not declared")
            yield message.format(name=one.symbol, names=", ".join(unknown))
        else:
            yield from _with_units(one, [known[name] for name in one.arguments], rng)


def _with_units(one: Equation | Indicator, nodes: Sequence[Node], rng: np.random.Generator) -> Iterator[str]:
    """Complain where a function gives another unit than is declared, or another number with units than without."""
    values = [_example(node, rng) for node in nodes]
    plain = one.function(*values)
    try:
        units = (pint_unit(node.unit) for node in nodes)
        result = one.function(*map(registry().Quantity, values, units))
        found = result.to(pint_unit(one.unit)).magnitude if hasattr(result, "to") else result
    except Exception as error:  # whatever units do to a function
        yield _("{symbol}: {error}: declare constants with their units").format(symbol=one.symbol, error=error)
        return
    if not hasattr(result, "to") and nodes and one.unit not in ("", "-"):
        yield _("{symbol} gives a plain number, declared is {unit}").format(symbol=one.symbol, unit=one.unit)
    elif not same(found, plain, 1e-12):
        message = _("{symbol} gives {found:g} {unit} with units and {plain:g} without: a conversion factor is hidden")
        yield message.format(symbol=one.symbol, found=found, unit=one.unit, plain=plain)


@check("literals")
def literals(subject: Subject) -> Iterator[str]:
    """Only 0, 1 and exponents are written out in equations; every other number is declared."""
    for rule in subject.methodology.rules:
        if found := sorted(set(typed_numbers(rule.expression({name: name for name in rule.arguments})))):
            numbers = ", ".join(f"{number:.12g}" for number in found)
            message = _("{symbol} holds {numbers}{place}: declare m.constant(…) or m.default(…)")
            yield message.format(symbol=rule.symbol, numbers=numbers, place=of_function(rule.function))


def _operands(m: Declarations, rule: Equation) -> list[Node]:
    """Return what the arguments of an equation are in one of its cases."""
    known: dict[str, Node] = {**{one.name: one for one in m.rules}, **m.operands(rule.when)}
    return [known[name] for name in rule.arguments]


def pint_unit(unit: str) -> str:
    """Return a declared unit as pint spells it; a date counts in days."""
    return "d" if unit == "date" else "" if unit in ("category", "yes/no") else normalise(unit)


def _example(node: Node, rng: np.random.Generator) -> float:
    if not isinstance(node, Parameter):
        return float(rng.uniform(1.0, 2.0))
    low, high = usual_range(node)
    return node.value.value if node.value else float(rng.uniform(low + 0.3 * (high - low), low + 0.7 * (high - low)))


@check("text form")
def text_form(subject: Subject) -> Iterator[str]:
    """Compare the text that is printed of an equation, read back, with the number that it gives."""
    rng = np.random.default_rng(2)
    for rule in subject.methodology.rules:
        names = argument_names(rule.function)
        text = str(record(rule.function, {name: f"v{place}" for place, name in enumerate(names)}))
        values = [np.float64(_example(node, rng)) for node in _operands(subject.methodology, rule)]
        with np.errstate(all="ignore"):
            found = parsed(text).value({f"v{place}": value for place, value in enumerate(values)})
            expected = rule.function(*values)
        if not same(found, expected, 1e-12):
            message = _("{symbol}: the text {text!r} gives {found}, the equation {expected}")
            message = message.format(symbol=rule.symbol, text=text, found=found, expected=expected)
            yield message + of_function(rule.function)
