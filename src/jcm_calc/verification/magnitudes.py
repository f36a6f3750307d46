"""Group B: units and magnitudes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind, Topic
from jcm_calc.inputs.checks import mistakable
from jcm_calc.results.limits import DUST
from jcm_calc.results.remarks import compared
from jcm_calc.units import UnitError, conversion, with_unit
from jcm_calc.units import magnitude as magnitude_of
from jcm_calc.units import split as split_quantity
from jcm_calc.verification.against_plan import differing
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import check, entered, monitored
from jcm_calc.verification.documents import of_unit
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.ratios import PER_CENT

# How far a monitored amount may lie from its plan before another unit is the likelier reason.
FAR = 300.0
ABOVE, FAR_ABOVE, FAR_ABOVE_RATED = 1.05, 1.20, 20.0
DOUBTED_PARTS = _("the parts of the derivation are themselves {evidence}")


@check("B1")
def per_cent(documents: Analyses) -> Iterator[Finding]:
    """Find a factor of 100."""
    for problem in documents.problems(ProblemKind.PER_CENT):
        yield documents.of_problem("B1", problem, cause=PER_CENT)


@check("B3")
def different_units(documents: Analyses) -> Iterator[Finding]:
    """Find units that do not convert, and values in one unit under the name of another."""
    for entry in documents.report.entries():
        if entry.value is None:
            message, say = _("{symbol} is given in {given}, which does not convert to {unit}"), {"given": entry.unit}
            finding = documents.of_entry("B3", entry, message, say=say, unit=entry.unit)
            yield replace(finding, found=entry.written)
    for problem in documents.problems(ProblemKind.TWO_UNITS):
        yield documents.of_problem("B3", problem)


@check("B4", _("no monitored value"), monitored)
def other_unit(documents: Analyses) -> Iterator[Finding]:
    """Find amounts that look as if they were in another unit, with the number that they would then be."""
    by_readings = {one.subject for one in documents.found("B4") if one.severity is Severity.ERROR}
    done = set(by_readings)
    for entry, planned in _against_plan(documents):
        unit = _likely_unit(entry.value / planned, entry.parameter.unit)
        if unit and entry.parameter.symbol not in by_readings:
            done.add(entry.parameter.symbol)
            times = _("{ratio:,.4g} times the value of the plan, {planned}")
            times = times.format(ratio=entry.value / planned, planned=shown_number(planned))
            yield _in_other_unit(documents, "B4", entry, unit, times)
    rated = ((entry, _of_rated(entry, most), _beyond(entry, most)) for entry, most in _rated(documents))
    out_of_line = {finding.subject for finding in documents.found("B6")}  # a row that is out of line explains its sum
    for candidates, explained in ((rated, set[str]()), (_looking_like(documents), out_of_line)):
        done |= explained
        for entry, unit, why in candidates:
            if unit and entry.monitored and entry.parameter.symbol not in done:
                done.add(entry.parameter.symbol)
                yield _in_other_unit(documents, "B4", entry, unit, why)


def _looking_like(documents: Analyses) -> Iterator[tuple[EnteredValue, str, str]]:
    """Yield the largest entry of each parameter that the library warns of, the unit it looks like, and why."""
    for warning in documents.report.recalculation.warnings:
        if unit := warning.detail(ProblemKind.OTHER_UNIT):
            named = (entry for entry in documents.report.entries() if entry.parameter.symbol == warning.subject)
            largest = max(map(_as_number, named), key=lambda one: abs(one.value), default=None)
            if largest is not None:
                yield largest, unit, warning.complaint


def _as_number(entry: EnteredValue) -> EnteredValue:
    """Return an entry with the number that its text is read as."""
    if not isinstance(entry.value, str):
        return entry
    return replace(entry, value=float(magnitude_of(entry.value, entry.parameter.unit)))


def _in_other_unit(documents: Analyses, code: str, entry: EnteredValue, unit: str, why: str) -> Finding:
    right, declared = conversion(unit, entry.parameter.unit)(entry.value), entry.parameter.unit
    say = {"unit": unit, "value": with_unit(shown_number(right), declared)}
    cause = _("looks like {unit}, which would be {value}").format(**say)
    message, fixed = _("{symbol} is {found} {unit}: {why}"), documents.correcting(entry, right)
    return documents.of_entry(code, entry, message, right, say={"why": why}, cause=cause, **fixed)


def _against_plan(documents: Analyses) -> Iterator[tuple[EnteredValue, float]]:
    """Yield monitored amounts with what the plan has for the same unit."""
    if "plan" not in documents.has:
        return
    planned: dict[tuple[object, ...], list[float]] = {}
    for entry in documents.registered.entries("MPS"):
        if _amount(entry):
            for key in (of_unit(entry), (*of_unit(entry), entry.labels.get("p"))):
                planned.setdefault(key, []).append(entry.value)
    for entry in filter(_amount, documents.report.entries()):
        # the plan of the same period, or else what the plan has for any
        values = planned.get((*of_unit(entry), entry.labels.get("p"))) or planned.get(of_unit(entry))
        if values:
            yield entry, math.fsum(values) / len(values)


def _amount(entry: EnteredValue) -> bool:
    return entry.monitored and entry.numeric and bool(entry.value)


def _likely_unit(ratio: float, unit: str, far: float = FAR, near: float = 0.5) -> str:
    """Return the unit that explains a ratio far from 1 best, within some powers of ten."""
    if ratio <= 0 or 1 / far <= ratio <= far:
        return ""
    distances = {other: abs(math.log10(ratio / factor)) for other, factor in mistakable(unit).items() if factor > 0}
    best = min(distances, key=distances.__getitem__, default="")
    return best if best and best != unit and distances[best] < near else ""


def _rated(documents: Analyses) -> Iterator[tuple[EnteredValue, float]]:
    """Yield amounts of energy above what the equipment behind their meters can use or make, with that amount."""
    meters = documents.metered
    if meters is None:
        return
    for entry in filter(_amount, documents.report.entries()):
        powers, period = [meters.plan.meters[name].rated for name in meters.of(entry)], entry.period
        if not powers or not all(powers) or period is None:
            continue
        try:
            rated = [
                conversion(f"{unit}*h", entry.parameter.unit)(power) for power, unit in map(split_quantity, powers)
            ]
        except UnitError:
            continue
        most = math.fsum(rated) * 24.0 * period.days
        if entry.value > ABOVE * most:
            yield entry, most


def _above_limits(documents: Analyses) -> Iterator[tuple[EnteredValue, float, str]]:
    """Yield values above what a cross-check of the methodology allows, with that value and what it follows from."""
    for limit, own, most in compared(documents.result.inputs, documents.result.checked_values):
        over, most = np.broadcast_arrays(own > most * (1 + DUST), most)
        for entry in documents.report.entries():
            if entry.parameter.name == limit.parameter and entry.numeric:
                at = documents.effects.at(entry.labels, over.shape)
                if at is not None and over[at]:
                    yield entry, float(most[at]), limit.product.written(documents.m.symbols())


def _of_rated(entry: EnteredValue, most: float) -> str:
    """Return the unit that explains an amount above the largest possible one; the usual one may be far below that."""
    return _likely_unit(entry.value / most, entry.parameter.unit, FAR_ABOVE_RATED, 1.5)


def _beyond(entry: EnteredValue, most: float) -> str:
    return _("{ratio:,.4g} times the {most} {unit} of rated power × hours").format(
        ratio=entry.value / most, most=shown_number(most), unit=entry.parameter.unit
    )


def _timed(documents: Analyses) -> bool:
    hours = entered(lambda one: one.parameter.unit == "h" and one.parameter.adds_over_time)
    meters = documents.metered.plan.meters.values() if documents.metered else ()
    return bool(documents.m.limits or hours(documents)) or any(meter.rated for meter in meters)


@check("B5", _("no hours, and no rated power"), _timed)
def too_many_hours(documents: Analyses) -> Iterator[Finding]:
    """Find hours above those of the period, energy above the rated power, and what a cross-check does not allow."""
    done = set()
    for entry, most in _rated(documents):
        if not _of_rated(entry, most):
            message, say = _("{symbol} is {beyond}"), {"beyond": _beyond(entry, most)}
            yield _above(documents, entry, most, message, "[meters] rated", say)
            done.add((entry.parameter.symbol, entry.place))
    for entry, most, product in _above_limits(documents):
        if (entry.parameter.symbol, entry.place) not in done:
            unit = entry.parameter.unit
            value, limit = (with_unit(shown_number(one), unit) for one in (entry.value, most))
            message, say = _("{symbol} is {value}, and {product} is {most}"), {"product": product, "most": limit}
            unresolved = entry.value <= FAR_ABOVE * most
            yield _above(documents, entry, most, message, product, {**say, "value": value}, unresolved)
    hours = {str(period): 24.0 * period.days for period in documents.result.inputs.periods if period.dated}
    for entry in documents.report.entries():
        most, value = hours.get(entry.labels.get("p", ""), 0.0), entry.value
        counted = entry.parameter.unit == "h" and entry.parameter.adds_over_time and isinstance(value, int | float)
        if most and counted and value > ABOVE * most:
            message = _("{symbol} is {found} h, and {period} has {expected} h")
            yield _above(documents, entry, most, message, _("24 h a day"))


def _above(
    documents: Analyses,
    entry: EnteredValue,
    most: float,
    message: Message,
    because: str,
    say: Mapping[str, Any] = MappingProxyType({}),
    unresolved: bool = False,
) -> Finding:
    """Return the finding of a value above the largest possible one; far above it is an error."""
    severity = Severity.ERROR if entry.value > FAR_ABOVE * most else Severity.WARNING
    details = documents.correcting(entry, most)
    return documents.of_entry(
        "B5", entry, message, most, because, say, severity=severity, unresolved=unresolved, **details
    )


@check("B6")
def impossible(documents: Analyses) -> Iterator[Finding]:
    """Find values outside their range that no unit explains, and rows that are out of line."""
    for problem in documents.problems(ProblemKind.OUT_OF_BOUNDS, ProblemKind.NO_CLASS):
        if problem.kinds.isdisjoint({ProblemKind.OTHER_UNIT, ProblemKind.PER_CENT}):
            yield documents.of_problem("B6", problem, severity=Severity.ERROR)
    for problem in documents.report.recalculation.warnings:
        if ProblemKind.IMPLAUSIBLE in problem.kinds and ProblemKind.OTHER_UNIT not in problem.kinds:
            yield documents.of_problem("B6", problem)
    known = {str(problem) for problem in documents.report.recalculation.warnings}
    for remark in documents.report.result.remarks if documents.report.result is not None else ():
        if remark.topic is Topic.IMPLAUSIBLE and str(remark) not in known:  # a ratio or an intermediate
            yield documents.of_problem("B6", remark)


@check("B7")
def magnitude(documents: Analyses) -> Iterator[Finding]:
    """Find powers of ten, and constants that look as if they were in another unit."""
    done = {entry.parameter.symbol for entry, _before in differing(documents)}
    for entry, unit, why in _looking_like(documents):
        if not entry.monitored and entry.parameter.symbol not in done:
            done.add(entry.parameter.symbol)
            yield _in_other_unit(documents, "B7", entry, unit, why)


@check(
    "B8",
    _("no value that the document derives from parts"),
    lambda m: {one.parameter.name for one in m.report.entries()} & {derived.of for derived in m.m.derivations},
)
def not_rebuilt(documents: Analyses) -> Iterator[Finding]:
    """Find values given by hand for a default that is derived; a question where its parts are not confirmed."""
    for derivation in documents.m.derivations:
        parts = {name: value.value for name, value in derivation.values.items()}
        doubts = [value.evidence for value in derivation.values.values() if not value.evidence.confirmed]
        rebuilt = conversion(derivation.unit, documents.m.inputs[derivation.of].unit)(derivation.function(**parts))
        for entry in documents.report.entries():
            given = entry.parameter.name == derivation.of and entry.numeric
            if given and not math.isclose(entry.value, rebuilt, rel_tol=2e-3):
                yield documents.of_entry(
                    "B8",
                    entry,
                    _("{symbol} is {found}, and its parts give {rebuilt:.4g}"),
                    rebuilt,
                    Message("{}: {}").format(derivation.text, derivation),
                    {"rebuilt": rebuilt},
                    question=_("how was this value derived?") if doubts else "",
                    unconfirmed=DOUBTED_PARTS.format(evidence=doubts[0]) if doubts else "",
                    severity=Severity.QUESTION if doubts else None,
                    **documents.correcting(entry, rebuilt),
                )
