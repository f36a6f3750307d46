"""The functions of a spreadsheet that formulas can use here."""

from __future__ import annotations

import math
import operator
import re
import statistics
from calendar import monthrange
from collections.abc import Callable, Sequence
from contextlib import suppress
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
Arguments = Sequence[Code]
Function = Callable[[CellValues, Sequence[Area], Arguments], Any]


def _numbers(c: CellValues, r: Sequence[Area], arguments: Arguments) -> list[float]:
    """Return the numbers among the arguments; in ranges whatever is no number is passed over."""
    found: list[float] = []
    for argument in arguments:
        value = argument(c, r)
        if isinstance(value, Area | Array):
            cells = value.values if isinstance(value, Array) else c.values(value)
            found += [float(one) for one in cells if isinstance(one, int | float) and not isinstance(one, bool)]
        else:
            found.append(number(value))
    return found


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    return lambda c, r, arguments: function(_numbers(c, r, arguments))


def _plain(function: Callable[..., Any]) -> Function:
    def of_numbers(*given: Any) -> Any:
        try:
            return function(*map(number, given))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise FormulaError("#NUM!") from None

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        if not arguments:
            return of_numbers()
        first, *others = (c.array(argument(c, r)) for argument in arguments)
        # only the first argument may be an array: ROUND(range, 2)
        return elementwise(lambda one, _: of_numbers(one, *map(c.plain, others)), first, None)

    return run


def _rounding(function: Callable[..., float]) -> Function:
    """Return a function that rounds, or does not where the calculator is told so."""
    plain = _plain(function)

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        if not c.exact:
            return plain(c, r, arguments)
        return elementwise(lambda value, _: number(value), c.array(arguments[0](c, r)), None)

    return run


