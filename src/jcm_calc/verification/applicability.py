"""What each check compares: one that finds nothing of it in a workbook is not applicable, which is not "made"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.reports.workbook.sheet_sets import REFERENCE, matches
from jcm_calc.verification import cross_checks, defaults, deviations, gaps, meters, periods, reporting, totals
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.wrong_formula import chooses
from jcm_calc.verification.known_errors import compared
from jcm_calc.verification.quantities import EnteredValue, lines


@dataclass(frozen=True)
class Aspect:
    """Something that checks compare.

    Attributes
    ----------
    codes : str
        Of the checks, with blanks between them.
    absent : str
        The reason that is given where it is not there.
    there : callable
        Whether a verification has it.
    """

    codes: str
    absent: str
    there: Callable[[Analyses], object]


def inapplicable(documents: Analyses, codes: Iterable[str]) -> dict[str, str]:
    """Return the checks that have nothing to compare, with what is not there."""
    made, found = set(codes), dict[str, str]()
    for subject in SUBJECTS:
        own = [code for code in subject.codes.split() if code in made]
        if own and not subject.there(documents):
            found |= dict.fromkeys(own, subject.absent)
    return found


def _shown(documents: Analyses, wanted: Callable[[object], bool]) -> bool:
    return any(wanted(cell.node) for cell in documents.sheet.cells)


def _conditional(node: object) -> bool:
    """Whether a value depends on a class or a condition."""
    by_class = isinstance(node, Parameter) and node.table is not None
    return by_class or isinstance(node, Coordinate) or (isinstance(node, Equation) and chooses(node))


def _default(node: object) -> bool:
    return isinstance(node, Parameter) and node.kind is Kind.DEFAULT


def _entries(documents: Analyses, wanted: Callable[[EnteredValue], object]) -> bool:
    return any(wanted(entry) for entry in documents.report.entries())


def _texts(documents: Analyses, *keys: str) -> bool:
    return any(row.text(key) for _, row in documents.report.rows() for key in keys)


def _compares(documents: Analyses) -> bool:
    return next(compared(documents, documents.meters, documents.rows), None) is not None


def _in_both(documents: Analyses, wanted: Callable[[EnteredValue], object] = bool) -> bool:
    """Whether report and plan have a value of one quantity."""
    planned = {entry.parameter.name for entry in documents.registered.entries("MPS") if wanted(entry)}
    return any(entry.parameter.name in planned for entry in documents.report.entries("MRS") if wanted(entry))


def _said_in_both(documents: Analyses, said: Callable[[str], object]) -> bool:
    return any(said(now) and said(before) for *_, now, before in meters.pairs(documents))


def _reading_rows(documents: Analyses) -> bool:
    return bool(documents.rows.of) or "readings" in documents.has


def _printed(documents: Analyses) -> bool:
    return any(
        "=" in line.equation
        for part in documents.report.own
        if "calc" in part.roles
        for line in lines(part.roles["calc"], documents.report.sheets)
    )


def _chained(documents: Analyses) -> bool:
    case = documents.case
    bounded = case is not None and any(case.project.get(key) for key in ("start", "end"))
    count = len(periods.dated(documents.report)) + sum(len(periods.dated(one)) for one in documents.previous)
    return count > 1 or (bounded and count > 0) or "readings" in documents.has


def _balances(documents: Analyses, kind: str) -> bool:
    return any(one.kind == kind for one in documents.meters.plan.checks)


def _prescribed(documents: Analyses) -> bool:
    planned = documents.registered.rows("MPS") if "plan" in documents.has else []
    said = any(cross_checks.PRESCRIBED.search(row.text(key)) for _, row in planned for key in ("procedure", "comment"))
    return said or any(meter.check_only for meter in documents.meters.plan.meters.values())


def _substituted(documents: Analyses) -> bool:
    return any(one.safe is not None for one in documents.meters.noted)


def _named_projects(documents: Analyses) -> bool:
    named = sum(1 for sheet in documents.report.headers for _ in matches(documents.report.book, sheet, REFERENCE))
    return named > 1 or bool(named and documents.case is not None and documents.case.project.get("number"))


def _serials(documents: Analyses) -> bool:
    return any(device.serial for meter in documents.meters.plan.meters.values() for device in meter.devices)


def _timed(documents: Analyses) -> bool:
    return (
        bool(documents.m.limits)
        or _entries(documents, lambda one: one.parameter.unit == "h" and one.parameter.adds_over_time)
        or bool(documents.metered and any(meter.rated for meter in documents.meters.plan.meters.values()))
    )


def _potentials(documents: Analyses) -> bool:
    shown = documents.report.result.inputs.graph.nodes if documents.report.result is not None else {}
    names = [entry.parameter.symbol for entry in documents.report.entries()]
    return any(symbol.startswith("GWP") for symbol in (*names, *shown))


SUBJECTS = (
    Aspect("A1 A2 A6 A8 A11 C1 C2 C7 C11 C12", _("no calculation sheet with known symbols"), lambda m: m.sheet.cells),
    Aspect(
        "C5 C6",
        _("no total on a calculation sheet, and no dated rows"),
        lambda m: bool(m.rows.of) or _shown(m, lambda node: isinstance(node, Equation) and bool(node.total)),
    ),
    Aspect(
        "C8",
        _("no value by classes of numbers on a calculation sheet"),
        lambda m: _shown(m, lambda node: isinstance(node, Parameter) and bool(node.table and node.table.numeric)),
    ),
    Aspect("C9 C10", _("no value by class and no condition on a calculation sheet"), lambda m: _shown(m, _conditional)),
    Aspect("C16", _("no equation is printed"), _printed),
    Aspect("A4", _("no formulas"), lambda m: any(m.report.book.formulas(sheet) for sheet in m.report.book.sheets)),
    Aspect(
        "A5",
        _("no value fixed beforehand"),
        lambda m: any(one.kind is Kind.FIXED and row.text("value") for one, row in m.report.rows()),
    ),
    Aspect("B4 C13", _("no monitored value"), lambda m: _entries(m, lambda one: one.parameter.kind is Kind.MONITORED)),
    Aspect("B5", _("no hours, and no rated power"), _timed),
    Aspect(
        "B8",
        _("no value that the document derives from parts"),
        lambda m: _entries(m, lambda one: one.parameter.name in {derived.of for derived in m.m.derivations}),
    ),
    Aspect(
        "C3",
        _("the plan fixes no value instead of a default"),
        lambda m: any(one.parameter.kind is Kind.DEFAULT for one in m.registered.entries("MPS")),
    ),
    Aspect("D1", _("no global warming potential"), _potentials),
    Aspect(
        "D2",
        _("one year, and no value of the plan to compare with"),
        lambda m: len(m.report.own) > 1 or ("plan" in m.has and _in_both(m, deviations.comparable)),
    ),
    Aspect("D11", _("no default is entered by hand"), lambda m: next(defaults.by_hand(m), None)),
    Aspect(
        "D7",
        _("no default is entered by hand or shown on a calculation sheet"),
        lambda m: next(defaults.by_hand(m), None) is not None or _shown(m, _default),
    ),
    Aspect(
        "D10",
        _("no dated rows behind a monitored property"),
        lambda m: any(not one.entry.parameter.adds_over_time for one in m.rows.of.values()),
    ),
    Aspect("C15", _("no dated rows behind amounts of several quantities"), lambda m: len(m.rows.of) > 1),
    Aspect("F8", _("no mean of dated rows"), lambda m: any(one.mean for one in m.rows.of.values())),
    Aspect("C14 E1 E2 E4 E5 E6 E7 E8 F1 F5 G7", _("no amount that meters measure"), _compares),
    Aspect("F6 F7", _("no substitute for readings"), _substituted),
    Aspect("E3", _("no interval of calibration in report and plan"), lambda m: _said_in_both(m, meters.months)),
    Aspect("E10", _("no accuracy class in report and plan"), lambda m: _said_in_both(m, meters.CLASS.search)),
    Aspect("E12", _("the report says nothing of its meters"), lambda m: next(meters.stated(m), None)),
    Aspect(
        "F2",
        _("fewer than five amounts of one quantity"),
        lambda m: _reading_rows(m) or any(len(one) >= gaps.ENOUGH for one in gaps.series(m)),
    ),
    Aspect(
        "F4",
        _("fewer than two amounts of one quantity"),
        lambda m: _reading_rows(m) or any(len(one) > 1 for one in gaps.series(m)),
    ),
    Aspect("F9", _("the plan names no frequency"), gaps.frequencies),
    Aspect(
        "G1",
        _("no row names its period"),
        lambda m: bool(periods.dated(m.report)) and (_texts(m, "period") or "readings" in m.has),
    ),
    Aspect("G2", _("no period has dates"), lambda m: periods.dated(m.report)),
    Aspect("G3", _("one period, and no crediting period"), _chained),
    Aspect(
        "G5", _("table 3 names no period"), lambda m: next(periods.of_tables(m), None) is not None or bool(m.rows.of)
    ),
    Aspect(
        "G6", _("no sheet names a year"), lambda m: any(periods.YEAR.fullmatch(part.suffix) for part in m.report.own)
    ),
    Aspect("G8", _("no stop is declared"), lambda m: m.metered and m.metered.plan.stops),
    Aspect(
        "H2",
        _("no amount before rounding in table 3, or no ER on a calculation sheet"),
        lambda m: (
            any(cell for *_, cell in m.report.reported_cells()) and any(cell.name == "ER" for cell in m.sheet.cells)
        ),
    ),
    Aspect("H3", _("no table of years"), totals.has_years),
    Aspect(
        "H5",
        _("no reported reductions, and no calculation sheet"),
        lambda m: bool(m.sheet.cells) or any(m.report.reported(part).cell for part in m.report.own),
    ),
    Aspect("I1", _("no monitoring option is named"), lambda m: _texts(m, "option") or "readings" in m.has),
    Aspect("I2", _("no balance is declared"), lambda m: _balances(m, "at most")),
    Aspect("I3", _("no cross-check is prescribed"), _prescribed),
    Aspect("I4", _("no comparison of meters is declared"), lambda m: _balances(m, "equal")),
    Aspect("I9 I10", _("no estimate for periods with dates"), cross_checks.with_plan),
    Aspect("I11", _("no serial numbers"), _serials),
    Aspect("I12", _("no source is named"), lambda m: _texts(m, "source")),
    Aspect(
        "J1",
        _("no capacity in report and plan"),
        lambda m: _in_both(m, lambda one: one.parameter.unit in deviations.CAPACITIES),
    ),
    Aspect("J2", _("no criteria"), lambda m: m.result.verdicts),
    Aspect(
        "J3",
        _("no units in report and plan"),
        lambda m: _in_both(m, lambda one: any(letter != "p" for letter in one.labels)),
    ),
    Aspect(
        "J5",
        _("no monitoring points in report and plan"),
        lambda m: _texts(m, "point") and any(row.text("point") for _, row in m.registered.rows("MPS")),
    ),
    Aspect(
        "J6",
        _("no classes, options or facts in report and plan"),
        lambda m: (
            any(part.found.choices for part in m.report.own) or _in_both(m, lambda one: isinstance(one.value, str))
        ),
    ),
    Aspect(
        "K4",
        _("no text on measurement in report and plan"),
        lambda m: (
            _texts(m, "frequency", "procedure", "source")
            and any(
                row.text(key) for _, row in m.registered.rows("MPS") for key in ("frequency", "procedure", "source")
            )
        ),
    ),
    Aspect("K5", _("one reference number only"), _named_projects),
    Aspect(
        "J7",
        _("no project number, or none that the list of projects of {month} has").format(month=AS_OF),
        lambda m: any(listed_project(number) for number in reporting.projects_named(m)),
    ),
)
