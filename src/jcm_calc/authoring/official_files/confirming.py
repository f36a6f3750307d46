"""The official files of a user settle what the library could not read: what agrees is proposed for an evidence file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from jcm_calc.authoring.official_files.comparing import (
    ChoiceCase,
    Comparison,
    Selected,
    SetComparison,
    compare,
    selected,
)
from jcm_calc.authoring.official_files.document import Document, DocumentRow, ParameterRow, read_document
from jcm_calc.authoring.official_files.document_comparing import (
    RowMatch,
    match_criteria,
    match_equations,
    match_parameters,
)
from jcm_calc.authoring.official_files.drawing import NUMBER, reached
from jcm_calc.authoring.official_files.matching import QuantityCells, factor
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation import Statement, blank_file, statements
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.rulebooks import methodology
from jcm_calc.verification.location import address

COMPARED = ("equation", "default")  # kinds of statements about which a spreadsheet says something


class Status(StrEnum):
    """What the comparison of a statement with the official files found."""

    AGREES = _("agrees")
    DIFFERS = _("differs")
    NOT_FOUND = _("not found")
    NOT_COMPARED = _("not compared")
    READER = _("for a reader")


@dataclass(frozen=True)
class StatementLine:
    """A statement of a methodology, and what the official files say of it.

    Attributes
    ----------
    statement : Statement
    status : Status
    place : str
        The cell.
    said : str
        In which cases and inputs it agrees, what differs, or why it was not compared.
    answer : mapping
        What is proposed: ``agrees``, ``value`` or ``values``; empty where nothing is.
    note : str
        What a person must know of a proposal.
    seen : tuple of str
        What the document says of it, with its place.
    """

    statement: Statement
    status: Status
    place: str = ""
    said: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """A quantity of the methodology with the cells that hold it."""

    symbol: str
    unit: str
    written: str
    unit_there: str | None
    place: str
    how: str


class Confirmed:
    """What the official files say of a methodology: its monitoring spreadsheet, and the approved text.

    Attributes
    ----------
    m : Methodology
    workbook : Path
    sha256 : str
    comparison : Comparison
    text : Document or None
        What the approved text says, `document` its file.
    remarks : list of str
        What limits the proposals.
    others : list of RowMatch
        Criteria and parameters of the document that the methodology does not declare.
    unread : list of str
        Equations of the document that were not compared, with the reason.
    """

    def __init__(
        self,
        m: Declarations,
        workbook: Path,
        comparison: Comparison,
        sha256: str,
        document: Path | None = None,
        text: Document | None = None,
    ) -> None:
        self.m, self.workbook, self.comparison, self.sha256 = m, workbook, comparison, sha256
        self.document, self.text = document, text
        self.others: list[RowMatch] = []
        self.unread: list[str] = []
        self._seen, self._differing = self._of_document()
        self.filled = sorted({place for one in comparison.sets.values() for place in _filled(comparison, m, one)})
        self.translated = any(sha256 in str(one.evidence) or sha256 in str(one.evidence.source) for one in m.rules)
        self.remarks = list(self._remarks())

    @cached_property
    def lines(self) -> tuple[StatementLine, ...]:
        """Every statement of the methodology but the rules of the scheme."""
        return tuple(self._with_document(self._line(one)) for one in statements(self.m) if one.kind != "rule")

    def of(self, status: Status) -> list[StatementLine]:
        """Return the lines of one status."""
        return [one for one in self.lines if one.status is status]

    @property
    def differs(self) -> bool:
        """Whether something in the spreadsheet differs from the methodology."""
        sets = self.comparison.sets.values()
        shown = [outcome for one in sets for outcome in (one.table_3, *one.links.values())]
        return any(one.differs for one in shown) or bool(self.of(Status.DIFFERS))

    @property
    def compared(self) -> bool:
        """Whether any equation was compared."""
        return self.differs or any(one.statement.kind == "equation" for one in self.of(Status.AGREES))

    @property
    def settled(self) -> bool:
        """Whether nothing differs, every formula that was compared was exercised, and the form is blank."""
        doubtful = any(one.doubts or one.missed for one in self.comparison.sets.values())
        return self.compared and not (self.differs or doubtful or self.filled)

    @property
    def proposed(self) -> list[StatementLine]:
        """The lines for which the evidence file proposes an answer."""
        return [one for one in self.lines if one.answer]

    def evidence(self, person: str = "", day: str = "", answers: Mapping[Any, Mapping[str, Any]] | None = None) -> str:
        """Return the text of an evidence file with the proposals.

        Parameters
        ----------
        person, day : str, optional
            Who signs the proposals, and when; without them the file confirms nothing.
        answers : mapping, optional
            More answers of a person, as for `jcm_calc.inputs.confirmation.blank_file`.
        """
        found: dict[Any, dict[str, Any]] = {one.statement.key: self._item(one) for one in self.lines}
        for key, answer in (answers or {}).items():
            found.setdefault(key, {}).update(answer)
        kept = [one.statement for one in self.lines if one.answer or not one.statement.confirmed]
        kept += [one for one in statements(self.m) if one.kind == "rule" and not one.confirmed]
        return blank_file(self.m, kept, self.document, found, person, day, self.workbook)

    def save(self, path: str | os.PathLike[str], overwrite: bool = False) -> None:
        """Write the evidence file with the proposals, to be signed.

        Raises
        ------
        FileExistsError
            If there is such a file already.
        """
        save(Path(path), self.evidence().encode(), overwrite=overwrite)

    def _item(self, line: StatementLine) -> dict[str, Any]:
        said = [str(line.said)] if line.said else []
        found: dict[str, Any] = {"seen": [*said, *map(str, line.seen)]}
        if line.answer:
            proposed = {**line.answer, "document": "workbook", "page": line.place, "sha256": self.sha256}
            found |= {"proposed": proposed, **({"note": str(line.note)} if line.note else {})}
        return found

    def _of_document(self) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
        """Return what the document says by kind and name of a statement, and the equations in which it differs."""
        seen: dict[tuple[str, str], list[str]] = {}
        differing: set[str] = set()
        if self.text is None:
            return seen, differing
        symbols = self.m.symbols()
        for match in match_criteria(self.text, self.m):
            self._row_seen(
                seen, match, "criterion", match.name, match.row.text if isinstance(match.row, DocumentRow) else ""
            )
        for match in match_parameters(self.text, self.m):
            row = match.row
            told = f"{row.description} {row.value} {row.source}" if isinstance(row, ParameterRow) else ""
            self._row_seen(seen, match, "default", symbols.get(match.name, ""), told)
        for one in match_equations(self.text, self.m):
            where = _("document: {text}").format(text=one.equation.text)
            if not one.cases or one.unmatched:
                why = one.equation.unread or _("symbols that are not declared: {symbols}").format(
                    symbols=", ".join(one.unmatched)
                )
                self.unread.append(Message("{} ({})").format(where, why))
                continue
            if any(case.agrees for case in one.cases):
                told = _("{equation} (agrees by meaning)").format(equation=where)
            else:
                told = _("{equation} (differs by meaning)").format(equation=where)
                differing.add(one.name)
            seen.setdefault(("equation", symbols.get(one.name, "")), []).append(told)
        return seen, differing

    def _row_seen(
        self, seen: dict[tuple[str, str], list[str]], match: RowMatch, kind: str, name: str, text: str
    ) -> None:
        if not name:
            self.others.append(match)
            return
        if match.row is None:
            seen.setdefault((kind, name), []).append(_("document: not found"))
            return
        told = _("document, {place}: {text}").format(place=match.row.place, text=" ".join(text.split()))
        if match.only_here or match.only_there:
            here, there = (", ".join(map(str, one)) or "-" for one in (match.only_here, match.only_there))
            told = _("{row} [numbers only in the library: {here}; only in the document: {there}]").format(
                row=told, here=here, there=there
            )
        if match.turned:
            told = _("{row} [the values may be of other classes]").format(row=told)
        seen.setdefault((kind, name), []).append(told)

    def _with_document(self, line: StatementLine) -> StatementLine:
        """Return a line with what the document says; an equation that differs there is not proposed."""
        statement = line.statement
        seen = tuple(self._seen.get((statement.kind, statement.name), ()))
        if statement.kind == "equation" and statement.item.name in self._differing:
            return replace(
                line, status=Status.DIFFERS, said=_("the document says something else"), answer={}, seen=seen
            )
        return replace(line, seen=seen)

    def _remarks(self) -> Iterator[str]:
        if self.text is not None:
            yield from map(str, self.text.remarks)
            if not self.text.number or not self.text.version:
                yield _("{file} does not say of which methodology and version it is").format(file=self.text.name)
        if self.translated:
            yield _("the methodology was translated from this very file: this proves the translation, not the reading")
        if self.filled:
            complaint = _(
                "is filled in ({cells}): it is not the official blank form, so nothing is proposed. Give the blank form"
            )
            yield complaint.format(cells=_several(self.filled))
        for key, one in self.comparison.sets.items():
            for place, value in _prefilled(self.comparison, one):
                told = _("{cell} holds {value}: it is taken as an input, and other values are put into it")
                yield told.format(cell=str(address(place)), value=value)
            if not one.shown:
                yield Message("{}: {}").format(key, _("nothing was compared"))
            elif lost := max(case.lost for case in one.shown):
                told = _("{kind}: {count} inputs were not compared, because the equations have no value there")
                yield told.format(kind=key, count=lost)
            if one.uncut is not None and not one.table_3.differs:
                told = _("{cell} of table 3 is not ER rounded down to whole tonnes in every input")
                yield told.format(cell=str(address(one.uncut)))
            if one.fills_all:
                told = _("{kind} gives an error where a row of units is blank: only inputs with all rows were compared")
                yield told.format(kind=key)

    @property
    def matched(self) -> list[Matched]:
        """Where each quantity was found, and in which unit; of plan and report the report."""
        found: dict[str, Matched] = {}
        for one in reversed(self._sets):
            for name, many in one.found.found.items():
                found[name] = self._matched(name, many[0])
        return list(found.values())

    def _matched(self, name: str, cells: QuantityCells) -> Matched:
        item = self.comparison.items[name]
        how = _("same symbol") if not cells.by_words else _("by words: please confirm")
        converted = None if cells.unit is None or _is_class(item) else factor(cells.unit, item.unit)
        if converted is not None and (converted.numerator, converted.denominator, converted.offset) != (1, 1, 0):
            how = Message("{}; × {:.12g}").format(how, converted.numerator / converted.denominator)
        return Matched(item.symbol, item.unit, cells.symbol, cells.unit, cells.address, how)

    @property
    def _sets(self) -> list[SetComparison]:
        """The report before the plan."""
        return [one for _key, one in sorted(self.comparison.sets.items(), key=lambda pair: "MRS" not in pair[0])]

    # Statements

    def _line(self, statement: Statement) -> StatementLine:
        if statement.kind not in COMPARED:
            return StatementLine(statement, Status.READER)
        of = self._equation if statement.kind == "equation" else self._default
        found = [line for one in self._sets if (line := of(statement, one)) is not None]
        order = (Status.DIFFERS, Status.AGREES, Status.NOT_COMPARED, Status.NOT_FOUND)
        line = min(found, key=lambda one: order.index(one.status))
        if line.answer and self.filled:
            return replace(line, answer={}, note="")
        if line.answer and self.translated and not line.note:
            return replace(line, note=_("proves the translation alone"))
        return line

    def _equation(self, statement: Statement, one: SetComparison) -> StatementLine:
        rule: Equation = statement.item
        graphs = {id(case): self.m.graph(case.options) for case in one.cases}
        cases = [case for case in one.cases if rule in graphs[id(case)].equations]
        shown = [case for case in one.shown if case in cases]
        cells = (
            one.found.cells(rule.name) or one.found.without_unit.get(rule.name) or one.found.other_unit.get(rule.name)
        )
        place = cells.address if cells is not None else ""
        if not shown:
            return StatementLine(statement, Status.NOT_COMPARED, place, self._not_in_force(cases))
        differing = [case for case in shown if rule.name in case.outcomes and case.outcomes[rule.name].differs]
        if differing:
            outcome = differing[0].outcomes[rule.name]
            told = _("differs in {count} of {all} inputs: library {here}, workbook {there}")
            count = outcome.compared - outcome.agreed
            told = told.format(count=count, all=outcome.compared, **outcome.numbers)
            return StatementLine(statement, Status.DIFFERS, str(address(outcome.place or ("", 0, 0))), told)
        # a rule without a case of its own must hold in every case in force, one with a case in one of them
        agreeing = [case for case in shown if case.in_force or rule.name in case.outcomes]
        direct = [case for case in agreeing if rule.name in case.outcomes]
        parts = {case.parts[rule.name] for case in agreeing if rule.name in case.parts}
        unproved = sorted(part for part in parts if self._not_proved(part))
        parts -= {*unproved}
        if rule.when and not any(case.in_force for case in shown):
            return StatementLine(
                statement, Status.NOT_COMPARED, place, _("no case of the choices agrees with the workbook")
            )
        if why := self._not_covered(rule, one, shown):
            return StatementLine(statement, Status.NOT_COMPARED, place, why)
        if unproved and not direct and not parts:
            return StatementLine(statement, Status.NOT_COMPARED, place, self._not_proved(unproved[0]))
        if not direct and not parts:
            return StatementLine(statement, Status.NOT_COMPARED, place, self._why_not(rule, one, shown))
        everywhere = [case for case in direct if case.everywhere]
        told = Message("; ").join(self._agreement(case, rule.name) for case in everywhere or direct)
        if direct:
            return StatementLine(statement, Status.AGREES, place, told, {"agrees": "yes"})
        through = sorted(parts)[0]
        through_cells = one.found.found[through][0]
        symbol = self.comparison.items[through].symbol
        note = _("as a part of {symbol}: it has no cell with a unit").format(symbol=symbol)
        return StatementLine(statement, Status.AGREES, through_cells.address, note, {"agrees": "yes"}, note)

    def _agreement(self, case: ChoiceCase, name: str) -> str:
        outcome = case.outcomes[name]
        told = _("agrees in {agreed} of {all} inputs").format(agreed=outcome.agreed, all=outcome.compared)
        symbols = [self.comparison.items[zero].symbol for zero in case.zeros]
        options = ", ".join(f"{choice} = {option}" for choice, option in case.options.items())
        if symbols:
            where = _(" or ").join(_("{symbol} = 0").format(symbol=one) for one in symbols)
            return _("{agreement} ({options}, where {where})").format(agreement=told, options=options, where=where)
        return Message("{} ({})").format(told, options) if options else told

    def _not_in_force(self, cases: list[ChoiceCase]) -> str:
        """Say why no input exercised the cases of an equation."""
        symbols = self.m.symbols()
        missing = [[symbols.get(name, name) for name in one.missing] for one in cases if one.missing]
        if not cases:
            return _("no case of the choices needs it")
        if missing:
            lacking = min(missing, key=len)
            return _("no input exercised it: the workbook has no usable cell of {symbols}").format(
                symbols=", ".join(lacking)
            )
        if texts := next((one.without_text for one in cases if one.without_text), ()):
            return _("no text that selects a value was found for {symbols}").format(symbols=", ".join(texts))
        return _("no input exercised its case")

    def _not_covered(self, rule: Equation, one: SetComparison, shown: list[ChoiceCase]) -> str:
        if any(rule.name in case.untaken for case in shown):
            return _("no input took every branch of {equation}").format(equation=rule.written(self.m.symbols()))
        if rule.name == "ER" and (other := next((each for each in self._sets if each.table_3.differs), None)):
            return _("{cell} of table 3 is not ER").format(cell=str(address(other.table_3.place or ("", 0, 0))))
        return self._not_proved(rule.name)

    def _not_proved(self, name: str) -> str:
        """Say why equal values prove nothing, in the sheets of the plan or of the report."""
        for one in self._sets:
            if name in one.missed:
                cell = str(address(one.missed[name]))
                return _("no input took every branch of the formula in {cell}").format(cell=cell)
            if name in one.doubts:
                return one.doubts[name]
        return ""

    def _why_not(self, rule: Equation, one: SetComparison, shown: list[ChoiceCase]) -> str:
        if any(rule.name in case.only_zero for case in shown):
            return _("is 0 in the workbook and in the library in every input, which proves nothing")
        if rule.name in one.found.without_unit:
            return _("its cell has no unit")
        if rule.name in one.found.other_unit:
            unit = one.found.other_unit[rule.name].unit
            return _("its cell has the unit {unit}, which is not {declared}").format(unit=unit, declared=rule.unit)
        return _("has no cell, and no result that agrees depends on it")

    def _default(self, statement: Statement, one: SetComparison) -> StatementLine:
        default: Parameter = statement.item
        rows = selected(self.comparison.layout, self.m, one, default)
        if not rows:
            return self._typed(statement, one)
        place = str(address(rows[0].place))
        outcomes = [case.outcomes[default.name] for case in one.shown if default.name in case.outcomes]
        apart = [row for row in rows if row.differs]
        if apart:
            told = Message("; ").join(_row(row) for row in apart)
            return StatementLine(statement, Status.DIFFERS, place, told)
        if wrong := next((outcome for outcome in outcomes if outcome.differs), None):
            told = _("{cell} gives {there} instead of {here}")
            place = str(address(wrong.place or rows[0].place))
            return StatementLine(statement, Status.DIFFERS, place, told.format(cell=place, **wrong.numbers))
        if why := self._not_proved(default.name):
            return StatementLine(statement, Status.NOT_COMPARED, place, why)
        told = Message("; ").join(_row(row) for row in rows)
        kept = {row.key: row.there for row in rows if row.there is not None and not row.open}
        if not kept:
            return StatementLine(statement, Status.NOT_COMPARED, place, told)
        answer: dict[str, Any] = {"value": kept[""]} if "" in kept else {"values": kept}
        return StatementLine(statement, Status.AGREES, place, told, answer)

    def _typed(self, statement: Statement, one: SetComparison) -> StatementLine:
        """Look for a default that is typed into a formula which agrees."""
        default: Parameter = statement.item
        through = {case.parts[default.name] for case in one.shown if default.name in case.parts}
        value = None if default.value is None else default.value.value
        for name in sorted(through):
            for cells in one.found.found[name]:
                for place in sorted(reached(self.comparison.layout, cells.places[0])):
                    typed = [float(number) for number in NUMBER.findall(self.comparison.layout.formula(place))]
                    if value is not None and value in typed:
                        told = _("{value:g} is typed into the formula, which agrees").format(value=value)
                        return StatementLine(
                            statement, Status.AGREES, str(address(place)), told, {"value": value}, told
                        )
        without = one.found.without_unit.get(default.name)
        if without is not None:
            return StatementLine(statement, Status.NOT_COMPARED, without.address, _("its cell has no unit"))
        own = one.found.cells(default.name)
        if own is not None:
            return StatementLine(
                statement, Status.NOT_COMPARED, own.address, _("the workbook leaves it to be filled in")
            )
        return StatementLine(statement, Status.NOT_FOUND, "", _("the workbook has no cell with this symbol"))

    # For programs

    def as_data(self) -> dict[str, Any]:
        """Return everything ready for JSON."""
        return {
            "methodology": self.m.number,
            "version": self.m.version,
            "workbook": {"file": self.workbook.name, "sha256": self.sha256, "sheets": list(self.comparison.sets)},
            "document": self.text and {"file": self.text.name, "sha256": self.text.sha256, "title": self.text.title},
            "differs": self.differs,
            "remarks": [str(one) for one in self.remarks],
            "parameters": [
                {"symbol": one.symbol, "unit": one.unit, "written": one.written, "unit in the workbook": one.unit_there}
                | {"cell": one.place, "how": str(one.how)}
                for one in self.matched
            ],
            "items": [
                {"kind": one.statement.kind, "name": one.statement.name, "case": one.statement.case}
                | {"status": str(one.status.value), "cell": one.place, "said": str(one.said)}
                | {"proposed": dict(one.answer), "document": list(map(str, one.seen))}
                for one in self.lines
            ],
            "only in the document": [row_text(one) for one in self.others],
            "not read in the document": list(map(str, self.unread)),
            "elasticities": [
                {"sheets": key, "of": one.of, "on": one.on, "workbook": one.there, "library": one.here}
                for key, compared in self.comparison.sets.items()
                for one in compared.elasticities
            ],
            "coverage": {key: coverage(one) for key, one in self.comparison.sets.items()},
        }


def coverage(one: SetComparison) -> dict[str, Any]:
    """Return what the inputs of a set of sheets cover, as numbers."""
    draws = one.drawn.draws
    zeros: dict[str, int] = {}
    for draw in draws:
        if draw.zero:
            zeros[draw.zero] = zeros.get(draw.zero, 0) + 1
    return {
        "inputs": len(draws),
        "rows": one.found.units,
        "with blank rows": sum(len(draw.rows) < one.found.units for draw in draws),
        "with an amount at 0": zeros,
        "classes": {name: len(texts) for name, texts in one.drawn.classes.items()},
        "limits": {name: len(limits) for name, limits in one.drawn.limits.items() if limits},
        "branches": one.branches,
        "branches taken": one.taken,
    }


def confirm(
    methodology_or_number: Declarations | str,
    workbook: str | os.PathLike[str],
    document: str | os.PathLike[str] | None = None,
    *,
    version: str | None = None,
) -> Confirmed:
    """Compare a methodology with its official files: the monitoring spreadsheet and, where it is given, the document.

    Every formula whose quantity is found is compared by meaning: for inputs that cover classes, limits, zeros and
    branches, the cell and the declared equation must give the same. Nothing is confirmed by it: what agrees is
    proposed in an evidence file, which a person signs.

    Parameters
    ----------
    methodology_or_number : Methodology or str
        Such as ``"ID_AM003"``.
    workbook : path
        The blank official form, ``.xlsx``.
    document : path, optional
        The approved methodology, ``.pdf`` or ``.docx``: its criteria and parameters are put next to the declared ones,
        and equations of a DOCX are compared by meaning. It needs the extra ``documents``.
    version : str, optional
        Of the methodology; the latest by default.

    Returns
    -------
    Confirmed
        With ``lines``, ``proposed``, ``differs``, ``evidence()`` and ``save(path)``.

    Raises
    ------
    InputError
        If the file cannot be used, is of another methodology or version, or has no formulas.

    Examples
    --------
    >>> import jcm_calc
    >>> jcm_calc.methodology("TH_AM013").template("blank.xlsx", units=3)
    >>> found = jcm_calc.confirm("TH_AM013", "blank.xlsx")
    >>> found.differs, sorted(one.statement.name for one in found.proposed)
    (False, ['ER_p', 'PE_i,p', 'PE_p', 'RE_i,p', 'RE_p'])
    >>> found.save("th_am013.toml")
    """
    m = methodology_or_number
    if isinstance(m, str):
        m = methodology(m, version)
    path = Path(workbook)
    comparison = compare(Book(path), m)
    own = hashlib.sha256(path.read_bytes()).hexdigest()
    if document is None:
        return Confirmed(m, path, comparison, own)
    text = read_document(document)
    stated = (text.number or m.number, text.version or m.version)
    if stated != (m.number, m.version):
        complaint = _("is {given}; must be {expected}. Give the document of that version")
        given = _("{number} ver {version}").format(number=stated[0], version=stated[1])
        raise InputError(text.name, [Problem(text.name, complaint.format(given=given, expected=m))])
    return Confirmed(m, path, comparison, own, Path(document), text)


def row_text(match: RowMatch) -> str:
    """Return a row of the document with its place."""
    row = match.row
    if isinstance(row, ParameterRow):
        return f"{row.place}: {' '.join(f'{row.symbol} {row.description}'.split())}"
    return "" if row is None else f"{row.place}: {' '.join(row.text.split())}"


def _filled(comparison: Comparison, m: Declarations, one: SetComparison) -> Iterator[Place]:
    """Yield the cells of monitored parameters, or of units, in which a number is filled in."""
    for name, many in one.found.found.items():
        item = comparison.items[name]
        for cells in many if isinstance(item, Parameter) and not item.textual else ():
            listed = comparison.layout.monitored(item.symbol)
            if cells.tabular or listed is not None:
                for place in cells.places:
                    value = comparison.layout.value(place)
                    if isinstance(value, int | float) and not comparison.layout.formula(place):
                        yield place


def _prefilled(comparison: Comparison, one: SetComparison) -> Iterator[tuple[Place, float]]:
    """Yield the single cells of inputs that hold a number."""
    for name, many in one.found.found.items():
        if isinstance(comparison.items[name], Parameter) and name in one.drawn.draws[0].values:
            for cells in many if not many[0].tabular else ():
                value = comparison.layout.value(cells.places[0])
                if isinstance(value, int | float) and not comparison.layout.formula(cells.places[0]):
                    yield cells.places[0], value


def _is_class(item: Parameter | Equation) -> bool:
    return isinstance(item, Parameter) and item.textual


def _several(places: list[Place]) -> str:
    shown = ", ".join(str(address(one)) for one in places[:3])
    return shown if len(places) <= 3 else _("{cells} and {count} more").format(cells=shown, count=len(places) - 3)


def _row(row: Selected) -> str:
    key = f"{row.key}: " if row.key else ""
    if row.there is None:
        return _("{key}not in the workbook (library {here:g})").format(key=key, here=row.here)
    if row.here is None:
        return _("{key}{there:g} in the workbook, the library has no value").format(key=key, there=row.there)
    if row.differs:
        return _("{key}{there:g} in the workbook, {here:g} in the library").format(
            key=key, there=row.there, here=row.here
        )
    told = _("{key}{here:g} agrees").format(key=key, here=row.here)
    if row.open:
        return _("{row}, but the workbook has no limit at {limit}: this one is for a person").format(
            row=told, limit=row.open
        )
    return told
