"""The functions of a spreadsheet that formulas can use here."""

from __future__ import annotations

import itertools
import math
import operator
import re
import statistics
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.references import Area, areas, form
from jcm_calc.verification.spreadsheet.values import (
    EPOCH,
    MOST_CELLS,
    Array,
    FormulaError,
    UnreadableError,
    WorkbookCells,
    comparable,
    elementwise,
    is_number,
    number,
    text_of,
)

Code = Callable[[WorkbookCells, Sequence[Area]], Any]
# Each argument is evaluated when it is asked for, so that IF takes one branch only.
Function = Callable[[WorkbookCells, Sequence[Area], Sequence[Code]], Any]
Later = Callable[..., Any]


def _grid(cells: WorkbookCells, found: Any) -> Array:
    """Return the values of a range or an array, row by row."""
    if isinstance(found, Area):
        return Array.of(cells.values(found), found.shape[1])
    if isinstance(found, Array):
        return found
    raise UnreadableError(NO_RANGE)


def _line(grid: Array) -> list[Any]:
    """Return the values of a single row or column."""
    if len(grid) > 1 and len(grid[0]) > 1:
        raise FormulaError("#N/A")
    return list(grid.values)


def _area(found: Any) -> Area:
    if not isinstance(found, Area):
        raise UnreadableError(NO_RANGE)
    return found


def _several(cells: WorkbookCells, found: Any) -> tuple[bool, Iterable[Any]]:
    """Return the values of an argument, and whether they are of a range."""
    if isinstance(found, Area):
        return True, cells.values(found)
    return (True, found.values) if isinstance(found, Array) else (False, [found])


def _caught(c: WorkbookCells, r: Sequence[Area], argument: Code) -> Any:
    """Return an argument, or the error that it gives."""
    try:
        return c.plain(argument(c, r))
    except UnreadableError:
        raise
    except FormulaError as error:
        return error


NO_RANGE = _("got a value; must be a range")
# What a function takes an argument as
KINDS: dict[str, Callable[[WorkbookCells, Sequence[Area], Code], Any]] = {
    "given": lambda c, r, of: of(c, r),
    "value": lambda c, r, of: c.plain(of(c, r)),
    "number": lambda c, r, of: number(c.plain(of(c, r))),
    "whole": lambda c, r, of: int(number(c.plain(of(c, r)))),
    "wanted": lambda c, r, of: 0.0 if (found := c.plain(of(c, r))) is None else found,  # nothing is looked up as 0
    "array": lambda c, r, of: c.array(of(c, r)),
    "area": lambda c, r, of: _area(of(c, r)),
    "values": lambda c, r, of: c.values(_area(of(c, r))),
    "grid": lambda c, r, of: _grid(c, of(c, r)),
    "line": lambda c, r, of: _line(_grid(c, of(c, r))),
    "several": lambda c, r, of: _several(c, of(c, r)),
    "caught": _caught,
    "later": lambda c, r, of: lambda array=False: (c.array if array else c.plain)(of(c, r)),
}


def _of(kinds: str, function: Callable[..., Any]) -> Function:
    """Return a function of arguments of some kinds; those after a star come over and over."""
    once, again = ([KINDS[kind] for kind in part.split()] for part in kinds.partition("*")[::2])

    def run(c: WorkbookCells, r: Sequence[Area], arguments: Sequence[Code]) -> Any:
        taken = itertools.chain(once, itertools.cycle(again)) if again else once
        return function(*[take(c, r, argument) for take, argument in zip(taken, arguments, strict=False)])

    return run


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    """Return a function of the numbers among its arguments; anything else in a range is ignored."""

    def run(*given: tuple[bool, Iterable[Any]]) -> float:
        return function([number(one) for ranged, own in given for one in own if not ranged or is_number(one)])

    return _of("* several", run)


def _plain(function: Callable[..., Any]) -> Function:
    """Return a function of numbers, of which the first may be an array: ROUND(range, 2)."""

    def of_numbers(*given: Any) -> Any:
        try:
            return function(*map(number, given))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise FormulaError("#NUM!") from None

    return _of(
        "array * value", lambda first, *others: elementwise(lambda one, _: of_numbers(one, *others), first, None)
    )


def _rounding(function: Callable[..., float]) -> Function:
    """Return a function that rounds, except in a calculator that is exact."""
    rounded, plain = _plain(function), _plain(lambda value: value)
    return lambda c, r, given: plain(c, r, given[:1]) if c.exact else rounded(c, r, given)


