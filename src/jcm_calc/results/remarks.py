"""What has to be looked at before a result is used: one typed list, from which every output is written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, Remark, Topic, shown, suggestion
from jcm_calc.declarations.expression import Expression, ExpressionError, argument_names, record
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import DAYLIGHT, HOURS, RATED, Criterion, Effect, Indicator, Limit, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.engine.evaluation import BLOCK, EvaluationError, evaluate
from jcm_calc.evidence import Evidence, Grade, unconfirmed
from jcm_calc.inputs import Inputs
from jcm_calc.results import eligibility
from jcm_calc.results.candidates import fuel_of
from jcm_calc.results.eligibility import Answer, CriterionAssessment
from jcm_calc.results.limits import DUST, hours, upper
from jcm_calc.units import with_unit

Array = npt.NDArray[Any]
Known = Mapping[str, Array]
# In what a criterion compares, by the sign that it must have.
RELATIONS = {
    "greater": _("must be above {bound}"),
    "greater_equal": _("must be at least {bound}"),
    "less": _("must be below {bound}"),
    "less_equal": _("must be at most {bound}"),
    "equal": _("must be {bound}"),
}
# Below this share of ER a difference is rounding.
SMALL = 1e-9


def criteria(inputs: Inputs, assessments: Sequence[CriterionAssessment], known: Known) -> Iterator[Remark]:
    """Remark on each criterion that is not met, with the numbers that it looks at."""
    known = {**known, **inputs.facts}
    for assessment in assessments:
        if assessment.failing is None or assessment.answer is not Answer.NOT_MET:
            continue
        criterion = assessment.criterion
        at, place = _first(inputs, assessment.failing)
        found = {name: _at(inputs.plain(name, known[name]), at) for name in criterion.arguments if name in known}
        complaint = _("is not met{place}: {values}").format(place=place, values=_condition(inputs, criterion, found))
        numbers = tuple((name, float(value)) for name, value in found.items() if not isinstance(value, str | bool))
        subject = _("criterion {number}").format(number=criterion.number)
        yield Remark(subject, complaint, criterion.section, Topic.NOT_MET, numbers)


def _condition(inputs: Inputs, criterion: Criterion, found: Mapping[str, Any]) -> str:
    """Return the values that a criterion looks at, and what they must be, as far as the criterion can be written."""
    expression = _recorded(criterion) if len(found) == len(criterion.arguments) else None
    if expression is not None and expression.operation in RELATIONS:
        left, right = expression.arguments
        if left.operation == "symbol" and right.operation in ("symbol", "number"):
            name, other = left.arguments[0], right.arguments[0]
            bound = f"{other:.15g}" if right.operation == "number" else _shown(inputs, other, found[other])
            message = RELATIONS[expression.operation].format(bound=bound)
            return Message("{}, {}").format(_shown(inputs, name, found[name]), message)
    given = Message(", ").join(_shown(inputs, name, value) for name, value in found.items())
    return Message("; ").join((given, criterion.text))


def _recorded(criterion: Criterion) -> Expression | None:
    try:
        own = argument_names(criterion.function)
        return record(criterion.function, dict(zip(own, criterion.arguments, strict=True)))
    except (ExpressionError, TypeError, ValueError):
        return None  # it compares words


def _shown(inputs: Inputs, name: str, value: Any) -> str:
    """Return a quantity with its value: ``COP_PJ,i 5.9``."""
    m = inputs.methodology
    fact = m.facts.get(name)
    if fact is not None and fact.unit == "yes/no":
        return Message("{} {}").format(fact.symbol, _("yes") if value else _("no"))
    node = fact or m.operands(inputs.choices)[name]
    unit = "" if node.unit == "category" else node.unit
    number = value if isinstance(value, str) else with_unit(f"{value:,.6g}", unit)
    return Message("{} {}").format(m.symbols().get(name, name), number)


def limits(inputs: Inputs, known: Known) -> Iterator[Remark]:
    """Remark on each parameter that is above what a cross-check allows."""
    for limit, left, factors in _with_factors(inputs, known):

        def exceeds(own: Array, *found: Array, limit: Limit = limit, names: Sequence[str] = tuple(factors)) -> Array:
            return np.asarray(own > _most(limit, inputs, dict(zip(names, found, strict=True))) * (1 + DUST))

        over = _breached(exceeds, (left, *factors.values()))
        if over is not None:
            yield _over(inputs, limit, left, _most(limit, inputs, factors), over)


def _most(limit: Limit, inputs: Inputs, factors: Known) -> Array:
    most = upper(limit, inputs.methodology, factors.get)
    assert most is not None
    return most


def compared(inputs: Inputs, known: Known) -> Iterator[tuple[Limit, Array, Array]]:
    """Yield each cross-check whose factors are known, the values of its parameter, and what they are at most."""
    for limit, left, factors in _with_factors(inputs, known):
        yield limit, left, _most(limit, inputs, factors)


def _with_factors(inputs: Inputs, known: Known) -> Iterator[tuple[Limit, Array, dict[str, Array]]]:
    """Yield each cross-check whose factors are known, the values of its parameter, and those of its factors."""
    m = inputs.methodology
    by_period = [-1 if letter == "p" else 1 for letter in inputs.axes]

    def value(name: str) -> Array | None:
        if name in (HOURS, DAYLIGHT):
            found = hours(inputs.periods)
            return None if found is None else np.array(found).reshape(by_period)
        if name == RATED:
            return None
        return known.get(name, inputs.facts.get(name))

    for limit in m.limits:
        left = known.get(limit.parameter)
        found = {name: value(name) for name in (*limit.names, limit.rated_fact)}
        factors = {name: one for name, one in found.items() if one is not None}
        first = {name: one[(slice(1),) * one.ndim] for name, one in factors.items()}
        if left is not None and upper(limit, m, first.get) is not None:
            yield limit, left, factors


def _over(inputs: Inputs, limit: Limit, left: Array, right: Array, over: Array) -> Remark:
    m, product, parameter = inputs.methodology, limit.product, inputs.methodology.inputs[limit.parameter]
    at, place = _first(inputs, over)
    own, most = float(_at(left, at)), float(_at(right, at))
    rated = ""
    if RATED in product.factors and limit.rated_fact not in inputs.facts and limit.rated is not None:
        rated = _(" (rated power: {product})").format(product=limit.rated.written(m.symbols()))
    return _about(
        parameter,
        Topic.CROSS_CHECK,
        _("{own}{place}, but {product} is {most}{rated}"),
        {"value": own, "at most": most, "count": float(np.count_nonzero(over))},
        own=with_unit(f"{own:,.6g}", parameter.unit),
        place=place,
        product=product.written(m.symbols()),
        most=with_unit(f"{most:,.6g}", parameter.unit),
        rated=rated,
    )


def _about(
    parameter: Parameter, topic: Topic, message: Message, numbers: Mapping[str, float] | None = None, **fields: Any
) -> Remark:
    """Return a remark on a parameter, with the numbers that it is about."""
    return Remark(parameter.symbol, message.format(**fields), parameter.section, topic, tuple((numbers or {}).items()))


def indicators(inputs: Inputs, known: Known) -> Iterator[Remark]:
    """Remark on each ratio or intermediate outside its plausible range."""
    for indicator, operands in figures(inputs, known):
        outside = _breached(lambda *found, one=indicator: improbable(one, found), operands)
        if outside is not None:
            yield _odd(inputs, indicator, operands, outside)


def figures(inputs: Inputs, known: Known) -> Iterator[tuple[Indicator, tuple[Array, ...]]]:
    """Yield each indicator whose operands are known, with their values."""
    for indicator in (*inputs.methodology.indicators, *_of_terms(inputs.methodology)):
        values = (known.get(name, inputs.facts.get(name)) for name in indicator.arguments)
        operands = tuple(one for one in values if one is not None)
        if len(operands) == len(indicator.arguments):
            yield indicator, operands


def _of_terms(m: Declarations) -> Iterator[Indicator]:
    """Yield what each term of ER may be: below 0 a deduction or a discount raises ER."""
    for name, effect in m.terms.items():
        node = next((rule for rule in m.rules if rule.name == name), None) or m.inputs[name]
        text = _("{effect} of the equation of ER").format(effect=Message(effect))
        evidence = node.evidence or unconfirmed("no document was read that says so")
        yield Indicator(name, node.symbol, node.unit, lambda value: value, (name,), ALLOWED[effect], text, evidence)


ALLOWED = {
    Effect.DEDUCTION: Interval.parse("[0, inf)"),
    Effect.ADDITION: Interval.parse("(-inf, inf)"),
    Effect.DISCOUNT: Interval.parse("[0, 1]"),
}


def begun(inputs: Inputs, full: Callable[[str], Array]) -> Iterator[Remark]:
    """Remark on a period that does not begin with what the one before it ended with."""
    axis = list(inputs.axes).index("p")
    for parameter in inputs.graph.previous:
        given = inputs.values[parameter.name]
        if given.shape[axis] == 1:
            continue
        starts, ends = np.broadcast_arrays(full(parameter.name), full(parameter.previous_of))
        for place, (one, other) in enumerate(itertools.pairwise(inputs.periods), 1):
            follows = one.last is None or other.first is None or (other.first - one.last).days == 1
            start, end = starts.take(place, axis), ends.take(place - 1, axis)
            odd = ~np.isclose(start, end, rtol=1e-9, atol=1e-12)
            if follows and odd.any():
                at = int(odd.argmax())
                yield _about(
                    parameter,
                    Topic.CONTRADICTORY,
                    _("{start} at the start of {period}, but {end} ({symbol}) at the end of {before}"),
                    {"start": float(start.flat[at]), "end": float(end.flat[at])},
                    start=with_unit(f"{start.flat[at]:,.10g}", parameter.unit),
                    end=with_unit(f"{end.flat[at]:,.10g}", parameter.unit),
                    symbol=inputs.methodology.symbols()[parameter.previous_of],
                    period=other,
                    before=one,
                )


def improbable(indicator: Indicator, operands: Sequence[Array]) -> Array:
    """Return a mask of values outside the plausible range; where there is no finite value, nothing is said."""
    found = _figure(indicator, operands)
    return np.asarray(indicator.plausible.outside(found) & np.isfinite(found))


def _figure(indicator: Indicator, operands: Sequence[Array]) -> Array:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(indicator.function(*operands), dtype=float)


def _odd(inputs: Inputs, indicator: Indicator, operands: Sequence[Array], outside: Array) -> Remark:
    at, place = _first(inputs, outside)
    value, plausible = float(_figure(indicator, [np.asarray(_at(one, at)) for one in operands])), indicator.plausible
    complaint = _("{value}{place} is outside the plausible range {range}: {text}").format(
        value=with_unit(f"{value:,.6g}", indicator.unit),
        place=place,
        range=with_unit(str(plausible), indicator.unit),
        text=indicator.text,
    )
    numbers = (*_ranged(value, plausible).items(), ("count", float(np.count_nonzero(outside))))
    return Remark(indicator.written(inputs.methodology.symbols()), complaint, "", Topic.IMPLAUSIBLE, numbers)


def _ranged(value: float, plausible: Interval) -> dict[str, float]:
    return {"value": value, "lower": plausible.lower, "upper": plausible.upper}


def masks(inputs: Inputs, known: Known) -> Iterator[Array]:
    """Yield a mask of each criterion that is not met, cross-check that is violated and figure out of range.

    Arrays may have more axes in front, for many projects at once.
    """
    for assessment in eligibility.assessments(inputs, known):
        if assessment.failing is not None:
            yield assessment.failing
    for _limit, left, right in compared(inputs, known):
        yield left > right * (1 + DUST)
    for indicator, operands in figures(inputs, known):
        yield improbable(indicator, operands)


def confirmed(inputs: Inputs) -> Iterator[Remark]:
    """Remark on what an evidence file says of a default, where it is outside the plausible range."""
    for parameter in inputs.graph.parameters:
        plausible = parameter.plausible
        if plausible is None or parameter.name in inputs.replaced or not parameter.supplied:
            continue
        for value in parameter.known():
            if value.evidence.confirmation is not None and value.value not in plausible:
                yield _about(
                    parameter,
                    Topic.IMPLAUSIBLE,
                    _("{value} is outside the plausible range {range}: {evidence}"),
                    _ranged(value.value, plausible),
                    value=with_unit(f"{value.value:.6g}", parameter.unit),
                    range=plausible,
                    evidence=value.evidence,
                )


def left_out(inputs: Inputs) -> Iterator[Remark]:
    """Ask about each kind of unit of which nothing is given and that could only add project emissions."""
    m = inputs.methodology
    for letter in inputs.absent:
        totals = [rule for rule in inputs.graph.equations if letter in rule.total]
        if not totals or any(rule.name in inputs.graph.upstream("RE").nodes for rule in totals):
            continue
        message = _(
            "{kind}: none is given, so {symbols} counts as 0, although it can only lower ER; "
            "give what there is, or an amount of 0 if there is none"
        )
        symbols = Message(", ").join(rule.symbol for rule in totals)
        yield Remark(letter, message.format(kind=m.indices[letter], symbols=symbols), "", Topic.LEFT_OUT)


# What figures of one fuel are called, before the name of the fuel.
FIGURES = ("NCV_V_", "NCV_", "EF_CO2_", "EF_", "ρ_")


def of_several(inputs: Inputs) -> Iterator[Remark]:
    """Remark on figures of one fuel that are named from different sets, or are of different fuels.

    Such are its calorific value and its emission factor, or a volumetric value next to a factor.
    """
    sets: dict[Any, list[tuple[Parameter, str]]] = {}
    fuels: dict[Any, list[tuple[Parameter, str]]] = {}
    for name, origin in inputs.origins.items():
        if origin.source == "candidate" and name in inputs.graph.nodes:
            one = inputs.methodology.inputs[name]
            sets.setdefault((one.by, tuple(one.candidates)), []).append((one, origin.written))
            figure = next((figure for figure in FIGURES if name.startswith(figure)), "")
            if figure and (fuel := fuel_of(origin.written)):
                fuels.setdefault(name.removeprefix(figure), []).append((one, fuel))
    of_set = _("is of {own}, and {other} of {written}: take both of one set, for one fuel")
    of_fuel = _("is of {own}, and {other} of {fuel}: take both of one fuel")
    for groups, message in ((sets, of_set), (fuels, of_fuel)):
        for (first, known), *others in groups.values():
            for one, own in others:
                same_set = tuple(one.candidates) == tuple(first.candidates)
                if own != known and same_set is (groups is sets):  # of one set, it is said of the set
                    said = {"own": repr(own), "other": first.symbol, "written": repr(known), "fuel": repr(known)}
                    yield _about(one, Topic.CONTRADICTORY, message, None, **said)


# So near to the limit of a class, as a share of it, another conversion of units can decide the class.
NEAR = 1e-3


def near_a_limit(inputs: Inputs) -> Iterator[Remark]:
    """Remark on a number that selects a class and lies next to its limit: the conversion of its unit decides."""
    m = inputs.methodology
    for name, table in inputs.tables.items():
        parameter = m.inputs[name]
        key = m.inputs.get(parameter.by)
        if key is None or key.textual or name not in inputs.graph.nodes or key.name not in inputs.values:
            continue
        edges, values = table.bins()
        for edge, below, above in zip(edges, values, values[1:], strict=False):
            if not np.isfinite(edge) or below == above:
                continue
            value = _near(inputs.values[key.name], edge)
            if value is not None:
                yield _about(
                    key,
                    Topic.NEAR_LIMIT,
                    _(
                        "{got} lies within 0.1 % of {edge}, the limit of a class of {symbol} ({below} below, {above} "
                        "from there): check the capacity and how its unit was converted"
                    ),
                    {"value": value, "limit": float(edge)},
                    got=with_unit(f"{value:.7g}", key.unit),
                    edge=with_unit(f"{edge:g}", key.unit),
                    symbol=parameter.symbol,
                    below=_of_class(below),
                    above=_of_class(above),
                )


def _near(given: Array, edge: float) -> float | None:
    """Return the first number that is near an edge and not on it."""
    low, high = edge - NEAR * abs(edge), edge + NEAR * abs(edge)
    for (block,) in _blocks([given]):
        near = (block >= low) & (block <= high) & (block != edge)
        if near.any():
            return float(block[near][0])
    return None


def _of_class(value: float) -> str:
    return _("none") if math.isnan(value) else f"{value:g}"


# A value instead of the document's


def reasons(m: Declarations, replaced: Iterable[str], override: Any) -> dict[str, str]:
    """Return by name why a value is given instead of the document's: ``override`` by name or symbol, or one for all."""
    given = {name: m.inputs[name] for name in replaced if m.inputs[name].supplied}
    stated = override if isinstance(override, Mapping) else dict.fromkeys(given or ("override",), override)
    found, problems = {}, []
    for key, reason in stated.items():
        name = m.named(str(key)) or key
        if isinstance(override, Mapping) and m.named(str(key)) is None:
            complaint = _("override: {m} has no such name{hint}")
            problems.append(Problem(str(key), complaint.format(m=m, hint=suggestion(str(key), m.inputs))))
        elif name not in given and isinstance(override, Mapping):
            complaint = _("override: no value is given instead of the document's{hint}")
            problems.append(Problem(str(key), complaint.format(hint=suggestion(str(key), given))))
        elif not isinstance(reason, str) or not reason.strip():
            problems.append(Problem(key, _("override: got {got}; must be a reason").format(got=shown(reason))))
        elif name in given:
            found[name] = reason.strip()
    InputError.raise_for(str(m), problems)
    return found


