"""The report compared with the registered plan: values, units, options, how it measures, and how much it reduces."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.readings.clock import DAY
from jcm_calc.reports.workbook.tables import Row
from jcm_calc.rulebooks import versions
from jcm_calc.verification import ratios
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import check, has_text, in_both, or_readings
from jcm_calc.verification.documents import of_unit
from jcm_calc.verification.findings import Finding, Severity, finding
from jcm_calc.verification.location import Location, address, at, located, ranges
from jcm_calc.verification.quantities import EnteredValue, label_text
from jcm_calc.verification.spreadsheet import as_number, close
from jcm_calc.verification.submission import Submission

THE_PLAN = _("the plan")
CAPACITIES = ("kW", "MW", "GW", "USRt", "kVA", "MVA", "t/h", "t/d", "kL/d", "GJ/h")

# Values fixed beforehand


def comparable(entry: EnteredValue) -> bool:
    """Whether an entry is fixed beforehand, so that the plan has it too."""
    return not entry.monitored and entry.value is not None


@check(
    "D2",
    _("one year, and no value of the plan to compare with"),
    lambda m: len(m.report.examined) > 1 or ("plan" in m.has and in_both(comparable)(m)),
)
@check("J1", _("no capacity in report and plan"), in_both(lambda one: one.parameter.unit in CAPACITIES))
def changed(documents: Analyses) -> Iterator[Finding]:
    """Find values fixed beforehand that differ from the plan, or from year to year."""
    for problem in documents.problems(ProblemKind.YEARS_DIFFER):
        cells = problem.detail(ProblemKind.YEARS_DIFFER)
        places = tuple(at(*one.rsplit("!", 1)) for one in cells.splitlines())
        yield documents.of_problem("D2", problem, places)
    if "plan" in documents.has:
        yield from _named(documents)
    for entry, before in differing(documents):
        yield _deviation(documents, entry, before)


def differing(documents: Analyses) -> Iterator[tuple[EnteredValue, EnteredValue]]:
    """Yield each value fixed beforehand that is another one in the report than in the plan, with the planned one."""
    planned: dict[Any, EnteredValue | None] = {}
    for entry in filter(comparable, documents.registered.entries("MPS") if "plan" in documents.has else ()):
        before = planned.setdefault(of_unit(entry), entry)
        if before is not None and not _same(entry, before):
            planned[of_unit(entry)] = None  # planned with another value from year to year
    done: set[Any] = set()
    for entry in filter(comparable, documents.report.entries("MRS")):
        before, seen = planned.get(of_unit(entry)), (of_unit(entry), entry.value)
        # a plan for one year has a value once, a report of several years has it in each of them
        if before is not None and not _same(entry, before) and seen not in done:
            done.add(seen)
            yield entry, before


@check("A2")
def not_linked(documents: Analyses) -> Iterator[Finding]:
    """Find values fixed beforehand that are typed in on a report sheet, though the file has plan sheets with them."""
    planned = {of_unit(entry): entry for entry in filter(comparable, documents.report.entries("MPS"))}
    typed: dict[tuple[str, str], list[EnteredValue]] = {}
    for entry in filter(comparable, documents.report.entries("MRS")):
        before = None if "p" in entry.parameter.indices else planned.get(of_unit(entry))
        if before is not None and _same(entry, before) and documents.report.book.formula(entry.place) is None:
            typed.setdefault((entry.parameter.symbol, entry.place[0]), []).append(entry)
    for (symbol, _sheet), entries in typed.items():
        message = _("{symbol} is typed in on the report sheet, and does not follow the plan sheet of this workbook")
        places = ranges([entry.place for entry in entries])
        yield finding("A2", message, places, symbol, severity=Severity.WARNING)


def _named(documents: Analyses) -> Iterator[Finding]:
    """Yield each candidate that the report names instead of the plan's."""
    planned = {name: one for part in documents.registered.of("MPS") for name, one in part.found.named.items()}
    for part in documents.report.of("MRS"):
        for name, candidate in part.found.named.items():
            if planned.get(name, candidate) != candidate:
                symbol = documents.m.inputs[name].symbol
                message = _("{symbol} has the value for {found!r} in the report, and for {expected!r} in the plan")
                code = "D1" if symbol.startswith("GWP") else "D6"
                yield finding(code, message, at(part.roles["input"]), symbol, candidate, planned[name], THE_PLAN)