def _digits(how: str) -> Function:
    """Return a function that rounds a number of 15 digits, as spreadsheets do: ROUND(1.005,2) is 1.01."""

    def rounded(value: float, digits: float = 0) -> float:
        if abs(digits) > sys.float_info.max_10_exp:
            raise OverflowError
        exact = Decimal(f"{value:.15g}")
        if int(digits) >= -exact.as_tuple().exponent:  # type: ignore[operator]
            return value
        return float(exact.scaleb(int(digits)).to_integral_value(how).scaleb(-int(digits)))

    return _rounding(rounded)


def _steps(how: str) -> Function:
    """Return a function that rounds to a multiple of a step."""

    def rounded(value: float, step: float = 1.0) -> float:
        if value > 0 > step or (how == ROUND_HALF_UP and value < 0 < step):
            raise ValueError
        exact = Decimal(f"{step:.15g}")
        return float((Decimal(f"{value:.15g}") / exact).to_integral_value(how) * exact) if step else 0.0

    return _rounding(rounded)


def _if(condition: Any, yes: Later, no: Later = lambda array=False: False) -> Any:
    if not isinstance(condition, Array):
        return yes() if number(condition) else no()
    pairs = elementwise(lambda one, other: (one, other), yes(True), no(True))
    return elementwise(lambda met, pair: pair[0 if number(met) else 1], condition, pairs)


def _if_error(caught: Any, instead: Later, of: Callable[[Any], bool] = lambda error: True) -> Any:
    if not isinstance(caught, FormulaError):
        return caught
    if not of(caught):
        raise caught
    return instead()


def _is_not_available(value: Any) -> bool:
    return isinstance(value, FormulaError) and str(value) == "#N/A"


def _index(table: Any, *at: int) -> Any:
    """Return a part of a table by the numbers of its row and column; 0 is a whole column, or a whole row."""
    if not isinstance(table, Area | Array):
        raise UnreadableError(NO_RANGE)
    size = (len(table), len(table[0])) if isinstance(table, Array) else table.shape
    row, column = at[:2] if len(at) > 1 else (at[0], 1) if size[1] == 1 else (1, at[0])
    if row > size[0] or column > size[1] or min(row, column) < 0:
        raise FormulaError("#REF!")
    (top, bottom), (left, right) = (
        (0, most - 1) if one == 0 else (one - 1, one - 1) for one, most in zip((row, column), size, strict=True)
    )
    if isinstance(table, Area):
        first, start = table.row, table.column
        return Area(table.sheet, first + top, start + left, first + bottom, start + right)
    part = [line[left : right + 1] for line in table[top : bottom + 1]]
    return part[0][0] if row and column else Array(part)


def _position(wanted: Any, among: Sequence[Any], how: float) -> int:
    """Return where a value is among others: exactly (0), or the last that is not above (1) or not below (-1) it."""
    key = comparable(wanted)
    found = [None if value is None else comparable(value) for value in among]
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


def _table_look_up(wanted: Any, lines: Sequence[Any], which: int, near: float = 1.0) -> Any:
    """Look up in the first line of a table, and return what another line has there."""
    if which < 1 or which > len(lines):
        raise FormulaError("#VALUE!" if which < 1 else "#REF!")
    found = lines[which - 1][_position(wanted, lines[0], 1 if near else 0)]
    return 0.0 if found is None else found


def _look_up(wanted: Any, grid: Array, results: Sequence[Any] | None = None) -> Any:
    """Look up in a row or column; of a table with two and more in its longer side, as spreadsheets do."""
    if results is not None:
        keys: Sequence[Any] = _line(grid)
    elif len(grid[0]) > len(grid):
        keys, results = grid[0], grid[-1]
    else:
        keys, results = [row[0] for row in grid], [row[-1] for row in grid]
    at = _position(wanted, keys, 1)
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

    def run(*given: tuple[bool, Iterable[Any]]) -> bool:
        found = [
            bool(one) if ranged else bool(number(one))
            for ranged, values in given
            for one in values
            if not ranged or isinstance(one, int | float)
        ]
        if not found:
            raise FormulaError("#VALUE!")
        return of(found)

    return _of("* several", run)


