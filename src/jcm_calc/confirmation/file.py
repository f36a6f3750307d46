"""The evidence file: a TOML in which a reader of the approved document writes down what it says.

::

    schema = 1
    methodology = "ID_AM004"
    version = "2.0"

    [reader]                              # who has read, and when; an item may say otherwise
    person = "…"
    date = "2024-05-17"

    [documents.methodology]               # what was read; items name another key where they stand elsewhere
    title = "…"
    sha256 = "…"                          # of the file

    [[equation]]                          # also [[choice]], [[criterion]], [[list]], [[rule]]
    symbol = "RE_i,p"                     # [[choice]], [[list]] and [[rule]] have a name, [[criterion]] a number
    case = "…"                            # of an equation that holds in one case only
    reading = "RE_i,p = …"                # what the library takes it to say, and its fingerprint
    fingerprint = "…"
    agrees = "yes"                        # "no" where the document says something else
    page = "page 7"

    [[default]]
    symbol = "COP_RE,i"
    reading = "…"
    fingerprint = "…"
    value = 3.5                           # or, by class: values = { "cold storage" = 1.71 }
    page = "page 9"

An item in which nothing is filled in confirms nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from jcm_calc import dates
from jcm_calc.evidence import Confirmation
from jcm_calc.languages import Message, _
from jcm_calc.problems import InputError, Problem, shown, suggestion
from jcm_calc.toml import parse_toml, read_text

SCHEMA = 1
TOP = ("schema", "methodology", "version", "reader", "documents")
READER = ("person", "date")
DOCUMENT = ("title", "sha256", "file", "url")
# What tells an item from the others of its kind.
KINDS = {
    **{"equation": "symbol", "default": "symbol", "choice": "name", "criterion": "number"},
    **{"list": "name", "rule": "name"},
}
ALWAYS = ("reading", "fingerprint")
FILLED = ("page", "person", "date", "document")
ANSWERS = ("yes", "no")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """An item that is filled in.

    Attributes
    ----------
    kind, name, case, reading, fingerprint : str
        See `jcm_calc.confirmation.Statement`.
    agrees : bool
        Whether the document says what the library takes it to say; of a default, that it has values.
    values : mapping
        Of a default the values as they were written, by class; under no name a single value.
    confirmation : Confirmation
    place : str
        Where in which file, for complaints.
    """

    kind: str
    name: str
    case: str
    reading: str
    fingerprint: str
    agrees: bool
    values: Mapping[str, Any]
    confirmation: Confirmation
    place: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the statement that it is about."""
        return self.kind, self.name, self.case


@dataclass(frozen=True)
class EvidenceFile:
    """What a reader of a document confirms; see `read_evidence`.

    Attributes
    ----------
    name, sha256 : str
        Of the evidence file itself.
    methodology, version : str
    entries : tuple of Entry
        The items that are filled in.
    blank : int
        How many items are not.
    """

    name: str
    sha256: str
    methodology: str
    version: str
    entries: tuple[Entry, ...]
    blank: int = 0

    @cached_property
    def text(self) -> str:
        """All that it says, by which files are told apart: a hash that a file states of itself proves nothing."""
        return json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False)

    def as_data(self) -> dict[str, Any]:
        """Return what is filled in, ready for JSON: under ``content`` what `from_data` reads."""
        read = sorted({(entry.confirmation.document, entry.confirmation.sha256) for entry in self.entries})
        keys = {document: f"document {number}" for number, document in enumerate(read, 1)}
        content: dict[str, Any] = {"schema": SCHEMA, "methodology": self.methodology, "version": self.version}
        content["documents"] = {key: {"title": title, "sha256": sha256} for (title, sha256), key in keys.items()}
        for entry in self.entries:
            item: dict[str, Any] = {KINDS[entry.kind]: entry.name, **({"case": entry.case} if entry.case else {})}
            item |= {"reading": entry.reading, "fingerprint": entry.fingerprint}
            if entry.kind != "default":
                item["agrees"] = ANSWERS[not entry.agrees]
            elif "" in entry.values:
                item["value"] = entry.values[""]
            else:
                item["values"] = dict(entry.values)
            who = entry.confirmation
            item |= {"page": who.page, "person": who.person, "date": str(who.day)}
            item["document"] = keys[who.document, who.sha256]
            content.setdefault(entry.kind, []).append(item)
        return {"file": self.name, "sha256": self.sha256, "content": content}


def read_evidence(path: str | os.PathLike[str]) -> EvidenceFile:
    """Read an evidence file.

    Parameters
    ----------
    path : path
        A TOML file in UTF-8.

    Raises
    ------
    InputError
        With everything that is wrong with the file. Whether it fits its methodology is told when it
        is applied.
    """
    path = Path(path)
    text = read_text(path)
    return from_data(parse_toml(path.name, text), path.name, hashlib.sha256(text.encode()).hexdigest(), path.parent)


