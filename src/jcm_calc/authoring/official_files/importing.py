"""A workbook becomes the text of a module, after the proof that both give the same."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jcm_calc.authoring.module_source import module_source
from jcm_calc.authoring.official_files import office, proving
from jcm_calc.authoring.official_files.declaring import Declared
from jcm_calc.authoring.official_files.document import read_document
from jcm_calc.authoring.official_files.document_declaring import Added, declare
from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.plain_text import unexpected
from jcm_calc.authoring.official_files.proving import DRAWS, TOLERANCE, Proof
from jcm_calc.authoring.official_files.questions import RANGE_OF, Prompt, Questions
from jcm_calc.authoring.official_files.revising import revision_source
from jcm_calc.authoring.official_files.translating import Quantity, Translation
from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.declarations.interval import Interval
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.rulebooks import modules, versions
from jcm_calc.verification.location import address

LEAST = 200
IN_OFFICE = (1, 7, 11)  # draws that are compared with LibreOffice, too
SHOWN, SOME = 5, 80
NEVER, PROVED = "never", "unproved"  # answers to the question whether a project can take a side of a decision


@dataclass(frozen=True)
class Imported:
    """A module that equals its workbook.

    Attributes
    ----------
    number, version, file, source : str
        The name and the text of the module.
    names : str
        The text of the names file; empty where nothing was asked.
    open : tuple of str
        Questions to which a proposal was taken.
    proof : Proof
    office : float or None
        The largest relative difference from LibreOffice; None where it was not compared.
    remarks : tuple of Problem
        Where the module says less, or something else, than a cell.
    revision : str
        The text of a module that revises the installed methodology with tables; empty if there are none.
    added : Added or None
        What the approved text added, where one was given.
    """

    number: str
    version: str
    file: str
    source: str
    names: str
    open: tuple[str, ...]
    proof: Proof
    office: float | None
    remarks: tuple[Problem, ...]
    revision: str = ""
    added: Added | None = None


class NotWrittenError(InputError):
    """The workbook cannot be imported; nothing was written."""

    @property
    def headline(self) -> str:
        """How many problems there are, and with what."""
        return ngettext(
            "{count} problem with the import of {subject}; nothing was written",
            "{count} problems with the import of {subject}; nothing was written",
            len(self.problems),
        ).format(count=len(self.problems), subject=self.subject)


def import_workbook(
    path: str | os.PathLike[str],
    names: str | os.PathLike[str] | None = None,
    prompt: Prompt | None = None,
    *,
    document: str | os.PathLike[str] | None = None,
    with_office: bool = True,
) -> Imported:
    """Translate an official monitoring spreadsheet into the text of a methodology module.

    Parameters
    ----------
    path : path
    names : path, optional
        A names file with the answers to questions.
    prompt : callable, optional
        Asks a person a question, with a proposal.
    document : path, optional
        The approved text as PDF or DOCX: title, criteria and sources of values are taken from it.
    with_office : bool
        Whether some inputs are compared with LibreOffice, too, where it is installed.

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        If a cell cannot be translated, or module and workbook differ: no module is given then.
    """
    try:
        return _imported(path, names, prompt, document, with_office)
    except InputError as error:
        raise NotWrittenError(error.subject, error.problems, error.warnings) from error


def _imported(
    path: str | os.PathLike[str],
    names: str | os.PathLike[str] | None,
    prompt: Prompt | None,
    document: str | os.PathLike[str] | None,
    with_office: bool,
) -> Imported:
    book = Book(path)
    digest = of_file(Path(path))
    questions = Questions(digest, read_names(names, digest) if names is not None else None, prompt)
    layout = Layout(book)
    if differing := list(islice(layout.differing(), SHOWN)):
        raise InputError(book.name, differing)
    found = Translation(layout, questions)
    draws = proving.Draws(found, DRAWS)
    _refuse_rounding(found, draws)
    declared = Declared(found, *_effects(found))
    added = None
    if document is not None:
        added = declare(declared.m, read_document(document), titled="title" in questions.given)
        found.remarks += added.remarks
    number, version = found.layout.header
    source = module_source(declared.m)
    if strange := unexpected(source):
        complaint = _("its texts would become a program that does more than calculate: {what}")
        raise book.unusable(complaint.format(what=strange[0]))
    scope: dict[str, object] = {"__name__": number}
    exec(compile(source, f"{number}.py", "exec"), scope)  # what is proved is the text that is written
    proof = proving.proved(found, scope["m"], draws)  # type: ignore[arg-type]
    _refuse_differences(book, proof)
    _refuse_unproved(found, draws, proof)
    apart = _office(found, draws) if with_office else None
    file = f"{number.lower()}.py" if number not in modules() else f"{number.lower()}_ver{version.replace('.', '_')}.py"
    known = versions(number).get(version) if number in modules() else None
    revision = revision_source(found, known, declared.source) if known is not None else ""
    written = names_text(questions, book.name)
    return Imported(
        *(number, version, file, source, written, tuple(questions.open), proof, apart, tuple(found.remarks)),
        revision=revision,
        added=added,
    )


def _effects(found: Translation) -> tuple[dict[str, tuple[str, str]], dict[str, Interval]]:
    """Return how each parameter acts on RE and PE, and the ranges that a person gives of inputs.

    They are asked for where `jcm check`, which knows no unit from another, would find that parameters act otherwise.
    """
    inputs = [one for one in found.quantities.values() if one.what == "input" and not one.extensive]
    ranges = {one.name: Interval.parse(own) for one in inputs if (own := found.questions.ask(_range_of(one), "", True))}
    typed = proving.typed_in(found)
    acting = proving.effects(found, proving.Draws(found, SOME, ranges), typed)
    if acting != proving.effects(found, proving.Draws(found, SOME, ranges, usual=proving.USUAL), typed):
        for one in inputs:
            if any(other.by == one.name for other in found.quantities.values()) or one.name in ranges:
                continue
            if given := found.questions.ask(_range_of(one), "", False):
                ranges[one.name] = Interval.parse(given)
        acting = proving.effects(found, proving.Draws(found, SOME, ranges), typed)
    return acting, ranges


def _range_of(one: Quantity) -> str:
    return f"{RANGE_OF}{one.symbol} [{one.unit or '-'}]"


def _refuse_rounding(found: Translation, draws: proving.Draws) -> None:
    """Refuse rounding within the calculation that changes RE or PE; the cut of table 3 does not belong to it."""
    worst = proving.rounded_off(found, draws)
    if not worst:
        return
    changes = _("up to {tonnes} t in RE or PE").format(tonnes=f"{worst:.3g}")
    complaint = _(
        "rounds within the calculation, which a module cannot; must not round (got a difference of {changes}). If the "
        "document does not round, take it out of a copy; otherwise write the methodology by hand (`jcm new`)"
    )
    told = complaint.format(changes=changes if worst < float("inf") else _("an error instead of a number"))
    raise InputError(found.layout.book.name, [Problem(str(address(place)), told) for place in found.rounds])


def _refuse_differences(book: Book, proof: Proof) -> None:
    if proof.differences:
        raise InputError(book.name, [Problem(book.name, one) for one in proof.differences[:SHOWN]])
    if proof.equal < LEAST:
        complaint = _("only {count} of {all} inputs could be compared; a module needs {least}")
        raise book.unusable(complaint.format(count=proof.equal, all=DRAWS, least=LEAST))


def _refuse_unproved(found: Translation, draws: proving.Draws, proof: Proof) -> None:
    """Refuse what no compared input took, unless a person says that no project can take it."""
    missed = proving.Evaluated(found, draws.values, draws.letters).missed(proof.proved)
    problems: list[Problem] = []
    for place, what in missed:
        key = f"{address(place)} {what}"
        if found.questions.ask(key, PROVED, False) == NEVER:
            told = _("{what}: no input took it, and a person says that no project can; module and workbook may differ")
            found.remark(place, told.format(what=what))
        else:
            complaint = _(
                "{what}: no input took it, so that nothing is proved of it. If no project can take it, "
                'answer {key} = "{never}" in a names file'
            )
            problems.append(
                Problem(
                    str(address(place)),
                    complaint.format(what=what, key=json.dumps(key, ensure_ascii=False), never=NEVER),
                )
            )
    if problems:
        raise InputError(found.layout.book.name, problems)


def _office(found: Translation, draws: proving.Draws) -> float | None:
    """Return the largest difference between LibreOffice and the workbook as it is calculated here."""
    places = [found.layout.result(name) for name in proving.RESULTS]
    # a spreadsheet program takes numbers that differ in their last digit for equal
    cases = [{place: _short(value) for place, value in draws.cells(draw).items()} for draw in IN_OFFICE]
    others = office.recalculated(found.layout.book.path, cases, places)
    if others is None:
        return None
    worst = 0.0
    for case, other in zip(cases, others, strict=True):
        own = proving.workbook_values(found, case, exact=False)
        worst = max(worst, *(abs(a - b) / max(abs(a), 1e-9) for a, b in zip(own, other, strict=True)))
    if worst > TOLERANCE:
        complaint = _("LibreOffice gives other results than these formulas, by {share}: nothing is written")
        raise found.layout.book.unusable(complaint.format(share=f"{worst:.2g}"))
    return worst


def _short(value: object) -> object:
    return float(f"{value:.12g}") if isinstance(value, float) else value


def read_names(path: str | os.PathLike[str], digest: str) -> dict[str, str]:
    """Return the answers of a names file; refuse one of another workbook."""
    name = Path(path).name
    content = parse_toml(name, read_text(Path(path)))
    if content.get("sha256") != digest:
        complaint = _("got sha256 {given}; must be {digest}, that of the workbook: these are names of another file")
        raise InputError(name, [Problem("sha256", complaint.format(given=repr(content.get("sha256")), digest=digest))])
    answers = content.get("names", {})
    wrong = [key for key, value in answers.items() if not isinstance(value, str)] if isinstance(answers, dict) else [""]
    if wrong:
        raise InputError(name, [Problem(key, _("must be a symbol in quotation marks")) for key in wrong])
    return dict(answers)


def names_text(questions: Questions, workbook: str) -> str:
    """Return the text of a names file: every question with its answer, or the proposal that was taken."""
    if not questions.asked and not questions.given:
        return ""
    answers = sorted((questions.given | questions.asked).items())
    lines = [
        f"# Names for what {workbook} does not name: `jcm import {workbook} --names` reads them.",
        f'sha256 = "{questions.digest}"',
        "",
        "[names]",
        *(
            f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(answer, ensure_ascii=False)}"
            for key, answer in answers
        ),
    ]
    return "\n".join(lines) + "\n"
