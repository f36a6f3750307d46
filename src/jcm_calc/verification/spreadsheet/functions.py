"""The functions of a spreadsheet that formulas can use here."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from jcm_calc.languages import _
from jcm_calc.verification.spreadsheet.values import EPOCH, FormulaError, UnreadableError, is_number, number
from jcm_calc.workbook.references import Area

if TYPE_CHECKING:
    from jcm_calc.verification.spreadsheet.calculator import Calculator

Code = Callable[["Calculator", Sequence[Area]], Any]
Arguments = Sequence[Code]
Function = Callable[["Calculator", Sequence[Area], Arguments], Any]


def _numbers(c: Calculator, r: Sequence[Area], arguments: Arguments) -> list[float]:
    """Return the numbers among the arguments; in ranges whatever is no number is passed over."""
    found: list[float] = []
    for argument in arguments:
        value = argument(c, r)
        if isinstance(value, Area):
            cells = map(c.value, value.places)
            found += [float(one) for one in cells if isinstance(one, int | float) and not isinstance(one, bool)]
        else:
            found.append(number(value))
    return found


def _of_numbers(function: Callable[[list[float]], float]) -> Function:
    return lambda c, r, arguments: function(_numbers(c, r, arguments))


def _plain(function: Callable[..., Any]) -> Function:
    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        try:
            return function(*(number(c.plain(argument(c, r))) for argument in arguments))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise FormulaError("#NUM!") from None

    return run


def _rounding(function: Callable[..., float]) -> Function:
    """Return a function that rounds, or does not where the calculator is told so."""
    plain = _plain(function)

    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        return number(c.plain(arguments[0](c, r))) if c.exact else plain(c, r, arguments)

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


def _if(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    condition = c.plain(arguments[0](c, r))
    if number(condition):
        return c.plain(arguments[1](c, r))
    return c.plain(arguments[2](c, r)) if len(arguments) > 2 else False


def _iferror(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    try:
        return c.plain(arguments[0](c, r))
    except UnreadableError:
        raise
    except FormulaError:
        return c.plain(arguments[1](c, r))


def _is(test: Callable[[Any], bool], of_error: bool = False) -> Function:
    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        try:
            value = c.plain(arguments[0](c, r))
        except UnreadableError:
            raise
        except FormulaError:
            return of_error
        return test(value)

    return run


def _area(c: Calculator, r: Sequence[Area], argument: Code) -> Area:
    """Return an argument that must be a range."""
    area = argument(c, r)
    if not isinstance(area, Area):
        raise UnreadableError(_("a value stands where a range belongs"))
    return area


def _index(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    area = _area(c, r, arguments[0])
    at = [int(number(c.plain(argument(c, r)))) for argument in arguments[1:]]
    if len(at) == 1:
        at = [at[0], 1] if area.column == area.last_column else [1, at[0]]
    row, column = area.row + at[0] - 1, area.column + at[1] - 1
    if row > area.last_row or column > area.last_column or min(at) < 1:
        raise FormulaError("#REF!")
    return c.value((area.sheet, row, column))


def _match(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    wanted, area = c.plain(arguments[0](c, r)), _area(c, r, arguments[1])
    if len(arguments) < 3 or number(c.plain(arguments[2](c, r))) != 0:
        raise UnreadableError(_("MATCH of what is not looked for exactly"))
    wanted = wanted.casefold() if isinstance(wanted, str) else wanted
    for position, place in enumerate(area.places, 1):
        value = c.value(place)
        if value is not None and (value.casefold() if isinstance(value, str) else value) == wanted:
            return float(position)
    raise FormulaError("#N/A")


def _look_up(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    area = _area(c, r, arguments[1])
    column = int(number(c.plain(arguments[2](c, r))))
    keys = Area(area.sheet, area.row, area.column, area.last_row, area.column)
    exact = arguments[3] if len(arguments) > 3 else lambda c, r: 1.0
    row = _match(c, r, [arguments[0], lambda c, r: keys, exact])
    return c.value((area.sheet, area.row + int(row) - 1, area.column + column - 1))


def _sum_product(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    found = [argument(c, r) for argument in arguments]
    columns = [
        [number(c.value(place)) if is_number(c.value(place)) else 0.0 for place in one.places]
        if isinstance(one, Area)
        else [number(one)]
        for one in found
    ]
    if len({len(column) for column in columns}) > 1:
        raise FormulaError("#VALUE!")
    return math.fsum(map(math.prod, zip(*columns, strict=True)))


SUMMING = {1: "AVERAGE", 2: "COUNT", 4: "MAX", 5: "MIN", 6: "PRODUCT", 9: "SUM"}


def _aggregated(first: int) -> Function:
    """Return SUBTOTAL or AGGREGATE: the function is a number, of which 101 and so on pass over hidden rows."""

    def run(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
        which = int(number(c.plain(arguments[0](c, r)))) % 100
        if which not in SUMMING:
            raise UnreadableError(_("a figure that is not a sum, mean or the like"))
        return FUNCTIONS[SUMMING[which]](c, r, arguments[first:])

    return run


def _sum_if(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    tested = _area(c, r, arguments[0])
    added = _area(c, r, arguments[2]) if len(arguments) > 2 else tested
    return _added(c, added, [(tested, c.plain(arguments[1](c, r)))])


def _sum_ifs(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    pairs = zip(arguments[1::2], arguments[2::2], strict=True)
    return _added(c, _area(c, r, arguments[0]), [(_area(c, r, one), c.plain(other(c, r))) for one, other in pairs])


def _added(c: Calculator, added: Area, tests: Sequence[tuple[Area, Any]]) -> float:
    kept = [_fits(c, area, wanted) for area, wanted in tests]
    values = [c.value(place) for place in added.places]
    if any(len(one) != len(values) for one in kept):
        raise UnreadableError(_("ranges of different sizes"))
    rows = zip(values, *kept, strict=True)
    return math.fsum(float(value) for value, *fits in rows if is_number(value) and all(fits))


def _fits(c: Calculator, area: Area, wanted: Any) -> list[bool]:
    """Return which cells of a range meet a criterion such as ">=2024"; a text is met whatever its case."""
    sign, text = "=", wanted
    if isinstance(wanted, str):
        match = re.match(r"(<>|<=|>=|=|<|>)?(.*)", wanted, re.S)
        assert match is not None
        sign, text = match[1] or "=", match[2]
        if sign in ("=", "<>") and re.search(r"[*?]", text):
            wild = re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.I | re.S)
            values = map(c.value, area.places)
            return [(isinstance(one, str) and wild.fullmatch(one) is not None) == (sign == "=") for one in values]
        with suppress(ValueError):
            text = float(text)
    compare = COMPARE[sign]
    found = []
    for place in area.places:
        value = c.value(place)
        if isinstance(text, str):
            own = "" if value is None else str(value).casefold()
            found.append(isinstance(value, str | None) and bool(compare(own, text.casefold())))
        else:
            found.append(bool(compare(value, number(text))) if is_number(value) else sign == "<>")
    return found


COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _counted(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    values = [argument(c, r) for argument in arguments]
    places = [place for value in values if isinstance(value, Area) for place in value.places]
    return float(sum(c.value(place) is not None for place in places))


def _blank(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    """Count the cells that show nothing: an empty text counts, too."""
    return float(sum(c.value(place) in (None, "") for place in _area(c, r, arguments[0]).places))


def _length(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    value = c.plain(arguments[0](c, r))
    return float(len("" if value is None else f"{value:.15g}" if is_number(value) else str(value)))


def _rows(c: Calculator, r: Sequence[Area], arguments: Arguments) -> float:
    area = _area(c, r, arguments[0])
    return float(area.last_row - area.row + 1)


def _date(part: str) -> Function:
    return _plain(lambda serial: float(getattr(EPOCH + timedelta(int(serial)), part)))


def _serial(year: float, month: float, day: float) -> float:
    months = int(year) * 12 + int(month) - 1
    return float((date(months // 12, months % 12 + 1, 1) - EPOCH).days) + day - 1


def _choose(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
    which = int(number(c.plain(arguments[0](c, r))))
    if not 0 < which < len(arguments):
        raise FormulaError("#VALUE!")
    return c.plain(arguments[which](c, r))


def _not_available(c: Calculator, r: Sequence[Area], arguments: Arguments) -> Any:
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
    "DATE": _plain(_serial),
    "IF": _if,
    "IFERROR": _iferror,
    "AND": _of_numbers(all),
    "OR": _of_numbers(any),
    "NOT": _plain(lambda value: not value),
    "ISNUMBER": _is(is_number),
    "ISTEXT": _is(lambda value: isinstance(value, str)),
    "ISBLANK": _is(lambda value: value is None),
    "ISERROR": _is(lambda value: False, of_error=True),
    "NA": _not_available,
    "INDEX": _index,
    "MATCH": _match,
    "VLOOKUP": _look_up,
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
