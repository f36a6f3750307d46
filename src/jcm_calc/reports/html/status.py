"""The page of a project's status, and of a folder of projects: one self-contained HTML file each."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from jcm_calc.base.languages import _
from jcm_calc.reports.html.pages import page
from jcm_calc.results.status import SOON, FolderEntry, MeterStatus, MonthCoverage, ProjectStatus

MONTHS = (
    *(_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun")),
    *(_("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec")),
)
TICKS = 5  # at most, on the axis of reductions


def project_html(status: ProjectStatus) -> str:
    """Return the page of a project."""
    return page(
        "status.html",
        status=status,
        below=below(status),
        chart=chart(status),
        calendar=[(meter, list(months(meter, status))) for meter in status.meters],
        months=MONTHS,
        t=tonnes,
        soon=SOON,
    )


def folder_html(name: str, entries: Sequence[FolderEntry]) -> str:
    """Return the page of the projects in a folder, in their order."""
    rows = [
        (number, entry, below(entry.status) if entry.status else None, _until(entry.status))
        for number, entry in enumerate(entries, 1)
    ]
    return page("status_folder.html", name=name, rows=rows, t=tonnes)


def tonnes(amount: float) -> str:
    """Write tonnes of an estimate: no more digits than a person looks at.

    Examples
    --------
    >>> tonnes(1234.567), tonnes(0.2171), tonnes(-0.041)
    ('1,234.6', '0.22', '−0.04')
    """
    return f"{amount:,.{1 if abs(amount) >= 9.95 else 2}f}".replace("-", "−")


def below(status: ProjectStatus) -> float | None:
    """Return by which share the reductions to date are below the plan for the same days."""
    if status.plan is None or status.ER is None or not status.plan.so_far:
        return None
    return 1 - status.ER / status.plan.so_far


def _until(status: ProjectStatus | None) -> date | None:
    return status.so_far.last if status and status.so_far else None


# The calendar of readings


@dataclass(frozen=True)
class Month:
    """One month of one meter: its name, the share of its time with readings, and its days in runs of one look."""

    name: str
    share: str
    look: str
    # first day from 0, number of days, and full, part, none, out (not needed) or later
    runs: tuple[tuple[int, int, str], ...]
    days: int


def months(meter: MeterStatus, status: ProjectStatus) -> Iterator[Month]:
    """Yield each month of the calendar year."""
    known = {one.month.month: one for one in meter.coverage}
    for number, name in enumerate(MONTHS, 1):
        days = monthrange(status.day.year, number)[1]
        found = known.get(number)
        looks = [_look(share) for share in found.days] if found else []
        if found is None and date(status.day.year, number, days) < status.day:
            looks = ["out"] * days
        looks += ["later"] * (days - len(looks))
        needed = found is not None and any(look not in ("out", "later") for look in looks)
        share = _share(found) if found and needed else ""
        look = _look(found.share) if found and needed else ""
        yield Month(name, share, look, tuple(_runs(looks)), days)


def _look(share: float) -> str:
    """Return how a share of time with readings is drawn.

    Examples
    --------
    >>> [_look(share) for share in (1.0, 0.9999, 0.0, math.nan)]
    ['full', 'part', 'none', 'out']
    """
    if math.isnan(share):
        return "out"
    return "full" if share >= 1 else "part" if share > 0 else "none"


def _share(month: MonthCoverage) -> str:
    """Return per cent: 100 only where nothing is missing, and 0 only where everything is."""
    if month.share <= 0 or month.share >= 1:
        return f"{month.share:.0%}"
    return f"{min(max(round(month.share * 100), 1), 99)}%"


def _runs(looks: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    place = 0
    for look, run in groupby(looks):
        length = len(list(run))
        yield place, length, look
        place += length


# The chart of cumulative reductions


@dataclass(frozen=True)
class Chart:
    """Cumulative reductions of a year, in per cent of the width from the left and of the height from the bottom."""

    # points of SVG lines and of an area, in a square of 100 by 100; empty where there is nothing to draw
    actual: str
    plan: str
    forecast: str
    band: str
    ticks: tuple[tuple[float, str], ...]  # heights on the axis with their numbers
    edges: tuple[tuple[float, str], ...]  # where months begin, with their names
    today: float  # the day of the status
    labels: tuple[tuple[float, float, str, str], ...]  # place, look and text of the last point of each line


def chart(status: ProjectStatus) -> Chart | None:
    """Return the chart of cumulative reductions; None where there is nothing to draw."""
    first = date(status.day.year, 1, 1)
    length = (date(status.day.year + 1, 1, 1) - first).days
    actual, planned = _cumulative(status)
    future = [(_next(one.month), one.ER) for one in status.forecast.months]
    ends = [(_next(one.month), one.low, one.high) for one in status.forecast.months]
    interval = [(day, low, high) for day, low, high in ends if low is not None and high is not None]
    plan_end = (status.year.last or status.day) + timedelta(days=1)
    if status.plan is not None:
        planned = [*(point for point in planned if point[0] < plan_end), (plan_end, status.plan.ER)]
    heights = [height for _day, height in [*actual, *planned, *future]]
    heights += [height for _day, *both in interval for height in both]
    if len(actual) < 2 and status.plan is None and not future:
        return None
    low, high, step = _scale(min(heights), max(heights))

    def x(day: date) -> float:
        return 100 * (day - first).days / length

    def y(amount: float) -> float:
        return 100 * (amount - low) / (high - low)

    def line(points: Iterable[tuple[date, float]]) -> str:
        return " ".join(f"{x(day):.2f},{100 - y(amount):.2f}" for day, amount in points)

    last = actual[-1]
    edge = [(day, top) for day, _low, top in interval] + [(day, bottom) for day, bottom, _high in reversed(interval)]
    points = [("actual", *last)] if len(actual) > 1 else []
    points += [("forecast", *future[-1])] if future else []
    points += [("plan", *planned[-1])] if status.plan is not None else []
    count = round((high - low) / step)
    return Chart(
        actual=line(actual) if len(actual) > 1 else "",
        plan=line(planned) if status.plan is not None else "",
        forecast=line([last, *future]) if future else "",
        band=line([last, *edge, last]) if edge else "",
        ticks=tuple((y(low + step * number), f"{low + step * number:,g}") for number in range(count + 1)),
        edges=tuple((x(date(first.year, number, 1)), name) for number, name in enumerate(MONTHS, 1)),
        today=x(status.day + timedelta(days=1)),
        labels=tuple((x(day), y(amount), look, tonnes(amount)) for look, day, amount in points),
    )


def _cumulative(status: ProjectStatus) -> tuple[list[tuple[date, float]], list[tuple[date, float]]]:
    """Return the reductions and the plan at the end of each month; those end where a month is not known."""
    begun = status.year.first or date(status.day.year, 1, 1)
    actual, planned = [(begun, 0.0)], [(begun, 0.0)]
    end = (status.so_far.last if status.so_far else None) or status.day
    whole = True
    for one in status.months:
        day = min(_next(one.month), end + timedelta(days=1))
        whole = whole and one.ER is not None
        if whole and one.ER is not None:
            actual.append((day, actual[-1][1] + one.ER))
        if one.planned is not None:
            planned.append((day, planned[-1][1] + one.planned))
    return actual, planned


def _next(month: date) -> date:
    return month + timedelta(days=monthrange(month.year, month.month)[1])


def _scale(least: float, most: float) -> tuple[float, float, float]:
    """Return the ends of an axis that holds 0, and its step, a round number.

    Examples
    --------
    >>> _scale(0.0, 89.5), _scale(-3.0, 0.0), _scale(0.0, 0.0)
    ((0.0, 100.0, 20.0), (-3.0, 0.0, 1.0), (0.0, 1.0, 1.0))
    """
    reach = max(most, 0.0) - min(least, 0.0)
    if not reach:
        return 0.0, 1.0, 1.0
    power = 10.0 ** math.floor(math.log10(reach / TICKS))
    step = next(size * power for size in (1, 2, 5, 10) if reach / (size * power) <= TICKS)
    return math.floor(min(least, 0.0) / step) * step, math.ceil(max(most, 0.0) / step) * step, step
