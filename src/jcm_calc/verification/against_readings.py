"""The amounts of a report held against the readings of its meters.

For each amount it is asked which ways of dealing with the readings give just this number: the right
one, a known slip, or none. So a finding says what was done, not only that the numbers differ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification.dated_rows import DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Correction, Finding, Severity, shown_number
from jcm_calc.verification.known_errors import FRACTION, READ_IN, Issue, Way, spoilt
from jcm_calc.verification.metered import Metered
from jcm_calc.verification.metered_amounts import EXACT, Compared, Discrepancy, compared
from jcm_calc.verification.open_questions import open_in, unread
from jcm_calc.verification.other_periods_and_meters import elsewhere

MOST = 20_000
LARGEST = 0.05  # a larger share was hardly taken off as the error of a meter


def measured(documents: Documents, rows: DatedRows) -> list[Finding]:
    """Return what the comparison of amounts with readings finds, each with the code of its check."""
    meters = documents.metered
    assert meters is not None
    found: list[Finding] = []
    taken: list[Discrepancy] = []
    amounts = list(compared(documents, meters, rows))
    for one in amounts:
        own = list(_taken(one, documents, meters))
        taken += own
        found += open_in(one, meters, {(other.way.code, other.start, other.end) for other in own})
    found += unread(amounts, rows, meters)
    groups: dict[tuple[Any, ...], list[Discrepancy]] = {}
    for other in taken:
        slip = _on_the_net(other, taken, amounts)
        way, parameter = slip.way, slip.compared.entry.parameter
        groups.setdefault((way.code, way.told, slip.start, slip.end, parameter.name, way.severity), []).append(slip)
    found += [_told(group, documents, meters) for group in groups.values()]
    return found


# Which ways were taken


def _taken(one: Compared, documents: Documents, meters: Metered) -> Iterator[Discrepancy]:
    for tolerance in (EXACT, one.printed):
        chosen = _combination(one, tolerance)
        if chosen is not None:
            for issue, way in zip(one.issues, chosen, strict=True):
                if way.code:
                    yield Discrepancy(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)
            return
        if (found := next(elsewhere(one, documents, meters, tolerance), None)) is not None:
            yield found
            yield from _uncorrected(one, found)
            return
    yield _difference(one, meters)


def _combination(one: Compared, tolerance: float) -> tuple[Way, ...] | None:
    """Return a way for each issue such that they give the amount; the right ones go before the others."""
    choices = [issue.ways for issue in one.issues]
    if math.prod(map(len, choices)) > MOST:
        choices = [ways[:3] for ways in choices]
    combinations = itertools.islice(itertools.product(*choices), MOST)
    fitting = (ways for ways in combinations if one.is_(one.read + math.fsum(way.amount for way in ways), tolerance))
    return min(fitting, key=lambda ways: sum(bool(way.code) for way in ways), default=None)


def _uncorrected(one: Compared, found: Discrepancy) -> Iterator[Discrepancy]:
    """Yield the calibrations for which nothing was corrected, beside another slip."""
    rest = one.reported - found.excess
    if not math.isclose(rest, one.right, rel_tol=max(one.printed, EXACT)):
        for issue in one.issues:
            if issue.window is not None and len(issue.ways) > 1:
                way = issue.ways[1]
                yield Discrepancy(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)


def _difference(one: Compared, meters: Metered) -> Discrepancy:
    """Return what is left where no known slip explains an amount."""
    excess, unit = one.reported - one.right, one.entry.parameter.unit
    if (share := _share(one)) is not None:
        issue, factor = share
        assert issue.window is not None
        told = _("corrected by {factor:.4%}, due is {due:.4%}").format(factor=factor, due=issue.window.error)
        way = Way(0.0, "E5", told, factor, issue.window.error, unit=FRACTION)
        return Discrepancy(one, way, issue.start, issue.end, excess, issue.note)
    for issue in spoilt(one.issues):
        assert issue.noted is not None
        code, _severity, what = KINDS[issue.noted.kind]
        raised = excess * one.sign > 0
        severity = Severity.ERROR if raised else Severity.QUESTION
        told = Message("{}: {}").format(issue.note or what, _unsupported(issue, excess, meters, unit))
        question = "" if raised else _("where does the plan allow it?")
        way = Way(excess, code, told, severity=severity, question=question)
        return Discrepancy(one, way, issue.start, issue.end, excess)
    told = _("the report has {reported} {unit}, and the readings give {right}")
    told = told.format(reported=shown_number(one.reported), unit=unit, right=shown_number(one.right))
    return Discrepancy(one, Way(excess, "A10", told), one.start, one.end, excess)


def _share(one: Compared) -> tuple[Issue, float] | None:
    """Return the factor by which the time of a late calibration seems to be corrected."""
    windows = [issue for issue in one.issues if issue.window is not None and issue.window.error]
    if len(windows) != 1 or not one.sign:
        return None
    (issue,) = windows
    assert issue.window is not None
    rest = one.right - issue.right.amount
    factor = one.sign * (rest - one.reported) / issue.window.amount if issue.window.amount else 0.0
    return (issue, float(f"{factor:.6g}")) if 0 < factor <= LARGEST else None


def _unsupported(issue: Issue, excess: float, meters: Metered, unit: str) -> str:
    """Say what the report has for a time without usable readings, and whether it is the mean of those beside it."""
    length = issue.end - issue.start
    beside = [
        meters.amount((issue.meter,), *span, unit)
        for span in ((issue.start - length, issue.start), (issue.end, issue.end + length))
    ]
    said = _("the report has {amount} less than the readings")
    if excess > 0:
        said = _("{amount} of the report are not supported")
        if math.isclose(excess, sum(beside) / 2, rel_tol=1e-6):
            said = _("{amount} of the report are not supported; they are the mean of the times before and after")
    return said.format(amount=f"{shown_number(abs(excess))} {unit}")


def _on_the_net(one: Discrepancy, every: Sequence[Discrepancy], amounts: Sequence[Compared]) -> Discrepancy:
    """Recognise a correction put on a net amount: of two opposite quantities only one is corrected the right way."""
    if one.way.code != "C14" or one.way.expected is None:
        return one
    wrong = {id(other.compared) for other in every if other.way.code}
    opposite = [
        other
        for other in amounts
        if other.sign * one.compared.sign < 0
        and id(other) not in wrong
        and any(issue.window is not None and issue.right.amount for issue in other.issues)
    ]
    if not opposite:
        return one
    other = opposite[0].entry.parameter.symbol
    told = _("corrected in the same direction as {other}, which acts on ER the other way").format(other=other)
    return replace(one, way=replace(one.way, code="E4", told=told, cause=_("the error was put on the net amount")))


# Telling


def _told(group: Sequence[Discrepancy], documents: Documents, meters: Metered) -> Finding:
    first = group[0]
    way, parameter = first.way, first.compared.entry.parameter
    names = listed(dict.fromkeys(name for one in group for name in one.compared.meters), limit=6)
    time = meters.told(first.start, first.end)
    places = tuple(one.compared.entry.address.read_by(one.compared.meters, time) for one in group)
    found, expected, unit = way.found, way.expected, way.unit or parameter.unit
    if unit != FRACTION or not _alike(group):
        unit = parameter.unit
        found = math.fsum(one.compared.entry.value for one in group)
        expected = found - math.fsum(one.excess for one in group)
    because = Message("; ").join(filter(None, [_sum_of_notes(group), _years(group, documents)]))
    return Finding(
        way.code,
        _("{symbol} of {names}: {told}").format(symbol=parameter.symbol, names=names, told=way.told),
        places,
        parameter.symbol,
        found,
        expected,
        because,
        documents.effects.effect({}, _expected(group, documents)),
        way.cause,
        way.question,
        severity=way.severity or Severity.ERROR,
        unconfirmed=_doubt(group, meters),
        unit=unit,
        corrections=tuple(Correction(one.compared.entry, excess=one.excess) for one in group),
    )


def _alike(group: Sequence[Discrepancy]) -> bool:
    return len({(one.way.found, one.way.expected) for one in group}) == 1


def _sum_of_notes(group: Sequence[Discrepancy]) -> str:
    """Say how much was read in the time, of all units together."""
    amounts = [
        issue.window.amount
        for one in group
        for issue in one.compared.issues
        if issue.window is not None and (issue.start, issue.end) == (one.start, one.end)
    ]
    if not amounts:
        return group[0].note
    days, unit = (group[0].end - group[0].start) / DAY, group[0].compared.entry.parameter.unit
    return READ_IN.format(amount=math.fsum(amounts), unit=unit, days=days)


def _expected(group: Sequence[Discrepancy], documents: Documents) -> dict[str, Any]:
    return documents.effects.replaced((one.compared.entry, one.excess) for one in group)


def _years(group: Sequence[Discrepancy], documents: Documents) -> str:
    """Say what ER is with and without what was done."""
    is_, should = documents.effects.reductions({}), documents.effects.reductions(_expected(group, documents))
    if is_ is None or should is None:
        return ""
    said = _("ER of {year} is {found:,.3f} tCO2 with it and {due:,.3f} without")
    return Message(", ").join(
        said.format(year=year, found=is_[places].sum(), due=should[places].sum())
        for year, places in documents.effects.years.items()
        if is_[places].sum() != should[places].sum()
    )


def _doubt(group: Sequence[Discrepancy], meters: Metered) -> str:
    if any(issue.window for one in group for issue in one.compared.issues) and group[0].way.code[0] in "BCE":
        evidence = meters.plan.rules.evidence_for("late calibration", "maximum permissible error")
        doubt = _("the rule for late calibrations is itself {evidence}")
        return "" if evidence.confirmed else doubt.format(evidence=evidence)
    return ""
