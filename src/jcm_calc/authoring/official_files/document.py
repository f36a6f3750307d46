"""The approved text of a methodology, as PDF or DOCX: what it says, and where.

Number, version and title, the eligibility criteria and the parameters fixed ex ante are read. Equations of a DOCX are
read as expressions; those of a PDF are pictures.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from jcm_calc.authoring.official_files.office_math import TypesetEquation
from jcm_calc.authoring.official_files.word import DocumentBlock, word_blocks
from jcm_calc.base.files import save
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem, listed, no_such_file, require, shown
from jcm_calc.reports.workbook.opening import printable

MOST_BYTES, MOST_PAGES, MOST_MEMORY = 50_000_000, 300, 1_500_000_000
PDF_READER = Path(__file__).with_name("pdf_pages.py")
LONGEST = 60.0  # seconds; a document of 30 pages takes two
NUMBER = re.compile(r"(?<![A-Za-z])([A-Z]{2}_[A-Z]{0,2}M\d{3})(?!\d)")
IN_HEADER = re.compile(rf"{NUMBER.pattern}[ _]*ver(?:sion|\.)?\s*0*(\d+\.\d+)", re.I)
VERSION = re.compile(r"[\s,;(]*\bver(?:sion|\.)?\s*0*(\d+\.\d+)[).\s]*$", re.I)
HEADING = re.compile(r"([A-K])\s*\.\s*(?:\d+\.?)*\s*(?=\S)")
CONTENTS = re.compile(r"(?:\.{3,}|…)\s*\d+$")
LAST = re.compile(r"(?:history of (?:the )?document|revision history|annex|appendix)\b", re.I)
SECTIONS = {
    "title": re.compile(r"title of (?:the )?methodology$|方法論の名称$", re.I),
    "criteria": re.compile(r"eligibility criteria$|適格性要件$", re.I),
    "ex_ante": re.compile(r"fixed ex[- ]?ante$|事前に(?:設定|固定)\S*$", re.I),
    "monitored": re.compile(r"(?:to be |are )?monitored(?: ex[- ]?post)?$|モニタリング\S*パラメータ$", re.I),
}
# How a criterion begins: by name, or as an item of a list.
BY_NAME = re.compile(
    r"\W*(?:eligibility\s*)?(?:criterion\s*(?:no\.?\s*)?(?P<number>\d{1,2}\b|)|criteria\s*(?P<other>\d{1,2})\b)\s*[:.)–-]?\s*"
    r"|(?:適格性)?要件\s*(?P<japanese>\d{1,2})\s*[::.)]?\s*",
    re.I,
)
IN_LISTS = tuple(
    re.compile(rf"{mark}\s+")
    for mark in (r"(\d{1,2})[.)]", r"\((\d{1,2})\)", r"\(([a-z])\)", r"([a-z])[.)]", r"([•●■▪◦‣·–*\uf0b7\uf0a7-])")
)
ALONE = re.compile(r"\(?(\d{1,2})[.)]?")
COLUMNS = {
    "symbol": re.compile(r"parameters?|symbols?|(?:データ・)?パラメータ"),
    "description": re.compile(r"descriptions?(?:of(?:the)?(?:data|parameters?)(?:and\w+)?)?|内容|説明"),
    "source": re.compile(r"(?:data)?sources?(?:of(?:the)?data)?|出典|情報源"),
    "unit": re.compile(r"units?|単位"),
    "value": re.compile(r"(?:(?:default|estimated)?values?)(?:applied)?|値"),
}
LONGEST_SYMBOL = 40
CJK = r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]"
PICTURE = _("an equation of a PDF is a picture: compare it with the declared equation by eye")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """An eligibility criterion of the document, with the page on which it begins; a DOCX has no pages."""

    label: str  # as the document names it, such as Criterion 3; an item of a list without numbers is counted
    text: str
    page: int | None

    @property
    def number(self) -> str:
        """Its number alone, such as ``"3"``."""
        return self.label.rpartition(" ")[2]

    @property
    def place(self) -> str:
        """Where it is, such as ``page 2, Criterion 3``."""
        return self.label if self.page is None else f"page {self.page}, {self.label}"


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of the table of parameters fixed ex ante; what the table has no column for is empty."""

    symbol: str  # as on one line: COP_RE,i
    description: str
    source: str
    page: int | None
    unit: str = ""
    value: str = ""
    others: tuple[tuple[str, str], ...] = ()  # heading and text of each other column

    @property
    def text(self) -> str:
        """What the row says."""
        return f"{self.description} {self.value} {self.source}"

    @property
    def place(self) -> str:
        """Where it is, such as ``page 3, COP_RE,i``."""
        return self.symbol if self.page is None else f"page {self.page}, {self.symbol}"


