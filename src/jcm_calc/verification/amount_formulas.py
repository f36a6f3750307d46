"""The formula of a monitored amount: a unit factor times the sum of the dated rows of its period, and nothing else."""

from __future__ import annotations

import itertools
import math
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from jcm_calc.declarations.items import Kind
from jcm_calc.inputs import Period
from jcm_calc.inputs.checks import MISTAKABLE_UNITS
from jcm_calc.inputs.totals import is_total
from jcm_calc.languages import Message, _
from jcm_calc.problems import listed
from jcm_calc.units import UnitError, conversion
from jcm_calc.verification.findings import Correction, Finding, Severity, shown_number
from jcm_calc.verification.location import Location, address
from jcm_calc.verification.quantities import Entry
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, Place, areas
from jcm_calc.workbook.filled_sheets import plain_value
from jcm_calc.workbook.tables import linked

if TYPE_CHECKING:
    from jcm_calc.verification.dated_rows import Breakdown, Line, Rows

# A factor so near to a conversion of units is a mistake; one farther away may be a density, and is only remarked on.
NEAR = 0.1
# A row so many times the others, which lie within so many times of each other, is out of line.
OUT_OF_LINE, ALIKE, LEAST = 5.0, 3.0, 4
TYPED = re.compile(r"[\d.+\-*/() %]+")
FACTOR = re.compile(r"(^|[*/])(\d+(?:\.\d+)?)(%?)(?=[*/]|$)")
NUMERAL = re.compile(r"[-+]?\d[\d.,\s]*")
TWO_WAYS = re.compile(r"([-+]?\d{1,3})[.,](\d{3})")


@dataclass(frozen=True)
class Part:
    """Something in an amount that does not belong there, or that it lacks.

    Attributes
    ----------
    code : str
        Of the check that it belongs to.
    said : str
        What is wrong, without the symbol.
    excess : float or None
        By how much the amount is too high for it, in the declared unit; None where that is not known.
    """

    code: str
    said: str
    entry: Entry
    places: tuple[Place, ...]
    excess: float | None
    severity: Severity = Severity.ERROR
    because: str = ""
    question: str = ""


def parts(rows: Rows) -> Iterator[Part]:
    """Yield what is wrong with the formulas of monitored amounts."""
    for entry in rows.material.report.entries():
        if entry.parameter.kind is Kind.MONITORED and isinstance(entry.value, int | float):
            yield from Audit(rows, entry).parts()


def findings(rows: Rows) -> list[Finding]:
    """Return the same as findings; alike ones together."""
    groups: dict[tuple[str, str, str], list[Part]] = {}
    for part in rows.parts:
        groups.setdefault((part.code, part.said, part.entry.parameter.symbol), []).append(part)
    return [_told(rows, group) for group in groups.values()]


def _told(rows: Rows, group: list[Part]) -> Finding:
    first = group[0]
    symbol = first.entry.parameter.symbol
    excess = [(part.entry, part.excess) for part in group if part.excess is not None]
    known = len(excess) == len(group) and rows.material.report.result is not None
    amount = math.fsum(part.entry.value for part in group)
    return Finding(
        first.code,
        Message("{}: {}").format(symbol, first.said),
        tuple(dict.fromkeys([*_addresses(group), *(part.entry.address for part in group)])),
        symbol,
        amount,
        amount - math.fsum(more for _, more in excess) if known else None,
        first.because or _("the amount is the sum of the rows of its period, in its unit"),
        rows.material.effects.without(excess) if known else None,
        question=first.question,
        severity=first.severity,
        unit=first.entry.parameter.unit,
        corrections=tuple(Correction(entry, excess=more) for entry, more in excess),
    )


def _addresses(group: list[Part]) -> list[Location]:
    return [address(place) for part in group for place in part.places]