def _same(entry: EnteredValue, before: EnteredValue) -> bool:
    if entry.numeric and before.numeric:
        return close(entry.value, before.value, 1e-12)
    return str(entry.value).strip() == str(before.value).strip()


def _deviation(documents: Analyses, entry: EnteredValue, before: EnteredValue) -> Finding:
    parameter = entry.parameter
    code, cause, severity = kind(entry, before)
    numeric = before.numeric
    corrected = documents.correcting(entry, before.value) if numeric and documents.report.result is not None else {}
    unit, declared = (f" {parameter.unit}", parameter.unit) if numeric and parameter.unit else ("", "")
    message = _("{symbol} is {found}{unit} in the report and {expected}{unit} in the plan")
    because = _("the plan, {place}: {section}").format(place=before.address, section=parameter.section)
    values = (code, entry, message, before.value, because, {"unit": unit})
    return documents.of_entry(*values, cause=cause, severity=severity, unit=declared, **corrected)


def kind(entry: EnteredValue, before: EnteredValue) -> tuple[str, str, Severity | None]:
    """Return the code of the check of a deviation, the likely cause, and its severity if not the usual."""
    parameter = entry.parameter
    if not entry.numeric or not before.numeric:
        selects = parameter.is_class or not parameter.textual
        return "J6", "", None if selects else Severity.WARNING
    ratio = entry.value / before.value if before.value else math.nan
    code, cause = ratios.slip(ratio, parameter.unit)
    if (code == "B4" and math.isclose(ratio, 3.6)) or math.isclose(ratio, 1 / 3.6):
        return "B3", cause, None
    if code:
        return ("B7" if code in ("B4", "C1") else code), cause, None
    if sets := ratios.other_potential(parameter.symbol, entry.value, before.value):
        return "D1", sets, None
    if cause := ratios.bound_for_bound(parameter.unit, ratio):
        return "D6", cause, None
    return "J1" if parameter.unit in CAPACITIES else "D2", "", None


# What the rows say of measurement


def stated(
    documents: Analyses, key: str, read: Callable[[str], Hashable] = str
) -> Iterator[tuple[Parameter, Row, Any, list[Any]]]:
    """Yield what a column of the report says of a parameter, each once, with all that the plan says of it there."""
    planned: dict[str, list[Any]] = {}
    for parameter, row in documents.registered.rows("MPS") if "plan" in documents.has else ():
        if said := read(row.text(key)):
            planned.setdefault(parameter.name, []).append(said)
    done = set()
    for parameter, row in documents.report.rows():
        said = read(row.text(key))
        if said and parameter.name in planned and (parameter.name, said) not in done:
            done.add((parameter.name, said))
            yield parameter, row, said, planned[parameter.name]


CLASS = re.compile(r"(?:accuracy )?class\s*(?:of\s*)?(\d+(?:\.\d+)?)", re.I)
EVERY = re.compile(r"calibrat\w*[^.;]*?every\s+(?:(\d+|two|three|five|ten)\s+)?(month|year)s?", re.I)
WORDS = {"two": 2, "three": 3, "five": 5, "ten": 10, "": 1}
OFTEN = re.compile(r"(?:every\s+(\d+)\s+)?(hour|day|daily|week|month|quarter|year|annual)", re.I)
LENGTH = {"hour": 1 / 24, "day": 1.0, "daily": 1.0, "week": 7.0, "month": 31.0, "quarter": 92.0, "year": 366.0}
MANY = 1.5  # more than so many times the planned interval is too seldom
TEXTS = (_("frequency"), _("procedure"), _("source"))


def accuracy_class(text: str) -> str:
    """Return the accuracy class that a text has, as it is written there; nothing where it has none."""
    match = CLASS.search(text)
    return "" if match is None else match[1]


def months(text: str) -> int:
    """Return every how many months a text says that a meter is calibrated; 0 where it does not say it."""
    match = EVERY.search(text)
    if match is None:
        return 0
    count = WORDS.get((match[1] or "").casefold()) or int(match[1])
    return count * (12 if match[2].casefold() == "year" else 1)


def option(text: str) -> str:
    """Return the letter of a monitoring option."""
    match = re.fullmatch(r"\s*(?:option\s*)?([A-Za-z])\s*", text, re.I)
    return match[1].upper() if match else ""


def folded(text: str) -> str:
    """Return a text without what two spellings of it differ in."""
    return " ".join(text.split()).casefold()


