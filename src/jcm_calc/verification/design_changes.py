"""Group J: eligibility and design changes."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.results.eligibility import Answer, Verdict
from jcm_calc.rulebooks import versions
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, Severity, finding, shown_number
from jcm_calc.verification.location import Location, address, at, located
from jcm_calc.verification.quantities import EnteredValue, label_text
from jcm_calc.verification.submission import Submission


def criteria(documents: Analyses) -> Iterator[Finding]:
    """Find criteria that are not met; those not shown are asked about."""
    open_, lacking = list[str](), list[str]()
    for verdict in documents.result.verdicts:
        criterion = verdict.criterion
        if verdict.answer is Answer.NOT_MET:
            count = 0 if verdict.failing is None else int(verdict.failing.sum())
            message = ngettext(
                "criterion {number} is not met by {count} unit: {expected}",
                "criterion {number} is not met by {count} units: {expected}",
                count,
            )
            itself = _("the criterion is itself {evidence}").format(evidence=criterion.evidence)
            doubt = "" if criterion.evidence.confirmed else itself
            subject = _("criterion {number}").format(number=criterion.number)
            entries = _of_criterion(documents, verdict)
            places = tuple(entry.address for entry in entries) or documents.report.places_of("")
            found, say = (
                listed(shown_number(entry.written) for entry in entries),
                {"number": criterion.number, "count": count},
            )
            yield finding("J2", message, places, subject, found, criterion.text, say=say, unconfirmed=doubt)
        elif verdict.answer is Answer.NOT_SHOWN:
            open_.append(f"{criterion.number} ({', '.join(verdict.missing)})")
            lacking += verdict.missing
    if open_:
        message = _("{count} criteria are not shown to be met: {criteria}")
        places = tuple(dict.fromkeys(place for name in lacking for place in documents.report.places_of(name)))
        say, question = {"count": len(open_), "criteria": listed(open_, limit=10)}, _("please provide this information")
        yield finding("J2", message, places, say=say, severity=Severity.QUESTION, question=question)


def _of_criterion(documents: Analyses, verdict: Verdict) -> list[EnteredValue]:
    """Return the facts and values by which a criterion is not met, of the units that do not meet it."""
    graph, arguments = documents.result.inputs.graph, verdict.criterion.arguments
    names = {name for one in arguments if one in graph.nodes for name in graph.upstream(one).nodes} | set(arguments)
    failing = verdict.failing
    return [
        entry
        for entry in documents.report.entries()
        if entry.parameter.name in names
        if failing is None or (at := documents.effects.at(entry.labels, failing.shape)) is None or failing[at].any()
    ]


def _label_cell(submission: Submission, entry: EnteredValue, label: str) -> Location:
    """Return the cell that names the unit of an entry."""
    sheet, row, _column = entry.place
    cells = submission.book.grid(sheet)[row]
    column = next((at for at, cell in enumerate(cells) if label_text(cell) == label), None)
    return entry.address if column is None else address((sheet, row, column))


def _of_plan(documents: Analyses, place: Location) -> Location:
    """Return a place in the plan, with its file where that is another one."""
    return place if documents.registered is documents.report else place.in_file(documents.registered.name)


def _units(submission: Submission, kind: str) -> dict[str, dict[str, Location]]:
    """Return the labels along each index, and where each is first seen."""
    found: dict[str, dict[str, Location]] = {}
    for entry in submission.entries(kind):
        for letter, label in entry.labels.items():
            if letter != "p" and letter in submission.m.indices:
                found.setdefault(letter, {}).setdefault(label, _label_cell(submission, entry, label))
    return found


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
            places = tuple(_of_plan(documents, planned[letter][label]) for label in gone)
            say = {"meaning": meaning, "labels": listed(gone), **counts}
            yield finding("J3", message, places, letter, say=say, question=_("was the unit out of service?"))


def version(documents: Analyses) -> Iterator[Finding]:
    """Find headers that differ among the sheets, or from the plan."""
    report, applied = documents.report, (documents.report.m.number, documents.report.m.version)
    used = " ver ".join(applied)
    for sheet, named in report.headers.items():
        for number, number_version in named:
            if (number, number_version) != applied:
                known = number != applied[0] or number_version in versions(number)
                header, message = (
                    f"{number} ver {number_version}",
                    _("the header names {header}, and {expected} was applied"),
                )
                if not known:
                    message += _("; this version is not known here, and its rules were not applied")
                texts = (cell for cells in report.book.grid(sheet) for cell in cells if number in str(cell))
                values = (report.cells_with(number, [sheet]), _("header"), next(texts, header), used)
                yield finding("J4", message, *values, say={"header": header})
    if documents.plan is not None and documents.plan is not report:
        planned = " ver ".join((documents.plan.m.number, documents.plan.m.version))
        if planned != used:
            message = _("the report follows {found}, and the plan {expected}")
            yield finding("J4", message, at(file=documents.plan.name), _("header"), used, planned)


def point(documents: Analyses) -> Iterator[Finding]:
    """Find numbers of monitoring points other than planned."""
    planned: dict[str, set[str]] = {}
    for parameter, row in documents.registered.rows("MPS"):
        if row.text("point"):
            planned.setdefault(parameter.name, set()).add(row.text("point"))
    told: set[str] = set()
    for parameter, row in documents.report.rows():
        found = row.text("point")
        if found and parameter.name in planned and found not in planned[parameter.name] | told:
            told.add(found)
            expected = ", ".join(sorted(planned[parameter.name]))
            message = _("{symbol} is measured at point {found}, and the plan has {expected}")
            yield finding(
                *("J5", message, located(row.cells["point"]), parameter.symbol, found, expected, _("the plan"))
            )


def description(documents: Analyses) -> Iterator[Finding]:
    """Find classes and options that differ, which select values; other facts, which is a warning."""
    planned = {name: option for part in documents.registered.of("MPS") for name, option in part.found.choices.items()}
    for part in documents.report.of("MRS"):
        for name, option in part.found.choices.items():
            if name in planned and planned[name] != option:
                message = _("{symbol} is {found!r} in the report and {expected!r} in the plan")
                place = at(part.roles["input"])
                yield finding("J6", message, place, name, option, planned[name], _("the plan"))


CHECKS = {
    "J2": criteria,
    "J3": units,
    "J4": version,
    "J5": point,
    "J6": description,
}
