"""Checks of numbers and classes: an impossible value is a problem, an implausible one a warning."""

from __future__ import annotations

import itertools
import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, ProblemKind, Remark, Topic, listed, suggestion
from jcm_calc.declarations.group import OF_PERIODS
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.coordinates import of_period, without_value
from jcm_calc.inputs.periods import Period
from jcm_calc.inputs.values import UNDECIDED, Extremes, InputValue
from jcm_calc.reference_data import fuel_hints
from jcm_calc.units import Reciprocal, UnitError, conversion, with_unit

if TYPE_CHECKING:
    from jcm_calc.declarations.graph import Graph
    from jcm_calc.inputs.axes import Axis

Array = npt.NDArray[Any]
# Two amounts of one site that differ by more than this are hardly in the same unit.
APART = 1e4
# An amount of one period, or the mean of one unit, against what is usual of the others. Units are slipped by 1,000,
# ordinary amounts differ by 10 at most from one month or machine to the next: between them lies 100. A machine that
# hardly runs for a month is nothing odd, so too little is remarked on only where it makes ER larger, from half a slip.
ABOVE, BELOW = 100.0, 500.0
# Units that are mistaken for each other most often, as they differ by a prefix or are written next to each other.
RELATED_UNITS = (
    *(("kWh", "MWh", "GWh"), ("MJ", "GJ", "TJ"), ("kg", "t"), ("L", "kL"), ("m", "km"), ("W", "kW", "MW")),
    *(("min", "h", "d"), ("percent",), ("kgCO2/MWh", "tCO2/MWh"), ("kgCO2/TJ", "kgCO2/GJ", "tCO2/TJ", "tCO2/GJ")),
    ("MJ/kg", "GJ/t", "TJ/t"),
)
MISTAKABLE_UNITS = tuple(unit for units in RELATED_UNITS for unit in units)
# How far above a range that begins with 0 a number is hardly one in the declared unit; a prefix is slipped at once.
BEYOND, PREFIX = 3.0, 1000.0


def mistakable(unit: str) -> dict[str, float]:
    """Return the units that are mistaken for a unit, each with how many of them are one of it."""
    found = {}
    for other in MISTAKABLE_UNITS:
        try:
            found[other] = float(conversion(unit, other)(1.0))
        except UnitError:
            continue
    return found


def impossible(parameter: Parameter, given: InputValue) -> str:
    """Return a complaint about numbers that are missing or outside the bounds of a parameter; nothing if none is."""
    if parameter.textual or given.unchecked:
        return ""
    lowest, highest, _above = given.extremes
    if parameter.bounds.first <= lowest and highest < parameter.bounds.beyond:
        return ""
    missing = np.isnan(given.values)
    if missing.any():
        where = given.places(missing)
        message = _("got no number (empty, NaN, or an error in the spreadsheet)")
        return Message("{} {}").format(message, where) if where else message
    outside = parameter.bounds.outside(given.values)
    complaint = _("got {given}; must be a number {range}")
    if np.isinf(given.values[outside]).any():
        complaint = _("got {given}; must be a finite number {range}")
    complaint = complaint.tagged(ProblemKind.OUT_OF_BOUNDS)
    complaint = complaint.format(given=given.numbers_at(outside, parameter.unit), range=parameter.bounds.words())
    first = float(given.values[outside].flat[0])
    fraction = parameter.unit == "" and parameter.bounds.upper == 1
    if fraction and first / 100 in (parameter.plausible or parameter.bounds):
        hint = _("; it looks like per cent: write {share:g} or '{percent:g} %'").tagged(ProblemKind.PER_CENT)
        complaint += hint.format(share=first / 100, percent=first)
    return complaint


def unremarkable(parameter: Parameter, extremes: Extremes) -> bool:
    """Whether the checks of numbers by their minimum and maximum have nothing to say of them."""
    lowest, highest, positive = extremes
    within = parameter.bounds.first <= lowest and highest < parameter.bounds.beyond
    if parameter.plausible is not None:
        within = within and lowest in parameter.plausible and highest in parameter.plausible
    return within and not (parameter.extensive and highest > ABOVE * positive)


