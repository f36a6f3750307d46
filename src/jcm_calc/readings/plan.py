"""The monitoring plan: meters, where their readings are, and what is to be done about findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.inputs.schema import numbered
from jcm_calc.readings.clock import DAY, HOUR
from jcm_calc.readings.rule_sets import RuleSet


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration: on which day, and the error that it found, as a fraction."""

    on: date
    found: float | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A physical meter: one serial number, with its period of use."""

    serial: str
    accuracy_class: str
    permissible: float | None
    calibrations: tuple[Calibration, ...]
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Replacement:
    """The exchange of a meter: last reading of the old one, first of the new one, in the unit of the readings."""

    at: int
    final: float | None
    initial: float | None


@dataclass(frozen=True, slots=True)
class Multiplier:
    """By what readings are multiplied from an instant on: the ratio of transformers, or kWh for each pulse."""

    since: int | None
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A measuring point and what is installed there, one device after the other."""

    name: str
    parameter: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    rated: str = ""  # the rated power of what it measures, with a unit
    rollover: float | None = None  # the number at which a register begins again
    check_only: bool = False  # it only serves a cross-check and does not count
    latitude: float | None = None  # of the site, north positive: how long the sun can shine there
    interval: int | None  # for how many months a calibration is valid
    devices: tuple[Device, ...]
    replacements: tuple[Replacement, ...]
    installed: int | None
    removed: int | None
    multipliers: tuple[Multiplier, ...] = ()  # one after the other; none for 1

    def multiplier(self, moment: int) -> float:
        """Return by what a reading at an instant is multiplied."""
        found = [one.factor for one in self.multipliers if one.since is None or one.since <= moment]
        return found[-1] if found else 1.0


Heading = str | int  # the text of a heading, or the number of a column


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Where readings are, and how they are to be read: the keys of a source in a case file."""

    files: tuple[Path, ...]
    waiting: tuple[Path, ...] = ()  # files that may still be written, and are left for the next run
    frame: Any = None
    query: str = ""
    database: Path | None = None  # a SQLite file
    service: str = ""  # the connection service of libpq that names a PostgreSQL database
    kind: str
    step: int | None
    changes: tuple[tuple[int, int], ...] = ()  # from when on the step is another one
    longest: int | None = None  # for how long a sample can hold
    stamp: str  # whether a time is the start or the end of its step
    where: tzinfo | None  # what the clock shows; None where the times state their offset
    zone: tzinfo  # whose days count
    time: tuple[Heading, ...] = ()  # one column, or a day and a time of day
    until: tuple[Heading, ...] = ()
    last_day: str = ""  # empty where it is not stated
    times: str = ""
    midnight: str = ""  # whether a midnight is the start or the end of the day that is written with it
    meter: Heading = ""  # with `value`, of a long table
    value: Heading = "value"
    columns: Mapping[str, tuple[Heading, ...]] = field(default_factory=dict)  # those that add up to a meter's readings
    across: Mapping[str, tuple[Heading, Heading]] = field(default_factory=dict)  # first and last step of a day
    factor: Heading = ""
    quality: Heading = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[Heading, tuple[str, ...]] = field(default_factory=dict)  # the texts in the rows that are read
    unused: tuple[Heading, ...] = ()
    unit: str = ""
    decimal: str = ""  # empty where it is not stated
    thousands: str = ""
    missing: tuple[str, ...] = ()
    format: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    header_row: int | None = None  # 0 where there are no headings
    skip: int | tuple[int, ...] | str = 0  # how many lines at the top, which, or how they begin
    units_row: int = 0
    footer: int = 0  # how many lines at the end are left out
    sheet: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call it."""
        if self.query:
            return self.database.name if self.database else f"PostgreSQL, service {self.service}"
        return ", ".join(path.name for path in self.files[:3]) or _("the DataFrame")

    @property
    def meters(self) -> tuple[str, ...]:
        """The meters that have separate columns; none in a long table."""
        return tuple(self.columns) or tuple(self.across)

    @property
    def heading_line(self) -> int:
        """The line of the headings where it is stated; 0 where there are none."""
        return (self.skip + 1 if isinstance(self.skip, int) else 1) if self.header_row is None else self.header_row

    @property
    def first_line(self) -> bool:
        """Whether the headings are the first line that is not blank, as nothing else is stated."""
        return self.header_row is None and not (isinstance(self.skip, int) and self.skip)

    @property
    def skipped_lines(self) -> tuple[int, ...]:
        """The lines that are left out by their number."""
        if isinstance(self.skip, int):
            return tuple(range(1, self.skip + 1))
        return self.skip if isinstance(self.skip, tuple) else ()

    @property
    def daily(self) -> bool:
        """Whether the step is of whole days, which are as long as the zone has them."""
        return self.step is not None and self.step % DAY == 0

    @property
    def regular(self) -> bool:
        """Whether each reading covers an interval of the same length."""
        return self.kind in ("interval", "power") and not self.daily and not self.changes


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment that the user chose: for which meter, kind of finding and time."""

    number: int
    finding: str
    treatment: str
    meter: str = ""
    start: int | None = None
    end: int | None = None
    value: str = ""
    factor: float | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """What to call it."""
        return numbered("[[readings.treatments]]", self.number)


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the equipment did not run, as declared by the user."""

    start: int
    end: int
    meter: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A comparison that the user declares: one quantity against another, with a tolerance."""

    name: str
    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    tolerance: float
    value: str = ""
    latitude: float | None = None


@dataclass(frozen=True)
class MonitoringPlan:
    """Meters, readings, rules and choices."""

    meters: Mapping[str, Meter]
    readings: tuple[Readings, ...]
    where: tzinfo
    rules: RuleSet
    choices: tuple[Treatment, ...] = ()
    stops: tuple[Stop, ...] = ()
    checks: tuple[CrossCheck, ...] = ()

    @property
    def counting(self) -> list[Meter]:
        """The meters that count, and do not only serve a cross-check."""
        return [meter for meter in self.meters.values() if not meter.check_only]

    @property
    def tolerance(self) -> int:
        """By how many microseconds a stamp may miss the beginning of its step."""
        return int(self.rules.limits["jitter"] * HOUR)

    def stops_of(self, name: str) -> list[Stop]:
        """Return the standstills that are declared for a meter."""
        return [stop for stop in self.stops if stop.meter in ("", name)]
