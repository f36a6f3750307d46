"""The amounts of a report held against the readings of its meters.

For each amount it is asked which ways of dealing with the readings give just this number: the right
one, a known slip, or none. So a finding says what was done, not only that the numbers differ.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jcm_calc.declarations.items import Kind
from jcm_calc.inputs import Period
from jcm_calc.monitoring import Finding as Noted
from jcm_calc.monitoring.clock import DAY
from jcm_calc.monitoring.findings import KINDS
from jcm_calc.problems import listed
from jcm_calc.verification import causes
from jcm_calc.verification.dated_rows import Line
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.material import Material
from jcm_calc.verification.metered import Metered, months
from jcm_calc.verification.quantities import Entry, address
from jcm_calc.verification.ways import Issue, Way, of_noted, of_window, spoilt

EXACT, PRINTED = 1e-9, 1e-3
MOST = 20_000
EDGE = 35 * DAY
ROUGHLY = DAY + DAY // 2  # a meter read at the end of a month may be read a day before or after
LARGEST = 0.05  # a larger share was hardly taken off as the error of a meter
ASKED = "asked of the project participant: "


@dataclass(frozen=True)
class Compared:
    """An amount of the report, and what the readings of its meters have for it.

    Attributes
    ----------
    start, end : int
        The instants between which its period lies.
    reported : float
        The amount; where a sum behind it is a finding of its own, the amount with that sum as it should be.
    read : float
        What the readings add up to as they are.
    slope : float
        ∂ER/∂x.
    issues : tuple of Issue
    """

    entry: Entry
    meters: tuple[str, ...]
    start: int
    end: int
    reported: float
    read: float
    slope: float
    issues: tuple[Issue, ...]

    @property
    def sign(self) -> int:
        """The sign of ∂ER/∂x."""
        return (self.slope > 0) - (self.slope < 0)

    @property
    def right(self) -> float:
        """The amount that is due."""
        return self.read + math.fsum(issue.right.amount for issue in self.issues)

    @property
    def printed(self) -> float:
        """How far the amount may lie from another one and still be that one as it is printed."""
        text = f"{float(self.entry.written):.10f}".rstrip("0")
        half = 0.5 * 10.0 ** -len(text.partition(".")[2])
        return min(half / abs(float(self.entry.written)), PRINTED) if self.entry.written else 0.0

    def is_(self, amount: float, tolerance: float) -> bool:
        """Whether the report has an amount."""
        return math.isclose(self.reported, amount, rel_tol=max(tolerance, EXACT), abs_tol=1e-12)


@dataclass(frozen=True)
class Taken:
    """What was done in the report, in place of what is right.

    Attributes
    ----------
    excess : float
        The amount by which the report has more for it.
    """

    compared: Compared
    way: Way
    start: int
    end: int
    excess: float
    note: str = ""


def measured(material: Material) -> list[tuple[str, Finding]]:
    """Return what the comparison of amounts with readings finds, each with the code of its check."""
    meters = material.metered
    assert meters is not None
    found: list[tuple[str, Finding]] = []
    taken: list[Taken] = []
    compared = list(_compared(material, meters))
    for one in compared:
        taken += _taken(one, material, meters)
        found += _open(one, meters)
    found += _unread(compared, material, meters)
    taken = [_on_the_net(one, taken, compared) for one in taken]
    groups: dict[tuple[Any, ...], list[Taken]] = {}
    for one in taken:
        key = (one.way.code, one.way.told, one.start, one.end, one.compared.entry.parameter.name, one.way.severity)
        groups.setdefault(key, []).append(one)
    found += [(group[0].way.code, _told(group, material, meters)) for group in groups.values()]
    return found


# What is compared


def _compared(material: Material, meters: Metered) -> Iterator[Compared]:
    derivatives = material.result.derivatives()
    for entry in material.report.entries():
        parameter = entry.parameter
        amount = parameter.kind is Kind.MONITORED and parameter.extensive and isinstance(entry.value, int | float)
        own = meters.of(entry) if amount and "p" in entry.labels else ()
        period = _dated(entry)
        if not own or period is None:
            continue
        start, end = meters.span(period)
        array = derivatives.get(parameter.name)
        place = None if array is None else material.at(entry.labels, array.shape)
        slope = 0.0 if array is None or place is None else float(array[place])
        unit = parameter.unit
        issues = [of_noted(noted, meters, slope, unit) for noted in meters.found(own, start, end)]
        sign = (slope > 0) - (slope < 0)
        issues += [of_window(one, sign, meters, unit, (start, end)) for one in meters.windows(own, start, end)]
        reported = entry.value + material.rows.excess(entry, own)
        read = meters.amount(own, start, end, unit)
        yield Compared(entry, own, start, end, reported, read, slope, tuple(issues))


def _dated(entry: Entry) -> Period | None:
    try:
        period = Period.parse(entry.labels.get("p", ""))
    except ValueError:
        return None
    return period if period.dated else None


# Which ways were taken


def _taken(one: Compared, material: Material, meters: Metered) -> Iterator[Taken]:
    for tolerance in (EXACT, one.printed):
        chosen = _combination(one, tolerance)
        if chosen is not None:
            for issue, way in zip(one.issues, chosen, strict=True):
                if way.code:
                    yield Taken(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)
            return
        if (found := next(_elsewhere(one, material, meters, tolerance), None)) is not None:
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


def _bases(one: Compared) -> Iterator[float]:
    """Yield the amounts with everything done right, and with nothing done."""
    yield one.right
    yield one.read


def _elsewhere(one: Compared, material: Material, meters: Metered, tolerance: float) -> Iterator[Taken]:
    """Yield slips that have nothing to do with what is wrong with the readings."""
    for base in _bases(one):
        for way, start, end in itertools.chain(
            _by_month(one, meters), _by_edge(one, material, meters), _by_check_meter(one, meters, base)
        ):
            if one.is_(base + way.amount, tolerance):
                yield Taken(one, way, start, end, way.amount, "")
        if base and not one.is_(base, tolerance):
            ratio = one.reported / base
            code, cause = causes.slip(ratio, one.entry.parameter.unit)
            if code:
                told = f"{ratio:.6g} times what the readings give"
                way = Way(one.reported - base, code, told, cause=cause)
                yield Taken(one, way, one.start, one.end, one.reported - base)


def _uncorrected(one: Compared, found: Taken) -> Iterator[Taken]:
    """Yield the calibrations for which nothing was corrected, beside another slip."""
    rest = one.reported - found.excess
    if not math.isclose(rest, one.right, rel_tol=max(one.printed, EXACT)):
        for issue in one.issues:
            if issue.window is not None and len(issue.ways) > 1:
                way = issue.ways[1]
                yield Taken(one, way, issue.start, issue.end, way.amount - issue.right.amount, issue.note)


def _by_month(one: Compared, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    whole = [month for month in months(one.start, one.end, meters)]
    for month in whole:
        start, end = meters.span(month)
        if start < one.start or end > one.end or len(whole) == 1:
            continue
        amount = meters.amount(one.meters, start, end, one.entry.parameter.unit)
        if amount:
            said = f"{month} is left out: {len(whole) - 1} of {len(whole)} months are in the amount"
            yield Way(-amount, "C5", said), start, end
            yield Way(amount, "C5", f"{month} is counted twice"), start, end


def _by_edge(one: Compared, material: Material, meters: Metered) -> Iterator[tuple[Way, int, int]]:
    """Yield amounts from another first to another last reading."""
    unit = one.entry.parameter.unit
    edges = []
    for edge, outward in ((one.start, -1), (one.end, 1)):
        amounts = {}
        for knot in meters.knots(one.meters, edge - EDGE, edge + EDGE):
            low, high = min(knot, edge), max(knot, edge)
            more = (knot - edge) * outward > 0
            amounts[knot] = meters.amount(one.meters, low, high, unit) * (1 if more else -1)
        edges.append({edge: 0.0, **amounts})
    for (first, before), (last, after) in itertools.product(edges[0].items(), edges[1].items()):
        if first != one.start or last != one.end:
            way = _edge_way(one, material, meters, first, last, before + after)
            yield way, first, last


def _edge_way(one: Compared, material: Material, meters: Metered, first: int, last: int, amount: float) -> Way:
    told = f"the amount is that of {meters.told(first, last)}, the period {meters.told(one.start, one.end)}"
    more, less = first < one.start or last > one.end, first > one.start or last < one.end
    if more and less:
        return Way(amount, "G1", told, cause="a billing cycle in place of the period")
    if more:
        claimed = any(
            begun < one.start and first < ended
            for submission in material.previous
            for part in submission.own
            for period in part.periods
            if period.dated
            for begun, ended in [meters.span(period)]
        )
        if claimed and last == one.end:
            days = (one.start - first) / DAY
            said = f"overlaps an earlier report by {days:g} day{'' if days == 1 else 's'}: {told}"
            return Way(amount, "G3", said, cause="claimed twice")
        return Way(amount, "G7", told)
    if amount * one.sign > 0:
        return Way(amount, "F5", told)
    return Way(amount, "F4", told, severity=Severity.QUESTION, cause=f"{ASKED}what happened on these days?")


def _by_check_meter(one: Compared, meters: Metered, base: float) -> Iterator[tuple[Way, int, int]]:
    own = meters.labels(one.meters[0])
    for name, meter in meters.plan.meters.items():
        checks = meter.check_only and name not in meters.unknown and meters.measures(name, one.entry)
        if checks and meters.labels(name) == own:
            amount = meters.amount((name,), one.start, one.end, one.entry.parameter.unit)
            told = f"the amount is that of {name}, which serves a cross-check only ({amount / base - 1:+.3%})"
            yield Way(amount - base, "I1", told), one.start, one.end


def _difference(one: Compared, meters: Metered) -> Taken:
    """Return what is left where no known slip explains an amount."""
    excess, unit = one.reported - one.right, one.entry.parameter.unit
    if (share := _share(one)) is not None:
        issue, factor = share
        assert issue.window is not None
        told = f"corrected by {factor:.4%}, due is {issue.window.error:.4%}"
        way = Way(0.0, "E5", told, factor, issue.window.error)
        return Taken(one, way, issue.start, issue.end, excess, issue.note)
    for issue in spoilt(one.issues):
        assert issue.noted is not None
        code, _, what = KINDS[issue.noted.kind]
        filled = _filled(issue, excess, meters, unit)
        raised = excess * one.sign > 0
        severity = Severity.ERROR if raised else Severity.QUESTION
        told = f"{issue.note or what}: {shown_number(abs(excess))} {unit} of the report are not supported{filled}"
        cause = "" if raised else f"{ASKED}where does the plan allow it?"
        return Taken(one, Way(excess, code, told, severity=severity, cause=cause), issue.start, issue.end, excess)
    told = f"the report has {shown_number(one.reported)} {unit}, and the readings give {shown_number(one.right)}"
    return Taken(one, Way(excess, "A10", told), one.start, one.end, excess)


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


def _filled(issue: Issue, excess: float, meters: Metered, unit: str) -> str:
    length = issue.end - issue.start
    beside = [
        meters.amount((issue.meter,), *span, unit)
        for span in ((issue.start - length, issue.start), (issue.end, issue.end + length))
    ]
    same = math.isclose(excess, sum(beside) / 2, rel_tol=1e-6)
    return "; they are the mean of the times before and after" if same else ""


def _on_the_net(one: Taken, every: Sequence[Taken], compared: Sequence[Compared]) -> Taken:
    """Recognise a correction put on a net amount: of two opposite quantities only one is corrected the right way."""
    if one.way.code != "C14" or one.way.expected is None:
        return one
    wrong = {id(other.compared) for other in every if other.way.code}
    opposite = [
        other
        for other in compared
        if other.sign * one.compared.sign < 0
        and id(other) not in wrong
        and any(issue.window is not None and issue.right.amount for issue in other.issues)
    ]
    if not opposite:
        return one
    other = opposite[0].entry.parameter.symbol
    told = f"corrected in the same direction as {other}, which acts on ER the other way"
    return replace(one, way=replace(one.way, code="E4", told=told, cause="the error was put on the net amount"))


# What stays open though the amounts agree


def _open(one: Compared, meters: Metered) -> Iterator[tuple[str, Finding]]:
    for issue in one.issues:
        place = f"{issue.meter}, {meters.told(issue.start, issue.end)}"
        symbol = one.entry.parameter.symbol
        if issue.window is not None:
            if issue.window.question and issue.window.error is not None:
                cause = f"{ASKED}which error did the late calibration find?"
                finding = Finding(issue.window.question, place, symbol, cause=cause, severity=Severity.QUESTION)
                yield "E6", finding
            continue
        assert issue.noted is not None
        yield from _of_noted(one, issue.noted, place, symbol)


def _of_noted(one: Compared, noted: Noted, place: str, symbol: str) -> Iterator[tuple[str, Finding]]:
    code, grave, what = KINDS[noted.kind]
    if noted.safe is not None and noted.used is not None:
        digits = len(f"{noted.used:.10g}".partition(".")[2])
        rounded = abs(noted.used - noted.safe) <= 0.5 * 10.0**-digits
        told = "rounded the wrong way" if rounded else "not at the safe end of what was read"
        message = f"the substitute is {told}: {noted.used:.10g} {one.entry.parameter.unit} for {noted.safe:.10g}"
        yield ("F7" if rounded else "F6"), Finding(message, place, symbol, noted.used, noted.safe, noted.note)
    elif noted.question:
        yield code, Finding(noted.question, place, symbol, severity=Severity.QUESTION, cause=f"{ASKED}is it so?")
    elif noted.used is not None and noted.kind == "boundary":
        message = f"{noted.note}: an assumption, which the plan declares"
        yield code, Finding(message, place, symbol, severity=Severity.QUESTION, unconfirmed=str(noted.evidence or ""))
    elif noted.used is None and noted.exact is None and not noted.values and noted.kind != "out of service":
        grave = Severity.QUESTION if noted.kind in ("gap", "stuck") else Severity(grave)
        cause = f"{ASKED}why, and what does the plan provide for?" if grave is Severity.QUESTION else ""
        yield code, Finding(f"{what}: {noted.note}", place, symbol, severity=Severity(grave), cause=cause)


def _unread(compared: Sequence[Compared], material: Material, meters: Metered) -> Iterator[tuple[str, Finding]]:
    """Yield dated rows of the report for which there was no reading at their beginning or end."""
    groups: dict[tuple[int, bool], list[tuple[Compared, Line]]] = {}
    for one in compared:
        rows = material.rows.of.get(one.entry.place)
        lines = sorted(rows.lines, key=lambda line: line.period.order) if rows is not None else []
        for at, line in enumerate(lines):
            end = meters.span(line.period)[1]
            inside = line.value is not None and one.start < end < one.end
            if inside and not meters.knots(one.meters, end - ROUGHLY, end + ROUGHLY):
                beside = [lines[near].value for near in (at - 1, at + 1) if 0 <= near < len(lines)]
                mean = None not in beside and math.isclose(2 * line.value, math.fsum(beside), rel_tol=EXACT)  # type: ignore[arg-type,operator]
                groups.setdefault((end, mean), []).append((one, line))
    for (end, mean), group in groups.items():
        line, symbol = group[0][1], group[0][0].entry.parameter.symbol
        names = listed(dict.fromkeys(name for one, _ in group for name in one.meters), limit=6)
        what = "it is the mean of the rows beside it" if mean else "its amount was not read"
        message = f"{symbol}: the report has an amount for {line.period}, and no meter was read at its end; {what}"
        place = f"{names}, {meters.monitored.shown(end)} ({listed((address(line.place) for _, line in group), limit=6)})"
        cause = f"{ASKED}a gap that was filled? where does the plan allow it?"
        yield "F2", Finding(message, place, symbol, cause=cause, severity=Severity.QUESTION)


# Telling


def _told(group: Sequence[Taken], material: Material, meters: Metered) -> Finding:
    first = group[0]
    way, parameter = first.way, first.compared.entry.parameter
    names = listed(dict.fromkeys(name for one in group for name in one.compared.meters), limit=6)
    place = f"{names}, {meters.told(first.start, first.end)}"
    addresses = listed((one.compared.entry.address for one in group), limit=6)
    found, expected = way.found, way.expected
    if not isinstance(found, int | float) or not _alike(group):
        found = math.fsum(one.compared.entry.value for one in group)
        expected = found - math.fsum(one.excess for one in group)
    because = "; ".join(filter(None, [_sum_of_notes(group), _years(group, material)]))
    return Finding(
        f"{parameter.symbol} of {names}: {way.told}",
        f"{place} ({addresses})",
        parameter.symbol,
        found,
        expected,
        because,
        material.effect({}, _expected(group, material)),
        way.cause,
        severity=way.severity or Severity.ERROR,
        unconfirmed=_doubt(group, meters),
    )


def _alike(group: Sequence[Taken]) -> bool:
    return len({(one.way.found, one.way.expected) for one in group}) == 1 and (
        group[0].way.code in ("B1", "B2", "C14", "E1", "E2", "E4", "E5", "E6", "E8") or len(group) == 1
    )


def _sum_of_notes(group: Sequence[Taken]) -> str:
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
    return f"{math.fsum(amounts):,.10g} {unit} were read in {days:g} days"


def _expected(group: Sequence[Taken], material: Material) -> dict[str, Any]:
    return material.replaced((one.compared.entry, one.excess) for one in group)


def _years(group: Sequence[Taken], material: Material) -> str:
    """Say what ER is with and without what was done."""
    is_, should = material.reductions({}), material.reductions(_expected(group, material))
    if is_ is None or should is None:
        return ""
    return ", ".join(
        f"ER of {year} is {is_[places].sum():,.3f} tCO2 with it and {should[places].sum():,.3f} without"
        for year, places in material.years.items()
        if is_[places].sum() != should[places].sum()
    )


def _doubt(group: Sequence[Taken], meters: Metered) -> str:
    if any(issue.window for one in group for issue in one.compared.issues) and group[0].way.code[0] in "BCE":
        evidence = meters.plan.rules.evidence_for("late calibration", "maximum permissible error")
        return "" if evidence.confirmed else f"the rule for late calibrations is itself {evidence}"
    return ""