def _ifs(*given: Later) -> Any:
    for at in range(0, len(given), 2):
        if number(given[at]()):
            return given[at + 1]()
    raise FormulaError("#N/A")


def _sum_product(*given: Any) -> float:
    columns = [
        [float(value) if is_number(value) else 0.0 for value in one.values] if isinstance(one, Array) else [number(one)]
        for one in given
    ]
    if len({len(column) for column in columns}) > 1:
        raise FormulaError("#VALUE!")
    return math.fsum(map(math.prod, zip(*columns, strict=True)))


SUMMING = {1: "AVERAGE", 2: "COUNT", 4: "MAX", 5: "MIN", 6: "PRODUCT", 9: "SUM"}


def _aggregated(first: int) -> Function:
    """Return SUBTOTAL or AGGREGATE: the function is a number; 101 and so on leave out hidden rows."""

    def run(c: WorkbookCells, r: Sequence[Area], arguments: Sequence[Code]) -> Any:
        which = KINDS["whole"](c, r, arguments[0]) % 100
        if which not in SUMMING:
            raise UnreadableError(_("a figure that is not a sum, mean or the like"))
        for argument in arguments[first:]:
            given = argument(c, r)
            if isinstance(given, Area) and _aggregates(c.book, given):
                raise UnreadableError(_("a subtotal of hidden rows or of other subtotals"))
        return FUNCTIONS[SUMMING[which]](c, r, arguments[first:])

    return run


def _aggregates(book: Book, area: Area) -> bool:
    """Whether a range has hidden rows, or totals of a part of it: whether they count depends on what hides them."""
    if area.sheet not in book.sheets:
        return False
    hidden, _columns = book.hidden_cells(area.sheet)
    return any(area.row <= row <= area.last_row for row in hidden) or any(
        area.row <= row <= area.last_row
        and area.column <= column <= area.last_column
        and re.search(r"\b(?:SUBTOTAL|AGGREGATE)\(", formula.text, re.I)
        for (row, column), formula in book.formulas(area.sheet).items()
    )


def _if_met(values: Sequence[Any], wanted: Any, added: Sequence[Any] | None = None) -> list[float]:
    """Return the numbers of SUMIF and AVERAGEIF."""
    return _ifs_met(values if added is None else added, values, wanted)


def _tests(*given: Any) -> list[bool]:
    """Return for each cell whether it meets all criteria, each of which comes after the values it is about."""
    fits = [_fits(given[at], given[at + 1]) for at in range(0, len(given), 2)]
    if len({len(one) for one in fits}) > 1:
        raise UnreadableError(DIFFERENT_SIZES)
    return list(map(all, zip(*fits, strict=True)))


def _ifs_met(added: Sequence[Any], *given: Any) -> list[float]:
    """Return the numbers of SUMIFS and AVERAGEIFS."""
    met = _tests(*given)
    if len(met) != len(added):
        raise UnreadableError(DIFFERENT_SIZES)
    return [float(value) for value, kept in zip(added, met, strict=True) if is_number(value) and kept]


DIFFERENT_SIZES = _("ranges of different sizes")


def _fits(values: Sequence[Any], wanted: Any) -> list[bool]:
    """Return which values of a range meet a criterion such as ">=2024"; a text is met whatever its case."""
    sign, text = "=", wanted
    if isinstance(wanted, str):
        match = re.match(r"(<>|<=|>=|=|<|>)?(.*)", wanted, re.S)
        assert match is not None
        sign, text = match[1] or "=", match[2]
        if sign in ("=", "<>") and (wild := _wild(text)):
            return [(isinstance(one, str) and wild.fullmatch(one) is not None) == (sign == "=") for one in values]
        with suppress(FormulaError):
            text = text.upper() == "TRUE" if text.upper() in ("TRUE", "FALSE") else number(text)
    compare = COMPARE[sign]
    kind, key = comparable(0.0 if text is None else text)

    def met(value: Any) -> bool:
        if value is None and key != "":
            return sign == "<>"
        if kind == 0 and sign in ("=", "<>"):
            with suppress(FormulaError):  # a text that is a number counts as one
                value = value if isinstance(value, bool) else number(value)
        own = comparable("" if value is None else value)
        return bool(compare(own[1], key)) if own[0] == kind else sign == "<>"

    return list(map(met, values))


