"""What inputs exercise of the formulas of a spreadsheet: branches, and cells and functions that no input proves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np

from jcm_calc.authoring.official_files.layout import Layout
from jcm_calc.authoring.official_files.lookups import is_nothing, presence
from jcm_calc.authoring.official_files.matching import Matches
from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.reports.workbook.references import Place, areas, form
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import Calculator, FormulaError, Tree, UnreadableError, tree
from jcm_calc.verification.spreadsheet.calculator import code
from jcm_calc.verification.spreadsheet.trees import COMPARISONS

# Operators, functions without a threshold, and those whose branches are counted or whose keys are drawn.
PROVED = {
    *("+", "-", "*", "/", "^", "&", "%", "negate"),
    *("SUM", "SUMPRODUCT", "PRODUCT", "AVERAGE", "POWER", "SQRT", "EXP", "LN", "LOG", "LOG10", "PI", "N", "T"),
    *("IF", "MIN", "MAX", "AND", "OR", "NOT", "TRUE", "FALSE", "NA", "IFERROR", "IFNA"),
    *("ISNUMBER", "ISTEXT", "ISBLANK", "ISERROR", "ISNA"),
    *("VLOOKUP", "HLOOKUP", "LOOKUP", "INDEX", "MATCH", "YEAR", "MONTH", "DAY", "DATE"),
    *("ROUND", "ROUNDDOWN", "ROUNDUP", "TRIM", "CONCATENATE"),
}


class Branches:
    """The branches of IF, MIN and MAX in the formulas of some results, and which of them some inputs took.

    A branch that shows nothing, and a question whether a cell is filled in, are not counted.
    """

    def __init__(self, layout: Layout, results: Iterable[Place]) -> None:
        forms: dict[tuple[str, int, str], list[Place]] = {}
        for place in sorted({one for result in results for one in layout.reached(result)}):
            if formula := layout.formula(place):
                forms.setdefault((place[0], place[2], form(formula)), []).append(place)
        # the first cell with a form, a decision as each cell has it, and the branches of it that were not taken
        self.open: list[tuple[Place, tuple[Tree, ...], set[int]]] = []
        for places in forms.values():
            for parts in zip(*(_decisions(layout, place) for place in places), strict=True):
                if arms := _arms(parts[0]):
                    self.open.append((places[0], parts, arms))
        self.count = self._left

    def take(self, calculator: Calculator) -> bool:
        """Cross off the branches that the values of a calculator take; return whether there were any."""
        before = self._left
        for _place, parts, arms in self.open:
            for part in parts:
                arms.discard(_taken(calculator, part))
        self.open = [one for one in self.open if one[2]]
        return self._left < before

    @property
    def missed(self) -> set[Place]:
        """The cells in which a branch was not taken, the first one of a column."""
        return {place for place, _parts, _arms in self.open}

    @property
    def _left(self) -> int:
        return sum(len(arms) for _place, _parts, arms in self.open)

    @property
    def taken(self) -> int:
        """The number of branches that were taken."""
        return self.count - self._left


def _decisions(layout: Layout, place: Place) -> list[Tree]:
    try:
        parts = tree(layout.formula(place), place[0]).walk()
        return [part for part in parts if part.operation in ("IF", "MIN", "MAX")]
    except UnreadableError:
        return []


def _arms(part: Tree) -> set[int]:
    if part.operation == "IF":
        if len(part.arguments) < 2 or presence(part.arguments[0]) is not None:
            return set()
        return {at for at in (1, 2) if at < len(part.arguments) and not is_nothing(part.arguments[at])}
    return set() if _of_several(part) or len(part.arguments) < 2 else set(range(len(part.arguments)))


def _of_several(part: Tree) -> bool:
    """Whether a least or largest value is that of a range of cells."""
    return any(one.operation == "area" and not one.value.single for one in part.arguments)


def _taken(calculator: Calculator, part: Tree) -> int:
    try:
        if part.operation == "IF":
            return 1 if calculator.plain(code(part.arguments[0])(calculator, [])) else 2
        values = [float(calculator.plain(code(one)(calculator, [])) or 0.0) for one in part.arguments]
    except (FormulaError, ValueError, TypeError):
        return -1
    return int(np.argmin(values) if part.operation == "MIN" else np.argmax(values))


def doubts(
    layout: Layout, found: Matches, m: Declarations, filled: Collection[Place], missed: Collection[Place]
) -> dict[str, Message]:
    """Return, by the name of a quantity, why equal values do not prove that its formulas agree.

    The comparison fills in, or chooses in, the cells `filled`; in those of `missed` is a branch that no input took.
    """
    message = _("no input took every branch of the formula in {cell}")
    known: dict[Place, Message | None] = dict(_units(layout, found, m))
    known |= {place: message.format(cell=str(address(place))) for place in missed}
    result = {}
    for name, many in found.found.items():
        below = sorted({place for cells in many for start in cells.places for place in layout.reached(start)})
        used = [area for place in below for area in areas(layout.formula(place), place[0])]
        single = {next(area.places) for area in used if area.single}
        for place in below:
            if place not in known:
                known[place] = _doubt(layout, place, filled, single)
        if reasons := [reason for place in below if (reason := known[place]) is not None]:
            result[name] = reasons[0]
    return result


def _units(layout: Layout, found: Matches, m: Declarations) -> Iterator[tuple[Place, Message]]:
    """Yield the cells of inputs whose unit in table 1 or 2 is not the one where they are filled in."""
    message = _("{cell} has the unit {one}, and the table of parameters has {other} for {symbol}")
    labels = [one for place, one in layout.labels.items() if layout.entered(place) and one.unit]
    for name in found.found.keys() & m.inputs.keys():
        for label in (one for one in labels if one.symbol == m.inputs[name].symbol):
            for cells in found.found[name]:
                if cells.unit and cells.unit != label.unit:
                    reason = message.format(cell=cells.address, one=cells.unit, other=label.unit, symbol=label.symbol)
                    yield from ((place, reason) for place in cells.places)


def _doubt(layout: Layout, place: Place, filled: Collection[Place], single: Collection[Place]) -> Message | None:
    """Say why a cell is not proved by the inputs; None where it is."""
    cell = str(address(place))
    if formula := layout.formula(place):
        try:
            return next((reason.format(cell=cell) for reason in _reasons(tree(formula, place[0]))), None)
        except UnreadableError:
            return None  # its value is an error, which is a difference
    value = layout.value(place)
    if place in filled or isinstance(value, str | bool):
        return None
    if layout.entered(place) or (value is None and place in single):
        message = _("{cell} can be filled in, and the library has no such input: what depends on it is not proved")
        return message.format(cell=cell)
    return None


def _reasons(part: Tree, asked: bool = False) -> Iterator[Message]:
    """Yield what in a formula has a branch that is not counted; `asked` in the condition of an IF."""
    if part.leaf:
        return
    if (reason := _reason(part, asked)) is not None:
        yield reason
    deeper = asked and part.operation in ("AND", "OR", "NOT")
    for at, one in enumerate(part.arguments):
        yield from _reasons(one, at == 0 if part.operation == "IF" else deeper)


def _reason(part: Tree, asked: bool) -> Message | None:
    arguments = part.arguments
    if part.operation in COMPARISONS:
        return None if asked else _("the formula in {cell} compares outside of an IF: its branches are not counted")
    if part.operation not in PROVED:
        message = _("the formula in {cell} uses {function}, whose cases no input exercises one by one")
        return message.format(cell="{cell}", function=part.operation)
    if part.operation in ("MIN", "MAX") and _of_several(part):
        return _("the formula in {cell} takes the least or largest of several cells: its branches are not counted")
    if part.operation in ("IFERROR", "IFNA") and not all(map(is_nothing, arguments[1:])):
        return _("the formula in {cell} gives another value where a part of it is an error")
    branch = presence(arguments[0]) if part.operation == "IF" else None
    if branch is not None and not all(is_nothing(one) for at, one in enumerate(arguments) if at not in (0, branch)):
        return _("the formula in {cell} gives another value where a cell is empty")
    return None
