"""A submitted workbook: its sheets, entered values and reported reductions, and the library's own result."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from jcm_calc.api.case_file import CaseFile
from jcm_calc.api.workbook_years import joined
from jcm_calc.base.languages import _
from jcm_calc.base.problems import ProblemKind
from jcm_calc.declarations.items import Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs import Period
from jcm_calc.inputs.confirmation import EvidenceFiles, evidence_files, with_evidence
from jcm_calc.reports.workbook.filled_sheets import Reader, SheetSet
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.sheet_sets import HEADER, Roles, matches, project_of, sheet_sets
from jcm_calc.reports.workbook.tables import Cell, Row, Sheets, UnitTable
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.verification import quantities
from jcm_calc.verification.completing import complete, complete_periods
from jcm_calc.verification.location import Location, address, at, located
from jcm_calc.verification.quantities import CalculationRow, EnteredValue, Quantities, ShownQuantity
from jcm_calc.verification.recalculating import TWO_WAYS, Recalculation, recalculated
from jcm_calc.verification.reported import ReportedReductions, reported_reductions

if TYPE_CHECKING:
    from jcm_calc.api.result import Result


@dataclass(frozen=True)
class ReportPart:
    """One set of sheets, of the plan, or of a year of the report: what is read there, entered there, and reported.

    Its rows are those of tables 1 and 2 and of the facts, with the parameter that each is about.
    """

    kind: str
    suffix: str
    roles: Roles
    found: SheetSet
    entries: list[EnteredValue]
    rows: list[tuple[Parameter, Row]]
    reported: ReportedReductions

    @property
    def periods(self) -> list[Period]:
        """The periods it covers."""
        return self.found.periods


class Submission:
    """A submitted workbook, read with the reader that calculations use.

    By its kind, ``"MRS"`` or ``"MPS"``, its report or its plan is looked at. ``fallback`` is taken where the header
    names a version that is not known, and ``given`` completes what the workbook has no place for: `completed` names
    what was taken from it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: str,
        fallback: Declarations | None = None,
        evidence: EvidenceFiles = None,
        given: CaseFile | None = None,
    ) -> None:
        self.book = Book(path)
        self.kind = kind
        self.sheets = Sheets(self.book)
        sets = sheet_sets(self.book)
        # for each sheet, the methodologies and versions that its header names
        self.headers = _headers(self.book, sets)
        own = self._methodology(sets, kind, fallback)
        self.evidence = evidence_files(own, evidence)
        self.m = with_evidence(own, self.evidence)
        self.reader = Reader(self.book, self.m)
        self.project = project_of(self.book, sets)
        self.given = given if given is not None and given.methodology == self.m.number else None
        read = {named: self.reader.read(roles) for named, roles in sets.items()}
        self.completed = complete_periods([found for (one, _), found in read.items() if one == kind], self.given)
        self.parts = [self._part(*named, sets[named], found) for named, found in read.items()]

    def _part(self, kind: str, suffix: str, roles: Roles, found: SheetSet) -> ReportPart:
        entries = quantities.entries(found, self.sheets, {**self.m.inputs, **self.m.facts})
        tables = [rows for what, rows in self.sheets.tables(roles["input"]) if what == "parameters"]
        named = ((self.reader.symbols.find(row.text("symbol")), row) for rows in tables for row in rows)
        rows = [(parameter, row) for parameter, row in named if parameter is not None]
        reported = reported_reductions(self.sheets, roles["input"], similar=kind == "MRS")
        return ReportPart(kind, suffix, roles, found, list(entries), rows, reported)

    def _methodology(
        self, sets: Mapping[tuple[str, str], Roles], kind: str, fallback: Declarations | None
    ) -> Declarations:
        own = [sheet for (one, _), roles in sets.items() if one == kind for sheet in roles.values()]
        named = [named for sheet in (*own, *self.headers) for named in self.headers.get(sheet, ())]
        named = [one for one in named if _is_known(one)] or named
        if not named:
            raise self.book.unusable(_("names no methodology: expected 'Monitoring Spreadsheet: JCM_…' at the top"))
        try:
            return methodology(*named[0])
        except MethodologyNotFoundError as error:
            if fallback is None or fallback.number != named[0][0]:
                raise self.book.unusable(str(error)) from None
            return fallback

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.book.name

    def of(self, kind: str) -> list[ReportPart]:
        """Return the sets of a kind."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def examined(self) -> list[ReportPart]:
        """The sets that are looked at."""
        return self.of(self.kind)

    @cached_property
    def dated(self) -> list[Period]:
        """The periods that have dates, in order of time."""
        found = [period for part in self.examined for period in part.periods if period.dated]
        return sorted(found, key=lambda period: period.order)

    @property
    def input_sheets(self) -> tuple[Location, ...]:
        """The input sheets that are looked at."""
        return tuple(at(part.roles["input"]) for part in self.examined)

    def with_sheet(self, role: str) -> Iterator[tuple[ReportPart, str]]:
        """Yield the sets that are looked at and have a sheet of a role, with its name."""
        return ((part, part.roles[role]) for part in self.examined if role in part.roles)

    def choices(self, kind: str = "") -> dict[str, str]:
        """Return the options that the sheets of a kind choose."""
        return {name: option for part in self.of(kind or self.kind) for name, option in part.found.choices.items()}

    def lines(self) -> Iterator[CalculationRow]:
        """Yield the rows of the blocks of the calculation sheets."""
        for _part, sheet in self.with_sheet("calc"):
            yield from quantities.lines(sheet, self.sheets)

    def unit_tables(self) -> Iterator[UnitTable]:
        """Yield the tables with a row for each unit."""
        for _part, sheet in self.with_sheet("separate"):
            yield from self.sheets.unit_tables(sheet, self.reader.symbols, self.reader.keys)

    def entries(self, kind: str = "") -> list[EnteredValue]:
        """Return what is entered on the sheets of a kind."""
        return [entry for part in self.of(kind or self.kind) for entry in part.entries]

    def rows(self, kind: str = "") -> list[tuple[Parameter, Row]]:
        """Return each row of tables 1 and 2 and of the facts with the parameter that it is about."""
        return [row for part in self.of(kind or self.kind) for row in part.rows]

    def cells_with(self, text: str, sheets: Iterable[str] = ()) -> tuple[Location, ...]:
        """Return the cells that have a text; on some sheets, or those of the report or plan that is looked at."""
        own = tuple(sheets) or [sheet for part in self.examined for sheet in part.roles.values()]
        return tuple(
            address((sheet, row, column))
            for sheet in dict.fromkeys(own)
            for row, cells in enumerate(self.book.grid(sheet))
            for column, cell in enumerate(cells)
            if isinstance(cell, str) and text in cell
        )

    def places_of(self, subject: str, kinds: Collection[StrEnum] = ()) -> tuple[Location, ...]:
        """Return where something is entered: the cells of a quantity, its row, or the sheets where it belongs.

        Of a quantity of which something is complained, the cells that it is true of.
        """
        if subject in self.book.sheets:
            return (at(subject),)
        parameter = self.reader.symbols.find(subject.partition(" [")[0])
        name = "" if parameter is None else parameter.name
        entries = [entry for entry in self.entries() if entry.parameter.name == name]
        cells = [entry.address for entry in entries if _is_about(entry, kinds)] or [entry.address for entry in entries]
        rows = [
            located(row.cells["value"]) for other, row in self.rows() if other.name == name and "value" in row.cells
        ]
        return tuple(cells or rows) or self.input_sheets

    def reported_cells(self, kind: str = "") -> Iterator[tuple[ReportPart, Cell, Cell | None]]:
        """Yield the cell of each set with the reported tonnes, and the one with ER before rounding."""
        for part in self.of(kind or self.kind):
            if part.reported.cell is not None:
                yield part, part.reported.cell, part.reported.exact

    # Calculating

    @cached_property
    def case(self) -> CaseFile | None:
        """What the sheets of the kind hold, as a case."""
        found = joined(self.reader, [part.found for part in self.examined], self.project)
        if found is None or self.given is None:
            return found
        found, names = complete(found, self.given, {entry.parameter.name for entry in self.entries()}, self.m)
        self.completed += names
        return found

    @cached_property
    def recalculation(self) -> Recalculation:
        """The library's own calculation from what is entered, without what is unusable."""
        return recalculated(self.case, self.evidence, self.reader)

    @property
    def result(self) -> Result | None:
        """The result of it; None where that is not possible."""
        return self.recalculation.result

    def steps(self, result: Result) -> list[ShownQuantity]:
        """Return the cells of the calculation sheets, by the symbols in their rows and headings."""
        letters, nodes = list(self.m.indices), result.inputs.graph.nodes
        # a sheet that leaves choices open has columns for the equations of every option
        known = Quantities({**self.m.inputs, **{rule.name: rule for rule in self.m.rules}, **nodes}, letters)
        return [
            step
            for part, sheet in self.with_sheet("calc")
            for step in quantities.steps(sheet, part.periods, self.sheets, known, letters)
            if step.name.removeprefix(quantities.TERMS) in nodes
        ]


def _is_about(entry: EnteredValue, kinds: Collection[StrEnum]) -> bool:
    """Whether a complaint of some kinds is true of a value."""
    if ProblemKind.AMBIGUOUS_NUMBER in kinds:
        return isinstance(entry.written, str) and TWO_WAYS.fullmatch(entry.written.strip()) is not None
    allowed = entry.parameter.bounds if ProblemKind.OUT_OF_BOUNDS in kinds else entry.parameter.plausible
    limited = not {ProblemKind.OUT_OF_BOUNDS, ProblemKind.IMPLAUSIBLE}.isdisjoint(kinds)
    return not limited or (entry.numeric and allowed is not None and entry.value not in allowed)


def _is_known(named: tuple[str, str]) -> bool:
    try:
        methodology(*named)
    except MethodologyNotFoundError:
        return False
    return True


def _headers(book: Book, sets: Mapping[tuple[str, str], Roles]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for roles in sets.values():
        for sheet in roles.values():
            for match in matches(book, sheet, HEADER):
                major, _, minor = match[2].partition(".")
                found.setdefault(sheet, []).append((match[1], f"{int(major)}.{minor or 0}"))
    return found
