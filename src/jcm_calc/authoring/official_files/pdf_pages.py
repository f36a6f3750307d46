"""A separate program that reads a PDF from its input and writes lines, tables and equations as JSON.

A foreign PDF can cost much time and memory to read. In a separate process it has a limit of memory, and the one
that started it ends it after some time. It imports nothing of this library, so that it starts in no time.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from statistics import median
from typing import Any

Box = tuple[float, float, float, float]  # left, top, right and bottom, in points from the upper left corner
LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\xa0": " ", "\xad": "-", "‐": "-", "‑": "-"}
)
SUNK, RAISED = 0.05, 0.12  # by how much of its size the foot of a line is missed by subscripts and superscripts
BLANK = 0.22  # the gap between words, in sizes of the letters
LEAST_SHARE = 0.15  # of the height of an index that is within its line
SIGNS = re.compile(r"[×÷+−*/∑Σ√∏∙⋅·]|\s-\s")
WORD = re.compile(r"(?<![\w_,])[A-Za-z]?[a-z]{3,}(?![\w_])")
LABEL = re.compile(r"\W*(?:criteri|要件|where|[A-K]\.\s)", re.I)
SMALLEST, TALLEST = 12, 200  # points; a picture of another height is not an equation
SMALLEST_MARK, LARGEST_MARK = 1.5, 9  # points
MARGIN, RESOLUTION, MOST_PICTURES = 4, 150, 100


@dataclass
class Line:
    """Letters on one line, with the box around them."""

    top: float
    bottom: float
    chars: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""

    @property
    def box(self) -> Box:
        """Where it is."""
        left, right = min(one["x0"] for one in self.chars), max(one["x1"] for one in self.chars)
        return left, min(one["top"] for one in self.chars), right, max(one["bottom"] for one in self.chars)


@dataclass
class PdfPage:
    """What one page holds."""

    page: Any
    chars: list[dict[str, Any]]
    lines: list[Line]
    tables: list[list[list[Box | None]]]
    images: list[Box]


def lines(chars: Sequence[dict[str, Any]]) -> list[Line]:
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
        line.text = _written(line.chars)
    return sorted(found, key=lambda line: line.top)


def follows(char: dict[str, Any], chars: Sequence[dict[str, Any]]) -> bool:
    """Whether an index, which may be far below its line, is right behind a letter of the line."""
    small = char["size"] < 0.95 * max(one["size"] for one in chars)
    return small and any(-1 < char["x0"] - one["x1"] < BLANK * one["size"] for one in chars)


def _written(chars: Sequence[dict[str, Any]]) -> str:
    """Return a line as text: a letter below it follows ``_``, a number above a number follows ``^``."""
    visible = [char for char in chars if char["text"].strip()]
    size = max(char["size"] for char in visible)
    whole = [char for char in visible if char["size"] > 0.95 * size]
    foot, bottom = median(char["matrix"][5] for char in whole), median(char["bottom"] for char in whole)
    text, before, place = "", None, 0
    for char in visible:
        small = char["size"] < 0.95 * size
        # some programs move the origin of a letter, others draw it above or below its origin
        low, below = foot - char["matrix"][5], char["bottom"] - bottom
        sunk = low > SUNK * size or below > SUNK * size
        raised = low < -RAISED * size or below < -2 * RAISED * size
        now = 0 if not small else -1 if sunk else 1 if raised else 0
        letters = char["text"].translate(LIGATURES)
        if before is not None:
            apart = char["x0"] - before["x1"] > BLANK * min(size, char["size"] * 1.2)
            if apart and not (now and place == now):
                text += " "
            elif now != place and now and text:
                text += "_" if now < 0 and letters[0].isalpha() else "^" if now > 0 and text[-1].isdigit() else ""
        text, before, place = text + letters, char, now
    return " ".join(text.split())


def tables(page: Any) -> list[list[list[Box | None]]]:
    """Return the cells of the tables of a page; one that goes on over the page need not have a last rule."""
    reach: list[list[float]] = []
    for edge in sorted((one for one in page.edges if one["orientation"] == "v"), key=lambda one: one["top"]):
        if reach and edge["top"] <= reach[-1][1] + 3:
            reach[-1][1] = max(reach[-1][1], edge["bottom"])
        else:
            reach.append([edge["top"], edge["bottom"]])
    ends = [end for both in reach for end in both if both[1] - both[0] > 3]
    found = page.find_tables({"explicit_horizontal_lines": ends}) if ends else []
    return [[list(row.cells) for row in one.rows] for one in found if len(one.cells) > 1]


def inside(box: Box, char: dict[str, Any]) -> bool:
    """Whether the middle of a letter is in a box."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def around(boxes: Sequence[Box | None]) -> Box:
    """Return the box around several."""
    known = [one for one in boxes if one is not None]
    left, top, right, bottom = zip(*known, strict=True)
    return min(left), min(top), max(right), max(bottom)


