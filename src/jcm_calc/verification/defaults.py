"""Group D: defaults and factors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import ProblemKind
from jcm_calc.declarations.items import Kind, Table, Value
from jcm_calc.inputs import Period
from jcm_calc.verification import ratios
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, Severity, finding, of_problem, shown_number
from jcm_calc.verification.gaps import frequencies
from jcm_calc.verification.location import at
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import close

PARIS = date(2021, 1, 1)
BY_HAND = _("{symbol} is entered as {found}, and the document has {expected}")


def warming_potential(documents: Analyses) -> Iterator[Finding]:
    """Find potentials of another assessment report than the plan's or the document's."""
    if "result" in documents.has:
        yield from _of_another_set(documents)
    periods = [period for part in documents.report.own for period in part.periods]
    late = any(period.last and period.last >= PARIS for period in periods)
    for entry in documents.report.entries():
        if entry.parameter.symbol.startswith("GWP") and late and entry.value in (21.0, 25.0):
            yield documents.of_entry(
                "D1",
                entry,
                _("{symbol} = {found} is the value of {report}, and the report covers days from 2021 on"),
                28.0,
                say={"report": "SAR" if entry.value == 21 else "AR4"},
                unconfirmed=_("the rule that the potentials of AR5 apply from 2021 on is not verified"),
                severity=Severity.QUESTION,
            )


def _of_another_set(documents: Analyses) -> Iterator[Finding]:
    planned = {place for finding in documents.deviations if finding.code == "D1" for place in finding.places}
    for entry, known in _not_of_document(documents):
        right, doubt = known[0], _doubt(known)
        sets = ratios.other_potential(entry.parameter.symbol, entry.value, right.value)
        if sets and entry.address not in planned:
            because = _("the value of the document, {evidence}").format(evidence=right.evidence)
            yield documents.of_entry(
                *("D1", entry, BY_HAND, right.value, because),
                **documents.correcting(entry, right.value),
                cause=sets,
                unconfirmed=doubt,
                severity=Severity.QUESTION if doubt else None,
            )


def changed_factor(documents: Analyses) -> Iterator[Finding]:
    """Find values fixed beforehand that differ from the plan, or from year to year."""
    for problem in documents.problems(ProblemKind.YEARS_DIFFER):
        cells = problem.detail(ProblemKind.YEARS_DIFFER)
        places = tuple(at(*one.rsplit("!", 1)) for one in cells.splitlines())
        yield of_problem("D2", problem, places or documents.report.places_of(problem.subject))


def not_in_table(documents: Analyses) -> Iterator[Finding]:
    """Find values by hand that the document does not have; a question where the document's own is not confirmed."""
    for entry, known in _not_of_document(documents):
        if ratios.other_potential(entry.parameter.symbol, entry.value, known[0].value):
            continue  # a check of its own
        doubt, listed = _doubt(known), Message(", ").join(shown_number(value.value) for value in known[:6])
        yield documents.of_entry(
            *("D7", entry, BY_HAND, listed),
            question=_("which table has this value?") if doubt else "",
            unconfirmed=doubt,
            severity=Severity.QUESTION if doubt else None,
        )


def _not_of_document(documents: Analyses) -> Iterator[tuple[EnteredValue, list[Value]]]:
    """Yield each value by hand for a default of which the document has others, with these."""
    for entry in by_hand(documents):
        known = list(_values(entry))
        if known and not any(close(entry.value, value.value) for value in known):
            yield entry, known


def _doubt(known: list[Value]) -> str:
    """Say that values of the document are not confirmed; nothing where they are."""
    doubted = [value.evidence for value in known if not value.evidence.confirmed]
    return _("the document's values are themselves {evidence}").format(evidence=doubted[0]) if doubted else ""


def by_hand(documents: Analyses) -> Iterator[EnteredValue]:
    """Yield the defaults that are entered as numbers."""
    graph = documents.result.inputs.graph.nodes
    for entry in documents.report.entries():
        default = entry.parameter.kind is Kind.DEFAULT and entry.parameter.name in graph
        if default and isinstance(entry.value, int | float):
            yield entry


def _values(entry: EnteredValue) -> Iterator[Value]:
    yield from entry.parameter.known()
    for candidate in entry.parameter.candidates.values():
        yield from candidate.entries.values() if isinstance(candidate, Table) else [candidate]


def too_rare(documents: Analyses) -> Iterator[Finding]:
    """Find monitored properties with fewer dated determinations than planned."""
    planned = frequencies(documents)
    for entry in documents.report.entries():
        parameter, rows = entry.parameter, documents.rows.of.get(entry.place)
        step = planned.get((parameter.name, parameter.symbol))
        period = Period.parse(entry.labels["p"]) if "p" in entry.labels else None
        if parameter.adds_over_time or rows is None or step is None or period is None or not period.dated:
            continue
        times = {str(line.period) for line in rows.lines if line.value is not None}
        due = max(1, round(period.days / step))
        if len(times) < due:
            message = _("{symbol} was determined {found} times in {period}, and the plan requires {expected}")
            yield finding(
                *("D10", message, entry.address, parameter.symbol, len(times), due, _("the plan, column (j)")),
                say={"period": period},
                unit=_("determinations"),
            )


def not_derived(documents: Analyses) -> Iterator[Finding]:
    """Find defaults by hand without a value of the document and without a source."""
    sources = {parameter.name for parameter, row in documents.report.rows() if row.text("source")}
    for entry in by_hand(documents):
        if not any(_values(entry)) and entry.parameter.name not in sources:
            sources.add(entry.parameter.name)
            message = _("{symbol} is entered without a source, and the document's value is not known here")
            yield documents.of_entry("D11", entry, message, question=_("how was this value derived?"))


CHECKS = {
    "D1": warming_potential,
    "D2": changed_factor,
    "D7": not_in_table,
    "D10": too_rare,
    "D11": not_derived,
}
