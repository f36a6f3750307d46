"""Checks of whole calculations, on drawn inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from jcm_calc.authoring.conformance.declared import pint_unit
from jcm_calc.authoring.conformance.drawing import Draw
from jcm_calc.authoring.conformance.subject import Case, Subject, check, check_of_draws, same
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.items import Effect, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation.conditions import condition
from jcm_calc.results.credits import term_heading
from jcm_calc.units import registry

# The signs of the derivative, by how a direction is declared.
SIGNS = {"raises": {1.0}, "lowers": {-1.0}, "either": {1.0, -1.0}}
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


def _is_stock(parameter: Parameter) -> bool:
    """Whether each month has the whole of a quantity, by its unit."""
    if parameter.textual or parameter.unit == "date":
        return False
    own = registry().Quantity(1, pint_unit(parameter.unit)).dimensionality
    return any(own == registry().Quantity(1, unit).dimensionality for unit in STOCKS)


@check("stocks")
def stocks(subject: Subject) -> Iterator[str]:
    """Let an area or a rated power add over the units, where nothing else does, and never over months."""
    m = subject.methodology
    for letter in (one for one in m.indices if one != "p" and one not in subject.keys.labels):
        along = [one for one in m.inputs.values() if letter in one.indices]
        if not any(one.adds_over_units for one in along):  # `units_split` has nothing to share between rows
            message = _("{symbol} in {unit} adds over {index} ({what}): declare extensive='units'")
            for parameter in filter(_is_stock, along):
                yield message.format(
                    symbol=parameter.symbol, unit=parameter.unit, index=letter, what=m.indices[letter]
                ) + subject.place(parameter.name)
    for parameter in m.inputs.values():
        if parameter.extensive is True and _is_stock(parameter):
            message = _(
                "{symbol} in {unit} does not add over months: declare extensive='units'. Where each month has a "
                "separate amount, such as the area that was cleared in it, declare extensive='units time'"
            )
            yield message.format(symbol=parameter.symbol, unit=parameter.unit)


@check("criteria answered")
def criteria(subject: Subject) -> None:
    """Each criterion gives an answer where all that it looks at is known; what it checks can be written as a text."""
    m = subject.methodology
    for one in m.conditions:
        condition(one.function)
    facts = {name: _some(fact) for name, fact in m.facts.items()}

    def answered(case: Case, draw: Draw) -> Iterator[str]:
        for assessment in subject.result(case, draw, facts=facts).assessments:
            if assessment.missing and not set(assessment.missing) & (set(m.inputs) | {rule.name for rule in m.rules}):
                message = _("criterion {number} looks at {names}, which nothing gives")
                yield message.format(number=assessment.criterion.number, names=", ".join(assessment.missing))

    subject.each(answered)


def _some(fact: Parameter) -> Any:
    """Return a possible answer to what a criterion asks for."""
    if fact.unit == "yes/no":
        return "yes"
    if fact.textual:
        return next(iter(fact.categories), "some class")
    return date(2023, 7, 1) if fact.unit == "date" else min(max(fact.bounds.lower, 1.0), fact.bounds.upper)


@check_of_draws("reductions")
def reductions(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """ER is RE − PE, less or more what each declared term says."""
    terms, found = subject.methodology.terms, subject.result(case, draw).emissions
    expected = found["RE"] - found["PE"]
    for name, effect in terms.items():
        amount = found[term_heading(name, effect)]
        expected = expected + amount if effect is Effect.ADDITION else expected - amount
    if not np.array_equal(found["ER"], expected) and not (terms and same(found["ER"], expected, 1e-12)):
        message = _(
            "ER is {er}, {written} is {expected}: let the equation of ER do this, or declare its terms (terms=)"
        )
        message = message.format(er=str(found["ER"]), written=written_terms(terms), expected=str(expected))
        yield message + subject.place("ER")


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


@check_of_draws("unit invariance")
def unit_invariance(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """Give values in other units of their kind: the result stays."""
    m = subject.methodology
    changed = {
        name: registry().Quantity(value, pint_unit(m.inputs[name].unit)).to_base_units()
        for name, value in draw.items()
        if name in m.inputs and not m.inputs[name].textual and m.inputs[name].unit not in ("", "date")
    }
    message = _("{name} changes when values are given in base units: avoid steps, declare factors")
    for name in _unlike(subject, "unit invariance", case, draw, changed):
        yield message.format(name=name) + subject.place(name)


def _unlike(subject: Subject, check: str, case: Case, draw: Draw, changed: Mapping[str, Any]) -> Iterator[str]:
    """Yield the amounts that are not the same after a change of the inputs that must not matter to them."""
    plain, other = subject.result(case, draw), subject.result(case, draw, **changed)
    for name in subject.asked(check, _amounts(subject.methodology)):
        if not same(plain[name].magnitude, other[name].magnitude):
            yield name


@check("directions")
def directions(subject: Subject) -> Iterator[str]:
    """Each declared direction is the sign of the derivative; what is not declared does not act."""
    m = subject.methodology
    seen: dict[tuple[str, str], set[float]] = {}

    def look(case: Case, draw: Draw) -> None:
        result = subject.result(case, draw)
        for target in (*RESULTS[:2], *m.terms):
            slopes, least = result.derivatives(target), 0.0 if target in m.terms else 1.0
            scale = 1e-12 * (least + float(np.abs(result[target].magnitude).max()))
            for name in subject.asked("directions", m.inputs):
                if m.inputs[name].kind is not Kind.CONSTANT:
                    slope = slopes.get(name, np.zeros(1)).ravel()
                    seen.setdefault((name, target), set()).update(np.sign(slope[np.abs(slope) > scale]).tolist())

    # a few draws say nothing of what does not act
    subject.each(look, at_least=25)
    faults = []
    for (name, target), signs in seen.items():
        parameter, place = m.inputs[name], subject.place(name)
        ways = [way for way in SIGNS if target in getattr(parameter, way)]
        declared = {sign for way in ways for sign in SIGNS[way]}
        if wrong := signs - declared:
            acts = ACTS[tuple(sorted(wrong))].format(symbol=parameter.symbol, target=target)
            known = " ".join(f'{way}="{target}"' for way in ways) or _("nothing")
            faults.append(_("{acts}, declared is {known}{place}").format(acts=acts, known=known, place=place))
        if declared and not signs:
            does_not = _("{symbol} is declared to act on {target} and does not")
            faults.append(does_not.format(symbol=parameter.symbol, target=target) + place)
    if faults:
        message = _("{faults}: compare raises=, lowers= and either= with the equations")
        yield message.format(faults=Message("; ").join(faults))


@check_of_draws("zero activity")
def zero_activity(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """Where every amount is zero, so are RE and PE."""
    inputs = subject.methodology.inputs
    if not (asked := subject.asked("zero activity", _amounts(subject.methodology))):
        return  # where both are waived, they may have no value at all
    known = draw.keys() & inputs.keys()
    amounts = {name: 0.0 * draw[name] for name in known if inputs[name].extensive and 0.0 in inputs[name].bounds}
    result = subject.result(case, draw, **amounts)
    for name in asked:
        if np.any(result[name].magnitude != 0):
            message = _("{name} is {value} where every amount is 0: {declare}")
            yield message.format(name=name, value=str(result[name].magnitude), declare=DECLARE) + subject.place(name)


@check_of_draws("units split")
def units_split(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """One unit in two rows, its amounts shared between them, gives the same sums."""
    m = subject.methodology
    for letter in (one for one in m.indices if one != "p" and one not in subject.keys.labels):
        along = {name: m.inputs[name] for name in draw if name in m.inputs and letter in m.inputs[name].indices}
        if not any(one.adds_over_units for one in along.values()):
            continue
        shares = {name: draw[name] / 2 if one.adds_over_units else draw[name] for name, one in along.items()}
        split = {name: np.concatenate([one, one], along[name].indices.index(letter)) for name, one in shares.items()}
        message = _("{name} changes when each {what} is split in two rows: let each row add an amount, and {declare}")
        for name in _unlike(subject, "units split", case, draw, split):
            yield message.format(name=name, what=m.indices[letter], declare=DECLARE) + subject.place(name)


@check_of_draws("periods add up")
def periods_add_up(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """Each period calculated alone gives what it gives among others."""
    together, inputs = subject.result(case, draw), subject.methodology.inputs
    of_periods = [name for name in draw if name in inputs and "p" in inputs[name].indices]
    for place, period in enumerate(draw["p"]):
        alone = {"p": [period], **{name: draw[name][..., place : place + 1] for name in of_periods}}
        result = subject.result(case, draw, **alone)
        for name in subject.asked("periods add up", RESULTS):
            if not same(together[name].magnitude[place], result[name].magnitude[0]):
                message = _("{name} of {period} depends on the other period: keep p in every equation")
                yield message.format(name=name, period=period) + subject.place(name)


@check_of_draws("conservative defaults")
def conservative_defaults(subject: Subject, case: Case, draw: Draw) -> Iterator[str]:
    """Move each default to its safe side: ER never rises."""
    m, result = subject.methodology, subject.result(case, draw)
    reductions = result["ER"].magnitude
    for name in subject.asked("conservative defaults", [one.name for one in result.inputs.graph.parameters]):
        parameter = m.inputs[name]
        step = _safe_step(parameter, m.terms)
        if parameter.kind is Kind.DEFAULT and step:
            moved = np.minimum(result[name].magnitude * (1 + step), parameter.bounds.upper)
            after = subject.result(case, draw, **{name: moved})["ER"].magnitude
            higher = after > reductions + 1e-9 * (1 + np.abs(reductions))
            if any(m.terms.get(one) is Effect.DISCOUNT for one in parameter.raises | parameter.lowers):
                higher &= reductions >= 0  # what is less than nothing is not discounted
            if np.any(higher):
                message = _(
                    "ER rises when {symbol} moves to its safe side: compare raises= and lowers= with the equations"
                )
                yield message.format(symbol=parameter.symbol) + subject.place(name)


def _safe_step(parameter: Parameter, terms: Mapping[str, Effect]) -> float:
    """Return −1 % or +1 % where the declared directions agree on what lowers ER, else 0."""
    more = {"RE", *(name for name, effect in terms.items() if effect is Effect.ADDITION)}
    up = bool(parameter.raises & more or parameter.lowers - more)
    down = bool(parameter.lowers & more or parameter.raises - more)
    return 0.0 if parameter.either or (up and down) else -0.01 if up else 0.01 if down else 0.0


@check("worked cases")
def worked_cases(subject: Subject) -> Iterator[str]:
    """Every published case that the methodology package has reproduces."""
    from jcm_calc.api.case_file import published

    for case in published(subject.methodology):
        if faults := case.differences():
            yield Message("{}: {}").format(case.path.name, Message("; ").join(faults))
