"""Workbooks that nobody should send: each function writes one, and says why it is hostile.

A file is `refused` with one line that matches, `remarked` on while the calculation stays right, or
`harmless`: calculated right and without a remark.
"""

from __future__ import annotations

import io
import os
import random
import re
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.styles import PatternFill
from openpyxl.worksheet.formula import ArrayFormula

INPUT = "MRS(input)"
SHEET = "xl/worksheets/sheet1.xml"
# What an honest file gives, for the library to be asked the same without a workbook.
RIGHT = {"EC_PJ": 100, "COP_PJ": 1.63, "application": "individual quick freezer", "EF_elec": 0.8, "p": "2024"}
PERIOD, AMOUNT, UNIT, COP, APPLICATION, FACTOR = "B10", "F10", "G10", "F15", "F16", "F17"
HEADINGS = [
    *("Monitoring period", "Monitoring point No.", "Parameters", "Description of data", "Monitored Values", "Units"),
    *("Monitoring option", "Source of data", "Measurement methods and procedures", "Monitoring frequency"),
    "Other comments",
]
MILLION = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """A hostile file and what must come of it."""

    name: str
    make: Callable[[Path], Path]
    expected: str
    line: str

    @property
    def reason(self) -> str:
        """Why the file is hostile."""
        return (self.make.__doc__ or "").strip()


FILES: dict[str, Hostile] = {}


def _register(expected: str, line: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    def register(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        FILES[make.__name__] = Hostile(make.__name__, make, expected, line)
        return make

    return register


def refused(line: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a file of which nothing is calculated; its only complaint matches ``line``."""
    return _register("refused", line)


def remarked(line: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a file that is calculated right, with a remark that matches ``line``."""
    return _register("remarked", line)


harmless = _register("harmless", "")


# Honest workbooks, to be spoilt


def _typed() -> dict[str, str | float]:
    """Return the cells of a report of one freezer as somebody would type it."""
    headings = {f"{column}9": text for column, text in zip("BCDEFGHIJKL", HEADINGS, strict=True)}
    return {
        "L1": "Monitoring Spreadsheet: JCM_ID_AM003_ver01.0",
        "B4": "Monitoring Report Sheet (Input Sheet) [For Verification]",
        "B7": "Table 1: Parameters monitored ex post",
        **headings,
        **{PERIOD: "1/Jan/2024-31/Dec/2024", "C10": "(1)", "D10": "EC_PJ,i,p", AMOUNT: 100, UNIT: "MWh/p"},
        "B12": "Table 2: Project-specific parameters fixed ex ante",
        **{"D14": "Parameters", "F14": "Estimated Values", "G14": "Units"},
        **{"D15": "COP_PJ,i", COP: 1.63, "G15": "-"},
        **{"D16": "application,i", APPLICATION: "individual quick freezer", "G16": "-"},
        **{"D17": "EF_elec", FACTOR: 0.8, "G17": "tCO2/MWh"},
    }


def honest() -> openpyxl.Workbook:
    """Return the report as a workbook that can be changed."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = INPUT
    for cell, value in _typed().items():
        sheet[cell] = value
    return book


def written() -> bytes:
    """Return the report as a file, of which XlsxWriter always writes the same XML."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet(INPUT)
    for cell, value in _typed().items():
        sheet.write(cell, value)
    book.close()
    return file.getvalue()


def packed(book: openpyxl.Workbook) -> bytes:
    """Return the bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def save(folder: Path, content: bytes, name: str = "hostile.xlsx") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(content)
    return path


def with_cells(folder: Path, **cells: object) -> Path:
    """Write the honest report with other values in some cells."""
    book = honest()
    for cell, value in cells.items():
        book[INPUT][cell] = value
    return save(folder, packed(book))


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(parts: dict[str, bytes], level: int | None = None) -> bytes:
    """Return a ZIP archive, compressed at a level."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def edited(folder: Path, part: str, before: str, after: str) -> Path:
    """Write the honest report with a text of its XML replaced."""
    parts = parts_of(written())
    content = parts[part].decode()
    assert re.search(before, content), (part, before)
    parts[part] = re.sub(before, lambda _: after, content, count=1).encode()
    return save(folder, archive_of(parts))


def with_raw_cell(folder: Path, cell: str, xml: str) -> Path:
    """Write the honest report with the XML of one cell replaced."""
    return edited(folder, SHEET, rf'<c r="{cell}"[^>]*>.*?</c>', xml)


def with_formula(folder: Path, formula: str, stored: str = "100") -> Path:
    """Write the honest report with a formula for the amount, and a value stored beside it."""
    value = f"<v>{stored}</v>" if stored else ""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}"><f>{formula}</f>{value}</c>')


def compound(stream: str) -> bytes:
    """Return a minimal OLE compound file with one stream of this name."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    allocation = struct.pack("<128I", table, end, *[free] * 126)

    def entry(name: str, kind: int, child: int) -> bytes:
        text = name.encode("utf-16-le")
        links = struct.pack("<BB3I", kind, 1, free, free, child)
        return text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + links + bytes(36) + struct.pack("<IQ", end, 0)

    directory = entry("Root Entry", 5, 1) + entry(stream, 2, free) + bytes(256)
    return header + allocation + directory


# Files that are something else


@refused(r"is damaged or not an Excel workbook")
def truncated(folder: Path) -> Path:
    """The end is missing, as after a broken download."""
    content = written()
    return save(folder, content[: len(content) // 2])


@refused(r"the content is not that of an Excel workbook")
def random_bytes(folder: Path) -> Path:
    """Noise."""
    return save(folder, random.Random(0).randbytes(10_000))


@refused(r"is damaged or not an Excel workbook")
def random_archive(folder: Path) -> Path:
    """Noise that begins as a ZIP archive does."""
    return save(folder, b"PK\3\4" + random.Random(1).randbytes(10_000))


@refused(r"is damaged")
def flipped_bits(folder: Path) -> Path:
    """A part whose content no longer fits its checksum."""
    content = written()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo(SHEET)
    middle = part.header_offset + 30 + len(SHEET) + part.compress_size // 2
    return save(folder, content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])


@refused(r"the file is empty")
def empty(folder: Path) -> Path:
    """No byte."""
    return save(folder, b"")


@refused(r"the file is empty")
def zeros(folder: Path) -> Path:
    """What is left of a file after a disk failed."""
    return save(folder, bytes(100_000))


@refused(r"is larger than 100 MB")
def sparse(folder: Path) -> Path:
    """A file of 10 GB that takes no place on the disk, but all memory when it is read."""
    path = save(folder, b"PK\3\4")
    os.truncate(path, 10_000_000_000)
    return path


@refused(r"is a PDF: give the spreadsheet itself")
def renamed_pdf(folder: Path) -> Path:
    """A PDF with the name of a workbook."""
    return save(folder, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n")


@refused(r"is in the old format \.xls: save it as \.xlsx")
def old_xls(folder: Path) -> Path:
    """The format before 2007."""
    return save(folder, compound("Workbook"), "hostile.xls")


@refused(r"is protected by a password: save it without one")
def password(folder: Path) -> Path:
    """An encrypted workbook, which is an OLE file with a stream EncryptedPackage."""
    return save(folder, compound("EncryptedPackage"))


@refused(r"is an OpenDocument file \(\.ods\): save it as \.xlsx")
def ods(folder: Path) -> Path:
    """A spreadsheet of LibreOffice."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    document = f'<office:document-content xmlns:office="{namespace}"><office:body/></office:document-content>'
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": document.encode(),
        "META-INF/manifest.xml": manifest.encode(),
    }
    return save(folder, archive_of(parts), "hostile.ods")


@refused(r"is in the binary format \.xlsb: save it as \.xlsx")
def xlsb(folder: Path) -> Path:
    """The binary format, which no part of it shows as XML."""
    return save(folder, archive_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83\x01\0"}))


@refused(r"contains macros \(\.xlsm\): save it as \.xlsx, without them")
def macros(folder: Path) -> Path:
    """A workbook with a VBA project, under a name that does not say so."""
    parts = parts_of(written())
    return save(folder, archive_of(parts | {"xl/vbaProject.bin": compound("VBA")}))


@refused(r"is a ZIP archive of something else")
def other_archive(folder: Path) -> Path:
    """Photographs of the meters."""
    return save(folder, archive_of({"meter.jpg": b"\xff\xd8\xff", "readings.csv": b"p,EC\n2024,100\n"}))


@refused(r"is a ZIP archive of something else")
def docx(folder: Path) -> Path:
    """A text document of the same family of formats."""
    return save(folder, archive_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}))


