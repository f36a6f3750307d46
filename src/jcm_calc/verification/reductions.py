"""RE, PE, ER and whole tonnes by calendar year: as reported, as recalculated, and as adjusted after all findings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.effects import Array
from jcm_calc.verification.findings import Finding
from jcm_calc.verification.reported import as_tonnes
from jcm_calc.verification.spreadsheet import as_number
from jcm_calc.verification.submission import ReportPart

NAMES = ("RE", "PE", "ER")
TOTAL = _("total")


@dataclass(frozen=True)
class Amounts:
    """Emissions and reductions of a year; None where one is not known.

    Attributes
    ----------
    RE, PE, ER : float or None
        In tCO2.
    tonnes : float or None
        ER rounded down for each calendar year; what a report has there may be any number.
    """

    RE: float | None = None
    PE: float | None = None
    ER: float | None = None
    tonnes: float | None = None

    def as_data(self) -> dict[str, float | None]:
        """Return the amounts, ready for JSON."""
        return {"RE": self.RE, "PE": self.PE, "ER": self.ER, "tonnes": whole(self.tonnes)}


@dataclass(frozen=True)
class ReportedYear:
    """What a report has for a calendar year, and what it should have.

    Attributes
    ----------
    year : str
        The calendar year; the period where it has no dates.
    reported : Amounts
        Tonnes from table 3, the others from the calculation sheet.
    recalculated : Amounts
        From what is entered.
    adjusted : Amounts
        From what is entered, after the corrections of all errors.
    misstatement : float or None
        Reported minus adjusted in tCO2, before rounding where the report shows it; None where it is not known.
    """

    year: str
    reported: Amounts
    recalculated: Amounts
    adjusted: Amounts
    misstatement: float | None

    @property
    def difference(self) -> float | None:
        """Whole tonnes reported minus adjusted."""
        return _minus(self.reported.tonnes, self.adjusted.tonnes)

    def as_data(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        return {
            "year": str(self.year),
            "reported": self.reported.as_data(),
            "recalculated": self.recalculated.as_data(),
            "adjusted": self.adjusted.as_data(),
            "difference": whole(self.difference),
            "misstatement": self.misstatement,
        }


def years(documents: Analyses, errors: Iterable[Finding]) -> list[ReportedYear]:
    """Return the amounts of each calendar year; of parts of a report that share a year, together."""
    report = documents.report
    if report.result is None:
        tonnes = ((part, Amounts(tonnes=report.reported(part).tonnes)) for part in _filled(documents))
        return [ReportedYear(_named(part), amounts, Amounts(), Amounts(), None) for part, amounts in tonnes]
    recalculated = {name: documents.effects.by_period(name) for name in NAMES}
    replaced = documents.effects.corrected(one for error in errors for one in error.corrections)
    adjusted = documents.effects.emissions(replaced) if replaced else recalculated
    found = []
    for names, parts in _groups(documents):
        groups = [documents.effects.years[name] for name in names]
        reported = _reported(documents, parts, [place for places in groups for place in places])
        due = Amounts() if adjusted is None else _amounts(documents, adjusted, groups)
        own = _amounts(documents, recalculated, groups)
        found.append(ReportedYear(", ".join(names), reported, own, due, _misstatement(reported, due)))
    return found


def total(found: Sequence[ReportedYear]) -> ReportedYear:
    """Return the sum over years."""
    return ReportedYear(
        TOTAL,
        reported=_sum([one.reported for one in found]),
        recalculated=_sum([one.recalculated for one in found]),
        adjusted=_sum([one.adjusted for one in found]),
        misstatement=_add([one.misstatement for one in found]),
    )


def _misstatement(reported: Amounts, adjusted: Amounts) -> float | None:
    if reported.tonnes is None or adjusted.tonnes is None or adjusted.ER is None:
        return None
    if reported.ER is not None and whole_tonnes(reported.ER) == reported.tonnes:
        return reported.ER - adjusted.ER
    more = reported.tonnes - adjusted.ER
    return more if abs(more) >= 1 else reported.tonnes - adjusted.tonnes


def causes(errors: Iterable[Finding]) -> list[float]:
    """Return what each cause does to ER in tCO2; what it does to RE and to PE is added up with its sign.

    Two errors have one cause where the same check finds the same ratio of found to expected.
    """
    found: dict[tuple[str, float | int], list[float]] = {}
    for number, error in enumerate(errors):
        if error.effect is not None:
            numeric = all(isinstance(one, int | float) for one in (error.found, error.expected)) and error.expected
            key = float(f"{error.found / error.expected:.9g}") if numeric else -number
            found.setdefault((error.code, key), []).append(error.effect.exact)
    return [math.fsum(effects) for effects in found.values()]


def _filled(documents: Analyses) -> list[ReportPart]:
    return [part for part in documents.report.own if part.found.filled] or documents.report.own


def _named(part: ReportPart) -> str:
    return ", ".join(dict.fromkeys(str(period.year or period) for period in part.periods))


def _groups(documents: Analyses) -> list[tuple[list[str], list[ReportPart]]]:
    """Return the calendar years that are reported together, with the sets of sheets that report them."""
    every = [str(period) for period in documents.result.inputs.periods]
    groups: list[tuple[set[str], list[ReportPart]]] = []
    for part in _filled(documents):
        own = {every.index(str(period)) for period in part.periods if str(period) in every}
        names, parts = {year for year, places in documents.effects.years.items() if own & set(places)}, [part]
        for other in [one for one in groups if one[0] & names]:
            groups.remove(other)
            names, parts = names | other[0], other[1] + parts
        if names:
            groups.append((names, parts))
    order = list(documents.effects.years)
    return [(sorted(names, key=order.index), parts) for names, parts in groups]


def _reported(documents: Analyses, parts: Sequence[ReportPart], places: Sequence[int]) -> Amounts:
    reported = [documents.report.reported(part) for part in parts]
    periods = {str(documents.result.inputs.periods[place]) for place in places}
    sums = {}
    for name in NAMES:
        cells = [cell for cell in documents.sheet.cells if cell.name == name and cell.labels.get("p") in periods]
        values = [as_tonnes(cell.stored) for cell in cells]
        shown = {cell.labels["p"] for cell in cells} == periods and len(cells) == len(periods)
        sums[name] = _add(values) if shown else None
    if sums["ER"] is None:
        exact = [as_tonnes(as_number(one.exact.value)) if one.exact is not None else None for one in reported]
        sums["ER"] = _add(exact)
    return Amounts(sums["RE"], sums["PE"], sums["ER"], _add([one.tonnes for one in reported]))


def _amounts(documents: Analyses, arrays: dict[str, Array], groups: Sequence[Sequence[int]]) -> Amounts:
    places = [place for group in groups for place in group]
    re, pe, er = (float(arrays[name][places].sum()) for name in NAMES)
    split = any(
        period.dated and period.year is None for period in (documents.result.inputs.periods[at] for at in places)
    )
    tonnes = None if split else float(sum(whole_tonnes(float(arrays["ER"][group].sum())) for group in groups))
    return Amounts(re, pe, er, tonnes)


def _sum(found: Sequence[Amounts]) -> Amounts:
    return Amounts(*(_add([getattr(one, name) for one in found]) for name in (*NAMES, "tonnes")))


def _add(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known and len(known) == len(values) else None


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def whole(value: float | None) -> float | int | None:
    """Return a number of tonnes as an integer where it is one."""
    return int(value) if value is not None and value.is_integer() else value
