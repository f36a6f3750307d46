"""A separate program that reads a PDF from its input and writes lines, rows of tables and equations as JSON.

A foreign PDF can cost much time and memory to read. In a separate process it has a limit of memory, and the one
that started it ends it after some time. It imports nothing of this library, so that it starts at once.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice, takewhile
from statistics import median
from typing import Any

import pdfplumber
from pdfminer.pdfpage import PDFPage
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.geometry import get_bbox_overlap, merge_bboxes, obj_to_bbox, objects_to_bbox

Box = tuple[float, float, float, float]  # left, top, right and bottom, in points from the upper left corner
Letter = dict[str, Any]
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\xa0": " ", "\xad": "-", "‐": "-", "‑": "-"}
)
SMALL = 0.95  # of the largest letters of a line; what is smaller may be an index
SUNK, RAISED = 0.05, 0.12  # by how much of its size the foot of a line is missed by subscripts and superscripts
BLANK = 0.22  # the gap between words, in sizes of the letters
LEAST_SHARE = 0.15  # of the height of an index that is within its line
SIGNS = re.compile(r"[×÷+−*/∑Σ√∏∙⋅·]|\s-\s")
WORD = re.compile(r"(?<![\w_,])[A-Za-z]?[a-z]{3,}(?![\w_])")
LABEL = re.compile(r"\W*(?:criteri|要件|where|[A-K]\.\s)", re.I)
DIGITS = re.compile(r"\d+")
LONGEST_LEFT = 40  # letters of the left side of an equation
SMALLEST, TALLEST = 12, 200  # points; a picture of another height is not an equation
SMALLEST_MARK, LARGEST_MARK = 1.5, 9  # points
MARGIN, RESOLUTION, MOST_PICTURES = 4, 150, 100


@dataclass
class Line:
    """Letters on one line; the heights are of its largest ones."""

    top: float
    bottom: float
    chars: list[Letter] = field(default_factory=list)
    text: str = ""

    @property
    def box(self) -> Box:
        """Where it is."""
        left, top, right, bottom = objects_to_bbox(self.chars)
        return left, top, right, bottom


@dataclass
class PdfPage:
    """What one page holds; what is turned, such as a watermark, does not count."""

    number: int
    page: Any

    def __post_init__(self) -> None:
        upright = [one for one in self.page.dedupe_chars().chars if one["upright"] and one["size"] > 1]
        self.chars = [*upright, *bullets((*self.page.curves, *self.page.rects))]
        self.lines = lines(self.chars)
        self.tables = tables(self.page)
        self.images = [obj_to_bbox(one) for one in self.page.images]
        self.scanned = not self.chars and bool(self.images or self.page.curves)
        self.page.flush_cache()


def bullets(shapes: Iterable[Any]) -> Iterator[Letter]:
    """Yield drawn marks of items of a list as letters."""
    for one in shapes:
        width, height = one["x1"] - one["x0"], one["bottom"] - one["top"]
        if one.get("fill") and min(width, height) > SMALLEST_MARK and max(width, height) < LARGEST_MARK:
            yield {**one, "text": "•", "size": height, "matrix": (1, 0, 0, 1, one["x0"], one["y0"])}


def lines(chars: Sequence[Letter]) -> list[Line]:
    """Return letters in lines, from top to bottom: large ones make a line, small ones belong to the line they touch."""
    found: list[Line] = []
    for char in sorted(chars, key=lambda one: (-one["size"], one["top"], one["x0"])):
        height = max(char["bottom"] - char["top"], 0.1)
        shares = [(min(one.bottom, char["bottom"]) - max(one.top, char["top"])) / height for one in found]
        most = max(shares, default=0.0)
        at = shares.index(most) if most > 0 else -1
        if most > 1 / 2 or (most > LEAST_SHARE and follows(char, found[at].chars)):
            found[at].chars.append(char)
        else:
            found.append(Line(char["top"], char["bottom"], [char]))
    found = [line for line in found if any(char["text"].strip() for char in line.chars)]
    for line in found:
        line.chars.sort(key=lambda one: one["x0"])
        line.text = _written([char for char in line.chars if char["text"].strip()])
    return sorted(found, key=lambda line: line.top)


def follows(char: Letter, chars: Sequence[Letter]) -> bool:
    """Whether an index, which may be far below its line, is right behind a letter of the line."""
    small = char["size"] < SMALL * max(one["size"] for one in chars)
    return small and any(-1 < char["x0"] - one["x1"] < BLANK * one["size"] for one in chars)


def _written(chars: Sequence[Letter]) -> str:
    """Return a line as text: a letter below it follows ``_``, a number above a number follows ``^``."""
    size = max(char["size"] for char in chars)
    whole = [char for char in chars if char["size"] > SMALL * size]
    foot, bottom = median(char["matrix"][5] for char in whole), median(char["bottom"] for char in whole)
    text, end, place = "", float("inf"), 0
    for char in chars:
        # some programs move the origin of a letter, others draw it above or below its origin
        low, below = foot - char["matrix"][5], char["bottom"] - bottom
        sunk, raised = max(low, below) > SUNK * size, low < -RAISED * size or below < -2 * RAISED * size
        now = 0 if char["size"] >= SMALL * size else -1 if sunk else int(raised)
        letters = char["text"].translate(LIGATURES)
        if char["x0"] - end > BLANK * min(size, char["size"] * 1.2) and not (now and place == now):
            text += " "
        elif text and now != place:
            text += "_" if now < 0 and letters[0].isalpha() else "^" if now > 0 and text[-1].isdigit() else ""
        text, end, place = text + letters, char["x1"], now
    return " ".join(text.split())


def tables(page: Any) -> list[Any]:
    """Return the tables of a page; one that goes on over the page need not have a last rule."""
    reach: list[list[float]] = []
    for edge in sorted((one for one in page.edges if one["orientation"] == "v"), key=lambda one: one["top"]):
        if reach and edge["top"] <= reach[-1][1] + 3:
            reach[-1][1] = max(reach[-1][1], edge["bottom"])
        else:
            reach.append([edge["top"], edge["bottom"]])
    ends = [end for both in reach for end in both if both[1] - both[0] > 3]
    found = page.find_tables({"explicit_horizontal_lines": ends}) if ends else []
    return [one for one in found if len(one.cells) > 1]


def inside(box: Box, other: Box) -> bool:
    """Whether the middle of something is in a box."""
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def typeset(found: Sequence[Line]) -> list[list[int]]:
    """Return which lines are typeset equations: a short left side, a sign, and what is above and below them."""
    groups: list[list[int]] = []
    for at, line in enumerate(found):
        left, sign, _right = line.text.partition("=")
        if not sign or len(left) > LONGEST_LEFT or prose(line.text) or (groups and at in groups[-1]):
            continue
        group = [at]
        for way in (range(at - 1, -1, -1), range(at + 1, len(found))):
            for other in way:
                box, next_to = merge_bboxes(found[one].box for one in group), found[other].box
                apart = next_to[1] >= box[3] + 1 or next_to[3] <= box[1] - 1
                if apart or "=" in found[other].text or prose(found[other].text):
                    break
                group.append(other)
        several = len(group) > 1 or SIGNS.search(line.text) or len(left.split()) == 1
        if several and not (groups and {*group} & {*groups[-1]}):
            groups.append(sorted(group))
    return groups


def prose(text: str) -> bool:
    """Whether a line is of words."""
    return bool(LABEL.match(text)) or len(WORD.findall(text)) > 2


def between(pages: Sequence[PdfPage], at: int) -> tuple[float, float]:
    """Return between which heights the text of a page is, without headers and footers.

    A running line has the same place on the next page, or on the one after it where left and right pages differ. A
    table of which only some lines are the same is not one.
    """
    page = pages[at]
    others = [(apart, pages[at + apart]) for apart in (-2, -1, 1, 2) if 0 <= at + apart < len(pages)]
    run = {
        number
        for number, line in enumerate(page.lines)
        if any(runs_on(line, twin, apart) for apart, other in others for twin in other.lines)
    }
    for table in page.tables:
        within = {number for number, line in enumerate(page.lines) if inside(table.bbox, line.box)}
        run -= within if not within <= run else set()
    first = takewhile(run.__contains__, range(len(page.lines)))
    last = takewhile(run.__contains__, reversed(range(len(page.lines))))
    top = max((page.lines[number].bottom for number in first), default=float("-inf"))
    return top, min((page.lines[number].top for number in last), default=float("inf"))


def runs_on(one: Line, other: Line, apart: int) -> bool:
    """Whether two lines are one running line: only the number of the page may differ."""
    if abs(one.top - other.top) >= 2 or LABEL.match(one.text):
        return False
    pairs = zip(DIGITS.findall(one.text), DIGITS.findall(other.text), strict=False)
    same_words = DIGITS.sub("#", one.text) == DIGITS.sub("#", other.text)
    return same_words and all(first == second or int(second) - int(first) == apart for first, second in pairs)


def blocks(page: PdfPage, top: float, bottom: float) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield the parts of a page between two heights, each with its own."""
    boxes = [table.bbox for table in page.tables]
    for table, box in zip(page.tables, boxes, strict=True):
        if box[1] >= top - 3 and box[3] <= bottom + 3:
            for at, row in enumerate(table.rows):
                cells = [None if cell is None else cell_text(cell, page.chars) for cell in row.cells]
                yield box[1], {"cells": cells, "begins": not at}
    free = lines([
        char for char in page.chars
        if top - 1 <= char["top"] and char["bottom"] <= bottom + 1
        and not any(inside(box, obj_to_bbox(char)) for box in boxes)
    ])  # fmt: skip
    groups = typeset(free)
    for line in (line for at, line in enumerate(free) if not any(at in group for group in groups)):
        yield line.top, {"text": line.text}
    for group in groups:
        text = " ".join(free[at].text for at in group)
        yield free[group[0]].top, {"text": text, "box": merge_bboxes(free[at].box for at in group)}
    for image in page.images:
        apart = not any(inside(box, image) for box in boxes)
        if apart and SMALLEST < image[3] - image[1] < TALLEST and top < image[1] < bottom:
            yield image[1], {"text": "", "box": image}