@refused(r"is a ZIP archive of something else")
def archive_in_archive(folder: Path) -> Path:
    """The workbook within a ZIP archive within a ZIP archive."""
    content = written()
    for _ in range(2):
        content = archive_of({"hostile.xlsx": content})
    return save(folder, content)


@refused(r"got XML or a web page")
def web_page(folder: Path) -> Path:
    """The page of a portal that asks to sign in, saved in place of the file."""
    return save(folder, b"  <!DOCTYPE html><html><body>Sign in</body></html>")


@refused(r"the content is not that of an Excel workbook")
def renamed_csv(folder: Path) -> Path:
    """A table of text with the name of a workbook."""
    return save(folder, b"i,p,EC_PJ\n1,2024,100\n")


@refused(r"the content is not that of an Excel workbook")
def self_extracting(folder: Path) -> Path:
    """A program that carries a workbook."""
    return save(folder, b"MZ" + bytes(64) + written())


@refused(r"is a folder")
def directory(folder: Path) -> Path:
    """A folder with the name of a workbook."""
    path = folder / "hostile.xlsx"
    path.mkdir()
    return path


@refused(r"is not a file")
def fifo(folder: Path) -> Path:
    """A pipe, at which a reader waits for ever."""
    path = folder / "hostile.xlsx"
    os.mkfifo(path)
    return path


@refused(r"is not a file")
def endless_device(folder: Path) -> Path:
    """A link to a device that never ends."""
    path = folder / "hostile.xlsx"
    path.symlink_to("/dev/zero")
    return path


@refused(r"cannot be read: .*symbolic links")
def circular_link(folder: Path) -> Path:
    """A link to itself."""
    path = folder / "hostile.xlsx"
    path.symlink_to(path)
    return path


@harmless
def link(folder: Path) -> Path:
    """A link to an honest file elsewhere is that file."""
    path = folder / "hostile.xlsx"
    path.symlink_to(save(folder, written(), "honest.xlsx"))
    return path


@refused(r"there is no such file")
def nowhere(folder: Path) -> Path:
    """A link to a file that is gone."""
    path = folder / "hostile.xlsx"
    path.symlink_to(folder / "gone.xlsx")
    return path


@refused(r"cannot be read: Permission denied")
def unreadable(folder: Path) -> Path:
    """A file of somebody else."""
    path = save(folder, written())
    path.chmod(0)
    return path


