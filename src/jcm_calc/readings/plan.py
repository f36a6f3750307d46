"""The monitoring plan: meters, where their readings are, and what is to be done about findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.inputs.schema import numbered
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.rule_sets import RuleSet


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration: on which day, and the error that it found, as a fraction."""

    on: date
    found: float | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A meter as it hangs on the wall: one serial number, in use from and to an instant."""

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


@dataclass(frozen=True, slots=True)
class Meter:
    """A measuring point and what is installed there.

    Attributes
    ----------
    name : str
    parameter : str
        What it measures.
    labels : mapping
        The labels of the parameter's indices.
    rated : str
        The rated power of what it measures, with a unit.
    rollover : float, optional
        The number at which a register begins again.
    interval : int, optional
        For how many months a calibration is valid.
    devices : tuple of Device
        One after the other.
    check_only : bool
        Whether it only serves a cross-check and does not count.
    multipliers : tuple of Multiplier
        One after the other; none for 1.
    latitude : float, optional
        Of the site, in degrees, north positive: how long the sun can shine there.
    """

    name: str
    parameter: str
    labels: Mapping[str, Any]
    unit: str
    rated: str
    rollover: float | None
    interval: int | None
    devices: tuple[Device, ...]
    replacements: tuple[Replacement, ...]
    installed: int | None
    removed: int | None
    check_only: bool = False
    latitude: float | None = None
    multipliers: tuple[Multiplier, ...] = ()

    def multiplier(self, moment: int) -> float:
        """Return by what a reading at an instant is multiplied."""
        found = [one.factor for one in self.multipliers if one.since is None or one.since <= moment]
        return found[-1] if found else 1.0


Heading = str | int  # the text of a heading, or the number of a column


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Where readings are, and how they are to be read.

    Attributes
    ----------
    files : tuple of Path
    waiting : tuple of Path
        Files that may still be written, and are left for the next run.
    frame : DataFrame or None
    query : str
        In SQL, for a database.
    database : Path or None
        A SQLite file.
    service : str
        The connection service of libpq that names a PostgreSQL database.
    kind : str
        ``interval``, ``power``, ``samples``, ``register`` or ``total``.
    step : int or None
        How long a time a reading covers.
    changes : tuple of (int, int)
        From when on the step is another one.
    longest : int or None
        For how long a sample can hold.
    stamp : str
        Whether a time is the ``start`` or the ``end`` of its step.
    where : tzinfo or None
        What the clock shows; None where the times state their offset.
    zone : tzinfo
        Whose days count.
    time, until : tuple of Heading
        The columns of the times: one, or a day and a time of day.
    last_day : str
        Whether the day in ``until`` is ``included`` in the total or ``excluded``; empty where that is not stated.
    midnight : str
        Whether a midnight is the ``start`` or the ``end`` of the day that is written with it.
    meter, value : Heading
        Of a long table.
    columns : mapping
        For each meter, the columns that add up to its readings.
    across : mapping
        For each meter, the first and the last of the columns that hold the steps of a day.
    factor, quality : Heading
        The columns of a factor and of a flag for each reading.
    flags : mapping
        What each flag means: ``measured``, ``estimated`` or ``substituted``.
    only : mapping
        For each of these columns, the texts in the rows that are read; all others are left out.
    unused : tuple of Heading
        Columns that are left alone on purpose.
    decimal : str
        Empty where it is not stated.
    missing : tuple of str
        The marks of a missing reading.
    format : str
        ``NEM12``, ``InfluxDB`` or ``line protocol``; empty for a table with headings.
    header_row : int or None
        The line of the headings; 0 where there are none.
    skip : int, tuple of int, or str
        How many lines at the top are left out, which, or those that begin with a sign.
    units_row, footer : int
        The line that holds units; how many lines at the end are left out.
    sheet : tuple of str
        Names or patterns.
    """

    files: tuple[Path, ...]
    waiting: tuple[Path, ...] = ()
    frame: Any = None
    query: str = ""
    database: Path | None = None
    service: str = ""
    kind: str
    step: int | None
    changes: tuple[tuple[int, int], ...] = ()
    longest: int | None = None
    stamp: str
    where: tzinfo | None
    zone: tzinfo
    time: tuple[Heading, ...] = ()
    until: tuple[Heading, ...] = ()
    last_day: str = ""
    times: str = ""
    midnight: str = ""
    meter: Heading = ""
    value: Heading = "value"
    columns: Mapping[str, tuple[Heading, ...]] = field(default_factory=dict)
    across: Mapping[str, tuple[Heading, Heading]] = field(default_factory=dict)
    factor: Heading = ""
    quality: Heading = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[Heading, tuple[str, ...]] = field(default_factory=dict)
    unused: tuple[Heading, ...] = ()
    unit: str = ""
    decimal: str = ""
    thousands: str = ""
    missing: tuple[str, ...] = ()
    format: str = ""
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    header_row: int | None = None
    skip: int | tuple[int, ...] | str = 0
    units_row: int = 0
    footer: int = 0
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
