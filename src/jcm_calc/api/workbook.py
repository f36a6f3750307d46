"""Reading a workbook: what is filled in, as a case that can be calculated."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jcm_calc.api.case_file import CaseFile
from jcm_calc.api.workbook_years import joined
from jcm_calc.base import notebook
from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, InputWarning, Problem, listed, warn
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.carriers import is_unit
from jcm_calc.inputs.confirmation import EvidenceError, EvidenceFile, with_evidence
from jcm_calc.inputs.tables import displayed_units
from jcm_calc.reports.workbook import evidence_sheet, record_sheet
from jcm_calc.reports.workbook.filled_sheets import Reader
from jcm_calc.reports.workbook.opening import Book, printable
from jcm_calc.reports.workbook.sheet_sets import header, project_of, sheet_sets
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import normalise

if TYPE_CHECKING:
    from jcm_calc.api.result import Result


@dataclass(frozen=True, repr=False)
class Workbook:
    """A monitoring spreadsheet as it was filled in; see `read_workbook`.

    Attributes
    ----------
    path : Path
    methodology, version : str
        From the header.
    report : CaseFile or None
        What the report sheets hold, all years together; None where nothing is filled in.
    plan : CaseFile or None
        What the plan sheets hold.
    remarks : tuple of Problem
        What was left out, and what a verifier should look at.
    """

    path: Path
    methodology: str
    version: str
    report: CaseFile | None
    plan: CaseFile | None
    remarks: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return f"<Workbook {self._summary()}>"

    def _repr_html_(self) -> str:
        return notebook.page(_("Workbook {summary}").format(summary=self._summary()), map(str, self.remarks))

    def _summary(self) -> str:
        """Say in one line what is filled in."""
        filled = [
            name
            if case.p is None
            else Message("{} {}").format(name, listed(case.p if isinstance(case.p, list | tuple) else [case.p]))
            for name, case in ((_("report"), self.report), (_("plan"), self.plan))
            if case is not None
        ]
        message = _("{file}: {number} ver {version}; {filled}").format(
            file=self.path.name,
            number=self.methodology,
            version=self.version,
            filled=Message(", ").join(filled) if filled else _("nothing is filled in"),
        )
        if count := len(self.remarks):
            message += ngettext("; {count:,} remark", "; {count:,} remarks", count).format(count=count)
        return message

    @property
    def case(self) -> CaseFile:
        """The report, or the plan where there is no report.

        Raises
        ------
        InputError
            If nothing is filled in.
        """
        found = self.report or self.plan
        if found is None:
            raise InputError.of(self.path.name, _("no values are filled in: fill in the coloured cells"))
        return found

    def calculate(self) -> Result:
        """Calculate; see `jcm_calc.calculate` for what it raises and warns of."""
        return self.case.calculate()


def read_workbook(path: str | os.PathLike[str]) -> Workbook:
    """Read a monitoring spreadsheet.

    Tables are found by their headings and rows by their symbols, wherever they stand; of a formula
    the stored value is read. Nothing in the file is executed, and nothing outside it is opened.

    Parameters
    ----------
    path : path
        An ``.xlsx`` file.

    Returns
    -------
    Workbook

    Raises
    ------
    InputError
        If the file is not a monitoring spreadsheet, or cannot be read.

    Warns
    -----
    InputWarning
        For what was left out, and for formulas where values belong.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024").to_excel("filled.xlsx")
    >>> workbook = jcm_calc.read_workbook("filled.xlsx")
    >>> print(workbook.methodology, workbook.version)
    PW_AM001 1.0
    >>> print(workbook.calculate().trace().loc["EG", "from"])
    filled.xlsx, MRS(input_separate)!C11
    """
    book = Book(path)
    sets = sheet_sets(book)
    number, version = header(book, [sheet for roles in sets.values() for sheet in roles.values()])
    try:
        m = methodology(number, version)
    except MethodologyNotFoundError as error:
        raise book.unusable(str(error)) from None
    evidence: tuple[EvidenceFile, ...] = ()
    unreadable: Sequence[Problem] = ()
    try:
        evidence = evidence_sheet.read(book, number, version)
    except InputError as error:
        unreadable = error.problems
    reader = Reader(book, _with_classes(m, evidence))
    reader.problems += [*unreadable, *evidence_sheet.contradictions(book, m, evidence)]
    project = project_of(book, sets)
    reports = [reader.read(roles) for (kind, _), roles in sets.items() if kind == "MRS"]
    plans = [reader.read(roles) for (kind, _), roles in sets.items() if kind == "MPS"]
    report, plan = (joined(reader, found, project) for found in (reports, plans))
    if report is not None:
        pointers = {pointer for found in reports for pointer in found.pointers.items()}
        tables = record_sheet.with_record(report.tables, pointers, book, m, reader.remarks)
        report = replace(report, tables=tuple(tables))
    InputError.raise_for(book.name, reader.problems, reader.remarks)
    for sheet in book.hidden:
        if any(sheet in roles.values() for roles in sets.values()):
            reader.remarks.append(Problem(printable(sheet), _("is a hidden sheet, and its values are used")))
    declared = {normalise(parameter.unit) for parameter in m.inputs.values() if is_unit(parameter.unit)}
    if unread := [unit for unit in displayed_units(book.path) if normalise(unit) not in declared]:
        complaint = _("a number format shows the unit {units}, which is not read: type it into the cell, as 135000 kWh")
        reader.remarks.append(Problem(book.name, complaint.format(units=listed(unread))))
    if book.external:
        complaint = _("refers to other files, which were not opened: stored values are used")
        reader.remarks.append(Problem(book.name, complaint))
    for remark in reader.remarks:
        warn(str(remark), InputWarning)
    report, plan = (case and replace(case, evidence=evidence) for case in (report, plan))
    return Workbook(book.path, number, version, report, plan, tuple(reader.remarks))


def _with_classes(m: Declarations, evidence: Sequence[EvidenceFile]) -> Declarations:
    """Return the methodology with the classes of tables that only the document has."""
    try:
        return with_evidence(m, evidence)
    except EvidenceError:  # the calculation refuses it
        return m
