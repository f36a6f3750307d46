"""Plots of a result, and of the equations of a methodology: `pip install jcm-calc[plot]`.

Each function draws on the axes that it is given, or on new ones, and returns them. The colours are
those of Okabe and Ito, which the colour-blind can tell apart; where two stand side by side one is
hatched, so that they differ in print without colour too.

Examples
--------
>>> import jcm_calc
>>> from jcm_calc import plots
>>> result = jcm_calc.calculate("PW_AM001", EG=[[500.0], [300.0]])
>>> axes = plots.waterfall(result)
>>> axes.get_ylabel()
'tCO2'

References
----------
Okabe, M., Ito, K. (2002). Color Universal Design. jfly.uni-koeln.de/color
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.declarations import Methodology
from jcm_calc.declarations.graph import RESULTS, Node, compatible, needs
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.expression import latex
from jcm_calc.languages import Message, _, in_language, translated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from jcm_calc.result import Result

__all__ = ["contributions", "emissions", "equations", "sensitivity", "waterfall"]

BLUE, ORANGE, GREEN, SKY, GREY = "#0072B2", "#E69F00", "#009E73", "#56B4E9", "#999999"
COLOURS = {"RE": BLUE, "PE": ORANGE, "ER": GREEN}
HATCH = {"PE": "///"}
# Of these, what is installed writes the labels that the usual font cannot; with none of them, plots are in English.
EAST_ASIAN = {"Noto Sans CJK JP", "IPAexGothic", "Yu Gothic", "Hiragino Sans", "Meiryo", "MS Gothic", "IPAGothic"}
# More bars than this cannot be read; the rest is added up, or left out and counted.
MOST = 12

Plot = Callable[..., "Axes"]


def __dir__() -> list[str]:
    return sorted(__all__)


@contextmanager
def style() -> Iterator[None]:
    """Draw in the library's style, whatever is drawn and saved meanwhile."""
    import matplotlib as mpl
    from matplotlib.font_manager import get_font_names

    known = sorted(EAST_ASIAN & set(get_font_names()))
    options: Any = {"hatch.linewidth": 0.6, "font.family": ["DejaVu Sans", *known]}
    with mpl.rc_context(options), in_language(None if known else "en"):
        yield


def _drawn(width: float, height: float) -> Callable[[Plot], Plot]:
    """Give a plot axes of its own, in inches, where it is given none, and the library's style."""

    def decorate(plot: Plot) -> Plot:
        @wraps(plot)
        def draw(subject: Any, *, ax: Axes | None = None, **options: Any) -> Axes:
            if ax is not None:
                with style():
                    return plot(subject, ax=ax, **options)
            import matplotlib.pyplot as plt

            # before the style: the first figure of a session starts the backend, whose settings must outlive it
            figure = plt.figure(figsize=(width, height), layout="constrained")
            try:
                with style():
                    return plot(subject, ax=figure.add_subplot(), **options)
            except BaseException:
                plt.close(figure)
                raise

        return draw

    return decorate


