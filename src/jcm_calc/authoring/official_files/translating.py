"""From the formulas of RE and PE down to the inputs: each cell becomes a declared equation, a default or an input."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from jcm_calc.authoring.official_files.dimensions import unit_of
from jcm_calc.authoring.official_files.layout import RESULTS, Label, Layout
from jcm_calc.authoring.official_files.lookups import Entries, is_nothing, presence, table_of
from jcm_calc.authoring.official_files.matching import factor
from jcm_calc.authoring.official_files.questions import Questions
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.expression.products import symbols
from jcm_calc.declarations.group import Group
from jcm_calc.declarations.interval import Interval
from jcm_calc.reports.workbook.references import Area, Place, areas, form
from jcm_calc.verification.location import address
from jcm_calc.verification.reported import plain_number
from jcm_calc.verification.spreadsheet import Tree, UnreadableError
from jcm_calc.verification.spreadsheet.trees import parsed

OF_SEVERAL = ("AND", "OR", "MIN", "MAX")
OPERATIONS: dict[str, Any] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power}
FUNCTIONS: dict[str, Any] = {
    **{"=": np.equal, "<>": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal},
    **{"EXP": np.exp, "LN": np.log, "SQRT": np.sqrt, "ABS": np.absolute, "POWER": np.power},
    **{"AND": np.logical_and, "OR": np.logical_or, "MIN": np.minimum, "MAX": np.maximum},
}
ROUNDING = ("ROUND", "ROUNDDOWN", "ROUNDUP", "INT", "TRUNC")
INDEX = re.compile(r"[_,]([a-z])(?=,|$)")
POWERS = [10.0**power for power in range(1, 13)]
DEEPEST, MOST_ROWS = 60, 2_000
UNLABELLED = Label()
Cells = tuple[Place, ...]


@dataclass
class Quantity:
    """What a cell, or a column of cells, is in the methodology."""

    symbol: str
    unit: str
    words: str
    what: str  # "input", "key", "choice", "default", "table" or "equation"
    indices: str
    cells: Cells  # one, or one for each row of the index
    name: str = ""
    monitored: bool = False
    per_period: bool = False
    value: float | None = None
    # Of an equation, by the option of the choice `by` under which each holds, or by an empty text: what it gives in
    # names of quantities, and the index over which it sums.
    formulas: dict[str, tuple[Expression, str]] = field(default_factory=dict)
    entries: Entries = field(default_factory=dict)  # of a table, by class or interval; `by` names what selects
    by: str = ""
    # Of a table that the project fills in, the cells of each class and its number.
    filled_in: list[tuple[Place, Place]] = field(default_factory=list)
    positive: bool = False

    @property
    def table(self) -> dict[str, float]:
        """The rows of a table as they are declared; what selects classes is not negative."""
        found: dict[str, float] = {}
        for key, value in self.entries.items():
            if isinstance(key, Interval) and key.lower == -math.inf and key.upper > 0:
                key = replace(key, lower=0.0, closed_lower=True)
            found[str(key)] = value
        return found

    @property
    def extensive(self) -> bool:
        """Whether it adds over periods: what is measured per period, and times."""
        return self.monitored and (self.per_period or self.unit in ("h", "d"))

    @property
    def place(self) -> str:
        """The address of its cell, or of the first one."""
        return str(address(self.cells[0]))

    def same(self, other: Quantity) -> bool:
        """Whether two quantities have the same cells and formulas, or are the same number."""
        if self.what == other.what == "default" and self.value == other.value:
            return True
        mine, theirs = ({key: repr(one) for key, one in each.formulas.items()} for each in (self, other))
        return self.cells == other.cells and mine == theirs


@dataclass(frozen=True)
class Part:
    """A part of a formula: what it gives along which index, or summed over it."""

    expression: Expression
    letters: str = ""
    total: str = ""

    @property
    def name(self) -> str:
        """The quantity that it is; empty where it is calculated."""
        return self.expression.arguments[0] if self.expression.operation == "symbol" else ""


class Translation:
    """The quantities of a workbook, in the order in which they depend on each other.

    A formula that cannot be followed is refused with its cell.
    """

    def __init__(self, layout: Layout, questions: Questions) -> None:
        self.layout, self.questions = layout, questions
        self.quantities: dict[str, Quantity] = {}
        self.remarks: list[Problem] = []  # what a reader must know of a cell
        self.rounds: list[Place] = []  # where formulas round, which the library does not
        self.sizes: dict[str, tuple[int, Place]] = {}  # by index, how many rows it has, and its first cell
        self._known: dict[Cells, Part] = {}
        self._running: list[Cells] = []
        for name in ("RE", "PE"):
            self._result(name, layout.result(name))
        self._reductions(layout.result("ER"))
        formulas = [formula for one in self.quantities.values() for formula, _total in one.formulas.values()]
        for name in (name for formula in formulas for name in _divisors(formula)):
            self.quantities[name].positive = True
        if not any(next(symbols(formula), None) for formula in formulas):
            complaint = _("holds values, no formulas: a constant equals any constant")
            raise self._refusal(complaint, layout.result("ER"))

    @property
    def _at(self) -> Place:
        """The cell whose formula is read."""
        return self._running[-1][0]

    def _refusal(self, complaint: str, place: Place | None = None) -> InputError:
        return InputError(self.layout.book.name, [Problem(str(address(place or self._at)), complaint)])

    def remark(self, place: Place, complaint: str) -> None:
        """Note what a reader must know of a cell."""
        problem = Problem(str(address(place)), complaint)
        if problem not in self.remarks:
            self.remarks.append(problem)

    def _result(self, name: str, place: Place) -> None:
        """Declare RE or PE."""
        layout, own = self.layout, self.layout.label(place)
        if own.unit not in (None, "", "t") and ((convert := factor(own.unit, "tCO2")) is None or convert(1.0) != 1.0):
            complaint = _("{name}: got the unit {unit}; must be tCO2").format(name=name, unit=own.unit)
            raise self._refusal(complaint, place)
        label = Label(f"{name}_p", "tCO2", RESULTS[name])
        if layout.formula(place):
            part = self.cell(place, replace(own, symbol=label.symbol, unit="tCO2"))
        elif name == "PE" and layout.value(place) == 0:
            part = Part(typed(0))
        else:
            complaint = _("{name} holds no formula: a workbook of values proves nothing").format(name=name)
            raise self._refusal(complaint, place)
        if part.name != name:
            self._equation(label, {"": part}, (place,), name)

    def _reductions(self, place: Place) -> None:
        """Refuse ER that is not RE − PE."""
        layout = self.layout
        formula, results = layout.formula(place), [layout.result(name) for name in ("RE", "PE")]
        found = self._read(formula, (place,)) if formula else Tree("blank", (None,))
        minus = found.operation == "-" and all(one.operation == "area" for one in found.arguments)
        if not minus or [self._ends(one.value)[0] for one in found.arguments] != [*map(layout.end, results)]:
            complaint = _(
                "ER: got {formula}; must be RE − PE, which is {rule}. No other rule can be imported: write this "
                "methodology by hand (`jcm new`), or correct the cell if it is wrong"
            )
            given = f"={formula}" if formula else repr(layout.value(place))
            rule = "=" + "-".join(address(one).cells for one in results)
            raise self._refusal(complaint.format(formula=given, rule=rule), place)

    # Cells and columns

    def cell(self, place: Place, hint: Label = UNLABELLED) -> Part:
        """Return what a single cell gives; `hint` is the label where it is shown."""
        layout, own, target = self.layout, self.layout.label(place), self.layout.end(place)
        label = hint if hint.symbol else own
        if target != place:
            # what is entered elsewhere has the label of the table in which it is shown
            return self.cell(target, label if label.symbol or label.words else hint)
        entered = own.symbol and layout.entered(place) and not layout.formula(place)
        return self._given((place,), own if entered else label)

    def _given(self, cells: Cells, label: Label) -> Part:
        """Return what a cell gives, or a column of cells along its index."""
        if cells not in self._known:
            if cells in self._running:
                raise self._refusal(_("its formula leads back to itself"), cells[0])
            if len(self._running) > DEEPEST:
                raise self._refusal(_("the formulas run through too many cells"), cells[0])
            self._running.append(cells)
            calculated = any(map(self.layout.formula, cells))
            self._known[cells] = self._translated(cells, label) if calculated else self._leaf(cells, label)
            self._running.pop()
        return self._known[cells]

    def _translated(self, cells: Cells, label: Label) -> Part:
        """Return what the formulas of a cell, or of the cells of a column, give."""
        of = self._read(self.layout.formula(cells[0]), cells)
        if (cases := self._cases(of)) is not None:
            return self._chosen(label, *cases, cells)
        found = self._tree(of)
        if len(cells) > 1:
            found = self._plain(found)
            new = not found.name
        elif found.letters:
            raise self._refusal(_("a range is given where one value belongs"))
        else:
            new = not (found.total and found.total in INDEX.findall(label.symbol))
        return self._equation(label, {"": found}, cells) if label.symbol and new else found

    def _read(self, formula: str, cells: Cells) -> Tree:
        """Return a formula as a tree; of a column with the ranges that move with its rows: all must be of one form."""
        own, formulas = form(formula), [self.layout.formula(place) for place in cells]
        alike = _("={one} is of another form than ={other} in {place}: all rows of an index must be alike")
        self._refuse_odd(cells, formulas, [form(one) == own for one in formulas], alike)
        found = [areas(one, cells[0][0]) for one in formulas]
        ranges: list[Tree] = []
        for number, area in enumerate(found[0]):
            rows = [one[number] for one in found]
            still = [one == area for one in rows]
            moved = [one == replace(area, row=area.row + k, last_row=area.last_row + k) for k, one in enumerate(rows)]
            moves = sum(moved) > sum(still)
            other = _("={one} refers to other cells than its column: compare ={other} in {place}")
            self._refuse_odd(cells, formulas, moved if moves else still, other)
            ranges.append(Tree("moving", (area, len(rows))) if moves else Tree("area", (area,)))
        try:
            return _unwrapped(_put(parsed(own), ranges))
        except UnreadableError as error:
            raise self._refusal(Message("={}: {}").format(formula[:80], error), cells[0]) from None

    def _refuse_odd(self, cells: Cells, formulas: Sequence[str], right: Sequence[bool], complaint: Message) -> None:
        """Refuse the first row of a column that is not right."""
        if not all(right):
            odd = right.index(False)
            first = {"other": formulas[0][:60], "place": str(address(cells[0]))}
            raise self._refusal(complaint.format(one=formulas[odd][:60], **first), cells[odd])

    def _letter(self, label: Label, cells: Cells) -> str:
        """Return the index of a column: the letter of its symbol, or the only one that there is."""
        every = [one for other in self.layout.labels.values() for one in _indices(other)]
        letter, *_others = [*_indices(label), *self.sizes, max(sorted(set(every)), key=every.count, default="i")]
        size, where = self.sizes.setdefault(letter, (len(cells), cells[0]))
        if size != len(cells):
            message = _("the index {letter} has {count} rows here and {size} in {place}")
            message = message.format(letter=letter, count=len(cells), size=size, place=str(address(where)))
            raise self._refusal(message, cells[0])
        return letter

    # Inputs and defaults

    def _leaf(self, cells: Cells, label: Label) -> Part:
        """Return an input or a value of the document."""
        layout, place = self.layout, cells[0]
        letter = self._letter(label, cells) if len(cells) > 1 else ""
        values, entered = [*map(layout.value, cells)], layout.entered(place)
        number = plain_number(values[0])
        if not entered and number is None:
            raise self._refusal(_("is empty: a number of the document was expected"))
        if not entered and letter:
            raise self._refusal(_("holds numbers for each row, which is not understood"))
        shown = (layout.listed(label.symbol) if label.symbol else None) or UNLABELLED
        monitored, entry = label.monitored or shown.monitored, entered and place in layout.labels  # of table 1 or 2
        if entered and (values != [None] * len(values) if letter else monitored and number is not None):
            message = _("is filled in: this may be the workbook of a project, and not the official blank one")
            self.remark(place, message)
        if entry and number is not None and not monitored:
            complaint = _("is filled in with {number}; it stays an input of the module")
            self.remark(place, complaint.format(number=f"{number:g}"))
        fixed = number is not None and not (entered and (monitored or letter or entry))
        symbol = self._symbol(label, place)
        periodic = not fixed and (monitored or symbol.endswith(",p") or label.per_period)
        words = label.words or shown.words or symbol
        one = Quantity(
            symbol, _unit(label, shown), words, "default" if fixed else "input", letter + "p" * periodic, cells
        )
        one.monitored, one.per_period = periodic, label.per_period or shown.per_period
        one.value = number if fixed else None
        return self._added(one)

    def _symbol(self, label: Label, place: Place) -> str:
        key = str(address(place))
        proposed = label.symbol or self.questions.proposal(label.words, key)
        return self.questions.ask(key, proposed, sure=bool(label.symbol))

    def _added(self, one: Quantity) -> Part:
        """Add a quantity; the same symbol with the same cells or value is the same quantity."""
        name, _split = split_symbol(one.symbol, one.indices, dict.fromkeys((*self.sizes, *one.indices, "p"), "x"))
        if name in RESULTS and one.symbol != f"{name}_p":
            name = f"{name}_{one.indices.replace('p', '') or 'part'}"
        if not name.isidentifier() or keyword.iskeyword(name):
            complaint = _("{symbol} is not a symbol that a module can have").format(symbol=repr(one.symbol))
            raise self._refusal(complaint, one.cells[0])
        second = f"{name}_total" if any(total for _formula, total in one.formulas.values()) else f"{name}_2"
        for own in (name, second, *(f"{name}_{number}" for number in range(3, 100))):
            known = self.quantities.setdefault(own, one)
            if known is one or known.same(one):
                one = known
                one.name = own
                break
        if one.name != name:
            one.symbol = f"{one.name}{''.join(f',{letter}' for letter in one.indices)}"
        return Part(Expression("symbol", (one.name,)), one.indices.replace("p", ""))

    # Equations

    def _equation(self, label: Label, parts: Mapping[str, Part], cells: Cells, name: str = "", by: str = "") -> Part:
        """Declare what a quantity is: by the options of the choice `by`, or by an empty text."""
        first = next(iter(parts.values()))
        only = self.quantities.get(first.name)
        if only is not None and only.symbol == label.symbol and not (first.total or name or by):
            return first
        letters = _letters(parts.values())
        periodic = label.symbol.endswith(("_p", ",p")) or any(
            "p" in self.quantities[one].indices for part in parts.values() for one in symbols(part.expression)
        )
        unit = label.unit
        if unit is None:
            unit = "tCO2" if label.symbol[:2] in RESULTS else self._unit(first.expression)
        one = Quantity(
            label.symbol, unit, label.words or label.symbol, "equation", letters + "p" * periodic, cells, by=by
        )
        one.formulas = {option: (part.expression, part.total) for option, part in parts.items()}
        found = self._added(one)
        if name and found.name != name:
            raise self._refusal(_("{name} is defined twice").format(name=name), cells[0])
        return replace(found, letters=letters)

    def _unit(self, expression: Expression) -> str:
        return unit_of(expression, {name: self.quantities[name].unit for name in symbols(expression)})

    def _plain(self, part: Part) -> Part:
        """Give a sum that is calculated with a separate equation."""
        if not part.total:
            return part
        only, key = self.quantities.get(part.name), Message("sum in {}").format(str(address(self._at)))
        proposed = only.symbol.replace(f",{part.total}", "") if only else self.questions.proposal("sum", key)
        unit = only.unit if only else self._unit(part.expression)
        label = Label(self.questions.ask(key, proposed), unit, _("sum over {letter}").format(letter=part.total))
        return self._equation(label, {"": part}, (self._at,))

    # Trees

    def _tree(self, of: Tree) -> Part:
        """Return what a formula gives."""
        try:
            return self._part(of)
        except IndexError:
            complaint = _("{name} does not take {count} arguments")
            raise self._refusal(complaint.format(name=of.operation, count=len(of.arguments))) from None

    def _part(self, of: Tree) -> Part:
        operation, arguments = of.operation, of.arguments
        if operation in ("area", "moving"):
            return self._reference(of)
        if operation in ("number", "truth"):
            return Part(typed(float(of.value)))
        if (found := self._table(of)) is not None:
            return found
        if operation in OPERATIONS:
            return self._operated(operation, *map(self._tree, arguments))
        if operation == "negate":
            inner = self._tree(of.value)
            number = inner.expression.operation == "number"
            return replace(inner, expression=typed(-inner.expression.arguments[0]) if number else -inner.expression)
        if operation == "%":
            return self._operated("/", self._tree(of.value), Part(typed(100.0)))
        if operation == "SUM":
            return self._sum(arguments)
        if operation in ("SUMPRODUCT", "PRODUCT"):
            found = reduce(lambda one, other: self._operated("*", one, other), map(self._tree, arguments))
            return self._summed(found) if operation == "SUMPRODUCT" else found
        if operation in ROUNDING:
            self.rounds += [self._at] if self._at not in self.rounds else []
            complaint = _("{name} rounds within the calculation; it changed no compared result and is left out")
            self.remark(self._at, complaint.format(name=operation))
            return self._tree(arguments[0])
        if operation in FUNCTIONS:
            if operation in ("MIN", "MAX") and len(arguments) == 1:
                raise self._refusal(_("the smallest or largest value of a range cannot be translated"))
            function = FUNCTIONS[operation]
            if not (arguments if operation in OF_SEVERAL else len(arguments) == function.nin):
                raise IndexError
            return self._called(function, arguments)
        if operation == "IF":
            return self._if(of)
        if operation == "IFERROR":
            complaint = _("IFERROR({other}) hides errors: here they are refused")
            self.remark(self._at, complaint.format(other=_shown(arguments[1])))
            return self._tree(arguments[0])
        raise self._refusal(_("{name} cannot be translated").format(name=operation))

    def _reference(self, of: Tree) -> Part:
        area = of.value
        place = area.sheet, area.row, area.column
        if of.operation == "moving" and not area.single:
            raise self._refusal(_("a range is given where one value belongs"))
        if of.operation == "area" and area.single:
            return self.cell(place)
        if area.column != area.last_column or area.size > MOST_ROWS:
            raise self._refusal(_("a range of several columns, or of too many rows, cannot be translated"))
        rows = of.arguments[1] if of.operation == "moving" else area.size
        cells = tuple((area.sheet, area.row + row, area.column) for row in range(rows))
        return self._given(cells, self.layout.label(place))

    def _sum(self, arguments: Sequence[Tree]) -> Part:
        parts: list[Part] = []
        for one in arguments:
            area = one.value if one.operation in ("area", "moving") else None
            if area is not None and area.column != area.last_column and area.row == area.last_row:
                for column in range(area.column, area.last_column + 1):
                    own = replace(area, column=column, last_column=column)
                    parts.append(self._tree(Tree(one.operation, (own, *one.arguments[1:]))))
            else:
                found = self._tree(one)
                parts.append(found if one.operation == "moving" else self._summed(found))
        return reduce(lambda one, other: self._operated("+", one, other), parts)

    def _summed(self, part: Part) -> Part:
        if not part.letters or part.total:
            return part
        if len(part.letters) > 1:
            raise self._refusal(_("sums over two indices at once cannot be translated"))
        return Part(part.expression, "", part.letters)

    def _called(self, function: Any, arguments: Sequence[Tree]) -> Part:
        """Apply a function to its operands; one of two operands to more of them in turn."""
        parts = [self._plain(self._tree(one)) for one in arguments]
        operands = [one.expression for one in parts]
        of_two = getattr(function, "nin", 0) == 2
        return Part(reduce(function, operands) if of_two else function(*operands), _letters(parts))

    def _operated(self, sign: str, left: Part, right: Part) -> Part:
        """Combine two parts; what multiplies a sum goes into it, and sums over one index are added within it."""
        scales = sign == "*" and bool(left.total) != bool(right.total) and not left.letters and not right.letters
        scales |= sign == "/" and bool(left.total) and not right.total and not right.letters
        if not (scales or (sign in "+-" and left.total == right.total)):
            left, right = self._plain(left), self._plain(right)
        one, other, total = left.expression, right.expression, left.total or right.total
        letters = _letters([left, right]).replace(total or " ", "")
        numbers = [float(each.arguments[0]) if each.operation == "number" else 0.0 for each in (one, other)]
        if sign == "^" and one.operation == other.operation == "number":
            return Part(typed(float(OPERATIONS[sign](*numbers))))
        for number, each in zip(numbers, (other, one), strict=True):
            if sign == "*" and 0 < number < 1 and 1 / number in POWERS:  # 0.001 converts units as 1000 does
                return Part(each / typed(float(round(1 / number))), letters, total)
        if sign == "*" and one.operation == "divide" and str(one.arguments[0]) == "1":
            return Part(other / one.arguments[1], letters, total)
        return Part(OPERATIONS[sign](one, other), letters, total)

    # Decisions and tables

    def _cases(self, of: Tree) -> tuple[Place, dict[str, Tree]] | None:
        """Return the cell of a choice, and what holds under each of its options."""
        options: dict[str, Tree] = {}
        where: Place | None = None
        while of.operation == "IF" and len(of.arguments) > 1 and of.arguments[0].operation == "=":
            cell, text = of.arguments[0].arguments
            place = (cell.value.sheet, cell.value.row, cell.value.column) if cell.operation == "area" else None
            if text.operation != "text" or place not in self.layout.choices or where not in (None, place):
                return None
            where = place
            options.setdefault(text.value, of.arguments[1])
            of = of.arguments[2] if len(of.arguments) > 2 else Tree("text", ("",))
        return (where, options) if where is not None and is_nothing(of) else None

    def _chosen(self, label: Label, place: Place, options: Mapping[str, Tree], cells: Cells) -> Part:
        """Declare an equation for each option of a choice."""
        name = self.layout.choices[place]
        known = self.quantities.setdefault(name, Quantity(name, "category", name, "choice", "", (place,), name))
        known.entries |= dict.fromkeys(options, 0.0)
        found = {option: self._tree(one) for option, one in options.items()}
        symbol = self._symbol(label, cells[0])
        result = symbol.removesuffix("_p") if symbol.removesuffix("_p") in RESULTS else ""
        return self._equation(replace(label, symbol=symbol), found, cells, result, by=name)

    def _if(self, of: Tree) -> Part:
        condition, yes = of.arguments[0], of.arguments[1]
        no = of.arguments[2] if len(of.arguments) > 2 else Tree("truth", (False,))
        if condition.operation == "ISTEXT" and _unwrapped(no) == condition.value:
            self.remark(self._at, _("a name can be entered instead of a number: here a number is needed"))
            return self._tree(condition.value)
        guarded, zero = condition.arguments if condition.operation == "=" else (condition, condition)
        if zero == Tree("number", (0.0,)) and is_nothing(yes) and _divides(no, guarded):
            message = _("gives {other} where {cell} is 0: here 0 is refused")
            self.remark(self._at, message.format(other=_shown(yes), cell=_shown(guarded)))
            found, below = self._tree(no), self._tree(guarded)
            if below.name:
                self.quantities[below.name].positive = True
            return found
        return self._called(np.where, (condition, yes, no))

    def _table(self, of: Tree) -> Part | None:
        """Return the value that a formula looks up by a class or a number, if that is what it does."""
        try:
            found = table_of(of, self._constant, self._stored)
        except ValueError as error:
            raise self._refusal(error.args[0]) from None
        if found is None:
            return None
        for remark in found.remarks:
            self.remark(self._at, remark)
        by = self.quantities.get(self._tree(found.key).name)
        if by is None or by.what not in ("input", "key"):
            raise self._refusal(_("looks up by something that is calculated, which cannot be declared"))
        if found.filled_in is not None or any(isinstance(one, str) for one in found.entries):
            by.what, by.unit, by.monitored = "key", "category", False
            by.indices = by.indices.replace("p", "")
        label = self.layout.label(self._at)
        head = self.layout.label(found.where) if found.where is not None else UNLABELLED
        label = label if label.symbol or found.where is None else head
        symbol = self._symbol(label, self._at)
        one = Quantity(symbol, _unit(label, head), label.words or symbol, "table", by.indices, (self._at,))
        one.entries, one.by = found.entries, by.name
        if found.filled_in is not None:
            keys, values = map(self._ends, found.filled_in)
            if not all(map(self.layout.entered, [*keys, *values])):
                raise self._refusal(_("the table is empty"))
            one.filled_in = list(zip(keys, values, strict=True))
            one.entries = {f"class {number}": math.nan for number in range(1, len(keys) + 1)}
        return self._added(one)

    def _constant(self, of: Tree) -> float | None:
        """Return the number that a tree is, or that its cell holds at the end of links."""
        if of.operation == "negate" and of.value.operation == "number":
            return -float(of.value.value)
        if of.operation != "area" or not of.value.single:
            return float(of.value) if of.operation == "number" else None
        (place,) = self._ends(of.value)
        return (
            None if self.layout.formula(place) or self.layout.entered(place) else plain_number(self.layout.value(place))
        )

    def _stored(self, area: Area) -> list[Any]:
        """Return what the cells of a list hold at the end of their links, None in empty ones."""
        return [None if self.layout.formula(end) else self.layout.value(end) for end in self._ends(area)]

    def _ends(self, area: Area) -> list[Place]:
        return [*map(self.layout.end, area.places)]


def _unit(*labels: Label) -> str:
    return next((one.unit for one in labels if one.unit is not None), "")


def _indices(label: Label) -> list[str]:
    """Return the indices of a symbol but p."""
    return [letter for letter in INDEX.findall(label.symbol) if letter != "p"]


def _divisors(of: Expression) -> Iterator[str]:
    """Yield what a formula divides by without asking first whether it is 0."""
    if of.operation in ("symbol", "number", "where"):
        return
    factors = [of.arguments[1]] if of.operation == "divide" else []
    for one in factors:
        factors += one.arguments if one.operation == "multiply" else ()
        if one.operation == "symbol":
            yield one.arguments[0]
    for one in of.arguments:
        yield from _divisors(one)


def _shown(of: Tree) -> str:
    if of.operation in ("area", "moving"):
        return str(address((of.value.sheet, of.value.row, of.value.column)))
    return repr(of.value) if of.leaf and of.arguments else of.operation


def _put(of: Tree, found: Sequence[Tree]) -> Tree:
    if of.operation == "reference":
        return found[int(of.value)]
    return of if of.leaf else Tree(of.operation, tuple(_put(part, found) for part in of.arguments))


def _unwrapped(of: Tree) -> Tree:
    """Return a formula without the questions whether its inputs are filled in."""
    if of.leaf:
        return of
    if of.operation == "IF" and len(of.arguments) > 2 and (caught := _caught(*of.arguments)) is not None:
        return Tree("IFERROR", tuple(map(_unwrapped, caught)))
    if of.operation == "IF" and len(of.arguments) > 1:
        branch = presence(of.arguments[0])
        others = [one for at, one in enumerate(of.arguments) if at not in (0, branch)]
        if branch is not None and branch < len(of.arguments) and all(map(is_nothing, others)):
            return _unwrapped(of.arguments[branch])
    return Tree(of.operation, tuple(map(_unwrapped, of.arguments)))


def _caught(condition: Tree, yes: Tree, no: Tree) -> tuple[Tree, Tree] | None:
    """Return what is looked up and what is given instead, of a formula that asks first whether it is found."""
    if condition.operation in ("ISERROR", "ISNA") and condition.value == no:
        return no, yes
    looked_up = condition.operation == "ISNUMBER" and not condition.value.leaf
    return (yes, no) if looked_up and no.operation == "number" else None


def _divides(of: Tree, by: Tree) -> bool:
    return any(one.operation == "/" and one.arguments[1] == by for one in of.walk())


def _letters(parts: Iterable[Part]) -> str:
    return "".join(sorted({letter for part in parts for letter in part.letters}))


def typed(value: float) -> Expression:
    """Return a number of a formula."""
    return Expression("number", (int(value) if value == int(value) and abs(value) < 1e15 else value,))


def split_symbol(symbol: str, indices: str, letters: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of a symbol, and the indices that it says by itself."""
    group = Group({**letters, "p": "period"})
    name, found = group._split(symbol, None)
    if set(found) != set(indices):
        name, _own = group._split(symbol, indices)
    return name, found
