"""Group I: cross-checks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from jcm_calc.languages import Message, _
from jcm_calc.verification.checks import check
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.material import Material, Submission
from jcm_calc.verification.spreadsheet import as_number

# More than this share above the plan is asked about; reviewers asked at 12.5 % and above.
MUCH = 0.10
# More than so many times the plan is remarked on, whatever the reason.
FAR = 2.0
PRESCRIBED = re.compile(r"cross-?\s?check|compared? (?:with|to|against)|checked against|verified against", re.I)
RECALL = re.compile(r"\b(recall\w*|memory|interview\w*|oral\w*|statement of (the )?users?|hearsay)\b", re.I)


def option(text: str) -> str:
    """Return the letter of a monitoring option."""
    match = re.fullmatch(r"\s*(?:option\s*)?([A-Za-z])\s*", text, re.I)
    return match[1].upper() if match else ""


@check(
    "I1",
    "Invoice used instead of the meter",
    "A parameter is monitored by an option that the methodology allows, and by the one that the plan names.",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/1C7MJILH4KFX0A5/viewPublic",
)
def other_option(material: Material) -> Iterator[Finding]:
    """Find options that are not allowed or not planned."""
    yield from material.measured("I1")
    planned = {}
    if "plan" in material.has:
        planned = {parameter.name: option(row.text("option")) for parameter, row in material.registered.rows("MPS")}
    told = set()
    for parameter, row in material.report.rows():
        letter = option(row.text("option"))
        if not letter or (parameter.name, letter) in told:
            continue
        told.add((parameter.name, letter))
        place = row.cells["option"].address
        before = planned.get(parameter.name)
        if parameter.options and letter not in parameter.options:
            allowed = _(" or ").join(parameter.options)
            message = _("{symbol} is monitored by option {letter}, and the methodology allows {allowed}")
            message = message.format(symbol=parameter.symbol, letter=letter, allowed=allowed)
            confirmed = parameter.evidence and parameter.evidence.confirmed
            doubt = "" if confirmed else _("the options are {evidence}").format(evidence=parameter.evidence)
            yield Finding(message, place, parameter.symbol, letter, allowed, unconfirmed=doubt)
        elif before and before != letter:
            message = _("{symbol} is monitored by option {letter}, and the plan has option {before}")
            message = message.format(symbol=parameter.symbol, letter=letter, before=before)
            yield Finding(message, place, parameter.symbol, letter, before, _("the plan"))


@check(
    "I2",
    "More used than supplied",
    "Balances that are declared for the site hold: what sub-meters read is at most what the main meter does.",
    needs="readings",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/XFGCIM7OZ48QYB6/viewPublic",
)
def balance(material: Material) -> Iterator[Finding]:
    """Find balances that do not hold."""
    yield from _comparisons(material, "at most")


@check(
    "I3",
    "Prescribed cross-check not done",
    "A cross-check that the plan speaks of is declared with its readings, and each check meter serves one.",
    severity=Severity.WARNING,
    needs="readings",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/IUM4O0SCVY9DPNG/viewPublic",
)
def not_done(material: Material) -> Iterator[Finding]:
    """Find cross-checks of the plan without a result."""
    meters = material.metered
    assert meters is not None
    checks = meters.plan.checks
    compared = {name for one in checks for name in (*one.left, *one.right)}
    measured = {meters.plan.meters[name].parameter for name in compared}
    rows = material.registered.rows("MPS") if "plan" in material.has else []
    told = set[str]()
    for parameter, row in rows:
        said = next((row.text(key) for key in ("procedure", "comment") if PRESCRIBED.search(row.text(key))), "")
        if said and not {parameter.name, parameter.symbol} & (measured | told):
            told.add(parameter.name)
            message = _("the plan provides for a cross-check of {symbol} ({said!r}), and none is declared")
            message = message.format(symbol=parameter.symbol, said=said)
            place, expected = row.cells["procedure"].address, _("[[readings.checks]] in the case file")
            yield Finding(message, place, parameter.symbol, expected=expected)
    for name, meter in meters.plan.meters.items():
        if meter.check_only and name not in compared and name not in meters.unknown:
            message = _("{name} serves a cross-check only, and none is declared").format(name=name)
            yield Finding(message, name, meter.parameter)


@check(
    "I4",
    "Main and check meter apart",
    "Meters and invoices that the plan compares differ by no more than it allows.",
    severity=Severity.WARNING,
    needs="readings",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/OZ3MQTV0YU4K86A/viewPublic",
)
def apart(material: Material) -> Iterator[Finding]:
    """Find cross-checks that differ by more than their tolerance."""
    yield from _comparisons(material, "equal")


def _comparisons(material: Material, kind: str) -> Iterator[Finding]:
    meters = material.metered
    assert meters is not None
    declared = {one.name: one for one in meters.plan.checks}
    for one in meters.monitored.comparisons:
        if one.agrees or declared[one.name].kind != kind:
            continue
        message = _("{check}, {period}: {left} against {right} {unit} ({difference:+.3%}), allowed is {tolerance:.3%}")
        message = message.format(
            check=one.name,
            period=one.period,
            left=shown_number(one.left),
            right=shown_number(one.right),
            unit=one.unit,
            difference=one.difference,
            tolerance=one.tolerance,
        )
        if one.tonnes is not None:
            effect = _("ER would change by {tonnes:+,.3f} tCO2 with the other one").format(tonnes=one.tonnes)
            message = Message("; ").join([message, effect])
        sides = declared[one.name]
        place = Message(", ").join([*sides.left, *sides.right, str(one.period)])
        yield Finding(message, place, sides.left[0], one.left, one.right)


@check(
    "I11",
    "Shared meter",
    "A meter serves one unit, or the plan says how its readings are apportioned.",
    severity=Severity.QUESTION,
    needs="meters",
    asked="https://cdm.unfccc.int/Projects/DB/RWTUV1163765609.51/iProcess/RWTUV1206018026.68/gotoRFR?rfrid=FFLW5U6AR0C5AYM7HTFLJPMK1511M9",
)
def shared(material: Material) -> Iterator[Finding]:
    """Find meters with one serial number at two points."""
    meters = material.metered
    assert meters is not None
    points: dict[str, list[str]] = {}
    for name in meters.known:
        for serial in {device.serial for device in meters.plan.meters[name].devices if device.serial}:
            points.setdefault(serial, []).append(name)
    for serial, names in points.items():
        if len(names) > 1:
            message = _("{names} have the meter {serial} in common")
            message = message.format(names=_(" and ").join(names), serial=serial)
            question = _("which of them does it serve, and how is it apportioned?")
            yield Finding(message, Message(", ").join(names), serial, question=question)


def planned_yearly(plan: Submission) -> tuple[float, float] | None:
    """Return ER that the plan estimates and the days for which it does; undated, for a year."""
    for part, _row, cell in plan.claims("MPS"):
        value = None if cell is None else as_number(cell.value)
        if not isinstance(value, int | float) or not math.isfinite(value):
            continue
        dated = [period.days for period in part.periods if period.dated]
        return float(value), float(sum(dated)) if dated else 365.0
    return None


def with_plan(material: Material) -> tuple[float, float, float, float] | None:
    """Return ER and days of the report, and of the plan."""
    estimate = planned_yearly(material.registered)
    periods = material.result.inputs.periods
    if estimate is None or estimate[0] <= 0 or len({period.dated for period in periods}) > 1:
        return None
    # a report without dates is for as many days as the plan
    days = float(sum(period.days for period in periods)) if periods[0].dated else estimate[1]
    return float(material.actual["ER"].sum()), days, *estimate


@check(
    "I9",
    "Far above the estimate",
    "Reductions a day are not far above those of the plan without a reason.",
    severity=Severity.QUESTION,
    needs="result plan",
    asked="https://cdm.unfccc.int/Projects/DB/DNV-CUK1158855257.5/iProcess/DNV-CUK1200044418.31/gotoRFR?rfrid=1ZCPAKFVPS24QALS2Q1A7QS9YZYSN1",
)
def far_above(material: Material) -> Iterator[Finding]:
    """Find reductions above the plan, scaled to the days of the report."""
    compared = with_plan(material)
    if compared is None:
        return
    actual, days, planned, planned_days = compared
    scaled = planned * days / planned_days
    if actual > (1 + MUCH) * scaled:
        message = _("ER is {actual:,.6g} tCO2, {share:+.1%} of what the plan has for {days:g} days ({scaled:,.6g})")
        message = message.format(actual=actual, share=actual / scaled - 1, days=days, scaled=scaled)
        question = _("more activity, another factor, or other days?")
        severity = Severity.WARNING if actual > FAR * scaled else None
        because = _("the plan's {planned:,.6g} tCO2 in {days:g} days").format(planned=planned, days=planned_days)
        yield Finding(message, "", "ER_p", actual, scaled, because, question=question, severity=severity)


@check(
    "I10",
    "Estimate not scaled to what was built",
    "A comparison with the plan is for the same number of days.",
    severity=Severity.WARNING,
    needs="result plan",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/EOKIN5QTGHJPZF1/viewPublic",
)
def not_scaled(material: Material) -> Iterator[Finding]:
    """Find reports of fewer days than the plan, which only for that reason seem to stay below it."""
    compared = with_plan(material)
    if compared is None:
        return
    actual, days, planned, planned_days = compared
    if days < planned_days and actual <= (1 + MUCH) * planned and actual > (1 + MUCH) * planned * days / planned_days:
        message = _("the report covers {days:g} days and the plan {planned:g}: day by day, ER is above the estimate")
        message = message.format(days=days, planned=planned_days)
        yield Finding(message, "", "ER_p", actual / days, planned / planned_days, _("tCO2 a day"))


@check(
    "I12",
    "Statement of users as the only evidence",
    "A monitored value rests on a record, not on what somebody remembers.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/IRCheck/poaiss_forms/5SRVP4FHY9LUZTO/viewPublic",
)
def recalled(material: Material) -> Iterator[Finding]:
    """Find sources that are statements."""
    for parameter, row in material.report.rows():
        if RECALL.search(row.text("source")):
            message = _("the source of {symbol} is {source!r}")
            message = message.format(symbol=parameter.symbol, source=row.text("source"))
            question = _("which record confirms it?")
            yield Finding(message, row.cells["source"].address, parameter.symbol, question=question)