@check("E3", _("no interval of calibration in report and plan"), lambda m: stated(m, "procedure", months))
def interval(documents: Analyses) -> Iterator[Finding]:
    """Find intervals of calibration other than planned; an error where they are longer."""
    message = _("the meter of {symbol} is calibrated every {found} months, and the plan says {expected}")
    return _otherwise(documents, "E3", months, message, THE_PLAN, _("months"))


@check("E10", _("no accuracy class in report and plan"), lambda m: stated(m, "procedure", accuracy_class))
def accuracy(documents: Analyses) -> Iterator[Finding]:
    """Find classes other than planned; an error where they are worse."""
    message = _("the meter of {symbol} has class {found}, and the plan has {expected}")
    because = _("the plan; a correction for a late calibration by the class would be {times:g} times as large")
    return _otherwise(documents, "E10", accuracy_class, message, because)


def _otherwise(
    documents: Analyses, code: str, read: Callable[[str], Any], message: Message, because: Message, unit: str = ""
) -> Iterator[Finding]:
    """Yield what procedures say of meters otherwise than the plan: an error where the number is larger."""
    for parameter, row, found, (expected, *_others) in stated(documents, "procedure", read):
        if float(found) != float(expected):
            why = because.format(times=float(found) / float(expected))
            severity = Severity.ERROR if float(found) > float(expected) else Severity.WARNING
            values = (located(row.cells["procedure"]), parameter.symbol, found, expected, why)
            yield finding(code, message, *values, severity=severity, unit=unit)


@check("I1", _("no monitoring option is named"), or_readings(has_text("option")))
def other_option(documents: Analyses) -> Iterator[Finding]:
    """Find options that are not allowed or not planned."""
    planned = {
        (parameter.name, found): known[-1] for parameter, _row, found, known in stated(documents, "option", option)
    }
    done = set()
    for parameter, row in documents.report.rows():
        letter = option(row.text("option"))
        if not letter or (parameter.name, letter) in done:
            continue
        done.add((parameter.name, letter))
        place, before = located(row.cells["option"]), planned.get((parameter.name, letter), letter)
        if parameter.options and letter not in parameter.options:
            allowed = _(" or ").join(parameter.options)
            message = _("{symbol} is monitored by option {found}, and the methodology allows {expected}")
            confirmed = parameter.evidence and parameter.evidence.confirmed
            doubt = "" if confirmed else _("the options are {evidence}").format(evidence=parameter.evidence)
            yield finding("I1", message, place, parameter.symbol, letter, allowed, unconfirmed=doubt)
        elif before != letter:
            message = _("{symbol} is monitored by option {found}, and the plan has option {expected}")
            yield finding("I1", message, place, parameter.symbol, letter, before, THE_PLAN)


@check("J5", _("no monitoring points in report and plan"), lambda m: stated(m, "point"))
def point(documents: Analyses) -> Iterator[Finding]:
    """Find numbers of monitoring points other than planned."""
    done: set[str] = set()
    for parameter, row, found, planned in stated(documents, "point"):
        if found not in {*planned, *done}:
            done.add(found)
            expected = ", ".join(sorted(set(planned)))
            message = _("{symbol} is measured at point {found}, and the plan has {expected}")
            yield finding("J5", message, located(row.cells["point"]), parameter.symbol, found, expected, THE_PLAN)


@check(
    "K4",
    _("no text on measurement in report and plan"),
    lambda m: (one for key in TEXTS for one in stated(m, key)),
)
def two_ways(documents: Analyses) -> Iterator[Finding]:
    """Find frequencies, procedures and sources that differ from the plan."""
    message = _("the {key} of {symbol} is {found!r}, and {expected!r} in the plan")
    question = _("which of the two is right?")
    for key in TEXTS:
        for parameter, row, found, (expected, *_others) in stated(documents, key):
            if folded(found) != folded(expected):
                values = (located(row.cells[key]), parameter.symbol, found, expected)
                yield finding("K4", message, *values, say={"key": key}, question=question)


def frequencies(documents: Analyses) -> dict[tuple[str, str], float]:
    """Return how many days may lie between two readings of a parameter, as the plan says it, by name and symbol."""
    found = {}
    for parameter, row in documents.registered.rows("MPS"):
        if match := OFTEN.search(row.text("frequency")):
            length = LENGTH.get(match[2].casefold(), LENGTH["year"])
            found[parameter.name, parameter.symbol] = int(match[1] or 1) * length
    return found


