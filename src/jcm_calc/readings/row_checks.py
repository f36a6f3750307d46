"""A close look at the suspicious steps of one meter: gaps, duplicates, spikes, resets and their kin.

Everything here works on rows in order of time, each with start and stop (instants), the amount in the
unit of the parameter (raw) and as it was read (native), and the value that was read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _
from jcm_calc.readings.clock import DAY, HOUR, MINUTE, SECOND
from jcm_calc.readings.findings import ReadingsFinding
from jcm_calc.readings.plan import Meter, Replacement, Stop
from jcm_calc.units import Linear

Floats = npt.NDArray[np.float64]
Instants = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Span = tuple[int, int]
# Rows from and to, the kind of finding, the note, and the exact amount where the rows around them tell it.
Suspect = tuple[int, int, str, str, float | None]

# What a number in another unit is a multiple of: SI prefixes, hours in seconds, MJ in kWh.
SLIPS = (3.6, 10.0, 100.0, 1000.0, 3600.0, 1e6)
MANY = 6
SERIES = 24  # so many changes tell amounts from the readings of a register
SHORT, GROWTH = 8, 1.25  # of totals, so many rises without a fall do, with this growth
FLAGS = ("estimated", "substituted")
LOW = 10.0  # a slip downwards is less sure: a plant may idle

LENGTHS = ((_("{number:.6g} d"), DAY), (_("{number:.6g} h"), HOUR), (_("{number:.6g} min"), MINUTE))
FORWARD = _("the clock was put forward by {minutes:g} min")
BACK = _("the clock was put back by {minutes:g} min")
# Of a register.
FROM_TO = _("from {before:g} to {now:g}")
PASSED = _(
    "from {before:g} to {now:g}, but rollover = {rollover:g}: state the number after the last one that it can show, "
    "such as 100000"
)
AFTER = _("{now:g} after {before:g}")
BEFORE = _("{before:g}, then {now:g}")


@dataclass(frozen=True)
class MeterSteps:
    """Steps of one meter from one source, in order of time."""

    start: Instants
    stop: Instants
    raw: Floats  # the amount in the unit of the parameter
    value: Floats  # that was read
    native: Floats  # the amount in its unit
    flag: Instants
    joined: Bools  # whether no step between a row and the one before is left out

    def __len__(self) -> int:
        return len(self.start)

    def where(self, mask: Bools) -> MeterSteps:
        """Return the rows under a mask."""
        skipped = np.cumsum(~self.joined)[mask]
        joined = np.concatenate([[True], np.diff(skipped) == 0])[: len(skipped)]
        times = (self.start[mask], self.stop[mask])
        return MeterSteps(*times, self.raw[mask], self.value[mask], self.native[mask], self.flag[mask], joined)

    @property
    def again(self) -> Bools:
        """Which rows have the times of the row before."""
        return np.concatenate([[False], (np.diff(self.start) == 0) & (np.diff(self.stop) == 0)])[: len(self)]

    @property
    def once(self) -> MeterSteps:
        """The first of the rows of each time."""
        return self.where(~self.again)

    @property
    def follows(self) -> Bools:
        """Which rows begin where the row before ends."""
        return np.concatenate([[True], self.start[1:] == self.stop[:-1]])

    @property
    def rate(self) -> Floats:
        """Amount per hour."""
        return np.asarray(self.raw * HOUR / np.maximum(self.stop - self.start, 1))

    @property
    def zero(self) -> Bools:
        """Which rows stand for no time: two readings of one time."""
        return np.asarray(self.stop == self.start)


@dataclass(frozen=True)
class Context:
    """What is known of a meter before its rows are looked at."""

    meter: Meter
    kind: str
    step: int | None
    spans: Sequence[Span]  # the periods p
    limit: float  # the largest possible amount an hour
    usual: float
    stuck: int  # for how long a value may stay the same
    slip: float  # times the usual amount, from which on another unit is suspected
    stops: Sequence[Stop]
    unit: Linear  # from readings to the unit of the parameter
    tolerance: int = 0  # by how much a stamp may miss the beginning of its step
    changes: Sequence[tuple[int, int]] = ()  # from when on the step is another one
    whole: bool = True  # whether the rows are all steps, and not only those of odd blocks

    def amount(self, shown: float, moment: int) -> float:
        """Return the amount that a number on a register means at an instant."""
        return float(self.unit(shown)) * self.meter.multiplier(moment)

    def before(self, rows: MeterSteps, place: int) -> float:
        """Return what a register showed at the beginning of a step."""
        counted = float(rows.native[place]) / self.meter.multiplier(int(rows.start[place]))
        return float(rows.value[place]) - counted

    def stopped(self, start: int, end: int) -> bool:
        """Whether the equipment is declared not to have run."""
        return any(stop.start <= start and end <= stop.end for stop in self.stops)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the parts of a time that lie in each period: its number, from, to."""
        for number, (first, last) in enumerate(self.spans):
            low, high = max(start, first), min(end, last)
            if low < high:
                yield number, low, high

    def steps(self, moments: Instants) -> Instants:
        """Return the step that holds at each of some instants."""
        found = np.full(len(moments), self.step or 0)
        for since, step in self.changes:
            found[moments >= since] = step
        return found

    def period(self, moment: int) -> int:
        """Return the number of the period that an instant lies in, or −1."""
        return next((number for number, (first, last) in enumerate(self.spans) if first <= moment < last), -1)


