"""How a number is calculated: each equation in symbols, with the numbers in place, then its value.

An explanation goes down from one quantity to the leaves, each with its source. Where a quantity has
many values it follows one unit and one period; a total names the terms that it adds up.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.base.problems import InputError, Problem, listed, suggestion
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.graph import Graph, walk
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.evidence import Evidence
from jcm_calc.reports.html.amounts import CALCULATED
from jcm_calc.units import with_unit

if TYPE_CHECKING:
    from jcm_calc.results.calculation import Calculation

# A longer sum is shown by its first terms and its last one.
TERMS = 5


@dataclass(frozen=True)
class Step:
    """One quantity: an equation, or a leaf with its source.

    Attributes
    ----------
    name, symbol, text : str
        Its name, the document's symbol, and what it is.
    value : str
        With its unit.
    operands : tuple of str
        The names of what it is calculated from.
    equation : Equation, optional
        None of a leaf.
    numbers : Expression, optional
        The right side of the equation with the numbers in place.
    source : str
        Of a leaf, where its value comes from.
    note : str
        What a sum adds up.
    section : str
        Where the rule or the value should be in the official documents.
    evidence : Evidence, optional
        None of what the user measured or fixed.
    """

    name: str
    symbol: str
    text: str
    value: str
    operands: tuple[str, ...] = ()
    equation: Equation | None = None
    numbers: Expression | None = None
    source: str = ""
    note: str = ""
    section: str = ""
    evidence: Evidence | None = None

    @property
    def grade(self) -> str:
        """The grade of the evidence; nothing for what the user gave."""
        return str(self.evidence.grade) if self.evidence else ""

    @property
    def because(self) -> str:
        """Why it can be trusted, or not: grade, note and source of the evidence."""
        if self.evidence is None or self.evidence.note == self.source:
            return ""
        source = Message(" [{}]").format(str(self.evidence.source)) if self.evidence.source else ""
        return Message("{}{}").format(self.evidence, source)


@dataclass(frozen=True, eq=False)
class Explanation:
    """How a quantity is calculated, down to the leaves.

    Attributes
    ----------
    title : str
        The methodology that was applied.
    place : dict
        For each index, the label that is followed, and how many there are.
    symbols : dict
        The document's symbol of every name.
    steps : tuple of Step
        The quantity itself, then what it needs, equations before leaves.
    """

    title: str
    place: Mapping[str, tuple[str, int]]
    symbols: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def equations(self) -> tuple[Step, ...]:
        """The steps that are calculated."""
        return tuple(step for step in self.steps if step.equation)

    @property
    def leaves(self) -> tuple[Step, ...]:
        """The steps that were given, looked up or found on the axes."""
        return tuple(step for step in self.steps if not step.equation)

    @property
    def followed(self) -> str:
        """Which unit and period is followed, where there are several."""
        one = _("{letter} = {label} (of {count:,})")
        return _(", ").join(
            one.format(letter=letter, label=label, count=count) for letter, (label, count) in self.place.items()
        )

    def __str__(self) -> str:
        return "\n".join(map(translated, self._lines()))

    def _lines(self) -> Iterator[str]:
        yield Message("{}; {}").format(self.title, self.followed) if self.place else self.title
        for step in self.equations:
            assert step.equation is not None
            written = step.equation.written(self.symbols)
            indent = " " * (len(step.symbol) + 2)
            yield ""
            yield Message("{}: {}").format(step.symbol, step.text)
            yield f"  {written}"
            if step.numbers is not None:
                note = Message("  ({})").format(step.note) if step.note else ""
                yield Message("{} = {}{}").format(indent, step.numbers, note)
            note = Message("  ({})").format(step.note) if step.note and step.numbers is None else ""
            yield Message("{} = {}{}").format(indent, step.value, note)
            yield Message("  {}").format(step.because)
        yield ""
        for step in self.leaves:
            message = Message("; ").join(part for part in (step.source, step.because) if part)
            yield Message("{} = {}: {}").format(step.symbol, step.value, message)

    def _repr_html_(self) -> str:
        from jcm_calc.reports.html.pages import page, prefix

        return page("explanation.html", **self.content(prefix()))

    def content(self, prefix: str) -> dict[str, Any]:
        """Return what a page needs to show this, with a prefix for its anchors."""
        from jcm_calc.reports.html.formulas import PageEquations

        return {
            "explanation": self,
            "formulas": PageEquations(self.symbols, {step.name for step in self.steps}, prefix),
        }


def explain(result: Calculation, name: str, at: Mapping[str, Any]) -> Explanation:
    """Return how a quantity is calculated; see `Result.explain`."""
    m, axes = result.methodology, result.inputs.axes
    own = m.named(name) or ""
    problems = [Problem(letter, _("is not an index of {m}").format(m=m)) for letter in at if letter not in axes]
    if own not in result.graph.nodes:
        complaint = _("takes no part in this calculation") if own else _("is not a symbol of this methodology")
        problems.append(Problem(name, complaint + suggestion(name, result.graph.nodes)))
    place = {}
    for letter, axis in axes.items():
        place[letter] = 0
        if letter in at:
            labels = [str(label) for label in axis.labels]
            if str(at[letter]) in labels:
                place[letter] = labels.index(str(at[letter]))
            else:
                complaint = _("got {got}; must be one of its labels: {labels}{hint}")
                hint = suggestion(str(at[letter]), labels)
                complaint = complaint.format(got=repr(str(at[letter])), labels=listed(labels), hint=hint)
                problems.append(Problem(letter, complaint))
    InputError.raise_for(str(m), problems)
    seen = _Walk(result, place)
    steps = [seen.step(name) for name, nodes in walk([own], result.graph.of).items() if nodes]
    steps.sort(key=lambda step: step.equation is None)
    indices = {letter for step in steps for letter in _reach(result.graph, step.name)}
    followed = {
        letter: (str(axes[letter].labels[number]), axes[letter].size)
        for letter, number in place.items()
        if letter in indices and axes[letter].size > 1
    }
    return Explanation(Message("{}: {}").format(m.heading, m.title), followed, m.symbols(), tuple(steps))


def _reach(graph: Graph, name: str) -> str:
    node = graph.nodes[name]
    return node.indices + (node.total if isinstance(node, Equation) else "")


class _Walk:
    """The calculation, seen at one place along each index."""

    def __init__(self, result: Calculation, place: Mapping[str, int]) -> None:
        self.result = result
        self.place = place

    def step(self, name: str) -> Step:
        node = self.result.graph.nodes[name]
        if isinstance(node, Equation):
            return self.calculated(node)
        return self.leaf(node)

    def calculated(self, rule: Equation) -> Step:
        m, inputs = self.result.methodology, self.result.inputs
        none = bool(set(rule.total) & set(inputs.absent))
        numbers, note = (
            (None, _("none: nothing given has the index {index}").format(index=rule.total))
            if none
            else self.numbers(rule)
        )
        return Step(
            rule.name,
            rule.symbol,
            rule.text,
            self.value(rule.name),
            operands=() if none else rule.arguments,
            equation=rule,
            numbers=numbers,
            note=note,
            section=m.section(rule),
            evidence=rule.evidence,
        )

    def leaf(self, node: Parameter | Coordinate) -> Step:
        value, source = self.value(node.name), self.result.source(node.name)
        if isinstance(node, Coordinate):
            what = node.words({letter: letter for letter in self.result.inputs.axes})
            return Step(node.name, node.name, what, value, operands=node.classes, source=source)
        by = (node.by,) if node.name in self.result.inputs.tables else ()
        if by:
            source = Message("{} = {}").format(source, self.value(node.by))
        return Step(
            node.name,
            node.symbol,
            node.text,
            value,
            operands=by,
            source=source,
            section=node.section,
            evidence=self.evidence(node),
        )

    def evidence(self, parameter: Parameter) -> Evidence | None:
        """Return the evidence of a value that the document fixes."""
        if parameter.kind is Kind.CONSTANT:
            return parameter.evidence
        if parameter.kind is not Kind.DEFAULT:
            return None
        table = self.result.inputs.tables.get(parameter.name)
        if table is not None:
            key = self.at(parameter.by)
            for entry, known in table.entries.items():
                if key in entry if isinstance(entry, Interval) else key == entry:
                    return known.evidence
        found = [item.evidence for item in self.result.items if item.name == parameter.symbol]
        return found[0] if found else parameter.evidence

    def at(self, name: str) -> Any:
        """Return one value, a class by its name."""
        array, node = self.result.full(name), self.result.graph.nodes[name]
        value = array[tuple(number if letter in node.indices else 0 for letter, number in self.place.items())]
        classes = self.result.inputs.classes.get(name)
        return classes[value] if classes is not None else float(value)

    def value(self, name: str) -> str:
        """Write one value with its unit."""
        value, unit = self.at(name), self.result.graph.nodes[name].unit
        if isinstance(value, str):
            return value
        if unit == "date" and value >= 1 and math.isfinite(value):
            return _("{date} (day {number:.0f})").format(date=date.fromordinal(int(value)), number=value)
        return _("no value") if math.isnan(value) else with_unit(f"{value:,.{CALCULATED}g}", unit)

    def numbers(self, rule: Equation) -> tuple[Expression | None, str]:
        """Return the right side of an equation with the numbers in place, and what a sum adds up."""
        if not rule.arguments:
            return None, ""
        size = math.prod(self.result.inputs.sizes[letter] for letter in rule.total)
        if size == 1:
            return rule.expression({name: _number(self.at(name)) for name in rule.arguments}), ""
        values = self.terms(rule)
        cut = size > TERMS
        terms = [_number(float(value)) for value in (values[: TERMS - 2] if cut else values)]
        if cut:
            terms += [Expression("symbol", ("…",)), _number(float(values[-1]))]
        return reduce(operator.add, terms), _("the sum of {count:,} terms over {indices}").format(
            count=size, indices=", ".join(rule.total)
        )

    def terms(self, rule: Equation) -> np.ndarray[Any, Any]:
        """Return what a total adds up."""
        axes = self.result.inputs.axes
        operands = {}
        for name in rule.arguments:
            array, indices = self.result.full(name), self.result.graph.nodes[name].indices
            where = [
                slice(None) if letter in rule.total or letter not in indices else slice(number, number + 1)
                for letter, number in self.place.items()
            ]
            operands[name] = array[tuple(where)]
        shape = [axis.size if letter in rule.total else 1 for letter, axis in axes.items()]
        return np.broadcast_to(rule.terms(operands), shape).ravel()


def _number(value: Any) -> Expression:
    """Return a number, to as many digits as are shown; one that has no value is not used by its equation."""
    if math.isnan(value):
        return Expression("symbol", ("n/a",))
    return Expression("number", (float(f"{value:.{CALCULATED}g}"),))
