"""Plots of a result: emissions, the way to whole tonnes, units, inputs, uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from jcm_calc.base.languages import Message, _, translated
from jcm_calc.declarations.expression import latex
from jcm_calc.declarations.items import Effect
from jcm_calc.plots.drawing import (
    BLUE,
    GREEN,
    GREY,
    LETTERS,
    MOST,
    ORANGE,
    PURPLE,
    SKY,
    TONNES,
    VERMILLION,
    WIDTH,
    YELLOW,
    amount,
    axes,
    finish,
    height_of,
    short,
)
from jcm_calc.results.calculation import check_result
from jcm_calc.results.credits import term_heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from jcm_calc.results.calculation import Calculation
    from jcm_calc.results.monte_carlo import Uncertainty

# Colour, hatch and words of each.
SERIES = {
    "RE": (BLUE, "", _("reference emissions")),
    "PE": (ORANGE, "///", _("project emissions")),
    "ER": (GREEN, "", _("emission reductions")),
}
OF_TERMS = (VERMILLION, PURPLE, YELLOW)
EDGE: Any = {"ec": "white", "lw": 0.5}
READABLE: Any = {"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"}  # a number over lines


def emissions(result: Calculation, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw reference emissions, project emissions and emission reductions by period.

    Parameters
    ----------
    result : Result
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    check_result("result", result)
    periods = [str(period) for period in result.inputs.periods]
    heights = result.emissions
    drawn = [name for name in heights if name != "PE" or heights[name].any()]
    places, width = np.arange(len(periods)), 0.8 / len(drawn)
    written = {name: [amount(height) for height in heights[name]] for name in drawn}
    letters = len(periods) * len(drawn) * max(len(text) for texts in written.values() for text in texts)
    with axes(ax, WIDTH, 3.6) as ax:
        for number, name in enumerate(drawn):
            colour, hatch, words = _series(result, name)
            offset = (number - (len(drawn) - 1) / 2) * width
            label = f"{name}, {translated(words)}"
            bars = ax.bar(places + offset, heights[name], width, color=colour, hatch=hatch, label=label, **EDGE)
            if letters <= LETTERS:  # next to each other
                ax.bar_label(bars, written[name], padding=2, fontsize=8 if letters <= 0.75 * LETTERS else 6)
        _periods(ax, [_("\nto ").join(text.split("/")) for text in periods])
        words = _("monitoring period") if "PE" in drawn else _("monitoring period; PE is 0")
        ax.set_xlabel(translated(words))
        ax.margins(y=0.15)
        finish(ax, result, _("Emissions and reductions by period"), TONNES, legend=True)
    return ax


def forecast(plan: Calculation, report: Calculation | None = None, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw the whole tonnes of each calendar year: those that are estimated, and those that were reported since.

    Parameters
    ----------
    plan : Result
        The estimate, as a rule of ten years or so.
    report : Result, optional
        What was monitored; its years are drawn next to those of the estimate.
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a period lies in several calendar years.

    Examples
    --------
    >>> import jcm_calc
    >>> from jcm_calc import plots
    >>> plan = jcm_calc.calculate("PW_AM001", EG=[[500.0, 497.5, 495.0]], p=["2025", "2026", "2027"])
    >>> [label.get_text() for label in plots.forecast(plan).get_xticklabels()]
    ['2025', '2026', '2027']
    """
    check_result("plan", plan)
    series = [(_("estimate"), GREEN, "", plan)]
    if report is not None:
        check_result("report", report)
        series.append((_("reported"), SKY, "///", report))
    tonnes = [{one.year: one.tonnes for one in result.calendar_years()} for *_look, result in series]
    years = sorted({year for known in tonnes for year in known}, key=lambda year: year or 0)
    width, estimated = 0.7 / len(series), list(tonnes[0].values())
    with axes(ax, WIDTH, 3.6) as ax:
        for number, ((words, colour, hatch, _result), known) in enumerate(zip(series, tonnes, strict=True)):
            places = [years.index(year) + (number - (len(series) - 1) / 2) * width for year in known]
            heights, label = list(known.values()), translated(words)
            bars = ax.bar(places, heights, width, color=colour, hatch=hatch, label=label, **EDGE)
            if len(years) <= MOST:
                ax.bar_label(bars, [f"{one:,}" for one in heights], padding=3, fontsize=7, bbox=READABLE)
        if len(estimated) > 1:
            average = sum(estimated) / len(estimated)
            words = _("average of the estimate: {tonnes:,.1f} t a year").format(tonnes=average)
            ax.axhline(average, color="black", lw=0.9, ls="--", label=translated(words), zorder=0)
        _periods(ax, [str(year or _("undated")) for year in years])
        ax.set_xlabel(translated(_("calendar year")))
        ax.margins(y=0.15)
        heading = _("Emission reductions by calendar year: {tonnes:,} t estimated").format(tonnes=sum(estimated))
        finish(ax, plan, heading, _("whole tonnes of CO₂"), legend=True)
    return ax