def look(rows: MeterSteps, context: Context) -> Iterator[ReadingsFinding]:
    """Yield what is wrong with the values of one meter's rows; gaps are `holes`."""
    meter = context.meter
    outside = np.zeros(len(rows), dtype=bool)
    if meter.installed is not None:
        outside |= rows.start < meter.installed
    if meter.removed is not None:
        outside |= rows.stop > meter.removed
    for i, j in runs(outside, np.ones(len(rows), dtype=bool)):
        yield from _piecewise(rows, i, j, context, "out of service", _("the meter was not installed"))
    rows = rows.where(~outside)
    if not len(rows):
        return
    if context.kind == "register":
        yield from _register(rows, context)
        return
    yield from _spacing(rows, context)
    yield from _repeated(rows, context)
    once = rows.once
    spoilt = np.zeros(len(once), dtype=bool)
    if context.whole and never_falls(once.raw, context.kind):
        yield from _rising(once, context)
        return
    for i, j, kind, note, _exact in itertools.chain(_flagged(once), _values(once, context, spoilt)):
        spoilt[i:j] = True
        yield from _piecewise(once, i, j, context, kind, note)
    yield from _boundaries(once, context, spoilt)


# Time


def holes(
    start: Instants, stop: Instants, context: Context, period: Span, without: Iterable[Span] = ()
) -> Iterator[ReadingsFinding]:
    """Yield the times of a period for which there is no reading, and steps that do not fit each other.

    Readings are from each ``start`` to ``stop``, in order of time. Of the times in ``without`` steps are known not to
    fit, and nothing more is said.
    """
    begin, end = period
    start, stop = np.append(start, end), np.append(stop, end + 1)
    # up to when there were readings before each of them
    until = np.maximum.accumulate(np.concatenate([[begin], stop[:-1]]))
    again = np.concatenate([[False], (np.diff(start) == 0) & (np.diff(stop) == 0)])
    step = max([context.step or 0, *(length for _since, length in context.changes)])
    apart = (start != until) & (until < end)
    for first, last in without:
        apart &= (np.minimum(start, until) < first - HOUR) | (np.maximum(start, until) > last + DAY)
    for place in np.flatnonzero(apart):
        here, before = int(start[place]), int(until[place])
        begun = before > begin and here < end
        if 0 < here - before <= context.tolerance and begun and step:
            continue  # a stamp that misses the beginning of its step by less than is tolerated
        if here > before and begun and here - before < step:
            yield _jump(context, before, here, FORWARD)
        elif here > before:
            yield from _gap(context, before, min(here, end))
        elif before - here > context.tolerance and begun and not again[place] and place and stop[place] > before:
            yield _jump(context, here, before, BACK)


def _gap(context: Context, start: int, end: int) -> Iterator[ReadingsFinding]:
    open_ = [(start, end)]
    for stop in context.stops:
        open_ = [
            part
            for low, high in open_
            for part in ((low, min(high, stop.start)), (max(low, stop.end), high))
            if part[0] < part[1]
        ]
    for low, high in open_:
        for number, first, last in context.pieces(low, high):
            note = _("no readings for {hours:g} h").format(hours=(last - first) / HOUR)
            yield ReadingsFinding(context.meter.name, "gap", first, last, 0.0, note, period=number)