def reciprocal(remark: Reciprocal, given: InputValue) -> str:
    """Say that a number was given the other way up, and what it was taken for."""
    complaint = _("was given in {unit}, the reciprocal of what is declared, and was converted: {numbers}")
    numbers = given.numbers_at(np.ones(given.values.shape, dtype=bool), remark.declared)
    return complaint.format(unit=remark.unit, numbers=numbers)


def plausibility(
    given: Mapping[str, InputValue], tables: Mapping[str, Table], methodology: Declarations, warnings: list[Problem]
) -> None:
    """Warn of numbers far outside their plausible range, or far from a parameter of like size."""
    for name, table in tables.items():
        warnings.extend(_implausible_entries(methodology.inputs[name], table))
    for name, item in given.items():
        parameter = methodology.inputs.get(name) or methodology.facts[name]
        plausible = parameter.plausible
        if plausible is not None and not item.unchecked:
            lowest, highest, _above = item.extremes
            if not (lowest in plausible and highest in plausible):
                warnings.append(_implausible(parameter, item, plausible))
        if parameter.comparable in given:
            comparable = methodology.inputs[parameter.comparable]
            warnings.extend(_far_apart(parameter, item, comparable, given[comparable.name]))


def _implausible(parameter: Parameter, given: InputValue, plausible: Interval) -> Remark:
    outside = plausible.outside(given.values)
    text = _("{given} is far outside the plausible range {range}").tagged(ProblemKind.IMPLAUSIBLE)
    text = text.format(given=given.numbers_at(outside, parameter.unit), range=plausible)
    first = float(given.values[outside].flat[0])
    complaint = text if given.converted else text + _looks_like(parameter, first, plausible)
    ends = (("lower", plausible.lower), ("upper", plausible.upper))
    numbers = (("value", first), *ends, ("count", float(np.count_nonzero(outside))))
    return Remark(parameter.symbol, complaint, "", Topic.IMPLAUSIBLE, numbers)


def _implausible_entries(parameter: Parameter, table: Table) -> Iterator[Remark]:
    """Remark on values by class that are outside the plausible range."""
    plausible = parameter.plausible
    if plausible is None:
        return
    for key, entry in table.entries.items():
        if entry.value in plausible:
            continue
        text = _("{given} for {key} is far outside the plausible range {range}")
        given = with_unit(f"{entry.value:,.15g}", parameter.unit)
        complaint = text.format(given=given, key=key, range=plausible) + _looks_like(parameter, entry.value, plausible)
        yield Remark(parameter.symbol, complaint, "", Topic.IMPLAUSIBLE, (("value", entry.value),))


def _looks_like(parameter: Parameter, value: float, plausible: Interval) -> str:
    """Guess the unit in which a number would be plausible; nothing where several are as likely."""
    found = {unit: value / factor for unit, factor in mistakable(parameter.unit).items() if factor != 1}
    found = {unit: number for unit, number in found.items() if number in plausible}
    if plausible.lower <= 0 and value < BEYOND * plausible.upper:  # which any smaller unit would explain
        found = {unit: number for unit, number in found.items() if value >= PREFIX * number}
    if parameter.unit == "" and (value < 1 if plausible.upper <= 1 else plausible.lower <= 0):
        return ""  # not a share that is written in per cent, but a count, or a ratio
    family = _related(parameter.unit)
    related = [unit for unit in found if unit in family]
    if related:
        unit = min(related, key=lambda one: abs(math.log(value / found[one])))
    elif plausible.lower > 0 and len({float(f"{number:.6g}") for number in found.values()}) == 1:
        unit = next(iter(found))
    else:
        return ""
    hint = _("; it looks like {unit}, which would be {number}").tagged(ProblemKind.OTHER_UNIT, unit)
    return hint.format(unit=unit, number=with_unit(f"{found[unit]:,.15g}", parameter.unit))


def _related(declared: str) -> Sequence[str]:
    """Return the units that are mistaken for a unit most often."""
    factors = mistakable(declared)
    same = (units for units in RELATED_UNITS if any(factors.get(unit) == 1 for unit in units))
    return ("percent",) if declared == "" else next(same, ())


