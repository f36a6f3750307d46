"""From tables of readings to steps: a row for each reading with the meter, from and to as instants, and its amount.

Parquet files stay where they are; everything else is copied once into a database in a temporary folder, so that
memory need not hold it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, Problem, ProblemKind, listed, shown, suggestion
from jcm_calc.readings import clock, files, headings, stamps
from jcm_calc.readings.databases import QueryTable
from jcm_calc.readings.files import ReadFile, ReadingsTable
from jcm_calc.readings.headings import Chosen
from jcm_calc.readings.kept import NAMES, FileReadings, keys_of
from jcm_calc.readings.plan import Meter, Readings
from jcm_calc.readings.store import Store, quoted
from jcm_calc.units import Linear, UnitError, conversion

NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
FLAGS = {"measured": 0, "estimated": 1, "substituted": 2}
TIMED = "TIMESTAMP WITH TIME ZONE"
NUMERIC_TIMES = (stamps.EXCEL, *stamps.UNIX)


@dataclass(frozen=True)
class OpenedReadings:
    """Readings that have been opened."""

    readings: Readings
    steps: str  # SQL of meter, start, stop, raw, value and flag
    units: Mapping[str, Linear]  # from ``raw`` into the unit of the parameter, for each meter
    files: tuple[ReadFile, ...]
    points: str  # SQL of the readings themselves: meter, stamp, until, value and flag
    factors: str = ""  # SQL of by what the step of a meter is multiplied; empty where it is 1 for all
    paths: tuple[str, tuple[Path, ...]] = ("", ())  # of Parquet files read as one: their variable, and they

    def multiplied(self, steps: str) -> str:
        """Return SQL of steps with the multipliers of their meters."""
        return f"SELECT * REPLACE (raw * ({self.factors}) AS raw) FROM ({steps})" if self.factors else steps


def open_source(
    store: Store, readings: Readings, meters: Mapping[str, Meter], declared: Mapping[str, str], tolerance: int = 0
) -> OpenedReadings:
    """Open one source of readings, with the unit of the parameter of each meter.

    A stamp may miss the beginning of its step by ``tolerance`` microseconds.
    """
    problems: list[Problem] = []
    _check_form(store, readings)
    before = list(map(_state, readings.files))
    of_files = _Files(store, readings, meters)
    if readings.query:
        opened: list[ReadingsTable] = [QueryTable(store, readings)]
    else:
        opened = list(files.tables(store, replace(readings, files=of_files.unread)))
    joined = files.together(opened)
    for table in joined:
        chosen = headings.choose(table, readings, meters, problems)
        if chosen is not None:
            part = _Part(store, readings, meters, table, chosen, problems)
            if not problems:
                points = part.points()
                of_files.found.setdefault(table.path, []).append(FileReadings(points, chosen.units))
    refuse(problems)
    read = of_files.read(opened)
    units = dict(headings.units(readings, meters, declared, _merged(of_files.each()), problems))
    refuse(problems)
    changed = [path.name for path, state in zip(readings.files, before, strict=True) if _state(path) != state]
    if changed:
        complaint = _("changed while it was read: {names}. Run the command again when the file is complete.")
        raise InputError.of(readings.name, complaint.format(names=listed(changed)))
    sql = _union(one.points for one in of_files.each())
    points = f"SELECT {NAMES} FROM ({sql}) WHERE isfinite(value)"
    if readings.kind == "samples":
        _refuse_two_samples(store, points, readings)
    points = _on_the_grid(store, points, readings, tolerance)
    source = OpenedReadings(readings, _steps_sql(points, readings), units, read, points, _factors_sql(meters))
    if len(joined) == 1 and isinstance(joined[0], files.ParquetTable):
        source = replace(source, paths=(joined[0].variable, tuple(joined[0].sources)))
    return replace(source, steps=source.multiplied(source.steps))


def last_instants(store: Store, source: OpenedReadings) -> dict[str, tuple[int, int]]:
    """Return from and to which instant the readings of each meter reach, whatever lies between."""
    readings = source.readings
    if readings.kind == "total" or readings.daily:
        start, stop = "stamp", "until"
    elif readings.kind == "register":
        start = stop = "stamp"
    else:
        start, stop = _ends(readings, str(readings.longest) if readings.kind == "samples" else _step_sql(readings))
    sql = f"SELECT meter, min({start}), max({stop}) FROM ({source.points}) GROUP BY 1"
    return {meter: (first, last) for meter, first, last in store.db.execute(sql).fetchall()}


def up_to(source: OpenedReadings, moment: int) -> OpenedReadings:
    """Return a source without the readings after an instant."""
    by_end = source.readings.kind in ("register", "total") or source.readings.stamp == "end" or source.readings.daily
    return _where(source, f"coalesce(until, stamp) <= {moment}" if by_end else f"stamp < {moment}")


def without(source: OpenedReadings, meters: Iterable[str]) -> OpenedReadings:
    """Return a source without the readings of some meters."""
    return _where(source, f"meter NOT IN ({', '.join(map(quoted, meters))})")


def _where(source: OpenedReadings, condition: str) -> OpenedReadings:
    points = f"SELECT {NAMES} FROM ({source.points}) WHERE {condition}"
    return replace(source, points=points, steps=source.multiplied(_steps_sql(points, source.readings)), paths=("", ()))


class _Files:
    """What the files of a source hold: some were kept from an earlier time, the others are read now."""

    def __init__(self, store: Store, readings: Readings, meters: Mapping[str, Meter]) -> None:
        self.kept, self.files = store.kept, readings.files
        self.hashes = {} if self.kept is None else _hashes(self.files)
        self.keys = keys_of(self.hashes, readings, meters) if self.hashes else {}
        known = {} if self.kept is None else {path: self.kept.find(key) for path, key in self.keys.items()}
        self.found: dict[Path | None, list[FileReadings]] = {path: [one] for path, one in known.items() if one}
        self.counts = {path: one.counts for path, one in known.items() if one}
        self.unread = tuple(path for path in self.files if path not in self.found)

    def each(self) -> Iterator[FileReadings]:
        """Yield what was found, in the order of the files; what is in no file is first."""
        for path in (None, *self.files):
            yield from self.found.get(path, ())

    def read(self, opened: Sequence[ReadingsTable]) -> tuple[ReadFile, ...]:
        """Return what was read of each file, and keep what can be kept."""
        tables: dict[Path, list[ReadingsTable]] = {}
        for table in opened:
            if table.path is not None:
                tables.setdefault(table.path, []).append(table)
        now = _hashes(tables)
        for path, of_path in tables.items():  # sheets of one workbook together
            rows, skipped, blank = (sum(getattr(one, name) for one in of_path) for name in ("rows", "skipped", "blank"))
            self.counts[path] = rows, skipped, blank
            lasting = any(isinstance(one, files.ParquetTable) for one in of_path)  # which stays where it is
            if self.kept is not None and not lasting and self.hashes[path] == now[path]:
                parts = self.found.get(path, [])
                whole = FileReadings(_union(one.points for one in parts), _merged(parts), self.counts[path])
                if (one := self.kept.keep(self.keys[path], whole)) is not None:
                    self.found[path] = [one]
        queries = (
            replace(one.read, rows=one.rows, skipped=one.skipped) for one in opened if isinstance(one, QueryTable)
        )
        sha256 = self.hashes | now
        of_files = (ReadFile(one.name, sha256[one], *self.counts[one]) for one in self.files if one in self.counts)
        return (*queries, *of_files)


def _union(several: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT * FROM ({sql})" for sql in several)


def _merged(several: Iterable[FileReadings]) -> dict[str, str]:
    """Return the units that headings state, by meter: the last that is one."""
    found: dict[str, str] = {}
    for one in several:
        found |= {name: unit for name, unit in one.units.items() if unit or name not in found}
    return found


def _hashes(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the SHA-256 of files."""
    every = list(paths)
    with ThreadPoolExecutor() as pool:
        return dict(zip(every, pool.map(of_file, every), strict=True))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise an error where there are complaints."""
    InputError.raise_for(_("the readings"), problems)


def _check_form(store: Store, readings: Readings) -> None:
    """Refuse a text that is not a form of times."""
    if readings.times in ("", *stamps.OWN):
        return
    if fault := stamps.form_fault(readings.times):
        refuse([Problem(readings.name, Message("{!r} {}").format(readings.times, fault))])
    try:
        store.db.execute(f"SELECT try_strptime('', {quoted(stamps.without_offset(readings.times))})").fetchall()
    except Exception as error:  # the database's own error, whose kinds are its business
        complaint = _("{times!r} is not a form of times such as '%d.%m.%Y %H:%M': {error}").format(
            times=readings.times, error=str(error).splitlines()[0]
        )
        raise InputError(_("the readings"), [Problem(readings.name, complaint)]) from None


def _state(path: Path) -> tuple[int, int]:
    """Return the size of a file and when it was written."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


