"""From the sections ``[meters]`` and ``[readings]`` of a case file, or two such mappings, to a monitoring plan."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from time import time
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, listed, no_such_file, shown, suggestion
from jcm_calc.inputs.schema import (
    Field,
    accepts,
    by_name,
    filled_text,
    flag,
    got,
    in_range,
    number,
    numbered,
    one_of,
    read_table,
    read_tables,
    section,
    tables,
    text,
    texts,
    under,
    whole,
)
from jcm_calc.readings import clock, stamps
from jcm_calc.readings.files import SHEETS, TEXTS
from jcm_calc.readings.findings import KINDS
from jcm_calc.readings.plan import (
    Calibration,
    CrossCheck,
    Device,
    Heading,
    Meter,
    MonitoringPlan,
    Multiplier,
    Readings,
    Replacement,
    Stop,
    Treatment,
)
from jcm_calc.readings.rule_sets import TREATMENTS, RuleSet, rule_set
from jcm_calc.units import magnitude, parse_unit, split

SERVICE = re.compile(r"[\w.-]+", re.ASCII)
DURATION = re.compile(r"(\d+)\s*(s|min|h|d)", re.ASCII)
MONTHS = re.compile(r"(\d+)\s*(months?|years?|yr)", re.ASCII)
# Of formats of files, what they state of themselves.
FORMATS: dict[str, dict[str, Any]] = {
    "NEM12": {"time": ("time",)},
    "InfluxDB": {"time": ("_time",), "value": "_value", "clock": None, "decimal": "."},
    "line protocol": {"time": ("time",), "times": "unix ns", "decimal": "."},
}
# Names that programs give to files until these are complete.
UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", "~")
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
LONGEST_STEP, MOST_MONTHS = 366 * clock.DAY, 1200
MOST, MOST_LINES, MOST_COLUMNS = 1e15, 1_000_000, 100_000
ABOVE_0 = math.ulp(0.0)
YEARS = range(1900, 2200)  # meters are older than their readings, and both far from the ends of the calendar
DAYLIGHT = "rated power × daylight"
RATED = ("rated power × hours", DAYLIGHT)

Table = Mapping[str, Any]


# Checks of values


def is_day(given: Any) -> bool:
    """Whether something is a day or a time of the years in which meters are used."""
    return isinstance(given, date) and given.year in YEARS


moment = accepts(is_day, _("a time such as 2024-05-17T12:00:00, or a date, of the years 1900 to 2199"))
any_day = accepts(is_day, _("a date such as 2024-05-17, of the years 1900 to 2199"))


def day(given: Any) -> date:
    """Return a day, without the time of day."""
    found: date = any_day(given)
    return found.date() if isinstance(found, datetime) else found


def duration(given: Any) -> int:
    """Return the microseconds of a text such as ``"30 min"``."""
    match = DURATION.fullmatch(given) if isinstance(given, str) else None
    found = int(match[1]) * SECONDS[match[2]] * clock.SECOND if match else 0
    if not 0 < found <= LONGEST_STEP:
        raise ValueError(got(given, _("a time such as '30 min', '1 h' or '1 d', a year at most")))
    return found


def months(given: Any) -> int:
    """Return the months of a text such as ``"2 years"``."""
    match = MONTHS.fullmatch(given) if isinstance(given, str) else None
    found = int(match[1]) * (1 if match[2].startswith("m") else 12) if match else None
    if not found or found > MOST_MONTHS:
        raise ValueError(got(given, _("a text such as '12 months', a hundred years at most")))
    return found


def fraction(given: Any) -> float:
    """Return per cent as a fraction."""
    if not isinstance(given, str) or "%" not in given:
        raise ValueError(got(given, _("per cent in quotes, such as '0.5 %'")))
    return float(magnitude(given, ""))


def quantity(least: float, is_power: bool, wanted: str) -> Callable[[Any], str]:
    """Return a check of a number with a unit, which keeps the text; an empty one states no power."""

    def check(given: Any) -> str:
        if is_power and given == "":
            return ""
        try:
            found, unit = split(text(given))
            parse_unit(unit or "")
        except ValueError:
            found, unit = math.nan, None
        if not least <= found <= MOST or "%" in given or (is_power and unit is None):
            raise ValueError(got(given, wanted))
        return str(given)

    return check


def one_sign(refused: str, wanted: str, blank: bool = True) -> Callable[[Any], str]:
    """Return a check of one sign that is neither letter nor digit, nor one of some others, nor maybe a blank."""

    def check(given: Any) -> str:
        if len(text(given)) != 1:
            raise ValueError(got(given, _("one sign")))
        if given.isalnum() or given in refused or (given.isspace() and not blank):
            raise ValueError(got(given, wanted))
        return str(given)

    return check


share = in_range(fraction, 0, 1, _("0 % to 100 %"))
deviation = in_range(fraction, -1, 1, _("-100 % to 100 %"))
positive = in_range(number, ABOVE_0, MOST, _("a number above 0, at most {most:g}").format(most=MOST))
shown_by_register = in_range(number, 0, MOST, _("a number from 0 to {most:g}").format(most=MOST))
latitude = in_range(number, -90, 90, _("degrees from -90 to 90"))
line = in_range(whole, 0, MOST_LINES, _("a whole number up to {most:,}").format(most=MOST_LINES))
amount = quantity(0, False, _("an amount of 0 or more with its unit in quotes, such as '12 MWh'"))
power = quantity(ABOVE_0, True, _("a power above 0 with its unit, such as '25 kW'"))
delimiter = one_sign('"\r\n', _("one sign that is not a letter, digit or quote"))
thousands = one_sign("+-−\r\n\t", _("one sign that is not a letter, digit, plus or minus"))
decimal = one_sign("+-−", _("one sign that is not a letter, digit, blank, plus or minus"), blank=False)


heading = accepts(
    lambda given: isinstance(given, str) or (type(given) is int and 1 <= given <= MOST_COLUMNS),
    _("a heading in quotes, or the number of a column"),
)
frame = accepts(
    lambda given: given is None or hasattr(given, "iloc") or hasattr(given, "__arrow_c_stream__"), _("a DataFrame")
)


def headings(given: Any) -> tuple[Heading, ...]:
    """Return headings, of which one may be given without a list."""
    try:
        several = tuple(map(heading, given if isinstance(given, list | tuple) else (given,)))
    except ValueError:
        several = ()
    if not several:
        raise ValueError(got(given, _("a heading or the number of a column, or a list of these")))
    return several


def times(given: Any) -> tuple[Heading, ...]:
    """Return the columns of times."""
    if len(found := headings(given)) > 2:
        raise ValueError(_("is one column, or a day and a time of day"))
    return found


def label(given: Any) -> Any:
    """Return a label of an index."""
    try:
        return given if isinstance(given, str) else number(given)
    except ValueError:
        raise ValueError(got(given, _("a text or a number"))) from None


def first_and_last(given: Any) -> tuple[Heading, Heading]:
    """Return the first and the last heading of a row of steps."""
    if len(found := headings(given)) != 2:
        raise ValueError(got(given, _("a list of the first and the last heading")))
    return found[0], found[1]


def some_texts(given: Any) -> tuple[str, ...]:
    """Return texts, of which there is at least one that is not empty."""
    if not given:
        raise ValueError(got(given, _("a text or a list of texts")))
    return texts(given)


def multipliers(given: Any) -> Any:
    """Return a number, or a list of tables."""
    try:
        several = isinstance(given, list | tuple) and given
        found: Any = tables(given) if several else number(given)
    except ValueError:
        example = "[{ value = 40 }, { from = 2024-06-01, value = 80 }]"
        raise ValueError(
            got(given, _("a number such as 40, or a list such as {example}").format(example=example))
        ) from None
    return found if several else positive(found)


def lines(given: Any) -> int | str | tuple[int, ...]:
    """Return which lines are left out: how many, their numbers, or the text that they begin with."""
    try:
        if isinstance(given, list | tuple):
            return tuple(map(line, given)) if 0 not in given else whole(None)
        return given if isinstance(given, str) else line(given)
    except ValueError:
        wanted = _("a number of lines, a list of line numbers, or a text that lines begin with")
        raise ValueError(got(given, wanted)) from None


def database(given: Any) -> str:
    """Return the name of a SQLite file; an address, in which a password may be, is not repeated."""
    if "://" in text(given):
        wanted = _(
            "got an address; must be the name of a SQLite file. For PostgreSQL write service = 'plant', and state the "
            "address of this service in the connection service file of libpq"
        )
        raise ValueError(wanted)
    return filled_text(given)


def service(given: Any) -> str:
    """Return the name of a connection service; anything else, in which a password may be, is not repeated."""
    if not isinstance(given, str) or not SERVICE.fullmatch(given):
        wanted = _(
            "got something else; must be the name of a connection service of libpq, such as 'plant'. Addresses, "
            "users and passwords belong in the connection service file and the password file of libpq"
        )
        raise ValueError(wanted)
    return given


def zone(given: Any) -> tzinfo:
    """Return a time zone."""
    return clock.zone(text(given))


def zone_of_clock(given: Any) -> tzinfo | None:
    """Return what a clock shows; None where each time states its offset."""
    return None if given == "stated" else zone(given)


# What each table holds. The keys of a source are those of `Readings`.

DEVICE = {
    **dict.fromkeys(("serial", "accuracy_class"), Field(text)),
    "maximum_permissible_error": Field(share),
    "calibrations": Field(tables),
}
METER = {
    "parameter": Field(text, required=_("the symbol of what it measures")),
    "unit": Field(text),
    "rated": Field(power),
    **DEVICE,
    "labels": Field(by_name(label)),
    "calibration_interval": Field(months),
    "replaced": Field(tables),
    "multiplier": Field(multipliers),
    "rollover": Field(positive),
    "latitude": Field(latitude),
    "check_only": Field(flag),
    **dict.fromkeys(("installed", "removed"), Field(moment)),
}
MULTIPLIER = {"value": Field(positive, required=True), "from": Field(moment)}
CALIBRATION = {"on": Field(day, required=_("its day, such as on = 2024-05-17")), "found": Field(deviation)}
REPLACED = {
    "at": Field(moment, required=_("when it was replaced, such as at = 2024-05-17T12:00:00")),
    **dict.fromkeys(("final", "initial"), Field(shown_by_register)),
    "multiplier": Field(positive),
    **DEVICE,
}
READINGS = {
    "timezone": Field(zone, required=_("the time zone whose days count, such as 'Asia/Jakarta'")),
    "rules": Field(text),
    "limits": Field(section),
    **dict.fromkeys(("sources", "treatments", "stops", "checks"), Field(tables)),
}
SOURCE = {
    "files": Field(texts),
    "settled": Field(duration),
    "frame": Field(frame),
    "query": Field(filled_text),
    "database": Field(database),
    "service": Field(service),
    "kind": Field(one_of("interval", "power", "samples", "register", "total"), required=True),
    **dict.fromkeys(("step", "longest"), Field(duration)),
    "step_changes": Field(tables),
    **dict.fromkeys(("stamp", "midnight"), Field(one_of("start", "end"))),
    "last_day": Field(one_of("included", "excluded")),
    "clock": Field(zone_of_clock),
    **dict.fromkeys(("time", "until"), Field(times)),
    "unused": Field(headings),
    **dict.fromkeys(("meter", "value", "factor", "quality"), Field(heading)),
    "columns": Field(by_name(headings)),
    "across": Field(by_name(first_and_last)),
    "flags": Field(by_name(one_of("measured", "estimated", "substituted"))),
    "only": Field(by_name(some_texts)),
    **dict.fromkeys(("unit", "encoding", "times"), Field(text)),
    "decimal": Field(decimal),
    "thousands": Field(thousands),
    "delimiter": Field(delimiter),
    "format": Field(one_of(*FORMATS)),
    **dict.fromkeys(("missing", "sheet"), Field(texts)),
    **dict.fromkeys(("header_row", "units_row", "footer"), Field(line)),
    "skip": Field(lines),
}
STEP_CHANGE = {"from": Field(moment, required=True), "step": Field(duration, required=True)}
TREATMENT = {
    **dict.fromkeys(("meter", "reason"), Field(text)),
    "value": Field(amount),
    "finding": Field(one_of(*KINDS), required=True),
    "treatment": Field(text, required=True),
    **dict.fromkeys(("from", "to"), Field(moment)),
    "factor": Field(positive),
}
STOP = {
    "meter": Field(text),
    **dict.fromkeys(("from", "to"), Field(moment, required=True)),
    "reason": Field(filled_text, required=True),
}
CHECK = {
    "name": Field(text),
    "value": Field(amount),
    "kind": Field(one_of("equal", "at most", *RATED)),
    "tolerance": Field(share, required=_("a text such as '1 %'")),
    **dict.fromkeys(("left", "right"), Field(texts)),
    "latitude": Field(latitude),
}


def read_plan(meters: Table, readings: Table, folder: Path = Path()) -> MonitoringPlan:
    """Read a monitoring plan as a case file has it; names of files begin in a folder.

    Raises
    ------
    InputError
        With everything that is wrong with it.

    Examples
    --------
    >>> plan = read_plan(
    ...     {"S1": {"parameter": "EC_PJ", "maximum_permissible_error": "0.5 %"}},
    ...     {
    ...         "timezone": "Asia/Jakarta",
    ...         "sources": [{"frame": None, "kind": "register", "time": "day", "columns": {"S1": "kWh"}}],
    ...     },
    ... )
    >>> plan.meters["S1"].devices[0].permissible
    0.005
    """
    reader = _PlanReader(folder)
    plan = reader.plan(meters, readings)
    if reader.problems or plan is None:
        raise InputError(_("the monitoring plan"), reader.problems)
    return plan


class _PlanReader:
    """Reads a plan and keeps every complaint."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.where: tzinfo = clock.zone("UTC")
        self.meters: dict[str, Meter] = {}

    def complain(self, place: str, complaint: str) -> None:
        self.problems.append(Problem(place, complaint))

    def refuse(self, place: str, faults: Iterable[tuple[str, str]]) -> None:
        """Complain of what is wrong with a table: each time the key that it is about, or none, and the complaint."""
        for key, complaint in faults:
            self.complain(under(place, key) if key else place, complaint)

    def plan(self, meters: Table, readings: Table) -> MonitoringPlan | None:
        readings = read_table("[readings]", readings, READINGS, self.problems)
        self.where = readings.get("timezone", self.where)
        rules = self.rules(readings)
        self.meters = {name: self.meter(f"[meters.{name}]", name, one) for name, one in meters.items()}
        if not self.meters:
            self.complain("[meters]", _("missing: a section such as [meters.S1] for each meter"))
        sources = tuple(self.source(place, one) for _at, place, one in self.each(readings, "sources"))
        if not sources:
            self.complain("[[readings.sources]]", _("missing: where the readings are"))
        self.check_twice(sources)
        self.check_registers(sources)
        choices = tuple(self.treatment(*one, rules) for one in self.each(readings, "treatments"))
        stops = tuple(self.stop(place, one) for _at, place, one in self.each(readings, "stops"))
        checks = tuple(self.check(*one) for one in self.each(readings, "checks"))
        if self.problems or rules is None:
            return None
        return MonitoringPlan(self.meters, sources, self.where, rules, choices, stops, checks)

    def each(self, readings: Table, key: str) -> Iterator[tuple[int, str, Table]]:
        """Yield the tables of a list, with the number and the place of each."""
        for at, one in enumerate(readings.get(key, ()), 1):
            yield at, numbered(f"[[readings.{key}]]", at), one

    def rules(self, readings: Table) -> RuleSet | None:
        try:
            found = rule_set(readings.get("rules", "JCM"), self.folder)
        except InputError as error:
            self.problems += error.problems
            return None
        return found.with_limits(readings.get("limits", {}), self.problems)

    # Meters

    def meter(self, place: str, name: str, given: Any) -> Meter:
        table = read_table(place, given, METER, self.problems)
        replaced = read_tables(under(place, "replaced"), table.get("replaced", ()), REPLACED, self.problems)
        changes = [self.instant(one.get("at")) or 0 for one in replaced]
        self.check_order(under(place, "replaced"), changes)
        self.refuse(place, self.faults_of_use(table, replaced))
        uses = zip([None, *changes], [*changes, None], [table, *replaced], strict=True)
        at_changes = list(zip(changes, replaced, strict=True))
        plain = ("parameter", "labels", "unit", "rated", "rollover", "check_only", "latitude")
        return Meter(
            name=name,
            **{key: table[key] for key in plain if key in table},
            interval=table.get("calibration_interval"),
            devices=tuple(self.device(place, one, since, until) for since, until, one in uses),
            replacements=tuple(Replacement(at, one.get("final"), one.get("initial")) for at, one in at_changes),
            installed=self.instant(table.get("installed")),
            removed=self.instant(table.get("removed")),
            multipliers=self.multipliers(under(place, "multiplier"), table, at_changes),
        )

    def faults_of_use(self, table: Table, replaced: Sequence[Table]) -> Iterator[tuple[str, str]]:
        """Yield times and registers of a meter that do not go together."""
        start, end = self.instant(table.get("installed")), self.instant(table.get("removed"))
        if start is not None and end is not None and end <= start:
            complaint = _("got {given}; must be later than installed, {other}")
            yield "removed", complaint.format(given=shown(table["removed"]), other=shown(table["installed"]))
        highest = table.get("rollover", MOST)
        for at, one in enumerate(replaced, 1):
            when = self.instant(one.get("at"))
            if when and not (start or when - 1) < when < (end or when + 1):
                complaint = _("got {given}; must lie between installed and removed").format(given=shown(one["at"]))
                yield under(numbered("replaced", at), "at"), complaint
            for key in ("final", "initial"):
                if one.get(key, 0) > highest:
                    complaint = _("got {given}; must not be above rollover, {highest:g}")
                    place = under(numbered("replaced", at), key)
                    yield place, complaint.format(given=shown(one[key]), highest=highest)

    def multipliers(self, place: str, table: Table, replaced: Sequence[tuple[int, Table]]) -> tuple[Multiplier, ...]:
        """Return by what readings are multiplied, and from when on."""
        given = table.get("multiplier", ())
        found = [Multiplier(None, float(given))] if isinstance(given, int | float) else []
        entries = () if found else given
        changes = read_tables(place, entries, MULTIPLIER, self.problems)
        if any(("from" in one) != (at > 0) for at, one in enumerate(entries)):
            complaint = _("each but the first has a time from which on it holds: {{ from = 2024-06-01, value = 80 }}")
            self.complain(place, complaint.format())
        found += [Multiplier(self.instant(one.get("from")), float(one.get("value", 1))) for one in changes]
        later = [Multiplier(at, float(one["multiplier"])) for at, one in replaced if "multiplier" in one]
        if later and len(found) > 1:
            self.complain(place, _("give its changes either here or with the meter that is replaced"))
        found += later
        self.check_order(place, [one.since for one in found])
        return tuple(found)

    def device(self, place: str, table: Table, since: int | None, until: int | None) -> Device:
        found = read_tables(under(place, "calibrations"), table.get("calibrations", ()), CALIBRATION, self.problems)
        calibrations = [
            Calibration(one["on"], abs(one["found"]) if "found" in one else None) for one in found if "on" in one
        ]
        serial, accuracy_class = table.get("serial", ""), table.get("accuracy_class", "")
        in_order = tuple(sorted(calibrations, key=lambda one: one.on))
        return Device(serial, accuracy_class, table.get("maximum_permissible_error"), in_order, since, until)

    # Sources

    def source(self, place: str, given: Table) -> Readings:
        table = read_table(place, given, SOURCE, self.problems)
        found = self.files(place, table.pop("files", ()))
        waiting = self.waiting(place, found, table.pop("settled", None))
        if "database" in table:
            named = self.files(place, (table.pop("database"),))
            table["database"] = named[0] if named else None
        ways = bool(found) + ("frame" in given) + ("query" in given)
        if ways != 1 and not any(one.subject == place for one in self.problems):
            self.complain(place, _("give files, or a query with its database or service, or in Python a frame"))
        self.refuse(place, self.faults_of_source(given, table.get("kind", ""), found))
        table = {"kind": "", "stamp": "", **FORMATS.get(table.get("format", ""), {}), **table}
        if ".tsv" in str(given.get("files", "")).casefold():
            table = {"delimiter": "\t", **table}
        table["changes"] = self.step_changes(place, table.get("step"), table.pop("step_changes", ()))
        where = self.clock(place, given, table)
        files = tuple(path for path in found if path not in waiting)
        return Readings(**{"step": None, **table}, files=files, waiting=waiting, where=where, zone=self.where)

    def waiting(self, place: str, found: Sequence[Path], quiet: int | None) -> tuple[Path, ...]:
        """Return the files that may still be written."""
        latest = time() - (quiet or 0) / clock.SECOND
        waiting = tuple(
            path
            for path in found
            if path.name.startswith((".", "~$"))
            or path.name.casefold().endswith(UNFINISHED)
            or (quiet and path.stat().st_mtime > latest)
        )
        if waiting and len(waiting) == len(found):
            complaint = _("may still be written: {names}. Run the command again when a file is complete.")
            self.complain(place, complaint.format(names=listed(path.name for path in waiting)))
        return waiting

    def check_twice(self, sources: Sequence[Readings]) -> None:
        """Complain of a column of a file that two sources read in the same rows."""
        seen: dict[Any, int] = {}
        for at, one in enumerate(sources, 1):
            rows = str((sorted(one.only.items(), key=str), one.sheet, one.skip, one.header_row, one.footer))
            of_meters = [heading for several in (one.columns or one.across).values() for heading in several]
            files: list[Any] = [path.resolve() for path in one.files]
            if not files:
                files = [(one.database, one.service, one.query) if one.query else id(one.frame)]
            for file, heading in itertools.product(files, dict.fromkeys(of_meters or [one.value])):
                if (other := seen.setdefault((file, heading, rows), at)) != at:
                    complaint = _("reads the column {heading!r} of {name}, as no. {other} does: must be read once")
                    place = numbered("[[readings.sources]]", at)
                    self.complain(place, complaint.format(heading=heading, name=one.name, other=other))
                    break

    def faults_of_source(self, given: Table, kind: str, files: Sequence[Path]) -> Iterator[tuple[str, str]]:
        """Yield keys that do not go together; one whose value was refused is there all the same."""

        def has(*keys: str) -> int:
            return sum(key in given for key in keys)

        stepped, total = kind in ("interval", "power"), kind == "total"
        if has("database", "service") != has("query"):
            yield "query", _("give a query with either database, a SQLite file, or service, for PostgreSQL")
        if has("settled") and not has("files"):
            yield "settled", _("belongs to files, and only there")
        if not has("time", "format"):
            yield "time", _("missing: the heading of the column of times")
        if has("meter", "columns", "across") != 1:
            yield "", _("give either the headings of meter and value, or columns = {{ meter = 'heading', … }}").format()
        if stepped and not has("stamp") and not given.get("across"):
            yield "stamp", _("missing: whether a time is the 'start' or the 'end' of its interval")
        if has("across") and not stepped:
            yield "across", _("a row of steps belongs to the kinds 'interval' and 'power'")
        if total != has("until"):
            yield "until", _("the column of the last day belongs to the kind 'total', and only there")
        if has("last_day") and not total:
            yield "last_day", _("belongs to the kind 'total', and only there")
        if has("thousands") and given["thousands"] == given.get("decimal", "."):
            complaint = _("got {given} for thousands and decimals; must differ: state decimal and thousands")
            yield "thousands", complaint.format(given=shown(given["thousands"]))
        if has("value") and not has("meter"):
            yield "value", _("belongs to a table with a column meter, and only there")
        for key in ("step", "step_changes"):
            if has(key) and kind and not stepped and (key, kind) != ("step", "samples"):
                yield key, _("belongs to the kinds 'interval' and 'power', and only there")
        if total and has("stamp"):
            yield "stamp", _("a total has a first and a last day, and no stamp: leave it out")
        if has("midnight") and (total or has("across")):
            yield "midnight", _("its days have no midnight: leave it out")
        for key in filter(has, _without_part(files, bool(given.get("format")), bool(has("frame", "query")))):
            yield key, _("takes no part in reading such a source: leave it out")
        if given.get("units_row") and given["units_row"] == given.get("header_row"):
            complaint = _("got {given}, the line of the headings; must be another one")
            yield "units_row", complaint.format(given=shown(given["units_row"]))
        if has("flags") != has("quality"):
            yield "flags", _("what the flags in the column quality mean: give both or neither")
        if stepped and not has("step"):
            yield "step", _("missing: how long a time each reading covers, such as '30 min'")
        if (kind == "samples") != has("longest"):
            complaint = _("how long a sample can hold, such as '15 min', belongs to the kind 'samples', and only there")
            yield "longest", complaint
        if kind == "samples" and has("step", "stamp"):
            yield "step", _("a sample holds until the next one: it has no step and no stamp")

    def check_registers(self, sources: Sequence[Readings]) -> None:
        """Complain of what a register shows, of meters that have none."""
        for name, meter in self.meters.items():
            kinds = {one.kind for one in sources if not one.meters or name in one.meters}
            shows = [meter.rollover, *(one for change in meter.replacements for one in (change.final, change.initial))]
            if kinds and "register" not in kinds and any(one is not None for one in shows):
                complaint = _("rollover, final and initial belong to the kind 'register', and only there")
                self.complain(f"[meters.{name}]", complaint)

    def step_changes(self, place: str, step: int | None, given: Sequence[Table]) -> tuple[tuple[int, int], ...]:
        """Return from when on the step is another one."""
        place = under(place, "step_changes")
        found = read_tables(place, given, STEP_CHANGE, self.problems)
        changes = [(self.instant(one.get("from")) or 0, one.get("step", 1)) for one in found]
        self.check_order(place, [since for since, _length in changes])
        if changes and any(length % clock.DAY == 0 for length in (step or 1, *(length for _since, length in changes))):
            self.complain(place, _("steps of whole days are a separate source"))
        return tuple(changes)

    def clock(self, place: str, given: Table, table: dict[str, Any]) -> tzinfo | None:
        """Take the clock out of a table; return what it shows, None where each time states its offset."""
        where: tzinfo | None = table.pop("clock", self.where)
        if not stamps.states_offsets(table.get("times", "")):
            return where
        if given.get("clock", "stated") != "stated":
            complaint = _("got {given}, but times holds %z, so that each time states its own: leave clock out")
            self.complain(under(place, "clock"), complaint.format(given=shown(given["clock"])))
        return None

    def files(self, place: str, patterns: Sequence[str]) -> tuple[Path, ...]:
        found: list[Path] = []
        for pattern in patterns:
            path = Path(pattern)
            base, relative = Path(path.anchor) if path.anchor else self.folder, path.relative_to(path.anchor)
            try:
                # a file of that very name, such as "meter[1].csv", is meant before a pattern
                exact = base / relative
                named = bool(relative.parts) and exact.exists()
                matching = [exact] if named else sorted(base.glob(str(relative))) if relative.parts else []
                if named and exact.is_dir():
                    matching = sorted(path for path in exact.rglob("*") if path.is_file())
            except (OSError, ValueError) as error:
                complaint = _("{given} is not a name of files: {error}")
                reason = getattr(error, "strerror", None) or error
                self.complain(place, complaint.format(given=shown(pattern), error=reason))
                continue
            if not matching and named:
                self.complain(place, _("the folder {name} holds no files").format(name=pattern))
            elif not matching:
                self.complain(place, no_such_file(pattern or "''"))
            found += matching
        return tuple({path.resolve(): path for path in reversed(found)}.values())[::-1]

    # What is to be done about findings

    def treatment(self, at: int, place: str, given: Table, rules: RuleSet | None) -> Treatment:
        table = read_table(place, given, TREATMENT, self.problems)
        finding, name = table.get("finding", ""), table.get("treatment", "")
        if rules is not None and finding and name and name not in rules.treatments.get(finding, ()):
            complaint = _("got {given}; for {finding} the data correction rules {name} permit: {allowed}{hint}")
            allowed = ", ".join(rules.treatments.get(finding, ())) or _("none")
            said = {"given": shown(name), "allowed": allowed, "hint": suggestion(name, TREATMENTS)}
            self.complain(under(place, "treatment"), complaint.format(finding=finding, name=rules.name, **said))
        needs = TREATMENTS.get(name, ())
        for key in needs:
            if given.get(key, "") == "":
                complaint = _("missing: the treatment {treatment!r} needs a {key}")
                self.complain(under(place, key), complaint.format(treatment=name, key=key))
        for key in ("value", "factor"):
            if key in given and name in TREATMENTS and key not in needs:
                complaint = _("takes no part in the treatment {treatment!r}: leave it out")
                self.complain(under(place, key), complaint.format(treatment=name))
        return Treatment(at, finding, name, **self.time_of(place, table, "meter", "value", "factor", "reason"))

    def stop(self, place: str, given: Table) -> Stop:
        table = {"from": None, "to": None, **read_table(place, given, STOP, self.problems)}
        found = self.time_of(place, table, "meter", "reason")
        return Stop(**{**found, "start": found["start"] or 0, "end": found["end"] or 0})

    def check(self, at: int, place: str, given: Table) -> CrossCheck:
        table = read_table(place, given, CHECK, self.problems)
        kind, left, right = table.get("kind", "equal"), table.get("left", ()), table.get("right", ())
        for name in (*left, *right):
            self.check_meter(place, name)
        self.refuse(place, self.faults_of_check(place, given, kind, left, right))
        name = _("check {number}").format(number=at)
        return CrossCheck(**{"name": name, "kind": kind, "left": (), "right": (), "tolerance": 0.0, **table})

    def faults_of_check(
        self, place: str, given: Table, kind: str, left: Sequence[str], right: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        """Yield what does not go together in a cross-check."""
        for key in ("right", "value"):
            if kind in RATED and key in given:
                yield key, _("takes no part in a check of the kind {kind!r}: leave it out").format(kind=kind)
        if len({*left, *right}) < len([*left, *right]):
            yield "", _("names a meter more than once: must name it once")
        if not given.get("left") or (kind not in RATED and bool(given.get("right")) == ("value" in given)):
            yield "", _("a check compares the meters on the left with those on the right, or with a value")
        if (kind == DAYLIGHT) != ("latitude" in given):
            yield "latitude", _("belongs to {kind!r}, and only there").format(kind=DAYLIGHT)
        for name in left if kind in RATED else ():
            if name in self.meters and not self.meters[name].rated:
                complaint = _("missing: {subject} compares with it").format(subject=place)
                self.complain(f"[meters.{name}] rated", complaint)

    def check_meter(self, place: str, name: str) -> None:
        if name not in self.meters:
            self.complain(place, _("{name} is not a meter{hint}").format(name=name, hint=suggestion(name, self.meters)))

    def check_order(self, place: str, instants: Sequence[int | None]) -> None:
        stated = [one for one in instants if one]
        if sorted(set(stated)) != stated:
            self.complain(place, _("the times are not in order"))

    def time_of(self, place: str, table: Table, *keys: str) -> dict[str, Any]:
        """Return from when to when something of a meter holds, and some keys of its table."""
        if table.get("meter"):
            self.check_meter(under(place, "meter"), table["meter"])
        start, end = self.instant(table.get("from")), self.instant(table.get("to"))
        if start is not None and end is not None and end <= start:
            self.complain(place, _("ends before it begins"))
        return {"start": start, "end": end, **{key: table[key] for key in keys if key in table}}

    def instant(self, given: date | None) -> int | None:
        """Return a time as an instant, and of a day its beginning."""
        if given is None or isinstance(given, datetime):
            return None if given is None else clock.instant(given, self.where)
        return clock.midnight(given, self.where)


def _without_part(files: Sequence[Path], formatted: bool, no_files: bool) -> list[str]:
    """Return the keys that take no part in reading files of these names, a DataFrame or a query."""
    kinds = {Path(path.stem if path.suffix.casefold() == ".gz" else path).suffix.casefold() for path in files}
    if not files and not no_files:
        return []
    text, sheet = bool(kinds & {*TEXTS, ".zip"}), bool(kinds & {*SHEETS, ".zip"})
    lines = ("header_row", "units_row", "skip", "footer") if formatted or not (text or sheet) else ()
    return [*(() if text else ("delimiter", "encoding")), *(() if sheet else ("sheet",)), *lines]
