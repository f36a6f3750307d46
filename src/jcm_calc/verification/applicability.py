"""The checks that are made; one that finds nothing to compare in a workbook is not applicable, which is not "made"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Coordinate, Equation, Kind, Parameter
from jcm_calc.verification import (
    against_case,
    against_meters,
    against_plan,
    formulas,
    magnitudes,
    periods,
    sheets,
    totals,
    values,
)
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.wrong_formula import chooses
from jcm_calc.verification.declared_checks import DeclaredCheck, Finds, Subject, declared_in, entered, there
from jcm_calc.verification.known_errors import compared

DECLARED = tuple(declared_in((sheets, values, periods, against_plan, against_meters, against_case)))
# The checks that look at something themselves; the others are made by the analyses.
CHECKS: Mapping[str, Finds] = {
    **{code: find for one, find in DECLARED for code in one.codes.split()},
    **{code: find for module in (magnitudes, formulas, totals) for code, find in module.CHECKS.items()},
}


def inapplicable(documents: Analyses, codes: Iterable[str]) -> dict[str, str]:
    """Return the checks that have nothing to compare, with what is not there."""
    made, found = set(codes), dict[str, str]()
    for one in (*OTHERS, *(one for one, _find in DECLARED)):
        own = [code for code in one.codes.split() if code in made]
        if own and one.subject is not None and not there(one.subject(documents)):
            found |= dict.fromkeys(own, one.absent)
    return found


def _shown(wanted: Callable[[object], object]) -> Subject:
    """Return whether a calculation sheet shows something."""
    return lambda m: any(wanted(cell.node) for cell in m.sheet.cells)


def _conditional(node: object) -> bool:
    """Whether a value depends on a class or a condition."""
    by_class = isinstance(node, Parameter) and node.table is not None
    return by_class or isinstance(node, Coordinate) or (isinstance(node, Equation) and chooses(node))


def _timed(documents: Analyses) -> bool:
    hours = entered(lambda one: one.parameter.unit == "h" and one.parameter.adds_over_time)
    meters = documents.metered.plan.meters.values() if documents.metered else ()
    return bool(documents.m.limits or hours(documents)) or any(meter.rated for meter in meters)


# What is compared by the analyses, and by the checks of cells, formulas, magnitudes and totals.
OTHERS = (
    DeclaredCheck(
        "A1 A2 A6 A8 A11 C1 C2 C7 C11 C12", _("no calculation sheet with known symbols"), lambda m: m.sheet.cells
    ),
    DeclaredCheck(
        "C5 C6",
        _("no total on a calculation sheet, and no dated rows"),
        lambda m: m.rows.of or _shown(lambda node: isinstance(node, Equation) and node.total)(m),
    ),
    DeclaredCheck(
        "C8",
        _("no value by classes of numbers on a calculation sheet"),
        _shown(lambda node: isinstance(node, Parameter) and node.table and node.table.numeric),
    ),
    DeclaredCheck("C9 C10", _("no value by class and no condition on a calculation sheet"), _shown(_conditional)),
    DeclaredCheck(
        "C16", _("no equation is printed"), lambda m: (line for line in m.report.lines() if "=" in line.equation)
    ),
    DeclaredCheck("B4 C13", _("no monitored value"), entered(lambda one: one.parameter.kind is Kind.MONITORED)),
    DeclaredCheck("B5", _("no hours, and no rated power"), _timed),
    DeclaredCheck(
        "B8",
        _("no value that the document derives from parts"),
        lambda m: {one.parameter.name for one in m.report.entries()} & {derived.of for derived in m.m.derivations},
    ),
    DeclaredCheck(
        "C3",
        _("the plan fixes no value instead of a default"),
        lambda m: any(one.parameter.kind is Kind.DEFAULT for one in m.registered.entries("MPS")),
    ),
    DeclaredCheck("C15", _("no dated rows behind amounts of several quantities"), lambda m: len(m.rows.of) > 1),
    DeclaredCheck("F8", _("no mean of dated rows"), lambda m: any(one.mean for one in m.rows.of.values())),
    DeclaredCheck(
        "C14 E1 E2 E4 E5 E6 E7 E8 F1 F5 G7", _("no amount that meters measure"), lambda m: compared(m, m.meters, m.rows)
    ),
    DeclaredCheck(
        "F6 F7", _("no substitute for readings"), lambda m: any(one.safe is not None for one in m.meters.noted)
    ),
    DeclaredCheck(
        "H2",
        _("no amount before rounding in table 3, or no ER on a calculation sheet"),
        lambda m: (
            any(cell for *_, cell in m.report.reported_cells()) and any(cell.name == "ER" for cell in m.sheet.cells)
        ),
    ),
    DeclaredCheck("H3", _("no table of years"), totals.has_years),
    DeclaredCheck(
        "H5",
        _("no reported reductions, and no calculation sheet"),
        lambda m: m.sheet.cells or any(part.reported.cell for part in m.report.own),
    ),
)
