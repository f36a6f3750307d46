"""What is wrong with cells, as findings: where, what the cell has and what it should have, and what it does to ER."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jcm_calc.base.languages import Message, _
from jcm_calc.declarations.items import Equation
from jcm_calc.reports.workbook.layout import column_name
from jcm_calc.units import conversion
from jcm_calc.verification.cells.diagnosis import diagnose
from jcm_calc.verification.cells.sheet import QuantityCell
from jcm_calc.verification.cells.wrong_formula import Wrong
from jcm_calc.verification.findings import EffectOnER, Finding, Severity, shown_number
from jcm_calc.verification.location import Location, at
from jcm_calc.verification.quantities import TERMS
from jcm_calc.verification.spreadsheet import is_number


@dataclass(frozen=True)
class Slip:
    """A finding of the calculation sheet, with the quantity that it is about, and what is wrong without its formula."""

    name: str
    finding: Finding
    what: str = ""


def of_wrong(group: Sequence[Wrong]) -> Slip:
    """Return the finding of cells with the same slip."""
    first = group[0]
    cell = first.cell
    code, message, cause = diagnose(first)
    finding = Finding(
        code,
        Message("{}: ={}").format(message, first.formula[:120]) if first.formula else message,
        places([wrong.cell for wrong in group]),
        cell.symbol,
        cell.told(first.found),
        cell.told(first.expected),
        because(cell),
        effect_of([(wrong.cell, wrong.found) for wrong in group]),
        cause,
        severity=Severity.ERROR,
        unit=cell.shown_unit,
        unconfirmed=doubt(cell),
    )
    return Slip(cell.name, finding, message)


def merged(found: Iterable[Slip]) -> list[Slip]:
    """Join the slips of one quantity that differ in their cells only."""
    groups: dict[tuple[Any, ...], list[Slip]] = {}
    for slip in found:
        finding = slip.finding
        key = (finding.code, slip.name, finding.severity, slip.what or finding.message, finding.cause)
        groups.setdefault(key, []).append(slip)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Slip]) -> Slip:
    first = group[0]
    if len(group) == 1:
        return first
    shown = tuple(place for slip in group for place in slip.finding.places)
    effects = [slip.finding.effect for slip in group if slip.finding.effect is not None]
    effect = None
    if effects:
        years = dict.fromkeys(year for one in effects for year in one.tonnes)
        tonnes = {year: sum(one.tonnes.get(year, 0) for one in effects) for year in years}
        effect = replace(effects[0], exact=math.fsum(one.exact for one in effects), tonnes=tonnes)
    return replace(first, finding=replace(first.finding, where=shown, effect=effect))


def linked(found: Sequence[Slip], differing: Sequence[QuantityCell]) -> Iterator[Slip]:
    """Add to each slip the cells whose values follow from it."""
    for slip in found:
        start = slip.name.removeprefix(TERMS)
        following = [
            _("{symbol} at {place} is {value}").format(
                symbol=cell.symbol, place=cell.address, value=shown_number(cell.stored)
            )
            for cell in differing
            if start in cell.sheet.result.inputs.graph.upstream(cell.plain).nodes
        ]
        shown = following[:20]
        if len(following) > 20:
            shown.append(_("and {count} more cells").format(count=len(following) - 20))
        yield replace(slip, finding=replace(slip.finding, consequences=tuple(shown)))


def effect_of(values: Sequence[tuple[QuantityCell, Any]]) -> EffectOnER | None:
    """Return what it does to ER that some cells of a quantity hold other values."""
    first = values[0][0]
    sheet, plain, node = first.sheet, first.plain, first.declared
    array = np.array(sheet.actual.arrays[plain], dtype=float)
    for cell, value in values:
        if not is_number(value):
            return None
        expected = cell.element(sheet.actual.own)
        assert expected is not None
        factor = conversion(cell.converted, node.unit)(1.0) if cell.converted else 1.0
        labels = {letter: label for letter, label in cell.labels.items() if letter in node.indices}
        place = sheet.documents.effects.at(labels, array.shape)
        if place is None:
            return None
        if node.unit == "date":
            array[place] += value - cell.shown(expected)
        else:
            array[place] += float(value) * factor - expected
    return sheet.documents.effects.effect({plain: array}, {})


def because(cell: QuantityCell) -> str:
    """Say how the expected value of a cell comes about."""
    sheet, node = cell.sheet, cell.declared
    if not isinstance(node, Equation):
        return sheet.result.source(cell.name) if cell.node is not None else ""
    written = node.written(sheet.m.symbols())
    if cell.node is None or not node.total:
        values = [
            Message("{} = {}").format(sheet.symbol(name), shown_number(value))
            for name in node.arguments
            if (value := cell.operand(sheet.actual.arrays, name)) is not None
        ]
        if values:
            written = _("{equation}; with {values}").format(equation=written, values=Message(", ").join(values))
    return Message("{} ({})").format(written, node.evidence)


def doubt(cell: QuantityCell) -> str:
    """Say that the equation of a cell is not confirmed; nothing where it is."""
    rule = cell.rule
    if rule is not None and rule.evidence is not None and not rule.evidence.confirmed:
        return _("the equation of {symbol} is itself {evidence}").format(symbol=rule.symbol, evidence=rule.evidence)
    return ""


def places(found: Sequence[QuantityCell]) -> tuple[Location, ...]:
    """Return the places of some cells; those of a column that adjoin as one range."""
    sheet, first, column = found[0].place
    rows = [cell.place[1] for cell in found]
    same = all(cell.place[0] == sheet and cell.place[2] == column for cell in found)
    if len(found) > 1 and same and rows == [*range(first, first + len(rows))]:
        return (at(sheet, f"{found[0].address.cells}:{column_name(column)}{rows[-1] + 1}"),)
    return tuple(cell.address for cell in found)
