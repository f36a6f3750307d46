"""Group G: periods and vintages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.inputs import Period
from jcm_calc.inputs.periods import split_at_years
from jcm_calc.reports.workbook import written_periods
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.units import with_unit
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import check, has_text, or_readings
from jcm_calc.verification.findings import (
    Correction,
    EffectOnER,
    Finding,
    Severity,
    finding,
    shown_number,
)
from jcm_calc.verification.location import Location, address, at, located
from jcm_calc.verification.spreadsheet import close
from jcm_calc.verification.submission import Submission

YEAR = re.compile(r"\D*(\d{4})\D*")
ONE_DAY = timedelta(days=1)
SPLIT = _("the period {period} lies in two calendar years, so its tonnes cannot be assigned to the years")
DOUBT = _("the rule that ER is rounded down to whole tonnes for each calendar year is not verified")


@check("G1", _("no row names its period"), lambda m: m.report.dated and or_readings(has_text("period"))(m))
def other_cycle(documents: Analyses) -> Iterator[Finding]:
    """Find values for days that are not one of the periods."""
    own = documents.report.dated
    done = set()
    for parameter, row in documents.report.rows():
        text = row.text("period")
        period = _parsed(text)
        if own and period is not None and period not in own and text not in done:
            done.add(text)
            message = _("{symbol} is for {found}, which is not one of the periods {expected}")
            yield finding("G1", message, located(row.cells["period"]), parameter.symbol, text, listed(own))


@check("G2", _("no period has dates"), lambda m: m.report.dated)
def two_years(documents: Analyses) -> Iterator[Finding]:
    """Find periods across 31 December."""
    for part in documents.report.examined:
        for period in part.periods:
            if not period.dated or period.year is not None:
                continue
            found: Any = str(period)
            expected: str = _("two periods")
            because, effect = _("one amount for each year"), None
            if by_year := _by_year(documents, period):
                right = {year: whole_tonnes(amount) for year, amount in by_year.items()}
                found = sum(cell.value for own, cell, _ in documents.report.reported_cells() if own is part)
                expected, excess = " + ".join(map(str, right.values())), found - sum(right.values())
                each = _("{year}: ER {amount:,.3f} tCO2, so {tonnes} t")
                years = [each.format(year=year, amount=by_year[year], tonnes=right[year]) for year in by_year]
                because = _("the readings of each year: {years}").format(years=Message(", ").join(years))
                effect = EffectOnER(float(excess), {str(period): int(excess)})
            values = (at(part.roles["input"]), "p", found, expected, because, {"period": period})
            yield finding("G2", SPLIT, *values, effect=effect, unconfirmed=DOUBT, unit="t")


def _by_year(documents: Analyses, period: Period) -> dict[int, float]:
    """Return ER of each calendar year of a period by the readings; nothing where an amount has none."""
    meters = documents.metered
    if meters is None or documents.report.result is None or len(documents.result.inputs.periods) != 1:
        return {}
    amounts = [one for one in documents.report.entries() if one.monitored and one.parameter.adds_over_time]
    if not amounts or not all(map(meters.of, amounts)):
        return {}
    found = {}
    for part in split_at_years(period):
        share = [Correction(entry, excess=entry.value - meters.amount_of(entry, part)) for entry in amounts]
        reductions = documents.effects.reductions(documents.effects.corrected(share))
        if reductions is None:
            return {}
        found[part.ends[0].year] = float(reductions.sum())
    return found


def _chained(documents: Analyses) -> bool:
    case = documents.case
    bounded = case is not None and any(case.project.get(key) for key in ("start", "end"))
    count = sum(len(one.dated) for one in (documents.report, *documents.previous))
    return count > (0 if bounded else 1)


@check("G3", _("one period, and no crediting period"), or_readings(_chained))
def chain(documents: Analyses) -> Iterator[Finding]:
    """Find overlaps, holes, stocks that do not carry over, and days outside the crediting period."""
    own = documents.report.dated
    named = [(period, one.name) for one in (*documents.previous, documents.report) for period in one.dated]
    for (before, one), (after, other) in itertools.pairwise(sorted(named, key=lambda pair: pair[0].order)):
        (_begin, last), (first, end) = before.ends, after.ends
        days = (first - last).days - 1
        place, say = _of_file(documents, other), {"before": before, "one": one, "after": after, "other": other}
        if days < 0:
            days = -days if end > last else after.days
            message = ngettext(
                "{found} ({other}) overlaps {before} ({one}) by {days} day",
                "{found} ({other}) overlaps {before} ({one}) by {days} days",
                days,
            )
            expected = _("from {day} on").format(day=last + ONE_DAY)
            twice = _of_overlap(documents, before, after) if other == documents.report.name else ()
            effect, cause = documents.effect_of(twice) if twice else None, _("reported twice")
            values = (place, "p", str(after), expected, "", {**say, "days": days})
            yield finding("G3", message, *values, effect=effect, cause=cause, corrections=twice)
        elif days > 0:
            message = _("{days} days between {before} ({one}) and {after} ({other}) are in no report")
            question = _("was there no operation, or are the days not reported?")
            yield finding(
                *("G3", message, place, "p"), say={**say, "days": days}, severity=Severity.QUESTION, question=question
            )
    if not any(before.last and after.first and after.first <= before.last for before, after in itertools.pairwise(own)):
        for problem in documents.problems(ProblemKind.OVERLAP):
            yield documents.of_problem("G3", problem, documents.report.input_sheets)
    yield from _begun(documents)
    yield from _outside(documents, own)


def _of_file(documents: Analyses, name: str) -> tuple[Location, ...]:
    """Return the input sheets of the report, or another file."""
    return documents.report.input_sheets if name == documents.report.name else (at(file=name),)


def _of_overlap(documents: Analyses, before: Period, after: Period) -> tuple[Correction, ...]:
    """Return what the readings have for the days of an earlier report that are in this one too."""
    meters = documents.metered
    if meters is None or documents.report.result is None or before.last is None or after.first is None:
        return ()
    days = Period(after.first, min(before.last, after.last or before.last))
    twice = [entry for entry in documents.report.entries() if entry.labels.get("p") == str(after) and meters.of(entry)]
    return tuple(Correction(entry, excess=meters.amount_of(entry, days)) for entry in twice)


def _begun(documents: Analyses) -> Iterator[Finding]:
    """Find values at the start of a period, such as a stock, that are not those at the end of the one before."""
    if documents.report.result is None or not documents.result.inputs.graph.previous:
        return
    ends = dict(entry for one in (*documents.previous, documents.report) for entry in _ends(one))
    for entry in documents.report.entries():
        of, value, period = entry.parameter.previous_of, entry.value, entry.period
        if not of or period is None or period.first is None or not isinstance(value, int | float):
            continue
        end = ends.get((of, period.first, _others(entry.labels)))
        if end is not None and not close(value, end):
            unit = entry.parameter.unit
            message = _("{symbol} is {value} at the start of {period}, and {of} was {end} at the end of the one before")
            say = {"value": with_unit(shown_number(value), unit), "end": with_unit(shown_number(end), unit)}
            say["of"], because = documents.m.symbols()[of], _("the end of the period before")
            yield documents.of_entry("G3", entry, message, end, because, say, **documents.correcting(entry, end))


def _ends(submission: Submission) -> Iterator[tuple[tuple[str, date, tuple[str, ...]], float]]:
    """Yield what each period ended with, by name, day after it and the other labels."""
    if (result := submission.result) is None:
        return
    for parameter in result.inputs.graph.previous:
        for place, value in np.ndenumerate(result.full(parameter.previous_of)):
            along = zip(result.inputs.axes.items(), place, strict=True)
            labels = {letter: axis.labels[n] for (letter, axis), n in along if letter in parameter.indices}
            if (last := labels["p"].last) is not None:
                yield (parameter.previous_of, last + ONE_DAY, _others(labels)), float(value)


def _others(labels: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(label) for letter, label in sorted(labels.items()) if letter != "p")


def _outside(documents: Analyses, own: list[Period]) -> Iterator[Finding]:
    if documents.case is None:
        return
    start, end = (documents.case.project.get(key) for key in ("start", "end"))
    before = _("{period} begins before the crediting period, on {expected}")
    after = _("{period} ends after the crediting period, on {expected}")
    for period in own:
        for message, day, limit, outside, key in (
            (before, period.first, start, start and period.first and period.first < start, "start"),
            (after, period.last, end, end and period.last and period.last > end, "end"),
        ):
            if outside:
                because = _("the case file, [project] {key}").format(key=key)
                values = ("p", str(day), str(limit), because, {"period": period})
                yield finding("G3", message, documents.report.input_sheets, *values)


@check("G5", _("table 3 names no period"), lambda m: m.rows.of or of_tables(m))
def differs(documents: Analyses) -> Iterator[Finding]:
    """Find periods of table 3 that are not those of the sheet, and periods that the dated rows do not fill."""
    for place, text, named, own in of_tables(documents):
        if _span(named) != _span(own):
            message = _("table 3 is for {found}, and the sheet for {expected}")
            yield finding("G5", message, place, "p", text, "/".join(map(str, _span(own))))


def of_tables(documents: Analyses) -> Iterator[tuple[Location, str, list[Period], list[Period]]]:
    """Yield each table 3 with what it says of its period, the periods named there, and those of its sheet."""
    report = documents.report
    for part, cell, _exact in report.reported_cells("MRS") if report.kind == "MRS" else ():
        grid = report.book.grid(cell.sheet)
        cells = enumerate(grid[cell.row] if cell.row < len(grid) else ())
        column, text = next(((column, str(one)) for column, one in cells if one != ""), (0, ""))
        named = [period for piece in text.split(",") if (period := _parsed(piece))]
        own = [period for period in part.periods if period.dated]
        if named and own:
            yield address((cell.sheet, cell.row, column)), text, named, own


def _parsed(text: str) -> Period | None:
    try:
        found = written_periods.parse(text.strip())
    except ValueError:
        return None
    return found if found.dated else None


def _span(periods: list[Period]) -> tuple[date | None, date | None]:
    ordered = sorted(periods, key=lambda period: period.order)
    return ordered[0].first, ordered[-1].last


@check("G6", _("no sheet names a year"), lambda m: any(YEAR.fullmatch(part.suffix) for part in m.report.examined))
def fiscal(documents: Analyses) -> Iterator[Finding]:
    """Find sheets whose name is another year than their periods."""
    for part in documents.report.examined:
        match = YEAR.fullmatch(part.suffix)
        years = {day.year for period in part.periods for day in (period.first, period.last) if day}
        if match and years and years != {int(match[1])}:
            found = ", ".join(map(str, sorted(years)))
            message = _("the sheet is named {expected}, and its periods lie in {found}")
            yield finding("G6", message, at(part.roles["input"]), "p", found, match[1])
