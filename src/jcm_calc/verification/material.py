"""What is verified: the report's workbook, and what it is held against."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.case_file import CaseFile
from jcm_calc.confirmation import Given, evidence_files, with_evidence
from jcm_calc.credits import whole_tonnes
from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import is_user_supplied
from jcm_calc.declarations.items import Equation, Parameter
from jcm_calc.evaluation import EvaluationError, evaluate
from jcm_calc.inputs import Period
from jcm_calc.languages import _
from jcm_calc.problems import Problem, ProblemKind
from jcm_calc.rulebooks import MethodologyNotFoundError, methodology
from jcm_calc.units import conversion
from jcm_calc.verification import quantities
from jcm_calc.verification.claims import Claim, claim
from jcm_calc.verification.completing import complete, complete_periods
from jcm_calc.verification.findings import Correction, Effect
from jcm_calc.verification.quantities import Entry, Quantities, Step, label_text
from jcm_calc.verification.recalculating import Recalculation, recalculated
from jcm_calc.verification.spreadsheet import EPOCH
from jcm_calc.workbook.filled_sheets import Reader, SheetSet
from jcm_calc.workbook.opening import Book
from jcm_calc.workbook.sheet_sets import HEADER, Roles, matches, project_of, sheet_sets
from jcm_calc.workbook.tables import Cell, Row, Sheets
from jcm_calc.workbook.years import joined

if TYPE_CHECKING:
    from jcm_calc.readings import Monitored
    from jcm_calc.result import Result
    from jcm_calc.verification.dated_rows import Rows
    from jcm_calc.verification.findings import Finding
    from jcm_calc.verification.metered import Metered
    from jcm_calc.verification.steps import Sheet, Slip

Array = npt.NDArray[Any]
RESULTS = ("RE", "PE", "ER")


@dataclass(frozen=True)
class Part:
    """One set of sheets: of the plan, or of a year of the report."""

    kind: str
    suffix: str
    roles: Roles
    found: SheetSet

    @property
    def periods(self) -> list[Period]:
        """The periods it covers."""
        return self.found.periods


class Submission:
    """A workbook that somebody handed in, read with the reader that calculations use.

    Parameters
    ----------
    path : path
    kind : {"MRS", "MPS"}
        Whether its report or its plan is looked at.
    fallback : Methodology, optional
        Taken where the header names a version that is not known.
    evidence : path or sequence of paths, optional
        Evidence files that the verifier takes.
    given : CaseFile, optional
        Completes what the workbook has no place for; `completed` names what was taken from it.

    Attributes
    ----------
    headers : dict
        For each sheet, the methodologies and versions that its header names.
    problems, remarks : list of Problem
        Why nothing can be calculated from it, and what was noted.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: str,
        fallback: Methodology | None = None,
        evidence: Given = None,
        given: CaseFile | None = None,
    ) -> None:
        self.book = Book(path)
        self.kind = kind
        self.sheets = Sheets(self.book)
        self._rows: dict[str, list[tuple[Parameter, Row]]] = {}
        sets = sheet_sets(self.book)
        self.headers = _headers(self.book, sets)
        own = self._methodology(sets, kind, fallback)
        self.evidence = evidence_files(own, evidence)
        self.m = with_evidence(own, self.evidence)
        self.reader = Reader(self.book, self.m)
        self.project = project_of(self.book, sets)
        self.parts = [Part(one, suffix, roles, self.reader.read(roles)) for (one, suffix), roles in sets.items()]
        self.given = given if given is not None and given.methodology == self.m.number else None
        self.completed = complete_periods([part.found for part in self.own], self.given)

    def _methodology(
        self, sets: Mapping[tuple[str, str], Roles], kind: str, fallback: Methodology | None
    ) -> Methodology:
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

    def of(self, kind: str) -> list[Part]:
        """Return the sets of a kind."""
        return [part for part in self.parts if part.kind == kind]

    @property
    def own(self) -> list[Part]:
        """The sets that are looked at."""
        return self.of(self.kind)

    # Entries

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        parameters = {**self.m.inputs, **self.m.facts}
        found: dict[str, list[Entry]] = {}
        for part in self.parts:
            found.setdefault(part.kind, []).extend(quantities.entries(part.found, self.sheets, parameters))
        return found

    def entries(self, kind: str = "") -> list[Entry]:
        """Return what is entered on the sheets of a kind."""
        return self._entries.get(kind or self.kind, [])

    def rows(self, kind: str = "") -> list[tuple[Parameter, Row]]:
        """Return each row of tables 1 and 2 and of the facts with the parameter that it is about."""
        kind = kind or self.kind
        if kind not in self._rows:
            self._rows[kind] = [
                (parameter, row)
                for part in self.of(kind)
                for what, rows in self.sheets.tables(part.roles["input"])
                if what == "parameters"
                for row in rows
                if (parameter := self.reader.symbols.find(row.text("symbol"))) is not None
            ]
        return self._rows[kind]

    # Calculating

    @cached_property
    def case(self) -> CaseFile | None:
        """What the sheets of the kind hold, as a case."""
        found = joined(self.reader, [part.found for part in self.own], self.project)
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

    @property
    def problems(self) -> list[Problem]:
        """Why nothing can be calculated, or not all of it."""
        return list(self.recalculation.problems)

    @property
    def warnings(self) -> list[Problem]:
        """What is possible in the input but hardly meant, whether or not it can be calculated with."""
        return list(self.recalculation.warnings)

    @property
    def remarks(self) -> list[Problem]:
        """What was noted in reading."""
        return self.reader.remarks

    # The claim

    @cached_property
    def _claims(self) -> dict[int, Claim]:
        return {id(part): claim(self.sheets, part.roles["input"], similar=part.kind == "MRS") for part in self.parts}

    def claim(self, part: Part) -> Claim:
        """Return what a set of sheets reports."""
        return self._claims[id(part)]

    def claims(self, kind: str = "") -> Iterator[tuple[Part, Cell, Cell | None]]:
        """Yield the cell of each set with the claim, and the one with the amount before it is rounded down."""
        for part in self.of(kind or self.kind):
            found = self.claim(part)
            if found.cell is not None:
                yield part, found.cell, found.exact

    def steps(self, result: Result) -> list[Step]:
        """Return the cells of the calculation sheets, by the symbols beside and above them."""
        letters, nodes = list(self.m.indices), result.inputs.graph.nodes
        # a sheet that leaves choices open has columns for the equations of every option
        known = Quantities({**self.m.inputs, **{rule.name: rule for rule in self.m.rules}, **nodes}, letters)
        return [
            step
            for part in self.own
            if "calc" in part.roles
            for step in quantities.steps(part.roles["calc"], part.periods, self.sheets, known, letters)
            if step.name.removeprefix(quantities.TERMS) in nodes
        ]


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


