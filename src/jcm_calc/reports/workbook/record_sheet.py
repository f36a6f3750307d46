"""The sheet that holds the record of readings: how monitored values follow from the readings of meters.

A reader of the workbook sees it, and a calculation from the workbook gets it back, so that a rule
by which readings were treated is not lost on the way. The comment of each metered parameter names the
sheet and the beginning of its SHA-256.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import Message, _, spellings
from jcm_calc.base.problems import Problem, listed
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.evidence import Grade
from jcm_calc.inputs.carriers import FilledTable, as_pandas, split_heading
from jcm_calc.inputs.metered import METERS, NAMED, first_difference, merged, on_record, record_key
from jcm_calc.readings import record
from jcm_calc.reports.workbook.layout import FIRST, LEFT
from jcm_calc.reports.workbook.opening import Book, Grid
from jcm_calc.reports.workbook.page import Page
from jcm_calc.reports.workbook.sheet import Column
from jcm_calc.units import conversion

if TYPE_CHECKING:
    import pandas as pd

SHEET = "MRS(readings)"
TITLE = _("Record of readings [For Verification]")
NOTE = _("How the monitored values follow from the readings of meters. Changes of this sheet make the record invalid.")
# Headings of workbooks that were written before 1.0.
FORMER: dict[str, str] = {"Data correction rules": "Rule set", "Should be in": "Should stand in"}
WIDTHS = (1.5, 18, 20, 14, 22, 20, 24, 20, 24, 14, 14, 14, 9, 14, 24, 10)
HEAD = (_("Data correction rules"), _("SHA-256 of the record"))
POINTS = _("record of readings in sheet {sheet}, SHA-256 ")
POINTER = re.compile(
    rf"(?:; )?(?:{'|'.join(re.escape(text.format(sheet=SHEET)) for text in spellings(POINTS))})([0-9a-f]{{16}})"
)
# Each table by its key in the record: title, and headings by the keys of its rows.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "files": (_("Files"), {"file": _("File"), "sha256": "SHA-256", "rows": _("Rows")}),
    "queries": (
        _("Queries"),
        {"database": _("Database"), "query": _("Query"), "sha256": _("SHA-256 of the rows"), "rows": _("Rows")},
    ),
    "meters": (
        _("Meters"),
        {
            "": _("Meter"),
            "parameter": _("Measures"),
            "labels": _("Of"),
            "devices": _("Devices"),
            "frequency": _("Read"),
        },
    ),
    "amounts": (
        _("Amounts"),
        {
            "meter": _("Meter"),
            "p": _("Period p"),
            "read": _("As read"),
            "amount": _("After treatment"),
            "unit": _("Unit"),
        },
    ),
    "stops": (
        _("Declared standstills"),
        {"meter": _("Meter"), "from": _("From"), "to": _("To"), "reason": _("Reason")},
    ),
    "findings": (
        _("Findings"),
        {
            "meter": _("Meter"),
            "code": _("Code"),
            "from": _("From"),
            "to": _("To"),
            "what": _("What"),
            "note": _("Note"),
            "treatment": _("Treatment"),
            "reason": _("Reason"),
            "read": _("As read"),
            "used": _("Used"),
            "effect": _("Effect"),
            "unit": _("Unit"),
            "effect_on_ER": _("On ER, tCO2e"),
            "question": _("Open question"),
            "severity": _("Severity"),
        },
    ),
    "rules": (
        _("Rules by which readings were treated"),
        {
            "": _("Rule"),
            "grade": _("Grade"),
            "certainty": _("Certainty, %"),
            "note": _("What is known"),
            "source": _("Should be in"),
        },
    ),
    "cross_checks": (
        _("Cross-checks"),
        {
            "name": _("Check"),
            "p": _("Period p"),
            "left": _("Left"),
            "right": _("Right"),
            "unit": _("Unit"),
            "tolerance": _("Tolerance"),
            "agrees": _("Agrees"),
            "declared_by": _("Declared by"),
            "grade": _("Grade"),
        },
    ),
}
NUMBERS = frozenset({"read", "used", "amount", "effect", "effect_on_ER", "left", "right", "tolerance"})
WHOLE = frozenset({"rows", "certainty"})
# Columns of the library's own words, which are shown in any language and read from any.
WORDS: dict[str, Sequence[str]] = {
    "severity": (_("open"), _("error"), _("warning"), _("question")),
    "grade": tuple(Grade),
}
TOLERANCE = 1e-9
UNKNOWN = {"grade": "unconfirmed", "certainty": None}


def monitoring_columns(
    found: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]], m: Declarations
) -> dict[str, dict[str, str]]:
    """Return columns (h) to (k) of the record, or as the user gives them instead; each points to the record."""
    pointer = POINTS.format(sheet=SHEET) + record.digest(found)[:16]
    names = m.names()
    rows = record.how_monitored(found, sources, names)
    for symbol in record.sources(found):
        row = rows[names.get(symbol, symbol)]
        comment = str.__str__(row["comment"])  # data, which is the same in every language
        row["comment"] = Message("; ").join(filter(None, (comment, pointer)))
    return rows


# Writing


def write(page: Page, found: Mapping[str, Any]) -> None:
    """Write the record."""
    row = FIRST
    for heading, text in zip(HEAD, (found["rule_set"], record.digest(found)), strict=True):
        page.text(row, LEFT, heading, "heading")
        page.text(row, LEFT + 1, text)
        row += 1
    for key, (title, headings) in TABLES.items():
        if key == "queries" and not found.get(key):
            continue
        page.caption(row + 1, title)
        columns = [
            Column(heading, "signed" if name in NUMBERS else "whole" if name in WHOLE else "text")
            for name, heading in headings.items()
        ]
        rows = ([_cell(name, one[name]) for name in headings] for one in _rows(found[key]))
        row = page.table(row + 2, columns, rows)


def _rows(table: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(table, Mapping):
        yield from ({"": name, **row} for name, row in table.items())
    else:
        yield from table


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    return Message(value) if name in WORDS else str.__str__(value)  # data is the same in every language


# Reading


def read(book: Book) -> tuple[dict[str, Any], str] | None:
    """Return the record and the SHA-256 that the sheet states; None where there is no such sheet."""
    sheet = next((one for one in book.sheets if one.strip().casefold() == SHEET.casefold()), None)
    if sheet is None:
        return None
    grid = [[cell.strip() if isinstance(cell, str) else cell for cell in cells] for cells in book.grid(sheet)]
    known = {spelling: text for text in HEAD for spelling in (*spellings(text), FORMER.get(text))}
    stated = {known[cell]: str(after) for cells in grid for cell, after in itertools.pairwise(cells) if cell in known}
    found: dict[str, Any] = {"rule_set": stated.get(HEAD[0], "")}
    for key, (_title, columns) in TABLES.items():
        rows = list(_table(grid, columns))
        found[key] = {row.pop(""): row for row in rows} if key in NAMED else rows
    return found, stated.get(HEAD[1], "")


def _table(grid: Grid, columns: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rows below the headings of a table, in any language or as they were called, up to an empty row."""
    headings = [list(one) for one in zip(*map(spellings, columns.values()), strict=True)]
    headings.append([FORMER.get(text, text) for text in headings[0]])
    places = (
        (row, column)
        for row, cells in enumerate(grid)
        for column in range(len(cells))
        if cells[column : column + len(columns)] in headings
    )
    start, left = next(places, (len(grid), 0))
    for cells in grid[start + 1 :]:
        filled = cells[left : left + len(columns)]
        if all(cell == "" for cell in filled):
            return
        yield {name: _value(name, cell) for name, cell in zip(columns, filled, strict=True)}


