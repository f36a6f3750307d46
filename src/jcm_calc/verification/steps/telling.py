"""What is wrong with cells, as findings: where, what stands there and what should, and what it does to ER."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jcm_calc.declarations.items import Equation
from jcm_calc.languages import Message, _
from jcm_calc.problems import listed
from jcm_calc.units import conversion
from jcm_calc.verification.findings import Finding, Severity, shown_number
from jcm_calc.verification.quantities import TERMS, Step, address
from jcm_calc.verification.spreadsheet import Place, is_number
from jcm_calc.verification.steps.diagnosis import diagnose
from jcm_calc.verification.steps.sheet import Sheet
from jcm_calc.verification.steps.wrong import Wrong
from jcm_calc.workbook.layout import column_name


@dataclass(frozen=True)
class Slip:
    """A finding of the calculation sheet, with the quantity that it is about, and what is wrong without its formula."""

    code: str
    name: str
    finding: Finding
    what: str = ""


def told(sheet: Sheet, group: Sequence[Wrong]) -> Slip:
    """Return the finding of cells with the same slip."""
    first = group[0]
    code, message, cause = diagnose(first)
    effect = effect_of(sheet, first.step.name, [(wrong.step, wrong.found) for wrong in group])
    finding = Finding(
        Message("{}: ={}").format(message, first.formula[:120]) if first.formula else message,
        places([wrong.step.place for wrong in group]),
        sheet.symbol(first.step.name),
        first.found,
        first.expected,
        because(sheet, first.step),
        effect,
        cause,
        severity=Severity.ERROR,
        unconfirmed=doubt(sheet, first.step.name),
    )
    return Slip(code, first.step.name, finding, message)


def merged(found: Iterable[Slip]) -> list[Slip]:
    """Join the slips of one quantity that differ in their cells only."""
    groups: dict[tuple[Any, ...], list[Slip]] = {}
    for slip in found:
        finding = slip.finding
        key = (slip.code, slip.name, finding.severity, slip.what or finding.message, finding.cause)
        groups.setdefault(key, []).append(slip)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Slip]) -> Slip:
    first = group[0]
    if len(group) == 1:
        return first
    shown = listed((slip.finding.place for slip in group), limit=6)
    effects = [slip.finding.effect for slip in group if slip.finding.effect is not None]
    effect = None
    if effects:
        years = dict.fromkeys(year for one in effects for year in one.tonnes)
        tonnes = {year: sum(one.tonnes.get(year, 0) for one in effects) for year in years}
        effect = replace(effects[0], exact=math.fsum(one.exact for one in effects), tonnes=tonnes)
    return replace(first, finding=replace(first.finding, place=shown, effect=effect))


def linked(sheet: Sheet, found: Sequence[Slip], differing: Sequence[Step]) -> Iterator[Slip]:
    """Add to each slip the cells whose values follow from it."""
    for slip in found:
        start = slip.name.removeprefix(TERMS)
        following = [
            _("{symbol} at {place} is {value}").format(
                symbol=sheet.symbol(step.name), place=step.address, value=shown_number(sheet.stored(step.place))
            )
            for step in differing
            if start in sheet.result.inputs.graph.upstream(step.name.removeprefix(TERMS)).nodes
        ]
        shown = following[:20]
        if len(following) > 20:
            shown.append(_("and {count} more cells").format(count=len(following) - 20))
        yield replace(slip, finding=replace(slip.finding, consequences=tuple(shown)))


def effect_of(sheet: Sheet, name: str, values: Sequence[tuple[Step, Any]]) -> Any:
    """Return what it does to ER that the cells of a quantity hold other values."""
    plain = name.removeprefix(TERMS)
    array = np.array(sheet.actual.arrays[plain], dtype=float)
    node = sheet.nodes[plain]
    for step, value in values:
        if not is_number(value):
            return None
        expected = sheet.element(sheet.actual.own, step.name, step.labels)
        assert expected is not None
        factor = 1.0
        if unit := sheet.converted(step):
            factor = conversion(unit, node.unit)(1.0)
        labels = {letter: label for letter, label in step.labels.items() if letter in node.indices}
        place = sheet.material.at(labels, array.shape)
        if place is None:
            return None
        if node.unit == "date":
            array[place] += value - sheet.shown(step, expected)
        else:
            array[place] += float(value) * factor - expected
    return sheet.material.effect({plain: array}, {})


def because(sheet: Sheet, step: Step) -> str:
    """Say how the expected value of a cell comes about."""
    node = sheet.nodes[step.name.removeprefix(TERMS)]
    if not isinstance(node, Equation):
        return sheet.result.source(step.name) if step.name in sheet.nodes else ""
    written = node.written(sheet.m.symbols())
    if step.name.startswith(TERMS) or not node.total:
        values = [
            Message("{} = {}").format(sheet.symbol(name), shown_number(value))
            for name in node.arguments
            if (value := sheet.element(sheet.actual.arrays, name, step.labels)) is not None
        ]
        if values:
            written = _("{equation}; with {values}").format(equation=written, values=Message(", ").join(values))
    return Message("{} ({})").format(written, node.evidence)


def doubt(sheet: Sheet, name: str) -> str:
    """Say that an equation or default is not confirmed; nothing where it is."""
    node = sheet.nodes[name.removeprefix(TERMS)]
    evidence = getattr(node, "evidence", None)
    if isinstance(node, Equation) and evidence is not None and not evidence.confirmed:
        return _("the equation of {symbol} is itself {evidence}").format(symbol=node.symbol, evidence=evidence)
    return ""


def places(found: Sequence[Place]) -> str:
    """Write the cells of a column as a range where they adjoin."""
    sheet, first, column = found[0]
    rows = [row for _, row, _ in found]
    same = all(place[0] == sheet and place[2] == column for place in found)
    if len(found) > 1 and same and rows == [*range(first, first + len(rows))]:
        return f"{address(found[0])}:{column_name(column)}{rows[-1] + 1}"
    return listed(map(address, found), limit=6)
