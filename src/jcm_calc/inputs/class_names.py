"""Classes as people write them: other capitals, another name, the everyday name of a fuel; a question where several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from jcm_calc.base.languages import _
from jcm_calc.base.problems import Problem, shown
from jcm_calc.declarations.items import Coordinate, Parameter, Table
from jcm_calc.declarations.methodology import Declarations
from jcm_calc.inputs.axes import Axis
from jcm_calc.inputs.taking import Taken
from jcm_calc.reference_data import are_fuels, biogenic_fuels, fuels_named
from jcm_calc.reference_data.tables import folded


def meant(text: str, known: Collection[str], aliases: Mapping[str, Sequence[str]]) -> str:
    """Return the class that a text means; the text itself where it means none of them.

    Parameters
    ----------
    text : str
    known : collection of str
        The classes of the tables.
    aliases : mapping
        Other names that the methodology declares, each with the classes that it can mean.

    Raises
    ------
    ValueError
        If it means several classes, or a fuel that the tables leave out because it is not fossil.

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
            complaint = _("{came} is or has a part of {fuel}, which is biogenic: this parameter takes fossil fuels")
            raise ValueError(complaint.format(came=shown(text), fuel="; ".join(biogenic)))
    if len(found) > 1:
        complaint = _("{came} means several classes: {names}; write the name of one")
        raise ValueError(complaint.format(came=shown(text), names="; ".join(found)))
    return found[0] if found else text


def known_classes(m: Declarations, key: str, tables: Mapping[str, Table], by_hand: Collection[str]) -> tuple[str, ...]:
    """Return the classes that tables of the methodology have for a key; those given by hand where it has none."""
    of_key = [one for one in m.inputs.values() if one.by == key]
    found = {one.name: tables.get(one.name, one.table) for one in of_key}
    own = [table for name, table in found.items() if table is not None and name not in by_hand]
    every = own or [table for table in found.values() if table is not None]
    return tuple(dict.fromkeys(str(name) for table in every for name in table.entries))


def recognise(taken: Taken, axes: Mapping[str, Axis]) -> dict[str, tuple[str, ...]]:
    """Put the classes that are meant in the place of those written.

    Returns
    -------
    dict
        By coordinate, the class that each label of its index means.
    """
    m = taken.methodology
    by_hand = {name for name in taken.tables if not taken.named.get(name)}
    labels: dict[str, tuple[str, ...]] = {}
    keys: list[Parameter | Coordinate] = [one for one in m.inputs.values() if one.is_class]
    for key in [*keys, *m.coordinates.values()]:
        if isinstance(key, Coordinate) and (key.what != "label" or key.keys):
            continue
        aliases = key.aliases if isinstance(key, Parameter) else {}
        known = known_classes(m, key.name, taken.tables, by_hand)
        try:
            if isinstance(key, Coordinate):
                labels[key.name] = tuple(str(label) for label in axes[key.of].labels)
                labels[key.name] = tuple(meant(text, known, aliases) for text in labels[key.name])
            elif (given := taken.given.get(key.name)) is not None and given.classes is not None:
                classes = tuple(meant(text, known, aliases) for text in given.classes)
                others = [text for text, own in zip(given.classes, classes, strict=True) if text != own]
                written = given.written or ", ".join(map(repr, others))
                taken.given[key.name] = replace(given, classes=classes, written=written)
            for name in by_hand:
                if m.inputs[name].by == key.name:
                    entries = taken.tables[name].entries.items()
                    taken.tables[name] = Table({meant(str(one), known, aliases): value for one, value in entries})
        except ValueError as error:
            taken.refused.add(key.name)
            subject, place = (key.symbol, key.section) if isinstance(key, Parameter) else (key.name, "")
            taken.problems.append(Problem(subject, error.args[0], place))
    return labels
