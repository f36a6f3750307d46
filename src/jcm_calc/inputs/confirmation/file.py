"""The evidence file: a TOML in which a reader of the approved document writes down what it says.

::

    schema = 1
    methodology = "ID_AM004"              # without methodology and version: the rules of the scheme, for every one
    version = "2.0"

    [reader]                              # who has read, and when; an item may say otherwise
    person = "…"
    date = "2024-05-17"

    [documents.methodology]               # what was read; items name another key where they stand elsewhere
    title = "…"
    sha256 = "…"                          # of the file

    [[equation]]                          # also [[choice]], [[criterion]], [[list]], [[waiver]], [[rule]]
    symbol = "RE_i,p"                     # a choice, list or rule has a name, a criterion a number, a waiver a check
    case = "…"                            # of an equation that holds in one case only
    reading = "RE_i,p = …"                # what the library takes it to say, and its fingerprint
    fingerprint = "…"
    agrees = "yes"                        # "no" where the document says something else
    page = 7                              # or "page 7, table 2"

    [[default]]
    symbol = "COP_RE,i"
    reading = "…"
    fingerprint = "…"
    value = 3.5                           # or, by class: values = { "cold storage" = 1.71 }
    page = 9
    note = "…"                            # asked for where the value is far from the one of the library

    [[default]]
    symbol = "R_RF,i"                     # the document has a table where the library has a single value
    by = "conductor"                      # a parameter of the methodology, or a class that the table names
    values = { "conductor 1" = 0.12, "conductor 2" = 0.28 }

    [[default]]
    symbol = "NCV_f"                      # the document gives one of the tables that the library knows by name
    candidate = { name = "…", fingerprint = "…" }

An item in which nothing is filled in confirms nothing. A program may propose an answer, with its place and the SHA-256
of the file in which it was found::

    [[equation]]
    symbol = "RE_p"
    reading = "…"
    fingerprint = "…"
    agrees = ""
    proposed = { agrees = "yes", document = "workbook", page = "MRS(calc_process)!F12", sha256 = "…" }

A proposal confirms nothing until a person signs it: until [reader] or the item has a person and a date. An answer of
the item itself takes its place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jcm_calc.base.files import within
from jcm_calc.base.hashes import of_file
from jcm_calc.base.languages import Message, _
from jcm_calc.base.problems import InputError, Problem
from jcm_calc.base.toml import parse_toml, read_text
from jcm_calc.evidence import Confirmation
from jcm_calc.inputs.schema import (
    Field,
    by_name,
    filled_text,
    number_of,
    only,
    page,
    past_day,
    read_table,
    section,
    sha256,
    table_of,
    tables,
    text,
    under,
    value,
    words,
    yes_or_no,
)

SCHEMA = 1
# What tells an item from the others of its kind.
KINDS = {
    **{"equation": "symbol", "default": "symbol", "choice": "name", "criterion": "number"},
    **{"list": "name", "waiver": "check", "rule": "name"},
}
ANSWERS = ("yes", "no")
ABOUT = {
    "methodology": Field(filled_text, required=_('a text such as "{example}"').format(example="ID_AM004")),
    "version": Field(filled_text, required=_('a text such as "{example}"').format(example="2.0")),
}
FILE = {
    "schema": Field(only(SCHEMA), required=True),
    **dict.fromkeys(ABOUT, Field(filled_text)),
    **dict.fromkeys(("reader", "documents"), Field(section)),
    **dict.fromkeys(KINDS, Field(tables)),
}
READER = {"person": Field(words), "date": Field(past_day)}
DOCUMENT = {"title": Field(words), "sha256": Field(sha256), "file": Field(text), "url": Field(text)}
CANDIDATE = {"name": Field(filled_text, required=True), "fingerprint": Field(filled_text, required=True)}
AGREES = {"agrees": Field(yes_or_no)}
VALUES = {"value": Field(value), "values": Field(by_name(value))}
PROPOSED = {
    **AGREES,
    **VALUES,
    **{"document": Field(filled_text, required=True), "page": Field(page, required=True)},
    "sha256": Field(sha256, required=True),
}
ITEM = {
    "proposed": Field(table_of(PROPOSED, other_keys=False)),
    **{"reading": Field(filled_text, required=True), "fingerprint": Field(filled_text, required=True)},
    **{"page": Field(page), "person": Field(words), "date": Field(past_day), "document": Field(text)},
    "note": Field(text),
}
DEFAULT = {
    **VALUES,
    **{"by": Field(text), "whole": Field(yes_or_no), "candidate": Field(table_of(CANDIDATE, other_keys=False))},
}
CASED = {"case": Field(text)}
ITEMS = {
    kind: {
        named: Field(number_of if kind == "criterion" else filled_text, required=True),
        **(CASED if kind in ("equation", "waiver") else {}),
        **ITEM,
        **(DEFAULT if kind == "default" else AGREES),
    }
    for kind, named in KINDS.items()
}


@dataclass(frozen=True, slots=True)
class Supplied:
    """What an item of a default supplies."""

    values: Mapping[str, Any]  # as they were written, by class; under no name a single value
    by: str = ""  # what the table of the document is by, where the library has none
    whole: bool = False  # whether the document's table has these classes and no others, whichever the library has
    candidate: str = ""  # the table of the library that the document gives, by name
    fingerprint: str = ""  # of what it held when it was read

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Supplied:
        """Return the values of an item that are filled in; whether the parameter takes them is another question."""
        values = {"": item.get("value", ""), **item.get("values", {})}
        candidate = item.get("candidate", {})
        return cls(
            {key: one for key, one in values.items() if not _blank(one)},
            item.get("by", "").strip(),
            bool(item.get("whole")),
            candidate.get("name", ""),
            candidate.get("fingerprint", ""),
        )

    def __bool__(self) -> bool:
        return bool(self.values or self.candidate)

    def as_data(self) -> dict[str, Any]:
        """Return the keys of the item."""
        if self.candidate:
            return {"candidate": {"name": self.candidate, "fingerprint": self.fingerprint}}
        if "" in self.values:
            return {"value": self.values[""]}
        said: dict[str, Any] = {"by": self.by} if self.by else {}
        return {**said, **({"whole": ANSWERS[0]} if self.whole else {}), "values": dict(self.values)}


@dataclass(frozen=True)
class EvidenceEntry:
    """An item that is filled in; kind, name, case, reading and fingerprint are those of its `Statement`.

    Attributes
    ----------
    agrees : bool
        Whether the document says what the library takes it to say; of a default, that it has values.
    supplied : Supplied
        Of a default.
    note : str
        What the reader says of it.
    place : str
        Where in which file, for complaints.
    """

    kind: str
    name: str
    case: str
    reading: str
    fingerprint: str
    agrees: bool
    supplied: Supplied
    confirmation: Confirmation
    note: str
    place: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the statement that it is about."""
        return self.kind, self.name, self.case

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of a default as they were written, by class; under no name a single value."""
        return self.supplied.values


@dataclass(frozen=True, eq=False)
class EvidenceFile:
    """What a reader of a document confirms; see `read_evidence`.

    Attributes
    ----------
    name, sha256 : str
        Of the evidence file itself.
    methodology, version : str
        Empty where it is about the rules of the scheme, and serves every methodology.
    entries : tuple of EvidenceEntry
        The items that are filled in.
    blank : int
        How many items are not.
    proposed : int
        How many of these have a proposal that waits for the name of a person and a date.
    """

    name: str
    sha256: str
    methodology: str
    version: str
    entries: tuple[EvidenceEntry, ...]
    blank: int = 0
    proposed: int = 0

    def about(self, number: str, version: str) -> bool:
        """Whether it says something of a version of a methodology."""
        return (self.methodology, self.version) in ((number, version), ("", ""))

    @cached_property
    def text(self) -> str:
        """All that it says, by which files are distinguished: a hash that a file states of itself proves nothing."""
        return json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EvidenceFile) and self.text == other.text

    def as_data(self) -> dict[str, Any]:
        """Return what is filled in, ready for JSON: under ``content`` what `from_data` reads."""
        read = sorted({(entry.confirmation.document, entry.confirmation.sha256) for entry in self.entries})
        keys = {document: f"document {number}" for number, document in enumerate(read, 1)}
        content: dict[str, Any] = {"schema": SCHEMA}
        if self.methodology:
            content |= {"methodology": self.methodology, "version": self.version}
        content["documents"] = {key: {"title": title, "sha256": sha256} for (title, sha256), key in keys.items()}
        for entry in self.entries:
            item: dict[str, Any] = {KINDS[entry.kind]: entry.name, **({"case": entry.case} if entry.case else {})}
            item |= {"reading": entry.reading, "fingerprint": entry.fingerprint}
            item |= entry.supplied.as_data() if entry.kind == "default" else {"agrees": ANSWERS[not entry.agrees]}
            who = entry.confirmation
            item |= {"page": who.page, "person": who.person, "date": str(who.day)}
            item |= {"note": entry.note} if entry.note else {}
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
        With everything that is wrong with the file. Whether it fits its methodology is said when it
        is applied.
    """
    path = Path(path)
    content = read_text(path)
    own = hashlib.sha256(content.encode()).hexdigest()
    return from_data(parse_toml(path.name, content), path.name, own, path.parent)


