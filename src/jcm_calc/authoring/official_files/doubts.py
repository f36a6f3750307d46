"""What the comparison of a spreadsheet cannot prove by inputs: cells and functions that no input exercises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from jcm_calc.authoring.official_files.drawing import reached
from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.matching import SetOfSheets
from jcm_calc.authoring.official_files.translating import is_nothing, presence
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import areas
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import Place
from jcm_calc.verification.spreadsheet.trees import COMPARISONS, Tree, tree
from jcm_calc.verification.spreadsheet.values import UnreadableError

OPERATORS = {"+", "-", "*", "/", "^", "&", "%", "negate"}
# Functions without a threshold, and those whose branches are counted or whose keys are drawn.
PROVED = OPERATORS | {
    *("SUM", "SUMPRODUCT", "PRODUCT", "AVERAGE", "POWER", "SQRT", "EXP", "LN", "LOG", "LOG10", "PI", "N", "T"),
    *("IF", "MIN", "MAX", "AND", "OR", "NOT", "TRUE", "FALSE", "NA", "IFERROR", "IFNA"),
    *("ISNUMBER", "ISTEXT", "ISBLANK", "ISERROR", "ISNA"),
    *("VLOOKUP", "HLOOKUP", "LOOKUP", "INDEX", "MATCH", "YEAR", "MONTH", "DAY", "DATE"),
    *("ROUND", "ROUNDDOWN", "ROUNDUP", "TRIM", "CONCATENATE"),
}


def doubts(layout: Layout, found: SetOfSheets, m: Declarations, filled: Collection[Place]) -> dict[str, Message]:
    """Return, by the name of a quantity, why equal values do not prove that its formulas agree.

    Parameters
    ----------
    filled : collection of places
        The cells that the comparison fills in, of every set of sheets, and those in which choices are made.
    """
    known: dict[Place, Message | None] = _units(layout, found, m)
    result = {}
    for name, many in found.found.items():
        below = sorted({place for cells in many for start in cells.places for place in reached(layout, start)})
        used = [area for place in below for area in areas(layout.formula(place), place[0])]
        single = {next(area.places) for area in used if area.single}
        for place in below:
            if place not in known:
                known[place] = _doubt(layout, place, filled, single)
        if reasons := [reason for place in below if (reason := known[place]) is not None]:
            result[name] = reasons[0]
    return result


def _units(layout: Layout, found: SetOfSheets, m: Declarations) -> dict[Place, Message | None]:
    """Return the cells of inputs whose unit in table 1 or 2 is not the one where they are filled in."""
    told = _("{cell} has the unit {one}, and the table of parameters has {other} for {symbol}")
    result: dict[Place, Message | None] = {}
    for name, many in found.found.items():
        label = layout.listed(m.inputs[name].symbol) if name in m.inputs else None
        for cells in many:
            if label is not None and label.unit and cells.unit and cells.unit != label.unit:
                reason = told.format(cell=cells.address, one=cells.unit, other=label.unit, symbol=label.symbol)
                result |= dict.fromkeys(cells.places, reason)
    return result


def _doubt(layout: Layout, place: Place, filled: Collection[Place], single: Collection[Place]) -> Message | None:
    """Say why a cell is not proved by the inputs; None where it is."""
    cell = str(address(place))
    if formula := layout.formula(place):
        try:
            return next((reason.format(cell=cell) for reason in _reasons([tree(formula, place[0])])), None)
        except UnreadableError:
            return None  # its value is an error, which is a difference
    value = layout.value(place)
    if place in filled or isinstance(value, str | bool):
        return None
    if layout.entered(place) or (value is None and place in single):
        told = _("{cell} can be filled in, and the library has no such input: what depends on it is not proved")
        return told.format(cell=cell)
    return None


def _reasons(parts: Iterable[Tree], asked: bool = False) -> Iterator[Message]:
    """Yield what in a formula has a branch that is not counted; `asked` in the condition of an IF."""
    for part in parts:
        if part.leaf:
            continue
        arguments: tuple[Any, ...] = part.arguments
        if part.operation in COMPARISONS:
            if not asked:
                yield _("the formula in {cell} compares outside of an IF: its branches are not counted")
        elif part.operation not in PROVED:
            told = _("the formula in {cell} uses {function}, whose cases no input exercises one by one")
            yield told.format(cell="{cell}", function=part.operation)
        elif part.operation in ("MIN", "MAX") and any(
            one.operation == "area" and not one.value.single for one in arguments
        ):
            yield _("the formula in {cell} takes the least or largest of several cells: its branches are not counted")
        elif part.operation in ("IFERROR", "IFNA") and not all(map(is_nothing, arguments[1:])):
            yield _("the formula in {cell} gives another value where a part of it is an error")
        elif part.operation == "IF":
            branch = presence(arguments[0])
            others = [one for at, one in enumerate(arguments) if at not in (0, branch)]
            if branch is not None and not all(map(is_nothing, others)):
                yield _("the formula in {cell} gives another value where a cell is empty")
            yield from _reasons(arguments[:1], True)
            arguments = arguments[1:]
        yield from _reasons(arguments, asked and part.operation in ("AND", "OR", "NOT"))
