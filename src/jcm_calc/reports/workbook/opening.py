"""Opening a workbook that somebody else made: nothing is executed, nothing outside the file is read."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from jcm_calc.base import sheet_xml
from jcm_calc.base.archives import DAMAGED, MOST_PACKED, check, check_cells
from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, no_such_file
from jcm_calc.base.sheet_xml import SheetXml, column_number
from jcm_calc.reports.workbook.layout import column_name

OTHER_FILES = {
    b"%PDF": _("is a PDF: give the spreadsheet itself"),
    b"{\\rtf": _("is a text document"),
    b"<": _("got XML or a web page; must be an Excel workbook. Open it in a spreadsheet program and save it as .xlsx"),
}
COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# The errors that every program knows; later ones are #SPILL!, #CALC!, #FIELD!, ...
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA")
# Whole columns or rows, and spans of sheets; what is in quotes is a text.
SHORT = re.compile(
    r"""(?P<text>"(?:[^"]|"")*+")"""
    r"""|(?:(?<!')'(?P<quoted_first>[^':\[\]]+):(?P<quoted_last>(?:[^'])+)'|(?<![\w.'\]$])(?P<first_sheet>[A-Za-z_]\w*):(?P<last_sheet>[A-Za-z_]\w*))"""
    r"""!(?P<cells>\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"""
    r"""|(?<![\w.$!'\]])(?P<sheet>(?:(?<!')'(?:[^'\[\]]|'')++'|[A-Za-z_][\w.]*)!)?(?:"""
    r"""(?P<column>\$?[A-Z]{1,3}):(?P<last_column>\$?[A-Z]{1,3})|\$?(?P<row>[1-9]\d*):\$?(?P<last_row>[1-9]\d*))(?![\w(!:.$])"""
)
DEEPEST_NAME = 5
# No spreadsheet program writes a longer formula; with its names written out it may be longer.
LONGEST_FORMULA, LONGEST_NAME = 8_192, 1_000
# Cells that one range may have, and that all ranges of a sheet may have together, to be followed.
MOST_IN_RANGE, MOST_IN_RANGES = 1_000_000, 50_000_000
RANGE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*+")|(?P<sheet>(?:(?<!')'(?:[^']|'')++'|[A-Za-z_][\w.]*)!)?(?<![\w.$])"""
    r"""(?P<first>\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[1-9]\d{0,6}))"""
    r""":(?P<last>\$?(?P<last_column>[A-Z]{1,3})\$?(?P<last_row>[1-9]\d{0,6}))(?![\w(.])"""
)
Grid = list[list[Any]]
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class CellFormula:
    """A formula of a cell, and whether the file holds its value."""

    text: str
    stored: bool


