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
from datetime import date
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
    anything,
    by_name,
    filled_text,
    number_of,
    only,
    page,
    past_day,
    read_table,
    section,
    sha256,
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
CASED = ("equation", "waiver")
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
PROPOSED = {
    **{"agrees": Field(yes_or_no), "value": Field(value), "values": Field(by_name(value))},
    **{"document": Field(filled_text, required=True), "page": Field(page, required=True)},
    "sha256": Field(sha256, required=True),
}
ITEM = {
    "proposed": Field(lambda given: given),
    **{"reading": Field(filled_text, required=True), "fingerprint": Field(filled_text, required=True)},
    **{"page": Field(page), "person": Field(words), "date": Field(past_day), "document": Field(text)},
    "note": Field(text),
}


@dataclass(frozen=True, slots=True)
class Supplied:
    """What an item of a default supplies.

    Attributes
    ----------
    values : mapping
        The values as they were written, by class; under no name a single value.
    by : str
        What the table of the document is by, where the library has none; otherwise empty.
    whole : bool
        Whether the document's table has these classes and no others, whichever the library has.
    candidate, fingerprint : str
        The table of the library that the document gives, by name, and what it held when it was read.
    """

    values: Mapping[str, Any]
    by: str = ""
    whole: bool = False
    candidate: str = ""
    fingerprint: str = ""

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


NOTHING = Supplied({})


