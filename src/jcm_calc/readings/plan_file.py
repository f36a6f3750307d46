"""From two mappings, just as they stand in a case file under ``[meters]`` and ``[readings]``, to a monitoring plan."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from jcm_calc.languages import _
from jcm_calc.problems import InputError, Problem, no_such_file, shown, suggestion
from jcm_calc.readings import clock, stamps
from jcm_calc.readings.findings import KINDS
from jcm_calc.readings.plan import (
    Calibration,
    Choice,
    CrossCheck,
    Device,
    Heading,
    Meter,
    Multiplier,
    Plan,
    Readings,
    Replacement,
    Stop,
    numbered,
)
from jcm_calc.readings.rule_sets import TREATMENTS, RuleSet, rule_set
from jcm_calc.units import UnitError, magnitude

KIND_OF_READINGS = ("interval", "power", "samples", "register", "total")
FORMATS = ("NEM12",)
FLAGS = ("measured", "estimated", "substituted")
STEP = re.compile(r"(\d+)\s*(s|min|h|d)", re.ASCII)
MONTHS = re.compile(r"(\d+)\s*(months?|years?|yr)", re.ASCII)
SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}

Table = Mapping[str, Any]

# What each table may hold: key → kind of value.
METER = {
    **dict.fromkeys(("parameter", "unit", "serial", "accuracy_class", "rated", "maximum_permissible_error"), "text"),
    "labels": "labels",
    "calibration_interval": "months",
    "calibrations": "tables",
    "replaced": "tables",
    "rollover": "number",
    "multiplier": "multipliers",
    "latitude": "number",
    "check_only": "flag",
    "installed": "time",
    "removed": "time",
}
MULTIPLIER = {"value": "number", "from": "time"}
STEP_CHANGE = {"from": "time", "step": "text"}
CALIBRATION = {"on": "date", "found": "text"}
REPLACED = {
    "at": "time",
    "final": "number",
    "initial": "number",
    "multiplier": "number",
    **{key: METER[key] for key in ("serial", "accuracy_class", "maximum_permissible_error", "calibrations")},
}
READINGS = {
    "zone": "text",
    "rules": "text",
    "limits": "table",
    "sources": "tables",
    "treatments": "tables",
    "stops": "tables",
    "checks": "tables",
}
SOURCE = {
    "files": "texts",
    "frame": "any",
    "kind": "text",
    **dict.fromkeys(("step", "longest", "stamp", "clock", "times", "midnight", "last_day"), "text"),
    "step_changes": "tables",
    **dict.fromkeys(("time", "until", "unused"), "headings"),
    **dict.fromkeys(("meter", "value", "factor", "quality"), "heading"),
    **dict.fromkeys(("columns", "across"), "columns"),
    "flags": "flags",
    "only": "only",
    **dict.fromkeys(("unit", "decimal", "thousands", "delimiter", "encoding", "format"), "text"),
    **dict.fromkeys(("missing", "sheet"), "texts"),
    **dict.fromkeys(("header_row", "units_row", "footer"), "count"),
    "skip": "lines",
}
TREATMENT = {
    **dict.fromkeys(("meter", "finding", "treatment", "value", "reason"), "text"),
    "from": "time",
    "to": "time",
    "factor": "number",
}
STOP = {"meter": "text", "from": "time", "to": "time", "reason": "text"}
CHECK = {
    **dict.fromkeys(("name", "kind", "tolerance", "value"), "text"),
    "left": "texts",
    "right": "texts",
    "latitude": "number",
}
LONGEST_STEP, MOST_MONTHS = 366 * clock.DAY, 1200
YEARS = range(1900, 2200)  # meters are older than their readings, and both far from the ends of the calendar
RATED = ("rated power × hours", "rated power × daylight")
CHECK_KINDS = ("equal", "at most", *RATED)
EXPECTED = {
    "text": _("a text in quotes"),
    "texts": _("a text or a list of texts"),
    "table": _("a table"),
    "labels": _("a table of labels such as {{ i = 1 }}").format(),
    "heading": _("a heading in quotes, or the number of a column"),
    "headings": _("a heading or the number of a column, or a list of these"),
    "columns": _("a table of headings such as {{ S1 = 'kWh' }}").format(),
    "flags": _("a table such as {{ A = 'measured', E = 'estimated' }}").format(),
    "only": _("a table such as {{ Register = 'Day' }}, or {{ Register = ['Day', 'Night'] }}").format(),
    "multipliers": _(
        "a number such as 40, or a list such as [{{ value = 40 }}, {{ from = 2024-06-01, value = 80 }}]"
    ).format(),
    "count": _("a whole number, 0 or more"),
    "lines": _("a number of lines, a list of line numbers, or a text that lines begin with"),
    "tables": _("a list of tables"),
    "months": _("a text such as '12 months', a hundred years at most"),
    "number": _("a number"),
    "time": _("a time such as 2024-05-17T12:00:00, or a date, of the years 1900 to 2199"),
    "date": _("a date such as 2024-05-17, of the years 1900 to 2199"),
    "flag": _("true or false"),
}


def read_plan(meters: Table, readings: Table, beside: Path = Path()) -> Plan:
    """Read a monitoring plan.

    Parameters
    ----------
    meters, readings : mapping
        As in a case file.
    beside : path
        The folder that file names begin in.

    Raises
    ------
    InputError
        With everything that is wrong with it.

    Examples
    --------
    >>> plan = read_plan(
    ...     {"S1": {"parameter": "EC_PJ", "maximum_permissible_error": "0.5 %"}},
    ...     {
    ...         "zone": "Asia/Jakarta",
    ...         "sources": [{"frame": None, "kind": "register", "time": "day", "columns": {"S1": "kWh"}}],
    ...     },
    ... )
    >>> plan.meters["S1"].devices[0].permissible
    0.005
    """
    reader = _Reader(beside)
    plan = reader.plan(meters, readings)
    if reader.problems or plan is None:
        raise InputError(_("the monitoring plan"), reader.problems)
    return plan


class _Reader:
    """Reads a plan and keeps every complaint."""

    def __init__(self, beside: Path) -> None:
        self.beside = beside
        self.problems: list[Problem] = []
        self.where: tzinfo = clock.zone("UTC")

    def complain(self, subject: str, complaint: str) -> None:
        self.problems.append(Problem(subject, complaint))

    def plan(self, meters: Table, readings: Table) -> Plan | None:
        readings = self.known("[readings]", readings, READINGS)
        if "zone" in readings:
            self.where = self.zone("[readings] zone", readings["zone"]) or self.where
        else:
            self.complain("[readings] zone", _("missing: the time zone whose days count, such as 'Asia/Jakarta'"))
        rules = self.rules(readings)
        found = {name: self.meter(name, table) for name, table in self.named("[meters]", meters)}
        sources = tuple(self.source(at, table) for at, table in self.each(readings, "sources", SOURCE))
        if not found:
            self.complain("[meters]", _("missing: a section such as [meters.S1] for each meter"))
        if not sources:
            self.complain("[[readings.sources]]", _("missing: where the readings are"))
        choices = tuple(
            self.choice(at, table, rules, found) for at, table in self.each(readings, "treatments", TREATMENT)
        )
        stops = tuple(self.stop(at, table, found) for at, table in self.each(readings, "stops", STOP))
        checks = tuple(self.check(at, table, found) for at, table in self.each(readings, "checks", CHECK))
        if self.problems or rules is None:
            return None
        return Plan(found, sources, self.where, rules, choices, stops, checks)

    # Pieces

    def rules(self, readings: Table) -> RuleSet | None:
        try:
            return rule_set(readings.get("rules", "JCM"), self.beside).with_limits(
                readings.get("limits", {}), self.problems
            )
        except InputError as error:
            self.problems += error.problems
            return None

    def meter(self, name: str, table: Table) -> Meter:
        subject = f"[meters.{name}]"
        table = self.known(subject, table, METER)
        if "parameter" not in table:
            self.complain(subject + " parameter", _("missing: the symbol of what it measures"))
        replaced = [self.known(subject + " replaced", one, REPLACED) for one in table.get("replaced", ())]
        changes = [self.time(one.get("at"), subject + " replaced") for one in replaced]
        if sorted(set(changes)) != changes:
            self.complain(subject + " replaced", _("the times are not in order"))
        uses = zip([None, *changes], [*changes, None], [table, *replaced], strict=True)
        devices = tuple(self.device(subject, one, since, until) for since, until, one in uses)
        return Meter(
            name,
            table.get("parameter", ""),
            dict(table.get("labels", {})),
            table.get("unit", ""),
            table.get("rated", ""),
            table.get("rollover"),
            self.months(subject + " calibration_interval", table.get("calibration_interval")),
            devices,
            tuple(
                Replacement(at, one.get("final"), one.get("initial")) for at, one in zip(changes, replaced, strict=True)
            ),
            self.maybe_time(table.get("installed"), subject + " installed"),
            self.maybe_time(table.get("removed"), subject + " removed"),
            table.get("check_only", False),
            table.get("latitude"),
            self.multipliers(subject, table, list(zip(changes, replaced, strict=True))),
        )

    def multipliers(self, subject: str, table: Table, replaced: Sequence[tuple[int, Table]]) -> tuple[Multiplier, ...]:
        """Return by what readings are multiplied, and from when on."""
        given = table.get("multiplier", ())
        found = [Multiplier(None, float(given))] if isinstance(given, int | float) else []
        for number, one in enumerate(given if isinstance(given, list | tuple) else ()):
            one = self.known(subject + " multiplier", one, MULTIPLIER)
            since = self.maybe_time(one.get("from"), subject + " multiplier")
            if "value" not in one or (since is None) != (number == 0):
                complaint = _(
                    "each but the first has a time from which on it holds: {{ from = 2024-06-01, value = 80 }}"
                )
                self.complain(subject + " multiplier", complaint.format())
            found.append(Multiplier(since, float(one.get("value", 1))))
        later = [Multiplier(at, float(one["multiplier"])) for at, one in replaced if "multiplier" in one]
        if later and len(found) > 1:
            self.complain(subject + " multiplier", _("give its changes either here or with the meter that is replaced"))
        found += later
        if any(one.factor <= 0 for one in found):
            self.complain(subject + " multiplier", _("must be above 0"))
        dates = [one.since for one in found if one.since is not None]
        if sorted(set(dates)) != dates:
            self.complain(subject + " multiplier", _("the times are not in order"))
        return tuple(found)

    def device(self, subject: str, table: Table, since: int | None, until: int | None) -> Device:
        calibrations = []
        for one in table.get("calibrations", ()):
            one = self.known(subject + " calibrations", one, CALIBRATION)
            if "on" not in one:
                self.complain(subject + " calibrations", _("a calibration lacks its day: on = 2024-05-17"))
                continue
            found = self.fraction(subject + " calibrations found", one.get("found"))
            calibrations.append(Calibration(_day(one["on"]), None if found is None else abs(found)))
        permissible = self.fraction(subject + " maximum_permissible_error", table.get("maximum_permissible_error"))
        return Device(
            str(table.get("serial", "")),
            str(table.get("accuracy_class", "")),
            permissible,
            tuple(sorted(calibrations, key=lambda one: one.on)),
            since,
            until,
        )

    def source(self, at: int, table: Table) -> Readings:
        subject = numbered("[[readings.sources]]", at)
        kind, stamp = table.get("kind", ""), table.get("stamp", "")
        self.one_of(subject + " kind", kind, KIND_OF_READINGS)
        step, changes = self.steps(subject, kind, table)
        if kind in ("interval", "power") and stamp not in ("start", "end") and not table.get("across"):
            self.complain(subject + " stamp", _("missing: whether a time is the 'start' or the 'end' of its interval"))
        if stamp not in ("", "start", "end"):
            self.complain(subject + " stamp", _("{came} came, expected 'start' or 'end'").format(came=shown(stamp)))
        if (kind == "total") != ("until" in table):
            self.complain(
                subject + " until", _("the column of the last day belongs to the kind 'total', and only there")
            )
        if "midnight" in table:
            self.one_of(subject + " midnight", table["midnight"], ("start", "end"))
        if "last_day" in table:
            self.one_of(subject + " last_day", table["last_day"], ("included", "excluded"))
            if kind != "total":
                self.complain(subject + " last_day", _("belongs to the kind 'total', and only there"))
        files = self.files(subject, table.get("files", ()))
        self.check_where_from(subject, files, table)
        self.check_columns(subject, kind, table)
        form = table.get("format", "")
        if form:
            self.one_of(subject + " format", form, FORMATS)
        where = self.clock_of(subject, table)
        flags = {str(name): str(means) for name, means in table.get("flags", {}).items()}
        if bool(flags) != ("quality" in table):
            self.complain(subject + " flags", _("what the flags in the column quality mean: give both or neither"))
        return Readings(
            files=files,
            frame=table.get("frame"),
            kind=kind,
            step=step,
            changes=changes,
            longest=self.step(subject + " longest", table.get("longest")),
            stamp=stamp,
            where=where,
            zone=self.where,
            time=_headings(table.get("time", "time" if form else ())),
            until=_headings(table.get("until", ())),
            last_day=table.get("last_day", ""),
            times=table.get("times", ""),
            midnight=table.get("midnight", ""),
            meter=table.get("meter", ""),
            value=table.get("value", "value"),
            columns={name: _headings(one) for name, one in table.get("columns", {}).items()},
            across={name: (_headings(one)[0], _headings(one)[-1]) for name, one in table.get("across", {}).items()},
            factor=table.get("factor", ""),
            quality=table.get("quality", ""),
            flags=flags,
            only={heading: _several(texts) for heading, texts in table.get("only", {}).items()},
            unused=_headings(table.get("unused", ())),
            unit=table.get("unit", ""),
            decimal=table.get("decimal", ""),
            thousands=table.get("thousands", ""),
            missing=_several(table.get("missing", ())),
            format=form,
            delimiter=self.sign(subject, table),
            encoding=table.get("encoding", "utf-8-sig"),
            header_row=table.get("header_row"),
            skip=table["skip"] if isinstance(table.get("skip"), int | str) else tuple(table.get("skip", ())) or 0,
            units_row=table.get("units_row", 0),
            footer=table.get("footer", 0),
            sheet=_several(table.get("sheet", ())),
        )

    def steps(self, subject: str, kind: str, table: Table) -> tuple[int | None, tuple[tuple[int, int], ...]]:
        """Return the step, and from when on it is another one."""
        step = self.step(subject + " step", table.get("step"))
        if kind in ("interval", "power") and step is None:
            self.complain(subject + " step", _("missing: how long each reading stands for, such as '30 min'"))
        if (kind == "samples") != ("longest" in table):
            complaint = _("how long a sample can hold, such as '15 min', belongs to the kind 'samples', and only there")
            self.complain(subject + " longest", complaint)
        if kind == "samples" and ("step" in table or "stamp" in table):
            self.complain(subject + " step", _("a sample holds until the next one: it has no step and no stamp"))
        changes = []
        for one in table.get("step_changes", ()):
            one = self.known(subject + " step_changes", one, STEP_CHANGE)
            since = self.maybe_time(one.get("from"), subject + " step_changes")
            length = self.step(subject + " step_changes", one.get("step"))
            if since is None or length is None:
                self.complain(
                    subject + " step_changes",
                    _("each has a time and a step: {{ from = 2024-06-01, step = '15 min' }}").format(),
                )
            changes.append((since or 0, length or 1))
        dates = [since for since, _step in changes]
        if sorted(set(dates)) != dates:
            self.complain(subject + " step_changes", _("the times are not in order"))
        if changes and any(length % clock.DAY == 0 for length in (step or 1, *(length for _since, length in changes))):
            self.complain(subject + " step_changes", _("steps of whole days are a source of their own"))
        return step, tuple(changes)

    def check_where_from(self, subject: str, files: Sequence[Path], table: Table) -> None:
        if bool(files) == ("frame" in table) and not any(one.subject == subject for one in self.problems):
            self.complain(subject, _("give files, or in Python a frame"))
        frame = table.get("frame")
        if frame is not None and not (hasattr(frame, "iloc") or hasattr(frame, "__arrow_c_stream__")):
            self.complain(subject + " frame", _("{came} came, expected a DataFrame").format(came=shown(frame)))

    def check_columns(self, subject: str, kind: str, table: Table) -> None:
        if not table.get("time") and "format" not in table:
            self.complain(subject + " time", _("missing: the heading of the column of times"))
        for key in ("time", "until"):
            if len(_headings(table.get(key, ()))) > 2:
                self.complain(subject + f" {key}", _("is one column, or a day and a time of day"))
        if sum(key in table for key in ("meter", "columns", "across")) != 1:
            self.complain(
                subject,
                _("give either the headings of meter and value, or columns = {{ meter = 'heading', … }}").format(),
            )
        if "across" in table and kind not in ("interval", "power"):
            self.complain(subject + " across", _("a row of steps belongs to the kinds 'interval' and 'power'"))
        for name, one in table.get("across", {}).items():
            if len(_headings(one)) != 2:
                self.complain(subject + " across", _("{name}: give the first and the last heading").format(name=name))
        for name, means in table.get("flags", {}).items():
            self.one_of(subject + f" flags {name}", means, FLAGS)

    def clock_of(self, subject: str, table: Table) -> tzinfo | None:
        """Return what the clock shows; None where each time states its offset."""
        name = table.get("clock")
        offsets = stamps.states_offsets(table.get("times", ""))
        if offsets and name not in (None, "stated"):
            complaint = _("{came} came, but times holds %z, so that each time states its own: leave clock out")
            self.complain(subject + " clock", complaint.format(came=shown(name)))
        if name == "stated" or offsets:
            return None
        return self.where if name is None else self.zone(subject + " clock", name)

    def sign(self, subject: str, table: Table) -> str:
        sign = str(table.get("delimiter", "\t" if ".tsv" in str(table.get("files", "")).casefold() else ","))
        if len(sign) != 1:
            self.complain(subject + " delimiter", _("{came} came, expected one sign").format(came=shown(sign)))
            return ","
        return sign

    def one_of(self, subject: str, came: Any, names: Sequence[str]) -> None:
        if came not in names:
            complaint = _("{came} came, expected one of {names}")
            self.complain(subject, complaint.format(came=shown(came), names=", ".join(names)))

    def files(self, subject: str, patterns: str | Sequence[str]) -> tuple[Path, ...]:
        found: list[Path] = []
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            path = Path(pattern)
            base, relative = Path(path.anchor) if path.anchor else self.beside, path.relative_to(path.anchor)
            try:
                # a file of that very name, such as "meter[1].csv", is meant before a pattern
                exact = base / relative
                named = bool(relative.parts) and exact.exists()
                matching = [exact] if named else sorted(base.glob(str(relative))) if relative.parts else []
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                self.complain(
                    subject, _("{came} is no name of files: {error}").format(came=shown(pattern), error=reason)
                )
                continue
            if not matching:
                self.complain(subject, no_such_file(pattern or "''"))
            found += matching
        return tuple(dict.fromkeys(found))

    def choice(self, at: int, table: Table, rules: RuleSet | None, meters: Table) -> Choice:
        subject = numbered("[[readings.treatments]]", at)
        finding, treatment = table.get("finding", ""), table.get("treatment", "")
        if finding not in KINDS:
            self.complain(
                subject + " finding",
                _("{came} came, expected one of {names}").format(came=shown(finding), names=", ".join(KINDS)),
            )
        elif rules is not None and treatment not in rules.treatments.get(finding, ()):
            allowed = ", ".join(rules.treatments.get(finding, ())) or _("none")
            hint = suggestion(treatment, TREATMENTS)
            complaint = _("{came} came; for {finding} the rule set {name} knows: {allowed}{hint}").format(
                came=shown(treatment), finding=finding, name=rules.name, allowed=allowed, hint=hint
            )
            self.complain(subject + " treatment", complaint)
        for key in TREATMENTS.get(treatment, ()):
            if not table.get(key):
                self.complain(
                    subject + f" {key}",
                    _("missing: the treatment {treatment!r} needs a {key}").format(treatment=treatment, key=key),
                )
        self.known_meter(subject, table, meters)
        start, end = self.span(subject, table)
        return Choice(
            at,
            finding,
            treatment,
            table.get("meter", ""),
            start,
            end,
            table.get("value", ""),
            table.get("factor"),
            table.get("reason", ""),
        )

    def stop(self, at: int, table: Table, meters: Table) -> Stop:
        subject = numbered("[[readings.stops]]", at)
        self.known_meter(subject, table, meters)
        start, end = self.span(subject, table)
        if start is None or end is None or not table.get("reason"):
            self.complain(subject, _("a stop needs from, to and reason"))
        return Stop(start or 0, end or 0, table.get("meter", ""), table.get("reason", ""))

    def check(self, at: int, table: Table, meters: Table) -> CrossCheck:
        subject = numbered("[[readings.checks]]", at)
        kind = table.get("kind", "equal")
        if kind not in CHECK_KINDS:
            self.complain(
                subject + " kind",
                _("{came} came, expected one of {names}").format(came=shown(kind), names=", ".join(CHECK_KINDS)),
            )
        left, right = _several(table.get("left", ())), _several(table.get("right", ()))
        for name in (*left, *right):
            if name not in meters:
                self.complain(subject, _("{name} is no meter{hint}").format(name=name, hint=suggestion(name, meters)))
        if not left or (kind not in RATED and bool(right) == ("value" in table)):
            self.complain(
                subject, _("a check compares the meters on the left with those on the right, or with a value")
            )
        if (kind == RATED[1]) != ("latitude" in table):
            self.complain(subject + " latitude", _("belongs to {kind!r}, and only there").format(kind=RATED[1]))
        if kind in RATED:
            for name in left:
                if name in meters and not meters[name].rated:
                    self.complain(
                        f"[meters.{name}] rated", _("missing: {subject} compares with it").format(subject=subject)
                    )
        tolerance = self.fraction(subject + " tolerance", table.get("tolerance"))
        if tolerance is None:
            self.complain(subject + " tolerance", _("missing: a text such as '1 %'"))
        return CrossCheck(
            table.get("name", _("check {number}").format(number=at)),
            kind,
            left,
            right,
            tolerance or 0.0,
            table.get("value", ""),
            table.get("latitude"),
        )

    # Values

    def known_meter(self, subject: str, table: Table, meters: Table) -> None:
        name = table.get("meter", "")
        if name and name not in meters:
            self.complain(
                subject + " meter", _("{name} is no meter{hint}").format(name=name, hint=suggestion(name, meters))
            )

    def span(self, subject: str, table: Table) -> tuple[int | None, int | None]:
        start, end = (self.maybe_time(table.get(key), subject + f" {key}") for key in ("from", "to"))
        if start is not None and end is not None and end <= start:
            self.complain(subject, _("ends before it begins"))
        return start, end

    def zone(self, subject: str, name: str) -> tzinfo | None:
        try:
            return clock.zone(name)
        except ValueError as error:
            self.complain(subject, str(error))
            return None

    def maybe_time(self, given: Any, subject: str) -> int | None:
        return None if given is None else self.time(given, subject)

    def time(self, given: Any, subject: str) -> int:
        if _is("time", given):
            return (
                clock.instant(given, self.where) if isinstance(given, datetime) else clock.midnight(given, self.where)
            )
        self.complain(
            subject, _("{came} came, expected {expected}").format(came=shown(given), expected=EXPECTED["time"])
        )
        return 0

    def step(self, subject: str, text: Any) -> int | None:
        if text is None:
            return None
        match = STEP.fullmatch(text)
        step = int(match[1]) * SECONDS[match[2]] * clock.SECOND if match else 0
        if not 0 < step <= LONGEST_STEP:
            complaint = _("{came} came, expected a time such as '30 min', '1 h' or '1 d', a year at most")
            self.complain(subject, complaint.format(came=shown(text)))
            return None
        return step

    def months(self, subject: str, text: Any) -> int | None:
        if text is None:
            return None
        match = MONTHS.fullmatch(text)
        months = int(match[1]) * (1 if match[2].startswith("m") else 12) if match else None
        if months is None or months > MOST_MONTHS:
            self.complain(
                subject, _("{came} came, expected {expected}").format(came=shown(text), expected=EXPECTED["months"])
            )
            return None
        return months

    def fraction(self, subject: str, text: Any) -> float | None:
        if text is None:
            return None
        try:
            if "%" not in text:
                raise UnitError(_("{came} came: write per cent, such as '0.5 %'").format(came=shown(text)))
            return float(magnitude(text, ""))
        except UnitError as error:
            self.complain(subject, str(error))
            return None

    # Form

    def named(self, section: str, content: Any) -> Iterator[tuple[str, Table]]:
        for name, table in content.items():
            if isinstance(table, Mapping):
                yield name, table
            else:
                self.complain(
                    f"{section} {name}",
                    _("{came} came, expected a section [meters.{name}]").format(came=shown(table), name=name),
                )

    def each(self, content: Table, key: str, keys: Mapping[str, str]) -> list[tuple[int, Table]]:
        return [
            (at, self.known(numbered(f"[[readings.{key}]]", at), table, keys))
            for at, table in enumerate(content.get(key, ()), 1)
        ]

    def known(self, subject: str, table: Table, keys: Mapping[str, str]) -> dict[str, Any]:
        """Return what of a table can be used, with a complaint about everything else."""
        found = {}
        for key, value in table.items():
            if key not in keys:
                self.complain(
                    subject + f" {key}",
                    _("unknown key{hint}; known are {names}").format(hint=suggestion(key, keys), names=", ".join(keys)),
                )
            elif not _is(keys[key], value):
                self.complain(
                    subject + f" {key}",
                    _("{came} came, expected {expected}").format(came=shown(value), expected=EXPECTED[keys[key]]),
                )
            else:
                found[key] = value
        return found


def _is(kind: str, value: Any) -> bool:
    if kind in ("text", "months"):
        return isinstance(value, str)
    if kind == "texts":
        return isinstance(value, str) or (
            isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)
        )
    if kind == "table":
        return isinstance(value, Mapping)
    if kind == "labels":
        return isinstance(value, Mapping) and all(isinstance(one, str) or _is("number", one) for one in value.values())
    if kind == "heading":
        return isinstance(value, str) or (_is("count", value) and value > 0)
    if kind == "headings":
        return _is("heading", value) or (
            isinstance(value, list | tuple) and bool(value) and all(_is("heading", one) for one in value)
        )
    if kind == "columns":
        return isinstance(value, Mapping) and all(_is("headings", one) for one in value.values())
    if kind == "flags":
        return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())
    if kind == "only":
        return isinstance(value, Mapping) and all(_is("texts", one) and one for one in value.values())
    if kind == "multipliers":
        return _is("number", value) or (_is("tables", value) and bool(value))
    if kind == "count":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind == "lines":
        return (
            isinstance(value, str)
            or _is("count", value)
            or (isinstance(value, list | tuple) and all(_is("count", one) and one > 0 for one in value))
        )
    if kind == "tables":
        return isinstance(value, list | tuple) and all(isinstance(one, Mapping) for one in value)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return kind == "any" or (isinstance(value, date) and value.year in YEARS)


def _headings(value: Any) -> tuple[Heading, ...]:
    return (value,) if isinstance(value, str | int) else tuple(value)


def _several(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