def _far_apart(parameter: Parameter, given: InputValue, comparable: Parameter, theirs: InputValue) -> list[Remark]:
    own, other = float(given.values.sum()), float(theirs.values.sum())
    if own <= 0 or other <= 0 or 1 / APART <= own / other <= APART:
        return []
    where = given.place(0) if given.values.size == 1 else ""
    text = _("{own:,.15g} {unit}{where} is {ratio} times {comparable} ({other:,.15g} {theirs})")
    fields = {"own": own, "unit": parameter.unit, "where": where, "ratio": _plain(own / other, 3), "other": other}
    fields |= {"comparable": comparable.symbol, "theirs": comparable.unit}
    text = text.tagged(ProblemKind.IMPLAUSIBLE).format(**fields)
    near = Interval(other / APART, other * APART, True, True)
    numbers = (("value", own), (comparable.name, other))
    hint = "" if given.converted else _looks_like(parameter, own, near)
    return [Remark(parameter.symbol, text + hint, "", Topic.IMPLAUSIBLE, numbers)]


def outliers(
    given: Mapping[str, InputValue],
    methodology: Declarations,
    periods: Sequence[Period] | None,
    warnings: list[Problem],
) -> None:
    """Warn of amounts of one period or unit that are orders of magnitude away from all others."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name)
        if parameter is None or not parameter.extensive or item.values.size < 2 or item.letters == UNDECIDED:
            continue
        along_p = item.letters.index("p") if "p" in item.letters else None
        days = None
        if along_p is not None and parameter.adds_over_time:
            days = unlike(item.labels.get("p", periods), item.values.shape[along_p])
        if days is None and not _spread(item):
            continue
        axes = tuple(range(item.values.ndim))
        odd, usual = outlying(parameter, item.values, along_p, days, axes)
        if odd.any():
            warnings.append(_outlier(parameter, item, odd, usual))


def _spread(item: InputValue) -> bool:
    """Whether any two amounts are far apart, so that one of them may be an outlier; cheap for large fleets."""
    return not item.unchecked and item.extremes.highest > ABOVE * item.extremes.positive


def unlike(periods: Sequence[Period] | None, count: int) -> Array | None:
    """Return the days of each period, where they differ much."""
    if periods is None or len(periods) != count or not all(period.dated for period in periods):
        return None
    days = np.array([float(period.days) for period in periods])
    return None if days.max() <= 2 * days.min() else days


def outlying(
    parameter: Parameter, values: Array, along_p: int | None, days: Array | None, axes: Sequence[int]
) -> tuple[Array, Array]:
    """Return a mask of the amounts that are far from the others, and what is usual instead.

    ``axes`` are those of one project, with ``along_p``, that of the periods, whose days are given where they differ.
    """
    rates = values
    if days is not None and along_p is not None:
        rates = values / days.reshape([-1 if axis == along_p else 1 for axis in range(values.ndim)])
    rates = np.where(rates > 0, rates, np.nan)
    scale = values / np.where(np.isnan(rates), 1.0, rates)
    odd, usual = np.zeros(values.shape, dtype=bool), np.full(values.shape, np.nan)
    means = rates
    if along_p is not None:
        typical = _lower_median(rates, (along_p,))
        with np.errstate(invalid="ignore"):
            odd = np.asarray(rates > ABOVE * typical)
            if "RE" not in parameter.raises and (parameter.raises or "RE" in parameter.lowers):
                odd |= rates < typical / BELOW
        usual = np.broadcast_to(typical, values.shape) * scale
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.nansum(rates, axis=along_p, keepdims=True) / np.count_nonzero(
                ~np.isnan(rates), axis=along_p, keepdims=True
            )
    units = tuple(axis for axis in axes if axis != along_p)
    if units and not odd.any():
        typical = _lower_median(means, units)
        with np.errstate(invalid="ignore"):
            odd = np.broadcast_to(means > ABOVE * typical, values.shape) & ~np.isnan(rates)
        usual = np.broadcast_to(typical, values.shape) * scale
    return odd, usual


def _lower_median(values: Array, axes: tuple[int, ...]) -> Array:
    """Return the middle of the numbers along some axes, the lower one of two; NaN where there is no number."""
    moved = np.moveaxis(values, axes, range(-len(axes), 0))
    flat = np.sort(moved.reshape(*moved.shape[: moved.ndim - len(axes)], -1), axis=-1)  # NaN stands last
    middle = np.maximum(np.count_nonzero(~np.isnan(flat), axis=-1, keepdims=True) - 1, 0) // 2
    found = np.take_along_axis(flat, middle, axis=-1)[..., 0]
    return np.expand_dims(found, axes)


def _plain(number: float, digits: int) -> str:
    """Return a number with so many digits, without an exponent where it is not very large or small."""
    return f"{float(f'{number:.{digits}g}'):,.15g}" if abs(number) >= 1 else f"{number:.{digits}g}"


def _outlier(parameter: Parameter, item: InputValue, odd: Array, usual: Array) -> Remark:
    first = int(np.flatnonzero(odd)[0])
    value, typical = float(item.values.flat[first]), float(usual.flat[first])
    text = _("{given} is {ratio} times what is usual of the others ({usual})").format(
        given=item.numbers_at(odd, parameter.unit),
        ratio=_plain(value / typical, 3),
        usual=with_unit(_plain(typical, 4), parameter.unit),
    )
    near = Interval(typical / ABOVE, typical * ABOVE, True, True)
    numbers = (("value", value), ("usual", typical), ("count", float(np.count_nonzero(odd))))
    hint = "" if item.converted else _looks_like(parameter, value, near)
    return Remark(parameter.symbol, text + hint, "", Topic.APART, numbers)


def classes(
    given: Mapping[str, InputValue],
    tables: Mapping[str, Table],
    methodology: Declarations,
    parameters: Iterable[Parameter],
    labels: Mapping[str, Sequence[str]],
    problems: list[Problem],
) -> None:
    """Check that every class and every number that selects a value has one."""
    for parameter in parameters:
        table = tables.get(parameter.name, parameter.table)
        if table is None or parameter.name in given:
            continue
        key = given.get(parameter.by)
        coordinate = methodology.coordinates.get(parameter.by)
        if coordinate is not None and coordinate.keys:
            continue  # see `jcm_calc.inputs.coordinates.selected`
        if coordinate is not None:
            if coordinate.name in labels:
                problems += _unknown_classes(
                    parameter, table, parameter, labels[coordinate.name], None, coordinate.indices
                )
        elif key is not None:
            declared = methodology.inputs[parameter.by]
            if declared.textual:
                problems += _unknown_classes(parameter, table, declared, key.classes or (), key)
            else:
                problems += _in_no_bin(parameter, table, declared, key)


def _in_no_bin(parameter: Parameter, table: Table, declared: Parameter, key: InputValue) -> list[Problem]:
    edges, values = table.bins()
    lowest, highest = np.searchsorted(edges, key.extremes[:2], side="right")
    if not np.isnan(values[lowest : highest + 1]).any():
        return []
    outside = np.isnan(table.lookup()(key.values))
    if not outside.any():
        return []
    complaint = _(
        "got {given}, which is in no class of {symbol}; must be a number {bins}. "
        "If the document has a value for it, give {name}"
    ).tagged(ProblemKind.NO_CLASS)
    fields = {"given": key.numbers_at(outside, declared.unit), "symbol": parameter.symbol, "name": parameter.name}
    bins = _(" or ").join(one.words(declared.unit) for one in _ranges(table))
    return [Problem(declared.symbol, complaint.format(**fields, bins=bins), declared.section)]


def _ranges(table: Table) -> list[Interval]:
    """Return the ranges that the bins of a table cover, with neighbouring bins joined."""
    found: list[Interval] = []
    for one in sorted((key for key in table.entries if isinstance(key, Interval)), key=lambda one: one.first):
        if found and found[-1].beyond == one.first:
            last = found.pop()
            one = Interval(last.lower, one.upper, last.closed_lower, one.closed_upper)
        found.append(one)
    return found


def _unknown_classes(
    parameter: Parameter,
    table: Table,
    declared: Parameter,
    named: Sequence[str],
    key: InputValue | None = None,
    index: str = "",
) -> list[Problem]:
    """Complain of classes without a value, and of values by hand for a class that neither document nor units have.

    Where the labels of an index are the classes, ``index`` names it.
    """
    known = [str(name) for name in table.entries]
    problems = []
    if codes := [number for number, name in enumerate(named) if name not in table.entries]:
        unknown = [named[code] for code in codes]
        which = listed(map(repr, unknown))
        if key is not None and key.values.size > 1:
            which = key.examples(np.isin(key.values, codes))
        complaint = without_value(parameter, which, known, suggestion(unknown[0], fuel_hints(known)))
        if index and all(name.isdigit() for name in unknown):
            numbered = _("{complaint}. Name each {index}: a column {index} in a table, or a mapping such as {example}")
            example = f"{{{known[0]!r}: 100}}" if known else "{'a': 100}"
            complaint = numbered.format(complaint=complaint, index=index, example=example)
        problems.append(Problem(declared.symbol, complaint, declared.section))
    declared_tables = [one for one in (parameter.table, *parameter.candidates.values()) if isinstance(one, Table)]
    own = {name for one in declared_tables for name in one.entries} if parameter.table else table.entries
    if unused := [str(name) for name in table.entries if name not in own and name not in named]:
        hint = suggestion(unused[0], [*map(str, own), *named])
        complaint = _("got a value for the class {names}, which no {key} is{hint}")
        complaint = complaint.format(names=listed(map(repr, unused)), key=declared.name, hint=hint)
        problems.append(Problem(parameter.symbol, complaint, parameter.section))
    return problems


def complete_amounts(
    given: Mapping[str, InputValue], methodology: Declarations, axes: Mapping[str, Axis], problems: list[Problem]
) -> None:
    """Refuse one amount for several units or periods: it would be counted several times."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name)
        if parameter is None or not parameter.extensive or item.letters == UNDECIDED:
            continue
        for letter in parameter.indices:
            adds = parameter.adds_over_time if letter == "p" else parameter.adds_over_units
            if adds and item.along(letter) == 1 < axes[letter].size:
                complaint = _("got one amount for all {count} of {letter} ({meaning}): give one for each")
                meaning = methodology.indices[letter]
                complaint = complaint.format(count=axes[letter].size, letter=letter, meaning=meaning)
                problems.append(Problem(parameter.symbol, complaint, parameter.section))


