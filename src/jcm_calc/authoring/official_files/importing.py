"""A workbook becomes the text of a module, after the proof that both give the same."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jcm_calc.api.methodology import Methodology
from jcm_calc.authoring.module_source import module_source
from jcm_calc.authoring.official_files import office
from jcm_calc.authoring.official_files.comparing import Comparison, Tried, cases_of
from jcm_calc.authoring.official_files.declaring import Declared, revision_source
from jcm_calc.authoring.official_files.document import read_document
from jcm_calc.authoring.official_files.document_declaring import Added, declare
from jcm_calc.authoring.official_files.drawing import DrawnInputs, number, usual_range
from jcm_calc.authoring.official_files.layout import RESULTS, Layout
from jcm_calc.authoring.official_files.matching import Matches, QuantityCells, amounts
from jcm_calc.authoring.official_files.plain_text import unexpected
from jcm_calc.authoring.official_files.questions import RANGE_OF, Prompt, Questions, read_names
from jcm_calc.authoring.official_files.translating import Translation
from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import _, ngettext
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.engine.derivatives import gradient
from jcm_calc.engine.evaluation import EvaluationError
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.rulebooks import modules, versions
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import Calculator

LEAST, DRAWS, FEWEST = 200, 210, 40  # inputs that must be equal; that are drawn with all rows filled; for each option
IN_OFFICE = (1, 7, 11)  # draws that are compared with LibreOffice, too
SHOWN, SOME, TOLERANCE = 5, 40, 1e-9
NEVER, PROVED = "never", "unproved"  # answers to the question whether a project can take a side of a decision
# Between which numbers an input with a unit may be expected, where no person has said its range.
EXPECTED = {"°C": Interval.parse("[5, 60]"), "": Interval.parse("[0.01, 0.99]")}
OTHERS = Interval.parse("[0.05, 500]")


@dataclass(frozen=True)
class Imported:
    """A module that equals its workbook."""

    number: str
    version: str
    file: str
    source: str
    names: str  # the text of the names file; empty where nothing was asked
    open: tuple[str, ...]  # questions to which a proposal was taken
    equal: int  # the number of inputs for which module and workbook are equal
    worst: float  # the largest relative difference among them
    office: float | None  # the largest one from LibreOffice; None where it was not compared
    remarks: tuple[Problem, ...]  # where the module says less, or something else, than a cell
    revision: str = ""  # a module that revises the installed methodology with tables; empty if there are none
    added: Added | None = None  # by the approved text, where one was given


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


@contextmanager
def _or_nothing() -> Iterator[None]:
    """Say of whatever is refused that nothing was written."""
    try:
        yield
    except InputError as error:
        raise NotWrittenError(error.subject, error.problems, error.warnings) from error


@_or_nothing()
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

    Raises
    ------
    InputError
        If a cell cannot be translated, or module and workbook differ: no module is given then.
    """
    book = Book(path)
    digest = of_file(Path(path))
    questions = Questions(digest, read_names(names, digest) if names is not None else None, prompt)
    layout = Layout(book)
    InputError.raise_for(book.name, islice(layout.differing(), SHOWN))
    found = Translation(layout, questions)
    cells = cells_of(found)
    declared = Declared(found, *_effects(found))
    added = None
    if document is not None:
        added = declare(declared.m, read_document(document), titled="title" in questions.given)
        found.remarks += added.remarks
    number, version = layout.header
    source = module_source(declared.m)
    if strange := unexpected(source):
        complaint = _("its texts would become a program that does more than calculate: {what}")
        raise book.unusable(complaint.format(what=strange[0]))
    scope: dict[str, Any] = {"__name__": number}
    exec(compile(source, f"{number}.py", "exec"), scope)  # what is proved is the text that is written
    m = scope["m"]
    count = max(FEWEST, DRAWS // len(list(cases_of(m))))
    compared = Comparison(layout, m, cells, DrawnInputs(layout, m, cells, count)).run()
    _refuse_differences(found, compared)
    _refuse_unproved(found, compared)
    installed = versions(number) if number in modules() else {}
    suffix = f"_ver{version.replace('.', '_')}" if installed else ""
    kept = [one for case in compared.cases for one in case.kept]
    return Imported(
        number=number,
        version=version,
        file=f"{number.lower()}{suffix}.py",
        source=source,
        names=questions.text(book.name),
        open=tuple(questions.open),
        equal=len(kept),
        worst=max(one.pairs[name].apart for one in kept for name in ("RE", "PE")),
        office=_office(compared) if with_office else None,
        remarks=tuple(found.remarks),
        revision=revision_source(found, installed[version], declared.source) if version in installed else "",
        added=added,
    )


def cells_of(found: Translation) -> Matches:
    """Return the cells of the inputs and of the results of a translation."""
    layout = found.layout
    cells = Matches(units=max((size for size, _place in found.sizes.values()), default=1))
    cells.amounts = dict(amounts(layout, layout.roles["input"]))
    for one in found.quantities.values():
        if one.what in ("input", "key"):
            cells.found[one.name] = [QuantityCells(one.symbol, None, one.words, tuple(one.cells))]
        elif one.filled_in:
            cells.lists[one.name] = one.filled_in
    for name, words in RESULTS.items():
        cells.found[name] = [QuantityCells(f"{name}_p", None, words, (layout.result(name),))]
    return cells


# How parameters act


def _effects(found: Translation) -> tuple[dict[str, dict[str, str]], dict[str, Interval]]:
    """Return how each parameter acts on RE and PE, and the ranges that a person gives of inputs.

    They are asked for where `jcm check`, which knows no unit from another, would find that parameters act otherwise.
    """
    selecting = {one.by for one in found.quantities.values()}
    inputs = [one for one in found.quantities.values() if one.what == "input" and one.name not in selecting]
    asked = {one.name: f"{RANGE_OF}{one.symbol} [{one.unit or '-'}]" for one in inputs if not one.extensive}
    expected = {one.name: OTHERS if one.positive and not one.unit else EXPECTED.get(one.unit, OTHERS) for one in inputs}

    def answered(sure: bool) -> dict[str, Interval]:
        answers = {name: found.questions.ask(key, "", sure) for name, key in asked.items()}
        return {name: Interval.parse(own) for name, own in answers.items() if own}

    m, ranges = Declared(found).m, answered(sure=True)
    acting = _acting(m, expected | ranges, spread=True)
    if acting != _acting(m, ranges):
        ranges = answered(sure=False)
        acting = _acting(m, expected | ranges, spread=True)
    return acting, ranges


def _acting(m: Methodology, ranges: Mapping[str, Interval], spread: bool = False) -> dict[str, dict[str, str]]:
    """Return of each parameter which results it raises or lowers; `spread` draws numbers of every magnitude."""
    rng, signs = np.random.default_rng(1), dict[str, dict[str, set[float]]]()
    sizes = {letter: 1 if letter == "p" else 2 for letter in m.indices}
    for graph in map(m.graph, cases_of(m)):
        parameters = [replace(one, plausible=ranges.get(one.name)) for one in graph.parameters]
        for _draw in range(SOME):
            known = {one.name: _drawn(one, sizes, rng, spread) for one in parameters}
            for result in {"RE", "PE"} & graph.nodes.keys():
                with suppress(EvaluationError):
                    for name, slope in gradient(graph, sizes, known, {}, result).items():
                        if np.any(slope) and name in known:
                            signs.setdefault(name, {}).setdefault(result, set()).update(np.sign(slope[slope != 0]))
    acting = {}
    for name, of in signs.items():
        one, ways = m.inputs[name], set().union(*of.values())
        if not (one.is_class or one.kind is Kind.CONSTANT or any(other.by == name for other in m.inputs.values())):
            way = "either" if len(ways) > 1 else "raises" if 1.0 in ways else "lowers"
            acting[name] = {way: " ".join(name for name in ("RE", "PE") if name in of)}
    return acting


def _drawn(one: Parameter, sizes: Mapping[str, int], rng: np.random.Generator, spread: bool) -> npt.NDArray[Any]:
    """Return numbers for a parameter, on the axes of the methodology; `jcm check` draws them evenly."""
    shape = [size if letter in one.indices else 1 for letter, size in sizes.items()]
    if one.is_class:
        return np.zeros(shape)  # only tables look
    if one.supplied:
        known = one.known() if one.value is None else [one.value]
        return rng.choice([value.value for value in known], shape)
    low, high = usual_range(one)
    if spread and low > 0:
        return np.exp(rng.uniform(np.log(low), np.log(high), shape))
    return rng.uniform(low, high, shape)


# The proof


def _refuse_differences(found: Translation, compared: Comparison) -> None:
    """Refuse a module that does not equal its workbook, or of which too little was compared."""
    book, cases = found.layout.book, compared.cases
    apart = [
        (one, name, case.options)
        for case in cases
        for one in case.kept
        for name, pair in one.pairs.items()
        if pair.place is not None
    ]
    if apart and found.rounds and all(_rounded(compared, *one) for one in apart[:SHOWN]):
        worst = max(abs(one.pairs[name].here - one.pairs[name].there) for one, name, _options in apart)
        complaint = _(
            "rounds within the calculation, which a module cannot; must not round (got a difference of {changes}). If "
            "the document does not round, take it out of a copy; otherwise write the methodology by hand (`jcm new`)"
        )
        changes = _("up to {tonnes} t in RE or PE").format(tonnes=f"{worst:.3g}")
        complaint = complaint.format(changes=changes if math.isfinite(worst) else _("an error instead of a number"))
        raise InputError(book.name, [Problem(str(address(place)), complaint) for place in found.rounds])
    message = _("draw {draw}: {name} is {one} by the module, {other} in the workbook")
    problems = [
        message.format(draw=one.at, name=name, one=repr(one.pairs[name].here), other=repr(one.pairs[name].there))
        for one, name, _options in apart
    ]
    if refused := sum(case.refused for case in cases):
        complaint = _("the module gives no result for {count} inputs for which the workbook gives one")
        problems.append(complaint.format(count=refused))
    if compared.table_3.place is not None:
        complaint = _("{cell} of table 3 is not ER: it gives {there}, ER is {here}")
        cell = str(address(compared.table_3.place))
        problems.append(complaint.format(cell=cell, **compared.table_3.numbers))
    if problems:
        raise InputError(book.name, [Problem(book.name, one) for one in problems[:SHOWN]])
    counts = [len(case.kept) for case in cases]
    if sum(counts) < LEAST or min(counts) < FEWEST:
        complaint = _("only {count} of {all} inputs could be compared; a module needs {least}")
        tried = len(compared.inputs.draws) * len(counts)
        raise book.unusable(complaint.format(count=sum(counts), all=tried, least=LEAST))
    if not all(case.everywhere for case in cases):
        raise book.unusable(_("RE, PE and ER are 0 in every input, which proves nothing"))
    if compared.uncut is not None:
        found.remark(compared.uncut, _("is not ER rounded down to whole tonnes in every input"))


def _rounded(compared: Comparison, one: Tried, name: str, options: Mapping[str, str]) -> bool:
    """Whether a difference disappears where functions that round do nothing."""
    exact = Calculator(compared.layout.book, compared.given(one.draw, options), exact=True)
    there = number(exact, compared.found.place(name))
    return math.isclose(there, one.pairs[name].here, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _refuse_unproved(found: Translation, compared: Comparison) -> None:
    """Refuse what no compared input took, unless a person says that no project can take it."""
    problems: list[Problem] = []
    for name, what in _missed(compared):
        one = found.quantities[name]
        message = f"{one.symbol}: {what}"
        key = f"{one.place} {message}"
        if found.questions.ask(key, PROVED) == NEVER:
            complaint = _(
                "{what}: no input took it, and a person says that no project can; module and workbook may differ"
            )
            found.remark(one.cells[0], complaint.format(what=message))
        else:
            complaint = _(
                "{what}: no input took it, so that nothing is proved of it. If no project can take it, "
                'answer {key} = "{never}" in a names file'
            )
            complaint = complaint.format(what=message, key=json.dumps(key, ensure_ascii=False), never=NEVER)
            problems.append(Problem(one.place, complaint))
    InputError.raise_for(found.layout.book.name, problems)


def _missed(compared: Comparison) -> Iterator[tuple[str, str]]:
    """Yield the sides of decisions, and the rows of tables, that no draw took, with the name of what has them."""
    taken: dict[tuple[str, str], bool] = {}
    for case in compared.cases:
        taken |= {arm: taken.get(arm, False) or was for arm, was in case.arms.items()}
    yield from (arm for arm, was in taken.items() if not was)
    draws = [one.draw for case in compared.cases for one in case.kept]
    for one in compared.m.inputs.values():
        if one.table is not None:
            keys = {key for draw in draws for key in np.ravel(draw.values[one.by]).tolist()}
            for row in one.table.entries:
                if not (any(key in row for key in keys) if isinstance(row, Interval) else row in keys):
                    yield one.name, str(row)


def _office(compared: Comparison) -> float | None:
    """Return the largest difference between LibreOffice and the workbook as it is calculated here."""
    book, case = compared.layout.book, compared.cases[0]
    places = [compared.found.place(name) for name in ("RE", "PE")]
    # a spreadsheet program takes numbers that differ in their last digit for equal
    cases: list[dict[Place, Any]] = [
        {place: float(f"{value:.12g}") if isinstance(value, float) else value for place, value in given.items()}
        for given in (compared.given(case.kept[at].draw, case.options) for at in IN_OFFICE)
    ]
    others = office.recalculated(book.path, cases, places)
    if others is None:
        return None
    own = np.array([[number(Calculator(book, given), place) for place in places] for given in cases])
    worst = float(np.max(abs(own - others) / np.maximum(abs(own), 1e-9)))
    if worst > TOLERANCE:
        complaint = _("LibreOffice gives other results than these formulas, by {share}: nothing is written")
        raise book.unusable(complaint.format(share=f"{worst:.2g}"))
    return worst
