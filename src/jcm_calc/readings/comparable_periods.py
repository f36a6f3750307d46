"""Amounts of periods comparable with that of a finding: the same hours of other weeks, or just before and after."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from jcm_calc.readings import block_sums, clock
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.meter_readings import MeterReadings, OfSource
from jcm_calc.readings.row_checks import Span
from jcm_calc.readings.steps import OpenedReadings
from jcm_calc.readings.store import quoted

Window = tuple[int, str, int, int]  # the number of a finding, meter, from and to


def amounts(
    readings: MeterReadings,
    findings: Mapping[int, ReadingsFinding],
    excluded: Mapping[str, Sequence[Span]],
    weeks: bool,
) -> dict[int, list[float]]:
    """Return, for each finding, the amounts of comparable periods, as far as all was read: the same number is kept.

    These are the same time whole weeks before and after, or else the times just before and after, of the same length.
    The ``excluded`` times of each meter are not compared.
    """
    wanted: list[Window] = []
    for number, finding in findings.items():
        blocks = [one.blocks for one in readings.of[finding.meter]]
        first, last = min(int(b["first"].min()) for b in blocks), max(int(b["last"].max()) for b in blocks)
        for start, end in _weeks(readings, finding, first, last) if weeks else _next_to(finding):
            if first <= start and end <= last and not any(a < end and start < b for a, b in excluded[finding.meter]):
                wanted.append((number, finding.meter, start, end))
    found: dict[int, list[float]] = {number: [] for number in findings}
    total, covered = [0.0] * len(wanted), [0] * len(wanted)
    for source in readings.sources if wanted else ():
        of = {name: one for name, each in readings.of.items() for one in each if one.source is source}
        mine = [place for place, window in enumerate(wanted) if window[1] in of]
        for place, (raw, time) in zip(mine, _of_source(readings, source, of, [wanted[p] for p in mine]), strict=True):
            total[place] += float(of[wanted[place][1]].unit(raw))
            covered[place] += time
    for (number, _, start, end), amount, time in zip(wanted, total, covered, strict=True):
        if abs(time - (end - start)) < clock.SECOND:
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


def _of_source(
    readings: MeterReadings, source: OpenedReadings, of: Mapping[str, OfSource], windows: Sequence[Window]
) -> list[tuple[float, int]]:
    """Add up whole blocks from what the screening found, and the ends of the windows from the readings."""
    import pandas as pd

    blocks = readings.blocks
    known: dict[str, dict[int, tuple[float, int]]] = {}  # amount as read and time covered of each whole block
    for name, one in of.items() if source.readings.regular else ():
        numbers, times = (one.blocks[key].tolist() for key in ("block", "covered"))
        sums = block_sums.amounts(one.blocks).tolist()
        known[name] = dict(zip(numbers, zip(sums, times, strict=True), strict=True))
    amounts: list[list[float]] = [[] for _ in windows]
    covered = [0] * len(windows)
    ends = []
    for place, (_, name, start, stop) in enumerate(windows):
        rest = [(start, stop)]
        low, high = blocks.number(start - 1) + 1, blocks.number(stop)
        whole = [known[name].get(number, (0.0, 0)) for number in range(low, high)] if known else []
        if whole and all(time for _amount, time in whole):
            rest = [(start, blocks.edge(low)), (blocks.edge(high), stop)]
            amounts[place] += [amount for amount, _time in whole]
            covered[place] += sum(time for _amount, time in whole)
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