def is_protected(evidence: Iterable[Evidence]) -> bool:
    """Whether the document's value was read, or is confirmed, so that a reason is needed to replace it."""
    grades = {one.grade for one in evidence}
    return bool(grades) and grades <= {Grade.PRIMARY, Grade.CONFIRMED}


def replaced(inputs: Inputs, reductions: float) -> Iterator[tuple[Remark, bool]]:
    """Remark on each value instead of the document's that makes ER larger; yield also whether it needs a reason."""
    for name in inputs.replaced:
        parameter = inputs.methodology.inputs[name]
        if not parameter.supplied or name not in inputs.graph.nodes:
            continue
        documents = list(_documents(inputs, parameter))
        others = [_reductions(inputs, name, array) for array, _ in documents]
        known = [(other, document) for other, document in zip(others, documents, strict=True) if other is not None]
        if known:
            other, (array, evidence) = max(known, key=lambda one: one[0])
            effect = reductions - other
            if len(documents) > 1 and parameter.by not in inputs.values:
                array = np.array([one.min() for one, _ in documents])
            if effect > SMALL * max(abs(reductions), abs(other)):
                yield _raised(inputs, parameter, array, effect, other, evidence), is_protected(evidence)


def _documents(inputs: Inputs, parameter: Parameter) -> Iterator[tuple[Array, list[Evidence]]]:
    """Yield the document's values with their evidence: of an unknown class the least and the greatest.

    Where the document has no value of a class, that of the user cannot be compared.
    """
    single = (1,) * len(inputs.axes)
    if parameter.value is not None:
        yield np.full(single, parameter.value.value), [parameter.value.evidence]
    elif parameter.table is not None:
        entries = list(parameter.table.entries.values())
        if parameter.by not in inputs.values:
            for extreme in (min, max):
                yield np.full(single, extreme(one.value for one in entries)), [one.evidence for one in entries]
            return
        keys, classes = inputs.values[parameter.by], inputs.classes.get(parameter.by)
        own = parameter.table.lookup(classes)(keys)
        used = [one.evidence for one in entries if (own == one.value).any()]
        if used:
            yield np.where(np.isnan(own), _used(inputs, parameter), own), used