@dataclass(frozen=True)
class EvidenceEntry:
    """An item that is filled in.

    Attributes
    ----------
    kind, name, case, reading, fingerprint : str
        See `jcm_calc.inputs.confirmation.Statement`.
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


@dataclass(frozen=True)
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
    """Return the evidence file that some data are; see `read_evidence`.

    Parameters
    ----------
    document : mapping
        What the TOML holds.
    name, sha256 : str
        Of the file.
    folder : Path, optional
        The folder in which documents are looked for, to compare their hashes.
    """
    reader = _EvidenceReader(document, name, folder)
    entries = list(reader.read())
    if reader.problems:
        raise InputError(name, reader.problems)
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
        found = self._top()
        for kind in KINDS:
            seen: dict[tuple[str, str], int] = {}
            for number, item in enumerate(found.get(kind, ()), 1):
                place = self._place(kind, item, number)
                yield self._entry(kind, item, place)
                key = str(item.get(KINDS[kind], "")), str(item.get("case", ""))
                if seen.setdefault(key, number) != number:
                    self.complain(place, _("is in this file twice: delete one of the two"))

    def _place(self, kind: str, item: Mapping[str, Any], number: int) -> str:
        case = f" ({item['case']})" if item.get("case") else ""
        name = item.get(KINDS[kind]) or _("no. {number}").format(number=number)
        return under(self.name, Message("[[{}]] {}{}").format(kind, str(name), case))

    # The top of the file

    def _top(self) -> dict[str, Any]:
        # the rules of the scheme are the same for every methodology
        of_scheme = not {"methodology", "version", *KINDS} & self.document.keys() - {"rule"}
        found = read_table(self.name, self.document, FILE if of_scheme else {**FILE, **ABOUT}, self.problems)
        self.reader = read_table(under(self.name, "[reader]"), found.get("reader", {}), READER, self.problems)
        for key, given in found.get("documents", {}).items():
            place = under(self.name, f"[documents.{key}]")
            self.documents[key] = read_table(place, given, DOCUMENT, self.problems)
            self._compare(place, self.documents[key])
        return found

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
        if stated and path.is_file():
            own = of_file(path)
            if own != stated:
                complaint = _("the SHA-256 of {file} is {own}: this is not the file that was read")
                self.complain(under(place, "sha256"), complaint.format(file=file, own=own))

    # Items

    def _entry(self, kind: str, item: Mapping[str, Any], place: str) -> EvidenceEntry | None:
        before = len(self.problems)
        answer = (
            {"value": Field(value), "values": Field(by_name(value)), "by": Field(text), "whole": Field(yes_or_no)}
            | {"candidate": Field(anything)}
            if kind == "default"
            else {"agrees": Field(yes_or_no)}
        )
        named = {KINDS[kind]: Field(number_of if kind == "criterion" else filled_text, required=True)}
        cased = {"case": Field(text)} if kind in CASED else {}
        found = read_table(place, item, {**named, **cased, **ITEM, **answer}, self.problems)
        found = self._signed(kind, found, place)
        supplied = self._supplied(found, place) if kind == "default" else NOTHING
        if len(self.problems) > before:
            return None
        agrees = found.get("agrees")
        if not supplied if kind == "default" else agrees is None:
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
            agrees=kind == "default" or bool(agrees),
            supplied=supplied,
            confirmation=confirmation,
            note=" ".join(found.get("note", "").split()),
            place=place,
        )

    def _signed(self, kind: str, found: dict[str, Any], place: str) -> dict[str, Any]:
        """Return an item with what is proposed for it, if it has no other answer and a person has signed."""
        if "proposed" not in found:
            return found
        where = under(place, "proposed")
        before = len(self.problems)
        proposal = read_table(where, found["proposed"], PROPOSED, self.problems)
        if len(self.problems) > before:
            return found
        answers = [key for key in ("agrees", "value", "values") if not _empty(proposal.get(key))]
        if len(answers) != 1 or (answers == ["agrees"]) == (kind == "default"):
            wanted = _("value or values") if kind == "default" else "agrees"
            self.complain(where, _("must have one answer: {wanted}").format(wanted=wanted))
        elif proposal["sha256"] != self.documents.get(proposal["document"], {}).get("sha256"):
            complaint = _("sha256 differs from that of [documents.{key}]: it was found in another file")
            self.complain(where, complaint.format(key=proposal["document"]))
        if len(self.problems) > before or self._answered(kind, found):
            return found
        if not any(found.get(key) or self.reader.get(key) for key in ("person", "date")):
            self.proposed += 1
            return found
        del proposal["sha256"]
        return {**found, **proposal}

    def _answered(self, kind: str, found: Mapping[str, Any]) -> bool:
        """Whether an item has an answer other than the proposed one."""
        if kind != "default":
            return found.get("agrees") is not None
        by_class = any(not _blank(one) for one in found.get("values", {}).values())
        return by_class or "candidate" in found or not _blank(found.get("value", ""))

    def _supplied(self, found: Mapping[str, Any], place: str) -> Supplied:
        """Return the values that are filled in; whether the parameter takes them is said when they are applied."""
        by_class = {key: one for key, one in found.get("values", {}).items() if not _blank(one)}
        if not _blank(single := found.get("value", "")):
            by_class = {"": single, **by_class}
        candidate: dict[str, Any] = {}
        if "candidate" in found:
            candidate = read_table(under(place, "candidate"), found["candidate"], CANDIDATE, self.problems)
        ways = [*(("value",) if "" in by_class else ()), *(("values",) if by_class.keys() - {""} else ())]
        if len(ways := [*ways, *(("candidate",) if candidate else ())]) > 1:
            complaint = _("has {keys}: give one of them")
            self.complain(place, complaint.format(keys=_(" and ").join(ways)))
        by, whole = found.get("by", "").strip(), bool(found.get("whole"))
        if (by or whole) and by_class.keys() <= {""}:
            self.complain(under(place, "by" if by else "whole"), _("needs values by class"))
        return Supplied(by_class, by, whole, candidate.get("name", ""), candidate.get("fingerprint", ""))

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
        person = found.get("person") or self.reader.get("person")
        if not person and "person" not in _refused(self.document.get("reader"), self.reader):
            self.complain(under(place, "person"), _("missing: who has read it, here or in [reader]"))
        day: date | None = found.get("date") or self.reader.get("date")
        if day is None and "date" not in _refused(self.document.get("reader"), self.reader):
            self.complain(under(place, "date"), _("missing: when it was read, here or in [reader]"))
        if len(self.problems) > before or not (title and own and person and day):
            return None
        return Confirmation(title, own, found["page"], person, day, self.name)


def _refused(given: Any, found: Mapping[str, Any]) -> set[str]:
    """Return the keys of a table about whose values a complaint was made."""
    return set(given) - set(found) if isinstance(given, Mapping) else set()


def _blank(given: Any) -> bool:
    return isinstance(given, str) and not given.strip()


def _empty(given: Any) -> bool:
    return given is None or given == {} or _blank(given)