def _value(name: str, cell: Any) -> Any:
    if name == "agrees":
        return cell == "yes"
    if name in WORDS:
        return next((str.__str__(word) for word in WORDS[name] if cell in spellings(word)), str(cell))
    if name in NUMBERS | WHOLE:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return int(cell) if name in WHOLE else float(cell)
        return None if cell == "" else str(cell)
    return str(cell)


def with_record(
    frames: Iterable[FilledTable],
    pointers: Collection[tuple[str, str]],
    book: Book,
    m: Declarations,
    remarks: list[Problem],
) -> Iterator[pd.DataFrame | FilledTable]:
    """Yield tables that were read with the record of their values.

    ``pointers`` are the parameters whose comment points to the record, with the beginning of the SHA-256 that it
    names. What of the record cannot be relied on is appended to the remarks.
    """
    held = read(book)
    found, stated = held or (merged([]), "")
    names = m.names()
    measured = {name: names.get(one["parameter"], one["parameter"]) for name, one in found["meters"].items()}
    doubt = ""
    if held is not None and _changed(found, {stated[:16], *(digest for _, digest in pointers)}):
        doubt = _("the sheet {sheet} was changed after it was written").format(sheet=SHEET)
        remarks.append(
            Problem(SHEET, _("was changed after it was written: what it says of readings cannot be relied on"))
        )
        found["rules"] = {name: {**rule, **UNKNOWN} for name, rule in found["rules"].items()}
    for frame in frames:
        mine = {split_heading(heading)[0] for heading in frame.columns}
        meters = [name for name, parameter in measured.items() if parameter in mine]
        lost = sorted({name for name, _ in pointers if name in mine} - set(measured.values()))
        parts = [record.restricted(found, meters)] if meters else []
        if lost:
            complaint = _("holds no record of the readings from which {names} follow").format(names=listed(lost))
            remarks.append(Problem(SHEET, complaint))
            parts.append(record.doubtful(_("the sheet {sheet} {complaint}").format(sheet=SHEET, complaint=complaint)))
        elif meters and doubt:
            parts.append(record.doubtful(doubt))
        for difference in _differing(as_pandas(frame), found, measured, m):
            remarks.append(Problem(SHEET, difference))
            parts.append(record.doubtful(difference))
        if not parts:
            yield frame
            continue
        from jcm_calc.inputs.monitored_table import MonitoredTable

        table = MonitoredTable.of(as_pandas(frame), parts[0] if len(parts) == 1 else merged(parts))
        table[METERS] = listed(meters or lost, limit=4)
        yield table


