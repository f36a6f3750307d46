"""`jcm factors`: published emission factors of electricity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.base.problems import InputError, Problem, listed, shown
from jcm_calc.cli import output
from jcm_calc.reference_data import ElectricityFactor, FactorKind, electricity


def list_factors(country: str, grid: str | None, year: str | None, kind: str | None, as_json: bool) -> None:
    """List the factors of a country that fit."""
    try:
        known = electricity(country)
    except LookupError as error:
        raise InputError(_("factors"), [Problem("COUNTRY", error.args[0].partition(": ")[2])]) from None
    found = [one for one in known if _fits(one, grid, year, kind)]
    if not found:
        raise InputError(_("factors"), list(_no_match(known, grid, year, kind)))
    if as_json:
        output.data([_as_data(one) for one in found])
        return
    for of_kind in FactorKind:
        rows = [one for one in found if one.kind is of_kind]
        if rows:
            output.heading(of_kind)
            output.table(
                [_("name"), "tCO2/MWh", _("grade")],
                [[one.name, f"{one.value:g}", one.evidence.grade] for one in rows],
                _sources(rows),
            )


def _no_match(
    known: Sequence[ElectricityFactor], grid: str | None, year: str | None, kind: str | None
) -> Iterator[Problem]:
    """Name the options of which there is no factor, with what there is; or those that have none together."""
    asked = {
        "--grid": (grid, (grid, None, None), {one.grid for one in known if one.grid}),
        "--year": (year, (None, year, None), {one.year for one in known if one.year}),
        "--kind": (kind, (None, None, kind), {one.kind.name.lower() for one in known}),
    }
    asked = {option: one for option, one in asked.items() if one[0] is not None}
    alone = {option: one for option, one in asked.items() if not any(_fits(factor, *one[1]) for factor in known)}
    for option, (value, __, there) in alone.items():
        complaint = _("got {got}, of which there is no factor; there are {names}")
        names = listed(sorted(there), limit=20) or _("none")
        yield Problem(option, complaint.format(got=shown(value), names=names))
    if not alone:
        yield Problem(", ".join(asked), _("there is no factor of all of these together: leave one out"))


def _fits(one: ElectricityFactor, grid: str | None, year: str | None, kind: str | None) -> bool:
    return (
        (grid is None or grid.casefold() in one.grid.casefold())
        and (year is None or year in one.year)
        and (kind is None or kind.upper() == one.kind.name)
    )


def _sources(rows: list[ElectricityFactor]) -> list[list[str]]:
    """Return use, source and note of each row; what is the same as of the row above is not said again."""
    before: tuple[object, ...] = ()
    cells: list[list[str]] = []
    for one in rows:
        own = (one.use, one.end, one.evidence.source, one.evidence.note)
        cells.append([] if own == before else [one.use, one.end, str(one.evidence.source), one.evidence.note])
        before = own
    return cells


def _as_data(one: ElectricityFactor) -> dict[str, Any]:
    source = one.evidence.source
    own = {name: getattr(one, name) for name in ("name", "country", "grid", "year", "margin", "of", "value")}
    return {
        **own,
        "unit": "tCO2/MWh",
        "end": one.end,
        "kind": str(one.kind),
        "use": one.use,
        "grade": str(one.evidence.grade),
        "source": source.title if source else "",
        "address": source.url if source else "",
        "note": one.evidence.note,
    }