@_drawn(6.4, 3.6)
def emissions(result: Result, *, ax: Axes) -> Axes:
    """Draw reference and project emissions by period.

    Parameters
    ----------
    result : Result
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    periods = [str(period) for period in result.inputs.periods]
    places = np.arange(len(periods))
    for offset, name, words in ((-0.2, "RE", _("reference emissions")), (0.2, "PE", _("project emissions"))):
        heights = np.ravel(result[name].magnitude)
        bars = ax.bar(places + offset, heights, 0.4, color=COLOURS[name], hatch=HATCH.get(name), ec="white", lw=0.5)
        bars.set_label(f"{name}, {translated(words)}")
        if len(periods) <= MOST // 2:
            ax.bar_label(bars, [f"{height:,.1f}" for height in heights], padding=2, fontsize=8)
    step = max(1, -(-len(periods) // MOST))
    ax.set_xticks(
        places[::step], [translated(_("\nto ").join(text.split("/"))) for text in periods[::step]], fontsize=8
    )
    if len(periods) == 1:
        ax.set_xlim(-1, 1)
    ax.set_xlabel(translated(_("monitoring period")))
    ax.axhline(0, color="black", lw=0.8)
    ax.margins(y=0.15)
    return _finished(ax, result, _("Reference against project emissions"), "tCO2", legend=True)


@_drawn(6.4, 3.6)
def waterfall(result: Result, *, ax: Axes) -> Axes:
    """Draw the way from RE over PE to ER and, where the periods allow it, to whole tonnes.

    Parameters
    ----------
    result : Result
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    reference, project, reductions = (float(result.full(name).sum()) for name in RESULTS)
    bars = [
        ("RE", 0.0, reference, BLUE, ""),
        ("− PE", reference, 0.0 - project, ORANGE, "///"),
        ("ER", 0.0, reductions, GREEN, ""),
    ]
    try:
        tonnes = int(result.years()["tonnes"].sum())
    except ValueError:  # a period in two calendar years has no whole tonnes
        pass
    else:
        bars.append((translated(_("cut to\nwhole tonnes")), reductions, tonnes - reductions, GREY, "..."))
        bars.append((translated(_("whole\ntonnes")), 0.0, tonnes, SKY, ""))
    for place, (_name, base, change, colour, hatch) in enumerate(bars):
        ax.bar(place, change, 0.6, base, color=colour, hatch=hatch, ec="white", lw=0.5)
        height = max(base, base + change)
        text = f"{change:,d}" if isinstance(change, int) else f"{change:,.3f}"
        ax.annotate(
            text.replace("-", "−"), (place, height), (0, 3), textcoords="offset points", ha="center", fontsize=9
        )
    levels = [base + change for _, base, change, _, _ in bars]
    for place, (level, _next) in enumerate(pairwise(levels)):
        ax.plot([place + 0.3, place + 0.7], [level, level], color="black", lw=0.8)
    ax.set_xticks(range(len(bars)), [bar[0] for bar in bars])
    ax.axhline(0, color="black", lw=0.8)
    ends = [end for _, base, change, _, _ in bars for end in (base, base + change)]
    ax.set_ylim(min(0, 1.15 * min(ends)), max(0, 1.15 * max(ends)) or 1)
    return _finished(ax, result, _("From reference emissions to whole tonnes"), "tCO2")


@_drawn(6.4, 4.2)
def contributions(result: Result, *, ax: Axes) -> Axes:
    """Draw what each unit contributes to ER, the largest ones by name.

    Parameters
    ----------
    result : Result
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    parts = result.by_unit()["ER"]
    parts = parts.loc[parts.abs().sort_values(ascending=False, kind="stable").index]
    kinds = {kind for kind, _ in parts.index if kind}
    names = [f"{kind} {unit}" if kind and (len(kinds) > 1 or unit.isdigit()) else unit for kind, unit in parts.index]
    amounts = parts.tolist()
    if len(amounts) > MOST:
        names = [*names[: MOST - 1], translated(_("{count:,} others").format(count=len(amounts) - MOST + 1))]
        amounts = [*amounts[: MOST - 1], sum(amounts[MOST - 1 :])]
    bars = ax.barh(range(len(names)), amounts, 0.6, color=GREEN)
    ax.bar_label(bars, [f"{amount:,.2f}".replace("-", "−") for amount in amounts], padding=3, fontsize=8)
    ax.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=8, parse_math=False)
    ax.set_ylim(max(len(names), 4) - 0.5, -0.5)
    ax.axvline(0, color="black", lw=0.8)
    ax.margins(x=0.2)
    return _finished(ax, result, _("Emission reductions by unit"), "tCO2", across=True)


@_drawn(6.4, 4.2)
def sensitivity(result: Result, *, by: float = 0.1, ax: Axes) -> Axes:
    """Draw how ER changes with each input, the most important one on top.

    Parameters
    ----------
    result : Result
    by : float
        The share by which each input is made smaller and larger, all others staying.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    found = result.sensitivity(by)
    spread = found[["smaller", "larger"]].abs().max(axis=1).fillna(0)
    found = found.loc[spread.sort_values(ascending=False, kind="stable").index]
    beside = len(found) - MOST
    found = found.head(MOST)
    signs = {"smaller": (f"−{by:.0%}", ORANGE, "///"), "larger": (f"+{by:.0%}", BLUE, "")}
    places = np.arange(len(found))
    for column, (label, colour, hatch) in signs.items():
        ax.barh(places, found[column].fillna(0), 0.6, color=colour, hatch=hatch, ec="white", lw=0.5, label=label)
    out = found[["smaller", "larger"]].isna().any(axis=1)
    ticks = [
        f"${latex.symbol(symbol)}$" + ("*" if missing else "")
        for symbol, missing in zip(found["symbol"], out, strict=True)
    ]
    ax.set_yticks(places, ticks)
    ax.set_ylim(max(len(found), 4) - 0.5, -0.5)
    ax.axvline(0, color="black", lw=0.8)
    notes = [_("* one side is out of bounds")] if out.any() else []
    notes += [_("{count} inputs of less weight are left out").format(count=beside)] if beside > 0 else []
    words = Message("; ").join([_("change of ER, tCO2"), *notes])
    title = _("Emission reductions where one input changes by {share:.0%}").format(share=by)
    return _finished(ax, result, title, words, True, True)