def _differing(
    frame: pd.DataFrame, found: Mapping[str, Any], measured: Mapping[str, str], m: Declarations
) -> Iterator[str]:
    """Say which column of a table does not add up to the amounts on record, or has them in other rows."""
    import pandas as pd

    names = {one["parameter"]: measured[meter] for meter, one in found["meters"].items()}
    letters = "".join(one for one in frame if one in m.indices)
    rows = [dict(zip(letters, labels, strict=True)) for labels in zip(*(frame[one] for one in letters), strict=True)]
    for heading in frame:
        name, unit = split_heading(str(heading))
        if name not in measured.values():
            continue
        declared = m.inputs[name].unit
        try:
            recorded = on_record(found, name, letters, declared, names.get)
            keys = [record_key(row, letters) for row in rows]
        except (ValueError, TypeError):  # the record was changed, for which there is another complaint
            continue
        if not recorded:
            continue
        entered = pd.to_numeric(frame[heading], errors="coerce").to_numpy(dtype=float)
        amounts = np.asarray(conversion(unit or declared, declared)(entered))
        total, expected = float(amounts.sum()), sum(recorded.values())
        if not math.isclose(total, expected, rel_tol=TOLERANCE):
            complaint = _("{name} is {total:,.10g} {unit} in all, and by the record of readings {expected:,.10g}")
            yield complaint.format(name=name, total=total, unit=declared, expected=expected)
            continue
        own = dict(zip(keys, amounts.tolist(), strict=bool(keys)))
        if (key := first_difference(own, recorded, TOLERANCE)) is not None:
            complaint = _("{name} of {row} is {own:,.10g} {unit}, and by the record of readings {expected:,.10g}")
            row = ", ".join(f"{letter}={one}" for letter, one in zip(letters, key, strict=True))
            yield complaint.format(name=name, row=row, own=own[key], unit=declared, expected=recorded[key])


def _changed(found: Mapping[str, Any], stated: Iterable[str]) -> bool:
    own = record.digest(found)
    return any(not one or not own.startswith(one) for one in stated)


def without_pointer(comment: str) -> tuple[str, str]:
    """Return the comment of a parameter without its pointer to the record, and what the pointer names.

    Examples
    --------
    >>> without_pointer("gap: comparable period; record of readings in sheet MRS(readings), SHA-256 0123456789abcdef")
    ('gap: comparable period', '0123456789abcdef')
    """
    match = POINTER.search(comment)
    return (comment, "") if match is None else (POINTER.sub("", comment).strip("; "), match[1])