def cell_text(cell: Box, chars: Sequence[Letter]) -> str:
    """Return the lines of a cell."""
    return "\n".join(line.text for line in lines([char for char in chars if inside(cell, obj_to_bbox(char))]))


def picture(page: Any, box: Box) -> str:
    """Return a part of a page as PNG."""
    wider = box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN
    file = BytesIO()
    part = page.crop(get_bbox_overlap(wider, page.bbox))
    part.to_image(resolution=RESOLUTION).original.convert("L").save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def read(content: bytes, most_pages: int) -> dict[str, Any]:
    """Return the blocks of a PDF, and the pages that have pictures instead of text."""
    try:
        pdf = pdfplumber.open(BytesIO(content))
    except PdfminerException as error:
        return {"refused": "password" if "Password" in repr(error) else "damaged"}
    if sum(1 for _ in islice(PDFPage.create_pages(pdf.doc), most_pages + 1)) > most_pages:
        return {"refused": "pages"}
    pages = [PdfPage(number, page) for number, page in enumerate(pdf.pages, 1)]
    found: list[dict[str, Any]] = []
    pictures = 0
    for at, page in enumerate(pages):
        for _height, block in sorted(blocks(page, *between(pages, at)), key=lambda one: one[0]):
            if "box" in block:
                box = block.pop("box")
                block["picture"] = picture(page.page, box) if pictures < MOST_PICTURES else ""
                pictures += 1
            found.append({"page": page.number, **block})
        page.page.close()
    heads = [line.text for page in pages[:2] for line in page.lines[:5]]
    return {"blocks": found, "scanned": [one.number for one in pages if one.scanned], "heads": heads}


def main() -> None:
    """Read a PDF from the input within a number of bytes of memory and a number of pages."""
    most_memory, most_pages = map(int, sys.argv[1:3])
    with suppress(ImportError, ValueError, OSError):  # not every system has such a limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    try:
        result = read(sys.stdin.buffer.read(), most_pages)
    except Exception as error:  # whatever a reader of damaged files raises, some of it around another error
        costs = any(isinstance(one, MemoryError | RecursionError) for one in (error, error.__context__, *error.args))
        result = {"refused": "memory" if costs else "damaged"}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
