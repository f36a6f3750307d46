"""From emission reductions to whole tonnes by calendar year, and what an issuance request needs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy.typing as npt

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import Message, TranslatedError, _
from jcm_calc.base.problems import Problem
from jcm_calc.declarations.graph import Graph
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Effect, Kind, Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Evidence, Grade, Source, unconfirmed
from jcm_calc.inputs import Inputs, Period
from jcm_calc.inputs.confirmation.statements import Statement, lists, of_scheme, of_treatment, order, waivers
from jcm_calc.inputs.metered import record_of
from jcm_calc.reference_data import scheme_began
from jcm_calc.results.eligibility import Answer, CriterionAssessment
from jcm_calc.units import dates

if TYPE_CHECKING:
    import pandas as pd


Array = npt.NDArray[Any]
# What ``split="days"`` does is a rule like those by which gaps of readings are treated.
BY_DAYS = of_treatment(
    "over New Year: shared by days",
    "calculate",
    "the amount of a period over New Year belongs to each year by the share of its days",
    unconfirmed("no document was read that allows it; the readings at the turn of the year decide"),
)


class CalendarYear(NamedTuple):
    """Emissions and emission reductions of a calendar year."""

    year: int | None  #: None for a period without dates.
    emissions: Mapping[str, float]  #: RE, PE, other terms of ER, and ER, in tCO2.
    tonnes: int  #: Whole tonnes of ER.


class UnconfirmedError(TranslatedError):
    """Credits were requested that rest on rules or values that are not confirmed.

    Attributes
    ----------
    missing : tuple of Item
        What has to be confirmed first.
    commands : tuple of str
        What begins to confirm it: a command for each methodology.
    """

    def __init__(self, subject: str, missing: Sequence[Item], methodologies: Iterable[Declarations] = ()) -> None:
        self.missing = tuple(missing)
        unread = any(not item.evidence.confirmed for item in missing)
        self.commands = tuple(map(ask, dict.fromkeys(methodologies))) if unread else ()
        headline = _("{subject} supports an estimate, not an issuance request: {count} items are not confirmed")
        lines: list[str] = [headline.format(subject=subject, count=len(missing))]
        for section, items in by_section(missing).items():
            lines += [Message("  {}").format(section), *(Message("    {}").format(item.description) for item in items)]
        cure = _("To confirm them with the document in hand: {command}")
        lines += [Message("  {}").format(cure.format(command=command)) for command in self.commands]
        super().__init__(Message("\n").join(lines))


def ask(m: Declarations) -> str:
    """Return the command that asks for what is not confirmed of a methodology, item by item."""
    return f"jcm evidence ask {m.number} --version {m.version} --document FILE.pdf"


def by_section(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Return items by the section of the document in which they are, in its order."""
    return grouped((item.section, item) for item in sorted(items, key=lambda item: order(item.section)))


@dataclass(frozen=True, slots=True)
class Item:
    """Something that an issuance request rests on.

    Attributes
    ----------
    kind : str
        ``"equation"``, ``"default"``, ``"published factor"``, ``"choice"``, ``"criterion"``, ``"list"``, ``"waiver"``
        or ``"scheme rule"``.
    name : str
        The document's symbol, the number of a criterion, the name of a rule.
    section : str
        Where it should be in the document.
    evidence : Evidence
    detail : str
        The value, the class, the text of a criterion.
    lacks : str
        What is missing apart from evidence: the answer to a criterion that is not shown to be met.
    """

    kind: str
    name: str
    section: str
    evidence: Evidence
    detail: str = ""
    lacks: str = ""

    @property
    def description(self) -> str:
        """What it is and what it lacks, without the section."""
        detail = f" ({self.detail})" if self.detail else ""
        lacks = Message("{}; ").format(self.lacks) if self.lacks else ""
        return Message("{} {}{}: {}{}").format(self.kind, self.name, detail, lacks, self.evidence)

    def __str__(self) -> str:
        return Message("{} [{}]").format(self.description, self.section)


