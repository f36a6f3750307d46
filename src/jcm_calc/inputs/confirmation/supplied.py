"""The values that an evidence file supplies of a default: read, and compared with those of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import shown, suggestion
from jcm_calc.declarations.interval import Interval
from jcm_calc.declarations.items import Kind, Parameter, Table, Value
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.declarations.rows import row_key
from jcm_calc.evidence import Evidence, Grade
from jcm_calc.inputs.cells import single
from jcm_calc.inputs.confirmation.file import Supplied
from jcm_calc.inputs.confirmation.statements import Statement, digest

CLASS_NAME = re.compile(r"[A-Za-z]\w*")


def is_bin(key: str) -> bool:
    """Whether a key of a table is an interval of numbers, such as ``[300, 450)``."""
    return key[:1] in ("[", "(")


def values_digest(known: Value | Table) -> str:
    """Return the fingerprint of a value or a table that the library knows by name."""
    if isinstance(known, Value):
        return digest([repr(known.value)])
    return digest([[str(key), repr(value.value)] for key, value in known.entries.items()])


def values_of(
    m: Declarations, statement: Statement, supplied: Supplied, *, explained: bool
) -> tuple[dict[str, float], list[str]]:
    """Return what is supplied of a default in the declared unit, and complaints; a note explains what is unusual."""
    supplied, complaints = _by_row(m.keys_of(statement.item), supplied)
    complaints = complaints or list(_stated_wrongly(m, statement, supplied))
    if complaints:
        return {}, complaints
    values, complaints = in_declared_unit(statement.item, supplied)
    if not complaints:
        complaints = list(_contradictions(statement, supplied, values))
        complaints += [] if explained else unexplained(statement, values)
    return values, complaints


def _by_row(keys: tuple[str, ...], supplied: Supplied) -> tuple[Supplied, list[str]]:
    """Return what is supplied with the rows of a table as the library writes them, and complaints."""
    found: dict[str, Any] = {}
    complaints: list[str] = []
    for key, raw in supplied.values.items():
        try:
            row = row_key(keys, key) if keys and key else key
            if row in found:
                raise ValueError(_("is there twice"))
            found[row] = raw
        except ValueError as error:
            complaints.append(Message("{}: {}").format(key, error))
    return replace(supplied, values=found), complaints


def _stated_wrongly(m: Declarations, statement: Statement, supplied: Supplied) -> Iterator[str]:
    """Yield what is wrong with the form of what is supplied: a table for a single value, an unknown candidate."""
    parameter: Parameter = statement.item
    if supplied.candidate:
        yield from _candidate_wrong(parameter, supplied)
        return
    if parameter.by and "" in supplied.values:
        yield _("got a single value; must be values by {by}").format(by=parameter.by)
    elif parameter.by and supplied.by not in ("", parameter.by):
        yield _("got a table by {own}; must be by {by}").format(own=supplied.by, by=parameter.by)
    elif not parameter.by and "" not in supplied.values:
        yield from _table_wrong(m, parameter, supplied)
    if parameter.by and not supplied.whole and (known := [key for key in statement.values if not is_bin(key)]):
        for key in (key for key in supplied.values if key and key not in known and not is_bin(key)):
            complaint = _(
                "{key} is not one of the classes of the library: {known}. If the table of the document has it, give "
                'the whole table and add whole = "yes"'
            )
            yield complaint.format(key=shown(key), known=", ".join(known))


def _candidate_wrong(parameter: Parameter, supplied: Supplied) -> Iterator[str]:
    known = parameter.candidates.get(supplied.candidate)
    if known is None:
        complaint = _("candidate {name}: the library knows none of that name{hint}")
        hint = suggestion(supplied.candidate, parameter.candidates)
        yield complaint.format(name=shown(supplied.candidate), hint=hint)
    elif values_digest(known) != supplied.fingerprint:
        yield _("candidate {name}: its values are not the ones that were read: take the item from a new file").format(
            name=shown(supplied.candidate)
        )


def _table_wrong(m: Declarations, parameter: Parameter, supplied: Supplied) -> Iterator[str]:
    """Yield why a table cannot replace the single value of the library."""
    by, bins = supplied.by, [is_bin(key) for key in supplied.values]
    if not by:
        yield _(
            'got values by class; must be a single value, or say what the table is by: by = "conductor" names the '
            'classes, by = "capacity" a parameter of the methodology'
        )
        return
    if any(bins) and not all(bins):
        yield _("got classes and intervals; must be one of the two")
    key, others = m.inputs.get(by), {*m.facts, *m.choices, *m.coordinates, *(rule.name for rule in m.rules)}
    if key is None and (by in others or not CLASS_NAME.fullmatch(by)):
        yield _("by = {by}: must be a parameter of the methodology, or a new name for the classes").format(by=shown(by))
    elif key is None and any(bins):
        complaint = _("by = {by}: intervals need a parameter that the methodology has{hint}")
        yield complaint.format(by=shown(by), hint=suggestion(by, m.inputs))
    elif key is not None and (key.kind in (Kind.DEFAULT, Kind.CONSTANT) or key.textual == any(bins)):
        complaint = _("by = {by}: must be a class where the table has classes, or a number where it has intervals")
        yield complaint.format(by=shown(by))
    elif key is not None and set(key.indices) - set(parameter.indices):
        complaint = _("by = {by}: has the indices {own}, and {symbol} lacks some of them")
        yield complaint.format(by=shown(by), own=", ".join(key.indices), symbol=parameter.symbol)


def in_declared_unit(parameter: Parameter, supplied: Supplied) -> tuple[dict[str, float], list[str]]:
    """Return the values in the declared unit, and complaints about those that are not possible."""
    if supplied.candidate:
        known = dict(parameter.by_candidate())[supplied.candidate]
        return {key: value.value for key, value in known.items()}, []
    found: dict[str, float] = {}
    complaints: list[str] = []
    for key, raw in supplied.values.items():
        try:
            found[key] = single(parameter, raw)
            if is_bin(key):
                Interval.parse(key)
        except ValueError as error:
            complaints.append(Message("{}{}").format(f"{key}: " if key else "", error))
    return found, complaints


def _contradictions(statement: Statement, supplied: Supplied, values: Mapping[str, float]) -> Iterator[str]:
    """Yield the values that contradict what was read in a primary document."""
    for key, known in statement.values.items():
        if known.evidence.grade is not Grade.PRIMARY:
            continue
        where = f"{key}: " if key else ""
        if key in values and known.value != values[key]:
            complaint = _("{where}got {found:g}, but {value:g} was read: {evidence}")
            message = complaint.format(where=where, found=values[key], value=known.value, evidence=known.evidence)
            yield message + (f" [{known.evidence.source}]" if known.evidence.source else "")
        elif key not in values and (supplied.whole or not key):
            complaint = _("{where}the table lacks {value:g}, which was read: {evidence}")
            yield complaint.format(where=where, value=known.value, evidence=known.evidence)


def unexplained(statement: Statement, values: Mapping[str, float]) -> Iterator[str]:
    """Yield the values that need a word of the reader: far from the library's, or outside the plausible range."""
    parameter: Parameter = statement.item
    for key, value in values.items():
        where = f"{key}: " if key else ""
        near = list(comparable(statement, key))
        cure = _('check the number; if the document says so, say it with note = "…"')
        if near and not min(near) / parameter.factor <= value <= max(near) * parameter.factor:
            here = f"{min(near):g}" if min(near) == max(near) else _("{least:g} to {most:g}").format(
                least=min(near), most=max(near)
            )  # fmt: skip
            complaint = _(
                "{where}got {value:g}; the library has {here}, which differs by more than a factor of {factor:g}: "
                "{cure}"
            )
            yield complaint.format(where=where, value=value, here=here, factor=parameter.factor, cure=cure)
        elif parameter.plausible is not None and value not in parameter.plausible:
            complaint = _("{where}got {value:g}, which is outside the plausible range {range}: {cure}")
            basis = f" ({parameter.basis})" if parameter.basis else ""
            yield complaint.format(where=where, value=value, range=f"{parameter.plausible}{basis}", cure=cure)