def _half_up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _down(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.trunc(value * scale) / scale


def _up(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.ceil(abs(value) * scale) / scale, value)


def _if(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    condition = c.array(arguments[0](c, r))
    if isinstance(condition, Array):
        yes, no = (c.array(arguments[at](c, r)) if len(arguments) > at else False for at in (1, 2))
        pairs = elementwise(lambda one, other: (one, other), yes, no)
        return elementwise(lambda met, pair: pair[0 if number(met) else 1], condition, pairs)
    if number(condition):
        return c.plain(arguments[1](c, r))
    return c.plain(arguments[2](c, r)) if len(arguments) > 2 else False


def _iferror(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    try:
        return c.plain(arguments[0](c, r))
    except UnreadableError:
        raise
    except FormulaError:
        return c.plain(arguments[1](c, r))


def _is(test: Callable[[Any], bool], of_error: bool = False) -> Function:
    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        try:
            value = c.plain(arguments[0](c, r))
        except UnreadableError:
            raise
        except FormulaError:
            return of_error
        return test(value)

    return run


def _area(c: CellValues, r: Sequence[Area], argument: Code) -> Area:
    """Return an argument that must be a range."""
    area = argument(c, r)
    if not isinstance(area, Area):
        raise UnreadableError(_("a value stands where a range belongs"))
    return area


def _index(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    area = arguments[0](c, r)
    at = [int(number(c.plain(argument(c, r)))) for argument in arguments[1:]]
    if isinstance(area, Array):
        return _index_of_array(area, at)
    if not isinstance(area, Area):
        raise UnreadableError(_("a value stands where a range belongs"))
    if len(at) == 1:
        at = [at[0], 1] if area.column == area.last_column else [1, at[0]]
    row, column = area.row + at[0] - 1, area.column + at[1] - 1
    if row > area.last_row or column > area.last_column or min(at) < 0:
        raise FormulaError("#REF!")
    if 0 in at:  # a whole column, or a whole row
        rows = (area.row, area.last_row) if at[0] == 0 else (row, row)
        columns = (area.column, area.last_column) if at[1] == 0 else (column, column)
        return Area(area.sheet, rows[0], columns[0], rows[1], columns[1])
    return c.value((area.sheet, row, column))


def _index_of_array(grid: Array, at: list[int]) -> Any:
    if len(at) == 1:
        at = [at[0], 1] if len(grid[0]) == 1 else [1, at[0]]
    if at[0] > len(grid) or at[1] > len(grid[0]) or min(at) < 0:
        raise FormulaError("#REF!")
    return Array(_slice(grid, at)) if 0 in at else grid[at[0] - 1][at[1] - 1]


def _slice(rows: Array, at: Sequence[int]) -> list[list[Any]]:
    kept = rows if at[0] == 0 else [rows[at[0] - 1]]
    return [list(row) if at[1] == 0 else [row[at[1] - 1]] for row in kept]


def _grid(c: CellValues, r: Sequence[Area], argument: Code) -> Array:
    """Return the values of a range or an array, row by row."""
    value = argument(c, r)
    if isinstance(value, Area):
        width = value.last_column - value.column + 1
        cells = c.values(value)
        return Array([cells[start : start + width] for start in range(0, len(cells), width)])
    if isinstance(value, Array):
        return value
    raise UnreadableError(_("a value stands where a range belongs"))


def _line(grid: Array) -> list[Any]:
    """Return the values of a single row or column."""
    if len(grid) > 1 and len(grid[0]) > 1:
        raise FormulaError("#N/A")
    return list(grid.values)


def _wanted(c: CellValues, r: Sequence[Area], argument: Code) -> Any:
    """Return what is looked up; nothing counts as 0."""
    value = c.plain(argument(c, r))
    return 0.0 if value is None else value


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
        raise UnreadableError(_("the values that are looked through are not in order"))
    kept = [at for at, value in own if (value <= key[1] if how > 0 else value >= key[1])]
    if not kept:
        raise FormulaError("#N/A")
    return kept[-1]


def _match(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    how = number(c.plain(arguments[2](c, r))) if len(arguments) > 2 else 1.0
    return float(_position(_wanted(c, r, arguments[0]), _line(_grid(c, r, arguments[1])), how) + 1)


def _table_look_up(across: bool) -> Function:
    """Return VLOOKUP or HLOOKUP."""

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        grid = _grid(c, r, arguments[1])
        lines = [list(line) for line in zip(*grid, strict=True)] if not across else grid
        which = int(number(c.plain(arguments[2](c, r))))
        if which < 1 or which > len(lines):
            raise FormulaError("#VALUE!" if which < 1 else "#REF!")
        near = number(c.plain(arguments[3](c, r))) if len(arguments) > 3 else 1.0
        found = lines[which - 1][_position(_wanted(c, r, arguments[0]), lines[0], 1 if near else 0)]
        return 0.0 if found is None else found

    return run


def _look_up(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    """Look up in a row or column; of a table with two and more in its longer side, as spreadsheets do."""
    grid = _grid(c, r, arguments[1])
    if len(arguments) > 2:
        keys, results = _line(grid), _line(_grid(c, r, arguments[2]))
    elif len(grid[0]) > len(grid):
        keys, results = list(grid[0]), list(grid[-1])
    else:
        keys, results = [row[0] for row in grid], [row[-1] for row in grid]
    at = _position(_wanted(c, r, arguments[0]), keys, 1)
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

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> bool:
        found: list[bool] = []
        for argument in arguments:
            value = argument(c, r)
            if isinstance(value, Area | Array):
                cells = c.values(value) if isinstance(value, Area) else value.values
                found += [bool(one) for one in cells if isinstance(one, int | float)]
            else:
                found.append(bool(number(value)))
        if not found:
            raise FormulaError("#VALUE!")
        return of(found)

    return run


def _ifs(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    for condition, value in zip(arguments[::2], arguments[1::2], strict=True):
        if number(c.plain(condition(c, r))):
            return c.plain(value(c, r))
    raise FormulaError("#N/A")


def _if_not_available(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    try:
        return c.plain(arguments[0](c, r))
    except UnreadableError:
        raise
    except FormulaError as error:
        if str(error) != "#N/A":
            raise
        return c.plain(arguments[1](c, r))


def _sum_product(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    found = [c.array(argument(c, r)) for argument in arguments]
    columns = [
        [float(value) if is_number(value) else 0.0 for value in one.values] if isinstance(one, Array) else [number(one)]
        for one in found
    ]
    if len({len(column) for column in columns}) > 1:
        raise FormulaError("#VALUE!")
    return math.fsum(map(math.prod, zip(*columns, strict=True)))


SUMMING = {1: "AVERAGE", 2: "COUNT", 4: "MAX", 5: "MIN", 6: "PRODUCT", 9: "SUM"}


def _aggregated(first: int) -> Function:
    """Return SUBTOTAL or AGGREGATE: the function is a number, of which 101 and so on pass over hidden rows."""

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        which = int(number(c.plain(arguments[0](c, r)))) % 100
        if which not in SUMMING:
            raise UnreadableError(_("a figure that is not a sum, mean or the like"))
        return FUNCTIONS[SUMMING[which]](c, r, arguments[first:])

    return run


def _sum_if(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    tested = _area(c, r, arguments[0])
    added = _area(c, r, arguments[2]) if len(arguments) > 2 else tested
    return _added(c, added, [(tested, c.plain(arguments[1](c, r)))])


def _sum_ifs(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    pairs = zip(arguments[1::2], arguments[2::2], strict=True)
    return _added(c, _area(c, r, arguments[0]), [(_area(c, r, one), c.plain(other(c, r))) for one, other in pairs])


def _added(c: CellValues, added: Area, tests: Sequence[tuple[Area, Any]]) -> float:
    return math.fsum(_kept(c, added, tests))


def _kept(c: CellValues, added: Area, tests: Sequence[tuple[Area, Any]]) -> list[float]:
    """Return the numbers of a range beside which all tests are met."""
    kept = [_fits(c, area, wanted) for area, wanted in tests]
    values = c.values(added)
    if any(len(one) != len(values) for one in kept):
        raise UnreadableError(_("ranges of different sizes"))
    rows = zip(values, *kept, strict=True)
    return [float(value) for value, *fits in rows if is_number(value) and all(fits)]


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


def _offset(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Area:
    """Return the range that lies some rows and columns from another one, of its size or of a given one."""
    start = _area(c, r, arguments[0])
    rows, columns = (int(number(c.plain(arguments[at](c, r)))) for at in (1, 2))
    sizes = [start.last_row - start.row + 1, start.last_column - start.column + 1]
    for at, argument in enumerate(arguments[3:5]):
        given = c.plain(argument(c, r))
        sizes[at] = sizes[at] if given is None else int(number(given))
    row, column = start.row + rows, start.column + columns
    if min(row, column) < 0 or 0 in sizes:
        raise FormulaError("#REF!")
    (row, last_row), (column, last_column) = (
        (first, first + size - 1) if size > 0 else (first + size + 1, first)
        for first, size in ((row, sizes[0]), (column, sizes[1]))
    )
    return _reached(c, Area(start.sheet, row, column, last_row, last_column))


def _indirect(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Area:
    """Return the range that a text names, in the style A1."""
    text = c.plain(arguments[0](c, r))
    if len(arguments) > 1 and not number(c.plain(arguments[1](c, r))):
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


def _count_if(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    kept = [_fits(c, _area(c, r, one), c.plain(other(c, r))) for one, other in pairs]
    return float(sum(map(all, zip(*kept, strict=True))))


def _mean_if(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    tested = _area(c, r, arguments[0])
    averaged = _area(c, r, arguments[2]) if len(arguments) > 2 else tested
    return _mean(_kept(c, averaged, [(tested, c.plain(arguments[1](c, r)))]))


def _mean_ifs(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    pairs = zip(arguments[1::2], arguments[2::2], strict=True)
    tests = [(_area(c, r, one), c.plain(other(c, r))) for one, other in pairs]
    return _mean(_kept(c, _area(c, r, arguments[0]), tests))


def _place_of(which: str) -> Function:
    """Return ROW or COLUMN: the numbers of the rows or columns of a range."""

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        area = _area(c, r, arguments[0])
        if which == "row":
            found = Array([[float(row + 1)] for row in range(area.row, area.last_row + 1)])
        else:
            found = Array([[float(column + 1) for column in range(area.column, area.last_column + 1)]])
        return found if len(found) > 1 or len(found[0]) > 1 else found[0][0]

    return run


def _cut(how: Callable[..., str]) -> Function:
    """Return LEFT, RIGHT or MID."""

    def run(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
        first, *others = (c.array(argument(c, r)) for argument in arguments)
        sizes = [int(number(c.plain(one))) for one in others]
        return elementwise(lambda one, _: how(text_of(one), *sizes), first, None)

    return run


def _joined(c: CellValues, r: Sequence[Area], arguments: Arguments) -> str:
    found = [c.array(argument(c, r)) for argument in arguments]
    return "".join(text_of(one) for value in found for one in (value.values if isinstance(value, Array) else [value]))


def _text(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    """Write numbers in the few formats that addresses and months are made with."""
    given, how = c.array(arguments[0](c, r)), str(c.plain(arguments[1](c, r)))

    def written(value: Any, _none: Any) -> str:
        if not is_number(value):
            return text_of(value)
        if re.fullmatch(r"0+", how):
            return f"{_half_up(value):0{len(how)}.0f}"
        form_ = TEXT_FORMS.get(how.casefold())
        if form_ is None:
            raise UnreadableError(_("the format {format!r} of TEXT").format(format=how))
        return (EPOCH + timedelta(int(value))).strftime(form_)

    return elementwise(written, given, None)


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


def _counted(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    values = [argument(c, r) for argument in arguments]
    cells = [cell for value in values if isinstance(value, Area) for cell in c.values(value)]
    return float(sum(cell is not None for cell in cells))


def _blank(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    """Count the cells that show nothing: an empty text counts, too."""
    return float(sum(cell in (None, "") for cell in c.values(_area(c, r, arguments[0]))))


def _length(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    value = c.plain(arguments[0](c, r))
    return float(len("" if value is None else f"{value:.15g}" if is_number(value) else str(value)))


def _rows(c: CellValues, r: Sequence[Area], arguments: Arguments) -> float:
    area = _area(c, r, arguments[0])
    return float(area.last_row - area.row + 1)


def _date(part: str) -> Function:
    return _plain(lambda serial: float(getattr(EPOCH + timedelta(int(serial)), part)))


def _serial(year: float, month: float, day: float) -> float:
    months = int(year) * 12 + int(month) - 1
    return float((date(months // 12, months % 12 + 1, 1) - EPOCH).days) + day - 1


def _choose(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
    which = int(number(c.plain(arguments[0](c, r))))
    if not 0 < which < len(arguments):
        raise FormulaError("#VALUE!")
    return c.plain(arguments[which](c, r))


def _not_available(c: CellValues, r: Sequence[Area], arguments: Arguments) -> Any:
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
    "COUNTA": _counted,
    "COUNTBLANK": _blank,
    "LEN": _length,
    "ROWS": _rows,
    "SUMPRODUCT": _sum_product,
    "SUMIF": _sum_if,
    "SUMIFS": _sum_ifs,
    "SUBTOTAL": _aggregated(1),
    "AGGREGATE": _aggregated(2),
    "SUMSQ": _of_numbers(lambda numbers: math.fsum(one * one for one in numbers)),
    "MEDIAN": _of_numbers(lambda numbers: float(statistics.median(numbers)) if numbers else _mean(numbers)),
    "COUNTIF": _count_if,
    "COUNTIFS": _count_if,
    "AVERAGEIF": _mean_if,
    "AVERAGEIFS": _mean_ifs,
    "OFFSET": _offset,
    "INDIRECT": _indirect,
    "ROW": _place_of("row"),
    "COLUMN": _place_of("column"),
    "LEFT": _cut(lambda text, size=1: text[:size]),
    "RIGHT": _cut(lambda text, size=1: text[-size:] if size else ""),
    "MID": _cut(lambda text, first, size: text[first - 1 : first - 1 + size]),
    "CONCATENATE": _joined,
    "CONCAT": _joined,
    "TEXT": _text,
    "VALUE": _plain(lambda value: value),
    "N": _plain(lambda value: value),
    "EDATE": _plain(_months_later),
    "EOMONTH": _plain(lambda serial, months: _months_later(serial, months, last=True)),
    "DATE": _plain(_serial),
    "IF": _if,
    "IFERROR": _iferror,
    "IFNA": _if_not_available,
    "IFS": _ifs,
    "AND": _truths(all),
    "OR": _truths(any),
    "TRUE": lambda c, r, arguments: True,
    "FALSE": lambda c, r, arguments: False,
    "NOT": _plain(lambda value: not value),
    "ISNUMBER": _is(is_number),
    "ISTEXT": _is(lambda value: isinstance(value, str)),
    "ISBLANK": _is(lambda value: value is None),
    "ISERROR": _is(lambda value: False, of_error=True),
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
