"""Group H: totals and rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.reports.workbook.tables import Cell, in_english
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.checking import TYPED
from jcm_calc.verification.declared_checks import check
from jcm_calc.verification.findings import EffectOnER, Finding, Severity, finding, shown_number
from jcm_calc.verification.location import address, at, located
from jcm_calc.verification.reported import ReportedReductions
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, UnreadableError, as_number, close, is_number
from jcm_calc.verification.submission import ReportPart, Submission

DOUBT = _(
    "the rule that ER is rounded down to whole tonnes for each calendar year is not verified; "
    "one published document is consistent with it"
)
RULE = _("ER of each calendar year, rounded down to whole tonnes")
RIGHT = _("ER rounded down to whole tonnes")


def _places(documents: Analyses, part: ReportPart) -> list[int]:
    """Return the places along p of the periods of a set."""
    every = [str(period) for period in documents.result.inputs.periods]
    return [every.index(str(period)) for period in part.periods if str(period) in every]


def _tonnes(documents: Analyses, part: ReportPart) -> int:
    own, reductions = set(_places(documents, part)), documents.effects.by_period("ER")
    groups = [[place for place in places if place in own] for places in documents.effects.years.values()]
    return sum(whole_tonnes(float(reductions[places].sum())) for places in groups if places)


def _shown(documents: Analyses, part: ReportPart) -> list[Any]:
    """Return what the calculation sheet shows for ER of the periods of a set."""
    periods = [str(period) for period in part.periods]
    return [one.stored for one in documents.sheet.cells if one.name == "ER" and one.labels.get("p") in periods]


def _reported(
    documents: Analyses, follow: bool = False
) -> Iterator[tuple[ReportPart, Cell, float, int, dict[str, float]]]:
    """Yield reported reductions with the tonnes that they should be, and RE, PE and ER of their periods.

    ``follow`` says whether those that follow from a wrong calculation sheet are wanted, or the others.
    """
    for part, cell, _exact in () if documents.report.recalculation.left_out else documents.report.reported_cells():
        places, value = _places(documents, part), as_number(cell.value)
        if not places or not is_number(value):
            continue
        sums = {name: float(documents.effects.by_period(name)[places].sum()) for name in ("RE", "PE", "ER")}
        if (bool(documents.slips) and _follows(documents, part, value, sums["ER"])) is follow:
            yield part, cell, int(value) if value == int(value) else value, _tonnes(documents, part), sums


def _follows(documents: Analyses, part: ReportPart, tonnes: float, exact: float) -> bool:
    """Whether reported tonnes are what a wrong calculation sheet shows for ER, rounded down."""
    shown = _shown(documents, part)
    if not all(map(is_number, shown)):
        return False
    total = math.fsum(shown)
    return tonnes in (whole_tonnes(total), math.floor(total)) and not close(total, exact)


def following(documents: Analyses) -> Iterator[str]:
    """Yield the reported reductions that follow from what the calculation sheet shows for ER."""
    for _part, cell, tonnes, right, _sums in _reported(documents, True):
        if tonnes != right:
            message = _("the reported reductions at {place} are {tonnes} t instead of {right:,} t")
            yield message.format(place=cell.address, tonnes=shown_number(tonnes), right=right)


def _excess(part: ReportPart, tonnes: float, right: int, exact: float) -> EffectOnER:
    years = {str(period.year or period) for period in part.periods}
    more = tonnes - exact if abs(tonnes - exact) >= 1 else float(tonnes - right)
    return EffectOnER(more, {min(years): int(tonnes) - right})


def _how(documents: Analyses, part: ReportPart, tonnes: float, sums: dict[str, float]) -> list[str]:
    """Return the ways to whole tonnes that give what is reported."""
    whole = sum(whole_tonnes(documents.effects.by_period("ER")[place].item()) for place in _places(documents, part))
    exact, nearest = sums["ER"], {name: math.floor(value + 0.5) for name, value in sums.items()}
    ways: dict[str, float] = {
        _("rounded to the nearest tonne"): nearest["ER"],
        _("rounded up"): math.ceil(exact),
        _("calculated from RE and PE as they are displayed"): nearest["RE"] - nearest["PE"],
        _("rounded down once for all years"): whole_tonnes(exact),
        _("rounded down for each period, not for the year"): whole,
        _("negative, where it must be 0"): math.floor(exact) if exact < 0 else math.nan,
    }
    return [name for name, value in ways.items() if value == tonnes]


def _calculated(documents: Analyses, cell: Cell) -> bool:
    """Whether a cell is calculated, not typed in."""
    return documents.sheet.formula((cell.sheet, cell.row, cell.column)) is not None


@check("H1")
def reported(documents: Analyses) -> Iterator[Finding]:
    """Find reported reductions that cannot be read, that are typed in and wrong, or that nothing explains."""
    for part in documents.report.examined:
        if part.found.filled:
            yield from _unread(documents, part.reported)
    if documents.report.result is None:
        return
    wrong_formulas = {place for one in _formulas(documents, set()) for place in one.places}
    for part, cell, tonnes, right, sums in _reported(documents):
        how = _how(documents, part, tonnes, sums)
        if tonnes == right or located(cell) in wrong_formulas or (how and _calculated(documents, cell)):
            continue
        message = _("{found} t are reported, and the inputs give {expected} t (ER = {exact:,.6f} tCO2)")
        effect, cause = _excess(part, tonnes, right, sums["ER"]), _(" or ").join(how)
        values, say = (located(cell), "ER_p", tonnes, right, RULE), {"exact": sums["ER"]}
        yield finding("H1", message, *values, say, effect=effect, cause=cause, unit="t", unconfirmed=DOUBT)


@check("A1")
def typed_in(documents: Analyses) -> Iterator[Finding]:
    """Find reductions of table 3 that are right and typed in, though a calculation sheet shows ER."""
    for part, *cells in documents.report.reported_cells():
        shown = _shown(documents, part)
        if not shown or not all(map(is_number, shown)):
            continue
        total = math.fsum(shown)
        for cell, right in zip(cells, (_tonnes(documents, part), total), strict=True):
            if cell is not None and not _calculated(documents, cell) and close(as_number(cell.value), right):
                values = (located(cell), "ER_p", as_number(cell.value))
                yield finding("A1", TYPED, *values, severity=Severity.WARNING)


def _unread(documents: Analyses, found: ReportedReductions) -> Iterator[Finding]:
    """Yield why the reported reductions cannot be read, and what is near them that may be other ones."""
    cell = found.cell
    if cell is None:
        message = _("no table of reductions was found; table 3 has the headings {one} and {other}")
        say = {"one": repr(str(_("CO2 emission reductions"))), "other": repr(str(_("Units")))}
        yield finding("H1", message, at(found.sheet), "ER_p", because=RULE, say=say)
        return
    own = partial(finding, "H1", where=located(cell), symbol="ER_p", because=RULE)
    typed = not (str(cell.value).startswith("#") and documents.slips and _calculated(documents, cell))
    if cell.value == "" and documents.report.sheets.uncalculated(cell):
        message = _(
            "the reported reductions are a formula without a stored value: calculate and save the workbook first"
        )
        yield own(message=message, severity=Severity.QUESTION)
    elif cell.value == "":
        yield own(message=_("table 3 reports no reductions"))
    elif not found.unit:
        yield own(message=_("the reported reductions have no unit; the unit must be tCO2"), found=cell.value)
    elif not found.in_tonnes:
        message, say = _("the reported reductions are in {unit}; the unit must be tCO2"), {"unit": found.unit}
        yield own(message=message, found=f"{cell.value} {found.unit}", say=say)
    elif found.tonnes is None and typed:
        message = _("the reported reductions are {found!r}; they must be a number")
        yield own(message=message, found=str(cell.value))
    if found.heading:
        message = _("the reductions are reported under {heading!r}, not under the heading of table 3")
        say = {"heading": " ".join(found.heading.split())}
        yield own(message=message, found=cell.value, because="", say=say, severity=Severity.WARNING, unit="t")
    for other in found.again:
        message, because = _("another row reports reductions, too: {found}"), _("each period is reported once")
        yield finding("H1", message, located(other), "ER_p", other.value, because=because, unit="t")
    for heading, other in found.others:
        message = _("{found} is in the row of the reported reductions, under the unknown heading {heading!r}")
        say = {"heading": " ".join(heading.split())}
        yield finding("H1", message, located(other), "ER_p", other.value, say=say)


@check(
    "H2",
    _("no amount before rounding in table 3, or no ER on a calculation sheet"),
    lambda m: any(cell for *_, cell in m.report.reported_cells()) and any(cell.name == "ER" for cell in m.sheet.cells),
)
def two_values(documents: Analyses) -> Iterator[Finding]:
    """Find ER of table 3 that is not ER of the calculation sheet."""
    for part, _cell, exact in documents.report.reported_cells():
        shown, value = _shown(documents, part), None if exact is None else as_number(exact.value)
        if exact is not None and shown and is_number(value) and all(map(is_number, shown)):
            total = math.fsum(shown)
            if not close(value, total):
                message = _("ER before rounding down is {found} here, and {expected} on the calculation sheet")
                because = _("the sum over the periods of the sheet")
                yield finding("H2", message, located(exact), "ER_p", value, total, because, unit="tCO2")


def _tables_of_years(documents: Analyses) -> Iterator[tuple[Submission, ReportPart]]:
    """Yield the plan sheets of the report and of the plan."""
    submissions = {id(one): one for one in (documents.report, documents.plan) if one is not None}
    for submission in submissions.values():
        for part in submission.of("MPS"):
            yield submission, part


@check("H3", _("no table of years"), lambda m: has_years(m))
def column(documents: Analyses) -> Iterator[Finding]:
    """Find rows and totals of the table of years that do not add up."""
    for submission, part in _tables_of_years(documents):
        yield from _of_years(documents, submission, part)


def _of_years(documents: Analyses, submission: Submission, part: ReportPart) -> Iterator[Finding]:
    sheet, file = part.roles["input"], "" if submission.name == documents.report.name else submission.name
    rows, totals, columns = _years(submission.book.grid(sheet))

    def wrong(message: Message, row: int, column: int, found: float, right: float, unit: str, **say: Any) -> Finding:
        place = address((sheet, row, column)).in_file(file)
        return finding("H3", message, place, "ER_p", found, right, say=say, unit=unit)

    for number, (reference, project, reductions, tonnes, *others) in rows:
        known, right = others or not documents.m.terms, whole_tonnes(reductions)
        if known and not close(reference - project, reductions + sum(others), 1e-9):
            terms = " − ".join(shown_number(one) for one in (reference, project, *others))
            sum_ = reference - project - sum(others)
            yield wrong(_("{terms} is not {found}"), number, columns[2], reductions, sum_, "tCO2", terms=terms)
        elif right != tonnes:
            message = _("{exact} rounded down to whole tonnes is {expected}, not {found}")
            yield wrong(message, number, columns[3], tonnes, right, "t", exact=shown_number(reductions))
    sums = [math.fsum(amounts) for amounts in zip(*(amounts for _row, amounts in rows), strict=True)]
    for number, stated in totals if rows else ():
        for amount, added, column in zip(stated, sums, columns, strict=True):
            if not close(amount, added, 1e-9):
                message = _("the total of the years is {found}, and they add up to {expected}")
                yield wrong(message, number, column, amount, added, "tCO2")
    cell = next((cell for own, cell, _exact in submission.reported_cells("MPS") if own is part), None)
    total, added = None if cell is None else as_number(cell.value), math.fsum(row[3] for _, row in rows)
    if cell is not None and rows and is_number(total) and total != added:
        message = _("the total of the plan is {found} t, and its years add up to {expected} t")
        yield wrong(message, cell.row, cell.column, total, added, "t")


def has_years(documents: Analyses) -> bool:
    """Return whether there is a table of years."""
    return any(any(_years(one.book.grid(part.roles["input"]))[:2]) for one, part in _tables_of_years(documents))


Amounts = tuple[float, ...]


def _years(grid: list[list[object]]) -> tuple[list[tuple[int, Amounts]], list[tuple[int, Amounts]], list[int]]:
    """Return the rows of the table of the project design document, and those of its totals.

    Each has its number, and RE, PE, ER and whole tonnes, and other terms of ER where there are any, in the columns that
    are returned, too; an average is neither.
    """
    years: list[tuple[int, Amounts]] = []
    totals: list[tuple[int, Amounts]] = []
    columns: list[int] = []
    year = 0
    for number, cells in enumerate(grid):
        texts = {in_english(cell): at for at, cell in enumerate(cells) if cell != ""}
        heads = ("reference emissions", "project emissions", "emission reductions", "estimated emission reductions")
        found = [next((at for text, at in texts.items() if text.startswith(head)), None) for head in heads]
        if "year" in texts and all(at is not None for at in found):
            found += [at for text, at in texts.items() if text.startswith("other terms")]
            columns, year = [at for at in found if at is not None], texts["year"]
        elif columns and any(cell != "" for cell in cells):
            values = [float(value) for at in columns if isinstance(value := cells[at], int | float)]
            if len(values) < len(heads):
                break
            label = in_english(cells[year]).removesuffix(".0")
            if label == "total":
                totals.append((number, tuple(values)))
            elif label.isdecimal():
                years.append((number, tuple(values)))
    return years, totals, columns


@check(
    "H5",
    _("no reported reductions, and no calculation sheet"),
    lambda m: m.sheet.cells or any(part.reported.cell for part in m.report.examined),
)
def rounding(documents: Analyses) -> Iterator[Finding]:
    """Find intermediates that are rounded, and reported reductions that are not rounded down."""
    done = set()
    for part, cell, tonnes, right, sums in _reported(documents):
        how = _how(documents, part, tonnes, sums)
        if tonnes != right and how and _calculated(documents, cell):
            done.add(cell.address)
            message = _("{found} t are reported, {how}; {expected} t are right (ER = {exact:,.6f} tCO2)")
            say, effect = {"how": _(" or ").join(how), "exact": sums["ER"]}, _excess(part, tonnes, right, sums["ER"])
            values = (located(cell), "ER_p", tonnes, right, RULE, say)
            yield finding("H5", message, *values, effect=effect, cause=how[0], unit="t", unconfirmed=DOUBT)
    yield from _formulas(documents, done)


def _formulas(documents: Analyses, done: set[str]) -> Iterator[Finding]:
    """Yield the reported reductions whose formula does not round down, though it gives the same this time."""
    for part, cell, exact in documents.report.reported_cells():
        formula = documents.sheet.formula((cell.sheet, cell.row, cell.column))
        if formula is None or cell.address in done or not _places(documents, part):
            continue
        text = f"={formula.text[:100]}"
        for share in (0.25, 0.75):
            cells, right = _shifted(documents, part, share)
            if exact is not None:  # its value is a check of its own
                cells[exact.sheet, exact.row, exact.column] = 1000.0 * len(part.periods) + share
            try:
                found = Calculator(documents.report.book, cells).evaluate(formula.text, cell.sheet)
            except UnreadableError as error:
                message = _("the formula of the reported reductions cannot be evaluated here: {formula}; {error}")
                values, say = (located(cell), "ER_p"), {"formula": text, "error": error}
                yield finding("H5", message, *values, say=say, severity=Severity.QUESTION, unresolved=True)
                break
            except FormulaError as error:
                found = str(error)
            if found != right:
                message = _("the formula of the reported reductions does not round down to whole tonnes: {found}")
                because = _("for an ER that ends with {share}, it gives {result} instead of {right}")
                because = because.format(share=share, result=shown_number(found), right=right)
                yield finding("H5", message, located(cell), "ER_p", text, RIGHT, because, unconfirmed=DOUBT)
                break


def _shifted(documents: Analyses, part: ReportPart, share: float) -> tuple[dict[tuple[str, int, int], object], int]:
    """Return cells in which ER of a set ends with some decimals, and the tonnes that are right then."""
    cells: dict[tuple[str, int, int], object] = dict(documents.sheet.actual.cells)
    amounts = {str(period): 1000.0 + (0 if number else share) for number, period in enumerate(part.periods)}
    for one in documents.sheet.cells:
        # the parts of ER too, so that tonnes made from RE and PE show
        if one.name in ("ER", "RE", "PE") and one.labels.get("p") in amounts:
            amount = amounts[one.labels["p"]]
            cells[one.place] = {"ER": amount, "RE": amount + 500.4, "PE": 500.4}[one.name]
    return cells, sum(math.floor(amount) for amount in amounts.values())