def _periods(ax: Axes, labels: list[str]) -> None:
    """Write periods below their bars, of many some; a single one is in the middle."""
    step = max(1, -(-len(labels) // MOST))
    ax.set_xticks(range(0, len(labels), step), [translated(label) for label in labels[::step]])
    if len(labels) == 1:
        ax.set_xlim(-1, 1)
    ax.axhline(0, color="black", lw=0.8)


def _series(result: Calculation, name: str) -> tuple[str, str, str]:
    """Return colour, hatch and words of an amount."""
    if name in SERIES:
        return SERIES[name]
    terms = result.methodology.terms
    number, own = next((n, one) for n, one in enumerate(terms) if name == term_heading(one, terms[one]))
    return OF_TERMS[number % len(OF_TERMS)], "xxx", Message(terms[own].value)


def waterfall(result: Calculation, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw the way from RE over PE and every other term to ER and, where the periods allow it, to whole tonnes.

    Parameters
    ----------
    result : Result
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    check_result("result", result)
    sums = {name: float(amounts.sum()) for name, amounts in result.emissions.items()}
    reductions, level = sums["ER"], sums["RE"]
    bars: list[tuple[str, float, float, str, str]] = [("RE", 0.0, level, BLUE, "")]
    for name, change in _changes(result, sums):
        colour, hatch, _words = _series(result, name)
        sign = "+" if change > 0 and name not in SERIES else "−"
        bars.append((f"{sign} {name.partition(' ')[0]}", level, change, colour, hatch))
        level += change
    bars.append(("ER", 0.0, reductions, GREEN, ""))
    try:
        tonnes = sum(year.tonnes for year in result.calendar_years())
    except ValueError:  # a period in two calendar years has no whole tonnes
        pass
    else:
        bars.append((_("rounded\ndown by"), reductions, tonnes - reductions, GREY, "..."))
        bars.append((_("whole\ntonnes"), 0.0, tonnes, SKY, ""))
    with axes(ax, WIDTH, 3.6) as ax:
        levels = [base + change for _name, base, change, _colour, _hatch in bars]
        for place, (level, _next) in enumerate(pairwise(levels)):
            ax.plot([place + 0.3, place + 0.7], [level, level], color=GREY, lw=0.8)
        for place, (_name, base, change, colour, hatch) in enumerate(bars):
            ax.bar(place, change, 0.6, base, color=colour, hatch=hatch, **EDGE)
            text = f"{change:,d}" if isinstance(change, int) else amount(change)
            above: Any = {"textcoords": "offset points", "ha": "center", "fontsize": 9, "bbox": READABLE}
            ax.annotate(text, (place, max(base, base + change)), (0, 5), **above)
        ax.set_xticks(range(len(bars)), [translated(bar[0]) for bar in bars])
        ax.axhline(0, color="black", lw=0.8)
        ends = [end for _, base, change, _, _ in bars for end in (base, base + change)]
        ax.set_ylim(min(0, 1.15 * min(ends)), max(0, 1.15 * max(ends)) or 1)
        finish(ax, result, _("From reference emissions to whole tonnes"), TONNES)
    return ax


def _changes(result: Calculation, sums: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield what PE and each other term of ER changes."""
    yield "PE", 0.0 - sums["PE"]
    for name, effect in result.methodology.terms.items():
        heading = term_heading(name, effect)
        yield heading, sums[heading] if effect is Effect.ADDITION else 0.0 - sums[heading]


def contributions(result: Calculation, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw what each unit contributes to ER, the largest ones by name.

    Parameters
    ----------
    result : Result
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    check_result("result", result)
    parts = result.by_unit()["ER"]
    parts = parts.loc[parts.abs().sort_values(ascending=False, kind="stable").index]
    kinds = {kind for kind, _ in parts.index if kind}
    names = [f"{kind} {unit}" if kind and (len(kinds) > 1 or unit.isdigit()) else unit for kind, unit in parts.index]
    amounts = own = parts.tolist()
    if len(amounts) > MOST:
        own, others = amounts[: MOST - 1], amounts[MOST - 1 :]
        names = [*names[: MOST - 1], _("{count:,} others").format(count=len(others))]
        amounts = [*own, sum(others)]
    with axes(ax, WIDTH, height_of(len(names))) as ax:
        colours = [GREEN] * len(own) + [GREY] * (len(names) - len(own))
        bars = ax.barh(range(len(names)), amounts, 0.65, color=colours)
        ax.bar_label(bars, [amount(one) for one in amounts], padding=3, fontsize=8)
        ax.set_yticks(range(len(names)), [short(translated(name)) for name in names])
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.axvline(0, color="black", lw=0.8)
        ax.margins(x=0.15)
        finish(ax, result, _("Emission reductions by unit"), TONNES, across=True)
    return ax


def sensitivity(result: Calculation, *, by: float = 0.1, ax: Axes | Figure | None = None) -> Axes:
    """Draw how ER changes with each input of the project, the most important one on top.

    What the document fixes is drawn only where the project has no input. Inputs that change nothing
    are counted and left out, as are those of less weight.

    Parameters
    ----------
    result : Result
    by : float
        The share by which each input is made smaller and larger, all others staying; a temperature by 1 K.
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    check_result("result", result)
    found = result.sensitivity(by)
    own = found["of"] == "project"
    found = found[own] if own.any() else found
    changes = found[["smaller", "larger"]]
    out = changes.isna().any(axis=1)
    spread = changes.abs().max(axis=1).fillna(0)
    nothing = int(((spread == 0) & ~out).sum())
    order = spread[(spread > 0) | out].sort_values(ascending=False, kind="stable").index
    found, out = found.loc[order[:MOST]], out[order[:MOST]]
    less = len(order) - len(found)
    notes = [_("* one side is out of bounds")] if out.any() else []
    if less:
        notes.append(_("{count} of less weight").format(count=less))
    if nothing:
        notes.append(_("{count} without effect").format(count=nothing))
    with axes(ax, 8.4, height_of(len(found)) + 0.2) as ax:
        for column, label, colour, hatch in (("smaller", "−", ORANGE, "///"), ("larger", "+", BLUE, "")):
            lengths = found[column].fillna(0)
            words = translated(_("input {sign}{share:.0%}").format(sign=label, share=by))
            bars = ax.barh(np.arange(len(found)), lengths, 0.65, color=colour, hatch=hatch, label=words, **EDGE)
            ax.bar_label(bars, [amount(one) if one else "" for one in lengths], padding=3, fontsize=7)
        inputs = zip(found.index, found["symbol"], found["step"], out, strict=True)
        ax.set_yticks(np.arange(len(found)), [_input(result, *one) for one in inputs])
        ax.set_ylim(max(len(found), 1) - 0.4, -0.6)
        ax.axvline(0, color="black", lw=0.8)
        ax.margins(x=0.15)
        words = Message("; ").join([_("change of ER, {unit}").format(unit=TONNES), *notes])
        title = _("Emission reductions where one input changes by {share:.0%}").format(share=by)
        finish(ax, result, title, words, True, True)
    return ax


def _input(result: Calculation, name: str, symbol: str, step: str, out: bool) -> str:
    """Name an input next to its bars: what it is, and its symbol."""
    kelvin = "" if step.endswith("%") else f" (±{step})"
    text = short(translated(result.methodology.inputs[name].text))
    return f"{text}  ${latex.symbol(symbol)}${kelvin}{'*' if out else ''}"


def uncertainty(found: Uncertainty, *, of: str = "ER", ax: Axes | Figure | None = None) -> Axes:
    """Draw how the draws of a result are distributed, with the calculated value and 95 % of them.

    Parameters
    ----------
    found : Uncertainty
        From `jcm_calc.uncertainty`.
    of : {"ER", "RE", "PE"}
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    KeyError
        If it is not a result.
    """
    samples = found.samples[of]
    low, high = (found.percentile(percent, of) for percent in (2.5, 97.5))
    colour, _hatch, words = _series(found.result, of)
    with axes(ax, WIDTH, 3.6) as ax:
        weights: Any = np.full(len(samples), 100 / len(samples))
        ax.hist(samples, bins=50, weights=weights, color=colour, ec="white", lw=0.3)
        spanned = _("95 % of the draws: {low} to {high}").format(low=amount(low), high=amount(high))
        ax.axvspan(low, high, color=GREY, alpha=0.25, zorder=0, label=translated(spanned))
        plain = _("calculated: {value}").format(value=amount(found.plain(of)))
        ax.axvline(found.plain(of), color="black", lw=1.2, label=translated(plain))
        if of == "ER":
            safe = _("at least, with 95 % confidence: {value}").format(value=amount(found.at_least(0.95)))
            ax.axvline(found.at_least(0.95), color="black", lw=1.2, ls="--", label=translated(safe))
        ax.set_ylabel(translated(_("share of the draws, %")))
        title = _("{name}, {words}: {draws:,} draws").format(name=of, words=words, draws=found.draws)
        finish(ax, found.result, title, TONNES, across=True, legend=True)
        ax.yaxis.grid(True, lw=0.4, color="#dddddd")
        ax.xaxis.grid(False)
    return ax
