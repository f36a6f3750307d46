"""Group E: meters and their calibration, as workbooks describe them and as readings tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jcm_calc.languages import Message, _
from jcm_calc.problems import ProblemKind, listed
from jcm_calc.readings.plan import Device
from jcm_calc.verification.checks import check, measured
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.material import Material, Submission
from jcm_calc.workbook.tables import Row

CLASS = re.compile(r"(?:accuracy )?class\s*(?:of\s*)?(\d+(?:\.\d+)?)", re.I)
EVERY = re.compile(r"calibrat\w*[^.;]*?every\s+(?:(\d+|two|three|five|ten)\s+)?(month|year)s?", re.I)
# What says which meters measured: "meter A-1047", "meters S1, S2 and S9".
NAMED = re.compile(r"\bmeters?\s+(?:no\.?\s*)?((?:[\w-]*\d[\w-]*(?:,\s*|\s+and\s+)?)+)", re.I)
NAME = re.compile(r"(?![\d-]{10}\b)(?:[\w-]*[A-Z][\w-]*\d[\w-]*|\d[\w-]*[A-Z][\w-]*|\d{4,})", re.I)
CALIBRATED = re.compile(r"calibrat\w*[^.;]*", re.I)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WORDS = {"two": 2, "three": 3, "five": 5, "ten": 10, "": 1}


def procedures(submission: Submission, kind: str) -> dict[str, Row]:
    """Return the first row of each parameter that says how it is measured."""
    found: dict[str, Row] = {}
    for parameter, row in submission.rows(kind):
        if row.text("procedure"):
            found.setdefault(parameter.symbol, row)
    return found


def pairs(material: Material) -> Iterator[tuple[str, Row, str, str]]:
    """Yield what report and plan say of the measurement of a parameter."""
    planned = procedures(material.registered, "MPS")
    for symbol, row in procedures(material.report, "MRS").items():
        if symbol in planned:
            yield symbol, row, row.text("procedure"), planned[symbol].text("procedure")


measured(
    "E1",
    "Calibration overdue, readings used as they are",
    "Between the day on which a calibration was due and the day of the next one, readings are corrected.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/O2MB1J8QAT6GF9H/viewPublic",
    needs="result meters",
)
measured(
    "E2",
    "Certificates do not cover the period",
    "The calibrations of each meter in use cover the period; where they do not, readings are corrected.",
    "https://cdm.unfccc.int/IRCheck/poaiss_forms/AB03HZSP2OE6U5L/viewPublic",
    needs="result meters",
)


@check(
    "E3",
    "Interval differs from the plan",
    "Meters are calibrated as often as the plan says; no longer interval is reported.",
    needs="plan",
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/QYNMUBL9X2KFDTO/viewPublic",
)
def interval(material: Material) -> Iterator[Finding]:
    """Find intervals of calibration other than planned; an error where they are longer."""
    for symbol, row, now, before in pairs(material):
        found, expected = months(now), months(before)
        if found and expected and found != expected:
            message = _("the meter of {symbol} is calibrated every {found} months, and the plan says {expected}")
            message = message.format(symbol=symbol, found=found, expected=expected)
            severity = Severity.ERROR if found > expected else Severity.WARNING
            place = row.cells["procedure"].address
            yield Finding(message, place, symbol, found, expected, _("the plan"), severity=severity)


def months(text: str) -> int:
    """Return every how many months a text says that a meter is calibrated; 0 where it does not say it."""
    match = EVERY.search(text)
    if match is None:
        return 0
    count = WORDS.get((match[1] or "").casefold()) or int(match[1])
    return count * (12 if match[2].casefold() == "year" else 1)


measured(
    "E4",
    "Correction on the net only",
    "Each reading is corrected by itself, in the direction that lowers ER, before anything is taken from another.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/OEYZXW51RP0S7FI/viewPublic",
    needs="result meters",
)
measured(
    "E5",
    "Correction too small or missing for one instrument",
    "The factor that was applied while a calibration was late is the error that is due.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/JXUEG2BKT1SLHWC/viewPublic",
    needs="result meters",
)
measured(
    "E6",
    "Which error? Class or found",
    "Where the rules say so, the error that the late calibration found is applied if it is the larger one.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/46KALGQ7I2BXT0J/viewPublic",
    needs="result meters",
)
measured(
    "E7",
    "Correction window wrong",
    "Corrected is the time between the due day and the calibration, to the day: no more, and no less.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/DQIML5HSAJ319NX/viewPublic",
    needs="result meters",
)
measured(
    "E8",
    "Correction announced, not carried out",
    "What the case file declares to be done with readings shows in the amounts of the report.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/29YPO7FB1M8SQIW/viewPublic",
    needs="result meters",
)


@check(
    "E9",
    "Date that can be read two ways",
    "Dates are dates, and dates and numbers are written so that they can be read in one way only.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/O2MB1J8QAT6GF9H/viewPublic",
)
def two_ways(material: Material) -> Iterator[Finding]:
    """Find dates such as 12/03/2024."""
    unclear = material.problems(ProblemKind.AMBIGUOUS_DATE, ProblemKind.AMBIGUOUS_NUMBER)
    for problem in (*unclear, *material.unclear):
        number = ProblemKind.AMBIGUOUS_NUMBER in problem.kinds
        question = _("thousands or decimals?") if number else _("day or month first?")
        message = Message("{}: {}").format(problem.subject, problem.complaint)
        yield Finding(message, subject=problem.subject, question=question, unresolved=True)


@check(
    "E10",
    "Accuracy class other than planned",
    "The accuracy class of a meter is the planned one, or better.",
    needs="plan",
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/QYNMUBL9X2KFDTO/viewPublic",
)
def accuracy(material: Material) -> Iterator[Finding]:
    """Find classes other than planned; an error where they are worse."""
    for symbol, row, now, before in pairs(material):
        found, expected = CLASS.search(now), CLASS.search(before)
        if found and expected and float(found[1]) != float(expected[1]):
            worse = float(found[1]) > float(expected[1])
            message = _("the meter of {symbol} has class {found}, and the plan has {expected}")
            message = message.format(symbol=symbol, found=found[1], expected=expected[1])
            severity = Severity.ERROR if worse else Severity.WARNING
            times = float(found[1]) / float(expected[1])
            because = _("the plan; a correction for a late calibration by the class would be {times:g} times as large")
            because = because.format(times=times)
            place = row.cells["procedure"].address
            yield Finding(message, place, symbol, found[1], expected[1], because, severity=severity)


@check(
    "E11",
    "Meters do not match the plan",
    "Readings come from meters of the plan, and the report names no others.",
    needs="meters",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/1M7FLIJ0S92WVZ5/viewPublic",
)
def unknown(material: Material) -> Iterator[Finding]:
    """Find readings of meters that the plan does not know; a warning where the report only names one."""
    meters = material.metered
    assert meters is not None
    follows = {one.name: one.follows for one in meters.successors}
    for name in meters.unknown:
        steps = meters.steps.get(name)
        time = "" if steps is None else meters.told(int(steps.start[0]), int(steps.stop[-1]))
        message = _("there are readings of {name}, which the plan does not have").format(name=name)
        if name in follows:
            follow = _("they begin where those of {name} end").format(name=follows[name])
            message = Message("; ").join([message, follow])
        where = Message(", ").join(filter(None, (name, time)))
        yield Finding(message, where, name, name, listed(meters.known, limit=6))
    yield from material.measured("E11")
    for symbol, row, names, devices in stated(material):
        here = {*names, *(device.serial for device in devices)}
        named = [name for text in NAMED.findall(_said(row)) for name in NAME.findall(text)]
        strange = [name for name in named if name not in here | set(meters.unknown)]
        if strange:
            there, planned = listed(strange), listed(names, limit=6)
            message = _("the report names meter {names} for {symbol}, and the plan has {planned}")
            message = message.format(names=there, symbol=symbol, planned=planned)
            place = row.cells["procedure"].address
            yield Finding(message, place, symbol, there, planned, severity=Severity.WARNING)


@check(
    "E12",
    "Meter data stated differently",
    "The days of calibration and the accuracy class in the report are those of the meters.",
    severity=Severity.WARNING,
    needs="meters",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/PUGAX0RIEJ6Q28N/viewPublic",
)
def stated_differently(material: Material) -> Iterator[Finding]:
    """Find days of calibration and classes that the meters do not have."""
    planned = {symbol: before for symbol, _, _, before in pairs(material)} if "plan" in material.has else {}
    for symbol, row, _names, devices in stated(material):
        said, place = _said(row), row.cells["procedure"].address
        days = {str(one.on) for device in devices for one in device.calibrations}
        strange = [day for part in CALIBRATED.findall(said) for day in DAY.findall(part) if day not in days]
        if days and strange:
            message = _("the report has a calibration on {strange} for {symbol}, the meters on {days}")
            message = message.format(strange=listed(strange), symbol=symbol, days=listed(sorted(days)))
            yield Finding(message, place, symbol, listed(strange), listed(sorted(days)))
        classes = {device.accuracy_class for device in devices if device.accuracy_class}
        found, before = CLASS.search(said), CLASS.search(planned.get(symbol, ""))
        if classes and found and not any(_same(found[1], one) for one in classes):
            if before and not _same(before[1], found[1]):
                continue  # a finding of its own, against the plan
            message = _("the report has class {found} for {symbol}, and the meters {classes}")
            message = message.format(found=found[1], symbol=symbol, classes=listed(sorted(classes)))
            yield Finding(message, place, symbol, found[1], listed(sorted(classes)))


def stated(material: Material) -> Iterator[tuple[str, Row, list[str], list[Device]]]:
    """Yield each parameter with its row in the report, its meters, and the devices of these."""
    meters = material.metered
    assert meters is not None
    rows = {parameter.name: (parameter, row) for parameter, row in material.report.rows() if _said(row)}
    for parameter, row in rows.values():
        names = [
            name for name in meters.known if meters.plan.meters[name].parameter in (parameter.name, parameter.symbol)
        ]
        if names:
            yield parameter.symbol, row, names, [one for name in names for one in meters.plan.meters[name].devices]


def _said(row: Row) -> str:
    return "; ".join(filter(None, (row.text("source"), row.text("procedure"), row.text("comment"))))


def _same(one: str, other: str) -> bool:
    """Whether two classes are one: 0.5 and 0.50 are, 0.5 and 0.5s are not."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.casefold() == other.casefold()
