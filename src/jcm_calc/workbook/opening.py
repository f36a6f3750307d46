"""Opening a workbook that somebody else made: nothing is executed, nothing outside the file is read."""

from __future__ import annotations

import html
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from jcm_calc.problems import InputError, Problem

# A workbook of a million rows unpacks to some 200 MB.
MOST_UNPACKED = 300_000_000
PACKED_THAT_CAN_EXCEED = MOST_UNPACKED // 1032  # the densest that deflate can pack
OTHER_FILES = {
    b"%PDF": "is a PDF: give the spreadsheet itself",
    b"\xd0\xcf\x11\xe0": "is protected by a password, or in the old format .xls: save it as .xlsx without a password",
    b"{\\rtf": "is a text document",
    b"<": "is XML or a web page, whatever its name says: save it as .xlsx",
}
FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v>([^<]*)</)?"
)
ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<', re.S)
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d+)"[^>]*\bhidden="(?:1|true)"')
HIDDEN_COLUMN = re.compile(rb'<(?:\w+:)?col\s(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
HIDDEN_SHEET = re.compile(r'<(?:\w+:)?sheet\s(?=[^>]*\bstate="(?:hidden|veryHidden)")[^>]*\bname="([^"]*)"')
SHARED = re.compile(rb'\bsi="(\d+)"')
ADDRESS = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
Grid = list[list[Any]]
# What the reader of ZIP archives raises, according to where it finds the damage.
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, RuntimeError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a cell, and whether the file holds a value beside it."""

    text: str
    stored: bool


class Book:
    """The sheets of a workbook as they are stored.

    Parameters
    ----------
    path : path

    Raises
    ------
    InputError
        If the file is no workbook, or one that is not opened: protected, damaged, with macros, or
        unpacking to more than it should.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.name = self.path.name
        content = self._content()
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                self._check(archive)
                self._parts = {part.filename: part for part in archive.infolist()}
                self._files = _sheet_files(archive)
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            KeyError,
            RuntimeError,
            EOFError,
            OSError,
        ) as error:
            raise self.unusable(f"is damaged or no Excel workbook (.xlsx): {error}") from None
        self._content_bytes = content
        self._grids: dict[str, Grid] = {}
        self._formulas: dict[str, dict[tuple[int, int], Formula]] = {}
        self._errors: dict[str, dict[tuple[int, int], str]] = {}

    def unusable(self, complaint: str) -> InputError:
        """Return the error that says what is wrong with the file as a whole."""
        return InputError(self.name, [Problem(self.name, complaint)])

    def _content(self) -> bytes:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            raise self.unusable(f"there is no such file: {self.path}") from None
        except OSError as error:
            raise self.unusable(f"cannot be read: {error.strerror}") from None
        if not content.strip(b"\0"):
            raise self.unusable("the file is empty")
        for start, complaint in OTHER_FILES.items():
            if content.lstrip()[:8].startswith(start):
                raise self.unusable(complaint)
        if not content.startswith(b"PK"):
            raise self.unusable("is no Excel workbook (.xlsx), whatever its name says")
        return content

    def _check(self, archive: zipfile.ZipFile) -> None:
        names = {part.filename for part in archive.infolist()}
        if len(names) < len(archive.infolist()):
            raise self.unusable("is damaged: it holds two parts of the same name")
        if "mimetype" in names:
            raise self.unusable("is an OpenDocument file (.ods): save it as .xlsx")
        if any(name.casefold().endswith("vbaproject.bin") for name in names):
            raise self.unusable("contains macros (.xlsm): save it as .xlsx, without them")
        if "xl/workbook.bin" in names:
            raise self.unusable("is in the binary format .xlsb: save it as .xlsx")
        if "xl/workbook.xml" not in names:
            raise self.unusable("is no Excel workbook (.xlsx): it is a ZIP archive of something else")
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise self.unusable(f"unpacks to more than {MOST_UNPACKED // 1_000_000} MB")
        for part in archive.infolist():
            if part.flag_bits & 1:
                raise self.unusable("is protected by a password: save it without one")
            if part.filename.endswith((".xml", ".rels")):
                self._check_part(archive, part)

    def _check_part(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Refuse entities, and parts that unpack to more than they say."""
        with archive.open(part) as file:
            if re.search(rb"<!(DOCTYPE|ENTITY)", file.read(4096)):
                raise self.unusable(f"declares XML entities (in {part.filename}), which no spreadsheet program writes")
            if part.compress_size > PACKED_THAT_CAN_EXCEED or part.file_size < part.compress_size:
                while file.read(1 << 20):  # complains where size or checksum are not as stated
                    pass

    # Sheets

    @cached_property
    def _reader(self) -> Any:
        import python_calamine

        try:
            return python_calamine.CalamineWorkbook.from_filelike(BytesIO(self._content_bytes))
        except Exception as error:
            # errors of many kinds, each with a message of some use
            raise self.unusable(f"cannot be read: {error}") from None

    @property
    def sheets(self) -> list[str]:
        """The names of the sheets in order."""
        names: list[str] = self._reader.sheet_names
        return names

    def grid(self, sheet: str) -> Grid:
        """Return the stored values of a sheet, row by row from the first cell; empty texts in empty cells."""
        if sheet not in self._grids:
            try:
                self._grids[sheet] = self._reader.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            except Exception as error:
                raise self.unusable(f"sheet {sheet!r} cannot be read: {error}") from None
        return self._grids[sheet]

    def value(self, sheet: str, row: int, column: int) -> Any:
        """Return the stored value of a cell; an empty text beyond the last one."""
        grid = self.grid(sheet)
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""

    def formulas(self, sheet: str) -> Mapping[tuple[int, int], Formula]:
        """Return the formulas of a sheet by row and column."""
        if sheet not in self._formulas:
            self._formulas[sheet] = dict(self._read_formulas(sheet))
        return self._formulas[sheet]

    def _read_formulas(self, sheet: str) -> Iterator[tuple[tuple[int, int], Formula]]:
        content = self._part(self._files.get(sheet, ""))
        shared: dict[bytes, tuple[str, bytes]] = {}
        for match in FORMULA.finditer(content):
            attributes, kind, written, stored = match.groups()
            address = ADDRESS.search(attributes)
            if address is None:
                continue
            text = html.unescape((written or b"").decode("utf-8", "replace"))
            if group := SHARED.search(kind):
                text = _shared(shared, group[1], text, address[1] + address[2])
            place = int(address[2]) - 1, column_number(address[1].decode())
            yield place, Formula(text, bool(stored))

    def errors(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """Return the error values that are stored in cells, by row and column."""
        if sheet not in self._errors:
            found = {}
            content = self._part(self._files.get(sheet, ""))
            for attributes, text in ERROR.findall(content) if b't="e"' in content else ():
                if address := ADDRESS.search(attributes):
                    found[int(address[2]) - 1, column_number(address[1].decode())] = text.decode("utf-8", "replace")
            self._errors[sheet] = found
        return self._errors[sheet]

    def hidden(self, sheet: str) -> tuple[set[int], set[int]]:
        """Return the rows and the columns of a sheet that are hidden."""
        content = self._part(self._files.get(sheet, ""))
        rows = {int(row) - 1 for row in HIDDEN_ROW.findall(content)}
        columns: set[int] = set()
        for element in HIDDEN_COLUMN.findall(content):
            first, last = (re.search(rb'\b%s="(\d+)"' % name, element) for name in (b"min", b"max"))
            if first and last:
                columns.update(range(int(first[1]) - 1, int(last[1])))
        return rows, columns

    @property
    def hidden_sheets(self) -> list[str]:
        """The names of the sheets that are hidden."""
        content = self._part("xl/workbook.xml").decode("utf-8", "replace")
        return [html.unescape(name) for name in HIDDEN_SHEET.findall(content)]

    def _part(self, file: str) -> bytes:
        if file not in self._parts:
            return b""
        with zipfile.ZipFile(BytesIO(self._content_bytes)) as archive:
            return archive.read(file)

    @property
    def external(self) -> list[str]:
        """The parts that refer to other files."""
        return sorted(name for name in self._parts if name.startswith("xl/externalLinks/") and name.endswith(".xml"))


def _shared(known: dict[bytes, tuple[str, bytes]], group: bytes, text: str, address: bytes) -> str:
    """Return the formula of a cell of a group, of which only the first cell has it written out."""
    from openpyxl.formula.translate import Translator

    if text:
        known[group] = text, address
        return text
    if group not in known:
        return ""
    first, origin = known[group]
    translated: str = Translator(f"={first}", origin=origin.decode()).translate_formula(address.decode())
    return translated[1:]


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive that holds each sheet."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    try:
        related = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets = {}
    for element in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", related):
        key, target = (re.search(rf'\b{name}="([^"]*)"', element) for name in ("Id", "Target"))
        if key and target:
            targets[key[1]] = target[1].removeprefix("/xl/").removeprefix("xl/")
    files = {}
    for element in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        name, key = re.search(r'\bname="([^"]*)"', element), re.search(r'\b\w+:id="([^"]*)"', element)
        if name and key and key[1] in targets:
            files[html.unescape(name[1])] = f"xl/{targets[key[1]]}"
    return files


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 0.

    Examples
    --------
    >>> column_number("A"), column_number("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