def _offset(c: WorkbookCells, r: Sequence[Area], arguments: Sequence[Code]) -> Area:
    """Return the range that lies some rows and columns from another one, of its size or of a given one."""
    start, rows, columns, *given = _OFFSET(c, r, arguments)
    sizes = [
        own if one is None else int(number(one)) for own, one in zip(start.shape, (*given, None, None), strict=False)
    ]
    row, column = start.row + rows, start.column + columns
    if min(row, column) < 0 or 0 in sizes:
        raise FormulaError("#REF!")
    (row, last_row), (column, last_column) = (
        (first, first + size - 1) if size > 0 else (first + size + 1, first)
        for first, size in ((row, sizes[0]), (column, sizes[1]))
    )
    return _reached(c, Area(start.sheet, row, column, last_row, last_column))


def _indirect(c: WorkbookCells, r: Sequence[Area], arguments: Sequence[Code]) -> Area:
    """Return the range that a text names, in the style A1."""
    text, in_a1 = _INDIRECT(c, r, arguments)
    if not in_a1:
        raise UnreadableError(_("an address in the style R1C1"))
    formula = c.book.expanded(str(text or "").strip(), c.sheet)
    found = areas(formula, c.sheet)
    if len(found) != 1 or form(formula) != "REF_0" or found[0].sheet not in c.book.sheets:
        raise FormulaError("#REF!")
    return _reached(c, found[0])


_OFFSET = _of("area whole whole value value", lambda start, rows, columns, *sizes: (start, rows, columns, *sizes))
_INDIRECT = _of("value number", lambda text, in_a1=1.0: (text, in_a1))


def _reached(c: WorkbookCells, area: Area) -> Area:
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
    return _of(
        "array * whole", lambda texts, *sizes: elementwise(lambda one, _: how(text_of(one), *sizes), texts, None)
    )


def _joined(*given: Any) -> str:
    return "".join(text_of(one) for value in given for one in (value.values if isinstance(value, Array) else [value]))


