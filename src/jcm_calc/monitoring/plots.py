"""Plots: the readings of a meter with its findings marked, and the days for which there are readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jcm_calc.languages import _
from jcm_calc.monitoring.monitored import Monitored
from jcm_calc.problems import InputError, Problem

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_readings(monitored: Monitored, meter: str, ax: Axes | None = None) -> Axes:
    """Draw the amount of each day as read, with what was found marked.

    The axis is that of days without findings; a day beyond it is an arrow at the edge.

    Parameters
    ----------
    monitored : Monitored
    meter : str
    ax : Axes, optional
        Where to draw; a new figure if there is none.
    """
    ax = _axes(ax)
    from matplotlib import dates

    number_of: Any = dates.date2num
    rows = monitored.blocks[monitored.blocks["meter"] == meter]
    days = rows.groupby("day")["amount"].sum()
    days.index = pd.to_datetime(days.index)
    ax.step(days.index, days.to_numpy(), where="post", color="0.3", linewidth=0.8)
    ordinary = np.ones(len(days), dtype=bool)
    kinds = dict.fromkeys(one.kind for one in monitored.findings if one.meter == meter)
    for number, kind in enumerate(kinds):
        name: str | None = kind
        for one in monitored.findings:
            if one.meter == meter and one.kind == kind:
                start, end = (pd.Timestamp(monitored.shown(moment)) for moment in (one.start, one.end))
                ordinary &= (days.index < start.floor("D")) | (days.index > end)
                end = max(end, start + pd.Timedelta(days=1))
                ax.axvspan(number_of(start), number_of(end), color=f"C{number}", alpha=0.4, label=name)
                name = None  # one entry in the legend for each kind
    if kinds:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(len(kinds), 6), frameon=False)
    _limit(ax, days, ordinary)
    ax.set_ylabel(f"{meter}, {monitored.units[meter]} a day")
    return ax


def _limit(ax: Axes, days: pd.Series[float], ordinary: Any) -> None:
    """Let the axis show ordinary days, and mark those that lie beyond it."""
    if not ordinary.any():
        return
    low, high = min(0.0, float(days[ordinary].min())), float(days[ordinary].max()) * 1.15
    if not low < high:
        return
    ax.set_ylim(low, high)
    for beyond, edge, marker in ((days > high, high, "^"), (days < low, low, "v")):
        if beyond.any():
            ax.plot(days.index[beyond], [edge] * int(beyond.sum()), marker, color="C3", clip_on=False, linestyle="none")


def plot_availability(monitored: Monitored, ax: Axes | None = None) -> Axes:
    """Draw a calendar: how much of each day has readings, over all meters, a row for each month.

    Parameters
    ----------
    monitored : Monitored
    ax : Axes, optional
        Where to draw; a new figure if there is none.
    """
    ax = _axes(ax)
    share = monitored.availability().mean(axis=1)
    days = pd.to_datetime(share.index)
    months = days.strftime("%Y-%m")
    names = list(dict.fromkeys(months))
    calendar = np.full((len(names), 31), np.nan)
    calendar[[names.index(month) for month in months], days.day - 1] = share.to_numpy()
    image = ax.imshow(calendar, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    ax.set_yticks(range(len(names)), names)
    ax.set_xticks(range(0, 31, 5), [str(day) for day in range(1, 32, 5)])
    ax.figure.colorbar(image, ax=ax, label="share of the day with readings")
    return ax


def _axes(ax: Axes | None) -> Any:
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError:
        complaint = _("plots need matplotlib: install it with pip install 'jcm-calc[plot]'")
        raise InputError(_("the plot"), [Problem("matplotlib", complaint)]) from None
    return Figure(figsize=(9, 4), layout="constrained").subplots()