def opened(page: Any) -> PdfPage:
    """Return what one page holds; what is turned, such as a watermark, does not count."""
    chars = [one for one in page.dedupe_chars().chars if one["upright"] and one["size"] > 1]
    chars += [bullet(one) for one in (*page.curves, *page.rects) if is_bullet(one)]
    images = [(one["x0"], one["top"], one["x1"], one["bottom"]) for one in page.images]
    found = PdfPage(page, chars, lines(chars), tables(page), images)
    page.flush_cache()
    return found


def is_bullet(shape: dict[str, Any]) -> bool:
    """Whether a drawn shape is the mark of an item of a list."""
    width, height = shape["x1"] - shape["x0"], shape["bottom"] - shape["top"]
    return bool(shape.get("fill")) and min(width, height) > SMALLEST_MARK and max(width, height) < LARGEST_MARK


def bullet(shape: dict[str, Any]) -> dict[str, Any]:
    """Return a drawn mark as a letter."""
    box = {key: shape[key] for key in ("x0", "x1", "top", "bottom")}
    return {
        **box,
        "text": "•",
        "size": shape["bottom"] - shape["top"],
        "matrix": (1, 0, 0, 1, shape["x0"], shape["y0"]),
    }


def same_but_numbers(one: str, other: str, apart: int) -> bool:
    """Whether two lines are one running line: only the number of the page may differ."""
    if LABEL.match(one) or re.sub(r"\d+", "#", one) != re.sub(r"\d+", "#", other):
        return False
    pairs = zip(re.findall(r"\d+", one), re.findall(r"\d+", other), strict=True)
    return all(first == second or int(second) - int(first) == apart for first, second in pairs)


def running(pages: Sequence[PdfPage]) -> list[tuple[float, float]]:
    """Return between which heights the text of each page is, without headers and footers.

    A running line has the same place on the next page, or on the one after it where left and right pages differ.
    """
    repeated: list[set[int]] = [set() for _ in pages]
    for apart in (1, 2):
        for number, (page, other) in enumerate(zip(pages, pages[apart:], strict=False)):
            for at, line in enumerate(page.lines):
                for there, twin in enumerate(other.lines):
                    if abs(line.top - twin.top) < 2 and same_but_numbers(line.text, twin.text, apart):
                        repeated[number].add(at)
                        repeated[number + apart].add(there)
    found = []
    for page, those in zip(pages, repeated, strict=True):
        for table in tables_of(page):
            within = {at for at, line in enumerate(page.lines) if inside(table, middle(line))}
            if not within <= those:
                those -= within
        order = range(len(page.lines))
        first = next((at for at in order if at not in those), len(page.lines))
        last = next((at for at in reversed(order) if at not in those), -1)
        top = max((line.bottom for line in page.lines[:first]), default=float("-inf"))
        bottom = min((line.top for line in page.lines[last + 1 :]), default=float("inf"))
        found.append((top, bottom))
    return found


def middle(line: Line) -> dict[str, Any]:
    """Return a line as if it were a letter."""
    left, top, right, bottom = line.box
    return {"x0": left, "top": top, "x1": right, "bottom": bottom}


def tables_of(page: PdfPage) -> list[Box]:
    """Return the boxes around the tables of a page."""
    return [around([cell for row in table for cell in row]) for table in page.tables]


