"""Plots of readings: a meter with its findings marked, and the days for which there are readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jcm_calc.base.languages import _, translated
from jcm_calc.base.problems import listed, suggestion
from jcm_calc.plots.drawing import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, YELLOW, axes, title
from jcm_calc.readings.amounts import Monitored

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKS = (ORANGE, GREEN, PURPLE, SKY, YELLOW, VERMILLION)


def readings(monitored: Monitored, meter: str, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw the amount of each day as read, with what was found marked.

    The axis is that of days without findings; a day beyond it is an arrow at the edge.

    Parameters
    ----------
    monitored : Monitored
    meter : str
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    KeyError
        If there is no such meter.
    """
    _known(monitored, meter)
    rows = monitored.blocks[monitored.blocks["meter"] == meter]
    days = rows.groupby("day")["amount"].sum()
    days.index = pd.to_datetime(days.index)
    days = days.asfreq("D")  # a day without readings is a gap in the line
    edges = pd.date_range(days.index[0], periods=len(days) + 1)
    with axes(ax, 9, 3.6) as ax:
        ax.stairs(days.to_numpy(), edges, baseline=None, color=BLUE, lw=0.8)
        ordinary = _marked(ax, monitored, meter, days)
        _limit(ax, days, ordinary)
        _dates(ax)
        ax.set_ylabel(translated(_("{unit} per day").format(unit=monitored.units[meter].replace("*", "·"))))
        ax.yaxis.grid(True, lw=0.4, color="#dddddd")
        heading = _("Meter {meter}: {parameter}, as read").format(
            meter=meter, parameter=monitored.plan.meters[meter].parameter
        )
        title(ax, heading, legend=bool(ax.get_legend_handles_labels()[0]))
    return ax


def _known(monitored: Monitored, meter: str) -> None:
    if meter not in monitored.plan.meters:
        complaint = _("there is no meter {meter}; known are {names}{hint}").format(
            meter=repr(meter),
            names=listed(monitored.plan.meters),
            hint=suggestion(meter, monitored.plan.meters),
        )
        raise KeyError(complaint)


def _marked(ax: Axes, monitored: Monitored, meter: str, days: pd.Series[float]) -> Any:
    """Mark the findings of a meter, each kind in its colour; return which days have none."""
    from matplotlib import dates

    number_of: Any = dates.date2num
    ordinary = np.ones(len(days), dtype=bool)
    findings = [one for one in monitored.findings if one.meter == meter]
    for number, kind in enumerate(dict.fromkeys(one.kind for one in findings)):
        label: str | None = translated(kind)
        for one in findings:
            if one.kind == kind:
                start, end = (pd.Timestamp(monitored.shown(moment)) for moment in (one.start, one.end))
                ordinary &= (days.index < start.floor("D")) | (days.index > end)
                end = max(end, start + pd.Timedelta(days=1))
                colour = MARKS[number % len(MARKS)]
                ax.axvspan(number_of(start), number_of(end), color=colour, alpha=0.4, lw=0, label=label)
                label = None  # one entry in the legend for each kind
    return ordinary


def _limit(ax: Axes, days: pd.Series[float], ordinary: Any) -> None:
    """Let the axis show ordinary days, and mark those that lie beyond it."""
    usual = days[ordinary] if ordinary.any() else days
    low, high = min(0.0, float(usual.min())), float(usual.max()) * 1.15
    if not low < high:
        return
    ax.set_ylim(low, high)
    label: str | None = translated(_("beyond the axis"))
    for beyond, edge, marker in ((days > high, high, "^"), (days < low, low, "v")):
        if beyond.any():
            places = [edge] * int(beyond.sum())
            ax.plot(days.index[beyond], places, marker, color="black", ms=5, clip_on=False, ls="none", label=label)
            label = None


def _dates(ax: Axes) -> None:
    """Write dates as months and years."""
    from matplotlib import dates

    untyped: Any = dates
    locator = untyped.AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator))
    ax.tick_params(labelsize=8)


def availability(monitored: Monitored, meter: str | None = None, *, ax: Axes | Figure | None = None) -> Axes:
    """Draw a calendar: how much of each day has readings, a row for each month.

    Parameters
    ----------
    monitored : Monitored
    meter : str, optional
        That meter alone; all meters, each with the same weight, by default.
    ax : Axes or Figure, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    KeyError
        If there is no such meter.
    """
    if meter is not None:
        _known(monitored, meter)
    found = monitored.availability()
    share = found.mean(axis=1) if meter is None else found[meter]
    days = pd.to_datetime(share.index)
    months = days.strftime("%Y-%m")
    names = list(dict.fromkeys(months))
    calendar = np.full((len(names), 31), np.nan)
    calendar[[names.index(month) for month in months], days.day - 1] = share.to_numpy()
    with axes(ax, 9, 1.75 + 0.24 * len(names)) as ax:
        image = ax.imshow(calendar, vmin=0, vmax=0.9999, cmap=_loud_where_lacking(), aspect="auto")
        ax.set_yticks(range(len(names)), names)
        ax.set_xticks(range(31), [str(day) for day in range(1, 32)])
        ax.set_xticks(np.arange(-0.5, 31), minor=True)
        ax.set_yticks(np.arange(-0.5, len(names)), minor=True)
        ax.grid(which="minor", color="white", lw=1)
        ax.tick_params(which="both", length=0, labelsize=8)
        ax.set_xlabel(translated(_("day of the month")), fontsize=8)
        place: Any = {"location": "bottom", "fraction": 0.08, "aspect": 40, "shrink": 0.4, "anchor": (0.0, 0.0)}
        bar = ax.figure.colorbar(image, ax=ax, extend="max", extendfrac=0.08, **place)
        bar.set_label(translated(_("share of the day with readings; grey: all of it")), fontsize=8)
        bar.ax.tick_params(labelsize=8)
        which = listed(monitored.plan.meters, limit=4) if meter is None else meter
        title(ax, _("Days with readings: {meters}").format(meters=which))
        ax.spines[:].set_visible(False)
    return ax


def _loud_where_lacking() -> Any:
    """Return colours from red for nothing to pale for nearly all; a whole day is grey, and no day is white."""
    from matplotlib.colors import LinearSegmentedColormap

    loud: Any = LinearSegmentedColormap.from_list("availability", [VERMILLION, "#FBE3D3"])
    return loud.with_extremes(over="#E4E4E4", bad="white")
