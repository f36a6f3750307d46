"""What one set of sheets shows: a methodology, labels along its indices, and values where there are any."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.graph import Node
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Evidence, Grade
from jcm_calc.inputs import Inputs, Period, coordinates
from jcm_calc.results.credits import check_years, of_years

if TYPE_CHECKING:
    from jcm_calc.results.calculation import Calculation

Array = npt.NDArray[Any]
Case = Mapping[str, str]

# How the value of a parameter gets into the workbook; the document gives what is not entered.
CELL, CANDIDATE, CLASSES = "cell", "candidate", "classes"
CLASS_ROWS = 12
FEW = 3  # remarks in the head of a sheet; the report has all of them
NO_PLAN = _("No plan was given: estimates are left empty, and values fixed ex ante are those of the report.")


@dataclass(frozen=True)
class Contents:
    """What one set of sheets shows: of a monitoring plan, MPS, or of a monitoring report, MRS."""

    methodology: Declarations
    kind: str
    # the option of each choice; those not made are left to the person who fills in the workbook
    choices: Case
    # those that the set covers; a blank label where nothing is known of one
    periods: Sequence[Period]
    # along each index, periods too; none along an absent optional index
    labels: Mapping[str, Sequence[Any]]
    # everything on the way to ER by name: one node for each way in which choices that are not made can define it
    nodes: Mapping[str, Sequence[Node]]
    # how each parameter is entered: as a number in a cell, as the name of a candidate, by class, or as it suits
    entries: Mapping[str, frozenset[str]]
    # by class key the classes by which values are entered, and the values
    classes: Mapping[str, Sequence[str]]
    tables: Mapping[str, Table]
    # the name of the candidate that a parameter takes
    named: Mapping[str, str]
    # what eligibility criteria ask for
    facts: Sequence[Parameter]
    # from a name to its values in declared units, one axis for each index, or None
    value: Callable[[str], Array | None]
    # the evidence of symbols that differs from what is declared; of a result only
    grades: Mapping[str, Evidence] = field(default_factory=dict)
    # in which case a parameter is needed, in words, where it is not always
    conditions: Mapping[str, str] = field(default_factory=dict)
    # what a reader of the sheets must know about where the values come from
    note: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    # whether no plan was given, so that estimates stay empty
    unplanned: bool = False

    @property
    def entered(self) -> Iterator[Parameter]:
        """The parameters that are entered, in the order of the document."""
        return (parameter for parameter in self.methodology.inputs.values() if parameter.name in self.entries)

    def ways(self, name: str) -> frozenset[str]:
        """Return how a parameter is entered: a fact as it is."""
        return self.entries.get(name, frozenset({CELL}))

    @property
    def open(self) -> bool:
        """Whether it is to be filled in."""
        return not self.grades

    @property
    def waiting(self) -> bool:
        """Whether results wait for values that somebody may still fill in."""
        return self.open or self.unplanned

    def meaning(self, parameter: Parameter) -> str:
        """Say what a parameter is, what it takes, and when it is needed."""
        words = parameter.textual or parameter.unit == "date"
        takes = "" if words else _("a number {range}").format(range=parameter.bounds.words(parameter.unit))
        parts = (
            parameter.text,
            takes,
            parameter.unless_given,
            self.conditions.get(parameter.name, ""),
            parameter.section,
        )
        return Message("\n").join(part for part in parts if part)

    def absent(self, rule: Equation) -> str:
        """Return the indices of a total along which there is nothing."""
        return "".join(letter for letter in rule.total if not self.labels[letter])

    def evidence(self, node: Node) -> Evidence | None:
        """Return the evidence of what a row carries out or holds; the weakest where there are several."""
        if isinstance(node, Equation):
            return node.evidence
        if isinstance(node, Coordinate) or node.kind is not Kind.DEFAULT:
            return None
        if node.symbol in self.grades or node.name in self.entries:
            return self.grades.get(node.symbol)
        return max((value.evidence for value in node.known()), key=lambda found: str(found.grade), default=None)


# From a result


def of_result(result: Calculation, kind: str) -> list[Contents]:
    """Return what the sheets of a result show: for a report one set a calendar year, for a plan one set."""
    try:
        check_years(result.inputs.periods)
    except ValueError as error:
        raise InputError(str(result.methodology), [Problem("p", str(error))]) from None
    every = [list(range(len(result.inputs.periods)))]
    groups = every if kind == "MPS" else of_years(result.inputs.periods).values()
    return [_of_periods(result, kind, places) for places in groups]


def without_plan(report: Contents) -> Contents:
    """Return the monitoring plan of a report for which none was given: what was fixed ex ante, and no estimates."""

    def value(name: str) -> Array | None:
        known = report.methodology.inputs.get(name) or report.methodology.facts.get(name) or report.nodes[name][0]
        if isinstance(known, Equation) and not known.arguments:
            return np.full((1,) * len(report.methodology.indices), known.function())
        return None if "p" in known.indices else report.value(name)

    return replace(
        report,
        kind="MPS",
        periods=[Period(None, None, "")],
        labels={**report.labels, "p": [""]},
        value=value,
        note=NO_PLAN + Message(" {}").format(report.note) if report.note else NO_PLAN,
        unplanned=True,
    )


def _of_periods(result: Calculation, kind: str, places: list[int]) -> Contents:
    inputs, m = result.inputs, result.methodology
    shown = {**m.inputs, **m.facts}
    along_p = list(m.indices).index("p")

    def value(name: str) -> Array | None:
        if name in inputs.facts:
            whole = [axis.size if letter in shown[name].indices else 1 for letter, axis in inputs.axes.items()]
            array = np.broadcast_to(inputs.facts[name], whole)
        elif name in m.facts:
            return None
        else:
            array = inputs.plain(name, result.full(name))
        return array.take(places, along_p) if array.shape[along_p] > 1 else array

    rated = {limit.rated_fact for limit in m.limits}  # of cross-checks only: shown where they are given
    entries = {name: _entered(inputs, name) for name in inputs.origins}
    tables = {name: inputs.tables[name] for name, how in entries.items() if CLASSES in how}
    labels = {letter: [] if letter in inputs.absent else axis.labels for letter, axis in inputs.axes.items()}
    return Contents(
        methodology=m,
        kind=kind,
        choices=inputs.choices,
        periods=[inputs.periods[place] for place in places],
        labels={**labels, "p": [labels["p"][place] for place in places]},
        nodes={name: [node] for name, node in inputs.graph.nodes.items()},
        entries=entries,
        classes=_classes(m, tables),
        tables=tables,
        named={name: origin.written for name, origin in inputs.origins.items() if origin.source == CANDIDATE},
        facts=[fact for name, fact in m.facts.items() if name in inputs.facts or name not in rated],
        value=value,
        grades=_grades(result),
        note=Message(" | ").join([*_remarked(result), *_estimate(result)]),
        overrides=inputs.overrides,
    )


def _entered(inputs: Inputs, name: str) -> frozenset[str]:
    """Return in which ways a parameter that was given can be entered."""
    if name in inputs.tables:
        return frozenset({CANDIDATE if inputs.origins[name].source == CANDIDATE else CLASSES})
    return frozenset({CELL, CANDIDATE} if _candidate_numbers(inputs.methodology.inputs[name]) else {CELL})


def _classes(m: Declarations, tables: Mapping[str, Table]) -> dict[str, list[str]]:
    """Return the classes of which there are values, by class key, each once."""
    found: dict[str, list[str]] = {}
    for name, table in tables.items():
        known = found.setdefault(m.inputs[name].by, [])
        known += [text for text in map(written_class, table.entries) if text not in known]
    return found


def _remarked(result: Calculation) -> Iterator[str]:
    """Yield the gravest remarks, and how many more there are."""
    yield from (one.line for one in result.remarks[:FEW])
    if more := result.remarks[FEW:]:
        yield ngettext("{count} more remark", "{count} more remarks", len(more)).format(count=len(more))


def _estimate(result: Calculation) -> Iterator[str]:
    if result.unconfirmed:
        count, every = len(result.unconfirmed), len(result.items)
        note = _("An estimate: {count} of {every} rules and values are not confirmed; those used here are marked †.")
        yield note.format(count=count, every=every)
    if waived := [waiver for waiver in result.methodology.waivers if not waiver.evidence.confirmed]:
        symbols = result.methodology.symbols()
        named = ", ".join(f"{waiver.check} ({symbols.get(waiver.of, waiver.of)})" for waiver in waived)
        yield _("Checks waived by the author of the module, not confirmed: {names}").format(names=named)


def _grades(result: Calculation) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    for item in result.items:
        if item.name not in found or item.evidence.grade is Grade.UNCONFIRMED:
            found[item.name] = item.evidence
    return found


def _candidate_numbers(parameter: Parameter) -> bool:
    """Whether candidates of a parameter are plain numbers, so that one can be entered as a value."""
    return any(not isinstance(candidate, Table) for candidate in parameter.candidates.values())


def written_class(key: object) -> str:
    """Write a class or an interval so that it is read as the same one."""
    from jcm_calc.declarations.interval import Interval

    if isinstance(key, Interval) and Interval.parse(str(key)) != key:
        left, right = "(["[key.closed_lower], ")]"[key.closed_upper]
        return f"{left}{key.lower!r}, {key.upper!r}{right}"
    return str(key)


# An empty workbook


def of_template(methodology: Declarations, units: Mapping[str, int], periods: Sequence[Period], kind: str) -> Contents:
    """Return what the sheets of an empty workbook show: every case, and rows for units."""
    nodes: dict[str, list[Node]] = {}
    cases: dict[str, list[Case]] = {}
    every = _cases(methodology)
    for case in every:
        for name, node in methodology.graph(case).nodes.items():
            cases.setdefault(name, []).append(case)
            known = nodes.setdefault(name, [])
            if node not in known:
                known.append(node)
    for parameter in _of_criteria(methodology):
        if parameter.name not in nodes:
            nodes[parameter.name], cases[parameter.name] = [parameter], every
    entries = {
        name: _ways(node)
        for name, (node, *_) in nodes.items()
        if isinstance(node, Parameter) and (not node.supplied or node.otherwise) and node.kind is not Kind.CONSTANT
    }
    keys = {methodology.inputs[name].by for name, how in entries.items() if CLASSES in how}
    labels: dict[str, Sequence[Any]] = {letter: range(1, units.get(letter, 1) + 1) for letter in methodology.indices}
    return Contents(
        methodology=methodology,
        kind=kind,
        choices={},
        periods=periods,
        labels={**labels, "p": [str(period) for period in periods]},
        nodes=nodes,
        entries=entries,
        classes={key: [""] * CLASS_ROWS for key in sorted(keys)},
        tables={},
        named={},
        facts=list(methodology.facts.values()),
        value=lambda name: coordinates.unless_given(methodology.inputs.get(name), methodology.indices, periods),
        conditions={name: _condition(methodology, cases[name]) for name in entries if len(cases[name]) < len(every)},
    )


def _cases(methodology: Declarations) -> list[Case]:
    options = [[(name, option) for option in choice.options] for name, choice in methodology.choices.items()]
    return [dict(case) for case in itertools.product(*options)]


def _of_criteria(methodology: Declarations) -> Iterator[Parameter]:
    """Yield the parameters that eligibility criteria look at, and those that select their values."""
    for criterion in methodology.conditions:
        for name in criterion.arguments:
            parameter = methodology.inputs.get(name)
            if parameter is not None:
                yield parameter
                if parameter.by in methodology.inputs:
                    yield methodology.inputs[parameter.by]


def _ways(parameter: Parameter) -> frozenset[str]:
    """Return how a parameter can be entered in an empty workbook."""
    if not parameter.by:
        return frozenset({CELL, CANDIDATE} if parameter.candidates else {CELL})
    return frozenset({CANDIDATE, CLASSES} if parameter.candidates else {CLASSES})


def _condition(methodology: Declarations, cases: Sequence[Case]) -> str:
    """Say under which options a parameter is needed."""
    parts = []
    for name, choice in methodology.choices.items():
        options = dict.fromkeys(case[name] for case in cases)
        if len(options) < len(choice.options):
            parts.append(Message("{} = {}").format(name, _(" or ").join(options)))
    return _("only if {cases}").format(cases=_(" and ").join(parts))