class Audit:
    """The formula of one amount, taken apart."""

    def __init__(self, rows: Rows, entry: Entry) -> None:
        self.rows, self.entry, self.book = rows, entry, rows.book
        self.end = self._end()
        self.found: Breakdown | None = rows.of.get(entry.place)
        written = entry.written if isinstance(entry.written, int | float) else 0
        self.scale = entry.value / written if written else 1.0

    def _end(self) -> Place:
        """Return the cell in which plain references end."""
        place, seen = self.entry.place, set[Place]()
        while place not in seen:
            seen.add(place)
            formula = self.book.formulas(place[0]).get(place[1:])
            target = None if formula is None else linked(formula.text, place[0])
            if target is None or target[0] not in self.book.sheets:
                break
            place = target
        return place

    @property
    def text(self) -> str:
        """The formula; nothing where a number is typed in."""
        formula = self.book.formulas(self.end[0]).get(self.end[1:])
        return "" if formula is None else formula.text

    def parts(self) -> Iterator[Part]:
        """Yield what is wrong with the amount."""
        report = self.rows.material.report
        planned = {sheet for part in report.of("MPS") for sheet in part.roles.values()}
        # what does not depend on the period is entered once, in the plan
        if report.kind == "MRS" and "p" in self.entry.parameter.indices and self.end[0] in planned:
            said = _("the monitored value is the estimate of the plan")
            yield Part("C13", said, self.entry, (self.entry.place,), None, because=self._shown)
        elif self.found is not None and not self.found.mean:
            yield from self._of_rows(self.found)
        elif self.text and TYPED.fullmatch(self.text):
            yield from self._of_numbers()

    @property
    def _shown(self) -> str:
        """The formula as a reader finds it in the cell."""
        formula = self.book.formulas(self.entry.place[0]).get(self.entry.place[1:])
        return "" if formula is None else f"={formula.text[:100]}"

    # Numbers typed into the formula

    def _of_numbers(self) -> Iterator[Part]:
        for sign, number, per_cent in FACTOR.findall(self.text.replace(" ", "")):
            value = float(number) / (100.0 if per_cent else 1.0)
            known = any(math.isclose(value, one, rel_tol=1e-9) for one in (*self._factors, 1.0))
            if value and not known and number != self.text:
                ratio = 1 / value if sign == "/" else value
                if abs(ratio - 1) <= NEAR:
                    yield self._multiplied(ratio)

    def _multiplied(self, ratio: float) -> Part:
        said = _("the formula multiplies it by {ratio:.10g}").format(ratio=ratio)
        excess = self.entry.value * (1 - 1 / ratio)
        return Part("C13", said, self.entry, (self.entry.place,), excess, because=self._shown)

    @cached_property
    def _factors(self) -> list[float]:
        """The conversions of units to that of the amount."""
        own, found = self.entry.unit or self.entry.parameter.unit, []
        for unit in MISTAKABLE_UNITS:
            try:
                found.append(float(conversion(unit, own)(1.0)))
            except UnitError:
                continue
        return [*found, *(1 / factor for factor in found if factor)]

    # Rows

    def _given(self, given: Mapping[Place, float], exact: bool = True) -> float:
        value = Calculator(self.book, {**dict.fromkeys(self.totals, 0.0), **given}, exact=exact).value(self.entry.place)
        if not isinstance(value, int | float):
            raise FormulaError("#VALUE!")
        return float(value)

    @cached_property
    def totals(self) -> tuple[Place, ...]:
        """The cells among its rows that add up others of them."""
        return () if self.found is None else self.found.totals

    def _of_rows(self, found: Breakdown) -> Iterator[Part]:
        ranged = self.rows.ranged(self.entry.place)
        loose = [place for place in found.undated if place in ranged]
        values = {line.place: line.value or 0.0 for line in found.lines} | {
            place: self._number(place) for place in loose
        }
        try:
            exact, constant = self._given({}), self._given(dict.fromkeys(values, 0.0))
            weights = {line.place: line.weight for line in found.lines}
            weights |= {place: self._given({place: values[place] + 1.0}) - exact for place in loose}
            rounded, whole = self._given({}, exact=False), Calculator(self.book, exact=True).value(self.entry.place)
        except FormulaError:
            return
        total = math.fsum([constant, *(weight * values[place] for place, weight in weights.items())])
        if not math.isclose(total, exact, rel_tol=1e-9, abs_tol=1e-9) or any(weight < 0 for weight in weights.values()):
            return  # it does not only add up, which is remarked on
        yield from self._totals(float(whole) - exact)
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
        metered = self.rows.material.metered
        return metered is not None and bool(metered.of(self.entry))

    def _number(self, place: Place) -> float:
        value = self.book.value(*place)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0

    def _totals(self, excess: float) -> Iterator[Part]:
        if self.totals and excess:
            said = _("the sum takes in a total of its own rows")
            yield Part("C5", said, self.entry, self.totals, excess * self.scale, because=self._shown)

    def _rounded(self, excess: float) -> Iterator[Part]:
        if abs(excess) > 1e-9 * max(1.0, abs(self.entry.value)):
            said = _("the formula rounds it, and only ER of a year is rounded down")
            yield Part("H5", said, self.entry, (self.entry.place,), excess * self.scale, because=self._shown)

    def _factor(self, found: Breakdown, exact: float, constant: float) -> Iterator[Part]:
        if abs(constant) > 1e-9 * max(1.0, abs(exact)):
            said = _("the formula adds {constant:.10g}").format(constant=constant)
            yield Part("C13", said, self.entry, (self.entry.place,), constant * self.scale, because=self._shown)
        usual = statistics.median(line.weight for line in found.lines)
        factor = min(self._factors or [1.0], key=lambda known: abs(math.log(usual / known)))
        ratio = usual / factor
        if 1e-9 < abs(ratio - 1) <= NEAR:
            excess = (exact - constant) * (1 - 1 / ratio) * self.scale
            yield replace(self._multiplied(ratio), excess=excess)
        for line in found.lines:
            own = line.weight / usual
            if 1e-9 < abs(own - 1) < 0.5:
                said = _("the formula multiplies the row of {time} by {ratio:.10g}")
                excess = (line.value or 0.0) * (line.weight - usual) * self.scale
                yield Part("C13", said.format(time=line.period, ratio=own), self.entry, (line.place,), excess)

    def _other_periods(self, found: Breakdown) -> Iterator[Part]:
        own = _period(self.entry)
        if own is None:
            return
        lines = [line for line in found.lines if not _inside(line.period, own)]
        if lines:
            times = listed((str(line.period) for line in lines), limit=12)
            said = _("{times} is not in {period}, and its sum has it")
            twice = [other.labels["p"] for other in self.rows.sharing(self.entry, lines)]
            if twice:
                said = _("{times} is not in {period}, and its sum has it; that of {others} has it, too")
            said = said.format(times=times, period=self.entry.labels["p"], others=listed(twice))
            excess = math.fsum((line.value or 0.0) * line.weight for line in lines) * self.scale
            yield Part("C5", said, self.entry, tuple(line.place for line in lines), excess)

    def _uncovered(self, found: Breakdown) -> Iterator[Part]:
        """Yield the days of the period for which there is no row, where rows follow each other without holes."""
        own = _period(self.entry)
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
            said = _("{days} days of the period {period} have no row: {times}")
            said = said.format(days=days, period=self.entry.labels["p"], times=times)
            yield Part("G5", said, self.entry, (self.entry.place,), None, question=_("no operation, or no data?"))

    def _undated(
        self, loose: list[Place], weights: Mapping[Place, float], values: Mapping[Place, float]
    ) -> Iterator[Part]:
        added = [place for place in loose if weights[place] and values[place]]
        for place in added:
            said = _("the sum takes in {value}, which belongs to no day or month")
            sheet, row, column = place
            others = math.fsum(value for other, value in values.items() if other != place and other not in loose)
            words = [str(self.book.value(sheet, row, at)) for at in range(column)]
            if any(map(is_total, words)) or math.isclose(values[place], others, rel_tol=1e-6):
                said = _("the sum takes in a total, {value}")
            said = said.format(value=shown_number(values[place]))
            yield Part("C5", said, self.entry, (place,), values[place] * weights[place] * self.scale)

    def _words(self, found: Breakdown, ranged: set[Place]) -> Iterator[Part]:
        """Yield rows with a text that holds a number: a sum passes over it."""
        own = _period(self.entry)
        weight = statistics.median(line.weight for line in found.lines) * self.scale
        for place in sorted(ranged):
            text, time = self.rows.words(place), self.rows.label(place)
            if not text or time is None or (own is not None and not _inside(time, own)) or not NUMERAL.fullmatch(text):
                continue
            said = _("the row of {time} holds the text {text!r}, which the sum passes over").format(
                time=time, text=text
            )
            if match := TWO_WAYS.fullmatch(text):
                small, large = float(f"{match[1]}.{match[2]}"), float(match[1] + match[2])
                because = _("read as {small:.10g} or as {large:.10g}: the amount is {one:.10g} or {other:.10g} too low")
                because = because.format(small=small, large=large, one=small * weight, other=large * weight)
                yield Part("A7", said, self.entry, (place,), None, because=because)
                continue
            try:
                value = float(str(plain_value(text)).replace(",", "").replace(" ", ""))
            except ValueError:
                continue
            yield Part("A7", said, self.entry, (place,), -value * weight)

    def _out_of_line(self, found: Breakdown) -> Iterator[Part]:
        own = _period(self.entry)
        lines = [line for line in found.lines if line.value is not None and (own is None or _inside(line.period, own))]
        for line in lines:
            assert line.value is not None
            amount = line.value * line.weight * self.scale
            if line.value < 0:
                said = _("the row of {time} is negative: {value}").format(
                    time=line.period, value=shown_number(line.value)
                )
                yield Part("B6", said, self.entry, (line.place,), amount)
            elif power := _power(line, lines):
                said = _("the row of {time} is {value}, about {power:,} times the others")
                said = said.format(time=line.period, value=shown_number(line.value), power=power)
                severity = Severity.ERROR if power >= 1000 else Severity.WARNING
                yield Part("B6", said, self.entry, (line.place,), amount * (1 - 1 / power), severity)