def comparable(statement: Statement, key: str) -> Iterator[float]:
    """Yield the values of the library with which one of a document is compared.

    The value of the class; else those of the bins that it overlaps; else those of all classes; else the candidates.
    """
    own = {name: value.value for name, value in statement.values.items()}
    if key in own:
        yield own[key]
        return
    if is_bin(key):
        bin_ = Interval.parse(key)
        others = {name: Interval.parse(name) for name in own if is_bin(name)}
        over = [own[name] for name, one in others.items() if one.first < bin_.beyond and bin_.first < one.beyond]
        if over:
            yield from over
            return
    if own:
        yield from own.values()
        return
    for candidate, found in statement.item.by_candidate():
        if candidate:
            yield from (found[key].value,) if key in found else (value.value for value in found.values())


def compared(before: Statement, after: Parameter) -> Iterator[tuple[str, float, str, Evidence]]:
    """Yield class, value and evidence of each confirmed value, with what the library has, as text.

    ``before`` is of a default of the library, ``after`` the same with what evidence files confirm.
    """
    for candidate, found in after.by_candidate():
        for key, value in found.items() if not candidate else ():
            if value.evidence.confirmation is not None:
                near = list(comparable(before, key))
                here = _("no value") if not near else " … ".join(f"{one:g}" for one in sorted({min(near), max(near)}))
                yield key, value.value, here, value.evidence
