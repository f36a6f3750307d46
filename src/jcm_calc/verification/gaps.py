"""Group F: gaps and what was put in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from jcm_calc.declarations.items import Kind
from jcm_calc.languages import _
from jcm_calc.readings.clock import DAY
from jcm_calc.verification.checks import check, measured
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.material import Material
from jcm_calc.verification.quantities import Entry
from jcm_calc.verification.spreadsheet import close

ENOUGH, RUN = 5, 3
# More than so many times the planned interval is too seldom.
MANY = 1.5
OFTEN = re.compile(r"(?:every\s+(\d+)\s+)?(hour|day|daily|week|month|quarter|year|annual)", re.I)
LENGTH = {"hour": 1 / 24, "day": 1.0, "daily": 1.0, "week": 7.0, "month": 31.0, "quarter": 92.0, "year": 366.0}


def series(material: Material) -> Iterator[list[Entry]]:
    """Yield the amounts of each monitored quantity of a unit, one a period, in order of time."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in material.report.entries():
        if entry.parameter.kind is Kind.MONITORED and "p" in entry.labels and isinstance(entry.value, int | float):
            key = entry.parameter.name, tuple(sorted((k, v) for k, v in entry.labels.items() if k != "p"))
            groups.setdefault(key, []).append(entry)
    for group in groups.values():
        yield sorted(group, key=lambda entry: entry.labels["p"])


measured(
    "F1",
    "Values before the meter was there",
    "Readings lie between the day on which their meter was installed and the day on which it was removed.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/LYN7HOKDWVBCT89/viewPublic",
)


@check(
    "F2",
    "Gap filled by an average",
    "No amount is the mean of its neighbours, and none is repeated, without a word that it is a substitute.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/Projects/DB/DNV-CUK1147181317.04/iProcess/SGS-UKL1202313054.79/gotoRFR?rfrid=0QEUWGKG0EUGISMRF8M6TBWWXRS2WI",
)
def filled(material: Material) -> Iterator[Finding]:
    """Find amounts that look filled in."""
    yield from material.measured("F2")
    question = _("read, or put in for a gap? where does the plan allow it?")
    for entries in series(material):
        if len(entries) < ENOUGH:
            continue
        values = [entry.value for entry in entries]
        means = [close(here, (before + after) / 2) for before, here, after in _neighbours(values)]
        for (before, here, after), mean, entry in zip(_neighbours(values), means, entries[1:], strict=False):
            # in a straight line every amount is the mean of its neighbours
            if mean and here and before != after and not all(means):
                message = _("{symbol} of {period} is exactly the mean of the periods beside it")
                message = message.format(symbol=entry.parameter.symbol, period=entry.labels["p"])
                yield Finding(message, entry.address, entry.parameter.symbol, here, question=question)
        for at in range(len(values) - RUN + 1):
            same = values[at : at + RUN]
            if same[0] and len(set(same)) == 1 and (at == 0 or values[at - 1] != same[0]):
                message = _("{symbol} is {value:,.6g} for {count} periods on end")
                message = message.format(symbol=entries[at].parameter.symbol, value=same[0], count=RUN)
                yield Finding(message, entries[at].address, entries[at].parameter.symbol, same[0], question=question)


def _neighbours(values: list[float]) -> list[tuple[float, float, float]]:
    return list(zip(values, values[1:], values[2:], strict=False))


@check(
    "F4",
    "First or last part of the period without data",
    "Amounts cover the report from its first to its last period.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/DQIML5HSAJ319NX/viewPublic",
)
def ends(material: Material) -> Iterator[Finding]:
    """Find amounts of nought at the beginning or end of a report that has others."""
    yield from material.measured("F4")
    for entries in series(material):
        if len(entries) < 2 or not any(entry.value for entry in entries):
            continue
        first, last = _("{symbol} is 0 in the first period, {period}"), _("{symbol} is 0 in the last period, {period}")
        for entry, message in ((entries[0], first), (entries[-1], last)):
            if entry.value == 0:
                message = message.format(symbol=entry.parameter.symbol, period=entry.labels["p"])
                question = _("out of service, or no data?")
                yield Finding(message, entry.address, entry.parameter.symbol, 0, question=question)


measured(
    "F5",
    "One day of project emissions missing",
    "An amount covers its period from the first to the last day, where a missing day would raise ER.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/OGW6N5C3E40DQXR/viewPublic",
)
measured(
    "F6",
    "‘Conservative’ value is not the extreme",
    "A substitute gives no more ER than the like time with the least ER on file.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/VXD6IHTZUAMR1KQ/viewPublic",
)
measured(
    "F7",
    "Substitute rounded the wrong way",
    "A substitute is at the extreme before rounding, or rounded in the direction that lowers ER.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/0L6UV4JE17N9FDW/viewPublic",
)
measured(
    "F8",
    "Leaving out low values called conservative",
    "A mean of dated rows has all rows of the period.",
    "https://cdm.unfccc.int/IRCheck/iss_forms/0L6UV4JE17N9FDW/viewPublic",
    severity=Severity.QUESTION,
    needs="",
)


@check(
    "F9",
    "Detail lost by averaging",
    "There are as many readings of an amount as the plan's frequency asks for.",
    severity=Severity.WARNING,
    needs="plan readings",
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/29YPO7FB1M8SQIW/viewPublic",
)
def too_few_readings(material: Material) -> Iterator[Finding]:
    """Find meters that were read less often than the plan says."""
    meters = material.metered
    assert meters is not None
    planned = frequencies(material)
    for name in meters.known:
        meter, steps = meters.plan.meters[name], meters.steps.get(name)
        step = next((one for key, one in planned.items() if meter.parameter in key), None)
        if steps is None or step is None:
            continue
        lengths = np.minimum(steps.stop - steps.start, 366 * DAY)
        usual = float(np.median(lengths)) / DAY
        if usual > MANY * step:
            message = _("{name} was read every {usual:.3g} days, and the plan says every {step:.3g}")
            message = message.format(name=name, usual=usual, step=step)
            yield Finding(message, name, meter.parameter, usual, step, _("the plan, column (j)"))


def frequencies(material: Material) -> dict[tuple[str, str], float]:
    """Return how many days may lie between two readings of a parameter, as the plan says it, by name and symbol."""
    found = {}
    for parameter, row in material.registered.rows("MPS"):
        match = OFTEN.search(row.text("frequency"))
        if match:
            length = LENGTH.get(match[2].casefold(), LENGTH["year"])
            found[parameter.name, parameter.symbol] = int(match[1] or 1) * length
    return found
