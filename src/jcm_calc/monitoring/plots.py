"""Plots: the readings of a meter with its findings marked, and the days for which there are readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jcm_calc.monitoring.monitored import Monitored
from jcm_calc.problems import InputError, Problem

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_readings(monitored: Monitored, meter: str, ax: Axes | None = None) -> Axes:
    """Draw the amount of each day as read, with what was found marked.

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
    ax.step(pd.to_datetime(days.index), days.to_numpy(), where="post", color="0.3", linewidth=0.8)
    kinds = dict.fromkeys(one.kind for one in monitored.findings if one.meter == meter)
    for number, kind in enumerate(kinds):
        name: str | None = kind
        for one in monitored.findings:
            if one.meter == meter and one.kind == kind:
                start, end = (pd.Timestamp(monitored.shown(moment)) for moment in (one.start, one.end))
                end = max(end, start + pd.Timedelta(days=1))
                ax.axvspan(number_of(start), number_of(end), color=f"C{number}", alpha=0.4, label=name)
                name = None  # one entry in the legend for each kind
    if kinds:
        ax.legend()
    ax.set_ylabel(f"{meter}, {monitored.units[meter]} a day")
    return ax


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
    image = ax.imshow(calendar, vmin=0, vmax=1, cmap="RdYlGn", aspect="auto")
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
        complaint = "plots need matplotlib: install it with pip install 'jcm-calc[plot]'"
        raise InputError("the plot", [Problem("matplotlib", complaint)]) from None
    return Figure(figsize=(9, 4), layout="constrained").subplots()
