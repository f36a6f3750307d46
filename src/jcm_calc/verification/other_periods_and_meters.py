"""Amounts that have nothing to do with what is wrong in the readings: other months, days, meters, units."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from jcm_calc.base.languages import _, ngettext
from jcm_calc.readings.clock import DAY
from jcm_calc.verification import ratios
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Severity
from jcm_calc.verification.known_errors import CORRECTED, ZERO, Way
from jcm_calc.verification.metered import Metered, months
from jcm_calc.verification.metered_amounts import EXACT, SHARP, Compared, Discrepancy

EDGE, FEW = 35 * DAY, 80


def _bases(one: Compared) -> Iterator[float]:
    """Yield the amounts with everything done right, and with nothing done."""
    yield one.right
    yield one.read


def elsewhere(one: Compared, documents: Documents, meters: Metered, tolerance: float) -> Iterator[Discrepancy]:
    """Yield slips that have nothing to do with what is wrong with the readings."""
    for base in _bases(one):
        others = _by_month(one, meters), _by_check_meter(one, meters, base), _by_other_windows(one, meters)
        for way, start, end in itertools.chain(*others):
            if one.is_(base + way.amount, tolerance):
                yield Discrepancy(one, way, start, end, way.amount, "")
        if tolerance <= SHARP:
            yield from _by_edge(one, documents, meters, base, tolerance)
        if base and not one.is_(base, tolerance):
            ratio = one.reported / base
            code, cause = ratios.slip(ratio, one.entry.parameter.unit)
            if code:
                told = _("{ratio:.6g} times what the readings give").format(ratio=ratio)
                way = Way(one.reported - base, code, told, cause=cause)
                yield Discrepancy(one, way, one.start, one.end, one.reported - base)


def _by_month(one: Compared, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    whole = months(one.start, one.end, meters)
    for month in whole:
        start, end = meters.span(month)
        if start < one.start or end > one.end or len(whole) == 1:
            continue
        amount = meters.amount(one.meters, start, end, one.entry.parameter.unit)
        if amount:
            said = _("{month} is left out: {count} of {every} months are in the amount")
            yield Way(-amount, "C5", said.format(month=month, count=len(whole) - 1, every=len(whole))), start, end
            yield Way(amount, "C5", _("{month} is counted twice").format(month=month)), start, end


def _by_edge(
    one: Compared, documents: Documents, meters: Metered, base: float, tolerance: float
) -> Iterator[Discrepancy]:
    """Yield times from another first to another last reading that have the amount."""
    starts, ends = (_edges(one, meters, *edge) for edge in ((one.start, -1), (one.end, 1)))
    for (first, before), (last, after) in itertools.product(starts.items(), ends.items()):
        moved = (first != one.start) + (last != one.end)
        # among many pairs of days some fit a printed number by chance
        if moved and (moved == 1 or tolerance <= EXACT) and one.is_(base + before + after, tolerance):
            way = _edge_way(one, documents, meters, first, last, before + after)
            yield Discrepancy(one, way, first, last, way.amount)


def _edges(one: Compared, meters: Metered, edge: int, outward: int) -> dict[int, float]:
    """Return the instants around the end of a period at which meters were read, and what is more until there."""
    unit, found = one.entry.parameter.unit, {edge: 0.0}
    knots = meters.knots(one.meters, edge - EDGE, edge + EDGE)
    if len(knots) > FEW:
        knots = [knot for knot in knots if (knot - edge) % DAY == 0]
    for knot in knots:
        amount = meters.amount(one.meters, min(knot, edge), max(knot, edge), unit)
        found[knot] = amount if (knot - edge) * outward > 0 else -amount
    return found


def _edge_way(one: Compared, documents: Documents, meters: Metered, first: int, last: int, amount: float) -> Way:
    told = _("the amount is that of {time}, the period {period}")
    told = told.format(time=meters.told(first, last), period=meters.told(one.start, one.end))
    more, less = first < one.start or last > one.end, first > one.start or last < one.end
    if more and less:
        return Way(amount, "G1", told, cause=_("a billing cycle in place of the period"))
    if more:
        claimed = any(
            begun < one.start and first < ended
            for submission in documents.previous
            for part in submission.own
            for period in part.periods
            if period.dated
            for begun, ended in [meters.span(period)]
        )
        if claimed and last == one.end:
            days = (one.start - first) / DAY
            said = ngettext(
                "overlaps an earlier report by {days:g} day: {told}",
                "overlaps an earlier report by {days:g} days: {told}",
                1 if days == 1 else 2,
            ).format(days=days, told=told)
            return Way(amount, "G3", said, cause=_("claimed twice"))
        return Way(amount, "G7", told)
    if amount * one.sign > 0:
        return Way(amount, "F5", told)
    return Way(amount, "F4", told, severity=Severity.QUESTION, question=_("what happened on these days?"))


def _by_check_meter(one: Compared, meters: Metered, base: float) -> Iterator[tuple[Way, int, int]]:
    own = meters.labels(one.meters[0])
    for name, meter in meters.plan.meters.items():
        checks = meter.check_only and name not in meters.unknown and meters.measures(name, one.entry)
        if checks and meters.labels(name) == own:
            amount = meters.amount((name,), one.start, one.end, one.entry.parameter.unit)
            told = _("the amount is that of {name}, which serves a cross-check only ({share:+.3%})")
            told = told.format(name=name, share=amount / base - 1)
            yield Way(amount - base, "I1", told), one.start, one.end


def _by_other_windows(one: Compared, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    """Yield corrections for the late calibrations of other meters of the same parameter."""
    parameter, unit = meters.plan.meters[one.meters[0]].parameter, one.entry.parameter.unit
    others = [name for name in meters.known if meters.plan.meters[name].parameter == parameter]
    own = {(issue.start, issue.end) for issue in one.issues if issue.window is not None}
    for window in meters.windows([name for name in others if name not in one.meters], one.start, one.end):
        if (window.start, window.end) not in own and window.error is not None:
            amount = meters.amount(one.meters, window.start, window.end, unit)
            corrected = one.sign * window.error, CORRECTED.format(error=window.error)
            for share, done in (corrected, (1.0, ZERO)):
                told = _("{done} though its calibration was not late").format(done=done)
                severity = Severity.WARNING if share * amount * one.sign >= 0 else Severity.ERROR
                yield Way(-share * amount, "E7", told, severity=severity), window.start, window.end
