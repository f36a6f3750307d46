"""Workbooks of others before they are read: archives of XML that stay within what a spreadsheet program writes.

Every reader of workbooks begins here, those of tables and of meter readings too.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError
from jcm_calc.base.sheet_xml import LAST_COLUMN as LAST_COLUMN
from jcm_calc.base.sheet_xml import column_number

# A workbook of a million rows unpacks to some 200 MB.
MOST_UNPACKED = 300_000_000
# All texts of a workbook together; a million rows with a name of 50 letters each.
MOST_TEXT = 100_000_000
LONG_TAG = 100  # bytes that a tag takes with its attributes, and a number
MOST_PACKED = 100_000_000
MOST_PARTS = 10_000
# A table of these many cells takes some 300 MB; nobody fills in as many.
MOST_CELLS, MOST_BLANK = 5_000_000, 10_000_000
LAST_ROW = 1_048_576
PIECE = 1 << 20
PROLOGUE = 16_384
WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
# What XML may begin with, up to the end of the first tag.
FIRST_TAG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?[^<>]*\?>|<!--[^<>]*-->)*<\w[^<>]*>")
DIFFERENT_TEXTS = re.compile(rb"""\buniqueCount\s*=\s*["'](\d+)""")
SMALLEST_TEXT = len("<si/>")
# Attributes hold no < or >: a search that stops there takes no longer than the file is.
FILLED = re.compile(rb"<(?:\w+:)?+c(\s[^<>]*+)?+(?<!/)>")
ADDRESS = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")
# What the reader of ZIP archives raises, according to where it finds the damage.
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, RuntimeError, EOFError, OSError, ValueError)
Unusable = Callable[[Message], InputError]


def workbook(path: Path) -> bytes:
    """Return the content of a workbook whose tables are read whole: nothing of it may fill the memory.

    A file that is not an archive is returned as it is; its reader says what is wrong with it.
    """

    def unusable(complaint: Message) -> InputError:
        return InputError.of(path.name, complaint)

    if path.stat().st_size > MOST_PACKED:
        raise unusable(_("is larger than {size} MB").format(size=MOST_PACKED // 1_000_000))
    content = path.read_bytes()
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                check(archive, unusable)
                for part in filter(SHEETS.fullmatch, archive.namelist()):
                    check_cells(archive, part, Path(part).stem, unusable, addressed=False)
        except DAMAGED as error:
            if isinstance(error, InputError):
                raise
            raise unusable(_("is damaged or no Excel workbook (.xlsx): {error}").format(error=error)) from None
    return content


def check(archive: zipfile.ZipFile, unusable: Unusable) -> None:
    """Refuse entities, bombs, and texts that no spreadsheet program writes."""
    if len(archive.infolist()) > MOST_PARTS:
        raise unusable(_("holds more than {most:,} parts").format(most=MOST_PARTS))
    if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
        raise unusable(_("unpacks to more than {size} MB").format(size=MOST_UNPACKED // 1_000_000))
    for part in archive.infolist():
        if part.flag_bits & 1:
            raise unusable(_("is protected by a password: save it without one"))
        _check_part(archive, part, unusable)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, unusable: Unusable) -> None:
    """Refuse a part that unpacks to more than it says, or holds a text without end."""
    with archive.open(part) as file:
        start = file.read(PROLOGUE)
        is_xml = _check_start(part, start, unusable)
        texts = DIFFERENT_TEXTS.findall(start) if part.filename.casefold().endswith("sharedstrings.xml") else []
        if any(int(count[:20]) > min(part.file_size // SMALLEST_TEXT, MOST_CELLS) for count in texts):
            # memory would be reserved for them
            raise unusable(_("is damaged: {name} cannot hold as many texts as it says").format(name=part.filename))
        written = 0
        while piece := file.read(PIECE):  # complains where size or checksum are not as stated
            tags = piece.count(b"<") if is_xml else 0
            written += max(0, len(piece) - LONG_TAG * tags) if is_xml else 0
            if written > MOST_TEXT:
                raise unusable(_("holds texts of more than {size} MB").format(size=MOST_TEXT // 1_000_000))
            if is_xml and len(piece) == PIECE and not tags:
                complaint = _("holds a text of more than a million characters; a cell holds 32,767 at most")
                raise unusable(complaint)


def _check_start(part: zipfile.ZipInfo, start: bytes, unusable: Unusable) -> bool:
    """Return whether a part is XML; refuse XML that does not come to its content at once."""
    name = part.filename if part.filename.isprintable() else ascii(part.filename)[1:-1]
    if start.startswith(WIDE):
        complaint = _("is in UTF-16 ({name}), which no spreadsheet program writes: save it again as .xlsx")
        raise unusable(complaint.format(name=name))
    if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return False
    if name == "META-INF/manifest.xml":  # of an OpenDocument file, which may name its DOCTYPE
        return True
    if re.search(rb"<!(DOCTYPE|ENTITY)", start):
        raise unusable(_("declares XML entities (in {name}), which no spreadsheet program writes").format(name=name))
    if not FIRST_TAG.match(start):
        raise unusable(_("is damaged: {name} does not begin as a part of a workbook").format(name=name))
    return True


def check_cells(archive: zipfile.ZipFile, part: str, sheet: str, unusable: Unusable, *, addressed: bool = True) -> None:
    """Refuse a sheet whose table of all cells up to the last one would fill the memory.

    ``part`` is where the archive has the sheet; ``addressed`` says whether every cell has to give its address.
    """
    filled, blank, last_row, columns = 0, 0, 0, set[bytes]()
    with archive.open(part) as file:
        for piece in _pieces(file):
            attributes = FILLED.findall(piece)
            places = [place for place in map(ADDRESS.search, attributes) if place is not None]
            if addressed and len(places) < len(attributes):
                complaint = _("sheet {sheet!r} does not say where its cells are: save it again as .xlsx")
                raise unusable(complaint.format(sheet=sheet))
            filled += len(attributes)
            blank += piece.count(b"/>")
            columns |= {place[1] for place in places}
            last_row = max(last_row, max((int(place[2]) for place in places), default=0))
    last_column = max((column_number(letters.decode()) + 1 for letters in columns), default=0)
    if last_row > LAST_ROW or last_column > LAST_COLUMN:
        raise unusable(_("sheet {sheet!r} has a cell beyond the last one that a spreadsheet has").format(sheet=sheet))
    if blank > MOST_BLANK:
        raise unusable(_("sheet {sheet!r} has too many empty cells and rows").format(sheet=sheet))
    if max(filled, last_row * last_column) > MOST_CELLS:
        complaint = _(
            "sheet {sheet!r} spreads over {rows:,} rows and {columns:,} columns, which is more than "
            "{most:,} cells: delete what is far from the tables"
        )
        raise unusable(complaint.format(sheet=sheet, rows=last_row, columns=last_column, most=MOST_CELLS))


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """Yield a part of an archive in pieces that end with a tag."""
    rest = b""
    while piece := part.read(PIECE):
        whole, tag, after = (rest + piece).rpartition(b">")
        yield whole + tag
        rest = after
