"""What each value of a report rests on: readings, dated rows, a formula, the document, or a typed number only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jcm_calc.base.languages import _
from jcm_calc.declarations.items import Kind, Parameter
from jcm_calc.reports.workbook.tables import linked
from jcm_calc.verification.analyses import Analyses
from jcm_calc.verification.location import Location, ranges
from jcm_calc.verification.quantities import EnteredValue

KINDS = {
    Kind.MONITORED: _("monitored"),
    Kind.FIXED: _("fixed beforehand"),
    Kind.DEFAULT: _("default"),
    Kind.CLASS_KEY: _("class"),
}


@dataclass(frozen=True)
class Support:
    """What the values of a parameter rest on.

    Attributes
    ----------
    symbol, kind, unit : str
    cells : tuple of Location
        Where its values are entered.
    count : int
        How many values there are.
    by_readings, by_rows, by_formula, typed : int
        How many of them are compared with readings of meters, come from dated rows, from another formula, or are
        typed numbers with nothing behind them in the files.
    meters : tuple of str
        Whose readings they are compared with.
    cross_checks : tuple of str
        Meters and invoices that these are compared with.
    option, source : str
        The monitoring option and the source that the report names.
    document : str
        The place in the methodology, where its own value is used.
    """

    symbol: str
    kind: str
    unit: str
    cells: tuple[Location, ...]
    count: int
    by_readings: int
    by_rows: int
    by_formula: int
    typed: int
    meters: tuple[str, ...]
    cross_checks: tuple[str, ...]
    option: str
    source: str
    document: str

    def as_data(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        plain = ("symbol", "kind", "unit", "count", "by_readings", "by_rows", "by_formula", "typed", "option", "source")
        found = {name: value if isinstance(value := getattr(self, name), int) else str(value) for name in plain}
        lists = {"meters": list(self.meters), "cross_checks": list(self.cross_checks)}
        return {**found, **lists, "cells": [one.as_data() for one in self.cells], "document": str(self.document)}


def support(documents: Analyses) -> tuple[Support, ...]:
    """Return what each parameter of the calculation rests on."""
    report, m = documents.report, documents.m
    used = set(documents.result.inputs.graph.nodes) if report.result is not None else documents.required
    entries: dict[str, list[EnteredValue]] = {}
    for entry in report.entries():
        entries.setdefault(entry.parameter.name, []).append(entry)
    rows = {parameter.name: row for parameter, row in reversed(report.rows())}
    return tuple(
        _of(documents, parameter, entries.get(name, []), rows[name].text if name in rows else lambda key: "")
        for name, parameter in m.inputs.items()
        if name in used or name in entries
    )


def _of(documents: Analyses, parameter: Parameter, entries: Sequence[EnteredValue], text: Any) -> Support:
    meters = {entry.place: () if documents.metered is None else documents.metered.of(entry) for entry in entries}
    kinds = [_basis(documents, entry, bool(meters[entry.place])) for entry in entries]
    names = tuple(dict.fromkeys(name for own in meters.values() for name in own))
    document = "" if entries or parameter.kind is Kind.MONITORED else parameter.section
    return Support(
        parameter.symbol,
        KINDS.get(parameter.kind, _("constant")),
        parameter.unit,
        ranges([entry.place for entry in entries]),
        len(entries),
        kinds.count("readings"),
        kinds.count("rows"),
        kinds.count("formula"),
        kinds.count("typed"),
        names,
        tuple(_compared(documents, names)),
        text("option"),
        text("source"),
        document,
    )


def _basis(documents: Analyses, entry: EnteredValue, metered: bool) -> str:
    if metered:
        return "readings"
    if entry.place in documents.rows.of:
        return "rows"
    formula = documents.report.book.formulas(entry.place[0]).get(entry.place[1:])
    # a plain reference to another cell is as good as what was typed there
    return "formula" if formula is not None and formula.text and not linked(formula.text, entry.place[0]) else "typed"


def _compared(documents: Analyses, meters: Sequence[str]) -> Iterator[str]:
    """Yield the meters and invoices that some meters are compared with."""
    checks = () if documents.metered is None else documents.metered.plan.checks
    for one in checks:
        sides = (*one.left, *one.right)
        if set(sides) & set(meters):
            yield from (name for name in sides if name not in meters)
