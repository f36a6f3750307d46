"""Paragraphs, tables and equations of a DOCX, in the order of reading."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from jcm_calc.authoring.official_files.blocks import DocumentBlock
from jcm_calc.authoring.official_files.office_math import equation, on_one_line
from jcm_calc.base.archives import DAMAGED, check
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
LEFT_OUT = {f"{W}{name}" for name in ("del", "moveFrom", "instrText", "footnoteReference", "endnoteReference", "pPr")}
MOST_NODES = 500_000
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def word_blocks(content: bytes, unusable: Callable[[Message], InputError]) -> tuple[list[DocumentBlock], list[str]]:
    """Return the blocks of a document, and the lines of its headers.

    Raises
    ------
    InputError
        If the file is damaged, or unpacks to more than it should.
    """
    import docx

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if "word/document.xml" not in archive.namelist():
                raise unusable(_("is not a Word document (.docx): it is a ZIP archive of something else"))
            check(archive, unusable)
        document: Any = docx.Document(BytesIO(content))
        heads = [part.text for section in document.sections for part in section.header.paragraphs]
        return list(_Reader(document, unusable).blocks(document.element.body)), heads
    except InputError:
        raise
    except (*DAMAGED, AttributeError, TypeError, SyntaxError, IndexError, RecursionError) as error:
        complaint = _("is damaged or not a Word document (.docx): {error}")
        raise unusable(complaint.format(error=type(error).__name__)) from None


@dataclass
class _Reader:
    """Reads the body of a document; it counts the items of lists, whose numbers are not in the text."""

    document: Any
    unusable: Callable[[Message], InputError]
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    nodes: int = 0

    def blocks(self, parent: Any) -> Iterator[DocumentBlock]:
        for node in parent:
            self.nodes += 1
            if self.nodes > MOST_NODES:
                raise self.unusable(_("has more than {most:,} paragraphs").format(most=MOST_NODES))
            if node.tag == f"{W}p":
                yield from self.paragraph(node)
            elif node.tag == f"{W}tbl":
                yield from self.table(node)
            elif node.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
                yield from self.blocks(node)

    def paragraph(self, node: Any) -> Iterator[DocumentBlock]:
        """Yield a paragraph; one that is nothing but an equation is an equation."""
        found = self.equations(node)
        text = self.text(node)
        if text and not (found and not self.text(node, with_math=False)):
            yield DocumentBlock(None, text, heading=self.style(node).startswith(("heading", "title")))
        yield from found

    def equations(self, node: Any) -> list[DocumentBlock]:
        groups = [list(one) for one in node.iter(f"{M}oMathPara")]
        inside = {id(math) for group in groups for math in group}
        groups += [[one] for one in node.iter(f"{M}oMath") if id(one) not in inside]
        found = []
        for group in groups:
            parts: list[list[Any]] = []
            for math in (one for one in group if one.tag == f"{M}oMath"):
                if parts and "=" not in on_one_line([math]):  # the rest of an equation that is broken over lines
                    parts[-1].append(math)
                else:
                    parts.append([math])
            found += [DocumentBlock(None, equation=one) for part in parts if (one := equation(part)) is not None]
        return found

    def table(self, node: Any) -> Iterator[DocumentBlock]:
        rows, equations = [], []
        for row in node.iterchildren(f"{W}tr", f"{W}sdt"):
            for one in [row] if row.tag == f"{W}tr" else row.iter(f"{W}tr"):
                rows.append(tuple(self.cells(one)))
                equations += [block for part in one.iter(f"{W}p") for block in self.equations(part)]
        yield DocumentBlock(None, rows=tuple(rows))
        yield from equations

    def cells(self, row: Any) -> Iterator[str]:
        for cell in row.iter(f"{W}tc"):
            if next(cell.iterancestors(f"{W}tr")) is not row:
                continue  # of a table within the cell, whose text belongs to the cell
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = merged is not None and merged.get(f"{W}val") != "restart"
            yield "" if goes_on else "\n".join(filter(None, (self.text(one) for one in cell.iter(f"{W}p"))))
            width = "1" if span is None else span.get(f"{W}val", "1")
            yield from [""] * (min(int(width), 100) - 1)

    def style(self, node: Any) -> str:
        found = node.find(f"{W}pPr/{W}pStyle")
        style = None if found is None else self.styles.get(found.get(f"{W}val"))
        return "" if style is None else (style.name or "").casefold()

    @property
    def styles(self) -> dict[str, Any]:
        if not hasattr(self, "_styles"):
            self._styles = {one.style_id: one for one in self.document.styles}
        return self._styles

    def text(self, node: Any, *, with_math: bool = True) -> str:
        """Return a paragraph as it is read, with its number; indices follow ``_``."""
        text = self.number(node) if with_math else ""
        text += "".join(self.pieces(node, with_math))
        return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())

    def pieces(self, node: Any, with_math: bool) -> Iterator[str]:
        before = ""
        below = False
        for one in self.leaves(node):
            if one.tag == f"{M}oMath":
                text, now = f" {on_one_line([one])} " if with_math else "", False
            elif one.tag == f"{W}t":
                text, now = one.text or "", _is_below(one)
                if now and not below and before[-1:].isalnum() and text[:1].isalpha():
                    text = f"_{text}"
                elif _is_above(one) and before[-1:].isdigit():
                    text = f"^{text}"
                text = re.sub(r",\s+", ",", text) if now else text
            else:
                text, now = ("-" if one.tag == f"{W}noBreakHyphen" else " "), False
            before, below = text or before, now
            yield text

    def leaves(self, node: Any) -> Iterator[Any]:
        for one in node:
            if one.tag in LEFT_OUT or not isinstance(one.tag, str):
                continue
            if one.tag in (f"{M}oMath", *(f"{W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen"))):
                yield one
            elif one.tag != f"{W}txbxContent":
                yield from self.leaves(one)

    def number(self, node: Any) -> str:
        """Return the number that a word processor shows before an item of a list."""
        found = node.find(f"{W}pPr/{W}numPr")
        place = node.find(f"{W}pPr/{W}pStyle")
        style = None if place is None else self.styles.get(place.get(f"{W}val"))
        while found is None and style is not None:
            found, style = style.element.find(f"{W}pPr/{W}numPr"), style.base_style
        named = None if found is None else found.find(f"{W}numId")
        if found is None or named is None or named.get(f"{W}val") in (None, "0"):
            return ""
        level = found.find(f"{W}ilvl")
        depth = 0 if level is None else int(level.get(f"{W}val", "0"))
        return self.counted(named.get(f"{W}val"), depth)

    def counted(self, named: str, depth: int) -> str:
        levels = self.levels(named)
        if depth not in levels:
            return ""
        self.counts[named, depth] += 1
        for key in [key for key in self.counts if key[0] == named and key[1] > depth]:
            del self.counts[key]
        kind, template, _start = levels[depth]
        if kind == "bullet":
            return "• "
        if kind == "none":
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            own, _template, start = levels.get(at, ("decimal", "", 1))
            return _counted_as(own, max(self.counts[named, at], 1) + start - 1)

        return re.sub(r"%(\d)", shown, template) + " "

    def levels(self, named: str) -> dict[int, tuple[str, str, int]]:
        """Return kind, template and first number of each level of a list."""
        try:
            numbering = self.document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return {}
        of = numbering.xpath(f"./w:num[@w:numId='{int(named)}']/w:abstractNumId/@w:val")
        found = numbering.xpath(f"./w:abstractNum[@w:abstractNumId='{int(of[0])}']/w:lvl") if of else []
        return {int(one.get(f"{W}ilvl")): tuple(_level(one)) for one in found}  # type: ignore[misc]


def _level(node: Any) -> Iterator[str | int]:
    for name, usual in (("numFmt", "decimal"), ("lvlText", ""), ("start", "1")):
        one = node.find(f"{W}{name}")
        value = usual if one is None else one.get(f"{W}val", usual)
        yield int(value) if name == "start" else value


def _counted_as(kind: str, count: int) -> str:
    if kind in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (count - 1) % 26)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("upperRoman", "lowerRoman"):
        text = ""
        for value, letters in ROMAN:
            text, count = text + letters * (count // value), count % value
        return text.upper() if kind == "upperRoman" else text
    return str(count)


def _property(node: Any, name: str) -> str:
    run = next(node.iterancestors(f"{W}r"), None)
    found = None if run is None else run.find(f"{W}rPr/{W}{name}")
    return "" if found is None else found.get(f"{W}val", "")


def _is_below(node: Any) -> bool:
    return _property(node, "vertAlign") == "subscript" or _property(node, "position").startswith("-")


def _is_above(node: Any) -> bool:
    return _property(node, "vertAlign") == "superscript"
