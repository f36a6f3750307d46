"""What each check compares: one that finds nothing of it in a workbook is not applicable, which is not "made"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.reference_data import AS_OF, listed_project
from jcm_calc.verification import against_meters, against_plan, periods, sheets, totals, values
from jcm_calc.verification.against_plan import stated
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.wrong_formula import chooses
from jcm_calc.verification.known_errors import compared
from jcm_calc.verification.quantities import EnteredValue


def inapplicable(documents: Analyses, codes: Iterable[str]) -> dict[str, str]:
    """Return the checks that have nothing to compare, with what is not there."""
    made, found = set(codes), dict[str, str]()
    for own, absent, subject in SUBJECTS:
        concerned = [code for code in own.split() if code in made]
        if concerned and not _there(subject(documents)):
            found |= dict.fromkeys(concerned, absent)
    return found


def _there(found: object) -> bool:
    return any(True for _ in found) if isinstance(found, Iterator) else bool(found)


def _shown(wanted: Callable[[object], object]) -> Callable[[Analyses], bool]:
    """Whether a calculation sheet shows something."""
    return lambda m: any(wanted(cell.node) for cell in m.sheet.cells)


def _entered(wanted: Callable[[EnteredValue], object]) -> Callable[[Analyses], bool]:
    """Whether a value of the report is of some kind."""
    return lambda m: any(map(wanted, m.report.entries()))


def _in_both(wanted: Callable[[EnteredValue], object]) -> Callable[[Analyses], bool]:
    """Whether report and plan have a value of one quantity."""

    def found(documents: Analyses) -> bool:
        planned = {entry.parameter.name for entry in documents.registered.entries("MPS") if wanted(entry)}
        return any(entry.parameter.name in planned for entry in filter(wanted, documents.report.entries("MRS")))

    return found


def _text(key: str) -> Callable[[Analyses], bool]:
    """Whether a row of the report has a text in a column."""
    return lambda m: any(row.text(key) for _, row in m.report.rows())


def _balance(kind: str) -> Callable[[Analyses], bool]:
    """Whether a comparison of meters is declared."""
    return lambda m: any(one.kind == kind for one in m.meters.plan.checks)


def _with_readings(shown: Callable[[Analyses], object]) -> Callable[[Analyses], bool]:
    """Whether there are readings, or something in the workbook."""
    return lambda m: "readings" in m.has or _there(shown(m))


def _series(count: int) -> Callable[[Analyses], bool]:
    """Whether there are so many amounts of a quantity, or dated rows behind one."""
    return _with_readings(lambda m: bool(m.rows.of) or any(len(one) >= count for one in values.series(m)))


def _conditional(node: object) -> bool:
    """Whether a value depends on a class or a condition."""
    by_class = isinstance(node, Parameter) and node.table is not None
    return by_class or isinstance(node, Coordinate) or (isinstance(node, Equation) and chooses(node))


def _default(node: object) -> bool:
    return isinstance(node, Parameter) and node.kind is Kind.DEFAULT


def _chained(documents: Analyses) -> bool:
    case = documents.case
    bounded = case is not None and any(case.project.get(key) for key in ("start", "end"))
    count = sum(len(one.dated) for one in (documents.report, *documents.previous))
    return count > (0 if bounded else 1)


def _timed(documents: Analyses) -> bool:
    hours = _entered(lambda one: one.parameter.unit == "h" and one.parameter.adds_over_time)
    meters = documents.metered.plan.meters.values() if documents.metered else ()
    return bool(documents.m.limits) or hours(documents) or any(meter.rated for meter in meters)


def _potentials(documents: Analyses) -> bool:
    shown = documents.result.inputs.graph.nodes if documents.report.result is not None else {}
    names = [entry.parameter.symbol for entry in documents.report.entries()]
    return any(symbol.startswith("GWP") for symbol in (*names, *shown))


# The codes of checks, the reason that is given where what they compare is not there, and what that is.
SUBJECTS: tuple[tuple[str, str, Callable[[Analyses], object]], ...] = (
    ("A1 A2 A6 A8 A11 C1 C2 C7 C11 C12", _("no calculation sheet with known symbols"), lambda m: m.sheet.cells),
    (
        "C5 C6",
        _("no total on a calculation sheet, and no dated rows"),
        lambda m: m.rows.of or _shown(lambda node: isinstance(node, Equation) and node.total)(m),
    ),
    (
        "C8",
        _("no value by classes of numbers on a calculation sheet"),
        _shown(lambda node: isinstance(node, Parameter) and node.table and node.table.numeric),
    ),
    ("C9 C10", _("no value by class and no condition on a calculation sheet"), _shown(_conditional)),
    ("C16", _("no equation is printed"), lambda m: (line for line in m.report.lines() if "=" in line.equation)),
    ("A4", _("no formulas"), lambda m: any(map(m.report.book.formulas, m.report.book.sheets))),
    (
        "A5",
        _("no value fixed beforehand"),
        lambda m: (row for one, row in m.report.rows() if one.kind is Kind.FIXED and row.text("value")),
    ),
    ("B4 C13", _("no monitored value"), _entered(lambda one: one.parameter.kind is Kind.MONITORED)),
    ("B5", _("no hours, and no rated power"), _timed),
    (
        "B8",
        _("no value that the document derives from parts"),
        lambda m: {one.parameter.name for one in m.report.entries()} & {derived.of for derived in m.m.derivations},
    ),
    (
        "C3",
        _("the plan fixes no value instead of a default"),
        lambda m: any(one.parameter.kind is Kind.DEFAULT for one in m.registered.entries("MPS")),
    ),
    ("D1", _("no global warming potential"), _potentials),
    (
        "D2",
        _("one year, and no value of the plan to compare with"),
        lambda m: len(m.report.own) > 1 or ("plan" in m.has and _in_both(against_plan.comparable)(m)),
    ),
    ("D11", _("no default is entered by hand"), values.by_hand),
    (
        "D7",
        _("no default is entered by hand or shown on a calculation sheet"),
        lambda m: _there(values.by_hand(m)) or _shown(_default)(m),
    ),
    (
        "D10",
        _("no dated rows behind a monitored property"),
        lambda m: any(not one.entry.parameter.adds_over_time for one in m.rows.of.values()),
    ),
    ("C15", _("no dated rows behind amounts of several quantities"), lambda m: len(m.rows.of) > 1),
    ("F8", _("no mean of dated rows"), lambda m: any(one.mean for one in m.rows.of.values())),
    (
        "C14 E1 E2 E4 E5 E6 E7 E8 F1 F5 G7",
        _("no amount that meters measure"),
        lambda m: compared(m, m.meters, m.rows),
    ),
    ("F6 F7", _("no substitute for readings"), lambda m: any(one.safe is not None for one in m.meters.noted)),
    (
        "E3",
        _("no interval of calibration in report and plan"),
        lambda m: stated(m, "procedure", against_plan.months),
    ),
    (
        "E10",
        _("no accuracy class in report and plan"),
        lambda m: stated(m, "procedure", against_plan.accuracy_class),
    ),
    ("E12", _("the report says nothing of its meters"), against_meters.described),
    ("F2", _("fewer than five amounts of one quantity"), _series(values.ENOUGH)),
    ("F4", _("fewer than two amounts of one quantity"), _series(2)),
    ("F9", _("the plan names no frequency"), against_plan.frequencies),
    (
        "G1",
        _("no row names its period"),
        lambda m: m.report.dated and _with_readings(_text("period"))(m),
    ),
    ("G2", _("no period has dates"), lambda m: m.report.dated),
    ("G3", _("one period, and no crediting period"), _with_readings(_chained)),
    ("G5", _("table 3 names no period"), lambda m: m.rows.of or periods.of_tables(m)),
    ("G6", _("no sheet names a year"), lambda m: any(periods.YEAR.fullmatch(part.suffix) for part in m.report.own)),
    ("G8", _("no stop is declared"), lambda m: m.metered and m.metered.plan.stops),
    (
        "H2",
        _("no amount before rounding in table 3, or no ER on a calculation sheet"),
        lambda m: (
            any(cell for *_, cell in m.report.reported_cells()) and any(cell.name == "ER" for cell in m.sheet.cells)
        ),
    ),
    ("H3", _("no table of years"), totals.has_years),
    (
        "H5",
        _("no reported reductions, and no calculation sheet"),
        lambda m: m.sheet.cells or any(m.report.reported(part).cell for part in m.report.own),
    ),
    ("I1", _("no monitoring option is named"), _with_readings(_text("option"))),
    ("I2", _("no balance is declared"), _balance("at most")),
    (
        "I3",
        _("no cross-check is prescribed"),
        lambda m: (
            any(meter.check_only for meter in m.meters.plan.meters.values()) or _there(against_meters.prescribed(m))
        ),
    ),
    ("I4", _("no comparison of meters is declared"), _balance("equal")),
    ("I9 I10", _("no estimate for periods with dates"), against_plan.with_plan),
    (
        "I11",
        _("no serial numbers"),
        lambda m: (one for meter in m.meters.plan.meters.values() for one in meter.devices if one.serial),
    ),
    ("I12", _("no source is named"), _text("source")),
    (
        "J1",
        _("no capacity in report and plan"),
        _in_both(lambda one: one.parameter.unit in against_plan.CAPACITIES),
    ),
    ("J2", _("no criteria"), lambda m: m.result.verdicts),
    (
        "J3",
        _("no units in report and plan"),
        _in_both(lambda one: any(letter != "p" for letter in one.labels)),
    ),
    ("J5", _("no monitoring points in report and plan"), lambda m: stated(m, "point")),
    (
        "J6",
        _("no classes, options or facts in report and plan"),
        lambda m: (
            any(part.found.choices for part in m.report.own) or _in_both(lambda one: isinstance(one.value, str))(m)
        ),
    ),
    (
        "K4",
        _("no text on measurement in report and plan"),
        lambda m: (one for key in against_plan.TEXTS for one in stated(m, key)),
    ),
    ("K5", _("one reference number only"), lambda m: sum(map(len, sheets.projects_named(m).values())) > 1),
    (
        "J7",
        _("no project number, or none that the list of projects of {month} has").format(month=AS_OF),
        lambda m: any(map(listed_project, sheets.projects_named(m))),
    ),
)