def issuance_items(inputs: Inputs, graph: Graph, assessments: Iterable[CriterionAssessment]) -> Iterator[Item]:
    """Yield what an issuance request rests on; ``graph`` is the way to ER, and to what the criteria look at."""
    m = inputs.methodology
    used = {name for rule in graph.equations for name in rule.when}
    for name, choice in m.choices.items():
        if name in used:
            yield Item(_("choice"), name, choice.section, choice.evidence, inputs.choices[name])
    for rule in graph.equations:
        yield Item(_("equation"), rule.symbol, m.section(rule), rule.evidence, rule.text)
    published = inputs.published
    for parameter in graph.parameters:
        if parameter.kind is Kind.DEFAULT:
            for detail, evidence in _of_default(inputs, parameter):
                yield Item(_("default"), parameter.symbol, parameter.section, evidence, detail)
        elif (factor := published.get(parameter.name)) is not None:
            detail = f"{factor.value:g} {parameter.unit}"
            yield Item(_("published factor"), parameter.symbol, parameter.section, factor.evidence, detail)
    for assessment in assessments:
        criterion, lacks = assessment.criterion, Message("")
        if assessment.answer is not Answer.MET:
            lacks = Message(assessment.answer)
            if assessment.missing:
                lacks += _(": give {names}").format(names=", ".join(assessment.missing))
        yield Item(_("criterion"), criterion.number, criterion.section, criterion.evidence, criterion.text, lacks)
    yield from map(of_statement, (*lists(m), *waivers(m)))
    if inputs.shared:
        evidence = m.treatments.get((BY_DAYS.name, BY_DAYS.fingerprint), BY_DAYS.evidence)
        yield replace(of_statement(BY_DAYS), evidence=evidence, detail=", ".join(inputs.shared))
    yield from map(of_statement, map(of_scheme, m.scheme))


# What the items of a request call the statements that no choice of inputs leaves out.
KINDS = {"list": _("list"), "waiver": _("waiver"), "rule": _("scheme rule")}


def of_statement(one: Statement) -> Item:
    """Return a statement of the methodology as a whole, or of the scheme, as an item of an issuance request."""
    return Item(KINDS[one.kind], Message(one.name), one.section, one.evidence, one.reading)


def treatments(tables: Iterable[Any]) -> Iterator[Statement]:
    """Yield the rules by which readings of meters were treated, as monitored tables and columns carry them."""
    for monitoring in filter(None, map(record_of, tables)):
        for name, rule in monitoring.get("rules", {}).items():
            rule_set = monitoring["rule_set"]
            if rule["source"]:
                evidence = Evidence(Grade(rule["grade"]), rule["note"], Source(rule["source"]), rule["certainty"])
            else:  # whatever its grade: a rule of which no source is stated has not been read
                evidence = unconfirmed(rule["note"] or rule_set, rule["certainty"])
            yield of_treatment(name, rule_set, rule["note"], evidence, rule["source"] or rule_set)


def monitoring_items(tables: Iterable[Any], confirmed: Mapping[tuple[str, str], Evidence]) -> Iterator[Item]:
    """Yield the rules by which readings were treated, as items; ``confirmed`` by name and fingerprint."""
    for one in treatments(tables):
        yield replace(of_statement(one), evidence=confirmed.get((one.name, one.fingerprint), one.evidence))


def _of_default(inputs: Inputs, parameter: Parameter) -> Iterator[tuple[str, Evidence]]:
    """Yield what is used of a default, and its evidence."""
    name, unit = parameter.name, parameter.unit
    table = inputs.tables.get(name)
    if table is not None:
        for key, value in _entries_used(inputs, parameter, table):
            document = (parameter.table or Table({})).entries.get(key)
            yield f"{key}: {value.value:g} {unit}".strip(), _best(value, document)
    elif name not in inputs.replaced:
        assert parameter.value is not None
        yield f"{parameter.value.value:g} {unit}".strip(), parameter.value.evidence
    elif isinstance(replaced := inputs.replaced[name], Value):
        yield f"{replaced.value:g} {unit}".strip(), _best(replaced, parameter.value)
    else:
        yield _by_hand(inputs, parameter)


def _best(used: Value, document: Value | None) -> Evidence:
    """Return the evidence of a value that is used: that of the document's where they are equal."""
    same = document is not None and document.value == used.value and document.evidence.confirmed
    return document.evidence if same and document is not None else used.evidence


def _by_hand(inputs: Inputs, parameter: Parameter) -> tuple[str, Evidence]:
    """Judge a number that the user gave instead of one that the document fixes."""
    given = inputs.values[parameter.name]
    single = (given == given.flat[0]).all()
    detail = f"{float(given.flat[0]):g} {parameter.unit}".strip() if single else f"{given.size} values"
    if parameter.value is not None and parameter.value.evidence.confirmed and (given == parameter.value.value).all():
        return detail, parameter.value.evidence
    if parameter.table is not None and parameter.by in inputs.values:
        own = parameter.table.lookup(inputs.classes.get(parameter.by))(inputs.values[parameter.by])
        entries = [value.evidence for _, value in _entries_used(inputs, parameter, parameter.table)]
        if (given == own).all() and entries and all(evidence.confirmed for evidence in entries):
            return detail, entries[0]
    note = _("given by the user instead of a value that the document fixes")
    if reason := inputs.overrides.get(parameter.name):
        note = _("given by the user instead of a value that the document fixes: {reason}").format(reason=reason)
    return detail, unconfirmed(note)


