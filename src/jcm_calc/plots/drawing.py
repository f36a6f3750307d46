"""What all plots share: axes, style, colours, numbers and labels."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jcm_calc.base.languages import _, in_language, translated
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.plots.svg import SvgAxes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from jcm_calc.results.calculation import Calculation

BLUE, ORANGE, GREEN, SKY, GREY = "#0072B2", "#E69F00", "#009E73", "#56B4E9", "#999999"
VERMILLION, PURPLE, YELLOW = "#D55E00", "#CC79A7", "#F0E442"
TONNES = "tCO₂"
# Of these, what is installed writes the labels that the usual font cannot; with none of them, plots are in English.
EAST_ASIAN = {"Noto Sans CJK JP", "IPAexGothic", "Yu Gothic", "Hiragino Sans", "Meiryo", "MS Gothic", "IPAGothic"}
# More bars than this cannot be read; the rest is added up, or left out and counted.
MOST = 12
# In inches: the width of a plot, what a plot of horizontal bars needs around them, and for each of them.
WIDTH, AROUND, BAR = 6.4, 0.95, 0.3
# Letters of 6 points that fit between the axes next to each other.
LETTERS = 96


@contextmanager
def style() -> Iterator[None]:
    """Draw in the library's style, whatever is drawn and saved meanwhile."""
    import matplotlib as mpl
    from matplotlib.font_manager import get_font_names

    known = sorted(EAST_ASIAN & set(get_font_names()))
    options: Any = {"hatch.linewidth": 0.6, "font.family": ["DejaVu Sans", *known]}
    with mpl.rc_context(options), in_language(None if known else "en"):
        yield


@contextmanager
def axes(given: Any, width: float, height: float) -> Iterator[Axes]:
    """Give axes to draw on, in the library's style: the given ones, or new ones of this size in inches."""
    if isinstance(given, SvgAxes):
        given.set_size(width, height)
        yield given  # type: ignore[misc]  # it takes the same calls
        return
    try:
        from matplotlib.figure import Figure
    except ImportError:
        complaint = _("plots need matplotlib: install it with pip install 'jcm-calc[plot]'")
        raise InputError(_("the plot"), [Problem("matplotlib", complaint)]) from None
    if given is not None and not isinstance(given, Figure):
        with style():
            yield given
        return
    opened = None if given is not None else _opened()
    figure = opened or given
    assert figure is not None
    figure.set_size_inches(width, height)
    try:
        with style():
            yield figure.add_subplot()
    except BaseException:
        if opened:
            import matplotlib.pyplot as plt

            plt.close(opened)
        raise


def _opened() -> Figure:
    """Open a figure outside of the style: the first one starts the backend, whose settings must outlive the style."""
    import matplotlib.pyplot as plt

    return plt.figure(layout="constrained")


def height_of(bars: int) -> float:
    """Return the height in inches of a plot of so many horizontal bars."""
    return AROUND + BAR * max(bars, 1)


def amount(value: float) -> str:
    """Write a number for a label, to about four digits.

    Examples
    --------
    >>> [amount(value) for value in (1962.779, -132.343, 18.6, 0.0, 0.04567)]
    ['1,963', '−132.3', '18.6', '0', '0.0457']
    """
    size = abs(value)
    text = f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 10 else f"{value:.3g}"
    return text.replace("-", "−") if float(text.replace(",", "")) else "0"


def short(text: str) -> str:
    """Return a text that is short enough to be next to a bar, as a text also where mathematics is read."""
    return (textwrap.shorten(text, 44, placeholder="…") if " " in text else text[:40]).replace("$", r"\$")


def title(ax: Axes, text: str, legend: bool = False) -> None:
    """Head a plot, and lay its legend out below the title."""
    rows = 0
    if legend:
        inches = ax.figure.bbox.width / ax.figure.dpi
        labels = ax.get_legend_handles_labels()[1]
        # a line holds so many letters of this size, and the sign of an entry is as wide as six
        columns = len(labels) if sum(len(one) + 6 for one in labels) <= 14 * inches else 2
        rows = -(-len(labels) // columns)
        place: Any = {"loc": "lower left", "bbox_to_anchor": (0, 1.01), "borderaxespad": 0}
        ax.legend(frameon=False, fontsize=8, ncols=columns, columnspacing=1.2, handlelength=1.4, **place)
    ax.set_title(translated(text), fontsize=11, loc="left", pad=8 + 14 * rows)
    ax.spines[["top", "right"]].set_visible(False)


def _number(value: float, _place: float) -> str:
    return f"{value:,.10g}".replace("-", "−")


def finish(ax: Axes, result: Calculation, text: str, unit: str, across: bool = False, legend: bool = False) -> None:
    """Label a plot of a result, and say where it is an estimate."""
    title(ax, text, legend)
    (ax.set_xlabel if across else ax.set_ylabel)(translated(unit))
    (ax.xaxis if across else ax.yaxis).set_major_formatter(_number)
    (ax.xaxis if across else ax.yaxis).grid(True, lw=0.4, color="#dddddd")
    ax.tick_params(labelsize=8)
    ax.set_axisbelow(True)
    state = str(result.methodology)
    if result.unconfirmed:
        estimate = _("{methodology}: an estimate, {count} of {every} items unconfirmed")
        count, every = len(result.unconfirmed), len(result.items)
        state = translated(estimate.format(methodology=state, count=count, every=every))
    ax.set_xlabel("\n".join(line for line in (ax.get_xlabel(), state) if line), fontsize=8)
