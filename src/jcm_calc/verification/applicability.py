"""The checks that are made; one that finds nothing to compare in a workbook is not applicable, which is not "made"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Coordinate, Equation, Parameter
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
from jcm_calc.verification.against_readings import compared
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.cells.diagnosis import chooses
from jcm_calc.verification.declared_checks import DeclaredCheck, Finds, declared_in, shown, there

DECLARED = tuple(
    declared_in((sheets, values, magnitudes, formulas, periods, totals, against_plan, against_meters, against_case))
)
# The checks that look at something themselves; the others are made by the analyses.
CHECKS: Mapping[str, Finds] = {code: find for one, find in DECLARED for code in one.codes.split()}


def inapplicable(documents: Analyses, codes: Iterable[str]) -> dict[str, str]:
    """Return the checks that have nothing to compare, with what is not there."""
    made, found = set(codes), dict[str, str]()
    for one in (*BY_ANALYSES, *(one for one, _find in DECLARED)):
        own = [code for code in one.codes.split() if code in made]
        if own and one.subject is not None and not there(one.subject(documents)):
            found |= dict.fromkeys(own, one.absent)
    return found


def _conditional(node: object) -> bool:
    """Whether a value depends on a class or a condition."""
    by_class = isinstance(node, Parameter) and node.table is not None
    return by_class or isinstance(node, Coordinate) or (isinstance(node, Equation) and chooses(node))


# What the analyses compare, and what several checks do.
BY_ANALYSES = (
    DeclaredCheck(
        "A1 A2 A6 A8 A11 C1 C2 C7 C11 C12", _("no calculation sheet with known symbols"), lambda m: m.sheet.cells
    ),
    DeclaredCheck(
        "C5 C6",
        _("no total on a calculation sheet, and no dated rows"),
        lambda m: m.rows.of or shown(lambda node: isinstance(node, Equation) and node.total)(m),
    ),
    DeclaredCheck("C9 C10", _("no value by class and no condition on a calculation sheet"), shown(_conditional)),
    DeclaredCheck("C15", _("no dated rows behind amounts of several quantities"), lambda m: len(m.rows.of) > 1),
    DeclaredCheck("F8", _("no mean of dated rows"), lambda m: any(one.mean for one in m.rows.of.values())),
    DeclaredCheck(
        "C14 E1 E2 E4 E5 E6 E7 E8 F1 F5 G7", _("no amount that meters measure"), lambda m: compared(m, m.rows)
    ),
    DeclaredCheck(
        "F6 F7", _("no substitute for readings"), lambda m: any(one.safe is not None for one in m.meters.noted)
    ),
)
