"""The official files of a user settle what the library could not read: what agrees is proposed for an evidence file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from jcm_calc.authoring.official_files.comparing import ChoiceCase, Selected, compare, selected
from jcm_calc.authoring.official_files.document import Document, read_document
from jcm_calc.authoring.official_files.document_comparing import match_criteria, match_equations, match_parameters
from jcm_calc.authoring.official_files.drawing import literals
from jcm_calc.base.files import save
from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation import Statement, blank_file, statements
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Place
from jcm_calc.rulebooks import methodology
from jcm_calc.verification.location import address

DIFFERING = 5  # cells in which plan and report differ that are named
AGREES = {"agrees": "yes"}


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


class Confirmed:
    """What the official files say of a methodology: its monitoring spreadsheet, and the approved text.

    Attributes
    ----------
    text : Document or None
        What the approved text says, `document` its file.
    unlike : list of Problem
        Where plan and report differ: only the report was compared, and nothing is proposed.
    remarks : list of str
        What limits the proposals.
    others : list of str
        Criteria and parameters of the document that the methodology does not declare.
    unread : list of str
        Equations of the document that were not compared, with the reason.
    """

    def __init__(
        self, m: Declarations, workbook: Path, document: Path | None = None, text: Document | None = None
    ) -> None:
        self.m, self.workbook, self.document, self.text = m, workbook, document, text
        self.comparison, self.sha256 = compare(Book(workbook), m), of_file(workbook)
        self.unlike = list(islice(self.comparison.layout.differing(), DIFFERING))
        self.others: list[str] = []
        self.unread: list[str] = []
        self._seen: dict[tuple[str, str], list[str]] = {}
        self._differing: set[str] = set()
        if text is not None:
            self._read_rows(text)
            self._read_equations(text)
        self.filled = sorted(place for place, _value, monitored in self._entered() if monitored)
        self.translated = any(
            self.sha256 in str(one.evidence) or self.sha256 in str(one.evidence.source) for one in m.rules
        )
        self.remarks = list(self._remarks())

    @cached_property
    def lines(self) -> tuple[StatementLine, ...]:
        """Every statement of the methodology but the rules of the scheme."""
        return tuple(self._line(one) for one in statements(self.m) if one.kind != "rule")

    def of(self, status: Status) -> list[StatementLine]:
        """Return the lines of one status."""
        return [one for one in self.lines if one.status is status]

    @property
    def differs(self) -> bool:
        """Whether something in the spreadsheet differs from the methodology."""
        one = self.comparison
        apart = any(outcome.apart for case in one.shown for outcome in case.outcomes.values())
        return apart or one.table_3.place is not None or bool(self.of(Status.DIFFERS))

    @property
    def compared(self) -> bool:
        """Whether any equation was compared."""
        return self.differs or any(one.statement.kind == "equation" for one in self.of(Status.AGREES))

    @property
    def settled(self) -> bool:
        """Whether nothing differs, every formula that was compared was exercised, and the form is blank.

        Plan and report must calculate the same, too.
        """
        return self.compared and not (self.differs or self.comparison.doubts or self.filled or self.unlike)

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
            More answers of this person, as for `jcm_calc.inputs.confirmation.blank_file`.
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
        found: dict[str, Any] = {"seen": [str(one) for one in (line.said, *line.seen) if one]}
        if line.answer:
            found["proposed"] = {**line.answer, "document": "workbook", "page": line.place, "sha256": self.sha256}
            found |= {"note": str(line.note)} if line.note else {}
        return found

    # The document

    def _read_rows(self, text: Document) -> None:
        """Note what the document says of criteria and default values."""
        symbols = self.m.symbols()
        rows = [("criterion", one.name, one) for one in match_criteria(text, self.m)]
        rows += [("default", symbols.get(one.name, ""), one) for one in match_parameters(text, self.m)]
        for kind, name, match in rows:
            row = None if match.row is None else " ".join(match.row.text.split())
            if not name and match.row is not None:
                self.others.append(f"{match.row.place}: {row}")
                continue
            message = _("document: not found")
            if match.row is not None:
                message = _("document, {place}: {text}").format(place=match.row.place, text=row)
            if match.only_here or match.only_there:
                here, there = (", ".join(map(str, one)) or "-" for one in (match.only_here, match.only_there))
                message = _("{row} [numbers only in the library: {here}; only in the document: {there}]").format(
                    row=message, here=here, there=there
                )
            if match.turned:
                message = _("{row} [the values may be of other classes]").format(row=message)
            self._seen.setdefault((kind, name), []).append(message)

    def _read_equations(self, text: Document) -> None:
        """Note which equations of the document agree; one that differs is not proposed."""
        symbols = self.m.symbols()
        for one in match_equations(text, self.m):
            where = _("document: {text}").format(text=one.equation.text)
            if not one.cases or one.unmatched:
                why = one.equation.unread or _("symbols that are not declared: {symbols}").format(
                    symbols=", ".join(one.unmatched)
                )
                self.unread.append(Message("{} ({})").format(where, why))
                continue
            message = _("{equation} (agrees by meaning)")
            if not one.agreeing:
                message = _("{equation} (differs by meaning)")
                self._differing.add(one.name)
            elif one.agreeing < len(one.cases):
                message = _("{equation} (agrees by meaning in {agreeing} of {all} cases of the choices)")
            message = message.format(equation=where, agreeing=one.agreeing, all=len(one.cases))
            self._seen.setdefault(("equation", symbols.get(one.name, "")), []).append(message)

    def _remarks(self) -> Iterator[str]:
        one, kind = self.comparison, self.comparison.layout.kind
        if self.text is not None:
            yield from map(str, self.text.remarks)
            if not self.text.number or not self.text.version:
                yield _("{file} does not say of which methodology and version it is").format(file=self.text.name)
        for problem in self.unlike:
            yield Message("{}: {}").format(problem.subject, problem.complaint)
        if self.unlike:
            yield _("plan and report differ, so nothing is proposed")
        if self.translated:
            yield _("the methodology was translated from this very file: this proves the translation, not the reading")
        if self.filled:
            complaint = _(
                "is filled in ({cells}): it is not the official blank form, so nothing is proposed. Give the blank form"
            )
            shown = ", ".join(str(address(one)) for one in self.filled[:3])
            if (left := len(self.filled) - 3) > 0:
                shown = _("{cells} and {count} more").format(cells=shown, count=left)
            yield complaint.format(cells=shown)
        for place, value, monitored in self._entered():
            if not monitored:
                message = _("{cell} holds {value}: it is taken as an input, and other values are put into it")
                yield message.format(cell=str(address(place)), value=value)
        if not one.shown:
            yield Message("{}: {}").format(kind, _("nothing was compared"))
        elif lost := max(case.lost for case in one.shown):
            message = _("{kind}: {count} inputs were not compared, because the equations have no value there")
            yield message.format(kind=kind, count=lost)
        if one.uncut is not None and one.table_3.place is None:
            message = _("{cell} of table 3 is not ER rounded down to whole tonnes in every input")
            yield message.format(cell=str(address(one.uncut)))
        if one.fills_all:
            message = _("{kind} gives an error where a row of units is blank: only inputs with all rows were compared")
            yield message.format(kind=kind)

    def _entered(self) -> Iterator[tuple[Place, float, bool]]:
        """Yield the entries that hold a number, and whether a project has filled it in: monitored, or of a unit."""
        one = self.comparison
        for name, many in one.found.found.items():
            item = one.items[name]
            for cells in many if isinstance(item, Parameter) and not item.textual else ():
                monitored = cells.tabular or one.layout.monitored(item.symbol) is not None
                for place in cells.places if monitored or name in one.inputs.draws[0].values else ():
                    entry = one.layout.entry(place)
                    value = None if entry is None else one.layout.value(entry)
                    if entry is not None and isinstance(value, int | float):
                        yield entry, value, monitored

    @property
    def matched(self) -> list[dict[str, Any]]:
        """Where each quantity was found, and in which unit."""
        found: list[dict[str, Any]] = []
        for name, (cells, *_more) in self.comparison.found.found.items():
            item, convert = self.comparison.items[name], cells.convert
            how = _("same symbol") if not cells.by_words else _("by words: please confirm")
            if convert != (1, 1, 0):
                how = Message("{}; × {:.12g}").format(how, convert.numerator / convert.denominator)
            known = {"symbol": item.symbol, "unit": item.unit, "written": cells.symbol}
            found.append(known | {"unit in the workbook": cells.unit, "cell": cells.address, "how": how})
        return found

    # Statements

    def _line(self, statement: Statement) -> StatementLine:
        kinds = {"equation": self._equation, "default": self._default}
        line = kinds.get(statement.kind, lambda one: StatementLine(one, Status.READER))(statement)
        line = replace(line, seen=tuple(self._seen.get((statement.kind, statement.name), ())))
        if statement.kind == "equation" and statement.item.name in self._differing:
            return replace(line, status=Status.DIFFERS, said=_("the document says something else"), answer={})
        if line.answer and (self.filled or self.unlike):
            return replace(line, answer={}, note="")
        if line.answer and self.translated and not line.note:
            return replace(line, note=_("proves the translation alone"))
        return line

    def _equation(self, statement: Statement) -> StatementLine:
        one, rule = self.comparison, statement.item
        found, name = one.found, rule.name
        cases = [case for case in one.cases if rule in self.m.graph(case.options).equations]
        shown = [case for case in one.shown if case in cases]
        if apart := next((out for case in shown if (out := case.outcomes.get(name)) and out.apart), None):
            message = _("differs in {count} of {all} inputs: library {here}, workbook {there}")
            message = message.format(**apart.counts, **apart.apart[0].numbers)
            return StatementLine(statement, Status.DIFFERS, apart.apart[0].address, message)
        # a rule without a case of its own must hold in every case in force, one with a case in one of them
        agreeing = [case for case in shown if case.in_force or name in case.outcomes]
        direct = [case for case in agreeing if name in case.outcomes]
        through = sorted(
            {case.parts[name] for case in agreeing if name in case.parts}, key=lambda part: (part in one.doubts, part)
        )
        cells = found.cells(name) or found.not_compared.get(name)
        place = cells.address if cells is not None else ""
        if why := self._unproved(rule, cases, shown, [name] if direct else through):
            return StatementLine(statement, Status.NOT_COMPARED, place, why)
        if direct:
            everywhere = [case for case in direct if case.everywhere] or direct
            message = Message("; ").join(self._agreement(case, name) for case in everywhere)
            return StatementLine(statement, Status.AGREES, place, message, AGREES)
        place, symbol = found.found[through[0]][0].address, one.items[through[0]].symbol
        note = _("as a part of {symbol}: it has no cell with a unit").format(symbol=symbol)
        return StatementLine(statement, Status.AGREES, place, note, AGREES, note)

    def _unproved(self, rule: Equation, cases: list[ChoiceCase], shown: list[ChoiceCase], through: list[str]) -> str:
        """Say why equal values do not prove an equation, itself or through other ones; an empty text where they do."""
        one, name = self.comparison, rule.name
        if not shown:
            return self._not_in_force(cases)
        if rule.when and not any(case.in_force for case in shown):
            return _("no case of the choices agrees with the workbook")
        if any(case.untaken(name) for case in shown):
            return _("no input took every branch of {equation}").format(equation=rule.written(self.m.symbols()))
        if name == "ER" and one.table_3.place is not None:
            return _("{cell} of table 3 is not ER").format(cell=one.table_3.address)
        if name in one.doubts:
            return one.doubts[name]
        if through:
            return one.doubts.get(through[0], "")
        if any(name in case.only_zero for case in shown):
            return _("is 0 in the workbook and in the library in every input, which proves nothing")
        if name not in one.found.not_compared:
            return _("has no cell, and no result that agrees depends on it")
        if (unit := one.found.not_compared[name].unit) is None:
            return _("its cell has no unit")
        return _("its cell has the unit {unit}, which is not {declared}").format(unit=unit, declared=rule.unit)

    def _not_in_force(self, cases: list[ChoiceCase]) -> str:
        """Say why no input exercised the cases of an equation."""
        symbols = self.m.symbols()
        if not cases:
            return _("no case of the choices needs it")
        if missing := [case.missing for case in cases if case.missing]:
            message = _("no input exercised it: the workbook has no usable cell of {symbols}")
            return message.format(symbols=", ".join(symbols.get(name, name) for name in min(missing, key=len)))
        if texts := next((case.without_text for case in cases if case.without_text), ()):
            return _("no text that selects a value was found for {symbols}").format(symbols=", ".join(texts))
        return _("no input exercised its case")

    def _agreement(self, case: ChoiceCase, name: str) -> str:
        message = _("agrees in {agreed} of {all} inputs").format(**case.outcomes[name].counts)
        options = ", ".join(f"{choice} = {option}" for choice, option in case.options.items())
        if case.zeros:
            symbols = [self.comparison.items[zero].symbol for zero in case.zeros]
            where = _(" or ").join(_("{symbol} = 0").format(symbol=one) for one in symbols)
            return _("{agreement} ({options}, where {where})").format(agreement=message, options=options, where=where)
        return Message("{} ({})").format(message, options) if options else message

    def _default(self, statement: Statement) -> StatementLine:
        one, default = self.comparison, statement.item
        rows = selected(one, default)
        if not rows:
            return self._typed(statement, default)
        place = one.found.found[default.name][0].address
        if apart := [row for row in rows if row.differs]:
            return StatementLine(statement, Status.DIFFERS, place, Message("; ").join(map(_row, apart)))
        outcomes = [case.outcomes[default.name] for case in one.shown if default.name in case.outcomes]
        if wrong := next((first for outcome in outcomes for first in outcome.apart[:1]), None):
            message = _("{cell} gives {there} instead of {here}").format(cell=wrong.address, **wrong.numbers)
            return StatementLine(statement, Status.DIFFERS, wrong.address, message)
        if default.name in one.doubts:
            return StatementLine(statement, Status.NOT_COMPARED, place, one.doubts[default.name])
        message = Message("; ").join(map(_row, rows))
        kept = {row.key: row.there for row in rows if not (row.open or math.isnan(row.there))}
        if not kept:
            return StatementLine(statement, Status.NOT_COMPARED, place, message)
        answer: dict[str, Any] = {"value": kept[""]} if "" in kept else {"values": kept}
        return StatementLine(statement, Status.AGREES, place, message, answer)

    def _typed(self, statement: Statement, default: Parameter) -> StatementLine:
        """Look for a default that is typed into a formula which agrees."""
        found, layout = self.comparison.found, self.comparison.layout
        through = {case.parts[default.name] for case in self.comparison.shown if default.name in case.parts}
        value = None if default.value is None else default.value.value
        for start in (cells.places[0] for name in sorted(through) for cells in found.found[name]):
            for place in sorted(layout.reached(start)):
                if value is not None and value in literals(layout.formula(place), place):
                    message = _("{value:g} is typed into the formula, which agrees").format(value=value)
                    return StatementLine(
                        statement, Status.AGREES, str(address(place)), message, {"value": value}, message
                    )
        if (other := found.not_compared.get(default.name)) is not None and other.unit is None:
            return StatementLine(statement, Status.NOT_COMPARED, other.address, _("its cell has no unit"))
        if (own := found.cells(default.name)) is not None:
            message = _("the workbook leaves it to be filled in")
            return StatementLine(statement, Status.NOT_COMPARED, own.address, message)
        return StatementLine(statement, Status.NOT_FOUND, "", _("the workbook has no cell with this symbol"))

    # For programs

    def as_data(self) -> dict[str, Any]:
        """Return everything ready for JSON."""
        kind = self.comparison.layout.kind
        return {
            "methodology": self.m.number,
            "version": self.m.version,
            "workbook": {"file": self.workbook.name, "sha256": self.sha256, "sheets": [kind]},
            "document": self.text and {"file": self.text.name, "sha256": self.text.sha256, "title": self.text.title},
            "differs": self.differs,
            "remarks": [str(one) for one in self.remarks],
            "parameters": [{**one, "how": str(one["how"])} for one in self.matched],
            "items": [
                {"kind": one.statement.kind, "name": one.statement.name, "case": one.statement.case}
                | {"status": str(one.status.value), "cell": one.place, "said": str(one.said)}
                | {"proposed": dict(one.answer), "document": list(map(str, one.seen))}
                for one in self.lines
            ],
            "only in the document": self.others,
            "not read in the document": list(map(str, self.unread)),
            "elasticities": [
                {"sheets": kind, "of": one.of, "on": one.on, "workbook": one.there, "library": one.here}
                for one in self.comparison.elasticities
            ],
            "coverage": {kind: self.coverage},
        }

    @property
    def coverage(self) -> dict[str, Any]:
        """What the inputs cover, as numbers."""
        one, draws = self.comparison, self.comparison.inputs.draws
        zeros = [draw.zero for draw in draws if draw.zero]
        return {
            "inputs": len(draws),
            "rows": one.found.units,
            "with blank rows": sum(len(draw.rows) < one.found.units for draw in draws),
            "with an amount at 0": {name: zeros.count(name) for name in dict.fromkeys(zeros)},
            "classes": {name: len(texts) for name, texts in one.inputs.classes.items()},
            "limits": {name: len(limits) for name, limits in one.inputs.limits.items() if limits},
            "branches": one.branches.count,
            "branches taken": one.branches.taken,
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
    if document is None:
        return Confirmed(m, Path(workbook))
    text = read_document(document)
    stated = (text.number or m.number, text.version or m.version)
    if stated != (m.number, m.version):
        complaint = _("is {given}; must be {expected}. Give the document of that version")
        given = _("{number} ver {version}").format(number=stated[0], version=stated[1])
        raise InputError.of(text.name, complaint.format(given=given, expected=m))
    return Confirmed(m, Path(workbook), Path(document), text)


def _row(row: Selected) -> str:
    key = f"{row.key}: " if row.key else ""
    if math.isnan(row.there):
        return _("{key}not in the workbook (library {here:g})").format(key=key, here=row.here)
    if math.isnan(row.here):
        return _("{key}{there:g} in the workbook, the library has no value").format(key=key, there=row.there)
    if row.differs:
        message = _("{key}{there:g} in the workbook, {here:g} in the library")
        return message.format(key=key, there=row.there, here=row.here)
    message = _("{key}{here:g} agrees").format(key=key, here=row.here)
    if row.open:
        return _("{row}, but the workbook has no limit at {limit}: this one is for a person").format(
            row=message, limit=row.open
        )
    return message
