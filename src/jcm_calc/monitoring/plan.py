"""The monitoring plan: meters, where their readings are, and what is to be done about findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path
from typing import Any

from jcm_calc.languages import _
from jcm_calc.monitoring.rule_sets import RuleSet


def numbered(section: str, number: int) -> str:
    """Return what to call one of several tables."""
    return _("{section} no. {number}").format(section=section, number=number)


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


@dataclass(frozen=True)
class Readings:
    """Where readings are, and how they are to be read."""

    files: tuple[Path, ...]
    frame: Any
    kind: str
    step: int | None
    stamp: str
    where: tzinfo | None
    time: str
    until: str
    times: str
    meter: str
    value: str
    columns: Mapping[str, str]
    unit: str
    decimal: str
    thousands: str
    delimiter: str
    encoding: str

    @property
    def name(self) -> str:
        """What to call it."""
        return ", ".join(path.name for path in self.files[:3]) or _("the DataFrame")


@dataclass(frozen=True, slots=True)
class Choice:
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
    """A time in which the equipment stood still, as declared by the user."""

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
class Plan:
    """Meters, readings, rules and choices."""

    meters: Mapping[str, Meter]
    readings: tuple[Readings, ...]
    where: tzinfo
    rules: RuleSet
    choices: tuple[Choice, ...] = ()
    stops: tuple[Stop, ...] = ()
    checks: tuple[CrossCheck, ...] = ()