def _jump(context: Context, start: int, end: int, way: Message) -> ReadingsFinding:
    note = way.format(minutes=(end - start) / MINUTE)
    return ReadingsFinding(context.meter.name, "clock jump", start, end, 0.0, note, 0.0, period=context.period(start))


# Rows


def runs(mask: Bools, joined: Bools | None = None) -> Iterator[tuple[int, int]]:
    """Yield first and beyond-last row of each run under a mask; a row not joined begins another run."""
    places = np.flatnonzero(mask)
    apart = np.diff(places) > 1
    yield from _parted(places, apart if joined is None else apart | ~joined[places[1:]])


def _parted(places: npt.NDArray[np.intp], apart: Bools) -> Iterator[tuple[int, int]]:
    """Yield first and beyond-last of places that are together: the next is not apart."""
    for part in np.split(places, np.flatnonzero(apart) + 1) if len(places) else ():
        yield int(part[0]), int(part[-1]) + 1


def _piecewise(
    rows: MeterSteps, i: int, j: int, context: Context, kind: str, note: str, exact: Floats | None = None
) -> Iterator[ReadingsFinding]:
    """Yield a finding about the rows from i to j, one for each period they lie in."""
    start, stop, raw = rows.start[i:j], rows.stop[i:j], rows.raw[i:j]
    for number, (first, last) in enumerate(context.spans):
        inside = (start >= first) & (start < last)
        if inside.any():
            begin, end = int(start[inside][0]), min(int(stop[inside].max()), last)
            right = None if exact is None else float(exact[inside].sum())
            read = float(raw[inside].sum())
            yield ReadingsFinding(context.meter.name, kind, begin, end, read, note, right, period=number)


def _repeated(rows: MeterSteps, context: Context) -> Iterator[ReadingsFinding]:
    """Yield times that have several readings: the same one, or different ones."""
    same = rows.again
    sizes = np.bincount(np.cumsum(~same) - 1)
    if (sizes == 1).all():
        return
    heads = np.flatnonzero(~same)
    least, most = np.minimum.reduceat(rows.raw, heads), np.maximum.reduceat(rows.raw, heads)
    total = np.add.reduceat(rows.raw, heads)
    once = replace(rows.where(~same), raw=total, native=total)
    joined = np.concatenate([[False], once.start[1:] <= once.stop[:-1]])
    for i, j in runs((sizes > 1) & (least == most), joined):
        note = _("{count} readings are repeated").format(count=sizes[i:j].sum() - (j - i))
        yield from _piecewise(once, i, j, context, "duplicate", note, least[i:j])
    for i, j in runs((sizes > 1) & (least != most), joined):
        note = _("readings differ at {count} times").format(count=j - i)
        for finding in _piecewise(once, i, j, context, "conflict", note):
            inside = (once.start[i:j] >= finding.start) & (once.start[i:j] < finding.end)
            yield replace(finding, values=(float(least[i:j][inside].sum()), float(most[i:j][inside].sum())))


def _flagged(rows: MeterSteps) -> Iterator[Suspect]:
    """Yield readings that their own source flags as estimated or substituted."""
    for number, kind in enumerate(FLAGS, 1):
        for i, j in runs(rows.flag == number, rows.follows):
            yield i, j, kind, _("{count} readings are flagged").format(count=j - i), None


def never_falls(amounts: Floats, kind: str) -> bool:
    """Whether amounts rise and rise, as a register does, if not for its resets.

    Examples
    --------
    >>> day = np.arange(9.0)
    >>> never_falls(np.arange(25.0), "interval"), never_falls(np.tile(day, 3), "interval")
    (True, True)
    >>> never_falls(np.tile(day + 5, 3), "interval"), never_falls(day, "interval"), never_falls(day, "total")
    (False, False, True)
    """
    change = np.diff(amounts)
    many, falls = int((change != 0).sum()), change < 0
    if many < SERIES:  # a few invoices may rise by chance, but hardly grow so much
        return kind == "total" and many >= SHORT and not falls.any() and bool(amounts[-1] > GROWTH * amounts[0])
    # one that begins again each day falls to nearly nothing
    begins_again = bool((amounts[1:][falls] <= amounts[:-1][falls] / 10).all())
    return bool(falls.sum() <= many / (5 if begins_again else 20))


