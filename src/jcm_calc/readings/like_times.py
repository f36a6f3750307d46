"""Amounts of times that are like the time of a finding: the same hours of other weeks, or just before and after."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from jcm_calc.readings import block_sums, clock
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.meter_readings import MeterReadings, OfSource
from jcm_calc.readings.row_checks import Span
from jcm_calc.readings.steps import OpenedReadings
from jcm_calc.readings.store import quoted

Spoilt = Mapping[str, Sequence[Span]]
Window = tuple[int, str, int, int]  # the number of a finding, meter, from and to


def same_weekdays(readings: MeterReadings, findings: Sequence[ReadingsFinding], spoilt: Spoilt) -> list[list[float]]:
    """Return, for each finding, the amounts of the same time whole weeks before and after, as far as all was read.

    Parameters
    ----------
    spoilt : mapping
        The times of each meter that are like no other.
    """
    return _amounts(readings, findings, spoilt, lambda one, first, last: _weeks(readings, one, first, last))


def before_and_after(readings: MeterReadings, findings: Sequence[ReadingsFinding], spoilt: Spoilt) -> list[list[float]]:
    """Return, for each finding, the amounts of the times just before and after, of the same length."""
    return _amounts(readings, findings, spoilt, lambda one, first, last: _next_to(one))


def _amounts(
    readings: MeterReadings,
    findings: Sequence[ReadingsFinding],
    spoilt: Spoilt,
    spans: Callable[[ReadingsFinding, int, int], Iterable[Span]],
) -> list[list[float]]:
    wanted: list[Window] = []
    for number, finding in enumerate(findings):
        blocks = [one.blocks for one in readings.of[finding.meter]]
        first, last = min(int(b["first"].min()) for b in blocks), max(int(b["last"].max()) for b in blocks)
        for start, end in spans(finding, first, last):
            if first <= start and end <= last and not any(a < end and start < b for a, b in spoilt[finding.meter]):
                wanted.append((number, finding.meter, start, end))
    found: list[list[float]] = [[] for _ in findings]
    for (number, _, start, end), (amount, covered) in zip(wanted, _of_windows(readings, wanted), strict=True):
        if abs(covered - (end - start)) < clock.SECOND:
            found[number].append(amount)
    return found


def _weeks(readings: MeterReadings, finding: ReadingsFinding, first: int, last: int) -> Iterator[Span]:
    where = readings.plan.where
    begin, end = (clock.local(moment, where).replace(tzinfo=None) for moment in (finding.start, finding.end))
    count = (last - first) // clock.WEEK + 1
    for week in range(-count, count + 1):
        if week and first <= finding.start + week * clock.WEEK <= last:
            shift = timedelta(days=7 * week)
            yield clock.instant(begin + shift, where), clock.instant(end + shift, where)


def _next_to(finding: ReadingsFinding) -> Iterator[Span]:
    length = finding.end - finding.start
    yield finding.start - length, finding.start
    yield finding.end, finding.end + length


def _of_windows(readings: MeterReadings, windows: Sequence[Window]) -> list[tuple[float, int]]:
    """Return amount and time covered of each window, over all sources of its meter."""
    total, covered = [0.0] * len(windows), [0] * len(windows)
    for source in readings.sources:
        of = {name: one for name, found in readings.of.items() for one in found if one.source is source}
        mine = [place for place, window in enumerate(windows) if window[1] in of]
        for place, (raw, time) in zip(mine, _of_source(readings, source, of, [windows[p] for p in mine]), strict=True):
            total[place] += float(of[windows[place][1]].unit(raw))
            covered[place] += time
    return list(zip(total, covered, strict=True))


def _of_source(
    readings: MeterReadings, source: OpenedReadings, of: Mapping[str, OfSource], windows: Sequence[Window]
) -> list[tuple[float, int]]:
    """Add up whole blocks from what the screening found, and the ends of the windows from the readings."""
    import pandas as pd

    blocks = readings.blocks
    known = _whole_blocks(of) if source.regular else {}
    amounts: list[list[float]] = [[] for _ in windows]
    covered = [0] * len(windows)
    ends = []
    for place, (_, name, start, stop) in enumerate(windows):
        rest = [(start, stop)]
        low, high = blocks.number(start - 1) + 1, blocks.number(stop)
        if source.regular and low < high and all((name, number) in known for number in range(low, high)):
            rest = [(start, blocks.edge(low)), (blocks.edge(high), stop)]
            for number in range(low, high):
                amount, time = known[name, number]
                amounts[place].append(amount)
                covered[place] += time
        ends += [
            (place, name, first, last, number)
            for first, last in rest
            if first < last
            for number in range(blocks.number(first - (source.readings.step or clock.DAY)), blocks.number(last) + 1)
        ]
    if ends:
        readings.store.register("windows", pd.DataFrame(ends, columns=["place", "meter", "low", "high", "block"]))
        names = ", ".join(sorted({quoted(name) for _, name, *_ in ends}))  # what is of others is not even read
        overlap = "(least(stop, high) - greatest(start, low))"
        found = readings.store.db.execute(
            f"SELECT w.place, list(raw * {overlap} / (stop - start)), CAST(sum({overlap}) AS BIGINT) "
            f"FROM (SELECT *, {blocks.sql('start')} AS block FROM ({source.steps}) WHERE meter IN ({names})) s "
            "JOIN windows w USING (meter, block) WHERE start < high AND stop > low GROUP BY 1"
        ).fetchall()
        for place, parts, time in found:
            amounts[place] += parts
            covered[place] += time
    # the order of the rows decides nothing
    return [(math.fsum(parts), time) for parts, time in zip(amounts, covered, strict=True)]


def _whole_blocks(of: Mapping[str, OfSource]) -> dict[tuple[str, int], tuple[float, int]]:
    """Return amount as read and time covered of each block."""
    found = {}
    for name, one in of.items():
        sums = block_sums.amounts(one.blocks).tolist()
        numbers, covered = (one.blocks[key].tolist() for key in ("block", "covered"))
        for number, amount, time in zip(numbers, sums, covered, strict=True):
            found[name, number] = amount, time
    return found
