"""From the formulas of RE and PE down to the inputs: each cell becomes a declared equation, a default or an input."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from jcm_calc.authoring.official_files.dimensions import unit_of
from jcm_calc.authoring.official_files.layout import Label, Layout
from jcm_calc.authoring.official_files.lookups import Entries, table_of
from jcm_calc.authoring.official_files.questions import Questions
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.expression import Expression
from jcm_calc.declarations.group import Group
from jcm_calc.declarations.interval import Interval
from jcm_calc.reports.workbook.references import Area, Place, areas, form
from jcm_calc.verification.location import address
from jcm_calc.verification.spreadsheet import Tree, UnreadableError, tree
from jcm_calc.verification.spreadsheet.trees import parsed

RESULTS = ("RE", "PE", "ER")
SIGNS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power"}
COMPARISONS = {"=": "equal", "<>": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
FUNCTIONS = {"EXP": "exp", "LN": "log", "SQRT": "sqrt", "ABS": "absolute", "POWER": "power"}
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
    def written(self) -> dict[str, tuple[Any, str]]:
        """Its formulas in a form that compares: of expressions a comparison is an expression, too."""
        return {option: (_nested(formula), total) for option, (formula, total) in self.formulas.items()}

    @property
    def place(self) -> str:
        """The address of its cell, or of the first one."""
        return str(address(self.cells[0]))


@dataclass(frozen=True)
class Part:
    """A part of a formula: what it gives along which index, or summed over it."""

    expression: Expression
    letters: str = ""
    total: str = ""


class Translation:
    """The quantities of a workbook, in the order in which they depend on each other.

    Raises
    ------
    InputError
        If a formula cannot be followed, with its cell.
    """

    def __init__(self, layout: Layout, questions: Questions) -> None:
        self.layout, self.questions = layout, questions
        self.quantities: dict[str, Quantity] = {}
        self.remarks: list[Problem] = []
        self.rounds: list[Place] = []  # where formulas round, which the library does not
        self.sizes: dict[str, tuple[int, Place]] = {}
        self._known: dict[tuple[Place, int], Part] = {}
        self._running: list[tuple[Place, int]] = []
        self._at: Place = ("", 0, 0)
        for name in ("RE", "PE"):
            place = layout.result(name)
            part = self._result(name, place)
            if part.expression.operation != "symbol" or part.expression.arguments[0] != name:
                self._equation(
                    Label(f"{name}_p", "tCO2", f"{'reference' if name == 'RE' else 'project'} emissions"),
                    part,
                    [place],
                    name,
                )
        self._reductions()
        formulas = [formula for one in self.quantities.values() for formula, _total in one.formulas.values()]
        for formula in formulas:
            self._divisors(formula)
        if not any(map(symbols, formulas)):
            raise self._refusal(layout.result("ER"), _("holds values, no formulas: a constant equals any constant"))

    def _refusal(self, place: Place, complaint: str) -> InputError:
        return InputError(self.layout.book.name, [Problem(str(address(place)), complaint)])

    def _remark(self, complaint: str) -> None:
        self.remark(self._at, complaint)

    def remark(self, place: Place, complaint: str) -> None:
        """Note what a reader must know of a cell."""
        problem = Problem(str(address(place)), complaint)
        if problem not in self.remarks:
            self.remarks.append(problem)

    def _result(self, name: str, place: Place) -> Part:
        if not self.layout.formula(place) and (name != "PE" or self.layout.value(place) != 0):
            raise self._refusal(
                place, _("{name} holds no formula: a workbook of values proves nothing").format(name=name)
            )
        if not self.layout.formula(place):
            return Part(Expression("number", (0,)))
        label = replace(self.layout.label(place), symbol=f"{name}_p", unit="tCO2")
        return self.cell(place, label)

    def _reductions(self) -> None:
        """Refuse ER that is not RE − PE."""
        place = self.layout.result("ER")
        formula = self.layout.formula(place)
        found = tree(formula, place[0]) if formula else Tree("blank", (None,))
        own = [self._end(Area(*self.layout.result(name), *self.layout.result(name)[1:])) for name in ("RE", "PE")]
        minus = found.operation == "-" and all(one.operation == "area" for one in found.arguments)
        if not minus or [self._end(one.value) for one in found.arguments] != own:
            complaint = _(
                "ER: got {formula}; must be RE − PE, which is {rule}. No other rule can be imported: write this "
                "methodology by hand (`jcm new`), or correct the cell if it is wrong"
            )
            given = f"={formula}" if formula else repr(self.layout.value(place))
            cells = [str(address(self.layout.result(name))).rpartition("!")[2] for name in ("RE", "PE")]
            raise self._refusal(place, complaint.format(formula=given, rule=f"={cells[0]}-{cells[1]}"))

    def _divisors(self, expression: Expression) -> None:
        """Note which inputs cannot be 0, as formulas divide by them without asking first."""
        if expression.operation in ("symbol", "number", "where"):
            return
        below = expression.arguments[1] if expression.operation == "divide" else None
        factors = [below] if below is not None else []
        while factors:
            one = factors.pop()
            if one.operation == "multiply":
                factors += one.arguments
            elif one.operation == "symbol":
                self.quantities[one.arguments[0]].positive = True
        for one in expression.arguments:
            self._divisors(one)

    def _end(self, area: Area) -> Place:
        place: Place = (area.sheet, area.row, area.column)
        for _step in range(DEEPEST):
            target = self.layout.link(place)
            if target is None:
                break
            place = target
        return place

    # Cells and columns

    def cell(self, place: Place, hint: Label | None = None) -> Part:
        """Return what a single cell gives."""
        own = self.layout.label(place)
        label = hint if hint is not None and hint.symbol else own
        key = (place, 0)
        if key in self._known:
            return self._known[key]
        with_link = self.layout.link(place)
        if with_link is not None:
            # what is entered elsewhere has the label of the table in which it is shown
            return self.cell(with_link, label if label.symbol or label.words else hint)
        self._enter(key)
        try:
            formula = self.layout.formula(place)
            if formula:
                found = self._scalar(place, formula, label)
            else:
                found = self._leaf([place], label if not (self.layout.entered(place) and own.symbol) else own, "")
        finally:
            self._running.pop()
        self._known[key] = found
        return found

    def _enter(self, key: tuple[Place, int]) -> None:
        if key in self._running:
            raise self._refusal(key[0], _("its formula leads back to itself"))
        if len(self._running) > DEEPEST:
            raise self._refusal(key[0], _("the formulas run through too many cells"))
        self._running.append(key)

    def _scalar(self, place: Place, formula: str, label: Label) -> Part:
        before, self._at = self._at, place
        read = self._read(formula, place)
        if (cases := self._cases(read)) is not None:
            found = self._chosen(label, cases, [place])
            self._at = before
            return found
        found = self._tree(read)
        if found.letters:
            raise self._refusal(place, _("a range stands where one value belongs"))
        index = INDEX.findall(label.symbol)
        if label.symbol and not (found.total and found.total in index):
            found = self._equation(label, found, [place])
        self._at = before
        return found

    def _read(self, formula: str, place: Place) -> Tree:
        try:
            return _unwrapped(tree(formula, place[0]))
        except UnreadableError as error:
            raise self._refusal(place, Message("={}: {}").format(formula[:80], error)) from None

    def column(self, first: Place, count: int) -> Part:
        """Return what a column of cells gives along its index: all rows must be of one form."""
        key = (first, count)
        if key in self._known:
            return self._known[key]
        sheet, row, column = first
        label = self.layout.label(first)
        cells: list[Place] = [(sheet, row + k, column) for k in range(count)]
        formulas = [self.layout.formula(place) for place in cells]
        self._enter(key)
        try:
            if not any(formulas):
                found = self._leaf(cells, label, self._letter(label, first, count))
            else:
                found = self._of_one_form(cells, formulas, label)
        finally:
            self._running.pop()
        self._known[key] = found
        return found

    def _of_one_form(self, cells: list[Place], formulas: Sequence[str], label: Label) -> Part:
        own = form(formulas[0])
        for place, formula in zip(cells, formulas, strict=True):
            if form(formula) != own:
                complaint = _("={one} is of another form than ={other} in {place}: all rows of an index must be alike")
                told = complaint.format(one=formula[:60], other=formulas[0][:60], place=str(address(cells[0])))
                raise self._refusal(place, told)
        found = [areas(formula, cells[0][0]) for formula in formulas]
        moves: list[Tree] = []
        for number, area in enumerate(found[0]):
            rows = [one[number] for one in found]
            stays = all(one == area for one in rows)
            moved = [replace(area, row=area.row + k, last_row=area.last_row + k) for k in range(len(rows))]
            if len(rows) > 1 and stays:
                moves.append(Tree("area", (area,)))
            elif rows == moved:
                moves.append(Tree("moving", (area, len(rows))))
            else:
                odd = next(k for k, one in enumerate(rows) if one not in (area, moved[k]))
                complaint = _("={one} refers to other cells than its column: compare ={other} in {place}")
                told = complaint.format(one=formulas[odd][:60], other=formulas[0][:60], place=str(address(cells[0])))
                raise self._refusal(cells[odd], told)
        before, self._at = self._at, cells[0]
        of = _unwrapped(_put(self._parsed(own, cells[0]), moves))
        if (cases := self._cases(of)) is not None:
            found_cases = self._chosen(label, cases, cells)
            self._at = before
            return found_cases
        parts = self._tree(of)
        if parts.total:
            parts = self._materialised(parts)
        if label.symbol and parts.expression.operation != "symbol":
            parts = self._equation(label, parts, cells)
        self._at = before
        return parts

    def _parsed(self, own: str, place: Place) -> Tree:
        try:
            return parsed(own)
        except UnreadableError as error:
            raise self._refusal(place, str(error)) from None

    def _letter(self, label: Label, place: Place, count: int) -> str:
        """Return the index of a column: the letter of its symbol, or the only one that there is."""
        found = [one for one in INDEX.findall(label.symbol) if one != "p"]
        letter = found[0] if found else next(iter(self.sizes), self._usual())
        size, where = self.sizes.setdefault(letter, (count, place))
        if size != count:
            complaint = _("the index {letter} has {count} rows here and {size} in {place}")
            raise self._refusal(
                place, complaint.format(letter=letter, count=count, size=size, place=str(address(where)))
            )
        return letter

    def _usual(self) -> str:
        """Return the letter that most symbols of the sheets have."""
        found = [one for label in self.layout.labels.values() for one in INDEX.findall(label.symbol) if one != "p"]
        return max(sorted(set(found)), key=found.count) if found else "i"

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
        monitored = label.monitored or bool(listed and listed.monitored)
        if entered and monitored and number is not None and not letter:
            self._filled(cells[0])
        if entered and letter and any(value is not None for value in values):
            self._filled(cells[0])
        entry = entered and cells[0] in self.layout.labels  # of table 1 or 2
        fixed = number is not None and (not entered or not (monitored or letter or entry))
        if entry and number is not None and not monitored:
            complaint = _("is filled in with {number}; it stays an input of the module")
            self.remark(cells[0], complaint.format(number=f"{number:g}"))
        symbol = self._symbol(label, cells[0])
        unit = label.unit if label.unit is not None else (listed.unit if listed and listed.unit is not None else "")
        words = label.words or (listed.words if listed else "") or symbol
        indices = letter + ("p" if not fixed and (monitored or symbol.endswith(",p") or label.per_period) else "")
        per_period = label.per_period or bool(listed and listed.per_period)
        one = Quantity("", symbol, unit, words, "default" if fixed else "input", indices, cells)
        one.monitored, one.per_period = "p" in indices, per_period
        one.value = float(number) if fixed and number is not None else None
        return self._added(one)

    def _filled(self, place: Place) -> None:
        self.remark(place, _("is filled in: this may be the workbook of a project, and not the official blank one"))

    def _symbol(self, label: Label, place: Place) -> str:
        key = str(address(place))
        return self.questions.ask(key, label.symbol or self.questions.proposal(label.words, key), bool(label.symbol))

    def _added(self, one: Quantity) -> Part:
        """Add a quantity; the same symbol with the same cells or value is the same quantity."""
        name, _split = split_symbol(one.symbol, one.indices, self._letters(one.indices))
        if name in RESULTS and one.symbol != f"{name}_p":
            name = f"{name}_{one.indices.replace('p', '') or 'part'}"
        if not name.isidentifier() or keyword.iskeyword(name):
            complaint = _("{symbol} is not a symbol that a module can have").format(symbol=repr(one.symbol))
            raise self._refusal(one.cells[0], complaint)
        second = f"{name}_total" if any(total for _formula, total in one.formulas.values()) else f"{name}_2"
        for own in (name, second, *(f"{name}_{number}" for number in range(3, 100))):
            known = self.quantities.get(own)
            if known is None:
                one.name = own
                self.quantities[own] = one
                break
            same = known.cells == one.cells and known.written == one.written
            if same or (known.what == one.what == "default" and known.value == one.value):
                one = known
                break
        if one.name != name:
            one.symbol = f"{one.name}{''.join(f',{letter}' for letter in one.indices)}"
        letters = one.indices.replace("p", "")
        return Part(Expression("symbol", (one.name,)), letters)

    def _letters(self, indices: str) -> dict[str, str]:
        return dict.fromkeys((*self.sizes, *indices, "p"), "x")

    # Equations

    def _equation(self, label: Label, part: Part, cells: list[Place], name: str = "") -> Part:
        if part.expression.operation == "symbol" and not part.total and not name:
            only = self.quantities[part.expression.arguments[0]]
            if only.symbol == label.symbol:
                return part
        indices = part.letters + ("p" if self._periodic(part.expression) or label.symbol.endswith(("_p", ",p")) else "")
        unit = label.unit
        if unit is None:
            operands = {name: self.quantities[name].unit for name in symbols(part.expression)}
            unit = "tCO2" if label.symbol[:2] in RESULTS else unit_of(part.expression, operands)
        one = Quantity("", label.symbol, unit, label.words or label.symbol, "equation", indices, cells)
        one.formulas = {"": (part.expression, part.total)}
        found = self._added(one)
        if name and one.name != name:
            raise self._refusal(cells[0], _("{name} is defined twice").format(name=name))
        return Part(found.expression, part.letters)

    def _periodic(self, expression: Expression) -> bool:
        return any("p" in self.quantities[name].indices for name in symbols(expression) if name in self.quantities)

    def _materialised(self, part: Part) -> Part:
        """Give a sum that is calculated with an equation of its own."""
        if not part.total:
            return part
        only = part.expression.arguments[0] if part.expression.operation == "symbol" else ""
        symbol = self.quantities[only].symbol.replace(f",{part.total}", "") if only else ""
        key = Message("sum in {}").format(str(address(self._at)))
        symbol = self.questions.ask(key, symbol or self.questions.proposal("sum", key), False)
        unit = (
            self.quantities[only].unit
            if only
            else unit_of(part.expression, {name: self.quantities[name].unit for name in symbols(part.expression)})
        )
        return self._equation(Label(symbol, unit, _("sum over {letter}").format(letter=part.total)), part, [self._at])

    # Trees

    def _tree(self, of: Tree) -> Part:
        """Return what a formula gives."""
        operation = of.operation
        if operation in ("area", "moving"):
            return self._reference(of)
        if operation in ("number", "truth"):
            return Part(typed(float(of.value)))
        if (found := self._table(of)) is not None:
            return found
        if operation in SIGNS:
            return self._operated(operation, *map(self._tree, of.arguments))
        if operation in COMPARISONS:
            return self._called(COMPARISONS[operation], of.arguments)
        if operation == "negate":
            inner = self._tree(of.value)
            return replace(inner, expression=negated(inner.expression))
        if operation == "%":
            return self._operated("/", self._tree(of.value), Part(typed(100.0)))
        if operation == "SUM":
            return self._sum(of.arguments)
        if operation == "SUMPRODUCT":
            return self._summed(self._product(of.arguments))
        if operation in ("MIN", "MAX"):
            return self._extreme("minimum" if operation == "MIN" else "maximum", of.arguments)
        if operation == "PRODUCT":
            return self._product(of.arguments)
        if operation in ROUNDING:
            self.rounds += [self._at] if self._at not in self.rounds else []
            complaint = _("{name} rounds within the calculation; it changed no compared result and is left out")
            self._remark(complaint.format(name=operation))
            return self._tree(of.arguments[0])
        if operation in FUNCTIONS:
            return self._called(FUNCTIONS[operation], of.arguments)
        if operation in ("AND", "OR"):
            return self._called(f"logical_{operation.lower()}", of.arguments)
        if operation == "IF":
            return self._if(of)
        if operation == "IFERROR":
            complaint = _("IFERROR({other}) hides errors: here they are refused")
            self._remark(complaint.format(other=_shown(of.arguments[1])))
            return self._tree(of.arguments[0])
        raise self._refusal(self._at, _("{name} cannot be translated").format(name=operation))

    def _reference(self, of: Tree) -> Part:
        area = of.value
        if of.operation == "moving":
            if not area.single:
                raise self._refusal(self._at, _("a range stands where one value belongs"))
            return self.column((area.sheet, area.row, area.column), of.arguments[1])
        if area.single:
            return self.cell((area.sheet, area.row, area.column))
        return self._column_of(area)

    def _column_of(self, area: Area) -> Part:
        if area.column != area.last_column or area.size > MOST_ROWS:
            raise self._refusal(self._at, _("a range of several columns, or of too many rows, cannot be translated"))
        return self.column((area.sheet, area.row, area.column), area.size)

    def _sum(self, arguments: Sequence[Tree]) -> Part:
        parts: list[Part] = []
        for one in arguments:
            several = one.operation in ("area", "moving") and one.value.column != one.value.last_column
            if several and one.value.row == one.value.last_row:
                parts += [
                    self._tree(replace_area(one, column))
                    for column in range(one.value.column, one.value.last_column + 1)
                ]
            else:
                found = self._tree(one)
                parts.append(self._summed(found) if one.operation != "moving" else found)
        total = parts[0]
        for part in parts[1:]:
            total = self._operated("+", total, part)
        return total

    def _summed(self, part: Part) -> Part:
        if not part.letters or part.total:
            return part
        if len(part.letters) > 1:
            raise self._refusal(self._at, _("sums over two indices at once cannot be translated"))
        return Part(part.expression, "", part.letters)

    def _product(self, arguments: Sequence[Tree]) -> Part:
        found = self._tree(arguments[0])
        for one in arguments[1:]:
            found = self._operated("*", found, self._tree(one))
        return found

    def _extreme(self, name: str, arguments: Sequence[Tree]) -> Part:
        found = self._plain(self._tree(arguments[0]))
        for one in arguments[1:]:
            other = self._plain(self._tree(one))
            found = Part(Expression(name, (found.expression, other.expression)), _joined(found, other))
        if len(arguments) == 1:
            raise self._refusal(self._at, _("the smallest or largest value of a range cannot be translated"))
        return found

    def _plain(self, part: Part) -> Part:
        return self._materialised(part) if part.total else part

    def _called(self, name: str, arguments: Sequence[Tree]) -> Part:
        parts = [self._plain(self._tree(one)) for one in arguments]
        letters = _all_letters(parts)
        found = parts[0].expression
        if len(parts) == 1:
            return Part(Expression(name, (found,)), letters)
        for part in parts[1:]:
            found = Expression(name, (found, part.expression))
        return Part(found, letters)

    def _operated(self, sign: str, left: Part, right: Part) -> Part:
        """Combine two parts; what multiplies a sum goes into it, and sums over one index are added within it."""
        scales = sign == "*" and bool(left.total) != bool(right.total) and not left.letters and not right.letters
        scales |= sign == "/" and bool(left.total) and not right.total and not right.letters
        adds = sign in "+-" and left.total == right.total
        if not (scales or adds):
            left, right = self._plain(left), self._plain(right)
        one, other = left.expression, right.expression
        if sign == "^" and one.operation == other.operation == "number":
            return Part(typed(float(getattr(np, SIGNS[sign])(float(one.arguments[0]), float(other.arguments[0])))))
        if sign == "*":
            for this, that in ((one, other), (other, one)):
                value = that.arguments[0] if that.operation == "number" else 0.0
                if 0 < value < 1 and 1 / value in POWERS:  # 0.001 converts units as 1000 does; 0.05 is a share
                    sign, one, other = "/", this, typed(float(round(1 / value)))
                    break
        if sign == "*" and one.operation == "divide" and _is_one(one.arguments[0]):
            return Part(
                Expression("divide", (other, one.arguments[1])), _joined(left, right), left.total or right.total
            )
        return Part(Expression(SIGNS[sign], (one, other)), _joined(left, right), left.total or right.total)

    # Decisions and tables

    def _cases(self, of: Tree) -> tuple[Place, dict[str, Tree]] | None:
        """Return the cell of a choice, and what holds under each of its options."""
        options: dict[str, Tree] = {}
        where: Place | None = None
        while of.operation == "IF" and len(of.arguments) > 1 and of.arguments[0].operation == "=":
            cell, text = of.arguments[0].arguments
            place = (cell.value.sheet, cell.value.row, cell.value.column) if cell.operation == "area" else None
            if (
                place is None
                or text.operation != "text"
                or place not in self.layout.choices
                or where not in (None, place)
            ):
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
        letters = _all_letters(found.values())
        key = str(address(cells[0]))
        symbol = label.symbol or self.questions.ask(key, self.questions.proposal(label.words, key), False)
        result = symbol.removesuffix("_p") if symbol.removesuffix("_p") in RESULTS else ""
        whole = self._equation(replace(label, symbol=symbol), Part(typed(0), letters), cells, result)
        one = self.quantities[whole.expression.arguments[0]]
        one.formulas, one.by = {option: (part.expression, part.total) for option, part in found.items()}, name
        periodic = any(self._periodic(part.expression) for part in found.values())
        one.indices = letters + ("p" if periodic or "p" in one.indices else "")
        units = [unit_of(part.expression, self._units(part.expression)) for part in found.values()]
        if label.unit is None and symbol[:2] not in RESULTS:
            one.unit = units[0]
        return whole

    def _units(self, expression: Expression) -> dict[str, str]:
        return {name: self.quantities[name].unit for name in symbols(expression)}

    def _if(self, of: Tree) -> Part:
        condition, yes = of.arguments[0], of.arguments[1]
        no = of.arguments[2] if len(of.arguments) > 2 else Tree("truth", (False,))
        if condition.operation == "ISTEXT" and _unwrapped(no) == condition.value:
            self._remark(_("a name can be entered in place of a number: here a number is needed"))
            return self._tree(condition.value)
        guarded = _zero(condition)
        if guarded is not None and is_nothing(yes) and _divides(no, guarded):
            self._remark(
                _("gives {other} where {cell} is 0: here 0 is refused").format(other=_shown(yes), cell=_shown(guarded))
            )
            found = self._tree(no)
            below = self._tree(guarded)
            if below.expression.operation == "symbol":
                self.quantities[below.expression.arguments[0]].positive = True
            return found
        parts = [self._plain(self._tree(one)) for one in (condition, yes, no)]
        letters = _all_letters(parts)
        return Part(Expression("where", tuple(part.expression for part in parts)), letters)

    def _table(self, of: Tree) -> Part | None:
        """Return the value that a formula looks up by a class or a number, if that is what it does."""
        try:
            found = table_of(of, self._constant, self._texts)
        except ValueError as error:
            raise self._refusal(self._at, error.args[0]) from None
        if found is None:
            return None
        for told in found.remarks:
            self._remark(told)
        key = self._tree(found.key)
        if key.expression.operation != "symbol" or self.quantities[key.expression.arguments[0]].what not in (
            "input",
            "key",
        ):
            raise self._refusal(self._at, _("looks up by something that is calculated, which cannot be declared"))
        by = self.quantities[key.expression.arguments[0]]
        if found.filled_in is not None or any(isinstance(one, str) for one in found.entries):
            by.what, by.unit, by.monitored = "key", "category", False
            by.indices = by.indices.replace("p", "")
        label = self.layout.label(self._at)
        if not label.symbol:
            label = self.layout._above(found.where) if found.where is not None else label
        symbol = self._symbol(label, self._at)
        unit = label.unit
        if unit is None and found.where is not None:
            unit = self.layout.label(found.where).unit
        one = Quantity("", symbol, unit or "", label.words or symbol, "table", by.indices, [self._at])
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

    def _texts(self, area: Area) -> list[Any]:
        """Return what the cells of a list hold at the end of their links, None in empty ones."""
        return [None if self.layout.formula(end) else self.layout.value(end) for end in self._ends(area)]

    def _ends(self, area: Area) -> list[Place]:
        return [self._end(Area(*place, *place[1:])) for place in area.places]


def _shown(of: Tree) -> str:
    if of.operation in ("area", "moving"):
        return str(address((of.value.sheet, of.value.row, of.value.column)))
    return repr(of.value) if of.leaf and of.arguments else of.operation


def replace_area(of: Tree, column: int) -> Tree:
    """Return a reference to one column of a range."""
    area = replace(of.value, column=column, last_column=column)
    return Tree(of.operation, (area, *of.arguments[1:]))


def _put(of: Tree, found: Sequence[Tree]) -> Tree:
    if of.operation == "reference":
        return found[int(of.value)]
    return of if of.leaf else Tree(of.operation, tuple(_put(part, found) for part in of.arguments))


def is_nothing(of: Tree) -> bool:
    """Whether a formula shows nothing, 0 or #N/A, as it does where an input is missing."""
    return (of.operation in ("text", "number") and of.value in ("", 0.0)) or of.operation == "NA"