def _finished(ax: Axes, result: Result, title: str, unit: str, across: bool = False, legend: bool = False) -> Axes:
    """Label a plot of a result, and say where it is an estimate."""
    ax.set_title(translated(title), fontsize=11, loc="left", pad=22 if legend else 8)
    (ax.set_xlabel if across else ax.set_ylabel)(translated(unit))
    (ax.xaxis if across else ax.yaxis).set_major_formatter(lambda value, place: f"{value:,.10g}".replace("-", "−"))
    (ax.xaxis if across else ax.yaxis).grid(True, lw=0.4, color="#cccccc")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0, 1.01), borderaxespad=0)
    state = str(result.methodology)
    if result.unconfirmed:
        estimate = _("{methodology}: an estimate, {count} of {every} items unconfirmed")
        count, every = len(result.unconfirmed), len(result.items)
        state = translated(estimate.format(methodology=state, count=count, every=every))
    ax.set_xlabel("\n".join(line for line in (ax.get_xlabel(), state) if line), fontsize=8)
    return ax


def _short(text: str) -> str:
    return textwrap.shorten(text, 32, placeholder="…") if " " in text else text[:32]


# The equations of a methodology


@_drawn(9, 6)
def equations(methodology: Methodology, *, ax: Axes, **choices: str) -> Axes:
    """Draw which quantity is calculated from which, from the leaves on the left to ER on the right.

    What is unconfirmed has a dashed border; the colour tells who gives a value.

    Parameters
    ----------
    methodology : Methodology
    ax : Axes, optional
    **choices : str
        The option of each choice; without it, every alternative is drawn.

    Returns
    -------
    Axes

    Raises
    ------
    KeyError
        If there is no such choice or option.
    """
    for name, option in choices.items():
        if name not in methodology.choices or option not in methodology.choices[name].options:
            raise KeyError(f"{methodology} has no choice {name!r} with an option {option!r}")
    edges = _edges(methodology, choices)
    columns = _columns(edges)
    tallest = max(map(len, columns))
    if ax.figure is not None and len(ax.figure.axes) == 1:
        ax.figure.set_size_inches(1.2 + 1.45 * len(columns), max(2.4, 0.9 + 0.34 * tallest))  # type: ignore[union-attr]
    places = {
        name: (column, (row + 0.5) * tallest / len(names))
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }
    for name, others in edges.items():
        for other in others:
            _connect(ax, places[other], places[name])
    items: dict[str, Node] = {**methodology.inputs, **methodology.coordinates}
    items |= {rule.name: rule for rule in methodology.rules}
    for name, place in places.items():
        _box(ax, items[name], place)
    ax.set_xlim(-0.6, len(columns) - 0.4)
    ax.set_ylim(tallest + 0.3, -0.3)
    ax.axis("off")
    title = _("{methodology}: what is calculated from what").format(methodology=methodology)
    ax.set_title(translated(title), fontsize=11, loc="left")
    squares: dict[str, Any] = {"s": 60, "marker": "s", "edgecolors": "black", "linewidths": 0.5}
    handles: list[Any] = [
        ax.scatter([], [], color=colour, label=translated(words), **squares) for words, colour in _KINDS.items()
    ]
    handles += ax.plot([], [], "--", color="black", lw=0.9, label=translated(_("unconfirmed")))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=4, frameon=False, fontsize=8)
    return ax


