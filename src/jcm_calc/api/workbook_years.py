"""The sheets of several calendar years as one case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from jcm_calc.api.case_file import CaseFile
from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import Problem, ProblemKind, listed, shown
from jcm_calc.inputs import Period
from jcm_calc.inputs.carriers import FilledTable
from jcm_calc.inputs.values import CellAddresses
from jcm_calc.reports.workbook.filled_sheets import FilledColumns, Reader, SheetSet
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.reports.workbook.tables import Cell


def joined(reader: Reader, sets: Sequence[SheetSet], project: Mapping[str, Any]) -> CaseFile | None:
    """Return what sets of sheets hold together; None where nothing is filled in.

    What they contradict each other in is added to the problems of the reader.
    """
    if not any(found.filled for found in sets):
        return None
    choices, named, classes = ([getattr(found, name) for found in sets] for name in ("choices", "named", "classes"))
    reader.problems += [
        *_two_of_one_period(sets),
        *_differences(_("got {one} and {other}; must be one choice for all years"), choices),
        *_differences(_("got {one} and {other}; must be one value for all years"), named),
        *_differences(_("got {one} and {other}; must be one value by class for all years"), classes),
        *_changed(sets),
    ]
    periods = [period for found in sets for period in found.periods]
    dated = all(period.dated for period in periods)
    return CaseFile(
        path=reader.book.path,
        methodology=reader.m.number,
        version=reader.m.version,
        p=None if not dated else periods if len(periods) > 1 else periods[0],
        project=project,
        choices=choices[0],
        inputs={**named[0], **classes[0]},
        tables=tuple(_tables(reader.book.name, sets)),
        sources=sets[0].sources,
        override={name: reason for found in sets for name, reason in found.overrides.items()},
    )


# What must be the same in all years


def _two_of_one_period(sets: Sequence[SheetSet]) -> Iterator[Problem]:
    sheets: dict[Period, str] = {}
    message = _("{period} is the period of two sheets, {one!r} and {other!r}: a year has one")
    for found in sets:
        for period in found.periods:
            other = sheets.setdefault(period, found.sheet)
            if period.dated and other != found.sheet:
                yield Problem("p", message.format(period=period, one=other, other=found.sheet))


def _differences(complaint: Message, found: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for other in found[1:]:
        for name in sorted(found[0].keys() | other.keys()):
            if found[0].get(name) != other.get(name):
                one, two = shown(found[0].get(name)), shown(other.get(name))
                yield Problem(name, complaint.tagged(ProblemKind.YEARS_DIFFER).format(one=one, other=two))


def _changed(sets: Sequence[SheetSet]) -> Iterator[Problem]:
    """Complain where a later year has another value for what does not depend on the year."""
    message = _("differs from the first year's, though it does not depend on the period ({where})")
    for part in (part for found in sets[1:] for part in found.parts if "p" not in part.letters):
        for heading, values in part.columns.items():
            known = next((one for one in sets[0].parts if heading in one.columns and one.letters == part.letters), None)
            if known is None or known.labels != part.labels or known.columns[heading] != values:
                cells = _differing(heading, part, known)
                complaint = message.format(where=listed(cells))
                yield Problem(heading, complaint.tagged(ProblemKind.YEARS_DIFFER, "\n".join(cells)))


def _differing(heading: str, part: FilledColumns, known: FilledColumns | None) -> list[str]:
    """Return the cells of a later year with another value than the first year, each with that of the first."""
    cells = part.cells[heading]
    if known is None or known.labels != part.labels:
        return [Cell(None, *cells[0]).address]
    rows = zip(part.columns[heading], known.columns[heading], cells, known.cells[heading], strict=True)
    return [Cell(None, *place).address for one, other, *pair in rows if one != other for place in pair]


# Tables


def _tables(source: str, sets: Sequence[SheetSet]) -> Iterator[FilledTable]:
    """Yield a table for each set of indices and columns, the years of each below each other."""
    groups = grouped(
        ((part.letters, tuple(part.columns)), part)
        for number, found in enumerate(sets)
        for part in found.parts
        if part.columns and ("p" in part.letters or number == 0)
    )
    for (letters, headings), parts in groups.items():
        labels = [label for part in parts for label in part.labels]
        columns: dict[str, Any] = {
            letter: [str(label[place]) if letter == "p" else label[place] for label in labels]
            for place, letter in enumerate(letters)
        }
        columns |= {heading: [value for part in parts for value in part.columns[heading]] for heading in headings}
        cells = {heading: _cells([cell for part in parts for cell in part.cells[heading]]) for heading in headings}
        yield FilledTable(source, columns, cells)


def _cells(places: Sequence[tuple[str, int, int]]) -> CellAddresses:
    known: dict[tuple[str, int], int] = {}
    numbers = [known.setdefault((sheet, column), len(known)) for sheet, _, column in places]
    columns = [(sheet, column_name(column)) for sheet, column in known]
    return CellAddresses(columns, np.array(numbers), np.array([row + 1 for _, row, _ in places]))
