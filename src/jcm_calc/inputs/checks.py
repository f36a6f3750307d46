"""Checks of numbers and classes: what cannot be is a problem, what is hardly meant a warning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.group import OF_PERIODS
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.inputs.given import UNDECIDED, Given, span
from jcm_calc.languages import Message, _
from jcm_calc.problems import Problem, ProblemKind, listed, suggestion
from jcm_calc.units import UnitError, conversion

if TYPE_CHECKING:
    from jcm_calc.declarations.graph import Graph
    from jcm_calc.inputs.axes import Axis

# Two amounts of one site that differ by more than this are hardly in the same unit.
APART = 1e4
MISTAKABLE_UNITS = (
    *("kWh", "MWh", "GWh", "MJ", "GJ", "TJ", "kg", "t", "L", "kL", "m", "km", "kW", "MW", "min", "h", "percent"),
    *("kgCO2/MWh", "tCO2/MWh", "kgCO2/TJ", "kgCO2/GJ", "tCO2/TJ", "tCO2/GJ", "MJ/kg", "GJ/t", "TJ/t"),
)


def impossible(parameter: Parameter, given: Given) -> str:
    """Return a complaint about numbers that are missing or outside the bounds of a parameter; nothing if none is."""
    if parameter.textual:
        return ""
    lowest, highest = span(given.values)
    if parameter.bounds.first <= lowest and highest < parameter.bounds.beyond:
        return ""
    missing = np.isnan(given.values)
    if missing.any():
        where = given.places(missing)
        told = _("no number came (empty, NaN, or an error in the spreadsheet)")
        return Message("{} {}").format(told, where) if where else told
    wrong = parameter.bounds.outside(given.values)
    complaint = _("{came} came, expected a number in {bounds}").tagged(ProblemKind.OUT_OF_BOUNDS)
    complaint = complaint.format(came=given.numbers_at(wrong, parameter.unit), bounds=parameter.bounds)
    first = float(given.values[wrong].flat[0])
    fraction = parameter.unit == "" and parameter.bounds.upper == 1
    if fraction and first / 100 in (parameter.plausible or parameter.bounds):
        hint = _("; it looks like per cent: write {share:g} or '{percent:g} %'").tagged(ProblemKind.PER_CENT)
        complaint += hint.format(share=first / 100, percent=first)
    return complaint


def plausibility(given: Mapping[str, Given], methodology: Methodology, warnings: list[Problem]) -> None:
    """Warn of numbers far outside their plausible range, or far from a parameter of like size."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name) or methodology.facts[name]
        plausible = parameter.plausible
        if plausible is not None:
            lowest, highest = span(item.values)
            if not (lowest in plausible and highest in plausible):
                warnings.append(Problem(parameter.symbol, _implausible(parameter, item, plausible)))
        if parameter.comparable in given:
            sister = methodology.inputs[parameter.comparable]
            warnings.extend(_far_apart(parameter, item, sister, given[sister.name]))


def _implausible(parameter: Parameter, given: Given, plausible: Interval) -> str:
    wrong = plausible.outside(given.values)
    text = _("{came} is far outside the plausible range {range}").tagged(ProblemKind.IMPLAUSIBLE)
    text = text.format(came=given.numbers_at(wrong, parameter.unit), range=plausible)
    return text + _looks_like(parameter, float(given.values[wrong].flat[0]), plausible)


def _looks_like(parameter: Parameter, value: float, plausible: Interval) -> str:
    """Guess the unit in which a number would be plausible."""
    for unit in MISTAKABLE_UNITS:
        if unit == parameter.unit:
            continue
        try:
            converted = conversion(unit, parameter.unit)(value)
        except UnitError:
            continue
        if converted in plausible:
            hint = _("; it looks like {unit}, which would be {number:,.15g} {declared}").tagged(
                ProblemKind.OTHER_UNIT, unit
            )
            return hint.format(unit=unit, number=converted, declared=parameter.unit)
    return ""


def _far_apart(parameter: Parameter, given: Given, sister: Parameter, theirs: Given) -> list[Problem]:
    own, other = float(given.values.sum()), float(theirs.values.sum())
    if own <= 0 or other <= 0 or 1 / APART <= own / other <= APART:
        return []
    where = given.place(0) if given.values.size == 1 else ""
    text = (
        _("{own:,.15g} {unit}{where} is {ratio:,.3g} times {sister} ({other:,.15g} {theirs})")
        .tagged(ProblemKind.IMPLAUSIBLE)
        .format(
            own=own,
            unit=parameter.unit,
            where=where,
            ratio=own / other,
            sister=sister.symbol,
            other=other,
            theirs=sister.unit,
        )
    )
    near = Interval(other / APART, other * APART, True, True)
    return [Problem(parameter.symbol, text + _looks_like(parameter, own, near))]


