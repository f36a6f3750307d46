"""Another version of a methodology, declared by what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from typing import TypeVar

from jcm_calc.declarations.frozen import thawed
from jcm_calc.declarations.group import Group, case_of
from jcm_calc.declarations.items import DeclarationError, Kind, Parameter, Table, Value
from jcm_calc.evidence import GRADES, Evidence

G = TypeVar("G", bound=Group)


def duplicate(m: G) -> G:
    """Return a methodology that can be changed without changing the first one."""
    found = copy(m)
    vars(found).update({name: thawed(value) for name, value in vars(m).items() if name != "_graphs"})
    vars(found).update(_graphs={}, _frozen=False)
    return found


def reassess(m: Group, judge: Callable[[Evidence], Evidence]) -> None:
    """Change the evidence of every statement of a methodology, except what is true by definition."""

    def value(known: Value) -> Value:
        return replace(known, evidence=judge(known.evidence))

    def values(known: Value | Table) -> Value | Table:
        if isinstance(known, Value):
            return value(known)
        return Table({key: value(entry) for key, entry in known.entries.items()})

    def parameter(item: Parameter) -> Parameter:
        if item.kind is Kind.CONSTANT:
            return item
        return replace(
            item,
            evidence=item.evidence and judge(item.evidence),
            value=item.value and value(item.value),
            table=item.table and Table({key: value(entry) for key, entry in item.table.entries.items()}),
            candidates={name: values(known) for name, known in item.candidates.items()},
        )

    m.inputs = {name: parameter(item) for name, item in m.inputs.items()}
    m.facts = {name: parameter(item) for name, item in m.facts.items()}
    m.choices = {name: replace(item, evidence=judge(item.evidence)) for name, item in m.choices.items()}
    m.rules = [replace(item, evidence=judge(item.evidence)) for item in m.rules]
    m.conditions = [replace(item, evidence=judge(item.evidence)) for item in m.conditions]
    m.passages = [replace(item, evidence=judge(item.evidence)) for item in m.passages]
    m.waivers = [replace(item, evidence=judge(item.evidence)) for item in m.waivers]


def taken_over(evidence: Evidence, version: str, unchanged: Evidence) -> Evidence:
    """Return the evidence that a statement of one version gives in another: the weaker of both.

    Examples
    --------
    >>> from jcm_calc.evidence import primary, secondary, Source
    >>> print(taken_over(primary(Source("version 1.0"), "page 7"), "1.0", secondary(Source("a list"), "a new title")))
    secondary: page 7; of version 1.0, taken over: a new title
    """
    if GRADES.index(unchanged.grade) <= GRADES.index(evidence.grade):
        return evidence
    note = f"{evidence.note}; of version {version}, taken over: {unchanged.note}".removeprefix("; ")
    return Evidence(unchanged.grade, note, evidence.source, unchanged.certainty)


def everything(m: Group) -> set[object]:
    """Return the keys of all that a revision may declare again."""
    names = {*m.inputs, *m.facts, *m.coordinates, *m.choices}
    return names | {f"criterion {one.number}" for one in m.conditions} | {case_of(rule) for rule in m.rules}


def remove(m: Group, names: Iterable[str], criteria: Iterable[int | str]) -> None:
    """Delete what a version no longer has; see `jcm_calc.Methodology.remove`."""
    numbers = set(map(str, criteria))
    if unknown := numbers - {one.number for one in m.conditions}:
        raise DeclarationError(f"{m}: there is no criterion {', '.join(sorted(unknown))} to remove")
    m.conditions = [one for one in m.conditions if one.number not in numbers]
    for name in names:
        homes = [home for home in (m.inputs, m.facts, m.coordinates, m.choices) if name in home]
        rules = [rule for rule in m.rules if rule.name == name]
        if not homes and not rules:
            raise DeclarationError(f"{m}: there is no {name!r} to remove")
        if name in m.inputs and m.keys_of(m.inputs[name]):
            del m.coordinates[m.inputs[name].by]
        for home in homes:
            del home[name]
        m.rules = [rule for rule in m.rules if rule.name != name]
        lost = {limit.rated_fact for limit in m.limits if name in (limit.parameter, *limit.product.names)}
        m.limits = [
            replace(limit, rated=None) if limit.rated and name in limit.rated.names else limit
            for limit in m.limits
            if name not in (limit.parameter, *limit.product.names)
        ]
        m.facts = {key: fact for key, fact in m.facts.items() if key not in lost}
        m.indicators = [one for one in m.indicators if name not in one.arguments]
        m.derivations = [derivation for derivation in m.derivations if derivation.of != name]
        m.choice_of.pop(name, None)
        m.inherited -= {name, *map(case_of, rules)}
    m.inherited -= {f"criterion {number}" for number in numbers}