def _used(inputs: Inputs, parameter: Parameter) -> Array:
    """Return the values that are used of a default that is given."""
    table = inputs.tables.get(parameter.name)
    if table is None:
        return inputs.values[parameter.name]
    return np.asarray(table.lookup(inputs.classes.get(parameter.by))(inputs.values[parameter.by]))


def _reductions(inputs: Inputs, name: str, array: Array) -> float | None:
    """Return ER over all periods with other values of one default; None where there is no result."""
    rest = {key: lookup for key, lookup in inputs.lookups().items() if key != name}
    try:
        found = evaluate(inputs.graph, inputs.sizes, {**inputs.values, name: array}, rest, RESULTS[2:])["ER"]
    except EvaluationError:
        return None
    return float(np.broadcast_to(found, [size if k == "p" else 1 for k, size in inputs.sizes.items()]).sum())


def _raised(
    inputs: Inputs, parameter: Parameter, array: Array, effect: float, other: float, evidence: Sequence[Evidence]
) -> Remark:
    given, reason = _used(inputs, parameter), inputs.overrides.get(parameter.name, "")
    numbers = {"value": float(given.flat[0])} if given.size == 1 else {}
    numbers |= {"effect on ER": effect, "ER by the document": other}
    numbers |= {"document": float(array.flat[0])} if array.size == 1 else {}
    return _about(
        parameter,
        Topic.LESS_CONSERVATIVE,
        _("{own} instead of {document}, the document's ({grade}): ER is {effect:,.6g} tCO2 larger{share}{reason}"),
        numbers,
        own=_spread(given, parameter.unit),
        document=_spread(array, parameter.unit),
        grade=Message(max(str(one.grade) for one in evidence)),
        effect=effect,
        share=_(" ({share:+.3g} %)").format(share=100 * effect / other) if other > 0 else "",
        reason=_("; reason: {reason}").format(reason=reason) if reason else "",
    )


