"""Axes that write SVG, so that a report does not need matplotlib.

`SvgAxes` takes the calls of the plots of a result and of a methodology, with the arguments of matplotlib that they
use, and nothing else of matplotlib.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from types import SimpleNamespace
from typing import Any

import numpy as np

FONT = "'DejaVu Sans', Verdana, 'Noto Sans CJK JP', 'Yu Gothic', 'Hiragino Sans', Meiryo, sans-serif"
TICKS, TITLE, LINE = 8, 11, 1.25  # sizes of letters in points, and the height of a line
HATCHES = {"///": "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "xxx": "M0,6 l6,-6 M0,0 l6,6", "...": "M3,3 h1"}
NARROW, WIDE = "iljtfrI.,:;|'!()[] ", "mwMW%@"
MATHS = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)+)\$")
PIECE = re.compile(r"\\(text|mathit)\{((?:\\.|[^{}\\])*)\}|\\([A-Za-z]+)|(.)")


Span = tuple[float, float]


@dataclass
class Mark:
    """Something that is drawn in one colour, and that a legend may name."""

    color: str
    label: str = ""
    hatch: str = ""
    dashed: bool = False
    border: str = "none"
    is_line: bool = False


@dataclass
class Bars(Mark):
    """Bars: left or lower end, breadth and length of each, with its own colour."""

    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    colors: Sequence[str] = ()
    across: bool = False


class _Axis:
    """One axis: its limits, ticks and label."""

    def __init__(self) -> None:
        self.limits: tuple[float, float] | None = None
        self.ticks: list[tuple[float, str]] | None = None
        self.margin, self.label, self.gridded = 0.05, "", False
        self.format: Callable[[float, Any], str] = lambda value, place: f"{value:g}"

    def set_major_formatter(self, function: Callable[[float, Any], str]) -> None:
        self.format = function

    def grid(self, shown: bool, **look: Any) -> None:
        self.gridded = shown

    def span(self, values: Sequence[float]) -> tuple[float, float]:
        """Return the limits; those of values have a margin, except where a bar begins at 0."""
        if self.limits is not None:
            return self.limits
        low, high = min(values, default=0.0), max(values, default=1.0)
        room = self.margin * ((high - low) or 1.0)
        return low - room * (low != 0 or high == 0), high + room * (high != 0 or low == 0)

    def marks(self, span: tuple[float, float], length: float) -> list[tuple[float, str]]:
        """Return the ticks with their texts: those that were set, or round numbers."""
        low, high = sorted(span)
        if self.ticks is not None:
            return [(at, text) for at, text in self.ticks if low <= at <= high]
        least = (high - low) / max(2, min(8, length // 38))
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * (1 - 1e-9))
        first = math.ceil(low / step - 1e-9)
        found = [round(number * step, 12) + 0.0 for number in range(first, math.floor(high / step + 1e-9) + 1)]
        return [(at, self.format(at, None)) for at in found]


class _Silent:
    """Takes settings that SVG does not need."""

    def __getitem__(self, key: Any) -> _Silent:
        return self

    def set_visible(self, shown: bool) -> None:
        pass


class SvgAxes:
    """The axes of one picture of a report.

    Examples
    --------
    >>> axes = SvgAxes()
    >>> axes.set_size(4, 2)
    >>> _ = axes.bar([0, 1], [3.0, 2.0], 0.8, color="#0072B2")
    >>> axes.svg().count("<rect")
    3
    """

    def __init__(self) -> None:
        self.xaxis, self.yaxis, self.spines, self.framed = _Axis(), _Axis(), _Silent(), True
        self.marks: list[Mark] = []
        self.lines: list[tuple[list[float], list[float], Mark, float]] = []
        self.levels: list[tuple[float, bool, Mark, float]] = []
        self.texts: list[tuple[float, float, float, float, str, float, str, str, Mapping[str, Any] | None]] = []
        self.title, self.legends, self.columns, self.legend_below = "", list[Mark](), 1, False

    def set_size(self, width: float, height: float) -> None:
        """Set the size in inches."""
        self.width, self.height = 72 * width, 72 * height
        self.figure = SimpleNamespace(bbox=SimpleNamespace(width=self.width), dpi=72)

    # What is drawn

    def bar(self, x: Any, height: Any, width: float, bottom: float = 0, **look: Any) -> Bars:
        """Draw upright bars."""
        return self._bars(x, height, width, bottom, False, **look)

    def barh(self, y: Any, width: Any, height: float, left: float = 0, **look: Any) -> Bars:
        """Draw bars across."""
        return self._bars(y, width, height, left, True, **look)

    def _bars(
        self, places: Any, lengths: Any, breadth: float, start: float, across: bool, *, color: Any, hatch: str = "",
        label: str = "", ec: str = "", lw: float = 0,
    ) -> Bars:  # fmt: skip
        at, long = np.broadcast_arrays(np.asarray(places, float), np.asarray(lengths, float))
        boxes = [(place, start, breadth, length) for place, length in zip(at.ravel(), long.ravel(), strict=True)]
        colors = [color] * len(boxes) if isinstance(color, str) else list(color)
        found = Bars(colors[0] if colors else "none", label, hatch, boxes=boxes, colors=colors, across=across)
        self.marks.append(found)
        return found

    def bar_label(
        self, bars: Bars, labels: Iterable[str], padding: float = 0, fontsize: float = TICKS, bbox: Any = None
    ) -> None:
        """Write at the ends of bars."""
        for (place, start, _, length), text in zip(bars.boxes, labels, strict=True):
            away, end = math.copysign(padding, length), start + length
            if bars.across:
                anchor = "start" if away > 0 else "end"
                self.texts.append((end, place, away, 0, text, fontsize, anchor, "center", bbox))
            else:
                align = "bottom" if away > 0 else "top"
                self.texts.append((place, end, 0, away, text, fontsize, "middle", align, bbox))

    def plot(self, x: Any, y: Any, form: str = "-", *, color: str, lw: float, label: str = "", zorder: int = 2) -> Any:
        """Draw a line through points."""
        found = Mark(color, label, dashed=form == "--", is_line=True)
        self.marks.append(found)
        self.lines.append((list(x), list(y), found, lw))
        return [found]

    def scatter(self, x: Any, y: Any, *, color: str, label: str, edgecolors: str, **look: Any) -> Mark:
        """Add a square to the legend."""
        return Mark(color, label, border=edgecolors)

    def axhline(self, y: float, **look: Any) -> None:
        """Draw a line from left to right."""
        self._level(y, False, **look)

    def axvline(self, x: float, **look: Any) -> None:
        """Draw a line from bottom to top."""
        self._level(x, True, **look)

    def _level(
        self, at: float, upright: bool, *, color: str, lw: float, ls: str = "-", label: str = "", zorder: float = 2
    ) -> None:
        self.marks.append(Mark(color, label, dashed=ls == "--", is_line=True))
        self.levels.append((at, upright, self.marks[-1], lw))

    def annotate(
        self, text: str, xy: Any, away: Any, *, textcoords: str, ha: str, fontsize: float, bbox: Any = None
    ) -> None:
        """Write so many points away from a place."""
        self.texts.append((*xy, *away, text, fontsize, "middle", "bottom", bbox))

    def text(self, x: float, y: float, text: str, *, ha: str, va: str, fontsize: float, zorder: int, bbox: Any) -> None:
        """Write in a box."""
        self.texts.append((x, y, 0, 0, text, fontsize, "middle", "center", bbox))

    # What is said about it

    def set_xticks(self, places: Iterable[float], labels: Iterable[str]) -> None:
        """Label places from left to right."""
        self.xaxis.ticks = list(zip(map(float, places), labels, strict=True))

    def set_yticks(self, places: Iterable[float], labels: Iterable[str]) -> None:
        """Label places from bottom to top."""
        self.yaxis.ticks = list(zip(map(float, places), labels, strict=True))

    def set_xlim(self, left: float, right: float) -> None:
        """Set the left and the right end."""
        self.xaxis.limits = left, right

    def set_ylim(self, bottom: float, top: float) -> None:
        """Set the lower and the upper end."""
        self.yaxis.limits = bottom, top

    def margins(self, x: float = 0.05, y: float = 0.05) -> None:
        """Leave this share free at the ends."""
        self.xaxis.margin, self.yaxis.margin = x, y

    def set_xlabel(self, text: str, fontsize: float = TICKS) -> None:
        """Write below the axis."""
        self.xaxis.label = text

    def get_xlabel(self) -> str:
        """Return what is written below the axis."""
        return self.xaxis.label

    def set_ylabel(self, text: str) -> None:
        """Write at the left of the axis."""
        self.yaxis.label = text

    def set_title(self, text: str, **look: Any) -> None:
        """Head the picture."""
        self.title = text

    def get_legend_handles_labels(self) -> tuple[list[Mark], list[str]]:
        """Return what has a name, and the names."""
        named = [mark for mark in self.marks if mark.label]
        return named, [mark.label for mark in named]

    def legend(self, *, handles: Sequence[Mark] | None = None, ncols: int, loc: str, **look: Any) -> None:
        """Explain marks below the title, or below the picture."""
        self.legends = list(handles) if handles is not None else self.get_legend_handles_labels()[0]
        self.columns, self.legend_below = ncols, loc.startswith("upper")

    def axis(self, shown: str) -> None:
        """Draw neither axes nor ticks."""
        self.framed = False

    def tick_params(self, **look: Any) -> None:
        """Take the size of ticks, which is always the same."""

    def set_axisbelow(self, below: bool) -> None:
        """Take where the grid is, which is always below."""

    # The picture

    def svg(self) -> str:
        """Return the picture."""
        spans = self.xaxis.span(self._extent(0)), self.yaxis.span(self._extent(1))
        rows = -(-len(self.legends) // self.columns)
        top = 8 + TITLE * LINE + (0 if self.legend_below else 14 * rows) + 4
        bottom = 10.0 + (14 * rows if self.legend_below else 0)
        left = right = 6.0
        if self.framed:
            upright = self.yaxis.marks(spans[1], self.height - top - 50)
            left += max((_width(text, TICKS) for _, text in upright), default=0) + 8
            left += (TICKS + 6) if self.yaxis.label else 0
            level = self.xaxis.marks(spans[0], self.width - left - right)
            right += _width(level[-1][1], TICKS) / 2 if level else 0
            bottom += TICKS * LINE * (max((text.count("\n") + 1 for _, text in level), default=0))
            bottom += TICKS * LINE * (self.xaxis.label.count("\n") + 1 if self.xaxis.label else 0) + 4
        frame = left, top, self.width - right, self.height - bottom
        parts = [*self._drawn(spans, frame), *self._named(frame)]
        patterns = "".join(
            f'<pattern id="h{number}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" fill="{color}"/>'
            f'<path d="{HATCHES[hatch]}" stroke="white" fill="none"/></pattern>'
            for number, (color, hatch) in enumerate(self._hatched())
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:.0f} {self.height:.0f}" '
            f'width="{self.width:.0f}pt" height="{self.height:.0f}pt" font-family="{FONT}">'
            f'<defs>{patterns}</defs><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>'
        )

    def _hatched(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((mark.color, mark.hatch) for mark in self.marks if mark.hatch))

    def _fill(self, mark: Mark, color: str) -> str:
        return f"url(#h{self._hatched().index((color, mark.hatch))})" if mark.hatch else color

    def _extent(self, axis: int) -> list[float]:
        """Return the ends of what is drawn along an axis."""
        found = [value for xs, ys, *_ in self.lines for value in (ys if axis else xs)]
        found += [at for at, upright, _, _ in self.levels if upright is (axis == 0)]
        for bars in (mark for mark in self.marks if isinstance(mark, Bars)):
            for place, start, breadth, length in bars.boxes:
                along = bars.across is (axis == 0)
                found += [start, start + length] if along else [place - breadth / 2, place + breadth / 2]
        return found

    def _drawn(self, spans: Sequence[Span], frame: tuple[float, float, float, float]) -> Iterator[str]:
        """Yield axes, grid, bars, lines and texts."""
        left, top, right, bottom = frame

        def x(value: float) -> float:
            return left + (value - spans[0][0]) / (spans[0][1] - spans[0][0]) * (right - left)

        def y(value: float) -> float:
            return bottom + (value - spans[1][0]) / (spans[1][1] - spans[1][0]) * (top - bottom)

        if self.framed:
            yield from self._ticks(spans, frame, x, y)
        for bars in (mark for mark in self.marks if isinstance(mark, Bars)):
            for (place, start, breadth, length), color in zip(bars.boxes, bars.colors, strict=True):
                across, along = (place - breadth / 2, place + breadth / 2), (start, start + length)
                ends_x, ends_y = (along, across) if bars.across else (across, along)
                (x1, x2), (y1, y2) = sorted(map(x, ends_x)), sorted(map(y, ends_y))
                place_of = f'x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" height="{y2 - y1:.1f}"'
                yield f'<rect {place_of} fill="{self._fill(bars, color)}"/>'
        for xs, ys, mark, width in self.lines:
            yield _line([(x(one), y(other)) for one, other in zip(xs, ys, strict=True)], mark, width)
        for at, upright, mark, width in self.levels:
            ends = [(x(at), top), (x(at), bottom)] if upright else [(left, y(at)), (right, y(at))]
            yield _line(ends, mark, width)
        for one, other, dx, dy, text, size, anchor, align, box in self.texts:
            lower = {"center": 0.36, "bottom": 0.0, "top": 0.8}[align] * size
            yield _text(x(one) + dx, y(other) - dy + lower, text, size, anchor, box)

    def _ticks(self, spans: Any, frame: Any, x: Any, y: Any) -> Iterator[str]:
        left, top, right, bottom = frame
        black, grey = Mark("black"), Mark("#dddddd")
        for at, text in self.xaxis.marks(spans[0], right - left):
            if self.xaxis.gridded:
                yield _line([(x(at), top), (x(at), bottom)], grey, 0.6)
            yield _line([(x(at), bottom), (x(at), bottom + 3)], black, 0.8)
            yield _text(x(at), bottom + 4 + TICKS, text, TICKS)
        for at, text in self.yaxis.marks(spans[1], bottom - top):
            if self.yaxis.gridded:
                yield _line([(left, y(at)), (right, y(at))], grey, 0.6)
            yield _line([(left - 3, y(at)), (left, y(at))], black, 0.8)
            yield _text(left - 6, y(at) + 0.36 * TICKS, text, TICKS, "end")
        yield _line([(left, top), (left, bottom), (right, bottom)], black, 0.8)
        lines = self.xaxis.label.count("\n") + 1
        yield _text((left + right) / 2, self.height - 6 - TICKS * LINE * (lines - 1), self.xaxis.label, TICKS)
        middle = f"rotate(-90 {TICKS + 4} {(top + bottom) / 2:.1f})"
        yield f'<g transform="{middle}">{_text(TICKS + 4, (top + bottom) / 2, self.yaxis.label, TICKS)}</g>'

    def _named(self, frame: tuple[float, float, float, float]) -> Iterator[str]:
        """Yield the title and the legend."""
        left, _, right, bottom = frame
        yield _text(left, 6 + TITLE, self.title, TITLE, "start")
        widths = [26 + _width(mark.label, TICKS) for mark in self.legends]
        column = [max(widths[number :: self.columns], default=0) for number in range(self.columns)]
        starts = list(itertools.accumulate(column, initial=0.0))
        begin = max(2.0, (left + right - starts[-1]) / 2) if self.legend_below else left
        for number, mark in enumerate(self.legends):
            row, place = divmod(number, self.columns)
            high = bottom + 12 + 14 * row if self.legend_below else 6 + TITLE * LINE + 10 + 14 * row
            at = begin + starts[place]
            if mark.is_line:
                yield _line([(at, high - 3), (at + 14, high - 3)], mark, 1.2)
            else:
                look = f'fill="{self._fill(mark, mark.color)}" stroke="{mark.border}"'
                yield f'<rect x="{at:.1f}" y="{high - 7:.1f}" width="14" height="7" {look}/>'
            yield _text(at + 18, high, mark.label, TICKS, "start")


def _line(points: Sequence[tuple[float, float]], mark: Mark, width: float) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="4 2"' if mark.dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{mark.color}" stroke-width="{width}"{dash}/>' if path else ""


def _text(x: float, y: float, text: str, size: float, anchor: str = "middle", box: Any = None) -> str:
    """Return lines of text, the first at a height, over a box if there is one."""
    behind = ""
    if box is not None:
        wide, high = _width(text, size) + size * 0.6, size * (1.6 if "ls" in box else 1.2)
        start = x - {"start": 0.3 * size, "middle": wide / 2, "end": wide - 0.3 * size}[anchor]
        dash = ' stroke-dasharray="4 2"' if box.get("ls") == "--" else ""
        behind = (
            f'<rect x="{start:.1f}" y="{y - 0.36 * size - high / 2:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'rx="{3 if "ls" in box else 0}" fill="{box["fc"]}" stroke="{box["ec"]}" stroke-width="0.9"{dash}/>'
        )
    lines = "".join(
        f'<tspan x="{x:.1f}" y="{y + number * size * LINE:.1f}">{"".join(_spans(line, size))}</tspan>'
        for number, line in enumerate(text.split("\n"))
    )
    return f'{behind}<text text-anchor="{anchor}" font-size="{size}">{lines}</text>' if text else ""


def _spans(line: str, size: float) -> Iterator[str]:
    """Yield a line with its symbols set as in mathematics: italic, and with subscripts."""
    lowered = False
    for text, italic, below in _pieces(line):
        shift = f' dy="{(below - lowered) * 0.25 * size:.1f}"' if below is not lowered else ""
        style = ' font-style="italic"' if italic else ""
        small = f' font-size="{0.7 * size:.1f}"' if below else ""
        plain = escape("".join(sign if sign.isprintable() else " " for sign in text))
        yield f"<tspan{shift}{style}{small}>{plain}</tspan>" if shift or style or small else plain
        lowered = below


def _pieces(line: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield the parts of a line: text, whether italic, and whether below the line."""
    for number, part in enumerate(MATHS.split(line)):
        if number % 2 == 0:
            if part:
                yield part.replace(r"\$", "$"), False, False
            continue
        base, _, below = part.partition("_{")
        for text, low in ((base, False), (below.removesuffix("}"), True)):
            for command, inside, greek, sign in PIECE.findall(text):
                if greek:
                    case = "CAPITAL" if greek[0].isupper() else "SMALL"
                    yield unicodedata.lookup(f"GREEK {case} LETTER {greek.upper()}"), True, low
                else:
                    yield re.sub(r"\\(.)", r"\1", inside) or sign, command == "mathit" or sign.isalpha(), low


def _width(text: str, size: float) -> float:
    """Return about how wide a text is: of its longest line."""
    lines = (_pieces(line) for line in text.split("\n"))
    return size * max(sum(_letters(one) * (0.7 if low else 1) for one, _, low in line) for line in lines)


def _letters(text: str) -> float:
    def wide(sign: str) -> float:
        if sign in NARROW:
            return 0.37
        if unicodedata.east_asian_width(sign) in "WF":
            return 1.0
        return 0.9 if sign in WIDE else 0.7 if sign.isupper() else 0.62

    return sum(map(wide, text))
