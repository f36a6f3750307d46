"""Group I: cross-checks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from jcm_calc.base.languages import _
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, Severity, finding
from jcm_calc.verification.location import Location, at, located
from jcm_calc.verification.spreadsheet import as_number
from jcm_calc.verification.submission import Submission

# More than this share above the plan is asked about; reviewers asked at 12.5 % and above.
MUCH = 0.10
# From so many times the plan on, the finding is a warning.
FAR = 2.0
ABOVE_PLAN = _("ER is {actual:,.6g} tCO2; the plan has {scaled:,.6g} tCO2 for {days:g} days (difference {share:+,.1%})")
PRESCRIBED = re.compile(r"cross-?\s?check|compared? (?:with|to|against)|checked against|verified against", re.I)
MEMORY = re.compile(r"\b(recall\w*|memory|interview\w*|oral\w*|statement of (the )?users?|hearsay)\b", re.I)


def option(text: str) -> str:
    """Return the letter of a monitoring option."""
    match = re.fullmatch(r"\s*(?:option\s*)?([A-Za-z])\s*", text, re.I)
    return match[1].upper() if match else ""


def other_option(documents: Analyses) -> Iterator[Finding]:
    """Find options that are not allowed or not planned."""
    planned = {}
    if "plan" in documents.has:
        planned = {parameter.name: option(row.text("option")) for parameter, row in documents.registered.rows("MPS")}
    told = set()
    for parameter, row in documents.report.rows():
        letter = option(row.text("option"))
        if not letter or (parameter.name, letter) in told:
            continue
        told.add((parameter.name, letter))
        place = located(row.cells["option"])
        before = planned.get(parameter.name)
        if parameter.options and letter not in parameter.options:
            allowed = _(" or ").join(parameter.options)
            message = _("{symbol} is monitored by option {found}, and the methodology allows {expected}")
            confirmed = parameter.evidence and parameter.evidence.confirmed
            doubt = "" if confirmed else _("the options are {evidence}").format(evidence=parameter.evidence)
            yield finding("I1", message, place, parameter.symbol, letter, allowed, unconfirmed=doubt)
        elif before and before != letter:
            message = _("{symbol} is monitored by option {found}, and the plan has option {expected}")
            yield finding("I1", message, place, parameter.symbol, letter, before, _("the plan"))


def balance(documents: Analyses) -> Iterator[Finding]:
    """Find balances that do not hold."""
    yield from _comparisons(documents, "I2", "at most")


def not_done(documents: Analyses) -> Iterator[Finding]:
    """Find cross-checks of the plan without a result."""
    meters = documents.meters
    checks = meters.plan.checks
    compared = {name for one in checks for name in (*one.left, *one.right)}
    measured = {meters.plan.meters[name].parameter for name in compared}
    rows = documents.registered.rows("MPS") if "plan" in documents.has else []
    told = set[str]()
    for parameter, row in rows:
        said = next((row.text(key) for key in ("procedure", "comment") if PRESCRIBED.search(row.text(key))), "")
        if said and not {parameter.name, parameter.symbol} & (measured | told):
            told.add(parameter.name)
            message = _("the plan provides for a cross-check of {symbol} ({said!r}), and none is declared")
            place, expected = located(row.cells["procedure"]), _("[[readings.checks]] in the case file")
            if documents.registered is not documents.report:
                place = place.in_file(documents.registered.name)
            yield finding("I3", message, place, parameter.symbol, expected=expected, say={"said": said})
    for name, meter in meters.plan.meters.items():
        if meter.check_only and name not in compared and name not in meters.unknown:
            message = _("{name} serves a cross-check only, and none is declared")
            yield finding("I3", message, at(meters=[name]), meter.parameter, say={"name": name})


def apart(documents: Analyses) -> Iterator[Finding]:
    """Find cross-checks that differ by more than their tolerance."""
    yield from _comparisons(documents, "I4", "equal")


def _comparisons(documents: Analyses, code: str, kind: str) -> Iterator[Finding]:
    meters = documents.meters
    declared = {one.name: one for one in meters.plan.checks}
    for one in meters.monitored.comparisons:
        if one.agrees or declared[one.name].kind != kind:
            continue
        message = _(
            "{check}, {period}: {found} against {expected} {unit} ({difference:+.3%}), allowed is {tolerance:.3%}"
        )
        values = {name: getattr(one, name) for name in ("period", "unit", "difference", "tolerance")}
        if one.tonnes is not None:
            effect = _("ER would change by {tonnes:+,.3f} tCO2 with the other one")
            message, values["tonnes"] = message + "; " + effect, one.tonnes
        sides, values["check"] = declared[one.name], one.name
        place = at(meters=[*sides.left, *sides.right], period=str(one.period))
        yield finding(code, message, place, sides.left[0], one.left, one.right, say=values, unit=one.unit)


def shared(documents: Analyses) -> Iterator[Finding]:
    """Find meters with one serial number at two points."""
    meters = documents.meters
    points: dict[str, list[str]] = {}
    for name in meters.known:
        for serial in {device.serial for device in meters.plan.meters[name].devices if device.serial}:
            points.setdefault(serial, []).append(name)
    for serial, names in points.items():
        if len(names) > 1:
            message, question = (
                _("{names} have the meter {symbol} in common"),
                _("which of them does this meter measure?"),
            )
            say = {"names": _(" and ").join(names)}
            yield finding("I11", message, at(meters=names), serial, say=say, question=question)


def planned_yearly(plan: Submission) -> tuple[float, float] | None:
    """Return ER that the plan estimates and the days for which it does; undated, for a year."""
    for part, _row, cell in plan.reported_cells("MPS"):
        value = None if cell is None else as_number(cell.value)
        if not isinstance(value, int | float) or not math.isfinite(value):
            continue
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


def far_above(documents: Analyses) -> Iterator[Finding]:
    """Find reductions above the plan, scaled to the days of the report."""
    compared = with_plan(documents)
    if compared is None:
        return
    actual, days, planned, planned_days = compared
    scaled = planned * days / planned_days
    if actual > (1 + MUCH) * scaled:
        say = {"actual": actual, "share": actual / scaled - 1, "days": days, "scaled": scaled}
        because = _("the plan's {planned:,.6g} tCO2 in {days:g} days").format(planned=planned, days=planned_days)
        yield finding(
            *("I9", ABOVE_PLAN, _of_reductions(documents), "ER_p", actual, scaled, because, say),
            question=_("is the reason more activity, another factor, or other days?"),
            severity=Severity.WARNING if actual > FAR * scaled else None,
            unit="tCO2",
        )


def not_scaled(documents: Analyses) -> Iterator[Finding]:
    """Find reports of fewer days than the plan, which only for that reason seem to stay below it."""
    compared = with_plan(documents)
    if compared is None:
        return
    actual, days, planned, planned_days = compared
    if days < planned_days and actual <= (1 + MUCH) * planned and actual > (1 + MUCH) * planned * days / planned_days:
        message = _("the report covers {days:g} days and the plan {planned:g}: day by day, ER is above the estimate")
        say, per_day = {"days": days, "planned": planned_days}, (actual / days, planned / planned_days)
        yield finding("I10", message, _of_reductions(documents), "ER_p", *per_day, say=say, unit=_("tCO2 a day"))


def from_memory(documents: Analyses) -> Iterator[Finding]:
    """Find sources that are somebody's statement, not a record."""
    for parameter, row in documents.report.rows():
        if MEMORY.search(row.text("source")):
            message = _("the source of {symbol} is {found!r}")
            place, source = located(row.cells["source"]), row.text("source")
            yield finding("I12", message, place, parameter.symbol, source, question=_("which record confirms it?"))


CHECKS = {
    "I1": other_option,
    "I2": balance,
    "I3": not_done,
    "I4": apart,
    "I11": shared,
    "I9": far_above,
    "I10": not_scaled,
    "I12": from_memory,
}