def _spread(array: Array, unit: str) -> str:
    low, high = float(array.min()), float(array.max())
    return with_unit(f"{low:.6g}" if low == high else f"{low:.6g} … {high:.6g}", unit)


# Masks and places


def _breached(test: Callable[..., Array], arrays: Sequence[Array]) -> Array | None:
    """Return a mask of the places that fail a test; None where there is none.

    Large arrays are tested block by block, so that nothing as large is written where all is well.
    """
    if not any(test(*block).any() for block in _blocks(arrays)):
        return None
    return test(*arrays)


def _blocks(arrays: Sequence[Array]) -> Iterator[Sequence[Array]]:
    """Yield arrays of one shape, single values along some axes, in blocks that fit the cache."""
    shape = np.broadcast_shapes(*(one.shape for one in arrays))
    if math.prod(shape) <= BLOCK:
        yield arrays
        return
    axis = int(np.argmax(shape))
    step = max(1, BLOCK * shape[axis] // math.prod(shape))
    for start in range(0, shape[axis], step):
        place = (slice(None),) * axis + (slice(start, start + step),)
        yield [one[place] if one.shape[axis] > 1 else one for one in arrays]


def _first(inputs: Inputs, mask: Array) -> tuple[tuple[int, ...], str]:
    """Return the first place of a mask, and its labels with the number of others."""
    at = np.unravel_index(int(mask.argmax()), mask.shape)
    mask_shape = dict(zip(inputs.axes, mask.shape, strict=True)) if mask.ndim == len(inputs.axes) else {}
    named = [
        f"{letter}={axis.labels[int(number)]}"
        for (letter, axis), number in zip(inputs.axes.items(), at, strict=False)
        if mask_shape.get(letter, 1) > 1
    ]
    more = int(np.count_nonzero(mask)) - 1
    place = Message(" ({})").format(", ".join(named)) if named else Message("")
    if more:
        place += _(" and {count:,} more").format(count=more)
    return tuple(int(number) for number in at), place


def _at(array: Array, at: Sequence[int]) -> Any:
    """Return the value of an array at a place of what it is broadcast to."""
    place = tuple(min(number, size - 1) for number, size in zip(at, array.shape, strict=False))
    found = array[place]
    return found.item() if hasattr(found, "item") else found


ORDER = {topic: place for place, topic in enumerate(Topic)}


def ordered(found: Sequence[Remark]) -> tuple[Remark, ...]:
    """Return remarks with the gravest first."""
    return tuple(sorted(found, key=lambda one: ORDER[one.topic]))
