"""The status of a project's monitoring on a day: plain typed data, which reports draw and the command prints.

A status is an estimate for the developer, made from readings that may still change. It is not a verification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem
from jcm_calc.inputs.periods import Period
from jcm_calc.results.eligibility import Answer

SOON = 60  # days within which a calibration is due soon
FORMAT = 1  # of the JSON: goes up when a key changes its meaning or is removed


class Basis(StrEnum):
    """What a forecast, or the lack of one, rests on."""

    COMPLETE = _("the year is complete")
    SEASONAL = _("months of earlier years on file")
    PLAN = _("the plan, scaled by the reductions to date")
    NONE = _("there is too little on file")


class Need(StrEnum):
    """Why a person is needed."""

    READINGS = _("readings are missing")
    FINDING = _("a finding has no treatment")
    QUESTION = _("a treatment left a question open")
    CALIBRATION = _("a calibration is due")
    CRITERION = _("a criterion is not met, or not shown")
    CROSS_CHECK = _("a cross-check differs")
    BELOW_PLAN = _("the reductions are below the plan")
    INPUT = _("an input cannot be used")


@dataclass(frozen=True, slots=True)
class MonthCoverage:
    """The readings of one meter in one month."""

    month: date  #: Its first day.
    share: float  #: The share of its time, up to the day of the status, for which there are readings: 0 to 1.
    #: The same for each of its local days, up to the day of the status. Days on which the meter is not needed, before
    #: the crediting period for example, are not a number (nan).
    days: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MeterStatus:
    """One meter on the day of the status."""

    name: str
    parameter: str  #: What it measures.
    unit: str  #: Of the parameter.
    counts: bool  #: Whether its amounts enter the calculation; False for a meter that only serves a cross-check.
    until: date | None  #: The last day that readings cover to its end. None where there are no readings.
    #: The days from `until` to the day of the status. Without readings, from the first day of the year, or from the
    #: day on which the meter was installed.
    behind: int
    #: The amount of `ProjectStatus.so_far` after treatment, in `unit`. An open finding counts with the permitted
    #: treatment that has the least ER. None while there is no such treatment.
    amount: float | None
    coverage: tuple[MonthCoverage, ...]  #: Of each month of the year up to the day of the status.


@dataclass(frozen=True, slots=True)
class TreatmentOption:
    """A treatment that the data correction rules permit for a finding."""

    name: str  #: As the case file writes it.
    #: The amount of the finding after this treatment, in the unit of the meter. None where it needs more than the
    #: readings: see `needs`.
    amount: float | None = None
    tonnes: float | None = None  #: The change of ER in tCO2, compared with the readings as they are.
    #: What the person must state in addition, or why the treatment is refused; empty where nothing is needed.
    needs: str = ""


@dataclass(frozen=True, slots=True)
class FindingStatus:
    """One finding in the readings of the year so far."""

    meter: str
    kind: str  #: Kind, code and note are as `ReadingsFinding` has them.
    code: str
    start: datetime  #: Start and end are local times of the project's zone.
    end: datetime
    note: str
    read: float  #: The amount as read, in `unit`.
    unit: str
    treatment: str = ""  #: The one that the case file chooses; empty while the finding is open.
    tonnes: float | None = None  #: The effect of this treatment on ER, in tCO2.
    question: str = ""  #: What the treatment leaves open.
    #: For an open finding: the treatments that are permitted, the cheapest first.
    options: tuple[TreatmentOption, ...] = ()

    @property
    def open(self) -> bool:
        """Whether no treatment is chosen."""
        return not self.treatment


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """The next calibration of a meter."""

    meter: str
    serial: str
    last: date | None  #: The last calibration on record.
    due: date | None  #: The day from which the calibration is no longer valid. None without any calibration on record.
    days: int | None  #: The days from the day of the status to `due`; negative where it is overdue.

    @property
    def overdue(self) -> bool:
        """Whether the meter has no valid calibration on the day of the status."""
        return self.days is None or self.days <= 0


@dataclass(frozen=True, slots=True)
class CriterionStatus:
    """One eligibility criterion."""

    number: str
    text: str
    answer: Answer
    missing: tuple[str, ...] = ()  #: The facts that the case file has to state.


@dataclass(frozen=True, slots=True)
class DocumentToShow:
    """A rule or value that an issuance request rests on, and that is not confirmed yet."""

    kind: str  #: As an item of the issuance request has it: ``"default"``.
    name: str  #: Of that item: ``"COP_RE"``.
    section: str  #: The section of the document in which it has to be found.
    detail: str  #: Of that item: ``"1.32"``.
    lacks: str  #: What is missing.


@dataclass(frozen=True, slots=True)
class MonthReductions:
    """Emission reductions of one month, or of its part in the year so far."""

    month: date  #: Its first day.
    days: int  #: How many of its days lie in the crediting period, and in the year so far.
    ER: float | None  #: In tCO2; None where it is not known.
    planned: float | None  #: The plan scaled to the same days, in tCO2.


@dataclass(frozen=True, slots=True)
class Plan:
    """The emission reductions that were expected before the project began."""

    ER: float  #: tCO2 of the calendar year, or of the part of it in the crediting period.
    so_far: float  #: The same scaled by days to `ProjectStatus.so_far`.
    source: str  #: Where it is stated.


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """Cumulative reductions expected at the end of a month, in tCO2, with the interval if the forecast has one."""

    month: date
    ER: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Emission reductions expected at the end of the year."""

    basis: Basis
    ER: float | None = None  #: tCO2 of the year; None where there is too little to expect anything from.
    low: float | None = None  #: The lower end of the interval; None where the basis gives none.
    high: float | None = None  #: Its upper end.
    confidence: float = 0.9  #: The probability that the interval is meant to have.
    method: str = ""  #: How forecast and interval were made, in one sentence.
    years: tuple[int, ...] = ()  #: The earlier years that it rests on.
    tonnes: int | None = None  #: Whole tonnes, by the scheme's rule: rounded down for the calendar year.
    tonnes_low: int | None = None  #: The same of the ends of the interval.
    tonnes_high: int | None = None
    #: From the month of the last reading to December: cumulative from the beginning of the year.
    months: tuple[MonthForecast, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something that needs a person."""

    need: Need
    subject: str  #: The meter, the criterion or the parameter.
    text: str  #: What is wrong and what to do.
    tonnes: float | None  #: tCO2 at stake, 0 or more; None where they are not known.
    due: date | None
    key: str  #: Names the action in later runs: equal as long as the matter is the same.


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """The status of a project's monitoring on a day.

    Attributes
    ----------
    case, title, methodology : str
        The name of the case file, the title of the project, and number with version of its methodology.
    day : date
        The status is as of the end of this day.
    year : Period
        The calendar year of the day, or the part of it in the crediting period.
    so_far : Period or None
        From the first day of the year to the last day that the readings of all counting meters cover. None where
        there is no such day. A meter is waited for from the day on which it is installed.
    meters : tuple of MeterStatus
    findings : tuple of FindingStatus
        Of the year so far; open ones first.
    calibrations : tuple of CalibrationStatus
        Next due first.
    criteria : tuple of CriterionStatus
    documents : tuple of DocumentToShow
    ER : float or None
        tCO2 of `so_far`. An open finding counts with the permitted treatment that has the least ER. None while it
        cannot be calculated, because a finding has no such treatment, for example.
    months : tuple of MonthReductions
        Each month of `so_far`.
    plan : Plan or None
        None where no plan is stated.
    forecast : Forecast
    actions : tuple of Action
        What needs a person, most tonnes at stake first.
    problems : tuple of Problem
        Why nothing could be calculated.
    """

    case: str
    title: str
    methodology: str
    day: date
    year: Period
    so_far: Period | None = None
    meters: tuple[MeterStatus, ...] = ()
    findings: tuple[FindingStatus, ...] = ()
    calibrations: tuple[CalibrationStatus, ...] = ()
    criteria: tuple[CriterionStatus, ...] = ()
    documents: tuple[DocumentToShow, ...] = ()
    ER: float | None = None
    months: tuple[MonthReductions, ...] = ()
    plan: Plan | None = None
    forecast: Forecast = Forecast(Basis.NONE)
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def open(self) -> tuple[FindingStatus, ...]:
        """Findings for which no treatment is chosen."""
        return tuple(one for one in self.findings if one.open)

    @property
    def tonnes_at_stake(self) -> float | None:
        """The largest amount that one action has at stake, in tCO2; None where none is known."""
        return max((one.tonnes for one in self.actions if one.tonnes is not None), default=None)

    def as_data(self) -> dict[str, Any]:
        """Return it as data for JSON: the key ``format`` has the number of the form."""
        return {"format": FORMAT, **_plain(self)}


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One project of a folder."""

    name: str  #: The path of its case file in the folder.
    status: ProjectStatus | None  #: None where the case file cannot be used.
    problems: tuple[Problem, ...] = ()  #: Why.

    @property
    def actions(self) -> tuple[Action, ...]:
        """What needs a person; of a case file that cannot be used, its problems."""
        if self.status is not None:
            return self.status.actions
        return tuple(
            Action(Need.INPUT, one.subject, one.complaint, None, None, input_key(one)) for one in self.problems
        )

    def as_data(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return dict(_plain(self))


def input_key(problem: Problem) -> str:
    """Return the key of the action about a problem: of several with one subject, each is a matter by itself."""
    return f"input {problem.subject}: {problem.complaint}"


def _plain(value: Any) -> Any:
    """Return typed values as dict, list, text and numbers."""
    if isinstance(value, Period):
        return str(value)
    if isinstance(value, Problem):
        return {"subject": value.subject, "complaint": value.complaint, "place": value.place}
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value != value:
        return None
    return value
