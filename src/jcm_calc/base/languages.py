"""English is what the library says; another language is made where a person reads it.

A text for people is marked where it is written, ``_("missing: {name}").format(name="EC_PJ")``, and is an
English `str` that remembers how it was made. So data, files for programs and comparisons are the same in
every language. What shows something to a person calls `translated`, which says it in the language of the
context. The catalogues are those of GNU gettext, in ``locale`` of this package and of each package of
methodologies; `make messages` brings them up to date.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

LANGUAGES = {"en": "English", "ja": "日本語"}
# As gettext has them, after one of our own.
VARIABLES = ("JCM_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

# What a message keeps as it is; of everything else it keeps the text.
PLAIN = (str, int, float)

_language: ContextVar[str] = ContextVar("jcm_calc_language", default="en")


class Message(str):
    """An English text that can be said in other languages, with values in place.

    What is put together from messages, by `format`, `join` or ``+``, is a message again. An f-string
    gives plain English.

    Examples
    --------
    >>> print(_("{count:,} units").format(count=1200))
    1,200 units
    """

    template: Message | None = None  # what `format` was called on
    args: tuple[Any, ...] = ()  # what was put in place, and by name in `fields`
    fields: Mapping[str, Any] = MappingProxyType({})
    plural: tuple[str, str, int] | None = None  # singular, plural and number, where the text is one of two
    unofficial: Mapping[str, str] = MappingProxyType({})  # translations that are given with the text itself
    tag: tuple[StrEnum, str] | None = None  # what the text is about, for programs, which do not read it

    def __str__(self) -> str:
        return self

    def __deepcopy__(self, memo: Any) -> Message:
        """Return the message itself: nothing changes it, and pandas copies what a table is marked with."""
        return self

    def format(self, *args: Any, **fields: Any) -> Message:
        """Put values in place; they are translated with the text."""
        for name, value in fields.items():
            if not isinstance(value, PLAIN):
                fields[name] = _plain(value)
        if args:
            args = tuple(value if isinstance(value, PLAIN) else _plain(value) for value in args)
        found = Message(str.format(self, *args, **fields))
        found.template, found.args, found.fields = self, args, fields
        return found

    def tagged(self, kind: StrEnum, detail: str = "") -> Message:
        """Return the same text with what it is about: a kind, and a name or a unit."""
        found = Message(self)
        found.__dict__.update(self.__dict__)
        found.tag = kind, detail
        return found

    def tags(self) -> Iterator[tuple[StrEnum, str]]:
        """Yield what this text is about, and every text that it is made of."""
        if self.tag is not None:
            yield self.tag
        for part in (self.template, *self.args, *self.fields.values()):
            if isinstance(part, Message):
                yield from part.tags()

    def __add__(self, other: str) -> Message:
        return Message("{}{}").format(self, other)

    def __radd__(self, other: str) -> Message:
        return Message("{}{}").format(other, self)

    def join(self, parts: Iterable[str]) -> Message:
        """Put this text between others."""
        found = [piece for part in parts for piece in (self, part)][1:]
        return Message("{}" * len(found)).format(*found)


def _plain(value: Any) -> Any:
    """Return a number of NumPy as Python's, anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


_ = Message


def ngettext(singular: str, plural: str, count: int) -> Message:
    """Return a message whose form depends on a number."""
    found = Message(singular if count == 1 else plural)
    found.plural = singular, plural, count
    return found


def with_translations(text: str, unofficial: Mapping[str, str]) -> Message:
    """Return a text that brings its own translations by language; each is shown as what it is."""
    found = Message(text)
    found.unofficial = dict(unofficial)
    return found


UNOFFICIAL = _("{title} (a translation; the official title is English)")


def translated(text: str) -> str:
    """Return a text in the language of the context; a text that is not a message of the library stays as it is."""
    code = _language.get()
    if code == "en" or not text:
        return text
    if isinstance(text, StrEnum):  # the library's own words
        return _catalogue(code).gettext(str(text))
    if not isinstance(text, Message):
        return text
    if code in text.unofficial:
        return translated(UNOFFICIAL.format(title=text.unofficial[code]))
    catalogue = _catalogue(code)
    if text.plural is not None:
        return catalogue.ngettext(*text.plural)
    if text.template is None:
        return catalogue.gettext(text)
    fields = {name: _inserted(value) for name, value in text.fields.items()}
    return translated(text.template).format(*map(_inserted, text.args), **fields)


class TranslatedError(Exception):
    """An error with a message in the language of its reader."""

    def __str__(self) -> str:
        return translated(super().__str__())


def _inserted(value: Any) -> Any:
    return translated(value) if isinstance(value, str) else value


def translatable(item: Any, *names: str) -> None:
    """Make texts of a frozen object messages; what is one already keeps how it was made."""
    for name in names:
        text = getattr(item, name)
        if type(text) is str:
            object.__setattr__(item, name, Message(text))


def spellings(text: str) -> tuple[str, ...]:
    """Return a text in every language, English first."""
    return (str.__str__(text), *(_catalogue(code).gettext(text) for code in LANGUAGES if code != "en"))


_packages = ["jcm_calc"]


def take_catalogue(package: str) -> None:
    """Translate the texts of a package as well, by the ``locale/ja/LC_MESSAGES/<package>.mo`` that it may have."""
    if package not in _packages:
        _packages.append(package)
        _catalogue.cache_clear()


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    found = gettext.NullTranslations()
    for package in _packages:
        path = files(package) / "locale" / code / "LC_MESSAGES" / f"{package}.mo"
        if path.is_file():
            with path.open("rb") as file:
                found.add_fallback(gettext.GNUTranslations(file))
    return found


def language() -> str:
    """Return the language of the context: English, until `in_language` says otherwise."""
    return _language.get()


@contextmanager
def in_language(code: str | None) -> Iterator[None]:
    """Set the language of all output within a block; other threads keep theirs.

    Parameters
    ----------
    code : {"en", "ja"}, optional
        None leaves it as it is.

    Raises
    ------
    ValueError
        If there is no such language.

    Examples
    --------
    >>> with in_language("ja"):
    ...     print(language())
    ja
    """
    if code is not None and code not in LANGUAGES:
        raise ValueError(f"language: got {code!r}; must be {' or '.join(LANGUAGES)}")
    token = _language.set(code or _language.get())
    try:
        yield
    finally:
        _language.reset(token)


def preferred(environment: Callable[[str], str | None]) -> str:
    """Return the language that environment variables ask for; English where there is none of ours."""
    asked = next((value for variable in VARIABLES if (value := environment(variable))), "")
    codes = (re.split(r"[_.@-]", one)[0].casefold() for one in asked.split(":"))
    return next((code for code in codes if code in LANGUAGES), "en")
