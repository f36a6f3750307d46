"""Which columns of a table hold what: found by their headings or numbers, never by a guess."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, listed, suggestion
from jcm_calc.inputs.carriers import split_heading
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.files import ReadingsTable
from jcm_calc.readings.plan import Heading, Meter, Readings
from jcm_calc.units import Linear, UnitError, conversion, parse_unit

SINGLE = ("meter", "factor", "quality")
# of an unused column: readings may have to be multiplied by it
FACTORS = re.compile(r"(ct|vt|pt)?[ _-]*(factor|multiplier|ratio|scale|scaling factor)", re.IGNORECASE)
HOUR = re.compile(r"\d{1,2}:\d{2}\b.*")
# what looks like a unit, however it is written, and so says something about the numbers
UNIT = re.compile(r"[kmgt]?(wh|w|j|cal|varh?|vah?|btu)|[kmn]?(l|g|m3|m³)|t", re.IGNORECASE)
# units of energy and power that a heading may hold as a word, without brackets
WORDS = {unit.casefold(): unit for unit in ("Wh", "kWh", "MWh", "GWh", "kW", "MW", "GW", "kJ", "MJ", "GJ", "TJ")}
PHASES = ("A", "B", "C", "N", "L", "T")  # in brackets they say which conductor or tariff, and are units by chance


@dataclass(frozen=True)
class Chosen:
    """The numbers of the columns of one table."""

    time: tuple[int, ...]
    until: tuple[int, ...]
    meter: int | None
    factor: int | None
    quality: int | None
    factor_left: int | None  # a column of factors that the plan does not name
    only: Mapping[int, tuple[str, ...]]  # the texts in a column of the rows that are read
    values: Mapping[str, tuple[int, ...]]  # for each meter, or under an empty name of a long table
    units: Mapping[str, str]  # the texts in brackets behind the headings of the values

    @property
    def numbers(self) -> list[int]:
        """All of them."""
        single = filter(None, (self.meter, self.factor, self.quality, self.factor_left))
        return sorted({*self.time, *self.until, *self.only, *itertools.chain(*self.values.values()), *single})


def choose(table: ReadingsTable, readings: Readings, meters: Iterable[str], problems: list[Problem]) -> Chosen | None:
    """Return which columns hold what; None, with complaints, where that cannot be said."""
    finder = _Finder(table, readings)
    time, until = (finder.several(headings) for headings in (readings.time, readings.until))
    meter, factor, quality = (
        finder.number_of(one) if one else None for one in (readings.meter, readings.factor, readings.quality)
    )
    if readings.across:
        values = {name: finder.across(*ends) for name, ends in readings.across.items()}
    elif readings.columns:
        values = {name: finder.several(headings) for name, headings in readings.columns.items()}
    else:
        values = {"": finder.several((readings.value,))}
    named = [("time", time), *([("until", until)] if not set(time) & set(until) else [])]
    named += [(key, (number,)) for key, number in zip(SINGLE, (meter, factor, quality), strict=True) if number]
    named += [(name or "value", numbers) for name, numbers in values.items()]
    unused = tuple(dict.fromkeys(finder.several(readings.unused)))
    finder.check_once([*named, ("unused", unused)])
    only = {
        number: texts for heading, texts in readings.only.items() if (number := finder.number_of(heading)) is not None
    }
    unknown = _("{name} is not a meter{hint}")
    problems += [
        Problem("[[readings.sources]] columns", unknown.format(name=name, hint=suggestion(name, meters)))
        for name in readings.meters
        if name not in meters
    ]
    left = finder.left_alone({number for _use, numbers in named for number in (*numbers, *until, *unused)})
    problems += finder.problems
    if finder.problems:
        return None
    units = {name: finder.unit(name, numbers) for name, numbers in values.items()}
    problems += finder.problems
    return None if finder.problems else Chosen(time, until, meter, factor, quality, left, only, values, units)


class _Finder:
    """Finds columns, and keeps every complaint."""

    def __init__(self, table: ReadingsTable, readings: Readings) -> None:
        self.table, self.readings = table, readings
        self.headings = dict(enumerate(table.headings, 1))
        self.names = {number: split_heading(heading)[0] for number, heading in self.headings.items()}
        self.brackets = {number: split_heading(heading)[1] or "" for number, heading in self.headings.items()}
        self.problems: list[Problem] = []

    def complain(self, complaint: str) -> None:
        if (problem := Problem(self.table.name, complaint)) not in self.problems:
            self.problems.append(problem)

    def several(self, headings: Iterable[Heading]) -> tuple[int, ...]:
        return tuple(number for heading in headings if (number := self.number_of(heading)) is not None)

    def check_once(self, named: Iterable[tuple[str, tuple[int, ...]]]) -> None:
        """Complain of columns that are named twice: the amounts in them would count twice."""
        uses: dict[int, list[str]] = {}
        for use, numbers in named:
            for number in numbers:
                uses.setdefault(number, []).append(use)
        for number, found in uses.items():
            if len(found) > 1:
                complaint = _("the column {heading!r} is named more than once, for {names}: must be named once")
                self.complain(complaint.format(heading=self.headings[number], names=listed(found)))

    def number_of(self, heading: Heading) -> int | None:
        """Return the number of a column."""
        if isinstance(heading, int):
            if heading in self.headings:
                return heading
            message = _("has {count} columns, and no column {number}")
            self.complain(message.format(count=len(self.headings), number=heading))
            return None
        found = [number for number, known in self.headings.items() if known == heading]
        found = found or [number for number, known in self.names.items() if known == heading]
        alike = [number for number, known in self.headings.items() if known.casefold() == heading.casefold()]
        if len(found) == 1 and set(alike) <= set(found):
            return found[0]
        if found:
            both = listed(f"{self.headings[number]!r} ({number})" for number in sorted({*found, *alike}))
            complaint = _(
                "the heading {heading!r} may be any of the columns {names}: state its number, such as {number}"
            )
            self.complain(complaint.format(heading=heading, names=both, number=found[0]))
            return None
        hint = suggestion(heading, self.headings.values()) + self._elsewhere(heading)
        self.complain(_("has no column {heading!r}{hint}").format(heading=heading, hint=hint))
        return None

    def _elsewhere(self, heading: str) -> str:
        """Say in which other line a heading is, or why there may be none."""
        for line, cells in self.table.head:
            if line != self.table.heading_line and any(heading in (name, split_heading(name)[0]) for name in cells):
                return _("; line {line} holds it: state header_row = {line}").format(line=line)
        first = self.table.headings[:2]
        if first == ("100", "NEM12"):
            return _("; for a file in the form NEM12 write format = 'NEM12'")
        if first and all(re.fullmatch(r"[\d.,:/ T-]+", name) for name in first):
            return _("; for a file without headings write header_row = 0, and columns by their numbers")
        return ""

    def across(self, first: Heading, last: Heading) -> tuple[int, ...]:
        """Return the columns that hold the steps of a day."""
        ends = self.number_of(first), self.number_of(last)
        if ends[0] is None or ends[1] is None or self.readings.step is None:
            return ()
        numbers = tuple(range(ends[0], ends[1] + 1))
        if len(numbers) * self.readings.step != DAY:
            complaint = _("the columns from {first} to {last} are {count}, but a day has {expected} steps")
            count = DAY // self.readings.step
            self.complain(complaint.format(first=repr(first), last=repr(last), count=len(numbers), expected=count))
        return numbers

    def left_alone(self, taken: Container[int]) -> int | None:
        """Return a column of factors that is not named; refuse days in a row of which only some hours are."""
        factors = [number for number in self.headings if number not in taken and FACTORS.fullmatch(self.names[number])]
        hours = [number for number, heading in self.headings.items() if HOUR.fullmatch(heading)]
        some = [number for number in hours if number in taken]
        if not self.readings.across and some and len(hours) >= 24:
            complaint = _(
                "a row holds a day in {count} columns, from {first!r} to {last!r}, of which {used} are named: write "
                "across = {{ meter = [{first!r}, {last!r}] }} instead of columns"
            )
            first, last = self.headings[hours[0]], self.headings[hours[-1]]
            self.complain(complaint.format(count=len(hours), first=first, last=last, used=len(some)))
        return factors[0] if factors and not self.readings.factor else None

    def unit(self, name: str, numbers: Iterable[int]) -> str:
        """Return the text in brackets behind headings, or in the row of units."""
        found = dict.fromkeys(self.table.units.get(number, self.brackets[number]) for number in numbers)
        if self.readings.across or len(found) == 1:
            return next(iter(found), "") or self._word(numbers)
        complaint = _("the columns of {name} have different texts in brackets: {names}")
        self.complain(complaint.format(name=name, names=listed(map(repr, found))))
        return ""

    def _word(self, numbers: Iterable[int]) -> str:
        """Return the unit that the headings hold among other words, if they hold one: ``Energy_Wh``.

        A heading that is a unit and nothing else is left to the plan, which names it next to the unit that it states.
        """
        split = [re.split(r"[^a-z]+", self.names[number].casefold().strip()) for number in numbers]
        words = {word for found in split if len(found) > 1 for word in found}
        found = [unit for word, unit in WORDS.items() if word in words]
        return found[0] if len(found) == 1 else ""


def units(
    readings: Readings,
    meters: Mapping[str, Meter],
    declared: Mapping[str, str],
    brackets: Mapping[str, str],
    problems: list[Problem],
) -> Iterator[tuple[str, Linear]]:
    """Yield each meter with the conversion of its readings into the unit of its parameter."""
    power = readings.kind in ("power", "samples")
    for name, meter in meters.items():
        if readings.meters and name not in readings.meters:
            continue
        stated = list(dict.fromkeys(unit for unit in (readings.unit, meter.unit) if unit))
        of_heading = brackets.get(name, brackets.get("", ""))
        if of_heading and _says_a_unit(of_heading, declared[name], power, stated):
            stated = list(dict.fromkeys([of_heading, *stated]))
        if len(stated) > 1:
            complaint = _("its unit is stated differently: {names} (heading, source, meter)")
            problems.append(Problem(f"[meters.{name}]", complaint.format(names=listed(stated))))
        elif not stated:
            complaint = _("missing: the unit of its readings in {name}").format(name=readings.name)
            problems.append(Problem(f"[meters.{name}] unit", complaint))
        else:
            try:
                yield name, conversion(f"{stated[0]}*h" if power else stated[0], declared[name])
            except UnitError as refused:
                ratio = _("; a ratio of transformers or kWh for each pulse is the multiplier of the meter")
                hint = ratio if stated[0][:1].isdigit() or "*" in stated[0] else ""
                if power and _known(stated[0]):
                    complaint = _("got {unit}; must be a unit of power, of which an hour gives {declared}{hint}")
                    error = complaint.format(unit=repr(stated[0]), declared=declared[name], hint=hint)
                else:
                    error = Message("{}{}").format(refused, hint)
                place = f"[meters.{name}] unit" if stated[0] == meter.unit else "[[readings.sources]] unit"
                if stated[0] not in (meter.unit, readings.unit):
                    place = _("{name}, column of {meter}").format(name=readings.name, meter=name)
                problems.append(Problem(place, error))


def _says_a_unit(text: str, declared: str, power: bool, stated: Iterable[str]) -> bool:
    """Whether the text in brackets is a unit: ``(A+)`` and ``(Total)`` are none, and ``(A)`` is a phase."""
    if any(text.casefold() == one.casefold() for one in stated):
        return text in stated
    try:
        conversion(f"{text}*h" if power else text, declared)
    except UnitError:
        if UNIT.fullmatch(text):
            return True
        return text not in PHASES and _known(text)
    return True


def _known(text: str) -> bool:
    try:
        parse_unit(text)
    except UnitError:
        return False
    return True
