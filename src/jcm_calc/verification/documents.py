"""The documents of a verification: the report, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Unpack

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.languages import Message
from jcm_calc.base.problems import Problem, ProblemKind
from jcm_calc.declarations.graph import is_user_supplied
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.verification.effects import Effects
from jcm_calc.verification.findings import Corrected, Correction, Details, EffectOnER, Finding, finding
from jcm_calc.verification.location import Location
from jcm_calc.verification.metered import Metered, metered
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.submission import Submission

if TYPE_CHECKING:
    from jcm_calc.api.result import Result
    from jcm_calc.readings import Monitored


@dataclass
class Documents:
    """A report with the documents that it is compared with.

    The sheets of ``plan``, the report's own workbook or another one, are the registered plan. Without ``readings``,
    those of the case file are taken; ``unclear`` is what of that can be read in two ways.
    """

    report: Submission
    plan: Submission | None = None
    previous: Sequence[Submission] = ()
    case: CaseFile | None = None
    readings: Monitored | None = None
    unclear: tuple[Problem, ...] = ()

    @property
    def m(self) -> Declarations:
        """The methodology of the report."""
        return self.report.m

    @property
    def has(self) -> set[str]:
        """The keys of `jcm_calc.verification.catalogue.NEEDS` that are there."""
        found = {
            "result": self.report.result is not None,
            "plan": self.plan is not None and bool(self.plan.entries("MPS")),
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
    def effects(self) -> Effects:
        """What changes of values do to the result; only for checks that need it."""
        return Effects(self.result, bool(self.report.recalculation.left_out))

    def of_entry(
        self,
        code: str,
        entry: EnteredValue,
        message: Message,
        expected: Any = None,
        because: str = "",
        say: Mapping[str, Any] = MappingProxyType({}),
        **details: Unpack[Details],
    ) -> Finding:
        """Return a finding about an entered value; its message can also name its ``{period}`` and ``{unit}``."""
        own = {"period": entry.labels.get("p", ""), "unit": entry.parameter.unit, **say}
        details.setdefault("unit", entry.parameter.unit)
        symbol, found = entry.parameter.symbol, entry.value
        return finding(code, message, entry.address, symbol, found, expected, because, own, **details)

    def of_problem(
        self, code: str, problem: Problem, places: tuple[Location, ...] = (), **details: Unpack[Details]
    ) -> Finding:
        """Return a finding that says what a complaint says; without places, where its subject is entered."""
        message = Message("{}: {}").format(problem.subject, problem.complaint)
        places = places or self.report.places_of(problem.subject, problem.kinds)
        return Finding(code, message, places, problem.subject, **details)

    def correcting(self, entry: EnteredValue, value: float) -> Corrected:
        """Return that an entry should hold another value, and what that does to ER, for a finding."""
        corrections = (Correction(entry, value),)
        return {"corrections": corrections, "effect": self.effect_of(corrections)}

    def in_plan(self, place: Location) -> Location:
        """Return a place in the plan, with its file where that is another one."""
        return place if self.registered is self.report else place.in_file(self.registered.name)

    def effect_of(self, corrections: Iterable[Correction]) -> EffectOnER | None:
        """Return what corrections do to ER; None where nothing could be calculated."""
        return None if self.report.result is None else self.effects.of(corrections)

    @cached_property
    def metered(self) -> Metered | None:
        """What the meters say, where there are readings."""
        return metered(self.case, self.readings)

    @property
    def meters(self) -> Metered:
        """The same; only for checks that need it."""
        assert self.metered is not None
        return self.metered

    @cached_property
    def required(self) -> set[str]:
        """The parameters that a calculation cannot do without, under the options that are chosen.

        Of kinds that a project may lack, those of which something is entered.
        """
        chosen = dict(self.report.case.choices) if self.report.case is not None else {}
        chosen |= self.report.choices()
        given = {letter for entry in self.report.entries() for letter in entry.parameter.indices}
        lacking = set(self.m.optional) - given
        return {
            parameter.name
            for parameter in self.m.graph(chosen).parameters
            if is_user_supplied(parameter) and not lacking & set(parameter.indices)
        }

    def problems(self, *kinds: ProblemKind) -> Iterator[Problem]:
        """Yield why nothing can be calculated, as far as it is of certain kinds."""
        return (problem for problem in self.report.recalculation.problems if not problem.kinds.isdisjoint(kinds))


def of_unit(entry: EnteredValue) -> tuple[object, ...]:
    """Return whose value an entry is, whatever its period: name and labels."""
    return entry.parameter.name, *sorted((letter, label) for letter, label in entry.labels.items() if letter != "p")
