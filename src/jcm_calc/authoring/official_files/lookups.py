"""Tables in formulas: chains of IF, VLOOKUP, INDEX with MATCH, LOOKUP and CHOOSE."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    """A table: what selects a row, its rows, and where its numbers begin."""

    key: Tree
    entries: Entries
    where: Place | None = None
    remarks: tuple[str, ...] = ()


def table_of(of: Tree, constant: Constant, cells: Cells) -> Found | None:
    """Return the table that a formula looks up in; None where it does something else.

    Raises
    ------
    ValueError
        If it is a look-up that cannot be translated.
    """
    if of.operation == "IFERROR":
        inner = table_of(of.arguments[0], constant, cells)
        told = _("what is not in the table gives another value in the workbook, and is refused here")
        return None if inner is None else replace(inner, remarks=(*inner.remarks, told))
    if of.operation == "IF":
        return _between(of, constant) or _chain(of, constant)
    if of.operation in ("VLOOKUP", "LOOKUP", "INDEX"):
        _check_ranges(of)
    if of.operation == "VLOOKUP":
        area = of.arguments[1].value
        column = constant(of.arguments[2])
        if column is None or not 1 < column <= area.last_column - area.column + 1:
            raise ValueError(_("VLOOKUP must have the number of a column of its range"))
        near = of.arguments[3] if len(of.arguments) > 3 else Tree("truth", (True,))
        values = area.column + int(column) - 1
        return _listed(of.arguments[0], _part(area, area.column), _part(area, values), _near(near), cells)
    if of.operation == "LOOKUP":
        area = of.arguments[1].value
        values = of.arguments[2].value if len(of.arguments) > 2 else _part(area, area.last_column)
        keys = area if len(of.arguments) > 2 else _part(area, area.column)
        return _listed(of.arguments[0], keys, values, True, cells)
    if of.operation == "INDEX" and len(of.arguments) > 1 and of.arguments[1].operation == "MATCH":
        match = of.arguments[1]
        how = constant(match.arguments[2]) if len(match.arguments) > 2 else 1.0
        if how not in (0.0, 1.0):
            raise ValueError(_("MATCH in falling order cannot be translated"))
        values = of.arguments[0].value
        if len(of.arguments) > 2:
            which = constant(of.arguments[2])
            values = _part(values, values.column + int(which or 1) - 1)
        return _listed(match.arguments[0], match.arguments[1].value, values, how == 1.0, cells)
    if of.operation == "CHOOSE":
        numbers = [constant(one) for one in of.arguments[1:]]
        if None in numbers:
            return None
        entries: Entries = {Interval(k, k + 1.0, True, False): v for k, v in enumerate(numbers, 1) if v is not None}
        return Found(of.arguments[0], entries, _place(of.arguments[1]))
    return None


def _check_ranges(of: Tree) -> None:
    """Refuse a table that moves with the row of the formula, or is calculated."""
    ranges = of.arguments[:1] if of.operation == "INDEX" else of.arguments[1:2]
    if of.operation == "INDEX" and len(of.arguments) > 1 and of.arguments[1].operation == "MATCH":
        ranges += of.arguments[1].arguments[1:2]
    if of.operation == "LOOKUP":
        ranges += of.arguments[2:]
    if any(one.operation == "moving" for one in ranges):
        raise ValueError(_("the table of {name} moves with the row: its range needs $ signs").format(name=of.operation))
    if any(one.operation != "area" for one in ranges):
        raise ValueError(_("the table of {name} must be a range of cells").format(name=of.operation))


def _between(of: Tree, constant: Constant) -> Found | None:
    """Return the table of a chain of IFs with both limits of each class: IF(AND(x>=300,x<450),…)."""
    entries: Entries = {}
    key, where, rest = None, None, of
    while rest.operation == "IF" and len(rest.arguments) > 1 and rest.arguments[0].operation == "AND":
        limits = sorted(rest.arguments[0].arguments, key=lambda one: one.operation[:1] == "<")
        if len(limits) != 2:
            return None
        low, high = limits
        value, ends = constant(rest.arguments[1]), [constant(one.arguments[1]) for one in (low, high)]
        if low.operation not in (">", ">=") or high.operation not in ("<", "<=") or None in (value, *ends):
            return None
        key = low.arguments[0] if key is None else key
        if low.arguments[0] != key or high.arguments[0] != key:
            return None
        interval = Interval(float(ends[0] or 0), float(ends[1] or 0), low.operation == ">=", high.operation == "<=")
        entries[interval] = float(value or 0)
        where = where or _place(rest.arguments[1])
        rest = rest.arguments[2] if len(rest.arguments) > 2 else Tree("text", ("",))
    nothing = rest.operation == "NA" or (rest.operation == "text" and rest.value == "")
    return Found(key, entries, where) if key is not None and nothing else None


def _place(of: Tree) -> Place | None:
    return (of.value.sheet, of.value.row, of.value.column) if of.operation == "area" else None


def _part(area: Area, column: int) -> Area:
    return replace(area, column=column, last_column=column)


def _near(of: Tree) -> bool:
    if of.operation in ("TRUE", "FALSE"):
        return of.operation == "TRUE"
    if of.operation in ("number", "truth", "blank"):
        return bool(of.value)
    raise ValueError(_("whether VLOOKUP is exact must be written in the formula"))


def _listed(key: Tree, keys: Area, values: Area, near: bool, cells: Cells) -> Found:
    """Return the table of two columns of cells."""
    if not isinstance(keys, Area) or not isinstance(values, Area) or keys.size != values.size:
        raise ValueError(_("a look-up must have keys and values in ranges of one size"))
    pairs = [(one, value) for one, value in zip(cells(keys), cells(values), strict=True) if one is not None]
    for one, value in pairs:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise ValueError(_("the table has no number for {key}").format(key=repr(one)))
    where = (values.sheet, values.row, values.column)
    if not pairs:
        raise ValueError(_("the table is empty"))
    numeric = [isinstance(one, int | float) for one, _value in pairs]
    if near and all(numeric):
        limits = [float(one) for one, _value in pairs]
        if limits != sorted(set(limits)):
            raise ValueError(_("the limits of a table must be in rising order"))
        ends = [*limits[1:], math.inf]
        bins = [Interval(low, high, True, False) for low, high in zip(limits, ends, strict=True)]
        return Found(key, dict(zip(bins, [float(value) for _key, value in pairs], strict=True)), where)
    if near or any(numeric):
        raise ValueError(_("a table must have texts that are looked up exactly, or limits in rising order"))
    entries: Entries = {}
    for one, value in pairs:
        if entries.setdefault(str(one).strip(), float(value)) != float(value):
            raise ValueError(_("the table has {key} twice").format(key=repr(one)))
    return Found(key, entries, where)


def _chain(of: Tree, constant: Constant) -> Found | None:
    """Return the table of a chain of IFs that compare one cell with texts, or with limits in order."""
    steps: list[tuple[Tree, Tree]] = []
    rest = of
    while rest.operation == "IF" and len(rest.arguments) > 1:
        steps.append((rest.arguments[0], rest.arguments[1]))
        rest = rest.arguments[2] if len(rest.arguments) > 2 else Tree("text", ("",))
    key = steps[0][0].arguments[0] if len(steps[0][0].arguments) == 2 else None
    if key is None or key.operation not in ("area", "moving"):
        return None
    values = [constant(value) for _condition, value in steps]
    same = all(len(one.arguments) == 2 and one.arguments[0] == key for one, _value in steps)
    if not same or None in values:
        return None
    numbers = [value for value in values if value is not None]
    signs = {condition.operation for condition, _value in steps}
    last = constant(rest)
    nothing = rest.operation in ("text", "NA") or last == 0.0
    if signs == {"="} and all(one.arguments[1].operation == "text" for one, _value in steps):
        return _texts_in(key, steps, numbers, last, nothing)
    limits = [constant(one.arguments[1]) for one, _value in steps]
    if None in limits or signs not in ({"<"}, {"<="}, {">"}, {">="}):
        return None
    return _limits(key, signs.pop(), [one for one in limits if one is not None], numbers, last, steps)


def _texts_in(
    key: Tree, steps: Sequence[tuple[Tree, Tree]], numbers: Sequence[float], last: float | None, nothing: bool
) -> Found | None:
    classes = [str(condition.arguments[1].value) for condition, _value in steps]
    if last not in (None, 0.0) or not nothing or len(set(classes)) < len(classes):
        raise ValueError(_("a chain of IF gives a number for whatever is not named: name every class"))
    entries: Entries = dict(zip(classes, numbers, strict=True))
    return Found(key, entries, _place(steps[0][1]))


def _limits(
    key: Tree,
    sign: str,
    limits: Sequence[float],
    numbers: Sequence[float],
    last: float | None,
    steps: Sequence[tuple[Tree, Tree]],
) -> Found | None:
    rising = sign.startswith("<")
    if list(limits) != sorted(set(limits), reverse=not rising) or len(limits) < 2:
        return None  # a decision, not a table
    closed = sign == "<="
    ends = [-math.inf, *limits] if rising else [math.inf, *limits]
    entries: Entries = {}
    for one, other, value in zip(ends, ends[1:], numbers, strict=False):
        low, high = (one, other) if rising else (other, one)
        own_low = (not closed) if rising else sign == ">="
        own_high = closed if rising else sign == ">"
        entries[Interval(low, high, own_low and math.isfinite(low), own_high and math.isfinite(high))] = value
    if last is not None:
        low, high = (limits[-1], math.inf) if rising else (-math.inf, limits[-1])
        inside = rising and not closed
        entries[Interval(low, high, inside, not rising and sign == ">")] = last
    return Found(key, entries, _place(steps[0][1]))
