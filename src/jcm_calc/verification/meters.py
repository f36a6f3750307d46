"""Group E: meters and their calibration, as workbooks describe them and as readings tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.readings.plan import Device
from jcm_calc.reports.workbook.tables import Cell, Row
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, Severity, finding, of_problem
from jcm_calc.verification.location import at, located
from jcm_calc.verification.submission import Submission

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


def pairs(documents: Analyses) -> Iterator[tuple[str, Row, str, str]]:
    """Yield what report and plan say of the measurement of a parameter."""
    planned = procedures(documents.registered, "MPS")
    for symbol, row in procedures(documents.report, "MRS").items():
        if symbol in planned:
            yield symbol, row, row.text("procedure"), planned[symbol].text("procedure")


def interval(documents: Analyses) -> Iterator[Finding]:
    """Find intervals of calibration other than planned; an error where they are longer."""
    for symbol, row, now, before in pairs(documents):
        found, expected = months(now), months(before)
        if found and expected and found != expected:
            message = _("the meter of {symbol} is calibrated every {found} months, and the plan says {expected}")
            severity, because = Severity.ERROR if found > expected else Severity.WARNING, _("the plan")
            values = (located(row.cells["procedure"]), symbol, found, expected, because)
            yield finding("E3", message, *values, severity=severity, unit=_("months"))


def months(text: str) -> int:
    """Return every how many months a text says that a meter is calibrated; 0 where it does not say it."""
    match = EVERY.search(text)
    if match is None:
        return 0
    count = WORDS.get((match[1] or "").casefold()) or int(match[1])
    return count * (12 if match[2].casefold() == "year" else 1)


def two_ways(documents: Analyses) -> Iterator[Finding]:
    """Find dates such as 12/03/2024."""
    unclear = documents.problems(ProblemKind.AMBIGUOUS_DATE, ProblemKind.AMBIGUOUS_NUMBER)
    for problem in (*unclear, *documents.unclear):
        number = ProblemKind.AMBIGUOUS_NUMBER in problem.kinds
        question = (
            _("is the sign a thousands separator or a decimal sign?")
            if number
            else _("does the date begin with the day or with the month?")
        )
        places = documents.report.places_of(problem.subject)
        yield of_problem("E9", problem, places, question=question, unresolved=True)


def accuracy(documents: Analyses) -> Iterator[Finding]:
    """Find classes other than planned; an error where they are worse."""
    for symbol, row, now, before in pairs(documents):
        found, expected = CLASS.search(now), CLASS.search(before)
        if found and expected and float(found[1]) != float(expected[1]):
            worse = float(found[1]) > float(expected[1])
            message = _("the meter of {symbol} has class {found}, and the plan has {expected}")
            severity = Severity.ERROR if worse else Severity.WARNING
            times = float(found[1]) / float(expected[1])
            because = _("the plan; a correction for a late calibration by the class would be {times:g} times as large")
            because = because.format(times=times)
            place = located(row.cells["procedure"])
            yield finding("E10", message, place, symbol, found[1], expected[1], because, severity=severity)


def unknown(documents: Analyses) -> Iterator[Finding]:
    """Find readings of meters that the plan does not know; a warning where the report only names one."""
    meters = documents.meters
    follows = {one.name: one.follows for one in meters.successors}
    for name in meters.unknown:
        steps = meters.steps.get(name)
        time = "" if steps is None else meters.told(int(steps.start[0]), int(steps.stop[-1]))
        message = _("there are readings of {name}, which the plan does not have").format(name=name)
        if name in follows:
            follow = _("they begin where those of {name} end").format(name=follows[name])
            message = Message("; ").join([message, follow])
        yield Finding("E11", message, at(meters=[name], period=time), name, name, listed(meters.known, limit=6))
    for symbol, row, names, devices in stated(documents):
        here = {*names, *(device.serial for device in devices)}
        named = [name for text in NAMED.findall(_said(row)) for name in NAME.findall(text)]
        strange = [name for name in named if name not in here | set(meters.unknown)]
        if strange:
            message = _("the report names meter {found} for {symbol}, and the plan has {expected}")
            place = next(located(cell) for cell in _cells(row) if any(name in str(cell.value) for name in strange))
            there, planned = listed(strange), listed(names, limit=6)
            yield finding("E11", message, place, symbol, there, planned, severity=Severity.WARNING)


def stated_differently(documents: Analyses) -> Iterator[Finding]:
    """Find days of calibration and classes that the meters do not have."""
    planned = {symbol: before for symbol, _, _, before in pairs(documents)} if "plan" in documents.has else {}
    for symbol, row, _names, devices in stated(documents):
        said, place = _said(row), located(row.cells["procedure"])
        days = {str(one.on) for device in devices for one in device.calibrations}
        strange = [day for part in CALIBRATED.findall(said) for day in DAY.findall(part) if day not in days]
        if days and strange:
            message = _("the report has a calibration on {found} for {symbol}, the meters on {expected}")
            yield finding("E12", message, place, symbol, listed(strange), listed(sorted(days)))
        classes = {device.accuracy_class for device in devices if device.accuracy_class}
        found, before = CLASS.search(said), CLASS.search(planned.get(symbol, ""))
        if classes and found and not any(_same(found[1], one) for one in classes):
            if before and not _same(before[1], found[1]):
                continue  # a finding of its own, against the plan
            message = _("the report has class {found} for {symbol}, and the meters {expected}")
            yield finding("E12", message, place, symbol, found[1], listed(sorted(classes)))


def stated(documents: Analyses) -> Iterator[tuple[str, Row, list[str], list[Device]]]:
    """Yield each parameter with its row in the report, its meters, and the devices of these."""
    meters = documents.meters
    rows = {parameter.name: (parameter, row) for parameter, row in documents.report.rows() if _said(row)}
    for parameter, row in rows.values():
        names = [
            name for name in meters.known if meters.plan.meters[name].parameter in (parameter.name, parameter.symbol)
        ]
        if names:
            yield parameter.symbol, row, names, [one for name in names for one in meters.plan.meters[name].devices]


def _cells(row: Row) -> list[Cell]:
    """Return the cells of a row that speak of meters."""
    return [row.cells[key] for key in ("source", "procedure", "comment") if key in row.cells]


def _said(row: Row) -> str:
    return "; ".join(filter(None, (str(cell.value).strip() for cell in _cells(row))))


def _same(one: str, other: str) -> bool:
    """Whether two classes are one: 0.5 and 0.50 are, 0.5 and 0.5s are not."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.casefold() == other.casefold()


CHECKS = {
    "E3": interval,
    "E9": two_ways,
    "E10": accuracy,
    "E11": unknown,
    "E12": stated_differently,
}
