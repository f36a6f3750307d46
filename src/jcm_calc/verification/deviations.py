"""Values fixed beforehand, compared with the registered plan: one finding for each value that differs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reference_data import ipcc_2006
from jcm_calc.verification import ratios
from jcm_calc.verification.documents import Documents
from jcm_calc.verification.findings import Finding, Severity, finding
from jcm_calc.verification.location import at
from jcm_calc.verification.quantities import EnteredValue
from jcm_calc.verification.spreadsheet import close

BOUNDS = {"lower": _("the lower bound"), "default": _("the central value"), "upper": _("the upper bound")}
CAPACITIES = ("kW", "MW", "GW", "USRt", "kVA", "MVA", "t/h", "t/d", "kL/d", "GJ/h")


def deviations(documents: Documents) -> Iterator[Finding]:
    """Yield each value fixed beforehand that is another one in the report than in the plan."""
    planned: dict[Any, EnteredValue | None] = {}
    for entry in filter(comparable, documents.registered.entries("MPS")):
        before = planned.setdefault(_key(entry), entry)
        if before is not None and not _same(entry, before):
            planned[_key(entry)] = None  # planned with another value from year to year
    yield from _named(documents)
    told: set[Any] = set()
    for entry in documents.report.entries("MRS"):
        before = planned.get(_key(entry))
        # a plan for one year has a value once, a report of several years has it in each of them
        if before is None or not comparable(entry) or _same(entry, before) or (_key(entry), entry.value) in told:
            continue
        told.add((_key(entry), entry.value))
        yield _deviation(documents, entry, before)


def _named(documents: Documents) -> Iterator[Finding]:
    """Yield each candidate that the report names instead of the plan's."""
    planned = {name: one for part in documents.registered.of("MPS") for name, one in part.found.named.items()}
    for part in documents.report.of("MRS"):
        for name, candidate in part.found.named.items():
            if planned.get(name, candidate) != candidate:
                symbol = documents.m.inputs[name].symbol
                message = _("{symbol} has the value for {found!r} in the report, and for {expected!r} in the plan")
                code = "D1" if symbol.startswith("GWP") else "D6"
                yield finding(code, message, at(part.roles["input"]), symbol, candidate, planned[name], _("the plan"))


def _key(entry: EnteredValue) -> tuple[Any, ...]:
    return entry.parameter.name, tuple(
        sorted((letter, label) for letter, label in entry.labels.items() if letter != "p")
    )


def comparable(entry: EnteredValue) -> bool:
    """Return whether an entry is fixed beforehand, so that the plan has it too."""
    return entry.parameter.kind is not Kind.MONITORED and entry.value is not None


def _same(entry: EnteredValue, before: EnteredValue) -> bool:
    if isinstance(entry.value, int | float) and isinstance(before.value, int | float):
        return close(entry.value, before.value, 1e-12)
    return str(entry.value).strip() == str(before.value).strip()


def _deviation(documents: Documents, entry: EnteredValue, before: EnteredValue) -> Finding:
    parameter = entry.parameter
    code, cause, severity = _kind(documents, entry, before)
    numeric = isinstance(before.value, int | float)
    corrected = documents.correcting(entry, before.value) if numeric and documents.report.result is not None else {}
    unit, declared = (f" {parameter.unit}", parameter.unit) if numeric and parameter.unit else ("", "")
    message = _("{symbol} is {found}{unit} in the report and {expected}{unit} in the plan")
    because = _("the plan, {place}: {section}").format(place=before.address, section=parameter.section)
    values = (code, entry, message, before.value, because, {"unit": unit})
    return documents.of_entry(*values, cause=cause, severity=severity, unit=declared, **corrected)


def _kind(documents: Documents, entry: EnteredValue, before: EnteredValue) -> tuple[str, str, Severity | None]:
    """Return the code of the check of a deviation, the likely cause, and its severity if not the usual."""
    parameter = entry.parameter
    if not isinstance(entry.value, int | float) or not isinstance(before.value, int | float):
        selects = parameter.is_class or not parameter.textual
        return "J6", "", None if selects else Severity.WARNING
    ratio = entry.value / before.value if before.value else math.nan
    code, cause = ratios.slip(ratio, parameter.unit)
    if (code == "B4" and math.isclose(ratio, 3.6)) or math.isclose(ratio, 1 / 3.6):
        return "B3", cause, None
    if code:
        return ("B7" if code in ("B4", "C1") else code), cause, None
    if sets := ratios.other_potential(parameter.symbol, entry.value, before.value):
        return "D1", sets, None
    if cause := bound_for_bound(parameter, ratio):
        return "D6", cause, None
    if parameter.unit in CAPACITIES:
        return "J1", "", None
    return "D2", "", None


def bound_for_bound(parameter: Parameter, ratio: float) -> str:
    """Say whose default is used instead of a bound, as the ratio of two emission factors of the IPCC tells."""
    if not parameter.unit.startswith(("tCO2/", "GJ/")):
        return ""
    quantity = "EF" if parameter.unit.startswith("tCO2") else "NCV"
    columns = {bound: ipcc_2006(quantity, bound) for bound in ("lower", "default", "upper")}
    for fuel in columns["default"]:
        for found, expected in (("default", "lower"), ("default", "upper"), ("upper", "lower"), ("lower", "upper")):
            if fuel in columns[found] and fuel in columns[expected]:
                known = columns[found][fuel].value / columns[expected][fuel].value
                if math.isclose(ratio, known, rel_tol=1e-4):
                    said = _("the ratio is that of {found} to {expected} for {fuel} (IPCC 2006)")
                    return said.format(found=BOUNDS[found], expected=BOUNDS[expected], fuel=fuel)
    return ""
