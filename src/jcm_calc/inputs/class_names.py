"""Classes as people write them: other capitals, another name, the everyday name of a fuel; a question where several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, shown
from jcm_calc.declarations.items import Table
from jcm_calc.inputs.arguments import Arguments
from jcm_calc.inputs.axes import Axis
from jcm_calc.reference_data import are_fuels, biogenic_fuels, fuels_named
from jcm_calc.reference_data.tables import folded


def meant(text: str, known: Collection[str], aliases: Mapping[str, Sequence[str]]) -> str:
    """Return the class that a text means; the text itself where it means none of them.

    Aliases are other names that the methodology declares, each with the classes that it can mean.

    Examples
    --------
    >>> meant("Natural Gas", ["Natural gas", "Lignite"], {}), meant("diesel", ["Gas/diesel oil"], {})
    ('Natural gas', 'Gas/diesel oil')
    >>> meant("coal", ["Anthracite", "Lignite", "Natural gas"], {})
    Traceback (most recent call last):
    ValueError: 'coal' means several classes: Anthracite; Lignite; write the name of one
    """
    if text in known:
        return text
    plain = folded(text)
    found = (
        [one for one in known if folded(one) == plain]
        or [one for name, classes in aliases.items() if folded(name) == plain for one in classes]
        or [one for one in known if plain in map(folded, one.partition(" (")[0].split(","))]
    )
    if not found and are_fuels(known) and (fuels := fuels_named(text)):
        found = [one for one in fuels if one in known]
        if biogenic := sorted(biogenic_fuels().intersection(fuels)):
            complaint = _("{given} is or has a part of {fuel}, which is biogenic: this parameter takes fossil fuels")
            raise ValueError(complaint.format(given=shown(text), fuel="; ".join(biogenic)))
    if len(found) > 1:
        complaint = _("{given} means several classes: {names}; write the name of one")
        raise ValueError(complaint.format(given=shown(text), names="; ".join(found)))
    return found[0] if found else text


def recognise(taken: Arguments, axes: Mapping[str, Axis]) -> dict[str, tuple[str, ...]]:
    """Put the classes that are meant in the place of those written.

    Return, by coordinate, the class that each label of its index means.
    """
    m = taken.methodology
    by_key: dict[str, dict[str, Table]] = {}
    for one in m.inputs.values():
        if one.by and (table := taken.tables.get(one.name, one.table)) is not None:
            by_key.setdefault(one.by, {})[one.name] = table
    labels = {
        one.name: tuple(str(label) for label in axes[one.of].labels)
        for one in m.coordinates.values()
        if one.what == "label" and not one.keys
    }
    for name, tables in by_key.items():
        given = taken.given.get(name)
        written = labels.get(name) or (given.classes if given is not None else None)
        # what every table has needs no second look, which is how it usually is
        if not written or all(text in table.entries for table in tables.values() for text in written):
            continue
        key = m.inputs.get(name)
        try:
            meaning = _meaning(taken, tables, written, key.aliases if key is not None else {})
        except ValueError as error:
            taken.refused.add(name)
            subject, place = (key.symbol, key.section) if key is not None else (name, "")
            taken.problems.append(Problem(subject, error.args[0], place))
            continue
        if given is None:
            labels[name] = meaning
        else:
            others = [text for text, own in zip(written, meaning, strict=True) if text != own]
            as_written = given.written or ", ".join(map(repr, others))
            taken.given[name] = replace(given, classes=meaning, written=as_written)
    return labels


def _meaning(
    taken: Arguments, tables: Mapping[str, Table], written: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return the classes that are meant, and give those of tables by hand the same names."""
    by_hand = [name for name in tables if name in taken.by_class]
    own = [table for name, table in tables.items() if name not in by_hand] or list(tables.values())
    known = dict.fromkeys(str(name) for table in own for name in table.entries)
    meaning = tuple(meant(text, known, aliases) for text in written)
    for name in by_hand:
        entries = taken.tables[name].entries.items()
        taken.tables[name] = Table({meant(str(one), known, aliases): value for one, value in entries})
    return meaning
