"""English is what the library says; another language is made where a person reads it.

A text for people is marked where it is written, ``_("missing: {name}").format(name="EC_PJ")``, and is an
English `str` that remembers how it was made. So data, files for programs and comparisons are the same in
every language. What shows something to a person calls `translated`, which says it in the language of the
context. The catalogues are those of GNU gettext, in ``locale``; `make messages` brings them up to date.
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
from numbers import Number
from typing import Any

LANGUAGES = {"en": "English", "ja": "日本語"}
# As gettext has them, after one of our own.
VARIABLES = ("JCM_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_language: ContextVar[str] = ContextVar("jcm_calc_language", default="en")


class Message(str):
    """An English text that can be said in other languages, with values in place.

    What is put together from messages, by `format`, `join` or ``+``, is a message again. An f-string
    gives plain English.

    Attributes
    ----------
    template : str
        The text as it was written, with the names of values in braces.
    plural : tuple
        Singular, plural and number, where the template is one of two.
    args, fields
        The values; None where the template is the text itself.
    unofficial : mapping
        Translations that stand beside the text itself, such as those of a title.

    Examples
    --------
    >>> print(_("{count:,} units").format(count=1200))
    1,200 units
    """

    template: str
    plural: tuple[str, str, int] | None
    args: tuple[Any, ...]
    fields: Mapping[str, Any] | None
    unofficial: Mapping[str, str]

    def __new__(
        cls,
        template: str,
        args: tuple[Any, ...] = (),
        fields: Mapping[str, Any] | None = None,
        plural: tuple[str, str, int] | None = None,
        unofficial: Mapping[str, str] | None = None,
    ) -> Message:
        """Make a message; ``fields`` is an empty mapping where there are only values without names."""
        self = super().__new__(cls, template if fields is None else str.format(template, *args, **fields))
        self.template, self.args, self.fields, self.plural = str.__str__(template), args, fields, plural
        self.unofficial = unofficial or {}
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.template, self.args, self.fields, self.plural, self.unofficial

    def __str__(self) -> str:
        return self

    def format(self, *args: Any, **fields: Any) -> Message:
        """Put values in place; they are translated with the text."""
        kept = {name: _kept(value) for name, value in fields.items()}
        return Message(self.template, tuple(map(_kept, args)), kept, self.plural)

    def __add__(self, other: str) -> Message:
        return Message("{}{}", (self, other), {})

    def __radd__(self, other: str) -> Message:
        return Message("{}{}", (other, self), {})

    def join(self, parts: Iterable[str]) -> Message:
        """Put this text between others."""
        found = [piece for part in parts for piece in (self, part)][1:]
        return Message("{}" * len(found), tuple(found), {})


def _kept(value: Any) -> Any:
    """Return a value as a message keeps it: a number or a text."""
    return value if isinstance(value, Number | str) else str(value)


_ = Message


def ngettext(singular: str, plural: str, count: int) -> Message:
    """Return a message whose form depends on a number.

    Examples
    --------
    >>> print(ngettext("{count} unit", "{count} units", 2).format(count=2))
    2 units
    """
    return Message(singular if count == 1 else plural, plural=(singular, plural, count))


UNOFFICIAL = _("{title} (a translation; the official title is English)")


def translated(text: str) -> str:
    """Return a text in the language of the context; what is no message of the library stays as it is.

    Examples
    --------
    >>> with in_language("ja"):
    ...     print(translated(_("Project emissions")))
    プロジェクト排出量
    """
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
    template = catalogue.gettext(text.template) if text.plural is None else catalogue.ngettext(*text.plural)
    if text.fields is None:
        return template
    args = map(_inserted, text.args)
    return template.format(*args, **{name: _inserted(value) for name, value in text.fields.items()})


def _inserted(value: Any) -> Any:
    return translated(value) if isinstance(value, str) else value


def spellings(text: str) -> tuple[str, ...]:
    """Return a text in every language, English first."""
    return (str.__str__(text), *(_catalogue(code).gettext(text) for code in LANGUAGES if code != "en"))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    with (files("jcm_calc") / "locale" / code / "LC_MESSAGES" / "jcm_calc.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def language() -> str:
    """Return the language of the context: English, until `in_language` says otherwise."""
    return _language.get()


@contextmanager
def in_language(code: str | None) -> Iterator[None]:
    """Say everything in a language; other threads keep theirs.

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
        raise ValueError(f"{code!r} is none of the languages: {', '.join(LANGUAGES)}")
    token = _language.set(code or _language.get())
    try:
        yield
    finally:
        _language.reset(token)


def preferred(environment: Callable[[str], str | None]) -> str:
    """Return the language that environment variables ask for; English where there is none of ours.

    Examples
    --------
    >>> preferred({"LANG": "ja_JP.UTF-8"}.get), preferred({"JCM_LANG": "en", "LANG": "ja_JP.UTF-8"}.get)
    ('ja', 'en')
    """
    asked = next((value for variable in VARIABLES if (value := environment(variable))), "")
    codes = (re.split(r"[_.@-]", one)[0].casefold() for one in asked.split(":"))
    return next((code for code in codes if code in LANGUAGES), "en")
