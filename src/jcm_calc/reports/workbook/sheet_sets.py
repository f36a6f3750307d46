"""Which sheets of a workbook belong together, and what is at their heads."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from jcm_calc.base.languages import _, spellings
from jcm_calc.base.problems import listed
from jcm_calc.inputs.project import LABELS, PROJECT
from jcm_calc.inputs.schema import text_list
from jcm_calc.reports.workbook.opening import Book
from jcm_calc.reports.workbook.tables import in_english
from jcm_calc.units.dates import day

NAME = re.compile(r"\s*(MPS|MRS)[\W_]*(input[_ ]*separate|input|calc[_ ]*process|calc)[\W_]*(.*?)\s*", re.I)
KINDS = {"MPS": _("Monitoring Plan Sheet"), "MRS": _("Monitoring Report Sheet")}
ROLES = {
    "input": _("Input Sheet"),
    "separate": _("Input Sheet, continued"),
    "calc": _("Calculation Process Sheet"),
}
HEADER = re.compile(r"JCM_([A-Z]{2}_A?M\d{3})_ver(\d{1,4}(?:\.\d{1,4})*)(?![\d.]*\d)")
REFERENCE = re.compile(rf"(?:{'|'.join(map(re.escape, spellings(_('Reference Number'))))}):\s*(\S+)")
HEADER_ROWS = 12
# What the monitoring structure sheet says about the project, besides its number at the top of each sheet.
ON_STRUCTURE = (
    *("title", "participants", "submitted", "start", "end", "estimate", "host_accounts", "transfer_list", "note"),
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Roles = dict[str, str]


def sheet_sets(book: Book) -> dict[tuple[str, str], Roles]:
    """Return the sheets of each set by what they are for, found by name or by title."""
    sets: dict[tuple[str, str], Roles] = {}
    titles = {sheet: found for sheet in book.sheets if not NAME.fullmatch(sheet) and (found := _titled(book, sheet))}
    several = len(set(titles.values())) < len(titles)
    for sheet in book.sheets:
        match = NAME.fullmatch(sheet)
        if match:
            kind, suffix, role = match[1].upper(), match[3], match[2].casefold()
        elif sheet in titles:
            # sheets of several years, found by their titles, differ by the years in their names
            year = YEAR.search(sheet) if several else None
            (kind, role), suffix = titles[sheet], year[0] if year else ""
        else:
            continue
        roles = sets.setdefault((kind, suffix), {})
        short = "separate" if "separate" in role else "input" if role == "input" else "calc"
        if short in roles:
            raise book.unusable(
                _("has two sheets for one purpose: {one!r} and {other!r}").format(one=roles[short], other=sheet)
            )
        roles[short] = sheet
    if not any("input" in roles for roles in sets.values()):
        names = listed(map(repr, book.sheets)) or _("none")
        complaint = _(
            "holds no monitoring plan or report: expected a sheet MRS(input) or MPS(input), found {names}"
        ).format(names=names)
        raise book.unusable(complaint)
    if lost := [sheet for roles in sets.values() if "input" not in roles for sheet in roles.values()]:
        complaint = _("has {sheets} without the input sheet of the same year: add that sheet, or delete these")
        raise book.unusable(complaint.format(sheets=listed(map(repr, lost))))
    return sets


def _titled(book: Book, sheet: str) -> tuple[str, str] | None:
    for (kind, titles), (role, names) in itertools.product(KINDS.items(), ROLES.items()):
        pairs = zip(spellings(titles), spellings(names), strict=True)
        words = "|".join(rf"{re.escape(title)}\s*\({re.escape(name)}\)" for title, name in pairs)
        if matches(book, sheet, re.compile(words, re.I)):
            return kind, role
    return None


def header(book: Book, sheets: Iterable[str]) -> tuple[str, str]:
    """Return number and version of the methodology, on which all sheets must agree."""
    found: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        for match in matches(book, sheet, HEADER):
            major, __, minor = match[2].partition(".")
            found.setdefault((match[1], f"{int(major)}.{minor or 0}"), sheet)
    if not found:
        raise book.unusable(
            _("names no methodology: expected 'Monitoring Spreadsheet: JCM_ID_AM002_ver02.0' at the top")
        )
    if len(found) > 1:
        one = _("{number} ver {version} (in {sheet})")
        named = listed(one.format(number=key[0], version=key[1], sheet=sheet) for key, sheet in found.items())
        raise book.unusable(_("holds several methodologies: {names}; give each a separate file").format(names=named))
    return next(iter(found))


def matches(book: Book, sheet: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return where a pattern occurs in the texts at the top of a sheet."""
    texts = [cell for cells in book.grid(sheet)[:HEADER_ROWS] for cell in cells if isinstance(cell, str) and cell]
    return [match for text in texts if (match := pattern.search(text))]


def project_of(book: Book, sets: Mapping[tuple[str, str], Roles]) -> dict[str, Any]:
    """Return what the workbook says of the project: its number, and who is responsible."""
    project: dict[str, Any] = {}
    for roles in sets.values():
        for match in matches(book, roles["input"], REFERENCE):
            project.setdefault("number", match[1])
    for sheet in book.sheets:
        if sheet.strip().upper() == "MSS":
            rows = [[str(cell).strip() for cell in cells if cell != ""] for cells in book.grid(sheet)]
            start = next(
                (number for number, row in enumerate(rows) if "responsible personnel" in map(in_english, row)),
                len(rows),
            )
            project["personnel"] = {row[0]: row[1] for row in rows[start + 1 :] if len(row) == 2}
            project |= _described(rows[:start])
    return project


def _described(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, Any]]:
    """Yield what is above the personnel: title, participants, dates, note."""
    keys = {text: key for key in ON_STRUCTURE for text in spellings(LABELS[key])}
    for label, text in (row for row in rows if len(row) == 2):
        key = keys.get(label)
        if key is not None and PROJECT[key].check is text_list:
            yield key, text.splitlines()
        elif key == "estimate" and ": " in text:
            yield key, dict(line.split(": ", 1) for line in text.splitlines())
        elif key is not None and PROJECT[key].check is not day:
            yield key, text
        elif key is not None:
            with suppress(ValueError):
                yield key, date.fromisoformat(text)