def _text(texts: Any, how: Any) -> Any:
    """Write numbers in the few formats that addresses and months are made with."""
    how = str(how)

    def written(value: Any, _none: Any) -> str:
        if not is_number(value):
            return text_of(value)
        if re.fullmatch(r"0+", how):
            return f"{Decimal(f'{value:.15g}').to_integral_value(ROUND_HALF_UP):0{len(how)}.0f}"
        form_ = TEXT_FORMS.get(how.casefold())
        if form_ is None:
            raise UnreadableError(_("the format {format!r} of TEXT").format(format=how))
        return (EPOCH + timedelta(int(value))).strftime(form_)

    return elementwise(written, texts, None)


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
    months = (int(year) + (1900 if 0 <= year < 1900 else 0)) * 12 + int(month) - 1
    return float((date(months // 12, months % 12 + 1, 1) - EPOCH).days) + day - 1


def _choose(which: int, *given: Later) -> Any:
    if not 0 < which <= len(given):
        raise FormulaError("#VALUE!")
    return given[which - 1]()


def _not_available() -> Any:
    raise FormulaError("#N/A")


def _count(*given: tuple[bool, Iterable[Any]]) -> float:
    def counted(value: Any, ranged: bool) -> bool:
        if not ranged and value is not None:
            with suppress(FormulaError):  # a text that is a number, typed as an argument, counts
                value = number(value)
        return is_number(value)

    return float(sum(counted(one, ranged) for ranged, values in given for one in values))


def _mean(numbers: list[float]) -> float:
    if not numbers:
        raise FormulaError("#DIV/0!")
    return math.fsum(numbers) / len(numbers)


FUNCTIONS: dict[str, Function] = {
    "SUM": _of_numbers(sum),
    "AVERAGE": _of_numbers(_mean),
    "MIN": _of_numbers(lambda numbers: min(numbers, default=0.0)),
    "MAX": _of_numbers(lambda numbers: max(numbers, default=0.0)),
    "PRODUCT": _of_numbers(lambda numbers: math.prod(numbers) if numbers else 0.0),
    "COUNT": _of("* several", _count),
    "COUNTA": _of("* several", lambda *given: float(sum(one is not None for _, values in given for one in values))),
    # an empty text counts as blank, too
    "COUNTBLANK": _of("values", lambda values: float(sum(cell in (None, "") for cell in values))),
    "LEN": _of("value", lambda value: float(len(text_of(value)))),
    "ROWS": _of("area", lambda area: float(area.shape[0])),
    "SUMPRODUCT": _of("* array", _sum_product),
    "SUMIF": _of("values value values", lambda *given: math.fsum(_if_met(*given))),
    "SUMIFS": _of("values * values value", lambda *given: math.fsum(_ifs_met(*given))),
    "SUBTOTAL": _aggregated(1),
    "AGGREGATE": _aggregated(2),
    "SUMSQ": _of_numbers(lambda numbers: math.fsum(one * one for one in numbers)),
    "MEDIAN": _of_numbers(lambda numbers: float(statistics.median(numbers)) if numbers else _mean(numbers)),
    "COUNTIF": _of("values value", lambda *given: float(sum(_tests(*given)))),
    "COUNTIFS": _of("* values value", lambda *given: float(sum(_tests(*given)))),
    "AVERAGEIF": _of("values value values", lambda *given: _mean(_if_met(*given))),
    "AVERAGEIFS": _of("values * values value", lambda *given: _mean(_ifs_met(*given))),
    "OFFSET": _offset,
    "INDIRECT": _indirect,
    "ROW": _of("area", lambda area: _numbered(area, by_row=True)),
    "COLUMN": _of("area", lambda area: _numbered(area, by_row=False)),
    "LEFT": _part(lambda text, size=1: text[:size]),
    "RIGHT": _part(lambda text, size=1: text[-size:] if size else ""),
    "MID": _part(lambda text, first, size: text[first - 1 : first - 1 + size]),
    "CONCATENATE": _of("* array", _joined),
    "CONCAT": _of("* array", _joined),
    "TEXT": _of("array value", _text),
    "VALUE": _plain(lambda value: value),
    "N": _of("value", lambda value: 0.0 if isinstance(value, str) else number(value)),
    "EDATE": _plain(_months_later),
    "EOMONTH": _plain(lambda serial, months: _months_later(serial, months, last=True)),
    "DATE": _plain(_serial),
    "IF": _of("array later later", _if),
    "IFERROR": _of("caught later", _if_error),
    "IFNA": _of("caught later", lambda caught, instead: _if_error(caught, instead, _is_not_available)),
    "IFS": _of("* later", _ifs),
    "AND": _truths(all),
    "OR": _truths(any),
    "TRUE": _of("", lambda: True),
    "FALSE": _of("", lambda: False),
    "NOT": _plain(lambda value: not value),
    "ISNUMBER": _of("caught", is_number),
    "ISTEXT": _of("caught", lambda value: isinstance(value, str)),
    "ISBLANK": _of("caught", lambda value: value is None),
    "ISERROR": _of("caught", lambda value: isinstance(value, FormulaError)),
    "ISNA": _of("caught", _is_not_available),
    "NA": _of("", _not_available),
    "INDEX": _of("given * whole", _index),
    "MATCH": _of("wanted line number", lambda wanted, line, how=1.0: float(_position(wanted, line, how) + 1)),
    "VLOOKUP": _of(
        "wanted grid whole number",
        lambda wanted, grid, *how: _table_look_up(wanted, list(zip(*grid, strict=True)), *how),
    ),
    "HLOOKUP": _of("wanted grid whole number", _table_look_up),
    "LOOKUP": _of("wanted grid line", _look_up),
    "CHOOSE": _of("whole * later", _choose),
    "ABS": _plain(abs),
    "EXP": _plain(math.exp),
    "LN": _plain(math.log),
    "SQRT": _plain(math.sqrt),
    "POWER": _plain(math.pow),
    "SIGN": _plain(lambda value: math.copysign(1.0, value) if value else 0.0),
    "YEAR": _date("year"),
    "MONTH": _date("month"),
    "DAY": _date("day"),
    "ROUND": _digits(ROUND_HALF_UP),
    "ROUNDDOWN": _digits(ROUND_DOWN),
    "ROUNDUP": _digits(ROUND_UP),
    "TRUNC": _digits(ROUND_DOWN),
    "INT": _digits(ROUND_FLOOR),
    "CEILING": _steps(ROUND_CEILING),
    "FLOOR": _steps(ROUND_FLOOR),
    "MROUND": _steps(ROUND_HALF_UP),
}

ROUNDING = ("ROUND", "ROUNDDOWN", "ROUNDUP", "INT", "TRUNC", "CEILING", "FLOOR", "MROUND", "EVEN", "ODD", "FIXED")
