"""Group F: gaps and substituted values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Kind
from jcm_calc.readings.clock import DAY
from jcm_calc.verification import location
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, finding
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import close

ENOUGH, RUN = 5, 3
# More than so many times the planned interval is too seldom.
MANY = 1.5
OFTEN = re.compile(r"(?:every\s+(\d+)\s+)?(hour|day|daily|week|month|quarter|year|annual)", re.I)
LENGTH = {"hour": 1 / 24, "day": 1.0, "daily": 1.0, "week": 7.0, "month": 31.0, "quarter": 92.0, "year": 366.0}


def series(documents: Analyses) -> Iterator[list[EnteredValue]]:
    """Yield the amounts of each monitored quantity of a unit, one a period, in order of time."""
    groups: dict[tuple[object, ...], list[EnteredValue]] = {}
    for entry in documents.report.entries():
        if entry.parameter.kind is Kind.MONITORED and "p" in entry.labels and isinstance(entry.value, int | float):
            key = entry.parameter.name, tuple(sorted((k, v) for k, v in entry.labels.items() if k != "p"))
            groups.setdefault(key, []).append(entry)
    for group in groups.values():
        yield sorted(group, key=lambda entry: entry.labels["p"])


def filled(documents: Analyses) -> Iterator[Finding]:
    """Find amounts that look filled in."""
    question = _("was this value read, or substituted for a gap? where does the plan allow it?")
    for entries in series(documents):
        if len(entries) < ENOUGH:
            continue
        values = [entry.value for entry in entries]
        means = [close(here, (before + after) / 2) for before, here, after in _neighbours(values)]
        for (before, here, after), mean, entry in zip(_neighbours(values), means, entries[1:], strict=False):
            # in a straight line every amount is the mean of its neighbours
            if mean and here and before != after and not all(means):
                message = _("{symbol} of {period} is exactly the mean of the periods before and after it")
                yield documents.of_entry("F2", entry, message, question=question)
        for at in range(len(values) - RUN + 1):
            same = values[at : at + RUN]
            if same[0] and len(set(same)) == 1 and (at == 0 or values[at - 1] != same[0]):
                run, message = entries[at : at + RUN], _("{symbol} is {found} in {count} successive periods")
                same_value = documents.of_entry("F2", run[0], message, say={"count": RUN}, question=question)
                yield replace(same_value, where=tuple(one.address for one in run))


def _neighbours(values: list[float]) -> list[tuple[float, float, float]]:
    return list(zip(values, values[1:], values[2:], strict=False))


def ends(documents: Analyses) -> Iterator[Finding]:
    """Find amounts of 0 at the beginning or end of a report that has others."""
    for entries in series(documents):
        if len(entries) < 2 or not any(entry.value for entry in entries):
            continue
        first, last = _("{symbol} is 0 in the first period, {period}"), _("{symbol} is 0 in the last period, {period}")
        for entry, message in ((entries[0], first), (entries[-1], last)):
            if entry.value == 0:
                yield documents.of_entry(
                    "F4", entry, message, question=_("was the unit out of service, or are data missing?")
                )


def too_few_readings(documents: Analyses) -> Iterator[Finding]:
    """Find meters that were read less often than the plan says."""
    meters = documents.meters
    planned = frequencies(documents)
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
            place = location.at(meters=[name])
            yield finding("F9", message, place, meter.parameter, usual, step, because, values, unit=_("days"))


def frequencies(documents: Analyses) -> dict[tuple[str, str], float]:
    """Return how many days may lie between two readings of a parameter, as the plan says it, by name and symbol."""
    found = {}
    for parameter, row in documents.registered.rows("MPS"):
        match = OFTEN.search(row.text("frequency"))
        if match:
            length = LENGTH.get(match[2].casefold(), LENGTH["year"])
            found[parameter.name, parameter.symbol] = int(match[1] or 1) * length
    return found


CHECKS = {
    "F2": filled,
    "F4": ends,
    "F9": too_few_readings,
}
