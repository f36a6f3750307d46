"""Opening a workbook that somebody else made: nothing is executed, nothing outside the file is read."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import IO, Any, TypeVar

from jcm_calc.languages import _
from jcm_calc.problems import InputError, Problem
from jcm_calc.workbook import sheet_xml
from jcm_calc.workbook.sheet_xml import LAST_COLUMN, SheetXml, column_number

# A workbook of a million rows unpacks to some 200 MB.
MOST_UNPACKED = 300_000_000
MOST_PACKED = 100_000_000
MOST_PARTS = 10_000
# A table of these many cells takes some 300 MB; nobody fills in as many.
MOST_CELLS = 5_000_000
LAST_ROW = 1_048_576
PIECE = 1 << 20
PROLOGUE = 16_384
OTHER_FILES = {
    b"%PDF": _("is a PDF: give the spreadsheet itself"),
    b"{\\rtf": _("is a text document"),
    b"<": _("is XML or a web page, whatever its name says: save it as .xlsx"),
}
COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
# What XML may begin with, up to the end of the first tag.
FIRST_TAG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?[^<>]*\?>|<!--[^<>]*-->)*<\w[^<>]*>")
DIFFERENT_TEXTS = re.compile(rb"""\buniqueCount\s*=\s*["'](\d+)""")
SMALLEST_TEXT = len("<si/>")
# Attributes hold no < or >: a search that stops there takes no longer than the file is.
FILLED = re.compile(rb"<(?:\w+:)?+c(\s[^<>]*+)?+(?<!/)>")
# The errors that every program knows; later ones are #SPILL!, #CALC!, #FIELD!, ...
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA")
ADDRESS = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
# Whole columns or rows, and spans of sheets; what stands in quotes is a text.
SHORT = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?:'(?P<quoted_first>[^':\[\]]+):(?P<quoted_last>(?:[^'])+)'|(?<![\w.'\]$])(?P<first_sheet>[A-Za-z_]\w*):(?P<last_sheet>[A-Za-z_]\w*))"""
    r"""!(?P<cells>\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"""
    r"""|(?<![\w.$!'\]])(?P<sheet>(?:'(?:[^'\[\]]|'')+'|[A-Za-z_][\w.]*)!)?(?:"""
    r"""(?P<column>\$?[A-Z]{1,3}):(?P<last_column>\$?[A-Z]{1,3})|\$?(?P<row>[1-9]\d*):\$?(?P<last_row>[1-9]\d*))(?![\w(!:.$])"""
)
DEEPEST_NAME = 5
Grid = list[list[Any]]
Read = TypeVar("Read")
# What the reader of ZIP archives raises, according to where it finds the damage.
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, RuntimeError, EOFError, OSError, ValueError)


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
        self.name = printable(self.path.name)
        content = self._content()
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
            self._check(self._archive)
            self._parts = {part.filename: part for part in self._archive.infolist()}
            self._files = sheet_xml.sheet_files(self._archive)
        except InputError:
            raise
        except DAMAGED as error:
            raise self.unusable(_("is damaged or no Excel workbook (.xlsx): {error}").format(error=error)) from None
        self._content_bytes = content
        self._grids: dict[str, Grid] = {}
        self._formulas: dict[str, dict[tuple[int, int], Formula]] = {}
        self._parsed: dict[str, SheetXml] = {}

    def unusable(self, complaint: str) -> InputError:
        """Return the error that says what is wrong with the file as a whole."""
        return InputError(self.name, [Problem(self.name, complaint)])

    def _content(self) -> bytes:
        try:
            self._check_file(self.path.stat())
            content = self.path.read_bytes()
        except FileNotFoundError:
            raise self.unusable(_("there is no such file: {file}").format(file=printable(str(self.path)))) from None
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
            raise self.unusable(_("is no Excel workbook (.xlsx), whatever its name says"))
        return content

    def _check_file(self, found: os.stat_result) -> None:
        """Refuse what cannot be read to its end."""
        if stat.S_ISDIR(found.st_mode):
            raise self.unusable(_("is a folder"))
        if not stat.S_ISREG(found.st_mode):
            raise self.unusable(_("is no file but a device or a pipe"))
        if found.st_size > MOST_PACKED:
            raise self.unusable(_("is larger than {size} MB").format(size=MOST_PACKED // 1_000_000))

    def _check(self, archive: zipfile.ZipFile) -> None:
        names = {part.filename for part in archive.infolist()}
        if len(names) < len(archive.infolist()):
            raise self.unusable(_("is damaged: it holds two parts of the same name"))
        if len(names) > MOST_PARTS:
            raise self.unusable(_("holds more than {most:,} parts").format(most=MOST_PARTS))
        if "mimetype" in names:
            raise self.unusable(_("is an OpenDocument file (.ods): save it as .xlsx"))
        if any(name.casefold().endswith("vbaproject.bin") for name in names):
            raise self.unusable(_("contains macros (.xlsm): save it as .xlsx, without them"))
        if "xl/workbook.bin" in names:
            raise self.unusable(_("is in the binary format .xlsb: save it as .xlsx"))
        if "xl/workbook.xml" not in names:
            raise self.unusable(_("is no Excel workbook (.xlsx): it is a ZIP archive of something else"))
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise self.unusable(_("unpacks to more than {size} MB").format(size=MOST_UNPACKED // 1_000_000))
        for part in archive.infolist():
            if part.flag_bits & 1:
                raise self.unusable(_("is protected by a password: save it without one"))
            self._check_part(archive, part)

    def _check_part(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Refuse entities, and parts that unpack to more than they say."""
        with archive.open(part) as file:
            start = file.read(PROLOGUE)
            self._check_start(part, start)
            texts = DIFFERENT_TEXTS.findall(start) if part.filename.casefold().endswith("sharedstrings.xml") else []
            if any(
                int(count[:20]) > min(part.file_size // SMALLEST_TEXT, MOST_CELLS) for count in texts
            ):  # memory would be reserved for them
                raise self.unusable(
                    _("is damaged: {name} cannot hold as many texts as it says").format(name=part.filename)
                )
            while file.read(PIECE):  # complains where size or checksum are not as stated
                pass

    def _check_start(self, part: zipfile.ZipInfo, start: bytes) -> None:
        """Refuse XML that does not come to its content at once."""
        name = printable(part.filename)
        if start.startswith(WIDE):
            raise self.unusable(
                _("is in UTF-16 ({name}), which no spreadsheet program writes: save it again as .xlsx").format(
                    name=name
                )
            )
        if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            return
        if re.search(rb"<!(DOCTYPE|ENTITY)", start):
            raise self.unusable(
                _("declares XML entities (in {name}), which no spreadsheet program writes").format(name=name)
            )
        if not FIRST_TAG.match(start):
            raise self.unusable(_("is damaged: {name} does not begin as a part of a workbook").format(name=name))

    # Cells

    def _check_cells(self, sheet: str) -> None:
        """Refuse a sheet whose table of all cells up to the last one would fill the memory."""
        file = self._files.get(sheet)
        if file is None:
            return
        filled, last_row, columns = 0, 0, set[bytes]()
        with self._archive.open(file) as part:
            for piece in _pieces(part):
                attributes = FILLED.findall(piece)
                places = [place for place in map(ADDRESS.search, attributes) if place is not None]
                if len(places) < len(attributes):
                    raise self.unusable(
                        _("sheet {sheet!r} does not say where its cells stand: save it again as .xlsx").format(
                            sheet=sheet
                        )
                    )
                filled += len(places)
                columns |= {place[1] for place in places}
                last_row = max(last_row, max((int(place[2]) for place in places), default=0))
        last_column = max((column_number(column.decode()) + 1 for column in columns), default=0)
        if last_row > LAST_ROW or last_column > LAST_COLUMN:
            raise self.unusable(
                _("sheet {sheet!r} has a cell beyond the last one that a spreadsheet has").format(sheet=sheet)
            )
        if max(filled, last_row * last_column) > MOST_CELLS:
            raise self.unusable(
                _(
                    "sheet {sheet!r} spreads over {rows:,} rows and {columns:,} columns, which is more than "
                    "{most:,} cells: delete what stands far from the tables"
                ).format(sheet=sheet, rows=last_row, columns=last_column, most=MOST_CELLS)
            )

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

    @property
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
                self._check_cells(sheet)
                if any(error not in ERRORS for error in self.errors(sheet).values()):
                    self._reader = self._opened(self._with_known_errors())
                self._grids[sheet] = self._reader.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            except InputError:
                raise
            except Exception as error:
                raise self.unusable(
                    _("sheet {sheet!r} cannot be read: {error}").format(sheet=sheet, error=error)
                ) from None
        return self._grids[sheet]

    def _with_known_errors(self) -> bytes:
        """Return the file with #N/A in place of errors that its reader does not know, such as #SPILL!."""
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

    def formulas(self, sheet: str) -> Mapping[tuple[int, int], Formula]:
        """Return the formulas of a sheet by row and column; names and whole columns are written out as ranges."""
        if sheet not in self._formulas:
            self._formulas[sheet] = dict(self._read_formulas(sheet))
        return self._formulas[sheet]

    def errors(self, sheet: str) -> Mapping[tuple[int, int], str]:
        """Return the errors of a sheet, such as #REF!, by row and column; in its grid they are empty."""
        return {place: printable(text) for place, text in self._xml(sheet).errors.items()}

    def _read_formulas(self, sheet: str) -> Iterator[tuple[tuple[int, int], Formula]]:
        shared: dict[str, tuple[str, str]] = {}
        for place, written in self._xml(sheet).formulas.items():
            text = written.text
            if written.shared:
                text = _shared(shared, written.shared, text, written.address)
            yield place, Formula(self.expanded(text, sheet), written.stored)

    def hidden_cells(self, sheet: str) -> tuple[set[int], set[int]]:
        """Return the rows and the columns of a sheet that are hidden."""
        found = self._xml(sheet)
        return found.rows, found.columns

    def _xml(self, sheet: str) -> SheetXml:
        """Return what a sheet holds besides values."""
        if sheet not in self._parsed:
            file = self._files.get(sheet)
            try:
                self._parsed[sheet] = SheetXml() if file is None else sheet_xml.parse(self._archive.read(file))
            except ValueError as error:
                complaint = _("sheet {sheet!r} cannot be read: {error}").format(sheet=sheet, error=error)
                raise self.unusable(complaint) from None
        return self._parsed[sheet]

    def expanded(self, formula: str, sheet: str) -> str:
        """Return a formula with ranges in place of names, columns of tables, whole columns, and spans of sheets."""
        return self._expand(formula, sheet, DEEPEST_NAME) if self._short or ":" in formula else formula

    @cached_property
    def _short(self) -> re.Pattern[str] | None:
        """What finds the names of the workbook in a formula."""
        known = {name for _, name in self._names} | set(self._tables)
        if not known:
            return None
        words = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        quoted = r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!)"""
        return re.compile(rf"{quoted}|(?<![\w.!$'\]])({words})(\[[^\[\]]*\])?(?![\w.(!:'\[])", re.I)

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return self._of_archive(sheet_xml.names)

    @cached_property
    def _tables(self) -> dict[str, sheet_xml.Table]:
        return self._of_archive(sheet_xml.tables)

    def _of_archive(self, read: Callable[[zipfile.ZipFile], Read]) -> Read:
        try:
            return read(self._archive)
        except DAMAGED as error:
            raise self.unusable(_("is damaged or no Excel workbook (.xlsx): {error}").format(error=error)) from None

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
            return f"{_quoted(table.sheet)}!{_letters(first)}{table.first_row + 1}:{_letters(last)}{table.last_row + 1}"
        text = self._names.get((sheet, name), self._names.get(("", name), ""))
        if not text or column:
            return match[0]
        text = self._expand(text, sheet, depth - 1)
        return text if re.fullmatch(r"[^(),+*/&<>=-]+|'[^']*'![$\w:]+", text) else f"({text})"

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
        before = match["sheet"] or ""
        sheet = before.rstrip("!").strip("'").replace("''", "'") or own
        if sheet not in self.sheets:
            return match[0]
        grid = self.grid(sheet)
        if match["column"] is not None:
            return f"{before}{match['column']}1:{match['last_column']}{max(len(grid), 1)}"
        width = _letters(max(max(map(len, grid), default=1), 1) - 1)
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


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column + 1))


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


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """Yield a part of an archive in pieces that end with a tag."""
    rest = b""
    while piece := part.read(PIECE):
        whole, tag, after = (rest + piece).rpartition(b">")
        yield whole + tag
        rest = after
