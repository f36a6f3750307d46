"""The report compared with what the plan of meters and their readings say: devices, serial numbers, stops, balances."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.readings.plan import Device
from jcm_calc.reports.workbook.tables import Cell, Row
from jcm_calc.verification.against_plan import accuracy_class, stated
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import check
from jcm_calc.verification.findings import Finding, Severity, finding
from jcm_calc.verification.location import at, located

# What says which meters measured: "meter A-1047", "meters S1, S2 and S9".
NAMED = re.compile(r"\bmeters?\s+(?:no\.?\s*)?((?:[\w-]*\d[\w-]*(?:,\s*|\s+and\s+)?)+)", re.I)
NAME = re.compile(r"(?![\d-]{10}\b)(?:[\w-]*[A-Z][\w-]*\d[\w-]*|\d[\w-]*[A-Z][\w-]*|\d{4,})", re.I)
CALIBRATED = re.compile(r"calibrat\w*[^.;]*", re.I)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PRESCRIBED = re.compile(r"cross-?\s?check|compared? (?:with|to|against)|checked against|verified against", re.I)


def described(documents: Analyses) -> Iterator[tuple[str, Row, list[str], list[Device]]]:
    """Yield each parameter whose row in the report speaks of meters: row, meters, and the devices of these."""
    meters = documents.meters
    rows = {parameter.name: (parameter, row) for parameter, row in documents.report.rows() if _as_text(row)}
    for parameter, row in rows.values():
        own = (parameter.name, parameter.symbol)
        names = [name for name in meters.known if meters.plan.meters[name].parameter in own]
        if names:
            yield parameter.symbol, row, names, [one for name in names for one in meters.plan.meters[name].devices]


def _cells(row: Row) -> list[Cell]:
    """Return the cells of a row that speak of meters."""
    return [row.cells[key] for key in ("source", "procedure", "comment") if key in row.cells]


def _as_text(row: Row) -> str:
    return "; ".join(filter(None, (str(cell.value).strip() for cell in _cells(row))))


@check("E11")
def unknown(documents: Analyses) -> Iterator[Finding]:
    """Find readings of meters that the plan does not know; a warning where the report only names one."""
    meters = documents.meters
    for name in meters.unknown:
        steps = meters.steps.get(name)
        time = "" if steps is None else meters.written(int(steps.start[0]), int(steps.stop[-1]))
        message = _("there are readings of {name}, which the plan does not have").format(name=name)
        if name in meters.successors:
            follow = _("they begin where those of {name} end").format(name=meters.successors[name])
            message = Message("; ").join([message, follow])
        yield Finding("E11", message, at(meters=[name], period=time), name, name, listed(meters.known, limit=6))
    for symbol, row, names, devices in described(documents):
        here = {*names, *(device.serial for device in devices), *meters.unknown}
        strange = [name for text in NAMED.findall(_as_text(row)) for name in NAME.findall(text) if name not in here]
        if strange:
            message = _("the report names meter {found} for {symbol}, and the plan has {expected}")
            place = next(located(cell) for cell in _cells(row) if any(name in str(cell.value) for name in strange))
            there, planned = listed(strange), listed(names, limit=6)
            yield finding("E11", message, place, symbol, there, planned, severity=Severity.WARNING)


@check("E12", _("the report says nothing of its meters"), described)
def described_differently(documents: Analyses) -> Iterator[Finding]:
    """Find days of calibration and classes that the meters do not have."""
    planned = {one.symbol: known[0] for one, _row, _now, known in stated(documents, "procedure", accuracy_class)}
    for symbol, row, _names, devices in described(documents):
        said, place = _as_text(row), located(row.cells["procedure"])
        days = {str(one.on) for device in devices for one in device.calibrations}
        strange = [day for part in CALIBRATED.findall(said) for day in DAY.findall(part) if day not in days]
        if days and strange:
            message = _("the report has a calibration on {found} for {symbol}, the meters on {expected}")
            yield finding("E12", message, place, symbol, listed(strange), listed(sorted(days)))
        classes = {device.accuracy_class for device in devices if device.accuracy_class}
        found, before = accuracy_class(said), planned.get(symbol)
        if before and not _same(before, found):
            continue  # a finding of its own, against the plan
        if classes and found and not any(_same(found, one) for one in classes):
            message = _("the report has class {found} for {symbol}, and the meters {expected}")
            yield finding("E12", message, place, symbol, found, listed(sorted(classes)))


def _same(one: str, other: str) -> bool:
    """Whether two classes are one: 0.5 and 0.50 are, 0.5 and 0.5s are not."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.casefold() == other.casefold()


