"""The functions of a spreadsheet that formulas can use here."""

from __future__ import annotations

import math
import operator
import re
import statistics
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.references import Area, areas, form
from jcm_calc.verification.spreadsheet.values import (
    EPOCH,
    Array,
    CellValues,
    FormulaError,
    UnreadableError,
    elementwise,
    is_number,
    number,
    text_of,
)

MOST_CELLS = 1_000_000
Code = Callable[[CellValues, Sequence[Area]], Any]


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function with its arguments; each is evaluated when it is asked for, so that IF takes one branch only."""

    cells: CellValues
    ranges: Sequence[Area]
    arguments: Sequence[Code]

    def __len__(self) -> int:
        return len(self.arguments)

    def of(self, start: int) -> FunctionCall:
        """Return the same with the arguments from one on."""
        return FunctionCall(self.cells, self.ranges, self.arguments[start:])

    def given(self, at: int) -> Any:
        """Return an argument: a range, an array or a value."""
        return self.arguments[at](self.cells, self.ranges)

    def array(self, at: int) -> Any:
        """Return an argument with the values of a range instead of the range."""
        return self.cells.array(self.given(at))

    def plain(self, at: int, missing: Any = None) -> Any:
        """Return an argument as one value; another one where it is left out and may be."""
        return missing if missing is not None and at >= len(self) else self.cells.plain(self.given(at))

    def number(self, at: int, missing: float | None = None) -> float:
        """Return an argument as a number."""
        return number(self.plain(at, missing))

    def whole(self, at: int) -> int:
        """Return an argument as a whole number."""
        return int(self.number(at))

    def area(self, at: int) -> Area:
        """Return an argument that must be a range."""
        found = self.given(at)
        if not isinstance(found, Area):
            raise UnreadableError(_("got a value; must be a range"))
        return found

    def grid(self, at: int) -> Array:
        """Return the values of a range or an array, row by row."""
        found = self.given(at)
        if isinstance(found, Area):
            cells, width = self.cells.values(found), found.shape[1]
            return Array([cells[start : start + width] for start in range(0, len(cells), width)])
        if isinstance(found, Array):
            return found
        raise UnreadableError(_("got a value; must be a range"))

    def line(self, at: int) -> list[Any]:
        """Return the values of a single row or column."""
        return _line(self.grid(at))

    def wanted(self, at: int) -> Any:
        """Return what is looked up; nothing counts as 0."""
        found = self.plain(at)
        return 0.0 if found is None else found

    def several(self) -> Iterator[tuple[bool, Iterable[Any]]]:
        """Yield the values of each argument, and whether they are of a range."""
        for value in map(self.given, range(len(self))):
            if isinstance(value, Area):
                yield True, self.cells.values(value)
            else:
                yield (True, value.values) if isinstance(value, Array) else (False, [value])

    def numbers(self) -> list[float]:
        """Return the numbers among the arguments; anything else in a range is ignored."""
        return [number(one) for ranged, values in self.several() for one in values if not ranged or is_number(one)]

    def caught(self) -> Any:
        """Return the first argument, or the error that it gives."""
        try:
            return self.plain(0)
        except UnreadableError:
            raise
        except FormulaError as error:
            return error


Function = Callable[[FunctionCall], Any]


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    return lambda call: function(call.numbers())


def _plain(function: Callable[..., Any]) -> Function:
    def of_numbers(*given: Any) -> Any:
        try:
            return function(*map(number, given))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise FormulaError("#NUM!") from None

    def run(call: FunctionCall) -> Any:
        if not len(call):
            return of_numbers()
        # only the first argument may be an array: ROUND(range, 2)
        first, *others = map(call.array, range(len(call)))
        return elementwise(lambda one, _: of_numbers(one, *map(call.cells.plain, others)), first, None)

    return run


def _rounding(function: Callable[..., float]) -> Function:
    """Return a function that rounds, except in a calculator that is exact."""
    rounded, plain = _plain(function), _plain(lambda value: value)
    return lambda call: (
        rounded(call) if not call.cells.exact else plain(FunctionCall(call.cells, call.ranges, call.arguments[:1]))
    )


def _half_up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _down(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.trunc(value * scale) / scale


def _up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.ceil(abs(value) * scale) / scale, value)


def _if(call: FunctionCall) -> Any:
    condition = call.array(0)
    if isinstance(condition, Array):
        yes, no = (call.array(at) if len(call) > at else False for at in (1, 2))
        pairs = elementwise(lambda one, other: (one, other), yes, no)
        return elementwise(lambda met, pair: pair[0 if number(met) else 1], condition, pairs)
    return call.plain(1) if number(condition) else call.plain(2, False)


def _if_error(of: Callable[[FormulaError], bool]) -> Function:
    """Return IFERROR or IFNA."""

    def run(call: FunctionCall) -> Any:
        found = call.caught()
        if isinstance(found, FormulaError) and not of(found):
            raise found
        return call.plain(1) if isinstance(found, FormulaError) else found

    return run


def _is(test: Callable[[Any], bool]) -> Function:
    return lambda call: test(call.caught())


def _is_not_available(value: Any) -> bool:
    return isinstance(value, FormulaError) and str(value) == "#N/A"


def _index(call: FunctionCall) -> Any:
    table, at = call.given(0), [call.whole(place) for place in range(1, len(call))]
    if not isinstance(table, Area | Array):
        raise UnreadableError(_("got a value; must be a range"))
    size = (len(table), len(table[0])) if isinstance(table, Array) else table.shape
    if len(at) == 1:
        at = [at[0], 1] if size[1] == 1 else [1, at[0]]
    at = at[:2]
    if at[0] > size[0] or at[1] > size[1] or min(at) < 0:
        raise FormulaError("#REF!")
    # 0 is a whole column, or a whole row
    rows, columns = ((1, most) if one == 0 else (one, one) for one, most in zip(at, size, strict=True))
    if isinstance(table, Area):
        (top, bottom), (left, right) = ((a - 1, b - 1) for a, b in (rows, columns))
        row, column = table.row, table.column
        found = Area(table.sheet, row + top, column + left, row + bottom, column + right)
        return found if 0 in at else call.cells.value((found.sheet, found.row, found.column))
    part = [line[columns[0] - 1 : columns[1]] for line in table[rows[0] - 1 : rows[1]]]
    return Array(part) if 0 in at else part[0][0]


def _line(grid: Array) -> list[Any]:
    if len(grid) > 1 and len(grid[0]) > 1:
        raise FormulaError("#N/A")
    return list(grid.values)


def _comparable(value: Any) -> tuple[int, Any] | None:
    """Return a value so that it compares with others of its kind: numbers, texts in any case, truth values."""
    if value is None:
        return None
    if isinstance(value, str):
        return 1, value.casefold()
    return (2, value) if isinstance(value, bool) else (0, float(value))


def _position(wanted: Any, among: Sequence[Any], how: float) -> int:
    """Return where a value is among others: exactly (0), or the last that is not above (1) or not below (-1) it."""
    key = _comparable(wanted)
    assert key is not None
    found = [_comparable(value) for value in among]
    if how == 0:
        if isinstance(wanted, str) and (pattern := _wild(wanted)):
            found = [key if isinstance(one, str) and pattern.fullmatch(one) else None for one in among]
        if key in found:
            return found.index(key)
        raise FormulaError("#N/A")
    own = [(at, one[1]) for at, one in enumerate(found) if one is not None and one[0] == key[0]]
    values = [value for _, value in own]
    if values != sorted(values, reverse=how < 0):
        raise UnreadableError(_("the values of a look-up are not in order"))
    kept = [at for at, value in own if (value <= key[1] if how > 0 else value >= key[1])]
    if not kept:
        raise FormulaError("#N/A")
    return kept[-1]


def _match(call: FunctionCall) -> float:
    how = call.number(2, 1.0)
    return float(_position(call.wanted(0), call.line(1), how) + 1)


def _table_look_up(across: bool) -> Function:
    """Return VLOOKUP or HLOOKUP."""

    def run(call: FunctionCall) -> Any:
        grid, which = call.grid(1), call.whole(2)
        lines = grid if across else [list(line) for line in zip(*grid, strict=True)]
        if which < 1 or which > len(lines):
            raise FormulaError("#VALUE!" if which < 1 else "#REF!")
        near = call.number(3, 1.0)
        found = lines[which - 1][_position(call.wanted(0), lines[0], 1 if near else 0)]
        return 0.0 if found is None else found

    return run


def _look_up(call: FunctionCall) -> Any:
    """Look up in a row or column; of a table with two and more in its longer side, as spreadsheets do."""
    grid = call.grid(1)
    if len(call) > 2:
        keys, results = _line(grid), call.line(2)
    elif len(grid[0]) > len(grid):
        keys, results = list(grid[0]), list(grid[-1])
    else:
        keys, results = [row[0] for row in grid], [row[-1] for row in grid]
    at = _position(call.wanted(0), keys, 1)
    if at >= len(results):
        raise FormulaError("#N/A")
    return 0.0 if results[at] is None else results[at]


def _wild(text: str) -> re.Pattern[str] | None:
    """Return what a text with wildcards finds; None where it has none."""
    if not re.search(r"[*?]", text):
        return None
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.I | re.S)


def _truths(of: Callable[[list[bool]], bool]) -> Function:
    """Return AND or OR: truth values and numbers, those of ranges included."""

    def run(call: FunctionCall) -> bool:
        found = [
            bool(one) if ranged else bool(number(one))
            for ranged, values in call.several()
            for one in values
            if not ranged or isinstance(one, int | float)
        ]
        if not found:
            raise FormulaError("#VALUE!")
        return of(found)

    return run


def _ifs(call: FunctionCall) -> Any:
    for condition in range(0, len(call), 2):
        if call.number(condition):
            return call.plain(condition + 1)
    raise FormulaError("#N/A")


def _sum_product(call: FunctionCall) -> float:
    columns = [
        [float(value) if is_number(value) else 0.0 for value in one.values] if isinstance(one, Array) else [number(one)]
        for one in map(call.array, range(len(call)))
    ]
    if len({len(column) for column in columns}) > 1:
        raise FormulaError("#VALUE!")
    return math.fsum(map(math.prod, zip(*columns, strict=True)))


SUMMING = {1: "AVERAGE", 2: "COUNT", 4: "MAX", 5: "MIN", 6: "PRODUCT", 9: "SUM"}


def _aggregated(first: int) -> Function:
    """Return SUBTOTAL or AGGREGATE: the function is a number; 101 and so on leave out hidden rows."""

    def run(call: FunctionCall) -> Any:
        which = call.whole(0) % 100
        if which not in SUMMING:
            raise UnreadableError(_("a figure that is not a sum, mean or the like"))
        return FUNCTIONS[SUMMING[which]](call.of(first))

    return run


def _if_met(call: FunctionCall) -> list[float]:
    """Return the numbers of SUMIF and AVERAGEIF."""
    return _kept(call, call.area(2 if len(call) > 2 else 0), 0, 2)


def _ifs_met(call: FunctionCall) -> list[float]:
    """Return the numbers of SUMIFS and AVERAGEIFS."""
    return _kept(call, call.area(0), 1, len(call))


def _tests(call: FunctionCall, first: int, end: int) -> list[tuple[bool, ...]]:
    """Return for each cell whether it meets the criteria, which are pairs of arguments."""
    fits = [_fits(call.cells, call.area(at), call.plain(at + 1)) for at in range(first, end, 2)]
    if len({len(one) for one in fits}) > 1:
        raise UnreadableError(_("ranges of different sizes"))
    return list(zip(*fits, strict=True))


def _kept(call: FunctionCall, added: Area, first: int, end: int) -> list[float]:
    """Return the numbers of a range for which all tests are met."""
    kept, values = _tests(call, first, end), call.cells.values(added)
    if len(kept) != len(values):
        raise UnreadableError(_("ranges of different sizes"))
    return [float(value) for value, fits in zip(values, kept, strict=True) if is_number(value) and all(fits)]


def _fits(c: CellValues, area: Area, wanted: Any) -> list[bool]:
    """Return which cells of a range meet a criterion such as ">=2024"; a text is met whatever its case."""
    sign, text = "=", wanted
    if isinstance(wanted, str):
        match = re.match(r"(<>|<=|>=|=|<|>)?(.*)", wanted, re.S)
        assert match is not None
        sign, text = match[1] or "=", match[2]
        if sign in ("=", "<>") and (wild := _wild(text)):
            values = c.values(area)
            return [(isinstance(one, str) and wild.fullmatch(one) is not None) == (sign == "=") for one in values]
        with suppress(ValueError):
            text = float(text)
    compare = COMPARE[sign]
    found = []
    for value in c.values(area):
        if isinstance(text, str):
            own = "" if value is None else str(value).casefold()
            found.append(isinstance(value, str | None) and bool(compare(own, text.casefold())))
        else:
            found.append(bool(compare(value, number(text))) if is_number(value) else sign == "<>")
    return found


def _offset(call: FunctionCall) -> Area:
    """Return the range that lies some rows and columns from another one, of its size or of a given one."""
    start, rows, columns = call.area(0), call.whole(1), call.whole(2)
    sizes = list(start.shape)
    for at in range(3, min(len(call), 5)):
        given = call.plain(at)
        sizes[at - 3] = sizes[at - 3] if given is None else int(number(given))
    row, column = start.row + rows, start.column + columns
    if min(row, column) < 0 or 0 in sizes:
        raise FormulaError("#REF!")
    (row, last_row), (column, last_column) = (
        (first, first + size - 1) if size > 0 else (first + size + 1, first)
        for first, size in ((row, sizes[0]), (column, sizes[1]))
    )
    return _reached(call.cells, Area(start.sheet, row, column, last_row, last_column))


def _indirect(call: FunctionCall) -> Area:
    """Return the range that a text names, in the style A1."""
    c, text = call.cells, call.plain(0)
    if not call.number(1, 1.0):
        raise UnreadableError(_("an address in the style R1C1"))
    formula = c.book.expanded(str(text or "").strip(), c.sheet)
    found = areas(formula, c.sheet)
    if len(found) != 1 or form(formula) != "REF_0" or found[0].sheet not in c.book.sheets:
        raise FormulaError("#REF!")
    return _reached(c, found[0])


def _reached(c: CellValues, area: Area) -> Area:
    if area.size > MOST_CELLS:
        raise UnreadableError(_("a range of more than {count:,} cells").format(count=MOST_CELLS))
    c.reached.append(area)
    return area


def _numbered(area: Area, by_row: bool) -> Any:
    """Return the numbers of the rows or columns of a range, as ROW and COLUMN do."""
    if by_row:
        found = Array([[float(row + 1)] for row in range(area.row, area.last_row + 1)])
    else:
        found = Array([[float(column + 1) for column in range(area.column, area.last_column + 1)]])
    return found if len(found) > 1 or len(found[0]) > 1 else found[0][0]


def _part(how: Callable[..., str]) -> Function:
    """Return LEFT, RIGHT or MID."""

    def run(call: FunctionCall) -> Any:
        sizes = [call.whole(at) for at in range(1, len(call))]
        return elementwise(lambda one, _: how(text_of(one), *sizes), call.array(0), None)

    return run


def _joined(call: FunctionCall) -> str:
    found = map(call.array, range(len(call)))
    return "".join(text_of(one) for value in found for one in (value.values if isinstance(value, Array) else [value]))


def _text(call: FunctionCall) -> Any:
    """Write numbers in the few formats that addresses and months are made with."""
    how = str(call.plain(1))

    def written(value: Any, _none: Any) -> str:
        if not is_number(value):
            return text_of(value)
        if re.fullmatch(r"0+", how):
            return f"{_half_up(value):0{len(how)}.0f}"
        form_ = TEXT_FORMS.get(how.casefold())
        if form_ is None:
            raise UnreadableError(_("the format {format!r} of TEXT").format(format=how))
        return (EPOCH + timedelta(int(value))).strftime(form_)

    return elementwise(written, call.array(0), None)


TEXT_FORMS = {"yyyy": "%Y", "mm": "%m", "yyyy-mm": "%Y-%m", "yyyy/mm": "%Y/%m", "yyyymm": "%Y%m", "mmm": "%b"}
TEXT_FORMS |= {"yyyy-mm-dd": "%Y-%m-%d", "mmm-yy": "%b-%y", "mmm yyyy": "%b %Y", "mmm-yyyy": "%b-%Y"}


def _months_later(serial: float, months: float, last: bool = False) -> float:
    day = EPOCH + timedelta(int(serial))
    number_of = day.year * 12 + day.month - 1 + int(months)
    year, month = divmod(number_of, 12)
    length = monthrange(year, month + 1)[1]
    return float((date(year, month + 1, length if last else min(day.day, length)) - EPOCH).days)


COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _date(part: str) -> Function:
    return _plain(lambda serial: float(getattr(EPOCH + timedelta(int(serial)), part)))


def _serial(year: float, month: float, day: float) -> float:
    months = int(year) * 12 + int(month) - 1
    return float((date(months // 12, months % 12 + 1, 1) - EPOCH).days) + day - 1


def _choose(call: FunctionCall) -> Any:
    which = call.whole(0)
    if not 0 < which < len(call):
        raise FormulaError("#VALUE!")
    return call.plain(which)


def _not_available(call: FunctionCall) -> Any:
    raise FormulaError("#N/A")


def _mean(numbers: list[float]) -> float:
    if not numbers:
        raise FormulaError("#DIV/0!")
    return math.fsum(numbers) / len(numbers)


FUNCTIONS: dict[str, Function] = {
    "SUM": _of_numbers(sum),
    "AVERAGE": _of_numbers(_mean),
    "MIN": _of_numbers(lambda numbers: min(numbers, default=0.0)),
    "MAX": _of_numbers(lambda numbers: max(numbers, default=0.0)),
    "PRODUCT": _of_numbers(math.prod),
    "COUNT": _of_numbers(lambda numbers: float(len(numbers))),
    "COUNTA": lambda call: float(sum(one is not None for ranged, values in call.several() if ranged for one in values)),
    # an empty text counts as blank, too
    "COUNTBLANK": lambda call: float(sum(cell in (None, "") for cell in call.cells.values(call.area(0)))),
    "LEN": lambda call: float(len(text_of(call.plain(0)))),
    "ROWS": lambda call: float(call.area(0).shape[0]),
    "SUMPRODUCT": _sum_product,
    "SUMIF": lambda call: math.fsum(_if_met(call)),
    "SUMIFS": lambda call: math.fsum(_ifs_met(call)),
    "SUBTOTAL": _aggregated(1),
    "AGGREGATE": _aggregated(2),
    "SUMSQ": _of_numbers(lambda numbers: math.fsum(one * one for one in numbers)),
    "MEDIAN": _of_numbers(lambda numbers: float(statistics.median(numbers)) if numbers else _mean(numbers)),
    "COUNTIF": lambda call: float(sum(map(all, _tests(call, 0, len(call))))),
    "COUNTIFS": lambda call: float(sum(map(all, _tests(call, 0, len(call))))),
    "AVERAGEIF": lambda call: _mean(_if_met(call)),
    "AVERAGEIFS": lambda call: _mean(_ifs_met(call)),
    "OFFSET": _offset,
    "INDIRECT": _indirect,
    "ROW": lambda call: _numbered(call.area(0), by_row=True),
    "COLUMN": lambda call: _numbered(call.area(0), by_row=False),
    "LEFT": _part(lambda text, size=1: text[:size]),
    "RIGHT": _part(lambda text, size=1: text[-size:] if size else ""),
    "MID": _part(lambda text, first, size: text[first - 1 : first - 1 + size]),
    "CONCATENATE": _joined,
    "CONCAT": _joined,
    "TEXT": _text,
    "VALUE": _plain(lambda value: value),
    "N": _plain(lambda value: value),
    "EDATE": _plain(_months_later),
    "EOMONTH": _plain(lambda serial, months: _months_later(serial, months, last=True)),
    "DATE": _plain(_serial),
    "IF": _if,
    "IFERROR": _if_error(lambda error: True),
    "IFNA": _if_error(_is_not_available),
    "IFS": _ifs,
    "AND": _truths(all),
    "OR": _truths(any),
    "TRUE": lambda call: True,
    "FALSE": lambda call: False,
    "NOT": _plain(lambda value: not value),
    "ISNUMBER": _is(is_number),
    "ISTEXT": _is(lambda value: isinstance(value, str)),
    "ISBLANK": _is(lambda value: value is None),
    "ISERROR": _is(lambda value: isinstance(value, FormulaError)),
    "ISNA": _is(_is_not_available),
    "NA": _not_available,
    "INDEX": _index,
    "MATCH": _match,
    "VLOOKUP": _table_look_up(across=False),
    "HLOOKUP": _table_look_up(across=True),
    "LOOKUP": _look_up,
    "CHOOSE": _choose,
    "ABS": _plain(abs),
    "EXP": _plain(math.exp),
    "LN": _plain(math.log),
    "SQRT": _plain(math.sqrt),
    "POWER": _plain(math.pow),
    "SIGN": _plain(lambda value: math.copysign(1.0, value) if value else 0.0),
    "YEAR": _date("year"),
    "MONTH": _date("month"),
    "DAY": _date("day"),
    "ROUND": _rounding(_half_up),
    "ROUNDDOWN": _rounding(_down),
    "ROUNDUP": _rounding(_up),
    "TRUNC": _rounding(_down),
    "INT": _rounding(math.floor),
    "CEILING": _rounding(lambda value, step=1.0: math.ceil(value / step) * step),
    "FLOOR": _rounding(lambda value, step=1.0: math.floor(value / step) * step),
    "MROUND": _rounding(lambda value, step=1.0: _half_up(value / step) * step),
}

ROUNDING = ("ROUND", "ROUNDDOWN", "ROUNDUP", "INT", "TRUNC", "CEILING", "FLOOR", "MROUND", "EVEN", "ODD", "FIXED")
