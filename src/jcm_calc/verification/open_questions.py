"""What stays open in the readings though the amounts of the report agree with them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from jcm_calc.base.languages import Message, _
from jcm_calc.readings import Finding as Noted
from jcm_calc.readings.clock import DAY
from jcm_calc.readings.findings import KINDS
from jcm_calc.verification.dated_rows import DatedRow, DatedRows
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.location import Location, address, at
from jcm_calc.verification.metered import Metered
from jcm_calc.verification.metered_amounts import EXACT, Compared

ROUNDED = _("the substitute is rounded the wrong way: {used:.10g} {unit} for {safe:.10g}")
NOT_SAFE = _("the substitute is not at the safe end of what was read: {used:.10g} {unit} for {safe:.10g}")
MEAN = _(
    "{symbol}: the report has an amount for {period}, and no meter was read at its end; "
    "it is the mean of the rows beside it"
)
UNREAD = _("{symbol}: the report has an amount for {period}, and no meter was read at its end; its amount was not read")
WHY = _("why, and what does the plan provide for?")
ROUGHLY = DAY + DAY // 2  # a meter read at the end of a month may be read a day before or after


def open_in(one: Compared, meters: Metered, told: set[tuple[str, int, int]]) -> Iterator[Finding]:
    """Yield what is open in the readings of an amount; ``told`` is what is a finding already."""
    for issue in one.issues:
        if issue.noted is not None and (KINDS[issue.noted.kind][0], issue.start, issue.end) in told:
            continue
        place = at(meters=[issue.meter], period=meters.told(issue.start, issue.end))
        symbol = one.entry.parameter.symbol
        if issue.window is not None:
            if issue.window.question and issue.window.error is not None:
                question = _("which error did the late calibration find?")
                yield Finding("E6", issue.window.question, place, symbol, question=question, severity=Severity.QUESTION)
            continue
        assert issue.noted is not None
        yield from _of_noted(one, issue.noted, place, symbol)


def _of_noted(one: Compared, noted: Noted, place: Location, symbol: str) -> Iterator[Finding]:
    code, grave, what = KINDS[noted.kind]
    if noted.safe is not None and noted.used is not None:
        digits = len(f"{noted.used:.10g}".partition(".")[2])
        rounded = abs(noted.used - noted.safe) <= 0.5 * 10.0**-digits
        message = (ROUNDED if rounded else NOT_SAFE).format(
            used=noted.used, unit=one.entry.parameter.unit, safe=noted.safe
        )
        unit = one.entry.parameter.unit
        code = "F7" if rounded else "F6"
        yield Finding(code, message, place, symbol, noted.used, noted.safe, noted.note, unit=unit)
    elif noted.question:
        question = _("is it so?")
        yield Finding(code, noted.question, place, symbol, severity=Severity.QUESTION, question=question)
    elif noted.used is not None and noted.kind == "boundary":
        message = _("{note}: an assumption, which the plan declares").format(note=noted.note)
        yield Finding(code, message, place, symbol, severity=Severity.QUESTION, unconfirmed=str(noted.evidence or ""))
    elif noted.used is None and noted.kind in ("boundary", "clock jump"):
        message = _("{what}: {note}, and the plan declares nothing about it").format(what=what, note=noted.note)
        yield Finding(code, message, place, symbol, severity=Severity(grave))
    elif noted.used is None and noted.exact is None and not noted.values and noted.kind != "out of service":
        grave = Severity.QUESTION if noted.kind in ("gap", "stuck") else Severity(grave)
        asked = grave is Severity.QUESTION
        message = Message("{}: {}").format(what, noted.note)
        yield Finding(code, message, place, symbol, severity=Severity(grave), question=WHY if asked else "")


def unread(compared: Sequence[Compared], rows: DatedRows, meters: Metered) -> Iterator[Finding]:
    """Yield dated rows of the report for which there was no reading at their beginning or end."""
    groups: dict[tuple[int, bool], list[tuple[Compared, DatedRow]]] = {}
    for one in compared:
        found = rows.of.get(one.entry.place)
        lines = sorted(found.lines, key=lambda line: line.period.order) if found is not None else []
        for number, line in enumerate(lines):
            end = meters.span(line.period)[1]
            inside = line.value is not None and one.start < end < one.end
            if inside and not meters.knots(one.meters, end - ROUGHLY, end + ROUGHLY):
                beside = [lines[near].value for near in (number - 1, number + 1) if 0 <= near < len(lines)]
                mean = None not in beside and math.isclose(2 * line.value, math.fsum(beside), rel_tol=EXACT)  # type: ignore[arg-type,operator]
                groups.setdefault((end, mean), []).append((one, line))
    for (end, mean), group in groups.items():
        line, symbol = group[0][1], group[0][0].entry.parameter.symbol
        message = (MEAN if mean else UNREAD).format(symbol=symbol, period=line.period)
        time = meters.monitored.shown(end)
        place = tuple(address(line.place).read_by(one.meters, time) for one, line in group)
        question = _("a gap that was filled? where does the plan allow it?")
        yield Finding("F2", message, place, symbol, question=question, severity=Severity.QUESTION)