def presence(condition: Tree) -> int | None:
    """Return which branch of an IF is taken where everything is filled in; None where it is another question."""
    if condition.operation in ("ISNUMBER", "ISTEXT"):
        return 1
    if condition.operation == "ISBLANK":
        return 2
    if condition.operation in ("=", "<>") and any(
        one.operation == "text" and one.value == "" for one in condition.arguments
    ):
        return 2 if condition.operation == "=" else 1
    if condition.operation in ("OR", "AND"):
        found = {presence(one) for one in condition.arguments}
        return found.pop() if len(found) == 1 else None
    if condition.operation == "NOT":
        inner = presence(condition.value)
        return None if inner is None else 3 - inner
    return None


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


def _zero(condition: Tree) -> Tree | None:
    """Return what a condition compares with 0."""
    if condition.operation == "=" and condition.arguments[1] == Tree("number", (0.0,)):
        found: Tree = condition.arguments[0]
        return found
    return None


def _divides(of: Tree, by: Tree) -> bool:
    return any(one.operation == "/" and one.arguments[1] == by for one in of.walk() if one.operation != "moving")


def _joined(one: Part, other: Part) -> str:
    return "".join(sorted({*one.letters, *other.letters} - {one.total, other.total}))


def _all_letters(parts: Iterable[Part]) -> str:
    return "".join(sorted({letter for part in parts for letter in part.letters}))


def typed(value: float) -> Expression:
    """Return a number that stands in a formula."""
    return Expression("number", (int(value) if value == int(value) and abs(value) < 1e15 else value,))


def _nested(of: Expression) -> tuple[Any, ...]:
    parts = of.arguments if of.operation in ("symbol", "number") else tuple(map(_nested, of.arguments))
    return of.operation, *parts


def _is_one(expression: Expression) -> bool:
    return expression.operation == "number" and bool(expression.arguments[0] == 1)


def negated(expression: Expression) -> Expression:
    """Return an expression with the other sign."""
    if expression.operation == "number":
        return typed(-float(expression.arguments[0]))
    return Expression("negative", (expression,))


def symbols(expression: Expression) -> list[str]:
    """Return the names in an expression, in their order."""
    if expression.operation == "symbol":
        return [expression.arguments[0]]
    if expression.operation == "number":
        return []
    return list(dict.fromkeys(name for one in expression.arguments for name in symbols(one)))


def split_symbol(symbol: str, indices: str, letters: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of a symbol, and the indices that it says by itself."""
    group = Group({**letters, "p": "period"})
    name, found = group._split(symbol, None)
    if set(found) != set(indices):
        name, _own = group._split(symbol, indices)
    return name, found