def classes(
    given: Mapping[str, Given],
    tables: Mapping[str, Table],
    methodology: Methodology,
    parameters: Iterable[Parameter],
    axes: Mapping[str, Axis],
    problems: list[Problem],
) -> None:
    """Check that every class and every number that selects a value has one."""
    for parameter in parameters:
        table = tables.get(parameter.name, parameter.table)
        if table is None or parameter.name in given:
            continue
        key = given.get(parameter.by)
        if parameter.by in methodology.coordinates:
            labels = axes[methodology.coordinates[parameter.by].of].labels
            problems += _unknown_classes(parameter, table, parameter, [str(label) for label in labels])
        elif key is not None:
            declared = methodology.inputs[parameter.by]
            if declared.textual:
                problems += _unknown_classes(parameter, table, declared, key.classes or (), key)
            else:
                problems += _in_no_bin(parameter, table, declared, key)


def _in_no_bin(parameter: Parameter, table: Table, declared: Parameter, key: Given) -> list[Problem]:
    edges, values = table.bins()
    lowest, highest = np.searchsorted(edges, span(key.values), side="right")
    if not np.isnan(values[lowest : highest + 1]).any():
        return []
    outside = np.isnan(table.lookup()(key.values))
    if not outside.any():
        return []
    complaint = (
        _("{came} lies in no class of {symbol} ({bins}); if the document has a value for it, give {name} yourself")
        .tagged(ProblemKind.NO_CLASS)
        .format(
            came=key.numbers_at(outside, declared.unit),
            symbol=parameter.symbol,
            bins=", ".join(map(str, table.entries)),
            name=parameter.name,
        )
    )
    return [Problem(declared.symbol, complaint, declared.section)]


def _unknown_classes(
    parameter: Parameter, table: Table, declared: Parameter, named: Sequence[str], key: Given | None = None
) -> list[Problem]:
    """Complain of classes without a value, and of values by hand for a class that neither document nor units have."""
    known = [str(name) for name in table.entries]
    problems = []
    if codes := [number for number, name in enumerate(named) if name not in table.entries]:
        unknown = [named[code] for code in codes]
        which = listed(map(repr, unknown))
        if key is not None and key.values.size > 1:
            which = key.examples(np.isin(key.values, codes))
        complaint = _(
            "{which} has no value of {symbol}; known are {known}{hint}; for any other, give {name} by class"
        ).format(
            which=which,
            symbol=parameter.symbol,
            known=listed(known, limit=10) or _("none"),
            hint=suggestion(unknown[0], known),
            name=parameter.name,
        )
        problems.append(Problem(declared.symbol, complaint, declared.section))
    declared_tables = [one for one in (parameter.table, *parameter.candidates.values()) if isinstance(one, Table)]
    own = {name for one in declared_tables for name in one.entries} if parameter.table else table.entries
    if unused := [str(name) for name in table.entries if name not in own and name not in named]:
        hint = suggestion(unused[0], [*map(str, own), *named])
        complaint = _("a value came for the class {names}, which no {key} is{hint}")
        complaint = complaint.format(names=listed(map(repr, unused)), key=declared.name, hint=hint)
        problems.append(Problem(parameter.symbol, complaint, parameter.section))
    return problems


def complete_amounts(
    given: Mapping[str, Given], methodology: Methodology, axes: Mapping[str, Axis], problems: list[Problem]
) -> None:
    """Refuse one amount for several units or periods: it would be counted several times."""
    for name, item in given.items():
        parameter = methodology.inputs.get(name)
        if parameter is None or not parameter.extensive or item.letters == UNDECIDED:
            continue
        for letter in parameter.indices:
            if item.along(letter) == 1 < axes[letter].size:
                complaint = _("one amount came for all {count} of {letter} ({meaning}): give one for each")
                meaning = methodology.indices[letter]
                complaint = complaint.format(count=axes[letter].size, letter=letter, meaning=meaning)
                problems.append(Problem(parameter.symbol, complaint, parameter.section))


def dates(graph: Graph, axes: Mapping[str, Axis], problems: list[Problem], warnings: list[Problem]) -> None:
    """Check that periods have the dates that coordinates need, and are longer than a day."""
    periods = axes["p"].labels
    for node in graph.nodes.values():
        if isinstance(node, Coordinate) and node.what in OF_PERIODS:
            if undated := [period for period in periods if not period.dated]:
                complaint = _("{name} needs the {what} of each period, but {periods} has no dates: name them with p=")
                told = {"name": node.name, "what": Message(node.what.replace("_", " ")), "periods": listed(undated)}
                problems.append(Problem("p", complaint.format(**told)))
            elif node.what == "year" and (across := [period for period in periods if period.year is None]):
                complaint = _(
                    "{name} needs the year of each period, but {periods} lies in several years: split it at 31 December"
                )
                problems.append(Problem("p", complaint.format(name=node.name, periods=listed(across))))
    if single := [period for period in periods if period.dated and period.days == 1]:
        days = listed(period.first for period in single)
        complaint = _("{days} is a period of one day; write a month as 2024-01").format(days=days)
        warnings.append(Problem("p", complaint))
