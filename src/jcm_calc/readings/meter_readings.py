"""Readings of each meter, gathered: exact sums by block of local time, and the rows that need a close look."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jcm_calc.languages import _
from jcm_calc.problems import InputError, Problem, ProblemKind, suggestion
from jcm_calc.readings import block_sums, clock, registers
from jcm_calc.readings.findings import Finding
from jcm_calc.readings.plan import Meter, Plan, Readings
from jcm_calc.readings.row_checks import Context, Rows
from jcm_calc.readings.steps import Source, open_source
from jcm_calc.readings.store import Store
from jcm_calc.units import Linear, UnitError, conversion, split

if TYPE_CHECKING:
    import pandas as pd

Span = tuple[int, int]
Runner = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@dataclass
class Gathered:
    """The readings of one meter from one source.

    Attributes
    ----------
    source : Source
    unit : Linear
        From readings to the unit of the parameter.
    blocks : DataFrame
        Sums and extremes of each block of local time.
    suspicious : ndarray
        Which blocks need a close look.
    rows : Rows
        The steps of suspicious blocks and their neighbours; all steps where there are few.
    complete : bool
        Whether they are all steps.
    """

    source: Source
    unit: Linear
    blocks: pd.DataFrame
    suspicious: Any
    rows: Rows
    complete: bool


class Outside(NamedTuple):
    """Readings outside the periods: how many, and the instants that they reach from and to."""

    readings: int
    first: int
    last: int


class Gathering:
    """All readings of a plan, by meter.

    Parameters
    ----------
    store : Store
    plan : Plan
    declared : mapping
        The unit of the parameter of each meter.
    spans : sequence of Span
        The periods p.
    marks : sequence of int
        Instants around which the rows are needed: where something begins or ends.
    run : callable
        Runs the screening of files: ``map``, or that of a cluster.
    problems : list of Problem
        Complaints are appended to it.
    """

    def __init__(
        self,
        store: Store,
        plan: Plan,
        declared: Mapping[str, str],
        spans: Sequence[Span],
        marks: Sequence[int],
        run: Runner | None,
        problems: list[Problem],
    ) -> None:
        self.store, self.plan, self.declared, self.spans, self.marks = store, plan, declared, spans, marks
        self.block = clock.DAY if plan.rules.limits["stuck"] >= 48 else clock.DAY // 2
        self._edges: dict[int, int] = {}
        self.looked_up = (spans[0][0] - 400 * clock.DAY, spans[-1][1] + 400 * clock.DAY)
        self.tolerance = int(plan.rules.limits["jitter"] * clock.HOUR)
        opened = [open_source(store, one, plan.meters, declared, self.tolerance) for one in plan.readings]
        self.of: dict[str, list[Gathered]] = {name: [] for name in plan.meters}
        screened = [self._screen(source, run) for source in opened]
        self.sources = tuple(source for source, _ in screened)
        for source, blocks in screened:
            self._gather(source, blocks, problems)
        for name, found in self.of.items():
            if not found:
                problems.append(
                    Problem(f"[meters.{name}]", _("there are no readings of it").tagged(ProblemKind.NO_READINGS))
                )
            ranges = sorted((int(one.blocks["first"].min()), int(one.blocks["last"].max())) for one in found)
            if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(ranges)):
                problems.append(Problem(f"[meters.{name}]", _("its readings in two sources are of the same time")))

    def number(self, moment: int) -> int:
        """Return the number of the block that an instant lies in."""
        return (moment + clock.offset(moment, self.plan.where)) // self.block

    def numbers(self, moments: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the number of the block that each instant lies in."""
        offsets = np.full(len(moments), clock.offset(self.looked_up[0], self.plan.where))
        for change in clock.changes(self.plan.where, *self.looked_up):
            offsets[moments >= change.instant] = change.after
        return np.asarray((moments + offsets) // self.block)

    def edge(self, number: int) -> int:
        """Return the instant at which a block begins."""
        if number not in self._edges:
            begun = datetime(1970, 1, 1) + timedelta(microseconds=number * self.block)
            self._edges[number] = clock.instant(begun, self.plan.where)
        return self._edges[number]

    # Screening

    def _screen(self, source: Source, run: Runner | None) -> tuple[Source, pd.DataFrame]:
        """Return sums by meter and block, and the source with the steps that they were made from."""
        files = source.readings.files
        if source.readings.kind == "register" and source.rows > block_sums.FEW:
            steps = registers.steps_in_runs(self.store, source.points)
            if steps is not None:
                faster = replace(source, steps=source.multiplied(steps))
                blocks = block_sums.screen(self.store, faster, self.plan.where, self.block, self.looked_up)
                if registers.complete(blocks):
                    return faster, blocks
        if run is None or not source.regular or any(path.suffix != ".parquet" for path in files):
            parts = [block_sums.screen(self.store, source, self.plan.where, self.block, self.looked_up)]
        else:
            alone = [replace(source.readings, files=(path,)) for path in files]
            task = partial(
                screen_alone,
                meters=self.plan.meters,
                declared=self.declared,
                where=self.plan.where,
                block=self.block,
                span=self.looked_up,
                tolerance=self.tolerance,
            )
            parts = list(run(task, alone))
        return source, block_sums.merge(parts)

    def _gather(self, source: Source, blocks: pd.DataFrame, problems: list[Problem]) -> None:
        names = list(blocks["meter"].unique())
        for name in names:
            if name not in self.plan.meters:
                complaint = (
                    _("holds readings of {name}, which is no meter of the plan{hint}")
                    .tagged(ProblemKind.UNKNOWN_METER, name)
                    .format(name=name, hint=suggestion(name, self.of))
                )
                problems.append(Problem(source.readings.name, complaint, "E11"))
        if problems:
            return
        found = {str(name): part.reset_index(drop=True) for name, part in blocks.groupby("meter")}
        few = source.rows <= block_sums.FEW
        suspicious = {name: np.full(len(found[name]), few) for name in names}
        if not few:
            self._suspect(source, found, suspicious)
        rows = self._rows(source, found, suspicious, few)
        for name in names:
            self.of[name].append(Gathered(source, source.units[name], found[name], suspicious[name], rows[name], few))

    def _suspect(self, source: Source, found: Mapping[str, pd.DataFrame], suspicious: dict[str, Any]) -> None:
        """Mark the blocks that are not complete, or hold values that are not likely."""
        where, step = self.plan.where, source.readings.step
        grid: Mapping[int, Mapping[int, int]] = {}
        phases = {name: int(part["first"].min()) % step for name, part in found.items()} if step else {}
        if source.regular and len(set(phases.values())) <= 16:
            wanted = (self.marks[0] - 3 * clock.DAY, self.marks[-1] + 3 * clock.DAY)
            grid = block_sums.grid_marks(self.store, source, set(phases.values()), where, self.block, wanted)
        numbers = range(min(map(self.number, self.marks)) - 1, max(map(self.number, self.marks)) + 2)
        edges = {number: self.edge(number) for number in range(numbers.start, numbers.stop + 1)}
        near = {near for mark in self.marks for near in (self.number(mark) - 1, self.number(mark))}
        for name, part in found.items():
            meter = self.plan.meters[name]
            block = part["block"].to_numpy()
            limit, usual = self.limits(meter, [part], source.units[name], source.regular)
            rates = source.units[name](part["rate"].to_numpy() * self._per_hour(source))
            mean = source.units[name](self._sums(part)) / (part["covered"].to_numpy() / clock.HOUR)
            odd = (part["least"].to_numpy() < 0) | (rates > limit)
            # steps that begin at the edges of blocks lie across no mark
            if not step or any((mark - phases[name]) % step for mark in self.marks):
                odd |= np.isin(block, list(near))
            odd |= (mean > 0) & (mean < usual / self.plan.rules.limits["slip"])
            same = part["least"].to_numpy() == part["most"].to_numpy()
            odd |= same if source.regular else same & (part["most"].to_numpy() == 0)
            if source.regular:
                full = np.array([edges[n + 1] - edges[n] if n in edges and n + 1 in edges else -1 for n in block])
                expected = grid.get(phases[name], {})
                odd |= part["covered"].to_numpy() != full
                odd |= part["marks"].to_numpy() != np.array([expected.get(int(n), -1) for n in block])
            else:
                odd |= part["shortest"].to_numpy() <= 0
            if meter.installed is not None:
                odd |= part["first"].to_numpy() < meter.installed
            if meter.removed is not None:
                odd |= part["last"].to_numpy() > meter.removed
            odd |= np.isin(block, [self.number(change.at) for change in meter.replacements])
            odd |= part["flag"].to_numpy() > 0
            suspicious[name] = odd & (block >= numbers.start) & (block < numbers.stop)

    def _rows(
        self, source: Source, found: Mapping[str, pd.DataFrame], suspicious: Mapping[str, Any], few: bool
    ) -> dict[str, Rows]:
        wanted = None if few else self._wanted(source, found, suspicious)
        frame = block_sums.rows_of(self.store, source, wanted, self.plan.where, self.block, self.looked_up)
        rows = {}
        for name in found:
            part = frame[frame["meter"] == name]
            native = part["raw"].to_numpy(dtype=np.float64)
            rows[name] = Rows(
                part["start"].to_numpy(dtype=np.int64),
                part["stop"].to_numpy(dtype=np.int64),
                np.asarray(source.units[name](native), dtype=np.float64),
                part["value"].to_numpy(dtype=np.float64),
                native,
                part["flag"].to_numpy(dtype=np.int64),
            )
        return rows

    def _wanted(self, source: Source, found: Mapping[str, pd.DataFrame], suspicious: Mapping[str, Any]) -> pd.DataFrame:
        """Return the suspicious blocks of each meter and those beside them, with their places in its order."""
        import pandas as pd

        parts = []
        for name, part in found.items():
            block = part["block"].to_numpy()
            odd = block[suspicious[name]]
            around = np.unique(np.concatenate([odd - 1, odd, odd + 1]))
            if source.readings.kind == "register":
                # the blocks before and after that have readings, the very last of which begins no step
                block = np.append(block, self.number(int(part["last"].max())))
                block = np.unique(block)
                at = np.searchsorted(block, odd)
                around = block[np.unique(np.clip(np.concatenate([at - 1, at, at + 1]), 0, len(block) - 1))]
            parts.append(pd.DataFrame({"meter": name, "block": around, "place": np.searchsorted(block, around)}))
        return pd.concat(parts, ignore_index=True)

    # Numbers

    @staticmethod
    def _per_hour(source: Source) -> float:
        """Return the factor from the rate of a block to an amount an hour."""
        if source.regular:
            assert source.readings.step is not None
            return clock.HOUR / source.readings.step
        return float(clock.HOUR)

    @staticmethod
    def _sums(part: pd.DataFrame) -> Any:
        return block_sums.amount(*(part[name].to_numpy() for name in ("whole", "high", "low")))

    def limits(self, meter: Meter, parts: Sequence[pd.DataFrame], unit: Linear, regular: bool) -> tuple[float, float]:
        """Return the largest possible and the usual amount an hour, in the unit of the parameter."""
        rules = self.plan.rules.limits
        part = parts[0][parts[0]["covered"] > 0]
        hours = part["covered"].to_numpy() / clock.HOUR
        means = np.asarray(unit(self._sums(part))) / hours
        usual = float(np.median(means[means > 0])) if (means > 0).any() else 0.0
        if meter.rated:
            largest = self._rated_amount(meter)
            return largest * rules["above_rated"], usual
        if regular:
            most = np.asarray(unit(part["most"].to_numpy())) * (part["count"].to_numpy() / hours)
        else:
            most = np.asarray(unit(part["rate"].to_numpy() * clock.HOUR))
        positive = most[most > 0]
        return (float(np.median(positive)) * rules["above_usual"] if len(positive) else np.inf), usual

    def _rated_amount(self, meter: Meter) -> float:
        """Return what the rated power gives in an hour, in the unit of the parameter."""
        try:
            number, power = split(meter.rated)
            return float(conversion(f"{power}*h", self.declared[meter.name])(number))
        except UnitError as error:
            raise InputError(_("the readings"), [Problem(f"[meters.{meter.name}] rated", str(error))]) from None

    def context(self, name: str, one: Gathered) -> Context:
        """Return what is known of a meter before its rows are looked at."""
        meter, rules = self.plan.meters[name], self.plan.rules.limits
        limit, usual = self.limits(meter, [one.blocks], one.unit, one.source.regular)
        return Context(
            meter,
            one.source.readings.kind,
            one.source.readings.step if not one.source.readings.daily else None,
            self.spans,
            limit,
            usual,
            int(rules["stuck"] * clock.HOUR),
            rules["slip"],
            [stop for stop in self.plan.stops if stop.meter in ("", name)],
            one.unit,
            self.tolerance if one.source.regular else 0,
            one.source.readings.changes,
        )

    def pieces(self, name: str) -> list[Span]:
        """Return what the readings of a meter stand for, in order of time: rows, and complete blocks."""
        found: list[Span] = []
        for one in self.of[name]:
            rows = one.rows
            if not one.complete and not one.source.regular:
                found.append((int(one.blocks["first"].min()), int(one.blocks["last"].max())))
                continue
            if not one.complete:
                clean = one.blocks[~one.suspicious]
                found += zip(clean["first"].tolist(), clean["last"].tolist(), strict=True)
                odd = one.blocks["block"].to_numpy()[one.suspicious]
                rows = rows.where(np.isin(self.numbers(rows.start), odd))
            if one.source.readings.kind == "register":
                rows = rows.where(~rows.zero)
            found += list(zip(rows.start.tolist(), rows.stop.tolist(), strict=True))
        return sorted(found)

    def outside(self, name: str) -> Outside | None:
        """Return how many readings of a meter lie outside the periods, as far as whole blocks do."""
        count, first, last = 0, None, None
        for one in self.of[name]:
            blocks = one.blocks
            out = (blocks["last"] <= self.spans[0][0]) | (blocks["first"] >= self.spans[-1][1])
            if out.any():
                part = blocks[out]
                count += int(part["count"].sum())
                first = min(int(part["first"].min()), first or int(part["first"].min()))
                last = max(int(part["last"].max()), last or int(part["last"].max()))
        return None if first is None or last is None else Outside(count, first, last)

    def read(self, name: str, start: int, end: int) -> float:
        """Return the sum of all steps that begin in a time from one block's edge to another's."""
        low, high = self.number(start), self.number(end)
        total = 0.0
        for one in self.of[name]:
            block = one.blocks["block"].to_numpy()
            part = one.blocks[(block >= low) & (block < high)]
            sums = [np.array([part[key].to_numpy().sum()]) for key in ("whole", "high", "low")]
            total += float(one.unit(block_sums.amount(*sums)[0]))
        return total

    def by_time(self, name: str, start: int, end: int) -> tuple[float, bool]:
        """Return the amount between two marks, with a share by time of the steps across them.

        Returns
        -------
        amount : float
        shared : bool
            Whether there are such steps.
        """
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

        parts = []
        for name, found in self.of.items():
            for one in found:
                block = one.blocks["block"].to_numpy()
                moments = pd.to_datetime(block * self.block, unit="us")
                parts.append(
                    pd.DataFrame(
                        {
                            "meter": name,
                            "day": moments.strftime("%Y-%m-%d"),
                            "month": moments.strftime("%Y-%m"),
                            "amount": one.unit(self._sums(one.blocks)),
                            "covered": one.blocks["covered"].to_numpy() / clock.DAY,
                        }
                    )
                )
        whole = pd.concat(parts, ignore_index=True)
        first, last = (
            clock.local(moment, self.plan.where).date() for moment in (self.spans[0][0], self.spans[-1][1] - 1)
        )
        return whole[(whole["day"] >= str(first)) & (whole["day"] <= str(last))]

    @cached_property
    def steps(self) -> pd.DataFrame:
        """Return what readings stand for: meter, from, to, amount, and what a register showed before.

        Every step where there are few, else the sum of each block.
        """
        import pandas as pd

        parts = []
        for name, found in self.of.items():
            for one in found:
                rows, blocks = one.rows, one.blocks
                columns: tuple[Any, ...]
                if one.complete:
                    register = one.source.readings.kind == "register"
                    meter = self.plan.meters[name]
                    factors: Any = 1.0
                    if meter.multipliers:
                        factors = np.array([meter.multiplier(start) for start in rows.start.tolist()])
                    before = one.unit(rows.value * factors - rows.native) if register else np.full(len(rows), np.nan)
                    columns = rows.start, rows.stop, rows.raw, before
                else:
                    columns = (
                        blocks["first"],
                        blocks["last"],
                        one.unit(self._sums(blocks)),
                        np.full(len(blocks), np.nan),
                    )
                names = ("start", "stop", "amount", "before")
                parts.append(pd.DataFrame({"meter": name, **dict(zip(names, map(np.asarray, columns), strict=True))}))
        return pd.concat(parts, ignore_index=True).sort_values(["meter", "start", "stop"], ignore_index=True)

    # Like times

    def like(self, findings: Sequence[Finding], spoilt: Mapping[str, Sequence[Span]]) -> list[list[float]]:
        """Return, for each finding, the amounts of like times: whole weeks before and after, without findings."""
        return self._windows(findings, spoilt, weeks=True)

    def beside(self, findings: Sequence[Finding], spoilt: Mapping[str, Sequence[Span]]) -> list[list[float]]:
        """Return, for each finding, the amounts of the times just before and after, of the same length."""
        return self._windows(findings, spoilt, weeks=False)

    def _windows(
        self, findings: Sequence[Finding], spoilt: Mapping[str, Sequence[Span]], weeks: bool
    ) -> list[list[float]]:
        import pandas as pd

        wanted: list[tuple[int, str, int, int]] = []
        for number, finding in enumerate(findings):
            blocks = [one.blocks for one in self.of[finding.meter]]
            first, last = min(int(b["first"].min()) for b in blocks), max(int(b["last"].max()) for b in blocks)
            spans = self._weeks(finding, first, last) if weeks else self._next_to(finding)
            for start, end in spans:
                if first <= start and end <= last and not any(a < end and start < b for a, b in spoilt[finding.meter]):
                    wanted.append((number, finding.meter, start, end))
        frame = pd.DataFrame(wanted, columns=["finding", "meter", "start", "stop"]).reset_index(names="window")
        amounts: list[list[float]] = [[] for _ in findings]
        for window, amount, covered in self._amounts(frame):
            number, _, start, end = wanted[window]
            if abs(covered - (end - start)) < clock.SECOND:
                amounts[number].append(amount)
        return amounts

    def _weeks(self, finding: Finding, first: int, last: int) -> list[Span]:
        where = self.plan.where
        begin, end = (clock.local(moment, where).replace(tzinfo=None) for moment in (finding.start, finding.end))
        count = (last - first) // (7 * clock.DAY) + 1
        shifts = [timedelta(days=7 * week) for week in range(-count, count + 1) if week]
        return [
            (clock.instant(begin + shift, where), clock.instant(end + shift, where))
            for shift in shifts
            if first <= finding.start + shift // timedelta(microseconds=1) <= last
        ]

    @staticmethod
    def _next_to(finding: Finding) -> list[Span]:
        length = finding.end - finding.start
        return [(finding.start - length, finding.start), (finding.end, finding.end + length)]

    def _amounts(self, windows: pd.DataFrame) -> list[tuple[int, float, int]]:
        """Return number, amount and time covered of each window, over all sources of its meter."""
        total: dict[int, tuple[float, int]] = {}
        for source in self.sources:
            mine = windows[windows["meter"].isin([name for name in self.of if self._of(name, source)])]
            if mine.empty:
                continue
            for window, raw, covered in self._in_store(source, mine):
                unit = source.units[windows["meter"].iloc[window]]
                before = total.get(window, (0.0, 0))
                total[window] = before[0] + float(unit(raw)), before[1] + int(covered)
        return [(window, *found) for window, found in sorted(total.items())]

    def _of(self, name: str, source: Source) -> Gathered | None:
        return next((one for one in self.of[name] if one.source is source), None)

    def _in_store(self, source: Source, windows: pd.DataFrame) -> list[tuple[int, float, int]]:
        """Add up whole blocks from what the screening found, and the ends of the windows from the readings."""
        import pandas as pd

        known = self._blocks_of(source) if source.regular else {}
        total: dict[int, list[float]] = {}
        covered: dict[int, int] = {}
        ends = []
        for window, name, start, stop in windows[["window", "meter", "start", "stop"]].itertuples(index=False):
            rest = [(start, stop)]
            total[window], covered[window] = [], 0
            low, high = self.number(start - 1) + 1, self.number(stop)
            if source.regular and low < high and all((name, number) in known for number in range(low, high)):
                rest = [(start, self.edge(low)), (self.edge(high), stop)]
                for number in range(low, high):
                    amount, time = known[name, number]
                    total[window].append(amount)
                    covered[window] += time
            ends += [
                (window, name, first, last, number)
                for first, last in rest
                if first < last
                for number in range(self.number(first - (source.readings.step or clock.DAY)), self.number(last) + 1)
            ]
        frame = pd.DataFrame(ends, columns=["window", "meter", "low", "high", "block"])
        if len(frame):
            self.store.register("windows", frame)
            block = block_sums.block_sql("start", self.plan.where, self.block, self.looked_up)
            overlap = "(least(stop, high) - greatest(start, low))"
            rows = self.store.db.execute(
                f"SELECT w.window, list(raw * {overlap} / (stop - start)), CAST(sum({overlap}) AS BIGINT) "
                f"FROM (SELECT *, {block} AS block FROM ({source.steps})) s JOIN windows w USING (meter, block) "
                "WHERE start < high AND stop > low GROUP BY 1"
            ).fetchall()
            for window, amounts, time in rows:
                total[window] += amounts
                covered[window] += time
        # the order of the rows decides nothing
        return [(window, math.fsum(amounts), covered[window]) for window, amounts in total.items()]

    def _blocks_of(self, source: Source) -> dict[tuple[str, int], tuple[float, int]]:
        """Return amount as read and time covered of each block."""
        found = {}
        for name in self.of:
            if one := self._of(name, source):
                sums = self._sums(one.blocks).tolist()
                numbers, covered = (one.blocks[key].tolist() for key in ("block", "covered"))
                for number, amount, time in zip(numbers, sums, covered, strict=True):
                    found[name, number] = amount, time
        return found


def screen_alone(
    readings: Readings,
    *,
    meters: Mapping[str, Meter],
    declared: Mapping[str, str],
    where: Any,
    block: int,
    span: Span,
    tolerance: int,
) -> pd.DataFrame:
    """Screen one file by itself, perhaps on another machine; what is found can be merged."""
    with Store() as store:
        source = open_source(store, readings, meters, declared, tolerance)
        return block_sums.screen(store, source, where, block, span)
