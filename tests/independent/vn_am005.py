"""VN_AM005, efficient transformers in power distribution in Viet Nam, written from the published facts alone.

That the saving lies in the no-load loss is published. The form is physics and recollection. No loss is known, so
none is set. A tolerance on the project's loss may exist; it is left out unless given.
"""

from datetime import date, timedelta
from math import fsum

from independent.rules import count_periods, same_length


def hours_in_service(commissioned: date, removed: date | None, first: date, last: date) -> float:
    """Hours in service within a period whose first and last day both count.

    The day of commissioning counts in full, the day of removal not at all; ``None`` is still in service.
    """
    if last < first:
        raise ValueError("a period ends before it begins")
    if removed is not None and removed < commissioned:
        raise ValueError("a transformer is removed before it is commissioned")
    begin = max(commissioned, first)
    end = last + timedelta(days=1)
    if removed is not None:
        end = min(end, removed)
    return max(0, (end - begin).days) * 24.0


def from_hours(
    kind: list[str],
    H: list[list[float]],
    NLL_RE: dict[str, float],
    NLL_PJ: dict[str, float],
    Br: list[float],
    EF_grid: float,
    UNC: dict[str, float] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period, the hours being known.

    ``kind`` is by row, ``H`` in hours by row and period, ``NLL_RE`` and ``NLL_PJ`` in W by type, ``Br`` a fraction
    by period, ``EF_grid`` in tCO2/MWh, ``UNC`` a fraction by type.
    """
    rows = same_length(kind, H)
    periods = count_periods(H, [Br])
    RE, PE, ER = [], [], []
    for p in range(periods):
        reference, project = [], []
        for u in range(rows):
            tolerance = 0.0 if UNC is None else UNC[kind[u]]
            factor = EF_grid * (1.0 - Br[p]) * H[u][p] / 1e6
            reference.append(NLL_RE[kind[u]] * factor)
            project.append(NLL_PJ[kind[u]] * (1.0 + tolerance) * factor)
        RE.append(fsum(reference))
        PE.append(fsum(project))
        ER.append(RE[p] - PE[p])
    return RE, PE, ER


def by_dates(
    kind: list[str],
    commissioned: list[date],
    removed: list[date | None],
    periods: list[tuple[date, date]],
    NLL_RE: dict[str, float],
    NLL_PJ: dict[str, float],
    Br: list[float],
    EF_grid: float,
    UNC: dict[str, float] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """Reference emissions, project emissions and reductions in tCO2 by period.

    ``kind``, ``commissioned`` and ``removed`` are by transformer, ``periods`` are pairs of first and last day,
    ``NLL_RE`` and ``NLL_PJ`` in W by type, ``Br`` a fraction by period, ``EF_grid`` in tCO2/MWh, ``UNC`` a fraction
    by type.
    """
    H = []
    for u in range(same_length(kind, commissioned, removed)):
        H.append([])
        for first, last in periods:
            H[u].append(hours_in_service(commissioned[u], removed[u], first, last))
    return from_hours(kind, H, NLL_RE, NLL_PJ, Br, EF_grid, UNC)


reference_project_reductions = by_dates


def by_number(
    kind: list[str],
    n: list[list[float]],
    MP: list[float],
    NLL_RE: dict[str, float],
    NLL_PJ: dict[str, float],
    Br: list[float],
    EF_grid: float,
    UNC: dict[str, float] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """The same for ``n`` transformers by type and period that are in service for all ``MP`` hours of each period."""
    H = []
    for i in range(same_length(kind, n)):
        H.append([])
        for p in range(count_periods(n, [MP])):
            H[i].append(n[i][p] * MP[p])
    return from_hours(kind, H, NLL_RE, NLL_PJ, Br, EF_grid, UNC)
