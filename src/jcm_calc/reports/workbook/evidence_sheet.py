"""The sheet of evidence: what evidence files confirm of the rules and values of a calculation, and its reading."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jcm_calc.base.languages import Message, _, spellings
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.confirmation import EvidenceFile
from jcm_calc.inputs.confirmation.file import KINDS, SCHEMA, from_data
from jcm_calc.inputs.confirmation.supplied import in_declared_unit
from jcm_calc.inputs.schema import got
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.reports.workbook.opening import Book, printable
from jcm_calc.reports.workbook.page import Page
from jcm_calc.reports.workbook.sheet import Column
from jcm_calc.reports.workbook.sheet_sets import sheet_sets

NAME, TITLE = "Evidence", _("Evidence Sheet: read in the approved document, by whom")
COLUMNS = {
    "kind": (_("Kind"), 11),
    "name": (_("Symbol, number or name"), 16),
    "case": (_("Case"), 18),
    "reading": (_("What the document says"), 60),
    "agrees": (_("Agrees"), 8),
    "class": (_("Class"), 22),
    "value": (_("Value"), 14),
    "document": (_("Document"), 34),
    "page": (_("Page"), 12),
    "person": (_("Read by"), 20),
    "date": (_("Read on"), 12),
    "fingerprint": (_("Fingerprint of the reading"), 20),
    "document_sha256": (_("SHA-256 of the document"), 24),
    "file": (_("Evidence file"), 24),
    "sha256": (_("SHA-256 of the evidence file"), 24),
    "note": (_("Note of the reader"), 30),
    "by": (_("Table by"), 14),
    "whole": (_("Whole table"), 8),
    "candidate": (_("Values known by name"), 24),
    "candidate_fingerprint": (_("Fingerprint of these values"), 20),
}
# What only some items have.
OPTIONAL = ("note", "by", "whole", "candidate", "candidate_fingerprint")
WIDTHS = (1.5, *(width for _heading, width in COLUMNS.values()))
FIRST = 6


def write(page: Page, files: Sequence[EvidenceFile]) -> None:
    """Write a row for each item that is confirmed; of a table a row for each class."""
    columns = [Column(heading, "exact" if key == "value" else "text") for key, (heading, _width) in COLUMNS.items()]
    page.table(FIRST - 1, columns, ([row.get(key, "") for key in COLUMNS] for row in _rows(files)))


def _rows(files: Sequence[EvidenceFile]) -> Iterator[dict[str, Any]]:
    for file in files:
        content = file.as_data()["content"]
        for kind, name in KINDS.items():
            for item in content.get(kind, []):
                read = content["documents"][item["document"]]
                row = {"file": file.name, "sha256": file.sha256, "kind": kind, **item, "name": item[name]}
                row |= {"document": read["title"], "document_sha256": read["sha256"]}
                if "candidate" in item:
                    known = item["candidate"]
                    row |= {"candidate": known["name"], "candidate_fingerprint": known["fingerprint"]}
                if "values" in item:
                    yield from ({**row, "class": key, "value": value} for key, value in item["values"].items())
                else:
                    yield row


def read(book: Book, number: str, version: str) -> tuple[EvidenceFile, ...]:
    """Return the evidence files whose items a workbook holds; an error has everything that cannot be read."""
    sheet = next((name for name in book.sheets if name.strip().casefold() == NAME.casefold()), None)
    if sheet is None:
        return ()
    grid = book.grid(sheet)
    required = COLUMNS.keys() - set(OPTIONAL)
    heads = ((row, found) for row, found in enumerate(map(_places, grid)) if required <= found.keys())
    head = next(heads, None)
    if head is None:
        return ()  # a sheet of somebody's own
    start, places = head
    contents: dict[tuple[str, str], dict[str, Any]] = {}
    problems: list[Problem] = []
    for at, cells in enumerate(grid[start + 1 :], start + 2):
        row = {key: cells[column] for key, column in places.items() if cells[column] != ""}
        if not row:
            continue
        if row.get("kind") not in KINDS:
            complaint = got(row.get("kind"), _("one of {known}").format(known=Message(", ").join(KINDS)))
            place = _("{book}, {sheet}, row {row}").format(book=book.name, sheet=sheet, row=at)
            problems.append(Problem(place, complaint))
            continue
        key = str(row.get("file", sheet)), str(row.get("sha256", ""))
        blank = {"schema": SCHEMA, "methodology": number, "version": version, "documents": {}}
        _add(contents.setdefault(key, blank), row)
    files = []
    for (name, sha256), content in contents.items():
        try:
            files.append(from_data(content, name, sha256))
        except InputError as error:
            place = Message("{}, {}: {}")
            problems += [Problem(place.format(book.name, sheet, one.subject), one.complaint) for one in error.problems]
    InputError.raise_for(book.name, problems)
    return tuple(files)


def contradictions(book: Book, m: Declarations, files: Sequence[EvidenceFile]) -> Iterator[Problem]:
    """Yield the cells in which a sheet of the calculation has another value than the sheet of evidence.

    The methodology is the one without evidence.
    """
    own = m.by_symbol()
    entries = [entry for file in files for entry in file.entries if entry.kind == "default" and entry.name in own]
    stated = [
        (entry.name, key, value)
        for entry in entries
        for key, value in in_declared_unit(own[entry.name], entry.supplied)[0].items()
        if not entry.supplied.candidate
    ]
    symbols = {symbol for symbol, *_value in stated}
    candidates = {candidate for symbol in symbols for candidate in own[symbol].candidates}
    sets = sheet_sets(book).values() if stated else ()
    for (
        roles
    ) in sets:  # what is entered, as a number or by name, is not the document's, and no result needs its evidence
        grids = [book.grid(roles[role]) for role in ("input", "separate") if role in roles]
        symbols -= {one for grid in grids for one in _entered(grid, candidates)}
    for sheet in (roles["calc"] for roles in sets if "calc" in roles):
        for symbol, key, place, found in _default_cells(sheet, book.grid(sheet), symbols):
            for name, label, value in stated:
                if (name, label) == (symbol, key) and not math.isclose(found, value, rel_tol=1e-12):
                    message = _(
                        "{cell} has {found:g}, and the sheet of evidence says {value:g}: one of them was changed"
                    )
                    what = f"{symbol}, {key}" if key else symbol
                    yield Problem(what, message.format(cell=printable(place), found=found, value=value))


def contradictions_of(book: Book, m: Declarations) -> Iterator[Problem]:
    """Yield the contradictions of a workbook whose sheet of evidence need not be readable; see `contradictions`."""
    own = m.without_evidence or m
    try:
        files = read(book, own.number, own.version)
    except InputError:  # a calculation from the workbook reports it
        return
    yield from contradictions(book, own, files)


def _entered(grid: Sequence[Sequence[Any]], candidates: Collection[str]) -> Iterator[str]:
    """Yield the texts with a number or a candidate in their row or below: the symbols of what is entered."""
    below: set[int] = set()
    for row in reversed(grid):
        values = {column for column, cell in enumerate(row) if _is_number(cell) or str(cell).strip() in candidates}
        for column, cell in enumerate(row):
            if isinstance(cell, str) and (values or column in below):
                yield cell.strip()
        below |= values


def _is_number(cell: Any) -> bool:
    return isinstance(cell, float | int) and not isinstance(cell, bool)


def _default_cells(
    sheet: str, grid: Sequence[Sequence[Any]], symbols: Collection[str]
) -> Iterator[tuple[str, str, str, float]]:
    """Yield symbol, class, cell and number of the default values on a sheet of the calculation.

    A single value is in the row of its symbol; a table has its symbol in a heading, and a row for each class.
    """
    listed, column = "", None
    for number, row in enumerate(grid, 1):
        texts = {str(cell).strip(): at for at, cell in reversed(list(enumerate(row))) if isinstance(cell, str) and cell}
        numbers = [(at, cell) for at, cell in enumerate(row) if _is_number(cell)]
        heading = next((one for text in texts for one in symbols if text.startswith(f"{one}: ")), "")
        if heading or not texts:
            listed, column = heading, None
        elif listed and column is None:
            column = next((texts[text] for text in spellings(_("Value")) if text in texts), None)
        elif listed:
            for at, value in numbers:
                if at == column:
                    label = next(text for text, place in texts.items() if place == min(texts.values()))
                    yield listed, label, f"{sheet}!{column_name(at)}{number}", float(value)
        elif single := next((one for one in symbols if one in texts), ""):
            for at, value in numbers[:1]:
                yield single, "", f"{sheet}!{column_name(at)}{number}", float(value)


def _places(cells: Sequence[Any]) -> dict[str, int]:
    """Return the column of each heading in a row, in whichever language it is written."""
    return {_known()[_text(cell)]: column for column, cell in enumerate(cells) if _text(cell) in _known()}


@cache
def _known() -> dict[str, str]:
    return {_text(spelling): key for key, (heading, _width) in COLUMNS.items() for spelling in spellings(heading)}


def _text(cell: Any) -> str:
    return str(cell).strip().casefold()


def _add(content: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add a row of the sheet to what its evidence file holds."""
    kind = str(row["kind"])
    documents = content["documents"]
    read = {"title": str(row.get("document", "")), "sha256": str(row.get("document_sha256", ""))}
    document = next((key for key, known in documents.items() if known == read), f"document {len(documents) + 1}")
    documents[document] = read
    item: dict[str, Any] = {KINDS[kind]: str(row.get("name", "")).removesuffix(".0"), "document": document}
    texts = ("case", "reading", "fingerprint", "agrees", "page", "person", "note", "by", "whole")
    item |= {key: str(row[key]) for key in texts if key in row}
    item |= {"date": str(row.get("date", ""))[:10]}
    if "candidate" in row:
        fingerprint = str(row.get("candidate_fingerprint", ""))
        item["candidate"] = {"name": str(row["candidate"]), "fingerprint": fingerprint}
    elif kind == "default" and "class" not in row:
        item["value"] = row.get("value", "")
    items = content.setdefault(kind, [])
    if kind == "default" and "class" in row:
        same = next((one for one in items if one | {"values": {}} == item | {"values": {}}), None)
        if same is None:
            items.append(same := item | {"values": {}})
        same["values"][str(row["class"])] = row.get("value", "")
    else:
        items.append(item)