def _rising(rows: MeterSteps, context: Context) -> Iterator[ReadingsFinding]:
    change = np.diff(rows.raw)
    note = _("of {count} changes {falls} are falls: are these readings of a register?").format(
        count=int((change != 0).sum()), falls=int((change < 0).sum())
    )
    yield from _piecewise(rows, 0, len(rows), context, "never falls", note)


def _spacing(rows: MeterSteps, context: Context) -> Iterator[ReadingsFinding]:
    """Yield times in which readings come at other distances than the step: one finding for each."""
    once = rows.where(np.concatenate([[True], np.diff(rows.start) > 0]))
    starts = once.start
    if context.step is None or len(starts) <= MANY:
        return
    apart = np.diff(starts)
    off = np.flatnonzero((np.abs(apart - context.steps(starts[:-1])) > context.tolerance) & once.joined[1:])
    if not len(off):
        return
    for part in np.split(off, np.flatnonzero(np.diff(off) > 2 * MANY) + 1):
        i, j = int(part[0]), int(part[-1])
        if len(part) >= MANY and 2 * len(part) > j - i:
            step = context.steps(starts[i : i + 1])[0]
            yield from _at_distances(context, apart[i : j + 1], int(starts[i]), int(starts[j + 1]), int(step))


def _at_distances(context: Context, apart: Instants, start: int, end: int, step: int) -> Iterator[ReadingsFinding]:
    usual = int(np.median(apart))
    said = {"step": _length(step), "usual": _length(usual)}
    if (np.abs(apart - usual) <= context.tolerance).mean() >= 0.8:
        note = _("readings come every {usual}, the step says {step}: state 'step', or 'step_changes' from a time on")
    else:
        said |= {"least": _length(int(apart.min())), "most": _length(int(apart.max()))}
        note = _(
            "readings come at irregular times, every {least} to {most}, the step says {step}: samples of power are of "
            "the kind 'samples'"
        )
    for number, first, last in context.pieces(start, end):
        yield ReadingsFinding(context.meter.name, "step", first, last, 0.0, note.format(**said), period=number)


def _length(time: int) -> str:
    form, length = next((one for one in LENGTHS if time >= one[1]), (_("{number:.6g} s"), SECOND))
    return form.format(number=time / length)


def with_what_is_left_out(
    found: Iterable[ReadingsFinding], context: Context, left_out: Sequence[Span]
) -> Iterator[ReadingsFinding]:
    """Yield findings, those about a wrong step up to the end of the rows that were not looked at for them."""
    for one in found:
        if one.kind != "step" or not left_out:
            yield one
        elif not any(first <= one.start < last for first, last in left_out):
            ends = [last for first, last in left_out if one.start < first <= one.end + DAY]
            for number, first, last in context.pieces(one.start, max([one.end, *ends])):
                yield replace(one, start=first, end=last, period=number)


def without_consequences(found: Sequence[ReadingsFinding], times: Iterable[Span]) -> list[ReadingsFinding]:
    """Return findings without those that only follow from a wrong step in some times."""

    def follows(one: ReadingsFinding) -> bool:
        return one.kind in ("boundary", "duplicate", "conflict") and any(
            first - HOUR <= one.start and one.end <= last + DAY for first, last in times
        )

    return [one for one in found if not follows(one)]


def _values(rows: MeterSteps, context: Context, spoilt: Bools) -> Iterator[Suspect]:
    """Yield rows with unlikely amounts; what is yielded is marked as spoilt before the next is looked for."""
    rate = rows.rate
    high = (rate > context.limit) & ~spoilt
    for i, j in _bridged(rows, high):
        times = float(np.mean(rate[i:j][rate[i:j] > 0])) / context.usual if context.usual else 0.0
        if times >= context.slip and int(high[i:j].sum()) >= MANY:
            yield i, j, "unit slip", _slip_note(times), None
        else:
            yield i, j, "spike", _too_much(float(rate[i:j].max()), context), None
    low = (rate > 0) & (rate < context.usual / (context.slip * LOW)) & ~spoilt
    for i, j in _bridged(rows, low):
        if rows.stop[j - 1] - rows.start[i] >= DAY:
            yield i, j, "unit slip", _slip_note(float(np.median(rate[i:j][rate[i:j] > 0])) / context.usual), None
    for i, j in runs((rows.raw < 0) & ~spoilt, rows.follows):
        yield i, j, "negative", _("the amount is negative"), None
    yield from _stuck(rows, context, spoilt)


def _too_much(most: float, context: Context) -> str:
    return _("{most:.6g} per hour; the limit is {limit:.6g}").format(most=most, limit=context.limit)


