"""The values of the report, looked at alone: defaults by hand, amounts that look filled in, criteria that they miss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.declarations.items import Kind, Parameter, Table, Value
from jcm_calc.reports.workbook.tables import OWN_VALUE
from jcm_calc.results.eligibility import Answer, CriterionAssessment
from jcm_calc.verification import ratios
from jcm_calc.verification.against_plan import differing, kind
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.declared_checks import Subject, check, or_readings, shown, there
from jcm_calc.verification.documents import of_unit
from jcm_calc.verification.findings import Details, Finding, Severity, finding, shown_number
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import close

PARIS = date(2021, 1, 1)
BY_HAND = _("{symbol} is entered as {found}, and the document has {expected}")
ENOUGH, RUN = 5, 3

# Defaults by hand


def by_hand(documents: Analyses) -> Iterator[EnteredValue]:
    """Yield the defaults that are entered as numbers."""
    graph = documents.result.inputs.graph.nodes
    for entry in documents.report.entries():
        if _is_default(entry.parameter) and entry.parameter.name in graph and entry.numeric:
            yield entry


def _values(entry: EnteredValue) -> Iterator[Value]:
    yield from entry.parameter.known()
    for candidate in entry.parameter.candidates.values():
        yield from candidate.entries.values() if isinstance(candidate, Table) else [candidate]


def _not_of_document(documents: Analyses) -> Iterator[tuple[EnteredValue, list[Value], str, str]]:
    """Yield each value by hand for a default of which the document has others.

    With these, the doubt about them, and the reports of the IPCC that the two values are from, if they are potentials.
    """
    for entry in by_hand(documents):
        known = list(_values(entry))
        if known and not any(close(entry.value, value.value) for value in known):
            doubted = [value.evidence for value in known if not value.evidence.confirmed]
            doubt = _("the document's values are themselves {evidence}").format(evidence=doubted[0]) if doubted else ""
            yield entry, known, doubt, ratios.other_potential(entry.parameter.symbol, entry.value, known[0].value)


def _potentials(documents: Analyses) -> bool:
    shown = documents.result.inputs.graph.nodes if documents.report.result is not None else {}
    names = [entry.parameter.symbol for entry in documents.report.entries()]
    return any(symbol.startswith("GWP") for symbol in (*names, *shown))


@check("D1", _("no global warming potential"), _potentials)
def warming_potential(documents: Analyses) -> Iterator[Finding]:
    """Find potentials of another assessment report than the plan's or the document's."""
    if "result" in documents.has:
        yield from _of_another_set(documents)
    periods = [period for part in documents.report.examined for period in part.periods]
    late = any(period.last and period.last >= PARIS for period in periods)
    message = _("{symbol} = {found} is the value of {report}, and the report covers days from 2021 on")
    doubt = _("the rule that the potentials of AR5 apply from 2021 on is not verified")
    for entry in documents.report.entries():
        if entry.parameter.symbol.startswith("GWP") and late and entry.value in (21.0, 25.0):
            say = {"report": "SAR" if entry.value == 21 else "AR4"}
            values = ("D1", entry, message, 28.0)
            yield documents.of_entry(*values, say=say, unconfirmed=doubt, severity=Severity.QUESTION)


def _of_another_set(documents: Analyses) -> Iterator[Finding]:
    planned = {entry.place for entry, before in differing(documents) if kind(entry, before)[0] == "D1"}
    for entry, known, doubt, sets in _not_of_document(documents):
        if sets and entry.place not in planned:
            right, because = known[0], _("the value of the document, {evidence}").format(evidence=known[0].evidence)
            yield documents.of_entry(
                *("D1", entry, BY_HAND, right.value, because),
                **documents.correcting(entry, right.value),
                cause=sets,
                unconfirmed=doubt,
                severity=Severity.QUESTION if doubt else None,
            )


def _is_default(node: object) -> bool:
    return isinstance(node, Parameter) and node.kind is Kind.DEFAULT


def _listed_otherwise(documents: Analyses) -> Iterator[Finding]:
    """Find values of the lists of default values that the document does not have, and that nothing here uses."""
    named = {place for slip in documents.slips for place in slip.finding.places}
    for one in documents.sheet.defaults:
        if not one.right and one.address not in named:
            message = _(
                "{symbol} of {label!r} is listed as {found}, and the document has {expected}; nothing here uses it"
            )
            say = {"label": one.row or str(OWN_VALUE)}
            found = _("nothing") if one.found == "" else one.found
            expected = Message(", ").join(map(shown_number, one.known))
            yield finding(
                "D7", message, one.address, one.parameter.symbol, found, expected, say=say, severity=Severity.ERROR
            )


@check(
    "D7",
    _("no default is entered by hand or shown on a calculation sheet"),
    lambda m: there(by_hand(m)) or shown(_is_default)(m) or there(m.sheet.defaults),
)
def not_in_table(documents: Analyses) -> Iterator[Finding]:
    """Find values by hand that the document does not have; a question where the document's own is not confirmed."""
    for entry, known, doubt, sets in _not_of_document(documents):
        if not sets:  # those are a check of their own
            values = Message(", ").join(shown_number(value.value) for value in known[:6])
            question, severity = (_("which table has this value?"), Severity.QUESTION) if doubt else ("", None)
            more: Details = {"question": question, "severity": severity, "unconfirmed": doubt}
            yield documents.of_entry("D7", entry, BY_HAND, values, **more)
    yield from _listed_otherwise(documents)