def from_data(document: Mapping[str, Any], name: str, sha256: str, beside: Path | None = None) -> EvidenceFile:
    """Return the evidence file that some data are; see `read_evidence`.

    Parameters
    ----------
    document : mapping
        What the TOML holds.
    name, sha256 : str
        Of the file.
    beside : Path, optional
        The folder in which documents are looked for, to compare their hashes.
    """
    reader = _Reader(document, name, beside)
    entries = list(reader.read())
    if reader.problems:
        raise InputError(name, reader.problems)
    filled = tuple(entry for entry in entries if entry is not None)
    return EvidenceFile(name, sha256, document["methodology"], document["version"], filled, len(entries) - len(filled))


class _Reader:
    """Reads one file, and notes all that is wrong with it."""

    def __init__(self, document: Mapping[str, Any], name: str, beside: Path | None) -> None:
        self.document, self.name, self.beside = document, name, beside
        self.problems: list[Problem] = []

    def complain(self, place: str, complaint: str) -> None:
        self.problems.append(Problem(f"{self.name}, " + place, complaint))

    def read(self) -> Iterator[Entry | None]:
        """Yield an entry for each item that is filled in, and None for each that is not."""
        self._top()
        for kind in KINDS:
            items = self.document.get(kind, [])
            if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
                self.complain(
                    kind,
                    _("{came} came, expected items that each begin with [[{kind}]]").format(
                        came=shown(items), kind=kind
                    ),
                )
                continue
            seen: dict[tuple[str, str], int] = {}
            for number, item in enumerate(items, 1):
                entry = self._entry(kind, item, self._called(kind, item, number))
                key = str(item.get(KINDS[kind], "")), str(item.get("case", ""))
                if seen.setdefault(key, number) != number:
                    self.complain(self._called(kind, item, number), _("stands twice in this file"))
                yield entry

    def _called(self, kind: str, item: Mapping[str, Any], number: int) -> str:
        case = f" ({item['case']})" if item.get("case") else ""
        name = item.get(KINDS[kind]) or _("no. {number}").format(number=number)
        return f"[[{kind}]] " + Message("{}{}").format(name, case)

    # The top of the file

    def _top(self) -> None:
        d = self.document
        for key in d:
            if key not in TOP and key not in KINDS:
                self.complain(str(key), _("unknown{hint}").format(hint=suggestion(str(key), [*TOP, *KINDS])))
        if d.get("schema") != SCHEMA or isinstance(d.get("schema"), bool):
            self.complain(
                "schema", _("{came} came, expected {expected}").format(came=shown(d.get("schema")), expected=SCHEMA)
            )
        for key, example in (("methodology", "ID_AM004"), ("version", "2.0")):
            if not isinstance(d.get(key), str) or not d[key].strip():
                self.complain(
                    key,
                    _('{came} came, expected a text such as "{example}"').format(
                        came=shown(d.get(key)), example=example
                    ),
                )
        self._section("[reader]", d.get("reader", {}), READER)
        if not _blank(self._of("reader").get("date", "")):
            self._day("[reader] date", self._of("reader")["date"])
        if not isinstance(d.get("documents", {}), Mapping):
            self.complain(
                "documents",
                _("{came} came, expected a section [documents.methodology]").format(came=shown(d["documents"])),
            )
        for key, found in self._of("documents").items():
            self._section(f"[documents.{key}]", found, DOCUMENT)
            if isinstance(found, Mapping):
                self._document(f"[documents.{key}]", found)

    def _of(self, key: str) -> Mapping[str, Any]:
        found = self.document.get(key, {})
        return found if isinstance(found, Mapping) else {}

    def _section(self, place: str, found: Any, known: Sequence[str]) -> None:
        if not isinstance(found, Mapping):
            self.complain(place, _("{came} came, expected a section {place}").format(came=shown(found), place=place))
            return
        for key, value in found.items():
            if key not in known:
                self.complain(
                    place + f" {key}",
                    _("unknown{hint}; known are {names}").format(hint=suggestion(key, known), names=", ".join(known)),
                )
            elif key != "date" and not isinstance(value, str):
                self.complain(
                    place + f" {key}",
                    _("{came} came, expected {expected}").format(came=shown(value), expected=_("a text in quotes")),
                )

    def _document(self, place: str, found: Mapping[str, Any]) -> None:
        sha256, file = found.get("sha256", ""), found.get("file", "")
        if not isinstance(sha256, str) or not isinstance(file, str):
            return
        if sha256 and not SHA256.fullmatch(sha256.strip().lower()):
            complaint = _("{came} came, expected the 64 hexadecimal digits that `sha256sum FILE` prints").format(
                came=shown(sha256)
            )
            self.complain(place + " sha256", complaint)
        path = None if self.beside is None or not file else self.beside / file
        if path is not None and path.is_file() and sha256:
            own = hashlib.sha256(path.read_bytes()).hexdigest()
            if own != sha256.strip().lower():
                self.complain(
                    place + " sha256",
                    _("the SHA-256 of {file} is {own}: this is not the file that was read").format(file=file, own=own),
                )

    # Items

    def _entry(self, kind: str, item: Mapping[str, Any], place: str) -> Entry | None:
        before = len(self.problems)
        self._keys(kind, item, place)
        values = self._values(kind, item, place)
        agrees = item.get("agrees", "")
        if kind != "default" and not _blank(agrees) and agrees not in ANSWERS:
            self.complain(
                place + ", agrees",
                _('{came} came, expected "yes" or "no", or "" while it is open').format(came=shown(agrees)),
            )
        if len(self.problems) > before:
            return None
        stated = bool(values) if kind == "default" else not _blank(agrees)
        if not stated:
            if begun := [key for key in FILLED[:3] if not _blank(item.get(key, ""))]:
                value = _("{keys} came without a value: fill in both, or neither")
                answer = _('{keys} came without agrees = "yes" or "no": fill in both, or neither')
                complaint = value if kind == "default" else answer
                self.complain(place, complaint.format(keys=_(" and ").join(begun)))
            return None
        confirmation = self._confirmation(kind, item, place)
        if confirmation is None:
            return None
        return Entry(
            kind,
            str(item[KINDS[kind]]),
            item.get("case", ""),
            item["reading"],
            item["fingerprint"],
            kind == "default" or agrees == "yes",
            values,
            confirmation,
            f"{self.name}, " + place,
        )

    def _keys(self, kind: str, item: Mapping[str, Any], place: str) -> None:
        wanted = (KINDS[kind], *ALWAYS)
        answer = ("value", "values") if kind == "default" else ("agrees",)
        known = (*wanted, *answer, *FILLED, *(("case",) if kind == "equation" else ()))
        for key in item:
            if key not in known:
                self.complain(
                    place + f", {key}",
                    _("unknown{hint}; known are {names}").format(hint=suggestion(key, known), names=", ".join(known)),
                )
        for key in (*wanted, "case", "page", "person", "document"):
            value = item.get(key, "" if key not in wanted else None)
            if key == "number" and isinstance(value, int) and not isinstance(value, bool):
                continue
            if not isinstance(value, str) or (key in wanted and not value.strip()):
                came = _("nothing") if value is None else shown(value)
                self.complain(
                    place + f", {key}",
                    _("{came} came, expected {expected}").format(came=came, expected=_("a text in quotes")),
                )

    def _values(self, kind: str, item: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Return the values that are filled in; what they mean is told when they are applied."""
        if kind != "default":
            return {}
        single, by_class = item.get("value", ""), item.get("values", {})
        if not isinstance(by_class, Mapping):
            complaint = _('{came} came, expected values by class such as {{ "cold storage" = 1.71 }}').format(
                came=shown(by_class)
            )
            self.complain(place + ", values", complaint)
            return {}
        if not _blank(single) and by_class:
            self.complain(place, _("value and values came: a single value, or values by class, are expected"))
        for key, value in {"": single, **by_class}.items():
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                named = f"values, {key}" if key else "value"
                complaint = _("{came} came, expected a number, or a number with a unit in quotes").format(
                    came=shown(value)
                )
                self.complain(place + f", {named}", complaint)
        return {key: value for key, value in {"": single, **by_class}.items() if not _blank(value)}

    def _confirmation(self, kind: str, item: Mapping[str, Any], place: str) -> Confirmation | None:
        """Return document, page, person and day, each of which must be there."""
        before = len(self.problems)
        reader = self._of("reader")
        key = item.get("document") or ("guidelines" if kind == "rule" else "methodology")
        document = self._of("documents").get(key, {})
        document = document if isinstance(document, Mapping) else {}
        if not _blank(document.get("title", "")) and not _blank(document.get("sha256", "")):
            title, sha256 = str(document["title"]), str(document["sha256"]).strip().lower()
        else:
            title = sha256 = ""
            self.complain(
                place, _("which document was read is missing: title and sha256 in [documents.{key}]").format(key=key)
            )
        page = item.get("page", "")
        if _blank(page):
            self.complain(place + ", page", _("missing: where in the document it stands"))
        person = item.get("person") or reader.get("person", "")
        if _blank(person):
            self.complain(place + ", person", _("missing: who has read it, here or in [reader]"))
        given = item.get("date", "") if not _blank(item.get("date", "")) else reader.get("date", "")
        day = None
        if _blank(given):
            self.complain(place + ", date", _("missing: when it was read, here or in [reader]"))
        elif given is item.get("date"):
            day = self._day(place + ", date", given)
        else:
            with suppress(ValueError):  # complained about above
                day = dates.day(given)
        if len(self.problems) > before or day is None:
            return None
        return Confirmation(title, sha256, page, str(person), day, self.name)

    def _day(self, place: str, given: Any) -> date | None:
        try:
            return dates.day(given)
        except ValueError as error:
            self.complain(place, str(error))
            return None


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()