def _slip_note(times: float) -> str:
    ratio = times if times > 1 else 1 / times
    shown = float(f"{times:.3g}")
    near = min(SLIPS, key=lambda one: abs(np.log(one / ratio)))
    if not 0.4 < ratio / near < 2.5:
        return _("{times:,.15g} times the usual amount").format(times=shown)
    return _("{times:,.15g} times the usual amount; a factor of {factor:g}?").format(times=shown, factor=near)


def _bridged(rows: MeterSteps, mask: Bools) -> Iterator[tuple[int, int]]:
    """Yield runs under a mask, between which there may be rows of 0 of less than a day."""
    places = np.flatnonzero(mask)
    others = np.cumsum((~mask & (rows.raw != 0)) | ~rows.joined)
    apart = (np.diff(others[places]) > 0) | (rows.start[places[1:]] - rows.stop[places[:-1]] > DAY)
    yield from _parted(places, apart)


def _stuck(rows: MeterSteps, context: Context, spoilt: Bools) -> Iterator[Suspect]:
    if context.kind == "total":
        return
    again = rows.follows[1:] & (rows.raw[1:] == rows.raw[:-1])
    heads = np.concatenate([[0], np.flatnonzero(~again) + 1, [len(rows)]])
    long = rows.stop[heads[1:] - 1] - rows.start[heads[:-1]] >= context.stuck
    for place in np.flatnonzero(long):
        i, j = int(heads[place]), int(heads[place + 1])
        equal_days = rows.raw[i] != 0 and j - i < MANY  # which are no fault
        start, stop = int(rows.start[i]), int(rows.stop[j - 1])
        if not (spoilt[i:j].any() or equal_days or context.stopped(start, stop)):
            note = _("{value:.6g} for {hours:g} h").format(value=rows.value[i], hours=(stop - start) / HOUR)
            yield i, j, "stuck", note, None


def _boundaries(rows: MeterSteps, context: Context, spoilt: Bools) -> Iterator[ReadingsFinding]:
    """Yield steps that lie on both sides of the end of a period."""
    cuts = sorted({cut for span in context.spans for cut in span})
    crossing = np.zeros(len(rows), dtype=bool)
    for cut in cuts:
        crossing |= (rows.start < cut) & (cut < rows.stop)
    for place in np.flatnonzero(crossing & ~spoilt):
        start, stop, raw = int(rows.start[place]), int(rows.stop[place]), float(rows.raw[place])
        note = _("an amount of {hours:g} h is shared by time").format(hours=(stop - start) / HOUR)
        yield from split(context, "boundary", start, stop, raw, raw, note)


def split(
    context: Context, kind: str, start: int, stop: int, read: float, exact: float | None, note: str
) -> Iterator[ReadingsFinding]:
    """Yield findings about one step, for each period it lies in: what is read counts where it begins."""
    for number, low, high in context.pieces(start, stop):
        share = (high - low) / (stop - start)
        counted = read if context.period(start) == number else 0.0
        part = None if exact is None else exact * share
        across = (read * share,) if part is None and high - low < stop - start else ()
        yield ReadingsFinding(context.meter.name, kind, low, high, counted, note, part, across, number)


# Registers


def _register(rows: MeterSteps, context: Context) -> Iterator[ReadingsFinding]:
    """Yield what is wrong with a register: it may only count upwards."""
    spoilt = np.zeros(len(rows), dtype=bool)
    change = rows.raw[rows.raw != 0]
    falls = int((change < 0).sum())
    if len(change) >= SERIES and falls > len(change) / 4:
        message = _("it falls {falls} times in {count}: are these amounts, of the kind 'interval'?")
        yield from _step(rows, 0, len(rows), context, "falls often", message.format(falls=falls, count=len(change)))
        return
    for i, j, kind, note, exact in itertools.chain(
        _replacements(rows, context),
        _flagged(rows),
        _backwards(rows, context, spoilt),
        _standing(rows, context),
        _jumps(rows, context, spoilt),
    ):
        if not spoilt[i:j].any():
            spoilt[i:j] = True
            yield from _step(rows, i, j, context, kind, note, exact)
    for place in np.flatnonzero(rows.zero & ~spoilt):
        at, raw = int(rows.start[place]), float(rows.raw[place])
        kind, note = ("duplicate", _("a reading is repeated")) if raw == 0 else ("conflict", _("two readings"))
        # the next step begins at the last of them, so that nothing is lost or counted twice
        yield ReadingsFinding(context.meter.name, kind, at, at, raw, note, raw, (raw, raw), context.period(at))
    yield from _boundaries(rows, context, spoilt)