@check("D11", _("no default is entered by hand"), by_hand)
def not_derived(documents: Analyses) -> Iterator[Finding]:
    """Find defaults by hand without a value of the document and without a source."""
    sources = {parameter.name for parameter, row in documents.report.rows() if row.text("source")}
    for entry in by_hand(documents):
        if not any(_values(entry)) and entry.parameter.name not in sources:
            sources.add(entry.parameter.name)
            message = _("{symbol} is entered without a source, and the document's value is not known here")
            yield documents.of_entry("D11", entry, message, question=_("how was this value derived?"))


# Amounts over time


def series(documents: Analyses) -> Iterator[list[EnteredValue]]:
    """Yield the amounts of each monitored quantity of a unit, one a period, in order of time."""
    groups: dict[tuple[object, ...], list[EnteredValue]] = {}
    for entry in documents.report.entries():
        if entry.monitored and "p" in entry.labels and entry.numeric:
            groups.setdefault(of_unit(entry), []).append(entry)
    for group in groups.values():
        yield sorted(group, key=lambda entry: entry.labels["p"])


def _amounts(count: int) -> Subject:
    """Return whether there are so many amounts of a quantity, or dated rows behind one."""
    return or_readings(lambda m: bool(m.rows.of) or any(len(one) >= count for one in series(m)))


@check("F2", _("fewer than five amounts of one quantity"), _amounts(ENOUGH))
def filled(documents: Analyses) -> Iterator[Finding]:
    """Find amounts that look filled in."""
    question = _("was this value read, or substituted for a gap? where does the plan allow it?")
    mean_of_two = _("{symbol} of {period} is exactly the mean of the periods before and after it")
    repeated = _("{symbol} is {found} in {count} successive periods")
    for entries in series(documents):
        if len(entries) < ENOUGH:
            continue
        values = [entry.value for entry in entries]
        around = list(zip(values, values[1:], values[2:], strict=False))
        means = [close(here, (before + after) / 2) for before, here, after in around]
        for (before, here, after), mean, entry in zip(around, means, entries[1:], strict=False):
            # in a straight line every amount is the mean of its neighbours
            if mean and here and before != after and not all(means):
                yield documents.of_entry("F2", entry, mean_of_two, question=question)
        for at in range(len(values) - RUN + 1):
            same = values[at : at + RUN]
            if same[0] and len(set(same)) == 1 and (at == 0 or values[at - 1] != same[0]):
                found = documents.of_entry("F2", entries[at], repeated, say={"count": RUN}, question=question)
                yield replace(found, where=tuple(one.address for one in entries[at : at + RUN]))


@check("F4", _("fewer than two amounts of one quantity"), _amounts(2))
def ends(documents: Analyses) -> Iterator[Finding]:
    """Find amounts of 0 at the beginning or end of a report that has others."""
    question = _("was the unit out of service, or are data missing?")
    first, last = _("{symbol} is 0 in the first period, {period}"), _("{symbol} is 0 in the last period, {period}")
    for entries in series(documents):
        if any(entry.value for entry in entries):
            for entry, message in ((entries[0], first), (entries[-1], last)):
                if entry.value == 0:
                    yield documents.of_entry("F4", entry, message, question=question)


# Eligibility


@check("J2", _("no criteria"), lambda m: m.result.assessments)
def criteria(documents: Analyses) -> Iterator[Finding]:
    """Find criteria that are not met; those not shown are asked about."""
    open_, lacking = list[str](), list[str]()
    for assessment in documents.result.assessments:
        criterion = assessment.criterion
        if assessment.answer is Answer.NOT_MET:
            count = 0 if assessment.failing is None else int(assessment.failing.sum())
            message = ngettext(
                "criterion {number} is not met by {count} unit: {expected}",
                "criterion {number} is not met by {count} units: {expected}",
                count,
            )
            itself = _("the criterion is itself {evidence}").format(evidence=criterion.evidence)
            doubt = "" if criterion.evidence.confirmed else itself
            subject = _("criterion {number}").format(number=criterion.number)
            entries = _of_criterion(documents, assessment)
            places = tuple(entry.address for entry in entries) or documents.report.places_of("")
            values = (places, subject, listed(shown_number(entry.written) for entry in entries), criterion.text)
            yield finding("J2", message, *values, say={"number": criterion.number, "count": count}, unconfirmed=doubt)
        elif assessment.answer is Answer.NOT_SHOWN:
            open_.append(f"{criterion.number} ({', '.join(assessment.missing)})")
            lacking += assessment.missing
    if open_:
        message = ngettext(
            "{count} criterion is not shown to be met: {criteria}",
            "{count} criteria are not shown to be met: {criteria}",
            len(open_),
        )
        places = tuple(dict.fromkeys(place for name in lacking for place in documents.report.places_of(name)))
        say, question = {"count": len(open_), "criteria": listed(open_, limit=10)}, _("please provide this information")
        yield finding("J2", message, places, say=say, severity=Severity.QUESTION, question=question)


def _of_criterion(documents: Analyses, assessment: CriterionAssessment) -> list[EnteredValue]:
    """Return the facts and values by which a criterion is not met, of the units that do not meet it."""
    graph, arguments = documents.result.inputs.graph, assessment.criterion.arguments
    names = {name for one in arguments if one in graph.nodes for name in graph.upstream(one).nodes} | set(arguments)
    failing = assessment.failing
    return [
        entry
        for entry in documents.report.entries()
        if entry.parameter.name in names
        if failing is None or (at := documents.effects.at(entry.labels, failing.shape)) is None or failing[at].any()
    ]
