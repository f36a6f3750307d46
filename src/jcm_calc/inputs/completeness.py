"""What is missing: choices not made, and parameters that are needed under those made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, ProblemKind
from jcm_calc.declarations.graph import Graph, is_user_supplied, open_choices, reachable
from jcm_calc.declarations.items import Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.arguments import Arguments, expected


def graph(taken: Arguments) -> Graph | None:
    """Return the graph under the choices made; complain about choices and parameters that are missing.

    None where a choice is open.
    """
    m = taken.methodology
    known = {*taken.given, *taken.refused}
    replaced = frozenset(name for name in known & m.inputs.keys() if m.inputs[name].by)
    absent = missing_indices(taken)
    if absent and not set(m.indices) - set(absent) - {"p"} and not taken.unread:
        kinds = _(", ").join(Message("{} ({})").format(letter, m.indices[letter]) for letter in absent)
        nothing = _("missing: what is given has a value for none of {kinds}").tagged(ProblemKind.MISSING)
        taken.problems.append(Problem(m.number, nothing.format(kinds=kinds)))
    undecided = open_choices(m, taken.choices, replaced, absent)
    for name in undecided:
        if name not in taken.refused:
            choice = m.choices[name]
            options = "; ".join(f"{option}: {meaning}" for option, meaning in choice.options.items())
            complaint = _("missing: {text} ({options})").tagged(ProblemKind.MISSING)
            taken.problems.append(Problem(name, complaint.format(text=choice.text, options=options), choice.section))
    needed: dict[str, list[Mapping[str, str]]] = {}
    every = _cases(m, undecided, taken.choices)
    misspelt = any(name in taken.refused for name in undecided)
    for case in every:
        for parameter in m.graph(case, replaced, absent=absent).parameters:
            needed.setdefault(parameter.name, []).append(case)
    for name, cases in needed.items():
        parameter = m.inputs[name]
        if misspelt and len(cases) < len(every):
            continue  # whether it is needed is not known
        if is_user_supplied(parameter) and name not in known and name not in taken.tables and not taken.unread:
            lacking = _missing(parameter, m.country) + _condition(m, undecided, cases)
            taken.problems.append(Problem(parameter.symbol, lacking, parameter.section))
    _idle(taken, needed)
    return None if undecided else m.graph(taken.choices, replaced, absent=absent)


def missing_indices(taken: Arguments) -> str:
    """Return the optional indices that nothing given has."""
    m = taken.methodology
    present = {
        letter for name in (*taken.given, *taken.refused) if name in m.inputs for letter in m.inputs[name].indices
    }
    return "".join(letter for letter in m.optional if letter not in present)


def possible(taken: Arguments) -> Graph:
    """Return the graph of what eligibility criteria look at, as far as what is given reaches."""
    m = taken.methodology
    known = {*taken.given, *taken.tables}
    replaced = frozenset(name for name in taken.given.keys() & m.inputs.keys() if m.inputs[name].by)
    absent = missing_indices(taken)
    targets = []
    for name in dict.fromkeys(argument for condition in m.conditions for argument in condition.arguments):
        found = m.graph(taken.choices, replaced, (name,), absent)
        leaves = all(leaf.name in known or not is_user_supplied(leaf) for leaf in found.parameters)
        if leaves and not found.undecided:
            targets.append(name)
    return m.graph(taken.choices, replaced, tuple(targets), absent)


def _idle(taken: Arguments, needed: Mapping[str, object]) -> None:
    """Warn of inputs without effect."""
    m = taken.methodology
    idle = [name for name in (*taken.given, *taken.tables) if name in m.inputs and name not in needed]
    if not idle:
        return
    arguments = [argument for condition in m.conditions for argument in condition.arguments]
    arguments += [argument for indicator in m.indicators for argument in indicator.arguments]
    arguments += [name for limit in m.limits for name in limit.names]
    looked_at = reachable(m, taken.choices, frozenset(), arguments)
    for name in idle:
        if name not in looked_at:
            complaint = _("is given but takes no part in this calculation")
            taken.warnings.append(Problem(m.inputs[name].symbol, complaint))


def _cases(m: Declarations, undecided: Sequence[str], choices: Mapping[str, str]) -> list[dict[str, str]]:
    every = product(*(m.choices[name].options for name in undecided))
    return [{**choices, **dict(zip(undecided, options, strict=True))} for options in every]


def _condition(m: Declarations, undecided: Sequence[str], cases: Sequence[Mapping[str, str]]) -> str:
    """Say under which options of the choices not made a parameter is needed."""
    options = {name: dict.fromkeys(case[name] for case in cases) for name in undecided}
    narrow = [
        Message("{} = {}").format(name, _(" or ").join(found))
        for name, found in options.items()
        if len(found) < len(m.choices[name].options)
    ]
    return _(", only if {cases}").format(cases=_(" and ").join(narrow)) if narrow else ""


def _missing(parameter: Parameter, country: str) -> str:
    missing = _("missing: {text}, {expected}").tagged(ProblemKind.MISSING)
    text = missing.format(text=parameter.text, expected=expected(parameter))
    if parameter.by:
        text += _(", or values by {key}").format(key=parameter.by)
    if names := [*parameter.candidates, *(parameter.aliases if parameter.listed else ())]:
        text += _("; possible values by name: {names}").format(names="; ".join(names))
    if parameter.listed:
        text += _(", or the name of a published factor, as `jcm factors {country}` lists them").format(country=country)
    return text
