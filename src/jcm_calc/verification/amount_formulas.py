"""The formula of a monitored amount: a unit factor times the sum of the dated rows of its period, and nothing else."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import listed
from jcm_calc.inputs import Period
from jcm_calc.inputs.checks import mistakable
from jcm_calc.inputs.totals import is_total
from jcm_calc.reports.workbook.filled_sheets import plain_value
from jcm_calc.reports.workbook.tables import linked
from jcm_calc.verification.dated_rows import (
    TWICE,
    AmountPart,
    Breakdown,
    DatedRow,
    DatedRows,
    number_in,
    result_of,
)
from jcm_calc.verification.findings import Correction, Severity, shown_number
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.recalculating import TWO_WAYS
from jcm_calc.verification.spreadsheet import ROUNDING, Calculator, FormulaError, Place, form, read
from jcm_calc.verification.spreadsheet.trees import tokens

# A factor so near to a conversion of units is a mistake; one farther away may be a density, and is only remarked on.
NEAR = 0.1 * (1 + 1e-9)
# A row so many times the others, which lie within so many times of each other, is out of line.
OUT_OF_LINE, ALIKE, LEAST = 5.0, 3.0, 4
FARTHEST, LAST_ROW, LAST_COLUMN = "XFD", 1_048_576, 16_384  # a cell that no sheet uses
NUMERAL = re.compile(r"[-+]?\d[\d.,\s]*")


class AmountFormula:
    """The formula of one amount, taken apart; ``scale`` is the amount for one that the formula gives."""

    def __init__(self, rows: DatedRows, entry: EnteredValue) -> None:
        self.rows, self.entry, self.book = rows, entry, rows.book
        self.end = self._end()
        self.found: Breakdown | None = rows.of.get(entry.place)
        written = entry.written if isinstance(entry.written, int | float) else 0
        self.scale = entry.value / written if written else 1.0
        formula = self.book.formula(self.end)
        self.text = "" if formula is None else formula.text
        # the cells among its rows that add up others of them
        self.totals = () if self.found is None else self.found.totals

    def _end(self) -> Place:
        """Return the cell in which plain references end."""
        place, seen = self.entry.place, set[Place]()
        while place not in seen:
            seen.add(place)
            formula = self.book.formula(place)
            target = None if formula is None else linked(formula.text, place[0])
            if target is None or target[0] not in self.book.sheets:
                break
            place = target
        return place

    @cached_property
    def parts(self) -> list[AmountPart]:
        """What is wrong with the amount."""
        return list(self._parts())

    @property
    def plain(self) -> bool:
        """Whether the amount only adds up dated rows, or what else it does is a finding already."""
        return any(part.code in ("C13", "H5") for part in self.parts) or (self.found is not None and self.found.plain)

    def _parts(self) -> Iterator[AmountPart]:
        report = self.rows.documents.report
        planned = {sheet for part in report.of("MPS") for sheet in part.roles.values()}
        # what does not depend on the period is entered once, in the plan
        if report.kind == "MRS" and "p" in self.entry.parameter.indices and self.end[0] in planned:
            yield self._part("C13", _("the monitored value is the estimate of the plan"), None)
            return
        with suppress(FormulaError):
            if self.found is not None:
                if not self.found.mean:
                    yield from self._of_rows(self.found)
            elif self.text and self.cells:
                yield from self._of_cells(self.cells)
            elif self.text and self.numbers:
                yield from self._of_numbers()
            elif self.end != self.entry.place:
                yield from self._typed_total(self.end, number_in(self.book, self.end) or 0.0, self.scale)

    @property
    def settled(self) -> bool:
        """Whether the formula is a number or a cell in another unit, or readings tell the amount."""
        if self._metered:
            return True
        if self.cells:
            number = number_in(self.book, self.cells[0]) or 0.0
            return len(self.cells) == 1 and self._ratio(self.entry.value / self.scale / number if number else 0.0) == 1
        return bool(self.numbers) and self._powers == set(range(len(self.numbers)))

    @cached_property
    def cells(self) -> list[Place]:
        """The numbers that the formula comes down to, where none of them has a date."""
        if self.found is not None:
            return []
        leaves = self.rows.leaves(self.entry.place)
        return [place for place in leaves if isinstance(self.book.value(*place), int | float)]

    def _given(self, given: Mapping[Place, float], exact: bool = True) -> float:
        """Return what the formula gives with other numbers in cells, and without totals of its rows."""
        cells = {**dict.fromkeys(self.totals, 0.0), **given}
        return result_of(Calculator(self.book, cells, exact=exact).value(self.entry.place))

    def _weights(self, values: Mapping[Place, float], exact: float) -> dict[Place, float]:
        """Return how much more the formula gives for one more in each of some cells."""
        return {place: self._given({place: value + 1.0}) - exact for place, value in values.items()}

    # Cells without a date

    def _of_cells(self, cells: list[Place]) -> Iterator[AmountPart]:
        """Yield a factor, an addend and rounding in a formula of cells that have no date."""
        values = {place: number_in(self.book, place) or 0.0 for place in cells}
        exact, constant = self._given({}), self._given(dict.fromkeys(cells, 0.0))
        rounded, weights = self._given({}, exact=False), self._weights(values, exact)
        if not _same(math.fsum([constant, *(weights[place] * value for place, value in values.items())]), exact):
            return
        yield from self._rounded(rounded - exact)
        yield from self._added(constant, exact)
        used = [weight for weight in weights.values() if weight]
        if used and min(used) == max(used) and (ratio := self._ratio(used[0])) != 1:
            yield self._multiplied(ratio, (exact - constant) * self.scale)
        for place, weight in weights.items():
            yield from self._typed_total(place, values[place], weight * self.scale)

    def _typed_total(self, place: Place, value: float, weight: float) -> Iterator[AmountPart]:
        """Yield a total, typed under dated rows, that is not the sum of those of the period."""
        own = self.entry.period
        times = {cell: time for cell, time in self.rows.summed_by(place).items() if own is None or _inside(time, own)}
        numbers = [number for cell in times if (number := number_in(self.book, cell)) is not None]
        total = math.fsum(numbers)
        if len(numbers) < 2 or not value or not total or (ratio := self._ratio(value / total)) == 1:
            return
        message = _("the total {value} is typed in, and the rows of the period add up to {sum}")
        message = message.format(value=shown_number(value), sum=shown_number(total))
        excess, far = weight * value * (1 - 1 / ratio) if ratio else None, abs(ratio - 1) > NEAR
        severity = Severity.WARNING if far else Severity.ERROR
        yield self._part("C5", message, excess, (place,), severity=severity, unresolved=far)

    # Numbers typed into the formula

    @cached_property
    def numbers(self) -> dict[Place, float]:
        """The numbers that are written in the formula, each by a cell that holds it instead."""
        written = [token[0] for token in tokens(self.text) if token.lastgroup == "number"]
        return {(self.end[0], LAST_ROW - at - 1, LAST_COLUMN - 1): float(one) for at, one in enumerate(written)}

    @cached_property
    def _in_cells(self) -> str:
        """The formula with these cells instead of its numbers."""
        cells = (f"{FARTHEST}{row + 1}" for _sheet, row, _column in self.numbers)
        return "".join(next(cells) if token.lastgroup == "number" else token[0] for token in tokens(self.text))

    def _with(self, values: Mapping[Place, float], exact: bool = True) -> float:
        """Return what the formula gives with other numbers in it."""
        given = {**self.numbers, **values}
        return result_of(Calculator(self.book, given, exact=exact).evaluate(self._in_cells, self.end[0]))

    def _of_numbers(self) -> Iterator[AmountPart]:
        """Yield a factor, an addend and rounding in a formula of numbers; a choice between them."""
        values, exact = list(self.numbers.values()), self._with({})
        yield from self._rounded(self._with({}, exact=False) - exact)
        if not exact:
            return
        twice, thrice = self._times(2.0), self._times(3.0)
        if twice is None or thrice is None:
            yield self._chosen(values)
            return
        grown = {at: (twice[at] - exact, thrice[at] - exact) for at in range(len(values)) if at not in self._powers}
        terms = {at: one for at, (one, other) in grown.items() if one and _same(other, 2 * one)}
        under = {at for at, (one, other) in grown.items() if one and _same(other, one * 4 / 3)}  # it divides a term
        idle = {at for at, (one, _) in grown.items() if not one}
        choosing = idle and not read(form(self.text)).functions <= {*ROUNDING, "SUM", "PRODUCT"}
        if choosing or len(self._powers) + len(terms) + len(under) + len(idle) < len(values):
            yield self._chosen(values)
            return
        if terms:
            most = max(terms.values(), key=abs)
            yield from self._added(exact - most, exact, typed=True)
            bases = [most / values[at] for at, term in terms.items() if _same(term, most)]
        else:
            bases = [exact / values[at] for at in self._powers if values[at] and _same(twice[at], exact * 2)]
        if (ratio := self._ratio(min(bases, key=self._far, default=1.0))) != 1:
            yield self._multiplied(ratio, self.entry.value)

    def _times(self, by: float) -> list[float] | None:
        """Return what the formula gives with each of its numbers that many times as large."""
        try:
            return [self._with({place: by * number}) for place, number in self.numbers.items()]
        except FormulaError:
            return None

    @cached_property
    def _powers(self) -> set[int]:
        """The numbers that multiply or divide the whole."""
        twice = self._times(2.0)
        if twice is None:
            return set()
        exact = self._with({})
        return {at for at, value in enumerate(twice) if exact and any(_same(value, exact * by) for by in (2.0, 0.5))}

    def _chosen(self, values: list[float]) -> AmountPart:
        """Return a choice between typed numbers, with the effect of the other one that ER is highest above."""
        message = _("the formula chooses between numbers that are typed into it, or combines them otherwise")
        written = self.entry.value / self.scale
        near = [one for one in values if 0.5 <= one / written <= 2 and not _same(one, written)]
        return self._open(message, max(((written - one) * self.scale for one in near), key=self._effect, default=None))

    def _open(self, message: str, excess: float | None, question: str = "") -> AmountPart:
        """Return something of which somebody has to say what it is."""
        details: dict[str, Any] = {"severity": Severity.WARNING, "question": question, "unresolved": True}
        return self._part("C13", message, excess, **details)

    def _part(
        self,
        code: str,
        message: str,
        excess: float | None,
        places: tuple[Place, ...] = (),
        because: str = "",
        **more: Any,
    ) -> AmountPart:
        """Return something in the amount that is in some cells, or in its formula."""
        formula = self.book.formula(self.entry.place)
        if not because and not places and formula is not None:
            because = f"={formula.text[:100]}"  # as a reader finds it in the cell
        return AmountPart(code, message, self.entry, places or (self.entry.place,), excess, because=because, **more)

    def _effect(self, excess: float) -> float:
        found = self.rows.documents.effect_of([Correction(self.entry, excess=excess)])
        return 0.0 if found is None else found.exact

    def _far(self, factor: float) -> float:
        """Return how far a factor is from the nearest conversion of units, as a logarithm."""
        return abs(math.log(abs(self._ratio(factor)))) if factor else math.inf

    def _ratio(self, factor: float) -> float:
        """Return how many times the nearest conversion of units a factor is; exactly 1 where it is one."""
        if factor <= 0:
            return factor
        nearest = min(self._factors, key=lambda known: abs(math.log(factor / known)))
        if math.isclose(factor, nearest, rel_tol=1e-9):
            return 1.0
        if abs(factor / nearest - 1) > NEAR:
            powers = [one for one in self._factors if abs(math.log10(one) - round(math.log10(one))) < 1e-9]
            nearest = min(powers, key=lambda known: abs(math.log(factor / known)))
        return factor / nearest

    def _multiplied(self, ratio: float, amount: float) -> AmountPart:
        """Return a factor; one that is far from a conversion of units may be a property, which somebody has to say."""
        message = _("the formula multiplies it by {ratio:.10g}").format(ratio=ratio)
        excess = amount * (1 - 1 / ratio) if ratio else None
        if abs(ratio - 1) > NEAR:
            return self._open(message, excess, _("what is this factor, and which document has it?"))
        return self._part("C13", message, excess)

    def _added(self, constant: float, exact: float, typed: bool = False) -> Iterator[AmountPart]:
        """Yield what is added to the rows, or, of typed numbers, to the largest one."""
        if abs(constant) <= 1e-9 * max(1.0, abs(exact)):
            return
        if typed and abs(constant) > NEAR * abs(exact):
            message = _("the formula adds up numbers that are typed into it, which belong to no day or month")
            yield self._open(message, None, _("from which meter or document are these numbers?"))
            return
        message = _("the formula adds {constant:.10g}").format(constant=constant)
        yield self._part("C13", message, constant * self.scale)

    @cached_property
    def _factors(self) -> list[float]:
        """The conversions of units to that of the amount."""
        found = mistakable(self.entry.unit or self.entry.parameter.unit).values()
        return [1.0, *(1 / factor for factor in found if factor), *found]

    # Rows

    def _of_rows(self, found: Breakdown) -> Iterator[AmountPart]:
        ranged = self.rows.ranged(self.entry.place)
        loose = {place: number_in(self.book, place) or 0.0 for place in found.undated if place in ranged}
        values = {line.place: line.value or 0.0 for line in found.lines} | loose
        exact, constant = self._given({}), self._given(dict.fromkeys(values, 0.0))
        weights = {line.place: line.weight for line in found.lines} | self._weights(loose, exact)
        rounded, whole = self._given({}, exact=False), Calculator(self.book, exact=True).value(self.entry.place)
        sums = math.fsum(weight * values[place] for place, weight in weights.items())
        least, most = min(weights.values()), max(weights.values())
        if not _same(sums + constant, exact) or least < 0:
            if not self._metered:
                alike = least == most > 0 and self._ratio(most) == 1
                more, less = _("the formula does more than add up its rows"), _("the formula takes rows away")
                yield self._open(more if least >= 0 else less, (exact - sums) * self.scale if alike else None)
            return
        if self.totals and result_of(whole) != exact:
            message = _("the sum includes a total of the same rows")
            yield self._part("C5", message, (whole - exact) * self.scale, self.totals)
        yield from self._rounded(rounded - exact)
        if not self._metered:
            yield from self._factor(found, exact, constant)
            yield from self._other_periods(found)
            yield from self._uncovered(found)
            yield from self._out_of_line(found)
        yield from self._undated(loose, weights, values)
        yield from self._words(found, ranged)

    @cached_property
    def _metered(self) -> bool:
        """Whether readings tell what the amount should be."""
        metered = self.rows.documents.metered
        return metered is not None and bool(metered.of(self.entry))

    def _rounded(self, excess: float) -> Iterator[AmountPart]:
        if abs(excess) > 1e-9 * max(1.0, abs(self.entry.value)):
            message = _("the formula rounds it, and only ER of a year is rounded down")
            yield self._part("H5", message, excess * self.scale)

    def _factor(self, found: Breakdown, exact: float, constant: float) -> Iterator[AmountPart]:
        yield from self._added(constant, exact)
        usual = statistics.median(line.weight for line in found.lines)
        if (ratio := self._ratio(usual)) != 1:
            yield self._multiplied(ratio, (exact - constant) * self.scale)
        for line in found.lines:
            own = line.weight / usual
            if abs(own - 1) > 1e-9 and own <= TWICE:
                message = _("the formula multiplies the row of {time} by {ratio:.10g}")
                excess = (line.value or 0.0) * (line.weight - usual) * self.scale
                yield self._part("C13", message.format(time=line.period, ratio=own), excess, (line.place,))

    def _other_periods(self, found: Breakdown) -> Iterator[AmountPart]:
        own = self.entry.period
        lines = [line for line in found.lines if own is not None and not _inside(line.period, own)]
        if lines:
            times = listed((str(line.period) for line in lines), limit=12)
            message = _("{times} is not in {period}, and its sum has it")
            twice = [other.labels["p"] for other in self.rows.sharing(self.entry, lines)]
            if twice:
                message = _("{times} is not in {period}, and its sum has it; that of {others} has it, too")
            message = message.format(times=times, period=self.entry.labels["p"], others=listed(twice))
            excess = math.fsum((line.value or 0.0) * line.weight for line in lines) * self.scale
            yield self._part("C5", message, excess, tuple(line.place for line in lines))

    def _uncovered(self, found: Breakdown) -> Iterator[AmountPart]:
        """Yield the days of the period for which there is no row, where rows follow each other without holes."""
        own = self.entry.period
        lines = [line.period for line in (*found.lines, *found.left_out)]
        lines += [time for place in self.rows.ranged(self.entry.place) if (time := self.rows.label(place)) is not None]
        spans = sorted({(one.first.toordinal(), one.last.toordinal()) for one in lines if one.first and one.last})
        if own is None or own.first is None or own.last is None or len(spans) < LEAST:
            return
        holes = [(a[1] + 1, b[0] - 1) for a, b in itertools.pairwise(spans) if b[0] - a[1] > 1]
        if len(holes) > len(spans) / 2:
            return  # each row is named by a day, and stands for more
        first, last = own.first.toordinal(), own.last.toordinal()
        holes = [(first, spans[0][0] - 1), *holes, (spans[-1][1] + 1, last)]
        open_ = [(max(low, first), min(high, last)) for low, high in holes if max(low, first) <= min(high, last)]
        if open_:
            days = sum(high - low + 1 for low, high in open_)
            times = listed((f"{date.fromordinal(low)}/{date.fromordinal(high)}" for low, high in open_), limit=6)
            message = _("{days} days of the period {period} have no row: {times}")
            message = message.format(days=days, period=self.entry.labels["p"], times=times)
            yield self._part("G5", message, None, question=_("was there no operation, or are data missing?"))

    def _undated(
        self, loose: Mapping[Place, float], weights: Mapping[Place, float], values: Mapping[Place, float]
    ) -> Iterator[AmountPart]:
        for place, value in loose.items():
            if not weights[place] or not value:
                continue
            sheet, row, column = place
            others = math.fsum(one for other, one in values.items() if other not in loose)
            words = [str(self.book.value(sheet, row, at)) for at in range(column)]
            message = _("the sum includes {value}, which does not belong to a day or month")
            if any(map(is_total, words)) or math.isclose(value, others, rel_tol=1e-6):
                message = _("the sum includes a total, {value}")
            message = message.format(value=shown_number(value))
            yield self._part("C5", message, value * weights[place] * self.scale, (place,))

    def _words(self, found: Breakdown, ranged: set[Place]) -> Iterator[AmountPart]:
        """Yield rows with a text that holds a number: a sum passes over it."""
        own = self.entry.period
        weight = statistics.median(line.weight for line in found.lines) * self.scale
        for place in sorted(ranged):
            text, time = self.rows.words(place), self.rows.label(place)
            if not text or time is None or (own is not None and not _inside(time, own)) or not NUMERAL.fullmatch(text):
                continue
            message = _("the row of {time} holds the text {text!r}, which the sum ignores").format(time=time, text=text)
            if match := TWO_WAYS.fullmatch(text):
                small, large = float(f"{match[1]}.{match[2]}"), float(match[1] + match[2])
                because = _("read as {small:.10g} or as {large:.10g}: the amount is {one:.10g} or {other:.10g} too low")
                because = because.format(small=small, large=large, one=small * weight, other=large * weight)
                yield self._part("A7", message, None, (place,), because)
                continue
            try:
                value = float(str(plain_value(text)).replace(",", "").replace(" ", ""))
            except ValueError:
                continue
            yield self._part("A7", message, -value * weight, (place,))

    def _out_of_line(self, found: Breakdown) -> Iterator[AmountPart]:
        own = self.entry.period
        lines = [line for line in found.lines if line.value is not None and (own is None or _inside(line.period, own))]
        for line in lines:
            assert line.value is not None
            amount = line.value * line.weight * self.scale
            if line.value < 0:
                message = _("the row of {time} is negative: {value}").format(
                    time=line.period, value=shown_number(line.value)
                )
                yield self._part("B6", message, amount, (line.place,))
            elif power := _power(line, lines):
                message = _("the row of {time} is {value}, about {power:,} times the others")
                message = message.format(time=line.period, value=shown_number(line.value), power=power)
                severity = Severity.ERROR if power >= 1000 else Severity.WARNING
                yield self._part("B6", message, amount * (1 - 1 / power), (line.place,), severity=severity)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def _power(line: DatedRow, lines: list[DatedRow]) -> int:
    """Return the power of ten by which a row is above the others, which are alike; 0 where it is not."""
    others = [other.value for other in lines if other is not line and other.value is not None]
    if len(others) < LEAST or min(others) <= 0 or max(others) > ALIKE * min(others) or not line.value:
        return 0
    ratio = line.value / statistics.median(others)
    power = 10 ** round(math.log10(ratio)) if ratio > OUT_OF_LINE else 1
    alike = min(others) / 1.25 <= line.value / power <= max(others) * 1.25
    return power if power > 1 and alike else 0


def _inside(one: Period, whole: Period) -> bool:
    first, last = whole.ends
    return one.first is not None and one.last is not None and first <= one.first and one.last <= last