def _entries_used(inputs: Inputs, parameter: Parameter, table: Table) -> Iterator[tuple[str | Interval, Value]]:
    keys = inputs.values[parameter.by]
    classes = inputs.classes.get(parameter.by)
    if classes is not None:
        used = {classes[code] for code in set(keys.ravel().tolist())}
        yield from ((key, value) for key, value in table.entries.items() if key in used)
    else:
        for key, value in table.entries.items():
            if not isinstance(key, str) and ((keys >= key.first) & (keys < key.beyond)).any():
                yield key, value


def whole_tonnes(reductions: float) -> int:
    """Round emission reductions down to whole tonnes; a negative amount gives zero.

    Parameters
    ----------
    reductions : float
        tCO2 of one calendar year.

    Notes
    -----
    The sum of a million terms can end at 8399999.99993 where exact arithmetic gives 8400000. An
    allowance of 1e-11 of the amount, at least 1e-9 t, keeps such dust from costing a tonne.

    Examples
    --------
    >>> whole_tonnes(25.81), whole_tonnes(-3.2), whole_tonnes(8399999.99999)
    (25, 0, 8400000)
    """
    return max(0, math.floor(reductions + max(1e-9, 1e-11 * abs(reductions))))


def not_issuable(m: Declarations, periods: Iterable[Period]) -> Iterator[Problem]:
    """Yield why no credits can be requested for a period: it is undated, before the scheme, or not over."""
    began, today = scheme_began(m.country), dates.today()
    for period in periods:
        if period.first is None or period.last is None:
            yield Problem("p", _("period {period} has no dates: give the periods with p=").format(period=period))
            continue
        if period.first < began:
            complaint = _("{period} begins before the scheme: its document with this country was signed on {began}")
            yield Problem("p", complaint.format(period=period, began=began))
        if period.last >= today:
            complaint = _("{period} has not ended: today is {today}, and only monitored amounts give credits")
            yield Problem("p", complaint.format(period=period, today=today))


def check_years(periods: Sequence[Period]) -> None:
    """Refuse with a `ValueError` dated periods that lie in two calendar years: it says how to split them."""
    for period in periods:
        if period.dated and period.year is None:
            turn = period.ends[0].year
            complaint = _(
                "the period {period} lies in several calendar years, and amounts are rounded down to whole tonnes for "
                "each: give the amounts up to {turn}-12-31 and from {after}-01-01 as two periods, by meter readings "
                "at the turn of the year or by months"
            )
            raise ValueError(complaint.format(period=period, turn=turn, after=turn + 1))


def yearly(periods: Sequence[Period], emissions: Mapping[str, Array]) -> tuple[CalendarYear, ...]:
    """Return the sums of each calendar year, of periods that lie in one and amounts of `in_tonnes`.

    Undated periods are not added up: nothing says that they lie in one year.
    """
    found = []
    for group, places in of_years(periods).items():
        sums = {name: float(row[places].sum()) for name, row in emissions.items()}
        found.append(CalendarYear(group if isinstance(group, int) else None, sums, whole_tonnes(sums["ER"])))
    return tuple(found)


def of_years(periods: Sequence[Period]) -> dict[Any, list[int]]:
    """Return the places of the periods of each calendar year; an undated period is alone."""
    return grouped((period.year or period, place) for place, period in enumerate(periods))


def year_table(years: Sequence[CalendarYear]) -> pd.DataFrame:
    """Return calendar years as a DataFrame with a column for RE, PE, each other term of ER, ER and whole tonnes."""
    import pandas as pd

    index = pd.Index([one.year for one in years], name="year", dtype="Int64")
    return pd.DataFrame([{**one.emissions, "tonnes": one.tonnes} for one in years], index)


def in_tonnes(terms: Mapping[str, Effect], found: Mapping[str, Array]) -> dict[str, Array]:
    """Return RE, PE, every other term of ER in tCO2, and ER: what RE is less or more for each of them.

    A discount, which is a share, has the heading ``"UD [tCO2]"`` and the tonnes that it takes.

    Examples
    --------
    >>> terms = {"LK": Effect.DEDUCTION, "UD": Effect.DISCOUNT}
    >>> in_tonnes(terms, {"RE": 100.0, "PE": 20.0, "LK": 5.0, "UD": 0.2, "ER": 60.0})
    {'RE': 100.0, 'PE': 20.0, 'LK': 5.0, 'UD [tCO2]': 15.0, 'ER': 60.0}
    """
    shown = {"RE": found["RE"], "PE": found["PE"]}
    rest = found["RE"] - found["PE"] if terms else None
    for name, effect in terms.items():
        amount = found[name] * rest if effect is Effect.DISCOUNT else found[name]
        shown[term_heading(name, effect)] = amount
        rest = rest + amount if effect is Effect.ADDITION else rest - amount
    return shown | {"ER": found["ER"]}


def term_heading(name: str, effect: Effect) -> str:
    """Return what a term is called among amounts in tCO2."""
    return f"{name} [tCO2]" if effect is Effect.DISCOUNT else name
