"""Refrigerants with their blends, and efficiencies of reference equipment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from jcm_calc.base.languages import _
from jcm_calc.base.problems import shown
from jcm_calc.declarations.frozen import FrozenDict
from jcm_calc.evidence import Evidence, Grade, Source
from jcm_calc.reference_data.tables import evidence, folded, record, rows


@dataclass(frozen=True)
class Refrigerant:
    """A refrigerant: pure, or a blend of pure ones.

    Attributes
    ----------
    designation : str
        Of ASHRAE, such as ``"R410A"``.
    names : tuple of str
        Other names.
    composition : mapping
        Of a blend, the share of each component by mass.
    gwp : mapping
        Global warming potential over 100 years in tCO2/t, by report; without those that were not read.
    not_counted : float
        Of a blend, the share by mass of components whose potential is not known and counts as 0 in `gwp`.
    odp : float or None
        Ozone depletion potential; None where it was not read.
    evidence, odp_evidence : Evidence
    """

    designation: str
    names: tuple[str, ...]
    composition: FrozenDict[str, float]
    gwp: FrozenDict[str, float]
    not_counted: float
    odp: float | None
    evidence: Evidence
    odp_evidence: Evidence


@cache
def refrigerants() -> dict[str, Refrigerant]:
    """Return the refrigerants that are known, by designation.

    Examples
    --------
    >>> blend = refrigerants()["R410A"]
    >>> dict(blend.composition), blend.gwp["AR4"], blend.odp
    ({'R32': 0.5, 'R125': 0.5}, 2087.5, 0.0)
    """
    table = {row["designation"]: row for row in rows("refrigerants.csv")}
    found = {}
    for name, row in table.items():
        parts = [part.rsplit(" ", 1) for part in row["composition"].split(" + ") if part]
        unknown = [part for part, _share in parts if not table.get(part, {}).get("gwp_ar4")]
        found[name] = Refrigerant(
            designation=name,
            names=tuple(filter(None, [row["names"]])),
            composition=FrozenDict({part: float(share) for part, share in parts}),
            gwp=FrozenDict(
                {key: float(row[f"gwp_{key.lower()}"]) for key in ("AR4", "AR5") if row[f"gwp_{key.lower()}"]}
            ),
            not_counted=round(sum(float(share) for part, share in parts if part in unknown), 6),
            odp=float(row["odp"]) if row["odp"] else None,
            evidence=evidence(row),
            odp_evidence=Evidence(Grade(row["odp_grade"]), "", Source(row["odp_source"])),
        )
    return FrozenDict(found)


def refrigerant(name: str) -> Refrigerant:
    """Return a refrigerant by its designation or another name, with or without a hyphen.

    Raises
    ------
    LookupError
        If there is none of this name.

    Examples
    --------
    >>> refrigerant("R-134a").odp, refrigerant("HCFC22").odp
    (0.0, 0.055)
    """
    plain = folded(name).replace(" ", "")
    for one in refrigerants().values():
        if plain in (folded(known).replace(" ", "") for known in (one.designation, *one.names)):
            return one
    complaint = _("refrigerant: got {got}; known are {names}")
    raise LookupError(complaint.format(got=shown(name), names=", ".join(refrigerants())))


@dataclass(frozen=True)
class ReferenceEfficiency:
    """An efficiency of equipment that a methodology, a standard or a handbook has.

    Attributes
    ----------
    kind : str
        ``"JCM methodology"``, ``"national minimum"``, ``"foreign minimum"``, ``"typical value"`` or
        ``"default efficiency"``.
    equipment, condition : str
    capacity_from, capacity_below : float or None
        The class of capacity in ``capacity_unit``; None where it has no such limit.
    capacity_unit : str
    quantity : str
        ``"COP"``, ``"CSPF"``, ``"efficiency"``, ``"COP_RE"``, ``"threshold COP_PJ"``.
    value : float
    use : str
        What it is for, as far as that was read.
    evidence : Evidence
    """

    kind: str
    equipment: str
    condition: str
    capacity_from: float | None
    capacity_below: float | None
    capacity_unit: str
    quantity: str
    value: float
    use: str
    evidence: Evidence


@cache
def reference_efficiencies(
    kind: Literal[
        "JCM methodology", "national minimum", "foreign minimum", "typical value", "default efficiency", ""
    ] = "",
) -> tuple[ReferenceEfficiency, ...]:
    """Return efficiencies of reference equipment, for comparison; a methodology takes what its document says.

    Parameters
    ----------
    kind : str
        Only those of this kind; empty for all.

    Examples
    --------
    >>> first = reference_efficiencies("national minimum")[0]
    >>> first.equipment, first.capacity_below, first.capacity_unit, first.quantity, first.value
    ('reciprocating chiller', 150.0, 'USRt', 'COP', 2.8)
    """
    return tuple(record(ReferenceEfficiency, row) for row in rows("reference_cop.csv") if kind in ("", row["kind"]))
