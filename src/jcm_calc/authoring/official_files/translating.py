"""From the formulas of RE and PE down to the inputs: each cell becomes a declared equation, a default or an input."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from jcm_calc.verification.spreadsheet import Tree, UnreadableError
from jcm_calc.verification.spreadsheet.trees import parsed

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


@dataclass
class Quantity:
    """What a cell, or a column of cells, is in the methodology.

    Attributes
    ----------
    what : {"input", "key", "choice", "default", "table", "equation"}
    indices : str
    cells : list of Place
        One, or one for each row of the index.
    formulas : dict
        Of an equation, by the option of the choice `by` under which each holds, or by an empty text: what it gives in
        names of quantities, and the index over which it sums.
    entries : dict
        Of a table, from a class or an interval to a number; `by` names what selects.
    filled_in : list of pair of Place
        Of a table that the project fills in, the cells of each class and its number.
    """

    name: str
    symbol: str
    unit: str
    words: str
    what: str
    indices: str
    cells: list[Place]
    monitored: bool = False
    per_period: bool = False
    value: float | None = None
    formulas: dict[str, tuple[Expression, str]] = field(default_factory=dict)
    entries: Entries = field(default_factory=dict)
    by: str = ""
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
        mine, theirs = (
            {key: (_nested(one), total) for key, (one, total) in each.formulas.items()} for each in (self, other)
        )
        return self.cells == other.cells and mine == theirs


@dataclass(frozen=True)
class Part:
    """A part of a formula: what it gives along which index, or summed over it."""

    expression: Expression
    letters: str = ""
    total: str = ""


class Translation:
    """The quantities of a workbook, in the order in which they depend on each other.

    Attributes
    ----------
    quantities : dict
    remarks : list of Problem
        What a reader must know of a cell.
    rounds : list of Place
        Where formulas round, which the library does not.
    sizes : dict
        By the letter of an index, how many rows it has, and its first cell.

    Raises
    ------
    InputError
        If a formula cannot be followed, with its cell.
    """

    def __init__(self, layout: Layout, questions: Questions) -> None:
        self.layout, self.questions = layout, questions
        self.quantities: dict[str, Quantity] = {}
        self.remarks: list[Problem] = []
        self.rounds: list[Place] = []
        self.sizes: dict[str, tuple[int, Place]] = {}
        self._known: dict[tuple[Place, int], Part] = {}
        self._running: list[tuple[Place, int]] = []
        self._at: Place = ("", 0, 0)
        for name in ("RE", "PE"):
            self._result(name, layout.result(name))
        self._reductions()
        formulas = [formula for one in self.quantities.values() for formula, _total in one.formulas.values()]
        for formula in formulas:
            self._divisors(formula)
        if not any(next(symbols(formula), None) for formula in formulas):
            raise self._refusal(layout.result("ER"), _("holds values, no formulas: a constant equals any constant"))

    def _refusal(self, place: Place, complaint: str) -> InputError:
        return InputError(self.layout.book.name, [Problem(str(address(place)), complaint)])

    def remark(self, place: Place, complaint: str) -> None:
        """Note what a reader must know of a cell."""
        problem = Problem(str(address(place)), complaint)
        if problem not in self.remarks:
            self.remarks.append(problem)

    def _result(self, name: str, place: Place) -> None:
        """Declare RE or PE."""
        layout, known = self.layout, self.layout.label(place).unit or ""
        if known not in ("", "t") and ((convert := factor(known, "tCO2")) is None or convert(1.0) != 1.0):
            complaint = _("{name}: got the unit {unit}; must be tCO2").format(name=name, unit=known)
            raise self._refusal(place, complaint)
        label = Label(f"{name}_p", "tCO2", RESULTS[name])
        if layout.formula(place):
            part = self.cell(place, replace(layout.label(place), symbol=label.symbol, unit="tCO2"))
        elif name == "PE" and layout.value(place) == 0:
            part = Part(typed(0))
        else:
            complaint = _("{name} holds no formula: a workbook of values proves nothing").format(name=name)
            raise self._refusal(place, complaint)
        if part.expression.operation != "symbol" or part.expression.arguments[0] != name:
            self._equation(label, part, [place], name)

    def _reductions(self) -> None:
        """Refuse ER that is not RE − PE."""
        layout, place = self.layout, self.layout.result("ER")
        formula = layout.formula(place)
        found = self._read(formula, [place]) if formula else Tree("blank", (None,))
        own = [layout.end(layout.result(name)) for name in ("RE", "PE")]
        minus = found.operation == "-" and all(one.operation == "area" for one in found.arguments)
        if not minus or [self._end(one.value) for one in found.arguments] != own:
            complaint = _(
                "ER: got {formula}; must be RE − PE, which is {rule}. No other rule can be imported: write this "
                "methodology by hand (`jcm new`), or correct the cell if it is wrong"
            )
            given = f"={formula}" if formula else repr(layout.value(place))
            cells = [str(address(layout.result(name))).rpartition("!")[2] for name in ("RE", "PE")]
            raise self._refusal(place, complaint.format(formula=given, rule=f"={cells[0]}-{cells[1]}"))

    def _divisors(self, expression: Expression) -> None:
        """Note which inputs cannot be 0, as formulas divide by them without asking first."""
        if expression.operation in ("symbol", "number", "where"):
            return
        factors = [expression.arguments[1]] if expression.operation == "divide" else []
        while factors:
            one = factors.pop()
            if one.operation == "multiply":
                factors += one.arguments
            elif one.operation == "symbol":
                self.quantities[one.arguments[0]].positive = True
        for one in expression.arguments:
            self._divisors(one)

    def _end(self, area: Area) -> Place:
        return self.layout.end((area.sheet, area.row, area.column))

    # Cells and columns

    def cell(self, place: Place, hint: Label | None = None) -> Part:
        """Return what a single cell gives."""
        own, target = self.layout.label(place), self.layout.end(place)
        label = hint if hint is not None and hint.symbol else own
        if (place, 0) not in self._known:
            if target != place:
                # what is entered elsewhere has the label of the table in which it is shown
                return self.cell(target, label if label.symbol or label.words else hint)
            with self._inside(place, 0):
                if self.layout.formula(place):
                    found = self._translated([place], label)
                else:
                    found = self._leaf([place], own if self.layout.entered(place) and own.symbol else label, "")
            self._known[place, 0] = found
        return self._known[place, 0]

    @contextmanager
    def _inside(self, place: Place, count: int) -> Iterator[None]:
        """Refuse formulas that lead back to themselves."""
        if (place, count) in self._running:
            raise self._refusal(place, _("its formula leads back to itself"))
        if len(self._running) > DEEPEST:
            raise self._refusal(place, _("the formulas run through too many cells"))
        self._running.append((place, count))
        before, self._at = self._at, place
        yield
        self._at = before
        self._running.pop()

    def column(self, first: Place, count: int) -> Part:
        """Return what a column of cells gives along its index: all rows must be of one form."""
        if (first, count) not in self._known:
            cells = [(first[0], first[1] + row, first[2]) for row in range(count)]
            label = self.layout.label(first)
            with self._inside(first, count):
                if any(map(self.layout.formula, cells)):
                    found = self._translated(cells, label)
                else:
                    found = self._leaf(cells, label, self._letter(label, first, count))
            self._known[first, count] = found
        return self._known[first, count]

    def _translated(self, cells: list[Place], label: Label) -> Part:
        """Return what the formulas of a cell, or of the cells of a column, give."""
        of = self._read(self.layout.formula(cells[0]), cells)
        if (cases := self._cases(of)) is not None:
            return self._chosen(label, cases, cells)
        found = self._tree(of)
        if len(cells) > 1:
            found = self._plain(found)
            new = found.expression.operation != "symbol"
        else:
            if found.letters:
                raise self._refusal(cells[0], _("a range is given where one value belongs"))
            new = not (found.total and found.total in INDEX.findall(label.symbol))
        return self._equation(label, found, cells) if label.symbol and new else found

    def _read(self, formula: str, cells: Sequence[Place]) -> Tree:
        """Return a formula as a tree; of a column with the ranges that move with its rows."""
        own, formulas = form(formula), [self.layout.formula(place) for place in cells]
        for place, other in zip(cells, formulas, strict=True):
            if form(other) != own:
                complaint = _("={one} is of another form than ={other} in {place}: all rows of an index must be alike")
                told = complaint.format(one=other[:60], other=formula[:60], place=str(address(cells[0])))
                raise self._refusal(place, told)
        found = [areas(one, cells[0][0]) for one in formulas]
        ranges: list[Tree] = []
        for number, area in enumerate(found[0]):
            rows = [one[number] for one in found]
            moved = [replace(area, row=area.row + k, last_row=area.last_row + k) for k in range(len(rows))]
            if all(one == area for one in rows):
                ranges.append(Tree("area", (area,)))
            elif rows == moved:
                ranges.append(Tree("moving", (area, len(rows))))
            else:
                odd = next(k for k, one in enumerate(rows) if one not in (area, moved[k]))
                complaint = _("={one} refers to other cells than its column: compare ={other} in {place}")
                told = complaint.format(one=formulas[odd][:60], other=formula[:60], place=str(address(cells[0])))
                raise self._refusal(cells[odd], told)
        try:
            return _unwrapped(_put(parsed(own), ranges))
        except UnreadableError as error:
            raise self._refusal(cells[0], Message("={}: {}").format(formula[:80], error)) from None

    def _letter(self, label: Label, place: Place, count: int) -> str:
        """Return the index of a column: the letter of its symbol, or the only one that there is."""
        every = [one for other in self.layout.labels.values() for one in _indices(other)]
        letter, *_others = [*_indices(label), *self.sizes, max(sorted(set(every)), key=every.count, default="i")]
        size, where = self.sizes.setdefault(letter, (count, place))
        if size != count:
            told = _("the index {letter} has {count} rows here and {size} in {place}")
            told = told.format(letter=letter, count=count, size=size, place=str(address(where)))
            raise self._refusal(place, told)
        return letter

    # Inputs and defaults

    def _leaf(self, cells: list[Place], label: Label, letter: str) -> Part:
        """Return an input or a value of the document."""
        values = [self.layout.value(place) for place in cells]
        entered = self.layout.entered(cells[0])
        number = values[0] if isinstance(values[0], int | float) and not isinstance(values[0], bool) else None
        if not entered and number is None:
            raise self._refusal(cells[0], _("is empty: a number of the document was expected"))
        if not entered and letter:
            raise self._refusal(cells[0], _("holds numbers for each row, which is not understood"))
        listed = self.layout.listed(label.symbol) if label.symbol else None
        shown = listed or Label()
        monitored = label.monitored or shown.monitored
        if (
            entered and any(value is not None for value in values)
            if letter
            else entered and monitored and number is not None
        ):
            told = _("is filled in: this may be the workbook of a project, and not the official blank one")
            self.remark(cells[0], told)
        entry = entered and cells[0] in self.layout.labels  # of table 1 or 2
        fixed = number is not None and not (entered and (monitored or letter or entry))
        if entry and number is not None and not monitored:
            complaint = _("is filled in with {number}; it stays an input of the module")
            self.remark(cells[0], complaint.format(number=f"{number:g}"))
        symbol = self._symbol(label, cells[0])
        unit = next((one.unit for one in (label, shown) if one.unit is not None), "")
        indices = letter + ("p" if not fixed and (monitored or symbol.endswith(",p") or label.per_period) else "")
        one = Quantity(
            "", symbol, unit, label.words or shown.words or symbol, "default" if fixed else "input", indices, cells
        )
        one.monitored, one.per_period = "p" in indices, label.per_period or shown.per_period
        one.value = float(number) if fixed and number is not None else None
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
            raise self._refusal(one.cells[0], complaint)
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

    def _equation(self, label: Label, part: Part, cells: list[Place], name: str = "") -> Part:
        only = self.quantities[part.expression.arguments[0]] if part.expression.operation == "symbol" else None
        if only is not None and only.symbol == label.symbol and not part.total and not name:
            return part
        indices = part.letters + ("p" if self._periodic(part.expression) or label.symbol.endswith(("_p", ",p")) else "")
        unit = label.unit
        if unit is None:
            unit = "tCO2" if label.symbol[:2] in RESULTS else self._unit(part.expression)
        one = Quantity("", label.symbol, unit, label.words or label.symbol, "equation", indices, cells)
        one.formulas = {"": (part.expression, part.total)}
        found = self._added(one)
        if name and found.expression.arguments[0] != name:
            raise self._refusal(cells[0], _("{name} is defined twice").format(name=name))
        return Part(found.expression, part.letters)

    def _periodic(self, expression: Expression) -> bool:
        return any("p" in self.quantities[name].indices for name in symbols(expression))

    def _unit(self, expression: Expression) -> str:
        return unit_of(expression, {name: self.quantities[name].unit for name in symbols(expression)})

    def _plain(self, part: Part) -> Part:
        """Give a sum that is calculated with a separate equation."""
        if not part.total:
            return part
        only = part.expression.arguments[0] if part.expression.operation == "symbol" else ""
        symbol = self.quantities[only].symbol.replace(f",{part.total}", "") if only else ""
        key = Message("sum in {}").format(str(address(self._at)))
        symbol = self.questions.ask(key, symbol or self.questions.proposal("sum", key))
        unit = self.quantities[only].unit if only else self._unit(part.expression)
        return self._equation(Label(symbol, unit, _("sum over {letter}").format(letter=part.total)), part, [self._at])

    # Trees

    def _tree(self, of: Tree) -> Part:
        """Return what a formula gives."""
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
                raise self._refusal(self._at, _("the smallest or largest value of a range cannot be translated"))
            return self._called(FUNCTIONS[operation], arguments)
        if operation == "IF":
            return self._if(of)
        if operation == "IFERROR":
            complaint = _("IFERROR({other}) hides errors: here they are refused")
            self.remark(self._at, complaint.format(other=_shown(arguments[1])))
            return self._tree(arguments[0])
        raise self._refusal(self._at, _("{name} cannot be translated").format(name=operation))

    def _reference(self, of: Tree) -> Part:
        area = of.value
        place = area.sheet, area.row, area.column
        if of.operation == "moving":
            if not area.single:
                raise self._refusal(self._at, _("a range is given where one value belongs"))
            return self.column(place, of.arguments[1])
        if area.single:
            return self.cell(place)
        if area.column != area.last_column or area.size > MOST_ROWS:
            raise self._refusal(self._at, _("a range of several columns, or of too many rows, cannot be translated"))
        return self.column(place, area.size)

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
            raise self._refusal(self._at, _("sums over two indices at once cannot be translated"))
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
        if sign == "*" and one.operation == "divide" and _nested(one.arguments[0]) == ("number", 1):
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

    def _chosen(self, label: Label, cases: tuple[Place, dict[str, Tree]], cells: list[Place]) -> Part:
        """Declare an equation for each option of a choice."""
        place, options = cases
        name = self.layout.choices[place]
        known = self.quantities.setdefault(name, Quantity(name, name, "category", name, "choice", "", [place]))
        known.entries |= dict.fromkeys(options, 0.0)
        found = {option: self._tree(one) for option, one in options.items()}
        symbol = self._symbol(label, cells[0])
        result = symbol.removesuffix("_p") if symbol.removesuffix("_p") in RESULTS else ""
        whole = self._equation(replace(label, symbol=symbol), Part(typed(0), _letters(found.values())), cells, result)
        one = self.quantities[whole.expression.arguments[0]]
        one.formulas, one.by = {option: (part.expression, part.total) for option, part in found.items()}, name
        periodic = any(self._periodic(part.expression) for part in found.values())
        one.indices = whole.letters + ("p" if periodic or "p" in one.indices else "")
        if label.unit is None and symbol[:2] not in RESULTS:
            one.unit = self._unit(next(iter(found.values())).expression)
        return whole

    def _if(self, of: Tree) -> Part:
        condition, yes = of.arguments[0], of.arguments[1]
        no = of.arguments[2] if len(of.arguments) > 2 else Tree("truth", (False,))
        if condition.operation == "ISTEXT" and _unwrapped(no) == condition.value:
            self.remark(self._at, _("a name can be entered instead of a number: here a number is needed"))
            return self._tree(condition.value)
        guarded, zero = condition.arguments if condition.operation == "=" else (condition, condition)
        if zero == Tree("number", (0.0,)) and is_nothing(yes) and _divides(no, guarded):
            told = _("gives {other} where {cell} is 0: here 0 is refused")
            self.remark(self._at, told.format(other=_shown(yes), cell=_shown(guarded)))
            found, below = self._tree(no), self._tree(guarded).expression
            if below.operation == "symbol":
                self.quantities[below.arguments[0]].positive = True
            return found
        return self._called(np.where, (condition, yes, no))

    def _table(self, of: Tree) -> Part | None:
        """Return the value that a formula looks up by a class or a number, if that is what it does."""
        try:
            found = table_of(of, self._constant, self._stored)
        except ValueError as error:
            raise self._refusal(self._at, error.args[0]) from None
        if found is None:
            return None
        for told in found.remarks:
            self.remark(self._at, told)
        key = self._tree(found.key).expression
        by = self.quantities[key.arguments[0]] if key.operation == "symbol" else None
        if by is None or by.what not in ("input", "key"):
            raise self._refusal(self._at, _("looks up by something that is calculated, which cannot be declared"))
        if found.filled_in is not None or any(isinstance(one, str) for one in found.entries):
            by.what, by.unit, by.monitored = "key", "category", False
            by.indices = by.indices.replace("p", "")
        label, head = self.layout.label(self._at), Label()
        if found.where is not None:
            head = self.layout.label(found.where)
            label = label if label.symbol else self.layout.label(found.where)
        symbol = self._symbol(label, self._at)
        unit = next((one.unit for one in (label, head) if one.unit is not None), "")
        one = Quantity("", symbol, unit, label.words or symbol, "table", by.indices, [self._at])
        one.entries, one.by = found.entries, by.name
        if found.filled_in is not None:
            keys, values = (self._ends(area) for area in found.filled_in)
            if not all(map(self.layout.entered, [*keys, *values])):
                raise self._refusal(self._at, _("the table is empty"))
            one.filled_in = list(zip(keys, values, strict=True))
            one.entries = {f"class {number}": math.nan for number in range(1, len(keys) + 1)}
        return self._added(one)

    def _constant(self, of: Tree) -> float | None:
        """Return the number that a tree is, or that its cell holds at the end of links."""
        if of.operation == "number":
            return float(of.value)
        if of.operation == "negate" and of.value.operation == "number":
            return -float(of.value.value)
        if of.operation != "area" or not of.value.single:
            return None
        place = self._end(of.value)
        value = self.layout.value(place)
        plain = isinstance(value, int | float) and not isinstance(value, bool) and not self.layout.formula(place)
        return float(value) if plain and not self.layout.entered(place) else None

    def _stored(self, area: Area) -> list[Any]:
        """Return what the cells of a list hold at the end of their links, None in empty ones."""
        return [None if self.layout.formula(end) else self.layout.value(end) for end in self._ends(area)]

    def _ends(self, area: Area) -> list[Place]:
        return [self.layout.end(place) for place in area.places]


def _indices(label: Label) -> list[str]:
    """Return the indices of a symbol but p."""
    return [letter for letter in INDEX.findall(label.symbol) if letter != "p"]


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
    if of.leaf or of.operation == "moving":
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
    looked_up = condition.operation == "ISNUMBER" and not condition.value.leaf and condition.value.operation != "moving"
    return (yes, no) if looked_up and no.operation == "number" else None


def _divides(of: Tree, by: Tree) -> bool:
    if of.leaf or of.operation == "moving":
        return False
    return (of.operation == "/" and of.arguments[1] == by) or any(_divides(part, by) for part in of.arguments)


def _letters(parts: Iterable[Part]) -> str:
    return "".join(sorted({letter for part in parts for letter in part.letters}))


def typed(value: float) -> Expression:
    """Return a number of a formula."""
    return Expression("number", (int(value) if value == int(value) and abs(value) < 1e15 else value,))


def _nested(of: Expression) -> tuple[Any, ...]:
    parts = of.arguments if of.operation in ("symbol", "number") else tuple(map(_nested, of.arguments))
    return of.operation, *parts


def split_symbol(symbol: str, indices: str, letters: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of a symbol, and the indices that it says by itself."""
    group = Group({**letters, "p": "period"})
    name, found = group._split(symbol, None)
    if set(found) != set(indices):
        name, _own = group._split(symbol, indices)
    return name, found