@check("G8", _("no stop is declared"), lambda m: m.meters.plan.stops)
def events(documents: Analyses) -> Iterator[Finding]:
    """Find stops outside the monitoring period."""
    meters = documents.meters
    spans = [meters.span(period) for period in meters.monitored.periods]
    for stop in meters.plan.stops:
        if not any(stop.start < end and start < stop.end for start, end in spans):
            time = meters.written(stop.start, stop.end)
            message = _("a stop is declared for {time}, which is in no period of the report: {reason}")
            place = at(meters=[stop.meter] if stop.meter else list(meters.known), period=time)
            yield finding("G8", message, place, "p", time, say={"time": time, "reason": stop.reason})


COMPARISONS = {"at most": "I2", "equal": "I4"}


def _declared(documents: Analyses) -> list[str]:
    """Return the codes of the comparisons of meters that are declared."""
    return [code for one in documents.meters.plan.checks if (code := COMPARISONS.get(one.kind))]


@check("I2", _("no balance is declared"), lambda m: "I2" in _declared(m))
@check("I4", _("no comparison of meters is declared"), lambda m: "I4" in _declared(m))
def comparisons(documents: Analyses) -> Iterator[Finding]:
    """Find balances that do not hold, and cross-checks that differ by more than their tolerance."""
    meters = documents.meters
    declared = {one.name: one for one in meters.plan.checks}
    for one in meters.monitored.comparisons:
        if one.agrees or declared[one.name].kind not in COMPARISONS:
            continue
        message = _(
            "{check}, {period}: {found} against {expected} {unit} ({difference:+.3%}), allowed is {tolerance:.3%}"
        )
        say = {name: getattr(one, name) for name in ("period", "unit", "difference", "tolerance")}
        if one.tonnes is not None:
            effect = _("ER would change by {tonnes:+,.3f} tCO2 with the other one")
            message, say["tonnes"] = message + "; " + effect, one.tonnes
        sides, say["check"] = declared[one.name], one.name
        place = at(meters=[*sides.left, *sides.right], period=str(one.period))
        values = (place, sides.left[0], one.left, one.right)
        yield finding(COMPARISONS[sides.kind], message, *values, say=say, unit=one.unit)


def prescribed(documents: Analyses) -> Iterator[tuple[Parameter, Row, str]]:
    """Yield the parameters for which the plan provides for a cross-check, with row and text."""
    for parameter, row in documents.registered.rows("MPS") if "plan" in documents.has else ():
        if said := next(filter(PRESCRIBED.search, (row.text("procedure"), row.text("comment"))), ""):
            yield parameter, row, said


@check(
    "I3",
    _("no cross-check is prescribed"),
    lambda m: any(meter.check_only for meter in m.meters.plan.meters.values()) or prescribed(m),
)
def not_done(documents: Analyses) -> Iterator[Finding]:
    """Find cross-checks of the plan without a result."""
    meters = documents.meters
    compared = {name for one in meters.plan.checks for name in (*one.left, *one.right)}
    measured = {meters.plan.meters[name].parameter for name in compared}
    for parameter, row, said in prescribed(documents):
        if not {parameter.name, parameter.symbol} & measured:
            measured.add(parameter.name)
            message = _("the plan provides for a cross-check of {symbol} ({said!r}), and none is declared")
            place = documents.in_plan(located(row.cells["procedure"]))
            expected = _("[[readings.checks]] in the case file")
            yield finding("I3", message, place, parameter.symbol, expected=expected, say={"said": said})
    for name, meter in meters.plan.meters.items():
        if meter.check_only and name not in compared and name not in meters.unknown:
            message = _("{name} serves a cross-check only, and none is declared")
            yield finding("I3", message, at(meters=[name]), meter.parameter, say={"name": name})


def _serials(documents: Analyses) -> dict[str, list[str]]:
    """Return the meters with each serial number."""
    meters = documents.meters
    found: dict[str, list[str]] = {}
    for name in meters.known:
        for serial in {device.serial for device in meters.plan.meters[name].devices if device.serial}:
            found.setdefault(serial, []).append(name)
    return found


@check("I11", _("no serial numbers"), _serials)
def shared(documents: Analyses) -> Iterator[Finding]:
    """Find meters with one serial number at two points."""
    for serial, names in _serials(documents).items():
        if len(names) > 1:
            message = _("{names} have the meter {symbol} in common")
            question = _("which of them does this meter measure?")
            say = {"names": _(" and ").join(names)}
            yield finding("I11", message, at(meters=names), serial, say=say, question=question)