@refused(r"COP_PJ,i: got 0.*; must be .*in hostile\\nER = 1,000 tCO2\.xlsx")
def newline_in_name(folder: Path) -> Path:
    """A name that would break the complaint into two lines, the second of which looks like a success."""
    return with_cells(folder, **{COP: 0}).rename(folder / "hostile\nER = 1,000 tCO2.xlsx")


@refused(r"content is not that of an Excel workbook")
def escapes_in_name(folder: Path) -> Path:
    """A name that would clear the screen and turn the line around."""
    return save(folder, b"noise", "hostile\x1b[2J\u202e.xlsx")


# Archives


def _spaces(megabytes: int) -> bytes:
    """Return the XML of a sheet with as much blank space."""
    return b"<worksheet><sheetData>" + b" " * (megabytes * MILLION) + b"</sheetData></worksheet>"


@refused(r"unpacks to more than 300 MB")
def bomb(folder: Path) -> Path:
    """300 kB that unpack to 310 MB, and say so."""
    return save(folder, archive_of(parts_of(written()) | {SHEET: _spaces(310)}))


def _lying(folder: Path, parts: dict[str, bytes], lie: int = 1000) -> Path:
    """Write an archive whose directory gives a wrong size for the large parts."""
    content = bytearray(archive_of(parts))
    for part in parts.values():
        if len(part) > MILLION:
            content = content.replace(struct.pack("<I", len(part)), struct.pack("<I", lie))
    return save(folder, bytes(content))


@refused(r"is damaged")
def lying_bomb(folder: Path) -> Path:
    """100 kB that unpack to 100 MB, and say 1 kB."""
    return _lying(folder, parts_of(written()) | {SHEET: _spaces(100)})


@refused(r"is damaged")
def plausible_bomb(folder: Path) -> Path:
    """A part packed so small that the size it states could be true, but is a hundredth."""
    return _lying(folder, parts_of(written()) | {SHEET: _spaces(100)}, lie=MILLION)


@refused(r"is damaged")
def bomb_of_another_name(folder: Path) -> Path:
    """A sheet in a part that is not named .xml, and lies about its size."""
    parts = parts_of(written())
    relations = "xl/_rels/workbook.xml.rels"
    parts[relations] = parts[relations].replace(b"sheet1.xml", b"sheet1.dat")
    del parts[SHEET]
    return _lying(folder, parts | {"xl/worksheets/sheet1.dat": _spaces(100)})


@refused(r"unpacks to more than 300 MB")
def many_bombs(folder: Path) -> Path:
    """Each part is moderate, all together are not."""
    blank = _spaces(20)
    return save(folder, archive_of(parts_of(written()) | {f"xl/media/{n}.xml": blank for n in range(16)}))


@refused(r"it holds two parts of the same name")
def duplicate_parts(folder: Path) -> Path:
    """Two parts of one name, of which one program shows the first and another the last."""
    parts = parts_of(written())
    content = parts[SHEET]
    renamed = SHEET.replace("1", "9")
    return save(folder, archive_of(parts | {renamed: content}).replace(renamed.encode(), SHEET.encode()))


@refused(r"holds more than 10,000 parts")
def many_parts(folder: Path) -> Path:
    """Twenty thousand small parts."""
    return save(folder, archive_of(parts_of(written()) | {f"xl/media/{n}.xml": b"<a/>" for n in range(20_000)}))


@refused(r"is protected by a password")
def encrypted_part(folder: Path) -> Path:
    """A ZIP archive protected by a password, which is not how workbooks are protected."""
    content = bytearray(written())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for match in re.finditer(re.escape(mark), bytes(content)):
            content[match.start() + place] |= 1
    return save(folder, bytes(content))


@harmless
def path_traversal(folder: Path) -> Path:
    """A part whose name would be written outside by a program that unpacks it."""
    return save(folder, archive_of(parts_of(written()) | {"../../../outside.xml": b"<a/>", "/etc/x": b"x"}))


@refused(r"is damaged|cannot be read")
def unknown_packing(folder: Path) -> Path:
    """A method of packing that does not exist."""
    content = bytearray(written())
    for mark, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        for match in re.finditer(re.escape(mark), bytes(content)):
            content[match.start() + place] = 77
    return save(folder, bytes(content))


# XML

LAUGHS = "".join(f'<!ENTITY laugh{n} "{f"&laugh{n - 1};" * 10 if n else "ha"}">' for n in range(10))  # 10^9 times "ha"


def _declared(folder: Path, part: str, declaration: str, before: str = "", encoding: str = "utf-8") -> Path:
    """Write the honest report with a document type declared in one part."""
    parts = parts_of(written())
    content = re.sub(r"^<\?xml[^>]*\?>\s*", "", parts[part].decode())
    content = content.replace("100", "&laugh9;", 1) if "laugh" in declaration else content
    head = f'<?xml version="1.0" encoding="{encoding}"?>{before}<!DOCTYPE x [{declaration}]>'
    parts[part] = (head + content).encode(encoding)
    return save(folder, archive_of(parts))


@refused(r"declares XML entities \(in xl/worksheets/sheet1\.xml\)")
def laughs_in_sheet(folder: Path) -> Path:
    """A billion laughs: entities that unfold to gigabytes."""
    return _declared(folder, SHEET, LAUGHS)


@refused(r"declares XML entities \(in xl/sharedStrings\.xml\)")
def laughs_in_texts(folder: Path) -> Path:
    """The same in the table of texts."""
    return _declared(folder, "xl/sharedStrings.xml", LAUGHS)


