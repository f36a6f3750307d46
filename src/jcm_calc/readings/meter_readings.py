"""The readings of each meter: exact sums by block of local time, and the steps in blocks that need a close look."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, ProblemKind, shown, suggestion
from jcm_calc.readings import block_sums, clock, cross_checks
from jcm_calc.readings.block_sums import Blocks
from jcm_calc.readings.plan import Meter, MonitoringPlan, Readings
from jcm_calc.readings.row_checks import Bools, Context, Instants, MeterSteps, Span, never_falls, runs
from jcm_calc.readings.steps import OpenedReadings, open_source
from jcm_calc.readings.store import Store
from jcm_calc.units import Linear, UnitError

if TYPE_CHECKING:
    import pandas as pd

Runner = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
FEW = 2  # of a block with so many readings, the sum says no more than they do
SAMPLE = 200  # readings of each meter that are looked at in any case


def opened_sources(store: Store, plan: MonitoringPlan, declared: Mapping[str, str]) -> list[OpenedReadings]:
    """Open every source of a plan; ``declared`` has the unit of the parameter of each meter."""
    return [open_source(store, one, plan.meters, declared, plan.tolerance) for one in plan.readings]


@dataclass
class OfSource:
    """The readings of one meter from one source."""

    source: OpenedReadings
    unit: Linear  # from readings to the unit of the parameter
    blocks: pd.DataFrame  # sums and extremes of each block of local time
    odd: Bools  # which blocks need a close look
    rows: MeterSteps  # the steps of these blocks and their neighbours
    left_out: Sequence[Span]  # times of readings at another distance than is stated, of which the first were looked at

    @property
    def amounts(self) -> npt.NDArray[np.float64]:
        """The amount of each block, in the unit of the parameter."""
        return np.asarray(self.unit(block_sums.amounts(self.blocks)))


class Outside(NamedTuple):
    """Readings outside the periods: how many, and the instants that they reach from and to."""

    readings: int
    first: int
    last: int


class MeterReadings:
    """All readings of a plan, by meter, in the periods p.

    Rows are needed around some instants, the marks, where something begins or ends. Files may be screened by ``run``
    instead of ``map``: on a cluster, for example. Complaints are appended to ``problems``.
    """

    def __init__(
        self,
        store: Store,
        plan: MonitoringPlan,
        opened: Sequence[OpenedReadings],
        declared: Mapping[str, str],
        spans: Sequence[Span],
        marks: Sequence[int],
        run: Runner | None,
        problems: list[Problem],
    ) -> None:
        self.store, self.plan, self.declared, self.spans, self.marks = store, plan, declared, spans, marks
        length = clock.DAY if plan.rules.limits["stuck"] >= 48 else clock.DAY // 2
        self.blocks = Blocks(plan.where, length, (spans[0][0] - 400 * clock.DAY, spans[-1][1] + 400 * clock.DAY))
        self.tolerance = plan.tolerance
        self.of: dict[str, list[OfSource]] = {name: [] for name in plan.meters}
        screened = [self._screen(source, run) for source in opened]
        self.sources = tuple(source for source, _ in screened)
        for source, blocks in screened:
            self._look(source, blocks, problems)
        for name, found in self.of.items():
            if not found:
                complaint = _("there are no readings of it").tagged(ProblemKind.NO_READINGS)
                problems.append(Problem(f"[meters.{name}]", complaint))
            ranges = sorted((int(one.blocks["first"].min()), int(one.blocks["last"].max())) for one in found)
            if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ranges)):
                problems.append(Problem(f"[meters.{name}]", _("its readings in two sources are of the same time")))

    # Blocks

    def _screen(self, source: OpenedReadings, run: Runner | None) -> tuple[OpenedReadings, pd.DataFrame]:
        """Return sums by meter and block, and the source with the steps that they were made from."""
        files = source.readings.files
        if source.readings.kind == "register":
            found = block_sums.screen_runs(self.store, source, self.blocks)
            if found is not None:
                return replace(source, steps=found[0]), found[1]
        if run is None or not source.readings.regular or any(path.suffix != ".parquet" for path in files):
            return source, block_sums.merge([block_sums.screen(self.store, source, self.blocks)])
        of_plan = partial(screen_alone, meters=self.plan.meters, declared=self.declared, tolerance=self.tolerance)
        task = partial(of_plan, blocks=self.blocks)
        return source, block_sums.merge(run(task, [replace(source.readings, files=(path,)) for path in files]))

    def _look(self, source: OpenedReadings, blocks: pd.DataFrame, problems: list[Problem]) -> None:
        """Find the odd blocks of each meter of a source, and look at their readings."""
        places = {str(name): rows for name, rows in blocks.groupby("meter").indices.items()}
        found = {name: blocks.iloc[rows].reset_index(drop=True) for name, rows in places.items()}
        for name in found:
            if name not in self.plan.meters:
                complaint = _("holds readings of {name}, which is not a meter of the plan{hint}")
                message = complaint.tagged(ProblemKind.UNKNOWN_METER, name)
                message = message.format(name=name, hint=suggestion(name, self.of))
                problems.append(Problem(source.readings.name, message, "E11"))
        if problems:
            return
        in_order = self._in_order(source, blocks)
        odd = {
            name: self._odd(source, self.plan.meters[name], part) | ~in_order[rows] & self._near(part)
            for (name, part), rows in zip(found.items(), places.values(), strict=True)
        }
        # of readings at another distance than is stated, the first tell what all would
        spaced = self._spaced_otherwise(source, blocks, in_order)
        left = {name: _behind_the_first(spaced[rows], found[name]["count"].to_numpy()) for name, rows in places.items()}
        for name in found:
            odd[name] &= ~left[name]
        rows = self._rows(source, found, odd)
        kind = source.readings.kind
        if kind != "register":
            # what never falls in a sample is looked at as a whole: it may be a register
            some = [name for name in found if not odd[name].all() and not left[name].any()]
            whole = [name for name in some if never_falls(rows[name].once.raw, kind)]
            for name in whole:
                odd[name][:] = True
            rows |= self._rows(source, {name: found[name] for name in whole}, odd)
        for name, part in found.items():
            spans = _spans(left[name], part, source.readings.step or 0)
            self.of[name].append(OfSource(source, source.units[name], part, odd[name], rows[name], spans))

    def _odd(self, source: OpenedReadings, meter: Meter, part: pd.DataFrame) -> Bools:
        """Return which blocks are not complete, or hold values that are not likely, in the periods and next to them."""
        column = {name: part[name].to_numpy() for name in part}
        first, last = column["first"], column["last"]
        limit, usual = self.limits(meter, part, source.units[meter.name], source.readings.regular)
        per_hour = clock.HOUR / (source.readings.step or 1) if source.readings.regular else float(clock.HOUR)
        rates = source.units[meter.name](column["rate"] * per_hour)
        mean = source.units[meter.name](block_sums.amounts(part)) / (np.maximum(column["covered"], 1) / clock.HOUR)
        odd = (column["least"] < 0) | (rates > limit) | (column["count"] <= FEW) | (column["flag"] > 0)
        odd |= (mean > 0) & (mean < usual / self.plan.rules.limits["slip"])
        same = column["least"] == column["most"]
        odd |= same & (column["most"] == 0) if source.readings.kind == "register" else same
        for mark in self.marks:  # where steps may lie on both sides of a mark
            odd |= (first < mark) & (mark < last)
        if meter.installed is not None:
            odd |= first < meter.installed
        if meter.removed is not None:
            odd |= last > meter.removed
        for change in meter.replacements:
            odd |= (first <= change.at) & (change.at <= last)
        near = self._near(part)
        odd &= near
        odd |= self._sample(column["count"], near & ~same if (near & ~same).any() else near)
        if source.readings.kind == "register":  # of which the first and the last number are asked for
            odd[[0, -1]] = True
        return np.asarray(odd)

    def _near(self, part: pd.DataFrame) -> Bools:
        """Return which blocks lie in the periods or next to them."""
        low, high = self.blocks.number(self.marks[0]) - 1, self.blocks.number(self.marks[-1]) + 1
        return np.asarray(part["block"].between(low, high))

    def _in_order(self, source: OpenedReadings, part: pd.DataFrame) -> Bools:
        """Return in which blocks the steps follow each other without a hole or an overlap."""
        readings = source.readings
        first, last, covered = (part[name].to_numpy() for name in ("first", "last", "covered"))
        if readings.kind in ("interval", "power") and not readings.daily:
            assert readings.step is not None
            step = np.full(len(part), readings.step)
            changing = np.zeros(len(part), dtype=bool)
            for since, length in readings.changes:
                step[first >= since] = length
                changing |= (first < since) & (since < last)
            return block_sums.complete(self.store, part, step) & ~changing
        return np.asarray((part["shortest"].to_numpy() > 0) & (covered == last - first))

    def _spaced_otherwise(self, source: OpenedReadings, part: pd.DataFrame, in_order: Bools) -> Bools:
        """Return which blocks hold a reading at each step of another length than the one that is stated."""
        found = np.zeros(len(part), dtype=bool)
        step, several = source.readings.step, part["count"].to_numpy() > 1
        if not source.readings.regular or step is None or source.readings.changes:
            return found
        among = np.flatnonzero(~in_order & several & self._near(part))
        rows = part.iloc[among]
        reach, count = (rows["last"] - rows["first"]).to_numpy() - step, rows["count"].to_numpy() - 1
        apart = reach // np.maximum(count, 1)
        other = (reach == apart * count) & (np.abs(apart - step) > self.tolerance) & (apart > 0)
        among, rows, apart = among[other], rows[other], apart[other]
        if len(among):
            found[among] = block_sums.complete(self.store, rows.assign(last=rows["last"] - step + apart), apart)
        return found

    @staticmethod
    def _sample(count: Instants, among: Bools) -> Bools:
        """Return blocks in the middle, of a day at least, that hold some readings, whatever they are."""
        found = np.zeros(len(among), dtype=bool)
        places = np.flatnonzero(among)
        places = places[max(len(places) // 2 - 1, 0) :]
        enough = int(np.searchsorted(np.cumsum(count[places]), SAMPLE)) + 1
        found[places[: max(enough, 2)]] = True
        return found

    def _rows(
        self, source: OpenedReadings, found: Mapping[str, pd.DataFrame], odd: Mapping[str, Bools]
    ) -> dict[str, MeterSteps]:
        """Return the steps of the odd blocks of each meter, and of those next to them."""
        if not found:
            return {}
        frame = block_sums.rows_of(self.store, source, self._wanted(source, found, odd), self.blocks)
        columns = [frame[name].to_numpy() for name in ("start", "stop", "raw", "value", "flag")]
        ends = np.searchsorted(frame["number"].to_numpy(), np.arange(len(found) + 1))
        rows = {}
        for name, (low, high) in zip(found, itertools.pairwise(ends.tolist()), strict=True):
            start, stop, raw, value, flag = (column[low:high] for column in columns)
            blocks = found[name]["block"].to_numpy()
            places = np.searchsorted(blocks, self.blocks.numbers(start))
            joined = np.concatenate([[True], np.diff(places) <= 1])[: len(start)]
            rows[name] = MeterSteps(start, stop, np.asarray(source.units[name](raw)), value, raw, flag, joined)
        return rows

    def _wanted(
        self, source: OpenedReadings, found: Mapping[str, pd.DataFrame], odd: Mapping[str, Bools]
    ) -> pd.DataFrame:
        """Return the odd blocks of each meter and those next to them, with their places in its order."""
        import pandas as pd

        parts = []
        for number, (name, part) in enumerate(found.items()):
            block = part["block"].to_numpy()
            if source.readings.kind == "register":  # the very last reading begins no step
                block = np.unique(np.append(block, self.blocks.number(int(part["last"].max()))))
            at = np.searchsorted(block, part["block"].to_numpy()[odd[name]])
            places = np.unique(np.clip(np.concatenate([at - 1, at, at + 1]), 0, len(block) - 1))
            parts.append(pd.DataFrame({"meter": name, "number": number, "block": block[places], "place": places}))
        return pd.concat(parts, ignore_index=True)

    # Numbers

    def limits(self, meter: Meter, blocks: pd.DataFrame, unit: Linear, regular: bool) -> tuple[float, float]:
        """Return the largest possible and the usual amount an hour, in the unit of the parameter."""
        rules = self.plan.rules.limits
        part = blocks[blocks["covered"] > 0]
        hours = part["covered"].to_numpy() / clock.HOUR
        means = np.asarray(unit(block_sums.amounts(part))) / hours
        usual = float(np.median(means[means > 0])) if (means > 0).any() else 0.0
        if meter.rated:
            return self._rated_amount(meter) * rules["above_rated"], usual
        if regular:
            most = np.asarray(unit(part["most"].to_numpy())) * (part["count"].to_numpy() / hours)
        else:
            most = np.asarray(unit(part["rate"].to_numpy() * clock.HOUR))
        positive = most[most > 0]
        return (float(np.median(positive)) * rules["above_usual"] if len(positive) else np.inf), usual

    def _rated_amount(self, meter: Meter) -> float:
        """Return what the rated power gives in an hour, in the unit of the parameter."""
        unit = self.declared[meter.name]
        try:
            return cross_checks.per_hour(meter, unit) or 0.0
        except UnitError:
            complaint = _("got {given}; must be a power such as '25 kW', of which an hour gives {unit}")
            message = complaint.format(given=shown(meter.rated), unit=unit)
            raise InputError(_("the readings"), [Problem(f"[meters.{meter.name}] rated", message)]) from None

    @cached_property
    def contexts(self) -> dict[str, list[Context]]:
        """What is known of each meter before its rows are looked at, for each of its sources."""
        return {name: [self._context(name, one) for one in found] for name, found in self.of.items()}

    def _context(self, name: str, one: OfSource) -> Context:
        meter, rules = self.plan.meters[name], self.plan.rules.limits
        limit, usual = self.limits(meter, one.blocks, one.unit, one.source.readings.regular)
        return Context(
            meter,
            one.source.readings.kind,
            one.source.readings.step if not one.source.readings.daily else None,
            self.spans,
            limit,
            usual,
            int(rules["stuck"] * clock.HOUR),
            rules["slip"],
            self.plan.stops_of(name),
            one.unit,
            tolerance=self.tolerance if one.source.readings.regular else 0,
            changes=one.source.readings.changes,
            whole=bool(one.odd.all()),
        )

    def pieces(self, name: str) -> tuple[Instants, Instants]:
        """Return from when and to when the readings of a meter are: steps of odd blocks, and other blocks, in order."""
        start, stop = (self.of_meter[name][key].to_numpy() for key in ("start", "stop"))
        return start[start < stop], stop[start < stop]

    def outside(self, name: str) -> Outside | None:
        """Return how many readings of a meter lie outside the periods, as far as whole blocks do."""
        import pandas as pd

        edges = (self.spans[0][0], self.spans[-1][1])
        every = [one.blocks for one in self.of[name]]
        out = pd.concat([one[(one["last"] <= edges[0]) | (one["first"] >= edges[1])] for one in every])
        if out.empty:
            return None
        return Outside(int(out["count"].sum()), int(out["first"].min()), int(out["last"].max()))

    def read(self, name: str, start: int, end: int) -> float:
        """Return the sum of all steps that begin in a time from one block's edge to another's."""
        low, high = self.blocks.number(start), self.blocks.number(end)
        total = 0.0
        for one in self.of[name]:
            block = one.blocks["block"].to_numpy()
            part = one.blocks[(block >= low) & (block < high)]
            sums = [np.array([part[key].to_numpy().sum()]) for key in ("whole", "high", "low")]
            total += float(one.unit(block_sums.amount(*sums)[0]))
        return total

    def by_time(self, name: str, start: int, end: int) -> tuple[float, bool]:
        """Return the amount between two marks, and whether steps across them are shared by time."""
        total, shared = self.read(name, start, end), False
        for one in self.of[name]:
            rows = one.rows
            length = np.maximum(rows.stop - rows.start, 1)
            into = (rows.start < start) & (rows.stop > start)
            total += float((rows.raw * (np.minimum(rows.stop, end) - start) / length)[into].sum())
            beyond = (rows.start >= start) & (rows.start < end) & (rows.stop > end)
            total -= float((rows.raw * (rows.stop - end) / length)[beyond].sum())
            shared = shared or bool(into.any() or beyond.any())
        return total, shared

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return amount and share of time covered by meter and block, with its day and month."""
        import pandas as pd

        every = [(name, one) for name, found in self.of.items() for one in found]
        whole = pd.DataFrame(
            {
                "meter": np.repeat([name for name, _one in every], [len(one.blocks) for _name, one in every]),
                "block": np.concatenate([one.blocks["block"].to_numpy() for _name, one in every]),
                "amount": np.concatenate([one.amounts for _name, one in every]),
                "covered": np.concatenate([one.blocks["covered"].to_numpy() / clock.DAY for _name, one in every]),
            }
        )
        number, place = np.unique(whole.pop("block"), return_inverse=True)
        moments = pd.to_datetime(number * self.blocks.length, unit="us")
        for at, (heading, form) in enumerate((("day", "%Y-%m-%d"), ("month", "%Y-%m")), 1):
            whole.insert(at, heading, moments.strftime(form).to_numpy()[place])
        first, last = (
            str(clock.local(one, self.plan.where).date()) for one in (self.spans[0][0], self.spans[-1][1] - 1)
        )
        return whole[whole["day"].between(first, last)]

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Return what the readings of all meters stand for; see `of_meter`."""
        import pandas as pd

        return pd.concat([self.of_meter[name] for name in sorted(self.of)], ignore_index=True)

    @cached_property
    def of_meter(self) -> dict[str, pd.DataFrame]:
        """What readings stand for: meter, from, to, amount, their count, and what a register showed before.

        Each step of an odd block, and the sum of each other block.
        """
        import pandas as pd

        parts = {name: [self._steps(name, one) for one in found] for name, found in self.of.items()}
        return {
            name: pd.concat(found).sort_values(["start", "stop"], ignore_index=True) for name, found in parts.items()
        }

    def _steps(self, name: str, one: OfSource) -> pd.DataFrame:
        import pandas as pd

        odd = one.blocks["block"].to_numpy()[one.odd]
        rows = one.rows.where(np.isin(self.blocks.numbers(one.rows.start), odd))
        blocks = {key: one.blocks[key].to_numpy()[~one.odd] for key in ("first", "last", "count")}
        columns = {
            "start": (rows.start, blocks["first"]),
            "stop": (rows.stop, blocks["last"]),
            "amount": (rows.raw, one.amounts[~one.odd]),
            "count": (np.ones(len(rows), dtype=np.int64), blocks["count"]),
            "before": (self._before(name, one, rows), np.full(len(blocks["count"]), np.nan)),
        }
        return pd.DataFrame({"meter": name, **{key: np.concatenate(both) for key, both in columns.items()}})

    def _before(self, name: str, one: OfSource, rows: MeterSteps) -> npt.NDArray[np.float64]:
        """Return what a register showed at the beginning of each step."""
        if one.source.readings.kind != "register":
            return np.full(len(rows), np.nan)
        meter = self.plan.meters[name]
        factors: Any = 1.0
        if meter.multipliers:
            factors = np.array([meter.multiplier(start) for start in rows.start.tolist()])
        return np.asarray(one.unit(rows.value * factors - rows.native), dtype=np.float64)


def _behind_the_first(spaced: Bools, count: Instants) -> Bools:
    """Return, of blocks under a mask, those behind the first ones of each run, which hold some readings.

    Examples
    --------
    >>> _behind_the_first(np.array([1, 1, 1, 0, 1, 1, 1, 1], dtype=bool), np.full(8, 120)).astype(int)
    array([0, 0, 1, 0, 0, 0, 1, 1])
    """
    found = spaced.copy()
    for i, j in runs(spaced):
        enough = int(np.searchsorted(np.cumsum(count[i:j]), SAMPLE)) + 1
        found[i : min(i + max(enough, 2), j)] = False
    return found


def _spans(mask: Bools, part: pd.DataFrame, step: int) -> list[Span]:
    """Return from the first to the last reading of each run of blocks under a mask."""
    first, last = part["first"].to_numpy(), part["last"].to_numpy() - step
    return [(int(first[i]), int(last[j - 1])) for i, j in runs(mask)]


def screen_alone(
    readings: Readings, *, meters: Mapping[str, Meter], declared: Mapping[str, str], blocks: Blocks, tolerance: int
) -> pd.DataFrame:
    """Screen one file by itself, perhaps on another machine; what is found can be merged."""
    with Store() as store:
        return block_sums.screen(store, open_source(store, readings, meters, declared, tolerance), blocks)
