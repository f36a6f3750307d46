"""Group G: periods and vintages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import ProblemKind, listed
from jcm_calc.declarations.items import Kind
from jcm_calc.inputs import Period
from jcm_calc.inputs.periods import split_at_years
from jcm_calc.reports.workbook import written_periods
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.units import with_unit
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Correction, EffectOnER, Finding, Severity, of_problem, shown_number
from jcm_calc.verification.location import Location, address, at, located
from jcm_calc.verification.metered import Metered
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import close
from jcm_calc.verification.submission import Submission

YEAR = re.compile(r"\D*(\d{4})\D*")
ONE_DAY = timedelta(days=1)
SPLIT = _("the period {period} lies in two calendar years, so its tonnes cannot be told apart by year")
DOUBT = _("that whole tonnes are cut for each calendar year is recalled, not read")


def dated(submission: Submission) -> list[Period]:
    """Return the periods of a submission that have dates, in order of time."""
    found = [period for part in submission.own for period in part.periods if period.dated]
    return sorted(found, key=lambda period: period.order)


def other_cycle(documents: Analyses) -> Iterator[Finding]:
    """Find values for days that are none of the periods."""
    own = dated(documents.report)
    told = set()
    for parameter, row in documents.report.rows():
        period = _parsed(row.text("period"))
        if own and period is not None and period not in own and row.text("period") not in told:
            told.add(row.text("period"))
            message = _("{symbol} is for {period}, which is none of the periods {periods}")
            message = message.format(symbol=parameter.symbol, period=row.text("period"), periods=listed(own))
            yield Finding(
                "G1", message, located(row.cells["period"]), parameter.symbol, row.text("period"), listed(own)
            )


def two_years(documents: Analyses) -> Iterator[Finding]:
    """Find periods across 31 December."""
    for part in documents.report.own:
        for period in part.periods:
            if period.dated and period.year is None:
                message = SPLIT.format(period=period)
                expected: str = _("two periods")
                found, because = str(period), _("one amount for each year")
                by_year = _by_year(documents, period)
                effect = None
                if by_year:
                    due = {year: whole_tonnes(amount) for year, amount in by_year.items()}
                    claimed = sum(cell.value for own, cell, _ in documents.report.claims() if own is part)
                    found, expected = claimed, " + ".join(map(str, due.values()))
                    each = _("{year}: ER {amount:,.3f} tCO2, so {tonnes} t")
                    years = [each.format(year=year, amount=by_year[year], tonnes=due[year]) for year in by_year]
                    because = _("the readings of each year: {years}").format(years=Message(", ").join(years))
                    effect = EffectOnER(
                        float(claimed - sum(due.values())), {str(period): int(claimed) - sum(due.values())}
                    )
                place = at(part.roles["input"])
                yield Finding("G2", message, place, "p", found, expected, because, effect, unconfirmed=DOUBT, unit="t")


def _by_year(documents: Analyses, period: Period) -> dict[int, float]:
    """Return ER of each calendar year of a period by the readings; nothing where an amount has none."""
    meters = documents.metered
    if meters is None or documents.report.result is None or len(documents.result.inputs.periods) != 1:
        return {}
    amounts = [
        entry
        for entry in documents.report.entries()
        if entry.parameter.kind is Kind.MONITORED and entry.parameter.adds_over_time
    ]
    if not amounts or not all(meters.of(entry) for entry in amounts):
        return {}
    found = {}
    for part in split_at_years(period):
        assert part.first is not None
        share = [(entry, entry.value - _read(meters, entry, part)) for entry in amounts]
        reductions = documents.effects.reductions(documents.effects.replaced(share))
        if reductions is None:
            return {}
        found[part.first.year] = float(reductions.sum())
    return found


def _read(meters: Metered, entry: EnteredValue, period: Period) -> float:
    return meters.amount(meters.of(entry), *meters.span(period), entry.parameter.unit)


def chain(documents: Analyses) -> Iterator[Finding]:
    """Find overlaps, holes, stocks that do not carry over, and days outside the crediting period."""
    own = [(period, documents.report.name) for period in dated(documents.report)]
    others = [(period, one.name) for one in documents.previous for period in dated(one)]
    periods = sorted([*others, *own], key=lambda pair: pair[0].order)
    for (before, one), (after, other) in itertools.pairwise(periods):
        assert before.last is not None
        assert after.first is not None
        apart = (after.first - before.last).days - 1
        if apart < 0:
            days = -apart if after.last and after.last > before.last else after.days
            message = ngettext(
                "{after} ({other}) overlaps {before} ({one}) by {days} day",
                "{after} ({other}) overlaps {before} ({one}) by {days} days",
                days,
            ).format(after=after, other=other, before=before, one=one, days=days)
            expected = _("from {day} on").format(day=before.last + ONE_DAY)
            twice = _of_overlap(documents, before, after) if other == documents.report.name else ()
            effect = documents.effects.without([(one.entry, one.excess or 0.0) for one in twice]) if twice else None
            cause = _("claimed twice")
            yield Finding(
                "G3",
                message,
                _of_file(documents, other),
                "p",
                str(after),
                expected,
                effect=effect,
                cause=cause,
                corrections=twice,
            )
        elif apart > 0:
            message = _("{days} days between {before} ({one}) and {after} ({other}) are in no report")
            message = message.format(days=apart, before=before, one=one, after=after, other=other)
            question = _("no operation, or no claim?")
            yield Finding("G3", message, _of_file(documents, other), "p", severity=Severity.QUESTION, question=question)
    for problem in documents.problems(ProblemKind.OVERLAP):
        if not any(True for _ in _overlaps(own)):
            yield of_problem("G3", problem, _of_file(documents, documents.report.name))
    yield from _begun(documents)
    yield from _outside(documents, [period for period, _ in own])


def _begun(documents: Analyses) -> Iterator[Finding]:
    """Find values at the start of a period, such as a stock, that are not those at the end of the one before."""
    if documents.report.result is None or not documents.result.inputs.graph.previous:
        return
    ends = dict(entry for one in (*documents.previous, documents.report) for entry in _ends(one))
    for entry in documents.report.entries():
        of, value = entry.parameter.previous_of, entry.value
        if not of or "p" not in entry.labels or not isinstance(value, int | float):
            continue
        first = Period.parse(entry.labels["p"]).first
        end = ends.get((of, first, _others(entry.labels))) if first is not None else None
        if end is not None and not close(value, end):
            symbol, unit = entry.parameter.symbol, entry.parameter.unit
            told = _("{symbol} is {value} at the start of {period}, and {of} was {end} at the end of the one before")
            message = told.format(
                symbol=symbol,
                value=with_unit(shown_number(value), unit),
                period=entry.labels["p"],
                of=documents.m.symbols()[of],
                end=with_unit(shown_number(end), unit),
            )
            because, effect = _("the end of the period before"), documents.effects.changed(entry, end)
            corrections = (Correction(entry, end),)
            yield Finding(
                *("G3", message, entry.address, symbol, value, end, because, effect),
                unit=unit,
                corrections=corrections,
            )


def _ends(submission: Submission) -> Iterator[tuple[tuple[str, date, tuple[str, ...]], float]]:
    """Yield what each period ended with, by name, day after it and the other labels."""
    result = submission.result
    for parameter in result.inputs.graph.previous if result is not None else ():
        assert result is not None
        values = result.full(parameter.previous_of)
        for place, value in np.ndenumerate(values):
            at = zip(result.inputs.axes.items(), place, strict=True)
            labels = {letter: axis.labels[n] for (letter, axis), n in at if letter in parameter.indices}
            if (last := labels["p"].last) is not None:
                yield (parameter.previous_of, last + ONE_DAY, _others(labels)), float(value)


def _others(labels: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(label) for letter, label in sorted(labels.items()) if letter != "p")


def _of_file(documents: Analyses, name: str) -> tuple[Location, ...]:
    """Return the input sheets of the report, or another file."""
    own = tuple(at(part.roles["input"]) for part in documents.report.own)
    return own if name == documents.report.name else (at(file=name),)


def _of_overlap(documents: Analyses, before: Period, after: Period) -> tuple[Correction, ...]:
    """Return what the readings have for the days of an earlier report that are in this one too."""
    meters = documents.metered
    if meters is None or documents.report.result is None or before.last is None or after.first is None:
        return ()
    days = Period(after.first, min(before.last, after.last or before.last))
    twice = [entry for entry in documents.report.entries() if entry.labels.get("p") == str(after) and meters.of(entry)]
    return tuple(Correction(entry, excess=_read(meters, entry, days)) for entry in twice)


def _overlaps(own: list[tuple[Period, str]]) -> Iterator[Period]:
    for before, after in itertools.pairwise(period for period, _name in own):
        if before.last and after.first and after.first <= before.last:
            yield after


def _outside(documents: Analyses, own: list[Period]) -> Iterator[Finding]:
    if documents.case is None:
        return
    start, end = (documents.case.project.get(key) for key in ("start", "end"))
    for period in own:
        if start and period.first and period.first < start:
            message = _("{period} begins before the crediting period, on {start}").format(period=period, start=start)
            because = _("the case file, [project] start")
            yield Finding(
                "G3", message, _of_file(documents, documents.report.name), "p", str(period.first), str(start), because
            )
        if end and period.last and period.last > end:
            message = _("{period} ends after the crediting period, on {end}").format(period=period, end=end)
            because = _("the case file, [project] end")
            yield Finding(
                "G3", message, _of_file(documents, documents.report.name), "p", str(period.last), str(end), because
            )


def differs(documents: Analyses) -> Iterator[Finding]:
    """Find periods of table 3 that are not those of the sheet, and periods that the dated rows do not fill."""
    for place, text, named, own in of_claims(documents):
        if _span(named) != _span(own):
            message = _("table 3 is for {text}, and the sheet for {period}").format(text=text, period=_told(own))
            yield Finding("G5", message, place, "p", text, _told(own))


def of_claims(documents: Analyses) -> Iterator[tuple[Location, str, list[Period], list[Period]]]:
    """Yield each table 3 with what it says of its period, the periods named there, and those of its sheet."""
    report = documents.report
    for part, claim, _cell in report.claims("MRS") if report.kind == "MRS" else ():
        cells = report.book.grid(claim.sheet)[claim.row] if claim.row < len(report.book.grid(claim.sheet)) else []
        text = next((str(cell) for cell in cells if cell != ""), "")
        named = [period for piece in text.split(",") if (period := _parsed(piece))]
        own = [period for period in part.periods if period.dated]
        if named and own:
            column = next(at for at, cell in enumerate(cells) if cell != "")
            yield address((claim.sheet, claim.row, column)), text, named, own


def _parsed(text: str) -> Period | None:
    try:
        found = written_periods.parse(text.strip())
    except ValueError:
        return None
    return found if found.dated else None


def _span(periods: list[Period]) -> tuple[date | None, date | None]:
    ordered = sorted(periods, key=lambda period: period.order)
    return ordered[0].first, ordered[-1].last


def _told(periods: list[Period]) -> str:
    first, last = _span(periods)
    return f"{first}/{last}"


def fiscal(documents: Analyses) -> Iterator[Finding]:
    """Find sheets whose name is another year than their periods."""
    for part in documents.report.own:
        match = YEAR.fullmatch(part.suffix)
        years = {day.year for period in part.periods for day in (period.first, period.last) if day}
        if match and years and years != {int(match[1])}:
            found = ", ".join(map(str, sorted(years)))
            message = _("the sheet is named {name}, and its periods lie in {years}").format(name=match[1], years=found)
            yield Finding("G6", message, at(part.roles["input"]), "p", found, match[1])


def events(documents: Analyses) -> Iterator[Finding]:
    """Find stops outside the monitoring period."""
    meters = documents.metered
    assert meters is not None
    spans = [meters.span(period) for period in meters.monitored.periods]
    for stop in meters.plan.stops:
        if not any(stop.start < end and start < stop.end for start, end in spans):
            time = meters.told(stop.start, stop.end)
            message = _("a stop is declared for {time}, which is in no period of the report: {reason}")
            place = at(meters=[stop.meter] if stop.meter else list(meters.known), period=time)
            yield Finding("G8", message.format(time=time, reason=stop.reason), place, "p", time)


CHECKS = {
    "G1": other_cycle,
    "G2": two_years,
    "G3": chain,
    "G5": differs,
    "G6": fiscal,
    "G8": events,
}