def _power(line: Line, lines: list[Line]) -> int:
    """Return the power of ten by which a row is above the others, which are alike; 0 where it is not."""
    others = [other.value for other in lines if other is not line and other.value is not None]
    if len(others) < LEAST or min(others) <= 0 or max(others) > ALIKE * min(others) or not line.value:
        return 0
    ratio = line.value / statistics.median(others)
    power = 10 ** round(math.log10(ratio)) if ratio > OUT_OF_LINE else 1
    alike = min(others) / 1.25 <= line.value / power <= max(others) * 1.25
    return power if power > 1 and alike else 0


def _period(entry: Entry) -> Period | None:
    try:
        found = Period.parse(entry.labels.get("p", ""))
    except ValueError:
        return None
    return found if found.dated else None


def _inside(one: Period, whole: Period) -> bool:
    assert whole.first is not None
    assert whole.last is not None
    return one.first is not None and one.last is not None and whole.first <= one.first and one.last <= whole.last


def ranged(rows: Rows, place: Place, seen: set[Place]) -> Iterator[Place]:
    """Yield the cells of the ranges that a formula, and those that it refers to, add up."""
    formula = rows.book.formulas(place[0]).get(place[1:]) if place[0] in rows.book.sheets else None
    for area in areas(formula.text, place[0]) if formula is not None else ():
        for other in area.places:
            if other not in seen and len(seen) < rows.most:
                seen.add(other)
                if not area.single:
                    yield other
                yield from ranged(rows, other, seen)