def _step(
    rows: MeterSteps, i: int, j: int, context: Context, kind: str, note: str, exact: float | None = None
) -> Iterator[ReadingsFinding]:
    """Yield findings about the steps from i to j as one."""
    start, stop = int(rows.start[i]), int(rows.stop[j - 1])
    return split(context, kind, start, stop, float(rows.raw[i:j].sum()), exact, note)


def _jumps(rows: MeterSteps, context: Context, spoilt: Bools) -> Iterator[Suspect]:
    for place in map(int, np.flatnonzero((rows.rate > context.limit) & ~spoilt & ~rows.zero)):
        yield place, place + 1, "spike", _too_much(rows.rate[place], context), None


def _replacements(rows: MeterSteps, context: Context) -> Iterator[Suspect]:
    for change in context.meter.replacements:
        around = _around(rows, change)
        if not len(around):
            continue
        i, j = int(around[0]), int(around[-1]) + 1
        read = float(rows.raw[i:j].sum())
        if change.final is None or change.initial is None:
            yield i, j, "gap", _("the meter was replaced, and its final or initial reading is not stated"), None
        else:
            more = context.amount(change.final, change.at - 1) - context.amount(change.initial, change.at)
            earlier = np.flatnonzero(rows.start[i:j] < change.at)
            if len(earlier):  # what was counted with the multiplier of the meter before
                shown = float(rows.value[i + int(earlier[-1])])
                more += context.amount(shown, change.at) - context.amount(shown, change.at - 1)
            note = _("the meter was replaced: final reading {final:g}, initial reading {initial:g}")
            yield i, j, "replacement", note.format(final=change.final, initial=change.initial), read + more


def _around(rows: MeterSteps, change: Replacement) -> npt.NDArray[np.intp]:
    """Return the steps in which a meter was replaced: one, or two where it was read at that very time."""
    across = np.flatnonzero((rows.start < change.at) & (rows.stop > change.at))
    if len(across):
        return across
    touching = (rows.start <= change.at) & (rows.stop >= change.at)
    shown = set(rows.value[rows.stop == change.at].tolist())
    if shown == {change.final}:
        touching &= rows.stop > change.at
    elif shown == {change.initial}:
        touching &= rows.start < change.at
    return np.flatnonzero(touching)


def _backwards(rows: MeterSteps, context: Context, spoilt: Bools) -> Iterator[Suspect]:
    turn = context.meter.rollover
    for k in map(int, np.flatnonzero(rows.raw < 0)):
        if spoilt[k]:
            continue
        before, now, begun = context.before(rows, k), float(rows.value[k]), int(rows.start[k])
        numbers = {"before": before, "now": now}
        if turn is not None and before - now > turn / 2:
            if before >= turn:  # a range that the register has passed tells no amount
                yield k, k + 1, "roll-over", PASSED.format(rollover=turn, **numbers), None
            else:
                exact = float(rows.raw[k]) + context.amount(turn, begun)
                yield k, k + 1, "roll-over", FROM_TO.format(**numbers), exact
        elif k + 1 < len(rows) and rows.value[k + 1] >= before and rows.follows[k + 1]:
            yield k, k + 2, "negative", AFTER.format(**numbers), float(rows.raw[k : k + 2].sum())
        elif k > 0 and now >= context.before(rows, k - 1) and not spoilt[k - 1]:
            yield k - 1, k + 1, "spike", BEFORE.format(**numbers), float(rows.raw[k - 1 : k + 1].sum())
        else:
            yield k, k + 1, "reset", FROM_TO.format(**numbers), context.amount(now, begun)


def _standing(rows: MeterSteps, context: Context) -> Iterator[Suspect]:
    """Yield times in which a register did not count."""
    for i, j in runs((rows.raw == 0) & ~rows.zero, rows.follows):
        start, stop = int(rows.start[i]), int(rows.stop[j - 1])
        if stop - start >= context.stuck and not context.stopped(start, stop):
            note = _("{value:g} for {hours:g} h").format(value=rows.value[i], hours=(stop - start) / HOUR)
            yield i, j, "stuck", note, None
