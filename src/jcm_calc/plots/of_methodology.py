"""Which quantity of a methodology is calculated from which, as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.groups import grouped
from jcm_calc.base.languages import _, translated
from jcm_calc.declarations.expression import latex
from jcm_calc.declarations.graph import Node, compatible, needs, walk
from jcm_calc.declarations.items import Equation, Kind, Parameter
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.plots.drawing import axes, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def equations(methodology: Declarations, *, ax: Axes | Figure | None = None, **choices: str) -> Axes:
    """Draw which quantity is calculated from which, from the leaves on the left to ER on the right.

    What is unconfirmed has a dashed border; the colour tells who gives a value.

    Parameters
    ----------
    methodology : Methodology
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.
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
    with axes(ax, 1.2 + 1.45 * len(columns), max(2.4, 0.9 + 0.34 * tallest)) as drawn:
        _draw(drawn, methodology, edges, columns)
    return drawn


def _draw(ax: Axes, methodology: Declarations, edges: Mapping[str, list[str]], columns: list[list[str]]) -> None:
    tallest = max(map(len, columns))
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
    title(ax, _("{methodology}: what is calculated from what").format(methodology=methodology))
    squares: dict[str, Any] = {"s": 60, "marker": "s", "edgecolors": "black", "linewidths": 0.5}
    handles: list[Any] = [
        ax.scatter([], [], color=colour, label=translated(words), **squares) for words, colour in _KINDS.items()
    ]
    handles += ax.plot([], [], "--", color="black", lw=0.9, label=translated(_("unconfirmed")))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=4, frameon=False, fontsize=8)


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


def _edges(m: Declarations, choices: dict[str, str]) -> dict[str, list[str]]:
    """Return for each quantity on the way to ER what it is calculated from, under any case left open."""
    rules = grouped((rule.name, rule) for rule in m.rules if compatible(rule, choices))

    def of(name: str) -> Iterable[Node]:
        leaf = m.inputs.get(name) or m.coordinates.get(name)
        return [leaf] if leaf else rules[name]

    found = walk(["ER"], of)
    return {
        name: list(dict.fromkeys(other for node in nodes for other in needs(node))) for name, nodes in found.items()
    }


def _columns(edges: dict[str, list[str]]) -> list[list[str]]:
    """Arrange names so that each is left of what needs it, and near to it."""
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
    (x1, y1), (x2, y2), t = start, end, np.linspace(0, 1, 25)
    # a cubic curve that leaves and arrives level
    x, y = x1 + (x2 - x1) * (1.5 * t - 1.5 * t**2 + t**3), y1 + (y2 - y1) * t**2 * (3 - 2 * t)
    ax.plot(x, y, color="#888888", lw=0.7, zorder=1)


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
