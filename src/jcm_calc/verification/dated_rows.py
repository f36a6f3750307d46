"""Dated rows behind an amount: a sheet with the kWh of each month, of which the report has the sum."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.inputs import Period
from jcm_calc.inputs.totals import is_total
from jcm_calc.reports.workbook import written_periods
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.verification.findings import Correction, Finding, Severity, finding
from jcm_calc.verification.location import address
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import (
    Calculator,
    FormulaError,
    Place,
    as_number,
    form,
    is_number,
    precedents,
    read,
)

if TYPE_CHECKING:
    from jcm_calc.verification.documents import Documents

MOST = 5000
TWICE = 1.5  # a row that counts more than so much counts twice
APART = 3  # so many rows may be between the rows of a table and their total
AVERAGES = {"AVERAGE", "AVERAGEIF", "AVERAGEIFS", "MEDIAN"}
STEP = 2.0**20  # so large that the digits of the rest of a sum do not blur it
# What can be wrong with rows: the code of the check, and the message about their times.
SAYS = {
    "left out": ("C5", _("the sum has {count} of {every} rows: {times} is left out")),
    "twice": ("C5", _("{times} is counted twice")),
    "again": ("A10", _("{times} is in two rows, and the sum has both")),
    "blank": ("A9", _("{times} is blank: a gap of {days} days, which the sum ignores; empty is not zero")),
}


@dataclass(frozen=True, slots=True)
class DatedRow:
    """A dated row of an amount: its value, None where the cell is blank, and by how much the amount grows with it."""

    place: Place
    period: Period
    value: float | None
    weight: float

    @property
    def amount(self) -> float:
        """What the amount has of it."""
        return (self.value or 0.0) * self.weight


@dataclass(frozen=True)
class Breakdown:
    """An amount of the report as a sum, or a mean, of dated rows.

    ``left_out`` are rows of the same table and period that the formula does not take in, ``undated`` further cells that
    it comes down to, ``totals`` cells among its rows that add up others of them; the weights are those without.
    """

    entry: EnteredValue
    lines: tuple[DatedRow, ...]
    left_out: tuple[DatedRow, ...]
    mean: bool
    undated: tuple[Place, ...]
    totals: tuple[Place, ...]

    @cached_property
    def usual(self) -> float:
        """The weight that most rows have: the conversion of the unit."""
        return statistics.median(line.weight for line in self.lines)

    @property
    def twice(self) -> list[DatedRow]:
        """Rows that count more than once."""
        return [line for line in self.lines if line.weight > TWICE * self.usual > 0]

    @property
    def again(self) -> list[DatedRow]:
        """Rows of a time that another row has already."""
        first: dict[str, Place] = {}
        found = []
        for line in self.lines:
            before = first.setdefault(str(line.period), line.place)
            # another meter has a row of the same time in another column, or in the same row
            if before != line.place and before[2] == line.place[2] and before[1] != line.place[1]:
                found.append(line)
        return found

    @property
    def blank(self) -> list[DatedRow]:
        """Rows without a value."""
        return [line for line in self.lines if line.value is None]

    @cached_property
    def times(self) -> set[str]:
        """The times of its rows."""
        return {str(line.period) for line in self.lines}

    @property
    def plain(self) -> bool:
        """Whether it only adds up, and corrects: nothing is taken away."""
        return all(line.weight >= 0 for line in self.lines)


@dataclass(frozen=True)
class AmountPart:
    """Something in an amount that does not belong there, or that it lacks; its message does not name the symbol.

    The amount is too high by its ``excess``, in the declared unit; None where that is not known.
    """

    code: str
    message: str
    entry: EnteredValue
    places: tuple[Place, ...]
    excess: float | None
    severity: Severity = Severity.ERROR
    because: str = ""
    question: str = ""
    unresolved: bool = False


class DatedRows:
    """The dated rows behind the monitored amounts of a report."""

    def __init__(self, documents: Documents) -> None:
        self.documents, self.book = documents, documents.report.book
        self._labels: dict[Place, Period | None] = {}
        monitored = (entry for entry in documents.report.entries() if entry.monitored)
        breakdowns = ((entry.place, self._breakdown(entry)) for entry in monitored)
        self.of: dict[Place, Breakdown] = {place: found for place, found in breakdowns if found is not None}

    # Reading

    def _breakdown(self, entry: EnteredValue) -> Breakdown | None:
        formula = self.book.formula(entry.place)
        if formula is None or not entry.numeric:
            return None
        leaves = self.leaves(entry.place)
        dated = {place: period for place in leaves[:MOST] if (period := self.label(place)) is not None}
        if not dated:
            return None
        try:
            mean = not entry.parameter.adds_over_time and not AVERAGES.isdisjoint(read(form(formula.text)).functions)
            totals = tuple(self._totals(entry.place))
            weights = self._weights(entry.place, list(dated), dict.fromkeys(totals, 0.0))
        except FormulaError:
            return None
        lines = [
            DatedRow(place, dated[place], number_in(self.book, place), weight)
            for place, weight in weights.items()
            if weight
        ]
        if not lines:
            return None
        found = [line for line in self._left_out(entry, lines) if not self.words(line.place)]
        undated = [place for place in leaves[:MOST] if place not in dated]
        return Breakdown(entry, tuple(lines), tuple(found), mean, tuple(undated), totals)

    def ranged(self, place: Place) -> set[Place]:
        """Return the cells of the ranges that a formula adds up, through others, too."""
        found, seen, waiting = set[Place](), set[Place](), [place]
        while waiting:
            for area in precedents(self.book, waiting.pop()):
                for other in area.places:
                    if other not in seen and len(seen) < MOST:
                        seen.add(other)
                        waiting.append(other)
                    if other in seen and not area.single:
                        found.add(other)
        return found

    def _totals(self, place: Place) -> Iterator[Place]:
        """Yield the undated cells of a range that add up other cells of it."""
        own = self.ranged(place)
        rows: dict[tuple[str, int], set[int]] = {}
        for sheet, row, column in own:
            rows.setdefault((sheet, column), set()).add(row)
        for sheet, row, column in own:
            dated = self._label_in_row((sheet, row, column))
            if not dated and self.documents.report.sheets.sums_up(sheet, row, column, rows[sheet, column]):
                yield sheet, row, column

    def sharing(self, entry: EnteredValue, lines: Sequence[DatedRow]) -> Iterator[EnteredValue]:
        """Yield the other amounts of a quantity and unit that take in some rows, too."""
        places = {line.place for line in lines}
        own = {letter: label for letter, label in entry.labels.items() if letter != "p"}
        for found in self.of.values():
            other = found.entry
            alike = other.parameter is entry.parameter and own.items() <= other.labels.items()
            if alike and other is not entry and any(line.place in places for line in found.lines):
                yield other

    def words(self, place: Place) -> str:
        """Return the text of a cell where a number belongs."""
        value = self.book.value(*place)
        return value.strip() if isinstance(value, str) else ""

    def leaves(self, place: Place) -> list[Place]:
        """Return the cells that a formula comes down to: with numbers, with nothing, or filled in from other rows."""
        return list(self._leaves(place, set(), place))

    def _leaves(self, place: Place, seen: set[Place], entry: Place) -> Iterator[Place]:
        if self.book.formula(place) is None:
            value = self.book.value(*place) if place[0] in self.book.sheets else None
            if value == "" or (isinstance(value, int | float) and not isinstance(value, bool)):
                yield place
            return
        places = [other for area in precedents(self.book, place) for other in area.places]
        own = self.label(place) if place != entry else None
        if own is not None and any(self.label(other) not in (None, own) for other in places):
            yield place
            return
        for other in places:
            if other not in seen and len(seen) < MOST:
                seen.add(other)
                yield from self._leaves(other, seen, entry)

    def _weights(self, place: Place, leaves: Sequence[Place], fixed: Mapping[Place, float]) -> dict[Place, float]:
        """Return by how much a formula grows with each cell; all the same at once where they are."""
        before = result_of(Calculator(self.book, fixed, exact=True).value(place))

        def growth(steps: Mapping[Place, float]) -> float:
            given = {leaf: (number_in(self.book, leaf) or 0.0) + step for leaf, step in steps.items()}
            after = Calculator(self.book, {**fixed, **given}, exact=True).value(place)
            return (result_of(after) - before) / sum(steps.values())

        first = growth({leaves[0]: STEP})
        together = growth({leaf: STEP * (1 + number * 0.618 % 1) for number, leaf in enumerate(leaves)})
        if math.isclose(together, first, rel_tol=1e-9):
            return dict.fromkeys(leaves, float(f"{first:.12g}"))
        return {leaf: float(f"{growth({leaf: STEP}):.12g}") for leaf in leaves}

    def label(self, place: Place) -> Period | None:
        """Return the time in the row left of a cell, or above it."""
        if place not in self._labels:
            sheet, row, column = place
            left = ((sheet, row, at) for at in range(column - 1, -1, -1))
            above = ((sheet, at, column) for at in range(row - 1, -1, -1))
            self._labels[place] = next(filter(None, map(self._time, itertools.chain(left, above))), None)
        return self._labels[place]

    def _time(self, place: Place) -> Period | None:
        """Return what a cell says of a time; a day means its month where the table has a row a month."""
        value = self.book.value(*place)
        if isinstance(value, datetime | date):
            day = Period.parse(value)
            return Period.parse(f"{value:%Y-%m}") if self._monthly(place) else day
        if not isinstance(value, str) or not value.strip():
            return None
        try:
            period = written_periods.parse(value)
        except ValueError:
            return None
        return period if period.dated and period.days < 365 else None

    def _monthly(self, place: Place) -> bool:
        sheet, row, column = place
        around = [self.book.value(sheet, at, column) for at in range(max(row - 2, 0), row + 3)]
        days = sorted(value.toordinal() for value in around if isinstance(value, date))
        return len(days) > 1 and all(after - before >= 27 for before, after in itertools.pairwise(days))

    def _left_out(self, entry: EnteredValue, lines: Sequence[DatedRow]) -> Iterator[DatedRow]:
        """Yield the rows of the period, in the columns of the others, that the formula does not take in."""
        whole = entry.period
        if whole is None or whole.first is None or whole.last is None:
            return
        weight = statistics.median(line.weight for line in lines)
        columns: dict[tuple[str, int], list[int]] = {}
        for line in lines:
            columns.setdefault((line.place[0], line.place[2]), []).append(line.place[1])
        for (sheet, column), rows in columns.items():
            if len(rows) < 2:
                continue
            names = self._names(sheet, rows[0], column)
            for row in self._table(sheet, column, rows):
                period = self.label((sheet, row, column))
                inside = period and period.first and period.last and whole.first <= period.first <= whole.last
                if period and inside and row not in rows and self._names(sheet, row, column) == names:
                    place = sheet, row, column
                    yield DatedRow(place, period, number_in(self.book, place), weight)

    def _table(self, sheet: str, column: int, rows: Sequence[int]) -> Iterator[int]:
        """Yield the rows of a table: those with a time, one after the other, around known ones."""
        first, last = min(rows), max(rows)
        while first > 0 and self._label_in_row((sheet, first - 1, column)):
            first -= 1
        while self._label_in_row((sheet, last + 1, column)):
            last += 1
        yield from range(first, last + 1)

    def summed_by(self, place: Place) -> dict[Place, Period]:
        """Return the dated rows over or under a cell that is named as their total, with their times."""
        sheet, row, column = place
        texts = (self.book.value(sheet, row, at) for at in range(column))
        if not any(isinstance(text, str) and is_total(text) for text in texts):
            return {}
        around = (row + way * step for way in (-1, 1) for step in range(1, APART + 1) if row + way * step >= 0)
        first = next((at for at in around if self._label_in_row((sheet, at, column))), None)
        rows = [] if first is None else self._table(sheet, column, [first])
        times = (((sheet, at, column), self.label((sheet, at, column))) for at in rows)
        return {cell: time for cell, time in times if time is not None}

    def _label_in_row(self, place: Place) -> bool:
        sheet, row, column = place
        return any(self._time((sheet, row, at)) for at in range(column))

    def _names(self, sheet: str, row: int, column: int) -> list[str]:
        """Return the other texts left of a cell: the unit or meter in a long table."""
        texts = ((at, self.book.value(sheet, row, at)) for at in range(column))
        texts = ((at, value) for at, value in texts if isinstance(value, str) and value.strip())
        return [value for at, value in texts if not self._time((sheet, row, at))]

    # What is due

    def excess(self, entry: EnteredValue) -> float:
        """Return what is to be added to an amount so that each row of its period counts once."""
        found = self.of.get(entry.place)
        return 0.0 if found is None else -math.fsum(excess for _kind, _lines, excess in self._faults(found))

    def _faults(self, found: Breakdown) -> Iterator[tuple[str, Sequence[DatedRow], float]]:
        """Yield the rows of a sum that are wrong: in what way, which, and by how much the sum is too high for them."""
        if found.mean:
            return
        missing, again = self._missing(found), found.again
        counted_twice = math.fsum((line.value or 0.0) * (line.weight - found.usual) for line in found.twice)
        yield from (
            (kind, lines, excess)
            for kind, lines, excess in (
                ("left out", missing, -math.fsum(line.amount for line in missing)),
                ("twice", found.twice, counted_twice),
                ("again", again, math.fsum(line.amount for line in again)),
                ("blank", found.blank, -self._unread(found)),
            )
            if lines
        )

    def _unread(self, found: Breakdown) -> float:
        """Return what the readings have for blank rows; where they do not tell the rows apart, for what is left."""
        metered, whole = self.documents.metered, found.entry.period
        meters = () if metered is None or not found.blank else metered.of(found.entry)
        if metered is None or whole is None or not meters:
            return 0.0
        unit, spans = found.entry.parameter.unit, [metered.span(line.period) for line in found.blank]
        if all(metered.knots(meters, edge, edge) for span in spans for edge in span):
            return math.fsum(metered.amount(meters, *span, unit) for span in spans)
        return metered.amount_of(found.entry, whole) - float(found.entry.value)

    def _missing(self, found: Breakdown) -> list[DatedRow]:
        """Return the rows left out; those near a late calibration are left to the comparison with the readings."""
        metered, whole = self.documents.metered, found.entry.period
        if metered is None or whole is None:
            return list(found.left_out)
        windows = metered.windows(metered.of(found.entry), *metered.span(whole))
        late = [(window.start, window.end) for window in windows]
        spans = [(line, *metered.span(line.period)) for line in found.left_out]
        return [line for line, begun, ended in spans if not any(start < ended and begun < end for start, end in late)]

    # Findings

    def findings(self) -> list[Finding]:
        """Return what is wrong with the rows; one finding for several units."""
        parts = [self._part(found, *fault) for found in self.of.values() for fault in self._faults(found)]
        return [*self.as_findings(parts), *self._one_side(), *self._means(), *self._sums()]

    def as_findings(self, parts: Iterable[AmountPart]) -> list[Finding]:
        """Return parts of amounts as findings; one for several units and periods with the same words."""
        groups: dict[tuple[str, str, str], list[AmountPart]] = {}
        for part in parts:
            groups.setdefault((part.code, part.message, part.entry.parameter.symbol), []).append(part)
        return [self._as_finding(group) for group in groups.values()]

    def _as_finding(self, group: Sequence[AmountPart]) -> Finding:
        first, symbol = group[0], group[0].entry.parameter.symbol
        corrections = tuple(Correction(one.entry, excess=one.excess) for one in group if one.excess is not None)
        known = len(corrections) == len(group) and self.documents.report.result is not None
        amount = math.fsum(part.entry.value for part in group)
        rows = [address(place) for part in group for place in part.places]
        return Finding(
            first.code,
            Message("{}: {}").format(symbol, first.message),
            tuple(dict.fromkeys([*rows, *(part.entry.address for part in group)])),
            symbol,
            amount,
            amount - math.fsum(one.excess or 0.0 for one in corrections) if known else None,
            first.because or _("the amount is the sum of the rows of its period, in its unit"),
            self.documents.effect_of(corrections) if known else None,
            question=first.question,
            severity=first.severity,
            unit=first.entry.parameter.unit,
            unresolved=any(part.unresolved for part in group),
            corrections=corrections if first.severity is Severity.ERROR else (),
        )

    def _part(self, found: Breakdown, kind: str, lines: Sequence[DatedRow], excess: float) -> AmountPart:
        code, message = SAYS[kind]
        often = lines[0].weight / found.usual if kind == "twice" else 2.0
        if not math.isclose(often, 2.0, rel_tol=1e-9):
            message = _("{times} is counted {often:.6g} times")
        message = message.format(
            often=often,
            times=listed((str(line.period) for line in lines), limit=12),
            count=len(found.times),
            every=len(found.times) + len(lines),
            days=sum(line.period.days for line in lines),
        )
        blank = kind == "blank"
        return AmountPart(
            *(code, message, found.entry, tuple(line.place for line in lines), excess or None),
            severity=Severity.QUESTION if blank else Severity.ERROR,
            because=_("each row of the period counts once"),
            question=_("is the value missing, or is it zero?") if blank else "",
            unresolved=blank and not excess,
        )

    def _one_side(self) -> Iterator[Finding]:
        """Yield rows that one of two quantities of a period has, and the other lacks."""
        times: dict[str, dict[str, tuple[EnteredValue, set[str]]]] = {}
        for found in self.of.values():
            entry, own = found.entry, {*found.times, *(str(line.period) for line in found.left_out)}
            times.setdefault(entry.labels.get("p", ""), {}).setdefault(entry.parameter.name, (entry, own))
        message = _("{symbol} has no row for {times}, but {others} has one")
        for group in times.values():
            every = set().union(*(own for _, own in group.values()))
            for entry, own in group.values():
                lacking = sorted(every - own)
                if lacking and len(own) > 1:
                    others = [other.parameter.symbol for other, have in group.values() if have > own]
                    values = (entry.address, entry.parameter.symbol, len(own), len(every))
                    say = {"times": listed(lacking), "others": listed(others)}
                    yield finding("C15", message, *values, say=say, unit=_("rows"))

    def _means(self) -> Iterator[Finding]:
        """Yield means that leave rows out, with the mean of all of them."""
        for found in self.of.values():
            values = [line.value for line in (*found.lines, *found.left_out) if line.value is not None]
            if not found.mean or not found.left_out or not values:
                continue
            entry, expected = found.entry, math.fsum(values) / len(values)
            message, because = _("{symbol} is a mean without {times}"), _("the mean of all {count} rows")
            say = {"times": listed((str(line.period) for line in found.left_out), limit=12)}
            details = self.documents.correcting(entry, expected)
            because, question = because.format(count=len(values)), _("why are these rows left out?")
            mean = self.documents.of_entry("F8", entry, message, expected, because, say, question=question, **details)
            yield replace(mean, where=(*(address(line.place) for line in found.left_out), entry.address))

    def _sums(self) -> Iterator[Finding]:
        """Yield sums over time of what does not add over time, such as an area, with the mean by days."""
        for found in self.of.values():
            entry, parameter = found.entry, found.entry.parameter
            lines = [(line.value * line.weight, line.period.days) for line in found.lines if line.value is not None]
            total = math.fsum(value for value, _ in lines)
            added = len(found.times) > 1 and math.isclose(entry.value, total)
            if parameter.adds_over_time or found.mean or not added or not total:
                continue
            expected = math.fsum(value * days for value, days in lines) / math.fsum(days for _, days in lines)
            message = _("{symbol} is the sum of {count} rows of different times, but does not add over time")
            say, because = {"count": len(lines)}, _("the mean of the rows by days")
            details = self.documents.correcting(entry, expected)
            yield self.documents.of_entry("C5", entry, message, expected, because, say, **details)


def number_in(book: Book, place: Place) -> float | None:
    """Return the number that is stored in a cell, days as numbers; None where it holds none."""
    value = as_number(book.value(*place))
    return float(value) if is_number(value) else None


def result_of(value: Any) -> float:
    """Return what a formula gives as a number; raise #VALUE! for anything else."""
    if not isinstance(value, int | float):
        raise FormulaError("#VALUE!")
    return float(value)