@refused(r"xl/worksheets/sheet1\.xml does not begin as a part of a workbook")
def late_entities(folder: Path) -> Path:
    """Entities behind a comment of 100 kB, where nobody looks for them."""
    return _declared(folder, SHEET, LAUGHS, before=f"<!--{' ' * 100_000}-->")


@refused(r"declares XML entities|UTF-16")
def wide_entities(folder: Path) -> Path:
    """Entities in UTF-16, where a search for bytes does not find them."""
    return _declared(folder, SHEET, LAUGHS, encoding="utf-16")


@refused(r"declares XML entities")
def outside_entity(folder: Path) -> Path:
    """An entity that stands for a file outside."""
    return _declared(folder, SHEET, f'<!ENTITY secret SYSTEM "file://{bait(folder)}">')


@refused(r"is in UTF-16")
def utf_16(folder: Path) -> Path:
    """A sheet in UTF-16, which the standard allows and no spreadsheet program writes."""
    parts = parts_of(written())
    content = re.sub(r"^<\?xml[^>]*\?>\s*", "", parts[SHEET].decode())
    parts[SHEET] = f'<?xml version="1.0" encoding="utf-16"?>{content}'.encode("utf-16")
    return save(folder, archive_of(parts))


@refused(r"sheet 'MRS\(input\)' cannot be read")
def broken_xml(folder: Path) -> Path:
    """A sheet that ends in the middle of an element."""
    return edited(folder, SHEET, r"</row>.*", "</row><row><c r='A")