class Book:
    """The sheets of a workbook as they are stored.

    An `InputError` refuses what is not a workbook, and what is not opened: protected, damaged, with macros, or
    unpacking to more than it should.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.name = printable(self.path.name)
        content = self._content()
        self._archive = self._read(lambda: zipfile.ZipFile(BytesIO(content)))
        self._read(lambda: self._check(self._archive))
        self._parts = {part.filename: part for part in self._archive.infolist()}
        self._files = self._read(lambda: sheet_xml.sheet_files(self._archive))
        self._content_bytes = content
        self._grids: dict[str, Grid] = {}
        self._formulas: dict[str, dict[tuple[int, int], CellFormula]] = {}
        self._errors: dict[str, dict[tuple[int, int], str]] = {}
        self._parsed: dict[str, SheetXml] = {}
        self.followed = 0  # cells that formulas were followed to
        self._expansions: dict[tuple[str, str, int], str] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy in another process needs: an open archive cannot be sent there."""
        return {name: one for name, one in vars(self).items() if name not in ("_archive", "_reader")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._archive = zipfile.ZipFile(BytesIO(self._content_bytes))

    def unusable(self, complaint: str) -> InputError:
        """Return the error that says what is wrong with the file as a whole."""
        return InputError(self.name, [Problem(self.name, complaint)])

    def _unreadable(self, sheet: str, error: Exception) -> InputError:
        return self.unusable(_("sheet {sheet!r} cannot be read: {error}").format(sheet=sheet, error=error))

    def _content(self) -> bytes:
        try:
            self._check_file(self.path.stat())
            content = self.path.read_bytes()
        except FileNotFoundError:
            raise self.unusable(no_such_file(printable(str(self.path)), self.name)) from None
        except OSError as error:
            raise self.unusable(_("cannot be read: {reason}").format(reason=error.strerror)) from None
        if not content.strip(b"\0"):
            raise self.unusable(_("the file is empty"))
        if content.startswith(COMPOUND_FILE):
            protected = _("is protected by a password: save it without one")
            raise self.unusable(protected if ENCRYPTED in content else _("is in the old format .xls: save it as .xlsx"))
        for start, complaint in OTHER_FILES.items():
            if content[:1000].lstrip().startswith(start):
                raise self.unusable(complaint)
        if not content.startswith(b"PK"):
            raise self.unusable(
                _(
                    "the content is not that of an Excel workbook; must be a monitoring spreadsheet (.xlsx). "
                    "`jcm calc` reads case files (.toml), `jcm replay` reads manifests (.json)"
                )
            )
        return content

    def _check_file(self, found: os.stat_result) -> None:
        """Refuse what cannot be read to its end."""
        if stat.S_ISDIR(found.st_mode):
            raise self.unusable(_("is a folder"))
        if not stat.S_ISREG(found.st_mode):
            raise self.unusable(_("is not a file but a device or a pipe"))
        if found.st_size > MOST_PACKED:
            raise self.unusable(_("is larger than {size} MB").format(size=MOST_PACKED // 1_000_000))

    def _check(self, archive: zipfile.ZipFile) -> None:
        names = {part.filename for part in archive.infolist()}
        if len(names) < len(archive.infolist()):
            raise self.unusable(_("is damaged: it holds two parts of the same name"))
        if "mimetype" in names:
            raise self.unusable(_("is an OpenDocument file (.ods): save it as .xlsx"))
        if any(name.casefold().endswith("vbaproject.bin") for name in names):
            raise self.unusable(_("contains macros (.xlsm): save it as .xlsx, without them"))
        if "xl/workbook.bin" in names:
            raise self.unusable(_("is in the binary format .xlsb: save it as .xlsx"))
        if "xl/workbook.xml" not in names:
            raise self.unusable(_("is not an Excel workbook (.xlsx): it is a ZIP archive of something else"))
        check(archive, self.unusable)

    # Sheets

    @cached_property
    def _reader(self) -> Any:
        return self._opened(self._content_bytes)

    def _opened(self, content: bytes) -> Any:
        import python_calamine

        try:
            return python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        except Exception as error:
            # errors of many kinds, each with a message of some use
            raise self.unusable(_("cannot be read: {reason}").format(reason=error)) from None

    @cached_property
    def sheets(self) -> list[str]:
        """The names of the sheets in order."""
        names: list[str] = self._reader.sheet_names
        return names

    @property
    def hidden(self) -> list[str]:
        """The names of the sheets that a spreadsheet program does not show."""
        sheets = self._reader.sheets_metadata
        return [sheet.name for sheet in sheets if "Hidden" in str(sheet.visible)]

    def grid(self, sheet: str) -> Grid:
        """Return the stored values of a sheet, row by row from the first cell; empty texts in empty cells."""
        if sheet not in self._grids:
            try:
                if sheet in self._files:
                    check_cells(self._archive, self._files[sheet], sheet, self.unusable)
                if any(error not in ERRORS for error in self.errors(sheet).values()):
                    self._reader = self._opened(self._with_known_errors())
                self._grids[sheet] = self._reader.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            except InputError:
                raise
            except Exception as error:
                raise self._unreadable(sheet, error) from None
        return self._grids[sheet]

    def _with_known_errors(self) -> bytes:
        """Return the file with #N/A instead of errors that its reader does not know, such as #SPILL!."""
        file = BytesIO()
        with zipfile.ZipFile(file, "w") as changed:
            for name in self._parts:
                content = self._archive.read(name)
                if name in self._files.values():
                    content = sheet_xml.with_known_errors(content, ERRORS)
                changed.writestr(name, content)
        return file.getvalue()

    def value(self, sheet: str, row: int, column: int) -> Any:
        """Return the stored value of a cell; an empty text beyond the last one."""
        grid = self.grid(sheet)
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""

    def formulas(self, sheet: str) -> Mapping[tuple[int, int], CellFormula]:
        """Return the formulas of a sheet by row and column; names and whole columns are written out as ranges."""
        if sheet not in self._formulas:
            self._formulas[sheet] = dict(self._read_formulas(sheet))
        return self._formulas[sheet]

    def formula(self, place: tuple[str, int, int]) -> CellFormula | None:
        """Return the formula of a cell; None where there is no such sheet, no formula, or no text of one."""
        found = self.formulas(place[0]).get(place[1:]) if place[0] in self.sheets else None
        return found if found is not None and found.text else None

    def errors(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """Return the errors of a sheet, such as #REF!, by row and column; in its grid they are empty."""
        if sheet not in self._errors:
            self._errors[sheet] = {place: printable(text) for place, text in self._xml(sheet).errors.items()}
        return self._errors[sheet]

    def _read_formulas(self, sheet: str) -> Iterator[tuple[tuple[int, int], CellFormula]]:
        """Yield the formulas of a sheet; what takes too long to follow is shortened or replaced by its size."""
        shared: dict[str, tuple[str, str]] = {}
        room = [MOST_IN_RANGES]
        for place, written in self._xml(sheet).formulas.items():
            text = written.text
            if written.shared:
                text = _shared(shared, written.shared, text, written.address)
            if len(text) > LONGEST_FORMULA:
                yield place, CellFormula(f"{text[:60]}… ({len(text):,} characters)", written.stored)
                continue
            text = self.expanded(text, sheet)
            if ":" in text:
                text = RANGE.sub(lambda match: self._bounded(match, sheet, room), text)
            yield place, CellFormula(text, written.stored)

    def hidden_cells(self, sheet: str) -> tuple[set[int], set[int]]:
        """Return the rows and the columns of a sheet that are hidden."""
        found = self._xml(sheet)
        return found.rows, found.columns

    def _xml(self, sheet: str) -> SheetXml:
        """Return what a sheet holds in addition to values."""
        if sheet not in self._parsed:
            file = self._files.get(sheet)
            try:
                self._parsed[sheet] = SheetXml() if file is None else sheet_xml.parse(self._archive.read(file))
            except ValueError as error:
                raise self._unreadable(sheet, error) from None
        return self._parsed[sheet]

    def expanded(self, formula: str, sheet: str) -> str:
        """Return a formula with ranges instead of names, columns of tables, whole columns, and spans of sheets."""
        return self._expand(formula, sheet, DEEPEST_NAME) if self._short or ":" in formula else formula

    @cached_property
    def _short(self) -> re.Pattern[str] | None:
        """What finds the names of the workbook in a formula."""
        known = {name for _, name in self._names} | set(self._tables)
        if not known:
            return None
        words = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        quoted = r"""("(?:[^"]|"")*+"|(?<!')'(?:[^']|'')*+'!)"""
        return re.compile(rf"{quoted}|(?<![\w.!$'\]])({words})(\[[^\[\]]*\])?(?![\w.(!:'\[])", re.I)

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return self._read(lambda: sheet_xml.names(self._archive))

    @cached_property
    def _tables(self) -> dict[str, sheet_xml.SheetTable]:
        return self._read(lambda: sheet_xml.tables(self._archive))

    @cached_property
    def typeset(self) -> Mapping[str, str]:
        """The symbols whose subscripts are typeset, by what is left of them in `grid`: ECPJ,i is EC_PJ,i."""
        return self._read(lambda: sheet_xml.typeset(self._archive))

    def _read(self, read: Callable[[], Read]) -> Read:
        """Read of the archive what may be damaged."""
        try:
            return read()
        except InputError:
            raise
        except DAMAGED as error:
            raise self.unusable(_("is damaged or not an Excel workbook (.xlsx): {error}").format(error=error)) from None

    def _expand(self, formula: str, sheet: str, depth: int) -> str:
        if self._short is not None and depth:
            formula = self._short.sub(lambda match: self._named(match, sheet, depth), formula)
        return SHORT.sub(lambda match: self._written_out(match, sheet), formula)

    def _named(self, match: re.Match[str], sheet: str, depth: int) -> str:
        """Return the range of a name, or of a column of a table."""
        if match[1] is not None:
            return match[0]
        name, column = match[2].casefold(), (match[3] or "").strip("[]").casefold()
        table = self._tables.get(name)
        if table is not None and (not column or column in table.columns):
            first = table.first_column + (table.columns.index(column) if column else 0)
            last = first if column else table.first_column + len(table.columns) - 1
            ends = f"{column_name(first)}{table.first_row + 1}:{column_name(last)}{table.last_row + 1}"
            return f"{_quoted(table.sheet)}!{ends}"
        text = self._names.get((sheet, name), self._names.get(("", name), ""))
        if not text or column:
            return match[0]
        key = sheet, name, depth
        if key not in self._expansions:
            self._expansions[key] = self._expand(text[:LONGEST_FORMULA], sheet, depth - 1)
        text = self._expansions[key]
        if len(text) > LONGEST_NAME:
            return match[0]  # it cannot be followed
        return text if re.fullmatch(r"[^(),+*/&<>=-]+|'[^']*'![$\w:]+", text) else f"({text})"

    def _bounded(self, match: re.Match[str], own: str, room: list[int]) -> str:
        """Return a range as far as its sheet is filled; where it is too large to be followed, how large it is."""
        if match["text"] is not None:
            return match[0]
        row, column = int(match["row"]), column_number(match["column"])
        last_row, last_column = int(match["last_row"]), column_number(match["last_column"])
        size = (last_row - row + 1) * (last_column - column + 1)
        found, sheet = match[0], _named_sheet(match, own)
        if size > MOST_IN_RANGE and sheet in self.sheets:
            grid = self.grid(sheet)
            last_row = max(row, min(last_row, len(grid)))
            last_column = max(column, min(last_column, max(map(len, grid), default=1) - 1))
            size = (last_row - row + 1) * (last_column - column + 1)
            found = f"{match['sheet'] or ''}{match['first']}:{column_name(last_column)}{last_row}"
        room[0] -= size
        return found if size <= MOST_IN_RANGE and room[0] >= 0 else f"range_of_{size}_cells"

    def _written_out(self, match: re.Match[str], own: str) -> str:
        """Return the cells of whole columns or rows, as far as the sheet is filled, and of a span of sheets."""
        if match["text"] is not None:
            return match[0]
        if match["first_sheet"] is not None or match["quoted_first"] is not None:
            first, last = match["first_sheet"] or match["quoted_first"], match["last_sheet"] or match["quoted_last"]
            if first not in self.sheets or last not in self.sheets:
                return match[0]
            at, end = self.sheets.index(first), self.sheets.index(last)
            return ",".join(f"{_quoted(sheet)}!{match['cells']}" for sheet in self.sheets[at : end + 1])
        before, sheet = match["sheet"] or "", _named_sheet(match, own)
        if sheet not in self.sheets:
            return match[0]
        grid = self.grid(sheet)
        if match["column"] is not None:
            return f"{before}{match['column']}1:{match['last_column']}{max(len(grid), 1)}"
        width = column_name(max(max(map(len, grid), default=1), 1) - 1)
        return f"{before}A{match['row']}:{width}{match['last_row']}"

    @property
    def external(self) -> list[str]:
        """The parts that refer to other files."""
        return sorted(name for name in self._parts if name.startswith("xl/externalLinks/") and name.endswith(".xml"))


def _shared(known: dict[str, tuple[str, str]], group: str, text: str, address: str) -> str:
    """Return the formula of a cell of a group, of which only the first cell has it written out."""
    from openpyxl.formula.translate import Translator

    if text:
        known[group] = text, address
        return text
    if group not in known:
        return ""
    first, origin = known[group]
    translated: str = Translator(f"={first}", origin=origin).translate_formula(address)
    return translated[1:]


def _named_sheet(match: re.Match[str], own: str) -> str:
    return (match["sheet"] or "").rstrip("!").strip("'").replace("''", "'") or own


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def printable(text: str) -> str:
    r"""Return a text with the characters that do not print, or turn a line around, written as escapes.

    Examples
    --------
    >>> print(printable("report\n2024.xlsx"))
    report\n2024.xlsx
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
