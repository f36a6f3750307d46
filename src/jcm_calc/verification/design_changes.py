"""Group J: eligibility and design changes."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import listed
from jcm_calc.results.eligibility import Answer, Verdict
from jcm_calc.rulebooks import versions
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.findings import Finding, Severity, shown_number
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
                "criterion {number} is not met by {count} unit: {text}",
                "criterion {number} is not met by {count} units: {text}",
                count,
            ).format(number=criterion.number, count=count, text=criterion.text)
            itself = _("the criterion is itself {evidence}").format(evidence=criterion.evidence)
            doubt = "" if criterion.evidence.confirmed else itself
            subject = _("criterion {number}").format(number=criterion.number)
            entries = _of_criterion(documents, verdict)
            places = tuple(entry.address for entry in entries) or documents.report.places_of("")
            found = listed(shown_number(entry.written) for entry in entries)
            yield Finding("J2", message, places, subject, found, criterion.text, unconfirmed=doubt)
        elif verdict.answer is Answer.NOT_SHOWN:
            open_.append(f"{criterion.number} ({', '.join(verdict.missing)})")
            lacking += verdict.missing
    if open_:
        message = _("{count} criteria are not shown to be met: {criteria}")
        message = message.format(count=len(open_), criteria=listed(open_, limit=10))
        places = tuple(dict.fromkeys(place for name in lacking for place in documents.report.places_of(name)))
        yield Finding("J2", message, places, severity=Severity.QUESTION, question=_("give these facts"))


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
            message = _("{meaning} {labels} is credited, and the plan does not have it")
            message = message.format(meaning=meaning, labels=listed(new))
            places = tuple(reported[letter][label] for label in new)
            yield Finding("J3", message, places, letter, listed(new), severity=Severity.ERROR)
        if gone:
            message = _("{meaning} {labels} of the plan has no row in the report: {count} of {every} units")
            counts = {"count": len(reported[letter]), "every": len(planned[letter])}
            message = message.format(meaning=meaning, labels=listed(gone), **counts)
            places = tuple(_of_plan(documents, planned[letter][label]) for label in gone)
            yield Finding("J3", message, places, letter, question=_("out of service?"))


def version(documents: Analyses) -> Iterator[Finding]:
    """Find headers that differ among the sheets, or from the plan."""
    report = documents.report
    used = (report.m.number, report.m.version)
    for sheet, named in report.headers.items():
        for number, number_version in named:
            if (number, number_version) != used:
                known = number_version in versions(number) if number == used[0] else True
                stands = f"{number} ver {number_version}"
                message = _("the header names {stands}, and {used} was applied")
                message = message.format(stands=stands, used=" ver ".join(used))
                if not known:
                    unknown = _("this version is not known here, and its rules were not applied")
                    message = Message("; ").join([message, unknown])
                places = report.cells_with(number, [sheet])
                texts = (cell for cells in report.book.grid(sheet) for cell in cells if number in str(cell))
                yield Finding("J4", message, places, _("header"), next(texts, stands), " ver ".join(used))
    if documents.plan is not None and documents.plan is not report:
        planned = (documents.plan.m.number, documents.plan.m.version)
        if planned != used:
            message = _("the report follows {used}, and the plan {planned}")
            message = message.format(used=" ver ".join(used), planned=" ver ".join(planned))
            place = at(file=documents.plan.name)
            yield Finding("J4", message, place, _("header"), " ver ".join(used), " ver ".join(planned))


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
            message = message.format(symbol=parameter.symbol, found=found, expected=expected)
            yield Finding("J5", message, located(row.cells["point"]), parameter.symbol, found, expected, _("the plan"))


def description(documents: Analyses) -> Iterator[Finding]:
    """Find classes and options that differ, which select values; other facts, which is a warning."""
    planned = {name: option for part in documents.registered.of("MPS") for name, option in part.found.choices.items()}
    for part in documents.report.of("MRS"):
        for name, option in part.found.choices.items():
            if name in planned and planned[name] != option:
                message = _("{name} is {found!r} in the report and {planned!r} in the plan")
                message = message.format(name=name, found=option, planned=planned[name])
                yield Finding("J6", message, at(part.roles["input"]), name, option, planned[name], _("the plan"))


CHECKS = {
    "J2": criteria,
    "J3": units,
    "J4": version,
    "J5": point,
    "J6": description,
}