@refused(r"cannot be read")
def text_out_of_range(folder: Path) -> Path:
    """A cell with the 4000th text of a table that has not as many."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}" t="s"><v>4000</v></c>')


@refused(r"cannot be read")
def broken_relation(folder: Path) -> Path:
    """The list of sheets names a relation that does not exist."""
    return edited(folder, "xl/workbook.xml", r'r:id="[^"]*"', 'r:id="rId99"')


@refused(r"cannot be read")
def missing_sheet(folder: Path) -> Path:
    """A relation to a part that is not there."""
    return edited(folder, "xl/_rels/workbook.xml.rels", r"worksheets/sheet1\.xml", "worksheets/sheet7.xml")


@refused(r"cannot be read")
def relation_outside(folder: Path) -> Path:
    """A sheet that stands in a file outside."""
    return edited(folder, "xl/_rels/workbook.xml.rels", r"worksheets/sheet1\.xml", f"file://{bait(folder)}")


@refused(r"cannot be read|holds no monitoring plan or report")
def no_relations(folder: Path) -> Path:
    """The list of parts is missing."""
    parts = parts_of(written())
    del parts["xl/_rels/workbook.xml.rels"]
    return save(folder, archive_of(parts))


@harmless
def wrong_dimension(folder: Path) -> Path:
    """A sheet that says it has seventeen billion cells."""
    return edited(folder, SHEET, r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"')


@refused(r"xl/sharedStrings\.xml cannot hold as many texts as it says")
def wrong_count_of_texts(folder: Path) -> Path:
    """A table of texts that says it has four billion."""
    return edited(
        folder, "xl/sharedStrings.xml", r'count="\d*" uniqueCount="\d*"', 'count="4294967295" uniqueCount="4294967295"'
    )


@harmless
def text_used_often(folder: Path) -> Path:
    """A table of few texts, each of which stands in many cells: no reason to refuse it."""
    return edited(folder, "xl/sharedStrings.xml", r'(?<= )count="\d*"', 'count="1000000"')


@refused(r"sheet 'MRS\(input\)' has a cell beyond the last one")
def row_beyond_the_last(folder: Path) -> Path:
    """A row that no spreadsheet has."""
    return edited(folder, SHEET, r'<c r="L1"', '<c r="L1048577"')


@harmless
def wrong_row_number(folder: Path) -> Path:
    """A row number that no spreadsheet has, above cells that say themselves where they stand."""
    return edited(folder, SHEET, r'<row r="10"', '<row r="99999999999"')


@refused(r"sheet 'MRS\(input\)' has a cell beyond the last one")
def column_beyond_the_last(folder: Path) -> Path:
    """A column that no spreadsheet has."""
    return edited(folder, SHEET, r'<c r="L1"', '<c r="XFE1"')


@refused(r"sheet 'MRS\(input\)' does not say where its cells are")
def impossible_address(folder: Path) -> Path:
    """A column of more letters than any has."""
    return edited(folder, SHEET, r'<c r="L1"', '<c r="ZZZZZZZZ1"')


@refused(r"spreads over 1,048,576 rows and 16,384 columns")
def far_cell(folder: Path) -> Path:
    """One cell in the last corner: a table of all cells up to there has seventeen billion."""
    return with_cells(folder, XFD1048576="far away")


@refused(r"spreads over 1,048,576 rows and 16,384 columns")
def wide_and_long(folder: Path) -> Path:
    """A cell at the end of a row and one at the end of a column."""
    return with_cells(folder, XFD1="wide", A1048576="long")


@refused(r"spreads over 1,048,576 rows and 12 columns, which is more than 5,000,000 cells: delete what is far")
def far_row(folder: Path) -> Path:
    """A stray text in the last row."""
    return with_cells(folder, A1048576="long")


def _many_rows(folder: Path, row: Callable[[int], str], count: int) -> Path:
    """Write the honest report with many rows below it, written as they come."""
    parts = parts_of(written())
    rows = "".join(row(number) for number in range(100, 100 + count))
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    return save(folder, archive_of(parts))


@harmless
def million_styled_rows(folder: Path) -> Path:
    """A colour given to all of a column, down to the last row."""
    return _many_rows(folder, lambda row: f'<row r="{row}"><c r="A{row}" s="0"/></row>', MILLION)


@harmless
def million_wide_rows(folder: Path) -> Path:
    """As many blank cells as unpack to just less than is allowed."""
    cells = "".join(f'<c r="{column}{{0}}" s="0"/>' for column in ("A", "DZZ"))
    return _many_rows(folder, lambda row: f'<row r="{row}">{cells.format(row)}</row>', MILLION)


@refused(r"does not say where its cells are")
def numbers_without_address(folder: Path) -> Path:
    """A file of a few MB with ten million numbers that follow each other."""
    return _many_rows(folder, lambda row: f'<row r="{row}">{"<c><v>1</v></c>" * 50}</row>', 200_000)


@refused(r"spreads over 100,099 rows and 60 columns")
def wide_apart(folder: Path) -> Path:
    """Two columns of numbers that stand so far apart that the table between them has six million cells."""
    cells = "".join(f'<c r="{column}{{0}}"><v>1</v></c>' for column in ("B", "BH"))
    return _many_rows(folder, lambda row: f'<row r="{row}">{cells.format(row)}</row>', 100_000)


def _with_rows(folder: Path, rows: str) -> Path:
    """Write the report with more rows behind its own."""
    parts = parts_of(written())
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    return save(folder, archive_of(parts))


def _text(row: int, length: int) -> str:
    return f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{"a" * length}</t></is></c></row>'


@refused(r"holds a text of more than a million characters; a cell holds 32,767 at most")
def text_without_end(folder: Path) -> Path:
    """One cell holds 250 MB of text."""
    return _with_rows(folder, _text(90, 250 * MILLION))


@refused(r"holds a text of more than a million characters")
def attribute_without_end(folder: Path) -> Path:
    """The attribute of a row is 250 MB long."""
    return _with_rows(folder, f'<row r="90" x="{"a" * 250 * MILLION}"/>')


@refused(r"holds texts of more than 100 MB")
def texts_of_every_row(folder: Path) -> Path:
    """Eight thousand cells hold as much text as a cell can."""
    return _with_rows(folder, "".join(_text(row, 32_000) for row in range(90, 7_900)))


@refused(r"has too many empty cells and rows")
def empty_rows_without_end(folder: Path) -> Path:
    """Twenty million rows are written and hold nothing."""
    return _with_rows(folder, '<row r="90"/>' * (20 * MILLION))


@harmless
def deep_nesting(folder: Path) -> Path:
    """A million elements within each other."""
    return edited(folder, SHEET, "</sheetData>", "</sheetData>" + "<a>" * MILLION)


@harmless
def endless_search(folder: Path) -> Path:
    """A comment in which a careless search begins a million times, and each time runs to its end."""
    return edited(folder, SHEET, "</sheetData>", f"</sheetData><!--{'<c ' * MILLION}<-->")


@refused(r"cannot be read|damaged|holds no monitoring plan")
def endless_list_of_sheets(folder: Path) -> Path:
    """The same in the list of sheets."""
    return edited(folder, "xl/workbook.xml", "<sheets>.*</sheets>", f"<sheets/><!--{'<sheet ' * 300_000}-->")


# References to other files, commands


def bait(folder: Path) -> Path:
    """Return a pipe: whoever opens it waits for ever, and is ended."""
    path = folder / "bait"
    if not path.exists():
        os.mkfifo(path)
    return path


def _with_link(folder: Path, link: str) -> Path:
    """Write the honest report with a part that refers to other files."""
    parts = parts_of(written())
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{main}" xmlns:r="{office}">{link}</externalLink>'.encode()
    )
    target = f'Target="file://{bait(folder)}" TargetMode="External"'
    relation = f'<Relationship Id="rId1" Type="{office}/externalLinkPath" {target}/>'
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        f'<Relationships xmlns="{namespace}">{relation}</Relationships>'.encode()
    )
    formula = "<f>[1]Readings!B7</f>"
    sheet = parts[SHEET].decode()
    parts[SHEET] = re.sub(rf'<c r="{AMOUNT}"[^>]*>.*?</c>', f'<c r="{AMOUNT}">{formula}<v>100</v></c>', sheet).encode()
    return save(folder, archive_of(parts))


@remarked(r"refers to other files, which were not opened: stored values are used")
def external_link(folder: Path) -> Path:
    """A value taken from another file, with what it was when the file was saved."""
    sheets = '<sheetNames><sheetName val="Readings"/></sheetNames>'
    stored = '<sheetDataSet><sheetData sheetId="0"><row r="7"><cell r="B7"><v>999</v></cell></row></sheetData>'
    return _with_link(folder, f'<externalBook r:id="rId1">{sheets}{stored}</sheetDataSet></externalBook>')


@remarked(r"refers to other files, which were not opened: stored values are used")
def dde_link(folder: Path) -> Path:
    """A link that starts a program."""
    return _with_link(
        folder, '<ddeLink ddeService="cmd" ddeTopic="/C touch bait"><ddeItems><ddeItem name="A1"/></ddeItems></ddeLink>'
    )


@refused(r"EC_PJ,i,p: \W=cmd\|.* is not a number.*\(.*MRS\(input\)!F10\)")
def command_as_text(folder: Path) -> Path:
    """The text of a command in place of a value."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}" t="inlineStr"><is><t>=cmd|\' /C calc\'!A1</t></is></c>')


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): =cmd\|.*; its stored value 100")
def command_as_formula(folder: Path) -> Path:
    """A formula that starts a program in a spreadsheet program that lets it."""
    return with_formula(folder, "cmd|' /C calc'!A1")


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): =HYPERLINK")
def hyperlink_formula(folder: Path) -> Path:
    """A formula that opens a page."""
    return with_formula(folder, 'HYPERLINK("http://127.0.0.1:9/","100")')


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): =WEBSERVICE")
def web_formula(folder: Path) -> Path:
    """A formula that asks a server."""
    return with_formula(folder, 'WEBSERVICE("http://127.0.0.1:9/")')


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): =60\+40; its stored value 100")
def formula_with_value(folder: Path) -> Path:
    """A sum where a reading belongs."""
    return with_formula(folder, "60+40")


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): .*; its stored value 100")
def shared_formula(folder: Path) -> Path:
    """A formula that many cells share, of which only the first one has the text."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}"><f t="shared" si="0"/><v>100</v></c>')


@remarked(r"EC_PJ,i,p: holds a formula where a value belongs \(MRS\(input\)!F10\): =SUM.*; its stored value 100")
def array_formula(folder: Path) -> Path:
    """A formula over arrays."""
    return with_raw_cell(
        folder, AMOUNT, f'<c r="{AMOUNT}"><f t="array" ref="{AMOUNT}">SUM({{60,40}})</f><v>100</v></c>'
    )


NOT_CALCULATED = r"EC_PJ,i,p: holds a formula \(MRS\(input\)!F10\) whose value is not stored: give the value itself"


@refused(NOT_CALCULATED)
def formula_without_value(folder: Path) -> Path:
    """A formula that no spreadsheet program has calculated."""
    return with_formula(folder, "60+40", stored="")


@refused(NOT_CALCULATED)
def array_formula_without_value(folder: Path) -> Path:
    """The same as an array formula, as a script writes it."""
    return with_cells(folder, **{AMOUNT: ArrayFormula(AMOUNT, "=SUM({60,40})")})


@refused(NOT_CALCULATED)
def circular_reference(folder: Path) -> Path:
    """Two cells that each refer to the other."""
    return with_cells(folder, **{AMOUNT: "=F11", "F11": "=F10"})


@refused(NOT_CALCULATED)
def circular_sheets(folder: Path) -> Path:
    """Cells of two sheets that each refer to the other."""
    book = honest()
    book[INPUT][AMOUNT] = "=Other!A1"
    book.create_sheet("Other")["A1"] = f"='{INPUT}'!{AMOUNT}"
    return save(folder, packed(book))


@refused(NOT_CALCULATED)
def circular_files(folder: Path) -> Path:
    """A cell that refers to a file, which refers back."""
    save(folder, written(), "other.xlsx")
    return with_cells(folder, **{AMOUNT: "='[other.xlsx]MRS(input)'!F10"})


# Sheets and header


@refused(r"holds no monitoring plan or report: expected a sheet MRS\(input\) or MPS\(input\), found 'Sheet1'$")
def wrong_sheet_names(folder: Path) -> Path:
    """Neither name nor title says what the sheet is for."""
    book = honest()
    book[INPUT]["B4"] = "Readings"
    book[INPUT].title = "Sheet1"
    return save(folder, packed(book))


@refused(r"holds no monitoring plan or report")
def no_cells(folder: Path) -> Path:
    """A new workbook, saved as it opened."""
    return save(folder, packed(openpyxl.Workbook()))


@refused(r"holds no monitoring plan or report: .*, found none$")
def no_sheets(folder: Path) -> Path:
    """A workbook without a sheet."""
    return edited(folder, "xl/workbook.xml", "<sheets>.*</sheets>", "<sheets/>")


@refused(r"names no methodology: expected 'Monitoring Spreadsheet: JCM_ID_AM002_ver02\.0' at the top")
def no_header(folder: Path) -> Path:
    """The line at the top right is missing."""
    return with_cells(folder, L1=None)


@refused(r"ZZ_AM999")
def unknown_methodology(folder: Path) -> Path:
    """A methodology that does not exist."""
    return with_cells(folder, L1="Monitoring Spreadsheet: JCM_ZZ_AM999_ver01.0")


@refused(r"ID_AM003.*(7\.3|version)")
def unknown_version(folder: Path) -> Path:
    """A version that does not exist."""
    return with_cells(folder, L1="Monitoring Spreadsheet: JCM_ID_AM003_ver07.3")


@refused(r"names no methodology")
def endless_version(folder: Path) -> Path:
    """A version of five thousand digits, more than Python turns into a number."""
    return with_cells(folder, L1=f"Monitoring Spreadsheet: JCM_ID_AM003_ver{'9' * 5000}")


@refused(r"holds several methodologies: ID_AM003 ver 1\.0.*PW_AM001 ver 1\.0")
def two_methodologies(folder: Path) -> Path:
    """Two reports in one file."""
    book = honest()
    book.copy_worksheet(book[INPUT]).title = "MPS(input)"
    book["MPS(input)"]["L1"] = "Monitoring Spreadsheet: JCM_PW_AM001_ver01.0"
    return save(folder, packed(book))


@refused(r"has two sheets for one purpose: 'MRS\(input\)' and 'mrs input'")
def two_sheets_for_one_purpose(folder: Path) -> Path:
    """Two sheets that are both the report of the same year."""
    book = honest()
    book.copy_worksheet(book[INPUT]).title = "mrs input"
    return save(folder, packed(book))


@remarked(r"MRS\(input\): is a hidden sheet, and its values are used")
def hidden_sheet(folder: Path) -> Path:
    """The values stand where nobody sees them."""
    book = honest()
    book.create_sheet("Summary")["A1"] = "ER = 1,000,000 tCO2"
    book.active = 1
    book[INPUT].sheet_state = "veryHidden"
    return save(folder, packed(book))


@harmless
def hidden_other_sheet(folder: Path) -> Path:
    """A hidden sheet that is none of the report's changes nothing."""
    book = honest()
    book.create_sheet("Notes").sheet_state = "hidden"
    return save(folder, packed(book))


