"""Group F: gaps and what was put in their place, as far as amounts by period tell."""

from __future__ import annotations

from collections.abc import Iterator

from jcm_calc.declarations.items import Kind
from jcm_calc.verification.checks import check
from jcm_calc.verification.findings import Finding, Severity
from jcm_calc.verification.material import Material
from jcm_calc.verification.quantities import Entry
from jcm_calc.verification.spreadsheet import close

ENOUGH, RUN = 5, 3


def _series(material: Material) -> Iterator[list[Entry]]:
    """Yield the amounts of each monitored quantity of a unit, one a period, in order of time."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in material.report.entries():
        if entry.parameter.kind is Kind.MONITORED and "p" in entry.labels and isinstance(entry.value, int | float):
            key = entry.parameter.name, tuple(sorted((k, v) for k, v in entry.labels.items() if k != "p"))
            groups.setdefault(key, []).append(entry)
    for group in groups.values():
        yield sorted(group, key=lambda entry: entry.labels["p"])


@check(
    "F2",
    "Gap filled by an average",
    "No amount is the mean of its neighbours, and none is repeated, without a word that it is a substitute.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/Projects/DB/DNV-CUK1147181317.04/iProcess/SGS-UKL1202313054.79/gotoRFR?rfrid=0QEUWGKG0EUGISMRF8M6TBWWXRS2WI",
)
def filled(material: Material) -> Iterator[Finding]:
    """Find amounts that look filled in."""
    cause = "asked of the project participant: read, or put in for a gap? where does the plan allow it?"
    for entries in _series(material):
        if len(entries) < ENOUGH:
            continue
        values = [entry.value for entry in entries]
        means = [close(here, (before + after) / 2) for before, here, after in _neighbours(values)]
        for (before, here, after), mean, entry in zip(_neighbours(values), means, entries[1:], strict=False):
            # in a straight line every amount is the mean of its neighbours
            if mean and here and before != after and not all(means):
                message = (
                    f"{entry.parameter.symbol} of {entry.labels['p']} is exactly the mean of the periods beside it"
                )
                yield Finding(message, entry.address, entry.parameter.symbol, here, cause=cause)
        for at in range(len(values) - RUN + 1):
            same = values[at : at + RUN]
            if same[0] and len(set(same)) == 1 and (at == 0 or values[at - 1] != same[0]):
                message = f"{entries[at].parameter.symbol} is {same[0]:,.6g} for {RUN} periods on end"
                yield Finding(message, entries[at].address, entries[at].parameter.symbol, same[0], cause=cause)


def _neighbours(values: list[float]) -> list[tuple[float, float, float]]:
    return list(zip(values, values[1:], values[2:], strict=False))


@check(
    "F4",
    "First or last part of the period without data",
    "Amounts cover the report from its first to its last period.",
    severity=Severity.QUESTION,
    asked="https://cdm.unfccc.int/IRCheck/iss_forms/DQIML5HSAJ319NX/viewPublic",
)
def ends(material: Material) -> Iterator[Finding]:
    """Find amounts of nought at the beginning or end of a report that has others."""
    for entries in _series(material):
        if len(entries) < 2 or not any(entry.value for entry in entries):
            continue
        for entry, which in ((entries[0], "first"), (entries[-1], "last")):
            if entry.value == 0:
                message = f"{entry.parameter.symbol} is 0 in the {which} period, {entry.labels['p']}"
                cause = "asked of the project participant: out of service, or no data?"
                yield Finding(message, entry.address, entry.parameter.symbol, 0, cause=cause)
