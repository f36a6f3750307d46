"""Checks of whole calculations, on drawn inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from jcm_calc.authoring.conformance.drawing import Draw
from jcm_calc.authoring.conformance.equations import pint_unit
from jcm_calc.authoring.conformance.subject import Subject, check, same
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Effect, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation.conditions import condition
from jcm_calc.results.credits import term_heading
from jcm_calc.units import registry

# By the signs of the derivative that are not declared.
ACTS = {
    (1.0,): _("{symbol} raises {target}"),
    (-1.0,): _("{symbol} lowers {target}"),
    (-1.0, 1.0): _("{symbol} lowers and raises {target}"),
}


DECLARE = _(
    "declare extensive=True what adds over units and over months (energy, mass), extensive='units' what adds over "
    "units alone (area, capacity, animals), extensive='time' what adds over months alone (days)"
)
# Each month has the whole of it: an area, a rated power.
STOCKS = ("m**2", "W")


@check("stocks")
def stocks(subject: Subject) -> Iterator[str]:
    """Let nothing add over time of which each month has the whole, such as an area or a rated power."""
    for parameter in subject.methodology.inputs.values():
        if parameter.extensive is True and not parameter.textual:
            own = registry().Quantity(1, pint_unit(parameter.unit)).dimensionality
            if any(own == registry().Quantity(1, unit).dimensionality for unit in STOCKS):
                told = _(
                    "{symbol} in {unit} does not add over months: declare extensive='units'. Where each month has a "
                    "separate amount, such as the area that was cleared in it, declare extensive='units time'"
                )
                yield told.format(symbol=parameter.symbol, unit=parameter.unit)


@check("criteria answered")
def criteria(subject: Subject) -> None:
    """Each criterion gives an answer where all that it looks at is known; what it checks can be written as a text."""
    m = subject.methodology
    for one in m.conditions:
        condition(one.function)
    facts = {name: _some(fact) for name, fact in m.facts.items()}

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        for verdict in subject.result(case, draw, facts=facts).verdicts:
            if verdict.missing and not set(verdict.missing) & (set(m.inputs) | {rule.name for rule in m.rules}):
                told = _("criterion {number} looks at {names}, which nothing gives")
                names = ", ".join(verdict.missing)
                yield told.format(number=verdict.criterion.number, names=names)

    subject.each(holds)


def _some(fact: Parameter) -> Any:
    """Return a possible answer to what a criterion asks for."""
    if fact.unit == "yes/no":
        return "yes"
    if fact.textual:
        return next(iter(fact.categories), "some class")
    return date(2023, 7, 1) if fact.unit == "date" else min(max(fact.bounds.lower, 1.0), fact.bounds.upper)


@check("reductions")
def reductions(subject: Subject) -> None:
    """ER is RE − PE, less or more what each declared term says."""
    terms = subject.methodology.terms

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        found = subject.result(case, draw).emissions
        expected = found["RE"] - found["PE"]
        for name, effect in terms.items():
            amount = found[term_heading(name, effect)]
            expected = expected + amount if effect is Effect.ADDITION else expected - amount
        agrees = np.array_equal(found["ER"], expected)
        if not agrees and not (terms and same(found["ER"], expected, 1e-12)):
            told = _(
                "ER is {er}, {written} is {expected}: let the equation of ER do this, or declare its terms (terms=)"
            )
            told = told.format(er=str(found["ER"]), written=written_terms(terms), expected=str(expected))
            yield told + subject.place("ER")

    subject.each(holds)


def written_terms(terms: Mapping[str, Effect]) -> str:
    """Return what ER is by its declared terms.

    Examples
    --------
    >>> written_terms({"LK": Effect.DEDUCTION, "UD": Effect.DISCOUNT, "B": Effect.DEDUCTION})
    '(RE − PE − LK) × (1 − UD) − B'
    """
    text = "RE − PE"
    for name, effect in terms.items():
        if effect is Effect.DISCOUNT:
            text = f"({text})" if text.count(" ") and not text.endswith(")") else text
            text += f" × (1 − {name})"
        else:
            text += f" {'+' if effect is Effect.ADDITION else '−'} {name}"
    return text


def _amounts(m: Declarations) -> tuple[str, ...]:
    """Return the names of RE, PE and the other terms of ER that are amounts."""
    return (*RESULTS[:2], *(name for name, effect in m.terms.items() if effect is not Effect.DISCOUNT))


@check("unit invariance")
def unit_invariance(subject: Subject) -> None:
    """Give values in other units of their kind: the result stays."""

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        m = subject.methodology
        changed = {}
        for name, value in draw.items():
            if name in m.inputs and not m.inputs[name].textual and m.inputs[name].unit not in ("", "date"):
                changed[name] = registry().Quantity(value, pint_unit(m.inputs[name].unit)).to_base_units()
        plain, other = subject.result(case, draw), subject.result(case, draw, **changed)
        for name in subject.asked("unit invariance", _amounts(m)):
            if not same(plain[name].magnitude, other[name].magnitude):
                told = _("{name} changes when values are given in base units: avoid steps, declare factors")
                yield told.format(name=name) + subject.place(name)

    subject.each(holds)


@check("directions")
def directions(subject: Subject) -> Iterator[str]:
    """Each declared direction is the sign of the derivative; what is not declared does not act."""
    m = subject.methodology
    seen: dict[tuple[str, str], set[float]] = {}

    def holds(case: dict[str, str], draw: Draw) -> None:
        result = subject.result(case, draw)
        for target in (*RESULTS[:2], *m.terms):
            slopes = result.derivatives(target)
            for name in subject.asked("directions", m.inputs):
                if m.inputs[name].kind is not Kind.CONSTANT:
                    found = seen.setdefault((name, target), set())
                    least = 0.0 if target in m.terms else 1.0
                    scale = 1e-12 * (least + float(np.abs(result[target].magnitude).max()))
                    slope = slopes.get(name, np.zeros(1)).ravel()
                    found.update(np.sign(slope[np.abs(slope) > scale]).tolist())

    # a few draws say nothing of what does not act
    subject.each(holds, at_least=25)
    faults = []
    for (name, target), signs in seen.items():
        parameter = m.inputs[name]
        declared = {1.0} if target in parameter.raises else {-1.0} if target in parameter.lowers else set()
        if target in parameter.either:
            declared = {1.0, -1.0}
        if wrong := signs - declared:
            acts = ACTS[tuple(sorted(wrong))].format(symbol=parameter.symbol, target=target)
            known = " ".join(_declared(parameter, target)) or _("nothing")
            place = subject.place(name)
            faults.append(_("{acts}, declared is {known}{place}").format(acts=acts, known=known, place=place))
        if declared and not signs:
            does_not = _("{symbol} is declared to act on {target} and does not")
            faults.append(does_not.format(symbol=parameter.symbol, target=target) + subject.place(name))
    if faults:
        told = _("{faults}: compare raises=, lowers= and either= with the equations")
        yield told.format(faults=Message("; ").join(faults))


def _declared(parameter: Parameter, target: str) -> list[str]:
    """Return how a direction is declared, as an author writes it."""
    return [f'{one}="{target}"' for one in ("raises", "lowers", "either") if target in getattr(parameter, one)]


@check("zero activity")
def zero_activity(subject: Subject) -> None:
    """Where every amount is zero, so are RE and PE."""
    asked = list(subject.asked("zero activity", _amounts(subject.methodology)))

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        amounts = {name: 0.0 * value for name, value in draw.items() if _can_be_zero(subject.methodology, name)}
        result = subject.result(case, draw, **amounts)
        for name in asked:
            if np.any(result[name].magnitude != 0):
                told = _("{name} is {value} where every amount is 0: {declare}")
                yield told.format(name=name, value=str(result[name].magnitude), declare=DECLARE) + subject.place(name)

    if asked:  # where both are waived, they may have no value at all
        subject.each(holds)


def _can_be_zero(m: Declarations, name: str) -> bool:
    return name in m.inputs and bool(m.inputs[name].extensive) and 0.0 in m.inputs[name].bounds


@check("units split")
def units_split(subject: Subject) -> None:
    """One unit in two rows, its amounts shared between them, gives the same sums."""
    m = subject.methodology
    for letter in m.indices:
        if letter != "p" and letter not in subject.keys.labels:
            subject.each(partial(_split, subject, letter))


def _split(subject: Subject, letter: str, case: dict[str, str], draw: Draw) -> Iterator[str]:
    m = subject.methodology
    along = {name for name in draw if name in m.inputs and letter in m.inputs[name].indices}
    amounts = {name for name in along if m.inputs[name].adds_over_units}
    if not amounts:
        return
    changed = {}
    for name, value in draw.items():
        if name in along:
            axis = m.inputs[name].indices.index(letter)
            shares = value / 2 if name in amounts else value
            changed[name] = np.concatenate([shares, shares], axis)
    whole, split = subject.result(case, draw), subject.result(case, draw, **changed)
    for name in subject.asked("units split", _amounts(m)):
        if not same(whole[name].magnitude, split[name].magnitude):
            told = _("{name} changes when each {what} is split in two rows: let each row add an amount, and {declare}")
            yield told.format(name=name, what=m.indices[letter], declare=DECLARE) + subject.place(name)


@check("periods add up")
def periods_add_up(subject: Subject) -> None:
    """Each period calculated alone gives what it gives among others."""

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        together = subject.result(case, draw)
        for place, period in enumerate(draw["p"]):
            alone = {"p": [period]}
            for name, value in draw.items():
                if name in subject.methodology.inputs and "p" in subject.methodology.inputs[name].indices:
                    alone[name] = value[..., place : place + 1]
            result = subject.result(case, draw, **alone)
            for name in subject.asked("periods add up", RESULTS):
                if not same(together[name].magnitude[place], result[name].magnitude[0]):
                    told = _("{name} of {period} depends on the other period: keep p in every equation")
                    yield told.format(name=name, period=period) + subject.place(name)

    subject.each(holds)


@check("conservative defaults")
def conservative_defaults(subject: Subject) -> None:
    """Move each default to its safe side: ER never rises."""

    def holds(case: dict[str, str], draw: Draw) -> Iterator[str]:
        result = subject.result(case, draw)
        reductions = result["ER"].magnitude
        for name in subject.asked("conservative defaults", [one.name for one in result.inputs.graph.parameters]):
            parameter = subject.methodology.inputs[name]
            step = _safe_step(parameter, subject.methodology.terms)
            if parameter.kind is Kind.DEFAULT and step and parameter.name in result.inputs.graph.nodes:
                value = result[parameter.name].magnitude
                moved = np.minimum(value * (1 + step), parameter.bounds.upper)
                after = subject.result(case, draw, **{parameter.name: moved})["ER"].magnitude
                higher = after > reductions + 1e-9 * (1 + np.abs(reductions))
                if _discounted(parameter, subject.methodology.terms):
                    higher &= reductions >= 0  # what is less than nothing is not discounted
                if np.any(higher):
                    told = _(
                        "ER rises when {symbol} moves to its safe side: compare raises= and lowers= with the equations"
                    )
                    yield told.format(symbol=parameter.symbol) + subject.place(parameter.name)

    subject.each(holds)


def _safe_step(parameter: Parameter, terms: Mapping[str, Effect]) -> float:
    """Return −1 % or +1 % where the declared directions agree on what lowers ER, else 0."""
    more = {"RE", *(name for name, effect in terms.items() if effect is Effect.ADDITION)}
    up = bool(parameter.raises & more or parameter.lowers - more)
    down = bool(parameter.lowers & more or parameter.raises - more)
    return 0.0 if parameter.either or (up and down) else -0.01 if up else 0.01 if down else 0.0


def _discounted(parameter: Parameter, terms: Mapping[str, Effect]) -> bool:
    """Whether a parameter acts on a discount."""
    return any(terms.get(name) is Effect.DISCOUNT for name in parameter.raises | parameter.lowers)


@check("worked cases")
def worked_cases(subject: Subject) -> Iterator[str]:
    """Every published case that the methodology package has reproduces."""
    from jcm_calc.api.case_file import published

    for case in published(subject.methodology):
        if faults := case.differences():
            yield Message("{}: {}").format(case.path.name, Message("; ").join(faults))