@refused(r"p: 2024 is the period of two sheets, 'MRS\(input\)' and 'MRS\(input\) 2025': a year has one")
def same_year_twice(folder: Path) -> Path:
    """A copy of the report as that of another year: the same electricity counted twice."""
    book = honest()
    book.copy_worksheet(book[INPUT]).title = f"{INPUT} 2025"
    return save(folder, packed(book))


@harmless
def newline_in_sheet_name(folder: Path) -> Path:
    """A sheet name that would break the complaint into two lines."""
    return edited(folder, "xl/workbook.xml", r'name="MRS\(input\)"', 'name="New&#10;line"')


# Values


@refused(r"EC_PJ,i,p: .*#REF!' is not a number \(MRS\(input\)!F10\)")
def error_reference(folder: Path) -> Path:
    """#REF! where a value belongs."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}" t="e"><v>#REF!</v></c>')


@refused(r"COP_PJ,i: .*#N/A' is not a number \(.*MRS\(input\)!F15\)")
def error_missing(folder: Path) -> Path:
    """#N/A, which pandas would take for an empty cell."""
    return with_raw_cell(folder, COP, f'<c r="{COP}" t="e"><v>#N/A</v></c>')


@refused(r"EF_elec: .*#DIV/0!' is not a number \(.*MRS\(input\)!F17\)")
def error_division(folder: Path) -> Path:
    """#DIV/0! as the result of a formula."""
    return with_raw_cell(folder, FACTOR, f'<c r="{FACTOR}" t="e"><f>1/0</f><v>#DIV/0!</v></c>')


