"""Where something is: a sheet and its cells, a meter and a time, a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jcm_calc.base.languages import Message
from jcm_calc.base.problems import listed
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.reports.workbook.tables import Cell
from jcm_calc.verification.spreadsheet import Place

MOST = 9
PARTS = ("sheet", "cells", "meters", "period", "file")


class Location(Message):
    """A place in the documents, written as people write it.

    Its parts: sheet and cells (`C11` or `G35:G37`) of a workbook, meters, the time that their readings are of, and the
    name of the file, where that is not the report.

    Examples
    --------
    >>> at("MRS(input)", "F10"), at(meters=["S1", "S2"], period="2024-06", sheet="MRS(input)", cells="F10")
    ('MRS(input)!F10', 'S1, S2, 2024-06 (MRS(input)!F10)')
    """

    sheet: str = ""
    cells: str = ""
    meters: tuple[str, ...] = ()
    period: str = ""
    file: str = ""

    def in_file(self, name: str) -> Location:
        """Return the same place in a file other than the report."""
        return at(self.sheet, self.cells, self.meters, self.period, name)

    def read_by(self, meters: Sequence[str], period: str) -> Location:
        """Return the same place with the meters and the time that its number is of."""
        return at(self.sheet, self.cells, meters, period, self.file)

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        parts = {"file": self.file, "sheet": self.sheet, "cells": self.cells}
        return {**parts, "meters": list(self.meters), "period": str(self.period)}


def at(sheet: str = "", cells: str = "", meters: Sequence[str] = (), period: str = "", file: str = "") -> Location:
    """Return a place; what is not given is not part of it."""
    parts = (sheet, cells, tuple(meters), period, file)
    found = _written([parts])
    place = Location(found)
    place.__dict__.update(found.__dict__, **dict(zip(PARTS, parts, strict=True)))
    return place


def address(place: Place) -> Location:
    """Return the place of a cell.

    Examples
    --------
    >>> address(("MRS(input)", 9, 5))
    'MRS(input)!F10'
    """
    return ranges([place])[0]


def located(cell: Cell) -> Location:
    """Return the place of a cell of a table."""
    return address((cell.sheet, cell.row, cell.column))


def ranges(places: Iterable[Place]) -> tuple[Location, ...]:
    """Return the places of cells; those of a column that adjoin as one range.

    Examples
    --------
    >>> [str(one) for one in ranges([("A", 3, 2), ("A", 4, 2), ("A", 5, 2), ("A", 9, 2)])]
    ['A!C4:C6', 'A!C10']
    """
    runs: list[list[Place]] = []
    for sheet, row, column in sorted(set(places), key=lambda one: (one[0], one[2], one[1])):
        if runs and runs[-1][-1] == (sheet, row - 1, column):
            runs[-1].append((sheet, row, column))
        else:
            runs.append([(sheet, row, column)])
    ends = [dict.fromkeys((run[0], run[-1])) for run in runs]
    return tuple(
        at(run[0][0], ":".join(f"{column_name(column)}{row + 1}" for _sheet, row, column in end))
        for run, end in zip(runs, ends, strict=True)
    )


def joined(places: Iterable[Location]) -> Message:
    """Write places together: those of one time under it, the first few cells of it."""
    return _written([(one.sheet, one.cells, one.meters, one.period, one.file) for one in places])


def _written(places: Sequence[tuple[str, str, tuple[str, ...], str, str]]) -> Message:
    times: dict[tuple[str, str], tuple[dict[str, None], list[str]]] = {}
    for sheet, cells, meters, period, file in places:
        names, own = times.setdefault((period, file), ({}, []))
        names |= dict.fromkeys(meters)
        if sheet:
            own.append(f"{sheet}!{cells}" if cells else sheet)
    parts: list[Message] = []
    for (period, file), (names, own) in times.items():
        head = Message(", ").join(filter(None, [listed(names, limit=6), period]))
        cells = listed(dict.fromkeys(own), limit=MOST)
        said = Message("{} ({})").format(head, cells) if head and cells else head or Message("{}").format(cells)
        parts.append(Message("{}: {}").format(file, said) if file and said else said or Message(file))
    return Message("; ").join(parts)