_KINDS: dict[str, str] = {
    _("equation"): "#FFFFFF",
    _("monitored"): "#CDE6F5",
    _("fixed by the project"): "#CCEBE2",
    _("default of the document"): "#FBE7BF",
    _("constant, class, axis"): "#E6E6E6",
}
_OF_KIND = {
    Kind.MONITORED: "monitored",
    Kind.FIXED: "fixed by the project",
    Kind.DEFAULT: "default of the document",
}


def _edges(m: Methodology, choices: dict[str, str]) -> dict[str, list[str]]:
    """Return for each quantity on the way to ER what it is calculated from, under any case left open."""
    rules: dict[str, list[Equation]] = {}
    for rule in m.rules:
        if compatible(rule, choices):
            rules.setdefault(rule.name, []).append(rule)
    edges: dict[str, list[str]] = {}
    waiting = ["ER"]
    while waiting:
        name = waiting.pop(0)
        if name not in edges:
            leaf = m.inputs.get(name) or m.coordinates.get(name)
            nodes = [leaf] if leaf else rules[name]
            edges[name] = list(dict.fromkeys(other for node in nodes for other in needs(node, frozenset())))
            waiting += edges[name]
    return edges


def _columns(edges: dict[str, list[str]]) -> list[list[str]]:
    """Arrange names so that each stands left of what needs it, and near to it."""
    users: dict[str, list[str]] = {name: [] for name in edges}
    for name, others in edges.items():
        for other in others:
            users[other].append(name)
    depth: dict[str, int] = {}

    def place(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((place(user) for user in users[name]), default=-1)
        return depth[name]

    columns: list[list[str]] = [[] for _ in range(1 + max(map(place, edges)))]
    for name in edges:
        columns[depth[name]].append(name)
    rows = {"ER": 0.5}
    for names in columns[1:]:
        names.sort(key=lambda name: float(np.mean([rows[user] for user in users[name]])))
        rows.update({name: (row + 0.5) / len(names) for row, name in enumerate(names)})
    return columns[::-1]


def _connect(ax: Axes, start: Sequence[float], end: Sequence[float]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    path = Path([(x1, y1), (middle, y1), (middle, y2), (x2, y2)], [Path.MOVETO, *[Path.CURVE4] * 3])
    ax.add_patch(PathPatch(path, fill=False, lw=0.7, color="#888888", zorder=1))


def _box(ax: Axes, item: Node, place: tuple[float, float]) -> None:
    words = "equation" if isinstance(item, Equation) else "constant, class, axis"
    evidence = None
    if isinstance(item, Parameter):
        words, evidence = _OF_KIND.get(item.kind, words), item.evidence if item.kind is Kind.DEFAULT else None
    elif isinstance(item, Equation):
        evidence = item.evidence
    unread = evidence is not None and not evidence.confirmed
    ax.text(
        *place,
        f"${latex.symbol(getattr(item, 'symbol', item.name))}$",
        ha="center",
        va="center",
        fontsize=9,
        zorder=2,
        bbox={
            "boxstyle": "round,pad=0.25",
            "fc": _KINDS[words],
            "ec": "black",
            "lw": 0.9,
            "ls": "--" if unread else "-",
        },
    )
