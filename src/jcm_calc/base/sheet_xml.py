"""What else than the values of cells is in a workbook: formulas, errors, what is hidden, names, tables."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

LAST_COLUMN = 16_384
CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
# A sheet without any of these holds values only; to look for them is faster than to parse it.
WORTH_PARSING = (b"<f", b":f", b'"e"', b"'e'", b"hidden")
LONGEST_SYMBOL = 40
# In texts: where a part begins or is set lower, what it says, and where the whole text ends.
RUN = re.compile(
    rb"""(?P<run><(?:\w+:)?r>)|<(?:\w+:)?vertAlign val=["']subscript["']|<(?:\w+:)?t(?:\s[^<>]*)?>(?P<text>[^<]*)<"""
    rb"""|(?P<end></(?:\w+:)?(?:si|is)>)"""
)
NO_SIZE = re.compile(rb"""\b(?:ht|width)\s*=\s*["']0""")
Place = tuple[int, int]  # row and column, counted from 0


@dataclass
class Written:
    """A formula as it is written: of a shared group only the first cell has its text."""

    text: str
    address: str
    shared: str
    stored: bool


@dataclass
class SheetXml:
    """What a sheet holds in addition to values."""

    formulas: dict[Place, Written] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)  # such as ``#REF!``
    spans: list[tuple[int, int, str]] = field(default_factory=list)  # where the text of each error is in the bytes
    rows: set[int] = field(default_factory=set)  # hidden, or without height
    columns: set[int] = field(default_factory=set)  # hidden, or without width


def parse(content: bytes) -> SheetXml:
    """Parse the XML of a sheet; a ValueError says that it is not well-formed, or declares entities."""
    found = SheetXml()
    if any(sign in content for sign in WORTH_PARSING) or NO_SIZE.search(content):
        try:
            _Parser(content, found).run()
        except expat.ExpatError as error:
            raise ValueError(str(error)) from None
    return found