@check("F9", _("the plan names no frequency"), frequencies)
def too_few_readings(documents: Analyses) -> Iterator[Finding]:
    """Find meters that were read less often than the plan says."""
    meters, planned = documents.meters, frequencies(documents)
    for name in meters.known:
        meter, steps = meters.plan.meters[name], meters.steps.get(name)
        step = next((one for key, one in planned.items() if meter.parameter in key), None)
        if steps is None or step is None:
            continue
        lengths = np.minimum((steps.stop - steps.start) // steps.count, 366 * DAY)
        usual = float(np.median(np.repeat(lengths, steps.count))) / DAY
        if usual > MANY * step:
            message = _("{name} was read every {usual:.3g} days, and the plan says every {step:.3g}")
            values, because = {"name": name, "usual": usual, "step": step}, _("the plan, column (j)")
            place = at(meters=[name])
            yield finding("F9", message, place, meter.parameter, usual, step, because, values, unit=_("days"))


@check(
    "D10",
    _("no dated rows behind a monitored property"),
    lambda m: any(not one.entry.parameter.adds_over_time for one in m.rows.of.values()),
)
def too_rare(documents: Analyses) -> Iterator[Finding]:
    """Find monitored properties with fewer dated determinations than planned."""
    planned = frequencies(documents)
    for entry in documents.report.entries():
        parameter, rows = entry.parameter, documents.rows.of.get(entry.place)
        step = planned.get((parameter.name, parameter.symbol))
        period = entry.period
        if parameter.adds_over_time or rows is None or step is None or period is None:
            continue
        times = {str(line.period) for line in rows.lines if line.value is not None}
        due = max(1, round(period.days / step))
        if len(times) < due:
            message = _("{symbol} was determined {found} times in {period}, and the plan requires {expected}")
            values = (entry.address, parameter.symbol, len(times), due, _("the plan, column (j)"), {"period": period})
            yield finding("D10", message, *values, unit=_("determinations"))


# Units, version, options


@check("J3", _("no units in report and plan"), in_both(lambda one: any(letter != "p" for letter in one.labels)))
def units(documents: Analyses) -> Iterator[Finding]:
    """Find units of the plan without rows; rows of units that the plan lacks, which is an error."""
    planned, reported = _units(documents.registered, "MPS"), _units(documents.report, "MRS")
    for letter in planned.keys() & reported.keys():
        meaning = documents.m.indices[letter]
        new = [label for label in reported[letter] if label not in planned[letter]]
        gone = [label for label in planned[letter] if label not in reported[letter]]
        if new:
            message = _("{meaning} {found} is credited, and the plan does not have it")
            places = tuple(reported[letter][label] for label in new)
            yield finding("J3", message, places, letter, listed(new), say={"meaning": meaning}, severity=Severity.ERROR)
        if gone:
            message = _("{meaning} {labels} of the plan has no row in the report: {count} of {every} units")
            counts = {"count": len(reported[letter]), "every": len(planned[letter])}
            places = tuple(documents.in_plan(planned[letter][label]) for label in gone)
            say = {"meaning": meaning, "labels": listed(gone), **counts}
            yield finding("J3", message, places, letter, say=say, question=_("was the unit out of service?"))


def _units(submission: Submission, kind: str) -> dict[str, dict[str, Location]]:
    """Return the labels along each index, and where each is first seen."""
    found: dict[str, dict[str, Location]] = {}
    for entry in submission.entries(kind):
        for letter, label in entry.labels.items():
            if letter != "p" and letter in submission.m.indices:
                found.setdefault(letter, {}).setdefault(label, _label_cell(submission, entry, label))
    return found


def _label_cell(submission: Submission, entry: EnteredValue, label: str) -> Location:
    """Return the cell that names the unit of an entry."""
    sheet, row, _column = entry.place
    cells = submission.book.grid(sheet)[row]
    column = next((at for at, cell in enumerate(cells) if label_text(cell) == label), None)
    return entry.address if column is None else address((sheet, row, column))


@check("J4")
def version(documents: Analyses) -> Iterator[Finding]:
    """Find headers that differ among the sheets, or from the plan."""
    report, plan = documents.report, documents.plan
    applied = (report.m.number, report.m.version)
    used = " ver ".join(applied)
    for sheet, named in report.headers.items():
        for number, number_version in named:
            if (number, number_version) != applied:
                message = _("the header names {header}, and {expected} was applied")
                if number == applied[0] and number_version not in versions(number):
                    message += _("; this version is not known here, and its rules were not applied")
                header = f"{number} ver {number_version}"
                texts = (cell for cells in report.book.grid(sheet) for cell in cells if number in str(cell))
                values = (report.cells_with(number, [sheet]), _("header"), next(texts, header), used)
                yield finding("J4", message, *values, say={"header": header})
    planned = used if plan is None else " ver ".join((plan.m.number, plan.m.version))
    if plan is not None and planned != used:
        message = _("the report follows {found}, and the plan {expected}")
        yield finding("J4", message, at(file=plan.name), _("header"), used, planned)


@check(
    "J6",
    _("no classes, options or facts in report and plan"),
    lambda m: m.report.choices() or in_both(lambda one: isinstance(one.value, str))(m),
)
def description(documents: Analyses) -> Iterator[Finding]:
    """Find classes and options that differ, which select values; other facts, which is a warning."""
    planned = documents.registered.choices("MPS")
    for part in documents.report.of("MRS"):
        for name, option in part.found.choices.items():
            if name in planned and planned[name] != option:
                message = _("{symbol} is {found!r} in the report and {expected!r} in the plan")
                yield finding("J6", message, at(part.roles["input"]), name, option, planned[name], THE_PLAN)


# The reductions of the plan

# More than this share above the plan is asked about; reviewers asked at 12.5 % and above.
MUCH = 0.10
# From so many times the plan on, the finding is a warning.
FAR = 2.0
ABOVE_PLAN = _("ER is {actual:,.6g} tCO2; the plan has {scaled:,.6g} tCO2 for {days:g} days (difference {share:+,.1%})")


def planned_yearly(plan: Submission) -> tuple[float, float] | None:
    """Return ER that the plan estimates and the days for which it does; undated, for a year."""
    for part, _row, cell in plan.reported_cells("MPS"):
        value = None if cell is None else as_number(cell.value)
        if isinstance(value, int | float) and math.isfinite(value):
            dated = [period.days for period in part.periods if period.dated]
            return float(value), float(sum(dated)) if dated else 365.0
    return None


def with_plan(documents: Analyses) -> tuple[float, float, float, float] | None:
    """Return ER and days of the report, and of the plan."""
    estimate = planned_yearly(documents.registered)
    periods = documents.result.inputs.periods
    if estimate is None or estimate[0] <= 0 or len({period.dated for period in periods}) > 1:
        return None
    # a report without dates is for as many days as the plan
    days = float(sum(period.days for period in periods)) if periods[0].dated else estimate[1]
    return float(documents.effects.actual["ER"].sum()), days, *estimate


def _of_reductions(documents: Analyses) -> tuple[Location, ...]:
    """Return the cells that show ER: on the calculation sheets, or in table 3."""
    cells = tuple(cell.address for cell in documents.sheet.cells if cell.name == "ER")
    return cells or tuple(located(cell) for _part, cell, _exact in documents.report.reported_cells())


@check("I9 I10", _("no estimate for periods with dates"), with_plan)
def above_plan(documents: Analyses) -> Iterator[Finding]:
    """Find reductions above the plan, scaled to the days of the report; for fewer days they may seem to be below it."""
    if (compared := with_plan(documents)) is None:
        return
    actual, days, planned, planned_days = compared
    scaled = planned * days / planned_days
    if actual <= (1 + MUCH) * scaled:
        return
    say = {"actual": actual, "share": actual / scaled - 1, "days": days, "scaled": scaled}
    because = _("the plan's {planned:,.6g} tCO2 in {days:g} days").format(planned=planned, days=planned_days)
    place, severity = _of_reductions(documents), Severity.WARNING if actual > FAR * scaled else None
    question = _("is the reason more activity, another factor, or other days?")
    values = ("I9", ABOVE_PLAN, place, "ER_p", actual, scaled, because, say)
    yield finding(*values, question=question, severity=severity, unit="tCO2")
    if days < planned_days and actual <= (1 + MUCH) * planned:
        message = _("the report covers {days:g} days and the plan {planned:g}: day by day, ER is above the estimate")
        say, per_day = {"days": days, "planned": planned_days}, (actual / days, planned / planned_days)
        yield finding("I10", message, place, "ER_p", *per_day, say=say, unit=_("tCO2 a day"))
