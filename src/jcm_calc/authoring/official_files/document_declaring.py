"""What the approved text adds to a methodology that is declared from its monitoring spreadsheet, unconfirmed all of it.

Title, criteria with their page, and where the values of parameters come from. Criteria are quoted as far as they are
short; whether a project meets one is a statement of the project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring.official_files.document import Document, ParameterRow
from jcm_calc.authoring.official_files.document_comparing import (
    EquationMatch,
    RowMatch,
    match_equations,
    match_parameters,
)
from jcm_calc.base.languages import Message, _, with_translations
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.declarations.items import Parameter
from jcm_calc.evidence import Evidence, Source, unconfirmed

LONGEST = 400  # letters of a criterion or of a source that are quoted
NOTE = (
    "Written by a program from the monitoring spreadsheet and from the approved text; nobody has confirmed it. How "
    "values are to be measured, and what decides whether a criterion is met, is in the text alone."
)


@dataclass(frozen=True, slots=True)
class Added:
    """What a document added to a module."""

    criteria: int  # those that are declared
    parameters: int  # those of which it says where their values come from
    equations: int  # those that it has
    equal: int  # those of them that give the same as the spreadsheet
    remarks: tuple[Problem, ...]  # what differs, or could not be used


def declare(m: Methodology, document: Document, *, titled: bool = False) -> Added:
    """Add what a document says to a methodology that is still open; a title that a person gave stays.

    Raises
    ------
    InputError
        If the document is of another methodology or version.
    """
    if (document.number, document.version) != (m.number, m.version):
        complaint = _("is for {given}; the spreadsheet is for {expected}. Give the document of that version")
        given = f"{document.number} ver {document.version}".removesuffix(" ver ") or _("no known methodology")
        problem = Problem(document.name, complaint.format(given=given, expected=f"{m.number} ver {m.version}"))
        raise InputError(document.name, [problem, *document.remarks])
    source = Source(f"approved methodology JCM_{m.number}_ver{m.version}, SHA-256 {document.sha256}")
    if document.title and not titled:
        m.title = with_translations(document.title, {})
        m.identity = {**m.identity, "title": unconfirmed("section A, read by a program", source=source)}
    m.note = NOTE
    numbers = [one.number for one in document.criteria]
    criteria = document.criteria if len(set(numbers)) == len(numbers) else ()  # a remark says so
    for one in criteria:
        evidence = unconfirmed(f"{one.place}, read by a program", source=source)
        m.attested(one.number, f"criterion_{one.number}", _short(one.text), evidence=evidence)
    rows = list(match_parameters(document, m))
    described = [one for one in rows if one.name and isinstance(one.row, ParameterRow)]
    for row in described:
        m.inputs[row.name] = _with_source(m.inputs[row.name], row.row)  # type: ignore[arg-type]
    found = list(match_equations(document, m))  # it takes the methodology into use
    equal = sum(one.agreeing > 0 for one in found)
    remarks = (*document.remarks, *_rows(rows), *_equations(found))
    return Added(len(criteria), len(described), len(found), equal, remarks)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _with_source(item: Parameter, row: ParameterRow) -> Parameter:
    """Return a parameter whose evidence says where the document describes it, and where its value comes from."""
    note = f"; the approved text, {row.place}: {_short(row.source or row.description)}"

    def noted(evidence: Evidence) -> Evidence:
        return replace(evidence, note=f"{evidence.note}{note}")

    evidence = None if item.evidence is None else noted(item.evidence)
    value = None if item.value is None else replace(item.value, evidence=noted(item.value.evidence))
    return replace(item, evidence=evidence, value=value)


def _rows(rows: list[RowMatch]) -> Iterator[Problem]:
    for one in rows:
        if one.row is None:
            yield Problem(one.name, _("is not in the table of the document that lists what is fixed ex ante"))
        elif not one.name:
            yield Problem(one.row.place, _("has no parameter in the spreadsheet"))
        else:
            subject = Message("{} ({})").format(one.name, one.row.place)
            if one.only_here:
                yield Problem(subject, _("the document does not have {numbers}").format(numbers=listed(one.only_here)))
            if one.turned:
                yield Problem(subject, _("the document has the values in another order than their classes"))
            if one.uncertain:
                yield Problem(subject, _("was matched by its words: check that the row is about it"))


def _equations(found: list[EquationMatch]) -> Iterator[Problem]:
    pages: dict[str, list[str]] = {}
    for one in found:
        if one.equation.page is not None:
            pages.setdefault(one.equation.unread, []).append(str(one.equation.page))
    for reason, many in pages.items():
        yield Problem(_("equations, pages {pages}").format(pages=", ".join(dict.fromkeys(many))), reason)
    for one in found:
        if one.equation.page is None and (complaint := _difference(one)):
            yield Problem(one.equation.text, complaint)


def _difference(one: EquationMatch) -> Message | None:
    """Return why an equation of a DOCX does not say the same as the module; None where it does."""
    if one.equation.expression is None:
        return _("was not read: {reason}").format(reason=one.equation.unread)
    if not one.cases:
        return _("was not compared: the module has no {names}").format(names=listed(one.unmatched))
    if one.agreeing:
        return None
    if unproved := [case.unproved for case in one.cases if case.unproved]:
        return _("says the same only as long as {names} is one number").format(names=listed(unproved[0]))
    case = one.cases[0]
    message = _(
        "differs from the spreadsheet in {count} of {all} inputs: {there} in the document, {here} in the spreadsheet"
    )
    numbers = {"there": f"{case.there:.6g}", "here": f"{case.here:.6g}"}
    return message.format(count=case.compared - case.agreed, all=case.compared, **numbers)