@dataclass
class Material:
    """Everything that checks look at.

    Attributes
    ----------
    report : Submission
    plan : Submission or None
        Whose plan sheets are the registered plan; the report's own workbook, or another one.
    previous : sequence of Submission
    case : CaseFile or None
    readings : Monitored or None
        The monitored readings; those of the case file where there are none.
    unclear : tuple of Problem
        What of the case file can be read in two ways.
    """

    report: Submission
    plan: Submission | None = None
    previous: Sequence[Submission] = ()
    case: CaseFile | None = None
    readings: Monitored | None = None
    unclear: tuple[Problem, ...] = ()

    @property
    def m(self) -> Methodology:
        """The methodology of the report."""
        return self.report.m

    @property
    def has(self) -> set[str]:
        """The keys of `jcm_calc.verification.checks.NEEDS` that are there."""
        found = {
            "result": self.report.result is not None,
            "plan": self.plan is not None and bool(self.plan.entries("MPS")),
            "previous": bool(self.previous),
            "case": self.case is not None,
            "meters": self.metered is not None,
            "readings": self.metered is not None,
        }
        return {name for name, there in found.items() if there}

    @property
    def result(self) -> Result:
        """The library's own calculation; only for checks that need it."""
        assert self.report.result is not None
        return self.report.result

    @property
    def registered(self) -> Submission:
        """The plan; only for checks that need it."""
        assert self.plan is not None
        return self.plan

    @cached_property
    def slips(self) -> list[Slip]:
        """What is wrong on the calculation sheets, cell by cell."""
        from jcm_calc.verification.steps import slips

        return slips(self.sheet) if self.report.result is not None else []

    @cached_property
    def sheet(self) -> Sheet:
        """The calculation sheets, with the cells that show something; only where there is a result."""
        from jcm_calc.verification.steps import Sheet

        return Sheet(self)

    def slipped(self, code: str) -> Iterator[Finding]:
        """Yield what of it belongs to one check."""
        return (slip.finding for slip in self.slips if slip.code == code)

    @cached_property
    def deviations(self) -> list[tuple[str, Finding]]:
        """Where what is fixed beforehand differs between plan and report, with the code of the check."""
        from jcm_calc.verification.deviations import deviations

        return list(deviations(self))

    def deviated(self, code: str) -> Iterator[Finding]:
        """Yield what of it belongs to one check."""
        return (finding for other, finding in self.deviations if other == code)

    # Readings

    @cached_property
    def metered(self) -> Metered | None:
        """What the meters say, where there are readings."""
        if self.readings is None and (self.case is None or not self.case.meters):
            return None
        from jcm_calc.verification.metered import metered

        return metered(self.case, self.readings)

    @cached_property
    def rows(self) -> Rows:
        """The dated rows behind the monitored amounts."""
        from jcm_calc.verification.dated_rows import Rows

        return Rows(self)

    @cached_property
    def _measured(self) -> list[tuple[str, Finding]]:
        found = self.rows.findings()
        if self.metered is not None and self.report.result is not None:
            from jcm_calc.verification.against_readings import measured

            found += measured(self)
        return found

    def measured(self, code: str) -> Iterator[Finding]:
        """Yield what readings, and the dated rows behind the amounts, tell for one check."""
        return (finding for other, finding in self._measured if other == code)

    @cached_property
    def required(self) -> set[str]:
        """The parameters that a calculation cannot do without, under the options that are chosen.

        Of kinds that a project may lack, those of which something is entered.
        """
        chosen = dict(self.report.case.choices) if self.report.case is not None else {}
        chosen |= {name: option for part in self.report.own for name, option in part.found.choices.items()}
        given = {letter for entry in self.report.entries() for letter in entry.parameter.indices}
        lacking = set(self.m.optional) - given
        return {
            parameter.name
            for parameter in self.m.graph(chosen).parameters
            if is_user_supplied(parameter) and not lacking & set(parameter.indices)
        }

    def problems(self, *kinds: ProblemKind) -> Iterator[Problem]:
        """Yield why nothing can be calculated, as far as it is of certain kinds."""
        return (problem for problem in self.report.problems if not problem.kinds.isdisjoint(kinds))

    # Values on the axes

    @cached_property
    def actual(self) -> dict[str, Array]:
        """Every quantity as the library calculates it from what is entered."""
        inputs = self.result.inputs
        names = tuple(inputs.graph.nodes)
        found = evaluate(inputs.graph, inputs.sizes, inputs.values, inputs.lookups(), names)
        return {**found, **terms(self.m, found, inputs.graph.equations)}

    def by_period(self, name: str) -> Array:
        """Return RE, PE or ER of each period."""
        return np.broadcast_to(self.actual[name].ravel(), len(self.result.inputs.periods))

    @cached_property
    def _positions(self) -> dict[str, dict[str, int]]:
        axes = self.result.inputs.axes
        return {
            letter: {label_text(label): at for at, label in enumerate(axis.labels)} for letter, axis in axes.items()
        }

    def at(self, labels: Mapping[str, str], shape: Sequence[int]) -> tuple[int, ...] | None:
        """Return where labels stand along the axes of an array; None where no such label is."""
        place = []
        for (letter, known), size in zip(self._positions.items(), shape, strict=True):
            left_out = bool(self.report.recalculation.left_out) and labels.get(letter, "") not in {"", *known}
            if size == 1 and not left_out:
                place.append(0)
            elif letter in labels and labels[letter] in known:
                place.append(known[labels[letter]])
            else:
                return None
        return tuple(place)

    # Effects

    def emissions(self, replaced: Mapping[str, Array]) -> dict[str, Array] | None:
        """Return RE, PE and ER by period with some quantities replaced; None where there is no ER then."""
        inputs = self.result.inputs
        values = {**inputs.values, **replaced}
        lookups = {name: lookup for name, lookup in inputs.lookups().items() if name not in replaced}
        try:
            found = evaluate(inputs.graph, inputs.sizes, values, lookups, RESULTS)
        except EvaluationError:
            return None
        return {name: np.broadcast_to(found[name].ravel(), len(inputs.periods)) for name in RESULTS}

    def reductions(self, replaced: Mapping[str, Array]) -> Array | None:
        """Return ER by period with some quantities replaced; None where there is none then."""
        found = self.emissions(replaced)
        return None if found is None else found["ER"]

    def effect(self, found: Mapping[str, Array], expected: Mapping[str, Array]) -> Effect | None:
        """Return what it does to ER that some quantities are as found instead of as expected."""
        is_, should = self.reductions(found), self.reductions(expected)
        return None if is_ is None or should is None else self.between(is_, should)

    def between(self, found: Array, expected: Array) -> Effect:
        """Return the difference between two arrays of ER by period."""
        tonnes = {
            year: whole_tonnes(float(found[places].sum())) - whole_tonnes(float(expected[places].sum()))
            for year, places in self.years.items()
        }
        return Effect(float(found.sum() - expected.sum()), tonnes)

    @cached_property
    def years(self) -> dict[str, list[int]]:
        """The places of the periods of each calendar year; one that lies in several is taken as it is."""
        found: dict[str, list[int]] = {}
        for place, period in enumerate(self.result.inputs.periods):
            found.setdefault(str(period.year or period), []).append(place)
        return found

    def without(self, excess: Iterable[tuple[Entry, float]]) -> Effect | None:
        """Return what it does to ER that some entries hold so much more than they should."""
        return self.effect({}, self.replaced(excess))

    def replaced(self, excess: Iterable[tuple[Entry, float]]) -> dict[str, Array]:
        """Return quantities with some entries lowered by an amount."""
        found: dict[str, Array] = {}
        for entry, amount in excess:
            name = entry.parameter.name
            own = found.setdefault(name, np.array(self.result.inputs.values[name], dtype=float))
            place = self.at(entry.labels, own.shape)
            if place is not None:
                own[place] -= amount
        return found

    def corrected(self, corrections: Iterable[Correction]) -> dict[str, Array]:
        """Return quantities as they are after corrections; what several findings say of one value is done once.

        What is too much by the readings goes before a value that somebody registered or that looks likelier.
        """
        given: dict[tuple[Any, ...], Correction] = {}
        excess: dict[tuple[Any, ...], float] = {}
        for one in corrections:
            if one.excess is not None:
                excess[one.entry.place] = excess.get(one.entry.place, 0.0) + one.excess
            if one.excess is not None or one.entry.place not in excess:
                given.setdefault(one.entry.place, one)
        found: dict[str, Array] = {}
        for place, one in given.items():
            name = one.entry.parameter.name
            if name not in self.result.inputs.graph.nodes or self.result.inputs.values.get(name) is None:
                continue
            own = found.setdefault(name, np.array(self.result.inputs.values[name], dtype=float))
            at = self.at(one.entry.labels, own.shape)
            if at is not None:
                own[at] = own[at] - excess[place] if place in excess else one.value
        return found

    def changed(self, entry: Entry, value: float) -> Effect | None:
        """Return what it does to ER that an entry holds its value instead of another one."""
        name = entry.parameter.name
        if name not in self.result.inputs.graph.nodes:
            return Effect(0.0)  # the chosen options do without it
        own = self.result.inputs.values.get(name)
        if own is None or entry.parameter.textual:
            return None
        place = self.at(entry.labels, own.shape)
        if place is None:
            return None
        other = np.array(own, dtype=float)
        other[place] = value
        return self.effect({}, {name: other})


def terms(m: Methodology, known: Mapping[str, Array], rules: Iterable[Equation]) -> dict[str, Array]:
    """Return the terms of each total, before they are added up."""
    found = {}
    for rule in rules:
        if rule.total and all(name in known for name in rule.arguments):
            with np.errstate(divide="ignore", invalid="ignore"):
                array = np.asarray(rule.function(*(known[name] for name in rule.arguments)), dtype=float)
            found[f"{quantities.TERMS}{rule.name}"] = array
    return found


def on_sheet(value: float, declared: str, unit: str) -> float:
    """Return a value in a declared unit as a sheet with its own unit has it."""
    if declared == "date":
        return value - EPOCH.toordinal()
    return value if not unit else conversion(declared, unit)(value)
