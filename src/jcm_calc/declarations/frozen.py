"""Collections that cannot be changed: a methodology that is in use consists of them.

A result is calculated from a graph that is built once. A methodology that could change after that would show one
equation and calculate another.

Examples
--------
>>> FrozenDict({"EF": 0.5})["EF"]
0.5
>>> FrozenDict({"EF": 0.5})["EF"] = 0.4
Traceback (most recent call last):
jcm_calc.declarations.frozen.FrozenError: a methodology that is in use cannot be changed: `m.corrected(by="…")` or
`m.revised("…", …)` gives a copy to declare changes in
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from jcm_calc.base.languages import Message, _

K = TypeVar("K")
V = TypeVar("V")

INSTEAD = _('`m.corrected(by="…")` or `m.revised("…", …)` gives a copy to declare changes in')


class DeclarationError(Exception):
    """A methodology module contradicts itself; the message is for its author."""


class FrozenError(DeclarationError):
    """A methodology that is in use was to be changed."""

    def __init__(self, subject: str = "") -> None:
        message = _("{subject} is in use and cannot be changed: {instead}")
        unnamed = _("a methodology that is in use cannot be changed: {instead}")
        super().__init__((message if subject else unnamed).format(subject=subject, instead=Message(INSTEAD)))


def _refuse(*_arguments: Any, **_named: Any) -> NoReturn:
    raise FrozenError


class FrozenDict(dict[K, V]):
    """A dict that refuses every change."""

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)


class FrozenList(list[V]):
    """A list that refuses every change."""

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenList, (list(self),)


for _name in ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"):
    setattr(FrozenDict, _name, _refuse)
for _name in ("__setitem__", "__delitem__", "__iadd__", "__imul__", "append", "clear", "extend", "insert", "pop"):
    setattr(FrozenList, _name, _refuse)
for _name in ("remove", "reverse", "sort"):
    setattr(FrozenList, _name, _refuse)


def frozen(value: Any) -> Any:
    """Return a collection, and the collections in it, as ones that cannot be changed; anything else as it is."""
    if isinstance(value, dict):
        return FrozenDict({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return FrozenList(map(frozen, value))
    return frozenset(value) if isinstance(value, set) else value


def thawed(value: Any) -> Any:
    """Return a collection as a new one that can be changed, and the collections in it, too; the reverse of `frozen`.

    Examples
    --------
    >>> thawed(frozen({"EF": {"RE"}}))
    {'EF': {'RE'}}
    """
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thawed(item) for item in value]
    return set(value) if isinstance(value, set | frozenset) else value