def counted(
    given: Mapping[str, InputValue], methodology: Declarations, axes: Mapping[str, Axis], warnings: list[Problem]
) -> None:
    """Warn of numbers of years and months that are not whole, leave one out, or contradict the periods."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name)
        if parameter is not None and parameter.counts and item.values.ndim < 2:
            numbers, letter = np.atleast_1d(item.values), parameter.indices
            broken = item.values != np.round(item.values)
            complaint: str
            if broken.any():
                message = _("{given} is not the whole number of a {what}")
                complaint = message.format(given=item.numbers_at(broken), what=Message(parameter.counts))
            elif letter == "p":
                complaint = _contradicts(parameter, numbers, axes["p"].labels)
            else:
                complaint = _gaps(numbers)
            if complaint:
                warnings.append(Remark(parameter.symbol, complaint, parameter.section, Topic.CONTRADICTORY))


def _gaps(numbers: Array) -> str:
    """Say which years or months are left out, or given twice."""
    known, counts = np.unique(numbers.astype(int), return_counts=True)
    missing = sorted(set(range(int(known[0]), int(known[-1]) + 1)) - set(known.tolist()))
    if missing:
        complaint = _("there is nothing for {missing}: give it, with an amount of 0 where there was none")
        return complaint.format(missing=listed(missing))
    if (counts > 1).any():
        return _("{numbers} is given more than once").format(numbers=listed(known[counts > 1].tolist()))
    return ""


def _contradicts(parameter: Parameter, numbers: Array, periods: Sequence[Period]) -> str:
    """Say where numbers of months or years do not go with the periods."""
    firsts = [period.first for period in periods]
    numbers = np.broadcast_to(numbers, len(firsts)) if numbers.size == 1 else numbers
    if any(first is None for first in firsts) or len(firsts) != numbers.size:
        steps = np.diff(numbers)
        complaint = _("{numbers} does not rise by one from period to period")
        return complaint.format(numbers=listed(f"{one:g}" for one in numbers)) if (steps != 1).any() else ""
    each = 12 if parameter.counts == "month" else 1
    months = np.array([first.year * each + (first.month if each > 1 else 0) for first in firsts if first])
    breaks = np.flatnonzero(numbers - numbers[0] != months - months[0])
    if len(breaks):
        complaint = _("{number:g} for {period} does not follow from {first:g} for {start}")
        place = int(breaks[0])
        return complaint.format(number=numbers[place], period=periods[place], first=numbers[0], start=periods[0])
    longest = 31 if parameter.counts == "month" else 366
    if long := [period for period in periods if period.days > longest]:
        complaint = _("{periods} is longer than the {what} that it counts")
        return complaint.format(periods=listed(long), what=Message(parameter.counts))
    return ""


def consecutive(
    given: Mapping[str, InputValue], graph: Graph, axes: Mapping[str, Axis], problems: list[Problem]
) -> None:
    """Complain where a value at the start is all that is known, and periods do not follow each other."""
    periods = axes["p"].labels
    gaps = [
        _("{before} and {after}").format(before=one, after=other)
        for one, other in itertools.pairwise(periods)
        if one.last is not None and other.first is not None and (other.first - one.last).days > 1
    ]
    for parameter in graph.previous:
        item = given.get(parameter.name)
        if gaps and item is not None and item.along("p") == 1:
            complaint = _("is known at the start alone, and there is a gap between {gaps}: give it for each period")
            problems.append(Problem(parameter.symbol, complaint.format(gaps=listed(gaps)), parameter.section))


def part_of_periods(
    given: Mapping[str, InputValue],
    m: Declarations,
    axes: Mapping[str, Axis],
    problems: list[Problem],
    warnings: list[Problem],
) -> None:
    """Refuse more days or hours than a period has; remark on fewer, which a methodology may not allow."""
    periods = axes["p"].labels
    for name, item in given.items():
        parameter = m.inputs.get(name)
        if parameter is None or not parameter.otherwise or item.values.size != len(periods):
            continue
        for number, period in zip(item.values.ravel().tolist(), periods, strict=True):
            if not period.dated or number == (whole := of_period(period, parameter.otherwise)):
                continue
            part, of_whole = (with_unit(f"{one:g}", parameter.unit) for one in (number, whole))
            fields = {"given": part, "whole": of_whole, "period": period}
            if number > whole:
                complaint = _("got {given}; {period} has {whole}").tagged(ProblemKind.OUT_OF_BOUNDS)
                problems.append(Problem(parameter.symbol, complaint.format(**fields), parameter.section))
            else:
                complaint = _("{given} are counted of the {whole} of {period}: show that the document allows it")
                remark = complaint.format(**fields)
                warnings.append(Remark(parameter.symbol, remark, parameter.section, Topic.CONTRADICTORY))


def dates(
    graph: Graph,
    axes: Mapping[str, Axis],
    given: Container[str],
    problems: list[Problem],
    warnings: list[Problem],
) -> None:
    """Check that periods have the dates that are needed, and are longer than a day."""
    periods = axes["p"].labels
    for node in graph.nodes.values():
        what = node.what if isinstance(node, Coordinate) else getattr(node, "otherwise", "")
        if what in OF_PERIODS and node.name not in given:
            if undated := [period for period in periods if not period.dated]:
                complaint = _("{name} needs the {what} of each period, but {periods} has no dates: name them with p=")
                fields = {"name": node.name, "what": Message(what.replace("_", " ")), "periods": listed(undated)}
                problems.append(Problem("p", complaint.format(**fields)))
            elif what == "year" and (across := [period for period in periods if period.year is None]):
                complaint = _(
                    "{name} needs the year of each period, but {periods} lies in several years: split it at 31 December"
                )
                problems.append(Problem("p", complaint.format(name=node.name, periods=listed(across))))
    if single := [period for period in periods if period.dated and period.days == 1]:
        days = listed(period.first for period in single)
        complaint = _("{days} is a period of one day; write a month as 2024-01").format(days=days)
        warnings.append(Problem("p", complaint))
