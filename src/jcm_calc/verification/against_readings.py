"""The amounts of a report compared with the readings of its meters.

For each amount, the checks look for the ways of dealing with the readings that give exactly this number: the right
one, a known error, or none. So a finding says what was done, not only that the numbers differ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.readings import ReadingsFinding
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification.dated_rows import DatedRow, DatedRows
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Correction, Finding, Severity, finding, shown_number
from jcm_calc.verification.known_errors import (
    EXACT,
    FRACTION,
    READ_IN,
    Compared,
    Discrepancy,
    Issue,
    Way,
    compared,
    elsewhere,
    spoilt,
)
from jcm_calc.verification.location import Location, address, at
from jcm_calc.verification.metered import Metered

MOST = 20_000
LARGEST = 0.05  # a larger share was hardly taken off as the error of a meter


def measured(documents: Documents, rows: DatedRows) -> list[Finding]:
    """Return what the comparison of amounts with readings finds, each with the code of its check."""
    meters = documents.meters
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
        groups.setdefault((way.code, way.what, slip.start, slip.end, parameter.name, way.severity), []).append(slip)
    found += [_told(group, documents, meters) for group in groups.values()]
    return found


# Which ways were taken


def _taken(one: Compared, documents: Documents, meters: Metered) -> Iterator[Discrepancy]:
    for tolerance in (EXACT, one.printed):
        chosen = _combination(one, tolerance)
        if chosen is not None:
            for issue, way in zip(one.issues, chosen, strict=True):
                if way.code:
                    yield _of_issue(one, issue, way)
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
    """Yield the calibrations for which nothing was corrected, in addition to another error."""
    rest = one.reported - found.excess
    if not math.isclose(rest, one.right, rel_tol=max(one.printed, EXACT)):
        for issue in one.issues:
            if issue.window is not None and len(issue.ways) > 1:
                yield _of_issue(one, issue, issue.ways[1])


def _of_issue(one: Compared, issue: Issue, way: Way) -> Discrepancy:
    """Return what was done about an issue instead of what is right."""
    return Discrepancy(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)


def _difference(one: Compared, meters: Metered) -> Discrepancy:
    """Return what is left where no known slip explains an amount."""
    excess, unit = one.reported - one.right, one.entry.parameter.unit
    if (share := _share(one, excess)) is not None:
        return share
    for issue in spoilt(one.issues):
        assert issue.noted is not None
        code, _severity, what = KINDS[issue.noted.kind]
        told = Message("{}: {}").format(issue.note or what, _unsupported(issue, excess, meters, unit))
        way = Way(excess, code, told, severity=Severity.ERROR)
        if excess * one.sign <= 0:
            way = replace(way, severity=Severity.QUESTION, question=_("where does the plan allow it?"))
        return Discrepancy(one, way, issue.start, issue.end, excess)
    told = _("the report has {reported} {unit}, and the readings give {right}")
    told = told.format(reported=shown_number(one.reported), unit=unit, right=shown_number(one.right))
    return Discrepancy(one, Way(excess, "A10", told), one.start, one.end, excess)


def _share(one: Compared, excess: float) -> Discrepancy | None:
    """Return that the time of a late calibration seems to be corrected by another factor, if it does."""
    windows = [(issue, issue.window) for issue in one.issues if issue.window is not None and issue.window.error]
    if len(windows) != 1 or not one.sign or not windows[0][1].amount:
        return None
    ((issue, window),) = windows
    factor = one.sign * (one.right - issue.right.amount - one.reported) / window.amount
    if not 0 < factor <= LARGEST:
        return None
    factor = float(f"{factor:.6g}")
    told = _("corrected by {factor:.4%}; right is {due:.4%}").format(factor=factor, due=window.error)
    way = Way(0.0, "E5", told, factor, window.error, unit=FRACTION)
    return Discrepancy(one, way, issue.start, issue.end, excess, issue.note)


def _unsupported(issue: Issue, excess: float, meters: Metered, unit: str) -> str:
    """Say what the report has for a time without usable readings: the mean of its neighbours, for example."""
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
    for other in amounts:
        corrected = any(issue.window is not None and issue.right.amount for issue in other.issues)
        if other.sign * one.compared.sign < 0 and id(other) not in wrong and corrected:
            told = _("corrected in the same direction as {other}, which acts on ER the other way")
            told, cause = told.format(other=other.entry.parameter.symbol), _("the error was put on the net amount")
            return replace(one, way=replace(one.way, code="E4", what=told, cause=cause))
    return one


# Telling


def _told(group: Sequence[Discrepancy], documents: Documents, meters: Metered) -> Finding:
    first = group[0]
    way, parameter = first.way, first.compared.entry.parameter
    time = meters.told(first.start, first.end)
    places = tuple(one.compared.entry.address.read_by(one.compared.meters, time) for one in group)
    found, expected, unit = way.found, way.expected, way.unit
    if unit != FRACTION or len({(one.way.found, one.way.expected) for one in group}) > 1:
        unit = parameter.unit
        found = math.fsum(one.compared.entry.value for one in group)
        expected = found - math.fsum(one.excess for one in group)
    corrections = tuple(Correction(one.compared.entry, excess=one.excess) for one in group)
    because = Message("; ").join(filter(None, [_sum_of_notes(group), _years(corrections, documents)]))
    names = listed(dict.fromkeys(name for one in group for name in one.compared.meters), limit=6)
    return finding(
        *(way.code, _("{symbol} of {names}: {what}"), places, parameter.symbol, found, expected, because),
        say={"names": names, "what": way.what},
        effect=documents.effect_of(corrections),
        cause=way.cause,
        question=way.question,
        severity=way.severity or Severity.ERROR,
        unconfirmed=_doubt(group, meters),
        unit=unit,
        corrections=corrections,
    )


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


def _years(corrections: Sequence[Correction], documents: Documents) -> str:
    """Say what ER is with and without what was done."""
    effects = documents.effects
    is_, should = effects.reductions({}), effects.reductions(effects.corrected(corrections))
    if is_ is None or should is None:
        return ""
    said = _("ER of {year} is {found:,.3f} tCO2 as reported and {expected:,.3f} tCO2 if corrected")
    return Message(", ").join(
        said.format(year=year, found=is_[places].sum(), expected=should[places].sum())
        for year, places in effects.years.items()
        if is_[places].sum() != should[places].sum()
    )


def _doubt(group: Sequence[Discrepancy], meters: Metered) -> str:
    if any(issue.window for one in group for issue in one.compared.issues) and group[0].way.code[0] in "BCE":
        evidence = meters.plan.rules.evidence_for("late calibration", "maximum permissible error")
        doubt = _("the rule for late calibrations is itself {evidence}")
        return "" if evidence.confirmed else doubt.format(evidence=evidence)
    return ""


# What stays open though the amounts are right

ROUNDED = _(
    "the substitute is rounded in the direction that is not conservative: {used:.10g} {unit} instead of {safe:.10g}"
)
NOT_SAFE = _("the substitute is not the conservative one of the values read: {used:.10g} {unit} instead of {safe:.10g}")
MEAN = _(
    "{symbol}: the report has an amount for {period}, and no meter was read at its end; "
    "it is the mean of the rows before and after it"
)
UNREAD = _("{symbol}: the report has an amount for {period}, and no meter was read at its end; its amount was not read")
WHY = _("what is the reason, and what does the plan prescribe for it?")
ROUGHLY = DAY + DAY // 2  # a meter read at the end of a month may be read a day before or after


def open_in(one: Compared, meters: Metered, known: set[tuple[str, int, int]]) -> Iterator[Finding]:
    """Yield what is open in the readings of an amount; ``known`` is what is a finding already."""
    symbol = one.entry.parameter.symbol
    for issue in one.issues:
        place = at(meters=[issue.meter], period=meters.told(issue.start, issue.end))
        if issue.noted is None or (KINDS[issue.noted.kind][0], issue.start, issue.end) not in known:
            if issue.window is None:
                assert issue.noted is not None
                yield from _of_noted(one, issue.noted, place, symbol)
            elif issue.window.question and issue.window.error is not None:
                question = _("which error did the late calibration find?")
                yield Finding("E6", issue.window.question, place, symbol, question=question, severity=Severity.QUESTION)


def _of_noted(one: Compared, noted: ReadingsFinding, place: Location, symbol: str) -> Iterator[Finding]:
    code, grave, what = KINDS[noted.kind]
    severity, unit = Severity(grave), one.entry.parameter.unit
    if noted.safe is not None and noted.used is not None:
        digits = len(f"{noted.used:.10g}".partition(".")[2])
        rounded = abs(noted.used - noted.safe) <= 0.5 * 10.0**-digits
        message = (ROUNDED if rounded else NOT_SAFE).format(used=noted.used, unit=unit, safe=noted.safe)
        code = "F7" if rounded else "F6"
        yield Finding(code, message, place, symbol, noted.used, noted.safe, noted.note, unit=unit)
    elif noted.question:
        question = _("is this correct?")
        yield Finding(code, noted.question, place, symbol, severity=Severity.QUESTION, question=question)
    elif noted.used is not None and noted.kind == "boundary":
        message, doubt = _("{note}: an assumption, which the plan declares"), str(noted.evidence or "")
        message = message.format(note=noted.note)
        yield Finding(code, message, place, symbol, severity=Severity.QUESTION, unconfirmed=doubt)
    elif noted.used is None and noted.kind in ("boundary", "clock jump"):
        message = _("{what}: {note}, and the plan declares nothing about it").format(what=what, note=noted.note)
        yield Finding(code, message, place, symbol, severity=severity)
    elif noted.used is None and noted.exact is None and not noted.values and noted.kind != "out of service":
        severity = Severity.QUESTION if noted.kind in ("gap", "stuck") else severity
        message = Message("{}: {}").format(what, noted.note)
        asked = WHY if severity is Severity.QUESTION else ""
        yield Finding(code, message, place, symbol, severity=severity, question=asked)


def unread(compared: Sequence[Compared], rows: DatedRows, meters: Metered) -> Iterator[Finding]:
    """Yield dated rows of the report for which there was no reading at their beginning or end."""
    groups: dict[tuple[int, bool], list[tuple[Compared, DatedRow]]] = {}
    for one in compared:
        found = rows.of.get(one.entry.place)
        lines = sorted(found.lines, key=lambda line: line.period.order) if found is not None else []
        for before, line, after in zip([None, *lines], lines, [*lines[1:], None], strict=False):
            end = meters.span(line.period)[1]
            inside = line.value is not None and one.start < end < one.end
            if inside and not meters.knots(one.meters, end - ROUGHLY, end + ROUGHLY):
                beside = [near.value for near in (before, after) if near is not None]
                mean = None not in beside and math.isclose(2 * line.value, math.fsum(beside), rel_tol=EXACT)  # type: ignore[arg-type,operator]
                groups.setdefault((end, mean), []).append((one, line))
    for (end, mean), group in groups.items():
        line, symbol = group[0][1], group[0][0].entry.parameter.symbol
        message = (MEAN if mean else UNREAD).format(symbol=symbol, period=line.period)
        time = meters.monitored.shown(end)
        place = tuple(address(line.place).read_by(one.meters, time) for one, line in group)
        question = _("was a gap filled, and where does the plan allow it?")
        yield Finding("F2", message, place, symbol, question=question, severity=Severity.QUESTION)
