"""Paragraphs, rows of tables and equations of a DOCX, in the order of reading."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from jcm_calc.authoring.official_files.office_math import MATH, TypesetEquation, equation, on_one_line
from jcm_calc.base.archives import DAMAGED, check
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Around paragraphs, rows and cells: content controls and changes. What was deleted, and text boxes, are left out.
AROUND = tuple(f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml"))
LEFT_OUT = tuple(f"{W}{name}" for name in ("del", "moveFrom", "txbxContent"))
LETTERS = {f"{W}noBreakHyphen": "-", **dict.fromkeys((f"{W}tab", f"{W}br", f"{W}cr"), " ")}
MOST_PARAGRAPHS, MOST_COLUMNS, MOST_STYLES = 500_000, 100, 20


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A heading, a line or paragraph, a row of a table, or an equation of a document; a DOCX has no pages."""

    page: int | None
    text: str = ""
    heading: bool = False  # whether the file says that it is a heading; a PDF does not
    cells: tuple[str | None, ...] = ()  # None where a cell of a PDF is merged with the one above
    begins: bool = False  # whether the row is the first one of its table on the page
    equation: TypesetEquation | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Its line or its cells."""
        return tuple(filter(None, (self.text, *self.cells)))


def word_blocks(content: bytes, unusable: Callable[[Message], InputError]) -> tuple[list[DocumentBlock], list[str]]:
    """Return the blocks of a document, and the lines of its headers; refuse what is damaged or unpacks to too much."""
    import docx

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if "word/document.xml" not in archive.namelist():
                raise unusable(_("is not a Word document (.docx): it is a ZIP archive of something else"))
            check(archive, unusable)
        document: Any = docx.Document(BytesIO(content))
        body = document.element.body
        if body.xpath("count(.//w:p)") > MOST_PARAGRAPHS:
            raise unusable(_("has more than {most:,} paragraphs").format(most=MOST_PARAGRAPHS))
        headers = [part for section in document.sections for part in section.header._element.iter(f"{W}p")]
        return list(_blocks(document)), ["".join(part.itertext(f"{W}t")) for part in headers]
    except InputError:
        raise
    except (*DAMAGED, AttributeError, TypeError, SyntaxError, IndexError, RecursionError) as error:
        complaint = _("is damaged or not a Word document (.docx): {error}")
        raise unusable(complaint.format(error=type(error).__name__)) from None


def _blocks(document: Any) -> Iterator[DocumentBlock]:
    body, numbers = document.element.body, ListNumbers(document)
    for node in [*body.iter(*LEFT_OUT)]:
        node.getparent().remove(node)
    for node in [*body.iter(*AROUND)]:
        for child in [*node]:
            node.addprevious(child)
        node.getparent().remove(node)
    for one in document.iter_inner_content():
        if one._element.tag == f"{W}p":
            yield from _paragraph(one, numbers.before(one))
            continue
        for at, row in enumerate(one._tbl.tr_lst):
            yield DocumentBlock(None, cells=tuple(_cells(row)), begins=not at)
        yield from _equations(one._tbl)


def _paragraph(paragraph: Any, number: str) -> Iterator[DocumentBlock]:
    """Yield a paragraph; one that is nothing but an equation is an equation."""
    found = list(_equations(paragraph._p))
    if not found or _text(paragraph._p, with_math=False):
        text = " ".join(f"{number} {_text(paragraph._p)}".split())
        heading = (paragraph.style.name or "").casefold().startswith(("heading", "title"))
        yield from [DocumentBlock(None, text, heading)] if text else []
    yield from found


def _equations(node: Any) -> Iterator[DocumentBlock]:
    """Yield the equations in a node; the lines of one that is broken are in one paragraph of mathematics."""
    parts: list[list[Any]] = []
    for math in node.iter(f"{MATH}oMath"):
        in_paragraph = math.getparent().tag == f"{MATH}oMathPara"
        if in_paragraph and parts and math.getprevious() is parts[-1][-1] and "=" not in on_one_line([math]):
            parts[-1].append(math)
        else:
            parts.append([math])
    yield from (DocumentBlock(None, equation=one) for one in map(equation, parts) if one is not None)


def _cells(row: Any) -> Iterator[str]:
    """Yield a text for each column of a row; a table within a cell belongs to its text."""
    for cell in row.tc_lst:
        goes_on = cell.vMerge == "continue"
        yield "" if goes_on else "\n".join(filter(None, map(_text, cell.iter(f"{W}p"))))
        yield from [""] * (min(cell.grid_span, MOST_COLUMNS) - 1)


def _text(node: Any, *, with_math: bool = True) -> str:
    """Return a paragraph as it is read; an index follows ``_``."""
    text, height = "", 0
    for one in node.iter(f"{MATH}oMath", f"{W}t", *LETTERS):
        before = height
        height = _height(one.getparent()) if one.tag == f"{W}t" else 0
        if one.tag == f"{MATH}oMath":
            part = f" {on_one_line([one])} " if with_math else ""
        elif one.tag == f"{W}t":
            part = one.text or ""
        else:
            part = LETTERS[one.tag] if one.getparent().tag == f"{W}r" else ""
        if height < 0:
            part = re.sub(r",\s+", ",", part)
            text += "_" if before >= 0 and text[-1:].isalnum() and part[:1].isalpha() else ""
        text += "^" if height > 0 and text[-1:].isdigit() else ""
        text += part
    return " ".join(text.split())


def _height(run: Any) -> int:
    """Return -1 for what is below the line, and 1 for what is above it."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return 0
    position = properties.find(f"{W}position")
    lowered = position is not None and position.get(f"{W}val", "").startswith("-")
    return -1 if properties.subscript or lowered else 1 if properties.superscript else 0


