"""The issuance request: whole tonnes by calendar year and account, and all that it rests on."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import fsum
from typing import TYPE_CHECKING, Any

from jcm_calc.api.issuance.allocation import Year, cap_problems, parts_of_year, unknown_years
from jcm_calc.api.issuance.previous import PreviousRequest, read_previous, request_digest
from jcm_calc.api.result import Result
from jcm_calc.base import notebook
from jcm_calc.base.files import check_ending, save
from jcm_calc.base.languages import Message, _, in_language, translated
from jcm_calc.base.problems import InputError, Problem, listed
from jcm_calc.declarations.graph import RESULTS
from jcm_calc.evidence import Evidence, Source, primary, unconfirmed
from jcm_calc.inputs import Period
from jcm_calc.inputs.periods import outside_crediting
from jcm_calc.inputs.project import LABELS, PROJECT, as_mapping, as_text, ends_before_start
from jcm_calc.inputs.schema import Field, filled_text, item, read_table
from jcm_calc.reports.workbook.layout import FIRST
from jcm_calc.reports.workbook.page import Page
from jcm_calc.reports.workbook.sheet import Column, NewBook
from jcm_calc.results.credits import Item, UnconfirmedError, not_issuable, whole_tonnes
from jcm_calc.results.manifest import bound_digest, library_version
from jcm_calc.units import is_missing
from jcm_calc.units.dates import day

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 2
NAME, TITLE = _("Issuance request"), _("Issuance request of credits")
WIDTHS = (1.5, 30, 16, 16, 16, 16, 60)
# What a request says of its project in any case.
NEEDED = {
    "number": Field(filled_text, required=_("the reference number of the project, such as PW001")),
    "start": Field(day, required=_("the first day of the crediting period, as a date")),
    "end": Field(day, required=_("the last day of the crediting period, as a date")),
}
PARIS = date(2021, 1, 1)
DECISIONS = "decisions of the Joint Committees on issuance"


def _rule(name: Message, section: str, evidence: Evidence, detail: str) -> Item:
    return Item(_("scheme rule"), name, section, evidence, detail)


# Rules that can only refuse. A request that obeys one of them asks for no tonne that it would not ask for
# without it, so they need no confirmation.
GUARDS = (
    _rule(
        _("break at the end of 2020"),
        DECISIONS,
        primary(
            Source("decisions of the Joint Committee of Palau and Japan", "https://www.jcm.go.jp/jc/pw-jc-decisions"),
            "every issuance read that reaches 31 December 2020 ends there, and the next one begins on 1 January 2021",
        ),
        "a request lies before 2021 or from 2021 on",
    ),
    _rule(
        _("crediting period"),
        "project design document, A.5",
        unconfirmed("reductions count from the starting date to the end of the operational lifetime", 80),
        "every period lies within it",
    ),
    _rule(
        _("allocation"),
        "allocation form of the scheme",
        unconfirmed("derived: no single rounding fits the published amounts, so the parts are what was agreed"),
        "the parts of each calendar year add up to its whole tonnes",
    ),
    _rule(
        _("no double request"),
        "JCM guidelines for validation and verification",
        unconfirmed("from recollection: the verifier looks for double registration", 85),
        "no day is in two requests for a project, and no calculation in requests for two projects",
    ),
)
NEGATIVE = _rule(
    _("negative years"),
    "JCM guidelines for developing PDD and monitoring report",
    unconfirmed("from recollection: a negative year gives no credits; nothing carries it over to the next", 55),
    "it is reported and not set off against another year",
)


@dataclass(frozen=True, repr=False)
class IssuanceRequest:
    """An issuance request; see `jcm_calc.issuance_request`.

    Attributes
    ----------
    project : mapping
        ``number``, ``start`` and ``end`` of the crediting period, and what else is said of it.
    results : tuple of Result
    years : tuple of Year
    rules : tuple of Item
        The scheme's own rules that were used, each with its evidence.
    remarks : tuple of Problem
        What a reader must know: negative years above all.
    previous : tuple of PreviousRequest
        The earlier requests that this one was compared with.
    """

    project: Mapping[str, Any]
    results: tuple[Result, ...]
    years: tuple[Year, ...]
    rules: tuple[Item, ...]
    remarks: tuple[Problem, ...]
    previous: tuple[PreviousRequest, ...]

    @property
    def has_other_terms(self) -> bool:
        """Whether a methodology declares terms of ER other than RE and PE."""
        return any(result.methodology.terms for result in self.results)

    def __repr__(self) -> str:
        return f"<IssuanceRequest {self._summary()}>"

    def _repr_html_(self) -> str:
        heading = _("Issuance request: {summary}").format(summary=self._summary())
        return notebook.page(heading, map(str, self.remarks), [(_("Whole tonnes"), self.table())])

    def _summary(self) -> str:
        """Say in one line which project asks for how much."""
        return _("{project}: {tonnes:,} tCO2 of {years}").format(
            project=self.project["number"], tonnes=self.tonnes, years=listed(year.year for year in self.years)
        )

    @property
    def periods(self) -> list[Period]:
        """The monitoring periods in order, each once."""
        return sorted({period for result in self.results for period in result.inputs.periods}, key=lambda p: p.order)

    @property
    def tonnes(self) -> int:
        """The whole tonnes that are asked for."""
        return sum(year.tonnes for year in self.years)

    def table(self) -> pd.DataFrame:
        """Return whole tonnes by calendar year and account, as a DataFrame."""
        import pandas as pd

        rows = {year.year: {part.account: part.tonnes for part in year.parts} for year in self.years}
        frame = pd.DataFrame.from_dict(rows, orient="index").reindex(sorted(rows)).fillna(0).astype(int)
        frame.insert(0, "total", [year.tonnes for year in self.years])
        return frame.rename_axis("year")

    def as_data(self) -> dict[str, Any]:
        """Return everything as data for JSON, with the manifest of each calculation."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "document": "issuance request",
            "library": {"name": "jcm_calc", "version": library_version()},
            "project": {key: str(value) if isinstance(value, date) else value for key, value in self.project.items()},
            "periods": [str(period) for period in self.periods],
            "years": [_year_data(year) for year in self.years],
            "tonnes": self.tonnes,
            "rules": [_rule_data(item) for item in self.rules],
            "remarks": [str(remark) for remark in self.remarks],
            "previous": [one.hash for one in self.previous],
            "calculations": [result.manifest() for result in self.results],
        }
        return {**data, "hash": request_digest(data)}

    def to_json(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the request as JSON, the form in which later requests take it with ``previous``.

        Raises
        ------
        FileExistsError
            If there is such a file already, and ``overwrite`` is not set.
        """
        check_ending(path, ".json")
        text = json.dumps(self.as_data(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        save(path, text.encode(), overwrite=overwrite)

    def to_excel(self, path: str | os.PathLike[str], *, overwrite: bool = False, language: str | None = None) -> None:
        """Write the request as a page of a workbook.

        Parameters
        ----------
        path : path
        overwrite : bool
            Whether an existing file may be replaced.
        language : {"en", "ja"}, optional
            That of `jcm_calc.in_language` by default.

        Raises
        ------
        FileExistsError
            If there is such a file already, and ``overwrite`` is not set.
        """
        check_ending(path, ".xlsx")
        with in_language(language):
            save(path, _workbook(self), overwrite=overwrite)


def _workbook(request: IssuanceRequest) -> bytes:
    """Return the request as a page of a workbook."""
    number = str(request.project["number"])
    book = NewBook(f"{TITLE} {number}")
    page = Page(book, translated(NAME), TITLE, [Message("{}: {}").format(_("Reference Number"), number)], WIDTHS)
    row = FIRST
    for caption, columns, lines in _sections(request):
        page.caption(row, caption)
        if columns:
            row = page.table(row + 1, columns, [line[: len(columns)] for line in lines], _("Total")) + 1
        else:
            row = page.named(row + 1, lines or [(_("none"), "")]) + 1
    return book.content()


def _sections(request: IssuanceRequest) -> Iterator[tuple[str, Sequence[Column], Sequence[Any]]]:
    """Yield the sections of the page: caption, columns, and rows; without columns pairs of name and text."""
    known = {key: request.project[key] for key in LABELS if key in request.project and key != "number"}
    said = [(LABELS[key], as_text(value)) for key, value in known.items()]
    yield _("Project"), (), [*said, (_("monitoring periods"), ", ".join(map(str, request.periods)))]
    columns = [Column(_("Calendar year"), "label"), *(Column(f"{name}, tCO2", "emissions") for name in RESULTS)]
    columns.append(Column(_("Whole tonnes"), "tonnes", total=True))
    if request.has_other_terms:
        columns.append(Column(_("Other terms of emission reductions, tCO2 (RE − PE − ER)"), "emissions"))
    years = [
        [year.year, *(year.emissions[name] for name in RESULTS), year.tonnes, year.other_terms]
        for year in request.years
    ]
    yield _("Whole tonnes by calendar year"), columns, years
    columns = [Column(_("Account"), "label"), Column(_("Calendar year"), "label"), Column(_("Asked for"), "symbol")]
    columns += [Column(_("Exact, t"), "exact"), Column(_("Whole tonnes"), "tonnes", total=True)]
    parts = [
        [part.account, year.year, part.asked, None if part.exact is None else float(part.exact), part.tonnes]
        for year in request.years
        for part in year.parts
    ]
    yield _("Allocation"), columns, parts
    rules = [(one.name, Message("{}: {}").format(one.detail, one.evidence)) for one in request.rules]
    yield _("Rules of the scheme that were used"), (), rules
    yield _("Remarks"), (), [(one.subject, one.complaint) for one in request.remarks]
    hashes = [(one.methodology.heading, one.manifest()["hash"]) for one in request.results]
    yield _("Calculations"), (), [(heading, _("manifest {hash}").format(hash=digest)) for heading, digest in hashes]


def _year_data(year: Year) -> dict[str, Any]:
    parts = [
        {"account": part.account, "tonnes": part.tonnes, "asked": part.asked}
        | ({"exact": str(part.exact)} if part.exact is not None else {})
        for part in year.parts
    ]
    return {"year": year.year, **year.emissions, "tonnes": year.tonnes, "parts": parts}


def _rule_data(item: Item) -> dict[str, Any]:
    grade, note = str(item.evidence.grade), item.evidence.note
    return {"name": item.name, "text": item.detail, "grade": grade, "note": note, "section": item.section}


def issuance_request(
    results: Result | Sequence[Result],
    allocation: Mapping[Any, Any],
    *,
    project: Mapping[str, Any],
    previous: Sequence[str | os.PathLike[str] | Mapping[str, Any]] = (),
) -> IssuanceRequest:
    """Ask for the credits of one project: whole tonnes by calendar year and account.

    ER of all results is added up by calendar year and then rounded down to whole tonnes. A negative year
    gives none, is reported, and is not set off against another year.

    Parameters
    ----------
    results : Result or sequence of Result
        Several where parts of a project are calculated with different choices, or year by year.
    allocation : mapping
        For each account whole tonnes (``201``), a share with its rounding (``"70 % down"``, ``"1/2 up"``),
        a share without one (``"50 %"``, by the largest remainder), or ``"rest"``; or, for each
        calendar year, such a mapping.
    project : mapping
        As in the section [project] of a case file: ``number``, and ``start`` and ``end`` of the crediting
        period as dates. Where the host country caps what may leave it, ``host_accounts`` names the accounts of
        its side and ``transfer_list`` its list with the activity.
    previous : sequence of paths or mappings
        Earlier requests, as `IssuanceRequest.to_json` writes them. No day is in two requests.

    Raises
    ------
    UnconfirmedError
        If anything underneath is unconfirmed, or a criterion is not shown to be met.
    InputError
        If the request itself cannot be made, with every reason at once.

    Examples
    --------
    >>> import datetime, jcm_calc
    >>> result = jcm_calc.calculate("PW_AM001", EG="600 MWh", p="2024")
    >>> jcm_calc.issuance_request(
    ...     result, {"Government of Japan": "1/2 up", "participants": "rest"},
    ...     project={"number": "PW001", "start": datetime.date(2015, 11, 1), "end": datetime.date(2030, 12, 31)},
    ... )
    Traceback (most recent call last):
    jcm_calc.results.credits.UnconfirmedError: PW001 supports an estimate, not an issuance request: ...
    """
    results = (results,) if isinstance(results, Result) else tuple(results)
    found: list[Problem] = []
    project = as_mapping("project", project, "{'number': 'PW001'}", found)
    allocation = as_mapping("allocation", allocation, "{'participants': 'rest'}", found)
    given = {key: one for key, one in project.items() if key not in NEEDED or not is_missing(one)}
    project = read_table("project", given, {**PROJECT, **NEEDED}, found, at=item)
    found += ends_before_start(project, partial(item, "project"))
    problems = [*found, *_result_problems(results, project)]
    former = [one for given in previous if (one := read_previous(given, problems)) is not None]
    problems += _double_claims(results, project, former)
    sums = _by_year(results)
    years = [
        Year(year, emissions, tonnes, parts_of_year(allocation, year, tonnes, problems))
        for year, emissions in sums.items()
        for tonnes in [whole_tonnes(emissions["ER"])]
    ]
    problems += unknown_years(allocation, sums)
    if years and not any(year.tonnes for year in years):
        problems.append(Problem("ER", _("there is no whole tonne to ask for")))
    capped: list[Problem] = []
    for country in {result.methodology.country for result in results}:
        found, said = cap_problems(project, country, {year.year: (year.tonnes, year.parts) for year in years})
        problems, capped = [*problems, *found], [*capped, *said]
    negative = [year for year in years if year.emissions["ER"] < 0]
    rules = (*GUARDS, NEGATIVE) if negative else GUARDS
    lacking = dict.fromkeys(item for result in results for item in result.blockers)
    lacking |= dict.fromkeys(item for item in rules[len(GUARDS) :] if not item.evidence.confirmed)
    name = str(project.get("number") or _("the request"))
    if problems:
        besides = [
            Problem(Message("{} {}").format(one.kind, one.name), one.lacks or str(one.evidence), one.section)
            for one in lacking
        ]
        raise InputError(name, problems, besides)
    if lacking:
        raise UnconfirmedError(name, tuple(lacking), [result.methodology for result in results])
    remarks = (*_remarks(negative, former), *capped, *(one for result in results for one in result.inputs.warnings))
    return IssuanceRequest(dict(project), results, tuple(years), rules, remarks, tuple(former))


# What the request says


def _by_year(results: Sequence[Result]) -> dict[int, dict[str, float]]:
    """Return RE, PE and ER of all results by calendar year, each sum correctly rounded."""
    amounts: dict[int, dict[str, list[float]]] = {}
    for result in results:
        for name in RESULTS:
            for period, amount in zip(result.inputs.periods, result.full(name).ravel().tolist(), strict=True):
                if period.year is not None:
                    amounts.setdefault(period.year, {}).setdefault(name, []).append(amount)
    return {year: {name: fsum(found) for name, found in amounts[year].items()} for year in sorted(amounts)}


def _remarks(negative: Sequence[Year], former: Sequence[PreviousRequest]) -> Iterator[Problem]:
    for year in negative:
        message = _("{amount:,.3f} tCO2: no credits, and not set off against another year")
        yield Problem(f"ER {year.year}", message.format(amount=year.emissions["ER"]))
        for one in former:
            if asked := one.tonnes.get(year.year):
                message = _("an earlier request has {asked:,} t of this year, and what is added now is negative")
                yield Problem(f"ER {year.year}", message.format(asked=asked))


# What keeps it from being made


def _result_problems(results: Sequence[Result], project: Mapping[str, Any]) -> Iterator[Problem]:
    if not results:
        yield Problem("results", _("missing: at least one result"))
    for result in results:
        for period in result.inputs.periods:
            yield from _period_problems(period, project)
        yield from not_issuable(result.methodology, result.inputs.periods)
    periods = {period for result in results for period in result.inputs.periods if period.year}
    dated = sorted(periods, key=lambda period: period.order)
    before = [period for period in dated if period.last and period.last < PARIS]
    if before and len(before) < len(dated):
        complaint = _("{before} lies before 2021 and {after} after it: these are two requests").format(
            before=before[-1], after=dated[-1]
        )
        yield Problem("p", complaint, DECISIONS)
    for one, other in itertools.combinations(results, 2):
        same = one.methodology.number == other.methodology.number and one.inputs.choices == other.inputs.choices
        if same and (twice := _common(one.inputs.periods, other.inputs.periods)):
            complaint = _(
                "{days} is in two results of {methodology} with the same choices: calculate all units together"
            )
            yield Problem("p", complaint.format(days=twice, methodology=one.methodology))


def _period_problems(period: Period, project: Mapping[str, Any]) -> Iterator[Problem]:
    if not period.dated:
        return
    if period.year is None:
        message = _("{period} lies in several calendar years: give the amounts of each as a separate period")
        yield Problem("p", message.format(period=period))
    yield from outside_crediting(period, project.get("start"), project.get("end"))


def _common(some: Sequence[Period], others: Sequence[Period]) -> Period | None:
    """Return the first days that periods of both sides share."""
    for one, other in itertools.product(some, others):
        if one.first and one.last and other.first and other.last:
            first, last = max(one.first, other.first), min(one.last, other.last)
            if first <= last:
                return Period(first, last)
    return None


def _double_claims(
    results: Sequence[Result], project: Mapping[str, Any], former: Sequence[PreviousRequest]
) -> Iterator[Problem]:
    for one, result in itertools.product(former, results):
        where = {"name": one.name, "hash": one.hash[:12]}
        if one.number == project.get("number"):
            if twice := _common(result.inputs.periods, one.periods):
                message = _("{days} is in an earlier request: {name}, {hash}…")
                yield Problem("p", message.format(days=twice, **where))
        elif bound_digest(result.inputs) in one.inputs:
            message = _("the same calculation is in an earlier request for {number}: {name}, {hash}…")
            yield Problem("results", message.format(number=one.number, **where))