class _Parser:
    """Callbacks of expat; ElementTree takes three times as long over a million rows."""

    def __init__(self, content: bytes, found: SheetXml) -> None:
        self.content, self.found = content, found
        self.row, self.column = -1, -1
        self.type = self.address = ""
        self.formula: dict[str, str] | None = None
        self.formula_text: str | None = None
        self.value = ""
        self.texts: list[str] = []
        self.begin = 0

    def run(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = _no_entities
        self.parser.Parse(self.content, True)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name in ("f", "v"):
            self.texts = []
            self.parser.CharacterDataHandler = self.texts.append
            if name == "f":
                self.formula = dict(attributes)
            else:
                self.begin = self.parser.CurrentByteIndex
        elif name == "row":
            self.row = _whole(attributes.get("r")) - 1 if "r" in attributes else self.row + 1
            self.column = -1
            if _is_hidden(attributes, "ht"):
                self.found.rows.add(self.row)
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = _whole(attributes.get("min")), min(_whole(attributes.get("max")), LAST_COLUMN)
            self.found.columns |= set(range(max(first, 1) - 1, last))

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.type, self.formula, self.formula_text, self.value = attributes.get("t", ""), None, None, ""
        match = CELL.fullmatch(attributes.get("r", ""))
        if match:
            self.row, self.column = int(match[2]) - 1, column_number(match[1])
        else:
            self.column += 1
        self.address = attributes.get("r", "")

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "f":
            self.formula_text = "".join(self.texts)
            self.parser.CharacterDataHandler = None
        elif name == "v":
            self.value = "".join(self.texts)
            self.parser.CharacterDataHandler = None
            if self.type == "e":
                self.found.spans.append((self.begin, self.parser.CurrentByteIndex, self.value))
        elif name == "c" and (self.formula is not None or self.type == "e"):
            place = self.row, self.column
            if self.type == "e":
                self.found.errors[place] = self.value
            if self.formula is not None:
                shared = self.formula.get("si", "") if self.formula.get("t") == "shared" else ""
                written = Written(self.formula_text or "", self.address, shared, bool(self.value))
                self.found.formulas[place] = written


def _no_entities(*_declaration: object) -> None:
    raise ValueError("it declares XML entities")


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width."""
    hidden = attributes.get("hidden") in ("1", "true")
    return hidden or re.fullmatch(r"0+(\.0*)?", attributes.get(size, "")) is not None


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0


def with_known_errors(content: bytes, known: tuple[str, ...]) -> bytes:
    """Return the XML of a sheet with #N/A instead of other errors than the known ones."""
    for begin, end, error in reversed(parse(content).spans):
        if error not in known:
            start = content.index(b">", begin) + 1
            content = content[:start] + b"#N/A" + content[end:]
    return content


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 0: that of AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# The workbook as a whole


@dataclass(frozen=True)
class SheetTable:
    """A table of a sheet that formulas can name: where its rows are, and the names of its columns."""

    sheet: str
    first_row: int
    last_row: int
    first_column: int
    columns: tuple[str, ...]


def sheet_files(archive: ZipFile) -> dict[str, str]:
    """Return the part of the archive that holds each sheet."""
    targets = _targets(archive, "xl/workbook.xml")
    found = {}
    for element in _elements(archive, "xl/workbook.xml"):
        key = next((value for name, value in element.items() if name.endswith("}id")), "")
        if _local(element) == "sheet" and key in targets:
            found[element.get("name", "")] = targets[key]
    return found


def names(archive: ZipFile) -> dict[tuple[str, str], str]:
    """Return what each defined name means, by the sheet it is known on (none for all) and the name in small."""
    sheets = list(sheet_files(archive))
    found = {}
    for element in _elements(archive, "xl/workbook.xml"):
        if _local(element) == "definedName" and element.text and not element.get("name", "").startswith("_xlnm."):
            own = element.get("localSheetId", "")
            sheet = sheets[int(own)] if own.isdecimal() and int(own) < len(sheets) else ""
            found[sheet, element.get("name", "").casefold()] = element.text.strip()
    return found


def tables(archive: ZipFile) -> dict[str, SheetTable]:
    """Return the tables of a workbook by their names in small letters."""
    found = {}
    for sheet, file in sheet_files(archive).items():
        for part in _targets(archive, file).values():
            if not re.fullmatch(r"xl/tables/.*\.xml", part) or part not in archive.namelist():
                continue
            root, *elements = _elements(archive, part)
            match = re.fullmatch(r"([A-Z]+)(\d+):[A-Z]+(\d+)", root.get("ref", ""))
            if match is None:
                continue
            first = int(match[2]) - 1 + _whole(root.get("headerRowCount", "1"))
            last = int(match[3]) - 1 - _whole(root.get("totalsRowCount", "0"))
            columns = tuple(one.get("name", "").casefold() for one in elements if _local(one) == "tableColumn")
            name = root.get("displayName", root.get("name", ""))
            found[name.casefold()] = SheetTable(sheet, first, last, column_number(match[1]), columns)
    return found


def typeset(archive: ZipFile) -> dict[str, str]:
    """Return the short texts of which a part is set lower, by what is left without typesetting: ECPJ,i is EC_PJ,i."""
    found: dict[str, set[str]] = {}
    for part in ("xl/sharedStrings.xml", *sheet_files(archive).values()):
        if part not in archive.namelist() or b"subscript" not in (content := archive.read(part)):
            continue
        runs, lowered = list[tuple[str, bool]](), False
        for match in RUN.finditer(content):
            if match["text"] is not None:
                runs.append((html.unescape(match["text"].decode("utf-8", "replace")), lowered))
            elif match["end"] is None:
                lowered = match["run"] is None  # a run begins as it is not yet known to be lower
            else:
                stem, low = ("".join(text for text, under in runs if under == below) for below in (False, True))
                if (
                    stem
                    and not stem.endswith("_")  # the symbols of our own workbooks have theirs
                    and low
                    and len(stem + low) <= LONGEST_SYMBOL
                    and [one for _, one in runs] == sorted(one for _, one in runs)
                ):
                    found.setdefault(stem.strip() + low.strip(), set()).add(f"{stem.strip()}_{low.strip()}")
                runs = []
    return {text: next(iter(ones)) for text, ones in found.items() if len(ones) == 1}


def _targets(archive: ZipFile, part: str) -> dict[str, str]:
    """Return the parts that a part is related to, by their keys."""
    folder, _, name = part.rpartition("/")
    related = f"{folder}/_rels/{name}.rels"
    if related not in archive.namelist():
        return {}
    found = {}
    for element in _elements(archive, related):
        target, key = element.get("Target", ""), element.get("Id", "")
        if _local(element) == "Relationship" and target and key:
            found[key] = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
    return found


def _elements(archive: ZipFile, part: str) -> list[ElementTree.Element]:
    """Return the elements of a small part; entities were refused when the file was opened."""
    content = archive.read(part)
    if re.search(rb"<!(DOCTYPE|ENTITY)", content):
        raise ValueError("it declares XML entities")
    try:
        return list(ElementTree.fromstring(content).iter())
    except (ElementTree.ParseError, LookupError) as error:  # not XML, or in an encoding that does not exist
        raise ValueError(str(error)) from None


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