@dataclass(frozen=True, slots=True)
class Document:
    """What the approved text of a methodology says; empty where nothing was found."""

    name: str
    sha256: str
    number: str
    version: str  # as in the module: 1.0
    title: str
    criteria: tuple[DocumentRow, ...] = ()
    ex_ante: tuple[ParameterRow, ...] = ()
    equations: tuple[TypesetEquation, ...] = ()
    remarks: tuple[Problem, ...] = ()  # what could not be read, or contradicts itself

    def save_pictures(self, stem: Path, *, overwrite: bool = False) -> list[Path]:
        """Write the picture of each equation that is one, such as ``stem-equation-1-page-4.png``; return the paths."""
        shown = [one for one in self.equations if one.picture]
        paths = [stem.with_name(f"{stem.name}-equation-{at}-page-{one.page}.png") for at, one in enumerate(shown, 1)]
        for path, one in zip(paths, shown, strict=True):
            save(path, one.picture, overwrite=overwrite)
        return paths


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read the approved text of a methodology, a PDF or a DOCX.

    Raises
    ------
    InputError
        If the file cannot be read, has no text, is not of a methodology, or costs more than a document should; or if
        the extra ``documents`` is not installed.
    """
    name = printable(Path(path).name)
    unusable = partial(InputError.of, name)
    content, remarks = _content(Path(path), unusable), list[Problem]()
    if b"%PDF-" in content[:1024]:
        require("pdfplumber", "documents")
        blocks, heads = _pdf_blocks(content, name, remarks)
    else:
        require("docx", "documents")
        blocks, heads = word_blocks(content, unusable)
    result = _document(name, hashlib.sha256(content).hexdigest(), blocks, heads, remarks)
    if not (result.number or result.criteria or result.ex_ante):
        raise unusable(
            _("is not an approved methodology: it has neither a number such as ID_AM003 nor eligibility criteria")
        )
    return result


def _content(path: Path, unusable: Callable[[Message], InputError]) -> bytes:
    try:
        if not path.is_file():
            raise unusable(_("is not a file") if path.exists() else no_such_file(printable(str(path))))
        if path.stat().st_size > MOST_BYTES:
            raise unusable(_("is larger than {size} MB").format(size=MOST_BYTES // 1_000_000))
        content = path.read_bytes()
    except OSError as error:
        raise unusable(_("cannot be read: {reason}").format(reason=error.strerror)) from None
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise unusable(_("is in the old format .doc, or protected by a password: save it as .docx without one"))
    if b"%PDF-" not in content[:1024] and not content.startswith(b"PK"):
        raise unusable(_("must be a PDF or a Word document (.docx)"))
    return content


def _pdf_blocks(content: bytes, name: str, remarks: list[Problem]) -> tuple[list[DocumentBlock], list[str]]:
    """Return blocks and lines of headers; a separate process has a limit of time and memory."""
    command = [sys.executable, "-P", str(PDF_READER), str(MOST_MEMORY), str(MOST_PAGES)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST, env=environment)
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise InputError.of(name, _("takes longer than {time:.0f} s to read").format(time=LONGEST)) from None
    except ValueError:  # it was ended
        found = {"refused": "memory"}
    refusals = {
        "password": _("is protected by a password: save it without one"),
        "pages": _("has more than {most:,} pages; a methodology has some 30").format(most=MOST_PAGES),
        "memory": _("takes more than {size:,} MB of memory to read").format(size=MOST_MEMORY // 1_000_000),
        "damaged": _("is damaged: it cannot be read as a PDF"),
    }
    if "refused" in found:
        raise InputError.of(name, refusals[found["refused"]])
    blocks = []
    for one in found["blocks"]:
        if "picture" in one:
            png = base64.b64decode(one["picture"])
            typeset = TypesetEquation("", None, one["text"], PICTURE, one["page"], png)
            blocks.append(DocumentBlock(one["page"], equation=typeset))
        else:
            blocks.append(DocumentBlock(**one | {"cells": tuple(one.get("cells", ()))}))
    if not any(_texts(blocks)):
        raise InputError.of(name, _("has no text: its pages are pictures. Save it with its text, or give the DOCX"))
    picture = _("page {page} is a picture without text: it was not read")
    remarks += [Problem(name, picture.format(page=page)) for page in found["scanned"]]
    if any("(cid:" in text for text in _texts(blocks)):
        remarks.append(Problem(name, _("some letters have no meaning in the file: their texts are incomplete")))
    return blocks, list(found["heads"])


def _document(
    name: str, sha256: str, blocks: list[DocumentBlock], heads: Sequence[str], remarks: list[Problem]
) -> Document:
    sections = _sections(blocks)
    title = _joined("\n".join(_texts(sections.get("title", []))))
    running = " ".join([*heads, *_texts(sections.get("", []))])
    number = IN_HEADER.search(running) or NUMBER.search(running) or NUMBER.search(title)
    versions = {match[2] for match in IN_HEADER.finditer(running)} | {*VERSION.findall(title)}
    if len(versions) > 1:
        complaint = _("gives the versions {versions}: it is not known which one it is")
        remarks.append(Problem(name, complaint.format(versions=listed(sorted(versions)))))
    # a picture before the sections, or in one of these, is not an equation
    equations = (
        one.equation for key, many in sections.items() for one in many if not one.page or key not in {"", *SECTIONS}
    )
    return Document(
        name,
        sha256,
        number[1].upper() if number else "",
        versions.pop() if len(versions) == 1 else "",
        VERSION.sub("", title).strip(' "“”'),
        tuple(_criteria(sections.get("criteria", []), name, remarks)),
        tuple(_parameters(sections.get("ex_ante", []), name, remarks)),
        tuple(filter(None, equations)),
        tuple(remarks),
    )


def _texts(blocks: Iterable[DocumentBlock]) -> list[str]:
    return [text for one in blocks for text in one.texts]


def _sections(blocks: Sequence[DocumentBlock]) -> dict[str, list[DocumentBlock]]:
    """Return the blocks of each section; those of no name have the letter of their heading."""
    found: dict[str, list[DocumentBlock]] = {}
    letter, key, skip = "", "", False
    for one, after in pairwise([*blocks, DocumentBlock(None)]):
        match = None if CONTENTS.search(one.text) else HEADING.match(one.text)
        if skip:  # the second line of a heading
            skip = False
            continue
        named = _section(one.text) or _section(f"{one.text} {after.text}") if match or one.heading else ""
        later = match is not None and (match[1] == "A" or match[1] > letter)
        if LAST.match(one.text):
            letter, key = "", "last"
        elif named or later or one.heading:
            letter = match[1] if match and later else letter
            key, skip = named or f"{letter}.", bool(named) and not _section(one.text)
        else:
            found.setdefault(key, []).append(one)
    return found


def _section(text: str) -> str:
    return next((key for key, pattern in SECTIONS.items() if pattern.search(text.strip(" .:"))), "")


# Eligibility criteria


def _criteria(blocks: Sequence[DocumentBlock], name: str, remarks: list[Problem]) -> list[DocumentRow]:
    """Return the criteria: rows of a table, or items of a list."""
    rows, lines = _whole_rows(blocks), [one for one in blocks if one.text]
    if any(_label(row.cells[0] or "")[1] for row in rows):
        found = _of_rows(rows)
        complaint = _("criteria: got {text} outside the table")
        after = [one.text for one in lines if BY_NAME.match(one.text)]
        remarks += [Problem(name, complaint.format(text=shown(one))) for one in after]
    else:
        found = _of_lines(lines)
    numbers = [int(one.number) for one in found if one.number.isdecimal()]
    if numbers != list(range(1, len(numbers) + 1)) or not found:
        complaint = _("criteria: got the numbers {numbers}; must be 1, 2, 3 and so on. Compare them by eye")
        got = ", ".join(map(str, numbers)) or _("none")
        remarks.append(Problem(name, complaint.format(numbers=got)))
    remarks += [Problem(name, _("{label} has no text").format(label=one.label)) for one in found if not one.text]
    return [replace(one, text=_joined(one.text)) for one in found]


def _of_rows(rows: Sequence[DocumentBlock]) -> list[DocumentRow]:
    found: list[DocumentRow] = []
    for row in rows:
        first, match = _label(row.cells[0] or "")
        number = _number(match) if match else ""
        rest = [first[match.end() :] if match else row.cells[0], *row.cells[1:]]
        text = "\n".join(filter(None, rest))
        if found and (match is None or number == found[-1].number):
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{'; '.join(filter(None, rest))}")
        elif match is not None and (number or (text and (found or len(text) >= LONGEST_SYMBOL))):
            found.append(DocumentRow(f"Criterion {number or len(found) + 1}", text, row.page))
    return found


def _number(label: re.Match[str]) -> str:
    return next(filter(None, label.groups()), "")


def _label(cell: str) -> tuple[str, re.Match[str] | None]:
    """Return a first cell on one line with its label; a narrow column breaks words: "Criterio", "n 4"."""
    joined, compact = " ".join(cell.split()), "".join(cell.split())
    if match := BY_NAME.match(joined) or ALONE.fullmatch(joined):
        return joined, match
    return (compact, match) if (match := BY_NAME.fullmatch(compact)) else (joined, None)


def _of_lines(lines: Sequence[DocumentBlock]) -> list[DocumentRow]:
    """Return the items of a list; what its first item begins with begins each."""
    found: list[DocumentRow] = []
    patterns: Sequence[re.Pattern[str]] = (BY_NAME, *IN_LISTS)
    without_number = False
    for line in lines:
        text = line.text
        last = int(found[-1].number) if found else 0
        starts = [(one, match) for one in patterns if (match := _start(one, text, last))]
        if starts:
            pattern, match = starts[0]
            patterns = [pattern]
            number = _number(match)
            label = number if number.isdecimal() else str(len(found) + 1)
            found.append(DocumentRow(f"Criterion {label}", text[match.end() :], line.page))
            without_number = not number
        elif found:
            if without_number and (own := re.match(r"(\d{1,2})[.:)]?(?:\s+|$)", text)):  # the label is in two lines
                found[-1] = replace(found[-1], label=f"Criterion {own[1]}")
                text = text[own.end() :]
            without_number = False
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{text}")
    return found


def _start(pattern: re.Pattern[str], text: str, last: int) -> re.Match[str] | None:
    """Return the label with which an item begins, which "where criterion 4 is met" broken over lines has not."""
    match = pattern.match(text)
    if match is None:
        return None
    number, rest = _number(match), text[match.end() :]
    if pattern is not BY_NAME:
        begins = not number.isalnum() or number in (str(last + 1), chr(ord("a") + last % 26))
    elif match[0].lstrip()[:1].islower():
        begins = False
    else:
        begins = int(number) > last if number else not rest or rest[0].isupper()
    return match if begins else None


# Tables


def _whole_rows(blocks: Sequence[DocumentBlock]) -> list[DocumentBlock]:
    """Return the rows of tables; one that is broken over pages, or whose first cell spans several, is whole.

    A broken row has its first cell filled in once: on the first page, or on the second where it is set in the middle.
    """
    whole: list[DocumentBlock] = []
    broken = False  # the label of the last row is on the next page
    for one, after in pairwise([*_rows(blocks), DocumentBlock(None)]):
        turned = bool(whole) and one.begins and whole[-1].page != one.page
        label = one.cells[0] or ""
        if broken or (turned and _is_rest(whole[-1].cells[0] or "", label)):
            whole[-1], broken = _together(whole[-1], one), False
        elif label.strip() or not whole:
            whole.append(one)
        elif one.cells[0] is not None and not turned and _goes_on(one, after):
            whole.append(one)
            broken = True
        else:
            whole[-1] = _together(whole[-1], one)
    return [replace(one, cells=tuple(cell or "" for cell in one.cells)) for one in whole]


def _rows(blocks: Sequence[DocumentBlock]) -> Iterator[DocumentBlock]:
    """Yield the rows of tables that hold something; headings are not repeated."""
    heads: tuple[str | None, ...] = ()
    page: int | None = None
    begins = False
    for one in blocks:
        cells = one.cells
        if one.begins:
            repeated = page != one.page and len(heads) == len(cells) and any(heads)
            if repeated and all((cell or "").startswith(head or "") for cell, head in zip(cells, heads, strict=True)):
                # the rule below repeated headings may be missing
                pairs = zip(cells, heads, strict=True)
                cells = tuple((cell or "").removeprefix(head or "").strip() for cell, head in pairs)
            else:
                heads = cells
            begins, page = True, one.page
        if any(cells):
            yield replace(one, cells=cells, begins=begins)
            begins = False


def _together(one: DocumentBlock, other: DocumentBlock) -> DocumentBlock:
    pairs = zip_longest(one.cells, other.cells)
    return replace(one, cells=tuple("\n".join(filter(None, pair)) for pair in pairs))


def _is_rest(label: str, rest: str) -> bool:
    """Whether a label is broken over two pages: "Criterion" and "4", "T_std,cooling-" and "out"."""
    if rest.strip() and label.rstrip().endswith(("-", ",", "_")):
        return True
    compact = re.sub(r"\s", "", f"{label}\n{rest}")
    match, whole = BY_NAME.fullmatch("".join(label.split())), BY_NAME.fullmatch(compact)
    return bool(whole and any(whole.groups()) and not (match and any(match.groups())))


def _goes_on(one: DocumentBlock, other: DocumentBlock) -> bool:
    """Whether the text of a row at the end of a page goes on in the next row, which has the label of both."""
    if one.page == other.page or not other.begins or len(one.cells) != len(other.cells):
        return False
    before, after = (one.cells[-1] or "").rstrip(), next(filter(None, other.cells[1:]), "")
    return bool(other.cells[0]) and (before[-1:] not in tuple(".;。") or after[:1].islower())


def _parameters(blocks: Sequence[DocumentBlock], name: str, remarks: list[Problem]) -> Iterator[ParameterRow]:
    """Yield the rows of tables whose headings name a parameter and its description or source."""
    columns: list[str] = []
    heads: list[str] = []
    for row in _whole_rows(blocks):
        texts = [_joined(cell or "") for cell in row.cells]
        found = [_column(text) for text in texts]
        if "symbol" in found and {"description", "source"} & {*found}:
            columns, heads = found, texts
            continue
        if len(texts) != len(columns):
            complaint = _(
                "the row {row} was not read: it is below no headings such as Parameter, Description and Source"
            )
            remarks.append(Problem(name, complaint.format(row=shown(" ".join(texts)))))
            continue
        known = dict.fromkeys(COLUMNS, "") | dict(zip(columns, texts, strict=True))
        known.pop("", None)
        if not known["description"] and not known["source"]:
            remarks.append(Problem(name, _("the row of {row} has no text").format(row=shown(known["symbol"]))))
        known["symbol"] = _symbol(row.cells[columns.index("symbol")] or "")
        others = ((head, text) for key, head, text in zip(columns, heads, texts, strict=True) if not key and text)
        yield ParameterRow(**known, page=row.page, others=tuple(others))


def _column(heading: str) -> str:
    text = re.sub(r"\s|\(s\)", "", heading).casefold()
    return next((key for key, pattern in COLUMNS.items() if pattern.fullmatch(text)), "")


def _symbol(text: str) -> str:
    """Return a symbol on one line; what has no index below it may be words."""
    compact = "".join(text.split())
    return compact if "_" in text and len(compact) <= LONGEST_SYMBOL else _joined(text)


def _joined(text: str) -> str:
    r"""Return lines as one; no blank is between Japanese letters, or behind a hyphen at the end of a line.

    Examples
    --------
    >>> _joined("re-\nuse of the\nequipment")
    're-use of the equipment'
    """
    text = re.sub(rf"(?<={CJK})\n(?={CJK})", "", text)
    return " ".join(re.sub(r"(?<=[A-Za-z]-)\n(?=[a-z])", "", text).split())
