"""Group H: totals and rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.tables import Cell, in_english
from jcm_calc.results.credits import whole_tonnes
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells import CalculationSheets
from jcm_calc.verification.claims import Claim
from jcm_calc.verification.findings import EffectOnER, Finding, Severity, shown_number
from jcm_calc.verification.location import Location, address, at, located
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, UnreadableError, as_number, close
from jcm_calc.verification.submission import ReportPart

DOUBT = _(
    "that reductions are cut to whole tonnes, for each calendar year, is recalled, and "
    "agrees with one published document"
)
RULE = _("ER of each calendar year, cut to whole tonnes")


def _places(documents: Analyses, part: ReportPart) -> list[int]:
    """Return the places along p of the periods of a set."""
    every = [str(period) for period in documents.result.inputs.periods]
    return [every.index(str(period)) for period in part.periods if str(period) in every]


def _tonnes(documents: Analyses, part: ReportPart) -> int:
    own, reductions = set(_places(documents, part)), documents.effects.by_period("ER")
    groups = [[place for place in places if place in own] for places in documents.effects.years.values()]
    return sum(whole_tonnes(float(reductions[places].sum())) for places in groups if places)


def _claims(documents: Analyses, follow: bool = False) -> Iterator[tuple[ReportPart, Cell, int, int, dict[str, float]]]:
    """Yield each claim with the tonnes that it should be, and RE, PE and ER of its periods.

    ``follow`` says whether those that follow from a wrong calculation sheet are wanted, or the others.
    """
    for part, cell, _exact in () if documents.report.recalculation.left_out else documents.report.claims():
        places = _places(documents, part)
        value = as_number(cell.value)
        if not places or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        sums = {name: float(documents.effects.by_period(name)[places].sum()) for name in ("RE", "PE", "ER")}
        if (bool(documents.slips) and _follows(documents, part, value, sums["ER"])) is follow:
            yield part, cell, int(value) if value == int(value) else value, _tonnes(documents, part), sums  # type: ignore[misc]


def _follows(documents: Analyses, part: ReportPart, claimed: float, exact: float) -> bool:
    """Whether a claim is the cut of what a wrong calculation sheet shows for ER."""
    periods = [str(period) for period in part.periods]
    sheet = documents.sheet
    shown = [one.stored for one in sheet.cells if one.name == "ER" and one.labels.get("p") in periods]
    numbers = [value for value in shown if isinstance(value, int | float)]
    total = math.fsum(numbers)
    return (
        len(numbers) == len(shown) and claimed in (whole_tonnes(total), math.floor(total)) and not close(total, exact)
    )


def following(documents: Analyses) -> Iterator[str]:
    """Yield the claims that follow from what the calculation sheet shows for ER."""
    for _part, cell, claimed, due, _sums in _claims(documents, True):
        if claimed != due:
            yield _("the claim at {place} is {claimed} t in place of {due:,} t").format(
                place=cell.address, claimed=shown_number(claimed), due=due
            )


def _excess(documents: Analyses, part: ReportPart, claimed: float, due: int, exact: float) -> EffectOnER:
    years = {str(period.year or period) for period in part.periods}
    return EffectOnER(
        claimed - exact if abs(claimed - exact) >= 1 else float(claimed - due), {min(years): int(claimed) - due}
    )


def _roundings(documents: Analyses, part: ReportPart, sums: dict[str, float]) -> dict[str, float]:
    """Return what other ways to whole tonnes give."""
    whole = sum(whole_tonnes(documents.effects.by_period("ER")[place].item()) for place in _places(documents, part))
    return {
        _("rounded, not cut"): float(math.floor(sums["ER"] + 0.5)),
        _("rounded up"): float(math.ceil(sums["ER"])),
        _("computed from RE and PE as they are displayed"): float(
            math.floor(sums["RE"] + 0.5) - math.floor(sums["PE"] + 0.5)
        ),
        _("one cut for all years"): float(whole_tonnes(sums["ER"])),
        _("cut for each period, not for the year"): float(whole),
        _("negative, where no tonnes are due"): float(math.floor(sums["ER"])) if sums["ER"] < 0 else math.nan,
    }


def _how(documents: Analyses, part: ReportPart, claimed: float, sums: dict[str, float]) -> list[str]:
    """Return the ways to whole tonnes that give a claim."""
    return [name for name, value in _roundings(documents, part, sums).items() if value == claimed]


def _calculated(documents: Analyses, cell: Cell) -> bool:
    """Whether a claim is calculated, not typed in."""
    return documents.sheet.formula((cell.sheet, cell.row, cell.column)) is not None


def claim(documents: Analyses) -> Iterator[Finding]:
    """Find claims that cannot be read, that are typed in and wrong, or that nothing explains."""
    for part in documents.report.own:
        if part.found.filled:
            yield from _unread(documents, documents.report.claim(part))
    if documents.report.result is None:
        return
    not_cut = {place for finding in _formulas(documents, set()) for place in finding.places}
    for part, cell, claimed, due, sums in _claims(documents):
        how = _how(documents, part, claimed, sums)
        if claimed == due or located(cell) in not_cut or (how and _calculated(documents, cell)):
            continue
        message = _("the claim is {claimed} t, and the inputs give {due:,} t (ER = {exact:,.6f} tCO2)").format(
            claimed=shown_number(claimed), due=due, exact=sums["ER"]
        )
        effect, cause = _excess(documents, part, claimed, due, sums["ER"]), _(" or ").join(how)
        yield Finding(
            *("H1", message, located(cell), "ER_p", claimed, due, RULE, effect, cause), unconfirmed=DOUBT, unit="t"
        )


def _unread(documents: Analyses, found: Claim) -> Iterator[Finding]:
    """Yield why the claim of a sheet cannot be read, and what stands around it that may be another one."""
    cell = found.cell
    if cell is None:
        message = _("no table of reductions was found: expected table 3, with the headings {one} and {other}")
        message = message.format(one=repr(str(_("CO2 emission reductions"))), other=repr(str(_("Units"))))
        yield Finding("H1", message, at(found.sheet), "ER_p", because=RULE)
        return
    if cell.value == "" and documents.report.sheets.uncalculated(cell):
        message = _("the claim is a formula whose value is not stored: calculate and save the workbook first")
        yield Finding("H1", message, located(cell), "ER_p", because=RULE, severity=Severity.QUESTION)
    elif cell.value == "":
        yield Finding("H1", _("table 3 has no claim"), located(cell), "ER_p", because=RULE)
    elif not found.unit:
        message = _("the claim has no unit; it must be in tCO2")
        yield Finding("H1", message, located(cell), "ER_p", cell.value, because=RULE)
    elif not found.in_tonnes:
        message = _("the claim is in {unit}, and must be in tCO2").format(unit=found.unit)
        yield Finding("H1", message, located(cell), "ER_p", f"{cell.value} {found.unit}", because=RULE)
    elif found.tonnes is None and not (
        str(cell.value).startswith("#") and documents.slips and _calculated(documents, cell)
    ):
        message = _("the claim is {claimed!r}, which is not a number").format(claimed=str(cell.value))
        yield Finding("H1", message, located(cell), "ER_p", str(cell.value), because=RULE)
    if found.heading:
        message = _("the claim is under {heading!r}, not under the heading of table 3")
        message = message.format(heading=" ".join(found.heading.split()))
        yield Finding("H1", message, located(cell), "ER_p", cell.value, severity=Severity.WARNING, unit="t")
    for other in found.again:
        message = _("another row has reductions, too: {claimed}").format(claimed=shown_number(other.value))
        yield Finding(
            "H1", message, located(other), "ER_p", other.value, because=_("each period is claimed once"), unit="t"
        )
    for heading, other in found.beside:
        message = _("{number} is in the row of the claim, under the unknown heading {heading!r}")
        message = message.format(number=shown_number(other.value), heading=" ".join(heading.split()))
        yield Finding("H1", message, located(other), "ER_p", other.value)


def two_values(documents: Analyses) -> Iterator[Finding]:
    """Find ER of table 3 that is not ER of the calculation sheet."""
    sheet = documents.sheet
    for part, _claim, cell in documents.report.claims():
        shown = [
            one.stored
            for one in sheet.cells
            if one.name == "ER" and one.labels.get("p") in [str(period) for period in part.periods]
        ]
        value = None if cell is None else as_number(cell.value)
        if cell is None or not isinstance(value, int | float) or not all(isinstance(one, int | float) for one in shown):
            continue
        total = math.fsum(one for one in shown if isinstance(one, int | float))
        if shown and not close(value, total):
            message = _("ER before the cut is {value} here, and {total} on the calculation sheet").format(
                value=shown_number(value), total=shown_number(total)
            )
            because = _("the sum over the periods of the sheet")
            yield Finding("H2", message, located(cell), "ER_p", value, total, because, unit="tCO2")


def column(documents: Analyses) -> Iterator[Finding]:
    """Find rows and totals of the table of years that do not add up."""
    submissions = {id(one): one for one in (documents.report, documents.plan) if one is not None}
    for submission in submissions.values():
        for part in submission.of("MPS"):
            sheet = part.roles["input"]
            rows, totals, columns = _years(submission.book.grid(sheet))

            def place(row: int, column: int, sheet: str = sheet, name: str = submission.name) -> Location:
                return address((sheet, row, column)).in_file("" if name == documents.report.name else name)

            for number, (reference, project, reductions, tonnes, *others) in rows:
                known = others or not documents.m.terms
                if known and not close(reference - project, reductions + sum(others), 1e-9):
                    numbers = [shown_number(one) for one in (reference, project, *others)]
                    message = _("{difference} is not {reductions}").format(
                        difference=" − ".join(numbers), reductions=shown_number(reductions)
                    )
                    due = reference - project - sum(others)
                    yield Finding("H3", message, place(number, columns[2]), "ER_p", reductions, due, unit="tCO2")
                elif whole_tonnes(reductions) != tonnes:
                    message = _("{reductions} cut to whole tonnes is {due:,}, not {tonnes}").format(
                        reductions=shown_number(reductions), due=whole_tonnes(reductions), tonnes=shown_number(tonnes)
                    )
                    due = whole_tonnes(reductions)
                    yield Finding("H3", message, place(number, columns[3]), "ER_p", tonnes, due, unit="t")
            sums = [math.fsum(amounts) for amounts in zip(*(amounts for _row, amounts in rows), strict=True)]
            for number, stated in totals if rows else ():
                for amount, added, column in zip(stated, sums, columns, strict=True):
                    if not close(amount, added, 1e-9):
                        message = _("the total of the years is {total}, and they add up to {due}").format(
                            total=shown_number(amount), due=shown_number(added)
                        )
                        yield Finding("H3", message, place(number, column), "ER_p", amount, added, unit="tCO2")
            claimed = next((cell for own, cell, _ in submission.claims("MPS") if own is part), None)
            total = None if claimed is None else as_number(claimed.value)
            due = sum(row[3] for _, row in rows)
            if rows and isinstance(total, int | float) and total != due:
                message = _("the total of the plan is {total} t, and its years add up to {due} t").format(
                    total=shown_number(total), due=shown_number(due)
                )
                assert claimed is not None
                yield Finding("H3", message, place(claimed.row, claimed.column), "ER_p", total, due, unit="t")


def has_years(documents: Analyses) -> bool:
    """Return whether there is a table of years."""
    submissions = [one for one in (documents.report, documents.plan) if one is not None]
    return any(any(_years(one.book.grid(part.roles["input"]))[:2]) for one in submissions for part in one.of("MPS"))


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


def rounding(documents: Analyses) -> Iterator[Finding]:
    """Find intermediates that are rounded, and claims that are not cut."""
    told = set()
    for part, cell, claimed, due, sums in _claims(documents):
        how = _how(documents, part, claimed, sums)
        if claimed != due and how and _calculated(documents, cell):
            told.add(cell.address)
            message = _("the claim is {claimed} t: {how}; due are {due:,} t (ER = {exact:,.6f} tCO2)").format(
                claimed=shown_number(claimed), how=_(" or ").join(how), due=due, exact=sums["ER"]
            )
            effect = _excess(documents, part, claimed, due, sums["ER"])
            yield Finding(
                *("H5", message, located(cell), "ER_p", claimed, due, RULE, effect, how[0]), unconfirmed=DOUBT, unit="t"
            )
    yield from _formulas(documents, told)


def _formulas(documents: Analyses, told: set[str]) -> Iterator[Finding]:
    """Yield the claims whose formula is no cut, though it gives the same this time."""
    sheet = documents.sheet
    for part, cell, exact in documents.report.claims():
        formula = sheet.formula((cell.sheet, cell.row, cell.column))
        if formula is None or cell.address in told or not _places(documents, part):
            continue
        for share in (0.25, 0.75):
            cells, due = _shifted(documents, part, sheet, share)
            if exact is not None:  # what stands there is a check of its own
                cells[exact.sheet, exact.row, exact.column] = 1000.0 * len(part.periods) + share
            try:
                found = Calculator(documents.report.book, cells).evaluate(formula.text, cell.sheet)
            except UnreadableError as error:
                message = _("the formula of the claim cannot be followed: ={formula}; {error}")
                message = message.format(formula=formula.text[:100], error=error)
                yield Finding("H5", message, located(cell), "ER_p", severity=Severity.QUESTION, unresolved=True)
                break
            except FormulaError as error:
                found = str(error)
            if found != due:
                message = _("the formula of the claim is not the cut to whole tonnes: ={formula}").format(
                    formula=formula.text[:100]
                )
                because = _("for an ER that ends with {share}, it gives {found} in place of {due}").format(
                    share=share, found=shown_number(found), due=due
                )
                said, right = f"={formula.text[:100]}", _("ER rounded down to whole tonnes")
                yield Finding("H5", message, located(cell), "ER_p", said, right, because, unconfirmed=DOUBT)
                break


def _shifted(
    documents: Analyses, part: ReportPart, sheet: CalculationSheets, share: float
) -> tuple[dict[tuple[str, int, int], object], int]:
    """Return cells in which ER of a set ends with some decimals, and the tonnes that are due then."""
    cells: dict[tuple[str, int, int], object] = dict(sheet.actual.cells)
    names = [str(period) for period in part.periods]
    amounts = {name: 1000.0 + (share if number == 0 else 0.0) for number, name in enumerate(names)}
    for one in sheet.cells:
        # the parts of ER too, so that a claim made from RE and PE shows
        if one.name in ("ER", "RE", "PE") and one.labels.get("p") in amounts:
            amount = amounts[one.labels["p"]]
            whole = {"ER": amount, "RE": amount + 500.4, "PE": 500.4}
            cells[one.place] = whole[one.name]
    return cells, sum(math.floor(amount) for amount in amounts.values())


CHECKS = {
    "H1": claim,
    "H2": two_values,
    "H3": column,
    "H5": rounding,
}
