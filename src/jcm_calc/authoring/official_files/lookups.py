"""Tables in formulas: chains of IF, VLOOKUP, INDEX with MATCH, LOOKUP and CHOOSE; and questions about empty cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from jcm_calc.base.languages import _
from jcm_calc.declarations.interval import Interval
from jcm_calc.reports.workbook.references import Area, Place
from jcm_calc.verification.spreadsheet import Tree

Entries: TypeAlias = dict["str | Interval", float]
Constant = Callable[[Tree], "float | None"]
Cells = Callable[[Area], list[Any]]


@dataclass(frozen=True)
class Found:
    """A table: what selects a row, its rows, and where its numbers begin; or where the project fills it in."""

    key: Tree
    entries: Entries
    where: Place | None = None
    filled_in: tuple[Area, Area] | None = None
    remarks: tuple[str, ...] = ()


def table_of(of: Tree, constant: Constant, cells: Cells) -> Found | None:
    """Return the table that a formula looks up in; None where it does something else.

    Raises
    ------
    ValueError
        If it is a look-up that cannot be translated.
    """
    operation, arguments = of.operation, of.arguments
    if operation == "IFERROR":
        inner = table_of(arguments[0], constant, cells)
        message = _("what is not in the table gives another value in the workbook, and is refused here")
        return None if inner is None else replace(inner, remarks=(*inner.remarks, message))
    if operation == "IF":
        return _chain(of, constant)
    if operation == "CHOOSE":
        numbers = [constant(one) for one in arguments[1:]]
        entries: Entries = {Interval(k, k + 1.0, True, False): v for k, v in enumerate(numbers, 1) if v is not None}
        return Found(arguments[0], entries, _place(arguments[1])) if None not in numbers else None
    if operation == "VLOOKUP":
        area, column = _range(of, 1), constant(arguments[2])
        if column is None or not 1 < column <= area.shape[1]:
            raise ValueError(_("VLOOKUP must have the number of a column of its range"))
        near = len(arguments) < 4 or _is_near(arguments[3])
        return _listed(arguments[0], _column(area, 0), _column(area, int(column) - 1), near, cells)
    if operation == "LOOKUP":
        keys = _range(of, 1)
        values = _range(of, 2) if len(arguments) > 2 else _column(keys, keys.shape[1] - 1)
        return _listed(arguments[0], keys if len(arguments) > 2 else _column(keys, 0), values, True, cells)
    if operation == "INDEX" and len(arguments) > 1 and arguments[1].operation == "MATCH":
        match = arguments[1].arguments
        how = constant(match[2]) if len(match) > 2 else 1.0
        if how not in (0.0, 1.0):
            raise ValueError(_("MATCH in falling order cannot be translated"))
        values, keys = _range(of, 0), _range(arguments[1], 1)
        if len(arguments) > 2:
            values = _column(values, int(constant(arguments[2]) or 1) - 1)
        return _listed(match[0], keys, values, how == 1.0, cells)
    return None


def _range(of: Tree, number: int) -> Area:
    """Return the range of a table, which must not move with the row of the formula, nor be calculated."""
    table = of.arguments[number]
    if table.operation == "moving":
        raise ValueError(_("the table of {name} moves with the row: its range needs $ signs").format(name=of.operation))
    if table.operation != "area":
        raise ValueError(_("the table of {name} must be a range of cells").format(name=of.operation))
    found: Area = table.value
    return found


def _column(area: Area, column: int) -> Area:
    return replace(area, column=area.column + column, last_column=area.column + column)


def _place(of: Tree) -> Place | None:
    return (of.value.sheet, of.value.row, of.value.column) if of.operation == "area" else None


def _is_near(of: Tree) -> bool:
    if of.operation in ("TRUE", "FALSE"):
        return of.operation == "TRUE"
    if of.operation in ("number", "truth", "blank"):
        return bool(of.value)
    raise ValueError(_("whether VLOOKUP is exact must be written in the formula"))


def _listed(key: Tree, keys: Area, values: Area, near: bool, cells: Cells) -> Found:
    """Return the table of two columns of cells."""
    if keys.size != values.size:
        raise ValueError(_("a look-up must have keys and values in ranges of one size"))
    stored = list(zip(cells(keys), cells(values), strict=True))
    where = (values.sheet, values.row, values.column)
    if not near and all(pair == (None, None) for pair in stored):
        return Found(key, {}, where, (keys, values))
    pairs = [(one, value) for one, value in stored if one is not None]
    for one, value in pairs:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(_("the table has no number for {key}").format(key=repr(one)))
    if not pairs:
        raise ValueError(_("the table is empty"))
    numeric = [isinstance(one, int | float) for one, _value in pairs]
    entries: Entries = {}
    if near and all(numeric):
        limits = [float(one) for one, _value in pairs]
        if limits != sorted(set(limits)):
            raise ValueError(_("the limits of a table must be in rising order"))
        for low, high, (_key, value) in zip(limits, [*limits[1:], math.inf], pairs, strict=True):
            entries[Interval(low, high, True, False)] = float(value)
        return Found(key, entries, where)
    if near or any(numeric):
        raise ValueError(_("a table must have texts that are looked up exactly, or limits in rising order"))
    for one, value in pairs:
        if entries.setdefault(str(one).strip(), float(value)) != float(value):
            raise ValueError(_("the table has {key} twice").format(key=repr(one)))
    return Found(key, entries, where)


def _chain(of: Tree, constant: Constant) -> Found | None:
    """Return the table of a chain of IFs that compare one cell with texts, with limits in order, or with ranges."""
    where, entries, sides, key = None, Entries(), set[str](), None
    left = Interval(-math.inf, math.inf, False, False)  # of what no IF has a number for yet
    unnamed = _("a chain of IF gives a number for whatever is not named: name every class")
    while of.operation == "IF" and len(of.arguments) > 1:
        got, value = _compared(of.arguments[0], constant), constant(of.arguments[1])
        if got is None or value is None or got[1] not in (key or got[1],):
            return None
        side, key, limit = got
        sides.add(side)
        if isinstance(limit, Interval):
            if side == "below":
                own = replace(limit, lower=left.lower, closed_lower=left.closed_lower)
                left = replace(left, lower=limit.upper, closed_lower=not limit.closed_upper)
            elif side == "above":
                own = replace(limit, upper=left.upper, closed_upper=left.closed_upper)
                left = replace(left, upper=limit.lower, closed_upper=not limit.closed_lower)
            limit = limit if side == "between" else own
            if limit.lower >= limit.upper:
                return None
        if limit in entries:
            raise ValueError(unnamed)
        entries[limit] = value
        where = where or _place(of.arguments[1])
        of = of.arguments[2] if len(of.arguments) > 2 else Tree("text", ("",))
    last = constant(of)
    if key is None or len(sides) > 1 or (last is None and not is_nothing(of)):
        return None
    if sides == {"text"} and last not in (None, 0.0):
        raise ValueError(unnamed)
    if sides == {"between"} and last is not None:
        return None
    if sides & {"below", "above"}:
        if len(entries) < 2:
            return None  # a decision, not a table
        entries |= {} if last is None else {left: last}
    return Found(key, entries, where)


def _compared(of: Tree, constant: Constant) -> tuple[str, Tree, str | Interval] | None:
    """Return how a condition compares a cell, the cell, and the class or the range in which the condition holds."""
    if of.operation == "AND" and len(of.arguments) == 2:
        both = {one[0]: one[1:] for half in of.arguments if (one := _compared(half, constant)) is not None}
        (key, low), (other, high) = both.get("above", (None, None)), both.get("below", (None, None))
        if key is None or key != other or not isinstance(low, Interval) or not isinstance(high, Interval):
            return None
        return "between", key, replace(low, upper=high.upper, closed_upper=high.closed_upper)
    if len(of.arguments) != 2 or of.leaf or getattr(of.arguments[0], "operation", "") not in ("area", "moving"):
        return None
    key, right = of.arguments
    if of.operation == "=" and right.operation == "text":
        return "text", key, str(right.value)
    limit = constant(right)
    if limit is None or of.operation not in ("<", "<=", ">", ">="):
        return None
    closed = of.operation.endswith("=")
    if of.operation.startswith("<"):
        return "below", key, Interval(-math.inf, limit, False, closed)
    return "above", key, Interval(limit, math.inf, closed, False)


def is_nothing(of: Tree) -> bool:
    """Whether a formula shows nothing, 0 or #N/A, as it does where an input is missing."""
    return (of.operation in ("text", "number") and of.value in ("", 0.0)) or of.operation == "NA"


def presence(condition: Tree) -> int | None:
    """Return which branch of an IF is taken where everything is filled in; None where it is another question."""
    operation, parts = condition.operation, condition.arguments
    branches = {"ISNUMBER": 1, "ISTEXT": 1, "ISBLANK": 2}
    if operation in ("=", "<>") and Tree("text", ("",)) in parts:
        return 2 if operation == "=" else 1
    if operation == "NOT":
        inner = presence(condition.value)
        return None if inner is None else 3 - inner
    if operation in ("OR", "AND"):
        found = {presence(one) for one in parts}
        return found.pop() if len(found) == 1 else None
    return branches.get(operation)