@refused(r"p: .*#VALUE!.*\(MRS\(input\)!B10\)")
def error_period(folder: Path) -> Path:
    """#VALUE! in place of the period."""
    return with_raw_cell(folder, PERIOD, f'<c r="{PERIOD}" t="e"><v>#VALUE!</v></c>')


@refused(r"EC_PJ,i,p: has two rows .*\(MRS\(input\)!F11\)")
def duplicated_rows(folder: Path) -> Path:
    """One parameter in two rows with different values."""
    return with_cells(folder, B11="1/Jan/2024-31/Dec/2024", D11="EC_PJ,i,p", F11=999, G11="MWh/p")


@remarked(r"EC_PJ,i,p: has no unit \(MRS\(input\)!F10\): 100\.0 is taken in MWh")
def no_units(folder: Path) -> Path:
    """A table without a column of units."""
    return with_cells(folder, G9=None, G10=None)


@refused(r"EC_PJ,i,p: got '100\.0 tCO2/p': .*cannot be converted to 'MWh'.*MRS\(input\)!F10")
def wrong_unit(folder: Path) -> Path:
    """Tonnes where electricity belongs."""
    return with_cells(folder, **{UNIT: "tCO2/p"})


@refused(r"EC_PJ,i,p: .*MRS\(input\)!F10")
def nonsense_unit(folder: Path) -> Path:
    """A unit that does not exist, and is a program for whoever evaluates it."""
    return with_cells(folder, **{UNIT: "__import__('os').system('touch bait')"})


@refused(r"EC_PJ,i,p: .*MRS\(input\)!F10")
def endless_power(folder: Path) -> Path:
    """A unit whose power would be calculated for ever."""
    return with_cells(folder, **{UNIT: "MWh**9**9**9**9"})


@refused(r"p: '01/02/2017-03/04/2017' can be read in two ways.*\(MRS\(input\)!B10\)")
def ambiguous_dates(folder: Path) -> Path:
    """Day or month first?"""
    return with_cells(folder, **{PERIOD: "01/02/2017-03/04/2017"})


@refused(r"p: 2024-12-31/2024-01-01: the last day is before the first \(MRS\(input\)!B10\)")
def swapped_dates(folder: Path) -> Path:
    """The last day before the first."""
    return with_cells(folder, **{PERIOD: "31/Dec/2024-1/Jan/2024"})


@refused(r"p: .*31/Feb/2024.*there is no such day.*\(MRS\(input\)!B10\)")
def no_such_day(folder: Path) -> Path:
    """31 February."""
    return with_cells(folder, **{PERIOD: "1/Jan/2024-31/Feb/2024"})


@refused(r"p: .*\(MRS\(input\)!B10\)")
def date_beyond_time(folder: Path) -> Path:
    """A number shown as a date that is later than any calendar goes."""
    book = honest()
    book[INPUT][PERIOD] = datetime(2024, 1, 1)
    parts = parts_of(packed(book))
    sheet = parts[SHEET].decode()
    parts[SHEET] = re.sub(rf'(<c r="{PERIOD}"[^>]*>)<v>[^<]*</v>', r"\g<1><v>1e300</v>", sheet).encode()
    return save(folder, archive_of(parts))


@refused(r"EC_PJ,i,p: .*\(.*MRS\(input\)!F10\)")
def date_as_amount(folder: Path) -> Path:
    """What becomes of "1-2" when a spreadsheet program takes it for a day."""
    return with_cells(folder, **{AMOUNT: datetime(2024, 2, 1)})