class _Part:
    """The readings of one table, as SQL."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        meters: Mapping[str, Meter],
        table: ReadingsTable,
        chosen: Chosen,
        problems: list[Problem],
    ) -> None:
        self.store, self.readings, self.meters, self.table, self.chosen = store, readings, meters, table, chosen
        self.problems = problems
        self.numbers = [number for numbers in chosen.values.values() for number in numbers]  # of the values
        self.parsed: dict[str, str] = {}  # columns that are read from texts, and the SQL that they are made of
        self._load()
        self.begun = len(problems)
        self._select()

    def _load(self) -> None:
        """Load the table, with the columns that are read from texts, so that no text is read twice."""
        store, table, numbers = self.store, self.table, self.chosen.numbers
        if isinstance(table, files.TextTable):
            self.kinds = {f"c{number}": "VARCHAR" for number in numbers}
            parsed = self._parsed()
            self.relation = table.load(store, numbers, self.problems, parsed)
        else:
            self.relation = table.load(store, numbers, self.problems)
            self.kinds = store.types(self.relation)
            # Parquet files stay where they are
            if isinstance(table, files.ParquetTable) or not any(map(_is_text, self.kinds.values())):
                return
            parsed = self._parsed()
            more = ", ".join(f"{sql} AS {name}" for name, sql in parsed.items())
            name = store.name()
            store.db.execute(f"CREATE TABLE {name} AS SELECT *, {more} FROM {self.relation}")
            self.relation = name
        self.parsed = parsed

    def _select(self) -> None:
        """Leave out the rows that the plan does not ask for."""
        for number, texts in self.chosen.only.items():
            cell, heading = self._as_text(number), self.table.headings[number - 1]
            for text in texts:
                if not self._some(f"{cell} = {quoted(text)}"):
                    complaint = _("the column {heading!r} holds no {text!r} in any row")
                    self.complain(complaint.format(heading=heading, text=text))
            self.relation = f"(SELECT * FROM {self.relation} WHERE {cell} IN ({', '.join(map(quoted, texts))}))"
        if self.chosen.only:
            kept = self.store.number(f"SELECT count(*) FROM {self.relation}")
            self.table.skipped += self.table.rows - kept
            self.table.rows = kept

    def _parsed(self) -> dict[str, str]:
        """Return the columns that are read from texts: times and values, each with its SQL."""
        found = {"moment": self._time(self.chosen.time, ends=False)} if self._readable(self.chosen.time) else {}
        if self.chosen.until and self._readable(self.chosen.until):
            found["ending"] = self._time(self.chosen.until, ends=True)
        values = {*self.numbers, self.chosen.factor}
        return found | {f"value{number}": self._value(number) for number in sorted(filter(None, values))}

    def _readable(self, numbers: tuple[int, ...]) -> bool:
        """Whether a column can hold times: numbers do where their form is stated."""
        return len(numbers) > 1 or not _is_number(self._kind(numbers[0])) or self.readings.times in NUMERIC_TIMES

    def _kind(self, number: int) -> str:
        return self.kinds[f"c{number}"]

    def points(self) -> str:
        """Return SQL of meter, stamp and until as instants, value and flag."""
        for times in filter(None, (self.chosen.time, self.chosen.until)):
            self._check_times(times)
        for number in (*self.numbers, *filter(None, [self.chosen.factor])):
            self._check_values(number)
        self._check_midnights()
        self._check_factor_left()
        self._check_flags()
        if not self.faultless:
            return self.relation
        sql = " UNION ALL ".join(self._rows())
        self._check_meters(sql)
        return f"SELECT {NAMES} FROM ({self._instants(sql)})" if self.faultless else sql

    # Complaints

    @property
    def faultless(self) -> bool:
        """Whether there are no complaints about what the table holds."""
        return len(self.problems) == self.begun

    def complain(self, complaint: str, place: str = "") -> None:
        self.problems.append(Problem(self.table.name, complaint, place))

    def _some(self, condition: str) -> bool:
        """Whether there is a row for which a condition holds."""
        return bool(
            self.store.number(f"SELECT count(*) FROM (SELECT 1 FROM {self.relation} WHERE {condition} LIMIT 1)")
        )

    def _places(self, rows: str, number: int, limit: int = 5) -> tuple[int, str]:
        """Return how many rows there are, and the places of the first of them, as text."""
        count, found = self.store.first(rows, "line", limit)
        return count, listed([self.table.place(line, number) for (line,) in found], count)

    def _cells(self, number: int, faulty: str) -> tuple[int, str]:
        """Return how many cells are not empty, and fulfil an SQL condition, and the first of them, as text."""
        rows = f"{self.relation} WHERE c{number} IS NOT NULL AND ({faulty})"
        count, found = self.store.first(rows, f"line, c{number}", 3)
        cells = [
            Message("{} ({})").format(
                shown(cell if isinstance(cell, str) else str(cell)), self.table.place(line, number)
            )
            for line, cell in found
        ]
        return count, listed(cells, count, len(cells))

    def _refuse_cells(self, number: int, faulty: str, complaint: Message) -> bool:
        """Complain of cells that are not empty, and of which an SQL condition says that they are wrong."""
        count, cells = self._cells(number, faulty)
        if count:
            self._complain_of(number, complaint.format(cells=cells))
        return bool(count)

    def _complain_of(self, number: int, complaint: str) -> None:
        subject = _("{name}, column {heading}")
        heading = repr(self.table.headings[number - 1])
        self.problems.append(Problem(subject.format(name=self.table.name, heading=heading), complaint))

    def _check_times(self, numbers: tuple[int, ...]) -> None:
        if self._all_are_times(numbers):  # one pass over many rows
            return
        number = numbers[0]
        empty = " OR ".join(f"c{one} IS NULL" for one in numbers)
        count, places = self._places(f"{self.relation} WHERE ({empty}) AND ({self._given()})", number)
        if count:
            complaint = ngettext(
                "{count:,} reading has no time: {places}", "{count:,} readings have no time: {places}", count
            )
            self.complain(complaint.format(count=count, places=places))
        if not self._readable(numbers):
            complaint = _(
                "{cells}: numbers instead of times; write times = 'excel' for the days of a spreadsheet, 'unix' for "
                "seconds since 1970"
            )
            self._refuse_cells(number, "TRUE", complaint)
            return
        if all(_is_text(self._kind(one)) for one in numbers) and self.readings.where is not None:
            moment = self._time(numbers, ends=numbers == self.chosen.until)
            behind = stamps.offset_behind_sql(self._text(numbers))
            complaint = _(
                "{cells}: something follows the time. For an offset from UTC write clock = 'stated'; for a name "
                "such as WIB write the zone as clock, and the name in the form: times = '%Y-%m-%d %H:%M WIB'"
            )
            if self._refuse_cells(number, f"({moment}) IS NULL AND {behind}", complaint):
                return
        faulty = self._no_time(numbers)
        count, cells = self._cells(number, faulty)
        if count:
            complaint = ngettext(
                "{cells} is not a time of the form {form} in the years {first} to {last}{hint}",
                "{cells} are not times of the form {form} in the years {first} to {last}{hint}",
                count,
            )
            form = stamps.written(self.readings.times, self.readings.where is None)
            said = {"form": form, "first": clock.YEARS[0], "last": clock.YEARS[-1], "hint": self._hint(numbers, faulty)}
            self._complain_of(number, complaint.format(cells=cells, **said))

    def _no_time(self, numbers: tuple[int, ...]) -> str:
        """Return an SQL condition for texts or times that are not times of the years that readings are of."""
        moment = self._time(numbers, ends=numbers == self.chosen.until)
        return f"coalesce(({moment}) NOT BETWEEN {clock.FIRST} AND {clock.LAST}, TRUE)"

    def _all_are_times(self, numbers: tuple[int, ...]) -> bool:
        """Whether each row has a time, or neither time nor value."""
        if len(numbers) > 1 or not self._readable(numbers):
            return False
        if (
            isinstance(self.table, files.ParquetTable)
            and self._kind(numbers[0]).startswith("TIMESTAMP")
            and self.table.all_within(self.store, numbers[0], clock.FIRST, clock.LAST)
        ):
            return True  # without a pass over the rows
        empty = f"c{numbers[0]} IS NULL"
        return not self._some(f"CASE WHEN {empty} THEN {self._given()} ELSE {self._no_time(numbers)} END")

    def _given(self) -> str:
        """Return an SQL condition for rows with a value."""
        return " OR ".join(f"c{number} IS NOT NULL" for number in self.numbers)

    def _hint(self, numbers: tuple[int, ...], faulty: str) -> str:
        """Say what times may be that are of no known form."""
        _count, first = self.store.first(f"{self.relation} WHERE {faulty}", f"line, {self._text(numbers)}", 1)
        cell = str(first[0][1] or "") if first else ""
        if re.search(r"(?<!\d)25[4-9]\d(?!\d)", cell) and not re.fullmatch(r"[\d.]+", cell):
            return _("; a year of the Buddhist era is to be written as that of the Gregorian calendar, 543 less")
        if re.fullmatch(r"1\d{9}(\.\d*)?", cell):
            return _("; for seconds since 1970 write times = 'unix'")
        if cell in self.table.headings:
            return _("; the headings come again: leave the line out by skip, or read what follows as a separate file")
        if not self.readings.times and re.match(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b", cell):
            return _("; state the form, such as times = '%d/%m/%Y %H:%M'")
        if len(numbers) == 1 and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", cell):
            return _("; for day and time in two columns write time = ['day', 'time']")
        return ""

    def _check_midnights(self) -> None:
        """Ask whether a midnight that is written after the other times of its day is the end of this day."""
        readings = self.readings
        unasked = readings.midnight or readings.daily or readings.where is None or readings.kind == "total"
        if unasked or not self.faultless or isinstance(self.table, files.ParquetTable):
            return
        moments = f"SELECT line, {self._time(self.chosen.time, ends=False)} AS moment FROM {self.relation}"
        rows = f"SELECT *, lag(moment) OVER () AS before, lead(moment) OVER () AS later FROM ({moments})"
        end = f"moment + {clock.DAY}"  # of the day that a midnight begins, if it does
        last = f"before > moment AND before < {end} AND coalesce(later >= {end}, TRUE)"
        last_of_falling = f"later > moment AND later < {end} AND before >= {end}"
        midnights = f"({rows}) WHERE moment % {clock.DAY} = 0"
        odd = f"{midnights} AND (({last}) OR ({last_of_falling}))"
        count, places = self._places(odd, self.chosen.time[-1], 3)
        if 2 * count > self.store.number(f"SELECT count(*) FROM {midnights}"):
            complaint = _(
                "{places}: midnight comes after the other times of its day; state midnight = 'end' if it is the end of "
                "the day that is written with it, else midnight = 'start'"
            )
            self.complain(complaint.format(places=places))

    def _check_values(self, number: int) -> None:
        column, kind = f"c{number}", self._kind(number)
        if not _is_text(kind):
            if kind in ("DOUBLE", "FLOAT") and not isinstance(self.table, files.ParquetTable):
                count, cells = self._cells(number, f"isinf({column})")
                complaint = ngettext("{cells} is not a number as stated", "{cells} are not numbers as stated", count)
                if count:
                    self._complain_of(number, complaint.format(cells=cells))
            return
        count, cells = self._cells(number, f"NOT {self._missing(number)} AND ({self._value(number)}) IS NULL")
        if count:
            complaint = ngettext(
                "{cells} is not a number as stated; words for no reading are stated by missing = ['--']",
                "{cells} are not numbers as stated; words for no reading are stated by missing = ['--']",
                count,
            )
            self._complain_of(number, complaint.format(cells=cells))
        elif not (self.readings.decimal or self.readings.thousands):
            # a dot of thousands has three digits behind it, and one to three before it, the first of which is not 0
            plain = f"ltrim(trim({column}), '+-')"
            dot = f"strpos({plain}, '.')"
            proof = f"{dot} > 0 AND (length({plain}) - {dot} <> 3 OR {dot} > 4 OR {plain} LIKE '0%' OR {dot} = 1)"
            if not self._some(proof):
                two_ways = _("{cells} can be read in two ways: state decimal = '.' or thousands = '.'")
                self._refuse_cells(number, f"{dot} > 0", two_ways)

    def _check_factor_left(self) -> None:
        """Ask about a column of factors that is not named, unless they say what the unit says already."""
        number = self.chosen.factor_left
        if number is None:
            return
        sql = f"SELECT DISTINCT TRY_CAST(c{number} AS DOUBLE) FROM {self.relation} WHERE c{number} IS NOT NULL"
        found = [factor for (factor,) in self.store.db.execute(sql).fetchall()]
        names = self.readings.meters or tuple(self.meters)
        units = {self.readings.unit or self.meters[name].unit for name in names if name in self.meters}
        if found == [1.0] or (len(found) == 1 and units and all(_is_share(unit, found[0]) for unit in units)):
            return
        complaint = _(
            "has a column {heading!r}: name it as factor = {heading!r} if readings are multiplied by it, else as "
            "unused = [{heading!r}]"
        )
        self.complain(complaint.format(heading=self.table.headings[number - 1]))

    def _check_flags(self) -> None:
        number, flags = self.chosen.quality, self.readings.flags
        if number is None:
            return
        text = self._as_text(number)
        count, cells = self._cells(number, f"{text} NOT IN ({', '.join(map(quoted, flags))})")
        if count:
            unknown = _("{cells}: not among flags, which are {known}")
            self._complain_of(number, unknown.format(cells=cells, known=", ".join(map(repr, flags))))
        count, places = (0, "") if "" in flags else self._places(f"{self.relation} WHERE {text} IS NULL", number)
        if count:
            complaint = ngettext(
                "{count:,} reading has no flag: {places}; flags may say what that means, under ''",
                "{count:,} readings have no flag: {places}; flags may say what that means, under ''",
                count,
            )
            self.complain(complaint.format(count=count, places=places))

    def _check_meters(self, sql: str) -> None:
        if self.chosen.meter is None or isinstance(self.table, files.ParquetTable):
            return  # of Parquet files the sums by meter will tell, without another pass
        firsts = f"SELECT meter, min(line) FROM ({sql}) GROUP BY 1 ORDER BY 2"
        message = _("holds readings of {name}, which is not a meter of the plan{hint}; first in {place}")
        for name, line in self.store.db.execute(firsts).fetchall():
            if name not in self.meters:
                hint, place = suggestion(str(name), self.meters), self.table.place(line, self.chosen.meter)
                complaint = message.tagged(ProblemKind.UNKNOWN_METER, name).format(name=name, hint=hint, place=place)
                self.complain(complaint, "E11")

    # Rows

    def _rows(self) -> list[str]:
        """Return SQL for each meter, or for all of a long table: line, meter, stamp, until, value, flag."""
        stamp = self._time(self.chosen.time, ends=False)
        if self.readings.midnight == "end":
            stamp = f"({stamp} + CASE WHEN ({stamp}) % {clock.DAY} = 0 THEN {clock.DAY} ELSE 0 END)"
        until = self._until(stamp)
        if self.readings.daily and self.readings.kind != "total":
            assert self.readings.step is not None
            if self.readings.stamp == "end" and not self.readings.across:
                stamp, until = f"{stamp} - {self.readings.step}", stamp
        factor = "1" if self.chosen.factor is None else self._value(self.chosen.factor)
        parts = []
        for name, numbers in self.chosen.values.items():
            meter = quoted(name) if self.chosen.meter is None else self._as_text(self.chosen.meter)
            if self.readings.across:
                parts.append(self._across(meter, stamp, numbers, factor))
                continue
            value = self._sum(numbers)
            parts.append(
                f"SELECT line, {meter} AS meter, {stamp} AS stamp, {until} AS until, ({value}) * {factor} AS value, "
                f"{self._flag()} AS flag FROM {self.relation} WHERE ({value}) IS NOT NULL"
            )
        return parts

    def _across(self, meter: str, stamp: str, numbers: tuple[int, ...], factor: str) -> str:
        """Return SQL of the steps of days, each of which is a row."""
        assert self.readings.step is not None
        later = self.readings.step if self.readings.stamp == "end" else 0
        values = ", ".join(f"({self._value(number)}) * {factor}" for number in numbers)
        rows = (
            f"SELECT line, {stamp} AS day, unnest([{values}]) AS value, unnest(range({len(numbers)})) AS place, "
            f"{self._flag()} AS flag FROM {self.relation}"
        )
        moment = f"day + place * {self.readings.step} + {later}"
        return (
            f"SELECT line, {meter} AS meter, {moment} AS stamp, NULL AS until, value, flag FROM ({rows}) "
            "WHERE value IS NOT NULL"
        )

    def _until(self, stamp: str) -> str:
        if self.chosen.until:
            return self._end(self.chosen.until)
        if self.readings.daily and self.readings.kind in ("interval", "power"):
            return f"{stamp} + {self.readings.step}"
        return "NULL"

    def _end(self, numbers: tuple[int, ...]) -> str:
        """Return SQL of the end of totals: after their last day, or where a time of day is given at it."""
        moment = self._time(numbers, ends=True)
        day = clock.DAY if self.readings.last_day != "excluded" else 0
        if not all(_is_text(self._kind(number)) for number in numbers):
            return f"{moment} + CASE WHEN ({moment}) % {clock.DAY} = 0 THEN {day} ELSE 0 END"
        text = self._text(numbers)
        month = f"regexp_full_match(trim({text}), {quoted(stamps.MONTH)})"
        return f"{moment} + CASE WHEN contains({text}, ':') OR {month} THEN 0 ELSE {day} END"

    def _time(self, numbers: tuple[int, ...], ends: bool) -> str:
        """Return SQL for a time in microseconds since 1970: local, or of UTC where offsets are stated."""
        name = "ending" if ends else "moment"
        if name in self.parsed:
            return name
        kind, column = self._kind(numbers[0]), f"c{numbers[0]}"
        if len(numbers) == 1 and _is_number(kind):
            return stamps.number_sql(column, self.readings.times)
        if len(numbers) == 1 and not _is_text(kind):
            return f"epoch_us(CAST({column} AS {kind if 'TIMESTAMP WITH' in kind else 'TIMESTAMP'}))"
        text = self._text(numbers)
        moment = stamps.time_sql(text, self.readings.times, stated=self.readings.where is None)
        if self.readings.kind == "total" and not self.readings.times:
            return f"coalesce({moment}, {stamps.month_sql(text, ends)})"
        return moment

    def _text(self, numbers: tuple[int, ...]) -> str:
        """Return SQL of a time as text: a day and a time of day with a blank between them."""
        return " || ' ' || ".join(self._as_text(number) for number in numbers)

    def _as_text(self, number: int) -> str:
        column, kind = f"c{number}", self._kind(number)
        if _is_text(kind):
            return f"trim({column})"
        if kind.startswith(("TIMESTAMP", "DATE")):
            return f"strftime({column}, '%Y-%m-%d')"
        if _is_number(kind):
            whole = f"CASE WHEN {column} = floor({column}) THEN CAST({column} AS BIGINT) END"
            return f"coalesce(CAST({whole} AS VARCHAR), CAST({column} AS VARCHAR))"
        return f"CAST({column} AS VARCHAR)"

    def _missing(self, number: int) -> str:
        if not self.readings.missing or not _is_text(self._kind(number)):
            return "FALSE"
        return f"trim(c{number}) IN ({', '.join(map(quoted, self.readings.missing))})"

    def _sum(self, numbers: tuple[int, ...]) -> str:
        """Return SQL of the sum of columns: of a register all must be there, of amounts those that are."""
        if len(numbers) == 1:
            return self._value(numbers[0])
        values = [f"({self._value(number)})" for number in numbers]
        if self.readings.kind == "register":
            return " + ".join(values)
        whole = " + ".join(f"coalesce({value}, 0)" for value in values)
        return f"CASE WHEN {' OR '.join(f'{value} IS NOT NULL' for value in values)} THEN {whole} END"

    def _value(self, number: int) -> str:
        column = f"c{number}"
        if f"value{number}" in self.parsed:
            return f"value{number}"
        if not _is_text(self._kind(number)):
            return f"CAST({column} AS DOUBLE)"
        plain = f"trim({column})"
        if self.readings.times == stamps.JAPANESE:
            plain = f"translate({plain}, {quoted(stamps.WIDE[0])}, {quoted(stamps.WIDE[1])})"
        decimal, thousands = self.readings.decimal or ".", self.readings.thousands
        if thousands:
            sep, point = re.escape(thousands), re.escape(decimal)
            form = rf"[-+]?\d{{1,3}}({sep}\d{{3}})*({point}\d*)?|[-+]?\d+({point}\d*)?"
            cleared = f"replace({plain}, {quoted(thousands)}, '')"
            plain = f"CASE WHEN regexp_full_match({plain}, {quoted(form)}) THEN {cleared} END"
        if decimal != ".":
            plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, {quoted(decimal)}, '.') END"
        return f"CASE WHEN regexp_full_match({plain}, {quoted(NUMBER)}) THEN TRY_CAST({plain} AS DOUBLE) END"

    def _flag(self) -> str:
        if self.chosen.quality is None:
            return "0"
        text = f"coalesce({self._as_text(self.chosen.quality)}, '')"
        cases = " ".join(f"WHEN {quoted(name)} THEN {FLAGS[means]}" for name, means in self.readings.flags.items())
        return f"CASE {text} {cases} END"

    # Instants

    def _instants(self, sql: str) -> str:
        """Turn what the clock showed into instants."""
        readings, kind = self.readings, self._kind(self.chosen.time[0])
        text = len(self.chosen.time) > 1 or _is_text(kind)
        days = readings.daily or readings.kind == "total"
        if readings.kind == "register" and (readings.stamp or text or kind == "DATE"):
            sql, days = self._days(sql, text)
        if readings.kind == "total":
            self._check_totals(sql)
        if kind == TIMED or readings.where is None:
            if readings.where is None and kind != TIMED and not text and readings.times not in stamps.UNIX:
                self.complain(_("got clock = 'stated', but its times state no offset from UTC"))
            return self._whole_days(sql) if readings.daily else sql
        if not clock.changes(readings.where, clock.FIRST, clock.LAST):  # without a pass over the rows
            shift = clock.offset(clock.FIRST, readings.where)
            return f"SELECT meter, stamp - {shift} AS stamp, until - {shift} AS until, value, flag FROM ({sql})"
        edges = self.store.db.execute(f"SELECT min(stamp), max(coalesce(until, stamp)) FROM ({sql})").fetchall()[0]
        first, last = (moment if moment is not None else clock.FIRST for moment in edges)
        span = (readings.where, first - clock.DAY, last + clock.DAY)
        found = clock.changes(*span)
        if not days and self._never(sql, found):
            return sql
        offset, until = (clock.offset_sql(column, *span, of_local=True) for column in ("stamp", "until"))
        plain = f"SELECT meter, stamp - {offset} AS stamp, until - {until} AS until, value, flag FROM ({sql})"
        twice = [change for change in found if change.twice[0] < change.twice[1]]
        if not twice or days:
            return plain
        # of two readings with one local time, the order decides nothing but for registers, which do not run back
        again = clock.within_sql("stamp", [change.twice for change in twice])
        hour = " ".join(f"WHEN stamp < {change.twice[1]} THEN {change.before - change.after}" for change in twice)
        order = "row_number() OVER (PARTITION BY meter, stamp ORDER BY value)"
        second = f"stamp - {offset} + CASE WHEN {order} > 1 THEN CASE {hour} END ELSE 0 END"
        return (
            f"SELECT meter, stamp - {offset} AS stamp, until - {until} AS until, value, flag FROM ({sql}) "
            f"WHERE NOT ({again}) "
            f"UNION ALL SELECT meter, {second}, until - {until}, value, flag FROM ({sql}) WHERE {again}"
        )

    def _never(self, sql: str, found: Sequence[clock.Change]) -> bool:
        """Complain of times that never occurred."""
        never = clock.within_sql("stamp", [change.never for change in found])
        count, rows = self.store.first(f"({sql}) WHERE {never}", "line, make_timestamp(stamp)", 3)
        if count:
            number = self.chosen.time[0]
            times = [Message("{} ({})").format(str(moment), self.table.place(line, number)) for line, moment in rows]
            before = next(change.before for change in found if change.never[0] < change.never[1])
            sign, minutes = "-" if before < 0 else "+", abs(before) // clock.MINUTE
            complaint = _(
                "{names}: these times never occurred in {where}, whose clocks went forward; if the clock of the "
                "logger did not, state its own: clock = {own}"
            )
            own = repr(f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}")
            names = listed(times, count, len(times))
            self.complain(complaint.format(names=names, where=self.readings.where, own=own))
        return bool(count)

    def _whole_days(self, sql: str) -> str:
        """Return steps of days that are as long as the zone has them, where times are instants."""
        zone, span = self.readings.zone, (clock.FIRST, clock.LAST)
        if not clock.changes(zone, *span):
            return sql
        local = f"stamp + {clock.offset_sql('stamp', zone, *span, of_local=False)}"
        rows = f"SELECT *, {local} AS shown, ({local}) // {clock.DAY} * {clock.DAY} AS day FROM ({sql})"
        # a day may begin at 01:00, where its midnight never was
        begins = f"stamp = day - {clock.offset_sql('day', zone, *span, of_local=True)}"
        ends = f"CASE WHEN {begins} THEN day ELSE shown END + {self.readings.step}"
        rows = f"SELECT meter, stamp, {ends} AS ends, value, flag FROM ({rows})"
        until = f"ends - {clock.offset_sql('ends', zone, *span, of_local=True)}"
        return f"SELECT meter, stamp, {until} AS until, value, flag FROM ({rows})"

    def _check_totals(self, sql: str) -> None:
        count, places = self._places(f"({sql}) WHERE until <= stamp", self.chosen.until[0])
        if count:
            self.complain(_("has totals whose last day is before their first: {places}").format(places=places))
        if self.readings.last_day:
            return
        order = "OVER (PARTITION BY meter ORDER BY stamp, until)"
        rows = f"SELECT *, lag(until) {order} - {clock.DAY} AS last_day FROM ({sql})"
        count, places = self._places(f"({rows}) WHERE last_day = stamp", self.chosen.time[0], 3)
        if count:
            complaint = _(
                "{places}: a total begins on the last day of the one before; state last_day = 'excluded' if that day "
                "is not part of it, or 'included'"
            )
            self.complain(complaint.format(places=places))

    def _days(self, sql: str, text: bool) -> tuple[str, bool]:
        """Turn the days on which a register was read into times: their beginning or their end."""
        readings = self.readings
        timed = bool(self.store.number(f"SELECT count(*) FROM ({sql}) WHERE stamp % {clock.DAY} <> 0"))
        written = self._text(self.chosen.time) if text else "''"
        has_times = timed or bool(
            self.store.number(f"SELECT count(*) FROM {self.relation} WHERE contains({written}, ':')")
        )
        if readings.stamp and timed:
            complaint = _("got stamp = {stamp!r} for a register whose readings have times of day: leave it out")
            self.complain(complaint.format(stamp=readings.stamp))
        elif not readings.stamp and not has_times:
            complaint = _("the register was read on days without a time: state stamp = 'start' or 'end' (of the day)")
            self.complain(complaint)
        if readings.stamp == "end":
            sql = f"SELECT line, meter, stamp + {clock.DAY} AS stamp, until, value, flag FROM ({sql})"
        return sql, not timed


def _is_share(unit: str, factor: float | None) -> bool:
    """Whether a unit is so many kilowatt hours or cubic metres."""
    for whole in ("kWh", "m3"):
        try:
            share = float(conversion(unit, whole)(1))
        except UnitError:
            continue
        return factor is not None and math.isclose(share, factor, rel_tol=1e-9)
    return False


def _is_text(kind: str) -> bool:
    return kind == "VARCHAR"


def _is_number(kind: str) -> bool:
    return kind in ("DOUBLE", "FLOAT") or "INT" in kind or kind.startswith("DECIMAL")


# Steps


def _steps_sql(points: str, readings: Readings) -> str:
    """Return SQL of the steps: what each reading covers, from and to, and its amount."""
    if readings.kind == "register":
        return sorted_steps(points)
    start, stop, hours = "stamp", "until", f"(until - stamp) / {float(clock.HOUR)!r}"
    if readings.kind == "samples":  # which hold until the next one, but no longer than is stated, as the last one does
        longest = f"stamp + {readings.longest}"
        order = "OVER (PARTITION BY meter ORDER BY stamp)"
        points = (
            f"SELECT * REPLACE (least(coalesce(lead(stamp) {order}, {longest}), {longest}) AS until) FROM ({points})"
        )
    elif readings.kind != "total" and not readings.daily:
        assert readings.step is not None
        step = _step_sql(readings)
        start, stop = _ends(readings, step)
        hours = f"{step} / {float(clock.HOUR)!r}" if readings.changes else repr(readings.step / clock.HOUR)
    raw = f"value * {hours}" if readings.kind in ("power", "samples") else "value"
    return f"SELECT meter, {start} AS start, {stop} AS stop, {raw} AS raw, value, flag FROM ({points})"


def sorted_steps(readings: str, more: str = "") -> str:
    """Return SQL of the steps between the readings of each meter, in order of time, with more columns of them.

    The columns are SQL, in which ``{before}`` is the window of the readings before.
    """
    # the larger of two readings of one time comes last
    before = "OVER (PARTITION BY meter ORDER BY stamp, value)"
    return (
        f"SELECT * FROM (SELECT meter, lag(stamp) {before} AS start, stamp AS stop, "
        f"value - lag(value) {before} AS raw, value, flag{more.format(before=before)} FROM ({readings})) "
        "WHERE start IS NOT NULL"
    )


def _ends(readings: Readings, step: str) -> tuple[str, str]:
    """Return SQL of the times from and to which a reading of some length is."""
    return (f"stamp - {step}", "stamp") if readings.stamp == "end" else ("stamp", f"stamp + {step}")


def _step_sql(readings: Readings) -> str:
    """Return SQL of the length of a step, which may be another one from a time on."""
    if not readings.changes:
        return str(readings.step)
    sign = "<=" if readings.stamp == "end" else "<"
    steps = [readings.step, *(step for _since, step in readings.changes)]
    pairs = zip(steps, readings.changes, strict=False)
    cases = " ".join(f"WHEN stamp {sign} {since} THEN {step}" for step, (since, _later) in pairs)
    return f"(CASE {cases} ELSE {steps[-1]} END)"


def _refuse_two_samples(store: Store, points: str, readings: Readings) -> None:
    twice = f"(SELECT meter, stamp FROM ({points}) GROUP BY 1, 2 HAVING count(*) > 1)"
    count, found = store.first(twice, "meter, make_timestamp(stamp)", 3)
    if count:
        cells = [f"{meter} {moment} UTC" for meter, moment in found]
        complaint = _("has several samples of one time: {cells}").format(cells=listed(cells, count, len(cells)))
        refuse([Problem(readings.name, complaint)])


def _on_the_grid(store: Store, points: str, readings: Readings, tolerance: int) -> str:
    """Return readings whose stamps miss the beginning of a step by no more than a tolerance, put upon it."""
    step = readings.step
    if not readings.regular or step is None or 2 * tolerance >= step or not tolerance:
        return points
    shift = clock.offset(clock.FIRST, readings.zone) % step
    late = f"((stamp + {shift}) % {step})"
    # a clock that misses its steps does so all the time: the first million readings tell
    first = f"SELECT stamp FROM ({points}) LIMIT 1000000"
    some = f"SELECT 1 FROM ({first}) WHERE {late} BETWEEN 1 AND {tolerance} OR {late} >= {step - tolerance} LIMIT 1"
    if not store.number(f"SELECT count(*) FROM ({some})"):
        return points
    put = (
        f"stamp - CASE WHEN {late} <= {tolerance} THEN {late} WHEN {late} >= {step - tolerance} THEN {late} - {step} "
        "ELSE 0 END"
    )
    return f"SELECT meter, {put} AS stamp, until, value, flag FROM ({points})"


def _factors_sql(meters: Mapping[str, Meter]) -> str:
    """Return SQL of by what the step of a meter is multiplied, or nothing where that is 1."""
    cases = []
    for name, meter in meters.items():
        if not meter.multipliers:
            continue
        later = [
            f"WHEN start >= {one.since} THEN {one.factor!r}"
            for one in reversed(meter.multipliers)
            if one.since is not None
        ]
        first = next((one.factor for one in meter.multipliers if one.since is None), 1.0)
        factor = f"CASE {' '.join(later)} ELSE {first!r} END" if later else repr(first)
        cases.append(f"WHEN {quoted(name)} THEN {factor}")
    return f"CASE meter {' '.join(cases)} ELSE 1.0 END" if cases else ""
