"""The labels along each index, found from the tables, arrays and periods that were given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jcm_calc.base.languages import Message, _, ngettext
from jcm_calc.base.problems import Problem, listed
from jcm_calc.inputs.periods import Period, cover_faults, order_faults, several, sheets
from jcm_calc.inputs.values import InputValue, Orders

# A text that is the label of a whole number, and the first number that is too long for that: its label is a text.
WHOLE, MOST = re.compile(r"0|[1-9]\d{0,17}", re.ASCII), 10**18


@dataclass(frozen=True, slots=True)
class Axis:
    """The labels along one index; ``scalar`` where nothing given has that index."""

    labels: Sequence[Any]
    scalar: bool

    @property
    def size(self) -> int:
        """The number of labels."""
        return len(self.labels)


def named_periods(p: Any) -> Axis:
    """Read the argument ``p``: one period, or several in order of time."""
    many = isinstance(p, list | range) or getattr(p, "ndim", 0) == 1 or hasattr(p, "to_list")
    periods = several(p) if many else [Period.parse(p)]
    if not periods:
        raise ValueError(_("got an empty list: name one period or several"))
    if faults := order_faults(periods):
        raise ValueError(Message("; ").join(faults))
    return Axis(periods, not many)


def of_periods(given: Mapping[str, InputValue], named: Axis | None, problems: list[Problem]) -> Axis | None:
    """Return the periods p: those the user named, or the years that the rows of the tables fill.

    None where rows do not fit, so that nothing can be summed.
    """
    axis, fits = named, True
    for table, rows in _tables(given.values(), "p"):
        faults = order_faults(rows)
        if not faults:
            targets = named.labels if named else sheets(rows)
            faults = cover_faults(rows, targets, named is not None)
            if axis is None:
                axis, source = Axis(targets, False), table
            elif not faults and targets != axis.labels:
                complaint = _("covers the periods {own}, but {source} covers {theirs}")
                faults = [complaint.format(own=listed(targets), source=source, theirs=listed(axis.labels))]
        problems += [Problem(table, fault) for fault in faults]
        fits = fits and not faults
    if not fits:
        return None
    if axis is not None:
        return axis
    size = _longest(given.values(), "p")
    return Axis([Period(None, None, str(number + 1)) for number in range(size or 1)], size is None)


def of_labels(letter: str, given: Mapping[str, InputValue], orders: Orders, problems: list[Problem]) -> Axis:
    """Return the labels along any other index; complain where tables do not have the same ones."""
    tables = _tables(given.values(), letter)
    if not tables:
        size = _longest(given.values(), letter)
        return Axis(range(1, (size or 1) + 1), size is None)
    (source, labels), *others = tables
    for other, theirs in others:
        if _same(labels, theirs, orders):
            continue
        for here, there, mine, yours in ((other, source, theirs, labels), (source, other, labels, theirs)):
            known = set(mine)
            if lacking := [label for label in yours if label not in known]:
                complaint = _("has no row for {letter} = {labels}, for which {other} has one")
                complaint = complaint.format(letter=letter, labels=listed(map(str, lacking)), other=there)
                problems.append(Problem(here, complaint))
    counted = list(labels) == list(range(1, len(labels) + 1))
    for name, one in given.items() if not counted else ():
        if letter not in one.labels and one.along(letter) > 1:
            complaint = _(
                "got a list without labels, but {source} has labels of {letter}, in another order: "
                "give a value for each label, {name} = {example}, or a column of that table"
            )
            few = ", ".join(f"{label!r}: ..." for label in list(labels)[:3])
            fields = {"source": source, "letter": letter, "name": name, "example": f"{{{few}}}"}
            problems.append(Problem(name, complaint.format(**fields)))
    return Axis(labels, False)


def _same(labels: Sequence[Any], theirs: Sequence[Any], orders: Orders) -> bool:
    """Whether two tables have the same labels, in whatever order."""
    if theirs == labels:
        return True
    try:
        return len(orders.places(labels, theirs)) == len(theirs)
    except KeyError:
        return False


def lengths(
    given: Mapping[str, InputValue], axes: Mapping[str, Axis], meanings: Mapping[str, str], problems: list[Problem]
) -> None:
    """Complain of arrays that are neither as long as an axis nor a single value along it."""
    for letter, axis in axes.items():
        sizes = {name: one.along(letter) for name, one in given.items() if one.along(letter) > 1}
        if set(sizes.values()) - {axis.size}:
            fields = {"letter": letter, "meaning": meanings[letter], "size": axis.size}
            fields["given"] = listed(
                _("{name} has {size}").format(name=name, size=size) for name, size in sizes.items()
            )
            unequal = _("lengths differ along the index {letter} ({meaning}): {given} values; give as many of each")
            unlike = ngettext(
                "the index {letter} ({meaning}) has {size} label, but {given} values",
                "the index {letter} ({meaning}) has {size} labels, but {given} values",
                axis.size,
            )
            complaint = unequal if axis.size in sizes.values() else unlike
            problems.append(Problem(letter, complaint.format(**fields)))


def _tables(given: Iterable[InputValue], letter: str) -> list[tuple[str, Sequence[Any]]]:
    """Return name and labels of each table that has an index."""
    found: dict[int, tuple[str, Sequence[Any]]] = {}
    for one in given:
        if letter in one.labels:
            found.setdefault(id(one.labels[letter]), (one.table, one.labels[letter]))
    return list(found.values())


def _longest(given: Iterable[InputValue], letter: str) -> int | None:
    """Return how long an index without labels is; None where nothing has it."""
    return max((one.along(letter) for one in given if letter in one.letters), default=None)


def label(cell: Any) -> Any:
    """Return a label as tables have it: 1, 1.0 and "1" are one label, and so are 1.5 and "1.5"."""
    if isinstance(cell, str):
        text = cell.strip() if cell.isascii() else unicodedata.normalize("NFC", cell.strip())
        return int(text) if text.isdecimal() and WHOLE.fullmatch(text) else text
    if isinstance(cell, float):
        cell = int(cell) if cell.is_integer() else str(cell)
    return cell if not isinstance(cell, int) or 0 <= cell < MOST else str(cell)