class ListNumbers:
    """The numbers of the items of lists, which a word processor shows without having them in the text."""

    def __init__(self, document: Any) -> None:
        self.counts: Counter[tuple[str, int]] = Counter()
        self.levels: dict[str, dict[int, Any]] = {}  # of a list by its number, kind, template and first number of each
        try:
            numbering = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        kinds = {one.get(f"{W}abstractNumId"): one for one in numbering.iterchildren(f"{W}abstractNum")}
        for one in numbering.iterchildren(f"{W}num"):
            kind = kinds.get(_value(one, "abstractNumId", ""), ())
            levels = [level for level in kind if level.tag == f"{W}lvl"]
            self.levels[one.get(f"{W}numId")] = {int(level.get(f"{W}ilvl")): level for level in levels}

    def before(self, paragraph: Any) -> str:
        """Return what is before a paragraph: its number by the template of its list, or a bullet."""
        found, style = paragraph._p.find(f"{W}pPr/{W}numPr"), paragraph.style
        for _style in range(MOST_STYLES):
            if found is None and style is not None:
                found, style = style.element.find(f"{W}pPr/{W}numPr"), style.base_style
        named, depth = ("0", 0) if found is None else (_value(found, "numId", "0"), int(_value(found, "ilvl", "0")))
        levels = self.levels.get(named, {})
        if depth not in levels:
            return ""
        self.counts[named, depth] += 1
        for key in [key for key in self.counts if key[0] == named and key[1] > depth]:
            del self.counts[key]

        def shown(match: re.Match[str]) -> str:
            level = levels.get(int(match[1]) - 1)
            count = max(self.counts[named, int(match[1]) - 1], 1) - 1 + int(_value(level, "start", "1"))
            letter = chr(ord("a") + (count - 1) % 26)
            kinds = {"upperLetter": letter.upper(), "lowerLetter": letter}
            return kinds.get(_value(level, "numFmt", "decimal"), str(count))

        kind, template = _value(levels[depth], "numFmt", "decimal"), _value(levels[depth], "lvlText", "")
        if kind in ("bullet", "upperRoman", "lowerRoman"):  # a Roman number must not be taken for another one
            return "•"
        return "" if kind == "none" else re.sub(r"%(\d)", shown, template)


def _value(node: Any, name: str, usual: str) -> str:
    found = None if node is None else node.find(f"{W}{name}")
    return usual if found is None else str(found.get(f"{W}val", usual))