@harmless
def dates_from_1904(folder: Path) -> Path:
    """The other calendar of spreadsheets: the same numbers are dates four years later."""
    path = folder / "hostile.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet(INPUT)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for cell, value in _typed().items():
        if cell != PERIOD:
            sheet.write(cell, value)
    for column, text in enumerate(("No.", "First day", "Last day")):
        sheet.write(20, column, text)
    sheet.write(21, 0, 1)
    sheet.write_datetime(21, 1, datetime(2024, 1, 1), day)
    sheet.write_datetime(21, 2, datetime(2024, 12, 31), day)
    book.close()
    return path


AMOUNTS = {
    "comma_of_two_meanings": ("1,234", r"'1,234.*write 1\.234 or 1234", "A decimal comma, or one between thousands?"),
    "full_width_digits": ("１００", r"full-width characters: write 100", "Digits of another width."),
    "other_digits": ("١٠٠", r"", "Digits of another script, which Python takes for numbers."),
    "not_available": ("n/a", r"'n/a.*is not a number", "A text that says there is no value."),
    "dash": ("–", r"'–.*is not a number", "A dash, which may mean nothing or none."),
    "negative": (-100, r"got -100 MWh.*; must be a number of at least 0", "Negative electricity."),
    "nan_text": ("NaN", r"(got no number|'NaN)", "A text that becomes a number which equals nothing."),
    "infinite_text": ("inf", r"got inf MWh", "A text that becomes an infinite number."),
    "four_hundred_digits": ("9" * 400, r"got inf MWh", "More digits than a number takes."),
    "truth": (True, r"True.* is a truth value, not a number", "A truth value, which Python takes for 1."),
    "several_numbers": ("100 200", r"'100 200", "Two readings in one cell."),
    "expression": ("10**2", r"'10\*\*2", "A program in place of a number."),
    "control_characters": (
        "100_x0000__x001B_[2J",
        r"got '100\\x00\\x1b\[2J'",
        "Characters that would clear the screen.",
    ),
    "line_breaks": ("100\nER = 1,000 tCO2", r"'100\\nER", "A text whose second line looks like a result."),
    "very_long_text": ("x" * 32_767, r"'x{20,}…", "The longest text that a cell takes."),
    "turned_around": ("\u202e001", r"is not a number", "Characters that show 001 as 100."),
}


def _amount(name: str, value: object, line: str, reason: str) -> None:
    def make(folder: Path) -> Path:
        return with_cells(folder, **{AMOUNT: value})

    make.__name__, make.__doc__ = name, reason
    # the cell stands behind the value or at the end
    refused(rf"EC_PJ,i,p: (?=.*MRS\(input\)!F10).*{line}")(make)


for _name, (_value, _line, _reason) in AMOUNTS.items():
    _amount(_name, _value, _line, _reason)


@refused(r"EC_PJ,i,p: got inf MWh .*MRS\(input\)!F10")
def number_of_400_digits(folder: Path) -> Path:
    """A number, not a text, of 400 digits."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}"><v>{"9" * 400}</v></c>')


@refused(r"EC_PJ,i,p: .*MRS\(input\)!F10")
def nan_number(folder: Path) -> Path:
    """A number cell that holds NaN, which no spreadsheet program writes."""
    return with_raw_cell(folder, AMOUNT, f'<c r="{AMOUNT}"><v>NaN</v></c>')


@refused(r"no values are filled in")
def no_value(folder: Path) -> Path:
    """The value that all depends on is not filled in."""
    return with_cells(folder, **{AMOUNT: None})


@refused(r"no values are filled in|is missing")
def nothing_filled_in(folder: Path) -> Path:
    """A blank form."""
    return with_cells(folder, **{AMOUNT: None, COP: None, APPLICATION: None, FACTOR: None})


@remarked(r"EC_\\u202ejp,i,p\\nER: is not a parameter of ID_AM003")
def unknown_symbol(folder: Path) -> Path:
    """A row whose symbol reads like another one, turned around by a control character."""
    return with_cells(folder, D11="EC_\u202ejp,i,p\nER", F11=999, G11="MWh/p")


@refused(r"application.*'freezer \\u202e.*'")
def label_turned_around(folder: Path) -> Path:
    """A class whose name shows otherwise than it reads."""
    return with_cells(folder, **{APPLICATION: "freezer \u202ekciuq"})


@harmless
def merged_everywhere(folder: Path) -> Path:
    """Every cell merged with others."""
    book = honest()
    sheet = book[INPUT]
    for cells in ("B4:L5", "B7:L7", "H10:L11", "B12:L12", "F14:F14", "G15:L15", "A18:Z50", "A1:A9", "B1:K3"):
        sheet.merge_cells(cells)
    return save(folder, packed(book))


@harmless
def styled_everywhere(folder: Path) -> Path:
    """Colours in fifty thousand empty cells."""
    book = honest()
    fill = PatternFill("solid", fgColor="FFFF00")
    for row in book[INPUT].iter_rows(min_row=30, max_row=530, max_col=100):
        for cell in row:
            cell.fill = fill
    return save(folder, packed(book))


# The collection as files


def write(name: str, folder: Path) -> Path:
    """Write one file of the collection into a folder of its own."""
    own = folder / name
    own.mkdir()
    return FILES[name].make(own)


if __name__ == "__main__":
    chosen = Path(sys.argv[1])
    for name, file in FILES.items():
        print(f"{write(name, chosen)}: {file.reason}")