def from_data(document: Mapping[str, Any], name: str, sha256: str, folder: Path | None = None) -> EvidenceFile:
    """Return the evidence file that a parsed TOML is; documents in ``folder`` are compared by their hashes."""
    reader = _EvidenceReader(document, name, folder)
    entries = list(reader.read())
    InputError.raise_for(name, reader.problems)
    filled = tuple(entry for entry in entries if entry is not None)
    methodology, version = document.get("methodology", ""), document.get("version", "")
    return EvidenceFile(name, sha256, methodology, version, filled, len(entries) - len(filled), reader.proposed)


class _EvidenceReader:
    """Reads one file, and collects all that is wrong with it."""

    def __init__(self, document: Mapping[str, Any], name: str, folder: Path | None) -> None:
        self.document, self.name, self.folder = document, name, folder
        self.problems: list[Problem] = []
        self.reader: Mapping[str, Any] = {}
        self.documents: dict[str, Mapping[str, Any]] = {}
        self.proposed = 0  # items whose proposal nobody has signed

    def complain(self, place: str, complaint: str) -> None:
        self.problems.append(Problem(place, complaint))

    def read(self) -> Iterator[EvidenceEntry | None]:
        """Yield an entry for each item that is filled in, and None for each that is not."""
        # the rules of the scheme are the same for every methodology
        of_scheme = not {"methodology", "version", *KINDS} & self.document.keys() - {"rule"}
        found = read_table(self.name, self.document, FILE if of_scheme else {**FILE, **ABOUT}, self.problems)
        self.reader = read_table(under(self.name, "[reader]"), found.get("reader", {}), READER, self.problems)
        for key, given in found.get("documents", {}).items():
            place = under(self.name, f"[documents.{key}]")
            self.documents[key] = read_table(place, given, DOCUMENT, self.problems)
            self._compare(place, self.documents[key])
        for kind, named in KINDS.items():
            seen: dict[tuple[str, str], int] = {}
            for number, item in enumerate(found.get(kind, ()), 1):
                case = f" ({item['case']})" if item.get("case") else ""
                name = str(item.get(named) or _("no. {number}").format(number=number))
                place = under(self.name, Message("[[{}]] {}{}").format(kind, name, case))
                yield self._entry(kind, item, place)
                key = str(item.get(named, "")), str(item.get("case", ""))
                if seen.setdefault(key, number) != number:
                    self.complain(place, _("is in this file twice: delete one of the two"))

    def _compare(self, place: str, document: Mapping[str, Any]) -> None:
        """Compare the hash of a document with the file in the same folder, if there is one."""
        file, stated = document.get("file"), document.get("sha256")
        if not file or self.folder is None:
            return
        try:
            path = within(self.folder, file)
        except ValueError as error:
            self.complain(under(place, "file"), str(error))
            return
        if stated and path.is_file() and (own := of_file(path)) != stated:
            complaint = _("the SHA-256 of {file} is {own}: this is not the file that was read")
            self.complain(under(place, "sha256"), complaint.format(file=file, own=own))

    def _entry(self, kind: str, item: Mapping[str, Any], place: str) -> EvidenceEntry | None:
        before = len(self.problems)
        found = read_table(place, item, ITEMS[kind], self.problems)
        supplied = Supplied.of(found)
        answered = supplied or found.get("agrees") is not None
        if self._fits(kind, found.get("proposed"), place) and not answered:
            if any(found.get(key) or self.reader.get(key) for key in ("person", "date")):  # a person has signed
                found |= {key: one for key, one in found["proposed"].items() if key != "sha256"}
                supplied, answered = Supplied.of(found), True
            else:
                self.proposed += 1
        self._one_way(supplied, place)
        if len(self.problems) > before:
            return None
        if not answered:
            if begun := [key for key in ("page", "person", "date") if found.get(key)]:
                missing = _("a value") if kind == "default" else 'agrees = "yes" or "no"'
                complaint = _("has {keys} without {missing}: fill in both, or neither")
                self.complain(place, complaint.format(keys=_(" and ").join(begun), missing=missing))
            return None
        confirmation = self._confirmation(kind, found, place)
        if confirmation is None:
            return None
        return EvidenceEntry(
            kind=kind,
            name=found[KINDS[kind]],
            case=found.get("case", ""),
            reading=found["reading"],
            fingerprint=found["fingerprint"],
            agrees=kind == "default" or bool(found["agrees"]),
            supplied=supplied,
            confirmation=confirmation,
            note=" ".join(found.get("note", "").split()),
            place=place,
        )

    def _fits(self, kind: str, proposal: Mapping[str, Any] | None, place: str) -> bool:
        """Whether something is proposed: one answer of this kind, found in the document that was read."""
        if proposal is None:
            return False
        answers = [
            key
            for key in ("agrees", "value", "values")
            if (one := proposal.get(key)) not in (None, {}) and not _blank(one)
        ]
        complaint = ""
        if len(answers) != 1 or (answers == ["agrees"]) == (kind == "default"):
            wanted = _("value or values") if kind == "default" else "agrees"
            complaint = _("must have one answer: {wanted}").format(wanted=wanted)
        elif proposal["sha256"] != self.documents.get(proposal["document"], {}).get("sha256"):
            complaint = _("sha256 differs from that of [documents.{key}]: it was found in another file")
            complaint = complaint.format(key=proposal["document"])
        if complaint:
            self.complain(under(place, "proposed"), complaint)
        return not complaint

    def _one_way(self, supplied: Supplied, place: str) -> None:
        """Complain of values that are given in several ways, and of what has a meaning with values by class alone."""
        by_class = supplied.values.keys() - {""}
        given = {"value": "" in supplied.values, "values": by_class, "candidate": supplied.candidate}
        if len(ways := [key for key, one in given.items() if one]) > 1:
            self.complain(place, _("has {keys}: give one of them").format(keys=_(" and ").join(ways)))
        if (supplied.by or supplied.whole) and not by_class:
            self.complain(under(place, "by" if supplied.by else "whole"), _("needs values by class"))

    def _confirmation(self, kind: str, found: Mapping[str, Any], place: str) -> Confirmation | None:
        """Return document, page, person and day, each of which must be there."""
        before = len(self.problems)
        key = found.get("document") or ("guidelines" if kind == "rule" else "methodology")
        document = self.documents.get(key, {})
        title, own = document.get("title"), document.get("sha256")
        if not title or not own:
            needed = _("which document was read is missing: title and sha256 in [documents.{key}]")
            self.complain(place, needed.format(key=key))
        if not found.get("page"):
            self.complain(under(place, "page"), _("missing: where in the document it is"))
        who: dict[str, Any] = {one: found.get(one) or self.reader.get(one) for one in READER}
        given = self.document.get("reader")
        refused = given.keys() - self.reader.keys() if isinstance(given, Mapping) else ()  # complained of already
        missing = {"person": _("missing: who has read it, here or in [reader]")}
        missing["date"] = _("missing: when it was read, here or in [reader]")
        for one, complaint in missing.items():
            if not who[one] and one not in refused:
                self.complain(under(place, one), complaint)
        if len(self.problems) > before or not (title and own and who["person"] and who["date"]):
            return None
        return Confirmation(title, own, found["page"], who["person"], who["date"], self.name)


def _blank(given: Any) -> bool:
    return isinstance(given, str) and not given.strip()