def blocks(page: PdfPage, number: int, between: tuple[float, float]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield the parts of a page, each with its height."""
    boxes = tables_of(page)
    for table, box in zip(page.tables, boxes, strict=True):
        if box[1] >= between[0] - 3 and box[3] <= between[1] + 3:
            held = [char for char in page.chars if inside(box, char)]
            for at, row in enumerate(table):
                cells = [None if cell is None else cell_text(cell, held) for cell in row]
                yield box[1], {"page": number, "cells": cells, "begins": not at}
    middle_of = [
        char
        for char in page.chars
        if between[0] - 1 <= char["top"] and char["bottom"] <= between[1] + 1
        if not any(inside(box, char) for box in boxes)
    ]
    free = lines(middle_of)
    groups = equations(free)
    taken = {at for group in groups for at in group}
    for at, line in enumerate(free):
        if at not in taken:
            yield line.top, {"page": number, "text": line.text}
    for group in groups:
        box = around([free[at].box for at in group])
        text = " ".join(free[at].text for at in group)
        yield free[group[0]].top, {"page": number, "text": text, "box": box}
    for box in page.images:
        apart = not any(inside(one, dict(zip(("x0", "top", "x1", "bottom"), box, strict=True))) for one in boxes)
        if apart and SMALLEST < box[3] - box[1] < TALLEST and between[0] < box[1] < between[1]:
            yield box[1], {"page": number, "text": "", "box": box}


def cell_text(cell: Box, chars: Sequence[dict[str, Any]]) -> str:
    """Return the lines of a cell, a new line for each."""
    return "\n".join(line.text for line in lines([char for char in chars if inside(cell, char)]))


def equations(found: Sequence[Line]) -> list[list[int]]:
    """Return which lines are typeset equations: a short left side, a sign, and what is above and below them."""
    groups: list[list[int]] = []
    for at, line in enumerate(found):
        left, sign, _right = line.text.partition("=")
        if not sign or len(left) > 40 or prose(line.text) or (groups and at in groups[-1]):
            continue
        group = [at]
        for step in (-1, 1):
            other = at + step
            while 0 <= other < len(found) and touches(found, group, other) and not prose(found[other].text):
                group.append(other)
                other += step
        group = sorted(group)
        if len(group) > 1 or SIGNS.search(line.text) or len(left.split()) == 1:
            groups.append(group)
    return [group for number, group in enumerate(groups) if not number or not set(group) & set(groups[number - 1])]


def touches(found: Sequence[Line], group: Sequence[int], other: int) -> bool:
    """Whether a line has no gap to those of a group, and no equals sign."""
    top, bottom = min(found[at].box[1] for at in group), max(found[at].box[3] for at in group)
    box = found[other].box
    return "=" not in found[other].text and box[1] < bottom + 1 and box[3] > top - 1


def prose(text: str) -> bool:
    """Whether a line is of words."""
    return bool(LABEL.match(text)) or len(WORD.findall(text)) > 2


def picture(page: Any, box: Box) -> str:
    """Return a part of a page as PNG."""
    left, top, right, bottom = page.bbox
    part = (
        max(box[0] - MARGIN, left),
        max(box[1] - MARGIN, top),
        min(box[2] + MARGIN, right),
        min(box[3] + MARGIN, bottom),
    )
    file = BytesIO()
    page.crop(part).to_image(resolution=RESOLUTION).original.convert("L").save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def read(content: bytes, most_pages: int) -> dict[str, Any]:
    """Return the blocks of a PDF, and the pages that have pictures instead of text."""
    import pdfplumber
    from pdfminer.pdfpage import PDFPage
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        pdf = pdfplumber.open(BytesIO(content))
    except PdfminerException as error:
        return {"refused": "password" if "Password" in repr(error) else "damaged"}
    count = sum(1 for _ in islice(PDFPage.create_pages(pdf.doc), most_pages + 1))
    if count > most_pages:
        return {"refused": "pages"}
    pages = [opened(page) for page in pdf.pages]
    scanned = [at for at, one in enumerate(pages, 1) if not one.chars and (one.images or one.page.curves)]
    found: list[dict[str, Any]] = []
    left = MOST_PICTURES
    for number, (page, between) in enumerate(zip(pages, running(pages), strict=True), 1):
        for _height, block in sorted(blocks(page, number, between), key=lambda one: one[0]):
            if "box" in block:
                block["picture"] = picture(page.page, block["box"]) if left else ""
                left -= bool(left)
            found.append(block)
        page.page.close()
    heads = [line.text for page in pages[:2] for line in page.lines[:5]]
    return {"blocks": found, "scanned": scanned, "pages": count, "heads": heads}


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
